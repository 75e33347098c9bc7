/* Adds lines to the result. */
#include <stdarg.h>

#include "preflight/preflight.h"
#include "preflight/preflight_internal.h"

const char *dw_preflight_text(struct preflight *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *text = dw_arena_vprintf(p->arena, format, args);
  va_end(args);
  return text;
}

void dw_preflight_add(struct preflight *p, enum dw_preflight_state state, const char *what, const char *fix,
                      const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *message = dw_arena_vprintf(p->arena, format, args);
  va_end(args);
  struct dw_preflight *out = p->out;
  out->lines = dw_arena_more(p->arena, out->lines, out->count, &p->room, sizeof *out->lines);
  out->lines[out->count++] = (struct dw_preflight_line){state, what, message, fix};
  out->states[state]++;
}

bool dw_preflight_found(struct preflight *p, const struct seen *seen, const char *what, const char *absent,
                        const char *fix) {
  switch (seen->look) {
  case LOOK_FOUND:
    return true;
  case LOOK_ABSENT:
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "%s", absent);
    break;
  case LOOK_FORBIDDEN:
    dw_preflight_add(p, DW_PREFLIGHT_UNKNOWN, what, "use a kubeconfig of a cluster administrator",
                     "you may not read it (%s)", seen->why);
    break;
  case LOOK_FAILED:
    dw_preflight_add(p, DW_PREFLIGHT_UNKNOWN, what, "run this again", "it can't be read: %s", seen->why);
    break;
  }
  return false;
}
