/* `droveway map` as a user runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/api_stub.h"
#include "support/run_program.h"

static int setup(void **state) {
  (void)state;
  unsetenv("LC_ALL");
  unsetenv("LC_CTYPE");
  unsetenv("LANG");
  unsetenv("NO_COLOR");
  setenv("COLUMNS", "100", 1);
  return 0;
}

static void expect_text(const struct run *run, const char *text) {
  if (strstr(run->out, text) == NULL)
    fail_msg("\"%s\" is not in:\n%s", text, run->out);
}

static void the_demo_is_mapped(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("map", "--state", "demo/state");
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  expect_text(&run, "3 nodes run virt-handler: a migration network needs 3 addresses.\n");
  expect_text(&run, "pod network (Network cluster)\n");
  expect_text(&run, "machine network (ConfigMap cluster-config-v1)\n");
  expect_text(&run, "NAD vms/vm-network and 1 more; usable 254\n");
  expect_text(&run, "  10.200.5.0/24                ###");
  expect_text(&run, "openshift-cnv/my-secondary-network");
  assert_null(strstr(run.out, "overlap nothing"));
}

static void findings_do_not_fail_a_map(void **state) {
  (void)state;
  static const char nad[] = "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: "
                            "openshift-cnv, name: migration-x}, spec: {config: '{\"cniVersion\":\"0.3.1\",\"name\":"
                            "\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\","
                            "\"range\":\"10.129.0.0/24\"}}'}}\n";
  RUN_SCOPED run = RUN_WITH(nad, "map", "-s", "demo/state", "-f", "-");
  assert_int_equal(run.status, 0);
  expect_text(&run, "! overlaps pod network 10.128.0.0/14\n");
  expect_text(&run, "! overlaps NAD openshift-cnv/migration-x 10.129.0.0/24\n");
  expect_text(&run, "error");
}

static void ranges_are_suggested(void **state) {
  (void)state;
  RUN_SCOPED with = RUN("map", "-s", "demo/state", "--suggest", "/24");
  RUN_SCOPED without = RUN("map", "-s", "demo/state", "--suggest=24");
  RUN_SCOPED six = RUN("map", "-s", "demo/state", "--suggest", "/64");
  expect_text(&with, "\n\nSuggested: ranges of /24 that overlap nothing, best first:\n  10.200.6.0/24  usable 254\n");
  assert_string_equal(with.out, without.out);
  assert_int_equal(six.status, 0);
  expect_text(&six, "\n\nSuggested: ranges of /64 that overlap nothing, best first:\n");
}

static void without_a_size_the_smallest_that_fits_is_suggested(void **state) {
  (void)state;
  RUN_SCOPED last = RUN("map", "-s", "demo/state", "--suggest");
  RUN_SCOPED first = RUN("map", "--suggest", "-s", "demo/state");
  RUN_SCOPED six = RUN("map", "-s", "demo/trouble", "--suggest", "--family", "6");
  expect_text(&last, "\n\nThe smallest size that fits is /29: usable 6, needed 3.\n"
                     "Suggested: ranges of /29 that overlap nothing, best first:\n"
                     "  10.200.6.0/29    usable 6\n");
  assert_string_equal(first.out, last.out);
  expect_text(&six, "\n\nThe smallest size that fits is /124: usable 14, needed 10.\n");
}

static void a_size_that_is_too_small_is_replaced(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("map", "-s", "demo/state", "--suggest", "/30");
  RUN_SCOPED svg = RUN("map", "-s", "demo/state", "--suggest", "/30", "-o", "svg");
  RUN_SCOPED html = RUN("map", "-s", "demo/state", "--suggest", "/30", "-o", "html");
  assert_int_equal(run.status, 0);
  expect_text(&run,
              "\n\n/30 is too small: usable 2, needed 3. The smallest size that fits is /29: usable 6, needed 3.\n"
              "Suggested: ranges of /29 that overlap nothing, best first:\n");
  assert_null(strstr(run.out, "\"range\": \"10.200.6.0/30\""));
#define NBSP "\xC2\xA0"
  expect_text(&svg, "/30 is too small: usable" NBSP "2, needed" NBSP "3. The smallest size that fits is /29");
  expect_text(&html, "/30 is too small: usable" NBSP "2, needed" NBSP "3. The smallest size that fits is /29");
  expect_text(&html, "<span class=\"address\">10.200.6.0/29</span>");
}

static void a_size_that_just_fits_is_marked(void **state) {
  (void)state;
  RUN_SCOPED run =
      RUN_WITH("---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: a}}\n"
               "- {apiVersion: v1, kind: Node, metadata: {name: b}}\n",
               "map", "-f", "-", "--suggest", "/30");
  expect_text(&run, "  192.168.99.0/30   usable 2; it fits, but less than 10 % is left over\n");
}

static void json_has_the_same_ranges_as_text(void **state) {
  (void)state;
  RUN_SCOPED text = RUN("map", "-s", "demo/state", "--suggest", "/24");
  RUN_SCOPED run = RUN("map", "-s", "demo/state", "--suggest", "/24", "-o", "json");
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  struct json_object *json = run_json(&run);
  struct json_object *areas = member_list(json, "areas");
  for (size_t i = 0; i < json_object_array_length(areas); i++) {
    static const char *const lists[] = {"used", "free"};
    for (size_t l = 0; l < 2; l++) {
      struct json_object *list = member_list(json_object_array_get_idx(areas, i), lists[l]);
      for (size_t k = 0; k < json_object_array_length(list); k++)
        expect_text(&text, member_text(json_object_array_get_idx(list, k), "addresses"));
    }
  }
  struct json_object *first = json_object_array_get_idx(member_list(json, "suggestions"), 0);
  assert_string_equal(member_text(first, "range"), "10.200.6.0/24");
  json_object_put(json);
}

static void expect_usage(const char *option, const char *value, const char *says) {
  RUN_SCOPED run = RUN("map", "-s", "demo/state", option, value);
  assert_int_equal(run.status, 2);
  assert_string_equal(run.out, "");
  assert_non_null(strstr(run.err, says));
  assert_non_null(strstr(run.err, "see 'droveway map --help'"));
}

static void sizes_outside_the_bounds_are_rejected(void **state) {
  (void)state;
  static const char *const bad[] = {
      "/0", "/7", "/31", "/33", "/47", "/127", "/129", "24/", "", "/-1", "/99999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    expect_usage("--suggest", bad[i], "; use /8 to /30 (IPv4) or /48 to /126 (IPv6)");
  RUN_SCOPED four = RUN("map", "-s", "demo/state", "--family", "4", "--suggest", "/64");
  RUN_SCOPED six = RUN("map", "-s", "demo/state", "--family", "6", "--suggest", "/24");
  assert_int_equal(four.status, 2);
  assert_int_equal(six.status, 2);
  assert_non_null(strstr(four.err, "invalid --suggest \"/64\"; use /8 to /30 with --family 4"));
  assert_non_null(strstr(six.err, "invalid --suggest \"/24\"; use /48 to /126 with --family 6"));
}

static void invalid_values_are_named(void **state) {
  (void)state;
  expect_usage("-o", "pdf", "\"pdf\"; use text, json, svg or html");
  expect_usage("--family", "5", "\"5\"; use 4 or 6");
  expect_usage("--color", "red", "\"red\"; use auto, always or never");
}

static void unreadable_input_is_an_error(void **state) {
  (void)state;
  RUN_SCOPED state_folder = RUN("map", "-s", "/nonexistent");
  RUN_SCOPED both = RUN("map", "-s", "demo/state", "--kubeconfig", "x");
  RUN_SCOPED argument = RUN("map", "-s", "demo/state", "x");
  assert_int_equal(state_folder.status, 2);
  assert_int_equal(both.status, 2);
  assert_int_equal(argument.status, 2);
  assert_non_null(strstr(argument.err, "unexpected argument \"x\""));
}

/* Addresses in a manifest that is not read would be shown as free, and suggested. */
static void an_unreadable_manifest_is_an_error(void **state) {
  (void)state;
  RUN_SCOPED missing = RUN("map", "-s", "demo/state", "-f", "nosuch.yaml", "-o", "json");
  assert_int_equal(missing.status, 2);
  assert_string_equal(missing.out, "");
  assert_string_equal(missing.err, "droveway: nosuch.yaml: can't be read: No such file or directory\n");
  RUN_SCOPED broken = RUN_WITH("kind: [\n", "map", "-f", "-", "--suggest");
  assert_int_equal(broken.status, 2);
  assert_string_equal(broken.out, "");
  assert_non_null(strstr(broken.err, "droveway: -:2:1: "));
  RUN_SCOPED nameless =
      RUN_WITH("apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n", "map", "-f", "-");
  assert_int_equal(nameless.status, 2);
  assert_string_equal(nameless.out, "");
  assert_non_null(strstr(nameless.err, "metadata.name is missing"));
}

