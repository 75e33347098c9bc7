#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "droveway/base/buf.h"
#include "support/review_case.h"

#define HCO_AT(ns, name, network)                                                                                      \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: " name ", namespace: " ns              \
  "}, spec: {liveMigrationConfig: {network: " network "}}}"
#define HCO(network) HCO_AT("openshift-cnv", "kubevirt-hyperconverged", network)
#define PATCHED(network, op)                                                                                           \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv, annotations: {kubevirt.kubevirt.io/jsonpatch: '[" op                                                 \
  "]'}}, spec: {liveMigrationConfig: {network: " network "}}}"
#define SETS(network) "{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":" network "}"
#define KUBEVIRT_AT(ns, network)                                                                                       \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: " ns                             \
  "}, spec: {configuration: {migrations: {network: " network "}}}}"
#define NAD(ns, name, config)                                                                                          \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: " name ", namespace: " ns \
  "}, spec: {config: '" config "'}}\n"
#define GOOD(range)                                                                                                    \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":"              \
  "\"whereabouts\",\"range\":\"" range "\"}}"
#define STATE NAD("openshift-cnv", "lm", GOOD("10.200.5.0/24")) NAD("default", "far", GOOD("10.200.6.0/24"))

#define FIELD "spec.liveMigrationConfig.network"
#define ANNOTATION "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]"

static struct verdict create(const char *state, const char *object) {
  struct dw_world *world = world_of(state, NULL);
  struct verdict verdict = review(world, DW_OP_CREATE, object, NULL);
  dw_world_unref(world);
  return verdict;
}

static void a_plain_config_passes(void **state) {
  (void)state;
  static const char *const objects[] = {HCO("lm"), HCO("''"), HCO("null"), KUBEVIRT_AT("openshift-cnv", "lm")};
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    VERDICT_SCOPED verdict = create(STATE, objects[i]);
    assert_true(verdict.allowed);
    assert_int_equal(verdict_warning_count(&verdict), 0);
  }
}

static void place_and_name(void **state) {
  (void)state;
  VERDICT_SCOPED place = create(STATE, HCO_AT("default", "kubevirt-hyperconverged", "lm"));
  assert_string_equal(verdict_denied(&place), "config-namespace");
  assert_string_equal(verdict_cause(&place, 0, "field"), "metadata.namespace");
  assert_string_equal(verdict_cause(&place, 0, "message"),
                      "Invalid value: \"default\": HyperConverged's operator reads only namespace openshift-cnv; "
                      "create it in openshift-cnv [config-namespace]");
  VERDICT_SCOPED name = create(STATE, HCO_AT("openshift-cnv", "mine", "lm"));
  assert_true(name.allowed);
  assert_string_equal(verdict_warned(&name), "config-name");
  assert_memory_equal(verdict_warning(&name, 0), "metadata.name: ", 15);
}

