#include <string.h>

#include "base/text.h"
#include "map/html.h"
#include "map/page_files.h"
#include "map/phrases.h"

/* --- NICs by node --- */

static size_t columns(const struct dw_map *map) {
  return map->node_group_count < HTML_COLUMNS ? map->node_group_count : HTML_COLUMNS;
}

/* --- one NIC over all nodes --- */

/* What makes a NIC unfit for migrations. */
struct drawback {
  size_t missing, down, primary, port, portless; /* numbers of nodes */
  uint32_t low_mtu, high_mtu;                    /* 0 if none is known */
  size_t known;                                  /* nodes whose NICs are known */
  bool bridge;
};

static void weigh_cell(const struct dw_map_nodes *nodes, const struct dw_map_cell *cell, struct drawback *sum) {
  sum->known += nodes->count;
  if (!cell) {
    sum->missing += nodes->count;
    return;
  }
  sum->bridge |= cell->bridge;
  sum->portless += cell->portless ? nodes->count : 0;
  sum->down += cell->up ? 0 : nodes->count;
  sum->primary += cell->primary ? nodes->count : 0;
  sum->port += cell->controller && !cell->primary ? nodes->count : 0;
  if (cell->mtu && (!sum->low_mtu || cell->mtu < sum->low_mtu))
    sum->low_mtu = cell->mtu;
  if (cell->mtu > sum->high_mtu)
    sum->high_mtu = cell->mtu;
}

static struct drawback weigh(const struct dw_map *map, size_t nic) {
  struct drawback sum = {0};
  for (size_t i = 0; i < map->node_group_count; i++)
    if (map->nodes[i].known)
      weigh_cell(&map->nodes[i], dw_map_cell(&map->nodes[i], nic), &sum);
  return sum;
}

static void put_on(struct dw_buf *out, size_t nodes, const char *what) {
  if (!nodes)
    return;
  dw_buf_printf(out, "<li>%s on ", what);
  dw_html_count(out, nodes, "node");
  dw_buf_puts(out, "</li>");
}

static void put_verdict(const struct dw_map *map, size_t nic, struct dw_buf *out) {
  struct drawback sum = weigh(map, nic);
  bool uneven = sum.low_mtu != sum.high_mtu;
  if (!sum.known) {
    dw_buf_puts(out, "unknown");
    return;
  }
  if (!sum.missing && !sum.down && !sum.primary && !sum.port && !sum.portless && !uneven) {
    dw_buf_printf(out, "<span class=\"good\">usable</span>%s%s", sum.bridge ? " with the bridge plugin" : "",
                  map->unknown_nodes ? " on the known nodes" : "");
    return;
  }
  dw_buf_puts(out, "<ul class=\"facts\">");
  put_on(out, sum.primary, "carries the node&#39;s own traffic");
  put_on(out, sum.missing, "missing");
  put_on(out, sum.down, "down");
  put_on(out, sum.port, "port of another NIC");
  put_on(out, sum.portless, "without a port");
  if (uneven)
    dw_buf_printf(out, "<li>MTU from %u to %u</li>", sum.low_mtu, sum.high_mtu);
  dw_buf_puts(out, "</ul>");
}

static void put_users(const struct dw_map_nic *nic, struct dw_buf *out) {
  if (!nic->nad_count)
    return;
  dw_buf_puts(out, "<ul class=\"facts\">");
  size_t shown = 0;
  for (; shown < nic->nad_count && shown < DW_MAP_NADS_SHOWN && nic->nads[shown]; shown++)
    dw_html_wrap(out, "<li>", nic->nads[shown], "</li>");
  if (nic->nad_count > shown) {
    dw_buf_puts(out, "<li>");
    dw_html_number(out, nic->nad_count - shown);
    dw_buf_puts(out, " more</li>");
  }
  dw_buf_puts(out, "</ul>");
  if (nic->migration)
    dw_buf_puts(out, "<span class=\"badge\">migration network</span>");
}

/* --- a NIC on some nodes --- */

static void put_carries(const struct dw_map_cell *cell, struct dw_buf *out) {
  if (cell->own_address)
    dw_buf_puts(out, "<br>node&#39;s address");
  if (cell->default_route)
    dw_buf_puts(out, "<br>default route");
  if (cell->bridge)
    dw_buf_puts(out, cell->portless ? "<br>bridge without a port" : "<br>bridge");
  if (cell->controller)
    dw_html_wrap(out, "<br>port of ", cell->controller, "");
  if (cell->controller && cell->primary && !cell->own_address && !cell->default_route)
    dw_buf_puts(out, ", which carries the node&#39;s address");
}

