#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/utf8.h"

enum { USUAL_WIDTH = 80, LEAST_WIDTH = 40, MOST_WIDTH = 10000 };

/* Any value of NO_COLOR but the empty one turns color off (https://no-color.org). */
bool cli_wants_color(enum cli_color color) {
  if (color != CLI_COLOR_AUTO)
    return color == CLI_COLOR_ALWAYS;
  const char *terminal = getenv("TERM");
  const char *no_color = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') && terminal != NULL && *terminal != '\0' &&
         strcmp(terminal, "dumb") != 0;
}

/* $COLUMNS as a number; 0 if it is not set or not a usual width. */
static size_t wished_width(void) {
  const char *text = getenv("COLUMNS");
  char *end = NULL;
  unsigned long width = text == NULL ? 0 : strtoul(text, &end, 10);
  return text == NULL || end == text || *end != '\0' || width > MOST_WIDTH ? 0 : (size_t)width;
}

size_t cli_wrap_width(void) {
  return cli_wrap_width_of(STDOUT_FILENO);
}

size_t cli_wrap_width_of(int fd) {
  struct winsize size;
  if (!isatty(fd))
    return 0;
  size_t width = wished_width();
  if (width == 0 && ioctl(fd, TIOCGWINSZ, &size) == 0)
    width = size.ws_col;
  if (width == 0)
    width = USUAL_WIDTH;
  return width < LEAST_WIDTH ? LEAST_WIDTH : width;
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

void cli_put_clean_format(struct dw_buf *out, const char *format, va_list args) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_vprintf(&text, format, args);
  cli_put_clean(out, dw_buf_text(&text));
}

static void put_many(struct dw_buf *out, char byte, size_t count) {
  for (size_t i = 0; i < count; i++)
    dw_buf_putc(out, byte);
}

/* --- wrapping --- */

/* The bytes of a color sequence (`ESC [ ... m`) at the beginning of TEXT; 0 if there is none. */
static size_t color_sequence(const char *text) {
  if (strncmp(text, "\033[", 2) != 0)
    return 0;
  size_t length = 2 + strspn(text + 2, "0123456789;");
  return text[length] == 'm' ? length + 1 : 0;
}

static size_t columns_of_word(const char *word, size_t length) {
  size_t columns = 0;
  for (size_t i = 0; i < length;) {
    size_t sequence = color_sequence(word + i);
    struct cli_glyph glyph = cli_glyph_read(word + i, length - i);
    columns += sequence > 0 ? 0 : glyph.columns;
    i += sequence > 0 ? sequence : glyph.bytes;
  }
  return columns;
}

void cli_put_wrapped(struct dw_buf *out, const char *line, size_t width, size_t hang) {
  size_t used = 0;
  bool has_word = false; /* in this line of the output */
  while (*line != '\0') {
    size_t spaces = strspn(line, " ");
    size_t length = strcspn(line + spaces, " ");
    size_t columns = columns_of_word(line + spaces, length);
    if (width > 0 && has_word && used + spaces + columns > width) {
      dw_buf_putc(out, '\n');
      used = hang;
      line += strspn(line, " ");
      put_many(out, ' ', hang);
    } else {
      put_many(out, ' ', spaces);
      used += spaces;
      line += spaces;
    }
    dw_buf_add(out, line, length);
    used += columns;
    line += length;
    has_word = true;
  }
  dw_buf_putc(out, '\n');
}

/* The bytes of the paragraph at the beginning of TEXT: up to an empty line, a list item or an indented line. */
static size_t paragraph_length(const char *text) {
  size_t length = 0;
  if (*text == '\n')
    return 1;
  do {
    length += strcspn(text + length, "\n");
    length += text[length] == '\n';
  } while (text[length] != '\0' && strchr("\n -", text[length]) == NULL);
  return length;
}

static void put_paragraph(struct dw_buf *out, const char *text, size_t length, size_t width, size_t indent) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  while (length > 0 && text[length - 1] == '\n')
    length--;
  put_many(&line, ' ', length > 0 ? indent : 0);
  for (size_t i = 0; i < length; i++)
    dw_buf_putc(&line, text[i] == '\n' ? ' ' : text[i]);
  cli_put_wrapped(out, dw_buf_text(&line), width, indent);
}

void cli_put_prose(struct dw_buf *out, const char *text, size_t width, size_t indent) {
  while (*text != '\0') {
    size_t length = width > 0 ? paragraph_length(text) : strcspn(text, "\n") + (strchr(text, '\n') != NULL);
    put_paragraph(out, text, length, width, indent);
    text += length;
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

void cli_put_snippet(struct dw_buf *out, const struct dw_place *place, const struct cli_snippet_style *style,
                     struct cli_line_cursor *cursor) {
  if (place->line == 0 || *place->source == '\0')
    return;
  struct window w = choose(place, style->width, cursor);
  char number[16];
  int digits = snprintf(number, sizeof number, "%*d", CLI_GUTTER - 3, place->line);
  dw_buf_printf(out, "%s%s |%s ", style->gutter, number, style->reset);
  put_line(out, &w);
  dw_buf_printf(out, "%s%*s |%s ", style->gutter, digits, "", style->reset);
  put_indent(out, &w);
  dw_buf_puts(out, style->caret);
  dw_buf_putc(out, '^');
  put_many(out, '~', underline(&w, place->width) - 1);
  dw_buf_puts(out, style->reset);
  dw_buf_putc(out, '\n');
}
