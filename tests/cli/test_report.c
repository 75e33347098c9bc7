/* The output formats of `check` and `audit` (text, JSON, JUnit), and their exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/run_program.h"
#include "support/terminal.h"

#define MISTAKES "demo/manifests/five-mistakes.yaml"
#define FINE "demo/manifests/migration.yaml"
#define STATE "--state", "demo/state"
#define TERMINAL "TERM=xterm", "NO_COLOR"
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define EMPTY_RANGE                                                                                                    \
  "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"                                                \
  "metadata: {name: migration, namespace: openshift-cnv}\n"                                                            \
  "spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"m\", \"type\": \"macvlan\", \"master\": \"eth1\", "         \
  "\"mode\": \"bridge\", \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.0.0.0/31\"}}'}\n"

/* --- color --- */

static bool is_colored(const char *const *environment, const char *const *arguments) {
  char *text = on_terminal(100, environment, arguments);
  if (strstr(text, "error:") == NULL)
    fail_msg("no error in: %s", text);
  bool colored = strchr(text, '\033') != NULL;
  free(text);
  return colored;
}

static void a_terminal_gets_color(void **state) {
  (void)state;
  char *text = on_terminal(100, WORDS(TERMINAL), WORDS("check", "-f", MISTAKES, STATE));
  assert_non_null(strstr(text, "\033[1;31merror:\033[0m spec.config"));
  assert_non_null(strstr(text, "\033[1;35mwarning:\033[0m spec.virtualization"));
  assert_non_null(strstr(text, "\033[1m" MISTAKES ":31:16:\033[0m "));
  free(text);
}

static void color_can_be_turned_off(void **state) {
  (void)state;
  assert_true(is_colored(WORDS(TERMINAL), WORDS("check", "-f", MISTAKES)));
  assert_true(is_colored(WORDS("TERM=xterm", "NO_COLOR="), WORDS("check", "-f", MISTAKES)));
  assert_false(is_colored(WORDS("TERM=xterm", "NO_COLOR=1"), WORDS("check", "-f", MISTAKES)));
  assert_false(is_colored(WORDS("TERM=xterm", "NO_COLOR=0"), WORDS("check", "-f", MISTAKES)));
  assert_false(is_colored(WORDS("TERM=dumb", "NO_COLOR"), WORDS("check", "-f", MISTAKES)));
  assert_false(is_colored(WORDS("TERM", "NO_COLOR"), WORDS("check", "-f", MISTAKES)));
  assert_false(is_colored(WORDS(TERMINAL), WORDS("check", "-f", MISTAKES, "--color", "never")));
  assert_true(is_colored(WORDS("TERM=dumb", "NO_COLOR=1"), WORDS("check", "-f", MISTAKES, "--color", "always")));
}

static void a_pipe_gets_color_only_on_request(void **state) {
  (void)state;
  RUN_SCOPED plain = RUN("check", "-f", MISTAKES, STATE);
  assert_null(strchr(plain.out, '\033'));
  RUN_SCOPED asked = RUN("check", "-f", MISTAKES, STATE, "--color", "always");
  assert_non_null(strchr(asked.out, '\033'));
  RUN_SCOPED json = RUN("check", "-f", MISTAKES, STATE, "--color", "always", "-o", "json");
  assert_null(strchr(json.out, '\033'));
}

/* Manifests and file names are untrusted: only our own color sequences may reach the terminal. */
static void input_cannot_control_the_terminal(void **state) {
  (void)state;
  char folder[64];
  char path[128];
  folder_make(folder);
  snprintf(path, sizeof path, "%s/a\033[2Jb.yaml", folder);
  folder_write(folder, "a\033[2Jb.yaml",
               "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
               "metadata: {name: \"a\\e[31m\\nmigration\", namespace: \"\\u202e\"}\n"
               "spec: {config: \"{\\\"type\\\": \\\"\\e]0;x\\a\\\", \\\"cniVersion\\\": \\\"9\\e[5m\\\"}\"}\n");
  RUN_SCOPED run = RUN("check", "-f", path);
  assert_int_equal(run.status, 1);
  assert_non_null(strstr(run.out, "a\uFFFD[2Jb.yaml:4:"));
  for (const char *c = run.out; *c != '\0'; c++)
    assert_true((unsigned char)*c >= 0x20 || *c == '\n');
  RUN_SCOPED junit = RUN("check", "-f", path, "-o", "junit");
  assert_null(strchr(junit.out, '\033'));
  assert_null(strchr(junit.out, '\a'));
  folder_remove(folder);
}

