/* Finds plugin types that are most likely misspelled. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

/* Plugins that a misspelled type may mean. */
static const char *const plugins[] = {
    "macvlan",  "ipvlan",   "vlan",          "bridge", "cnv-bridge", "ovs",        "accelerated-bridge",  "sriov",
    "ib-sriov", "ipoib",    "host-device",   "bond",   "tuning",     "cnv-tuning", "ovn-k8s-cni-overlay", "bandwidth",
    "portmap",  "firewall", "route-override"};
static const char *const ipams[] = {"whereabouts", "host-local", "static", "dhcp"};

/* Other plugins that exist in published code, and are not misspellings. The list needs only those that are similar to a
 * name above; a new name above may make others similar. */
static const char *const others[] = {"afxdp",
                                     "antrea",
                                     "aws-cni",
                                     "azure-ipam",
                                     "azure-vnet",
                                     "azure-vnet-ipam",
                                     "calico",
                                     "calico-ipam",
                                     "cilium-cni",
                                     "coil",
                                     "contrail-k8s-cni",
                                     "coordinator",
                                     "danm",
                                     "debug",
                                     "dnsname",
                                     "dummy",
                                     "ecs-bridge",
                                     "ecs-eni",
                                     "ecs-ipam",
                                     "egress-cni",
                                     "egress-router",
                                     "eni",
                                     "eni-ipam",
                                     "exclusive-rdma",
                                     "fakeipam",
                                     "flannel",
                                     "galaxy-bridge",
                                     "galaxy-k8s-sriov",
                                     "galaxy-k8s-vlan",
                                     "galaxy-sriov",
                                     "galaxy-underlay-veth",
                                     "galaxy-veth",
                                     "genie",
                                     "host-ipam",
                                     "hostnic",
                                     "hostnic-ipam",
                                     "hybridnet",
                                     "ifacer",
                                     "infoblox",
                                     "ipam-node",
                                     "ipvlan-eth",
                                     "ipvtap",
                                     "istio-cni",
                                     "kube-ovn",
                                     "kuryr-cni",
                                     "linkerd-cni",
                                     "loopback",
                                     "macvtap",
                                     "multus",
                                     "multus-shim",
                                     "noop",
                                     "nv-ipam",
                                     "phpipam",
                                     "ptp",
                                     "rama",
                                     "rdma",
                                     "romana",
                                     "sample",
                                     "sbr",
                                     "silk-cni",
                                     "spiderpool",
                                     "sriovnet",
                                     "static-ipam",
                                     "tap",
                                     "tc-redirect-tap",
                                     "terway",
                                     "tke-bridge",
                                     "tke-eni-ipamc",
                                     "tke-route-eni",
                                     "userspace",
                                     "veth",
                                     "vhostuser",
                                     "vpc-bridge",
                                     "vpc-eni",
                                     "vrf",
                                     "vxlan",
                                     "weave-ipam",
                                     "weave-net"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Returns true for names of copies, such as macvlan2 or bridge-1. */
static bool is_numbered(const char *type, const char *name) {
  size_t length = strlen(name);
  return strncmp(type, name, length) == 0 && type[length] != '\0' &&
         strspn(type + length, "-._0123456789v") == strlen(type + length);
}

/* Returns true if two adjacent letters are in the wrong order. For short names, any other edit may give the name of
 * another plugin: vxlan is not vlan. */
static bool are_swapped(const char *a, const char *b) {
  size_t at = 0;
  while (a[at] != '\0' && a[at] == b[at])
    at++;
  return a[at] != '\0' && b[at] != '\0' && a[at] == b[at + 1] && a[at + 1] == b[at] &&
         strcmp(a + at + 2, b + at + 2) == 0;
}

static bool is_like(const char *type, const char *name) {
  size_t length = strlen(name);
  unsigned allowed = length < 5 ? 0 : length < 7 ? 1 : 2;
  if (is_numbered(type, name))
    return false;
  return dw_edit_distance(type, name, allowed) <= allowed || (allowed == 0 && are_swapped(type, name));
}

/* Copies TYPE without the white space around it, up to SIZE - 1 bytes. */
static const char *trimmed(const char *type, char *room, size_t size) {
  while (isspace((unsigned char)*type))
    type++;
  size_t length = strnlen(type, size - 1);
  memcpy(room, type, length);
  while (length > 0 && isspace((unsigned char)room[length - 1]))
    length--;
  room[length] = '\0';
  return room;
}

static const char *meant(const char *type, const char *const *names, size_t count) {
  enum { LONGEST = 40 };
  char room[LONGEST];
  if (strlen(type) >= LONGEST || dw_is_listed(type, names, count) || dw_is_listed(type, others, COUNT(others)))
    return NULL;
  const char *text = trimmed(type, room, sizeof room);
  for (size_t i = 0; i < count; i++)
    if (dw_edit_distance(text, names[i], 0) == 0)
      return names[i];
  for (size_t i = 0; i < count; i++)
    if (is_like(text, names[i]))
      return names[i];
  return NULL;
}

const char *dw_plugin_meant(const char *type) {
  return dw_plugin_class(type) != DW_PLUGIN_UNKNOWN ? NULL : meant(type, plugins, COUNT(plugins));
}

const char *dw_ipam_meant(const char *type) {
  return *type == '\0' ? NULL : meant(type, ipams, COUNT(ipams));
}
