/* The nodes that run virt-handler, in groups of nodes with the same NICs. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "map/map_internal.h"

struct node {
  const char *name; /* first, for dw_map_by_name() */
  size_t rank;      /* in the natural order of all nodes */
  bool known;
  struct dw_map_cell *cells; /* by nic */
  size_t cell_count;
};

/* Either may be NULL. */
static int compare_names(const char *a, const char *b) {
  if (a == NULL || b == NULL)
    return (a != NULL) - (b != NULL);
  return strcmp(a, b);
}

static int compare_cells(const struct dw_map_cell *a, const struct dw_map_cell *b) {
  if (a->nic != b->nic)
    return a->nic < b->nic ? -1 : 1;
  if (a->mtu != b->mtu)
    return a->mtu < b->mtu ? -1 : 1;
  int order = (int)a->up - (int)b->up;
  if (order == 0)
    order = (int)a->bridge - (int)b->bridge;
  if (order == 0)
    order = (int)a->portless - (int)b->portless;
  if (order == 0)
    order = (int)a->own_address - (int)b->own_address;
  if (order == 0)
    order = (int)a->default_route - (int)b->default_route;
  if (order == 0)
    order = (int)a->primary - (int)b->primary;
  if (order == 0)
    order = (int)a->bond - (int)b->bond;
  if (order == 0)
    order = (int)a->vlan - (int)b->vlan;
  if (order == 0)
    order = compare_names(a->controller, b->controller);
  return order != 0 ? order : compare_names(a->base, b->base);
}

static int compare_nics(const struct node *a, const struct node *b) {
  if (a->known != b->known)
    return a->known ? -1 : 1;
  if (a->cell_count != b->cell_count)
    return a->cell_count < b->cell_count ? -1 : 1;
  int order = 0;
  for (size_t i = 0; order == 0 && i < a->cell_count; i++)
    order = compare_cells(&a->cells[i], &b->cells[i]);
  return order;
}

