#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/cluster_fixture.h"

static void add_node(struct cluster *cluster, const char *name, const char *labels, const char *address) {
  cluster_add(cluster,
              "{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {%s}}, status: {addresses: [{type: "
              "InternalIP, address: %s}]}}",
              name, labels, address);
}

static void add_nics(struct cluster *cluster, const char *node, const char *interfaces, const char *routes) {
  cluster_add(cluster,
              "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: %s}, status: {currentState: "
              "{interfaces: [%s], routes: {running: [%s]}}}}",
              node, interfaces, routes);
}

/* "COUNT: NODE NODE ..." of a fault, in static memory. */
static const char *fault_below(const struct dw_view *view, const char *nic, enum dw_nic_fault fault, uint32_t limit) {
  static char text[512];
  const char *names[8];
  struct dw_nic_query query = {nic, fault, limit};
  size_t count = dw_view_nic_fault(view, &query, names, 8);
  size_t used = (size_t)snprintf(text, sizeof text, "%zu:", count);
  for (size_t i = 0; i < count && i < 8; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, " %s", names[i]);
  return text;
}

static const char *fault(const struct dw_view *view, const char *nic, enum dw_nic_fault kind) {
  return fault_below(view, nic, kind, 0);
}

static const char *common(const struct dw_view *view) {
  static char text[512];
  const char *names[8];
  size_t count = dw_view_common_nics(view, names, 8);
  size_t used = (size_t)snprintf(text, sizeof text, "%zu:", count);
  for (size_t i = 0; i < count && i < 8; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, " %s", names[i]);
  return text;
}

static struct dw_policy *policy;

static int set_up(void **state) {
  (void)state;
  policy = dw_policy_default();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  dw_policy_free(policy);
  return 0;
}

/* --- which nodes --- */

#define HANDLER "kubevirt.io/schedulable: 'true'"

static void handler_nodes_carry_the_label(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  add_node(&cluster, "w1", "kubevirt.io/schedulable: 'false'", "10.0.0.1");
  add_node(&cluster, "cp", "kubernetes.io/os: linux", "10.0.0.3");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_handler_nodes(view), 2);
  const char *names[2];
  assert_int_equal(dw_view_nodes_without_nics(view, names, 2), 2);
  assert_string_equal(names[0], "w1");
  assert_string_equal(names[1], "w2");
  dw_view_free(view);
}

static void before_kubevirt_every_linux_node_counts(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", "kubernetes.io/os: linux", "10.0.0.1");
  add_node(&cluster, "w2", "", "10.0.0.2");
  add_node(&cluster, "win", "kubernetes.io/os: windows", "10.0.0.3");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_handler_nodes(view), 2);
  dw_view_free(view);
}

