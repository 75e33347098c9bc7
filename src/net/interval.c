#include "net/interval.h"

#include <stdlib.h>

struct dw_interval dw_interval_of(const struct dw_prefix *prefix) {
  return (struct dw_interval){prefix->base, dw_prefix_last(prefix)};
}

bool dw_interval_overlaps(const struct dw_interval *a, const struct dw_interval *b) {
  return dw_addr_compare(&a->first, &b->last) <= 0 && dw_addr_compare(&b->first, &a->last) <= 0;
}

bool dw_interval_contains(const struct dw_interval *interval, const struct dw_addr *addr) {
  return dw_addr_compare(addr, &interval->first) >= 0 && dw_addr_compare(addr, &interval->last) <= 0;
}

struct dw_interval dw_interval_hosts(const struct dw_prefix *prefix) {
  struct dw_interval hosts = dw_interval_of(prefix);
  hosts.first.value = dw_u128_add(hosts.first.value, 1);
  hosts.last.value = dw_u128_sub(hosts.last.value, (struct dw_u128){0, 1});
  return hosts;
}

/* The widest CIDR that begins with SPAN and does not go beyond it. */
static struct dw_prefix widest_in(const struct dw_interval *span) {
  struct dw_prefix widest = {.base = span->first, .bits = span->first.v4 ? 32 : 128};
  while (widest.bits > 0) {
    struct dw_prefix wider = {.base = span->first, .bits = widest.bits - 1};
    struct dw_addr last = dw_prefix_last(&wider);
    if (!dw_prefix_contains(&wider, &span->first) || dw_addr_compare(&last, &span->last) > 0)
      break;
    widest = wider;
  }
  return widest;
}

size_t dw_interval_prefixes(const struct dw_interval *span, struct dw_prefix *out, size_t max) {
  struct dw_interval rest = *span;
  for (size_t count = 0; count < max; count++) {
    out[count] = widest_in(&rest);
    struct dw_addr last = dw_prefix_last(&out[count]);
    if (dw_addr_compare(&last, &span->last) == 0)
      return count + 1;
    rest.first.value = dw_u128_add(last.value, 1);
  }
  return max + 1;
}

static int compare_spans(const void *a, const void *b) {
  const struct dw_interval *left = a;
  const struct dw_interval *right = b;
  int order = dw_addr_compare(&left->first, &right->first);
  return order != 0 ? order : dw_addr_compare(&left->last, &right->last);
}

/* Returns true if NEXT, which does not begin before A, overlaps A or follows it without a gap. */
static bool joins(const struct dw_interval *a, const struct dw_interval *next) {
  if (dw_addr_compare(&next->first, &a->last) <= 0)
    return true;
  struct dw_u128 step = dw_u128_sub(next->first.value, a->last.value);
  return next->first.v4 == a->last.v4 && step.high == 0 && step.low == 1;
}

struct dw_interval_set dw_interval_set_make(struct dw_interval *items, size_t count) {
  struct dw_interval_set set = {items, 0};
  if (count == 0)
    return set;
  qsort(items, count, sizeof *items, compare_spans);
  for (size_t i = 1; i < count; i++) {
    struct dw_interval *top = &items[set.count];
    if (joins(top, &items[i]))
      top->last = *dw_addr_max(&top->last, &items[i].last);
    else
      items[++set.count] = items[i];
  }
  set.count++;
  return set;
}

