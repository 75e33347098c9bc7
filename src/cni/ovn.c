#include "cni/ovn.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cni/cni_internal.h"

/* --- helpers --- */

/* The state of reading one network. */
struct reading {
  struct dw_arena *arena;
  const struct dw_cni_config *config;
  const struct dw_cni_plugin *plugin;
  struct dw_ovn *ovn;
  size_t capacity;
};

/* More do not fit into an answer, but a list may have many excludes. */
enum { PROBLEMS_MAX = 64, JOIN_MAX = 16 };

static void add_problem(struct reading *r, struct dw_ovn_problem problem) {
  struct dw_ovn *ovn = r->ovn;
  ovn->more_problems = ovn->problem_count == PROBLEMS_MAX;
  if (ovn->more_problems)
    return;
  ovn->problems = dw_arena_more(r->arena, ovn->problems, ovn->problem_count, &r->capacity, sizeof *ovn->problems);
  ovn->problems[ovn->problem_count++] = problem;
}

static void add_with(struct reading *r, const struct dw_value *value, const char *what, const char *fix,
                     struct dw_edits edits) {
  add_problem(r, (struct dw_ovn_problem){.value = *value, .what = what, .fix = fix, .edits = edits});
}

static void add(struct reading *r, const struct dw_value *value, const char *what, const char *fix) {
  add_with(r, value, what, fix, (struct dw_edits){NULL, 0});
}

/* --- JSON types: NetConf in pkg/cni/types/types.go, except what other rules check (type, name, ipam, subnets, vlanID
 * of a localnet) and what only newer versions read --- */

/* Returns true if another rule checks the type of the member. */
static bool is_checked(const struct reading *r, const char *key) {
  if (strcmp(key, "vlanID") == 0)
    return r->ovn->topology == DW_OVN_LOCALNET;
  return strcmp(key, "excludeSubnets") == 0 && r->plugin->ipam.pool_count > 0 && r->ovn->topology != DW_OVN_LAYER3;
}

static struct dw_edits write_integer(struct dw_arena *arena, const struct dw_value *value) {
  int64_t number;
  bool integer = dw_json_integer(value->json, &number);
  return integer ? dw_edit_set_integer(arena, value->field, number) : (struct dw_edits){NULL, 0};
}

static void check_types(struct reading *r) {
  static const struct {
    const char *key;
    enum dw_json_type type;
    const char *wanted;
  } members[] = {
      {"topology", DW_JSON_STRING, "a string"},
      {"netAttachDefName", DW_JSON_STRING, "a string"},
      {"role", DW_JSON_STRING, "a string"},
      {"mtu", DW_JSON_INTEGER, "an integer"},
      {"excludeSubnets", DW_JSON_STRING, "a string"},
      {"joinSubnet", DW_JSON_STRING, "a string"},
      {"vlanID", DW_JSON_INTEGER, "an integer"},
      {"allowPersistentIPs", DW_JSON_BOOL, "true or false"},
      {"physicalNetworkName", DW_JSON_STRING, "a string"},
      {"deviceID", DW_JSON_STRING, "a string"},
      {"logFile", DW_JSON_STRING, "a string"},
      {"logLevel", DW_JSON_STRING, "a string"},
      {"logfile-maxsize", DW_JSON_INTEGER, "an integer"},
      {"logfile-maxbackups", DW_JSON_INTEGER, "an integer"},
      {"logfile-maxage", DW_JSON_INTEGER, "an integer"},
      {"runtimeConfig", DW_JSON_OBJECT, "an object"},
  };
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    struct dw_value value = dw_plugin_option(r->arena, r->plugin, members[i].key);
    if (!dw_value_given(&value) || is_checked(r, members[i].key))
      continue;
    enum dw_json_type type = dw_json_type(value.json);
    if (type != members[i].type)
      add_with(r, &value,
               dw_arena_printf(r->arena, "must be %s, not %s", members[i].wanted, dw_json_type_name(value.json)),
               dw_type_fix(&value, members[i].wanted), dw_type_edits(r->arena, &value, members[i].wanted));
    else if (type == DW_JSON_INTEGER && !dw_json_written_integer(value.json)) /* the controller reads the text */
      add_with(r, &value, "must be an integer without a fraction or exponent", NULL, write_integer(r->arena, &value));
  }
}

