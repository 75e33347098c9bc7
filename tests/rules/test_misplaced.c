#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/review_case.h"

#define HCO(version, spec)                                                                                             \
  "{apiVersion: hco.kubevirt.io/" version ", kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "         \
  "namespace: openshift-cnv}, spec: " spec "}"
#define KUBEVIRT(spec)                                                                                                 \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: " spec "}"

struct example {
  const char *object;
  const char *field; /* NULL if nothing is found */
  bool denied;
  const char *use; /* NULL if no path is known */
};

static void expect(const struct example *example) {
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, example->object, NULL);
  dw_world_unref(world);
  if (example->field == NULL) {
    assert_string_equal(verdict_denied(&verdict), "");
    assert_string_equal(verdict_warned(&verdict), "");
    return;
  }
  const char *said = example->denied ? verdict_cause(&verdict, 0, "message") : verdict_warning(&verdict, 0);
  assert_string_equal(verdict_denied(&verdict), example->denied ? "config-misplaced" : "");
  assert_string_equal(verdict_warned(&verdict), example->denied ? "" : "config-misplaced");
  if (example->denied)
    assert_string_equal(verdict_cause(&verdict, 0, "field"), example->field);
  else
    assert_memory_equal(said, example->field, strlen(example->field));
  assert_non_null(strstr(said, "the API server drops it, so it has no effect"));
  const char *use = strstr(said, "; use ");
  if (example->use == NULL)
    assert_null(use);
  else if (use != NULL) /* a long warning omits it */
    assert_memory_equal(use + strlen("; use "), example->use, strlen(example->use));
}
#define EXPECT(examples)                                                                                               \
  for (size_t i = 0; i < sizeof(examples) / sizeof *(examples); i++)                                                   \
  expect(&(examples)[i])

static void rejects_the_block_at_the_path_of_the_other_version(void **state) {
  (void)state;
  static const struct example examples[] = {
      {HCO("v1", "{liveMigrationConfig: {network: x}}"), "spec.liveMigrationConfig", true,
       "spec.virtualization.liveMigrationConfig"},
      {HCO("v1beta1", "{virtualization: {liveMigrationConfig: {network: x}}}"),
       "spec.virtualization.liveMigrationConfig", true, "spec.liveMigrationConfig"},
      {HCO("v1", "{virtualization: {liveMigrationConfig: {parallelMigrationsPerCluster: 5}}}"), NULL, false, NULL},
      {HCO("v1beta1", "{liveMigrationConfig: {parallelMigrationsPerCluster: 5}}"), NULL, false, NULL},
      {HCO("v1beta1", "{configuration: {migrations: {network: x}}}"), "spec.configuration.migrations", false,
       "spec.liveMigrationConfig"},
      {KUBEVIRT("{liveMigrationConfig: {network: x}}"), "spec.liveMigrationConfig", false,
       "spec.configuration.migrations"},
  };
  EXPECT(examples);
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, examples[0].object, NULL);
  assert_string_equal(verdict_cause(&verdict, 0, "message"),
                      "Unsupported value: \"liveMigrationConfig\": is not a field of hco.kubevirt.io/v1: the API "
                      "server drops it, so it has no effect; use spec.virtualization.liveMigrationConfig "
                      "[config-misplaced]");
  dw_world_unref(world);
}

#define V1BETA1(key) HCO("v1beta1", "{liveMigrationConfig: {" key "}}")

static void rejects_a_misspelled_key(void **state) {
  (void)state;
  static const struct example examples[] = {
      {V1BETA1("networks: x"), "spec.liveMigrationConfig.networks", true, "spec.liveMigrationConfig.network"},
      {V1BETA1("parallelmigrationspercluster: 5"), "spec.liveMigrationConfig.parallelmigrationspercluster", true,
       "spec.liveMigrationConfig.parallelMigrationsPerCluster"},
      {V1BETA1("completionTimeoutPerGib: 5"), "spec.liveMigrationConfig.completionTimeoutPerGib", true,
       "spec.liveMigrationConfig.completionTimeoutPerGiB"},
      {V1BETA1("allowPostcopy: true"), "spec.liveMigrationConfig.allowPostcopy", true,
       "spec.liveMigrationConfig.allowPostCopy"},
      {KUBEVIRT("{configuration: {migrations: {bandwithPerMigration: 64Mi}}}"),
       "spec.configuration.migrations.bandwithPerMigration", true,
       "spec.configuration.migrations.bandwidthPerMigration"},
      {HCO("v1beta1", "{liveMigrationConfigs: {}}"), "spec.liveMigrationConfigs", true, "spec.liveMigrationConfig"},
      {HCO("v1", "{virtualisation: {liveMigrationConfig: {}}}"), "spec.virtualisation", true, "spec.virtualization"},
      {KUBEVIRT("{configuration: {migration: {}}}"), "spec.configuration.migration", true,
       "spec.configuration.migrations"},
  };
  EXPECT(examples);
}

