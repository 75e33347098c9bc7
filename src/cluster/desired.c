/* Sources: nmstate.io, "Network State YAML/JSON API" (desired state); kubernetes-nmstate api/shared
 * (NodeNetworkConfigurationPolicySpec), whose nodeSelector is a map of labels. */
#include "cluster/desired.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/reduce_internal.h"

bool dw_desired_is(const dw_json *json) {
  const char *version = dw_json_get_string(json, "apiVersion");
  const char *kind = dw_json_get_string(json, "kind");
  return version != NULL && kind != NULL && strncmp(version, "nmstate.io/", strlen("nmstate.io/")) == 0 &&
         strcmp(kind, "NodeNetworkConfigurationPolicy") == 0;
}

/* --- which nodes --- */

/* A node has the label kubernetes.io/hostname, also in a state that was written by hand without it. */
static const char *label_of(const struct dw_object *node, const char *key) {
  const char *value = dw_label_value(node->node.labels, node->node.label_count, key);
  return value == NULL && strcmp(key, "kubernetes.io/hostname") == 0 ? node->name : value;
}

/* The API server rejects a selector that is no map of strings, such as `matchLabels`: it selects no node. */
static bool selects(const dw_json *policy, const struct dw_object *node) {
  const dw_json *selector = dw_json_path(policy, "spec", "nodeSelector", NULL);
  if (selector != NULL && dw_json_type(selector) != DW_JSON_OBJECT && dw_json_type(selector) != DW_JSON_NULL)
    return false;
  for (struct dw_json_member it = dw_json_first(selector); it.value != NULL; it = dw_json_next(selector, it)) {
    const char *wanted = dw_json_string(it.value);
    if (node == NULL || wanted == NULL || !dw_text_equal(label_of(node, it.key), wanted))
      return false;
  }
  return true;
}

/* --- the NICs under construction --- */

struct building {
  struct dw_arena *arena;
  const struct dw_object *before;
  struct dw_object object; /* its NICs and mappings are in ARENA, with room for more */
  size_t nic_room, mapping_room;
};

static struct dw_nic *find_nic(struct building *b, const char *name) {
  for (size_t i = 0; i < b->object.nns.nic_count; i++)
    if (strcmp(b->object.nns.nics[i].name, name) == 0)
      return &b->object.nns.nics[i];
  return NULL;
}

static struct dw_nic *add_nic(struct building *b, const struct dw_nic *nic) {
  struct dw_object *object = &b->object;
  object->nns.nics =
      dw_arena_more(b->arena, object->nns.nics, object->nns.nic_count, &b->nic_room, sizeof *object->nns.nics);
  object->nns.nics[object->nns.nic_count] = *nic;
  return &object->nns.nics[object->nns.nic_count++];
}

static void remove_nic(struct building *b, const char *name) {
  size_t kept = 0;
  for (size_t i = 0; i < b->object.nns.nic_count; i++)
    if (strcmp(b->object.nns.nics[i].name, name) != 0)
      b->object.nns.nics[kept++] = b->object.nns.nics[i];
  b->object.nns.nic_count = kept;
}

static const char **join_names(struct dw_arena *arena, const struct dw_nic_more *a, const struct dw_nic_more *b) {
  const char **all = dw_arena_array(arena, a->alt_name_count + b->alt_name_count, sizeof(const char *));
  for (size_t i = 0; i < a->alt_name_count; i++)
    all[i] = a->alt_names[i];
  for (size_t i = 0; i < b->alt_name_count; i++)
    all[a->alt_name_count + i] = b->alt_names[i];
  return all;
}

