/* Plugins that move a device into the pod instead of creating an interface: whether there is a device to move. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nic_internal.h"

enum { NAMES_SHOWN = 8 };

#define RESOURCE_FIELD "metadata.annotations[" DW_RESOURCE_ANNOTATION "]"

/* Returns true if KEY is set and is not an empty string. Another rule reports a value of the wrong type. */
static bool has_value(const dw_json *object, const char *key) {
  const dw_json *json = dw_json_get_fold(object, key, NULL);
  const char *text = dw_json_string(json);
  return json != NULL && dw_json_type(json) != DW_JSON_NULL && (text == NULL || text[0] != '\0');
}

/* Multus gives plugins a device of the annotation's resource, as deviceID and pciBusID (multus-cni pkg/types/conf.go,
 * delegateAddDeviceID). */
static bool has_resource(const struct dw_check *check) {
  return check->config->resource_name[0] != '\0';
}

static bool is_function(const struct dw_cni_plugin *plugin) {
  static const char *const types[] = {"sriov", "ib-sriov", "accelerated-bridge"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (strcmp(types[i], plugin->type_name) == 0)
      return true;
  return false;
}

/* Returns true if the plugin's own configuration names its device. */
static bool names_device(const struct dw_cni_plugin *plugin) {
  static const char *const keys[] = {"device", "hwaddr", "kernelpath", "pciBusID"};
  if (is_function(plugin))
    return has_value(plugin->json, "deviceID");
  bool named = has_value(dw_json_get_fold(plugin->json, "runtimeConfig", NULL), "deviceID");
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    named |= has_value(plugin->json, keys[i]);
  return named;
}

/* Returns true if some plugin fails without a device from Multus. */
static bool needs_resource(const struct dw_check *check) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    if ((is_function(plugin) || strcmp(plugin->type_name, "host-device") == 0) && !names_device(plugin))
      return true;
  return false;
}

/* The kubelet gives virt-handler a device of the resource on each node. Which devices are in use is unknown. */
static void resource_of_nodes(struct dw_check *check, const struct dw_rule *rule) {
  const char *resource = check->config->resource_name;
  const char *names[DW_NODES_SHOWN];
  size_t without = dw_view_without_device(check->view, resource, names, DW_NODES_SHOWN);
  bool sure;
  const char *nearest = dw_view_nearest_offer(check->view, DW_OFFER_DEVICE, resource, &sure);
  bool other = nearest != NULL && strcmp(nearest, resource) != 0;
  struct dw_edits edits = {NULL, 0};
  const char *none[1];
  if (other && sure && dw_view_without_device(check->view, nearest, none, 1) == 0)
    edits = dw_edit_set_text(check->arena, RESOURCE_FIELD, nearest);
  if (without > 0)
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_NOT_FOUND,
                                 .field = RESOURCE_FIELD,
                                 .value = resource,
                                 .fix = other ? dw_arena_printf(check->arena, "did you mean \"%s\"?", nearest)
                                              : "configure its device plugin to provide some there",
                                 .edits = edits,
                                 .warn_at_most = !needs_resource(check)},
              "%zu of %zu nodes have no device of this resource: %s", without,
              dw_view_summary(check->view).handler_nodes, dw_text_list(check->arena, names, DW_NODES_SHOWN, without));
  size_t unknown = dw_view_without_devices(check->view, names, DW_NODES_SHOWN);
  if (dw_view_summary(check->view).handler_nodes == 0)
    dw_report_unknown(check, rule, RESOURCE_FIELD, "%s", dw_nad_no_nodes(check));
  else if (unknown > 0)
    dw_report_unknown(check, rule, RESOURCE_FIELD, "the allocatable devices are unknown on %s",
                      dw_text_list(check->arena, names, DW_NODES_SHOWN, unknown));
}

/* sriov-cni pkg/config/config.go: "VF pci addr is required"; ib-sriov-cni and accelerated-bridge-cni have the same
 * check. */
static void virtual_function(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  if (has_resource(check) || names_device(plugin))
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_REQUIRED,
                               .field = RESOURCE_FIELD,
                               .fix = "set it to the device plugin's resource, such as openshift.io/migration"},
            "without it, Multus passes no device to %s, and every pod fails", plugin->type_name);
}

