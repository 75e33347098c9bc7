#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"

static const char *const spaces[] = {"a", "openshift-cnv", "z"};
static const char *const names[] = {"alpha", "beta", "migration", "net1", "net2"};
static const char *const ranges[] = {"10.1.0.0/24", "10.1.0.128/25", "10.1.0.0/16", "10.2.0.0/24", "10.9.0.0/30"};
static const char *const more[] = {"", ", \"network_name\": \"x\"", ", \"exclude\": [\"10.1.0.0/26\"]"};
static const char *const types[] = {"ipvlan", "vlan", "macvlan"};
static const char *const networks[] = {"alpha", "beta", "net1", "none", ""};
#define PICK(list, state) list[rnd(state) % (sizeof list / sizeof *list)]

static const struct dw_object *one(struct cluster *made, uint64_t *state) {
  if (rnd(state) % 4 == 0) {
    cluster_add(made,
                "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: \"%s\", "
                "name: \"%s\"}, spec: {config: '{\"type\": \"%s\", \"master\": \"eth1\", \"vlanId\": %u}'}}",
                PICK(spaces, state), PICK(names, state), PICK(types, state), rnd(state) % 2);
  } else if (rnd(state) % 3 != 0) {
    add_nad(made, PICK(spaces, state), PICK(names, state), PICK(ranges, state), PICK(more, state));
  } else if (rnd(state) % 2 == 0) {
    cluster_add(made,
                "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: \"%s\", name: "
                "\"h%u\"}, spec: {liveMigrationConfig: {network: \"%s\"}}}",
                PICK(spaces, state), rnd(state) % 2, PICK(networks, state));
  } else {
    cluster_add(made,
                "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: \"%s\", name: \"k\"}, spec: "
                "{configuration: {migrations: {network: \"%s\"}}}}",
                PICK(spaces, state), PICK(networks, state));
  }
  return made->objects[made->count - 1];
}

static void remove_named(struct cluster *cluster, const struct dw_object *object) {
  size_t kept = 0;
  for (size_t i = 0; i < cluster->count; i++) {
    const struct dw_object *other = cluster->objects[i];
    if (other->kind == object->kind && strcmp(other->namespace_, object->namespace_) == 0 &&
        strcmp(other->name, object->name) == 0)
      dw_object_unref(other);
    else
      cluster->objects[kept++] = other;
  }
  cluster->count = kept;
}

static void assert_same_text(const char *a, const char *b) {
  assert_string_equal(a == NULL ? "(none)" : a, b == NULL ? "(none)" : b);
}

static void compare_names(const struct dw_view *over, const struct dw_view *built, const char *ns, const char *name) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_ptr_equal(dw_view_find(over, DW_KIND_NAD, ns, name), dw_view_find(built, DW_KIND_NAD, ns, name));
  assert_ptr_equal(dw_view_user_of(over, ns, name), dw_view_user_of(built, ns, name));
  assert_same_text(dw_view_nad_elsewhere(over, ns, name), dw_view_nad_elsewhere(built, ns, name));
  assert_same_text(dw_view_nad_nearest(over, ns, name, NULL), dw_view_nad_nearest(built, ns, name, NULL));
  for (int label = -1; label <= 1; label++) {
    const struct dw_nad_traits traits = {.ns = ns, .name = name, .cni_name = "migration-x", .label = label};
    struct dw_classification a = dw_view_classify(over, arena, &traits);
    struct dw_classification b = dw_view_classify(built, arena, &traits);
    assert_int_equal(a.migration, b.migration);
    assert_int_equal(a.referenced, b.referenced);
    assert_string_equal(a.why, b.why);
  }
}

static void compare_pools(const struct dw_view *over, const struct dw_view *built, const struct dw_object *nad,
                          bool migration) {
  for (size_t i = 0; i < nad->nad.pool_count; i++) {
    const struct dw_pool_summary *pool = &nad->nad.pools[i];
    struct dw_pool_query query = {&pool->usable, pool->text, nad->nad.network_name, migration, nad->namespace_,
                                  nad->name,     SIZE_MAX,   pool->allocator,       pool->wire};
    struct dw_pool_hit a;
    struct dw_pool_hit b;
    size_t count = dw_view_pool_conflicts(built, &query, &b);
    assert_int_equal(dw_view_pool_conflicts(over, &query, &a), count);
    if (count == 0)
      continue;
    assert_ptr_equal(a.nad, b.nad);
    assert_ptr_equal(a.pool, b.pool);
    assert_int_equal(a.migration, b.migration);
    assert_int_equal(dw_addr_compare(&a.shared.first, &b.shared.first), 0);
    assert_int_equal(dw_addr_compare(&a.shared.last, &b.shared.last), 0);
  }
}

