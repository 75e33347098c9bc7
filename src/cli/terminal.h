/* Text as a terminal shows it. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "files/manifests.h"

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };
/* Whether standard output is to be coloured; AUTO asks the terminal and NO_COLOR. */
bool cli_wants_color(enum cli_color color);
/* Columns of the terminal that standard output is; a default where it is none. */
size_t cli_line_width(void);

struct cli_glyph {
  uint32_t code;  /* DW_UTF8_BAD for a byte that is no UTF-8 */
  size_t bytes;   /* at least 1 */
  size_t columns; /* 0 for what stands on the character before, 2 for wide ones; a tab counts 8 */
  bool hidden;    /* would move, hide or turn text: shown as U+FFFD */
};

/* The first character of TEXT[LENGTH], LENGTH above 0. Bytes that are no UTF-8 count one by one. Columns are right
 * while cli_glyphs_begin()'s locale is in use. */
struct cli_glyph cli_glyph_read(const char *text, size_t length);
/* Appends it as it is to be shown. */
void cli_glyph_put(struct dw_buf *out, const struct cli_glyph *glyph, const char *text);

/* Appends TEXT, nothing in it reaching the terminal raw. */
void cli_put_clean(struct dw_buf *out, const char *text);

/* libc knows the widths, but of one locale at a time. Give back with cli_glyphs_end(). */
struct cli_glyphs {
  locale_t before, utf8;
};
struct cli_glyphs cli_glyphs_begin(void);
void cli_glyphs_end(struct cli_glyphs *glyphs);

/* Where the place before was: a line can be megabytes long, and hold thousands of them. Begins as zeros. */
struct cli_line_cursor {
  const char *source;
  int column;
  size_t offset;
};

/* Appends two lines: the source line, cut around the place with "..." where it takes more than WIDTH columns, and
 * `^~~~` under the place, AROUND (terminal sequences, or "") before and behind the caret. Nothing where there is no
 * source. To be called between cli_glyphs_begin() and cli_glyphs_end(). */
void cli_put_snippet(struct dw_buf *out, const struct dw_place *place, size_t width, const char *const around[2],
                     struct cli_line_cursor *cursor);

#endif
