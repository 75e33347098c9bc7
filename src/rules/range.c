/* The ranges of a configuration by themselves: what they leave to be handed out, and where the gateway lies. */
#include <string.h>

#include "rules/families.h"
#include "rules/nad_internal.h"

static void range_ignored(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_IGNORED);
}

static void range_leading_zero(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_LEADING_ZERO);
}

/* Whether ipam-syntax or ipam-lookalike-key tells already why there is no range. */
static bool range_is_told(const struct dw_check *check, const struct dw_ipam *ipam) {
  if (!ipam->no_range_explained || !dw_nad_rule_off(check, "ipam-lookalike-key"))
    return ipam->no_range_explained;
  for (size_t i = 0; i < ipam->problem_count; i++)
    if (ipam->problems[i].kind == DW_IPAM_UNREADABLE)
      return true;
  return false;
}

static void no_range(struct dw_check *check, const struct dw_rule *rule, const struct dw_ipam *ipam) {
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_REQUIRED,
                               .field = dw_arena_printf(check->arena, "%s.range", ipam->field),
                               .mend = "add a \"range\" such as \"192.168.99.0/24\""},
            "without a range whereabouts hands out no address");
}

static void empty_pool(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *pool) {
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = pool->range.field, .value = pool->range.text};
  if (pool->has_span) {
    found.mend = "exclude less, or take a wider range";
    dw_report(check, rule, &found, "has no usable address: exclude takes out all of them");
  } else {
    found.mend = pool->subnet.base.v4 ? "take a wider one, such as a /24" : "take a wider one, such as a /64";
    dw_report(check, rule, &found, "has no usable address: the first and the last of a /%u are never handed out",
              pool->subnet.bits);
  }
}

static void range_empty(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_ipam *ipam = &plugin->ipam;
    bool wants_range = ipam->type == DW_IPAM_WHEREABOUTS && !dw_nad_is_ovn(plugin);
    if (wants_range && ipam->pool_count == 0 && !range_is_told(check, ipam))
      no_range(check, rule, ipam);
    for (size_t i = 0; i < ipam->pool_count; i++)
      if (ipam->pools[i].state == DW_POOL_EMPTY)
        empty_pool(check, rule, &ipam->pools[i]);
  }
}

static void range_class(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    for (size_t i = 0; i < plugin->ipam.pool_count; i++) {
      const struct dw_pool *pool = &plugin->ipam.pools[i];
      const char *what = dw_nad_pool_class(check->arena, pool);
      if (what != NULL)
        dw_report(check, rule,
                  &(struct dw_found){.reason = DW_REASON_INVALID,
                                     .field = pool->range.field,
                                     .value = pool->range.text,
                                     .mend = "choose a private range, such as 192.168.99.0/24"},
                  "%s", what);
    }
}

/* A pool that stands before another one and shares addresses with it. */
struct overlap {
  const struct dw_pool *earlier; /* NULL where there is none */
  struct dw_interval shared;
};

static struct dw_interval_index sort_intervals(struct dw_arena *arena, const struct dw_nad_pools *pools) {
  size_t count = 0;
  for (size_t i = 0; i < pools->count; i++)
    count += pools->items[i].pool->usable.count;
  struct dw_interval_entry *entries = dw_arena_array(arena, count, sizeof *entries);
  struct dw_interval_entry *next = entries;
  for (size_t i = 0; i < pools->count; i++)
    for (size_t k = 0; k < pools->items[i].pool->usable.count; k++)
      *next++ = (struct dw_interval_entry){pools->items[i].pool->usable.items[k], (uint32_t)i};
  return dw_interval_index_make(arena, entries, count);
}

/* LEFT begins before RIGHT, or where it does. */
static void note_overlap(const struct dw_nad_pools *pools, const struct dw_interval_entry *left,
                         const struct dw_interval_entry *right, struct overlap *overlaps) {
  uint32_t later = left->id > right->id ? left->id : right->id;
  uint32_t earlier = left->id > right->id ? right->id : left->id;
  if (overlaps[later].earlier != NULL || !dw_interval_overlaps(&left->span, &right->span))
    return;
  bool inside = dw_addr_compare(&right->span.last, &left->span.last) <= 0;
  overlaps[later] =
      (struct overlap){pools->items[earlier].pool, {right->span.first, inside ? right->span.last : left->span.last}};
}

/* The intervals are swept in address order: the one that reaches farthest so far shares addresses with the next one, or
 * none does. */
static const struct overlap *find_overlaps(struct dw_arena *arena, const struct dw_nad_pools *pools) {
  struct dw_interval_index sorted = sort_intervals(arena, pools);
  struct overlap *overlaps = dw_arena_array(arena, pools->count, sizeof *overlaps);
  size_t farthest = 0;
  for (size_t i = 1; i < sorted.count; i++) {
    note_overlap(pools, &sorted.entries[farthest], &sorted.entries[i], overlaps);
    if (dw_addr_compare(&sorted.entries[i].span.last, &sorted.entries[farthest].span.last) > 0)
      farthest = i;
  }
  return overlaps;
}

