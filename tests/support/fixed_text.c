#include "support/fixed_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"

static struct dw_policy *policy_of(const struct fix_cluster *cluster) {
  struct dw_error err = DW_ERROR_INIT;
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  struct dw_policy *policy = cluster->policy == NULL ? dw_policy_default()
                                                     : dw_policy_parse(cluster->policy, strlen(cluster->policy),
                                                                       "policy.yaml", ids, count, &err);
  if (policy == NULL)
    fail_msg("policy: %s", err.text);
  return policy;
}

static void read_state(struct dw_arena *arena, const struct fix_cluster *cluster, const char *ns,
                       struct dw_lint_state *out) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_manifest *objects = NULL;
  *out = (struct dw_lint_state){.objects = NULL};
  if (cluster->state == NULL)
    return;
  if (dw_manifests_parse(arena, "state.yaml", cluster->state, strlen(cluster->state), &objects, &err) != 0 ||
      dw_lint_state_add_manifests(out, objects, ns, DW_KEEP_JUDGED, &err) != 0)
    fail_msg("state: %s", err.text);
}

static struct fixed run(const struct fix_cluster *cluster, const char *file, const char *text, bool fix) {
  struct fixed fixed = {.arena = dw_arena_new(0), .subjects = {.arena = dw_arena_new(0)}};
  struct dw_lint_state state;
  struct dw_policy *policy = policy_of(cluster);
  read_state(fixed.arena, cluster, policy->namespace_, &state);
  const struct dw_draft draft = {dw_arena_strdup(fixed.arena, file), dw_arena_strdup(fixed.arena, text), strlen(text)};
  const struct dw_fix_task task = {.policy = policy, .state = &state, .choice = {.drafts = &draft, .draft_count = 1}};
  fixed.text = draft.text;
  if (fix) {
    dw_subjects_free(&fixed.subjects);
    dw_fix_run(fixed.arena, &task, &fixed.result, &fixed.subjects);
    fixed.text = fixed.result.file_count == 0 ? draft.text : fixed.result.files[0].new;
  } else {
    if (dw_manifests_gather_text(fixed.subjects.arena, file, draft.text, draft.length, &fixed.subjects.read, NULL) != 0)
      fixed.text = "";
    (void)dw_subjects_build(&fixed.subjects, dw_policy_ref(policy), &state, NULL, NULL);
  }
  dw_lint_state_free(&state);
  dw_policy_free(policy);
  return fixed;
}

struct fixed fix_text(const struct fix_cluster *cluster, const char *file, const char *text) {
  return run(cluster, file, text, true);
}

struct fixed judge_text(const struct fix_cluster *cluster, const char *file, const char *text) {
  return run(cluster, file, text, false);
}

void fixed_free(struct fixed *fixed) {
  dw_subjects_free(&fixed->subjects);
  dw_arena_free(fixed->arena);
}

size_t fixed_findings(const struct fixed *fixed, const char *rule, size_t *denials) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count = 0;
  *denials = 0;
  for (size_t i = 0; i < fixed->subjects.count; i++) {
    const struct dw_subject *subject = &fixed->subjects.items[i];
    if (!dw_kind_is_judged(subject->kind))
      continue;
    struct dw_judgement judgement = dw_lint_judge(arena, fixed->subjects.world, subject);
    for (size_t k = 0; k < judgement.findings.count; k++) {
      const struct dw_finding *finding = &judgement.findings.items[k];
      if (rule != NULL && strcmp(rule, finding->rule->id) != 0)
        continue;
      count++;
      *denials += finding->action == DW_ACTION_DENY;
    }
  }
  return count;
}
