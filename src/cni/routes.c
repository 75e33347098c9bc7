/* The routes that a configuration gives a pod. Sources: containernetworking/cni v1.3.1 pkg/types/types.go (route: `dst`
 * by net.ParseCIDR with its host bits kept, `gw` by net.IP), plugins v1.10.0 pkg/ipam/ipam_linux.go (ConfigureIface).
 */
#include "cni/cni_internal.h"

/* A struct dw_route is far larger than "{}", so the number is limited. */
enum { ROUTES_MAX = 4096 };

static int64_t integer(const dw_json *route, const char *name) {
  int64_t number = 0;
  return dw_json_integer(dw_json_get_fold(route, name, NULL), &number) ? number : 0;
}

static void read_destination(struct dw_route *route) {
  const dw_json *json = dw_json_get_fold(route->json, "dst", NULL);
  const char *text = dw_json_string(json);
  struct dw_addr written;
  if (json == NULL)
    return;
  route->dst_state = DW_READ_BAD;
  if (text == NULL || !dw_prefix_parse(text, DW_ADDR_STRICT, &route->dst, &written))
    return;
  route->dst_state = DW_READ_OK;
  route->host_bits = dw_addr_compare(&written, &route->dst.base) != 0;
}

/* For the kernel, table 0 is the main table, and an IPv6 route without a priority gets 1024. The netlink library does
 * not pass on a negative table or priority. */
static void read_table(struct dw_route *route) {
  int64_t table = integer(route->json, "table");
  int64_t priority = integer(route->json, "priority");
  route->table = table > 0 ? (uint32_t)table : 0;
  if (route->table == 0)
    route->table = DW_ROUTE_MAIN_TABLE;
  route->priority = priority > 0 ? (uint32_t)priority : 0;
  if (route->priority == 0 && route->dst_state == DW_READ_OK && !route->dst.base.v4)
    route->priority = DW_ROUTE_IPV6_PRIORITY;
  route->scope = (uint8_t)integer(route->json, "scope");
}

static void read_route(const dw_json *json, size_t index, struct dw_route *route) {
  *route = (struct dw_route){.index = index, .json = json};
  if (dw_json_type(json) != DW_JSON_OBJECT)
    return;
  read_destination(route);
  const dw_json *gw = dw_json_get_fold(json, "gw", NULL);
  const struct dw_value value = {.field = "", .json = gw, .text = dw_json_string(gw)};
  struct dw_ip_value read = dw_ip_read(&value, DW_ADDR_STRICT);
  route->gw_state = read.state;
  route->gw = read.addr;
  read_table(route);
}

struct dw_routes dw_routes_read(struct dw_arena *arena, const struct dw_value *list) {
  struct dw_routes routes = {.list = *list};
  if (dw_json_type(list->json) != DW_JSON_ARRAY)
    return routes;
  size_t count = dw_json_size(list->json);
  routes.too_many = count > ROUTES_MAX;
  routes.count = routes.too_many ? ROUTES_MAX : count;
  routes.items = dw_arena_array(arena, routes.count, sizeof *routes.items);
  for (size_t i = 0; i < routes.count; i++)
    read_route(dw_json_at(list->json, i), i, &routes.items[i]);
  return routes;
}

struct dw_value dw_route_value(struct dw_arena *arena, const struct dw_routes *routes, const struct dw_route *route) {
  return dw_value_element(arena, routes->list.field, route->index, route->json);
}

struct dw_value dw_route_member(struct dw_arena *arena, const struct dw_routes *routes, const struct dw_route *route,
                                const char *name) {
  struct dw_value value = dw_route_value(arena, routes, route);
  return dw_value_member(arena, value.field, value.json, name);
}
