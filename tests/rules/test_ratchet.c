#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "support/review_case.h"

/* META contains more members of metadata. The config lacks a master, and its range has no usable address. */
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

static void an_old_mistake_only_warns(void **state) {
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

static void rejects_a_new_mistake_next_to_old_ones(void **state) {
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

#define PLUGINS(type, mtu) NAD("", "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{" type "\"mtu\":" mtu "}]}")

/* An absent, empty or null type is reported in the same words; only the value differs.
 */
static void an_absent_value_and_an_empty_one_are_different_mistakes(void **state) {
  (void)state;
  VERDICT_SCOPED stays = update(PLUGINS("", "1400"), PLUGINS("", "1500"));
  assert_string_equal(verdict_denied(&stays), "");
  assert_non_null(strstr(verdict_warned(&stays), "cni-type"));
  VERDICT_SCOPED comes = update(PLUGINS("", "1400"), PLUGINS("\"type\":\"\",", "1400"));
  assert_non_null(strstr(verdict_denied(&comes), "cni-type"));
  VERDICT_SCOPED goes = update(PLUGINS("\"type\":\"\",", "1400"), PLUGINS("", "1400"));
  assert_non_null(strstr(verdict_denied(&goes), "cni-type"));
  VERDICT_SCOPED changes = update(PLUGINS("\"type\":\"\",", "1400"), PLUGINS("\"type\":null,", "1400"));
  assert_non_null(strstr(verdict_denied(&changes), "cni-type"));
}

static void a_fixed_object_has_no_findings(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update(NAD("", BAD), NAD("", CONFIG(",\"master\":\"eth1\"", "10.0.0.0/24")));
  assert_true(verdict.allowed);
  assert_null(strstr(verdict.text, "master-required"));
  assert_null(strstr(verdict.text, "range-empty"));
}

static void judges_an_object_that_becomes_a_migration_network_as_new(void **state) {
  (void)state;
  static const char off[] = NAD(", labels: {droveway.io/migration-network: \"false\"}", BAD);
  VERDICT_SCOPED becomes = update(off, NAD("", BAD));
  assert_string_equal(verdict_denied(&becomes),
                      "range-empty,master-required"); /* on the other network, range-empty only warned */
  static const char class_before[] =
      NAD(", labels: {droveway.io/migration-network: \"false\"}", CONFIG("", "224.0.5.0/24"));
  VERDICT_SCOPED class = update(class_before, NAD("", CONFIG("", "224.0.5.0/24")));
  assert_string_equal(verdict_denied(&class), "master-required"); /* range-class denied before, too */
  assert_non_null(strstr(verdict_warned(&class), "range-class"));
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

static void allows_updates_of_an_object_being_deleted(void **state) {
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

static void an_unreadable_old_object_excuses_no_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update(NAD("", "{"), NAD("", BAD));
  assert_string_equal(verdict_denied(&verdict), "range-empty,master-required");
  VERDICT_SCOPED same = update(NAD("", "{"), NAD(", annotations: {a: b}", "{"));
  assert_true(same.allowed);
  VERDICT_SCOPED other = update(NAD("", "{"), NAD("", "{{"));
  assert_string_equal(verdict_denied(&other), "cni-json");
}

/* A NAD of COUNT plugins whose type is not a file name. */
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

static void rejects_more_findings_than_are_kept(void **state) {
  (void)state;
  char *before = crowded(400, "0.3.1");
  char *changed = crowded(400, "1.0.0");
  VERDICT_SCOPED same = update(before, before);
  assert_true(same.allowed);
  VERDICT_SCOPED other = update(before, changed);
  assert_false(other.allowed);
  assert_int_equal(verdict_cause_count(&other), 1);
  assert_non_null(strstr(verdict_cause(&other, 0, "message"), "144 more errors"));
  free(before);
  free(changed);
}

#define HCO(meta, spec)                                                                                                \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv" meta "}, spec: " spec "}"
#define BLOCK(members) "{liveMigrationConfig: {" members "}}"

static void tolerates_old_mistakes_in_configs(void **state) {
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

static void does_not_look_up_an_unchanged_network(void **state) {
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

static void a_policy_can_make_a_comparing_rule_deny(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      update_in("", "{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {network-change: deny}}",
                HCO("", BLOCK("network: gone")), HCO("", BLOCK("network: null")));
  assert_string_equal(verdict_denied(&verdict), "network-change");
}

static struct verdict update_on(const char *state, const char *before, const char *after) {
  return update_in(state, NULL, before, after);
}

/* --- changes of what no rule reads --- */

/* A NAD with METADATA in addition to its name, whose config has COUNT unreadable ranges of LENGTH bytes. */
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

static void allows_annotating_any_broken_nad(void **state) {
  (void)state;
  expect_relabelled(1, 5);
  expect_relabelled(1, 100000); /* only a part is shown and kept */
  expect_relabelled(1000, 5);   /* more than are kept */
}

#define NAD_IN(ns, meta)                                                                                               \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: my-migration, namespace: " ns  \
      meta                                                                                                             \
  "}, spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"         \
  "\"192.168.99.0/24\"}}'}}"

/* Because of its name, it already was a migration network in the wrong namespace. */
static void a_label_without_effect_is_not_a_new_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update_on("", NAD_IN("vms", ""),
                                     NAD_IN("vms", ", labels: {droveway.io/migration-network: "
                                                   "\"true\"}"));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "migration-namespace"));
}

static void a_label_that_makes_it_a_migration_network_is_a_new_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict =
      update_on("", NAD_IN("vms", ", labels: {droveway.io/migration-network: \"false\"}"), NAD_IN("vms", ""));
  assert_string_equal(verdict_denied(&verdict), "migration-namespace");
}

/* --- overlaps that grow while their text is the same --- */

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

static void an_unchanged_overlap_is_not_a_new_mistake(void **state) {
  (void)state;
  VERDICT_SCOPED verdict = update_on(other, RANGE("192.168.99.0/24", "\"192.168.99.64/27\",\"192.168.99.96/27\""),
                                     RANGE("192.168.99.0/24", "\"192.168.99.64/26\""));
  assert_true(verdict.allowed);
  assert_non_null(strstr(verdict_warned(&verdict), "overlap-network"));
}

static void an_overlap_with_a_remote_cluster_is_compared_by_its_addresses(void **state) {
  (void)state;
  struct dw_world *world = world_of("", "{apiVersion: droveway.io/v1alpha1, kind: Policy, remoteClusters: [{name: "
                                        "east, ranges: [192.168.99.128/25]}]}");
  VERDICT_SCOPED grows =
      review(world, DW_OP_UPDATE, RANGE("192.168.99.0/24", ""), RANGE("192.168.99.0/24", "\"192.168.99.192/26\""));
  assert_string_equal(verdict_denied(&grows), "overlap-remote-cluster");
  dw_world_unref(world);
}

/* --- unreadable configurations --- */

/* CONFIG is the spec.config of the updated NAD; OTHER changes another part of the spec. */
static char *nad_with(const char *labels, const char *config, const char *other_member) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  json_object *quoted = json_object_new_string(config);
  dw_buf_printf(
      &text,
      "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":"
      "\"my-migration\",\"namespace\":\"openshift-cnv\"%s},\"spec\":{\"config\":%s%s}}",
      labels, json_object_to_json_string_ext(quoted, JSON_C_TO_STRING_NOSLASHESCAPE), other_member);
  json_object_put(quoted);
  return dw_buf_steal(&text, NULL);
}

