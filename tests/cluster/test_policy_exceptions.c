/* `exceptions:` of a policy file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "cluster/policy.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define HEAD "apiVersion: droveway.io/v1alpha1\nkind: Policy\nexceptions:\n" /* the rest begins on line 4 */

static const char *const rules[] = {"overlap-network", "pool-too-small"};

static struct dw_policy *parse(const char *text, struct dw_error *err) {
  return dw_policy_parse(text, strlen(text), "policy.yaml", rules, COUNT(rules), err);
}

static struct dw_policy *parse_good(const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_policy *policy = parse(text, &err);
  if (policy == NULL)
    fail_msg("%s:%d:%d: %s\nin:\n%s", err.file, err.line, err.column, err.text, text);
  return policy;
}

static int64_t date(const char *text) {
  int64_t days = 0;
  assert_true(dw_date_parse(text, &days));
  return days;
}

static void every_member_of_an_exception_is_read(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "- {rule: overlap-network, namespace: lab, name: \"test-*\", reason: \"isolated "
                      "switch, ticket 17\", until: 2027-03-31}\n"
                      "- rule: pool-too-small\n"
                      "  namespace: \"*\"\n"
                      "  reason: two nodes only\n");
  assert_int_equal(policy->exception_count, 2);
  const struct dw_exception *one = &policy->exceptions[0];
  assert_string_equal(one->rule, "overlap-network");
  assert_string_equal(one->namespace_, "lab");
  assert_string_equal(one->name, "test-*");
  assert_string_equal(one->reason, "isolated switch, ticket 17");
  assert_string_equal(one->until, "2027-03-31");
  assert_int_equal(one->last_day, date("2027-03-31"));
  assert_string_equal(one->file, "policy.yaml");
  assert_int_equal(one->line, 4);
  assert_int_equal(one->column, 3);
  assert_false(one->comment);
  const struct dw_exception *other = &policy->exceptions[1];
  assert_string_equal(other->name, "*");
  assert_null(other->until);
  assert_true(other->last_day == INT64_MAX);
  assert_int_equal(other->line, 5);
  dw_policy_free(policy);
}

static void an_empty_list_is_the_same_as_none(void **state) {
  (void)state;
  static const char *const texts[] = {HEAD, "apiVersion: droveway.io/v1alpha1\nkind: Policy\nexceptions: []\n"};
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct dw_policy *policy = parse_good(texts[i]);
    assert_int_equal(policy->exception_count, 0);
    assert_null(dw_policy_exception(policy, "overlap-network", "lab", "test-1", 0));
    dw_policy_free(policy);
  }
}

/* --- which exception applies --- */

static const struct dw_exception *find(const struct dw_policy *policy, const char *ns, const char *name,
                                       const char *today) {
  return dw_policy_exception(policy, "overlap-network", ns, name, date(today));
}

static void an_exception_applies_to_its_rule_namespace_and_name(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "- {rule: overlap-network, namespace: \"lab-?\", name: \"test-*\", reason: x}\n");
  assert_ptr_equal(find(policy, "lab-1", "test-", "2026-11-30"), &policy->exceptions[0]);
  assert_ptr_equal(find(policy, "lab-1", "test-1", "2026-11-30"), &policy->exceptions[0]);
  assert_null(find(policy, "lab", "test-1", "2026-11-30"));
  assert_null(find(policy, "lab-10", "test-1", "2026-11-30"));
  assert_null(find(policy, "lab-1", "a-test-1", "2026-11-30"));
  assert_null(find(policy, "LAB-1", "test-1", "2026-11-30"));
  assert_null(find(policy, "", "test-1", "2026-11-30"));
  assert_null(dw_policy_exception(policy, "pool-too-small", "lab-1", "test-1", 0));
  dw_policy_free(policy);
}

static void only_a_star_matches_an_object_without_a_namespace(void **state) {
  (void)state;
  struct dw_policy *policy = parse_good(HEAD "- {rule: overlap-network, namespace: \"*\", name: gold, reason: x}\n"
                                             "- {rule: overlap-network, namespace: \"?*\", name: silver, reason: x}\n");
  assert_non_null(find(policy, "", "gold", "2026-11-30"));
  assert_non_null(find(policy, "lab", "gold", "2026-11-30"));
  assert_null(find(policy, "", "silver", "2026-11-30"));
  dw_policy_free(policy);
}

static void an_exception_applies_through_its_last_day(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "- {rule: overlap-network, namespace: lab, reason: x, until: 2027-03-31}\n");
  const struct dw_exception *one = &policy->exceptions[0];
  assert_false(dw_exception_expired(one, date("2027-03-30")));
  assert_false(dw_exception_expired(one, date("2027-03-31")));
  assert_true(dw_exception_expired(one, date("2027-04-01")));
  assert_ptr_equal(find(policy, "lab", "a", "2027-04-01"), one);
  dw_policy_free(policy);
}

static void an_exception_that_applies_comes_before_an_expired_one(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "- {rule: overlap-network, namespace: lab, reason: x, until: 2026-01-31}\n"
                      "- {rule: overlap-network, namespace: \"l*\", reason: x, until: 2026-03-31}\n"
                      "- {rule: overlap-network, namespace: \"*\", reason: x, until: 2026-02-28}\n");
  assert_ptr_equal(find(policy, "lab", "a", "2026-01-31"), &policy->exceptions[0]);
  assert_ptr_equal(find(policy, "lab", "a", "2026-02-01"), &policy->exceptions[1]);
  assert_ptr_equal(find(policy, "lab", "a", "2026-03-31"), &policy->exceptions[1]);
  assert_ptr_equal(find(policy, "lab", "a", "2026-04-01"), &policy->exceptions[1]); /* the last to expire */
  assert_ptr_equal(find(policy, "other", "a", "2026-04-01"), &policy->exceptions[2]);
  dw_policy_free(policy);
}

