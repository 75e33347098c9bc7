#include "lint/judge.h"

#include <string.h>

#include "rules/mutate.h"

/* Returns the NAD with the defaults that /mutate fills in, because `kubectl apply` goes through both webhooks. */
static const dw_json *as_mutated(struct dw_arena *arena, const struct dw_world *world,
                                 const struct dw_subject *subject) {
  const dw_json *json = subject->json;
  if (subject->kind != DW_KIND_NAD || !subject->object || !world->policy->mutate_nads)
    return json;
  const struct dw_nad_traits traits = dw_nad_traits(subject->object);
  if (!dw_view_classify(world->view, arena, &traits).migration)
    return json;
  const char *fields = NULL;
  const char *filled = dw_fill_config(arena, dw_cni_read(arena, json), subject->name, &fields);
  if (!filled)
    return json;
  const dw_json *config = dw_json_new_string(arena, filled, strlen(filled));
  return dw_json_with(arena, json, "spec", dw_json_with(arena, dw_json_get(json, "spec"), "config", config));
}

static struct dw_request request_of(const struct dw_subject *subject, enum dw_operation operation) {
  const char *version = dw_json_get_string(subject->manifest->json, "apiVersion");
  const char *slash = strchr(version, '/');
  return (struct dw_request){
      .api_version = "admission.k8s.io/v1",
      .uid = "check",
      .group = dw_kind_group(subject->kind),
      .version = slash ? slash + 1 : version,
      .kind = dw_kind_name(subject->kind),
      .subresource = "",
      .ns = subject->ns,
      .name = subject->name,
      .user = "",
      .operation = operation,
  };
}

/* A comment in the manifest of a NAD also counts for the objects that name it. */
static const struct dw_exception *allowance_of(void *context, const struct dw_object *nad,
                                               const struct dw_finding *finding) {
  const struct dw_subject_list *all = context;
  for (size_t i = 0; i < all->count; i++) {
    const struct dw_subject *subject = &all->items[i];
    if (subject->object == nad && subject->comments != NULL)
      return dw_lint_allowance(subject->comments, subject->manifest, finding);
  }
  return NULL;
}

struct dw_judgement dw_lint_judge(struct dw_arena *arena, const struct dw_world *world,
                                  const struct dw_subject *subject) {
  struct dw_request request = request_of(subject, subject->old ? DW_OP_UPDATE : DW_OP_CREATE);
  request.object = as_mutated(arena, world, subject);
  request.old_object = subject->old;
  const struct dw_manifest_facts manifest = {subject->manifest->json, subject->manifest->wrapper,
                                             subject->manifest->template, allowance_of, subject->all};
  struct dw_judgement judgement = dw_judge_manifest(arena, world, &request, subject->order, &manifest);
  if (subject->comments != NULL)
    dw_lint_allow(arena, subject->comments, subject->manifest, &judgement);
  return judgement;
}

struct dw_judgement dw_lint_judge_deletion(struct dw_arena *arena, const struct dw_world *world,
                                           const struct dw_subject *subject) {
  struct dw_request request = request_of(subject, DW_OP_DELETE);
  request.old_object = subject->manifest->json;
  return dw_judge(arena, world, &request, subject->order);
}
