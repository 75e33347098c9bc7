#include "support/audit_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/review_case.h"

struct notes {
  struct dw_buf lines, messages;
};

static const char *weight(const struct dw_finding *finding) {
  if (finding->action == DW_ACTION_DENY)
    return "deny";
  return finding->unverified ? "unverified" : finding->tolerated ? "tolerated" : "warn";
}

static void note(void *context, const struct dw_audited *audited) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_object *object = audited->object;
  struct notes *notes = context;
  for (size_t i = 0; i < audited->judgement.findings.count; i++) {
    const struct dw_finding *finding = &audited->judgement.findings.items[i];
    dw_buf_printf(&notes->lines, "%s %s %s %s/%s %s\n", weight(finding), finding->rule->id, dw_kind_name(object->kind),
                  object->namespace_, object->name, finding->field);
    dw_buf_printf(&notes->messages, "%s\n", dw_finding_message(arena, finding));
  }
}

struct audited audit_knowing(const char *state, const char *policy, enum dw_knowledge knowledge) {
  struct notes notes = {DW_BUF_INIT, DW_BUF_INIT};
  struct dw_world *world = world_knowing(state, policy, knowledge);
  struct dw_audit audit = {.world = world, .notify = note, .context = &notes};
  size_t length;
  dw_audit_run(&audit);
  dw_world_unref(world);
  return (struct audited){audit.result, dw_buf_steal(&notes.lines, &length), dw_buf_steal(&notes.messages, &length)};
}

struct audited audit_of(const char *state) {
  return audit_knowing(state, NULL, DW_KNOWN);
}

void audited_free(struct audited *audited) {
  free(audited->lines);
  free(audited->messages);
  audited->lines = audited->messages = NULL;
}

void audit_expect(const char *state, const char *lines) {
  AUDITED_SCOPED audited = audit_of(state);
  assert_string_equal(audited.lines, lines);
}