/* --- text --- */

static void standard_input_is_called_stdin(void **state) {
  (void)state;
  RUN_SCOPED text = RUN_WITH(EMPTY_RANGE, "check", "-f", "-");
  assert_int_equal(strncmp(text.out, "<stdin>:4:", 10), 0);
  RUN_SCOPED run = RUN_WITH(EMPTY_RANGE, "check", "-f", "-", "-o", "json");
  struct json_object *report = run_json(&run);
  struct json_object *first = json_object_array_get_idx(json_object_object_get(report, "findings"), 0);
  assert_string_equal(json_object_get_string(json_object_object_get(first, "file")), "-");
  json_object_put(report);
}

static void quiet_omits_the_summary(void **state) {
  (void)state;
  RUN_SCOPED loud = RUN("check", "-f", FINE, STATE);
  assert_non_null(strstr(loud.out, " checked, 0 denied: 0 errors, "));
  RUN_SCOPED quiet = RUN_WITH(EMPTY_RANGE, "check", "-q", "-f", "-");
  assert_null(strstr(quiet.out, " checked, "));
  assert_non_null(strstr(quiet.out, "[range-empty]"));
  RUN_SCOPED silent = RUN("audit", "--quiet", STATE);
  assert_string_equal(silent.out, "");
}

/* --- without a cluster --- */

#define NOT_POSSIBLE(checks, them)                                                                                     \
  checks " not possible without the cluster's objects: use --state DIR (written by `droveway snapshot DIR`) or "       \
         "--kubeconfig FILE; -v lists " them "\n"
#define FOUR NOT_POSSIBLE("4 checks were", "them")

/* The number of findings in JSON, and of those that are unverified. */
static void expect_findings(const char *option, size_t all, size_t unverified) {
  RUN_SCOPED run = RUN("check", "-f", FINE, "-o", "json", option);
  struct json_object *report = run_json(&run);
  struct json_object *findings = member_list(report, "findings");
  assert_int_equal(json_object_array_length(findings), all);
  assert_int_equal(member_int(report, "warnings"), all);
  for (size_t i = 0; i < all; i++)
    unverified -=
        (size_t)json_object_get_boolean(json_object_object_get(json_object_array_get_idx(findings, i), "unverified"));
  assert_int_equal(unverified, 0);
  json_object_put(report);
}

static void without_a_cluster_one_note_says_what_is_missing(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", FINE);
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  assert_string_equal(run.out, "2 objects checked, 0 denied: 0 errors, 0 warnings\n" FOUR);
  RUN_SCOPED quiet = RUN("check", "-q", "-f", FINE);
  assert_string_equal(quiet.out, "");
  RUN_SCOPED denied = RUN_WITH(EMPTY_RANGE, "check", "--no-snippets", "-f", "-");
  assert_int_equal(denied.status, 1);
  assert_int_equal(strncmp(denied.out, "<stdin>:4:", 10), 0);
  assert_non_null(
      strstr(denied.out, "\n1 object checked, 1 denied: 1 error, 0 warnings\n" NOT_POSSIBLE("2 checks were", "them")));
  expect_findings("-q", 4, 4);
  expect_findings("-v", 4, 4);
}

