/* What the plugins reject, and what breaks a migration network although they accept it: complete messages, both sides
 * of each limit, and what works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/nad_case.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define HEAD "\"cniVersion\":\"1.0.0\",\"name\":\"net\""
#define MAKER "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"
#define CHAIN(plugin) "{" HEAD ",\"plugins\":[" MAKER "," plugin "]}"
#define OTHER(members) "{" HEAD "," members "}"

/* The complete text of the first finding in CONFIG, on another network. */
static void expect_text(const char *config, const char *label, const char *text) {
  struct nad_case nad = {.config = config, .label = label};
  struct nad_answer answer;
  nad_judge(&nad, &answer);
  if (answer.judgement.findings.count == 0)
    fail_msg("%s: nothing found", config);
  const struct dw_finding *found = &answer.judgement.findings.items[0];
  assert_string_equal(dw_arena_printf(answer.arena, "%s: %s", found->field, dw_finding_message(answer.arena, found)),
                      text);
  nad_answer_free(&answer);
}

static void reports_values_that_a_plugin_rejects(void **state) {
  (void)state;
  expect_text(CHAIN("{\"type\":\"tuning\",\"promisc\":\"true\"}"), "true",
              "spec.config.plugins[1].promisc: Invalid value: \"true\": must be a boolean, not a string; remove the "
              "quotes [plugin-option]");
  expect_text(OTHER("\"type\":\"macvlan\",\"master\":\"eth1\",\"mtu\":-1"), "false",
              "spec.config.mtu: Invalid value: \"-1\": must be an integer from 0 [plugin-option]");
  expect_text(
      OTHER("\"type\":\"macvlan\",\"mac\":\"zz:00\""), "false",
      "spec.config.mac: Invalid value: \"zz:00\": is not a MAC address; remove it, so that each pod gets its own "
      "[plugin-option]");
  expect_text(
      CHAIN("{\"type\":\"firewall\",\"ingressPolicy\":\"closed\"}"), "false",
      "spec.config.plugins[1].ingressPolicy: Invalid value: \"closed\": is not a value that the plugin accepts; "
      "use open, same-bridge or isolated [plugin-option]");
  expect_text(OTHER("\"type\":\"vrf\""), "false",
              "spec.config.vrfname: Required value: is missing: the vrf plugin needs the name of the VRF; add it "
              "[plugin-option]");
  expect_text(CHAIN("{\"type\":\"tuning\",\"sysctl\":{\"kernel.pid_max\":\"1\"}}"), "false",
              "spec.config.plugins[1].sysctl.kernel.pid_max: Invalid value: \"1\": is outside net.: the tuning plugin "
              "only changes network settings; remove it [plugin-option]");
  expect_text(
      CHAIN("{\"type\":\"tuning\",\"sysctl\":{\"net.ipv4.conf.eth1.100.arp_filter\":\"1\"}}"), "false",
      "spec.config.plugins[1].sysctl.net.ipv4.conf.eth1.100.arp_filter: Invalid value: \"1\": is not a setting: the "
      "plugin reads each dot as a separator, even in an interface name; use IFNAME, which stands for the "
      "pod's own interface [plugin-option]");
  expect_text(CHAIN("{\"type\":\"tuning\",\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filtre\":\"1\"}}"), "false",
              "spec.config.plugins[1].sysctl.net.ipv4.conf.IFNAME.arp_filtre: Invalid value: \"1\": is not a setting "
              "that the kernel has; did you mean arp_filter? [plugin-option]");
  expect_text(
      OTHER("\"type\":\"macvlan\",\"ipam\":{\"type\":\"host-local\"}"), "false",
      "spec.config.ipam.subnet: Required value: is missing: the host-local plugin needs a subnet or ranges; add "
      "one, such as \"10.200.5.0/24\" [plugin-option]");
}

/* One member of PLUGIN, which is rejected (at FIELD) or accepted (NULL). */
struct row {
  const char *type, *members, *field;
};

static void expect_rows(const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *config =
        dw_arena_printf(arena, "{" HEAD ",\"type\":\"%s\",%s," NAD_IPAM "}", rows[i].type, rows[i].members);
    const char *lines =
        rows[i].field == NULL ? "" : dw_arena_printf(arena, "deny plugin-option spec.config.%s\n", rows[i].field);
    nad_expect_other(config, lines);
  }
}

