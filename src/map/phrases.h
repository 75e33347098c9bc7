/* What the renderers say in words, and how words are broken into lines. Input in these texts is as it was. */
#ifndef MAP_PHRASES_H
#define MAP_PHRASES_H

#include "map/map.h"

/* "64,512"; OUT holds at least DW_NUMBER_TEXT bytes. Returns OUT. */
#define DW_NUMBER_TEXT 32
const char *dw_map_number(uint64_t number, char *out) __attribute__((nonnull));

/* Each appends one text without a line break; U+00A0 is a space where none should be made. */
void dw_map_say_entry(const struct dw_map_entry *entry, struct dw_buf *out) __attribute__((nonnull));
/* What is wrong with it: "overlaps ..."; nothing where all is well. */
void dw_map_say_trouble(const struct dw_map_entry *entry, struct dw_buf *out) __attribute__((nonnull));
void dw_map_say_gap(const struct dw_map_gap *gap, struct dw_buf *out) __attribute__((nonnull));
/* "free space by size: /10: 3, /16: 247 ...": all that is free is counted again for each size. */
void dw_map_say_room(const struct dw_map_area *area, struct dw_buf *out) __attribute__((nonnull));
/* "3 nodes run virt-handler: a migration network needs 5 addresses ..." */
/* ", 3 of them for virt-synchronization-controller", or "". */
enum { DW_SYNC_TEXT = 64 };
const char *dw_map_sync_text(const struct dw_map *map, char text[DW_SYNC_TEXT])
    __attribute__((nonnull, returns_nonnull));

void dw_map_say_need(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
/* "2 errors and 1 warning in existing objects ...": which, `droveway audit` lists. */
void dw_map_say_findings(const struct dw_map *map, struct dw_buf *out) __attribute__((nonnull));
void dw_map_say_suggestion(const struct dw_map_suggestion *suggestion, struct dw_buf *out) __attribute__((nonnull));

/* How many bytes of TEXT go into a line of WIDTH characters (at least 1), broken at a space where there is one; NEXT is
 * where the next line begins. */
size_t dw_map_break(const char *text, unsigned width, const char **next) __attribute__((nonnull));
/* Characters of TEXT. */
size_t dw_map_width(const char *text) __attribute__((nonnull));

#endif
