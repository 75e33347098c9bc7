/* SARIF 2.1.0 (OASIS Standard, errata 01). Numbers in comments are sections of the standard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "rules/explain.h"
#include "json/json_write.h"

/* Where docs/rules.md is published (`make RULES_URL=...`). Empty: no links, because they would be dead. */
#ifdef DW_RULES_URL
static const char rules_url[] = DW_RULES_URL;
#else
static const char rules_url[] = "";
#endif

static void put_text(struct dw_json_writer *w, const char *key, const char *text) {
  dw_json_key(w, key);
  dw_json_begin_object(w);
  dw_json_member_string(w, "text", text);
  dw_json_end_object(w);
}

/* --- rules --- */

/* The rules that have findings, in the order of the catalogue, and behind them those about inputs. */
struct rules {
  const struct dw_rule *const *all;
  size_t count;
  int *index; /* for each rule its index in the output, or -1 */
};

static size_t place_of(const struct rules *rules, const struct dw_rule *rule) {
  size_t i = 0;
  while (i < rules->count && rules->all[i] != rule)
    i++;
  return i;
}

static struct rules rules_used(struct dw_arena *arena, const struct cli_report *report) {
  struct rules rules = {.count = 0};
  int next = 0;
  const struct dw_rule *const *known = dw_rules(&rules.count);
  const struct dw_rule **all = dw_arena_array(arena, rules.count + CLI_INPUT_RULES, sizeof(const struct dw_rule *));
  memcpy(all, known, rules.count * sizeof *all);
  memcpy(all + rules.count, cli_input_rules, sizeof cli_input_rules);
  rules.count += CLI_INPUT_RULES;
  rules.all = all;
  rules.index = dw_arena_array(arena, rules.count + 1, sizeof *rules.index);
  for (size_t i = 0; i < report->finding_count; i++)
    if (!report->findings[i].hidden)
      rules.index[place_of(&rules, report->findings[i].finding.rule)] = 1;
  for (size_t i = 0; i < rules.count; i++)
    rules.index[i] = rules.index[i] != 0 ? next++ : -1;
  return rules;
}

static const char *const levels[] = {
    [DW_ACTION_NONE] = "none", [DW_ACTION_OFF] = "none", [DW_ACTION_WARN] = "warning", [DW_ACTION_DENY] = "error"};

/* Why the rule exists and its example, if it has an explanation. */
static void put_help(struct dw_json_writer *w, struct dw_arena *arena, const struct dw_rule *rule) {
  struct dw_explanation explanation = {.why = NULL};
  bool has = dw_explain(arena, rule->id, &explanation, NULL) == 0;
  dw_json_key(w, "help");
  dw_json_begin_object(w);
  dw_json_member_string(w, "text",
                        dw_arena_printf(arena, "Finds: %s.\n\nFix: %s.\n%s%s", rule->finds, rule->fix, has ? "\n" : "",
                                        has ? explanation.why : ""));
  const char *markdown = dw_arena_printf(arena, "**Finds:** %s.\n\n**Fix:** %s.\n", rule->finds, rule->fix);
  if (has)
    markdown =
        dw_arena_printf(arena, "%s\n%s\n\n%s:\n\n```yaml\n%s\n```\n\n%s:\n\n```yaml\n%s\n```\n", markdown,
                        explanation.why, explanation.deletes ? "Must not be deleted" : "Breaks the rule",
                        explanation.broken, explanation.deletes ? "Apply this first" : "Fixed", explanation.fixed);
  dw_json_member_string(w, "markdown", markdown);
  dw_json_end_object(w);
}

static void put_rule(struct dw_json_writer *w, struct dw_arena *arena, const struct dw_rule *rule) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "id", rule->id);
  put_text(w, "shortDescription", rule->finds);
  put_text(w, "fullDescription", dw_arena_printf(arena, "Finds: %s. Fix: %s.", rule->finds, rule->fix));
  put_help(w, arena, rule);
  if (*rules_url != '\0')
    dw_json_member_string(w, "helpUri", dw_arena_printf(arena, "%s#%s", rules_url, rule->id));
  dw_json_key(w, "defaultConfiguration");
  dw_json_begin_object(w);
  dw_json_member_string(w, "level", levels[rule->migration == DW_ACTION_NONE ? rule->other : rule->migration]);
  dw_json_end_object(w);
  dw_json_end_object(w);
}

