/* What HyperConverged's annotation kubevirt.kubevirt.io/jsonpatch sets in addition to the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/review_case.h"

#define STATE                                                                                                          \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: "               \
  "openshift-cnv}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\"," \
  "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.200.5.0/24\"}}'}}"
#define HCO(operations, block)                                                                                         \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv, annotations: {kubevirt.kubevirt.io/jsonpatch: '[" operations "]'}}, spec: {" block "}}"
#define OP(op, path, value) "{\"op\":\"" op "\",\"path\":\"" path "\",\"value\":" value "}"
#define CONFIGURATION(op, key, value) OP(op, "/spec/configuration" key, value)
#define ADD(key, value) CONFIGURATION("add", "/migrations/" key, value)
#define ONE(key, value) HCO(ADD(key, value), "")
#define FIELD "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]"
#define SETS(key) "sets spec.configuration.migrations." key ": "
#define INVALID(value, key) "Invalid value: \"" value "\": " SETS(key)

struct example {
  const char *object;
  const char *message; /* of the only denial or, after "warning: ", of the only warning; NULL if nothing is found */
};

static void expect(const struct dw_world *world, const struct example *example) {
  static const char mark[] = "warning: ";
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, example->object, NULL);
  const char *message = example->message;
  bool warns = message != NULL && strncmp(message, mark, strlen(mark)) == 0;
  assert_int_equal(verdict.allowed, message == NULL || warns);
  assert_int_equal(verdict_warning_count(&verdict), warns);
  if (warns) {
    assert_string_equal(verdict_warning(&verdict, 0), message + strlen(mark));
  } else if (message != NULL) {
    assert_int_equal(verdict_cause_count(&verdict), 1);
    assert_string_equal(verdict_cause(&verdict, 0, "field"), FIELD);
    assert_string_equal(verdict_cause(&verdict, 0, "message"), message);
  }
}

static void run(const struct example *examples, size_t count) {
  struct dw_world *world = world_of(STATE, NULL);
  for (size_t i = 0; i < count; i++)
    expect(world, &examples[i]);
  dw_world_unref(world);
}
#define RUN(examples) run(examples, sizeof(examples) / sizeof *(examples))

static void checks_patched_limits(void **state) {
  (void)state;
  static const struct example examples[] = {
      {ONE("parallelMigrationsPerCluster", "1"), NULL},
      {ONE("parallelMigrationsPerCluster", "null"), NULL},
      {ONE("parallelMigrationsPerCluster", "0"),
       INVALID("0", "parallelMigrationsPerCluster") "with 0, no migration can start; use 1 or more [limit-range]"},
      {HCO(CONFIGURATION("replace", "/migrations/parallelMigrationsPerCluster", "0"), ""),
       INVALID("0", "parallelMigrationsPerCluster") "with 0, no migration can start; use 1 or more [limit-range]"},
      {ONE("parallelMigrationsPerCluster", "\"5\""),
       INVALID("5",
               "parallelMigrationsPerCluster") "must be an integer, not a string; use 5 without quotes [limit-type]"},
      {ONE("completionTimeoutPerGiB", "-5"),
       INVALID("-5", "completionTimeoutPerGiB") "must not be negative; set a number of seconds [limit-range]"},
      {ONE("progressTimeout", "150"), NULL},
      {ONE("progressTimeout", "0"),
       "warning: " FIELD ": " SETS(
           "progressTimeout") "0 disables the timeout; set a number of seconds, unless this is intended [limit-range]"},
      {HCO(CONFIGURATION("add", "/migrations", "{\"network\":\"lm\",\"parallelMigrationsPerCluster\":4294967296}"), ""),
       INVALID("4294967296", "parallelMigrationsPerCluster") "must be at most 4294967295; use a smaller number "
                                                             "[limit-range]"},
  };
  struct dw_world *world = world_of(STATE, NULL);
  for (size_t i = 0; i + 1 < sizeof examples / sizeof *examples; i++)
    expect(world, &examples[i]);
  /* the network of the same patch has a separate warning */
  const struct example *whole = &examples[sizeof examples / sizeof *examples - 1];
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, whole->object, NULL);
  assert_string_equal(verdict_denied(&verdict), "limit-range");
  assert_string_equal(verdict_cause(&verdict, 0, "message"), whole->message);
  assert_string_equal(verdict_warned(&verdict), "jsonpatch-network");
  dw_world_unref(world);
}

