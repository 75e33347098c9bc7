#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rules/mutate.h"

static const char *fill(struct dw_arena *arena, const char *text, const char *name, const char **fields) {
  *fields = NULL;
  return dw_fill_config(arena, dw_cni_read_text(arena, text, strlen(text)), name, fields);
}

struct example {
  const char *before, *after, *fields;
};

/* Checks that each filled text is as expected, and that filling it again changes nothing. */
static void run(const struct example *examples, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < count; i++) {
    const char *fields;
    const char *text = fill(arena, examples[i].before, "net", &fields);
    assert_non_null(text);
    assert_string_equal(text, examples[i].after);
    assert_string_equal(fields, examples[i].fields);
    assert_null(fill(arena, text, "net", &fields));
  }
}
#define RUN(examples) run(examples, sizeof(examples) / sizeof *(examples))

static void adds_missing_members_first(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"{\"type\":\"bridge\"}", "{\"name\":\"net\",\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}",
       "spec.config.name,spec.config.cniVersion"},
      {"{\"type\":\"macvlan\"}", "{\"name\":\"net\",\"cniVersion\":\"0.3.1\",\"mode\":\"bridge\",\"type\":\"macvlan\"}",
       "spec.config.name,spec.config.cniVersion,spec.config.mode"},
      {"{ \"type\": \"macvlan\", \"name\": \"x\" }",
       "{ \"cniVersion\": \"0.3.1\", \"mode\": \"bridge\", \"type\": \"macvlan\", \"name\": \"x\" }",
       "spec.config.cniVersion,spec.config.mode"},
      {"{\n  \"type\": \"macvlan\",\n  \"cniVersion\": \"0.3.1\"\n}",
       "{\n  \"name\": \"net\",\n  \"mode\": \"bridge\",\n  \"type\": \"macvlan\",\n  \"cniVersion\": \"0.3.1\"\n}",
       "spec.config.name,spec.config.mode"},
      {" {}\n", " {\"name\":\"net\",\"cniVersion\":\"0.3.1\"}\n", "spec.config.name,spec.config.cniVersion"},
      {"{\n}", "{\n\"name\": \"net\",\n\"cniVersion\": \"0.3.1\"\n}", "spec.config.name,spec.config.cniVersion"},
      /* other bytes must not change: unusual white space, escapes, numbers */
      {"{\"cniVersion\":\"1.0.0\",\"type\":\"macvlan\",\t\"a\":1.50e2 , \"b\":\"\\u00e4\\/\"}",
       "{\"name\":\"net\",\"mode\":\"bridge\",\"cniVersion\":\"1.0.0\",\"type\":\"macvlan\",\t\"a\":1.50e2 , "
       "\"b\":\"\\u00e4\\/\"}",
       "spec.config.name,spec.config.mode"},
  };
  RUN(examples);
}

static void adds_a_version_that_every_plugin_accepts(void **state) {
  (void)state;
#define CHAINED(version, type) "{" version "\"name\":\"n\",\"plugins\":[{\"type\":\"bridge\"},{\"type\":\"" type "\"}]}"
  static const struct example examples[] = {
      {CHAINED("", "tuning"), CHAINED("\"cniVersion\":\"0.3.1\",", "tuning"), "spec.config.cniVersion"},
      {CHAINED("", "bandwidth"), CHAINED("\"cniVersion\":\"0.3.1\",", "bandwidth"), "spec.config.cniVersion"},
      {CHAINED("", "vrf"), CHAINED("\"cniVersion\":\"0.3.1\",", "vrf"), "spec.config.cniVersion"},
      {CHAINED("", "firewall"), CHAINED("\"cniVersion\":\"0.4.0\",", "firewall"), "spec.config.cniVersion"},
      {CHAINED("", "nobody-knows"), CHAINED("\"cniVersion\":\"0.3.1\",", "nobody-knows"), "spec.config.cniVersion"},
      {"{\"cniVersion\":\"\",\"name\":\"n\",\"plugins\":[{\"type\":\"firewall\"},{\"type\":\"tuning\"}]}",
       "{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"firewall\"},{\"type\":\"tuning\"}]}",
       "spec.config.cniVersion"},
  };
  RUN(examples);
}

