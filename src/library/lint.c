#include <stdlib.h>

#include "library/library_internal.h"
#include "lint/judge.h"

/* --- making findings --- */

static droveway_finding finding_of(struct dw_arena *arena, const struct dw_library_object *object,
                                   const struct dw_finding *finding) {
  struct dw_place place = {.line = 0};
  if (object->manifest != NULL)
    place = dw_manifest_find(
        object->manifest, &(struct dw_manifest_spot){finding->field, finding->of_key, finding->line, finding->column});
  return (droveway_finding){
      .severity = finding->action == DW_ACTION_DENY ? DROVEWAY_DENIAL : DROVEWAY_WARNING,
      .rule = finding->rule->id,
      .kind = dw_arena_strdup(arena, object->kind),
      .ns = dw_arena_strdup(arena, object->ns),
      .name = dw_arena_strdup(arena, object->name),
      .field = dw_arena_strdup(arena, finding->field),
      .message = dw_arena_strdup(arena, finding->what),
      .fix = dw_arena_strdup(arena, finding->fix == NULL ? "" : finding->fix),
      .text = dw_finding_line(arena, finding),
      .file = object->manifest == NULL ? "" : dw_arena_strdup(arena, object->manifest->file),
      .line = place.line,
      .column = place.column,
      .reason = "",
      .until = "",
  };
}

static void add(droveway_findings *out, const struct dw_library_object *object, const struct dw_finding *finding) {
  bool denies = finding->action == DW_ACTION_DENY;
  out->items = dw_arena_more(out->arena, out->items, out->count, &out->capacity, sizeof *out->items);
  out->items[out->count++] = finding_of(out->arena, object, finding);
  out->denials += denies;
  out->warnings += !denies;
}

static void add_excepted(droveway_findings *out, const struct dw_library_object *object,
                         const struct dw_finding *finding) {
  const struct dw_exception *exception = finding->exception;
  out->excepted =
      dw_arena_more(out->arena, out->excepted, out->excepted_count, &out->excepted_capacity, sizeof *out->excepted);
  droveway_finding *added = &out->excepted[out->excepted_count++];
  *added = finding_of(out->arena, object, finding);
  added->reason = dw_arena_strdup(out->arena, exception->reason);
  added->until = exception->until == NULL ? "" : dw_arena_strdup(out->arena, exception->until);
}

void dw_library_add(droveway_findings *out, const struct dw_library_object *object,
                    const struct dw_judgement *judgement) {
  out->objects++;
  out->denials += judgement->findings.more_denials;
  out->warnings += judgement->findings.more_warnings;
  for (size_t i = 0; i < judgement->findings.count; i++)
    add(out, object, &judgement->findings.items[i]);
  for (size_t i = 0; i < judgement->excepted.count; i++)
    add_excepted(out, object, &judgement->excepted.items[i]);
}

static droveway_findings *judged(const struct dw_subjects *subjects) {
  droveway_findings *out = dw_library_new(sizeof *out);
  out->arena = dw_arena_new(0);
  out->skipped = subjects->read.skipped + subjects->read.template_count + subjects->read.patch_count;
  for (size_t i = 0; i < subjects->count; i++) {
    const struct dw_subject *subject = &subjects->items[i];
    if (!dw_kind_is_judged(subject->kind))
      continue;
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_judgement judgement = dw_lint_judge(arena, subjects->world, subject);
    struct dw_library_object object = {dw_kind_name(subject->kind), subject->ns, subject->name, subject->manifest};
    dw_library_add(out, &object, &judgement);
  }
  return out;
}

/* --- reading manifests --- */

/* Lints the manifests in SUBJECTS and frees SUBJECTS. STATUS is 0 if the manifests were read; otherwise ERR has the
 * reason. */
static droveway_findings *lint(struct dw_subjects *subjects, int status, const droveway_state *state,
                               const char *namespace_, droveway_error *error, struct dw_error *err) {
  droveway_findings *findings = NULL;
  if (status == 0)
    status = dw_subjects_build(subjects, dw_policy_ref(state->policy), &state->found, namespace_, err);
  if (status == 0)
    findings = judged(subjects);
  else
    dw_library_fail(error, err);
  dw_subjects_free(subjects);
  return findings;
}

