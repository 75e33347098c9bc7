/* The nodes that run virt-handler and virt-synchronization-controller, and the number of pods of the latter. */
#include <string.h>

#include "cluster/deployment.h"
#include "cluster/placement.h"
#include "cluster/view_internal.h"

/* The required part of the placement that KubeVirt sets if spec.infra has no nodePlacement.
 * Source: KubeVirt pkg/virt-operator/resource/placement/placement.go, RequireControlPlanePreferNonWorker. */
static const char control_plane_placement[] =
    "{\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":["
    "{\"matchExpressions\":[{\"key\":\"node-role.kubernetes.io/control-plane\",\"operator\":\"Exists\"}]},"
    "{\"matchExpressions\":[{\"key\":\"node-role.kubernetes.io/master\",\"operator\":\"Exists\"}]}]}}},"
    "\"tolerations\":["
    "{\"key\":\"node-role.kubernetes.io/control-plane\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"},"
    "{\"key\":\"node-role.kubernetes.io/master\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]}";

enum { DEFAULT_REPLICAS = 2, LEAST_REPLICAS_WITHOUT_SURGE = 4 };

static bool has_label(const struct dw_object *node, const char *key) {
  return dw_label_value(node->node.labels, node->node.label_count, key) != NULL;
}

static bool is_control_plane(const struct dw_object *node) {
  return has_label(node, "node-role.kubernetes.io/control-plane") || has_label(node, "node-role.kubernetes.io/master");
}

/* --- placements --- */

struct placements {
  const dw_json *workloads, *infra; /* NULL if not set, or not known */
};

/* If there are no control-plane nodes, HyperConverged removes KubeVirt's default placement (hcoConfig2KvConfig in its
 * controllers/handlers/kubevirt.go). */
static struct placements placements_of(struct dw_arena *arena, const struct dw_view *view,
                                       const struct dw_placing *placing) {
  const char *text = placing == NULL ? "" : placing->placement;
  const dw_json *set = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL); /* NULL if nothing is set */
  struct placements both = {dw_json_get(set, "workloads"), dw_json_get(set, "infra")};
  bool lifted = placing != NULL && placing->kind == DW_KIND_HYPERCONVERGED && view->nodes.control_plane_count == 0;
  if (both.infra == NULL && !lifted)
    both.infra = dw_json_parse(arena, control_plane_placement, sizeof control_plane_placement - 1, DW_JSON_PLAIN, NULL);
  return both;
}

/* --- virt-handler --- */

enum trust { TRUST_SELECTOR, TRUST_LABEL_THAT_FITS, TRUST_WORKER_THAT_FITS, TRUST_FIT, TRUST_LABEL, TRUST_COUNT };

/* Whether NODE runs virt-handler according to GROUND. virt-handler labels the nodes on which it runs. */
static bool runs_handler(const struct dw_view *view, const dw_json *placement, const struct dw_object *node,
                         enum trust ground) {
  bool selected = dw_selector_matches(&view->policy->selector, node->node.labels, node->node.label_count);
  if (ground == TRUST_SELECTOR || ground == TRUST_LABEL)
    return selected;
  return dw_placement_fits(placement, node) &&
         (selected || ground == TRUST_FIT || (ground == TRUST_WORKER_THAT_FITS && !is_control_plane(node)));
}

static size_t count_handlers(const struct dw_view *view, const dw_json *placement, enum trust ground) {
  size_t count = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE); i++)
    count += runs_handler(view, placement, dw_view_at(view, DW_KIND_NODE, i), ground);
  return count;
}

/* A selector in the policy is trusted. Otherwise the DaemonSet runs wherever its placement allows. The label may be
 * outdated, if the placement has changed or the node was tainted since, or missing, on a node that has just joined or
 * where virt-handler never started. Such nodes are workers: a control-plane node without the label, if other nodes have
 * it, has a taint that a hand-written state omits. The label is more reliable than the placement if it is unknown what
 * virt-handler tolerates, or if patches, which are not read here, may move it. */
static enum trust choose_ground(const struct dw_view *view, const struct dw_placing *placing,
                                const dw_json *placement) {
  if (view->policy->selector_given)
    return TRUST_SELECTOR;
  if (placing == NULL && count_handlers(view, placement, TRUST_LABEL) > 0)
    return TRUST_LABEL;
  enum trust ground = placing == NULL || placing->rollout.patched ? TRUST_LABEL_THAT_FITS : TRUST_WORKER_THAT_FITS;
  if (count_handlers(view, placement, TRUST_LABEL_THAT_FITS) == 0)
    ground = TRUST_FIT;
  while (ground < TRUST_LABEL && count_handlers(view, placement, ground) == 0)
    ground++;
  return ground;
}

/* --- building --- */

static void count_roles(struct dw_view *view) {
  struct dw_view_nodes *nodes = &view->nodes;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE); i++) {
    const struct dw_object *node = dw_view_at(view, DW_KIND_NODE, i);
    nodes->linux_count += dw_node_is_linux(node);
    nodes->control_plane_count += is_control_plane(node);
    nodes->worker_count += has_label(node, "node-role.kubernetes.io/worker");
  }
}

