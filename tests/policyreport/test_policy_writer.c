/* The results of audits as PolicyReports in a cluster that accepts them, rejects them, or does not know them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policyreport/policy_writer.h"
#include "rules/engine.h"
#include "support/fake_api.h"
#include "support/log_file.h"
#include "support/run_program.h"
#include "support/waiting.h"

#define ONE_PATH "/apis/wgpolicyk8s.io/v1alpha2/namespaces/one/policyreports/droveway"
enum { REPORT_BYTES = 4000 };

struct fixture {
  struct log_file log;
  struct fake_api *api;
  struct dw_policy_writer *writer;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  log_file_begin(&f->log);
  f->api = fake_api_start();
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_policy_writer_stop(f->writer);
  fake_api_end(f->api);
  log_file_end(&f->log);
  free(f);
  return 0;
}

static void serve(struct fixture *f) {
  fake_api_serve(f->api, FAKE_POLICY_REPORTS);
  fake_api_serve(f->api, FAKE_CLUSTER_POLICY_REPORTS);
}

static void start(struct fixture *f) {
  struct dw_error err = DW_ERROR_INIT;
  f->writer = dw_policy_writer_start(
      &(struct dw_policy_writer_options){
          .config = fake_api_config(f->api), .retry_ms = 20, .page = 2, .report_bytes = REPORT_BYTES},
      &err);
  if (f->writer == NULL)
    fail_msg("%s", err.text);
}

/* --- audits --- */

static const struct dw_policy_object first = {"NetworkAttachmentDefinition", "one", "a"},
                                     second = {"NetworkAttachmentDefinition", "two", "b"},
                                     without = {"MigrationPolicy", "", "slow"};

static void add(struct dw_policy_results *results, const struct dw_policy_object *object, const char *what,
                enum dw_action action) {
  const struct dw_finding finding = {.rule = dw_rule_find("range-empty"),
                                     .action = action,
                                     .reason = DW_REASON_INVALID,
                                     .field = "spec.config.ipam.range",
                                     .what = what};
  dw_policy_add(results, object, what == NULL ? NULL : &finding, false);
}

/* An audit of the first object, with the finding WHAT unless that is NULL, and of the others, without findings. */
static void submit(struct fixture *f, const char *what, bool others) {
  struct dw_policy_results *results = dw_policy_results_new();
  add(results, &first, what, DW_ACTION_DENY);
  if (others) {
    add(results, &second, NULL, DW_ACTION_DENY);
    add(results, &without, NULL, DW_ACTION_DENY);
  }
  dw_policy_writer_submit(f->writer, results);
}

/* --- what came of it --- */

static bool shows(struct fixture *f, const char *line) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  char wanted[128];
  snprintf(wanted, sizeof wanted, "\ndroveway_%s\n", line);
  dw_policy_writer_metrics(f->writer, &out);
  return strstr(dw_buf_text(&out), wanted) != NULL;
}

static void wait_for(struct fixture *f, const char *line) {
  for (int waited = 0; !shows(f, line); waited += 5) {
    if (waited > PATIENCE_MS)
      fail_msg("it does not come to %s", line);
    pause_ms(5);
  }
}

static size_t lists(struct fixture *f) {
  return fake_api_asked(f->api, FAKE_CLUSTER_POLICY_REPORTS, FAKE_LIST);
}

/* Submits an audit and waits until the writer has finished with it: it lists the cluster-wide reports last. */
static void audit(struct fixture *f, const char *what, bool others) {
  size_t before = lists(f);
  submit(f, what, others);
  WAIT_FOR(lists(f) > before);
  wait_for(f, "policy_reports_up 1");
}

static size_t asked(struct fixture *f, enum fake_ask ask) {
  return fake_api_asked(f->api, FAKE_POLICY_REPORTS, ask) + fake_api_asked(f->api, FAKE_CLUSTER_POLICY_REPORTS, ask);
}

static struct json_object *report(struct fixture *f, const char *path, const char *ns) {
  char *text = fake_api_object(f->api, path, ns, "droveway");
  struct json_object *object = text == NULL ? NULL : json_tokener_parse(text);
  free(text);
  return object;
}

static struct json_object *at(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no %s in %s", key, json_object_to_json_string(object));
  return value;
}

static int summary(struct json_object *report, const char *word) {
  return json_object_get_int(at(at(report, "summary"), word));
}

static size_t logged(struct fixture *f, const char *text) {
  return count_in_file(f->log.path, text);
}

/* --- tests --- */

