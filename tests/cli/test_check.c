/* `droveway check`, as an administrator runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

#define STATE "--state", "demo/state"
#define SEEDS "tests/manifests/seeds/"

/* The rule ids of all findings with ACTION, in order, as "a,b"; the caller frees it. */
static char *rules_with(struct json_object *report, const char *action) {
  struct json_object *findings = member_list(report, "findings");
  char *rules = calloc(1, json_object_array_length(findings) * 32 + 1);
  assert_non_null(rules);
  for (size_t i = 0; i < json_object_array_length(findings); i++) {
    struct json_object *finding = json_object_array_get_idx(findings, i);
    if (strcmp(member_text(finding, "action"), action) == 0)
      strcat(strcat(rules, *rules ? "," : ""), member_text(finding, "rule"));
  }
  return rules;
}

/* Runs check -o json on PATH, with the demo's cluster or without one, and compares exit status and denying rules. */
static void expect(const char *path, bool state, const char *denying) {
  RUN_SCOPED run = state ? RUN("check", "-o", "json", "-f", path, STATE) : RUN("check", "-o", "json", "-f", path);
  struct json_object *report = run_json(&run);
  char *denied = rules_with(report, "deny");
  if (strcmp(denied, denying) != 0)
    fail_msg("%s is denied \"%s\", not \"%s\"", path, denied, denying);
  assert_int_equal(run.status, *denying ? 1 : 0);
  assert_string_equal(run.err, "");
  free(denied);
  json_object_put(report);
}

static void documented_examples_are_allowed(void **state) {
  (void)state;
  static const char *const paths[] = {
      SEEDS "openshift-4.11/network.yaml",
      SEEDS "openshift-4.11/hyperconverged.yaml",
      SEEDS "openshift-4.11",
      SEEDS "openshift-empty-range/hyperconverged.yaml",
      SEEDS "live-migration-bond2/network.yaml",
      SEEDS "live-migration-bond2",
      SEEDS "cross-cluster/network.yaml",
      SEEDS "cross-cluster/bridge-net.yaml",
      SEEDS "cross-cluster/hyperconverged.yaml",
      SEEDS "cross-cluster",
  };
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    expect(paths[i], true, "");
    expect(paths[i], false, "");
  }
}

static void the_example_with_an_empty_range_is_denied(void **state) {
  (void)state;
  expect(SEEDS "openshift-empty-range/network.yaml", true, "range-empty");
  expect(SEEDS "openshift-empty-range/network.yaml", false, "range-empty");
}

/* isGateway without `bridge` works for pods but has no connection between nodes. */
static void the_bridge_example_is_denied_only_as_a_migration_network(void **state) {
  (void)state;
  expect(SEEDS "cross-cluster/bridge-net.yaml", true, "");
  expect("tests/manifests/bridge-net/labelled.yaml", true, "bridge-options,bridge-uplink");
  expect("tests/manifests/bridge-net/labelled.yaml", false, "bridge-options,bridge-uplink");
  expect("tests/manifests/bridge-net/named.yaml", true, "bridge-options,bridge-uplink,network-unfit,network-unfit");
}

/* The HyperConverged comes first in the folder, but NADs are applied before objects that refer to them. */
static void a_network_and_its_user_pass_together(void **state) {
  (void)state;
  expect("tests/manifests/pair", true, "");
  expect("tests/manifests/pair", false, "");
  expect("tests/manifests/pair/10-hyperconverged.yaml", true, "network-missing");
}

static void a_wrong_name_is_denied_with_a_known_cluster(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "tests/manifests/pair-misspelt", STATE);
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "tests/manifests/pair-misspelt/hyperconverged.yaml:9:14: error: "
                                  "spec.liveMigrationConfig.network: Not found: \"migration-lna\": no such NAD in "
                                  "namespace openshift-cnv [network-missing]\n"
                                  "    9 |     network: migration-lna\n"
                                  "      |              ^~~~~~~~~~~~~\n"
                                  "  fix: did you mean \"migration-lan\"?\n"));
}

static void a_wrong_name_warns_without_a_cluster(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "tests/manifests/pair-misspelt");
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "hyperconverged.yaml:9:14: warning: spec.liveMigrationConfig.network: could not be "
                                  "checked: "));
  assert_non_null(strstr(run.out, "did you mean \"migration-lan\"? [network-missing]\n"));
}

static void five_mistakes_are_five_errors(void **state) {
  (void)state;
  expect("demo/manifests/five-mistakes.yaml", true,
         "cni-version,ipam-lookalike-key,gateway-outside,overlap-cluster-network,master-missing,network-missing");
  expect("demo/manifests/migration.yaml", true, "");
}

static void json_has_place_and_message(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "tests/manifests/list", "-o", "json", STATE);
  struct json_object *report = run_json(&run);
  assert_int_equal(member_int(report, "objects"), 1);
  assert_int_equal(member_int(report, "denied"), 1);
  assert_int_equal(member_int(report, "errors"), 1);
  assert_int_equal(member_int(report, "warnings"), 0);
  struct json_object *finding = json_object_array_get_idx(json_object_object_get(report, "findings"), 0);
  assert_string_equal(member_text(finding, "file"), "tests/manifests/list/everything.yaml");
  assert_int_equal(member_int(finding, "line"), 14);
  assert_int_equal(member_int(finding, "column"), 141);
  assert_int_equal(member_int(finding, "endColumn"), 154);
  assert_int_equal(member_int(finding, "width"), 13);
  assert_int_equal(strncmp(member_text(finding, "source"), "    config: '{", 14), 0);
  assert_string_equal(member_text(finding, "fix"), "use a wider one, such as a /24");
  assert_string_equal(member_text(finding, "kind"), "NetworkAttachmentDefinition");
  assert_string_equal(member_text(finding, "namespace"), "openshift-cnv");
  assert_string_equal(member_text(finding, "name"), "migration-lan");
  assert_string_equal(member_text(finding, "rule"), "range-empty");
  assert_string_equal(member_text(finding, "reason"), "FieldValueInvalid");
  assert_string_equal(member_text(finding, "field"), "spec.config.ipam.range");
  assert_non_null(strstr(member_text(finding, "message"), "\"10.0.0.0/31\""));
  json_object_put(report);
}

