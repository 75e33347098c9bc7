#include "cluster/deployment.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/patch.h"

static const char hco_gate[] = "decentralizedLiveMigration";
static const char kubevirt_gate[] = "DecentralizedLiveMigration";

/* --- HyperConverged's gates --- */

enum gate { GATE_OFF, GATE_ON, GATE_UNSET /* beta: on */ };

/* GATES lists deviations from the defaults. The first entry with the name counts, whatever its letter case.
 * Source: HCO api/v1/featuregates/feature_gates.go. */
static enum gate v1_gate(const dw_json *gates) {
  for (size_t i = 0; i < dw_json_size(gates); i++) {
    const dw_json *gate = dw_json_at(gates, i);
    const char *name = dw_json_get_string(gate, "name");
    if (name == NULL || !dw_key_equal(name, hco_gate))
      continue;
    const char *state = dw_json_get_string(gate, "state");
    return state == NULL || strcmp(state, "Enabled") == 0 ? GATE_ON : GATE_OFF;
  }
  return GATE_UNSET;
}

/* The default is in the CRD: in a cluster the API server has filled it in, but in a manifest it is still missing.
 * Source: HCO api/v1beta1/hyperconverged_types.go. */
static enum gate v1beta1_gate(const dw_json *gates) {
  bool on = false;
  const dw_json *gate = dw_json_get(gates, hco_gate);
  if (dw_json_type(gate) <= DW_JSON_NULL)
    return GATE_UNSET;
  return dw_json_boolean(gate, &on) && on ? GATE_ON : GATE_OFF;
}

/* --- KubeVirt --- */

static bool lists(const dw_json *list, const char *word) {
  for (size_t i = 0; i < dw_json_size(list); i++) {
    const char *text = dw_json_string(dw_json_at(list, i));
    if (text != NULL && strcmp(text, word) == 0)
      return true;
  }
  return false;
}

/* The gate is beta, and on by default, in versions after 1.9 (pkg/virt-config/featuregate/active.go); alpha before. */
static bool is_beta(const char *version) {
  if (version == NULL)
    return false;
  char *end = NULL;
  unsigned long major = strtoul(version + (*version == 'v'), &end, 10);
  unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
  return major > 1 || (major == 1 && minor > 9);
}

/* Source: IsEnabled in pkg/virt-config/featuregate/feature-gates.go, which checks the enabled gates first. */
static bool kubevirt_decentralized(const dw_json *kubevirt) {
  const dw_json *developer = dw_json_path(kubevirt, "spec", "configuration", "developerConfiguration", NULL);
  if (lists(dw_json_get(developer, "featureGates"), kubevirt_gate))
    return true;
  return !lists(dw_json_get(developer, "disabledFeatureGates"), kubevirt_gate) &&
         is_beta(dw_json_string(dw_json_path(kubevirt, "status", "observedKubeVirtVersion", NULL)));
}

static const dw_json *placement_of(const dw_json *spec, const char *component) {
  const dw_json *placement = dw_json_path(spec, component, "nodePlacement", NULL);
  return dw_json_type(placement) == DW_JSON_OBJECT ? placement : NULL;
}

static void read_kubevirt(const dw_json *kubevirt, struct dw_deployment *out) {
  int64_t replicas = -1;
  const dw_json *spec = dw_json_get(kubevirt, "spec");
  bool given = dw_json_integer(dw_json_path(spec, "infra", "replicas", NULL), &replicas);
  out->workloads = placement_of(spec, "workloads");
  out->infra = placement_of(spec, "infra");
  out->rollout.replicas = given && replicas >= 0 && replicas <= UINT8_MAX ? (int)replicas : -1;
  out->rollout.infra_placed = out->infra != NULL;
  out->rollout.patched = dw_json_size(dw_json_path(spec, "customizeComponents", "patches", NULL)) > 0;
  out->rollout.decentralized = kubevirt_decentralized(kubevirt);
}

/* --- the part of the KubeVirt created by HyperConverged that is about its pods --- */

static dw_json *component(struct dw_arena *arena, const dw_json *placement) {
  dw_json *made = dw_json_new_object(arena);
  if (dw_json_type(placement) == DW_JSON_OBJECT)
    dw_json_set(arena, made, "nodePlacement", dw_json_share(placement));
  return made;
}

static dw_json *nested(struct dw_arena *arena, const char *key, dw_json *value) {
  dw_json *made = dw_json_new_object(arena);
  dw_json_set(arena, made, key, value);
  return made;
}

