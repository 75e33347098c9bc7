/* NodeNetworkState: a node's NICs as nmstate reports them. Source: nmstate.io, "Network State YAML/JSON API". */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/reduce_internal.h"

/* nmstate's names of the types, and whether such an interface can be the master of a migration network. */
static const struct {
  const char *name;
  enum dw_nic_type type;
  bool fits_master;
} types[] = {
    {"ethernet", DW_NIC_ETHERNET, true},
    {"bond", DW_NIC_BOND, true},
    {"vlan", DW_NIC_VLAN, true},
    {"infiniband", DW_NIC_INFINIBAND, true},
    {"hsr", DW_NIC_HSR, true},
    {"linux-bridge", DW_NIC_LINUX_BRIDGE, false},
    {"ovs-bridge", DW_NIC_OVS_BRIDGE, false},
    {"ovs-interface", DW_NIC_OVS_INTERFACE, false},
    {"loopback", DW_NIC_LOOPBACK, false},
    {"veth", DW_NIC_VIRTUAL, false},
    {"dummy", DW_NIC_VIRTUAL, false},
    {"tun", DW_NIC_VIRTUAL, false},
    {"ovs-port", DW_NIC_OTHER, false},
    {"vxlan", DW_NIC_OTHER, false},
    {"geneve", DW_NIC_OTHER, false},
    {"vrf", DW_NIC_OTHER, false},
    {"ipsec", DW_NIC_OTHER, false},
    {"xfrm", DW_NIC_OTHER, false},
    {"mac-vtap", DW_NIC_OTHER, false},
};

static void read_type(const char *name, struct dw_nic *nic) {
  nic->fits_master = true;
  for (size_t i = 0; name != NULL && i < sizeof types / sizeof types[0]; i++)
    if (strcmp(types[i].name, name) == 0) {
      nic->type = (uint8_t)types[i].type;
      nic->fits_master = types[i].fits_master;
    }
}

/* --- bridge.port[] --- */

static int read_id(const struct dw_spot *up, const char *key, uint16_t *out, struct dw_error *err) {
  uint32_t number = 0;
  if (dw_spot_number(up, key, &number, err) != 0)
    return -1;
  *out = (uint16_t)(number > UINT16_MAX ? UINT16_MAX : number);
  return 0;
}

/* {id: 5} or {id-range: {min: 2, max: 4094}}. */
static int read_trunk_tag(const struct dw_spot *tag, struct dw_vlan_range *out, struct dw_error *err) {
  struct dw_spot range;
  if (dw_spot_object(tag, "id-range", &range, err) != 0)
    return -1;
  if (range.json != NULL)
    return read_id(&range, "min", &out->first, err) != 0 ? -1 : read_id(&range, "max", &out->last, err);
  if (read_id(tag, "id", &out->first, err) != 0)
    return -1;
  out->last = out->first;
  return 0;
}

/* `tag` is the VLAN of an access port, or the untagged VLAN of a trunk. */
static int read_port_vlans(struct dw_arena *scratch, const struct dw_spot *vlan, struct dw_bridge_port *port,
                           struct dw_error *err) {
  struct dw_spot tags;
  uint16_t tag = 0;
  if (dw_spot_list(vlan, "trunk-tags", &tags, err) != 0 || read_id(vlan, "tag", &tag, err) != 0)
    return -1;
  size_t count = dw_json_size(tags.json);
  if (count >= UINT16_MAX)
    return 0;
  port->vlans = dw_arena_array(scratch, count + 1, sizeof *port->vlans);
  for (size_t i = 0; i < count; i++) {
    struct dw_spot entry;
    if (dw_spot_object_at(&tags, i, &entry, err) != 0 ||
        read_trunk_tag(&entry, &port->vlans[port->vlan_count++], err) != 0)
      return -1;
  }
  if (tag != 0)
    port->vlans[port->vlan_count++] = (struct dw_vlan_range){tag, tag};
  port->vlans_known = port->vlan_count > 0;
  return 0;
}

static int read_port(struct dw_arena *scratch, const struct dw_spot *entry, struct dw_bridge_port *port,
                     struct dw_error *err) {
  struct dw_spot vlan;
  if (dw_spot_text(entry, "name", &port->name, err) != 0 || dw_spot_object(entry, "vlan", &vlan, err) != 0)
    return -1;
  if (port->name == NULL)
    port->name = "";
  return read_port_vlans(scratch, &vlan, port, err);
}