static void the_later_of_two_overlapping_networks_is_denied(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "tests/manifests/rules/overlapping-each-other.yaml", STATE);
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "overlapping-each-other.yaml:33:16: error: spec.config.ipam.range: "));
  assert_null(strstr(run.out, "overlapping-each-other.yaml:7:"));
}

static void standard_input_is_read(void **state) {
  (void)state;
  char *text = file_text(SEEDS "openshift-empty-range/network.yaml", NULL);
  RUN_SCOPED run = RUN_WITH(text, "check", "-f", "-");
  free(text);
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "<stdin>:15:16: error: spec.config.ipam.range: Required value: "));
}

/* Empty input usually means that the previous command of the pipe failed, so it must not look like success. Comments
 * alone are fine: Helm writes them for disabled templates. */
static void empty_standard_input_is_an_error(void **state) {
  (void)state;
  RUN_SCOPED none = RUN_WITH("", "check", "-f", "-");
  assert_int_equal(none.status, 2);
  assert_non_null(strstr(none.err, "standard input is empty"));
  RUN_SCOPED comments = RUN_WITH("---\n# Source: chart/templates/network.yaml\n", "check", "-f", "-");
  assert_int_equal(comments.status, 0);
}

/* --- the source line --- */

/* The output of check for TEXT in a file, without the folder's name. The caller frees it. */
static char *output_of(const char *text) {
  char folder[64];
  char path[80];
  folder_make(folder);
  folder_write(folder, "nad.yaml", text);
  snprintf(path, sizeof path, "%s/nad.yaml", folder);
  RUN_SCOPED run = RUN("check", "-f", path, STATE);
  char *said = calloc(1, run.out_length + 1);
  assert_non_null(said);
  for (const char *from = run.out; *from != '\0';) {
    if (strncmp(from, folder, strlen(folder)) == 0)
      from += strlen(folder) + 1;
    else
      strncat(said, from++, 1);
  }
  folder_remove(folder);
  return said;
}

static void expect_output(const char *text, const char *expected) {
  char *said = output_of(text);
  assert_string_equal(said, expected);
  free(said);
}

#define HEAD                                                                                                           \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"                                                \
  "metadata: {name: migration-x, namespace: openshift-cnv}\nspec:\n"

