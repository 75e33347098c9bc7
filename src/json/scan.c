#include "json/scan.h"

#include <endian.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "json/json.h"

bool dw_scan_fail(struct scan *s, size_t at, const char *problem) {
  if (!s->problem) {
    s->problem = problem;
    s->problem_at = at;
    s->code = DW_ERR_SYNTAX;
  }
  return false;
}

bool dw_scan_refuse(struct scan *s, size_t at, const char *problem) {
  bool first = !s->problem;
  dw_scan_fail(s, at, problem);
  if (first)
    s->code = DW_ERR_INVALID;
  return false;
}

static bool fail(struct scan *s, const char *problem) {
  return dw_scan_fail(s, s->at, problem);
}

struct scan dw_scan_start(const char *text, size_t length) {
  return (struct scan){.text = text, .length = length};
}

static bool at_end(const struct scan *s) {
  return s->at >= s->length;
}

/* The value of the four hexadecimal digits at AT, or -1. */
static int32_t hex4(const char *text, size_t length, size_t at) {
  if (at > length || length - at < 4)
    return -1;
  int32_t value = 0;
  for (size_t i = 0; i < 4; i++) {
    unsigned digit = dw_hex_digit(text[at + i]);
    if (digit > 15)
      return -1;
    value = value * 16 + (int32_t)digit;
  }
  return value;
}

/* The upper bits of the two halves of a surrogate pair. */
enum { SURROGATE_BITS = 0xFC00, HIGH_SURROGATE = 0xD800, LOW_SURROGATE = 0xDC00 };

/* s->at is at the 'u' of an escape. Half a surrogate pair is accepted: it becomes U+FFFD, as in Go. */
static bool scan_unicode_escape(struct scan *s) {
  size_t start = s->at - 1;
  int32_t unit = hex4(s->text, s->length, s->at + 1);
  if (unit < 0)
    return dw_scan_fail(s, start, "\\u must be followed by four hexadecimal digits");
  if (unit == 0)
    return dw_scan_refuse(s, start, "\\u0000 (a NUL) is not allowed in a string");
  s->at += 5;
  return true;
}

/* The character that an escape with this letter means; NUL if there is no such escape. */
static char unescape_letter(char c) {
  switch (c) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case '"':
  case '\\':
  case '/':
    return c;
  default:
    return '\0';
  }
}

static bool scan_escape(struct scan *s) {
  s->at++;
  s->escaped = true;
  char c = dw_scan_peek(s);
  if (c == 'u')
    return scan_unicode_escape(s);
  if (c != '"' && unescape_letter(c) == '\0') /* most are quotes */
    return dw_scan_fail(s, s->at - 1, "JSON has no such escape sequence; write a backslash as \\\\");
  s->at++;
  return true;
}

static bool fail_control(struct scan *s) {
  switch (s->text[s->at]) {
  case '\n':
  case '\r':
    return fail(s, "line break inside a string: add the closing quote, or write the line break as \\n");
  case '\t':
    return fail(s, "tab inside a string: write it as \\t");
  default:
    return fail(s, "control character inside a string");
  }
}

/* Scans a multi-byte character. */
static bool scan_character(struct scan *s) {
  uint32_t code;
  size_t size = dw_utf8_next(s->text + s->at, s->length - s->at, &code);
  if (code == DW_UTF8_BAD)
    return fail(s, "invalid UTF-8");
  s->at += size;
  return true;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* A byte is plain if it is a whole character that needs no decoding. Counts the plain bytes before the first other one,
 * in eight bytes of which the first is the lowest. The highest bit
 * of each byte is set if it is below 0x20, equal to '"' or '\\', or above 0x7F; up to the first such byte, the result
 * is not affected by borrows (Bit Twiddling Hacks, "Determine if a word has a byte less than n"). */
static size_t count_plain(uint64_t bytes) {
  uint64_t quote = bytes ^ EACH_BYTE('"');
  uint64_t backslash = bytes ^ EACH_BYTE('\\');
  uint64_t special = (bytes - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) | bytes;
  special &= EACH_BYTE(0x80);
  return special == 0 ? sizeof bytes : (size_t)__builtin_ctzll(special) / 8;
}

/* The offset of the next byte that is not plain. Most of a document is inside strings, so this reads eight bytes at a
 * time. */
static size_t skip_plain(const struct scan *s) {
  size_t at = s->at;
  uint64_t bytes;
  while (s->length - at >= sizeof bytes) {
    memcpy(&bytes, s->text + at, sizeof bytes);
    size_t count = count_plain(le64toh(bytes));
    at += count;
    if (count < sizeof bytes)
      return at;
  }
  for (; at < s->length; at++) {
    unsigned char c = (unsigned char)s->text[at];
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
      break;
  }
  return at;
}

bool dw_scan_string(struct scan *s, struct dw_span *span) {
  size_t start = s->at++;
  s->escaped = false;
  for (;;) {
    s->at = skip_plain(s);
    if (at_end(s))
      return dw_scan_fail(s, start, "this string has no closing quote");
    unsigned char c = (unsigned char)s->text[s->at];
    if (c == '"')
      break;
    if (c < 0x20)
      return fail_control(s);
    if (!(c == '\\' ? scan_escape(s) : scan_character(s)))
      return false;
  }
  s->at++;
  *span = (struct dw_span){start, s->at - start};
  return true;
}

static void scan_digits(struct scan *s) {
  while (dw_is_digit(dw_scan_peek(s)))
    s->at++;
}

static bool scan_number(struct scan *s) {
  if (dw_scan_peek(s) == '-')
    s->at++;
  if (!dw_is_digit(dw_scan_peek(s)))
    return fail(s, "expected a digit after the minus sign");
  size_t start = s->at;
  scan_digits(s);
  if (s->text[start] == '0' && s->at - start > 1)
    return dw_scan_fail(s, start, "a number must not have leading zeros");
  if (dw_scan_peek(s) == '.') {
    s->at++;
    if (!dw_is_digit(dw_scan_peek(s)))
      return fail(s, "expected a digit after the decimal point");
    scan_digits(s);
  }
  if (dw_scan_peek(s) == 'e' || dw_scan_peek(s) == 'E') {
    s->at++;
    if (dw_scan_peek(s) == '+' || dw_scan_peek(s) == '-')
      s->at++;
    if (!dw_is_digit(dw_scan_peek(s)))
      return fail(s, "expected a digit in the exponent");
    scan_digits(s);
  }
  return true;
}

static bool scan_word(struct scan *s) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t length = strlen(words[i]);
    if (s->length - s->at >= length && memcmp(s->text + s->at, words[i], length) == 0) {
      s->at += length;
      return true;
    }
  }
  return false;
}