static void checks_bandwidths(void **state) {
  (void)state;
  static const struct example examples[] = {
      {ONE("bandwidthPerMigration", "\"64Mi\""), NULL},
      {ONE("bandwidthPerMigration", "0"), NULL},
      {ONE("bandwidthPerMigration", "\"64MiB\""),
       INVALID("64MiB", "bandwidthPerMigration") "is not a valid quantity; use \"64Mi\" [bandwidth]"},
      {ONE("bandwidthPerMigration", "\"64\""),
       "warning: " FIELD ": " SETS("bandwidthPerMigration") "is 64 bytes per second, treated as 1 MiB/s; use "
                                                            "\"64Mi\" [bandwidth]"},
  };
  RUN(examples);
}

/* A value that the patch overrides is not in force; other values are. */
/* Go's Quantity.UnmarshalJSON() trims spaces, and HyperConverged then writes the rest. */
static void a_quantity_may_have_spaces_around_it(void **state) {
  (void)state;
  static const struct example examples[] = {
      {ONE("bandwidthPerMigration", "\" 64Mi \""), NULL},
      {ONE("bandwidthPerMigration", "\"64Mi  \""), NULL},
      {ONE("bandwidthPerMigration", "\"64 Mi\""),
       INVALID("64 Mi", "bandwidthPerMigration") "is not a valid quantity; use \"64Mi\" [bandwidth]"},
      {ONE("bandwidthPerMigration", "\" -1 \""),
       INVALID("-1", "bandwidthPerMigration") "must not be negative; use bytes per second, such as \"64Mi\", or \"0\" "
                                              "for no limit [bandwidth]"},
      {ONE("bandwidthPerMigration", "\" \""),
       INVALID(" ",
               "bandwidthPerMigration") "is not a valid quantity; use bytes per second, such as \"64Mi\", or \"0\" for "
                                        "no limit [bandwidth]"},
  };
  RUN(examples);
}

#define MIGRATIONS "/spec/configuration/migrations/"
#define FAILS(text, fix) "warning: " FIELD ": " text ": HyperConverged rejects the object; " fix " [jsonpatch-network]"
#define REMOVE(key) "{\"op\":\"remove\",\"path\":\"" MIGRATIONS key "\"}"
#define OWN "liveMigrationConfig: {network: lm}"

/* HyperConverged omits these from the KubeVirt object, so evanphx/json-patch finds nothing there. */
static void reports_a_patch_that_cannot_be_applied(void **state) {
  (void)state;
  static const struct example examples[] = {
      {HCO(CONFIGURATION("replace", "/migrations/network", "\"lm\""), ""),
       FAILS("replace " MIGRATIONS "network fails, because KubeVirt has nothing there",
             "use \"add\", which also replaces")},
      {HCO(REMOVE("network"), ""),
       FAILS("remove " MIGRATIONS "network fails, because KubeVirt has nothing there", "remove this operation")},
      {HCO(REMOVE("disableTLS"), OWN),
       FAILS("remove " MIGRATIONS "disableTLS fails, because KubeVirt has nothing there", "remove this operation")},
      {HCO(CONFIGURATION("test", "/migrations/network", "\"lm\""), ""),
       FAILS("test " MIGRATIONS "network fails, because KubeVirt has nothing there", "remove this operation")},
      {HCO(CONFIGURATION("test", "/migrations/network", "\"other\""), OWN),
       FAILS("test " MIGRATIONS "network fails, because KubeVirt has another value there", "remove this operation")},
      /* Existing values, values that the patch itself added, and unknown ones. */
      {HCO(CONFIGURATION("test", "/migrations/network", "\"lm\""), OWN), NULL},
      {HCO(CONFIGURATION("test", "/migrations/network", "null"), ""), NULL},
      {HCO(ADD("disableTLS", "true") "," REMOVE("disableTLS"), OWN), NULL},
      {HCO(ADD("disableTLS", "true") "," CONFIGURATION("replace", "/migrations/disableTLS", "false"), OWN), NULL},
      {HCO(REMOVE("bandwidthPerMigration"), OWN), NULL},
      {HCO(REMOVE("progressTimeout"), OWN), NULL},
      {HCO("{\"op\":\"copy\",\"from\":\"" MIGRATIONS "allowPostCopy\",\"path\":\"" MIGRATIONS
           "disableTLS\"}," REMOVE("disableTLS"),
           OWN),
       NULL},
  };
  RUN(examples);
}

