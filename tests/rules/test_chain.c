/* Lists of plugins that work together, or do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/nad_case.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MACVLAN "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"
#define BRIDGE "{\"type\":\"bridge\",\"bridge\":\"br1\"," NAD_IPAM "}"
#define LIST(version, plugins) "{" version "\"name\":\"n\",\"plugins\":[" plugins "]}"
#define NEW(plugins) LIST("\"cniVersion\":\"1.0.0\",", plugins)

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

static void rejects_a_version_that_a_plugin_does_not_support(void **state) {
  (void)state;
  static const struct {
    const char *type;
    const char *oldest; /* NULL: all */
  } plugins[] = {{"tuning", NULL},       {"portmap", NULL}, {"sbr", NULL},        {"route-override", NULL},
                 {"bandwidth", "0.3.0"}, {"vrf", "0.3.1"},  {"firewall", "0.4.0"}};
  static const char *const versions[] = {"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};
  for (size_t p = 0; p < COUNT(plugins); p++) {
    bool accepted = plugins[p].oldest == NULL;
    for (size_t v = 0; v < COUNT(versions); v++) {
      DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
      accepted = accepted || strcmp(plugins[p].oldest, versions[v]) == 0;
      nad_expect_other(dw_arena_printf(arena,
                                       "{\"cniVersion\":\"%s\",\"name\":\"n\",\"plugins\":[" MACVLAN
                                       ",{\"type\":\"%s\",\"vrfname\":\"v\"}]}",
                                       versions[v], plugins[p].type),
                       accepted ? "" : "deny plugin-chain spec.config.cniVersion\n");
    }
  }
}

static void reads_runtime_config(void **state) {
  (void)state;
  expect_text(
      NEW(MACVLAN ",{\"type\":\"bandwidth\",\"runtimeConfig\":{\"bandwidth\":{\"egressRate\":8,\"egressBurst\":8}}}"),
      "true",
      "spec.config.plugins[1].type: Invalid value: \"bandwidth\": only works on a veth pair, and macvlan does not "
      "create one; remove it, and limit migrations with bandwidthPerMigration [plugin-chain]");
  expect_text(NEW(MACVLAN ",{\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,"
                          "\"containerPort\":80}]}}"),
              "true",
              "spec.config.plugins[1].type: Invalid value: \"portmap\": forwards ports of the node to virt-handler, "
              "and leaves its chains in the node's packet filter; remove it [plugin-chain]");
  nad_expect_config(NEW(MACVLAN ",{\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":[]}}"), "");
}

static void a_missing_version_is_the_oldest(void **state) {
  (void)state;
#define FIREWALL MACVLAN ",{\"type\":\"firewall\"}"
  expect_text(LIST("", FIREWALL), "false",
              "spec.config.cniVersion: Required value: without it, the version defaults to 0.1.0, which the plugin "
              "firewall does not support; use 0.4.0 or newer [plugin-chain]");
  expect_text(
      LIST("\"cniVersion\":\"0.3.1\",", FIREWALL), "true",
      "spec.config.cniVersion: Unsupported value: \"0.3.1\": the plugin firewall does not support this version; "
      "use 0.4.0 or newer [plugin-chain]");
  nad_expect_other(LIST("\"cniVersion\":\"\",", FIREWALL), "deny plugin-chain spec.config.cniVersion\n");
  nad_expect_other(LIST("\"cniVersion\":\"9.9.9\",", FIREWALL), "deny cni-version spec.config.cniVersion\n");
  nad_expect_other(LIST("\"cniVersions\":[\"1.0.0\"],", FIREWALL), "");
  nad_expect_other(LIST("", MACVLAN), "");
}

