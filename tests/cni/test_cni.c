#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "cni/cni.h"

static struct dw_cni_config *read_text(struct dw_arena *arena, const char *text) {
  return dw_cni_read_text(arena, text, strlen(text));
}

static struct dw_cni_config *read_nad(struct dw_arena *arena, const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *nad = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, &err);
  if (nad == NULL)
    fail_msg("%s", err.text);
  return dw_cni_read(arena, nad);
}

static void a_missing_config_is_empty(void **state) {
  (void)state;
  static const char *const nads[] = {"{}",
                                     "{\"spec\":null}",
                                     "{\"spec\":{}}",
                                     "{\"spec\":{\"config\":null}}",
                                     "{\"spec\":{\"config\":\"\"}}",
                                     "{\"Spec\":{\"config\":5}}",
                                     "[]",
                                     "5"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof nads / sizeof nads[0]; i++) {
    const struct dw_cni_config *config = read_nad(arena, nads[i]);
    assert_int_equal(config->state, DW_CONFIG_EMPTY);
    assert_string_equal(config->text, "");
    assert_int_equal(config->plugin_count, 0);
    assert_string_equal(config->name.field, "spec.config.name");
  }
  assert_int_equal(dw_cni_read(arena, NULL)->state, DW_CONFIG_EMPTY);
}

static void a_config_of_another_type_is_unreadable(void **state) {
  (void)state;
  static const struct {
    const char *nad;
    const char *text;
  } cases[] = {
      {"{\"spec\":{\"config\":{}}}", "must be a string that contains a CNI configuration, not an object"},
      {"{\"spec\":{\"config\":[]}}", "must be a string that contains a CNI configuration, not a list"},
      {"{\"spec\":{\"config\":false}}", "must be a string that contains a CNI configuration, not a boolean"},
      {"{\"spec\":[]}", "spec must be an object that contains config, not a list"},
      {"{\"spec\":\"x\"}", "spec must be an object that contains config, not a string"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_cni_config *config = read_nad(arena, cases[i].nad);
    assert_int_equal(config->state, DW_CONFIG_UNREADABLE);
    assert_string_equal(config->error.text, cases[i].text);
    assert_int_equal(config->error.line, 0);
    assert_int_equal(config->plugin_count, 0);
  }
}

static void text_that_is_not_an_object_is_reported_with_its_position(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int line;
    const char *part;
  } cases[] = {
      {"  \n\t", 1, "only white space"},
      {"\n  [1]", 2, "must be one JSON object, not a list"},
      {"5", 1, "must be one JSON object, not an integer"},
      {"null", 1, "must be one JSON object, not null"},
      {"{\n \"a\": 1,\n}", 2, ""},
      {"{\n \"master\": \"eth1\", 2\n}", 2, ""},
      {"{} {}", 1, ""},
      {"{", 1, ""},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct dw_cni_config *config = read_text(arena, cases[i].text);
    assert_int_equal(config->state, DW_CONFIG_UNREADABLE);
    assert_int_equal(config->error.line, cases[i].line);
    assert_true(config->error.column > 0);
    assert_true(config->error.text[0] != '\0');
    assert_non_null(strstr(config->error.text, cases[i].part));
    assert_int_equal(config->plugin_count, 0);
    assert_int_equal(config->duplicate_count, 0);
  }
}

static void nesting_is_limited(void **state) {
  (void)state;
  enum { DEEP = 4000 };
  char text[2 * DEEP + 16];
  size_t at = 5;
  memcpy(text, "{\"a\":", at);
  memset(text + at, '[', DEEP);
  memset(text + at + DEEP, ']', DEEP);
  text[at + 2 * DEEP] = '}';
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config = dw_cni_read_text(arena, text, at + 2 * DEEP + 1);
  assert_int_equal(config->state, DW_CONFIG_UNREADABLE);
  assert_int_equal(config->error.code, DW_ERR_DEPTH);
}