static void judges_patch_and_block_together(void **state) {
  (void)state;
  static const struct example examples[] = {
      {HCO(ADD("parallelMigrationsPerCluster", "5"), "liveMigrationConfig: {parallelMigrationsPerCluster: 0}"), NULL},
      {HCO(ADD("parallelMigrationsPerCluster", "0"), "liveMigrationConfig: {parallelMigrationsPerCluster: 5}"),
       INVALID("0", "parallelMigrationsPerCluster") "with 0, no migration can start; use 1 or more [limit-range]"},
      {HCO(ADD("parallelOutboundMigrationsPerNode", "6"), "liveMigrationConfig: {parallelMigrationsPerCluster: 5}"),
       "warning: " FIELD ": " SETS("parallelOutboundMigrationsPerNode") "6 is above the cluster's 5; use 5 or less, or "
                                                                        "raise parallelMigrationsPerCluster "
                                                                        "[parallel-order]"},
      {HCO(ADD("parallelMigrationsPerCluster", "6"),
           "liveMigrationConfig: {parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 6}"),
       NULL},
      {HCO(ADD("allowPostCopy", "true"), "liveMigrationConfig: {allowWorkloadDisruption: true}"), NULL},
      {HCO(ADD("allowPostCopy", "true"), "liveMigrationConfig: {allowWorkloadDisruption: false}"),
       "warning: " FIELD ": " SETS("allowPostCopy") "has no effect while allowWorkloadDisruption is false: a migration "
                                                    "that times out is aborted; set allowWorkloadDisruption: true too "
                                                    "[post-copy-off]"},
      {HCO(ADD("allowWorkloadDisruption", "true"),
           "liveMigrationConfig: {allowPostCopy: true, allowWorkloadDisruption: false}"),
       NULL},
  };
  RUN(examples);
}

#define EVICTION(value, block) HCO(CONFIGURATION("replace", "/evictionStrategy", value), block)
#define NETWORK "liveMigrationConfig: {network: lm}"

static void checks_patched_eviction_strategies(void **state) {
  (void)state;
  static const struct example examples[] = {
      {EVICTION("\"LiveMigrate\"", NETWORK), NULL},
      {EVICTION("\"None\"", ""), NULL},
      {EVICTION("\"LiveMigrate\"", NETWORK ", evictionStrategy: None"), NULL},
      {EVICTION("\"None\"", NETWORK ", evictionStrategy: LiveMigrate"),
       "warning: " FIELD ": sets spec.configuration.evictionStrategy: a network is set, but with None a drain migrates "
       "no VM; set LiveMigrate [eviction-strategy]"},
      {EVICTION("\"LiveMigrat\"", NETWORK),
       "warning: " FIELD ": sets spec.configuration.evictionStrategy: is not an eviction strategy; did you mean "
       "\"LiveMigrate\"? [eviction-strategy]"},
  };
  RUN(examples);
}

#define UNSUPPORTED(key, path)                                                                                         \
  "Unsupported value: \"" key "\": sets " path ": is not a field of kubevirt.io/v1, so it has no effect; "

/* Only jsonpatch-network reports something. */
#define REPLACED                                                                                                       \
  "warning: " FIELD ": /spec/configuration/Migrations is replaced as a whole: the network and the limits are lost, "   \
  "unless HyperConverged merges its own back in [jsonpatch-network]"