static void overlap_self(struct dw_check *check, const struct dw_rule *rule) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  if (pools.count < 2)
    return;
  const struct overlap *overlaps = find_overlaps(check->arena, &pools);
  for (size_t i = 0; i < pools.count; i++) {
    const struct dw_pool *earlier = overlaps[i].earlier;
    if (earlier == NULL)
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = pools.items[i].pool->range.field,
                                 .value = pools.items[i].pool->range.text,
                                 .mend = "keep the ranges of one configuration apart",
                                 .addresses = &pools.items[i].pool->usable},
              "shares %s with %s (%s)", dw_nad_span(check->arena, &overlaps[i].shared), earlier->range.field,
              earlier->range.text == NULL ? "" : earlier->range.text);
  }
}

static const struct dw_pool *pool_with(const struct dw_check *check, const struct dw_ipam *ipam,
                                       const struct dw_addr *addr) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (dw_interval_set_contains(&ipam->pools[i].usable, addr) && dw_nad_pool_sound(check, &ipam->pools[i]))
      return &ipam->pools[i];
  return NULL;
}

/* In ipRanges the entry goes beside the range: the top level's exclude does not count there. */
static const char *exclude_gateway(struct dw_arena *arena, const struct dw_ipam *ipam, const struct dw_pool *pool) {
  char text[DW_ADDR_TEXT];
  const char *gateway = dw_addr_format(&ipam->gateway.addr, text);
  int bits = ipam->gateway.addr.v4 ? 32 : 128;
  const char *to = strcmp(pool->field, ipam->field) == 0 ? "" : dw_arena_printf(arena, " to %s", pool->field);
  if (pool->exclude_count > 0)
    return dw_arena_printf(arena, "append \"%s/%d\" to \"exclude\"", gateway, bits);
  return dw_arena_printf(arena, "add \"exclude\": [\"%s/%d\"]%s", gateway, bits, to);
}

static void gateway_in_pool(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_ip_value *gateway = &plugin->ipam.gateway;
    if (gateway->state != DW_READ_OK)
      continue;
    const struct dw_pool *pool = pool_with(check, &plugin->ipam, &gateway->addr);
    if (pool == NULL)
      continue;
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = gateway->raw.field,
                                 .value = gateway->raw.text,
                                 .mend = exclude_gateway(check->arena, &plugin->ipam, pool)},
              "can be handed to a pod");
  }
}

enum gateway_place { INSIDE, OUTSIDE, UNTOLD };

static enum gateway_place locate_gateway(const struct dw_check *check, const struct dw_ipam *ipam) {
  bool untold = ipam->pool_count == 0;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    const struct dw_pool *pool = &ipam->pools[i];
    if (!pool->subnet_known ||
        (dw_nad_pool_class(check->arena, pool) != NULL && !dw_nad_rule_off(check, "range-class")))
      untold = true;
    else if (dw_prefix_contains(&pool->subnet, &ipam->gateway.addr))
      return INSIDE;
  }
  return untold ? UNTOLD : OUTSIDE;
}

static void gateway_outside(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_ipam *ipam = &plugin->ipam;
    if (ipam->gateway.state != DW_READ_OK || locate_gateway(check, ipam) != OUTSIDE)
      continue;
    char subnet[DW_PREFIX_TEXT];
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = ipam->gateway.raw.field,
                                 .value = ipam->gateway.raw.text,
                                 .mend = "correct it, or leave it out: a migration network needs no gateway"},
              "lies outside %s%s", dw_prefix_format(&ipam->pools[0].subnet, subnet),
              ipam->pool_count > 1 ? " and the other ranges" : "");
  }
}

static const struct dw_rule rules[] = {
    {"range-ignored", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "range_start or range_end that whereabouts ignores in silence: outside the range, or the end before the start",
     "put both inside the range, the start first", range_ignored},
    {"range-empty", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "no usable address: no range, a /31, /32, /127 or /128, or everything excluded",
     "give a range with room for an address on each node", range_empty},
    {"range-class", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "loopback, multicast, link-local or unspecified addresses, or a /0", "choose a private range", range_class},
    {"range-leading-zero", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "octets with leading zeros, which some programs read as octal", "write the range in its canonical form",
     range_leading_zero},
    {"overlap-self", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY, "two ranges of one configuration share addresses",
     "keep the ranges apart", overlap_self},
    {"gateway-in-pool", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "the gateway's address can be handed to a pod: whereabouts does not leave it out", "add the gateway to `exclude`",
     gateway_in_pool},
    {"gateway-outside", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN, "the gateway lies in none of the subnets",
     "correct the gateway, or leave it out", gateway_outside},
};

const struct dw_family dw_family_range = {rules, sizeof rules / sizeof rules[0]};
