#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "droveway/base/buf.h"
#include "support/review_case.h"

/* META: more members of metadata; the config lacks a master, and its range has no usable address. */
#define NAD(meta, config)                                                                                              \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: my-migration, namespace: "     \
  "openshift-cnv" meta "}, spec: {config: '" config "'}}"
#define CONFIG(members, range)                                                                                         \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\"" members                                              \
  ",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range "\"}}"
#define BAD CONFIG("", "10.0.0.0/31")

static struct verdict update_in(const char *state, const char *policy, const char *before, const char *after) {
  struct dw_world *world = world_of(state, policy);
  struct verdict verdict = review(world, DW_OP_UPDATE, after, before);
  dw_world_unref(world);
  return verdict;
}

static struct verdict update(const char *before, const char *after) {
  return update_in("", NULL, before, after);
}

static void what_was_wrong_before_only_warns(void **state) {
  (void)state;
  static const char *const afters[] = {NAD("", BAD), NAD(", annotations: {a: b}", BAD), NAD(", finalizers: [x/y]", BAD),
                                       NAD("", CONFIG(",\"mode\":\"bridge\"", "10.0.0.0/31"))};
  for (size_t i = 0; i < sizeof afters / sizeof *afters; i++) {
    VERDICT_SCOPED verdict = update(NAD("", BAD), afters[i]);
    assert_true(verdict.allowed);
    assert_string_equal(verdict_denied(&verdict), "");
    assert_non_null(strstr(verdict_warned(&verdict), "range-empty"));
    assert_non_null(strstr(verdict_warned(&verdict), "master-required"));
    assert_memory_equal(verdict_warning_of(&verdict, "master-required"), "spec.config.master: ", 20);
  }
}

static void a_new_mistake_is_denied_beside_old_ones(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update(NAD("", CONFIG("", "10.0.0.0/24")), NAD("", BAD));
  assert_string_equal(verdict_denied(&verdict), "range-empty");
  assert_non_null(strstr(verdict_warned(&verdict), "master-required"));
}

static void another_wrong_value_is_a_new_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update(NAD("", BAD), NAD("", CONFIG("", "10.0.0.2/31")));
  assert_string_equal(verdict_denied(&verdict), "range-empty");
}

static void a_mended_object_has_nothing_left(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update(NAD("", BAD), NAD("", CONFIG(",\"master\":\"eth1\"", "10.0.0.0/24")));
  assert_true(verdict.allowed);
  assert_null(strstr(verdict.text, "master-required"));
  assert_null(strstr(verdict.text, "range-empty"));
}

static void becoming_a_migration_network_is_a_change(void **state) {
  (void)state;
  static const char off[] = NAD(", labels: {droveway.io/migration-network: \"false\"}", BAD);
  VERDICT_SCOPED becomes = update(off, NAD("", BAD));
  assert_string_equal(verdict_denied(&becomes), "master-required");
  assert_non_null(strstr(verdict_warned(&becomes), "range-empty"));
  VERDICT_SCOPED ceases = update(NAD("", BAD), off);
  assert_true(ceases.allowed);
  /* a warning of the old class becomes a denial of the new one */
  static const char gateway[] = CONFIG(",\"master\":\"eth1\"", "10.0.0.0/24\",\"gateway\":\"10.0.0.1");
  struct dw_buf before = DW_BUF_INIT;
  struct dw_buf after = DW_BUF_INIT;
  dw_buf_printf(&before, NAD(", labels: {droveway.io/migration-network: \"false\"}", "%s"), gateway);
  dw_buf_printf(&after, NAD("", "%s"), gateway);
  VERDICT_SCOPED denied = update(before.data, after.data);
  assert_string_equal(verdict_denied(&denied), "gateway-in-pool");
  dw_buf_free(&before);
  dw_buf_free(&after);
}

static void an_object_on_its_way_out_is_let_go(void **state) {
  (void)state;
  static const char deleting[] = NAD(", deletionTimestamp: '2026-11-21T00:00:00Z'", BAD);
  VERDICT_SCOPED verdict = update(NAD("", CONFIG(",\"master\":\"eth1\"", "10.0.0.0/24")), deleting);
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "range-empty"));
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED created = review(world, DW_OP_CREATE, deleting, NULL);
  assert_false(created.allowed);
  dw_world_unref(world);
}

static void an_unreadable_old_object_excuses_nothing(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update(NAD("", "{"), NAD("", BAD));
  assert_string_equal(verdict_denied(&verdict), "range-empty,master-required");
  VERDICT_SCOPED same = update(NAD("", "{"), NAD(", annotations: {a: b}", "{"));
  assert_true(same.allowed);
  VERDICT_SCOPED other = update(NAD("", "{"), NAD("", "{{"));
  assert_string_equal(verdict_denied(&other), "cni-json");
}

