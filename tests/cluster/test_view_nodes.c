/* The nodes that run virt-handler and virt-synchronization-controller, and the number of pods of the latter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"
#include "cluster/policy_fixture.h"

#define META "metadata: {namespace: openshift-cnv, name: x}"
#define HCO_V1BETA1 "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, " META ", "
#define HCO_V1 "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, " META ", "
#define KUBEVIRT "{apiVersion: kubevirt.io/v1, kind: KubeVirt, " META ", "
#define MIGRATING "configuration: {developerConfiguration: {featureGates: [DecentralizedLiveMigration]}}"

static void add_node(struct cluster *cluster, const char *name, const char *labels, const char *taints) {
  cluster_add(cluster, "{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {%s}}, spec: {taints: [%s]}}", name,
              labels, taints);
}

static const char *join(const struct dw_view *view, char text[256]) {
  *text = '\0';
  for (size_t i = 0; i < dw_view_summary(view).handler_nodes; i++) {
    struct dw_handler_node on = dw_view_handler_node(view, i);
    assert_true(on.handler);
    strcat(strcat(text, *text == '\0' ? "" : " "), on.node->name);
  }
  return text;
}

/* --- virt-handler --- */

/* a: no special labels; b: with zone and cpus; t1, t2: tainted; w: Windows. */
static void expect_handlers(const char *user, const char *names) {
  struct cluster cluster = {0};
  char text[256];
  add_node(&cluster, "a", "zone: x, cpus: '8'", "");
  add_node(&cluster, "b", "zone: q, cpus: '64'", "{key: a, effect: PreferNoSchedule}");
  add_node(&cluster, "t1", "zone: x", "{key: virt, value: only, effect: NoSchedule}");
  add_node(&cluster, "t2", "zone: x", "{key: virt, effect: NoExecute}, {key: other, effect: NoSchedule}");
  add_node(&cluster, "w", "kubernetes.io/os: windows", "");
  if (user != NULL)
    cluster_keep(&cluster, reduced(user));
  struct dw_view *view = cluster_view(&cluster, policy);
  if (strcmp(join(view, text), names) != 0)
    fail_msg("%s: virt-handler runs on \"%s\", not on \"%s\"", user == NULL ? "nobody" : user, text, names);
  assert_int_equal(dw_view_summary(view).linux_nodes, 4);
  dw_view_free(view);
}

static void taints_keep_virt_handler_off(void **state) {
  (void)state;
  expect_handlers(NULL, "a b");
  expect_handlers(HCO_V1BETA1 "spec: {}}", "a b");
#define TOLERATING(tolerations) KUBEVIRT "spec: {workloads: {nodePlacement: {tolerations: [" tolerations "]}}}}"
  expect_handlers(TOLERATING("{key: virt, operator: Exists}"), "a b t1");
  expect_handlers(TOLERATING("{key: virt, operator: Exists, effect: NoSchedule}"), "a b t1");
  expect_handlers(TOLERATING("{key: virt, operator: Exists, effect: NoExecute}"), "a b");
  expect_handlers(TOLERATING("{key: virt, value: only}"), "a b t1");
  expect_handlers(TOLERATING("{key: virt, operator: Equal, value: only, effect: NoSchedule}"), "a b t1");
  expect_handlers(TOLERATING("{key: virt, operator: Equal, value: other}"), "a b");
  expect_handlers(TOLERATING("{key: virt, operator: Sometimes, value: only}"), "a b");
  expect_handlers(TOLERATING("{operator: Exists}"), "a b t1 t2");
  expect_handlers(TOLERATING("{key: virt, operator: Exists}, {key: other}"), "a b t1 t2");
}

/* A DaemonSet's pods tolerate the conditions of a node; KubeVirt's tolerate CriticalAddonsOnly. */
static void temporary_taints_keep_no_pods_off(void **state) {
  (void)state;
  struct cluster cluster = {0};
  char text[256];
  add_node(&cluster, "cordoned", "", "{key: node.kubernetes.io/unschedulable, effect: NoSchedule}");
  add_node(&cluster, "critical", "", "{key: CriticalAddonsOnly, value: 'true', effect: NoExecute}");
  add_node(&cluster, "gone", "", "{key: node.kubernetes.io/unreachable, effect: NoExecute}");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(join(view, text), "cordoned critical gone");
  dw_view_free(view);
}

