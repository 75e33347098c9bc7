#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cluster/policy.h"
#include "rules/rule.h"
#include "rules/rules_internal.h"
#include "support/review_case.h"

static void never(struct dw_check *check, const struct dw_rule *rule) {
  (void)check;
  (void)rule;
}

/* These rules deny on a migration network and warn on others; their ids are in the catalogue, so a policy can name
 * them. */
static const struct dw_rule both = {"gateway-in-pool", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN, "", "", never};
static const struct dw_rule migration_only = {
    "master-required", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE, "", "", never};

struct fixture {
  struct dw_arena *arena;
  struct dw_world *world;
  struct dw_check check;
};

static struct fixture *fixture_new(const char *policy, bool migration) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->arena = dw_arena_new(0);
  f->world = world_of(NULL, policy);
  f->check = (struct dw_check){.arena = f->arena,
                               .ns = "",
                               .name = "",
                               .policy = f->world->policy,
                               .view = f->world->view,
                               .kind = DW_KIND_NAD,
                               .class = {.migration = migration}};
  return f;
}

static void fixture_free(struct fixture **f) {
  dw_world_unref((*f)->world);
  dw_arena_free((*f)->arena);
  free(*f);
}
#define FIXTURE __attribute__((cleanup(fixture_free))) struct fixture

static const struct dw_found invalid = {.reason = DW_REASON_INVALID, .field = "spec.a", .value = "x", .fix = "fix it"};

static struct dw_finding sample(const char *value) {
  return (struct dw_finding){.rule = &both,
                             .action = DW_ACTION_DENY,
                             .reason = DW_REASON_INVALID,
                             .field = "spec.a",
                             .value = value,
                             .what = "is wrong",
                             .fix = "fix it"};
}

