/* Scanning JSON text without making values: the scanner on which json_parse.c, json_select.c and json_position.c are
 * built. */
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
  size_t at; /* the offset of the next byte to read */
  unsigned depth;
  const char *problem; /* the first error; NULL if there is none */
  size_t problem_at;
  enum dw_error_code code;
  bool escaped; /* the last string has an escape sequence */
};

/* The state of a walk over the members of a container, which dw_scan_enter() begins. */
struct scan_walk {
  bool object;
  size_t count; /* members read so far */
};

enum scan_step { SCAN_MEMBER, SCAN_END, SCAN_FAILED };

struct scan dw_scan_start(const char *text, size_t length);
/* Moves to the first value; checks that nothing follows the last one. */
bool dw_scan_begin(struct scan *s);
bool dw_scan_end(struct scan *s);
/* Scans the whole value at s->at. */
bool dw_scan_value(struct scan *s);
/* Scans the string at s->at. */
bool dw_scan_string(struct scan *s, struct dw_span *span);
/* Records an error at AT, unless there was one before. Always returns false. */
bool dw_scan_fail(struct scan *s, size_t at, const char *problem);
/* The same for text that is valid JSON to other readers. */
bool dw_scan_refuse(struct scan *s, size_t at, const char *problem);
/* The next byte; NUL at the end of the text. */
static inline char dw_scan_peek(const struct scan *s) {
  return s->at < s->length ? s->text[s->at] : '\0';
}
static inline void dw_scan_blanks(struct scan *s) {
  while (dw_scan_peek(s) == ' ' || dw_scan_peek(s) == '\n' || dw_scan_peek(s) == '\t' || dw_scan_peek(s) == '\r')
    s->at++;
}

/* Enters the object or array at s->at. */
bool dw_scan_enter(struct scan *s, struct scan_walk *walk);
/* Moves to the next member: s->at is at its value, and KEY is its key (empty in an array). Before the next step, the
 * caller must consume the value, with dw_scan_value() or with another walk. */
enum scan_step dw_scan_next(struct scan *s, struct scan_walk *walk, struct dw_span *key);

/* Decodes TEXT[LENGTH], the part of a string between its quotes, into OUT and returns the decoded length. OUT needs no
 * more room than TEXT, and may be TEXT itself. */
size_t dw_scan_decode(const char *text, size_t length, char *out);
/* Appends the decoded string at SPAN, which includes the quotes and has been scanned before. */
void dw_scan_unescape(const char *text, struct dw_span span, struct dw_buf *out);

#endif
