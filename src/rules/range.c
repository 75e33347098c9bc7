/* An IPAM configuration on its own: whether whereabouts can read it, which addresses its ranges leave to be handed out,
 * and where the gateway is. src/cni reads the text; the rules of ipam-* only sort its problems. */
#include <stdlib.h>
#include <string.h>

#include "rules/families.h"
#include "rules/nad_internal.h"

/* The rule that reports each kind of problem that dw_cni_read() found. */
static const char *const problem_rules[] = {
    [DW_IPAM_UNREADABLE] = "ipam-syntax",          [DW_IPAM_LOOKALIKE] = "ipam-lookalike-key",
    [DW_IPAM_UNKNOWN] = "ipam-unknown-key",        [DW_IPAM_IGNORED] = "range-ignored",
    [DW_IPAM_LEADING_ZERO] = "range-leading-zero", [DW_IPAM_POOL_KEY] = "pool-key",
    [DW_IPAM_NODE_SLICE] = "node-slice",           [DW_IPAM_EXCLUDES_NOTHING] = "exclude-outside",
};

static struct dw_edits exclude_everywhere(const struct dw_check *check, const struct dw_cni_plugin *plugin,
                                          const struct dw_addr *gateway);

/* A gateway that becomes readable must not be handed out either. */
static void exclude_too(const struct dw_check *check, const struct dw_cni_plugin *plugin,
                        const struct dw_ipam_problem *problem, struct dw_found *found) {
  struct dw_addr gateway;
  struct dw_error err = DW_ERROR_INIT;
  const char *json = problem->edits.items[0].value;
  const char *text =
      json == NULL ? NULL : dw_json_string(dw_json_parse(check->arena, json, strlen(json), DW_JSON_PLAIN, &err));
  if (text == NULL || !dw_addr_parse(text, DW_ADDR_STRICT, &gateway) || (plugin->ipam.gateway.state == DW_READ_OK))
    return;
  struct dw_edits excludes = exclude_everywhere(check, plugin, &gateway);
  if (excludes.count == 0)
    return;
  found->fix = dw_arena_printf(check->arena, "%s, and exclude it", problem->fix);
  found->edits = dw_edits_join(check->arena, problem->edits, excludes);
}

static void report_problems(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    for (size_t i = 0; i < plugin->ipam.problem_count; i++) {
      const struct dw_ipam_problem *problem = &plugin->ipam.problems[i];
      struct dw_found found = {.reason = problem->missing ? DW_REASON_REQUIRED : DW_REASON_INVALID,
                               .field = problem->field,
                               .value = problem->value,
                               .json = problem->json,
                               .fix = problem->fix,
                               .edits = problem->edits,
                               .of_key = problem->kind == DW_IPAM_LOOKALIKE || problem->kind == DW_IPAM_UNKNOWN,
                               .warn_at_most = problem->harmless};
      if (problem->edits.count == 1 && strcmp(problem->field, plugin->ipam.gateway.raw.field) == 0)
        exclude_too(check, plugin, problem, &found);
      if (problem->too_large || plugin->ipam.more_problems)
        dw_nad_mark_unread(check, &found);
      if (strcmp(problem_rules[problem->kind], rule->id) == 0)
        dw_report(check, rule, &found, "%s", problem->what);
    }
}

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text);
  return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* whereabouts' own installation and OpenShift's use the same file. Whether another one exists can only be seen on the
 * nodes. */
static void pool_key(struct dw_check *check, const struct dw_rule *rule) {
  report_problems(check, rule);
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_value *path = &plugin->ipam.kubeconfig;
    if (path->text != NULL && path->text[0] != '\0' && !ends_with(path->text, "/whereabouts.d/whereabouts.kubeconfig"))
      dw_report_unverified(check, rule, path->field,
                           "whether this file exists on the nodes; without it, no pod gets an address");
  }
}