static void each_plugin_has_its_limits(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"macvlan", "\"mtu\":0", NULL},
      {"macvlan", "\"mtu\":9000", NULL},
      {"macvlan", "\"mtu\":null", NULL},
      {"macvlan", "\"bcqueuelen\":0", NULL},
      {"macvlan", "\"MAC\":\"02:00:00:00:00:99\"", NULL},
      {"macvlan", "\"mac\":\"02-00-00-00-00-99\"", NULL},
      {"macvlan", "\"mac\":\"0200.0000.0099\"", NULL},
      {"macvlan", "\"mac\":\"02:00:00:00:00\"", "mac"},
      {"macvlan", "\"mac\":\"02:00:00:00:00:9\"", "mac"},
      {"macvlan", "\"mac\":\"02:00:00:00:00:99:\"", "mac"},
      {"macvlan", "\"mac\":\"02:00-00:00:00:99\"", "mac"},
      {"macvlan", "\"mac\":\"02:00:00:00:00:00:00:99\"", "mac"},
      {"macvlan", "\"mac\":\"01:00:00:00:00:99\"", "mac"},
      {"macvlan", "\"mac\":\"00:00:00:00:00:00\"", "mac"},
      {"macvlan", "\"mac\":\"\"", NULL},
      {"macvlan", "\"runtimeConfig\":{\"mac\":\"x\"}", "runtimeConfig.mac"},
      {"macvlan", "\"args\":{\"cni\":{\"mac\":\"x\"}}", NULL},
      {"macvlan", "\"args\":\"x\"", NULL},
      {"macvlan", "\"promisc\":\"x\",\"vlanQoS\":9,\"isGateway\":7", NULL},
      {"ipvlan", "\"mtu\":-1", NULL},
      {"ipvlan", "\"mac\":7", NULL},
      {"vlan", "\"mtu\":-1", "mtu"},
      {"bridge", "\"mtu\":-1", NULL},
      {"bridge", "\"mtu\":\"1500\"", "mtu"},
      {"bridge", "\"mac\":7", NULL},
      {"bridge", "\"args\":{\"cni\":{\"mac\":\"x\"}}", "args.cni.mac"},
      {"bridge", "\"args\":\"x\"", "args"},
      {"cnv-bridge", "\"ISGATEWAY\":1", "ISGATEWAY"},
      {"ptp", "\"ipMasq\":true,\"ipMasqBackend\":\"x\"", "ipMasqBackend"},
      {"ptp", "\"ipMasq\":false,\"ipMasqBackend\":\"x\"", NULL},
      {"tap", "\"owner\":-1", "owner"},
      {"tap", "\"owner\":4294967295", NULL},
      {"host-device", "\"hwaddr\":\"x\"", "hwaddr"},
      {"host-device", "\"device\":\"eth1\",\"hwaddr\":\"x\"", NULL},
      {"sriov", "\"spoofchk\":true", "spoofchk"},
      {"sriov", "\"spoofchk\":\"on\",\"trust\":\"off\"", NULL},
      {"sriov", "\"vlan\":0,\"vlanQoS\":0", NULL},
      {"sriov", "\"vlan\":5,\"vlanQoS\":7", NULL},
      {"sriov", "\"vlan\":5,\"vlanQoS\":8", "vlanQoS"},
      {"sriov", "\"vlan\":0,\"vlanQoS\":1", "vlanQoS"},
      {"sriov", "\"vlanQoS\":0", "vlanQoS"},
      {"sriov", "\"vlan\":5,\"vlanProto\":\"802.1AD\"", NULL},
      {"sriov", "\"vlan\":5,\"vlanProto\":\"802.1x\"", "vlanProto"},
      {"sriov", "\"vlan\":0,\"vlanProto\":\"802.1ad\"", "vlanProto"},
      {"sriov", "\"vlan\":0,\"vlanProto\":\"802.1q\"", NULL},
      {"sriov", "\"vlanProto\":\"802.1q\"", "vlanProto"},
      {"sriov", "\"link_state\":\"up\"", "link_state"},
      {"sriov", "\"link_state\":\"auto\"", NULL},
      {"ib-sriov", "\"link_state\":\"up\"", "link_state"},
      {"ib-sriov", "\"vlan\":5000", NULL},
      {"ib-sriov", "\"args\":{\"cni\":{\"guid\":7}}", "args.cni.guid"},
      {"ovs", "\"ofport_request\":-1", "ofport_request"},
      {"ovs", "\"args\":{\"cni\":{\"ips\":[1]}}", NULL},
      {"accelerated-bridge", "\"bridge\":\"br-one, br-two\"", NULL},
      {"accelerated-bridge", "\"debug\":1", "debug"},
      {"bandwidth", "\"ingressRate\":0,\"ingressBurst\":0", NULL},
      {"bandwidth", "\"ingressRate\":8,\"ingressBurst\":34359738359", NULL},
      {"bandwidth", "\"ingressRate\":8,\"ingressBurst\":34359738360", "ingressBurst"},
      {"bandwidth", "\"ingressRate\":10000000000000000000,\"ingressBurst\":8", NULL},
      {"bandwidth", "\"ingressRate\":20000000000000000000,\"ingressBurst\":8", "ingressRate"},
      {"bandwidth", "\"egressRate\":8", "egressRate"},
      {"bandwidth", "\"egressBurst\":8", "egressBurst"},
      {"bandwidth", "\"ingressRate\":8,\"ingressBurst\":null", "ingressRate"},
      {"bandwidth", "\"ingressRate\":\"1M\",\"ingressBurst\":8", "ingressRate"},
      {"portmap", "\"markMasqBit\":31", NULL},
      {"portmap", "\"markMasqBit\":32", "markMasqBit"},
      {"portmap", "\"markMasqBit\":5,\"externalSetMarkChain\":\"X\"", "markMasqBit"},
      {"portmap", "\"backend\":\"nftables\",\"externalSetMarkChain\":\"X\"", "externalSetMarkChain"},
      {"portmap", "\"backend\":\"\"", "backend"},
      {"portmap", "\"backend\":null", NULL},
      {"portmap", "\"backend\":\"nftables\",\"conditionsV4\":[\"-d\",\"10.0.0.1\"]", "conditionsV4"},
      {"portmap", "\"backend\":\"iptables\",\"conditionsV4\":[\"-d\",\"10.0.0.1\"]", NULL},
      {"portmap", "\"conditionsV6\":[\"ip6 daddr x\"]", NULL},
      {"portmap", "\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":0,\"containerPort\":80}]}",
       "runtimeConfig.portMappings[0].hostPort"},
      {"firewall", "\"backend\":\"anything\"", NULL},
      {"vrf", "\"vrfname\":\"blue\",\"table\":-1", "table"},
      {"vrf", "\"vrfname\":\"sixteen-bytes-xx\"", "vrfname"},
      {"firewall", "\"iptablesAdminChainName\":\"\"", NULL},
      {"firewall", "\"iptablesAdminChainName\":\"twenty-eight-bytes-xxxxxxxxx\"", NULL},
      {"firewall", "\"iptablesAdminChainName\":\"twenty-nine-bytes-xxxxxxxxxxx\"", "iptablesAdminChainName"},
      {"firewall", "\"iptablesAdminChainName\":\"a b\"", "iptablesAdminChainName"},
      {"firewall", "\"iptablesAdminChainName\":\"-a\"", "iptablesAdminChainName"},
      {"firewall", "\"iptablesAdminChainName\":\"RETURN\"", "iptablesAdminChainName"},
      {"portmap", "\"externalSetMarkChain\":\"a b\"", NULL},
      {"portmap", "\"externalSetMarkChain\":\"a b\",\"runtimeConfig\":{\"portMappings\":[]}", NULL},
      {"portmap",
       "\"externalSetMarkChain\":\"a b\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,\"containerPort\":80}]}",
       "externalSetMarkChain"},
      {"sbr", "\"table\":\"5\"", "table"},
      {"rdma", "\"args\":{\"cni\":{\"debug\":1}}", "args.cni.debug"},
      {"route-override", "\"args\":{}", "args"},
      {"route-override", "\"args\":{\"cni\":{}}", NULL},
      {"route-override", "\"addroutes\":[{\"dst\":\"x\"}]", "addroutes[0].dst"},
      {"bond", "\"mode\":\"active-backup\",\"miimon\":\"100\",\"links\":[{\"name\":\"a\"},{\"name\":\"b\"}]", NULL},
      {"bond", "\"mode\":\"1\",\"miimon\":\"100\",\"links\":[{\"name\":\"a\"},{\"name\":\"b\"}]", "mode"},
      {"bond", "\"mode\":\"802.3ad\",\"miimon\":100,\"links\":[{\"name\":\"a\"},{\"name\":\"b\"}]", "miimon"},
      {"bond", "\"mode\":\"802.3ad\",\"links\":[{\"name\":\"a\"},{\"name\":\"b\"}]", "miimon"},
      {"bond", "\"mode\":\"802.3ad\",\"miimon\":\"100\",\"links\":[{\"name\":\"a\"}]", "links"},
      {"bond", "\"mode\":\"802.3ad\",\"miimon\":\"1\",\"failOverMac\":3,\"links\":[{\"name\":\"a\"},{\"name\":\"b\"}]",
       "failOverMac"},
      {"bond", "\"mode\":\"802.3ad\",\"miimon\":\"1\",\"tlbDynamicLb\":1,\"links\":[{\"name\":\"a\"},{\"name\":\"b\"}]",
       "tlbDynamicLb"},
      {"nobody-knows", "\"mtu\":\"x\",\"mac\":7", NULL},
  };
  expect_rows(rows, COUNT(rows));
}

