/* The address map: cells, and below them a table of all ranges. */
#include <string.h>

#include "base/text.h"
#include "map/html.h"
#include "map/html_cells.h"

/* How deep an entry is nested in others. Entries come in the order of an area's rows. */
enum { HTML_LANES = 4 };
struct html_lanes {
  bool used[HTML_LANES];
  struct dw_addr last[HTML_LANES];
};
static unsigned lane_of(struct html_lanes *lanes, const struct dw_interval *span) {
  unsigned lane = 0;
  while (lane < HTML_LANES - 1 && lanes->used[lane] && dw_addr_compare(&lanes->last[lane], &span->first) >= 0)
    lane++;
  lanes->used[lane] = true;
  lanes->last[lane] = span->last;
  return lane;
}

/* --- the legend --- */

static void put_kind(struct dw_buf *out, enum dw_map_kind kind) {
  const struct html_kind *look = dw_html_kind(kind);
  dw_buf_printf(out, "<span class=\"key %s\">%c</span> %s", look->class, look->letter, dw_map_kind_name(kind));
}

static void put_legend(const struct dw_map *map, struct dw_buf *out) {
  bool used[DW_MAP_KINDS] = {false};
  for (size_t i = 0; i < map->entry_count; i++)
    used[map->entries[i].kind] = true;
  dw_buf_puts(out, "<ul class=\"legend\" aria-label=\"Legend\">");
  for (unsigned kind = 0; kind < DW_MAP_KINDS; kind++) {
    if (!used[kind])
      continue;
    dw_buf_puts(out, "<li>");
    put_kind(out, (enum dw_map_kind)kind);
    dw_buf_puts(out, "</li>");
  }
  dw_buf_puts(out,
              "<li><span class=\"key pool part\">P</span> in part</li><li><span class=\"key free\"></span> free</li>"
              "<li><span class=\"key star free\"></span> suggested</li>"
              "<li><span class=\"key bad pool\">P</span> overlap</li></ul>\n");
  if (used[DW_MAP_ADDRESSES])
    dw_buf_puts(out, "<p>The /24 (IPv6: /64) around a node&#39;s address is not listed as free.</p>\n");
}

/* --- the table --- */

static void put_overlaps(const struct dw_map_entry *entry, struct dw_buf *out) {
  size_t shown = 0;
  for (; shown < DW_MAP_OVERLAPS_SHOWN && shown < entry->overlap_count && entry->overlaps[shown]; shown++)
    dw_html_wrap(out, "<li><span class=\"badge deny\">overlaps</span> ", entry->overlaps[shown], "</li>");
  if (entry->overlap_count > shown) {
    dw_buf_puts(out, "<li><span class=\"badge deny\">overlaps</span> ");
    dw_html_number(out, entry->overlap_count - shown);
    dw_buf_puts(out, shown ? " more</li>" : " others</li>");
  }
}

static void put_remarks(const struct dw_map_entry *entry, struct dw_buf *out) {
  if (!entry->overlap_count && !entry->crowded && !entry->copies)
    return;
  dw_buf_puts(out, "<ul class=\"facts\">");
  put_overlaps(entry, out);
  if (entry->crowded)
    dw_buf_puts(out, "<li><span class=\"badge deny\">too small</span> for the current nodes</li>");
  if (entry->copies) {
    dw_buf_puts(out, "<li>intentionally shared by ");
    dw_html_count(out, entry->copies, "more NAD");
    dw_buf_puts(out, "</li>");
  }
  dw_buf_puts(out, "</ul>");
}

static bool hands_out(enum dw_map_kind kind) {
  return kind == DW_MAP_MIGRATION_POOL || kind == DW_MAP_POOL;
}

static void put_size(const struct dw_map_entry *entry, struct dw_buf *out) {
  dw_html_number(out, entry->usable);
  if (hands_out(entry->kind))
    dw_buf_puts(out, " usable");
  else if (entry->kind == DW_MAP_ADDRESSES)
    dw_buf_puts(out, " seen");
  if (entry->needed) {
    dw_buf_puts(out, ", <br>");
    dw_html_number(out, entry->needed);
    dw_buf_puts(out, " needed");
  }
}

/* Returns true if the pool is smaller than what whereabouts hands out from the whole subnet, which is all but its first
 * and last address. */
static bool cut_short(const struct dw_map_entry *entry) {
  const struct dw_interval whole = {{dw_u128_add(entry->span.first.value, 1), entry->span.first.v4},
                                    {dw_u128_sub(entry->span.last.value, (struct dw_u128){0, 1}), entry->span.last.v4}};
  return hands_out(entry->kind) &&
         (dw_addr_compare(&entry->pool.first, &whole.first) > 0 || dw_addr_compare(&entry->pool.last, &whole.last) < 0);
}