static void selectors_and_affinity_choose_nodes(void **state) {
  (void)state;
  expect_handlers(HCO_V1BETA1 "spec: {workloads: {nodePlacement: {nodeSelector: {zone: x}}}}}", "a");
  expect_handlers(HCO_V1 "spec: {deployment: {nodePlacements: {workload: {nodeSelector: {zone: q}}}}}}", "b");
  expect_handlers(HCO_V1 "spec: {deployment: {nodePlacements: {infra: {nodeSelector: {zone: q}}}}}}", "a b");
  expect_handlers(HCO_V1 "spec: {workloads: {nodePlacement: {nodeSelector: {zone: q}}}}}", "a b"); /* pruned */
#define NEEDING(terms)                                                                                                 \
  KUBEVIRT "spec: {workloads: {nodePlacement: {affinity: {nodeAffinity: "                                              \
           "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" terms "]}}}}}}}"
#define MATCHING(requirement) NEEDING("{matchExpressions: [" requirement "]}")
  expect_handlers(MATCHING("{key: zone, operator: In, values: [q, z]}"), "b");
  expect_handlers(MATCHING("{key: zone, operator: NotIn, values: [q]}"), "a");
  expect_handlers(MATCHING("{key: gpu, operator: NotIn, values: [q]}"), "a b");
  expect_handlers(MATCHING("{key: cpus, operator: Exists}"), "a b");
  expect_handlers(MATCHING("{key: cpus, operator: Gt, values: ['8']}"), "b");
  expect_handlers(MATCHING("{key: cpus, operator: Lt, values: ['64']}"), "a");
  expect_handlers(MATCHING("{key: cpus, operator: Gt, values: ['7']}, {key: zone, operator: In, values: [x]}"), "a");
  expect_handlers(NEEDING("{matchFields: [{key: metadata.name, operator: In, values: [b]}]}"), "b");
  expect_handlers(NEEDING("{matchExpressions: [{key: zone, operator: In, values: [q]}]}, "
                          "{matchFields: [{key: metadata.name, operator: In, values: [a]}]}"),
                  "a b");
  /* No node matches, so the label is used, which no node has either. */
  expect_handlers(MATCHING("{key: gpu, operator: Exists}"), "");
  expect_handlers(MATCHING("{key: zone, operator: Gt, values: ['1']}"), "");
  expect_handlers(NEEDING("{}"), "");
  expect_handlers(KUBEVIRT "spec: {workloads: {nodePlacement: {affinity: {nodeAffinity: "
                           "{preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}}}}}}",
                  "a b");
}

static void the_jsonpatch_can_place_virt_handler(void **state) {
  (void)state;
  expect_handlers("{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: openshift-cnv, "
                  "name: x, annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":"
                  "\"/spec/workloads\",\"value\":{\"nodePlacement\":{\"nodeSelector\":{\"zone\":\"q\"}}}}]'}}, spec: "
                  "{}}",
                  "b");
}

#define RUNS "kubevirt.io/schedulable: 'true'"

/* The label shows where virt-handler runs already. If it contradicts a user's placement, it is outdated, or missing on
 * a node that has just joined. A control-plane node that fits has been there from the beginning. */
static void the_placement_has_precedence_over_the_label(void **state) {
  (void)state;
  static const struct {
    const char *user, *names;
  } cases[] = {
      {HCO_V1BETA1 "spec: {}}", "a b"},
      {HCO_V1BETA1 "spec: {workloads: {nodePlacement: {nodeSelector: {zone: q}}}}}", "b"},
      {HCO_V1BETA1 "spec: {workloads: {nodePlacement: {tolerations: [{operator: Exists}]}}}}", "a b t"},
      {HCO_V1BETA1 "spec: {workloads: {nodePlacement: {nodeSelector: {zone: none}}}}}", "a t"},
      /* Patches, which are not read, may move it. */
      {KUBEVIRT "spec: {customizeComponents: {patches: [{resourceName: virt-handler}]}}}", "a"},
      {KUBEVIRT "spec: {customizeComponents: {patches: [], flags: {handler: {v: '5'}}}}}", "a b"},
      {NULL, "a t"}, /* it is unknown what virt-handler tolerates */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct cluster cluster = {0};
    char text[256];
    add_node(&cluster, "a", RUNS, "");
    add_node(&cluster, "b", "zone: q", "");
    add_node(&cluster, "c", "node-role.kubernetes.io/control-plane: ''", "");
    add_node(&cluster, "t", RUNS, "{key: virt, effect: NoSchedule}");
    if (cases[i].user != NULL)
      cluster_keep(&cluster, reduced(cases[i].user));
    struct dw_view *view = cluster_view(&cluster, policy);
    if (strcmp(join(view, text), cases[i].names) != 0)
      fail_msg("case %zu: virt-handler runs on \"%s\", not on \"%s\"", i, text, cases[i].names);
    dw_view_free(view);
  }
}