static int read_ports(struct dw_arena *scratch, const struct dw_spot *interface, struct dw_nic_more *more,
                      struct dw_error *err) {
  struct dw_spot bridge;
  struct dw_spot options;
  struct dw_spot ports;
  if (dw_spot_object(interface, "bridge", &bridge, err) != 0 ||
      dw_spot_object(&bridge, "options", &options, err) != 0 || dw_spot_list(&bridge, "port", &ports, err) != 0 ||
      read_id(&options, "vlan-default-pvid", &more->default_vlan, err) != 0)
    return -1;
  if (more->default_vlan == 0)
    more->default_vlan = 1;
  more->ports = dw_arena_array(scratch, dw_json_size(ports.json), sizeof *more->ports);
  for (size_t i = 0; i < dw_json_size(ports.json); i++) {
    struct dw_spot entry;
    if (dw_spot_object_at(&ports, i, &entry, err) != 0 ||
        read_port(scratch, &entry, &more->ports[more->port_count++], err) != 0)
      return -1;
  }
  return 0;
}

/* --- vlan, alt-names, ethernet --- */

static int read_vlan(const struct dw_spot *interface, struct dw_nic_more *more, struct dw_error *err) {
  struct dw_spot vlan;
  if (dw_spot_object(interface, "vlan", &vlan, err) != 0)
    return -1;
  return dw_spot_text(&vlan, "base-iface", &more->base, err) != 0 ? -1 : read_id(&vlan, "id", &more->vlan_id, err);
}

/* Since nmstate 2.2.51: a list of {name}. "state: absent" appears only in what a user requests. */
static int read_alt_names(struct dw_arena *scratch, const struct dw_spot *interface, struct dw_nic_more *more,
                          struct dw_error *err) {
  struct dw_spot list;
  if (dw_spot_list(interface, "alt-names", &list, err) != 0)
    return -1;
  more->alt_names = dw_arena_array(scratch, dw_json_size(list.json), sizeof *more->alt_names);
  for (size_t i = 0; i < dw_json_size(list.json); i++) {
    const dw_json *entry = dw_json_at(list.json, i);
    const char *state = dw_json_get_string(entry, "state");
    const char *name = dw_json_string(entry);
    if (name == NULL)
      name = dw_json_get_string(entry, "name");
    if (name != NULL && name[0] != '\0' && (state == NULL || strcmp(state, "absent") != 0))
      more->alt_names[more->alt_name_count++] = name;
  }
  return 0;
}

static int read_more(struct dw_arena *scratch, const struct dw_spot *interface, struct dw_nic *nic,
                     struct dw_error *err) {
  struct dw_nic_more more = {0};
  if (read_alt_names(scratch, interface, &more, err) != 0 ||
      (nic->type == DW_NIC_VLAN && read_vlan(interface, &more, err) != 0) ||
      (nic->type == DW_NIC_LINUX_BRIDGE && read_ports(scratch, interface, &more, err) != 0))
    return -1;
  if (more.alt_name_count == 0 && more.base == NULL && more.default_vlan == 0)
    return 0;
  struct dw_nic_more *kept = dw_arena_alloc(scratch, sizeof *kept);
  *kept = more;
  nic->more = kept;
  return 0;
}

/* The kernel reports -1 if it does not know the speed. */
static int read_speed(const struct dw_spot *interface, struct dw_nic *nic, struct dw_error *err) {
  struct dw_spot ethernet;
  if (dw_spot_object(interface, "ethernet", &ethernet, err) != 0 ||
      dw_spot_number(&ethernet, "speed", &nic->speed, err) != 0)
    return -1;
  if (nic->speed == UINT32_MAX)
    nic->speed = 0;
  return 0;
}

/* --- addresses --- */

static int add_addresses(const struct dw_spot *interface, const char *family, struct dw_nic *nic,
                         struct dw_error *err) {
  struct dw_spot ip;
  struct dw_spot list;
  if (dw_spot_object(interface, family, &ip, err) != 0 || dw_spot_list(&ip, "address", &list, err) != 0)
    return -1;
  for (size_t i = 0; i < dw_json_size(list.json); i++) {
    struct dw_spot entry;
    const char *text = NULL;
    if (dw_spot_object_at(&list, i, &entry, err) != 0 || dw_spot_text(&entry, "ip", &text, err) != 0)
      return -1;
    if (text == NULL)
      continue;
    struct dw_spot spot = dw_spot_member(&entry, "ip");
    if (!dw_addr_parse(text, DW_ADDR_SLOPPY, &nic->addresses[nic->address_count]))
      return dw_spot_error(&spot, err, "is \"%.80s\"; it must be an IP address", text);
    nic->address_count++;
  }
  return 0;
}

