#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/map_case.h"

#define CLUSTER                                                                                                        \
  MAP_POD_NETWORK("10.128.0.0/14")                                                                                     \
  MAP_NODE("w1", "192.168.1.11") MAP_MIGRATION("a", "10.200.5.0/24") MAP_NAD("vms", "net", "10.129.0.0/24")

/* --- a check for well-formed <svg> elements without comments, CDATA and processing instructions --- */

static const char *skip_reference(const char *at) {
  static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strncmp(at, known[i], strlen(known[i])) == 0)
      return at + strlen(known[i]);
  fail_msg("a bare & at: %.40s", at);
  return at + 1;
}

/* Character data up to END. */
static const char *skip_data(const char *at, char end) {
  while (*at != end && *at != '\0') {
    assert_true(*at != '<');
    assert_true((unsigned char)*at >= ' ' || *at == '\n');
    at = *at == '&' ? skip_reference(at) : at + 1;
  }
  return at;
}

struct open_tags {
  const char *names[32];
  size_t lengths[32];
  size_t count;
};

static const char *skip_attributes(const char *at) {
  while (*at == ' ') {
    size_t name = strcspn(++at, "= >");
    assert_true(name > 0 && at[name] == '=' && at[name + 1] == '"');
    at = skip_data(at + name + 2, '"');
    assert_int_equal(*at, '"');
    at++;
  }
  return at;
}

static const char *skip_tag(const char *at, struct open_tags *open) {
  bool closes = at[1] == '/';
  const char *name = at + 1 + closes;
  size_t length = strcspn(name, " />");
  if (closes) {
    assert_true(open->count > 0);
    open->count--;
    assert_int_equal(open->lengths[open->count], length);
    assert_memory_equal(open->names[open->count], name, length);
    assert_int_equal(name[length], '>');
    return name + length + 1;
  }
  at = skip_attributes(name + length);
  if (*at == '/')
    return at + 2;
  assert_int_equal(*at, '>');
  assert_true(open->count < 32);
  open->names[open->count] = name;
  open->lengths[open->count++] = length;
  return at + 1;
}

static void expect_well_formed(const char *text) {
  struct open_tags open = {.count = 0};
  assert_memory_equal(text, "<svg ", 5);
  do {
    text = *text == '<' ? skip_tag(text, &open) : skip_data(text, '<');
  } while (open.count > 0 && *text != '\0');
  assert_int_equal(open.count, 0);
  assert_string_equal(text, "\n");
}

/* --- tests --- */

static void render(const char *yaml, struct dw_buf *out) {
  MAP_SCOPED map = SUGGEST4(yaml, 24);
  dw_map_svg(map.map, out);
}

static void a_picture_is_well_formed(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  expect_well_formed(dw_buf_text(&out));
}

static void a_screen_reader_gets_a_description(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  const char *text = dw_buf_text(&out);
  assert_non_null(strstr(text, "role=\"img\" aria-labelledby=\"dwmap-title dwmap-desc\""));
  assert_non_null(strstr(text, "<title id=\"dwmap-title\">Addresses of the cluster</title>"));
  assert_non_null(strstr(text, "migration pool: 1, other pool: 1"));
  assert_non_null(strstr(text, "In conflict with others: 2."));
  assert_non_null(strstr(text, "10.129.0.0/24: NAD vms/net; usable"));
}

/* Programs that know no CSS draw a text or block without a color of its own in black. */
static void each_element_has_its_color_without_css(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  const char *text = dw_buf_text(&out);
  size_t elements = 0;
  for (const char *at = text; (at = strchr(at, '<')) != NULL; at++) {
    if (strncmp(at, "<text ", 6) != 0 && strncmp(at, "<rect ", 6) != 0)
      continue;
    const char *fill = strstr(at, " fill=\"#");
    if (fill == NULL || fill > strchr(at, '>'))
      fail_msg("no color: %.120s", at);
    elements++;
  }
  assert_true(elements > 20);
  assert_null(strstr(text, "var("));
}

static void css_only_overrides_colors_on_a_dark_page(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  const char *text = dw_buf_text(&out);
  const char *style = strstr(text, "<style>@media (prefers-color-scheme:dark){.dwmap .dwmap-ink{fill:#e6e9ee}");
  assert_non_null(style);
  assert_non_null(strstr(style, ".dwmap .dwmap-k4{fill:#98a2b0}}</style>"));
  assert_null(strstr(style + 1, "<style"));
  assert_null(strstr(text, "href"));
  assert_null(strstr(text, "url("));
}

