#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "map/map_internal.h"
#include "support/map_case.h"

#define NODE(name) MAP_NODE(name, "192.168.1.10")
#define ETH(name, mtu, state) "{name: " name ", type: ethernet, state: " state ", mtu: " mtu "}"
#define ALIKE(name) NODE(name) MAP_NNS(name, ETH("eth1", "9000", "up"))

static const struct dw_map_cell *cell(const struct map_case *map, size_t group, const char *nic) {
  for (size_t i = 0; i < map->map->nic_count; i++)
    if (strcmp(map->map->nics[i].name, nic) == 0)
      return dw_map_cell(&map->map->nodes[group], i);
  return NULL;
}

static void nodes_with_the_same_nics_are_one_group(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(ALIKE("w1") ALIKE("w2") ALIKE("w10") ALIKE("w3"));
  assert_int_equal(map.map->node_group_count, 1);
  assert_string_equal(map.map->nodes[0].label, "w1 ... w10 (4 nodes)");
  assert_string_equal(map.map->nodes[0].names[3], "w10");
  assert_int_equal(map.map->nics[0].nodes, 4);
}

static void nodes_that_differ_are_separate_groups(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(ALIKE("w1") ALIKE("w2") NODE("w3") MAP_NNS("w3", ETH("eth1", "1500", "up")) ALIKE("w4")
                           NODE("w5") MAP_NNS("w5", ETH("eth1", "9000", "down")) NODE("w6"));
  assert_int_equal(map.map->node_group_count, 4);
  assert_string_equal(map.map->nodes[0].label, "w1, w2, w4 (3 nodes)");
  assert_string_equal(map.map->nodes[1].label, "w3");
  assert_int_equal(cell(&map, 1, "eth1")->mtu, 1500);
  assert_string_equal(map.map->nodes[2].label, "w5");
  assert_false(cell(&map, 2, "eth1")->up);
  assert_string_equal(map.map->nodes[3].label, "w6");
  assert_false(map.map->nodes[3].known);
  assert_null(cell(&map, 3, "eth1"));
  assert_int_equal(map.map->unknown_nodes, 1);
}

static void a_long_label_is_shortened(void **state) {
  (void)state;
#define OTHER(name) NODE(name) MAP_NNS(name, ETH("eth1", "1500", "up"))
  MAP_SCOPED map =
      MAP(ALIKE("w1") OTHER("w2") ALIKE("w3") OTHER("w4") ALIKE("w5") OTHER("w6") ALIKE("w7") OTHER("w8") ALIKE("w9"));
  assert_string_equal(map.map->nodes[0].label, "w1, w3, w5 and 2 more (5 nodes)");
  assert_string_equal(map.map->nodes[1].label, "w2, w4, w6 and 1 more (4 nodes)");
}

static void nics_with_the_nodes_traffic_are_marked(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(NODE("w1") MAP_NNS("w1", "{name: eth0, type: ethernet, state: up, mtu: 1500, controller: bond0}, "
                                   "{name: bond0, type: bond, state: up, mtu: 1500, ipv4: {address: [{ip: "
                                   "192.168.1.10}]}}, " ETH("eth1", "9000", "up")));
  assert_true(cell(&map, 0, "eth0")->primary);
  assert_false(cell(&map, 0, "eth0")->own_address);
  assert_string_equal(cell(&map, 0, "eth0")->controller, "bond0");
  assert_true(cell(&map, 0, "bond0")->own_address);
  assert_true(cell(&map, 0, "bond0")->primary);
  assert_false(cell(&map, 0, "eth1")->primary);
  assert_null(cell(&map, 0, "eth1")->controller);
}

static void nics_of_pods_are_left_out(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(NODE("w1") MAP_NNS("w1", "{name: lo, type: loopback, state: up}, {name: veth12, type: veth, state: "
                                   "up, controller: br1}, {name: br1, type: linux-bridge, state: up}, {name: "
                                   "0a1b2c, type: veth, state: up, controller: br-int}, {name: br-int, type: "
                                   "ovs-bridge, state: up}, {name: genev_sys_6081, type: geneve, state: up}"));
  assert_int_equal(map.map->nic_count, 1);
  assert_string_equal(map.map->nics[0].name, "br1");
  assert_true(map.map->nodes[0].cells[0].bridge);
}

