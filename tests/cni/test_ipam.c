#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "cni/cni.h"

/* Reads the IPAM of a macvlan configuration whose `ipam` is TEXT. */
static const struct dw_ipam *read_ipam(struct dw_arena *arena, const char *text) {
  const char *config = dw_arena_printf(arena, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":%s}", text);
  const struct dw_cni_config *read = dw_cni_read_text(arena, config, strlen(config));
  if (read->state != DW_CONFIG_OK)
    fail_msg("%s: %s", text, read->error.text);
  return &read->plugins[0].ipam;
}

/* Reads a whereabouts IPAM with the members TEXT. */
static const struct dw_ipam *read_members(struct dw_arena *arena, const char *text) {
  return read_ipam(arena, dw_arena_printf(arena, "{\"type\":\"whereabouts\",%s}", text));
}

static const struct dw_ipam *read_ovn_as(struct dw_arena *arena, const char *topology, const char *members) {
  const char *config =
      dw_arena_printf(arena, "{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"%s\",%s}", topology, members);
  return &dw_cni_read_text(arena, config, strlen(config))->plugins[0].ipam;
}

static const struct dw_ipam *read_ovn(struct dw_arena *arena, const char *members) {
  return read_ovn_as(arena, "layer2", members);
}

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

/* --- types --- */

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

/* --- problems: one mistake, one problem --- */

struct problem_case {
  const char *members;
  enum dw_ipam_problem_kind kind;
  const char *field; /* below spec.config.ipam */
  const char *what;  /* part of it */
  const char *fix;   /* part of it; NULL for none */
};

static void expect_one(struct dw_arena *arena, const struct problem_case *one) {
  const struct dw_ipam *ipam = read_members(arena, one->members);
  if (ipam->problem_count != 1)
    fail_msg("%s: %zu problems", one->members, ipam->problem_count);
  const struct dw_ipam_problem *problem = &ipam->problems[0];
  const char *field = dw_arena_printf(arena, "spec.config.ipam.%s", one->field);
  assert_string_equal(problem->field, field);
  if (problem->kind != one->kind || strstr(problem->what, one->what) == NULL)
    fail_msg("%s: kind %d, %s", one->members, problem->kind, problem->what);
  if (one->fix == NULL)
    assert_null(problem->fix);
  else if (problem->fix == NULL || strstr(problem->fix, one->fix) == NULL)
    fail_msg("%s: %s", one->members, problem->fix == NULL ? "no fix" : problem->fix);
  if ((ipam->error != NULL) != (one->kind == DW_IPAM_UNREADABLE))
    fail_msg("%s: error %s", one->members, ipam->error == NULL ? "absent" : ipam->error);
}

#define EXPECT_EACH(cases)                                                                                             \
  do {                                                                                                                 \
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);                                                          \
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases)[0]; i++)                                                      \
      expect_one(arena, &(cases)[i]);                                                                                  \
  } while (0)

#define RANGE "\"range\":\"10.0.0.0/24\""

static void unreadable_ranges_are_reported_with_a_fix(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {"\"range\":\"bogus\"", DW_IPAM_UNREADABLE, "range", "is not a CIDR", "ADDRESS/LENGTH"},
      {"\"range\":\"10.200.5.0\"", DW_IPAM_UNREADABLE, "range", "no prefix length", "use 10.200.5.0/24"},
      {"\"range\":\"fd00::\"", DW_IPAM_UNREADABLE, "range", "no prefix length", "use fd00::/64"},
      {"\"range\":\" 10.0.0.0/24\"", DW_IPAM_UNREADABLE, "range", "white space", "use 10.0.0.0/24"},
      {"\"range\":\"10.0.0.0/24\\n\"", DW_IPAM_UNREADABLE, "range", "white space", "use 10.0.0.0/24"},
      {"\"range\":\" \"", DW_IPAM_UNREADABLE, "range", "white space", "ADDRESS/LENGTH"},
      {"\"range\":\"10.0.0.1 - 10.0.0.9/24\"", DW_IPAM_UNREADABLE, "range", "white space", "use 10.0.0.1-10.0.0.9/24"},
      {"\"range\":\"10.0.0.10-10.0.0.20\"", DW_IPAM_UNREADABLE, "range", "no prefix length",
       "add the prefix length after the end: 10.0.0.10-10.0.0.20/24"},
      {"\"range\":\"10.0.0.10-10.0.1.20\"", DW_IPAM_UNREADABLE, "range", "no prefix length", "10.0.0.10-10.0.1.20/23"},
      {"\"range\":\"10.0.0.10-\"", DW_IPAM_UNREADABLE, "range", "no END/LENGTH", "START-END/LENGTH"},
      {"\"range\":\"10.0.0.1/24-10.0.0.9/24\"", DW_IPAM_UNREADABLE, "range", "before the '-'",
       "use 10.0.0.1-10.0.0.9/24"},
      {"\"range\":\"10.0.0.0/255.255.254.0\"", DW_IPAM_UNREADABLE, "range", "netmask", "use 10.0.0.0/23"},
      {"\"range\":\"10.0.0.0/255.0.255.0\"", DW_IPAM_UNREADABLE, "range", "is not a CIDR", "ADDRESS/LENGTH"},
      {"\"range\":\"192.168.2.200-192.168.2.230/28\"", DW_IPAM_UNREADABLE, "range",
       "START 192.168.2.200 is outside 192.168.2.224/28", "choose a START inside"},
      {"\"range\":5", DW_IPAM_UNREADABLE, "range", "must be a string such as \"10.200.5.0/24\", not an integer", NULL},
      {"\"range\":[]", DW_IPAM_UNREADABLE, "range", "not a list", NULL},
      {"\"ipRanges\":{}", DW_IPAM_UNREADABLE, "ipRanges", "must be a list of objects, not an object", NULL},
      {"\"ipRanges\":[\"10.0.0.0/24\"]", DW_IPAM_UNREADABLE, "ipRanges[0]", "must be an object with a range", NULL},
      {"\"ipRanges\":[null]", DW_IPAM_UNREADABLE, "ipRanges[0]", "not null", "remove it"},
      {"\"ipRanges\":[{}]", DW_IPAM_UNREADABLE, "ipRanges[0].range", "without it", "10.200.5.0/24"},
      {"\"ipRanges\":[{\"range\":\"\"}]", DW_IPAM_UNREADABLE, "ipRanges[0].range", "without it", "10.200.5.0/24"},
      {"\"ipRanges\":[{\"range\":null}]", DW_IPAM_UNREADABLE, "ipRanges[0].range", "without it", "10.200.5.0/24"},
      {"\"IPRanges\":[{\"range\":\"10.0.0.0/24\"},{\"Range\":\"x\"}]", DW_IPAM_UNREADABLE, "IPRanges[1].Range",
       "is not a CIDR", "ADDRESS/LENGTH"},
  };
  EXPECT_EACH(cases);
}

