#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "support/review_case.h"

#define KUBEVIRT(migrations)                                                                                           \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kv, namespace: openshift-cnv}, spec: "                \
  "{configuration: {migrations: " migrations "}}}"

static struct json_object *at(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  assert_true(json_object_object_get_ex(object, key, &value));
  return value;
}

static struct verdict create(const char *object) {
  struct dw_world *world = world_of("", NULL);
  struct verdict verdict = review(world, DW_OP_CREATE, object, NULL);
  dw_world_unref(world);
  return verdict;
}

static void a_denial_has_the_form_of_the_api_servers(void **state) {
  (void)state;
  VERDICT_SCOPED one = create(KUBEVIRT("{progressTimeout: -1}"));
  assert_string_equal(json_object_get_string(at(one.root, "apiVersion")), "admission.k8s.io/v1");
  assert_string_equal(json_object_get_string(at(one.root, "kind")), "AdmissionReview");
  assert_string_equal(json_object_get_string(at(one.response, "uid")), "u-1");
  struct json_object *status = at(one.response, "status");
  struct json_object *details = at(status, "details");
  assert_int_equal(verdict_code(&one), 422);
  assert_string_equal(verdict_reason(&one), "Invalid");
  assert_string_equal(json_object_get_string(at(details, "kind")), "KubeVirt");
  assert_string_equal(json_object_get_string(at(details, "group")), "kubevirt.io");
  assert_string_equal(json_object_get_string(at(details, "name")), "kv");
  assert_string_equal(verdict_message(&one),
                      "KubeVirt.kubevirt.io \"kv\" is invalid: spec.configuration.migrations.progressTimeout: Invalid "
                      "value: \"-1\": must not be negative; set a number of seconds [limit-range]");
  VERDICT_SCOPED two = create(KUBEVIRT("{progressTimeout: -1, completionTimeoutPerGiB: x}"));
  assert_string_equal(
      verdict_message(&two),
      "KubeVirt.kubevirt.io \"kv\" is invalid: [spec.configuration.migrations.completionTimeoutPerGiB: Invalid value: "
      "\"x\": must be an integer, not a string [limit-type], spec.configuration.migrations.progressTimeout: Invalid "
      "value: \"-1\": must not be negative; set a number of seconds [limit-range]]");
}

static void annotations_name_each_rule_once(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = create(KUBEVIRT("{progressTimeout: -1, completionTimeoutPerGiB: -1, "
                                           "parallelMigrationsPerCluster: 1, parallelOutboundMigrationsPerNode: 2, "
                                           "bandwidthPerMigration: x}"));
  assert_string_equal(verdict_denied(&verdict), "limit-range,bandwidth");
  assert_string_equal(verdict_warned(&verdict), "parallel-order");
  assert_int_equal(verdict_cause_count(&verdict), 3);
  assert_int_equal(verdict_warning_count(&verdict), 1);
  VERDICT_SCOPED clean = create(KUBEVIRT("{}"));
  assert_true(clean.allowed);
  assert_null(strstr(clean.text, "auditAnnotations"));
  assert_null(strstr(clean.text, "warnings"));
  assert_null(strstr(clean.text, "status"));
}

/* A NAD with a list of plugins: COUNT with a type that is not a file name, and STRANGE with a key unknown to
 * whereabouts.
 */
static char *nad_with(int count, int strange) {
  struct dw_buf config = DW_BUF_INIT;
  dw_buf_puts(&config, "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"tuning\"}");
  for (int i = 0; i < strange; i++)
    dw_buf_printf(&config,
                  ",{\"type\":\"bridge\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.%d.%d.0/24\","
                  "\"strangekey\":1}}",
                  i / 256, i % 256);
  for (int i = 0; i < count; i++)
    dw_buf_puts(&config, ",{\"type\":\"a/b\"}");
  dw_buf_puts(&config, "]}");
  char *nad = nad_text("n", config.data);
  dw_buf_free(&config);
  return nad;
}

static void at_most_100_causes_are_listed(void **state) {
  (void)state;
  static const int counts[] = {100, 101, 300};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    char *nad = nad_with(counts[i], 0);
    VERDICT_SCOPED verdict = create(nad);
    assert_false(verdict.allowed);
    assert_int_equal(verdict_cause_count(&verdict), counts[i] == 100 ? 100 : 101);
    assert_string_equal(verdict_cause(&verdict, 99, "field"), "spec.config.plugins[100].type");
    if (counts[i] > 100) {
      char text[80];
      snprintf(text, sizeof text, "Too many: %d more errors in this object; fix these first", counts[i] - 100);
      assert_string_equal(verdict_cause(&verdict, 100, "message"), text);
      assert_string_equal(verdict_cause(&verdict, 100, "reason"), "FieldValueTooMany");
    }
    assert_in_range(strlen(verdict_message(&verdict)), 3500, 4096);
    assert_string_equal(verdict_message(&verdict) + strlen(verdict_message(&verdict)) - 6, ", ...]");
    free(nad);
  }
}

