/* What is known of CNI plugins by their type. Sources: containernetworking/plugins (plugins/main, plugins/meta),
 * k8snetworkplumbingwg's sriov-cni, ib-sriov-cni, ipoib-cni, ovs-cni, accelerated-bridge-cni, bond-cni, rdma-cni and
 * route-override-cni, KubeVirt's bridge-marker images (cnv-bridge, cnv-tuning) and macvtap-cni, OVN-Kubernetes. */
#include "model/cni_internal.h"

#include <string.h>

#include "droveway/base/text.h"
#include "droveway/model/cni.h"

struct plugin {
  const char *type;
  enum dw_plugin_class class;
  unsigned keys;
};

/* macvtap-cni never runs an IPAM plugin (pkg/cni/plugin.go): its interface has no address, so no node is reached. */
static const struct plugin plugins[] = {
    {"macvlan", DW_PLUGIN_CONNECTS, DW_KEY_MASTER},
    {"ipvlan", DW_PLUGIN_CONNECTS, DW_KEY_MASTER},
    {"vlan", DW_PLUGIN_CONNECTS, DW_KEY_MASTER | DW_KEY_VLAN_ID},
    {"bridge", DW_PLUGIN_CONNECTS, DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_VLAN_TRUNK},
    {"cnv-bridge", DW_PLUGIN_CONNECTS, DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_VLAN_TRUNK},
    {"ovs", DW_PLUGIN_CONNECTS, DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_TRUNK},
    {"accelerated-bridge", DW_PLUGIN_CONNECTS, DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_TRUNK},
    {"sriov", DW_PLUGIN_CONNECTS, DW_KEY_VLAN},
    {"ib-sriov", DW_PLUGIN_CONNECTS, DW_KEY_VLAN},
    {"ipoib", DW_PLUGIN_CONNECTS, DW_KEY_MASTER},
    {"host-device", DW_PLUGIN_CONNECTS, DW_KEY_DEVICE},
    {"ovn-k8s-cni-overlay", DW_PLUGIN_CONNECTS, DW_KEY_OVN_VLAN_ID},
    {"kube-ovn", DW_PLUGIN_CONNECTS, 0},
    {"bond", DW_PLUGIN_CONNECTS, 0},
    {"tuning", DW_PLUGIN_META, 0},
    {"cnv-tuning", DW_PLUGIN_META, 0},
    {"bandwidth", DW_PLUGIN_META, 0},
    {"portmap", DW_PLUGIN_META, 0},
    {"firewall", DW_PLUGIN_META, 0},
    {"sbr", DW_PLUGIN_META, 0},
    {"vrf", DW_PLUGIN_META, 0},
    {"route-override", DW_PLUGIN_META, 0},
    {"rdma", DW_PLUGIN_META, 0},
    {"ptp", DW_PLUGIN_LOCAL, 0},
    {"loopback", DW_PLUGIN_LOCAL, 0},
    {"dummy", DW_PLUGIN_LOCAL, 0},
    {"tap", DW_PLUGIN_LOCAL, 0},
    {"macvtap", DW_PLUGIN_LOCAL, DW_KEY_MASTER},
};

static const struct plugin *find_plugin(const char *type) {
  for (size_t i = 0; i < sizeof plugins / sizeof plugins[0]; i++)
    if (strcmp(plugins[i].type, type) == 0)
      return &plugins[i];
  return NULL;
}

enum dw_plugin_class dw_plugin_class(const char *type) {
  const struct plugin *plugin = find_plugin(type);
  return plugin == NULL ? DW_PLUGIN_UNKNOWN : plugin->class;
}

unsigned dw_plugin_keys(const char *type) {
  const struct plugin *plugin = find_plugin(type);
  return plugin == NULL ? DW_KEY_ANY : plugin->keys;
}

bool dw_plugin_needs_master(const char *type) {
  return strcmp(type, "macvlan") == 0 || strcmp(type, "ipvlan") == 0 || strcmp(type, "vlan") == 0;
}

bool dw_plugin_is_bridge(const char *type) {
  return strcmp(type, "bridge") == 0 || strcmp(type, "cnv-bridge") == 0;
}

/* The kernel's isspace() knows Latin-1's no-break space, too (lib/ctype.c). */
static bool breaks_interface_name(unsigned char c) {
  return c == '/' || c == ':' || c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0;
}

bool dw_is_interface_name(const char *name) {
  size_t length = strlen(name);
  if (length == 0 || length > 15 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
    return false;
  for (size_t i = 0; i < length; i++)
    if (breaks_interface_name((unsigned char)name[i]))
      return false;
  return true;
}

bool dw_is_cni_name(const char *name) {
  if (!dw_is_alnum(name[0]))
    return false;
  for (const char *c = name; *c != '\0'; c++)
    if (!dw_is_alnum(*c) && *c != '_' && *c != '.' && *c != '-')
      return false;
  return true;
}

bool dw_is_cni_version(const char *version) {
  static const char *const versions[] = {"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};
  for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
    if (strcmp(versions[i], version) == 0)
      return true;
  return false;
}
