/* Scalars in one line or folded: plain, single- and double-quoted, and JSON's strings. Source:
 * yaml_parser_scan_*_scalar in libyaml's src/scanner.c. */
#include "yaml/reread.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "yaml/text_lines.h"
#include "json/scan.h"

void dw_reread_put(struct reread *r, size_t start, const char *bytes, size_t count) {
  if (dw_reread_over(r))
    return;
  /* The value ends with a NUL, which no text holds: a longer text differs there. */
  if (strncmp(r->value + r->done, bytes, count) != 0) {
    r->differs = true;
    return;
  }
  size_t end = r->done + count;
  if (r->done <= r->from && r->from < end)
    r->raw.offset = start;
  r->done = end;
  r->raw.length = r->at - r->raw.offset;
}

void dw_reread_copy(struct reread *r) {
  size_t start = r->at;
  char byte = start < r->length ? r->text[start] : '\0';
  if (byte == '\0') {
    r->differs = true;
    return;
  }
  r->at++;
  dw_reread_put(r, start, &byte, 1);
}

bool dw_reread_is_newline(const struct reread *r, size_t at) {
  return dw_yaml_break(r->text, r->length, at) != 3;
}

void dw_reread_put_break(struct reread *r, size_t length) {
  size_t start = r->at;
  bool newline = dw_reread_is_newline(r, start);
  r->at += length;
  dw_reread_put(r, start, newline ? "\n" : r->text + start, newline ? 1 : length);
}

static bool is_blank(const struct reread *r, size_t at) {
  return at < r->length && (r->text[at] == ' ' || r->text[at] == '\t');
}

static size_t after_blanks(const struct reread *r, size_t at) {
  while (is_blank(r, at))
    at++;
  return at;
}

static size_t break_at(const struct reread *r, size_t at) {
  return dw_yaml_break(r->text, r->length, at);
}

/* Breaks with blanks around them: each is kept, the blanks are not. */
static size_t put_empty_lines(struct reread *r) {
  size_t count = 0;
  size_t length;
  while (r->at = after_blanks(r, r->at), (length = break_at(r, r->at)) > 0) {
    dw_reread_put_break(r, length);
    count++;
  }
  return count;
}

static bool empty_line_follows(const struct reread *r, size_t at) {
  return break_at(r, after_blanks(r, at)) > 0;
}

/* Blanks and breaks inside a scalar: a single break is a blank, of several the first one falls away. */
static void fold(struct reread *r) {
  size_t end = after_blanks(r, r->at);
  size_t length = break_at(r, end);
  if (length == 0) {
    while (r->at < end)
      dw_reread_copy(r);
    return;
  }
  r->at = end + length;
  if (!dw_reread_is_newline(r, end))
    dw_reread_put(r, end, r->text + end, length);
  else if (!empty_line_follows(r, r->at))
    dw_reread_put(r, end, " ", 1);
  put_empty_lines(r);
}

static bool at_white(const struct reread *r) {
  return is_blank(r, r->at) || break_at(r, r->at) > 0;
}

void dw_reread_plain(struct reread *r) {
  while (!dw_reread_over(r)) {
    if (at_white(r))
      fold(r);
    else
      dw_reread_copy(r);
  }
}

void dw_reread_single_quoted(struct reread *r) {
  r->at++;
  while (!dw_reread_over(r)) {
    if (at_white(r)) {
      fold(r);
    } else if (r->at + 1 < r->length && memcmp(r->text + r->at, "''", 2) == 0) {
      r->at += 2;
      dw_reread_put(r, r->at - 2, "'", 1);
    } else {
      dw_reread_copy(r);
    }
  }
}

static void put_code(struct reread *r, size_t start, size_t digits) {
  DW_BUF_SCOPED struct dw_buf bytes = DW_BUF_INIT;
  uint32_t code = 0;
  r->at = start + 2 + digits;
  if (r->at > r->length) {
    r->differs = true;
    return;
  }
  for (size_t i = r->at - digits; i < r->at; i++)
    code = code * 16 + dw_hex_digit(r->text[i]);
  dw_utf8_put(&bytes, code);
  dw_reread_put(r, start, dw_buf_text(&bytes), bytes.length);
}

/* START is at a backslash. */
static void put_escape(struct reread *r, size_t start) {
  static const struct {
    char letter;
    const char *bytes;
  } escapes[] = {
      {'a', "\a"},  {'b', "\b"}, {'t', "\t"},       {'\t', "\t"},      {'n', "\n"},           {'v', "\v"},
      {'f', "\f"},  {'r', "\r"}, {'e', "\x1B"},     {' ', " "},        {'"', "\""},           {'/', "/"},
      {'\\', "\\"}, {'\'', "'"}, {'N', "\xC2\x85"}, {'_', "\xC2\xA0"}, {'L', "\xE2\x80\xA8"}, {'P', "\xE2\x80\xA9"}};
  char letter = start + 1 < r->length ? r->text[start + 1] : '\0';
  if (letter == 'x' || letter == 'u' || letter == 'U') {
    put_code(r, start, letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
    return;
  }
  for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
    if (escapes[i].letter == letter) {
      r->at = start + 2;
      dw_reread_put(r, start, escapes[i].bytes, strlen(escapes[i].bytes));
      return;
    }
  }
  r->differs = true;
}

void dw_reread_double_quoted(struct reread *r) {
  r->at++;
  while (!dw_reread_over(r)) {
    size_t length;
    if (at_white(r)) {
      fold(r);
    } else if (r->at >= r->length || r->text[r->at] != '\\') {
      dw_reread_copy(r);
    } else if ((length = break_at(r, r->at + 1)) > 0) {
      r->at += 1 + length;
      put_empty_lines(r);
    } else {
      put_escape(r, r->at);
    }
  }
}

/* The length of the escape at START, a pair of surrogates being one. */
static size_t json_escape(const struct reread *r, size_t start) {
  if (start + 1 >= r->length || r->text[start + 1] != 'u')
    return 2;
  bool high = start + 3 < r->length && (r->text[start + 2] | 0x20) == 'd' && strchr("89abAB", r->text[start + 3]);
  return high ? 12 : 6;
}

void dw_reread_json(struct reread *r) {
  DW_BUF_SCOPED struct dw_buf bytes = DW_BUF_INIT;
  r->at++;
  while (!dw_reread_over(r)) {
    size_t start = r->at;
    size_t length = start < r->length && r->text[start] == '\\' ? json_escape(r, start) : 1;
    if (length > r->length - start) {
      r->differs = true;
    } else if (length == 1) {
      dw_reread_copy(r);
    } else {
      dw_buf_truncate(&bytes, 0);
      dw_scan_unescape(r->text, (struct dw_span){start - 1, length + 2}, &bytes); /* as if in quotes of its own */
      r->at += length;
      dw_reread_put(r, start, dw_buf_text(&bytes), bytes.length);
    }
  }
}

/* --- literal and folded block scalars; source: yaml_parser_scan_block_scalar() in libyaml's src/scanner.c --- */

struct block {
  struct reread *r;
  bool folded;
  size_t indent;
  struct dw_span last_break; /* of the line before, not yet put; empty before the first line */
  bool last_indented;        /* the line before begins with a blank: nothing is folded beside it */
};

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

static void put_block_empty_lines(struct block *b, size_t count) {
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
    put_block_empty_lines(&b, empty);
    b.last_indented = indented;
    put_line(&b);
  }
  /* How much of the end was kept, the value tells. */
  put_last_break(&b);
  put_block_empty_lines(&b, empty);
  r->differs = r->differs || r->done < r->to;
}