#define TUNING(members) "{\"type\":\"tuning\"," members "}"

static void rejects_sysctls_that_tuning_cannot_set(void **state) {
  (void)state;
  static const struct {
    const char *members, *lines;
  } cases[] = {
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":\"1\"}", ""},
      {"\"sysctl\":{\"net/ipv4/conf/IFNAME/arp_filter\":\"0x1\"}", ""},
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":\"\"}", ""},
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":null}", ""},
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":\"-1\\n\"}", ""},
      {"\"sysctl\":{\"net.core.somaxconn\":\"1024\",\"net.ipv4.tcp_rmem\":\"4096 87380 6291456\"}", ""},
      {"\"sysctl\":{\"net.ipv6.conf.all.stable_secret\":\"fe80::1\"}", ""},
      {"\"sysctl\":{\"net.ipv4.conf.eth0.nosuch\":\"maybe\"}", ""},
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":\"maybe\"}",
       "deny plugin-option spec.config.plugins[1].sysctl.net.ipv4.conf.IFNAME.arp_filter\n"},
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.nosuch\":\"1\"}",
       "warn plugin-option spec.config.plugins[1].sysctl.net.ipv4.conf.IFNAME.nosuch\n"},
      {"\"sysctl\":{\"net.core.rmem_max\":\"262144\"}",
       "deny plugin-option spec.config.plugins[1].sysctl.net.core.rmem_max\n"},
      {"\"sysctl\":{\"vm.swappiness\":\"1\"}", "deny plugin-option spec.config.plugins[1].sysctl.vm.swappiness\n"},
