/* The properties of CNI plugins, by type. Sources: containernetworking/plugins (plugins/main, plugins/meta),
 * k8snetworkplumbingwg's sriov-cni, ib-sriov-cni, ipoib-cni, ovs-cni, accelerated-bridge-cni, bond-cni, rdma-cni and
 * route-override-cni, KubeVirt's bridge-marker images (cnv-bridge, cnv-tuning) and macvtap-cni, OVN-Kubernetes. */
#include "cni/cni_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cni/cni.h"
#include "cni/options.h"

enum { MAC_OPTIONS = 3 };

struct plugin {
  const char *type;
  enum dw_plugin_class class;
  unsigned keys;
  const char *mac_options[MAC_OPTIONS]; /* options that give every pod the same MAC address, in order of precedence */
  const char *oldest_version;           /* that main() passes to skel.PluginMainFuncs(); NULL for 0.1.0 */
  bool veth;
};

#define PLUGIN(name, kind, ...)                                                                                        \
  { .type = (name), .class = DW_PLUGIN_##kind, __VA_ARGS__ }

/* macvtap-cni never runs an IPAM plugin (pkg/cni/plugin.go), so its interface has no address and reaches no node.
 * ib-sriov ignores `vlan`, and accelerated-bridge reads a list of bridges (options_device.c). Only bridge and tuning
 * read args.cni.mac. */
static const struct plugin plugins[] = {
    PLUGIN("macvlan", CONNECTS, .keys = DW_KEY_MASTER, .mac_options = {"runtimeConfig.mac", "mac"}),
    PLUGIN("ipvlan", CONNECTS, .keys = DW_KEY_MASTER),
    PLUGIN("vlan", CONNECTS, .keys = DW_KEY_MASTER | DW_KEY_VLAN_ID),
    PLUGIN("bridge", CONNECTS, .keys = DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_VLAN_TRUNK,
           .mac_options = {"runtimeConfig.mac", "args.cni.mac"}, .veth = true),
    PLUGIN("cnv-bridge", CONNECTS, .keys = DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_VLAN_TRUNK,
           .mac_options = {"runtimeConfig.mac", "args.cni.mac"}, .veth = true),
    PLUGIN("ovs", CONNECTS, .keys = DW_KEY_BRIDGE | DW_KEY_VLAN | DW_KEY_TRUNK, .veth = true),
    PLUGIN("accelerated-bridge", CONNECTS, .keys = DW_KEY_VLAN | DW_KEY_TRUNK, .mac_options = {"mac"}),
    PLUGIN("sriov", CONNECTS, .keys = DW_KEY_VLAN, .mac_options = {"runtimeConfig.mac", "mac"}),
    PLUGIN("ib-sriov", CONNECTS, .keys = 0),
    PLUGIN("ipoib", CONNECTS, .keys = DW_KEY_MASTER),
    PLUGIN("host-device", CONNECTS, .keys = DW_KEY_DEVICE),
    PLUGIN("ovn-k8s-cni-overlay", CONNECTS, .keys = DW_KEY_OVN_VLAN_ID, .veth = true),
    PLUGIN("kube-ovn", CONNECTS, .keys = 0),
    PLUGIN("bond", CONNECTS, .keys = 0),
    PLUGIN("tuning", META, .keys = 0, .mac_options = {"args.cni.mac", "runtimeConfig.mac", "mac"}),
    PLUGIN("cnv-tuning", META, .keys = 0, .mac_options = {"args.cni.mac", "runtimeConfig.mac", "mac"}),
    PLUGIN("bandwidth", META, .keys = 0, .oldest_version = "0.3.0"),
    PLUGIN("portmap", META, .keys = 0),
    PLUGIN("firewall", META, .keys = 0, .oldest_version = "0.4.0"),
    PLUGIN("sbr", META, .keys = 0),
    PLUGIN("vrf", META, .keys = 0, .oldest_version = "0.3.1"),
    PLUGIN("route-override", META, .keys = 0),
    PLUGIN("rdma", META, .keys = 0),
    PLUGIN("ptp", LOCAL, .keys = 0, .veth = true),
    PLUGIN("loopback", META, .keys = 0),
    PLUGIN("dummy", LOCAL, .keys = 0),
    PLUGIN("tap", LOCAL, .keys = 0),
    PLUGIN("macvtap", LOCAL, .keys = DW_KEY_MASTER),
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

const char *dw_plugin_oldest_version(const char *type) {
  const struct plugin *plugin = find_plugin(type);
  return plugin == NULL || plugin->oldest_version == NULL ? "0.1.0" : plugin->oldest_version;
}

/* kube-ovn may use a VF instead of a veth. */
int dw_plugin_makes_veth(const char *type) {
  const struct plugin *plugin = find_plugin(type);
  return plugin == NULL || strcmp(type, "kube-ovn") == 0 ? -1 : plugin->veth;
}

/* In a chain, kube-ovn may only be the IPAM of another plugin. */
bool dw_plugin_makes_interface(const char *type) {
  enum dw_plugin_class class = dw_plugin_class(type);
  return (class == DW_PLUGIN_CONNECTS || class == DW_PLUGIN_LOCAL) && strcmp(type, "kube-ovn") != 0;
}

/* Measured: in tuning, a second whereabouts, an unknown type or an unreadable range has no effect. */
bool dw_plugin_runs_ipam(const char *type) {
  return dw_plugin_class(type) != DW_PLUGIN_META && strcmp(type, "macvtap") != 0 &&
         strcmp(type, "ovn-k8s-cni-overlay") != 0;
}

struct dw_value dw_plugin_mac(struct dw_arena *arena, const struct dw_cni_plugin *plugin) {
  const struct plugin *known = find_plugin(plugin->type_name);
  for (size_t i = 0; known != NULL && i < MAC_OPTIONS && known->mac_options[i] != NULL; i++) {
    const char *text = dw_json_string(dw_option_find(plugin->json, known->mac_options[i]));
    if (text != NULL && text[0] != '\0')
      return dw_plugin_option(arena, plugin, known->mac_options[i]);
  }
  return (struct dw_value){.field = plugin->field};
}

bool dw_plugin_needs_master(const char *type) {
  return strcmp(type, "macvlan") == 0 || strcmp(type, "ipvlan") == 0 || strcmp(type, "vlan") == 0;
}

bool dw_plugin_is_bridge(const char *type) {
  return strcmp(type, "bridge") == 0 || strcmp(type, "cnv-bridge") == 0;
}

static bool is_link_name(const char *name, size_t longest) {
  size_t length = strlen(name);
  if (length == 0 || length > longest || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
    return false;
  /* White space as the kernel's isspace() defines it (lib/ctype.c): with Latin-1's no-break space. */
  return strpbrk(name, "/: \t\n\v\f\r\xA0") == NULL;
}

bool dw_is_interface_name(const char *name) {
  return is_link_name(name, 15) && strchr(name, '%') == NULL;
}

bool dw_is_interface_altname(const char *name) {
  return is_link_name(name, 127);
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

bool dw_cni_version_parse(const char *text, int64_t parts[3]) {
  enum { LONGEST = 12 };
  parts[0] = parts[1] = parts[2] = 0;
  if (strlen(text) > LONGEST)
    return false;
  if (text[0] == '\0') {
    parts[1] = 1;
    return true;
  }
  for (size_t i = 0; i < 3 && dw_is_digit(*text); i++) {
    char *end;
    parts[i] = strtoll(text, &end, 10);
    text = end;
    if (*text == '\0')
      return true;
    if (*text++ != '.')
      return false;
  }
  return false;
}

static int compare_versions(const int64_t a[3], const int64_t b[3]) {
  for (size_t i = 0; i < 3; i++)
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  return 0;
}

/* libcni uses the highest version in a list's `cniVersions` and `cniVersion` that it knows; of equal ones, the first.
 * It reads both keys only in this letter case. Source: cni 1.3.0 libcni/conf.go, NetworkConfFromBytes(). */
bool dw_cni_version_chosen(const struct dw_cni_config *config, struct dw_version_choice *out) {
  static const int64_t newest[] = {1, 1, 0};
  const dw_json *list = config->is_list ? dw_json_get(config->json, "cniVersions") : NULL;
  size_t count = dw_json_type(list) == DW_JSON_ARRAY ? dw_json_size(list) : 0;
  int64_t highest[3] = {-1, 0, 0};
  *out = (struct dw_version_choice){.index = count};
  if (count == 0)
    return false;
  for (size_t i = 0; i <= count; i++) {
    const char *text = i < count ? dw_json_string(dw_json_at(list, i)) : config->version.text;
    int64_t parts[3];
    if (i == count && (config->version.json == NULL || (text != NULL && text[0] == '\0')))
      break;
    if (text == NULL || !dw_cni_version_parse(text, parts)) {
      out->unreadable = true;
      return true;
    }
    if (compare_versions(parts, newest) > 0 || compare_versions(parts, highest) <= 0)
      continue;
    memcpy(highest, parts, sizeof highest);
    *out = (struct dw_version_choice){.text = text, .index = i, .of_list = i < count};
  }
  if (out->text == NULL) /* all are too new, so `cniVersion` is used */
    out->text = config->version.text == NULL ? "" : config->version.text;
  return true;
}

const char *dw_cni_version_in_force(const struct dw_cni_config *config) {
  const char *text = config->version.text;
  struct dw_version_choice choice;
  if (dw_cni_version_chosen(config, &choice))
    return choice.unreadable                ? NULL
           : choice.text[0] == '\0'         ? "0.1.0"
           : dw_is_cni_version(choice.text) ? choice.text
                                            : NULL;
  if (!dw_value_given(&config->version) || (text != NULL && text[0] == '\0'))
    return "0.1.0";
  if (text == NULL || !dw_is_cni_version(text))
    return NULL;
  bool exact = dw_json_get(config->json, "cniVersion") != NULL;
  return config->is_list && !exact ? "0.1.0" : text;
}
