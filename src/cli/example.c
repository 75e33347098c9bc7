#include "cli/example.h"

#include <string.h>

#include "cli/judge.h"
#include "droveway/rules/audit.h"

struct listing {
  struct dw_arena *arena;
  const struct dw_rule *rule;
  struct cli_example_line **tail;
};

static bool is_told(const struct listing *listing, const struct dw_finding *finding) {
  return finding->rule == listing->rule || finding->action == DW_ACTION_DENY;
}

static void tell(struct listing *listing, const struct dw_finding *finding, const char *text) {
  struct cli_example_line *line = dw_arena_alloc(listing->arena, sizeof *line);
  *line = (struct cli_example_line){text, finding->rule, finding->action == DW_ACTION_DENY, NULL};
  *listing->tail = line;
  listing->tail = &line->next;
}

static void tell_findings(struct listing *listing, const struct cli_subject *subject,
                          const struct dw_judgement *judgement) {
  for (size_t i = 0; i < judgement->findings.count; i++) {
    const struct dw_finding *finding = &judgement->findings.items[i];
    int line = 0;
    int column = 0;
    dw_manifest_place(subject->manifest, finding->field, &line, &column);
    if (is_told(listing, finding))
      tell(listing, finding,
           dw_arena_printf(listing->arena, "%s:%d:%d: %s: %s", subject->manifest->file, line, column,
                           cli_severity(finding), cli_say(listing->arena, finding)));
  }
}

static void check_example(struct listing *listing, const struct cli_subjects *subjects, bool deletes) {
  for (size_t i = 0; i < subjects->count; i++) {
    const struct cli_subject *subject = &subjects->items[i];
    if (!cli_is_judged(subject->kind))
      continue;
    struct dw_judgement judgement = deletes && subject->kind == DW_KIND_NAD
                                        ? cli_judge_deletion(listing->arena, subjects->world, subject)
                                        : cli_judge(listing->arena, subjects->world, subject);
    tell_findings(listing, subject, &judgement);
  }
}

static void see(void *context, const struct dw_audited *audited) {
  struct listing *listing = context;
  const char *ns = audited->object->namespace_;
  for (size_t i = 0; i < audited->judgement.findings.count; i++) {
    const struct dw_finding *finding = &audited->judgement.findings.items[i];
    if (is_told(listing, finding))
      tell(listing, finding,
           dw_arena_printf(listing->arena, "%s %s%s%s: %s: %s", dw_kind_name(audited->object->kind), ns, *ns ? "/" : "",
                           audited->object->name, cli_severity(finding), cli_say(listing->arena, finding)));
  }
}

int cli_example_judge(struct dw_arena *arena, const struct dw_rule *rule, const struct dw_explanation *explanation,
                      struct cli_example_line **out, struct dw_error *err) {
  struct cli_texts texts = {"example.yaml", explanation->broken, explanation->state, explanation->policy};
  struct cli_subjects subjects;
  struct cli_example_line *first = NULL;
  struct listing listing = {arena, rule, &first};
  if (cli_subjects_of_texts(&texts, &subjects, err) != 0)
    return -1;
  if (rule->scope == DW_SCOPE_VMI)
    dw_audit_run(&(struct dw_audit){.world = subjects.world, .see = see, .context = &listing});
  else
    check_example(&listing, &subjects, explanation->deletes);
  cli_subjects_free(&subjects);
  *out = first;
  return 0;
}
