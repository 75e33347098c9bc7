/* What self-managed certificates write: objects as they were read, but for what is ours. In the arena; parts are shared
 * with what was read. */
#ifndef CERTS_MANAGED_OBJECTS_H
#define CERTS_MANAGED_OBJECTS_H

#include "base/arena.h"
#include "certs/rotation.h"
#include "json/json.h"

/* The Secret with this content. */
const dw_json *dw_managed_secret(struct dw_arena *arena, const dw_json *read, const struct dw_rotation_secret *secret)
    __attribute__((nonnull));

/* The webhook configuration with BUNDLE as the CA of every webhook. */
const dw_json *dw_managed_hook(struct dw_arena *arena, const dw_json *read, const char *bundle)
    __attribute__((nonnull));

#endif
