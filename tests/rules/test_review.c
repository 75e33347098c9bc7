#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <stdio.h>
#include <string.h>

#include "rules/review.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RECORDED "tests/payloads/recorded/"

static const char update[] =
    "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{"
    "\"uid\":\"u-1\",\"kind\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":"
    "\"NetworkAttachmentDefinition\"},\"resource\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"resource\":"
    "\"network-attachment-definitions\"},\"requestKind\":{\"group\":\"g\",\"version\":\"v\",\"kind\":\"k\"},"
    "\"requestResource\":{\"group\":\"g\",\"version\":\"v\",\"resource\":\"r\"},\"subResource\":\"status\","
    "\"requestSubResource\":\"status\",\"name\":\"net\",\"namespace\":\"ns\",\"operation\":\"UPDATE\",\"userInfo\":{"
    "\"username\":\"admin\",\"uid\":\"1\",\"groups\":[\"a\"],\"extra\":{\"x\":[\"y\"]}},\"object\":{\"metadata\":{"
    "\"name\":\"new-name\",\"namespace\":\"new-ns\"}},\"oldObject\":{\"metadata\":{\"name\":\"old-name\",\"namespace\":"
    "\"old-ns\"}},\"dryRun\":true,\"options\":{}}}";

/* The review above with the value at POINTER replaced by the JSON text VALUE, or removed if VALUE is NULL. */
struct change {
  const char *pointer;
  const char *value;
};

static void apply(json_object **review, const struct change *change) {
  if (change->value != NULL) {
    assert_int_equal(json_pointer_set(review, change->pointer, json_tokener_parse(change->value)), 0);
    return;
  }
  char parent_pointer[128];
  snprintf(parent_pointer, sizeof parent_pointer, "%s", change->pointer);
  char *last = strrchr(parent_pointer, '/');
  *last = '\0';
  json_object *parent = NULL;
  assert_int_equal(json_pointer_get(*review, parent_pointer, &parent), 0);
  json_object_object_del(parent, last + 1);
}

static int read_changed(struct dw_arena *arena, const struct change *changes, size_t count, struct dw_request *out,
                        struct dw_error *err) {
  json_object *review = json_tokener_parse(update);
  for (size_t i = 0; i < count; i++)
    apply(&review, &changes[i]);
  const char *text = dw_arena_strdup(arena, json_object_to_json_string(review));
  json_object_put(review);
  return dw_request_read(arena, text, strlen(text), out, err);
}

static void reads_every_part(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request;
  assert_int_equal(read_changed(arena, NULL, 0, &request, NULL), 0);
  assert_string_equal(request.api_version, "admission.k8s.io/v1");
  assert_string_equal(request.uid, "u-1");
  assert_string_equal(request.group, "k8s.cni.cncf.io");
  assert_string_equal(request.version, "v1");
  assert_string_equal(request.kind, "NetworkAttachmentDefinition");
  assert_string_equal(request.subresource, "status");
  assert_string_equal(request.ns, "ns");
  assert_string_equal(request.name, "net");
  assert_string_equal(request.user, "admin");
  assert_int_equal(request.operation, DW_OP_UPDATE);
  assert_true(request.dry_run);
  assert_string_equal(dw_json_string(dw_json_path(request.object, "metadata", "name", NULL)), "new-name");
  assert_string_equal(dw_json_string(dw_json_path(request.old_object, "metadata", "name", NULL)), "old-name");
}

static void reads_v1beta1(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request;
  static const struct change change = {"/apiVersion", "\"admission.k8s.io/v1beta1\""};
  assert_int_equal(read_changed(arena, &change, 1, &request, NULL), 0);
  assert_string_equal(request.api_version, "admission.k8s.io/v1beta1");
}

/* Parts that an API server may omit read as empty; null counts as omitted. */
static void optional_parts(void **state) {
  (void)state;
  static const char *const parts[] = {"/request/resource",
                                      "/request/requestKind",
                                      "/request/requestResource",
                                      "/request/requestSubResource",
                                      "/request/subResource",
                                      "/request/namespace",
                                      "/request/name",
                                      "/request/userInfo",
                                      "/request/options",
                                      "/request/dryRun"};
  for (int null = 0; null <= 1; null++) {
    struct change changes[COUNT(parts) + 1] = {{"/request/kind/group", "\"\""}};
    for (size_t i = 0; i < COUNT(parts); i++)
      changes[i + 1] = (struct change){parts[i], null ? "null" : NULL};
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_request request;
    struct dw_error err = DW_ERROR_INIT;
    if (read_changed(arena, changes, COUNT(changes), &request, &err) != 0)
      fail_msg("%s", err.text);
    assert_string_equal(request.group, "");
    assert_string_equal(request.subresource, "");
    assert_string_equal(request.user, "");
    assert_false(request.dry_run);
    assert_string_equal(request.name, "new-name");
    assert_string_equal(request.ns, "new-ns");
  }
}

