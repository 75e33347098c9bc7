#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/review_case.h"

#define HCO(spec)                                                                                                      \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv}, spec: " spec "}"
#define BLOCK(members) HCO("{liveMigrationConfig: {" members "}}")
#define V1(spec)                                                                                                       \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "       \
  "openshift-cnv}, spec: " spec "}"
#define KUBEVIRT(members)                                                                                              \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: "          \
  "{configuration: {migrations: {" members "}}}}"

struct example {
  const char *object;
  const char *denied, *warned;
  const char *field; /* of the denial, or at the beginning of the warning */
};

static void run(const struct example *examples, size_t count) {
  struct dw_world *world = world_of("", NULL);
  for (size_t i = 0; i < count; i++) {
    const struct example *example = &examples[i];
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, example->object, NULL);
    assert_string_equal(verdict_denied(&verdict), example->denied);
    assert_string_equal(verdict_warned(&verdict), example->warned);
    if (*example->denied != '\0') {
      assert_string_equal(verdict_cause(&verdict, 0, "field"), example->field);
      assert_string_equal(verdict_cause(&verdict, 0, "reason"), "FieldValueInvalid");
    } else if (*example->warned != '\0') {
      assert_memory_equal(verdict_warning(&verdict, 0), example->field, strlen(example->field));
    }
  }
  dw_world_unref(world);
}
#define RUN(examples) run(examples, sizeof(examples) / sizeof *(examples))

static void rejects_limits_of_the_wrong_type(void **state) {
  (void)state;
  static const struct example examples[] = {
      {BLOCK("progressTimeout: 150, parallelMigrationsPerCluster: 5"), "", "", ""},
      {BLOCK("progressTimeout: null"), "", "", ""},
      {BLOCK("progressTimeout: '150'"), "limit-type", "", "spec.liveMigrationConfig.progressTimeout"},
      {BLOCK("progressTimeout: 1.5"), "limit-type", "", "spec.liveMigrationConfig.progressTimeout"},
      {BLOCK("progressTimeout: true"), "limit-type", "", "spec.liveMigrationConfig.progressTimeout"},
      {BLOCK("progressTimeout: ''"), "limit-type", "", "spec.liveMigrationConfig.progressTimeout"},
      {BLOCK("completionTimeoutPerGiB: [1]"), "limit-type", "", "spec.liveMigrationConfig.completionTimeoutPerGiB"},
      {HCO("{liveMigrationConfig: 5}"), "limit-type", "", "spec.liveMigrationConfig"},
      {HCO("{liveMigrationConfig: []}"), "limit-type", "", "spec.liveMigrationConfig"},
      {HCO("{liveMigrationConfig: null}"), "", "", ""},
      {HCO("x"), "limit-type", "", "spec"},
      {HCO("null"), "", "", ""},
      {V1("{virtualization: 5}"), "limit-type", "", "spec.virtualization"},
      {V1("{virtualization: {liveMigrationConfig: {parallelMigrationsPerCluster: '5'}}}"), "limit-type", "",
       "spec.virtualization.liveMigrationConfig.parallelMigrationsPerCluster"},
      {KUBEVIRT("parallelOutboundMigrationsPerNode: '5'"), "limit-type", "",
       "spec.configuration.migrations.parallelOutboundMigrationsPerNode"},
  };
  RUN(examples);
}

/* Settings without a separate rule, as far as the kind has them. */
static void rejects_other_settings_of_the_wrong_type(void **state) {
  (void)state;
#define POLICY(members)                                                                                                \
  "{apiVersion: migrations.kubevirt.io/v1alpha1, kind: MigrationPolicy, metadata: {name: p}, spec: {selectors: "       \
  "{namespaceSelector: {a: b}}, " members "}}"
  static const struct example examples[] = {
      {BLOCK("allowAutoConverge: true, allowPostCopy: false"), "", "", ""},
      {BLOCK("allowAutoConverge: null"), "", "", ""},
      {BLOCK("allowAutoConverge: 'true'"), "limit-type", "", "spec.liveMigrationConfig.allowAutoConverge"},
      {BLOCK("allowPostCopy: 'true'"), "limit-type", "", "spec.liveMigrationConfig.allowPostCopy"},
      {V1("{virtualization: {liveMigrationConfig: {allowWorkloadDisruption: 1}}}"), "limit-type", "",
       "spec.virtualization.liveMigrationConfig.allowWorkloadDisruption"},
      {BLOCK("disableTLS: 'true'"), "", "config-misplaced", "spec.liveMigrationConfig.disableTLS"},
      {KUBEVIRT("disableTLS: true, maxDowntimeMs: 300, nodeDrainTaintKey: drain"), "", "", ""},
      {KUBEVIRT("disableTLS: 'true'"), "limit-type", "", "spec.configuration.migrations.disableTLS"},
      {KUBEVIRT("maxDowntimeMs: fast"), "limit-type", "", "spec.configuration.migrations.maxDowntimeMs"},
      {KUBEVIRT("nodeDrainTaintKey: true"), "limit-type", "", "spec.configuration.migrations.nodeDrainTaintKey"},
      {POLICY("maxDowntimeMs: 300, allowPostCopy: false"), "", "", ""},
      {POLICY("maxDowntimeMs: fast"), "limit-type", "", "spec.maxDowntimeMs"},
      {POLICY("allowAutoConverge: 1"), "limit-type", "", "spec.allowAutoConverge"},
  };
  RUN(examples);
}

