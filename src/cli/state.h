/* The existing objects of a cluster, from --state or from a live cluster, for commands that read them once. */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include "base/arena.h"
#include "cli/cli.h"
#include "lint/lint_state.h"
#include "json/json.h"

/* What could not be read. */
struct cli_gaps {
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  size_t unreadable; /* skipped objects of a live cluster; each is reported on standard error */
};

struct cli_state {
  struct dw_lint_state found; /* the JSON of a live cluster's objects is pruned */
  struct cli_gaps gaps;
};

struct cli_state_query {
  const struct cli_world_options *world;
  const char *ns; /* of objects in a folder that do not set one */
  enum dw_keep keep;
};

/* Reads the folder or the cluster, or nothing if neither is given. JSON is in ARENA. -1 with the reason in ERR, and OUT
 * is empty; otherwise free OUT's objects with dw_lint_state_free(). */
int cli_state_read(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                   struct dw_error *err);

/* The world of the policy and of --state or --kubeconfig's cluster. NULL with the reason in ERR. The caller unrefs. */
struct dw_world *cli_world(const struct cli_world_options *options, struct cli_gaps *gaps, struct dw_error *err);

/* For `audit`, `snapshot` and `map`, instead of cli_check_world(). Without --state and --kubeconfig, fills in the pod's
 * own cluster (unless --context is given), else the file of $KUBECONFIG, else ~/.kube/config. CLI_FAILED after printing
 * an error if none exists. The strings are in ARENA. */
int cli_default_cluster(const char *command, struct dw_arena *arena, struct cli_world_options *options);

/* Names the kinds that could not be read from a live cluster on standard error, with the CONSEQUENCE. */
void cli_warn_unknown(const struct cli_world_options *options, const struct cli_gaps *gaps, const char *consequence);

#endif
