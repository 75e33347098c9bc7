/* The options of plugins that only change an interface that another plugin created: containernetworking/plugins'
 * plugins/meta (v1.10, 3d27709), route-override-cni and rdma-cni. */
#include <string.h>

#include "base/text.h"
#include "cni/options.h"
#include "json/json_position.h"

/* --- tuning --- */

/* plugins/meta/tuning/tuning.go:47 TuningConf, :63 IPAMArgs, :133 changeMacAddr(). */
static const struct dw_option tuning_cni_rows[] = {
    DW_ROW("sysctl", TEXT_MAP), DW_ROW_LIKE("mac", HARDWARE), DW_ROW("promisc", BOOL),
    DW_ROW("mtu", INT),         DW_ROW("allmulti", BOOL),     DW_ROW("txQLen", INT),
};
static const struct dw_option tuning_args_rows[] = {
    DW_ROW_OF("cni", OBJECT, tuning_cni_rows),
};
static const struct dw_option tuning_runtime_rows[] = {DW_ROW_LIKE("mac", HARDWARE)};
static const struct dw_option tuning_rows[] = {
    DW_ROW("dataDir", TEXT),
    DW_ROW("sysctl", TEXT_MAP),
    DW_ROW_LIKE("mac", HARDWARE),
    DW_ROW("promisc", BOOL),
    DW_ROW("mtu", INT),
    DW_ROW("txQLen", INT),
    DW_ROW("allmulti", BOOL),
    DW_ROW_OF("runtimeConfig", OBJECT, tuning_runtime_rows),
    DW_ROW_OF("args", OBJECT, tuning_args_rows),
};
/* tuning.go:108 parseConf() panics because it writes into the map of `sysctl`, which is nil. */
static const struct dw_combination tuning_combinations[] = {
    {{DW_WHERE("args.cni.sysctl", SET), DW_WHERE("sysctl", ABSENT)},
     "makes the tuning plugin panic, because it has no sysctl to add them to",
     "move them to \"sysctl\"",
     DW_FAULT_OPTION},
};

/* The kernel's per-interface settings (net/ipv4/devconf.c, net/ipv6/addrconf.c). All except stable_secret are
 * integers. */
static const char *const ipv4_settings[] = {"accept_local",
                                            "accept_redirects",
                                            "accept_source_route",
                                            "arp_accept",
                                            "arp_announce",
                                            "arp_evict_nocarrier",
                                            "arp_filter",
                                            "arp_ignore",
                                            "arp_notify",
                                            "bc_forwarding",
                                            "bootp_relay",
                                            "disable_policy",
                                            "disable_xfrm",
                                            "drop_gratuitous_arp",
                                            "drop_unicast_in_l2_multicast",
                                            "force_igmp_version",
                                            "forwarding",
                                            "igmpv2_unsolicited_report_interval",
                                            "igmpv3_unsolicited_report_interval",
                                            "ignore_routes_with_linkdown",
                                            "log_martians",
                                            "mc_forwarding",
                                            "medium_id",
                                            "promote_secondaries",
                                            "proxy_arp",
                                            "proxy_arp_pvlan",
                                            "route_localnet",
                                            "rp_filter",
                                            "secure_redirects",
                                            "send_redirects",
                                            "shared_media",
                                            "src_valid_mark",
                                            "tag"};