static void put_cell(const struct dw_map_nodes *nodes, size_t nic, bool wanted, struct dw_buf *out) {
  const struct dw_map_cell *cell = dw_map_cell(nodes, nic);
  dw_buf_puts(out, "<td>");
  if (!nodes->known)
    dw_buf_puts(out, "<span class=\"soft\">unknown</span>");
  else if (!cell)
    dw_buf_printf(out, "<span class=\"%s\">missing</span>", wanted ? "badge deny" : "soft");
  else {
    dw_buf_puts(out, cell->up ? "up" : "<span class=\"badge warn\">down</span>");
    if (cell->mtu)
      dw_buf_printf(out, ", MTU&nbsp;%u", cell->mtu);
    put_carries(cell, out);
  }
  dw_buf_puts(out, "</td>");
}

/* --- the table --- */

static void put_heads(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<thead><tr><th scope=\"col\" class=\"pin\">NIC</th><th scope=\"col\">For migrations</th>");
  for (size_t i = 0; i < columns(map); i++)
    dw_html_wrap(out, "<th scope=\"col\" class=\"nodes\">", map->nodes[i].label, "</th>");
  dw_buf_puts(out, "<th scope=\"col\">Used by</th></tr></thead>\n<tbody>\n");
}

static void put_nic(const struct dw_map *map, size_t index, struct dw_buf *out) {
  const struct dw_map_nic *nic = &map->nics[index];
  bool ordinary = strlen(nic->name) <= 15; /* valid in Linux: keep it on one line */
  dw_buf_printf(out, "<tr><th scope=\"row\" class=\"pin%s\">", ordinary ? " whole" : "");
  dw_html_wrap(out, "", nic->name, "</th><td class=\"verdict\">");
  put_verdict(map, index, out);
  dw_buf_puts(out, "</td>");
  for (size_t i = 0; i < columns(map); i++)
    put_cell(&map->nodes[i], index, nic->migration, out);
  dw_buf_puts(out, "<td class=\"name\">");
  put_users(nic, out);
  dw_buf_puts(out, "</td></tr>\n");
}

static void put_table(const struct dw_map *map, struct dw_buf *out) {
  const struct html_table table = {
      .id = "nics",
      .caption = "NICs of the nodes that run virt-handler; nodes with the same NICs share a column",
      .subject = "",
      .rows = map->nic_count};
  dw_html_table_begin(out, &table);
  put_heads(map, out);
  for (size_t i = 0; i < map->nic_count && i < HTML_ROWS; i++)
    put_nic(map, i, out);
  dw_html_table_end(out, map->nic_count > HTML_ROWS ? map->nic_count - HTML_ROWS : 0);
  if (map->node_group_count <= HTML_COLUMNS)
    return;
  dw_buf_puts(out, "<p class=\"left-out\"><strong>");
  dw_html_count(out, map->node_group_count - HTML_COLUMNS, "more group");
  dw_buf_puts(out, "</strong> of nodes not shown here; the column &quot;For migrations&quot; includes them.</p>\n");
}

/* --- the nodes of a group --- */

static void put_group(const struct dw_map_nodes *nodes, struct dw_buf *out) {
  dw_html_wrap(out, "<details><summary>", nodes->label, "</summary><ul class=\"ranges\">");
  for (size_t i = 0; i < nodes->count && i < HTML_NAMES; i++)
    dw_html_wrap(out, "<li>", nodes->names[i], "</li>");
  dw_buf_puts(out, "</ul>");
  if (nodes->count > HTML_NAMES) {
    dw_buf_puts(out, "<p class=\"left-out\">and ");
    dw_html_number(out, nodes->count - HTML_NAMES);
    dw_buf_puts(out, " more</p>");
  }
  dw_buf_puts(out, "</details>\n");
}

static void put_groups(const struct dw_map *map, struct dw_buf *out) {
  bool titled = false;
  for (size_t i = 0; i < columns(map); i++) {
    if (map->nodes[i].count < 2)
      continue;
    if (!titled)
      dw_buf_puts(out, "<h3 class=\"block\">The nodes of each column</h3>\n");
    titled = true;
    put_group(&map->nodes[i], out);
  }
}

static void put_nics(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"nics\" aria-labelledby=\"nics-title\"><h2 id=\"nics-title\">NICs by node</h2>\n");
  if (map->unknown_nodes) {
    dw_buf_puts(out, "<p><span class=\"badge warn\">unknown</span> ");
    dw_html_count(out, map->unknown_nodes, "node");
    dw_buf_printf(out, " %s no NodeNetworkState.</p>\n", map->unknown_nodes == 1 ? "has" : "have");
  }
  if (map->nic_count && map->node_group_count) {
    dw_buf_puts(out, "<p>The <code>master</code> of a migration network must exist on every node and should carry no "
                     "other traffic of the node.</p>\n");
    put_table(map, out);
    put_groups(map, out);
  } else {
    dw_buf_puts(out, "<p>No NICs are known.</p>\n");
  }
  dw_buf_puts(out, "</section>\n");
}

/* --- findings --- */

