#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "cluster/cluster_fixture.h"

#define RANGE "10.50.0.0/24"

static void add_hco(struct cluster *cluster, const char *ns, const char *name, const char *config) {
  cluster_add(cluster,
              "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: %s, name: %s}, spec: "
              "{liveMigrationConfig: {%s}}}",
              ns, name, config);
}

static void add_kubevirt(struct cluster *cluster, const char *ns, const char *name, const char *config) {
  cluster_add(cluster,
              "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: %s, name: %s}, spec: "
              "{configuration: {migrations: {%s}}}}",
              ns, name, config);
}

/* --- objects --- */

static void objects_are_found_in_order(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "x", RANGE, "");
  add_nad(&cluster, "a", "y", RANGE, "");
  cluster_add(&cluster, "{apiVersion: v1, kind: Node, metadata: {name: n1}}");
  add_nad(&cluster, "a", "x", RANGE, "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_count(view, DW_KIND_NAD), 3);
  assert_string_equal(dw_view_at(view, DW_KIND_NAD, 0)->name, "x");
  assert_string_equal(dw_view_at(view, DW_KIND_NAD, 0)->namespace_, "a");
  assert_string_equal(dw_view_at(view, DW_KIND_NAD, 1)->name, "y");
  assert_string_equal(dw_view_at(view, DW_KIND_NAD, 2)->namespace_, "b");
  assert_null(dw_view_at(view, DW_KIND_NAD, 3));
  assert_ptr_equal(dw_view_find(view, DW_KIND_NAD, "b", "x"), dw_view_at(view, DW_KIND_NAD, 2));
  assert_null(dw_view_find(view, DW_KIND_NAD, "b", "y"));
  assert_non_null(dw_view_find(view, DW_KIND_NODE, "", "n1"));
  assert_null(dw_view_find(view, DW_KIND_VMI, "", "n1"));
  assert_int_equal(dw_view_count(view, DW_KIND_VMI), 0);
  dw_view_free(view);
  dw_policy_free(policy);
}

static void later_objects_replace_earlier_ones(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "x", "10.1.0.0/24", "");
  add_nad(&cluster, "a", "x", "10.2.0.0/24", "");
  add_nad(&cluster, "a", "w", "10.9.0.0/24", "");
  add_nad(&cluster, "a", "x", "10.3.0.0/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_count(view, DW_KIND_NAD), 2);
  assert_string_equal(dw_view_find(view, DW_KIND_NAD, "a", "x")->nad.pools[0].text, "10.3.0.0/24");
  dw_view_free(view);
  dw_policy_free(policy);
}

static void an_empty_view_answers(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct dw_view_source source = {.objects = NULL};
  source.knowledge[DW_KIND_NODE] = DW_UNAVAILABLE;
  source.knowledge[DW_KIND_NAD] = DW_KNOWN;
  struct dw_view *view = dw_view_build(policy, &source);
  assert_int_equal(dw_view_knows(view, DW_KIND_VMI), DW_UNKNOWN);
  assert_int_equal(dw_view_knows(view, DW_KIND_NODE), DW_UNAVAILABLE);
  assert_int_equal(dw_view_knows(view, DW_KIND_NAD), DW_KNOWN);
  assert_int_equal(dw_view_knows(view, DW_KIND_OTHER), DW_UNKNOWN);
  assert_int_equal(dw_view_count(view, DW_KIND_NAD), 0);
  assert_null(dw_view_find(view, DW_KIND_NAD, "a", "b"));
  assert_null(dw_view_user_of(view, policy->namespace_, "b"));
  assert_null(dw_view_nad_elsewhere(view, "a", "b"));
  assert_null(dw_view_nad_nearest(view, "a", "b", NULL));
  assert_false(dw_view_sync_controllers(view).on);
  assert_int_equal(dw_view_summary(view).running_migrations, 0);
  assert_int_equal(dw_view_summary(view).handler_nodes, 0);
  assert_int_equal(dw_view_nodes_without_nics(view, NULL, 0), 0);
  assert_int_equal(dw_view_common_nics(view, NULL, 0), 0);
  assert_null(dw_view_nearest_nic(view, "eth0"));
  struct dw_nic_query query = {"eth0", DW_NIC_MISSING, 0};
  assert_int_equal(dw_view_nic_fault(view, &query, NULL, 0), 0);
  struct dw_mtu_range mtu;
  assert_false(dw_view_nic_mtu(view, "eth0", &mtu));
  assert_false(dw_view_summary(view).cluster_networks_known);
  size_t networks = 7;
  (void)dw_view_cluster_networks(view, &networks);
  assert_int_equal(networks, 0);
  dw_view_set_order(view, "a", "b", 1);
  dw_view_free(view);
  dw_view_free(NULL);
  dw_policy_free(policy);
}

