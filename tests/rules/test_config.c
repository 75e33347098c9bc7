#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
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
  "}, spec: {configuration: {evictionStrategy: LiveMigrate, migrations: {network: " network "}}}}"
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

static void accepts_a_plain_config(void **state) {
  (void)state;
  static const char *const objects[] = {HCO("lm"), HCO("null"), KUBEVIRT_AT("openshift-cnv", "lm")};
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    VERDICT_SCOPED verdict = create(STATE, objects[i]);
    assert_true(verdict.allowed);
    assert_int_equal(verdict_warning_count(&verdict), 0);
  }
}

static void checks_namespace_and_name(void **state) {
  (void)state;
  VERDICT_SCOPED place = create(STATE, HCO_AT("default", "kubevirt-hyperconverged", "nowhere"));
  assert_int_equal(verdict_cause_count(&place), 1); /* no operator reads its network */
  assert_string_equal(verdict_warned(&place), "");
  assert_string_equal(verdict_denied(&place), "config-namespace");
  assert_string_equal(verdict_cause(&place, 0, "field"), "metadata.namespace");
  assert_string_equal(verdict_cause(&place, 0, "message"),
                      "Invalid value: \"default\": HyperConverged's operator only reads namespace openshift-cnv; "
                      "create it in openshift-cnv [config-namespace]");
  VERDICT_SCOPED name = create(STATE, HCO_AT("openshift-cnv", "mine", "lm"));
  assert_true(name.allowed);
  assert_string_equal(verdict_warned(&name), "config-name");
  assert_memory_equal(verdict_warning(&name, 0), "metadata.name: ", 15);
}

