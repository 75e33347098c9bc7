/* Repairs the mistakes in JSON text that can be meant in one way only. */
#ifndef JSON_JSON_REPAIR_H
#define JSON_JSON_REPAIR_H

#include <stddef.h>

#include "base/arena.h"

/* Returns TEXT, which is not JSON, with the commas added that are missing, and without those that are not allowed and a
 * byte order mark. NULL if it has other mistakes, or more than a few. */
const char *dw_json_repair(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, warn_unused_result));

#endif