static const char *const ipv6_settings[] = {"accept_dad",
                                            "accept_ra",
                                            "accept_ra_defrtr",
                                            "accept_ra_from_local",
                                            "accept_ra_min_hop_limit",
                                            "accept_ra_min_lft",
                                            "accept_ra_mtu",
                                            "accept_ra_pinfo",
                                            "accept_ra_rt_info_max_plen",
                                            "accept_ra_rt_info_min_plen",
                                            "accept_ra_rtr_pref",
                                            "accept_redirects",
                                            "accept_source_route",
                                            "accept_untracked_na",
                                            "addr_gen_mode",
                                            "autoconf",
                                            "dad_transmits",
                                            "disable_ipv6",
                                            "disable_policy",
                                            "drop_unicast_in_l2_multicast",
                                            "drop_unsolicited_na",
                                            "enhanced_dad",
                                            "force_forwarding",
                                            "force_mld_version",
                                            "force_tllao",
                                            "forwarding",
                                            "hop_limit",
                                            "ignore_routes_with_linkdown",
                                            "ioam6_enabled",
                                            "ioam6_id",
                                            "ioam6_id_wide",
                                            "keep_addr_on_down",
                                            "max_addresses",
                                            "max_desync_factor",
                                            "mc_forwarding",
                                            "mldv1_unsolicited_report_interval",
                                            "mldv2_unsolicited_report_interval",
                                            "mtu",
                                            "ndisc_evict_nocarrier",
                                            "ndisc_notify",
                                            "ndisc_tclass",
                                            "optimistic_dad",
                                            "proxy_ndp",
                                            "ra_defrtr_metric",
                                            "ra_honor_pio_life",
                                            "ra_honor_pio_pflag",
                                            "regen_max_retry",
                                            "regen_min_advance",
                                            "router_probe_interval",
                                            "router_solicitation_delay",
                                            "router_solicitation_interval",
                                            "router_solicitation_max_interval",
                                            "router_solicitations",
                                            "rpl_seg_enabled",
                                            "seg6_enabled",
                                            "seg6_require_hmac",
                                            "stable_secret",
                                            "suppress_frag_ndisc",
                                            "temp_prefered_lft",
                                            "temp_valid_lft",
                                            "use_oif_addrs_only",
                                            "use_optimistic",
                                            "use_tempaddr"};

struct settings {
  const char *conf, *neighbours; /* with '/' for '.' */
  const char *const *names;
  size_t count;
};
static const struct settings families[] = {
    {"net/ipv4/conf/", "net/ipv4/neigh/", ipv4_settings, sizeof ipv4_settings / sizeof *ipv4_settings},
    {"net/ipv6/conf/", "net/ipv6/neigh/", ipv6_settings, sizeof ipv6_settings / sizeof *ipv6_settings},
};

/* net/core/sysctl_net_core.c: these can be written only in the node's own network namespace. */
static const char *const node_settings[] = {
    "net/core/rmem_max",           "net/core/wmem_max",      "net/core/rmem_default", "net/core/wmem_default",
    "net/core/netdev_max_backlog", "net/core/netdev_budget", "net/core/dev_weight"};

static const char node_setting[] = "is a setting of the node, which cannot be changed from a pod's network";
static const char node_setting_fix[] = "remove it, and set it on the nodes";

/* Like getSysctlFilename() (tuning.go:630), in which filepath.Join() replaces several '/' by one. */
const char *dw_tuning_setting(struct dw_arena *arena, const char *key) {
  char *path = dw_arena_strdup(arena, key);
  size_t length = 0;
  for (const char *c = key; *c != '\0'; c++) {
    bool separator = *c == '.' || *c == '/';
    if (!separator || (length > 0 && path[length - 1] != '/'))
      path[length++] = *c == '.' ? '/' : *c;
  }
  if (length > 0 && path[length - 1] == '/')
    length--;
  path[length] = '\0';
  return strncmp(path, "net/", 4) == 0 ? path : NULL;
}

/* Like the kernel's proc_dointvec(): a number in any base with white space around it. An empty text is accepted,
 * because nothing is written then. */
static bool is_integer_text(const char *text) {
  const char *c = text + strspn(text, " \t\n\v\f\r");
  c += *c == '-';
  bool hex = c[0] == '0' && (c[1] == 'x' || c[1] == 'X');
  c += hex ? 2 : 0;
  size_t digits = strspn(c, hex ? "0123456789abcdefABCDEF" : "0123456789");
  return *text == '\0' || (digits > 0 && (c[digits] == '\0' || strchr(" \t\n", c[digits]) != NULL));
}