/* Returns true if the next character is a typographic quote of any language: U+2018..U+201F, U+00AB or U+00BB. */
static bool at_typographic_quote(const struct scan *s) {
  uint32_t code;
  (void)dw_utf8_next(s->text + s->at, s->length - s->at, &code);
  return (code >= 0x2018 && code <= 0x201F) || code == 0xAB || code == 0xBB;
}

/* In documentation, <1> in an example refers to a remark below it. */
static bool at_callout(const struct scan *s) {
  size_t at = s->at + 1;
  while (at < s->length && dw_is_digit(s->text[at]))
    at++;
  return dw_scan_peek(s) == '<' && at > s->at + 1 && at < s->length && s->text[at] == '>';
}

/* The message for syntax of other languages that people use in JSON by mistake; NULL if there is none. */
static const char *foreign(const struct scan *s) {
  if (at_end(s))
    return NULL;
  if (s->text[s->at] == '/' || s->text[s->at] == '#')
    return "JSON does not allow comments";
  if (at_typographic_quote(s))
    return "this is a typographic quote; JSON needs plain double quotes (\")";
  return at_callout(s) ? "this is a callout from documentation, such as <1>; remove it" : NULL;
}

static bool fail_value(struct scan *s) {
  if (at_end(s))
    return fail(s, s->depth > 0 ? "unexpected end of text: expected a value" : "the text is empty");
  if (foreign(s))
    return fail(s, foreign(s));
  switch (s->text[s->at]) {
  case '\'':
    return fail(s, "JSON needs double quotes (\") instead of single quotes");
  case '}':
  case ']':
  case ',':
    return fail(s, "expected a value");
  case '+':
  case '.':
    return fail(s, "a number must begin with a digit or a minus sign");
  default:
    return fail(s, "expected a value; put text in double quotes");
  }
}

bool dw_scan_enter(struct scan *s, struct scan_walk *walk) {
  if (s->depth >= DW_JSON_MAX_DEPTH) {
    fail(s, "nested deeper than 128 levels");
    s->code = DW_ERR_DEPTH;
    return false;
  }
  s->depth++;
  *walk = (struct scan_walk){dw_scan_peek(s) == '{', 0};
  s->at++;
  return true;
}

static bool fail_separator(struct scan *s, bool object) {
  if (at_end(s))
    return fail(s, object ? "unexpected end of text: expected '}'" : "unexpected end of text: expected ']'");
  if (foreign(s))
    return fail(s, foreign(s));
  if (s->text[s->at] == ':')
    return fail(s, "unexpected ':'");
  return fail(s, object ? "expected ',' or '}'" : "expected ',' or ']'");
}

static bool scan_key(struct scan *s, struct dw_span *key) {
  if (dw_scan_peek(s) != '"') {
    if (at_end(s))
      return fail(s, "unexpected end of text: expected '}'");
    const char *known = foreign(s);
    const char *other = dw_scan_peek(s) == ',' ? "unexpected ','" : "expected a key in double quotes";
    return fail(s, known ? known : other);
  }
  if (!dw_scan_string(s, key))
    return false;
  dw_scan_blanks(s);
  if (dw_scan_peek(s) != ':')
    return fail(s, "expected ':' after the key");
  s->at++;
  dw_scan_blanks(s);
  return true;
}

