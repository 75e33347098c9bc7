/* `droveway schema`. (`make schemas` compares it with what Droveway accepts.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rules/engine.h"
#include "support/run_program.h"

static struct json_object *member(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no member %s in %s", key, json_object_to_json_string(object));
  return value;
}

static void the_schema_describes_a_policy(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("schema");
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  struct json_object *schema = run_json(&run);
  struct json_object *properties = member(schema, "properties");
  assert_string_equal(member_text(schema, "$schema"), "http://json-schema.org/draft-07/schema#");
  assert_false(json_object_get_boolean(member(schema, "additionalProperties")));
  assert_string_equal(member_text(member(properties, "kind"), "const"), "Policy");
  struct json_object *limit = member(member(member(properties, "defaults"), "properties"), "progressTimeout");
  assert_int_equal(member_int(limit, "default"), 150);
  assert_int_equal(member_int(limit, "minimum"), 0);
  json_object_put(schema);
}

static void the_schema_knows_every_rule(void **state) {
  (void)state;
  size_t count = 0;
  const struct dw_rule *const *rules = dw_rules(&count);
  RUN_SCOPED run = RUN("schema");
  struct json_object *schema = run_json(&run);
  struct json_object *known = member(member(member(schema, "properties"), "rules"), "properties");
  assert_int_equal(json_object_object_length(known), count);
  for (size_t i = 0; i < count; i++)
    assert_non_null(strstr(member_text(member(known, rules[i]->id), "description"), rules[i]->finds));
  struct json_object *exception =
      member(member(member(member(schema, "properties"), "exceptions"), "items"), "properties");
  struct json_object *ids = member(member(exception, "rule"), "enum");
  assert_int_equal(json_object_array_length(ids), count);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(json_object_get_string(json_object_array_get_idx(ids, i)), rules[i]->id);
  json_object_put(schema);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED argument = RUN("schema", "policy");
  assert_int_equal(argument.status, 2);
  assert_non_null(strstr(argument.err, "droveway schema: unexpected argument \"policy\""));
  RUN_SCOPED option = RUN("schema", "-o", "yaml");
  assert_int_equal(option.status, 2);
  RUN_SCOPED help = RUN("schema", "--help");
  assert_int_equal(help.status, 0);
  assert_non_null(strstr(help.out, "# yaml-language-server: $schema=droveway-policy.schema.json"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_schema_describes_a_policy),
      cmocka_unit_test(the_schema_knows_every_rule),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