/* Returns true if ipam-syntax or ipam-lookalike-key already says why there is no range. */
static bool range_is_explained(const struct dw_check *check, const struct dw_ipam *ipam) {
  if (!ipam->no_range_explained || !dw_nad_rule_off(check, "ipam-lookalike-key"))
    return ipam->no_range_explained;
  for (size_t i = 0; i < ipam->problem_count; i++)
    if (ipam->problems[i].kind == DW_IPAM_UNREADABLE)
      return true;
  return false;
}

/* OpenShift's whereabouts-shim has an `ipam` with nothing but a type: it exists only so that the operator installs
 * whereabouts' reconciler. */
static bool lacks_range(const struct dw_check *check, const struct dw_cni_plugin *plugin) {
  const struct dw_ipam *ipam = &plugin->ipam;
  if (ipam->type != DW_IPAM_WHEREABOUTS || dw_nad_is_ovn(plugin) || ipam->has_addresses || ipam->pool_count > 0)
    return false;
  bool shim = !check->class.migration && dw_json_size(ipam->raw.json) == 1;
  return !shim && !range_is_explained(check, ipam);
}

static void no_range(struct dw_check *check, const struct dw_rule *rule, const struct dw_ipam *ipam) {
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_REQUIRED,
                               .field = dw_arena_printf(check->arena, "%s.range", ipam->field),
                               .fix = "add a \"range\" such as \"192.168.99.0/24\""},
            "without a range, whereabouts hands out no addresses");
}

static void empty_pool(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *pool) {
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = pool->range.field, .value = pool->range.text};
  if (pool->has_span) {
    found.fix = "exclude less, or use a wider range";
    dw_report(check, rule, &found, "has no usable address: all of them are excluded");
  } else {
    found.fix = pool->subnet.base.v4 ? "use a wider one, such as a /24" : "use a wider one, such as a /64";
    dw_report(check, rule, &found, "has no usable address: the first and the last of a /%u are never handed out",
              pool->subnet.bits);
  }
}

static void range_empty(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_ipam *ipam = &plugin->ipam;
    if (lacks_range(check, plugin))
      no_range(check, rule, ipam);
    for (size_t i = 0; i < ipam->pool_count; i++)
      if (ipam->pools[i].state == DW_POOL_EMPTY)
        empty_pool(check, rule, &ipam->pools[i]);
  }
}

static bool has_global_pool(struct dw_arena *arena, const struct dw_ipam *ipam) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (ipam->pools[i].state == DW_POOL_OK && dw_nad_pool_class(arena, &ipam->pools[i]) == NULL)
      return true;
  return false;
}

/* The same for the whole subnet, even if the pool begins with other addresses. */
static const char *class_of_subnet(struct dw_arena *arena, const struct dw_pool *pool) {
  struct dw_pool_ends whole;
  if (!pool->subnet_known || pool->state == DW_POOL_EMPTY || !dw_pool_ends(&pool->subnet, NULL, NULL, &whole))
    return NULL;
  const char *class_name = dw_special_class(&whole.span);
  return class_name == NULL ? NULL : dw_arena_printf(arena, "includes %s addresses", class_name);
}

static bool is_of_class(const struct dw_pool *pool, const char *wanted) {
  const char *class_name = pool->has_span ? dw_special_class(&pool->span) : NULL;
  return class_name != NULL && strcmp(class_name, wanted) == 0 && pool->subnet.bits > 0;
}

/* virt-handler skips link-local and loopback addresses when it looks for a global one (measured). So they do no harm in
 * addition to a pool of global ones, and other pods may need them. */
static bool is_harmless(const struct dw_check *check, const struct dw_pool *pool, bool has_global) {
  return is_of_class(pool, "link-local") ? has_global || !check->class.migration
                                         : has_global && pool->subnet.base.v4 && is_of_class(pool, "loopback");
}

static void report_class(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *pool,
                         bool has_global) {
  const char *what = dw_nad_pool_class(check->arena, pool);
  bool hands_them_out = what != NULL;
  if (what == NULL)
    what = class_of_subnet(check->arena, pool);
  if (what == NULL)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = pool->range.field,
                               .value = pool->range.text,
                               .fix = "choose a private range, such as 192.168.99.0/24",
                               .warn_at_most = !hands_them_out || is_harmless(check, pool, has_global)},
            "%s", what);
}

