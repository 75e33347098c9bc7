#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"

static struct dw_prefix prefix_of(const char *text) {
  struct dw_prefix prefix;
  assert_true(dw_prefix_parse(text, DW_ADDR_STRICT, &prefix, NULL));
  return prefix;
}

/* The networks that SUBNET overlaps, as "NAME CIDR (SOURCE); ...", in static memory. */
static const char *overlaps(const struct dw_view *view, const char *subnet) {
  static char out[2048];
  const struct dw_cluster_network *found[8];
  struct dw_prefix prefix = prefix_of(subnet);
  size_t count = dw_view_cluster_overlaps(view, &prefix, found, 8);
  size_t used = 0;
  out[0] = '\0';
  for (size_t i = 0; i < count && i < 8; i++) {
    char cidr[DW_PREFIX_TEXT];
    used += (size_t)snprintf(out + used, sizeof out - used, "%s%s %s (%s)", i == 0 ? "" : "; ", found[i]->name,
                             dw_prefix_format(&found[i]->prefix, cidr), found[i]->source);
  }
  return out;
}

static void add_service_cidr(struct cluster *cluster, const char *name, const char *cidrs) {
  cluster_add(cluster,
              "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: %s}, spec: {cidrs: [%s]}}", name,
              cidrs);
}

static void add_node(struct cluster *cluster, const char *name, const char *pods, const char *address) {
  cluster_add(cluster,
              "{apiVersion: v1, kind: Node, metadata: {name: %s}, spec: {podCIDRs: [%s]}, status: {addresses: [{type: "
              "InternalIP, address: %s}]}}",
              name, pods, address);
}

static void knows_networks_from_all_sources(void **state) {
  (void)state;
  struct dw_policy *policy = policy_of(POLICY "clusterNetworks:\n- {name: machines, cidr: 192.168.1.0/24}\n");
  struct cluster cluster = {0};
  cluster_add(&cluster, "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: "
                        "{clusterNetwork: [{cidr: 10.128.0.0/14}], serviceNetwork: [172.30.0.0/16], networkType: "
                        "OVNKubernetes}}");
  add_service_cidr(&cluster, "extra", "172.31.0.0/16, 'fd02::/112'");
  add_node(&cluster, "w1", "10.128.2.0/23", "192.168.7.11");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "10.129.0.0/16"), "pod network 10.128.0.0/14 (Network cluster)");
  assert_string_equal(overlaps(view, "172.30.4.0/24"), "service network 172.30.0.0/16 (Network cluster)");
  assert_string_equal(overlaps(view, "172.31.4.0/24"), "service network 172.31.0.0/16 (ServiceCIDR extra)");
  assert_string_equal(overlaps(view, "fd02::/64"), "service network fd02::/112 (ServiceCIDR extra)");
  assert_string_equal(overlaps(view, "192.168.1.128/25"), "machines 192.168.1.0/24 (policy)");
  assert_string_equal(overlaps(view, "192.168.7.0/24"), "node address 192.168.7.11/32 (Node w1)");
  assert_string_equal(overlaps(view, "100.64.9.0/24"),
                      "OVN-Kubernetes join subnet 100.64.0.0/16 (OVN-Kubernetes default)");
  assert_string_equal(overlaps(view, "192.168.8.0/24"), "");
  assert_true(dw_view_summary(view).cluster_networks_known);
  dw_view_free(view);
  dw_policy_free(policy);
}

static void adjacent_subnets_do_not_overlap(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_service_cidr(&cluster, "a", "10.96.0.0/12");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "10.112.0.0/24"), "");
  assert_string_equal(overlaps(view, "10.95.255.0/24"), "");
  assert_string_not_equal(overlaps(view, "10.111.255.255/32"), "");
  assert_string_not_equal(overlaps(view, "10.96.0.0/32"), "");
  dw_view_free(view);
  dw_policy_free(policy);
}

static void the_widest_comes_first_and_inner_ones_are_dropped(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_service_cidr(&cluster, "a", "10.3.0.0/24, 10.1.0.0/16, 10.1.2.0/24, 10.2.0.0/24, 10.8.0.0/14");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "10.0.0.0/8"),
                      "service network 10.8.0.0/14 (ServiceCIDR a); service network 10.1.0.0/16 (ServiceCIDR a); "
                      "service network 10.2.0.0/24 (ServiceCIDR a); service network 10.3.0.0/24 (ServiceCIDR a)");
  const struct dw_cluster_network *found[2] = {NULL, NULL};
  struct dw_prefix all = prefix_of("10.0.0.0/8");
  assert_int_equal(dw_view_cluster_overlaps(view, &all, found, 1), 4);
  assert_int_equal(found[0]->prefix.bits, 14);
  assert_null(found[1]);
  dw_view_free(view);
  dw_policy_free(policy);
}

static void reports_a_subnet_from_several_sources_once(void **state) {
  (void)state;
  struct dw_policy *policy = policy_of(POLICY "clusterNetworks:\n- {name: mine, cidr: 10.96.0.0/12}\n"
                                              "- {name: pods, cidr: 10.244.1.0/24}\n");
  struct cluster cluster = {0};
  add_service_cidr(&cluster, "b", "10.96.0.0/12");
  add_service_cidr(&cluster, "a", "10.96.0.0/12");
  add_node(&cluster, "w1", "10.244.1.0/24", "192.168.7.11");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "10.96.0.0/12"), "service network 10.96.0.0/12 (ServiceCIDR a)");
  assert_string_equal(overlaps(view, "10.244.0.0/16"), "pods 10.244.1.0/24 (policy)");
  dw_view_free(view);
  dw_policy_free(policy);
}

