/* Any JSON object as the object of a review to /mutate: the patch can be applied (by the tests' own implementation of
 * RFC 6902), changes no existing value, and the patched object needs no second patch. */
#include <string.h>

#include "rules/engine.h"
#include "support.h"
#include "support/json_patch.h"

static const char *const kinds[] = {
    "{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"}",
    "{\"group\":\"hco.kubevirt.io\",\"version\":\"v1beta1\",\"kind\":\"HyperConverged\"}",
    "{\"group\":\"hco.kubevirt.io\",\"version\":\"v1\",\"kind\":\"HyperConverged\"}",
    "{\"group\":\"kubevirt.io\",\"version\":\"v1\",\"kind\":\"KubeVirt\"}",
};
static const char *const versions[] = {"k8s.cni.cncf.io/v1", "hco.kubevirt.io/v1beta1", "hco.kubevirt.io/v1",
                                       "kubevirt.io/v1"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* The patch that /mutate makes for OBJECT; NULL if there is none. The caller releases it. */
static struct json_object *mutate(struct json_object *object, size_t kind) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(64 << 20);
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_answer answer;
  struct dw_error err = DW_ERROR_INIT;
  dw_buf_printf(
      &body,
      "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\",\"kind\":%s,"
      "\"name\":\"mig\",\"namespace\":\"openshift-cnv\",\"operation\":\"CREATE\",\"object\":",
      kinds[kind]);
  dw_buf_puts(&body, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  dw_buf_puts(&body, "}}");
  if (dw_review(arena, fuzz_world(), true, body.data, body.length, &out, NULL, &answer, &err) != 0 || !answer.patch)
    return NULL;
  struct json_object *patch = fuzz_json(answer.patch, answer.patch_length);
  FUZZ_ASSERT(json_object_is_type(patch, json_type_array) && json_object_array_length(patch) > 0);
  return patch;
}

/* Checks that the patch only added members and replaced null or "". */
static bool keeps(struct json_object *before, struct json_object *after) {
  if (!before || json_object_equal(before, after))
    return true;
  if (!json_object_is_type(before, json_type_object) || !json_object_is_type(after, json_type_object))
    return false;
  json_object_object_foreach(before, key, value) {
    struct json_object *now = NULL;
    if (!json_object_object_get_ex(after, key, &now))
      return false;
    if (strcmp(key, "config") != 0 && !keeps(value, now))
      return false;
  }
  return true;
}

static void check_object(struct json_object *object, size_t kind) {
  json_object_object_add(object, "apiVersion", json_object_new_string(versions[kind]));
  struct json_object *patch = mutate(object, kind);
  if (!patch)
    return;
  struct json_object *patched = json_patch_apply(object, patch);
  FUZZ_ASSERT(patched);
  FUZZ_ASSERT(keeps(object, patched));
  struct json_object *again = mutate(patched, kind);
  FUZZ_ASSERT(!again);
  json_object_put(patched);
  json_object_put(patch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (size_t kind = 0; kind < KINDS; kind++) {
    struct json_object *object = fuzz_json((const char *)data, size);
    if (json_object_is_type(object, json_type_object))
      check_object(object, kind);
    json_object_put(object);
  }
  return 0;
}
