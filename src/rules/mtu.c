/* MTUs: of the interface that a plugin creates, and of the NIC or bridge that carries its frames. */
#include <inttypes.h>
#include <string.h>

#include "rules/families.h"
#include "rules/nic_internal.h"

enum {
  MTU_LOWEST = 68,     /* ETH_MIN_MTU in the kernel's include/uapi/linux/if_ether.h */
  MTU_LOWEST_TCP = 88, /* two headers of 20 bytes, and 48 of TCP_MIN_SND_MSS: measured, 87 does not work, 88 does */
  MTU_LOWEST_IPV6 = 1280 /* below it the interface has no IPv6: measured */,
  MTU_HIGHEST = 65535, /* ETH_MAX_MTU: measured with a veth */
  MTU_VETH = 1500      /* what the bridge plugin's interface has by default */
};

/* The requested MTU; 0 if none. plugin-option reports one that is not an integer or that the plugin rejects.
 * vishvananda/netlink passes a negative MTU to the kernel only for tuning (link_linux.go, LinkAdd and LinkSetMTU). */
static int64_t mtu_of(const struct dw_cni_plugin *plugin) {
  return plugin->mtu_number > 0 || dw_nad_is_tuning(plugin) ? plugin->mtu_number : 0;
}

static bool is_unread(const struct dw_cni_plugin *plugin) {
  int64_t mtu;
  return dw_value_given(&plugin->mtu) && !dw_json_integer(plugin->mtu.json, &mtu);
}

/* The plugin whose interface PLUGIN, a tuning, changes: the last plugin before it that creates one. NULL if unknown. */
static const struct dw_cni_plugin *creator_before(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  for (const struct dw_cni_plugin *before = plugin; before-- > check->config->plugins;)
    if (dw_plugin_class(before->type_name) != DW_PLUGIN_META)
      return before->type_readable && dw_plugin_class(before->type_name) == DW_PLUGIN_CONNECTS ? before : NULL;
  return NULL;
}

/* Returns true if a tuning after PLUGIN sets the MTU again. */
static bool is_tuned(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  for (const struct dw_cni_plugin *after = plugin; (after = dw_nad_next(check, after)) != NULL;)
    if (dw_nad_is_tuning(after) && mtu_of(after) != 0)
      return true;
  return false;
}

static bool has_ipv6(const struct dw_ipam *ipam) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (ipam->pools[i].subnet_known && !ipam->pools[i].subnet.base.v4)
      return true;
  return false;
}

static struct dw_found found_of(const struct dw_check *check, const struct dw_cni_plugin *plugin, const char *fix) {
  return (struct dw_found){.reason = DW_REASON_INVALID,
                           .field = plugin->mtu.field,
                           .value = dw_value_shown(check->arena, &plugin->mtu),
                           .json = plugin->mtu.json,
                           .fix = fix};
}

/* Reports an MTU that is too small or too large on any NIC; returns true if it is. */
static bool is_impossible(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                          const struct dw_cni_plugin *creator) {
  struct dw_found found = found_of(check, plugin, "use the NIC's MTU, such as 9000, or remove it");
  int64_t mtu = mtu_of(plugin);
  if (mtu >= MTU_LOWEST_IPV6 && mtu <= MTU_HIGHEST)
    return false;
  uint32_t wire = dw_plugin_is_bridge(creator->type_name) && creator->bridge.text != NULL
                      ? dw_view_wire_mtu(check->view, creator->bridge.text)
                      : 0;
  if (dw_nic_has_master(creator) || wire >= MTU_VETH) /* without it, the interface has the NIC's MTU, or a bridge's */
    found.edits = dw_edit_remove(check->arena, plugin->mtu.field);
  if (mtu < MTU_LOWEST)
    dw_report(check, rule, &found, "is below %d, the lowest that the kernel accepts", MTU_LOWEST);
  else if (mtu < MTU_LOWEST_TCP)
    dw_report(check, rule, &found, "is below %d, the lowest that TCP works with", MTU_LOWEST_TCP);
  else if (mtu < MTU_LOWEST_IPV6 && has_ipv6(&creator->ipam))
    dw_report(check, rule, &found, "is below %d, the minimum for IPv6, so the address is rejected", MTU_LOWEST_IPV6);
  else if (mtu > MTU_HIGHEST && dw_plugin_is_bridge(creator->type_name))
    dw_report(check, rule, &found, "is above %d, the highest that the kernel accepts", MTU_HIGHEST);
  else
    return false;
  return true;
}

