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
             &(struct dw_map_options){.suggest_bits = 24, .suggest_v4 = true});
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
                           &(struct dw_map_options){.suggest_bits = 16, .suggest_v4 = true});
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

/* --- sizes, and what the rules say about them --- */

/* A made-up cluster with NODES nodes, and after them MORE. */
static void write_cluster(size_t nodes, const char *more, struct dw_buf *out) {
  for (size_t i = 0; i < nodes; i++)
    dw_buf_printf(out, MAP_NODE("w%zu", "192.168.%zu.%zu"), i, i / 250, 1 + i % 250);
  dw_buf_puts(out, MAP_POD_NETWORK("10.128.0.0/14"));
  dw_buf_puts(out, more);
}

#define DECENTRALIZED MAP_HCO("migration-a", ", featureGates: {decentralizedLiveMigration: true}")

static bool finds(const struct map_case *map, const char *rule) {
  for (size_t i = 0; i < map->map->finding_count; i++)
    if (strcmp(map->map->findings[i].rule, rule) == 0)
      return true;
  return false;
}

/* Judges the cluster with a migration network that has RANGE, and MEMBERS in its ipam. */
static struct map_case judge(const struct dw_buf *cluster, const char *range, const char *members) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_add(&text, cluster->data, cluster->length);
  dw_buf_printf(&text, MAP_NAD_WITH("openshift-cnv", "migration-a", "\"range\":\"%s\"%s"), range, members);
  return MAP(dw_buf_text(&text));
}

/* All suggestions, put into the NAD, are without fault; a range of half the size is not. */
static void expect_fits(size_t nodes, const char *more, bool v4) {
  DW_BUF_SCOPED struct dw_buf cluster = DW_BUF_INIT;
  write_cluster(nodes, more, &cluster);
  MAP_SCOPED map = SUGGEST_FITTING(dw_buf_text(&cluster), v4);
  assert_int_equal(map.map->suggestion_count, DW_MAP_SUGGESTIONS);
  assert_int_equal(map.map->asked_bits, 0);
  for (size_t i = 0; i < map.map->suggestion_count; i++) {
    MAP_SCOPED with = judge(&cluster, map.map->suggestions[i].text, "");
    assert_false(map.map->suggestions[i].tight);
    assert_false(finds(&with, "pool-too-small"));
    assert_false(finds(&with, "pool-tight"));
    assert_false(finds(&with, "overlap-network"));
    assert_false(finds(&with, "overlap-cluster-network"));
  }
  if (map.map->wanted_bits == (v4 ? 30 : 126))
    return;
  struct dw_prefix half = map.map->suggestions[0].prefix;
  char text[DW_PREFIX_TEXT];
  half.bits++;
  MAP_SCOPED smaller = judge(&cluster, dw_prefix_format(&half, text), "");
  assert_true(finds(&smaller, "pool-too-small") || finds(&smaller, "pool-tight"));
}

static void the_smallest_size_that_fits_has_no_fault(void **state) {
  (void)state;
  static const size_t nodes[] = {1, 2, 3, 5, 6, 10, 11, 12, 13, 14, 27, 28, 29, 55, 56, 57, 115, 116};
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
    for (int v4 = 0; v4 < 2; v4++) {
      expect_fits(nodes[i], "", v4);
      expect_fits(nodes[i], DECENTRALIZED, v4);
    }
}

static void the_size_counts_nodes_controllers_and_a_tenth_to_spare(void **state) {
  (void)state;
  static const struct {
    size_t nodes;
    bool decentralized;
    unsigned v4, v6;
  } cases[] = {{1, false, 30, 126},  {2, false, 29, 125},   {3, false, 29, 125},  {5, false, 29, 125},
               {6, false, 28, 124},  {3, true, 29, 125},    {4, true, 28, 124},   {12, false, 28, 124},
               {13, false, 27, 123}, {230, false, 24, 120}, {231, false, 23, 119}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_BUF_SCOPED struct dw_buf cluster = DW_BUF_INIT;
    write_cluster(cases[i].nodes, cases[i].decentralized ? DECENTRALIZED : "", &cluster);
    MAP_SCOPED four = SUGGEST_FITTING(dw_buf_text(&cluster), true);
    MAP_SCOPED six = SUGGEST_FITTING(dw_buf_text(&cluster), false);
    assert_int_equal(four.map->wanted_bits, cases[i].v4);
    assert_int_equal(six.map->wanted_bits, cases[i].v6);
  }
}

