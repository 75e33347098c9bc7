#include <getopt.h>
#include <stdio.h>

#include "cli/report.h"
#include "cli/spots.h"
#include "cli/state.h"
#include "cli/subjects.h"
#include "rules/audit.h"

struct audit_options {
  struct cli_world_options world;
  struct cli_report_options report;
};

static int help(void) {
  puts("usage: droveway audit [--kubeconfig FILE [--context NAME] | --state DIR] [--policy FILE]\n"
       "       [-o text|json|sarif|junit] [--fail-on deny|warn|never]\n"
       "\n"
       "Judges what is in a cluster already: every NetworkAttachmentDefinition, HyperConverged, KubeVirt and "
       "MigrationPolicy,\n"
       "and by their last migration every VirtualMachineInstance. Exit status: 0 no rule denies anything, 1 one does\n"
       "(see --fail-on), 2 the cluster or an input can't be read.\n"
       "\n"
       "      --kubeconfig FILE the cluster; without it the one that this runs in, $KUBECONFIG or ~/.kube/config\n"
       "      --context NAME    of the kubeconfig; default: its current-context\n"
       "  -s, --state DIR       a folder that stands for the cluster instead (see `droveway snapshot`)\n"
       "  -p, --policy FILE     the policy in force\n" CLI_REPORT_HELP "      --help            this text");
  return cli_finish(CLI_OK);
}

/* CLI_OK, CLI_HELP, or CLI_FAILED after saying why. */
static int take_option(char **argv, int option, struct audit_options *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case 'h':
    return CLI_HELP;
  case '?':
    return cli_bad_option(argv);
  default:
    return cli_report_option("audit", option, optarg, &out->report);
  }
}

static int read_options(int argc, char **argv, struct audit_options *out) {
  static const struct option options[] = {
      CLI_WORLD_OPTIONS, {"help", no_argument, NULL, 'h'}, CLI_REPORT_OPTIONS, {NULL, 0, NULL, 0}};
  int option;
  int status = CLI_OK;
  while (status == CLI_OK && (option = getopt_long(argc, argv, "s:p:h" CLI_REPORT_LETTERS, options, NULL)) != -1)
    status = take_option(argv, option, out);
  if (status == CLI_OK && optind < argc)
    return cli_usage("audit", "unexpected argument \"%s\"", argv[optind]);
  return status;
}

/* --- what is found --- */

struct auditing {
  struct cli_report *report;
  struct cli_spots *spots;
};

static void see(void *context, const struct dw_audited *audited) {
  struct auditing *auditing = context;
  const struct dw_object *object = audited->object;
  struct cli_reported_object reported = {.kind = dw_kind_name(object->kind),
                                         .ns = object->namespace_,
                                         .name = object->name,
                                         .denied = audited->judgement.denied};
  cli_report_add(auditing->report, &reported, &audited->judgement.findings, cli_spot(auditing->spots, object));
}

static int audit(const struct audit_options *options, const struct dw_world *world, const struct cli_gaps *gaps) {
  static const struct cli_report_words words = {
      .command = "audit",
      .done = "audited",
      .denied = "in violation",
      .nothing = "nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, MigrationPolicy or "
                 "VirtualMachineInstance there",
      .by_object = true};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_report report = {.arena = arena, .words = &words};
  bool places = options->report.form != CLI_FORM_TEXT; /* whose lines name objects: the folder need not be read again */
  struct cli_spots spots = {
      .arena = arena, .folder = places ? options->world.state : NULL, .ns = world->policy->namespace_};
  struct auditing auditing = {&report, &spots};
  struct dw_audit run = {.world = world, .see = see, .context = &auditing, .see_all = true};
  cli_warn_unknown(&options->world, gaps, "what hangs on them could not be checked");
  dw_audit_run(&run);
  cli_report_print(&report, &options->report);
  int status = cli_report_status(&report, &options->report);
  return status == CLI_OK && gaps->unreadable > 0 ? CLI_FAILED : status;
}

int cli_audit(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct audit_options options = {.world = {.state = NULL}};
  struct dw_error err = DW_ERROR_INIT;
  struct cli_gaps gaps;
  int status = read_options(argc, argv, &options);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  if (cli_default_cluster("audit", arena, &options.world) != CLI_OK)
    return CLI_FAILED;
  struct dw_world *world = cli_world_with_gaps(&options.world, &gaps, &err);
  if (world == NULL)
    return cli_fail(&err);
  status = audit(&options, world, &gaps);
  dw_world_unref(world);
  return cli_finish(status);
}
