/* A check: an object loaded for the rules, and the rules that run on it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rules/families.h"
#include "rules/nad_internal.h"
#include "rules/rules_internal.h"

/* --- the catalogue --- */

static const struct dw_family *const families[] = {
    &dw_family_cni,      &dw_family_vlan,         &dw_family_option,     &dw_family_chain,  &dw_family_range,
    &dw_family_overlap,  &dw_family_node_address, &dw_family_migration,  &dw_family_nic,    &dw_family_sharing,
    &dw_family_mtu,      &dw_family_uplink,       &dw_family_allocation, &dw_family_route,  &dw_family_ovn,
    &dw_family_device,   &dw_family_config,       &dw_family_misplaced,  &dw_family_limits, &dw_family_bandwidth,
    &dw_family_operator, &dw_family_selectors,    &dw_family_manifest,   &dw_family_bypass};

enum { RULES_MAX = 128 };

/* Filled once, by join(). */
static struct {
  const struct dw_rule *rules[RULES_MAX];
  const char *ids[RULES_MAX];
  size_t count;
} catalogue;
static pthread_once_t catalogue_once = PTHREAD_ONCE_INIT;

static void join(void) {
  for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
    for (size_t r = 0; r < families[f]->count; r++) {
      if (catalogue.count == RULES_MAX)
        abort();
      catalogue.rules[catalogue.count] = &families[f]->rules[r];
      catalogue.ids[catalogue.count++] = families[f]->rules[r].id;
    }
  }
}

const struct dw_rule *const *dw_rules(size_t *count) {
  pthread_once(&catalogue_once, join);
  *count = catalogue.count;
  return catalogue.rules;
}

const char *const *dw_rule_ids(size_t *count) {
  pthread_once(&catalogue_once, join);
  *count = catalogue.count;
  return catalogue.ids;
}

const struct dw_rule *dw_rule_find(const char *id) {
  size_t count;
  const struct dw_rule *const *rules = dw_rules(&count);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(rules[i]->id, id) == 0)
      return rules[i];
  }
  return NULL;
}

static bool in_scope(const struct dw_check *check, enum dw_scope scope) {
  bool writes = check->operation == DW_OP_CREATE || check->operation == DW_OP_UPDATE;
  switch (scope) {
  case DW_SCOPE_NAD:
    return check->kind == DW_KIND_NAD && writes;
  case DW_SCOPE_NAD_CANDIDATE:
    return check->kind == DW_KIND_NAD && writes && (check->class.migration || check->class.looks_like_migration);
  case DW_SCOPE_NAD_DELETE:
    return check->kind == DW_KIND_NAD && check->operation == DW_OP_DELETE;
  case DW_SCOPE_CONFIG:
    return (check->kind == DW_KIND_HYPERCONVERGED || check->kind == DW_KIND_KUBEVIRT) && writes;
  case DW_SCOPE_LIMITS:
    return check->kind != DW_KIND_NAD && dw_kind_is_judged(check->kind) && writes;
  case DW_SCOPE_MIGRATION_POLICY:
    return check->kind == DW_KIND_MIGRATION_POLICY && writes;
  case DW_SCOPE_HYPERCONVERGED:
    return check->kind == DW_KIND_HYPERCONVERGED && writes;
  case DW_SCOPE_MANIFEST: /* only dw_judge_manifest() runs these */
    return false;
  case DW_SCOPE_VMI:
    return check->kind == DW_KIND_VMI;
  }
  return false;
}

void dw_check_run(struct dw_check *check) {
  size_t count;
  const struct dw_rule *const *rules = dw_rules(&count);
  for (size_t i = 0; i < count; i++) {
    if (in_scope(check, rules[i]->scope) && dw_check_action(check, rules[i], false) > DW_ACTION_OFF)
      rules[i]->check(check, rules[i]);
  }
}

/* --- loading --- */

const dw_json *dw_request_subject(const struct dw_request *request) {
  return request->operation == DW_OP_DELETE ? request->old_object : request->object;
}

bool dw_request_deleting(const struct dw_request *request) {
  if (request->operation == DW_OP_CREATE)
    return false;
  const dw_json *stamp = dw_json_path(dw_request_subject(request), "metadata", "deletionTimestamp", NULL);
  return dw_json_string(stamp) != NULL && *dw_json_string(stamp) != '\0';
}

static struct dw_classification classify(const struct dw_check *check, const dw_json *json,
                                         const struct dw_cni_config *config) {
  const struct dw_nad_traits traits = dw_nad_traits_read(check->ns, check->name, json, config);
  return dw_view_classify(check->view, check->arena, &traits);
}

