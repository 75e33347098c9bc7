#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/terminal.h"
#include "rules/engine.h"
#include "json/json_write.h"

/* The name of the action that RULE has with POLICY. */
static const char *action_of(const struct dw_policy *policy, const struct dw_rule *rule, bool migration) {
  enum dw_action by_default = migration ? rule->migration : rule->other;
  return cli_action_name(dw_policy_action(policy, rule->id, by_default));
}

/* FINDS continues in its own column if the terminal is too narrow. */
static void put_row(struct dw_buf *out, const char *id, const char *migration, const char *other, const char *finds) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  dw_buf_printf(&line, "%-24s %-9s %-5s ", id, migration, other);
  size_t column = line.length;
  dw_buf_puts(&line, finds);
  cli_put_wrapped(out, dw_buf_text(&line), cli_wrap_width(), column);
}

/* "2027-03-31", "2026-01-31 (expired)", or "-" if it does not expire. */
static const char *until_of(struct dw_arena *arena, const struct dw_exception *exception) {
  if (exception->until == NULL)
    return "-";
  return dw_exception_expired(exception, dw_date_today()) ? dw_arena_printf(arena, "%s (expired)", exception->until)
                                                          : exception->until;
}

static void put_exception_row(struct dw_buf *out, const char *rule, const char *objects, const char *until,
                              const char *reason) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  dw_buf_printf(&line, "%-24s ", rule);
  cli_put_clean(&line, objects);
  dw_buf_printf(&line, "%*s %-20s ", strlen(objects) < 20 ? (int)(20 - strlen(objects)) : 0, "", until);
  size_t column = line.length;
  cli_put_clean(&line, reason);
  cli_put_wrapped(out, dw_buf_text(&line), cli_wrap_width(), column);
}

static void put_exceptions(struct dw_buf *out, const struct dw_policy *policy) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (policy->exception_count == 0)
    return;
  dw_buf_putc(out, '\n');
  put_exception_row(out, "EXCEPTION FROM", "OBJECTS", "UNTIL", "REASON");
  for (size_t i = 0; i < policy->exception_count; i++) {
    const struct dw_exception *one = &policy->exceptions[i];
    put_exception_row(out, one->rule, dw_arena_join(arena, one->namespace_, "/", one->name), until_of(arena, one),
                      one->reason);
  }
}

static void print_text(const struct dw_policy *policy, const struct dw_rule *const *rules, size_t count) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_glyphs glyphs = cli_glyphs_begin();
  put_row(&out, "RULE", "MIGRATION", "OTHER", "FINDS");
  for (size_t i = 0; i < count; i++)
    put_row(&out, rules[i]->id, action_of(policy, rules[i], true), action_of(policy, rules[i], false), rules[i]->finds);
  put_exceptions(&out, policy);
  cli_glyphs_end(&glyphs);
  fputs(dw_buf_text(&out), stdout);
}

static void put_json_exceptions(struct dw_json_writer *w, const struct dw_policy *policy, const struct dw_rule *rule) {
  dw_json_key(w, "exceptions");
  dw_json_begin_array(w);
  for (size_t i = 0; i < policy->exception_count; i++) {
    const struct dw_exception *one = &policy->exceptions[i];
    if (strcmp(one->rule, rule->id) != 0)
      continue;
    dw_json_begin_object(w);
    dw_json_member_string(w, "namespace", one->namespace_);
    dw_json_member_string(w, "name", one->name);
    dw_json_member_string(w, "reason", one->reason);
    if (one->until != NULL)
      dw_json_member_string(w, "until", one->until);
    dw_json_member_bool(w, "expired", dw_exception_expired(one, dw_date_today()));
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void print_json(const struct dw_policy *policy, const struct dw_rule *const *rules, size_t count) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  dw_json_begin_array(&w);
  for (size_t i = 0; i < count; i++) {
    dw_json_begin_object(&w);
    dw_json_member_string(&w, "id", rules[i]->id);
    dw_json_member_string(&w, "migrationNetwork", action_of(policy, rules[i], true));
    dw_json_member_string(&w, "otherNetwork", action_of(policy, rules[i], false));
    dw_json_member_string(&w, "finds", rules[i]->finds);
    dw_json_member_string(&w, "fix", rules[i]->fix);
    put_json_exceptions(&w, policy, rules[i]);
    dw_json_end_object(&w);
  }
  dw_json_end_array(&w);
  puts(dw_buf_text(&out));
}

/* Escapes '|', which would end a table cell. */
static void print_cell(const char *text) {
  for (; *text; text++)
    printf(*text == '|' ? "\\|" : "%c", *text);
}

static void print_markdown_exceptions(const struct dw_policy *policy) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (policy->exception_count == 0)
    return;
  puts("\n## Exceptions\n\n| rule | objects | until | reason |\n| --- | --- | --- | --- |");
  for (size_t i = 0; i < policy->exception_count; i++) {
    const struct dw_exception *one = &policy->exceptions[i];
    printf("| `%s` | `", one->rule);
    print_cell(dw_arena_join(arena, one->namespace_, "/", one->name));
    printf("` | %s | ", until_of(arena, one));
    print_cell(one->reason);
    puts(" |");
  }
}

static void print_markdown(const struct dw_policy *policy, const struct dw_rule *const *rules, size_t count) {
  puts("# Rules\n\n"
       "Look up what a rule finds, why it exists, how to fix a finding and how to change the rule's action. "
       "`droveway explain RULE`\n"
       "prints the same explanation in a terminal.\n\n"
       "The table shows the default actions on migration networks and on other NADs (- means that the rule does not "
       "apply). Change\n"
       "them in the policy by rule id, with `deny`, `warn` or `off`: `rules: {gateway-in-pool: warn}`.\n\n"
       "This page is generated by `make docs`; a test fails if it is out of date.\n\n"
       "| rule | migration network | other NAD | finds | how to fix it |\n"
       "| --- | --- | --- | --- | --- |");
  for (size_t i = 0; i < count; i++) {
    printf("| [`%s`](#%s) | %s | %s | ", rules[i]->id, rules[i]->id, action_of(policy, rules[i], true),
           action_of(policy, rules[i], false));
    print_cell(rules[i]->finds);
    fputs(" | ", stdout);
    print_cell(rules[i]->fix);
    puts(" |");
  }
  print_markdown_exceptions(policy);
}

static int help(void) {
  cli_put_help(stdout, "usage: droveway rules [--policy FILE] [-o text|json|markdown]\n"
                       "\n"
                       "Lists all rules with their actions on migration networks and on other NADs (- means that the "
                       "rule does not apply), and the policy's exceptions.\n"
                       "\n"
                       "  -p, --policy FILE\tpolicy whose actions are shown (default: the built-in policy)\n"
                       "  -o, --output FORMAT\ttext (default), json or markdown\n"
                       "      --help\tshow this help\n");
  return cli_finish(CLI_OK);
}

int cli_rules(int argc, char **argv) {
  static const struct option options[] = {{"policy", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  struct cli_world_options world = {.policy = NULL};
  const char *form = "text";
  int option;
  while ((option = cli_option(argc, argv, ":p:o:h", options)) != -1) {
    if (option == 'h')
      return help();
    if (option == '?')
      return CLI_FAILED;
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
    status = cli_usage("rules", "unknown output format \"%s\"; use text, json or markdown", form);
  dw_policy_free(policy);
  return cli_finish(status);
}
