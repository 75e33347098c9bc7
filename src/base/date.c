#include "base/date.h"

#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

enum { YEAR = 0, MONTH = 5, DAY = 8, LENGTH = 10 };

int64_t dw_date_of(int64_t microseconds) {
  static const int64_t day = (int64_t)24 * 60 * 60 * 1000000;
  return microseconds / day - (microseconds % day < 0);
}

int64_t dw_date_today(void) {
  return dw_date_of(dw_clock_microseconds(CLOCK_REALTIME));
}

static bool is_leap(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in(int64_t year, int64_t month) {
  static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year));
}

/* The days from 0000-01-01 to the first day of YEAR. */
static int64_t days_before(int64_t year) {
  int64_t last = year - 1;
  return year * 365 + (year == 0 ? 0 : last / 4 - last / 100 + last / 400 + 1);
}

static bool has_form(const char *text) {
  for (size_t i = 0; i < LENGTH; i++)
    if (i == MONTH - 1 || i == DAY - 1 ? text[i] != '-' : !dw_is_digit(text[i]))
      return false;
  return text[LENGTH] == '\0';
}

static int64_t number(const char *text, size_t digits) {
  int64_t value = 0;
  for (size_t i = 0; i < digits; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

bool dw_date_parse(const char *text, int64_t *out) {
  if (!has_form(text))
    return false;
  int64_t year = number(text + YEAR, 4);
  int64_t month = number(text + MONTH, 2);
  int64_t day = number(text + DAY, 2);
  if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
    return false;
  *out = days_before(year) - days_before(1970) + day - 1;
  for (int64_t m = 1; m < month; m++)
    *out += days_in(year, m);
  return true;
}