static void load_nad(struct dw_check *check, const dw_json *object, const dw_json *old) {
  const struct dw_cni_config *config = dw_cni_read(check->arena, object);
  check->class = classify(check, object, config);
  check->config = check->operation == DW_OP_DELETE ? NULL : config;
  check->old_config = old == NULL ? NULL : dw_cni_read(check->arena, old);
  check->sync = dw_view_sync_controllers(check->view);
}

static const struct dw_migration_config *read_migration(struct dw_arena *arena, const dw_json *object) {
  struct dw_migration_config *config = dw_arena_alloc(arena, sizeof *config);
  dw_migration_read(arena, object, config);
  return config;
}

/* The live-migration block of the cluster. */
static const struct dw_migration_config *read_cluster(const struct dw_check *check) {
  const struct dw_object *user = dw_view_user_in_force(check->view);
  const dw_json *json =
      user == NULL ? NULL : dw_json_parse(check->arena, user->user.json, strlen(user->user.json), DW_JSON_PLAIN, NULL);
  return json == NULL ? NULL : read_migration(check->arena, json);
}

void dw_check_turn_back(struct dw_check *check, const dw_json *old) {
  if (check->kind == DW_KIND_NAD) {
    check->config = check->old_config;
    check->old_config = NULL;
    check->class = classify(check, old, check->config);
    return;
  }
  check->migration = check->old_migration;
  check->view = check->old_view;
  check->sync = dw_view_sync_controllers_of(check->view, check->kind, &check->migration->deployment.rollout);
  check->old_migration = NULL;
}

/* Returns true if the object decides, or will decide, on which nodes KubeVirt's pods run. */
static bool is_in_force(const struct dw_check *check) {
  const struct dw_object *user = dw_view_user_in_force(check->view);
  if ((check->kind != DW_KIND_HYPERCONVERGED && check->kind != DW_KIND_KUBEVIRT) || check->operation == DW_OP_DELETE ||
      strcmp(check->ns, check->policy->namespace_) != 0)
    return false;
  return user == NULL || (user->kind == check->kind && strcmp(user->name, check->name) == 0) ||
         (user->kind == DW_KIND_KUBEVIRT && check->kind == DW_KIND_HYPERCONVERGED);
}

void dw_check_load(struct dw_check *check, const dw_json *object, const dw_json *old) {
  if (check->kind == DW_KIND_NAD) {
    load_nad(check, object, old);
    return;
  }
  check->migration = read_migration(check->arena, object);
  check->old_view = check->view;
  check->old_migration = old == NULL ? NULL : read_migration(check->arena, old);
  if (is_in_force(check))
    check->view = dw_view_placed(check->view, check->arena, check->kind, &check->migration->deployment,
                                 check->old_migration == NULL ? NULL : &check->old_migration->deployment);
  check->sync = dw_view_sync_controllers_of(check->view, check->kind, &check->migration->deployment.rollout);
  check->cluster = check->kind == DW_KIND_MIGRATION_POLICY ? read_cluster(check) : NULL;
}

struct dw_judgement dw_check_conclude(const struct dw_check *check) {
  struct dw_judgement judgement = {.findings = check->findings,
                                   .excepted = check->excepted,
                                   .denied = check->findings.more_denials > 0,
                                   .unavailable = check->unavailable,
                                   .unavailable_why = check->unavailable_why};
  for (size_t i = 0; i < check->findings.count; i++)
    judgement.denied |= check->findings.items[i].action == DW_ACTION_DENY;
  return judgement;
}

/* If KubeVirt's namespace is not known, it is that of the first HyperConverged or KubeVirt. */
const struct dw_policy *dw_request_policy(struct dw_arena *arena, const struct dw_world *world,
                                          const struct dw_request *request) {
  const struct dw_object object = {.kind = dw_kind_of(request->group, request->kind), .namespace_ = request->ns};
  const struct dw_object *const objects[] = {&object};
  const char *ns = world->policy->namespace_known ? NULL : dw_kubevirt_namespace(objects, 1);
  if (ns == NULL)
    return world->policy;
  struct dw_policy *policy = dw_arena_alloc(arena, sizeof *policy);
  *policy = *world->policy;
  policy->namespace_ = ns;
  return policy;
}

struct dw_check dw_check_new(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) {
  return (struct dw_check){.arena = arena,
                           .policy = dw_request_policy(arena, world, request),
                           .view = world->view,
                           .operation = request->operation,
                           .kind = dw_kind_of(request->group, request->kind),
                           .ns = request->ns,
                           .name = request->name,
                           .today = world->today,
                           .order = order};
}
