/* A line of source with a caret under the place that is meant. */
#ifndef CLI_REPORT_SNIPPET_H
#define CLI_REPORT_SNIPPET_H

#include "base/buf.h"
#include "files/manifests.h"

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
