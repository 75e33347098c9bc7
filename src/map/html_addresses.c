#include "base/xml.h"
#include "map/html.h"

static const struct {
  const char *class;
  char letter;
} kinds[DW_MAP_KINDS] = {[DW_MAP_CLUSTER_NETWORK] = {"cluster", 'C'},
                         [DW_MAP_MIGRATION_POOL] = {"migration", 'M'},
                         [DW_MAP_POOL] = {"pool", 'P'},
                         [DW_MAP_REMOTE] = {"remote", 'R'},
                         [DW_MAP_ADDRESSES] = {"node", 'N'}};

const char *dw_html_kind_class(enum dw_map_kind kind) {
  return kind < DW_MAP_KINDS ? kinds[kind].class : "node";
}

char dw_html_kind_letter(enum dw_map_kind kind) {
  return kind < DW_MAP_KINDS ? kinds[kind].letter : '?';
}

unsigned dw_html_lane(struct html_lanes *lanes, const struct dw_interval *span) {
  unsigned lane = 0;
  while (lane < HTML_LANES - 1 && lanes->taken[lane] && dw_addr_compare(&lanes->last[lane], &span->first) >= 0)
    lane++;
  lanes->taken[lane] = true;
  lanes->last[lane] = span->last;
  return lane;
}

/* --- the legend --- */

static void put_kind(struct dw_buf *out, enum dw_map_kind kind) {
  dw_buf_printf(out,
                "<span class=\"kind\"><svg class=\"swatch\" aria-hidden=\"true\"><rect class=\"%s\" width=\"100%%\" "
                "height=\"100%%\" rx=\"3\"/><text x=\"50%%\" y=\"13\" text-anchor=\"middle\">%c</text></svg>%s</span>",
                dw_html_kind_class(kind), dw_html_kind_letter(kind), dw_map_kind_name(kind));
}

static void put_legend(const struct dw_map *map, struct dw_buf *out) {
  bool used[DW_MAP_KINDS] = {false};
  for (size_t i = 0; i < map->entry_count; i++)
    if (map->entries[i].kind < DW_MAP_KINDS)
      used[map->entries[i].kind] = true;
  dw_buf_puts(out, "<ul class=\"legend\" aria-label=\"Legend\">");
  for (unsigned kind = 0; kind < DW_MAP_KINDS; kind++) {
    if (!used[kind])
      continue;
    dw_buf_puts(out, "<li>");
    put_kind(out, (enum dw_map_kind)kind);
    dw_buf_puts(out, "</li>");
  }
  dw_buf_puts(out, "</ul>\n");
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

/* Whether it hands out less than whereabouts would of the whole subnet, which is all but its first and last address. */
static bool cut_short(const struct dw_map_entry *entry) {
  const struct dw_interval whole = {{dw_u128_add(entry->span.first.value, 1), entry->span.first.v4},
                                    {dw_u128_sub(entry->span.last.value, (struct dw_u128){0, 1}), entry->span.last.v4}};
  return hands_out(entry->kind) &&
         (dw_addr_compare(&entry->pool.first, &whole.first) > 0 || dw_addr_compare(&entry->pool.last, &whole.last) < 0);
}

/* A pool's name tells the object already. */
static void put_who(const struct dw_map_entry *entry, struct dw_buf *out) {
  dw_html_wrap(out, "<td role=\"cell\" class=\"name\">", entry->name, "<br><span class=\"soft\">");
  if (!hands_out(entry->kind))
    dw_html_wrap(out, "", entry->object, " ");
  if (*entry->field)
    dw_html_wrap(out, "<code>", entry->field, "</code>");
  dw_buf_puts(out, "</span></td>");
}

static void put_entry(const struct dw_map_entry *entry, unsigned depth, struct dw_buf *out) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  dw_buf_printf(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\" class=\"address in%u\">", depth);
  dw_xml_puts(out, entry->text);
  if (cut_short(entry))
    dw_buf_printf(out, "<br><span class=\"soft\">%s to<br>%s</span>", dw_addr_format(&entry->pool.first, first),
                  dw_addr_format(&entry->pool.last, last));
  dw_buf_puts(out, "</th><td role=\"cell\">");
  put_kind(out, entry->kind);
  dw_buf_puts(out, "</td>");
  put_who(entry, out);
  dw_buf_puts(out, "<td role=\"cell\" class=\"number\">");
  put_size(entry, out);
  dw_buf_puts(out, "</td><td role=\"cell\" class=\"remarks\">");
  put_remarks(entry, out);
  dw_buf_puts(out, "</td></tr>\n");
}

static void put_gap(const struct dw_map_gap *gap, struct dw_buf *out) {
  dw_html_wrap(out, "<tr role=\"row\" class=\"free\"><th role=\"rowheader\" scope=\"row\" class=\"address\">",
               gap->text, "</th><td role=\"cell\">free</td><td role=\"cell\">widest block ");
  dw_html_wrap(out, "<span class=\"address\">", gap->widest_text, "</span></td><td role=\"cell\" class=\"number\">");
  dw_html_number(out, gap->size);
  dw_buf_puts(out, "</td><td role=\"cell\"></td></tr>\n");
}

static void put_rows(const struct dw_map_area *area, struct dw_buf *out) {
  struct html_lanes lanes = {.taken = {false}};
  for (size_t i = 0; i < area->row_count && i < HTML_ROWS; i++) {
    const struct dw_map_row *row = &area->rows[i];
    if (row->entry)
      put_entry(row->entry, dw_html_lane(&lanes, &row->entry->span), out);
    else if (row->gap)
      put_gap(row->gap, out);
  }
}

static void put_area(const struct dw_map_area *area, size_t number, struct dw_buf *out) {
  dw_html_wrap(out, "<h3 class=\"block\">", area->title, "</h3>\n");
  dw_html_strip(area, out);
  const struct html_table table = {
      .id = "area",
      .number = number,
      .caption = "Ranges in address order: ",
      .subject = area->title,
      .heads = "<th role=\"columnheader\" scope=\"col\">Range</th><th role=\"columnheader\" scope=\"col\">Kind</th>"
               "<th role=\"columnheader\" scope=\"col\">Who</th><th role=\"columnheader\" scope=\"col\" "
               "class=\"number\">Addresses</th>"
               "<th role=\"columnheader\" scope=\"col\">Remarks</th>",
      .rows = area->row_count,
      .stacked = true};
  dw_html_table_begin(out, &table);
  put_rows(area, out);
  dw_html_table_end(out, area->row_count > HTML_ROWS ? area->row_count - HTML_ROWS : 0);
}

void dw_html_addresses(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"addresses\" aria-labelledby=\"addresses-title\">"
                   "<h2 id=\"addresses-title\">Addresses</h2>\n");
  if (map->entry_count == 0) {
    dw_buf_puts(out, "<p>No used addresses are known.</p>\n");
  } else {
    dw_buf_puts(out, "<p>Who uses which addresses, and which are free. In the drawings, a box's width is proportional "
                     "to the logarithm of its size, and each box is drawn inside the one that contains it. The tables "
                     "show the same information as text.</p>\n");
    put_legend(map, out);
  }
  for (size_t i = 0; i < map->area_count; i++)
    put_area(&map->areas[i], i + 1, out);
  dw_buf_puts(out, "</section>\n");
}
