#include "cli/report.h"

#include <stdio.h>
#include <string.h>

#include "cli/judge.h"

/* --- options --- */

static const char *const forms[] = {"text", "json", "sarif", "junit"};
static const char *const fail_ons[] = {"deny", "warn", "never"};
static const char *const colors[] = {"auto", "always", "never"};

/* The place of TEXT in WORDS[COUNT], or -1. */
static int find_word(const char *const *words, int count, const char *text) {
  for (int i = 0; i < count; i++)
    if (strcmp(words[i], text) == 0)
      return i;
  return -1;
}

int cli_report_option(const char *command, int option, const char *value, struct cli_report_options *out) {
  int word = 0;
  switch (option) {
  case 'o':
    if ((word = find_word(forms, 4, value)) < 0)
      return cli_usage(command, "unknown output form \"%s\": text, json, sarif or junit", value);
    out->form = (enum cli_form)word;
    break;
  case CLI_OPTION_FAIL_ON:
    if ((word = find_word(fail_ons, 3, value)) < 0)
      return cli_usage(command, "--fail-on \"%s\": deny, warn or never", value);
    out->fail_on = (enum cli_fail_on)word;
    break;
  case CLI_OPTION_COLOR:
    if ((word = find_word(colors, 3, value)) < 0)
      return cli_usage(command, "--color \"%s\": auto, always or never", value);
    out->color = (enum cli_color)word;
    break;
  case CLI_OPTION_NO_SNIPPETS:
    out->no_snippets = true;
    break;
  default:
    out->quiet = true;
  }
  return CLI_OK;
}

/* --- what was found --- */

static const char *copied(struct dw_arena *arena, const char *text) {
  return text == NULL ? NULL : dw_arena_strdup(arena, text);
}

static void add_finding(struct cli_report *report, const struct dw_finding *finding,
                        const struct dw_manifest *manifest) {
  report->findings = dw_arena_more(report->arena, report->findings, report->finding_count, &report->finding_capacity,
                                   sizeof *report->findings);
  struct cli_reported *found = &report->findings[report->finding_count++];
  *found = (struct cli_reported){report, report->object_count - 1, *finding, {.width = 1, .source = ""}};
  found->finding.field = copied(report->arena, finding->field);
  found->finding.value = copied(report->arena, finding->value);
  found->finding.what = copied(report->arena, finding->what);
  found->finding.fix = copied(report->arena, finding->fix);
  found->finding.facts = (struct dw_facts){0};
  if (manifest == NULL)
    return;
  struct dw_manifest_spot spot = {finding->field, finding->of_key, finding->line, finding->column};
  found->place = dw_manifest_find(manifest, &spot);
}

void cli_report_add(struct cli_report *report, const struct cli_reported_object *object,
                    const struct dw_findings *findings, const struct dw_manifest *manifest) {
  report->objects = dw_arena_more(report->arena, report->objects, report->object_count, &report->object_capacity,
                                  sizeof *report->objects);
  struct cli_reported_object *mine = &report->objects[report->object_count++];
  *mine = (struct cli_reported_object){.kind = object->kind,
                                       .ns = copied(report->arena, object->ns),
                                       .name = copied(report->arena, object->name),
                                       .file = manifest == NULL ? NULL : manifest->file,
                                       .denied = object->denied,
                                       .first = report->finding_count,
                                       .count = findings->count,
                                       .more_denials = findings->more_denials,
                                       .more_warnings = findings->more_warnings};
  report->denied += object->denied;
  report->errors += findings->more_denials;
  report->warnings += findings->more_warnings;
  for (size_t i = 0; i < findings->count; i++) {
    *(findings->items[i].action == DW_ACTION_DENY ? &report->errors : &report->warnings) += 1;
    add_finding(report, &findings->items[i], manifest);
  }
}

int cli_report_status(const struct cli_report *report, const struct cli_report_options *options) {
  if (options->fail_on == CLI_FAIL_ON_NEVER)
    return CLI_OK;
  bool warned = options->fail_on == CLI_FAIL_ON_WARN && report->warnings > 0;
  return report->denied > 0 || warned ? CLI_DENIED : CLI_OK;
}

/* --- for the forms --- */

const char *cli_report_say(struct dw_arena *arena, const struct dw_finding *finding, bool fix) {
  struct dw_finding said = *finding;
  if (!fix)
    said.fix = NULL;
  return cli_say(arena, &said);
}

const char *cli_object_label(struct dw_arena *arena, const struct cli_reported_object *object) {
  return dw_arena_printf(arena, "%s %s%s%s", object->kind, object->ns, *object->ns == '\0' ? "" : "/", object->name);
}

void cli_report_print(const struct cli_report *report, const struct cli_report_options *options) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  switch (options->form) {
  case CLI_FORM_TEXT:
    cli_report_text(report, options, &out);
    break;
  case CLI_FORM_JSON:
    cli_report_json(report, &out);
    break;
  case CLI_FORM_SARIF:
    cli_report_sarif(report, &out);
    break;
  case CLI_FORM_JUNIT:
    cli_report_junit(report, options, &out);
  }
  fwrite(dw_buf_text(&out), 1, out.length, stdout);
}