static void range_class(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    bool has_global = has_global_pool(check->arena, &plugin->ipam);
    for (size_t i = 0; i < plugin->ipam.pool_count; i++)
      report_class(check, rule, &plugin->ipam.pools[i], has_global);
  }
}

/* An earlier pool that shares addresses with this one. */
struct overlap {
  const struct dw_pool *earlier; /* NULL if there is none */
  struct dw_interval shared;
};

/* The ends of all intervals in address order, each marked with the first interval of the configuration that contains
 * it. Two overlapping intervals share the higher one of their first addresses, so the ends reveal all overlaps. */
struct marks {
  struct dw_addr *ends;
  size_t count;
  const struct dw_interval_entry **holders; /* NULL if there is none yet */
  uint32_t *open;                           /* leads to the next end without a holder; COUNT if none is left */
};

static int by_address(const void *a, const void *b) {
  return dw_addr_compare(a, b);
}

static struct marks make_marks(struct dw_arena *arena, const struct dw_interval_entry *entries, size_t count) {
  struct marks marks = {.ends = dw_arena_array(arena, 2 * count, sizeof *marks.ends)};
  for (size_t i = 0; i < count; i++) {
    marks.ends[2 * i] = entries[i].span.first;
    marks.ends[2 * i + 1] = entries[i].span.last;
  }
  qsort(marks.ends, 2 * count, sizeof *marks.ends, by_address);
  for (size_t i = 0; i < 2 * count; i++)
    if (marks.count == 0 || dw_addr_compare(&marks.ends[marks.count - 1], &marks.ends[i]) != 0)
      marks.ends[marks.count++] = marks.ends[i];
  marks.holders = dw_arena_array(arena, marks.count, sizeof *marks.holders);
  marks.open = dw_arena_array(arena, marks.count + 1, sizeof *marks.open);
  for (size_t i = 0; i <= marks.count; i++)
    marks.open[i] = (uint32_t)i;
  return marks;
}

static size_t place_of(const struct marks *marks, const struct dw_addr *end) {
  const struct dw_addr *found = bsearch(end, marks->ends, marks->count, sizeof *marks->ends, by_address);
  return (size_t)(found - marks->ends);
}

/* Path halving, as in a union-find structure, keeps the total cost nearly linear. */
static size_t next_open(struct marks *marks, size_t place) {
  while (marks->open[place] != place) {
    marks->open[place] = marks->open[marks->open[place]];
    place = marks->open[place];
  }
  return place;
}

/* Marks the ends in ENTRY that are still open. Returns an earlier interval that shares addresses with it, or NULL. */
static const struct dw_interval_entry *mark(struct marks *marks, const struct dw_interval_entry *entry) {
  const struct dw_interval_entry *met = NULL;
  size_t last = place_of(marks, &entry->span.last);
  for (size_t at = place_of(marks, &entry->span.first); at <= last; at++) {
    size_t open = next_open(marks, at);
    if (open != at && met == NULL)
      met = marks->holders[at];
    if (open > last)
      break;
    marks->holders[open] = entry;
    marks->open[open] = (uint32_t)open + 1;
  }
  return met;
}

static struct dw_interval shared_part(const struct dw_interval *a, const struct dw_interval *b) {
  return (struct dw_interval){dw_addr_compare(&a->first, &b->first) > 0 ? a->first : b->first,
                              dw_addr_compare(&a->last, &b->last) < 0 ? a->last : b->last};
}

