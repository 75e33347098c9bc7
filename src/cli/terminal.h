/* Text as a terminal shows it. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "files/manifests.h"

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };
/* Returns true if standard output should be colored. AUTO: if it is a terminal and NO_COLOR is not set. */
bool cli_wants_color(enum cli_color color);
/* The columns that text is wrapped to: $COLUMNS, else the width of the terminal on standard output, else 80, but at
 * least 40. 0 if standard output is not a terminal: then nothing is wrapped, for grep and other programs. */
size_t cli_wrap_width(void);
/* The same for the terminal on descriptor FD. */
size_t cli_wrap_width_of(int fd);

struct cli_glyph {
  uint32_t code;  /* DW_UTF8_BAD for a byte that is not valid UTF-8 */
  size_t bytes;   /* at least 1 */
  size_t columns; /* 0 for combining characters, 2 for wide ones, 8 for a tab */
  bool hidden;    /* a control or bidirectional character, shown as U+FFFD */
};

/* The first character of TEXT[LENGTH]; LENGTH must not be 0. Each byte that is not valid UTF-8 is one character.
 * Columns are correct only between cli_glyphs_begin() and cli_glyphs_end(). */
struct cli_glyph cli_glyph_read(const char *text, size_t length);
/* Appends the character, or U+FFFD if it is hidden. */
void cli_glyph_put(struct dw_buf *out, const struct cli_glyph *glyph, const char *text);

/* Appends TEXT with hidden characters replaced. */
void cli_put_clean(struct dw_buf *out, const char *text);
/* The same for what vprintf() would print. */
__attribute__((format(printf, 2, 0))) void cli_put_clean_format(struct dw_buf *out, const char *format, va_list args);

/* Appends LINE and a newline, broken at spaces into lines of at most WIDTH columns (0: not broken). Every line but the
 * first begins with HANG spaces. A word that is too long stays whole, so that it can be copied. Color sequences take no
 * columns. Call it between cli_glyphs_begin() and cli_glyphs_end(). */
void cli_put_wrapped(struct dw_buf *out, const char *line, size_t width, size_t hang);
/* The same for paragraphs of prose: each begins with INDENT spaces, and its line ends may move. Paragraphs end with an
 * empty line. WIDTH 0: the lines stay as they are. */
void cli_put_prose(struct dw_buf *out, const char *text, size_t width, size_t indent);

/* Switches to a UTF-8 locale, in which libc knows the widths of characters, until cli_glyphs_end(). */
struct cli_glyphs {
  locale_t before, utf8;
};
struct cli_glyphs cli_glyphs_begin(void);
void cli_glyphs_end(struct cli_glyphs *glyphs);

/* The previous place, so that thousands of places in a line of megabytes are found in one pass. Initialize to zero. */
struct cli_line_cursor {
  const char *source;
  int column;
  size_t offset;
};

/* Columns before a source line: its number and a bar, `   12 | `. A multiple of 8, so that tabs look as in the file. */
enum { CLI_GUTTER = 8 };

struct cli_snippet_style {
  size_t width;                       /* of the source line without its gutter, in columns */
  const char *gutter, *caret, *reset; /* color sequences, or "" */
};
/* Appends two lines: the source line after its number, shortened with "..." if it is too wide, and `^~~~` under the
 * place. Appends nothing if there is no source. Call it between cli_glyphs_begin() and cli_glyphs_end(). */
void cli_put_snippet(struct dw_buf *out, const struct dw_place *place, const struct cli_snippet_style *style,
                     struct cli_line_cursor *cursor);

#endif
