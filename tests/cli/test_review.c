#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/review.h"
#include "support/run_program.h"

#define RECORDED "tests/payloads/recorded/"

static const char *uid_of(struct json_object *review) {
  struct json_object *response = NULL, *uid = NULL;
  assert_true(json_object_object_get_ex(review, "response", &response));
  assert_true(json_object_object_get_ex(response, "uid", &uid));
  return json_object_get_string(uid);
}

static void an_allowed_review_exits_0(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("review", RECORDED "validate-nad-create.json");
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  struct json_object *review = run_json(&run);
  char *uid = review_uid(RECORDED "validate-nad-create.json");
  assert_string_equal(uid_of(review), uid);
  free(uid);
  json_object_put(review);
}

static void standard_input_gives_the_same_bytes(void **state) {
  (void)state;
  char *text = file_text(RECORDED "validate-nad-create.json", NULL);
  RUN_SCOPED from_file = RUN("review", RECORDED "validate-nad-create.json");
  RUN_SCOPED from_input = RUN_WITH(text, "review", "-");
  assert_int_equal(from_input.status, 0);
  assert_string_equal(from_file.out, from_input.out);
  free(text);
}

static void mutate_answers_like_the_mutate_endpoint(void **state) {
  (void)state;
  RUN_SCOPED validated = RUN("review", "tests/payloads/sample/mutate-hco-v1-no-parents.json");
  RUN_SCOPED mutated = RUN("review", "--mutate", "tests/payloads/sample/mutate-hco-v1-no-parents.json");
  assert_int_equal(mutated.status, 0);
  assert_null(strstr(validated.out, "\"patch\""));
  assert_non_null(strstr(mutated.out, "\"patch\""));
}

static char *empty_range(void) {
  char *text = file_text(RECORDED "validate-nad-create.json", NULL);
  assert_non_null(strstr(text, "/24"));
  for (char *range = text; (range = strstr(range, "/24")) != NULL;)
    memcpy(range, "/31", 3);
  return text;
}

static void a_denied_review_exits_1(void **state) {
  (void)state;
  char *text = empty_range();
  RUN_SCOPED run = RUN_WITH(text, "review", "-");
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "[range-empty]"));
  free(text);
}

/* An UPDATE from BEFORE to AFTER, configurations. */
static char *update_of(const char *before, const char *after) {
  static const char nad[] =
      "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": "
      "{\"name\": \"my-migration\", \"namespace\": \"openshift-cnv\"}, \"spec\": {\"config\": %s}}";
  json_object *texts[] = {json_object_new_string(before), json_object_new_string(after)};
  char *objects[2];
  for (size_t i = 0; i < 2; i++) {
    const char *quoted = json_object_to_json_string(texts[i]);
    size_t size = sizeof nad + strlen(quoted);
    objects[i] = malloc(size);
    assert_non_null(objects[i]);
    snprintf(objects[i], size, nad, quoted);
    json_object_put(texts[i]);
  }
  static const char review[] =
      "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\", \"request\": {\"uid\": \"1\", "
      "\"kind\": "
      "{\"group\": \"k8s.cni.cncf.io\", \"version\": \"v1\", \"kind\": \"NetworkAttachmentDefinition\"}, \"resource\": "
      "{\"group\": \"k8s.cni.cncf.io\", \"version\": \"v1\", \"resource\": \"network-attachment-definitions\"}, "
      "\"name\": "
      "\"my-migration\", \"namespace\": \"openshift-cnv\", \"operation\": \"UPDATE\", \"oldObject\": %s, \"object\": "
      "%s}}";
  size_t size = sizeof review + strlen(objects[0]) + strlen(objects[1]);
  char *text = malloc(size);
  assert_non_null(text);
  snprintf(text, size, review, objects[0], objects[1]);
  free(objects[0]);
  free(objects[1]);
  return text;
}

static void an_existing_mistake_may_move_but_not_multiply(void **state) {
  (void)state;
#define MACVLAN(routes)                                                                                                \
  "\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/"                  \
  "24\",\"routes\":[" routes "]}}"
#define ROUTE "{\"dst\":\"10.1.0.1/24\"}"
#define LIST "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{"
  static const char before[] = "{\"cniVersion\":\"0.3.1\",\"name\":\"n\"," MACVLAN(ROUTE);
  char *moved = update_of(before, LIST MACVLAN("{\"dst\":\"10.2.0.0/24\"}," ROUTE) ",{\"type\":\"tuning\"}]}");
  RUN_SCOPED stays = RUN_WITH(moved, "review", "-");
  assert_int_equal(stays.status, 0);
  assert_non_null(strstr(stays.out, "\"spec.config.plugins[0].ipam.routes[1].dst: has bits set beyond its prefix, "
                                    "which the kernel rejects [route-unusable]\""));
  char *doubled = update_of(before, LIST MACVLAN(ROUTE "," ROUTE) "]}");
  RUN_SCOPED second = RUN_WITH(doubled, "review", "-");
  assert_int_equal(second.status, 1);
  assert_non_null(strstr(second.out, "spec.config.plugins[0].ipam.routes[1].dst: Invalid value: \\\"10.1.0.1/24\\\""));
  free(moved);
  free(doubled);
}

