#include "base/text.h"
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIPE_WIDTH = 160 }; /* of source lines if standard output is not a terminal */

const char *cli_finding_text(struct dw_arena *arena, const struct dw_finding *finding, bool fix) {
  struct dw_finding shown = *finding;
  if (finding->rule == &cli_unreadable_rule)
    return dw_arena_printf(arena, "%s [%s]", finding->what, finding->rule->id);
  if (!fix)
    shown.fix = NULL;
  return dw_finding_line(arena, &shown);
}

const char *cli_relative_path(const char *file) {
  while (strncmp(file, "./", 2) == 0)
    file += 1 + strspn(file + 1, "/"); /* ".//a" is not an absolute path */
  return file;
}

const char *cli_object_label(struct dw_arena *arena, const struct cli_reported_object *object) {
  if (object->kind == NULL)
    return strcmp(object->file, "-") == 0 ? "<stdin>" : object->file;
  return dw_arena_printf(arena, "%s %s%s%s", object->kind, object->ns, *object->ns == '\0' ? "" : "/", object->name);
}

/* ANSI color sequences (ECMA-48, SGR), in the colors that compilers use. */
enum role { PLACE, ERROR, WARNING, CARET, FIX, GUTTER, EXCEPTED, RESET };

static const char *color(const struct cli_text_style *style, enum role role) {
  static const char *const sequences[] = {"\033[1m",    "\033[1;31m", "\033[1;35m", "\033[1;32m",
                                          "\033[1;36m", "\033[2m",    "\033[1;34m", "\033[0m"};
  return style->color ? sequences[role] : "";
}

/* --- one finding --- */

static void put_file_place(struct dw_buf *out, const struct cli_reported *found) {
  const char *file = found->report->objects[found->object].file;
  cli_put_clean(out, strcmp(file, "-") == 0 ? "<stdin>" : file);
  if (found->place.line > 0)
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

enum { HANG = 4, INDENT = 2 };

static void put_head(struct dw_buf *out, const struct cli_reported *found, const struct cli_text_style *style,
                     bool fix) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  bool denies = found->finding.action == DW_ACTION_DENY;
  enum role role = found->excepted ? EXCEPTED : denies ? ERROR : WARNING;
  const char *word = found->excepted ? "excepted" : denies ? "error" : "warning";
  if (style->grouped) {
    dw_buf_printf(&line, "%*s", INDENT, "");
  } else {
    dw_buf_puts(&line, color(style, PLACE));
    put_place(&line, found);
    dw_buf_printf(&line, ":%s ", color(style, RESET));
  }
  dw_buf_printf(&line, "%s%s:%s ", color(style, role), word, color(style, RESET));
  cli_put_clean(&line, cli_finding_text(arena, &found->finding, fix && !found->excepted));
  if (fix && found->excepted)
    cli_put_clean(&line, dw_arena_join(arena, ": ", cli_exception_text(arena, found->finding.exception), ""));
  cli_put_wrapped(out, dw_buf_text(&line), style->wrap, HANG);
}

/* A line below the finding: "LABEL TEXT". */
static void put_detail(struct dw_buf *out, const char *label, const char *text, const struct cli_text_style *style) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  int indent = style->grouped ? 2 * INDENT : INDENT;
  dw_buf_printf(&line, "%*s%s%s%s ", indent, "", color(style, FIX), label, color(style, RESET));
  cli_put_clean(&line, text);
  cli_put_wrapped(out, dw_buf_text(&line), style->wrap, (size_t)indent + strlen(label) + 1);
}

/* What to do about the finding, or why nothing has to be done. */
static void put_details(struct dw_buf *out, const struct cli_reported *found, const struct cli_text_style *style) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (found->excepted)
    put_detail(out, "reason:", cli_exception_text(arena, found->finding.exception), style);
  else if (found->finding.fix != NULL)
    put_detail(out, "fix:", found->finding.fix, style);
}

/* With the source line or under the object's heading, the fix is on a separate line. Otherwise the finding is one line.
 */