/* The key in READING's path ends with NAME. */
static void misspelt_setting(struct dw_reading *reading, const struct dw_value *value, const char *name,
                             const char *meant) {
  struct dw_cni_fault *fault = dw_fault_add(reading, value, "is not a setting that the kernel has",
                                            dw_arena_printf(reading->arena, "did you mean %s?", meant));
  const char *bracket = strrchr(reading->path, '[');
  if (fault == NULL || bracket == NULL || strlen(bracket) < strlen(name) + 2)
    return;
  size_t kept = strlen(bracket) - 2 - strlen(name);
  const char *begin = dw_arena_strndup(reading->arena, bracket + 1, kept);
  fault->edits = dw_edit_rename(reading->arena, reading->path, dw_arena_join(reading->arena, begin, meant, ""));
}

static void check_interface_setting(struct dw_reading *reading, const struct dw_value *value, const char *name,
                                    const struct settings *settings) {
  if (!dw_is_listed(name, settings->names, settings->count)) {
    const char *nearest = dw_nearest(name, settings->names, settings->count);
    if (nearest != NULL)
      misspelt_setting(reading, value, name, nearest);
    else
      dw_fault_add_uncertain(reading, value,
                             "is not a setting that Droveway knows: the plugin fails if the kernel lacks it",
                             "check the name with sysctl -a");
  } else if (value->text != NULL && strcmp(name, "stable_secret") != 0 && !is_integer_text(value->text)) {
    dw_fault_add(reading, value, "is not an integer, which the kernel requires here", NULL);
  }
}

/* The pod's interfaces: that of this network, which IFNAME stands for, and others. */
static const char *const own_interfaces[] = {"IFNAME", "migration0"};
static const char *const other_interfaces[] = {"eth0", "lo"};
/* Folders that apply to more than one interface. */
static const char *const all_interfaces[] = {"all", "default"};
#define IS_LISTED(name, names) dw_is_listed(name, names, sizeof(names) / sizeof *(names))

static void check_other_interface(struct dw_reading *reading, const struct dw_value *value, const char *interface) {
  if (IS_LISTED(interface, own_interfaces) || IS_LISTED(interface, other_interfaces))
    return;
  if (dw_key_equal(interface, own_interfaces[0]))
    dw_fault_add(reading, value, "does not name an interface: only IFNAME, in capitals, stands for the pod's own",
                 "use IFNAME");
  else
    dw_fault_add_uncertain(reading, value,
                           "names an interface that the pod may not have; if it has none, the plugin fails",
                           "use IFNAME, which stands for the pod's own interface");
}

/* Checks SETTING, such as "IFNAME/arp_filter". The folder of an interface contains no folders. */
static void check_conf(struct dw_reading *reading, const struct dw_value *value, const char *setting,
                       const struct settings *settings) {
  const char *slash = strchr(setting, '/');
  if (slash == NULL) {
    dw_fault_add(reading, value, "names an interface, but none of its settings", NULL);
    return;
  }
  const char *interface = dw_arena_strndup(reading->arena, setting, (size_t)(slash - setting));
  if (IS_LISTED(interface, own_interfaces) || IS_LISTED(interface, all_interfaces))
    check_interface_setting(reading, value, slash + 1, settings);
  else if (strchr(slash + 1, '/') != NULL)
    dw_fault_add(reading, value,
                 "is not a setting: the plugin reads each dot as a separator, even in an interface name",
                 "use IFNAME, which stands for the pod's own interface");
  else
    check_other_interface(reading, value, interface);
}

/* net/core/neighbour.c neigh_sysctl_register(): "default" exists only on the node, and "all" does not exist. */
static void check_neighbours(struct dw_reading *reading, const struct dw_value *value, const char *setting) {
  const char *interface = dw_arena_strndup(reading->arena, setting, strcspn(setting, "/"));
  if (strcmp(interface, "default") == 0)
    dw_fault_add(reading, value, node_setting, node_setting_fix);
  else
    check_other_interface(reading, value, interface);
}

static void check_setting(struct dw_reading *reading, const struct dw_value *value, const char *key) {
  const char *path = dw_tuning_setting(reading->arena, key);
  if (path == NULL) {
    dw_fault_add(reading, value, "is outside net.: the tuning plugin only changes network settings", "remove it");
    return;
  }
  if (dw_is_listed(path, node_settings, sizeof node_settings / sizeof *node_settings))
    dw_fault_add(reading, value, node_setting, node_setting_fix);
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
    size_t conf = strlen(families[i].conf);
    size_t neighbours = strlen(families[i].neighbours);
    if (strncmp(path, families[i].conf, conf) == 0)
      check_conf(reading, value, path + conf, &families[i]);
    else if (strncmp(path, families[i].neighbours, neighbours) == 0)
      check_neighbours(reading, value, path + neighbours);
  }
}

