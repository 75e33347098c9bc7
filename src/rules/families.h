/* The families of rules, each a table in a separate file; check.c joins them in this order. */
#ifndef RULES_FAMILIES_H
#define RULES_FAMILIES_H

#include "rules/rule.h"

struct dw_family {
  const struct dw_rule *rules;
  size_t count;
};

extern const struct dw_family dw_family_cni;    /* cni.c: cni-json ... interface-name */
extern const struct dw_family dw_family_vlan;   /* vlan.c: vlan-range */
extern const struct dw_family dw_family_option; /* option.c: plugin-option ... mac-fixed */
extern const struct dw_family dw_family_chain;  /* chain.c: plugin-chain */
extern const struct dw_family dw_family_range;  /* range.c: ipam-syntax ... overlap-self, gateway-* */
extern const struct dw_family
    dw_family_overlap; /* overlap.c: overlap-cluster-network, overlap-network, overlap-remote-cluster */
extern const struct dw_family dw_family_node_address; /* node_address.c: node-address-in-pool */
extern const struct dw_family dw_family_migration;    /* migration.c: migration-* */
extern const struct dw_family dw_family_nic;          /* nic.c: master-required ... master-primary */
extern const struct dw_family dw_family_sharing;      /* sharing.c: master-shared */
extern const struct dw_family dw_family_mtu;          /* mtu.c: mtu-* */
extern const struct dw_family dw_family_uplink;       /* uplink.c: bridge-uplink, bridge-vlan */
extern const struct dw_family dw_family_allocation;   /* allocation.c: ipam-required ... reservation-off */
extern const struct dw_family dw_family_route;        /* route.c: default-route, route-unusable */
extern const struct dw_family dw_family_ovn;          /* ovn.c: ovn-* */
extern const struct dw_family dw_family_device;       /* device.c: device-missing */
extern const struct dw_family dw_family_config; /* config.c: network-in-use*, config-*, network-*, migrations-running */
extern const struct dw_family dw_family_misplaced; /* misplaced.c: config-misplaced */
extern const struct dw_family dw_family_limits;    /* limits.c: limit-type ... parallel-order */
extern const struct dw_family dw_family_bandwidth; /* bandwidth.c: bandwidth */
extern const struct dw_family dw_family_operator;  /* operator.c: jsonpatch-network, eviction-strategy */
extern const struct dw_family dw_family_selectors; /* selectors.c: policy-selector */
extern const struct dw_family dw_family_manifest;  /* manifest.c: unrendered, unserved-kind */
extern const struct dw_family dw_family_bypass;    /* bypass.c: migration-bypassed */

#endif