static void unreadable_parts_are_reported_with_their_field(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"exclude\":[\"10.0.0.1\",\"bogus\"]", DW_IPAM_UNREADABLE, "exclude[1]", "every allocation fails",
       "ADDRESS"},
      {RANGE ",\"exclude\":[\"\"]", DW_IPAM_UNREADABLE, "exclude[0]", "is not a CIDR or address", "ADDRESS"},
      {RANGE ",\"exclude\":[null]", DW_IPAM_UNREADABLE, "exclude[0]", "not null", "remove it"},
      {RANGE ",\"exclude\":[5]", DW_IPAM_UNREADABLE, "exclude[0]", "not an integer", "quotes"},
      {RANGE ",\"exclude\":\"10.0.0.1\"", DW_IPAM_UNREADABLE, "exclude", "must be a list of strings", "brackets"},
      {RANGE ",\"exclude\":[\"010.0.0.0/28\"]", DW_IPAM_UNREADABLE, "exclude[0]", "leading zeros", "use 10.0.0.0/28"},
      {RANGE ",\"exclude\":[\"10.0.0.1-10.0.0.5\"]", DW_IPAM_UNREADABLE, "exclude[0]", "is not a CIDR or address",
       "separate entry"},
      {RANGE ",\"exclude\":[\"10.0.0.1/32 \"]", DW_IPAM_UNREADABLE, "exclude[0]", "white space", "use 10.0.0.1/32"},
      {RANGE ",\"gateway\":\"bogus\"", DW_IPAM_UNREADABLE, "gateway", "is not an IP address", "such as"},
      {RANGE ",\"gateway\":\"10.0.0.1/24\"", DW_IPAM_UNREADABLE, "gateway", "is a CIDR", "use 10.0.0.1"},
      {RANGE ",\"gateway\":5", DW_IPAM_UNREADABLE, "gateway", "must be a string such as \"10.200.5.1\"", NULL},
      {RANGE ",\"range_start\":5", DW_IPAM_UNREADABLE, "range_start", "must be a string", NULL},
      {"\"ipRanges\":[{" RANGE ",\"range_start\":\"x\"}]", DW_IPAM_UNREADABLE, "ipRanges[0].range_start",
       "is not an IP address", "such as"},
      {"\"ipRanges\":[{" RANGE ",\"range_end\":\"010.0.0.9\"}]", DW_IPAM_UNREADABLE, "ipRanges[0].range_end",
       "leading zeros", "use 10.0.0.9"},
      {"\"ipRanges\":[{" RANGE ",\"exclude\":[\"x\"]}]", DW_IPAM_UNREADABLE, "ipRanges[0].exclude[0]",
       "every allocation fails", "ADDRESS"},
  };
  EXPECT_EACH(cases);
}

static void a_wrong_type_of_any_member_is_an_error(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"routes\":{}", DW_IPAM_UNREADABLE, "routes", "must be a list of objects", NULL},
      {RANGE ",\"routes\":[5]", DW_IPAM_UNREADABLE, "routes[0]", "must be an object", NULL},
      {RANGE ",\"routes\":[{\"dst\":\"x\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "is not a CIDR", "ADDRESS/LENGTH"},
      {RANGE ",\"routes\":[{\"dst\":\"10.1.0.0\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "no prefix length",
       "ADDRESS/LENGTH"},
      {RANGE ",\"routes\":[{\"dst\":\"010.1.0.0/16\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "leading zeros",
       "use 10.1.0.0/16"},
      {RANGE ",\"routes\":[{\"dst\":null}]", DW_IPAM_UNREADABLE, "routes[0].dst", "must be a string, not null",
       "remove it"},
      {RANGE ",\"routes\":[{\"dst\":\"10.1.0.0/16\",\"gw\":\"x\"}]", DW_IPAM_UNREADABLE, "routes[0].gw",
       "is not an IP address", "such as"},
      {RANGE ",\"routes\":[{\"mtu\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].mtu", "must be an integer",
       "remove the quotes"},
      {RANGE ",\"addresses\":[{}]", DW_IPAM_UNREADABLE, "addresses[0].address", "is missing", "ADDRESS/LENGTH"},
      {RANGE ",\"addresses\":[null]", DW_IPAM_UNREADABLE, "addresses[0].address", "is missing", "ADDRESS/LENGTH"},
      {RANGE ",\"addresses\":[{\"address\":\"10.0.0.9\"}]", DW_IPAM_UNREADABLE, "addresses[0].address",
       "no prefix length", "ADDRESS/LENGTH"},
      {RANGE ",\"addresses\":[{\"Address\":\"10.0.0.9/24\"}]", DW_IPAM_UNREADABLE, "addresses[0].Address",
       "only under the key \"address\"", "use address"},
      {RANGE ",\"routes\":[{\"dst\":\" 10.1.0.0/16\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "contains white space",
       "use 10.1.0.0/16"},
      {RANGE ",\"routes\":[{\"dst\":\"10.1.0.0 /x\"}]", DW_IPAM_UNREADABLE, "routes[0].dst", "contains white space",
       "ADDRESS/LENGTH"},
      {RANGE ",\"routes\":[{\"advmss\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].advmss", "must be an integer",
       "quotes"},
      {RANGE ",\"routes\":[{\"priority\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].priority", "must be an integer",
       "quotes"},
      {RANGE ",\"routes\":[{\"table\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].table", "must be an integer", "quotes"},
      {RANGE ",\"routes\":[{\"scope\":\"5\"}]", DW_IPAM_UNREADABLE, "routes[0].scope", "must be an integer", "quotes"},
      {RANGE ",\"addresses\":[{\"address\":\"10.0.0.9/24\",\"gateway\":5}]", DW_IPAM_UNREADABLE, "addresses[0].gateway",
       "must be a string", "quotes"},
      {RANGE ",\"dns\":{\"nameservers\":5}", DW_IPAM_UNREADABLE, "dns.nameservers", "must be a list of strings", NULL},
      {RANGE ",\"dns\":{\"domain\":5}", DW_IPAM_UNREADABLE, "dns.domain", "must be a string", "quotes"},
      {RANGE ",\"dns\":{\"options\":5}", DW_IPAM_UNREADABLE, "dns.options", "must be a list of strings", NULL},
      {RANGE ",\"kubernetes\":{\"k8s_api_root\":5}", DW_IPAM_UNREADABLE, "kubernetes.k8s_api_root", "must be a string",
       "quotes"},
      {RANGE ",\"dns\":[]", DW_IPAM_UNREADABLE, "dns", "must be an object", NULL},
      {RANGE ",\"dns\":{\"search\":[\"a\",1]}", DW_IPAM_UNREADABLE, "dns.search[1]", "must be a string", "quotes"},
      {RANGE ",\"kubernetes\":{\"kubeconfig\":false}", DW_IPAM_UNREADABLE, "kubernetes.kubeconfig",
       "must be a string, not a boolean", "quotes"},
      {RANGE ",\"log_level\":1", DW_IPAM_UNREADABLE, "log_level", "must be a string", "in quotes"},
      {RANGE ",\"PODNAME\":1", DW_IPAM_UNREADABLE, "PODNAME", "must be a string", "in quotes"},
      {RANGE ",\"sleep_for_race\":1.5", DW_IPAM_UNREADABLE, "sleep_for_race", "must be an integer", NULL},
      {RANGE ",\"leader_retry_period\":\"5\"", DW_IPAM_UNREADABLE, "leader_retry_period", "must be an integer",
       "remove the quotes"},
      {RANGE ",\"enable_overlapping_ranges\":\"false\"", DW_IPAM_UNREADABLE, "enable_overlapping_ranges",
       "must be a boolean", "remove the quotes"},
  };
  EXPECT_EACH(cases);
}

