/* UPDATEs that try to slip something past the ratchet, and ones that it must not get in the way of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "droveway/base/buf.h"
#include "support/review_case.h"

static struct verdict update_in(const char *state, const char *before, const char *after) {
  struct dw_world *world = world_of(state, NULL);
  struct verdict verdict = review(world, DW_OP_UPDATE, after, before);
  dw_world_unref(world);
  return verdict;
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
  VERDICT_SCOPED verdict = update_in("", before, after);
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
  VERDICT_SCOPED verdict = update_in("", NAD_IN("vms", ""),
                                     NAD_IN("vms", ", labels: {droveway.io/migration-network: "
                                                   "\"true\"}"));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "migration-namespace"));
}

static void a_label_that_makes_it_a_migration_network_is(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      update_in("", NAD_IN("vms", ", labels: {droveway.io/migration-network: \"false\"}"), NAD_IN("vms", ""));
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
  VERDICT_SCOPED verdict = update_in(other, RANGE("192.168.99.0/24", "\"192.168.99.64/26\",\"192.168.99.128/25\""),
                                     RANGE("192.168.99.0/24", "\"192.168.99.64/26\""));
  assert_string_equal(verdict_denied(&verdict), "overlap-network");
}

static void an_overlap_that_stays_is_none(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update_in(other, RANGE("192.168.99.0/24", "\"192.168.99.64/27\",\"192.168.99.96/27\""),
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
      cmocka_unit_test(an_annotation_goes_onto_any_broken_nad),
      cmocka_unit_test(a_label_that_changes_nothing_is_no_new_mistake),
      cmocka_unit_test(a_label_that_makes_it_a_migration_network_is),
      cmocka_unit_test(an_overlap_that_grows_is_a_new_mistake),
      cmocka_unit_test(an_overlap_that_stays_is_none),
      cmocka_unit_test(an_overlap_with_a_remote_cluster_is_held_to_its_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
