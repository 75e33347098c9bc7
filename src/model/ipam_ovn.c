/* OVN-Kubernetes' secondary networks: `subnets` and `excludeSubnets` beside the plugin's other keys, comma-separated.
 * Sources: ovn-kubernetes go-controller pkg/util/multi_network.go (parseSubnets, ErrorUnsupportedIPAMKey), pkg/config
 * (ParseClusterSubnetEntriesWithDefaults: blanks around an entry are cut off, net.ParseCIDR, an optional /HOSTPREFIX).
 */
#include <string.h>

#include "droveway/base/text.h"
#include "model/cni_internal.h"

/* Real networks have one subnet a family. Each exclude counts for every subnet, so both lists are bounded. */
enum { SUBNETS_MAX = 32, EXCLUDES_MAX = 1024, ENTRY_MAX = 128 };

/* The entries of a list, cut at commas, without the blanks around them. */
struct entries {
  const char **items;
  size_t count;
  bool too_many;
};

static const char *entry_text(struct dw_arena *arena, const char *at, size_t length) {
  while (length > 0 && dw_is_space(at[0])) {
    at++;
    length--;
  }
  while (length > 0 && dw_is_space(at[length - 1]))
    length--;
  return dw_arena_strndup(arena, at, length);
}

static struct entries split(struct dw_arena *arena, const char *text, size_t max) {
  struct entries entries = {.items = dw_arena_array(arena, max, sizeof *entries.items)};
  for (;;) {
    size_t length = strcspn(text, ",");
    if (entries.count == max) {
      entries.too_many = true;
      return entries;
    }
    entries.items[entries.count++] = entry_text(arena, text, length);
    if (text[length] == '\0')
      return entries;
    text += length + 1;
  }
}

/* ADDRESS/LENGTH, or ADDRESS/LENGTH/HOSTPREFIX. */
static bool parse_entry(const char *text, struct dw_prefix *out) {
  char cidr[ENTRY_MAX];
  size_t length = strnlen(text, ENTRY_MAX);
  if (length == ENTRY_MAX)
    return false;
  memcpy(cidr, text, length + 1);
  char *slash = strchr(cidr, '/');
  char *second = slash == NULL ? NULL : strchr(slash + 1, '/');
  if (second != NULL) {
    if (second[1] == '\0' || strspn(second + 1, "0123456789") != strlen(second + 1))
      return false;
    *second = '\0';
  }
  return dw_prefix_parse(cidr, DW_ADDR_STRICT, out, NULL);
}

static void tell(struct dw_problems *problems, const struct dw_value *value, struct dw_complaint complaint) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, value);
  if (problem == NULL)
    return;
  problem->what = complaint.what;
  problem->mend = complaint.mend;
}

/* Nothing behind the last entry that is read can be checked. */
static void report_too_many(struct dw_problems *problems, const struct dw_value *value, const char *mend) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, value);
  if (problem == NULL)
    return;
  problem->too_large = true;
  problem->what = "holds more subnets than can be checked";
  problem->mend = mend;
}

static void tell_entry(struct dw_problems *problems, const struct dw_value *list, const char *entry) {
  struct dw_value value = {.field = list->field, .json = list->json, .text = entry};
  tell(problems, &value, dw_complain_cidr(problems->arena, entry));
}

/* The excludes that all pools share. */
struct excludes {
  struct dw_exclude *items;
  size_t count;
  bool unreadable;
};

static bool is_blank_text(const struct dw_value *value) {
  if (value->text == NULL)
    return true;
  for (const char *c = value->text; *c != '\0'; c++)
    if (!dw_is_space(*c))
      return false;
  return true;
}

