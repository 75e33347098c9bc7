/* `droveway explain`, as an administrator runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "rules/explain.h"
#include "support/run_program.h"

static void has(const struct run *run, const char *text) {
  if (!strstr(run->out, text))
    fail_msg("missing: %s\nin:\n%s", text, run->out);
}

static void a_rule_is_explained(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("explain", "gateway-in-pool");
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  has(&run,
      "gateway-in-pool: deny on a migration network, warn on any other NAD\n  finds: a gateway whose address can");
  has(&run, "\nWhy\n  ");
  has(&run, "\nAn example that breaks it\n    apiVersion: k8s.cni.cncf.io/v1\n");
  has(&run, "\n    -         \"gateway\": \"192.168.99.1\"\n    +         \"gateway\": \"192.168.99.1\",\n"
            "    +         \"exclude\": [\"192.168.99.1/32\"]\n");
  has(&run, "\nFixed by `droveway check --fix`\n      ...\n            \"ipam\": {\n");
  has(&run, "\n    rules: {gateway-in-pool: warn}\n");
  has(&run, "\nWhich networks it applies to\n");
  has(&run, "(\"*migration*\")");
}

static void it_says_what_check_would_fix(void **state) {
  (void)state;
  RUN_SCOPED other = RUN("explain", "gateway-outside");
  has(&other, "\nFixed by `droveway check --fix`\n");
  has(&other, "\nAnother way to fix it\n");
  RUN_SCOPED manual = RUN("explain", "overlap-cluster-network");
  has(&manual, "\nFixed\n");
  assert_null(strstr(manual.out, "check --fix"));
  RUN_SCOPED json = RUN("explain", "-o", "json", "network-empty", "overlap-cluster-network");
  has(&json, "\"fixable\": true");
  has(&json, "\"fixedByCheck\": \"");
  has(&json, "\"fixable\": false");
}

/* The output of check for the same example, after the file name. */
static void it_shows_the_output_of_check(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  char folder[64];
  struct dw_explanation explanation;
  assert_int_equal(dw_explain(arena, "gateway-in-pool", &explanation, NULL), 0);
  folder_make(folder);
  folder_write(folder, "example.yaml", explanation.broken);
  RUN_SCOPED check = RUN("check", "-q", "-f", dw_arena_printf(arena, "%s/example.yaml", folder));
  folder_remove(folder);
  RUN_SCOPED explain = RUN("explain", "gateway-in-pool");
  const char *line = strstr(check.out, ": error: "); /* the warnings before it are about missing cluster objects */
  assert_non_null(line);
  while (line > check.out && strncmp(line, "example.yaml:", 13) != 0)
    line--;
  for (; *line; line = strchr(line, '\n') + 1)
    has(&explain, dw_arena_printf(arena, "\n    %.*s\n", (int)strcspn(line, "\n"), line));
}

static void actions_come_from_the_policy(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  folder_write(
      folder, "policy.yaml",
      "apiVersion: droveway.io/v1alpha1\nkind: Policy\nmigrationNetworks: {namePatterns: [\"lm-*\", \"mig\"]}\n"
      "rules: {gateway-in-pool: off}\n");
  char path[128];
  snprintf(path, sizeof path, "%s/policy.yaml", folder);
  RUN_SCOPED run = RUN("explain", "--policy", path, "gateway-in-pool");
  folder_remove(folder);
  assert_int_equal(run.status, 0);
  has(&run, "gateway-in-pool: off on every network\n");
  has(&run, "(\"lm-*\", \"mig\")");
  has(&run, " [gateway-in-pool]\n"); /* the example is still reported */
}

static void markdown_is_a_section_of_the_documentation(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("explain", "overlap-cluster-network", "-o", "markdown");
  assert_int_equal(run.status, 0);
  assert_int_equal(strncmp(run.out, "## overlap-cluster-network\n\n", 28), 0);
  has(&run, "\n```yaml\napiVersion: k8s.cni.cncf.io/v1\n");
  has(&run, "\n```diff\n");
  has(&run, "<details><summary>The cluster of the example</summary>");
  has(&run, "rules: {overlap-cluster-network: warn}\n");
}

static void without_a_rule_all_ids_are_listed(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("explain");
  assert_int_equal(run.status, 0);
  size_t count = 0;
  const struct dw_rule *const *rules = dw_rules(&count);
  const char *line = run.out;
  for (size_t i = 0; i < count; i++, line = strchr(line, '\n') + 1)
    assert_int_equal(strncmp(line, rules[i]->id, strlen(rules[i]->id)), 0);
  assert_string_equal(line, "");
}

static void several_rules_are_explained_in_the_given_order(void **state) {
  (void)state;
  RUN_SCOPED first = RUN("explain", "range-empty");
  RUN_SCOPED second = RUN("explain", "cni-json");
  RUN_SCOPED both = RUN("explain", "range-empty", "cni-json");
  assert_int_equal(both.status, 0);
  assert_int_equal(strncmp(both.out, first.out, strlen(first.out)), 0);
  assert_int_equal(strncmp(both.out + strlen(first.out), "\n\n", 2), 0);
  assert_string_equal(both.out + strlen(first.out) + 2, second.out);
}

static struct json_object *example_of(struct json_object *explained) {
  struct json_object *example = json_object_object_get(explained, "example");
  assert_non_null(example);
  return example;
}