static void change_more(struct dw_arena *arena, struct dw_nic *nic, const dw_json *interface,
                        const struct dw_nic_more *wanted) {
  struct dw_nic_more *more = dw_arena_alloc(arena, sizeof *more);
  if (nic->more != NULL)
    *more = *nic->more;
  if (wanted->base != NULL)
    more->base = wanted->base;
  if (wanted->vlan_id != 0)
    more->vlan_id = wanted->vlan_id;
  if (dw_json_path(interface, "bridge", "port", NULL) != NULL) {
    more->ports = wanted->ports;
    more->port_count = wanted->port_count;
  }
  if (more->default_vlan == 0 || dw_json_path(interface, "bridge", "options", "vlan-default-pvid", NULL) != NULL)
    more->default_vlan = wanted->default_vlan;
  if (wanted->alt_name_count > 0) {
    more->alt_names = join_names(arena, more, wanted);
    more->alt_name_count += wanted->alt_name_count;
  }
  nic->more = more;
}

/* What a desired interface does not mention stays as it is. */
static void change_nic(struct dw_arena *arena, struct dw_nic *nic, const dw_json *interface,
                       const struct dw_nic *wanted) {
  if (dw_json_get(interface, "type") != NULL) {
    nic->type = wanted->type;
    nic->fits_master = wanted->fits_master && nic->controller == NULL;
  }
  if (dw_json_get(interface, "state") != NULL)
    nic->up = wanted->up;
  if (wanted->mtu != 0)
    nic->mtu = wanted->mtu;
  if (wanted->more != NULL)
    change_more(arena, nic, interface, wanted->more);
  if (wanted->address_count > 0) {
    nic->addresses = wanted->addresses;
    nic->address_count = wanted->address_count;
  }
}

/* --- ports of bridges and bonds --- */

/* The list of ports of a desired bridge or bond, whose elements are names or objects with a name. */
static const dw_json *ports_of(const dw_json *interface) {
  const dw_json *bond = dw_json_get(interface, "link-aggregation");
  const dw_json *ports = dw_json_path(interface, "bridge", "port", NULL);
  if (ports == NULL)
    ports = dw_json_get(bond, "port");
  return ports == NULL ? dw_json_get(bond, "slaves") : ports;
}

/* NULL if ENTRY has none. */
static const char *port_name(const dw_json *entry) {
  const char *name = dw_json_string(entry);
  return name != NULL ? name : dw_json_get_string(entry, "name");
}

static void attach_ports(struct building *b, const dw_json *interface, struct dw_nic *controller) {
  const dw_json *ports = ports_of(interface);
  const char *name = controller->name;
  uint32_t lowest = 0;
  for (size_t i = 0; i < dw_json_size(ports); i++) {
    const char *port = port_name(dw_json_at(ports, i));
    struct dw_nic *nic = port == NULL ? NULL : find_nic(b, port);
    if (nic == NULL || nic == controller)
      continue;
    nic->controller = name;
    nic->fits_master = false;
    lowest = lowest == 0 || nic->mtu < lowest ? nic->mtu : lowest;
  }
  if (controller->mtu == 0)
    controller->mtu = lowest;
}

static bool has_port(const struct dw_nic *bridge, const char *name) {
  for (size_t i = 0; i < dw_nic_port_count(bridge); i++)
    if (strcmp(bridge->more->ports[i].name, name) == 0)
      return true;
  return false;
}

/* A port may name its controller instead. */
static void attach_to_controller(struct building *b, const dw_json *interface, struct dw_nic *nic) {
  const char *name = dw_json_get_string(interface, "controller");
  struct dw_nic *controller = name == NULL ? NULL : find_nic(b, name);
  if (controller == NULL || controller == nic)
    return;
  nic->controller = controller->name;
  nic->fits_master = false;
  if (controller->type != DW_NIC_LINUX_BRIDGE || has_port(controller, nic->name))
    return;
  struct dw_nic_more *more = dw_arena_alloc(b->arena, sizeof *more);
  more->default_vlan = 1;
  if (controller->more != NULL)
    *more = *controller->more;
  struct dw_bridge_port *ports = dw_arena_array(b->arena, more->port_count + 1, sizeof *ports);
  for (size_t i = 0; i < more->port_count; i++)
    ports[i] = more->ports[i];
  ports[more->port_count++] = (struct dw_bridge_port){.name = nic->name};
  more->ports = ports;
  controller->more = more;
}

