#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/explain_print.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/subjects.h"
#include "fix/fix.h"
#include "lint/judge.h"
#include "rules/audit.h"
#include "json/json_write.h"

enum form { FORM_TEXT, FORM_MARKDOWN, FORM_JSON };
static const char *const forms[] = {[FORM_TEXT] = "text", [FORM_MARKDOWN] = "markdown", [FORM_JSON] = "json"};

struct explain_options {
  struct cli_world_options world;
  enum form form;
  bool all;
  char *const *rules; /* the ids that were given */
  size_t rule_count;
};

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway explain [RULE... | --all] [--policy FILE] [-o text|markdown|json]\n"
      "\n"
      "Explains rules: why a rule exists, an example that breaks it and what Droveway reports for it, the fixed "
      "example, and how to change the rule's action. Without RULE, lists all rules.\n"
      "\n"
      "      --all\texplain every rule\n"
      "  -p, --policy FILE\tpolicy whose actions are shown (default: the built-in policy)\n"
      "  -o, --output FORMAT\ttext (default), markdown or json; json is always an array with one object per rule\n"
      "      --help\tshow this help\n");
  return cli_finish(CLI_OK);
}

static int read_form(const char *text, enum form *out) {
  int word = cli_word(forms, sizeof forms / sizeof *forms, text);
  if (word < 0)
    return cli_usage("explain", "unknown output format \"%s\"; use text, markdown or json", text);
  *out = (enum form)word;
  return CLI_OK;
}

static int read_options(int argc, char **argv, struct explain_options *out) {
  static const struct option options[] = {{"all", no_argument, NULL, 'a'},
                                          {"policy", required_argument, NULL, 'p'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":p:o:h", options)) != -1) {
    if (option == 'h' || option == '?')
      return option == 'h' ? CLI_HELP : CLI_FAILED;
    if (option == 'a')
      out->all = true;
    else if (option == 'p')
      out->world.policy = optarg;
    else if (read_form(optarg, &out->form) != CLI_OK)
      return CLI_FAILED;
  }
  out->rules = argv + optind;
  out->rule_count = (size_t)(argc - optind);
  if (out->rule_count > 0 && out->all)
    return cli_usage("explain", "a rule and --all cannot be used together");
  return CLI_OK;
}

/* --- the example, judged by the engine --- */

struct collector {
  struct cli_report *report;
  const struct dw_rule *rule;
  const struct dw_subjects *subjects;
};

static void collect(const struct collector *collector, struct cli_reported_object object,
                    const struct dw_judgement *judgement, const struct dw_manifest *manifest) {
  struct dw_findings shown = judgement->findings;
  shown.items = dw_arena_array(collector->report->arena, shown.count + 1, sizeof *shown.items);
  shown.count = 0;
  for (size_t i = 0; i < judgement->findings.count; i++)
    if (judgement->findings.items[i].rule == collector->rule || judgement->findings.items[i].action == DW_ACTION_DENY)
      shown.items[shown.count++] = judgement->findings.items[i];
  object.denied = judgement->denied;
  cli_report_add(collector->report, &object, &shown, NULL, manifest);
}

static void check_example(const struct collector *collector, bool deletes) {
  for (size_t i = 0; i < collector->subjects->count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct dw_subject *subject = &collector->subjects->items[i];
    if (!dw_kind_is_judged(subject->kind))
      continue;
    struct dw_judgement judgement = deletes && subject->kind == DW_KIND_NAD
                                        ? dw_lint_judge_deletion(arena, collector->subjects->world, subject)
                                        : dw_lint_judge(arena, collector->subjects->world, subject);
    struct cli_reported_object object = {.kind = dw_kind_name(subject->kind), .ns = subject->ns, .name = subject->name};
    collect(collector, object, &judgement, subject->manifest);
  }
}

static const struct dw_manifest *manifest_of(const struct dw_subjects *subjects, const struct dw_object *object) {
  for (size_t i = 0; i < subjects->count; i++)
    if (subjects->items[i].object == object)
      return subjects->items[i].manifest;
  return NULL;
}

