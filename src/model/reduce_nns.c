/* NodeNetworkState: a node's NICs as nmstate reports them. Source: nmstate.io, "Network State YAML/JSON API". */
#include <stdlib.h>
#include <string.h>

#include "model/reduce_internal.h"

/* Interface types on which no macvlan, ipvlan or vlan of a migration network is put. */
static bool type_fits_master(const char *type) {
  static const char *const unfit[] = {"ovs-interface", "ovs-port", "ovs-bridge", "linux-bridge", "loopback",
                                      "veth",          "dummy",    "tun",        "vxlan",        "geneve",
                                      "vrf",           "ipsec",    "xfrm",       "mac-vtap"};
  for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++)
    if (strcmp(type, unfit[i]) == 0)
      return false;
  return true;
}

/* "ignore" says that NetworkManager leaves the NIC alone, not that it is down. */
static bool is_up(const char *state) {
  return state == NULL || strcmp(state, "up") == 0 || strcmp(state, "ignore") == 0;
}

static int count_ports(const struct dw_spot *interface, struct dw_nic *nic, struct dw_error *err) {
  struct dw_spot bridge;
  struct dw_spot ports;
  if (dw_spot_object(interface, "bridge", &bridge, err) != 0 || dw_spot_list(&bridge, "port", &ports, err) != 0)
    return -1;
  nic->port_count = (uint32_t)dw_json_size(ports.json);
  return 0;
}

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
      return dw_spot_error(&spot, err, "is \"%.80s\"; it has to be an IP address", text);
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

/* Older nmstate says "master". An OVS internal port names the bridge of its own name: that is no other NIC. */
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

/* A NIC without a name can't be named by a NAD either: its name stays NULL, and it is left out. */
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
  nic->up = is_up(state);
  /* The bridge plugin can't attach to an OVS bridge. */
  nic->is_bridge = type != NULL && strcmp(type, "linux-bridge") == 0;
  if (read_controller(interface, nic, err) != 0 || (nic->is_bridge && count_ports(interface, nic, err) != 0) ||
      read_addresses(scratch, interface, nic, err) != 0)
    return -1;
  nic->fits_master = nic->controller == NULL && (type == NULL || type_fits_master(type));
  return 0;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct dw_nic *)a)->name, ((const struct dw_nic *)b)->name);
}

/* Joins B into A: an OVS bridge and its internal port have one name. */
static void join(struct dw_arena *scratch, struct dw_nic *a, const struct dw_nic *b) {
  a->up = a->up || b->up;
  a->is_bridge = a->is_bridge || b->is_bridge;
  a->fits_master = a->fits_master && b->fits_master;
  a->port_count += b->port_count;
  a->mtu = a->mtu > b->mtu ? a->mtu : b->mtu;
  /* Of two different controllers the lesser name, whichever came first. */
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
  qsort(nics, count, sizeof nics[0], by_name);
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
  struct dw_nic key = {.name = name};
  struct dw_nic *nic = bsearch(&key, object->nns.nics, object->nns.nic_count, sizeof key, by_name);
  if (nic != NULL)
    nic->default_route = true;
}

/* Only the main table counts (254; nmstate leaves it out or says 0): a default route in another table belongs to
 * policy routing, often that of the very network set apart for migrations. */
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

int dw_reduce_nns(struct dw_reduction *r, struct dw_error *err) {
  struct dw_spot status;
  struct dw_spot state;
  if (dw_spot_object(&r->root, "status", &status, err) != 0 ||
      dw_spot_object(&status, "currentState", &state, err) != 0 || read_nics(r, &state, err) != 0)
    return -1;
  return read_routes(r, &state, err);
}