static void nads_are_listed_for_the_nic_that_they_use(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(ALIKE("w1") MAP_NAD("a", "net", "10.0.1.0/24") MAP_MIGRATION("z", "10.0.2.0/24")
                           MAP_NAD("b", "net", "10.0.3.0/24"));
  assert_int_equal(map.map->nic_count, 1);
  assert_int_equal(map.map->nics[0].nad_count, 3);
  assert_true(map.map->nics[0].migration);
  assert_string_equal(map.map->nics[0].nads[0], "openshift-cnv/migration-z");
  assert_string_equal(map.map->nics[0].nads[1], "a/net");
}

static void a_master_that_no_node_has_is_listed(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(NODE("w1") MAP_NNS("w1", ETH("eth7", "1500", "up")) MAP_NAD("a", "net", "10.0.1.0/24"));
  assert_int_equal(map.map->nic_count, 2);
  assert_string_equal(map.map->nics[0].name, "eth1");
  assert_int_equal(map.map->nics[0].nodes, 0);
  assert_null(cell(&map, 0, "eth1"));
  assert_non_null(cell(&map, 0, "eth7"));
}

static void names_are_in_natural_order(void **state) {
  (void)state;
  assert_true(dw_map_natural("eth2", "eth10") < 0);
  assert_true(dw_map_natural("eth10", "eth2") > 0);
  assert_true(dw_map_natural("eth2", "eth2.100") < 0);
  assert_true(dw_map_natural("a2b10", "a2b9") > 0);
  assert_true(dw_map_natural("eth02", "eth2") != 0);
  assert_int_equal(dw_map_natural("eth2", "eth2"), 0);
  assert_true(dw_map_natural("n99999999999999999999999", "n100000000000000000000000") < 0);
}

/* Every third node has different NICs. */
static void write_node(size_t i, struct dw_buf *out) {
  if (i % 2 == 0) {
    dw_buf_printf(out,
                  "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"worker-%zu\",\"labels\":"
                  "{\"kubevirt.io/schedulable\":\"true\"}}}",
                  i / 2);
    return;
  }
  dw_buf_printf(
      out,
      "{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":{\"name\":\"worker-%zu\"},"
      "\"status\":{\"currentState\":{\"interfaces\":[",
      i / 2);
  for (unsigned nic = 0; nic < 40; nic++)
    dw_buf_printf(out, "%s{\"name\":\"eth%u\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":%d}", nic > 0 ? "," : "",
                  nic, nic == 39 && i / 2 % 3 == 0 ? 9000 : 1500);
  dw_buf_puts(out, "]}}}");
}

static void thousands_of_nodes_are_few_groups(void **state) {
  (void)state;
  MAP_SCOPED map = map_of_many(10000, write_node);
  assert_int_equal(map.map->handler_nodes, 5000);
  assert_int_equal(map.map->node_group_count, 2);
  assert_int_equal(map.map->nic_count, 40);
  assert_int_equal(map.map->nodes[0].count, 1667);
  assert_int_equal(map.map->nodes[1].count, 3333);
  assert_string_equal(map.map->nodes[1].label,
                      "worker-1, worker-2, worker-4, worker-5, worker-7, worker-8 and 3327 more "
                      "(3333 nodes)");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nodes_with_the_same_nics_are_one_group),
      cmocka_unit_test(nodes_that_differ_are_separate_groups),
      cmocka_unit_test(a_long_label_is_shortened),
      cmocka_unit_test(nics_with_the_nodes_traffic_are_marked),
      cmocka_unit_test(nics_of_pods_are_left_out),
      cmocka_unit_test(nads_are_listed_for_the_nic_that_they_use),
      cmocka_unit_test(a_master_that_no_node_has_is_listed),
      cmocka_unit_test(names_are_in_natural_order),
      cmocka_unit_test(thousands_of_nodes_are_few_groups),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