static void a_size_that_is_too_small_is_not_suggested(void **state) {
  (void)state;
  static const size_t nodes[] = {1, 2, 3, 6, 7, 14, 15, 62, 63};
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
    for (unsigned bits = 20; bits <= 30; bits++)
      for (int v4 = 0; v4 < 2; v4++) {
        DW_BUF_SCOPED struct dw_buf cluster = DW_BUF_INIT;
        unsigned asked = v4 ? bits : bits + 96;
        write_cluster(nodes[i], DECENTRALIZED, &cluster);
        MAP_SCOPED map = v4 ? SUGGEST4(dw_buf_text(&cluster), asked) : SUGGEST6(dw_buf_text(&cluster), asked);
        assert_int_equal(map.map->suggestion_count, DW_MAP_SUGGESTIONS);
        MAP_SCOPED with = judge(&cluster, map.map->suggestions[0].text, "");
        assert_false(finds(&with, "pool-too-small"));
        assert_true(finds(&with, "pool-tight") == map.map->suggestions[0].tight);
        bool too_small = dw_map_is_too_small(map.map, v4, asked);
        assert_true(too_small == (map.map->wanted_bits < asked));
        assert_true(too_small || map.map->wanted_bits == asked);
      }
}

/* The excludes of the range that it replaces may stay. */
static void a_suggestion_replaces_a_range_with_excludes(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf cluster = DW_BUF_INIT;
  const char *excludes = ",\"exclude\":[\"10.200.5.0/30\",\"fd00:5::/126\"]";
  write_cluster(5, "", &cluster);
  MAP_SCOPED old = judge(&cluster, "10.200.5.0/29", excludes);
  assert_true(finds(&old, "pool-too-small"));
  DW_BUF_SCOPED struct dw_buf whole = DW_BUF_INIT;
  dw_buf_add(&whole, cluster.data, cluster.length);
  dw_buf_printf(&whole, MAP_NAD_WITH("openshift-cnv", "migration-a", "\"range\":\"10.200.5.0/29\"%s"), excludes);
  for (int v4 = 0; v4 < 2; v4++) {
    MAP_SCOPED map = SUGGEST_FITTING(dw_buf_text(&whole), v4);
    for (size_t i = 0; i < map.map->suggestion_count; i++) {
      MAP_SCOPED with = judge(&cluster, map.map->suggestions[i].text, excludes);
      assert_false(finds(&with, "pool-too-small"));
      assert_false(finds(&with, "pool-tight"));
    }
  }
}

static void an_unknown_number_of_nodes_gives_a_usual_size(void **state) {
  (void)state;
  MAP_SCOPED four = SUGGEST_FITTING("", true);
  MAP_SCOPED six = SUGGEST_FITTING("", false);
  assert_int_equal(four.map->wanted_bits, 24);
  assert_int_equal(six.map->wanted_bits, 64);
  MAP_SCOPED small = SUGGEST4("", 30);
  assert_int_equal(small.map->wanted_bits, 30);
  assert_false(small.map->suggestions[0].tight);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(suggests_ranges_near_the_migration_network),
      cmocka_unit_test(the_smallest_size_that_fits_has_no_fault),
      cmocka_unit_test(the_size_counts_nodes_controllers_and_a_tenth_to_spare),
      cmocka_unit_test(a_size_that_is_too_small_is_not_suggested),
      cmocka_unit_test(a_suggestion_replaces_a_range_with_excludes),
      cmocka_unit_test(an_unknown_number_of_nodes_gives_a_usual_size),
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
