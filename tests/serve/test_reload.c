#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "rules/engine.h"
#include "serve/reload.h"
#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/run_program.h"

#define POLICY(ns) "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: " ns "\n"

static const char read_again[] = "reloaded policy and state";
static const char broken[] = "stays in use";

struct fixture {
  char folder[64]; /* of the policy */
  char cluster[64];
  char *policy;
  char *log;
  int standard_error;
  struct dw_worlds *worlds;
};

static struct dw_worlds_options options_of(const struct fixture *f, const char *state) {
  struct dw_worlds_options options = {.poll_milliseconds = 10};
  options.sources.policy = f->policy;
  options.sources.state = state;
  options.sources.rules = dw_rule_ids(&options.sources.rule_count);
  return options;
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  struct dw_error err = DW_ERROR_INIT;
  assert_non_null(f);
  folder_make(f->folder);
  folder_make(f->cluster);
  f->policy = path_in(f->folder, "policy.yaml");
  f->log = path_in(f->folder, "log");
  folder_write(f->folder, "policy.yaml", POLICY("one"));
  f->standard_error = log_to_file(f->log);
  struct dw_worlds_options options = options_of(f, f->cluster);
  f->worlds = dw_worlds_start(&options, &err);
  if (f->worlds == NULL)
    fail_msg("%s", err.text);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_worlds_stop(f->worlds);
  log_restore(f->standard_error);
  folder_remove(f->folder);
  folder_remove(f->cluster);
  free(f->policy);
  free(f->log);
  free(f);
  return 0;
}

static void assert_namespace(struct fixture *f, const char *expected) {
  struct dw_world *world = dw_worlds_get(f->worlds);
  assert_string_equal(world->policy->namespace_, expected);
  dw_world_unref(world);
}

static void uses_a_changed_policy(void **state) {
  struct fixture *f = *state;
  assert_namespace(f, "one");
  replace_file(f->folder, "policy.yaml", POLICY("two"));
  wait_for_text(f->log, read_again, 1);
  assert_namespace(f, "two");
  folder_write(f->folder, "policy.yaml", POLICY("six")); /* in place, with the same size */
  wait_for_text(f->log, read_again, 2);
  assert_namespace(f, "six");
  assert_true(dw_worlds_ready(f->worlds)); /* reviews continue */
}

static bool metrics_have(struct fixture *f, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_worlds_metrics(f->worlds, &out);
  return strstr(dw_buf_text(&out), text) != NULL;
}

static void counts_reloads(void **state) {
  struct fixture *f = *state;
  assert_true(metrics_have(f, "\ndroveway_policy_reloads_total{result=\"used\"} 0\n"));
  replace_file(f->folder, "policy.yaml", POLICY("two"));
  wait_for_text(f->log, read_again, 1);
  assert_true(metrics_have(f, "\ndroveway_policy_reloads_total{result=\"used\"} 1\n"));
  assert_true(metrics_have(f, "\ndroveway_state_reloads_total{result=\"used\"} 0\n"));
  replace_file(f->cluster, "nodes.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: worker-1}\n");
  wait_for_text(f->log, read_again, 2);
  assert_true(metrics_have(f, "\ndroveway_policy_reloads_total{result=\"used\"} 1\n"));
  assert_true(metrics_have(f, "\ndroveway_state_reloads_total{result=\"used\"} 1\n"));
  dw_worlds_reread(f->worlds); /* on request: both */
  wait_for_text(f->log, read_again, 3);
  assert_true(metrics_have(f, "\ndroveway_policy_reloads_total{result=\"used\"} 2\n"));
  assert_true(metrics_have(f, "\ndroveway_state_reloads_total{result=\"used\"} 2\n"));
}

/* On request everything is read again, but only sources that were given are counted. */
static void does_not_count_sources_that_were_not_given(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_worlds_options options = options_of(f, f->cluster);
  options.sources.policy = NULL;
  dw_worlds_stop(f->worlds);
  f->worlds = dw_worlds_start(&options, &err);
  assert_non_null(f->worlds);
  dw_worlds_reread(f->worlds);
  wait_for_text(f->log, read_again, 1);
  assert_true(metrics_have(f, "\ndroveway_policy_reloads_total{result=\"used\"} 0\n"));
  assert_true(metrics_have(f, "\ndroveway_state_reloads_total{result=\"used\"} 1\n"));
}

