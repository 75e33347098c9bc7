/* The routes that a network adds in the pod: those that misdirect other traffic, and those that cannot be added. Each
 * case was measured with CNI plugins v1.10.0 (pkg/ipam/ipam_linux.go, ConfigureIface) on Linux 6.18. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

/* --- default-route --- */

static const char *default_route_text(const struct dw_route *route) {
  if (route->table != DW_ROUTE_MAIN_TABLE)
    return "is a default route, which plugins without support for table add to the main table";
  if (!dw_nad_route_counts(route))
    return "is a second default route, with a higher metric than the pod network's";
  return "also sends the pod's other traffic here";
}

/* Returns true if ONE is wider than OTHER, or as wide and begins with a lower address. */
static bool is_before(const struct dw_route *one, const struct dw_route *other) {
  if (one->dst.bits != other->dst.bits)
    return one->dst.bits < other->dst.bits;
  return dw_addr_compare(&one->dst.base, &other->dst.base) < 0;
}

/* Removes the route, or the list if it has no other. */
static struct dw_edits remove_route(struct dw_arena *arena, const struct dw_nad_routes *all,
                                    const struct dw_route *route) {
  bool only = dw_json_size(all->routes.list.json) == 1;
  return dw_edit_remove(arena, only ? all->routes.list.field : dw_route_value(arena, &all->routes, route).field);
}

/* Removes the routes to each half of the address space, the usual replacement of a default route: the last one first,
 * because a removal changes the index of those after it. Which of narrower routes are meant is not clear. */
static struct dw_edits remove_halves(struct dw_arena *arena, const struct dw_nad_routes *all, bool v4) {
  struct dw_edits edits = {NULL, 0};
  for (size_t i = all->routes.count; i-- > 0;) {
    const struct dw_route *route = &all->routes.items[i];
    if (dw_nad_route_counts(route) && route->dst.base.v4 == v4 && route->dst.bits == 1)
      edits = dw_edits_join(arena, edits, remove_route(arena, all, route));
  }
  return edits.count == 2 ? edits : (struct dw_edits){NULL, 0};
}

/* If only several routes together cover a family, the widest one is reported, whatever their order. */
static void covering_routes(struct dw_check *check, const struct dw_rule *rule, const struct dw_nad_routes *all,
                            bool v4) {
  const struct dw_route *first = NULL;
  for (size_t i = 0; i < all->routes.count; i++) {
    const struct dw_route *route = &all->routes.items[i];
    if (!dw_nad_route_counts(route) || route->dst.base.v4 != v4)
      continue;
    if (route->dst.bits == 0)
      return;
    first = first == NULL || is_before(route, first) ? route : first;
  }
  if (first == NULL)
    return;
  struct dw_value dst = dw_route_member(check->arena, &all->routes, first, "dst");
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = dst.field,
                               .value = dst.text,
                               .fix = "remove these routes",
                               .edits = remove_halves(check->arena, all, v4),
                               .warn_at_most = all->may_not_count},
            "covers every %s address together with the other routes, so the pod's other traffic also goes here",
            v4 ? "IPv4" : "IPv6");
}

static void default_routes(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct dw_nad_routes all = dw_nad_routes(check, plugin);
  /* route-override cannot replace an existing default route (netlink.RouteAdd), and only logs that. */
  bool only_logs = dw_plugin_class(plugin->type_name) == DW_PLUGIN_META;
  for (size_t i = 0; i < all.routes.count; i++) {
    const struct dw_route *route = &all.routes.items[i];
    if (route->dst_state != DW_READ_OK || route->dst.bits > 0)
      continue;
    struct dw_value dst = dw_route_member(check->arena, &all.routes, route, "dst");
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = dst.field,
                                 .value = dst.text,
                                 .fix = "remove it",
                                 .edits = remove_route(check->arena, &all, route),
                                 .warn_at_most = all.may_not_count || only_logs || !dw_nad_route_counts(route)},
              "%s", default_route_text(route));
  }
  if (all.covers_v4)
    covering_routes(check, rule, &all, true);
  if (all.covers_v6)
    covering_routes(check, rule, &all, false);
}

