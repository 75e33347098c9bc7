/* Shared by the tests of json and yaml. Texts are passed without a NUL behind them, so that sanitizers detect reading
 * past the end. */
#ifndef TESTS_JSON_SUPPORT_H
#define TESTS_JSON_SUPPORT_H

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "yaml/yaml.h"
#include "json/json.h"

static inline char *unterminated(const char *text, size_t length) {
  char *copy = malloc(length > 0 ? length : 1);
  if (copy == NULL)
    abort();
  memcpy(copy, text, length);
  return copy;
}

static inline dw_json *parse_with(struct dw_arena *arena, const char *text, enum dw_json_flags flags,
                                  struct dw_error *err) {
  char *copy = unterminated(text, strlen(text));
  dw_json *value = dw_json_parse(arena, copy, strlen(text), flags, err);
  free(copy);
  return value;
}

static inline dw_json *parse(struct dw_arena *arena, const char *text) {
  return parse_with(arena, text, DW_JSON_PLAIN, NULL);
}

static inline int parse_yaml(struct dw_arena *arena, const char *text, struct dw_yaml_doc **docs,
                             struct dw_error *err) {
  char *copy = unterminated(text, strlen(text));
  int result = dw_yaml_parse(arena, copy, strlen(text), docs, err);
  free(copy);
  return result;
}

/* Returns true if json-c reads the same value from both texts. */
static inline int same_json(const char *text, const char *expected) {
  struct json_object *a = json_tokener_parse(text);
  struct json_object *b = json_tokener_parse(expected);
  int same = (a || strcmp(text, "null") == 0) && (b || strcmp(expected, "null") == 0) && json_object_equal(a, b);
  json_object_put(a);
  json_object_put(b);
  return same;
}

/* TEXT repeated COUNT times. The caller frees it. */
static inline char *repeated(const char *text, size_t count) {
  size_t length = strlen(text);
  char *out = malloc(length * count + 1);
  if (out == NULL)
    abort();
  for (size_t i = 0; i < count; i++)
    memcpy(out + i * length, text, length);
  out[length * count] = '\0';
  return out;
}

#endif