/* --- single keys, and keys that depend on the topology --- */

static void check_chain(struct reading *r) {
  if (!r->config->is_list || r->config->plugin_count < 2)
    return;
  const struct dw_cni_plugin *second = &r->config->plugins[1];
  struct dw_value value = second->type_readable ? second->type : (struct dw_value){.field = second->field};
  struct dw_edits edits = {NULL, 0};
  for (size_t i = r->config->plugin_count; i-- > 1;)
    edits = dw_edits_join(r->arena, edits, dw_edit_remove(r->arena, r->config->plugins[i].field));
  add_with(r, &value, "follows OVN-Kubernetes' plugin, which rejects lists with other plugins",
           "keep only ovn-k8s-cni-overlay in the list", edits);
}

static void check_name(struct reading *r) {
  /* The controller decodes a single plugin into a struct, so the letter case of its keys does not matter. */
  struct dw_value folded = dw_value_member(r->arena, "spec.config", r->config->json, "name");
  const struct dw_value *name = r->config->is_list ? &r->config->name : &folded;
  if (r->ovn->topology == DW_OVN_NO_TOPOLOGY || (dw_value_given(name) && name->text == NULL))
    return;
  if (!dw_value_given(name) || name->text[0] == '\0')
    add(r, &(struct dw_value){.field = name->field}, "OVN-Kubernetes rejects a network without a name",
        "give it the NAD's name");
  else if (dw_text_equal(name->text, "default") || dw_text_equal(name->text, "ovn-kubernetes"))
    add(r, name, "is the name of the cluster's default network, so OVN-Kubernetes rejects it", "use another name");
}

static void check_topology(struct reading *r) {
  static const char *const names[] = {"layer2", "layer3", "localnet"};
  const struct dw_value *topology = &r->ovn->topology_value;
  if (r->ovn->topology != DW_OVN_OTHER_TOPOLOGY || topology->text == NULL)
    return;
  const char *nearest = dw_nearest(topology->text, names, 3);
  const char *only = dw_nearest_only(topology->text, names, 3);
  add_with(r, topology, "is not an OVN-Kubernetes topology",
           nearest == NULL ? "use localnet, layer2 or layer3"
                           : dw_arena_printf(r->arena, "did you mean \"%s\"?", nearest),
           only == NULL ? (struct dw_edits){NULL, 0} : dw_edit_set_text(r->arena, topology->field, only));
}

static void check_role(struct reading *r) {
  const struct dw_value *role = &r->ovn->role;
  if (role->text == NULL || role->text[0] == '\0' || dw_text_equal(role->text, "secondary"))
    return;
  if (!dw_text_equal(role->text, "primary"))
    add(r, role, "is not an OVN-Kubernetes role", "use secondary, or remove it");
  else if (r->ovn->topology == DW_OVN_LOCALNET)
    add_with(r, role, "is rejected by OVN-Kubernetes because a localnet is always secondary",
             "use secondary, or remove it", dw_edit_set_text(r->arena, role->field, "secondary"));
  else if (r->ovn->topology == DW_OVN_LAYER2) {
    struct dw_value subnets = dw_plugin_option(r->arena, r->plugin, "subnets");
    if (!dw_value_given(&subnets) || dw_text_equal(subnets.text, ""))
      add(r, &(struct dw_value){.field = subnets.field}, "OVN-Kubernetes rejects a primary layer2 network without it",
          "add subnets");
  }
}

static void check_ipam(struct reading *r) {
  const struct dw_ipam *ipam = &r->plugin->ipam;
  if (ipam->type_name[0] != '\0')
    add(r, &ipam->type_value, "is rejected by OVN-Kubernetes, which allocates addresses itself",
        "remove ipam and list the addresses in subnets");
}

enum { NONE = 1, L2 = 2, L3 = 4, LOCALNET = 8 };

static unsigned bit_of(enum dw_ovn_topology topology) {
  static const unsigned bits[] = {[DW_OVN_NO_TOPOLOGY] = NONE,
                                  [DW_OVN_LAYER2] = L2,
                                  [DW_OVN_LAYER3] = L3,
                                  [DW_OVN_LOCALNET] = LOCALNET,
                                  [DW_OVN_OTHER_TOPOLOGY] = 0};
  return bits[topology];
}