static void the_caret_points_to_the_problem(void **state) {
  (void)state;
  static const struct {
    const char *manifest, *said;
  } cases[] = {
      /* single quotes, folded over two lines */
      {HEAD "  config: '{\"cniVersion\": \"0.3.1\", \"name\": \"x\", \"type\": \"macvlan\", \"master\": \"eth1\",\n"
            "    \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/31\"}}'\n",
       "nad.yaml:6:46: error: spec.config.ipam.range: Invalid value: \"10.9.0.0/31\": has no usable address: the first "
       "and the last of a /31 are never handed out [range-empty]\n"
       "    6 |     \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/31\"}}'\n"
       "      |                                              ^~~~~~~~~~~~~\n"
       "  fix: use a wider one, such as a /24\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"},
      /* double quotes, with escapes */
      {HEAD "  config: \"{\\\"cniVersion\\\": \\\"0.3.1\\\", \\\"name\\\": \\\"x\\\", \\\"type\\\": \\\"macvlan\\\", "
            "\\\"master\\\": \\\"eth1\\\", \\\"ipam\\\":\n"
            "    {\\\"type\\\": \\\"whereabouts\\\", \\\"range\\\": \\\"10.9.0.0/31\\\"}}\"\n",
       "nad.yaml:6:44: error: spec.config.ipam.range: Invalid value: \"10.9.0.0/31\": has no usable address: the first "
       "and the last of a /31 are never handed out [range-empty]\n"
       "    6 |     {\\\"type\\\": \\\"whereabouts\\\", \\\"range\\\": \\\"10.9.0.0/31\\\"}}\"\n"
       "      |                                            ^~~~~~~~~~~~~~~\n"
       "  fix: use a wider one, such as a /24\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"},
      /* literal, with tabs and wide characters */
      {HEAD "  config: |\n"
            "    {\n"
            "    \t\"cniVersion\": \"0.3.1\", \"name\": \"x\",\t\"type\": \"macvlan\",\n"
            "    \t\"master\": \"eth1\", \"移行\": \"eth\",\t\"ipam\": {\"type\": \"whereabouts\", \"range\": "
            "\"10.9.0.0/31\"}\n"
            "    }\n",
       "nad.yaml:8:78: error: spec.config.ipam.range: Invalid value: \"10.9.0.0/31\": has no usable address: the first "
       "and the last of a /31 are never handed out [range-empty]\n"
       "    8 |     \t\"master\": \"eth1\", \"移行\": \"eth\",\t\"ipam\": {\"type\": \"whereabouts\", \"range\": "
       "\"10.9.0.0/31\"}\n"
       "      |     \t                                \t                                         ^~~~~~~~~~~~~\n"
       "  fix: use a wider one, such as a /24\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"},
      /* a missing key: the object that lacks it */
      {HEAD "  config: |\n"
            "    {\n"
            "      \"cniVersion\": \"0.3.1\", \"name\": \"x\", \"type\": \"macvlan\", \"mode\": \"bridge\",\n"
            "      \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/24\"}\n"
            "    }\n",
       "nad.yaml:6:5: error: spec.config.master: Required value: without it, macvlan uses the NIC of the default route "
       "[master-required]\n"
       "    6 |     {\n"
       "      |     ^\n"
       "  fix: use the NIC that is dedicated to migrations\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"},
      /* not valid JSON: the place of the parse error */
      {HEAD "  config: |\n"
            "    {\n"
            "      \"cniVersion\": \"0.3.1\", \"name\": \"x\", \"type\": \"macvlan\", \"mode\": \"bridge\",\n"
            "      \"master\": \"eth1\"\n"
            "      \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/24\"}\n"
            "    }\n",
       "nad.yaml:9:7: error: spec.config: Invalid value: \"\\\"ipam\\\": {\\\"type\\\": \\\"whereabouts\\\", "
       "\\\"range\\\":\": line 4, column 3: expected ',' or '}' [cni-json]\n"
       "    9 |       \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/24\"}\n"
       "      |       ^\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"
       "1 of 1 can be fixed with --fix; --diff shows how\n"},
      /* a key, not its value */
      {HEAD "  config: '{\"type\": \"macvlan\", \"master\": \"eth1\", \"ipam\": {\"type\": \"whereabouts\", \"range\": "
            "\"10.9.0.0/24\", \"ranges\": 1, \"rangeStart\": \"10.9.0.4\",\n"
            "     \"type\": \"host-local\"}}'\n",
       "nad.yaml:6:6: error: spec.config.ipam.type: Duplicate value: \"type\": this key appears twice (again at line "
       "1, column 134), and the last one wins [cni-ambiguous-key]\n"
       "    6 |      \"type\": \"host-local\"}}'\n"
       "      |      ^~~~~~\n"
       "  fix: keep one of them\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"},
      /* JSON that is shortened because it is longer than a terminal line */
      {"{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"name\": "
       "\"migration-x\", \"namespace\": \"openshift-cnv\"},\n"
       " \"spec\": {\"config\": \"{\\\"cniVersion\\\": \\\"0.3.1\\\", \\\"name\\\": \\\"x\\\", \\\"type\\\": "
       "\\\"macvlan\\\", \\\"mode\\\": \\\"bridge\\\", \\\"master\\\": \\\"eth1\\\", \\\"ipam\\\": {\\\"type\\\": "
       "\\\"whereabouts\\\", \\\"range\\\": \\\"10.9.0.0/31\\\"}}\"}}\n",
       "nad.yaml:2:183: error: spec.config.ipam.range: Invalid value: \"10.9.0.0/31\": has no usable address: the "
       "first and the last of a /31 are never handed out [range-empty]\n"
       "    2 | ... \\\"name\\\": \\\"x\\\", \\\"type\\\": \\\"macvlan\\\", \\\"mode\\\": \\\"bridge\\\", "
       "\\\"master\\\": "
       "\\\"eth1\\\", \\\"ipam\\\": {\\\"type\\\": \\\"whereabouts\\\", \\\"range\\\": \\\"10.9.0.0/31\\\"}}\"}}\n"
       "      |                                                                                                        "
       "        "
       "                          ^~~~~~~~~~~~~~~\n"
       "  fix: use a wider one, such as a /24\n"
       "\n1 object checked, 1 denied: 1 error, 0 warnings\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_output(cases[i].manifest, cases[i].said);
}

static void findings_are_in_file_order(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "demo/manifests/five-mistakes.yaml", STATE);
  static const char *const places[] = {":10:21: ", ":13:17: ", ":17:18: ", ":18:9: ", ":19:20: ", ":31:16: "};
  const char *from = run.out;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    from = strstr(from, places[i]);
    assert_non_null(from);
  }
  assert_non_null(strstr(run.out, "   18 |         \"rangeStart\": \"10.128.0.10\",\n      |         ^~~~~~~~~~~~\n"));
}

static void without_snippets_a_finding_is_one_line(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", SEEDS "openshift-empty-range/network.yaml", STATE, "--no-snippets");
  assert_string_equal(run.out,
                      SEEDS "openshift-empty-range/network.yaml:15:16: error: spec.config.ipam.range: Required "
                            "value: without a range, whereabouts hands out no addresses; add a \"range\" such as "
                            "\"192.168.99.0/24\" [range-empty]\n"
                            "1 object checked, 1 denied: 1 error, 0 warnings\n");
}

/* kubectl and the API server decode and encode JSON: 5.0 in it is stored as 5. */
static void a_whole_number_with_a_fraction_is_an_integer(void **state) {
  (void)state;
#define LIMIT(number)                                                                                                  \
  "{\"apiVersion\": \"kubevirt.io/v1\", \"kind\": \"KubeVirt\", \"metadata\": {\"name\": \"kubevirt\", "               \
  "\"namespace\": "                                                                                                    \
  "\"openshift-cnv\"}, \"spec\": {\"configuration\": {\"migrations\": {\"parallelMigrationsPerCluster\": " number      \
  "}}}}"
  static const char *const whole[] = {LIMIT("5.0"), LIMIT("1e1"), LIMIT("5")};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    RUN_SCOPED run = RUN_WITH(whole[i], "check", "-f", "-");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "1 object checked, 0 denied: 0 errors, 0 warnings\n");
  }
  RUN_SCOPED half = RUN_WITH(LIMIT("5.5"), "check", "-f", "-");
  assert_int_equal(half.status, 1);
  assert_non_null(strstr(half.out, "Invalid value: \"5.5\": must be an integer, not a number [limit-type]"));
  RUN_SCOPED wide = RUN_WITH(LIMIT("1e300"), "check", "-f", "-");
  assert_int_equal(wide.status, 1);
}

