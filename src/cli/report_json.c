#include <string.h>

#include "cli/report.h"
#include "json/json_write.h"

static void put_place(struct dw_json_writer *w, const struct cli_reported *found) {
  const char *file = found->report->objects[found->object].file;
  if (file == NULL)
    return;
  dw_json_member_string(w, "file", file);
  if (found->place.line == 0 && found->finding.rule == &cli_unreadable_rule)
    return; /* the whole file */
  dw_json_member_int(w, "line", found->place.line);
  dw_json_member_int(w, "column", found->place.column);
}

static void put_extent(struct dw_json_writer *w, const struct cli_reported *found) {
  const struct dw_place *place = &found->place;
  if (place->line == 0)
    return;
  dw_json_member_int(w, "endColumn", place->column + place->width);
  dw_json_member_int(w, "width", place->width);
  if (strnlen(place->source, CLI_SOURCE_MOST + 1) <= CLI_SOURCE_MOST)
    dw_json_member_string(w, "source", place->source);
}

static void put_change(struct dw_json_writer *w, const struct cli_fix *fix) {
  dw_json_key(w, "change");
  dw_json_begin_object(w);
  dw_json_member_string(w, "what", fix->what);
  dw_json_member_int(w, "line", fix->line);
  dw_json_member_int(w, "column", fix->column);
  dw_json_member_int(w, "endLine", fix->end_line);
  dw_json_member_int(w, "endColumn", fix->end_column);
  dw_json_member_string(w, "text", fix->text);
  dw_json_end_object(w);
}

static void put_exception(struct dw_json_writer *w, const char *key, const struct dw_exception *exception) {
  dw_json_key(w, key);
  dw_json_begin_object(w);
  dw_json_member_string(w, "source", exception->comment ? "comment" : "policy");
  dw_json_member_string(w, "reason", exception->reason);
  if (exception->until != NULL)
    dw_json_member_string(w, "until", exception->until);
  dw_json_member_string(w, "file", exception->file);
  dw_json_member_int(w, "line", exception->line);
  dw_json_end_object(w);
}

static void put_finding(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_reported *found) {
  const struct dw_finding *finding = &found->finding;
  const struct cli_reported_object *object = &found->report->objects[found->object];
  dw_json_begin_object(w);
  put_place(w, found);
  if (object->kind != NULL) {
    dw_json_member_string(w, "kind", object->kind);
    dw_json_member_string(w, "namespace", object->ns);
    dw_json_member_string(w, "name", object->name);
  }
  dw_json_member_string(w, "rule", finding->rule->id);
  dw_json_member_string(w, "action", cli_action_name(finding->action));
  dw_json_member_string(w, "reason", dw_reason_name(finding->reason));
  dw_json_member_string(w, "field", finding->field);
  dw_json_member_string(
      w, "message", object->kind == NULL ? cli_finding_text(arena, finding, true) : dw_finding_message(arena, finding));
  if (finding->fix != NULL)
    dw_json_member_string(w, "fix", finding->fix);
  dw_json_member_bool(w, "unverified", finding->unverified);
  if (finding->exception != NULL)
    put_exception(w, found->excepted ? "exception" : "expiredException", finding->exception);
  put_extent(w, found);
  if (found->fix != NULL)
    put_change(w, found->fix);
  dw_json_end_object(w);
}

static void put_notes(struct dw_json_writer *w, const char *key, const char *what, const struct dw_fix_notes *notes) {
  dw_json_key(w, key);
  dw_json_begin_array(w);
  for (size_t i = 0; i < notes->count; i++) {
    dw_json_begin_object(w);
    dw_json_member_string(w, "file", notes->items[i].file);
    dw_json_member_int(w, "line", notes->items[i].line);
    dw_json_member_string(w, "rule", notes->items[i].rule);
    dw_json_member_string(w, what, notes->items[i].what);
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void put_fixed(struct dw_json_writer *w, const struct dw_fix_result *result) {
  put_notes(w, "fixed", "what", &result->fixed);
  put_notes(w, "notFixed", "why", &result->left);
  dw_json_key(w, "changedFiles");
  dw_json_begin_array(w);
  for (size_t i = 0; i < result->file_count; i++)
    dw_json_put_string(w, result->files[i].file);
  dw_json_end_array(w);
}

static void put_findings(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_report *report,
                         bool excepted) {
  dw_json_begin_array(w);
  for (size_t i = 0; i < report->finding_count; i++)
    if (report->findings[i].excepted == excepted)
      put_finding(w, arena, &report->findings[i]);
  dw_json_end_array(w);
}

static void put_template(struct dw_json_writer *w, struct dw_arena *arena, const struct dw_skipped_template *one) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "file", one->file);
  dw_json_member_string(w, "render",
                        dw_template_command(arena, one->kind, one->chart != NULL ? one->chart : one->file));
  dw_json_end_object(w);
}

static void put_skipped(struct dw_json_writer *w, struct dw_arena *arena, const struct dw_manifests *read) {
  dw_json_member_int(w, "passedOver", (int64_t)read->skipped);
  dw_json_member_int(w, "excluded", (int64_t)read->excluded);
  dw_json_member_int(w, "templates", (int64_t)read->template_count);
  dw_json_key(w, "templateFiles");
  dw_json_begin_array(w);
  for (size_t i = 0; i < read->template_count; i++)
    put_template(w, arena, &read->templates[i]);
  dw_json_end_array(w);
  dw_json_key(w, "patches");
  dw_json_begin_array(w);
  for (size_t i = 0; i < read->patch_count; i++)
    dw_json_put_string(w, read->patches[i]);
  dw_json_end_array(w);
}

void cli_report_json(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  static const struct dw_manifests nothing = {.first = NULL};
  (void)options;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_key(&w, "findings");
  put_findings(&w, arena, report, false);
  dw_json_key(&w, "excepted");
  put_findings(&w, arena, report, true);
  dw_json_member_int(&w, "objects", (int64_t)cli_report_checked(report));
  dw_json_member_int(&w, "denied", (int64_t)report->denied);
  dw_json_member_int(&w, "errors", (int64_t)report->errors);
  dw_json_member_int(&w, "warnings", (int64_t)report->warnings);
  dw_json_member_int(&w, "unreadable", (int64_t)report->unreadable);
  put_skipped(&w, arena, report->read == NULL ? &nothing : report->read);
  if (report->fixed != NULL)
    put_fixed(&w, report->fixed);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
}