static void distinguishes_a_rejected_policy_from_a_rejected_state(void **state) {
  struct fixture *f = *state;
  replace_file(f->cluster, "bad.yaml", "kind: [\n");
  wait_for_text(f->log, "can't read the changed state", 1);
  assert_true(metrics_have(f, "\ndroveway_state_reloads_total{result=\"refused\"} 1\n"));
  assert_true(metrics_have(f, "\ndroveway_policy_in_force_stale 0\n"));
  assert_false(dw_worlds_policy_stale(f->worlds));
  replace_file(f->folder, "policy.yaml", "nonsense: [\n");
  wait_for_text(f->log, "can't read the changed policy", 1);
  assert_true(metrics_have(f, "\ndroveway_policy_reloads_total{result=\"refused\"} 1\n"));
  assert_true(metrics_have(f, "\ndroveway_state_reloads_total{result=\"refused\"} 1\n"));
  assert_true(metrics_have(f, "\ndroveway_policy_in_force_stale 1\n"));
  assert_true(dw_worlds_policy_stale(f->worlds));
  replace_file(f->cluster, "bad.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: worker-1}\n");
  replace_file(f->folder, "policy.yaml", POLICY("two"));
  wait_for_text(f->log, read_again, 1);
  assert_namespace(f, "two");
  assert_false(dw_worlds_policy_stale(f->worlds));
  assert_true(metrics_have(f, "\ndroveway_policy_in_force_stale 0\n"));
}

static void a_request_keeps_the_world_that_it_began_with(void **state) {
  struct fixture *f = *state;
  struct dw_world *before = dw_worlds_get(f->worlds);
  replace_file(f->folder, "policy.yaml", POLICY("two"));
  wait_for_text(f->log, read_again, 1);
  assert_string_equal(before->policy->namespace_, "one");
  dw_world_unref(before);
}

static void keeps_the_old_policy_if_the_new_one_is_broken_and_logs_it_once(void **state) {
  struct fixture *f = *state;
  replace_file(f->folder, "policy.yaml", POLICY("two") "namspace: three\n");
  wait_for_text(f->log, broken, 1);
  assert_namespace(f, "one");
  pause_ms(200); /* after many polls */
  assert_int_equal(count_in_file(f->log, broken), 1);
  assert_int_equal(count_in_file(f->log, "\"level\":\"error\""), 1);
  char *line = log_line(f->log, broken), *expected = NULL;
  assert_true(
      asprintf(&expected,
               "\"level\":\"error\",\"msg\":\"can't read the changed policy; the previous one stays in use\","
               "\"error\":\"%s/policy.yaml:4:1: unknown key \\\"namspace\\\"; did you mean \\\"namespace\\\"?\"}",
               f->folder) > 0);
  assert_string_equal(line, expected);
  free(line);
  free(expected);
  replace_file(f->folder, "policy.yaml", POLICY("two"));
  wait_for_text(f->log, read_again, 1);
  assert_namespace(f, "two");
}

static void rejects_a_changed_policy_with_another_namespace(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  dw_worlds_stop(f->worlds);
  struct dw_worlds_options options = options_of(f, f->cluster);
  options.sources.kubevirt_namespace = "one";
  f->worlds = dw_worlds_start(&options, &err);
  assert_non_null(f->worlds);
  replace_file(f->folder, "policy.yaml", POLICY("two"));
  wait_for_text(f->log, broken, 1);
  wait_for_text(f->log, "policy.yaml:3: namespace: \\\"two\\\" differs from --kubevirt-namespace \\\"one\\\"", 1);
  assert_namespace(f, "one");
  assert_true(dw_worlds_policy_stale(f->worlds));
  options.sources.kubevirt_namespace = "three";
  assert_null(dw_worlds_start(&options, &err));
}

static void keeps_the_old_policy_if_the_file_is_removed(void **state) {
  struct fixture *f = *state;
  assert_int_equal(unlink(f->policy), 0);
  wait_for_text(f->log, broken, 1);
  assert_namespace(f, "one");
}

static size_t nodes_now(struct fixture *f) {
  struct dw_world *world = dw_worlds_get(f->worlds);
  size_t count = dw_view_count(world->view, DW_KIND_NODE);
  dw_world_unref(world);
  return count;
}

static void reads_a_changed_state_folder_again(void **state) {
  struct fixture *f = *state;
  assert_int_equal(nodes_now(f), 0);
  replace_file(f->cluster, "nodes.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: worker-1}\n");
  wait_for_text(f->log, read_again, 1);
  assert_int_equal(nodes_now(f), 1);
  assert_true(dw_worlds_ready(f->worlds));
  replace_file(f->cluster, "bad.yaml", "kind: [\n");
  wait_for_text(f->log, "bad.yaml:", 1);
  assert_int_equal(nodes_now(f), 1);
}

