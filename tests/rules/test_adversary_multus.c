/* What Multus makes of a configuration that reads well by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"net\""
#define GOOD "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"

/* Only where there is no type Multus looks for a list: the sound plugin in it is never run. */
static void a_type_beside_plugins_counts_alone(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"type\":\"macvlan\"," NAD_IPAM ",\"plugins\":[" GOOD "]}",
                    "deny cni-type spec.config.plugins\n"
                    "deny master-required spec.config.master\n");
  nad_expect_config("{" HEAD ",\"TYPE\":\"ptp\",\"plugins\":[" GOOD "]}", "deny cni-type spec.config.plugins\n"
                                                                          "deny migration-plugin spec.config.TYPE\n");
  nad_expect_other("{" HEAD ",\"type\":\"macvlan\",\"plugins\":[" GOOD "]}", "deny cni-type spec.config.plugins\n");
  nad_expect_other("{" HEAD ",\"type\":\"macvlan\",\"plugins\":[]}", "deny cni-type spec.config.plugins\n");
  nad_expect_other("{" HEAD ",\"type\":5,\"plugins\":[" GOOD "]}", "deny cni-type spec.config.plugins\n"
                                                                   "deny cni-type spec.config.type\n");
}

static void a_blank_type_beside_plugins_is_none(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"plugins\":[" GOOD "]}", "");
  nad_expect_config("{" HEAD ",\"type\":\"\",\"plugins\":[" GOOD "]}", "");
  nad_expect_config("{" HEAD ",\"type\":null,\"plugins\":[" GOOD "]}", "");
}

static void null_plugins_beside_a_type_are_none(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM ",\"plugins\":null}", "");
}

/* A plugin whose configuration Go can't decode fails on every node. */
static void a_link_in_container_of_another_type_is_denied(void **state) {
  (void)state;
  nad_expect_config(nad_macvlan("\"linkInContainer\":\"true\"," NAD_IPAM),
                    "deny master-in-container spec.config.linkInContainer\n");
  nad_expect_config(nad_macvlan("\"linkInContainer\":1," NAD_IPAM),
                    "deny master-in-container spec.config.linkInContainer\n");
  nad_expect_config(nad_macvlan("\"linkInContainer\":false," NAD_IPAM), "");
  nad_expect_config(nad_macvlan("\"linkInContainer\":null," NAD_IPAM), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_type_beside_plugins_counts_alone),
      cmocka_unit_test(a_blank_type_beside_plugins_is_none),
      cmocka_unit_test(null_plugins_beside_a_type_are_none),
      cmocka_unit_test(a_link_in_container_of_another_type_is_denied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
