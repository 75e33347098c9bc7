/* Input's own words in messages: short, and without bytes that a terminal would act on. */
#ifndef JSON_QUOTE_H
#define JSON_QUOTE_H

#include <stddef.h>

#define QUOTE_SIZE 64

/* Writes TEXT in double quotes into OUT, shortened to fit. Returns OUT. */
const char *dw_quote_short(char out[QUOTE_SIZE], const char *text, size_t length);

#endif