static void documents_that_are_not_objects_are_counted(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  folder_write(folder, "values.yaml", "replicas: 3\n");
  RUN_SCOPED one = RUN("check", "-f", folder);
  assert_int_equal(one.status, 0);
  assert_string_equal(
      one.out, "1 document skipped: not a Kubernetes object (apiVersion or kind is missing)\n"
               "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or MigrationPolicy found\n");
  folder_write(folder, "more.yaml", "a: b\n---\n- 1\n");
  RUN_SCOPED three = RUN("check", "-f", folder, "demo/manifests/migration.yaml", STATE);
  assert_non_null(strstr(three.out, "\n3 documents skipped: not Kubernetes objects (apiVersion or kind is missing)\n"
                                    "2 objects checked, "));
  RUN_SCOPED run = RUN("check", "-f", folder, "-o", "json");
  struct json_object *report = run_json(&run);
  assert_int_equal(member_int(report, "passedOver"), 3);
  json_object_put(report);
  folder_remove(folder);
}

/* kubectl apply calls /mutate first, and so does check: it fills in a version that is null, which libcni rejects in
 * a list. */
static void manifests_are_checked_after_mutation(void **state) {
  (void)state;
  static const char list[] =
      "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
      "metadata: {name: migration-lan, namespace: openshift-cnv}\n"
      "spec: {config: '{\"cniVersion\": null, \"plugins\": [{\"type\": \"macvlan\", \"master\": \"eth1\", \"ipam\": "
      "{\"type\": \"whereabouts\", \"range\": \"10.210.0.0/24\"}}]}'}\n";
  RUN_SCOPED migration = RUN_WITH(list, "check", "-f", "-", STATE);
  assert_int_equal(migration.status, 0);
  RUN_SCOPED untouched = RUN_WITH(list, "check", "-f", "-", STATE, "--policy", "tests/payloads/policy/policy.yaml");
  assert_int_equal(untouched.status, 1);
  assert_non_null(strstr(untouched.out, "[cni-version]"));
}

/* With `kubectl create` and generateName, the API server generates the name. */
static void generate_name_is_supported(void **state) {
  (void)state;
#define GENERATED(name, range)                                                                                         \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"                                                \
  "metadata: {" name ", namespace: openshift-cnv}\nspec: {config: '{\"type\": \"macvlan\", \"master\": \"eth1\", "     \
  "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"" range "\"}}'}\n"
  RUN_SCOPED good = RUN_WITH(GENERATED("generateName: migration-", "10.210.0.0/24"), "check", "-f", "-", STATE);
  assert_int_equal(good.status, 0);
  /* They are two objects, and both are migration networks because of their name prefix. */
  RUN_SCOPED both = RUN_WITH(GENERATED("generateName: migration-",
                                       "10.210.0.0/24") "---\n" GENERATED("generateName: migration-", "10.210.0.0/25"),
                             "check", "-f", "-", STATE);
  assert_int_equal(both.status, 1);
  assert_non_null(strstr(both.out, "overlaps 10.210.0.0/24 of migration network openshift-cnv/migration-00001"));
  RUN_SCOPED none = RUN_WITH(GENERATED("generateName: ''", "10.210.0.0/24"), "check", "-f", "-", STATE);
  assert_int_equal(none.status, 2);
  assert_non_null(strstr(none.err, "metadata.name is missing"));
}

/* The state folder has the same NAD, so mistakes that it already has only warn. */
static void an_existing_object_is_an_update(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  char *text = file_text(SEEDS "openshift-empty-range/network.yaml", NULL);
  folder_write(folder, "state.yaml", text);
  free(text);
  RUN_SCOPED run = RUN("check", "-f", SEEDS "openshift-empty-range/network.yaml", "--state", folder);
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, ":15:16: warning: spec.config.ipam.range: "));
  folder_remove(folder);
}

#define CONFIG(master)                                                                                                 \
  "'{\"cniVersion\":\"0.3.1\",\"name\":\"x\",\"type\":\"macvlan\",\"master\":\"" master                                \
  "\",\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.9.0.0/24\"}}'\n"

/* TEXT has exactly one finding, WARNING, at line:column. */
static void expect_only_warning(const char *text, const char *warning) {
  RUN_SCOPED run = RUN_WITH(text, "check", "--no-snippets", "-f", "-", STATE);
  char expected[768];
  snprintf(expected, sizeof expected, "<stdin>:%s\n1 object checked, 0 denied: 0 errors, 1 warning\n", warning);
  assert_string_equal(run.out, expected);
  assert_int_equal(run.status, 0);
}

