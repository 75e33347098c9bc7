/* OVN-Kubernetes' secondary networks: `subnets` and `excludeSubnets` next to the plugin's other keys, comma-separated.
 * Sources: ovn-kubernetes go-controller pkg/util/multi_network.go (parseNetworkSubnets, parseSubnetList), pkg/config
 * (ParseClusterSubnetEntriesWithDefaults: white space around an entry is removed, net.ParseCIDR, an optional
 * /HOSTPREFIX).
 */
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

/* Real networks have one subnet per family. Both lists are limited, because each exclude is applied to every subnet. */
enum { SUBNETS_MAX = 32, EXCLUDES_MAX = 1024 };

bool dw_ovn_is_blank(const struct dw_value *value) {
  if (value->text == NULL || !dw_value_given(value))
    return true;
  return value->text[strspn(value->text, " \t\n\v\f\r")] == '\0';
}

enum dw_ovn_topology dw_ovn_topology(const dw_json *plugin) {
  static const struct {
    const char *name;
    enum dw_ovn_topology topology;
  } known[] = {
      {"", DW_OVN_NO_TOPOLOGY}, {"layer2", DW_OVN_LAYER2}, {"layer3", DW_OVN_LAYER3}, {"localnet", DW_OVN_LOCALNET}};
  const dw_json *json = dw_json_get_fold(plugin, "topology", NULL);
  if (json == NULL || dw_json_type(json) == DW_JSON_NULL)
    return DW_OVN_NO_TOPOLOGY;
  const char *text = dw_json_string(json);
  for (size_t i = 0; text != NULL && i < sizeof known / sizeof known[0]; i++)
    if (strcmp(known[i].name, text) == 0)
      return known[i].topology;
  return DW_OVN_OTHER_TOPOLOGY;
}

bool dw_ovn_is_mapped(const struct dw_ovn_entry *entry) {
  return entry->prefix.base.v4 && strchr(entry->value.text, ':') != NULL;
}

/* Reports that the list has more entries than are read. */
static void report_too_many(struct dw_problems *problems, const struct dw_value *value, const char *fix) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, value);
  if (problem == NULL)
    return;
  problem->too_large = true;
  problem->what = "has more subnets than Droveway can check";
  problem->fix = fix;
}

/* The excludes that all pools share. */
struct excludes {
  struct dw_exclude *items;
  size_t count;
  bool unreadable;
};

static struct excludes read_excludes(struct dw_problems *problems, const struct dw_value *list) {
  struct excludes excludes = {0};
  if (dw_value_given(list) && list->text == NULL) {
    dw_problem_wrong_type(problems, list, "a string");
    excludes.unreadable = true;
    return excludes;
  }
  if (dw_ovn_is_blank(list))
    return excludes;
  struct dw_ovn_list entries = dw_ovn_list(problems->arena, list, EXCLUDES_MAX);
  excludes.items = dw_arena_array(problems->arena, entries.count, sizeof *excludes.items);
  excludes.count = entries.count;
  excludes.unreadable = entries.too_many;
  if (entries.too_many)
    report_too_many(problems, list, "merge them into wider ones");
  for (size_t i = 0; i < entries.count; i++) {
    const struct dw_ovn_entry *entry = &entries.items[i];
    bool readable = entry->readable && !entry->has_host;
    excludes.items[i] = (struct dw_exclude){entry->value, readable ? DW_READ_OK : DW_READ_BAD, entry->prefix};
    if (readable)
      continue;
    excludes.unreadable = true;
    dw_problem_complain(problems, DW_IPAM_UNREADABLE, &entry->value,
                        dw_complain_cidr(problems->arena, entry->value.text));
  }
  return excludes;
}

/* Returns how many node subnets ENTRY is divided into; 0 if OVN-Kubernetes rejects it (ovn.c). */
static uint64_t node_subnets(const struct dw_ovn_entry *entry) {
  enum { HOST_V4 = 24, HOST_V6 = 64, MOST_BITS = 62 };
  int64_t host = entry->has_host ? entry->host : entry->prefix.base.v4 ? HOST_V4 : HOST_V6;
  int64_t bits = host - (int64_t)entry->prefix.bits;
  return bits <= 0 || dw_ovn_is_mapped(entry) ? 0 : UINT64_C(1) << (bits < MOST_BITS ? bits : MOST_BITS);
}

/* As in whereabouts' pools, the first and the last address are never handed out, in both families. */
static void read_pool(struct dw_problems *problems, const struct dw_ovn_entry *entry, const struct excludes *excludes,
                      struct dw_pool *pool) {
  pool->range = entry->value;
  pool->excludes = excludes->items;
  pool->exclude_count = excludes->count;
  pool->subnet_known = entry->readable;
  pool->subnet = entry->prefix;
  struct dw_pool_ends ends;
  if (!pool->subnet_known) {
    dw_problem_complain(problems, DW_IPAM_UNREADABLE, &entry->value,
                        dw_complain_cidr(problems->arena, entry->value.text));
  } else if (dw_pool_ends(&pool->subnet, NULL, NULL, &ends)) {
    pool->has_span = true;
    pool->span = ends.span;
  }
  dw_pool_finish(problems->arena, pool, !pool->subnet_known || excludes->unreadable);
}

static void read_pools(struct dw_problems *problems, const struct dw_cni_plugin *plugin, const struct dw_value *subnets,
                       enum dw_ovn_topology topology, struct dw_ipam *ipam) {
  struct dw_value excluded = dw_plugin_option(problems->arena, plugin, "excludeSubnets");
  if (topology == DW_OVN_LAYER3)
    excluded.json = NULL; /* ignored with layer3, which ovn.c reports */
  struct excludes excludes = read_excludes(problems, &excluded);
  struct dw_ovn_list entries = dw_ovn_list(problems->arena, subnets, SUBNETS_MAX);
  if (entries.too_many)
    report_too_many(problems, subnets, "use one per address family");
  ipam->pools = dw_arena_array(problems->arena, entries.count, sizeof *ipam->pools);
  for (size_t i = 0; i < entries.count; i++) {
    struct dw_pool *pool = &ipam->pools[ipam->pool_count++];
    read_pool(problems, &entries.items[i], &excludes, pool);
    pool->field = plugin->field;
    if (topology == DW_OVN_LAYER3 && pool->subnet_known)
      pool->node_subnets = node_subnets(&entries.items[i]);
  }
}

/* `ipam` is not read, because OVN-Kubernetes rejects a NAD with an IPAM plugin (ovn.c). Without a topology, the NAD is
 * the default network and `subnets` is ignored. */
bool dw_ipam_read_ovn(struct dw_problems *problems, const struct dw_cni_plugin *plugin, struct dw_ipam *ipam) {
  if (strcmp(plugin->type_name, "ovn-k8s-cni-overlay") != 0)
    return false;
  ipam->type = DW_IPAM_NONE;
  struct dw_value subnets = dw_plugin_option(problems->arena, plugin, "subnets");
  if (dw_value_given(&subnets) && subnets.text == NULL) {
    dw_problem_wrong_type(problems, &subnets, "a string");
    return true;
  }
  enum dw_ovn_topology topology = dw_ovn_topology(plugin->json);
  if (dw_ovn_is_blank(&subnets) || topology == DW_OVN_NO_TOPOLOGY)
    return true;
  ipam->type = DW_IPAM_OVN;
  ipam->field = plugin->field;
  read_pools(problems, plugin, &subnets, topology, ipam);
  return true;
}