/* Source: plugins/main/bridge/bridge.go, cmdAdd: a default route for each family that has an address. bridge-options
 * reports the same key. */
static void default_gateway(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  if (!dw_plugin_is_bridge(plugin->type_name) || plugin->ipam.type_name[0] == '\0' ||
      !dw_plugin_option_true(plugin, "isDefaultGateway") || !dw_nad_rule_off(check, "bridge-options"))
    return;
  struct dw_value option = dw_plugin_option(check->arena, plugin, "isDefaultGateway");
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = option.field,
                               .value = "true",
                               .fix = "remove it",
                               .edits = dw_edit_remove(check->arena, option.field)},
            "adds a default route, so the pod's other traffic also goes here");
}

static void default_route(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    default_routes(check, rule, plugin);
    default_gateway(check, rule, plugin);
  }
}

/* --- route-unusable --- */

/* What the kernel knows about the pod's interface when the routes are added. */
struct link {
  struct dw_check *check;
  const struct dw_rule *rule;
  const struct dw_cni_plugin *plugin;
  const struct dw_nad_routes *all;
  const struct dw_prefix **subnets; /* of the interface's addresses */
  size_t subnet_count;
  bool subnets_known;
  const struct dw_ip_value *gateways[2]; /* for routes without a gateway: IPv6, IPv4; NULL if none */
};

static void add_gateway(struct link *link, const struct dw_ip_value *gateway) {
  if (gateway->state == DW_READ_OK && link->gateways[gateway->addr.v4] == NULL)
    link->gateways[gateway->addr.v4] = gateway;
}

static void read_link(struct link *link) {
  const struct dw_ipam *ipam = &link->plugin->ipam;
  link->subnets =
      dw_arena_array(link->check->arena, ipam->pool_count + ipam->local_pool_count, sizeof(const struct dw_prefix *));
  link->subnets_known = ipam->error == NULL;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    link->subnets_known &= ipam->pools[i].subnet_known;
    link->subnets[link->subnet_count++] = &ipam->pools[i].subnet;
  }
  add_gateway(link, &ipam->gateway);
  for (size_t i = 0; i < ipam->local_pool_count; i++) {
    link->subnets[link->subnet_count++] = &ipam->local_pools[i].subnet;
    add_gateway(link, &ipam->local_pools[i].gateway);
  }
  link->subnets_known &= link->subnet_count > 0;
}

static const struct dw_prefix *subnet_with(const struct link *link, const struct dw_addr *addr) {
  for (size_t i = 0; i < link->subnet_count; i++)
    if (link->subnets[i]->base.v4 == addr->v4 && dw_prefix_contains(link->subnets[i], addr))
      return link->subnets[i];
  return NULL;
}

/* The route's own gateway or, without one, the network's. */
static const struct dw_addr *gateway_of(const struct link *link, const struct dw_route *route) {
  if (route->gw_state == DW_READ_OK)
    return &route->gw;
  if (route->gw_state == DW_READ_BAD || link->gateways[route->dst.base.v4] == NULL)
    return NULL;
  return &link->gateways[route->dst.base.v4]->addr;
}

static const char *prefix_text(const struct link *link, const struct dw_prefix *prefix) {
  char text[DW_PREFIX_TEXT];
  return dw_arena_strdup(link->check->arena, dw_prefix_format(prefix, text));
}

static const char *addr_text(const struct link *link, const struct dw_addr *addr) {
  char text[DW_ADDR_TEXT];
  return dw_arena_strdup(link->check->arena, dw_addr_format(addr, text));
}

/* A finding about the member NAME of a route. */
static struct dw_found about(const struct link *link, const struct dw_route *route, const char *name, const char *fix) {
  struct dw_value value = dw_route_member(link->check->arena, &link->all->routes, route, name);
  return (struct dw_found){.reason = DW_REASON_INVALID,
                           .field = value.field,
                           .value = dw_value_shown(link->check->arena, &value),
                           .json = value.json,
                           .fix = fix,
                           .warn_at_most = link->all->may_not_count};
}

/* The checks of one route, which run in turn. One that returns true ends them. */

