/* The JSON types that Go's decoders require, with values on both sides of each limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cni/cni.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Checks that the configuration {HEAD,MEMBER} has the fault WANTED at FIELD, or none if WANTED is NULL. */
static void expect_in(const char *head, const char *member, const char *field, const char *wanted) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *text = dw_arena_printf(arena, "{\"cniVersion\":\"0.3.1\",\"name\":\"net\",%s,%s}", head, member);
  const struct dw_cni_config *config = dw_cni_read_text(arena, text, strlen(text));
  if (config->fault_count != (wanted == NULL ? 0 : 1))
    fail_msg("%s: %zu faults", text, config->fault_count);
  if (wanted == NULL)
    return;
  const char *what = config->faults[0].what;
  assert_memory_equal(what, "must be ", 8);
  size_t length = strlen(wanted);
  assert_memory_equal(what + 8, wanted, length);
  assert_true(what[8 + length] == '\0' || what[8 + length] == ',');
  assert_string_equal(config->faults[0].value.field, field);
}

#define MACVLAN "\"type\":\"macvlan\",\"master\":\"eth1\""
#define LIST "\"plugins\":[{" MACVLAN "}]"

static void expect(const char *member, const char *field, const char *wanted) {
  expect_in(MACVLAN, member, field, wanted);
}

