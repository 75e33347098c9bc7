/* What `droveway check` does with paths: what it reads, leaves out, and can't read. */
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

#include "files/folder.h"
#include "support/run_program.h"

#define STATE "--state", "demo/state"
#define NOTHING "nothing to check: no NetworkAttachmentDefinition, HyperConverged, KubeVirt or MigrationPolicy found"

#define NAD(name, range)                                                                                               \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"                                                \
  "metadata: {name: " name ", namespace: openshift-cnv}\n"                                                             \
  "spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"x\", \"type\": \"macvlan\", \"master\": \"eth1\", "         \
  "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"" range "\"}}'}\n"
#define GOOD NAD("migration-a", "10.210.0.0/24")
#define BAD NAD("migration-b", "10.211.0.0/31")
#define POD "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"

/* Standard output without the folder's path and a slash. The caller frees it. */
static char *relative(const struct run *run, const struct folder *folder) {
  char *out = calloc(1, run->out_length + 1);
  size_t length = strlen(folder->path);
  assert_non_null(out);
  for (const char *from = run->out; *from != '\0';) {
    if (strncmp(from, folder->path, length) == 0)
      from += length + (from[length] == '/');
    else
      strncat(out, from++, 1);
  }
  return out;
}

static void expect_output(const struct run *run, const struct folder *folder, int status, const char *expected) {
  char *out = relative(run, folder);
  assert_string_equal(out, expected);
  free(out);
  assert_int_equal(run->status, status);
}

/* --- what can't be read --- */

static void put_unreadable(const struct folder *folder) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "a.yaml", BAD);
  folder_put(folder, "b.yaml", "a: [1\nb: 2\n");
  folder_put(folder, "c.json", "{\"a\": \"\xFF\"}");
  folder_put(folder, "d.yaml", "kind: KubeVirt\n");
  assert_int_equal(symlink("nowhere", folder_path(arena, folder, "e.yaml")), 0);
  folder_put(folder, "f.yaml", POD);
}

#define DENIAL(file)                                                                                                   \
  file ":4:132: error: spec.config.ipam.range: Invalid value: \"10.211.0.0/31\": has no usable address: the first "    \
       "and the last of a /31 are never handed out; use a wider one, such as a /24 [range-empty]\n"

static void an_unreadable_file_hides_nothing(void **state) {
  const struct folder *folder = *state;
  put_unreadable(folder);
  RUN_SCOPED run = RUN("check", folder->path, STATE, "--no-snippets");
  expect_output(
      &run, folder, 2,
      DENIAL(
          "a.yaml") "b.yaml:2:2: error: expected ',' or ']' (the list begins on line 1) [unreadable]\n"
                    "c.json:1:8: error: invalid UTF-8 [unreadable]\n"
                    "d.yaml:1:1: error: is not a Kubernetes object: apiVersion or kind is missing [unreadable]\n"
                    "e.yaml: error: is a link to nowhere, which can't be read: No such file or directory [unreadable]\n"
                    "1 object checked, 1 denied: 5 errors, 0 warnings; 4 inputs could not be read\n");
  assert_non_null(strstr(run.err, "/b.yaml:2:2: expected ',' or ']'"));
  assert_non_null(strstr(run.err, "; also "));
  assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
}

