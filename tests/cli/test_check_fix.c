/* `droveway check --fix` and `--diff`, as an administrator runs them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/run_program.h"

static const char broken[] = "# the cluster's migrations\n"
                             "apiVersion: hco.kubevirt.io/v1beta1\n"
                             "kind: HyperConverged\n"
                             "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                             "spec:\n"
                             "  liveMigrationConfig:\n"
                             "    network: \"\"  # none yet\n"
                             "    parallelMigrationsPerCluster: \"5\" # as before\n";
static const char repaired[] = "# the cluster's migrations\n"
                               "apiVersion: hco.kubevirt.io/v1beta1\n"
                               "kind: HyperConverged\n"
                               "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                               "spec:\n"
                               "  liveMigrationConfig:\n"
                               "    # none yet\n"
                               "    parallelMigrationsPerCluster: 5 # as before\n";

/* A folder with the broken manifest, which is the working directory. */
struct place {
  char folder[64];
  char before[PATH_MAX];
};

static int enter(void **state) {
  static struct place place;
  const char *program = droveway_path();
  char absolute[PATH_MAX];
  folder_make(place.folder);
  folder_write(place.folder, "a.yaml", broken);
  assert_non_null(getcwd(place.before, sizeof place.before));
  assert_non_null(realpath(program, absolute));
  setenv("DROVEWAY", absolute, 1);
  assert_int_equal(chdir(place.folder), 0);
  *state = &place;
  return 0;
}

static int leave(void **state) {
  struct place *place = *state;
  assert_int_equal(chdir(place->before), 0);
  folder_remove(place->folder);
  return 0;
}

static void expect_file(const char *path, const char *expected) {
  char *text = file_text(path, NULL);
  assert_string_equal(text, expected);
  free(text);
}

static void fix_changes_the_file_and_reports_the_rest(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "--fix", "a.yaml");
  assert_string_equal(
      run.out, "a.yaml:7: [network-empty] spec.liveMigrationConfig.network removed\n"
               "a.yaml:8: [limit-type] spec.liveMigrationConfig.parallelMigrationsPerCluster: 5 instead of \"5\"\n"
               "fixed 2 mistakes in 1 file\n"
               "\n"
               "1 object checked, 0 denied: 0 errors, 0 warnings\n");
  assert_string_equal(run.err, "");
  assert_int_equal(run.status, 0);
  expect_file("a.yaml", repaired);
}

