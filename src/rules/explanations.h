/* The files of src/rules/explanations, built in by tools/embed.sh. */
#ifndef RULES_EXPLANATIONS_H
#define RULES_EXPLANATIONS_H

#include <stddef.h>

struct dw_explanation_file {
  const char *rule; /* the id that it explains; first, for dw_by_name() */
  const char *text; /* ends in NUL */
  size_t length;
};
extern const struct dw_explanation_file dw_explanation_files[]; /* in order of name */
extern const size_t dw_explanation_file_count;

#endif
