/* JUnit XML as Jenkins and GitLab read it: one suite per file, one case per object. Both show one failure per case, so
 * all denials of an object are in one failure. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/report.h"
#include "cli/terminal.h"

enum { SOURCE_WIDTH = 160 };

static void put_attribute(struct dw_buf *out, const char *name, const char *value) {
  dw_buf_printf(out, " %s=\"", name);
  dw_xml_puts(out, value);
  dw_buf_putc(out, '"');
}

/* Keeps newlines and tabs. */
static void put_text(struct dw_buf *out, const struct dw_buf *text) {
  const char *at = dw_buf_text(text);
  for (;;) {
    size_t length = strcspn(at, "\n\t");
    dw_xml_add(out, at, length);
    if (at[length] == '\0')
      return;
    dw_buf_putc(out, at[length]);
    at += length + 1;
  }
}

/* --- cases --- */

struct totals {
  size_t cases, failures, errors, skipped;
};

struct junit {
  struct dw_buf *out;
  const struct cli_report *report;
  const struct cli_report_options *options;
  struct cli_text_style style;
};

static const char *suite_of(const struct cli_reported_object *object) {
  return object->file == NULL ? "cluster" : object->file;
}

static bool fails(const struct cli_reported_object *object, const struct cli_report_options *options) {
  if (object->unreadable)
    return true;
  return object->denied || (options->fail_on == CLI_FAIL_ON_WARN && (object->count > 0 || object->more_warnings > 0));
}

/* A case that would fail without exceptions is skipped: JUnit has no better word. */
static bool is_skipped(const struct cli_report *report, const struct cli_reported_object *object,
                       const struct cli_report_options *options) {
  bool skipped = false;
  for (size_t i = 0; i < object->excepted; i++)
    skipped |= options->fail_on == CLI_FAIL_ON_WARN ||
               report->findings[object->first + object->count + i].finding.action == DW_ACTION_DENY;
  return skipped && !fails(object, options);
}

static bool has_denials(const struct cli_report *report, const struct cli_reported_object *object) {
  for (size_t i = 0; i < object->count; i++)
    if (report->findings[object->first + i].finding.action == DW_ACTION_DENY)
      return true;
  return false;
}

/* Appends the findings of OBJECT that are part of its failure (or the others) to TEXT; returns the first of them.
 * Warnings are part of the failure if they fail the object, or if the object has no denials. */
static const struct cli_reported *collect(const struct junit *junit, const struct cli_reported_object *object,
                                          bool failing, struct dw_buf *text) {
  const struct cli_reported *first = NULL;
  bool warnings = junit->options->fail_on == CLI_FAIL_ON_WARN || !has_denials(junit->report, object);
  for (size_t i = 0; i < object->count; i++) {
    const struct cli_reported *found = &junit->report->findings[object->first + i];
    bool belongs = fails(object, junit->options) && (warnings || found->finding.action == DW_ACTION_DENY);
    if (belongs != failing)
      continue;
    first = first == NULL ? found : first;
    cli_report_put_finding(text, found, &junit->style);
  }
  return first;
}

/* JUnit calls a case that could not be judged an error. */
static void put_failure(struct dw_buf *out, const struct cli_reported *first, bool judged, const struct dw_buf *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *element = judged ? "failure" : "error";
  dw_buf_printf(out, "      <%s", element);
  put_attribute(out, "message", first == NULL ? "denied" : cli_finding_text(arena, &first->finding, true));
  put_attribute(out, "type", first == NULL ? "denied" : first->finding.rule->id);
  dw_buf_putc(out, '>');
  put_text(out, text);
  dw_buf_printf(out, "</%s>\n", element);
}

static void put_skipped(const struct junit *junit, const struct cli_reported_object *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_finding *first = &junit->report->findings[object->first + object->count].finding;
  dw_buf_puts(junit->out, "      <skipped");
  put_attribute(junit->out, "message",
                dw_arena_printf(arena, "%s: %s", first->rule->id, cli_exception_text(arena, first->exception)));
  dw_buf_puts(junit->out, "/>\n");
}

