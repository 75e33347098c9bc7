#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <string.h>

#include "rules/review.h"

static const struct dw_request request = {
    .api_version = "admission.k8s.io/v1",
    .uid = "u-1",
    .group = "k8s.cni.cncf.io",
    .version = "v1",
    .kind = "NetworkAttachmentDefinition",
    .subresource = "",
    .ns = "openshift-cnv",
    .name = "net",
    .user = "admin",
    .operation = DW_OP_CREATE,
};

/* The answer as json-c reads it; the caller releases it. */
static json_object *written(const struct dw_request *of, const struct dw_answer *answer) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_answer_write(of, answer, &out);
  assert_true(out.length > 1 && out.data[out.length - 1] == '\n');
  assert_ptr_equal(memchr(out.data, '\n', out.length), out.data + out.length - 1);
  json_tokener *tokener = json_tokener_new();
  json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  json_object *json = json_tokener_parse_ex(tokener, out.data, (int)out.length);
  assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
  json_tokener_free(tokener);
  return json;
}

static json_object *at(json_object *json, const char *pointer) {
  json_object *value = NULL;
  return json_pointer_get(json, pointer, &value) == 0 ? value : NULL;
}

static void assert_text(json_object *json, const char *pointer, const char *wanted) {
  json_object *value = at(json, pointer);
  if (value == NULL || !json_object_is_type(value, json_type_string))
    fail_msg("%s: no string", pointer);
  assert_string_equal(json_object_get_string(value), wanted);
}

static void allowed_and_nothing_else(void **state) {
  (void)state;
  struct dw_answer answer = {.allowed = true, .code = 422, .reason = "Invalid", .message = "unused"};
  json_object *json = written(&request, &answer);
  assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                      "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{\"uid\":"
                      "\"u-1\",\"allowed\":true}}");
  json_object_put(json);
}

static void version_of_the_request(void **state) {
  (void)state;
  struct dw_request old = request;
  old.api_version = "admission.k8s.io/v1beta1";
  struct dw_answer answer = {.allowed = true, .patch = "[]", .patch_length = 2};
  json_object *json = written(&old, &answer);
  assert_text(json, "/apiVersion", "admission.k8s.io/v1beta1");
  assert_text(json, "/response/uid", "u-1");
  assert_text(json, "/response/patchType", "JSONPatch");
  json_object_put(json);
}

static void denied_with_causes(void **state) {
  (void)state;
  struct dw_cause causes[] = {
      {"FieldValueRequired", "spec.config.master", "Required value: macvlan needs the NIC [master-required]"},
      {"FieldValueInvalid", "spec.config.ipam.range", "Invalid value: \"10.0.0.0/31\": no room [range-empty]"}};
  struct dw_answer answer = {.code = 422,
                             .reason = "Invalid",
                             .message = "NetworkAttachmentDefinition \"net\" is invalid",
                             .causes = causes,
                             .cause_count = 2,
                             .denied = "master-required,range-empty"};
  json_object *json = written(&request, &answer);
  assert_false(json_object_get_boolean(at(json, "/response/allowed")));
  assert_non_null(at(json, "/response/status/metadata"));
  assert_text(json, "/response/status/status", "Failure");
  assert_text(json, "/response/status/message", "NetworkAttachmentDefinition \"net\" is invalid");
  assert_text(json, "/response/status/reason", "Invalid");
  assert_int_equal(json_object_get_int(at(json, "/response/status/code")), 422);
  assert_text(json, "/response/status/details/name", "net");
  assert_text(json, "/response/status/details/group", "k8s.cni.cncf.io");
  assert_text(json, "/response/status/details/kind", "NetworkAttachmentDefinition");
  assert_int_equal(json_object_array_length(at(json, "/response/status/details/causes")), 2);
  assert_text(json, "/response/status/details/causes/0/reason", "FieldValueRequired");
  assert_text(json, "/response/status/details/causes/0/field", "spec.config.master");
  assert_text(json, "/response/status/details/causes/1/message", causes[1].message);
  assert_text(json, "/response/auditAnnotations/denied", "master-required,range-empty");
  assert_int_equal(json_object_object_length(at(json, "/response/auditAnnotations")), 1);
  assert_null(at(json, "/response/warnings"));
  json_object_put(json);
}

static void denied_without_causes(void **state) {
  (void)state;
  struct dw_request unnamed = request;
  unnamed.name = "";
  unnamed.group = "";
  struct dw_answer answer = {.code = 503, .reason = "ServiceUnavailable", .message = "NADs can't be read now"};
  json_object *json = written(&unnamed, &answer);
  assert_text(json, "/response/status/reason", "ServiceUnavailable");
  assert_int_equal(json_object_get_int(at(json, "/response/status/code")), 503);
  assert_text(json, "/response/status/details/kind", "NetworkAttachmentDefinition");
  assert_int_equal(json_object_object_length(at(json, "/response/status/details")), 1);
  assert_null(at(json, "/response/auditAnnotations"));
  json_object_put(json);
}

static void warnings_and_annotations(void **state) {
  (void)state;
  const char *warnings[] = {"spec.config.mtu: \"quoted\" [mtu-inconsistent]", "b\xff [c]"};
  struct dw_answer answer = {
      .allowed = true, .warnings = warnings, .warning_count = 2, .warned = "a,b", .defaulted = "spec.x"};
  json_object *json = written(&request, &answer);
  assert_int_equal(json_object_array_length(at(json, "/response/warnings")), 2);
  assert_text(json, "/response/warnings/0", warnings[0]);
  assert_text(json, "/response/warnings/1", "b\xef\xbf\xbd [c]"); /* invalid UTF-8 must not break the answer */
  assert_text(json, "/response/auditAnnotations/warned", "a,b");
  assert_text(json, "/response/auditAnnotations/defaulted", "spec.x");
  assert_int_equal(json_object_object_length(at(json, "/response/auditAnnotations")), 2);
  json_object_put(json);
}

/* Base64 as RFC 4648's test vectors pad it. */
static void patch_in_base64(void **state) {
  (void)state;
  static const struct {
    const char *patch, *wanted;
  } cases[] = {{"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_answer answer = {.allowed = true, .patch = cases[i].patch, .patch_length = strlen(cases[i].patch)};
    json_object *json = written(&request, &answer);
    assert_text(json, "/response/patch", cases[i].wanted);
    assert_text(json, "/response/patchType", "JSONPatch");
    json_object_put(json);
  }
}

static void no_patch_in_a_denial(void **state) {
  (void)state;
  struct dw_answer answer = {.code = 422, .reason = "Invalid", .message = "m", .patch = "[]", .patch_length = 2};
  json_object *json = written(&request, &answer);
  assert_null(at(json, "/response/patch"));
  assert_null(at(json, "/response/patchType"));
  json_object_put(json);
}

static void appends_to_the_buffer(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_answer answer = {.allowed = true};
  dw_answer_write(&request, &answer, &out);
  size_t once = out.length;
  dw_answer_write(&request, &answer, &out);
  assert_int_equal(out.length, 2 * once);
  assert_memory_equal(out.data, out.data + once, once);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(allowed_and_nothing_else), cmocka_unit_test(version_of_the_request),
      cmocka_unit_test(denied_with_causes),       cmocka_unit_test(denied_without_causes),
      cmocka_unit_test(warnings_and_annotations), cmocka_unit_test(patch_in_base64),
      cmocka_unit_test(no_patch_in_a_denial),     cmocka_unit_test(appends_to_the_buffer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