/* --- one interface --- */

/* nmstate leaves an interface with state "ignore" alone. With another identifier than its name (a MAC address or PCI
 * address), the name is that of a profile, and the NIC has one that is not known here. */
static bool is_named(const dw_json *interface) {
  const char *state = dw_json_get_string(interface, "state");
  const char *identifier = dw_json_get_string(interface, "identifier");
  return dw_json_get_string(interface, "name") != NULL && (state == NULL || strcmp(state, "ignore") != 0) &&
         (identifier == NULL || strcmp(identifier, "name") == 0);
}

static bool is_absent(const dw_json *interface) {
  const char *state = dw_json_get_string(interface, "state");
  return state != NULL && strcmp(state, "absent") == 0;
}

static bool is_among(const char *word, const char *const *words, size_t count) {
  for (size_t i = 0; word != NULL && i < count; i++)
    if (strcmp(words[i], word) == 0)
      return true;
  return false;
}
#define IS_AMONG(word, words) is_among(word, words, sizeof(words) / sizeof *(words))

/* nmstate configures hardware, but can't create it. Without a type it finds nothing to configure. */
static bool is_hardware(const char *type) {
  static const char *const hardware[] = {"ethernet", "loopback", "unknown"};
  return type == NULL || IS_AMONG(type, hardware);
}

static bool is_fixed(const struct dw_nic *nic) {
  return nic->type == DW_NIC_ETHERNET || nic->type == DW_NIC_INFINIBAND || nic->type == DW_NIC_LOOPBACK;
}

/* "absent" removes the configuration of hardware, which stays. */
static void deconfigure(struct dw_nic *nic) {
  nic->up = false;
  nic->addresses = NULL;
  nic->address_count = 0;
}

static void apply_interface(struct building *b, const dw_json *interface, const struct dw_object *wanted) {
  if (!is_named(interface))
    return;
  const char *name = dw_json_get_string(interface, "name");
  const struct dw_nic *nic = dw_find_by_name(name, wanted->nns.nics, wanted->nns.nic_count, sizeof *wanted->nns.nics);
  struct dw_nic *existing = find_nic(b, name);
  if (is_absent(interface) && existing != NULL && is_fixed(existing))
    deconfigure(existing);
  else if (is_absent(interface))
    remove_nic(b, name);
  else if (nic != NULL && existing != NULL)
    change_nic(b->arena, existing, interface, nic);
  else if (nic != NULL && !is_hardware(dw_json_get_string(interface, "type")))
    add_nic(b, nic);
}

/* --- what can't be created --- */

/* Also an expression that nmstate fills in on the node ("{{ capture.nic.interfaces.0.name }}") counts. An alternative
 * name does not: nmstate resolves it only where an interface names itself (rust/src/lib/ifaces/alt_name.rs). */
static bool may_have(struct building *b, const char *name) {
  size_t length = 0;
  return dw_text_placeholder(name, &length) != NULL || find_nic(b, name) != NULL;
}

/* Whether the NIC that INTERFACE is made over, if its type needs one, is there. */
static bool has_base(struct building *b, const dw_json *interface) {
  /* Each in the member of the same name. */
  static const char *const based[] = {"vlan", "infiniband", "mac-vlan", "mac-vtap", "macsec", "ipvlan"};
  const char *type = dw_json_get_string(interface, "type");
  if (!IS_AMONG(type, based))
    return true;
  const char *base = dw_json_get_string(dw_json_get(interface, type), "base-iface");
  return base != NULL && may_have(b, base);
}

