/* What a configuration's text, keys, names and types mean on a node: what works is not refused, what fails is, and the
 * message is true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"net\""
#define MACVLAN HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM

#define VLAN(id) "{" HEAD ",\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":" id "," NAD_IPAM "}"
#define BRIDGE(members) "{" HEAD ",\"type\":\"bridge\",\"bridge\":\"br1\"," members "," NAD_IPAM "}"
#define WHEREABOUTS(members)                                                                                           \
  "{" HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/"    \
           "24\"," members "}}"
#define OVN(members)                                                                                                   \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"blue\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"localnet\","            \
  "\"netAttachDefName\":\"shop/net\"," members "}"

/* libcni writes a configuration anew for each plugin, so 1.5e3 arrives as 1500. Measured: json/json-mtu-1.5e3 works,
 * json/json-mtu-float fails. */
static void whole_numbers_may_be_written_in_any_form(void **state) {
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

static void what_arrives_as_no_integer_is_refused_still(void **state) {
  (void)state;
  struct nad_case mtu = {.config = "{" MACVLAN ",\"mtu\":1500.5}"};
  nad_expect(&mtu, "deny mtu-above-master spec.config.mtu\n");
  nad_expect_says(&mtu, "mtu-above-master", "Invalid value: \"1500.5\": must be an integer, is a number");
  nad_expect_config("{" MACVLAN ",\"mtu\":1e21}", "deny mtu-above-master spec.config.mtu\n");
  nad_expect_config("{" MACVLAN ",\"mtu\":9.1e3}", "deny mtu-above-master spec.config.mtu\n");
  nad_expect_config("{" MACVLAN ",\"bcqueuelen\":-0}", "deny cni-json spec.config.bcqueuelen\n");
  nad_expect_config("{" MACVLAN ",\"bcqueuelen\":4294967296.0}", "deny cni-json spec.config.bcqueuelen\n");
  struct nad_case vlan = {.config = VLAN("4.095e3")};
  nad_expect(&vlan, "deny vlan-range spec.config.vlanId\n");
  nad_expect_says(&vlan, "vlan-range", "Invalid value: \"4.095e3\": is not a VLAN id");
  nad_expect_other(BRIDGE("\"vlanTrunk\":[{\"minID\":3e2,\"maxID\":299}]"),
                   "deny vlan-range spec.config.vlanTrunk[0].minID\n");
  nad_expect_config(WHEREABOUTS("\"leader_lease_duration\":1.5"),
                    "deny ipam-syntax spec.config.ipam.leader_lease_duration\n");
}

/* OVN-Kubernetes decodes spec.config itself (go-controller/pkg/util/multi_network.go, ParseNetConf). */
static void ovn_kubernetes_takes_integers_as_they_are_written(void **state) {
  (void)state;
  struct nad_case nad = {.config = OVN("\"vlanID\":1e2"), .ns = "shop", .label = ""};
  nad_expect_says(&nad, "vlan-range",
                  "Invalid value: \"1e2\": must be an integer without a fraction or exponent; use a VLAN id");
  nad_expect(&(struct nad_case){.config = OVN("\"vlanID\":100"), .ns = "shop", .label = ""}, "");
}

/* Whatever the value is judged for, the advice is to render the manifest. */
static void a_placeholder_is_called_one(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = "{" HEAD ",\"type\":\"macvlan\",\"master\":\"${NIC}\"," NAD_IPAM "}"},
                  "master-missing", "; ${NIC} is a placeholder that was not filled in: render the manifest first");
  nad_expect_says(&(struct nad_case){.config = "{" MACVLAN ",\"mtu\":${MTU}}"}, "cni-json",
                  "; ${MTU} is a placeholder that was not filled in: render the manifest first (envsubst, helm, "
                  "kustomize) [cni-json]");
  nad_expect_says(&(struct nad_case){.config = "_replaced_"}, "cni-json",
                  "; _replaced_ is a placeholder that was not filled in: render the manifest first");
  nad_expect_says(&(struct nad_case){.config = "{{ .Values.config | toJson }}"}, "cni-json",
                  "; {{ .Values.config | toJson }} is a placeholder that was not filled in");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_numbers_may_be_written_in_any_form),
      cmocka_unit_test(what_arrives_as_no_integer_is_refused_still),
      cmocka_unit_test(ovn_kubernetes_takes_integers_as_they_are_written),
      cmocka_unit_test(a_placeholder_is_called_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
