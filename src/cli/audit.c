#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/judge.h"
#include "cli/state.h"
#include "droveway/base/buf.h"
#include "droveway/formats/json_write.h"
#include "droveway/rules/audit.h"

struct audit_options {
  struct cli_world_options world;
  bool json;
};

static int help(void) {
  puts("usage: droveway audit [--kubeconfig FILE [--context NAME] | --state DIR] [--policy FILE] [-o text|json]\n"
       "\n"
       "Judges what is in a cluster already: every NetworkAttachmentDefinition, HyperConverged and KubeVirt as it "
       "stands,\n"
       "and by their last migration every VirtualMachineInstance. Exit status: 0 no rule denies anything, 1 one does,\n"
       "2 the cluster or an input can't be read.\n"
       "\n"
       "      --kubeconfig FILE  the cluster; without it the one that this runs in, $KUBECONFIG or ~/.kube/config\n"
       "      --context NAME     of the kubeconfig; default: its current-context\n"
       "  -s, --state DIR        a folder that stands for the cluster instead (see `droveway snapshot`)\n"
       "  -p, --policy FILE      the policy in force\n"
       "  -o, --output FORM      text (default) or json\n"
       "      --help             this text");
  return cli_finish(CLI_OK);
}

static int read_form(const char *text, bool *json) {
  *json = strcmp(text, "json") == 0;
  return *json || strcmp(text, "text") == 0 ? CLI_OK
                                            : cli_usage("audit", "unknown output form \"%s\": text or json", text);
}

/* False where the command ends here, with STATUS. */
static bool read_options(int argc, char **argv, struct audit_options *out, int *status) {
  static const struct option options[] = {{"kubeconfig", required_argument, NULL, 'K'},
                                          {"context", required_argument, NULL, 'C'},
                                          {"state", required_argument, NULL, 's'},
                                          {"policy", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  *status = CLI_FAILED;
  while ((option = getopt_long(argc, argv, "s:p:o:h", options, NULL)) != -1) {
    if (option == 'K')
      out->world.kubeconfig = optarg;
    else if (option == 'C')
      out->world.context = optarg;
    else if (option == 's')
      out->world.state = optarg;
    else if (option == 'p')
      out->world.policy = optarg;
    else if (option != 'o' || read_form(optarg, &out->json) != CLI_OK) {
      if (option != 'o')
        *status = option == 'h' ? help() : cli_bad_option(argv);
      return false;
    }
  }
  if (optind < argc) {
    cli_usage("audit", "unexpected argument \"%s\"", argv[optind]);
    return false;
  }
  return true;
}

/* --- what is found --- */

struct report {
  bool json;
  struct dw_json_writer writer;
};

static const char *place(struct dw_arena *arena, const struct dw_object *object) {
  const char *ns = object->namespace_;
  return dw_arena_printf(arena, "%s %s%s%s", dw_kind_name(object->kind), ns, *ns == '\0' ? "" : "/", object->name);
}

static void write_finding(struct dw_json_writer *w, struct dw_arena *arena, const struct dw_object *object,
                          const struct dw_finding *finding) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "kind", dw_kind_name(object->kind));
  dw_json_member_string(w, "namespace", object->namespace_);
  dw_json_member_string(w, "name", object->name);
  dw_json_member_string(w, "rule", finding->rule->id);
  dw_json_member_string(w, "action", finding->action == DW_ACTION_DENY ? "deny" : "warn");
  dw_json_member_string(w, "reason", dw_reason_name(finding->reason));
  dw_json_member_string(w, "field", finding->field);
  dw_json_member_string(w, "message", dw_finding_message(arena, finding));
  dw_json_end_object(w);
}

static void see(void *context, const struct dw_audited *audited) {
  struct report *report = context;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < audited->judgement.findings.count; i++) {
    const struct dw_finding *finding = &audited->judgement.findings.items[i];
    if (report->json)
      write_finding(&report->writer, arena, audited->object, finding);
    else
      printf("%s: %s: %s\n", place(arena, audited->object), cli_severity(finding), cli_say(arena, finding));
  }
}

static void print_text(const struct dw_audit_result *result) {
  if (result->objects == 0) {
    puts("nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or VirtualMachineInstance there");
    return;
  }
  printf("%zu object%s audited, %zu in violation: %zu error%s, %zu warning%s\n", result->objects,
         result->objects == 1 ? "" : "s", result->violating, result->denials, result->denials == 1 ? "" : "s",
         result->warnings, result->warnings == 1 ? "" : "s");
}

static struct dw_audit_result audit_text(const struct dw_world *world) {
  struct report report = {.json = false};
  struct dw_audit audit = {.world = world, .see = see, .context = &report};
  dw_audit_run(&audit);
  print_text(&audit.result);
  return audit.result;
}

static struct dw_audit_result audit_json(const struct dw_world *world) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct report report = {.json = true, .writer = DW_JSON_PRETTY_WRITER(&out)};
  struct dw_audit audit = {.world = world, .see = see, .context = &report};
  dw_json_begin_object(&report.writer);
  dw_json_key(&report.writer, "findings");
  dw_json_begin_array(&report.writer);
  dw_audit_run(&audit);
  dw_json_end_array(&report.writer);
  dw_json_member_int(&report.writer, "objects", (int64_t)audit.result.objects);
  dw_json_member_int(&report.writer, "denied", (int64_t)audit.result.violating);
  dw_json_member_int(&report.writer, "errors", (int64_t)audit.result.denials);
  dw_json_member_int(&report.writer, "warnings", (int64_t)audit.result.warnings);
  dw_json_end_object(&report.writer);
  puts(dw_buf_text(&out));
  return audit.result;
}

static int audit(const struct audit_options *options, const struct dw_world *world, const struct cli_gaps *gaps) {
  cli_warn_unknown(&options->world, gaps, "what hangs on them could not be checked");
  struct dw_audit_result result = options->json ? audit_json(world) : audit_text(world);
  return result.denials > 0 ? CLI_DENIED : gaps->unreadable > 0 ? CLI_FAILED : CLI_OK;
}

int cli_audit(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct audit_options options = {.json = false};
  struct dw_error err = DW_ERROR_INIT;
  struct cli_gaps gaps;
  int status = CLI_OK;
  if (!read_options(argc, argv, &options, &status))
    return status;
  if (cli_default_cluster("audit", arena, &options.world) != CLI_OK)
    return CLI_FAILED;
  struct dw_world *world = cli_world_with_gaps(&options.world, &gaps, &err);
  if (world == NULL)
    return cli_fail(&err);
  status = audit(&options, world, &gaps);
  dw_world_unref(world);
  return cli_finish(status);
}
