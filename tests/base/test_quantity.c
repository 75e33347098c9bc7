#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/quantity.h"

static void reads_quantities_with_their_sign(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int sign;
  } table[] = {
      {"0", 0},    {"-0", 0},     {"0.000Mi", 0},
      {"64Mi", 1}, {"-64Mi", -1}, {"+1", 1},
      {".5", 1},   {"5.", 1},     {"5.Gi", 1},
      {"1e9", 1},  {"1E9", 1},    {"1e-9", 1},
      {"1e+9", 1}, {"-1e0", -1},  {"1E", 1},
      {"1Ei", 1},  {"1n", 1},     {"1u", 1},
      {"1m", 1},   {"1k", 1},     {"1M", 1},
      {"1G", 1},   {"1T", 1},     {"1P", 1},
      {"1Ki", 1},  {"1Gi", 1},    {"1Ti", 1},
      {"1Pi", 1},  {"0001", 1},   {"0.0001", 1},
      {"-.0", 0},  {"0e5", 0},    {"123456789012345678901234567890", 1},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    int sign = 7;
    if (!dw_quantity_parse(table[i].text, &sign))
      fail_msg("%s was refused", table[i].text);
    assert_int_equal(sign, table[i].sign);
    assert_true(dw_quantity_parse(table[i].text, 0));
  }
}

static void rejects_invalid_quantities(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",      " ",     "-",   "+",    ".",    "-.",    "Mi",   "1 Mi", " 1",
      "1 ",    "1mi",   "1K",  "1ki",  "1MB",  "1Mib",  "1e",   "1e+",  "1ee5",
      "1e5Mi", "1e1.5", "--1", "+-1",  "1..2", "1.2.3", "0x10", "1,5",  "1e99999999999999999999",
      "ten",   "1Mi\n", "1i",  "1_000"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    int sign = 7;
    if (dw_quantity_parse(texts[i], &sign))
      fail_msg("\"%s\" was read", texts[i]);
    assert_int_equal(sign, 7);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_quantities_with_their_sign),
      cmocka_unit_test(rejects_invalid_quantities),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
