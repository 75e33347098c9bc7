/* `droveway rules`: the catalogue that users rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

/* The contract: id, action on a migration network, action on any other NAD. */
static const char *const catalogue[][3] = {
    {"cni-json", "deny", "deny"},
    {"cni-ambiguous-key", "deny", "deny"},
    {"cni-type", "deny", "deny"},
    {"cni-name", "deny", "deny"},
    {"cni-version", "deny", "deny"},
    {"interface-name", "deny", "deny"},
    {"vlan-range", "deny", "deny"},
    {"plugin-option", "deny", "deny"},
    {"plugin-mode", "deny", "deny"},
    {"bridge-options", "deny", "deny"},
    {"mac-fixed", "deny", "-"},
    {"plugin-chain", "deny", "deny"},
    {"ipam-syntax", "deny", "deny"},
    {"ipam-lookalike-key", "deny", "warn"},
    {"ipam-unknown-key", "warn", "warn"},
    {"pool-key", "deny", "deny"},
    {"node-slice", "deny", "-"},
    {"exclude-outside", "warn", "warn"},
    {"range-ignored", "deny", "deny"},
    {"range-empty", "deny", "warn"},
    {"range-class", "deny", "deny"},
    {"range-leading-zero", "warn", "warn"},
    {"overlap-self", "deny", "deny"},
    {"gateway-in-pool", "deny", "warn"},
    {"gateway-outside", "deny", "warn"},
    {"overlap-cluster-network", "deny", "warn"},
    {"overlap-network", "deny", "warn"},
    {"overlap-remote-cluster", "deny", "-"},
    {"node-address-in-pool", "deny", "warn"},
    {"migration-namespace", "deny", "-"},
    {"migration-name", "deny", "-"},
    {"migration-opaque", "deny", "-"},
    {"migration-plugin", "deny", "-"},
    {"master-required", "deny", "-"},
    {"master-in-container", "deny", "-"},
    {"master-missing", "deny", "-"},
    {"master-unverified", "warn", "-"},
    {"master-is-port", "deny", "-"},
    {"master-down", "warn", "-"},
    {"master-primary", "warn", "-"},
    {"master-shared", "deny", "warn"},
    {"mtu-above-master", "deny", "-"},
    {"mtu-inconsistent", "warn", "-"},
    {"bridge-uplink", "deny", "-"},
    {"bridge-vlan", "deny", "-"},
    {"ipam-required", "deny", "-"},
    {"ipam-per-node", "deny", "-"},
    {"pool-too-small", "deny", "-"},
    {"pool-tight", "warn", "-"},
    {"reservation-off", "warn", "warn"},
    {"default-route", "deny", "-"},
    {"route-unusable", "deny", "deny"},
    {"ovn-config", "deny", "deny"},
    {"ovn-mapping", "deny", "-"},
    {"ovn-conflict", "deny", "warn"},
    {"device-missing", "deny", "-"},
    {"network-in-use", "deny", "-"},
    {"network-in-use-change", "warn", "-"},
    {"config-namespace", "deny", "-"},
    {"config-name", "warn", "-"},
    {"network-empty", "deny", "-"},
    {"network-syntax", "deny", "-"},
    {"network-missing", "deny", "-"},
    {"network-unfit", "deny", "-"},
    {"network-change", "warn", "-"},
    {"migrations-running", "warn", "-"},
    {"config-misplaced", "deny", "-"},
    {"limit-type", "deny", "-"},
    {"limit-range", "deny", "-"},
    {"parallel-order", "warn", "-"},
    {"bandwidth", "deny", "-"},
    {"jsonpatch-network", "warn", "-"},
    {"eviction-strategy", "warn", "-"},
    {"post-copy-off", "warn", "-"},
    {"policy-selector", "deny", "-"},
    {"unrendered", "warn", "-"},
    {"unserved-kind", "deny", "-"},
    {"migration-bypassed", "warn", "-"},
};
enum { RULES = sizeof catalogue / sizeof catalogue[0] };

static void json_has_every_rule(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("rules", "-o", "json");
  assert_int_equal(run.status, 0);
  struct json_object *rules = run_json(&run);
  assert_int_equal(json_object_array_length(rules), RULES);
  for (size_t i = 0; i < RULES; i++) {
    struct json_object *rule = json_object_array_get_idx(rules, i);
    assert_string_equal(member_text(rule, "id"), catalogue[i][0]);
    assert_string_equal(member_text(rule, "migrationNetwork"), catalogue[i][1]);
    assert_string_equal(member_text(rule, "otherNetwork"), catalogue[i][2]);
    assert_true(strlen(member_text(rule, "finds")) > 10);
    assert_true(strlen(member_text(rule, "fix")) > 5);
  }
  json_object_put(rules);
}

static void text_has_one_line_per_rule(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("rules");
  assert_int_equal(run.status, 0);
  const char *line = strchr(run.out, '\n') + 1;
  for (size_t i = 0; i < RULES; i++) {
    size_t length = strlen(catalogue[i][0]);
    assert_int_equal(strncmp(line, catalogue[i][0], length), 0);
    assert_int_equal(line[length], ' ');
    line = strchr(line, '\n') + 1;
  }
  assert_string_equal(line, "");
}

