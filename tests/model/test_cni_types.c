/* The JSON types that Go's decoders want, at both sides of each limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "droveway/model/cni.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A macvlan's configuration with MEMBER has the fault WANTED at FIELD; NULL: none. */
static void expect(const char *member, const char *field, const char *wanted) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *text = dw_arena_printf(
      arena, "{\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\",%s}", member);
  const struct dw_cni_config *config = dw_cni_read_text(arena, text, strlen(text));
  if (config->fault_count != (wanted == NULL ? 0 : 1))
    fail_msg("%s: %zu faults", member, config->fault_count);
  if (wanted == NULL)
    return;
  assert_string_equal(config->faults[0].wanted, wanted);
  assert_string_equal(config->faults[0].value.field, field);
}

static void a_count_is_a_uint32(void **state) {
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
      {"9223372036854775807", "an integer from 0 to 4294967295"},
      {"-9223372036854775808", "an integer from 0 to 4294967295"},
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_count_is_a_uint32),
      cmocka_unit_test(a_capability_is_a_boolean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
