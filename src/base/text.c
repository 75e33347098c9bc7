#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"

bool dw_text_equal(const char *a, const char *b) {
  return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int dw_by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void *dw_find_by_name(const char *name, const void *items, size_t count, size_t size) {
  if (count == 0)
    return NULL;
  return bsearch(&name, items, count, size, dw_by_name);
}

/* The next character of *AT under Go's folding, 0 at the end. Field names are ASCII, so the only other characters that
 * matter are the two that fold into ASCII; all other bytes are unchanged (Go: encoding/json/fold.go). */
static unsigned char next_folded(const unsigned char **at) {
  const unsigned char *c = *at;
  if (*c == '\0')
    return '\0';
  if (c[0] == 0xC5 && c[1] == 0xBF) {
    *at += 2;
    return 's';
  }
  if (c[0] == 0xE2 && c[1] == 0x84 && c[2] == 0xAA) {
    *at += 3;
    return 'k';
  }
  *at += 1;
  return dw_lower((char)*c);
}

int dw_key_compare(const char *a, const char *b) {
  const unsigned char *left = (const unsigned char *)a;
  const unsigned char *right = (const unsigned char *)b;
  for (;;) {
    unsigned char from_left = next_folded(&left);
    unsigned char from_right = next_folded(&right);
    if (from_left != from_right)
      return from_left < from_right ? -1 : 1;
    if (from_left == '\0')
      return 0;
  }
}

enum { DISTANCE_MAX = 128 };

/* A fast path: most keys differ in their first letter. Only non-ASCII characters can fold to a different letter. */
bool dw_key_equal(const char *key, const char *name) {
  bool ascii = (unsigned char)*key < 0x80 && (unsigned char)*name < 0x80;
  if (ascii && dw_lower(*key) != dw_lower(*name))
    return false;
  return dw_key_compare(key, name) == 0;
}

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* Fills one row of the table, for a[i-1], and returns its lowest value. `before` is the row of i-2. */
struct rows {
  unsigned before[DISTANCE_MAX + 1];
  unsigned last[DISTANCE_MAX + 1];
  unsigned row[DISTANCE_MAX + 1];
};

static unsigned fill_row(struct rows *rows, const char *a, size_t i, const char *b, size_t length) {
  rows->row[0] = (unsigned)i;
  unsigned lowest = rows->row[0];
  for (size_t j = 1; j <= length; j++) {
    bool same = dw_lower(a[i - 1]) == dw_lower(b[j - 1]);
    unsigned best = least(rows->last[j] + 1, rows->row[j - 1] + 1);
    best = least(best, rows->last[j - 1] + (same ? 0 : 1));
    if (i > 1 && j > 1 && dw_lower(a[i - 1]) == dw_lower(b[j - 2]) && dw_lower(a[i - 2]) == dw_lower(b[j - 1]))
      best = least(best, rows->before[j - 2] + 1);
    rows->row[j] = best;
    lowest = least(lowest, best);
  }
  return lowest;
}

unsigned dw_edit_distance(const char *a, const char *b, unsigned limit) {
  size_t a_length = strnlen(a, DISTANCE_MAX);
  size_t b_length = strnlen(b, DISTANCE_MAX);
  struct rows rows = {0};
  unsigned lowest_before = 0;
  for (size_t j = 0; j <= b_length; j++)
    rows.last[j] = (unsigned)j;
  for (size_t i = 1; i <= a_length; i++) {
    unsigned lowest = fill_row(&rows, a, i, b, b_length);
    if (lowest > limit && lowest_before > limit) /* a swap depends on the last two rows */
      return limit + 1;
    lowest_before = lowest;
    memcpy(rows.before, rows.last, sizeof rows.before);
    memcpy(rows.last, rows.row, sizeof rows.last);
  }
  return least(rows.last[b_length], limit + 1);
}

const char *dw_nearest(const char *text, const char *const *words, size_t count) {
  enum { MOST_EDITS = 3 };
  const char *nearest = NULL;
  unsigned nearest_edits = MOST_EDITS + 1;
  size_t length = strlen(text);
  for (size_t i = 0; i < count && nearest_edits > 0; i++) {
    size_t word_length = strlen(words[i]);
    size_t third = (word_length > length ? word_length : length) / 3;
    unsigned allowed = third < MOST_EDITS ? (unsigned)third : MOST_EDITS;
    if (word_length > length + allowed ||
        length > word_length + allowed) /* rules out most names without computing a distance */
      continue;
    unsigned edits = dw_edit_distance(text, words[i], allowed);
    if (edits <= allowed && edits < nearest_edits) {
      nearest = words[i];
      nearest_edits = edits;
    }
  }
  return nearest;
}

const char *dw_nearest_only(const char *text, const char *const *words, size_t count) {
  const char *nearest = dw_nearest(text, words, count);
  if (nearest == NULL)
    return NULL;
  unsigned edits = dw_edit_distance(text, nearest, UINT8_MAX);
  for (size_t i = 0; i < count; i++)
    if (strcmp(words[i], nearest) != 0 && dw_edit_distance(text, words[i], edits) <= edits)
      return NULL;
  return nearest;
}

bool dw_same_digits(const char *a, const char *b) {
  for (;;) {
    a += strcspn(a, "0123456789");
    b += strcspn(b, "0123456789");
    if (*a == '\0' || *a != *b)
      return *a == *b;
    a++;
    b++;
  }
}

const char *dw_nearest_sure(const char *text, const char *const *words, size_t count, bool *sure) {
  const char *nearest = dw_nearest(text, words, count);
  if (sure != NULL)
    *sure = nearest != NULL && dw_nearest_only(text, words, count) == nearest && dw_same_digits(text, nearest);
  return nearest;
}

const char *dw_text_list(struct dw_arena *arena, const char *const *names, size_t max, size_t total) {
  struct dw_buf out = DW_BUF_IN(arena);
  size_t shown = total < max ? total : max;
  for (size_t i = 0; i < shown; i++)
    dw_buf_printf(&out, "%s%s", i == 0 ? "" : i + 1 == total ? " and " : ", ", names[i]);
  if (total > shown)
    dw_buf_printf(&out, " and %zu more", total - shown);
  return dw_buf_text(&out);
}

static bool is_label(const char *text, size_t length) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return length > 0 && text[0] != '-' && text[length - 1] != '-' && strspn(text, allowed) >= length;
}

