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

static void warns_of_a_patch_of_the_network(void **state) {
  (void)state;
  static const char rule[] = "jsonpatch-network";
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":\"lm\"}]'", "{}"), rule,
         ANNOTATION "sets the network to \"lm\" [jsonpatch-network]");
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations\",\"value\":{\"network\":\"lm\"}}]'", "{}"),
         rule, ANNOTATION "sets the network to \"lm\" [jsonpatch-network]");
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":null}]'",
             "{liveMigrationConfig: {network: lm}}"),
         rule, ANNOTATION "removes the migration network [jsonpatch-network]");
}

static void accepts_other_patches(void **state) {
  (void)state;
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/developerConfiguration/logVerbosity\",\"value\":1}]'",
             "{}"),
         "jsonpatch-network", "");
  expect(HCO("'[]'", "{}"), "jsonpatch-network", "");
  expect(HCO("null", "{}"), "jsonpatch-network", "");
}

static void warns_of_an_invalid_patch(void **state) {
  (void)state;
  static const char warning[] = ANNOTATION "is not a JSON Patch, so it cannot be applied [jsonpatch-network]";
  expect(HCO("'{'", "{}"), "jsonpatch-network", warning);
  expect(HCO("'{}'", "{}"), "jsonpatch-network", warning);
  expect(HCO("'[5]'", "{}"), "jsonpatch-network", warning);
}

static void warns_of_a_path_outside_spec(void **state) {
  (void)state;
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":\"gone\"},"
             "{\"op\":\"test\",\"path\":\"/kind\",\"value\":\"KubeVirt\"}]'",
             "{}"),
         "jsonpatch-network",
         ANNOTATION "contains a path outside /spec/, so HyperConverged applies none of the patch; use only paths that "
                    "begin with /spec/ [jsonpatch-network]");
}

/* Also if a source does not begin with '/': the library ignores what precedes the first '/'. JSON that is too large to
 * read here may be applied. */
static void reports_a_patch_of_unknown_effect(void **state) {
  (void)state;
  static const char opaque[] = ANNOTATION "could not be checked: its effect is unknown [jsonpatch-network]";
  expect(HCO("'[{\"op\":\"copy\",\"from\":\"x/metadata/name\",\"path\":\"/spec/configuration/migrations/network\"}]'",
             "{}"),
         "jsonpatch-network", opaque);
  expect(HCO("'[{\"op\":\"move\",\"from\":\"x/spec/configuration/migrations/network\",\"path\":\"/spec/x\"}]'", "{}"),
         "jsonpatch-network", opaque);
  expect(HCO("'[{\"op\":\"add\",\"path\":\"/spec/x\",\"value\":1e400}]'", "{}"), "jsonpatch-network", opaque);
  expect(HCO("'[{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/spec/configuration/migrations\"}]'", "{}"),
         "jsonpatch-network", ANNOTATION "could not be checked: its effect is unknown [jsonpatch-network]");
}

#define EVICTION(strategy, network)                                                                                    \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}, spec: {virtualization: {evictionStrategy: " strategy ", liveMigrationConfig: {network: " network    \
  "}}}}"
#define WARNING(strategy)                                                                                              \
  "spec.virtualization.evictionStrategy: a network is set, but with " strategy                                         \
  " a drain migrates no VM [eviction-strategy]"

