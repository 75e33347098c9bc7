#include "cli/subjects.h"

#include <getopt.h>
#include <string.h>

#include "cli/state.h"

static int load_with_policy(struct dw_subjects *out, struct dw_policy *policy,
                            const struct cli_manifest_arguments *arguments, struct dw_error *err) {
  struct cli_state_query query = {&arguments->world, policy->namespace_, DW_KEEP_JUDGED};
  struct cli_state state;
  if (cli_state_read(out->arena, &query, &state, err) != 0) {
    dw_policy_free(policy);
    return -1;
  }
  (void)dw_subjects_build(out, policy, &state.found, arguments->ns, NULL); /* what is unreadable is in OUT->read */
  dw_lint_state_free(&state.found);
  return 0;
}

int cli_subjects_load(const struct cli_manifest_arguments *arguments, struct dw_subjects *out, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&arguments->world);
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (!policy)
    return -1;
  *out = (struct dw_subjects){.arena = dw_arena_new(0)};
  const struct dw_manifest_choice choice = {
      .paths = arguments->paths, .count = arguments->path_count, .exclude = &arguments->exclude};
  (void)dw_manifests_gather(out->arena, &choice, &out->read, NULL); /* likewise */
  int status = load_with_policy(out, policy, arguments, err);
  if (status != 0)
    dw_subjects_free(out);
  return status;
}

int cli_subjects_report_unreadable(const struct dw_subjects *subjects) {
  struct dw_error err = DW_ERROR_INIT;
  return dw_unreadable_error(&subjects->read.unreadable, &err) == 0 ? CLI_OK : cli_fail(&err);
}

struct dw_policy *cli_policy_of_text(const char *text, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&(struct cli_world_options){.policy = NULL});
  return text ? dw_policy_parse(text, strlen(text), "policy.yaml", sources.rules, sources.rule_count, err)
              : dw_policy_default();
}

int cli_state_of_text(struct dw_arena *arena, const char *text, const char *ns, struct dw_lint_state *out,
                      struct dw_error *err) {
  struct dw_manifest *objects = NULL;
  *out = (struct dw_lint_state){.objects = NULL};
  if (text == NULL)
    return 0;
  if (dw_manifests_parse(arena, "state.yaml", text, strlen(text), &objects, err) != 0)
    return -1;
  return dw_lint_state_add_manifests(out, objects, ns, DW_KEEP_JUDGED, err);
}

int cli_subjects_of_texts(const struct cli_texts *texts, struct dw_subjects *out, struct dw_error *err) {
  struct dw_policy *policy = cli_policy_of_text(texts->policy, err);
  if (!policy)
    return -1;
  *out = (struct dw_subjects){.arena = dw_arena_new(0)};
  struct dw_lint_state state;
  int status = cli_state_of_text(out->arena, texts->state, policy->namespace_, &state, err);
  if (status == 0)
    status =
        dw_manifests_parse(out->arena, texts->name, texts->manifests, strlen(texts->manifests), &out->read.first, err);
  if (status != 0)
    dw_policy_free(policy);
  else
    status = dw_subjects_build(out, policy, &state, NULL, err);
  if (status != 0)
    dw_subjects_free(out);
  dw_lint_state_free(&state);
  return status;
}

/* --- the command line --- */

static int add_exclude(const struct cli_manifest_command *command, const char *pattern,
                       struct cli_manifest_arguments *out) {
  struct dw_error err = DW_ERROR_INIT;
  if (*pattern == '!')
    return cli_usage(command->name, "--exclude \"%s\": only " DW_IGNORE_FILE " can include files again with \"!\"",
                     pattern);
  if (dw_ignore_add(out->arena, &out->exclude, pattern, &err) != 0)
    return cli_usage(command->name, "--exclude %s", err.text);
  return CLI_OK;
}

static int read_option(const struct cli_manifest_command *command, int option, struct cli_manifest_arguments *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case 'f':
    out->paths[out->path_count++] = optarg;
    return CLI_OK;
  case 'n':
    out->ns = optarg;
    return CLI_OK;
  case CLI_OPTION_EXCLUDE:
    return add_exclude(command, optarg, out);
  case 'h':
    return CLI_HELP;
  case '?':
    return CLI_FAILED;
  default:
    return command->read_own(command->into, option, optarg);
  }
}

static int read_options(const struct cli_manifest_command *command, int argc, char **argv,
                        struct cli_manifest_arguments *out) {
  int option;
  int status = CLI_OK;
  while (status == CLI_OK && (option = cli_option(argc, argv, command->letters, command->options)) != -1)
    status = read_option(command, option, out);
  return status;
}

int cli_manifest_arguments_read(const struct cli_manifest_command *command, int argc, char **argv,
                                struct cli_manifest_arguments *out) {
  out->paths = dw_arena_array(out->arena, (size_t)argc + 1, sizeof *out->paths);
  int status = read_options(command, argc, argv, out);
  if (status != CLI_OK)
    return status;
  while (optind < argc)
    out->paths[out->path_count++] = argv[optind++];
  if (out->path_count == 0)
    return cli_usage(command->name, "no manifests given; name files or directories, or - for standard input");
  for (size_t i = 0; i < out->path_count; i++)
    if (*out->paths[i] == '\0')
      return cli_usage(command->name, "a path is empty, as an unset variable leaves it");
  return cli_check_world(command->name, &out->world);
}

int cli_subjects_open(const struct cli_manifest_command *command, int argc, char **argv, struct dw_subjects *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_manifest_arguments arguments = {.arena = arena};
  int status = cli_manifest_arguments_read(command, argc, argv, &arguments);
  struct dw_error err = DW_ERROR_INIT;
  if (status != CLI_OK)
    return status;
  if (command->world != NULL)
    *command->world = arguments.world;
  return cli_subjects_load(&arguments, out, &err) == 0 ? CLI_OK : cli_fail(&err);
}
