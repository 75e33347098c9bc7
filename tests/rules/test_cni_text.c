/* What a configuration's text, keys, names and types mean on a node: accept what works, reject what fails, with a
 * correct message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"net\""
#define MACVLAN HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM

#define MACVLAN_ALONE "\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
#define VLAN(id) "{" HEAD ",\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":" id "," NAD_IPAM "}"
#define BRIDGE(members) "{" HEAD ",\"type\":\"bridge\",\"bridge\":\"br1\"," members "," NAD_IPAM "}"
#define WHEREABOUTS(members)                                                                                           \
  "{" HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/"    \
  "24\"," members "}}"
#define OVN(members)                                                                                                   \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"blue\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\","            \
  "\"netAttachDefName\":\"shop/net\"," members "}"

/* libcni rewrites a configuration for each plugin, so 1.5e3 arrives as 1500. Measured: json/json-mtu-1.5e3 works,
 * json/json-mtu-float fails. */
static void accepts_integers_in_any_form(void **state) {
  (void)state;
  nad_expect_config("{" MACVLAN ",\"mtu\":1.5e3}", "");
  nad_expect_config("{" MACVLAN ",\"mtu\":1500.0}", "");
  nad_expect_config("{" MACVLAN ",\"bcqueuelen\":1e3}", "");
  nad_expect_other(VLAN("4.094e3"), "");
  nad_expect_other(BRIDGE("\"vlan\":100.0"), "");
  nad_expect_other(BRIDGE("\"vlanTrunk\":[{\"id\":1e2},{\"minID\":2e2,\"maxID\":299.0}]"), "");
  nad_expect_config(WHEREABOUTS("\"leader_lease_duration\":1.5e3,\"sleep_for_race\":0.0"), "");
  nad_expect_config(WHEREABOUTS("\"routes\":[{\"dst\":\"10.77.0.0/24\",\"mtu\":1.4e3,\"table\":7.0}]"), "");
}

static void rejects_numbers_that_do_not_arrive_as_integers(void **state) {
  (void)state;
  struct nad_case mtu = {.config = "{" MACVLAN ",\"mtu\":1500.5}"};
  nad_expect(&mtu, "deny plugin-option spec.config.mtu\n");
  nad_expect_says(&mtu, "plugin-option", "Invalid value: \"1500.5\": must be an integer, not a number");
  nad_expect_config("{" MACVLAN ",\"mtu\":1e21}", "deny plugin-option spec.config.mtu\n");
  nad_expect_config("{" MACVLAN ",\"mtu\":9.1e3}", "deny mtu-above-master spec.config.mtu\n");
  nad_expect_config("{" MACVLAN ",\"bcqueuelen\":-0}", "deny plugin-option spec.config.bcqueuelen\n");
  nad_expect_config("{" MACVLAN ",\"bcqueuelen\":4294967296.0}", "deny plugin-option spec.config.bcqueuelen\n");
  struct nad_case vlan = {.config = VLAN("4.095e3")};
  nad_expect(&vlan, "deny vlan-range spec.config.vlanId\n");
  nad_expect_says(&vlan, "vlan-range", "Invalid value: \"4.095e3\": is not a VLAN id");
  nad_expect_other(BRIDGE("\"vlanTrunk\":[{\"minID\":3e2,\"maxID\":299}]"),
                   "deny vlan-range spec.config.vlanTrunk[0].minID\n");
  nad_expect_config(WHEREABOUTS("\"leader_lease_duration\":1.5"),
                    "deny ipam-syntax spec.config.ipam.leader_lease_duration\n");
}

/* OVN-Kubernetes decodes spec.config itself (go-controller/pkg/util/multi_network.go, ParseNetConf). */
static void ovn_kubernetes_needs_integers_as_written(void **state) {
  (void)state;
  struct nad_case nad = {.config = OVN("\"vlanID\":1e2"), .ns = "shop", .label = ""};
  nad_expect_says(&nad, "vlan-range",
                  "Invalid value: \"1e2\": must be an integer without a fraction or exponent; use a VLAN id");
  nad_expect(&(struct nad_case){.config = OVN("\"vlanID\":100"), .ns = "shop", .label = ""}, "");
}

