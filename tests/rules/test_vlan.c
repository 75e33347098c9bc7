#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"net\""

static void accepts_vlan_ids_from_0_to_4094(void **state) {
  (void)state;
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":0}", "");
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":4094}", "");
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":null}", "");
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":4095}", "deny vlan-range spec.config.vlan\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":-1}", "deny vlan-range spec.config.vlan\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":\"5\"}", "deny vlan-range spec.config.vlan\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlan\":5.5}", "deny vlan-range spec.config.vlan\n");
  nad_expect_other("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlanid\":5000," NAD_IPAM "}",
                   "deny vlan-range spec.config.vlanid\n");
  nad_expect_other("{\"type\":\"vlan\",\"master\":\"eth1\",\"vlan\":5000,\"vlanId\":1," NAD_IPAM "}", "");
  nad_expect_other("{\"type\":\"mystery\",\"vlan\":\"blue\"}", "");
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"bridge\",\"vlan\":4095}"}, "vlan-range",
                  "Invalid value: \"4095\": is not a VLAN id; use a VLAN id from 0 to 4094");
}

static void rejects_a_trunk_without_valid_vlan_ids(void **state) {
  (void)state;
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"id\":1},{\"minID\":100,\"maxID\":4094},{}]}", "");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"minid\":7,\"MaxID\":7}]}", "");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":null}", "");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":{\"id\":1}}", "deny vlan-range spec.config.vlanTrunk\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[5]}", "deny vlan-range spec.config.vlanTrunk[0]\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"id\":4095}]}",
                   "deny vlan-range spec.config.vlanTrunk[0].id\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"id\":0}]}", "deny vlan-range spec.config.vlanTrunk[0].id\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"id\":1},{\"minid\":8,\"MaxID\":7}]}",
                   "deny vlan-range spec.config.vlanTrunk[1].minid\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"minID\":8}]}",
                   "deny vlan-range spec.config.vlanTrunk[0].maxID\n");
  nad_expect_other("{\"type\":\"bridge\",\"vlanTrunk\":[{\"minID\":8,\"maxID\":\"9\"}]}",
                   "deny vlan-range spec.config.vlanTrunk[0].maxID\n");
  nad_expect_other("{\"type\":\"ovs\",\"bridge\":\"br1\",\"trunk\":[{\"id\":0},{\"minID\":9,\"maxID\":5000}]}",
                   "deny vlan-range spec.config.trunk[1].maxID\n");
}

/* Source: plugins/main/vlan/vlan.go:39 and bridge.go:62 (NetConf): each knows only one of the two. */
static void warns_of_the_vlan_key_of_another_plugin(void **state) {
  (void)state;
#define TAGGED(type, members) "{" HEAD ",\"type\":\"" type "\"," members NAD_IPAM "}"
#define VLAN(members) TAGGED("vlan", "\"master\":\"eth1\"," members)
#define BRIDGE(members) TAGGED("bridge", "\"bridge\":\"br1\"," members)
  struct nad_case vlan = {.config = VLAN("\"vlan\":100,")};
  nad_expect(&vlan, "warn vlan-range spec.config.vlan\n");
  nad_expect_says(&vlan, "vlan-range",
                  "Unsupported value: \"100\": the plugin vlan ignores this key, so no VLAN is set; use vlanId "
                  "[vlan-range]");
  nad_expect_config(VLAN("\"VLAN\":\"100\",\"vlanId\":null,"), "warn vlan-range spec.config.VLAN\n");
  nad_expect_config(VLAN("\"vlan\":100,\"vlanId\":100,"), "");
  nad_expect_config(VLAN("\"vlan\":100,\"vlanid\":0,"), "");
  nad_expect_config(VLAN("\"vlan\":0,"), "");
  nad_expect_config(VLAN("\"vlan\":null,"), "");
  nad_expect_config(VLAN(""), "");
  nad_expect_config(BRIDGE("\"vlanId\":100,"), "warn vlan-range spec.config.vlanId\n");
  nad_expect_config(BRIDGE("\"vlanId\":100,\"vlan\":100,"), "");
  nad_expect_config(TAGGED("macvlan", "\"master\":\"eth1\",\"vlan\":100,"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_vlan_ids_from_0_to_4094),
      cmocka_unit_test(rejects_a_trunk_without_valid_vlan_ids),
      cmocka_unit_test(warns_of_the_vlan_key_of_another_plugin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
