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
  static const struct dw_map_page about = {.source = "state folder <demo>", .created = 1796000000};
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_map_html(map, &about, &out);
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

/* --- the frame --- */

static void a_page_has_all_sections(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_true(strncmp(page, "<!DOCTYPE html>\n<html lang=\"en\">", 31) == 0);
  static const char *const parts[] = {"<header>",          "<nav aria-label=", "<main id=\"main\"",  "<footer>",
                                      "name=\"viewport\"", "class=\"skip\"",   "default-src 'none'", "id=\"verdict\"",
                                      "id=\"findings\"",   "id=\"network\"",   "id=\"room\"",        "id=\"topology\"",
                                      "id=\"addresses\""};
  const char *at = page;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    assert_shows(page, parts[i]);
  for (size_t i = 7; i < sizeof parts / sizeof *parts; i++) {
    const char *next = strstr(page, parts[i]);
    assert_true(next > at); /* the answer first, then its reasons, then the rest */
    at = next;
  }
  assert_hides(page, "http://");
  assert_hides(page, "https://");
  assert_hides(page, " style=");
  assert_int_equal(times(page, "<h1"), 1);
  free(page);
}

static void the_page_says_what_it_is_about(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<dt>Cluster</dt><dd>state folder &lt;demo&gt;</dd>");
  assert_shows(page, "<dt>Created</dt><dd><time datetime=\"2026-11-30T00:53:20Z\">2026-11-30 00:53 UTC</time></dd>");
  assert_shows(page, "<dt>Droveway</dt><dd>" DW_VERSION "</dd>");
  free(page);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_map_html(&f.map, &(struct dw_map_page){.created = -1}, &out);
  assert_hides(dw_buf_text(&out), "<dt>Cluster</dt>");
  assert_hides(dw_buf_text(&out), "<dt>Created</dt>");
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

/* --- the verdict --- */

static void expect_verdict(const struct dw_map *map, const char *class, const char *title) {
  DW_BUF_SCOPED struct dw_buf wanted = DW_BUF_INIT;
  char *page = page_of(map);
  assert_well_formed(page);
  dw_buf_printf(&wanted, "class=\"verdict %s\"", class);
  assert_shows(page, dw_buf_text(&wanted));
  dw_buf_truncate(&wanted, 0);
  dw_buf_printf(&wanted, "<h2 id=\"verdict-title\">%s</h2>", title);
  assert_shows(page, dw_buf_text(&wanted));
  free(page);
}

static void the_verdict_answers_first(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  expect_verdict(&f.map, "deny", "1 mistake to fix");
  f.map.denials = 2;
  expect_verdict(&f.map, "deny", "2 mistakes to fix");
  f.map.denials = 0;
  expect_verdict(&f.map, "warn", "No mistakes, but 1 warning");
  f.map.warnings = 2;
  expect_verdict(&f.map, "warn", "No mistakes, but 2 warnings");
  f.map.warnings = 0;
  expect_verdict(&f.map, "good", "The migration network is all right");
  f.map.network = NULL;
  f.map.migration.object = NULL;
  expect_verdict(&f.map, "none", "There is no migration network yet");
  f.map.denials = 1;
  expect_verdict(&f.map, "none", "There is no migration network yet");
}

static void what_is_unknown_is_never_all_right(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  const char *note = "The NICs of 1 of 3 nodes are unknown.";
  f.map.denials = f.map.warnings = 0;
  f.map.notes = &note;
  f.map.note_count = 1;
  expect_verdict(&f.map, "unknown", "No mistake found, but not everything could be checked");
  char *page = page_of(&f.map);
  assert_shows(page, "<li>The NICs of 1 of 3 nodes are unknown.</li>");
  free(page);
  f.map.denials = 1;
  expect_verdict(&f.map, "deny", "1 mistake to fix");
  f.map.denials = f.map.note_count = 0;
  f.map.network = f.map.migration.object = NULL;
  f.map.settings_known = false;
  expect_verdict(&f.map, "unknown", "The migration network is unknown");
  page = page_of(&f.map);
  assert_shows(page, "<li>HyperConverged and KubeVirt, which name the migration network, are unknown.</li>");
  free(page);
}

static void the_verdict_counts_what_concerns_the_migration_network(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "4 objects checked: 1 mistake that Droveway denies (1 in the migration network or its settings), "
                     "1 warning.");
  free(page);
  f.findings[0].migration = false;
  page = page_of(&f.map);
  assert_shows(page, "4 objects checked: 1 mistake that Droveway denies, 1 warning.");
  f.map.denials = 0;
  free(page);
  page = page_of(&f.map);
  assert_shows(page, "4 objects checked: no mistakes, 1 warning.");
  free(page);
}

