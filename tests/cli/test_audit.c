/* `droveway audit` on a folder and on a live cluster, and how other commands use a live cluster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/api_stub.h"
#include "support/run_program.h"

#define CONFIG(master, range)                                                                                          \
  "\"{\\\"cniVersion\\\":\\\"0.3.1\\\",\\\"name\\\":\\\"m\\\",\\\"type\\\":\\\"macvlan\\\",\\\"mode\\\":"              \
  "\\\"bridge\\\",\\\"master\\\":\\\"" master                                                                          \
  "\\\",\\\"ipam\\\":{\\\"type\\\":\\\"whereabouts\\\",\\\"range\\\":\\\"" range "\\\"}}\""
#define NAD(name, config)                                                                                              \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"name\": "      \
  "\"" name "\", \"namespace\": \"openshift-cnv\"}, \"spec\": {\"config\": " config "}}"
#define HCO(network)                                                                                                   \
  "{\"apiVersion\": \"hco.kubevirt.io/v1\", \"kind\": \"HyperConverged\", \"metadata\": {\"name\": "                   \
  "\"kubevirt-hyperconverged\", \"namespace\": \"openshift-cnv\"}, \"spec\": {\"virtualization\": "                    \
  "{\"liveMigrationConfig\": {\"network\": \"" network "\"}}}}"
/* Items in lists of built-in kinds have no apiVersion and kind. */
#define NODE_BODY "\"metadata\": {\"name\": \"n1\", \"labels\": {\"kubevirt.io/schedulable\": \"true\"}}"
#define NNS                                                                                                            \
  "{\"apiVersion\": \"nmstate.io/v1\", \"kind\": \"NodeNetworkState\", \"metadata\": {\"name\": \"n1\"}, \"status\": " \
  "{\"currentState\": {\"interfaces\": [{\"name\": \"eth1\", \"type\": \"ethernet\", \"state\": \"up\"}]}}}"
#define NETWORK                                                                                                        \
  "{\"apiVersion\": \"config.openshift.io/v1\", \"kind\": \"Network\", \"metadata\": {\"name\": \"cluster\"}, "        \
  "\"status\": {\"clusterNetwork\": [{\"cidr\": \"10.128.0.0/14\"}]}}"
#define VMI                                                                                                            \
  "{\"apiVersion\": \"kubevirt.io/v1\", \"kind\": \"VirtualMachineInstance\", \"metadata\": {\"name\": \"vm\", "       \
  "\"namespace\": \"vms\"}, \"status\": {\"migrationState\": {\"completed\": true, \"targetNodeAddress\": "            \
  "\"10.128.2.7\"}}}"
#define ODD                                                                                                            \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"name\": "      \
  "\"odd\", \"namespace\": \"openshift-cnv\", \"labels\": {\"droveway.io/migration-network\": true}}}"
#define GOOD NAD("migration", CONFIG("eth1", "192.168.9.0/24"))
#define BAD NAD("migration", CONFIG("eth1", "10.129.0.0/24"))

#define SAYS_UNFIT                                                                                                     \
  "spec.virtualization.liveMigrationConfig.network: Invalid value: \"migration\": NAD openshift-cnv/migration "        \
  "violates "                                                                                                          \
  "overlap-cluster-network: spec.config.ipam.range: Invalid value: \"10.129.0.0/24\": overlaps the pod network "       \
  "10.128.0.0/14 (Network cluster) [network-unfit]\n"                                                                  \
  "    fix: fix that NAD first\n"
#define SAYS_BAD                                                                                                       \
  "NetworkAttachmentDefinition openshift-cnv/migration\n"                                                              \
  "  error: spec.config.ipam.range: Invalid value: \"10.129.0.0/24\": overlaps the pod network 10.128.0.0/14 "         \
  "(Network cluster) [overlap-cluster-network]\n"                                                                      \
  "    fix: choose a range outside it\n"                                                                               \
  "\n"                                                                                                                 \
  "HyperConverged openshift-cnv/kubevirt-hyperconverged\n"                                                             \
  "  error: " SAYS_UNFIT "\n"                                                                                          \
  "VirtualMachineInstance vms/vm\n"                                                                                    \
  "  warning: status.migrationState.targetNodeAddress: the last migration did not use the migration network: its "     \
  "target, 10.128.2.7, is outside the pools of NAD openshift-cnv/migration [migration-bypassed]\n"                     \
  "    fix: check that the target node's virt-handler pod has migration0, unless the VM migrated before the network "  \
  "was set\n"                                                                                                          \
  "\n"                                                                                                                 \
  "3 objects audited, 2 in violation: 2 errors, 1 warning\n"