static void action_follows_the_network_and_the_policy(void **state) {
  (void)state;
  static const struct {
    const char *policy;
    bool migration;
    size_t count;
    enum dw_action action;
  } cases[] = {
      {NULL, true, 1, DW_ACTION_DENY},
      {NULL, false, 1, DW_ACTION_WARN},
      {"{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {gateway-in-pool: warn}}", true, 1, DW_ACTION_WARN},
      {"{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {gateway-in-pool: deny}}", false, 1, DW_ACTION_DENY},
      {"{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {gateway-in-pool: 'off'}}", true, 0, DW_ACTION_NONE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    FIXTURE *f = fixture_new(cases[i].policy, cases[i].migration);
    dw_report(&f->check, &both, &invalid, "is %d", 7);
    assert_int_equal(f->check.findings.count, cases[i].count);
    if (cases[i].count == 0)
      continue;
    assert_int_equal(f->check.findings.items[0].action, cases[i].action);
    assert_string_equal(f->check.findings.items[0].what, "is 7");
  }
}

static void a_rule_that_does_not_apply_stays_silent(void **state) {
  (void)state;
  FIXTURE *f = fixture_new("{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {master-required: deny}}", false);
  dw_report(&f->check, &migration_only, &invalid, "is wrong");
  dw_report_unverified(&f->check, &migration_only, "spec.a", "no facts");
  dw_report_unavailable(&f->check, &migration_only, "spec.a", "no facts now");
  assert_int_equal(f->check.findings.count, 0);
  assert_false(f->check.unavailable);
  struct dw_found found = invalid;
  found.as_migration = true;
  dw_report(&f->check, &migration_only, &found, "is wrong");
  assert_int_equal(f->check.findings.items[0].action, DW_ACTION_DENY);
}

static void a_case_that_warns_at_most_never_denies(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  struct dw_found found = invalid;
  found.warn_at_most = true;
  dw_report(&f->check, &both, &found, "is wrong");
  assert_int_equal(f->check.findings.items[0].action, DW_ACTION_WARN);
}

static void missing_facts_give_a_warning(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  dw_report_unverified(&f->check, &both, "spec.a", "no %s are known", "nodes");
  const struct dw_finding *finding = &f->check.findings.items[0];
  assert_int_equal(finding->action, DW_ACTION_WARN);
  assert_true(finding->unverified);
  assert_string_equal(dw_finding_warning(f->arena, finding),
                      "spec.a: could not be checked: no nodes are known [gateway-in-pool]");
  assert_false(f->check.unavailable);
}

static void unavailable_facts_matter_only_if_the_answer_depends_on_them(void **state) {
  (void)state;
  FIXTURE *denies = fixture_new(NULL, true);
  dw_report_unavailable(&denies->check, &both, "spec.a", "NAD %s can't be looked up now", "a/b");
  dw_report_unavailable(&denies->check, &both, "spec.b", "another");
  assert_true(denies->check.unavailable);
  assert_string_equal(denies->check.unavailable_why, "NAD a/b can't be looked up now");
  FIXTURE *warns = fixture_new(NULL, false);
  dw_report_unavailable(&warns->check, &both, "spec.a", "NAD can't be looked up now");
  assert_false(warns->check.unavailable);
  assert_int_equal(warns->check.findings.count, 1);
}

static void only_counts_findings_beyond_256_of_a_rule(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  for (int i = 0; i < 256; i++)
    dw_report(&f->check, &both, &invalid, "is wrong %d", i);
  assert_int_equal(f->check.findings.count, 256);
  assert_int_equal(f->check.findings.more_denials, 0);
  dw_report(&f->check, &both, &invalid, "is wrong");
  dw_report_unverified(&f->check, &both, "spec.a", "no facts");
  assert_int_equal(f->check.findings.count, 256);
  assert_int_equal(f->check.findings.more_denials, 1);
  assert_int_equal(f->check.findings.more_warnings, 1);
  dw_report(&f->check, &migration_only, &invalid, "another rule's");
  assert_int_equal(f->check.findings.count, 257);
}

static void messages_have_the_form_of_the_api_servers(void **state) {
  (void)state;
  static const struct {
    enum dw_reason reason;
    const char *name, *message;
  } cases[] = {
      {DW_REASON_REQUIRED, "FieldValueRequired", "Required value: is wrong; fix it [gateway-in-pool]"},
      {DW_REASON_INVALID, "FieldValueInvalid", "Invalid value: \"v\": is wrong; fix it [gateway-in-pool]"},
      {DW_REASON_DUPLICATE, "FieldValueDuplicate", "Duplicate value: \"v\": is wrong; fix it [gateway-in-pool]"},
      {DW_REASON_NOT_FOUND, "FieldValueNotFound", "Not found: \"v\": is wrong; fix it [gateway-in-pool]"},
      {DW_REASON_NOT_SUPPORTED, "FieldValueNotSupported",
       "Unsupported value: \"v\": is wrong; fix it [gateway-in-pool]"},
      {DW_REASON_FORBIDDEN, "FieldValueForbidden", "Forbidden: is wrong; fix it [gateway-in-pool]"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_finding finding = sample("v");
    finding.reason = cases[i].reason;
    assert_string_equal(dw_reason_name(cases[i].reason), cases[i].name);
    assert_string_equal(dw_finding_message(arena, &finding), cases[i].message);
  }
  struct dw_finding bare = sample(NULL);
  bare.fix = NULL;
  assert_string_equal(dw_finding_message(arena, &bare), "Invalid value: is wrong [gateway-in-pool]");
}

static void values_are_quoted_and_cut(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_finding finding = sample("a\"b\\c\nd\x01\x1b[0m\xe2\x80\xae");
  assert_string_equal(dw_finding_message(arena, &finding),
                      "Invalid value: \"a\\\"b\\\\c\\nd\\x01\\x1b[0m\\u202e\": is wrong; fix it [gateway-in-pool]");
  char text[100];
  memset(text, 'a', sizeof text);
  text[80] = '\0';
  finding = sample(text);
  assert_null(strstr(dw_finding_message(arena, &finding), "..."));
  text[80] = 'a';
  text[81] = '\0';
  const char *message = dw_finding_message(arena, &finding);
  assert_non_null(strstr(message, "aaa...\": is wrong"));
  assert_int_equal(strspn(message + strlen("Invalid value: \""), "a"), 80);
  /* a two-byte character across the boundary is omitted completely */
  memcpy(text + 79, "\xc3\xa4\xc3\xa4", 5);
  message = dw_finding_message(arena, &finding);
  assert_memory_equal(message + strlen("Invalid value: \"") + 79, "...\"", 4);
}

static void a_message_stays_within_1024_bytes_and_keeps_its_id(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  char *text = calloc(1, 5001);
  assert_non_null(text);
  memset(text, '\x01', 5000); /* each is shown as four bytes */
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = text, .value = text, .fix = text};
  dw_report(&f->check, &both, &found, "%s", text);
  free(text);
  const struct dw_finding *finding = &f->check.findings.items[0];
  const char *message = dw_finding_message(f->arena, finding);
  assert_in_range(strlen(message), 900, 1024);
  assert_non_null(strstr(message, " [gateway-in-pool]"));
  const char *warning = dw_finding_warning(f->arena, finding);
  assert_in_range(strlen(warning), 200, 256);
  assert_non_null(strstr(warning, " [gateway-in-pool]"));
}

static void escapes_control_characters(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  struct dw_found found = {.reason = DW_REASON_INVALID, .field = "spec.a\nb", .fix = "x\ty"};
  dw_report(&f->check, &both, &found, "%s", "one\r\ntwo\x7f\xc2\x85");
  assert_string_equal(dw_finding_warning(f->arena, &f->check.findings.items[0]),
                      "spec.a\\nb: one\\r\\ntwo\\x7f\\u0085; x\\ty [gateway-in-pool]");
}

/* A warning of LENGTH bytes, 8 of which are its fix. */
static size_t warning_length(struct dw_arena *arena, size_t length) {
  struct dw_finding finding = sample(NULL);
  char what[400];
  size_t rest = strlen("spec.a: ; fix it [gateway-in-pool]");
  memset(what, 'w', sizeof what);
  what[length - rest] = '\0';
  finding.what = what;
  return strlen(dw_finding_warning(arena, &finding));
}

static void a_warning_omits_its_fix_if_that_keeps_it_short(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(warning_length(arena, 120), 120);
  assert_int_equal(warning_length(arena, 121), 113);
  assert_int_equal(warning_length(arena, 128), 120);
  assert_int_equal(warning_length(arena, 129), 129); /* too long either way */
  assert_int_equal(warning_length(arena, 256), 256);
  assert_int_equal(warning_length(arena, 257), 249);
  assert_int_equal(warning_length(arena, 300), 256);
}

/* --- the same mistake --- */

static const dw_json *json_of(struct dw_arena *arena, const char *text) {
  const dw_json *json = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  assert_non_null(json);
  return json;
}

static struct dw_interval addresses(const char *first, const char *last) {
  struct dw_interval span;
  assert_true(dw_addr_parse(first, DW_ADDR_STRICT, &span.first));
  assert_true(dw_addr_parse(last, DW_ADDR_STRICT, &span.last));
  return span;
}

static void expect_same(const struct dw_finding *a, const struct dw_finding *b, bool same) {
  assert_int_equal(dw_finding_same(a, b), same);
  assert_int_equal(dw_finding_same(b, a), same);
}

static void a_mistake_is_the_same_only_with_all_its_facts(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_interval spans[] = {addresses("10.0.0.1", "10.0.0.9"), addresses("10.0.1.1", "10.0.1.9")};
  struct dw_interval ends[] = {addresses("10.0.0.1", "10.0.0.9"), addresses("10.0.1.1", "10.0.1.8")};
  struct dw_interval begins[] = {addresses("10.0.0.2", "10.0.0.9"), addresses("10.0.1.1", "10.0.1.9")};
  const struct dw_interval_set two = {spans, 2}, equal = {spans, 2}, one = {spans, 1}, end = {ends, 2};
  const struct dw_interval_set begin = {begins, 2};
  struct dw_finding first = sample("shown");
  first.facts = (struct dw_facts){.field = "spec.a",
                                  .value = "x",
                                  .what = "is wrong",
                                  .json = json_of(arena, "{\"a\": [1]}"),
                                  .addresses = &two,
                                  .about = {"text", 4}};
#define EXPECT(same, change)                                                                                           \
  do {                                                                                                                 \
    struct dw_finding other = first;                                                                                   \
    other.change;                                                                                                      \
    expect_same(&first, &other, same);                                                                                 \
  } while (0)
  EXPECT(true, fix = "fix it otherwise");
  EXPECT(true, action = DW_ACTION_WARN);
  EXPECT(true, facts.json = json_of(arena, "{\"a\":[1]}"));
  EXPECT(true, facts.addresses = &equal);
  EXPECT(false, rule = &migration_only);
  EXPECT(false, reason = DW_REASON_REQUIRED);
  EXPECT(false, facts.unreadable = true);
  EXPECT(false, facts.field = "spec.b");
  EXPECT(false, facts.what = "is wrong here");
  EXPECT(false, facts.value = "y");
  EXPECT(false, facts.value = "");
  EXPECT(false, facts.value = NULL);
  EXPECT(false, facts.json = json_of(arena, "{\"a\":[2]}"));
  EXPECT(false, facts.json = NULL);
  EXPECT(false, facts.addresses = &one);
  EXPECT(false, facts.addresses = &end);
  EXPECT(false, facts.addresses = &begin);
  EXPECT(false, facts.addresses = NULL);
  EXPECT(false, facts.about.text = "test");
  EXPECT(false, facts.about.length = 3);
  EXPECT(false, facts.about = (struct dw_passage){0});
  first.facts.value = "";
  EXPECT(true, facts.value = "");
  EXPECT(false, facts.value = NULL);
}

static void a_mistake_with_few_facts_is_the_same_as_itself(void **state) {
  (void)state;
  struct dw_finding bare = sample(NULL);
  bare.facts = (struct dw_facts){.field = "spec.a", .what = "is wrong"};
  expect_same(&bare, &bare, true);
  /* Unless it could not be read and its text is unknown. */
  bare.facts.unreadable = true;
  expect_same(&bare, &bare, false);
  bare.facts.about = (struct dw_passage){"text", 4};
  expect_same(&bare, &bare, true);
}

static void a_finding_has_copies_of_its_edits(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  char field[] = "spec.a";
  char value[] = "5";
  const struct dw_edit items[] = {{DW_EDIT_SET, field, value}, {DW_EDIT_REMOVE, field, NULL}};
  struct dw_found found = invalid;
  found.edits = (struct dw_edits){items, 2};
  dw_report(&f->check, &both, &found, "is wrong");
  field[0] = value[0] = '?';
  const struct dw_edits *edits = &f->check.findings.items[0].edits;
  assert_int_equal(edits->count, 2);
  assert_string_equal(edits->items[0].field, "spec.a");
  assert_string_equal(edits->items[0].value, "5");
  assert_int_equal(edits->items[1].kind, DW_EDIT_REMOVE);
  assert_null(edits->items[1].value);
}

static void what_cannot_be_changed_here_has_no_edits(void **state) {
  (void)state;
  FIXTURE *f = fixture_new(NULL, true);
  const struct dw_edit edit = {DW_EDIT_SET, "spec.a", "5"};
  struct dw_found found = invalid;
  found.edits = (struct dw_edits){&edit, 1};
  found.value = "${A}";
  dw_report(&f->check, &both, &found, "is wrong");
  found.value = "x";
  found.via = "metadata.annotations[patch]";
  found.line = 1;
  dw_report(&f->check, &both, &found, "is wrong");
  dw_report_unverified(&f->check, &both, "spec.a", "nothing is known");
  assert_int_equal(f->check.findings.count, 3);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(f->check.findings.items[i].edits.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(action_follows_the_network_and_the_policy),
      cmocka_unit_test(a_rule_that_does_not_apply_stays_silent),
      cmocka_unit_test(a_case_that_warns_at_most_never_denies),
      cmocka_unit_test(missing_facts_give_a_warning),
      cmocka_unit_test(unavailable_facts_matter_only_if_the_answer_depends_on_them),
      cmocka_unit_test(only_counts_findings_beyond_256_of_a_rule),
      cmocka_unit_test(messages_have_the_form_of_the_api_servers),
      cmocka_unit_test(values_are_quoted_and_cut),
      cmocka_unit_test(a_message_stays_within_1024_bytes_and_keeps_its_id),
      cmocka_unit_test(escapes_control_characters),
      cmocka_unit_test(a_warning_omits_its_fix_if_that_keeps_it_short),
      cmocka_unit_test(a_mistake_is_the_same_only_with_all_its_facts),
      cmocka_unit_test(a_mistake_with_few_facts_is_the_same_as_itself),
      cmocka_unit_test(a_finding_has_copies_of_its_edits),
      cmocka_unit_test(what_cannot_be_changed_here_has_no_edits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
