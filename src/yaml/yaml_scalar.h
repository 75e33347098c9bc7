/* The values of YAML scalars in Kubernetes. Source: sigs.k8s.io/yaml over goyaml.v2 (resolve.go, decode.go). */
#ifndef YAML_YAML_SCALAR_H
#define YAML_YAML_SCALAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "json/json.h"

struct yaml_scalar {
  const char *text; /* NUL-terminated */
  size_t length;
  const char *tag; /* in its long form; NULL if there is none */
  bool plain;      /* without quotes, so that its text determines its type */
};

bool dw_yaml_is_merge_key(const struct yaml_scalar *scalar);

/* The value of a scalar. NULL if JSON can't represent it (PROBLEM says why), or if the arena's limit is reached
 * (PROBLEM is not changed). */
dw_json *dw_yaml_scalar_value(struct dw_arena *arena, const struct yaml_scalar *scalar, const char **problem);

/* Appends the value as a key of a JSON object; false if it can't be a key. */
bool dw_yaml_key_text(const dw_json *value, struct dw_buf *out);

#endif