static void a_placeholder_is_the_only_finding(void **state) {
  (void)state;
  static const struct {
    const char *text, *warning;
  } cases[] = {
#define UNRENDERED(place, field, text, fix)                                                                            \
  place ": warning: " field ": " text " is an unfilled placeholder, so this object is not checked; " fix " ["          \
        "unrendered]"
      {HEAD "  config: " CONFIG("${NIC}"),
       UNRENDERED("5:72", "spec.config", "${NIC}",
                  "render it first: envsubst < FILE | droveway check -f - (with Flux: flux build kustomization)")},
      {HEAD "  config: " CONFIG("$NIC"),
       UNRENDERED("5:72", "spec.config", "$NIC",
                  "render it first: envsubst < FILE | droveway check -f - (with Flux: flux build kustomization)")},
      {HEAD "  config: " CONFIG("{{ .Values.nic }}"),
       UNRENDERED("5:72", "spec.config", "{{ .Values.nic }}",
                  "render the chart first: helm template CHART | droveway check -f -")},
      {HEAD "  config: " CONFIG("{{hub .nic hub}}"),
       UNRENDERED("5:72", "spec.config", "{{hub .nic hub}}",
                  "Advanced Cluster Management fills it in: check the object in the cluster with droveway audit")},
      {HEAD "  config: " CONFIG("$(NIC)"),
       UNRENDERED("5:72", "spec.config", "$(NIC)", "render it first: kustomize build DIR | droveway check -f -")},
      {HEAD "  config: " CONFIG("<%= nic %>"),
       UNRENDERED("5:72", "spec.config", "<%= nic %>", "render the template first and check the result")},
      {HEAD "  config: _replaced_\n",
       UNRENDERED("5:11", "spec.config", "_replaced_", "render it first: kustomize build DIR | droveway check -f -")},
      {"apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n"
       "- {apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: k, namespace: '${NS}'}}\n",
       UNRENDERED("5:80", "metadata.namespace", "${NS}",
                  "render the template first: oc process -f FILE | droveway check -f -")},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_only_warning(cases[i].text, cases[i].warning);
}

#define RAW_POLICY(entry)                                                                                              \
  "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nmetadata: {name: p}\nspec:\n"          \
  "  object-templates-raw: |\n    - complianceType: musthave\n      objectDefinition:\n" entry
#define RAW_NAD(nic)                                                                                                   \
  "        apiVersion: k8s.cni.cncf.io/v1\n        kind: NetworkAttachmentDefinition\n"                                \
  "        metadata: {name: migration-network, namespace: openshift-cnv}\n        spec:\n"                             \
  "          config: '{\"cniVersion\": \"0.3.1\", \"name\": \"m\", \"type\": \"macvlan\", \"master\": \"" nic "\", "   \
  "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"192.168.99.0/24\"}}'\n"
#define RAW_USER                                                                                                       \
  "---\napiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: k, namespace: openshift-cnv}\n"                   \
  "spec: {configuration: {evictionStrategy: LiveMigrate, migrations: {network: " network "}}}\n"

/* object-templates-raw is checked like object-templates if it is YAML. With Go templates in it, the result is unknown.
 */
static void templates_in_a_policy_are_checked(void **state) {
  (void)state;
  RUN_SCOPED wrong = RUN_WITH(RAW_POLICY(RAW_NAD("/eth1")), "check", "--no-snippets", "-f", "-", STATE);
  assert_int_equal(wrong.status, 1);
  assert_non_null(strstr(wrong.out, "<stdin>:12:86: error: spec.config.master: Invalid value: \"/eth1\""));
  assert_non_null(strstr(wrong.out, "\n1 object checked, 1 denied: 1 error, 0 warnings\n"));
  expect_only_warning(RAW_POLICY(RAW_NAD("{{ fromConfigMap \"a\" \"b\" \"nic\" }}")),
                      "12:87: warning: object-templates-raw: {{ fromConfigMap \"a\" \"b\" \"nic\" }} is an unfilled "
                      "placeholder, so the objects in this text are not checked; Advanced Cluster Management fills it "
                      "in: check the object in the cluster with droveway audit [unrendered]");
  RUN_SCOPED broken = RUN_WITH(RAW_POLICY(RAW_NAD("eth1") "        - ]\n"), "check", "--no-snippets", "-f", "-", STATE);
  assert_int_equal(broken.status, 0);
  assert_non_null(strstr(broken.out, "warning: object-templates-raw: is neither YAML nor a Go template ("));
  assert_non_null(strstr(broken.out, "), so Advanced Cluster Management creates none of its objects; correct the "
                                     "YAML [unrendered]"));
  RUN_SCOPED other = RUN_WITH(RAW_POLICY("        {kind: ConfigMap, apiVersion: v1, data: {a: '{{ .b }}'}}\n"), "check",
                              "-f", "-", STATE);
  assert_int_equal(other.status, 0);
  assert_null(strstr(other.out, "unrendered"));
}

/* The template may create any NAD. */
static void a_network_may_be_in_a_policy_template(void **state) {
  (void)state;
#define network "any"
  RUN_SCOPED run = RUN_WITH(RAW_POLICY(RAW_NAD("{{ .nic }}")) RAW_USER, "check", "--no-snippets", "-f", "-", STATE);
#undef network
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "could not be checked: it may be in a policy's template that is not filled in yet "
                                  "[network-missing]\n"));
#define network "migration-network"
  RUN_SCOPED whole = RUN_WITH(RAW_POLICY(RAW_NAD("eth1")) RAW_USER, "check", "--no-snippets", "-f", "-", STATE);
#undef network
  assert_int_equal(whole.status, 0);
  assert_null(strstr(whole.out, "network-missing"));
}

static void a_dollar_sign_that_is_not_a_placeholder_is_checked(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH(HEAD "  config: " CONFIG("cost$"), "check", "-o", "json", "-f", "-", STATE);
  assert_int_equal(run.status, 1);
  assert_null(strstr(run.out, "unrendered"));
}

