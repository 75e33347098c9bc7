/* The parts of the page. Every text of input goes through dw_xml_puts(). */
#ifndef MAP_HTML_H
#define MAP_HTML_H

#include "map/map.h"

/* Of each table so many rows at most (a browser stays usable); how many were left out is said below it. */
enum { HTML_ROWS = 500, HTML_STRIP_ROWS = 300, HTML_COLUMNS = 24, HTML_NAMES = 200, HTML_FILTER_FROM = 8 };

/* --- sections of the page --- */
void dw_html_addresses(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_room(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));

/* --- what they are made of --- */

/* A table that scrolls in a frame of its own, with a filter above it where it is long. Texts are literals but for
 * SUBJECT, which ends the caption ("" for none). */
struct html_table {
  const char *id; /* unique on the page */
  size_t number;  /* added to the id */
  const char *caption, *subject;
  const char *heads; /* the header row's cells, as markup; NULL: the caller puts the row */
  size_t rows;
  bool stacked; /* shown as a list of rows on a phone: rows and cells name their roles */
};
void dw_html_table_begin(struct dw_buf *out, const struct html_table *table) __attribute__((nonnull));
/* LEFT_OUT of the table's rows are not in it. */
void dw_html_table_end(struct dw_buf *out, size_t left_out) __attribute__((nonnull));

/* 65,534; "2^64 or more". */
void dw_html_number(struct dw_buf *out, uint64_t number) __attribute__((nonnull));
/* "1 node", "2,000 nodes". */
void dw_html_count(struct dw_buf *out, uint64_t number, const char *noun) __attribute__((nonnull));
/* BEFORE and AFTER are markup, TEXT is not. */
void dw_html_wrap(struct dw_buf *out, const char *before, const char *text, const char *after) __attribute__((nonnull));

#endif
