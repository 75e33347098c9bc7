/* Addresses that IPAM plugins hand out on each node independently. Sources: containernetworking/plugins v1.10.0
 * plugins/ipam/host-local/backend/allocator (config.go, range.go) and plugins/ipam/static/main.go (LoadIPAMConfig);
 * whereabouts v0.9.2 pkg/config/config.go (configureStatic). Entries that they reject are skipped. */
#include <string.h>

#include "cni/cni_internal.h"

/* A struct dw_local_pool is far larger than the text of an address, so the number is limited. */
enum { LOCAL_MAX = 4096 };

struct reading {
  struct dw_arena *arena;
  struct dw_ipam *ipam;
  size_t capacity;
};

static void add(struct reading *r, const struct dw_local_pool *pool) {
  struct dw_ipam *ipam = r->ipam;
  if (ipam->local_pool_count == LOCAL_MAX || pool->usable.count == 0)
    return;
  ipam->local_pools =
      dw_arena_more(r->arena, ipam->local_pools, ipam->local_pool_count, &r->capacity, sizeof *ipam->local_pools);
  ipam->local_pools[ipam->local_pool_count++] = *pool;
}

static struct dw_interval_set one_address(struct dw_arena *arena, const struct dw_addr *addr) {
  struct dw_interval *item = dw_arena_alloc(arena, sizeof *item);
  *item = (struct dw_interval){*addr, *addr};
  return (struct dw_interval_set){item, 1};
}

/* --- single addresses --- */

/* Adds VALUE, which is ADDRESS/LENGTH. GATEWAY may be NULL. */
static void add_address(struct reading *r, const struct dw_value *value, enum dw_addr_syntax syntax,
                        const struct dw_value *gateway) {
  struct dw_local_pool pool = {.value = *value};
  if (gateway != NULL)
    pool.gateway = dw_ip_read(gateway, DW_ADDR_STRICT);
  struct dw_addr addr;
  if (value->text == NULL || !dw_prefix_parse(value->text, syntax, &pool.subnet, &addr))
    return;
  pool.usable = one_address(r->arena, &addr);
  add(r, &pool);
}

static void read_addresses(struct reading *r, enum dw_addr_syntax syntax) {
  struct dw_value list = dw_value_member(r->arena, r->ipam->field, r->ipam->raw.json, "addresses");
  if (dw_json_type(list.json) != DW_JSON_ARRAY)
    return;
  for (size_t i = 0; i < dw_json_size(list.json) && i < LOCAL_MAX; i++) {
    struct dw_value entry = dw_value_element(r->arena, list.field, i, dw_json_at(list.json, i));
    struct dw_value address = dw_value_member(r->arena, entry.field, entry.json, "address");
    struct dw_value gateway = dw_value_member(r->arena, entry.field, entry.json, "gateway");
    add_address(r, &address, syntax, &gateway);
  }
}

static bool read_texts(struct reading *r, const struct dw_value *list) {
  size_t count = dw_json_type(list->json) == DW_JSON_ARRAY ? dw_json_size(list->json) : 0;
  if (count == 0)
    return false;
  r->ipam->local_pool_count = 0;
  for (size_t i = 0; i < count && i < LOCAL_MAX; i++) {
    struct dw_value text = dw_value_element(r->arena, list->field, i, dw_json_at(list->json, i));
    add_address(r, &text, DW_ADDR_STRICT, NULL);
  }
  return true;
}

/* runtimeConfig.ips replaces args.cni.ips, which replaces `addresses`. */
static void read_static(struct reading *r, const struct dw_cni_plugin *plugin) {
  struct dw_value runtime = dw_plugin_option(r->arena, plugin, "runtimeConfig.ips");
  struct dw_value args = dw_plugin_option(r->arena, plugin, "args.cni.ips");
  if (!read_texts(r, &runtime) && !read_texts(r, &args))
    read_addresses(r, DW_ADDR_STRICT);
}

/* --- host-local --- */

/* Reads the member NAME. Returns false if it is given, but is not an address. "" counts as not given. */
static bool read_end(const dw_json *range, const char *name, struct dw_addr *end, bool *given) {
  const dw_json *json = dw_json_get_fold(range, name, NULL);
  const char *text = dw_json_string(json);
  *given = text != NULL && text[0] != '\0';
  return *given ? dw_addr_parse(text, DW_ADDR_STRICT, end)
                : text != NULL || json == NULL || dw_json_type(json) == DW_JSON_NULL;
}