/* Settings in LATER replace those with the same key in MAP. */
static void check_settings(struct dw_reading *reading, const struct dw_value *map, const dw_json *later) {
  for (struct dw_json_member m = dw_json_first(map->json); m.value != NULL; m = dw_json_next(map->json, m)) {
    struct dw_value value = dw_value_at(reading->arena, map->field, m.key, m.value);
    reading->path = dw_path_join(reading->arena, map->field, m.key);
    if (dw_json_get(later, m.key) == NULL)
      check_setting(reading, &value, m.key);
    reading->path = NULL;
  }
}

/* tuning.go:121 parseConf() */
static void check_tuning(struct dw_reading *reading, const struct dw_value *plugin) {
  struct dw_value settings = dw_value_member(reading->arena, plugin->field, plugin->json, "sysctl");
  struct dw_value args = dw_value_member(reading->arena, plugin->field, plugin->json, "args");
  struct dw_value cni = dw_value_member(reading->arena, args.field, args.json, "cni");
  struct dw_value later = dw_value_member(reading->arena, cni.field, cni.json, "sysctl");
  check_settings(reading, &settings, later.json);
  if (dw_value_given(&settings))
    check_settings(reading, &later, NULL);
}

/* --- sbr --- */

/* plugins/meta/sbr/main.go:39 PluginConf; gateways and addSourceHints since 1.10. */
static const struct dw_option sbr_rows[] = {
    DW_ROW("table", INT),
    DW_ROW("gateways", TEXTS),
    DW_ROW("addSourceHints", BOOL),
};

/* --- bandwidth --- */

/* plugins/meta/bandwidth/main.go:42 BandwidthEntry, :100 validateRateAndBurst(): burst/8 below MaxUint32. */
#define BURST_MAX 34359738359
static const struct dw_option bandwidth_runtime_entry_rows[] = {
    DW_ROW("ingressRate", UINT64),
    DW_ROW("ingressBurst", UINT64),
    DW_ROW("egressRate", UINT64),
    DW_ROW("egressBurst", UINT64),
};
static const struct dw_option bandwidth_runtime_rows[] = {
    DW_ROW_OF("bandwidth", OBJECT, bandwidth_runtime_entry_rows),
};
static const struct dw_option bandwidth_rows[] = {
    DW_ROW("ingressRate", UINT64),
    {.name = "ingressBurst", .type = DW_OPTION_UINT64, .high = BURST_MAX},
    DW_ROW("egressRate", UINT64),
    {.name = "egressBurst", .type = DW_OPTION_UINT64, .high = BURST_MAX},
    DW_ROW_OF("runtimeConfig", OBJECT, bandwidth_runtime_rows),
};
static const struct dw_combination bandwidth_combinations[] = {
    {{DW_WHERE("ingressRate", SET), DW_WHERE("ingressBurst", UNSET)},
     "needs ingressBurst: the bandwidth plugin rejects a rate without a burst",
     "add \"ingressBurst\"",
     DW_FAULT_OPTION},
    {{DW_WHERE("ingressBurst", SET), DW_WHERE("ingressRate", UNSET)},
     "needs ingressRate: the bandwidth plugin rejects a burst without a rate",
     "add \"ingressRate\"",
     DW_FAULT_OPTION},
    {{DW_WHERE("egressRate", SET), DW_WHERE("egressBurst", UNSET)},
     "needs egressBurst: the bandwidth plugin rejects a rate without a burst",
     "add \"egressBurst\"",
     DW_FAULT_OPTION},
    {{DW_WHERE("egressBurst", SET), DW_WHERE("egressRate", UNSET)},
     "needs egressRate: the bandwidth plugin rejects a burst without a rate",
     "add \"egressRate\"",
     DW_FAULT_OPTION},
};

