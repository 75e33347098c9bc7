/* The parts of the page, one file for each. All text from the input is written with dw_xml_puts(). */
#ifndef MAP_HTML_H
#define MAP_HTML_H

#include "map/map.h"

/* The most that the page shows of each, so that a browser can handle it. What is left out is counted below. */
enum {
  HTML_ROWS = 2000,    /* of a table */
  HTML_COLUMNS = 24,   /* groups of nodes in the table of NICs */
  HTML_DRAWN = 8,      /* groups of nodes in the drawing */
  HTML_NAMES = 1000,   /* nodes of a group */
  HTML_FILTER_FROM = 8 /* rows from which a table has a filter */
};

/* --- sections of the page --- */

void dw_html_verdict(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_findings(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* How many entries the list of findings has. */
size_t dw_html_rules(const struct dw_map *map) __attribute__((nonnull));
void dw_html_network(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_room(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_topology(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_nics(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_html_addresses(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));

/* --- elements of the sections --- */

/* A table in a frame that scrolls, with a filter above it if it is long. All texts are literals, except for SUBJECT,
 * the end of the caption (may be ""). */
struct html_table {
  const char *id; /* unique on the page */
  size_t number;  /* added to the id */
  const char *caption, *subject;
  const char *heads; /* the cells of the header row, as markup; NULL: the caller writes the row */
  size_t rows;
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
/* "NAD ns/name" for "NetworkAttachmentDefinition ns/name"; other objects as they are. */
void dw_html_object(struct dw_buf *out, const char *object) __attribute__((nonnull));
/* "172 nodes like worker-000", "worker-1, worker-2". */
void dw_html_group(struct dw_buf *out, const struct dw_map_nodes *nodes) __attribute__((nonnull));
/* An ATTRIBUTE with a span in hexadecimal digits, for the script. */
void dw_html_span(struct dw_buf *out, const char *attribute, const struct dw_interval *span) __attribute__((nonnull));

/* The class of a kind of range, and the letter that shows it together with the color. */
struct html_kind {
  const char *class;
  char letter;
};
const struct html_kind *dw_html_kind(enum dw_map_kind kind) __attribute__((returns_nonnull));

/* --- facts that several sections need --- */

/* What makes a NIC unfit for migrations. */
struct html_drawback {
  size_t missing, down, primary, port, portless; /* numbers of nodes */
  uint32_t low_mtu, high_mtu;                    /* 0 if none is known */
  size_t known;                                  /* nodes whose NICs are known */
  bool bridge;
};
struct html_drawback dw_html_weigh(const struct dw_map *map, size_t nic) __attribute__((nonnull));
/* Returns true if there is nothing against the NIC, on the nodes that are known. */
bool dw_html_is_usable(const struct html_drawback *drawback) __attribute__((nonnull));

/* The pool of the configured migration network at INDEX (0 is its first); NULL if there are fewer. */
const struct dw_map_entry *dw_html_pool(const struct dw_map *map, size_t index) __attribute__((nonnull));

#endif
