#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "map/block.h"
#include "map/html.h"
#include "map/phrases.h"

static const struct {
  const char *class;
  char letter;
} kinds[DW_MAP_KINDS] = {[DW_MAP_CLUSTER_NETWORK] = {"cluster", 'C'},
                         [DW_MAP_MIGRATION_POOL] = {"migration", 'M'},
                         [DW_MAP_POOL] = {"pool", 'P'},
                         [DW_MAP_REMOTE] = {"remote", 'R'},
                         [DW_MAP_ADDRESSES] = {"node", 'N'}};

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

/* --- the drawing --- */

/* Where ranges begin and end, the area is cut into cells. A cell's width depends on the number of bits of its size, so
 * that a /24 is visible next to a /9. */
struct cells {
  struct dw_u128 starts[2 * HTML_STRIP_ROWS]; /* of each row: its first address, and the one after its last */
  unsigned places[2 * HTML_STRIP_ROWS];       /* where each cell begins, in units */
  size_t count;
  unsigned units;
};

static int by_value(const void *a, const void *b) {
  const struct dw_u128 *left = a;
  const struct dw_u128 *right = b;
  return dw_u128_compare(*left, *right);
}

static const struct dw_interval *span_of(const struct dw_map_row *row) {
  return row->entry ? &row->entry->span : &row->gap->span;
}

/* The address after the last one, or the last one if it is the highest of all. */
static struct dw_u128 end_of(const struct dw_interval *span) {
  struct dw_u128 end = dw_u128_add(span->last.value, 1);
  return end.high | end.low ? end : span->last.value;
}

static unsigned bits_of(struct dw_u128 number) {
  unsigned bits = 0;
  for (uint64_t rest = number.high ? number.high : number.low; rest; rest >>= 1)
    bits++;
  return bits + (number.high ? 64 : 0);
}

static void collect(const struct dw_map_area *area, struct cells *cells) {
  struct dw_u128 *starts = cells->starts;
  size_t count = 0;
  for (size_t i = 0; i < area->row_count; i++) {
    starts[count++] = span_of(&area->rows[i])->first.value;
    starts[count++] = end_of(span_of(&area->rows[i]));
  }
  qsort(starts, count, sizeof *starts, by_value);
  for (size_t i = 0; i < count; i++)
    if (cells->count == 0 || dw_u128_compare(starts[cells->count - 1], starts[i]) != 0)
      starts[cells->count++] = starts[i];
}

static size_t cell_at(const struct cells *cells, struct dw_u128 value) {
  const struct dw_u128 *found = bsearch(&value, cells->starts, cells->count, sizeof value, by_value);
  return found ? (size_t)(found - cells->starts) : 0;
}

/* In an area without gaps, free space only separates the ranges. */
static void measure(const struct dw_map_area *area, struct cells *cells) {
  int change[2 * HTML_STRIP_ROWS] = {0};
  for (size_t i = 0; i < area->row_count; i++) {
    change[cell_at(cells, span_of(&area->rows[i])->first.value)]++;
    change[cell_at(cells, end_of(span_of(&area->rows[i])))]--;
  }
  int depth = 0;
  for (size_t i = 0; i < cells->count; i++) {
    cells->places[i] = cells->units;
    depth += change[i];
    if (i + 1 < cells->count)
      cells->units += depth ? 4 + bits_of(dw_u128_sub(cells->starts[i + 1], cells->starts[i])) : 3;
  }
}

struct box {
  const char *class;
  const char *text, *name; /* of the tooltip */
  char letter;             /* '\0' for free room */
  unsigned lane, height;
};
enum { LANE = 20 };

static void put_box(const struct cells *cells, const struct dw_interval *span, const struct box *box,
                    struct dw_buf *out) {
  unsigned from = cells->places[cell_at(cells, span->first.value)];
  unsigned to = cells->places[cell_at(cells, end_of(span))];
  double unit = 100.0 / (cells->units ? cells->units : 1);
  unsigned top = box->lane * LANE;
  dw_buf_printf(out, "<svg x=\"%.3f%%\" y=\"%u\" width=\"%.3f%%\" height=\"%u\"><title>", from * unit, top,
                (to - from) * unit, box->height - top);
  dw_xml_puts(out, box->text);
  dw_html_wrap(out, ": ", box->name, "</title>");
  dw_buf_printf(out, "<rect class=\"%s\" width=\"100%%\" height=\"100%%\"/><text x=\"3\" y=\"14\"%s>", box->class,
                box->letter ? "" : " class=\"vacant\"");
  if (box->letter)
    dw_buf_printf(out, "%c ", box->letter);
  bool nad = strncmp(box->name, "NAD ", 4) == 0; /* the letter shows that it is a NAD, and space is scarce */
  dw_html_wrap(out, "", box->name + (nad ? 4 : 0), "</text></svg>");
}

static unsigned deepest(const struct dw_map_area *area) {
  struct html_lanes lanes = {.used = {false}};
  unsigned most = 0;
  for (size_t i = 0; i < area->row_count; i++) {
    unsigned lane = area->rows[i].entry ? lane_of(&lanes, &area->rows[i].entry->span) : 0;
    most = lane > most ? lane : most;
  }
  return most;
}