static void traps_of_syntax(void **state) {
  (void)state;
  static const struct {
    const char *object, *message;
  } cases[] = {
      {HCO("openshift-cnv/lm"), "Invalid value: \"openshift-cnv/lm\": names a namespace too; the NAD is always looked "
                                "up in openshift-cnv; give the bare name \"lm\" [network-syntax]"},
      {HCO("'lm,other'"), "Invalid value: \"lm,other\": names several networks, and virt-operator would attach them "
                          "all; give one NAD's name [network-syntax]"},
      {HCO("'lm@eth5'"), "Invalid value: \"lm@eth5\": names an interface too, which breaks virt-operator's own "
                         "\"@migration0\"; give the bare name \"lm\" [network-syntax]"},
      {HCO("LM"), "Invalid value: \"LM\": holds capital letters, which no NAD that Multus can attach has; give it in "
                  "lower case: \"lm\" [network-syntax]"},
      {HCO("' lm '"), "Invalid value: \" lm \": holds blanks; give the bare name \"lm\" [network-syntax]"},
      {HCO("l_m"), "Invalid value: \"l_m\": is no DNS label, so Multus can't attach it; give a NAD's name of "
                   "lower-case letters, digits and '-', at most 63 characters [network-syntax]"},
      {HCO("lm.x"), "Invalid value: \"lm.x\": is no DNS label, so Multus can't attach it; give a NAD's name of "
                    "lower-case letters, digits and '-', at most 63 characters [network-syntax]"},
      {HCO("5"), "Invalid value: \"5\": must be a string, not an integer; give a NAD's name [network-syntax]"},
      {HCO("[lm]"),
       "Invalid value: \"[\\\"lm\\\"]\": must be a string, not a list; give a NAD's name [network-syntax]"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = create(STATE, cases[i].object);
    assert_string_equal(verdict_denied(&verdict), "network-syntax");
    assert_int_equal(verdict_cause_count(&verdict), 1);
    assert_string_equal(verdict_cause(&verdict, 0, "field"), FIELD);
    assert_string_equal(verdict_cause(&verdict, 0, "message"), cases[i].message);
    assert_int_equal(verdict_warning_count(&verdict), 0);
  }
}

/* 63 characters are a label, 64 are none. */
static void the_longest_name(void **state) {
  (void)state;
  char name[65];
  char object[400];
  memset(name, 'a', sizeof name - 1);
  for (size_t length = 63; length <= 64; length++) {
    name[length] = '\0';
    snprintf(object, sizeof object, HCO("%s"), name);
    VERDICT_SCOPED verdict = create(STATE, object);
    assert_string_equal(verdict_denied(&verdict), length == 63 ? "network-missing" : "network-syntax");
    name[length] = 'a';
  }
}

static void missing_networks(void **state) {
  (void)state;
  static const struct {
    const char *network, *message;
  } cases[] = {
      {HCO("xyz"),
       "Not found: \"xyz\": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]"},
      {HCO("far"), "Not found: \"far\": namespace default has a NAD of that name, but it must be in openshift-cnv; "
                   "create it in openshift-cnv [network-missing]"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = create(STATE, cases[i].network);
    assert_string_equal(verdict_denied(&verdict), "network-missing");
    assert_string_equal(verdict_cause(&verdict, 0, "reason"), "FieldValueNotFound");
    assert_string_equal(verdict_cause(&verdict, 0, "field"), FIELD);
    assert_string_equal(verdict_cause(&verdict, 0, "message"), cases[i].message);
  }
  VERDICT_SCOPED near = create(NAD("openshift-cnv", "migration-net", GOOD("10.200.5.0/24")), HCO("migration-nett"));
  assert_string_equal(verdict_cause(&near, 0, "message"),
                      "Not found: \"migration-nett\": no such NAD in namespace openshift-cnv; did you mean "
                      "\"migration-net\"? [network-missing]");
}

static void networks_that_cant_be_looked_up(void **state) {
  (void)state;
  struct dw_world *unknown = world_knowing(STATE, NULL, DW_UNKNOWN);
  VERDICT_SCOPED found = review(unknown, DW_OP_CREATE, HCO("lm"), NULL);
  assert_string_equal(verdict_warning_of(&found, "network-missing"), "");
  VERDICT_SCOPED missing = review(unknown, DW_OP_CREATE, HCO("xyz"), NULL);
  assert_true(missing.allowed);
  assert_string_equal(verdict_warning_of(&missing, "network-missing"),
                      FIELD ": could not be checked: the NADs are not known [network-missing]");
  dw_world_unref(unknown);
  unknown = world_knowing(NAD("openshift-cnv", "migration-net", GOOD("10.200.5.0/24")), NULL, DW_UNKNOWN);
  VERDICT_SCOPED near = review(unknown, DW_OP_CREATE, HCO("migration-nett"), NULL);
  assert_non_null(strstr(verdict_warning_of(&near, "network-missing"), "did you mean \"migration-net\"?"));
  dw_world_unref(unknown);
  struct dw_world *unavailable = world_knowing(NULL, NULL, DW_UNAVAILABLE);
  VERDICT_SCOPED held = review(unavailable, DW_OP_CREATE, HCO("lm"), NULL);
  assert_int_equal(verdict_code(&held), 503);
  assert_string_equal(verdict_reason(&held), "ServiceUnavailable");
  assert_string_equal(verdict_message(&held),
                      "Droveway can't judge this now: NAD openshift-cnv/lm can't be looked up now; try again");
  VERDICT_SCOPED denied = review(unavailable, DW_OP_CREATE, HCO("LM"), NULL);
  assert_int_equal(verdict_code(&denied), 422);
  dw_world_unref(unavailable);
}

static void a_nad_being_deleted_is_told_of(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      create("{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: "
             "openshift-cnv, deletionTimestamp: '2026-11-21T00:00:00Z'}, spec: {config: '" GOOD("10.200.5.0/24") "'}}",
             HCO("lm"));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warning_of(&verdict, "network-missing"), "is being deleted"));
}