static void a_given_selector_is_taken_at_its_word(void **state) {
  (void)state;
  struct dw_policy *picky = policy_of(POLICY "nodes: {selector: \"role=kvm\"}\n");
  struct cluster cluster = {0};
  add_node(&cluster, "w1", "role: kvm", "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  struct dw_view *view = cluster_view(&cluster, picky);
  assert_int_equal(dw_view_handler_nodes(view), 1);
  dw_view_free(view);
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  view = cluster_view(&cluster, picky);
  assert_int_equal(dw_view_handler_nodes(view), 0);
  dw_view_free(view);
  dw_policy_free(picky);
}

/* --- faults --- */

/* Three virt-handler nodes w1..w3 and cp, which runs none; w4 has no NodeNetworkState. */
static struct dw_view *sample(void) {
  struct cluster cluster = {0};
  add_node(&cluster, "w3", HANDLER, "10.0.0.3");
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  add_node(&cluster, "w4", HANDLER, "10.0.0.4");
  add_node(&cluster, "cp", "", "10.0.0.9");
  add_nics(&cluster, "w1",
           "{name: lo, type: loopback}, {name: eth0, mtu: 1500, ipv4: {address: [{ip: 10.0.0.1}]}}, {name: eth1, mtu: "
           "9000}, {name: eth2, mtu: 1500}, {name: br1, type: linux-bridge, bridge: {port: [{name: eth3}]}}, {name: "
           "eth3, controller: br1}, {name: tun0, type: vxlan}",
           "");
  add_nics(&cluster, "w2",
           "{name: lo, type: loopback}, {name: eth0, mtu: 1500}, {name: eth1, mtu: 1500, state: down}, {name: br1}, "
           "{name: eth3, controller: br1}, {name: tun0, type: vxlan}, {name: only2}",
           "{destination: 0.0.0.0/0, next-hop-interface: only2}");
  add_nics(&cluster, "w3",
           "{name: lo, type: loopback}, {name: eth0}, {name: eth1}, {name: eth2}, {name: br1, type: linux-bridge}, "
           "{name: eth3}, {name: tun0, type: vxlan}",
           "");
  add_nics(&cluster, "cp", "{name: eth9, state: down}", "");
  return cluster_view(&cluster, policy);
}

static void missing_nics_are_told_with_their_nodes(void **state) {
  (void)state;
  struct dw_view *view = sample();
  assert_string_equal(fault(view, "eth1", DW_NIC_MISSING), "0:");
  assert_string_equal(fault(view, "eth2", DW_NIC_MISSING), "1: w2");
  assert_string_equal(fault(view, "only2", DW_NIC_MISSING), "2: w1 w3");
  assert_string_equal(fault(view, "nowhere", DW_NIC_MISSING), "3: w1 w2 w3");
  assert_string_equal(fault(view, "eth9", DW_NIC_MISSING), "3: w1 w2 w3");
  const char *names[1];
  assert_int_equal(dw_view_nodes_without_nics(view, names, 1), 1);
  assert_string_equal(names[0], "w4");
  assert_int_equal(dw_view_handler_nodes(view), 4);
  dw_view_free(view);
}

static void fewer_names_than_nodes_can_be_asked_for(void **state) {
  (void)state;
  struct dw_view *view = sample();
  const char *names[3] = {"", "untouched", "untouched"};
  struct dw_nic_query query = {"only2", DW_NIC_MISSING, 0};
  assert_int_equal(dw_view_nic_fault(view, &query, names, 1), 2);
  assert_string_equal(names[0], "w1");
  assert_string_equal(names[1], "untouched");
  assert_int_equal(dw_view_nic_fault(view, &query, NULL, 0), 2);
  dw_view_free(view);
}

static void other_faults_are_told(void **state) {
  (void)state;
  struct dw_view *view = sample();
  assert_string_equal(fault(view, "eth1", DW_NIC_DOWN), "1: w2");
  assert_string_equal(fault(view, "eth0", DW_NIC_DOWN), "0:");
  assert_string_equal(fault(view, "eth9", DW_NIC_DOWN), "0:");
  assert_string_equal(fault(view, "br1", DW_NIC_NO_BRIDGE), "1: w2");
  assert_string_equal(fault(view, "br1", DW_NIC_NO_PORT), "1: w3");
  assert_string_equal(fault(view, "eth2", DW_NIC_NO_BRIDGE), "2: w1 w3");
  assert_string_equal(fault(view, "eth2", DW_NIC_NO_PORT), "0:");
  assert_string_equal(fault(view, "eth0", DW_NIC_PRIMARY), "1: w1");
  assert_string_equal(fault(view, "only2", DW_NIC_PRIMARY), "1: w2");
  assert_string_equal(fault(view, "eth1", DW_NIC_PRIMARY), "0:");
  dw_view_free(view);
}

static void mtus_are_told(void **state) {
  (void)state;
  struct dw_view *view = sample();
  assert_string_equal(fault_below(view, "eth1", DW_NIC_MTU_BELOW, 1500), "0:");
  assert_string_equal(fault_below(view, "eth1", DW_NIC_MTU_BELOW, 1501), "1: w2");
  assert_string_equal(fault_below(view, "eth1", DW_NIC_MTU_BELOW, 9001), "2: w1 w2");
  assert_string_equal(fault_below(view, "only2", DW_NIC_MTU_BELOW, 9001), "0:");
  struct dw_mtu_range mtu;
  assert_true(dw_view_nic_mtu(view, "eth1", &mtu));
  assert_int_equal(mtu.low, 1500);
  assert_int_equal(mtu.high, 9000);
  assert_string_equal(mtu.low_node, "w2");
  assert_string_equal(mtu.high_node, "w1");
  assert_true(dw_view_nic_mtu(view, "eth0", &mtu));
  assert_int_equal(mtu.low, mtu.high);
  assert_false(dw_view_nic_mtu(view, "only2", &mtu));
  assert_false(dw_view_nic_mtu(view, "nowhere", &mtu));
  dw_view_free(view);
}

static void common_nics_can_be_masters(void **state) {
  (void)state;
  struct dw_view *view = sample();
  assert_string_equal(common(view), "1: eth1");
  assert_string_equal(dw_view_nearest_nic(view, "eth2"), "eth1"); /* never eth0: it carries the node's address */
  assert_null(dw_view_nearest_nic(view, "br2"));
  assert_null(dw_view_nearest_nic(view, "enp3s0f1"));
  dw_view_free(view);
}

/* --- primary --- */

static const char *primary_of(const char *interfaces, const char *routes, const char *nic) {
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_nics(&cluster, "w1", interfaces, routes);
  struct dw_view *view = cluster_view(&cluster, policy);
  const char *text = fault(view, nic, DW_NIC_PRIMARY);
  dw_view_free(view);
  return text[0] == '0' ? "no" : "yes";
}

static void what_stands_above_a_nic_makes_it_primary(void **state) {
  (void)state;
  const char *chain = "{name: eth0, controller: bond0}, {name: bond0, controller: br-ex}, {name: br-ex, type: "
                      "ovs-bridge, bridge: {port: [{name: bond0}]}}, {name: br-ex, type: ovs-interface, controller: "
                      "br-ex, ipv4: {address: [{ip: 10.0.0.1}]}}, {name: eth1, controller: bond1}, {name: bond1}";
  assert_string_equal(primary_of(chain, "", "eth0"), "yes");
  assert_string_equal(primary_of(chain, "", "bond0"), "yes");
  assert_string_equal(primary_of(chain, "", "br-ex"), "yes");
  assert_string_equal(primary_of(chain, "", "eth1"), "no");
  const char *route = "{destination: '::/0', next-hop-interface: bond1}";
  assert_string_equal(primary_of(chain, route, "eth1"), "yes");
}

static void what_stands_below_is_not_primary(void **state) {
  (void)state;
  const char *chain = "{name: eth0, controller: bond0, ipv4: {address: [{ip: 10.0.0.1}]}}, {name: bond0}";
  assert_string_equal(primary_of(chain, "", "eth0"), "yes");
  assert_string_equal(primary_of(chain, "", "bond0"), "no");
}

static void loops_of_controllers_end(void **state) {
  (void)state;
  const char *loop = "{name: a, controller: b}, {name: b, controller: c}, {name: c, controller: a}, {name: d, "
                     "controller: gone}";
  assert_string_equal(primary_of(loop, "", "a"), "no");
  assert_string_equal(primary_of(loop, "", "d"), "no");
  assert_string_equal(primary_of(loop, "{destination: 0.0.0.0/0, next-hop-interface: c}", "a"), "yes");
}

static void another_nodes_address_is_not_this_ones(void **state) {
  (void)state;
  assert_string_equal(primary_of("{name: a, ipv4: {address: [{ip: 10.0.0.2}]}}", "", "a"), "no");
  assert_string_equal(primary_of("{name: a, ipv6: {address: [{ip: '::a00:1'}]}}", "", "a"), "no");
}

/* --- against brute force, and many --- */

enum { NODES = 500, NICS = 12 };

struct plan {
  bool there[NODES][NICS];
  bool up[NODES][NICS];
  uint32_t mtu[NODES][NICS];
};

/* NIC 0 is sound everywhere; the others lack something on more and more nodes. */
static void make_plan(struct plan *plan) {
  uint64_t seed = 42;
  for (int node = 0; node < NODES; node++)
    for (int nic = 0; nic < NICS; nic++) {
      plan->there[node][nic] = nic == 0 || rnd(&seed) % 100 >= (uint32_t)nic * 5;
      plan->up[node][nic] = nic == 0 || rnd(&seed) % 100 != 0;
      plan->mtu[node][nic] = nic == 0 ? 9000 : rnd(&seed) % 3 * 1500;
    }
}

static struct dw_view *view_of_plan(const struct plan *plan) {
  struct cluster cluster = {0};
  for (int node = NODES - 1; node >= 0; node--) {
    char name[32];
    char address[32];
    DW_BUF_SCOPED struct dw_buf nics = DW_BUF_INIT;
    snprintf(name, sizeof name, "node-%04d", node);
    snprintf(address, sizeof address, "10.1.%d.%d", node / 200, node % 200 + 1);
    for (int nic = 0; nic < NICS; nic++)
      if (plan->there[node][nic])
        dw_buf_printf(&nics, "%s{name: nic%02d, state: %s, mtu: %u}", nics.length == 0 ? "" : ", ", nic,
                      plan->up[node][nic] ? "up" : "down", plan->mtu[node][nic]);
    add_node(&cluster, name, HANDLER, address);
    add_nics(&cluster, name, dw_buf_text(&nics), "");
  }
  return cluster_view(&cluster, policy);
}

static bool at_fault(const struct plan *plan, int node, int nic, const struct dw_nic_query *query) {
  uint32_t mtu = plan->mtu[node][nic];
  switch (query->fault) {
  case DW_NIC_MISSING:
    return !plan->there[node][nic];
  case DW_NIC_DOWN:
    return plan->there[node][nic] && !plan->up[node][nic];
  case DW_NIC_MTU_BELOW:
    return plan->there[node][nic] && mtu != 0 && mtu < query->limit;
  default:
    return false;
  }
}

static void check_fault(const struct dw_view *view, const struct plan *plan, int nic, struct dw_nic_query query) {
  char name[32];
  snprintf(name, sizeof name, "nic%02d", nic);
  query.name = name;
  const char *found[NODES];
  size_t count = dw_view_nic_fault(view, &query, found, NODES);
  size_t expected = 0;
  for (int node = 0; node < NODES; node++) {
    if (!at_fault(plan, node, nic, &query))
      continue;
    char text[32];
    snprintf(text, sizeof text, "node-%04d", node);
    assert_true(expected < count);
    assert_string_equal(found[expected], text);
    expected++;
  }
  assert_int_equal(count, expected);
}

static void faults_agree_with_brute_force(void **state) {
  (void)state;
  struct plan *plan = calloc(1, sizeof *plan);
  assert_non_null(plan);
  make_plan(plan);
  struct dw_view *view = view_of_plan(plan);
  for (int nic = 0; nic < NICS; nic++) {
    check_fault(view, plan, nic, (struct dw_nic_query){NULL, DW_NIC_MISSING, 0});
    check_fault(view, plan, nic, (struct dw_nic_query){NULL, DW_NIC_DOWN, 0});
    check_fault(view, plan, nic, (struct dw_nic_query){NULL, DW_NIC_PRIMARY, 0});
    check_fault(view, plan, nic, (struct dw_nic_query){NULL, DW_NIC_MTU_BELOW, 1500});
    check_fault(view, plan, nic, (struct dw_nic_query){NULL, DW_NIC_MTU_BELOW, 3000});
    check_fault(view, plan, nic, (struct dw_nic_query){NULL, DW_NIC_MTU_BELOW, 9001});
  }
  assert_string_equal(common(view), "1: nic00");
  assert_int_equal(dw_view_handler_nodes(view), NODES);
  dw_view_free(view);
  free(plan);
}

static void names_of_one_node_each_are_kept_apart(void **state) {
  (void)state;
  struct cluster cluster = {0};
  for (int node = 0; node < 50; node++) {
    char name[32];
    DW_BUF_SCOPED struct dw_buf nics = DW_BUF_INIT;
    snprintf(name, sizeof name, "n%02d", node);
    for (int nic = 0; nic < 40; nic++)
      dw_buf_printf(&nics, "{name: v%02d-%02d}, ", node, nic);
    dw_buf_puts(&nics, "{name: eth1}");
    add_node(&cluster, name, HANDLER, "10.0.0.1");
    add_nics(&cluster, name, dw_buf_text(&nics), "");
  }
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(common(view), "1: eth1");
  for (int node = 0; node < 50; node++) {
    char nic[32];
    snprintf(nic, sizeof nic, "v%02d-%02d", node, node % 40);
    struct dw_nic_query query = {nic, DW_NIC_MISSING, 0};
    const char *names[50];
    assert_int_equal(dw_view_nic_fault(view, &query, names, 50), 49);
    assert_string_equal(names[48], node == 49 ? "n48" : "n49");
  }
  dw_view_free(view);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(handler_nodes_carry_the_label),
      cmocka_unit_test(before_kubevirt_every_linux_node_counts),
      cmocka_unit_test(a_given_selector_is_taken_at_its_word),
      cmocka_unit_test(missing_nics_are_told_with_their_nodes),
      cmocka_unit_test(fewer_names_than_nodes_can_be_asked_for),
      cmocka_unit_test(other_faults_are_told),
      cmocka_unit_test(mtus_are_told),
      cmocka_unit_test(common_nics_can_be_masters),
      cmocka_unit_test(what_stands_above_a_nic_makes_it_primary),
      cmocka_unit_test(what_stands_below_is_not_primary),
      cmocka_unit_test(loops_of_controllers_end),
      cmocka_unit_test(another_nodes_address_is_not_this_ones),
      cmocka_unit_test(faults_agree_with_brute_force),
      cmocka_unit_test(names_of_one_node_each_are_kept_apart),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
