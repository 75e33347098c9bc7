/* Maps the bytes of a scalar's value to its raw text, by reading the raw text again and comparing it with the value. */
#ifndef YAML_REREAD_H
#define YAML_REREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_position.h"

struct reread {
  const char *text; /* the file */
  size_t length;
  size_t at; /* the offset of the next byte to read */
  const char *value;
  size_t done;     /* bytes of the value that were matched so far */
  size_t from, to; /* the bytes of the value to find; FROM is below TO */
  struct dw_span raw;
  bool differs; /* the text does not match VALUE, so no places are known */
};

/* Each starts at the first character of the scalar (r->at), continues until byte r->to of the value, and stores the
 * place in r->raw. */
void dw_reread_plain(struct reread *r);
void dw_reread_single_quoted(struct reread *r);
void dw_reread_double_quoted(struct reread *r);
void dw_reread_block(struct reread *r);
void dw_reread_json(struct reread *r); /* a string in a JSON file */

#endif
