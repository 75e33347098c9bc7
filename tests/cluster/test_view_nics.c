#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"
#include "cluster/policy_fixture.h"

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

/* --- nodes --- */

#define HANDLER "kubevirt.io/schedulable: 'true'"

static void handler_nodes_have_the_label(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  add_node(&cluster, "w1", "kubevirt.io/schedulable: 'false'", "10.0.0.1");
  add_node(&cluster, "cp", "kubernetes.io/os: linux", "10.0.0.3");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_summary(view).handler_nodes, 2);
  const char *names[2];
  assert_int_equal(dw_view_nodes_without_nics(view, names, 2), 2);
  assert_string_equal(names[0], "w1");
  assert_string_equal(names[1], "w2");
  dw_view_free(view);
}

static void without_kubevirt_every_linux_node_counts(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", "kubernetes.io/os: linux", "10.0.0.1");
  add_node(&cluster, "w2", "", "10.0.0.2");
  add_node(&cluster, "win", "kubernetes.io/os: windows", "10.0.0.3");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_summary(view).handler_nodes, 2);
  dw_view_free(view);
}

static void a_configured_selector_is_trusted(void **state) {
  (void)state;
  struct dw_policy *picky = policy_of(POLICY "nodes: {selector: \"role=kvm\"}\n");
  struct cluster cluster = {0};
  add_node(&cluster, "w1", "role: kvm", "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  struct dw_view *view = cluster_view(&cluster, picky);
  assert_int_equal(dw_view_summary(view).handler_nodes, 1);
  dw_view_free(view);
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  view = cluster_view(&cluster, picky);
  assert_int_equal(dw_view_summary(view).handler_nodes, 0);
  dw_view_free(view);
  dw_policy_free(picky);
}

/* --- faults --- */

/* Three nodes with virt-handler, w1..w3, and cp without it; w4 has no NodeNetworkState. */
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

static void missing_nics_are_reported_with_their_nodes(void **state) {
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
  assert_int_equal(dw_view_summary(view).handler_nodes, 4);
  dw_view_free(view);
}

static void returns_fewer_names_than_nodes_if_requested(void **state) {
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

static void other_faults_are_reported(void **state) {
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

static void mtus_are_reported(void **state) {
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
  assert_string_equal(dw_view_nearest_nic(view, "eth2"), "eth1"); /* never eth0, which has the node's address */
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

static void a_primary_controller_makes_its_port_primary(void **state) {
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

static void a_primary_port_does_not_make_its_controller_primary(void **state) {
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

static void ignores_addresses_of_other_nodes(void **state) {
  (void)state;
  assert_string_equal(primary_of("{name: a, ipv4: {address: [{ip: 10.0.0.2}]}}", "", "a"), "no");
  assert_string_equal(primary_of("{name: a, ipv6: {address: [{ip: '::a00:1'}]}}", "", "a"), "no");
}

/* --- comparison with brute force, and many NICs --- */

enum { NODES = 500, NICS = 12 };

struct plan {
  bool there[NODES][NICS];
  bool up[NODES][NICS];
  uint32_t mtu[NODES][NICS];
};

/* NIC 0 has no faults; the others have faults on more and more nodes. */
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
    return plan->there[node][nic] && mtu != 0 && mtu < query->number;
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
  assert_int_equal(dw_view_summary(view).handler_nodes, NODES);
  dw_view_free(view);
  free(plan);
}

static void distinguishes_names_that_only_one_node_has(void **state) {
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

/* --- alternative names --- */

static void accepts_an_alternative_name(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  add_node(&cluster, "w3", HANDLER, "10.0.0.3");
  add_nics(&cluster, "w1", "{name: eth1, type: ethernet, mtu: 9000, alt-names: [{name: storage}, {name: eth7}]}", "");
  add_nics(&cluster, "w2",
           "{name: eno1, type: ethernet, mtu: 1500, state: down, alt-names: [{name: storage}]}, {name: eth7}", "");
  /* The kernel does not allow a name twice. A proper name has precedence. */
  add_nics(&cluster, "w3",
           "{name: storage, mtu: 2000}, {name: x, alt-names: [{name: storage}, {name: eth7}]}, {name: z, alt-names: "
           "[{name: eth7}]}",
           "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(fault(view, "storage", DW_NIC_MISSING), "0:");
  assert_string_equal(fault(view, "storage", DW_NIC_DOWN), "1: w2");
  assert_string_equal(fault(view, "eth7", DW_NIC_MISSING), "0:");
  struct dw_mtu_range mtu;
  assert_true(dw_view_nic_mtu(view, "storage", &mtu));
  assert_int_equal(mtu.low, 1500);
  assert_int_equal(mtu.high, 9000);
  assert_string_equal(dw_view_nic_proper(view, "storage"), "eth1");
  assert_string_equal(dw_view_nic_proper(view, "eth1"), "eth1");
  assert_string_equal(dw_view_nic_proper(view, "nowhere"), "nowhere");
  assert_int_equal(dw_view_nic_on(view, "w3", "storage")->mtu, 2000);
  assert_null(dw_view_nic_on(view, "w9", "storage"));
  assert_string_equal(common(view), "0:");
  dw_view_free(view);
}

/* The report of nmstate up to 2.2.50. */
static void a_name_that_udev_may_have_added_is_uncertain(void **state) {
  (void)state;
  static const struct {
    const char *nics, *name, *missing;
  } cases[] = {
      {"{name: eno1, type: ethernet}", "enp3s0", "0:"},
      {"{name: eno1, type: ethernet}", "ens1", "0:"},
      {"{name: ens1, type: ethernet}", "enp3s0f0", "0:"},
      {"{name: ens1, type: ethernet}", "enP2p3s0", "0:"},
      {"{name: eth0, type: ethernet}", "eno1", "0:"},
      {"{name: enp3s0, type: ethernet}", "enx0200", "0:"},
      {"{name: ib0, type: infiniband}", "ibp3s0", "0:"},
      {"{name: eth0, type: ethernet}", "alongerthan15byt", "0:"},
      {"{name: ens1, type: ethernet}", "eno1", "1: w1"},
      {"{name: enp3s0, type: ethernet}", "ens1", "1: w1"},
      {"{name: eno1, type: ethernet}", "eno2", "1: w1"},
      {"{name: bond0, type: bond}", "enp3s0", "1: w1"},
      {"{name: eth0, type: ethernet}", "eth1", "1: w1"},
      {"{name: eth0, type: ethernet}", "en", "1: w1"},
      {"{name: eth0, type: ethernet}", "bond2", "1: w1"},
      {"{name: eth0, type: ethernet}", "ethernet15bytes", "1: w1"},
      {"{name: eno1, type: ethernet}, {name: eno2, type: ethernet, alt-names: [{name: enp3s1}]}", "enp3s0", "1: w1"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct cluster cluster = {0};
    add_node(&cluster, "w1", HANDLER, "10.0.0.1");
    add_nics(&cluster, "w1", cases[i].nics, "");
    struct dw_view *view = cluster_view(&cluster, policy);
    assert_string_equal(fault(view, cases[i].name, DW_NIC_MISSING), cases[i].missing);
    assert_string_equal(fault(view, cases[i].name, DW_NIC_UNSURE), cases[i].missing[0] == '0' ? "1: w1" : "0:");
    dw_view_free(view);
  }
}

/* --- ports --- */

static void reports_a_port_whose_frames_are_passed_to_its_controller(void **state) {
  (void)state;
  static const struct {
    const char *nics;
    bool port;
  } cases[] = {
      {"{name: x, type: ethernet, controller: b}, {name: b, type: bond}", true},
      {"{name: x, type: bond, controller: b}, {name: b, type: linux-bridge}", true},
      {"{name: x, type: vlan, controller: b}, {name: b, type: ovs-bridge}, {name: b, type: ovs-interface, controller: "
       "b}",
       true},
      {"{name: x, type: ethernet, master: b}, {name: b, type: hsr}", true},
      {"{name: x, type: ethernet, controller: ovs-system}", true},
      {"{name: x, type: ethernet, controller: b}, {name: b, type: vrf}", false},
      {"{name: x, type: ethernet, controller: b}, {name: b, type: unknown}", false},
      {"{name: x, type: ethernet, controller: b}", false},
      {"{name: x, type: ovs-interface, controller: b}, {name: b, type: ovs-bridge}", false},
      {"{name: x, type: ovs-interface, controller: x}, {name: x, type: ovs-bridge}", false},
      {"{name: x, type: linux-bridge}", false},
      {"{name: x, type: ethernet}", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct cluster cluster = {0};
    add_node(&cluster, "w1", HANDLER, "10.0.0.1");
    add_nics(&cluster, "w1", cases[i].nics, "");
    struct dw_view *view = cluster_view(&cluster, policy);
    if (strcmp(fault(view, "x", DW_NIC_IS_PORT), cases[i].port ? "1: w1" : "0:") != 0)
      fail_msg("%s", cases[i].nics);
    dw_view_free(view);
  }
}

static void distinguishes_kinds_of_nics(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_nics(&cluster, "w1",
           "{name: lo, type: loopback}, {name: ib0, type: infiniband}, {name: br1, type: linux-bridge}, {name: br-ex, "
           "type: ovs-bridge}, {name: br-ex, type: ovs-interface, controller: br-ex}",
           "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(fault(view, "lo", DW_NIC_IS_LOOPBACK), "1: w1");
  assert_string_equal(fault(view, "ib0", DW_NIC_IS_LOOPBACK), "0:");
  assert_string_equal(fault(view, "ib0", DW_NIC_IS_INFINIBAND), "1: w1");
  assert_string_equal(fault(view, "br1", DW_NIC_NO_OVS_BRIDGE), "1: w1");
  assert_string_equal(fault(view, "br-ex", DW_NIC_NO_OVS_BRIDGE), "0:");
  assert_string_equal(fault(view, "br-ex", DW_NIC_NO_BRIDGE), "1: w1");
  dw_view_free(view);
}

/* --- below bridges --- */

static void a_bridge_has_the_mtu_of_its_best_uplink(void **state) {
  (void)state;
  static const struct {
    const char *nics;
    uint32_t mtu;
  } cases[] = {
      {"{name: b, type: linux-bridge, mtu: 1500, bridge: {port: [{name: e}]}}, {name: e, mtu: 9000}", 9000},
      {"{name: b, type: linux-bridge, mtu: 1500, bridge: {port: [{name: e}, {name: f}]}}, {name: e, mtu: 9000}, {name: "
       "f, mtu: 1500}",
       9000},
      {"{name: b, type: linux-bridge, bridge: {port: [{name: e}, {name: t}]}}, {name: e, mtu: 1500}, {name: t, type: "
       "tun, "
       "mtu: 9000}",
       1500},
      {"{name: b, type: linux-bridge, mtu: 1500, bridge: {port: [{name: e}, {name: f}]}}, {name: e, mtu: 1500}", 0},
      {"{name: b, type: linux-bridge, mtu: 1500, bridge: {port: [{name: e}]}}, {name: e}", 0},
      {"{name: b, type: linux-bridge, mtu: 1500, bridge: {port: []}}", 0},
      {"{name: b, type: ethernet, mtu: 1500}", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct cluster cluster = {0};
    add_node(&cluster, "w1", HANDLER, "10.0.0.1");
    add_nics(&cluster, "w1", cases[i].nics, "");
    struct dw_view *view = cluster_view(&cluster, policy);
    assert_int_equal(dw_view_wire_mtu(view, "b"), cases[i].mtu);
    if (cases[i].mtu > 0) {
      assert_string_equal(fault_below(view, "b", DW_NIC_WIRE_MTU_BELOW, cases[i].mtu), "0:");
      assert_string_equal(fault_below(view, "b", DW_NIC_WIRE_MTU_BELOW, cases[i].mtu + 1), "1: w1");
    } else {
      assert_string_equal(fault_below(view, "b", DW_NIC_WIRE_MTU_BELOW, 60000), "0:");
    }
    dw_view_free(view);
  }
}

static void a_vlan_that_no_uplink_carries_is_reported(void **state) {
  (void)state;
#define FILTERING(ports) "{name: b, type: linux-bridge, bridge: {port: [" ports "]}}, {name: t, type: tun}"
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  add_node(&cluster, "w3", HANDLER, "10.0.0.3");
  add_node(&cluster, "w4", HANDLER, "10.0.0.4");
  add_nics(&cluster, "w1",
           FILTERING("{name: e, vlan: {mode: trunk, trunk-tags: [{id: 100}, {id-range: {min: 200, max: 299}}], "
                     "enable-native: true, tag: 7}}, {name: t, vlan: {mode: access, tag: 400}}"),
           "");
  add_nics(&cluster, "w2",
           FILTERING("{name: e, vlan: {mode: trunk, trunk-tags: [{id-range: {min: 2, max: 4094}}]}}, {name: f, vlan: "
                     "{tag: 5}}"),
           "");
  /* One uplink, or the only one, is unknown. */
  add_nics(&cluster, "w3", FILTERING("{name: e, vlan: {mode: access, tag: 7}}, {name: f}"), "");
  add_nics(&cluster, "w4", FILTERING("{name: e, vlan: {}}"), "");
  struct dw_view *view = cluster_view(&cluster, policy);
  static const struct {
    uint32_t vlan;
    const char *nodes;
  } cases[] = {{100, "0:"},    {101, "1: w1"}, {199, "1: w1"}, {200, "0:"},     {299, "0:"},
               {300, "1: w1"}, {7, "0:"},      {400, "1: w1"}, {4094, "1: w1"}, {1, "0:"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(fault_below(view, "b", DW_NIC_VLAN_CLOSED, cases[i].vlan), cases[i].nodes);
  assert_string_equal(fault_below(view, "e", DW_NIC_VLAN_CLOSED, 101), "0:");
  dw_view_free(view);
}

static void a_bridge_carries_its_default_vlan(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_nics(
      &cluster, "w1",
      "{name: b, type: linux-bridge, bridge: {options: {vlan-default-pvid: 9}, port: [{name: e, vlan: {mode: trunk, "
      "trunk-tags: [{id: 5}]}}]}}",
      "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(fault_below(view, "b", DW_NIC_VLAN_CLOSED, 9), "0:");
  assert_string_equal(fault_below(view, "b", DW_NIC_VLAN_CLOSED, 5), "0:");
  assert_string_equal(fault_below(view, "b", DW_NIC_VLAN_CLOSED, 1), "1: w1");
  dw_view_free(view);
}

static void reports_a_vlan_interface_of_the_nic(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
  add_nics(&cluster, "w1", "{name: eth1}, {name: storage, type: vlan, vlan: {base-iface: eth1, id: 100}}, {name: eth2}",
           "");
  add_nics(&cluster, "w2",
           "{name: eth1}, {name: eth2}, {name: eth1.100, type: vlan, state: down, vlan: {base-iface: eth1, id: 100}}, "
           "{name: "
           "eth2.4095, type: vlan, vlan: {base-iface: eth2, id: 4095}}, {name: odd, type: vlan, vlan: {base-iface: "
           "nowhere, id: 100}}, {name: odder, type: vlan}",
           "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(fault_below(view, "eth1", DW_NIC_VLAN_TAKEN, 100), "1: w1");
  assert_string_equal(fault_below(view, "eth1", DW_NIC_VLAN_TAKEN, 101), "0:");
  assert_string_equal(fault_below(view, "eth2", DW_NIC_VLAN_TAKEN, 100), "0:");
  assert_string_equal(fault_below(view, "eth2", DW_NIC_VLAN_TAKEN, 4095), "1: w2");
  assert_string_equal(fault_below(view, "eth2", DW_NIC_VLAN_TAKEN, 4096), "0:");
  dw_view_free(view);
}

/* --- speed --- */

static void the_speed_is_that_of_the_nics_below(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_node(&cluster, "w2", HANDLER, "10.0.0.2");
#define SPEED(name, speed, more) "{name: " name ", type: ethernet, ethernet: {speed: " speed "}" more "}, "
#define ABOVE                                                                                                          \
  "{name: bond0, type: bond, controller: br1}, {name: bond0.5, type: vlan, vlan: {base-iface: bond0, id: 5}}, {name: " \
  "br1, type: linux-bridge, bridge: {port: [{name: bond0}]}}, {name: br2, type: linux-bridge}, {name: bond9, type: "   \
  "bond}, {name: half, type: ethernet, controller: bond9}"
  add_nics(&cluster, "w1",
           SPEED("eth0", "25000", ", controller: bond0") SPEED("eth1", "25000", ", controller: bond0")
               SPEED("eth2", "10000", ", controller: bond9") ABOVE,
           "");
  add_nics(&cluster, "w2",
           SPEED("eth0", "10000", ", controller: bond0") SPEED("eth1", "25000", ", controller: bond0")
               SPEED("eth2", "10000", ", controller: bond9") ABOVE,
           "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_nic_speed(view, "eth0"), 10000);
  assert_int_equal(dw_view_nic_speed(view, "eth1"), 25000);
  assert_int_equal(dw_view_nic_speed(view, "bond0"), 35000);
  assert_int_equal(dw_view_nic_speed(view, "bond0.5"), 35000);
  assert_int_equal(dw_view_nic_speed(view, "br1"), 35000);
  assert_int_equal(dw_view_nic_speed(view, "br2"), 0);
  assert_int_equal(dw_view_nic_speed(view, "bond9"), 0); /* one port is unknown */
  assert_int_equal(dw_view_nic_speed(view, "half"), 0);
  assert_int_equal(dw_view_nic_speed(view, "nowhere"), 0);
  dw_view_free(view);
}

static void a_loop_has_no_speed(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "w1", HANDLER, "10.0.0.1");
  add_nics(&cluster, "w1",
           "{name: a, type: bond, controller: b}, {name: b, type: bond, controller: a}, {name: v, type: vlan, vlan: "
           "{base-iface: v}}",
           "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_nic_speed(view, "a"), 0);
  assert_int_equal(dw_view_nic_speed(view, "v"), 0);
  dw_view_free(view);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(handler_nodes_have_the_label),
      cmocka_unit_test(without_kubevirt_every_linux_node_counts),
      cmocka_unit_test(a_configured_selector_is_trusted),
      cmocka_unit_test(missing_nics_are_reported_with_their_nodes),
      cmocka_unit_test(returns_fewer_names_than_nodes_if_requested),
      cmocka_unit_test(other_faults_are_reported),
      cmocka_unit_test(mtus_are_reported),
      cmocka_unit_test(common_nics_can_be_masters),
      cmocka_unit_test(a_primary_controller_makes_its_port_primary),
      cmocka_unit_test(a_primary_port_does_not_make_its_controller_primary),
      cmocka_unit_test(loops_of_controllers_end),
      cmocka_unit_test(ignores_addresses_of_other_nodes),
      cmocka_unit_test(faults_agree_with_brute_force),
      cmocka_unit_test(distinguishes_names_that_only_one_node_has),
      cmocka_unit_test(accepts_an_alternative_name),
      cmocka_unit_test(a_name_that_udev_may_have_added_is_uncertain),
      cmocka_unit_test(reports_a_port_whose_frames_are_passed_to_its_controller),
      cmocka_unit_test(distinguishes_kinds_of_nics),
      cmocka_unit_test(a_bridge_has_the_mtu_of_its_best_uplink),
      cmocka_unit_test(a_vlan_that_no_uplink_carries_is_reported),
      cmocka_unit_test(a_bridge_carries_its_default_vlan),
      cmocka_unit_test(reports_a_vlan_interface_of_the_nic),
      cmocka_unit_test(the_speed_is_that_of_the_nics_below),
      cmocka_unit_test(a_loop_has_no_speed),
  };
  return cmocka_run_group_tests(tests, policy_set_up, policy_tear_down);
}