/* Forks have additional keys, and dropping them does not harm the other keys. */
static void warns_of_other_unknown_keys(void **state) {
  (void)state;
  static const struct example examples[] = {
      {V1BETA1("autoConverge: true"), "spec.liveMigrationConfig.autoConverge", false,
       "spec.liveMigrationConfig.allowAutoConverge"},
      {V1BETA1("bandwidth: 64Mi"), "spec.liveMigrationConfig.bandwidth", false,
       "spec.liveMigrationConfig.bandwidthPerMigration"},
      {V1BETA1("parallelMigrationsPerNode: 2"), "spec.liveMigrationConfig.parallelMigrationsPerNode", false,
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode"},
      {V1BETA1("multifd: 4"), "spec.liveMigrationConfig.multifd", false, NULL},
      {V1BETA1("matchSELinuxLevelOnMigration: true"), "spec.liveMigrationConfig.matchSELinuxLevelOnMigration", false,
       NULL},
      {KUBEVIRT("{configuration: {migrationConfiguration: {network: x, networks: y}}}"),
       "spec.configuration.migrationConfiguration", false, "spec.configuration.migrations"},
      {KUBEVIRT("{configuration: {migrate: {network: x}}}"), "spec.configuration.migrate", false,
       "spec.configuration.migrations"},
      {KUBEVIRT("{configuration: {network: x}}"), "spec.configuration.network", false,
       "spec.configuration.migrations.network"},
      {KUBEVIRT("{configuration: {parallelMigrationsPerCluster: 5}}"),
       "spec.configuration.parallelMigrationsPerCluster", false,
       "spec.configuration.migrations.parallelMigrationsPerCluster"},
      {HCO("v1beta1", "{configuration: {migrationConfiguration: {network: x}}}"),
       "spec.configuration.migrationConfiguration", false, "spec.liveMigrationConfig"},
      {HCO("v1beta1", "{network: x}"), "spec.network", false, "spec.liveMigrationConfig.network"},
  };
  EXPECT(examples);
}

static void accepts_all_known_keys(void **state) {
  (void)state;
  static const struct example examples[] = {
      {V1BETA1("parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 1, bandwidthPerMigration: 64Mi, "
               "completionTimeoutPerGiB: 20, progressTimeout: 150, network: null, allowAutoConverge: true, "
               "allowPostCopy: false, allowWorkloadDisruption: false"),
       NULL, false, NULL},
      {KUBEVIRT("{configuration: {network: {defaultNetworkInterface: masquerade}, migrations: {nodeDrainTaintKey: a, "
                "maxDowntimeMs: 900, utilityVolumesTimeout: 1, unsafeMigrationOverride: true, disableTLS: false, "
                "matchSELinuxLevelOnMigration: true}}}"),
       NULL, false, NULL},
      {HCO("v1beta1", "{evictionStrategy: LiveMigrate, liveUpdateConfiguration: {}, infra: {}, workloads: {}}"), NULL,
       false, NULL},
      {HCO("v1", "{virtualization: {evictionStrategy: LiveMigrate, liveUpdateConfiguration: {}}, networking: {}}"),
       NULL, false, NULL},
      {KUBEVIRT("{}"), NULL, false, NULL},
  };
  EXPECT(examples);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_the_block_at_the_path_of_the_other_version),
      cmocka_unit_test(rejects_a_misspelled_key),
      cmocka_unit_test(warns_of_other_unknown_keys),
      cmocka_unit_test(accepts_all_known_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
