/* Judges a candidate: the rules themselves say whether a NAD that uses it would be right. */
#include <string.h>

#include "cluster/desired.h"
#include "plan/plan_internal.h"
#include "rules/engine.h"
#include "yaml/yaml.h"

/* --- the world with what the link's policy creates --- */

static const dw_json *read_policy(struct dw_arena *arena, const char *text) {
  struct dw_yaml_doc *doc = NULL;
  return dw_yaml_parse(arena, text, strlen(text), &doc, NULL) == 0 && doc != NULL ? doc->root : NULL;
}

static size_t count_objects(const struct dw_view *view) {
  size_t count = 0;
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    count += dw_view_count(view, (enum dw_kind)kind);
  return count;
}

/* The world after POLICY is applied. The caller unrefs it. */
static struct dw_world *world_with(struct dw_arena *arena, const struct dw_world *world, const dw_json *policy) {
  const struct dw_view *view = world->view;
  size_t room = count_objects(view);
  const struct dw_object **objects = dw_arena_array(arena, room + 1, sizeof(const struct dw_object *));
  struct dw_view_source source = {.objects = objects};
  size_t made = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE_NETWORK_STATE); i++) {
    const struct dw_object *nns = dw_view_at(view, DW_KIND_NODE_NETWORK_STATE, i);
    const struct dw_object *node = dw_view_find(view, DW_KIND_NODE, "", nns->name);
    objects[made++] = dw_desired_apply(nns, node, &policy, 1);
  }
  source.count = made;
  for (int kind = 0; kind < DW_KIND_COUNT; kind++) {
    source.knowledge[kind] = dw_view_knows(view, (enum dw_kind)kind);
    for (size_t i = 0; kind != DW_KIND_NODE_NETWORK_STATE && i < dw_view_count(view, (enum dw_kind)kind); i++)
      objects[source.count++] = dw_view_at(view, (enum dw_kind)kind, i);
  }
  struct dw_world *result = dw_world_build(dw_policy_ref(world->policy), &source);
  for (size_t i = 0; i < made; i++)
    dw_object_unref(objects[i]);
  return result;
}

/* --- the NAD --- */

static dw_json *text_value(struct dw_arena *arena, const char *text) {
  return dw_json_new_string(arena, text, strlen(text));
}

static const dw_json *make_nad(struct dw_arena *arena, const struct dw_plan *plan, const char *config) {
  dw_json *labels = dw_json_new_object(arena);
  dw_json *metadata = dw_json_new_object(arena);
  dw_json *spec = dw_json_new_object(arena);
  dw_json *nad = dw_json_new_object(arena);
  dw_json_set(arena, labels, DW_PLAN_LABEL, text_value(arena, "true"));
  dw_json_set(arena, metadata, "namespace", text_value(arena, plan->world->policy->namespace_));
  dw_json_set(arena, metadata, "name", text_value(arena, plan->name));
  dw_json_set(arena, metadata, "labels", labels);
  dw_json_set(arena, spec, "config", text_value(arena, config));
  dw_json_set(arena, nad, "apiVersion", text_value(arena, "k8s.cni.cncf.io/v1"));
  dw_json_set(arena, nad, "kind", text_value(arena, dw_kind_name(DW_KIND_NAD)));
  dw_json_set(arena, nad, "metadata", metadata);
  dw_json_set(arena, nad, "spec", spec);
  return nad;
}

static struct dw_judgement judge(struct dw_arena *arena, const struct dw_plan *plan, const struct dw_world *world,
                                 const char *config) {
  struct dw_request request = {.api_version = "admission.k8s.io/v1",
                               .uid = "init",
                               .group = dw_kind_group(DW_KIND_NAD),
                               .version = "v1",
                               .kind = dw_kind_name(DW_KIND_NAD),
                               .subresource = "",
                               .ns = world->policy->namespace_,
                               .name = plan->name,
                               .user = "",
                               .operation = DW_OP_CREATE,
                               .object = make_nad(arena, plan, config)};
  return dw_judge(arena, world, &request, SIZE_MAX);
}

/* --- the verdict --- */

static bool is_of(const struct dw_finding *finding, enum dw_plan_part part) {
  static const char ipam[] = "spec.config.ipam";
  return (strncmp(finding->field, ipam, sizeof ipam - 1) == 0) == (part == DW_PLAN_OF_RANGE);
}

/* Without the name of the NIC at its beginning, because that is shown before it. */
static const char *text_of(const struct dw_plan *plan, const struct dw_plan_link *link,
                           const struct dw_finding *finding) {
  size_t length = strlen(link->used);
  const char *text = finding->what;
  if (strncmp(text, link->used, length) == 0 && text[length] == ' ')
    text += length + 1;
  return dw_arena_strdup(plan->arena, text);
}

struct dw_plan_fault *dw_plan_try(const struct dw_plan *plan, const struct dw_plan_link *link,
                                  const struct dw_plan_range *range, enum dw_plan_part part, size_t *count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *policy = link->policy == NULL ? NULL : read_policy(arena, link->policy);
  struct dw_world *made = policy == NULL ? NULL : world_with(arena, plan->world, policy);
  const struct dw_world *world = made == NULL ? plan->world : made;
  struct dw_findings found = judge(arena, plan, world, dw_plan_config(plan, link, range)).findings;
  struct dw_plan_fault *faults = dw_arena_array(plan->arena, found.count, sizeof *faults);
  *count = 0;
  for (size_t i = 0; i < found.count; i++) {
    const struct dw_finding *finding = &found.items[i];
    if (!is_of(finding, part) || (finding->action != DW_ACTION_DENY && dw_plan_accepts(plan, finding->rule->id)))
      continue;
    faults[(*count)++] =
        (struct dw_plan_fault){.rule = finding->rule->id,
                               .text = text_of(plan, link, finding),
                               .fix = finding->fix == NULL ? NULL : dw_arena_strdup(plan->arena, finding->fix)};
  }
  dw_world_unref(made);
  return faults;
}