static void silently_ignored_ends_are_reported(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"range_start\":\"bogus\"", DW_IPAM_IGNORED, "range_start", "whereabouts ignores it", "such as"},
      {RANGE ",\"range_start\":\"10.0.0.255\"", DW_IPAM_IGNORED, "range_start", "10.0.0.1 to 10.0.0.254",
       "remove range_start"},
      {RANGE ",\"range_end\":\"10.0.0.0\"", DW_IPAM_IGNORED, "range_end", "10.0.0.1 to 10.0.0.254", "remove range_end"},
      {RANGE ",\"range_end\":\"fd00::9\"", DW_IPAM_IGNORED, "range_end", "outside", "choose an address"},
      {RANGE ",\"range_start\":\"10.0.0.20\",\"range_end\":\"10.0.0.10\"", DW_IPAM_IGNORED, "range_end",
       "below range_start 10.0.0.20", "10.0.0.20 to 10.0.0.254"},
      {"\"range\":\"10.0.0.10-10.0.0.20/24\",\"range_start\":\"10.0.0.15\"", DW_IPAM_IGNORED, "range_start",
       "range already gives both ends", "remove range_start"},
      {"\"range\":\"10.0.0.10-10.0.0.20/24\",\"range_end\":\"10.0.0.15\"", DW_IPAM_IGNORED, "range_end",
       "range already gives both ends", "remove range_end"},
      {"\"range\":\"10.0.0.20-10.0.0.10/24\"", DW_IPAM_IGNORED, "range", "ends before it starts",
       "use 10.0.0.10-10.0.0.20/24"},
      {"\"range\":\"10.0.0.20-10.0.0.0/24\"", DW_IPAM_IGNORED, "range", "ignores its end", "use 10.0.0.1-10.0.0.20/24"},
      {"\"range\":\"10.0.0.255-10.0.0.20/24\"", DW_IPAM_IGNORED, "range", "ignores its start",
       "use 10.0.0.20-10.0.0.254/24"},
      {"\"range\":\"10.0.0.0-10.0.0.0/24\"", DW_IPAM_IGNORED, "range", "ignores", "from the usable addresses"},
      {"\"ipRanges\":[{" RANGE ",\"range_start\":\"10.9.0.1\"}]", DW_IPAM_IGNORED, "ipRanges[0].range_start", "outside",
       "choose an address"},
      {"\"range_start\":\"10.0.0.9\",\"ipRanges\":[{" RANGE "}]", DW_IPAM_IGNORED, "range_start",
       "only to a range next to it", "move it to the ipRanges entry"},
      {"\"exclude\":[\"x\"],\"ipRanges\":[{" RANGE "}]", DW_IPAM_IGNORED, "exclude", "only to a range next to it",
       "move it to the ipRanges entry"},
      {RANGE ",\"Gateway\":\"x\"", DW_IPAM_IGNORED, "Gateway", "is not an IP address", "such as"},
  };
  EXPECT_EACH(cases);
}

static void leading_zeros_are_reported_with_the_canonical_form(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {"\"range\":\"010.0.5.000/24\"", DW_IPAM_LEADING_ZERO, "range", "leading zeros", "use 10.0.5.0/24"},
      {"\"range\":\"10.0.5.0/024\"", DW_IPAM_LEADING_ZERO, "range", "leading zeros", "use 10.0.5.0/24"},
      {"\"range\":\"10.0.0.010-10.0.0.020/24\"", DW_IPAM_LEADING_ZERO, "range", "leading zeros",
       "use 10.0.0.10-10.0.0.20/24"},
      {"\"ipRanges\":[{\"range\":\"010.0.0.0/24\"}]", DW_IPAM_LEADING_ZERO, "ipRanges[0].range", "leading zeros",
       "use 10.0.0.0/24"},
      {RANGE ",\"range_start\":\"010.0.0.9\"", DW_IPAM_LEADING_ZERO, "range_start", "leading zeros", "use 10.0.0.9"},
      {RANGE ",\"gateway\":\"010.0.0.1\"", DW_IPAM_LEADING_ZERO, "gateway", "leading zeros", "use 10.0.0.1"},
  };
  EXPECT_EACH(cases);
}