static void a_second_run_writes_nothing(void **state) {
  (void)state;
  struct stat before;
  struct stat after;
  folder_write(".", "a.yaml", repaired);
  assert_int_equal(stat("a.yaml", &before), 0);
  RUN_SCOPED run = RUN("check", "--fix", "a.yaml");
  assert_string_equal(run.out, "fixed 0 mistakes in 0 files\n\n1 object checked, 0 denied: 0 errors, 0 warnings\n");
  assert_int_equal(stat("a.yaml", &after), 0);
  assert_int_equal(before.st_ino, after.st_ino);
  assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void mode_and_links_stay(void **state) {
  (void)state;
  struct stat info;
  assert_int_equal(chmod("a.yaml", 0640), 0);
  assert_int_equal(symlink("a.yaml", "link.yaml"), 0);
  RUN_SCOPED run = RUN("check", "--fix", "-q", "link.yaml");
  assert_string_equal(run.out, "");
  assert_int_equal(lstat("link.yaml", &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(stat("a.yaml", &info), 0);
  assert_int_equal(info.st_mode & 07777, 0640);
  expect_file("a.yaml", repaired);
}

static void two_names_of_one_file_are_one_fix(void **state) {
  (void)state;
  assert_int_equal(symlink("a.yaml", "link.yaml"), 0);
  RUN_SCOPED run = RUN("check", "--fix", "-q", "a.yaml", "link.yaml");
  assert_string_equal(run.err, "");
  expect_file("a.yaml", repaired);
}

static void standard_input_goes_to_standard_output(void **state) {
  (void)state;
  RUN_SCOPED run = RUN_WITH(broken, "check", "-", "--fix");
  assert_string_equal(run.out, repaired);
  assert_non_null(strstr(run.err, "<stdin>:7: [network-empty] spec.liveMigrationConfig.network removed\n"));
  assert_non_null(strstr(run.err, "fixed 2 mistakes in 1 file\n"));
  RUN_SCOPED again = RUN_WITH(repaired, "check", "-", "--fix", "-q");
  assert_string_equal(again.out, repaired);
  assert_string_equal(again.err, "");
}

static void diff_changes_nothing_and_applies(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "--diff", "./a.yaml");
  assert_string_equal(run.out, "--- a.yaml\n"
                               "+++ a.yaml\n"
                               "@@ -4,5 +4,5 @@\n"
                               " metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                               " spec:\n"
                               "   liveMigrationConfig:\n"
                               "-    network: \"\"  # none yet\n"
                               "-    parallelMigrationsPerCluster: \"5\" # as before\n"
                               "+    # none yet\n"
                               "+    parallelMigrationsPerCluster: 5 # as before\n");
  assert_string_equal(run.err, "--fix would fix 2 mistakes in 1 file\n");
  assert_int_equal(run.status, 1);
  expect_file("a.yaml", broken);
  folder_write(".", "fix.diff", run.out);
  assert_int_equal(system("patch -s -p0 < fix.diff"), 0);
  expect_file("a.yaml", repaired);
  folder_write(".", "a.yaml", broken);
  assert_int_equal(system("git apply -p0 fix.diff"), 0);
  expect_file("a.yaml", repaired);
  RUN_SCOPED again = RUN("check", "--diff", "a.yaml");
  assert_string_equal(again.out, "");
  assert_int_equal(again.status, 0);
}

static void what_cannot_be_fixed_says_why(void **state) {
  (void)state;
  folder_write(".", "a.yaml",
               "apiVersion: hco.kubevirt.io/v1beta1\n"
               "kind: HyperConverged\n"
               "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv, labels: {a: &five \"5\"}}\n"
               "spec: {liveMigrationConfig: {parallelMigrationsPerCluster: *five}}\n");
  RUN_SCOPED run = RUN("check", "--fix", "--no-snippets", "a.yaml");
  assert_non_null(strstr(run.out,
                         "fixed 0 mistakes in 0 files\na.yaml:3: [limit-type] not fixed: it comes from an alias, "
                         "and may be used elsewhere\n"));
  assert_int_equal(run.status, 1);
}

static void unreadable_files_stay_and_the_others_are_fixed(void **state) {
  (void)state;
  folder_write(".", "b.yaml", "a: [\n");
  RUN_SCOPED run = RUN("check", "--fix", ".");
  assert_int_equal(run.status, 2);
  expect_file("./a.yaml", repaired);
  expect_file("b.yaml", "a: [\n");
  folder_write(".", "a.yaml", broken);
  RUN_SCOPED diff = RUN("check", "--diff", ".");
  assert_int_equal(diff.status, 2);
  assert_non_null(strstr(diff.out, "+    # none yet\n"));
  assert_non_null(strstr(diff.err, "b.yaml:"));
}

static void check_counts_what_fix_would_fix(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "--no-snippets", "a.yaml");
  assert_non_null(strstr(run.out, "2 of 2 can be fixed with --fix; --diff shows how\n"));
  expect_file("a.yaml", broken);
}

static void json_has_the_change_and_what_was_fixed(void **state) {
  (void)state;
  struct json_object *change = NULL;
  RUN_SCOPED before = RUN("check", "-o", "json", "a.yaml");
  struct json_object *report = run_json(&before);
  struct json_object *finding = json_object_array_get_idx(member_list(report, "findings"), 0);
  assert_true(json_object_object_get_ex(finding, "change", &change));
  assert_string_equal(member_text(change, "what"), "spec.liveMigrationConfig.network removed");
  assert_int_equal(member_int(change, "line"), 7);
  assert_int_equal(member_int(change, "endLine"), 7);
  json_object_put(report);
  RUN_SCOPED run = RUN("check", "--fix", "-o", "json", "a.yaml");
  report = run_json(&run);
  struct json_object *fixed = member_list(report, "fixed");
  assert_int_equal(json_object_array_length(fixed), 2);
  assert_string_equal(member_text(json_object_array_get_idx(fixed, 0), "rule"), "network-empty");
  assert_int_equal(json_object_array_length(member_list(report, "notFixed")), 0);
  assert_string_equal(json_object_get_string(json_object_array_get_idx(member_list(report, "changedFiles"), 0)),
                      "a.yaml");
  json_object_put(report);
}

static void other_formats_name_what_was_fixed_on_standard_error(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "--fix", "-o", "junit", "a.yaml");
  assert_non_null(strstr(run.out, "<testsuites"));
  assert_non_null(strstr(run.err, "fixed 2 mistakes in 1 file\n"));
  expect_file("a.yaml", repaired);
  folder_write(".", "a.yaml", broken);
  RUN_SCOPED quiet = RUN("check", "--fix", "-q", "-o", "junit", "a.yaml");
  assert_string_equal(quiet.err, "");
}