/* --fail-on is about findings of the rules. */
static void an_unreadable_file_is_status_2_whatever_fails(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", "a: [\n");
  RUN_SCOPED never = RUN("check", folder->path, "--fail-on", "never");
  assert_int_equal(never.status, 2);
  RUN_SCOPED warn = RUN("check", folder->path, "--fail-on", "warn", "-q");
  assert_int_equal(warn.status, 2);
  assert_null(strstr(warn.out, "nothing to check"));
}

static void the_line_of_an_unreadable_file_is_shown(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", "a: [1\nb: 2\n");
  RUN_SCOPED run = RUN("check", folder->path);
  expect_output(&run, folder, 2,
                "a.yaml:2:2: error: expected ',' or ']' (the list begins on line 1) [unreadable]\n"
                "    2 | b: 2\n"
                "      |  ^\n\n" NOTHING "; 1 input could not be read\n");
}

/* Root may read everything: then there is nothing to test. */
static void a_file_without_permission_is_unreadable(void **state) {
  if (geteuid() == 0)
    skip();
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "a.yaml", GOOD);
  folder_put(folder, "b.yaml", GOOD);
  assert_int_equal(chmod(folder_path(arena, folder, "a.yaml"), 0), 0);
  RUN_SCOPED run = RUN("check", folder->path, STATE);
  expect_output(&run, folder, 2,
                "a.yaml: error: can't be read: Permission denied [unreadable]\n\n"
                "1 object checked, 0 denied: 1 error, 0 warnings; 1 input could not be read\n");
}

/* Without the right to search it, a folder can be listed, but nothing in it can be read. */
static void a_folder_that_cannot_be_searched_is_unreadable(void **state) {
  if (geteuid() == 0)
    skip();
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *locked = folder_path(arena, folder, "locked");
  folder_put(folder, "a.yaml", GOOD);
  folder_put(folder, "locked/b.yaml", BAD);
  folder_put(folder, "locked/c.yaml", BAD);
  assert_int_equal(chmod(locked, S_IRUSR), 0);
  RUN_SCOPED run = RUN("check", folder->path, STATE);
  RUN_SCOPED of_state = RUN("audit", "--state", folder->path);
  assert_int_equal(chmod(locked, S_IRWXU), 0);
  expect_output(&run, folder, 2,
                "locked: error: can't be read: Permission denied [unreadable]\n\n"
                "1 object checked, 0 denied: 1 error, 0 warnings; 1 input could not be read\n");
  assert_int_equal(of_state.status, 2);
  assert_non_null(strstr(of_state.err, "/locked: can't be read: Permission denied\n"));
}

static void a_file_that_is_too_large_is_unreadable(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "a.yaml", "");
  folder_put(folder, "b.yaml", GOOD);
  assert_int_equal(truncate(folder_path(arena, folder, "a.yaml"), ((off_t)1 << 30) + 1), 0);
  RUN_SCOPED run = RUN("check", folder->path, STATE);
  expect_output(&run, folder, 2,
                "a.yaml: error: is larger than 1073741824 bytes [unreadable]\n\n"
                "1 object checked, 0 denied: 1 error, 0 warnings; 1 input could not be read\n");
}

static void an_object_without_a_name_hides_nothing(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", "apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {}\n---\n" GOOD);
  RUN_SCOPED run = RUN("check", folder->path, STATE);
  expect_output(
      &run, folder, 2,
      "a.yaml:1:1: error: KubeVirt: metadata.name is missing; every Kubernetes object needs it [unreadable]\n\n"
      "1 object checked, 0 denied: 1 error, 0 warnings; 1 input could not be read\n");
}

/* The network may be in the file that can't be read, so nobody knows that it is missing. */
static void a_network_may_be_in_an_unreadable_file(void **state) {
  const struct folder *folder = *state;
  static const char user[] = "apiVersion: kubevirt.io/v1\nkind: KubeVirt\n"
                             "metadata: {name: k, namespace: openshift-cnv}\n"
                             "spec: {configuration: {evictionStrategy: LiveMigrate, migrations: {network: mig}}}\n";
  folder_put(folder, "a.yaml", "a: [\n");
  folder_put(folder, "user.yaml", user);
  RUN_SCOPED run = RUN("check", folder->path, STATE, "--no-snippets");
  assert_int_equal(run.status, 2);
  assert_non_null(strstr(run.out,
                         "warning: spec.configuration.migrations.network: could not be checked: it may be in a "
                         "part of the input that could not be read [network-missing]\n"));
  assert_null(strstr(run.out, "1 denied"));
}