static void lookalike_keys_are_reported_with_the_correct_key(void **state) {
  (void)state;
  static const struct {
    const char *written;
    const char *right;
  } pairs[] = {
      {"rangeStart", "range_start"},
      {"range-start", "range_start"},
      {"rangeEnd", "range_end"},
      {"start", "range_start"},
      {"end", "range_end"},
      {"startRange", "range_start"},
      {"excludes", "exclude"},
      {"omitRanges", "exclude"},
      {"omit_ranges", "exclude"},
      {"exlude", "exclude"},
      {"ip_ranges", "ipRanges"},
      {"ipRange", "ipRanges"},
      {"ranges", "ipRanges"},
      {"gw", "gateway"},
      {"gateways", "gateway"},
      {"networkName", "network_name"},
      {"range_strat", "range_start"},
      {"ragne_end", "range_end"},
      {"route", "routes"},
      {"gatway", "gateway"},
      {"logLevel", "log_level"},
      {"enableOverlappingRanges", "enable_overlapping_ranges"},
      {"cidrs", "ipRanges"},
      {"startIP", "range_start"},
      {"ip_start", "range_start"},
      {"ip_start_range", "range_start"},
      {"ip-range-start", "range_start"},
      {"endIP", "range_end"},
      {"endRange", "range_end"},
      {"ip_end", "range_end"},
      {"ipRangeEnd", "range_end"},
      {"excluded", "exclude"},
      {"exclude_ips", "exclude"},
      {"excludeRange", "exclude"},
      {"exclude_ranges", "exclude"},
      {"excludeSubnets", "exclude"},
      {"omit", "exclude"},
      {"omit_range", "exclude"},
      {"gatewayIP", "gateway"},
      {"defaultGateway", "gateway"},
      {"overlapping_ranges", "enable_overlapping_ranges"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    const struct problem_case one = {dw_arena_printf(arena, RANGE ",\"%s\":\"\"", pairs[i].written), DW_IPAM_LOOKALIKE,
                                     pairs[i].written, "unknown key", dw_arena_printf(arena, "use %s", pairs[i].right)};
    expect_one(arena, &one);
    assert_string_equal(read_members(arena, one.members)->problems[0].value, pairs[i].written);
  }
  static const char *const ranges[] = {"subnet", "subnets", "cidr", "ip_pool"};
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    const struct problem_case both = {dw_arena_printf(arena, RANGE ",\"%s\":\"10.0.0.0/24\"", ranges[i]),
                                      DW_IPAM_LOOKALIKE, ranges[i], "unknown key", "remove it: range is also set"};
    expect_one(arena, &both);
  }
  const struct problem_case inside = {"\"ipRanges\":[{" RANGE ",\"rangeEnd\":\"10.0.0.9\"}]", DW_IPAM_LOOKALIKE,
                                      "ipRanges[0].rangeEnd", "unknown key", "use range_end"};
  expect_one(arena, &inside);
}

/* Obsolete keys are never suggested. */
static void keys_are_recognized_with_any_separator_and_letter_case(void **state) {
  (void)state;
  static const char *const known[] = {"addresses",
                                      "configuration_path",
                                      "dns",
                                      "enable_overlapping_ranges",
                                      "exclude",
                                      "gateway",
                                      "ipRanges",
                                      "kubernetes",
                                      "leader_lease_duration",
                                      "leader_renew_deadline",
                                      "leader_retry_period",
                                      "log_file",
                                      "log_level",
                                      "network_name",
                                      "node_slice_size",
                                      "range",
                                      "range_end",
                                      "range_start",
                                      "reconciler_cron_expression",
                                      "routes",
                                      "sleep_for_race",
                                      "type"};
  static const char *const old[] = {"datastore",     "etcd_ca_cert_file", "etcd_cert_file", "etcd_host",
                                    "etcd_key_file", "etcd_password",     "etcd_username",  "Name",
                                    "PodName",       "PodNamespace"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    bool is_given = strcmp(known[i], "type") == 0;
    const struct dw_ipam *ipam =
        read_members(arena, dw_arena_printf(arena, "\"%c-%s\":null", known[i][0] - 'a' + 'A', known[i] + 1));
    assert_int_equal(ipam->problem_count, 1);
    assert_string_equal(ipam->problems[0].what, "is an unknown key, which whereabouts ignores");
    assert_string_equal(ipam->problems[0].fix,
                        is_given ? "remove it: type is also set" : dw_arena_printf(arena, "use %s", known[i]));
  }
  for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
    const char *members = dw_arena_printf(arena, "\"%c-%s\":null", old[i][0], old[i] + 1);
    const struct dw_ipam *ipam = read_members(arena, members);
    assert_int_equal(ipam->problem_count, 1);
    assert_int_equal(ipam->problems[0].kind, DW_IPAM_UNKNOWN);
    assert_int_equal(read_members(arena, dw_arena_printf(arena, "\"%s\":null", old[i]))->problem_count, 0);
  }
}

static void other_keys_are_unknown(void **state) {
  (void)state;
  static const struct problem_case cases[] = {
      {RANGE ",\"foo\":1", DW_IPAM_UNKNOWN, "foo", "unknown key", "spelling"},
      {RANGE ",\"dn\":1", DW_IPAM_UNKNOWN, "dn", "unknown key", "spelling"},
      {RANGE ",\"\":1", DW_IPAM_UNKNOWN, "", "unknown key", "spelling"},
      {RANGE ",\"datastor\":1", DW_IPAM_UNKNOWN, "datastor", "unknown key", "spelling"},
      {"\"ipRanges\":[{" RANGE ",\"gateway\":\"10.0.0.1\"}]", DW_IPAM_UNKNOWN, "ipRanges[0].gateway",
       "ignored inside ipRanges", "next to ipRanges"},
      {"\"ipRanges\":[{" RANGE ",\"routes\":5}]", DW_IPAM_UNKNOWN, "ipRanges[0].routes", "ignored inside ipRanges",
       "next to ipRanges"},
      {"\"ipRanges\":[{" RANGE ",\"gatewai\":5}]", DW_IPAM_UNKNOWN, "ipRanges[0].gatewai", "unknown key", "spelling"},
  };
  EXPECT_EACH(cases);
}

