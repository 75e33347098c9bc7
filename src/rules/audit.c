#include "rules/audit.h"

#include <fnmatch.h>
#include <string.h>

#include "rules/rules_internal.h"

static void put(struct dw_arena *arena, dw_json *object, const char *key, const char *string) {
  if (string != NULL && *string != '\0')
    dw_json_set(arena, object, key, dw_json_new_string(arena, string, strlen(string)));
}

static dw_json *nad_metadata(struct dw_arena *arena, const struct dw_object *nad) {
  dw_json *metadata = dw_json_new_object(arena);
  dw_json *labels = dw_json_new_object(arena);
  dw_json *annotations = dw_json_new_object(arena);
  put(arena, metadata, "name", nad->name);
  put(arena, metadata, "namespace", nad->namespace_);
  if (nad->nad.label >= 0)
    put(arena, labels, "droveway.io/migration-network", nad->nad.label ? "true" : "false");
  put(arena, annotations, DW_RESOURCE_ANNOTATION, nad->nad.resource_name);
  if (nad->nad.transfer)
    put(arena, annotations, DW_TRANSFER_ANNOTATION, "none");
  dw_json_set(arena, metadata, "labels", labels);
  dw_json_set(arena, metadata, "annotations", annotations);
  return metadata;
}

/* What the rules read of a NAD, as an object of the API. */
static const dw_json *nad_json(struct dw_arena *arena, const struct dw_object *nad) {
  dw_json *object = dw_json_new_object(arena);
  dw_json *spec = dw_json_new_object(arena);
  if (nad->nad.config != NULL)
    dw_json_set(arena, spec, "config", dw_json_new_string(arena, nad->nad.config, strlen(nad->nad.config)));
  dw_json_set(arena, object, "metadata", nad_metadata(arena, nad));
  dw_json_set(arena, object, "spec", spec);
  return object;
}

static const dw_json *json_of(struct dw_arena *arena, const struct dw_object *object) {
  if (object->kind == DW_KIND_NAD)
    return nad_json(arena, object);
  return dw_json_parse(arena, object->user.json, strlen(object->user.json), DW_JSON_PLAIN, NULL);
}

static void count(struct dw_audit_result *result, const struct dw_judgement *judgement) {
  const struct dw_findings *findings = &judgement->findings;
  result->objects++;
  result->violating += judgement->denied;
  result->denials += findings->more_denials;
  result->warnings += findings->more_warnings;
  for (size_t i = 0; i < findings->count; i++)
    *(findings->items[i].action == DW_ACTION_DENY ? &result->denials : &result->warnings) += 1;
  result->excepted += judgement->excepted.count + judgement->excepted.more_denials + judgement->excepted.more_warnings;
}

static void conclude(struct dw_audit *audit, const struct dw_object *object, const struct dw_judgement *judgement) {
  count(&audit->result, judgement);
  for (size_t i = 0; audit->used != NULL && i < judgement->excepted.count; i++)
    audit->used[judgement->excepted.items[i].exception - audit->world->policy->exceptions] = true;
  if (audit->notify != NULL &&
      (audit->notify_all || judgement->findings.count > 0 || judgement->excepted.count > 0 || judgement->denied))
    audit->notify(audit->context, &(struct dw_audited){object, *judgement});
}

/* An object that is being deleted does no more harm: its denials only warn, as in an UPDATE of it. */
static void tolerate_all(struct dw_judgement *judgement) {
  struct dw_findings *findings = &judgement->findings;
  for (size_t i = 0; i < findings->count; i++) {
    findings->items[i].tolerated = findings->items[i].action == DW_ACTION_DENY;
    findings->items[i].action = DW_ACTION_WARN;
  }
  findings->more_warnings += findings->more_denials;
  findings->more_denials = 0;
  judgement->denied = judgement->unavailable = false;
}

/* --- exceptions that are not needed --- */

static const enum dw_kind kinds[] = {DW_KIND_NAD, DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT, DW_KIND_MIGRATION_POLICY};

static bool matches_an_object(const struct dw_audit *audit, const struct dw_exception *exception) {
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t i = 0; i < dw_view_count(audit->world->view, kinds[k]); i++) {
      const struct dw_object *object = dw_view_at(audit->world->view, kinds[k], i);
      if (fnmatch(exception->namespace_, object->namespace_, 0) == 0 && fnmatch(exception->name, object->name, 0) == 0)
        return true;
    }
  return false;
}

