/* Compares two states of an object by what the rules read: a heartbeat or a status that no rule reads is not a change.
 */
#include <string.h>

#include "base/text.h"
#include "cluster/object.h"

static bool same_addresses(const struct dw_addr *a, const struct dw_addr *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (a[i].v4 != b[i].v4 || dw_addr_compare(&a[i], &b[i]) != 0)
      return false;
  return true;
}

static bool same_port(const struct dw_bridge_port *a, const struct dw_bridge_port *b) {
  return dw_text_equal(a->name, b->name) && a->vlans_known == b->vlans_known && a->vlan_count == b->vlan_count &&
         (a->vlan_count == 0 || memcmp(a->vlans, b->vlans, a->vlan_count * sizeof a->vlans[0]) == 0);
}

static bool same_more(const struct dw_nic_more *a, const struct dw_nic_more *b) {
  if (a == NULL || b == NULL)
    return a == b;
  if (!dw_text_equal(a->base, b->base) || a->vlan_id != b->vlan_id || a->default_vlan != b->default_vlan ||
      a->alt_name_count != b->alt_name_count || a->port_count != b->port_count)
    return false;
  for (size_t i = 0; i < a->alt_name_count; i++)
    if (strcmp(a->alt_names[i], b->alt_names[i]) != 0)
      return false;
  for (uint32_t i = 0; i < a->port_count; i++)
    if (!same_port(&a->ports[i], &b->ports[i]))
      return false;
  return true;
}

static bool same_nic(const struct dw_nic *a, const struct dw_nic *b) {
  return dw_text_equal(a->name, b->name) && dw_text_equal(a->controller, b->controller) && a->mtu == b->mtu &&
         a->speed == b->speed && a->type == b->type && a->up == b->up && a->default_route == b->default_route &&
         a->fits_master == b->fits_master && a->address_count == b->address_count &&
         same_addresses(a->addresses, b->addresses, a->address_count) && same_more(a->more, b->more);
}

static bool same_nics(const struct dw_object *a, const struct dw_object *b) {
  if (a->nns.nic_count != b->nns.nic_count)
    return false;
  for (size_t i = 0; i < a->nns.nic_count; i++)
    if (!same_nic(&a->nns.nics[i], &b->nns.nics[i]))
      return false;
  return true;
}

static bool same_taints(const struct dw_object *a, const struct dw_object *b) {
  if (a->node.taint_count != b->node.taint_count)
    return false;
  for (size_t i = 0; i < a->node.taint_count; i++)
    if (!dw_text_equal(a->node.taints[i].key, b->node.taints[i].key) ||
        !dw_text_equal(a->node.taints[i].value, b->node.taints[i].value) ||
        !dw_text_equal(a->node.taints[i].effect, b->node.taints[i].effect))
      return false;
  return true;
}

static bool same_devices(const struct dw_object *a, const struct dw_object *b) {
  if (a->node.device_count != b->node.device_count)
    return false;
  for (size_t i = 0; i < a->node.device_count; i++)
    if (a->node.devices[i].count != b->node.devices[i].count ||
        !dw_text_equal(a->node.devices[i].resource, b->node.devices[i].resource))
      return false;
  return true;
}

static bool same_mappings(const struct dw_object *a, const struct dw_object *b) {
  if (a->nns.mapping_count != b->nns.mapping_count)
    return false;
  for (size_t i = 0; i < a->nns.mapping_count; i++)
    if (!dw_text_equal(a->nns.mappings[i].localnet, b->nns.mappings[i].localnet) ||
        !dw_text_equal(a->nns.mappings[i].bridge, b->nns.mappings[i].bridge))
      return false;
  return true;
}

static bool same_node(const struct dw_object *a, const struct dw_object *b) {
  if (a->node.label_count != b->node.label_count || a->node.internal_ip_count != b->node.internal_ip_count)
    return false;
  for (size_t i = 0; i < a->node.label_count; i++)
    if (!dw_text_equal(a->node.labels[i].key, b->node.labels[i].key) ||
        !dw_text_equal(a->node.labels[i].value, b->node.labels[i].value))
      return false;
  return same_addresses(a->node.internal_ips, b->node.internal_ips, a->node.internal_ip_count) && same_taints(a, b) &&
         same_devices(a, b);
}

static bool same_networks(const struct dw_object *a, const struct dw_object *b) {
  if (a->network_count != b->network_count)
    return false;
  for (size_t i = 0; i < a->network_count; i++) {
    const struct dw_cluster_network *x = &a->networks[i];
    const struct dw_cluster_network *y = &b->networks[i];
    if (x->prefix.bits != y->prefix.bits || !same_addresses(&x->prefix.base, &y->prefix.base, 1) ||
        !dw_text_equal(x->name, y->name) || !dw_text_equal(x->source, y->source))
      return false;
  }
  return true;
}

static bool same_ranges(const struct dw_object *a, const struct dw_object *b) {
  if (a->address_pool.range_count != b->address_pool.range_count)
    return false;
  for (size_t i = 0; i < a->address_pool.range_count; i++)
    if (!dw_text_equal(a->address_pool.ranges[i].text, b->address_pool.ranges[i].text))
      return false;
  return true;
}

/* Everything else in a reduced NAD is read from its config. */
static bool same_kind(const struct dw_object *a, const struct dw_object *b) {
  switch (a->kind) {
  case DW_KIND_NAD:
    return a->nad.label == b->nad.label && a->nad.transfer == b->nad.transfer &&
           dw_text_equal(a->nad.config, b->nad.config) && dw_text_equal(a->nad.resource_name, b->nad.resource_name);
  case DW_KIND_HYPERCONVERGED:
  case DW_KIND_KUBEVIRT:
  case DW_KIND_MIGRATION_POLICY:
    return dw_text_equal(a->user.json, b->user.json);
  case DW_KIND_NODE:
    return same_node(a, b);
  case DW_KIND_NODE_NETWORK_STATE:
    return same_nics(a, b) && same_mappings(a, b);
  case DW_KIND_ADDRESS_POOL:
    return same_ranges(a, b);
  case DW_KIND_MIGRATION:
    return a->migration.finished == b->migration.finished && dw_text_equal(a->migration.vmi, b->migration.vmi);
  case DW_KIND_VMI:
    return a->vmi.completed == b->vmi.completed && a->vmi.decentralized == b->vmi.decentralized &&
           dw_text_equal(a->vmi.target_node_address, b->vmi.target_node_address);
  case DW_KIND_NETWORK:
  case DW_KIND_NETWORK_OPERATOR:
  case DW_KIND_SERVICE_CIDR:
  case DW_KIND_CONFIG_MAP:
  case DW_KIND_OTHER:
    break;
  }
  return true;
}

bool dw_object_is(const struct dw_object *object, enum dw_kind kind, const char *ns, const char *name) {
  return object->kind == kind && strcmp(object->namespace_, ns) == 0 && strcmp(object->name, name) == 0;
}

bool dw_object_same(const struct dw_object *a, const struct dw_object *b) {
  return a->kind == b->kind && a->deleting == b->deleting && dw_text_equal(a->namespace_, b->namespace_) &&
         dw_text_equal(a->name, b->name) && same_networks(a, b) && same_kind(a, b);
}
