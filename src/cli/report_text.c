#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

const char *cli_finding_text(struct dw_arena *arena, const struct dw_finding *finding, bool fix) {
  struct dw_finding shown = *finding;
  if (!fix)
    shown.fix = NULL;
  return dw_finding_line(arena, &shown);
}

const char *cli_object_label(struct dw_arena *arena, const struct cli_reported_object *object) {
  return dw_arena_printf(arena, "%s %s%s%s", object->kind, object->ns, *object->ns == '\0' ? "" : "/", object->name);
}

/* ANSI color sequences (ECMA-48, SGR), in the colors that compilers use. */
enum role { PLACE, ERROR, WARNING, CARET, FIX, RESET };

static const char *color(const struct cli_text_style *style, enum role role) {
  static const char *const sequences[] = {"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;32m", "\033[1;36m", "\033[0m"};
  return style->color ? sequences[role] : "";
}

/* --- one finding --- */

static void put_file_place(struct dw_buf *out, const struct cli_reported *found) {
  const char *file = found->report->objects[found->object].file;
  cli_put_clean(out, strcmp(file, "-") == 0 ? "<stdin>" : file);
  dw_buf_printf(out, ":%d:%d", found->place.line, found->place.column);
}

static void put_place(struct dw_buf *out, const struct cli_reported *found) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct cli_reported_object *object = &found->report->objects[found->object];
  if (object->file == NULL || found->report->words->by_object)
    cli_put_clean(out, cli_object_label(arena, object));
  else
    put_file_place(out, found);
}

static void put_head(struct dw_buf *out, const struct cli_reported *found, const struct cli_text_style *style,
                     bool fix) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  bool denies = found->finding.action == DW_ACTION_DENY;
  dw_buf_puts(out, color(style, PLACE));
  put_place(out, found);
  dw_buf_printf(out, ":%s %s%s:%s ", color(style, RESET), color(style, denies ? ERROR : WARNING),
                denies ? "error" : "warning", color(style, RESET));
  cli_put_clean(out, cli_finding_text(arena, &found->finding, fix));
  dw_buf_putc(out, '\n');
}

/* If the source line is shown, the fix is on a separate line. Otherwise the finding is one line. */
void cli_report_put_finding(struct dw_buf *out, const struct cli_reported *found, const struct cli_text_style *style) {
  const char *const around[] = {color(style, CARET), color(style, RESET)};
  bool snippet =
      style->snippets && !found->report->words->by_object && found->place.line > 0 && *found->place.source != '\0';
  put_head(out, found, style, !snippet);
  if (!snippet)
    return;
  cli_put_snippet(out, &found->place, style->width, around, style->cursor);
  if (found->finding.fix == NULL)
    return;
  dw_buf_printf(out, "  %sfix:%s ", color(style, FIX), color(style, RESET));
  cli_put_clean(out, found->finding.fix);
  dw_buf_putc(out, '\n');
}

/* --- all of them --- */

/* In the order of the file; findings at the same place in the order of the report, which is the catalogue's. */
static int by_place(const void *a, const void *b) {
  const struct cli_reported *left = *(const struct cli_reported *const *)a;
  const struct cli_reported *right = *(const struct cli_reported *const *)b;
  if (left->place.line != right->place.line)
    return left->place.line < right->place.line ? -1 : 1;
  if (left->place.column != right->place.column)
    return left->place.column < right->place.column ? -1 : 1;
  return left < right ? -1 : left > right;
}

static const char *plural(size_t count) {
  return count == 1 ? "" : "s";
}

static void put_more(struct dw_buf *out, const struct cli_reported_object *object, size_t count, const char *what) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (count == 0)
    return;
  cli_put_clean(out, cli_object_label(arena, object));
  dw_buf_printf(out, ": %zu more %s%s like these, not shown\n", count, what, plural(count));
}

void cli_report_put_rest(struct dw_buf *out, const struct cli_reported_object *object) {
  put_more(out, object, object->more_denials, "error");
  put_more(out, object, object->more_warnings, "warning");
}

static void put_object(struct dw_buf *out, const struct cli_report *report, const struct cli_reported_object *object,
                       const struct cli_text_style *style) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct cli_reported **order = dw_arena_array(arena, object->count + 1, sizeof(const struct cli_reported *));
  for (size_t i = 0; i < object->count; i++)
    order[i] = &report->findings[object->first + i];
  if (!report->words->by_object) /* an audit shows no places, so that a cluster and its snapshot have the same output */
    qsort(order, object->count, sizeof *order, by_place);
  for (size_t i = 0; i < object->count; i++)
    cli_report_put_finding(out, order[i], style);
  cli_report_put_rest(out, object);
}

void cli_report_put_summary(struct dw_buf *out, const struct cli_report *report) {
  if (report->skipped > 0)
    dw_buf_printf(out, "%zu document%s skipped: not %s (apiVersion or kind is missing)\n", report->skipped,
                  plural(report->skipped), report->skipped == 1 ? "a Kubernetes object" : "Kubernetes objects");
  if (report->templates > 0)
    dw_buf_printf(
        out, "%zu Helm template%s skipped; to check the rendered chart: helm template CHART | droveway check -f -\n",
        report->templates, plural(report->templates));
  for (size_t i = 0; i < report->patch_count; i++) {
    cli_put_clean(out, report->patches[i]);
    dw_buf_puts(out,
                ": skipped because it is a patch; to check the result: kustomize build DIR | droveway check -f -\n");
  }
  if (report->object_count == 0)
    dw_buf_printf(out, "%s\n", report->words->nothing);
  else
    dw_buf_printf(out, "%zu object%s %s, %zu %s: %zu error%s, %zu warning%s\n", report->object_count,
                  plural(report->object_count), report->words->done, report->denied, report->words->denied,
                  report->errors, plural(report->errors), report->warnings, plural(report->warnings));
}

void cli_report_text(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  struct cli_line_cursor cursor = {.source = NULL};
  struct cli_text_style style = {cli_wants_color(options->color), !options->no_snippets, cli_line_width(), &cursor};
  struct cli_glyphs glyphs = cli_glyphs_begin();
  for (size_t i = 0; i < report->object_count; i++)
    put_object(out, report, &report->objects[i], &style);
  if (!options->quiet)
    cli_report_put_summary(out, report);
  cli_glyphs_end(&glyphs);
}