/* --- NADs by name --- */

static void a_nad_elsewhere_is_reported(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "c", "net", RANGE, "");
  add_nad(&cluster, "b", "net", RANGE, "");
  add_nad(&cluster, "a", "other", RANGE, "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(dw_view_nad_elsewhere(view, "a", "net"), "b");
  assert_string_equal(dw_view_nad_elsewhere(view, "b", "net"), "c");
  assert_null(dw_view_nad_elsewhere(view, "a", "other"));
  assert_null(dw_view_nad_elsewhere(view, "a", "zzz"));
  dw_view_free(view);
  dw_policy_free(policy);
}

static void suggests_a_nad_of_the_same_namespace(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "migration-net", RANGE, "");
  add_nad(&cluster, "b", "migration-networc", RANGE, "");
  add_nad(&cluster, "c", "storage", RANGE, "");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(dw_view_nad_nearest(view, "b", "migration-network", NULL), "migration-networc");
  assert_null(dw_view_nad_nearest(view, "c", "migration-network", NULL));
  assert_null(dw_view_nad_nearest(view, "d", "storage", NULL));
  dw_view_free(view);
  dw_policy_free(policy);
}

/* --- classification --- */

static void assert_class(const struct dw_view *view, const char *ns, const char *name, int label, const char *cni_name,
                         const char *why, bool referenced) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_nad_traits traits = {.ns = ns, .name = name, .cni_name = cni_name, .label = label, .shaped = true};
  struct dw_classification class = dw_view_classify(view, arena, &traits);
  assert_string_equal(class.why, why);
  assert_false(class.looks_like_migration);
  assert_int_equal(class.migration, why[0] != '\0');
  assert_int_equal(class.referenced, referenced);
}

static void the_reasons_for_a_migration_network_have_an_order(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_hco(&cluster, "openshift-cnv", "kubevirt-hyperconverged", "network: used");
  add_hco(&cluster, "elsewhere", "stray", "network: stray");
  struct dw_view *view = cluster_view(&cluster, policy);
  const char *label = "label droveway.io/migration-network is \"true\"";
  const char *user = "named by HyperConverged openshift-cnv/kubevirt-hyperconverged";
  assert_class(view, "openshift-cnv", "plain", -1, "plain", "", false);
  assert_class(view, "openshift-cnv", "plain", 1, "plain", label, false);
  assert_class(view, "openshift-cnv", "used", 1, "", label, true);
  assert_class(view, "openshift-cnv", "used", -1, "", user, true);
  assert_class(view, "openshift-cnv", "used", 0, "", user, true);
  assert_class(view, "default", "used", -1, "", "", false);
  assert_class(view, "elsewhere", "stray", -1, "", "", false);
  assert_class(view, "openshift-cnv", "stray", -1, "", "", false);
  assert_class(view, "default", "my-migration-net", -1, "", "name matches \"*migration*\"", false);
  assert_class(view, "default", "my-migration-net", 0, "migration", "", false);
  assert_class(view, "default", "plain", -1, "live-migration", "CNI name \"live-migration\" matches \"*migration*\"",
               false);
  dw_view_free(view);
  dw_policy_free(policy);
}

static struct dw_classification class_of(const struct dw_view *view, struct dw_nad_traits traits) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  return dw_view_classify(view, arena, &traits);
}

/* Outside KubeVirt's namespace, a NAD that is not shaped like a migration network does not become one because of its
 * name. */
