/* The cells of an area: a private /8 as its 256 networks of /16, a /16 as its 256 networks of /24; elsewhere, the /16s
 * (IPv6: /48s) in use. The script makes them zoomable. */
#include <string.h>

#include "base/text.h"
#include "map/block.h"
#include "map/html.h"
#include "map/html_cells.h"

enum { MOST_CELLS = 256, V4_SITE = 16, V6_SITE = 48, NAMES_SHOWN = 4 };

struct grid {
  struct dw_prefix cells[MOST_CELLS];
  size_t count;
};

/* --- which cells there are --- */

static bool is_divided(const struct dw_map_area *area) {
  return area->v4 && area->private_range;
}

static const struct dw_interval *span_of(const struct dw_map_row *row) {
  return row->entry ? &row->entry->span : &row->gap->span;
}

static struct dw_prefix after(const struct dw_prefix *block) {
  struct dw_addr last = dw_prefix_last(block);
  return (struct dw_prefix){{dw_u128_add(last.value, 1), last.v4}, block->bits};
}

/* Divides a private range of IPv4 at the next full byte. */
static void divide(const struct dw_map_area *area, struct grid *out) {
  struct dw_prefix whole = dw_block_widest(&area->span);
  struct dw_prefix cell = {whole.base, (whole.bits / 8 + 1) * 8};
  for (out->count = 0; out->count < (size_t)1 << (cell.bits - whole.bits); cell = after(&cell))
    out->cells[out->count++] = cell;
}

/* The networks of /BITS in which the area's entries begin. Returns false if there are too many. */
static bool gather(const struct dw_map_area *area, unsigned bits, struct grid *out) {
  out->count = 0;
  for (size_t i = 0; i < area->row_count; i++) {
    if (!area->rows[i].entry)
      continue;
    struct dw_prefix cell = dw_block_around(&span_of(&area->rows[i])->first, (area->v4 ? 32 : 128) - bits);
    if (out->count && dw_addr_compare(&out->cells[out->count - 1].base, &cell.base) == 0)
      continue;
    if (out->count == MOST_CELLS)
      return false;
    out->cells[out->count++] = cell;
  }
  return true;
}

static void make_grid(const struct dw_map_area *area, struct grid *out) {
  unsigned bits = area->v4 ? V4_SITE : V6_SITE;
  if (is_divided(area))
    divide(area, out);
  else
    while (!gather(area, bits, out))
      bits -= 8;
}

/* --- what is in a cell --- */

struct contents {
  const struct dw_map_entry *names[NAMES_SHOWN];
  size_t count;          /* of entries */
  enum dw_map_kind kind; /* of the most important of them */
  bool whole;            /* one of them fills the cell */
  bool free, conflict, suggested;
  struct dw_addr reach; /* the end of the conflicting entries so far */
};

static unsigned rank_of(enum dw_map_kind kind) {
  static const unsigned ranks[DW_MAP_KINDS] = {[DW_MAP_MIGRATION_POOL] = 4,
                                               [DW_MAP_REMOTE] = 3,
                                               [DW_MAP_CLUSTER_NETWORK] = 2,
                                               [DW_MAP_POOL] = 1,
                                               [DW_MAP_ADDRESSES] = 0};
  return ranks[kind];
}

/* Entries come by first address, so one conflicts with an earlier one if it begins before that one's end. */
static void note_conflict(const struct dw_map_entry *entry, const struct dw_interval *cell, struct contents *out) {
  const struct dw_addr *first = dw_addr_max(&entry->span.first, &cell->first);
  bool any = out->reach.value.high || out->reach.value.low;
  if (any && dw_addr_compare(first, &out->reach) <= 0)
    out->conflict = true;
  if (!any || dw_addr_compare(&entry->span.last, &out->reach) > 0)
    out->reach = entry->span.last;
}

