/* What the IPAM plugins host-local and static reject in addition to single values. Sources: containernetworking/plugins
 * v1.10.0 plugins/ipam/host-local/backend/allocator (range.go:27 and range_set.go:58 Canonicalize(), config.go:76
 * LoadIPAMConfig(), allocator.go:180 Next()) and plugins/ipam/static/main.go:147 LoadIPAMConfig(). */
#include <stdlib.h>
#include <string.h>

#include "cni/options.h"

/* --- addresses of one family --- */

static const char *family_name(bool v4) {
  return v4 ? "IPv4" : "IPv6";
}

/* Returns false if a plugin of the configuration does not accept such an old version, which the rule plugin-chain
 * reports. */
static bool plugins_accept(const struct dw_cni_config *config, const char *version) {
  for (size_t i = 0; i < config->plugin_count; i++)
    if (config->plugins[i].type_readable && strcmp(version, dw_plugin_oldest_version(config->plugins[i].type_name)) < 0)
      return false;
  return true;
}

/* COUNTS has the addresses of IPv6 and IPv4. Sources: host-local config.go:151, static main.go:252. */
static void check_families(struct dw_reading *reading, const size_t counts[2]) {
  const struct dw_cni_config *config = reading->config;
  const char *version = dw_cni_version_in_force(config);
  bool v4 = counts[true] > 1;
  if ((!v4 && counts[false] < 2) || version == NULL || strcmp(version, "0.3.0") >= 0 ||
      !plugins_accept(config, version))
    return;
  dw_fault_add(
      reading, &config->version,
      dw_arena_printf(reading->arena, "%s a pod at most one address per family, but ipam has %zu for %s",
                      dw_value_given(&config->version) ? "gives" : "without it the version is 0.1.0, which gives",
                      counts[v4], family_name(v4)),
      "use 0.3.0 or newer");
}

/* --- host-local: a range --- */

struct span {
  struct dw_interval span;
  struct dw_value subnet; /* of the range */
  size_t at;              /* its position among the ranges */
};

struct host_local {
  struct dw_reading *reading;
  struct span *spans; /* of the valid ranges */
  size_t count, capacity;
  size_t sets[2]; /* how many of IPv6 and of IPv4 */
};

static const char *subnet_text(struct dw_arena *arena, const struct dw_prefix *subnet) {
  char text[DW_PREFIX_TEXT];
  return dw_arena_strdup(arena, dw_prefix_format(subnet, text));
}

static const char *span_text(struct dw_arena *arena, const struct dw_interval *span) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  return dw_arena_printf(arena, "%s-%s", dw_addr_format(&span->first, first), dw_addr_format(&span->last, last));
}

static void end_before_start(struct host_local *h, const struct dw_value *range, const struct dw_local_range *read) {
  struct dw_value end = dw_value_member(h->reading->arena, range->field, range->json, "rangeEnd");
  char first[DW_ADDR_TEXT];
  dw_fault_add(h->reading, &end,
               dw_arena_printf(h->reading->arena, "is below the first address of the range, %s",
                               dw_addr_format(&read->span.first, first)),
               "swap the two, or remove it");
}

static void report_outside(struct host_local *h, const struct dw_value *range, const struct dw_local_range *read,
                           const char *name) {
  struct dw_arena *arena = h->reading->arena;
  struct dw_value value = dw_value_member(arena, range->field, range->json, name);
  dw_fault_add(h->reading, &value,
               dw_arena_printf(arena, "is outside the subnet %s", subnet_text(arena, &read->subnet)),
               "use an address of the subnet, or remove it");
}

/* v1.10.0 range.go:56 and :92. v1.9.1 accepts both. */
static void report_rejected_since_1_10(struct host_local *h, const struct dw_value *range,
                                       const struct dw_local_range *read, bool is_gateway) {
  struct dw_arena *arena = h->reading->arena;
  struct dw_value value = dw_value_member(arena, range->field, range->json, is_gateway ? "gateway" : "rangeStart");
  dw_fault_add_uncertain(
      h->reading, &value,
      is_gateway
          ? dw_arena_printf(arena, "is outside the subnet %s, which host-local 1.10 and later reject",
                            subnet_text(arena, &read->subnet))
          : dw_arena_printf(arena, "is above the last address of the range %s, which host-local 1.10 and later reject",
                            subnet_text(arena, &read->subnet)),
      "use an address of the subnet, or remove it");
}

