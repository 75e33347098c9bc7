#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "support/review_case.h"

#define HCO(ns, metadata, spec)                                                                                        \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "             \
  "namespace: " ns metadata "}, spec: {" spec "}}"
#define NETWORK(text) "liveMigrationConfig: {network: " text "}"
#define JSONPATCH(value)                                                                                               \
  ", annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/"       \
  "network\",\"value\":" value "}]'}"

/* The names as "a,b" for OPERATION on OBJECT. */
static void expect(enum dw_operation operation, const char *object, const char *names) {
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
  expect(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("lm")), "lm");
  expect(DW_OP_UPDATE, HCO("openshift-cnv", "", NETWORK("lm")), "lm");
  expect(DW_OP_CREATE,
         "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: x, namespace: openshift-cnv}, spec: "
         "{virtualization: {liveMigrationConfig: {network: lm}}}}",
         "lm");
  expect(DW_OP_CREATE,
         "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: x, namespace: openshift-cnv}, spec: "
         "{configuration: {migrations: {network: lm}}}}",
         "lm");
}

static void finds_the_network_of_the_jsonpatch_annotation(void **state) {
  (void)state;
  expect(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"other\""), NETWORK("lm")), "lm,other");
  expect(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"lm\""), NETWORK("lm")), "lm");
  expect(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"other\""), ""), "other");
}

static void finds_what_multus_reads_as_one_nad(void **state) {
  (void)state;
  expect(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("default/lm")), "default/lm");
  expect(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("openshift-cnv/lm")), "lm");
  expect(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("\" lm \"")), "lm");
  expect(DW_OP_CREATE, HCO("openshift-cnv", "", NETWORK("/lm")), "lm");
  expect(DW_OP_CREATE, HCO("openshift-cnv", JSONPATCH("\"default/lm\""), NETWORK("lm")), "lm,default/lm");
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
    expect(DW_OP_CREATE, objects[i], "");
}

static void other_requests_name_no_network(void **state) {
  (void)state;
  expect(DW_OP_DELETE, HCO("openshift-cnv", "", NETWORK("lm")), "");
  expect(DW_OP_CREATE, HCO("default", "", NETWORK("lm")), "");
  char *nad = nad_text("lm", "{}");
  expect(DW_OP_CREATE, nad, "");
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
