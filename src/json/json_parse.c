/* Parsing: from text to values, in a single pass of the scanner. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/json_internal.h"
#include "json/scan.h"

struct parser {
  struct scan scan;
  struct dw_arena *arena;
  const struct dw_json_options *options;
  bool remarshalled;        /* options: DW_JSON_REMARSHALLED */
  struct dw_span duplicate; /* the second occurrence of a key; empty if there is none */
};

/* Decodes the string at SPAN, the last one scanned, into ROOM, which needs as many bytes as SPAN has: the NUL needs
 * less room than the quotes. Returns the length. */
static size_t decode(const struct parser *p, struct dw_span span, char *room) {
  const char *text = p->scan.text + span.offset + 1;
  size_t length = span.length - 2;
  if (p->scan.escaped)
    length = dw_scan_decode(text, length, room);
  else
    memcpy(room, text, length);
  room[length] = '\0';
  return length;
}

static dw_json *parse_string(struct parser *p) {
  struct dw_span span;
  if (!dw_scan_string(&p->scan, &span))
    return NULL;
  dw_json *string = dw_arena_try(p->arena, sizeof *string + span.length);
  if (!string)
    return NULL;
  char *text = (char *)(string + 1);
  *string = (dw_json){.type = DW_JSON_STRING, .count = decode(p, span, text), .text = text};
  return string;
}

/* Up to this number, integers have exact floating-point equivalents. */
static const int64_t exact_max = INT64_C(1) << 53;

/* Converts NUMBER, which is whole, as Go writes it: the shortest decimal that reads as the same number, padded with
 * zeros (strconv AppendFloat 'f', -1). So 2^63-1 becomes 9223372036854776000, which does not fit into 64 bits. */
static bool rewritten(double number, int64_t *out) {
  enum { DIGITS_MAX = 17, PLACES_MAX = 19 };
  char text[32];
  char whole[PLACES_MAX + 2] = "";
  for (int digits = 1; digits <= DIGITS_MAX; digits++) {
    (void)snprintf(text, sizeof text, "%.*e", digits - 1, number);
    if (strtod(text, NULL) == number)
      break;
  }
  char *exponent = strchr(text, 'e');
  int places = (int)strtol(exponent + 1, NULL, 10) + 1;
  if (places > PLACES_MAX)
    return false;
  *exponent = '\0';
  size_t length = 0;
  size_t sign = text[0] == '-';
  for (const char *c = text; *c != '\0' && length < sign + (size_t)places; c++)
    if (*c != '.')
      whole[length++] = *c;
  while (length < sign + (size_t)places)
    whole[length++] = '0';
  return dw_parse_int64(whole, out);
}

/* Returns true if NUMBER is an integer after Go has decoded it into an interface{} and encoded it again. */
static bool remarshalled(double number, int64_t *out) {
  if (trunc(number) != number || number < -9223372036854775808.0 || number > 9223372036854775808.0)
    return false;
  *out = number < 9223372036854775808.0 ? (int64_t)number : INT64_MAX;
  return fabs(number) <= (double)exact_max || rewritten(number, out);
}

/* Like Go's decoder when the target is not an integer type: an integer beyond 64 bits becomes a floating-point number,
 * and a number beyond their range is an error. */
static dw_json *parse_real(struct parser *p, size_t start) {
  size_t length = p->scan.at - start;
  dw_json *number = dw_arena_try(p->arena, sizeof *number + length + 1);
  if (!number)
    return NULL;
  char *digits = (char *)(number + 1);
  memcpy(digits, p->scan.text + start, length);
  digits[length] = '\0';
  *number = (dw_json){.type = DW_JSON_REAL, .count = length, .real = strtod(digits, NULL)};
  int64_t integer;
  if (p->remarshalled && remarshalled(number->real, &integer))
    *number = (dw_json){.type = DW_JSON_INTEGER, .count = length, .integer = integer};
  if (number->type == DW_JSON_INTEGER || !isinf(number->real))
    return number;
  dw_scan_refuse(&p->scan, start, "this number is too large");
  return NULL;
}

/* Only readers of signed integers accept minus zero as an integer, so its text is kept. */
static bool is_integer(const struct parser *p, const char *text, size_t length) {
  if (p->remarshalled && length == 2 && memcmp(text, "-0", 2) == 0)
    return false;
  for (size_t i = 0; i < length; i++)
    if (strchr(".eE", text[i]))
      return false;
  return true;
}

static dw_json *parse_number(struct parser *p) {
  char digits[24]; /* a longer number does not fit into 64 bits, because numbers have no leading zeros */
  size_t start = p->scan.at;
  dw_json number = {.type = DW_JSON_INTEGER};
  if (!dw_scan_value(&p->scan))
    return NULL;
  size_t length = p->scan.at - start;
  if (length >= sizeof digits || !is_integer(p, p->scan.text + start, length))
    return parse_real(p, start);
  memcpy(digits, p->scan.text + start, length);
  digits[length] = '\0';
  if (!dw_parse_int64(digits, &number.integer) ||
      (p->remarshalled && (number.integer < -exact_max || number.integer > exact_max)))
    return parse_real(p, start);
  return dw_json_new_value(p->arena, number);
}