#define AT(key) " plugin-option spec.config.plugins[1].sysctl." key "\n"
#define SET(key) "\"sysctl\":{\"" key "\":\"1\"}",
#define IN_ARGS(key, value) "\"args\":{\"cni\":{\"sysctl\":{\"" key "\":\"" value "\"}}}"
#define AT_ARGS(key) " plugin-option spec.config.plugins[1].args.cni.sysctl." key "\n"
      /* measured: an interface that the pod does not have, and a dot in its name */
      {SET("net.ipv4.conf.eth0.arp_filter") ""},
      {SET("net.ipv4.conf.lo.arp_filter") ""},
      {SET("net.ipv4.conf.migration0.arp_filter") ""},
      {SET("net.ipv4.conf..all//arp_filter") ""},
      {SET("net.ipv4.conf.net1.arp_filter") "warn" AT("net.ipv4.conf.net1.arp_filter")},
      {SET("net/ipv6/conf/ifname/accept_ra") "deny" AT("net/ipv6/conf/ifname/accept_ra")},
      {SET("net.ipv4.conf.eth1.100.arp_filter") "deny" AT("net.ipv4.conf.eth1.100.arp_filter")},
      {SET("net.ipv4.conf.IFNAME") "deny" AT("net.ipv4.conf.IFNAME")},
      {SET("net.ipv4.conf.all.") "deny" AT("net.ipv4.conf.all.")},
      {SET("net.ipv4.conf..all.arp_filtre") "deny" AT("net.ipv4.conf..all.arp_filtre")},
      {SET("net.ipv4.neigh.IFNAME.gc_stale_time") ""},
      {SET("net.ipv6.neigh.eth0.gc_stale_time") ""},
      {SET("net.ipv4.neigh.eth1.gc_stale_time") "warn" AT("net.ipv4.neigh.eth1.gc_stale_time")},
      {SET("net.ipv4.neigh.default.gc_stale_time") "deny" AT("net.ipv4.neigh.default.gc_stale_time")},
      {SET("net.") "deny" AT("net.")},
      /* args.cni.sysctl overwrites it */
      {"\"sysctl\":{}," IN_ARGS("net.ipv4.conf.IFNAME.arp_filter", "1"), ""},
      {"\"sysctl\":{}," IN_ARGS("net.ipv4.conf.IFNAME.arp_filter", "x"),
       "deny" AT_ARGS("net.ipv4.conf.IFNAME.arp_filter")},
      {"\"sysctl\":{}," IN_ARGS("kernel.pid_max", "1"), "deny" AT_ARGS("kernel.pid_max")},
      {"\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":\"x\"}," IN_ARGS("net.ipv4.conf.IFNAME.arp_filter", "1"), ""},
      {"\"sysctl\":{\"net.ipv4.conf.all.arp_filter\":\"x\"}," IN_ARGS("net.ipv4.conf.IFNAME.arp_filter", "1"),
       "deny" AT("net.ipv4.conf.all.arp_filter")},
      {"\"sysctl\":[]", "deny plugin-option spec.config.plugins[1].sysctl\n"},
      {"\"args\":{\"cni\":{\"sysctl\":{\"net.core.somaxconn\":\"1\"}}}",
       "deny plugin-option spec.config.plugins[1].args.cni.sysctl\n"},
      {"\"args\":{\"cni\":{\"sysctl\":{\"net.core.somaxconn\":\"1\"}}},\"sysctl\":{}", ""},
      {"\"args\":{\"cni\":{\"sysctl\":{}}}", ""},
      {"\"allmulti\":true,\"txqlen\":500,\"dataDir\":\"/x\"", ""},
      {"\"mac\":\"02:00:00:00:00:99\"", ""},
      {"\"mac\":\"01:00:00:00:00:99\"", "deny plugin-option spec.config.plugins[1].mac\n"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    nad_expect_other(dw_arena_printf(arena, CHAIN("{\"type\":\"tuning\",%s}"), cases[i].members), cases[i].lines);
    nad_expect_other(dw_arena_printf(arena, CHAIN("{\"type\":\"cnv-tuning\",%s}"), cases[i].members), cases[i].lines);
  }
}

