#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/map_case.h"

/* --- entries --- */

static void without_a_cluster_everything_is_unknown(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(NULL);
  assert_int_equal(map.map->entry_count, 0);
  assert_int_equal(map.map->area_count, 3);
  assert_string_equal(map_rows(&map, "10.0.0.0/8"), "10.0.0.0/8 -");
  assert_string_equal(map_rows(&map, "172.16.0.0/12"), "172.16.0.0/12 -");
  assert_string_equal(map_rows(&map, "192.168.0.0/16"), "192.168.0.0/16 -");
  assert_int_equal(map.map->needed, 0);
  assert_null(map.map->network);
  assert_int_equal(map.map->note_count, 3);
}

static void each_entry_has_its_source(void **state) {
  (void)state;
  MAP_SCOPED map = map_of(MAP_POD_NETWORK("10.128.0.0/14") MAP_NODE("w1", "192.168.1.11") MAP_NODE("w2", "192.168.1.12")
                              MAP_MIGRATION("a", "10.0.5.0/24") MAP_NAD("vms", "net", "10.0.6.0/25"),
                          "{apiVersion: droveway.io/v1alpha1, kind: Policy, remoteClusters: [{name: east, ranges: "
                          "[192.168.99.128/25]}]}",
                          &(struct dw_map_options){0});
  const struct dw_map_entry *pods = map_entry(&map, "10.128.0.0/14");
  assert_int_equal(pods->kind, DW_MAP_CLUSTER_NETWORK);
  assert_string_equal(pods->name, "pod network");
  assert_string_equal(pods->object, "Network cluster");
  assert_int_equal(pods->usable, 1 << 18);
  const struct dw_map_entry *migration = map_entry(&map, "10.0.5.0/24");
  assert_int_equal(migration->kind, DW_MAP_MIGRATION_POOL);
  assert_string_equal(migration->name, "NAD openshift-cnv/migration-a");
  assert_string_equal(migration->object, "NetworkAttachmentDefinition openshift-cnv/migration-a");
  assert_string_equal(migration->field, "spec.config.ipam.range");
  assert_int_equal(migration->usable, 254);
  assert_int_equal(migration->needed, 2);
  const struct dw_map_entry *other = map_entry(&map, "10.0.6.0/25");
  assert_int_equal(other->kind, DW_MAP_POOL);
  assert_int_equal(other->needed, 0);
  const struct dw_map_entry *remote = map_entry(&map, "192.168.99.128/25");
  assert_string_equal(remote->name, "remote cluster east");
  assert_string_equal(remote->object, "policy");
  const struct dw_map_entry *nodes = map_entry(&map, "192.168.1.11-192.168.1.12");
  assert_int_equal(nodes->kind, DW_MAP_ADDRESSES);
  assert_int_equal(nodes->usable, 2);
  assert_string_equal(nodes->object, "Node w1 and 1 more");
}

static void a_pool_can_be_smaller_than_its_subnet(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(MAP_NAD_WITH("vms", "net", "\"range\":\"10.0.6.10-10.0.6.20/24\",\"exclude\":[\"10.0.6.12/30\"]"));
  char text[DW_ADDR_TEXT];
  const struct dw_map_entry *pool = map_entry(&map, "10.0.6.0/24");
  assert_string_equal(dw_addr_format(&pool->span.first, text), "10.0.6.0");
  assert_string_equal(dw_addr_format(&pool->pool.first, text), "10.0.6.10");
  assert_string_equal(dw_addr_format(&pool->pool.last, text), "10.0.6.20");
  assert_int_equal(pool->usable, 7);
}

static void copies_of_a_network_are_one_entry(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NAD("a", "net", "10.0.6.0/24") MAP_NAD("b", "net", "10.0.6.0/24")
                           MAP_NAD("c", "net", "10.0.6.0/24") MAP_NAD("c", "half", "10.0.6.0/25"));
  assert_int_equal(map.map->entry_count, 2);
  assert_int_equal(map_entry(&map, "10.0.6.0/24")->copies, 2);
  assert_int_equal(map_entry(&map, "10.0.6.0/25")->copies, 0);
}

