/* Lines of text as range, range_start, range_end and excludes: accepted ranges are the same after printing and parsing
 * them, and pools stay inside their CIDR. */
#include <string.h>

#include "net/range.h"
#include "support.h"

enum { LINES = 8 };

static size_t split(char *text, char *lines[LINES]) {
  size_t count = 0;
  for (char *next = text; next && count < LINES; count++)
    lines[count] = strsep(&next, "\n");
  return count;
}

static void check_round_trip(struct dw_arena *arena, const struct dw_range *range, enum dw_range_fault fault) {
  struct dw_range again;
  const char *text = dw_range_format(arena, range);
  FUZZ_ASSERT(dw_range_parse(text, &again) == fault);
  FUZZ_ASSERT(!again.leading_zeros && again.dashed == range->dashed);
  FUZZ_ASSERT(again.subnet.bits == range->subnet.bits);
  FUZZ_ASSERT(dw_addr_compare(&again.subnet.base, &range->subnet.base) == 0);
  FUZZ_ASSERT(strcmp(dw_range_format(arena, &again), text) == 0);
}

static bool within(const struct dw_interval *inner, const struct dw_interval *outer) {
  return dw_addr_compare(&outer->first, &inner->first) <= 0 && dw_addr_compare(&inner->first, &inner->last) <= 0 &&
         dw_addr_compare(&inner->last, &outer->last) <= 0;
}

static void check_excludes(struct dw_arena *arena, const struct dw_interval *span, char **lines, size_t count) {
  struct dw_interval removed[LINES];
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    struct dw_prefix prefix;
    if (dw_exclude_parse(lines[i], &prefix))
      removed[used++] = dw_interval_of(&prefix);
  }
  struct dw_interval_set set = dw_interval_set_make(removed, used);
  struct dw_interval_set left = dw_interval_set_without(arena, span, &set);
  FUZZ_ASSERT(!dw_interval_set_overlap(&left, &set, NULL));
  for (size_t i = 0; i < left.count; i++)
    FUZZ_ASSERT(within(&left.items[i], span));
  if (left.count == 0)
    FUZZ_ASSERT(dw_interval_set_contains(&set, &span->first) && dw_interval_set_contains(&set, &span->last));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char *lines[LINES];
  size_t count = split(dw_arena_strndup(arena, (const char *)data, size), lines);
  struct dw_range range;
  enum dw_range_fault fault = dw_range_parse(lines[0], &range);
  if (fault == DW_RANGE_NO_CIDR || fault == DW_RANGE_BAD_START)
    return 0;
  check_round_trip(arena, &range, fault);
  if (fault != DW_RANGE_OK)
    return 0;
  struct dw_addr start;
  struct dw_addr end;
  struct dw_pool_ends ends;
  bool has_start = count > 1 && dw_addr_parse(lines[1], DW_ADDR_SLOPPY, &start);
  bool has_end = count > 2 && dw_addr_parse(lines[2], DW_ADDR_SLOPPY, &end);
  FUZZ_ASSERT(dw_pool_ends(&range.subnet, has_start ? &start : NULL, has_end ? &end : NULL, &ends));
  struct dw_interval whole = dw_interval_of(&range.subnet);
  FUZZ_ASSERT(within(&ends.span, &whole));
  if (has_start && !ends.start_ignored)
    FUZZ_ASSERT(dw_addr_compare(&ends.span.first, &start) == 0);
  if (has_end && !ends.end_ignored)
    FUZZ_ASSERT(dw_addr_compare(&ends.span.last, &end) == 0);
  if (count > 3)
    check_excludes(arena, &ends.span, lines + 3, count - 3);
  return 0;
}