/* The tables report a subnet that can't be read, so this is not called for one. */
static void report_subnet(struct host_local *h, const struct dw_value *subnet, enum dw_local_fault fault,
                          const struct dw_local_range *read) {
  struct dw_arena *arena = h->reading->arena;
  const char *what = "is missing: each range of host-local needs a subnet";
  const char *fix = "add one, such as \"10.200.5.0/24\"";
  if (fault == DW_LOCAL_MAPPED) {
    what = "is an IPv4 subnet in IPv6 form, which host-local rejects";
    fix = read->subnet.base.v4 ? dw_arena_printf(arena, "use %s", subnet_text(arena, &read->subnet))
                               : "use ADDRESS/LENGTH, such as 10.200.5.0/24";
  } else if (fault == DW_LOCAL_TOO_SMALL) {
    what = "is too small: it has no address for host-local to hand out";
    fix = read->subnet.base.v4 ? "use a /30 or wider" : "use a /126 or wider";
  } else if (fault == DW_LOCAL_HOST_BITS) {
    what = "has host bits set: host-local needs the network address";
    fix = dw_arena_printf(arena, "use %s", subnet_text(arena, &read->subnet));
  }
  struct dw_cni_fault *added = dw_fault_add(h->reading, subnet, what, fix);
  if (added != NULL && (fault == DW_LOCAL_HOST_BITS || (fault == DW_LOCAL_MAPPED && read->subnet.base.v4)))
    added->edits = dw_edit_set_text(arena, subnet->field, subnet_text(arena, &read->subnet));
}

static void report_range(struct host_local *h, const struct dw_value *range, enum dw_local_fault fault,
                         const struct dw_local_range *read) {
  struct dw_value subnet = dw_value_member(h->reading->arena, range->field, range->json, "subnet");
  switch (fault) {
  case DW_LOCAL_START_OUTSIDE:
    report_outside(h, range, read, "rangeStart");
    break;
  case DW_LOCAL_END_OUTSIDE:
    report_outside(h, range, read, "rangeEnd");
    break;
  case DW_LOCAL_END_FIRST:
    end_before_start(h, range, read);
    break;
  case DW_LOCAL_START_LAST:
  case DW_LOCAL_GATEWAY_OUTSIDE:
    report_rejected_since_1_10(h, range, read, fault == DW_LOCAL_GATEWAY_OUTSIDE);
    break;
  default:
    report_subnet(h, &subnet, fault, read);
    break;
  }
}

/* --- host-local: a set --- */

/* The state of a set while its ranges are checked. */
struct set {
  struct dw_value subnet; /* of its first valid range; field is NULL until then */
  bool v4;
  bool sound;        /* all ranges are valid */
  bool may_hand_out; /* a range has an address that is not its gateway */
};

static bool hands_out_any(const struct dw_local_range *read) {
  return dw_addr_compare(&read->span.first, &read->span.last) != 0 ||
         dw_addr_compare(&read->span.first, &read->gateway) != 0;
}

static void check_range(struct host_local *h, struct set *set, const struct dw_value *range) {
  struct dw_arena *arena = h->reading->arena;
  struct dw_local_range read = {0};
  enum dw_local_fault fault = dw_local_range_read(range->json, &read);
  if (fault != DW_LOCAL_OK) {
    set->sound = false;
    report_range(h, range, fault, &read);
  }
  if (fault != DW_LOCAL_OK && fault != DW_LOCAL_GATEWAY_OUTSIDE)
    return;
  struct dw_value subnet = dw_value_member(arena, range->field, range->json, "subnet");
  set->may_hand_out = set->may_hand_out || hands_out_any(&read);
  if (set->subnet.field == NULL) {
    set->subnet = subnet;
    set->v4 = read.subnet.base.v4;
  } else if (set->v4 != read.subnet.base.v4) {
    set->sound = false;
    dw_fault_add(h->reading, &subnet,
                 dw_arena_printf(arena, "is %s, but the set begins with %s", family_name(read.subnet.base.v4),
                                 family_name(set->v4)),
                 "move it to a separate set");
    return;
  }
  h->spans = dw_arena_more(arena, h->spans, h->count, &h->capacity, sizeof *h->spans);
  h->spans[h->count] = (struct span){read.span, subnet, h->count};
  h->count++;
}

