#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/map_case.h"

static void suggests_ranges_near_the_migration_network(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(MAP_MIGRATION("a", "10.200.5.0/24"), 24);
  assert_string_equal(map_suggestions(&map), "10.200.6.0/24 10.200.4.0/24 10.200.7.0/24 10.200.3.0/24 10.200.8.0/24");
  assert_int_equal(map.map->suggestions[0].usable, 254);
}

static void prefers_the_configured_migration_network(void **state) {
  (void)state;
  MAP_SCOPED map =
      SUGGEST4(MAP_MIGRATION("a", "10.1.5.0/24") MAP_MIGRATION("b", "192.168.50.0/24") MAP_HCO("migration-b", ""), 25);
  assert_string_equal(map.map->suggestions[0].text, "192.168.51.0/25");
  assert_string_equal(map.map->suggestions[1].text, "192.168.49.128/25");
}

static void suggestions_overlap_nothing(void **state) {
  (void)state;
  MAP_SCOPED map =
      map_of(MAP_MIGRATION("a", "192.168.50.0/24") MAP_NAD("vms", "net", "192.168.51.0/26")
                 MAP_NODE("w1", "192.168.49.7") MAP_NNS("w1", "{name: eth5, ipv4: {address: [{ip: 192.168.52.9}]}}"),
             "{apiVersion: droveway.io/v1alpha1, kind: Policy, clusterNetworks: [{name: x, cidr: "
             "192.168.48.0/24}], remoteClusters: [{name: east, ranges: [192.168.53.4-192.168.53.8/24]}]}",
             &(struct dw_map_options){0, 24, true});
  assert_string_equal(map_suggestions(&map),
                      "192.168.47.0/24 192.168.54.0/24 192.168.46.0/24 192.168.55.0/24 192.168.45.0/24");
}

static void suggests_ranges_without_a_migration_network(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4("", 24);
  assert_string_equal(map.map->suggestions[0].text, "192.168.99.0/24");
  assert_int_equal(map.map->suggestion_count, DW_MAP_SUGGESTIONS);
}

static void common_default_networks_come_last(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(MAP_POD_NETWORK("10.0.0.0/8") MAP_NAD("vms", "a", "192.168.0.0/16"), 16);
  assert_int_equal(map.map->suggestion_count, DW_MAP_SUGGESTIONS);
  assert_string_equal(map.map->suggestions[0].text, "172.28.0.0/16");
  for (size_t i = 0; i < map.map->suggestion_count; i++)
    assert_string_not_equal(map.map->suggestions[i].text, "172.17.0.0/16");
  MAP_SCOPED last = map_of(NULL,
                           "{apiVersion: droveway.io/v1alpha1, kind: Policy, clusterNetworks: [{name: a, cidr: "
                           "10.0.0.0/8}, {name: b, cidr: 192.168.0.0/16}, {name: c, cidr: 172.16.0.0/16}, {name: d, "
                           "cidr: 172.18.0.0/15}, {name: e, cidr: 172.20.0.0/14}, {name: f, cidr: 172.24.0.0/13}]}",
                           &(struct dw_map_options){0, 16, true});
  assert_string_equal(map_suggestions(&last), "172.17.0.0/16");
  assert_string_equal(last.map->suggestions[0].caution, "Docker's default network");
}

static void continues_in_the_next_range_if_one_is_full(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(MAP_POD_NETWORK("10.0.0.0/8") MAP_MIGRATION("a", "10.0.5.0/24"), 24);
  assert_int_equal(map.map->suggestion_count, DW_MAP_SUGGESTIONS);
  for (size_t i = 0; i < map.map->suggestion_count; i++)
    assert_memory_equal(map.map->suggestions[i].text, "192.168.", 8);
}

static void wide_ranges_are_suggested_only_if_they_fit(void **state) {
  (void)state;
  MAP_SCOPED all = SUGGEST4("", 8);
  assert_string_equal(map_suggestions(&all), "10.0.0.0/8");
  assert_non_null(all.map->suggestions[0].caution);
  MAP_SCOPED none = SUGGEST4(MAP_NAD("vms", "a", "10.0.0.0/24"), 8);
  assert_string_equal(map_suggestions(&none), "");
}

static void sizes_outside_the_bounds_are_rejected(void **state) {
  (void)state;
  assert_false(dw_map_can_suggest(true, 0));
  assert_false(dw_map_can_suggest(true, 7));
  assert_true(dw_map_can_suggest(true, 8));
  assert_true(dw_map_can_suggest(true, 30));
  assert_false(dw_map_can_suggest(true, 31));
  assert_false(dw_map_can_suggest(false, 33));
  assert_false(dw_map_can_suggest(false, 47));
  assert_true(dw_map_can_suggest(false, 48));
  assert_true(dw_map_can_suggest(false, 126));
  assert_false(dw_map_can_suggest(false, 127));
  MAP_SCOPED map = SUGGEST4("", 33);
  assert_int_equal(map.map->wanted_bits, 0);
  assert_int_equal(map.map->suggestion_count, 0);
}

static void ipv6_suggestions_are_in_the_same_site(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST6(MAP_MIGRATION("a", "fd01:2:3:5::/64"), 64);
  assert_string_equal(map_suggestions(&map),
                      "fd01:2:3:6::/64 fd01:2:3:4::/64 fd01:2:3:7::/64 fd01:2:3:3::/64 fd01:2:3:8::/64");
  assert_true(map.map->suggestions[0].usable == UINT64_MAX);
}

static void ipv6_without_a_site_gets_a_new_one(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST6(MAP_NODE("w1", "192.168.1.11"), 64);
  MAP_SCOPED again = SUGGEST6(MAP_NODE("w1", "192.168.1.11"), 64);
  MAP_SCOPED other = SUGGEST6(MAP_NODE("w2", "192.168.1.11"), 64);
  assert_int_equal(map.map->suggestion_count, DW_MAP_SUGGESTIONS);
  assert_memory_equal(map.map->suggestions[0].text, "fd", 2);
  assert_non_null(map.map->suggestions[0].caution);
  assert_string_equal(map_suggestions(&map), map_suggestions(&again));
  assert_string_not_equal(map_suggestions(&map), map_suggestions(&other));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(suggests_ranges_near_the_migration_network),
      cmocka_unit_test(prefers_the_configured_migration_network),
      cmocka_unit_test(suggestions_overlap_nothing),
      cmocka_unit_test(suggests_ranges_without_a_migration_network),
      cmocka_unit_test(common_default_networks_come_last),
      cmocka_unit_test(continues_in_the_next_range_if_one_is_full),
      cmocka_unit_test(wide_ranges_are_suggested_only_if_they_fit),
      cmocka_unit_test(sizes_outside_the_bounds_are_rejected),
      cmocka_unit_test(ipv6_suggestions_are_in_the_same_site),
      cmocka_unit_test(ipv6_without_a_site_gets_a_new_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
