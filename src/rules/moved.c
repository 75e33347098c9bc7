/* Recognises a mistake after its path has changed, because a list element before it was added or removed, a plugin
 * became a list of plugins, or a key has another letter case. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "rules/rules_internal.h"

static const char config_path[] = "spec.config";

/* The length of "[12]" at TEXT; 0 if there is no index. */
static size_t index_length(const char *text) {
  size_t digits = text[0] == '[' ? strspn(text + 1, "0123456789") : 0;
  return digits > 0 && text[1 + digits] == ']' ? digits + 2 : 0;
}

/* The length of ".plugins" in ".plugins[0]", and of other lists whose elements can also be written without the list; 0
 * for any other text. */
static size_t wrapper_length(const char *text) {
  static const char *const wrappers[] = {".plugins", ".ipranges", ".ranges"};
  size_t length = strcspn(text + 1, ".[") + 1;
  if (index_length(text + length) == 0)
    return 0;
  for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
    if (strlen(wrappers[i]) == length && strncasecmp(text, wrappers[i], length) == 0)
      return length;
  return 0;
}

/* PATH without the parts that may change. Below spec.config the case of keys does not matter. */
static const char *normalized(struct dw_arena *arena, const char *path) {
  bool config = strncmp(path, config_path, sizeof config_path - 1) == 0;
  struct dw_buf out = DW_BUF_IN(arena);
  while (*path != '\0') {
    size_t skipped = index_length(path);
    if (skipped == 0 && config && *path == '.')
      skipped = wrapper_length(path);
    path += skipped;
    if (skipped > 0)
      continue;
    dw_buf_putc(&out, config && *path >= 'A' && *path <= 'Z' ? (char)(*path - 'A' + 'a') : *path);
    path++;
  }
  return dw_buf_text(&out);
}

/* Returns true if PATH is BASE or below it. */
static bool is_at(const char *path, const char *base) {
  size_t length = strlen(base);
  return strncmp(path, base, length) == 0 && (path[length] == '\0' || path[length] == '.' || path[length] == '[');
}

static const struct dw_cni_plugin *plugin_at(const struct dw_cni_config *config, const char *path) {
  for (size_t i = 0; config != NULL && i < config->plugin_count; i++)
    if (is_at(path, config->plugins[i].field))
      return &config->plugins[i];
  return NULL;
}

/* The member of OBJECT that PATH continues with, and its key's length; a key may contain dots. */
static const dw_json *member_at(const dw_json *object, const char *path, size_t *length) {
  const dw_json *found = NULL;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL; m = dw_json_next(object, m)) {
    if (is_at(path, m.key) && (found == NULL || strlen(m.key) > *length)) {
      found = m.value;
      *length = strlen(m.key);
    }
  }
  return found;
}

/* The innermost list element along PATH; ELEMENT if there is none. */
static const dw_json *element_at(const dw_json *json, const char *path, const dw_json *element) {
  while (json != NULL && *path != '\0') {
    size_t length = index_length(path);
    if (length > 0) {
      element = json = dw_json_at(json, (size_t)strtoul(path + 1, NULL, 10));
    } else {
      path += *path == '.';
      json = member_at(json, path, &length);
    }
    path += length;
  }
  return element;
}

struct dw_finding_place dw_finding_place(const struct dw_check *check, const dw_json *object,
                                         struct dw_finding *finding) {
  const char *field = finding->facts.field;
  struct dw_finding_place place = {
      .finding = finding, .path = normalized(check->arena, field), .plugin = plugin_at(check->config, field)};
  if (place.plugin != NULL) {
    place.siblings = check->config->is_list ? check->config->plugin_count : 0;
    place.element = element_at(place.plugin->json, field + strlen(place.plugin->field), place.plugin->json);
  } else if (check->config != NULL && is_at(field, config_path)) {
    place.element = element_at(check->config->json, field + strlen(config_path), NULL);
  } else {
    place.element = element_at(object, field, NULL);
  }
  return place;
}

/* Returns true if both seem to be in the same element: it is unchanged, or the list of plugins became longer or shorter
 * and both plugins have the same type. */
static bool in_same_element(const struct dw_finding_place *old, const struct dw_finding_place *now) {
  if (dw_json_equal(old->element, now->element))
    return true;
  return now->plugin != NULL && now->element == now->plugin->json && old->plugin != NULL &&
         old->element == old->plugin->json && *now->plugin->type_name != '\0' && old->siblings != now->siblings;
}

bool dw_finding_moved(const struct dw_finding_place *old, const struct dw_finding_place *now) {
  if (strcmp(old->path, now->path) != 0 || !dw_finding_same_facts(old->finding, now->finding))
    return false;
  if (dw_key_equal(old->finding->facts.field, now->finding->facts.field))
    return true;
  const struct dw_facts *facts = &now->finding->facts;
  bool has_value = facts->value != NULL || facts->json != NULL || facts->addresses != NULL || facts->about.text != NULL;
  return dw_text_equal(old->plugin == NULL ? NULL : old->plugin->type_name,
                       now->plugin == NULL ? NULL : now->plugin->type_name) &&
         (has_value || in_same_element(old, now));
}