static void names_come_from_the_objects(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request;
  struct change changes[] = {{"/request/name", "\"\""},
                             {"/request/namespace", NULL},
                             {"/request/object/metadata", "{\"generateName\":\"net-\"}"}};
  assert_int_equal(read_changed(arena, changes, COUNT(changes), &request, NULL), 0);
  assert_string_equal(request.name, "old-name");
  assert_string_equal(request.ns, "old-ns");
  struct change more[] = {changes[0], changes[1], {"/request/object/metadata", "[7]"}, {"/request/oldObject", "{}"}};
  assert_int_equal(read_changed(arena, more, COUNT(more), &request, NULL), 0);
  assert_string_equal(request.name, "");
  assert_string_equal(request.ns, "");
}

static void objects_by_operation(void **state) {
  (void)state;
  static const struct {
    const char *operation, *object, *old_object;
    const char *error; /* NULL if it is readable */
    bool has_object, has_old_object;
  } cases[] = {
      {"CREATE", "{}", "null", NULL, true, false},
      {"CREATE", "{}", NULL, NULL, true, false},
      {"CREATE", "{}", "{}", NULL, true, false},
      {"CREATE", "null", "null", "request.object: must be an object", false, false},
      {"CREATE", NULL, "null", "request.object: must be an object", false, false},
      {"CREATE", "[]", "null", "request.object: must be an object", false, false},
      {"CREATE", "\"{}\"", "null", "request.object: must be an object", false, false},
      {"CREATE", "{}", "[]", "request.oldObject: must be an object or null", false, false},
      {"UPDATE", "{}", "{}", NULL, true, true},
      {"UPDATE", "null", "{}", "request.object: must be an object", false, false},
      {"UPDATE", "{}", "null", "request.oldObject: must be an object", false, false},
      {"UPDATE", "{}", NULL, "request.oldObject: must be an object", false, false},
      {"UPDATE", "{}", "7", "request.oldObject: must be an object", false, false},
      {"DELETE", "null", "{}", NULL, false, true},
      {"DELETE", "null", "null", NULL, false, false},
      {"DELETE", NULL, NULL, NULL, false, false},
      {"DELETE", "{}", "{}", NULL, false, true},
      {"DELETE", "true", "{}", "request.object: must be an object or null", false, false},
      {"DELETE", "null", "\"x\"", "request.oldObject: must be an object or null", false, false},
      {"CONNECT", "{}", "null", NULL, true, false},
      {"CONNECT", "7", "[]", NULL, false, false},
      {"CONNECT", NULL, NULL, NULL, false, false},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_request request = {0};
    struct dw_error err = DW_ERROR_INIT;
    struct change changes[] = {{"/request/operation", dw_arena_printf(arena, "\"%s\"", cases[i].operation)},
                               {"/request/object", cases[i].object},
                               {"/request/oldObject", cases[i].old_object}};
    int result = read_changed(arena, changes, COUNT(changes), &request, &err);
    if ((result == 0) != (cases[i].error == NULL))
      fail_msg("case %zu: %d, error \"%s\"", i, result, err.text);
    if (cases[i].error != NULL && strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
      fail_msg("case %zu: error \"%s\"", i, err.text);
    assert_int_equal(request.object != NULL, cases[i].has_object);
    assert_int_equal(request.old_object != NULL, cases[i].has_old_object);
    if (result == 0)
      assert_string_equal(dw_operation_name(request.operation), cases[i].operation);
  }
}

/* Every part with a wrong type or value is rejected, with a message that begins with its path. */
static void rejects_wrong_parts(void **state) {
  (void)state;
  static const struct {
    struct change change;
    const char *error;
  } cases[] = {
      {{"/kind", NULL}, "kind: must be a non-empty string, but is absent"},
      {{"/kind", "7"}, "kind: must be a non-empty string, but is an integer"},
      {{"/kind", "\"Review\""}, "kind: must be AdmissionReview, but is \"Review\""},
      {{"/kind", "\"admissionreview\""}, "kind: must be AdmissionReview"},
      {{"/apiVersion", NULL}, "apiVersion: must be a non-empty string"},
      {{"/apiVersion", "\"admission.k8s.io/v2\""}, "apiVersion: must be admission.k8s.io/v1 or"},
      {{"/apiVersion", "\"v1\""}, "apiVersion: must be admission.k8s.io/v1 or"},
      {{"/request", NULL}, "request: must be an object, but is absent"},
      {{"/request", "null"}, "request: must be an object, but is null"},
      {{"/request", "[]"}, "request: must be an object, but is a list"},
      {{"/request/uid", NULL}, "request.uid: must be a non-empty string, but is absent"},
      {{"/request/uid", "\"\""}, "request.uid: must not be empty"},
      {{"/request/uid", "7"}, "request.uid: must be a non-empty string, but is an integer"},
      {{"/request/kind", NULL}, "request.kind: must be an object"},
      {{"/request/kind", "\"Pod\""}, "request.kind: must be an object"},
      {{"/request/kind/group", NULL}, "request.kind.group: must be a string, but is absent"},
      {{"/request/kind/group", "null"}, "request.kind.group: must be a string, but is null"},
      {{"/request/kind/version", "1"}, "request.kind.version: must be a non-empty string"},
      {{"/request/kind/version", "\"\""}, "request.kind.version: must not be empty"},
      {{"/request/kind/kind", "{}"}, "request.kind.kind: must be a non-empty string"},
      {{"/request/operation", NULL}, "request.operation: must be a non-empty string"},
      {{"/request/operation", "\"PATCH\""},
       "request.operation: must be CREATE, UPDATE, DELETE or CONNECT, but is \"PATCH\""},
      {{"/request/operation", "\"create\""}, "request.operation: must be CREATE"},
      {{"/request/operation", "1"}, "request.operation: must be"},
      {{"/request/dryRun", "\"true\""}, "request.dryRun: must be a boolean, but is a string"},
      {{"/request/dryRun", "1"}, "request.dryRun: must be a boolean"},
      {{"/request/name", "7"}, "request.name: must be a string"},
      {{"/request/namespace", "{}"}, "request.namespace: must be a string"},
      {{"/request/subResource", "[]"}, "request.subResource: must be a string"},
      {{"/request/userInfo", "\"admin\""}, "request.userInfo: must be an object"},
      {{"/request/userInfo/username", "7"}, "request.userInfo.username: must be a string"},
      {{"/request/userInfo/uid", "7"}, "request.userInfo.uid: must be a string"},
      {{"/request/userInfo/groups", "\"a\""}, "request.userInfo.groups: must be a list"},
      {{"/request/userInfo/extra", "[]"}, "request.userInfo.extra: must be an object"},
      {{"/request/resource", "\"pods\""}, "request.resource: must be an object"},
      {{"/request/resource/group", "7"}, "request.resource.group: must be a string"},
      {{"/request/resource/version", "7"}, "request.resource.version: must be a string, but is an integer"},
      {{"/request/resource/resource", "7"}, "request.resource.resource: must be a string, but is an integer"},
      {{"/request/requestKind", "true"}, "request.requestKind: must be an object"},
      {{"/request/requestKind/group", "7"}, "request.requestKind.group: must be a string, but is an integer"},
      {{"/request/requestKind/version", "7"}, "request.requestKind.version: must be a string, but is an integer"},
      {{"/request/requestKind/kind", "[]"}, "request.requestKind.kind: must be a string"},
      {{"/request/requestResource", "7"}, "request.requestResource: must be an object, but is an integer"},
      {{"/request/requestResource/group", "7"}, "request.requestResource.group: must be a string, but is an integer"},
      {{"/request/requestResource/version", "7"},
       "request.requestResource.version: must be a string, but is an integer"},
      {{"/request/requestResource/resource", "1.5"}, "request.requestResource.resource: must be a string"},
      {{"/request/requestSubResource", "{}"}, "request.requestSubResource: must be a string"},
      {{"/request/options", "\"x\""}, "request.options: must be an object"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_request request = {.uid = "untouched"};
    struct dw_error err = DW_ERROR_INIT;
    if (read_changed(arena, &cases[i].change, 1, &request, &err) != -1)
      fail_msg("%s as %s: should be refused", cases[i].change.pointer, cases[i].change.value);
    if (strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
      fail_msg("%s as %s: error \"%s\"", cases[i].change.pointer, cases[i].change.value, err.text);
    assert_string_equal(request.uid, "untouched");
  }
}

static void rejects_malformed_bodies(void **state) {
  (void)state;
  static const struct {
    const char *body;
    enum dw_error_code code;
  } cases[] = {
      {"", DW_ERR_SYNTAX},
      {"{", DW_ERR_SYNTAX},
      {"{} {}", DW_ERR_SYNTAX},
      {"\x01\x02", DW_ERR_SYNTAX},
      {"null", DW_ERR_INVALID},
      {"[]", DW_ERR_INVALID},
      {"\"AdmissionReview\"", DW_ERR_INVALID},
      {"{}", DW_ERR_INVALID},
      {"{\"kind\":\"AdmissionReview\",\"kind\":\"AdmissionReview\"}", DW_ERR_DUPLICATE},
      {"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"object\":{\"spec\":"
       "{\"config\":\"{}\",\"config\":\"\"}}}}",
       DW_ERR_DUPLICATE},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_request request;
    struct dw_error err = DW_ERROR_INIT;
    assert_int_equal(dw_request_read(arena, cases[i].body, strlen(cases[i].body), &request, &err), -1);
    if (err.code != cases[i].code)
      fail_msg("case %zu: code %d, error \"%s\"", i, (int)err.code, err.text);
  }
}

/* No prefix of a valid review is a valid review. */
static void rejects_truncated_bodies(void **state) {
  (void)state;
  for (size_t length = 0; length < strlen(update); length++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_request request;
    assert_int_equal(dw_request_read(arena, update, length, &request, NULL), -1);
  }
}

/* A review whose object is nested until the document has DEPTH levels. */
static int read_nested(struct dw_arena *arena, size_t depth, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  size_t own = 3; /* the review, request, object */
  for (size_t i = own; i < depth; i++)
    dw_buf_putc(&text, '[');
  for (size_t i = own; i < depth; i++)
    dw_buf_putc(&text, ']');
  const char *body = dw_arena_printf(
      arena,
      "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"kind\":"
      "{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"operation\":\"CREATE\",\"object\":{\"x\":%s}}}",
      dw_buf_text(&text));
  struct dw_request request;
  return dw_request_read(arena, body, strlen(body), &request, err);
}

static void limits_the_nesting(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  if (read_nested(arena, DW_JSON_MAX_DEPTH, &err) != 0)
    fail_msg("%s", err.text);
  assert_int_equal(read_nested(arena, DW_JSON_MAX_DEPTH + 1, &err), -1);
  assert_int_equal(err.code, DW_ERR_DEPTH);
}

static void limits_the_memory(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *small = dw_arena_new(512);
  struct dw_request request;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_request_read(small, update, strlen(update), &request, &err), -1);
  assert_int_equal(err.code, DW_ERR_MEMORY);
}

/* --- what a real API server sent --- */

static char *read_file(struct dw_arena *arena, const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *text = dw_arena_alloc(arena, 64 * 1024);
  *length = fread(text, 1, 64 * 1024 - 1, file);
  assert_int_equal(fclose(file), 0);
  return text;
}

static const char *string_at(json_object *json, const char *pointer) {
  json_object *value = NULL;
  return json_pointer_get(json, pointer, &value) == 0 ? json_object_get_string(value) : NULL;
}

static void check_recorded(const char *path) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  const char *body = read_file(arena, path, &length);
  struct dw_request request;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_request_read(arena, body, length, &request, &err) != 0)
    fail_msg("%s: %s", path, err.text);
  json_object *review = json_tokener_parse(body);
  assert_string_equal(request.uid, string_at(review, "/request/uid"));
  assert_string_equal(request.name, string_at(review, "/request/name"));
  assert_string_equal(request.ns, "openshift-cnv");
  assert_string_equal(request.kind, string_at(review, "/request/kind/kind"));
  assert_string_equal(request.group, string_at(review, "/request/kind/group"));
  assert_string_equal(request.version, string_at(review, "/request/kind/version"));
  assert_string_equal(request.user, "admin");
  assert_string_equal(dw_operation_name(request.operation), string_at(review, "/request/operation"));
  assert_int_equal(request.dry_run, strstr(path, "dryrun") != NULL);
  assert_int_equal(request.object == NULL, string_at(review, "/request/object") == NULL);
  assert_int_equal(request.old_object == NULL, string_at(review, "/request/oldObject") == NULL);
  json_object_put(review);
}

static void recorded_reviews(void **state) {
  (void)state;
  glob_t found;
  assert_int_equal(glob(RECORDED "*.json", 0, NULL, &found), 0);
  assert_true(found.gl_pathc >= 16);
  for (size_t i = 0; i < found.gl_pathc; i++)
    check_recorded(found.gl_pathv[i]);
  globfree(&found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_every_part),         cmocka_unit_test(reads_v1beta1),
      cmocka_unit_test(optional_parts),           cmocka_unit_test(names_come_from_the_objects),
      cmocka_unit_test(objects_by_operation),     cmocka_unit_test(rejects_wrong_parts),
      cmocka_unit_test(rejects_malformed_bodies), cmocka_unit_test(rejects_truncated_bodies),
      cmocka_unit_test(limits_the_nesting),       cmocka_unit_test(limits_the_memory),
      cmocka_unit_test(recorded_reviews),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