static void without_a_network_the_page_says_how_to_get_one(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.network = NULL;
  f.map.migration = (struct dw_map_migration){.type = ""};
  f.findings[0].deny = false;
  char *page = page_of(&f.map);
  assert_shows(page, "set <code>liveMigrationConfig.network: migration</code> in HyperConverged");
  assert_shows(page, "none is set in namespace <strong>openshift-cnv</strong>");
  assert_shows(page, "<dt>Would need</dt><dd>3 addresses</dd>");
  assert_hides(page, "droveway init");
  assert_shows(page, "Namespace <code>openshift-cnv</code> has no HyperConverged or KubeVirt, which would name it.");
  free(page);
  f.map.migration.set_by = "KubeVirt openshift-cnv/kubevirt";
  f.findings[0].deny = true;
  page = page_of(&f.map);
  assert_hides(page, "liveMigrationConfig"); /* the NAD has a mistake */
  assert_hides(page, "has no HyperConverged");
  free(page);
  f.findings[0].deny = false;
  f.entries[1].kind = DW_MAP_POOL;
  page = page_of(&f.map);
  assert_shows(page, "<code>droveway init</code> writes one");
  free(page);
}

/* --- the card of the migration network --- */

static void the_card_shows_the_wire_and_the_addresses(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<dt>NAD</dt><dd><strong>openshift-cnv/migration</strong></dd>");
  assert_shows(page, "<strong>eth1</strong> <span class=\"soft\">through macvlan</span> <a class=\"badge deny\" "
                     "href=\"#topology\">missing on 1 node</a> <a class=\"badge deny\" href=\"#topology\">down on 2 "
                     "nodes</a>");
  assert_shows(page, "<dt>VLAN</dt><dd>105</dd>");
  assert_shows(page, "<dt>MTU</dt><dd>9000 <span class=\"soft\">of the NIC</span></dd>");
  assert_shows(page, "<dt>Speed</dt><dd>25 Gbit/s</dd>");
  assert_shows(page, "<dt>Range</dt><dd><a class=\"address\" href=\"#r1\">10.128.5.0/24</a> <span class=\"badge "
                     "deny\">overlaps</span> pod network 10.128.0.0/14");
  assert_shows(page, "<strong>3 needed</strong> of 2 usable <span class=\"badge deny\">1 too few</span>");
  assert_shows(page, "<dt>Who takes them</dt><dd>3 virt-handlers (one per node)</dd>");
  assert_shows(page, "<dt>Set in</dt><dd>HyperConverged openshift-cnv/kubevirt-hyperconverged</dd>");
  free(page);
  struct dw_map_cell low[] = {f.here[0], {.nic = 1, .up = true, .mtu = 1500}};
  f.groups[1].cells = low;
  f.groups[1].cell_count = 2;
  page = page_of(&f.map);
  assert_shows(page,
               "<dt>MTU</dt><dd>1500 to 9000 <a class=\"badge deny\" href=\"#topology\">not the same on all nodes</a>");
  f.map.node_group_count = 0;
  free(page);
  f.map.migration.vlan = f.map.migration.mtu = 0;
  f.map.migration.speed = 2500;
  f.map.needed_by_sync = 3;
  f.map.sync_surge = 1;
  f.entries[1].usable = 254;
  page = page_of(&f.map);
  assert_shows(page, "<dt>VLAN</dt><dd>untagged</dd>");
  assert_shows(page, "<dt>MTU</dt><dd>unknown</dd>");
  assert_shows(page, "<dt>Speed</dt><dd>2.5 Gbit/s</dd>");
  assert_shows(page, "<strong>3 needed</strong> of 254 usable; 251 to spare");
  assert_shows(page, "3 virt-handlers (one per node), 2 sync controllers, and 1 more while these are updated");
  free(page);
}