static void migration_networks_are_separate_entries(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_MIGRATION("a", "10.0.6.0/24") MAP_MIGRATION("b", "10.0.6.0/24"));
  assert_int_equal(map.map->entry_count, 2);
  assert_int_equal(map.map->entries[0].overlap_count, 1);
  assert_string_equal(map.map->entries[0].overlaps[0], "NAD openshift-cnv/migration-b 10.0.6.0/24");
  assert_null(map.map->entries[0].overlaps[1]);
}

static void synchronization_controllers_need_addresses(void **state) {
  (void)state;
#define TWO_NODES MAP_NODE("w1", "192.168.1.11") MAP_NODE("w2", "192.168.1.12") MAP_MIGRATION("a", "10.0.6.0/29")
  MAP_SCOPED without = MAP(TWO_NODES MAP_HCO("migration-a", ", featureGates: {decentralizedLiveMigration: false}"));
  MAP_SCOPED with = MAP(TWO_NODES MAP_HCO("migration-a", ", featureGates: {decentralizedLiveMigration: true}"));
  assert_int_equal(without.map->needed, 2);
  assert_int_equal(with.map->needed, 4);
  assert_int_equal(without.map->needed_by_sync, 0);
  assert_int_equal(with.map->needed_by_sync, 2); /* one, and another one during updates */
  assert_string_equal(with.map->network, "migration-a");
}

static void a_pool_with_one_address_too_few_is_crowded(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NODE("w1", "192.168.1.11") MAP_NODE("w2", "192.168.1.12") MAP_NODE("w3", "192.168.1.13")
                           MAP_MIGRATION("a", "10.0.6.0/30")
                               MAP_NAD_WITH("openshift-cnv", "migration-b", "\"range\":\"10.0.7.1-10.0.7.3/24\""));
  assert_true(map_entry(&map, "10.0.6.0/30")->crowded);
  assert_false(map_entry(&map, "10.0.7.0/24")->crowded);
}

/* --- overlaps --- */

static void an_overlap_is_listed_for_both_entries(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_POD_NETWORK("10.128.0.0/14") MAP_NAD("vms", "net", "10.129.0.0/24"));
  const struct dw_map_entry *pods = map_entry(&map, "10.128.0.0/14");
  const struct dw_map_entry *pool = map_entry(&map, "10.129.0.0/24");
  assert_int_equal(pods->overlap_count, 1);
  assert_string_equal(pods->overlaps[0], "NAD vms/net 10.129.0.0/24");
  assert_int_equal(pool->overlap_count, 1);
  assert_string_equal(pool->overlaps[0], "pod network 10.128.0.0/14");
}

static void adjacent_ranges_do_not_overlap(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_POD_NETWORK("10.128.0.0/14") MAP_MIGRATION("a", "10.132.0.0/24")
                           MAP_MIGRATION("b", "10.132.1.0/24") MAP_MIGRATION("c", "10.127.255.0/24"));
  for (size_t i = 0; i < map.map->entry_count; i++)
    assert_int_equal(map.map->entries[i].overlap_count, 0);
}

static void parts_of_one_subnet_do_not_overlap(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NAD_WITH("openshift-cnv", "migration-a", "\"range\":\"10.0.6.10-10.0.6.20/24\"")
                           MAP_NAD_WITH("openshift-cnv", "migration-b", "\"range\":\"10.0.6.21-10.0.6.30/24\"")
                               MAP_NAD_WITH("openshift-cnv", "migration-c", "\"range\":\"10.0.6.30-10.0.6.31/24\""));
  assert_int_equal(map.map->entry_count, 3);
  assert_int_equal(map.map->entries[0].overlap_count, 0);
  assert_int_equal(map.map->entries[1].overlap_count, 1);
  assert_int_equal(map.map->entries[2].overlap_count, 1);
}

#define REMOTE                                                                                                         \
  "{apiVersion: droveway.io/v1alpha1, kind: Policy, remoteClusters: [{name: east, ranges: [192.168.99.128/25]}]}"

