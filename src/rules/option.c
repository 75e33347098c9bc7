/* Options that a plugin rejects, and options that break a migration network although the plugin accepts them. What each
 * plugin rejects is in the tables of src/cni/options_*.c. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

/* These read prevResult when a pod is deleted. Source: containernetworking/plugins plugins/meta, parseConf() of each.
 */
static bool reads_result_at_end(const char *type) {
  static const char *const types[] = {"bandwidth", "portmap", "sbr", "vrf"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i], type) == 0)
      return true;
  return false;
}

/* libcni/api.go DelNetworkList(): from 0.4.0 on, the result of the attachment replaces one that is written in the
 * configuration; before, the plugin receives the written one. In the laboratory, sbr rejected {} and portmap a list of
 * addresses of the wrong type, while pods were attached without an error. */
static void written_result(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  const char *version = dw_cni_version_in_force(check->config);
  struct dw_value result = dw_plugin_option(check->arena, plugin, "prevResult");
  if (dw_json_type(result.json) != DW_JSON_OBJECT || version == NULL || strcmp(version, "0.4.0") >= 0 ||
      !reads_result_at_end(plugin->type_name))
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = result.field,
                           .value = dw_value_shown(check->arena, &result),
                           .fix = "remove it: the container runtime sets it",
                           .edits = dw_edit_remove(check->arena, result.field),
                           .warn_at_most = true};
  dw_report(check, rule, &found, "below cniVersion 0.4.0, %s reads it when a pod is deleted, and can fail",
            plugin->type_name);
}

static bool has_ipv6_pool(const struct dw_cni_config *config) {
  for (size_t i = 0; i < config->plugin_count; i++) {
    const struct dw_ipam *ipam = &config->plugins[i].ipam;
    for (size_t p = 0; p < ipam->pool_count; p++)
      if (ipam->pools[p].subnet_known && !ipam->pools[p].subnet.base.v4)
        return true;
  }
  return false;
}

/* plugins/meta/sbr/main.go adds a routing rule for each address. Linux: net/ipv6/fib6_rules.c fib6_rule_configure()
 * rejects table 0, and netlink passes a negative number as 0; net/ipv4/fib_rules.c uses an empty table instead. */
static void routing_table(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct dw_value table = dw_plugin_option(check->arena, plugin, "table");
  int64_t number = 1;
  if (strcmp(plugin->type_name, "sbr") != 0 || !dw_json_integer(table.json, &number) || number > 0 ||
      !has_ipv6_pool(check->config))
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = table.field,
                           .value = dw_value_shown(check->arena, &table),
                           .fix = "use a number from 1, or remove it",
                           .edits = dw_edit_remove(check->arena, table.field)};
  dw_report(check, rule, &found, "is not a routing table for IPv6, so every pod fails to attach");
}

static void plugin_option(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_faults(check, rule, DW_FAULT_OPTION);
  if (!check->class.migration) /* there, ipam-required reports it */
    dw_nad_report_faults(check, rule, DW_FAULT_IPAM);
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    written_result(check, rule, plugin);
    routing_table(check, rule, plugin);
  }
}

/* --- plugin-mode --- */

enum { MODES_MAX = 4 };

/* Sources: containernetworking/plugins plugins/main/macvlan/macvlan.go:163 and ipvlan/ipvlan.go:88 modeFromString():
 * "" is the first one. */
static const struct modes {
  const char *type;
  const char *names[MODES_MAX];
  size_t count;
  const char *advice;
} modes_of[] = {
    {"macvlan", {"bridge", "private", "vepa", "passthru"}, 4, "use bridge, private, vepa or passthru"},
    {"ipvlan", {"l2", "l3", "l3s"}, 3, "use l2, l3 or l3s"},
};

static const struct modes *find_modes(const char *type) {
  for (size_t i = 0; i < sizeof modes_of / sizeof modes_of[0]; i++)
    if (strcmp(modes_of[i].type, type) == 0)
      return &modes_of[i];
  return NULL;
}

static bool is_mode(const struct modes *modes, const char *text) {
  for (size_t i = 0; i < modes->count; i++)
    if (strcmp(modes->names[i], text) == 0)
      return true;
  return false;
}

static void unknown_mode(struct dw_check *check, const struct dw_rule *rule, const struct modes *modes,
                         const struct dw_value *mode) {
  const char *nearest = dw_nearest(mode->text, modes->names, modes->count);
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = mode->field,
                           .value = mode->text,
                           .fix = nearest == NULL ? modes->advice
                                                  : dw_arena_printf(check->arena, "did you mean \"%s\"?", nearest)};
  nearest = dw_nearest_only(mode->text, modes->names, modes->count);
  if (nearest != NULL)
    found.edits = dw_edit_set_text(check->arena, mode->field, nearest);
  dw_report(check, rule, &found, "%s has no such mode, so every pod fails to attach", modes->type);
}

/* Linux: Documentation/networking/ipvlan.rst: interfaces in L3 modes do not answer ARP. */
static const char silent_mode[] = "does not answer ARP or neighbour discovery, so the nodes may not reach each other";

static void ipvlan_mode(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *mode) {
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = mode->field, .value = mode->text, .fix = "use l2", .warn_at_most = true};
  if (strcmp(mode->text, "l2") == 0)
    return;
  found.edits = dw_edit_set_text(check->arena, mode->field, "l2");
  dw_report(check, rule, &found, "%s", silent_mode);
}

