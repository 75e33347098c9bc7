#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "support/review_case.h"

/* All rules, in the order of the catalogue. */
static const char *const ids[] = {"cni-json",
                                  "cni-ambiguous-key",
                                  "cni-type",
                                  "cni-name",
                                  "cni-version",
                                  "interface-name",
                                  "vlan-range",
                                  "plugin-option",
                                  "plugin-mode",
                                  "bridge-options",
                                  "mac-fixed",
                                  "plugin-chain",
                                  "ipam-syntax",
                                  "ipam-lookalike-key",
                                  "ipam-unknown-key",
                                  "pool-key",
                                  "node-slice",
                                  "exclude-outside",
                                  "range-ignored",
                                  "range-empty",
                                  "range-class",
                                  "range-leading-zero",
                                  "overlap-self",
                                  "gateway-in-pool",
                                  "gateway-outside",
                                  "overlap-cluster-network",
                                  "overlap-network",
                                  "overlap-remote-cluster",
                                  "node-address-in-pool",
                                  "migration-namespace",
                                  "migration-name",
                                  "migration-opaque",
                                  "migration-plugin",
                                  "master-required",
                                  "master-in-container",
                                  "master-missing",
                                  "master-unverified",
                                  "master-is-port",
                                  "master-down",
                                  "master-primary",
                                  "master-shared",
                                  "mtu-above-master",
                                  "mtu-inconsistent",
                                  "bridge-uplink",
                                  "bridge-vlan",
                                  "ipam-required",
                                  "ipam-per-node",
                                  "pool-too-small",
                                  "pool-tight",
                                  "reservation-off",
                                  "default-route",
                                  "route-unusable",
                                  "ovn-config",
                                  "ovn-mapping",
                                  "ovn-conflict",
                                  "device-missing",
                                  "network-in-use",
                                  "network-in-use-change",
                                  "config-namespace",
                                  "config-name",
                                  "network-empty",
                                  "network-syntax",
                                  "network-missing",
                                  "network-unfit",
                                  "network-change",
                                  "migrations-running",
                                  "config-misplaced",
                                  "limit-type",
                                  "limit-range",
                                  "parallel-order",
                                  "bandwidth",
                                  "jsonpatch-network",
                                  "eviction-strategy",
                                  "post-copy-off",
                                  "policy-selector",
                                  "unrendered",
                                  "unserved-kind",
                                  "migration-bypassed"};

static void rules_are_in_the_order_of_the_catalogue(void **state) {
  (void)state;
  size_t count;
  size_t id_count;
  const struct dw_rule *const *rules = dw_rules(&count);
  const char *const *rule_ids = dw_rule_ids(&id_count);
  assert_int_equal(count, sizeof ids / sizeof *ids);
  assert_int_equal(id_count, count);
  for (size_t i = 0; i < count; i++) {
    assert_string_equal(rules[i]->id, ids[i]);
    assert_string_equal(rule_ids[i], ids[i]);
    assert_ptr_equal(dw_rule_find(ids[i]), rules[i]);
  }
  assert_null(dw_rule_find("no-such-rule"));
}

static void every_rule_says_what_it_finds_and_how_to_fix_it(void **state) {
  (void)state;
  size_t count;
  const struct dw_rule *const *rules = dw_rules(&count);
  for (size_t i = 0; i < count; i++) {
    assert_true(strlen(rules[i]->finds) > 10);
    assert_true(strlen(rules[i]->fix) > 5);
    assert_true(rules[i]->finds[strlen(rules[i]->finds) - 1] != '.');
    assert_true(rules[i]->migration == DW_ACTION_WARN || rules[i]->migration == DW_ACTION_DENY);
  }
}

#define BAD_CONFIG                                                                                                     \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"%s\",\"type\":\"macvlan\",\"ipam\":{\"type\":\"whereabouts\","                 \
  "\"range\":\"10.200.5.0/31\"}}"

static char *bad_nad(const char *name, const char *cni_name) {
  char config[400];
  snprintf(config, sizeof config, BAD_CONFIG, cni_name);
  return nad_text(name, config);
}

static void judges_a_network_by_its_class(void **state) {
  (void)state;
  static const struct {
    const char *name, *cni_name, *state, *denied;
  } cases[] = {
      {"plain", "plain", NULL, ""},
      {"my-migration", "plain", NULL, "range-empty,master-required"},
      {"plain", "the-migration-net", NULL, "range-empty,master-required"},
      {"plain", "plain",
       "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: k, namespace: openshift-cnv}, spec: "
       "{configuration: {migrations: {network: plain}}}}",
       "range-empty,master-required"},
      {"plain", "plain",
       "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: k, namespace: elsewhere}, spec: "
       "{configuration: {migrations: {network: plain}}}}",
       ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_world *world = world_of(cases[i].state, NULL);
    char *nad = bad_nad(cases[i].name, cases[i].cni_name);
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, nad, NULL);
    assert_string_equal(verdict_denied(&verdict), cases[i].denied);
    free(nad);
    dw_world_unref(world);
  }
}

#define LABELLED(value, name)                                                                                          \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: " name                         \
  ", namespace: openshift-cnv, labels: {droveway.io/migration-network: " value                                         \
  "}}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\"}'}}"

