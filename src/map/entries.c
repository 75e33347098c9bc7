#include <stdlib.h>
#include <string.h>

#include "map/block.h"
#include "map/map_internal.h"

struct draft {
  struct dw_map_entry entry;
  const struct dw_map_pool *pool;
};

struct drafts {
  struct draft *items;
  size_t count;
};

/* --- cluster networks --- */

static bool is_node_source(const struct dw_cluster_network *network) {
  return strncmp(network->source, "Node ", 5) == 0;
}

/* The field of the source that defines the network; "" if there are several. */
static const char *field_of(const struct dw_cluster_network *network) {
  static const struct {
    const char *source, *name, *field;
  } fields[] = {{"policy", "", "clusterNetworks"},
                {"ServiceCIDR ", "", "spec.cidrs"},
                {"Network.operator ", "", "spec.defaultNetwork.ovnKubernetesConfig"},
                {"Node ", "pod CIDR", "spec.podCIDRs"},
                {"Network ", "pod network", "clusterNetwork"},
                {"Network ", "service network", "serviceNetwork"}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (strncmp(network->source, fields[i].source, strlen(fields[i].source)) == 0 &&
        (*fields[i].name == '\0' || strcmp(network->name, fields[i].name) == 0))
      return fields[i].field;
  return "";
}

static bool follows(const struct dw_interval *a, const struct dw_interval *next) {
  struct dw_u128 step = dw_u128_sub(next->first.value, a->last.value);
  return a->first.v4 == next->first.v4 && step.high == 0 && step.low == 1;
}

/* How many of the first networks become one entry: pod CIDRs of nodes that follow each other without a gap. */
static size_t run_of(const struct dw_cluster_network *networks, size_t count) {
  size_t run = 1;
  while (run < count && is_node_source(&networks[0]) && is_node_source(&networks[run]) &&
         strcmp(networks[0].name, networks[run].name) == 0) {
    struct dw_interval before = dw_interval_of(&networks[run - 1].prefix);
    struct dw_interval next = dw_interval_of(&networks[run].prefix);
    if (!follows(&before, &next))
      break;
    run++;
  }
  return run;
}

static void add_network(struct dw_map_builder *b, const struct dw_cluster_network *networks, size_t run,
                        struct drafts *out) {
  struct dw_map_entry entry = {.kind = DW_MAP_CLUSTER_NETWORK};
  entry.span = (struct dw_interval){networks[0].prefix.base, dw_prefix_last(&networks[run - 1].prefix)};
  entry.pool = entry.span;
  entry.text = dw_map_span_text(b->arena, &entry.span);
  entry.name = dw_arena_strdup(b->arena, networks[0].name);
  entry.object = dw_arena_strdup(b->arena, networks[0].source);
  if (run > 1)
    entry.object = dw_arena_printf(b->arena, "%s and %zu more", entry.object, run - 1);
  entry.field = field_of(networks);
  entry.usable = dw_map_span_size(&entry.span);
  out->items[out->count++].entry = entry;
}

static void add_networks(struct dw_map_builder *b, struct drafts *out) {
  size_t count;
  const struct dw_cluster_network *networks = dw_view_cluster_networks(b->view, &count);
  for (size_t i = 0; i < count;) {
    size_t run = run_of(networks + i, count - i);
    bool one_address = is_node_source(&networks[i]) && strcmp(networks[i].name, "node address") == 0;
    if (!one_address)
      add_network(b, networks + i, run, out);
    i += run;
  }
}

/* --- pools: one network copied into many namespaces is one entry --- */

/* 0 if the two pools become one entry, unless they are for migrations. */
static int compare_identical(const struct dw_map_pool *a, const struct dw_map_pool *b) {
  int order = dw_map_span_compare(&a->subnet, &b->subnet);
  if (order == 0)
    order = (int)b->migration - (int)a->migration;
  if (order == 0)
    order = dw_interval_set_compare(&a->pool->usable, &b->pool->usable);
  return order != 0 ? order : strcmp(a->nad->nad.network_name, b->nad->nad.network_name);
}

static int compare_pools(const void *left, const void *right) {
  const struct dw_map_pool *a = left;
  const struct dw_map_pool *b = right;
  int order = compare_identical(a, b);
  if (order == 0)
    order = strcmp(a->nad->namespace_, b->nad->namespace_);
  if (order == 0)
    order = strcmp(a->nad->name, b->nad->name);
  return order != 0 ? order : (a->pool > b->pool) - (a->pool < b->pool);
}

static size_t collect_pools(const struct dw_map_builder *b, struct dw_map_pool *out) {
  size_t count = 0;
  for (size_t i = 0; i < dw_view_count(b->view, DW_KIND_NAD); i++) {
    const struct dw_object *nad = dw_view_at(b->view, DW_KIND_NAD, i);
    const struct dw_nad_traits traits = dw_nad_traits(nad);
    struct dw_classification class = dw_view_classify(b->view, b->scratch, &traits);
    for (size_t k = 0; k < nad->nad.pool_count; k++) {
      struct dw_map_pool pool = {.nad = nad, .pool = &nad->nad.pools[k], .migration = class.migration};
      if (!dw_prefix_parse(pool.pool->text, DW_ADDR_STRICT, &pool.prefix, NULL))
        continue;
      pool.subnet = dw_interval_of(&pool.prefix);
      out[count++] = pool;
    }
  }
  return count;
}

/* The pools of all NADs by subnet, with one for all identical pools. In the scratch arena. */
static struct dw_map_pool *read_pools(struct dw_map_builder *b, size_t *count) {
  size_t all = 0;
  for (size_t i = 0; i < dw_view_count(b->view, DW_KIND_NAD); i++)
    all += dw_view_at(b->view, DW_KIND_NAD, i)->nad.pool_count;
  struct dw_map_pool *pools = dw_arena_array(b->scratch, all, sizeof *pools);
  all = collect_pools(b, pools);
  qsort(pools, all, sizeof *pools, compare_pools);
  size_t kept = 0;
  for (size_t i = 0; i < all; i++) {
    if (kept > 0 && !pools[i].migration && compare_identical(&pools[kept - 1], &pools[i]) == 0)
      pools[kept - 1].copies++;
    else
      pools[kept++] = pools[i];
  }
  *count = kept;
  return pools;
}

static void add_pool(struct dw_map_builder *b, const struct dw_map_pool *pool, struct drafts *out) {
  const struct dw_object *nad = pool->nad;
  struct dw_map_entry entry = {.kind = pool->migration ? DW_MAP_MIGRATION_POOL : DW_MAP_POOL};
  entry.span = pool->subnet;
  entry.pool = pool->pool->span;
  entry.text = dw_arena_strdup(b->arena, pool->pool->text);
  entry.name = dw_arena_printf(b->arena, "NAD %s/%s", nad->namespace_, nad->name);
  entry.object = dw_arena_printf(b->arena, "%s %s/%s", dw_kind_name(nad->kind), nad->namespace_, nad->name);
  entry.field = dw_arena_strdup(b->arena, pool->pool->field);
  entry.copies = pool->copies;
  entry.usable = dw_interval_set_count(&pool->pool->usable);
  entry.needed = pool->migration ? b->map->needed : 0;
  entry.crowded = entry.usable < entry.needed;
  out->items[out->count++] = (struct draft){entry, pool};
}

/* --- all of them --- */

static void add_remotes(struct dw_map_builder *b, struct drafts *out) {
  for (size_t c = 0; c < b->policy->remote_cluster_count; c++) {
    const struct dw_remote_cluster *cluster = &b->policy->remote_clusters[c];
    for (size_t r = 0; r < cluster->range_count; r++) {
      struct dw_map_entry entry = {.kind = DW_MAP_REMOTE, .object = "policy", .field = "remoteClusters"};
      entry.span = entry.pool = cluster->ranges[r];
      entry.text = dw_map_span_text(b->arena, &entry.span);
      entry.name = dw_arena_printf(b->arena, "remote cluster %s", cluster->name);
      entry.usable = dw_map_span_size(&entry.span);
      out->items[out->count++].entry = entry;
    }
  }
}

static struct dw_map_union spans_of(struct dw_map_builder *b, const struct drafts *drafts) {
  struct dw_interval *items = dw_arena_array(b->scratch, drafts->count, sizeof *items);
  for (size_t i = 0; i < drafts->count; i++)
    items[i] = drafts->items[i].entry.span;
  return dw_map_union_make(items, drafts->count);
}

static size_t room_for(const struct dw_map_builder *b, size_t pools) {
  size_t networks;
  size_t remotes = 0;
  dw_view_cluster_networks(b->view, &networks);
  for (size_t c = 0; c < b->policy->remote_cluster_count; c++)
    remotes += b->policy->remote_clusters[c].range_count;
  return networks + pools + remotes;
}

static struct drafts draft_all(struct dw_map_builder *b) {
  size_t pool_count;
  size_t address_count;
  struct dw_map_covered covered;
  struct dw_map_pool *pools = read_pools(b, &pool_count);
  struct drafts drafts = {dw_arena_array(b->scratch, room_for(b, pool_count), sizeof *drafts.items), 0};
  add_networks(b, &drafts);
  covered.networks = spans_of(b, &drafts);
  for (size_t i = 0; i < pool_count; i++)
    add_pool(b, &pools[i], &drafts);
  add_remotes(b, &drafts);
  covered.all = spans_of(b, &drafts);
  struct dw_map_entry *addresses = dw_map_addresses(b, &covered, &address_count);
  struct drafts all = {dw_arena_array(b->scratch, drafts.count + address_count, sizeof *all.items), drafts.count};
  if (drafts.count > 0)
    memcpy(all.items, drafts.items, drafts.count * sizeof *all.items);
  for (size_t i = 0; i < address_count; i++)
    all.items[all.count++].entry = addresses[i];
  return all;
}

/* --- what is used, and where suggestions should be --- */

static int compare_drafts(const void *left, const void *right) {
  const struct dw_map_entry *a = &((const struct draft *)left)->entry;
  const struct dw_map_entry *b = &((const struct draft *)right)->entry;
  int order = dw_map_span_compare(&a->span, &b->span);
  if (order == 0)
    order = a->kind < b->kind ? -1 : a->kind > b->kind;
  if (order == 0)
    order = dw_map_span_compare(&a->pool, &b->pool);
  if (order == 0)
    order = strcmp(a->name, b->name);
  return order != 0 ? order : strcmp(a->field, b->field);
}

/* Around a node's address, its whole block counts as used: other hosts are probably in the same network. */
static struct dw_interval claim_of(const struct dw_map_entry *entry) {
  if (entry->kind != DW_MAP_ADDRESSES)
    return entry->span;
  struct dw_prefix block = dw_block_around(&entry->span.first, entry->span.first.v4 ? 8 : 64);
  return dw_interval_of(&block);
}

static void find_used(struct dw_map_builder *b, const struct drafts *drafts) {
  size_t count = drafts->count;
  struct dw_interval *items = dw_arena_array(b->scratch, count + b->options->avoided_count, sizeof *items);
  for (size_t i = 0; i < count; i++)
    items[i] = claim_of(&drafts->items[i].entry);
  for (size_t i = 0; i < b->options->avoided_count; i++)
    items[count++] = b->options->avoided[i];
  b->used = dw_map_union_make(items, count);
}

/* A unique local /48 belongs to one site (RFC 4193, section 3.1), except for the defaults of OVN-Kubernetes, which are
 * the same everywhere. */
static void find_sites(struct dw_map_builder *b, const struct drafts *drafts) {
  struct dw_interval *items = dw_arena_array(b->scratch, drafts->count, sizeof *items);
  size_t count = 0;
  for (size_t i = 0; i < drafts->count; i++) {
    const struct dw_map_entry *entry = &drafts->items[i].entry;
    struct dw_prefix site = dw_block_around(&entry->span.first, entry->span.first.v4 ? 32 : 80);
    if (entry->span.first.v4 || entry->span.first.value.high >> 57 != 0xFC >> 1 ||
        !dw_prefix_contains(&site, &entry->span.last) || strcmp(entry->object, "OVN-Kubernetes default") == 0)
      continue;
    items[count++] = dw_interval_of(&site);
  }
  b->sites = dw_interval_set_make(items, count);
}

static bool is_configured_network(const struct dw_map_builder *b, const struct dw_object *nad) {
  struct dw_nad_name name;
  return b->map->network != NULL && dw_network_read(b->scratch, b->policy->namespace_, b->map->network, &name) &&
         strcmp(nad->namespace_, name.ns) == 0 && strcmp(nad->name, name.name) == 0;
}

/* The configured migration network, or else the first migration network. */
static void find_home(struct dw_map_builder *b, const struct drafts *drafts) {
  bool configured = false;
  for (size_t i = 0; i < drafts->count && !configured; i++) {
    const struct dw_map_pool *pool = drafts->items[i].pool;
    if (pool == NULL || !pool->migration || pool->subnet.first.v4 != b->options->suggest_v4)
      continue;
    configured = is_configured_network(b, pool->nad);
    if (configured || !b->has_home)
      b->home = pool->subnet;
    b->has_home = true;
  }
}

void dw_map_add_entries(struct dw_map_builder *b) {
  struct drafts drafts = draft_all(b);
  qsort(drafts.items, drafts.count, sizeof *drafts.items, compare_drafts);
  find_used(b, &drafts);
  find_sites(b, &drafts);
  find_home(b, &drafts);
  struct dw_map_origin *origins = dw_arena_array(b->scratch, drafts.count, sizeof *origins);
  b->map->entries = dw_arena_array(b->arena, drafts.count, sizeof *b->map->entries);
  for (size_t i = 0; i < drafts.count; i++) {
    if (b->options->family != 0 && (b->options->family == 4) != drafts.items[i].entry.span.first.v4)
      continue;
    struct dw_map_entry *entry = &b->map->entries[b->map->entry_count];
    *entry = drafts.items[i].entry;
    origins[b->map->entry_count++] = (struct dw_map_origin){entry, drafts.items[i].pool};
  }
  dw_map_add_overlaps(b, origins, b->map->entry_count);
}