/* What an UPDATE from BEFORE to AFTER (configurations) is denied for. */
static void expect_update(const char *before, const char *after, const char *denied) {
  char *old = nad_with("", before, "");
  char *new = nad_with("", after, ",\"other\":1");
  VERDICT_SCOPED verdict = update(old, new);
  if (strcmp(verdict_denied(&verdict), denied) != 0)
    fail_msg("%.200s\ndenied for \"%s\", not \"%s\"", after, verdict_denied(&verdict), denied);
  assert_int_equal(verdict.allowed, denied[0] == '\0');
  free(old);
  free(new);
}

static void add_times(struct dw_buf *out, const char *text, size_t count, const char *separator) {
  for (size_t i = 0; i < count; i++) {
    dw_buf_puts(out, i == 0 ? "" : separator);
    dw_buf_puts(out, text);
  }
}

/* A configuration with COUNT times PIECE before a range. */
struct beyond {
  const char *head, *piece, *separator;
  size_t count;
  const char *middle, *tail; /* before and after the range */
  const char *denied;
};

static char *beyond_text(const struct beyond *beyond, const char *range) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, beyond->head);
  add_times(&text, beyond->piece, beyond->count, beyond->separator);
  dw_buf_puts(&text, beyond->middle);
  dw_buf_puts(&text, range);
  dw_buf_puts(&text, beyond->tail);
  return dw_buf_steal(&text, NULL);
}

