/* What a YAML scalar means to Kubernetes. Source: sigs.k8s.io/yaml over goyaml.v2 (resolve.go, decode.go). */
#ifndef YAML_YAML_SCALAR_H
#define YAML_YAML_SCALAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "json/json.h"

struct yaml_scalar {
  const char *text; /* ends in NUL */
  size_t length;
  const char *tag; /* in its long form; NULL where none is written */
  bool plain;      /* without quotes, so that its text tells its type */
};

bool dw_yaml_is_merge_key(const struct yaml_scalar *scalar);

/* The value; NULL where JSON has none for it (PROBLEM says why), or where the arena's limit is reached (PROBLEM is
 * left alone). */
dw_json *dw_yaml_scalar_value(struct dw_arena *arena, const struct yaml_scalar *scalar, const char **problem);

/* Appends the value as a key of a JSON object; false where it can't be one. */
bool dw_yaml_key_text(const dw_json *value, struct dw_buf *out);

#endif
