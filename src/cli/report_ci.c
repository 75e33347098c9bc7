#include <string.h>

#include "cli/report.h"
#include "json/json_write.h"

/* Formats for code review: workflow commands of GitHub Actions, and GitLab's Code Quality report. */

/* A file of the repository; NULL for standard input and for an object of a live cluster. */
static const char *repository_file(const struct cli_reported *found) {
  const char *file = found->report->objects[found->object].file;
  return file == NULL || strcmp(file, "-") == 0 ? NULL : cli_relative_path(file);
}

/* --- GitHub: ::error file=FILE,line=1,endLine=1,col=1,endColumn=2,title=TITLE::MESSAGE --- */

enum { GITHUB_LIMIT = 10 }; /* annotations of each level that GitHub shows per step */

/* Appends TEXT with the characters in ESCAPED percent-encoded, as the runner decodes it. */
static void put_escaped(struct dw_buf *out, const char *text, const char *escaped) {
  for (; *text != '\0'; text++) {
    if (strchr(escaped, *text) != NULL)
      dw_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
    else
      dw_buf_putc(out, *text);
  }
}

static void put_message(struct dw_buf *out, const char *text) {
  put_escaped(out, text, "%\r\n");
}

static void put_property(struct dw_buf *out, const char *text) {
  put_escaped(out, text, "%\r\n:,");
}

static void put_annotation(struct dw_buf *out, const struct cli_reported *found) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_finding *finding = &found->finding;
  const struct dw_place *place = &found->place;
  const char *file = repository_file(found);
  dw_buf_puts(out, finding->action == DW_ACTION_DENY ? "::error " : "::warning ");
  if (file != NULL) {
    dw_buf_puts(out, "file=");
    put_property(out, file);
    dw_buf_putc(out, ',');
  }
  if (file != NULL && place->line > 0)
    dw_buf_printf(out, "line=%d,endLine=%d,col=%d,endColumn=%d,", place->line, place->line, place->column,
                  place->column + place->width);
  dw_buf_puts(out, "title=");
  put_property(out, finding->rule->id);
  dw_buf_puts(out, " in ");
  put_property(out, cli_object_label(arena, &found->report->objects[found->object]));
  dw_buf_puts(out, "::");
  put_message(out, cli_finding_text(arena, finding, true));
  dw_buf_putc(out, '\n');
}

static bool is_over_limit(const struct cli_report *report) {
  return report->errors > GITHUB_LIMIT || report->warnings - report->hidden > GITHUB_LIMIT;
}

static bool has_hidden_facts(const struct cli_report *report) {
  const struct dw_manifests *read = report->read;
  return is_over_limit(report) || report->hidden > 0 ||
         (read != NULL &&
          (read->skipped > 0 || read->excluded > 0 || read->template_count > 0 || read->patch_count > 0));
}

/* The summary. It is an annotation if it says something that the others do not: GitHub drops annotations over its limit
 * without a hint. Names of files and objects are only printed in such a command, where they are data: in a plain line
 * they could contain a command. */
static void put_github_summary(struct dw_buf *out, const struct cli_report *report) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  if (!has_hidden_facts(report)) {
    cli_report_put_summary(out, report, 0);
    return;
  }
  for (size_t i = 0; i < report->object_count; i++)
    cli_report_put_rest(&text, &report->objects[i]);
  cli_report_put_summary(&text, report, 0);
  if (is_over_limit(report))
    dw_buf_printf(&text, "GitHub annotates at most %d errors and %d warnings per step; the log lists all findings\n",
                  GITHUB_LIMIT, GITHUB_LIMIT);
  dw_buf_truncate(&text, text.length - 1); /* the last line end would be an empty line of the notice */
  dw_buf_puts(out, "::notice title=Droveway::");
  put_message(out, dw_buf_text(&text));
  dw_buf_putc(out, '\n');
}

void cli_report_github(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  for (size_t i = 0; i < report->finding_count; i++)
    if (!report->findings[i].hidden && !report->findings[i].excepted)
      put_annotation(out, &report->findings[i]);
  if (!options->quiet)
    put_github_summary(out, report);
}

/* --- GitLab: a list of issues (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format") --- */

/* GitLab requires a path. Findings that are not in a file of the repository get the name of their object. */
static const char *gitlab_path(struct dw_arena *arena, const struct cli_reported *found) {
  const char *file = repository_file(found);
  return file != NULL ? file : cli_object_label(arena, &found->report->objects[found->object]);
}

static void put_issue(struct dw_json_writer *w, const struct cli_reported *found, const char *fingerprint) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  bool in_file = repository_file(found) != NULL && found->place.line > 0;
  dw_json_begin_object(w);
  dw_json_member_string(w, "description", cli_finding_text(arena, &found->finding, true));
  dw_json_member_string(w, "check_name", found->finding.rule->id);
  dw_json_member_string(w, "fingerprint", fingerprint);
  dw_json_member_string(w, "severity", found->finding.action == DW_ACTION_DENY ? "critical" : "minor");
  dw_json_key(w, "location");
  dw_json_begin_object(w);
  dw_json_member_string(w, "path", gitlab_path(arena, found));
  dw_json_key(w, "lines");
  dw_json_begin_object(w);
  dw_json_member_int(w, "begin", in_file ? found->place.line : 1);
  dw_json_end_object(w);
  dw_json_end_object(w);
  dw_json_end_object(w);
}

void cli_report_gitlab(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  (void)options;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  const char **fingerprints = cli_report_fingerprints(arena, report);
  dw_json_begin_array(&w);
  for (size_t i = 0; i < report->finding_count; i++)
    if (!report->findings[i].hidden && !report->findings[i].excepted)
      put_issue(&w, &report->findings[i], fingerprints[i]);
  dw_json_end_array(&w);
  dw_buf_putc(out, '\n');
}