/* For each pool, an earlier one that it shares addresses with. The intervals of one pool never overlap each other. */
static const struct overlap *find_overlaps(struct dw_arena *arena, const struct dw_nad_pools *pools) {
  size_t count = 0;
  for (size_t i = 0; i < pools->count; i++)
    count += pools->items[i].pool->usable.count;
  struct dw_interval_entry *entries = dw_arena_array(arena, count, sizeof *entries);
  struct dw_interval_entry *next = entries;
  for (size_t i = 0; i < pools->count; i++)
    for (size_t k = 0; k < pools->items[i].pool->usable.count; k++)
      *next++ = (struct dw_interval_entry){pools->items[i].pool->usable.items[k], (uint32_t)i};
  struct marks marks = make_marks(arena, entries, count);
  struct overlap *overlaps = dw_arena_array(arena, pools->count, sizeof *overlaps);
  for (size_t i = 0; i < count; i++) {
    const struct dw_interval_entry *met = mark(&marks, &entries[i]);
    struct overlap *overlap = &overlaps[entries[i].id];
    if (met != NULL && overlap->earlier == NULL)
      *overlap = (struct overlap){pools->items[met->id].pool, shared_part(&met->span, &entries[i].span)};
  }
  return overlaps;
}

struct placed {
  const struct dw_nad_pool *item;
  size_t place; /* in the configuration */
};

static int compare_subnets(const struct dw_prefix *a, const struct dw_prefix *b) {
  int order = dw_addr_compare(&a->base, &b->base);
  return order != 0 ? order : (a->bits > b->bits) - (a->bits < b->bits);
}

static int by_subnet(const void *a, const void *b) {
  const struct placed *left = a;
  const struct placed *right = b;
  int order = compare_subnets(&left->item->pool->subnet, &right->item->pool->subnet);
  return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static bool share_ippool(const struct dw_nad_pool *one, const struct dw_nad_pool *other) {
  return compare_subnets(&one->pool->subnet, &other->pool->subnet) == 0 &&
         one->plugin->ipam.type == DW_IPAM_WHEREABOUTS && other->plugin->ipam.type == DW_IPAM_WHEREABOUTS &&
         strcmp(one->plugin->ipam.network_name, other->plugin->ipam.network_name) == 0;
}

/* For each pool, the first earlier one with the same subnet, or NULL. whereabouts keeps one IPPool per subnet and finds
 * that the pod already has an address in it (pkg/allocate/allocate.go, AssignIP). */
static const struct dw_pool **find_same_subnets(struct dw_arena *arena, const struct dw_nad_pools *pools) {
  const struct dw_pool **same = dw_arena_array(arena, pools->count, sizeof(*same));
  struct placed *placed = dw_arena_array(arena, pools->count, sizeof *placed);
  for (size_t i = 0; i < pools->count; i++)
    placed[i] = (struct placed){&pools->items[i], i};
  qsort(placed, pools->count, sizeof *placed, by_subnet);
  for (size_t i = 1; i < pools->count; i++) {
    const struct dw_pool *first = same[placed[i - 1].place];
    if (share_ippool(placed[i - 1].item, placed[i].item))
      same[placed[i].place] = first == NULL ? placed[i - 1].item->pool : first;
  }
  return same;
}

static void report_same_subnet(struct dw_check *check, const struct dw_rule *rule, const struct dw_pool *pool,
                               const struct dw_pool *earlier) {
  char subnet[DW_PREFIX_TEXT];
  struct dw_edits edits = {NULL, 0};
  bool in_list = pool->field[strlen(pool->field) - 1] == ']';
  if (in_list && dw_interval_set_compare(&pool->usable, &earlier->usable) == 0)
    edits = dw_edit_remove(check->arena, pool->field);
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = pool->range.field,
                               .value = pool->range.text,
                               .fix = "remove one of the two",
                               .edits = edits,
                               .gist = "is in the same subnet as another",
                               .addresses = &pool->usable},
            "is in the same subnet, %s, as %s, so the pod gets one address twice and fails (\"file exists\")",
            dw_prefix_format(&pool->subnet, subnet), earlier->range.field);
}

/* Measured: a pod gets the first free address of each pool, and whereabouts gives a pod its own reservation again. IPv4
 * accepts one address with two prefix lengths, IPv6 does not. Without reservations, two pods get the same address,
 * unless both pools begin with the same one. */