static void replaces_null_and_empty_values(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"{\"type\":\"macvlan\",\"name\" : null,\"cniversion\":\"\",\"MODE\":\"\"}",
       "{\"type\":\"macvlan\",\"name\" : \"net\",\"cniversion\":\"0.3.1\",\"MODE\":\"bridge\"}",
       "spec.config.name,spec.config.cniversion,spec.config.MODE"},
      {"{ \"name\": \"\", \"type\": \"bridge\" }",
       "{ \"cniVersion\": \"0.3.1\", \"name\": \"net\", \"type\": \"bridge\" }",
       "spec.config.name,spec.config.cniVersion"},
  };
  RUN(examples);
}

static void adds_the_name_to_the_list_and_the_modes_to_the_plugins(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"{\"plugins\":[{\"type\":\"macvlan\"},{\"type\":\"tuning\"},{\"type\":\"macvlan\",\"mode\":null}]}",
       "{\"name\":\"net\",\"cniVersion\":\"0.3.1\",\"plugins\":[{\"mode\":\"bridge\",\"type\":\"macvlan\"},{\"type\":"
       "\"tuning\"},{\"type\":\"macvlan\",\"mode\":\"bridge\"}]}",
       "spec.config.name,spec.config.cniVersion,spec.config.plugins[0].mode,spec.config.plugins[2].mode"},
      {"{\"name\":\"x\",\"cniVersion\":\"1.0.0\",\"Plugins\":[ {\n \"type\":\"macvlan\"\n} ]}",
       "{\"name\":\"x\",\"cniVersion\":\"1.0.0\",\"Plugins\":[ {\n \"mode\": \"bridge\",\n \"type\":\"macvlan\"\n} ]}",
       "spec.config.Plugins[0].mode"},
  };
  RUN(examples);
}

static void changes_nothing_if_ambiguous_or_complete(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      "{",
      "[]",
      "5",
      "{\"type\":\"macvlan\",\"TYPE\":\"macvlan\"}",
      "{\"type\":\"macvlan\",\"ipam\":{\"a\":1,\"A\":1}}",
      "{\"name\":\"x\",\"cniVersion\":\"0.4.0\",\"type\":\"macvlan\",\"mode\":\"vepa\"}",
      "{\"NAME\":\"x\",\"CNIVERSION\":\"0.4.0\",\"type\":\"bridge\"}",
      /* /validate rejects wrong types */
      "{\"name\":5,\"cniVersion\":[],\"type\":\"macvlan\",\"mode\":{}}",
      "{\"name\":\"x\",\"cniVersion\":\"0.4.0\",\"plugins\":5}",
      "{\"name\":\"x\",\"cniVersion\":\"0.4.0\",\"plugins\":[5,{\"type\":5}]}",
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *fields;
    assert_null(fill(arena, texts[i], "net", &fields));
    assert_null(fields);
  }
}

static void adds_no_name_if_the_nad_has_none(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *fields;
  assert_null(fill(arena, "{\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}", "", &fields));
  assert_string_equal(fill(arena, "{\"type\":\"bridge\"}", "", &fields),
                      "{\"cniVersion\":\"0.3.1\",\"type\":\"bridge\"}");
}

/* A chain that no node could run must not cost time. */
static void adds_no_modes_to_chains_of_more_than_32_plugins(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (int plugins = 32; plugins <= 33; plugins++) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    dw_buf_puts(&text, "{\"name\":\"x\",\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"macvlan\"}");
    for (int i = 1; i < plugins; i++)
      dw_buf_puts(&text, ",{\"type\":\"macvlan\",\"mode\":\"\"}");
    dw_buf_puts(&text, "]}");
    const char *fields;
    assert_true((fill(arena, text.data, "net", &fields) != NULL) == (plugins == 32));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(adds_missing_members_first),
      cmocka_unit_test(adds_a_version_that_every_plugin_accepts),
      cmocka_unit_test(replaces_null_and_empty_values),
      cmocka_unit_test(adds_the_name_to_the_list_and_the_modes_to_the_plugins),
      cmocka_unit_test(changes_nothing_if_ambiguous_or_complete),
      cmocka_unit_test(adds_no_name_if_the_nad_has_none),
      cmocka_unit_test(adds_no_modes_to_chains_of_more_than_32_plugins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