static void a_name_only_counts_together_with_the_shape(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_hco(&cluster, "openshift-cnv", "kubevirt-hyperconverged", "network: used");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_nad_traits nad = {.ns = "shop", .name = "db-migration", .cni_name = "", .label = -1};
  assert_false(class_of(view, nad).migration);
  assert_true(class_of(view, nad).looks_like_migration);
  nad.shaped = true;
  assert_true(class_of(view, nad).migration);
  assert_false(class_of(view, nad).looks_like_migration);
  nad.ns = "openshift-mtv"; /* the namespace of the Migration Toolkit, which transfers disks */
  assert_false(class_of(view, nad).migration);
  assert_true(class_of(view, nad).looks_like_migration);
  nad.ns = "shop";
  nad.transfer = true;
  assert_false(class_of(view, nad).migration);
  assert_false(class_of(view, nad).looks_like_migration);
  nad = (struct dw_nad_traits){.ns = "shop", .name = "db", .cni_name = "migration", .label = -1};
  assert_true(class_of(view, nad).looks_like_migration);
  nad.label = 0;
  assert_false(class_of(view, nad).looks_like_migration);
  nad.label = 1;
  assert_true(class_of(view, nad).migration);
  assert_false(class_of(view, nad).looks_like_migration);
  nad = (struct dw_nad_traits){.ns = "openshift-cnv", .name = "db-migration", .cni_name = "", .label = -1};
  assert_true(class_of(view, nad).migration);
  nad.transfer = true;
  assert_false(class_of(view, nad).migration);
  nad.label = 1;
  assert_true(class_of(view, nad).migration);
  nad = (struct dw_nad_traits){.ns = "openshift-cnv", .name = "used", .cni_name = "", .label = 0, .transfer = true};
  assert_true(class_of(view, nad).migration);
  dw_view_free(view);
  dw_policy_free(policy);
}

static void a_network_set_by_jsonpatch_is_referenced(void **state) {
  (void)state;
  struct dw_policy *policy = policy_of(POLICY "namespace: kv\n");
  struct cluster cluster = {0};
  cluster_add(&cluster,
              "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {namespace: kv, name: hco, "
              "deletionTimestamp: '2026-01-01T00:00:00Z', annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\": "
              "\"replace\", \"path\": \"/spec/configuration/migrations/network\", \"value\": \"patched\"}]'}}, spec: "
              "{virtualization: {liveMigrationConfig: {network: given}}}}");
  add_kubevirt(&cluster, "kv", "kubevirt", "network: given");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(dw_view_user_of(view, "kv", "patched")->name, "hco");
  assert_int_equal(dw_view_user_of(view, "kv", "given")->kind, DW_KIND_HYPERCONVERGED);
  assert_null(dw_view_user_of(view, "kv", "give"));
  assert_null(dw_view_user_of(view, "other", "given"));
  dw_view_free(view);
  dw_policy_free(policy);
}

/* Users are in order of their own names, but are searched by the name of the network. */
static void finds_the_user_of_each_network(void **state) {
  (void)state;
  static const char *const networks[] = {"z", "m", "a", "x", "b"};
  struct dw_policy *policy = policy_of(POLICY "namespace: kv\n");
  struct cluster cluster = {0};
  char name[] = "hco-0";
  char config[] = "network: ?";
  for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
    name[sizeof name - 2] = (char)('0' + i);
    config[sizeof config - 2] = networks[i][0];
    add_hco(&cluster, "kv", name, config);
  }
  struct dw_view *view = cluster_view(&cluster, policy);
  for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
    const struct dw_object *user = dw_view_user_of(view, "kv", networks[i]);
    assert_non_null(user);
    assert_string_equal(user->user.network, networks[i]);
  }
  dw_view_free(view);
  dw_policy_free(policy);
}

/* --- KubeVirt --- */

/* One kind follows the other, but the networks are in any order. */
static void finds_users_of_both_kinds(void **state) {
  (void)state;
  struct dw_policy *policy = policy_of(POLICY "namespace: kv\n");
  struct cluster cluster = {0};
  add_hco(&cluster, "kv", "hco", "network: b");
  add_kubevirt(&cluster, "kv", "kubevirt", "network: a");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_user_of(view, "kv", "a")->kind, DW_KIND_KUBEVIRT);
  assert_int_equal(dw_view_user_of(view, "kv", "b")->kind, DW_KIND_HYPERCONVERGED);
  dw_view_free(view);
  dw_policy_free(policy);
}