static void checks_patched_keys(void **state) {
  (void)state;
  static const struct example examples[] = {
      {ONE("maxDowntimeMs", "300"), NULL},
      {ONE("paralelMigrationsPerCluster", "5"),
       UNSUPPORTED("paralelMigrationsPerCluster",
                   "spec.configuration.migrations.paralelMigrationsPerCluster") "use "
                                                                                "spec.configuration.migrations."
                                                                                "parallelMigrationsPerCluster "
                                                                                "[config-misplaced]"},
      {HCO(CONFIGURATION("add", "/migration", "{\"progressTimeout\":150}"), ""),
       UNSUPPORTED("migration", "spec.configuration.migration") "use spec.configuration.migrations "
                                                                "[config-misplaced]"},
      {ONE("postCopy", "true"),
       "warning: " FIELD ": " SETS("postCopy") "is not a field of kubevirt.io/v1, so it has no effect; use "
                                               "spec.configuration.migrations.allowPostCopy "
                                               "[config-misplaced]"},
      /* A parent that KubeVirt does not have makes the whole patch fail. */
      {HCO(CONFIGURATION("add", "/migration/network", "\"lm\""), ""),
       UNSUPPORTED("migration", "spec.configuration.migration") "use spec.configuration.migrations "
                                                                "[config-misplaced]"},
      {HCO(OP("add", "/spec/liveMigrationConfig/network", "\"lm\""), ""),
       "warning: " FIELD ": sets spec.liveMigrationConfig: is not a field of kubevirt.io/v1, so it has no effect; use "
       "spec.configuration.migrations [config-misplaced]"},
      {HCO(CONFIGURATION("add", "/developerConfiguration/featureGates/-", "\"x\""), ""), NULL},
      {HCO(OP("add", "/spec/workloads/nodePlacement/nodeSelector/migration", "\"x\""), ""), NULL},
      /* Go's decoder accepts keys in any letter case. */
      {ONE("ParallelMigrationsPerCluster", "5"), NULL},
      {HCO(CONFIGURATION("add", "/Migrations", "{\"progressTimeout\":150}"), ""), REPLACED},
      {HCO(CONFIGURATION("add", "/network", "{\"permitSlirpInterface\":true}"), ""), NULL},
  };
  RUN(examples);
}

#define ZERO ADD("parallelMigrationsPerCluster", "0")

/* Only the final result counts, and nothing is reported if that is unknown. */
static void accepts_values_that_are_not_in_force(void **state) {
  (void)state;
  static const struct example examples[] = {
      {HCO(ZERO "," ADD("parallelMigrationsPerCluster", "5"), ""), NULL},
      {HCO(ZERO ",{\"op\":\"remove\",\"path\":\"/spec/configuration/migrations/parallelMigrationsPerCluster\"}", ""),
       NULL},
      {HCO(ZERO ",{\"op\":\"copy\",\"from\":\"/spec/infra/replicas\",\"path\":"
                "\"/spec/configuration/migrations/parallelMigrationsPerCluster\"}",
           ""),
       NULL},
      {HCO(CONFIGURATION("test", "/migrations/parallelMigrationsPerCluster", "0"), ""), NULL},
      {HCO(ZERO "," CONFIGURATION("add", "/Migrations", "{\"parallelMigrationsPerCluster\":5}"), ""), REPLACED},
      {HCO(ZERO "," OP("test", "/kind", "\"KubeVirt\""), ""),
       "warning: " FIELD ": contains a path outside /spec/, so HyperConverged applies none of the patch; use only "
       "paths that begin with /spec/ [jsonpatch-network]"},
      {HCO(ADD("parallelMigrationsPerCluster",
               "5") ",{\"op\":\"copy\",\"from\":\"/spec/a\",\"path\":\"/spec/infra\"}," ZERO,
           ""),
       INVALID("0", "parallelMigrationsPerCluster") "with 0, no migration can start; use 1 or more [limit-range]"},
  };
  RUN(examples);
}