static void sarif_has_a_replacement(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("check", "-o", "sarif", "a.yaml");
  assert_non_null(strstr(run.out, "\"deletedRegion\""));
  assert_non_null(strstr(run.out, "\"insertedContent\""));
}

/* The kind hides that the network is empty: both are fixed, or neither. */
static void what_a_fix_brings_to_light_is_fixed_as_well(void **state) {
  (void)state;
  folder_write(".", "a.yaml",
               "apiVersion: hco.kubevirt.io/v1beta1\n"
               "kind: Hyperconverged\n"
               "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
               "spec: {liveMigrationConfig: {network: \"\"}}\n");
  RUN_SCOPED run = RUN("check", "--fix", "-q", "a.yaml");
  assert_int_equal(run.status, 0);
  expect_file("a.yaml", "apiVersion: hco.kubevirt.io/v1beta1\n"
                        "kind: HyperConverged\n"
                        "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                        "spec: {liveMigrationConfig: {}}\n");
}

static void a_fix_that_leads_to_a_denial_is_undone(void **state) {
  (void)state;
  static const char text[] = "apiVersion: hco.kubevirt.io/v1beta1\n"
                             "kind: Hyperconverged\n"
                             "metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\n"
                             "spec: {liveMigrationConfig: {parallelMigrationsPerCluster: 0}}\n";
  folder_write(".", "a.yaml", text);
  RUN_SCOPED run = RUN("check", "--fix", "--no-snippets", "a.yaml");
  assert_non_null(strstr(run.out, "a.yaml:2: [unserved-kind] not fixed: the result would be denied by limit-range\n"));
  expect_file("a.yaml", text);
}

static void a_free_range_is_chosen_on_request(void **state) {
  (void)state;
  static const char nad[] =
      "apiVersion: k8s.cni.cncf.io/v1\n"
      "kind: NetworkAttachmentDefinition\n"
      "metadata: {name: migration-network, namespace: openshift-cnv}\n"
      "spec:\n"
      "  config: '{\"cniVersion\":\"0.3.1\",\"name\":\"m\",\"type\":\"macvlan\",\"master\":\"eth1\","
      "\"mode\":\"bridge\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"%s\"%s}}'\n";
  char old[512];
  char new[512];
  snprintf(old, sizeof old, nad, "10.130.0.0/24", ",\"exclude\":[\"10.130.0.1/32\"]");
  snprintf(new, sizeof new, nad, "10.132.0.0/24", "");
  folder_write(".", "a.yaml", old);
  assert_int_equal(mkdir("state", 0700), 0);
  folder_write("state", "network.yaml",
               "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
               "status: {networkType: OVNKubernetes, clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}], "
               "serviceNetwork: [172.30.0.0/16]}\n");
  RUN_SCOPED without = RUN("check", "--fix", "-q", "--state", "state", "a.yaml");
  assert_int_equal(without.status, 1);
  expect_file("a.yaml", old);
  RUN_SCOPED run = RUN("check", "--fix", "--fix-range", "--state", "state", "a.yaml");
  expect_file("a.yaml", new);
  assert_non_null(strstr(run.out, "[overlap-cluster-network] spec.config.ipam.range: \"10.132.0.0/24\" instead of "
                                  "\"10.130.0.0/24\", spec.config.ipam.exclude removed\n"));
  RUN_SCOPED blind = RUN("check", "--fix", "--fix-range", "a.yaml");
  assert_string_equal(blind.err,
                      "droveway check: --fix-range requires --state or --kubeconfig, which show what is free; "
                      "see 'droveway check --help'\n");
  RUN_SCOPED alone = RUN("check", "--fix-range", "--state", "state", "a.yaml");
  assert_string_equal(alone.err, "droveway check: --fix-range requires --fix or --diff; see 'droveway check --help'\n");
  folder_remove("state");
}

/* All manifests of this repository at once. */
static void a_whole_project_is_fixed_in_one_run(void **state) {
  const struct place *place = *state;
  char command[3 * PATH_MAX];
  snprintf(command, sizeof command, "mkdir all && cp -r '%s/tests/manifests' '%s/tests/reports' all", place->before,
           place->before);
  assert_int_equal(system(command), 0);
  RUN_SCOPED before = RUN("check", "-o", "json", "all");
  RUN_SCOPED run = RUN("check", "--fix", "-o", "json", "all");
  RUN_SCOPED again = RUN("check", "--diff", "-q", "all");
  assert_string_equal(again.out, "");
  struct json_object *old = run_json(&before);
  struct json_object *new = run_json(&run);
  assert_true(json_object_array_length(member_list(new, "fixed")) >= 20);
  assert_true(member_int(new, "errors") < member_int(old, "errors"));
  assert_int_equal(member_int(new, "unreadable"), member_int(old, "unreadable"));
  assert_int_equal(member_int(new, "objects"), member_int(old, "objects"));
  json_object_put(old);
  json_object_put(new);
  assert_int_equal(system("rm -r all"), 0);
}

static void text_that_is_not_utf_8_stays(void **state) {
  (void)state;
  assert_int_equal(system("iconv -f UTF-8 -t UTF-16 a.yaml > b.yaml && cp b.yaml c.yaml"), 0);
  RUN_SCOPED run = RUN("check", "--fix", "--no-snippets", "b.yaml");
  assert_non_null(strstr(run.out, "b.yaml:7: [network-empty] not fixed: its file is not UTF-8\n"));
  assert_int_equal(system("cmp -s b.yaml c.yaml"), 0);
}

static void wrong_options_are_named(void **state) {
  (void)state;
  RUN_SCOPED both = RUN("check", "--fix", "--diff", "a.yaml");
  assert_string_equal(both.err,
                      "droveway check: --fix and --diff cannot be used together; see 'droveway check --help'\n");
  assert_int_equal(both.status, 2);
  RUN_SCOPED form = RUN("check", "--diff", "-o", "json", "a.yaml");
  assert_string_equal(form.err,
                      "droveway check: -o cannot be used with --diff, which prints only a diff; see 'droveway "
                      "check --help'\n");
  expect_file("a.yaml", broken);
}

static void what_is_no_file_is_refused(void **state) {
  (void)state;
  assert_int_equal(mkfifo("pipe.yaml", 0600), 0);
  RUN_SCOPED run = RUN("check", "--fix", "pipe.yaml");
  assert_string_equal(run.out, "");
  assert_string_equal(run.err, "droveway: pipe.yaml: is not a file, so it can't be read twice and written; use "
                               "standard input (-)\n");
  assert_int_equal(run.status, 2);
}

static void what_is_not_written_is_not_reported_as_fixed(void **state) {
  (void)state;
  if (geteuid() == 0)
    skip(); /* root may write everywhere */
  assert_int_equal(chmod(".", 0555), 0);
  RUN_SCOPED run = RUN("check", "--fix", "--no-snippets", "a.yaml");
  assert_int_equal(chmod(".", 0755), 0);
  assert_int_equal(strncmp(run.out,
                           "fixed 0 mistakes in 0 files\n"
                           "a.yaml:7: [network-empty] not fixed: the file can't be written\n"
                           "a.yaml:8: [limit-type] not fixed: the file can't be written\n"
                           "\n"
                           "a.yaml:7:",
                           150),
                   0);
  assert_int_equal(run.status, 2);
  expect_file("a.yaml", broken);
}

/* The route's next hop is in the range, which is a warning, until the route is gone. */
static void a_warning_that_goes_with_a_denial_needs_no_fix(void **state) {
  (void)state;
  folder_write(".", "nad.yaml",
               "apiVersion: k8s.cni.cncf.io/v1\n"
               "kind: NetworkAttachmentDefinition\n"
               "metadata: {name: migration-network, namespace: openshift-cnv}\n"
               "spec:\n"
               "  config: |\n"
               "    {\"cniVersion\": \"0.3.1\", \"type\": \"macvlan\", \"master\": \"eth1\",\n"
               "     \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.99.0.0/24\",\n"
               "              \"routes\": [{\"dst\": \"0.0.0.0/0\", \"gw\": \"10.99.0.1\"}]}}\n");
  RUN_SCOPED run = RUN("check", "--diff", "nad.yaml");
  assert_non_null(strstr(run.out, "\n+     \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.99.0.0/24\"}}\n"));
  assert_string_equal(run.err, "--fix would fix 1 mistake in 1 file\n");
}

/* Of many mistakes, those whose fix would lead to a denial stay, and the others are fixed. */
static void many_mistakes_are_fixed_in_few_steps(void **state) {
  (void)state;
  enum { COUNT = 300 };
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  for (int i = 0; i < COUNT; i++)
    dw_buf_printf(
        &text,
        "---\n"
        "apiVersion: k8s.cni.cncf.io/v1\n"
        "kind: NetworkAttachmentDefinition\n"
        "metadata: {name: migration-network-%d, namespace: openshift-cnv}\n"
        "spec:\n"
        "  config: '{\"cniVersion\": \"0.3.1\", \"type\": \"macvlan\", \"master\": \"eth1\", \"mode\": \"Bridge\", "
        "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.99.%d.0/24\", \"rangeStart\": "
        "\"172.16.0.1\"}}'\n",
        i, i % 250);
  folder_write(".", "nads.yaml", dw_buf_text(&text));
  RUN_SCOPED run = RUN("check", "--fix", "--no-snippets", "nads.yaml");
  assert_non_null(strstr(run.out, "\nfixed 300 mistakes in 1 file\n"));
  assert_non_null(strstr(run.out, "nads.yaml:1800: [ipam-lookalike-key] not fixed: the result would be denied by "
                                  "range-ignored\n"));
  assert_null(strstr(run.out, "[plugin-mode] not fixed"));
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_A_FOLDER(fix_changes_the_file_and_reports_the_rest),
      IN_A_FOLDER(a_second_run_writes_nothing),
      IN_A_FOLDER(mode_and_links_stay),
      IN_A_FOLDER(two_names_of_one_file_are_one_fix),
      IN_A_FOLDER(standard_input_goes_to_standard_output),
      IN_A_FOLDER(diff_changes_nothing_and_applies),
      IN_A_FOLDER(what_cannot_be_fixed_says_why),
      IN_A_FOLDER(unreadable_files_stay_and_the_others_are_fixed),
      IN_A_FOLDER(check_counts_what_fix_would_fix),
      IN_A_FOLDER(json_has_the_change_and_what_was_fixed),
      IN_A_FOLDER(other_formats_name_what_was_fixed_on_standard_error),
      IN_A_FOLDER(sarif_has_a_replacement),
      IN_A_FOLDER(what_a_fix_brings_to_light_is_fixed_as_well),
      IN_A_FOLDER(a_fix_that_leads_to_a_denial_is_undone),
      IN_A_FOLDER(a_free_range_is_chosen_on_request),
      IN_A_FOLDER(a_whole_project_is_fixed_in_one_run),
      IN_A_FOLDER(text_that_is_not_utf_8_stays),
      IN_A_FOLDER(wrong_options_are_named),
      IN_A_FOLDER(a_warning_that_goes_with_a_denial_needs_no_fix),
      IN_A_FOLDER(many_mistakes_are_fixed_in_few_steps),
      IN_A_FOLDER(what_is_no_file_is_refused),
      IN_A_FOLDER(what_is_not_written_is_not_reported_as_fixed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