/* A null makes the plugins crash, because ConfigureIface dereferences it. ipam-syntax and plugin-option report other
 * values that cannot be read. */
static bool is_not_an_object(struct link *link, const struct dw_route *route) {
  if (dw_json_type(route->json) == DW_JSON_OBJECT)
    return false;
  struct dw_value value = dw_route_value(link->check->arena, &link->all->routes, route);
  if (dw_json_type(route->json) == DW_JSON_NULL)
    dw_report(link->check, link->rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = value.field,
                                 .value = "null",
                                 .fix = "remove it",
                                 .edits = dw_edit_remove(link->check->arena, value.field),
                                 .warn_at_most = link->all->may_not_count},
              "is null, which makes the plugins crash");
  return true;
}

static bool has_no_destination(struct link *link, const struct dw_route *route) {
  if (route->dst_state != DW_READ_ABSENT)
    return route->dst_state == DW_READ_BAD;
  struct dw_found found = about(link, route, "dst", "add the destination, such as \"dst\": \"10.200.5.0/24\"");
  found.reason = DW_REASON_REQUIRED;
  dw_report(link->check, link->rule, &found, "the plugins reject a route without a destination");
  return true;
}

/* In IPv6, the kernel ignores them. */
static bool has_host_bits(struct link *link, const struct dw_route *route) {
  if (!route->host_bits || !route->dst.base.v4)
    return false;
  struct dw_found found =
      about(link, route, "dst", dw_arena_printf(link->check->arena, "use %s", prefix_text(link, &route->dst)));
  found.edits = dw_edit_set_text(link->check->arena, found.field, prefix_text(link, &route->dst));
  dw_report(link->check, link->rule, &found, "has bits set beyond its prefix, which the kernel rejects");
  return true;
}

static bool has_bad_gateway(struct link *link, const struct dw_route *route) {
  if (route->gw_state != DW_READ_OK)
    return route->gw_state == DW_READ_BAD;
  if (route->gw.v4 == route->dst.base.v4)
    return false;
  struct dw_found found = about(link, route, "gw", "use a gateway of the same address family as the destination");
  dw_report(link->check, link->rule, &found, "is %s, but its destination %s is %s", route->gw.v4 ? "IPv4" : "IPv6",
            prefix_text(link, &route->dst), route->gw.v4 ? "IPv6" : "IPv4");
  return true;
}

/* An earlier route without a gateway makes its destination reachable; in IPv4 only with scope link (253). */
static bool is_reached_before(const struct link *link, const struct dw_route *route, const struct dw_addr *gateway) {
  for (const struct dw_route *it = link->all->routes.items; it < route; it++)
    if (it->dst_state == DW_READ_OK && it->table == DW_ROUTE_MAIN_TABLE && gateway_of(link, it) == NULL &&
        it->dst.base.v4 == gateway->v4 && dw_prefix_contains(&it->dst, gateway) && (!gateway->v4 || it->scope == 253))
      return true;
  return false;
}

static bool is_unspecified(const struct dw_addr *addr) {
  struct dw_addr none;
  return dw_addr_parse(addr->v4 ? "0.0.0.0" : "::", DW_ADDR_STRICT, &none) && dw_addr_compare(addr, &none) == 0;
}

static bool is_link_local_v6(const struct dw_addr *addr) {
  struct dw_prefix local;
  return !addr->v4 && dw_prefix_parse("fe80::/10", DW_ADDR_STRICT, &local, NULL) && dw_prefix_contains(&local, addr);
}

static const char *subnets_text(const struct link *link) {
  enum { SHOWN = 3 };
  const char *texts[SHOWN];
  for (size_t i = 0; i < link->subnet_count && i < SHOWN; i++)
    texts[i] = prefix_text(link, link->subnets[i]);
  return dw_text_list(link->check->arena, texts, SHOWN, link->subnet_count);
}