static void an_unfit_nad_is_refused_with_its_findings(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      create(NAD("openshift-cnv", "lm",
                 "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"ipam\":{\"type\":"
                 "\"whereabouts\",\"range\":\"10.0.0.0/31\"}}"),
             HCO("lm"));
  assert_string_equal(verdict_denied(&verdict), "network-unfit");
  assert_int_equal(verdict_cause_count(&verdict), 2);
  const char *message = verdict_cause(&verdict, 0, "message");
  static const char start[] = "Invalid value: \"lm\": NAD openshift-cnv/lm breaks range-empty: spec.config.ipam.range: "
                              "Invalid value: \"10.0.0.0/31\": ";
  static const char end[] = "; mend that NAD first [network-unfit]";
  assert_memory_equal(message, start, strlen(start));
  assert_string_equal(message + strlen(message) - strlen(end), end);
  assert_null(strstr(message, "[range-empty]"));
  assert_non_null(strstr(verdict_cause(&verdict, 1, "message"), "breaks master-required: spec.config.master: "));
}

static void many_findings_of_a_nad_are_counted(void **state) {
  (void)state;
  for (int bad = 10; bad <= 12; bad++) {
    struct dw_buf config = DW_BUF_INIT;
    dw_buf_puts(&config, "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{"
                         "\"type\":\"whereabouts\",\"range\":\"10.0.0.0/24\",\"exclude\":[");
    for (int i = 0; i < bad; i++)
      dw_buf_printf(&config, "%s\"x%d\"", i > 0 ? "," : "", i);
    dw_buf_puts(&config, "]}}");
    char *nad = nad_text("lm", config.data);
    VERDICT_SCOPED verdict = create(nad, HCO("lm"));
    assert_int_equal(verdict_cause_count(&verdict), bad == 10 ? 10 : 11);
    if (bad > 10) {
      char expected[64];
      snprintf(expected, sizeof expected, "has %d more findings that deny it", bad - 10);
      assert_non_null(strstr(verdict_cause(&verdict, 10, "message"), expected));
    }
    free(nad);
    dw_buf_free(&config);
  }
}

