/* Reads scalars in all styles, and JSON strings. Source: yaml_parser_scan_*_scalar() in libyaml's src/scanner.c. */
#include "yaml/reread.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "yaml/text_lines.h"
#include "json/scan.h"

static bool is_over(const struct reread *r) {
  return r->differs || r->done >= r->to || r->at > r->length;
}

/* The raw text from START to r->at has the value BYTES. */
static void put(struct reread *r, size_t start, const char *bytes, size_t count) {
  if (is_over(r))
    return;
  /* The value ends with a NUL, which no text contains, so a longer text differs there. */
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

/* The next raw byte is the next byte of the value. */
static void copy(struct reread *r) {
  size_t start = r->at;
  char byte = start < r->length ? r->text[start] : '\0';
  if (byte == '\0') {
    r->differs = true;
    return;
  }
  r->at++;
  put(r, start, &byte, 1);
}

/* Returns true if the YAML line break at AT becomes a line feed; LS and PS do not. */
static bool is_newline(const struct reread *r, size_t at) {
  return dw_yaml_break(r->text, r->length, at) != 3;
}

/* The line break at r->at, LENGTH bytes long. */
static void put_break(struct reread *r, size_t length) {
  size_t start = r->at;
  bool newline = is_newline(r, start);
  r->at += length;
  put(r, start, newline ? "\n" : r->text + start, newline ? 1 : length);
}

static size_t after_blanks(const struct reread *r, size_t at) {
  while (at < r->length && (r->text[at] == ' ' || r->text[at] == '\t'))
    at++;
  return at;
}

static size_t break_at(const struct reread *r, size_t at) {
  return dw_yaml_break(r->text, r->length, at);
}

/* Line breaks with white space around them: each break is kept, the white space is not. */
static size_t put_empty_lines(struct reread *r) {
  size_t count = 0;
  size_t length;
  while (r->at = after_blanks(r, r->at), (length = break_at(r, r->at)) > 0) {
    put_break(r, length);
    count++;
  }
  return count;
}

/* White space and line breaks inside a scalar: a single break becomes a space; of several, the first one is dropped.
 * Returns false if there is neither at r->at. */
static bool fold(struct reread *r) {
  size_t end = after_blanks(r, r->at);
  size_t length = break_at(r, end);
  if (length == 0) {
    bool any = r->at < end;
    while (r->at < end)
      copy(r);
    return any;
  }
  r->at = end + length;
  if (!is_newline(r, end))
    put(r, end, r->text + end, length);
  else if (break_at(r, after_blanks(r, r->at)) == 0) /* no empty line follows */
    put(r, end, " ", 1);
  put_empty_lines(r);
  return true;
}

void dw_reread_plain(struct reread *r) {
  while (!is_over(r))
    if (!fold(r))
      copy(r);
}

void dw_reread_single_quoted(struct reread *r) {
  r->at++;
  while (!is_over(r)) {
    if (fold(r))
      continue;
    if (r->at + 1 < r->length && memcmp(r->text + r->at, "''", 2) == 0) {
      r->at += 2;
      put(r, r->at - 2, "'", 1);
    } else {
      copy(r);
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
  put(r, start, dw_buf_text(&bytes), bytes.length);
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
      put(r, start, escapes[i].bytes, strlen(escapes[i].bytes));
      return;
    }
  }
  r->differs = true;
}

void dw_reread_double_quoted(struct reread *r) {
  r->at++;
  while (!is_over(r)) {
    size_t length;
    if (fold(r))
      continue;
    if (r->at >= r->length || r->text[r->at] != '\\') {
      copy(r);
    } else if ((length = break_at(r, r->at + 1)) > 0) {
      r->at += 1 + length;
      put_empty_lines(r);
    } else {
      put_escape(r, r->at);
    }
  }
}

/* The length of the escape at START; a surrogate pair counts as one. */
static size_t json_escape(const struct reread *r, size_t start) {
  if (start + 1 >= r->length || r->text[start + 1] != 'u')
    return 2;
  bool high = start + 3 < r->length && (r->text[start + 2] | 0x20) == 'd' && strchr("89abAB", r->text[start + 3]);
  return high ? 12 : 6;
}

void dw_reread_json(struct reread *r) {
  DW_BUF_SCOPED struct dw_buf bytes = DW_BUF_INIT;
  r->at++;
  while (!is_over(r)) {
    size_t start = r->at;
    size_t length = start < r->length && r->text[start] == '\\' ? json_escape(r, start) : 1;
    if (length > r->length - start) {
      r->differs = true;
    } else if (length == 1) {
      copy(r);
    } else {
      dw_buf_truncate(&bytes, 0);
      dw_scan_unescape(r->text, (struct dw_span){start - 1, length + 2}, &bytes); /* as if it were in separate quotes */
      r->at += length;
      put(r, start, dw_buf_text(&bytes), bytes.length);
    }
  }
}

/* --- literal and folded block scalars; source: yaml_parser_scan_block_scalar() in libyaml's src/scanner.c --- */

struct block {
  struct reread *r;
  bool folded;
  size_t indent;
  struct dw_span last_break; /* of the previous line, not yet matched; empty before the first line */
  bool last_indented;        /* the previous line begins with white space, so the breaks around it are not folded */
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

/* Finds the indentation, with or without an indicator: the value shows which leading spaces belong to it. r->at is at
 * the first line. */
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

/* Skips the indentation of a line. */
static void skip_indent(struct block *b) {
  struct reread *r = b->r;
  size_t left = r->length - r->at;
  r->at += count_blanks(r->text + r->at, left < b->indent ? left : b->indent);
}

/* Returns true if the line after the empty ones at r->at belongs to the scalar. EMPTY receives the number of empty
 * lines, INDENTED whether the line begins with white space. */
static bool peek_next_line(const struct block *b, size_t *empty, bool *indented) {
  struct reread ahead = *b->r;
  struct block at = {.r = &ahead, .indent = b->indent};
  size_t length;
  size_t start;
  *empty = 0;
  while (start = ahead.at, skip_indent(&at), (length = break_at(&ahead, ahead.at)) > 0) {
    ahead.at += length;
    ++*empty;
  }
  *indented = after_blanks(&ahead, ahead.at) > ahead.at;
  return ahead.at < ahead.length && ahead.at - start == b->indent;
}

static void put_last_break(struct block *b) {
  struct reread *r = b->r;
  size_t here = r->at;
  if (b->last_break.length == 0)
    return;
  r->at = b->last_break.offset;
  put_break(r, b->last_break.length);
  r->at = here;
}

static void put_block_empty_lines(struct block *b, size_t count) {
  for (; count > 0 && !is_over(b->r); count--) {
    skip_indent(b);
    put_break(b->r, break_at(b->r, b->r->at));
  }
}

static void put_line(struct block *b) {
  struct reread *r = b->r;
  skip_indent(b);
  while (r->at < r->length && break_at(r, r->at) == 0 && !is_over(r))
    copy(r);
  b->last_break = (struct dw_span){r->at, break_at(r, r->at)};
  r->at += b->last_break.length;
}

/* Matches what joins the previous line with the next one. */
static void put_joint(struct block *b, size_t empty, bool indented) {
  bool fold =
      b->folded && b->last_break.length > 0 && is_newline(b->r, b->last_break.offset) && !b->last_indented && !indented;
  if (!fold) {
    put_last_break(b);
  } else if (empty == 0) {
    size_t here = b->r->at;
    b->r->at = b->last_break.offset + b->last_break.length;
    put(b->r, b->last_break.offset, " ", 1);
    b->r->at = here;
  }
}

void dw_reread_block(struct reread *r) {
  struct block b = {.r = r, .folded = r->text[r->at] == '>'};
  size_t empty = 0;
  bool indented = false;
  skip_line(r);
  b.indent = find_indent(r);
  while (!is_over(r) && peek_next_line(&b, &empty, &indented)) {
    put_joint(&b, empty, indented);
    put_block_empty_lines(&b, empty);
    b.last_indented = indented;
    put_line(&b);
  }
  /* The value determines how many of the last line breaks were kept. */
  put_last_break(&b);
  put_block_empty_lines(&b, empty);
  r->differs = r->differs || r->done < r->to;
}
