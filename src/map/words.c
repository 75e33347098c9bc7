#include <string.h>

#include "base/text.h"
#include "map/block.h"
#include "map/map_internal.h"

struct dw_map_union dw_map_union_make(struct dw_interval *items, size_t count) {
  size_t v4 = 0;
  for (size_t i = 0; i < count; i++)
    if (items[i].first.v4) {
      struct dw_interval kept = items[v4];
      items[v4++] = items[i];
      items[i] = kept;
    }
  return (struct dw_map_union){dw_interval_set_make(items, v4), dw_interval_set_make(items + v4, count - v4)};
}

static const char *range_text(struct dw_arena *arena, const struct dw_interval *span) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  return dw_arena_printf(arena, "%s-%s", dw_addr_format(&span->first, first), dw_addr_format(&span->last, last));
}

const char *dw_map_span_text(struct dw_arena *arena, const struct dw_interval *span) {
  struct dw_prefix block = dw_block_leading(span);
  struct dw_addr last = dw_prefix_last(&block);
  char text[DW_PREFIX_TEXT];
  if (dw_addr_compare(&last, &span->last) != 0)
    return range_text(arena, span);
  if (dw_prefix_host_bits(&block) == 0)
    return dw_arena_strdup(arena, dw_addr_format(&span->first, text));
  return dw_arena_strdup(arena, dw_prefix_format(&block, text));
}

uint64_t dw_map_span_size(const struct dw_interval *span) {
  struct dw_interval item = *span;
  struct dw_interval_set set = {&item, 1};
  return dw_interval_set_count(&set);
}

int dw_map_span_compare(const struct dw_interval *a, const struct dw_interval *b) {
  if (a->first.v4 != b->first.v4)
    return a->first.v4 ? -1 : 1;
  int order = dw_addr_compare(&a->first, &b->first);
  return order != 0 ? order : dw_addr_compare(&b->last, &a->last);
}

/* Compares the numbers at A and B, and moves both pointers past them. */
static int compare_numbers(const char **a, const char **b) {
  while (**a == '0')
    ++*a;
  while (**b == '0')
    ++*b;
  size_t left = strspn(*a, "0123456789");
  size_t right = strspn(*b, "0123456789");
  int order = left != right ? (left < right ? -1 : 1) : memcmp(*a, *b, left);
  *a += left;
  *b += right;
  return order;
}

int dw_map_natural(const char *a, const char *b) {
  const char *left = a;
  const char *right = b;
  while (*left != '\0' && *right != '\0') {
    if (dw_is_digit(*left) && dw_is_digit(*right)) {
      int order = compare_numbers(&left, &right);
      if (order != 0)
        return order;
    } else if (*left != *right) {
      return (unsigned char)*left < (unsigned char)*right ? -1 : 1;
    } else {
      left++;
      right++;
    }
  }
  if (*left != *right)
    return *left == '\0' ? -1 : 1;
  return strcmp(a, b);
}

int dw_map_by_name(const void *a, const void *b) {
  return dw_map_natural(*(const char *const *)a, *(const char *const *)b);
}

const char *dw_map_kind_name(enum dw_map_kind kind) {
  static const char *const names[DW_MAP_KINDS] = {"cluster network", "migration pool", "other pool", "remote cluster",
                                                  "node addresses"};
  return (unsigned)kind < DW_MAP_KINDS ? names[kind] : "";
}