static void warns_of_a_network_without_live_migration_on_eviction(void **state) {
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

#define KUBEVIRT(labels, configuration)                                                                                \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv" labels            \
  "}, spec: {configuration: {" configuration "}}}"

/* KubeVirt's default is None, HyperConverged writes the strategy itself. */
static void warns_of_an_absent_strategy_in_an_unmanaged_kubevirt(void **state) {
  (void)state;
  static const char rule[] = "eviction-strategy";
  expect(
      KUBEVIRT("", "migrations: {network: lm}"), rule,
      "spec.configuration.evictionStrategy: a network is set, but KubeVirt's default is None: a drain migrates no VM; "
      "set LiveMigrate [eviction-strategy]");
  expect(KUBEVIRT("", "migrations: {}"), rule, "");
  expect(KUBEVIRT(", labels: {app.kubernetes.io/managed-by: hco-operator}", "migrations: {network: lm}"), rule, "");
}

static void warns_of_an_unknown_strategy(void **state) {
  (void)state;
  static const char rule[] = "eviction-strategy";
  expect(EVICTION("livemigrate", "null"), rule,
         "spec.virtualization.evictionStrategy: is not an eviction strategy; did you mean \"LiveMigrate\"? "
         "[eviction-strategy]");
  expect(EVICTION("Shutdown", "lm"), rule,
         "spec.virtualization.evictionStrategy: is not an eviction strategy; set LiveMigrate [eviction-strategy]");
  expect(EVICTION("5", "lm"), rule,
         "spec.virtualization.evictionStrategy: is not an eviction strategy; set LiveMigrate [eviction-strategy]");
}

/* --- what a jsonpatch replaces --- */

#define OP(op, path, value)                                                                                            \
  HCO("'[{\"op\":\"" op "\",\"path\":\"" path "\",\"value\":" value "}]'", "{liveMigrationConfig: {network: lm}}")
#define WHOLE(path, what)                                                                                              \
  ANNOTATION path " is replaced as a whole: " what " are lost, unless HyperConverged merges its own back in"

static void warns_of_values_that_are_replaced_as_a_whole(void **state) {
  (void)state;
  static const struct {
    const char *object, *start; /* of the warning, or NULL */
  } cases[] = {
      /* HyperConverged's documentation sets allowPostCopy like this */
      {OP("add", "/spec/configuration/migrations", "{\"allowPostCopy\":false}"),
       WHOLE("/spec/configuration/migrations", "the network and the limits")},
      {OP("replace", "/spec/configuration", "{}"), WHOLE("/spec/configuration", "the network and the limits")},
      {OP("add", "/spec/configuration/migrations", "{\"network\":\"lm\"}"), ANNOTATION "sets the network to \"lm\""},
      {OP("remove", "/spec/configuration/migrations/network", "0"),
       ANNOTATION "removing /spec/configuration/migrations/network also removes the network, unless HyperConverged "
                  "merges its own back in"},
      {OP("add", "/spec/configuration/developerConfiguration", "{\"useEmulation\":true}"),
       WHOLE("/spec/configuration/developerConfiguration", "the feature gates")},
      {OP("add", "/spec/configuration/developerConfiguration", "{\"featureGates\":[\"A\"]}"),
       ANNOTATION "/spec/configuration/developerConfiguration replaces every feature gate that HyperConverged sets"},
      {OP("replace", "/spec/configuration/developerConfiguration/featureGates", "[\"A\"]"),
       ANNOTATION "/spec/configuration/developerConfiguration/featureGates replaces every feature gate that "
                  "HyperConverged sets"},
      {OP("add", "/spec/configuration/migrations/allowPostCopy", "false"), NULL},
      {OP("add", "/spec/configuration/developerConfiguration/featureGates/-", "\"A\""), NULL},
      {OP("add", "/spec/configuration/developerConfiguration/useEmulation", "true"), NULL},
      {OP("test", "/spec/configuration/migrations", "{}"), NULL},
      {OP("replace", "/spec/configuration/tlsConfiguration", "{}"), NULL},
  };
  struct dw_world *world = world_of(STATE, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, cases[i].object, NULL);
    const char *said = verdict_warning_of(&verdict, "jsonpatch-network");
    assert_true(verdict.allowed);
    if (cases[i].start == NULL)
      assert_string_equal(verdict_warned(&verdict), "");
    else
      assert_memory_equal(said, cases[i].start, strlen(cases[i].start));
  }
  dw_world_unref(world);
}

/* --- patches of KubeVirt's own workloads --- */

#define CUSTOM(type, kind, name, patch)                                                                                \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: "          \
  "{configuration: {evictionStrategy: LiveMigrate, migrations: {network: lm}}, customizeComponents: {patches: "        \
  "[{resourceType: " kind ", resourceName: " name ", type: " type ", patch: '" patch "'}]}}}"
#define PLACE "spec.customizeComponents.patches[0]: a patch "
#define NETWORKS "{\"k8s.v1.cni.cncf.io/networks\":\"nope@migration0\"}"
#define HANDLER(type, patch) CUSTOM(type, "DaemonSet", "virt-handler", patch)
#define TEMPLATE(rest) "{\"spec\":{\"template\":{" rest "}}}"
#define JSON_OP(op, path, value) "[{\"op\":\"" op "\",\"path\":\"" path "\",\"value\":" value "}]"