static void a_single_plugin_is_read(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config =
      read_nad(arena, "{\"spec\":{\"config\":\"{\\\"cniVersion\\\":\\\"0.3.1\\\",\\\"name\\\":\\\"n\\\",\\\"type\\\":"
                      "\\\"macvlan\\\",\\\"master\\\":\\\"eth1\\\",\\\"mode\\\":\\\"bridge\\\",\\\"mtu\\\":9000}\"}}");
  assert_int_equal(config->state, DW_CONFIG_OK);
  assert_false(config->is_list);
  assert_string_equal(config->name.text, "n");
  assert_string_equal(config->version.text, "0.3.1");
  assert_int_equal(config->plugin_count, 1);
  const struct dw_cni_plugin *plugin = &config->plugins[0];
  assert_string_equal(plugin->field, "spec.config");
  assert_string_equal(plugin->type_name, "macvlan");
  assert_string_equal(plugin->master.text, "eth1");
  assert_string_equal(plugin->master.field, "spec.config.master");
  assert_string_equal(plugin->mode.text, "bridge");
  assert_int_equal(plugin->mtu_number, 9000);
  assert_null(plugin->vlan.json);
  assert_false(plugin->in_container);
  assert_int_equal(plugin->ipam.type, DW_IPAM_NONE);
  assert_string_equal(plugin->ipam.field, "spec.config.ipam");
  assert_string_equal(plugin->ipam.type_name, "");
}

static void keys_are_matched_ignoring_case(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config = read_text(
      arena, "{\"name\":\"n\",\"CNIVERSION\":\"1.0.0\",\"PlugIns\":[{\"TYPE\":\"macvlan\",\"MASTER\":\"eth1\","
             "\"Ipam\":{\"Type\":\"dhcp\"}}]}");
  assert_string_equal(config->name.text, "n");
  assert_null(config->version.json); /* in a list, libcni reads only the exact letter case */
  assert_true(config->is_list);
  assert_string_equal(config->plugins[0].master.text, "eth1");
  assert_string_equal(config->plugins[0].master.field, "spec.config.PlugIns[0].MASTER");
  assert_int_equal(config->plugins[0].ipam.type, DW_IPAM_DHCP);
  assert_string_equal(config->plugins[0].ipam.field, "spec.config.PlugIns[0].Ipam");
}

static void a_name_in_another_letter_case_is_not_read(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config = read_text(arena, "{\"Name\":\"n\",\"CNIVersion\":\"1.0.0\",\"type\":\"tap\"}");
  assert_null(config->name.json);
  assert_string_equal(config->version.text, "1.0.0");
  assert_string_equal(config->version.field, "spec.config.CNIVersion");
}

static void of_equal_keys_the_greatest_is_used_and_the_last_is_reported(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config =
      read_text(arena, "{\"type\":\"macvlan\",\"master\":\"eth1\",\n\"MASTER\":\"eth0\",\"ipam\":{\"a\":1,\"A\":2}}");
  assert_string_equal(config->plugins[0].master.text, "eth1");
  assert_int_equal(config->duplicate_count, 2);
  assert_string_equal(config->duplicates[0].path, "spec.config.MASTER");
  assert_string_equal(config->duplicates[0].first, "master");
  assert_int_equal(config->duplicates[0].line, 2);
  assert_string_equal(config->duplicates[1].path, "spec.config.ipam.A");
}

static void a_list_keeps_every_entry(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config =
      read_text(arena, "{\"name\":\"n\",\"plugins\":[{\"type\":\"bridge\"},5,null,{\"type\":7}]}");
  assert_true(config->is_list);
  assert_int_equal(config->plugin_count, 4);
  assert_string_equal(config->plugins[0].type_name, "bridge");
  assert_true(config->plugins[0].is_object);
  assert_false(config->plugins[1].is_object);
  assert_false(config->plugins[2].is_object);
  assert_string_equal(config->plugins[2].field, "spec.config.plugins[2]");
  assert_string_equal(config->plugins[3].type_name, "");
  assert_non_null(config->plugins[3].type.json);
}

static struct dw_cni_config *read_plugins(struct dw_arena *arena, size_t count) {
  DW_BUF_SCOPED struct dw_buf buf = DW_BUF_INIT;
  dw_buf_puts(&buf, "{\"plugins\":[{}");
  for (size_t i = 1; i < count; i++)
    dw_buf_puts(&buf, ",{}");
  dw_buf_puts(&buf, "]}");
  return read_text(arena, dw_arena_strdup(arena, dw_buf_text(&buf)));
}

