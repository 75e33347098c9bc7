#include "yaml/yaml_scalar.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TAG(name) "tag:yaml.org,2002:" name

enum kind { KIND_STRING, KIND_NULL, KIND_BOOL, KIND_INTEGER, KIND_FLOAT, KIND_TOO_LARGE };

struct resolved {
  enum kind kind;
  bool truth;
  int64_t integer;
  double real;
};

static bool one_of(const char *text, const char *const *words) {
  for (; *words; words++) {
    if (strcmp(text, *words) == 0)
      return true;
  }
  return false;
}

static bool resolve_word(const char *text, struct resolved *out) {
  static const char *const yes[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
  static const char *const no[] = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL};
  static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};
  static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
  static const char *const infinite[] = {".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf",
                                         "+.INF", "-.inf", "-.Inf", "-.INF", NULL};
  if (one_of(text, yes))
    *out = (struct resolved){.kind = KIND_BOOL, .truth = true};
  else if (one_of(text, no))
    *out = (struct resolved){.kind = KIND_BOOL, .truth = false};
  else if (one_of(text, null))
    *out = (struct resolved){.kind = KIND_NULL};
  else if (one_of(text, nan))
    *out = (struct resolved){.kind = KIND_FLOAT, .real = (double)NAN};
  else if (one_of(text, infinite))
    *out = (struct resolved){.kind = KIND_FLOAT, .real = (double)INFINITY};
  else
    return false;
  return true;
}