#define MACVLAN "\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\","
#define OVN                                                                                                            \
  "\"name\":\"n\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"netAttachDefName\":\"openshift-cnv/"      \
  "net\","

static void tolerates_an_unreadable_configuration_only_if_unchanged(void **state) {
  (void)state;
  static const char range[] = MACVLAN "\"range\":\"";
  static const struct beyond table[] = {
      {"{\"x\":1e400,", "", "", 0, range, "\"}}", "cni-json"},
      {"{\"x\":\"\\u0000\",", "", "", 0, range, "\"}}", "cni-json"},
      {"{\"x\":01,", "", "", 0, range, "\"}}", "cni-json"},
      {"{\"x\":", "[", "", 200, "1," MACVLAN "\"range\":\"", "\"}}", "cni-json"},
      {"{\"name\":\"n\",\"plugins\":[", "{\"type\":\"tuning\"}", ",", 1024, ",{" MACVLAN "\"range\":\"", "\"}}]}",
       "cni-json"},
      {"{" MACVLAN "\"ipRanges\":[", "{}", ",", 100000, ",{\"range\":\"", "\"}]}}", "ipam-syntax"},
      {"{" OVN "\"subnets\":\"", "fd00:1::/64", ",", 32, ",", "\"}", "ipam-syntax"},
      {"{" OVN "\"subnets\":\"10.9.0.0/16\",\"excludeSubnets\":\"", "10.9.1.0/24", ",", 1024, ",", "\"}",
       "ipam-syntax"},
      /* More than are kept: the others are unknown. */
      {"{\"x\":[", "{\"a\":1,\"A\":1}", ",", 64, "]," MACVLAN "\"range\":\"", "\"}}", "cni-ambiguous-key"},
      {"{\"dns\":{\"search\":[", "1", ",", 64, "]}," MACVLAN "\"range\":\"", "\"}}", "cni-json"},
      {"{" MACVLAN "\"exclude\":[", "\"x\"", ",", 64, "],\"range\":\"", "\"}}", "ipam-syntax"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char *before = beyond_text(&table[i], "10.200.5.0/24");
    char *after = beyond_text(&table[i], "10.128.0.0/16");
    expect_update(before, before, "");
    expect_update(before, after, table[i].denied);
    free(before);
    free(after);
  }
}

static void an_unreadable_configuration_cannot_become_a_migration_network(void **state) {
  (void)state;
  static const char off[] = ",\"labels\":{\"droveway.io/migration-network\":\"false\"}";
  char *before = nad_with(off, "{\"x\":1e400}", "");
  char *after = nad_with("", "{\"x\":1e400}", "");
  VERDICT_SCOPED becomes = update(before, after);
  assert_string_equal(verdict_denied(&becomes), "cni-json");
  VERDICT_SCOPED ceases = update(after, before);
  assert_true(ceases.allowed);
  free(before);
  free(after);
}

/* When libcni writes its map again, "master" comes after "MASTER", wherever they were. */
static void tolerates_an_ambiguous_key_only_with_the_same_values(void **state) {
  (void)state;
#define KEYS(first, second, range)                                                                                     \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"" first "\",\"MASTER\":\"" second        \
  "\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range "\"}}"
  expect_update(KEYS("eth1", "eth1", "10.200.5.0/24"), KEYS("eth9", "eth1", "10.200.5.0/24"), "cni-ambiguous-key");
  expect_update(KEYS("eth1", "eth1", "10.200.5.0/24"), KEYS("eth1", "eth9", "10.200.5.0/24"), "cni-ambiguous-key");
  expect_update(KEYS("eth1", "eth1", "10.200.5.0/24"), KEYS("eth1", "eth1", "10.200.6.0/24"), "");
}

/* The complete value is compared, even if only a part is kept to be shown. */
static void compares_long_values_completely(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf xs = DW_BUF_INIT;
  add_times(&xs, "x", 100000, "");
  DW_BUF_SCOPED struct dw_buf before = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf after = DW_BUF_INIT;
  dw_buf_printf(&before, CONFIG(",\"master\":\"eth1\"", "%s"), dw_buf_text(&xs));
  dw_buf_printf(&after, CONFIG(",\"master\":\"eth1\"", "%sy"), dw_buf_text(&xs));
  expect_update(before.data, before.data, "");
  expect_update(before.data, after.data, "ipam-syntax");
}

static void a_mistake_in_another_field_is_new(void **state) {
  (void)state;
#define TWO(first, second)                                                                                             \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"bridge\",\"bridge\":\"br1\"" first                \
  ",\"ipam\":{\"type\":\"dhcp\"}},{\"type\":\"vlan\",\"master\":\"eth1\"" second "}]}"
  expect_update(TWO(",\"mtu\":\"x\"", ""), TWO(",\"mtu\":\"x\"", ",\"a\":1"), "");
  expect_update(TWO(",\"mtu\":\"x\"", ""), TWO("", ",\"mtu\":\"x\""), "plugin-option");
}

static void compares_values_that_are_not_shown(void **state) {
  (void)state;
  static const struct {
    const char *before, *after, *denied;
  } cases[] = {
#define MEMBER(text) CONFIG(",\"master\":\"eth1\"," text, "10.200.5.0/24")
      {MEMBER("\"mtu\":[1]"), MEMBER("\"mtu\":[2]"), "plugin-option"},
      {MEMBER("\"mtu\":[1]"), MEMBER("\"mtu\":[1]"), ""},
      {MEMBER("\"mtu\":99999999999999999999"), MEMBER("\"mtu\":99999999999999999998"), "plugin-option"},
      {MEMBER("\"dns\":[{}]"), MEMBER("\"dns\":[]"), "cni-json"},
      {MEMBER("\"linkInContainer\":{}"), MEMBER("\"linkInContainer\":[]"), "plugin-option"},
      {"{\"name\":\"n\",\"plugins\":{\"a\":1}}", "{\"name\":\"n\",\"plugins\":{\"a\":2}}", "cni-type"},
      {"{\"name\":\"n\",\"plugins\":[[1]]}", "{\"name\":\"n\",\"plugins\":[[2]]}", "cni-type"},
      {"{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":[1]}",
       "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":[2]}", "ipam-syntax"},
      {"{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlanTrunk\":[[1]],\"ipam\":{\"type\":\"dhcp\"}}",
       "{\"type\":\"bridge\",\"bridge\":\"br1\",\"vlanTrunk\":[[2]],\"ipam\":{\"type\":\"dhcp\"}}", "vlan-range"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_update(cases[i].before, cases[i].after, cases[i].denied);
}

/* --- memory --- */

static const char pod_network[] = "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, "
                                  "spec: {clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}]}}";

/* A configuration whose values need far more memory than its text. */
static char *large_config(const char *range) {
  return beyond_text(&(struct beyond){"{\"x\":[", "[]", ",", 20000, "]," MACVLAN "\"range\":\"", "\"}}", ""}, range);
}

/* The memory that reading CONFIG needs. */
static size_t memory_of(const char *config) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_non_null(dw_json_parse(arena, config, strlen(config), DW_JSON_PLAIN, NULL));
  return dw_arena_used(arena);
}

/* The answer to an UPDATE if each text may need LIMIT bytes. */
static bool allowed_within(const struct dw_world *world, size_t limit, const char *before, const char *after,
                           struct dw_buf *out) {
  char *old = nad_with("", before, "");
  char *new = nad_with("", after, "");
  char *body = review_body(DW_OP_UPDATE, new, old);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(limit);
  struct dw_answer answer;
  dw_buf_truncate(out, 0);
  assert_int_equal(dw_review(arena, world, false, body, strlen(body), out, NULL, &answer, NULL), 0);
  free(old);
  free(new);
  free(body);
  return answer.allowed;
}

/* A regression: both texts were too large, so the findings were equal and neither was denied. */
static void each_text_has_a_separate_memory_limit(void **state) {
  (void)state;
  struct dw_world *world = world_of(pod_network, NULL);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  char *good = large_config("10.200.5.0/24");
  char *bad = large_config("10.128.0.0/16");
  size_t enough = memory_of(good) + 4096;
  assert_true(allowed_within(world, enough, good, good, &out));
  assert_true(allowed_within(world, enough, bad, good, &out));
  assert_false(allowed_within(world, enough, good, bad, &out));
  assert_non_null(strstr(out.data, "overlaps the pod network 10.128.0.0/14"));
  assert_null(strstr(out.data, "cni-json"));
  /* a text that is still too large is tolerated only if it is unchanged */
  size_t too_little = memory_of(good) / 2;
  assert_true(allowed_within(world, too_little, good, good, &out));
  assert_false(allowed_within(world, too_little, good, bad, &out));
  assert_non_null(strstr(out.data, "spec.config: Invalid value: needs more memory than is allowed for one document "
                                   "[cni-json]"));
  free(good);
  free(bad);
  dw_world_unref(world);
}

/* --- unavailable facts --- */

static void checks_each_unavailable_network(void **state) {
  (void)state;
#define PATCHED(network)                                                                                               \
  HCO(", annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/"   \
      "network\",\"value\":\"" network "\"}]'}",                                                                       \
      BLOCK("network: lm"))
  struct dw_world *world = world_knowing(NULL, NULL, DW_UNAVAILABLE);
  VERDICT_SCOPED second = review(world, DW_OP_UPDATE, PATCHED("other"), HCO("", BLOCK("network: lm")));
  assert_int_equal(verdict_code(&second), 503);
  assert_non_null(strstr(verdict_message(&second), "NAD openshift-cnv/other can't be looked up now"));
  VERDICT_SCOPED same = review(world, DW_OP_UPDATE, PATCHED("other"), PATCHED("other"));
  assert_true(same.allowed);
  dw_world_unref(world);
}

static void tolerates_a_patch_that_a_policy_denies_only_if_unchanged(void **state) {
  (void)state;
  static const char policy[] = "{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {jsonpatch-network: deny}}";
#define ANNOTATED(text, more) HCO(", annotations: {kubevirt.kubevirt.io/jsonpatch: '" text "'}", "{" more "}")
  VERDICT_SCOPED changed = update_in("", policy, ANNOTATED("{", ""), ANNOTATED("{{", ""));
  assert_string_equal(verdict_denied(&changed), "jsonpatch-network");
  VERDICT_SCOPED same = update_in("", policy, ANNOTATED("{", ""), ANNOTATED("{", "x: 1"));
  assert_true(same.allowed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_old_mistake_only_warns),
      cmocka_unit_test(rejects_a_new_mistake_next_to_old_ones),
      cmocka_unit_test(another_wrong_value_is_a_new_mistake),
      cmocka_unit_test(an_absent_value_and_an_empty_one_are_different_mistakes),
      cmocka_unit_test(a_fixed_object_has_no_findings),
      cmocka_unit_test(judges_an_object_that_becomes_a_migration_network_as_new),
      cmocka_unit_test(allows_updates_of_an_object_being_deleted),
      cmocka_unit_test(an_unreadable_old_object_excuses_no_mistake),
      cmocka_unit_test(rejects_more_findings_than_are_kept),
      cmocka_unit_test(tolerates_old_mistakes_in_configs),
      cmocka_unit_test(does_not_look_up_an_unchanged_network),
      cmocka_unit_test(a_policy_can_make_a_comparing_rule_deny),
      cmocka_unit_test(allows_annotating_any_broken_nad),
      cmocka_unit_test(a_label_without_effect_is_not_a_new_mistake),
      cmocka_unit_test(a_label_that_makes_it_a_migration_network_is_a_new_mistake),
      cmocka_unit_test(an_overlap_that_grows_is_a_new_mistake),
      cmocka_unit_test(an_unchanged_overlap_is_not_a_new_mistake),
      cmocka_unit_test(an_overlap_with_a_remote_cluster_is_compared_by_its_addresses),
      cmocka_unit_test(tolerates_an_unreadable_configuration_only_if_unchanged),
      cmocka_unit_test(an_unreadable_configuration_cannot_become_a_migration_network),
      cmocka_unit_test(tolerates_an_ambiguous_key_only_with_the_same_values),
      cmocka_unit_test(compares_long_values_completely),
      cmocka_unit_test(a_mistake_in_another_field_is_new),
      cmocka_unit_test(compares_values_that_are_not_shown),
      cmocka_unit_test(each_text_has_a_separate_memory_limit),
      cmocka_unit_test(checks_each_unavailable_network),
      cmocka_unit_test(tolerates_a_patch_that_a_policy_denies_only_if_unchanged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
