/* Reading JSON text without making values: the one scanner under json_parse.c, json_select.c and json_scan.c. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "json/json_position.h"

struct scan {
  const char *text;
  size_t length;
  size_t at; /* what is read next */
  unsigned depth;
  const char *problem; /* the first thing that is wrong; NULL while all is well */
  size_t problem_at;
  enum dw_error_code code;
  bool escaped; /* the last string holds an escape */
};

/* A walk over the members of the container that dw_scan_enter() opened. */
struct scan_walk {
  bool object;
  size_t count; /* members met so far */
};

enum scan_step { SCAN_MEMBER, SCAN_END, SCAN_FAILED };

struct scan dw_scan_start(const char *text, size_t length);
/* To the first value, and whether nothing stands behind the last one. */
bool dw_scan_begin(struct scan *s);
bool dw_scan_end(struct scan *s);
/* The value that begins at s->at, with everything inside it. */
bool dw_scan_value(struct scan *s);
/* The string that begins at s->at. */
bool dw_scan_string(struct scan *s, struct dw_span *span);
/* Notes what is wrong at AT, unless something was already; always false. */
bool dw_scan_fail(struct scan *s, size_t at, const char *problem);
/* The same of what is JSON to others. */
bool dw_scan_refuse(struct scan *s, size_t at, const char *problem);
/* '{', '[' or another byte; NUL at the end of the text. */
static inline char dw_scan_peek(const struct scan *s) {
  return s->at < s->length ? s->text[s->at] : '\0';
}
static inline void dw_scan_blanks(struct scan *s) {
  while (dw_scan_peek(s) == ' ' || dw_scan_peek(s) == '\n' || dw_scan_peek(s) == '\t' || dw_scan_peek(s) == '\r')
    s->at++;
}

/* Goes into the object or array at s->at. */
bool dw_scan_enter(struct scan *s, struct scan_walk *walk);
/* Goes to the next member: s->at is at its value, KEY is its key (empty in an array). The caller has to consume the
 * value, by dw_scan_value() or a walk of its own, before the next step. */
enum scan_step dw_scan_next(struct scan *s, struct scan_walk *walk, struct dw_span *key);

/* What TEXT[LENGTH] between the quotes of a string says, into OUT, which needs no more room than TEXT and may be TEXT
 * itself; returns its length. */
size_t dw_scan_decode(const char *text, size_t length, char *out);
/* Appends what the string at SPAN (with its quotes, already scanned) says. */
void dw_scan_unescape(const char *text, struct dw_span span, struct dw_buf *out);

#endif
