#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/review_case.h"

#define CONFIG(range)                                                                                                  \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":"              \
  "\"whereabouts\",\"range\":\"" range "\"}}"
#define HCO(ns, network)                                                                                               \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "             \
  "namespace: " ns "}, spec: {liveMigrationConfig: {network: " network "}}}\n"
#define KUBEVIRT(network)                                                                                              \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: "          \
  "{configuration: {migrations: {network: " network "}}}}\n"

static struct verdict delete_nad(const char *state, enum dw_knowledge knowledge) {
  struct dw_world *world = world_knowing(state, NULL, knowledge);
  char *nad = nad_text("lm", CONFIG("10.200.5.0/24"));
  struct verdict verdict = review(world, DW_OP_DELETE, nad, NULL);
  free(nad);
  dw_world_unref(world);
  return verdict;
}

static void rejects_the_deletion_of_a_nad_in_use(void **state) {
  (void)state;
  VERDICT_SCOPED hco = delete_nad(HCO("openshift-cnv", "lm"), DW_KNOWN);
  assert_false(hco.allowed);
  assert_int_equal(verdict_code(&hco), 422);
  assert_int_equal(verdict_cause_count(&hco), 1);
  assert_string_equal(verdict_cause(&hco, 0, "field"), "metadata.name");
  assert_string_equal(verdict_cause(&hco, 0, "reason"), "FieldValueForbidden");
  assert_string_equal(verdict_cause(&hco, 0, "message"),
                      "Forbidden: HyperConverged openshift-cnv/kubevirt-hyperconverged uses this NAD as its migration "
                      "network; remove it from that HyperConverged first [network-in-use]");
  VERDICT_SCOPED kubevirt = delete_nad(KUBEVIRT("lm"), DW_KNOWN);
  assert_string_equal(verdict_denied(&kubevirt), "network-in-use");
  assert_non_null(strstr(verdict_cause(&kubevirt, 0, "message"), "KubeVirt openshift-cnv/kubevirt"));
}

static void allows_the_deletion_of_an_unused_nad(void **state) {
  (void)state;
  static const char *const states[] = {"", HCO("openshift-cnv", "other"), HCO("elsewhere", "lm")};
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    VERDICT_SCOPED verdict = delete_nad(states[i], DW_KNOWN);
    assert_true(verdict.allowed);
    assert_int_equal(verdict_warning_count(&verdict), 0);
  }
}

static void allows_the_deletion_of_a_nad_in_another_namespace(void **state) {
  (void)state;
  struct dw_world *world = world_of(HCO("openshift-cnv", "lm"), NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_DELETE,
                                  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: "
                                  "{name: lm, namespace: default}}",
                                  NULL);
  assert_true(verdict.allowed);
  dw_world_unref(world);
}

static void warns_of_unknown_users_and_answers_503_for_unavailable_ones(void **state) {
  (void)state;
  VERDICT_SCOPED unknown = delete_nad(NULL, DW_UNKNOWN);
  assert_true(unknown.allowed);
  assert_non_null(strstr(verdict_warning_of(&unknown, "network-in-use"), "could not be checked"));
  VERDICT_SCOPED unavailable = delete_nad(NULL, DW_UNAVAILABLE);
  assert_false(unavailable.allowed);
  assert_int_equal(verdict_code(&unavailable), 503);
  VERDICT_SCOPED denied = delete_nad(HCO("openshift-cnv", "lm"), DW_UNAVAILABLE);
  assert_int_equal(verdict_code(&denied), 422);
}

static void allows_the_deletion_of_a_nad_that_is_already_being_deleted(void **state) {
  (void)state;
  struct dw_world *world = world_of(HCO("openshift-cnv", "lm"), NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_DELETE,
                                  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: "
                                  "{name: lm, namespace: openshift-cnv, deletionTimestamp: '2026-11-21T00:00:00Z'}}",
                                  NULL);
  assert_true(verdict.allowed);
  assert_string_equal(verdict_warned(&verdict), "network-in-use");
  dw_world_unref(world);
}

static struct verdict update_nad(const char *state, const char *before, const char *after) {
  struct dw_world *world = world_of(state, NULL);
  char *old = nad_text("lm", before);
  char *nad = nad_text("lm", after);
  struct verdict verdict = review(world, DW_OP_UPDATE, nad, old);
  free(nad);
  free(old);
  dw_world_unref(world);
  return verdict;
}

static void warns_of_a_change_of_a_network_in_use(void **state) {
  (void)state;
  VERDICT_SCOPED changed = update_nad(HCO("openshift-cnv", "lm"), CONFIG("10.200.5.0/24"), CONFIG("10.200.6.0/24"));
  assert_true(changed.allowed);
  assert_non_null(strstr(verdict_warning_of(&changed, "network-in-use-change"), "spec.config: "));
  VERDICT_SCOPED same = update_nad(HCO("openshift-cnv", "lm"), CONFIG("10.200.5.0/24"), CONFIG("10.200.5.0/24"));
  assert_string_equal(verdict_warning_of(&same, "network-in-use-change"), "");
  VERDICT_SCOPED unused = update_nad(HCO("openshift-cnv", "x"), CONFIG("10.200.5.0/24"), CONFIG("10.200.6.0/24"));
  assert_string_equal(verdict_warning_of(&unused, "network-in-use-change"), "");
  VERDICT_SCOPED broken = update_nad(HCO("openshift-cnv", "lm"), CONFIG("10.200.5.0/24"), "{");
  assert_string_equal(verdict_denied(&broken), "cni-json");
  assert_string_equal(verdict_warning_of(&broken, "network-in-use-change"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_the_deletion_of_a_nad_in_use),
      cmocka_unit_test(allows_the_deletion_of_an_unused_nad),
      cmocka_unit_test(allows_the_deletion_of_a_nad_in_another_namespace),
      cmocka_unit_test(warns_of_unknown_users_and_answers_503_for_unavailable_ones),
      cmocka_unit_test(allows_the_deletion_of_a_nad_that_is_already_being_deleted),
      cmocka_unit_test(warns_of_a_change_of_a_network_in_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
