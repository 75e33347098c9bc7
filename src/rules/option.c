/* Options that a plugin refuses, and options that break a migration network although the plugin takes them. What each
 * plugin refuses is in the tables of model/options_*.c. */
#include <string.h>

#include "droveway/base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

static void plugin_option(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_faults(check, rule, DW_FAULT_OPTION);
  if (!check->class.migration) /* there it is ipam-required's */
    dw_nad_report_faults(check, rule, DW_FAULT_IPAM);
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
                           .mend = nearest == NULL ? modes->advice
                                                   : dw_arena_printf(check->arena, "did you mean \"%s\"?", nearest)};
  dw_report(check, rule, &found, "%s has no such mode, so every pod fails to attach", modes->type);
}

/* Linux: Documentation/networking/ipvlan.rst (no ARP in L3 modes), drivers/net/macvlan.c macvlan_common_newlink() (one
 * macvlan in passthru mode on a NIC). */
static const struct {
  const char *type, *mode, *what, *mend;
} risky_modes[] = {
    {"ipvlan", "l3", "answers no ARP or neighbour discovery, so the nodes may not reach each other", "use l2"},
    {"ipvlan", "l3s", "answers no ARP or neighbour discovery, so the nodes may not reach each other", "use l2"},
    {"macvlan", "passthru",
     "lets one pod per node use the NIC: virt-handler and virt-synchronization-controller cannot both attach",
     "use bridge"},
};

static void risky_mode(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  for (size_t i = 0; i < sizeof risky_modes / sizeof risky_modes[0]; i++) {
    if (strcmp(plugin->type_name, risky_modes[i].type) != 0 || strcmp(plugin->mode.text, risky_modes[i].mode) != 0)
      continue;
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = plugin->mode.field,
                             .value = plugin->mode.text,
                             .mend = risky_modes[i].mend,
                             .warn_at_most = true};
    dw_report(check, rule, &found, "%s", risky_modes[i].what);
  }
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

/* plugins/main/bridge/bridge.go:522: isDefaultGateway sets isGateway. Without an IPAM plugin neither does anything. */
static void bridge_gateway(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  bool is_default = dw_plugin_option_true(plugin, "isDefaultGateway");
  if (plugin->ipam.type_name[0] == '\0' || (!is_default && !dw_plugin_option_true(plugin, "isGateway")))
    return;
  struct dw_value option = dw_plugin_option(check->arena, plugin, is_default ? "isDefaultGateway" : "isGateway");
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = option.field,
                           .value = dw_value_shown(check->arena, &option),
                           .mend = "leave it out: a migration network needs no gateway"};
  dw_report(check, rule, &found, "gives the bridges of all nodes the same address, on one network");
}

/* bridge.go:341 ensureBridge() switches it on, and nothing switches it off. */
static void bridge_promiscuous(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  if (!dw_plugin_option_true(plugin, "promiscMode") || dw_plugin_option_true(plugin, "hairpinMode"))
    return;
  struct dw_value option = dw_plugin_option(check->arena, plugin, "promiscMode");
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = option.field,
                           .value = dw_value_shown(check->arena, &option),
                           .mend = "leave it out",
                           .warn_at_most = true};
  dw_report(check, rule, &found, "leaves the node's bridge in promiscuous mode for good");
}

/* Flags of a wrong type are plugin-option's. */
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
                             .mend = "leave it out: each pod then gets its own"};
    dw_report(check, rule, &found,
              "gives the pods of all nodes the same MAC address, so frames reach only one of them");
  }
}

static const struct dw_rule rules[] = {
    {"plugin-option", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "an option that the plugin refuses: its type, its value, or together with another one",
     "use a value that the plugin accepts, or leave the option out", plugin_option},
    {"plugin-mode", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a macvlan or ipvlan mode that the plugin does not know; on a migration network it warns of ipvlan's l3 and l3s "
     "and of macvlan's passthru",
     "use bridge for macvlan and l2 for ipvlan", plugin_mode},
    {"bridge-options", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "options that the bridge plugin refuses together; on a migration network also isGateway and isDefaultGateway, "
     "which give every node's bridge the same address",
     "leave one of them out", bridge_options},
    {"mac-fixed", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE, "one MAC address for the pods of all nodes",
     "leave the MAC address out", mac_fixed},
};

const struct dw_family dw_family_option = {rules, sizeof rules / sizeof rules[0]};