/* Returns true if the value is not the zero value in Go. OVN-Kubernetes ignores keys with the zero value. */
static bool is_set(const struct dw_value *value) {
  bool truth;
  int64_t number;
  return (value->text != NULL && value->text[0] != '\0') || (dw_json_boolean(value->json, &truth) && truth) ||
         (dw_json_integer(value->json, &number) && number != 0);
}

static void check_scopes(struct reading *r) {
  static const struct {
    const char *key;
    enum dw_json_type type; /* with another type, it is rejected anyway */
    unsigned rejected;      /* with these topologies, the network is rejected */
    unsigned ignored;       /* with these, the key has no effect */
  } members[] = {
      {"joinSubnet", DW_JSON_STRING, LOCALNET, 0},
      {"allowPersistentIPs", DW_JSON_BOOL, L3, 0},
      {"infrastructureSubnets", DW_JSON_STRING, NONE | L3 | LOCALNET, 0},
      {"reservedSubnets", DW_JSON_STRING, NONE | L3 | LOCALNET, 0},
      {"defaultGatewayIPs", DW_JSON_STRING, NONE | L3 | LOCALNET, 0},
      {"excludeSubnets", DW_JSON_STRING, 0, L3},
      {"vlanID", DW_JSON_INTEGER, 0, L2 | L3},
  };
  unsigned topology = bit_of(r->ovn->topology);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    struct dw_value value = dw_plugin_option(r->arena, r->plugin, members[i].key);
    if (((members[i].rejected | members[i].ignored) & topology) == 0 || dw_json_type(value.json) != members[i].type ||
        !is_set(&value))
      continue;
    bool ignored = (members[i].ignored & topology) != 0;
    const char *name = topology == NONE ? "" : r->ovn->topology_value.text;
    const char *what =
        dw_arena_printf(r->arena, "is %s by OVN-Kubernetes with%s topology%s%s", ignored ? "ignored" : "rejected",
                        topology == NONE ? "out a" : "", topology == NONE ? "" : " ", name);
    add_problem(r, (struct dw_ovn_problem){.value = value,
                                           .what = what,
                                           .fix = "remove it",
                                           .edits = dw_edit_remove(r->arena, value.field),
                                           .ignored = ignored});
  }
}

/* --- subnets --- */

/* Like ParseClusterSubnetEntriesWithDefaults() with the defaults 24 and 64. For an IPv4 subnet written as IPv6, the
 * prefix length counts all 128 bits, so no IPv4 host prefix is longer. */
static const char *host_fault(struct reading *r, const struct dw_ovn_entry *entry, int64_t host, int64_t first) {
  enum { HOST_V6 = 64, MOST_V4 = 32 };
  const char *of = entry->has_host ? "" : "default ";
  if (!entry->prefix.base.v4 && host != HOST_V6)
    return "must give each node a /64 of an IPv6 subnet";
  if (dw_ovn_is_mapped(entry))
    return "is an IPv4 subnet in IPv6 form, which can't be divided into one subnet per node";
  if (entry->prefix.base.v4 && host > MOST_V4)
    return dw_arena_printf(r->arena, "has a host prefix above 32");
  if (host <= (int64_t)entry->prefix.bits)
    return dw_arena_printf(r->arena,
                           "can't be divided into a /%d per node: the %shost prefix must be longer than the subnet's",
                           (int)host, of);
  if (entry->prefix.base.v4 && first != 0 && host != first)
    return dw_arena_printf(r->arena, "has the host prefix %d, but the first IPv4 subnet has %d: they must be equal",
                           (int)host, (int)first);
  return NULL;
}

static void check_layer3(struct reading *r, const struct dw_ovn_list *list) {
  int64_t first = 0; /* host prefix of the first IPv4 subnet */
  for (size_t i = 0; i < list->count; i++) {
    const struct dw_ovn_entry *entry = &list->items[i];
    if (!entry->readable)
      continue;
    int64_t host = entry->has_host ? entry->host : entry->prefix.base.v4 ? 24 : 64;
    const char *fault = host_fault(r, entry, host, first);
    if (fault != NULL)
      add(r, &entry->value, fault, "use SUBNET/HOSTPREFIX, such as 10.200.0.0/16/24");
    if (entry->prefix.base.v4 && first == 0)
      first = host;
  }
}