/* Linux: drivers/net/macvlan.c macvlan_common_newlink() rejects a second macvlan on a NIC that has one in this mode. */
static void macvlan_mode(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *mode) {
  const struct dw_sync_controllers *sync = &check->sync;
  bool two = sync->on && sync->pods > 0 && sync->shared_nodes > 0;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = mode->field,
                           .value = mode->text,
                           .fix = "use bridge",
                           .warn_at_most = !two};
  if (strcmp(mode->text, "passthru") != 0)
    return;
  found.edits = dw_edit_set_text(check->arena, mode->field, "bridge");
  if (two)
    dw_report(
        check, rule, &found,
        "lets only one pod per node use the NIC, but virt-synchronization-controller shares nodes with virt-handler");
  else
    dw_report(check, rule, &found, "lets only one pod per node use the NIC, so a second pod cannot attach");
}

static void risky_mode(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  if (strcmp(plugin->type_name, "ipvlan") == 0)
    ipvlan_mode(check, rule, &plugin->mode);
  else
    macvlan_mode(check, rule, &plugin->mode);
}

static void plugin_mode(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct modes *modes = find_modes(plugin->type_name);
    if (modes == NULL || plugin->mode.text == NULL || plugin->mode.text[0] == '\0')
      continue;
    if (!is_mode(modes, plugin->mode.text))
      unknown_mode(check, rule, modes, &plugin->mode);
    else if (check->class.migration)
      risky_mode(check, rule, plugin);
  }
}

/* --- bridge-options --- */

/* plugins/main/bridge/bridge.go:522: isDefaultGateway sets isGateway. Without an IPAM plugin, neither has an effect. */
static void bridge_gateway(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  bool is_default = dw_plugin_option_true(plugin, "isDefaultGateway");
  if (plugin->ipam.type_name[0] == '\0' || (!is_default && !dw_plugin_option_true(plugin, "isGateway")))
    return;
  struct dw_value option = dw_plugin_option(check->arena, plugin, is_default ? "isDefaultGateway" : "isGateway");
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = option.field,
                           .value = dw_value_shown(check->arena, &option),
                           .fix = "remove it: a migration network needs no gateway",
                           .edits = dw_edit_remove(check->arena, option.field)};
  if (is_default && dw_plugin_option_true(plugin, "isGateway")) /* which has the same effect */
    found.edits =
        dw_edits_join(check->arena, found.edits,
                      dw_edit_remove(check->arena, dw_plugin_option(check->arena, plugin, "isGateway").field));
  dw_report(check, rule, &found, "gives the bridges of all nodes the same address on one network");
}

/* bridge.go:341 ensureBridge() turns it on, and nothing turns it off. */
static void bridge_promiscuous(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  if (!dw_plugin_option_true(plugin, "promiscMode") || dw_plugin_option_true(plugin, "hairpinMode"))
    return;
  struct dw_value option = dw_plugin_option(check->arena, plugin, "promiscMode");
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = option.field,
                           .value = dw_value_shown(check->arena, &option),
                           .fix = "remove it",
                           .edits = dw_edit_remove(check->arena, option.field),
                           .warn_at_most = true};
  dw_report(check, rule, &found, "leaves the node's bridge in promiscuous mode permanently");
}

/* plugin-option reports flags of the wrong type. */
static void bridge_options(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_faults(check, rule, DW_FAULT_BRIDGE);
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (!check->class.migration || !dw_plugin_is_bridge(plugin->type_name))
      continue;
    bridge_gateway(check, rule, plugin);
    bridge_promiscuous(check, rule, plugin);
  }
}

/* --- mac-fixed --- */

static bool has_fault(const struct dw_cni_config *config, const char *field) {
  for (size_t i = 0; i < config->fault_count; i++)
    if (strcmp(config->faults[i].value.field, field) == 0)
      return true;
  return false;
}

static void mac_fixed(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_value *mac = &plugin->mac;
    if (mac->json == NULL || has_fault(check->config, mac->field))
      continue;
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = mac->field,
                             .value = mac->text,
                             .fix = "remove it, so that each pod gets its own",
                             .edits = dw_edit_remove(check->arena, mac->field)};
    dw_report(check, rule, &found,
              "gives the pods on all nodes the same MAC address, so frames reach only one of them");
  }
}

static const struct dw_rule rules[] = {
    {"plugin-option", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "an option that the plugin rejects, because of its type, its value, or in combination with another option",
     "use a value that the plugin accepts, or remove the option", plugin_option},
    {"plugin-mode", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a macvlan or ipvlan mode that the plugin does not know. On a migration network it warns about ipvlan's l3 and "
     "l3s and macvlan's passthru, and denies passthru if virt-synchronization-controller shares nodes with "
     "virt-handler",
     "use bridge for macvlan and l2 for ipvlan", plugin_mode},
    {"bridge-options", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "options that the bridge plugin rejects in combination; on a migration network also isGateway and "
     "isDefaultGateway, which give every node's bridge the same address",
     "remove one of them", bridge_options},
    {"mac-fixed", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE, "the same MAC address for the pods on all nodes",
     "remove the MAC address", mac_fixed},
};

const struct dw_family dw_family_option = {rules, sizeof rules / sizeof rules[0]};