static void put_tool(struct dw_json_writer *w, struct dw_arena *arena, const struct rules *rules) {
  dw_json_key(w, "tool");
  dw_json_begin_object(w);
  dw_json_key(w, "driver");
  dw_json_begin_object(w);
  dw_json_member_string(w, "name", "Droveway");
  dw_json_member_string(w, "version", DW_VERSION);
  if (*rules_url != '\0')
    dw_json_member_string(w, "informationUri", rules_url);
  dw_json_key(w, "rules");
  dw_json_begin_array(w);
  for (size_t i = 0; i < rules->count; i++)
    if (rules->index[i] >= 0)
      put_rule(w, arena, rules->all[i]);
  dw_json_end_array(w);
  dw_json_end_object(w);
  dw_json_end_object(w);
}

/* --- places --- */

/* Percent-encodes all but unreserved characters (RFC 3986) and slashes. */
static const char *encoded(struct dw_arena *arena, const char *path) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  for (; *path != '\0'; path++) {
    if (strchr(unreserved, *path) != NULL)
      dw_buf_putc(&out, *path);
    else
      dw_buf_printf(&out, "%%%02X", (unsigned)(unsigned char)*path);
  }
  return dw_arena_strndup(arena, dw_buf_text(&out), out.length);
}

static void put_artifact(struct dw_json_writer *w, struct dw_arena *arena, const char *file) {
  file = cli_relative_path(file);
  bool has_parent = strncmp(file, "../", 3) == 0 || strstr(file, "/../") != NULL;
  char *whole = has_parent ? realpath(file, NULL) : NULL; /* ".." is not allowed with a uriBaseId (3.4.4) */
  const char *path = whole == NULL ? file : whole;
  dw_json_key(w, "artifactLocation");
  dw_json_begin_object(w);
  dw_json_member_string(w, "uri", dw_arena_printf(arena, "%s%s", *path == '/' ? "file://" : "", encoded(arena, path)));
  if (*path != '/' && strcmp(path, "-") != 0)
    dw_json_member_string(w, "uriBaseId", "%SRCROOT%");
  dw_json_end_object(w);
  free(whole);
}

static void put_region(struct dw_json_writer *w, const struct dw_place *place) {
  if (place->line == 0)
    return;
  dw_json_key(w, "region");
  dw_json_begin_object(w);
  dw_json_member_int(w, "startLine", place->line);
  dw_json_member_int(w, "startColumn", place->column);
  dw_json_member_int(w, "endColumn", place->column + place->width);
  dw_json_end_object(w);
  if (*place->source == '\0' || strnlen(place->source, CLI_SOURCE_MOST + 1) > CLI_SOURCE_MOST)
    return;
  dw_json_key(w, "contextRegion"); /* the whole line; it must hold the region (3.29.5) */
  dw_json_begin_object(w);
  dw_json_member_int(w, "startLine", place->line);
  put_text(w, "snippet", place->source);
  dw_json_end_object(w);
}

static void put_logical(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_reported *found) {
  const struct cli_reported_object *object = &found->report->objects[found->object];
  if (object->kind == NULL)
    return;
  dw_json_key(w, "logicalLocations");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  dw_json_member_string(w, "name", object->name);
  dw_json_member_string(w, "fullyQualifiedName", cli_object_label(arena, object));
  dw_json_member_string(w, "kind", "resource");
  dw_json_end_object(w);
  dw_json_end_array(w);
}

static void put_location(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_reported *found) {
  const char *file = found->report->objects[found->object].file;
  dw_json_key(w, "locations");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  if (file != NULL) {
    dw_json_key(w, "physicalLocation");
    dw_json_begin_object(w);
    put_artifact(w, arena, file);
    put_region(w, &found->place);
    dw_json_end_object(w);
  }
  put_logical(w, arena, found);
  dw_json_end_object(w);
  dw_json_end_array(w);
}

/* --- results --- */

/* Text from a manifest must not become a link: `[text](target)` is one (3.11.6). */
static const char *without_links(struct dw_arena *arena, const char *text) {
  char *copy = dw_arena_strdup(arena, text);
  for (char *link = copy; (link = strstr(link, "](")) != NULL; link++)
    *link = ')';
  return copy;
}

/* The change that --fix would make (3.55). */
static void put_fixes(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_reported *found) {
  const struct cli_fix *fix = found->fix;
  dw_json_key(w, "fixes");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  put_text(w, "description", without_links(arena, fix->what));
  dw_json_key(w, "artifactChanges");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  put_artifact(w, arena, found->report->objects[found->object].file);
  dw_json_key(w, "replacements");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  dw_json_key(w, "deletedRegion");
  dw_json_begin_object(w);
  dw_json_member_int(w, "startLine", fix->line);
  dw_json_member_int(w, "startColumn", fix->column);
  dw_json_member_int(w, "endLine", fix->end_line);
  dw_json_member_int(w, "endColumn", fix->end_column);
  dw_json_end_object(w);
  put_text(w, "insertedContent", fix->text);
  dw_json_end_object(w);
  dw_json_end_array(w);
  dw_json_end_object(w);
  dw_json_end_array(w);
  dw_json_end_object(w);
  dw_json_end_array(w);
}