static const char *skip_digits(const char *text) {
  while (dw_is_digit(*text))
    text++;
  return text;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_like_float(const char *text) {
  if (*text == '-' || *text == '+')
    text++;
  const char *whole = text;
  text = skip_digits(text);
  bool digits = text > whole;
  if (*text == '.') {
    const char *fraction = ++text;
    text = skip_digits(text);
    digits = digits || text > fraction;
  }
  if (!digits)
    return false;
  if (*text == 'e' || *text == 'E') {
    text++;
    if (*text == '-' || *text == '+')
      text++;
    if (!dw_is_digit(*text))
      return false;
    text = skip_digits(text);
  }
  return *text == '\0';
}

enum reading { READ_NOT, READ_FITS, READ_TOO_LARGE };

struct magnitude {
  uint64_t value;
  double rounded; /* used if VALUE overflows */
};

/* Go's strconv.ParseUint(text, 0, 64). */
static enum reading read_magnitude(const char *text, struct magnitude *out) {
  unsigned base = 10;
  if (text[0] == '0') {
    char letter = text[1] && text[2] ? (char)(text[1] | 0x20) : '\0';
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text += letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1;
  } else if (!*text) {
    return READ_NOT;
  }
  enum reading result = READ_FITS;
  for (*out = (struct magnitude){0, 0}; *text; text++) {
    unsigned digit = dw_hex_digit(*text);
    if (digit >= base)
      return READ_NOT;
    out->rounded = out->rounded * base + digit;
    if (__builtin_mul_overflow(out->value, base, &out->value) || __builtin_add_overflow(out->value, digit, &out->value))
      result = READ_TOO_LARGE;
  }
  return result;
}

/* SIGN is '-' or '+', or anything else if there is no sign. */
static bool set_integer(char sign, uint64_t value, struct resolved *out) {
  if (value <= INT64_MAX)
    *out = (struct resolved){.kind = KIND_INTEGER, .integer = sign == '-' ? -(int64_t)value : (int64_t)value};
  else if (sign == '-' && value == (uint64_t)INT64_MAX + 1)
    *out = (struct resolved){.kind = KIND_INTEGER, .integer = INT64_MIN};
  else if (sign != '-' && sign != '+')
    *out = (struct resolved){.kind = KIND_FLOAT, .real = (double)value};
  else
    return false;
  return true;
}

/* TEXT has no underscores. */
static bool resolve_number(const char *text, struct resolved *out) {
  bool is_signed = *text == '-' || *text == '+';
  struct magnitude magnitude = {0, 0};
  enum reading reading = read_magnitude(text + is_signed, &magnitude);
  if (reading == READ_FITS && set_integer(*text, magnitude.value, out))
    return true;
  if (looks_like_float(text)) {
    double value = strtod(text, NULL);
    if (isfinite(value)) {
      *out = (struct resolved){.kind = KIND_FLOAT, .real = value};
      return true;
    }
  }
  if (reading != READ_TOO_LARGE || is_signed)
    return false;
  *out =
      (struct resolved){.kind = isfinite(magnitude.rounded) ? KIND_FLOAT : KIND_TOO_LARGE, .real = magnitude.rounded};
  return true;
}

static bool resolve_digits(const char *text, struct resolved *out) {
  DW_BUF_SCOPED struct dw_buf plain = DW_BUF_INIT;
  for (; *text; text++) {
    if (*text != '_')
      dw_buf_putc(&plain, *text);
  }
  return resolve_number(dw_buf_text(&plain), out);
}

static struct resolved resolve(const char *text) {
  struct resolved out = {.kind = KIND_STRING};
  if (resolve_word(text, &out))
    return out;
  if (*text == '.') {
    if (looks_like_float(text) && isfinite(strtod(text, NULL)))
      out = (struct resolved){.kind = KIND_FLOAT, .real = strtod(text, NULL)};
  } else if (dw_is_digit(*text) || *text == '-' || *text == '+') {
    (void)resolve_digits(text, &out);
  }
  return out;
}

/* Kubernetes converts YAML to JSON text, and Go writes 1.0 and 1e3 as 1 and 1000, so the API server reads integers. */
static dw_json *new_float(struct dw_arena *arena, const struct yaml_scalar *scalar, double value,
                          const char **problem) {
  if (!isfinite(value)) {
    *problem = "JSON can't represent infinity or NaN";
    return NULL;
  }
  if (value == trunc(value) && fabs(value) < 9223372036854775808.0)
    return dw_json_new_integer(arena, (int64_t)value);
  /* The digits are kept if they are valid JSON too, because messages quote values as written. */
  dw_json *written = dw_json_parse(arena, scalar->text, scalar->length, DW_JSON_PLAIN, NULL);
  return dw_json_type(written) == DW_JSON_REAL ? written : dw_json_new_real(arena, value);
}

static dw_json *new_string(struct dw_arena *arena, const struct yaml_scalar *scalar, const char **problem) {
  if (memchr(scalar->text, '\0', scalar->length)) {
    *problem = "text must not contain a NUL character";
    return NULL;
  }
  return dw_json_new_string(arena, scalar->text, scalar->length);
}

static dw_json *resolved_value(struct dw_arena *arena, const struct yaml_scalar *scalar, struct resolved resolved,
                               const char **problem) {
  switch (resolved.kind) {
  case KIND_NULL:
    return dw_json_new_null();
  case KIND_BOOL:
    return dw_json_new_bool(resolved.truth);
  case KIND_INTEGER:
    return dw_json_new_integer(arena, resolved.integer);
  case KIND_FLOAT:
    return new_float(arena, scalar, resolved.real, problem);
  case KIND_TOO_LARGE:
    *problem = "this number is too large";
    return NULL;
  case KIND_STRING:
    break;
  }
  return new_string(arena, scalar, problem);
}

/* The kind that an explicit tag requires; false for tags that do not affect the text. */
static bool tag_kind(const char *tag, enum kind *kind) {
  static const struct {
    const char *tag;
    enum kind kind;
  } known[] = {
      {TAG("null"), KIND_NULL}, {TAG("bool"), KIND_BOOL}, {TAG("int"), KIND_INTEGER}, {TAG("float"), KIND_FLOAT}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    *kind = known[i].kind;
    if (strcmp(tag, known[i].tag) == 0)
      return true;
  }
  return false;
}

static dw_json *tagged_value(struct dw_arena *arena, const struct yaml_scalar *scalar, const char **problem) {
  enum kind wanted;
  if (strcmp(scalar->tag, TAG("binary")) == 0) {
    *problem = "JSON has no type for !!binary; remove the tag and keep the base64 text";
    return NULL;
  }
  if (!tag_kind(scalar->tag, &wanted))
    return new_string(arena, scalar, problem);
  struct resolved resolved = resolve(scalar->text);
  bool fits = resolved.kind == wanted || (wanted == KIND_FLOAT && resolved.kind == KIND_INTEGER);
  if (!fits || strlen(scalar->text) != scalar->length) {
    *problem = "this text does not have the type that its tag names";
    return NULL;
  }
  return resolved_value(arena, scalar, resolved, problem);
}

dw_json *dw_yaml_scalar_value(struct dw_arena *arena, const struct yaml_scalar *scalar, const char **problem) {
  if (scalar->tag)
    return tagged_value(arena, scalar, problem);
  if (!scalar->plain)
    return new_string(arena, scalar, problem);
  return resolved_value(arena, scalar, resolve(scalar->text), problem);
}

bool dw_yaml_is_merge_key(const struct yaml_scalar *scalar) {
  bool tagged = scalar->tag && strcmp(scalar->tag, TAG("merge")) == 0;
  return (tagged || (scalar->plain && !scalar->tag)) && strcmp(scalar->text, "<<") == 0;
}

/* Go's strconv.FormatFloat(value, 'g', -1, 32), which converts keys: the shortest digits that read as the same float32.
 */
static void put_float_key(double value, struct dw_buf *out) {
  char text[64];
  int digits = 0;
  do
    snprintf(text, sizeof text, "%.*e", digits++, value);
  while (digits < 9 && strtof(text, NULL) != (float)value);
  int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
  if (exponent >= -4 && exponent < 6 && isfinite((double)(float)value)) {
    int decimals = digits - 1 - exponent;
    snprintf(text, sizeof text, "%.*f", decimals > 0 ? decimals : 0, value);
  }
  dw_buf_puts(out, text);
}

bool dw_yaml_key_text(const dw_json *value, struct dw_buf *out) {
  bool truth = false;
  int64_t integer = 0;
  double real = 0;
  switch (dw_json_type(value)) {
  case DW_JSON_STRING:
    dw_buf_puts(out, dw_json_string(value));
    return true;
  case DW_JSON_BOOL:
    dw_buf_puts(out, dw_json_boolean(value, &truth) && truth ? "true" : "false");
    return true;
  case DW_JSON_INTEGER:
    (void)dw_json_integer(value, &integer);
    dw_buf_printf(out, "%" PRId64, integer);
    return true;
  case DW_JSON_REAL:
    (void)dw_json_real(value, &real);
    put_float_key(real, out);
    return true;
  default:
    return false;
  }
}