static void compare_links(const struct dw_view *over, const struct dw_view *built, const struct dw_object *nad) {
  for (int kind = DW_LINK_MACVLAN; kind <= DW_LINK_VLAN; kind++)
    for (uint16_t vlan = 0; vlan < 2; vlan++) {
      struct dw_link_query query = {.name = "eth1",
                                    .kind = (enum dw_link_kind)kind,
                                    .vlan = vlan,
                                    .ns = nad->namespace_,
                                    .nad = nad->name,
                                    .before = SIZE_MAX};
      assert_ptr_equal(dw_view_link(over, &query), dw_view_link(built, &query));
    }
}

static void compare_users(const struct dw_view *over, const struct dw_view *built) {
  static const enum dw_kind kinds[] = {DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT};
  for (size_t k = 0; k < 2; k++) {
    assert_int_equal(dw_view_count(over, kinds[k]), dw_view_count(built, kinds[k]));
    for (size_t i = 0; i < dw_view_count(built, kinds[k]); i++)
      assert_ptr_equal(dw_view_at(over, kinds[k], i), dw_view_at(built, kinds[k], i));
  }
  struct dw_sync_controllers of_over = dw_view_sync_controllers(over);
  struct dw_sync_controllers of_built = dw_view_sync_controllers(built);
  assert_int_equal(of_over.on, of_built.on);
  assert_int_equal(of_over.pods, of_built.pods);
  assert_int_equal(of_over.surge, of_built.surge);
}

/* An overlay of any view with any changes answers like a view that is built from the changed objects. */
static void an_overlay_answers_like_a_new_view(void **unused) {
  (void)unused;
  for (uint64_t seed = 0; seed < 400; seed++) {
    uint64_t state = seed;
    struct dw_policy *policy = dw_policy_default();
    struct cluster made = {0}; /* keeps every object alive */
    struct cluster base = {0};
    struct cluster now = {0};
    struct dw_change changes[8];
    size_t before = rnd(&state) % 14;
    size_t count = rnd(&state) % 8;
    for (size_t i = 0; i < before; i++) {
      const struct dw_object *object = one(&made, &state);
      remove_named(&base, object);
      cluster_keep(&base, dw_object_ref(object));
    }
    for (size_t i = 0; i < base.count; i++)
      cluster_keep(&now, dw_object_ref(base.objects[i]));
    for (size_t i = 0; i < count; i++) {
      const struct dw_object *object = one(&made, &state);
      changes[i] = (struct dw_change){object, rnd(&state) % 3 == 0};
      remove_named(&now, object);
      if (!changes[i].gone)
        cluster_keep(&now, dw_object_ref(object));
    }
    struct dw_view *below = cluster_view(&base, policy);
    struct dw_view *built = cluster_view(&now, policy);
    struct dw_view *over = dw_view_overlay(policy, below, changes, count);
    for (size_t s = 0; s < sizeof spaces / sizeof *spaces; s++)
      for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        compare_names(over, built, spaces[s], names[n]);
    compare_names(over, built, "openshift-cnv", "netx");
    compare_users(over, built);
    for (size_t i = 0; i < made.count; i++)
      if (made.objects[i]->kind == DW_KIND_NAD) {
        for (int migration = 0; migration < 2; migration++)
          compare_pools(over, built, made.objects[i], migration);
        compare_links(over, built, made.objects[i]);
      }
    dw_view_free(over);
    dw_view_free(built);
    dw_view_free(below);
    cluster_free(&made);
    dw_policy_free(policy);
  }
}

static void an_overlay_has_the_nodes_and_knowledge_of_its_base(void **unused) {
  (void)unused;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  cluster_add(&cluster,
              "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: \"true\"}}, "
              "spec: {podCIDRs: [10.128.0.0/24]}}");
  struct dw_view *base = cluster_view(&cluster, policy);
  struct cluster changed = {0};
  add_nad(&changed, "a", "b", "10.1.0.0/24", "");
  struct dw_view *over = dw_view_overlay(policy, base, &(struct dw_change){changed.objects[0], false}, 1);
  assert_int_equal(dw_view_summary(over).handler_nodes, 1);
  assert_true(dw_view_summary(over).cluster_networks_known);
  assert_int_equal(dw_view_knows(over, DW_KIND_NODE), DW_KNOWN);
  assert_int_equal(dw_view_count(over, DW_KIND_NODE), 1);
  assert_string_equal(dw_view_find(over, DW_KIND_NODE, "", "n1")->name, "n1");
  dw_view_free(over);
  dw_view_free(base);
  cluster_free(&changed);
  dw_policy_free(policy);
}

