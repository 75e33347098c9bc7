/* Checks the options of each plugin against its table. A single value that the plugin's own code rejects makes every
 * ADD fail. Sources of the common options: containernetworking/cni 1.3.0 pkg/types (PluginConf, DNS, NetConfList) and
 * libcni/conf.go (NetworkConfFromBytes). The latter reads the members of a list from a map, in which null does not
 * count as absent. */
#include "cni/options.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* --- combinations --- */

static bool holds(const struct dw_condition *condition, const dw_json *plugin) {
  const dw_json *json = dw_option_find(plugin, condition->path);
  const char *text = dw_json_string(json);
  switch (condition->state) {
  case DW_IS_TRUE:
    return dw_is_true(json);
  case DW_IS_GIVEN:
    return dw_is_given(json);
  case DW_IS_ABSENT:
    return !dw_is_given(json);
  case DW_IS_SET:
    return dw_option_set(json);
  case DW_IS_UNSET:
    return !dw_option_set(json);
  case DW_IS_WORD:
    return text != NULL && dw_key_equal(text, condition->word);
  case DW_IS_OTHER:
    return text != NULL && strcmp(text, condition->word) != 0 && strcmp(text, condition->second) != 0;
  case DW_IS_SHORT:
    return dw_json_size(json) < 2;
  }
  return false;
}

static bool all_hold(const struct dw_combination *combination, const dw_json *plugin) {
  for (size_t i = 0; i < DW_CONDITIONS_MAX && combination->conditions[i].path != NULL; i++)
    if (!holds(&combination->conditions[i], plugin))
      return false;
  return true;
}

static void check_combinations(struct dw_reading *reading, const struct dw_value *plugin,
                               const struct dw_plugin_options *options) {
  for (size_t i = 0; i < options->combination_count; i++) {
    const struct dw_combination *combination = &options->combinations[i];
    if (!all_hold(combination, plugin->json))
      continue;
    struct dw_value value = dw_option_value(reading->arena, plugin, combination->conditions[0].path);
    reading->kind = combination->kind;
    dw_fault_add(reading, &value, combination->what, combination->fix);
    reading->kind = DW_FAULT_OPTION;
  }
}

/* --- a plugin --- */

static const struct dw_option dns_rows[] = {DW_ROW("nameservers", TEXTS), DW_ROW("domain", TEXT),
                                            DW_ROW("search", TEXTS), DW_ROW("options", TEXTS)};
static const struct dw_option attachment_rows[] = {DW_ROW("containerID", TEXT), DW_ROW("ifname", TEXT)};
static const struct dw_option common_rows[] = {DW_ROW("capabilities", BOOL_MAP), DW_ROW_OF("dns", OBJECT, dns_rows),
                                               DW_ROW("prevResult", OBJECT),
                                               DW_ROW_OF("cni.dev/valid-attachments", OBJECTS, attachment_rows)};
static const struct dw_options common = DW_OPTIONS(common_rows);

static const struct dw_plugin_options *find_options(const struct dw_plugin_table *table, const char *type) {
  for (size_t i = 0; i < table->count; i++)
    if (strcmp(table->plugins[i].type, type) == 0)
      return &table->plugins[i];
  return NULL;
}

static const struct dw_plugin_options *options_of(const char *type) {
  static const struct dw_plugin_table *const tables[] = {&dw_main_options, &dw_meta_options, &dw_device_options};
  const struct dw_plugin_options *options = NULL;
  for (size_t i = 0; i < sizeof tables / sizeof tables[0] && options == NULL; i++)
    options = find_options(tables[i], type);
  return options;
}

/* Checks the plugin against its table. Further checks are made only if the table found nothing, because what they find
 * often follows from a value of a wrong type. */
static void check_by(struct dw_reading *reading, const struct dw_value *plugin,
                     const struct dw_plugin_options *options) {
  size_t before = reading->config->fault_count;
  if (options == NULL)
    return;
  dw_options_check(reading, plugin, &options->options);
  if (reading->config->fault_count > before)
    return;
  check_combinations(reading, plugin, options);
  if (options->check != NULL)
    options->check(reading, plugin);
}

static void check_plugin(struct dw_reading *reading, const struct dw_cni_plugin *plugin) {
  const struct dw_value object = {.field = plugin->field, .json = plugin->json};
  reading->kind = DW_FAULT_LIBCNI;
  reading->mac = plugin->mac.json;
  dw_options_check(reading, &object, &common);
  reading->kind = DW_FAULT_OPTION;
  check_by(reading, &object, options_of(plugin->type_name));
  if (dw_plugin_makes_interface(plugin->type_name) && dw_plugin_runs_ipam(plugin->type_name))
    check_by(reading, &object, find_options(&dw_ipam_options, plugin->ipam.type_name));
}

/* --- the members of a list besides its plugins --- */

/* Returns true if VALUE is a boolean, or, if TEXT is set, the text "true" or "false". libcni accepts such text, but
 * Multus also decodes two of these members, and rejects it. */