static void every_key_that_whereabouts_knows_is_accepted(void **state) {
  (void)state;
  static const char *const members[] = {
      "\"Name\":\"\",\"PodName\":\"\",\"PodNamespace\":\"\",\"Gateway\":\"\",\"datastore\":\"kubernetes\"",
      "\"etcd_host\":\"\",\"etcd_username\":\"\",\"etcd_password\":\"\",\"etcd_key_file\":\"\",\"etcd_cert_file\":\"\"",
      "\"etcd_ca_cert_file\":\"\",\"leader_lease_duration\":30,\"leader_renew_deadline\":20,\"leader_retry_period\":3",
      "\"log_file\":\"\",\"log_level\":\"debug\",\"reconciler_cron_expression\":\"\",\"sleep_for_race\":0",
      "\"kubernetes\":{\"kubeconfig\":\"/x\",\"k8s_api_root\":\"\",\"more\":1},\"configuration_path\":\"\"",
      "\"network_name\":\"a\",\"node_slice_size\":\"/26\",\"enable_overlapping_ranges\":true",
      "\"dns\":{\"domain\":\"x\",\"search\":[null,\"a\"],\"more\":5}",
      "\"routes\":[{\"dst\":\"10.1.0.0/16\",\"gw\":\"10.0.0.1\",\"mtu\":1},{\"gw\":\"\"}],\"RANGE_START\":\"\"",
      "\"addresses\":[{\"address\":\"010.0.0.9/24\",\"gateway\":\"10.0.0.1\"}],\"ipRanges\":null,\"exclude\":null",
      "\"gateway\":\"\",\"range_start\":null,\"range_end\":\"\",\"exclude\":[],\"dns\":null,\"kubernetes\":null",
      "\"range_start\":\"10.0.0.1\",\"range_end\":\"10.0.0.254\",\"gateway\":\"10.0.0.1\"",
      "\"range_start\":\"10.0.0.9\",\"range_end\":\"10.0.0.9\"",
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, dw_arena_printf(arena, RANGE ",%s", members[i]));
    if (ipam->problem_count != 0)
      fail_msg("%s: %s %s", members[i], ipam->problems[0].field, ipam->problems[0].what);
    assert_null(ipam->error);
    assert_int_equal(ipam->pool_count, 1);
    assert_int_equal(ipam->pools[0].state, DW_POOL_OK);
  }
  static const char *const dashed[] = {"10.0.0.1-10.0.0.254/24", "10.0.0.9-10.0.0.9/24", "fd00::1-fd00::8/120"};
  for (size_t i = 0; i < sizeof dashed / sizeof dashed[0]; i++)
    assert_int_equal(read_members(arena, dw_arena_printf(arena, "\"range\":\"%s\"", dashed[i]))->problem_count, 0);
}

static void problems_are_in_the_order_of_the_text(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ipam *ipam =
      read_members(arena, "\"foo\":1,\"ipRanges\":[{\"exclude\":[\"x\"],\"range\":\"y\"}],\"range_end\":\"z\","
                          "\"rangeStart\":1,\"range\":\"10.0.0.0/24\",\"log_file\":2");
  static const char *const fields[] = {
      "foo", "ipRanges[0].exclude[0]", "ipRanges[0].range", "range_end", "rangeStart", "log_file"};
  assert_int_equal(ipam->problem_count, 6);
  for (size_t i = 0; i < 6; i++)
    assert_string_equal(ipam->problems[i].field, dw_arena_printf(arena, "spec.config.ipam.%s", fields[i]));
  assert_non_null(strstr(ipam->error, "spec.config.ipam.ipRanges[0].exclude[0] \"x\" is not a CIDR"));
}

/* --- pools --- */

static void a_missing_range_is_not_a_syntax_problem(void **state) {
  (void)state;
  static const char *const members[] = {"\"range\":\"\"",    "\"range\":null",
                                        "\"ipRanges\":[]",   "\"ipRanges\":null",
                                        "\"gateway\":\"\"",  "\"range_start\":\"10.0.0.9\",\"exclude\":[\"x\"]",
                                        "\"range_end\":null"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, members[i]);
    assert_int_equal(ipam->pool_count, 0);
    assert_int_equal(ipam->problem_count, 0);
    assert_false(ipam->no_range_explained);
  }
  assert_true(read_members(arena, "\"subnet\":\"10.0.0.0/24\"")->no_range_explained);
  assert_true(read_members(arena, "\"ranges\":[{}]")->no_range_explained);
  assert_false(read_members(arena, "\"ranges\":[]")
                   ->no_range_explained); /* with the correct key there would be no range either */
  assert_true(read_members(arena, "\"ipRanges\":5")->no_range_explained);
  assert_false(read_members(arena, "\"rangeStart\":\"10.0.0.1\"")->no_range_explained);
  assert_false(read_members(arena, RANGE ",\"subnet\":\"10.0.0.0/24\"")->no_range_explained);
}

static void a_lookalike_key_instead_of_a_range_is_one_mistake(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct problem_case one = {"\"ipRanges\":[{\"subnet\":\"10.0.0.0/24\"}]", DW_IPAM_UNREADABLE,
                                   "ipRanges[0].range", "without it", "use range instead of subnet"};
  expect_one(arena, &one);
  const struct dw_ipam *two = read_members(arena, "\"ipRanges\":[{\"subnet\":\"10.0.0.0/24\",\"cidr\":\"\"}]");
  assert_int_equal(two->problem_count, 2);
  assert_int_equal(two->problems[1].kind, DW_IPAM_LOOKALIKE);
}

static void the_subnet_is_known_if_only_another_part_is_unreadable(void **state) {
  (void)state;
  static const struct {
    const char *members;
    bool known;
  } cases[] = {
      {RANGE ",\"exclude\":[\"x\"]", true},
      {RANGE ",\"exclude\":5", true},
      {RANGE ",\"range_start\":5", true},
      {"\"ipRanges\":[{" RANGE ",\"range_start\":\"x\"}]", true},
      {"\"range\":\"x\"", false},
      {"\"range\":5", false},
      {"\"range\":\"10.9.0.1-10.0.0.9/24\"", false},
      {"\"ipRanges\":[5]", false},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, cases[i].members);
    assert_int_equal(ipam->pool_count, 1);
    assert_int_equal(ipam->pools[0].state, DW_POOL_UNREADABLE);
    if (ipam->pools[0].subnet_known != cases[i].known || ipam->pools[0].has_span != cases[i].known)
      fail_msg("%s", cases[i].members);
    assert_int_equal(ipam->pools[0].usable.count, 0);
    assert_non_null(ipam->error);
  }
}

