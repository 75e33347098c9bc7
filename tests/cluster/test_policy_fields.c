/* The table of policy fields agrees with the reader and with the defaults. (`make schemas` compares the JSON Schema,
 * which is written from it, with the reader.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cluster/policy.h"
#include "cluster/policy_fields.h"

static const struct dw_policy_field *section(const char *key) {
  const struct dw_policy_field *found = dw_policy_field(&dw_policy_document, key);
  if (found == NULL)
    fail_msg("no field %s", key);
  return found;
}

static void limits_have_the_names_and_values_of_the_default_policy(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  const struct dw_policy_field *defaults = section("defaults");
  assert_int_equal(defaults->field_count, DW_LIMIT_COUNT);
  for (size_t i = 0; i < DW_LIMIT_COUNT; i++) {
    int64_t value = 0;
    assert_string_equal(defaults->fields[i].key, dw_limit_names[i]);
    assert_true(dw_parse_int64(defaults->fields[i].by_default, &value));
    assert_true(policy->defaults[i].set && policy->defaults[i].value == value);
  }
  dw_policy_free(policy);
}

static void other_defaults_are_those_of_the_default_policy(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  const struct dw_policy_field *mutate = section("mutate");
  const struct dw_policy_field *patterns = dw_policy_field(section("migrationNetworks"), "namePatterns");
  char text[64];
  snprintf(text, sizeof text, "[\"%s\"]", policy->name_patterns[0]);
  assert_string_equal(patterns->by_default, text);
  assert_string_equal(dw_policy_field(mutate, "networkAttachmentDefinitions")->by_default,
                      policy->mutate_nads ? "true" : "false");
  assert_string_equal(dw_policy_field(mutate, "kubeVirts")->by_default, policy->mutate_kubevirts ? "true" : "false");
  dw_policy_free(policy);
}

/* A field that the reader skips would be accepted with any value. */
static void every_section_is_read(void **state) {
  (void)state;
  assert_true(dw_policy_document.field_count >= 12);
  for (size_t i = 0; i < dw_policy_document.field_count; i++) {
    const char *key = dw_policy_document.fields[i].key;
    struct dw_error err = DW_ERROR_INIT;
    char text[160];
    snprintf(text, sizeof text, "{\"%s\": 1.5%s%s}", key,
             strcmp(key, "apiVersion") == 0 ? "" : ", \"apiVersion\": \"droveway.io/v1alpha1\"",
             strcmp(key, "kind") == 0 ? "" : ", \"kind\": \"Policy\"");
    assert_null(dw_policy_parse(text, strlen(text), "p", NULL, 0, &err));
    if (strncmp(err.text, key, strlen(key)) != 0)
      fail_msg("%s: %s", text, err.text);
  }
}

static void every_field_has_a_description(const struct dw_policy_field *field) {
  if (field->about == NULL || field->about[strlen(field->about) - 1] != '.')
    fail_msg("%s: its description is not a sentence", field->key == NULL ? "a list's items" : field->key);
  for (size_t i = 0; i < field->field_count; i++)
    every_field_has_a_description(&field->fields[i]);
}

static void editors_can_describe_every_field(void **state) {
  (void)state;
  every_field_has_a_description(&dw_policy_document);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(limits_have_the_names_and_values_of_the_default_policy),
      cmocka_unit_test(other_defaults_are_those_of_the_default_policy),
      cmocka_unit_test(every_section_is_read),
      cmocka_unit_test(editors_can_describe_every_field),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