/* The same key twice with the same value works, and so do keys of maps and comments. */
static void accepts_duplicate_keys_without_effect(void **state) {
  (void)state;
  struct nad_case same = {
      .config = "{" HEAD ",\"type\":\"bridge\",\"bridge\":\"br1\",\"type\":\"bridge\"}", .ns = "shop", .label = ""};
  nad_expect(&same, "warn cni-ambiguous-key spec.config.type\n");
  nad_expect_says(&same, "cni-ambiguous-key",
                  "this key appears twice (again at line 1, column 67), with the same value; keep one of them");
  nad_expect_other("{" HEAD ",\"type\":\"bridge\",\"Type\":\"bridge\",\"bridge\":\"br1\"}",
                   "warn cni-ambiguous-key spec.config.Type\n");
  nad_expect_config("{" MACVLAN ",\"master\":\"eth1\"}", "deny cni-ambiguous-key spec.config.master\n");
  nad_expect_other("{" HEAD ",\"type\":\"bridge\",\"bridge\":\"br1\",\"mtu\":1400,\"mtu\":1500}",
                   "deny cni-ambiguous-key spec.config.mtu\n");
  nad_expect_config("{" MACVLAN ",\"_comment\":\"a\",\"_comment\":\"b\",\"//\":1,\"//\":2}", "");
  nad_expect_config("{" MACVLAN ",\"capabilities\":{\"ips\":true,\"IPS\":false}}", "");
  nad_expect_config("{" MACVLAN ",\"args\":{\"cni\":{\"Id\":1,\"id\":2}}}", "");
  nad_expect_config("{" MACVLAN ",\"x\":{\"a\":1,\"A\":2}}", "");
  /* What an unknown plugin does with a key is unknown. */
  nad_expect_other("{\"type\":\"acme\",\"_a\":1,\"_a\":2}", "deny cni-ambiguous-key spec.config._a\n");
}

static void names_the_key_that_wins(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = "{" MACVLAN ",\"IPAM\":{\"type\":\"host-local\"}}"}, "cni-ambiguous-key",
                  "\"ipam\" and \"IPAM\" (line 1, column 125) are the same key to plugins, and \"ipam\" wins");
  nad_expect_says(&(struct nad_case){.config = "{" MACVLAN ",\"master\":\"eth2\"}"}, "cni-ambiguous-key",
                  "this key appears twice (again at line 1, column 125), and the last one wins");
}

/* Programs other than Multus read NADs, too; their NADs need no plugin. For a migration network it is a mistake. */
static void a_nad_without_plugins_only_warns_on_other_networks(void **state) {
  (void)state;
  static const char config[] = "{\"ipam\":{\"network_name\":\"overlay\",\"ipRanges\":[{\"range\":\"10.100.0.0/16\"}]}}";
  struct nad_case other = {.config = config, .ns = "shop", .label = ""};
  nad_expect(&other, "warn cni-type spec.config.type\n");
  nad_expect_says(&other, "cni-type", "without a type, there is no plugin to run; name the CNI plugin");
  nad_expect_other("{\"type\":null}", "warn cni-type spec.config.type\n");
  nad_expect_config(config, "deny cni-type spec.config.type\n");
  nad_expect_other("{\"plugins\":[{\"mtu\":1400}]}", "deny cni-type spec.config.plugins[0].type\n");
}

static void rejects_a_listed_plugins_name_or_version_of_the_wrong_type(void **state) {
  (void)state;
  struct nad_case name = {.config = "{" HEAD ",\"plugins\":[{" MACVLAN_ALONE ",\"name\":true}]}"};
  nad_expect(&name, "deny cni-type spec.config.plugins[0].name\n");
  nad_expect_says(
      &name, "cni-type",
      "Invalid value: \"true\": must be a string, not a boolean; remove it: only the list's own value is used");
  nad_expect_config("{" HEAD ",\"plugins\":[{" MACVLAN_ALONE "},{\"type\":\"tuning\",\"CNIVersion\":[]}]}",
                    "deny cni-type spec.config.plugins[1].CNIVersion\n");
  nad_expect_config("{" HEAD ",\"plugins\":[{" MACVLAN_ALONE ",\"name\":\"a b\",\"cniVersion\":\"9\"}]}", "");
  nad_expect_config("{" HEAD ",\"plugins\":[{" MACVLAN_ALONE ",\"name\":null,\"cniVersion\":null}]}", "");
}

static void suggests_the_type_that_was_meant(void **state) {
  (void)state;
  struct nad_case plugin = {.config = "{" HEAD ",\"type\":\"macvaln\",\"master\":\"eth1\"," NAD_IPAM "}"};
  nad_expect(&plugin, "deny cni-type spec.config.type\n");
  nad_expect_says(&plugin, "cni-type",
                  "Unsupported value: \"macvaln\": is not a known CNI plugin; did you mean \"macvlan\"?");
  nad_expect_other("{\"type\":\"brigde\"}", "deny cni-type spec.config.type\n");
  nad_expect_other("{\"type\":\"macvlan \"}", "deny cni-type spec.config.type\n");
  struct nad_case ipam = {
      .config = "{" HEAD ",\"type\":\"bridge\",\"ipam\":{\"type\":\"Whereabouts\"}}", .ns = "shop", .label = ""};
  nad_expect(&ipam, "deny cni-type spec.config.ipam.type\n");
  nad_expect_says(&ipam, "cni-type", "did you mean \"whereabouts\"?");
  nad_expect_other("{\"plugins\":[{\"type\":\"bridge\",\"ipam\":{\"type\":\"host_local\"}}]}",
                   "deny cni-type spec.config.plugins[0].ipam.type\n");
  nad_expect_other("{\"type\":\"calico\",\"ipam\":{\"type\":\"calico-ipam\"}}", "");
  nad_expect_other("{\"type\":\"macvlan2\"}", "");
  nad_expect_other("{\"type\":\"vxlan\"}", "");
}