/* A NAD of COUNT plugins whose type is no file name. */
static char *crowded(int count, const char *version) {
  struct dw_buf config = DW_BUF_INIT;
  dw_buf_printf(&config, "{\"cniVersion\":\"%s\",\"name\":\"n\",\"plugins\":[{\"type\":\"tuning\"}", version);
  for (int i = 0; i < count; i++)
    dw_buf_puts(&config, ",{\"type\":\"a/b\"}");
  dw_buf_puts(&config, "]}");
  char *nad = nad_text("n", config.data);
  dw_buf_free(&config);
  return nad;
}

static void more_findings_than_are_kept_are_not_let_through(void **state) {
  (void)state;
  char *before = crowded(400, "0.3.1");
  char *changed = crowded(400, "1.0.0");
  VERDICT_SCOPED same = update(before, before);
  assert_true(same.allowed);
  VERDICT_SCOPED other = update(before, changed);
  assert_false(other.allowed);
  assert_int_equal(verdict_cause_count(&other), 1);
  assert_non_null(strstr(verdict_cause(&other, 0, "message"), "144 more findings"));
  free(before);
  free(changed);
}

#define HCO(meta, spec)                                                                                                \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv" meta "}, spec: " spec "}"
#define BLOCK(members) "{liveMigrationConfig: {" members "}}"

static void configs_are_ratcheted_too(void **state) {
  (void)state;
  static const struct {
    const char *before, *after, *denied;
  } cases[] = {
      {HCO("", BLOCK("network: gone")), HCO(", annotations: {a: b}", BLOCK("network: gone")), ""},
      {HCO("", BLOCK("network: gone")), HCO("", BLOCK("network: gone, progressTimeout: 5")), ""},
      {HCO("", BLOCK("network: gone")), HCO("", BLOCK("network: gone, progressTimeout: -5")), "limit-range"},
      {HCO("", BLOCK("network: gone")), HCO("", BLOCK("network: lost")), "network-missing"},
      {HCO("", BLOCK("network: gone, progressTimeout: x")), HCO("", BLOCK("network: gone, progressTimeout: y")),
       "limit-type"},
      {HCO("", "5"), HCO(", finalizers: [a/b]", "5"), ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    VERDICT_SCOPED verdict = update(cases[i].before, cases[i].after);
    assert_string_equal(verdict_denied(&verdict), cases[i].denied);
  }
}

static void an_unchanged_network_needs_no_look_up(void **state) {
  (void)state;
  struct dw_world *world = world_knowing(NULL, NULL, DW_UNAVAILABLE);
  VERDICT_SCOPED same =
      review(world, DW_OP_UPDATE, HCO(", annotations: {a: b}", BLOCK("network: lm")), HCO("", BLOCK("network: lm")));
  assert_true(same.allowed);
  assert_non_null(strstr(verdict_warning_of(&same, "network-missing"), "could not be checked"));
  VERDICT_SCOPED other = review(world, DW_OP_UPDATE, HCO("", BLOCK("network: lm")), HCO("", BLOCK("network: other")));
  assert_int_equal(verdict_code(&other), 503);
  VERDICT_SCOPED deleting =
      review(world, DW_OP_UPDATE, HCO(", deletionTimestamp: '2026-11-21T00:00:00Z'", BLOCK("network: lm")),
             HCO("", BLOCK("network: other")));
  assert_true(deleting.allowed);
  dw_world_unref(world);
}

static void a_rule_that_compares_can_deny_by_policy(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      update_in("", "{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {network-change: deny}}",
                HCO("", BLOCK("network: gone")), HCO("", BLOCK("network: null")));
  assert_string_equal(verdict_denied(&verdict), "network-change");
}

static struct verdict update_on(const char *state, const char *before, const char *after) {
  return update_in(state, NULL, before, after);
}

/* --- nothing that the rules read --- */

/* A NAD with METADATA beside its name, whose config has COUNT unreadable ranges of LENGTH bytes. */
static char *broken_nad(const char *metadata, size_t count, size_t length) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text,
                "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: my-migration, "
                "namespace: openshift-cnv%s}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":"
                "\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":[",
                metadata);
  for (size_t i = 0; i < count; i++) {
    dw_buf_puts(&text, i == 0 ? "{\"range\":\"" : ",{\"range\":\"");
    for (size_t k = 0; k < length; k++)
      dw_buf_putc(&text, 'x');
    dw_buf_puts(&text, "\"}");
  }
  dw_buf_puts(&text, "]}}'}}");
  return dw_buf_steal(&text, NULL);
}

