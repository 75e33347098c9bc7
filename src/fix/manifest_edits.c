#include "fix/manifest_edits.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "fix/edit.h"
#include "fix/value.h"

bool dw_fix_place_of(const struct dw_manifest *manifest, struct dw_fix_place *out) {
  const struct dw_manifest_string *inside = manifest->inside;
  const struct dw_yaml_doc *doc = inside == NULL ? manifest->doc : inside->doc;
  out->inside = inside == NULL ? NULL : inside->path;
  return dw_yaml_part(doc, inside == NULL ? manifest->source : inside->source, &out->text, &out->offset);
}

/* Whether FIELD is the configuration of a NAD, or in it. */
static bool in_config(const char *field) {
  static const char config[] = "spec.config";
  size_t length = sizeof config - 1;
  return strncmp(field, config, length) == 0 && (field[length] == '\0' || strchr(".[", field[length]) != NULL);
}

bool dw_fix_edits_in(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits,
                     struct dw_edits *out, const char **why) {
  struct dw_edit *items = dw_arena_array(arena, edits->count, sizeof *items);
  for (size_t i = 0; i < edits->count; i++) {
    const struct dw_edit *edit = &edits->items[i];
    bool moved = edit->kind == DW_EDIT_MOVE;
    if (manifest->config_key != NULL && (!in_config(edit->field) || (moved && !in_config(edit->value)))) {
      *why = "this object is made of another one, which does not have it";
      return false;
    }
    items[i] = (struct dw_edit){edit->kind, dw_manifest_path(arena, manifest, edit->field),
                                moved ? dw_manifest_path(arena, manifest, edit->value) : edit->value};
  }
  *out = (struct dw_edits){items, edits->count};
  return true;
}

static bool is_word(char c) {
  return dw_is_alnum(c) || (c != '\0' && strchr("-_./:", c) != NULL);
}

/* CHANGE of OLD with the rest of the words that it begins and ends in, so that people can read it. NEW is the new text.
 */
static struct dw_fix_change whole_words(const struct dw_yaml_text *old, const char *new, struct dw_fix_change change) {
  while (change.offset > 0 && is_word(old->text[change.offset - 1])) {
    change.offset--;
    change.length++;
    change.size++;
  }
  while (change.offset + change.length < old->length && is_word(old->text[change.offset + change.length])) {
    change.length++;
    change.size++;
  }
  change.text = new + change.offset;
  return change;
}

bool dw_fix_change_of(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits,
                      struct dw_fix_change *out, const char **why) {
  struct dw_fix_place place;
  struct dw_edits mine;
  *why = "its file is not UTF-8";
  if (!dw_fix_place_of(manifest, &place) || !dw_fix_edits_in(arena, manifest, edits, &mine, why))
    return false;
  struct dw_yaml_text new = place.text;
  if (!dw_fix_edit(arena, &new, place.inside, &mine, why))
    return false;
  *out = whole_words(&place.text, new.text,
                     dw_fix_change_between(place.text.text, place.text.length, new.text, new.length));
  out->offset += place.offset;
  return true;
}

/* --- for people --- */

enum { MOST_SHOWN = 60 };

static const char *shown(struct dw_arena *arena, const char *json) {
  size_t length = strlen(json);
  size_t cut = dw_utf8_cut(json, length, MOST_SHOWN);
  return cut == length ? json : dw_arena_printf(arena, "%.*s...", (int)cut, json);
}

static const char *describe(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edit *edit) {
  const dw_json *object = dw_fix_opened(arena, manifest->json, edit->field);
  const dw_json *old = dw_fix_value_at(arena, object, edit->field);
  const char *before = dw_json_type(old) <= DW_JSON_NULL ? NULL : shown(arena, dw_json_text(arena, old));
  switch (edit->kind) {
  case DW_EDIT_SET:
    return before == NULL
               ? dw_arena_printf(arena, "%s: %s added", edit->field, shown(arena, edit->value))
               : dw_arena_printf(arena, "%s: %s instead of %s", edit->field, shown(arena, edit->value), before);
  case DW_EDIT_REMOVE:
    return dw_arena_printf(arena, "%s removed", edit->field);
  case DW_EDIT_RENAME:
    return dw_arena_printf(arena, "%s is now called %s", edit->field, edit->value);
  case DW_EDIT_APPEND:
    return dw_arena_printf(arena, "%s: %s added to the list", edit->field, shown(arena, edit->value));
  case DW_EDIT_MOVE:
    return dw_arena_printf(arena, "%s moved to %s", edit->field, edit->value);
  }
  return "";
}

const char *dw_fix_describe(struct dw_arena *arena, const struct dw_manifest *manifest, const struct dw_edits *edits) {
  const char *out = "";
  for (size_t i = 0; i < edits->count; i++)
    out = dw_arena_join(arena, out, i == 0 ? "" : ", ", describe(arena, manifest, &edits->items[i]));
  return out;
}