static void the_patched_network_is_checked_too(void **state) {
  (void)state;
  static const struct {
    const char *object, *denied, *field;
    size_t causes;
  } cases[] = {
      {PATCHED("lm", SETS("\"lm\"")), "", "", 0},
      {PATCHED("lm", SETS("\"xyz\"")), "network-missing", ANNOTATION, 1},
      {PATCHED("xyz", SETS("\"lm\"")), "network-missing", FIELD, 1},
      {PATCHED("xyz", SETS("\"xyz\"")), "network-missing", FIELD, 1},
      {PATCHED("xyz", SETS("\"abc\"")), "network-missing", FIELD, 2},
      {PATCHED("lm", SETS("\"LM\"")), "network-syntax", ANNOTATION, 1},
      {PATCHED("lm", SETS("5")), "network-syntax", ANNOTATION, 1},
      {PATCHED("null", SETS("\"lm\"")), "", "", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = create(STATE, cases[i].object);
    assert_string_equal(verdict_denied(&verdict), cases[i].denied);
    assert_int_equal(verdict_cause_count(&verdict), cases[i].causes);
    assert_string_equal(verdict_cause(&verdict, 0, "field"), cases[i].field);
  }
}

static void a_kubevirt_elsewhere_is_not_looked_after(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = create(STATE, KUBEVIRT_AT("default", "xyz"));
  assert_true(verdict.allowed);
  assert_string_equal(verdict_warned(&verdict), "network-missing");
  assert_non_null(strstr(verdict_warning(&verdict, 0), "it lies outside namespace openshift-cnv"));
  VERDICT_SCOPED unset = create(STATE, KUBEVIRT_AT("default", "null"));
  assert_int_equal(verdict_warning_count(&unset), 0);
}

#define RUNNING(name, phase)                                                                                           \
  "---\n{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: " name                    \
  ", namespace: vms}, spec: {vmiName: v}, status: {phase: " phase "}}\n"

static struct verdict update(const char *facts, const char *before, const char *after) {
  struct dw_world *world = world_of(facts, NULL);
  struct verdict verdict = review(world, DW_OP_UPDATE, after, before);
  dw_world_unref(world);
  return verdict;
}

static void a_change_of_the_network_warns(void **state) {
  (void)state;
  static const struct {
    const char *before, *after, *warned;
  } cases[] = {
      {HCO("lm"), HCO("lm"), ""},
      {HCO("far"), HCO("lm"), "network-change"},
      {HCO("null"), HCO("lm"), "network-change"},
      {HCO("lm"), HCO("null"), "network-change"},
      {HCO("''"), HCO("null"), ""},
      {PATCHED("null", SETS("\"lm\"")), HCO("lm"), ""},
      {HCO("lm"), PATCHED("lm", SETS("\"lm\"")), "jsonpatch-network"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = update(STATE, cases[i].before, cases[i].after);
    assert_true(verdict.allowed);
    assert_string_equal(verdict_warned(&verdict), cases[i].warned);
  }
  /* what can't be read is one mistake, not two */
  VERDICT_SCOPED broken = update(STATE, HCO("lm"), HCO("L_M"));
  assert_string_equal(verdict_denied(&broken), "network-syntax");
  assert_string_equal(verdict_warned(&broken), "");
}

static void running_migrations_are_counted(void **state) {
  (void)state;
  VERDICT_SCOPED one = update(STATE RUNNING("a", "Running") RUNNING("b", "Succeeded"), HCO("null"), HCO("lm"));
  assert_non_null(strstr(verdict_warning_of(&one, "migrations-running"), ": 1 live migration is in progress"));
  VERDICT_SCOPED two = update(STATE RUNNING("a", "Running") RUNNING("b", "Pending"), HCO("null"), HCO("lm"));
  assert_non_null(strstr(verdict_warning_of(&two, "migrations-running"), ": 2 live migrations are in progress"));
  VERDICT_SCOPED same = update(STATE RUNNING("a", "Running"), HCO("lm"), HCO("lm"));
  assert_int_equal(verdict_warning_count(&same), 0);
  VERDICT_SCOPED unknown = update(NULL, HCO("null"), HCO("lm"));
  assert_non_null(strstr(verdict_warning_of(&unknown, "migrations-running"), "could not be checked"));
  VERDICT_SCOPED unknown_same = update(NULL, HCO("lm"), HCO("lm"));
  assert_string_equal(verdict_warning_of(&unknown_same, "migrations-running"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plain_config_passes),
      cmocka_unit_test(place_and_name),
      cmocka_unit_test(traps_of_syntax),
      cmocka_unit_test(the_longest_name),
      cmocka_unit_test(missing_networks),
      cmocka_unit_test(networks_that_cant_be_looked_up),
      cmocka_unit_test(a_nad_being_deleted_is_told_of),
      cmocka_unit_test(an_unfit_nad_is_refused_with_its_findings),
      cmocka_unit_test(many_findings_of_a_nad_are_counted),
      cmocka_unit_test(the_patched_network_is_checked_too),
      cmocka_unit_test(a_kubevirt_elsewhere_is_not_looked_after),
      cmocka_unit_test(a_change_of_the_network_warns),
      cmocka_unit_test(running_migrations_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