void cli_report_put_finding(struct dw_buf *out, const struct cli_reported *found, const struct cli_text_style *style) {
  bool snippet =
      style->snippets && !found->report->words->by_object && found->place.line > 0 && *found->place.source != '\0';
  bool separate = snippet || style->grouped;
  struct cli_snippet_style look = {style->width, color(style, GUTTER), color(style, CARET), color(style, RESET)};
  put_head(out, found, style, !separate);
  if (snippet)
    cli_put_snippet(out, &found->place, &look, style->cursor);
  if (separate)
    put_details(out, found, style);
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

/* An empty line between blocks of several lines. */
static void separate(struct dw_buf *out, const struct cli_text_style *style) {
  if (style->snippets && out->length > 0)
    dw_buf_putc(out, '\n');
}

static void put_group(struct dw_buf *out, const struct cli_report *report, const struct cli_reported_object *object,
                      const struct cli_text_style *style) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count = object->count + object->excepted;
  if (count == 0)
    return;
  separate(out, style);
  dw_buf_puts(out, color(style, PLACE));
  cli_put_clean(out, cli_object_label(arena, object));
  dw_buf_printf(out, "%s\n", color(style, RESET));
  for (size_t i = 0; i < count; i++)
    cli_report_put_finding(out, &report->findings[object->first + i], style);
  cli_report_put_rest(out, object);
}

static void put_in_file_order(struct dw_buf *out, const struct cli_report *report,
                              const struct cli_reported_object *object, const struct cli_text_style *style) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t all = object->count + (style->excepted ? object->excepted : 0);
  const struct cli_reported **order = dw_arena_array(arena, all + 1, sizeof(const struct cli_reported *));
  size_t count = 0;
  for (size_t i = object->first; i < object->first + all; i++)
    if (!report->findings[i].hidden)
      order[count++] = &report->findings[i];
  qsort(order, count, sizeof *order, by_place);
  for (size_t i = 0; i < count; i++) {
    separate(out, style);
    cli_report_put_finding(out, order[i], style);
  }
  if (object->more_denials + object->more_warnings > 0)
    separate(out, style);
  cli_report_put_rest(out, object);
}

/* Appends a line that is formatted like printf(), wrapped. */
__attribute__((format(printf, 3, 4))) static void put_note(struct dw_buf *out, size_t wrap, const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf clean = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  cli_put_clean_format(&clean, format, args);
  va_end(args);
  cli_put_wrapped(out, dw_buf_text(&clean), wrap, HANG);
}

const char *cli_hidden_note(struct dw_arena *arena, const struct cli_report *report) {
  return dw_arena_printf(
      arena,
      "%zu check%s not possible without the cluster's objects: use --state DIR (written by `droveway "
      "snapshot DIR`) or --kubeconfig FILE; -v lists %s",
      report->hidden, report->hidden == 1 ? " was" : "s were", report->hidden == 1 ? "it" : "them");
}

/* --- what was skipped --- */

static bool same_template(const struct dw_skipped_template *a, const struct dw_skipped_template *b) {
  return a->kind == b->kind && dw_text_equal(a->chart, b->chart);
}

/* One note for all templates of a kind or chart, at the first of them, which is number FIRST. */
static void put_template(struct dw_buf *out, const struct dw_manifests *read, size_t first, size_t wrap) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_skipped_template *one = &read->templates[first];
  size_t count = 0;
  for (size_t i = 0; i < read->template_count; i++)
    if (same_template(&read->templates[i], one)) {
      if (i < first)
        return;
      count++;
    }
  const char *which =
      count == 1 ? dw_arena_printf(arena, "%s: skipped because it is %s", one->file, dw_template_name(one->kind))
                 : dw_arena_printf(arena, "%s and %zu more: skipped because they are %s", one->file, count - 1,
                                   dw_template_plural(one->kind));
  const char *path = one->chart != NULL ? one->chart : count == 1 ? one->file : NULL;
  put_note(out, wrap, "%s; to check the result: %s | droveway check -f -", which,
           dw_template_command(arena, one->kind, path));
}

void cli_report_put_skipped(struct dw_buf *out, const struct dw_manifests *read, size_t wrap) {
  if (read->skipped > 0)
    put_note(out, wrap, "%zu document%s skipped: not %s (apiVersion or kind is missing)", read->skipped,
             plural(read->skipped), read->skipped == 1 ? "a Kubernetes object" : "Kubernetes objects");
  if (read->excluded > 0)
    put_note(out, wrap, "%zu file%s or director%s excluded (--exclude, " DW_IGNORE_FILE ")", read->excluded,
             plural(read->excluded), read->excluded == 1 ? "y" : "ies");
  for (size_t i = 0; i < read->template_count; i++)
    put_template(out, read, i, wrap);
  for (size_t i = 0; i < read->patch_count; i++)
    put_note(out, wrap,
             "%s: skipped because it is a patch; to check the result: kustomize build DIR | droveway check -f -",
             read->patches[i]);
}

