/* Applies a JSON Patch (RFC 6902) to json-c values. Independent of the code that makes patches. */
#ifndef TESTS_SUPPORT_JSON_PATCH_H
#define TESTS_SUPPORT_JSON_PATCH_H

#include <json-c/json.h>

/* Returns a new document, or NULL if PATCH is invalid or one of its operations can't be applied. Does not modify the
 * inputs. */
struct json_object *json_patch_apply(struct json_object *document, struct json_object *patch);

#endif
