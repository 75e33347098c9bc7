#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "kube/cluster_internal.h"
#include "json/json.h"

/* A NAD NS/NAME with CONFIG, and a reference for the caller. No rule reads REVISION. */
static const struct dw_object *nad(const char *ns, const char *name, const char *config, int revision) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_object *object = NULL;
  struct dw_error err = DW_ERROR_INIT;
  const char *text = dw_arena_printf(arena,
                                     "{\"metadata\": {\"namespace\": \"%s\", \"name\": \"%s\", \"resourceVersion\": "
                                     "\"%d\"}, \"spec\": {\"config\": \"%s\"}}",
                                     ns, name, revision, config);
  const dw_json *json = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, &err);
  if (json == NULL || dw_object_reduce_as(DW_KIND_NAD, json, "default", &object, &err) != 0)
    fail_msg("%s", err.text);
  assert_non_null(object);
  return object;
}

/* EXPECTED is "NS/NAME=CONFIG " of each object. */
static void expect_store(const struct dw_store *store, const char *expected) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < store->count; i++)
    dw_buf_printf(&out, "%s/%s=%s ", store->objects[i]->namespace_, store->objects[i]->name,
                  store->objects[i]->nad.config);
  assert_string_equal(dw_buf_text(&out), expected);
}

static bool put(struct dw_store *store, const char *ns, const char *name, const char *config) {
  return dw_store_put(store, nad(ns, name, config, 1));
}

static int setup(void **state) {
  static struct dw_store store;
  store = (struct dw_store){NULL, 0, 0};
  *state = &store;
  return 0;
}

static int teardown(void **state) {
  dw_store_clear(*state);
  return 0;
}

static void keeps_objects_by_namespace_and_name(void **state) {
  struct dw_store *store = *state;
  assert_true(put(store, "b", "a", "1"));
  assert_true(put(store, "a", "z", "2"));
  assert_true(put(store, "ab", "a", "3"));
  assert_true(put(store, "a", "b-c", "4"));
  assert_true(put(store, "a-b", "c", "5"));
  assert_true(put(store, "a", "b", "6"));
  assert_true(put(store, "c", "a", "7"));
  expect_store(store, "a/b=6 a/b-c=4 a/z=2 a-b/c=5 ab/a=3 b/a=1 c/a=7 ");
}

static void a_change_replaces_the_old_object(void **state) {
  struct dw_store *store = *state;
  put(store, "ns", "a", "1");
  put(store, "ns", "b", "1");
  assert_true(put(store, "ns", "a", "2"));
  expect_store(store, "ns/a=2 ns/b=1 ");
  assert_true(put(store, "ns", "a", "1")); /* and back again */
  expect_store(store, "ns/a=1 ns/b=1 ");
}

/* Events name an object by its uid. */
static void an_object_that_was_created_again_replaces_the_old_one(void **state) {
  static const char text[] = "{\"metadata\": {\"namespace\": \"ns\", \"name\": \"a\", \"uid\": \"u-%d\"}}";
  struct dw_store *store = *state;
  const bool changes[] = {true, true, false};
  static const int uids[] = {1, 2, 2};
  for (size_t i = 0; i < 3; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct dw_object *object = NULL;
    const char *made = dw_arena_printf(arena, text, uids[i]);
    const dw_json *json = dw_json_parse(arena, made, strlen(made), DW_JSON_PLAIN, NULL);
    assert_int_equal(dw_object_reduce_as(DW_KIND_NAD, json, "", &object, NULL), 0);
    assert_int_equal(dw_store_put(store, object), changes[i]);
  }
  assert_int_equal(store->count, 1);
  assert_string_equal(store->objects[0]->uid, "u-2");
}

static void a_difference_that_no_rule_reads_is_not_a_change(void **state) {
  struct dw_store *store = *state;
  const struct dw_object *first = nad("ns", "a", "1", 1);
  assert_true(dw_store_put(store, first));
  assert_false(dw_store_put(store, nad("ns", "a", "1", 2)));
  assert_int_equal(store->count, 1);
  assert_ptr_equal(store->objects[0], first); /* kept, because views share it */
}

static void a_view_keeps_objects_that_the_store_releases(void **state) {
  struct dw_store *store = *state;
  put(store, "ns", "a", "1");
  put(store, "ns", "b", "1");
  put(store, "ns", "c", "1");
  const struct dw_object *seen[3];
  for (size_t i = 0; i < 3; i++)
    seen[i] = dw_object_ref(store->objects[i]);
  put(store, "ns", "a", "2");
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "b"));
  dw_store_clear(store);
  for (size_t i = 0; i < 3; i++) {
    assert_string_equal(seen[i]->nad.config, "1");
    dw_object_unref(seen[i]);
  }
}

static void removes_by_namespace_and_name(void **state) {
  struct dw_store *store = *state;
  static const char *const names[] = {"a", "b", "c", "d"};
  for (size_t i = 0; i < 4; i++)
    put(store, "ns", names[i], "1");
  put(store, "other", "a", "1");
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "b"));
  expect_store(store, "ns/a=1 ns/c=1 ns/d=1 other/a=1 ");
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "a"));
  expect_store(store, "ns/c=1 ns/d=1 other/a=1 ");
  assert_true(dw_store_remove(store, DW_KIND_NAD, "other", "a"));
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "d"));
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "c"));
  assert_int_equal(store->count, 0);
  assert_true(put(store, "ns", "a", "2"));
  expect_store(store, "ns/a=2 ");
}

