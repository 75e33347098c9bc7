#include "cli/judge.h"

const char *cli_severity(const struct dw_finding *finding) {
  return finding->action == DW_ACTION_DENY ? "error" : "warning";
}

const char *cli_say(struct dw_arena *arena, const struct dw_finding *finding) {
  const char *colon = *finding->field == '\0' ? "" : ": ";
  if (finding->action == DW_ACTION_DENY)
    return dw_arena_printf(arena, "%s%s%s", finding->field, colon, dw_finding_message(arena, finding));
  return dw_arena_printf(arena, "%s%s%s%s%s [%s]", finding->field, colon, finding->what, finding->fix ? "; " : "",
                         finding->fix ? finding->fix : "", finding->rule->id);
}