/* Open vSwitch creates missing ports of its bridges. */
static bool has_ports(struct building *b, const dw_json *interface) {
  static const char *const ported[] = {"bond", "linux-bridge"};
  const dw_json *ports = ports_of(interface);
  if (!IS_AMONG(dw_json_get_string(interface, "type"), ported))
    return true;
  for (size_t i = 0; i < dw_json_size(ports); i++) {
    const char *port = port_name(dw_json_at(ports, i));
    if (port != NULL && !may_have(b, port))
      return false;
  }
  return true;
}

static bool has_valid_vlan(const struct dw_nic *nic) {
  return nic->type != DW_NIC_VLAN || (nic->more != NULL && nic->more->vlan_id >= 1 && nic->more->vlan_id <= 4094);
}

/* Removes the new interfaces that nmstate can't create, which may be what others are made over. */
static bool remove_impossible(struct building *b, const dw_json *state) {
  const struct dw_object *before = b->before;
  const dw_json *interfaces = dw_json_get(state, "interfaces");
  bool removed = false;
  for (size_t i = 0; i < dw_json_size(interfaces); i++) {
    const dw_json *interface = dw_json_at(interfaces, i);
    const char *name = dw_json_get_string(interface, "name");
    const struct dw_nic *nic = is_named(interface) ? find_nic(b, name) : NULL;
    if (nic == NULL || dw_nns_find(before, name) != NULL ||
        (has_base(b, interface) && has_ports(b, interface) && has_valid_vlan(nic)))
      continue;
    remove_nic(b, name);
    removed = true;
  }
  return removed;
}

/* --- one policy --- */

/* Ports and VLANs refer to interfaces that may come later in the list. */
static void connect_interface(struct building *b, const dw_json *interface) {
  struct dw_nic *nic = is_named(interface) ? find_nic(b, dw_json_get_string(interface, "name")) : NULL;
  if (nic == NULL)
    return;
  attach_ports(b, interface, nic);
  attach_to_controller(b, interface, nic);
  /* A new bond without ports has no carrier. */
  if (nic->type == DW_NIC_BOND && dw_nns_find(b->before, nic->name) == NULL && dw_json_size(ports_of(interface)) == 0)
    nic->up = false;
  struct dw_nic *base = nic->more == NULL || nic->more->base == NULL ? NULL : find_nic(b, nic->more->base);
  if (nic->mtu == 0 && base != NULL)
    nic->mtu = base->mtu;
}

static void remove_mapping(struct building *b, const char *localnet) {
  size_t kept = 0;
  for (size_t i = 0; i < b->object.nns.mapping_count; i++)
    if (strcmp(b->object.nns.mappings[i].localnet, localnet) != 0)
      b->object.nns.mappings[kept++] = b->object.nns.mappings[i];
  b->object.nns.mapping_count = kept;
}

static void change_mappings(struct building *b, const dw_json *state, const struct dw_object *wanted) {
  const dw_json *list = dw_json_path(state, "ovn", "bridge-mappings", NULL);
  for (size_t i = 0; i < dw_json_size(list); i++) {
    const char *localnet = dw_json_get_string(dw_json_at(list, i), "localnet");
    if (localnet != NULL)
      remove_mapping(b, localnet);
  }
  for (size_t i = 0; i < wanted->nns.mapping_count; i++) {
    struct dw_object *object = &b->object;
    object->nns.mappings = dw_arena_more(b->arena, object->nns.mappings, object->nns.mapping_count, &b->mapping_room,
                                         sizeof *object->nns.mappings);
    object->nns.mappings[object->nns.mapping_count++] = wanted->nns.mappings[i];
  }
}