/* KubeVirt requires Linux unless the selector names another system. */
static void a_selector_may_select_the_operating_system(void **state) {
  (void)state;
#define SYSTEM(name) HCO_V1BETA1 "spec: {workloads: {nodePlacement: {nodeSelector: {kubernetes.io/os: " name "}}}}}"
  expect_handlers(SYSTEM("linux"), "a b"); /* a missing label has no meaning */
  expect_handlers(SYSTEM("windows"), "w");
}

/* The result once an object that is not in the view is in force. */
static void a_new_placement_moves_the_pods(void **state) {
  (void)state;
  struct cluster cluster = {0};
  char text[256];
  add_node(&cluster, "a", "zone: x", "");
  add_node(&cluster, "b", "zone: q", "");
  add_node(&cluster, "t", "zone: q", "{key: virt, effect: NoSchedule}");
  cluster_keep(&cluster, reduced(KUBEVIRT "spec: {" MIGRATING "}}"));
  struct dw_view *view = cluster_view(&cluster, policy);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const char placement[] = "{\"nodeSelector\":{\"zone\":\"q\"}}";
  struct dw_deployment same = {.rollout = {.replicas = -1, .decentralized = true}};
  struct dw_deployment moved = {.rollout = {.replicas = -1, .decentralized = true, .infra_placed = true},
                                .workloads = dw_json_parse(arena, placement, strlen(placement), DW_JSON_PLAIN, NULL)};
  moved.infra = dw_json_parse(arena, "{}", 2, DW_JSON_PLAIN, NULL);
  assert_ptr_equal(dw_view_placed(view, arena, DW_KIND_KUBEVIRT, &same, NULL), view);
  const struct dw_view *placed = dw_view_placed(view, arena, DW_KIND_KUBEVIRT, &moved, NULL);
  assert_string_equal(join(placed, text), "b");
  assert_int_equal(dw_view_summary(placed).network_nodes, 2);
  assert_int_equal(dw_view_sync_controllers_of(placed, DW_KIND_KUBEVIRT, &moved.rollout).nodes, 2);
  assert_string_equal(join(view, text), "a b");
  dw_view_free(view);
}

/* --- virt-synchronization-controller --- */

#define CONTROL "node-role.kubernetes.io/control-plane: ''"
#define WORKER "node-role.kubernetes.io/worker: ''"
#define MASTER_TAINT "{key: node-role.kubernetes.io/master, effect: NoSchedule}"

struct sync_case {
  const char *user;
  unsigned controls, workers;
  unsigned pods, surge;
  size_t nodes;         /* on which they may run */
  size_t network_nodes; /* nodes whose NICs matter */
  bool share;
};

static void expect_sync(const struct sync_case *c) {
  struct cluster cluster = {0};
  for (unsigned i = 0; i < c->controls; i++)
    cluster_add(&cluster,
                "{apiVersion: v1, kind: Node, metadata: {name: c%u, labels: {" CONTROL
                "}}, spec: {taints: [" MASTER_TAINT "]}}",
                i);
  for (unsigned i = 0; i < c->workers; i++)
    cluster_add(&cluster, "{apiVersion: v1, kind: Node, metadata: {name: w%u, labels: {" WORKER "}}}", i);
  cluster_keep(&cluster, reduced(c->user));
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_sync_controllers sync = dw_view_sync_controllers(view);
  if (sync.pods != c->pods || sync.surge != c->surge || sync.nodes != c->nodes || (sync.shared_nodes > 0) != c->share ||
      dw_view_summary(view).network_nodes != c->network_nodes)
    fail_msg("%s, %u + %u nodes: %u pods, %u more, on %zu nodes, %zu shared, %zu nodes count", c->user, c->controls,
             c->workers, sync.pods, sync.surge, sync.nodes, sync.shared_nodes, dw_view_summary(view).network_nodes);
  dw_view_free(view);
}