droveway_findings *droveway_lint_paths(const droveway_state *state, const char *const *paths, size_t count,
                                       const char *namespace_, droveway_error *error) {
  struct dw_error err = DW_ERROR_INIT;
  dw_library_begin(error);
  if (state == NULL || paths == NULL)
    return dw_library_missing(error, state == NULL ? "state" : "paths");
  for (size_t i = 0; i < count; i++)
    if (paths[i] == NULL)
      return dw_library_missing(error, "a path");
  struct dw_subjects subjects = {.arena = dw_arena_new(0)};
  const struct dw_manifest_choice choice = {.paths = paths, .count = count};
  int status = dw_manifests_gather(subjects.arena, &choice, &subjects.read, &err);
  return lint(&subjects, status, state, namespace_, error, &err);
}

droveway_findings *droveway_lint(const droveway_state *state, const char *name, const char *text, size_t length,
                                 const char *namespace_, droveway_error *error) {
  struct dw_error err = DW_ERROR_INIT;
  dw_library_begin(error);
  if (state == NULL || text == NULL)
    return dw_library_missing(error, state == NULL ? "state" : "text");
  struct dw_subjects subjects = {.arena = dw_arena_new(0)};
  const char *file = dw_arena_strdup(subjects.arena, name == NULL ? "manifest" : name);
  const char *copy = dw_library_copy(subjects.arena, text, length);
  int status = dw_manifests_gather_text(subjects.arena, file, copy, length, &subjects.read, &err);
  return lint(&subjects, status, state, namespace_, error, &err);
}

/* --- reading findings --- */

void droveway_findings_free(droveway_findings *findings) {
  if (findings == NULL)
    return;
  dw_arena_free(findings->arena);
  free(findings);
}

size_t droveway_findings_count(const droveway_findings *findings) {
  return findings == NULL ? 0 : findings->count;
}

const droveway_finding *droveway_findings_at(const droveway_findings *findings, size_t index) {
  return index < droveway_findings_count(findings) ? &findings->items[index] : NULL;
}

size_t droveway_findings_denials(const droveway_findings *findings) {
  return findings == NULL ? 0 : findings->denials;
}

size_t droveway_findings_warnings(const droveway_findings *findings) {
  return findings == NULL ? 0 : findings->warnings;
}

size_t droveway_findings_excepted(const droveway_findings *findings) {
  return findings == NULL ? 0 : findings->excepted_count;
}

const droveway_finding *droveway_findings_excepted_at(const droveway_findings *findings, size_t index) {
  return index < droveway_findings_excepted(findings) ? &findings->excepted[index] : NULL;
}

size_t droveway_findings_objects(const droveway_findings *findings) {
  return findings == NULL ? 0 : findings->objects;
}

size_t droveway_findings_skipped(const droveway_findings *findings) {
  return findings == NULL ? 0 : findings->skipped;
}

droveway_severity droveway_finding_severity(const droveway_finding *finding) {
  return finding == NULL ? (droveway_severity)0 : finding->severity;
}

const char *droveway_finding_rule(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->rule;
}

const char *droveway_finding_kind(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->kind;
}

const char *droveway_finding_namespace(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->ns;
}

const char *droveway_finding_name(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->name;
}

const char *droveway_finding_field(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->field;
}

const char *droveway_finding_message(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->message;
}

const char *droveway_finding_fix(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->fix;
}

const char *droveway_finding_text(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->text;
}

const char *droveway_finding_reason(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->reason;
}

const char *droveway_finding_until(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->until;
}

const char *droveway_finding_file(const droveway_finding *finding) {
  return finding == NULL ? "" : finding->file;
}

int droveway_finding_line(const droveway_finding *finding) {
  return finding == NULL ? 0 : finding->line;
}

int droveway_finding_column(const droveway_finding *finding) {
  return finding == NULL ? 0 : finding->column;
}