static bool is_boolean(const struct dw_value *value, bool text) {
  static const char *const words[] = {"true", "false"};
  if (dw_json_type(value->json) == DW_JSON_BOOL)
    return true;
  for (size_t i = 0; text && value->text != NULL && i < 2; i++) {
    size_t at = 0;
    while (words[i][at] != '\0' && tolower((unsigned char)value->text[at]) == words[i][at])
      at++;
    if (words[i][at] == '\0' && value->text[at] == '\0')
      return true;
  }
  return false;
}

static void check_switch(struct dw_reading *reading, const char *name, bool text) {
  struct dw_value value = dw_value_member(reading->arena, "spec.config", reading->config->json, name);
  /* For a key in this exact letter case, null is absent for Multus, but an error for libcni. */
  bool exact_null = dw_json_type(dw_json_get(reading->config->json, name)) == DW_JSON_NULL;
  if (exact_null || (dw_value_given(&value) && !is_boolean(&value, text)))
    dw_fault_wrong_type(reading, &value, "true or false");
}

static void check_versions(struct dw_reading *reading) {
  const dw_json *list = dw_json_get(reading->config->json, "cniVersions");
  if (list == NULL)
    return;
  struct dw_value value = dw_value_at(reading->arena, "spec.config", "cniVersions", list);
  if (dw_json_type(list) != DW_JSON_ARRAY)
    dw_fault_wrong_type(reading, &value, "a list of versions");
  for (size_t i = 0; dw_json_type(list) == DW_JSON_ARRAY && i < dw_json_size(list); i++) {
    const dw_json *element = dw_json_at(list, i);
    const char *text = dw_json_string(element);
    int64_t parts[3];
    if (text != NULL && dw_cni_version_parse(text, parts))
      continue;
    struct dw_value place = dw_value_element(reading->arena, value.field, i, element);
    dw_fault_wrong_type(reading, &place, "a version such as \"1.0.0\"");
    return;
  }
}

/* The `ipam` of a list itself is not used by any plugin, but Multus decodes it. */
static const struct dw_option list_ipam_rows[] = {DW_ROW("type", TEXT)};
static const struct dw_option list_rows[] = {
    DW_ROW_OF("ipam", OBJECT, list_ipam_rows),
};
static const struct dw_options list_options = DW_OPTIONS(list_rows);

/* Multus decodes NAME in any letter case; the rules only check it in the letter case that libcni uses. */
static void check_other_case(struct dw_reading *reading, const char *name) {
  const dw_json *config = reading->config->json;
  const char *key = name;
  const dw_json *json = dw_json_get_fold(config, name, &key);
  if (strcmp(key, name) == 0)
    return;
  struct dw_value value = dw_value_at(reading->arena, "spec.config", key, json);
  if (dw_value_given(&value) && value.text == NULL)
    dw_fault_wrong_type(reading, &value, "a string");
}

static void check_list(struct dw_reading *reading) {
  const struct dw_value object = {.field = "spec.config", .json = reading->config->json};
  dw_options_check(reading, &object, &common);
  dw_options_check(reading, &object, &list_options);
  check_other_case(reading, "cniVersion");
  check_switch(reading, "disableCheck", false);
  check_switch(reading, "disableGC", false);
  check_switch(reading, "loadOnlyInlinedPlugins", true);
  check_versions(reading);
}

/* The row of TOKEN; NULL if there is none. */
static const struct dw_option *row_of(const struct dw_options *options, struct path_token token) {
  char key[64];
  if (token.length >= sizeof key)
    return NULL;
  memcpy(key, token.text, token.length);
  key[token.length] = '\0';
  for (size_t i = 0; i < options->count; i++)
    if (dw_key_equal(key, options->rows[i].name))
      return &options->rows[i];
  return NULL;
}

/* Returns true if PATH leads through objects of OPTIONS to one of their members. */
static bool has_member(const struct dw_plugin_options *options, const char *path) {
  const struct dw_options *members = options == NULL ? NULL : &options->options;
  const struct dw_option *row = NULL;
  struct path_token token;
  size_t index;
  while (members != NULL && dw_path_next(&path, &token)) {
    if (row != NULL && dw_path_index(token, &index))
      continue;
    row = row_of(members, token);
    if (row == NULL)
      return false;
    members = &row->members;
  }
  return row != NULL;
}

bool dw_cni_is_option(const struct dw_cni_plugin *plugin, const char *path) {
  return has_member(options_of(plugin->type_name), path) ||
         (dw_plugin_runs_ipam(plugin->type_name) &&
          has_member(find_options(&dw_ipam_options, plugin->ipam.type_name), path));
}

void dw_cni_check_options(struct dw_arena *arena, struct dw_cni_config *config) {
  struct dw_reading reading = {.arena = arena, .config = config, .kind = DW_FAULT_LIBCNI};
  check_other_case(&reading, "name");
  if (config->is_list)
    check_list(&reading);
  for (size_t i = 0; i < config->plugin_count; i++)
    if (config->plugins[i].is_object)
      check_plugin(&reading, &config->plugins[i]);
}
