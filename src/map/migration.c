/* The configured migration network: its NAD, and what the NAD's configuration says about the wire. */
#include "cluster/migration.h"

#include <string.h>

#include "base/text.h"
#include "map/map_internal.h"

const char *dw_map_plugin_nic(const struct dw_cni_plugin *plugin) {
  const char *name = dw_plugin_is_bridge(plugin->type_name) ? plugin->bridge.text : plugin->master.text;
  if (strcmp(plugin->type_name, "host-device") == 0)
    name = plugin->device.text;
  return name != NULL && dw_is_interface_name(name) ? name : NULL;
}

static const char *text_of(struct dw_map_builder *b, const struct dw_object *object) {
  return dw_arena_printf(b->arena, "%s %s/%s", dw_kind_name(object->kind), object->namespace_, object->name);
}

/* --- the wire --- */

static unsigned vlan_of(const struct dw_cni_plugin *plugin) {
  int64_t vlan = 0;
  return dw_json_integer(plugin->vlan.json, &vlan) && vlan > 0 && vlan <= 4094 ? (unsigned)vlan : 0;
}

/* The VLAN of a NIC that is one, or of a bridge whose port is one, on the first nodes with such a NIC. */
static unsigned vlan_of_nic(const struct dw_map *map, const char *name) {
  for (size_t i = 0; i < map->node_group_count; i++)
    for (size_t k = 0; k < map->nodes[i].cell_count; k++) {
      const struct dw_map_cell *cell = &map->nodes[i].cells[k];
      bool port = cell->controller != NULL && strcmp(cell->controller, name) == 0;
      if (cell->vlan != 0 && (port || strcmp(map->nics[cell->nic].name, name) == 0))
        return cell->vlan;
    }
  return 0;
}

static void read_nic(struct dw_map_builder *b, const char *name, struct dw_map_migration *out) {
  struct dw_mtu_range mtu;
  name = dw_view_nic_proper(b->view, name);
  out->nic = dw_arena_strdup(b->arena, name);
  out->speed = dw_view_nic_speed(b->view, name);
  if (out->vlan == 0)
    out->vlan = vlan_of_nic(b->map, name);
  if (out->mtu == 0 && dw_view_nic_mtu(b->view, name, &mtu))
    out->mtu = mtu.low;
}

static void read_config(struct dw_map_builder *b, const struct dw_object *nad, struct dw_map_migration *out) {
  const char *text = nad->nad.config == NULL ? "" : nad->nad.config;
  const struct dw_cni_config *config = dw_cni_read_text(b->scratch, text, strlen(text));
  if (config->state != DW_CONFIG_OK || config->plugin_count == 0)
    return;
  const struct dw_cni_plugin *plugin = &config->plugins[0];
  const char *nic = dw_map_plugin_nic(plugin);
  out->type = dw_arena_strdup(b->arena, plugin->type_name);
  out->vlan = vlan_of(plugin);
  out->mtu_set = plugin->mtu_number > 0 && plugin->mtu_number <= UINT16_MAX;
  if (out->mtu_set)
    out->mtu = (uint32_t)plugin->mtu_number;
  if (nic != NULL)
    read_nic(b, nic, out);
}

void dw_map_add_migration(struct dw_map_builder *b) {
  struct dw_map *map = b->map;
  struct dw_map_migration *out = &map->migration;
  const struct dw_object *user = dw_view_user_in_force(b->view);
  struct dw_nad_name name;
  map->settings_known = dw_view_knows(b->view, DW_KIND_HYPERCONVERGED) == DW_KNOWN ||
                        dw_view_knows(b->view, DW_KIND_KUBEVIRT) == DW_KNOWN;
  out->type = "";
  if (user != NULL)
    out->set_by = text_of(b, user);
  if (map->network == NULL || !dw_network_read(b->scratch, b->policy->namespace_, map->network, &name))
    return;
  out->object = dw_arena_printf(b->arena, "%s %s/%s", dw_kind_name(DW_KIND_NAD), name.ns, name.name);
  const struct dw_object *nad = dw_view_find(b->view, DW_KIND_NAD, name.ns, name.name);
  out->exists = nad != NULL;
  if (nad != NULL)
    read_config(b, nad, out);
}
