/* Lists of plugins: whether the plugins work together. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

static struct dw_found about_type(const struct dw_cni_plugin *plugin, const char *fix) {
  return (struct dw_found){
      .reason = DW_REASON_INVALID, .field = plugin->type.field, .value = plugin->type_name, .fix = fix};
}

/* The same, with a fix that removes the plugin from the list. */
static struct dw_found remove_plugin(const struct dw_check *check, const struct dw_cni_plugin *plugin,
                                     const char *fix) {
  struct dw_found found = about_type(plugin, fix);
  found.edits = dw_edit_remove(check->arena, plugin->field);
  return found;
}

/* --- cniVersion --- */

static void version_fits(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  const struct dw_value *value = &check->config->version;
  const char *version = dw_cni_version_in_force(check->config);
  const char *oldest = dw_plugin_oldest_version(plugin->type_name);
  if (version == NULL || strcmp(version, oldest) >= 0)
    return;
  struct dw_found found = {.reason = dw_nad_is_blank(value) ? DW_REASON_REQUIRED : DW_REASON_NOT_SUPPORTED,
                           .field = value->field,
                           .value = dw_value_shown(check->arena, value),
                           .fix = dw_arena_printf(check->arena, "use %s or newer", oldest),
                           .edits = dw_nad_set_version(check, dw_nad_version_for(check->config)),
                           .about = {plugin->type_name, strlen(plugin->type_name)}};
  if (dw_nad_is_blank(value))
    dw_report(check, rule, &found, "without it, the version defaults to 0.1.0, which the plugin %s does not support",
              plugin->type_name);
  else
    dw_report(check, rule, &found, "the plugin %s does not support this version", plugin->type_name);
}

/* --- which plugin creates the interface --- */

/* migration-plugin reports a list in which no plugin creates an interface. */
static bool has_creator(const struct dw_cni_config *config) {
  for (size_t i = 0; i < config->plugin_count; i++)
    if (config->plugins[i].type_readable && dw_plugin_class(config->plugins[i].type_name) != DW_PLUGIN_META)
      return true;
  return false;
}

/* plugins/meta/tuning/tuning.go cmdAdd(): without these, tuning does not look for the interface. */
static bool tunes_interface(struct dw_arena *arena, const struct dw_cni_plugin *plugin) {
  struct dw_value allmulti = dw_plugin_option(arena, plugin, "allmulti");
  struct dw_value queue = dw_plugin_option(arena, plugin, "txQLen");
  return strcmp(plugin->type_name, "tuning") == 0 &&
         (dw_plugin_option_set(plugin, "mtu") || dw_plugin_option_true(plugin, "promisc") || plugin->mac.json != NULL ||
          dw_value_given(&allmulti) || dw_value_given(&queue));
}

/* The edit that moves a plugin to the end of the list. */
static struct dw_edits move_to_end(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  return dw_edits_join(
      check->arena,
      dw_edit_append(check->arena, check->config->plugins_value.field, dw_json_text(check->arena, plugin->json)),
      dw_edit_remove(check->arena, plugin->field));
}

/* Except for loopback, plugins that create no interface need the result of an earlier plugin. If the configuration
 * contains one, even an empty one, they fail only if they need the interface. */
static void first_creates_none(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_plugin *first = &check->config->plugins[0];
  if (!first->type_readable || dw_plugin_class(first->type_name) != DW_PLUGIN_META ||
      strcmp(first->type_name, "loopback") == 0 || !has_creator(check->config))
    return;
  struct dw_value result = dw_plugin_option(check->arena, first, "prevResult");
  struct dw_found found = about_type(first, "put the plugin that creates the interface first");
  found.edits = move_to_end(check, first);
  found.warn_at_most = dw_json_type(result.json) == DW_JSON_OBJECT && !tunes_interface(check->arena, first);
  dw_report(check, rule, &found,
            "only changes an interface that an earlier plugin created, but it is first in the list");
}

static void second_creator(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                           const struct dw_cni_plugin *creator) {
  struct dw_found found = about_type(plugin, "remove one of them, or move it to a separate network");
  dw_report(check, rule, &found, "fails, because %s has already created migration0", creator->type_name);
}

/* --- what a later plugin does to the interface --- */

static bool is_only_ipv6(const struct dw_ipam *ipam) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (!ipam->pools[i].subnet_known || ipam->pools[i].subnet.base.v4)
      return false;
  return ipam->pool_count > 0;
}

/* plugins/meta/sbr/main.go:176 cmdAdd(): with `table`, the routes remain. addSourceHints (since 1.10) restores the
 * subnet's route. IPv6 looks the route up again after it has chosen the source address, and then finds the table
 * (measured). */
