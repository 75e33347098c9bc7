/* NADs of one OVN-Kubernetes network, in a view and in an overlay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"
#include "cluster/policy_fixture.h"

/* A layer2 network NETWORK with this MTU. */
static void add(struct cluster *cluster, const char *ns, const char *name, const char *network, int mtu) {
  cluster_add(
      cluster,
      "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: %s, name: %s}, "
      "spec: {config: '{\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"name\":\"%s\","
      "\"netAttachDefName\":\"%s/%s\",\"mtu\":%d}'}}",
      ns, name, network, ns, name, mtu);
}

/* "NS/NAME" of the NAD that conflicts with NETWORK and MTU in NS/NAME; "" if there is none. */
static const char *conflict(const struct dw_view *view, const char *ns, const char *name, int mtu, size_t before) {
  static char text[64];
  struct cluster one = {NULL, 0, 0};
  add(&one, ns, name, "net", mtu);
  struct dw_ovn_query query = {"net", one.objects[0]->nad.ovn, ns, name, before};
  const struct dw_object *found = dw_view_ovn_conflict(view, &query);
  snprintf(text, sizeof text, "%s%s%s", found == NULL ? "" : found->namespace_, found == NULL ? "" : "/",
           found == NULL ? "" : found->name);
  cluster_free(&one);
  return text;
}

static struct dw_view *build(void) {
  struct cluster cluster = {NULL, 0, 0};
  add(&cluster, "a", "one", "net", 1400);
  add(&cluster, "b", "one", "net", 1400);
  add(&cluster, "c", "one", "net", 1300);
  add(&cluster, "a", "two", "another", 1200);
  cluster_add(&cluster, "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: a, "
                        "name: macvlan}, spec: {config: '{\"type\":\"macvlan\",\"name\":\"net\"}'}}");
  return cluster_view(&cluster, policy);
}

static void finds_the_first_nad_that_differs(void **state) {
  (void)state;
  struct dw_view *view = build();
  assert_string_equal(conflict(view, "d", "new", 1400, SIZE_MAX), "c/one");
  assert_string_equal(conflict(view, "d", "new", 1300, SIZE_MAX), "a/one");
  /* A NAD does not conflict with its earlier state. */
  assert_string_equal(conflict(view, "c", "one", 1400, SIZE_MAX), "");
  assert_string_equal(conflict(view, "a", "one", 1300, SIZE_MAX), "b/one");
  /* Manifests that are applied later do not count yet. */
  dw_view_set_order(view, "a", "one", 3);
  dw_view_set_order(view, "b", "one", 5);
  assert_string_equal(conflict(view, "d", "new", 1300, 6), "a/one");
  assert_string_equal(conflict(view, "d", "new", 1300, 3), "");
  dw_view_free(view);
}

static void an_overlay_answers_like_a_new_view(void **state) {
  (void)state;
  struct dw_view *base = build();
  struct cluster changed = {NULL, 0, 0};
  add(&changed, "c", "one", "net", 1400);
  add(&changed, "b", "new", "net", 1500);
  const struct dw_change changes[] = {{changed.objects[0], false}, {changed.objects[1], false}};
  struct dw_view *over = dw_view_overlay(policy, base, changes, 2);
  assert_string_equal(conflict(over, "d", "new", 1400, SIZE_MAX), "b/new");
  assert_string_equal(conflict(over, "d", "new", 1500, SIZE_MAX), "a/one");
  dw_view_free(over);
  const struct dw_change gone[] = {{changed.objects[0], true}};
  over = dw_view_overlay(policy, base, gone, 1);
  assert_string_equal(conflict(over, "d", "new", 1400, SIZE_MAX), "");
  dw_view_free(over);
  cluster_free(&changed);
  dw_view_free(base);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_first_nad_that_differs),
      cmocka_unit_test(an_overlay_answers_like_a_new_view),
  };
  return cmocka_run_group_tests(tests, policy_set_up, policy_tear_down);
}
