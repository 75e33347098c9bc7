/* What the fuzz targets share. */
#ifndef FUZZ_SUPPORT_H
#define FUZZ_SUPPORT_H

#include <json-c/json.h>
#include <stddef.h>

#include "cluster/view.h"
#include "property.h"

/* A small OpenShift-like cluster, built once: three workers, one NAD in use, one of another namespace. */
const struct dw_world *fuzz_world(void);

/* Parses with json-c, whole and strict; NULL where it is no JSON. The caller puts it back. */
struct json_object *fuzz_json(const char *text, size_t length);

/* The member at the end of the path, or NULL. */
struct json_object *fuzz_get(struct json_object *from, const char *a, const char *b);

#endif