static void checks_the_options_of_ipam_plugins(void **state) {
  (void)state;
  static const struct {
    const char *ipam, *lines;
  } cases[] = {
      {"\"type\":\"dhcp\"", ""},
      {"\"type\":\"dhcp\",\"request\":\"routers\"", "deny plugin-option spec.config.ipam.request\n"},
      {"\"type\":\"dhcp\",\"request\":[{\"option\":\"routers\"},{\"option\":\"\"},{\"option\":\"255\"}]", ""},
      {"\"type\":\"dhcp\",\"request\":[{\"option\":\"router\"}]",
       "deny plugin-option spec.config.ipam.request[0].option\n"},
      {"\"type\":\"dhcp\",\"provide\":[{\"option\":\"256\",\"value\":\"x\"}]",
       "deny plugin-option spec.config.ipam.provide[0].option\n"},
      {"\"type\":\"dhcp\",\"priority\":\"x\"", "deny plugin-option spec.config.ipam.priority\n"},
      {"\"type\":\"host-local\",\"subnet\":\"10.0.0.0/24\"", ""},
      {"\"type\":\"host-local\",\"subnet\":\"10.0.0.0\"", "deny plugin-option spec.config.ipam.subnet\n"},
      {"\"type\":\"host-local\",\"subnet\":null", "deny plugin-option spec.config.ipam.subnet\n"},
      {"\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"\"}]]", ""},
      {"\"type\":\"host-local\",\"ranges\":[{\"subnet\":\"10.0.0.0/24\"}]",
       "deny plugin-option spec.config.ipam.ranges[0]\n"},
      {"\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.0/24\",\"rangeEnd\":\"x\"}]]",
       "deny plugin-option spec.config.ipam.ranges[0][0].rangeEnd\n"},
      {"\"type\":\"static\"", ""},
      {"\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.1/24\",\"gateway\":\"10.0.0.254\"}]", ""},
      {"\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.1\"}]",
       "deny plugin-option spec.config.ipam.addresses[0].address\n"},
      {"\"type\":\"infoblox\",\"subnet\":7,\"request\":7", ""},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    nad_expect_other(dw_arena_printf(arena, "{" HEAD ",\"type\":\"macvlan\",\"ipam\":{%s}}", cases[i].ipam),
                     cases[i].lines);
  }
  /* On other networks, the capability may provide the ranges. */
  nad_expect_other(
      OTHER("\"type\":\"macvlan\",\"capabilities\":{\"ipRanges\":true},\"ipam\":{\"type\":\"host-local\"}"), "");
  /* A plugin that creates no interface does not run its IPAM plugin. */
  nad_expect_other(CHAIN("{\"type\":\"portmap\",\"ipam\":{\"type\":\"host-local\"}}"), "");
}