static void a_bar_shows_the_part_that_is_needed(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  static const struct {
    uint64_t usable;
    const char *bar;
  } cases[] = {
      {6, "<rect class=\"spare\" width=\"400\" height=\"12\"/><rect class=\"taken\" width=\"200\""},
      {3, "<rect class=\"spare\" width=\"400\" height=\"12\"/><rect class=\"taken\" width=\"400\""},
      {2, "<rect class=\"lacking\" width=\"400\" height=\"12\"/><rect class=\"taken\" width=\"266\""},
      {UINT64_MAX, "<rect class=\"spare\" width=\"400\" height=\"12\"/><rect class=\"taken\" width=\"4\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    f.entries[1].usable = cases[i].usable;
    char *page = page_of(&f.map);
    assert_shows(page, cases[i].bar);
    free(page);
  }
}

static void a_setting_that_leads_nowhere_is_marked(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.migration = (struct dw_map_migration){.object = "NetworkAttachmentDefinition openshift-cnv/gone", .type = ""};
  char *page = page_of(&f.map);
  assert_shows(page, "<strong>openshift-cnv/gone</strong> <span class=\"badge deny\">does not exist</span>");
  assert_hides(page, "<dt>VLAN</dt>");
  free(page);
  f.map.network = "a,b";
  f.map.migration.object = NULL;
  page = page_of(&f.map);
  assert_shows(page, "<strong>a,b</strong> <span class=\"badge deny\">not a valid name</span>");
  free(page);
}

/* --- findings --- */

static void findings_link_to_their_objects_and_explain_their_rules(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<h3><span class=\"badge deny\">mistake</span> overlap-cluster-network</h3>");
  assert_shows(page, "<h3><span class=\"badge warn\">warning</span> master-down</h3>");
  assert_shows(page, "<p>overlaps the pod network</p>\n<div class=\"where\"><a href=\"#network\">NAD "
                     "openshift-cnv/migration</a> <code>spec.config.ipam.range</code></div>");
  assert_int_equal(times(page, "<figcaption>Broken</figcaption>"), 2);
  assert_int_equal(times(page, "<figcaption>Fixed</figcaption>"), 2);
  assert_shows(page, "<p>A NIC can exist and still be down:");
  assert_shows(page, "<mark>      &quot;master&quot;: &quot;eth1&quot;,</mark>\n");
  assert_hides(page, "Nothing is wrong");
  free(page);
  f.map.finding_count = f.map.denials = f.map.warnings = 0;
  page = page_of(&f.map);
  assert_shows(page, "Nothing is wrong in the existing objects.");
  free(page);
}

static void findings_link_to_a_range_or_a_row(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.findings[0].migration = f.findings[1].migration = false;
  f.findings[0].object = "NetworkAttachmentDefinition vms/net";
  f.findings[1].object = "MigrationPolicy fast";
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_shows(page, "<a href=\"#r2\">NAD vms/net</a>");
  assert_shows(page, "<tr id=\"r2\"");
  assert_shows(page, "<a href=\"#o1\">MigrationPolicy fast</a>");
  assert_shows(page, "<tr id=\"o1\"><th scope=\"row\" class=\"name\">MigrationPolicy fast</th>");
  assert_shows(page, "Other objects with findings: 1");
  free(page);
}

