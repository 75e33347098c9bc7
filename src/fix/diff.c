#include "fix/diff.h"

#include <string.h>

enum { CONTEXT = 3, FEW_EDITS = 32, MOST_EDITS = 2000 };

struct line {
  const char *text;
  size_t length; /* with its line end */
};

struct lines {
  struct line *items;
  size_t count;
};

/* The lines OLD[old..old_end) became NEW[new..new_end). */
struct hunk {
  size_t old, old_end, new, new_end;
};

struct work {
  struct dw_arena *arena;
  struct lines old, new;
  struct hunk *hunks;
  size_t count, capacity;
};

static struct lines split(struct dw_arena *arena, const char *text, size_t length) {
  struct lines out = {.count = 0};
  size_t capacity = 0;
  for (size_t at = 0; at < length;) {
    const char *end = memchr(text + at, '\n', length - at);
    size_t next = end == NULL ? length : (size_t)(end - text) + 1;
    out.items = dw_arena_more(arena, out.items, out.count, &capacity, sizeof *out.items);
    out.items[out.count++] = (struct line){text + at, next - at};
    at = next;
  }
  return out;
}

static bool same(const struct work *w, size_t old, size_t new) {
  const struct line *a = &w->old.items[old];
  const struct line *b = &w->new.items[new];
  return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void add_hunk(struct work *w, struct hunk hunk) {
  w->hunks = dw_arena_more(w->arena, w->hunks, w->count, &w->capacity, sizeof *w->hunks);
  w->hunks[w->count++] = hunk;
}

/* --- the shortest edit script (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986) --- */

/* How far the old text is matched on each diagonal, for each number of edits. */
struct trace {
  size_t *ends; /* row D has 2 * D + 1 of them, at D * D */
};

static size_t *end_on(const struct trace *trace, size_t edits, ptrdiff_t diagonal) {
  return &trace->ends[(ptrdiff_t)(edits * edits + edits) + diagonal];
}

/* Whether the last of EDITS on DIAGONAL inserted a line (or else deleted one). */
static bool inserts(const struct trace *trace, size_t edits, ptrdiff_t diagonal) {
  ptrdiff_t most = (ptrdiff_t)edits;
  if (diagonal == -most)
    return true;
  return diagonal != most && *end_on(trace, edits - 1, diagonal - 1) < *end_on(trace, edits - 1, diagonal + 1);
}

/* Extends the diagonals by one edit. True if one reaches the end of both texts. AREA is what is left to compare. */
static bool extend(const struct work *w, const struct trace *trace, const struct hunk *area, size_t edits) {
  size_t old_count = area->old_end - area->old;
  size_t new_count = area->new_end - area->new;
  for (ptrdiff_t diagonal = -(ptrdiff_t)edits; diagonal <= (ptrdiff_t)edits; diagonal += 2) {
    size_t at = 0;
    if (edits > 0)
      at = inserts(trace, edits, diagonal) ? *end_on(trace, edits - 1, diagonal + 1)
                                           : *end_on(trace, edits - 1, diagonal - 1) + 1;
    ptrdiff_t new = (ptrdiff_t)at - diagonal;
    while (at < old_count && new >= 0 && (size_t) new < new_count &&
           same(w, area->old + at, area->new + (size_t) new)) {
      at++;
      new ++;
    }
    *end_on(trace, edits, diagonal) = at;
    if (at >= old_count && new >= (ptrdiff_t)new_count)
      return true;
  }
  return false;
}

/* Follows the trace back, and marks the lines that were deleted and inserted. */
static void walk_back(const struct trace *trace, const struct hunk *area, size_t edits, bool *deleted, bool *inserted) {
  ptrdiff_t diagonal = (ptrdiff_t)(area->old_end - area->old) - (ptrdiff_t)(area->new_end - area->new);
  for (; edits > 0; edits--) {
    bool insert = inserts(trace, edits, diagonal);
    diagonal += insert ? 1 : -1;
    size_t at = *end_on(trace, edits - 1, diagonal);
    if (insert)
      inserted[area->new + (size_t)((ptrdiff_t)at - diagonal)] = true;
    else
      deleted[area->old + at] = true;
  }
}

static void mark_all(bool *marks, size_t from, size_t to) {
  for (; from < to; from++)
    marks[from] = true;
}

static void compare(struct work *w, const struct hunk *area, bool *deleted, bool *inserted) {
  size_t rows = area->old_end - area->old + area->new_end - area->new;
  rows = rows > MOST_EDITS ? MOST_EDITS : rows;
  bool over = false;
  for (size_t last = FEW_EDITS; !over; last *= 8) { /* few edits need little memory */
    over = last >= rows;
    if (over)
      last = rows;
    const struct trace trace = {dw_arena_array(w->arena, (last + 1) * (last + 1), sizeof(size_t))};
    for (size_t edits = 0; edits <= last; edits++)
      if (extend(w, &trace, area, edits)) {
        walk_back(&trace, area, edits, deleted, inserted);
        return;
      }
  }
  mark_all(deleted, area->old, area->old_end);
  mark_all(inserted, area->new, area->new_end);
}

/* --- hunks --- */

static void find_hunks(struct work *w) {
  struct hunk area = {0, w->old.count, 0, w->new.count};
  bool *deleted = dw_arena_array(w->arena, w->old.count + 1, sizeof *deleted);
  bool *inserted = dw_arena_array(w->arena, w->new.count + 1, sizeof *inserted);
  while (area.old < area.old_end && area.new < area.new_end &&same(w, area.old, area.new)) {
    area.old++;
    area.new ++;
  }
  while (area.old_end > area.old && area.new_end > area.new &&same(w, area.old_end - 1, area.new_end - 1)) {
    area.old_end--;
    area.new_end--;
  }
  compare(w, &area, deleted, inserted);
  for (size_t old = 0, new = 0; old < w->old.count || new < w->new.count;) {
    struct hunk hunk = {old, old, new, new};
    while (hunk.old_end < w->old.count && deleted[hunk.old_end])
      hunk.old_end++;
    while (hunk.new_end < w->new.count && inserted[hunk.new_end])
      hunk.new_end++;
    bool changed = hunk.old_end > old || hunk.new_end > new;
    if (changed)
      add_hunk(w, hunk);
    old = hunk.old_end + !changed;
    new = hunk.new_end + !changed;
  }
}

/* --- printing --- */

static void put_line(struct dw_buf *out, char mark, const struct line *line) {
  dw_buf_putc(out, mark);
  dw_buf_add(out, line->text, line->length);
  if (line->text[line->length - 1] != '\n')
    dw_buf_puts(out, "\n\\ No newline at end of file\n");
}

static void put_range(struct dw_buf *out, size_t from, size_t to) {
  size_t count = to - from;
  dw_buf_printf(out, "%zu", count == 0 ? from : from + 1);
  if (count != 1)
    dw_buf_printf(out, ",%zu", count);
}

/* Hunks FIRST to LAST, which are close to each other. */
static void put_group(struct dw_buf *out, const struct work *w, size_t first, size_t last) {
  size_t before = w->hunks[first].old < CONTEXT ? w->hunks[first].old : CONTEXT;
  size_t left = w->old.count - w->hunks[last].old_end;
  size_t after = left < CONTEXT ? left : CONTEXT;
  size_t old = w->hunks[first].old - before;
  dw_buf_puts(out, "@@ -");
  put_range(out, old, w->hunks[last].old_end + after);
  dw_buf_puts(out, " +");
  put_range(out, w->hunks[first].new - before, w->hunks[last].new_end + after);
  dw_buf_puts(out, " @@\n");
  for (size_t i = first; i <= last; i++) {
    for (; old < w->hunks[i].old; old++)
      put_line(out, ' ', &w->old.items[old]);
    for (; old < w->hunks[i].old_end; old++)
      put_line(out, '-', &w->old.items[old]);
    for (size_t new = w->hunks[i].new; new < w->hunks[i].new_end; new ++)
      put_line(out, '+', &w->new.items[new]);
  }
  for (size_t end = old + after; old < end; old++)
    put_line(out, ' ', &w->old.items[old]);
}

/* A name with special characters is quoted, as git does; a tab shows where one with spaces ends. */
static void put_name(struct dw_buf *out, const char *mark, const char *name) {
  bool special = false;
  bool spaced = strchr(name, ' ') != NULL;
  while (strncmp(name, "./", 2) == 0)
    name += 1 + strspn(name + 1, "/");
  for (const char *c = name; *c != '\0'; c++)
    special |= (unsigned char)*c < ' ' || *c == '"' || *c == '\\' || *c == 0x7F;
  dw_buf_printf(out, "%s %s", mark, special ? "\"" : "");
  for (; *name != '\0'; name++)
    if (special && (*name == '"' || *name == '\\'))
      dw_buf_printf(out, "\\%c", *name);
    else if ((unsigned char)*name < ' ' || *name == 0x7F)
      dw_buf_printf(out, "\\%03o", (unsigned)(unsigned char)*name);
    else
      dw_buf_putc(out, *name);
  dw_buf_puts(out, special ? "\"\n" : spaced ? "\t\n" : "\n");
}

void dw_diff_put(struct dw_buf *out, const struct dw_diff *diff) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct work w = {.arena = arena,
                   .old = split(arena, diff->old, diff->old_length),
                   .new = split(arena, diff->new, diff->new_length)};
  find_hunks(&w);
  if (w.count == 0)
    return;
  put_name(out, "---", diff->name);
  put_name(out, "+++", diff->name);
  for (size_t first = 0, last = 0; first < w.count; first = ++last) {
    while (last + 1 < w.count && w.hunks[last + 1].old - w.hunks[last].old_end <= 2 * (size_t)CONTEXT)
      last++;
    put_group(out, &w, first, last);
  }
}