static void hyperconverged_decides_about_decentralized_migration(void **state) {
  (void)state;
  struct dw_policy *policy = policy_of(POLICY "namespace: kv\n");
  const char *gate = "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: kv, name: k}, spec: "
                     "{configuration: {developerConfiguration: {featureGates: [DecentralizedLiveMigration]}}}}";
  struct cluster cluster = {0};
  cluster_add(&cluster, "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: kv, name: k}, spec: {}}");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_false(dw_view_sync_controllers(view).on);
  dw_view_free(view);

  cluster_keep(&cluster, reduced(gate));
  view = cluster_view(&cluster, policy);
  assert_true(dw_view_sync_controllers(view).on);
  dw_view_free(view);

  cluster_add(&cluster, "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: kv, name: "
                        "h}, spec: {featureGates: {decentralizedLiveMigration: true}}}");
  cluster_add(&cluster, "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: other, "
                        "name: a}, spec: {}}");
  view = cluster_view(&cluster, policy);
  assert_true(dw_view_sync_controllers(view).on);
  dw_view_free(view);

  cluster_keep(&cluster, reduced(gate));
  cluster_add(&cluster, "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: kv, name: "
                        "h}, spec: {featureGates: {decentralizedLiveMigration: false}}}");
  view = cluster_view(&cluster, policy);
  assert_false(dw_view_sync_controllers(view).on);
  dw_view_free(view);

  /* If it only has the default, the KubeVirt that it created shows what its version supports. */
  static const char silent[] =
      "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: kv, name: h}, spec: {}}";
  cluster_keep(&cluster, reduced(silent));
  view = cluster_view(&cluster, policy);
  assert_true(dw_view_sync_controllers(view).on);
  dw_view_free(view);
  cluster_keep(&cluster, reduced(silent));
  cluster_add(&cluster, "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: kv, name: k}, spec: {}}");
  view = cluster_view(&cluster, policy);
  assert_false(dw_view_sync_controllers(view).on);
  dw_view_free(view);
  cluster_keep(&cluster, reduced(silent));
  cluster_keep(&cluster, reduced(gate));
  view = cluster_view(&cluster, policy);
  assert_true(dw_view_sync_controllers(view).on);
  dw_view_free(view);
  dw_policy_free(policy);
}

static void running_migrations_are_counted(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  static const char *const phases[] = {"Running", "Succeeded", "Pending", "Failed"};
  for (int i = 0; i < 4; i++)
    cluster_add(&cluster,
                "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: m%d}, status: "
                "{phase: %s}}",
                i, phases[i]);
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(dw_view_summary(view).running_migrations, 2);
  dw_view_free(view);
  dw_policy_free(policy);
}

/* --- world --- */

static void *hold_and_drop(void *context) {
  struct dw_world *world = context;
  for (int i = 0; i < 5000; i++) {
    struct dw_world *mine = dw_world_ref(world);
    if (dw_view_count(mine->view, DW_KIND_NAD) != 1)
      abort();
    dw_world_unref(mine);
  }
  dw_world_unref(world);
  return NULL;
}

static void a_world_lives_until_its_last_reader_is_gone(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "x", RANGE, "");
  struct dw_world *world = dw_world_new(policy, cluster_view(&cluster, policy), NULL);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, hold_and_drop, dw_world_ref(world)), 0);
  dw_world_unref(world);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  dw_world_unref(NULL);
}

static void views_share_objects(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "x", RANGE, "");
  const struct dw_object *shared = dw_object_ref(cluster.objects[0]);
  struct dw_view *first = cluster_view(&cluster, policy);
  cluster_keep(&cluster, shared);
  struct dw_view *second = cluster_view(&cluster, policy);
  dw_view_free(first);
  assert_string_equal(dw_view_at(second, DW_KIND_NAD, 0)->name, "x");
  dw_view_free(second);
  dw_policy_free(policy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(objects_are_found_in_order),
      cmocka_unit_test(later_objects_replace_earlier_ones),
      cmocka_unit_test(an_empty_view_answers),
      cmocka_unit_test(a_nad_elsewhere_is_reported),
      cmocka_unit_test(suggests_a_nad_of_the_same_namespace),
      cmocka_unit_test(the_reasons_for_a_migration_network_have_an_order),
      cmocka_unit_test(a_name_only_counts_together_with_the_shape),
      cmocka_unit_test(a_network_set_by_jsonpatch_is_referenced),
      cmocka_unit_test(hyperconverged_decides_about_decentralized_migration),
      cmocka_unit_test(running_migrations_are_counted),
      cmocka_unit_test(a_world_lives_until_its_last_reader_is_gone),
      cmocka_unit_test(finds_the_user_of_each_network),
      cmocka_unit_test(finds_users_of_both_kinds),
      cmocka_unit_test(views_share_objects),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
