#include "base/xml.h"
#include "map/html.h"

/* --- the wanted size --- */

#define SUGGESTION_HEADS "<th scope=\"col\">Range</th><th scope=\"col\" class=\"number\">Usable addresses</th>"

static bool too_small(const struct dw_map *map, const struct dw_map_suggestion *suggestion) {
  return map->needed > suggestion->usable;
}

static bool any_remark(const struct dw_map *map) {
  for (size_t i = 0; i < map->suggestion_count; i++)
    if (map->suggestions[i].caution || too_small(map, &map->suggestions[i]))
      return true;
  return false;
}

static void put_suggestion(const struct dw_map *map, const struct dw_map_suggestion *suggestion, bool remarks,
                           struct dw_buf *out) {
  dw_html_wrap(out, "<tr><th scope=\"row\" class=\"address\">", suggestion->text, "</th><td class=\"number\">");
  dw_html_number(out, suggestion->usable);
  dw_buf_puts(out, "</td>");
  if (!remarks) {
    dw_buf_puts(out, "</tr>\n");
    return;
  }
  dw_buf_puts(out, "<td>");
  if (too_small(map, suggestion))
    dw_buf_puts(out, "<span class=\"badge deny\">too small</span> for the current nodes ");
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
    put_suggestion(map, &map->suggestions[i], remarks, out);
  dw_html_table_end(out, 0);
}

static void put_wanted(const struct dw_map *map, struct dw_buf *out) {
  if (!map->wanted_bits) {
    dw_buf_puts(
        out, "<p><code>droveway map -o html --suggest /24</code> also suggests the best ranges of a given size.</p>\n");
    return;
  }
  dw_buf_printf(out, "<h3>Wanted: a /%u of %s</h3>\n", map->wanted_bits, map->wanted_v4 ? "IPv4" : "IPv6");
  if (map->suggestion_count == 0) {
    dw_buf_puts(out, "<p><span class=\"badge deny\">none</span> No private range has room for it. Choose a smaller "
                     "size, or free one of the ranges above.</p>\n");
    return;
  }
  dw_html_wrap(out, "<p class=\"answer\">Use <strong class=\"address\">", map->suggestions[0].text,
               "</strong>: it overlaps nothing that is known.<br>In the NAD&#39;s config: <code>&quot;ipam&quot;: "
               "{&quot;type&quot;: &quot;whereabouts&quot;, &quot;range&quot;: &quot;");
  dw_html_wrap(out, "", map->suggestions[0].text, "&quot;}</code></p>\n");
  put_suggestions(map, out);
}

/* --- every size --- */

/* SPAN's first aligned block of BITS; false where none fits. */
static bool first_block(const struct dw_interval *span, bool v4, unsigned bits, struct dw_prefix *out) {
  unsigned host = (v4 ? 32 : 128) - bits;
  struct dw_u128 mask = {host > 64 ? (UINT64_C(1) << (host - 64)) - 1 : 0,
                         host >= 64 ? UINT64_MAX : (UINT64_C(1) << host) - 1};
  struct dw_u128 up = dw_u128_add(span->first.value, mask.low);
  up.high += mask.high;
  struct dw_prefix block = {.base = {{up.high & ~mask.high, up.low & ~mask.low}, v4}, .bits = bits};
  struct dw_addr last = dw_prefix_last(&block);
  if (dw_addr_compare(&block.base, &span->first) < 0 || dw_addr_compare(&last, &span->last) > 0)
    return false;
  *out = block;
  return true;
}

static void put_lowest(const struct dw_map_area *area, unsigned bits, struct dw_buf *out) {
  char text[DW_PREFIX_TEXT];
  struct dw_prefix block;
  for (size_t i = 0; i < area->row_count; i++)
    if (area->rows[i].gap && bits < (area->v4 ? 32U : 128U) &&
        first_block(&area->rows[i].gap->span, area->v4, bits, &block)) {
      dw_buf_puts(out, dw_prefix_format(&block, text));
      return;
    }
}

static void put_room(const struct dw_map_area *area, size_t number, struct dw_buf *out) {
  const struct html_table table = {.id = "room",
                                   .number = number,
                                   .caption = "Free space in ",
                                   .subject = area->title,
                                   .heads = "<th scope=\"col\">Size</th><th scope=\"col\" class=\"number\">How many "
                                            "fit</th><th scope=\"col\">The lowest</th>",
                                   .rows = 0};
  dw_html_table_begin(out, &table);
  for (size_t i = 0; i < area->room_count; i++) {
    dw_buf_printf(out, "<tr><th scope=\"row\">/%u</th><td class=\"number\">", area->room[i].bits);
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
  dw_buf_puts(out, "<h3 class=\"block\">By size</h3>\n<p>How many ranges of each size fit into the free space, and the "
                   "lowest of them.</p>\n<div class=\"columns\">\n");
  for (size_t i = 0; i < map->area_count; i++)
    if (map->areas[i].room_count) {
      dw_html_wrap(out, "<details><summary>", map->areas[i].title, "");
      dw_buf_printf(out, ": the widest is a /%u</summary>\n", map->areas[i].room[0].bits);
      put_room(&map->areas[i], i + 1, out);
      dw_buf_puts(out, "</details>\n");
    }
  dw_buf_puts(out, "</div></section>\n");
}
