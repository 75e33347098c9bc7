/* Kubernetes label selectors: "a", "!a", "a=b", "a==b", "a!=b", "a in (x,y)", "a notin (x)", joined by commas.
 * Source: k8s.io/apimachinery pkg/labels/selector.go. */
#ifndef CLUSTER_SELECTOR_H
#define CLUSTER_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct dw_label {
  const char *key;
  const char *value;
};

/* The value of the label KEY among LABELS[COUNT]; NULL if there is none. */
const char *dw_label_value(const struct dw_label *labels, size_t count, const char *key) __attribute__((nonnull(3)));

enum dw_selector_op { DW_SELECT_EXISTS, DW_SELECT_ABSENT, DW_SELECT_IN, DW_SELECT_NOT_IN };

struct dw_selector_term {
  enum dw_selector_op op;
  const char *key;
  const char **values;
  size_t value_count;
};

struct dw_selector {
  const char *text; /* as written */
  struct dw_selector_term *terms;
  size_t term_count;
};

/* Parses TEXT into OUT, which lives in ARENA. An empty TEXT selects everything. Returns -1 with the reason on a syntax
 * error. */
int dw_selector_parse(struct dw_arena *arena, const char *text, struct dw_selector *out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Whether an object with LABELS[COUNT] is selected. */
bool dw_selector_matches(const struct dw_selector *selector, const struct dw_label *labels, size_t count)
    __attribute__((nonnull(1)));

#endif