/* Nodes whose NICs are known come first. */
static void list_handlers(struct dw_view *view, const struct dw_handler_node *nodes, size_t count) {
  struct dw_view_nodes *out = &view->nodes;
  out->handlers = dw_arena_array(view->arena, count, sizeof *out->handlers);
  for (int measured = 1; measured >= 0; measured--)
    for (size_t i = 0; i < count; i++)
      if (nodes[i].handler && (nodes[i].nns != NULL) == measured)
        out->handlers[out->handler_count++] = nodes[i].node;
}

size_t dw_view_nodes_build(struct dw_view *view, const struct dw_placing *placing, struct dw_handler_node *out) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  size_t count = 0;
  view->nodes = (struct dw_view_nodes){0};
  count_roles(view);
  struct placements placements = placements_of(scratch, view, placing);
  enum trust ground = choose_ground(view, placing, placements.workloads);
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE); i++) {
    struct dw_handler_node on = {.node = dw_view_at(view, DW_KIND_NODE, i)};
    on.nns = dw_view_find(view, DW_KIND_NODE_NETWORK_STATE, "", on.node->name);
    on.handler = runs_handler(view, placements.workloads, on.node, ground);
    on.sync = dw_placement_fits(placements.infra, on.node);
    view->nodes.sync_count += on.sync;
    view->nodes.shared_count += on.handler && on.sync;
    out[count++] = on;
  }
  list_handlers(view, out, count);
  dw_view_devices_build(view);
  bool sync = placing != NULL && dw_view_sync_controllers_of(view, placing->kind, &placing->rollout).pods > 0;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (out[i].handler || (sync && out[i].sync))
      out[kept++] = out[i];
  return kept;
}

/* --- the user in force --- */

const struct dw_placing *dw_view_placing(const struct dw_view *view, struct dw_placing *out) {
  const struct dw_object *user = dw_view_user_in_force(view);
  if (user == NULL)
    return NULL;
  *out = (struct dw_placing){user->kind, user->user.placement, user->user.rollout};
  return out;
}

bool dw_placing_same(const struct dw_placing *some, const struct dw_placing *other) {
  return some != NULL && other != NULL && some->kind == other->kind &&
         some->rollout.decentralized == other->rollout.decentralized &&
         some->rollout.patched == other->rollout.patched && some->rollout.replicas == other->rollout.replicas &&
         strcmp(some->placement, other->placement) == 0;
}

/* --- questions --- */

struct dw_handler_node dw_view_handler_node(const struct dw_view *view, size_t index) {
  const struct dw_object *node = view->nodes.handlers[index];
  return (struct dw_handler_node){
      .node = node, .nns = dw_view_find(view, DW_KIND_NODE_NETWORK_STATE, "", node->name), .handler = true};
}

/* HyperConverged sets one replica if there are fewer than two control-plane nodes or, without any of these, fewer than
 * two workers (hcoConfig2KvConfig). */
static unsigned replicas_of(const struct dw_view *view, enum dw_kind kind, const struct dw_rollout *rollout) {
  const struct dw_view_nodes *nodes = &view->nodes;
  if (rollout->replicas >= 0)
    return (unsigned)rollout->replicas;
  if (kind != DW_KIND_HYPERCONVERGED || dw_view_count(view, DW_KIND_NODE) == 0)
    return DEFAULT_REPLICAS;
  bool spread = nodes->control_plane_count >= 2 ||
                (nodes->control_plane_count == 0 && !rollout->infra_placed && nodes->worker_count >= 2);
  return spread ? DEFAULT_REPLICAS : 1;
}

/* HyperConverged's default is that of its newest version. The KubeVirt that it created shows whether the installed
 * version has the same default. */
static bool is_on(const struct dw_view *view, enum dw_kind kind, const struct dw_rollout *rollout) {
  const struct dw_object *made =
      kind == DW_KIND_HYPERCONVERGED && rollout->by_default ? dw_view_first_in_namespace(view, DW_KIND_KUBEVIRT) : NULL;
  return rollout->decentralized && (made == NULL || made->user.rollout.decentralized);
}

/* The rollout of a Deployment may start a quarter more pods, rounded up, and may stop a quarter of them, rounded down:
 * with fewer than four pods, a new pod must run before an old one stops. */
struct dw_sync_controllers dw_view_sync_controllers_of(const struct dw_view *view, enum dw_kind kind,
                                                       const struct dw_rollout *rollout) {
  struct dw_sync_controllers sync = {.on = is_on(view, kind, rollout)};
  /* If the pods can't run on any node, they stay pending, without an address. */
  if (!sync.on || (dw_view_count(view, DW_KIND_NODE) > 0 && view->nodes.sync_count == 0))
    return sync;
  sync.pods = replicas_of(view, kind, rollout);
  sync.surge = sync.pods > 0 && sync.pods < LEAST_REPLICAS_WITHOUT_SURGE;
  sync.nodes = view->nodes.sync_count;
  sync.shared_nodes = view->nodes.shared_count;
  return sync;
}

struct dw_sync_controllers dw_view_sync_controllers(const struct dw_view *view) {
  const struct dw_object *user = dw_view_user_in_force(view);
  if (user == NULL)
    return (struct dw_sync_controllers){.on = false};
  return dw_view_sync_controllers_of(view, user->kind, &user->user.rollout);
}
