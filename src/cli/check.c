#include <stdio.h>

#include "cli/report.h"
#include "cli/subjects.h"
#include "lint/judge.h"

static void check_subject(struct cli_report *report, const struct dw_world *world, const struct dw_subject *subject) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_judgement judgement = dw_lint_judge(arena, world, subject);
  struct cli_reported_object object = {.kind = dw_kind_name(subject->kind),
                                       .ns = subject->ns,
                                       .name = subject->name,
                                       .denied = judgement.denied || judgement.unavailable};
  cli_report_add(report, &object, &judgement.findings, subject->manifest);
}

static void check_all(struct cli_report *report, const struct dw_subjects *subjects) {
  report->passed_over = subjects->read.passed_over;
  report->templates = subjects->read.templates;
  report->patches = subjects->read.patches;
  report->patch_count = subjects->read.patch_count;
  for (size_t i = 0; i < subjects->count; i++)
    if (dw_kind_is_judged(subjects->items[i].kind))
      check_subject(report, subjects->world, &subjects->items[i]);
}

static int help(void) {
  puts("usage: droveway check -f PATH... [--state DIR | --kubeconfig FILE] [--policy FILE]\n"
       "       [-n NAMESPACE] [-o text|json|sarif|junit] [--fail-on deny|warn|never]\n"
       "\n"
       "Lints manifests as if they were applied in turn, NADs before the HyperConverged and KubeVirt objects that\n"
       "name them, and MigrationPolicies: YAML streams, JSON and `kind: List`, in files, folders and on standard\n"
       "input (-), also inside other objects (policies, templates). Other kinds are skipped. Exit status: 0 nothing\n"
       "denied, 1 something denied (see --fail-on), 2 unreadable input.\n"
       "\n"
       "  -f, --filename PATH   a file, a folder (with all below it) or -; several as -f A B or -f A -f B\n"
       "  -s, --state DIR       the cluster's objects, as `droveway snapshot DIR` writes them; without them rules that "
       "need\n"
       "                        facts warn that they could not be checked\n"
       "      --kubeconfig FILE the live cluster instead; --context NAME for another than the current one\n"
       "  -p, --policy FILE     the policy in force\n"
       "  -n, --namespace NAME  where manifests go that name no namespace (default: the policy's)\n" CLI_REPORT_HELP
       "      --no-snippets     one line a finding in text, without the manifest's own lines\n"
       "      --help            this text\n"
       "\n"
       "examples:\n"
       "  kubectl kustomize overlays/prod | droveway check -f - --state cluster-state\n"
       "  droveway check -f manifests/ -o sarif > droveway.sarif");
  return cli_finish(CLI_OK);
}

static int take(void *into, int option, const char *value) {
  return cli_report_option("check", option, value, into);
}

int cli_check(int argc, char **argv) {
  static const struct option options[] = {CLI_MANIFEST_OPTIONS,
                                          CLI_REPORT_OPTIONS,
                                          {"no-snippets", no_argument, NULL, CLI_OPTION_NO_SNIPPETS},
                                          {NULL, 0, NULL, 0}};
  static const struct cli_report_words words = {
      .command = "check",
      .done = "checked",
      .denied = "denied",
      .nothing = "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or MigrationPolicy found"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_report_options how = {.form = CLI_FORM_TEXT};
  struct cli_manifest_command command = {"check", options, CLI_MANIFEST_LETTERS CLI_REPORT_LETTERS, take, &how};
  struct dw_subjects subjects;
  int status = cli_subjects_open(&command, argc, argv, &subjects);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  struct cli_report report = {.arena = arena, .words = &words};
  check_all(&report, &subjects);
  cli_report_print(&report, &how);
  dw_subjects_free(&subjects);
  return cli_finish(cli_report_status(&report, &how));
}