/* If an IPv4 subnet is written as IPv6, Go keeps its 128-bit mask, and host-local rejects it. */
static enum dw_local_fault read_subnet(const char *text, struct dw_local_range *out) {
  struct dw_addr written;
  if (text == NULL || !dw_prefix_parse(text, DW_ADDR_STRICT, &out->subnet, &written))
    return DW_LOCAL_UNREADABLE;
  if (written.v4 && strchr(text, ':') != NULL)
    return DW_LOCAL_MAPPED;
  if (dw_prefix_host_bits(&out->subnet) < 2)
    return DW_LOCAL_TOO_SMALL;
  return dw_addr_compare(&written, &out->subnet.base) != 0 ? DW_LOCAL_HOST_BITS : DW_LOCAL_OK;
}

/* range.go:27 Canonicalize(): by default, the last address is left out in IPv4 only. */
enum dw_local_fault dw_local_range_read(const dw_json *range, struct dw_local_range *out) {
  bool has_start;
  bool has_end;
  bool has_gateway;
  enum dw_local_fault fault = read_subnet(dw_json_string(dw_json_get_fold(range, "subnet", NULL)), out);
  if (fault != DW_LOCAL_OK)
    return fault;
  struct dw_interval *span = &out->span;
  *span = dw_interval_hosts(&out->subnet);
  if (!span->last.v4)
    span->last = dw_prefix_last(&out->subnet);
  out->gateway = span->first;
  if (!read_end(range, "rangeStart", &span->first, &has_start) || !read_end(range, "rangeEnd", &span->last, &has_end) ||
      !read_end(range, "gateway", &out->gateway, &has_gateway))
    return DW_LOCAL_UNREADABLE;
  if (has_start && !dw_prefix_contains(&out->subnet, &span->first))
    return DW_LOCAL_START_OUTSIDE;
  if (has_end && !dw_prefix_contains(&out->subnet, &span->last))
    return DW_LOCAL_END_OUTSIDE;
  if (dw_addr_compare(&span->first, &span->last) > 0)
    return has_end ? DW_LOCAL_END_FIRST : DW_LOCAL_START_LAST;
  return dw_prefix_contains(&out->subnet, &out->gateway) ? DW_LOCAL_OK : DW_LOCAL_GATEWAY_OUTSIDE;
}

/* The gateway is never handed out. By default it is the first address. */
static void add_range(struct reading *r, const struct dw_value *range) {
  struct dw_local_range read;
  if (dw_local_range_read(range->json, &read) != DW_LOCAL_OK)
    return;
  struct dw_local_pool pool = {.value = dw_value_member(r->arena, range->field, range->json, "subnet"),
                               .subnet = read.subnet,
                               .gateway = {.state = DW_READ_OK, .addr = read.gateway}};
  struct dw_interval_set removed = one_address(r->arena, &read.gateway);
  pool.usable = dw_interval_set_without(r->arena, &read.span, &removed);
  add(r, &pool);
}

/* Reads the range at the top level, and those of the sets in `ranges`. */
static void read_host_local(struct reading *r) {
  const struct dw_value top = {.field = r->ipam->field, .json = r->ipam->raw.json};
  add_range(r, &top);
  struct dw_value sets = dw_value_member(r->arena, top.field, top.json, "ranges");
  size_t room = LOCAL_MAX;
  for (size_t i = 0; dw_json_type(sets.json) == DW_JSON_ARRAY && i < dw_json_size(sets.json) && room > 0; i++) {
    struct dw_value set = dw_value_element(r->arena, sets.field, i, dw_json_at(sets.json, i));
    for (size_t k = 0; dw_json_type(set.json) == DW_JSON_ARRAY && k < dw_json_size(set.json) && room > 0; k++) {
      struct dw_value range = dw_value_element(r->arena, set.field, k, dw_json_at(set.json, k));
      add_range(r, &range);
      room--;
    }
    room -= room > 0;
  }
}

void dw_ipam_read_local(struct dw_arena *arena, const struct dw_cni_plugin *plugin, struct dw_ipam *ipam) {
  struct reading reading = {.arena = arena, .ipam = ipam};
  if (ipam->type == DW_IPAM_HOST_LOCAL)
    read_host_local(&reading);
  else if (ipam->type == DW_IPAM_STATIC)
    read_static(&reading, plugin);
  else if (ipam->type == DW_IPAM_WHEREABOUTS)
    read_addresses(&reading, DW_ADDR_SLOPPY);
}