static bool may_share(const struct dw_nad_pool *item, const struct dw_pool *earlier) {
  if (item->plugin->ipam.type != DW_IPAM_WHEREABOUTS)
    return false;
  bool same_first = dw_addr_compare(&item->pool->usable.items[0].first, &earlier->usable.items[0].first) == 0;
  return same_first ? item->pool->subnet.base.v4 : !item->plugin->ipam.reservation_off;
}

static void report_overlap(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_pool *item,
                           const struct overlap *overlap) {
  const struct dw_value *earlier = &overlap->earlier->range;
  const char *text = earlier->text == NULL ? "" : earlier->text;
  const char *shared = dw_nad_span(check->arena, &overlap->shared);
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = item->pool->range.field,
                               .value = item->pool->range.text,
                               .fix = "use ranges that do not overlap",
                               .warn_at_most = may_share(item, overlap->earlier),
                               .gist = dw_arena_printf(check->arena, "shares %s with %s", shared, text),
                               .addresses = &item->pool->usable},
            "shares %s with %s (%s)", shared, earlier->field, text);
}

static void overlap_self(struct dw_check *check, const struct dw_rule *rule) {
  struct dw_nad_pools pools = dw_nad_pools(check);
  if (pools.count < 2)
    return;
  const struct dw_pool **same = find_same_subnets(check->arena, &pools);
  const struct overlap *overlaps = find_overlaps(check->arena, &pools);
  for (size_t i = 0; i < pools.count; i++) {
    if (same[i] != NULL)
      report_same_subnet(check, rule, pools.items[i].pool, same[i]);
    else if (overlaps[i].earlier != NULL)
      report_overlap(check, rule, &pools.items[i], &overlaps[i]);
  }
}

static const struct dw_pool *pool_with(const struct dw_check *check, const struct dw_ipam *ipam,
                                       const struct dw_addr *addr) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (dw_interval_set_contains(&ipam->pools[i].usable, addr) && dw_nad_pool_sound(check, &ipam->pools[i]))
      return &ipam->pools[i];
  return NULL;
}

/* Excludes the gateway from each pool that may hand it out. */
static struct dw_edits exclude_everywhere(const struct dw_check *check, const struct dw_cni_plugin *plugin,
                                          const struct dw_addr *gateway) {
  struct dw_prefix prefix = {*gateway, gateway->v4 ? 32 : 128};
  struct dw_edits edits = {NULL, 0};
  for (size_t i = 0; i < plugin->ipam.pool_count; i++) {
    struct dw_nad_pool item = {plugin, &plugin->ipam.pools[i]};
    if (!dw_interval_set_contains(&item.pool->usable, gateway) || !dw_nad_pool_sound(check, item.pool))
      continue;
    struct dw_edits more = dw_nad_exclude(check, &item, &prefix, 1);
    if (more.count == 0)
      return more;
    edits = dw_edits_join(check->arena, edits, more);
  }
  return edits;
}

/* In ipRanges, the exclude must be next to the range: the one at the top level does not apply there. */
static const char *exclude_gateway(struct dw_arena *arena, const struct dw_ipam *ipam, const struct dw_pool *pool) {
  char text[DW_ADDR_TEXT];
  const char *gateway = dw_addr_format(&ipam->gateway.addr, text);
  int bits = ipam->gateway.addr.v4 ? 32 : 128;
  if (pool->slice_bits != 0)
    return "remove node_slice_size and exclude it: with slices, whereabouts ignores exclude";
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
                                 .fix = exclude_gateway(check->arena, &plugin->ipam, pool),
                                 .edits = exclude_everywhere(check, plugin, &gateway->addr),
                                 .warn_at_most = plugin->ipam.gateway_undocumented},
              "can be handed out to a pod");
  }
}

enum gateway_place { INSIDE, OUTSIDE, UNKNOWN };

/* A router's link-local address exists on every link; it is the usual IPv6 gateway. */
static bool is_on_every_link(const struct dw_addr *gateway) {
  struct dw_interval span = {*gateway, *gateway};
  const char *class_name = dw_special_class(&span);
  return !gateway->v4 && class_name != NULL && strcmp(class_name, "link-local") == 0;
}