static void explains_invalid_network_names(void **state) {
  (void)state;
  static const struct {
    const char *object, *message;
  } cases[] = {
      {HCO("'lm,other'"), "Invalid value: \"lm,other\": lists several networks, and virt-operator would attach them "
                          "all; use the name of one NAD [network-syntax]"},
      {HCO("'lm@eth5'"), "Invalid value: \"lm@eth5\": also names an interface, which breaks the \"@migration0\" that "
                         "virt-operator appends; use the bare name \"lm\" [network-syntax]"},
      {HCO("LM"), "Invalid value: \"LM\": contains capital letters, which a NAD's name cannot have; use lower case: "
                  "\"lm\" [network-syntax]"},
      {HCO("'lm@'"), "Invalid value: \"lm@\": also names an interface, which breaks the \"@migration0\" that "
                     "virt-operator appends; use the bare name \"lm\" [network-syntax]"},
      {HCO("'default/lm@eth5'"),
       "Invalid value: \"default/lm@eth5\": also names an interface, which breaks the \"@migration0\" that "
       "virt-operator appends; use the bare name \"lm\" [network-syntax]"},
      {HCO("default/"), "Invalid value: \"default/\": names a namespace without a NAD; use the bare name of a NAD "
                        "[network-syntax]"},
      {HCO("'l m'"), "Invalid value: \"l m\": is not a NAD name that Multus accepts; use the name of a NAD: lower-case "
                     "letters, digits and '-' [network-syntax]"},
      {HCO("l_m"), "Invalid value: \"l_m\": is not a NAD name that Multus accepts; use the name of a NAD: lower-case "
                   "letters, digits and '-' [network-syntax]"},
      {HCO("lm.x"), "Invalid value: \"lm.x\": is not a NAD name that Multus accepts; use the name of a NAD: lower-case "
                    "letters, digits and '-' [network-syntax]"},
      {HCO("a/b/c"), "Invalid value: \"a/b/c\": is not a NAD name that Multus accepts; use the name of a NAD: "
                     "lower-case letters, digits and '-' [network-syntax]"},
      {HCO("5"), "Invalid value: \"5\": must be a string, not an integer; use the name of a NAD [network-syntax]"},
      {HCO("[lm]"),
       "Invalid value: \"[\\\"lm\\\"]\": must be a string, not a list; use the name of a NAD [network-syntax]"},
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

/* Multus has no limit, and Kubernetes accepts names of 253 characters. */
static void accepts_the_longest_name(void **state) {
  (void)state;
  static const size_t lengths[] = {63, 64, 253, 254};
  char name[255];
  char object[600];
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    memset(name, 'a', lengths[i]);
    name[lengths[i]] = '\0';
    snprintf(object, sizeof object, HCO("%s"), name);
    VERDICT_SCOPED verdict = create(STATE, object);
    assert_string_equal(verdict_denied(&verdict), lengths[i] < 254 ? "network-missing" : "network-syntax");
  }
}

static void rejects_an_empty_network(void **state) {
  (void)state;
  static const struct {
    const char *object, *field, *value;
  } cases[] = {
      {HCO("''"), FIELD, "\"\""},
      {HCO("'  '"), FIELD, "\"  \""},
      {KUBEVIRT_AT("openshift-cnv", "''"), "spec.configuration.migrations.network", "\"\""},
      {PATCHED("lm", SETS("\"\"")), ANNOTATION, "\"\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = create(STATE, cases[i].object);
    char message[300];
    snprintf(message, sizeof message,
             "Invalid value: %s: virt-operator writes \"@migration0\", which names no network, so new virt-handler "
             "pods stay in ContainerCreating; remove the field to migrate over the pod network [network-empty]",
             cases[i].value);
    assert_string_equal(verdict_denied(&verdict), "network-empty");
    assert_int_equal(verdict_cause_count(&verdict), 1);
    assert_string_equal(verdict_cause(&verdict, 0, "field"), cases[i].field);
    assert_string_equal(verdict_cause(&verdict, 0, "message"), message);
    assert_string_equal(verdict_warned(&verdict), "");
  }
  VERDICT_SCOPED absent = create(STATE, PATCHED("lm", SETS("null")));
  assert_true(absent.allowed);
}

#define OPENSHIFT                                                                                                      \
  "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "      \
  "[{cidr: 10.128.0.0/14}]}}\n"
#define POLICY(rest) "{apiVersion: droveway.io/v1alpha1, kind: Policy" rest "}"
#define KUBEVIRT_IN_KUBEVIRT(network) KUBEVIRT_AT("kubevirt", network)

/* A name that is not bare, but that Multus can look up, is judged as the NAD that it names. */
static void judges_a_network_with_a_namespace(void **state) {
  (void)state;
  static const struct {
    const char *policy, *object, *denied, *said; /* the only cause or warning of network-syntax */
  } cases[] = {
      {NULL, HCO("openshift-cnv/lm"), "",
       FIELD ": the NAD is looked up in openshift-cnv anyway; use the bare name \"lm\" [network-syntax]"},
      {NULL, HCO("/lm"), "",
       FIELD ": the NAD is looked up in openshift-cnv anyway; use the bare name \"lm\" [network-syntax]"},
      {NULL, HCO("' lm '"), "", FIELD ": Multus trims the spaces; use the bare name \"lm\" [network-syntax]"},
      {NULL, HCO("default/far"), "",
       FIELD ": only works while Multus lets pods of all namespaces use NADs of namespace default; create the NAD in "
             "openshift-cnv and use its bare name \"far\" [network-syntax]"},
      {NULL, HCO("default/nowhere"), "network-missing",
       FIELD ": only works while Multus lets pods of all namespaces use NADs of namespace default; create the NAD in "
             "openshift-cnv and use its bare name \"nowhere\" [network-syntax]"},
      {NULL, HCO("shop/far"), "network-syntax",
       "Invalid value: \"shop/far\": Multus's namespace isolation keeps pods in openshift-cnv from using NADs of "
       "namespace shop; "
       "create the NAD in openshift-cnv and use its bare name \"far\" [network-syntax]"},
      {POLICY(", globalNamespaces: [shop]"), HCO("shop/far"), "network-missing",
       FIELD ": only works while Multus lets pods of all namespaces use NADs of namespace shop; create the NAD in "
             "openshift-cnv and use its bare name \"far\" [network-syntax]"},
      {POLICY(", globalNamespaces: []"), HCO("default/far"), "network-syntax",
       "Invalid value: \"default/far\": Multus's namespace isolation keeps pods in openshift-cnv from using NADs of "
       "namespace default; create the NAD in openshift-cnv and use its bare name \"far\" [network-syntax]"},
      /* upstream's Multus does not isolate namespaces by default */
      {POLICY(", namespace: kubevirt"), KUBEVIRT_IN_KUBEVIRT("default/far"), "",
       "spec.configuration.migrations.network: only works while Multus does not isolate namespaces: default is not "
       "kubevirt; create the NAD in kubevirt and use its bare name \"far\" [network-syntax]"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_world *world = world_of(STATE, cases[i].policy);
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, cases[i].object, NULL);
    assert_string_equal(verdict_denied(&verdict), cases[i].denied);
    const char *said = strcmp(cases[i].denied, "network-syntax") == 0
                           ? verdict_cause_of(&verdict, "network-syntax", "message")
                           : verdict_warning_of(&verdict, "network-syntax");
    /* a long warning omits its end */
    const char *end = strstr(cases[i].said, "; ");
    assert_memory_equal(said, cases[i].said, (size_t)(end - cases[i].said));
    if (strncmp(said, "Invalid", 7) == 0)
      assert_string_equal(said, cases[i].said);
    dw_world_unref(world);
  }
  struct dw_world *openshift = world_of(STATE OPENSHIFT, POLICY(", namespace: kubevirt"));
  VERDICT_SCOPED isolated = review(openshift, DW_OP_CREATE, KUBEVIRT_IN_KUBEVIRT("shop/far"), NULL);
  assert_string_equal(verdict_denied(&isolated), "network-syntax");
  dw_world_unref(openshift);
}

/* A NAD of another namespace that is in use is the migration network: it is judged as such, and must not be deleted. */
static void judges_a_used_nad_in_another_namespace(void **state) {
  (void)state;
  static const char bad[] = NAD("default", "far", GOOD("10.0.0.0/31"));
  VERDICT_SCOPED unfit = create(bad, HCO("default/far"));
  assert_string_equal(verdict_denied(&unfit), "network-unfit");
  assert_int_equal(verdict_cause_count(&unfit), 1);
  assert_non_null(strstr(verdict_cause(&unfit, 0, "message"), "NAD default/far violates range-empty: "));
  struct dw_world *world = world_of(STATE "---\n" HCO("default/far"), NULL);
  static const char document[] = NAD("default", "far", GOOD("10.200.6.0/24"));
  const char *nad = &document[strlen("---\n")];
  VERDICT_SCOPED deleted = review(world, DW_OP_DELETE, nad, NULL);
  assert_string_equal(verdict_denied(&deleted), "network-in-use");
  VERDICT_SCOPED again = review(world, DW_OP_CREATE, nad, NULL);
  assert_string_equal(verdict_denied(&again), ""); /* no migration-namespace: Multus finds it there */
  dw_world_unref(world);
}

static void rejects_missing_networks(void **state) {
  (void)state;
  static const struct {
    const char *network, *message;
  } cases[] = {
      {HCO("xyz"),
       "Not found: \"xyz\": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]"},
      {HCO("far"), "Not found: \"far\": namespace default has a NAD with that name, but it must be in openshift-cnv; "
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

static void reports_networks_that_cannot_be_looked_up(void **state) {
  (void)state;
  struct dw_world *unknown = world_knowing(STATE, NULL, DW_UNKNOWN);
  VERDICT_SCOPED found = review(unknown, DW_OP_CREATE, HCO("lm"), NULL);
  assert_string_equal(verdict_warning_of(&found, "network-missing"), "");
  VERDICT_SCOPED missing = review(unknown, DW_OP_CREATE, HCO("xyz"), NULL);
  assert_true(missing.allowed);
  assert_string_equal(verdict_warning_of(&missing, "network-missing"),
                      FIELD ": could not be checked: the NADs are unknown [network-missing]");
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
                      "Droveway can't check this now: NAD openshift-cnv/lm can't be looked up now; try again");
  VERDICT_SCOPED denied = review(unavailable, DW_OP_CREATE, HCO("LM"), NULL);
  assert_int_equal(verdict_code(&denied), 422);
  dw_world_unref(unavailable);
}

static void warns_of_a_nad_that_is_being_deleted(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      create("{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: "
             "openshift-cnv, deletionTimestamp: '2026-11-21T00:00:00Z'}, spec: {config: '" GOOD("10.200.5.0/24") "'}}",
             HCO("lm"));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warning_of(&verdict, "network-missing"), "is being deleted"));
}

static void rejects_an_unfit_nad_with_its_findings(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      create(NAD("openshift-cnv", "lm",
                 "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"ipam\":{\"type\":"
                 "\"whereabouts\",\"range\":\"10.0.0.0/31\"}}"),
             HCO("lm"));
  assert_string_equal(verdict_denied(&verdict), "network-unfit");
  assert_int_equal(verdict_cause_count(&verdict), 2);
  const char *message = verdict_cause(&verdict, 0, "message");
  static const char start[] =
      "Invalid value: \"lm\": NAD openshift-cnv/lm violates range-empty: spec.config.ipam.range: "
      "Invalid value: \"10.0.0.0/31\": ";
  static const char end[] = "; fix that NAD first [network-unfit]";
  assert_memory_equal(message, start, strlen(start));
  assert_string_equal(message + strlen(message) - strlen(end), end);
  assert_null(strstr(message, "[range-empty]"));
  assert_non_null(strstr(verdict_cause(&verdict, 1, "message"), "violates master-required: spec.config.master: "));
}

static void counts_the_findings_of_a_nad(void **state) {
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
      snprintf(expected, sizeof expected, "has %d more errors", bad - 10);
      assert_non_null(strstr(verdict_cause(&verdict, 10, "message"), expected));
    }
    free(nad);
    dw_buf_free(&config);
  }
}

