/* Any text as manifests: what reads is JSON for json-c too, reads the same again as JSON, and its places lie inside the
 * text. */
#include <string.h>

#include "droveway/formats/yaml.h"
#include "support.h"

static int count_lines(const uint8_t *data, size_t size) {
  int lines = 1;
  for (size_t i = 0; i < size; i++)
    lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xa8 || data[i] == 0xa9;
  return lines;
}

static void check_place(const struct dw_yaml_doc *doc, const char *path, int lines) {
  int line = 0;
  int column = 0;
  for (int of_key = 0; of_key < 2; of_key++) {
    dw_yaml_locate(doc, path, of_key, &line, &column);
    FUZZ_ASSERT(line >= 1 && line <= lines && column >= 1);
  }
}

static void check_doc(struct dw_arena *arena, const struct dw_yaml_doc *doc, int lines) {
  const char *text = dw_json_text(arena, doc->root);
  struct json_object *json = fuzz_json(text, strlen(text));
  FUZZ_ASSERT(json || strcmp(text, "null") == 0);
  json_object_put(json);
  struct dw_yaml_doc *again = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_json_type(doc->root) == DW_JSON_OBJECT || dw_json_type(doc->root) == DW_JSON_ARRAY) {
    FUZZ_ASSERT(dw_yaml_parse(arena, text, strlen(text), &again, &err) == 0 || err.code == DW_ERR_MEMORY);
    FUZZ_ASSERT(!again || dw_json_equal(again->root, doc->root));
  }
  FUZZ_ASSERT(doc->line >= 1 && doc->line <= lines);
  check_place(doc, "", lines);
  check_place(doc, "metadata.name", lines);
  check_place(doc, "spec.config", lines);
  check_place(doc, "items[1].spec", lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(256 << 20);
  struct dw_yaml_doc *doc = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_yaml_parse(arena, (const char *)data, size, &doc, &err) != 0) {
    FUZZ_ASSERT(err.text[0] && !strchr(err.text, '\n'));
    return 0;
  }
  int lines = count_lines(data, size);
  for (; doc; doc = doc->next)
    check_doc(arena, doc, lines);
  return 0;
}
