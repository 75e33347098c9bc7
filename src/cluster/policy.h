/* The policy file: what the administrator sets. Immutable once read, counted by references; lives in its own arena. */
#ifndef CLUSTER_POLICY_H
#define CLUSTER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cluster/selector.h"
#include "net/interval.h"

enum dw_action { DW_ACTION_NONE, DW_ACTION_OFF, DW_ACTION_WARN, DW_ACTION_DENY }; /* NONE: the rule does not apply */

/* The four limits of a live-migration block, in the order in which they are reported and filled in. */
enum dw_limit {
  DW_LIMIT_COMPLETION_TIMEOUT, /* completionTimeoutPerGiB, seconds */
  DW_LIMIT_PARALLEL_CLUSTER,   /* parallelMigrationsPerCluster */
  DW_LIMIT_PARALLEL_NODE,      /* parallelOutboundMigrationsPerNode */
  DW_LIMIT_PROGRESS_TIMEOUT,   /* progressTimeout, seconds */
  DW_LIMIT_COUNT
};
extern const char *const dw_limit_names[DW_LIMIT_COUNT]; /* the field names */

struct dw_policy_network {
  const char *name;
  struct dw_prefix prefix;
};

struct dw_remote_cluster {
  const char *name;
  struct dw_interval *ranges; /* CIDRs whole, START-END/LEN from start to end */
  const char **texts;         /* as written */
  size_t range_count;
};

struct dw_rule_override {
  const char *rule;
  enum dw_action action; /* OFF, WARN or DENY */
};

struct dw_policy {
  struct dw_arena *arena;
  const char *namespace_; /* where KubeVirt runs */
  bool namespace_known;   /* false: nobody named it, and "openshift-cnv" is a guess */
  const char **name_patterns;
  size_t name_pattern_count;
  struct {
    bool set; /* false: leave the field alone */
    int64_t value;
  } defaults[DW_LIMIT_COUNT];
  bool mutate_nads;
  bool mutate_kubevirts;
  const char **global_namespaces; /* whose NADs Multus gives to pods of every namespace; NULL: not set */
  size_t global_namespace_count;
  bool selector_given; /* nodes.selector was set */
  struct dw_selector selector;
  struct dw_policy_network *cluster_networks;
  size_t cluster_network_count;
  struct dw_remote_cluster *remote_clusters;
  size_t remote_cluster_count;
  struct dw_rule_override *overrides;
  size_t override_count;
};

/* The policy in force without a file: the defaults of the design. Free with dw_policy_free(). */
struct dw_policy *dw_policy_default(void) __attribute__((warn_unused_result, returns_nonnull));

/* Reads the text of a policy file (YAML or JSON). FILE names it in errors. RULES[RULE_COUNT] are the known rule ids:
 * the rules live in a higher layer. NULL on error, with file, line and column, and the nearest known word for a
 * misspelt one. */
struct dw_policy *dw_policy_parse(const char *text, size_t length, const char *file, const char *const *rules,
                                  size_t rule_count, struct dw_error *err)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* One more reference, for another view under the same policy. */
struct dw_policy *dw_policy_ref(struct dw_policy *policy) __attribute__((nonnull, returns_nonnull));
/* POLICY, whose ownership passes to the result, with NAMESPACE as the one where KubeVirt runs. */
struct dw_policy *dw_policy_in(struct dw_policy *policy, const char *namespace_)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
/* Drops one; the last one frees it. NULL is allowed. */
void dw_policy_free(struct dw_policy *policy);

/* The action in force for RULE whose default is FALLBACK: NONE stays NONE whatever the policy says. */
enum dw_action dw_policy_action(const struct dw_policy *policy, const char *rule, enum dw_action fallback)
    __attribute__((nonnull));

/* The first name pattern that TEXT matches (fnmatch), or NULL. */
const char *dw_policy_pattern(const struct dw_policy *policy, const char *text) __attribute__((nonnull));

#endif