static void a_label_decides_before_the_name(void **state) {
  (void)state;
  static const struct {
    const char *nad, *denied;
  } cases[] = {{LABELLED("\"true\"", "plain"), "master-required,ipam-required"},
               {LABELLED("\"false\"", "my-migration"), ""},
               {LABELLED("\"False\"", "my-migration"), "master-required,ipam-required"},
               {LABELLED("false", "my-migration"), "master-required,ipam-required"}};
  struct dw_world *world = world_of(NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, cases[i].nad, NULL);
    assert_string_equal(verdict_denied(&verdict), cases[i].denied);
  }
  dw_world_unref(world);
}

static void the_policy_sets_actions(void **state) {
  (void)state;
  struct dw_world *world = world_of(
      NULL, "{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {range-empty: warn, master-required: 'off'}}");
  char *nad = bad_nad("my-migration", "m");
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, nad, NULL);
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "range-empty"));
  assert_null(strstr(verdict.text, "master-required"));
  free(nad);
  dw_world_unref(world);
}

static void findings_are_in_the_order_of_the_catalogue(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = world_of(NULL, NULL);
  char *nad = nad_text("my-migration",
                       "{\"name\":\"a b\",\"cniVersion\":\"9\",\"type\":\"macvlan\",\"master\":\"a/b\",\"vlan\":5000,"
                       "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.0.0.0/31\",\"gateway\":\"x\"}}");
  char *body = review_body(DW_OP_CREATE, nad, NULL);
  struct dw_request request;
  assert_int_equal(dw_request_read(arena, body, strlen(body), &request, NULL), 0);
  struct dw_judgement judgement = dw_judge(arena, world, &request, SIZE_MAX);
  assert_true(judgement.denied);
  size_t at = 0;
  for (size_t i = 0; i < judgement.findings.count; i++) {
    while (at < sizeof ids / sizeof *ids && strcmp(ids[at], judgement.findings.items[i].rule->id) != 0)
      at++;
    assert_true(at < sizeof ids / sizeof *ids);
  }
  assert_true(judgement.findings.count >= 5);
  free(body);
  free(nad);
  dw_world_unref(world);
}

static void allows_kinds_without_rules_with_a_warning(void **state) {
  (void)state;
  struct dw_world *world = world_of(NULL, NULL);
  VERDICT_SCOPED pod =
      review(world, DW_OP_CREATE, "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n}}", NULL);
  assert_true(pod.allowed);
  assert_string_equal(verdict_warning(&pod, 0),
                      "Droveway has no rules for Pod; remove it from the webhook configuration");
  assert_string_equal(verdict_warned(&pod), "");
  VERDICT_SCOPED other =
      review(world, DW_OP_DELETE, "{apiVersion: example.com/v1, kind: HyperConverged, metadata: {name: p}}", NULL);
  assert_true(other.allowed);
  assert_string_equal(verdict_warning(&other, 0),
                      "Droveway has no rules for HyperConverged.example.com; remove it from the webhook configuration");
  char *nad = nad_text("my-migration", "");
  VERDICT_SCOPED connect = review(world, DW_OP_CONNECT, nad, NULL);
  assert_true(connect.allowed);
  assert_non_null(strstr(verdict_warning(&connect, 0), "no rules for CONNECT on NetworkAttachmentDefinition"));
  free(nad);
  dw_world_unref(world);
}

static void does_not_judge_the_deletion_of_a_config(void **state) {
  (void)state;
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_DELETE,
                                  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: x, "
                                  "namespace: elsewhere}, spec: {virtualization: 5}}",
                                  NULL);
  assert_true(verdict.allowed);
  assert_int_equal(verdict_warning_count(&verdict), 0);
  dw_world_unref(world);
}

static void judges_a_nad_of_the_view_as_a_migration_network(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world =
      world_of("{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: plain, namespace: "
               "openshift-cnv}, spec: {config: '{\"type\":\"macvlan\",\"name\":\"n\"}'}}",
               NULL);
  struct dw_check check = {.arena = arena, .policy = world->policy, .view = world->view, .order = SIZE_MAX};
  const struct dw_object *nad = dw_view_find(world->view, DW_KIND_NAD, "openshift-cnv", "plain");
  struct dw_findings findings = dw_judge_nad(&check, nad).denials;
  assert_int_equal(findings.count, 2);
  assert_string_equal(findings.items[0].rule->id, "master-required");
  assert_string_equal(findings.items[1].rule->id, "ipam-required");
  assert_int_equal(check.findings.count, 0);
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_are_in_the_order_of_the_catalogue),
      cmocka_unit_test(every_rule_says_what_it_finds_and_how_to_fix_it),
      cmocka_unit_test(judges_a_network_by_its_class),
      cmocka_unit_test(a_label_decides_before_the_name),
      cmocka_unit_test(the_policy_sets_actions),
      cmocka_unit_test(findings_are_in_the_order_of_the_catalogue),
      cmocka_unit_test(allows_kinds_without_rules_with_a_warning),
      cmocka_unit_test(does_not_judge_the_deletion_of_a_config),
      cmocka_unit_test(judges_a_nad_of_the_view_as_a_migration_network),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
