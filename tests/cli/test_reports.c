/* Manifests in tests/reports/, from bug reports, questions and articles about live-migration networks and from attempts
 * to bypass the rules, with the verdict that matches what a cluster does. Each folder is checked as a user would check
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "support/run_program.h"

struct report {
  const char *folder; /* below tests/reports/; or a file */
  const char *state;  /* NULL: no --state */
  int status;
  /* "deny RULE FIELD\n" for every denial, and "warn RULE FIELD\n" for every required warning. */
  const char *findings;
  const char *says; /* a required part of a message, or NULL */
  bool quiet;       /* no warning is allowed except network-change, which is about any other network */
};

#define DEMO "demo/state"
#define STATES "tests/reports/states/"
#define DENY(rule, field) "deny " rule " " field "\n"
#define WARN(rule, field) "warn " rule " " field "\n"
#define CONFIG "spec.config."
#define JSONPATCH "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]"
#define NETWORK "spec.liveMigrationConfig.network"
#define BANDWIDTH "spec.liveMigrationConfig.bandwidthPerMigration"

static const struct report reports[] = {
    {"ipvlan-mode-bridge", DEMO, 1, DENY("plugin-mode", CONFIG "mode"), "ipvlan has no such mode", false},
    {"macvlan-on-bridge-port", DEMO, 1, DENY("master-is-port", CONFIG "master"), "br-mig", false},
    {"mtu-above-bridge", DEMO, 1, DENY("mtu-above-master", CONFIG "mtu"), NULL, false},
    {"ovs-bridge-missing", DEMO, 1, DENY("master-missing", CONFIG "bridge"), NULL, false},
    {"host-device-missing", DEMO, 1, DENY("master-missing", CONFIG "device"), NULL, false},
    {"sriov-without-resource", DEMO, 1, DENY("device-missing", "metadata.annotations[k8s.v1.cni.cncf.io/resourceName]"),
     "Multus passes no device to sriov", false},
    {"ovn-name-of-another-nad", DEMO, 1,
     DENY("ovn-config", CONFIG "netAttachDefName") WARN("ovn-mapping", CONFIG "name"),
     "use \"openshift-cnv/migration-net\"", false},
    {"post-copy-without-disruption", NULL, 0, WARN("post-copy-off", "spec.liveMigrationConfig.allowPostCopy"),
     "allowWorkloadDisruption: true", false},
    {"jsonpatch-drops-feature-gates", NULL, 0, WARN("jsonpatch-network", JSONPATCH), "the feature gates are lost",
     false},
    {"policy-selects-every-vm", NULL, 0, WARN("policy-selector", "spec.selectors.matchLabels"), "matches every VM",
     false},
    {"block-of-no-version", NULL, 0, WARN("config-misplaced", "spec.configuration.migrationConfiguration"),
     "use spec.liveMigrationConfig", false},
    {"ovn-localnet-unmapped", DEMO, 0, WARN("ovn-mapping", CONFIG "name"),
     "no node maps localnet physnet-mig to a bridge", false},
    {"nad-that-multus-does-not-read", NULL, 0, WARN("cni-type", CONFIG "type"), NULL, false},
    {"node-addresses-in-pool", STATES "node-addresses", 1, DENY("node-address-in-pool", CONFIG "ipam.range"), NULL,
     false},
    {"node-addresses-excluded", STATES "node-addresses", 0, "", NULL, true},
    {"vlan-on-a-shared-node", STATES "decentralized", 1,
     DENY("master-missing", CONFIG "master") WARN("master-shared", CONFIG "vlanId"),
     "a node can have this VLAN of bond2 only once", false},
    {"same-key-twice", DEMO, 0, "", NULL, false},
    {"bridge-without-container-interface", DEMO, 1, DENY("bridge-options", CONFIG "disableContainerInterface"),
     "cannot be combined with ipam", false},
    {"exclude-takes-all", DEMO, 1, DENY("range-empty", CONFIG "ipam.range"), NULL, false},
    {"nv-ipam", DEMO, 0, WARN("ipam-per-node", CONFIG "ipam.type"), "the IPAM plugin \"nv-ipam\" is unknown", false},
    {"dhcp", DEMO, 0, "", NULL, false},
    {"hyperconverged-alone", NULL, 0, WARN("network-missing", NETWORK), "could not be checked", false},
    {"forklift-transfer-network", NULL, 0, "", NULL, true},
    {"bandwidth-64", DEMO, 0, WARN("bandwidth", BANDWIDTH), "is 64 bytes per second", false},
    {"bandwidth-64MiB", DEMO, 1, DENY("bandwidth", BANDWIDTH), "use \"64Mi\"", false},
    {"bandwidth-10Gbps", DEMO, 1, DENY("bandwidth", BANDWIDTH), "is not a valid quantity", false},
    {"bandwidth-64m", DEMO, 0, WARN("bandwidth", BANDWIDTH), "use \"64Mi\"", false},
    {"network-empty", DEMO, 1, DENY("network-empty", NETWORK), "\"@migration0\"", false},
    {"block-of-the-other-version", DEMO, 1, DENY("config-misplaced", "spec.liveMigrationConfig"),
     "use spec.virtualization.liveMigrationConfig", false},
    {"kubevirt-block-misnamed", DEMO, 0, WARN("config-misplaced", "spec.configuration.migrationConfiguration"),
     "use spec.configuration.migrations", false},
    {"upstream-namespace", NULL, 0, "", NULL, false},
    {"macvlan-passthru", STATES "decentralized", 1,
     DENY("master-missing", CONFIG "master") WARN("plugin-mode", CONFIG "mode"),
     "lets only one pod per node use the NIC", false},
    {"second-range-too-small", DEMO, 1, DENY("pool-too-small", CONFIG "ipam.ipRanges[1].range"),
     "has 2 usable addresses", false},
    {"node-slice-wider-than-range", DEMO, 1, DENY("node-slice", CONFIG "ipam.node_slice_size"),
     "is wider than the range 10.222.0.0/24", false},
    {"node-slice-31", DEMO, 1, DENY("node-slice", CONFIG "ipam.node_slice_size"), "leaves no usable address in a slice",
     false},
    {"whereabouts-shim", DEMO, 0, "", NULL, true},
    {"ends-of-the-subnet", DEMO, 0, "", NULL, true},
    {"flux-placeholders", DEMO, 0, WARN("unrendered", "spec.config"), "envsubst < FILE", false},
    {"placeholder-namespace", NULL, 0, WARN("unrendered", "metadata.namespace"), "${TARGET_NAMESPACE}", false},
    {"kustomize-replacement", NULL, 0, WARN("unrendered", "spec.config"), "kustomize build DIR", false},
    {"kustomize-patches", DEMO, 0, "", NULL, true},
    {"helm-chart", DEMO, 0, "", NULL, true},
    {"openshift-template", DEMO, 0, WARN("unrendered", "spec.config") WARN("network-missing", NETWORK),
     "oc process -f FILE", false},
    {"cluster-user-defined-network", DEMO, 0, WARN("network-missing", NETWORK),
     "ClusterUserDefinedNetwork migration-localnet creates this NAD", false},
    {"sriov-network", DEMO, 0, WARN("network-missing", NETWORK), "SriovNetwork migration-sriov creates this NAD",
     false},
    {"additional-networks", DEMO, 1, DENY("ipam-per-node", CONFIG "ipam.type"), NULL, false},
    {"acm-policy", NULL, 1, DENY("master-required", CONFIG "master") DENY("ipam-per-node", CONFIG "ipam.type"), NULL,
     false},
    {"selector-sync-set", NULL, 1, DENY("limit-range", "spec.configuration.migrations.parallelMigrationsPerCluster"),
     NULL, false},
    {"kind-in-wrong-case", NULL, 1, DENY("unserved-kind", "kind"), "use KubeVirt", false},
    {"docs-callouts", DEMO, 1, DENY("cni-json", "spec.config"), NULL, false},
    {"comment-in-json", DEMO, 1, DENY("cni-json", "spec.config"), "comment", false},
    {"typographic-quotes", DEMO, 1, DENY("cni-json", "spec.config"), "typographic", false},
    {"config-is-a-mapping", DEMO, 1, DENY("cni-json", "spec.config"), "|", false},
    {"config-is-yaml", DEMO, 1, DENY("cni-json", "spec.config"), "YAML", false},
    {"link-local-ranges", DEMO, 0, "", NULL, false},
    {"ovn-without-the-nads-name", DEMO, 1, DENY("ovn-config", CONFIG "netAttachDefName"), "use \"poc/poc-vlan100\"",
     false},
    {"metallb-pool/nad.yaml", "tests/reports/metallb-pool/state", 0, WARN("overlap-network", CONFIG "ipam.range"),
     "IPAddressPool metallb-system/lab", false},
    {"vlan-not-on-the-trunk", STATES "trunk", 1, DENY("bridge-vlan", CONFIG "vlan"), NULL, false},
    {"mtu-above-vlan", STATES "trunk", 1, DENY("mtu-above-master", CONFIG "mtu"), "lowest 1500", false},
    {"vlan-missing", STATES "trunk", 1, DENY("master-missing", CONFIG "master"), "did you mean \"bond2.100\"?", false},
    {"macvlan-on-br-ex", DEMO, 0, WARN("master-primary", CONFIG "master"), NULL, false},
    {"macvlan-on-bond-port", DEMO, 1, DENY("master-is-port", CONFIG "master"), "bond0", false},
    {"bridge-is-gateway", DEMO, 1, DENY("bridge-options", CONFIG "isGateway"), "the same address", false},
    {"bond-in-container", DEMO, 1, DENY("device-missing", CONFIG "links"), "virt-handler has no net1 and net2 to bond",
     false},
    {"jsonpatch-drops-network", DEMO, 0, WARN("jsonpatch-network", JSONPATCH), "the network and the limits are lost",
     false},
    {"jsonpatch-names-no-nad", DEMO, 1, DENY("network-missing", JSONPATCH) WARN("jsonpatch-network", JSONPATCH),
     "\"lm-net\"", false},
    {"tenants-overlap", DEMO, 0, "", NULL, false},
    {"network-in-default", DEMO, 0, WARN("network-syntax", NETWORK), "create the NAD in openshift-cnv", false},
    {"guide-with-excludes", STATES "node-addresses", 0, "", NULL, true},
    {"baseline", DEMO, 0, "", NULL, true},
    {"attacks/routes-halves", DEMO, 1, DENY("default-route", CONFIG "ipam.routes[0].dst"), NULL, false},
    {"attacks/route-to-pod-network", DEMO, 1, DENY("overlap-cluster-network", CONFIG "ipam.routes[0].dst"), NULL,
     false},
    {"attacks/mac-of-macvlan", DEMO, 1, DENY("mac-fixed", CONFIG "mac"), NULL, false},
    {"attacks/mac-in-args", DEMO, 1, DENY("mac-fixed", CONFIG "args.cni.mac"), NULL, false},
    {"attacks/mac-unreadable", DEMO, 1, DENY("plugin-option", CONFIG "mac"), NULL, false},
    {"attacks/pool-over-host-local", STATES "host-local", 1, DENY("overlap-network", CONFIG "ipam.range"), NULL, false},
    {"attacks/static-over-migration", STATES "host-local", 1,
     DENY("overlap-network", CONFIG "ipam.addresses[0].address"), NULL, false},
    {"attacks/whereabouts-addresses", DEMO, 1, DENY("ipam-per-node", CONFIG "ipam.addresses[0].address"), NULL, false},
    {"attacks/master-loopback", DEMO, 1, DENY("master-is-port", CONFIG "master"), NULL, false},
    {"attacks/master-bond-port", DEMO, 1, DENY("master-is-port", CONFIG "master"), NULL, false},
    {"attacks/mode-in-capitals", DEMO, 1, DENY("plugin-mode", CONFIG "mode"), "did you mean \"bridge\"?", false},
    {"attacks/ipvlan-l3", DEMO, 0, WARN("plugin-mode", CONFIG "mode"), NULL, false},
    {"attacks/bridge-without-interface", DEMO, 1, DENY("bridge-options", CONFIG "disableContainerInterface"), NULL,
     false},
    {"attacks/bridge-gateway", DEMO, 1, DENY("bridge-options", CONFIG "isGateway"), NULL, false},
    {"attacks/bridge-mtu", DEMO, 1, DENY("mtu-above-master", CONFIG "mtu"), NULL, false},
    {"attacks/tuning-first", DEMO, 1, DENY("plugin-chain", CONFIG "plugins[0].type"), NULL, false},
    {"attacks/macvlan-twice", DEMO, 1, DENY("plugin-chain", CONFIG "plugins[1].type"), NULL, false},
    {"attacks/plugin-name-boolean", DEMO, 1, DENY("cni-type", CONFIG "plugins[0].name"), NULL, false},
    {"attacks/plugin-name-list", DEMO, 1, DENY("cni-type", CONFIG "plugins[1].name"), NULL, false},
    {"attacks/ovn-name-of-another", DEMO, 1, DENY("ovn-config", CONFIG "netAttachDefName"), NULL, false},
    {"attacks/ovn-topology", DEMO, 1, DENY("ovn-config", CONFIG "topology"), "use localnet, layer2 or layer3", false},
    {"attacks/ovn-node-subnets", DEMO, 1, DENY("pool-too-small", CONFIG "subnets"), "has room for 2 node subnets",
     false},
    {"attacks/gateway-excluded-from-slices", DEMO, 1,
     DENY("range-ignored", CONFIG "ipam.exclude") DENY("gateway-in-pool", CONFIG "ipam.gateway")
         WARN("pool-tight", CONFIG "ipam.node_slice_size"),
     NULL, false},
    {"attacks/too-few-slices", DEMO, 1, DENY("pool-too-small", CONFIG "ipam.node_slice_size"),
     "cuts the range into 2 slices", false},
    {"attacks/slice-is-no-number", DEMO, 1, DENY("node-slice", CONFIG "ipam.node_slice_size"), NULL, false},
    {"attacks/host-device-without-device", DEMO, 1, DENY("device-missing", CONFIG "device"), NULL, false},
    {"attacks/tenants-primary-network", DEMO, 0, "", NULL, false},
    {"attacks/altname", DEMO, 0, "", NULL, false},
    {"attacks/large-number", DEMO, 0, "", NULL, true},
    {"attacks/jsonpatch-customizes-virt-handler", DEMO, 0, WARN("jsonpatch-network", JSONPATCH), NULL, false},
    {"attacks/jsonpatch-copy", DEMO, 0, WARN("jsonpatch-network", JSONPATCH), NULL, false},
};

