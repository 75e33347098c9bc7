/* The localnets and devices of nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"
#include "cluster/policy_fixture.h"

static void add_node(struct cluster *cluster, const char *name, const char *allocatable) {
  cluster_add(cluster,
              "{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {kubevirt.io/schedulable: 'true'}}, status: "
              "{addresses: [{type: InternalIP, address: 10.0.0.1}], allocatable: {cpu: 4%s}}}",
              name, allocatable);
}

static void add_mappings(struct cluster *cluster, const char *name, const char *mappings) {
  cluster_add(cluster,
              "{apiVersion: nmstate.io/v1, kind: NodeNetworkState, metadata: {name: %s}, status: {currentState: "
              "{interfaces: [{name: br-ex, type: ovs-interface, ipv4: {address: [{ip: 10.0.0.1}]}}, {name: br-mig, "
              "type: ovs-bridge}], ovn: {bridge-mappings: [%s]}}}}",
              name, mappings);
}

enum { MOST = 3 };

static void expect(size_t count, const char *const *names, const char *expected) {
  char text[64] = "";
  for (size_t i = 0; i < count && i < MOST; i++)
    strcat(strcat(text, i == 0 ? "" : " "), names[i]);
  assert_string_equal(text, expected);
}

static void expect_localnet(const struct dw_view *view, const char *localnet, enum dw_localnet_fault fault,
                            const char *expected) {
  const char *names[MOST];
  expect(dw_view_localnet_fault(view, localnet, fault, names, MOST), names, expected);
}

static void knows_the_localnets_of_each_node(void **state) {
  (void)state;
  struct cluster cluster = {NULL, 0, 0};
  add_node(&cluster, "n1", "");
  add_node(&cluster, "n2", "");
  add_node(&cluster, "n3", "");
  add_node(&cluster, "n4", "");
  add_mappings(&cluster, "n1", "{localnet: mig, bridge: br-mig}, {localnet: physnet, bridge: br-ex, state: present}");
  add_mappings(&cluster, "n2", "{localnet: mig, bridge: br-gone}, {bridge: br-mig}");
  add_mappings(&cluster, "n3", "{localnet: mig, bridge: br-mig, state: absent}, {localnet: bare}");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_true(dw_view_summary(view).localnets_reported);
  expect_localnet(view, "mig", DW_LOCALNET_UNMAPPED, "n3");
  expect_localnet(view, "mig", DW_LOCALNET_PRIMARY, "");
  expect_localnet(view, "mig", DW_LOCALNET_NO_BRIDGE, "n2");
  expect_localnet(view, "physnet", DW_LOCALNET_UNMAPPED, "n2 n3");
  expect_localnet(view, "physnet", DW_LOCALNET_PRIMARY, "n1");
  expect_localnet(view, "bare", DW_LOCALNET_NO_BRIDGE, "");
  expect_localnet(view, "none", DW_LOCALNET_UNMAPPED, "n1 n2 n3");
  assert_string_equal(dw_view_nearest_offer(view, DW_OFFER_LOCALNET, "phynet", NULL), "physnet");
  assert_null(dw_view_nearest_offer(view, DW_OFFER_LOCALNET, "x", NULL));
  dw_view_free(view);
}

static void expect_device(const struct dw_view *view, const char *resource, const char *expected) {
  const char *names[MOST];
  expect(dw_view_without_device(view, resource, names, MOST), names, expected);
}

static void knows_the_devices_of_each_node(void **state) {
  (void)state;
  struct cluster cluster = {NULL, 0, 0};
  add_node(&cluster, "n1", ", x.io/kvm: 1k, x.io/vf: 2");
  add_node(&cluster, "n2", ", x.io/kvm: 1k, x.io/vf: 0");
  add_node(&cluster, "n3", "");
  add_node(&cluster, "n4", ", x.io/kvm: 1k");
  struct dw_view *view = cluster_view(&cluster, policy);
  const char *names[MOST];
  expect_device(view, "x.io/vf", "n2 n4");
  expect_device(view, "x.io/kvm", "");
  expect_device(view, "x.io/other", "n1 n2 n4");
  expect(dw_view_without_devices(view, names, MOST), names, "n3");
  assert_string_equal(dw_view_nearest_offer(view, DW_OFFER_DEVICE, "x.io/vfs", NULL), "x.io/vf");
  assert_false(dw_view_summary(view).localnets_reported);
  dw_view_free(view);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(knows_the_localnets_of_each_node),
      cmocka_unit_test(knows_the_devices_of_each_node),
  };
  return cmocka_run_group_tests(tests, policy_set_up, policy_tear_down);
}
