#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/state.h"
#include "cli/subjects.h"
#include "kube/api.h"
#include "map/map.h"

enum form { FORM_TEXT, FORM_JSON, FORM_SVG, FORM_HTML };

struct arguments {
  struct cli_manifest_arguments manifests;
  enum form form;
  enum cli_color color;
  const char *suggest; /* the size as given, or NULL */
  struct dw_map_options map;
};

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway map [--kubeconfig FILE [--context NAME] | --state DIR] [-f PATH...] [--policy FILE] [-o "
      "text|json|svg|html] [--suggest [/SIZE]] [--family 4|6] [--color WHEN]\n"
      "\n"
      "Shows which addresses are in use (cluster networks, pools, remote clusters, nodes) and which are free.\n"
      "\n"
      "      --kubeconfig FILE\tcluster to read (default: the pod's own cluster, $KUBECONFIG or ~/.kube/config)\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "  -s, --state DIR\tread the cluster's objects from files instead (see `droveway snapshot`)\n"
      "  -f, --filename PATH\tinclude these manifests as if they were already applied; a cluster is then read only "
      "with --kubeconfig or --state\n"
      "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n"
      "  -o, --output FORMAT\ttext (default), json, svg (a picture) or html (a page: is the migration network all "
      "right, and where is room?)\n"
      "      --suggest [/SIZE]\tsuggest free ranges for a migration network, of this size: /8 to /30 (IPv4) or /48 to "
      "/126 (IPv6); without a size, or if it is too small, of the smallest that fits; html output always does\n"
      "      --family 4|6\tshow only IPv4 or only IPv6\n"
      "      --color WHEN\tauto (default: if stdout is a terminal and NO_COLOR is not set), always or never\n"
      "      --help\tshow this help\n"
      "\n"
      "Text output is as wide as $COLUMNS, or else the terminal. The page shows the time of $SOURCE_DATE_EPOCH "
      "(seconds since 1970) if that is set, or else the current time.\n"
      "Exit status: 0, or 2 if the cluster or an input cannot be read.\n");
  return cli_finish(CLI_OK);
}

/* --- options --- */

static int read_form(const char *text, enum form *form) {
  static const char *const forms[] = {"text", "json", "svg", "html"};
  int found = cli_word(forms, sizeof forms / sizeof *forms, text);
  if (found < 0)
    return cli_usage("map", "unknown output format \"%s\"; use text, json, svg or html", text);
  *form = (enum form)found;
  return CLI_OK;
}

static int read_family(const char *text, int *family) {
  static const char *const families[] = {"4", "6"};
  int found = cli_word(families, sizeof families / sizeof *families, text);
  if (found < 0)
    return cli_usage("map", "invalid --family \"%s\"; use 4 or 6", text);
  *family = found == 0 ? 4 : 6;
  return CLI_OK;
}

static int read_color(const char *text, enum cli_color *color) {
  struct cli_report_options options = {.color = *color};
  int status = cli_report_option("map", CLI_OPTION_COLOR, text, &options);
  *color = options.color;
  return status;
}

/* "/24" or "24"; lengths that are too long for IPv4 are for IPv6. */
static int read_suggest(struct arguments *out) {
  int64_t bits = 0;
  const char *text = out->suggest[0] == '/' ? out->suggest + 1 : out->suggest;
  bool readable = dw_parse_int64(text, &bits) && bits > 0 && bits <= 128;
  out->map.suggest_bits = readable ? (unsigned)bits : 0;
  out->map.suggest_v4 = out->map.family != 6 && bits <= 32;
  if (readable && !(out->map.family == 4 && !out->map.suggest_v4) &&
      dw_map_can_suggest(out->map.suggest_v4, out->map.suggest_bits))
    return CLI_OK;
  if (out->map.family != 0)
    return cli_usage("map", "invalid --suggest \"%s\"; use %s with --family %d", out->suggest,
                     out->map.family == 4 ? "/8 to /30" : "/48 to /126", out->map.family);
  return cli_usage("map", "invalid --suggest \"%s\"; use /8 to /30 (IPv4) or /48 to /126 (IPv6)", out->suggest);
}

static int read_option(int option, struct arguments *out) {
  if (cli_world_option(option, optarg, &out->manifests.world))
    return CLI_OK;
  switch (option) {
  case 'f':
    out->manifests.paths[out->manifests.path_count++] = optarg;
    return CLI_OK;
  case 'S':
    out->suggest = optarg;
    out->map.suggest_fitting = optarg == NULL;
    return CLI_OK;
  case 'c':
    return read_color(optarg, &out->color);
  case 'F':
    return read_family(optarg, &out->map.family);
  default:
    return read_form(optarg, &out->form);
  }
}

/* CLI_OK, CLI_HELP, or CLI_FAILED after printing the error. */
static int read_options(int argc, char **argv, struct arguments *out) {
  static const struct option options[] = {CLI_WORLD_OPTIONS,
                                          {"filename", required_argument, NULL, 'f'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"suggest", optional_argument, NULL, 'S'},
                                          {"family", required_argument, NULL, 'F'},
                                          {"color", required_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":s:f:p:o:h", options)) != -1) {
    if (option == 'h')
      return CLI_HELP;
    if (option == 'S' && optarg == NULL && optind < argc && argv[optind][0] != '-')
      optarg = argv[optind++];
    if (option == '?' || read_option(option, out) != CLI_OK)
      return CLI_FAILED;
  }
  while (optind < argc && out->manifests.path_count > 0) /* the shell expanded a pattern: -f a b c */
    out->manifests.paths[out->manifests.path_count++] = argv[optind++];
  if (optind < argc)
    return cli_usage("map", "unexpected argument \"%s\"", argv[optind]);
  out->map.suggest_fitting |= out->suggest == NULL && out->form == FORM_HTML;
  out->map.suggest_v4 = out->map.family != 6;
  return out->suggest == NULL ? CLI_OK : read_suggest(out);
}

