/* The card of the migration network. */
#include <string.h>

#include "base/text.h"
#include "map/html.h"
#include "map/phrases.h"

enum { BAR_WIDTH = 400 };
static const uint64_t PLENTY = 1000000000000; /* usable addresses, whose exact number says nothing more */

static void put_fact(struct dw_buf *out, const char *name, const char *text) {
  dw_buf_printf(out, "<div><dt>%s</dt><dd>", name);
  dw_html_wrap(out, "", text, "</dd></div>\n");
}

/* --- the wire --- */

static void put_on(size_t nodes, const char *what, struct dw_buf *out) {
  if (!nodes)
    return;
  dw_buf_printf(out, " <a class=\"badge deny\" href=\"#topology\">%s on ", what);
  dw_html_count(out, nodes, "node");
  dw_buf_puts(out, "</a>");
}

/* What is known about the NIC of the migration network on all nodes. */
static struct html_drawback weigh(const struct dw_map *map) {
  for (size_t i = 0; map->migration.nic && i < map->nic_count; i++)
    if (strcmp(map->nics[i].name, map->migration.nic) == 0)
      return dw_html_weigh(map, i);
  return (struct html_drawback){0};
}

static void put_nic(const struct dw_map *map, struct dw_buf *out) {
  const struct dw_map_migration *network = &map->migration;
  struct html_drawback drawback = weigh(map);
  dw_buf_puts(out, "<div><dt>NIC</dt><dd>");
  if (network->nic)
    dw_html_wrap(out, "<strong>", network->nic, "</strong> ");
  if (*network->type)
    dw_html_wrap(out, "<span class=\"soft\">through ", network->type, "</span>");
  else
    dw_buf_puts(out, "unknown");
  put_on(drawback.missing, "missing", out);
  put_on(drawback.down, "down", out);
  dw_buf_puts(out, "</dd></div>\n");
}

static void put_mtu(const struct dw_map *map, struct dw_buf *out) {
  const struct dw_map_migration *network = &map->migration;
  struct html_drawback drawback = weigh(map);
  dw_buf_puts(out, "<div><dt>MTU</dt><dd>");
  if (!network->mtu_set && drawback.low_mtu != drawback.high_mtu)
    dw_buf_printf(out, "%u to %u <a class=\"badge deny\" href=\"#topology\">not the same on all nodes</a>",
                  drawback.low_mtu, drawback.high_mtu);
  else if (network->mtu)
    dw_buf_printf(out, "%u%s", network->mtu, network->mtu_set ? "" : " <span class=\"soft\">of the NIC</span>");
  else
    dw_buf_puts(out, "unknown");
  dw_buf_puts(out, "</dd></div>\n");
}

static void put_speed(const struct dw_map_migration *network, struct dw_buf *out) {
  dw_buf_puts(out, "<div><dt>Speed</dt><dd>");
  if (network->speed)
    dw_map_describe_speed(network->speed, out);
  else
    dw_buf_puts(out, "unknown");
  dw_buf_puts(out, "</dd></div>\n");
}

static void put_wire(const struct dw_map *map, struct dw_buf *out) {
  const struct dw_map_migration *network = &map->migration;
  put_nic(map, out);
  dw_buf_puts(out, "<div><dt>VLAN</dt><dd>");
  if (network->vlan)
    dw_buf_printf(out, "%u", network->vlan);
  else
    dw_buf_puts(out, "untagged");
  dw_buf_puts(out, "</dd></div>\n");
  put_mtu(map, out);
  put_speed(network, out);
}

/* --- the addresses --- */

/* How many units of a bar NEEDED of USABLE are. */
static unsigned part_of(uint64_t needed, uint64_t usable) {
  if (needed >= usable)
    return BAR_WIDTH;
  unsigned part = (unsigned)((double)needed / (double)usable * BAR_WIDTH);
  return part < 4 ? 4 : part;
}

static void put_bar(const struct dw_map_entry *pool, struct dw_buf *out) {
  bool over = pool->needed > pool->usable;
  unsigned part = over ? part_of(pool->usable, pool->needed) : part_of(pool->needed, pool->usable);
  dw_buf_printf(
      out,
      "<svg class=\"bar\" viewBox=\"0 0 %d 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<rect class=\"%s\" width=\"%d\" height=\"12\"/><rect class=\"taken\" width=\"%u\" height=\"12\"/></svg>",
      BAR_WIDTH, over ? "lacking" : "spare", BAR_WIDTH, part);
}

