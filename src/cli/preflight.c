#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/state.h"
#include "cli/terminal.h"
#include "preflight/preflight.h"
#include "json/json_write.h"

struct preflight_options {
  struct cli_world_options world;
  struct dw_preflight_options run;
  bool json;
};

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway preflight [install|enforce|verify|uninstall] [--kubeconfig FILE [--context NAME]] [--namespace "
      "NS] [--kubevirt-namespace NS] [-o text|json]\n"
      "\n"
      "Shows what is missing before a step of the installation, and how to fix it. It only reads the cluster, with "
      "your "
      "own rights. Without a step, it finds out which one is next:\n"
      "  install\tbefore the overlay is applied: API server, CRDs, priority class, SCC, certificates, your rights\n"
      "  enforce\tbefore the webhooks are registered: Deployment and its pods, Service, certificate, /readyz, the "
      "service account's rights, settings\n"
      "  verify\tafter that: the webhooks, their CA and selectors, and whether the API server calls them\n"
      "  uninstall\tbefore Droveway is removed: in which order, and what stays\n"
      "\n"
      "      --kubeconfig FILE\tcluster to read (default: the pod's own cluster, $KUBECONFIG or ~/.kube/config)\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "      --namespace NS\tDroveway's namespace (default: droveway)\n"
      "      --kubevirt-namespace NS\twhere KubeVirt should be (default: what the Deployment says)\n"
      "  -o, --output FORMAT\ttext (default) or json\n"
      "      --help\tshow this help\n"
      "\n"
      "Each line is `ok`, `note`, `missing`, or `unknown` if you may not look.\n"
      "Exit status: 0 if nothing is missing, 1 if something is missing or unknown, 2 if the usage is wrong or the "
      "cluster cannot be read.\n");
  return cli_finish(CLI_OK);
}

/* --- options --- */

static int read_namespace(const char *option, const char **out) {
  if (!dw_is_dns_label(optarg))
    return cli_usage("preflight", "invalid %s \"%s\"; use the name of a namespace", option, optarg);
  *out = optarg;
  return CLI_OK;
}

static int read_option(int option, struct preflight_options *out) {
  static const char *const formats[] = {"text", "json"};
  switch (option) {
  case 'K':
  case 'C':
    (void)cli_world_option(option, optarg, &out->world);
    return CLI_OK;
  case 'n':
    return read_namespace("--namespace", &out->run.ns);
  case 'V':
    return read_namespace("--kubevirt-namespace", &out->run.kubevirt_namespace);
  case 'o':
    if (cli_word(formats, 2, optarg) < 0)
      return cli_usage("preflight", "unknown format \"%s\"; use text or json", optarg);
    out->json = strcmp(optarg, "json") == 0;
    return CLI_OK;
  case 'h':
    return CLI_HELP;
  default:
    return CLI_FAILED;
  }
}

static int read_step(int argc, char **argv, struct dw_preflight_options *out) {
  out->guess = optind == argc;
  if (out->guess)
    return CLI_OK;
  if (optind + 1 < argc)
    return cli_usage("preflight", "unexpected argument \"%s\"", argv[optind + 1]);
  int step = cli_word(dw_step_names, DW_STEPS, argv[optind]);
  if (step < 0)
    return cli_unknown("step", argv[optind], dw_step_names, DW_STEPS, "droveway preflight --help");
  out->step = (enum dw_step)step;
  return CLI_OK;
}

static int read_options(int argc, char **argv, struct preflight_options *out) {
  static const struct option options[] = {{"kubeconfig", required_argument, NULL, 'K'},
                                          {"context", required_argument, NULL, 'C'},
                                          {"namespace", required_argument, NULL, 'n'},
                                          {"kubevirt-namespace", required_argument, NULL, 'V'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option, status = CLI_OK;
  while (status == CLI_OK && (option = cli_option(argc, argv, ":o:h", options)) != -1)
    status = read_option(option, out);
  return status == CLI_OK ? read_step(argc, argv, &out->run) : status;
}

/* --- output --- */

static bool is_complete(const struct dw_preflight *result) {
  return result->states[DW_PREFLIGHT_MISSING] == 0 && result->states[DW_PREFLIGHT_UNKNOWN] == 0;
}

static void write_json(const struct dw_preflight *result) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "step", dw_step_names[result->step]);
  dw_json_member_bool(&w, "guessed", result->guess != NULL);
  dw_json_member_string(&w, "server", result->server);
  dw_json_key(&w, "checks");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < result->count; i++) {
    const struct dw_preflight_line *line = &result->lines[i];
    dw_json_begin_object(&w);
    dw_json_member_string(&w, "state", dw_preflight_states[line->state]);
    dw_json_member_string(&w, "what", line->what);
    dw_json_member_string(&w, "message", line->message);
    if (line->fix != NULL)
      dw_json_member_string(&w, "fix", line->fix);
    dw_json_end_object(&w);
  }
  dw_json_end_array(&w);
  dw_json_member_int(&w, "missing", (int64_t)result->states[DW_PREFLIGHT_MISSING]);
  dw_json_member_int(&w, "unknown", (int64_t)result->states[DW_PREFLIGHT_UNKNOWN]);
  if (is_complete(result) && result->next != NULL)
    dw_json_member_string(&w, "next", result->next);
  dw_json_end_object(&w);
  printf("%s\n", dw_buf_text(&out));
}

static void put(struct dw_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct dw_buf *out, const char *format, ...) {
  va_list args;
  va_start(args, format);
  cli_put_clean_format(out, format, args);
  va_end(args);
}

static void write_text(const struct dw_preflight *result) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_buf_printf(&out, "step %s", dw_step_names[result->step]);
  if (result->guess != NULL)
    put(&out, ", because %s", result->guess);
  dw_buf_puts(&out, "\n\n");
  for (size_t i = 0; i < result->count; i++) {
    const struct dw_preflight_line *line = &result->lines[i];
    put(&out, "%-8s %s: %s", dw_preflight_states[line->state], line->what, line->message);
    dw_buf_putc(&out, '\n');
    if (line->fix != NULL) {
      put(&out, "         fix: %s", line->fix);
      dw_buf_putc(&out, '\n');
    }
  }
  dw_buf_puts(&out, "\n");
  if (is_complete(result))
    put(&out, "nothing is missing%s%s",
        result->next == NULL ? "" : "; next: ", result->next == NULL ? "" : result->next);
  else
    dw_buf_printf(&out, "%zu missing, %zu unknown", result->states[DW_PREFLIGHT_MISSING],
                  result->states[DW_PREFLIGHT_UNKNOWN]);
  printf("%s\n", dw_buf_text(&out));
}

int cli_preflight(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new_secret();
  struct preflight_options options = {.world.no_state = true, .run.ns = "droveway"};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_preflight result;
  int status = read_options(argc, argv, &options);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  if (cli_default_cluster("preflight", arena, &options.world) != CLI_OK)
    return CLI_FAILED;
  struct dw_api_options api = {options.world.kubeconfig, options.world.context};
  struct dw_api_config *config = dw_api_config_load(&api, &err);
  if (config == NULL)
    return cli_fail(&err);
  options.run.config = config;
  options.run.now = time(NULL);
  if (dw_preflight_run(arena, &options.run, &result, &err) != 0) {
    dw_api_config_free(config);
    return cli_fail(&err);
  }
  if (options.json)
    write_json(&result);
  else
    write_text(&result);
  dw_api_config_free(config);
  return cli_finish(is_complete(&result) ? CLI_OK : CLI_DENIED);
}