/* Returns true if an audit, which judges each object as a CREATE, can find what RULE finds. */
static bool finds_existing(const struct dw_rule *rule) {
  static const char *const of_changes[] = {"network-in-use-change", "network-change", "migrations-running"};
  for (size_t i = 0; i < sizeof of_changes / sizeof *of_changes; i++)
    if (strcmp(of_changes[i], rule->id) == 0)
      return false;
  return rule->scope != DW_SCOPE_NAD_DELETE && rule->scope != DW_SCOPE_MANIFEST;
}

/* Returns true if objects that RULE applies to may exist but were not audited. */
static bool lacks_objects(const struct dw_audit *audit, const struct dw_rule *rule) {
  if (rule->scope == DW_SCOPE_VMI)
    return !audit->vmis_audited;
  return (rule->scope == DW_SCOPE_NAD || rule->scope == DW_SCOPE_NAD_CANDIDATE) &&
         dw_view_knows(audit->world->view, DW_KIND_NAD) != DW_KNOWN;
}

bool dw_audit_is_unused(const struct dw_audit *audit, const struct dw_exception *exception) {
  const struct dw_rule *rule = dw_rule_find(exception->rule);
  if (dw_exception_expired(exception, audit->world->today) || rule == NULL || lacks_objects(audit, rule))
    return false;
  if (!finds_existing(rule))
    return !matches_an_object(audit, exception);
  return !audit->used[exception - audit->world->policy->exceptions];
}

/* --- the audit --- */

static void audit_object(struct dw_audit *audit, const struct dw_object *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = {.api_version = "admission.k8s.io/v1",
                               .uid = "audit",
                               .group = dw_kind_group(object->kind),
                               .version = "v1",
                               .kind = dw_kind_name(object->kind),
                               .subresource = "",
                               .ns = object->namespace_,
                               .name = object->name,
                               .user = "",
                               .operation = DW_OP_CREATE,
                               .object = json_of(arena, object)};
  struct dw_judgement judgement = dw_judge(arena, audit->world, &request, SIZE_MAX);
  if (object->deleting)
    tolerate_all(&judgement);
  conclude(audit, object, &judgement);
}

static bool has_hyperconverged(const struct dw_view *view, const char *ns) {
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_HYPERCONVERGED); i++)
    if (strcmp(dw_view_at(view, DW_KIND_HYPERCONVERGED, i)->namespace_, ns) == 0)
      return true;
  return false;
}

/* HyperConverged's operator writes the KubeVirt that it manages, so mistakes there are reported, and fixed, in
 * HyperConverged. */
static bool is_managed(const struct dw_audit *audit, const struct dw_object *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_migration_config config;
  if (object->kind != DW_KIND_KUBEVIRT || !has_hyperconverged(audit->world->view, object->namespace_))
    return false;
  dw_migration_read(arena, json_of(arena, object), &config);
  return config.hco_managed;
}

void dw_audit_run(struct dw_audit *audit) {
  const struct dw_view *view = audit->world->view;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t i = 0; i < dw_view_count(view, kinds[k]); i++)
      if (!is_managed(audit, dw_view_at(view, kinds[k], i)))
        audit_object(audit, dw_view_at(view, kinds[k], i));
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_VMI); i++)
    dw_audit_vmi(audit, dw_view_at(view, DW_KIND_VMI, i));
}

void dw_audit_vmi(struct dw_audit *audit, const struct dw_object *vmi) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_check check = {.arena = arena,
                           .policy = audit->world->policy,
                           .view = audit->world->view,
                           .operation = DW_OP_CREATE,
                           .kind = DW_KIND_VMI,
                           .ns = vmi->namespace_,
                           .name = vmi->name,
                           .today = audit->world->today,
                           .order = SIZE_MAX,
                           .vmi = vmi};
  dw_check_run(&check);
  /* What is unknown for one VirtualMachineInstance is unknown for all, so it is reported once. */
  bool unverified = check.findings.count > 0 && check.findings.items[0].unverified;
  if (unverified && audit->vmis_unverified)
    check.findings.count = 0;
  audit->vmis_unverified |= unverified;
  audit->vmis_audited = true;
  struct dw_judgement judgement = dw_check_conclude(&check);
  conclude(audit, vmi, &judgement);
}