bool dw_is_dns_label(const char *text) {
  size_t length = strlen(text);
  return length <= 63 && is_label(text, length);
}

/* Kubernetes limits the length of the whole name, not of its labels (apimachinery, IsDNS1123Subdomain). */
bool dw_is_dns_subdomain(const char *text) {
  if (strlen(text) > 253)
    return false;
  for (;;) {
    size_t length = strcspn(text, ".");
    if (!is_label(text, length))
      return false;
    if (text[length] == '\0')
      return true;
    text += length + 1;
  }
}

unsigned dw_hex_digit(char c) {
  if (dw_is_digit(c))
    return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f')
    return (unsigned)(c - 'a') + 10;
  if (c >= 'A' && c <= 'F')
    return (unsigned)(c - 'A') + 10;
  return 16;
}

bool dw_parse_int64(const char *text, int64_t *out) {
  bool negative = text[0] == '-';
  const char *at = negative ? text + 1 : text;
  int64_t value = 0;
  if (*at == '\0')
    return false;
  for (; *at != '\0'; at++) {
    int digit = *at - '0';
    if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, negative ? -digit : digit, &value))
      return false;
  }
  *out = value;
  return true;
}

bool dw_has_suffix(const char *text, const char *suffix) {
  size_t length = strlen(text);
  size_t suffix_length = strlen(suffix);
  return length >= suffix_length && memcmp(text + (length - suffix_length), suffix, suffix_length) == 0;
}

