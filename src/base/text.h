/* Small text helpers. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Only ASCII, in every locale. */
static inline bool dw_is_digit(char c) {
  return c >= '0' && c <= '9';
}
static inline bool dw_is_alnum(char c) {
  return dw_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* White space in JSON and YAML. */
static inline bool dw_is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
/* White space both to C's isspace() and to Go's unicode.IsSpace(). */
static inline bool dw_is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Whether both are NULL, or both are equal texts. */
bool dw_text_equal(const char *a, const char *b);

/* Comparator for qsort() and bsearch() over elements that are a const char *, or structs that begin with one: orders
 * them by that text, byte by byte. The texts must not be NULL. For bsearch() the key is such an element too: `&name`.
 */
int dw_by_name(const void *a, const void *b) __attribute__((nonnull));

/* Whether Go's encoding/json matches KEY to the field NAME: equal under Unicode simple case folding, which maps U+017F
 * (long s) to s and U+212A (Kelvin sign) to k in addition to ASCII letters. */
bool dw_key_equal(const char *key, const char *name) __attribute__((nonnull));

/* Compares under the same folding. Returns <0, 0 or >0: a total order, for sorting. */
int dw_key_compare(const char *a, const char *b) __attribute__((nonnull));

/* Edit distance (insert, delete, replace, swap of adjacent bytes), ignoring case. Above LIMIT it returns LIMIT + 1.
 * Only the first 128 bytes are compared. */
unsigned dw_edit_distance(const char *a, const char *b, unsigned limit) __attribute__((nonnull));

/* The word of WORDS[COUNT] that is most similar to TEXT, the first one of equals. NULL if none is similar enough to be
 * meant: at most 3 edits, and at most a third of the longer text's length. */
const char *dw_nearest(const char *text, const char *const *words, size_t count) __attribute__((nonnull(1)));

/* The first placeholder in TEXT that a tool should have filled in, or NULL; LENGTH receives its length. Placeholders
 * are ${NAME}, ${NAME:-x}, $NAME in capitals, $(NAME), {{ ... }}, <% ... %> and _replaced_. No valid CNI configuration
 * needs any of them. */
const char *dw_text_placeholder(const char *text, size_t *length) __attribute__((nonnull));

/* For messages: writes TEXT[LENGTH] in double quotes into OUT, shortened to fit, with '?' for quotes and for control
 * characters, which a terminal would obey. Returns OUT. */
#define DW_QUOTE_SIZE 64
const char *dw_quote_short(char out[DW_QUOTE_SIZE], const char *text, size_t length) __attribute__((nonnull));

/* Kubernetes names: a DNS label (RFC 1123, at most 63 bytes), and a DNS subdomain (labels joined by dots, at most 253).
 */
bool dw_is_dns_label(const char *text) __attribute__((nonnull));
bool dw_is_dns_subdomain(const char *text) __attribute__((nonnull));

/* The value of a hexadecimal digit, in upper or lower case; 16 if C is not one. */
unsigned dw_hex_digit(char c);

/* Parses the whole TEXT as a decimal number: no sign except '-', no white space, no overflow. */
bool dw_parse_int64(const char *text, int64_t *out) __attribute__((nonnull, warn_unused_result));

/* Whether TEXT ends with SUFFIX. */
bool dw_has_suffix(const char *text, const char *suffix) __attribute__((nonnull));

#endif
