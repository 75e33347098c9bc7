/* Sets of addresses as sorted, disjoint intervals, and an index of many intervals. Nothing here ever walks addresses:
 * a /8 costs what a /28 costs. */
#ifndef NET_INTERVAL_H
#define NET_INTERVAL_H

#include "base/arena.h"
#include "net/addr.h"

/* From first to last, both included; first <= last, both of one family. */
struct dw_interval {
  struct dw_addr first;
  struct dw_addr last;
};

/* Sorted by first, disjoint, never touching one another. Owned by the arena it was made in. */
struct dw_interval_set {
  struct dw_interval *items;
  size_t count;
};

struct dw_interval dw_interval_of(const struct dw_prefix *prefix) __attribute__((nonnull));
bool dw_interval_overlaps(const struct dw_interval *a, const struct dw_interval *b) __attribute__((nonnull));

/* Sorts ITEMS[COUNT] (any order, overlapping) in place and joins what overlaps or touches. The set points into ITEMS.
 */
struct dw_interval_set dw_interval_set_make(struct dw_interval *items, size_t count);

/* SPAN without what the set REMOVED holds. */
struct dw_interval_set dw_interval_set_without(struct dw_arena *arena, const struct dw_interval *span,
                                               const struct dw_interval_set *removed) __attribute__((nonnull));

bool dw_interval_set_contains(const struct dw_interval_set *set, const struct dw_addr *addr) __attribute__((nonnull));

/* Whether they share an address. */
bool dw_interval_set_meets(const struct dw_interval_set *set, const struct dw_interval *span) __attribute__((nonnull));

/* The first interval shared by both (in address order) into SHARED (may be NULL); false where they share none. */
bool dw_interval_set_overlap(const struct dw_interval_set *a, const struct dw_interval_set *b,
                             struct dw_interval *shared) __attribute__((nonnull(1, 2)));

/* <0, 0, >0: a total order, in which equal sets are those of the same addresses; the one of fewer intervals is first.
 */
int dw_interval_set_compare(const struct dw_interval_set *a, const struct dw_interval_set *b) __attribute__((nonnull));

/* How many addresses: exact; UINT64_MAX where there are more. */
uint64_t dw_interval_set_count(const struct dw_interval_set *set) __attribute__((nonnull));

/* An index over intervals that may overlap one another: finds all that meet a span in O(log n + found). */
struct dw_interval_entry {
  struct dw_interval span;
  uint32_t id; /* the caller's */
};
struct dw_interval_index {
  struct dw_interval_entry *entries; /* sorted by first, then last, then id */
  struct dw_addr *reach;             /* the highest `last` in each node's subtree of the implicit tree */
  size_t count;
};

/* Sorts ENTRIES in place; the index points into them and into the arena. */
struct dw_interval_index dw_interval_index_make(struct dw_arena *arena, struct dw_interval_entry *entries, size_t count)
    __attribute__((nonnull(1)));

/* Calls FOUND for each entry that shares an address with SPAN, in order of first; stops when FOUND returns false. */
typedef bool dw_interval_found(void *context, const struct dw_interval_entry *entry);
void dw_interval_index_find(const struct dw_interval_index *index, const struct dw_interval *span,
                            dw_interval_found *found, void *context) __attribute__((nonnull(1, 2, 3)));

#endif