enum { FINDINGS = 12 };

static void many_findings(struct dw_map_finding *out, bool alike) {
  static char objects[FINDINGS][64];
  static char messages[FINDINGS][64];
  for (size_t i = 0; i < FINDINGS; i++) {
    snprintf(objects[i], sizeof objects[i], "NetworkAttachmentDefinition vms/net-%zu", i);
    snprintf(messages[i], sizeof messages[i], "has no address %zu", alike ? 0 : i);
    out[i] = (struct dw_map_finding){
        .object = objects[i], .deny = true, .rule = "range-empty", .field = "spec.config", .message = messages[i]};
  }
}

static void findings_of_a_rule_are_together(void **state) {
  (void)state;
  struct page_fixture f;
  struct dw_map_finding findings[FINDINGS];
  page_fixture(&f);
  f.map.findings = findings;
  f.map.finding_count = f.map.denials = FINDINGS;
  f.map.warnings = 0;
  many_findings(findings, false);
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_int_equal(times(page, "<li class=\"finding\">"), 1);
  assert_int_equal(times(page, "<figcaption>Broken</figcaption>"), 1);
  assert_shows(page, "range-empty <span class=\"soft\">12 times</span>");
  assert_shows(page, "<summary>9 more</summary>");
  assert_int_equal(times(page, "<p>has no address"), FINDINGS);
  free(page);
  many_findings(findings, true);
  page = page_of(&f.map);
  assert_well_formed(page);
  assert_int_equal(times(page, "<p>has no address"), 1);
  assert_shows(page, "<summary>and 8 more objects</summary>");
  assert_int_equal(times(page, "<a href=\"#o"), FINDINGS);
  free(page);
}

static void mistakes_of_the_migration_network_come_first(void **state) {
  (void)state;
  struct page_fixture f;
  struct dw_map_finding findings[4];
  page_fixture(&f);
  static const char *const rules[] = {"range-empty", "vlan-invalid", "range-end", "master-down"};
  for (size_t i = 0; i < 4; i++)
    findings[i] = (struct dw_map_finding){.object = "NetworkAttachmentDefinition vms/net",
                                          .deny = i < 2,
                                          .migration = i % 2 == 1,
                                          .rule = rules[i],
                                          .field = "",
                                          .message = ""};
  f.map.findings = findings;
  f.map.finding_count = 4;
  f.map.denials = f.map.warnings = 2;
  char *page = page_of(&f.map);
  static const char *const wanted[] = {"</span> vlan-invalid</h3>", "</span> range-empty</h3>",
                                       "</span> master-down</h3>", "</span> range-end</h3>"};
  for (size_t i = 1; i < 4; i++)
    assert_true(strstr(page, wanted[i - 1]) < strstr(page, wanted[i]));
  free(page);
}

static void findings_over_the_limit_are_counted(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.warnings = 7;
  char *page = page_of(&f.map);
  assert_shows(page, "<strong>6 more findings</strong> not shown here");
  free(page);
}

/* --- where there is room --- */

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
  assert_shows(page, "<code>droveway map -o html --suggest</code>");
  assert_hides(page, "best first");
  free(page);
  f.map.asked_bits = 30;
  f.map.wanted_bits = 30;
  f.map.wanted_v4 = true;
  page = page_of(&f.map);
  assert_shows(page, "No private range has room for a /30.");
  free(page);
  const struct dw_prefix block = {page_span("10.3.0.0", "10.3.0.0").first, 30};
  f.map.suggestions[0] = (struct dw_map_suggestion){.prefix = block, .text = "10.3.0.0/30", .usable = 2, .tight = true};
  f.map.suggestions[1] =
      (struct dw_map_suggestion){.prefix = block, .text = "172.17.0.0/30", .usable = 4, .caution = "Docker <3"};
  f.map.suggestion_count = 2;
  page = page_of(&f.map);
  assert_well_formed(page);
  assert_shows(page,
               "<li class=\"suggested\" data-at=\"0a030000-0a030003\"><span class=\"address\">10.3.0.0/30</span> "
               "<span class=\"soft\">2 usable</span> <span class=\"badge warn\">tight</span> it fits, but less than "
               "10 % is left over</li>");
  assert_shows(page, "&quot;range&quot;: &quot;10.3.0.0/30&quot;}</code>");
  assert_shows(page, "Docker &lt;3</li>");
  assert_shows(page, "<span class=\"free star\"></span>"); /* the cell of 10.3.0.0/16 */
  free(page);
}