/* --- portmap --- */

/* plugins/meta/portmap/main.go:53 PortMapEntry, :60 PortMapConf, :214 parseConfig(). */
static const struct dw_option portmap_entry_rows[] = {
    DW_ROW_WITHIN("hostPort", 1, INT64_MAX),
    DW_ROW_WITHIN("containerPort", 1, INT64_MAX),
    DW_ROW("protocol", TEXT),
    DW_ROW("hostIP", TEXT),
};
static const struct dw_option portmap_runtime_rows[] = {
    DW_ROW_OF("portMappings", OBJECTS, portmap_entry_rows),
};
static const char *const portmap_backends[] = {"iptables", "nftables", NULL};
static const struct dw_option portmap_rows[] = {
    DW_ROW_AMONG("backend", portmap_backends),
    DW_ROW("snat", BOOL),
    DW_ROW("conditionsV4", TEXTS),
    DW_ROW("conditionsV6", TEXTS),
    DW_ROW("masqAll", BOOL),
    DW_ROW_WITHIN("markMasqBit", 0, 31),
    DW_ROW("externalSetMarkChain", TEXT),
    DW_ROW_OF("runtimeConfig", OBJECT, portmap_runtime_rows),
};
/* main.go:240 parseConfig(), :308 ensureBackend(). */
static const struct dw_combination portmap_combinations[] = {
    {{DW_WHERE("markMasqBit", GIVEN), DW_WHERE("externalSetMarkChain", GIVEN)},
     "cannot be combined with externalSetMarkChain: the portmap plugin rejects the combination",
     "keep one of them",
     DW_FAULT_OPTION},
    {{DW_WHERE("externalSetMarkChain", GIVEN), {"backend", DW_IS_WORD, "nftables", NULL}},
     "is an option of the iptables backend, not of nftables",
     "remove it",
     DW_FAULT_OPTION},
};

/* The first character distinguishes iptables conditions from nftables ones (main.go:351 detectBackendOfConditions()).
 */
static void check_conditions(struct dw_reading *reading, const struct dw_value *plugin, const char *name,
                             const char *backend) {
  struct dw_value list = dw_value_member(reading->arena, plugin->field, plugin->json, name);
  const char *first = dw_json_string(dw_json_at(list.json, 0));
  if (first == NULL || first[0] == '\0')
    return;
  bool iptables = first[0] == '-' || first[0] == '!';
  if (iptables != (strcmp(backend, "iptables") == 0))
    dw_fault_add(reading, &list,
                 dw_arena_printf(reading->arena, "contains %s conditions, but the backend is %s",
                                 iptables ? "iptables" : "nftables", backend),
                 "use conditions for that backend");
}

/* Without a port mapping, the plugin does nothing (measured: composed/portmap-mark-long). */
static void check_mark_chain(struct dw_reading *reading, const struct dw_value *plugin) {
  struct dw_value chain = dw_value_member(reading->arena, plugin->field, plugin->json, "externalSetMarkChain");
  const dw_json *mappings = dw_option_find(plugin->json, "runtimeConfig.portMappings");
  if (dw_json_at(mappings, 0) != NULL && chain.text != NULL && chain.text[0] != '\0' && !dw_is_chain_name(chain.text))
    dw_fault_add(reading, &chain, "is not a valid iptables chain name", "remove it");
}

static void check_portmap(struct dw_reading *reading, const struct dw_value *plugin) {
  check_mark_chain(reading, plugin);
  const char *backend = dw_json_string(dw_option_find(plugin->json, "backend"));
  if (backend == NULL) /* each node chooses one */
    return;
  check_conditions(reading, plugin, "conditionsV4", backend);
  check_conditions(reading, plugin, "conditionsV6", backend);
}

/* --- firewall, vrf, route-override, rdma --- */

/* plugins/meta/firewall/firewall.go:33 FirewallNetConf, ingresspolicy.go:28 setupIngressPolicy(). Any other backend
 * means the default one. */