static void the_first_plugin_must_create_the_interface(void **state) {
  (void)state;
  nad_expect_config(NEW(MACVLAN ",{\"type\":\"tuning\",\"mtu\":1500}"), "");
  nad_expect_config(NEW(MACVLAN ",{\"type\":\"portmap\",\"capabilities\":{\"portMappings\":true}}"), "");
  nad_expect_config(NEW(MACVLAN), "");
  expect_text(
      NEW("{\"type\":\"tuning\"}," MACVLAN), "true",
      "spec.config.plugins[0].type: Invalid value: \"tuning\": only changes an interface that an earlier plugin "
      "created, but it is first in the list; put the plugin that creates the interface first [plugin-chain]");
  nad_expect_other(NEW("{\"type\":\"tuning\"}," MACVLAN), "");
  /* With a prevResult in the configuration, tuning fails only if it has something to change. */
#define FIRST_TUNING(members) NEW("{\"type\":\"tuning\"" members "}," MACVLAN)
  static const char *const warned[] = {FIRST_TUNING(",\"prevResult\":{\"interfaces\":[]}"),
                                       FIRST_TUNING(",\"prevResult\":{}"),
                                       FIRST_TUNING(",\"prevResult\":{},\"mtu\":0,\"promisc\":false")};
  for (size_t i = 0; i < sizeof warned / sizeof *warned; i++)
    nad_expect_config(warned[i], "warn plugin-chain spec.config.plugins[0].type\n");
  static const char *const denied[] = {
      FIRST_TUNING(",\"prevResult\":null"), FIRST_TUNING(",\"prevResult\":{},\"mtu\":1400"),
      FIRST_TUNING(",\"prevResult\":{},\"promisc\":true"), FIRST_TUNING(",\"prevResult\":{},\"allmulti\":false"),
      FIRST_TUNING(",\"prevResult\":{},\"txQLen\":0")};
  for (size_t i = 0; i < sizeof denied / sizeof *denied; i++)
    nad_expect_config(denied[i], "deny plugin-chain spec.config.plugins[0].type\n");
  /* migration-plugin reports a list with only such plugins. */
  nad_expect_config(NEW("{\"type\":\"tuning\"},{\"type\":\"portmap\"}"), "deny migration-plugin spec.config.plugins\n");
}

static void only_one_plugin_may_create_the_interface(void **state) {
  (void)state;
  expect_text(NEW(MACVLAN ",{\"type\":\"vrf\",\"vrfname\":\"v\",\"table\":254}"), "true",
              "spec.config.plugins[1].type: Invalid value: \"vrf\": puts migration0 into a VRF; by default, "
              "virt-handler's connections receive no packets from a VRF; remove it [plugin-chain]");
  expect_text(NEW(MACVLAN "," BRIDGE), "true",
              "spec.config.plugins[1].type: Invalid value: \"bridge\": fails, because macvlan has already created "
              "migration0; remove one of them, or move it to a separate network [plugin-chain]");
  nad_expect_other(NEW(MACVLAN ",{\"type\":\"bridge\"}"), "");
  nad_expect_config(
      NEW(MACVLAN ",{\"type\":\"dummy\"}"),
      "deny plugin-chain spec.config.plugins[1].type\ndeny migration-plugin spec.config.plugins[1].type\n");
  /* loopback brings up lo, wherever it is in the list. */
  nad_expect_config(NEW(MACVLAN ",{\"type\":\"loopback\"}"), "");
  nad_expect_config(NEW("{\"type\":\"loopback\"}," MACVLAN), "");
  nad_expect_config(NEW("{\"type\":\"loopback\"}"), "deny migration-plugin spec.config.plugins\n");
  nad_expect_config(NEW(MACVLAN ",{\"type\":\"hypernet\"}"), "warn migration-plugin spec.config.plugins[1].type\n");
}