/* The message names the language that the text is written in. */
static void says_what_a_text_is_that_is_not_json(void **state) {
  (void)state;
  static const struct {
    const char *config, *says;
  } cases[] = {
      {"{\n# a NIC\n\"type\":\"macvlan\"}", "line 2, column 1: JSON does not allow comments [cni-json]"},
      {"{\"type\":\"macvlan\", // a NIC\n\"master\":\"eth1\"}", "line 1, column 20: JSON does not allow comments"},
      {"{\"type\":\"macvlan\"} # done", "line 1, column 20: JSON does not allow comments"},
      {"{\"type\":\xe2\x80\x9cmacvlan\xe2\x80\x9d}",
       "line 1, column 9: this is a typographic quote; JSON needs plain double quotes (\") [cni-json]"},
      {"{\xe2\x80\x9etype\":\"macvlan\"}", "line 1, column 2: this is a typographic quote"},
      {"{\"type\":\xc2\xabmacvlan\xc2\xbb}", "line 1, column 9: this is a typographic quote"},
      {"{\"type\":\"macvlan\", <12>\n\"master\":\"eth1\"}",
       "line 1, column 20: this is a callout from documentation, such as <1>; remove it [cni-json]"},
      {"{\"type\":\"macvlan\"} <1>", "line 1, column 20: this is a callout from documentation"},
      {"type: macvlan\nmaster: eth1\n",
       "Invalid value: \"type: macvlan\": line 1, column 1: this is YAML, but Multus reads the configuration as JSON "
       "[cni-json]"},
      {"---\n# migration\ncniVersion: 1.0.0\nplugins:\n- type: macvlan\n", "this is YAML, but Multus reads"},
      {"{\"type\": <nic>}", "line 1, column 10: expected a value; put text in double quotes"},
      {"macvlan", "line 1, column 1: expected a value"},
      {"http://eth1", "line 1, column 1: expected a value"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct nad_case nad = {.config = cases[i].config};
    nad_expect(&nad, "deny cni-json spec.config\n");
    nad_expect_says(&nad, "cni-json", cases[i].says);
  }
}

/* Whichever rule judges the value, the advice is to render the manifest. */
static void names_an_unfilled_placeholder(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = "{" HEAD ",\"type\":\"macvlan\",\"master\":\"${NIC}\"," NAD_IPAM "}"},
                  "master-missing", "; ${NIC} is an unfilled placeholder: render the manifest first");
  nad_expect_says(
      &(struct nad_case){.config = "{" MACVLAN ",\"mtu\":${MTU}}"}, "cni-json",
      "; ${MTU} is an unfilled placeholder: render the manifest first (envsubst, helm, kustomize) [cni-json]");
  nad_expect_says(&(struct nad_case){.config = "_replaced_"}, "cni-json",
                  "; _replaced_ is an unfilled placeholder: render the manifest first");
  nad_expect_says(&(struct nad_case){.config = "{{ .Values.config | toJson }}"}, "cni-json",
                  "; {{ .Values.config | toJson }} is an unfilled placeholder");
}

/* libcni looks up IPAM plugins as it does others: by file name. */
static void rejects_an_ipam_type_that_is_a_path(void **state) {
  (void)state;
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"../whereabouts\"}}",
                   "deny cni-type spec.config.ipam.type\n");
  nad_expect_says(
      &(struct nad_case){.config =
                             "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"/opt/whereabouts\"}}"},
      "cni-type",
      "is a path, not the name of the plugin's executable; use only the name of the IPAM plugin, such as whereabouts");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"own-ipam\"}}", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_integers_in_any_form),
      cmocka_unit_test(rejects_numbers_that_do_not_arrive_as_integers),
      cmocka_unit_test(ovn_kubernetes_needs_integers_as_written),
      cmocka_unit_test(accepts_duplicate_keys_without_effect),
      cmocka_unit_test(names_the_key_that_wins),
      cmocka_unit_test(a_nad_without_plugins_only_warns_on_other_networks),
      cmocka_unit_test(rejects_a_listed_plugins_name_or_version_of_the_wrong_type),
      cmocka_unit_test(suggests_the_type_that_was_meant),
      cmocka_unit_test(says_what_a_text_is_that_is_not_json),
      cmocka_unit_test(names_an_unfilled_placeholder),
      cmocka_unit_test(rejects_an_ipam_type_that_is_a_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