/* allocator.go:180 Next() skips the gateway. */
static void end_set(struct host_local *h, const struct set *set) {
  if (set->subnet.field != NULL)
    h->sets[set->v4]++;
  if (set->sound && !set->may_hand_out)
    dw_fault_add(h->reading, &set->subnet, "has no address to hand out besides the gateway", "widen the range");
}

static void check_sets(struct host_local *h, const struct dw_value *sets) {
  struct dw_arena *arena = h->reading->arena;
  for (size_t i = 0; i < dw_json_size(sets->json) && !h->reading->config->more_faults; i++) {
    struct dw_value place = dw_value_element(arena, sets->field, i, dw_json_at(sets->json, i));
    struct set set = {.sound = true};
    if (dw_json_size(place.json) == 0) {
      dw_fault_add(h->reading, &place, "is a set without ranges, which host-local rejects",
                   "add a range with a subnet, or remove the set");
      continue;
    }
    for (size_t k = 0; k < dw_json_size(place.json) && !h->reading->config->more_faults; k++) {
      struct dw_value range = dw_value_element(arena, place.field, k, dw_json_at(place.json, k));
      check_range(h, &set, &range);
    }
    end_set(h, &set);
  }
}

/* --- host-local: ranges that share addresses --- */

/* Compares the families first, because a wide IPv6 subnet includes the numbers that represent IPv4 addresses. */
static int compare_spans(const void *left, const void *right) {
  const struct span *a = left;
  const struct span *b = right;
  if (a->span.first.v4 != b->span.first.v4)
    return a->span.first.v4 ? -1 : 1;
  int order = dw_addr_compare(&a->span.first, &b->span.first);
  if (order == 0)
    order = (a->at > b->at) - (a->at < b->at);
  return order;
}

/* Reports the later of two ranges, unless it is REPORTED, so that a range that contains many others is reported once.
 * Returns the later one. */
static const struct span *report_shared(struct dw_reading *reading, const struct span *a, const struct span *b,
                                        const struct span *reported) {
  const struct span *later = a->at > b->at ? a : b;
  const struct span *other = later == a ? b : a;
  if (later != reported)
    dw_fault_add(reading, &later->subnet,
                 dw_arena_printf(reading->arena, "shares addresses with the range %s, which host-local rejects",
                                 span_text(reading->arena, &other->span)),
                 "put each address in only one range");
  return later;
}

/* range_set.go:76 (in a set) and config.go:157 (between sets) compare every pair. Here the ranges are sorted, and each
 * is compared only with the earlier one that reaches furthest: if it overlaps any earlier one, it overlaps that one. */
static void check_shared(struct host_local *h) {
  if (h->count == 0)
    return;
  qsort(h->spans, h->count, sizeof *h->spans, compare_spans);
  const struct span *furthest = &h->spans[0];
  const struct span *reported = NULL;
  for (size_t i = 1; i < h->count && !h->reading->config->more_faults; i++) {
    const struct span *span = &h->spans[i];
    bool same_family = span->span.first.v4 == furthest->span.first.v4;
    if (same_family && dw_addr_compare(&span->span.first, &furthest->span.last) <= 0)
      reported = report_shared(h->reading, furthest, span, reported);
    if (!same_family || dw_addr_compare(&span->span.last, &furthest->span.last) > 0)
      furthest = span;
  }
}

