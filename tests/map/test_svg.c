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

static void the_style_has_light_and_dark_colors(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  assert_non_null(strstr(dw_buf_text(&out), "@media (prefers-color-scheme:dark)"));
  assert_null(strstr(dw_buf_text(&out), "href"));
  assert_null(strstr(dw_buf_text(&out), "url("));
}

static void entries_and_gaps_are_described(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  render(CLUSTER, &out);
  const char *text = dw_buf_text(&out);
  assert_non_null(strstr(text, ">10.128.0.0/14</text>"));
  assert_non_null(strstr(text, ">pod network (Network cluster)</text>"));
  assert_non_null(strstr(text, "class=\"dwmap-bad\">overlaps pod network 10.128.0.0/14</text>"));
  assert_non_null(strstr(text, "dwmap-k0 dwmap-hit"));
  assert_non_null(strstr(text, "dwmap-k1\""));
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_picture_is_well_formed),
      cmocka_unit_test(a_screen_reader_gets_a_description),
      cmocka_unit_test(the_style_has_light_and_dark_colors),
      cmocka_unit_test(entries_and_gaps_are_described),
      cmocka_unit_test(input_is_escaped),
      cmocka_unit_test(the_same_map_gives_the_same_picture),
      cmocka_unit_test(an_empty_map_gives_a_valid_picture),
      cmocka_unit_test(wider_blocks_are_higher_and_narrow_ones_visible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