static void entries_and_gaps_are_described(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  const char *text = dw_buf_text(&out);
  assert_non_null(strstr(text, ">10.128.0.0/14</text>"));
  assert_non_null(strstr(text, ">pod network (Network cluster)</text>"));
  assert_non_null(strstr(
      text, "class=\"dwmap-bad\" fill=\"#a3222a\" font-weight=\"600\">overlaps pod network 10.128.0.0/14</text>"));
  assert_non_null(
      strstr(text, "class=\"dwmap-k0 dwmap-hit\" fill=\"#3b5f9e\" stroke=\"#a3222a\" stroke-width=\"3\"/>"));
  assert_non_null(strstr(text, "class=\"dwmap-k1\" fill=\"#1f7a4d\"/>"));
  assert_non_null(strstr(text, ">10.200.6.0/24</text>"));
}

static void input_is_escaped(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(MAP_NAD("openshift-cnv", "<script>&amp;\\\"'migration\\x01\\e\\u009b\\u202e\\ufffe]]>", "10.3.0.0/24"), &out);
  const char *text = dw_buf_text(&out);
  expect_well_formed(text);
  assert_null(strstr(text, "<script"));
  assert_null(strchr(text, '\001'));
  assert_non_null(strstr(text, "&lt;script&gt;&amp;amp;&quot;&#39;migration"));
}

static void the_same_map_gives_the_same_picture(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf one = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf two = DW_BUF_INIT;
  render(CLUSTER, &one);
  render(CLUSTER, &two);
  assert_string_equal(dw_buf_text(&one), dw_buf_text(&two));
}

static void an_empty_map_gives_a_valid_picture(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(NULL, &out);
  expect_well_formed(dw_buf_text(&out));
  assert_non_null(strstr(dw_buf_text(&out), ">10.0.0.0/8</text>"));
}

/* The height of the first block of these classes. */
static long height_of(const char *text, const char *class) {
  const char *at = strstr(text, class);
  assert_non_null(at);
  while (at > text && strncmp(at, " height=\"", 9) != 0)
    at--;
  return strtol(at + 9, NULL, 10);
}

static void wider_blocks_are_higher_and_narrow_ones_visible(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  MAP_SCOPED map = MAP(MAP_POD_NETWORK("10.128.0.0/14") MAP_MIGRATION("a", "10.129.5.0/24"));
  dw_map_svg(map.map, &out);
  long wide = height_of(dw_buf_text(&out), "class=\"dwmap-k0 dwmap-hit\"");
  long narrow = height_of(dw_buf_text(&out), "class=\"dwmap-k1 dwmap-hit\"");
  assert_true(narrow >= 20);
  assert_true(wide > narrow);
}

/* The y of the text. */
static long height_at(const char *text, const char *words) {
  DW_BUF_SCOPED struct dw_buf wanted = DW_BUF_INIT;
  dw_buf_printf(&wanted, ">%s</text>", words);
  const char *at = strstr(text, dw_buf_text(&wanted));
  assert_non_null(at);
  while (at > text && strncmp(at, " y=\"", 4) != 0)
    at--;
  return strtol(at + 4, NULL, 10);
}

static void an_address_shares_its_line_with_the_words_if_it_fits(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  MAP_SCOPED map =
      MAP(MAP_NAD("vms", "short", "10.3.0.0/24") MAP_NAD("vms", "long", "fd12:3456:789a:bcde:f012:3457:abcd::/112"));
  dw_map_svg(map.map, &out);
  const char *text = dw_buf_text(&out);
  assert_int_equal(height_at(text, "10.3.0.0/24"), height_at(text, "NAD vms/short; usable\xC2\xA0"
                                                                   "254"));
  assert_int_equal(height_at(text, "fd12:3456:789a:bcde:f012:3457:abcd:0/112") + 17,
                   height_at(text, "NAD vms/long; usable\xC2\xA0"
                                   "65,534"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_picture_is_well_formed),
      cmocka_unit_test(a_screen_reader_gets_a_description),
      cmocka_unit_test(each_element_has_its_color_without_css),
      cmocka_unit_test(css_only_overrides_colors_on_a_dark_page),
      cmocka_unit_test(entries_and_gaps_are_described),
      cmocka_unit_test(input_is_escaped),
      cmocka_unit_test(the_same_map_gives_the_same_picture),
      cmocka_unit_test(an_empty_map_gives_a_valid_picture),
      cmocka_unit_test(an_address_shares_its_line_with_the_words_if_it_fits),
      cmocka_unit_test(wider_blocks_are_higher_and_narrow_ones_visible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
