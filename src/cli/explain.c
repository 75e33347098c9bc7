#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/explain_print.h"

struct explain_options {
  struct cli_world_options world;
  const char *form;
  bool all;
  const char *rule; /* NULL: none named */
};

static int help(void) {
  puts("usage: droveway explain [RULE | --all] [--policy FILE] [-o text|markdown]\n"
       "\n"
       "Tells of a rule why it exists, an example that breaks it with what Droveway says of it, the example fixed, "
       "and\n"
       "how to change the rule's action. Without RULE: all rules, one a line.\n"
       "\n"
       "      --all           every rule\n"
       "  -p, --policy FILE   the policy whose actions are shown; without it the defaults\n"
       "  -o, --output FORM   text (default) or markdown\n"
       "      --help          this text");
  return cli_finish(CLI_OK);
}

/* False where the command ends here, with STATUS. */
static bool read_options(int argc, char **argv, struct explain_options *out, int *status) {
  static const struct option options[] = {{"all", no_argument, NULL, 'a'},
                                          {"policy", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = getopt_long(argc, argv, "p:o:h", options, NULL)) != -1) {
    if (option == 'h' || option == '?') {
      *status = option == 'h' ? help() : cli_bad_option(argv);
      return false;
    }
    if (option == 'a')
      out->all = true;
    else
      *(option == 'p' ? &out->world.policy : &out->form) = optarg;
  }
  *status = CLI_FAILED;
  if (optind < argc)
    out->rule = argv[optind++];
  if (optind < argc)
    cli_usage("explain", "unexpected argument \"%s\": one rule at a time, or --all", argv[optind]);
  else if (out->rule && out->all)
    cli_usage("explain", "name a rule or give --all, not both");
  else if (strcmp(out->form, "text") != 0 && strcmp(out->form, "markdown") != 0)
    cli_usage("explain", "unknown output form \"%s\": text or markdown", out->form);
  else
    return true;
  return false;
}

static int explain(const struct dw_policy *policy, const struct dw_rule *rule, const struct explain_options *options) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_explained explained = {.arena = arena, .rule = rule, .policy = policy, .one_of_many = options->all};
  struct dw_error err = DW_ERROR_INIT;
  bool markdown = strcmp(options->form, "markdown") == 0;
  if (dw_explain(arena, rule->id, &explained.explanation, &err) == 0)
    explained.said =
        cli_example_said(arena, rule, &explained.explanation, markdown ? CLI_COLOR_NEVER : CLI_COLOR_AUTO, &err);
  if (!explained.said)
    return cli_fail(&err);
  if (markdown)
    cli_explain_markdown(&explained);
  else
    cli_explain_text(&explained);
  return CLI_OK;
}

static int explain_all(const struct dw_policy *policy, const struct explain_options *options) {
  size_t count = 0;
  const struct dw_rule *const *rules = dw_rules(&count);
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      puts(strcmp(options->form, "text") == 0 ? "\n" : "");
    if (explain(policy, rules[i], options) != CLI_OK)
      return CLI_FAILED;
  }
  return CLI_OK;
}

static int list(const struct explain_options *options) {
  size_t count = 0;
  const struct dw_rule *const *rules = dw_rules(&count);
  bool markdown = strcmp(options->form, "markdown") == 0;
  for (size_t i = 0; i < count; i++)
    if (markdown)
      printf("- `%s`: %s\n", rules[i]->id, rules[i]->finds);
    else
      printf("%-24s %s\n", rules[i]->id, rules[i]->finds);
  return CLI_OK;
}

static int explain_named(const struct dw_policy *policy, const struct explain_options *options) {
  const struct dw_rule *rule = dw_rule_find(options->rule);
  if (rule)
    return explain(policy, rule, options);
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  return cli_unknown("rule", options->rule, ids, count);
}

int cli_explain(int argc, char **argv) {
  struct explain_options options = {.form = "text"};
  struct dw_error err = DW_ERROR_INIT;
  int status = CLI_OK;
  if (!read_options(argc, argv, &options, &status))
    return status;
  struct dw_sources sources = cli_sources(&options.world);
  struct dw_policy *policy = dw_policy_load(&sources, &err);
  if (!policy)
    return cli_fail(&err);
  status = options.all    ? explain_all(policy, &options)
           : options.rule ? explain_named(policy, &options)
                          : list(&options);
  dw_policy_free(policy);
  return cli_finish(status);
}
