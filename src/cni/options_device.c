/* The options of plugins that use devices or Open vSwitch: sriov-cni 1b7acc5, ib-sriov-cni, ovs-cni 19262a0,
 * accelerated-bridge-cni and bond-cni 258926a. */
#include <string.h>

#include "base/text.h"
#include "cni/options.h"

static const struct dw_option runtime_mac_rows[] = {DW_ROW_LIKE("mac", MAC)};

static const char *const link_states[] = {"", "auto", "enable", "disable", NULL};

/* --- sriov --- */

/* pkg/types/types.go:66 SriovNetConf, pkg/config/config.go:104 LoadConf(). In spoofchk and trust, any text other than
 * "on" means off. */
static const char *const vlan_protocols[] = {"802.1q", "802.1ad", NULL};
static const struct dw_option sriov_rows[] = {
    DW_ROW("master", TEXT),
    DW_ROW_LIKE("mac", MAC),
    DW_ROW("mtu", INT),
    DW_ROW_WITHIN("vlanQoS", 0, 7),
    {.name = "vlanProto", .type = DW_OPTION_TEXT, .words = vlan_protocols, .any_case = true},
    DW_ROW("deviceID", TEXT),
    DW_ROW("VFID", INT),
    DW_ROW("min_tx_rate", INT),
    DW_ROW("max_tx_rate", INT),
    DW_ROW("spoofchk", TEXT),
    DW_ROW("trust", TEXT),
    DW_ROW_AMONG("link_state", link_states),
    DW_ROW_OF("runtimeConfig", OBJECT, runtime_mac_rows),
    DW_ROW("logLevel", TEXT),
    DW_ROW("logFile", TEXT),
    DW_ROW("OrigVfState", OBJECT),
};
static const struct dw_combination sriov_combinations[] = {
    {{DW_WHERE("vlanQoS", GIVEN), DW_WHERE("vlan", ABSENT)},
     "needs vlan: without it, the sriov plugin fails",
     "add \"vlan\", or remove this key",
     DW_FAULT_OPTION},
    {{DW_WHERE("vlanProto", GIVEN), DW_WHERE("vlan", ABSENT)},
     "needs vlan: without it, the sriov plugin fails",
     "add \"vlan\", or remove this key",
     DW_FAULT_OPTION},
    {{DW_WHERE("vlanQoS", SET), DW_WHERE("vlan", UNSET)},
     "needs a vlan above 0: otherwise, the sriov plugin fails",
     "set the VLAN, or remove this key",
     DW_FAULT_OPTION},
    {{{"vlanProto", DW_IS_WORD, "802.1ad", NULL}, DW_WHERE("vlan", UNSET)},
     "needs a vlan above 0: otherwise, the sriov plugin fails",
     "set the VLAN, or remove this key",
     DW_FAULT_OPTION},
};

/* --- ib-sriov --- */

/* pkg/types/types.go IbSriovNetConf, pkg/config/config.go:25 LoadConf(). */
static const struct dw_option ib_runtime_rows[] = {DW_ROW("infinibandGUID", TEXT)};
static const struct dw_option ib_args_rows[] = {DW_ROW("cni", TEXT_MAP)};
static const struct dw_option ib_sriov_rows[] = {
    DW_ROW("master", TEXT),
    DW_ROW("deviceID", TEXT),
    DW_ROW("pkey", TEXT),
    DW_ROW_AMONG("link_state", link_states),
    DW_ROW("rdmaIsolation", BOOL),
    DW_ROW("ibKubernetesEnabled", BOOL),
    DW_ROW("vfioPciMode", BOOL),
    DW_ROW_OF("runtimeConfig", OBJECT, ib_runtime_rows),
    DW_ROW_OF("args", OBJECT, ib_args_rows),
};

/* --- ovs --- */