static void verbose_lists_what_could_not_be_checked(void **state) {
  (void)state;
  RUN_SCOPED listed = RUN("check", "-f", FINE, "--no-snippets", "-v");
  RUN_SCOPED strict = RUN("check", "-f", FINE, "--no-snippets", "--fail-on", "warn");
  assert_string_equal(listed.out, FINE
                      ":13:17: warning: spec.config.master: could not be checked: the nodes are unknown "
                      "[master-unverified]\n" FINE
                      ":18:18: warning: spec.config.ipam.range: could not be checked: cluster networks unknown; set "
                      "clusterNetworks [overlap-cluster-network]\n" FINE
                      ":18:18: warning: spec.config.ipam.range: could not be checked: other NADs are unknown "
                      "[overlap-network]\n" FINE ":18:18: warning: spec.config.ipam.range: could not be checked: the "
                      "nodes are unknown [pool-too-small]\n"
                      "2 objects checked, 0 denied: 0 errors, 4 warnings\n");
  assert_int_equal(listed.status, 0);
  assert_string_equal(strict.out, listed.out);
  assert_int_equal(strict.status, 1);
}

/* With a state, each missing fact is shown: the note's advice would be wrong. So is what no cluster would answer. */
static void other_unverified_findings_are_shown(void **state) {
  (void)state;
  char folder[64];
  folder_make(folder);
  RUN_SCOPED with_state = RUN("check", "-f", FINE, "--state", folder);
  assert_non_null(strstr(with_state.out, "could not be checked: the nodes are unknown [master-unverified]"));
  assert_null(strstr(with_state.out, "not possible"));
  folder_remove(folder);
  RUN_SCOPED misspelt = RUN("check", "-f", "tests/manifests/pair-misspelt");
  assert_non_null(strstr(misspelt.out, "the NADs are unknown; did you mean \"migration-lan\"? [network-missing]"));
}

/* --- wrapping --- */

/* The width of the longest line, in bytes; all output here is ASCII. */
static size_t longest_line(const char *text) {
  size_t longest = 0;
  while (*text != '\0') {
    size_t length = strcspn(text, "\n");
    longest = length > longest ? length : longest;
    text += length + (text[length] == '\n');
  }
  return longest;
}

#define PLAIN "NO_COLOR=1", "TERM=xterm"
static void findings_are_wrapped_with_a_hanging_indent(void **state) {
  (void)state;
  char *text = on_terminal(80, WORDS(PLAIN, "COLUMNS"), WORDS("check", "-f", MISTAKES, STATE));
  static const char first[] = MISTAKES ":10:21: error: spec.config.cniVersion:\n"
                                       "    Unsupported value: \"0.3.2\": libcni does not support this version\n"
                                       "    [cni-version]\n"
                                       "   10 |       \"cniVersion\": \"0.3.2\",\n"
                                       "      |                     ^~~~~~~\n"
                                       "  fix: use 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0 or 1.1.0\n"
                                       "\n" MISTAKES ":13:17: error: spec.config.master: Not found:\n"
                                       "    \"eth9\": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3\n"
                                       "    [master-missing]\n";
  assert_int_equal(strncmp(text, first, strlen(first)), 0);
  assert_in_range(longest_line(text), 75, 80);
  free(text);
  text = on_terminal(52, WORDS(PLAIN, "COLUMNS"), WORDS("check", "-f", MISTAKES, STATE));
  assert_non_null(strstr(text, "\n  fix: use 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0\n       or 1.1.0\n\n"));
  free(text);
}

static void the_width_is_that_of_the_terminal(void **state) {
  (void)state;
  static const struct {
    unsigned short terminal;
    const char *columns;
    size_t least, most;
  } cases[] = {{80, "COLUMNS", 60, 80},   {120, "COLUMNS", 90, 120},   {10, "COLUMNS", 30, 45},
               {0, "COLUMNS", 60, 80},    {120, "COLUMNS=80", 60, 80}, {80, "COLUMNS=wide", 60, 80},
               {80, "COLUMNS=", 60, 80},  {80, "COLUMNS=0", 60, 80},   {80, "COLUMNS=99999999999999999999", 60, 80},
               {80, "COLUMNS=-1", 60, 80}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = on_terminal(cases[i].terminal, WORDS(PLAIN, cases[i].columns), WORDS("explain", "range-empty"));
    const char *why = strstr(text, "\nWhy\n");
    assert_non_null(why);
    *strstr(why, "\nAn example") = '\0';
    assert_in_range(longest_line(why), cases[i].least, cases[i].most);
    free(text);
  }
}

