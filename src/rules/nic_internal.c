#include "rules/nic_internal.h"

struct dw_faulty dw_nic_fault(const struct dw_check *check, const char *nic, enum dw_nic_fault fault, uint32_t number) {
  const char *names[DW_NODES_SHOWN];
  struct dw_nic_query query = {.name = nic, .fault = fault, .number = number};
  struct dw_faulty found = {dw_view_nic_fault(check->view, &query, names, DW_NODES_SHOWN), "", NULL};
  if (found.count > 0) {
    found.nodes = dw_nad_list(check->arena, names, DW_NODES_SHOWN, found.count);
    found.first = names[0];
  }
  return found;
}

bool dw_nic_has_master(const struct dw_cni_plugin *plugin) {
  return dw_plugin_needs_master(plugin->type_name) && !plugin->in_container && plugin->master.text != NULL &&
         dw_is_interface_altname(plugin->master.text);
}

const struct dw_cni_plugin *dw_nic_next_master(const struct dw_check *check, const struct dw_cni_plugin *after) {
  const struct dw_cni_plugin *plugin = dw_nad_next(check, after);
  while (plugin != NULL && !dw_nic_has_master(plugin))
    plugin = dw_nad_next(check, plugin);
  return plugin;
}

static bool has_bridge(const struct dw_cni_plugin *plugin) {
  return dw_plugin_is_bridge(plugin->type_name) && plugin->bridge.text != NULL &&
         dw_is_interface_name(plugin->bridge.text);
}

const struct dw_cni_plugin *dw_nic_next_bridge(const struct dw_check *check, const struct dw_cni_plugin *after) {
  const struct dw_cni_plugin *plugin = dw_nad_next(check, after);
  while (plugin != NULL && !has_bridge(plugin))
    plugin = dw_nad_next(check, plugin);
  return plugin;
}
