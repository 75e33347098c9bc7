#include "cluster/placement.h"

#include <stdlib.h>
#include <string.h>

/* --- nodeSelector --- */

static const char system_label[] = "kubernetes.io/os";

/* A node without the label is assumed to run Linux. */
static const char *system_of(const struct dw_object *node) {
  const char *system = dw_label_value(node->node.labels, node->node.label_count, system_label);
  return system == NULL ? "linux" : system;
}

bool dw_node_is_linux(const struct dw_object *node) {
  return strcmp(system_of(node), "linux") == 0;
}

/* KubeVirt's pods run on Linux unless the selector names another system
 * (pkg/virt-operator/resource/placement/placement.go). */
static bool selects(const dw_json *selector, const struct dw_object *node) {
  if (dw_json_get(selector, system_label) == NULL && !dw_node_is_linux(node))
    return false;
  for (struct dw_json_member it = dw_json_first(selector); it.value != NULL; it = dw_json_next(selector, it)) {
    const char *wanted = dw_json_string(it.value);
    const char *value = strcmp(it.key, system_label) == 0
                            ? system_of(node)
                            : dw_label_value(node->node.labels, node->node.label_count, it.key);
    if (wanted == NULL || value == NULL || strcmp(wanted, value) != 0)
      return false;
  }
  return true;
}

/* --- node affinity --- */

static bool contains(const dw_json *values, const char *value) {
  for (size_t i = 0; i < dw_json_size(values); i++) {
    const char *text = dw_json_string(dw_json_at(values, i));
    if (text != NULL && strcmp(text, value) == 0)
      return true;
  }
  return false;
}

/* Sets OUT to -1, 0 or 1 if VALUE is less than, equal to or greater than the only number in VALUES. Returns false if
 * one of them is not an integer. */
static bool compare_numbers(const char *value, const dw_json *values, int *out) {
  const char *limit = dw_json_string(dw_json_at(values, 0));
  char *value_end = NULL;
  char *limit_end = NULL;
  if (limit == NULL || dw_json_size(values) != 1)
    return false;
  long long a = strtoll(value, &value_end, 10);
  long long b = strtoll(limit, &limit_end, 10);
  *out = (a > b) - (a < b);
  return *value != '\0' && *value_end == '\0' && *limit != '\0' && *limit_end == '\0';
}

/* VALUE is the node's value for the requirement's key; NULL if it has none. */
static bool meets(const dw_json *requirement, const char *value) {
  const char *operator= dw_json_get_string(requirement, "operator");
  const dw_json *values = dw_json_get(requirement, "values");
  int order = 0;
  if (operator== NULL)
    return false;
  if (strcmp(operator, "In") == 0)
    return value != NULL && contains(values, value);
  if (strcmp(operator, "NotIn") == 0)
    return value == NULL || !contains(values, value);
  if (strcmp(operator, "Exists") == 0)
    return value != NULL;
  if (strcmp(operator, "DoesNotExist") == 0)
    return value == NULL;
  if (value == NULL || !compare_numbers(value, values, &order))
    return false;
  return (strcmp(operator, "Gt") == 0 && order > 0) || (strcmp(operator, "Lt") == 0 && order < 0);
}

/* A term without requirements matches no node. */
static bool term_matches(const dw_json *term, const struct dw_object *node) {
  const dw_json *expressions = dw_json_get(term, "matchExpressions");
  const dw_json *fields = dw_json_get(term, "matchFields");
  for (size_t i = 0; i < dw_json_size(expressions); i++) {
    const char *key = dw_json_get_string(dw_json_at(expressions, i), "key");
    if (key == NULL ||
        !meets(dw_json_at(expressions, i), dw_label_value(node->node.labels, node->node.label_count, key)))
      return false;
  }
  for (size_t i = 0; i < dw_json_size(fields); i++) {
    const char *key = dw_json_get_string(dw_json_at(fields, i), "key");
    if (key == NULL || strcmp(key, "metadata.name") != 0 || !meets(dw_json_at(fields, i), node->name))
      return false;
  }
  return dw_json_size(expressions) + dw_json_size(fields) > 0;
}

static bool affinity_matches(const dw_json *affinity, const struct dw_object *node) {
  const dw_json *terms = dw_json_path(affinity, "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
                                      "nodeSelectorTerms", NULL);
  if (dw_json_type(terms) != DW_JSON_ARRAY)
    return true;
  for (size_t i = 0; i < dw_json_size(terms); i++)
    if (term_matches(dw_json_at(terms, i), node))
      return true;
  return false;
}

/* --- taints --- */

static bool equals_or_unset(const dw_json *object, const char *key, const char *wanted) {
  const char *text = dw_json_get_string(object, key);
  return text == NULL || *text == '\0' || strcmp(text, wanted) == 0;
}

static bool tolerates(const dw_json *toleration, const struct dw_taint *taint) {
  const char *operator= dw_json_get_string(toleration, "operator");
  const char *value = dw_json_get_string(toleration, "value");
  if (!equals_or_unset(toleration, "effect", taint->effect) || !equals_or_unset(toleration, "key", taint->key))
    return false;
  if (operator!= NULL && strcmp(operator, "Exists") == 0)
    return true;
  return (operator== NULL || * operator== '\0' || strcmp(operator, "Equal") == 0) &&
         strcmp(value == NULL ? "" : value, taint->value) == 0;
}

/* Taints for conditions of the node are temporary, and DaemonSet pods tolerate them (pkg/controller/daemon/util,
 * AddOrUpdateDaemonPodTolerations). KubeVirt's own pods tolerate CriticalAddonsOnly (components/daemonsets.go). */
static bool is_always_tolerated(const struct dw_taint *taint) {
  static const char condition[] = "node.kubernetes.io/";
  return strncmp(taint->key, condition, sizeof condition - 1) == 0 || strcmp(taint->key, "CriticalAddonsOnly") == 0;
}

static bool all_tolerated(const dw_json *tolerations, const struct dw_object *node) {
  for (size_t i = 0; i < node->node.taint_count; i++) {
    const struct dw_taint *taint = &node->node.taints[i];
    bool tolerated = is_always_tolerated(taint);
    for (size_t k = 0; !tolerated && k < dw_json_size(tolerations); k++)
      tolerated = tolerates(dw_json_at(tolerations, k), taint);
    if (!tolerated)
      return false;
  }
  return true;
}

bool dw_placement_fits(const dw_json *placement, const struct dw_object *node) {
  return selects(dw_json_get(placement, "nodeSelector"), node) &&
         affinity_matches(dw_json_get(placement, "affinity"), node) &&
         all_tolerated(dw_json_get(placement, "tolerations"), node);
}