static void usable_nics_are_named(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "No NIC could carry migrations on every node.");
  free(page);
  f.map.node_group_count = 1;
  f.here[1].up = true;
  page = page_of(&f.map);
  assert_shows(page, "NICs that could carry migrations on every node: <code>eth1</code> (in use for them).</p>");
  free(page);
  f.nics[1].migration = false;
  page = page_of(&f.map);
  assert_shows(page, "<code>eth1</code> (2 NADs).</p>");
  f.nics[1].migration = true;
  f.map.network = NULL;
  free(page);
  page = page_of(&f.map);
  assert_shows(page, "<code>eth1</code> (2 NADs).</p>");
  free(page);
}

/* --- nodes and wires --- */

static void failures_of_nics_are_drawn_and_listed(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_int_equal(times(page, "<rect class=\"nic bad\""), 2);
  assert_shows(page, "<li><span class=\"badge deny\">down</span> <code>eth1</code> on 2 nodes like worker-1</li>");
  assert_shows(page, "<li><span class=\"badge deny\">missing</span> <code>eth1</code> on worker-3</li>");
  assert_shows(page, ">Switch</text><text class=\"sub\" x=\"14\" y=\"34\">VLAN 105<");
  free(page);
  f.here[1].up = true;
  f.map.node_group_count = 1;
  page = page_of(&f.map);
  assert_int_equal(times(page, "<rect class=\"nic bad\""), 0);
  assert_shows(page, "All nodes have <code>eth1</code>; it is up, and its MTU is the same.");
  f.map.unknown_nodes = 1;
  free(page);
  page = page_of(&f.map);
  assert_hides(page, "All nodes have");
  free(page);
}

static void groups_with_failures_over_the_limit_are_counted(void **state) {
  (void)state;
  enum { GROUPS = 10 };
  struct page_fixture f;
  struct dw_map_nodes groups[GROUPS];
  struct dw_map_cell cells[GROUPS][2];
  page_fixture(&f);
  for (size_t i = 0; i < GROUPS; i++) {
    cells[i][0] = f.here[0];
    cells[i][1] = (struct dw_map_cell){.nic = 1, .up = true, .mtu = (uint32_t)(1500 + i)};
    groups[i] = f.groups[1];
    groups[i].cells = cells[i];
    groups[i].cell_count = 2;
  }
  f.map.nodes = groups;
  f.map.node_group_count = GROUPS;
  char *page = page_of(&f.map);
  assert_int_equal(times(page, "wrong MTU</span>"), 8);
  assert_int_equal(times(page, "<rect class=\"host\""), 8);
  assert_shows(page, "<strong>2 more groups</strong> of nodes not drawn here.");
  free(page);
}

static void an_mtu_that_is_too_low_is_a_failure(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.here[1].up = true;
  f.map.node_group_count = 1;
  f.map.migration.mtu_set = true;
  char *page = page_of(&f.map);
  assert_hides(page, "wrong MTU");
  free(page);
  f.map.migration.mtu = 9001;
  page = page_of(&f.map);
  assert_shows(page, ">MTU 9000, not 9001<");
  assert_shows(page, "<span class=\"badge deny\">wrong MTU</span> <code>eth1</code>");
  free(page);
}

