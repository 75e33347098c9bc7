#include "support/review_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "support/json_patch.h"
#include "yaml/yaml.h"

/* --- worlds --- */

struct objects {
  const struct dw_object *items[256];
  size_t count;
};

static void fail_error(const char *what, const struct dw_error *err) {
  char text[900];
  fail_msg("%s: %s", what, dw_error_format(err, text, sizeof text));
}

static void reduce(struct objects *objects, const struct dw_yaml_doc *doc) {
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  if (dw_object_reduce(doc->root, "openshift-cnv", &object, &err) != 0)
    fail_error("state", &err);
  if (object == NULL)
    return;
  assert_true(objects->count < sizeof objects->items / sizeof *objects->items);
  objects->items[objects->count++] = object;
}

static struct dw_policy *policy_of(const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  size_t count;
  const char *const *ids = dw_rule_ids(&count);
  if (text == NULL)
    return dw_policy_default();
  struct dw_policy *policy = dw_policy_parse(text, strlen(text), "policy.yaml", ids, count, &err);
  if (policy == NULL)
    fail_error("policy", &err);
  return policy;
}

struct dw_world *world_knowing(const char *state, const char *policy_text, enum dw_knowledge knowledge) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  struct objects objects = {.count = 0};
  if (state != NULL && dw_yaml_parse(arena, state, strlen(state), &doc, &err) != 0)
    fail_error("state", &err);
  for (; doc != NULL; doc = doc->next)
    reduce(&objects, doc);
  struct dw_policy *policy = policy_of(policy_text);
  struct dw_view_source source = {.objects = objects.items, .count = objects.count};
  for (size_t i = 0; i < DW_KIND_COUNT; i++)
    source.knowledge[i] = knowledge;
  struct dw_world *world = dw_world_build(policy, &source);
  for (size_t i = 0; i < objects.count; i++)
    dw_object_unref(objects.items[i]);
  return world;
}

struct dw_world *world_of(const char *state, const char *policy) {
  return world_knowing(state, policy, state == NULL ? DW_UNKNOWN : DW_KNOWN);
}

/* --- requests --- */

static const dw_json *read_yaml(struct dw_arena *arena, const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(arena, text, strlen(text), &doc, &err) != 0)
    fail_error("object", &err);
  assert_non_null(doc);
  return doc->root;
}

static const char *string_at(const dw_json *object, const char *parent, const char *key) {
  const char *text = dw_json_get_string(parent == NULL ? object : dw_json_get(object, parent), key);
  return text == NULL ? "" : text;
}

char *review_body(enum dw_operation operation, const char *object_text, const char *old_text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *object = read_yaml(arena, object_text);
  const char *api_version = string_at(object, NULL, "apiVersion");
  const char *slash = strchr(api_version, '/');
  int group = slash == NULL ? 0 : (int)(slash - api_version);
  const char *version = slash == NULL ? api_version : slash + 1;
  const char *now = dw_json_text(arena, object);
  const char *before = old_text == NULL ? "null" : dw_json_text(arena, read_yaml(arena, old_text));
  bool deletes = operation == DW_OP_DELETE;
  struct dw_buf body = DW_BUF_INIT;
  dw_buf_printf(&body,
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u-1\","
                "\"kind\":{\"group\":\"%.*s\",\"version\":\"%s\",\"kind\":\"%s\"},",
                group, api_version, version, string_at(object, NULL, "kind"));
  dw_buf_printf(&body, "\"name\":\"%s\",\"namespace\":\"%s\",\"operation\":\"%s\",",
                string_at(object, "metadata", "name"), string_at(object, "metadata", "namespace"),
                dw_operation_name(operation));
  dw_buf_printf(&body, "\"object\":%s,\"oldObject\":%s}}", deletes ? "null" : now, deletes ? now : before);
  size_t length;
  return dw_buf_steal(&body, &length);
}

/* --- answers --- */

static struct json_object *member(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (json_object_is_type(object, json_type_object))
    json_object_object_get_ex(object, key, &value);
  return value;
}

static const char *text_at(struct json_object *object, const char *key) {
  struct json_object *value = member(object, key);
  return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

struct verdict review_text(const struct dw_world *world, bool mutate, const char *body) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_buf out = DW_BUF_INIT;
  struct dw_error err = DW_ERROR_INIT;
  size_t length;
  if (dw_review(arena, world, mutate, body, strlen(body), &out, NULL, NULL, &err) != 0)
    fail_error("review", &err);
  struct verdict verdict = {.text = dw_buf_steal(&out, &length)};
  verdict.root = json_tokener_parse(verdict.text);
  assert_non_null(verdict.root);
  verdict.response = member(verdict.root, "response");
  assert_non_null(verdict.response);
  verdict.allowed = json_object_get_boolean(member(verdict.response, "allowed"));
  return verdict;
}

static struct verdict review_object(const struct dw_world *world, bool mutate, char *body) {
  struct verdict verdict = review_text(world, mutate, body);
  free(body);
  return verdict;
}

