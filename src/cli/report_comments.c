#include "cli/report.h"
#include "lint/subjects.h"

/* A rule that the policy turns off finds nothing, and may find something with another policy. */
static bool is_unused(const struct dw_allowance *allowance, const struct dw_policy *policy) {
  const struct dw_rule *rule = allowance->rule;
  enum dw_action by_default = rule->migration == DW_ACTION_NONE ? rule->other : rule->migration;
  return !allowance->used && dw_policy_action(policy, rule->id, by_default) != DW_ACTION_OFF;
}

static size_t add_unused(struct dw_arena *arena, const struct dw_file_comments *file, const struct dw_policy *policy,
                         struct cli_note *notes) {
  size_t count = 0;
  for (size_t i = 0; i < file->count && !file->incomplete; i++) {
    const struct dw_allowance *allowance = &file->items[i];
    if (is_unused(allowance, policy))
      notes[count++] = (struct cli_note){
          .rule = &cli_comment_unused_rule,
          .what = dw_arena_printf(arena, "this comment allows %s, which finds nothing here", allowance->rule->id),
          .fix = "remove it",
          .place = allowance->place};
  }
  return count;
}

static size_t add_mistakes(const struct dw_file_comments *file, struct cli_note *notes) {
  for (size_t i = 0; i < file->mistake_count; i++)
    notes[i] = (struct cli_note){&cli_comment_invalid_rule, file->mistakes[i].what, file->mistakes[i].fix,
                                 file->mistakes[i].place};
  return file->mistake_count;
}

void cli_report_add_comments(struct cli_report *report, const struct dw_subjects *subjects, bool unused) {
  for (const struct dw_file_comments *file = subjects->comments; file != NULL; file = file->next) {
    struct cli_note *notes = dw_arena_array(report->arena, file->mistake_count + file->count, sizeof *notes);
    size_t count = add_mistakes(file, notes);
    if (unused)
      count += add_unused(report->arena, file, subjects->world->policy, notes + count);
    cli_report_add_notes(report, file->file, notes, count);
  }
}
