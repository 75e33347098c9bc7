#include <stdio.h>
#include <unistd.h>

#include "cli/check_fix.h"
#include "cli/help.h"
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
  cli_report_add(report, &object, &judgement.findings, &judgement.excepted, subject->manifest);
}

static void check_all(struct cli_report *report, const struct dw_subjects *subjects) {
  report->read = &subjects->read;
  for (size_t i = 0; i < subjects->count; i++)
    if (dw_kind_is_judged(subjects->items[i].kind))
      check_subject(report, subjects->world, &subjects->items[i]);
  for (size_t i = 0; i < subjects->read.unreadable.count; i++)
    cli_report_add_unreadable(report, &subjects->read.unreadable.items[i]);
}

/* A terminal shows the report. Elsewhere it may be in a file, so that the log would not say why the status is 2. */
static void explain_status(const struct dw_subjects *subjects) {
  if (!isatty(STDOUT_FILENO))
    (void)cli_subjects_report_unreadable(subjects);
}

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway check PATH... [--exclude GLOB] [--state DIR | --kubeconfig FILE] [--policy FILE] [-n NAMESPACE] "
      "[-o text|json|sarif|junit|github|gitlab] [--fail-on deny|warn|never] [--fix | --diff] [--fix-range]\n"
      "\n"
      "Checks manifests as if they were applied in order: NetworkAttachmentDefinitions (NADs) first, then the "
      "HyperConverged and KubeVirt objects that refer to them, and MigrationPolicies. Reads YAML streams, JSON and "
      "`kind: List` from files, directories and standard input (-), including manifests embedded in other objects such "
      "as policies and templates. Skips all other kinds, and templates that are not rendered. A file that cannot be "
      "read is reported as [unreadable], and the others are checked. A comment `# droveway: allow RULE REASON` above a "
      "field or an object makes an exception for this command only.\n"
      "\n" CLI_MANIFEST_HELP "  -s, --state DIR\tthe cluster's objects, as written by `droveway snapshot DIR`; without "
      "them, rules that need them cannot be checked\n"
      "      --kubeconfig FILE\tread the live cluster instead\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n"
      "  -n, --namespace NAME\tnamespace of manifests that do not set one (default: the policy's)\n" CLI_REPORT_HELP(
          " or gitlab") "      --fix\tfix mistakes that need no decision in the files, and report the rest; with -, "
                        "write the fixed input to standard output and the report to standard error\n"
                        "      --diff\tprint what --fix would change as a diff, and change nothing\n"
                        "      --fix-range\twith --fix or --diff: if a migration network's range overlaps another one "
                        "or is too small, replace it with the nearest free range of the right size, and remove what "
                        "belongs to the old one\n"
                        "  -v, --verbose\tlist what could not be checked without --state or --kubeconfig, and excepted "
                        "findings\n"
                        "      --no-snippets\tprint one line per finding, without source lines, in text output\n"
                        "      --help\tshow this help\n"
                        "\n"
                        "Exit status: 0 if nothing is denied, 1 if something is denied (see --fail-on), 2 if an input "
                        "cannot be read, even if something is denied. With --diff: 1 if --fix would change something.\n"
                        "\n"
                        "Examples:\n"
                        "  kubectl kustomize overlays/prod | droveway check - --state cluster-state\n"
                        "  droveway check manifests/ --fix\n"
                        "  droveway check manifests/ --exclude old/ -o sarif > droveway.sarif\n");
  return cli_finish(CLI_OK);
}

/* Without a cluster, one note replaces the warnings about it, unless they set the exit status. */
static bool hides_unknown(const struct cli_world_options *world, const struct cli_report_options *how) {
  return world->state == NULL && world->kubeconfig == NULL && !how->verbose && how->fail_on != CLI_FAIL_ON_WARN;
}

/* --- the command line --- */

struct check_options {
  struct cli_report_options how;
  bool has_form;
  bool fix, diff, range;
};

enum { OPTION_FIX = 0x300, OPTION_DIFF, OPTION_RANGE };

static int read_own(void *into, int option, const char *value) {
  struct check_options *out = into;
  out->has_form |= option == 'o';
  out->fix |= option == OPTION_FIX;
  out->diff |= option == OPTION_DIFF;
  out->range |= option == OPTION_RANGE;
  return option >= OPTION_FIX ? CLI_OK : cli_report_option("check", option, value, &out->how);
}