static int read_addresses(struct dw_arena *scratch, const struct dw_spot *interface, struct dw_nic *nic,
                          struct dw_error *err) {
  size_t room = dw_json_size(dw_json_path(interface->json, "ipv4", "address", NULL)) +
                dw_json_size(dw_json_path(interface->json, "ipv6", "address", NULL));
  if (room > 0)
    nic->addresses = dw_arena_array(scratch, room, sizeof nic->addresses[0]);
  if (add_addresses(interface, "ipv4", nic, err) != 0)
    return -1;
  return add_addresses(interface, "ipv6", nic, err);
}

/* Older versions of nmstate use "master". The controller of an OVS internal port may be the bridge with the same name,
 * which is not another NIC. */
static int read_controller(const struct dw_spot *interface, struct dw_nic *nic, struct dw_error *err) {
  const char *old = NULL;
  if (dw_spot_text(interface, "controller", &nic->controller, err) != 0 ||
      dw_spot_text(interface, "master", &old, err) != 0)
    return -1;
  if (nic->controller == NULL)
    nic->controller = old;
  if (nic->controller != NULL && (nic->controller[0] == '\0' || strcmp(nic->controller, nic->name) == 0))
    nic->controller = NULL;
  return 0;
}

/* Leaves the name NULL if the NIC has none: it is then skipped, because a NAD can't name it either. */
static int read_nic(struct dw_arena *scratch, const struct dw_spot *interface, struct dw_nic *nic,
                    struct dw_error *err) {
  const char *type = NULL;
  const char *state = NULL;
  if (dw_spot_text(interface, "name", &nic->name, err) != 0 || dw_spot_text(interface, "type", &type, err) != 0 ||
      dw_spot_text(interface, "state", &state, err) != 0 || dw_spot_number(interface, "mtu", &nic->mtu, err) != 0)
    return -1;
  if (nic->name == NULL || nic->name[0] == '\0') {
    nic->name = NULL;
    return 0;
  }
  /* "ignore" means that NetworkManager does not manage the NIC, not that it is down. */
  nic->up = state == NULL || strcmp(state, "up") == 0 || strcmp(state, "ignore") == 0;
  read_type(type, nic);
  if (read_controller(interface, nic, err) != 0 || read_more(scratch, interface, nic, err) != 0 ||
      read_speed(interface, nic, err) != 0 || read_addresses(scratch, interface, nic, err) != 0)
    return -1;
  nic->fits_master = nic->fits_master && nic->controller == NULL;
  return 0;
}

/* Merges B into A: an OVS bridge and its internal port have the same name. */
static void join(struct dw_arena *scratch, struct dw_nic *a, const struct dw_nic *b) {
  a->up = a->up || b->up;
  if (a->type == DW_NIC_OTHER || b->type == DW_NIC_OVS_BRIDGE)
    a->type = b->type;
  a->fits_master = a->fits_master && b->fits_master;
  a->mtu = a->mtu > b->mtu ? a->mtu : b->mtu;
  a->speed = a->speed > b->speed ? a->speed : b->speed;
  if (a->more == NULL)
    a->more = b->more;
  /* Of two different controllers, the first in alphabetical order is used, so that the order of the NICs does not
   * matter. */
  if (a->controller == NULL || (b->controller != NULL && strcmp(b->controller, a->controller) < 0))
    a->controller = b->controller;
  if (b->address_count == 0)
    return;
  struct dw_addr *all = dw_arena_array(scratch, a->address_count + b->address_count, sizeof *all);
  if (a->address_count > 0)
    memcpy(all, a->addresses, a->address_count * sizeof *all);
  memcpy(all + a->address_count, b->addresses, b->address_count * sizeof *all);
  a->addresses = all;
  a->address_count += b->address_count;
}

static void sort_and_join(struct dw_reduction *r) {
  struct dw_nic *nics = r->object->nns.nics;
  size_t count = r->object->nns.nic_count;
  qsort(nics, count, sizeof nics[0], dw_by_name);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept > 0 && strcmp(nics[kept - 1].name, nics[i].name) == 0)
      join(r->scratch, &nics[kept - 1], &nics[i]);
    else
      nics[kept++] = nics[i];
  }
  r->object->nns.nic_count = kept;
}

