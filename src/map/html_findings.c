#include "base/xml.h"
#include "map/html.h"

static void put_finding(const struct dw_map_finding *finding, struct dw_buf *out) {
  dw_buf_printf(out, "<tr role=\"row\"><td role=\"cell\"><span class=\"badge %s</span></td>",
                finding->deny ? "deny\">deny" : "warn\">warn");
  dw_html_wrap(out, "<th role=\"rowheader\" scope=\"row\" class=\"object\">", finding->object, "</th>");
  dw_html_wrap(out, "<td role=\"cell\" class=\"message\">", finding->message, "");
  dw_html_wrap(out, "<br><code class=\"soft field\">", finding->field, "</code></td>");
  dw_html_wrap(out, "<td role=\"cell\" class=\"address\">", finding->rule, "</td></tr>\n");
}

static void put_table(const struct dw_map *map, struct dw_buf *out) {
  size_t shown = map->finding_count < (size_t)2 * HTML_ROWS ? map->finding_count : (size_t)2 * HTML_ROWS;
  size_t all = map->denials + map->warnings;
  const struct html_table table = {
      .id = "findings-table",
      .caption = "Findings in existing objects, denials first",
      .subject = "",
      .heads = "<th role=\"columnheader\" scope=\"col\">Action</th><th role=\"columnheader\" scope=\"col\">Object</th>"
               "<th role=\"columnheader\" scope=\"col\">What is wrong, and how to fix it</th>"
               "<th role=\"columnheader\" scope=\"col\">Rule</th>",
      .rows = shown,
      .stacked = true};
  dw_html_table_begin(out, &table);
  for (size_t i = 0; i < shown; i++)
    put_finding(&map->findings[i], out);
  dw_html_table_end(out, all > shown ? all - shown : 0);
}

void dw_html_findings(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"findings\" aria-labelledby=\"findings-title\">"
                   "<h2 id=\"findings-title\">Findings</h2>\n<p>");
  dw_html_count(out, map->audited, "object");
  dw_buf_puts(out, " checked: <strong>");
  dw_html_count(out, map->denials, "denial");
  dw_buf_puts(out, "</strong>, <strong>");
  dw_html_count(out, map->warnings, "warning");
  dw_buf_puts(out, "</strong>. <code>droveway explain RULE</code> explains a rule.</p>\n");
  if (map->finding_count)
    put_table(map, out);
  else
    dw_buf_puts(out, "<p class=\"good\">No problems found.</p>\n");
  dw_buf_puts(out, "</section>\n");
}
