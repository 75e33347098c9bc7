/* `droveway snapshot`, as an administrator runs it to report a bug. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/api_stub.h"
#include "support/run_program.h"

static int setup(void **state) {
  (void)state;
  no_cluster_by_default();
  return 0;
}

/* A folder for a test, and the paths of snapshots in it. */
struct place {
  char folder[64], first[80], second[80];
};

static struct place place_make(void) {
  struct place place;
  folder_make(place.folder);
  snprintf(place.first, sizeof place.first, "%s/first", place.folder);
  snprintf(place.second, sizeof place.second, "%s/second", place.folder);
  return place;
}

static void place_remove(const struct place *place) {
  if (access(place->first, F_OK) == 0)
    folder_remove(place->first);
  if (access(place->second, F_OK) == 0)
    folder_remove(place->second);
  folder_remove(place->folder);
}

static void expect_snapshot(const char *to, const char *from) {
  RUN_SCOPED run = RUN("snapshot", to, "--state", from);
  if (run.status != 0)
    fail_msg("snapshot of %s: %s", from, run.err);
}

static int visible(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* The names in a folder as "a,b", hidden ones too; the caller frees it. */
static char *names_in(const char *folder) {
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, visible, alphasort);
  assert_true(count >= 0);
  char *names = calloc((size_t)count + 1, 260);
  assert_non_null(names);
  for (int i = 0; i < count; i++) {
    strcat(strcat(names, *names ? "," : ""), entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return names;
}

static char *text_in(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return file_text(path, NULL);
}

static void expect_same_folders(const char *a, const char *b) {
  char *names = names_in(a);
  char *others = names_in(b);
  assert_string_equal(names, others);
  free(others);
  for (char *rest = names, *name; (name = strsep(&rest, ",")) != NULL;) {
    char *one = text_in(a, name);
    char *other = text_in(b, name);
    assert_string_equal(one, other);
    free(one);
    free(other);
  }
  free(names);
}

/* An audit as JSON without places, because the files differ. */
static struct json_object *audit_json(const char *folder) {
  static const char *const places[] = {"file", "line", "column", "endColumn", "width", "source"};
  RUN_SCOPED run = RUN("audit", "-s", folder, "-o", "json");
  struct json_object *report = run_json(&run);
  struct json_object *findings = NULL;
  assert_true(json_object_object_get_ex(report, "findings", &findings));
  for (size_t i = 0; i < json_object_array_length(findings); i++)
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
      json_object_object_del(json_object_array_get_idx(findings, i), places[p]);
  return report;
}

static void expect_same_audit(const char *a, const char *b) {
  RUN_SCOPED one = RUN("audit", "-s", a);
  RUN_SCOPED other = RUN("audit", "-s", b);
  assert_string_equal(one.out, other.out);
  assert_int_equal(one.status, other.status);
  struct json_object *first = audit_json(a);
  struct json_object *second = audit_json(b);
  assert_true(json_object_equal(first, second));
  json_object_put(first);
  json_object_put(second);
}

/* --- what is written --- */

static void one_file_per_kind_is_written_and_listed(void **state) {
  (void)state;
  struct place place = place_make();
  static const char *const files[] = {"networkattachmentdefinitions.json: 6 objects",
                                      "hyperconvergeds.json: 1 object",
                                      "nodes.json: 4 objects",
                                      "nodenetworkstates.json: 4 objects",
                                      "networks.json: 1 object",
                                      "servicecidrs.json: 1 object",
                                      "configmaps.json: 1 object"};
  char expected[2048] = "";
  RUN_SCOPED run = RUN("snapshot", place.first, "--state", "demo/state");
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    size_t length = strlen(expected);
    snprintf(expected + length, sizeof expected - length, "%s/%s\n", place.first, files[i]);
  }
  assert_string_equal(run.out, expected);
  assert_string_equal(run.err,
                      "droveway: no objects of these kinds, or not installed: KubeVirt, Network.operator.openshift.io, "
                      "IPAddressPool, VirtualMachineInstanceMigration, "
                      "VirtualMachineInstance, MigrationPolicy\n");
  assert_int_equal(run.status, 0);
  char *names = names_in(place.first);
  assert_string_equal(names, "configmaps.json,hyperconvergeds.json,networkattachmentdefinitions.json,networks.json,"
                             "nodenetworkstates.json,nodes.json,servicecidrs.json");
  free(names);
  place_remove(&place);
}

static void a_file_is_a_readable_list(void **state) {
  (void)state;
  struct place place = place_make();
  expect_snapshot(place.first, "demo/state");
  char *text = text_in(place.first, "servicecidrs.json");
  assert_string_equal(text, "{\n"
                            "  \"apiVersion\": \"v1\",\n"
                            "  \"kind\": \"List\",\n"
                            "  \"items\": [\n"
                            "    {\n"
                            "      \"apiVersion\": \"networking.k8s.io/v1\",\n"
                            "      \"kind\": \"ServiceCIDR\",\n"
                            "      \"metadata\": {\n"
                            "        \"name\": \"kubernetes\"\n"
                            "      },\n"
                            "      \"spec\": {\n"
                            "        \"cidrs\": [\n"
                            "          \"172.30.0.0/16\"\n"
                            "        ]\n"
                            "      }\n"
                            "    }\n"
                            "  ]\n"
                            "}\n");
  free(text);
  place_remove(&place);
}

static void secrets_are_left_out(void **state) {
  (void)state;
  struct place place = place_make();
  folder_write(
      place.folder, "state.yaml",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-config-v1\n  namespace: kube-system\n"
      "  annotations: {a: hush}\ndata:\n  other: hush\n  install-config: |\n    pullSecret: hush\n"
      "    sshKey: hush\n    networking: {machineNetwork: [{cidr: 192.168.1.0/24}]}\n"
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: kube-system}\ndata: {a: hush}\n"
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: kube-system}\ndata: {a: hush}\n"
      "---\napiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: net, namespace: "
      "a, managedFields: [{manager: hush}], annotations: {kubectl.kubernetes.io/last-applied: hush}}\n"
      "spec: {config: '{}', more: hush}\n");
  expect_snapshot(place.first, place.folder);
  char *names = names_in(place.first);
  assert_string_equal(names, "configmaps.json,networkattachmentdefinitions.json");
  free(names);
  char *maps = text_in(place.first, "configmaps.json");
  char *nads = text_in(place.first, "networkattachmentdefinitions.json");
  assert_null(strstr(maps, "hush"));
  assert_non_null(strstr(maps, "192.168.1.0/24"));
  assert_null(strstr(nads, "hush"));
  free(maps);
  free(nads);
  place_remove(&place);
}