static void all_formats_report_unreadable_files(void **state) {
  const struct folder *folder = *state;
  put_unreadable(folder);
  RUN_SCOPED json = RUN("check", folder->path, STATE, "-o", "json");
  assert_int_equal(json.status, 2);
  struct json_object *report = run_json(&json);
  assert_int_equal(member_int(report, "unreadable"), 4);
  assert_int_equal(member_int(report, "objects"), 1);
  assert_int_equal(member_int(report, "errors"), 5);
  struct json_object *first = json_object_array_get_idx(member_list(report, "findings"), 1);
  assert_string_equal(member_text(first, "rule"), "unreadable");
  assert_string_equal(member_text(first, "action"), "deny");
  assert_string_equal(member_text(first, "source"), "b: 2");
  assert_string_equal(member_text(first, "message"), "expected ',' or ']' (the list begins on line 1) [unreadable]");
  assert_int_equal(member_int(first, "line"), 2);
  assert_false(json_object_object_get_ex(first, "kind", NULL));
  struct json_object *link = json_object_array_get_idx(member_list(report, "findings"), 4);
  assert_false(json_object_object_get_ex(link, "line", NULL));
  json_object_put(report);

  RUN_SCOPED sarif = RUN("check", folder->path, STATE, "-o", "sarif");
  assert_int_equal(sarif.status, 2);
  struct json_object *whole = run_json(&sarif);
  struct json_object *one = json_object_array_get_idx(member_list(whole, "runs"), 0);
  struct json_object *invocation = json_object_array_get_idx(member_list(one, "invocations"), 0);
  assert_false(json_object_get_boolean(json_object_object_get(invocation, "executionSuccessful")));
  struct json_object *result = json_object_array_get_idx(member_list(one, "results"), 1);
  assert_string_equal(member_text(result, "ruleId"), "unreadable");
  assert_int_equal(member_int(result, "ruleIndex"), 1);
  assert_string_equal(member_text(result, "level"), "error");
  struct json_object *driver = json_object_object_get(json_object_object_get(one, "tool"), "driver");
  struct json_object *rule = json_object_array_get_idx(member_list(driver, "rules"), 1);
  assert_string_equal(member_text(rule, "id"), "unreadable");
  json_object_put(whole);

  RUN_SCOPED junit = RUN("check", folder->path, STATE, "-o", "junit");
  assert_int_equal(junit.status, 2);
  char *xml = relative(&junit, folder);
  assert_non_null(
      strstr(xml, "<testsuites name=\"droveway check\" tests=\"5\" failures=\"1\" errors=\"4\" time=\"0\">"));
  assert_non_null(strstr(xml, "  <testsuite name=\"b.yaml\" tests=\"1\" failures=\"0\" errors=\"1\" time=\"0\">\n"
                              "    <testcase name=\"b.yaml\" classname=\"b.yaml\" file=\"b.yaml\" time=\"0\">\n"
                              "      <error message=\"expected &#39;,&#39; or &#39;]&#39; (the list begins on line 1) "
                              "[unreadable]\" type=\"unreadable\">b.yaml:2:2: error: "));
  assert_non_null(strstr(xml, "</error>\n    </testcase>\n"));
  free(xml);
}

/* A report without unreadable files has no member that says the run failed. */
static void readable_input_has_no_failed_invocation(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", BAD);
  RUN_SCOPED sarif = RUN("check", folder->path, STATE, "-o", "sarif");
  assert_int_equal(sarif.status, 1);
  assert_null(strstr(sarif.out, "invocations"));
  assert_null(strstr(sarif.out, "unreadable"));
}

/* A user may look up what the brackets contain, as for a rule. */
static void unreadable_is_explained(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("explain", "unreadable");
  assert_int_equal(run.status, 2);
  assert_string_equal(run.err,
                      "droveway: \"unreadable\" is not a rule; it reports a file, or an object in it, that can't be "
                      "read, so that it is not checked. Fix: correct the file, or exclude it with --exclude or "
                      ".drovewayignore\n");
}

/* --- templates --- */

