/* Every rule's explanation: gives its broken and its fixed example to build/droveway, as a user would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "rules/explain.h"
#include "support/run_program.h"
#include "yaml/yaml.h"

struct verdict {
  int of_rule;     /* findings of the rule that checked something, with its action on a migration network */
  int of_rule_any; /* all findings of the rule, also those with another action or "could not be checked" */
  int denials;
  char other_denial[64]; /* the rule of an unexpected finding */
};

struct example {
  struct dw_arena *arena;
  const struct dw_rule *rule;
  struct dw_explanation explanation;
  char folder[64];
};

static const char *path_in(const struct example *example, const char *name) {
  return dw_arena_printf(example->arena, "%s/%s", example->folder, name);
}

static void count(const struct example *example, const char *rule, bool denies, const char *message,
                  struct verdict *out) {
  const char *id = example->rule->id;
  bool checked = strcmp(id, "master-unverified") == 0 || strstr(message, "could not be checked") == NULL;
  out->denials += denies;
  if (strcmp(rule, id) == 0) {
    out->of_rule_any++;
    out->of_rule += checked && denies == (example->rule->migration == DW_ACTION_DENY);
  } else if (denies) {
    snprintf(out->other_denial, sizeof out->other_denial, "%.60s", rule);
  }
}

/* The findings that `check -o json` or `audit -o json` printed. */
static struct verdict read_report(const struct example *example, const struct run *run) {
  struct verdict verdict = {.of_rule = 0, .other_denial = ""};
  struct json_object *report = run_json(run);
  struct json_object *findings = member_list(report, "findings");
  for (size_t i = 0; i < json_object_array_length(findings); i++) {
    struct json_object *finding = json_object_array_get_idx(findings, i);
    count(example, member_text(finding, "rule"), strcmp(member_text(finding, "action"), "deny") == 0,
          member_text(finding, "message"), &verdict);
  }
  json_object_put(report);
  return verdict;
}

static struct verdict run_check(const struct example *example) {
  const char *arguments[] = {"check", "-o", "json", "-f", path_in(example, "example.yaml"),
                             NULL,    NULL, NULL,   NULL, NULL};
  size_t argument = 5;
  if (example->explanation.state) {
    arguments[argument++] = "--state";
    arguments[argument++] = path_in(example, "state.yaml");
  }
  if (example->explanation.policy) {
    arguments[argument++] = "--policy";
    arguments[argument] = path_in(example, "policy.yaml");
  }
  RUN_SCOPED run = run_droveway(NULL, arguments);
  assert_string_equal(run.err, "");
  return read_report(example, &run);
}

static struct verdict run_audit(const struct example *example) {
  RUN_SCOPED run = RUN("audit", "-o", "json", "--state", example->folder);
  assert_string_equal(run.err, "");
  return read_report(example, &run);
}

static const char *deletion_of(const struct example *example, const dw_json *nad) {
  const char *version = strchr(dw_json_get_string(nad, "apiVersion"), '/') + 1;
  const dw_json *metadata = dw_json_get(nad, "metadata");
  return dw_arena_printf(
      example->arena,
      "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\", \"request\": {\"uid\": \"u\", "
      "\"kind\": "
      "{\"group\": \"k8s.cni.cncf.io\", \"version\": \"%s\", \"kind\": \"NetworkAttachmentDefinition\"}, \"resource\": "
      "{\"group\": \"k8s.cni.cncf.io\", \"version\": \"%s\", \"resource\": \"network-attachment-definitions\"}, "
      "\"name\": \"%s\", \"namespace\": \"%s\", \"operation\": \"DELETE\", \"object\": null, \"oldObject\": %s}}",
      version, version, dw_json_get_string(metadata, "name"), dw_json_get_string(metadata, "namespace"),
      dw_json_text(example->arena, nad));
}

/* The content of the folder is in the cluster when the NADs of the broken example are deleted. */
static struct verdict run_deletion(const struct example *example) {
  const char *text = example->explanation.broken;
  struct verdict verdict = {.of_rule = 0, .other_denial = ""};
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(dw_yaml_parse(example->arena, text, strlen(text), &doc, NULL), 0);
  for (; doc; doc = doc->next) {
    if (strcmp(dw_json_get_string(doc->root, "kind"), "NetworkAttachmentDefinition") != 0)
      continue;
    RUN_SCOPED run = RUN_WITH(deletion_of(example, doc->root), "review", "--state", example->folder, "-");
    assert_true(run.status == 0 || run.status == 1);
    const char *bracket = strstr(run.out, dw_arena_printf(example->arena, "[%s]", example->rule->id));
    if (bracket)
      count(example, example->rule->id, run.status == 1, "", &verdict);
    else
      verdict.denials += run.status == 1;
  }
  return verdict;
}