/* The name of a pool already contains its object. */
static void put_who(const struct dw_map_entry *entry, struct dw_buf *out) {
  dw_html_wrap(out, "<td class=\"name\">", entry->name, " <span class=\"soft\">");
  if (!hands_out(entry->kind))
    dw_html_wrap(out, "", entry->object, " ");
  if (*entry->field)
    dw_html_wrap(out, "<code>", entry->field, "</code>");
  dw_buf_puts(out, "</span></td>");
}

static void put_entry(const struct dw_map *map, const struct dw_map_entry *entry, unsigned depth, struct dw_buf *out) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  dw_buf_printf(out, "<tr id=\"r%zu\" class=\"%s%s\"", (size_t)(entry - map->entries), dw_html_kind(entry->kind)->class,
                entry->overlap_count ? " bad" : "");
  dw_html_span(out, "data-at", &entry->span);
  if (cut_short(entry))
    dw_html_span(out, "data-pool", &entry->pool);
  dw_buf_printf(out, "><th scope=\"row\" class=\"address in%u\">", depth);
  dw_xml_puts(out, entry->text);
  if (cut_short(entry))
    dw_buf_printf(out, "<br><span class=\"soft\">%s to<br>%s</span>", dw_addr_format(&entry->pool.first, first),
                  dw_addr_format(&entry->pool.last, last));
  dw_buf_printf(out, "</th><td>%s</td>", dw_map_kind_name(entry->kind));
  put_who(entry, out);
  dw_buf_puts(out, "<td class=\"number\">");
  put_size(entry, out);
  dw_buf_puts(out, "</td><td class=\"name\">");
  put_remarks(entry, out);
  dw_buf_puts(out, "</td></tr>\n");
}

static void put_gap(const struct dw_map_gap *gap, struct dw_buf *out) {
  dw_buf_puts(out, "<tr class=\"free\"");
  dw_html_span(out, "data-at", &gap->span);
  dw_html_wrap(out, "><th scope=\"row\" class=\"address\">", gap->text, "</th><td>free</td><td>widest ");
  dw_html_wrap(out, "<span class=\"address\">", gap->widest_text, "</span></td><td class=\"number\">");
  dw_html_number(out, gap->size);
  dw_buf_puts(out, "</td><td></td></tr>\n");
}

static void put_rows(const struct dw_map *map, const struct dw_map_area *area, struct dw_buf *out) {
  struct html_lanes lanes = {.used = {false}};
  for (size_t i = 0; i < area->row_count && i < HTML_ROWS; i++) {
    const struct dw_map_row *row = &area->rows[i];
    if (row->entry)
      put_entry(map, row->entry, lane_of(&lanes, &row->entry->span), out);
    else if (row->gap)
      put_gap(row->gap, out);
  }
}

static void put_table(const struct dw_map *map, const struct dw_map_area *area, size_t number, struct dw_buf *out) {
  const struct html_table table = {
      .id = "area",
      .number = number,
      .caption = "Ranges in address order: ",
      .subject = area->title,
      .heads = "<th scope=\"col\">Range</th><th scope=\"col\">Kind</th><th scope=\"col\">Used by</th>"
               "<th scope=\"col\" class=\"number\">Addresses</th><th scope=\"col\">Remarks</th>",
      .rows = area->row_count};
  dw_buf_puts(out, "<details><summary>Table: ");
  dw_html_count(out, area->row_count, "range");
  dw_html_wrap(out, " of ", area->title, "</summary>\n");
  dw_html_table_begin(out, &table);
  put_rows(map, area, out);
  dw_html_table_end(out, area->row_count > HTML_ROWS ? area->row_count - HTML_ROWS : 0);
  dw_buf_puts(out, "</details>\n");
}

/* --- an area --- */

/* The number of free addresses of IPv4. */
static uint64_t free_addresses(const struct dw_map_area *area) {
  uint64_t sum = 0;
  for (size_t i = 0; i < area->row_count; i++)
    sum += area->rows[i].gap ? area->rows[i].gap->size : 0;
  return sum;
}

static void put_area(const struct dw_map *map, const struct dw_map_area *area, size_t number, struct dw_buf *out) {
  dw_html_wrap(out, "<div class=\"area\"><h3>", area->title, "</h3>\n<p class=\"soft\">");
  dw_html_count(out, area->entry_count, "range");
  dw_buf_puts(out, " in use");
  if (area->private_range && area->v4) {
    dw_buf_puts(out, ", ");
    dw_html_number(out, free_addresses(area));
    dw_buf_puts(out, " addresses free");
  }
  dw_buf_puts(out, "</p>\n");
  dw_html_cells(map, area, out);
  put_table(map, area, number, out);
  dw_buf_puts(out, "</div>\n");
}

void dw_html_addresses(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"addresses\" class=\"card\" aria-labelledby=\"addresses-title\">"
                   "<h2 id=\"addresses-title\">Address map</h2>\n");
  if (map->entry_count == 0)
    dw_buf_puts(out, "<p>No used addresses are known.</p>\n");
  put_legend(map, out);
  for (size_t i = 0; i < map->area_count; i++)
    put_area(map, &map->areas[i], i + 1, out);
  dw_buf_puts(out, "</section>\n");
}
