#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <time.h>

#include "cni/ipam_support.h"

/* --- the recorded answers of whereabouts --- */

static const char *text_of(struct json_object *object, const char *key) {
  struct json_object *value;
  return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : NULL;
}

static bool flag_of(struct json_object *object, const char *key) {
  struct json_object *value;
  return json_object_object_get_ex(object, key, &value) && json_object_get_boolean(value);
}

static void compare_pool(const char *ipam, const struct dw_pool *pool, struct json_object *expected) {
  char text[DW_PREFIX_TEXT];
  struct json_object *usable;
  assert_true(pool->subnet_known);
  assert_string_equal(dw_prefix_format(&pool->subnet, text), text_of(expected, "cidr"));
  enum dw_pool_state state = DW_POOL_OK;
  if (flag_of(expected, "empty"))
    state = DW_POOL_EMPTY;
  if (flag_of(expected, "allocationError"))
    state = DW_POOL_UNREADABLE;
  if (pool->state != state || pool->has_span == flag_of(expected, "empty"))
    fail_msg("%s: state %d", ipam, pool->state);
  if (!pool->has_span)
    return;
  assert_string_equal(dw_addr_format(&pool->span.first, text), text_of(expected, "first"));
  assert_string_equal(dw_addr_format(&pool->span.last, text), text_of(expected, "last"));
  assert_true(json_object_object_get_ex(expected, "usable", &usable));
  const uint64_t cap = UINT64_C(1) << 53;
  uint64_t count = dw_interval_set_count(&pool->usable);
  assert_int_equal(count < cap ? count : cap, json_object_get_int64(usable));
}

static bool any_allocation_error(struct json_object *pools) {
  for (size_t i = 0; i < json_object_array_length(pools); i++)
    if (flag_of(json_object_array_get_idx(pools, i), "allocationError"))
      return true;
  return false;
}