static void reports_that_there_was_nothing_to_remove(void **state) {
  struct dw_store *store = *state;
  assert_false(dw_store_remove(store, DW_KIND_NAD, "ns", "a"));
  put(store, "ns", "b", "1");
  static const char *const absent[][2] = {
      {"ns", "a"}, {"ns", "c"}, {"ns", ""}, {"ns", "b2"}, {"m", "b"}, {"nsb", ""}, {"", "b"}, {"zz", "b"},
  };
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
    assert_false(dw_store_remove(store, DW_KIND_NAD, absent[i][0], absent[i][1]));
  expect_store(store, "ns/b=1 ");
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "b"));
  assert_false(dw_store_remove(store, DW_KIND_NAD, "ns", "b"));
}

enum { MANY = 500 };

static void expect_many(const struct dw_store *store) {
  assert_int_equal(store->count, MANY);
  for (size_t i = 0; i < MANY; i++) {
    char name[24];
    snprintf(name, sizeof name, "n%03zu", i);
    assert_string_equal(store->objects[i]->name, name);
  }
}

/* Each number below MANY once, in a mixed order: 7 and 500 have no common factor. */
static const struct dw_object *one_of_many(size_t i) {
  char name[24];
  snprintf(name, sizeof name, "n%03zu", i * 7 % MANY);
  return nad("ns", name, "1", 1);
}

static void keeps_many_objects_put_in_any_order(void **state) {
  struct dw_store *store = *state;
  for (size_t i = 0; i < MANY; i++)
    assert_true(dw_store_put(store, one_of_many(i)));
  expect_many(store);
  for (size_t i = 0; i < MANY; i++)
    assert_false(dw_store_put(store, one_of_many(i)));
  expect_many(store);
}

static void sorts_many_that_were_appended(void **state) {
  struct dw_store *store = *state;
  for (size_t i = 0; i < MANY; i++)
    dw_store_append(store, one_of_many(i));
  assert_string_equal(store->objects[1]->name, "n007"); /* in the order of appending */
  dw_store_sort(store);
  expect_many(store);
  assert_true(dw_store_remove(store, DW_KIND_NAD, "ns", "n250"));
  assert_int_equal(store->count, MANY - 1);
}

static void keeps_the_last_of_equal_names(void **state) {
  struct dw_store *store = *state;
  dw_store_append(store, nad("ns", "b", "1", 1));
  dw_store_append(store, nad("ns", "a", "1", 1));
  dw_store_append(store, nad("ns", "b", "2", 2));
  dw_store_append(store, nad("ns", "a", "1", 2));
  dw_store_append(store, nad("ns", "b", "3", 3));
  dw_store_sort(store);
  expect_store(store, "ns/a=1 ns/b=3 ");
}

/* In order, except for a repeated name, immediately or later. */
static void drops_repeats_of_a_list_that_started_again(void **state) {
  struct dw_store *store = *state;
  dw_store_append(store, nad("ns", "a", "1", 1));
  dw_store_append(store, nad("ns", "a", "2", 2));
  dw_store_sort(store);
  expect_store(store, "ns/a=2 ");
  dw_store_append(store, nad("ns", "b", "1", 1));
  dw_store_append(store, nad("ns", "a", "3", 3));
  dw_store_append(store, nad("ns", "b", "2", 2));
  dw_store_sort(store);
  expect_store(store, "ns/a=3 ns/b=2 ");
}

static void sorting_does_not_change_a_sorted_store(void **state) {
  struct dw_store *store = *state;
  dw_store_sort(store);
  assert_int_equal(store->count, 0);
  dw_store_append(store, nad("a", "z", "1", 1));
  dw_store_sort(store);
  dw_store_append(store, nad("ab", "a", "1", 1));
  dw_store_sort(store);
  expect_store(store, "a/z=1 ab/a=1 ");
}

static void can_be_filled_again_after_clearing(void **state) {
  struct dw_store *store = *state;
  for (size_t i = 0; i < 20; i++)
    dw_store_append(store, one_of_many(i));
  dw_store_clear(store);
  assert_int_equal(store->count, 0);
  dw_store_clear(store);
  assert_true(put(store, "ns", "a", "1"));
  expect_store(store, "ns/a=1 ");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(keeps_objects_by_namespace_and_name),
      TEST(a_change_replaces_the_old_object),
      TEST(an_object_that_was_created_again_replaces_the_old_one),
      TEST(a_difference_that_no_rule_reads_is_not_a_change),
      TEST(a_view_keeps_objects_that_the_store_releases),
      TEST(removes_by_namespace_and_name),
      TEST(reports_that_there_was_nothing_to_remove),
      TEST(keeps_many_objects_put_in_any_order),
      TEST(sorts_many_that_were_appended),
      TEST(keeps_the_last_of_equal_names),
      TEST(drops_repeats_of_a_list_that_started_again),
      TEST(sorting_does_not_change_a_sorted_store),
      TEST(can_be_filled_again_after_clearing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