static void synchronization_controllers_run_on_control_planes(void **state) {
  (void)state;
#define ON HCO_V1BETA1 "spec: {featureGates: {decentralizedLiveMigration: true}}}"
#define OFF HCO_V1BETA1 "spec: {featureGates: {decentralizedLiveMigration: false}}}"
#define PLAIN KUBEVIRT "spec: {" MIGRATING "}}"
#define PLACED(infra) KUBEVIRT "spec: {" MIGRATING ", infra: {" infra "}}}"
  static const struct sync_case cases[] = {
      {OFF, 3, 3, 0, 0, 0, 3, false},
      {ON, 3, 3, 2, 1, 3, 6, false},
      {ON, 2, 3, 2, 1, 2, 5, false},
      {ON, 1, 3, 1, 1, 1, 4, false}, /* HyperConverged sets one replica on a single control plane */
      {ON, 1, 0, 1, 1, 1, 1, false},
      /* Without control-plane nodes, HyperConverged removes KubeVirt's default placement; with fewer than two workers
       * it sets one replica. */
      {ON, 0, 3, 2, 1, 3, 3, true},
      {ON, 0, 1, 1, 1, 1, 1, true},
      {PLAIN, 1, 3, 2, 1, 1, 4, false},
      {PLAIN, 0, 3, 0, 0, 0, 3, false}, /* pending: no node can run them */
      {PLACED("nodePlacement: {}"), 0, 3, 2, 1, 3, 3, true},
      {PLACED("replicas: 1"), 3, 3, 1, 1, 3, 6, false},
      {PLACED("replicas: 0"), 3, 3, 0, 0, 3, 3, false},
      {PLACED("replicas: 3"), 3, 3, 3, 1, 3, 6, false},
      {PLACED("replicas: 4"), 3, 3, 4, 0, 3, 6, false}, /* a rollout may stop a pod first */
      {PLACED("nodePlacement: {nodeSelector: {kubernetes.io/hostname: none}}"), 3, 3, 0, 0, 0, 3, false}, /* pending */
      {PLACED("nodePlacement: {nodeSelector: {kubernetes.io/os: windows}}"), 3, 3, 0, 0, 0, 3, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_sync(&cases[i]);
}

static void the_jsonpatch_can_set_replicas(void **state) {
  (void)state;
#define PATCHED(value)                                                                                                 \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: openshift-cnv, name: x, "         \
  "annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":\"/spec/infra\",\"value\":" value          \
  "}]'}}, spec: {}}"
  expect_sync(&(struct sync_case){PATCHED("{\"replicas\":3}"), 3, 3, 3, 1, 3, 6, false});
  expect_sync(&(struct sync_case){PATCHED("{\"replicas\":300}"), 3, 3, 2, 1, 3, 6, false});
}

/* The same for an object that is not in the view. */
static void uses_a_user_that_is_not_in_the_view(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_node(&cluster, "c", CONTROL, MASTER_TAINT);
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_rollout rollout = {.decentralized = true, .replicas = -1};
  assert_int_equal(dw_view_sync_controllers(view).pods, 0);
  assert_int_equal(dw_view_sync_controllers_of(view, DW_KIND_KUBEVIRT, &rollout).pods, 2);
  assert_int_equal(dw_view_sync_controllers_of(view, DW_KIND_HYPERCONVERGED, &rollout).pods, 1);
  rollout.decentralized = false;
  assert_int_equal(dw_view_sync_controllers_of(view, DW_KIND_HYPERCONVERGED, &rollout).pods, 0);
  dw_view_free(view);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(taints_keep_virt_handler_off),
      cmocka_unit_test(temporary_taints_keep_no_pods_off),
      cmocka_unit_test(selectors_and_affinity_choose_nodes),
      cmocka_unit_test(the_jsonpatch_can_place_virt_handler),
      cmocka_unit_test(the_placement_has_precedence_over_the_label),
      cmocka_unit_test(a_selector_may_select_the_operating_system),
      cmocka_unit_test(a_new_placement_moves_the_pods),
      cmocka_unit_test(synchronization_controllers_run_on_control_planes),
      cmocka_unit_test(the_jsonpatch_can_set_replicas),
      cmocka_unit_test(uses_a_user_that_is_not_in_the_view),
  };
  return cmocka_run_group_tests(tests, policy_set_up, policy_tear_down);
}
