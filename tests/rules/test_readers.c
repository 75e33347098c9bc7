/* Differences that the comparison with the plugins' own code (tests/oracle/readers) found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define MACVLAN "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"
#define LIST(versions) "{" versions ",\"name\":\"n\",\"plugins\":[" MACVLAN "]}"
#define OF_LIST(index) "deny cni-version spec.config.cniVersions[" #index "]\n"

static void libcni_chooses_the_highest_version(void **state) {
  (void)state;
  static const struct {
    const char *config, *lines;
  } cases[] = {
      {LIST("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"0.4.0\",\"1.0.0\"]"), ""},
      {LIST("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"0.3.2\"]"), OF_LIST(0)},
      {LIST("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"0.2.0\",\"0.5.0\"]"), OF_LIST(1)},
      {LIST("\"cniVersion\":\"1.0.0\",\"cniVersions\":[\"0.3.2\"]"), ""},
      {LIST("\"cniVersion\":\"1.1.0\",\"cniVersions\":[\"1.0\"]"), ""},
      {LIST("\"cniVersions\":[\"1.0\"]"), "warn cni-version spec.config.cniVersion\n" OF_LIST(0)},
      /* versions newer than libcni are ignored */
      {LIST("\"cniVersion\":\"1.2.0\",\"cniVersions\":[\"1.0.0\"]"), ""},
      {LIST("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"1.2.0\",\"2\"]"), ""},
      {LIST("\"cniVersion\":\"1.2.0\",\"cniVersions\":[\"1.3.0\"]"), "deny cni-version spec.config.cniVersion\n"},
      {LIST("\"cniVersion\":\"0.3.2\",\"cniVersions\":[\"0.2.0\"]"), "deny cni-version spec.config.cniVersion\n"},
      /* "" is 0.1.0 */
      {LIST("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"0.2.0\",\"\"]"), ""},
      {LIST("\"cniVersions\":[\"\"]"), "warn cni-version spec.config.cniVersion\n"},
      {LIST("\"cniVersion\":\"1.2.0\",\"cniVersions\":[]"), "deny cni-version spec.config.cniVersion\n"},
      {LIST("\"cniVersion\":\"x\",\"cniVersions\":[\"1.0.0\"]"), "deny cni-version spec.config.cniVersion\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    nad_expect_config(cases[i].config, cases[i].lines);
  nad_expect_says(&(struct nad_case){.config = cases[1].config}, "cni-version",
                  "Unsupported value: \"0.3.2\": libcni chooses this version, the highest in cniVersions, but no "
                  "plugin supports it; use 0.3.1, 0.4.0, 1.0.0 or 1.1.0 as the highest [cni-version]");
}

/* plugin-chain judges the chosen version. */
static void checks_plugins_against_the_chosen_version(void **state) {
  (void)state;
#define CHAIN(versions) "{" versions ",\"name\":\"n\",\"plugins\":[" MACVLAN ",{\"type\":\"firewall\"}]}"
  nad_expect_other(CHAIN("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"1.0.0\"]"), "");
  nad_expect_other(CHAIN("\"cniVersion\":\"0.2.0\",\"cniVersions\":[\"0.3.1\"]"),
                   "deny plugin-chain spec.config.cniVersion\n");
  nad_expect_other(CHAIN("\"cniVersion\":\"1.2.0\",\"cniVersions\":[\"1.0.0\"]"), "");
}

/* whereabouts appends a 0 to an address that ends in "::" (pkg/storage/kubernetes/ipam.go NormalizeIP()). */
static void accepts_an_address_that_ends_in_colons(void **state) {
  (void)state;
  nad_expect_config(nad_whereabouts("\"range\":\"fd00:98::/31\",\"range_start\":\"fd00:99::\""), "");
  nad_expect_config(nad_whereabouts("\"range\":\"fd00:99::-fd00:99::9/31\",\"network_name\":\"m\""), "");
  nad_expect_config(nad_whereabouts("\"range\":\"::1:0/112\""), "deny pool-key spec.config.ipam.range\n");
}

/* libcni rewrites the numbers as floating-point ones. */
static void large_integers_are_rewritten_as_floating_point(void **state) {
  (void)state;
  nad_expect_other(nad_macvlan("\"mtu\":9223372036854775807," NAD_IPAM), "deny plugin-option spec.config.mtu\n");
  nad_expect_other(nad_macvlan("\"mtu\":9223372036854774784," NAD_IPAM), "");
  nad_expect_other(nad_macvlan("\"mtu\":-9223372036854775808," NAD_IPAM), "deny plugin-option spec.config.mtu\n");
}

#define OVN(members)                                                                                                   \
  "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"subnets\":\"192.168.99.0/24\",\"netAttachDefName\":"    \
  "\"openshift-cnv/net\"," members "}"

/* OVN-Kubernetes' controller reads the text itself. */
static void ovn_kubernetes_needs_integers_as_written(void **state) {
  (void)state;
  nad_expect_config(OVN("\"name\":\"mig\",\"mtu\":1400"), "");
  nad_expect_config(OVN("\"name\":\"mig\",\"mtu\":1400.0"), "deny ovn-config spec.config.mtu\n");
  nad_expect_config(OVN("\"name\":\"mig\",\"mtu\":14e2"), "deny ovn-config spec.config.mtu\n");
  nad_expect_config(OVN("\"name\":\"mig\",\"logfile-maxage\":5.0"), "deny ovn-config spec.config.logfile-maxage\n");
  nad_expect_says(&(struct nad_case){.config = OVN("\"name\":\"mig\",\"mtu\":14e2")}, "ovn-config",
                  "Invalid value: \"14e2\": must be an integer without a fraction or exponent [ovn-config]");
}

