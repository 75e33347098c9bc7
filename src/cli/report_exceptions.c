#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "rules/audit.h"

const char *cli_exception_text(struct dw_arena *arena, const struct dw_exception *exception) {
  const char *until = exception->until == NULL ? "" : dw_arena_printf(arena, ", until %s", exception->until);
  const char *file = strcmp(exception->file, "-") == 0 ? "<stdin>" : exception->file;
  return dw_arena_printf(arena, "%s (%s:%d%s)", exception->reason, file, exception->line, until);
}

const char *cli_excepted_note(struct dw_arena *arena, const struct cli_report *report) {
  bool one = report->excepted == 1;
  const char *hint = !report->excepted_on_demand ? "" : one ? "; -v shows it" : "; -v shows them";
  return dw_arena_printf(arena, "%zu finding%s excepted and do%s not count%s", report->excepted, one ? " is" : "s are",
                         one ? "es" : "", hint);
}

/* A note about EXCEPTION. Returns false if there is nothing to say. */
static bool note_of(const struct dw_audit *audit, struct dw_arena *arena, const struct dw_exception *exception,
                    struct cli_note *out) {
  const char *which = dw_arena_printf(arena, "the exception on line %d (%s for %s/%s)", exception->line,
                                      exception->rule, exception->namespace_, exception->name);
  *out = (struct cli_note){.place = {exception->line, exception->column, 1, ""}};
  if (dw_exception_expired(exception, audit->world->today)) {
    out->rule = &cli_exception_expired_rule;
    out->what = dw_arena_printf(arena, "%s expired on %s", which, exception->until);
    out->fix = "remove it, or set a later date if it is still right";
    return true;
  }
  if (!dw_audit_is_unused(audit, exception))
    return false;
  out->rule = &cli_exception_unused_rule;
  out->what = dw_arena_printf(arena, "%s is not needed: nothing is found without it either", which);
  out->fix = "remove it";
  return true;
}

void cli_report_add_exceptions(struct cli_report *report, const struct dw_audit *audit) {
  const struct dw_policy *policy = audit->world->policy;
  struct cli_note *notes = dw_arena_array(report->arena, policy->exception_count, sizeof *notes);
  size_t count = 0;
  for (size_t i = 0; i < policy->exception_count; i++)
    count += note_of(audit, report->arena, &policy->exceptions[i], &notes[count]);
  if (count > 0)
    cli_report_add_notes(report, dw_arena_strdup(report->arena, policy->exceptions[0].file), notes, count);
}
