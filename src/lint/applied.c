#include "lint/applied.h"

#include <string.h>

#include "cluster/migration.h"

/* Returns a copy of OBJECT with VALUE at PATH[COUNT]. Missing parents are created. */
static const dw_json *put(struct dw_arena *arena, const dw_json *object, const char *const *path, size_t count,
                          const dw_json *value) {
  enum { DEEPEST = 4 };
  const dw_json *parents[DEEPEST] = {dw_json_type(object) == DW_JSON_OBJECT ? object : dw_json_new_object(arena)};
  for (size_t i = 1; i < count; i++) {
    const dw_json *child = dw_json_get(parents[i - 1], path[i - 1]);
    parents[i] = dw_json_type(child) == DW_JSON_OBJECT ? child : dw_json_new_object(arena);
  }
  for (size_t i = count; i > 0; i--)
    value = dw_json_with(arena, parents[i - 1], path[i - 1], value);
  return value;
}

#define PUT(arena, object, value, ...)                                                                                 \
  put(arena, object, (const char *const[]){__VA_ARGS__},                                                               \
      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), value)

static const dw_json *put_gate(struct dw_arena *arena, const dw_json *json, bool v1, bool on) {
  static const char name[] = "decentralizedLiveMigration";
  if (!v1)
    return PUT(arena, json, dw_json_new_bool(on), "spec", "featureGates", name);
  const char *state = on ? "Enabled" : "Disabled";
  const dw_json *gates = dw_json_path(json, "spec", "featureGates", NULL);
  dw_json *all = dw_json_new_array(arena);
  dw_json *gate = dw_json_new_object(arena);
  for (size_t i = 0; i < dw_json_size(gates); i++)
    dw_json_append(arena, all, dw_json_share(dw_json_at(gates, i)));
  dw_json_set(arena, gate, "name", dw_json_new_string(arena, name, strlen(name)));
  dw_json_set(arena, gate, "state", dw_json_new_string(arena, state, strlen(state)));
  dw_json_append(arena, all, gate);
  return PUT(arena, json, all, "spec", "featureGates");
}

static const dw_json *fill_hyperconverged(struct dw_arena *arena, const dw_json *json, const struct dw_deployment *mine,
                                          const struct dw_deployment *old) {
  bool v1 = strcmp(dw_json_get_string(json, "apiVersion"), "hco.kubevirt.io/v1") == 0;
  if (mine->rollout.by_default)
    json = put_gate(arena, json, v1, old->rollout.decentralized);
  if (mine->workloads == NULL && old->workloads != NULL)
    json = v1 ? PUT(arena, json, old->workloads, "spec", "deployment", "nodePlacements", "workload")
              : PUT(arena, json, old->workloads, "spec", "workloads", "nodePlacement");
  if (mine->infra == NULL && old->infra != NULL)
    json = v1 ? PUT(arena, json, old->infra, "spec", "deployment", "nodePlacements", "infra")
              : PUT(arena, json, old->infra, "spec", "infra", "nodePlacement");
  return json;
}

static const dw_json *fill_kubevirt(struct dw_arena *arena, const dw_json *json, const dw_json *old) {
  static const char *const paths[][3] = {{"spec", "workloads", NULL},
                                         {"spec", "infra", NULL},
                                         {"spec", "configuration", "developerConfiguration"},
                                         {"status", "observedKubeVirtVersion", NULL}};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    const char *const *path = paths[i];
    const dw_json *value = dw_json_path(old, path[0], path[1], path[2], NULL);
    if (value != NULL && dw_json_path(json, path[0], path[1], path[2], NULL) == NULL)
      json = put(arena, json, path, path[2] == NULL ? 2 : 3, value);
  }
  return json;
}

const dw_json *dw_as_applied(struct dw_arena *arena, const dw_json *json, const dw_json *old) {
  struct dw_migration_config mine;
  struct dw_migration_config before;
  if (strcmp(dw_json_get_string(json, "kind"), "KubeVirt") == 0)
    return fill_kubevirt(arena, json, old);
  dw_migration_read(arena, json, &mine);
  dw_migration_read(arena, old, &before);
  return fill_hyperconverged(arena, json, &mine.deployment, &before.deployment);
}