static void an_empty_state_is_reported(void **state) {
  (void)state;
  struct place place = place_make();
  RUN_SCOPED run = RUN("snapshot", place.first, "--state", place.folder);
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, ": no objects that the rules read\n"));
  char *names = names_in(place.first);
  assert_string_equal(names, "");
  free(names);
  place_remove(&place);
}

/* --- round trips --- */

/* Every kind that the rules read, most with mistakes, in a different order. */
static const char everything[] =
    "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: vm, namespace: vms}, status: "
    "{migrationState: {completed: true, targetNodeAddress: 10.128.2.7}}}\n"
    "---\n{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: m, namespace: vms}, "
    "spec: {vmiName: vm}, status: {phase: Running}}\n"
    "---\n{spec: {liveMigrationConfig: {network: migration, parallelMigrationsPerCluster: 1.5, progressTimeout: -3, "
    "bandwidthPerMigration: 64Mi}, evictionStrategy: None, featureGates: {decentralizedLiveMigration: true}}, kind: "
    "HyperConverged, metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv, annotations: "
    "{kubevirt.kubevirt.io/jsonpatch: "
    "'[{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":\"gone\"}]'}}, apiVersion: "
    "hco.kubevirt.io/v1beta1}\n"
    "---\n{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: elsewhere}, spec: "
    "{configuration: {migrations: {network: migration, parallelMigrationsPerCluster: 0}}}}\n"
    "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: migration}, spec: "
    "{config: '{\"type\":\"macvlan\",\"master\":\"eth7\",\"ipam\":{\"type\":\"whereabouts\",\"range\":"
    "\"10.129.0.0/24\",\"rangeStart\":\"\\u00e9\"}}'}}\n"
    "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: going, namespace: "
    "openshift-cnv, deletionTimestamp: '2026-11-20T10:00:00Z', labels: {droveway.io/migration-network: 'true'}}, "
    "spec: {config: '{\"type\":'}}\n"
    "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: none, namespace: a}}\n"
    "---\n{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: 'true'}}, spec: "
    "{podCIDRs: [10.132.0.0/24]}, status: {addresses: [{type: InternalIP, address: 192.168.1.7}]}}\n"
    "---\n{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n1}, status: {currentState: "
    "{interfaces: [{name: eth1, type: ethernet, state: up, mtu: 1500, ipv4: {address: [{ip: 192.168.1.7}]}}, {name: "
    "br, type: linux-bridge, state: down, bridge: {port: []}}], routes: {running: [{destination: 0.0.0.0/0, "
    "next-hop-interface: eth1, table-id: 254}]}}}}\n"
    "---\n{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: "
    "[{cidr: 10.128.0.0/14}], serviceNetwork: [172.30.0.0/16], networkType: OVNKubernetes}}\n"
    "---\n{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: kubernetes}, spec: {cidrs: "
    "[172.30.0.0/16]}}\n"
    "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: kube-system}, data: "
    "{ClusterConfiguration: \"networking:\\n  podSubnet: 10.244.0.0/16\\n\"}}\n";