static void put_finding(const struct dw_map_finding *finding, struct dw_buf *out) {
  dw_buf_printf(out, "<tr role=\"row\"><td role=\"cell\"><span class=\"badge %s</span></td>",
                finding->deny ? "deny\">deny" : "warn\">warn");
  dw_html_wrap(out, "<th role=\"rowheader\" scope=\"row\" class=\"object\">", finding->object, "</th>");
  dw_html_wrap(out, "<td role=\"cell\" class=\"message\">", finding->message, "");
  dw_html_wrap(out, "<br><code class=\"soft field\">", finding->field, "</code></td>");
  dw_html_wrap(out, "<td role=\"cell\" class=\"address\">", finding->rule, "</td></tr>\n");
}

static void put_findings(const struct dw_map *map, struct dw_buf *out) {
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

static void put_findings_section(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"findings\" aria-labelledby=\"findings-title\">"
                   "<h2 id=\"findings-title\">Findings</h2>\n<p>");
  dw_html_count(out, map->audited, "object");
  dw_buf_puts(out, " checked: <strong>");
  dw_html_count(out, map->denials, "denial");
  dw_buf_puts(out, "</strong>, <strong>");
  dw_html_count(out, map->warnings, "warning");
  dw_buf_puts(out, "</strong>. <code>droveway explain RULE</code> explains a rule.</p>\n");
  if (map->finding_count)
    put_findings(map, out);
  else
    dw_buf_puts(out, "<p class=\"good\">No problems found.</p>\n");
  dw_buf_puts(out, "</section>\n");
}

/* --- the page --- */

/* The policy forbids all requests, and all styles and scripts except these two, even if a name from the cluster manages
 * to inject markup. */
static void put_head(struct dw_buf *out) {
  dw_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'sha256-" PAGE_STYLE_SHA256 "'; script-src 'sha256-" PAGE_SCRIPT_SHA256 "'; "
                   "base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>Droveway: address map</title>\n<style>");
  dw_buf_add(out, page_style, sizeof page_style - 1);
  dw_buf_puts(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the map</a>\n");
}

static void put_needed(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<li><strong>");
  dw_html_count(out, map->handler_nodes, "node");
  dw_buf_printf(out, "</strong> run%s virt-handler", map->handler_nodes == 1 ? "s" : "");
  if (map->needed) {
    dw_buf_puts(out, "; a migration network needs <strong>");
    dw_html_number(out, map->needed);
    char sync[DW_SYNC_TEXT];
    dw_buf_printf(out, " usable address%s</strong>%s", map->needed == 1 ? "" : "es", dw_map_sync_text(map, sync));
  }
  dw_buf_puts(out, "</li>\n");
}

static void put_header(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<header>\n<h1>Address map</h1>\n<ul class=\"tally\">\n<li>Migration network: <strong>");
  if (map->network) {
    dw_html_wrap(out, "", map->ns, "/");
    dw_xml_puts(out, map->network);
  } else {
    dw_html_wrap(out, "none is set</strong> in namespace <strong>", map->ns, "");
  }
  dw_buf_puts(out, "</strong></li>\n");
  put_needed(map, out);
  dw_buf_printf(out, "<li><strong%s>", map->denials ? " class=\"deny\"" : "");
  dw_html_count(out, map->denials, "denial");
  dw_buf_printf(out, "</strong> and <strong%s>", map->warnings ? " class=\"warn\"" : "");
  dw_html_count(out, map->warnings, "warning");
  dw_buf_puts(out, "</strong> in ");
  dw_html_count(out, map->audited, "object");
  dw_buf_puts(out, "</li>\n</ul>\n</header>\n");
}

static void put_nav(struct dw_buf *out) {
  dw_buf_puts(out,
              "<nav aria-label=\"Sections\"><ul>"
              "<li><a href=\"#addresses\">Addresses</a></li><li><a href=\"#room\">Free ranges</a></li>"
              "<li><a href=\"#nics\">NICs by node</a></li><li><a href=\"#findings\">Findings</a></li></ul></nav>\n");
}

static void put_notes(const struct dw_map *map, struct dw_buf *out) {
  if (map->note_count == 0)
    return;
  dw_buf_puts(out, "<section aria-labelledby=\"notes-title\" class=\"notes\" id=\"notes\"><h2 id=\"notes-title\">"
                   "What is unknown</h2>\n<ul>\n");
  for (size_t i = 0; i < map->note_count && i < HTML_NAMES; i++)
    dw_html_wrap(out, "<li>", map->notes[i], "</li>\n");
  dw_buf_puts(out, "</ul></section>\n");
}

void dw_map_html(const struct dw_map *map, struct dw_buf *out) {
  put_head(out);
  put_header(map, out);
  put_nav(out);
  dw_buf_puts(out, "<main id=\"main\" tabindex=\"-1\">\n");
  put_notes(map, out);
  dw_html_addresses(map, out);
  dw_html_room(map, out);
  put_nics(map, out);
  put_findings_section(map, out);
  dw_buf_puts(out, "</main>\n<footer><p>Generated by <code>droveway map -o html</code>, version " DW_VERSION
                   ". This page fetches nothing and sends nothing.</p></footer>\n<script>");
  dw_buf_add(out, page_script, sizeof page_script - 1);
  dw_buf_puts(out, "</script>\n</body>\n</html>\n");
}
