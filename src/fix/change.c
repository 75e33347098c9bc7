#include "fix/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

void dw_fix_change_add(struct dw_arena *arena, struct dw_fix_changes *changes, struct dw_fix_change change) {
  changes->items = dw_arena_more(arena, changes->items, changes->count, &changes->capacity, sizeof *changes->items);
  changes->items[changes->count++] = change;
}

static int by_offset(const void *a, const void *b) {
  const struct dw_fix_change *left = a;
  const struct dw_fix_change *right = b;
  if (left->offset != right->offset)
    return left->offset < right->offset ? -1 : 1;
  return (left->length > right->length) - (left->length < right->length); /* insertions first */
}

const char *dw_fix_changes_apply(struct dw_arena *arena, const char *text, size_t length,
                                 struct dw_fix_changes *changes, size_t *size) {
  struct dw_buf out = DW_BUF_IN(arena);
  size_t at = 0;
  if (changes->count > 1)
    qsort(changes->items, changes->count, sizeof *changes->items, by_offset);
  for (size_t i = 0; i < changes->count; i++) {
    const struct dw_fix_change *change = &changes->items[i];
    if (change->offset < at || change->offset > length || change->length > length - change->offset)
      return NULL;
    dw_buf_add(&out, text + at, change->offset - at);
    dw_buf_add(&out, change->text, change->size);
    at = change->offset + change->length;
  }
  dw_buf_add(&out, text + at, length - at);
  *size = out.length;
  return dw_buf_text(&out);
}

struct dw_fix_change dw_fix_change_between(const char *old, size_t old_length, const char *new, size_t new_length) {
  size_t least = old_length < new_length ? old_length : new_length;
  size_t start = 0;
  size_t tail = 0;
  while (start < least && old[start] == new[start])
    start++;
  while (start > 0 && start < old_length && dw_utf8_is_inside(old[start]))
    start--;
  while (tail < least - start && old[old_length - 1 - tail] == new[new_length - 1 - tail])
    tail++;
  while (tail > 0 && dw_utf8_is_inside(old[old_length - tail]))
    tail--;
  return (struct dw_fix_change){start, old_length - start - tail, new + start, new_length - start - tail};
}