/* --- NICs of the node that are moved --- */

/* Returns true if NODE, whose traffic NIC carries, keeps another port of the same bond or bridge. */
static bool keeps_another(const struct dw_check *check, const char *node, const char *nic) {
  const struct dw_object *nns = dw_view_find(check->view, DW_KIND_NODE_NETWORK_STATE, "", node);
  const char *controller = NULL;
  for (size_t i = 0; nns != NULL && i < nns->nns.nic_count; i++)
    if (strcmp(nns->nns.nics[i].name, nic) == 0)
      controller = nns->nns.nics[i].controller;
  for (size_t i = 0; controller != NULL && i < nns->nns.nic_count; i++) {
    const struct dw_nic *other = &nns->nns.nics[i];
    if (other->controller != NULL && strcmp(other->controller, controller) == 0 && strcmp(other->name, nic) != 0)
      return true;
  }
  return false;
}

static void own_nic(struct dw_check *check, const struct dw_rule *rule, const char *type, const struct dw_value *nic) {
  struct dw_faulty primary = dw_nic_fault(check, nic->text, DW_NIC_PRIMARY, 0);
  if (primary.count == 0)
    return;
  bool spare = keeps_another(check, primary.first, nic->text);
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = nic->field,
                               .value = nic->text,
                               .fix = "use a NIC that is dedicated to migrations",
                               .warn_at_most = spare},
            "carries the node's own traffic on %s; %s moves the NIC into the pod%s", primary.nodes, type,
            spare ? "" : " and cuts the node off");
}

/* A NIC can be in only one pod at a time. */
static void moved_nic(struct dw_check *check, const struct dw_rule *rule, const char *type,
                      const struct dw_value *nic) {
  struct dw_faulty fixed = dw_nic_fault(check, nic->text, DW_NIC_IS_FIXED, 0);
  if (fixed.count > 0) {
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = nic->field,
                                 .value = nic->text,
                                 .fix = "use macvlan on a NIC that is dedicated to migrations"},
              "is a loopback interface, bond or bridge on %s; the kernel does not let %s move it into a pod",
              fixed.nodes, type);
    return;
  }
  own_nic(check, rule, type, nic);
  if (dw_nad_pods_share_node(check))
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = nic->field,
                                 .value = nic->text,
                                 .fix = "use macvlan on it",
                                 .warn_at_most = true},
              "is moved into a single pod, so virt-synchronization-controller fails on a node where virt-handler or "
              "another of its pods runs");
}

static void missing_nic(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *nic) {
  struct dw_faulty missing = dw_nic_fault(check, nic->text, DW_NIC_MISSING, 0);
  if (missing.count == 0 || dw_nic_may_be_in_pod(check))
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_NOT_FOUND,
                               .field = nic->field,
                               .value = nic->text,
                               .fix = "use NICs that all nodes have"},
            "no such NIC on %zu of %zu nodes: %s", missing.count, dw_view_summary(check->view).network_nodes,
            missing.nodes);
}

/* host-device.go:571 getLink(): `device` and `hwaddr` have priority, and the path is not used if the device's PCI
 * address has a DPDK driver. */
static void kernel_path(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  static const char begin[] = "/sys/devices/";
  struct dw_value path = dw_plugin_option(check->arena, plugin, "kernelpath");
  if (path.text == NULL || path.text[0] == '\0' || strncmp(path.text, begin, sizeof begin - 1) == 0 ||
      has_value(plugin->json, "device") || has_value(plugin->json, "hwaddr"))
    return;
  bool by_address = has_resource(check) || has_value(plugin->json, "pciBusID") ||
                    has_value(dw_json_get_fold(plugin->json, "runtimeConfig", NULL), "deviceID");
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = path.field,
                               .value = path.text,
                               .fix = "use the path printed by \"readlink -f /sys/class/net/NIC/device\"",
                               .warn_at_most = by_address},
            "host-device only accepts paths that begin with /sys/devices/");
}

