#include "cli/help.h"

#include <string.h>

#include "cli/terminal.h"

enum {
  MOST_WIDTH = 100,
  MOST_COLUMN = 28,   /* where the text of an option begins; longer options push theirs to the right */
  USAGE_INDENT = 7,   /* the width of "usage: " */
  GAP = 2,            /* between an option and its text */
  UNBREAKABLE = '\01' /* a space in brackets */
};

/* The column at which the text of all options begins. */
static size_t text_column(const char *text, size_t width) {
  size_t most = width * 3 / 8 < MOST_COLUMN ? width * 3 / 8 : MOST_COLUMN, column = 0;
  for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
    size_t length = strcspn(text, "\t\n");
    if (text[length] == '\t' && length + GAP > column && length + GAP <= most)
      column = length + GAP;
  }
  return column > 0 ? column : most;
}

static void put_option(struct dw_buf *out, const char *line, size_t width, size_t column) {
  DW_BUF_SCOPED struct dw_buf whole = DW_BUF_INIT;
  size_t length = strcspn(line, "\t");
  dw_buf_add(&whole, line, length);
  do
    dw_buf_putc(&whole, ' ');
  while (whole.length < column || whole.length < length + GAP);
  dw_buf_puts(&whole, line + length + 1);
  cli_put_wrapped(out, dw_buf_text(&whole), width, column);
}

static void put_usage(struct dw_buf *out, const char *line, size_t width) {
  DW_BUF_SCOPED struct dw_buf whole = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf wrapped = DW_BUF_INIT;
  int depth = 0;
  for (const char *c = line; *c != '\0'; c++) {
    depth += (*c == '[') - (*c == ']');
    dw_buf_putc(&whole, *c == ' ' && depth > 0 ? UNBREAKABLE : *c);
  }
  cli_put_wrapped(&wrapped, dw_buf_text(&whole), width, USAGE_INDENT);
  for (const char *c = dw_buf_text(&wrapped); *c != '\0'; c++)
    dw_buf_putc(out, *c == UNBREAKABLE ? ' ' : *c);
}

static void put_line(struct dw_buf *out, const char *line, size_t width, size_t column) {
  size_t indent = strspn(line, " ");
  if (strchr(line, '\t') != NULL)
    put_option(out, line, width, column);
  else if (strncmp(line, "usage: ", USAGE_INDENT) == 0 || indent == USAGE_INDENT)
    put_usage(out, line, width);
  else
    cli_put_wrapped(out, line, indent == 0 ? width : 0, 0); /* an indented line is a command, to be copied */
}

void cli_put_help(FILE *file, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  size_t terminal = cli_wrap_width();
  size_t width = terminal > 0 && terminal < MOST_WIDTH ? terminal : MOST_WIDTH;
  size_t column = text_column(text, width);
  struct cli_glyphs glyphs = cli_glyphs_begin();
  while (*text != '\0') {
    DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
    size_t length = strcspn(text, "\n");
    dw_buf_add(&line, text, length);
    put_line(&out, dw_buf_text(&line), width, column);
    text += length + (text[length] == '\n');
  }
  cli_glyphs_end(&glyphs);
  fwrite(dw_buf_text(&out), 1, out.length, file);
}
