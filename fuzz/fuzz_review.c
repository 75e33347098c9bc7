/* Any body to /validate and /mutate: the answer is valid JSON with the request's uid, the same each time, within the
 * API's limits, and what can't be read is never allowed. */
#include <string.h>

#include "rules/engine.h"
#include "support.h"

enum { TREE_LIMIT = 16 << 20 };

static void check_warnings(struct json_object *response) {
  struct json_object *warnings = fuzz_get(response, "warnings", NULL);
  size_t total = 0;
  for (size_t i = 0; warnings && i < json_object_array_length(warnings); i++) {
    int length = json_object_get_string_len(json_object_array_get_idx(warnings, i));
    FUZZ_ASSERT(length > 0 && length <= 256);
    total += (size_t)length;
  }
  FUZZ_ASSERT(total <= 4096);
}

static void check_denial(struct json_object *response) {
  struct json_object *causes = fuzz_get(fuzz_get(response, "status", "details"), "causes", NULL);
  FUZZ_ASSERT(json_object_get_int(fuzz_get(response, "status", "code")) >= 400);
  for (size_t i = 0; causes && i < json_object_array_length(causes); i++) {
    struct json_object *cause = json_object_array_get_idx(causes, i);
    const char *message = json_object_get_string(fuzz_get(cause, "message", NULL));
    FUZZ_ASSERT(message && *message && message[strlen(message) - 1] == ']');
    FUZZ_ASSERT(fuzz_get(cause, "field", NULL));
  }
}

/* A NAD whose config is not JSON must not be allowed. */
static void check_unreadable(struct json_object *review, bool allowed) {
  struct json_object *request = fuzz_get(review, "request", NULL);
  struct json_object *kind = fuzz_get(request, "kind", NULL);
  const char *operation = json_object_get_string(fuzz_get(request, "operation", NULL));
  const char *name = json_object_get_string(fuzz_get(kind, "kind", NULL));
  const char *group = json_object_get_string(fuzz_get(kind, "group", NULL));
  struct json_object *config = fuzz_get(fuzz_get(request, "object", "spec"), "config", NULL);
  struct json_object *deleting = fuzz_get(fuzz_get(request, "object", "metadata"), "deletionTimestamp", NULL);
  if (!operation || strcmp(operation, "CREATE") != 0 || !name || strcmp(name, "NetworkAttachmentDefinition") != 0 ||
      !group || strcmp(group, "k8s.cni.cncf.io") != 0 || deleting || !json_object_is_type(config, json_type_string))
    return;
  const char *text = json_object_get_string(config);
  struct json_object *parsed = fuzz_json(text, strlen(text));
  if (*text && !json_object_is_type(parsed, json_type_object))
    FUZZ_ASSERT(!allowed);
  json_object_put(parsed);
}

static void check_answer(const char *body, size_t size, const struct dw_buf *out, bool mutate) {
  struct json_object *answer = fuzz_json(out->data, out->length);
  struct json_object *review = fuzz_json(body, size);
  struct json_object *response = fuzz_get(answer, "response", NULL);
  FUZZ_ASSERT(answer && response);
  const char *uid = json_object_get_string(fuzz_get(response, "uid", NULL));
  const char *asked = json_object_get_string(fuzz_get(review, "request", "uid"));
  FUZZ_ASSERT(uid && *uid);
  if (asked)
    FUZZ_ASSERT(strcmp(uid, asked) == 0);
  bool allowed = json_object_get_boolean(fuzz_get(response, "allowed", NULL));
  check_warnings(response);
  if (!allowed)
    check_denial(response);
  if (review && !mutate)
    check_unreadable(review, allowed);
  FUZZ_ASSERT(mutate ? allowed : !fuzz_get(response, "patch", NULL));
  json_object_put(review);
  json_object_put(answer);
}

static int answer(bool mutate, const char *body, size_t size, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(TREE_LIMIT);
  struct dw_error err = DW_ERROR_INIT;
  int status = dw_review(arena, fuzz_world(), mutate, body, size, out, NULL, NULL, &err);
  FUZZ_ASSERT(status == 0 || (err.text[0] && !strchr(err.text, '\n')));
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (int mutate = 0; mutate < 2; mutate++) {
    DW_BUF_SCOPED struct dw_buf first = DW_BUF_INIT;
    DW_BUF_SCOPED struct dw_buf second = DW_BUF_INIT;
    if (answer(mutate, (const char *)data, size, &first) != 0)
      return 0;
    FUZZ_ASSERT(answer(mutate, (const char *)data, size, &second) == 0);
    FUZZ_ASSERT(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
    check_answer((const char *)data, size, &first, mutate);
  }
  return 0;
}