static void compare_case(struct dw_arena *arena, struct json_object *one) {
  struct json_object *ipam;
  struct json_object *pools = NULL;
  const char *text = text_of(one, "ipamText");
  if (text == NULL) {
    assert_true(json_object_object_get_ex(one, "ipam", &ipam));
    text = json_object_to_json_string_ext(ipam, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
  }
  const struct dw_ipam *read = read_ipam(arena, text);
  assert_int_equal(read->type, DW_IPAM_WHEREABOUTS);
  if (flag_of(one, "error")) {
    if (read->error == NULL)
      fail_msg("%s is read", text);
    return;
  }
  size_t count = json_object_object_get_ex(one, "pools", &pools) ? json_object_array_length(pools) : 0;
  if (read->pool_count != count)
    fail_msg("%s: %zu pools", text, read->pool_count);
  if ((read->error != NULL) != (pools != NULL && any_allocation_error(pools)))
    fail_msg("%s: %s", text, read->error == NULL ? "no error" : read->error);
  for (size_t i = 0; i < count; i++)
    compare_pool(text, &read->pools[i], json_object_array_get_idx(pools, i));
}

static void pools_are_the_same_as_in_whereabouts(void **state) {
  (void)state;
  struct json_object *cases = json_object_from_file("tests/data/whereabouts.json");
  assert_non_null(cases);
  assert_int_equal(json_object_array_length(cases), 67);
  for (size_t i = 0; i < json_object_array_length(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    compare_case(arena, json_object_array_get_idx(cases, i));
  }
  json_object_put(cases);
}

static void ambiguous_keys_are_reported(void **state) {
  (void)state;
  static const char *const texts[] = {"{\"ipam\":{\"range\":\"10.0.0.0/24\",\"Range\":\"10.8.0.0/24\"}}",
                                      "{\"ipam\":{\"range\":\"10.0.0.0/24\",\"range\":\"10.9.0.0/24\"}}"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < 2; i++) {
    const struct dw_cni_config *config = dw_cni_read_text(arena, texts[i], strlen(texts[i]));
    assert_int_equal(config->duplicate_count, 1);
  }
}

static void ipam_types_are_recognized(void **state) {
  (void)state;
  static const struct {
    const char *ipam;
    enum dw_ipam_type type;
    size_t problems;
  } cases[] = {
      {"null", DW_IPAM_NONE, 0},
      {"{}", DW_IPAM_NONE, 0},
      {"{\"range\":\"10.0.0.0/24\"}", DW_IPAM_NONE, 0},
      {"{\"type\":\"\"}", DW_IPAM_NONE, 0},
      {"{\"type\":null}", DW_IPAM_NONE, 0},
      {"{\"type\":5}", DW_IPAM_NONE, 1},
      {"\"dhcp\"", DW_IPAM_NONE, 1},
      {"[]", DW_IPAM_NONE, 1},
      {"false", DW_IPAM_NONE, 1},
      {"{\"type\":\"dhcp\"}", DW_IPAM_DHCP, 0},
      {"{\"type\":\"static\",\"range\":5}", DW_IPAM_STATIC, 0},
      {"{\"type\":\"host-local\",\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.9\"}", DW_IPAM_HOST_LOCAL, 0},
      {"{\"type\":\"Whereabouts\",\"range\":\"x\"}", DW_IPAM_OTHER, 0},
      {"{\"type\":\"kube-ovn\"}", DW_IPAM_OTHER, 0},
      {"{\"TYPE\":\"whereabouts\",\"range\":\"10.0.0.0/24\"}", DW_IPAM_WHEREABOUTS, 0},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_ipam(arena, cases[i].ipam);
    if (ipam->type != cases[i].type || ipam->problem_count != cases[i].problems)
      fail_msg("%s: type %d, %zu problems", cases[i].ipam, ipam->type, ipam->problem_count);
    assert_true((ipam->error != NULL) == (cases[i].problems > 0));
    if (ipam->type != DW_IPAM_WHEREABOUTS)
      assert_int_equal(ipam->pool_count, 0);
  }
}

static void settings_are_read(void **state) {
  (void)state;
  char text[DW_ADDR_TEXT];
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ipam *ipam =
      read_members(arena, RANGE ",\"Network_Name\":\"n\",\"enable_overlapping_ranges\":false,\"gateway\":\"10.0.0.1\"");
  assert_string_equal(ipam->network_name, "n");
  assert_true(ipam->reservation_off);
  assert_int_equal(ipam->gateway.state, DW_READ_OK);
  assert_string_equal(dw_addr_format(&ipam->gateway.addr, text), "10.0.0.1");
  ipam = read_members(arena, RANGE ",\"network_name\":5,\"enable_overlapping_ranges\":true,\"Gateway\":\"10.0.0.2\"");
  assert_string_equal(ipam->network_name, "");
  assert_false(ipam->reservation_off);
  assert_string_equal(dw_addr_format(&ipam->gateway.addr, text), "10.0.0.2");
  assert_string_equal(ipam->gateway.raw.field, "spec.config.ipam.Gateway");
  ipam = read_members(arena, RANGE);
  assert_int_equal(ipam->gateway.state, DW_READ_ABSENT);
  assert_string_equal(ipam->gateway.raw.field, "spec.config.ipam.gateway");
  assert_false(ipam->reservation_off);
  ipam = read_ipam(arena, "{\"type\":\"host-local\",\"enable_overlapping_ranges\":false,\"network_name\":\"n\"}");
  assert_false(ipam->reservation_off);
  assert_string_equal(ipam->network_name, "");
}

/* --- hostile input --- */

static void values_of_any_type_can_be_read_under_any_key(void **state) {
  (void)state;
  static const char *const keys[] = {"range",    "range_start", "range_end", "exclude",    "gateway",
                                     "Gateway",  "ipRanges",    "routes",    "addresses",  "dns",
                                     "log_file", "rangeStart",  "subnet",    "kubernetes", "enable_overlapping_ranges"};
  static const char *const values[] = {"null",
                                       "true",
                                       "5",
                                       "-1.5e9",
                                       "\"\"",
                                       "\"x\"",
                                       "\"-\"",
                                       "\"/\"",
                                       "[]",
                                       "{}",
                                       "[null]",
                                       "[[]]",
                                       "[{}]",
                                       "[5,\"-/\"]",
                                       "{\"range\":[]}",
                                       "[{\"range\":[],\"dst\":{},\"exclude\":{},\"address\":[],\"range_start\":[]}]"};
  enum { KEYS = sizeof keys / sizeof keys[0], VALUES = sizeof values / sizeof values[0] };
  for (size_t k = 0; k < KEYS; k++)
    for (size_t v = 0; v < VALUES; v++) {
      DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
      const struct dw_ipam *alone = read_members(arena, dw_arena_printf(arena, "\"%s\":%s", keys[k], values[v]));
      const struct dw_ipam *both = read_members(arena, dw_arena_printf(arena, "\"%s\":%s," RANGE, keys[k], values[v]));
      assert_int_equal(alone->type, DW_IPAM_WHEREABOUTS);
      for (size_t i = 0; i < both->problem_count; i++)
        assert_non_null(both->problems[i].what);
    }
}

static void long_lists_are_read_in_linear_time(void **state) {
  (void)state;
  static const struct {
    const char *head, *part, *tail;
  } cases[] = {
      {"\"range\":\"10.0.0.0/8\",\"exclude\":[", "\"bogus#\"", "]"},
      {"\"ipRanges\":[", "{\"range\":\"10.0.0.0/24\",\"x#\":1}", "]"},
      {"\"ipRanges\":[", "{\"y#\":1}", "]"},
      {"\"range\":\"10.0.0.0/8\",", "\"range_starr#\":1", ""},
      {"\"range\":\"10.0.0.0/8\",\"routes\":[", "{\"dst\":\"0.0.0.0/0\",\"gw\":#}", "]"},
  };
  enum { MANY = 100000 };
  clock_t before = clock();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
    const struct dw_ipam *ipam = read_members(arena, repeat(&buf, cases[i].head, cases[i].part, MANY, cases[i].tail));
    assert_true(ipam->problem_count <= 5 * 64);
  }
  assert_true(clock() - before <
              60 * CLOCKS_PER_SEC); /* takes about two seconds; in quadratic time, it would take hours */
}

static void many_excludes_leave_an_exact_pool(void **state) {
  (void)state;
  enum { MANY = 100000 };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  dw_buf_puts(&buf, "\"range\":\"fd00::/104\",\"exclude\":[\"fd00::1\"");
  for (unsigned i = MANY; i > 0; i--)
    dw_buf_printf(&buf, ",\"fd00::%x:%x\"", 2 * i >> 16, 2 * i & 0xffff);
  dw_buf_puts(&buf, "]");
  const struct dw_pool *pool = &read_members(arena, dw_buf_text(&buf))->pools[0];
  assert_int_equal(pool->state, DW_POOL_OK);
  assert_int_equal(dw_interval_set_count(&pool->usable), (1 << 24) - 2 - 1 - MANY);
}

static void the_number_of_ranges_is_limited(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf most = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf more = DW_BUF_INIT;
  const struct dw_ipam *ipam =
      read_members(arena, repeat(&most, "\"ipRanges\":[", "{\"range\":\"10.0.0.0/24#\"}", 100000, "]"));
  assert_int_equal(ipam->pool_count, 100000);
  ipam = read_members(arena, repeat(&more, "\"ipRanges\":[", "{\"range\":\"10.0.0.0/24#\"}", 100001, "]"));
  assert_int_equal(ipam->pool_count, 0);
  assert_non_null(strstr(ipam->error, "spec.config.ipam.ipRanges contains more than 100000 ranges"));
  assert_true(ipam->no_range_explained);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pools_are_the_same_as_in_whereabouts),
      cmocka_unit_test(ambiguous_keys_are_reported),
      cmocka_unit_test(ipam_types_are_recognized),
      cmocka_unit_test(settings_are_read),
      cmocka_unit_test(values_of_any_type_can_be_read_under_any_key),
      cmocka_unit_test(long_lists_are_read_in_linear_time),
      cmocka_unit_test(many_excludes_leave_an_exact_pool),
      cmocka_unit_test(the_number_of_ranges_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