static void warns_of_patches_of_the_pods(void **state) {
  (void)state;
  static const struct {
    const char *object, *start; /* NULL for none */
  } cases[] = {
      {HANDLER("strategic", TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")),
       PLACE "sets k8s.v1.cni.cncf.io/networks of virt-handler, bypassing the migration network"},
      {HANDLER("merge", TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")),
       PLACE "sets k8s.v1.cni.cncf.io/networks of virt-handler, bypassing the migration network"},
      {CUSTOM("merge", "\"*\"", "\"*\"", TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")),
       PLACE "sets k8s.v1.cni.cncf.io/networks of virt-handler, bypassing the migration network"},
      {CUSTOM("merge", "daemonset", "Virt-Handler", TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")),
       PLACE "sets k8s.v1.cni.cncf.io/networks of virt-handler, bypassing the migration network"},
      {CUSTOM("merge", "Deployment", "virt-synchronization-controller",
              TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")),
       PLACE "sets k8s.v1.cni.cncf.io/networks of virt-synchronization-controller, bypassing the migration network"},
      {HANDLER("json", JSON_OP("add", "/spec/template/metadata/annotations/k8s.v1.cni.cncf.io~1networks", "\"x\"")),
       PLACE "sets k8s.v1.cni.cncf.io/networks of virt-handler, bypassing the migration network"},
      {HANDLER("json", JSON_OP("add", "/spec/template/metadata/annotations", "{\"a\":\"b\"}")),
       PLACE "replaces annotations of virt-handler, so the migration network is not attached"},
      {HANDLER("merge", TEMPLATE("\"metadata\":{\"annotations\":null}")),
       PLACE "replaces annotations of virt-handler, so the migration network is not attached"},
      {HANDLER("strategic", TEMPLATE("\"metadata\":{\"annotations\":{\"$patch\":\"replace\",\"a\":\"b\"}}")),
       PLACE "replaces annotations of virt-handler, so the migration network is not attached"},
      {HANDLER("strategic", TEMPLATE("\"spec\":{\"hostNetwork\":true}")),
       PLACE "sets hostNetwork of virt-handler, and Multus attaches no networks to pods in the host network"},
      {HANDLER("strategic", TEMPLATE("\"spec\":{\"nodeSelector\":{\"a\":\"b\"}}")),
       PLACE "changes nodeSelector of virt-handler, so the nodes it will run on are unknown"},
      {HANDLER("json", JSON_OP("add", "/spec/template/spec/tolerations/-", "{}")),
       PLACE "changes tolerations of virt-handler, so the nodes it will run on are unknown"},
      {HANDLER("strategic", "not JSON"),
       "spec.customizeComponents.patches[0]: could not be checked: a patch of virt-handler is not valid for its type"},
      /* HyperConverged's documentation raises --max-devices like this */
      {HANDLER("json", JSON_OP("add", "/spec/template/spec/containers/0/command/-", "\"--max-devices=250\"")), NULL},
      {HANDLER("json", JSON_OP("add", "/spec/template/metadata/annotations/a", "\"b\"")), NULL},
      {HANDLER("strategic", TEMPLATE("\"metadata\":{\"annotations\":{\"a\":\"b\"}}")), NULL},
      {HANDLER("json", JSON_OP("test", "/spec/template/metadata/annotations", "{}")), NULL},
      {CUSTOM("merge", "Deployment", "virt-controller", TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")), NULL},
      {CUSTOM("merge", "Deployment", "virt-handler", TEMPLATE("\"metadata\":{\"annotations\":" NETWORKS "}")), NULL},
  };
  struct dw_world *world = world_of(STATE, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, cases[i].object, NULL);
    const char *said = verdict_warning_of(&verdict, "jsonpatch-network");
    assert_true(verdict.allowed);
    assert_string_equal(verdict_warned(&verdict), cases[i].start == NULL ? "" : "jsonpatch-network");
    if (cases[i].start != NULL)
      assert_memory_equal(said, cases[i].start, strlen(cases[i].start));
  }
  dw_world_unref(world);
}

/* HyperConverged has no such field; its annotation sets KubeVirt's, as a whole, as a list or element by element. */
static void warns_of_patches_of_the_pods_in_the_annotation(void **state) {
  (void)state;
#define ELEMENT                                                                                                        \
  "{\"resourceType\":\"DaemonSet\",\"resourceName\":\"virt-handler\",\"type\":\"merge\",\"patch\":\"{\\\"spec\\\":{"   \
  "\\\"template\\\":{\\\"spec\\\":{\\\"hostNetwork\\\":true}}}}\"}"
  static const char warning[] = ANNOTATION
      "a patch sets hostNetwork of virt-handler, and Multus attaches no networks to pods in the host network";
  static const char *const objects[] = {
      OP("add", "/spec/customizeComponents", "{\"patches\":[" ELEMENT "]}"),
      OP("add", "/spec/customizeComponents/patches", "[" ELEMENT "]"),
      OP("add", "/spec/customizeComponents/patches/-", ELEMENT),
      OP("replace", "/spec/customizeComponents/patches/0", ELEMENT),
  };
  struct dw_world *world = world_of(STATE, NULL);
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, objects[i], NULL);
    assert_string_equal(verdict_warned(&verdict), "jsonpatch-network");
    assert_memory_equal(verdict_warning(&verdict, 0), warning, strlen(warning));
  }
  VERDICT_SCOPED removed =
      review(world, DW_OP_CREATE, OP("remove", "/spec/customizeComponents/patches/0", ELEMENT), NULL);
  assert_string_equal(verdict_warned(&removed), "");
  dw_world_unref(world);
}

/* --- post-copy-off --- */

#define BLOCK(members)                                                                                                 \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv}, spec: {liveMigrationConfig: {" members "}}}"

static void warns_of_post_copy_that_never_begins(void **state) {
  (void)state;
  static const char rule[] = "post-copy-off";
  static const char absent[] = "spec.liveMigrationConfig.allowPostCopy: has no effect since HyperConverged 1.19, where "
                               "allowWorkloadDisruption is false by default; set allowWorkloadDisruption: true too "
                               "[post-copy-off]";
  static const char aborted[] = ": has no effect while allowWorkloadDisruption is false: a migration that times out is "
                                "aborted; set allowWorkloadDisruption: true too [post-copy-off]";
  char text[300] = "spec.liveMigrationConfig.allowPostCopy";
  expect(BLOCK("allowPostCopy: true"), rule, absent);
  expect(BLOCK("allowPostCopy: true, allowWorkloadDisruption: null"), rule, absent);
  expect(BLOCK("allowPostCopy: true, allowWorkloadDisruption: false"), rule, strcat(text, aborted));
  expect(BLOCK("allowPostCopy: true, allowWorkloadDisruption: true"), rule, "");
  expect(BLOCK("allowPostCopy: false"), rule, "");
  strcpy(text, "spec.configuration.migrations.allowPostCopy");
  expect(KUBEVIRT("", "migrations: {allowPostCopy: true, allowWorkloadDisruption: false}"), rule,
         strcat(text, aborted));
  expect(KUBEVIRT("", "migrations: {allowPostCopy: true}"), rule, "");
  struct dw_world *world = world_of(STATE, NULL);
  VERDICT_SCOPED off =
      review(world, DW_OP_CREATE,
             BLOCK("allowPostCopy: true, allowWorkloadDisruption: true, completionTimeoutPerGiB: 0"), NULL);
  assert_string_equal(verdict_warned(&off), "limit-range,post-copy-off");
  assert_string_equal(verdict_warning_of(&off, rule),
                      "spec.liveMigrationConfig.allowPostCopy: has no effect while completionTimeoutPerGiB is 0: "
                      "post-copy starts when this timeout expires; set completionTimeoutPerGiB [post-copy-off]");
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(warns_of_a_patch_of_the_network),
      cmocka_unit_test(accepts_other_patches),
      cmocka_unit_test(warns_of_an_invalid_patch),
      cmocka_unit_test(warns_of_a_path_outside_spec),
      cmocka_unit_test(reports_a_patch_of_unknown_effect),
      cmocka_unit_test(warns_of_a_network_without_live_migration_on_eviction),
      cmocka_unit_test(warns_of_an_absent_strategy_in_an_unmanaged_kubevirt),
      cmocka_unit_test(warns_of_an_unknown_strategy),
      cmocka_unit_test(warns_of_values_that_are_replaced_as_a_whole),
      cmocka_unit_test(warns_of_patches_of_the_pods),
      cmocka_unit_test(warns_of_patches_of_the_pods_in_the_annotation),
      cmocka_unit_test(warns_of_post_copy_that_never_begins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