static void placeholders_are_checked_as_text_if_the_rule_is_off(void **state) {
  (void)state;
  char folder[64];
  char policy[96];
  folder_make(folder);
  folder_write(folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {unrendered: off}\n");
  snprintf(policy, sizeof policy, "%s/policy.yaml", folder);
  RUN_SCOPED run = RUN_WITH(HEAD "  config: " CONFIG("${NIC}"), "check", "-o", "json", "-f", "-", STATE, "-p", policy);
  struct json_object *report = run_json(&run);
  char *denied = rules_with(report, "deny");
  assert_non_null(strstr(denied, "ipam-per-node"));
  assert_null(strstr(run.out, "[unrendered]"));
  free(denied);
  json_object_put(report);
  /* There is nothing to check in an unrendered template. */
  RUN_SCOPED text = RUN_WITH(RAW_POLICY(RAW_NAD("{{ .nic }}")), "check", "-f", "-", STATE, "-p", policy);
  assert_string_equal(text.out, "1 object checked, 0 denied: 0 errors, 0 warnings\n");
  folder_remove(folder);
}

static void a_kind_in_the_wrong_case_is_denied(void **state) {
  (void)state;
  static const char *const kinds[][3] = {
      {"kubevirt.io/v1", "Kubevirt", "KubeVirt"},
      {"hco.kubevirt.io/v1beta1", "Hyperconverged", "HyperConverged"},
      {"k8s.cni.cncf.io/v1", "networkattachmentdefinition", "NetworkAttachmentDefinition"},
      {"migrations.kubevirt.io/v1alpha1", "Migrationpolicy", "MigrationPolicy"},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char text[192];
    char expected[384];
    snprintf(text, sizeof text, "apiVersion: %s\nkind: %s\nmetadata: {name: a, namespace: b}\nspec: {}\n", kinds[i][0],
             kinds[i][1]);
    snprintf(expected, sizeof expected,
             "<stdin>:2:7: error: kind: Unsupported value: \"%s\": kinds are case-sensitive, so the API server rejects "
             "this object; use %s [unserved-kind]\n1 object checked, 1 denied: 1 error, 0 warnings\n"
             "1 of 1 can be fixed with --fix; --diff shows how\n",
             kinds[i][1], kinds[i][2]);
    RUN_SCOPED run = RUN_WITH(text, "check", "--no-snippets", "-f", "-", STATE);
    assert_string_equal(run.out, expected);
    assert_int_equal(run.status, 1);
  }
}

static void an_unknown_version_warns_and_the_object_is_checked(void **state) {
  (void)state;
  RUN_SCOPED run =
      RUN_WITH("apiVersion: kubevirt.io/v2\nkind: KubeVirt\nmetadata: {name: k, namespace: openshift-cnv}\n"
               "spec: {configuration: {migrations: {parallelMigrationsPerCluster: 0}}}\n",
               "check", "--no-snippets", "-f", "-");
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "<stdin>:1:13: warning: apiVersion: no known CRD defines KubeVirt in version v2; use "
                                  "kubevirt.io/v1 [unserved-kind]\n"));
  assert_non_null(strstr(run.out, "[limit-range]\n"));
  RUN_SCOPED old = RUN_WITH("apiVersion: kubevirt.io/v1alpha3\nkind: KubeVirt\n"
                            "metadata: {name: k, namespace: openshift-cnv}\nspec: {}\n",
                            "check", "--no-snippets", "-f", "-");
  assert_null(strstr(old.out, "unserved-kind"));
}

#define USER                                                                                                           \
  "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n"                                                        \
  "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\nspec: {liveMigrationConfig: {network: mig}}\n"

/* The action of network-missing for network "mig" of openshift-cnv when OBJECT is applied too: "deny", "warn" or "". */
static void expect_network(const char *object, const char *action) {
  char text[1024];
  snprintf(text, sizeof text, USER "---\n%s", object);
  RUN_SCOPED run = RUN_WITH(text, "check", "-o", "json", "-f", "-", STATE);
  struct json_object *report = run_json(&run);
  char *denied = rules_with(report, "deny");
  char *warned = rules_with(report, "warn");
  const char *said = strstr(denied, "network-missing") != NULL   ? "deny"
                     : strstr(warned, "network-missing") != NULL ? "warn"
                                                                 : "";
  if (strcmp(said, action) != 0)
    fail_msg("\"%s\", not \"%s\", with:\n%s", said, action, object);
  free(denied);
  free(warned);
  json_object_put(report);
}

#define MAKER(version, kind, name, ns, spec)                                                                           \
  "apiVersion: " version "\nkind: " kind "\nmetadata: {name: " name ", namespace: " ns "}\nspec: " spec "\n"
#define SELECTS(ns) "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " ns "}}}"
#define SRIOV(kind, name, spec) MAKER("sriovnetwork.openshift.io/v1", kind, name, "openshift-cnv", spec)
#define MELLANOX(kind, ns) MAKER("mellanox.com/v1alpha1", kind, "mig", "operator", "{networkNamespace: " ns "}")
#define ADDITIONAL(network)                                                                                            \
  MAKER("operator.openshift.io/v1", "Network", "cluster", "", "{additionalNetworks: [" network "]}")

