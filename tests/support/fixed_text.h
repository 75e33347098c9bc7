/* Fixes a text as `check --fix` does, in a cluster that is a text as well. */
#ifndef TESTS_SUPPORT_FIXED_TEXT_H
#define TESTS_SUPPORT_FIXED_TEXT_H

#include "fix/fix.h"

struct fix_cluster {
  const char *state;  /* manifests; NULL: nothing is known */
  const char *policy; /* NULL: the default policy */
};

/* A fixed text. */
struct fixed {
  struct dw_arena *arena;
  struct dw_fix_result result;
  const char *text; /* in ARENA, as it is now */
  struct dw_subjects subjects;
};

/* Fixes TEXT, called FILE. Any error in reading the cluster fails the test. Free the result with fixed_free(). */
struct fixed fix_text(const struct fix_cluster *cluster, const char *file, const char *text);
void fixed_free(struct fixed *fixed);
#define FIXED_SCOPED __attribute__((cleanup(fixed_free))) struct fixed

/* TEXT as it is, only judged. */
struct fixed judge_text(const struct fix_cluster *cluster, const char *file, const char *text);

/* The findings of RULE in the fixed text (NULL: of all rules), and how many of them deny. */
size_t fixed_findings(const struct fixed *fixed, const char *rule, size_t *denials);

#endif