static enum gateway_place locate_gateway(const struct dw_check *check, const struct dw_ipam *ipam) {
  bool unknown = ipam->pool_count == 0 || ipam->has_addresses;
  if (is_on_every_link(&ipam->gateway.addr))
    return INSIDE;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    const struct dw_pool *pool = &ipam->pools[i];
    if (!pool->subnet_known ||
        (dw_nad_pool_class(check->arena, pool) != NULL && !dw_nad_rule_off(check, "range-class")))
      unknown = true;
    else if (dw_prefix_contains(&pool->subnet, &ipam->gateway.addr))
      return INSIDE;
  }
  return unknown ? UNKNOWN : OUTSIDE;
}

static void gateway_outside(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    const struct dw_ipam *ipam = &plugin->ipam;
    if (ipam->gateway.state != DW_READ_OK || locate_gateway(check, ipam) != OUTSIDE)
      continue;
    char subnet[DW_PREFIX_TEXT];
    struct dw_edits edits = {NULL, 0};
    if (check->class.migration && dw_json_size(ipam->routes.json) == 0) /* nothing uses it */
      edits = dw_edit_remove(check->arena, ipam->gateway.raw.field);
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .edits = edits,
                                 .field = ipam->gateway.raw.field,
                                 .value = ipam->gateway.raw.text,
                                 .fix = check->class.migration
                                            ? "correct it, or remove it: a migration network needs no gateway"
                                            : "correct it, or remove it",
                                 .warn_at_most = ipam->gateway_undocumented},
              "is outside %s%s", dw_prefix_format(&ipam->pools[0].subnet, subnet),
              ipam->pool_count > 1 ? " and the other ranges" : "");
  }
}

static const struct dw_rule rules[] = {
    {"ipam-syntax", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a range, exclude, gateway or other IPAM value that whereabouts cannot parse or that has the wrong type",
     "write ranges as 10.0.0.0/24 or 10.0.0.10-10.0.0.20/24, addresses as 10.0.0.1", report_problems},
    {"ipam-lookalike-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a key that whereabouts silently ignores and that looks like one it knows (rangeStart, ip_ranges)",
     "spell the key as whereabouts does (range_start, ipRanges)", report_problems},
    {"ipam-unknown-key", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "any other key that whereabouts does not know and therefore ignores", "correct the key, or remove it",
     report_problems},
    {"pool-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a network_name or range that gives an invalid object name, or times that make whereabouts panic or give up",
     "use lower-case letters, digits and '-' in network_name, and remove the times", pool_key},
    {"node-slice", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a node_slice_size that cannot be parsed or does not fit the range: larger than the range, /31 or /32, or used "
     "with IPv6 or several ranges",
     "use a length between the range's and /30 with one IPv4 range, or remove it", report_problems},
    {"exclude-outside", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "an exclude that has no effect: outside the range, or an IPv4 address in IPv6 form", "correct the exclude",
     report_problems},
    {"range-ignored", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a range_start, range_end or exclude that whereabouts silently ignores: outside the range, the end before the "
     "start, or together with node_slice_size",
     "put both inside the range, with the start before the end", report_problems},
    {"range-empty", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "no usable address: no range, a /31, /32, /127 or /128, or everything excluded",
     "use a range with an address for each node", range_empty},
    {"range-class", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "loopback, multicast or unspecified addresses, or a /0; link-local addresses (only a warning on other networks)",
     "choose a private range", range_class},
    {"range-leading-zero", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "octets with leading zeros, which some programs read as octal", "write the range in its canonical form",
     report_problems},
    {"overlap-self", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "two ranges of one configuration in the same subnet, or sharing addresses so that pods fail or get duplicates",
     "use ranges that do not overlap", overlap_self},
    {"gateway-in-pool", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a gateway whose address can be handed to a pod: whereabouts does not exclude it automatically",
     "add the gateway to `exclude`", gateway_in_pool},
    {"gateway-outside", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN, "a gateway outside all subnets",
     "correct the gateway, or remove it", gateway_outside},
};

const struct dw_family dw_family_range = {rules, sizeof rules / sizeof rules[0]};