const char *dw_quote_short(char out[DW_QUOTE_SIZE], const char *text, size_t length) {
  const size_t most = DW_QUOTE_SIZE - 6; /* two quotes, three dots, NUL */
  size_t count = dw_utf8_cut(text, length, most);
  size_t at = 0;
  out[at++] = '"';
  for (size_t i = 0; i < count; i++) {
    unsigned char c = (unsigned char)text[i];
    out[at++] = c < 0x20 || c == 0x7F || c == '"' ? '?' : text[i];
  }
  if (count < length) {
    memcpy(out + at, "...", 3);
    at += 3;
  }
  out[at++] = '"';
  out[at] = '\0';
  return out;
}

/* --- XML --- */

static const char *escaped(uint32_t code) {
  switch (code) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default: /* XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF (section 2.2) */
    return dw_utf8_is_hidden(code) ? DW_UTF8_REPLACEMENT : NULL;
  }
}

void dw_xml_add(struct dw_buf *out, const char *text, size_t length) {
  for (size_t i = 0, size; i < length; i += size) {
    uint32_t code;
    size = dw_utf8_next(text + i, length - i, &code);
    const char *instead = escaped(code);
    if (instead != NULL)
      dw_buf_puts(out, instead);
    else
      dw_buf_add(out, text + i, size);
  }
}

void dw_xml_puts(struct dw_buf *out, const char *text) {
  dw_xml_add(out, text, strlen(text));
}

/* --- placeholders --- */

/* A longer text between the delimiters is unlikely to be a name or an expression. */
enum { INSIDE_MAX = 256 };

static bool is_name_part(char c) {
  return c == '_' || dw_is_alnum(c);
}

/* The length of a placeholder at TEXT that begins with OPEN and ends with CLOSE; 0 if there is none. NAMED: it must
 * begin with a name. */
static size_t enclosed(const char *text, const char *open, const char *close, bool named) {
  size_t length = strlen(open);
  if (strncmp(text, open, length) != 0 || (named && (!is_name_part(text[length]) || dw_is_digit(text[length]))))
    return 0;
  const char *end = memmem(text + length, strnlen(text + length, INSIDE_MAX), close, strlen(close));
  if (end == NULL || end == text + length)
    return 0;
  if (named && memchr(text, '"', (size_t)(end - text)) != NULL)
    return 0;
  return (size_t)(end - text) + strlen(close);
}

/* envsubst and Flux also fill in $NAME. Only capitals count, because any other dollar sign may be intended. */
static size_t variable(const char *text) {
  static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  if (text[0] != '$' || text[1] == '\0' || strchr(capitals, text[1]) == NULL)
    return 0;
  size_t length = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
  return length < 2 || is_name_part(text[1 + length]) ? 0 : length + 1;
}

/* _replaced_, _replace_me_, _placeholder_: values that a kustomize replacement overwrites. */
static size_t replaced_word(const char *text) {
  size_t length = 0;
  bool meant = false;
  while (is_name_part(text[length]) || text[length] == '-') {
    meant |= strncasecmp(text + length, "replace", 7) == 0 || strncasecmp(text + length, "placeholder", 11) == 0;
    length++;
  }
  return text[0] == '_' && length > 2 && text[length - 1] == '_' && meant ? length : 0;
}

static size_t placeholder_at(const char *text, bool word_begins) {
  size_t length = 0;
  switch (text[0]) {
  case '$':
    length = enclosed(text, "${", "}", true);
    if (length == 0)
      length = enclosed(text, "$(", ")", true);
    return length != 0 ? length : variable(text);
  case '{':
    return enclosed(text, "{{", "}}", false);
  case '<':
    return enclosed(text, "<%", "%>", false);
  case '_':
    return word_begins ? replaced_word(text) : 0;
  default:
    return 0;
  }
}

const char *dw_text_placeholder(const char *text, size_t *length) {
  for (const char *at = text; *(at += strcspn(at, "${<_")) != '\0'; at++) {
    *length = placeholder_at(at, at == text || !is_name_part(at[-1]));
    if (*length > 0)
      return at;
  }
  *length = 0;
  return NULL;
}
