/* KubeVirt's namespace, which the objects determine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"

#define HCO(ns) "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: " ns ", name: x}}\n"
#define KUBEVIRT(ns) "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: " ns ", name: x}}\n"
#define NAD(ns)                                                                                                        \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " ns ", name: x}}\n"

enum { MOST = 4 };

static struct dw_world *build(struct dw_policy *policy, const char *const texts[MOST]) {
  struct cluster cluster = {0};
  for (size_t i = 0; i < MOST && texts[i] != NULL; i++)
    cluster_keep(&cluster, reduced(texts[i]));
  struct dw_view_source source = {.objects = cluster.objects, .count = cluster.count};
  struct dw_world *world = dw_world_build(policy, &source);
  cluster_free(&cluster);
  return world;
}

static void the_objects_determine_the_namespace(void **state) {
  (void)state;
  static const struct {
    const char *objects[MOST];
    const char *ns;
  } cases[] = {
      {{NULL}, "openshift-cnv"},
      {{NAD("shop")}, "openshift-cnv"},
      {{HCO("default")}, "openshift-cnv"}, /* where an object is without a namespace */
      {{KUBEVIRT("default")}, "openshift-cnv"},
      {{KUBEVIRT("kubevirt")}, "kubevirt"},
      {{HCO("virt")}, "virt"},
      {{KUBEVIRT("kubevirt"), HCO("virt")}, "virt"},
      {{HCO("shop"), HCO("virt"), KUBEVIRT("virt")}, "virt"},
      {{HCO("shop"), HCO("kubevirt-hyperconverged")}, "kubevirt-hyperconverged"},
      {{KUBEVIRT("shop"), KUBEVIRT("kubevirt")}, "kubevirt"},
      {{HCO("shop"), HCO("virt")}, "shop"},
      {{HCO("default"), KUBEVIRT("virt")}, "virt"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_world *world = build(dw_policy_default(), cases[i].objects);
    if (strcmp(world->policy->namespace_, cases[i].ns) != 0)
      fail_msg("case %zu: %s, not %s", i, world->policy->namespace_, cases[i].ns);
    dw_world_unref(world);
  }
}

static void the_policy_has_precedence(void **state) {
  (void)state;
  static const char text[] = "{apiVersion: droveway.io/v1alpha1, kind: Policy, namespace: openshift-cnv}";
  struct dw_policy *policy = dw_policy_parse(text, strlen(text), "policy.yaml", NULL, 0, NULL);
  assert_non_null(policy);
  struct dw_world *world = build(policy, (const char *const[MOST]){HCO("virt"), KUBEVIRT("virt")});
  assert_string_equal(world->policy->namespace_, "openshift-cnv");
  dw_world_unref(world);
}

/* A policy that several views use does not change. */
static void does_not_change_the_policy(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct dw_world *first = build(dw_policy_ref(policy), (const char *const[MOST]){KUBEVIRT("a")});
  struct dw_world *second = build(dw_policy_ref(policy), (const char *const[MOST]){KUBEVIRT("b")});
  assert_string_equal(first->policy->namespace_, "a");
  assert_string_equal(second->policy->namespace_, "b");
  assert_string_equal(policy->namespace_, "openshift-cnv");
  dw_policy_free(policy);
  dw_world_unref(first);
  assert_string_equal(second->policy->name_patterns[0], "*migration*");
  dw_world_unref(second);
}

static void admitted_objects_determine_it_too(void **state) {
  (void)state;
  struct cluster changed = {0};
  cluster_keep(&changed, reduced(NAD("shop")));
  cluster_add(&changed, "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: virt, name: "
                        "x}, spec: {liveMigrationConfig: {network: lm}}}");
  struct dw_change changes[] = {{changed.objects[0], false}, {changed.objects[1], false}};
  struct dw_world *base = build(dw_policy_default(), (const char *const[MOST]){NULL});
  struct dw_world *world = dw_world_overlay(base, changes, 2);
  assert_string_equal(world->policy->namespace_, "virt");
  assert_string_equal(dw_view_network(world->view), "lm");
  assert_non_null(dw_view_user_of(world->view, "virt", "lm"));
  dw_world_unref(world);
  changes[1].gone = true;
  world = dw_world_overlay(base, changes, 2);
  assert_string_equal(world->policy->namespace_, "openshift-cnv");
  dw_world_unref(world);
  dw_world_unref(base);
  /* If the namespace is known already, another one has no effect. */
  changes[1].gone = false;
  base = build(dw_policy_default(), (const char *const[MOST]){KUBEVIRT("kubevirt")});
  world = dw_world_overlay(base, changes, 2);
  assert_string_equal(world->policy->namespace_, "kubevirt");
  dw_world_unref(world);
  dw_world_unref(base);
  cluster_free(&changed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_objects_determine_the_namespace),
      cmocka_unit_test(the_policy_has_precedence),
      cmocka_unit_test(does_not_change_the_policy),
      cmocka_unit_test(admitted_objects_determine_it_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
