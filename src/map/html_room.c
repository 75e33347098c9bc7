/* Where there is room: suggested ranges, NICs that are free, and free ranges of every size. */
#include <string.h>

#include "base/text.h"
#include "map/block.h"
#include "map/html.h"
#include "map/phrases.h"

/* --- suggested ranges --- */

static void put_remarks(const struct dw_map_suggestion *suggestion, struct dw_buf *out) {
  if (suggestion->tight)
    dw_buf_puts(out, " <span class=\"badge warn\">tight</span> it fits, but less than 10 % is left over");
  if (suggestion->caution)
    dw_html_wrap(out, " <span class=\"badge warn\">careful</span> in ", suggestion->caution, "");
}

static void put_suggestion(const struct dw_map_suggestion *suggestion, struct dw_buf *out) {
  struct dw_interval span = dw_interval_of(&suggestion->prefix);
  dw_buf_puts(out, "<li class=\"suggested\"");
  dw_html_span(out, "data-at", &span);
  dw_html_wrap(out, "><span class=\"address\">", suggestion->text, "</span> <span class=\"soft\">");
  dw_html_number(out, suggestion->usable);
  dw_buf_puts(out, " usable</span>");
  put_remarks(suggestion, out);
  dw_buf_puts(out, "</li>\n");
}

static void put_best(const struct dw_map *map, struct dw_buf *out) {
  const struct dw_map_suggestion *best = &map->suggestions[0];
  dw_buf_puts(out,
              "<p class=\"lead\">Free ranges for a migration network, best first:</p>\n<ol class=\"suggestions\">\n");
  for (size_t i = 0; i < map->suggestion_count; i++)
    put_suggestion(&map->suggestions[i], out);
  dw_html_wrap(out,
               "</ol>\n<p>In the NAD: <code class=\"snippet\">&quot;ipam&quot;: {&quot;type&quot;: &quot;"
               "whereabouts&quot;, &quot;range&quot;: &quot;",
               best->text, "&quot;}</code></p>\n");
}

static void put_suggestions(const struct dw_map *map, struct dw_buf *out) {
  if (!map->wanted_bits) {
    dw_buf_puts(out, "<p><code>droveway map -o html --suggest</code> also suggests free ranges.</p>\n");
    return;
  }
  if (map->suggestion_count) {
    put_best(map, out);
  } else {
    dw_buf_printf(out,
                  "<p><span class=\"badge deny\">none</span> No private range has room for a /%u. Choose a smaller "
                  "size that fits, or free one of the ranges below.</p>\n",
                  map->wanted_bits);
  }
  DW_BUF_SCOPED struct dw_buf size = DW_BUF_INIT;
  dw_map_describe_size(map, &size);
  if (size.length > 0)
    dw_html_wrap(out, "<p class=\"soft\">", dw_buf_text(&size), "</p>\n");
}

/* --- NICs --- */

static void put_nic(const struct dw_map *map, const struct dw_map_nic *nic, bool first, struct dw_buf *out) {
  dw_html_wrap(out, first ? "<p>NICs that could carry migrations on every node: <code>" : ", <code>", nic->name,
               "</code>");
  if (nic->migration && map->network)
    dw_buf_puts(out, " (in use for them)");
  else if (nic->nad_count)
    dw_buf_printf(out, " (%zu NAD%s)", nic->nad_count, nic->nad_count == 1 ? "" : "s");
}

static void put_usable_nics(const struct dw_map *map, struct dw_buf *out) {
  enum { SHOWN = 6 };
  size_t count = 0;
  for (size_t i = 0; i < map->nic_count; i++) {
    struct html_drawback drawback = dw_html_weigh(map, i);
    if (!dw_html_is_usable(&drawback))
      continue;
    if (count < SHOWN)
      put_nic(map, &map->nics[i], count == 0, out);
    count++;
  }
  if (count > SHOWN)
    dw_buf_printf(out, " and %zu more", count - SHOWN);
  if (count)
    dw_buf_puts(out, ".</p>\n");
  else if (map->nic_count)
    dw_buf_puts(out, "<p>No NIC could carry migrations on every node.</p>\n");
}

/* --- free ranges by size --- */

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

static void put_sizes(const struct dw_map *map, const struct dw_map_area *area, size_t number, struct dw_buf *out) {
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

static void put_all_sizes(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<details><summary>Free ranges of every size</summary>\n");
  for (size_t i = 0; i < map->area_count; i++)
    if (map->areas[i].room_count)
      put_sizes(map, &map->areas[i], i + 1, out);
  dw_buf_puts(out, "</details>\n");
}

void dw_html_room(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"room\" class=\"card\" aria-labelledby=\"room-title\">"
                   "<h2 id=\"room-title\">Where there is room</h2>\n");
  put_suggestions(map, out);
  put_usable_nics(map, out);
  put_all_sizes(map, out);
  dw_buf_puts(out, "</section>\n");
}
