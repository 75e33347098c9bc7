/* Patches of KubeVirt's own workloads, which virt-operator applies last (kubevirt/kubevirt
 * pkg/virt-operator/resource/apply/patches.go): what they change in the pods that use the migration network. */
#include "rules/customize.h"

#include <string.h>

#include "base/text.h"

enum { DEPTH = 5 };

/* What a patch can change, as the path to it. */
struct target {
  const char *path[DEPTH + 1];
  enum dw_touch touch;
};
static const struct target targets[] = {
    {{"spec", "template", "metadata", "annotations", "k8s.v1.cni.cncf.io/networks", NULL}, DW_TOUCH_NETWORKS},
    {{"spec", "template", "spec", "hostNetwork", NULL}, DW_TOUCH_HOST_NETWORK},
    {{"spec", "template", "spec", "nodeSelector", NULL}, DW_TOUCH_PLACEMENT},
    {{"spec", "template", "spec", "affinity", NULL}, DW_TOUCH_PLACEMENT},
    {{"spec", "template", "spec", "tolerations", NULL}, DW_TOUCH_PLACEMENT},
    {{"spec", "template", "spec", "nodeName", NULL}, DW_TOUCH_PLACEMENT},
    {{"spec", "replicas", NULL}, DW_TOUCH_PLACEMENT},
};
enum { TARGETS = sizeof targets / sizeof *targets };

static void touch(struct dw_customization *out, const struct target *target, const char *key, bool whole) {
  enum dw_touch kind = target->touch == DW_TOUCH_NETWORKS && whole ? DW_TOUCH_ANNOTATIONS : target->touch;
  if (out->touch != DW_TOUCH_NOTHING && out->touch <= kind)
    return;
  out->touch = kind;
  out->key = key;
}

/* Follows the target's path through VALUE, a merge patch. A strategic patch with a `$patch` directive replaces
 * everything at its place. */
static void follow_merge(const dw_json *value, const struct target *target, struct dw_customization *out) {
  const char *key = "";
  size_t depth = 0;
  for (; target->path[depth] != NULL && dw_json_type(value) == DW_JSON_OBJECT; depth++) {
    const char *directive = dw_json_get_string(value, "$patch");
    if (directive != NULL && strcmp(directive, "merge") != 0) {
      touch(out, target, key, true);
      return;
    }
    key = target->path[depth];
    value = dw_json_get(value, key);
  }
  bool reached = target->path[depth] == NULL;
  if (value != NULL && (reached || dw_json_type(value) != DW_JSON_OBJECT))
    touch(out, target, key, !reached);
}

static bool is_token(const char *pointer, size_t length, const char *word) {
  for (size_t i = 0; i < length; i++, word++) {
    char c = pointer[i];
    if (c == '~' && i + 1 < length)
      c = pointer[++i] == '1' ? '/' : '~';
    if (*word != c)
      return false;
  }
  return *word == '\0';
}

/* An operation of a JSON Patch at POINTER. */
static void follow_pointer(const char *pointer, const struct target *target, struct dw_customization *out) {
  const char *key = "";
  size_t depth = 0;
  while (*pointer == '/' && target->path[depth] != NULL) {
    size_t length = strcspn(++pointer, "/");
    key = target->path[depth++];
    if (!is_token(pointer, length, key))
      return;
    pointer += length;
  }
  touch(out, target, key, target->path[depth] != NULL);
}

static void follow_operation(const dw_json *operation, struct dw_customization *out) {
  const char *kind = dw_json_get_string(operation, "op");
  const char *const ends[] = {dw_json_get_string(operation, "path"),
                              kind != NULL && strcmp(kind, "move") == 0 ? dw_json_get_string(operation, "from") : NULL};
  if (kind != NULL && strcmp(kind, "test") == 0)
    return;
  for (size_t e = 0; e < 2; e++)
    for (size_t i = 0; ends[e] != NULL && i < TARGETS; i++)
      follow_pointer(ends[e], &targets[i], out);
}

/* In a patch, "*" matches every kind or name, and letter case does not matter. */
static bool matches(const dw_json *patch, const char *key, const char *word) {
  const char *text = dw_json_get_string(patch, key);
  return text != NULL && (strcmp(text, "*") == 0 || dw_key_equal(text, word));
}

static const char *workload_of(const dw_json *patch) {
  static const char *const workloads[][2] = {{"DaemonSet", "virt-handler"},
                                             {"Deployment", "virt-synchronization-controller"}};
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
    if (matches(patch, "resourceType", workloads[i][0]) && matches(patch, "resourceName", workloads[i][1]))
      return workloads[i][1];
  return NULL;
}

struct dw_customization dw_customization_read(struct dw_arena *arena, const dw_json *patch) {
  struct dw_customization out = {.workload = workload_of(patch), .key = ""};
  const char *text = dw_json_get_string(patch, "patch");
  const char *type = dw_json_get_string(patch, "type");
  if (out.workload == NULL)
    return out;
  dw_arena_next_text(arena);
  const dw_json *json = text == NULL ? NULL : dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  bool operations = type != NULL && strcmp(type, "json") == 0;
  if (dw_json_type(json) != (operations ? DW_JSON_ARRAY : DW_JSON_OBJECT)) {
    out.touch = DW_TOUCH_UNREADABLE;
    return out;
  }
  for (size_t i = 0; operations && i < dw_json_size(json); i++)
    follow_operation(dw_json_at(json, i), &out);
  for (size_t i = 0; !operations && i < TARGETS; i++)
    follow_merge(json, &targets[i], &out);
  return out;
}