/* ipvlan accepts any MTU (plugins/main/ipvlan does not compare it with the master's), but most NICs and switches drop
 * frames that are larger than the NIC's MTU. */
static void above_master(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                         const struct dw_cni_plugin *creator) {
  const char *nic = creator->master.text;
  struct dw_mtu_range known;
  if (!dw_nic_has_master(creator) || !dw_view_nic_mtu(check->view, nic, &known) || plugin->mtu_number <= known.low)
    return;
  uint32_t limit = plugin->mtu_number > UINT32_MAX ? UINT32_MAX : (uint32_t)plugin->mtu_number;
  struct dw_faulty below = dw_nic_fault(check, nic, DW_NIC_MTU_BELOW, limit);
  const char *nodes = below.count > 0 ? below.nodes : known.low_node;
  struct dw_found found = found_of(
      check, plugin, dw_arena_printf(check->arena, "use %u, or raise the MTU of %s there", (unsigned)known.low, nic));
  found.edits = dw_edit_set_integer(check->arena, plugin->mtu.field, known.low);
  found.warn_at_most = strcmp(creator->type_name, "ipvlan") == 0;
  if (found.warn_at_most)
    dw_report(check, rule, &found, "is above the MTU of %s (lowest %u) on %s: larger frames may be dropped", nic,
              (unsigned)known.low, nodes);
  else
    dw_report(check, rule, &found, "is above the MTU of %s (lowest %u) on %s", nic, (unsigned)known.low, nodes);
}

/* Measured: frames larger than the MTU of the outgoing port are lost, and small ones pass. The bridge's own MTU is not
 * a limit, because the ports of pods lower it; it is only used if the uplink's is unknown. */
static void above_uplink(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                         const char *bridge, uint32_t mtu) {
  uint32_t wire = dw_view_wire_mtu(check->view, bridge);
  struct dw_mtu_range known;
  const char *nodes = dw_nic_fault(check, bridge, DW_NIC_WIRE_MTU_BELOW, mtu).nodes;
  struct dw_found found = found_of(check, plugin, NULL);
  if (wire == 0) {
    if (!dw_view_nic_mtu(check->view, bridge, &known) || known.low >= mtu)
      return;
    found.warn_at_most = true;
    wire = known.low;
    nodes = dw_nic_fault(check, bridge, DW_NIC_MTU_BELOW, mtu).nodes;
  } else if (wire >= mtu) {
    return;
  }
  found.edits = dw_edit_set_integer(check->arena, plugin->mtu.field, wire);
  if (mtu_of(plugin) == 0) {
    found.fix = dw_arena_printf(check->arena, "set \"mtu\": %u", (unsigned)wire);
    dw_report(check, rule, &found, "without it, the pod's MTU is %d, above that of %s%s (lowest %u) on %s", MTU_VETH,
              found.warn_at_most ? "" : "the uplink of ", bridge, (unsigned)wire, nodes);
    return;
  }
  found.fix = dw_arena_printf(check->arena, "use %u, or raise the MTU of the bridge and its port", (unsigned)wire);
  dw_report(check, rule, &found, "is above the MTU of %s%s (lowest %u) on %s: larger frames are lost",
            found.warn_at_most ? "" : "the uplink of ", bridge, (unsigned)wire, nodes);
}

