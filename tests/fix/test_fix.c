/* Fixing whole manifests: the examples of all explanations, and the configurations of the laboratory in every style. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "rules/explain.h"
#include "support/fixed_text.h"

static const struct fix_cluster nothing = {NULL, NULL};

/* --- the explanations --- */

static bool has_note(const struct dw_fix_notes *notes, const char *rule) {
  for (size_t i = 0; i < notes->count; i++)
    if (strcmp(notes->items[i].rule, rule) == 0)
      return true;
  return false;
}

/* TEXT with a comment in each line of YAML that can have one, and with other lines between. */
static const char *with_comments(struct dw_arena *arena, const char *text) {
  struct dw_buf out = DW_BUF_IN(arena);
  size_t number = 0;
  for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
    size_t length = strcspn(line, "\n");
    bool key = length > 0 && line[length - 1] == ':' && memchr(line, '"', length) == NULL;
    dw_buf_printf(&out, "%.*s", (int)length, line);
    if (key)
      dw_buf_printf(&out, "  # comment %zu", number++);
    dw_buf_puts(&out, "\n");
    if (strncmp(line, "metadata:", 9) == 0)
      dw_buf_printf(&out, "  # comment %zu\n", number++);
  }
  return dw_buf_text(&out);
}

static void expect_comments(const char *rule, const char *old, const char *new) {
  char comment[32];
  for (size_t i = 0; snprintf(comment, sizeof comment, "# comment %zu\n", i), strstr(old, comment) != NULL; i++)
    if (strstr(new, comment) == NULL)
      fail_msg("%s: \"# comment %zu\" of\n%s\nis not in\n%s", rule, i, old, new);
}

/* Each rule denies at most as often as before. */
static void expect_no_new_denial(const char *name, const struct fix_cluster *cluster, const char *old,
                                 const struct fixed *fixed) {
  size_t count = 0;
  const char *const *rules = dw_rule_ids(&count);
  FIXED_SCOPED before = judge_text(cluster, "before.yaml", old);
  for (size_t i = 0; i < count; i++) {
    size_t was = 0;
    size_t is = 0;
    (void)fixed_findings(&before, rules[i], &was);
    (void)fixed_findings(fixed, rules[i], &is);
    if (is > was)
      fail_msg("%s: %s denies what it did not deny before:\n%s", name, rules[i], fixed->text);
  }
}

static size_t fix_example(const struct dw_explanation_file *file) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_explanation explanation;
  size_t denials = 0;
  assert_int_equal(dw_explain(arena, file->rule, &explanation, NULL), 0);
  const struct fix_cluster cluster = {explanation.state, explanation.policy};
  const char *text = with_comments(arena, explanation.broken);
  FIXED_SCOPED fixed = fix_text(&cluster, "example.yaml", text);
  if (fixed.result.file_count == 0)
    return 0;
  bool tried = has_note(&fixed.result.fixed, file->rule);
  if (tried && fixed_findings(&fixed, file->rule, &denials) > 0)
    fail_msg("%s: is still found in\n%s", file->rule, fixed.text);
  expect_comments(file->rule, text, fixed.text);
  FIXED_SCOPED again = fix_text(&cluster, "example.yaml", fixed.text);
  if (again.result.file_count > 0)
    fail_msg("%s: a second run changes\n%s\ninto\n%s", file->rule, fixed.text, again.text);
  expect_no_new_denial(file->rule, &cluster, text, &fixed);
  return tried;
}

static void fixed_examples_have_no_such_finding(void **state) {
  (void)state;
  size_t count = 0;
  for (size_t i = 0; i < dw_explanation_file_count; i++)
    count += fix_example(&dw_explanation_files[i]);
  print_message("%zu of %zu examples were fixed\n", count, dw_explanation_file_count);
  assert_true(count >= 20);
}

/* --- where objects are --- */

static void expect_fixed(const char *old, const char *new) {
  FIXED_SCOPED fixed = fix_text(&nothing, "nad.yaml", old);
  if (strcmp(fixed.text, new) != 0)
    fail_msg("is\n%s\nand not\n%s", fixed.text, new);
}