static void put_boxes(const struct dw_map_area *area, const struct cells *cells, unsigned height, struct dw_buf *out) {
  struct html_lanes lanes = {.used = {false}};
  for (size_t i = 0; i < area->row_count; i++) {
    const struct dw_map_row *row = &area->rows[i];
    if (!row->entry) {
      const struct box box = {.class = "free", .text = row->gap->text, .name = "free", .height = height};
      put_box(cells, &row->gap->span, &box, out);
      continue;
    }
    const struct box box = {.class = kinds[row->entry->kind].class,
                            .text = row->entry->text,
                            .name = row->entry->name,
                            .letter = kinds[row->entry->kind].letter,
                            .lane = lane_of(&lanes, &row->entry->span),
                            .height = height};
    put_box(cells, &row->entry->span, &box, out);
  }
}

static void put_ends(const struct dw_map_area *area, struct dw_buf *out) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  dw_buf_printf(out, "<p class=\"ends\" aria-hidden=\"true\"><span>%s</span><span>%s</span></p>\n",
                dw_addr_format(&span_of(&area->rows[0])->first, first),
                dw_addr_format(&span_of(&area->rows[area->row_count - 1])->last, last));
}

static void put_strip(const struct dw_map_area *area, struct dw_buf *out) {
  if (area->row_count == 0)
    return;
  if (area->row_count > HTML_STRIP_ROWS) {
    dw_buf_puts(out, "<p class=\"soft\">Too many ranges to draw.</p>\n");
    return;
  }
  struct cells cells = {.count = 0};
  collect(area, &cells);
  measure(area, &cells);
  unsigned height = (deepest(area) + 1) * LANE + 12;
  dw_buf_printf(out, "<svg class=\"strip\" role=\"img\" height=\"%u\" aria-label=\"", height);
  dw_html_wrap(out, "Drawing of ", area->title, ": ");
  dw_html_count(out, area->entry_count, "range");
  dw_buf_puts(out, " in use");
  if (area->private_range) {
    dw_buf_puts(out, ", ");
    dw_html_count(out, area->gap_count, "gap");
  }
  dw_buf_puts(out, ". The table below says the same.\">\n");
  put_boxes(area, &cells, height, out);
  dw_buf_puts(out, "</svg>\n");
  put_ends(area, out);
}

/* --- the legend --- */

static void put_kind(struct dw_buf *out, enum dw_map_kind kind) {
  dw_buf_printf(out,
                "<span class=\"kind\"><svg class=\"swatch\" aria-hidden=\"true\"><rect class=\"%s\" width=\"100%%\" "
                "height=\"100%%\" rx=\"3\"/><text x=\"50%%\" y=\"13\" text-anchor=\"middle\">%c</text></svg>%s</span>",
                kinds[kind].class, kinds[kind].letter, dw_map_kind_name(kind));
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
  struct html_lanes lanes = {.used = {false}};
  for (size_t i = 0; i < area->row_count && i < HTML_ROWS; i++) {
    const struct dw_map_row *row = &area->rows[i];
    if (row->entry)
      put_entry(row->entry, lane_of(&lanes, &row->entry->span), out);
    else if (row->gap)
      put_gap(row->gap, out);
  }
}

static void put_area(const struct dw_map_area *area, size_t number, struct dw_buf *out) {
  dw_html_wrap(out, "<h3 class=\"block\">", area->title, "</h3>\n");
  put_strip(area, out);
  const struct html_table table = {
      .id = "area",
      .number = number,
      .caption = "Ranges in address order: ",
      .subject = area->title,
      .heads = "<th role=\"columnheader\" scope=\"col\">Range</th><th role=\"columnheader\" scope=\"col\">Kind</th>"
               "<th role=\"columnheader\" scope=\"col\">Used by</th><th role=\"columnheader\" scope=\"col\" "
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
    dw_buf_puts(out, "<p>This section shows who uses which addresses, and which are free. In the drawings, a box's "
                     "width is proportional "
                     "to the logarithm of its size, and each box is drawn inside the one that contains it. The tables "
                     "show the same information as text.</p>\n");
    put_legend(map, out);
  }
  for (size_t i = 0; i < map->area_count; i++)
    put_area(&map->areas[i], i + 1, out);
  dw_buf_puts(out, "</section>\n");
}

/* --- suggestions of the requested size --- */

#define SUGGESTION_HEADS "<th scope=\"col\">Range</th><th scope=\"col\" class=\"number\">Usable addresses</th>"

static bool any_remark(const struct dw_map *map) {
  for (size_t i = 0; i < map->suggestion_count; i++)
    if (map->suggestions[i].caution || map->suggestions[i].tight)
      return true;
  return false;
}

