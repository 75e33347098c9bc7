#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/date.h"

static const int64_t day = (int64_t)24 * 60 * 60 * 1000000;

static void a_date_is_a_number_of_days_since_1970(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t days;
  } cases[] = {{"1970-01-01", 0},       {"1969-12-31", -1},     {"1970-02-01", 31},    {"2000-02-29", 11016},
               {"2000-03-01", 11017},   {"2026-11-30", 20787},  {"2024-02-29", 19782}, {"0000-01-01", -719528},
               {"0001-01-01", -719162}, {"9999-12-31", 2932896}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t days = 0;
    assert_true(dw_date_parse(cases[i].text, &days));
    if (days != cases[i].days)
      fail_msg("%s: %lld instead of %lld", cases[i].text, (long long)days, (long long)cases[i].days);
  }
}

static void dates_agree_with_the_c_library(void **state) {
  (void)state;
  for (int64_t wanted = 0; wanted < 60000; wanted++) {
    time_t seconds = (time_t)(wanted * 24 * 60 * 60);
    struct tm tm;
    char text[16];
    int64_t days = 0;
    assert_non_null(gmtime_r(&seconds, &tm));
    assert_int_equal(strftime(text, sizeof text, "%Y-%m-%d", &tm), 10);
    assert_true(dw_date_parse(text, &days));
    assert_int_equal(days, wanted);
  }
}

static void texts_that_are_not_a_date_are_rejected(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",           "2027",       "2027-3-31",  "2027-03-31T00:00:00Z", " 2027-03-31", "2027-03-31 ",
      "2027-02-29", "2100-02-29", "2027-04-31", "2027-00-10",           "2027-13-01",  "2027-01-00",
      "2027-01-32", "31-03-2027", "2027/03/31", "-027-03-31",           "2027-03-+1",  "20270331",
      "2027-W13-3"};
  int64_t days = 0;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (dw_date_parse(texts[i], &days))
      fail_msg("\"%s\" was accepted", texts[i]);
}

static void a_day_lasts_from_midnight_to_midnight_utc(void **state) {
  (void)state;
  assert_int_equal(dw_date_of(0), 0);
  assert_int_equal(dw_date_of(day - 1), 0);
  assert_int_equal(dw_date_of(day), 1);
  assert_int_equal(dw_date_of(-1), -1);
  assert_int_equal(dw_date_of(-day), -1);
  assert_int_equal(dw_date_of(-day - 1), -2);
}

static void today_is_the_date_of_the_system_clock(void **state) {
  (void)state;
  int64_t before = (int64_t)time(NULL) / (24 * 60 * 60);
  int64_t today = dw_date_today();
  int64_t after = (int64_t)time(NULL) / (24 * 60 * 60);
  assert_true(before <= today && today <= after);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_date_is_a_number_of_days_since_1970),
      cmocka_unit_test(dates_agree_with_the_c_library),
      cmocka_unit_test(texts_that_are_not_a_date_are_rejected),
      cmocka_unit_test(a_day_lasts_from_midnight_to_midnight_utc),
      cmocka_unit_test(today_is_the_date_of_the_system_clock),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