enum scan_step dw_scan_next(struct scan *s, struct scan_walk *walk, struct dw_span *key) {
  char close = walk->object ? '}' : ']';
  *key = (struct dw_span){0, 0};
  dw_scan_blanks(s);
  if (dw_scan_peek(s) == close) {
    s->at++;
    s->depth--;
    return SCAN_END;
  }
  if (walk->count > 0) {
    if (dw_scan_peek(s) != ',') {
      fail_separator(s, walk->object);
      return SCAN_FAILED;
    }
    size_t comma = s->at++;
    dw_scan_blanks(s);
    if (dw_scan_peek(s) == close) {
      dw_scan_fail(s, comma, "trailing comma: JSON does not allow a comma after the last item");
      return SCAN_FAILED;
    }
  }
  walk->count++;
  return walk->object && !scan_key(s, key) ? SCAN_FAILED : SCAN_MEMBER;
}

static bool scan_container(struct scan *s) {
  struct scan_walk walk;
  struct dw_span key;
  if (!dw_scan_enter(s, &walk))
    return false;
  for (;;) {
    enum scan_step step = dw_scan_next(s, &walk, &key);
    if (step != SCAN_MEMBER)
      return step == SCAN_END;
    if (!dw_scan_value(s))
      return false;
  }
}

bool dw_scan_value(struct scan *s) {
  struct dw_span span;
  char c = dw_scan_peek(s);
  if (c == '{' || c == '[')
    return scan_container(s);
  if (c == '"')
    return dw_scan_string(s, &span);
  if (c == '-' || dw_is_digit(c))
    return scan_number(s);
  return scan_word(s) || fail_value(s);
}

bool dw_scan_begin(struct scan *s) {
  if (s->length >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0)
    return fail(s, "the text begins with a byte order mark (BOM); save it as UTF-8 without one");
  dw_scan_blanks(s);
  return true;
}

bool dw_scan_end(struct scan *s) {
  dw_scan_blanks(s);
  const char *known = foreign(s);
  return at_end(s) || fail(s, known ? known : "unexpected text after the end of the value");
}

/* The low half of a surrogate pair if AT is at the escape of one, else -1. */
static int32_t low_half(const char *text, size_t length, size_t at) {
  bool escape = length - at >= 6 && text[at] == '\\' && text[at + 1] == 'u';
  int32_t unit = escape ? hex4(text, length, at + 2) : -1;
  return (unit & SURROGATE_BITS) == LOW_SURROGATE ? unit : -1;
}

/* Decodes the character whose four digits are at AT, which is behind "\u", and moves AT behind it. */
static uint32_t decode_unicode(const char *text, size_t length, size_t *at) {
  enum { REPLACEMENT = 0xFFFD };
  int32_t unit = hex4(text, length, *at);
  *at += 4;
  if ((unit & SURROGATE_BITS) == LOW_SURROGATE)
    return REPLACEMENT;
  if ((unit & SURROGATE_BITS) != HIGH_SURROGATE)
    return (uint32_t)unit;
  int32_t low = low_half(text, length, *at);
  if (low < 0)
    return REPLACEMENT;
  *at += 6;
  return 0x10000 + (((uint32_t)unit - HIGH_SURROGATE) << 10) + ((uint32_t)low - LOW_SURROGATE);
}

size_t dw_scan_decode(const char *text, size_t length, char *out) {
  size_t written = 0;
  for (size_t at = 0; at < length;) {
    const char *escape = memchr(text + at, '\\', length - at);
    size_t count = (escape ? (size_t)(escape - text) : length) - at;
    memmove(out + written, text + at, count);
    written += count;
    at += count + 2;
    if (!escape)
      return written;
    if (escape[1] == 'u')
      written += dw_utf8_encode(decode_unicode(text, length, &at), out + written);
    else
      out[written++] = unescape_letter(escape[1]);
  }
  return written;
}

void dw_scan_unescape(const char *text, struct dw_span span, struct dw_buf *out) {
  size_t start = out->length;
  size_t length = span.length - 2;
  dw_buf_add(out, text + span.offset + 1, length);
  dw_buf_truncate(out, start + dw_scan_decode(out->data + start, length, out->data + start));
}

/* The offset of the end of the string that begins at AT. */
static size_t skip_string(const char *text, size_t length, size_t at) {
  for (at++; at < length && text[at] != '"'; at++)
    if (text[at] == '\\')
      at++;
  return at;
}

unsigned dw_json_depth(const char *text, size_t length) {
  unsigned depth = 0;
  unsigned deepest = 0;
  for (size_t at = 0; at < length; at++) {
    if (text[at] == '"')
      at = skip_string(text, length, at);
    else if (text[at] == '{' || text[at] == '[')
      deepest = ++depth > deepest ? depth : deepest;
    else if ((text[at] == '}' || text[at] == ']') && depth > 0)
      depth--;
  }
  return deepest;
}