static struct verdict judge(struct example *example, const char *text) {
  const struct dw_explanation *explanation = &example->explanation;
  folder_make(example->folder);
  /* If two objects have the same name, the one that is read last counts. */
  folder_write(example->folder, "example.yaml", text);
  if (explanation->policy)
    folder_write(example->folder, "policy.yaml", explanation->policy);
  if (explanation->state)
    folder_write(example->folder, explanation->deletes ? "before.yaml" : "state.yaml", explanation->state);
  struct verdict verdict = explanation->deletes                   ? run_deletion(example)
                           : example->rule->scope == DW_SCOPE_VMI ? run_audit(example)
                                                                  : run_check(example);
  folder_remove(example->folder);
  return verdict;
}

static void every_line_fits(const char *id, const char *text) {
  for (; *text; text += strcspn(text, "\n") + 1) {
    size_t length = strcspn(text, "\n");
    if (length > 100)
      fail_msg("%s: a line has more than 100 columns: %.*s", id, (int)length, text);
    if (length > 0 && text[length - 1] == ' ')
      fail_msg("%s: a line ends in a blank: %.*s", id, (int)length, text);
    if (text[length] == '\0')
      fail_msg("%s: the last line has no end", id);
  }
}

static void reads_well(const char *id, const struct dw_explanation *explanation) {
  if (strlen(explanation->why) < 80)
    fail_msg("%s: says too little of why", id);
  every_line_fits(id, explanation->why);
  every_line_fits(id, explanation->broken);
  every_line_fits(id, explanation->fixed);
  if (strcmp(explanation->broken, explanation->fixed) == 0)
    fail_msg("%s: fixed is what was broken", id);
}

/* References to measurements on real nodes (the id of a row in tests/lab/corpus/reality.jsonl), or to the source file
 * that behaves so.
 */
static void names_its_ground(const char *id, const char *why) {
  static const char *const grounds[] = {"measured", "Measured", "(laboratory: ", ".go"};
  for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++)
    if (strstr(why, grounds[i]) != NULL)
      return;
  fail_msg("%s: names neither a measurement nor the upstream file that it follows from", id);
}

static void explained(const struct dw_rule *rule) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct example example = {.arena = arena, .rule = rule};
  struct dw_error err = DW_ERROR_INIT;
  if (dw_explain(arena, rule->id, &example.explanation, &err) != 0)
    fail_msg("%s: %s", rule->id, err.text);
  reads_well(rule->id, &example.explanation);
  names_its_ground(rule->id, example.explanation.why);
  struct verdict broken = judge(&example, example.explanation.broken);
  if (broken.of_rule == 0)
    fail_msg("%s: the broken example does not break it (findings of it: %d)", rule->id, broken.of_rule_any);
  if (*broken.other_denial)
    fail_msg("%s: the broken example breaks %s, too", rule->id, broken.other_denial);
  struct verdict fixed = judge(&example, example.explanation.fixed);
  if (fixed.of_rule_any > 0)
    fail_msg("%s: the fixed example still has a finding of it", rule->id);
  if (fixed.denials > 0)
    fail_msg("%s: the fixed example is denied (%s)", rule->id, fixed.other_denial);
}

static void every_example_is_judged_as_described(void **state) {
  (void)state;
  size_t total = 0;
  const struct dw_rule *const *rules = dw_rules(&total);
  assert_true(total > 50);
  for (size_t i = 0; i < total; i++)
    explained(rules[i]);
}

static void an_unknown_rule_has_no_explanation(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_explanation explanation = {.why = "untouched"};
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_explain(arena, "no-such-rule", &explanation, &err), -1);
  assert_string_equal(explanation.why, "untouched");
  assert_string_equal(err.text, "the rule \"no-such-rule\" has no explanation");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_example_is_judged_as_described),
      cmocka_unit_test(an_unknown_rule_has_no_explanation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
