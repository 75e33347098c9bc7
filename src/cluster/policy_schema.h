/* The JSON Schema of a policy file, for editors. */
#ifndef CLUSTER_POLICY_SCHEMA_H
#define CLUSTER_POLICY_SCHEMA_H

#include <stddef.h>

#include "base/buf.h"

struct dw_policy_rule {
  const char *id;
  const char *about; /* a text for the editor */
};

/* Appends the schema (draft 7, which editors support) to OUT. RULES[COUNT] are the known rules, which are in a higher
 * layer. The schema never refuses what dw_policy_parse() accepts. It does not check how the two ends of a range are
 * related, leap days, exceptions that appear twice, nor each form of an IPv6 address. */
void dw_policy_schema(struct dw_buf *out, const struct dw_policy_rule *rules, size_t count) __attribute__((nonnull(1)));

#endif
