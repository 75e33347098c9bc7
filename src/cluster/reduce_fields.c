#include "cluster/reduce_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

struct dw_spot dw_spot_member(const struct dw_spot *up, const char *key) {
  const dw_json *json = dw_json_get(up->json, key);
  return (struct dw_spot){.up = up, .key = key, .json = dw_json_type(json) == DW_JSON_NULL ? NULL : json};
}

struct dw_spot dw_spot_element(const struct dw_spot *up, size_t index) {
  const dw_json *json = dw_json_at(up->json, index);
  return (struct dw_spot){.up = up, .index = index, .json = dw_json_type(json) == DW_JSON_NULL ? NULL : json};
}

/* The recursion is bounded, because the reducers only read to a fixed depth. */
static void add_path(struct dw_buf *out, const struct dw_spot *spot) {
  if (spot->up == NULL)
    return;
  add_path(out, spot->up);
  if (spot->key == NULL)
    dw_buf_printf(out, "[%zu]", spot->index);
  else
    dw_buf_printf(out, "%s%s", out->length == 0 ? "" : ".", spot->key);
}

int dw_spot_error(const struct dw_spot *spot, struct dw_error *err, const char *format, ...) {
  char text[sizeof((struct dw_error *)NULL)->text];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  add_path(&path, spot);
  return dw_error_set(err, DW_ERR_INVALID, "%s %s", dw_buf_text(&path), text);
}

static int check_type(const struct dw_spot *spot, enum dw_json_type type, const char *wanted, struct dw_error *err) {
  if (dw_json_type(spot->json) == type)
    return 0;
  const char *found = spot->json == NULL ? "null" : dw_json_type_name(spot->json);
  return dw_spot_error(spot, err, "is %s; it must be %s", found, wanted);
}

static int member_of_type(const struct dw_spot *spot, enum dw_json_type type, const char *wanted,
                          struct dw_error *err) {
  return spot->json == NULL ? 0 : check_type(spot, type, wanted, err);
}

int dw_spot_object(const struct dw_spot *up, const char *key, struct dw_spot *out, struct dw_error *err) {
  *out = dw_spot_member(up, key);
  return member_of_type(out, DW_JSON_OBJECT, "an object", err);
}

int dw_spot_list(const struct dw_spot *up, const char *key, struct dw_spot *out, struct dw_error *err) {
  *out = dw_spot_member(up, key);
  return member_of_type(out, DW_JSON_ARRAY, "a list", err);
}

int dw_spot_text(const struct dw_spot *up, const char *key, const char **out, struct dw_error *err) {
  struct dw_spot spot = dw_spot_member(up, key);
  *out = dw_json_string(spot.json);
  return member_of_type(&spot, DW_JSON_STRING, "a string", err);
}

int dw_spot_number(const struct dw_spot *up, const char *key, uint32_t *out, struct dw_error *err) {
  struct dw_spot spot = dw_spot_member(up, key);
  *out = 0;
  if (spot.json == NULL)
    return 0;
  if (check_type(&spot, DW_JSON_INTEGER, "an integer", err) != 0)
    return -1;
  int64_t number = 0;
  if (!dw_json_integer(spot.json, &number) || number < 0 || number > UINT32_MAX)
    return dw_spot_error(&spot, err, "is %" PRId64 "; it must be between 0 and %" PRIu32, number, UINT32_MAX);
  *out = (uint32_t)number;
  return 0;
}

int dw_spot_object_at(const struct dw_spot *up, size_t index, struct dw_spot *out, struct dw_error *err) {
  *out = dw_spot_element(up, index);
  return check_type(out, DW_JSON_OBJECT, "an object", err);
}

int dw_spot_text_at(const struct dw_spot *up, size_t index, const char **out, struct dw_error *err) {
  struct dw_spot spot = dw_spot_element(up, index);
  *out = dw_json_string(spot.json);
  return check_type(&spot, DW_JSON_STRING, "a string", err);
}
