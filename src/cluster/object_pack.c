/* Packing: an object is built with many allocations, and then copied into one block of exactly its size. */
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/reduce_internal.h"

struct counted {
  struct dw_object object; /* first, so that a pointer to it is also one to this */
  atomic_size_t references;
};

/* The same walk runs twice: first without a block, to measure, then with one, to copy. */
struct packer {
  unsigned char *block;
  size_t used;
};

/* Returns the new address of the bytes; while measuring, the old one. */
static void *pack(struct packer *p, const void *bytes, size_t size, size_t alignment) {
  if (size == 0)
    return NULL;
  p->used = (p->used + alignment - 1) / alignment * alignment;
  void *place = (void *)bytes;
  if (p->block != NULL) {
    place = p->block + p->used;
    memcpy(place, bytes, size);
  }
  p->used += size;
  return place;
}

static const char *pack_text(struct packer *p, const char *text) {
  if (text == NULL || text[0] == '\0')
    return text == NULL ? NULL : "";
  return pack(p, text, strlen(text) + 1, 1);
}

static void pack_nad(struct packer *p, struct dw_object *object) {
  object->nad.config = pack_text(p, object->nad.config);
  object->nad.cni_name = pack_text(p, object->nad.cni_name);
  object->nad.network_name = pack_text(p, object->nad.network_name);
  object->nad.resource_name = pack_text(p, object->nad.resource_name);
  object->nad.ovn = pack_text(p, object->nad.ovn);
  size_t count = object->nad.pool_count + object->nad.local_pool_count;
  for (size_t i = 0; i < count; i++) {
    struct dw_pool_summary *pool = &object->nad.pools[i];
    pool->field = pack_text(p, pool->field);
    pool->text = pack_text(p, pool->text);
    pool->wire.nic = pack_text(p, pool->wire.nic);
    pool->usable.items =
        pack(p, pool->usable.items, pool->usable.count * sizeof pool->usable.items[0], alignof(struct dw_interval));
  }
  for (size_t i = 0; i < object->nad.link_count; i++)
    object->nad.links[i].name = pack_text(p, object->nad.links[i].name);
  object->nad.links =
      pack(p, object->nad.links, object->nad.link_count * sizeof object->nad.links[0], alignof(struct dw_nad_link));
  object->nad.pools = pack(p, object->nad.pools, count * sizeof object->nad.pools[0], alignof(struct dw_pool_summary));
}

static void pack_node(struct packer *p, struct dw_object *object) {
  for (size_t i = 0; i < object->node.label_count; i++) {
    struct dw_label *label = &object->node.labels[i];
    label->key = pack_text(p, label->key);
    label->value = pack_text(p, label->value);
  }
  object->node.labels =
      pack(p, object->node.labels, object->node.label_count * sizeof object->node.labels[0], alignof(struct dw_label));
  object->node.internal_ips =
      pack(p, object->node.internal_ips, object->node.internal_ip_count * sizeof object->node.internal_ips[0],
           alignof(struct dw_addr));
  for (size_t i = 0; i < object->node.taint_count; i++) {
    struct dw_taint *taint = &object->node.taints[i];
    taint->key = pack_text(p, taint->key);
    taint->value = pack_text(p, taint->value);
  }
  object->node.taints =
      pack(p, object->node.taints, object->node.taint_count * sizeof object->node.taints[0], alignof(struct dw_taint));
  for (size_t i = 0; i < object->node.device_count; i++)
    object->node.devices[i].resource = pack_text(p, object->node.devices[i].resource);
  object->node.devices = pack(p, object->node.devices, object->node.device_count * sizeof object->node.devices[0],
                              alignof(struct dw_device));
}

/* Controllers, ports and the base NICs of VLANs are nearly always NICs of the same node, whose names are already
 * packed. */
static const char *pack_nic_name(struct packer *p, const struct dw_object *object, const char *name) {
  if (name == NULL)
    return NULL;
  const struct dw_nic *nic = dw_find_by_name(name, object->nns.nics, object->nns.nic_count, sizeof object->nns.nics[0]);
  return nic != NULL ? nic->name : pack_text(p, name);
}

/* While measuring, pack() returns the old address, and the assignments below do not change anything there. */
static const struct dw_nic_more *pack_more(struct packer *p, const struct dw_object *object,
                                           const struct dw_nic_more *from) {
  if (from == NULL)
    return NULL;
  struct dw_nic_more *more = pack(p, from, sizeof *from, alignof(struct dw_nic_more));
  more->base = pack_nic_name(p, object, more->base);
  more->alt_names = pack(p, more->alt_names, more->alt_name_count * sizeof more->alt_names[0], alignof(const char *));
  for (size_t i = 0; i < more->alt_name_count; i++)
    more->alt_names[i] = pack_text(p, more->alt_names[i]);
  more->ports = pack(p, more->ports, more->port_count * sizeof more->ports[0], alignof(struct dw_bridge_port));
  for (uint32_t i = 0; i < more->port_count; i++) {
    struct dw_bridge_port *port = &more->ports[i];
    port->name = pack_nic_name(p, object, port->name);
    port->vlans = pack(p, port->vlans, port->vlan_count * sizeof port->vlans[0], alignof(struct dw_vlan_range));
  }
  return more;
}