static void put_fix_note(struct dw_buf *out, const struct dw_fix_note *note, const char *prefix, size_t wrap) {
  const char *file = strcmp(note->file, "-") == 0 ? "<stdin>" : note->file;
  put_note(out, wrap, "%s:%d: [%s] %s%s", file, note->line, note->rule, prefix, note->what);
}

/* Where KubeVirt runs matters for this rule alone. */
static bool depends_on_namespace(const struct cli_report *report) {
  for (size_t i = 0; i < report->finding_count; i++)
    if (strcmp(report->findings[i].finding.rule->id, "migration-namespace") == 0)
      return true;
  return false;
}

void cli_report_put_summary(struct dw_buf *out, const struct cli_report *report, size_t wrap) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t objects = cli_report_checked(report);
  size_t warnings = report->warnings - report->hidden;
  const char *unreadable = report->unreadable == 0 ? ""
                                                   : dw_arena_printf(arena, "; %zu input%s could not be read",
                                                                     report->unreadable, plural(report->unreadable));
  if (report->read != NULL)
    cli_report_put_skipped(out, report->read, wrap);
  if (objects == 0)
    put_note(out, wrap, "%s%s", report->words->nothing, unreadable);
  else
    put_note(out, wrap, "%zu object%s %s, %zu %s: %zu error%s, %zu warning%s%s", objects, plural(objects),
             report->words->done, report->denied, report->words->denied, report->errors, plural(report->errors),
             warnings, plural(warnings), unreadable);
  if (report->fixable > 0)
    put_note(out, wrap, "%zu of %zu can be fixed with --fix; --diff shows how", report->fixable,
             report->errors + warnings);
  if (report->assumed_namespace != NULL && depends_on_namespace(report))
    put_note(
        out, wrap,
        "KubeVirt's namespace is not known, so %s is assumed: set `namespace` in the policy, or use --state DIR or "
        "--kubeconfig FILE",
        report->assumed_namespace);
  if (report->hidden > 0)
    put_note(out, wrap, "%s", cli_hidden_note(arena, report));
  if (report->excepted > 0)
    put_note(out, wrap, "%s", cli_excepted_note(arena, report));
}

void cli_report_put_fixed(struct dw_buf *out, const struct cli_report *report, size_t wrap) {
  const struct dw_fix_result *result = report->fixed;
  size_t count = result->fixed.count;
  for (size_t i = 0; i < count; i++)
    put_fix_note(out, &result->fixed.items[i], "", wrap);
  put_note(out, wrap, "fixed %zu mistake%s in %zu file%s", count, plural(count), result->file_count,
           plural(result->file_count));
  for (size_t i = 0; i < result->left.count; i++)
    put_fix_note(out, &result->left.items[i], "not fixed: ", wrap);
}

void cli_report_text(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  struct cli_line_cursor cursor = {.source = NULL};
  size_t wrap = options->unwrapped ? 0 : cli_wrap_width();
  wrap = wrap > options->indent ? wrap - options->indent : wrap;
  struct cli_text_style style = {.color = cli_wants_color(options->color),
                                 .snippets = !options->no_snippets,
                                 .grouped = report->words->by_object,
                                 .excepted = options->verbose,
                                 .wrap = wrap,
                                 .width = wrap > 0 ? wrap - CLI_GUTTER : PIPE_WIDTH,
                                 .cursor = &cursor};
  struct cli_glyphs glyphs = cli_glyphs_begin();
  if (report->fixed != NULL && !options->quiet)
    cli_report_put_fixed(out, report, style.wrap);
  for (size_t i = 0; i < report->object_count; i++)
    (style.grouped ? put_group : put_in_file_order)(out, report, &report->objects[i], &style);
  if (!options->quiet) {
    separate(out, &style);
    cli_report_put_summary(out, report, style.wrap);
  }
  cli_glyphs_end(&glyphs);
}