/* On a migration network, gateway-outside reports the network's own gateway. */
static bool is_unreachable(struct link *link, const struct dw_route *route) {
  const struct dw_addr *gateway = gateway_of(link, route);
  if (gateway == NULL || !link->subnets_known || subnet_with(link, gateway) != NULL || is_link_local_v6(gateway) ||
      (gateway->v4 && is_unspecified(gateway)) || is_reached_before(link, route, gateway))
    return false;
  if (route->gw_state == DW_READ_OK) {
    struct dw_found found = about(link, route, "gw", "use a gateway inside it, or remove the route");
    dw_report(link->check, link->rule, &found, "is outside %s, so the kernel rejects the route", subnets_text(link));
  } else if (!link->check->class.migration || dw_nad_rule_off(link->check, "gateway-outside")) {
    struct dw_found found = about(link, route, "dst", "use a gateway inside it, or remove the route");
    dw_report(link->check, link->rule, &found, "goes through the gateway %s, which is outside %s",
              addr_text(link, gateway), subnets_text(link));
  }
  return true;
}

/* Measured: the kernel rejects a broadcast address with "invalid argument", and accepts the network address. */
static bool is_broadcast(struct link *link, const struct dw_route *route) {
  const struct dw_prefix *subnet = route->gw_state == DW_READ_OK ? subnet_with(link, &route->gw) : NULL;
  if (subnet == NULL || !subnet->base.v4 || subnet->bits > 30)
    return false;
  struct dw_interval span = dw_interval_of(subnet);
  if (dw_addr_compare(&span.last, &route->gw) != 0)
    return false;
  struct dw_found found = about(link, route, "gw", "use the router's address");
  dw_report(link->check, link->rule, &found, "is the broadcast address of %s", prefix_text(link, subnet));
  return true;
}

/* How many addresses of the pool come before ADDR; SIZE_MAX if ADDR is not in the pool, or is preceded by MOST or more.
 */
static size_t place_in_pool(const struct dw_pool *pool, const struct dw_addr *addr, size_t most) {
  size_t before = 0;
  for (size_t i = 0; i < pool->usable.count && before < most; i++) {
    const struct dw_interval *part = &pool->usable.items[i];
    struct dw_interval begin = {part->first, *addr};
    if (dw_addr_compare(addr, &part->first) < 0)
      return SIZE_MAX;
    bool inside = dw_addr_compare(addr, &part->last) <= 0;
    if (!inside)
      begin.last = part->last;
    struct dw_interval_set set = {&begin, 1};
    uint64_t count = dw_interval_set_count(&set);
    if (inside)
      return count - 1 < most - before ? before + (size_t)count - 1 : SIZE_MAX;
    before = count < most - before ? before + (size_t)count : most;
  }
  return SIZE_MAX;
}

/* A pod can get the gateway's address; in IPv6, the kernel then rejects its route ("Gateway can not be a local
 * address"). whereabouts hands out the lowest free address, so those at the beginning of the pool are certainly used.
 */
static bool is_own_address(struct link *link, const struct dw_route *route) {
  const struct dw_ipam *ipam = &link->plugin->ipam;
  if (route->gw_state != DW_READ_OK || (ipam->gateway.state == DW_READ_OK && ipam->gateway.addr.v4 == route->gw.v4 &&
                                        dw_addr_compare(&ipam->gateway.addr, &route->gw) == 0))
    return false;
  size_t users = dw_view_summary(link->check->view).handler_nodes;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    const struct dw_pool *pool = &ipam->pools[i];
    if (pool->state != DW_POOL_OK || pool->subnet.base.v4 != route->gw.v4 ||
        !dw_interval_set_contains(&pool->usable, &route->gw))
      continue;
    bool fails = !route->gw.v4 && place_in_pool(pool, &route->gw, users > 0 ? users : 1) != SIZE_MAX;
    struct dw_found found = about(link, route, "gw",
                                  dw_arena_printf(link->check->arena, "exclude it: \"exclude\": [\"%s/%d\"]",
                                                  addr_text(link, &route->gw), route->gw.v4 ? 32 : 128));
    struct dw_prefix gateway = {route->gw, route->gw.v4 ? 32 : 128};
    found.edits = dw_nad_exclude(link->check, &(struct dw_nad_pool){link->plugin, pool}, &gateway, 1);
    found.warn_at_most |= !fails;
    dw_report(link->check, link->rule, &found, "%s",
              fails ? "is also handed out to a pod, and the kernel rejects that pod's route"
                    : "can be handed out to a pod");
    return fails;
  }
  return false;
}

