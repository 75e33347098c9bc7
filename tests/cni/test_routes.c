#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/ipam_support.h"

static void routes_are_read_as_the_plugins_set_them(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char text[DW_PREFIX_TEXT];
  char gw[DW_ADDR_TEXT];
  const struct dw_ipam *ipam = read_ipam(
      arena,
      "{\"type\":\"static\",\"Routes\":[{\"Dst\":\"10.1.2.3/8\",\"gw\":\"10.0.0.1\",\"priority\":-1,\"table\":0},5,"
      "{\"dst\":\"::/0\",\"gw\":\"\",\"scope\":999},{\"dst\":7,\"GW\":\"x\"},{},"
      "{\"dst\":\"fd00::/64\",\"priority\":7,\"table\":10}]}");
  struct dw_routes routes = dw_routes_read(arena, &ipam->routes);
  assert_int_equal(routes.count, 6);
  assert_false(routes.too_many);
  const struct dw_route *route = routes.items;
  assert_int_equal(route[0].dst_state, DW_READ_OK);
  assert_string_equal(dw_prefix_format(&route[0].dst, text), "10.0.0.0/8");
  assert_true(route[0].host_bits);
  assert_string_equal(dw_addr_format(&route[0].gw, gw), "10.0.0.1");
  assert_int_equal(route[0].priority, 0);
  assert_int_equal(route[0].table, DW_ROUTE_MAIN_TABLE);
  assert_string_equal(dw_route_member(arena, &routes, &route[0], "dst").field, "spec.config.ipam.Routes[0].Dst");
  assert_int_equal(route[1].dst_state, DW_READ_ABSENT);
  assert_string_equal(dw_route_value(arena, &routes, &route[1]).field, "spec.config.ipam.Routes[1]");
  assert_int_equal(route[2].priority, DW_ROUTE_IPV6_PRIORITY);
  assert_int_equal(route[2].gw_state, DW_READ_ABSENT);
  assert_int_equal(route[2].scope, 231);
  assert_int_equal(route[3].dst_state, DW_READ_BAD);
  assert_int_equal(route[3].gw_state, DW_READ_BAD);
  assert_int_equal(route[4].dst_state, DW_READ_ABSENT);
  assert_string_equal(dw_route_member(arena, &routes, &route[4], "dst").field, "spec.config.ipam.Routes[4].dst");
  assert_false(route[5].host_bits);
  assert_int_equal(route[5].priority, 7);
  assert_int_equal(route[5].table, 10);
}

/* dhcp gets its routes only from the DHCP server. */
static void the_routes_of_dhcp_are_not_read(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ipam *ipam = read_ipam(arena, "{\"type\":\"dhcp\",\"routes\":[{\"dst\":\"10.1.2.3/8\"}]}");
  assert_int_equal(dw_routes_read(arena, &ipam->routes).count, 0);
  ipam = read_ipam(arena, "{\"type\":\"static\",\"routes\":{\"dst\":\"10.1.2.3/8\"}}");
  assert_int_equal(dw_routes_read(arena, &ipam->routes).count, 0);
}

static void the_number_of_routes_is_limited(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t count = 4096; count <= 4097; count++) {
    struct dw_buf json = DW_BUF_IN(arena);
    dw_buf_puts(&json, "{\"type\":\"static\",\"routes\":[");
    for (size_t i = 0; i < count; i++)
      dw_buf_puts(&json, i == 0 ? "{}" : ",{}");
    dw_buf_puts(&json, "]}");
    struct dw_routes routes = dw_routes_read(arena, &read_ipam(arena, dw_buf_text(&json))->routes);
    assert_int_equal(routes.count, 4096);
    assert_int_equal(routes.too_many, count > 4096);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(routes_are_read_as_the_plugins_set_them),
      cmocka_unit_test(the_routes_of_dhcp_are_not_read),
      cmocka_unit_test(the_number_of_routes_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