static int check_options(const struct check_options *options, const struct cli_world_options *world) {
  if (options->fix && options->diff)
    return cli_usage("check", "--fix and --diff cannot be used together");
  if (options->diff && options->has_form)
    return cli_usage("check", "-o cannot be used with --diff, which prints only a diff");
  if (options->range && !options->fix && !options->diff)
    return cli_usage("check", "--fix-range requires --fix or --diff");
  if (options->range && world->state == NULL && world->kubeconfig == NULL)
    return cli_usage("check", "--fix-range requires --state or --kubeconfig, which show what is free");
  return CLI_OK;
}

static int read_arguments(int argc, char **argv, struct check_options *out, struct cli_manifest_arguments *arguments) {
  static const struct option options[] = {CLI_MANIFEST_OPTIONS,
                                          CLI_REPORT_OPTIONS,
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"no-snippets", no_argument, NULL, CLI_OPTION_NO_SNIPPETS},
                                          {"fix", no_argument, NULL, OPTION_FIX},
                                          {"diff", no_argument, NULL, OPTION_DIFF},
                                          {"fix-range", no_argument, NULL, OPTION_RANGE},
                                          {NULL, 0, NULL, 0}};
  struct cli_manifest_command command = {"check",  options, CLI_MANIFEST_LETTERS CLI_REPORT_LETTERS "v",
                                         read_own, out,     NULL};
  int status = cli_manifest_arguments_read(&command, argc, argv, arguments);
  return status == CLI_OK ? check_options(out, &arguments->world) : status;
}

/* --- the command --- */

/* For output formats that have no place for it. */
static void print_fixed(const struct cli_report *report) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  cli_report_put_fixed(&out, report, 0);
  fwrite(dw_buf_text(&out), 1, out.length, stderr);
}

static int report(const struct dw_subjects *subjects, const struct cli_world_options *world,
                  const struct check_options *options, const struct cli_fixed *fixed) {
  static const struct cli_report_words words = {
      .command = "check",
      .done = "checked",
      .denied = "denied",
      .nothing = "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or MigrationPolicy found"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_policy *policy = subjects->world->policy;
  struct cli_report_options how = options->how;
  struct cli_report report = {.arena = arena,
                              .words = &words,
                              .hide_unknown = hides_unknown(world, &how),
                              .assumed_namespace = policy->namespace_known ? NULL : policy->namespace_,
                              .excepted_on_demand = how.form == CLI_FORM_TEXT && !how.verbose,
                              .offers_fixes = fixed == NULL,
                              .fixed = fixed == NULL ? NULL : &fixed->result};
  how.to_errors = fixed != NULL && fixed->input.file != NULL;
  check_all(&report, subjects);
  /* Without a cluster, some rules find nothing that they would find with one. */
  cli_report_add_comments(&report, subjects, world->state != NULL || world->kubeconfig != NULL || how.verbose);
  if (fixed != NULL && how.form != CLI_FORM_TEXT && how.form != CLI_FORM_JSON && !how.quiet)
    print_fixed(&report);
  cli_report_print(&report, &how);
  return cli_report_status(&report, &how);
}

static int check(const struct cli_manifest_arguments *arguments, const struct check_options *options) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_subjects subjects;
  if (cli_subjects_load(arguments, &subjects, &err) != 0)
    return cli_fail(&err);
  int status = cli_finish(report(&subjects, &arguments->world, options, NULL));
  explain_status(&subjects);
  dw_subjects_free(&subjects);
  return status;
}

static int fix(const struct cli_manifest_arguments *arguments, const struct check_options *options) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_subjects subjects;
  struct cli_fixed fixed;
  if (cli_fix_load(arena, arguments, options->range, &fixed, &subjects, &err) != 0)
    return cli_fail(&err);
  int written = options->diff ? CLI_OK : cli_fix_write(arena, &fixed);
  if (written != CLI_OK && fixed.input.file == NULL) { /* reports what is in the files */
    dw_subjects_free(&subjects);
    if (cli_subjects_load(arguments, &subjects, &err) != 0)
      return cli_fail(&err);
  }
  int status =
      options->diff ? cli_fix_show(&fixed, options->how.quiet) : report(&subjects, &arguments->world, options, &fixed);
  status = cli_finish(written != CLI_OK ? written : status);
  if (options->diff && cli_subjects_report_unreadable(&subjects) != CLI_OK)
    status = CLI_FAILED;
  else if (!options->diff)
    explain_status(&subjects);
  dw_subjects_free(&subjects);
  return status;
}

int cli_check(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_manifest_arguments arguments = {.arena = arena};
  struct check_options options = {.how = {.form = CLI_FORM_TEXT}};
  int status = read_arguments(argc, argv, &options, &arguments);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  return (options.fix || options.diff ? fix : check)(&arguments, &options);
}