static void skipped_templates_are_named_with_their_command(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "charts/net/Chart.yaml", "name: net\n");
  folder_put(folder, "charts/net/templates/a.yaml", "{{- if .Values.on }}\n" BAD "{{- end }}\n");
  folder_put(folder, "charts/net/templates/b.yaml", "{{ include \"x\" . }}\n");
  folder_put(folder, "charts/two/Chart.yaml", "name: two\n");
  folder_put(folder, "charts/two/templates/a.yaml", "a: b\n{{ .Values.x }}\n");
  folder_put(folder, "roles/nad.yaml", "{% for n in networks %}\n" BAD "{% endfor %}\n");
  RUN_SCOPED run = RUN("check", folder->path);
  expect_output(
      &run, folder, 0,
      "2 documents skipped: not Kubernetes objects (apiVersion or kind is missing)\n"
      "charts/net/templates/a.yaml and 1 more: skipped because they are Helm templates; to check the result: "
      "helm template charts/net | droveway check -f -\n"
      "charts/two/templates/a.yaml: skipped because it is a Helm template; to check the result: helm template "
      "charts/two | droveway check -f -\n"
      "roles/nad.yaml: skipped because it is a Jinja template; to check the result: jinja2 roles/nad.yaml "
      "VALUES.yaml | droveway check -f -\n" NOTHING "\n");
  RUN_SCOPED json = RUN("check", folder->path, "-o", "json");
  struct json_object *report = run_json(&json);
  assert_int_equal(member_int(report, "templates"), 4);
  struct json_object *last = json_object_array_get_idx(member_list(report, "templateFiles"), 3);
  assert_non_null(strstr(member_text(last, "render"), "jinja2 /"));
  assert_string_equal(member_text(last, "file") + strlen(folder->path), "/roles/nad.yaml");
  json_object_put(report);
}

/* --- paths and patterns --- */

static void paths_need_no_option(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "x/a.yaml", GOOD);
  folder_put(folder, "b.yaml", BAD);
  const char *b = folder_path(arena, folder, "b.yaml");
  RUN_SCOPED all = RUN("check", "-q", folder_path(arena, folder, "x/"), b, "--no-snippets", STATE);
  expect_output(&all, folder, 1, DENIAL("b.yaml"));
  RUN_SCOPED mixed = RUN("check", "-q", "--no-snippets", STATE, "-f", folder_path(arena, folder, "x"), b);
  assert_string_equal(mixed.out, all.out);
  RUN_SCOPED input = RUN_WITH(GOOD, "check", "-", STATE);
  assert_string_equal(input.out, "1 object checked, 0 denied: 0 errors, 0 warnings\n");
  RUN_SCOPED inspect = RUN_WITH(GOOD, "inspect", "-");
  assert_int_equal(inspect.status, 0);
  assert_non_null(strstr(inspect.out, "openshift-cnv/migration-a\n"));
}

/* As an unset variable of a script leaves it. */
static void an_empty_path_is_wrong_usage(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", GOOD);
  RUN_SCOPED run = RUN("check", folder->path, "");
  assert_int_equal(run.status, 2);
  assert_string_equal(run.out, "");
  assert_string_equal(run.err, "droveway check: a path is empty, as an unset variable leaves it; see 'droveway check "
                               "--help'\n");
}

