/* What both the API server's schema pattern for quantities and its ParseQuantity() accept. */
#include "droveway/formats/quantity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "droveway/base/text.h"

/* Go's strconv.ParseInt over the whole text. */
static bool is_exponent(const char *text) {
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  if (!*digits || digits[strspn(digits, "0123456789")])
    return false;
  errno = 0;
  (void)strtoll(text, NULL, 10);
  return errno == 0;
}

static bool is_suffix(const char *text) {
  static const char *const known[] = {"",  "n", "u",  "m",  "k",  "M",  "G",  "T",
                                      "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strcmp(text, known[i]) == 0)
      return true;
  }
  return (*text == 'e' || *text == 'E') && is_exponent(text + 1);
}

/* Reads digits; tells how many there were and whether one was not 0. */
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
  if (digits == 0 || !is_suffix(text))
    return false;
  if (sign)
    *sign = !nonzero ? 0 : negative ? -1 : 1;
  return true;
}