/* Removes "/HOSTPREFIX" from an entry. */
static struct dw_edits without_host(struct dw_arena *arena, const struct dw_value *entry) {
  const char *last = strrchr(entry->text, '/');
  return dw_ovn_replace(arena, entry, dw_arena_strndup(arena, entry->text, (size_t)(last - entry->text)));
}

static void check_flat(struct reading *r, const struct dw_ovn_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i].readable && list->items[i].has_host)
      add_with(r, &list->items[i].value, "has a host prefix, which only topology layer3 accepts", "use ADDRESS/LENGTH",
               without_host(r->arena, &list->items[i].value));
  }
}

static bool covers(const struct dw_prefix *outer, const struct dw_prefix *inner) {
  return outer->base.v4 == inner->base.v4 && outer->bits <= inner->bits && dw_prefix_contains(outer, &inner->base);
}

static bool is_covered(const struct dw_ipam *ipam, const struct dw_prefix *inner) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (!ipam->pools[i].subnet_known || covers(&ipam->pools[i].subnet, inner))
      return true;
  return false;
}

static void check_excludes(struct reading *r) {
  const struct dw_ipam *ipam = &r->plugin->ipam;
  struct dw_value list = dw_plugin_option(r->arena, r->plugin, "excludeSubnets");
  if (ipam->pool_count == 0 && ipam->error == NULL && !dw_ovn_is_blank(&list))
    add(r, &list, "cannot be excluded because there are no subnets", "add subnets, or remove it");
  for (size_t i = 0; ipam->pool_count > 0 && i < ipam->pools[0].exclude_count; i++) {
    const struct dw_exclude *exclude = &ipam->pools[0].excludes[i];
    if (exclude->state == DW_READ_OK && !is_covered(ipam, &exclude->prefix))
      add_with(r, &exclude->raw, "is in none of the subnets, so OVN-Kubernetes rejects the network", "remove it",
               dw_ovn_replace(r->arena, &exclude->raw, NULL));
  }
}

/* The join subnets of a network. It has both families, whatever the families of its subnets are. */
struct join {
  struct dw_prefix items[2]; /* IPv4, IPv6 */
};

static struct join read_join(struct reading *r, bool report) {
  struct join join;
  struct dw_value value = dw_plugin_option(r->arena, r->plugin, "joinSubnet");
  if (!dw_prefix_parse("100.65.0.0/16", DW_ADDR_STRICT, &join.items[0], NULL) ||
      !dw_prefix_parse("fd99::/64", DW_ADDR_STRICT, &join.items[1], NULL) || dw_ovn_is_blank(&value))
    return join;
  struct dw_ovn_list list = dw_ovn_list(r->arena, &value, JOIN_MAX);
  for (size_t i = 0; i < list.count; i++) {
    const struct dw_ovn_entry *entry = &list.items[i];
    if (entry->readable && !entry->has_host) {
      join.items[entry->prefix.base.v4 ? 0 : 1] = entry->prefix;
    } else if (report) {
      struct dw_complaint complaint = dw_complain_cidr(r->arena, entry->value.text);
      add(r, &entry->value, complaint.what, complaint.fix);
    }
  }
  return join;
}

static bool is_excluded(const struct dw_pool *pool, const struct dw_prefix *prefix) {
  for (size_t i = 0; i < pool->exclude_count; i++)
    if (pool->excludes[i].state == DW_READ_OK && covers(&pool->excludes[i].prefix, prefix))
      return true;
  return false;
}

/* The part of SubnetOverlapCheck() that concerns the network's own subnets. */
static void check_join(struct reading *r) {
  struct join join = read_join(r, true);
  const struct dw_ipam *ipam = &r->plugin->ipam;
  for (size_t i = 0; i < ipam->pool_count; i++)
    for (size_t k = 0; k < 2; k++) {
      const struct dw_pool *pool = &ipam->pools[i];
      if (!pool->subnet_known || !dw_prefix_overlaps(&pool->subnet, &join.items[k]) ||
          is_excluded(pool, &join.items[k]))
        continue;
      char text[DW_PREFIX_TEXT];
      add(r, &pool->range,
          dw_arena_printf(r->arena, "overlaps the network's own join subnet %s",
                          dw_prefix_format(&join.items[k], text)),
          "choose other subnets, or set joinSubnet");
    }
}

