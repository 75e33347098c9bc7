/* The options of containernetworking/plugins' plugins/main (v1.10, 3d27709), and of copies under other names. */
#include "cni/options.h"

static const struct dw_option runtime_mac_rows[] = {DW_ROW_LIKE("mac", ETHERNET)};

/* plugins/main/macvlan/macvlan.go:38 NetConf, :102 loadConf() (mtu), :199 createMacvlan() (mac). The rule
 * plugin-mode checks the mode. */
static const struct dw_option macvlan_rows[] = {
    DW_ROW("mode", TEXT),         DW_ROW_WITHIN("mtu", 0, INT64_MAX),
    DW_ROW_LIKE("mac", ETHERNET), DW_ROW("linkInContainer", BOOL),
    DW_ROW("bcqueuelen", UINT32), DW_ROW_OF("runtimeConfig", OBJECT, runtime_mac_rows),
};

/* plugins/main/ipvlan/ipvlan.go:36 NetConf. */
static const struct dw_option ipvlan_rows[] = {
    DW_ROW("mode", TEXT),
    DW_ROW("mtu", INT),
    DW_ROW("linkInContainer", BOOL),
};

/* ipvlan.go:256 cmdAdd(): without IPAM, a plugin before it must have assigned the address. */
static void check_ipvlan(struct dw_reading *reading, const struct dw_value *plugin) {
  bool is_first = plugin->json == reading->config->plugins[0].json;
  if (!is_first || dw_option_find(plugin->json, "prevResult") != NULL)
    return;
  dw_fault_without_ipam(reading, plugin);
}

/* plugins/main/vlan/vlan.go:35 NetConf, :50 loadConf() (mtu). */
static const struct dw_option vlan_rows[] = {
    DW_ROW_WITHIN("mtu", 0, INT64_MAX),
    DW_ROW("linkInContainer", BOOL),
};

/* plugins/main/bridge/bridge.go:49 NetConf, pkg/ip/link_linux.go makeVethPair() (mac). */
static const struct dw_option bridge_args_rows[] = {
    DW_ROW_OF("cni", OBJECT, runtime_mac_rows),
};
static const struct dw_option bridge_rows[] = {
    DW_ROW("isGateway", BOOL),
    DW_ROW("isDefaultGateway", BOOL),
    DW_ROW("forceAddress", BOOL),
    DW_ROW("ipMasq", BOOL),
    DW_ROW("ipMasqBackend", TEXT),
    DW_ROW("mtu", INT),
    DW_ROW("hairpinMode", BOOL),
    DW_ROW("promiscMode", BOOL),
    DW_ROW("preserveDefaultVlan", BOOL),
    DW_ROW("macspoofchk", BOOL),
    DW_ROW("enabledad", BOOL),
    DW_ROW("disableContainerInterface", BOOL),
    DW_ROW("portIsolation", BOOL),
    DW_ROW_OF("args", OBJECT, bridge_args_rows),
    DW_ROW_OF("runtimeConfig", OBJECT, runtime_mac_rows),
};

static const char backend_what[] = "is not an ipMasq backend";
static const char backend_fix[] = "use iptables or nftables, or remove it";

/* bridge.go:518 and :526 cmdAdd(); pkg/ip/ipmasq_linux.go:42 SetupIPMasqForNetworks(), which is called only if
 * there is an address. */
static const struct dw_combination bridge_combinations[] = {
    {{DW_WHERE("hairpinMode", TRUE), DW_WHERE("promiscMode", TRUE)},
     "cannot be combined with promiscMode: the bridge plugin rejects the combination",
     "keep one of them",
     DW_FAULT_BRIDGE},
    {{DW_WHERE("disableContainerInterface", TRUE), DW_WHERE("ipam.type", SET)},
     "cannot be combined with ipam: the bridge plugin rejects the combination",
     "remove it",
     DW_FAULT_BRIDGE},
    {{{"ipMasqBackend", DW_IS_OTHER, "iptables", "nftables"}, DW_WHERE("ipMasq", TRUE), DW_WHERE("ipam.type", SET)},
     backend_what,
     backend_fix,
     DW_FAULT_OPTION},
};