static void source_routing(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                           const struct dw_cni_plugin *creator) {
  struct dw_value table = dw_plugin_option(check->arena, plugin, "table");
  if (strcmp(plugin->type_name, "sbr") != 0 || dw_value_given(&table) || is_only_ipv6(&creator->ipam))
    return;
  struct dw_found found = remove_plugin(check, plugin, "remove it");
  found.warn_at_most = dw_plugin_option_true(plugin, "addSourceHints");
  dw_report(check, rule, &found,
            found.warn_at_most
                ? "before version 1.10, this plugin removes the route to the other nodes from the main routing table"
                : "removes the route to the other nodes from the main routing table, so they are unreachable");
}

/* Returns true if SETTINGS, a sysctl map of tuning, let sockets outside a VRF accept connections from it. */
static bool accepts_vrf(struct dw_arena *arena, const dw_json *settings) {
  for (struct dw_json_member m = dw_json_first(settings); m.value != NULL; m = dw_json_next(settings, m)) {
    int64_t number;
    const char *text = dw_json_string(m.value);
    if (text != NULL && dw_text_equal(dw_tuning_setting(arena, m.key), "net/ipv4/tcp_l3mdev_accept") &&
        dw_parse_int64(text, &number) && number != 0)
      return true;
  }
  return false;
}

/* Linux: Documentation/networking/vrf.rst, include/net/inet_sock.h inet_bound_dev_eq(). A socket that is not bound to
 * the VRF, such as virt-handler's, neither uses its table nor receives its packets, in IPv4 and IPv6. Both could work
 * only with the main or local table and tcp_l3mdev_accept. */
static void routing_domain(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  enum { MAIN = 254, LOCAL };
  struct dw_value table = dw_plugin_option(check->arena, plugin, "table");
  int64_t number = 0;
  bool accepted = false;
  if (strcmp(plugin->type_name, "vrf") != 0)
    return;
  bool shared = dw_json_integer(table.json, &number) && (number == MAIN || number == LOCAL);
  for (const struct dw_cni_plugin *other = NULL; shared && (other = dw_nad_next(check, other)) != NULL;)
    accepted |= dw_nad_is_tuning(other) &&
                (accepts_vrf(check->arena, dw_plugin_option(check->arena, other, "sysctl").json) ||
                 accepts_vrf(check->arena, dw_plugin_option(check->arena, other, "args.cni.sysctl").json));
  struct dw_found found = remove_plugin(check, plugin, "remove it");
  found.warn_at_most = accepted;
  dw_report(check, rule, &found,
            shared ? "puts migration0 into a VRF; by default, virt-handler's connections receive no packets from a VRF"
                   : "moves migration0's routes to a routing table that virt-handler does not use");
}

/* plugins/meta/bandwidth/main.go:91 getBandwidth(): runtimeConfig.bandwidth has priority. */
static bool limits_bandwidth(const struct dw_cni_plugin *plugin) {
  static const char *const options[] = {
      "ingressRate",
      "ingressBurst",
      "egressRate",
      "egressBurst",
      "runtimeConfig.bandwidth.ingressRate",
      "runtimeConfig.bandwidth.ingressBurst",
      "runtimeConfig.bandwidth.egressRate",
      "runtimeConfig.bandwidth.egressBurst",
  };
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    if (dw_plugin_option_set(plugin, options[i]))
      return true;
  return false;
}

/* plugins/meta/bandwidth/main.go:137 getHostInterface(). Without a limit, the plugin does nothing. */
static void bandwidth(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                      const struct dw_cni_plugin *creator) {
  if (strcmp(plugin->type_name, "bandwidth") != 0 || !limits_bandwidth(plugin) ||
      dw_plugin_makes_veth(creator->type_name) != 0)
    return;
  struct dw_found found = remove_plugin(check, plugin, "remove it, and limit migrations with bandwidthPerMigration");
  dw_report(check, rule, &found, "only works on a veth pair, and %s does not create one", creator->type_name);
}

/* plugins/meta/firewall/ingresspolicy.go:90 setupIsolationChains(): it uses the first interface of the result, which is
 * the node's bridge only if the bridge plugin created it. */
static void firewall(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                     const struct dw_cni_plugin *creator) {
  struct dw_value policy = dw_plugin_option(check->arena, plugin, "ingressPolicy");
  struct dw_value backend = dw_plugin_option(check->arena, plugin, "backend");
  if (dw_text_equal(policy.text, "isolated") && dw_plugin_is_bridge(creator->type_name)) {
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = policy.field,
                             .value = policy.text,
                             .fix = "remove it",
                             .edits = dw_edit_remove(check->arena, policy.field)};
    dw_report(check, rule, &found, "drops traffic between the bridge's ports, so the nodes cannot reach each other");
  } else if (dw_text_equal(backend.text, "firewalld")) {
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = backend.field,
                             .value = backend.text,
                             .fix = "remove it",
                             .edits = dw_edit_remove(check->arena, backend.field),
                             .warn_at_most = true};
    dw_report(check, rule, &found, "fails on every node that does not run firewalld");
  } else {
    struct dw_found found = remove_plugin(check, plugin, "remove it");
    found.warn_at_most = true;
    dw_report(check, rule, &found, "has no use on a migration network, and leaves its iptables chains on the nodes");
  }
}

