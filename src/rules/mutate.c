#include "rules/defaults.h"
#include "rules/rules_internal.h"
#include "json/json_write.h"
#include "json/patch.h"

static void mutate_nad(struct dw_check *check, const dw_json *object, struct dw_patch *patch, const char **fields) {
  if (!check->policy->mutate_nads)
    return;
  dw_check_load(check, object, NULL);
  if (!check->class.migration)
    return;
  const char *text = dw_fill_config(check->arena, check->config, check->name, fields);
  if (text == NULL)
    return;
  struct dw_buf value = DW_BUF_IN(check->arena);
  struct dw_json_writer w = DW_JSON_WRITER(&value);
  dw_json_put_string(&w, text);
  dw_patch_op(patch, "replace", "/spec/config", dw_buf_text(&value));
}

static void mutate_limits(struct dw_check *check, const dw_json *object, struct dw_patch *patch, const char **fields) {
  dw_check_load(check, object, NULL);
  /* KubeVirt's own defaults are better than these: with 800 s per GiB a migration of 64 GiB that fails runs for 14
   * hours. What a MigrationPolicy leaves out is the cluster's. And what HyperConverged's operator writes itself, it
   * would change back. */
  if (check->kind == DW_KIND_MIGRATION_POLICY ||
      (check->kind == DW_KIND_KUBEVIRT && (!check->policy->mutate_kubevirts || check->migration->hco_managed)))
    return;
  dw_fill_limits(check->arena, check->policy, object, check->migration, patch, fields);
}

/* A subresource (status) writes nothing of the spec, so there is nothing to fill in. */
static bool is_for_mutation(const struct dw_request *request) {
  bool writes = request->operation == DW_OP_CREATE || request->operation == DW_OP_UPDATE;
  return writes && *request->subresource == '\0' && !dw_request_deleting(request);
}

static void answer_patch(struct dw_arena *arena, const struct dw_patch *patch, struct dw_answer *answer) {
  struct dw_buf text = DW_BUF_IN(arena);
  dw_patch_write(patch, &text);
  answer->patch = dw_buf_text(&text);
  answer->patch_length = text.length;
}

static void answer_note(struct dw_arena *arena, const char *note, struct dw_answer *answer) {
  answer->warnings = dw_arena_array(arena, 1, sizeof *answer->warnings);
  answer->warnings[0] = note;
  answer->warning_count = 1;
}

void dw_mutate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
               struct dw_answer *answer) {
  *answer = (struct dw_answer){.allowed = true};
  const char *note = dw_request_note(arena, request);
  if (note != NULL) {
    answer_note(arena, note, answer);
    return;
  }
  if (!is_for_mutation(request))
    return;
  struct dw_check check = dw_check_new(arena, world, request, SIZE_MAX);
  struct dw_patch patch = DW_PATCH_IN(arena);
  const char *fields = NULL;
  if (check.kind == DW_KIND_NAD)
    mutate_nad(&check, request->object, &patch, &fields);
  else
    mutate_limits(&check, request->object, &patch, &fields);
  if (patch.count == 0)
    return;
  answer_patch(arena, &patch, answer);
  answer->defaulted = fields;
}