static void pack_nns(struct packer *p, struct dw_object *object) {
  size_t count = object->nns.nic_count;
  for (size_t i = 0; i < count; i++) {
    struct dw_nic *nic = &object->nns.nics[i];
    nic->name = pack_text(p, nic->name);
  }
  for (size_t i = 0; i < count; i++) {
    struct dw_nic *nic = &object->nns.nics[i];
    nic->controller = pack_nic_name(p, object, nic->controller);
    nic->addresses = pack(p, nic->addresses, nic->address_count * sizeof nic->addresses[0], alignof(struct dw_addr));
    nic->more = pack_more(p, object, nic->more);
  }
  for (size_t i = 0; i < object->nns.mapping_count; i++) {
    struct dw_bridge_mapping *mapping = &object->nns.mappings[i];
    mapping->localnet = pack_text(p, mapping->localnet);
    mapping->bridge = pack_nic_name(p, object, mapping->bridge);
  }
  object->nns.mappings = pack(p, object->nns.mappings, object->nns.mapping_count * sizeof object->nns.mappings[0],
                              alignof(struct dw_bridge_mapping));
  object->nns.nics = pack(p, object->nns.nics, count * sizeof object->nns.nics[0], alignof(struct dw_nic));
}

static void pack_address_pool(struct packer *p, struct dw_object *object) {
  size_t count = object->address_pool.range_count;
  for (size_t i = 0; i < count; i++)
    object->address_pool.ranges[i].text = pack_text(p, object->address_pool.ranges[i].text);
  object->address_pool.ranges = pack(p, object->address_pool.ranges, count * sizeof object->address_pool.ranges[0],
                                     alignof(struct dw_address_range));
}

/* Names are literals. The networks of an object mostly share the text of their source. */
static void pack_networks(struct packer *p, struct dw_object *object) {
  const char *before = NULL;
  const char *packed = NULL;
  for (size_t i = 0; i < object->network_count; i++) {
    struct dw_cluster_network *network = &object->networks[i];
    if (network->source != before) {
      before = network->source;
      packed = pack_text(p, before);
    }
    network->source = packed;
  }
  object->networks =
      pack(p, object->networks, object->network_count * sizeof object->networks[0], alignof(struct dw_cluster_network));
}

static void pack_kind(struct packer *p, struct dw_object *object) {
  switch (object->kind) {
  case DW_KIND_NAD:
    pack_nad(p, object);
    break;
  case DW_KIND_HYPERCONVERGED:
  case DW_KIND_KUBEVIRT:
  case DW_KIND_MIGRATION_POLICY:
    object->user.network = pack_text(p, object->user.network);
    object->user.jsonpatch_network = pack_text(p, object->user.jsonpatch_network);
    object->user.placement = pack_text(p, object->user.placement);
    object->user.json = pack_text(p, object->user.json);
    break;
  case DW_KIND_NODE:
    pack_node(p, object);
    break;
  case DW_KIND_NODE_NETWORK_STATE:
    pack_nns(p, object);
    break;
  case DW_KIND_ADDRESS_POOL:
    pack_address_pool(p, object);
    break;
  case DW_KIND_MIGRATION:
    object->migration.vmi = pack_text(p, object->migration.vmi);
    break;
  case DW_KIND_VMI:
    object->vmi.target_node_address = pack_text(p, object->vmi.target_node_address);
    break;
  case DW_KIND_NETWORK:
  case DW_KIND_NETWORK_OPERATOR:
  case DW_KIND_SERVICE_CIDR:
  case DW_KIND_CONFIG_MAP:
  case DW_KIND_OTHER:
    break;
  }
}

static void walk(struct packer *p, struct dw_object *object) {
  p->used = sizeof(struct counted);
  pack_kind(p, object);
  object->namespace_ = pack_text(p, object->namespace_);
  object->name = pack_text(p, object->name);
  object->uid = pack_text(p, object->uid);
  pack_networks(p, object);
}

const struct dw_object *dw_object_pack(struct dw_object *object) {
  struct packer packer = {NULL, 0};
  walk(&packer, object);
  packer.block = malloc(packer.used);
  if (packer.block == NULL)
    abort();
  walk(&packer, object);
  struct counted *counted = (struct counted *)(void *)packer.block;
  atomic_init(&counted->references, 1);
  counted->object = *object;
  return &counted->object;
}

const struct dw_object *dw_object_ref(const struct dw_object *object) {
  struct counted *counted = (struct counted *)object;
  atomic_fetch_add_explicit(&counted->references, 1, memory_order_relaxed);
  return object;
}

void dw_object_unref(const struct dw_object *object) {
  if (object == NULL)
    return;
  struct counted *counted = (struct counted *)object;
  if (atomic_fetch_sub_explicit(&counted->references, 1, memory_order_acq_rel) == 1)
    free(counted);
}