static void collect_audited(void *context, const struct dw_audited *audited) {
  const struct collector *collector = context;
  const struct dw_object *object = audited->object;
  struct cli_reported_object reported = {
      .kind = dw_kind_name(object->kind), .ns = object->namespace_, .name = object->name};
  collect(collector, reported, &audited->judgement, manifest_of(collector->subjects, object));
}

static const char *judge_example(struct dw_arena *arena, const struct dw_rule *rule, bool deletes,
                                 const struct dw_subjects *subjects, const struct cli_report_options *how) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  bool audited = rule->scope == DW_SCOPE_VMI;
  struct cli_report_words words = {.by_object = audited};
  struct cli_report report = {.arena = arena, .words = &words};
  struct collector collector = {&report, rule, subjects};
  if (audited)
    dw_audit_run(&(struct dw_audit){.world = subjects->world, .notify = collect_audited, .context = &collector});
  else
    check_example(&collector, deletes);
  cli_report_text(&report, how, &out);
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

/* What RULE, and every rule that denies, reports for the broken example: the lines that `check` prints (`audit`, for a
 * rule of audits) without the summary. Warnings of other rules are left out. In ARENA; NULL if the example is not
 * readable. */
static const char *example_output(struct dw_arena *arena, const struct dw_rule *rule,
                                  const struct dw_explanation *explanation, const struct cli_report_options *how,
                                  struct dw_error *err) {
  struct cli_texts texts = {"example.yaml", explanation->broken, explanation->state, explanation->policy};
  struct dw_subjects subjects;
  if (cli_subjects_of_texts(&texts, &subjects, err) != 0)
    return NULL;
  const char *output = judge_example(arena, rule, explanation->deletes, &subjects, how);
  dw_subjects_free(&subjects);
  return output;
}

/* --- the example, fixed --- */

static bool has_fixed(const struct dw_fix_result *result, const struct dw_rule *rule) {
  for (size_t i = 0; i < result->fixed.count; i++)
    if (strcmp(result->fixed.items[i].rule, rule->id) == 0)
      return true;
  return false;
}

/* What `check --fix` makes of the broken example. In ARENA; NULL if it does not fix the mistake. */
static const char *fixed_example(struct dw_arena *arena, const struct dw_rule *rule,
                                 const struct dw_explanation *explanation) {
  const struct dw_draft draft = {"example.yaml", explanation->broken, strlen(explanation->broken)};
  struct dw_fix_result result = {.files = NULL};
  struct dw_subjects subjects;
  struct dw_lint_state state;
  struct dw_policy *policy = cli_policy_of_text(explanation->policy, NULL);
  if (policy == NULL)
    return NULL;
  if (cli_state_of_text(arena, explanation->state, policy->namespace_, &state, NULL) == 0) {
    const struct dw_fix_task task = {.policy = policy, .state = &state, .choice = {.drafts = &draft, .draft_count = 1}};
    dw_fix_run(arena, &task, &result, &subjects);
    dw_subjects_free(&subjects);
  }
  dw_lint_state_free(&state);
  dw_policy_free(policy);
  return has_fixed(&result, rule) ? result.files[0].new : NULL;
}

/* --- the explanations --- */

/* The rules to explain, in the order in which they are printed. */
struct chosen {
  const struct dw_rule *const *rules;
  size_t count;
};

static int explain(const struct dw_policy *policy, const struct dw_rule *rule, const struct explain_options *options,
                   struct dw_json_writer *json) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_explained explained = {.arena = arena, .rule = rule, .policy = policy, .one_of_many = options->all};
  struct dw_error err = DW_ERROR_INIT;
  bool text = options->form == FORM_TEXT;
  struct cli_report_options how = {.color = text ? CLI_COLOR_AUTO : CLI_COLOR_NEVER,
                                   .quiet = true,
                                   .unwrapped = !text,
                                   .indent = CLI_EXPLAIN_INDENT};
  if (dw_explain(arena, rule->id, &explained.explanation, &err) == 0)
    explained.output = example_output(arena, rule, &explained.explanation, &how, &err);
  if (!explained.output)
    return cli_fail(&err);
  if (!explained.explanation.deletes)
    explained.fixed_by_check = fixed_example(arena, rule, &explained.explanation);
  if (options->form == FORM_JSON)
    cli_explain_json(&explained, json);
  else if (options->form == FORM_MARKDOWN)
    cli_explain_markdown(&explained);
  else
    cli_explain_text(&explained);
  return CLI_OK;
}