static dw_json *parse_word(struct parser *p) {
  char c = dw_scan_peek(&p->scan);
  if (!dw_scan_value(&p->scan))
    return NULL;
  return c == 'n' ? dw_json_new_null() : dw_json_new_bool(c == 't');
}

static dw_json *parse_value(struct parser *p);

/* Returns true if the member with the key at SPAN is omitted. */
static bool is_omitted(const struct parser *p, struct dw_span span) {
  const char *const *name = p->options->omitted;
  const char *text = p->scan.text + span.offset + 1;
  size_t length = span.length - 2;
  for (; name && *name; name++)
    if (length > 0 && text[0] == (*name)[0] && strlen(*name) == length && memcmp(text, *name, length) == 0)
      return true;
  return false;
}

/* False if the key is a forbidden duplicate, or if the limit is reached. */
static bool parse_member(struct parser *p, dw_json *object, struct dw_span key) {
  if (is_omitted(p, key))
    return dw_scan_value(&p->scan);
  char *text = dw_arena_try(p->arena, key.length);
  if (!text)
    return false;
  struct member member = {.key = text, .length = decode(p, key, text)};
  struct member *old = dw_json_find(object, member.key, member.length);
  if (old && (p->options->flags & DW_JSON_UNIQUE_KEYS) != 0) {
    p->duplicate = key;
    return false;
  }
  member.value = parse_value(p);
  if (!member.value)
    return false;
  if (!old)
    return dw_json_add_member(p->arena, object, member);
  old->value = member.value;
  object->repeats = true;
  return true;
}

/* The first members and elements are collected on the stack: most containers never have more. */
static dw_json *parse_object(struct parser *p) {
  struct member few[DW_JSON_FEW];
  dw_json object = {.type = DW_JSON_OBJECT, .capacity = DW_JSON_FEW, .members = few};
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (!dw_scan_enter(&p->scan, &walk))
    return NULL;
  while ((step = dw_scan_next(&p->scan, &walk, &key)) == SCAN_MEMBER)
    if (!parse_member(p, &object, key))
      return NULL;
  if (step != SCAN_END || (object.members == few && !dw_json_own_contents(p->arena, &object)))
    return NULL;
  return dw_json_new_value(p->arena, object);
}

static dw_json *parse_array(struct parser *p) {
  dw_json *few[DW_JSON_FEW];
  dw_json array = {.type = DW_JSON_ARRAY, .capacity = DW_JSON_FEW, .elements = few};
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (!dw_scan_enter(&p->scan, &walk))
    return NULL;
  while ((step = dw_scan_next(&p->scan, &walk, &key)) == SCAN_MEMBER) {
    dw_json *element = parse_value(p);
    if (!element || dw_json_append(p->arena, &array, element) != 0)
      return NULL;
  }
  if (step != SCAN_END || (array.elements == few && !dw_json_own_contents(p->arena, &array)))
    return NULL;
  return dw_json_new_value(p->arena, array);
}

static dw_json *parse_value(struct parser *p) {
  char c = dw_scan_peek(&p->scan);
  switch (c) {
  case '{':
    return parse_object(p);
  case '[':
    return parse_array(p);
  case '"':
    return parse_string(p);
  default:
    return c == '-' || dw_is_digit(c) ? parse_number(p) : parse_word(p);
  }
}

static void fail_at(struct dw_error *err, const struct parser *p, enum dw_error_code code, size_t offset,
                    const char *problem) {
  int line = 0;
  int column = 0;
  dw_text_position(p->scan.text, p->scan.length, offset, &line, &column);
  dw_error_at(err, code, line, column, "%s", problem);
}

static void fail(struct dw_error *err, const struct parser *p) {
  char key[DW_QUOTE_SIZE];
  char problem[DW_QUOTE_SIZE + 64];
  if (dw_arena_exhausted(p->arena)) {
    dw_error_set(err, DW_ERR_MEMORY, "needs more memory than is allowed for one document");
  } else if (p->duplicate.length > 0) {
    dw_quote_short(key, p->scan.text + p->duplicate.offset + 1, p->duplicate.length - 2);
    snprintf(problem, sizeof problem, "the key %s appears twice in the same object", key);
    fail_at(err, p, DW_ERR_DUPLICATE, p->duplicate.offset, problem);
  } else {
    fail_at(err, p, p->scan.code, p->scan.problem_at, p->scan.problem);
  }
}

dw_json *dw_json_parse_as(struct dw_arena *arena, const char *text, size_t length,
                          const struct dw_json_options *options, struct dw_error *err) {
  struct parser p = {.scan = dw_scan_start(text, length),
                     .arena = arena,
                     .options = options,
                     .remarshalled = (options->flags & DW_JSON_REMARSHALLED) != 0};
  dw_json *value = dw_scan_begin(&p.scan) ? parse_value(&p) : NULL;
  if (value && dw_scan_end(&p.scan))
    return value;
  fail(err, &p);
  return NULL;
}

dw_json *dw_json_parse(struct dw_arena *arena, const char *text, size_t length, enum dw_json_flags flags,
                       struct dw_error *err) {
  const struct dw_json_options options = {.flags = flags};
  return dw_json_parse_as(arena, text, length, &options, err);
}