static void a_network_that_an_operator_will_create_is_not_missing(void **state) {
  (void)state;
  static const struct {
    const char *object, *action;
  } cases[] = {
      {MAKER("k8s.ovn.org/v1", "ClusterUserDefinedNetwork", "mig", "", SELECTS("openshift-cnv")), "warn"},
      {MAKER("k8s.ovn.org/v1", "ClusterUserDefinedNetwork", "mig", "", "{namespaceSelector: {}}"), "warn"},
      {MAKER("k8s.ovn.org/v1", "ClusterUserDefinedNetwork", "mig", "", SELECTS("elsewhere")), "deny"},
      {MAKER("k8s.ovn.org/v1", "ClusterUserDefinedNetwork", "other", "", SELECTS("openshift-cnv")), "deny"},
      {MAKER("k8s.ovn.org/v1", "UserDefinedNetwork", "mig", "openshift-cnv", "{}"), "warn"},
      {MAKER("k8s.ovn.org/v1", "UserDefinedNetwork", "mig", "elsewhere", "{}"), "deny"},
      {SRIOV("SriovNetwork", "mig", "{networkNamespace: openshift-cnv}"), "warn"},
      {SRIOV("SriovNetwork", "mig", "{networkNamespace: '${NS}'}"), "warn"},
      {SRIOV("SriovNetwork", "mig", "{}"), "warn"},
      {SRIOV("SriovNetwork", "mig", "{networkNamespace: elsewhere}"), "deny"},
      {SRIOV("SriovNetwork", "other", "{networkNamespace: openshift-cnv}"), "deny"},
      {SRIOV("SriovIBNetwork", "mig", "{networkNamespace: openshift-cnv}"), "warn"},
      {SRIOV("OVSNetwork", "mig", "{networkNamespace: openshift-cnv}"), "warn"},
      {SRIOV("SriovNetworkNodePolicy", "mig", "{networkNamespace: openshift-cnv}"), "deny"},
      {MELLANOX("HostDeviceNetwork", "openshift-cnv"), "warn"},
      {MELLANOX("MacvlanNetwork", "openshift-cnv"), "warn"},
      {MELLANOX("IPoIBNetwork", "elsewhere"), "deny"},
      {ADDITIONAL("{name: mig, namespace: openshift-cnv, type: SimpleMacvlan}"), "warn"},
      {ADDITIONAL("{name: mig, type: SimpleMacvlan}"), "deny"}, /* in namespace default */
      {ADDITIONAL("{name: mig, namespace: openshift-cnv, type: Raw, rawCNIConfig: '{}'}"), ""},
      {ADDITIONAL("{name: mig, type: Raw, rawCNIConfig: '{}'}"), "deny"},
      {MAKER("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "'{{ .name }}'", "openshift-cnv", "{}"), "warn"},
      {MAKER("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "mig", "openshift-cnv", "{config: _replaced_}"),
       "warn"},
      {MAKER("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "other", "openshift-cnv", "{config: _replaced_}"),
       "deny"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_network(cases[i].object, cases[i].action);
}

static void a_network_that_the_state_will_create_is_not_missing(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  folder_write(folder, "cluster.yaml",
               MAKER("operator.openshift.io/v1", "Network", "cluster", "",
                     "{additionalNetworks: [{name: mig, namespace: openshift-cnv, type: Raw, rawCNIConfig: '{}'}]}"));
  RUN_SCOPED run = RUN_WITH(USER, "check", "--no-snippets", "-f", "-", "--state", folder);
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "could not be checked: Network.operator.openshift.io creates this NAD "
                                  "[network-missing]\n"));
  folder_remove(folder);
}

static void a_network_may_be_in_a_skipped_template(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH(USER, "check", "--no-snippets", "-f", "tests/reports/helm-chart", "-", STATE);
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "could not be checked: it may be in a Helm template that was skipped "
                                  "[network-missing]\n"));
}

static void the_namespace_option_applies_to_objects_without_one(void **state) {
  (void)state;
  static const char network[] =
      USER "---\napiVersion: k8s.ovn.org/v1\nkind: UserDefinedNetwork\nmetadata: {name: mig}\n";
  RUN_SCOPED here = RUN_WITH(network, "check", "--no-snippets", "-f", "-", "-n", "openshift-cnv", STATE);
  assert_int_equal(here.status, 0);
  assert_non_null(strstr(here.out, "could not be checked: UserDefinedNetwork mig creates this NAD"));
  RUN_SCOPED elsewhere = RUN_WITH(network, "check", "--no-snippets", "-f", "-", "-n", "elsewhere", STATE);
  assert_int_equal(elsewhere.status, 1);
  assert_non_null(strstr(elsewhere.out, "no such NAD in namespace openshift-cnv"));
}

static void skipped_input_is_named(void **state) {
  (void)state;
  RUN_SCOPED patches = RUN("check", "-f", "tests/reports/kustomize-patches/patches");
  assert_string_equal(
      patches.out,
      "tests/reports/kustomize-patches/patches/master.yaml: skipped because it is a patch; to check the result: "
      "kustomize build DIR | droveway check -f -\n"
      "tests/reports/kustomize-patches/patches/range.yaml: skipped because it is a patch; to check the result: "
      "kustomize build DIR | droveway check -f -\n"
      "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or MigrationPolicy found\n");
  RUN_SCOPED chart = RUN("check", "-f", "tests/reports/helm-chart", STATE);
  assert_non_null(strstr(chart.out,
                         "tests/reports/helm-chart/templates/nad.yaml: skipped because it is a Helm template; to check "
                         "the result: helm template tests/reports/helm-chart | droveway check -f -\n"));
  RUN_SCOPED json = RUN("check", "-f", "tests/reports/helm-chart", "tests/reports/kustomize-patches", "-o", "json");
  struct json_object *report = run_json(&json);
  assert_int_equal(member_int(report, "templates"), 1);
  assert_int_equal(json_object_array_length(member_list(report, "patches")), 2);
  json_object_put(report);
}

static void nothing_to_check_is_reported(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "check", "-f", "-");
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "nothing to check"));
}

/* Exit status 2, a finding at PLACE that contains HAS, and the same as one line on standard error, which says why the
 * status is 2 if the report is in a file. */
static void expect_unreadable(const char *text, const char *place, const char *has) {
  char folder[64];
  char path[96];
  char line[192];
  folder_make(folder);
  folder_write(folder, "bad.yaml", text);
  snprintf(path, sizeof path, "%s/bad.yaml", folder);
  snprintf(line, sizeof line, "droveway: %s%s", path, place);
  RUN_SCOPED run = RUN("check", "-f", path);
  folder_remove(folder);
  assert_int_equal(run.status, 2);
  if (strncmp(run.out, line + strlen("droveway: "), strlen(line) - strlen("droveway: ")) != 0 ||
      strstr(run.out, " [unreadable]\n") == NULL || strstr(run.out, has) == NULL)
    fail_msg("not \"%s...%s\": %s", line, has, run.out);
  if (strncmp(run.err, line, strlen(line)) != 0 || strstr(run.err, has) == NULL)
    fail_msg("not \"%s...%s\": %s", line, has, run.err);
  assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
}

static void unreadable_input_is_one_line_with_its_place(void **state) {
  (void)state;
  expect_unreadable("kind: [\n", ":2:", "");
  expect_unreadable("apiVersion: v1\nkind: Secret\nkind: Pod\n", ":3:1: ", "kind");
  expect_unreadable("a: b\n", ":1:1: ", "apiVersion");
  expect_unreadable("- 1\n", ":1:1: ", "object");
  expect_unreadable("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- 5\n", ":6:3: ", "object");
  expect_unreadable("{\"apiVersion\": \"v1\", \"kind\": }", ":1:", "");
  expect_unreadable("a: \xff\n", ":", "");
}

/* Unquoted true is not a valid label value. The NAD must not silently be treated as another network. */
static void a_label_without_quotes_is_unreadable(void **state) {
  (void)state;
  expect_unreadable("apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: a\n"
                    "  labels: {droveway.io/migration-network: true}\nspec: {config: '{\"type\": \"dummy\"}'}\n",
                    ":5:43: ", "droveway.io/migration-network");
}

