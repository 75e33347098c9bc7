#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map/page_fixture.h"

static const char hostile[] = "\"'><script>alert(1)</script><!--&amp;\x1b[31m\xff\xe2\x80\xae";

/* The page without its two trusted parts, the style and the script. The caller frees it. */
static char *page_of(const struct dw_map *map) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_map_html(map, &out);
  char *page = dw_buf_steal(&out, NULL);
  static const char *const parts[][2] = {{"<style>", "</style>"}, {"<script>", "</script>"}};
  for (size_t i = 0; i < 2; i++) {
    char *begin = strstr(page, parts[i][0]);
    assert_non_null(begin);
    char *end = strstr(begin, parts[i][1]);
    assert_non_null(end);
    memmove(begin, end + strlen(parts[i][1]), strlen(end + strlen(parts[i][1])) + 1);
  }
  return page;
}

static size_t times(const char *page, const char *what) {
  size_t count = 0;
  for (const char *at = strstr(page, what); at; at = strstr(at + 1, what))
    count++;
  return count;
}

#define assert_shows(page, what)                                                                                       \
  do {                                                                                                                 \
    if (!strstr((page), (what)))                                                                                       \
      fail_msg("the page does not show: %s", (what));                                                                  \
  } while (0)
#define assert_hides(page, what)                                                                                       \
  do {                                                                                                                 \
    if (strstr((page), (what)))                                                                                        \
      fail_msg("the page shows: %s", (what));                                                                          \
  } while (0)

/* --- well-formed --- */

static bool is_void(const char *name) {
  static const char *const names[] = {"meta", "br", "input"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0)
      return true;
  return false;
}

/* All elements are closed in the right order, all attributes are quoted, and text has no bare & or <. */
static void assert_well_formed(const char *page) {
  char open[64][16];
  size_t depth = 0;
  for (const char *at = strstr(page, "<html"); at && *at; at++) {
    if (*at == '&' && !strchr("#aglnq", at[1]))
      fail_msg("a bare &: %.40s", at);
    if (*at != '<')
      continue;
    bool closing = at[1] == '/';
    char name[16] = "";
    at += closing ? 2 : 1;
    for (size_t i = 0; isalnum((unsigned char)*at) && i < sizeof name - 1; i++)
      name[i] = *at++;
    if (!*name)
      fail_msg("a bare <: %.40s", at - 1);
    char quote = '\0';
    for (; *at && (*at != '>' || quote); at++)
      if (*at == '"')
        quote = quote ? '\0' : '"';
      else if (*at == '<')
        fail_msg("a < in a tag: %.40s", at);
    if (closing) {
      if (depth == 0 || strcmp(open[depth - 1], name) != 0)
        fail_msg("</%s> closes <%s>: %.40s", name, depth ? open[depth - 1] : "", at);
      depth--;
    } else if (!is_void(name) && at[-1] != '/') {
      assert_true(depth < 64);
      strcpy(open[depth++], name);
    }
  }
  assert_int_equal(depth, 0);
}

/* --- tests --- */

static void a_page_has_all_sections(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_true(strncmp(page, "<!DOCTYPE html>\n<html lang=\"en\">", 31) == 0);
  static const char *const parts[] = {"<header>",
                                      "<nav aria-label=",
                                      "<main id=\"main\"",
                                      "<footer>",
                                      "name=\"viewport\"",
                                      "class=\"skip\"",
                                      "default-src 'none'",
                                      "id=\"addresses\"",
                                      "id=\"room\"",
                                      "id=\"nics\"",
                                      "id=\"findings\"",
                                      "<strong>openshift-cnv/migration",
                                      "<strong>3 nodes</strong> run virt-handler"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    assert_shows(page, parts[i]);
  assert_hides(page, "http://");
  assert_hides(page, "https://");
  assert_hides(page, " style=");
  assert_int_equal(times(page, "<h1"), 1);
  free(page);
}

static void the_same_map_gives_the_same_page(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *one = page_of(&f.map);
  char *two = page_of(&f.map);
  assert_string_equal(one, two);
  free(one);
  free(two);
}

static void ranges_show_who_and_how_many(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<th role=\"rowheader\" scope=\"row\" class=\"address in0\">10.128.0.0/14</th>");
  assert_shows(page, "<th role=\"rowheader\" scope=\"row\" class=\"address in1\">10.128.5.0/24</th>");
  assert_shows(page, "262,144");
  assert_shows(page, "2 usable, <br>3 needed");
  assert_shows(page, "too small</span> for the current nodes");
  assert_shows(page, "overlaps</span> pod network 10.128.0.0/14");
  assert_shows(page, "overlaps</span> 2 more");
  assert_shows(page, "intentionally shared by 1 more NAD<");
  assert_shows(page, "10.200.0.10 to<br>10.200.0.99");
  assert_shows(page, "10.0.0.0-10.127.255.255");
  assert_shows(page, "10.160.0.0/11");
  assert_hides(page, "around a node");
  free(page);
  f.entries[2].kind = DW_MAP_ADDRESSES;
  page = page_of(&f.map);
  assert_shows(page, "254 seen");
  assert_shows(page, "around a node&#39;s address is not listed as free");
  free(page);
}