static void excluded_files_are_not_read(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "a.yaml", GOOD);
  folder_put(folder, "old/b.yaml", BAD);
  folder_put(folder, "old/broken.yaml", "a: [\n");
  folder_put(folder, "c.tmp.yaml", BAD);
  RUN_SCOPED run = RUN("check", folder->path, STATE, "--exclude", "old/", "--exclude=*.tmp.yaml");
  expect_output(&run, folder, 0,
                "2 files or directories excluded (--exclude, .drovewayignore)\n"
                "1 object checked, 0 denied: 0 errors, 0 warnings\n");
  const char *named = folder_path(arena, folder, "c.tmp.yaml");
  RUN_SCOPED file = RUN("check", named, STATE, "--exclude", "*.tmp.yaml");
  expect_output(&file, folder, 0, "1 file or directory excluded (--exclude, .drovewayignore)\n" NOTHING "\n");
  folder_put(folder, ".drovewayignore", "# left by a tool\n*.tmp.yaml\nold/**\n");
  RUN_SCOPED ignored = RUN("check", folder->path, STATE, "-o", "json");
  assert_int_equal(ignored.status, 0);
  struct json_object *report = run_json(&ignored);
  assert_int_equal(member_int(report, "excluded"), 3);
  json_object_put(report);
  /* a file that is named is checked, whatever its folder's patterns say */
  RUN_SCOPED asked = RUN("check", named, STATE);
  assert_int_equal(asked.status, 1);
  RUN_SCOPED inspect = RUN("inspect", folder->path, "--exclude", "a.yaml");
  assert_string_equal(inspect.out, "");
}

static void a_wrong_pattern_is_an_error(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", GOOD);
  RUN_SCOPED open = RUN("check", folder->path, "--exclude", "a[b");
  assert_int_equal(open.status, 2);
  assert_string_equal(open.err, "droveway check: --exclude \"a[b\" is not a valid pattern: \"[\" is not closed; write "
                                "\"\\[\" for the character itself; see 'droveway check --help'\n");
  RUN_SCOPED negated = RUN("check", folder->path, "--exclude", "!a.yaml");
  assert_int_equal(negated.status, 2);
  assert_string_equal(negated.err,
                      "droveway check: --exclude \"!a.yaml\": only .drovewayignore can include files again "
                      "with \"!\"; see 'droveway check --help'\n");
  RUN_SCOPED none = RUN("check", folder->path, "--exclude");
  assert_string_equal(none.err, "droveway check: option --exclude needs a value; see 'droveway check --help'\n");
  folder_put(folder, ".drovewayignore", "old/\n[z-a]\n");
  RUN_SCOPED file = RUN("check", folder->path, STATE, "--no-snippets");
  expect_output(
      &file, folder, 2,
      ".drovewayignore:2:1: error: \"[z-a]\" is not a valid pattern: a range in \"[...]\" ends before it begins "
      "[unreadable]\n"
      "1 object checked, 0 denied: 1 error, 0 warnings; 1 input could not be read\n");
}

/* --- NodeNetworkConfigurationPolicies in the input --- */

/* The NIC that a NAD names, and a policy for it. */
#define ON_NIC(nic, selector, interface)                                                                               \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: m, namespace: openshift-cnv, " \
  "labels: {droveway.io/migration-network: 'true'}}, spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"m\", "    \
  "\"type\": \"macvlan\", \"master\": \"" nic "\", \"ipam\": {\"type\": \"whereabouts\", \"range\": "                  \
  "\"10.77.0.0/24\"}}'}}\n---\n{apiVersion: nmstate.io/v1, kind: NodeNetworkConfigurationPolicy, metadata: {name: "    \
  "p}, "                                                                                                               \
  "spec: {nodeSelector: " selector ", desiredState: {interfaces: [" interface "]}}}\n"
#define VLAN(base) "{name: eth1.5, type: vlan, state: up, vlan: {base-iface: " base ", id: 5}}"