static void put_balance(const struct dw_map_entry *pool, struct dw_buf *out) {
  dw_buf_puts(out, "<p><strong>");
  dw_html_number(out, pool->needed);
  dw_buf_puts(out, " needed</strong> of ");
  if (pool->usable >= PLENTY) {
    dw_buf_puts(out, "over 10^12 usable</p>\n");
    return;
  }
  dw_html_number(out, pool->usable);
  dw_buf_puts(out, " usable");
  if (pool->needed > pool->usable) {
    dw_buf_puts(out, " <span class=\"badge deny\">");
    dw_html_number(out, pool->needed - pool->usable);
    dw_buf_puts(out, " too few</span>");
  } else {
    dw_buf_puts(out, "; ");
    dw_html_number(out, pool->usable - pool->needed);
    dw_buf_puts(out, " to spare");
  }
  dw_buf_puts(out, "</p>\n");
}

static void put_pool(const struct dw_map *map, const struct dw_map_entry *pool, struct dw_buf *out) {
  dw_buf_printf(out, "<div><dt>Range</dt><dd><a class=\"address\" href=\"#r%zu\">", (size_t)(pool - map->entries));
  dw_html_wrap(out, "", pool->text, "</a>");
  if (pool->overlap_count) {
    dw_buf_puts(out, " <span class=\"badge deny\">overlaps</span> ");
    dw_html_wrap(out, "", pool->overlaps[0] ? pool->overlaps[0] : "", "");
  }
  if (pool->needed) {
    put_bar(pool, out);
    put_balance(pool, out);
  }
  dw_buf_puts(out, "</dd></div>\n");
}

static void put_takers(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<div><dt>Who takes them</dt><dd>");
  if (!map->needed) {
    dw_buf_puts(out, "unknown");
  } else {
    dw_html_count(out, map->handler_nodes, "virt-handler");
    dw_buf_puts(out, " (one per node)");
  }
  unsigned sync = map->needed_by_sync - map->sync_surge;
  if (sync) {
    dw_buf_puts(out, ", ");
    dw_html_count(out, sync, "sync controller");
  }
  if (map->sync_surge)
    dw_buf_printf(out, ", and %u more while these are updated", map->sync_surge);
  dw_buf_puts(out, "</dd></div>\n");
}

/* --- the card --- */

static void put_name(const struct dw_map *map, struct dw_buf *out) {
  const struct dw_map_migration *network = &map->migration;
  dw_buf_puts(out, "<div><dt>NAD</dt><dd>");
  if (network->object)
    dw_html_wrap(out, "<strong>", strchr(network->object, ' ') + 1, "</strong>");
  else if (map->network)
    dw_html_wrap(out, "<strong>", map->network, "</strong> <span class=\"badge deny\">not a valid name</span>");
  else
    dw_html_wrap(out, "none is set in namespace <strong>", map->ns, "</strong>");
  if (network->object && !network->exists)
    dw_buf_puts(out, " <span class=\"badge deny\">does not exist</span>");
  dw_buf_puts(out, "</dd></div>\n");
}

void dw_html_network(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<section id=\"network\" class=\"card\" aria-labelledby=\"network-title\">"
                   "<h2 id=\"network-title\">Migration network</h2>\n<dl>\n");
  put_name(map, out);
  if (map->migration.exists)
    put_wire(map, out);
  const struct dw_map_entry *pool;
  for (size_t i = 0; (pool = dw_html_pool(map, i)); i++)
    put_pool(map, pool, out);
  if (map->migration.exists && !dw_html_pool(map, 0))
    put_fact(out, "Range", "none that Droveway can read");
  if (map->network)
    put_takers(map, out);
  else if (map->needed) {
    dw_buf_puts(out, "<div><dt>Would need</dt><dd>");
    dw_html_number(out, map->needed);
    dw_buf_puts(out, map->needed == 1 ? " address" : " addresses");
    dw_buf_puts(out, "</dd></div>\n");
  }
  if (map->migration.set_by)
    put_fact(out, "Set in", map->migration.set_by);
  dw_buf_puts(out, "</dl>\n</section>\n");
}