static void excludes_can_empty_a_pool(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_pool *all = &read_members(arena, RANGE ",\"exclude\":[\"10.0.0.0/25\",\"10.0.0.128/25\"]")->pools[0];
  assert_int_equal(all->state, DW_POOL_EMPTY);
  assert_true(all->has_span);
  const struct dw_pool *one = &read_members(arena, "\"range\":\"10.0.0.0/30\",\"exclude\":[\"10.0.0.1\"]")->pools[0];
  assert_int_equal(one->state, DW_POOL_OK);
  assert_int_equal(dw_interval_set_count(&one->usable), 1);
  const struct dw_pool *none =
      &read_members(arena, "\"range\":\"10.0.0.0/30\",\"exclude\":[\"10.0.0.1\",\"10.0.0.2/32\"]")->pools[0];
  assert_int_equal(none->state, DW_POOL_EMPTY);
  const struct dw_pool *family = &read_members(arena, RANGE ",\"exclude\":[\"::/0\"]")->pools[0];
  assert_int_equal(dw_interval_set_count(&family->usable), 254);
}

static void ignored_ends_are_marked(void **state) {
  (void)state;
  static const struct {
    const char *members;
    bool start, end;
  } cases[] = {
      {RANGE, false, false},
      {RANGE ",\"range_start\":\"10.0.0.1\",\"range_end\":\"10.0.0.254\"", false, false},
      {RANGE ",\"range_start\":\"x\",\"range_end\":\"\"", true, false},
      {RANGE ",\"range_start\":\"\",\"range_end\":\"10.1.0.1\"", false, true},
      {"\"range\":\"10.0.0.9-10.0.0.3/24\"", false, true},
      {"\"range\":\"10.0.0.0-10.0.0.3/24\"", false, false},
      {"\"range\":\"10.0.0.2-10.0.0.3/24\",\"range_start\":\"10.0.0.2\"", true, false},
      {"\"range\":\"10.0.0.0/31\",\"range_start\":\"10.0.0.1\"", false, false},
      {RANGE ",\"range_start\":5,\"range_end\":5", false,
       false}, /* whereabouts fails on these instead of ignoring them */
      {RANGE ",\"range_start\":\"x\",\"range_end\":\"x\"", true, true},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_pool *pool = &read_members(arena, cases[i].members)->pools[0];
    if (pool->start_ignored != cases[i].start || pool->end_ignored != cases[i].end)
      fail_msg("%s: %d %d", cases[i].members, pool->start_ignored, pool->end_ignored);
  }
}

/* Beyond the limit, the reader only notes that there are more. */
static void the_number_of_problems_is_limited(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, RANGE ",\"routes\":[5");
  for (int i = 1; i < 63; i++)
    dw_buf_puts(&text, ",5");
  const char *below = dw_arena_printf(arena, "%s]", dw_buf_text(&text));
  const char *at = dw_arena_printf(arena, "%s,5]", dw_buf_text(&text));
  const char *beyond = dw_arena_printf(arena, "%s,\"log_level\":5,\"dns\":{\"domain\":5},\"gateway\":\"x\"", at);
  const struct {
    const char *members;
    size_t count;
    bool more;
  } cases[] = {{below, 63, false}, {at, 64, true}, {beyond, 64, true}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_members(arena, cases[i].members);
    assert_int_equal(ipam->problem_count, cases[i].count);
    assert_int_equal(ipam->more_problems, cases[i].more);
    assert_string_equal(ipam->problems[0].field, "spec.config.ipam.routes[0]");
    assert_string_equal(ipam->problems[62].field, "spec.config.ipam.routes[62]");
  }
}

