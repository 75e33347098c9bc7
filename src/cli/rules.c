#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "rules/engine.h"
#include "json/json_write.h"

static const char *action_name(enum dw_action action) {
  static const char *const names[] = {
      [DW_ACTION_NONE] = "-", [DW_ACTION_OFF] = "off", [DW_ACTION_WARN] = "warn", [DW_ACTION_DENY] = "deny"};
  return names[action];
}

static enum dw_action in_force(const struct dw_policy *policy, const struct dw_rule *rule, bool migration) {
  return dw_policy_action(policy, rule->id, migration ? rule->migration : rule->other);
}

static void print_text(const struct dw_policy *policy, const struct dw_rule *const *rules, size_t count) {
  printf("%-24s %-9s %-5s %s\n", "RULE", "MIGRATION", "OTHER", "FINDS");
  for (size_t i = 0; i < count; i++)
    printf("%-24s %-9s %-5s %s\n", rules[i]->id, action_name(in_force(policy, rules[i], true)),
           action_name(in_force(policy, rules[i], false)), rules[i]->finds);
}

static void print_json(const struct dw_policy *policy, const struct dw_rule *const *rules, size_t count) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  dw_json_begin_array(&w);
  for (size_t i = 0; i < count; i++) {
    dw_json_begin_object(&w);
    dw_json_member_string(&w, "id", rules[i]->id);
    dw_json_member_string(&w, "migrationNetwork", action_name(in_force(policy, rules[i], true)));
    dw_json_member_string(&w, "otherNetwork", action_name(in_force(policy, rules[i], false)));
    dw_json_member_string(&w, "finds", rules[i]->finds);
    dw_json_member_string(&w, "fix", rules[i]->fix);
    dw_json_end_object(&w);
  }
  dw_json_end_array(&w);
  puts(dw_buf_text(&out));
}

/* A table cell must not end early at a '|'. */
static void print_cell(const char *text) {
  for (; *text; text++)
    printf(*text == '|' ? "\\|" : "%c", *text);
}

static void print_markdown(const struct dw_policy *policy, const struct dw_rule *const *rules, size_t count) {
  puts("# The rules\n\n"
       "Written by `make docs` (`droveway rules -o markdown`, then `droveway explain --all -o markdown`); a test fails "
       "when it is\n"
       "stale. The actions are the defaults: on a migration network, and on any other NAD (- = does not apply). A "
       "policy changes\n"
       "them by rule id: `rules: {gateway-in-pool: warn}` with `deny`, `warn` or `off`. Below the table each rule is "
       "explained, as\n"
       "`droveway explain RULE` does, with an example that breaks it.\n\n"
       "| rule | migration network | other NAD | finds | how to fix it |\n"
       "| --- | --- | --- | --- | --- |");
  for (size_t i = 0; i < count; i++) {
    printf("| [`%s`](#%s) | %s | %s | ", rules[i]->id, rules[i]->id, action_name(in_force(policy, rules[i], true)),
           action_name(in_force(policy, rules[i], false)));
    print_cell(rules[i]->finds);
    fputs(" | ", stdout);
    print_cell(rules[i]->fix);
    puts(" |");
  }
}

static int help(void) {
  puts("usage: droveway rules [--policy FILE] [-o text|json|markdown]\n"
       "\n"
       "Prints the rule catalogue with the actions in force: on a migration network, and on any other NAD\n"
       "(- = does not apply).\n"
       "\n"
       "  -p, --policy FILE   the policy whose actions are shown; without it the defaults\n"
       "  -o, --output FORM   text (default), json or markdown\n"
       "      --help          this text");
  return CLI_OK;
}

int cli_rules(int argc, char **argv) {
  static const struct option options[] = {{"policy", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  struct cli_world_options world = {.policy = NULL};
  const char *form = "text";
  int option;
  while ((option = getopt_long(argc, argv, "p:o:h", options, NULL)) != -1) {
    if (option == 'h')
      return help();
    if (option == '?')
      return cli_bad_option(argv);
    *(option == 'p' ? &world.policy : &form) = optarg;
  }
  if (optind < argc)
    return cli_usage("rules", "unexpected argument \"%s\"", argv[optind]);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_sources sources = cli_sources(&world);
  struct dw_policy *policy = dw_policy_load(&sources, &err);
  if (!policy)
    return cli_fail(&err);
  size_t count = 0;
  const struct dw_rule *const *rules = dw_rules(&count);
  int status = CLI_OK;
  if (strcmp(form, "text") == 0)
    print_text(policy, rules, count);
  else if (strcmp(form, "json") == 0)
    print_json(policy, rules, count);
  else if (strcmp(form, "markdown") == 0)
    print_markdown(policy, rules, count);
  else
    status = cli_usage("rules", "unknown output form \"%s\": text, json or markdown", form);
  dw_policy_free(policy);
  return cli_finish(status);
}
