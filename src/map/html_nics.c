/* The table of NICs by node. */
#include <string.h>

#include "base/text.h"
#include "map/html.h"

static size_t columns(const struct dw_map *map) {
  return map->node_group_count < HTML_COLUMNS ? map->node_group_count : HTML_COLUMNS;
}

/* --- one NIC over all nodes --- */

static void put_on(struct dw_buf *out, size_t nodes, const char *what) {
  if (!nodes)
    return;
  dw_buf_printf(out, "<li>%s on ", what);
  dw_html_count(out, nodes, "node");
  dw_buf_puts(out, "</li>");
}

static void put_verdict(const struct dw_map *map, size_t nic, struct dw_buf *out) {
  struct html_drawback sum = dw_html_weigh(map, nic);
  if (!sum.known) {
    dw_buf_puts(out, "unknown");
    return;
  }
  if (dw_html_is_usable(&sum)) {
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
  if (sum.low_mtu != sum.high_mtu)
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
  if (cell->bond)
    dw_buf_puts(out, "<br>bond");
  if (cell->base) {
    dw_buf_printf(out, "<br>VLAN %u on ", cell->vlan);
    dw_xml_puts(out, cell->base);
  }
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
    dw_buf_printf(out, "%s", cell->up ? "up" : wanted ? "<span class=\"badge deny\">down</span>" : "down");
    if (cell->mtu)
      dw_buf_printf(out, ", MTU&nbsp;%u", cell->mtu);
    put_carries(cell, out);
  }
  dw_buf_puts(out, "</td>");
}

/* --- the table --- */

static void put_heads(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<thead><tr><th scope=\"col\" class=\"pin\">NIC</th><th scope=\"col\">For migrations</th>");
  for (size_t i = 0; i < columns(map); i++) {
    dw_buf_puts(out, "<th scope=\"col\" class=\"nodes\">");
    dw_html_group(out, &map->nodes[i]);
    dw_buf_puts(out, "</th>");
  }
  dw_buf_puts(out, "<th scope=\"col\">Used by</th></tr></thead>\n<tbody>\n");
}

static void put_nic(const struct dw_map *map, size_t index, struct dw_buf *out) {
  const struct dw_map_nic *nic = &map->nics[index];
  bool ordinary = strlen(nic->name) <= 15; /* valid in Linux: keep it on one line */
  dw_buf_printf(out, "<tr><th scope=\"row\" class=\"pin%s\">", ordinary ? " whole" : "");
  dw_html_wrap(out, "", nic->name, "</th><td class=\"verdict-of\">");
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
  dw_buf_puts(out, "<details><summary>");
  dw_html_group(out, nodes);
  dw_buf_puts(out, "</summary><ul class=\"names\">");
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

void dw_html_nics(const struct dw_map *map, struct dw_buf *out) {
  if (!map->nic_count || !map->node_group_count) {
    dw_buf_puts(out, "<p>No NICs are known.</p>\n");
    return;
  }
  dw_buf_puts(out, "<details><summary>Table: ");
  dw_html_count(out, map->nic_count, "NIC");
  dw_buf_puts(out, " by node</summary>\n");
  put_table(map, out);
  dw_buf_puts(out, "</details>\n");
  for (size_t i = 0; i < columns(map); i++)
    if (map->nodes[i].count > 2)
      put_group(&map->nodes[i], out);
}
