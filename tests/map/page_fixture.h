/* A handmade map for the tests of the page. */
#ifndef TESTS_MAP_PAGE_FIXTURE_H
#define TESTS_MAP_PAGE_FIXTURE_H

#include "map/map.h"

/* A span of "FIRST" to "LAST". */
static inline struct dw_interval page_span(const char *first, const char *last) {
  struct dw_interval span = {{{0, 0}, false}, {{0, 0}, false}};
  if (!dw_addr_parse(first, DW_ADDR_STRICT, &span.first) || !dw_addr_parse(last, DW_ADDR_STRICT, &span.last))
    fail_msg("%s to %s is not a valid span", first, last);
  return span;
}

struct page_fixture {
  struct dw_map map;
  struct dw_map_entry entries[3];
  struct dw_map_gap gaps[2];
  struct dw_map_row rows[5];
  struct dw_map_area area;
  struct dw_map_room room[2];
  struct dw_map_nic nics[2];
  struct dw_map_cell here[2], there[1];
  const char *names[3];
  struct dw_map_nodes groups[2];
  struct dw_map_finding findings[2];
};

/* 10.0.0.0/8 with a pod network that contains a migration pool, and another pool after a gap. Two groups of nodes; the
 * second one lacks eth1. */
static inline void page_fixture(struct page_fixture *f) {
  *f = (struct page_fixture){.names = {"worker-1", "worker-2", "worker-3"}};
  f->entries[0] = (struct dw_map_entry){.kind = DW_MAP_CLUSTER_NETWORK,
                                        .span = page_span("10.128.0.0", "10.131.255.255"),
                                        .text = "10.128.0.0/14",
                                        .name = "pod network",
                                        .object = "Network cluster",
                                        .field = "status.clusterNetwork[0].cidr",
                                        .usable = 262144};
  f->entries[1] = (struct dw_map_entry){.kind = DW_MAP_MIGRATION_POOL,
                                        .span = page_span("10.128.5.0", "10.128.5.255"),
                                        .text = "10.128.5.0/24",
                                        .name = "NAD openshift-cnv/migration",
                                        .object = "NetworkAttachmentDefinition openshift-cnv/migration",
                                        .field = "spec.config.ipam.range",
                                        .usable = 2,
                                        .needed = 3,
                                        .crowded = true,
                                        .overlap_count = 5,
                                        .overlaps = {"pod network 10.128.0.0/14", "NAD a/b", "NAD c/d"}};
  f->entries[2] = (struct dw_map_entry){.kind = DW_MAP_POOL,
                                        .span = page_span("10.200.0.0", "10.200.0.255"),
                                        .text = "10.200.0.0/24",
                                        .name = "NAD vms/net",
                                        .object = "NetworkAttachmentDefinition vms/net",
                                        .field = "",
                                        .usable = 254,
                                        .copies = 1};
  f->gaps[0] = (struct dw_map_gap){page_span("10.0.0.0", "10.127.255.255"),
                                   "10.0.0.0-10.127.255.255",
                                   8388608,
                                   {page_span("10.0.0.0", "10.0.0.0").first, 9},
                                   "10.0.0.0/9"};
  f->gaps[1] = (struct dw_map_gap){page_span("10.132.0.0", "10.199.255.255"),
                                   "10.132.0.0-10.199.255.255",
                                   4456448,
                                   {page_span("10.160.0.0", "10.160.0.0").first, 11},
                                   "10.160.0.0/11"};
  for (size_t i = 0; i < 3; i++)
    f->entries[i].pool = f->entries[i].span;
  f->entries[2].pool = page_span("10.200.0.10", "10.200.0.99");
  f->rows[0].gap = &f->gaps[0];
  f->rows[1].entry = &f->entries[0];
  f->rows[2].entry = &f->entries[1];
  f->rows[3].gap = &f->gaps[1];
  f->rows[4].entry = &f->entries[2];
  f->room[0] = (struct dw_map_room){9, 1, 1};
  f->room[1] = (struct dw_map_room){12, 12, 0};
  f->area = (struct dw_map_area){.v4 = true,
                                 .private_range = true,
                                 .span = page_span("10.0.0.0", "10.255.255.255"),
                                 .title = "10.0.0.0/8",
                                 .rows = f->rows,
                                 .row_count = 5,
                                 .entry_count = 3,
                                 .gap_count = 2,
                                 .room = f->room,
                                 .room_count = 2};
  f->nics[0] = (struct dw_map_nic){.name = "eth0", .nodes = 3};
  f->nics[1] = (struct dw_map_nic){
      .name = "eth1", .nodes = 2, .migration = true, .nad_count = 2, .nads = {"openshift-cnv/migration"}};
  f->here[0] = (struct dw_map_cell){
      .nic = 0, .mtu = 1500, .up = true, .own_address = true, .default_route = true, .primary = true};
  f->here[1] = (struct dw_map_cell){.nic = 1, .mtu = 9000};
  f->there[0] = f->here[0];
  f->groups[0] = (struct dw_map_nodes){.label = "worker-1 and worker-2",
                                       .names = f->names,
                                       .count = 2,
                                       .known = true,
                                       .cells = f->here,
                                       .cell_count = 2};
  f->groups[1] = (struct dw_map_nodes){
      .label = "worker-3", .names = f->names + 2, .count = 1, .known = true, .cells = f->there, .cell_count = 1};
  f->findings[0] = (struct dw_map_finding){.object = "NetworkAttachmentDefinition openshift-cnv/migration",
                                           .deny = true,
                                           .migration = true,
                                           .rule = "overlap-cluster-network",
                                           .field = "spec.config.ipam.range",
                                           .message = "overlaps the pod network"};
  f->findings[1] = (struct dw_map_finding){.object = "NetworkAttachmentDefinition openshift-cnv/migration",
                                           .migration = true,
                                           .rule = "master-down",
                                           .field = "spec.config.master",
                                           .message = "is not up on 2 nodes"};
  f->map = (struct dw_map){.ns = "openshift-cnv",
                           .network = "migration",
                           .migration = {.set_by = "HyperConverged openshift-cnv/kubevirt-hyperconverged",
                                         .object = "NetworkAttachmentDefinition openshift-cnv/migration",
                                         .exists = true,
                                         .type = "macvlan",
                                         .nic = "eth1",
                                         .vlan = 105,
                                         .mtu = 9000,
                                         .speed = 25000},
                           .settings_known = true,
                           .entries = f->entries,
                           .entry_count = 3,
                           .areas = &f->area,
                           .area_count = 1,
                           .handler_nodes = 3,
                           .needed = 3,
                           .nodes = f->groups,
                           .node_group_count = 2,
                           .nics = f->nics,
                           .nic_count = 2,
                           .findings = f->findings,
                           .finding_count = 2,
                           .denials = 1,
                           .warnings = 1,
                           .audited = 4};
}

#endif