static size_t warning_bytes(const struct verdict *verdict) {
  size_t bytes = 0;
  for (size_t i = 0; i < verdict_warning_count(verdict); i++) {
    assert_true(strlen(verdict_warning(verdict, i)) <= 256);
    bytes += strlen(verdict_warning(verdict, i));
  }
  return bytes;
}

static void warnings_stay_within_4096_bytes(void **state) {
  (void)state;
  char *few = nad_with(0, 5);
  VERDICT_SCOPED all = create(few);
  assert_null(strstr(all.text, "more warnings"));
  char *many = nad_with(0, 500);
  VERDICT_SCOPED verdict = create(many);
  assert_true(verdict.allowed);
  assert_in_range(warning_bytes(&verdict), 3500, 4096);
  size_t last = verdict_warning_count(&verdict) - 1;
  unsigned long left_out = 0;
  assert_int_equal(sscanf(verdict_warning(&verdict, last), "Droveway has %lu more warnings", &left_out), 1);
  VERDICT_SCOPED less = create(few);
  assert_int_equal(last + left_out, verdict_warning_count(&less) - 5 + 500);
  assert_string_equal(verdict_warned(&verdict), verdict_warned(&less));
  free(few);
  free(many);
}

static void the_same_request_gets_the_same_answer(void **state) {
  (void)state;
  char *nad = nad_with(30, 0);
  VERDICT_SCOPED one = create(nad);
  VERDICT_SCOPED two = create(nad);
  assert_string_equal(one.text, two.text);
  assert_ptr_equal(strchr(one.text, '\n'), one.text + strlen(one.text) - 1);
  free(nad);
}

static int review_raw(const char *body, struct dw_buf *out, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = world_of(NULL, NULL);
  struct dw_request request = {.uid = "untouched"};
  int result = dw_review(arena, world, false, body, strlen(body), out, &request, NULL, err);
  assert_true(result == 0 || strcmp(request.uid, "untouched") == 0);
  dw_world_unref(world);
  return result;
}

#define BODY(kind, version, object)                                                                                    \
  "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"kind\":{"         \
  "\"group\":\"kubevirt.io\",\"version\":\"" version "\",\"kind\":\"" kind                                             \
  "\"},\"name\":\"n\",\"operation\":\"CREATE\",\"object\":" object "}}"

static void rejects_a_body_that_is_not_a_review(void **state) {
  (void)state;
  static const struct {
    const char *body;
    int result;
  } cases[] = {
      {"", -1},
      {"{}", -1},
      {BODY("KubeVirt", "v1", "{\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"KubeVirt\"}"), 0},
      /* an object of another kind than the request says would be judged by the wrong rules */
      {BODY("KubeVirt", "v1", "{\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"HyperConverged\"}"), -1},
      {BODY("KubeVirt", "v1", "{\"apiVersion\":\"kubevirt.io/v1\"}"), -1},
      {BODY("KubeVirt", "v1", "{\"apiVersion\":7,\"kind\":\"KubeVirt\"}"), -1},
      {BODY("KubeVirt", "v1", "{\"apiVersion\":\"kubevirt.io/v2\",\"kind\":\"KubeVirt\"}"), -1},
      {BODY("KubeVirt", "v1", "{\"apiVersion\":\"kubevirt.io\",\"kind\":\"KubeVirt\"}"), -1},
      {BODY("VirtualMachine", "v1", "{\"apiVersion\":7}"), 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
    struct dw_error err = DW_ERROR_INIT;
    assert_int_equal(review_raw(cases[i].body, &out, &err), cases[i].result);
    assert_true((out.length > 0) == (cases[i].result == 0));
    assert_true((err.text[0] != '\0') == (cases[i].result != 0));
  }
}

static void cuts_very_long_names(void **state) {
  (void)state;
  struct dw_buf name = DW_BUF_INIT;
  struct dw_buf object = DW_BUF_INIT;
  for (int i = 0; i < 9000; i++)
    dw_buf_putc(&name, 'n');
  dw_buf_printf(&object,
                "{\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"KubeVirt\",\"metadata\":{\"name\":\"%s\"},"
                "\"spec\":{\"configuration\":{\"migrations\":{\"network\":\"%s\"}}}}",
                name.data, name.data);
  VERDICT_SCOPED verdict = create(object.data);
  assert_string_equal(verdict_denied(&verdict), "network-syntax");
  assert_true(strlen(verdict_message(&verdict)) < 1024);
  dw_buf_free(&name);
  dw_buf_free(&object);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_denial_has_the_form_of_the_api_servers),
      cmocka_unit_test(annotations_name_each_rule_once),
      cmocka_unit_test(at_most_100_causes_are_listed),
      cmocka_unit_test(warnings_stay_within_4096_bytes),
      cmocka_unit_test(the_same_request_gets_the_same_answer),
      cmocka_unit_test(rejects_a_body_that_is_not_a_review),
      cmocka_unit_test(cuts_very_long_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
