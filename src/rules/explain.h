/* Why each rule exists, with an example that breaks it and the fixed example. The texts are in
 * src/rules/explanations/RULE-ID.yaml and are built into the library. */
#ifndef RULES_EXPLAIN_H
#define RULES_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* An example is judged as `check` judges manifests: as if they were applied one after the other, NADs first, to a
 * cluster that contains `state`, under `policy`. Without `state`, as without --state. If `deletes` is set, the NADs of
 * `broken` are deleted from that cluster, and `fixed` is what must be applied first. If only `audit` runs the rule
 * (DW_SCOPE_VMI), the example is part of the cluster and is audited. The broken example breaks this rule and no other
 * rule that denies; the fixed one breaks neither. */
struct dw_explanation {
  const char *why;    /* plain text, lines of at most 100 columns */
  const char *broken; /* manifests, a YAML stream */
  const char *fixed;  /* the same, fixed */
  /* What the example needs in addition; NULL if nothing: */
  const char *state;  /* the cluster's objects, a YAML stream */
  const char *policy; /* a policy file */
  bool deletes;
};

/* The explanation of the rule ID, in ARENA. Returns -1 if there is no such rule, or if its file is broken, which a test
 * rules out. */
int dw_explain(struct dw_arena *arena, const char *id, struct dw_explanation *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* The files of src/rules/explanations, embedded by tools/embed.sh. */
struct dw_explanation_file {
  const char *rule; /* the id that it explains; first, for dw_by_name() */
  const char *text; /* ends in NUL */
  size_t length;
};
extern const struct dw_explanation_file dw_explanation_files[]; /* in order of name */
extern const size_t dw_explanation_file_count;

#endif
