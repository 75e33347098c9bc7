#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"

static void add_link(struct cluster *cluster, const char *ns, const char *name, const char *members) {
  cluster_add(cluster,
              "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: \"%s\", name: "
              "\"%s\"}, spec: {config: '{%s}'}}",
              ns, name, members);
}

/* "NS/NAME" of the NAD that is found; "" if there is none. In static memory. */
static const char *found(const struct dw_view *view, const char *nic, enum dw_link_kind kind, uint16_t vlan) {
  static char text[64];
  struct dw_link_query query = {.name = nic, .kind = kind, .vlan = vlan, .ns = "a", .nad = "me", .before = SIZE_MAX};
  const struct dw_object *nad = dw_view_link(view, &query);
  snprintf(text, sizeof text, "%s%s%s", nad == NULL ? "" : nad->namespace_, nad == NULL ? "" : "/",
           nad == NULL ? "" : nad->name);
  return text;
}

static void finds_nads_by_the_nic_they_use(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_link(&cluster, "a", "me", "\"type\": \"macvlan\", \"master\": \"eth1\"");
  add_link(&cluster, "c", "m", "\"type\": \"macvlan\", \"master\": \"eth1\"");
  add_link(&cluster, "b", "m", "\"type\": \"macvlan\", \"master\": \"eth1\"");
  add_link(&cluster, "b", "passing", "\"type\": \"macvlan\", \"master\": \"eth1\", \"mode\": \"passthru\"");
  add_link(&cluster, "b", "v5", "\"type\": \"vlan\", \"master\": \"eth1\", \"vlanId\": 5");
  add_link(&cluster, "b", "v0", "\"type\": \"vlan\", \"master\": \"eth1\"");
  add_link(&cluster, "b", "tap", "\"type\": \"macvtap\", \"master\": \"eth7\"");
  add_link(&cluster, "b", "bridge", "\"type\": \"cnv-bridge\", \"bridge\": \"br1\", \"vlan\": 7");
  add_link(
      &cluster, "b", "list",
      "\"plugins\": [{\"type\": \"ipvlan\", \"master\": \"eth2\"}, {\"type\": \"macvlan\", \"master\": \"eth3\"}]");
  add_link(&cluster, "b", "pods", "\"type\": \"ipvlan\", \"master\": \"eth1\", \"linkInContainer\": true");
  add_link(&cluster, "b", "none", "\"type\": \"ipvlan\"");
  add_link(&cluster, "b", "many", "\"type\": \"vlan\", \"master\": \"eth1\", \"vlanId\": 4095");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(found(view, "eth1", DW_LINK_MACVLAN, 0), "b/m");
  assert_string_equal(found(view, "eth1", DW_LINK_PASSTHRU, 0), "b/passing");
  assert_string_equal(found(view, "eth1", DW_LINK_VLAN, 5), "b/v5");
  assert_string_equal(found(view, "eth1", DW_LINK_VLAN, 0), "");
  assert_string_equal(found(view, "eth1", DW_LINK_IPVLAN, 0), "");
  assert_string_equal(found(view, "eth7", DW_LINK_MACVLAN, 0), "b/tap");
  assert_string_equal(found(view, "br1", DW_LINK_BRIDGE, 7), "b/bridge");
  assert_string_equal(found(view, "br1", DW_LINK_BRIDGE, 0), "");
  assert_string_equal(found(view, "eth2", DW_LINK_IPVLAN, 0), "b/list");
  assert_string_equal(found(view, "eth3", DW_LINK_MACVLAN, 0), "b/list");
  assert_string_equal(found(view, "eth9", DW_LINK_MACVLAN, 0), "");
  dw_view_free(view);
  dw_policy_free(policy);
}

/* `check` asks for NADs that are applied before. */
static void can_be_limited_to_nads_applied_before(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_link(&cluster, "b", "first", "\"type\": \"ipvlan\", \"master\": \"eth1\"");
  add_link(&cluster, "b", "second", "\"type\": \"ipvlan\", \"master\": \"eth1\"");
  struct dw_view *view = cluster_view(&cluster, policy);
  dw_view_set_order(view, "b", "first", 9);
  dw_view_set_order(view, "b", "second", 3);
  struct dw_link_query query = {.name = "eth1", .kind = DW_LINK_IPVLAN, .ns = "a", .nad = "me", .before = 4};
  assert_string_equal(dw_view_link(view, &query)->name, "second");
  query.before = 3;
  assert_null(dw_view_link(view, &query));
  query.before = SIZE_MAX;
  assert_string_equal(dw_view_link(view, &query)->name, "first");
  dw_view_free(view);
  dw_policy_free(policy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_nads_by_the_nic_they_use),
      cmocka_unit_test(can_be_limited_to_nads_applied_before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