/* The generation shows which of two worlds is newer. */
static void each_world_of_a_cluster_has_a_newer_generation(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct fake_api *api = fake_api_start();
  fake_api_serve_all(api);
  struct dw_worlds_options options = options_of(f, NULL);
  options.cluster = fake_api_config(api);
  dw_worlds_stop(f->worlds);
  f->worlds = dw_worlds_start(&options, &err);
  assert_non_null(f->worlds);
  WAIT_FOR(dw_worlds_ready(f->worlds));
  struct dw_world *first = dw_worlds_get(f->worlds);
  fake_api_put(api, FAKE_NODES, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"worker-1\"}}");
  WAIT_FOR(nodes_now(f) == 1);
  struct dw_world *second = dw_worlds_get(f->worlds);
  assert_true(second->generation > first->generation);
  dw_world_unref(first);
  dw_world_unref(second);
  replace_file(f->folder, "policy.yaml", POLICY("two")); /* only the policy */
  wait_for_text(f->log, read_again, 1);
  assert_namespace(f, "two");
  assert_int_equal(nodes_now(f), 1);
  assert_true(dw_worlds_ready(f->worlds));
  dw_worlds_stop(f->worlds);
  f->worlds = NULL;
  fake_api_end(api);
}

static void reads_again_on_request_without_a_change(void **state) {
  struct fixture *f = *state;
  pause_ms(100);
  assert_int_equal(count_in_file(f->log, read_again), 0);
  dw_worlds_reread(f->worlds);
  wait_for_text(f->log, read_again, 1);
}

static void fails_if_a_source_is_broken_at_the_start(void **state) {
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_worlds_options options = options_of(f, "/nowhere/at-all");
  assert_null(dw_worlds_start(&options, &err));
  assert_string_not_equal(err.text, "");
  replace_file(f->folder, "policy.yaml", "rules: 1\n");
  options = options_of(f, NULL);
  assert_null(dw_worlds_start(&options, &err));
  assert_string_equal(err.file, f->policy);
  assert_true(err.line > 0);
}

/* --- the date --- */

static atomic_int_fast64_t the_date;

static int64_t today(void) {
  return atomic_load(&the_date);
}

static void set_today(const char *text) {
  int64_t days = 0;
  assert_true(dw_date_parse(text, &days));
  atomic_store(&the_date, days);
}

static void start_on(struct fixture *f, const char *date, const struct dw_api_config *cluster) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_worlds_options options = options_of(f, cluster == NULL ? f->cluster : NULL);
  set_today(date);
  options.today = today;
  options.cluster = cluster;
  dw_worlds_stop(f->worlds);
  f->worlds = dw_worlds_start(&options, &err);
  if (f->worlds == NULL)
    fail_msg("%s", err.text);
  WAIT_FOR(dw_worlds_ready(f->worlds));
}

static int64_t date_of_world(struct fixture *f) {
  struct dw_world *world = dw_worlds_get(f->worlds);
  int64_t date = world->today;
  dw_world_unref(world);
  return date;
}

#define EXPIRED "\"msg\":\"an exception has expired; its rule applies again\""
#define EXPIRY "\ndroveway_policy_exception_expiry_timestamp_seconds "
#define EXCEPTIONS                                                                                                     \
  "exceptions:\n"                                                                                                      \
  "- {rule: range-empty, namespace: lab, name: \"test-*\", reason: \"ticket \\\"17\\\"\", until: 2026-11-30}\n"        \
  "- {rule: cni-name, namespace: lab, reason: ticket 18, until: 2026-12-31}\n"                                         \
  "- {rule: cni-json, namespace: lab, reason: ticket 19, until: 2026-01-31}\n"                                         \
  "- {rule: cni-type, namespace: lab, reason: ticket 20}\n"

/* Nothing changes but the date. */
static void check_midnight(struct fixture *f) {
  int64_t first = date_of_world(f);
  assert_int_equal(first, today());
  assert_int_equal(count_in_file(f->log, EXPIRED), 1); /* that of January */
  assert_true(metrics_have(f, "\ndroveway_policy_exceptions{state=\"active\"} 3\n"
                              "droveway_policy_exceptions{state=\"expired\"} 1\n"));
  assert_true(metrics_have(f, EXPIRY "1796083200\n")); /* 2026-12-01T00:00:00Z */
  struct dw_world *before = dw_worlds_get(f->worlds);
  set_today("2026-12-01");
  wait_for_text(f->log, EXPIRED, 2);
  WAIT_FOR(date_of_world(f) == first + 1);
  char *line = log_line(f->log, "ticket \\\"17");
  assert_string_equal(line, "\"level\":\"warn\"," EXPIRED ",\"rule\":\"range-empty\",\"namespace\":\"lab\",\"name\":"
                            "\"test-*\",\"until\":\"2026-11-30\",\"reason\":\"ticket \\\"17\\\"\"}");
  free(line);
  assert_true(metrics_have(f, "\ndroveway_policy_exceptions{state=\"active\"} 2\n"
                              "droveway_policy_exceptions{state=\"expired\"} 2\n"));
  assert_true(metrics_have(f, EXPIRY "1798761600\n")); /* 2027-01-01T00:00:00Z */
  struct dw_world *after = dw_worlds_get(f->worlds);
  assert_ptr_equal(after->view, before->view);
  assert_int_equal(after->generation, before->generation);
  assert_int_equal(before->today, first); /* for a request that is in progress */
  dw_world_unref(before);
  dw_world_unref(after);
}