static void free_space_shows_the_lowest_range_of_each_size(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.gaps[0].span = page_span("10.0.0.1", "10.127.255.255"); /* no aligned /9 any more */
  char *page = page_of(&f.map);
  assert_shows(page, "/9</th><td class=\"number\">1</td><td class=\"address\"></td>");
  assert_shows(page, "/12</th><td class=\"number\">12</td><td class=\"address\">10.16.0.0/12</td>");
  free(page);
}

static void a_suggestion_has_its_cautions(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "--suggest /24");
  assert_hides(page, "Suggested:");
  free(page);
  f.map.asked_bits = 30;
  f.map.wanted_bits = 30;
  f.map.wanted_v4 = true;
  page = page_of(&f.map);
  assert_shows(page, "Suggested: a /30 in IPv4");
  assert_shows(page, "No private range has room");
  free(page);
  f.map.suggestions[0] = (struct dw_map_suggestion){.text = "192.168.100.0/30", .usable = 2, .tight = true};
  f.map.suggestions[1] = (struct dw_map_suggestion){.text = "172.17.0.0/30", .usable = 4, .caution = "Docker <3"};
  f.map.suggestion_count = 2;
  page = page_of(&f.map);
  assert_well_formed(page);
  assert_shows(page, "Use <strong class=\"address\">192.168.100.0/30</strong>");
  assert_shows(page, "&quot;range&quot;: &quot;192.168.100.0/30&quot;}</code>");
  assert_shows(page, "Docker &lt;3");
  assert_int_equal(times(page, ">Remarks</th>"), 2);                          /* also in the table of the area */
  assert_int_equal(times(page, "too small</span> for the current nodes"), 1); /* the pool */
  assert_int_equal(times(page, "tight</span> it fits, but less than 10 % is left over"), 1);
  free(page);
  f.map.suggestions[0].tight = false;
  f.map.suggestions[1].caution = NULL;
  page = page_of(&f.map);
  assert_well_formed(page);
  assert_int_equal(times(page, ">Remarks</th>"), 1);
  free(page);
}

static void nics_show_why_they_are_unfit(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<th scope=\"col\" class=\"nodes\">worker-1 and worker-2</th>");
  assert_shows(page, "<td>up, MTU&nbsp;1500<br>node&#39;s address<br>default route</td>");
  assert_shows(page, "<li>carries the node&#39;s own traffic on 3 nodes</li>");
  assert_shows(page, "<li>missing on 1 node</li><li>down on 2 nodes</li>");
  assert_shows(page, "<span class=\"badge deny\">missing</span>");
  assert_shows(page, "<li>openshift-cnv/migration</li><li>1 more</li>");
  assert_hides(page, "usable</span>");
  free(page);
  f.here[1].up = true;
  f.map.node_group_count = 1;
  f.here[0].primary = f.here[0].own_address = f.here[0].default_route = false;
  f.here[0].controller = "bond0";
  page = page_of(&f.map);
  assert_shows(page, "<li>port of another NIC on 2 nodes</li>");
  assert_shows(page, "up, MTU&nbsp;1500<br>port of bond0</td>");
  assert_int_equal(times(page, "usable</span>"), 1);
  assert_shows(page, "usable</span></td>");
  free(page);
  f.here[1].bridge = true;
  page = page_of(&f.map);
  assert_shows(page, "usable</span> with the bridge plugin</td>");
  free(page);
  f.here[1].portless = true;
  page = page_of(&f.map);
  assert_shows(page, "<li>without a port on 2 nodes</li>");
  assert_shows(page, "up, MTU&nbsp;9000<br>bridge without a port</td>");
  free(page);
}