static void remote_clusters_conflict_only_with_migration_networks(void **state) {
  (void)state;
  MAP_SCOPED map = map_of(MAP_MIGRATION("a", "192.168.99.0/24") MAP_NAD("vms", "net", "192.168.99.192/26"), REMOTE,
                          &(struct dw_map_options){0});
  assert_int_equal(map_entry(&map, "192.168.99.128/25")->overlap_count, 1);
  assert_string_equal(map_entry(&map, "192.168.99.128/25")->overlaps[0],
                      "NAD openshift-cnv/migration-a 192.168.99.0/24");
  assert_int_equal(map_entry(&map, "192.168.99.0/24")->overlap_count, 2);
  assert_string_equal(map_entry(&map, "192.168.99.0/24")->overlaps[1], "remote cluster east 192.168.99.128/25");
}

static void excluded_addresses_do_not_conflict_with_a_remote_cluster(void **state) {
  (void)state;
  MAP_SCOPED map = map_of(
      MAP_NAD_WITH("openshift-cnv", "migration-a", "\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.128/25\"]"),
      REMOTE, &(struct dw_map_options){0});
  assert_int_equal(map_entry(&map, "192.168.99.128/25")->overlap_count, 0);
  assert_int_equal(map_entry(&map, "192.168.99.0/24")->overlap_count, 0);
}

static void a_divided_pool_conflicts_with_a_remote_cluster_once(void **state) {
  (void)state;
  MAP_SCOPED map = map_of(MAP_NAD_WITH("openshift-cnv", "migration-a",
                                       "\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.140/32\","
                                       "\"192.168.99.150/32\"]"),
                          REMOTE, &(struct dw_map_options){0});
  assert_int_equal(map_entry(&map, "192.168.99.128/25")->overlap_count, 1);
}

static void a_pool_that_contains_a_node_is_a_conflict(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NODE("w1", "192.168.1.11") MAP_NODE("w2", "192.168.1.200")
                           MAP_MIGRATION("a", "192.168.1.8/29") MAP_MIGRATION("b", "192.168.1.64/26"));
  assert_int_equal(map_entry(&map, "192.168.1.8/29")->overlap_count, 1);
  assert_int_equal(map_entry(&map, "192.168.1.64/26")->overlap_count, 0);
  assert_int_equal(map_entry(&map, "192.168.1.11-192.168.1.200")->overlap_count, 1);
}

/* --- areas --- */

static void gaps_are_between_entries(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_POD_NETWORK("10.128.0.0/14") MAP_NAD("vms", "net", "10.132.0.0/24"));
  assert_string_equal(map_rows(&map, "10.0.0.0/8"),
                      "10.0.0.0/9 -, 10.128.0.0/14 cluster network, 10.132.0.0/24 other pool, "
                      "10.132.1.0-10.255.255.255 -");
  const struct dw_map_area *area = map_area(&map, "10.0.0.0/8");
  assert_int_equal(area->entry_count, 2);
  assert_int_equal(area->gap_count, 2);
  assert_int_equal(area->rows[0].gap->size, 1 << 23);
  assert_string_equal(area->rows[3].gap->widest_text, "10.192.0.0/10");
}

static void an_entry_comes_before_those_inside_it(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(MAP_POD_NETWORK("10.0.0.0/8") MAP_NAD("vms", "b", "10.0.0.0/24") MAP_NAD("vms", "a", "10.0.0.0/25"));
  assert_string_equal(map_rows(&map, "10.0.0.0/8"),
                      "10.0.0.0/8 cluster network, 10.0.0.0/24 other pool, 10.0.0.0/25 other pool");
  assert_int_equal(map_area(&map, "10.0.0.0/8")->room_count, 0);
}