static void each_namespace_gets_a_report(void **state) {
  struct fixture *f = *state;
  serve(f);
  start(f);
  assert_true(shows(f, "policy_reports_up 0"));
  audit(f, "has no usable address", true);
  wait_for(f, "policy_reports_total{result=\"written\"} 3");
  struct json_object *one = report(f, FAKE_POLICY_REPORTS, "one"), *two = report(f, FAKE_POLICY_REPORTS, "two"),
                     *cluster = report(f, FAKE_CLUSTER_POLICY_REPORTS, "");
  assert_non_null(one);
  assert_non_null(two);
  assert_non_null(cluster);
  assert_string_equal(json_object_get_string(at(one, "kind")), "PolicyReport");
  assert_string_equal(json_object_get_string(at(at(at(one, "metadata"), "labels"), "app.kubernetes.io/managed-by")),
                      "droveway");
  assert_int_equal(summary(one, "fail"), 1);
  assert_int_equal(summary(one, "pass"), 0);
  struct json_object *result = json_object_array_get_idx(at(one, "results"), 0);
  assert_string_equal(json_object_get_string(at(result, "rule")), "range-empty");
  assert_non_null(strstr(json_object_get_string(at(result, "message")), "has no usable address"));
  assert_int_equal(summary(two, "pass"), 1);
  assert_string_equal(json_object_get_string(at(cluster, "kind")), "ClusterPolicyReport");
  json_object_put(one);
  json_object_put(two);
  json_object_put(cluster);
}

static void unchanged_reports_are_not_written(void **state) {
  struct fixture *f = *state;
  serve(f);
  start(f);
  audit(f, "one", true);
  audit(f, "one", true);
  audit(f, "one", true);
  assert_int_equal(asked(f, FAKE_PATCH), 3);
  assert_int_equal(asked(f, FAKE_DELETE), 0);
}

static void changed_reports_are_updated(void **state) {
  struct fixture *f = *state;
  serve(f);
  start(f);
  audit(f, "one", true);
  audit(f, "two", true);
  wait_for(f, "policy_reports_total{result=\"written\"} 4");
  struct json_object *one = report(f, FAKE_POLICY_REPORTS, "one");
  assert_non_null(strstr(json_object_to_json_string(one), "two"));
  json_object_put(one);
  audit(f, NULL, true);
  wait_for(f, "policy_reports_total{result=\"written\"} 5");
  one = report(f, FAKE_POLICY_REPORTS, "one");
  assert_int_equal(summary(one, "fail"), 0);
  assert_int_equal(summary(one, "pass"), 1);
  json_object_put(one);
}

static void another_replica_writes_nothing_again(void **state) {
  struct fixture *f = *state;
  serve(f);
  start(f);
  audit(f, "one", true);
  dw_policy_writer_stop(f->writer);
  start(f);
  audit(f, "one", true);
  assert_int_equal(asked(f, FAKE_PATCH), 3);
  assert_true(shows(f, "policy_reports_total{result=\"written\"} 0"));
}

/* The API server adds members, such as managedFields; a changed or deleted report is written again. */
static void reports_that_others_change_are_restored(void **state) {
  struct fixture *f = *state;
  serve(f);
  start(f);
  audit(f, NULL, false);
  struct json_object *one = report(f, FAKE_POLICY_REPORTS, "one");
  json_object_object_add(at(one, "metadata"), "generation", json_object_new_int(1));
  json_object_object_add(one, "scope", json_object_new_string("added"));
  fake_api_put(f->api, FAKE_POLICY_REPORTS, json_object_to_json_string(one));
  audit(f, NULL, false);
  assert_int_equal(asked(f, FAKE_PATCH), 1);
  json_object_object_add(at(one, "summary"), "fail", json_object_new_int(7));
  fake_api_put(f->api, FAKE_POLICY_REPORTS, json_object_to_json_string(one));
  audit(f, NULL, false);
  wait_for(f, "policy_reports_total{result=\"written\"} 2");
  json_object_put(one);
  fake_api_delete(f->api, FAKE_POLICY_REPORTS, "one", "droveway");
  audit(f, NULL, false);
  wait_for(f, "policy_reports_total{result=\"written\"} 3");
}

#define OTHERS(name, label)                                                                                            \
  "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"else\",\"labels\":{\"app.kubernetes.io/managed-by\":\"" label  \
  "\"}},\"results\":[]}"