/* Returns true if the connected route of the interface has priority. Its metric is 0 in IPv4, and 256 in IPv6, where
 * the kernel prefers the older one of two equal routes (measured: border/route-own-subnet-v6-priority-256). */
static bool yields_to_connected(const struct dw_route *route, const struct dw_prefix *subnet) {
  if (route->dst.bits != subnet->bits)
    return false;
  return route->dst.base.v4 ? route->priority > 0 : route->priority >= 256;
}

static bool meets_first(const struct dw_ipam *ipam, const struct dw_prefix *subnet, const struct dw_prefix *dst) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (&ipam->pools[i].subnet == subnet && ipam->pools[i].usable.count > 0)
      return dw_prefix_contains(dst, &ipam->pools[i].usable.items[0].first);
  return false;
}

/* Measured: with a gateway, no node reaches another; without one, all do. */
static bool covers_own_subnet(struct link *link, const struct dw_route *route) {
  const struct dw_addr *gateway = gateway_of(link, route);
  if (gateway == NULL || is_unspecified(gateway) || route->table != DW_ROUTE_MAIN_TABLE)
    return false;
  for (size_t i = 0; i < link->subnet_count; i++) {
    const struct dw_prefix *subnet = link->subnets[i];
    if (subnet->base.v4 != route->dst.base.v4 || route->dst.bits < subnet->bits ||
        !dw_prefix_contains(subnet, &route->dst.base) || yields_to_connected(route, subnet))
      continue;
    struct dw_found found = about(link, route, "dst", "remove the route");
    found.edits = remove_route(link->check->arena, link->all, route);
    found.warn_at_most |= !meets_first(&link->plugin->ipam, subnet, &route->dst);
    dw_report(link->check, link->rule, &found,
              "is %sthe network's own subnet %s, so pods reach each other only through %s",
              route->dst.bits == subnet->bits ? "" : "part of ", prefix_text(link, subnet), addr_text(link, gateway));
    return true;
  }
  return false;
}

/* A gateway must be closer than what is reached through it, and "nowhere" (255) is not a scope for routes. */
static bool has_bad_scope(struct link *link, const struct dw_route *route) {
  const struct dw_addr *gateway = gateway_of(link, route);
  bool through = gateway != NULL && !is_unspecified(gateway);
  if (!route->dst.base.v4 || route->scope < (through ? 253 : 255))
    return false;
  struct dw_found found = about(link, route, "scope", "remove it");
  found.edits = dw_edit_remove(link->check->arena, found.field);
  dw_report(link->check, link->rule, &found,
            through ? "does not allow a gateway, so the kernel rejects the route" : "is not a valid scope");
  return true;
}

/* --- the same route twice --- */

struct identity {
  const struct dw_route *route;
  const struct dw_addr *gateway; /* NULL if there is none */
};

static int compare_gateways(const struct dw_addr *a, const struct dw_addr *b) {
  if (a == NULL || b == NULL)
    return (a != NULL) - (b != NULL);
  return a->v4 != b->v4 ? (int)a->v4 - (int)b->v4 : dw_addr_compare(a, b);
}

static int compare_numbers(uint32_t a, uint32_t b) {
  return (a > b) - (a < b);
}

/* IPv6 has no scope. */
static int compare_routes(const struct identity *a, const struct identity *b) {
  const struct dw_route *x = a->route;
  const struct dw_route *y = b->route;
  bool v4 = x->dst.base.v4;
  int order = (int)v4 - (int)y->dst.base.v4;
  if (order == 0)
    order = dw_addr_compare(&x->dst.base, &y->dst.base);
  if (order == 0)
    order = compare_numbers(x->dst.bits, y->dst.bits);
  if (order == 0)
    order = compare_numbers(x->table, y->table);
  if (order == 0)
    order = compare_numbers(x->priority, y->priority);
  if (order == 0)
    order = v4 ? compare_numbers(x->scope, y->scope) : 0;
  return order != 0 ? order : compare_gateways(a->gateway, b->gateway);
}

