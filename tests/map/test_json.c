/* `-o json` of the map, read with json-c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "support/map_case.h"

static struct json_object *read_map(const struct dw_map *map) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_map_json(map, &out);
  struct json_object *value = json_tokener_parse(dw_buf_text(&out));
  if (value == NULL)
    fail_msg("not JSON: %s", dw_buf_text(&out));
  return value;
}

static struct json_object *at(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no %s in %s", key, json_object_to_json_string(object));
  return value;
}

static const char *text(struct json_object *object, const char *key) {
  return json_object_get_string(at(object, key));
}

static int64_t number(struct json_object *object, const char *key) {
  return json_object_get_int64(at(object, key));
}

/* The item of LIST whose KEY is VALUE. */
static struct json_object *item(struct json_object *list, const char *key, const char *value) {
  for (size_t i = 0; i < json_object_array_length(list); i++)
    if (strcmp(text(json_object_array_get_idx(list, i), key), value) == 0)
      return json_object_array_get_idx(list, i);
  fail_msg("no %s %s in %s", key, value, json_object_to_json_string(list));
  return NULL;
}

#define CLUSTER                                                                                                        \
  MAP_POD_NETWORK("10.128.0.0/14")                                                                                     \
  MAP_NODE("w1", "192.168.1.11") MAP_MIGRATION("a", "10.200.5.0/24") MAP_NAD("vms", "net", "10.129.0.0/24")

static void the_migration_network_and_its_pool_are_there(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(CLUSTER, 24);
  struct json_object *json = read_map(map.map);
  assert_int_equal(number(json, "version"), 1);
  struct json_object *network = at(json, "migrationNetwork");
  assert_string_equal(text(network, "namespace"), "openshift-cnv");
  assert_int_equal(number(network, "needed"), 1);
  assert_int_equal(number(network, "nodes"), 1);
  struct json_object *area = item(at(json, "areas"), "name", "10.0.0.0/8");
  struct json_object *pool = item(at(area, "used"), "addresses", "10.200.5.0/24");
  assert_string_equal(text(pool, "kind"), "migrationPool");
  assert_string_equal(text(pool, "object"), "NetworkAttachmentDefinition openshift-cnv/migration-a");
  assert_string_equal(text(pool, "field"), "spec.config.ipam.range");
  assert_string_equal(text(pool, "first"), "10.200.5.0");
  assert_string_equal(text(pool, "last"), "10.200.5.255");
  assert_string_equal(text(at(pool, "pool"), "first"), "10.200.5.1");
  assert_string_equal(text(at(pool, "pool"), "last"), "10.200.5.254");
  assert_int_equal(number(pool, "usable"), 254);
  assert_int_equal(number(pool, "needed"), 1);
  assert_false(json_object_get_boolean(at(pool, "tooSmall")));
  json_object_put(json);
}

static void overlaps_are_on_both_sides(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(CLUSTER, 24);
  struct json_object *json = read_map(map.map);
  struct json_object *used = at(item(at(json, "areas"), "name", "10.0.0.0/8"), "used");
  struct json_object *pods = item(used, "addresses", "10.128.0.0/14"), *nad = item(used, "addresses", "10.129.0.0/24");
  assert_string_equal(text(pods, "kind"), "clusterNetwork");
  assert_string_equal(text(nad, "kind"), "pool");
  assert_int_equal(number(pods, "overlapCount"), 1);
  assert_string_equal(json_object_get_string(json_object_array_get_idx(at(nad, "overlaps"), 0)),
                      "pod network 10.128.0.0/14");
  json_object_put(json);
}

static void free_ranges_and_room_are_those_of_the_map(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(CLUSTER, 24);
  struct json_object *json = read_map(map.map);
  struct json_object *area = item(at(json, "areas"), "name", "10.0.0.0/8");
  assert_true(json_object_get_boolean(at(area, "private")));
  assert_int_equal(number(area, "family"), 4);
  struct json_object *gap = json_object_array_get_idx(at(area, "free"), 0);
  assert_string_equal(text(gap, "addresses"), "10.0.0.0/9");
  assert_int_equal(number(gap, "count"), 8388608);
  assert_string_equal(text(gap, "widest"), "10.0.0.0/9");
  assert_int_equal(number(item(at(area, "room"), "size", "/9"), "blocks"), 1);
  json_object_put(json);
}

static void suggestions_are_there_only_on_request(void **state) {
  (void)state;
  MAP_SCOPED with = SUGGEST4(CLUSTER, 24);
  MAP_SCOPED without = SUGGEST4(CLUSTER, 0);
  struct json_object *json = read_map(with.map), *plain = read_map(without.map);
  struct json_object *first = json_object_array_get_idx(at(json, "suggestions"), 0);
  assert_string_equal(text(first, "range"), "10.200.6.0/24");
  assert_int_equal(number(first, "usable"), 254);
  assert_null(at(first, "caution"));
  assert_string_equal(text(json, "requestedSize"), "/24");
  assert_string_equal(text(json, "suggestedSize"), "/24");
  assert_false(json_object_object_get_ex(plain, "suggestions", NULL));
  json_object_put(json);
  json_object_put(plain);
}

static void numbers_that_readers_would_round_are_clamped(void **state) {
  (void)state;
  MAP_SCOPED map = SUGGEST4(MAP_POD_NETWORK("fd00::/48") MAP_NODE("w1", "192.168.1.11"), 0);
  struct json_object *json = read_map(map.map);
  struct json_object *pods = item(at(item(at(json, "areas"), "name", "fc00::/7"), "used"), "addresses", "fd00::/48");
  assert_true(number(pods, "usable") == 9007199254740991);
  json_object_put(json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_migration_network_and_its_pool_are_there),
      cmocka_unit_test(overlaps_are_on_both_sides),
      cmocka_unit_test(free_ranges_and_room_are_those_of_the_map),
      cmocka_unit_test(suggestions_are_there_only_on_request),
      cmocka_unit_test(numbers_that_readers_would_round_are_clamped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