/* The index of the first item that does not end before ADDR. */
static size_t first_reaching(const struct dw_interval_set *set, const struct dw_addr *addr) {
  size_t low = 0;
  size_t high = set->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (dw_addr_compare(&set->items[middle].last, addr) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

struct dw_interval_set dw_interval_set_without(struct dw_arena *arena, const struct dw_interval *span,
                                               const struct dw_interval_set *removed) {
  size_t begin = first_reaching(removed, &span->first);
  size_t end = begin;
  while (end < removed->count && dw_interval_overlaps(&removed->items[end], span))
    end++;
  struct dw_interval_set left = {dw_arena_array(arena, end - begin + 1, sizeof *left.items), 0};
  struct dw_addr next = span->first;
  for (size_t i = begin; i < end; i++) {
    const struct dw_interval *hole = &removed->items[i];
    if (dw_addr_compare(&next, &hole->first) < 0) {
      const struct dw_addr last = {dw_u128_sub(hole->first.value, (struct dw_u128){0, 1}), hole->first.v4};
      left.items[left.count++] = (struct dw_interval){next, last};
    }
    if (dw_addr_compare(&hole->last, &span->last) >= 0)
      return left;
    next = (struct dw_addr){dw_u128_add(hole->last.value, 1), hole->last.v4};
  }
  left.items[left.count++] = (struct dw_interval){next, span->last};
  return left;
}

bool dw_interval_set_contains(const struct dw_interval_set *set, const struct dw_addr *addr) {
  return dw_interval_set_meets(set, &(struct dw_interval){*addr, *addr});
}

bool dw_interval_set_meets(const struct dw_interval_set *set, const struct dw_interval *span) {
  size_t at = first_reaching(set, &span->first);
  return at < set->count && dw_interval_overlaps(&set->items[at], span);
}

bool dw_interval_set_overlap(const struct dw_interval_set *a, const struct dw_interval_set *b,
                             struct dw_interval *shared) {
  size_t i = 0;
  size_t j = 0;
  while (i < a->count && j < b->count) {
    const struct dw_interval *left = &a->items[i];
    const struct dw_interval *right = &b->items[j];
    if (dw_interval_overlaps(left, right)) {
      if (shared != NULL)
        *shared =
            (struct dw_interval){*dw_addr_max(&left->first, &right->first), *dw_addr_min(&left->last, &right->last)};
      return true;
    }
    if (dw_addr_compare(&left->last, &right->last) < 0)
      i++;
    else
      j++;
  }
  return false;
}

int dw_interval_set_compare(const struct dw_interval_set *a, const struct dw_interval_set *b) {
  if (a->count != b->count)
    return a->count < b->count ? -1 : 1;
  for (size_t i = 0; i < a->count; i++) {
    int order = compare_spans(&a->items[i], &b->items[i]);
    if (order != 0)
      return order;
  }
  return 0;
}

uint64_t dw_interval_set_count(const struct dw_interval_set *set) {
  uint64_t sum = 0;
  for (size_t i = 0; i < set->count; i++) {
    struct dw_u128 size = dw_u128_sub(set->items[i].last.value, set->items[i].first.value);
    bool huge = size.high != 0 || size.low == UINT64_MAX;
    if (huge || __builtin_add_overflow(sum, size.low + 1, &sum))
      return UINT64_MAX;
  }
  return sum;
}

static int compare_entries(const void *a, const void *b) {
  const struct dw_interval_entry *left = a;
  const struct dw_interval_entry *right = b;
  int order = compare_spans(&left->span, &right->span);
  return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

/* The implicit tree: the root of entries [low, high) is the middle one, and its subtrees are the entries on either
 * side. The recursion is as deep as the tree is high: log2(count). */
static struct dw_addr fill_reach(const struct dw_interval_index *index, size_t low, size_t high) {
  size_t middle = low + (high - low) / 2;
  struct dw_addr reach = index->entries[middle].span.last;
  if (low < middle) {
    struct dw_addr left = fill_reach(index, low, middle);
    reach = *dw_addr_max(&reach, &left);
  }
  if (middle + 1 < high) {
    struct dw_addr right = fill_reach(index, middle + 1, high);
    reach = *dw_addr_max(&reach, &right);
  }
  index->reach[middle] = reach;
  return reach;
}

struct dw_interval_index dw_interval_index_make(struct dw_arena *arena, struct dw_interval_entry *entries,
                                                size_t count) {
  struct dw_interval_index index = {entries, NULL, count};
  if (count == 0)
    return index;
  qsort(entries, count, sizeof *entries, compare_entries);
  index.reach = dw_arena_array(arena, count, sizeof *index.reach);
  fill_reach(&index, 0, count);
  return index;
}

struct search {
  const struct dw_interval_index *index;
  const struct dw_interval *span;
  dw_interval_found *found;
  void *context;
};

/* Returns false when the search is over: FOUND returned false, or an entry begins after the span, as do all entries
 * that follow it. */
static bool visit(const struct search *search, size_t low, size_t high) {
  if (low >= high)
    return true;
  size_t middle = low + (high - low) / 2;
  const struct dw_interval_entry *entry = &search->index->entries[middle];
  if (dw_addr_compare(&search->index->reach[middle], &search->span->first) < 0)
    return true;
  return visit(search, low, middle) && dw_addr_compare(&entry->span.first, &search->span->last) <= 0 &&
         (dw_addr_compare(&entry->span.last, &search->span->first) < 0 || search->found(search->context, entry)) &&
         visit(search, middle + 1, high);
}

void dw_interval_index_find(const struct dw_interval_index *index, const struct dw_interval *span,
                            dw_interval_found *found, void *context) {
  struct search search = {index, span, found, context};
  visit(&search, 0, index->count);
}