static void checks_the_patched_network(void **state) {
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

static void does_not_judge_a_kubevirt_in_another_namespace(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = create(STATE, KUBEVIRT_AT("default", "xyz"));
  assert_true(verdict.allowed);
  assert_string_equal(verdict_warned(&verdict), "network-missing");
  assert_non_null(strstr(verdict_warning(&verdict, 0), "this KubeVirt is outside namespace openshift-cnv"));
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

static void warns_of_a_change_of_the_network(void **state) {
  (void)state;
  static const struct {
    const char *before, *after, *warned;
  } cases[] = {
      {HCO("lm"), HCO("lm"), ""},
      {HCO("far"), HCO("lm"), "network-change"},
      {HCO("null"), HCO("lm"), "network-change"},
      {HCO("lm"), HCO("null"), "network-change"},
      {HCO("''"), HCO("null"), ""},
      {HCO("lm"), HCO("openshift-cnv/lm"), "network-syntax,network-change"},
      {PATCHED("null", SETS("\"lm\"")), HCO("lm"), ""},
      {HCO("lm"), PATCHED("lm", SETS("\"lm\"")), "jsonpatch-network"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = update(STATE, cases[i].before, cases[i].after);
    assert_true(verdict.allowed);
    assert_string_equal(verdict_warned(&verdict), cases[i].warned);
  }
  /* an unreadable network is one mistake, not two */
  VERDICT_SCOPED broken = update(STATE, HCO("lm"), HCO("L_M"));
  assert_string_equal(verdict_denied(&broken), "network-syntax");
  assert_string_equal(verdict_warned(&broken), "");
}

static void counts_running_migrations(void **state) {
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

/* --- the NAD of a network in use --- */

static struct verdict delete_nad(const char *state, enum dw_knowledge knowledge) {
  struct dw_world *world = world_knowing(state, NULL, knowledge);
  char *nad = nad_text("lm", GOOD("10.200.5.0/24"));
  struct verdict verdict = review(world, DW_OP_DELETE, nad, NULL);
  free(nad);
  dw_world_unref(world);
  return verdict;
}

static void rejects_the_deletion_of_a_nad_in_use(void **state) {
  (void)state;
  VERDICT_SCOPED hco = delete_nad(HCO("lm"), DW_KNOWN);
  assert_false(hco.allowed);
  assert_int_equal(verdict_code(&hco), 422);
  assert_int_equal(verdict_cause_count(&hco), 1);
  assert_string_equal(verdict_cause(&hco, 0, "field"), "metadata.name");
  assert_string_equal(verdict_cause(&hco, 0, "reason"), "FieldValueForbidden");
  assert_string_equal(verdict_cause(&hco, 0, "message"),
                      "Forbidden: HyperConverged openshift-cnv/kubevirt-hyperconverged uses this NAD as its migration "
                      "network; remove it from that HyperConverged first [network-in-use]");
  VERDICT_SCOPED kubevirt = delete_nad(KUBEVIRT_AT("openshift-cnv", "lm"), DW_KNOWN);
  assert_string_equal(verdict_denied(&kubevirt), "network-in-use");
  assert_non_null(strstr(verdict_cause(&kubevirt, 0, "message"), "KubeVirt openshift-cnv/kubevirt"));
}

static void allows_the_deletion_of_an_unused_nad(void **state) {
  (void)state;
  static const char *const states[] = {"", HCO("other"), HCO_AT("elsewhere", "kubevirt-hyperconverged", "lm")};
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    VERDICT_SCOPED verdict = delete_nad(states[i], DW_KNOWN);
    assert_true(verdict.allowed);
    assert_int_equal(verdict_warning_count(&verdict), 0);
  }
}

static void allows_the_deletion_of_a_nad_in_another_namespace(void **state) {
  (void)state;
  struct dw_world *world = world_of(HCO("lm"), NULL);
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
  VERDICT_SCOPED denied = delete_nad(HCO("lm"), DW_UNAVAILABLE);
  assert_int_equal(verdict_code(&denied), 422);
}

static void allows_the_deletion_of_a_nad_that_is_already_being_deleted(void **state) {
  (void)state;
  struct dw_world *world = world_of(HCO("lm"), NULL);
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
  VERDICT_SCOPED changed = update_nad(HCO("lm"), GOOD("10.200.5.0/24"), GOOD("10.200.6.0/24"));
  assert_true(changed.allowed);
  assert_non_null(strstr(verdict_warning_of(&changed, "network-in-use-change"), "spec.config: "));
  VERDICT_SCOPED same = update_nad(HCO("lm"), GOOD("10.200.5.0/24"), GOOD("10.200.5.0/24"));
  assert_string_equal(verdict_warning_of(&same, "network-in-use-change"), "");
  VERDICT_SCOPED unused = update_nad(HCO("x"), GOOD("10.200.5.0/24"), GOOD("10.200.6.0/24"));
  assert_string_equal(verdict_warning_of(&unused, "network-in-use-change"), "");
  VERDICT_SCOPED broken = update_nad(HCO("lm"), GOOD("10.200.5.0/24"), "{");
  assert_string_equal(verdict_denied(&broken), "cni-json");
  assert_string_equal(verdict_warning_of(&broken, "network-in-use-change"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_a_plain_config),
      cmocka_unit_test(checks_namespace_and_name),
      cmocka_unit_test(explains_invalid_network_names),
      cmocka_unit_test(accepts_the_longest_name),
      cmocka_unit_test(rejects_an_empty_network),
      cmocka_unit_test(judges_a_network_with_a_namespace),
      cmocka_unit_test(judges_a_used_nad_in_another_namespace),
      cmocka_unit_test(rejects_missing_networks),
      cmocka_unit_test(reports_networks_that_cannot_be_looked_up),
      cmocka_unit_test(warns_of_a_nad_that_is_being_deleted),
      cmocka_unit_test(rejects_an_unfit_nad_with_its_findings),
      cmocka_unit_test(counts_the_findings_of_a_nad),
      cmocka_unit_test(checks_the_patched_network),
      cmocka_unit_test(does_not_judge_a_kubevirt_in_another_namespace),
      cmocka_unit_test(warns_of_a_change_of_the_network),
      cmocka_unit_test(counts_running_migrations),
      cmocka_unit_test(rejects_the_deletion_of_a_nad_in_use),
      cmocka_unit_test(allows_the_deletion_of_an_unused_nad),
      cmocka_unit_test(allows_the_deletion_of_a_nad_in_another_namespace),
      cmocka_unit_test(warns_of_unknown_users_and_answers_503_for_unavailable_ones),
      cmocka_unit_test(allows_the_deletion_of_a_nad_that_is_already_being_deleted),
      cmocka_unit_test(warns_of_a_change_of_a_network_in_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