static void address_families_never_overlap(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_service_cidr(&cluster, "a", "10.96.0.0/12");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "::/0"), "");
  assert_string_not_equal(overlaps(view, "0.0.0.0/0"), "");
  dw_view_free(view);
  add_service_cidr(&cluster, "a", "'::/0', 10.96.0.0/12");
  view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "10.96.0.0/24"), "service network 10.96.0.0/12 (ServiceCIDR a)");
  dw_view_free(view);
  dw_policy_free(policy);
}

static void node_addresses_alone_are_not_enough(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  struct cluster cluster = {0};
  add_node(&cluster, "w1", "", "192.168.7.11");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_false(dw_view_summary(view).cluster_networks_known);
  dw_view_free(view);
  add_node(&cluster, "w1", "10.244.1.0/24", "192.168.7.11");
  view = cluster_view(&cluster, policy);
  assert_true(dw_view_summary(view).cluster_networks_known);
  dw_view_free(view);
  dw_policy_free(policy);
}

/* --- comparison with brute force --- */

struct made {
  struct dw_prefix prefixes[60];
  size_t count;
};

/* Whether a network must be found: it is not inside another one, nor equal to an earlier one. */
static bool is_outermost(const struct made *made, size_t index) {
  for (size_t i = 0; i < made->count; i++) {
    const struct dw_prefix *other = &made->prefixes[i];
    if (i == index || !dw_prefix_overlaps(other, &made->prefixes[index]))
      continue;
    if (other->bits < made->prefixes[index].bits || (other->bits == made->prefixes[index].bits && i < index))
      return false;
  }
  return true;
}

static void overlaps_agree_with_brute_force(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  uint64_t seed = 7;
  for (int round = 0; round < 30; round++) {
    struct made made = {.count = 0};
    struct cluster cluster = {0};
    for (int i = 0; i < 60; i++) {
      char text[64];
      char name[32];
      snprintf(text, sizeof text, "10.%u.%u.0/%u", rnd(&seed) % 4, rnd(&seed) % 256, 12 + rnd(&seed) % 17);
      snprintf(name, sizeof name, "s%02d", i);
      made.prefixes[made.count++] = prefix_of(text);
      add_service_cidr(&cluster, name, text);
    }
    struct dw_view *view = cluster_view(&cluster, policy);
    for (int i = 0; i < 50; i++) {
      char text[64];
      snprintf(text, sizeof text, "10.%u.%u.0/%u", rnd(&seed) % 4, rnd(&seed) % 256, 10 + rnd(&seed) % 20);
      struct dw_prefix asked = prefix_of(text);
      size_t expected = 0;
      for (size_t k = 0; k < made.count; k++)
        expected += dw_prefix_overlaps(&made.prefixes[k], &asked) && is_outermost(&made, k);
      const struct dw_cluster_network *found[60];
      assert_int_equal(dw_view_cluster_overlaps(view, &asked, found, 60), expected);
      for (size_t k = 0; k < expected; k++)
        assert_true(dw_prefix_overlaps(&found[k]->prefix, &asked));
      for (size_t k = 1; k < expected; k++)
        assert_true(found[k - 1]->prefix.bits <= found[k]->prefix.bits);
    }
    dw_view_free(view);
  }
  dw_policy_free(policy);
}

/* Each subnet is replaced separately: those that Network.operator omits have their defaults. */
static void changed_ovn_subnets_replace_the_defaults(void **state) {
  (void)state;
  struct dw_policy *policy = policy_of(POLICY);
  struct cluster cluster = {0};
  cluster_add(&cluster, "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: "
                        "{networkType: OVNKubernetes}}");
  cluster_add(&cluster, "{apiVersion: operator.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: "
                        "{defaultNetwork: {ovnKubernetesConfig: {ipv4: {internalJoinSubnet: 100.66.0.0/16}, "
                        "gatewayConfig: {ipv6: {internalMasqueradeSubnet: 'fd68::/112'}}}}}}");
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_string_equal(overlaps(view, "100.64.7.0/24"), "");
  assert_string_equal(overlaps(view, "100.66.7.0/24"),
                      "OVN-Kubernetes join subnet 100.66.0.0/16 (Network.operator cluster)");
  assert_string_equal(overlaps(view, "100.88.7.0/24"),
                      "OVN-Kubernetes transit subnet 100.88.0.0/16 (OVN-Kubernetes default)");
  assert_string_equal(overlaps(view, "fd98::/64"), "OVN-Kubernetes join subnet fd98::/64 (OVN-Kubernetes default)");
  assert_string_equal(overlaps(view, "169.254.0.0/24"),
                      "OVN-Kubernetes masquerade subnet 169.254.0.0/17 (OVN-Kubernetes default)");
  assert_string_equal(overlaps(view, "fd69::/112"), "");
  assert_string_equal(overlaps(view, "fd68::/112"),
                      "OVN-Kubernetes masquerade subnet fd68::/112 (Network.operator cluster)");
  dw_view_free(view);
  cluster_free(&cluster);
  dw_policy_free(policy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(knows_networks_from_all_sources),
      cmocka_unit_test(adjacent_subnets_do_not_overlap),
      cmocka_unit_test(the_widest_comes_first_and_inner_ones_are_dropped),
      cmocka_unit_test(reports_a_subnet_from_several_sources_once),
      cmocka_unit_test(address_families_never_overlap),
      cmocka_unit_test(node_addresses_alone_are_not_enough),
      cmocka_unit_test(overlaps_agree_with_brute_force),
      cmocka_unit_test(changed_ovn_subnets_replace_the_defaults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