/* Go's decoder rejects other types, and HyperConverged then applies nothing. */
static void rejects_limits_of_the_wrong_type(void **state) {
  (void)state;
#define TYPE(value, key, what) INVALID(value, key) "must be " what " [limit-type]"
  static const struct example examples[] = {
      {ONE("allowAutoConverge", "true"), NULL},
      {ONE("allowAutoConverge", "null"), NULL},
      {ONE("nodeDrainTaintKey", "\"drain\""), NULL},
      {ONE("maxDowntimeMs", "300"), NULL},
      {ONE("allowAutoConverge", "\"true\""),
       TYPE("true", "allowAutoConverge", "true or false, not a string; use true without quotes")},
      {ONE("allowPostCopy", "\"yes\""), TYPE("yes", "allowPostCopy", "true or false, not a string")},
      {ONE("disableTLS", "1"), TYPE("1", "disableTLS", "true or false, not an integer")},
      {ONE("nodeDrainTaintKey", "5"), TYPE("5", "nodeDrainTaintKey", "a string, not an integer")},
      {ONE("maxDowntimeMs", "300.0"), TYPE("300.0", "maxDowntimeMs", "an integer, not a number")},
      {ONE("parallelMigrationsPerCluster", "5.0"),
       TYPE("5.0", "parallelMigrationsPerCluster", "an integer, not a number")},
      {ONE("progressTimeout", "1e3"), TYPE("1e3", "progressTimeout", "an integer, not a number")},
      {HCO(CONFIGURATION("add", "/migrations", "[1]"), ""),
       "Invalid value: \"[1]\": sets spec.configuration.migrations: must be an object, not a list [limit-type]"},
      {HCO(CONFIGURATION("add", "", "\"x\""), ""),
       "Invalid value: \"x\": sets spec.configuration: must be an object, not a string [limit-type]"},
      /* A later operation corrects it. */
      {HCO(ADD("disableTLS", "1") "," ADD("disableTLS", "true"), ""), NULL},
      {HCO(ADD("disableTLS", "1") ",{\"op\":\"remove\",\"path\":\"/spec/configuration/migrations/disableTLS\"}", ""),
       NULL},
  };
  RUN(examples);
}

#define FROM(op, from, to)                                                                                             \
  "{\"op\":\"" op "\",\"from\":\"/spec/" from "\",\"path\":\"/spec/configuration/migrations/" to "\"}"

/* A value that the patch itself sets is known wherever it is copied; a value of HyperConverged is not. */
static void follows_copied_values(void **state) {
  (void)state;
  static const struct example examples[] = {
      {HCO(ZERO "," FROM("copy", "infra/replicas", "progressTimeout"), ""),
       INVALID("0", "parallelMigrationsPerCluster") "with 0, no migration can start; use 1 or more [limit-range]"},
      {HCO(ADD("progressTimeout", "0") "," FROM("move", "configuration/migrations/progressTimeout",
                                                "parallelMigrationsPerCluster"),
           ""),
       INVALID("0", "parallelMigrationsPerCluster") "with 0, no migration can start; use 1 or more [limit-range]"},
      {HCO(ZERO "," FROM("move", "configuration/migrations/parallelMigrationsPerCluster",
                         "unsafeMigrationOverride") "," ADD("unsafeMigrationOverride", "true"),
           ""),
       NULL},
      {HCO(ZERO "," FROM("copy", "configuration/migrations/progressTimeout", "parallelMigrationsPerCluster"), ""),
       NULL},
  };
  RUN(examples);
}

/* Each copy would double the size. */
static void limits_the_growth_by_copies(void **state) {
  (void)state;
  static const char start[] = ADD("progressTimeout", "{\"a\":{}}");
  static const char twice[] = "," FROM("copy", "configuration/migrations/progressTimeout", "progressTimeout/a");
  static const char head[] = "{\"apiVersion\":\"hco.kubevirt.io/v1beta1\",\"kind\":\"HyperConverged\",\"metadata\":{"
                             "\"name\":\"kubevirt-hyperconverged\",\"namespace\":\"openshift-cnv\",\"annotations\":{"
                             "\"kubevirt.kubevirt.io/jsonpatch\":'[";
  char text[sizeof head + sizeof start + 50 * sizeof twice + 64];
  int used = snprintf(text, sizeof text, "%s%s", head, start);
  for (size_t i = 0; i < 50; i++)
    used += snprintf(text + used, sizeof text - (size_t)used, "%s", twice);
  (void)snprintf(text + used, sizeof text - (size_t)used, "]'}},\"spec\":{}}");
  struct dw_world *world = world_of(STATE, NULL);
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, text, NULL);
  assert_string_equal(verdict_denied(&verdict), "limit-type");
  dw_world_unref(world);
}

