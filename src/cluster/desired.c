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

static bool selects(const dw_json *policy, const struct dw_object *node) {
  const dw_json *selector = dw_json_path(policy, "spec", "nodeSelector", NULL);
  for (struct dw_json_member it = dw_json_first(selector); it.value != NULL; it = dw_json_next(selector, it))
    if (node == NULL || !dw_text_equal(label_of(node, it.key), dw_json_string(it.value)))
      return false;
  return true;
}

/* --- the NICs under construction --- */

struct building {
  struct dw_arena *arena;
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

/* What a desired interface does not mention stays as it is. */
static void change_nic(struct dw_nic *nic, const dw_json *interface, const struct dw_nic *wanted) {
  if (dw_json_get(interface, "type") != NULL) {
    nic->type = wanted->type;
    nic->fits_master = wanted->fits_master && nic->controller == NULL;
  }
  if (dw_json_get(interface, "state") != NULL)
    nic->up = wanted->up;
  if (wanted->mtu != 0)
    nic->mtu = wanted->mtu;
  if (wanted->more != NULL)
    nic->more = wanted->more;
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

static void attach_ports(struct building *b, const dw_json *interface, struct dw_nic *controller) {
  const dw_json *ports = ports_of(interface);
  const char *name = controller->name;
  uint32_t lowest = 0;
  for (size_t i = 0; i < dw_json_size(ports); i++) {
    const dw_json *entry = dw_json_at(ports, i);
    const char *port = dw_json_string(entry) != NULL ? dw_json_string(entry) : dw_json_get_string(entry, "name");
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

/* --- one policy --- */

static void apply_interface(struct building *b, const dw_json *interface, const struct dw_object *wanted) {
  const char *name = dw_json_get_string(interface, "name");
  const char *state = dw_json_get_string(interface, "state");
  const struct dw_nic *nic =
      name == NULL ? NULL : dw_find_by_name(name, wanted->nns.nics, wanted->nns.nic_count, sizeof *wanted->nns.nics);
  if (nic == NULL)
    return;
  if (state != NULL && strcmp(state, "absent") == 0) {
    remove_nic(b, name);
    return;
  }
  struct dw_nic *existing = find_nic(b, name);
  if (existing != NULL)
    change_nic(existing, interface, nic);
  else
    add_nic(b, nic);
}

/* Ports and VLANs refer to interfaces that may come later in the list. */
static void connect_interface(struct building *b, const dw_json *interface) {
  const char *name = dw_json_get_string(interface, "name");
  struct dw_nic *nic = name == NULL ? NULL : find_nic(b, name);
  if (nic == NULL)
    return;
  attach_ports(b, interface, nic);
  struct dw_nic *base = nic->more == NULL || nic->more->base == NULL ? NULL : find_nic(b, nic->more->base);
  if (nic->mtu == 0 && base != NULL)
    nic->mtu = base->mtu;
}

static void add_mappings(struct building *b, const struct dw_object *wanted) {
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
  for (size_t i = 0; i < dw_json_size(interfaces); i++)
    connect_interface(b, dw_json_at(interfaces, i));
  add_mappings(b, wanted);
}

/* --- all of them --- */

static struct building begin(struct dw_arena *arena, const struct dw_object *nns) {
  struct building b = {.arena = arena, .object = *nns};
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

const struct dw_object *dw_desired_apply(const struct dw_object *nns, const struct dw_object *node,
                                         const dw_json *const *policies, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_object **wanted = dw_arena_array(arena, count, sizeof(const struct dw_object *));
  struct building b = begin(arena, nns);
  size_t applied = 0;
  for (size_t i = 0; i < count; i++) {
    const dw_json *state = dw_json_path(policies[i], "spec", "desiredState", NULL);
    if (state == NULL || !selects(policies[i], node))
      continue;
    wanted[applied] = read_wanted(arena, state, nns->name);
    if (wanted[applied] != NULL)
      apply_state(&b, state, wanted[applied++]);
  }
  const struct dw_object *result = applied == 0 ? dw_object_ref(nns) : finish(&b);
  for (size_t i = 0; i < applied; i++)
    dw_object_unref(wanted[i]);
  return result;
}
