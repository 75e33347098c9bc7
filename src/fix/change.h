/* Changes of a text: parts that other text replaces. */
#ifndef FIX_CHANGE_H
#define FIX_CHANGE_H

#include <stddef.h>

#include "base/arena.h"

/* LENGTH bytes at OFFSET become TEXT[SIZE]; 0 bytes: TEXT is inserted there. */
struct dw_fix_change {
  size_t offset, length;
  const char *text;
  size_t size;
};

struct dw_fix_changes {
  struct dw_fix_change *items;
  size_t count, capacity;
};

void dw_fix_change_add(struct dw_arena *arena, struct dw_fix_changes *changes, struct dw_fix_change change)
    __attribute__((nonnull));

/* TEXT[LENGTH] with all CHANGES, which it orders by offset, followed by a NUL, in ARENA. SIZE receives its length.
 * NULL if two changes overlap. */
const char *dw_fix_changes_apply(struct dw_arena *arena, const char *text, size_t length,
                                 struct dw_fix_changes *changes, size_t *size) __attribute__((nonnull));

/* The one change that makes NEW[NEW_LENGTH] of OLD[OLD_LENGTH]: from the first character that differs to the last. */
struct dw_fix_change dw_fix_change_between(const char *old, size_t old_length, const char *new, size_t new_length)
    __attribute__((nonnull));

#endif