static void the_policy_is_applied(void **state) {
  (void)state;
  char folder[64], path[96];
  char *text = empty_range();
  folder_make(folder);
  folder_write(folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {range-empty: \"off\"}\n");
  snprintf(path, sizeof path, "%s/policy.yaml", folder);
  RUN_SCOPED run = RUN_WITH(text, "review", "--policy", path, "-");
  assert_int_equal(run.status, 0);
  folder_write(folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrule: {}\n");
  RUN_SCOPED broken = RUN_WITH(text, "review", "--policy", path, "-");
  assert_int_equal(broken.status, 2);
  assert_non_null(strstr(broken.err, "policy.yaml:3:1: "));
  assert_string_equal(broken.out, "");
  folder_remove(folder);
  free(text);
}

static void the_state_is_used(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  RUN_SCOPED unknown = RUN("review", RECORDED "validate-hco-v1beta1-create.json");
  RUN_SCOPED known = RUN("review", "--state", folder, RECORDED "validate-hco-v1beta1-create.json");
  assert_string_not_equal(unknown.out, known.out);
  RUN_SCOPED nowhere = RUN("review", "--state", "/nowhere/at-all", RECORDED "validate-hco-v1beta1-create.json");
  assert_int_equal(nowhere.status, 2);
  folder_remove(folder);
}

static void assert_unreadable(const char *input, const char *where) {
  RUN_SCOPED run = RUN_WITH(input, "review", "-");
  assert_int_equal(run.status, 2);
  assert_string_equal(run.out, "");
  if (strncmp(run.err, where, strlen(where)) != 0)
    fail_msg("not \"%s\" but \"%s\"", where, run.err);
  assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1); /* one line */
}

static void an_invalid_review_is_reported_with_its_place(void **state) {
  (void)state;
  assert_unreadable("", "droveway: -:");
  assert_unreadable("{\n \"kind\": x}", "droveway: -:2:");
  assert_unreadable("{}", "droveway: -:");
  RUN_SCOPED missing = RUN("review", "/nowhere/at-all.json");
  assert_int_equal(missing.status, 2);
  assert_int_equal(strncmp(missing.err, "droveway: /nowhere/at-all.json: ", 32), 0);
}

static void a_body_over_the_limit_is_rejected_like_in_serve(void **state) {
  (void)state;
  size_t length = 0;
  char *review = file_text(RECORDED "validate-nad-create.json", &length);
  char *text = malloc(DW_DEFAULT_MAX_BODY + 2);
  assert_non_null(text);
  memset(text, ' ', DW_DEFAULT_MAX_BODY + 1);
  text[DW_DEFAULT_MAX_BODY + 1] = '\0';
  memcpy(text + 1, review, length);
  RUN_SCOPED over = RUN_WITH(text, "review", "-");
  assert_int_equal(over.status, 2);
  RUN_SCOPED within = RUN_WITH(text + 1, "review", "-");
  assert_int_equal(within.status, 0);
  free(review);
  free(text);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED none = RUN("review");
  RUN_SCOPED two = RUN("review", "a", "b");
  RUN_SCOPED option = RUN("review", "--nonsense", "a");
  RUN_SCOPED value = RUN("review", "a", "--policy");
  RUN_SCOPED help = RUN("review", "--help");
  assert_int_equal(none.status, 2);
  assert_int_equal(two.status, 2);
  assert_int_equal(option.status, 2);
  assert_int_equal(value.status, 2);
  assert_non_null(strstr(option.err, "--nonsense"));
  assert_int_equal(help.status, 0);
  assert_non_null(strstr(help.out, "--mutate"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_allowed_review_exits_0),
      cmocka_unit_test(standard_input_gives_the_same_bytes),
      cmocka_unit_test(mutate_answers_like_the_mutate_endpoint),
      cmocka_unit_test(a_denied_review_exits_1),
      cmocka_unit_test(an_existing_mistake_may_move_but_not_multiply),
      cmocka_unit_test(the_policy_is_applied),
      cmocka_unit_test(the_state_is_used),
      cmocka_unit_test(an_invalid_review_is_reported_with_its_place),
      cmocka_unit_test(a_body_over_the_limit_is_rejected_like_in_serve),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