/* containernetworking/plugins plugins/main/host-device/host-device.go, loadConf(). */
static void host_device(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  if (!has_resource(check) && !names_device(plugin))
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_REQUIRED,
                                 .field = plugin->device.field,
                                 .fix = "use the NIC that is dedicated to migrations"},
              "host-device needs device, hwaddr, kernelpath or pciBusID, or the annotation %s", DW_RESOURCE_ANNOTATION);
  else if (plugin->device.text != NULL && dw_is_interface_altname(plugin->device.text))
    moved_nic(check, rule, plugin->type_name, &plugin->device);
  kernel_path(check, rule, plugin);
}

/* --- devices by their address --- */

/* Where a plugin reads the address of its device, and whether it also knows the auxiliary bus. */
struct address {
  const char *type, *path, *unless; /* if the option UNLESS is set, that one counts */
  bool auxiliary;
};

/* host-device.go:73 handleDeviceID(), :97 loadConf(), which checks pciBusID even if `device` counts;
 * sriov-cni, ib-sriov-cni and accelerated-bridge-cni pkg/config/config.go LoadConf(); ovs-cni pkg/sriov/plugin.go:73;
 * rdma-cni cmd/rdma/main.go:209; ovn-kubernetes go-controller/pkg/cni/cniserver.go:238. */
static const struct address addresses[] = {
    {"host-device", "pciBusID", "runtimeConfig.deviceID", false},
    {"host-device", "runtimeConfig.deviceID", NULL, true},
    {"sriov", "deviceID", NULL, false},
    {"ib-sriov", "deviceID", NULL, false},
    {"accelerated-bridge", "deviceID", NULL, false},
    {"ovs", "deviceID", NULL, false},
    {"rdma", "deviceID", NULL, false},
    {"ovn-k8s-cni-overlay", "deviceID", NULL, true},
};

/* Returns true if the kernel names PCI devices like this: "%04x:%02x:%02x.%d", the slot up to 1f (drivers/pci/probe.c
 * pci_setup_device()). Files below /sys/bus/pci/devices have only such names. */
static bool is_pci_address(const char *text) {
  static const char rest[] = ":xx:sx.f";
  static const char hex[] = "0123456789abcdef";
  size_t domain = strspn(text, hex);
  if (domain < 4 || domain > 8 || strlen(text + domain) != sizeof rest - 1)
    return false;
  for (size_t i = 0; rest[i] != '\0'; i++) {
    char c = text[domain + i];
    bool right = rest[i] == 'x'   ? strchr(hex, c) != NULL
                 : rest[i] == 's' ? c == '0' || c == '1'
                 : rest[i] == 'f' ? c >= '0' && c <= '7'
                                  : c == rest[i];
    if (!right)
      return false;
  }
  return true;
}

/* Writes the address in VALUE as the kernel does: in lower case, with the domain that lspci omits. */
static struct dw_edits use_address(struct dw_arena *arena, const struct dw_value *value) {
  char *lower = dw_arena_strdup(arena, value->text);
  for (char *c = lower; *c != '\0'; c++)
    *c = (char)dw_lower(*c);
  const char *whole = dw_arena_join(arena, "0000:", lower, "");
  if (is_pci_address(lower) || is_pci_address(whole))
    return dw_edit_set_text(arena, value->field, is_pci_address(lower) ? lower : whole);
  return (struct dw_edits){NULL, 0};
}

/* "%s.%s.%d" (drivers/base/auxiliary.c __auxiliary_device_add()), such as mlx5_core.sf.4. */
static bool is_auxiliary_name(const char *text) {
  const char *last = strrchr(text, '.');
  return last != NULL && last != strchr(text, '.') && last[1] != '\0' &&
         last[1 + strspn(last + 1, "0123456789")] == '\0';
}

/* Multus overwrites both keys with the resource's device. A value with a slash is a path to another file of the node.
 */
static void device_address(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin,
                           const struct address *address) {
  struct dw_value value = dw_plugin_option(check->arena, plugin, address->path);
  if (value.text == NULL || value.text[0] == '\0' || strchr(value.text, '/') != NULL || is_pci_address(value.text) ||
      (address->auxiliary && is_auxiliary_name(value.text)) ||
      (address->unless != NULL && dw_plugin_option_set(plugin, address->unless)))
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = value.field,
                               .value = value.text,
                               .fix = "use the address printed by \"lspci -D\", such as 0000:00:1f.6",
                               .edits = use_address(check->arena, &value)},
            "is not a PCI address%s, so %s cannot find the device on any node",
            address->auxiliary ? " or the name of an auxiliary device" : "", plugin->type_name);
}