#define CONFIG(version) "{\"cniVersion\":\"" version "\",\"name\":\"a\",\"type\":\"macvlan\",\"ipam\":{}}"
#define NAD(indent, config)                                                                                            \
  indent "apiVersion: k8s.cni.cncf.io/v1\n" indent "kind: NetworkAttachmentDefinition\n" indent                        \
         "metadata: {name: a, namespace: b} # a\n" indent "spec:\n" indent "  config: '" config "' # b\n"

static void an_object_is_fixed_where_it_is(void **state) {
  (void)state;
#define POLICY(version)                                                                                                \
  "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nmetadata: {name: p}\nspec:\n"          \
  "  object-templates:\n  - complianceType: musthave\n    objectDefinition:\n" NAD("      ",                           \
                                                                                   CONFIG(version)) "# end\n"
  expect_fixed(POLICY("0.3.2"), POLICY("0.3.1"));
#define RAW(version)                                                                                                   \
  "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nmetadata: {name: p}\nspec:\n"          \
  "  object-templates-raw: |\n    # first\n    - complianceType: musthave\n      objectDefinition:\n" NAD(             \
      "        ", CONFIG(version)) "# end\n"
  expect_fixed(RAW("0.3.2"), RAW("0.3.1"));
#define OPERATOR(version)                                                                                              \
  "apiVersion: operator.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\nspec:\n  additionalNetworks:\n"     \
  "  - name: a # a\n    namespace: b\n    type: Raw\n    rawCNIConfig: '" CONFIG(version) "'\n"
  expect_fixed(OPERATOR("0.3.2"), OPERATOR("0.3.1"));
#define STREAM(version)                                                                                                \
  "%YAML 1.1\n---\n" NAD("", CONFIG("1.0.0")) "...\n# between\n--- # second\n" NAD("", CONFIG(version)) "---\n" NAD(   \
      "", CONFIG("0.3.1"))
  expect_fixed(STREAM("0.3.2"), STREAM("0.3.1"));
#define BOM "\xEF\xBB\xBF"
  expect_fixed(BOM NAD("", CONFIG("0.3.2")), BOM NAD("", CONFIG("0.3.1")));
}