static const char list[] = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [%s, {\"apiVersion\": \"v1\", "
                           "\"kind\": \"Node\", " NODE_BODY "}, " NNS ", " NETWORK "]}";

/* A folder with ITEMS, a node, its NIC and a pod network. */
static void folder_of(const char *items, char *folder) {
  char text[8192];
  folder_make(folder);
  snprintf(text, sizeof text, list, items);
  folder_write(folder, "state.json", text);
}

#define NAD_PATH "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"
#define HCO_PATH "/apis/hco.kubevirt.io/v1/hyperconvergeds"
#define VMI_PATH "/apis/kubevirt.io/v1/virtualmachineinstances"
#define FACTS                                                                                                          \
  {"/api/v1/nodes", 200, "{" NODE_BODY "}"}, {"/apis/nmstate.io/v1/nodenetworkstates", 200, NNS}, {                    \
    "/apis/config.openshift.io/v1/networks", 200, NETWORK                                                              \
  }
#define END                                                                                                            \
  { NULL, 0, NULL }
static const struct api_route bad_cluster[] = {
    FACTS, {NAD_PATH, 200, BAD}, {HCO_PATH, 200, HCO("migration")}, {VMI_PATH, 200, VMI}, END};
static const struct api_route good_cluster[] = {
    FACTS, {NAD_PATH, 200, GOOD}, {HCO_PATH, 200, HCO("migration")}, {VMI_PATH, 200, ""}, END};

static int setup(void **state) {
  (void)state;
  no_cluster_by_default();
  return 0;
}

/* --- folders --- */

static void violations_name_the_object_and_exit_1(void **state) {
  (void)state;
  char folder[64];
  folder_of(VMI ", " HCO("migration") ", " BAD, folder);
  RUN_SCOPED run = RUN("audit", "--state", folder);
  assert_string_equal(run.out, SAYS_BAD);
  assert_string_equal(run.err, "");
  assert_int_equal(run.status, 1);
  folder_remove(folder);
}

static void valid_objects_exit_0(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("audit", "-s", "demo/state");
  assert_string_equal(run.out, "7 objects audited, 0 in violation: 0 errors, 0 warnings\n");
  assert_string_equal(run.err, "");
  assert_int_equal(run.status, 0);
}

static void warnings_alone_exit_0(void **state) {
  (void)state;
  char folder[64];
  folder_of(VMI ", " HCO("migration") ", " GOOD, folder);
  RUN_SCOPED run = RUN("audit", "--state", folder);
  assert_non_null(strstr(run.out, "3 objects audited, 0 in violation: 0 errors, 1 warning\n"));
  assert_int_equal(run.status, 0);
  folder_remove(folder);
}

static void a_folder_without_objects_to_audit_is_reported(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  RUN_SCOPED run = RUN("audit", "--state", folder);
  assert_string_equal(run.out, "nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, "
                               "MigrationPolicy or VirtualMachineInstance found\n");
  assert_int_equal(run.status, 0);
  folder_remove(folder);
}

static void json_matches_text(void **state) {
  (void)state;
  char folder[64];
  folder_of(VMI ", " HCO("migration") ", " BAD, folder);
  RUN_SCOPED run = RUN("audit", "--state", folder, "-o", "json");
  assert_int_equal(run.status, 1);
  struct json_object *report = run_json(&run);
  struct json_object *findings = member_list(report, "findings");
  assert_int_equal(json_object_array_length(findings), 3);
  assert_int_equal(member_int(report, "objects"), 3);
  assert_int_equal(member_int(report, "denied"), 2);
  assert_int_equal(member_int(report, "errors"), 2);
  assert_int_equal(member_int(report, "warnings"), 1);
  struct json_object *first = json_object_array_get_idx(findings, 0);
  assert_string_equal(member_text(first, "kind"), "NetworkAttachmentDefinition");
  assert_string_equal(member_text(first, "namespace"), "openshift-cnv");
  assert_string_equal(member_text(first, "name"), "migration");
  assert_string_equal(member_text(first, "rule"), "overlap-cluster-network");
  assert_string_equal(member_text(first, "action"), "deny");
  assert_string_equal(member_text(first, "reason"), "FieldValueInvalid");
  assert_string_equal(member_text(first, "field"), "spec.config.ipam.range");
  assert_string_equal(member_text(first, "message"),
                      "Invalid value: \"10.129.0.0/24\": overlaps the pod network 10.128.0.0/14 (Network cluster); "
                      "choose a range outside it [overlap-cluster-network]");
  assert_string_equal(member_text(json_object_array_get_idx(findings, 2), "kind"), "VirtualMachineInstance");
  assert_string_equal(member_text(json_object_array_get_idx(findings, 2), "action"), "warn");
  json_object_put(report);
  folder_remove(folder);
}

static void the_policy_is_applied(void **state) {
  (void)state;
  char folder[64];
  char policy[80];
  char policies[64];
  folder_of(BAD, folder);
  folder_make(policies);
  snprintf(policy, sizeof policy, "%s/policy.yaml", policies);
  folder_write(policies, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {overlap-cluster-network: warn}\n");
  RUN_SCOPED run = RUN("audit", "--state", folder, "--policy", policy);
  assert_non_null(strstr(run.out, "NetworkAttachmentDefinition openshift-cnv/migration\n  warning: "));
  assert_int_equal(run.status, 0);
  folder_remove(folder);
  folder_remove(policies);
}

static void unreadable_input_exits_2_with_its_place(void **state) {
  (void)state;
  char folder[64];
  char expected[128];
  folder_make(folder);
  folder_write(folder, "a.yaml", "apiVersion: v1\nkind: [\n");
  RUN_SCOPED run = RUN("audit", "--state", folder);
  snprintf(expected, sizeof expected, "droveway: %s/a.yaml:3:1: ", folder);
  assert_int_equal(strncmp(run.err, expected, strlen(expected)), 0);
  assert_string_equal(run.out, "");
  assert_int_equal(run.status, 2);
  RUN_SCOPED none = RUN("audit", "--state", "no/such/folder");
  assert_int_equal(none.status, 2);
  RUN_SCOPED policy = RUN("audit", "--state", folder, "--policy", "no/such/policy");
  assert_int_equal(policy.status, 2);
  folder_remove(folder);
}

static void expect_usage(struct run run, const char *text) {
  assert_int_equal(run.status, 2);
  assert_string_equal(run.out, "");
  if (strstr(run.err, text) == NULL)
    fail_msg("\"%s\" does not contain \"%s\"", run.err, text);
  run_free(&run);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  expect_usage(RUN("audit", "-o", "yaml", "-s", "demo/state"),
               "unknown output format \"yaml\"; use text, json, sarif, junit, github, gitlab or policyreport");
  expect_usage(RUN("audit", "demo/state"), "unexpected argument \"demo/state\"");
  expect_usage(RUN("audit", "--stat"), "option --state needs a value");
  expect_usage(RUN("audit", "--nodes"), "unknown option \"--nodes\"");
  expect_usage(RUN("audit", "-s", "demo/state", "--kubeconfig", "x"),
               "--state and --kubeconfig cannot be used together");
  expect_usage(RUN("audit", "-s", "demo/state", "--context", "x"), "--context cannot be used with --state");
}

static void help_lists_the_options(void **state) {
  (void)state;
  static const char *const options[] = {"--state", "--kubeconfig", "--context", "--policy", "--output"};
  RUN_SCOPED run = RUN("audit", "--help");
  assert_int_equal(run.status, 0);
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    assert_non_null(strstr(run.out, options[i]));
}

/* --- which cluster --- */

static void without_a_cluster_the_error_names_the_options(void **state) {
  (void)state;
  expect_usage(RUN("audit"), "no kubeconfig found ($KUBECONFIG, ~/.kube/config); use --kubeconfig FILE or --state DIR");
  setenv("KUBECONFIG", "", 1);
  expect_usage(RUN("audit"), "use --kubeconfig FILE");
  unsetenv("HOME");
  expect_usage(RUN("audit"), "use --kubeconfig FILE");
  no_cluster_by_default();
}

static void kubeconfig_comes_from_the_environment(void **state) {
  (void)state;
  API_STUB_SCOPED stub = api_stub_start(good_cluster);
  char several[256];
  setenv("KUBECONFIG", stub.kubeconfig, 1);
  RUN_SCOPED one = RUN("audit");
  assert_string_equal(one.out, "2 objects audited, 0 in violation: 0 errors, 0 warnings\n");
  assert_int_equal(one.status, 0);
  snprintf(several, sizeof several, ":/nonexistent/config:%s:", stub.kubeconfig);
  setenv("KUBECONFIG", several, 1);
  RUN_SCOPED only = RUN("audit");
  assert_string_equal(only.out, one.out);
  snprintf(several, sizeof several, "%s:/etc/passwd", stub.kubeconfig);
  setenv("KUBECONFIG", several, 1);
  expect_usage(RUN("audit"), "KUBECONFIG lists several existing files; choose one with --kubeconfig");
  RUN_SCOPED named = RUN("audit", "--kubeconfig", stub.kubeconfig);
  assert_string_equal(named.out, one.out);
  setenv("KUBECONFIG", "/nonexistent/config", 1);
  RUN_SCOPED missing = RUN("audit");
  assert_int_equal(missing.status, 2);
  assert_non_null(strstr(missing.err, "droveway: /nonexistent/config: "));
  no_cluster_by_default();
}

static void kubeconfig_defaults_to_the_home_folder(void **state) {
  (void)state;
  API_STUB_SCOPED stub = api_stub_start(good_cluster);
  char kube[80];
  char config[96];
  setenv("HOME", stub.folder, 1);
  snprintf(kube, sizeof kube, "%s/.kube", stub.folder);
  snprintf(config, sizeof config, "%s/config", kube);
  assert_int_equal(mkdir(kube, 0700), 0);
  assert_int_equal(rename(stub.kubeconfig, config), 0);
  RUN_SCOPED run = RUN("audit");
  assert_int_equal(run.status, 0);
  assert_int_equal(unlink(config), 0);
  assert_int_equal(rmdir(kube), 0);
  no_cluster_by_default();
}

static void context_works_with_any_kubeconfig(void **state) {
  (void)state;
  API_STUB_SCOPED stub = api_stub_start(good_cluster);
  setenv("KUBECONFIG", stub.kubeconfig, 1);
  RUN_SCOPED here = RUN("audit", "--context", "here");
  assert_int_equal(here.status, 0);
  RUN_SCOPED nobody = RUN("audit", "--context", "nobody");
  assert_int_equal(nobody.status, 2);
  assert_non_null(strstr(nobody.err, "droveway: http://127.0.0.1:1: "));
  RUN_SCOPED unknown = RUN("audit", "--context", "her");
  assert_int_equal(unknown.status, 2);
  assert_non_null(strstr(unknown.err, "there is no context \"her\"; did you mean \"here\"?"));
  no_cluster_by_default();
}

/* --- a live cluster --- */

static void a_live_cluster_is_audited_like_its_folder(void **state) {
  (void)state;
  API_STUB_SCOPED stub = api_stub_start(bad_cluster);
  RUN_SCOPED run = RUN("audit", "--kubeconfig", stub.kubeconfig);
  assert_string_equal(run.out, SAYS_BAD);
  assert_string_equal(run.err, "");
  assert_int_equal(run.status, 1);
}

static void missing_and_forbidden_kinds_are_reported(void **state) {
  (void)state;
  static const struct api_route routes[] = {{NAD_PATH, 200, GOOD},
                                            {HCO_PATH, 200, HCO("migration")},
                                            {"/api/v1/nodes", 403, NULL},
                                            {VMI_PATH, 403, NULL},
                                            END};
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("audit", "--kubeconfig", stub.kubeconfig);
  assert_string_equal(
      run.err, "droveway: Node objects are not available (RBAC denies access); rules that need them could not be "
               "checked\n"
               "droveway: NodeNetworkState objects are not available (kubernetes-nmstate is not installed, or RBAC "
               "denies access); rules that need them could not be checked\n"
               "droveway: VirtualMachineInstance objects are not available (RBAC denies access); rules that need "
               "them could not be checked\n");
  assert_non_null(strstr(run.out, "could not be checked"));
  assert_int_equal(run.status, 0);
}

/* Even if the objects that would show the network are not readable. */
static void migrations_are_checked_even_if_the_network_is_hidden(void **state) {
  (void)state;
  static const struct api_route routes[] = {FACTS, {HCO_PATH, 403, NULL}, {VMI_PATH, 200, VMI}, END};
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("audit", "--kubeconfig", stub.kubeconfig);
  assert_non_null(strstr(run.out, "VirtualMachineInstance vms/vm\n  warning: "
                                  "status.migrationState.targetNodeAddress: could not be checked: the migration "
                                  "network is unknown [migration-bypassed]\n"));
}

static void an_unreadable_object_does_not_hide_others(void **state) {
  (void)state;
  static const struct api_route good[] = {
      FACTS, {NAD_PATH, 200, GOOD ", " ODD}, {HCO_PATH, 200, HCO("migration")}, END};
  static const struct api_route bad[] = {FACTS, {NAD_PATH, 200, ODD ", " BAD}, END};
  API_STUB_SCOPED stub = api_stub_start(good);
  RUN_SCOPED run = RUN("audit", "--kubeconfig", stub.kubeconfig);
  assert_int_equal(strncmp(run.err, "droveway: skipping NetworkAttachmentDefinition openshift-cnv/odd: ", 66), 0);
  assert_string_equal(run.out, "2 objects audited, 0 in violation: 0 errors, 0 warnings\n");
  assert_int_equal(run.status, 2); /* the result is incomplete */
  API_STUB_SCOPED other = api_stub_start(bad);
  RUN_SCOPED denied = RUN("audit", "--kubeconfig", other.kubeconfig);
  assert_non_null(
      strstr(denied.out, "\n    fix: choose a range outside it\n\n1 object audited, 1 in violation: 1 error, "));
  assert_int_equal(denied.status, 1);
}

static void an_unreachable_cluster_exits_2(void **state) {
  (void)state;
  static const struct api_route routes[] = {FACTS, {NAD_PATH, 500, NULL}, END};
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("audit", "--kubeconfig", stub.kubeconfig);
  assert_int_equal(run.status, 2);
  assert_string_equal(run.out, "");
  assert_non_null(strstr(run.err, "network-attachment-definitions: "));
}

/* --- other commands --- */

static void check_and_inspect_use_a_live_cluster(void **state) {
  (void)state;
  char folder[64];
  char nad[80];
  API_STUB_SCOPED stub = api_stub_start(bad_cluster);
  folder_make(folder);
  snprintf(nad, sizeof nad, "%s/nad.json", folder);
  folder_write(folder, "nad.json", NAD("migration", CONFIG("eth7", "10.200.5.0/24")));
  RUN_SCOPED live = RUN("check", "-f", nad, "--kubeconfig", stub.kubeconfig, "--context", "here");
  assert_non_null(strstr(live.out, "no such NIC on 1 of 1 node"));
  assert_int_equal(live.status, 1);
  RUN_SCOPED inspected = RUN("inspect", "-f", nad, "--kubeconfig", stub.kubeconfig);
  assert_non_null(strstr(inspected.out, "named by HyperConverged openshift-cnv/kubevirt-hyperconverged"));
  assert_int_equal(inspected.status, 0);
  /* An existing object is changed; mistakes that it already had only warn. */
  folder_write(folder, "nad.json", BAD);
  RUN_SCOPED same = RUN("check", "-f", nad, "--kubeconfig", stub.kubeconfig);
  assert_non_null(strstr(same.out, "1 object checked, 0 denied: 0 errors, 1 warning\n"));
  folder_remove(folder);
}

static void review_gives_the_same_answer_for_cluster_and_folder(void **state) {
  (void)state;
  static const char review[] =
      "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\",\"kind\":"
      "{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},\"name\":"
      "\"migration-2\","
      "\"namespace\":\"openshift-cnv\",\"operation\":\"CREATE\",\"object\":" NAD("migration-2",
                                                                                 CONFIG("eth9", "10.129.0.0/25")) "}}";
  char folder[64];
  API_STUB_SCOPED stub = api_stub_start(bad_cluster);
  folder_of(VMI ", " HCO("migration") ", " BAD, folder);
  RUN_SCOPED live = RUN_WITH(review, "review", "-", "--kubeconfig", stub.kubeconfig);
  RUN_SCOPED dead = RUN_WITH(review, "review", "-", "--state", folder);
  assert_int_equal(live.status, 1);
  assert_string_equal(live.out, dead.out);
  assert_non_null(strstr(live.out, "master-missing"));
  folder_remove(folder);
}

static void other_commands_need_an_explicit_cluster(void **state) {
  (void)state;
  static const char *const commands[] = {"check", "inspect"};
  for (size_t i = 0; i < 2; i++) {
    expect_usage(RUN(commands[i], "-f", "demo/manifests", "--context", "x"), "--context requires --kubeconfig");
    expect_usage(RUN(commands[i], "-f", "demo/manifests", "-s", "demo/state", "--kubeconfig", "x"),
                 "--state and --kubeconfig cannot be used together");
  }
  expect_usage(RUN("review", "x.json", "-s", "demo/state", "--kubeconfig", "x"),
               "--state and --kubeconfig cannot be used together");
  expect_usage(RUN("review", "x.json", "--context", "x"), "--context requires --kubeconfig");
}

/* What is wrong in the cluster of the README's pictures. */
static void the_demo_with_mistakes_has_these(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("audit", "--state", "demo/trouble");
  static const char *const rules[] = {"[overlap-network]", "[master-missing]", "[master-down]", "[pool-too-small]",
                                      "[network-unfit]"};
  assert_int_equal(run.status, 1);
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    assert_non_null(strstr(run.out, rules[i]));
  assert_non_null(strstr(run.out, "has 6 usable addresses, but 10 are needed (7 nodes that run virt-handler, 2 "
                                  "virt-synchronization-controllers and 1 more during updates)"));
  assert_non_null(strstr(run.out, "fix: widen the range to at least /28\n"));
  assert_non_null(strstr(run.out, "4 objects audited, 3 in violation: 7 errors, 1 warning\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_demo_with_mistakes_has_these),
      cmocka_unit_test(violations_name_the_object_and_exit_1),
      cmocka_unit_test(valid_objects_exit_0),
      cmocka_unit_test(warnings_alone_exit_0),
      cmocka_unit_test(a_folder_without_objects_to_audit_is_reported),
      cmocka_unit_test(json_matches_text),
      cmocka_unit_test(the_policy_is_applied),
      cmocka_unit_test(unreadable_input_exits_2_with_its_place),
      cmocka_unit_test(bad_usage_exits_2),
      cmocka_unit_test(help_lists_the_options),
      cmocka_unit_test(without_a_cluster_the_error_names_the_options),
      cmocka_unit_test(kubeconfig_comes_from_the_environment),
      cmocka_unit_test(kubeconfig_defaults_to_the_home_folder),
      cmocka_unit_test(context_works_with_any_kubeconfig),
      cmocka_unit_test(a_live_cluster_is_audited_like_its_folder),
      cmocka_unit_test(missing_and_forbidden_kinds_are_reported),
      cmocka_unit_test(migrations_are_checked_even_if_the_network_is_hidden),
      cmocka_unit_test(an_unreadable_object_does_not_hide_others),
      cmocka_unit_test(an_unreachable_cluster_exits_2),
      cmocka_unit_test(check_and_inspect_use_a_live_cluster),
      cmocka_unit_test(review_gives_the_same_answer_for_cluster_and_folder),
      cmocka_unit_test(other_commands_need_an_explicit_cluster),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