static void says_how_to_fix_a_number_in_quotes(void **state) {
  (void)state;
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED number = review(world, DW_OP_CREATE, BLOCK("progressTimeout: '150'"), NULL);
  assert_string_equal(verdict_cause(&number, 0, "message"),
                      "Invalid value: \"150\": must be an integer, not a string; use 150 without quotes [limit-type]");
  VERDICT_SCOPED word = review(world, DW_OP_CREATE, BLOCK("progressTimeout: long"), NULL);
  assert_string_equal(verdict_cause(&word, 0, "message"),
                      "Invalid value: \"long\": must be an integer, not a string [limit-type]");
  dw_world_unref(world);
}

static void rejects_limits_out_of_range(void **state) {
  (void)state;
  static const struct example examples[] = {
      {BLOCK("parallelMigrationsPerCluster: 1"), "", "", ""},
      {BLOCK("parallelMigrationsPerCluster: 0"), "limit-range", "",
       "spec.liveMigrationConfig.parallelMigrationsPerCluster"},
      {BLOCK("parallelOutboundMigrationsPerNode: 0"), "limit-range", "",
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode"},
      {BLOCK("parallelOutboundMigrationsPerNode: -1"), "limit-range", "",
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode"},
      {BLOCK("parallelMigrationsPerCluster: 4294967295"), "", "", ""},
      {BLOCK("parallelMigrationsPerCluster: 4294967296"), "limit-range", "",
       "spec.liveMigrationConfig.parallelMigrationsPerCluster"},
      {BLOCK("progressTimeout: 4294967296"), "", "", ""},
      {BLOCK("progressTimeout: 1"), "", "", ""},
      {BLOCK("progressTimeout: 0"), "", "limit-range", "spec.liveMigrationConfig.progressTimeout: 0 disables the"},
      {BLOCK("completionTimeoutPerGiB: 0"), "", "limit-range", "spec.liveMigrationConfig.completionTimeoutPerGiB: 0 "},
      {BLOCK("completionTimeoutPerGiB: -1"), "limit-range", "", "spec.liveMigrationConfig.completionTimeoutPerGiB"},
  };
  RUN(examples);
}

static void warns_if_the_node_limit_is_above_the_cluster_limit(void **state) {
  (void)state;
  static const struct example examples[] = {
      {BLOCK("parallelOutboundMigrationsPerNode: 5, parallelMigrationsPerCluster: 5"), "", "", ""},
      {BLOCK("parallelOutboundMigrationsPerNode: 6, parallelMigrationsPerCluster: 5"), "", "parallel-order",
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: 6 is above the cluster's 5"},
      {BLOCK("parallelOutboundMigrationsPerNode: 6"), "", "", ""},
      /* one mistake, one finding */
      {BLOCK("parallelOutboundMigrationsPerNode: 6, parallelMigrationsPerCluster: 0"), "limit-range", "",
       "spec.liveMigrationConfig.parallelMigrationsPerCluster"},
      {BLOCK("parallelOutboundMigrationsPerNode: 6, parallelMigrationsPerCluster: '5'"), "limit-type", "",
       "spec.liveMigrationConfig.parallelMigrationsPerCluster"},
      {BLOCK("parallelOutboundMigrationsPerNode: 5000000000, parallelMigrationsPerCluster: 5"), "limit-range", "",
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode"},
  };
  RUN(examples);
}

#define BANDWIDTH "spec.liveMigrationConfig.bandwidthPerMigration"

static void checks_bandwidths(void **state) {
  (void)state;
  static const struct example examples[] = {
      {BLOCK("bandwidthPerMigration: 64Mi"), "", "", ""},
      {BLOCK("bandwidthPerMigration: '0'"), "", "", ""},
      {BLOCK("bandwidthPerMigration: 0"), "", "", ""},
      {BLOCK("bandwidthPerMigration: null"), "", "", ""},
      {BLOCK("bandwidthPerMigration: -1Mi"), "bandwidth", "", BANDWIDTH},
      {BLOCK("bandwidthPerMigration: -1"), "bandwidth", "", BANDWIDTH},
      {BLOCK("bandwidthPerMigration: -0.5"), "bandwidth", "", BANDWIDTH},
      {BLOCK("bandwidthPerMigration: '-0'"), "", "", ""},
      {BLOCK("bandwidthPerMigration: 64MB"), "bandwidth", "", BANDWIDTH},
      {BLOCK("bandwidthPerMigration: ''"), "bandwidth", "", BANDWIDTH},
      {BLOCK("bandwidthPerMigration: true"), "bandwidth", "", BANDWIDTH},
      {BLOCK("bandwidthPerMigration: {}"), "bandwidth", "", BANDWIDTH},
  };
  RUN(examples);
}

static void reports_all_mistakes_at_once(void **state) {
  (void)state;
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE,
                                  BLOCK("progressTimeout: -1, completionTimeoutPerGiB: x, "
                                        "parallelMigrationsPerCluster: 0, parallelOutboundMigrationsPerNode: {}, "
                                        "bandwidthPerMigration: much"),
                                  NULL);
  assert_string_equal(verdict_denied(&verdict), "limit-type,limit-range,bandwidth");
  assert_int_equal(verdict_cause_count(&verdict), 5);
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_limits_of_the_wrong_type),
      cmocka_unit_test(says_how_to_fix_a_number_in_quotes),
      cmocka_unit_test(rejects_limits_out_of_range),
      cmocka_unit_test(warns_if_the_node_limit_is_above_the_cluster_limit),
      cmocka_unit_test(checks_bandwidths),
      cmocka_unit_test(reports_all_mistakes_at_once),
      cmocka_unit_test(rejects_other_settings_of_the_wrong_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