static int by_nics(const void *left, const void *right) {
  const struct node *a = *(const struct node *const *)left;
  const struct node *b = *(const struct node *const *)right;
  int order = compare_nics(a, b);
  return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

static int by_nic(const void *left, const void *right) {
  const struct dw_map_cell *a = left;
  const struct dw_map_cell *b = right;
  return (a->nic > b->nic) - (a->nic < b->nic);
}

/* --- reading --- */

static void read_cells(struct dw_map_builder *b, const struct dw_handler_node *on, struct node *out) {
  size_t room = on->nns->nns.nic_count;
  const struct dw_nic **nics = dw_arena_array(b->scratch, room, sizeof(const struct dw_nic *));
  out->cell_count = dw_map_shown_nics(b, on, nics);
  out->cells = dw_arena_array(b->scratch, out->cell_count, sizeof *out->cells);
  for (size_t i = 0; i < out->cell_count; i++) {
    const struct dw_nic *nic = nics[i];
    struct dw_nic_role role = dw_nic_role(on, nic);
    size_t index = dw_map_nic_index(b->map, nic->name);
    out->cells[i] = (struct dw_map_cell){.nic = (uint32_t)index,
                                         .mtu = nic->mtu,
                                         .up = nic->up,
                                         .bridge = nic->type == DW_NIC_LINUX_BRIDGE,
                                         .portless = nic->type == DW_NIC_LINUX_BRIDGE && dw_nic_port_count(nic) == 0,
                                         .own_address = role.own_address,
                                         .default_route = nic->default_route,
                                         .primary = role.primary,
                                         .bond = nic->type == DW_NIC_BOND,
                                         .controller = nic->controller,
                                         .base = nic->more == NULL ? NULL : nic->more->base,
                                         .vlan = nic->more == NULL ? 0 : nic->more->vlan_id};
    b->map->nics[index].nodes++;
  }
  qsort(out->cells, out->cell_count, sizeof *out->cells, by_nic);
}

static struct node *read_nodes(struct dw_map_builder *b, size_t count) {
  struct node *nodes = dw_arena_array(b->scratch, count, sizeof *nodes);
  for (size_t i = 0; i < count; i++) {
    struct dw_handler_node on = dw_view_handler_node(b->view, i);
    nodes[i] = (struct node){.name = on.node->name, .known = on.nns != NULL};
    if (on.nns != NULL)
      read_cells(b, &on, &nodes[i]);
  }
  qsort(nodes, count, sizeof *nodes, dw_map_by_name);
  for (size_t i = 0; i < count; i++)
    nodes[i].rank = i;
  return nodes;
}

/* --- grouping --- */

/* Appends the nodes FIRST to LAST, which are consecutive: "a", "a, b" or "a ... c". */
static void add_run(struct dw_buf *out, const struct node *const *members, size_t first, size_t last) {
  if (out->length > 0)
    dw_buf_puts(out, ", ");
  dw_buf_puts(out, members[first]->name);
  if (last > first)
    dw_buf_printf(out, "%s%s", last == first + 1 ? ", " : " ... ", members[last]->name);
}

static const char *label_of(struct dw_map_builder *b, const struct node *const *members, size_t count) {
  enum { RUNS_SHOWN = 3 };
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  size_t shown = 0;
  for (int runs = 0; shown < count && runs < RUNS_SHOWN; runs++) {
    size_t last = shown;
    while (last + 1 < count && members[last + 1]->rank == members[last]->rank + 1)
      last++;
    add_run(&text, members, shown, last);
    shown = last + 1;
  }
  if (shown < count)
    dw_buf_printf(&text, " and %zu more", count - shown);
  if (count > 2 || shown < count)
    dw_buf_printf(&text, " (%zu nodes)", count);
  return dw_arena_strdup(b->arena, dw_buf_text(&text));
}

static struct dw_map_nodes make_group(struct dw_map_builder *b, const struct node *const *members, size_t count) {
  struct dw_map_nodes group = {.count = count, .known = members[0]->known, .cell_count = members[0]->cell_count};
  group.label = label_of(b, members, count);
  group.names = dw_arena_array(b->arena, count, sizeof(const char *));
  for (size_t i = 0; i < count; i++)
    group.names[i] = dw_arena_strdup(b->arena, members[i]->name);
  group.cells = dw_arena_array(b->arena, group.cell_count, sizeof *group.cells);
  for (size_t i = 0; i < group.cell_count; i++) {
    group.cells[i] = members[0]->cells[i];
    if (group.cells[i].controller != NULL)
      group.cells[i].controller = dw_arena_strdup(b->arena, group.cells[i].controller);
    if (group.cells[i].base != NULL)
      group.cells[i].base = dw_arena_strdup(b->arena, group.cells[i].base);
  }
  return group;
}

struct group_members {
  const struct node *const *members;
  size_t count;
};

/* By their first node; unknown ones last. */
static int by_first(const void *left, const void *right) {
  const struct group_members *a = left;
  const struct group_members *b = right;
  if (a->members[0]->known != b->members[0]->known)
    return a->members[0]->known ? -1 : 1;
  return (a->members[0]->rank > b->members[0]->rank) - (a->members[0]->rank < b->members[0]->rank);
}

void dw_map_add_nodes(struct dw_map_builder *b) {
  size_t count = dw_view_summary(b->view).handler_nodes;
  struct node *nodes = read_nodes(b, count);
  const struct node **sorted = dw_arena_array(b->scratch, count, sizeof(const struct node *));
  struct group_members *groups = dw_arena_array(b->scratch, count, sizeof *groups);
  size_t group_count = 0;
  for (size_t i = 0; i < count; i++)
    sorted[i] = &nodes[i];
  qsort(sorted, count, sizeof *sorted, by_nics);
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || compare_nics(sorted[i - 1], sorted[i]) != 0)
      groups[group_count++] = (struct group_members){&sorted[i], 0};
    groups[group_count - 1].count++;
  }
  qsort(groups, group_count, sizeof *groups, by_first);
  b->map->nodes = dw_arena_array(b->arena, group_count, sizeof *b->map->nodes);
  for (size_t i = 0; i < group_count; i++)
    b->map->nodes[b->map->node_group_count++] = make_group(b, groups[i].members, groups[i].count);
}

const struct dw_map_cell *dw_map_cell(const struct dw_map_nodes *nodes, size_t nic) {
  struct dw_map_cell key = {.nic = (uint32_t)nic};
  if (nodes->cell_count == 0 || nic > UINT32_MAX)
    return NULL;
  return bsearch(&key, nodes->cells, nodes->cell_count, sizeof *nodes->cells, by_nic);
}