static void put_case(const struct junit *junit, const struct cli_reported_object *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf failing = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf rest = DW_BUF_INIT;
  struct dw_buf *out = junit->out;
  const struct cli_reported *first = collect(junit, object, true, &failing);
  collect(junit, object, false, &rest);
  for (size_t i = 0; i < object->excepted; i++)
    cli_report_put_finding(&rest, &junit->report->findings[object->first + object->count + i], &junit->style);
  cli_report_put_rest(&rest, object);
  dw_buf_puts(out, "    <testcase");
  put_attribute(out, "name", cli_object_label(arena, object));
  put_attribute(out, "classname", suite_of(object));
  if (object->file != NULL)
    put_attribute(out, "file", object->file);
  dw_buf_puts(out, " time=\"0\">\n");
  if (fails(object, junit->options))
    put_failure(out, first, !object->unreadable, &failing);
  if (is_skipped(junit->report, object, junit->options))
    put_skipped(junit, object);
  if (rest.length > 0) {
    dw_buf_puts(out, "      <system-out>");
    put_text(out, &rest);
    dw_buf_puts(out, "</system-out>\n");
  }
  dw_buf_puts(out, "    </testcase>\n");
}

/* --- suites --- */

static int by_suite(const void *a, const void *b) {
  const struct cli_reported_object *left = *(const struct cli_reported_object *const *)a;
  const struct cli_reported_object *right = *(const struct cli_reported_object *const *)b;
  int order = strcmp(suite_of(left), suite_of(right));
  return order != 0 ? order : left < right ? -1 : left > right;
}

static struct totals total_of(const struct junit *junit, const struct cli_reported_object *const *objects,
                              size_t count) {
  struct totals totals = {.cases = count};
  for (size_t i = 0; i < count; i++) {
    totals.errors += objects[i]->unreadable;
    totals.failures += !objects[i]->unreadable && fails(objects[i], junit->options);
    totals.skipped += is_skipped(junit->report, objects[i], junit->options);
  }
  return totals;
}

static void put_counts(struct dw_buf *out, const char *name, struct totals totals) {
  put_attribute(out, "name", name);
  dw_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", totals.cases, totals.failures, totals.errors);
  if (totals.skipped > 0)
    dw_buf_printf(out, " skipped=\"%zu\"", totals.skipped);
  dw_buf_puts(out, " time=\"0\">\n");
}

/* Prints all objects of the first object's file; returns their number. */
static size_t put_suite(const struct junit *junit, const struct cli_reported_object *const *objects, size_t count) {
  size_t mine = 1;
  while (mine < count && strcmp(suite_of(objects[mine]), suite_of(objects[0])) == 0)
    mine++;
  dw_buf_puts(junit->out, "  <testsuite");
  put_counts(junit->out, suite_of(objects[0]), total_of(junit, objects, mine));
  for (size_t i = 0; i < mine; i++)
    put_case(junit, objects[i]);
  dw_buf_puts(junit->out, "  </testsuite>\n");
  return mine;
}

void cli_report_junit(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_line_cursor cursor = {.source = NULL};
  struct junit junit = {
      out, report, options, {.snippets = !options->no_snippets, .width = SOURCE_WIDTH, .cursor = &cursor}};
  struct cli_glyphs glyphs = cli_glyphs_begin();
  size_t count = report->object_count;
  const struct cli_reported_object **objects =
      dw_arena_array(arena, count + 1, sizeof(const struct cli_reported_object *));
  for (size_t i = 0; i < count; i++)
    objects[i] = &report->objects[i];
  qsort(objects, count, sizeof *objects, by_suite);
  dw_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
  put_counts(out, dw_arena_printf(arena, "droveway %s", report->words->command), total_of(&junit, objects, count));
  for (size_t i = 0; i < count;)
    i += put_suite(&junit, objects + i, count - i);
  dw_buf_puts(out, "</testsuites>\n");
  cli_glyphs_end(&glyphs);
}