static void skipped_templates_are_named(void **state) {
  (void)state;
  static const char chart[] = "tests/reports/helm-chart";
  RUN_SCOPED one = RUN("map", "-s", "demo/state", "-f", chart);
  RUN_SCOPED two = RUN("map", "-s", "demo/state", "-f", chart, "-f", chart);
  assert_int_equal(one.status, 0);
  assert_string_equal(one.err, "droveway: tests/reports/helm-chart/templates/nad.yaml: skipped because it is a Helm "
                               "template; the map does not show it\n");
  assert_string_equal(two.err, "droveway: tests/reports/helm-chart/templates/nad.yaml and 1 more: skipped because they "
                               "are templates; the map does not show them\n");
}

static void one_family_can_be_selected(void **state) {
  (void)state;
  RUN_SCOPED four = RUN("map", "-s", "demo/state", "--family", "4");
  RUN_SCOPED six = RUN("map", "-s", "demo/state", "--family=6");
  assert_null(strstr(four.out, "fd98::/64"));
  expect_text(&four, "10.128.0.0/14");
  expect_text(&six, "fd98::/64");
  assert_null(strstr(six.out, "10.128.0.0/14"));
}

static void locale_and_terminal_select_the_characters(void **state) {
  (void)state;
  RUN_SCOPED ascii = RUN("map", "-s", "demo/state");
  setenv("LANG", "C.UTF-8", 1);
  RUN_SCOPED utf8 = RUN("map", "-s", "demo/state");
  setenv("LC_ALL", "POSIX", 1);
  RUN_SCOPED posix = RUN("map", "-s", "demo/state");
  RUN_SCOPED color = RUN("map", "-s", "demo/state", "--color", "always");
  expect_text(&utf8, "\xE2\x96\x88");
  assert_null(strstr(ascii.out, "\xE2\x96\x88"));
  assert_string_equal(ascii.out, posix.out);
  assert_null(strchr(posix.out, '\033'));
  assert_non_null(strchr(color.out, '\033'));
}