static void check_subnets(struct reading *r) {
  enum { LIST_MAX = 32 };
  struct dw_value subnets = dw_plugin_option(r->arena, r->plugin, "subnets");
  if (r->ovn->topology == DW_OVN_NO_TOPOLOGY || r->ovn->topology == DW_OVN_OTHER_TOPOLOGY)
    return;
  if (!dw_ovn_is_blank(&subnets)) {
    struct dw_ovn_list list = dw_ovn_list(r->arena, &subnets, LIST_MAX);
    (r->ovn->topology == DW_OVN_LAYER3 ? check_layer3 : check_flat)(r, &list);
  }
  if (r->ovn->topology != DW_OVN_LAYER3)
    check_excludes(r);
  if (r->ovn->topology != DW_OVN_LOCALNET)
    check_join(r);
}

static struct dw_value localnet_of(const struct reading *r) {
  struct dw_value physical = dw_plugin_option(r->arena, r->plugin, "physicalNetworkName");
  if (r->ovn->topology != DW_OVN_LOCALNET)
    return (struct dw_value){.field = physical.field};
  return dw_value_given(&physical) && !dw_text_equal(physical.text, "") ? physical : r->config->name;
}

void dw_ovn_read(struct dw_arena *arena, struct dw_cni_config *config) {
  if (config->plugin_count == 0 || strcmp(config->plugins[0].type_name, "ovn-k8s-cni-overlay") != 0)
    return;
  struct dw_ovn *ovn = dw_arena_alloc(arena, sizeof *ovn);
  struct reading r = {arena, config, &config->plugins[0], ovn, 0};
  ovn->topology = dw_ovn_topology(r.plugin->json);
  ovn->topology_value = dw_plugin_option(r.arena, r.plugin, "topology");
  ovn->nad_name = dw_plugin_option(r.arena, r.plugin, "netAttachDefName");
  ovn->role = dw_plugin_option(r.arena, r.plugin, "role");
  ovn->primary = dw_text_equal(ovn->role.text, "primary");
  ovn->localnet = localnet_of(&r);
  check_chain(&r);
  check_name(&r);
  check_types(&r);
  check_topology(&r);
  check_role(&r);
  check_ipam(&r);
  check_scopes(&r);
  check_subnets(&r);
  config->ovn = ovn;
}

/* --- what must be equal in all NADs of one network: canReconcile() --- */

static bool is_rejected(const struct dw_cni_config *config, const char *ns, const char *name) {
  const struct dw_ovn *ovn = config->ovn;
  if (ovn == NULL || ovn->topology == DW_OVN_NO_TOPOLOGY || config->plugins[0].ipam.error != NULL)
    return true;
  if (config->name.text == NULL) /* "Name", which is not compared: cni-ambiguous-key reports it */
    return true;
  for (size_t i = 0; i < ovn->problem_count; i++)
    if (!ovn->problems[i].ignored)
      return true;
  size_t length = strlen(ns);
  const char *own = ovn->nad_name.text;
  return own == NULL || strncmp(own, ns, length) != 0 || own[length] != '/' || strcmp(own + length + 1, name) != 0;
}

/* Adds the CIDRs of a list, in canonical form and sorted. */
static void add_list(struct dw_buf *out, struct reading *r, const char *key) {
  enum { LIST_MAX = 1024 };
  struct dw_value value = dw_plugin_option(r->arena, r->plugin, key);
  dw_buf_printf(out, "%s=", key);
  if (!dw_ovn_is_blank(&value)) {
    struct dw_ovn_list list = dw_ovn_list(r->arena, &value, LIST_MAX);
    const char **texts = dw_arena_array(r->arena, list.count, sizeof *texts);
    for (size_t i = 0; i < list.count; i++) {
      char text[DW_PREFIX_TEXT];
      texts[i] = dw_arena_strdup(r->arena, dw_prefix_format(&list.items[i].prefix, text));
    }
    qsort(texts, list.count, sizeof *texts, dw_by_name);
    for (size_t i = 0; i < list.count; i++)
      dw_buf_printf(out, "%s,", texts[i]);
  }
  dw_buf_printf(out, "\n");
}