/* config.go:119: a range at the top level with a subnet is a set before the others. */
void dw_check_host_local(struct dw_reading *reading, const struct dw_value *plugin) {
  struct host_local h = {.reading = reading};
  struct dw_value ipam = dw_option_value(reading->arena, plugin, "ipam");
  struct dw_value ranges = dw_option_value(reading->arena, plugin, "ipam.ranges");
  struct dw_value runtime = dw_option_value(reading->arena, plugin, "runtimeConfig.ipRanges");
  struct set top = {.sound = true};
  /* A capability replaces what the configuration has as runtimeConfig. */
  if (!dw_option_set(dw_option_find(plugin->json, "capabilities")))
    check_sets(&h, &runtime);
  if (dw_option_find(ipam.json, "subnet") != NULL) {
    check_range(&h, &top, &ipam);
    end_set(&h, &top);
  }
  check_sets(&h, &ranges);
  check_shared(&h);
  check_families(reading, h.sets);
}

/* --- static --- */

static const char cidr_advice[] = "use ADDRESS/LENGTH, such as 10.200.5.9/24";

struct static_reading {
  struct dw_reading *reading;
  bool replaced;    /* pods may bring addresses that replace these */
  size_t counts[2]; /* how many of IPv6 and of IPv4 */
};

static void bad_address(struct static_reading *s, const struct dw_value *value, const char *what) {
  if (s->replaced)
    dw_fault_add_uncertain(s->reading, value, what, cidr_advice);
  else
    dw_fault_add(s->reading, value, what, cidr_advice);
}

static void check_address(struct static_reading *s, const struct dw_value *value) {
  struct dw_prefix prefix;
  struct dw_addr addr;
  if (value->json == NULL)
    bad_address(s, value, "is missing");
  else if (value->text == NULL)
    bad_address(s, value, "must not be null");
  else if (!dw_prefix_parse(value->text, DW_ADDR_STRICT, &prefix, &addr))
    bad_address(s, value, "is not a CIDR");
  else
    s->counts[addr.v4]++;
}

/* main.go:63 Address: in Go, `Address` is a separate field, an object that is not meant for users. */
static void check_entry(struct static_reading *s, const struct dw_value *entry) {
  struct dw_reading *reading = s->reading;
  struct dw_value address = dw_value_member(reading->arena, entry->field, entry->json, "address");
  enum dw_json_type type = dw_json_type(address.json);
  if (address.json != NULL && address.json == dw_json_get(entry->json, "Address")) {
    if (type == DW_JSON_STRING)
      dw_fault_add(reading, &address, "static accepts a string only under the key \"address\", in lower case",
                   "use address");
  } else if (address.json == NULL || type == DW_JSON_STRING || type == DW_JSON_NULL) {
    check_address(s, &address);
  } else {
    const char *fix = dw_type_fix(&address, "a string");
    dw_fault_add(reading, &address,
                 dw_arena_printf(reading->arena, "must be a string, not %s", dw_json_type_name(address.json)),
                 fix != NULL ? fix : cidr_advice);
  }
}

/* runtimeConfig.ips replaces args.cni.ips, which replaces `addresses`. */
void dw_check_static(struct dw_reading *reading, const struct dw_value *plugin) {
  struct dw_value list = dw_option_value(reading->arena, plugin, "runtimeConfig.ips");
  struct static_reading s = {.reading = reading,
                             .replaced = dw_option_set(dw_option_find(plugin->json, "capabilities.ips"))};
  if (dw_json_size(list.json) == 0)
    list = dw_option_value(reading->arena, plugin, "args.cni.ips");
  bool own = dw_json_size(list.json) == 0;
  if (own)
    list = dw_option_value(reading->arena, plugin, "ipam.addresses");
  for (size_t i = 0; i < dw_json_size(list.json) && !reading->config->more_faults; i++) {
    struct dw_value entry = dw_value_element(reading->arena, list.field, i, dw_json_at(list.json, i));
    if (own)
      check_entry(&s, &entry);
    else
      check_address(&s, &entry);
  }
  if (!s.replaced)
    check_families(reading, s.counts);
}