/* Ports of the node are forwarded to the pod, and the chains for all pods remain on the node (measured:
 * composed/portmap-map). */
static void port_mappings(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct dw_value mappings = dw_plugin_option(check->arena, plugin, "runtimeConfig.portMappings");
  if (strcmp(plugin->type_name, "portmap") != 0 || dw_json_at(mappings.json, 0) == NULL)
    return;
  struct dw_found found = remove_plugin(check, plugin, "remove it");
  found.warn_at_most = true;
  dw_report(check, rule, &found,
            "forwards ports of the node to virt-handler, and leaves its chains in the node's packet filter");
}

/* --- tuning's disable_ipv6 --- */

/* Returns true if KEY is a sysctl that disables IPv6 on migration0. */
static bool is_ipv6_switch(struct dw_arena *arena, const char *key) {
  static const char *const files[] = {"net/ipv6/conf/IFNAME/disable_ipv6", "net/ipv6/conf/all/disable_ipv6",
                                      "net/ipv6/conf/migration0/disable_ipv6"};
  const char *file = dw_tuning_setting(arena, key);
  for (size_t i = 0; file != NULL && i < sizeof files / sizeof files[0]; i++)
    if (strcmp(file, files[i]) == 0)
      return true;
  return false;
}

/* Reports what SETTINGS disable, except for keys that LATER replaces. */
static void ipv6_switches(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *settings,
                          const dw_json *later) {
  for (struct dw_json_member m = dw_json_first(settings->json); m.value != NULL; m = dw_json_next(settings->json, m)) {
    int64_t number;
    const char *text = dw_json_string(m.value);
    if (text == NULL || !is_ipv6_switch(check->arena, m.key) || !dw_parse_int64(text, &number) || number == 0 ||
        dw_json_get(later, m.key) != NULL)
      continue;
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = dw_arena_join(check->arena, settings->field, ".", m.key),
                             .value = text,
                             .fix = "remove it, or use an IPv4 range",
                             .edits = dw_edit_remove(check->arena, dw_path_join(check->arena, settings->field, m.key))};
    dw_report(check, rule, &found, "removes the IPv6 addresses again, and migration0 has no others");
  }
}

/* tuning.go:121 parseConf() writes args.cni.sysctl over `sysctl`, and panics if there is no `sysctl`, which
 * plugin-option reports. */
static void tuning(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                   const struct dw_cni_plugin *creator) {
  struct dw_value settings = dw_plugin_option(check->arena, plugin, "sysctl");
  struct dw_value later = dw_plugin_option(check->arena, plugin, "args.cni.sysctl");
  if (!is_only_ipv6(&creator->ipam) || !dw_value_given(&settings))
    return;
  ipv6_switches(check, rule, &settings, later.json);
  ipv6_switches(check, rule, &later, NULL);
}

static void later_plugin(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                         const struct dw_cni_plugin *creator) {
  source_routing(check, rule, plugin, creator);
  routing_domain(check, rule, plugin);
  bandwidth(check, rule, plugin, creator);
  port_mappings(check, rule, plugin);
  if (strcmp(plugin->type_name, "firewall") == 0)
    firewall(check, rule, plugin, creator);
  if (dw_nad_is_tuning(plugin))
    tuning(check, rule, plugin, creator);
}

/* Only for migration networks: the purpose of other networks is unknown. */
static void check_chain(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_plugin *creator = NULL;
  first_creates_none(check, rule);
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (!dw_plugin_makes_interface(plugin->type_name)) {
      if (creator != NULL)
        later_plugin(check, rule, plugin, creator);
      continue;
    }
    if (creator != NULL)
      second_creator(check, rule, plugin, creator);
    creator = creator == NULL ? plugin : creator;
  }
}

static void plugin_chain(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    version_fits(check, rule, plugin);
  const struct dw_cni_config *config = check->config;
  if (check->class.migration && config != NULL && config->is_list && config->plugin_count > 0)
    check_chain(check, rule);
}

static const struct dw_rule rules[] = {
    {"plugin-chain", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a plugin that does not support the cniVersion; on a migration network also a list whose first plugin creates no "
     "interface, in which two plugins create one, or in which a later plugin cuts the nodes off from each other (sbr, "
     "vrf, bandwidth without a veth, isolated firewall)",
     "set a cniVersion that all plugins support, put the plugin that creates the interface first, and remove the "
     "others",
     plugin_chain},
};

const struct dw_family dw_family_chain = {rules, sizeof rules / sizeof rules[0]};