/* Adds a string or number as JSON, so that no value contains a line break; ABSENT if there is none. */
static void add_plain(struct dw_buf *out, struct reading *r, const char *key, const char *absent) {
  struct dw_value value = dw_plugin_option(r->arena, r->plugin, key);
  dw_buf_printf(out, "%s=%s\n", key, is_set(&value) ? dw_json_text(r->arena, value.json) : absent);
}

/* Adds EVPNConfig without the VLAN ids, which are not compared. */
static void add_evpn(struct dw_buf *out, struct reading *r) {
  static const struct {
    const char *part, *key;
  } members[] = {
      {NULL, "vtep"}, {"macVRF", "vni"}, {"macVRF", "routeTarget"}, {"ipVRF", "vni"}, {"ipVRF", "routeTarget"}};
  const dw_json *evpn = dw_json_get_fold(r->plugin->json, "evpn", NULL);
  dw_buf_printf(out, "evpn=");
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const dw_json *part = members[i].part == NULL ? evpn : dw_json_get_fold(evpn, members[i].part, NULL);
    const dw_json *json = dw_json_get_fold(part, members[i].key, NULL);
    dw_buf_printf(out, "%s,", json == NULL ? "" : dw_json_text(r->arena, json));
  }
  dw_buf_printf(out, "\n");
}

static void add_join(struct dw_buf *out, struct reading *r) {
  struct join join = read_join(r, false);
  char v4[DW_PREFIX_TEXT];
  char v6[DW_PREFIX_TEXT];
  dw_buf_printf(out, "joinSubnet=%s,%s\n", dw_prefix_format(&join.items[0], v4), dw_prefix_format(&join.items[1], v6));
}

/* Keys that do not exist in a topology are omitted, because the topology is compared anyway. Also omitted are keys that
 * depend on a feature gate of OVN-Kubernetes (reservedSubnets, infrastructureSubnets) or that it generates itself
 * (transitSubnet), and the subnets of layer3 networks, which may get more. Without an mtu, the cluster's applies. */
const char *dw_ovn_signature(struct dw_arena *arena, const struct dw_cni_config *config, const char *ns,
                             const char *name) {
  if (is_rejected(config, ns, name))
    return "";
  struct dw_ovn ovn = *config->ovn;
  struct reading r = {arena, config, &config->plugins[0], &ovn, 0};
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_buf_printf(&out, "topology=%s\nrole=%s\n", ovn.topology_value.text, ovn.primary ? "primary" : "secondary");
  add_plain(&out, &r, "mtu", "");
  add_plain(&out, &r, "uplink", "\"\"");
  if (ovn.topology != DW_OVN_LAYER3) {
    add_list(&out, &r, "subnets");
    add_list(&out, &r, "excludeSubnets");
    add_plain(&out, &r, "allowPersistentIPs", "false");
  }
  if (ovn.topology == DW_OVN_LOCALNET) {
    add_plain(&out, &r, "vlanID", "0");
    add_plain(&out, &r, "physicalNetworkName", "\"\"");
    return dw_arena_strdup(arena, dw_buf_text(&out));
  }
  add_join(&out, &r);
  add_plain(&out, &r, "transport", "\"\"");
  add_evpn(&out, &r);
  if (ovn.topology == DW_OVN_LAYER3)
    add_plain(&out, &r, "outboundSNAT", "\"\"");
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

/* A line: its length, and the length of its key. */
struct line {
  size_t length, key;
};

const char *dw_ovn_difference(struct dw_arena *arena, const char *a, const char *b, bool *sure) {
  DW_BUF_SCOPED struct dw_buf keys = DW_BUF_INIT;
  *sure = false;
  while (*a != '\0' && *b != '\0') {
    struct line x = {strcspn(a, "\n"), strcspn(a, "=")};
    struct line y = {strcspn(b, "\n"), strcspn(b, "=")};
    if (x.key != y.key || strncmp(a, b, x.key) != 0)
      break; /* the topologies differ, so their keys do, too */
    if (x.length != y.length || strncmp(a, b, x.length) != 0) {
      dw_buf_printf(&keys, "%s%.*s", keys.length == 0 ? "" : ", ", (int)x.key, a);
      *sure |= strncmp(a, "mtu", x.key) != 0 || (x.length > x.key + 1 && y.length > y.key + 1);
    }
    a += x.length + 1;
    b += y.length + 1;
  }
  return keys.length == 0 ? NULL : dw_arena_strdup(arena, dw_buf_text(&keys));
}