static void what_is_not_rendered_stays(void **state) {
  (void)state;
  static const char *const texts[] = {
      NAD("", "{\"cniVersion\":\"0.3.2\",\"name\":\"${NAME}\",\"type\":\"macvlan\",\"ipam\":{}}"),
      NAD("", "{\"cniVersion\":\"0.3.2\",\"name\":\"{{ name }}\",\"type\":\"macvlan\",\"ipam\":{}}"),
      "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nmetadata: {name: p}\nspec:\n"
      "  object-templates-raw: |\n    {{ range $x := y }}\n    - complianceType: musthave\n      "
      "objectDefinition:\n" NAD("        ", CONFIG("0.3.2")) "    {{ end }}\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    expect_fixed(texts[i], texts[i]);
}

static void what_is_excepted_stays(void **state) {
  (void)state;
  static const char text[] = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                             "metadata: {name: a, namespace: b}\nspec:\n"
                             "  # droveway: allow cni-version the runtime of this cluster is patched\n"
                             "  config: '" CONFIG("0.3.2") "'\n";
  expect_fixed(text, text);
}

static void what_is_shared_by_two_objects_stays(void **state) {
  (void)state;
  static const char text[] = "kind: List\napiVersion: v1\nitems:\n"
                             "- apiVersion: k8s.cni.cncf.io/v1\n  kind: NetworkAttachmentDefinition\n"
                             "  metadata: {name: a, namespace: b}\n  spec: &spec {config: '" CONFIG(
                                 "0.3.2") "'}\n"
                                          "- apiVersion: k8s.cni.cncf.io/v1\n  kind: NetworkAttachmentDefinition\n"
                                          "  metadata: {name: c, namespace: b}\n  spec: *spec\n";
  FIXED_SCOPED fixed = fix_text(&nothing, "nad.yaml", text);
  assert_string_equal(fixed.text, text);
  assert_int_equal(fixed.result.left.count, 2);
  assert_string_equal(fixed.result.left.items[0].what, "its text can't be changed without changing something else");
  assert_string_equal(fixed.result.left.items[1].what, "it comes from an alias, and may be used elsewhere");
}

/* --- the laboratory --- */

static const char rows_file[] = "tests/lab/corpus/reality.jsonl";

static const char head[] =
    "# the network\napiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n"
    "  name: migration-network # its name\n  namespace: openshift-cnv\nspec:\n";

/* Appends TEXT as lines that are indented by INDENT. */
static void put_lines(struct dw_buf *out, const char *text, size_t indent, const char *newline) {
  while (*text != '\0') {
    size_t length = strcspn(text, "\n");
    dw_buf_printf(out, "%*s%.*s%s", length > 0 ? (int)indent : 0, "", (int)length, text, newline);
    text += length + (text[length] == '\n');
  }
}

static void put_doubled(struct dw_buf *out, const char *text, char quote) {
  for (; *text != '\0'; text++) {
    if (*text == quote)
      dw_buf_putc(out, quote);
    dw_buf_putc(out, *text);
  }
}

static void literal(struct dw_buf *out, const char *config) {
  dw_buf_printf(out, "%s  config: |\n", head);
  put_lines(out, config, 4, "\n");
}
static void literal_with_crlf(struct dw_buf *out, const char *config) {
  put_lines(out, head, 0, "\r\n");
  dw_buf_puts(out, "  config: |-\r\n");
  put_lines(out, config, 6, "\r\n");
}
static void folded(struct dw_buf *out, const char *config) {
  dw_buf_printf(out, "%s  config: >-\n", head);
  put_lines(out, config, 4, "\n");
  dw_buf_puts(out, "# the end\n");
}
static void single_quoted(struct dw_buf *out, const char *config) {
  dw_buf_printf(out, "%s  config: '", head);
  put_doubled(out, config, '\'');
  dw_buf_puts(out, "' # quoted\n");
}
static void double_quoted(struct dw_buf *out, const char *config) {
  struct json_object *text = json_object_new_string(config);
  dw_buf_printf(out, "%s  config: %s\n", head, json_object_to_json_string_ext(text, JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put(text);
}
static void in_json(struct dw_buf *out, const char *config) {
  struct json_object *text = json_object_new_string(config);
  dw_buf_printf(out,
                "{\n  \"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\",\n"
                "  \"metadata\": {\"name\": \"migration-network\", \"namespace\": \"openshift-cnv\"},\n"
                "  \"spec\": {\"config\": %s}}\n",
                json_object_to_json_string(text));
  json_object_put(text);
}
static void in_a_list(struct dw_buf *out, const char *config) {
  dw_buf_puts(out, "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n"
                   "-   apiVersion: k8s.cni.cncf.io/v1\n    kind: NetworkAttachmentDefinition\n    metadata: {name: "
                   "migration-network, namespace: openshift-cnv} # name\n    spec:\n      config: |2\n");
  put_lines(out, config, 8, "\n");
}
static void in_flow_style(struct dw_buf *out, const char *config) {
  dw_buf_puts(out,
              "# a\n---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, # b\n  metadata: {name: "
              "migration-network, namespace: openshift-cnv}, spec: {config: '");
  put_doubled(out, config, '\'');
  dw_buf_puts(out, "'}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
}

typedef void style(struct dw_buf *out, const char *config);
static style *const styles[] = {literal,       literal_with_crlf, folded,    single_quoted,
                                double_quoted, in_json,           in_a_list, in_flow_style};
enum { STYLES = sizeof styles / sizeof *styles, LINE_BYTES = 64 * 1024 };

/* The configuration of the NAD in a fixed text. NULL if it is not JSON: then styles give different texts. */
static const dw_json *config_of(struct dw_arena *arena, const struct fixed *fixed, const char *id) {
  const dw_json *found = NULL;
  for (const struct dw_manifest *m = fixed->subjects.read.first; m != NULL; m = m->next)
    if (strcmp(dw_json_get_string(m->json, "kind"), "NetworkAttachmentDefinition") == 0)
      found = m->json;
  if (found == NULL || fixed->subjects.read.unreadable.count > 0)
    fail_msg("%s: can't be read any more:\n%s", id, fixed->text);
  const char *text = dw_json_string(dw_json_path(found, "spec", "config", NULL));
  return text == NULL ? NULL : dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL);
}

/* Fixes a NAD with CONFIG in all styles. Returns how many were changed. */
static size_t fix_config(const char *id, const char *config) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *first = NULL;
  size_t changed = 0;
  for (size_t i = 0; i < STYLES; i++) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    styles[i](&text, config);
    FIXED_SCOPED fixed = fix_text(&nothing, "nad.yaml", dw_buf_text(&text));
    const dw_json *value = config_of(arena, &fixed, id);
    first = i == 0 ? value : first;
    if (!dw_json_equal(first, value))
      fail_msg("%s: style %zu gives another configuration:\n%s", id, i, fixed.text);
    if (fixed.result.file_count == 0)
      continue;
    changed++;
    FIXED_SCOPED again = fix_text(&nothing, "nad.yaml", fixed.text);
    if (again.result.file_count > 0)
      fail_msg("%s: a second run changes\n%s\ninto\n%s", id, fixed.text, again.text);
  }
  return changed;
}

/* The same for the text in lines, if it is JSON in one line. */
static size_t fix_in_lines(const char *id, const char *config) {
  struct json_object *value = json_tokener_parse(config);
  size_t changed = 0;
  if (strchr(config, '\n') == NULL && json_object_is_type(value, json_type_object))
    changed = fix_config(id, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED));
  json_object_put(value);
  return changed;
}