static void an_audit_of_the_snapshot_matches_the_cluster(void **state) {
  (void)state;
  struct place place = place_make();
  folder_write(place.folder, "state.yaml", everything);
  const char *const sources[] = {"demo/state", place.folder};
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    expect_snapshot(place.first, sources[i]);
    if (i == 0)
      expect_same_audit(sources[i], place.first);
    RUN_SCOPED audit = RUN("audit", "-s", place.first);
    assert_int_equal(audit.status, i);
    expect_snapshot(place.second, place.first);
    expect_same_folders(place.first, place.second);
    folder_remove(place.first);
    folder_remove(place.second);
  }
  /* Inside the folder it would be read as part of it. */
  struct place away = place_make();
  expect_snapshot(away.first, place.folder);
  expect_same_audit(place.folder, away.first);
  place_remove(&away);
  place_remove(&place);
}

static void check_gives_the_same_result_with_the_snapshot(void **state) {
  (void)state;
  struct place place = place_make();
  expect_snapshot(place.first, "demo/state");
  RUN_SCOPED one = RUN("check", "-f", "demo/manifests", "-s", "demo/state");
  RUN_SCOPED other = RUN("check", "-f", "demo/manifests", "-s", place.first);
  assert_string_equal(one.out, other.out);
  assert_int_equal(one.status, other.status);
  place_remove(&place);
}

static void input_order_does_not_matter(void **state) {
  (void)state;
  struct place place = place_make();
  struct place turned = place_make();
  static const char a[] = "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {x: z, b: c}}}\n";
  static const char b[] = "{kind: Node, metadata: {labels: {}, name: b}, apiVersion: v1}\n";
  static const char a_turned[] = "{metadata: {labels: {b: c, x: z}, name: a}, kind: Node, apiVersion: v1}\n";
  folder_write(place.folder, "1.yaml", a);
  folder_write(place.folder, "2.yaml", b);
  folder_write(turned.folder, "1.yaml", b);
  folder_write(turned.folder, "2.yaml", a_turned);
  expect_snapshot(place.first, place.folder);
  expect_snapshot(turned.first, turned.folder);
  expect_same_folders(place.first, turned.first);
  place_remove(&place);
  place_remove(&turned);
}

/* As in a view of the folder. */
static void the_later_of_two_objects_with_the_same_name_is_used(void **state) {
  (void)state;
  struct place place = place_make();
#define NAD(ns, mtu)                                                                                                   \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: net" ns                        \
  "}, spec: {config: '{\"mtu\":" mtu "}'}}\n"
  folder_write(place.folder, "1.yaml", NAD(", namespace: openshift-cnv", "1501"));
  folder_write(place.folder, "2.yaml", NAD("", "1502"));
  folder_write(place.folder, "3.yaml", NAD(", namespace: a", "1503"));
  expect_snapshot(place.first, place.folder);
  char *text = text_in(place.first, "networkattachmentdefinitions.json");
  assert_null(strstr(text, "1501"));
  assert_non_null(strstr(text, "1502"));
  assert_non_null(strstr(text, "1503"));
  free(text);
  place_remove(&place);
}

