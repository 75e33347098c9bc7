/* The phrases of the text and SVG renderers, and how they are broken into lines. Texts from the input are unchanged:
 * renderers must escape them. */
#ifndef MAP_PHRASES_H
#define MAP_PHRASES_H

#include "map/map.h"

/* "64,512"; OUT holds at least DW_NUMBER_TEXT bytes. Returns OUT. */
#define DW_NUMBER_TEXT 32
const char *dw_map_number(uint64_t number, char *out) __attribute__((nonnull));

/* Appends a speed in Mbit/s: "100 Mbit/s", "2.5 Gbit/s", "25 Gbit/s". */
void dw_map_describe_speed(uint32_t speed, struct dw_buf *out) __attribute__((nonnull));

/* Each of these appends one phrase without a newline. Lines must not be broken at U+00A0. */
void dw_map_describe_entry(const struct dw_map_entry *entry, struct dw_buf *out) __attribute__((nonnull));
/* "overlaps ..." or "too small for the nodes"; nothing if there is no problem. */
void dw_map_describe_problems(const struct dw_map_entry *entry, struct dw_buf *out) __attribute__((nonnull));
void dw_map_describe_gap(const struct dw_map_gap *gap, struct dw_buf *out) __attribute__((nonnull));
/* "free space by size: /10: 3, /16: 247 ...". Each number counts all free space. */
void dw_map_describe_room(const struct dw_map_area *area, struct dw_buf *out) __attribute__((nonnull));
/* ", 3 of them for virt-synchronization-controller", or "". Returns TEXT or a literal. */
enum { DW_SYNC_TEXT = 64 };
const char *dw_map_sync_text(const struct dw_map *map, char text[DW_SYNC_TEXT])
    __attribute__((nonnull, returns_nonnull));
/* "3 nodes run virt-handler: a migration network needs 5 addresses ..." */
void dw_map_describe_needed(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* "2 errors and 1 warning in existing objects ..." */
void dw_map_describe_findings(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* "/30 is too small: usable 2, needed 3. The smallest size that fits is /29: usable 6, needed 3." Nothing if the
 * suggestions have the requested size. */
void dw_map_describe_size(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* "Suggested: ranges of /24 that overlap nothing" */
void dw_map_suggestions_title(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_map_describe_suggestion(const struct dw_map_suggestion *suggestion, struct dw_buf *out)
    __attribute__((nonnull));

/* How many bytes of TEXT fit into a line of WIDTH characters (at least 1). Breaks the line at a space if possible. NEXT
 * receives the beginning of the next line. */
size_t dw_map_break(const char *text, unsigned width, const char **next) __attribute__((nonnull));
/* The number of characters of TEXT. */
size_t dw_map_width(const char *text) __attribute__((nonnull));

#endif