static int read_nics(struct dw_reduction *r, const struct dw_spot *state, struct dw_error *err) {
  struct dw_spot list;
  if (dw_spot_list(state, "interfaces", &list, err) != 0)
    return -1;
  size_t count = dw_json_size(list.json);
  r->object->nns.nics = dw_arena_array(r->scratch, count, sizeof r->object->nns.nics[0]);
  for (size_t i = 0; i < count; i++) {
    struct dw_spot interface;
    struct dw_nic *nic = &r->object->nns.nics[r->object->nns.nic_count];
    if (dw_spot_object_at(&list, i, &interface, err) != 0 || read_nic(r->scratch, &interface, nic, err) != 0)
      return -1;
    if (nic->name != NULL)
      r->object->nns.nic_count++;
    else
      memset(nic, 0, sizeof *nic);
  }
  sort_and_join(r);
  return 0;
}

static void mark_default_route(struct dw_object *object, const char *name) {
  struct dw_nic *nic = dw_find_by_name(name, object->nns.nics, object->nns.nic_count, sizeof object->nns.nics[0]);
  if (nic != NULL)
    nic->default_route = true;
}

/* Only the main table counts (254; nmstate omits it or reports 0). A default route in another table belongs to policy
 * routing, often that of the network for migrations. */
static int read_route(struct dw_object *object, const struct dw_spot *route, struct dw_error *err) {
  const char *destination = NULL;
  const char *nic = NULL;
  uint32_t table = 0;
  if (dw_spot_text(route, "destination", &destination, err) != 0 ||
      dw_spot_text(route, "next-hop-interface", &nic, err) != 0 || dw_spot_number(route, "table-id", &table, err) != 0)
    return -1;
  if (destination == NULL || nic == NULL || (table != 0 && table != 254))
    return 0;
  if (strcmp(destination, "0.0.0.0/0") == 0 || strcmp(destination, "::/0") == 0)
    mark_default_route(object, nic);
  return 0;
}

static int read_routes(struct dw_reduction *r, const struct dw_spot *state, struct dw_error *err) {
  struct dw_spot routes;
  struct dw_spot running;
  if (dw_spot_object(state, "routes", &routes, err) != 0 || dw_spot_list(&routes, "running", &running, err) != 0)
    return -1;
  for (size_t i = 0; i < dw_json_size(running.json); i++) {
    struct dw_spot route;
    if (dw_spot_object_at(&running, i, &route, err) != 0 || read_route(r->object, &route, err) != 0)
      return -1;
  }
  return 0;
}

/* --- the OVS bridge for each localnet of OVN-Kubernetes. Source: nmstate.io, rust/src/lib/ovn.rs (OvnConfiguration),
 * which reads ovn-bridge-mappings from Open vSwitch's database, and reports nothing if there are none. --- */

static int read_mappings(struct dw_reduction *r, const struct dw_spot *state, struct dw_error *err) {
  struct dw_spot ovn;
  struct dw_spot list;
  if (dw_spot_object(state, "ovn", &ovn, err) != 0 || dw_spot_list(&ovn, "bridge-mappings", &list, err) != 0)
    return -1;
  size_t count = dw_json_size(list.json);
  struct dw_bridge_mapping *mappings = dw_arena_array(r->scratch, count, sizeof *mappings);
  r->object->nns.mappings = mappings;
  for (size_t i = 0; i < count; i++) {
    struct dw_spot entry;
    struct dw_bridge_mapping mapping = {NULL, NULL};
    const char *presence = NULL;
    if (dw_spot_object_at(&list, i, &entry, err) != 0 ||
        dw_spot_text(&entry, "localnet", &mapping.localnet, err) != 0 ||
        dw_spot_text(&entry, "bridge", &mapping.bridge, err) != 0 || dw_spot_text(&entry, "state", &presence, err) != 0)
      return -1;
    if (mapping.localnet == NULL || (presence != NULL && strcmp(presence, "absent") == 0))
      continue;
    if (mapping.bridge == NULL)
      mapping.bridge = "";
    mappings[r->object->nns.mapping_count++] = mapping;
  }
  qsort(mappings, r->object->nns.mapping_count, sizeof *mappings, dw_by_name);
  return 0;
}

/* --- the whole object --- */

int dw_reduce_nns(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot status;
  struct dw_spot state;
  if (dw_spot_object(&r->root, "status", &status, err) != 0 ||
      dw_spot_object(&status, "currentState", &state, err) != 0 || read_nics(r, &state, err) != 0)
    return -1;
  return read_routes(r, &state, err) != 0 ? -1 : read_mappings(r, &state, err);
}
