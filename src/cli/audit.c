#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/state.h"
#include "files/manifests.h"
#include "lint/subjects.h"
#include "rules/audit.h"

struct audit_options {
  struct cli_world_options world;
  struct cli_report_options report;
};

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway audit [--kubeconfig FILE [--context NAME] | --state DIR] [--policy FILE] [-o "
      "text|json|sarif|junit|github|gitlab|policyreport] [--fail-on deny|warn|never]\n"
      "\n"
      "Checks the objects that exist in a cluster: every NetworkAttachmentDefinition, HyperConverged, KubeVirt and "
      "MigrationPolicy, and the last migration of every VirtualMachineInstance. What an exception of the policy covers "
      "is listed with its reason; exceptions that have expired or are not needed are warnings.\n"
      "\n"
      "      --kubeconfig FILE\tcluster to read (default: the pod's own cluster, $KUBECONFIG or ~/.kube/config)\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "  -s, --state DIR\tread the cluster's objects from files instead (see `droveway snapshot`)\n"
      "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n" CLI_REPORT_HELP(
          ", gitlab or policyreport") "      --help\tshow this help\n"
                                      "\n"
                                      "-o policyreport prints PolicyReports (wgpolicyk8s.io/v1alpha2), one per "
                                      "namespace, for `kubectl apply -f -`.\n"
                                      "Exit status: 0 if no rule denies anything, 1 if a rule does (see --fail-on), 2 "
                                      "if the cluster or an input cannot be read.\n");
  return cli_finish(CLI_OK);
}

/* CLI_OK, CLI_HELP, or CLI_FAILED after printing the error. */
static int read_option(int option, struct audit_options *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case 'h':
    return CLI_HELP;
  case '?':
    return CLI_FAILED;
  default:
    return cli_report_option("audit", option, optarg, &out->report);
  }
}

static int read_options(int argc, char **argv, struct audit_options *out) {
  static const struct option options[] = {
      CLI_WORLD_OPTIONS, {"help", no_argument, NULL, 'h'}, CLI_REPORT_OPTIONS, {NULL, 0, NULL, 0}};
  int option;
  int status = CLI_OK;
  while (status == CLI_OK && (option = cli_option(argc, argv, ":s:p:h" CLI_REPORT_LETTERS, options)) != -1)
    status = read_option(option, out);
  if (status == CLI_OK && optind < argc)
    return cli_usage("audit", "unexpected argument \"%s\"", argv[optind]);
  return status;
}

/* --- where the objects are in the files of a state folder --- */

struct spot {
  struct dw_identity id;
  const struct dw_manifest *manifest;
};

/* The folder is read when the first object is looked up. */
struct spots {
  struct dw_arena *arena;
  const char *folder; /* NULL: the objects are not read from files */
  const char *ns;     /* of objects that do not set one */
  bool loaded;
  struct spot *items;
  size_t count;
};

static void load_spots(struct spots *spots) {
  struct dw_manifest *first = NULL;
  size_t all = 0;
  spots->loaded = true;
  if (spots->folder == NULL || dw_manifests_read(spots->arena, &spots->folder, 1, &first, NULL) != 0)
    return; /* it was readable a moment ago; now objects are reported without their places */
  for (const struct dw_manifest *m = first; m != NULL; m = m->next)
    all++;
  spots->items = dw_arena_array(spots->arena, all + 1, sizeof *spots->items);
  for (const struct dw_manifest *m = first; m != NULL; m = m->next) {
    const char *name = dw_json_get_string(dw_json_get(m->json, "metadata"), "name");
    enum dw_kind kind = dw_kind_of_json(m->json);
    if (kind != DW_KIND_OTHER && name != NULL)
      spots->items[spots->count++] = (struct spot){{kind, dw_namespace_of_json(m->json, spots->ns), name}, m};
  }
  qsort(spots->items, spots->count, sizeof *spots->items, dw_by_identity);
}

/* NULL if it is unknown. */
static const struct dw_manifest *find_spot(struct spots *spots, const struct dw_object *object) {
  if (!spots->loaded)
    load_spots(spots);
  struct spot key = {{object->kind, object->namespace_, object->name}, NULL};
  const struct spot *found =
      spots->count == 0 ? NULL : bsearch(&key, spots->items, spots->count, sizeof key, dw_by_identity);
  return found == NULL ? NULL : found->manifest;
}

/* --- the audit --- */

struct auditing {
  struct cli_report *report;
  struct spots *spots;
};

static void report_object(void *context, const struct dw_audited *audited) {
  struct auditing *auditing = context;
  const struct dw_object *object = audited->object;
  struct cli_reported_object reported = {.kind = dw_kind_name(object->kind),
                                         .ns = object->namespace_,
                                         .name = object->name,
                                         .denied = audited->judgement.denied};
  cli_report_add(auditing->report, &reported, &audited->judgement.findings, &audited->judgement.excepted,
                 find_spot(auditing->spots, object));
}

static int audit(const struct audit_options *options, const struct dw_world *world, const struct cli_gaps *gaps) {
  static const struct cli_report_words words = {
      .command = "audit",
      .done = "audited",
      .denied = "in violation",
      .nothing = "nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, MigrationPolicy or "
                 "VirtualMachineInstance found",
      .by_object = true};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_report report = {.arena = arena, .words = &words};
  bool places = options->report.form != CLI_FORM_TEXT; /* text names objects, not places in files */
  struct spots spots = {
      .arena = arena, .folder = places ? options->world.state : NULL, .ns = world->policy->namespace_};
  struct auditing auditing = {&report, &spots};
  bool *used = dw_arena_array(arena, world->policy->exception_count, sizeof *used);
  struct dw_audit run = {
      .world = world, .notify = report_object, .context = &auditing, .notify_all = true, .used = used};
  cli_warn_unknown(&options->world, gaps, "rules that need them could not be checked");
  dw_audit_run(&run);
  cli_report_add_exceptions(&report, &run);
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
  struct dw_world *world = cli_world(&options.world, &gaps, &err);
  if (world == NULL)
    return cli_fail(&err);
  status = audit(&options, world, &gaps);
  dw_world_unref(world);
  return cli_finish(status);
}