static void svg_and_html_are_printed(void **state) {
  (void)state;
  RUN_SCOPED svg = RUN("map", "-s", "demo/state", "-o", "svg");
  RUN_SCOPED html = RUN("map", "-s", "demo/state", "-o", "html");
  assert_int_equal(svg.status, 0);
  assert_memory_equal(svg.out, "<svg xmlns=\"http://www.w3.org/2000/svg\"", 39);
  expect_text(&svg, "my-secondary-network");
  assert_int_equal(html.status, 0);
  expect_text(&html, "10.200.6.0/29");
}

static void a_page_says_where_and_when_it_was_made(void **state) {
  (void)state;
  setenv("SOURCE_DATE_EPOCH", "1796000000", 1);
  RUN_SCOPED folder = RUN("map", "-s", "demo/state", "-o", "html");
  RUN_SCOPED again = RUN("map", "-s", "demo/state", "-o", "html");
  RUN_SCOPED manifests = RUN("map", "-f", "demo/manifests/migration.yaml", "-o", "html");
  setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
  RUN_SCOPED wrong = RUN("map", "-s", "demo/state", "-o", "html");
  RUN_SCOPED text = RUN("map", "-s", "demo/state");
  unsetenv("SOURCE_DATE_EPOCH");
  RUN_SCOPED now = RUN("map", "-s", "demo/state", "-o", "html");
  expect_text(&folder, "<dd>state folder demo/state</dd>");
  expect_text(&folder, "<time datetime=\"2026-11-30T00:53:20Z\">");
  assert_string_equal(folder.out, again.out);
  assert_null(strstr(manifests.out, "<dt>Cluster</dt>"));
  assert_int_equal(wrong.status, 2);
  assert_string_equal(wrong.out, "");
  assert_non_null(strstr(wrong.err, "invalid SOURCE_DATE_EPOCH \"yesterday\"; use a number of seconds since 1970"));
  assert_int_equal(text.status, 0); /* only the page has a time */
  expect_text(&now, "<time datetime=\"20");
}