/* COUNT operations that set a limit to 0, in an annotation with BLANKS more spaces. */
static char *long_patch(size_t count, size_t blanks) {
  static const char head[] = "{\"apiVersion\":\"hco.kubevirt.io/v1beta1\",\"kind\":\"HyperConverged\",\"metadata\":{"
                             "\"name\":\"kubevirt-hyperconverged\",\"namespace\":\"openshift-cnv\",\"annotations\":{"
                             "\"kubevirt.kubevirt.io/jsonpatch\":'[";
  size_t length = sizeof head + blanks + count * sizeof ZERO + 64;
  char *text = malloc(length);
  assert_non_null(text);
  int used = snprintf(text, length, "%s%*s", head, (int)blanks, "");
  for (size_t i = 0; i < count; i++)
    used += snprintf(text + used, length - (size_t)used, "%s%s", i == 0 ? "" : ",", ZERO);
  (void)snprintf(text + used, length - (size_t)used, "]'}},\"spec\":{}}");
  return text;
}

/* A patch that is too large to follow must not pass silently. */
static void reports_that_a_huge_patch_is_unchecked(void **state) {
  (void)state;
  static const struct {
    size_t count, blanks;
    bool followed;
  } cases[] = {{1, 0, true}, {90, 0, true}, {129, 0, false}, {10, 90000, true}, {10, 120000, false}};
  struct dw_world *world = world_of(STATE, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *object = long_patch(cases[i].count, cases[i].blanks);
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, object, NULL);
    assert_string_equal(verdict_denied(&verdict), cases[i].followed ? "limit-range" : "");
    assert_string_equal(verdict_warning_of(&verdict, "jsonpatch-network"),
                        cases[i].followed ? ""
                                          : FIELD ": could not be checked: its effect is unknown "
                                                  "[jsonpatch-network]");
    free(object);
  }
  dw_world_unref(world);
}

/* Only HyperConverged reads the annotation. */
static void ignores_the_annotation_on_a_kubevirt(void **state) {
  (void)state;
  static const struct example example = {
      "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv, annotations: "
      "{kubevirt.kubevirt.io/jsonpatch: '[" ZERO "]'}}, spec: {}}",
      NULL};
  run(&example, 1);
}

static void an_old_mistake_only_warns(void **state) {
  (void)state;
  struct dw_world *world = world_of(STATE, NULL);
  static const char old[] = HCO(ZERO, "");
  static const char new[] = HCO(ZERO "," ADD("progressTimeout", "150"), "");
  VERDICT_SCOPED same = review(world, DW_OP_UPDATE, new, old);
  assert_true(same.allowed);
  assert_string_equal(verdict_warned(&same), "limit-range");
  VERDICT_SCOPED worse = review(world, DW_OP_UPDATE, HCO(ADD("parallelMigrationsPerCluster", "-1"), ""), old);
  assert_string_equal(verdict_denied(&worse), "limit-range");
  /* moved from the block into the annotation, it is a new mistake */
  VERDICT_SCOPED moved =
      review(world, DW_OP_UPDATE, new, HCO("", "liveMigrationConfig: {parallelMigrationsPerCluster: 0}"));
  assert_string_equal(verdict_denied(&moved), "limit-range");
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(checks_patched_limits),
      cmocka_unit_test(checks_bandwidths),
      cmocka_unit_test(a_quantity_may_have_spaces_around_it),
      cmocka_unit_test(reports_a_patch_that_cannot_be_applied),
      cmocka_unit_test(judges_patch_and_block_together),
      cmocka_unit_test(checks_patched_eviction_strategies),
      cmocka_unit_test(checks_patched_keys),
      cmocka_unit_test(accepts_values_that_are_not_in_force),
      cmocka_unit_test(rejects_limits_of_the_wrong_type),
      cmocka_unit_test(follows_copied_values),
      cmocka_unit_test(limits_the_growth_by_copies),
      cmocka_unit_test(reports_that_a_huge_patch_is_unchecked),
      cmocka_unit_test(ignores_the_annotation_on_a_kubevirt),
      cmocka_unit_test(an_old_mistake_only_warns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