static void every_style_of_a_configuration_is_fixed_alike(void **state) {
  (void)state;
  static char line[LINE_BYTES];
  size_t rows = 0;
  size_t fixed = 0;
  FILE *file = fopen(rows_file, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    struct json_object *row = json_tokener_parse(line);
    struct json_object *config = NULL;
    struct json_object *id = NULL;
    if (json_object_object_get_ex(row, "config", &config) && json_object_is_type(config, json_type_string) &&
        json_object_object_get_ex(row, "id", &id)) {
      rows++;
      fixed += fix_config(json_object_get_string(id), json_object_get_string(config));
      fixed += fix_in_lines(json_object_get_string(id), json_object_get_string(config));
    }
    json_object_put(row);
  }
  fclose(file);
  print_message("%zu configurations, %zu files changed\n", rows, fixed);
  assert_true(rows >= 400);
  assert_true(fixed >= 400);
}

/* The cluster of the laboratory, as manifests; the caller frees it. */
static char *cluster_text(void) {
  struct dw_buf text = DW_BUF_INIT;
  struct json_object *list = json_object_from_file("tests/lab/corpus/cluster.json");
  struct json_object *items = NULL;
  assert_true(json_object_object_get_ex(list, "items", &items));
  for (size_t i = 0; i < json_object_array_length(items); i++)
    dw_buf_printf(&text, "---\n%s\n", json_object_to_json_string(json_object_array_get_idx(items, i)));
  json_object_put(list);
  size_t length = 0;
  return dw_buf_steal(&text, &length);
}

static void a_fix_denies_nothing_new_in_the_laboratory(void **state) {
  (void)state;
  static char line[LINE_BYTES];
  char *cluster = cluster_text();
  const struct fix_cluster laboratory = {cluster, NULL};
  FILE *file = fopen(rows_file, "r");
  size_t changed = 0;
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    struct json_object *row = json_tokener_parse(line);
    struct json_object *config = NULL;
    if (json_object_object_get_ex(row, "config", &config) && json_object_is_type(config, json_type_string)) {
      literal(&text, json_object_get_string(config));
      FIXED_SCOPED fixed = fix_text(&laboratory, "nad.yaml", dw_buf_text(&text));
      changed += fixed.result.file_count;
      if (fixed.result.file_count > 0)
        expect_no_new_denial(json_object_get_string(config), &laboratory, dw_buf_text(&text), &fixed);
    }
    json_object_put(row);
  }
  fclose(file);
  free(cluster);
  assert_true(changed >= 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fixed_examples_have_no_such_finding),
      cmocka_unit_test(an_object_is_fixed_where_it_is),
      cmocka_unit_test(what_is_not_rendered_stays),
      cmocka_unit_test(what_is_excepted_stays),
      cmocka_unit_test(what_is_shared_by_two_objects_stays),
      cmocka_unit_test(every_style_of_a_configuration_is_fixed_alike),
      cmocka_unit_test(a_fix_denies_nothing_new_in_the_laboratory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