static void json_is_an_array_of_rules(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_explanation explanation;
  assert_int_equal(dw_explain(arena, "gateway-in-pool", &explanation, NULL), 0);
  RUN_SCOPED run = RUN("explain", "gateway-in-pool", "overlap-cluster-network", "-o", "json");
  assert_int_equal(run.status, 0);
  struct json_object *rules = run_json(&run);
  assert_int_equal(json_object_array_length(rules), 2);
  struct json_object *gateway = json_object_array_get_idx(rules, 0), *overlap = json_object_array_get_idx(rules, 1);
  assert_string_equal(member_text(gateway, "id"), "gateway-in-pool");
  assert_string_equal(member_text(gateway, "migrationNetwork"), "deny");
  assert_string_equal(member_text(gateway, "otherNetwork"), "warn");
  assert_string_equal(member_text(gateway, "why"), explanation.why);
  assert_string_equal(member_text(gateway, "changeAction"),
                      "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {gateway-in-pool: warn}\n");
  assert_string_equal(member_text(example_of(gateway), "broken"), explanation.broken);
  assert_string_equal(member_text(example_of(gateway), "fixed"), explanation.fixed);
  assert_non_null(strstr(member_text(example_of(gateway), "output"), "[gateway-in-pool]"));
  assert_false(json_object_get_boolean(json_object_object_get(example_of(gateway), "deletes")));
  assert_false(json_object_object_get_ex(example_of(gateway), "state", NULL));
  assert_non_null(strstr(member_text(example_of(overlap), "state"), "clusterNetwork"));
  json_object_put(rules);
}

static void json_of_one_rule_is_an_array_too(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("explain", "cni-json", "-o", "json");
  struct json_object *rules = run_json(&run);
  assert_int_equal(json_object_array_length(rules), 1);
  json_object_put(rules);
}

static void json_of_all_rules_has_each_of_them(void **state) {
  (void)state;
  size_t count = 0;
  const struct dw_rule *const *known = dw_rules(&count);
  RUN_SCOPED all = RUN("explain", "--all", "-o", "json");
  RUN_SCOPED none_named = RUN("explain", "-o", "json");
  assert_string_equal(all.out, none_named.out);
  struct json_object *rules = run_json(&all);
  assert_int_equal(json_object_array_length(rules), count);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(member_text(json_object_array_get_idx(rules, i), "id"), known[i]->id);
  json_object_put(rules);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED unknown = RUN("explain", "gatway-in-pool");
  assert_int_equal(unknown.status, 2);
  assert_string_equal(unknown.err, "droveway: unknown rule \"gatway-in-pool\"; did you mean \"gateway-in-pool\"?\n");
  RUN_SCOPED strange = RUN("explain", "x");
  assert_string_equal(strange.err, "droveway: unknown rule \"x\"; see 'droveway rules'\n");
  RUN_SCOPED second = RUN("explain", "cni-json", "cni-typ");
  assert_int_equal(second.status, 2);
  assert_string_equal(second.out, "");
  assert_string_equal(second.err, "droveway: unknown rule \"cni-typ\"; did you mean \"cni-type\"?\n");
  RUN_SCOPED both = RUN("explain", "--all", "cni-json");
  assert_int_equal(both.status, 2);
  RUN_SCOPED form = RUN("explain", "-o", "yaml", "cni-json");
  assert_int_equal(form.status, 2);
  assert_non_null(strstr(form.err, "unknown output format \"yaml\"; use text, markdown or json"));
  RUN_SCOPED option = RUN("explain", "--al", "--nothing");
  assert_int_equal(option.status, 2);
}

/* What is reported about the policy and about comments is no rule that a policy could turn off. */
static void reports_about_inputs_are_explained_in_one_line(void **state) {
  (void)state;
  static const char *const texts[][2] = {
      {"exception-expired",
       "an exception of the policy whose last day is over, so that its rule applies again. Fix: fix "
       "the objects that it covered, and remove it"},
      {"exception-unused", "an exception of the policy that is not needed: without it, nothing is found either. Fix: "
                           "remove it"},
      {"comment-invalid", "a comment for Droveway without effect: it names no known rule, or no reason. Fix: use # "
                          "droveway: allow RULE REASON"},
      {"comment-unused", "a comment that allows a rule which finds nothing there. Fix: remove it"},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char expected[256];
    snprintf(expected, sizeof expected, "droveway: \"%s\" is not a rule; it reports %s\n", texts[i][0], texts[i][1]);
    RUN_SCOPED run = RUN("explain", texts[i][0]);
    assert_string_equal(run.err, expected);
    assert_int_equal(run.status, 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reports_about_inputs_are_explained_in_one_line),
      cmocka_unit_test(a_rule_is_explained),
      cmocka_unit_test(it_says_what_check_would_fix),
      cmocka_unit_test(it_shows_the_output_of_check),
      cmocka_unit_test(actions_come_from_the_policy),
      cmocka_unit_test(markdown_is_a_section_of_the_documentation),
      cmocka_unit_test(without_a_rule_all_ids_are_listed),
      cmocka_unit_test(several_rules_are_explained_in_the_given_order),
      cmocka_unit_test(json_is_an_array_of_rules),
      cmocka_unit_test(json_of_one_rule_is_an_array_too),
      cmocka_unit_test(json_of_all_rules_has_each_of_them),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