/* The desired state as if it were a current one, so that both are read by the same code. NULL if it can't be read. */
static const struct dw_object *read_wanted(struct dw_arena *arena, const dw_json *state, const char *node) {
  dw_json *metadata = dw_json_new_object(arena);
  dw_json *status = dw_json_new_object(arena);
  dw_json *object = dw_json_new_object(arena);
  const struct dw_object *wanted = NULL;
  dw_json_set(arena, metadata, "name", dw_json_new_string(arena, node, strlen(node)));
  dw_json_set(arena, status, "currentState", dw_json_share(state));
  dw_json_set(arena, object, "metadata", metadata);
  dw_json_set(arena, object, "status", status);
  return dw_object_reduce_as(DW_KIND_NODE_NETWORK_STATE, object, "", &wanted, NULL) == 0 ? wanted : NULL;
}

static void apply_state(struct building *b, const dw_json *state, const struct dw_object *wanted) {
  const dw_json *interfaces = dw_json_get(state, "interfaces");
  for (size_t i = 0; i < dw_json_size(interfaces); i++)
    apply_interface(b, dw_json_at(interfaces, i), wanted);
  change_mappings(b, state, wanted);
}

static void connect_state(struct building *b, const dw_json *state) {
  const dw_json *interfaces = dw_json_get(state, "interfaces");
  for (size_t i = 0; i < dw_json_size(interfaces); i++)
    connect_interface(b, dw_json_at(interfaces, i));
}

/* --- all of them --- */

static struct building begin(struct dw_arena *arena, const struct dw_object *nns) {
  struct building b = {.arena = arena, .before = nns, .object = *nns};
  b.nic_room = b.object.nns.nic_count;
  b.mapping_room = b.object.nns.mapping_count;
  b.object.nns.nics = dw_arena_array(arena, b.nic_room, sizeof *b.object.nns.nics);
  b.object.nns.mappings = dw_arena_array(arena, b.mapping_room, sizeof *b.object.nns.mappings);
  if (b.nic_room > 0)
    memcpy(b.object.nns.nics, nns->nns.nics, b.nic_room * sizeof *b.object.nns.nics);
  if (b.mapping_room > 0)
    memcpy(b.object.nns.mappings, nns->nns.mappings, b.mapping_room * sizeof *b.object.nns.mappings);
  return b;
}

static const struct dw_object *finish(struct building *b) {
  struct dw_object *object = &b->object;
  if (object->nns.nic_count > 0)
    qsort(object->nns.nics, object->nns.nic_count, sizeof *object->nns.nics, dw_by_name);
  if (object->nns.mapping_count > 0)
    qsort(object->nns.mappings, object->nns.mapping_count, sizeof *object->nns.mappings, dw_by_name);
  return dw_object_pack(object);
}

/* An interface of one policy may be made over that of a later one: kubernetes-nmstate tries again. */
static void settle(struct building *b, const dw_json *const *states, size_t count) {
  bool removed = true;
  while (removed) {
    removed = false;
    for (size_t i = 0; i < count; i++)
      removed = remove_impossible(b, states[i]) || removed;
  }
  for (size_t i = 0; i < count; i++)
    connect_state(b, states[i]);
}

const struct dw_object *dw_desired_apply(const struct dw_object *nns, const struct dw_object *node,
                                         const dw_json *const *policies, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_object **wanted = dw_arena_array(arena, count, sizeof(const struct dw_object *));
  const dw_json **states = dw_arena_array(arena, count, sizeof(const dw_json *));
  struct building b = begin(arena, nns);
  size_t applied = 0;
  for (size_t i = 0; i < count; i++) {
    const dw_json *state = dw_json_path(policies[i], "spec", "desiredState", NULL);
    if (state == NULL || !selects(policies[i], node))
      continue;
    wanted[applied] = read_wanted(arena, state, nns->name);
    if (wanted[applied] == NULL)
      continue;
    apply_state(&b, state, wanted[applied]);
    states[applied++] = state;
  }
  settle(&b, states, applied);
  const struct dw_object *result = applied == 0 ? dw_object_ref(nns) : finish(&b);
  for (size_t i = 0; i < applied; i++)
    dw_object_unref(wanted[i]);
  return result;
}