static void only_a_policy_that_creates_the_nic_makes_it_exist(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *found; /* NULL: nothing */
  } cases[] = {
      {ON_NIC("eth1.5", "{}", VLAN("eth1")), NULL},
      {ON_NIC("eth1.5", "{node-role.kubernetes.io/worker: ''}", VLAN("eth1")), NULL},
      {ON_NIC("eth1.5", "{matchLabels: {node-role.kubernetes.io/worker: ''}}", VLAN("eth1")), "[master-missing]"},
      {ON_NIC("eth1.5", "{zone: nowhere}", VLAN("eth1")), "[master-missing]"},
      {ON_NIC("eth1.5", "{}", VLAN("eth99")), "[master-missing]"},
      {ON_NIC("eth99", "{}", "{name: eth99, type: ethernet, state: up}"), "[master-missing]"},
      {ON_NIC("bond9", "{}", "{name: bond9, type: bond, state: up, link-aggregation: {port: [eth99]}}"),
       "[master-missing]"},
      {ON_NIC("bond9", "{}", "{name: bond9, type: bond, state: up, link-aggregation: {port: []}}"), "[master-down]"},
      {ON_NIC("bond9", "{}", "{name: bond9, type: bond, state: up, link-aggregation: {port: [eth1]}}"), NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    RUN_SCOPED run = RUN_WITH(cases[i].text, "check", "-", STATE, "--no-snippets");
    const char *found = cases[i].found == NULL ? "1 object checked, 0 denied: 0 errors, 0 warnings" : cases[i].found;
    if (strstr(run.out, found) == NULL)
      fail_msg("%s\n%s", cases[i].text, run.out);
  }
}

/* --- other commands --- */

static void inspect_shows_the_rest(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "a.yaml", GOOD);
  folder_put(folder, "b.yaml", "a: [\n");
  RUN_SCOPED run = RUN("inspect", folder->path);
  assert_int_equal(run.status, 2);
  assert_non_null(strstr(run.out, "openshift-cnv/migration-a\n"));
  assert_non_null(strstr(run.err, "/b.yaml:2:1: "));
}

/* A verdict without a part of the cluster may be wrong, so there is none. The error names all of it at once. */
static void a_state_folder_that_is_partly_unreadable_is_an_error(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "state/a.yaml", GOOD);
  folder_put(folder, "state/b.yaml", "a: [\n");
  folder_put(folder, "state/c.yaml", "kind: Pod\n");
  assert_int_equal(symlink("nowhere", folder_path(arena, folder, "state/d.yaml")), 0);
  const char *path = folder_path(arena, folder, "state");
  const char *const commands[][5] = {
      {"check", "demo/manifests", "--state", path},
      {"audit", "--state", path},
      {"map", "--state", path},
      {"inspect", "demo/manifests", "--state", path},
      {"snapshot", folder_path(arena, folder, "out"), "--state", path},
      {"review", "tests/payloads/in-use/hco-network-being-deleted.answer.json", "--state", path}};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    RUN_SCOPED run = run_droveway(NULL, commands[i]);
    assert_int_equal(run.status, 2);
    assert_string_equal(run.out, "");
    if (strstr(run.err, "/state/b.yaml:2:1: ") == NULL || strstr(run.err, "; also /") == NULL ||
        strstr(run.err, "/state/c.yaml:1:1: is not a Kubernetes object: apiVersion or kind is missing; also /") ==
            NULL ||
        strstr(run.err, "/state/d.yaml: is a link to nowhere, which can't be read: No such file or directory\n") ==
            NULL)
      fail_msg("%s: %s", commands[i][0], run.err);
  }
  assert_int_equal(access(folder_path(arena, folder, "out"), F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(an_unreadable_file_hides_nothing),
      TEST(an_unreadable_file_is_status_2_whatever_fails),
      TEST(the_line_of_an_unreadable_file_is_shown),
      TEST(a_file_without_permission_is_unreadable),
      TEST(a_folder_that_cannot_be_searched_is_unreadable),
      TEST(a_file_that_is_too_large_is_unreadable),
      TEST(an_object_without_a_name_hides_nothing),
      TEST(a_network_may_be_in_an_unreadable_file),
      TEST(all_formats_report_unreadable_files),
      TEST(readable_input_has_no_failed_invocation),
      TEST(unreadable_is_explained),
      TEST(skipped_templates_are_named_with_their_command),
      TEST(paths_need_no_option),
      TEST(an_empty_path_is_wrong_usage),
      TEST(excluded_files_are_not_read),
      TEST(a_wrong_pattern_is_an_error),
      cmocka_unit_test(only_a_policy_that_creates_the_nic_makes_it_exist),
      TEST(inspect_shows_the_rest),
      TEST(a_state_folder_that_is_partly_unreadable_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