struct verdict review(const struct dw_world *world, enum dw_operation operation, const char *object, const char *old) {
  return review_object(world, false, review_body(operation, object, old));
}

struct verdict review_mutation(const struct dw_world *world, enum dw_operation operation, const char *object,
                               const char *old) {
  return review_object(world, true, review_body(operation, object, old));
}

void verdict_free(struct verdict *verdict) {
  json_object_put(verdict->root);
  free(verdict->text);
  *verdict = (struct verdict){0};
}

static const char *annotation(const struct verdict *verdict, const char *key) {
  return text_at(member(verdict->response, "auditAnnotations"), key);
}

const char *verdict_denied(const struct verdict *verdict) {
  return annotation(verdict, "denied");
}

const char *verdict_warned(const struct verdict *verdict) {
  return annotation(verdict, "warned");
}

const char *verdict_excepted(const struct verdict *verdict) {
  return annotation(verdict, "excepted");
}

const char *verdict_defaulted(const struct verdict *verdict) {
  return annotation(verdict, "defaulted");
}

static size_t count_of(struct json_object *array) {
  return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static struct json_object *causes(const struct verdict *verdict) {
  return member(member(member(verdict->response, "status"), "details"), "causes");
}

size_t verdict_cause_count(const struct verdict *verdict) {
  return count_of(causes(verdict));
}

const char *verdict_cause(const struct verdict *verdict, size_t index, const char *key) {
  if (index >= verdict_cause_count(verdict))
    return "";
  return text_at(json_object_array_get_idx(causes(verdict), index), key);
}

static bool is_of(const char *text, const char *rule) {
  char end[80];
  snprintf(end, sizeof end, " [%s]", rule);
  size_t length = strlen(text);
  return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

const char *verdict_cause_of(const struct verdict *verdict, const char *rule, const char *key) {
  for (size_t i = 0; i < verdict_cause_count(verdict); i++) {
    if (is_of(verdict_cause(verdict, i, "message"), rule))
      return verdict_cause(verdict, i, key);
  }
  return "";
}

size_t verdict_warning_count(const struct verdict *verdict) {
  return count_of(member(verdict->response, "warnings"));
}

const char *verdict_warning(const struct verdict *verdict, size_t index) {
  if (index >= verdict_warning_count(verdict))
    return "";
  return json_object_get_string(json_object_array_get_idx(member(verdict->response, "warnings"), index));
}

const char *verdict_warning_of(const struct verdict *verdict, const char *rule) {
  for (size_t i = 0; i < verdict_warning_count(verdict); i++) {
    if (is_of(verdict_warning(verdict, i), rule))
      return verdict_warning(verdict, i);
  }
  return "";
}

const char *verdict_message(const struct verdict *verdict) {
  return text_at(member(verdict->response, "status"), "message");
}

const char *verdict_reason(const struct verdict *verdict) {
  return text_at(member(verdict->response, "status"), "reason");
}

int verdict_code(const struct verdict *verdict) {
  return json_object_get_int(member(member(verdict->response, "status"), "code"));
}

/* --- patches --- */

static int base64_digit(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c == '\0' ? NULL : strchr(digits, c);
  return at == NULL ? -1 : (int)(at - digits);
}

static char *base64_decode(const char *text) {
  char *out = calloc(1, strlen(text) + 1);
  assert_non_null(out);
  size_t length = 0;
  unsigned bits = 0;
  int held = 0;
  for (; base64_digit(*text) >= 0; text++) {
    bits = bits << 6 | (unsigned)base64_digit(*text);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[length++] = (char)(bits >> held & 0xFF);
    }
  }
  assert_true(strspn(text, "=") == strlen(text));
  return out;
}

struct json_object *verdict_patch(const struct verdict *verdict) {
  if (member(verdict->response, "patch") == NULL)
    return NULL;
  assert_string_equal(text_at(verdict->response, "patchType"), "JSONPatch");
  char *text = base64_decode(text_at(verdict->response, "patch"));
  struct json_object *patch = json_tokener_parse(text);
  assert_non_null(patch);
  free(text);
  return patch;
}

char *verdict_patched(const struct verdict *verdict, const char *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct json_object *document = json_tokener_parse(dw_json_text(arena, read_yaml(arena, object)));
  struct json_object *patch = verdict_patch(verdict);
  assert_non_null(document);
  assert_non_null(patch);
  struct json_object *patched = json_patch_apply(document, patch);
  assert_non_null(patched);
  char *text = strdup(json_object_to_json_string_ext(patched, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put(patched);
  json_object_put(patch);
  json_object_put(document);
  return text;
}

char *nad_text(const char *name, const char *config) {
  struct json_object *quoted = json_object_new_string(config);
  struct dw_buf text = DW_BUF_INIT;
  size_t length;
  dw_buf_printf(&text,
                "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\","
                "\"metadata\":{\"name\":\"%s\",\"namespace\":\"openshift-cnv\"},\"spec\":{\"config\":%s}}",
                name, json_object_to_json_string_ext(quoted, JSON_C_TO_STRING_PLAIN));
  json_object_put(quoted);
  return dw_buf_steal(&text, &length);
}