/* The other end of the pod's interface, on the node, must accept the frames that the pod sends. */
static bool is_above_other_end(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *tuning,
                               const struct dw_cni_plugin *bridge) {
  int64_t other = mtu_of(bridge) == 0 ? MTU_VETH : mtu_of(bridge);
  if (tuning == bridge || tuning->mtu_number <= other)
    return false;
  struct dw_found found = found_of(check, tuning,
                                   dw_arena_printf(check->arena, "set \"mtu\": %" PRId64 " in the %s plugin instead",
                                                   tuning->mtu_number, bridge->type_name));
  if (bridge->bridge.text != NULL && (int64_t)dw_view_wire_mtu(check->view, bridge->bridge.text) >= tuning->mtu_number)
    found.edits = dw_edits_join(check->arena, dw_edit_remove(check->arena, tuning->mtu.field),
                                dw_edit_set_integer(check->arena, bridge->mtu.field, tuning->mtu_number));
  dw_report(check, rule, &found,
            "is above %" PRId64
            ", the MTU that the %s plugin sets on the other end of the interface: larger frames are lost",
            other, bridge->type_name);
  return true;
}

static void above_bridge(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                         const struct dw_cni_plugin *creator) {
  const char *bridge = creator->bridge.text;
  if (is_above_other_end(check, rule, plugin, creator) || bridge == NULL || !dw_is_interface_name(bridge))
    return;
  int64_t mtu = mtu_of(plugin) == 0 ? MTU_VETH : mtu_of(plugin);
  if (plugin == creator && is_tuned(check, plugin))
    return;
  above_uplink(check, rule, plugin, bridge, (uint32_t)mtu);
}

static void judge(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                  const struct dw_cni_plugin *creator) {
  bool has_option = dw_plugin_needs_master(creator->type_name) || dw_plugin_is_bridge(creator->type_name);
  if (plugin == creator && !has_option)
    return;
  bool given = mtu_of(plugin) != 0;
  if ((given && is_impossible(check, rule, plugin, creator)) || !has_option)
    return;
  if (dw_plugin_is_bridge(creator->type_name) && (given || plugin == creator))
    above_bridge(check, rule, plugin, creator);
  else if (given && !dw_plugin_is_bridge(creator->type_name))
    above_master(check, rule, plugin, creator);
}

static void mtu_above_master(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_cni_plugin *creator = dw_nad_is_tuning(plugin) ? creator_before(check, plugin) : plugin;
    if (creator != NULL && !is_unread(plugin))
      judge(check, rule, plugin, creator);
  }
}

/* If the configuration sets no MTU, each pod gets its node's. */
static void mtu_inconsistent(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nic_next_master(check, plugin)) != NULL;) {
    struct dw_mtu_range known;
    if (is_unread(plugin) || mtu_of(plugin) != 0 || is_tuned(check, plugin) ||
        !dw_view_nic_mtu(check->view, plugin->master.text, &known) || known.low == known.high)
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = plugin->master.field,
                                 .value = plugin->master.text,
                                 .fix = dw_arena_printf(check->arena, "set \"mtu\": %u", (unsigned)known.low),
                                 .edits = dw_edit_set_integer(check->arena, plugin->mtu.field, known.low)},
              "MTU %u on %s, %u on %s", (unsigned)known.low, known.low_node, (unsigned)known.high, known.high_node);
  }
}

static const struct dw_rule rules[] = {
    {"mtu-above-master", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "an mtu, the plugin's or tuning's, that is above the MTU of the NIC or the bridge's uplink on some node, so the "
     "pod fails or large frames are lost; or that is too small for TCP or IPv6",
     "lower mtu, or raise the NIC's", mtu_above_master},
    {"mtu-inconsistent", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "a NIC whose MTU differs between nodes, while the configuration sets none", "set mtu to the lowest of them",
     mtu_inconsistent},
};

const struct dw_family dw_family_mtu = {rules, sizeof rules / sizeof rules[0]};
