/* Rules in KubeVirt's namespace if no policy names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "support/review_case.h"

#define HCO(ns)                                                                                                        \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "" ns "}, spec: {liveMigrationConfig: {network: lm}}}"
#define NAD(ns)                                                                                                        \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: " ns       \
  "}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{"    \
  "\"type\":\"whereabouts\",\"range\":\"10.200.5.0/24\"}}'}}\n"
#define POLICY "{apiVersion: droveway.io/v1alpha1, kind: Policy, namespace: openshift-cnv}"

static void expect(const char *state, const char *policy, const char *object, const char *denied) {
  struct dw_world *world = world_of(state, policy);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, object, NULL);
  if (strcmp(verdict_denied(&verdict), denied) != 0)
    fail_msg("%s: denied \"%s\", not \"%s\"", object, verdict_denied(&verdict), denied);
  dw_world_unref(world);
}

static void the_first_object_decides_kubevirts_namespace(void **state) {
  (void)state;
  expect(NAD("virt"), NULL, HCO("virt"), "");
  expect(NAD("virt"), NULL, HCO("kubevirt-hyperconverged"), "network-missing");
  expect(NAD("virt"), POLICY, HCO("virt"), "config-namespace");
  expect(NULL, NULL, HCO("virt"), "");
}

static void an_existing_object_decides_kubevirts_namespace(void **state) {
  (void)state;
#define KUBEVIRT "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: virt, name: kubevirt}}\n"
  expect(KUBEVIRT NAD("virt"), NULL, HCO("virt"), "");
  expect(KUBEVIRT NAD("other"), NULL, HCO("other"), "config-namespace");
  expect(KUBEVIRT NAD("openshift-cnv"), NULL, HCO("openshift-cnv"), "config-namespace");
  /* A NAD there is in the right namespace. */
  expect(KUBEVIRT, NULL,
         "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: migration, namespace: "
         "virt}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\","
         "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.200.5.0/24\"}}'}}",
         "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_object_decides_kubevirts_namespace),
      cmocka_unit_test(an_existing_object_decides_kubevirts_namespace),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
