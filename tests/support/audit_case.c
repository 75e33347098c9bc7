#include "support/audit_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/date.h"
#include "support/review_case.h"

struct notes {
  struct dw_buf lines, messages, excepted, unused;
};

static const char *weight(const struct dw_finding *finding) {
  if (finding->action == DW_ACTION_DENY)
    return "deny";
  return finding->unverified ? "unverified" : finding->tolerated ? "tolerated" : "warn";
}

static void add_line(struct dw_buf *out, const struct dw_object *object, const struct dw_finding *finding) {
  dw_buf_printf(out, "%s %s %s %s/%s %s\n", weight(finding), finding->rule->id, dw_kind_name(object->kind),
                object->namespace_, object->name, finding->field);
}

static void note(void *context, const struct dw_audited *audited) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_object *object = audited->object;
  struct notes *notes = context;
  for (size_t i = 0; i < audited->judgement.findings.count; i++) {
    const struct dw_finding *finding = &audited->judgement.findings.items[i];
    add_line(&notes->lines, object, finding);
    dw_buf_printf(&notes->messages, "%s\n", dw_finding_message(arena, finding));
  }
  for (size_t i = 0; i < audited->judgement.excepted.count; i++)
    add_line(&notes->excepted, object, &audited->judgement.excepted.items[i]);
}

static struct audited audit(struct dw_world *world) {
  struct notes notes = {DW_BUF_INIT, DW_BUF_INIT, DW_BUF_INIT, DW_BUF_INIT};
  size_t exceptions = world->policy->exception_count;
  bool *used = calloc(exceptions + 1, sizeof *used);
  struct dw_audit audit = {.world = world, .notify = note, .context = &notes, .used = used};
  size_t length;
  dw_audit_run(&audit);
  for (size_t i = 0; i < exceptions; i++) {
    const struct dw_exception *one = &world->policy->exceptions[i];
    if (dw_audit_is_unused(&audit, one))
      dw_buf_printf(&notes.unused, "%s %s/%s\n", one->rule, one->namespace_, one->name);
  }
  free(used);
  dw_world_unref(world);
  return (struct audited){audit.result, dw_buf_steal(&notes.lines, &length), dw_buf_steal(&notes.messages, &length),
                          dw_buf_steal(&notes.excepted, &length), dw_buf_steal(&notes.unused, &length)};
}

struct audited audit_knowing(const char *state, const char *policy, enum dw_knowledge knowledge) {
  return audit(world_knowing(state, policy, knowledge));
}

struct audited audit_on(const char *state, const char *policy, const char *today) {
  struct dw_world *world = world_of(state, policy);
  assert_true(dw_date_parse(today, &world->today));
  return audit(world);
}

struct audited audit_of(const char *state) {
  return audit_knowing(state, NULL, DW_KNOWN);
}

void audited_free(struct audited *audited) {
  free(audited->lines);
  free(audited->messages);
  free(audited->excepted);
  free(audited->unused);
  audited->lines = audited->messages = audited->excepted = audited->unused = NULL;
}

void audit_expect(const char *state, const char *lines) {
  AUDITED_SCOPED audited = audit_of(state);
  assert_string_equal(audited.lines, lines);
}
