#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "map/html.h"
#include "map/phrases.h"

/* --- texts --- */

void dw_html_wrap(struct dw_buf *out, const char *before, const char *text, const char *after) {
  dw_buf_puts(out, before);
  dw_xml_puts(out, text);
  dw_buf_puts(out, after);
}

void dw_html_number(struct dw_buf *out, uint64_t number) {
  if (number == UINT64_MAX) {
    dw_buf_puts(out, "2^64 or more");
    return;
  }
  char text[DW_NUMBER_TEXT];
  dw_buf_puts(out, dw_map_number(number, text));
}

void dw_html_count(struct dw_buf *out, uint64_t number, const char *noun) {
  dw_html_number(out, number);
  dw_buf_printf(out, " %s%s", noun, number == 1 ? "" : "s");
}

void dw_html_object(struct dw_buf *out, const char *object) {
  static const char nad[] = "NetworkAttachmentDefinition ";
  bool long_form = strncmp(object, nad, sizeof nad - 1) == 0;
  dw_html_wrap(out, long_form ? "NAD " : "", object + (long_form ? sizeof nad - 1 : 0), "");
}

void dw_html_group(struct dw_buf *out, const struct dw_map_nodes *nodes) {
  if (nodes->count < 3) {
    dw_xml_puts(out, nodes->label);
    return;
  }
  dw_html_count(out, nodes->count, "node");
  dw_html_wrap(out, " like ", nodes->names[0], "");
}

void dw_html_span(struct dw_buf *out, const char *attribute, const struct dw_interval *span) {
  const struct dw_u128 first = span->first.value;
  const struct dw_u128 last = span->last.value;
  if (span->first.v4)
    dw_buf_printf(out, " %s=\"%08" PRIx64 "-%08" PRIx64 "\"", attribute, first.low & UINT32_MAX, last.low & UINT32_MAX);
  else
    dw_buf_printf(out, " %s=\"%016" PRIx64 "%016" PRIx64 "-%016" PRIx64 "%016" PRIx64 "\"", attribute, first.high,
                  first.low, last.high, last.low);
}

const struct html_kind *dw_html_kind(enum dw_map_kind kind) {
  static const struct html_kind kinds[DW_MAP_KINDS] = {[DW_MAP_CLUSTER_NETWORK] = {"cluster", 'C'},
                                                       [DW_MAP_MIGRATION_POOL] = {"migration", 'M'},
                                                       [DW_MAP_POOL] = {"pool", 'P'},
                                                       [DW_MAP_REMOTE] = {"remote", 'R'},
                                                       [DW_MAP_ADDRESSES] = {"node", 'N'}};
  return &kinds[kind];
}

/* --- tables --- */

static void put_filter(struct dw_buf *out, const struct html_table *table) {
  dw_buf_printf(out,
                "<div class=\"filter\" data-table=\"%s%zu\" hidden><label for=\"%s%zu-filter\">Only rows with</label> "
                "<input type=\"search\" id=\"%s%zu-filter\" autocomplete=\"off\" spellcheck=\"false\"> "
                "<span role=\"status\" class=\"soft\"></span></div>\n",
                table->id, table->number, table->id, table->number, table->id, table->number);
}

void dw_html_table_begin(struct dw_buf *out, const struct html_table *table) {
  if (table->rows > HTML_FILTER_FROM)
    put_filter(out, table);
  dw_buf_printf(out,
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s%zu-caption\">"
                "<table id=\"%s%zu\">\n<caption id=\"%s%zu-caption\"><span>%s",
                table->id, table->number, table->id, table->number, table->id, table->number, table->caption);
  dw_html_wrap(out, "", table->subject, "</span></caption>\n");
  if (table->heads)
    dw_buf_printf(out, "<thead><tr>%s</tr></thead>\n<tbody>\n", table->heads);
}

void dw_html_table_end(struct dw_buf *out, size_t left_out) {
  dw_buf_puts(out, "</tbody></table></div>\n");
  if (!left_out)
    return;
  dw_buf_puts(out, "<p class=\"left-out\"><strong>");
  dw_html_count(out, left_out, "more row");
  dw_buf_printf(out, "</strong> %s not shown here.</p>\n", left_out == 1 ? "is" : "are");
}

/* --- facts --- */

static void weigh_cell(const struct dw_map_nodes *nodes, const struct dw_map_cell *cell, struct html_drawback *sum) {
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

struct html_drawback dw_html_weigh(const struct dw_map *map, size_t nic) {
  struct html_drawback sum = {0};
  for (size_t i = 0; i < map->node_group_count; i++)
    if (map->nodes[i].known)
      weigh_cell(&map->nodes[i], dw_map_cell(&map->nodes[i], nic), &sum);
  return sum;
}

bool dw_html_is_usable(const struct html_drawback *drawback) {
  return drawback->known && !drawback->missing && !drawback->down && !drawback->primary && !drawback->port &&
         !drawback->portless && drawback->low_mtu == drawback->high_mtu;
}

const struct dw_map_entry *dw_html_pool(const struct dw_map *map, size_t index) {
  for (size_t i = 0; map->migration.object && i < map->entry_count; i++) {
    const struct dw_map_entry *entry = &map->entries[i];
    if (entry->kind == DW_MAP_MIGRATION_POOL && strcmp(entry->object, map->migration.object) == 0 && index-- == 0)
      return entry;
  }
  return NULL;
}