static void expect_relabelled(size_t count, size_t length) {
  char *before = broken_nad("", count, length);
  char *after = broken_nad(", annotations: {a: b}", count, length);
  VERDICT_SCOPED verdict = update_on("", before, after);
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "ipam-syntax"));
  free(before);
  free(after);
}

static void an_annotation_goes_onto_any_broken_nad(void **state) {
  (void)state;
  expect_relabelled(1, 5);
  expect_relabelled(1, 100000); /* shown and kept only in part */
  expect_relabelled(1000, 5);   /* more than are kept */
}

#define NAD_IN(ns, meta)                                                                                               \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: my-migration, namespace: " ns  \
      meta                                                                                                             \
  "}, spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"         \
  "\"192.168.99.0/24\"}}'}}"

/* It was a migration network in the wrong place before, by its name. */
static void a_label_that_changes_nothing_is_no_new_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update_on("", NAD_IN("vms", ""),
                                     NAD_IN("vms", ", labels: {droveway.io/migration-network: "
                                                   "\"true\"}"));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "migration-namespace"));
}

static void a_label_that_makes_it_a_migration_network_is(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      update_on("", NAD_IN("vms", ", labels: {droveway.io/migration-network: \"false\"}"), NAD_IN("vms", ""));
  assert_string_equal(verdict_denied(&verdict), "migration-namespace");
}

/* --- overlaps that grow while their text stays --- */

#define RANGE(range, exclude)                                                                                          \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: my-migration, namespace: "     \
  "openshift-cnv}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\"," \
  "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range "\",\"exclude\":[" exclude "]}}'}}"

static const char other[] = "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: "
                            "other, namespace: vms}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\","
                            "\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\","
                            "\"range\":\"192.168.99.0/24\"}}'}}";

/* Both name 192.168.99.1-192.168.99.63 as the first shared addresses. */
static void an_overlap_that_grows_is_a_new_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update_on(other, RANGE("192.168.99.0/24", "\"192.168.99.64/26\",\"192.168.99.128/25\""),
                                     RANGE("192.168.99.0/24", "\"192.168.99.64/26\""));
  assert_string_equal(verdict_denied(&verdict), "overlap-network");
}

static void an_overlap_that_stays_is_none(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update_on(other, RANGE("192.168.99.0/24", "\"192.168.99.64/27\",\"192.168.99.96/27\""),
                                     RANGE("192.168.99.0/24", "\"192.168.99.64/26\""));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "overlap-network"));
}

static void an_overlap_with_a_remote_cluster_is_held_to_its_addresses(void **state) {
  (void)state;
  struct dw_world *world = world_of("", "{apiVersion: droveway.io/v1alpha1, kind: Policy, remoteClusters: [{name: "
                                        "east, ranges: [192.168.99.128/25]}]}");
  VERDICT_SCOPED grows =
      review(world, DW_OP_UPDATE, RANGE("192.168.99.0/24", ""), RANGE("192.168.99.0/24", "\"192.168.99.192/26\""));
  assert_string_equal(verdict_denied(&grows), "overlap-remote-cluster");
  dw_world_unref(world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_wrong_before_only_warns),
      cmocka_unit_test(a_new_mistake_is_denied_beside_old_ones),
      cmocka_unit_test(another_wrong_value_is_a_new_mistake),
      cmocka_unit_test(a_mended_object_has_nothing_left),
      cmocka_unit_test(becoming_a_migration_network_is_a_change),
      cmocka_unit_test(an_object_on_its_way_out_is_let_go),
      cmocka_unit_test(an_unreadable_old_object_excuses_nothing),
      cmocka_unit_test(more_findings_than_are_kept_are_not_let_through),
      cmocka_unit_test(configs_are_ratcheted_too),
      cmocka_unit_test(an_unchanged_network_needs_no_look_up),
      cmocka_unit_test(a_rule_that_compares_can_deny_by_policy),
      cmocka_unit_test(an_annotation_goes_onto_any_broken_nad),
      cmocka_unit_test(a_label_that_changes_nothing_is_no_new_mistake),
      cmocka_unit_test(a_label_that_makes_it_a_migration_network_is),
      cmocka_unit_test(an_overlap_that_grows_is_a_new_mistake),
      cmocka_unit_test(an_overlap_that_stays_is_none),
      cmocka_unit_test(an_overlap_with_a_remote_cluster_is_held_to_its_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