/* --- the terminal --- */

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

static bool is_utf8(void) {
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = setting(names[i]);
    if (*value != '\0')
      return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
  }
  return false;
}

static unsigned columns(void) {
  struct winsize size;
  int64_t given;
  if (dw_parse_int64(setting("COLUMNS"), &given) && given > 0 && given < 10000)
    return (unsigned)given;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* --- what the page says about itself --- */

/* Where the objects come from, in ARENA; NULL if only manifests were read. */
static const char *source_of(struct dw_arena *arena, const struct cli_world_options *options) {
  if (options->state != NULL)
    return dw_arena_printf(arena, "state folder %s", options->state);
  if (options->kubeconfig == NULL && !options->in_cluster)
    return NULL;
  struct dw_api_options api = {options->kubeconfig, options->context};
  struct dw_api_config *config = dw_api_config_load(&api, NULL);
  if (config == NULL)
    return options->context;
  const char *server = dw_api_config_server(config);
  const char *source = options->context == NULL ? dw_arena_strdup(arena, server)
                                                : dw_arena_printf(arena, "%s (context %s)", server, options->context);
  dw_api_config_free(config);
  return source;
}

/* The time of SOURCE_DATE_EPOCH, so that a page can be reproduced, or else the current time. */
static int read_created(int64_t *out) {
  const char *epoch = setting("SOURCE_DATE_EPOCH");
  *out = (int64_t)time(NULL);
  if (*epoch == '\0' || (dw_parse_int64(epoch, out) && *out >= 0))
    return CLI_OK;
  return cli_usage("map", "invalid SOURCE_DATE_EPOCH \"%s\"; use a number of seconds since 1970", epoch);
}

static int render_page(struct dw_arena *arena, const struct dw_map *map, const struct arguments *arguments,
                       struct dw_buf *out) {
  struct dw_map_page page = {.source = source_of(arena, &arguments->manifests.world)};
  int status = read_created(&page.created);
  if (status == CLI_OK)
    dw_map_html(map, &page, out);
  return status;
}

/* --- the map --- */

static int render(struct dw_arena *arena, const struct dw_world *world, const struct arguments *arguments) {
  int status = CLI_OK;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  const struct dw_map *map = dw_map_build(arena, world, &arguments->map);
  struct dw_map_text_options options = {columns(), is_utf8(), cli_wants_color(arguments->color)};
  if (arguments->form == FORM_JSON)
    dw_map_json(map, &out);
  else if (arguments->form == FORM_SVG)
    dw_map_svg(map, &out);
  else if (arguments->form == FORM_HTML)
    status = render_page(arena, map, arguments, &out);
  else
    dw_map_text(map, &options, &out);
  fwrite(dw_buf_text(&out), 1, out.length, stdout);
  return cli_finish(status);
}

/* Their addresses would be shown as free without a word. */
static void warn_templates(const struct dw_manifests *read) {
  const struct dw_skipped_template *first = read->templates;
  if (read->template_count == 1)
    cli_print_error("droveway: %s: skipped because it is %s; the map does not show it", first->file,
                    dw_template_name(first->kind));
  else if (read->template_count > 1)
    cli_print_error("droveway: %s and %zu more: skipped because they are templates; the map does not show them",
                    first->file, read->template_count - 1);
}

static int map_manifests(struct dw_arena *arena, const struct arguments *arguments) {
  struct dw_subjects subjects;
  struct dw_error err = DW_ERROR_INIT;
  if (cli_check_world("map", &arguments->manifests.world) != CLI_OK)
    return CLI_FAILED;
  if (cli_subjects_load(&arguments->manifests, &subjects, &err) != 0)
    return cli_fail(&err);
  int status = cli_subjects_report_unreadable(&subjects); /* what is in there would be shown as free */
  warn_templates(&subjects.read);
  if (status == CLI_OK)
    status = render(arena, subjects.world, arguments);
  dw_subjects_free(&subjects);
  return status;
}

static int map_cluster(struct dw_arena *arena, struct arguments *arguments) {
  struct cli_world_options *options = &arguments->manifests.world;
  struct dw_error err = DW_ERROR_INIT;
  struct cli_gaps gaps;
  if (cli_default_cluster("map", arena, options) != CLI_OK)
    return CLI_FAILED;
  struct dw_world *world = cli_world(options, &gaps, &err);
  if (world == NULL)
    return cli_fail(&err);
  cli_warn_unknown(options, &gaps, "the map does not show them");
  int status = render(arena, world, arguments);
  dw_world_unref(world);
  return status == CLI_OK && gaps.unreadable > 0 ? CLI_FAILED : status;
}

int cli_map(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct arguments arguments = {.form = FORM_TEXT};
  arguments.manifests.paths = dw_arena_array(arena, (size_t)argc + 1, sizeof *arguments.manifests.paths);
  int status = read_options(argc, argv, &arguments);
  if (status == CLI_HELP)
    return help();
  if (status != CLI_OK)
    return status;
  return arguments.manifests.path_count > 0 ? map_manifests(arena, &arguments) : map_cluster(arena, &arguments);
}
