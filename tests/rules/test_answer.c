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

/* --- the networks that a request names --- */

#define HCO(ns, metadata, spec)                                                                                        \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "             \
  "namespace: " ns metadata "}, spec: {" spec "}}"
#define NETWORK(text) "liveMigrationConfig: {network: " text "}"
#define JSONPATCH(value)                                                                                               \
  ", annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/"       \
  "network\",\"value\":" value "}]'}"

/* The names as "a,b" for OPERATION on OBJECT. */
static void expect_networks(enum dw_operation operation, const char *object, const char *names) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = world_of(NULL, NULL);
  struct dw_request request;
  struct dw_nad_name found[2];
  char *body = review_body(operation, object, operation == DW_OP_UPDATE ? object : NULL);
  assert_int_equal(dw_review_read(arena, body, strlen(body), &request, NULL), 0);
  size_t count = dw_request_networks(arena, world, &request, found);
  assert_true(count <= 2);
  char text[160] = "";
  for (size_t i = 0; i < count; i++) {
    strcat(text, i > 0 ? "," : "");
    if (strcmp(found[i].ns, "openshift-cnv") != 0) {
      strcat(text, found[i].ns);
      strcat(text, "/");
    }
    strcat(text, found[i].name);
  }
  assert_string_equal(text, names);
  free(body);
  dw_world_unref(world);
}

static void finds_the_named_network(void **state) {
  (void)state;
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("lm")), "lm");
  expect_networks(DW_OP_UPDATE, HCO("openshift-cnv", "", NETWORK("lm")), "lm");
  expect_networks(
      DW_OP_CREATE,
      "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: x, namespace: openshift-cnv}, spec: "
      "{virtualization: {liveMigrationConfig: {network: lm}}}}",
      "lm");
  expect_networks(DW_OP_CREATE,
                  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: x, namespace: openshift-cnv}, spec: "
                  "{configuration: {migrations: {network: lm}}}}",
                  "lm");
}

static void finds_the_network_of_the_jsonpatch_annotation(void **state) {
  (void)state;
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"other\""), NETWORK("lm")), "lm,other");
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"lm\""), NETWORK("lm")), "lm");
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"other\""), ""), "other");
}

static void finds_what_multus_reads_as_one_nad(void **state) {
  (void)state;
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("default/lm")), "default/lm");
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("openshift-cnv/lm")), "lm");
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("\" lm \"")), "lm");
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("/lm")), "lm");
  expect_networks(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"default/lm\""), NETWORK("lm")), "lm,default/lm");
}

static void does_not_look_up_an_invalid_name(void **state) {
  (void)state;
  static const char *const objects[] = {
      HCO("openshift-cnv", "", ""),
      HCO("openshift-cnv", "", NETWORK("\"\"")),
      HCO("openshift-cnv", "", NETWORK("null")),
      HCO("openshift-cnv", "", NETWORK("[lm]")),
      HCO("openshift-cnv", "", NETWORK("\"a,b\"")),
      HCO("openshift-cnv", "", NETWORK("LM")),
      HCO("openshift-cnv", "", NETWORK("../../secrets/x")),
      HCO("openshift-cnv", JSONPATCH("\"x?watch=1\""), ""),
      HCO("openshift-cnv", JSONPATCH("7"), ""),
  };
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
    expect_networks(DW_OP_CREATE, objects[i], "");
}

static void other_requests_name_no_network(void **state) {
  (void)state;
  expect_networks(DW_OP_DELETE, HCO("openshift-cnv", "", NETWORK("lm")), "");
  expect_networks(DW_OP_CREATE, HCO("default", "", NETWORK("lm")), "");
  char *nad = nad_text("lm", "{}");
  expect_networks(DW_OP_CREATE, nad, "");
  free(nad);
}

static enum dw_recheck recheck_of(const char *denied) {
  struct dw_answer answer = {.allowed = denied == NULL, .denied = denied};
  return dw_answer_recheck(&answer);
}

static void only_a_missing_or_unfit_nad_is_worth_another_look(void **state) {
  (void)state;
  assert_int_equal(recheck_of(NULL), DW_RECHECK_NONE);
  assert_int_equal(recheck_of(""), DW_RECHECK_NONE);
  assert_int_equal(recheck_of("range-empty,limit-type"), DW_RECHECK_NONE);
  assert_int_equal(recheck_of("network-missing"), DW_RECHECK_MISSING);
  assert_int_equal(recheck_of("config-namespace,network-missing,limit-type"), DW_RECHECK_MISSING);
  assert_int_equal(recheck_of("network-unfit"), DW_RECHECK_UNFIT);
  assert_int_equal(recheck_of("limit-type,network-unfit"), DW_RECHECK_UNFIT);
  assert_int_equal(recheck_of("network-missing,network-unfit"), DW_RECHECK_MISSING);
  assert_int_equal(recheck_of("network-missing-not,network-unfi"), DW_RECHECK_NONE);
}

static void an_answer_can_be_replaced_by_503(void **state) {
  (void)state;
  struct dw_answer answer = {.allowed = true, .denied = "network-missing", .warning_count = 1};
  dw_answer_unavailable(&answer, "later");
  assert_false(answer.allowed);
  assert_int_equal(answer.code, 503);
  assert_string_equal(answer.reason, "ServiceUnavailable");
  assert_string_equal(answer.message, "later");
  assert_null(answer.denied);
  assert_int_equal(answer.warning_count, 0);
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
      cmocka_unit_test(finds_the_named_network),
      cmocka_unit_test(finds_the_network_of_the_jsonpatch_annotation),
      cmocka_unit_test(finds_what_multus_reads_as_one_nad),
      cmocka_unit_test(does_not_look_up_an_invalid_name),
      cmocka_unit_test(other_requests_name_no_network),
      cmocka_unit_test(only_a_missing_or_unfit_nad_is_worth_another_look),
      cmocka_unit_test(an_answer_can_be_replaced_by_503),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
