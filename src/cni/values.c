/* Finds members of a configuration by their keys, as Go's decoder does. */
#include <string.h>

#include "cni/cni_internal.h"

bool dw_is_given(const dw_json *json) {
  return json != NULL && dw_json_type(json) != DW_JSON_NULL;
}

bool dw_is_true(const dw_json *json) {
  bool truth;
  return dw_json_boolean(json, &truth) && truth;
}

bool dw_is_listed(const char *name, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0)
      return true;
  return false;
}

bool dw_value_given(const struct dw_value *value) {
  return dw_is_given(value->json);
}

const char *dw_value_shown(struct dw_arena *arena, const struct dw_value *value) {
  if (value->text != NULL)
    return value->text;
  switch (dw_json_type(value->json)) {
  case DW_JSON_NULL:
  case DW_JSON_BOOL:
  case DW_JSON_INTEGER:
  case DW_JSON_REAL:
    return dw_json_text(arena, value->json);
  default:
    return NULL;
  }
}

struct dw_value dw_value_at(struct dw_arena *arena, const char *base, const char *key, const dw_json *json) {
  return (struct dw_value){.field = dw_arena_join(arena, base, ".", key), .json = json, .text = dw_json_string(json)};
}

struct dw_value dw_value_member(struct dw_arena *arena, const char *base, const dw_json *object, const char *name) {
  const char *key = name;
  const dw_json *json = dw_json_get_fold(object, name, &key);
  return dw_value_at(arena, base, json == NULL ? name : key, json);
}

struct dw_value dw_value_element(struct dw_arena *arena, const char *base, size_t index, const dw_json *json) {
  return (struct dw_value){
      .field = dw_arena_printf(arena, "%s[%zu]", base, index), .json = json, .text = dw_json_string(json)};
}

struct dw_ip_value dw_ip_read(const struct dw_value *raw, enum dw_addr_syntax syntax) {
  struct dw_ip_value value = {.raw = *raw, .state = DW_READ_ABSENT};
  if (!dw_value_given(raw) || (raw->text != NULL && raw->text[0] == '\0'))
    return value;
  bool good = raw->text != NULL && dw_addr_parse(raw->text, syntax, &value.addr);
  value.state = good ? DW_READ_OK : DW_READ_BAD;
  return value;
}

enum { SEGMENT_MAX = 64 };

/* Copies the first segment of PATH to OUT, and returns the rest of PATH ("" at the end). */
static const char *segment(const char *path, char out[SEGMENT_MAX]) {
  size_t length = strcspn(path, ".");
  size_t kept = length < SEGMENT_MAX ? length : SEGMENT_MAX - 1;
  memcpy(out, path, kept);
  out[kept] = '\0';
  return path + length + (path[length] == '.');
}

const dw_json *dw_option_find(const dw_json *object, const char *path) {
  while (*path != '\0' && object != NULL) {
    char name[SEGMENT_MAX];
    path = segment(path, name);
    object = dw_json_get_fold(object, name, NULL);
  }
  return object;
}

struct dw_value dw_option_value(struct dw_arena *arena, const struct dw_value *object, const char *path) {
  struct dw_value value = *object;
  while (*path != '\0') {
    char name[SEGMENT_MAX];
    path = segment(path, name);
    value = dw_value_member(arena, value.field, value.json, name);
  }
  return value;
}

struct dw_value dw_plugin_option(struct dw_arena *arena, const struct dw_cni_plugin *plugin, const char *path) {
  const struct dw_value object = {.field = plugin->field, .json = plugin->json};
  return dw_option_value(arena, &object, path);
}

bool dw_option_set(const dw_json *json) {
  int64_t number;
  switch (dw_json_type(json)) {
  case DW_JSON_BOOL:
    return dw_is_true(json);
  case DW_JSON_INTEGER:
  case DW_JSON_REAL:
    return !dw_json_integer(json, &number) || number != 0;
  case DW_JSON_STRING:
    return dw_json_string(json)[0] != '\0';
  case DW_JSON_ARRAY:
  case DW_JSON_OBJECT:
    return dw_json_size(json) > 0;
  default:
    return false;
  }
}

bool dw_plugin_option_true(const struct dw_cni_plugin *plugin, const char *path) {
  return dw_is_true(dw_option_find(plugin->json, path));
}

bool dw_plugin_option_set(const struct dw_cni_plugin *plugin, const char *path) {
  return dw_option_set(dw_option_find(plugin->json, path));
}
