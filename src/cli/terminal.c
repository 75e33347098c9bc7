#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/utf8.h"

enum { PIPE_WIDTH = 160, LEAST_WIDTH = 40 };

/* Any value of NO_COLOR but the empty one turns color off (https://no-color.org). */
bool cli_wants_color(enum cli_color color) {
  if (color != CLI_COLOR_AUTO)
    return color == CLI_COLOR_ALWAYS;
  const char *terminal = getenv("TERM");
  const char *no_color = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') && terminal != NULL && *terminal != '\0' &&
         strcmp(terminal, "dumb") != 0;
}

size_t cli_line_width(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return PIPE_WIDTH;
  return size.ws_col < LEAST_WIDTH ? LEAST_WIDTH : size.ws_col;
}

/* --- characters --- */

static size_t columns_of(uint32_t code) {
  if (code < 0x80)
    return 1;
  int columns = wcwidth((wchar_t)code);
  return columns < 0 ? 1 : (size_t)columns;
}

struct cli_glyph cli_glyph_read(const char *text, size_t length) {
  struct cli_glyph glyph = {.columns = 1};
  glyph.bytes = dw_utf8_next(text, length, &glyph.code);
  glyph.hidden = glyph.code != '\t' && dw_utf8_is_hidden(glyph.code);
  if (!glyph.hidden)
    glyph.columns = glyph.code == '\t' ? 8 : columns_of(glyph.code);
  return glyph;
}

void cli_glyph_put(struct dw_buf *out, const struct cli_glyph *glyph, const char *text) {
  if (glyph->hidden)
    dw_buf_puts(out, DW_UTF8_REPLACEMENT);
  else
    dw_buf_add(out, text, glyph->bytes);
}

void cli_put_clean(struct dw_buf *out, const char *text) {
  size_t length = strlen(text);
  for (size_t i = 0; i < length;) {
    struct cli_glyph glyph = cli_glyph_read(text + i, length - i);
    cli_glyph_put(out, &glyph, text + i);
    i += glyph.bytes;
  }
}

struct cli_glyphs cli_glyphs_begin(void) {
  struct cli_glyphs glyphs = {.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
  if (glyphs.utf8 != (locale_t)0)
    glyphs.before = uselocale(glyphs.utf8);
  return glyphs;
}

void cli_glyphs_end(struct cli_glyphs *glyphs) {
  if (glyphs->utf8 == (locale_t)0)
    return;
  uselocale(glyphs->before);
  freelocale(glyphs->utf8);
}

/* --- source lines --- */

static const char cut[] = "...";
static const size_t cut_length = sizeof cut - 1;

/* Byte offsets in a line. */
struct window {
  const char *text;
  size_t begin, end; /* what is shown */
  size_t at;         /* what the caret points to; may be the line's end */
};

/* The byte offset of the place in its line, at most the line's end. */
static size_t offset_of(const struct dw_place *place, struct cli_line_cursor *cursor) {
  const char *text = place->source;
  if (cursor->source != text)
    *cursor = (struct cli_line_cursor){.source = text, .column = 1};
  for (; cursor->column < place->column && text[cursor->offset] != '\0'; cursor->column++)
    for (cursor->offset++; dw_utf8_is_inside(text[cursor->offset]); cursor->offset++)
      ;
  for (; cursor->column > place->column && cursor->offset > 0; cursor->column--)
    for (cursor->offset--; cursor->offset > 0 && dw_utf8_is_inside(text[cursor->offset]); cursor->offset--)
      ;
  return cursor->offset;
}

/* Combining characters take no column; this limits how many of them are shown. */
enum { BYTES_PER_COLUMN = 16 };

/* The offset where the text from FROM fills COLUMNS of the terminal, at most END. */
static size_t fill(const char *text, size_t from, size_t end, size_t columns) {
  size_t start = from;
  size_t used = 0;
  while (from < end) {
    struct cli_glyph glyph = cli_glyph_read(text + from, end - from);
    used += glyph.columns;
    if (used > columns || from + glyph.bytes - start > columns * BYTES_PER_COLUMN)
      break;
    from += glyph.bytes;
  }
  return from;
}

/* The same backwards. */
static size_t fill_before(const char *text, size_t from, size_t columns) {
  size_t end = from;
  size_t used = 0;
  while (from > 0) {
    size_t before = from - 1;
    while (before > 0 && from - before < DW_UTF8_MAX && dw_utf8_is_inside(text[before]))
      before--;
    used += cli_glyph_read(text + before, from - before).columns;
    if (used > columns || end - before > columns * BYTES_PER_COLUMN)
      break;
    from = before;
  }
  return from;
}

/* Chooses the part of the line that is shown. Reads only near the place, because a line can be megabytes long. */
static struct window choose(const struct dw_place *place, size_t width, struct cli_line_cursor *cursor) {
  struct window w = {.text = place->source, .at = offset_of(place, cursor)};
  size_t room = width > 4 * cut_length ? width - 2 * cut_length : 2 * cut_length;
  size_t end = w.at + strnlen(w.text + w.at, 4 * width + 1);
  if (fill(w.text, 0, end, width) == end) {
    w.end = end;
    return w;
  }
  w.begin = fill(w.text, 0, w.at, room * 3 / 4) == w.at ? 0 : fill_before(w.text, w.at, room / 2);
  w.end = fill(w.text, w.begin, end, room);
  if (w.begin > 0 && w.text[w.end] == '\0')
    w.begin = fill_before(w.text, w.end, room);
  return w;
}

static void put_line(struct dw_buf *out, const struct window *w) {
  dw_buf_puts(out, w->begin > 0 ? cut : "");
  for (size_t i = w->begin; i < w->end;) {
    struct cli_glyph glyph = cli_glyph_read(w->text + i, w->end - i);
    cli_glyph_put(out, &glyph, w->text + i);
    i += glyph.bytes;
  }
  dw_buf_puts(out, w->text[w->end] != '\0' ? cut : "");
  dw_buf_putc(out, '\n');
}

static void put_many(struct dw_buf *out, char byte, size_t count) {
  for (size_t i = 0; i < count; i++)
    dw_buf_putc(out, byte);
}

/* Appends spaces as wide as the text before the place. Tabs stay tabs, because only the terminal knows their width. */
static void put_indent(struct dw_buf *out, const struct window *w) {
  put_many(out, ' ', w->begin > 0 ? cut_length : 0);
  for (size_t i = w->begin; i < w->at;) {
    struct cli_glyph glyph = cli_glyph_read(w->text + i, w->at - i);
    put_many(out, glyph.code == '\t' ? '\t' : ' ', glyph.code == '\t' ? 1 : glyph.columns);
    i += glyph.bytes;
  }
}

static size_t underline(const struct window *w, int characters) {
  size_t columns = 0;
  for (size_t i = w->at; i < w->end && characters > 0; characters--) {
    struct cli_glyph glyph = cli_glyph_read(w->text + i, w->end - i);
    columns += glyph.code == '\t' ? 1 : glyph.columns;
    i += glyph.bytes;
  }
  return columns > 0 ? columns : 1;
}

void cli_put_snippet(struct dw_buf *out, const struct dw_place *place, size_t width, const char *const around[2],
                     struct cli_line_cursor *cursor) {
  if (place->line == 0 || *place->source == '\0')
    return;
  struct window w = choose(place, width, cursor);
  put_line(out, &w);
  put_indent(out, &w);
  dw_buf_puts(out, around[0]);
  dw_buf_putc(out, '^');
  put_many(out, '~', underline(&w, place->width) - 1);
  dw_buf_puts(out, around[1]);
  dw_buf_putc(out, '\n');
}
