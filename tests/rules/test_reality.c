/* Compares the verdicts on configurations that were attached to three nodes with the real plugins with what happened
 * there: tests/lab/README.md. */
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
#include "support/review_case.h"

enum { LINE_BYTES = 64 * 1024, FEWEST_ROWS = 400 };

static const char rows_file[] = "tests/lab/corpus/reality.jsonl";
static const char cluster_file[] = "tests/lab/corpus/cluster.json";

static const char *text_of(struct json_object *row, const char *key) {
  struct json_object *value = NULL;
  return json_object_object_get_ex(row, key, &value) ? json_object_get_string(value) : "";
}

static struct json_object *child(struct json_object *parent, const char *key) {
  struct json_object *object = json_object_new_object();
  json_object_object_add(parent, key, object);
  return object;
}

static void add_text(struct json_object *object, const char *key, const char *value) {
  json_object_object_add(object, key, json_object_new_string(value));
}

static const char *or_else(const char *text, const char *other) {
  return *text == '\0' ? other : text;
}

/* The NAD of a row, or of one of its `others`. The caller releases it. */
static struct json_object *nad_of(struct json_object *row) {
  struct json_object *nad = json_object_new_object();
  struct json_object *annotations = NULL;
  struct json_object *config = NULL;
  add_text(nad, "apiVersion", "k8s.cni.cncf.io/v1");
  add_text(nad, "kind", "NetworkAttachmentDefinition");
  struct json_object *metadata = child(nad, "metadata");
  add_text(metadata, "name", or_else(text_of(row, "name"), "migration-network"));
  add_text(metadata, "namespace", or_else(text_of(row, "namespace"), "openshift-cnv"));
  if (json_object_object_get_ex(row, "annotations", &annotations))
    json_object_object_add(metadata, "annotations", json_object_get(annotations));
  struct json_object *spec = child(nad, "spec");
  if (json_object_object_get_ex(row, "config", &config) && config != NULL)
    json_object_object_add(spec, "config", json_object_get(config));
  return nad;
}

static char *text_and_free(struct json_object *object) {
  char *text = strdup(json_object_to_json_string(object));
  assert_non_null(text);
  json_object_put(object);
  return text;
}

/* Appends OBJECT to TEXT as a document of a stream, and releases it. */
static void add_document(struct dw_buf *text, struct json_object *object) {
  dw_buf_printf(text, "---\n%s\n", json_object_to_json_string(object));
  json_object_put(object);
}

/* The cluster, and the existing NADs (may be NULL). */
static struct dw_world *world_with(struct json_object *others) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct json_object *list = json_object_from_file(cluster_file);
  struct json_object *items = NULL;
  if (list == NULL || !json_object_object_get_ex(list, "items", &items))
    fail_msg("%s can't be read", cluster_file);
  for (size_t i = 0; i < json_object_array_length(items); i++)
    add_document(&text, json_object_get(json_object_array_get_idx(items, i)));
  for (size_t i = 0; others != NULL && i < json_object_array_length(others); i++)
    add_document(&text, nad_of(json_object_array_get_idx(others, i)));
  json_object_put(list);
  return world_of(dw_buf_text(&text), NULL);
}

static const char *what_is_said(const struct verdict *verdict) {
  if (!verdict->allowed)
    return "denied";
  return verdict_warning_count(verdict) > 0 ? "warned" : "allowed";
}

/* `told`: the verdict must be a denial or a warning. `works`: it must not be a denial. `any`: the laboratory could not
 * show what happens. */
static bool is_as_expected(const char *expected, const char *said) {
  if (strcmp(expected, "any") == 0)
    return true;
  if (strcmp(expected, "works") == 0)
    return strcmp(said, "denied") != 0;
  if (strcmp(expected, "told") == 0)
    return strcmp(said, "allowed") != 0;
  return strcmp(expected, said) == 0;
}

static bool judge(const struct dw_world *world, struct json_object *row) {
  char *nad = text_and_free(nad_of(row));
  VERDICT_SCOPED verdict = review(world, DW_OP_CREATE, nad, NULL);
  const char *expected = text_of(row, "expect");
  const char *said = what_is_said(&verdict);
  bool right = is_as_expected(expected, said);
  if (!right)
    print_error("%s/%s: expected %s, is %s (denied: %s; warned: %s)\n  %s\n", text_of(row, "group"), text_of(row, "id"),
                expected, said, verdict_denied(&verdict), verdict_warned(&verdict), text_of(row, "config"));
  free(nad);
  return right;
}

/* Builds a separate world for a row with existing NADs. */
static bool judge_row(const struct dw_world *plain, struct json_object *row) {
  struct json_object *others = NULL;
  if (!json_object_object_get_ex(row, "others", &others))
    return judge(plain, row);
  struct dw_world *world = world_with(others);
  bool right = judge(world, row);
  dw_world_unref(world);
  return right;
}

static void verdicts_agree_with_the_laboratory(void **state) {
  (void)state;
  char *line = malloc(LINE_BYTES);
  struct dw_world *plain = world_with(NULL);
  FILE *rows = fopen(rows_file, "r");
  size_t count = 0, wrong = 0;
  assert_non_null(line);
  assert_non_null(rows);
  while (fgets(line, LINE_BYTES, rows) != NULL) {
    struct json_object *row = json_tokener_parse(line);
    if (row == NULL)
      fail_msg("%s:%zu can't be read", rows_file, count + 1);
    wrong += judge_row(plain, row) ? 0 : 1;
    count++;
    json_object_put(row);
  }
  (void)fclose(rows);
  dw_world_unref(plain);
  free(line);
  assert_true(count >= FEWEST_ROWS);
  if (wrong > 0)
    fail_msg("%zu of %zu verdicts are not as expected", wrong, count);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts_agree_with_the_laboratory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