static int by_identity(const void *left, const void *right) {
  const struct identity *a = left;
  const struct identity *b = right;
  int order = compare_routes(a, b);
  return order != 0 ? order : compare_numbers((uint32_t)a->route->index, (uint32_t)b->route->index);
}

/* For each route, an earlier one that is the same; NULL if there is none. */
static const struct dw_route **find_repeats(const struct link *link) {
  const struct dw_routes *routes = &link->all->routes;
  struct dw_arena *arena = link->check->arena;
  struct identity *sorted = dw_arena_array(arena, routes->count, sizeof *sorted);
  const struct dw_route **repeats = dw_arena_array(arena, routes->count, sizeof *repeats);
  size_t count = 0;
  for (size_t i = 0; i < routes->count; i++)
    if (routes->items[i].dst_state == DW_READ_OK)
      sorted[count++] = (struct identity){&routes->items[i], gateway_of(link, &routes->items[i])};
  qsort(sorted, count, sizeof *sorted, by_identity);
  for (size_t i = 1; i < count; i++)
    if (compare_routes(&sorted[i - 1], &sorted[i]) == 0)
      repeats[sorted[i].route - routes->items] = sorted[i - 1].route;
  return repeats;
}

static void report_repeat(struct link *link, const struct dw_route *route, const struct dw_route *earlier) {
  struct dw_found found = about(link, route, "dst", "remove one of them");
  found.edits = remove_route(link->check->arena, link->all, route);
  struct dw_value other = dw_route_value(link->check->arena, &link->all->routes, earlier);
  found.reason = DW_REASON_DUPLICATE;
  found.gist = "is the same route as another";
  dw_report(link->check, link->rule, &found, "is the same route as %s, and the kernel rejects duplicates", other.field);
}

static void unusable_routes(struct link *link) {
  static bool (*const checks[])(struct link * link, const struct dw_route *route) = {
      is_not_an_object, has_no_destination, has_host_bits,     has_bad_gateway, is_unreachable,
      is_broadcast,     is_own_address,     covers_own_subnet, has_bad_scope};
  const struct dw_route **repeats = find_repeats(link);
  for (size_t i = 0; i < link->all->routes.count; i++) {
    const struct dw_route *route = &link->all->routes.items[i];
    bool found = false;
    for (size_t k = 0; k < sizeof checks / sizeof *checks && !found; k++)
      found = checks[k](link, route);
    if (!found && repeats[i] != NULL)
      report_repeat(link, route, repeats[i]);
  }
}

/* route-override only logs the routes that it cannot add. */
static void route_unusable(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (dw_plugin_class(plugin->type_name) == DW_PLUGIN_META)
      continue;
    struct dw_nad_routes all = dw_nad_routes(check, plugin);
    if (all.routes.count == 0)
      continue;
    all.may_not_count = plugin->ipam.type == DW_IPAM_OTHER || dw_plugin_class(plugin->type_name) == DW_PLUGIN_UNKNOWN;
    struct link link = {.check = check, .rule = rule, .plugin = plugin, .all = &all};
    read_link(&link);
    unusable_routes(&link);
    if (all.routes.too_many) {
      struct dw_found found = {.reason = DW_REASON_FORBIDDEN, .field = all.routes.list.field, .fix = "combine them"};
      dw_nad_mark_unread(check, &found);
      dw_report(check, rule, &found, "has more than %zu routes, too many to check", all.routes.count);
    }
  }
}

static const struct dw_rule rules[] = {
    {"default-route", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "routes to 0.0.0.0/0 or ::/0, routes that together cover a whole address family, or a bridge's isDefaultGateway: "
     "virt-handler loses its connection to the API server",
     "remove the route", default_route},
    {"route-unusable", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a route that cannot be added, because its gateway is outside the subnet or of the other address family, it has "
     "bits set beyond its prefix length, it appears twice or it has no destination; or a route through a gateway to "
     "the network's own subnet",
     "fix or remove the route", route_unusable},
};

const struct dw_family dw_family_route = {rules, sizeof rules / sizeof rules[0]};