/* Where the exception is written (3.35.5). */
static void put_exception_location(struct dw_json_writer *w, struct dw_arena *arena,
                                   const struct dw_exception *exception) {
  dw_json_key(w, "location");
  dw_json_begin_object(w);
  dw_json_key(w, "physicalLocation");
  dw_json_begin_object(w);
  put_artifact(w, arena, exception->file);
  dw_json_key(w, "region");
  dw_json_begin_object(w);
  dw_json_member_int(w, "startLine", exception->line);
  dw_json_member_int(w, "startColumn", exception->column);
  dw_json_end_object(w);
  dw_json_end_object(w);
  dw_json_end_object(w);
}

/* Either all results of a run have this member, or none has it (3.27.23): an empty list means "not suppressed". */
static void put_suppressions(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_reported *found) {
  const struct dw_exception *exception = found->finding.exception;
  if (found->report->excepted == 0)
    return;
  dw_json_key(w, "suppressions");
  dw_json_begin_array(w);
  if (found->excepted) {
    dw_json_begin_object(w);
    dw_json_member_string(w, "kind", exception->comment ? "inSource" : "external");
    dw_json_member_string(w, "status", "accepted");
    dw_json_member_string(w, "justification", exception->reason);
    put_exception_location(w, arena, exception);
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void put_result(struct dw_json_writer *w, const struct cli_reported *found, const struct rules *rules,
                       const char *fingerprint) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_rule *rule = found->finding.rule;
  dw_json_begin_object(w);
  dw_json_member_string(w, "ruleId", rule->id);
  dw_json_member_int(w, "ruleIndex", rules->index[place_of(rules, rule)]);
  dw_json_member_string(w, "level", levels[found->finding.action]);
  put_text(w, "message", without_links(arena, cli_finding_text(arena, &found->finding, true)));
  put_location(w, arena, found);
  dw_json_key(w, "partialFingerprints");
  dw_json_begin_object(w);
  dw_json_member_string(w, "drovewayFinding/v1", fingerprint);
  dw_json_end_object(w);
  if (found->fix != NULL)
    put_fixes(w, arena, found);
  put_suppressions(w, arena, found);
  dw_json_end_object(w);
}

/* What could not be checked without a cluster is not a result: it is no alert that a reviewer could fix in the code
 * (3.20.21). */
static void put_notifications(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_report *report) {
  dw_json_key(w, "toolExecutionNotifications");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  dw_json_member_string(w, "level", "note");
  put_text(w, "message", cli_hidden_note(arena, report));
  dw_json_end_object(w);
  dw_json_end_array(w);
}

/* If a part of the input was not read, an empty list of results would say too much (3.20.14). */
static void put_invocation(struct dw_json_writer *w, struct dw_arena *arena, const struct cli_report *report) {
  dw_json_key(w, "invocations");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  dw_json_member_bool(w, "executionSuccessful", report->unreadable == 0);
  if (report->unreadable > 0)
    dw_json_member_int(w, "exitCode", CLI_FAILED);
  if (report->hidden > 0)
    put_notifications(w, arena, report);
  dw_json_end_object(w);
  dw_json_end_array(w);
}

static void put_run(struct dw_json_writer *w, const struct cli_report *report) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct rules rules = rules_used(arena, report);
  const char **marks = cli_report_fingerprints(arena, report);
  dw_json_begin_object(w);
  put_tool(w, arena, &rules);
  if (report->hidden > 0 || report->unreadable > 0)
    put_invocation(w, arena, report);
  dw_json_member_string(w, "columnKind", "unicodeCodePoints");
  dw_json_key(w, "results");
  dw_json_begin_array(w);
  for (size_t i = 0; i < report->finding_count; i++)
    if (!report->findings[i].hidden)
      put_result(w, &report->findings[i], &rules, marks[i]);
  dw_json_end_array(w);
  dw_json_end_object(w);
}

void cli_report_sarif(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  (void)options;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "$schema",
                        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
  dw_json_member_string(&w, "version", "2.1.0");
  dw_json_key(&w, "runs");
  dw_json_begin_array(&w);
  put_run(&w, report);
  dw_json_end_array(&w);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
}
