#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/review_case.h"

#define HCO(members)                                                                                                   \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: "  \
  "openshift-cnv}, spec: {liveMigrationConfig: {" members "}}}"
#define KUBEVIRT(members)                                                                                              \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv}, spec: "          \
  "{configuration: {migrations: {" members "}}}}"

struct example {
  const char *object;
  const char *said; /* what follows the field; "" if nothing is found */
};

/* The cause or the warning, without its field. */
static void expect(const struct dw_world *world, const struct example *example, bool denied) {
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, example->object, NULL);
  assert_string_equal(verdict_denied(&verdict), denied ? "bandwidth" : "");
  assert_string_equal(verdict_warned(&verdict), denied || *example->said == '\0' ? "" : "bandwidth");
  if (*example->said == '\0')
    return;
  const char *said = denied ? verdict_cause(&verdict, 0, "message") : verdict_warning(&verdict, 0);
  const char *text = denied ? strstr(said, "\": ") + 3 : strstr(said, "bandwidthPerMigration: ") + 23;
  assert_string_equal(text, example->said);
}

#define EXPECT(examples, denied)                                                                                       \
  do {                                                                                                                 \
    struct dw_world *world = world_of("", NULL);                                                                       \
    for (size_t i = 0; i < sizeof(examples) / sizeof *(examples); i++)                                                 \
      expect(world, &(examples)[i], denied);                                                                           \
    dw_world_unref(world);                                                                                             \
  } while (0)

static void rejects_an_invalid_quantity(void **state) {
  (void)state;
#define GENERIC "is not a valid quantity; use bytes per second, such as \"64Mi\", or \"0\" for no limit [bandwidth]"
#define USE(text) "is not a valid quantity; use \"" text "\" [bandwidth]"
#define BITS(text) "is not a valid quantity; use bytes per second, not bits: \"" text "\" [bandwidth]"
  static const struct example examples[] = {
      {HCO("bandwidthPerMigration: 64MiB"), USE("64Mi")},      {HCO("bandwidthPerMigration: 64 MiB"), USE("64Mi")},
      {HCO("bandwidthPerMigration: 64MiB/s"), USE("64Mi")},    {HCO("bandwidthPerMigration: 64MiBps"), USE("64Mi")},
      {HCO("bandwidthPerMigration: 64mi"), USE("64Mi")},       {HCO("bandwidthPerMigration: 1.5GB"), USE("1.5G")},
      {HCO("bandwidthPerMigration: 64KB"), USE("64k")},        {HCO("bandwidthPerMigration: 64KiB"), USE("64Ki")},
      {HCO("bandwidthPerMigration: 10Gbps"), BITS("1250M")},   {HCO("bandwidthPerMigration: 1Gbit/s"), BITS("125M")},
      {HCO("bandwidthPerMigration: 100Mbit"), BITS("12500k")}, {HCO("bandwidthPerMigration: 8kbps"), BITS("1000")},
      {HCO("bandwidthPerMigration: 64Mb"), GENERIC}, /* bits or bytes? */
      {HCO("bandwidthPerMigration: 2.5Gbps"), GENERIC},        {HCO("bandwidthPerMigration: much"), GENERIC},
      {HCO("bandwidthPerMigration: '64 '"), GENERIC},          {KUBEVIRT("bandwidthPerMigration: 64MiB"), USE("64Mi")},
  };
  EXPECT(examples, true);
}

static void warns_of_less_than_a_mebibyte(void **state) {
  (void)state;
#define BYTES(number, use) "is " number " bytes per second, treated as 1 MiB/s; use " use " [bandwidth]"
  static const struct example examples[] = {
      {HCO("bandwidthPerMigration: '64'"), BYTES("64", "\"64Mi\"")},
      {HCO("bandwidthPerMigration: 64"), BYTES("64", "\"64Mi\"")},
      {HCO("bandwidthPerMigration: 64k"), "is 64000 bytes per second, treated as 1 MiB/s [bandwidth]"},
      {HCO("bandwidthPerMigration: 64m"), "is thousandths of a byte per second (m is milli), treated as 1 MiB/s; use "
                                          "\"64Mi\" [bandwidth]"},
      {HCO("bandwidthPerMigration: '1048575', completionTimeoutPerGiB: 2000"),
       "is 1048575 bytes per second, treated as 1 MiB/s [bandwidth]"},
      {HCO("bandwidthPerMigration: '1048576', completionTimeoutPerGiB: 2000"), ""},
      {HCO("bandwidthPerMigration: 1Mi, completionTimeoutPerGiB: 2000"), ""},
      {HCO("bandwidthPerMigration: '0'"), ""},
      {HCO("bandwidthPerMigration: 0Mi"), ""},
  };
  EXPECT(examples, false);
}