/* Objects of several kinds may have the same name. The last change of each one counts. */
static void distinguishes_objects_of_different_kinds_with_the_same_name(void **unused) {
  (void)unused;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0}, changed = {0};
  static const char hco[] = "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: "
                            "openshift-cnv, name: one}, spec: {liveMigrationConfig: {network: %s}}}";
  static const char kubevirt[] = "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: openshift-cnv, "
                                 "name: one}, spec: {configuration: {migrations: {network: %s}}}}";
  cluster_add(&cluster, kubevirt, "before");
  add_nad(&cluster, "openshift-cnv", "one", "10.9.0.0/24", "");
  struct dw_world *base = dw_world_new(policy, cluster_view(&cluster, policy), NULL);
  cluster_add(&changed, hco, "first");
  struct dw_world *world = dw_world_overlay(base, &(struct dw_change){changed.objects[0], false}, 1);
  assert_int_equal(dw_view_user_of(world->view, "openshift-cnv", "first")->kind, DW_KIND_HYPERCONVERGED);
  assert_int_equal(dw_view_user_of(world->view, "openshift-cnv", "before")->kind, DW_KIND_KUBEVIRT);
  assert_string_equal(dw_view_find(world->view, DW_KIND_NAD, "openshift-cnv", "one")->nad.pools[0].text, "10.9.0.0/24");
  dw_world_unref(world);
  add_nad(&changed, "openshift-cnv", "one", "10.1.0.0/24", "");
  cluster_add(&changed, kubevirt, "first");
  cluster_add(&changed, hco, "second");
  add_nad(&changed, "openshift-cnv", "one", "10.2.0.0/24", "");
  cluster_add(&changed, kubevirt, "third");
  struct dw_change changes[6];
  for (size_t i = 0; i < 6; i++)
    changes[i] = (struct dw_change){changed.objects[i], false};
  world = dw_world_overlay(base, changes, 6);
  cluster_free(&changed);
  assert_int_equal(dw_view_count(world->view, DW_KIND_HYPERCONVERGED), 1);
  assert_int_equal(dw_view_count(world->view, DW_KIND_KUBEVIRT), 1);
  assert_null(dw_view_user_of(world->view, "openshift-cnv", "first"));
  assert_int_equal(dw_view_user_of(world->view, "openshift-cnv", "second")->kind, DW_KIND_HYPERCONVERGED);
  assert_int_equal(dw_view_user_of(world->view, "openshift-cnv", "third")->kind, DW_KIND_KUBEVIRT);
  assert_string_equal(dw_view_find(world->view, DW_KIND_NAD, "openshift-cnv", "one")->nad.pools[0].text, "10.2.0.0/24");
  dw_world_unref(base);
  dw_world_unref(world);
}

static void an_overlaid_world_keeps_its_base(void **unused) {
  (void)unused;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "b", "10.1.0.0/24", "");
  struct dw_world *base = dw_world_new(policy, cluster_view(&cluster, policy), NULL);
  struct cluster changed = {0};
  add_nad(&changed, "a", "c", "10.2.0.0/24", "");
  struct dw_world *world = dw_world_overlay(base, &(struct dw_change){changed.objects[0], false}, 1);
  cluster_free(&changed);
  dw_world_unref(base);
  assert_string_equal(dw_view_find(world->view, DW_KIND_NAD, "a", "b")->nad.pools[0].text, "10.1.0.0/24");
  assert_string_equal(dw_view_find(world->view, DW_KIND_NAD, "a", "c")->nad.pools[0].text, "10.2.0.0/24");
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_overlay_answers_like_a_new_view),
      cmocka_unit_test(an_overlay_has_the_nodes_and_knowledge_of_its_base),
      cmocka_unit_test(distinguishes_objects_of_different_kinds_with_the_same_name),
      cmocka_unit_test(an_overlaid_world_keeps_its_base),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