static void different_mtus_are_reported(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.there[0].mtu = 1400;
  char *page = page_of(&f.map);
  assert_shows(page, "<li>MTU from 1400 to 1500</li>");
  f.there[0].mtu = 0;
  free(page);
  page = page_of(&f.map);
  assert_hides(page, "MTU from");
  free(page);
}

static void unknown_nodes_do_not_count_as_missing_a_nic(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.groups[1] = (struct dw_map_nodes){.label = "worker-3", .names = f.names + 2, .count = 1};
  f.map.unknown_nodes = 1;
  char *page = page_of(&f.map);
  assert_shows(page, "1 node has no NodeNetworkState");
  assert_int_equal(times(page, "<span class=\"soft\">unknown</span>"), 2);
  assert_hides(page, "missing on");
  free(page);
  f.here[1].up = true;
  page = page_of(&f.map);
  assert_shows(page, "usable</span> on the known nodes</td>");
  free(page);
}

static void findings_show_object_message_and_rule(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<strong>1 denial</strong>, <strong>1 warning</strong>");
  assert_shows(page, "<span class=\"badge deny\">deny</span>");
  assert_shows(page, "<span class=\"badge warn\">warn</span>");
  assert_shows(page, "<td role=\"cell\" class=\"message\">overlaps the pod network<br>");
  assert_shows(page, "overlap-cluster-network</td>");
  assert_hides(page, "Nothing is wrong");
  free(page);
  f.map.finding_count = f.map.denials = f.map.warnings = 0;
  page = page_of(&f.map);
  assert_shows(page, "No problems found.");
  free(page);
}

static void names_are_escaped(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.ns = f.map.network = f.area.title = f.nics[1].name = f.nics[1].nads[0] = f.here[1].controller = hostile;
  f.groups[0].label = f.names[0] = hostile;
  const char *note = hostile;
  f.map.notes = &note;
  f.map.note_count = 1;
  f.entries[1].text = f.entries[1].name = f.entries[1].object = f.entries[1].field = f.entries[1].overlaps[0] = hostile;
  f.findings[0] = (struct dw_map_finding){hostile, true, hostile, hostile, hostile};
  f.map.suggestions[0] = (struct dw_map_suggestion){.text = hostile, .usable = 2, .caution = hostile};
  f.map.suggestion_count = 1;
  f.map.wanted_bits = 24;
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_hides(page, "<script");
  assert_hides(page, "<!--");
  assert_hides(page, "\x1b");
  assert_hides(page, "\xff");
  assert_hides(page, "\xe2\x80\xae");
  assert_shows(page, "&amp;amp;");
  assert_true(times(page, "alert(1)") >= 20);
  free(page);
}

static void an_empty_map_gives_a_valid_page(void **state) {
  (void)state;
  const struct dw_map map = {.ns = "openshift-cnv"};
  char *page = page_of(&map);
  assert_well_formed(page);
  assert_shows(page, "none is set</strong> in namespace <strong>openshift-cnv<");
  assert_shows(page, "No used addresses are known");
  assert_shows(page, "No NICs are known");
  assert_shows(page, "No problems found");
  free(page);
}

/* --- large clusters --- */

enum { MANY = 5000 };

static void ranges_over_the_limit_are_counted(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  struct dw_map_row *rows = calloc(MANY, sizeof *rows);
  assert_non_null(rows);
  for (size_t i = 0; i < MANY; i++)
    rows[i].entry = &f.entries[2];
  f.area.rows = rows;
  f.area.row_count = 500;
  char *page = page_of(&f.map);
  assert_hides(page, "not shown here");
  assert_shows(page, "Too many ranges to draw");
  free(page);
  f.area.row_count = MANY;
  page = page_of(&f.map);
  assert_shows(page, "<strong>4,500 more rows</strong> are not shown here");
  assert_int_equal(times(page, ">10.200.0.0/24</th>") + times(page, ">10.200.0.0/24<br>"), 500);
  f.area.row_count = 300;
  free(page);
  page = page_of(&f.map);
  assert_shows(page, "<svg class=\"strip\"");
  free(page);
  free(rows);
}