static void the_number_of_plugins_is_limited(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_int_equal(read_plugins(arena, 1024)->plugin_count, 1024);
  const struct dw_cni_config *config = read_plugins(arena, 1025);
  assert_int_equal(config->state, DW_CONFIG_UNREADABLE);
  assert_string_equal(config->error.text, "contains 1025 plugins, more than the 1024 that Droveway reads");
}

static void plugins_that_are_not_a_list_are_read_as_an_empty_list(void **state) {
  (void)state;
  static const char *const texts[] = {"{\"plugins\":{}}", "{\"plugins\":[]}", "{\"plugins\":\"x\",\"type\":\"\"}"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    const struct dw_cni_config *config = read_text(arena, texts[i]);
    assert_true(config->is_list);
    assert_int_equal(config->plugin_count, 0);
  }
  const struct dw_cni_config *single = read_text(arena, "{\"plugins\":null,\"type\":\"ptp\"}");
  assert_false(single->is_list);
  assert_string_equal(single->plugins[0].type_name, "ptp");
}

static void a_config_with_a_type_is_a_single_plugin(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config = read_text(arena, "{\"plugins\":[{\"type\":\"macvlan\"}],\"Type\":\"ptp\"}");
  assert_false(config->is_list);
  assert_int_equal(config->plugin_count, 1);
  assert_string_equal(config->plugins[0].type_name, "ptp");
}

