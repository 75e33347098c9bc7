#include "cli/example.h"

#include <string.h>

#include "cli/subjects.h"
#include "lint/judge.h"
#include "rules/audit.h"

struct hearing {
  struct cli_report *report;
  const struct dw_rule *rule;
  const struct dw_subjects *subjects;
};

static bool is_told(const struct dw_rule *rule, const struct dw_finding *finding) {
  return finding->rule == rule || finding->action == DW_ACTION_DENY;
}

static void hear(const struct hearing *hearing, struct cli_reported_object object, const struct dw_judgement *judgement,
                 const struct dw_manifest *manifest) {
  struct dw_findings told = judgement->findings;
  told.items = dw_arena_array(hearing->report->arena, told.count + 1, sizeof *told.items);
  told.count = 0;
  for (size_t i = 0; i < judgement->findings.count; i++)
    if (is_told(hearing->rule, &judgement->findings.items[i]))
      told.items[told.count++] = judgement->findings.items[i];
  object.denied = judgement->denied;
  cli_report_add(hearing->report, &object, &told, manifest);
}

static void check_example(const struct hearing *hearing, bool deletes) {
  for (size_t i = 0; i < hearing->subjects->count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct dw_subject *subject = &hearing->subjects->items[i];
    if (!dw_kind_is_judged(subject->kind))
      continue;
    struct dw_judgement judgement = deletes && subject->kind == DW_KIND_NAD
                                        ? dw_lint_judge_deletion(arena, hearing->subjects->world, subject)
                                        : dw_lint_judge(arena, hearing->subjects->world, subject);
    struct cli_reported_object object = {.kind = dw_kind_name(subject->kind), .ns = subject->ns, .name = subject->name};
    hear(hearing, object, &judgement, subject->manifest);
  }
}

static const struct dw_manifest *manifest_of(const struct dw_subjects *subjects, const struct dw_object *object) {
  for (size_t i = 0; i < subjects->count; i++)
    if (subjects->items[i].object == object)
      return subjects->items[i].manifest;
  return NULL;
}

static void see(void *context, const struct dw_audited *audited) {
  const struct hearing *hearing = context;
  const struct dw_object *object = audited->object;
  struct cli_reported_object reported = {
      .kind = dw_kind_name(object->kind), .ns = object->namespace_, .name = object->name};
  hear(hearing, reported, &audited->judgement, manifest_of(hearing->subjects, object));
}

static const char *said_of(struct dw_arena *arena, const struct dw_rule *rule, bool deletes,
                           const struct dw_subjects *subjects, enum cli_color color) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  bool audited = rule->scope == DW_SCOPE_VMI;
  struct cli_report_words words = {.by_object = audited};
  struct cli_report report = {.arena = arena, .words = &words};
  struct hearing hearing = {&report, rule, subjects};
  struct cli_report_options how = {.color = color, .quiet = true};
  if (audited)
    dw_audit_run(&(struct dw_audit){.world = subjects->world, .see = see, .context = &hearing});
  else
    check_example(&hearing, deletes);
  cli_report_text(&report, &how, &out);
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

const char *cli_example_said(struct dw_arena *arena, const struct dw_rule *rule,
                             const struct dw_explanation *explanation, enum cli_color color, struct dw_error *err) {
  struct cli_texts texts = {"example.yaml", explanation->broken, explanation->state, explanation->policy};
  struct dw_subjects subjects;
  if (cli_subjects_of_texts(&texts, &subjects, err) != 0)
    return NULL;
  const char *said = said_of(arena, rule, explanation->deletes, &subjects, color);
  dw_subjects_free(&subjects);
  return said;
}