static void groups_nics_and_nodes_over_the_limit_are_counted(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  struct dw_map_nodes *groups = calloc(MANY, sizeof *groups);
  struct dw_map_nic *nics = calloc(MANY, sizeof *nics);
  const char **names = calloc(MANY, sizeof *names);
  assert_true(groups && nics && names);
  for (size_t i = 0; i < MANY; i++) {
    groups[i] = f.groups[1];
    nics[i].name = "eth7";
    names[i] = "node-name";
  }
  groups[0].names = names;
  groups[0].count = MANY;
  f.map.nodes = groups;
  f.map.node_group_count = MANY;
  f.map.nics = nics;
  f.map.nic_count = MANY;
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_int_equal(times(page, "class=\"nodes\""), 24);
  assert_shows(page, "<strong>4,976 more groups</strong>");
  assert_shows(page, "<strong>4,500 more rows</strong>");
  assert_int_equal(times(page, "<li>node-name</li>"), 200);
  assert_shows(page, "and 4,800 more");
  assert_shows(page, "missing on 9,999 nodes");
  assert_true(strlen(page) < 2000000);
  free(page);
  free(names);
  free(nics);
  free(groups);
}

static void findings_over_the_limit_are_counted(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.warnings = 7;
  char *page = page_of(&f.map);
  assert_shows(page, "<strong>6 more rows</strong> are not shown here");
  free(page);
}

/* --- the drawing --- */

/* The X and WIDTH of the box with the tooltip TEXT. */
static void box_of(const char *page, const char *text, double *x, double *width) {
  const char *at = strstr(page, text);
  assert_non_null(at);
  while (strncmp(at, "<svg ", 5) != 0)
    at--;
  unsigned y;
  assert_int_equal(sscanf(at, "<svg x=\"%lf%%\" y=\"%u\" width=\"%lf%%\"", x, &y, width), 3);
}

static void boxes_are_inside_the_box_of_their_network(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  double pod_x, pod_width, pool_x, pool_width, gap_x, gap_width;
  box_of(page, "<title>10.128.0.0/14: pod network", &pod_x, &pod_width);
  box_of(page, "<title>10.128.5.0/24: NAD", &pool_x, &pool_width);
  box_of(page, "<title>10.0.0.0-10.127.255.255: free", &gap_x, &gap_width);
  assert_true(gap_x == 0 && gap_width > 0);
  assert_true(pod_x > gap_x && pool_x > pod_x && pool_x + pool_width < pod_x + pod_width);
  assert_true(pool_width > 3); /* 256 of 16 million addresses are still visible */
  free(page);
}

static void the_highest_address_can_be_drawn(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.entries[2].span = f.entries[2].pool = page_span("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  f.entries[2].text = "ff00::/8";
  f.entries[2].usable = UINT64_MAX;
  f.rows[0] = f.rows[4];
  f.area.row_count = 1;
  char *page = page_of(&f.map);
  double x, width;
  box_of(page, "<title>ff00::/8: ", &x, &width);
  assert_true(x == 0 && width > 99);
  assert_shows(page, "2^64 or more usable");
  free(page);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_page_has_all_sections),
                                     cmocka_unit_test(the_same_map_gives_the_same_page),
                                     cmocka_unit_test(ranges_show_who_and_how_many),
                                     cmocka_unit_test(free_space_shows_the_lowest_range_of_each_size),
                                     cmocka_unit_test(a_suggestion_has_its_cautions),
                                     cmocka_unit_test(nics_show_why_they_are_unfit),
                                     cmocka_unit_test(different_mtus_are_reported),
                                     cmocka_unit_test(unknown_nodes_do_not_count_as_missing_a_nic),
                                     cmocka_unit_test(findings_show_object_message_and_rule),
                                     cmocka_unit_test(names_are_escaped),
                                     cmocka_unit_test(an_empty_map_gives_a_valid_page),
                                     cmocka_unit_test(ranges_over_the_limit_are_counted),
                                     cmocka_unit_test(groups_nics_and_nodes_over_the_limit_are_counted),
                                     cmocka_unit_test(findings_over_the_limit_are_counted),
                                     cmocka_unit_test(boxes_are_inside_the_box_of_their_network),
                                     cmocka_unit_test(the_highest_address_can_be_drawn)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