static void note_entry(const struct dw_map_entry *entry, const struct dw_interval *cell, struct contents *out) {
  if (out->count == 0 || rank_of(entry->kind) > rank_of(out->kind))
    out->kind = entry->kind;
  if (out->count < NAMES_SHOWN)
    out->names[out->count] = entry;
  out->count++;
  out->whole |= dw_interval_contains(&entry->span, &cell->first) && dw_interval_contains(&entry->span, &cell->last);
  if (entry->overlap_count)
    note_conflict(entry, cell, out);
}

static struct contents contents_of(const struct dw_map *map, const struct dw_map_area *area,
                                   const struct dw_prefix *block) {
  struct contents out = {.count = 0};
  struct dw_interval cell = dw_interval_of(block);
  for (size_t i = 0; i < area->row_count; i++) {
    if (!dw_interval_overlaps(span_of(&area->rows[i]), &cell))
      continue;
    if (area->rows[i].entry)
      note_entry(area->rows[i].entry, &cell, &out);
    else
      out.free = true;
  }
  for (size_t i = 0; i < map->suggestion_count; i++)
    out.suggested |= dw_prefix_overlaps(&map->suggestions[i].prefix, block);
  return out;
}

/* --- the markup --- */

static void put_class(const struct contents *contents, struct dw_buf *out) {
  if (contents->count)
    dw_buf_printf(out, "%s%s", dw_html_kind(contents->kind)->class, contents->whole ? "" : " part");
  else
    dw_buf_puts(out, contents->free ? "free" : "outside");
  dw_buf_printf(out, "%s%s", contents->conflict ? " bad" : "", contents->suggested ? " star" : "");
}

static void put_title(const struct dw_prefix *block, const struct contents *contents, struct dw_buf *out) {
  char text[DW_PREFIX_TEXT];
  dw_buf_printf(out, " title=\"%s", dw_prefix_format(block, text));
  for (size_t i = 0; i < contents->count && i < NAMES_SHOWN; i++)
    dw_html_wrap(out, i ? ", " : ": ", contents->names[i]->name, "");
  if (contents->count > NAMES_SHOWN)
    dw_buf_printf(out, " and %zu more", contents->count - NAMES_SHOWN);
  dw_buf_puts(out, contents->conflict ? "; overlap\"" : "\"");
}

static void put_cell(const struct dw_map *map, const struct dw_map_area *area, const struct dw_prefix *block,
                     struct dw_buf *out) {
  struct contents contents = contents_of(map, area, block);
  struct dw_interval span = dw_interval_of(block);
  dw_buf_puts(out, "<span class=\"");
  put_class(&contents, out);
  dw_buf_putc(out, '"');
  if (contents.count)
    put_title(block, &contents, out);
  if (!is_divided(area))
    dw_html_span(out, "data-at", &span);
  dw_buf_putc(out, '>');
  if (!is_divided(area)) {
    char text[DW_PREFIX_TEXT];
    dw_buf_printf(out, "%s ", dw_prefix_format(block, text));
  }
  if (contents.count)
    dw_buf_putc(out, dw_html_kind(contents.kind)->letter);
  dw_buf_puts(out, "</span>");
}

void dw_html_cells(const struct dw_map *map, const struct dw_map_area *area, struct dw_buf *out) {
  struct grid grid;
  make_grid(area, &grid);
  if (grid.count == 0)
    return;
  const char *form = !is_divided(area) ? " sites" : grid.count < MOST_CELLS ? " few" : "";
  struct dw_interval span = {grid.cells[0].base, dw_prefix_last(&grid.cells[grid.count - 1])};
  dw_buf_printf(out, "<div class=\"cells%s\" role=\"img\" data-bits=\"%u\"", form, grid.cells[0].bits);
  dw_html_span(out, "data-at", &span);
  dw_html_wrap(out, " aria-label=\"", area->title, " as ");
  dw_html_count(out, grid.count, "cell");
  dw_buf_printf(out, " of /%u; the table below says the same\">\n", grid.cells[0].bits);
  for (size_t i = 0; i < grid.count; i++)
    put_cell(map, area, &grid.cells[i], out);
  dw_buf_puts(out, "</div>\n");
}