static void warns_if_a_gibibyte_takes_too_long(void **state) {
  (void)state;
#define SLOW(seconds, limit, use)                                                                                      \
  "a GiB takes " seconds " s at this rate, but completionTimeoutPerGiB is " limit                                      \
  ", so a fully used VM never finishes; use " use " or more, or raise completionTimeoutPerGiB [bandwidth]"
  static const struct example examples[] = {
      {HCO("bandwidthPerMigration: 32Mi, completionTimeoutPerGiB: 20"), SLOW("32", "20", "52Mi")},
      {HCO("bandwidthPerMigration: 51Mi, completionTimeoutPerGiB: 20"), SLOW("21", "20", "52Mi")},
      {HCO("bandwidthPerMigration: 52Mi, completionTimeoutPerGiB: 20"), ""},
      {HCO("bandwidthPerMigration: 1Mi, completionTimeoutPerGiB: 1024"), ""},
      {HCO("bandwidthPerMigration: 1Mi, completionTimeoutPerGiB: 1023"), SLOW("1024", "1023", "2Mi")},
      /* the default is 20 in HyperConverged and 150 in KubeVirt */
      {HCO("bandwidthPerMigration: 32Mi"), SLOW("32", "20", "52Mi")},
      {KUBEVIRT("bandwidthPerMigration: 32Mi"), ""},
      {KUBEVIRT("bandwidthPerMigration: 6Mi"), SLOW("171", "150", "7Mi")},
      {KUBEVIRT("bandwidthPerMigration: 7Mi"), ""},
      {HCO("bandwidthPerMigration: 64Mi, completionTimeoutPerGiB: 800"), ""},
  };
  EXPECT(examples, false);
  /* other rules report a time that is disabled or unreadable */
  struct dw_world *world = world_of("", NULL);
  VERDICT_SCOPED off = review(world, DW_OP_CREATE, HCO("bandwidthPerMigration: 1Mi, completionTimeoutPerGiB: 0"), NULL);
  assert_string_equal(verdict_warned(&off), "limit-range");
  VERDICT_SCOPED bad = review(world, DW_OP_CREATE, HCO("bandwidthPerMigration: 1Mi, completionTimeoutPerGiB: x"), NULL);
  assert_string_equal(verdict_denied(&bad), "limit-type");
  assert_string_equal(verdict_warned(&bad), "");
  dw_world_unref(world);
}

#define NNS(node, speed)                                                                                               \
  "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: " node                               \
  "}, status: {currentState: {interfaces: [{name: eth1, type: ethernet, state: up, ethernet: {speed: " speed           \
  "}}]}}}\n"
#define NODE(name)                                                                                                     \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {kubevirt.io/schedulable: \"true\"}}}\n"
#define LINK(speed)                                                                                                    \
  NODE("a")                                                                                                            \
  NODE("b")                                                                                                            \
  NNS("a", "25000")                                                                                                    \
  NNS("b", speed)                                                                                                      \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: "          \
  "openshift-cnv}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\"," \
  "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.200.5.0/24\"}}'}}\n"

/* The slowest NIC counts: a GiB takes 8.6 s on 1 Gbit/s, for each migration that leaves the node at once. */
static void takes_the_speed_of_the_nic_into_account(void **state) {
  (void)state;
#define ABOVE(speed) "is more than eth1's " speed " Mbit/s, so it has no effect [bandwidth]"
#define SHARED(count, speed, seconds, limit)                                                                           \
  "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: " count " concurrent migrations share eth1's " speed    \
  " Mbit/s, so a GiB takes " seconds " s, but completionTimeoutPerGiB is " limit
  static const struct {
    const char *state, *object, *start; /* after the field, or with it; "" if nothing is found */
  } cases[] = {
      {LINK("1000"), HCO("network: lm, bandwidthPerMigration: 200Mi"), ABOVE("1000")},
      {LINK("1000"), HCO("network: lm, bandwidthPerMigration: 119Mi"), ""},
      {LINK("10000"), HCO("network: lm, bandwidthPerMigration: 200Mi"), ""},
      {LINK("1000"), HCO("network: lm, parallelOutboundMigrationsPerNode: 2, completionTimeoutPerGiB: 20"), ""},
      {LINK("1000"), HCO("network: lm, parallelOutboundMigrationsPerNode: 3, completionTimeoutPerGiB: 20"),
       SHARED("3", "1000", "26", "20")},
      {LINK("1000"), HCO("network: lm, parallelOutboundMigrationsPerNode: 3, completionTimeoutPerGiB: 0"), ""},
      {LINK("1000"), HCO("network: lm, parallelOutboundMigrationsPerNode: 3, completionTimeoutPerGiB: 26"), ""},
      {LINK("100"), HCO("network: lm"), ""}, /* it sets none of the limits */
      /* an unknown speed is no limit */
      {LINK("0"), HCO("network: lm, bandwidthPerMigration: 200Mi, parallelOutboundMigrationsPerNode: 50"), ""},
      {LINK("1000"), HCO("bandwidthPerMigration: 200Mi, parallelOutboundMigrationsPerNode: 50"), ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_world *world = world_of(cases[i].state, NULL);
    VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, cases[i].object, NULL);
    const char *said = verdict_warning_of(&verdict, "bandwidth");
    const char *colon = strncmp(cases[i].start, "spec.", 5) == 0 ? NULL : strstr(said, ": ");
    if (colon != NULL)
      said = colon + 2;
    if (*cases[i].start == '\0')
      assert_string_equal(said, "");
    else
      assert_memory_equal(said, cases[i].start, strlen(cases[i].start));
    dw_world_unref(world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rejects_an_invalid_quantity),
      cmocka_unit_test(warns_of_less_than_a_mebibyte),
      cmocka_unit_test(warns_if_a_gibibyte_takes_too_long),
      cmocka_unit_test(takes_the_speed_of_the_nic_into_account),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