static void a_missing_file_is_one_line(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "no/such/file.yaml");
  assert_int_equal(run.status, 2);
  assert_string_equal(
      run.out, "no/such/file.yaml: error: can't be read: No such file or directory [unreadable]\n\n"
               "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or MigrationPolicy found; 1 "
               "input could not be read\n");
  assert_int_equal(strncmp(run.err, "droveway: no/such/file.yaml: ", 29), 0);
  assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
}

static void a_broken_policy_is_one_line_with_its_place(void **state) {
  (void)state;
  char folder[64];
  char path[96];
  folder_make(folder);
  folder_write(folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules:\n  gateway-in-pol: warn\n");
  snprintf(path, sizeof path, "%s/policy.yaml", folder);
  RUN_SCOPED run = RUN("check", "-f", SEEDS, "--policy", path);
  folder_remove(folder);
  assert_int_equal(run.status, 2);
  assert_non_null(strstr(run.err, "/policy.yaml:4:3: "));
  assert_non_null(strstr(run.err, "gateway-in-pool"));
}

#define NETWORK_IN(namespace_)                                                                                         \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: migration, "                   \
  "namespace: " namespace_                                                                                             \
  "}, spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"m\", \"type\": \"macvlan\", \"master\": \"eth1\", "      \
  "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/24\"}}'}}\n"

/* A denial that depends on an assumption says so, and --fix does not move the NAD. */
static void says_that_the_namespace_is_assumed(void **state) {
  (void)state;
  static const char note[] = "KubeVirt's namespace is not known, so openshift-cnv is assumed: set `namespace` in the "
                             "policy, or use --state DIR or --kubeconfig FILE\n";
  RUN_SCOPED elsewhere = RUN_WITH(NETWORK_IN("kubevirt"), "check", "-");
  assert_int_equal(elsewhere.status, 1);
  assert_non_null(strstr(elsewhere.out, "[migration-namespace]"));
  assert_non_null(strstr(elsewhere.out, note));
  assert_null(strstr(elsewhere.out, "can be fixed"));
  RUN_SCOPED there = RUN_WITH(NETWORK_IN("openshift-cnv"), "check", "-");
  assert_int_equal(there.status, 0);
  assert_null(strstr(there.out, note));
  RUN_SCOPED known = RUN_WITH(NETWORK_IN("kubevirt"), "check", "-", STATE);
  assert_int_equal(known.status, 1);
  assert_non_null(strstr(known.out, "[migration-namespace]"));
  assert_null(strstr(known.out, note));
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED nothing = RUN("check");
  assert_int_equal(nothing.status, 2);
  assert_string_equal(nothing.err, "droveway check: no manifests given; name files or directories, or - for standard "
                                   "input; see 'droveway check --help'\n");
  RUN_SCOPED form = RUN("check", "-f", SEEDS, "-o", "xml");
  assert_int_equal(form.status, 2);
  assert_non_null(strstr(form.err, "xml"));
  RUN_SCOPED option = RUN("check", "-f", SEEDS, "--stat", "demo/state", "--nosuch");
  assert_int_equal(option.status, 2);
  assert_non_null(strstr(option.err, "--nosuch"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documented_examples_are_allowed),
      cmocka_unit_test(the_example_with_an_empty_range_is_denied),
      cmocka_unit_test(the_bridge_example_is_denied_only_as_a_migration_network),
      cmocka_unit_test(a_network_and_its_user_pass_together),
      cmocka_unit_test(a_wrong_name_is_denied_with_a_known_cluster),
      cmocka_unit_test(a_wrong_name_warns_without_a_cluster),
      cmocka_unit_test(five_mistakes_are_five_errors),
      cmocka_unit_test(json_has_place_and_message),
      cmocka_unit_test(the_later_of_two_overlapping_networks_is_denied),
      cmocka_unit_test(standard_input_is_read),
      cmocka_unit_test(empty_standard_input_is_an_error),
      cmocka_unit_test(the_caret_points_to_the_problem),
      cmocka_unit_test(findings_are_in_file_order),
      cmocka_unit_test(without_snippets_a_finding_is_one_line),
      cmocka_unit_test(a_whole_number_with_a_fraction_is_an_integer),
      cmocka_unit_test(documents_that_are_not_objects_are_counted),
      cmocka_unit_test(manifests_are_checked_after_mutation),
      cmocka_unit_test(generate_name_is_supported),
      cmocka_unit_test(an_existing_object_is_an_update),
      cmocka_unit_test(a_placeholder_is_the_only_finding),
      cmocka_unit_test(templates_in_a_policy_are_checked),
      cmocka_unit_test(a_network_may_be_in_a_policy_template),
      cmocka_unit_test(a_dollar_sign_that_is_not_a_placeholder_is_checked),
      cmocka_unit_test(placeholders_are_checked_as_text_if_the_rule_is_off),
      cmocka_unit_test(a_kind_in_the_wrong_case_is_denied),
      cmocka_unit_test(an_unknown_version_warns_and_the_object_is_checked),
      cmocka_unit_test(a_network_that_an_operator_will_create_is_not_missing),
      cmocka_unit_test(a_network_that_the_state_will_create_is_not_missing),
      cmocka_unit_test(a_network_may_be_in_a_skipped_template),
      cmocka_unit_test(the_namespace_option_applies_to_objects_without_one),
      cmocka_unit_test(skipped_input_is_named),
      cmocka_unit_test(nothing_to_check_is_reported),
      cmocka_unit_test(unreadable_input_is_one_line_with_its_place),
      cmocka_unit_test(a_label_without_quotes_is_unreadable),
      cmocka_unit_test(a_missing_file_is_one_line),
      cmocka_unit_test(a_broken_policy_is_one_line_with_its_place),
      cmocka_unit_test(says_that_the_namespace_is_assumed),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
