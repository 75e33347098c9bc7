/* Texts: comparing, searching, checking, and quoting for messages and XML. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#include "base/buf.h"

/* Only ASCII, in every locale. */
static inline bool dw_is_digit(char c) {
  return c >= '0' && c <= '9';
}
static inline bool dw_is_alnum(char c) {
  return dw_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline unsigned char dw_lower(char c) {
  return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : (unsigned char)c;
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
 * them by that text, byte by byte. The texts must not be NULL. */
int dw_by_name(const void *a, const void *b) __attribute__((nonnull));

/* The element called NAME of the COUNT elements of SIZE bytes at ITEMS, which are ordered by dw_by_name(); NULL if
 * there is none. ITEMS may be NULL if COUNT is 0. */
void *dw_find_by_name(const char *name, const void *items, size_t count, size_t size) __attribute__((nonnull(1)));

/* Whether Go's encoding/json matches KEY to the field NAME: equal under Unicode simple case folding, which maps U+017F
 * (long s) to s and U+212A (Kelvin sign) to k in addition to ASCII letters. */
bool dw_key_equal(const char *key, const char *name) __attribute__((nonnull));

/* Compares under the same folding. Returns <0, 0 or >0: a total order, for sorting. */
int dw_key_compare(const char *a, const char *b) __attribute__((nonnull));

/* Edit distance (insert, delete, replace, swap of adjacent bytes), ignoring case. Above LIMIT it returns LIMIT + 1.
 * Only the first 128 bytes are compared. */
unsigned dw_edit_distance(const char *a, const char *b, unsigned limit) __attribute__((nonnull));

/* The word of WORDS[COUNT] that is most similar to TEXT; of equally similar ones, the first. NULL if none is similar
 * enough to be meant: at most 3 edits, and at most a third of the longer text's length. */
const char *dw_nearest(const char *text, const char *const *words, size_t count) __attribute__((nonnull(1)));
/* The same, but NULL if another word is equally similar. */
const char *dw_nearest_only(const char *text, const char *const *words, size_t count) __attribute__((nonnull(1)));

/* Returns true if both contain the same digits in the same order: eth1 is not a misspelled eth2. */
bool dw_same_digits(const char *a, const char *b) __attribute__((nonnull));

/* dw_nearest(); SURE (may be NULL) receives whether no other word is equally similar, and the digits are the same. */
const char *dw_nearest_sure(const char *text, const char *const *words, size_t count, bool *sure)
    __attribute__((nonnull(1)));

/* "worker-0, worker-1 and 3 more": NAMES contains the first of TOTAL names, at most MAX. In
 * ARENA. */
const char *dw_text_list(struct dw_arena *arena, const char *const *names, size_t max, size_t total)
    __attribute__((nonnull));

/* The first placeholder in TEXT that a tool should have filled in, or NULL; LENGTH receives its length. Placeholders
 * are ${NAME}, ${NAME:-x}, $NAME in capitals, $(NAME), {{ ... }}, <% ... %> and _replaced_. No valid CNI configuration
 * needs any of them. */
const char *dw_text_placeholder(const char *text, size_t *length) __attribute__((nonnull));

/* For messages: writes TEXT[LENGTH] in double quotes into OUT, shortened to fit, with '?' for quotes and for control
 * characters, which could control a terminal. Returns OUT. */
#define DW_QUOTE_SIZE 64
const char *dw_quote_short(char out[DW_QUOTE_SIZE], const char *text, size_t length) __attribute__((nonnull));

/* Appends TEXT[LENGTH] to XML or HTML as character data that is safe both in elements and in quoted attributes: & < > "
 * ' are escaped, and characters for which dw_utf8_is_hidden() is true (including line ends and tabs) become U+FFFD. */
void dw_xml_add(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));
/* The same for NUL-terminated TEXT. */
void dw_xml_puts(struct dw_buf *out, const char *text) __attribute__((nonnull));

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