static const dw_json *make_kubevirt(struct dw_arena *arena, const dw_json *spec, bool v1, bool decentralized) {
  dw_json *gates = dw_json_new_array(arena);
  if (decentralized)
    dw_json_append(arena, gates, dw_json_new_string(arena, kubevirt_gate, sizeof kubevirt_gate - 1));
  const dw_json *placements = dw_json_path(spec, "deployment", "nodePlacements", NULL);
  const dw_json *workloads =
      v1 ? dw_json_get(placements, "workload") : dw_json_path(spec, "workloads", "nodePlacement", NULL);
  const dw_json *infra = v1 ? dw_json_get(placements, "infra") : dw_json_path(spec, "infra", "nodePlacement", NULL);
  dw_json *made = dw_json_new_object(arena);
  dw_json_set(arena, made, "configuration",
              nested(arena, "developerConfiguration", nested(arena, "featureGates", gates)));
  dw_json_set(arena, made, "workloads", component(arena, workloads));
  dw_json_set(arena, made, "infra", component(arena, infra));
  return nested(arena, "spec", made);
}

/* The object created here contains nothing at other paths. */
static bool is_followed(const dw_json *operation) {
  static const char *const prefixes[] = {"/spec/workloads", "/spec/infra",
                                         "/spec/configuration/developerConfiguration"};
  const char *path = dw_json_get_string(operation, "path");
  if (path == NULL)
    return false;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t length = strlen(prefixes[i]);
    if (strncmp(path, prefixes[i], length) == 0 && (path[length] == '\0' || path[length] == '/'))
      return true;
  }
  return strcmp(path, "/spec/configuration") == 0;
}

/* An operation that fails on the partial object may succeed on the real one, on a part that is not read here, so it is
 * ignored. */
static const dw_json *apply_one(struct dw_arena *arena, const dw_json *kubevirt, const dw_json *operation) {
  dw_json *patch = dw_json_new_array(arena);
  if (!is_followed(operation))
    return kubevirt;
  dw_json_append(arena, patch, dw_json_share(operation));
  const dw_json *patched = dw_patch_apply(arena, kubevirt, patch);
  return patched == NULL ? kubevirt : patched;
}

static const dw_json *apply_annotation(struct dw_arena *arena, const dw_json *kubevirt, const dw_json *hco) {
  const char *text =
      dw_json_string(dw_json_path(hco, "metadata", "annotations", "kubevirt.kubevirt.io/jsonpatch", NULL));
  if (text == NULL)
    return kubevirt;
  dw_arena_next_text(arena);
  const dw_json *patch = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  size_t count = dw_json_type(patch) == DW_JSON_ARRAY ? dw_json_size(patch) : 0;
  enum { MOST_OPERATIONS = 128 };
  for (size_t i = 0; i < count && count <= MOST_OPERATIONS; i++)
    kubevirt = apply_one(arena, kubevirt, dw_json_at(patch, i));
  return kubevirt;
}

static void read_hyperconverged(struct dw_arena *arena, const dw_json *hco, bool v1, struct dw_deployment *out) {
  const dw_json *spec = dw_json_get(hco, "spec");
  const dw_json *gates = dw_json_get(spec, "featureGates");
  enum gate gate = v1 ? v1_gate(gates) : v1beta1_gate(gates);
  read_kubevirt(apply_annotation(arena, make_kubevirt(arena, spec, v1, gate != GATE_OFF), hco), out);
  out->rollout.by_default = gate == GATE_UNSET && out->rollout.decentralized;
}

void dw_deployment_read(struct dw_arena *arena, const dw_json *json, enum dw_layout layout, struct dw_deployment *out) {
  *out = (struct dw_deployment){.workloads = NULL};
  if (layout == DW_LAYOUT_KUBEVIRT)
    read_kubevirt(json, out);
  else
    read_hyperconverged(arena, json, layout == DW_LAYOUT_HCO_V1, out);
}

const char *dw_deployment_placement(struct dw_arena *arena, const struct dw_deployment *deployment) {
  if (deployment->workloads == NULL && deployment->infra == NULL)
    return "";
  dw_json *both = dw_json_new_object(arena);
  if (deployment->workloads != NULL)
    dw_json_set(arena, both, "workloads", dw_json_share(deployment->workloads));
  if (deployment->infra != NULL)
    dw_json_set(arena, both, "infra", dw_json_share(deployment->infra));
  return dw_json_text(arena, both);
}
