/* Which NICs the map shows, and which NADs use them. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "map/map_internal.h"

/* --- what the NADs use --- */

struct use {
  const char *nic;
  const struct dw_object *nad;
  bool migration;
};

struct uses {
  struct use *items;
  size_t count, capacity;
};

static void add_use(struct dw_map_builder *b, struct uses *uses, const char *nic, const struct use *of) {
  uses->items = dw_arena_more(b->scratch, uses->items, uses->count, &uses->capacity, sizeof *uses->items);
  uses->items[uses->count] = *of;
  uses->items[uses->count++].nic = dw_arena_strdup(b->scratch, nic);
}

static void collect_uses(struct dw_map_builder *b, struct uses *uses) {
  for (size_t i = 0; i < dw_view_count(b->view, DW_KIND_NAD); i++) {
    const struct dw_object *nad = dw_view_at(b->view, DW_KIND_NAD, i);
    if (nad->nad.config == NULL)
      continue;
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct dw_cni_config *config = dw_cni_read_text(arena, nad->nad.config, strlen(nad->nad.config));
    const struct dw_nad_traits traits = dw_nad_traits(nad);
    struct use use = {NULL, nad, dw_view_classify(b->view, arena, &traits).migration};
    for (size_t k = 0; config->state == DW_CONFIG_OK && k < config->plugin_count; k++) {
      const char *nic = dw_map_plugin_nic(&config->plugins[k]);
      if (nic != NULL)
        add_use(b, uses, nic, &use);
    }
  }
}

/* Of the same NIC, migration networks first. */
static int compare_uses(const void *left, const void *right) {
  const struct use *a = left;
  const struct use *b = right;
  int order = strcmp(a->nic, b->nic);
  if (order == 0)
    order = (int)b->migration - (int)a->migration;
  return order != 0 ? order : dw_object_compare(a->nad, b->nad);
}

static void find_named(struct dw_map_builder *b, const struct uses *uses) {
  b->named = dw_arena_array(b->scratch, uses->count, sizeof(const char *));
  for (size_t i = 0; i < uses->count; i++)
    if (i == 0 || strcmp(uses->items[i - 1].nic, uses->items[i].nic) != 0)
      b->named[b->named_count++] = uses->items[i].nic;
}

/* --- what the nodes have --- */

static bool is_device(const struct dw_handler_node *on, const struct dw_nic *nic) {
  return nic->fits_master || nic->type == DW_NIC_LINUX_BRIDGE || dw_nic_role(on, nic).primary;
}

/* A port is shown if the bond or bridge that it belongs to is: the NICs of a bond, but not the ports of br-int. */
static bool is_shown(const struct dw_map_builder *b, const struct dw_handler_node *on, const struct dw_nic *nic) {
  static const char *const pod_prefixes[] = {"veth", "tap", "vnet"};
  if (b->named_count > 0 && bsearch(&nic->name, b->named, b->named_count, sizeof *b->named, dw_by_name) != NULL)
    return true;
  if (strcmp(nic->name, "lo") == 0)
    return false;
  for (size_t i = 0; i < sizeof pod_prefixes / sizeof *pod_prefixes; i++)
    if (strncmp(nic->name, pod_prefixes[i], strlen(pod_prefixes[i])) == 0)
      return false;
  if (is_device(on, nic))
    return true;
  if (nic->controller == NULL)
    return false;
  const struct dw_nic *above =
      bsearch(&nic->controller, on->nns->nns.nics, on->nns->nns.nic_count, sizeof *on->nns->nns.nics, dw_by_name);
  return above != NULL && is_device(on, above);
}

size_t dw_map_shown_nics(const struct dw_map_builder *b, const struct dw_handler_node *on, const struct dw_nic **out) {
  size_t count = 0;
  for (size_t i = 0; i < on->nns->nns.nic_count; i++)
    if (is_shown(b, on, &on->nns->nns.nics[i]))
      out[count++] = &on->nns->nns.nics[i];
  return count;
}

/* --- the names --- */

static size_t collect_names(struct dw_map_builder *b, const char ***out) {
  size_t nodes = dw_view_summary(b->view).handler_nodes;
  size_t room = b->named_count;
  size_t most = 0;
  for (size_t i = 0; i < nodes; i++) {
    const struct dw_object *nns = dw_view_handler_node(b->view, i).nns;
    size_t count = nns == NULL ? 0 : nns->nns.nic_count;
    room += count;
    most = count > most ? count : most;
  }
  const char **names = dw_arena_array(b->scratch, room, sizeof(const char *));
  const struct dw_nic **nics = dw_arena_array(b->scratch, most, sizeof(const struct dw_nic *));
  size_t count = 0;
  for (size_t i = 0; i < nodes; i++) {
    struct dw_handler_node on = dw_view_handler_node(b->view, i);
    size_t shown = on.nns == NULL ? 0 : dw_map_shown_nics(b, &on, nics);
    for (size_t k = 0; k < shown; k++)
      names[count++] = nics[k]->name;
  }
  for (size_t i = 0; i < b->named_count; i++)
    names[count++] = b->named[i];
  *out = names;
  return count;
}

size_t dw_map_nic_index(const struct dw_map *map, const char *name) {
  const struct dw_map_nic *found = bsearch(&name, map->nics, map->nic_count, sizeof *map->nics, dw_map_by_name);
  return found == NULL ? SIZE_MAX : (size_t)(found - map->nics);
}

static void add_uses(struct dw_map_builder *b, const struct uses *uses) {
  for (size_t i = 0; i < uses->count; i++) {
    const struct use *use = &uses->items[i];
    struct dw_map_nic *nic = &b->map->nics[dw_map_nic_index(b->map, use->nic)];
    if (i > 0 && use->nad == uses->items[i - 1].nad && strcmp(use->nic, uses->items[i - 1].nic) == 0)
      continue; /* two plugins of one NAD */
    if (nic->nad_count < DW_MAP_NADS_SHOWN)
      nic->nads[nic->nad_count] = dw_arena_printf(b->arena, "%s/%s", use->nad->namespace_, use->nad->name);
    nic->nad_count++;
    nic->migration |= use->migration;
  }
}

void dw_map_add_nics(struct dw_map_builder *b) {
  struct uses uses = {NULL, 0, 0};
  const char **names;
  collect_uses(b, &uses);
  if (uses.count > 0)
    qsort(uses.items, uses.count, sizeof *uses.items, compare_uses);
  find_named(b, &uses);
  size_t count = collect_names(b, &names);
  qsort(names, count, sizeof *names, dw_map_by_name);
  size_t different = 0;
  for (size_t i = 0; i < count; i++)
    different += i == 0 || strcmp(names[i - 1], names[i]) != 0;
  b->map->nics = dw_arena_array(b->arena, different, sizeof *b->map->nics);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
      b->map->nics[b->map->nic_count++].name = dw_arena_strdup(b->arena, names[i]);
  add_uses(b, &uses);
}