static void stale_reports_are_removed(void **state) {
  struct fixture *f = *state;
  serve(f);
  fake_api_put(f->api, FAKE_POLICY_REPORTS, OTHERS("droveway", "kyverno"));
  fake_api_put(f->api, FAKE_POLICY_REPORTS, OTHERS("mine", "droveway"));
  start(f);
  audit(f, NULL, true);
  audit(f, NULL, false);
  wait_for(f, "policy_reports_total{result=\"removed\"} 2");
  assert_null(report(f, FAKE_POLICY_REPORTS, "two"));
  assert_null(report(f, FAKE_CLUSTER_POLICY_REPORTS, ""));
  static const char *const kept[][2] = {{"one", "droveway"}, {"else", "droveway"}, {"else", "mine"}};
  for (size_t i = 0; i < 3; i++) {
    char *text = fake_api_object(f->api, FAKE_POLICY_REPORTS, kept[i][0], kept[i][1]);
    assert_non_null(text);
    free(text);
  }
}

/* More than a page of reports, and a page that expires. */
static void many_reports_are_read_page_by_page(void **state) {
  struct fixture *f = *state;
  serve(f);
  start(f);
  for (int round = 0; round < 2; round++) {
    struct dw_policy_results *results = dw_policy_results_new();
    size_t before = lists(f);
    fake_api_expire_pages(f->api, 1);
    for (int i = 0; i < 9; i++) {
      char ns[16];
      snprintf(ns, sizeof ns, "ns-%d", i);
      add(results, &(struct dw_policy_object){"NetworkAttachmentDefinition", ns, "a"}, NULL, DW_ACTION_DENY);
    }
    dw_policy_writer_submit(f->writer, results);
    WAIT_FOR(lists(f) > before);
    wait_for(f, "policy_reports_up 1");
  }
  WAIT_FOR(asked(f, FAKE_PAGE) >= 4);
  assert_int_equal(asked(f, FAKE_PATCH), 9);
}

static void a_large_report_is_cut_and_says_so(void **state) {
  struct fixture *f = *state;
  struct dw_policy_results *results = dw_policy_results_new();
  serve(f);
  start(f);
  for (int i = 0; i < 100; i++)
    add(results, &first, i % 2 == 0 ? NULL : "is risky", DW_ACTION_WARN);
  add(results, &first, "is wrong", DW_ACTION_DENY);
  dw_policy_writer_submit(f->writer, results);
  wait_for(f, "policy_reports_up 1");
  struct json_object *one = report(f, FAKE_POLICY_REPORTS, "one"), *list = at(one, "results");
  size_t count = json_object_array_length(list);
  assert_true(strlen(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN)) < REPORT_BYTES + 300);
  assert_int_equal(summary(one, "fail"), 1);
  assert_int_equal(summary(one, "warn"), 50);
  assert_int_equal(summary(one, "pass"), 50);
  assert_int_equal(summary(one, "skip"), 1);
  char line[80], message[128];
  size_t left_out = 101 - (count - 1);
  snprintf(line, sizeof line, "policy_report_results_left_out %zu", left_out);
  snprintf(message, sizeof message,
           "%zu more results are omitted, because the report would be too large; run `droveway audit`", left_out);
  assert_true(count > 2 && left_out > 50);
  assert_true(shows(f, line));
  struct json_object *last = json_object_array_get_idx(list, count - 1);
  assert_string_equal(json_object_get_string(at(last, "message")), message);
  assert_string_equal(json_object_get_string(at(last, "result")), "skip");
  assert_string_equal(json_object_get_string(at(json_object_array_get_idx(list, count - 2), "result")), "fail");
  json_object_put(one);
}

/* --- failures --- */

static void missing_definitions_are_logged_once_and_retried(void **state) {
  struct fixture *f = *state;
  start(f);
  submit(f, "one", true);
  WAIT_FOR(lists(f) >= 3);
  assert_true(shows(f, "policy_reports_up 0"));
  assert_int_equal(logged(f, "are not installed"), 1);
  serve(f);
  wait_for(f, "policy_reports_up 1");
  assert_true(shows(f, "policy_reports_total{result=\"written\"} 3"));
  assert_int_equal(logged(f, "are not installed"), 1);
  assert_int_equal(logged(f, "policy reports: written again"), 1);
}

static void missing_rbac_names_the_component(void **state) {
  struct fixture *f = *state;
  serve(f);
  fake_api_refuse(f->api, FAKE_POLICY_REPORTS, 403);
  start(f);
  submit(f, "one", true);
  WAIT_FOR(lists(f) >= 3);
  assert_int_equal(logged(f, "as manifests/components/policy-reports does"), 1);
  assert_int_equal(logged(f, "the test said 403"), 1);
  struct json_object *cluster = report(f, FAKE_CLUSTER_POLICY_REPORTS, "");
  assert_non_null(cluster); /* the other kind is still written */
  json_object_put(cluster);
  assert_int_equal(asked(f, FAKE_PATCH), 1);
  fake_api_refuse(f->api, FAKE_POLICY_REPORTS, 0);
  wait_for(f, "policy_reports_up 1");
  wait_for(f, "policy_reports_total{result=\"written\"} 3");
}

