/* Compares src/net/range.c with the answers of whereabouts itself (tests/data/whereabouts.md). The reader of IPAM keys
 * is in the cni layer and is tested there with the same cases; this test parses them itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <string.h>
#include <strings.h>

#include "net/range.h"

/* The last member whose name equals KEY ignoring case, as in Go's decoder. */
static struct json_object *member(struct json_object *object, const char *key) {
  struct json_object *last = NULL;
  json_object_object_foreach(object, name, value) {
    if (strcasecmp(name, key) == 0)
      last = value;
  }
  return last;
}

static const char *string_member(struct json_object *object, const char *key) {
  struct json_object *value = member(object, key);
  return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

struct reading {
  struct dw_arena *arena;
  struct json_object *pools; /* expected; NULL if an error is */
  size_t count;              /* of the ranges read so far */
};

static void check_text(struct json_object *pool, const char *key, const char *found) {
  if (strcmp(json_object_get_string(json_object_object_get(pool, key)), found) != 0)
    fail_msg("%s, not %s", found, json_object_to_json_string(pool));
}

/* The part of the pool that EXCLUDE leaves; false if an entry is invalid. */
static bool usable(struct dw_arena *arena, const struct dw_interval *span, struct json_object *exclude,
                   uint64_t *count) {
  size_t entries = exclude == NULL ? 0 : json_object_array_length(exclude);
  struct dw_interval *removed = dw_arena_array(arena, entries, sizeof *removed);
  for (size_t i = 0; i < entries; i++) {
    struct dw_prefix prefix;
    if (!dw_exclude_parse(json_object_get_string(json_object_array_get_idx(exclude, i)), &prefix))
      return false;
    removed[i] = dw_interval_of(&prefix);
  }
  struct dw_interval_set holes = dw_interval_set_make(removed, entries);
  struct dw_interval_set left = dw_interval_set_without(arena, span, &holes);
  *count = dw_interval_set_count(&left);
  return true;
}

static void check_pool(const struct reading *reading, struct json_object *object, const struct dw_prefix *subnet,
                       const struct dw_addr *start, const struct dw_addr *end) {
  struct json_object *pool = json_object_array_get_idx(reading->pools, reading->count);
  struct dw_pool_ends ends;
  char text[DW_PREFIX_TEXT];
  uint64_t count = 0;
  check_text(pool, "cidr", dw_prefix_format(subnet, text));
  bool any = dw_pool_ends(subnet, start, end, &ends);
  assert_int_equal(any, !json_object_get_boolean(json_object_object_get(pool, "empty")));
  if (!any)
    return;
  check_text(pool, "first", dw_addr_format(&ends.span.first, text));
  check_text(pool, "last", dw_addr_format(&ends.span.last, text));
  bool can = usable(reading->arena, &ends.span, member(object, "exclude"), &count);
  assert_int_equal(can, !json_object_get_boolean(json_object_object_get(pool, "allocationError")));
  if (count > UINT64_C(1) << 53)
    count = UINT64_C(1) << 53;
  assert_true(count == json_object_get_uint64(json_object_object_get(pool, "usable")));
}

/* False if the range, start or end is invalid. SYNTAX applies to start and end: inside ipRanges it is strict and they
 * must be valid; at the top level it is sloppy and invalid ones are ignored. */
static bool read_range(struct reading *reading, struct json_object *object, enum dw_addr_syntax syntax) {
  const char *texts[] = {string_member(object, "range_start"), string_member(object, "range_end")};
  const struct dw_addr *ends[] = {NULL, NULL};
  struct dw_addr addrs[2];
  for (int i = 0; i < 2; i++) {
    bool reads = texts[i] != NULL && dw_addr_parse(texts[i], syntax, &addrs[i]);
    if (reads)
      ends[i] = &addrs[i];
    else if (texts[i] != NULL && syntax == DW_ADDR_STRICT)
      return false;
  }
  struct dw_range range;
  enum dw_range_fault fault = dw_range_parse(string_member(object, "range"), &range);
  if (fault != DW_RANGE_OK && fault != DW_RANGE_TOO_SMALL)
    return false;
  if (reading->pools != NULL)
    check_pool(reading, object, &range.subnet, range.dashed ? &range.start : ends[0],
               range.dashed ? &range.end : ends[1]);
  reading->count++;
  return true;
}

static bool read_ipam(struct reading *reading, struct json_object *ipam) {
  struct json_object *list = member(ipam, "ipRanges");
  const char *range = string_member(ipam, "range");
  const char *gateway = string_member(ipam, "gateway");
  struct dw_addr addr;
  bool reads = gateway == NULL || dw_addr_parse(gateway, DW_ADDR_SLOPPY, &addr);
  if (reads && range != NULL && range[0] != '\0')
    reads = read_range(reading, ipam, DW_ADDR_SLOPPY);
  for (size_t i = 0; reads && list != NULL && i < json_object_array_length(list); i++)
    reads = read_range(reading, json_object_array_get_idx(list, i), DW_ADDR_STRICT);
  return reads;
}

/* Values of a wrong JSON type are the model's to refuse. */
static bool well_typed(struct json_object *ipam) {
  struct json_object *range = member(ipam, "range");
  struct json_object *list = member(ipam, "ipRanges");
  return (range == NULL || json_object_is_type(range, json_type_string)) &&
         (list == NULL || json_object_is_type(list, json_type_array));
}

static void check_case(struct json_object *one) {
  struct json_object *text = json_object_object_get(one, "ipamText");
  struct json_object *parsed = text != NULL ? json_tokener_parse(json_object_get_string(text)) : NULL;
  struct json_object *ipam = text != NULL ? parsed : json_object_object_get(one, "ipam");
  assert_non_null(ipam);
  bool error = json_object_get_boolean(json_object_object_get(one, "error"));
  if (well_typed(ipam)) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct reading reading = {arena, json_object_object_get(one, "pools"), 0};
    if (read_ipam(&reading, ipam) == error)
      fail_msg("%s %s", error ? "read" : "refused", json_object_to_json_string(ipam));
    if (!error)
      assert_int_equal(reading.count, json_object_array_length(reading.pools));
  } else {
    assert_true(error);
  }
  json_object_put(parsed);
}

static void all_cases_agree(void **state) {
  (void)state;
  struct json_object *cases = json_object_from_file("tests/data/whereabouts.json");
  assert_non_null(cases);
  assert_int_equal(json_object_array_length(cases), 67);
  for (size_t i = 0; i < json_object_array_length(cases); i++)
    check_case(json_object_array_get_idx(cases, i));
  json_object_put(cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_cases_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
