/* Accepts what both the API server's schema pattern for quantities and its ParseQuantity() accept. */
#include "base/quantity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Go's strconv.ParseInt over the whole text. */
static bool is_exponent(const char *text) {
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  if (!*digits || digits[strspn(digits, "0123456789")])
    return false;
  errno = 0;
  (void)strtoll(text, NULL, 10);
  return errno == 0;
}

static const struct suffix {
  const char *text;
  double factor;
} suffixes[] = {
    {"", 1},        {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},    {"k", 1e3},     {"M", 1e6},
    {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},    {"Ki", 0x1p10}, {"Mi", 0x1p20},
    {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60},
};

static const struct suffix *find_suffix(const char *text) {
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    if (strcmp(text, suffixes[i].text) == 0)
      return &suffixes[i];
  }
  return NULL;
}

/* Skips digits. Returns how many there were, and sets NONZERO if one of them was not 0. */
static size_t skip_digits(const char **text, bool *nonzero) {
  const char *start = *text;
  for (; dw_is_digit(**text); ++*text) {
    if (**text != '0')
      *nonzero = true;
  }
  return (size_t)(*text - start);
}

bool dw_quantity_parse(const char *text, int *sign) {
  bool negative = *text == '-';
  bool nonzero = false;
  if (*text == '-' || *text == '+')
    text++;
  size_t digits = skip_digits(&text, &nonzero);
  if (*text == '.') {
    text++;
    digits += skip_digits(&text, &nonzero);
  }
  bool exponent = (*text == 'e' || *text == 'E') && is_exponent(text + 1);
  if (digits == 0 || (!exponent && find_suffix(text) == NULL))
    return false;
  if (sign)
    *sign = !nonzero ? 0 : negative ? -1 : 1;
  return true;
}

const char *dw_quantity_suffix(const char *text) {
  text += *text == '-' || *text == '+';
  text += strspn(text, "0123456789");
  text += *text == '.';
  return text + strspn(text, "0123456789");
}

/* strtod() reads an exponent too, and stops at any other suffix. */
double dw_quantity_value(const char *text) {
  const struct suffix *suffix = find_suffix(dw_quantity_suffix(text));
  if (!dw_quantity_parse(text, NULL))
    return 0;
  return strtod(text, NULL) * (suffix == NULL ? 1 : suffix->factor);
}