/* A value is quoted if it has at most 100 bytes. */
static void a_long_value_is_not_quoted(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const char rest[] = "is not a CIDR that whereabouts can read; use ADDRESS/LENGTH or START-END/LENGTH, "
                             "such as 10.200.5.0/24";
  char value[102];
  memset(value, 'x', sizeof value - 1);
  value[101] = '\0';
  assert_string_equal(read_members(arena, dw_arena_printf(arena, "\"range\":\"%.100s\"", value))->error,
                      dw_arena_printf(arena, "spec.config.ipam.range \"%.100s\" %s", value, rest));
  assert_string_equal(read_members(arena, dw_arena_printf(arena, "\"range\":\"%s\"", value))->error,
                      dw_arena_printf(arena, "spec.config.ipam.range %s", rest));
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

/* --- addresses that each node hands out independently --- */

/* Returns "FIELD SUBNET FIRST-LAST via GATEWAY; " for each local pool. */
static const char *local_pools(struct dw_arena *arena, const struct dw_ipam *ipam) {
  struct dw_buf out = DW_BUF_IN(arena);
  for (size_t i = 0; i < ipam->local_pool_count; i++) {
    const struct dw_local_pool *pool = &ipam->local_pools[i];
    char subnet[DW_PREFIX_TEXT];
    dw_buf_printf(&out, "%s %s", pool->value.field + strlen("spec.config."), dw_prefix_format(&pool->subnet, subnet));
    for (size_t k = 0; k < pool->usable.count; k++) {
      char first[DW_ADDR_TEXT];
      char last[DW_ADDR_TEXT];
      dw_buf_printf(&out, " %s-%s", dw_addr_format(&pool->usable.items[k].first, first),
                    dw_addr_format(&pool->usable.items[k].last, last));
    }
    if (pool->gateway.state == DW_READ_OK) {
      char gateway[DW_ADDR_TEXT];
      dw_buf_printf(&out, " via %s", dw_addr_format(&pool->gateway.addr, gateway));
    }
    dw_buf_puts(&out, "; ");
  }
  return dw_buf_text(&out);
}

static void local_pools_are_what_the_plugins_hand_out(void **state) {
  (void)state;
  static const struct {
    const char *config, *pools;
  } rows[] = {
      {"{\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.0.0.0/29\"}}",
       "ipam.subnet 10.0.0.0/29 10.0.0.2-10.0.0.6 via 10.0.0.1; "},
      {"{\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.0.0.0/"
       "24\",\"rangeStart\":\"10.0.0.10\",\"RangeEnd\":\"10.0.0.20\","
       "\"gateway\":\"10.0.0.15\"}}",
       "ipam.subnet 10.0.0.0/24 10.0.0.10-10.0.0.14 10.0.0.16-10.0.0.20 via 10.0.0.15; "},
      {"{\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.0/30\"},{\"subnet\":\"10.0.1.0/30\"}],"
       "[{\"subnet\":\"fd00::/126\"}]]}}",
       "ipam.ranges[0][0].subnet 10.0.0.0/30 10.0.0.2-10.0.0.2 via 10.0.0.1; "
       "ipam.ranges[0][1].subnet 10.0.1.0/30 10.0.1.2-10.0.1.2 via 10.0.1.1; "
       "ipam.ranges[1][0].subnet fd00::/126 fd00::2-fd00::3 via fd00::1; "},
      /* host-local rejects host bits, subnets that are too small, ends outside the subnet, and an end before the start.
       */
      {"{\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.1/24\"},{\"subnet\":\"10.0.0.0/31\"},"
       "{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.1.0\"},{\"subnet\":\"10.0.0.0/24\",\"gateway\":\"x\"},"
       "{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.9\",\"rangeEnd\":\"10.0.0.8\"},{},7],7]}}",
       ""},
      {"{\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.5/24\",\"gateway\":\"10.0.0.1\"},"
       "{\"address\":\"fd00::5/64\"},{\"address\":\"10.0.0.6\"},{}]}}",
       "ipam.addresses[0].address 10.0.0.0/24 10.0.0.5-10.0.0.5 via 10.0.0.1; "
       "ipam.addresses[1].address fd00::/64 fd00::5-fd00::5; "},
      {"{\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.5/"
       "24\"}]},\"args\":{\"cni\":{\"ips\":[\"10.0.1.5/"
       "24\"]}}}",
       "args.cni.ips[0] 10.0.1.0/24 10.0.1.5-10.0.1.5; "},
      {"{\"ipam\":{\"type\":\"static\"},\"args\":{\"cni\":{\"ips\":[\"10.0.1.5/"
       "24\"]}},\"runtimeConfig\":{\"ips\":[\"10.0.2.5/"
       "24\"]}}",
       "runtimeConfig.ips[0] 10.0.2.0/24 10.0.2.5-10.0.2.5; "},
      {"{\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.0.0.0/24\",\"addresses\":[{\"address\":\"010.0.0.5/24\"}]},"
       "\"args\":{\"cni\":{\"ips\":[\"10.0.1.5/24\"]}}}",
       "ipam.addresses[0].address 10.0.0.0/24 10.0.0.5-10.0.0.5; "},
      {"{\"ipam\":{\"type\":\"dhcp\",\"addresses\":[{\"address\":\"10.0.0.5/24\"}],\"subnet\":\"10.0.0.0/24\"}}", ""},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct dw_cni_config *config = dw_cni_read_text(arena, rows[i].config, strlen(rows[i].config));
    assert_int_equal(config->state, DW_CONFIG_OK);
    assert_string_equal(local_pools(arena, &config->plugins[0].ipam), rows[i].pools);
  }
}

/* --- OVN-Kubernetes --- */

static void ovn_allocates_from_its_subnets(void **state) {
  (void)state;
  char text[DW_PREFIX_TEXT];
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_ipam *ipam =
      read_ovn(arena, "\"subnets\":\"10.1.0.0/24, fd00::/64\",\"excludeSubnets\":\"10.1.0.0/28,10.1.0.200/32\"");
  assert_int_equal(ipam->type, DW_IPAM_OVN);
  assert_string_equal(ipam->field, "spec.config");
  assert_int_equal(ipam->problem_count, 0);
  assert_int_equal(ipam->pool_count, 2);
  assert_string_equal(ipam->pools[0].range.field, "spec.config.subnets");
  assert_string_equal(ipam->pools[0].range.text, "10.1.0.0/24");
  assert_string_equal(ipam->pools[1].range.text, "fd00::/64");
  assert_int_equal(dw_interval_set_count(&ipam->pools[0].usable), 254 - 15 - 1);
  assert_int_equal(ipam->pools[1].state, DW_POOL_OK);
  assert_int_equal(ipam->pools[0].node_subnets, 0);
  ipam = read_ovn_as(arena, "layer3", "\"subnets\":\"10.128.0.0/16/24,fd00::/62\",\"excludeSubnets\":\"x\"");
  assert_int_equal(ipam->problem_count, 0);
  assert_int_equal(ipam->pools[0].state, DW_POOL_OK);
  assert_int_equal(ipam->pools[0].node_subnets, 256);
  assert_int_equal(ipam->pools[1].node_subnets, 4);
  assert_int_equal(read_ovn_as(arena, "layer3", "\"subnets\":\"10.1.0.0/16/+17\"")->pools[0].node_subnets, 2);
  assert_int_equal(read_ovn_as(arena, "layer3", "\"subnets\":\"10.1.0.0/24\"")->pools[0].node_subnets, 0);
  assert_string_equal(dw_prefix_format(&ipam->pools[0].subnet, text), "10.128.0.0/16");
  assert_int_equal(read_ovn(arena, "\"subnets\":\"10.1.0.0/24\",\"ipam\":{}")->type, DW_IPAM_OVN);
}

static void ovn_without_subnets_has_no_ipam(void **state) {
  (void)state;
  static const char *const members[] = {"\"a\":1", "\"subnets\":\"\"", "\"subnets\":\" \"", "\"subnets\":null"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    const struct dw_ipam *ipam = read_ovn(arena, members[i]);
    assert_int_equal(ipam->type, DW_IPAM_NONE);
    assert_int_equal(ipam->problem_count, 0);
  }
  /* ovn.c reports the IPAM plugin. Without a topology, `subnets` is ignored, whatever it is. */
  const struct dw_ipam *ipam = read_ovn(arena, "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"x\"}");
  assert_int_equal(ipam->type, DW_IPAM_NONE);
  assert_int_equal(ipam->problem_count, 0);
  ipam = read_ovn_as(arena, "", "\"subnets\":\"bogus\"");
  assert_int_equal(ipam->type, DW_IPAM_NONE);
  assert_int_equal(ipam->problem_count, 0);
}

static void mistakes_in_ovn_lists_are_reported(void **state) {
  (void)state;
  static const struct {
    const char *members;
    const char *field;
    const char *what;
  } cases[] = {
      {"\"subnets\":5", "spec.config.subnets", "must be a string"},
      {"\"subnets\":\"bogus\"", "spec.config.subnets", "is not a CIDR"},
      {"\"subnets\":\"10.1.0.0/24,\"", "spec.config.subnets", "is not a CIDR"},
      {"\"subnets\":\"10.1.0.0/24/x\"", "spec.config.subnets", "is not a CIDR"},
      {"\"subnets\":\"010.1.0.0/24\"", "spec.config.subnets", "leading zeros"},
      {"\"subnets\":\"10.1.0.0/24\",\"excludeSubnets\":\"x\"", "spec.config.excludeSubnets", "is not a CIDR"},
      {"\"subnets\":\"10.1.0.0/24\",\"excludeSubnets\":[]", "spec.config.excludeSubnets", "must be a string"},
      {"\"subnets\":\"10.1.0.0/24\",\"excludeSubnets\":\"10.1.0.0/25/26\"", "spec.config.excludeSubnets",
       "is not a CIDR"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_ipam *ipam = read_ovn(arena, cases[i].members);
    if (ipam->problem_count != 1)
      fail_msg("%s: %zu problems", cases[i].members, ipam->problem_count);
    assert_int_equal(ipam->problems[0].kind, DW_IPAM_UNREADABLE);
    assert_string_equal(ipam->problems[0].field, cases[i].field);
    assert_non_null(strstr(ipam->problems[0].what, cases[i].what));
    assert_non_null(ipam->error);
    for (size_t j = 0; j < ipam->pool_count; j++)
      assert_true(ipam->pools[j].state == DW_POOL_UNREADABLE || ipam->pool_count > 1);
  }
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

/* Returns HEAD, then PART COUNT times with a number instead of its '#', joined by commas, then TAIL. */
static const char *repeat(struct dw_buf *buf, const char *head, const char *part, size_t count, const char *tail) {
  const char *mark = strchr(part, '#');
  assert_non_null(mark);
  dw_buf_puts(buf, head);
  for (size_t i = 0; i < count; i++)
    dw_buf_printf(buf, "%s%.*s%zu%s", i > 0 ? "," : "", (int)(mark - part), part, i, mark + 1);
  dw_buf_puts(buf, tail);
  return dw_buf_text(buf);
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

static void many_unknown_keys_do_not_hide_a_lookalike(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  const struct dw_ipam *ipam =
      read_members(arena, repeat(&buf, RANGE ",", "\"unknown-key-#\":1", 1000, ",\"rangeEnd\":\"10.0.0.9\""));
  assert_int_equal(ipam->problems[ipam->problem_count - 1].kind, DW_IPAM_LOOKALIKE);
}

static void long_ovn_lists_are_rejected(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  const struct dw_ipam *ipam =
      read_ovn(arena, repeat(&buf, "\"subnets\":\"10.0.0.0/8\",\"excludeSubnets\":\"", "10.0.#.1/32", 250, "\""));
  assert_int_equal(ipam->problem_count, 0);
  DW_BUF_SCOPED struct dw_buf longer = DW_BUF_INIT;
  ipam = read_ovn(arena, repeat(&longer, "\"subnets\":\"", "10.0.0.0/#", 33, "\""));
  assert_true(ipam->problem_count > 0);
  assert_non_null(strstr(ipam->error, "more subnets than Droveway can check"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pools_are_the_same_as_in_whereabouts),
      cmocka_unit_test(ambiguous_keys_are_reported),
      cmocka_unit_test(ipam_types_are_recognized),
      cmocka_unit_test(unreadable_ranges_are_reported_with_a_fix),
      cmocka_unit_test(unreadable_parts_are_reported_with_their_field),
      cmocka_unit_test(a_wrong_type_of_any_member_is_an_error),
      cmocka_unit_test(silently_ignored_ends_are_reported),
      cmocka_unit_test(leading_zeros_are_reported_with_the_canonical_form),
      cmocka_unit_test(lookalike_keys_are_reported_with_the_correct_key),
      cmocka_unit_test(keys_are_recognized_with_any_separator_and_letter_case),
      cmocka_unit_test(other_keys_are_unknown),
      cmocka_unit_test(every_key_that_whereabouts_knows_is_accepted),
      cmocka_unit_test(problems_are_in_the_order_of_the_text),
      cmocka_unit_test(a_missing_range_is_not_a_syntax_problem),
      cmocka_unit_test(a_lookalike_key_instead_of_a_range_is_one_mistake),
      cmocka_unit_test(the_subnet_is_known_if_only_another_part_is_unreadable),
      cmocka_unit_test(excludes_can_empty_a_pool),
      cmocka_unit_test(ignored_ends_are_marked),
      cmocka_unit_test(the_number_of_problems_is_limited),
      cmocka_unit_test(a_long_value_is_not_quoted),
      cmocka_unit_test(settings_are_read),
      cmocka_unit_test(routes_are_read_as_the_plugins_set_them),
      cmocka_unit_test(the_routes_of_dhcp_are_not_read),
      cmocka_unit_test(the_number_of_routes_is_limited),
      cmocka_unit_test(local_pools_are_what_the_plugins_hand_out),
      cmocka_unit_test(ovn_allocates_from_its_subnets),
      cmocka_unit_test(ovn_without_subnets_has_no_ipam),
      cmocka_unit_test(mistakes_in_ovn_lists_are_reported),
      cmocka_unit_test(values_of_any_type_can_be_read_under_any_key),
      cmocka_unit_test(long_lists_are_read_in_linear_time),
      cmocka_unit_test(many_excludes_leave_an_exact_pool),
      cmocka_unit_test(the_number_of_ranges_is_limited),
      cmocka_unit_test(many_unknown_keys_do_not_hide_a_lookalike),
      cmocka_unit_test(long_ovn_lists_are_rejected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