/* plugins/main/ptp/ptp.go:45 NetConf. */
static const struct dw_option ptp_rows[] = {
    DW_ROW("ipMasq", BOOL),
    DW_ROW("ipMasqBackend", TEXT),
    DW_ROW("mtu", INT),
};
static const struct dw_combination ptp_combinations[] = {
    {{{"ipMasqBackend", DW_IS_OTHER, "iptables", "nftables"}, DW_WHERE("ipMasq", TRUE)},
     backend_what,
     backend_fix,
     DW_FAULT_OPTION},
};

/* plugins/main/tap/tap.go:43 NetConf. */
static const struct dw_option tap_rows[] = {
    DW_ROW("multiQueue", BOOL), DW_ROW("mtu", INT),      DW_ROW("mac", TEXT),
    DW_ROW("owner", UINT32),    DW_ROW("group", UINT32), DW_ROW("selinuxContext", TEXT),
    DW_ROW("bridge", TEXT),     DW_ROW("args", OBJECT),  DW_ROW_OF("runtimeConfig", OBJECT, runtime_mac_rows),
};

/* plugins/main/host-device/host-device.go:48 NetConf, :182 getLink(): with `device`, the others are not read. */
static const struct dw_option host_device_runtime_rows[] = {DW_ROW("deviceID", TEXT)};
static const struct dw_option host_device_rows[] = {
    DW_ROW("hwaddr", TEXT),
    DW_ROW("DPDKMode", BOOL),
    DW_ROW("kernelpath", TEXT),
    DW_ROW("pciBusID", TEXT),
    DW_ROW_OF("runtimeConfig", OBJECT, host_device_runtime_rows),
};

static const struct dw_option hwaddr_rows[] = {DW_ROW_LIKE("hwaddr", MAC)};

static void check_host_device(struct dw_reading *reading, const struct dw_value *plugin) {
  static const struct dw_options hwaddr = DW_OPTIONS(hwaddr_rows);
  const char *device = dw_json_string(dw_option_find(plugin->json, "device"));
  size_t before = reading->config->fault_count;
  if (device == NULL || device[0] == '\0')
    dw_options_check(reading, plugin, &hwaddr);
  if (reading->config->fault_count == before)
    return;
  /* This address is not one for the pod: it says which NIC is moved. */
  struct dw_cni_fault *fault = &reading->config->faults[before];
  fault->fix = "use the NIC's own address";
  fault->edits = (struct dw_edits){NULL, 0};
}

static const struct dw_plugin_options plugins[] = {
    {.type = "macvlan", .options = DW_OPTIONS(macvlan_rows)},
    {.type = "ipvlan", .options = DW_OPTIONS(ipvlan_rows), .check = check_ipvlan},
    {.type = "vlan", .options = DW_OPTIONS(vlan_rows), .check = dw_fault_without_ipam},
    {.type = "bridge", .options = DW_OPTIONS(bridge_rows), DW_COMBINATIONS(bridge_combinations)},
    {.type = "cnv-bridge", .options = DW_OPTIONS(bridge_rows), DW_COMBINATIONS(bridge_combinations)},
    {.type = "ptp", .options = DW_OPTIONS(ptp_rows), DW_COMBINATIONS(ptp_combinations), .check = dw_fault_without_ipam},
    {.type = "dummy", .check = dw_fault_without_ipam},
    {.type = "tap", .options = DW_OPTIONS(tap_rows)},
    {.type = "host-device", .options = DW_OPTIONS(host_device_rows), .check = check_host_device},
};
const struct dw_plugin_table dw_main_options = DW_OPTIONS(plugins);