/* grep and other programs read one line per finding, even if COLUMNS is exported. */
static void a_pipe_is_not_wrapped(void **state) {
  (void)state;
  RUN_SCOPED plain = RUN("check", "-f", MISTAKES, STATE);
  setenv("COLUMNS", "40", 1);
  RUN_SCOPED narrow = RUN("check", "-f", MISTAKES, STATE);
  RUN_SCOPED rules = RUN("rules");
  unsetenv("COLUMNS");
  assert_string_equal(narrow.out, plain.out);
  assert_true(longest_line(rules.out) > 200);
}

static void lists_fit_80_columns(void **state) {
  (void)state;
  static const char rule[] = "RULE                     MIGRATION OTHER FINDS\n"
                             "cni-json                 deny      deny  spec.config is not a single JSON object\n"
                             "                                         (the message gives line and column), or\n";
  static const char topic[] = "cni-json                 spec.config is not a single JSON object (the message\n"
                              "                         gives line and column), or a value in it has a type\n";
  char *rules = on_terminal(80, WORDS(PLAIN, "COLUMNS"), WORDS("rules"));
  char *topics = on_terminal(80, WORDS(PLAIN, "COLUMNS"), WORDS("explain"));
  assert_in_range(longest_line(rules), 75, 80);
  assert_in_range(longest_line(topics), 75, 80);
  assert_int_equal(strncmp(rules, rule, strlen(rule)), 0);
  assert_int_equal(strncmp(topics, topic, strlen(topic)), 0);
  free(rules);
  free(topics);
}

/* At most 256 findings of one rule are kept. */
static void findings_over_the_limit_are_counted(void **state) {
  (void)state;
  char manifest[16384] = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                         "metadata: {name: pods, namespace: apps}\n"
                         "spec:\n  config: |\n    {\"cniVersion\": \"0.3.1\", \"name\": \"x\", \"plugins\": [{}";
  for (int i = 1; i < 300; i++)
    strcat(manifest, ", {}");
  strcat(manifest, "]}\n");
  RUN_SCOPED text = RUN_WITH(manifest, "check", "-f", "-", STATE);
  assert_non_null(strstr(text.out, "\nNetworkAttachmentDefinition apps/pods: 44 more errors like these, not shown\n"
                                   "\n1 object checked, 1 denied: 300 errors, 0 warnings\n"));
  RUN_SCOPED junit = RUN_WITH(manifest, "check", "-f", "-", STATE, "-o", "junit");
  assert_non_null(strstr(junit.out, "44 more errors like these, not shown"));
}

/* --- the exit status --- */

static int status_of(const char *input, const char *fail_on) {
  RUN_SCOPED run = RUN_WITH(input, "check", "-f", "-", "--fail-on", fail_on);
  return run.status;
}

