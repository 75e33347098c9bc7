#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/review_case.h"

#define STATE                                                                                                          \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: "               \
  "openshift-cnv}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\"," \
  "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.200.5.0/24\"}}'}}"
#define HCO(patch, spec)                                                                                               \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv, annotations: {kubevirt.kubevirt.io/jsonpatch: " patch "}}, spec: " spec "}"
#define ANNOTATION "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: "

static void expect(const char *object, const char *rule, const char *warning) {
  struct dw_world *world = world_of(STATE, NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, object, NULL);
  assert_true(verdict.allowed);
  assert_string_equal(verdict_warned(&verdict), *warning == '\0' ? "" : rule);
  assert_string_equal(verdict_warning_of(&verdict, rule), warning);
  dw_world_unref(world);
}

static void a_patch_of_the_network_is_told_of(void **state) {
  (void)state;
  static const char rule[] = "jsonpatch-network";
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":\"lm\"}]'", "{}"), rule,
         ANNOTATION "sets the network to \"lm\" [jsonpatch-network]");
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations\",\"value\":{\"network\":\"lm\"}}]'", "{}"),
         rule, ANNOTATION "sets the network to \"lm\" [jsonpatch-network]");
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":null}]'",
             "{liveMigrationConfig: {network: lm}}"),
         rule, ANNOTATION "takes the migration network away [jsonpatch-network]");
}

static void other_patches_pass(void **state) {
  (void)state;
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/developerConfiguration/logVerbosity\",\"value\":1}]'",
             "{}"),
         "jsonpatch-network", "");
  expect(HCO("'[]'", "{}"), "jsonpatch-network", "");
  expect(HCO("null", "{}"), "jsonpatch-network", "");
}

static void what_is_no_patch_warns(void **state) {
  (void)state;
  static const char warning[] = ANNOTATION "is no JSON Patch, so it can't be applied [jsonpatch-network]";
  expect(HCO("'{'", "{}"), "jsonpatch-network", warning);
  expect(HCO("'{}'", "{}"), "jsonpatch-network", warning);
  expect(HCO("'[5]'", "{}"), "jsonpatch-network", warning);
}

static void a_path_outside_spec_warns(void **state) {
  (void)state;
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":\"gone\"},"
             "{\"op\":\"test\",\"path\":\"/kind\",\"value\":\"KubeVirt\"}]'",
             "{}"),
         "jsonpatch-network",
         ANNOTATION "holds a path outside /spec/, so HyperConverged applies nothing of it; give only paths that begin "
                    "with /spec/ [jsonpatch-network]");
}

/* Also where a source does not begin with '/': its library takes what comes before as nothing. And what is JSON, but
 * more than is read here, may be applied. */
static void what_cant_be_told_is_said(void **state) {
  (void)state;
  static const char opaque[] = ANNOTATION "could not be checked: its effect can't be told [jsonpatch-network]";
  expect(HCO("'[{\"op\":\"copy\",\"from\":\"x/metadata/name\",\"path\":\"/spec/configuration/migrations/network\"}]'",
             "{}"),
         "jsonpatch-network", opaque);
  expect(HCO("'[{\"op\":\"move\",\"from\":\"x/spec/configuration/migrations/network\",\"path\":\"/spec/x\"}]'", "{}"),
         "jsonpatch-network", opaque);
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/x\",\"value\":1e400}]'", "{}"), "jsonpatch-network", opaque);
  expect(HCO("'[{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/spec/configuration/migrations\"}]'", "{}"),
         "jsonpatch-network", ANNOTATION "could not be checked: its effect can't be told [jsonpatch-network]");
}

#define EVICTION(strategy, network)                                                                                    \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}, spec: {virtualization: {evictionStrategy: " strategy ", liveMigrationConfig: {network: " network    \
  "}}}}"
#define WARNING(strategy)                                                                                              \
  "spec.virtualization.evictionStrategy: a network is set, but with " strategy                                         \
  " a drain migrates no VM [eviction-strategy]"

static void a_network_without_evictions_warns(void **state) {
  (void)state;
  static const char rule[] = "eviction-strategy";
  expect(EVICTION("None", "lm"), rule, WARNING("None"));
  expect(EVICTION("External", "lm"), rule, WARNING("External"));
  expect(EVICTION("LiveMigrate", "lm"), rule, "");
  expect(EVICTION("LiveMigrateIfPossible", "lm"), rule, "");
  expect(EVICTION("null", "lm"), rule, "");
  expect(EVICTION("None", "null"), rule, "");
  expect("{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: "
         "{configuration: {evictionStrategy: None, migrations: {network: lm}}}}",
         rule,
         "spec.configuration.evictionStrategy: a network is set, but with None a drain migrates no VM "
         "[eviction-strategy]");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_patch_of_the_network_is_told_of),
      cmocka_unit_test(other_patches_pass),
      cmocka_unit_test(what_is_no_patch_warns),
      cmocka_unit_test(a_path_outside_spec_warns),
      cmocka_unit_test(what_cant_be_told_is_said),
      cmocka_unit_test(a_network_without_evictions_warns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