static void device_addresses(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
    if (strcmp(addresses[i].type, plugin->type_name) == 0)
      device_address(check, rule, plugin, &addresses[i]);
}

/* --- bond-cni: bond/bond.go --- */

/* The name of each link, with its place. */
struct links {
  struct dw_value list;
  struct dw_value *names;
  size_t count;
};

static struct links links_of(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  const char *key = "links";
  struct links links = {.list.json = dw_json_get_fold(plugin->json, "links", &key)};
  links.list.field = dw_arena_printf(check->arena, "%s.%s", plugin->field, links.list.json == NULL ? "links" : key);
  if (dw_json_type(links.list.json) != DW_JSON_ARRAY)
    return links;
  links.count = dw_json_size(links.list.json);
  links.names = dw_arena_array(check->arena, links.count, sizeof *links.names);
  for (size_t i = 0; i < links.count; i++) {
    const dw_json *name = dw_json_get(dw_json_at(links.list.json, i), "name"); /* a key of a map, where case matters */
    links.names[i] = (struct dw_value){dw_arena_printf(check->arena, "%s[%zu].name", links.list.field, i), name,
                                       dw_json_string(name)};
  }
  return links;
}

static bool are_named(struct dw_check *check, const struct dw_rule *rule, const struct links *links) {
  bool named = true;
  for (size_t i = 0; i < links->count; i++) {
    if (links->names[i].text != NULL)
      continue;
    named = false;
    if (!dw_value_given(&links->names[i]))
      dw_report(check, rule,
                &(struct dw_found){
                    .reason = DW_REASON_REQUIRED, .field = links->names[i].field, .fix = "set the name of a NIC"},
                "the bond plugin needs the name of each link");
  }
  return named;
}

static void links_in_pod(struct dw_check *check, const struct dw_rule *rule, const struct links *links) {
  const char *names[NAMES_SHOWN];
  for (size_t i = 0; i < links->count && i < NAMES_SHOWN; i++)
    names[i] = links->names[i].text;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = links->list.field,
                               .json = links->list.json,
                               .fix = "create the bond on the nodes, and use macvlan on it"},
            "virt-handler has no %s to bond: Multus only attaches migration0",
            dw_text_list(check->arena, names, NAMES_SHOWN, links->count));
}

/* plugin-option reports fewer than two links, and values of the wrong type. */
static void bond(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct links links = links_of(check, plugin);
  bool in_pod = false;
  (void)dw_json_boolean(dw_json_get_fold(plugin->json, "linksInContainer", NULL), &in_pod);
  if (links.count < 2 || !are_named(check, rule, &links))
    return;
  if (in_pod)
    links_in_pod(check, rule, &links);
  for (size_t i = 0; !in_pod && i < links.count; i++) {
    missing_nic(check, rule, &links.names[i]);
    moved_nic(check, rule, plugin->type_name, &links.names[i]);
  }
}

static void device_missing(struct dw_check *check, const struct dw_rule *rule) {
  if (has_resource(check))
    resource_of_nodes(check, rule);
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (is_function(plugin))
      virtual_function(check, rule, plugin);
    else if (strcmp(plugin->type_name, "host-device") == 0)
      host_device(check, rule, plugin);
    else if (strcmp(plugin->type_name, "bond") == 0)
      bond(check, rule, plugin);
    if (!has_resource(check))
      device_addresses(check, rule, plugin);
  }
}

static const struct dw_rule rules[] = {
    {"device-missing", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "no device for the pod: SR-IOV without a resource, or a node without a device of that resource; host-device "
     "without a device, or with the node's own NIC, a bridge, a bond or a kernelpath outside /sys/devices/; a pciBusID "
     "that is not a PCI address; a bond of links that virt-handler does not have",
     "set the device plugin's resource in the annotation " DW_RESOURCE_ANNOTATION
     ", or use macvlan on one of the nodes' NICs",
     device_missing},
};

const struct dw_family dw_family_device = {rules, sizeof rules / sizeof rules[0]};