static void rejects_plugins_that_cut_the_nodes_off(void **state) {
  (void)state;
  static const struct {
    const char *config, *lines;
  } cases[] = {
      {NEW(MACVLAN ",{\"type\":\"sbr\"}"), "deny plugin-chain spec.config.plugins[1].type\n"},
      {NEW(MACVLAN ",{\"type\":\"sbr\",\"table\":null}"), "deny plugin-chain spec.config.plugins[1].type\n"},
      {NEW(MACVLAN ",{\"type\":\"sbr\",\"table\":5}"), ""},
      {NEW("{\"type\":\"macvlan\",\"master\":\"eth1\",\"mode\":\"bridge\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"
           "\"fd00:99::/64\"}},{\"type\":\"sbr\"}"),
       ""},
      {NEW(MACVLAN ",{\"type\":\"sbr\",\"addSourceHints\":true}"), "warn plugin-chain spec.config.plugins[1].type\n"},
      {NEW(MACVLAN ",{\"type\":\"vrf\",\"vrfname\":\"v\"}"), "deny plugin-chain spec.config.plugins[1].type\n"},
      {NEW("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"
           "\"fd00:99::/64\"}},{\"type\":\"vrf\",\"vrfname\":\"v\"}"),
       "deny plugin-chain spec.config.plugins[1].type\n"},
#define VRF(table, tuning) NEW(MACVLAN ",{\"type\":\"vrf\",\"vrfname\":\"v\",\"table\":" #table "}" tuning)
#define ACCEPT(key, value) ",{\"type\":\"tuning\",\"sysctl\":{\"" key "\":\"" value "\"}}"
      {VRF(100, ""), "deny plugin-chain spec.config.plugins[1].type\n"},
      {VRF(254, ""), "deny plugin-chain spec.config.plugins[1].type\n"},
      {VRF(100, ACCEPT("net.ipv4.tcp_l3mdev_accept", "1")), "deny plugin-chain spec.config.plugins[1].type\n"},
      {VRF(253, ACCEPT("net.ipv4.tcp_l3mdev_accept", "1")), "deny plugin-chain spec.config.plugins[1].type\n"},
      {VRF(254, ACCEPT("net.ipv4.udp_l3mdev_accept", "1")), "deny plugin-chain spec.config.plugins[1].type\n"},
      {VRF(254, ACCEPT("net.ipv4.tcp_l3mdev_accept", "0")), "deny plugin-chain spec.config.plugins[1].type\n"},
      {VRF(254, ACCEPT("net.ipv4.tcp_l3mdev_accept", "1")), "warn plugin-chain spec.config.plugins[1].type\n"},
      {VRF(255, ACCEPT("net/ipv4/tcp_l3mdev_accept", "1")), "warn plugin-chain spec.config.plugins[1].type\n"},
      {NEW(BRIDGE ",{\"type\":\"bandwidth\",\"egressRate\":8,\"egressBurst\":8}"), ""},
      {NEW(MACVLAN ",{\"type\":\"bandwidth\"}"), ""},
      {NEW(MACVLAN ",{\"type\":\"bandwidth\",\"egressRate\":0}"), ""},
      {NEW(MACVLAN ",{\"type\":\"bandwidth\",\"egressRate\":8,\"egressBurst\":8}"),
       "deny plugin-chain spec.config.plugins[1].type\n"},
      {NEW(BRIDGE ",{\"type\":\"firewall\",\"ingressPolicy\":\"isolated\"}"),
       "deny plugin-chain spec.config.plugins[1].ingressPolicy\n"},
      {NEW(MACVLAN ",{\"type\":\"firewall\",\"ingressPolicy\":\"isolated\"}"),
       "warn plugin-chain spec.config.plugins[1].type\n"},
      {NEW(BRIDGE ",{\"type\":\"firewall\",\"ingressPolicy\":\"same-bridge\"}"),
       "warn plugin-chain spec.config.plugins[1].type\n"},
      {NEW(BRIDGE ",{\"type\":\"firewall\",\"backend\":\"firewalld\"}"),
       "warn plugin-chain spec.config.plugins[1].backend\n"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    nad_expect_config(cases[i].config, cases[i].lines);
    nad_expect_other(cases[i].config, "");
  }
}

#define POOL(range) "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range "\"}"
#define OFF(range, key, value)                                                                                         \
  NEW("{\"type\":\"macvlan\",\"master\":\"eth1\"," range "},{\"type\":\"tuning\",\"sysctl\":{\"" key "\":\"" value     \
      "\"}}")
#define OFF_FIELD "deny plugin-chain spec.config.plugins[1].sysctl."

/* Measured: args.cni.sysctl overwrites sysctl, and makes the plugin panic if there is no sysctl. */
static void rejects_ipv6_disabled_by_args(void **state) {
  (void)state;
#define KEY "net.ipv6.conf.IFNAME.disable_ipv6"
#define ARGS(range, sysctl, args)                                                                                      \
  NEW("{\"type\":\"macvlan\",\"master\":\"eth1\"," range "},{\"type\":\"tuning\"," sysctl                              \
      "\"args\":{\"cni\":{\"sysctl\":{" args "}}}}")
#define ON "\"" KEY "\":\"0\""
#define GONE "\"" KEY "\":\"1\""
#define ARGS_FIELD "deny plugin-chain spec.config.plugins[1].args.cni.sysctl." KEY "\n"
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "\"sysctl\":{},", GONE), ARGS_FIELD);
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "\"sysctl\":{" ON "},", GONE), ARGS_FIELD);
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "\"sysctl\":{" GONE "},", GONE), ARGS_FIELD);
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "\"sysctl\":{" GONE "},", ON), "");
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "\"sysctl\":{" GONE "},", "\"net.ipv6.conf.lo.disable_ipv6\":\"0\""),
                    OFF_FIELD KEY "\n");
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "\"sysctl\":{},", ON), "");
  nad_expect_config(ARGS(POOL("192.168.99.0/24"), "\"sysctl\":{},", GONE), "");
  nad_expect_config(ARGS(POOL("fd00:99::/64"), "", GONE),
                    "deny plugin-option spec.config.plugins[1].args.cni.sysctl\n");
}

