/* Sets of addresses as sorted, disjoint intervals, and an index of many intervals. No function iterates over addresses,
 * so a /8 costs as much as a /28. */
#ifndef NET_INTERVAL_H
#define NET_INTERVAL_H

#include "base/arena.h"
#include "net/addr.h"

/* From first to last inclusive. Both have the same family, and first <= last. */
struct dw_interval {
  struct dw_addr first;
  struct dw_addr last;
};

/* Sorted by `first`; the intervals neither overlap nor touch. Owned by the arena that it was made in. */
struct dw_interval_set {
  struct dw_interval *items;
  size_t count;
};

struct dw_interval dw_interval_of(const struct dw_prefix *prefix) __attribute__((nonnull));
/* The same without the first and the last address. PREFIX has at least two host bits. */
struct dw_interval dw_interval_hosts(const struct dw_prefix *prefix) __attribute__((nonnull));
bool dw_interval_contains(const struct dw_interval *interval, const struct dw_addr *addr) __attribute__((nonnull));
bool dw_interval_overlaps(const struct dw_interval *a, const struct dw_interval *b) __attribute__((nonnull));

/* Sorts ITEMS[COUNT], which may overlap, in place, and joins those that overlap or touch. The set points to ITEMS.
 */
struct dw_interval_set dw_interval_set_make(struct dw_interval *items, size_t count);

/* SPAN without the addresses in the set REMOVED. */
struct dw_interval_set dw_interval_set_without(struct dw_arena *arena, const struct dw_interval *span,
                                               const struct dw_interval_set *removed) __attribute__((nonnull));

bool dw_interval_set_contains(const struct dw_interval_set *set, const struct dw_addr *addr) __attribute__((nonnull));

/* Writes the widest CIDRs that SPAN consists of to OUT, in order, and returns their number; MAX + 1 if there are more
 * than MAX. */
size_t dw_interval_prefixes(const struct dw_interval *span, struct dw_prefix *out, size_t max) __attribute__((nonnull));

/* Returns true if both contain a common address. */
bool dw_interval_set_meets(const struct dw_interval_set *set, const struct dw_interval *span) __attribute__((nonnull));

/* SHARED (may be NULL) receives the first interval, in address order, that both contain; false if there is none. */
bool dw_interval_set_overlap(const struct dw_interval_set *a, const struct dw_interval_set *b,
                             struct dw_interval *shared) __attribute__((nonnull(1, 2)));

/* Returns <0, 0 or >0: a total order in which sets of the same addresses are equal, and sets with fewer intervals come
 * first.
 */
int dw_interval_set_compare(const struct dw_interval_set *a, const struct dw_interval_set *b) __attribute__((nonnull));

/* The exact number of addresses, or UINT64_MAX if there are more. */
uint64_t dw_interval_set_count(const struct dw_interval_set *set) __attribute__((nonnull));

/* An index over intervals that may overlap: finds all intervals that overlap a span, in O(log n + found). */
struct dw_interval_entry {
  struct dw_interval span;
  uint32_t id; /* chosen by the caller */
};
struct dw_interval_index {
  struct dw_interval_entry *entries; /* sorted by first, then last, then id */
  struct dw_addr *reach;             /* the highest `last` in each node's subtree of the implicit tree */
  size_t count;
};

/* Sorts ENTRIES in place. The index points to ENTRIES and into the arena. */
struct dw_interval_index dw_interval_index_make(struct dw_arena *arena, struct dw_interval_entry *entries, size_t count)
    __attribute__((nonnull(1)));

/* Calls FOUND for each entry that overlaps SPAN, ordered by `first`, until FOUND returns false. */
typedef bool dw_interval_found(void *context, const struct dw_interval_entry *entry);
void dw_interval_index_find(const struct dw_interval_index *index, const struct dw_interval *span,
                            dw_interval_found *found, void *context) __attribute__((nonnull(1, 2, 3)));

#endif