static void some_plugins_need_an_ipam_plugin(void **state) {
  (void)state;
  static const char *const types[] = {"vlan", "ptp", "ipvlan", "dummy"};
  for (size_t i = 0; i < COUNT(types); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
#define WITHOUT(rest) dw_arena_printf(arena, "{" HEAD ",\"type\":\"%s\"" rest "}", types[i])
    nad_expect_other(WITHOUT(""), "deny plugin-option spec.config.ipam.type\n");
    nad_expect_other(WITHOUT(",\"ipam\":{}"), "deny plugin-option spec.config.ipam.type\n");
    nad_expect_other(WITHOUT(",\"ipam\":{\"type\":\"\"}"), "deny plugin-option spec.config.ipam.type\n");
    nad_expect_other(WITHOUT("," NAD_IPAM), "");
    nad_expect_other(WITHOUT(",\"ipam\":\"x\""), "deny ipam-syntax spec.config.ipam\n");
  }
  nad_expect_other(CHAIN("{\"type\":\"ipvlan\"}"), ""); /* it uses the address of the previous result */
  nad_expect_other(OTHER("\"type\":\"macvlan\""), "");
  nad_expect_other(OTHER("\"type\":\"bridge\""), "");
  nad_expect_config(OTHER("\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":5"),
                    "deny ipam-required spec.config.ipam\n");
}

static void nad_expect_denied(const struct nad_case *nad, bool denied) {
  struct nad_answer answer;
  nad_judge(nad, &answer);
  assert_int_equal(answer.judgement.denied, denied);
  nad_answer_free(&answer);
}

#define MODE(type, mode) "{" HEAD ",\"type\":\"" type "\",\"master\":\"eth1\",\"mode\":" mode "," NAD_IPAM "}"

static void checks_modes(void **state) {
  (void)state;
  static const char *const good[] = {MODE("macvlan", "\"bridge\""), MODE("macvlan", "\"private\""),
                                     MODE("macvlan", "\"vepa\""),   MODE("macvlan", "\"\""),
                                     MODE("macvlan", "null"),       MODE("ipvlan", "\"l2\""),
                                     MODE("ipvlan", "\"\""),        MODE("ipvlan", "null")};
  for (size_t i = 0; i < COUNT(good); i++)
    nad_expect_config(good[i], "");
  expect_text(
      MODE("macvlan", "\"Bridge\""), "true",
      "spec.config.mode: Unsupported value: \"Bridge\": macvlan has no such mode, so every pod fails to attach; "
      "did you mean \"bridge\"? [plugin-mode]");
  expect_text(MODE("ipvlan", "\"bridge\""), "false",
              "spec.config.mode: Unsupported value: \"bridge\": ipvlan has no such mode, so every pod fails to attach; "
              "use l2, l3 or l3s [plugin-mode]");
  expect_text(MODE("ipvlan", "\"l3\""), "true",
              "spec.config.mode: Invalid value: \"l3\": does not answer ARP or neighbour discovery, so the nodes may "
              "not reach each other; use l2 [plugin-mode]");
  nad_expect_config(MODE("macvlan", "\"l2\""), "deny plugin-mode spec.config.mode\n");
  nad_expect_config(MODE("ipvlan", "\"l3s\""), "warn plugin-mode spec.config.mode\n");
  nad_expect_config(MODE("macvlan", "\"passthru\""), "warn plugin-mode spec.config.mode\n");
  nad_expect_config(MODE("macvlan", "7"), "deny plugin-option spec.config.mode\n");
  nad_expect_other(MODE("ipvlan", "\"l3\""), "");
  nad_expect_other(MODE("macvlan", "\"passthru\""), "");
  nad_expect_other(OTHER("\"type\":\"bridge\",\"mode\":\"x\""), "");
}

#define DECENTRALIZED(labels)                                                                                          \
  "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"                                                        \
  "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"                                              \
  "spec: {featureGates: {decentralizedLiveMigration: true}}\n---\n"                                                    \
  "apiVersion: v1\nkind: Node\nmetadata: {name: both, labels: {kubernetes.io/os: linux, " labels "}}\n"

/* virt-synchronization-controller runs on control-plane nodes. */
static void passthru_allows_one_pod_per_node(void **state) {
  (void)state;
  struct nad_case apart = {.config = MODE("macvlan", "\"passthru\""),
                           .more = DECENTRALIZED("node-role.kubernetes.io/control-plane: \"\"")};
  struct nad_case together = {
      .config = MODE("macvlan", "\"passthru\""),
      .more = DECENTRALIZED("node-role.kubernetes.io/control-plane: \"\", kubevirt.io/schedulable: \"true\"")};
  nad_expect_says(&apart, "plugin-mode",
                  "lets only one pod per node use the NIC, so a second pod cannot attach; use bridge [plugin-mode]");
  nad_expect_says(&together, "plugin-mode",
                  "lets only one pod per node use the NIC, but virt-synchronization-controller shares nodes with "
                  "virt-handler; use bridge [plugin-mode]");
  nad_expect_denied(&apart, false);
  nad_expect_denied(&together, true);
}

#define BRIDGE(members) "{" HEAD ",\"type\":\"bridge\",\"bridge\":\"br1\"," members NAD_IPAM "}"

static void checks_bridge_flags(void **state) {
  (void)state;
  nad_expect_other(BRIDGE("\"hairpinMode\":true,\"promiscMode\":false,\"isGateway\":true,"), "");
  nad_expect_other(BRIDGE("\"hairpinMode\":null,\"promiscMode\":true,"), "");
  nad_expect_other(BRIDGE("\"hairpinMode\":true,\"promiscMode\":true,"),
                   "deny bridge-options spec.config.hairpinMode\n");
  nad_expect_other(OTHER("\"type\":\"cnv-bridge\",\"hairpinMode\":true,\"PromiscMode\":true"),
                   "deny bridge-options spec.config.hairpinMode\n");
  nad_expect_other(OTHER("\"type\":\"macvlan\",\"hairpinMode\":true,\"promiscMode\":true"), "");
  nad_expect_other(BRIDGE("\"disableContainerInterface\":true,"),
                   "deny bridge-options spec.config.disableContainerInterface\n");
  nad_expect_other(OTHER("\"type\":\"bridge\",\"disableContainerInterface\":true,\"ipam\":{}"), "");
  nad_expect_other(BRIDGE("\"ipMasq\":true,\"ipMasqBackend\":\"nftables\","), "");
  nad_expect_other(BRIDGE("\"ipMasq\":true,\"ipMasqBackend\":\"x\","),
                   "deny plugin-option spec.config.ipMasqBackend\n");
  nad_expect_other(BRIDGE("\"ipMasqBackend\":\"x\","), "");
  nad_expect_config(BRIDGE("\"isGateway\":\"false\","), "deny plugin-option spec.config.isGateway\n");
  expect_text(BRIDGE("\"isGateway\":true,"), "true",
              "spec.config.isGateway: Invalid value: \"true\": gives the bridges of all nodes the same address on one "
              "network; remove it: a migration network needs no gateway [bridge-options]");
  nad_expect_config(BRIDGE("\"isGateway\":true,\"isDefaultGateway\":true,"),
                    "deny bridge-options spec.config.isDefaultGateway\n");
  nad_expect_config(BRIDGE("\"isGateway\":false,\"isDefaultGateway\":false,"), "");
  nad_expect_config(BRIDGE("\"promiscMode\":true,"), "warn bridge-options spec.config.promiscMode\n");
}

static void rejects_one_mac_address_for_all_pods(void **state) {
  (void)state;
  static const struct {
    const char *plugin, *field;
  } fixed[] = {
      {"\"type\":\"macvlan\",\"master\":\"eth1\",\"mac\":\"02:00:00:00:00:99\"," NAD_IPAM, "mac"},
      {"\"type\":\"macvlan\",\"master\":\"eth1\",\"Mac\":\"02:00:00:00:00:99\"," NAD_IPAM, "Mac"},
      {"\"type\":\"macvlan\",\"master\":\"eth1\",\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:99\"}," NAD_IPAM,
       "runtimeConfig.mac"},
      {"\"type\":\"bridge\",\"bridge\":\"br1\",\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:99\"}," NAD_IPAM,
       "runtimeConfig.mac"},
      {"\"type\":\"bridge\",\"bridge\":\"br1\",\"args\":{\"cni\":{\"mac\":\"02:00:00:00:00:99\"}}," NAD_IPAM,
       "args.cni.mac"},
      {"\"type\":\"macvlan\",\"master\":\"eth1\",\"args\":{\"cni\":{\"mac\":\"02:00:00:00:00:99\"}}," NAD_IPAM, NULL},
      {"\"type\":\"bridge\",\"bridge\":\"br1\",\"mac\":\"02:00:00:00:00:99\"," NAD_IPAM, NULL},
      {"\"type\":\"ipvlan\",\"master\":\"eth1\",\"mac\":\"02:00:00:00:00:99\"," NAD_IPAM, NULL},
      {"\"type\":\"macvlan\",\"master\":\"eth1\",\"mac\":\"\"," NAD_IPAM, NULL},
  };
  for (size_t i = 0; i < COUNT(fixed); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *config = dw_arena_printf(arena, "{" HEAD ",%s}", fixed[i].plugin);
    nad_expect_config(config, fixed[i].field == NULL
                                  ? ""
                                  : dw_arena_printf(arena, "deny mac-fixed spec.config.%s\n", fixed[i].field));
    nad_expect_other(config, "");
  }
  nad_expect_config(CHAIN(TUNING("\"args\":{\"cni\":{\"mac\":\"02:00:00:00:00:99\"}}")),
                    "deny mac-fixed spec.config.plugins[1].args.cni.mac\n");
  expect_text(CHAIN(TUNING("\"mac\":\"02:00:00:00:00:99\"")), "true",
              "spec.config.plugins[1].mac: Invalid value: \"02:00:00:00:00:99\": gives the pods on all nodes the same "
              "MAC address, so frames reach only one of them; remove it, so that each pod gets its own [mac-fixed]");
  /* An invalid MAC address is one mistake. */
  nad_expect_config(CHAIN(TUNING("\"mac\":\"x\"")), "deny plugin-option spec.config.plugins[1].mac\n");
}

static void checks_trunks(void **state) {
  (void)state;
  static const struct {
    const char *plugin, *lines;
  } cases[] = {
      {"\"type\":\"bridge\",\"vlanTrunk\":[{\"minID\":1}]", "deny vlan-range spec.config.vlanTrunk[0].maxID\n"},
      {"\"type\":\"bridge\",\"vlanTrunk\":[{}]", ""},
      {"\"type\":\"bridge\",\"vlanTrunk\":[{\"id\":0}]", "deny vlan-range spec.config.vlanTrunk[0].id\n"},
      {"\"type\":\"ovs\",\"trunk\":[{\"minID\":1},{\"id\":0}]", ""},
      {"\"type\":\"ovs\",\"trunk\":[{\"minID\":1}]", "deny vlan-range spec.config.trunk\n"},
      {"\"type\":\"ovs\",\"trunk\":[{}]", "deny vlan-range spec.config.trunk\n"},
      {"\"type\":\"ovs\",\"trunk\":[]", ""},
      {"\"type\":\"ovs\",\"trunk\":[{\"minID\":9,\"maxID\":8}]", "deny vlan-range spec.config.trunk[0].minID\n"},
      /* ovs-cni reads a Go uint, which accepts no sign. */
      {"\"type\":\"ovs\",\"trunk\":[{\"id\":-0}]", "deny vlan-range spec.config.trunk[0].id\n"},
      {"\"type\":\"ovs\",\"trunk\":[{\"id\":5},{\"minID\":-0.0,\"maxID\":8}]",
       "deny vlan-range spec.config.trunk[1].minID\n"},
      {"\"type\":\"ovs\",\"vlan\":-0", "deny vlan-range spec.config.vlan\n"},
      {"\"type\":\"ovs\",\"vlan\":-0e3", "deny vlan-range spec.config.vlan\n"},
      {"\"type\":\"ovs\",\"vlan\":0", ""},
      {"\"type\":\"bridge\",\"vlan\":-0", ""},
      {"\"type\":\"sriov\",\"vlan\":-0", ""},
      {"\"type\":\"accelerated-bridge\",\"vlan\":-0", ""},
      {"\"type\":\"accelerated-bridge\",\"trunk\":[{\"id\":0}]", "deny vlan-range spec.config.trunk[0].id\n"},
      {"\"type\":\"accelerated-bridge\",\"trunk\":[{\"id\":1}]", ""},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    nad_expect_other(dw_arena_printf(arena, "{" HEAD ",%s}", cases[i].plugin), cases[i].lines);
  }
}

#define BEFORE(version, plugin) "{\"cniVersion\":\"" version "\",\"name\":\"net\",\"plugins\":[" MAKER "," plugin "]}"
#define SBR(members) "{\"type\":\"sbr\",\"addSourceHints\":true" members "}"

/* libcni replaces it from cniVersion 0.4.0 on, and other plugins do not read it when a pod is deleted. */
static void warns_of_a_result_in_the_configuration(void **state) {
  (void)state;
  static const char warning[] = "warn plugin-option spec.config.plugins[1].prevResult\n";
  static const struct {
    const char *config;
    bool warns;
  } cases[] = {
      {BEFORE("0.3.1", SBR(",\"prevResult\":{}")), true},
      {BEFORE("0.3.1", SBR(",\"prevResult\":{\"cniVersion\":\"0.3.1\"}")), true},
      {BEFORE("0.3.1", SBR(",\"prevResult\":null")), false},
      {BEFORE("0.3.1", SBR("")), false},
      {BEFORE("0.4.0", SBR(",\"prevResult\":{}")), false},
      {BEFORE("1.0.0", SBR(",\"prevResult\":{}")), false},
      {BEFORE("0.3.1", "{\"type\":\"portmap\",\"capabilities\":{\"portMappings\":true},\"prevResult\":{}}"), true},
      {BEFORE("0.3.1", "{\"type\":\"tuning\",\"prevResult\":{}}"), false},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    nad_expect_other(cases[i].config, cases[i].warns ? warning : "");
  nad_expect_other("{\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
                   ",\"prevResult\":{}}",
                   "");
  expect_text(cases[0].config, "false",
              "spec.config.plugins[1].prevResult: Invalid value: below cniVersion 0.4.0, sbr reads it when a "
              "pod is deleted, and can fail; remove it: the container runtime sets it [plugin-option]");
}

/* The kernel accepts a rule for IPv4 with table 0. */
static void sbr_needs_a_routing_table_for_ipv6(void **state) {
  (void)state;
#define SBR_TABLE(range, table)                                                                                        \
  "{" HEAD                                                                                                             \
  ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range      \
  "\"}},{\"type\":\"sbr\",\"table\":" table "}]}"
  static const char denial[] = "deny plugin-option spec.config.plugins[1].table\n";
  nad_expect_other(SBR_TABLE("fd00:99::/64", "0"), denial);
  nad_expect_other(SBR_TABLE("fd00:99::/64", "-1"), denial);
  nad_expect_other(SBR_TABLE("fd00:99::/64", "1"), "");
  nad_expect_other(SBR_TABLE("fd00:99::/64", "null"), "");
  nad_expect_other(SBR_TABLE("192.168.99.0/24", "0"), "");
  nad_expect_other(SBR_TABLE("192.168.99.0/24", "-1"), "");
  expect_text(SBR_TABLE("fd00:99::/64", "0"), "false",
              "spec.config.plugins[1].table: Invalid value: \"0\": is not a routing table for IPv6, so every pod fails "
              "to attach; use a number from 1, or remove it [plugin-option]");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reports_values_that_a_plugin_rejects),   cmocka_unit_test(each_plugin_has_its_limits),
      cmocka_unit_test(rejects_sysctls_that_tuning_cannot_set), cmocka_unit_test(checks_the_options_of_ipam_plugins),
      cmocka_unit_test(some_plugins_need_an_ipam_plugin),       cmocka_unit_test(checks_modes),
      cmocka_unit_test(passthru_allows_one_pod_per_node),       cmocka_unit_test(checks_bridge_flags),
      cmocka_unit_test(rejects_one_mac_address_for_all_pods),   cmocka_unit_test(checks_trunks),
      cmocka_unit_test(warns_of_a_result_in_the_configuration), cmocka_unit_test(sbr_needs_a_routing_table_for_ipv6),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
