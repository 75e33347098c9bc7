/* A scalar's raw text, read once more beside the value that the parser made of it: which bytes say which. */
#ifndef YAML_REREAD_H
#define YAML_REREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "json/json_position.h"

struct reread {
  const char *text; /* the file */
  size_t length;
  size_t at; /* what is read next */
  const char *value;
  size_t done;     /* bytes of the value that were met again */
  size_t from, to; /* the bytes of the value that are looked for; FROM is below TO */
  struct dw_span raw;
  bool differs; /* the text does not say VALUE: its places are not known */
};

/* Each begins at the scalar's first character (r->at), goes on until byte r->to of the value, and leaves the place in
 * r->raw. */
void dw_reread_plain(struct reread *r);
void dw_reread_single_quoted(struct reread *r);
void dw_reread_double_quoted(struct reread *r);
void dw_reread_block(struct reread *r);
void dw_reread_json(struct reread *r); /* a string in a JSON file */

/* --- for those functions --- */

static inline bool dw_reread_over(const struct reread *r) {
  return r->differs || r->done >= r->to || r->at > r->length;
}
/* What stands from START up to r->at says BYTES. */
void dw_reread_put(struct reread *r, size_t start, const char *bytes, size_t count);
/* One byte that says itself. */
void dw_reread_copy(struct reread *r);
/* The line break at r->at, LENGTH bytes long. */
void dw_reread_put_break(struct reread *r, size_t length);
/* Whether a break of YAML that stands at AT reads as a line feed; LS and PS stay what they are. */
bool dw_reread_is_newline(const struct reread *r, size_t at);

#endif
