#include "rules/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "yaml/yaml.h"

static bool read_text(const dw_json *value, const char **out) {
  *out = dw_json_string(value);
  return *out != NULL;
}

static bool read_member(const struct dw_json_member *member, struct dw_explanation *out) {
  struct {
    const char *key;
    const char **text;
  } texts[] = {{"why", &out->why},
               {"broken", &out->broken},
               {"fixed", &out->fixed},
               {"state", &out->state},
               {"policy", &out->policy}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (strcmp(member->key, texts[i].key) == 0)
      return read_text(member->value, texts[i].text);
  return strcmp(member->key, "deletes") == 0 && dw_json_boolean(member->value, &out->deletes);
}

static int read_document(const dw_json *root, struct dw_explanation *out, struct dw_error *err) {
  for (struct dw_json_member m = dw_json_first(root); m.value != NULL; m = dw_json_next(root, m))
    if (!read_member(&m, out))
      return dw_error_set(err, DW_ERR_INVALID, "\"%s\" is an unknown key or has the wrong type", m.key);
  if (out->why == NULL || out->broken == NULL || out->fixed == NULL)
    return dw_error_set(err, DW_ERR_INVALID, "why, broken and fixed are required");
  return 0;
}

int dw_explain(struct dw_arena *arena, const char *id, struct dw_explanation *out, struct dw_error *err) {
  const struct dw_explanation_file *file =
      bsearch(&id, dw_explanation_files, dw_explanation_file_count, sizeof *file, dw_by_name);
  struct dw_explanation explanation = {.why = NULL};
  struct dw_yaml_doc *doc = NULL;
  if (file == NULL)
    return dw_error_set(err, DW_ERR_INVALID, "the rule \"%s\" has no explanation", id);
  int failed = dw_yaml_parse(arena, file->text, file->length, &doc, err);
  if (failed == 0)
    failed = read_document(doc == NULL ? NULL : doc->root, &explanation, err);
  if (failed != 0)
    return dw_error_in_file(err, dw_arena_printf(arena, "src/rules/explanations/%s.yaml", id));
  *out = explanation;
  return 0;
}