static struct excludes read_excludes(struct dw_problems *problems, const struct dw_value *list) {
  struct excludes excludes = {0};
  if (dw_value_given(list) && list->text == NULL) {
    dw_problem_wrong_type(problems, list, "a string");
    excludes.unreadable = true;
    return excludes;
  }
  if (is_blank_text(list))
    return excludes;
  struct entries entries = split(problems->arena, list->text, EXCLUDES_MAX);
  excludes.items = dw_arena_array(problems->arena, entries.count, sizeof *excludes.items);
  excludes.count = entries.count;
  excludes.unreadable = entries.too_many;
  if (entries.too_many)
    report_too_many(problems, list, "join them into wider ones");
  for (size_t i = 0; i < entries.count; i++) {
    struct dw_exclude *exclude = &excludes.items[i];
    *exclude = (struct dw_exclude){{list->field, list->json, entries.items[i]}, DW_READ_OK, {{{0, 0}, false}, 0}};
    if (parse_entry(entries.items[i], &exclude->prefix))
      continue;
    exclude->state = DW_READ_BAD;
    excludes.unreadable = true;
    tell_entry(problems, list, entries.items[i]);
  }
  return excludes;
}

/* The ends are kept off in both families, as in whereabouts' pools. */
static void read_pool(struct dw_problems *problems, const struct dw_value *subnets, const char *entry,
                      const struct excludes *excludes, struct dw_pool *pool) {
  pool->range = (struct dw_value){subnets->field, subnets->json, entry};
  pool->excludes = excludes->items;
  pool->exclude_count = excludes->count;
  pool->subnet_known = parse_entry(entry, &pool->subnet);
  struct dw_pool_ends ends;
  if (!pool->subnet_known) {
    tell_entry(problems, subnets, entry);
  } else if (dw_pool_ends(&pool->subnet, NULL, NULL, &ends)) {
    pool->has_span = true;
    pool->span = ends.span;
  }
  dw_pool_settle(problems->arena, pool, !pool->subnet_known || excludes->unreadable);
}

static void read_pools(struct dw_problems *problems, const struct dw_cni_plugin *plugin, const struct dw_value *subnets,
                       struct dw_ipam *ipam) {
  struct dw_value excluded = dw_value_member(problems->arena, plugin->field, plugin->json, "excludeSubnets");
  struct excludes excludes = read_excludes(problems, &excluded);
  struct entries entries = split(problems->arena, subnets->text, SUBNETS_MAX);
  if (entries.too_many)
    report_too_many(problems, subnets, "write one a family");
  ipam->pools = dw_arena_array(problems->arena, entries.count, sizeof *ipam->pools);
  for (size_t i = 0; i < entries.count; i++) {
    struct dw_pool *pool = &ipam->pools[ipam->pool_count++];
    read_pool(problems, subnets, entries.items[i], &excludes, pool);
    pool->field = plugin->field;
  }
}

/* `ipam` with a type other than dhcp makes OVN-Kubernetes refuse the network. */
static void tell_ipam_key(struct dw_problems *problems, const struct dw_ipam *ipam) {
  struct dw_value value = {.field = ipam->field, .json = NULL, .text = ipam->type_name};
  tell(problems, &value,
       (struct dw_complaint){"is refused by OVN-Kubernetes, which allocates addresses by itself",
                             "remove ipam and give the addresses in subnets"});
}

bool dw_ipam_read_ovn(struct dw_problems *problems, const struct dw_cni_plugin *plugin, struct dw_ipam *ipam) {
  if (strcmp(plugin->type_name, "ovn-k8s-cni-overlay") != 0 || ipam->type == DW_IPAM_DHCP)
    return false;
  if (ipam->type != DW_IPAM_NONE)
    tell_ipam_key(problems, ipam);
  struct dw_value subnets = dw_value_member(problems->arena, plugin->field, plugin->json, "subnets");
  if (dw_value_given(&subnets) && subnets.text == NULL) {
    dw_problem_wrong_type(problems, &subnets, "a string");
    return true;
  }
  if (is_blank_text(&subnets))
    return true;
  if (ipam->type == DW_IPAM_NONE) {
    ipam->type = DW_IPAM_OVN;
    ipam->field = plugin->field;
  }
  read_pools(problems, plugin, &subnets, ipam);
  return true;
}