static void a_copy_for_another_namespace_has_the_same_exceptions(void **state) {
  (void)state;
  struct dw_policy *policy = parse_good(HEAD "- {rule: overlap-network, namespace: lab, reason: x}\n");
  const struct dw_exception *one = &policy->exceptions[0];
  struct dw_policy *copy = dw_policy_in(policy, "kubevirt");
  assert_ptr_equal(find(copy, "lab", "a", "2026-11-30"), one);
  dw_policy_free(copy);
}

/* --- mistakes --- */

static void mistakes_are_errors_with_line_and_column(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int line, column;
    const char *message;
  } cases[] = {
      {"- {rule: overlap-netwrk, namespace: lab, reason: x}\n", 4, 10,
       "unknown rule \"overlap-netwrk\"; did you mean \"overlap-network\"?"},
      {"- {rule: \"*\", namespace: lab, reason: x}\n", 4, 10, "unknown rule \"*\"; `droveway rules` lists them"},
      {"- {rule: unreadable, namespace: lab, reason: x}\n", 4, 10,
       "unknown rule \"unreadable\"; `droveway rules` lists them"},
      {"- {rule: 7, namespace: lab, reason: x}\n", 4, 10, "exceptions[0].rule: must be a string, not an integer"},
      {"- {namespace: lab, reason: x}\n", 4, 3, "exceptions[0]: rule is missing"},
      {"- {rule: overlap-network, reason: x}\n", 4, 3, "exceptions[0]: namespace is missing"},
      {"- {rule: overlap-network, namespace: lab}\n", 4, 3, "exceptions[0]: reason is missing"},
      {"- {rule: overlap-network, namespace: lab, reason: \"\"}\n", 4, 51, "exceptions[0].reason: must not be empty"},
      {"- {rule: overlap-network, namespace: lab, reason: \" \\t\\n\"}\n", 4, 51,
       "exceptions[0].reason: must not be blank; say why the rule does not apply"},
      {"- {rule: overlap-network, namespace: lab, reason: 17}\n", 4, 51,
       "exceptions[0].reason: must be a string, not an integer"},
      {"- {rule: overlap-network, namespace: [lab], reason: x}\n", 4, 38,
       "exceptions[0].namespace: must be a string, not a list"},
      {"- {rule: overlap-network, namespace: \"\", reason: x}\n", 4, 38, "exceptions[0].namespace: must not be empty"},
      {"- {rule: overlap-network, namespace: lab, name: \"\", reason: x}\n", 4, 49,
       "exceptions[0].name: must not be empty"},
      {"- {rule: overlap-network, namespace: lab, names: [a], reason: x}\n", 4, 43,
       "unknown key \"names\"; did you mean \"name\"?"},
      {"- {rule: overlap-network, namespace: lab, reasn: x}\n", 4, 43,
       "unknown key \"reasn\"; did you mean \"reason\"?"},
      {"- {rule: overlap-network, namespace: lab, reason: x, expires: 2027-03-31}\n", 4, 54,
       "unknown key \"expires\"; known keys: rule, namespace, name, reason, until"},
      {"- {rule: overlap-network, namespace: lab, reason: x, until: 2027-02-29}\n", 4, 61,
       "exceptions[0].until: \"2027-02-29\" is not a date; use YYYY-MM-DD, such as 2027-03-31"},
      {"- {rule: overlap-network, namespace: lab, reason: x, until: 2027-03-31T00:00:00Z}\n", 4, 61,
       "exceptions[0].until: \"2027-03-31T00:00:00Z\" is not a date; use YYYY-MM-DD, such as 2027-03-31"},
      {"- {rule: overlap-network, namespace: lab, reason: x, until: 20270331}\n", 4, 61,
       "exceptions[0].until: must be a string, not an integer"},
      {"- {rule: overlap-network, namespace: lab, reason: x, until: null}\n", 4, 61,
       "exceptions[0].until: must be a string, not null"},
      {"- {rule: overlap-network, namespace: lab, reason: x}\n- {rule: overlap-network, namespace: lab, name: \"*\", "
       "reason: z, until: 2027-03-31}\n",
       5, 3, "exceptions[1]: the exception on line 4 has the same rule, namespace and name; remove one of them"},
      {"- overlap-network\n", 4, 3, "exceptions[0]: must be an object, not a string"},
      {"  overlap-network: x\n", 4, 3,
       "exceptions: must be a list of {rule, namespace, name, reason, until}, not an object"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct dw_error err = DW_ERROR_INIT;
    char text[512];
    snprintf(text, sizeof text, HEAD "%s", cases[i].text);
    if (parse(text, &err) != NULL)
      fail_msg("accepted:\n%s", text);
    if (strcmp(err.text, cases[i].message) != 0 || err.line != cases[i].line || err.column != cases[i].column)
      fail_msg("%s%d:%d: %s", cases[i].text, err.line, err.column, err.text);
    assert_string_equal(err.file, "policy.yaml");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_member_of_an_exception_is_read),
      cmocka_unit_test(an_empty_list_is_the_same_as_none),
      cmocka_unit_test(an_exception_applies_to_its_rule_namespace_and_name),
      cmocka_unit_test(only_a_star_matches_an_object_without_a_namespace),
      cmocka_unit_test(an_exception_applies_through_its_last_day),
      cmocka_unit_test(an_exception_that_applies_comes_before_an_expired_one),
      cmocka_unit_test(a_copy_for_another_namespace_has_the_same_exceptions),
      cmocka_unit_test(mistakes_are_errors_with_line_and_column),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