static void put_suggestion(const struct dw_map_suggestion *suggestion, bool remarks, struct dw_buf *out) {
  dw_html_wrap(out, "<tr><th scope=\"row\" class=\"address\">", suggestion->text, "</th><td class=\"number\">");
  dw_html_number(out, suggestion->usable);
  dw_buf_puts(out, "</td>");
  if (!remarks) {
    dw_buf_puts(out, "</tr>\n");
    return;
  }
  dw_buf_puts(out, "<td>");
  if (suggestion->tight)
    dw_buf_puts(out, "<span class=\"badge warn\">tight</span> it fits, but less than 10 % is left over ");
  dw_html_wrap(out, "", suggestion->caution ? suggestion->caution : "", "</td></tr>\n");
}

static void put_suggestions(const struct dw_map *map, struct dw_buf *out) {
  bool remarks = any_remark(map);
  const struct html_table table = {.id = "suggestions",
                                   .caption = "Best first",
                                   .subject = "",
                                   .heads =
                                       remarks ? SUGGESTION_HEADS "<th scope=\"col\">Remarks</th>" : SUGGESTION_HEADS,
                                   .rows = map->suggestion_count};
  dw_html_table_begin(out, &table);
  for (size_t i = 0; i < map->suggestion_count; i++)
    put_suggestion(&map->suggestions[i], remarks, out);
  dw_html_table_end(out, 0);
}

static void put_wanted(const struct dw_map *map, struct dw_buf *out) {
  if (!map->wanted_bits) {
    dw_buf_puts(
        out, "<p><code>droveway map -o html --suggest /24</code> also suggests the best ranges of a given size.</p>\n");
    return;
  }
  DW_BUF_SCOPED struct dw_buf size = DW_BUF_INIT;
  dw_map_describe_size(map, &size);
  dw_buf_printf(out, "<h3>Suggested: a /%u in %s</h3>\n", map->wanted_bits, map->wanted_v4 ? "IPv4" : "IPv6");
  if (size.length > 0)
    dw_html_wrap(out, "<p>", dw_buf_text(&size), "</p>\n");
  if (map->suggestion_count == 0) {
    dw_buf_puts(out, "<p><span class=\"badge deny\">none</span> No private range has room for it. Choose a smaller "
                     "size that fits, or free one of the ranges above.</p>\n");
    return;
  }
  dw_html_wrap(out, "<p class=\"answer\">Use <strong class=\"address\">", map->suggestions[0].text,
               "</strong>: it overlaps nothing that is known.<br>In the NAD&#39;s config: <code>&quot;ipam&quot;: "
               "{&quot;type&quot;: &quot;whereabouts&quot;, &quot;range&quot;: &quot;");
  dw_html_wrap(out, "", map->suggestions[0].text, "&quot;}</code></p>\n");
  put_suggestions(map, out);
}

/* --- free space by size --- */

static void put_lowest(const struct dw_map_area *area, unsigned bits, struct dw_buf *out) {
  char text[DW_PREFIX_TEXT];
  struct dw_prefix block;
  unsigned host_bits = (area->v4 ? 32 : 128) - bits;
  for (size_t i = 0; i < area->row_count; i++) {
    const struct dw_map_gap *gap = area->rows[i].gap;
    if (gap && dw_block_above(&gap->span, &gap->span.first, host_bits, &block)) {
      dw_buf_puts(out, dw_prefix_format(&block, text));
      return;
    }
  }
}

static void put_room(const struct dw_map *map, const struct dw_map_area *area, size_t number, struct dw_buf *out) {
  const struct html_table table = {.id = "room",
                                   .number = number,
                                   .caption = "Free space in ",
                                   .subject = area->title,
                                   .heads = "<th scope=\"col\">Size</th><th scope=\"col\" class=\"number\">How many "
                                            "are free</th><th scope=\"col\">Lowest range</th>",
                                   .rows = 0};
  dw_html_table_begin(out, &table);
  for (size_t i = 0; i < area->room_count; i++) {
    bool too_small = dw_map_is_too_small(map, area->v4, area->room[i].bits);
    dw_buf_printf(out, "<tr><th scope=\"row\">/%u%s</th><td class=\"number\">", area->room[i].bits,
                  too_small ? " <span class=\"badge warn\">too small</span>" : "");
    dw_html_number(out, area->room[i].fits);
    dw_buf_puts(out, "</td><td class=\"address\">");
    put_lowest(area, area->room[i].bits, out);
    dw_buf_puts(out, "</td></tr>\n");
  }
  dw_html_table_end(out, 0);
}

void dw_html_room(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"room\" aria-labelledby=\"room-title\"><h2 id=\"room-title\">Free ranges</h2>\n");
  put_wanted(map, out);
  dw_buf_puts(out, "<h3 class=\"block\">By size</h3>\n<p>How many ranges of each size are free, and the "
                   "lowest of them.</p>\n<div class=\"columns\">\n");
  for (size_t i = 0; i < map->area_count; i++)
    if (map->areas[i].room_count) {
      dw_html_wrap(out, "<details><summary>", map->areas[i].title, "");
      dw_buf_printf(out, ": the widest is a /%u</summary>\n", map->areas[i].room[0].bits);
      put_room(map, &map->areas[i], i + 1, out);
      dw_buf_puts(out, "</details>\n");
    }
  dw_buf_puts(out, "</div></section>\n");
}
