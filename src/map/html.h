/* The parts of the page. All text from the input is written with dw_xml_puts(). */
#ifndef MAP_HTML_H
#define MAP_HTML_H

#include "map/map.h"

/* The most rows of each table, so that a browser can handle the page. A line below the table says how many were left
 * out. */
enum { HTML_ROWS = 500, HTML_STRIP_ROWS = 300, HTML_COLUMNS = 24, HTML_NAMES = 200, HTML_FILTER_FROM = 8 };

/* --- sections of the page --- */
void dw_html_addresses(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_room(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));

/* --- elements of the sections --- */

/* A table in a separate frame that scrolls, with a filter above it if it is long. All texts are literals, except for
 * SUBJECT, the end of the caption (may be ""). */
struct html_table {
  const char *id; /* unique on the page */
  size_t number;  /* added to the id */
  const char *caption, *subject;
  const char *heads; /* the cells of the header row, as markup; NULL: the caller writes the row */
  size_t rows;
  bool stacked; /* on a phone, shown as a list of rows; the caller gives rows and cells their roles */
};
void dw_html_table_begin(struct dw_buf *out, const struct html_table *table) __attribute__((nonnull));
/* LEFT_OUT: how many rows were not written. */
void dw_html_table_end(struct dw_buf *out, size_t left_out) __attribute__((nonnull));

/* 65,534; "2^64 or more". */
void dw_html_number(struct dw_buf *out, uint64_t number) __attribute__((nonnull));
/* "1 node", "2,000 nodes". */
void dw_html_count(struct dw_buf *out, uint64_t number, const char *noun) __attribute__((nonnull));
/* BEFORE and AFTER are markup; TEXT is escaped. */
void dw_html_wrap(struct dw_buf *out, const char *before, const char *text, const char *after) __attribute__((nonnull));

#endif
