#include "cli/line_diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct lines {
  const char **items;
  size_t count;
};

static struct lines split(struct dw_arena *arena, const char *text) {
  size_t most = 1;
  for (const char *c = text; *c; c++)
    most += *c == '\n';
  struct lines lines = {dw_arena_array(arena, most, sizeof *lines.items), 0};
  while (*text) {
    size_t length = strcspn(text, "\n");
    lines.items[lines.count++] = dw_arena_strndup(arena, text, length);
    text += length + (text[length] == '\n');
  }
  return lines;
}

/* shared[i * (after.count + 1) + j]: how many lines from before[i] and after[j] on can be kept. */
static const uint32_t *measure(struct dw_arena *arena, const struct lines *before, const struct lines *after) {
  size_t width = after->count + 1;
  uint32_t *shared = dw_arena_array(arena, (before->count + 1) * width, sizeof *shared);
  for (size_t i = before->count; i-- > 0;)
    for (size_t j = after->count; j-- > 0;) {
      uint32_t down = shared[(i + 1) * width + j];
      uint32_t right = shared[i * width + j + 1];
      shared[i * width + j] = strcmp(before->items[i], after->items[j]) == 0 ? shared[(i + 1) * width + j + 1] + 1
                              : down >= right                                ? down
                                                                             : right;
    }
  return shared;
}

static size_t whole_diff(struct dw_arena *arena, const struct lines *before, const struct lines *after,
                         struct cli_diff_line *out) {
  const uint32_t *shared = measure(arena, before, after);
  size_t width = after->count + 1;
  size_t count = 0;
  size_t i = 0;
  size_t j = 0;
  while (i < before->count || j < after->count) {
    bool both = i < before->count && j < after->count;
    if (both && strcmp(before->items[i], after->items[j]) == 0) {
      out[count++] = (struct cli_diff_line){' ', before->items[i++]};
      j++;
    } else if (j == after->count || (both && shared[(i + 1) * width + j] >= shared[i * width + j + 1])) {
      out[count++] = (struct cli_diff_line){'-', before->items[i++]};
    } else {
      out[count++] = (struct cli_diff_line){'+', after->items[j++]};
    }
  }
  return count;
}

static bool is_near_change(const struct cli_diff_line *lines, size_t count, size_t at, size_t context) {
  size_t from = at > context ? at - context : 0;
  for (size_t i = from; i < count && i <= at + context; i++)
    if (lines[i].mark != ' ')
      return true;
  return false;
}

size_t cli_line_diff(struct dw_arena *arena, const char *before, const char *after, size_t context,
                     struct cli_diff_line **out) {
  struct lines old = split(arena, before);
  struct lines new = split(arena, after);
  struct cli_diff_line *all = dw_arena_array(arena, old.count + new.count + 1, sizeof *all);
  struct cli_diff_line *shown = dw_arena_array(arena, old.count + new.count + 1, sizeof *shown);
  size_t all_count = whole_diff(arena, &old, &new, all);
  size_t count = 0;
  for (size_t i = 0; i < all_count; i++) {
    if (is_near_change(all, all_count, i, context))
      shown[count++] = all[i];
    else if (count == 0 || shown[count - 1].mark != '@')
      shown[count++] = (struct cli_diff_line){'@', "..."};
  }
  *out = shown;
  return count;
}
