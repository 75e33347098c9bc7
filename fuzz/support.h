/* Shared by the fuzz targets. */
#ifndef FUZZ_SUPPORT_H
#define FUZZ_SUPPORT_H

#include <json-c/json.h>
#include <stddef.h>

#include "cluster/view.h"
#include "property.h"

/* A small OpenShift-like cluster, built once: three workers, a NAD that is in use, and one in another namespace. */
const struct dw_world *fuzz_world(void);

/* Parses the whole text strictly with json-c; NULL if it is not JSON. The caller releases the result. */
struct json_object *fuzz_json(const char *text, size_t length);

/* The member at the end of the path, or NULL. */
struct json_object *fuzz_get(struct json_object *from, const char *a, const char *b);

#endif