static void a_policy_changes_the_actions(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("rules", "-o", "json", "--policy", "tests/payloads/policy/policy.yaml");
  struct json_object *rules = run_json(&run);
  for (size_t i = 0; i < RULES; i++) {
    struct json_object *rule = json_object_array_get_idx(rules, i);
    const char *id = member_text(rule, "id");
    const char *expected = catalogue[i][1];
    if (strcmp(id, "gateway-in-pool") == 0)
      expected = "warn";
    else if (strcmp(id, "ipam-unknown-key") == 0)
      expected = "off";
    else if (strcmp(id, "master-primary") == 0)
      expected = "deny";
    assert_string_equal(member_text(rule, "migrationNetwork"), expected);
  }
  json_object_put(rules);
}

#define HEAD "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"
static const char with_exceptions[] =
    HEAD "exceptions:\n"
         "- {rule: overlap-network, namespace: lab, name: \"test-*\", reason: \"isolated switch, ticket 17\", until: "
         "9999-12-31}\n"
         "- {rule: overlap-network, namespace: \"*\", reason: 'a|b', until: 2026-01-31}\n"
         "- {rule: pool-too-small, namespace: kubevirt, name: mig, reason: two nodes only}\n";

struct policy_file {
  char folder[64], path[96];
};

static struct policy_file policy_file(const char *text) {
  struct policy_file file;
  folder_make(file.folder);
  folder_write(file.folder, "policy.yaml", text);
  snprintf(file.path, sizeof file.path, "%s/policy.yaml", file.folder);
  return file;
}

static void exceptions_are_listed_after_the_rules(void **state) {
  (void)state;
  struct policy_file policy = policy_file(with_exceptions);
  RUN_SCOPED run = RUN("rules", "--policy", policy.path);
  assert_int_equal(run.status, 0);
  const char *table = strstr(run.out, "\n\n");
  assert_non_null(table);
  assert_string_equal(table,
                      "\n\n"
                      "EXCEPTION FROM           OBJECTS              UNTIL                REASON\n"
                      "overlap-network          lab/test-*           9999-12-31           isolated switch, ticket 17\n"
                      "overlap-network          */*                  2026-01-31 (expired) a|b\n"
                      "pool-too-small           kubevirt/mig         -                    two nodes only\n");
  RUN_SCOPED markdown = RUN("rules", "--policy", policy.path, "-o", "markdown");
  assert_non_null(strstr(markdown.out,
                         "\n\n## Exceptions\n\n"
                         "| rule | objects | until | reason |\n"
                         "| --- | --- | --- | --- |\n"
                         "| `overlap-network` | `lab/test-*` | 9999-12-31 | isolated switch, ticket 17 |\n"
                         "| `overlap-network` | `*/*` | 2026-01-31 (expired) | a\\|b |\n"
                         "| `pool-too-small` | `kubevirt/mig` | - | two nodes only |\n"));
  folder_remove(policy.folder);
}

static void json_has_the_exceptions_of_each_rule(void **state) {
  (void)state;
  struct policy_file policy = policy_file(with_exceptions);
  RUN_SCOPED run = RUN("rules", "--policy", policy.path, "-o", "json");
  struct json_object *rules = run_json(&run);
  for (size_t i = 0; i < RULES; i++) {
    struct json_object *rule = json_object_array_get_idx(rules, i);
    const char *id = member_text(rule, "id");
    const char *expected = strcmp(id, "overlap-network") == 0
                               ? "[{\"namespace\":\"lab\",\"name\":\"test-*\",\"reason\":\"isolated switch, ticket "
                                 "17\",\"until\":\"9999-12-31\",\"expired\":false},{\"namespace\":\"*\",\"name\":\"*\","
                                 "\"reason\":\"a|b\",\"until\":\"2026-01-31\",\"expired\":true}]"
                           : strcmp(id, "pool-too-small") == 0
                               ? "[{\"namespace\":\"kubevirt\",\"name\":\"mig\",\"reason\":\"two nodes "
                                 "only\",\"expired\":false}]"
                               : "[]";
    struct json_object *exceptions = NULL;
    assert_true(json_object_object_get_ex(rule, "exceptions", &exceptions));
    assert_string_equal(json_object_to_json_string_ext(exceptions, JSON_C_TO_STRING_PLAIN), expected);
  }
  json_object_put(rules);
  folder_remove(policy.folder);
}

static void the_documentation_is_up_to_date(void **state) {
  (void)state;
  RUN_SCOPED table = RUN("rules", "-o", "markdown");
  RUN_SCOPED sections = RUN("explain", "--all", "-o", "markdown");
  char *documented = file_text("docs/rules.md", NULL);
  size_t length = strlen(table.out);
  if (strncmp(documented, table.out, length) != 0 || documented[length] != '\n' ||
      strcmp(documented + length + 1, sections.out) != 0)
    fail_msg("docs/rules.md is out of date; run `make docs`");
  free(documented);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED form = RUN("rules", "-o", "yaml");
  assert_int_equal(form.status, 2);
  RUN_SCOPED extra = RUN("rules", "gateway-in-pool");
  assert_int_equal(extra.status, 2);
  RUN_SCOPED policy = RUN("rules", "--policy", "no/such/policy.yaml");
  assert_int_equal(policy.status, 2);
  assert_int_equal(strncmp(policy.err, "droveway: no/such/policy.yaml: ", 31), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_has_every_rule),
      cmocka_unit_test(text_has_one_line_per_rule),
      cmocka_unit_test(a_policy_changes_the_actions),
      cmocka_unit_test(exceptions_are_listed_after_the_rules),
      cmocka_unit_test(json_has_the_exceptions_of_each_rule),
      cmocka_unit_test(the_documentation_is_up_to_date),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