static void ovn_kubernetes_reads_the_name_in_any_case(void **state) {
  (void)state;
  nad_expect_config(OVN("\"Name\":\"mig\""), "warn cni-ambiguous-key spec.config.Name\n");
  nad_expect_config(OVN("\"mtu\":1400"), "deny ovn-config spec.config.name\n");
  nad_expect_config(OVN("\"NAME\":\"default\""),
                    "warn cni-ambiguous-key spec.config.NAME\ndeny ovn-config spec.config.NAME\n");
}

#define TUNED(members)                                                                                                 \
  "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[" MACVLAN ",{\"type\":\"tuning\"," members "}]}"
#define ARGS(members) "\"args\":{\"cni\":{" members "}}"

/* tuning.go:112 parseConf(), macvlan.go:102 loadConf(), bridge.go:155 loadNetConf(). */
static void checks_only_the_mac_address_that_wins(void **state) {
  (void)state;
  nad_expect_other(TUNED("\"mac\":\"zz\"," ARGS("\"mac\":\"02:00:00:00:00:03\"")), "");
  nad_expect_other(TUNED("\"mac\":\"02:00:00:00:00:03\"," ARGS("\"mac\":\"zz\"")),
                   "deny plugin-option spec.config.plugins[1].args.cni.mac\n");
  nad_expect_other(TUNED("\"mac\":7," ARGS("\"mac\":\"02:00:00:00:00:03\"")),
                   "deny plugin-option spec.config.plugins[1].mac\n");
  nad_expect_other(nad_macvlan("\"mac\":\"zz\",\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:03\"}," NAD_IPAM), "");
  nad_expect_other(nad_macvlan("\"mac\":\"zz\"," NAD_IPAM), "deny plugin-option spec.config.mac\n");
}

/* Measured: an existing interface uses the first six bytes; the kernel does not create one with such an address. */
static void tuning_accepts_a_longer_mac_address(void **state) {
  (void)state;
  nad_expect_other(TUNED("\"mac\":\"02:00:00:00:00:03:04:05\""), "");
  nad_expect_other(TUNED("\"mac\":\"03:00:00:00:00:03:04:05\""), "deny plugin-option spec.config.plugins[1].mac\n");
  nad_expect_other(TUNED("\"mac\":\"02:00:00:00:00:03:04\""), "deny plugin-option spec.config.plugins[1].mac\n");
  nad_expect_other(nad_macvlan("\"mac\":\"02:00:00:00:00:03:04:05\"," NAD_IPAM),
                   "deny plugin-option spec.config.mac\n");
}

/* Measured with the plugins 1.10.0, which need Go 1.26. */
static void only_warns_of_a_mac_address_of_digits(void **state) {
  (void)state;
  nad_expect_other(nad_macvlan("\"mac\":\"020000000001\"," NAD_IPAM), "warn plugin-option spec.config.mac\n");
  nad_expect_other(nad_macvlan("\"mac\":\"02000000000\"," NAD_IPAM), "deny plugin-option spec.config.mac\n");
  nad_expect_other(nad_macvlan("\"mac\":\"02000000000g\"," NAD_IPAM), "deny plugin-option spec.config.mac\n");
}

static void tuning_checks_the_settings_of_args(void **state) {
  (void)state;
#define SYSCTL(key, value) "\"sysctl\":{\"net.ipv4.conf.IFNAME." key "\":\"" value "\"}"
  nad_expect_other(TUNED(SYSCTL("arp_notify", "1") "," ARGS("\"sysctl\":{\"\":\"1\"}")),
                   "deny plugin-option spec.config.plugins[1].args.cni.sysctl.\n");
  nad_expect_other(TUNED(SYSCTL("arp_notify", "1") "," ARGS("\"sysctl\":{\"kernel.shmmax\":\"1\"}")),
                   "deny plugin-option spec.config.plugins[1].args.cni.sysctl.kernel.shmmax\n");
  nad_expect_other(TUNED(SYSCTL("arp_notify", "x") "," ARGS(SYSCTL("arp_notify", "1"))), "");
  nad_expect_other(TUNED(SYSCTL("arp_notify", "1") "," ARGS(SYSCTL("arp_notify", "x"))),
                   "deny plugin-option spec.config.plugins[1].args.cni.sysctl.net.ipv4.conf.IFNAME.arp_notify\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(libcni_chooses_the_highest_version),
      cmocka_unit_test(checks_plugins_against_the_chosen_version),
      cmocka_unit_test(accepts_an_address_that_ends_in_colons),
      cmocka_unit_test(large_integers_are_rewritten_as_floating_point),
      cmocka_unit_test(ovn_kubernetes_needs_integers_as_written),
      cmocka_unit_test(ovn_kubernetes_reads_the_name_in_any_case),
      cmocka_unit_test(checks_only_the_mac_address_that_wins),
      cmocka_unit_test(tuning_accepts_a_longer_mac_address),
      cmocka_unit_test(only_warns_of_a_mac_address_of_digits),
      cmocka_unit_test(tuning_checks_the_settings_of_args),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