static void a_missing_namespace_is_filled_in(void **state) {
  (void)state;
  struct place place = place_make();
  char policy[96];
  snprintf(policy, sizeof policy, "%s/policy.txt", place.folder);
  folder_write(place.folder, "policy.txt", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: kubevirt\n");
  folder_write(place.folder, "1.yaml", NAD("", "1502"));
  RUN_SCOPED run = RUN("snapshot", place.first, "-s", place.folder, "-p", policy);
  assert_int_equal(run.status, 0);
  char *text = text_in(place.first, "networkattachmentdefinitions.json");
  assert_non_null(strstr(text, "\"namespace\": \"kubevirt\""));
  free(text);
  place_remove(&place);
}

/* --- the output folder --- */

static void an_empty_folder_is_accepted(void **state) {
  (void)state;
  struct place place = place_make();
  assert_int_equal(mkdir(place.first, 0700), 0);
  expect_snapshot(place.first, "demo/state");
  place_remove(&place);
}

static void nothing_is_overwritten(void **state) {
  (void)state;
  struct place place = place_make();
  char expected[256];
  char file[96];
  folder_write(place.folder, "mine.txt", "x");
  RUN_SCOPED full = RUN("snapshot", place.folder, "-s", "demo/state");
  snprintf(expected, sizeof expected, "droveway: %s is not empty; use a new directory\n", place.folder);
  assert_string_equal(full.err, expected);
  assert_string_equal(full.out, "");
  assert_int_equal(full.status, 2);
  snprintf(file, sizeof file, "%s/mine.txt", place.folder);
  RUN_SCOPED no_folder = RUN("snapshot", file, "-s", "demo/state");
  assert_int_equal(no_folder.status, 2);
  assert_non_null(strstr(no_folder.err, "mine.txt: Not a directory"));
  snprintf(file, sizeof file, "%s/no/such", place.folder);
  RUN_SCOPED no_parent = RUN("snapshot", file, "-s", "demo/state");
  assert_int_equal(no_parent.status, 2);
  assert_non_null(strstr(no_parent.err, "no/such: No such file or directory"));
  char *names = names_in(place.folder);
  assert_string_equal(names, "mine.txt");
  free(names);
  place_remove(&place);
}

/* A limit on the file size acts like a disk that is full after the first files. */
static struct run run_with_a_full_disk(const char *folder) {
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = {.rlim_cur = 2500, .rlim_max = before.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  struct run run = RUN("snapshot", folder, "-s", "demo/state");
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, SIG_DFL);
  return run;
}

static void no_partial_output_is_left(void **state) {
  (void)state;
  struct place place = place_make();
  RUN_SCOPED made = run_with_a_full_disk(place.first);
  assert_int_equal(made.status, 2);
  assert_non_null(strstr(made.err, "droveway: can't write "));
  assert_non_null(strstr(made.err, ": File too large\n"));
  assert_string_equal(made.out, "");
  assert_int_not_equal(access(place.first, F_OK), 0);
  assert_int_equal(mkdir(place.first, 0700), 0);
  RUN_SCOPED found = run_with_a_full_disk(place.first);
  assert_int_equal(found.status, 2);
  char *names = names_in(place.first);
  assert_string_equal(names, "");
  free(names);
  place_remove(&place);
}

static void an_unreadable_state_leaves_no_folder(void **state) {
  (void)state;
  struct place place = place_make();
  folder_write(place.folder, "1.yaml", "kind: [\n");
  RUN_SCOPED run = RUN("snapshot", place.first, "-s", place.folder);
  assert_int_equal(run.status, 2);
  assert_int_not_equal(access(place.first, F_OK), 0);
  place_remove(&place);
}

static void expect_usage(struct run run, const char *text) {
  assert_int_equal(run.status, 2);
  if (strstr(run.err, text) == NULL)
    fail_msg("\"%s\" does not contain \"%s\"", run.err, text);
  run_free(&run);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  expect_usage(RUN("snapshot", "-s", "demo/state"), "expected one directory to write to");
  expect_usage(RUN("snapshot", "a", "b", "-s", "demo/state"), "expected one directory to write to");
  expect_usage(RUN("snapshot", "/tmp/never", "-s", "demo/state", "--kubeconfig", "x"),
               "--state and --kubeconfig cannot be used together");
  expect_usage(RUN("snapshot", "/tmp/never"), "no kubeconfig found ($KUBECONFIG, ~/.kube/config); "
                                              "use --kubeconfig FILE or --state DIR");
  expect_usage(RUN("snapshot", "-o", "json", "x"), "unknown option \"-o\"");
  expect_usage(RUN("snapshot", "/tmp/never", "-s", "demo/state", "-p", "no/such/policy"), "no/such/policy: ");
  RUN_SCOPED help = RUN("snapshot", "--help");
  assert_int_equal(help.status, 0);
  assert_non_null(strstr(help.out, "usage: droveway snapshot DIR"));
}

/* --- a live cluster --- */

static void a_snapshot_of_a_live_cluster_matches_its_audit(void **state) {
  (void)state;
  static const struct api_route routes[] = {
      {"/api/v1/nodes", 200, "{\"metadata\": {\"name\": \"n1\", \"managedFields\": [{\"manager\": \"hush\"}]}}"},
      {"/apis/k8s.cni.cncf.io/v1/network-attachment-definitions", 200,
       "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"name\": "
       "\"migration\", \"namespace\": \"openshift-cnv\"}, \"spec\": {\"config\": \"{}\"}}"},
      {"/apis/kubevirt.io/v1/virtualmachineinstancemigrations", 403, NULL},
      {NULL, 0, NULL}};
  struct place place = place_make();
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("snapshot", place.first, "--kubeconfig", stub.kubeconfig);
  assert_int_equal(run.status, 0);
  assert_string_equal(
      run.err,
      "droveway: no objects of these kinds, or not installed: HyperConverged, KubeVirt, Network, "
      "Network.operator.openshift.io, "
      "ServiceCIDR, IPAddressPool, ConfigMap, "
      "VirtualMachineInstance, MigrationPolicy\n"
      "droveway: NodeNetworkState objects are not available (kubernetes-nmstate is not installed, or RBAC denies "
      "access); "
      "they are missing from the snapshot, which reads as if there were none\n"
      "droveway: VirtualMachineInstanceMigration objects are not available (RBAC denies access); they are missing from "
      "the snapshot, which reads as if there were none\n");
  char *nodes = text_in(place.first, "nodes.json");
  assert_non_null(strstr(nodes, "\"apiVersion\": \"v1\",\n      \"kind\": \"Node\""));
  assert_null(strstr(nodes, "hush"));
  free(nodes);
  RUN_SCOPED live = RUN("audit", "--kubeconfig", stub.kubeconfig);
  RUN_SCOPED dead = RUN("audit", "--state", place.first);
  assert_string_equal(live.out, dead.out);
  assert_int_equal(live.status, 1);
  place_remove(&place);
}

static void an_unreachable_cluster_leaves_no_folder(void **state) {
  (void)state;
  static const struct api_route routes[] = {{NULL, 0, NULL}};
  struct place place = place_make();
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("snapshot", place.first, "--kubeconfig", stub.kubeconfig, "--context", "nobody");
  assert_int_equal(run.status, 2);
  assert_int_not_equal(access(place.first, F_OK), 0);
  place_remove(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_file_per_kind_is_written_and_listed),
      cmocka_unit_test(a_file_is_a_readable_list),
      cmocka_unit_test(secrets_are_left_out),
      cmocka_unit_test(an_empty_state_is_reported),
      cmocka_unit_test(an_audit_of_the_snapshot_matches_the_cluster),
      cmocka_unit_test(check_gives_the_same_result_with_the_snapshot),
      cmocka_unit_test(input_order_does_not_matter),
      cmocka_unit_test(the_later_of_two_objects_with_the_same_name_is_used),
      cmocka_unit_test(a_missing_namespace_is_filled_in),
      cmocka_unit_test(an_empty_folder_is_accepted),
      cmocka_unit_test(nothing_is_overwritten),
      cmocka_unit_test(no_partial_output_is_left),
      cmocka_unit_test(an_unreadable_state_leaves_no_folder),
      cmocka_unit_test(bad_usage_exits_2),
      cmocka_unit_test(a_snapshot_of_a_live_cluster_matches_its_audit),
      cmocka_unit_test(an_unreachable_cluster_leaves_no_folder),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
