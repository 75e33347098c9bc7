/* What stands in the cluster already, for commands that read it once: of --state, or of a live cluster. */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include "base/arena.h"
#include "cli/cli.h"
#include "lint/state.h"
#include "json/json.h"

/* What was not told of it. */
struct cli_gaps {
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  size_t unreadable; /* objects of a live cluster that were left out; each is said on standard error */
};

struct cli_state {
  struct dw_state found; /* the JSON of a live cluster's objects is pruned */
  struct cli_gaps gaps;
};

struct cli_state_query {
  const struct cli_world_options *world;
  const char *ns; /* stands in where an object of a folder names no namespace */
  enum dw_keep keep;
};

/* Reads the folder or cluster; nothing where neither is given. JSON lives in ARENA. -1 with the reason; nothing is left
 * then. Free with cli_state_free(). */
int cli_state_read(struct dw_arena *arena, const struct cli_state_query *query, struct cli_state *out,
                   struct dw_error *err);
void cli_state_free(struct cli_state *state);

/* The world of the policy and of --state or --kubeconfig's cluster. NULL with the reason in ERR. The caller unrefs. */
struct dw_world *cli_world(const struct cli_world_options *options, struct cli_gaps *gaps, struct dw_error *err);

/* For `audit` and `snapshot`, instead of cli_check_world(). Where neither --state nor --kubeconfig is given: in a pod
 * its own cluster (but not with --context), else the file of $KUBECONFIG, else ~/.kube/config. CLI_FAILED after saying
 * so where there is none of these. ARENA holds what is filled in. */
int cli_default_cluster(const char *command, struct dw_arena *arena, struct cli_world_options *options);

/* Says on standard error of which kinds a live cluster told nothing, and SO what. */
void cli_warn_unknown(const struct cli_world_options *options, const struct cli_gaps *gaps, const char *so);

#endif
