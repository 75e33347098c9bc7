/* Any text as JSON: ours reads what jansson reads, and the same values in it. Of JSON's readers jansson is the one that
 * refuses as much: keys that stand twice, U+0000, bytes that are no UTF-8, numbers out of range. */
#include <jansson.h>
#include <string.h>

#include "droveway/formats/json.h"
#include "property.h"

static bool same(const dw_json *ours, const json_t *theirs);

/* json_object_getn(): json-c has the other names for looking into an object, too. */
static bool same_members(const dw_json *ours, const json_t *theirs) {
  for (struct dw_json_member m = dw_json_first(ours); m.value; m = dw_json_next(ours, m)) {
    FUZZ_ASSERT(dw_json_get(ours, m.key) == m.value);
    if (!same(m.value, json_object_getn(theirs, m.key, strlen(m.key))))
      return false;
  }
  return dw_json_size(ours) == json_object_size(theirs);
}

static bool same_elements(const dw_json *ours, const json_t *theirs) {
  for (size_t i = 0; i < dw_json_size(ours); i++)
    if (!same(dw_json_at(ours, i), json_array_get(theirs, i)))
      return false;
  return dw_json_size(ours) == json_array_size(theirs);
}

static bool same(const dw_json *ours, const json_t *theirs) {
  int64_t integer = 0;
  double real = 0;
  bool truth = false;
  if (!theirs)
    return false;
  switch (dw_json_type(ours)) {
  case DW_JSON_ABSENT:
    return false;
  case DW_JSON_NULL:
    return json_is_null(theirs);
  case DW_JSON_BOOL:
    return dw_json_boolean(ours, &truth) && json_is_boolean(theirs) && truth == json_is_true(theirs);
  case DW_JSON_INTEGER:
    return dw_json_integer(ours, &integer) && json_is_integer(theirs) && integer == json_integer_value(theirs);
  case DW_JSON_REAL:
    return dw_json_real(ours, &real) && json_is_real(theirs) && real == json_real_value(theirs);
  case DW_JSON_STRING:
    return json_is_string(theirs) && strcmp(dw_json_string(ours), json_string_value(theirs)) == 0;
  case DW_JSON_ARRAY:
    return json_is_array(theirs) && same_elements(ours, theirs);
  case DW_JSON_OBJECT:
    return json_is_object(theirs) && same_members(ours, theirs);
  }
  return false;
}

/* What is nested deeper than ours may be is not compared. A NUL, which ours never takes, may end jansson's text. */
static void compare(const char *text, size_t length, enum dw_json_flags flags) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *ours = dw_json_parse(arena, text, length, flags, &err);
  bool nul = memchr(text, '\0', length) != NULL;
  FUZZ_ASSERT(!ours || !nul);
  if (!ours && (nul || err.code == DW_ERR_DEPTH))
    return;
  size_t strict = flags & DW_JSON_UNIQUE_KEYS ? JSON_REJECT_DUPLICATES : 0;
  json_t *theirs = json_loadb(text, length, JSON_DECODE_ANY | strict, NULL);
  FUZZ_ASSERT((ours != NULL) == (theirs != NULL));
  FUZZ_ASSERT(!ours || same(ours, theirs));
  FUZZ_ASSERT(ours || (err.line > 0 && err.column > 0 && err.text[0] != '\0'));
  json_decref(theirs);
  if (!ours)
    return;
  const char *written = dw_json_text(arena, ours);
  FUZZ_ASSERT(dw_json_equal(ours, dw_json_parse(arena, written, strlen(written), flags, NULL)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  compare((const char *)data, size, DW_JSON_PLAIN);
  compare((const char *)data, size, DW_JSON_UNIQUE_KEYS);
  return 0;
}