static void free_space_is_counted_by_size(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NAD("vms", "net", "192.168.0.0/24"));
  assert_int_equal(map_fits(&map, "192.168.0.0/16", 16), 0);
  assert_int_equal(map_fits(&map, "192.168.0.0/16", 17), 1);
  assert_int_equal(map_fits(&map, "192.168.0.0/16", 24), 255);
  assert_int_equal(map_fits(&map, "192.168.0.0/16", 30), 255 * 64);
  assert_int_equal(map_fits(&map, "192.168.0.0/16", 31), 0);
  const struct dw_map_area *area = map_area(&map, "192.168.0.0/16");
  assert_int_equal(area->room[0].bits, 17);
  for (size_t i = 0; i < area->room_count; i++)
    assert_int_equal(area->room[i].blocks, area->room[i].bits <= 24 ? 1 : 0);
}

static void other_addresses_have_an_area_without_gaps(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NAD("vms", "net", "203.0.113.0/24") MAP_NAD("vms", "six", "2001:db8::/64"));
  assert_string_equal(map_rows(&map, "other IPv4 addresses"), "203.0.113.0/24 other pool");
  assert_string_equal(map_rows(&map, "other IPv6 addresses"), "2001:db8::/64 other pool");
  assert_null(map_area(&map, "fc00::/7"));
}

static void ipv6_has_free_space_only_in_the_sites_in_use(void **state) {
  (void)state;
  MAP_SCOPED map = MAP(MAP_NAD("vms", "six", "fd01:2:3::/64") MAP_NAD("vms", "part", "fd01:2:3:1::/112"));
  assert_string_equal(map_rows(&map, "fc00::/7"), "fd01:2:3::/64 other pool, fd01:2:3:1::/112 other pool, "
                                                  "fd01:2:3:2::-fd01:2:3:ffff:ffff:ffff:ffff:ffff -");
  assert_int_equal(map_fits(&map, "fc00::/7", 64), 65534);
  assert_int_equal(map_fits(&map, "fc00::/7", 49), 1);
  assert_int_equal(map_fits(&map, "fc00::/7", 48), 0);
}

static void one_family_can_be_selected(void **state) {
  (void)state;
#define BOTH MAP_NAD("vms", "four", "10.0.0.0/24") MAP_NAD("vms", "six", "fd01:2:3::/64")
  MAP_SCOPED four = map_of(BOTH, NULL, &(struct dw_map_options){.family = 4});
  MAP_SCOPED six = map_of(BOTH, NULL, &(struct dw_map_options){.family = 6});
  assert_int_equal(four.map->entry_count, 1);
  assert_int_equal(four.map->area_count, 3);
  assert_int_equal(six.map->entry_count, 1);
  assert_int_equal(six.map->area_count, 1);
  assert_string_equal(six.map->areas[0].title, "fc00::/7");
}

static void a_full_family_does_not_affect_the_other(void **state) {
  (void)state;
  MAP_SCOPED map = map_of(NULL,
                          "{apiVersion: droveway.io/v1alpha1, kind: Policy, clusterNetworks: [{name: all, cidr: "
                          "\"::/0\"}]}",
                          &(struct dw_map_options){0});
  assert_string_equal(map_rows(&map, "10.0.0.0/8"), "10.0.0.0/8 -");
  assert_string_equal(map_rows(&map, "other IPv6 addresses"), "::/0 cluster network");
}

static void adjacent_pod_cidrs_are_one_entry(void **state) {
  (void)state;
#define POD_CIDR(name, cidr)                                                                                           \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: " name "}, spec: {podCIDRs: [" cidr "]}}\n"
  MAP_SCOPED map = MAP(POD_CIDR("a", "10.244.0.0/24") POD_CIDR("b", "10.244.1.0/24") POD_CIDR("c", "10.244.3.0/24"));
  assert_int_equal(map.map->entry_count, 2);
  assert_string_equal(map_entry(&map, "10.244.0.0/23")->object, "Node a and 1 more");
  assert_string_equal(map_entry(&map, "10.244.3.0/24")->object, "Node c");
}

/* --- findings --- */

