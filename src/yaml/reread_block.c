/* Literal and folded block scalars. Source: yaml_parser_scan_block_scalar() in libyaml's src/scanner.c. */
#include <stdint.h>
#include <string.h>

#include "yaml/reread.h"
#include "yaml/text_lines.h"

struct block {
  struct reread *r;
  bool folded;
  size_t indent;
  struct dw_span last_break; /* of the line before, not yet put; empty before the first line */
  bool last_indented;        /* the line before begins with a blank: nothing is folded beside it */
};

static size_t break_at(const struct reread *r, size_t at) {
  return dw_yaml_break(r->text, r->length, at);
}

static void skip_line(struct reread *r) {
  size_t length = 0;
  while (r->at < r->length && (length = break_at(r, r->at)) == 0)
    r->at++;
  r->at += length;
}

static size_t count_blanks(const char *text, size_t length) {
  size_t count = 0;
  while (count < length && text[count] == ' ')
    count++;
  return count;
}

/* How far the lines are indented, whether an indicator says so or not: the value tells which blanks are its own. r->at
 * is at the first line. */
static size_t find_indent(const struct reread *r) {
  struct reread ahead = *r;
  size_t length = strlen(r->value);
  size_t start = 0;
  size_t empty;
  while ((empty = dw_yaml_break(r->value, length, start)) > 0) {
    start += empty;
    skip_line(&ahead);
  }
  if (start == length)
    return SIZE_MAX;
  size_t raw = count_blanks(r->text + ahead.at, r->length - ahead.at);
  size_t own = count_blanks(r->value + start, length - start);
  return raw > own ? raw - own : 0;
}

/* Goes to where the line's content would begin. */
static void skip_indent(struct block *b) {
  struct reread *r = b->r;
  size_t left = r->length - r->at;
  r->at += count_blanks(r->text + r->at, left < b->indent ? left : b->indent);
}

/* Whether the line after the empty ones from r->at on belongs to the scalar; EMPTY gets their number, INDENTED whether
 * it begins with a blank. */
static bool look_ahead(const struct block *b, size_t *empty, bool *indented) {
  struct reread ahead = *b->r;
  struct block at = {.r = &ahead, .indent = b->indent};
  size_t length;
  size_t start;
  *empty = 0;
  while (start = ahead.at, skip_indent(&at), (length = break_at(&ahead, ahead.at)) > 0) {
    ahead.at += length;
    ++*empty;
  }
  *indented = ahead.at < ahead.length && (ahead.text[ahead.at] == ' ' || ahead.text[ahead.at] == '\t');
  return ahead.at < ahead.length && ahead.at - start == b->indent;
}

static void put_last_break(struct block *b) {
  struct reread *r = b->r;
  size_t here = r->at;
  if (b->last_break.length == 0)
    return;
  r->at = b->last_break.offset;
  dw_reread_put_break(r, b->last_break.length);
  r->at = here;
}

static void put_empty_lines(struct block *b, size_t count) {
  for (; count > 0 && !dw_reread_over(b->r); count--) {
    skip_indent(b);
    dw_reread_put_break(b->r, break_at(b->r, b->r->at));
  }
}

static void put_line(struct block *b) {
  struct reread *r = b->r;
  skip_indent(b);
  while (r->at < r->length && break_at(r, r->at) == 0 && !dw_reread_over(r))
    dw_reread_copy(r);
  b->last_break = (struct dw_span){r->at, break_at(r, r->at)};
  r->at += b->last_break.length;
}

/* What joins the line before with the next one. */
static void put_joint(struct block *b, size_t empty, bool indented) {
  bool fold = b->folded && b->last_break.length > 0 && dw_reread_is_newline(b->r, b->last_break.offset) &&
              !b->last_indented && !indented;
  if (!fold) {
    put_last_break(b);
  } else if (empty == 0) {
    size_t here = b->r->at;
    b->r->at = b->last_break.offset + b->last_break.length;
    dw_reread_put(b->r, b->last_break.offset, " ", 1);
    b->r->at = here;
  }
}

void dw_reread_block(struct reread *r) {
  struct block b = {.r = r, .folded = r->text[r->at] == '>'};
  size_t empty = 0;
  bool indented = false;
  skip_line(r);
  b.indent = find_indent(r);
  while (!dw_reread_over(r) && look_ahead(&b, &empty, &indented)) {
    put_joint(&b, empty, indented);
    put_empty_lines(&b, empty);
    b.last_indented = indented;
    put_line(&b);
  }
  /* How much of the end was kept, the value tells. */
  put_last_break(&b);
  put_empty_lines(&b, empty);
  r->differs = r->differs || r->done < r->to;
}