/* For each type, the key under which each option is read; NULL if the plugin does not read the option. */
static void each_plugin_type_reads_its_own_keys(void **state) {
  (void)state;
  static const struct {
    const char *type;
    const char *master, *bridge, *device, *vlan, *trunk;
  } cases[] = {
      {"macvlan", "master", NULL, NULL, NULL, NULL},
      {"ipvlan", "master", NULL, NULL, NULL, NULL},
      {"vlan", "master", NULL, NULL, "vlanId", NULL},
      {"bridge", NULL, "bridge", NULL, "vlan", "vlanTrunk"},
      {"cnv-bridge", NULL, "bridge", NULL, "vlan", "vlanTrunk"},
      {"ovs", NULL, "bridge", NULL, "vlan", "trunk"},
      {"sriov", NULL, NULL, NULL, "vlan", NULL},
      {"host-device", NULL, NULL, "device", NULL, NULL},
      {"ovn-k8s-cni-overlay", NULL, NULL, NULL, NULL, NULL},
      {"tuning", NULL, NULL, NULL, NULL, NULL},
      {"somebody-elses", "master", "bridge", "device", "vlan", "vlanTrunk"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *text = dw_arena_printf(arena,
                                       "{\"type\":\"%s\",\"master\":\"a\",\"bridge\":\"b\",\"device\":\"c\",\"vlan\":1,"
                                       "\"vlanId\":2,\"vlanTrunk\":[],\"trunk\":[]}",
                                       cases[i].type);
    const struct dw_cni_plugin *plugin = &read_text(arena, text)->plugins[0];
    const struct {
      const struct dw_value *value;
      const char *expected;
    } checks[] = {{&plugin->master, cases[i].master},
                  {&plugin->bridge, cases[i].bridge},
                  {&plugin->device, cases[i].device},
                  {&plugin->vlan, cases[i].vlan},
                  {&plugin->vlan_trunk, cases[i].trunk}};
    for (size_t j = 0; j < sizeof checks / sizeof checks[0]; j++) {
      assert_non_null(checks[j].value->field);
      if ((checks[j].expected != NULL) != dw_value_given(checks[j].value))
        fail_msg("%s: check %zu", cases[i].type, j);
      if (checks[j].expected != NULL)
        assert_string_equal(strrchr(checks[j].value->field, '.') + 1, checks[j].expected);
    }
  }
}

/* If it has both keys, the first one is read. */
static void an_unknown_plugin_may_use_either_key_for_vlan_and_trunk(void **state) {
  (void)state;
  static const struct {
    const char *members, *vlan, *trunk;
  } cases[] = {
      {"\"vlan\":1,\"vlanTrunk\":[]", "spec.config.vlan", "spec.config.vlanTrunk"},
      {"\"vlanId\":1,\"trunk\":[]", "spec.config.vlanId", "spec.config.trunk"},
      {"\"vlanId\":1,\"vlan\":1,\"trunk\":[],\"vlanTrunk\":[]", "spec.config.vlan", "spec.config.vlanTrunk"},
      {"\"mtu\":1", "spec.config.vlan", "spec.config.vlanTrunk"},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *text = dw_arena_printf(arena, "{\"type\":\"somebody-elses\",%s}", cases[i].members);
    const struct dw_cni_plugin *plugin = &read_text(arena, text)->plugins[0];
    assert_string_equal(plugin->vlan.field, cases[i].vlan);
    assert_string_equal(plugin->vlan_trunk.field, cases[i].trunk);
  }
}

static void absent_members_have_the_field_where_they_would_be(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_plugin *plugin = &read_text(arena, "{\"type\":\"ovn-k8s-cni-overlay\"}")->plugins[0];
  assert_string_equal(plugin->vlan.field, "spec.config.vlanID");
  assert_string_equal(plugin->master.field, "spec.config.master");
  plugin = &read_text(arena, "{\"type\":\"vlan\",\"master\":null}")->plugins[0];
  assert_string_equal(plugin->vlan.field, "spec.config.vlanId");
  assert_false(dw_value_given(&plugin->master));
}

static void the_master_of_an_unknown_plugin_is_read_only_if_it_is_text(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_null(read_text(arena, "{\"type\":\"x\",\"master\":{}}")->plugins[0].master.json);
  assert_non_null(read_text(arena, "{\"type\":\"macvlan\",\"master\":{}}")->plugins[0].master.json);
}

static void link_in_container_applies_only_if_it_is_true(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_true(read_text(arena, "{\"type\":\"macvlan\",\"linkInContainer\":true}")->plugins[0].in_container);
  assert_false(read_text(arena, "{\"type\":\"macvlan\",\"linkInContainer\":false}")->plugins[0].in_container);
  assert_false(read_text(arena, "{\"type\":\"macvlan\",\"linkInContainer\":\"true\"}")->plugins[0].in_container);
  assert_false(read_text(arena, "{\"type\":\"bridge\",\"linkInContainer\":true}")->plugins[0].in_container);
}

static void values_of_any_type_can_be_read(void **state) {
  (void)state;
  static const char *const values[] = {"null",  "true", "-1", "1.5",  "\"\"",
                                       "\"x\"", "[]",   "{}", "[[]]", "{\"type\":{}}"};
  static const char *const keys[] = {"type",      "name",  "plugins", "ipam",    "master",
                                     "vlanTrunk", "trunk", "mtu",     "subnets", "excludeSubnets"};
  static const char *const types[] = {"macvlan", "bridge", "ovn-k8s-cni-overlay", "whatever"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t t = 0; t < 4; t++)
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
      for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        const char *text = dw_arena_printf(arena, "{\"type\":\"%s\",\"%s\":%s}", types[t], keys[k], values[v]);
        assert_int_equal(read_text(arena, text)->state, DW_CONFIG_OK);
      }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_missing_config_is_empty),
      cmocka_unit_test(a_config_of_another_type_is_unreadable),
      cmocka_unit_test(text_that_is_not_an_object_is_reported_with_its_position),
      cmocka_unit_test(nesting_is_limited),
      cmocka_unit_test(a_single_plugin_is_read),
      cmocka_unit_test(keys_are_matched_ignoring_case),
      cmocka_unit_test(a_name_in_another_letter_case_is_not_read),
      cmocka_unit_test(of_equal_keys_the_greatest_is_used_and_the_last_is_reported),
      cmocka_unit_test(a_list_keeps_every_entry),
      cmocka_unit_test(the_number_of_plugins_is_limited),
      cmocka_unit_test(plugins_that_are_not_a_list_are_read_as_an_empty_list),
      cmocka_unit_test(a_config_with_a_type_is_a_single_plugin),
      cmocka_unit_test(each_plugin_type_reads_its_own_keys),
      cmocka_unit_test(an_unknown_plugin_may_use_either_key_for_vlan_and_trunk),
      cmocka_unit_test(absent_members_have_the_field_where_they_would_be),
      cmocka_unit_test(the_master_of_an_unknown_plugin_is_read_only_if_it_is_text),
      cmocka_unit_test(link_in_container_applies_only_if_it_is_true),
      cmocka_unit_test(values_of_any_type_can_be_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