static void findings_match_the_audit(void **state) {
  (void)state;
  MAP_SCOPED map =
      MAP(MAP_POD_NETWORK("10.128.0.0/14") MAP_MIGRATION("a", "10.129.0.0/24") MAP_NAD("vms", "net", "10.0.0.0/31"));
  assert_int_equal(map.map->audited, 2);
  assert_int_equal(map.map->finding_count, map.map->denials + map.map->warnings);
  bool found = false;
  for (size_t i = 0; i < map.map->finding_count; i++) {
    const struct dw_map_finding *finding = &map.map->findings[i];
    assert_true(finding->deny == (i < map.map->denials));
    if (strcmp(finding->rule, "overlap-cluster-network") != 0)
      continue;
    found = true;
    assert_string_equal(finding->object, "NetworkAttachmentDefinition openshift-cnv/migration-a");
    assert_string_equal(finding->field, "spec.config.ipam.range");
    assert_string_equal(finding->message, "Invalid value: \"10.129.0.0/24\": overlaps the pod network 10.128.0.0/14 "
                                          "(Network cluster); choose a range outside it");
  }
  assert_true(found);
}

/* --- large --- */

static void write_nad(size_t i, struct dw_buf *out) {
  dw_buf_printf(out,
                "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":"
                "{\"namespace\":\"vms\",\"name\":\"net-%zu\"},\"spec\":{\"config\":\"{\\\"cniVersion\\\":"
                "\\\"0.3.1\\\",\\\"name\\\":\\\"n\\\",\\\"type\\\":\\\"macvlan\\\",\\\"master\\\":"
                "\\\"eth%zu\\\",\\\"ipam\\\":{\\\"type\\\":\\\"whereabouts\\\",\\\"range\\\":"
                "\\\"10.%zu.%zu.0/24\\\"}}\"}}",
                i, i % 100, i / 250, i % 250);
}

static void ten_thousand_networks_are_mapped(void **state) {
  (void)state;
  MAP_SCOPED map = map_of_many(10000, write_nad);
  assert_int_equal(map.map->entry_count, 10000);
  assert_int_equal(map_area(&map, "10.0.0.0/8")->gap_count, 40);
  assert_int_equal(map_fits(&map, "10.0.0.0/8", 24), 65536 - 10000);
  assert_int_equal(map.map->nic_count, 100);
  assert_int_equal(map.map->nics[99].nad_count, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_cluster_everything_is_unknown),
      cmocka_unit_test(each_entry_has_its_source),
      cmocka_unit_test(a_pool_can_be_smaller_than_its_subnet),
      cmocka_unit_test(copies_of_a_network_are_one_entry),
      cmocka_unit_test(migration_networks_are_separate_entries),
      cmocka_unit_test(synchronization_controllers_need_addresses),
      cmocka_unit_test(a_pool_with_one_address_too_few_is_crowded),
      cmocka_unit_test(an_overlap_is_listed_for_both_entries),
      cmocka_unit_test(adjacent_ranges_do_not_overlap),
      cmocka_unit_test(parts_of_one_subnet_do_not_overlap),
      cmocka_unit_test(remote_clusters_conflict_only_with_migration_networks),
      cmocka_unit_test(excluded_addresses_do_not_conflict_with_a_remote_cluster),
      cmocka_unit_test(a_divided_pool_conflicts_with_a_remote_cluster_once),
      cmocka_unit_test(a_pool_that_contains_a_node_is_a_conflict),
      cmocka_unit_test(gaps_are_between_entries),
      cmocka_unit_test(an_entry_comes_before_those_inside_it),
      cmocka_unit_test(free_space_is_counted_by_size),
      cmocka_unit_test(other_addresses_have_an_area_without_gaps),
      cmocka_unit_test(ipv6_has_free_space_only_in_the_sites_in_use),
      cmocka_unit_test(one_family_can_be_selected),
      cmocka_unit_test(a_full_family_does_not_affect_the_other),
      cmocka_unit_test(adjacent_pod_cidrs_are_one_entry),
      cmocka_unit_test(findings_match_the_audit),
      cmocka_unit_test(ten_thousand_networks_are_mapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