static void fail_on_sets_the_exit_status(void **state) {
  (void)state;
  static const char warns[] = "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\n"
                              "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                              "spec: {virtualization: {liveMigrationConfig: {network: not-known-here}}}\n";
  static const char fine[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
  assert_int_equal(status_of(EMPTY_RANGE, "deny"), 1);
  assert_int_equal(status_of(EMPTY_RANGE, "warn"), 1);
  assert_int_equal(status_of(EMPTY_RANGE, "never"), 0);
  assert_int_equal(status_of(warns, "deny"), 0);
  assert_int_equal(status_of(warns, "warn"), 1);
  assert_int_equal(status_of(warns, "never"), 0);
  assert_int_equal(status_of(fine, "warn"), 0);
  assert_int_equal(status_of("a: [", "never"), 2); /* unreadable input was not checked */
}

static void invalid_values_list_the_valid_ones(void **state) {
  (void)state;
  static const char *const commands[] = {"check", "audit"};
  for (size_t i = 0; i < 2; i++) {
    RUN_SCOPED form = RUN(commands[i], "-o", "xml");
    assert_int_equal(form.status, 2);
    assert_non_null(strstr(form.err, "unknown output format \"xml\"; use text, json, sarif, junit, github"));
    RUN_SCOPED fail = RUN(commands[i], "--fail-on", "error");
    assert_int_equal(fail.status, 2);
    assert_non_null(strstr(fail.err, "invalid --fail-on \"error\"; use deny, warn or never"));
    RUN_SCOPED color = RUN(commands[i], "--color", "yes");
    assert_int_equal(color.status, 2);
    assert_non_null(strstr(color.err, "invalid --color \"yes\"; use auto, always or never"));
  }
  RUN_SCOPED inspect = RUN("inspect", "-f", FINE, "-o", "sarif");
  assert_int_equal(inspect.status, 2);
  assert_non_null(strstr(inspect.err, "unknown output format \"sarif\"; use text or json"));
  RUN_SCOPED other = RUN("inspect", "-f", FINE, "--fail-on", "warn");
  assert_int_equal(other.status, 2);
}

/* --- JUnit --- */

/* The result of the XPath EXPRESSION on the XML, which must be well-formed. The caller frees it. */
static char *xpath(const char *xml, const char *expression) {
  char folder[64];
  char command[512];
  char *text = calloc(1, 65536);
  assert_non_null(text);
  folder_make(folder);
  folder_write(folder, "report.xml", xml);
  snprintf(command, sizeof command, "xmllint --xpath '%s' %s/report.xml", expression, folder);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  text[fread(text, 1, 65535, pipe)] = '\0';
  assert_int_equal(pclose(pipe), 0);
  text[strcspn(text, "\n")] = '\0';
  folder_remove(folder);
  return text;
}

static void expect_xpath(const char *xml, const char *expression, const char *expected) {
  char *found = xpath(xml, expression);
  if (strcmp(found, expected) != 0)
    fail_msg("%s is \"%s\", expected \"%s\"", expression, found, expected);
  free(found);
}

static void junit_has_one_suite_per_file_and_one_case_per_object(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", MISTAKES, FINE, STATE, "-o", "junit");
  assert_int_equal(run.status, 1);
  assert_string_equal(run.err, "");
  expect_xpath(run.out, "string(/testsuites/@name)", "droveway check");
  expect_xpath(run.out, "string(/testsuites/@time)", "0");
  expect_xpath(run.out, "count(/testsuites/testsuite)", "2");
  expect_xpath(run.out, "string(/testsuites/testsuite[1]/@name)", MISTAKES);
  expect_xpath(run.out, "string(/testsuites/testsuite[2]/@name)", FINE);
  expect_xpath(run.out, "string(//testcase[1]/@name)", "NetworkAttachmentDefinition openshift-cnv/migration-lan");
  expect_xpath(run.out, "string(//testcase[1]/failure/@type)", "cni-version");
  expect_xpath(run.out, "starts-with(//testcase[1]/failure/@message, \"spec.config.cniVersion: Unsupported\")", "true");
  expect_xpath(run.out, "contains(//testcase[1]/failure, \"[master-missing]\")", "true");
  expect_xpath(run.out, "contains(//testcase[2]/system-out, \"warning: \")", "true");
  expect_xpath(run.out, "contains(//testcase[2]/system-out, \"error: \")", "false");
}

/* Each count matches the elements below it. */
static void junit_counts_are_right(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-f", "tests/manifests", "demo/manifests", STATE, "-o", "junit");
  expect_xpath(run.out, "number(/testsuites/@tests) = count(//testcase)", "true");
  expect_xpath(run.out, "number(/testsuites/@failures) = count(//failure)", "true");
  expect_xpath(run.out, "count(//testcase) > 10 and count(//failure) > 5", "true");
  expect_xpath(run.out, "sum(/testsuites/testsuite/@tests) = count(//testcase)", "true");
  expect_xpath(run.out, "sum(/testsuites/testsuite/@failures) = count(//failure)", "true");
  expect_xpath(run.out, "count(/testsuites/testsuite[@tests != count(testcase)])", "0");
  expect_xpath(run.out, "count(/testsuites/testsuite[@failures != count(testcase/failure)])", "0");
  expect_xpath(run.out, "count(//testcase[count(failure) > 1])", "0");
  expect_xpath(run.out, "count(//testsuite[@name = preceding::testsuite/@name])", "0");
}

static void junit_failures_match_the_exit_status(void **state) {
  (void)state;
  static const char warns[] = "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\n"
                              "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                              "spec: {virtualization: {liveMigrationConfig: {network: not-known-here}}}\n";
  RUN_SCOPED lenient = RUN_WITH(warns, "check", "-f", "-", "-o", "junit");
  assert_int_equal(lenient.status, 0);
  expect_xpath(lenient.out, "string(/testsuites/@failures)", "0");
  expect_xpath(lenient.out, "count(//system-out)", "1");
  RUN_SCOPED strict = RUN_WITH(warns, "check", "-f", "-", "-o", "junit", "--fail-on", "warn");
  assert_int_equal(strict.status, 1);
  expect_xpath(strict.out, "string(/testsuites/@failures)", "1");
  expect_xpath(strict.out, "count(//system-out)", "0");
}

static void empty_junit_is_well_formed(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH("# nothing\n", "check", "-f", "-", "-o", "junit");
  assert_int_equal(run.status, 0);
  expect_xpath(run.out, "string(/testsuites/@tests)", "0");
}

/* XML 1.0 cannot represent control characters. */
static void junit_is_valid_xml_for_any_name(void **state) {
  (void)state;
  static const char odd[] =
      "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
      "metadata: {name: \"<a b=\\\"c\\\">&amp;]]>\\x01\\x1f\\uFFFE\\uFFFF\\x7f\\n\\tx\", namespace: \"'\"}\n"
      "spec: {config: '{\"type\": \"</failure>]]>\", \"cniVersion\": \"<&>\"}'}\n";
  RUN_SCOPED run = RUN_WITH(odd, "check", "-f", "-", "-o", "junit");
  assert_int_equal(run.status, 1);
  expect_xpath(run.out, "count(//testcase)", "1");
  expect_xpath(run.out, "count(//failure/*)", "0");
  expect_xpath(run.out, "contains(//testcase/@name, \"<a b=\")", "true");
  expect_xpath(run.out, "contains(//failure, \"</failure>]]>\")", "true");
}

static void junit_of_an_audit_names_all_objects(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("audit", STATE, "-o", "junit");
  assert_int_equal(run.status, 0);
  expect_xpath(run.out, "string(/testsuites/@name)", "droveway audit");
  expect_xpath(run.out, "string(/testsuites/@tests)", "7");
  expect_xpath(run.out, "count(//testcase[@file])", "7");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_terminal_gets_color),
      cmocka_unit_test(color_can_be_turned_off),
      cmocka_unit_test(a_pipe_gets_color_only_on_request),
      cmocka_unit_test(input_cannot_control_the_terminal),
      cmocka_unit_test(standard_input_is_called_stdin),
      cmocka_unit_test(quiet_omits_the_summary),
      cmocka_unit_test(without_a_cluster_one_note_says_what_is_missing),
      cmocka_unit_test(verbose_lists_what_could_not_be_checked),
      cmocka_unit_test(other_unverified_findings_are_shown),
      cmocka_unit_test(findings_are_wrapped_with_a_hanging_indent),
      cmocka_unit_test(the_width_is_that_of_the_terminal),
      cmocka_unit_test(a_pipe_is_not_wrapped),
      cmocka_unit_test(lists_fit_80_columns),
      cmocka_unit_test(findings_over_the_limit_are_counted),
      cmocka_unit_test(fail_on_sets_the_exit_status),
      cmocka_unit_test(invalid_values_list_the_valid_ones),
      cmocka_unit_test(junit_has_one_suite_per_file_and_one_case_per_object),
      cmocka_unit_test(junit_counts_are_right),
      cmocka_unit_test(junit_failures_match_the_exit_status),
      cmocka_unit_test(empty_junit_is_well_formed),
      cmocka_unit_test(junit_is_valid_xml_for_any_name),
      cmocka_unit_test(junit_of_an_audit_names_all_objects),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
