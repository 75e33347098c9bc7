#include "cli/report.h"

#include <stdio.h>
#include <string.h>

#include "fix/manifest_edits.h"

/* --- findings --- */

static const char *copy(struct dw_arena *arena, const char *text) {
  return text == NULL ? NULL : dw_arena_strdup(arena, text);
}

enum { MOST_READ_AGAIN = 8 << 20 }; /* bytes: a document is read again for each of its findings */

/* What --fix would change. NULL if nothing, or if finding it out would take too long. */
static const struct cli_fix *fix_of(struct cli_report *report, const struct dw_finding *finding,
                                    const struct dw_manifest *manifest) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_yaml_source *source = manifest->inside == NULL ? manifest->source : manifest->inside->source;
  struct dw_fix_place place;
  struct dw_fix_change change;
  const char *why = NULL;
  if (finding->edits.count == 0 || !dw_fix_place_of(manifest, &place))
    return NULL;
  report->read_again += place.text.length;
  if (report->read_again > MOST_READ_AGAIN || !dw_fix_change_of(scratch, manifest, &finding->edits, &change, &why))
    return NULL;
  struct cli_fix *fix = dw_arena_alloc(report->arena, sizeof *fix);
  dw_yaml_position(source, change.offset, &fix->line, &fix->column);
  dw_yaml_position(source, change.offset + change.length, &fix->end_line, &fix->end_column);
  fix->text = dw_arena_strndup(report->arena, change.text, change.size);
  fix->what = dw_arena_strdup(report->arena, dw_fix_describe(scratch, manifest, &finding->edits));
  return fix;
}

/* The policy may be freed before the report is printed. */
static const struct dw_exception *copy_exception(struct dw_arena *arena, const struct dw_exception *exception) {
  if (exception == NULL)
    return NULL;
  struct dw_exception *copied = dw_arena_alloc(arena, sizeof *copied);
  *copied = *exception;
  copied->rule = copy(arena, exception->rule);
  copied->namespace_ = copy(arena, exception->namespace_);
  copied->name = copy(arena, exception->name);
  copied->reason = copy(arena, exception->reason);
  copied->until = copy(arena, exception->until);
  copied->file = copy(arena, exception->file);
  return copied;
}

static void add_finding(struct cli_report *report, const struct dw_finding *finding,
                        const struct dw_manifest *manifest) {
  report->findings = dw_arena_more(report->arena, report->findings, report->finding_count, &report->finding_capacity,
                                   sizeof *report->findings);
  struct cli_reported *found = &report->findings[report->finding_count++];
  *found = (struct cli_reported){
      .report = report, .object = report->object_count - 1, .finding = *finding, .place = {.width = 1, .source = ""}};
  found->finding.edits = (struct dw_edits){NULL, 0};
  found->finding.field = copy(report->arena, finding->field);
  found->finding.value = copy(report->arena, finding->value);
  found->finding.what = copy(report->arena, finding->what);
  found->finding.fix = copy(report->arena, finding->fix);
  found->finding.exception = copy_exception(report->arena, finding->exception);
  found->finding.facts = (struct dw_facts){0};
  found->hidden = report->hide_unknown && finding->cluster_unknown;
  report->hidden += found->hidden;
  if (manifest == NULL)
    return;
  struct dw_manifest_spot spot = {finding->field, finding->of_key, finding->line, finding->column};
  found->place = dw_manifest_find(manifest, &spot);
  if (report->offers_fixes)
    found->fix = fix_of(report, finding, manifest);
  report->fixable += found->fix != NULL || (finding->edits.count > 0 && report->read_again > MOST_READ_AGAIN);
}

static struct cli_reported_object *add_object(struct cli_report *report) {
  report->objects = dw_arena_more(report->arena, report->objects, report->object_count, &report->object_capacity,
                                  sizeof *report->objects);
  struct cli_reported_object *object = &report->objects[report->object_count++];
  *object = (struct cli_reported_object){.first = report->finding_count};
  return object;
}

static void add_excepted(struct cli_report *report, const struct dw_findings *excepted,
                         const struct dw_manifest *manifest) {
  report->excepted += excepted->count + excepted->more_denials + excepted->more_warnings;
  for (size_t i = 0; i < excepted->count; i++) {
    struct dw_finding finding = excepted->items[i];
    finding.edits = (struct dw_edits){NULL, 0}; /* --fix leaves it alone */
    add_finding(report, &finding, manifest);
    struct cli_reported *found = &report->findings[report->finding_count - 1];
    found->excepted = true;
    report->hidden -= found->hidden;
    found->hidden = false;
  }
}

void cli_report_add(struct cli_report *report, const struct cli_reported_object *object,
                    const struct dw_findings *findings, const struct dw_findings *excepted,
                    const struct dw_manifest *manifest) {
  struct cli_reported_object *mine = add_object(report);
  mine->kind = object->kind;
  mine->ns = copy(report->arena, object->ns);
  mine->name = copy(report->arena, object->name);
  mine->file = manifest == NULL ? NULL : manifest->file;
  mine->denied = object->denied;
  mine->count = findings->count;
  mine->excepted = excepted == NULL ? 0 : excepted->count;
  mine->more_denials = findings->more_denials;
  mine->more_warnings = findings->more_warnings;
  report->denied += object->denied;
  report->errors += findings->more_denials;
  report->warnings += findings->more_warnings;
  for (size_t i = 0; i < findings->count; i++) {
    *(findings->items[i].action == DW_ACTION_DENY ? &report->errors : &report->warnings) += 1;
    add_finding(report, &findings->items[i], manifest);
  }
  if (excepted != NULL)
    add_excepted(report, excepted, manifest);
}

/* A finding about an input: it has no field. */
static void add_input_finding(struct cli_report *report, const struct cli_note *note, enum dw_action action) {
  const struct dw_finding finding = {.rule = note->rule,
                                     .action = action,
                                     .reason = DW_REASON_INVALID,
                                     .field = "",
                                     .what = note->what,
                                     .fix = note->fix};
  add_finding(report, &finding, NULL);
  report->findings[report->finding_count - 1].place = note->place;
}

void cli_report_add_unreadable(struct cli_report *report, const struct dw_unreadable *item) {
  struct cli_reported_object *input = add_object(report);
  input->file = item->file;
  input->unreadable = true;
  input->count = 1;
  report->unreadable++;
  report->errors++;
  add_input_finding(
      report, &(struct cli_note){&cli_unreadable_rule, item->what, NULL, {item->line, item->column, 1, item->source}},
      DW_ACTION_DENY);
}

void cli_report_add_notes(struct cli_report *report, const char *file, const struct cli_note *notes, size_t count) {
  if (count == 0)
    return;
  struct cli_reported_object *input = add_object(report);
  input->file = file;
  input->count = count;
  report->noted++;
  report->warnings += count;
  for (size_t i = 0; i < count; i++)
    add_input_finding(report, &notes[i], DW_ACTION_WARN);
}

size_t cli_report_checked(const struct cli_report *report) {
  return report->object_count - report->unreadable - report->noted;
}

int cli_report_status(const struct cli_report *report, const struct cli_report_options *options) {
  if (report->unreadable > 0)
    return CLI_FAILED;
  if (options->fail_on == CLI_FAIL_ON_NEVER)
    return CLI_OK;
  bool warned = options->fail_on == CLI_FAIL_ON_WARN && report->warnings > 0;
  return report->denied > 0 || warned ? CLI_DENIED : CLI_OK;
}