static void rejects_ipv6_disabled_by_sysctl(void **state) {
  (void)state;
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net.ipv6.conf.IFNAME.disable_ipv6", "1"),
                    OFF_FIELD "net.ipv6.conf.IFNAME.disable_ipv6\n");
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net/ipv6/conf/IFNAME/disable_ipv6", "1"),
                    OFF_FIELD "net/ipv6/conf/IFNAME/disable_ipv6\n");
  /* filepath.Join() merges two separators into one. */
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net..ipv6.conf.IFNAME//disable_ipv6", "1"),
                    OFF_FIELD "net..ipv6.conf.IFNAME//disable_ipv6\n");
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net.ipv6.conf.lo.disable_ipv6", "1"), "");
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net.ipv6.conf.all.disable_ipv6", "1"),
                    OFF_FIELD "net.ipv6.conf.all.disable_ipv6\n");
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net.ipv6.conf.IFNAME.disable_ipv6", "0"), "");
  nad_expect_config(OFF(POOL("fd00:99::/64"), "net.ipv6.conf.eth0.disable_ipv6", "1"), "");
  nad_expect_config(OFF(POOL("192.168.99.0/24"), "net.ipv6.conf.IFNAME.disable_ipv6", "1"), "");
  nad_expect_config(OFF("\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":"
                        "\"fd00:99::/64\"}]}",
                        "net.ipv6.conf.IFNAME.disable_ipv6", "1"),
                    "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_runtime_config),
      cmocka_unit_test(rejects_a_version_that_a_plugin_does_not_support),
      cmocka_unit_test(a_missing_version_is_the_oldest),
      cmocka_unit_test(the_first_plugin_must_create_the_interface),
      cmocka_unit_test(only_one_plugin_may_create_the_interface),
      cmocka_unit_test(rejects_plugins_that_cut_the_nodes_off),
      cmocka_unit_test(rejects_ipv6_disabled_by_sysctl),
      cmocka_unit_test(rejects_ipv6_disabled_by_args),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
