/* What stands in the cluster already, for commands that read it once: of --state, or of a live cluster. */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include "cli/cli.h"
#include "droveway/sources/manifests.h"

struct cli_state {
  const struct dw_manifest *manifests; /* a live cluster's less what no rule reads; file "" and no document there */
  const struct dw_object **objects;    /* the same, reduced; a reference to each */
  size_t count, capacity;
  enum dw_knowledge knowledge[DW_KIND_COUNT];
};

/* Reads OPTIONS' folder or cluster; nothing where neither is given. NS stands in where an object of a folder names no
 * namespace. Manifests live in ARENA. -1 with the reason; nothing is left then. Free with cli_state_free(). */
int cli_state_read(struct dw_arena *arena, const struct cli_world_options *options, const char *ns,
                   struct cli_state *out, struct dw_error *err);
void cli_state_free(struct cli_state *state);

/* A view of it under POLICY, which must outlive it. */
struct dw_view *cli_state_view(const struct cli_state *state, const struct dw_policy *policy);

/* Where neither --state nor --kubeconfig is given: in a pod its own cluster, else the file of $KUBECONFIG, else
 * ~/.kube/config. CLI_FAILED after saying so where there is none of these. ARENA holds what is filled in. */
int cli_default_cluster(const char *command, struct dw_arena *arena, struct cli_world_options *options);

/* Says on standard error of which kinds nothing is known because RBAC forbids them. */
void cli_warn_unknown(const struct dw_view *view);

#endif