/* One report fails; the others are written, and it is retried. */
static void one_rejected_report_does_not_stop_the_others(void **state) {
  static const struct {
    int status;
    size_t lines;
  } cases[] = {{422, 1}, {413, 1}, {409, 0}};
  struct fixture *f = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char what[16];
    serve(f);
    fake_api_refuse(f->api, ONE_PATH, cases[i].status);
    start(f);
    size_t before = logged(f, "the API server rejected a report");
    snprintf(what, sizeof what, "number %zu", i);
    submit(f, what, true);
    WAIT_FOR(lists(f) >= 3 * (i + 1));
    struct json_object *two = report(f, FAKE_POLICY_REPORTS, "two");
    assert_non_null(two);
    json_object_put(two);
    assert_true(shows(f, "policy_reports_up 0"));
    assert_int_equal(logged(f, "the API server rejected a report"), before + cases[i].lines);
    fake_api_refuse(f->api, ONE_PATH, 0);
    wait_for(f, "policy_reports_up 1");
    dw_policy_writer_stop(f->writer);
    f->writer = NULL;
  }
}

/* The namespace is being deleted, and its report with it. */
static void a_namespace_that_disappears_is_no_failure(void **state) {
  static const char body[] = "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"message\":\"unable to create new content "
                             "in namespace one because it is being terminated\",\"code\":403}";
  struct fixture *f = *state;
  char answer[512];
  int length = snprintf(answer, sizeof answer,
                        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: close\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        strlen(body), body);
  serve(f);
  fake_api_answer(f->api, ONE_PATH, answer, (size_t)length);
  start(f);
  audit(f, "one", true);
  fake_api_answer(f->api, ONE_PATH, NULL, 0);
  fake_api_refuse(f->api, ONE_PATH, 404);
  audit(f, "two", true);
  assert_true(shows(f, "policy_reports_total{result=\"failed\"} 0"));
  assert_int_equal(logged(f, "policy reports: "), 0);
}

static void an_unreachable_api_server_is_retried(void **state) {
  struct fixture *f = *state;
  serve(f);
  fake_api_down(f->api);
  start(f);
  submit(f, "one", true);
  WAIT_FOR(logged(f, "the API server is unreachable") > 0);
  submit(f, "two", true);
  fake_api_up(f->api);
  wait_for(f, "policy_reports_up 1");
  struct json_object *one = report(f, FAKE_POLICY_REPORTS, "one");
  assert_non_null(strstr(json_object_to_json_string(one), "two"));
  json_object_put(one);
  assert_int_equal(logged(f, "the API server is unreachable"), 1);
}

static void stopping_does_not_wait_for_the_api_server(void **state) {
  struct fixture *f = *state;
  struct timespec begin, end;
  serve(f);
  fake_api_hang_writes(f->api, FAKE_POLICY_REPORTS, true);
  start(f);
  submit(f, "one", true);
  WAIT_FOR(asked(f, FAKE_PATCH) > 0);
  submit(f, "two", true);
  clock_gettime(CLOCK_MONOTONIC, &begin);
  dw_policy_writer_stop(f->writer);
  clock_gettime(CLOCK_MONOTONIC, &end);
  f->writer = NULL;
  assert_true(end.tv_sec - begin.tv_sec < 5); /* a call may take 10 s */
  assert_int_equal(logged(f, "policy reports: "), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(each_namespace_gets_a_report, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unchanged_reports_are_not_written, set_up, tear_down),
      cmocka_unit_test_setup_teardown(changed_reports_are_updated, set_up, tear_down),
      cmocka_unit_test_setup_teardown(another_replica_writes_nothing_again, set_up, tear_down),
      cmocka_unit_test_setup_teardown(reports_that_others_change_are_restored, set_up, tear_down),
      cmocka_unit_test_setup_teardown(stale_reports_are_removed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(many_reports_are_read_page_by_page, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_large_report_is_cut_and_says_so, set_up, tear_down),
      cmocka_unit_test_setup_teardown(missing_definitions_are_logged_once_and_retried, set_up, tear_down),
      cmocka_unit_test_setup_teardown(missing_rbac_names_the_component, set_up, tear_down),
      cmocka_unit_test_setup_teardown(one_rejected_report_does_not_stop_the_others, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_namespace_that_disappears_is_no_failure, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_unreachable_api_server_is_retried, set_up, tear_down),
      cmocka_unit_test_setup_teardown(stopping_does_not_wait_for_the_api_server, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