static void the_date_changes_at_midnight(void **state) {
  struct fixture *f = *state;
  replace_file(f->folder, "policy.yaml", POLICY("one") EXCEPTIONS);
  start_on(f, "2026-11-30", NULL);
  check_midnight(f);
}

static void the_date_changes_at_midnight_with_a_cluster(void **state) {
  struct fixture *f = *state;
  struct fake_api *api = fake_api_start();
  fake_api_serve_all(api);
  replace_file(f->folder, "policy.yaml", POLICY("one") EXCEPTIONS);
  start_on(f, "2026-11-30", fake_api_config(api));
  check_midnight(f);
  fake_api_put(api, FAKE_NODES, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"worker-1\"}}");
  WAIT_FOR(nodes_now(f) == 1);
  assert_int_equal(date_of_world(f), today());
  assert_int_equal(count_in_file(f->log, EXPIRED), 2); /* a change of the cluster is no reason to log it again */
  dw_worlds_stop(f->worlds);
  f->worlds = NULL;
  fake_api_end(api);
}

/* The worlds of many days share a view, and each is freed. */
static void the_date_changes_every_day(void **state) {
  struct fixture *f = *state;
  start_on(f, "2026-11-30", NULL);
  for (int64_t date = today(), end = date + 20; date < end; date++) {
    atomic_store(&the_date, date);
    WAIT_FOR(date_of_world(f) == date);
  }
  set_today("2026-11-30"); /* the clock was set back */
  WAIT_FOR(date_of_world(f) == today());
}

static void a_broken_policy_does_not_prolong_an_exception(void **state) {
  struct fixture *f = *state;
  replace_file(f->folder, "policy.yaml", POLICY("one") EXCEPTIONS);
  start_on(f, "2026-11-30", NULL);
  replace_file(f->folder, "policy.yaml", "nonsense: [\n");
  wait_for_text(f->log, broken, 1);
  set_today("2026-12-01");
  wait_for_text(f->log, EXPIRED, 2);
  WAIT_FOR(date_of_world(f) == today());
}

static void a_changed_policy_logs_its_expired_exceptions(void **state) {
  struct fixture *f = *state;
  start_on(f, "2026-11-30", NULL);
  assert_int_equal(count_in_file(f->log, EXPIRED), 0);
  assert_true(metrics_have(f, "\ndroveway_policy_exceptions{state=\"active\"} 0\n"
                              "droveway_policy_exceptions{state=\"expired\"} 0\n"));
  assert_true(metrics_have(f, EXPIRY "0\n"));
  replace_file(f->folder, "policy.yaml", POLICY("one") EXCEPTIONS);
  wait_for_text(f->log, read_again, 1);
  assert_int_equal(count_in_file(f->log, EXPIRED), 1);
}

static void accepts_null_when_stopping(void **state) {
  (void)state;
  dw_worlds_stop(NULL);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(uses_a_changed_policy),
      TEST(counts_reloads),
      TEST(does_not_count_sources_that_were_not_given),
      TEST(distinguishes_a_rejected_policy_from_a_rejected_state),
      TEST(a_request_keeps_the_world_that_it_began_with),
      TEST(keeps_the_old_policy_if_the_new_one_is_broken_and_logs_it_once),
      TEST(rejects_a_changed_policy_with_another_namespace),
      TEST(keeps_the_old_policy_if_the_file_is_removed),
      TEST(reads_a_changed_state_folder_again),
      TEST(each_world_of_a_cluster_has_a_newer_generation),
      TEST(reads_again_on_request_without_a_change),
      TEST(fails_if_a_source_is_broken_at_the_start),
      TEST(the_date_changes_at_midnight),
      TEST(the_date_changes_at_midnight_with_a_cluster),
      TEST(the_date_changes_every_day),
      TEST(a_broken_policy_does_not_prolong_an_exception),
      TEST(a_changed_policy_logs_its_expired_exceptions),
      cmocka_unit_test(accepts_null_when_stopping),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
