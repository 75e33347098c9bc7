/* Any text as JSON: our parser accepts the texts that jansson accepts, and reads the same values. jansson is the oracle
 * because it is equally strict: it rejects duplicate keys, U+0000, invalid UTF-8 and numbers out of range. In two cases
 * our parser follows Go, while jansson rejects the text:
 * - an integer beyond 64 bits is a real number, with the value that strtod() returns;
 * - half a surrogate pair becomes U+FFFD.
 * So jansson receives the text with these two replaced: such an integer is followed by ".0", and such an escape becomes
 * \uFFFD. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "property.h"
#include "json/json.h"

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

static bool is_integer_beyond(const char *token) {
  errno = 0;
  (void)strtoll(token, NULL, 10);
  return token[strspn(token, "-0123456789")] == '\0' && errno == ERANGE;
}

/* Copies the number at TEXT and returns its length. */
static size_t add_number(struct dw_buf *out, const char *text, size_t length) {
  size_t end = 0;
  while (end < length && text[end] != '\0' && strchr("+-.0123456789eE", text[end]))
    end++;
  DW_BUF_SCOPED struct dw_buf token = DW_BUF_INIT;
  dw_buf_add(&token, text, end);
  dw_buf_add(out, text, end);
  if (is_integer_beyond(dw_buf_text(&token)))
    dw_buf_puts(out, ".0");
  return end;
}

/* The UTF-16 unit of the escape \uXXXX at TEXT; -1 if there is none. */
static long unit_of(const char *text, size_t length) {
  char digits[5] = "";
  if (length < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  memcpy(digits, text + 2, 4);
  return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

/* Copies the escape at TEXT, both halves if it is a pair, and returns its length. */
static size_t add_escape(struct dw_buf *out, const char *text, size_t length) {
  long unit = unit_of(text, length);
  if (unit < 0xD800 || unit > 0xDFFF) {
    size_t size = unit >= 0 ? 6 : length < 2 ? length : 2;
    dw_buf_add(out, text, size);
    return size;
  }
  long low = unit_of(text + 6, length - 6);
  bool pair = unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF;
  dw_buf_add(out, pair ? text : "\\uFFFD", pair ? 12 : 6);
  return pair ? 12 : 6;
}

/* Converts TEXT to what jansson accepts. */
static void rewrite(struct dw_buf *out, const char *text, size_t length) {
  bool quoted = false;
  for (size_t at = 0; at < length;) {
    char c = text[at];
    if (quoted && c == '\\') {
      at += add_escape(out, text + at, length - at);
    } else if (!quoted && (c == '-' || (c >= '0' && c <= '9'))) {
      at += add_number(out, text + at, length - at);
    } else {
      quoted ^= c == '"';
      dw_buf_putc(out, c);
      at++;
    }
  }
}

/* Texts that are nested deeper than our limit are not compared. A NUL, which our parser always rejects, may end
 * jansson's text. */
static void compare(const char *text, size_t length, enum dw_json_flags flags) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *ours = dw_json_parse(arena, text, length, flags, &err);
  bool nul = memchr(text, '\0', length) != NULL;
  FUZZ_ASSERT(!ours || !nul);
  if (!ours && (nul || err.code == DW_ERR_DEPTH))
    return;
  size_t strict = flags & DW_JSON_UNIQUE_KEYS ? JSON_REJECT_DUPLICATES : 0;
  DW_BUF_SCOPED struct dw_buf rewritten = DW_BUF_INIT;
  rewrite(&rewritten, text, length);
  json_t *theirs = json_loadb(dw_buf_text(&rewritten), rewritten.length, JSON_DECODE_ANY | strict, NULL);
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