static void nics_below_a_bond_and_a_vlan_are_drawn(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  struct dw_map_nic nics[] = {
      {.name = "bond1"}, {.name = "bond1.105"}, {.name = "eth2"}, {.name = "eth3"}, {.name = "eth4"}};
  struct dw_map_cell cells[] = {{.nic = 0, .up = true, .bond = true, .mtu = 9000},
                                {.nic = 1, .up = true, .base = "bond1", .vlan = 105, .mtu = 9000},
                                {.nic = 2, .up = true, .controller = "bond1"},
                                {.nic = 3, .controller = "bond1"},
                                {.nic = 4, .up = true}};
  f.map.nics = nics;
  f.map.nic_count = 5;
  f.map.migration.nic = "bond1.105";
  f.groups[0].cells = cells;
  f.groups[0].cell_count = 5;
  f.map.node_group_count = 1;
  char *page = page_of(&f.map);
  assert_well_formed(page);
  assert_shows(page, "<title>bond1.105</title>");
  assert_shows(page, "VLAN 105, MTU 9000<");
  assert_shows(page, "bond, MTU 9000<");
  assert_shows(page, "<title>eth2</title>");
  assert_hides(page, "<title>eth4</title>");
  assert_shows(page, "<li><span class=\"badge deny\">down</span> <code>eth3</code> on 2 nodes like worker-1</li>");
  free(page);
}

static void equal_nodes_are_drawn_once(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  struct dw_map_nodes groups[3] = {f.groups[0], f.groups[0], f.groups[1]};
  struct dw_map_cell other[2] = {f.here[0], f.here[1]};
  other[0].bond = true; /* not drawn */
  groups[1].cells = other;
  f.map.nodes = groups;
  f.map.node_group_count = 3;
  char *page = page_of(&f.map);
  assert_int_equal(times(page, "<rect class=\"host\""), 2);
  assert_shows(page, ">4 nodes</text><text class=\"sub\" x=\"14\" y=\"34\">like worker-1<");
  free(page);
}

static void without_a_network_usable_nics_are_drawn(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.network = f.map.migration.object = f.map.migration.nic = NULL;
  f.map.node_group_count = 1;
  f.here[1].up = true;
  f.nics[1].nad_count = 0;
  char *page = page_of(&f.map);
  assert_shows(page, "<rect class=\"nic vacant\"");
  assert_shows(page, ">usable, no NAD<");
  assert_shows(page, ">node&#39;s own traffic<");
  free(page);
  f.map.network = "localnet";
  f.map.migration = (struct dw_map_migration){.exists = true, .type = "ovn-k8s-cni-overlay"};
  page = page_of(&f.map);
  assert_hides(page, "<rect class=\"nic vacant\"");
  assert_shows(page, "The NAD names no NIC of the nodes, so the wires of the migration network are unknown.");
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
  assert_shows(page, ">NICs unknown</text>");
  assert_int_equal(times(page, "<span class=\"soft\">unknown</span>"), 2);
  assert_hides(page, "missing on");
  free(page);
  f.here[1].up = true;
  page = page_of(&f.map);
  assert_shows(page, "usable</span> on the known nodes</td>");
  free(page);
}

/* --- addresses --- */

