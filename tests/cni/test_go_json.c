/* Compares the reader with the answers of Go's decoders (tests/data/go-json.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"

static const char nad_name[] = "net";

static struct json_object *get(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static const char *get_text(struct json_object *object, const char *key) {
  struct json_object *value = get(object, key);
  return value == NULL ? "" : json_object_get_string(value);
}

/* --- values --- */

/* The name of the current row, for messages. */
static const char *row_name;

static void same_text(const char *key, struct json_object *go, const char *ours) {
  if (strcmp(get_text(go, key), ours == NULL ? "" : ours) != 0)
    fail_msg("%s: %s is \"%s\" in Go, but \"%s\" here", row_name, key, get_text(go, key), ours == NULL ? "" : ours);
}

static void same_number(const char *key, struct json_object *go, const struct dw_value *ours) {
  int64_t number = 0;
  (void)dw_json_integer(ours->json, &number);
  if (json_object_get_int64(get(go, key)) != number)
    fail_msg("%s: %s is %s in Go, but %lld here", row_name, key, get_text(go, key), (long long)number);
}

static void same_truth(const char *key, struct json_object *go, bool ours) {
  if ((bool)json_object_get_boolean(get(go, key)) != ours)
    fail_msg("%s: %s is %d here, but not in Go", row_name, key, ours);
}

static size_t length_of(struct json_object *list) {
  return list == NULL ? 0 : json_object_array_length(list);
}

static void same_ranges(struct json_object *go, const struct dw_ipam *ipam) {
  size_t ours = 0;
  bool top = get_text(go, "range")[0] != '\0';
  same_text("range", go, top && ipam->pool_count > 0 ? ipam->pools[ours++].range.text : "");
  struct json_object *list = get(go, "ipRanges");
  assert_int_equal(ipam->pool_count - ours, length_of(list));
  for (size_t i = 0; i < length_of(list); i++)
    assert_string_equal(json_object_get_string(json_object_array_get_idx(list, i)), ipam->pools[ours + i].range.text);
}

static void same_excludes(struct json_object *go, const struct dw_pool *pool) {
  struct json_object *list = get(go, "exclude");
  assert_int_equal(length_of(list), pool->exclude_count);
  for (size_t i = 0; i < pool->exclude_count; i++)
    assert_string_equal(json_object_get_string(json_object_array_get_idx(list, i)), pool->excludes[i].raw.text);
}

static void same_ipam(struct json_object *go, const struct dw_ipam *ipam) {
  same_text("type", go, ipam->type_name);
  if (ipam->type != DW_IPAM_WHEREABOUTS)
    return;
  same_ranges(go, ipam);
  same_text("gateway", go, ipam->gateway.raw.text);
  same_text("network_name", go, ipam->network_name);
  same_truth("enable_overlapping_ranges", go, !ipam->reservation_off);
  if (get_text(go, "range")[0] == '\0')
    return;
  same_text("range_start", go, ipam->pools[0].start.raw.text);
  same_text("range_end", go, ipam->pools[0].end.raw.text);
  same_excludes(go, &ipam->pools[0]);
}

static void same_plugin(struct json_object *go, const struct dw_cni_plugin *plugin) {
  same_text("type", go, plugin->type_name);
  same_text("master", go, plugin->master.text);
  same_text("bridge", go, plugin->bridge.text);
  same_text("mode", go, plugin->mode.text);
  same_number("mtu", go, &plugin->mtu);
  same_number(strcmp(plugin->type_name, "vlan") == 0 ? "vlanId" : "vlan", go, &plugin->vlan);
  same_truth("linkInContainer", go, plugin->in_container);
  same_ipam(get(go, "ipam"), &plugin->ipam);
}

static void same_config(struct json_object *go, const struct dw_cni_config *config) {
  const char *name = config->name.text;
  assert_int_equal(config->state, DW_CONFIG_OK);
  same_text("name", go, name == NULL || name[0] == '\0' ? nad_name : name);
  same_text("cniVersion", go, config->version.text);
  same_truth("list", go, config->is_list);
  struct json_object *plugins = get(go, "plugins");
  if (length_of(plugins) != config->plugin_count)
    fail_msg("%s: %zu plugins here, but not in Go", row_name, config->plugin_count);
  for (size_t i = 0; i < config->plugin_count; i++)
    same_plugin(json_object_array_get_idx(plugins, i), &config->plugins[i]);
}

/* --- rows --- */

/* Returns true if the only finding is of the rule DENIALS, or if there is none and DENIALS is empty. */
static bool has_denials(const char *config, const char *denials) {
  struct nad_answer answer;
  nad_judge(&(struct nad_case){.config = config, .name = nad_name}, &answer);
  DW_BUF_SCOPED struct dw_buf found = DW_BUF_INIT;
  for (size_t i = 0; i < answer.judgement.findings.count; i++) {
    const struct dw_finding *finding = &answer.judgement.findings.items[i];
    if (finding->action == DW_ACTION_DENY || strcmp(denials, "cni-ambiguous-key") == 0)
      dw_buf_printf(&found, "%s%s", found.length == 0 ? "" : " ", finding->rule->id);
  }
  bool same = strcmp(dw_buf_text(&found), denials) == 0 && answer.judgement.denied == (denials[0] != '\0');
  if (!same)
    print_error("%s: %.300s\nnot \"%s\" but:\n%s", row_name, config, denials, answer.lines);
  nad_answer_free(&answer);
  return same;
}

/* For bytes that a request can't contain, because its own JSON would not be valid. */
static void expect_unreadable(const char *hex) {
  DW_BUF_SCOPED struct dw_buf bytes = DW_BUF_INIT;
  for (unsigned byte = 0; sscanf(hex, "%2x", &byte) == 1; hex += 2)
    dw_buf_putc(&bytes, (char)byte);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_cni_config *config = dw_cni_read_text(arena, dw_buf_text(&bytes), bytes.length);
  if (config->state != DW_CONFIG_UNREADABLE)
    fail_msg("%s can be read", row_name);
  assert_true(config->error.text[0] != '\0');
}

static bool try_row(struct dw_arena *arena, struct json_object *row) {
  struct json_object *go = get(row, "go");
  const char *denials = get_text(row, "droveway");
  row_name = get_text(row, "what");
  if (get(go, "error") != NULL && denials[0] == '\0')
    fail_msg("%s: Go rejects it, but Droveway does not", row_name);
  if (get(row, "hex") != NULL) {
    assert_string_equal(denials, "cni-json");
    expect_unreadable(get_text(row, "hex"));
    return true;
  }
  const char *config = get_text(row, "config");
  if (!has_denials(config, denials))
    return false;
  if (denials[0] == '\0')
    same_config(go, dw_cni_read_text(arena, config, strlen(config)));
  return true;
}

static void what_go_reads_differently_is_denied(void **state) {
  (void)state;
  struct json_object *rows = json_object_from_file("tests/data/go-json.json");
  assert_non_null(rows);
  assert_in_range(json_object_array_length(rows), 280, 1000);
  size_t failed = 0;
  for (size_t i = 0; i < json_object_array_length(rows); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    failed += try_row(arena, json_object_array_get_idx(rows, i)) ? 0 : 1;
  }
  assert_int_equal(failed, 0);
  json_object_put(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_go_reads_differently_is_denied)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