static const char *const ingress_policies[] = {"", "open", "same-bridge", "isolated", NULL};
static const struct dw_option firewall_rows[] = {
    DW_ROW("backend", TEXT),
    DW_ROW_LIKE("iptablesAdminChainName", CHAIN),
    DW_ROW("firewalldZone", TEXT),
    DW_ROW_AMONG("ingressPolicy", ingress_policies),
};

/* plugins/meta/vrf/main.go:32 VRFNetConf, :185 parseConf(). */
static const struct dw_option vrf_rows[] = {
    DW_ROW_LIKE("vrfname", INTERFACE),
    DW_ROW("table", UINT32),
};
static const struct dw_combination vrf_combinations[] = {
    {{DW_WHERE("vrfname", UNSET)}, "is missing: the vrf plugin needs the name of the VRF", "add it", DW_FAULT_OPTION},
};

/* openshift/route-override-cni cmd/route-override/route-override.go: RouteOverrideConfig, IPAMArgs; parseConf() reads
 * args.cni without checking that it exists. In forks, routes have more members. */
static const struct dw_option route_rows[] = {
    DW_ROW_LIKE("dst", CIDR),
    DW_ROW_LIKE("gw", ADDRESS),
};
static const struct dw_option route_cni_rows[] = {
    DW_ROW("flushroutes", BOOL),
    DW_ROW("flushgateway", BOOL),
    DW_ROW_OF("delroutes", OBJECTS, route_rows),
    DW_ROW_OF("addroutes", OBJECTS, route_rows),
    DW_ROW("skipcheck", BOOL),
};
static const struct dw_option route_args_rows[] = {
    DW_ROW_OF("cni", OBJECT, route_cni_rows),
};
static const struct dw_option route_override_rows[] = {
    DW_ROW("flushroutes", BOOL),
    DW_ROW("flushgateway", BOOL),
    DW_ROW_OF("delroutes", OBJECTS, route_rows),
    DW_ROW_OF("addroutes", OBJECTS, route_rows),
    DW_ROW("skipcheck", BOOL),
    DW_ROW_OF("args", OBJECT, route_args_rows),
};
static const struct dw_combination route_override_combinations[] = {
    {{DW_WHERE("args", GIVEN), DW_WHERE("args.cni", ABSENT)},
     "makes the route-override plugin panic, because it lacks the key cni",
     "remove it",
     DW_FAULT_OPTION},
};

/* k8snetworkplumbingwg/rdma-cni pkg/types/types.go RdmaNetConf. */
static const struct dw_option rdma_cni_rows[] = {DW_ROW("debug", BOOL)};
static const struct dw_option rdma_args_rows[] = {
    DW_ROW_OF("cni", OBJECT, rdma_cni_rows),
};
static const struct dw_option rdma_rows[] = {
    DW_ROW("deviceID", TEXT),
    DW_ROW_OF("args", OBJECT, rdma_args_rows),
};

static const struct dw_plugin_options plugins[] = {
    {.type = "tuning", .options = DW_OPTIONS(tuning_rows), DW_COMBINATIONS(tuning_combinations), .check = check_tuning},
    {.type = "cnv-tuning",
     .options = DW_OPTIONS(tuning_rows),
     DW_COMBINATIONS(tuning_combinations),
     .check = check_tuning},
    {.type = "sbr", .options = DW_OPTIONS(sbr_rows)},
    {.type = "bandwidth", .options = DW_OPTIONS(bandwidth_rows), DW_COMBINATIONS(bandwidth_combinations)},
    {.type = "portmap",
     .options = DW_OPTIONS(portmap_rows),
     DW_COMBINATIONS(portmap_combinations),
     .check = check_portmap},
    {.type = "firewall", .options = DW_OPTIONS(firewall_rows)},
    {.type = "vrf", .options = DW_OPTIONS(vrf_rows), DW_COMBINATIONS(vrf_combinations)},
    {.type = "route-override",
     .options = DW_OPTIONS(route_override_rows),
     DW_COMBINATIONS(route_override_combinations)},
    {.type = "rdma", .options = DW_OPTIONS(rdma_rows)},
};
const struct dw_plugin_table dw_meta_options = DW_OPTIONS(plugins);