static bool has_line(const char *text, const char *line) {
  size_t length = strlen(line);
  for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1)
    if (strncmp(at, line, length) == 0)
      return true;
  return false;
}

/* The findings of `check` in the format of struct report, whether a message has the required text, and the first
 * unexpected warning. */
struct outcome {
  const char *lines;
  bool said;
  const char *noise;
};

static struct outcome read_outcome(struct dw_arena *arena, const struct report *expected,
                                   struct json_object *findings) {
  struct outcome outcome = {"", expected->says == NULL, NULL};
  for (size_t i = 0; i < json_object_array_length(findings); i++) {
    struct json_object *finding = json_object_array_get_idx(findings, i);
    const char *action = member_text(finding, "action");
    const char *rule = member_text(finding, "rule");
    outcome.lines = dw_arena_printf(arena, "%s%s %s %s\n", outcome.lines, action, rule, member_text(finding, "field"));
    outcome.said |= expected->says != NULL && strstr(member_text(finding, "message"), expected->says) != NULL;
    if (strcmp(action, "warn") == 0 && strcmp(rule, "network-change") != 0)
      outcome.noise = dw_arena_strdup(arena, member_text(finding, "message"));
  }
  return outcome;
}

/* Each line of A that begins with START must be in B. */
static bool holds(struct dw_arena *arena, const char *a, const char *b, const char *start) {
  for (const char *at = a; *at != '\0'; at += strcspn(at, "\n") + 1) {
    const char *line = dw_arena_strndup(arena, at, strcspn(at, "\n") + 1);
    if (strncmp(line, start, strlen(start)) == 0 && !has_line(b, line))
      return false;
  }
  return true;
}

static struct run run_check(struct dw_arena *arena, const struct report *report) {
  const char *path = dw_arena_printf(arena, "tests/reports/%s", report->folder);
  return report->state == NULL ? RUN("check", "-o", "json", "-f", path)
                               : RUN("check", "-o", "json", "-f", path, "--state", report->state);
}

static bool agrees(const struct report *report) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  RUN_SCOPED run = run_check(arena, report);
  struct json_object *json = run_json(&run);
  struct outcome outcome = read_outcome(arena, report, member_list(json, "findings"));
  const char *fault = run.status != report->status                             ? "another exit status"
                      : !holds(arena, report->findings, outcome.lines, "")     ? "a finding is missing"
                      : !holds(arena, outcome.lines, report->findings, "deny") ? "there is another denial"
                      : !outcome.said                                          ? "no message says what it should"
                      : report->quiet && outcome.noise != NULL                 ? outcome.noise
                                                                               : NULL;
  if (fault != NULL)
    print_error("%s: %s (status %d)\n%s", report->folder, fault, run.status, outcome.lines);
  json_object_put(json);
  return fault == NULL;
}

static void verdicts_agree_with_reality(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
    wrong += !agrees(&reports[i]);
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(verdicts_agree_with_reality),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
