/* The policy file, which the administrator writes. A policy is immutable once read, counted by references, and has a
 * separate arena. */
#ifndef CLUSTER_POLICY_H
#define CLUSTER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cluster/selector.h"
#include "net/interval.h"

/* What happens if a rule is broken. NONE: the rule does not apply. */
enum dw_action { DW_ACTION_NONE, DW_ACTION_OFF, DW_ACTION_WARN, DW_ACTION_DENY };

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
  struct dw_interval *ranges; /* a whole CIDR, or START to END of START-END/LENGTH */
  const char **texts;         /* as written */
  size_t range_count;
};

struct dw_rule_override {
  const char *rule;
  enum dw_action action; /* OFF, WARN or DENY */
};

/* A rule does not apply to some objects, for a reason and for a time. */
struct dw_exception {
  const char *rule;
  const char *namespace_; /* a shell pattern; the namespace of an object without one is "" */
  const char *name;       /* a shell pattern */
  const char *reason;
  const char *until; /* the last day on which it applies, as written; NULL if it does not expire */
  int64_t last_day;  /* UNTIL as base/date.h has it; INT64_MAX if it does not expire */
  const char *file;  /* where it is written, and the position in it */
  int line, column;
  bool comment; /* it is a comment in a manifest, not a part of a policy: NAMESPACE and NAME are NULL */
};

struct dw_policy {
  struct dw_arena *arena;
  const char *namespace_; /* where KubeVirt runs */
  bool namespace_known;   /* false if it is not set, so "openshift-cnv" is a guess */
  int namespace_line;     /* of the file; 0 if it is not set there */
  const char **name_patterns;
  size_t name_pattern_count;
  struct {
    bool set; /* false to leave the field alone */
    int64_t value;
  } defaults[DW_LIMIT_COUNT];
  bool mutate_nads;
  bool mutate_kubevirts;
  const char *
      *global_namespaces; /* whose NADs pods of every namespace may use (an option of Multus); NULL if not set */
  size_t global_namespace_count;
  bool selector_given; /* nodes.selector was set */
  struct dw_selector selector;
  struct dw_policy_network *cluster_networks;
  size_t cluster_network_count;
  struct dw_remote_cluster *remote_clusters;
  size_t remote_cluster_count;
  struct dw_rule_override *overrides;
  size_t override_count;
  struct dw_exception *exceptions;
  size_t exception_count;
};

/* The default policy, which applies without a file. The caller frees it with dw_policy_free(). */
struct dw_policy *dw_policy_default(void) __attribute__((warn_unused_result, returns_nonnull));

/* Reads the text of a policy file (YAML or JSON). FILE is its name in errors. RULES[RULE_COUNT] are the known rule ids,
 * because the rules are in a higher layer. Returns NULL on error, with file, line and column; for a misspelt word, the
 * error contains the most similar known one. The caller frees the result with dw_policy_free(). */
struct dw_policy *dw_policy_parse(const char *text, size_t length, const char *file, const char *const *rules,
                                  size_t rule_count, struct dw_error *err)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* Adds a reference, for another view with the same policy. */
struct dw_policy *dw_policy_ref(struct dw_policy *policy) __attribute__((nonnull, returns_nonnull));
/* A copy of POLICY with NAMESPACE as the one where KubeVirt runs. The ownership of POLICY passes to the result. */
struct dw_policy *dw_policy_in(struct dw_policy *policy, const char *namespace_)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
/* A copy of POLICY with the remote clusters of OTHER added to its own. The ownership of POLICY passes to the result;
 * OTHER is copied from. */
struct dw_policy *dw_policy_with_remotes(struct dw_policy *policy, const struct dw_policy *other)
    __attribute__((nonnull, warn_unused_result, returns_nonnull));
/* Removes a reference; the last one frees the policy. NULL is allowed. */
void dw_policy_free(struct dw_policy *policy);

/* The action for RULE, whose default is FALLBACK. If that is NONE, the policy can't change it. */
enum dw_action dw_policy_action(const struct dw_policy *policy, const char *rule, enum dw_action fallback)
    __attribute__((nonnull));

/* Returns true if EXCEPTION no longer applies on the day TODAY (base/date.h). */
bool dw_exception_expired(const struct dw_exception *exception, int64_t today) __attribute__((nonnull));

/* The exception from RULE for the object NAMESPACE/NAME: the first that applies on the day TODAY, else the one that
 * expired last; NULL if there is none. NAMESPACE is "" for an object without one. */
const struct dw_exception *dw_policy_exception(const struct dw_policy *policy, const char *rule, const char *namespace_,
                                               const char *name, int64_t today) __attribute__((nonnull));

/* The first name pattern that matches TEXT (fnmatch); NULL if none does. */
const char *dw_policy_pattern(const struct dw_policy *policy, const char *text) __attribute__((nonnull));

#endif