static void ranges_show_who_and_how_many(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  char *page = page_of(&f.map);
  assert_shows(page, "<tr id=\"r0\" class=\"cluster\" data-at=\"0a800000-0a83ffff\"><th scope=\"row\" class=\"address "
                     "in0\">10.128.0.0/14</th>");
  assert_shows(page, "<th scope=\"row\" class=\"address in1\">10.128.5.0/24");
  assert_shows(page, "262,144");
  assert_shows(page, "2 usable, <br>3 needed");
  assert_shows(page, "too small</span> for the current nodes");
  assert_shows(page, "overlaps</span> pod network 10.128.0.0/14");
  assert_shows(page, "overlaps</span> 2 more");
  assert_shows(page, "intentionally shared by 1 more NAD<");
  assert_shows(page, "10.200.0.10 to<br>10.200.0.99");
  assert_shows(page, " data-pool=\"0ac8000a-0ac80063\"");
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

/* The class of cell NUMBER of the first area. */
static const char *cell_of(const char *page, unsigned number) {
  static char class[64];
  const char *at = strstr(page, "<div class=\"cells");
  for (unsigned i = 0; at && i <= number; i++) {
    at = strstr(at + 1, "<span class=\"");
    if (!at)
      fail_msg("there is no cell %u", number);
  }
  snprintf(class, sizeof class, "%.*s", (int)strcspn(at + 13, "\""), at + 13);
  return class;
}

static void a_range_is_divided_into_cells(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.entries[0].overlap_count = 1;
  char *page = page_of(&f.map);
  assert_shows(page, "<div class=\"cells\" role=\"img\" data-bits=\"16\" data-at=\"0a000000-0affffff\" "
                     "aria-label=\"10.0.0.0/8 as 256 cells of /16; the table below says the same\">");
  assert_string_equal(cell_of(page, 0), "free");
  assert_string_equal(cell_of(page, 127), "free");
  assert_string_equal(cell_of(page, 128), "migration bad"); /* the pod network fills it */
  assert_string_equal(cell_of(page, 129), "cluster");       /* the overlap is elsewhere in the pod network */
  assert_string_equal(cell_of(page, 131), "cluster");
  assert_string_equal(cell_of(page, 132), "free");
  assert_string_equal(cell_of(page, 200), "pool part");
  assert_string_equal(cell_of(page, 201), "outside");
  assert_string_equal(cell_of(page, 255), "outside");
  assert_shows(page, " title=\"10.200.0.0/16: NAD vms/net\">P</span>");
  free(page);
}

static void other_ranges_are_cells_of_their_own(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.area.private_range = f.area.v4 = false;
  f.entries[0].span = page_span("fd00:1::", "fd00:1::ffff");
  f.entries[1].span = page_span("fd00:1:0:1::", "fd00:1:0:1::ffff");
  f.entries[2].span = page_span("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  f.entries[2].usable = UINT64_MAX;
  f.rows[0] = f.rows[1];
  f.rows[1] = f.rows[2];
  f.rows[2] = f.rows[4];
  f.area.row_count = 3;
  char *page = page_of(&f.map);
  assert_shows(page, "<div class=\"cells sites\" role=\"img\" data-bits=\"48\"");
  assert_shows(page, ">fd00:1::/48 M</span>");
  assert_shows(page, ">ff00::/48 P</span>");
  assert_shows(page, " as 2 cells of /48");
  assert_shows(page, "2^64 or more usable");
  free(page);
}

static void names_are_escaped(void **state) {
  (void)state;
  struct page_fixture f;
  page_fixture(&f);
  f.map.ns = f.map.network = f.area.title = f.nics[1].name = f.nics[1].nads[0] = f.here[1].controller = hostile;
  f.groups[0].label = f.names[0] = f.names[2] = f.here[0].base = hostile;
  f.here[0].vlan = 7;
  f.map.migration.type = f.map.migration.nic = f.map.migration.set_by = hostile;
  f.map.migration.object = "NetworkAttachmentDefinition \"'><script>alert(1)</script>";
  const char *note = hostile;
  f.map.notes = &note;
  f.map.note_count = 1;
  f.entries[1].text = f.entries[1].name = f.entries[1].object = f.entries[1].field = f.entries[1].overlaps[0] = hostile;
  f.findings[0] =
      (struct dw_map_finding){.object = hostile, .deny = true, .rule = hostile, .field = hostile, .message = hostile};
  f.map.suggestions[0] = (struct dw_map_suggestion){
      .prefix = {f.entries[0].span.first, 24}, .text = hostile, .usable = 2, .caution = hostile};
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
  assert_true(times(page, "alert(1)") >= 25);
  free(page);
}

static void an_empty_map_gives_a_valid_page(void **state) {
  (void)state;
  const struct dw_map map = {.ns = "openshift-cnv", .migration = {.type = ""}};
  char *page = page_of(&map);
  assert_well_formed(page);
  assert_shows(page, "none is set in namespace <strong>openshift-cnv<");
  assert_shows(page, "No used addresses are known");
  assert_shows(page, "No NICs are known");
  assert_shows(page, "to check.</p>");
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
  f.area.row_count = 2000;
  char *page = page_of(&f.map);
  assert_hides(page, "not shown here");
  assert_string_equal(cell_of(page, 200), "pool part");
  free(page);
  f.area.row_count = MANY;
  page = page_of(&f.map);
  assert_shows(page, "<strong>3,000 more rows</strong> are not shown here");
  assert_int_equal(times(page, ">10.200.0.0/24<br>"), 2000);
  assert_string_equal(cell_of(page, 200), "pool part");
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
  assert_shows(page, "<strong>3,000 more rows</strong>");
  assert_int_equal(times(page, "<li>node-name</li>"), 1000);
  assert_shows(page, "and 4,000 more");
  assert_shows(page, "missing on 9,999 nodes");
  assert_int_equal(times(page, "<rect class=\"host\""), 1); /* they look the same */
  assert_true(strlen(page) < 2500000);
  free(page);
  free(names);
  free(nics);
  free(groups);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_page_has_all_sections),
                                     cmocka_unit_test(the_page_says_what_it_is_about),
                                     cmocka_unit_test(the_same_map_gives_the_same_page),
                                     cmocka_unit_test(the_verdict_answers_first),
                                     cmocka_unit_test(what_is_unknown_is_never_all_right),
                                     cmocka_unit_test(the_verdict_counts_what_concerns_the_migration_network),
                                     cmocka_unit_test(without_a_network_the_page_says_how_to_get_one),
                                     cmocka_unit_test(the_card_shows_the_wire_and_the_addresses),
                                     cmocka_unit_test(a_bar_shows_the_part_that_is_needed),
                                     cmocka_unit_test(a_setting_that_leads_nowhere_is_marked),
                                     cmocka_unit_test(findings_link_to_their_objects_and_explain_their_rules),
                                     cmocka_unit_test(findings_link_to_a_range_or_a_row),
                                     cmocka_unit_test(findings_of_a_rule_are_together),
                                     cmocka_unit_test(mistakes_of_the_migration_network_come_first),
                                     cmocka_unit_test(findings_over_the_limit_are_counted),
                                     cmocka_unit_test(free_space_shows_the_lowest_range_of_each_size),
                                     cmocka_unit_test(a_suggestion_has_its_cautions),
                                     cmocka_unit_test(usable_nics_are_named),
                                     cmocka_unit_test(failures_of_nics_are_drawn_and_listed),
                                     cmocka_unit_test(groups_with_failures_over_the_limit_are_counted),
                                     cmocka_unit_test(an_mtu_that_is_too_low_is_a_failure),
                                     cmocka_unit_test(nics_below_a_bond_and_a_vlan_are_drawn),
                                     cmocka_unit_test(equal_nodes_are_drawn_once),
                                     cmocka_unit_test(without_a_network_usable_nics_are_drawn),
                                     cmocka_unit_test(nics_show_why_they_are_unfit),
                                     cmocka_unit_test(different_mtus_are_reported),
                                     cmocka_unit_test(unknown_nodes_do_not_count_as_missing_a_nic),
                                     cmocka_unit_test(ranges_show_who_and_how_many),
                                     cmocka_unit_test(a_range_is_divided_into_cells),
                                     cmocka_unit_test(other_ranges_are_cells_of_their_own),
                                     cmocka_unit_test(names_are_escaped),
                                     cmocka_unit_test(an_empty_map_gives_a_valid_page),
                                     cmocka_unit_test(ranges_over_the_limit_are_counted),
                                     cmocka_unit_test(groups_nics_and_nodes_over_the_limit_are_counted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
