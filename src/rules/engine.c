#include "rules/engine.h"

#include <string.h>

#include "rules/nad_internal.h"
#include "rules/rules_internal.h"

const char *dw_request_note(struct dw_arena *arena, const struct dw_request *request) {
  const char *what = dw_text_cut(
      arena, dw_arena_printf(arena, "%s%s%s", request->kind, *request->group ? "." : "", request->group), 120);
  if (!dw_kind_is_judged(dw_kind_of(request->group, request->kind)))
    return dw_arena_printf(arena, "Droveway has no rules for %s; remove it from the webhook configuration", what);
  if (request->operation == DW_OP_CONNECT)
    return dw_arena_printf(arena, "Droveway has no rules for CONNECT on %s; remove it from the webhook configuration",
                           what);
  return NULL;
}

/* Keeps the denials only. */
static void drop_warnings(struct dw_findings *findings) {
  size_t kept = 0;
  for (size_t i = 0; i < findings->count; i++) {
    if (findings->items[i].action == DW_ACTION_DENY)
      findings->items[kept++] = findings->items[i];
  }
  findings->count = kept;
  findings->more_warnings = 0;
}

struct dw_findings dw_judge_nad(struct dw_check *check, const struct dw_object *nad) {
  struct dw_check inner = {.arena = check->arena,
                           .policy = check->policy,
                           .view = check->view,
                           .operation = DW_OP_CREATE,
                           .kind = DW_KIND_NAD,
                           .ns = nad->namespace_,
                           .name = nad->name,
                           .order = check->order,
                           .class = {.migration = true, .referenced = true, .why = "named by this object"},
                           .sync = check->sync};
  const char *text = nad->nad.config == NULL ? "" : nad->nad.config;
  struct dw_cni_config *config = dw_cni_read_text(check->arena, text, strlen(text));
  config->resource_name = nad->nad.resource_name;
  inner.config = config;
  dw_check_run(&inner);
  dw_nad_drop_followers(&inner.findings);
  drop_warnings(&inner.findings);
  return inner.findings;
}

static struct dw_judgement judge(struct dw_check *check, const struct dw_request *request) {
  const dw_json *old = check->operation == DW_OP_UPDATE ? request->old_object : NULL;
  check->judge_nad = dw_judge_nad;
  dw_check_load(check, dw_request_subject(request), old);
  dw_check_run(check);
  dw_ratchet(check, request);
  dw_nad_drop_followers(&check->findings);
  return dw_check_conclude(check);
}

struct dw_judgement dw_judge(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) {
  const char *note = dw_request_note(arena, request);
  if (note != NULL)
    return (struct dw_judgement){.note = note};
  struct dw_check check = dw_check_new(arena, world, request, order);
  return judge(&check, request);
}

/* Whether the findings of the manifest rules make all others pointless. */
static bool is_beyond_judgement(const struct dw_check *check) {
  if (check->manifest->template != NULL)
    return true;
  for (size_t i = 0; i < check->findings.count; i++) {
    const struct dw_finding *finding = &check->findings.items[i];
    if (strcmp(finding->rule->id, "unrendered") == 0 || strcmp(finding->field, "kind") == 0)
      return true;
  }
  return false;
}

struct dw_judgement dw_judge_manifest(struct dw_arena *arena, const struct dw_world *world,
                                      const struct dw_request *request, size_t order,
                                      const struct dw_manifest_facts *manifest) {
  struct dw_check check = dw_check_new(arena, world, request, order);
  size_t count;
  const struct dw_rule *const *rules = dw_rules(&count);
  check.manifest = manifest;
  for (size_t i = 0; i < count; i++)
    if (rules[i]->scope == DW_SCOPE_MANIFEST && dw_check_action(&check, rules[i], false) > DW_ACTION_OFF)
      rules[i]->check(&check, rules[i]);
  return is_beyond_judgement(&check) ? dw_check_conclude(&check) : judge(&check, request);
}
