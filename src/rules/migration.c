/* What only a migration network must satisfy: namespace, name, and a plugin that connects nodes. */
#include <string.h>

#include "rules/families.h"
#include "rules/nad_internal.h"

static void migration_namespace(struct dw_check *check, const struct dw_rule *rule) {
  const char *wanted = check->policy->namespace_;
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = "metadata.namespace", .value = check->ns};
  if (check->class.looks_like_migration) {
    found.warn_at_most = true;
    found.fix = "if it is not one, label it droveway.io/migration-network: \"false\"";
    dw_report(check, rule, &found, "has the name of a migration network, but KubeVirt looks for those in %s", wanted);
  } else if (check->class.migration && !check->class.referenced && strcmp(check->ns, wanted) != 0) {
    /* If it is in use, it is named with its namespace, which network-syntax reports. */
    found.gist = "is outside KubeVirt's namespace";
    found.fix =
        dw_arena_printf(check->arena, "create it in %s, or label it droveway.io/migration-network: \"false\"", wanted);
    /* A namespace that is only assumed is no reason to move a NAD whose author chose another one. */
    bool certain = check->policy->namespace_known || strcmp(check->ns, "default") == 0;
    if (certain && dw_view_find(check->view, DW_KIND_NAD, wanted, check->name) == NULL)
      found.edits = dw_edit_set_text(check->arena, found.field, wanted);
    dw_report(check, rule, &found, "KubeVirt looks for migration networks in %s (this is one: %s)", wanted,
              check->class.why);
  }
}

/* Multus does not limit the length (measured with 64 bytes). Without a name, the API server generates one from
 * generateName, which cannot be checked yet. */
static void migration_name(struct dw_check *check, const struct dw_rule *rule) {
  if (check->name[0] == '\0' || dw_is_attachable(check->name))
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = "metadata.name",
                               .value = check->name,
                               .fix = "use lower-case letters, digits and '-'"},
            "is not a NAD name that Multus accepts");
}

static void migration_opaque(struct dw_check *check, const struct dw_rule *rule) {
  if (check->config == NULL || check->config->state != DW_CONFIG_EMPTY)
    return;
  dw_report(
      check, rule,
      &(struct dw_found){.reason = DW_REASON_REQUIRED, .field = "spec.config", .fix = "put the CNI configuration here"},
      "the configuration is in files on the nodes and cannot be checked");
}

static void plugin_connects(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED, .field = plugin->type.field, .value = plugin->type_name};
  switch (dw_plugin_class(plugin->type_name)) {
  case DW_PLUGIN_LOCAL:
    found.fix = "use macvlan, ipvlan, bridge or another plugin with an uplink";
    dw_report(check, rule, &found, "this plugin does not connect nodes with each other");
    break;
  case DW_PLUGIN_UNKNOWN:
    if (dw_plugin_meant(plugin->type_name) != NULL) /* cni-type reports it */
      break;
    found.warn_at_most = true;
    dw_report(check, rule, &found, "it is unknown whether the plugin \"%s\" connects nodes", plugin->type_name);
    break;
  case DW_PLUGIN_CONNECTS:
  case DW_PLUGIN_META:
    break;
  }
}

/* Plugins like `tuning` only change an interface that another plugin created. */
static bool only_meta(const struct dw_cni_config *config) {
  for (size_t i = 0; i < config->plugin_count; i++)
    if (!config->plugins[i].type_readable || dw_plugin_class(config->plugins[i].type_name) != DW_PLUGIN_META)
      return false;
  return config->plugin_count > 0;
}

static void migration_plugin(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_config *config = dw_nad_config(check);
  if (config == NULL)
    return;
  if (only_meta(config)) {
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_NOT_SUPPORTED,
                                 .field = config->is_list ? config->plugins_value.field : config->plugins[0].type.field,
                                 .value = config->plugins[0].type_name,
                                 .fix = "put macvlan, bridge or another plugin with an uplink before it"},
              "creates no interface");
    return;
  }
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    plugin_connects(check, rule, plugin);
}

static const struct dw_rule rules[] = {
    {"migration-namespace", DW_SCOPE_NAD_CANDIDATE, DW_ACTION_DENY, DW_ACTION_NONE,
     "a migration network outside the policy's namespace, where KubeVirt looks for it. Only a warning if nothing but "
     "its name suggests a migration network, and it connects no nodes or its IPAM is not cluster-wide",
     "create it in that namespace", migration_namespace},
    {"migration-name", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a NAD name that Multus does not accept, for example because it contains a dot",
     "use lower-case letters, digits and '-'", migration_name},
    {"migration-opaque", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "an empty configuration: it is in files on the nodes and cannot be checked",
     "put the CNI configuration into spec.config", migration_opaque},
    {"migration-plugin", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a plugin that does not connect nodes (ptp, dummy, tap), or only plugins that create no interface (tuning, "
     "loopback); warns if the plugin is unknown",
     "use macvlan, ipvlan, bridge or another plugin with an uplink", migration_plugin},
};

const struct dw_family dw_family_migration = {rules, sizeof rules / sizeof rules[0]};
