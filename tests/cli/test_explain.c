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
  has(&run, "\nFixed\n      ...\n            \"ipam\": {\n");
  has(&run, "\n    rules: {gateway-in-pool: warn}\n");
  has(&run, "\nWhich networks it applies to\n");
  has(&run, "(\"*migration*\")");
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

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED unknown = RUN("explain", "gatway-in-pool");
  assert_int_equal(unknown.status, 2);
  assert_string_equal(unknown.err, "droveway: unknown rule \"gatway-in-pool\"; did you mean \"gateway-in-pool\"?\n");
  RUN_SCOPED two = RUN("explain", "cni-json", "cni-type");
  assert_int_equal(two.status, 2);
  RUN_SCOPED both = RUN("explain", "--all", "cni-json");
  assert_int_equal(both.status, 2);
  RUN_SCOPED form = RUN("explain", "-o", "json", "cni-json");
  assert_int_equal(form.status, 2);
  RUN_SCOPED option = RUN("explain", "--al", "--nothing");
  assert_int_equal(option.status, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_rule_is_explained),
      cmocka_unit_test(it_shows_the_output_of_check),
      cmocka_unit_test(actions_come_from_the_policy),
      cmocka_unit_test(markdown_is_a_section_of_the_documentation),
      cmocka_unit_test(without_a_rule_all_ids_are_listed),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