static int explain_as_text(const struct dw_policy *policy, const struct chosen *chosen,
                           const struct explain_options *options) {
  for (size_t i = 0; i < chosen->count; i++) {
    if (i > 0)
      puts(options->form == FORM_TEXT ? "\n" : "");
    if (explain(policy, chosen->rules[i], options, NULL) != CLI_OK)
      return CLI_FAILED;
  }
  return CLI_OK;
}

static int explain_as_json(const struct dw_policy *policy, const struct chosen *chosen,
                           const struct explain_options *options) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  dw_json_begin_array(&w);
  for (size_t i = 0; i < chosen->count; i++)
    if (explain(policy, chosen->rules[i], options, &w) != CLI_OK)
      return CLI_FAILED;
  dw_json_end_array(&w);
  puts(dw_buf_text(&out));
  return CLI_OK;
}

static void put_rule(struct dw_buf *out, const struct dw_rule *rule) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  dw_buf_printf(&line, "%-24s ", rule->id);
  size_t column = line.length;
  dw_buf_puts(&line, rule->finds);
  cli_put_wrapped(out, dw_buf_text(&line), cli_wrap_width(), column);
}

static void list_as_text(const struct chosen *chosen) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_glyphs glyphs = cli_glyphs_begin();
  for (size_t i = 0; i < chosen->count; i++)
    put_rule(&out, chosen->rules[i]);
  cli_glyphs_end(&glyphs);
  fputs(dw_buf_text(&out), stdout);
}

static int list(const struct chosen *chosen, enum form form) {
  if (form == FORM_TEXT)
    list_as_text(chosen);
  else
    for (size_t i = 0; i < chosen->count; i++)
      printf("- `%s`: %s\n", chosen->rules[i]->id, chosen->rules[i]->finds);
  return CLI_OK;
}

/* Prints why ID can't be explained. Returns CLI_FAILED. */
static int fail_unknown(const char *id) {
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  for (size_t i = 0; i < CLI_INPUT_RULES; i++)
    if (strcmp(id, cli_input_rules[i]->id) == 0) {
      cli_print_error("droveway: \"%s\" is not a rule; it reports %s. Fix: %s", id, cli_input_rules[i]->finds,
                      cli_input_rules[i]->fix);
      return CLI_FAILED;
    }
  return cli_unknown("rule", id, ids, count, "droveway rules");
}

/* The rules that OPTIONS names, or all of them. CLI_FAILED after printing the error. */
static int choose(struct dw_arena *arena, const struct explain_options *options, struct chosen *out) {
  if (options->rule_count == 0) {
    out->rules = dw_rules(&out->count);
    return CLI_OK;
  }
  const struct dw_rule **rules = dw_arena_array(arena, options->rule_count, sizeof(const struct dw_rule *));
  for (size_t i = 0; i < options->rule_count; i++) {
    rules[i] = dw_rule_find(options->rules[i]);
    if (rules[i] == NULL)
      return fail_unknown(options->rules[i]);
  }
  *out = (struct chosen){rules, options->rule_count};
  return CLI_OK;
}

static int explain_chosen(const struct dw_policy *policy, const struct explain_options *options) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct chosen chosen = {.count = 0};
  if (choose(arena, options, &chosen) != CLI_OK)
    return CLI_FAILED;
  if (options->form == FORM_JSON)
    return explain_as_json(policy, &chosen, options);
  if (options->rule_count == 0 && !options->all)
    return list(&chosen, options->form);
  return explain_as_text(policy, &chosen, options);
}

int cli_explain(int argc, char **argv) {
  struct explain_options options = {.form = FORM_TEXT};
  struct dw_error err = DW_ERROR_INIT;
  int status = read_options(argc, argv, &options);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  struct dw_sources sources = cli_sources(&options.world);
  struct dw_policy *policy = dw_policy_load(&sources, &err);
  if (!policy)
    return cli_fail(&err);
  status = explain_chosen(policy, &options);
  dw_policy_free(policy);
  return cli_finish(status);
}