/* pkg/types/types.go:38 NetConf, :63 PluginArgs. */
static const struct dw_option ovs_runtime_rows[] = {DW_ROW("CNIDeviceInfoFile", TEXT)};
static const struct dw_option ovs_args_rows[] = {DW_ROW("cni", OBJECT)};
static const struct dw_option ovs_rows[] = {
    DW_ROW("mtu", INT),
    DW_ROW("deviceID", TEXT),
    DW_ROW("ofport_request", UINT64),
    DW_ROW("interface_type", TEXT),
    DW_ROW("configuration_path", TEXT),
    DW_ROW("socket_file", TEXT),
    DW_ROW("link_state_check_retries", INT),
    DW_ROW("link_state_check_interval", INT),
    DW_ROW_OF("runtimeConfig", OBJECT, ovs_runtime_rows),
    DW_ROW_OF("args", OBJECT, ovs_args_rows),
};

/* --- accelerated-bridge --- */

/* pkg/types/types.go:28 NetConf. `bridge` may be a comma-separated list. */
static const struct dw_option accelerated_runtime_rows[] = {DW_ROW("mac", TEXT), DW_ROW("CNIDeviceInfoFile", TEXT)};
static const struct dw_option accelerated_rows[] = {
    DW_ROW("debug", BOOL),
    DW_ROW("bridge", TEXT),
    DW_ROW("setUplinkVlan", BOOL),
    DW_ROW("mac", TEXT),
    DW_ROW("mtu", INT),
    DW_ROW("deviceID", TEXT),
    DW_ROW_OF("runtimeConfig", OBJECT, accelerated_runtime_rows),
};

/* --- bond --- */

/* bond/bond.go:38 bondingConfig, :62 loadConfigFile(), :108 getLinkObjectsFromConfig(), :146 createBondedLink();
 * vishvananda/netlink link.go StringToBondModeMap, StringToBondXmitHashPolicyMap. */
static const char *const bond_modes[] = {"balance-rr", "active-backup", "balance-xor", "broadcast",
                                         "802.3ad",    "balance-tlb",   "balance-alb", NULL};
static const char *const hash_policies[] = {"layer2",   "layer3+4",    "layer2+3", "encap2+3",
                                            "encap3+4", "vlan+srcmac", NULL};
static const struct dw_option bond_link_rows[] = {DW_ROW("name", TEXT)};
static const struct dw_option bond_rows[] = {
    DW_ROW_AMONG("mode", bond_modes),
    DW_ROW("linksInContainer", BOOL),
    DW_ROW_WITHIN("failOverMac", 0, 2),
    DW_ROW_LIKE("miimon", DIGITS),
    DW_ROW_OF("links", OBJECTS, bond_link_rows),
    DW_ROW("mtu", INT),
    DW_ROW_WITHIN("allSlavesActive", 0, 1),
    DW_ROW_WITHIN("tlbDynamicLb", 0, 1),
    DW_ROW_AMONG("xmitHashPolicy", hash_policies),
};
static const struct dw_combination bond_combinations[] = {
    {{DW_WHERE("mode", UNSET)},
     "is missing: the bond plugin needs a mode",
     "add one, such as \"active-backup\"",
     DW_FAULT_OPTION},
    {{DW_WHERE("miimon", UNSET)},
     "is missing: the bond plugin needs an interval in milliseconds",
     "add it, such as \"100\"",
     DW_FAULT_OPTION},
    {{DW_WHERE("links", SHORT)}, "needs at least two links", "list the interfaces by \"name\"", DW_FAULT_OPTION},
    {{DW_WHERE("tlbDynamicLb", GIVEN), {"mode", DW_IS_OTHER, "balance-tlb", "balance-alb"}},
     "only works with the modes balance-tlb and balance-alb",
     "remove it",
     DW_FAULT_OPTION},
    {{{"ipam.type", DW_IS_WORD, "bond", NULL}},
     "is not an IPAM plugin",
     "use whereabouts or another IPAM plugin",
     DW_FAULT_OPTION},
};

static const struct dw_plugin_options plugins[] = {
    {.type = "sriov", .options = DW_OPTIONS(sriov_rows), DW_COMBINATIONS(sriov_combinations)},
    {.type = "ib-sriov", .options = DW_OPTIONS(ib_sriov_rows)},
    {.type = "ovs", .options = DW_OPTIONS(ovs_rows)},
    {.type = "accelerated-bridge", .options = DW_OPTIONS(accelerated_rows)},
    {.type = "bond", .options = DW_OPTIONS(bond_rows), DW_COMBINATIONS(bond_combinations)},
};
const struct dw_plugin_table dw_device_options = DW_OPTIONS(plugins);
