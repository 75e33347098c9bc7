/* The options of the IPAM plugins of containernetworking/plugins (v1.10, 3d27709). An IPAM plugin receives the whole
 * configuration of the plugin that calls it. */
#include "cni/options.h"

static const struct dw_option runtime_ips_rows[] = {DW_ROW("ips", TEXTS)};
static const struct dw_option args_ips_rows[] = {
    DW_ROW_OF("cni", OBJECT, runtime_ips_rows),
};

/* containernetworking/cni pkg/types/types.go route. The rule route-unusable checks whether a route can be set. */
static const struct dw_option route_rows[] = {
    DW_ROW_LIKE("dst", CIDR), DW_ROW_LIKE("gw", ADDRESS), DW_ROW("mtu", INT),   DW_ROW("advmss", INT),
    DW_ROW("priority", INT),  DW_ROW("table", INT),       DW_ROW("scope", INT),
};

/* --- dhcp --- */

/* plugins/ipam/dhcp/main.go:44 IPAMConfig, lease.go:100 prepareOptions(). */
static const struct dw_option provide_rows[] = {
    DW_ROW_LIKE("option", DHCP),
    DW_ROW("value", TEXT),
    DW_ROW("fromArg", TEXT),
};
static const struct dw_option request_rows[] = {
    DW_ROW("skipDefault", BOOL),
    DW_ROW("option", TEXT),
};
static const struct dw_option dhcp_ipam_rows[] = {
    DW_ROW("daemonSocketPath", TEXT),
    DW_ROW_OF("provide", OBJECTS, provide_rows),
    DW_ROW_OF("request", OBJECTS, request_rows),
    DW_ROW("priority", INT),
};
static const struct dw_option dhcp_rows[] = {
    DW_ROW_OF("ipam", OBJECT, dhcp_ipam_rows),
};

/* An empty option in a request is ignored; any other must be known. */
static void check_dhcp(struct dw_reading *reading, const struct dw_value *plugin) {
  static const struct dw_option option_rows[] = {DW_ROW_LIKE("option", DHCP)};
  static const struct dw_options option = DW_OPTIONS(option_rows);
  struct dw_value ipam = dw_value_member(reading->arena, plugin->field, plugin->json, "ipam");
  struct dw_value requests = dw_value_member(reading->arena, ipam.field, ipam.json, "request");
  for (size_t i = 0; i < dw_json_size(requests.json); i++) {
    const dw_json *request = dw_json_at(requests.json, i);
    const char *name = dw_json_string(dw_json_get_fold(request, "option", NULL));
    if (name == NULL || name[0] == '\0')
      continue;
    struct dw_value place = dw_value_element(reading->arena, requests.field, i, request);
    dw_options_check(reading, &place, &option);
  }
}

/* --- host-local --- */

/* plugins/ipam/host-local/backend/allocator/config.go:30 Net, :45 IPAMConfig, :68 Range. */
static const struct dw_option range_rows[] = {
    DW_ROW_LIKE("rangeStart", ADDRESS),
    DW_ROW_LIKE("rangeEnd", ADDRESS),
    DW_ROW_LIKE("subnet", CIDR),
    DW_ROW_LIKE("gateway", ADDRESS),
};
static const struct dw_option host_local_ipam_rows[] = {
    DW_ROW_LIKE("rangeStart", ADDRESS),
    DW_ROW_LIKE("rangeEnd", ADDRESS),
    DW_ROW_LIKE("subnet", CIDR),
    DW_ROW_LIKE("gateway", ADDRESS),
    DW_ROW("name", TEXT),
    DW_ROW_OF("routes", OBJECTS, route_rows),
    DW_ROW("dataDir", TEXT),
    DW_ROW("resolvConf", TEXT),
    DW_ROW_OF("ranges", LISTS, range_rows),
};
static const struct dw_option host_local_runtime_rows[] = {
    DW_ROW_OF("ipRanges", LISTS, range_rows),
    DW_ROW("ips", TEXTS),
};
static const struct dw_option host_local_rows[] = {
    DW_ROW_OF("ipam", OBJECT, host_local_ipam_rows),
    DW_ROW_OF("runtimeConfig", OBJECT, host_local_runtime_rows),
    DW_ROW_OF("args", OBJECT, args_ips_rows),
};
/* config.go:131 LoadIPAMConfig(). With the capability ipRanges, the ranges come from runtimeConfig. */
static const struct dw_combination host_local_combinations[] = {
    {{DW_WHERE("ipam.subnet", ABSENT), DW_WHERE("ipam.ranges", UNSET), DW_WHERE("capabilities.ipRanges", UNSET),
      DW_WHERE("runtimeConfig.ipRanges", UNSET)},
     "is missing: the host-local plugin needs a subnet or ranges",
     "add one, such as \"10.200.5.0/24\"",
     DW_FAULT_OPTION},
};

/* --- static --- */

/* plugins/ipam/static/main.go:31 Net, :42 IPAMConfig, :59 Address. In Go, `Address` is a separate field, which can't be
 * a string. */
static const struct dw_option address_rows[] = {
    DW_ROW_LIKE("gateway", ADDRESS),
};
static const struct dw_option static_dns_rows[] = {DW_ROW("nameservers", TEXTS), DW_ROW("domain", TEXT),
                                                   DW_ROW("search", TEXTS), DW_ROW("options", TEXTS)};
static const struct dw_option static_ipam_rows[] = {
    DW_ROW("name", TEXT),
    DW_ROW_OF("routes", OBJECTS, route_rows),
    DW_ROW_OF("addresses", OBJECTS, address_rows),
    DW_ROW_OF("dns", OBJECT, static_dns_rows),
};
static const struct dw_option static_rows[] = {
    DW_ROW_OF("ipam", OBJECT, static_ipam_rows),
    DW_ROW_OF("runtimeConfig", OBJECT, runtime_ips_rows),
    DW_ROW_OF("args", OBJECT, args_ips_rows),
};

static const struct dw_plugin_options plugins[] = {
    {.type = "dhcp", .options = DW_OPTIONS(dhcp_rows), .check = check_dhcp},
    {.type = "host-local",
     .options = DW_OPTIONS(host_local_rows),
     DW_COMBINATIONS(host_local_combinations),
     .check = dw_check_host_local},
    {.type = "static", .options = DW_OPTIONS(static_rows), .check = dw_check_static},
};
const struct dw_plugin_table dw_ipam_options = DW_OPTIONS(plugins);