static void bcqueuelen_is_a_uint32(void **state) {
  (void)state;
  static const struct {
    const char *value, *wanted;
  } cases[] = {
      {"0", NULL},
      {"1", NULL},
      {"4294967294", NULL},
      {"4294967295", NULL},
      {"null", NULL},
      {"-1", "an integer from 0 to 4294967295"},
      {"4294967296", "an integer from 0 to 4294967295"},
      {"9223372036854774784", "an integer from 0 to 4294967295"},
      {"-9223372036854774784", "an integer from 0 to 4294967295"},
      {"9223372036854775807", "an integer"}, /* libcni writes 9223372036854776000 */
      {"-9223372036854775808", "an integer"},
      {"1.5", "an integer"},
      {"\"1\"", "an integer"},
      {"true", "an integer"},
      {"[]", "an integer"},
      {"{}", "an integer"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    expect(dw_arena_printf(arena, "\"bcqueuelen\":%s", cases[i].value), "spec.config.bcqueuelen", cases[i].wanted);
  }
}

static void a_capability_is_a_boolean(void **state) {
  (void)state;
  expect("\"capabilities\":{\"ips\":true,\"mac\":false,\"bandwidth\":null}", NULL, NULL);
  expect("\"capabilities\":{}", NULL, NULL);
  expect("\"capabilities\":null", NULL, NULL);
  expect("\"capabilities\":{\"ips\":true,\"mac\":0}", "spec.config.capabilities.mac", "a boolean");
  expect("\"capabilities\":[]", "spec.config.capabilities", "an object");
}

/* Each row has a value of a wrong type. */
static void each_member_of_a_plugin_has_its_type(void **state) {
  (void)state;
  static const struct {
    const char *type, *member, *wrong, *wanted;
  } cases[] = {
      {"macvlan", "capabilities", "7", "an object"},
      {"macvlan", "dns", "7", "an object"},
      {"macvlan", "prevResult", "7", "an object"},
      {"macvlan", "mode", "7", "a string"},
      {"macvlan", "mac", "7", "a string"},
      {"macvlan", "bcqueuelen", "\"7\"", "an integer"},
      {"macvlan", "runtimeConfig", "7", "an object"},
      {"macvlan", "isGateway", "7", NULL},
      {"ipvlan", "mode", "7", "a string"},
      {"ipvlan", "mac", "7", NULL},
      {"bridge", "isGateway", "7", "a boolean"},
      {"bridge", "isDefaultGateway", "7", "a boolean"},
      {"bridge", "forceAddress", "7", "a boolean"},
      {"bridge", "ipMasq", "7", "a boolean"},
      {"bridge", "ipMasqBackend", "7", "a string"},
      {"bridge", "hairpinMode", "7", "a boolean"},
      {"bridge", "promiscMode", "7", "a boolean"},
      {"bridge", "preserveDefaultVlan", "7", "a boolean"},
      {"bridge", "macspoofchk", "7", "a boolean"},
      {"bridge", "enabledad", "7", "a boolean"},
      {"bridge", "disableContainerInterface", "7", "a boolean"},
      {"bridge", "portIsolation", "7", "a boolean"},
      {"bridge", "runtimeConfig", "7", "an object"},
      {"bridge", "args", "7", "an object"},
      {"bridge", "mode", "7", NULL},
      {"sriov", "isGateway", "7", NULL},
      {"sriov", "dns", "7", "an object"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *type = dw_arena_printf(arena, "\"type\":\"%s\",\"ipam\":{\"type\":\"other\"}", cases[i].type);
    const char *field = dw_arena_printf(arena, "spec.config.%s", cases[i].member);
    expect_in(type, dw_arena_printf(arena, "\"%s\":%s", cases[i].member, cases[i].wrong), field, cases[i].wanted);
    expect_in(type, dw_arena_printf(arena, "\"%s\":null", cases[i].member), field, NULL);
  }
}

static void dns_has_strings_and_lists_of_strings(void **state) {
  (void)state;
  expect("\"dns\":{\"nameservers\":[\"a\",null],\"domain\":\"b\",\"search\":[],\"options\":[\"c\"]}", NULL, NULL);
  expect("\"dns\":{\"nameservers\":\"a\"}", "spec.config.dns.nameservers", "a list of strings");
  expect("\"dns\":{\"nameservers\":[\"a\",7]}", "spec.config.dns.nameservers[1]", "a string");
  expect("\"dns\":{\"domain\":[]}", "spec.config.dns.domain", "a string");
  expect("\"dns\":{\"search\":\"a\"}", "spec.config.dns.search", "a list of strings");
  expect("\"dns\":{\"options\":\"a\"}", "spec.config.dns.options", "a list of strings");
}

/* The members of a list besides its plugins. For libcni, null does not count as absent; for Multus, text is not a
 * boolean. */
static void each_member_of_a_list_has_its_type(void **state) {
  (void)state;
  static const struct {
    const char *member, *value, *wanted;
  } cases[] = {
      {"capabilities", "7", "an object"},
      {"dns", "7", "an object"},
      {"prevResult", "7", "an object"},
      {"ipam", "7", "an object"},
      {"ipam", "{\"type\":\"x\"}", NULL},
      {"disableCheck", "true", NULL},
      {"disableCheck", "false", NULL},
      {"disableCheck", "null", "true or false"},
      {"disableCheck", "\"true\"", "true or false"},
      {"disableCheck", "7", "true or false"},
      {"DisableCheck", "null", NULL},
      {"disableGC", "true", NULL},
      {"disableGC", "null", "true or false"},
      {"disableGC", "\"true\"", "true or false"},
      {"loadOnlyInlinedPlugins", "false", NULL},
      {"loadOnlyInlinedPlugins", "null", "true or false"},
      {"loadOnlyInlinedPlugins", "\"true\"", NULL},
      {"loadOnlyInlinedPlugins", "\"False\"", NULL},
      {"loadOnlyInlinedPlugins", "\"tru\"", "true or false"},
      {"loadOnlyInlinedPlugins", "\"truest\"", "true or false"},
      {"cniVersions", "[]", NULL},
      {"cniVersions", "7", "a list of versions"},
      {"cniVersions", "null", "a list of versions"},
      {"cniVersions", "{}", "a list of versions"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    expect_in(LIST, dw_arena_printf(arena, "\"%s\":%s", cases[i].member, cases[i].value),
              dw_arena_printf(arena, "spec.config.%s", cases[i].member), cases[i].wanted);
  }
  expect_in(LIST, "\"ipam\":{\"type\":7}", "spec.config.ipam.type", "a string");
}

/* MAJOR[.MINOR[.MICRO]] has at most twelve bytes. Only the first invalid version is reported. */
static void a_version_has_up_to_three_numbers(void **state) {
  (void)state;
  static const char *const good[] = {"", "1", "1.0", "1.0.0", "0.3.1", "10.20.30", "123456789012"};
  static const char *const bad[] = {"\" \"",       "\".\"",      "\"1.\"", "\".1\"",  "\"1..0\"",          "\"1.0.0.\"",
                                    "\"1.0.0.0\"", "\"v1.0.0\"", "\"1 \"", "\"1.a\"", "\"1234567890123\"", "1",
                                    "null",        "[]"};
  for (size_t i = 0; i < COUNT(good); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    expect_in(LIST, dw_arena_printf(arena, "\"cniVersions\":[\"%s\"]", good[i]), NULL, NULL);
  }
  for (size_t i = 0; i < COUNT(bad); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    expect_in(LIST, dw_arena_printf(arena, "\"cniVersions\":[\"1.0.0\",%s,7]", bad[i]), "spec.config.cniVersions[1]",
              "a version such as \"1.0.0\"");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bcqueuelen_is_a_uint32),
      cmocka_unit_test(a_capability_is_a_boolean),
      cmocka_unit_test(each_member_of_a_plugin_has_its_type),
      cmocka_unit_test(dns_has_strings_and_lists_of_strings),
      cmocka_unit_test(each_member_of_a_list_has_its_type),
      cmocka_unit_test(a_version_has_up_to_three_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