static void a_page_names_the_api_server(void **state) {
  (void)state;
  static const struct api_route routes[] = {{"/api/v1/nodes", 200, ""}, {NULL, 0, NULL}};
  API_STUB_SCOPED stub = api_stub_start(routes);
  RUN_SCOPED run = RUN("map", "--kubeconfig", stub.kubeconfig, "-o", "html");
  RUN_SCOPED named = RUN("map", "--kubeconfig", stub.kubeconfig, "--context", "here", "-o", "html");
  assert_int_equal(run.status, 0);
  expect_text(&run, "<dt>Cluster</dt><dd>http://127.0.0.1:");
  expect_text(&named, " (context here)</dd>");
}

static void the_documentation_shows_the_output(void **state) {
  (void)state;
  setenv("COLUMNS", "80", 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  RUN_SCOPED run = RUN("map", "--state", "demo/state", "--suggest");
  char *docs = file_text("docs/map.md", NULL);
  const char *shown = strstr(docs, "```text\n");
  assert_non_null(shown);
  shown += strlen("```text\n");
  assert_memory_equal(shown, run.out, run.out_length);
  assert_memory_equal(shown + run.out_length, "```\n", 4);
  free(docs);
}

static void help_lists_the_options(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("map", "--help");
  assert_int_equal(run.status, 0);
  assert_memory_equal(run.out, "usage: droveway map ", 20);
  for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1)
    assert_true(strcspn(line, "\n") <= 120);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_demo_is_mapped, setup),
      cmocka_unit_test_setup(findings_do_not_fail_a_map, setup),
      cmocka_unit_test_setup(ranges_are_suggested, setup),
      cmocka_unit_test_setup(json_has_the_same_ranges_as_text, setup),
      cmocka_unit_test_setup(without_a_size_the_smallest_that_fits_is_suggested, setup),
      cmocka_unit_test_setup(a_size_that_is_too_small_is_replaced, setup),
      cmocka_unit_test_setup(a_size_that_just_fits_is_marked, setup),
      cmocka_unit_test_setup(sizes_outside_the_bounds_are_rejected, setup),
      cmocka_unit_test_setup(invalid_values_are_named, setup),
      cmocka_unit_test_setup(unreadable_input_is_an_error, setup),
      cmocka_unit_test_setup(an_unreadable_manifest_is_an_error, setup),
      cmocka_unit_test_setup(skipped_templates_are_named, setup),
      cmocka_unit_test_setup(one_family_can_be_selected, setup),
      cmocka_unit_test_setup(locale_and_terminal_select_the_characters, setup),
      cmocka_unit_test_setup(svg_and_html_are_printed, setup),
      cmocka_unit_test_setup(a_page_says_where_and_when_it_was_made, setup),
      cmocka_unit_test_setup(a_page_names_the_api_server, setup),
      cmocka_unit_test_setup(the_documentation_shows_the_output, setup),
      cmocka_unit_test_setup(help_lists_the_options, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
