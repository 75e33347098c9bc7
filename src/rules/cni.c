/* What every CNI configuration must satisfy, whatever the network is for. */
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "rules/families.h"
#include "rules/nad_internal.h"
#include "yaml/yaml.h"
#include "json/json_repair.h"
#include "json/json_write.h"

static size_t string_end(const char *text, size_t length, size_t at) {
  for (at++; at < length; at++) {
    if (text[at] == '"')
      return at + 1;
    at += text[at] == '\\';
  }
  return length;
}

/* The end of the string, word, number or other character at AT. */
static size_t token_end(const char *text, size_t length, size_t at) {
  static const char word[] = "+-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  size_t end = at + 1;
  if (text[at] == '"')
    return string_end(text, length, at);
  if (strchr(word, text[at]) != NULL)
    return at + strspn(text + at, word);
  while (end < length && dw_utf8_is_inside(text[end]))
    end++;
  return end;
}

/* The tokens of LINE around PLACE: the whole token that is wrong, and some of those before and after it. */
static struct dw_span around(const char *line, size_t length, size_t place) {
  enum { BEFORE = 20, MOST_BEFORE = 40, WHOLE = 40, LONGEST = 80 };
  struct dw_span span = {0, 0};
  size_t first_end = 0;
  for (size_t at = 0, end; at < length; at = end) {
    end = token_end(line, length, at);
    if (line[at] == ' ' || line[at] == '\t')
      continue;
    if (at > place && span.length > 0 && end - span.offset > WHOLE)
      break;
    bool far = first_end + BEFORE <= place || span.offset + MOST_BEFORE < place;
    bool separator = line[span.offset] == ',' || line[span.offset] == ':';
    bool too_long = place < end && end - span.offset > LONGEST;
    if (span.length == 0 || (at <= place && (far || separator || too_long))) {
      span.offset = at;
      first_end = end;
    }
    span.length = end - span.offset;
  }
  return span;
}

/* The part of the configuration's text where the error is; NULL if its position is unknown. */
static const char *excerpt(struct dw_arena *arena, const struct dw_cni_config *config) {
  if (config->error.line <= 0 || config->error.column <= 0)
    return NULL;
  const char *line = config->text;
  for (int i = 1; i < config->error.line && line != NULL; i++) {
    const char *end = strchr(line, '\n');
    line = end == NULL ? NULL : end + 1;
  }
  if (line == NULL)
    return NULL;
  struct dw_span span = around(line, strcspn(line, "\r\n"), (size_t)config->error.column - 1);
  return span.length == 0 ? NULL : dw_arena_strndup(arena, line + span.offset, span.length);
}

static const char *pretty(struct dw_arena *arena, const dw_json *object) {
  struct dw_buf text = DW_BUF_IN(arena);
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&text);
  dw_json_put_value(&w, object);
  dw_buf_putc(&text, '\n');
  return dw_buf_text(&text);
}

/* The configuration as JSON, if its text is YAML in block style; else NULL. JSON with mistakes may be YAML in flow
 * style that means something else: a comment becomes part of a key. JSON has no comments, so YAML with them stays. */
static const char *from_yaml(struct dw_arena *arena, const struct dw_cni_config *config) {
  enum { LONGEST = 64 * 1024 };
  struct dw_yaml_doc *doc = NULL;
  const char *begin = config->text + strspn(config->text, " \t\r\n");
  if (config->length > LONGEST || *begin == '{' || *begin == '[' || strchr(begin, '#') != NULL ||
      dw_yaml_parse(arena, config->text, config->length, &doc, NULL) != 0 || doc == NULL || doc->next != NULL ||
      dw_json_type(doc->root) != DW_JSON_OBJECT)
    return NULL;
  return pretty(arena, doc->root);
}

/* The configuration, if its text is JSON of a string that contains it; else NULL. */
static const char *from_string(struct dw_arena *arena, const struct dw_cni_config *config) {
  struct dw_error err = DW_ERROR_INIT;
  return dw_json_string(dw_json_parse(arena, config->text, config->length, DW_JSON_PLAIN, &err));
}

/* The edit that makes the configuration's text readable, if it can be meant in one way only. */
static struct dw_edits repair(struct dw_arena *arena, const struct dw_cni_config *config) {
  const char *text = dw_json_repair(arena, config->text, config->length);
  if (config->error.code == DW_ERR_INVALID)
    text = from_string(arena, config);
  else if (text == NULL)
    text = from_yaml(arena, config);
  if (text == NULL || dw_cni_read_text(arena, text, strlen(text))->state != DW_CONFIG_OK)
    return (struct dw_edits){NULL, 0};
  return dw_edit_set_text(arena, "spec.config", text);
}

static void cni_json(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_cni_config *config = check->config;
  dw_nad_report_faults(check, rule, DW_FAULT_LIBCNI);
  if (config == NULL || config->state != DW_CONFIG_UNREADABLE)
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = "spec.config",
                           .value = excerpt(check->arena, config),
                           .line = config->error.line,
                           .column = config->error.column};
  dw_nad_mark_unread(check, &found);
  if (config->error.line > 0) {
    if (check->manifest != NULL) /* nobody else applies it, and YAML of a client need not be read */
      found.edits = repair(check->arena, config);
    dw_report(check, rule, &found, "line %d, column %d: %s", config->error.line, config->error.column,
              config->error.text);
  } else {
    if (config->error.code == DW_ERR_INVALID) /* the spec, or its config, has the wrong type */
      found.fix = "use \"config: |\" and indent the JSON below it";
    if (config->object != NULL)
      found.edits = dw_edit_set_text(check->arena, "spec.config", pretty(check->arena, config->object));
    dw_report(check, rule, &found, "%s", config->error.text);
  }
}

/* Which of the keys wins: libcni decodes a configuration into a map and writes it for each plugin with sorted keys, and
 * of the keys that Go accepts for one field the last one wins (measured: key/key-ipam-and-IPAM, key/key-master-twice).
 */
static const char *winner(struct dw_arena *arena, const struct dw_json_duplicate *duplicate) {
  if (duplicate->same_value)
    return "with the same value";
  if (strcmp(duplicate->used, duplicate->first) == 0 && strcmp(duplicate->used, duplicate->second) == 0)
    return "and the last one wins";
  return dw_arena_printf(arena, "and \"%s\" wins", duplicate->used);
}

/* Libcni and Multus look up these keys as they are spelled here. */
static bool is_exact(const char *key) {
  static const char *const exact[] = {"name", "cniVersion", "plugins"};
  for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
    if (strcmp(exact[i], key) == 0)
      return true;
  return false;
}

/* Removes one of two keys with the same value: not the one that is spelled as it must be, nor the one that is used. */
static struct dw_edits remove_repeated(const struct dw_check *check, const struct dw_json_duplicate *duplicate) {
  const char *first = duplicate->first;
  const char *second = duplicate->second;
  bool keep_second = is_exact(second) || (!is_exact(first) && strcmp(duplicate->used, second) == 0);
  size_t parent = strlen(duplicate->path) - strlen(second);
  if (strcmp(first, second) == 0 || !keep_second)
    return dw_edit_remove(check->arena, duplicate->path);
  return dw_edit_remove(
      check->arena, dw_arena_join(check->arena, dw_arena_strndup(check->arena, duplicate->path, parent), first, ""));
}

static void ambiguous_keys(struct dw_check *check, const struct dw_rule *rule,
                           const struct dw_json_duplicate *duplicate) {
  struct dw_found found = {.reason = DW_REASON_DUPLICATE,
                           .field = duplicate->path,
                           .value = duplicate->second,
                           .about = {check->config->text + duplicate->members.offset, duplicate->members.length},
                           .fix = "keep one of them",
                           .of_key = true,
                           .warn_at_most = duplicate->same_value && !check->class.migration};
  if (check->config->more_duplicates)
    dw_nad_mark_unread(check, &found);
  if (duplicate->same_value && duplicate->times == 2)
    found.edits = remove_repeated(check, duplicate);
  const char *wins = winner(check->arena, duplicate);
  found.gist = dw_arena_printf(check->arena, "\"%s\" and \"%s\" (%zu spellings in all), %s", duplicate->first,
                               duplicate->second, duplicate->times, wins);
  if (duplicate->times > 2)
    dw_report(check, rule, &found, "this key appears %zu times in one object (last at line %d, column %d), %s",
              duplicate->times, duplicate->line, duplicate->column, wins);
  else if (strcmp(duplicate->first, duplicate->second) == 0)
    dw_report(check, rule, &found, "this key appears twice (again at line %d, column %d), %s", duplicate->line,
              duplicate->column, wins);
  else
    dw_report(check, rule, &found, "\"%s\" and \"%s\" (line %d, column %d) are the same key to plugins, %s",
              duplicate->first, duplicate->second, duplicate->line, duplicate->column, wins);
}

/* The attach client and libcni look up the configuration's own members in a map, where letter case matters; Multus and
 * the plugins decode them into fields, where it does not. Sources: network-attachment-definition-client
 * pkg/utils/cniconfig.go (GetCNIConfigFromSpec), libcni/conf.go (NetworkConfFromBytes). Measured: key/key-Name-only and
 * key/key-list-CniVersion work, key/key-Plugins does not. */
struct exact_key {
  const char *name;
  bool list_only; /* only matters in a list */
  bool fails;
  const char *what;
};

static const struct exact_key exact_keys[] = {
    {"name", false, false, "Multus ignores this unknown key and uses the NAD's name instead"},
    {"cniVersion", true, false, "libcni ignores this unknown key, so the list's version defaults to 0.1.0"},
    {"plugins", true, true, "libcni ignores this unknown key, so the list has no plugins and Multus crashes"},
};

static void misspelt_key(struct dw_check *check, const struct dw_rule *rule, const struct exact_key *exact) {
  const dw_json *config = check->config->json;
  const char *key = exact->name;
  if (dw_json_get(config, exact->name) != NULL || dw_json_get_fold(config, exact->name, &key) == NULL)
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID,
      .field = dw_arena_join(check->arena, "spec.config", ".", key),
      .value = key,
      .fix = dw_arena_printf(check->arena, "use \"%s\"", exact->name),
      .edits = dw_edit_rename(check->arena, dw_arena_join(check->arena, "spec.config", ".", key), exact->name),
      .of_key = true,
      .warn_at_most = !exact->fails};
  dw_report(check, rule, &found, "%s", exact->what);
}

static void cni_ambiguous_key(struct dw_check *check, const struct dw_rule *rule) {
  if (dw_nad_config(check) == NULL)
    return;
  const struct dw_cni_config *config = check->config;
  for (size_t i = 0; i < config->duplicate_count; i++)
    ambiguous_keys(check, rule, &config->duplicates[i]);
  for (size_t i = 0; i < sizeof exact_keys / sizeof exact_keys[0]; i++)
    if (config->is_list || !exact_keys[i].list_only)
      misspelt_key(check, rule, &exact_keys[i]);
}

static void plugins_list(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_value *plugins = &check->config->plugins_value;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = plugins->field,
                           .value = dw_value_shown(check->arena, plugins),
                           .json = plugins->json,
                           .fix = "list the plugins there"};
  if (dw_json_type(plugins->json) != DW_JSON_ARRAY) {
    dw_report(check, rule, &found, "must be a list, not %s", dw_json_type_name(plugins->json));
  } else if (dw_json_size(plugins->json) == 0) {
    found.reason = DW_REASON_REQUIRED;
    dw_report(check, rule, &found, "the list of plugins is empty");
  }
}

static void list_next_to_type(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_value *plugins = &check->config->plugins_value;
  if (check->config->is_list || !dw_value_given(plugins))
    return;
  struct dw_found found = {.reason = DW_REASON_FORBIDDEN,
                           .field = plugins->field,
                           .fix = "remove one of the two",
                           .of_key = true,
                           .warn_at_most = true};
  dw_report(check, rule, &found, "is ignored, because a configuration that has a type is a single plugin");
}

/* The name of the file at PATH, without its folders. */
static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

static void plugin_type(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = plugin->type.field,
                           .value = dw_value_shown(check->arena, &plugin->type),
                           .json = plugin->type.json,
                           .fix = "name the CNI plugin, such as macvlan"};
  if (!plugin->is_object) {
    found.field = plugin->field;
    found.value = NULL;
    found.json = plugin->json;
    dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(plugin->json));
  } else if (dw_nad_is_blank(&plugin->type)) {
    /* Programs other than Multus read NADs, too; their NADs need no plugin. */
    found.warn_at_most = !check->config->is_list && !check->class.migration;
    found.reason = DW_REASON_REQUIRED;
    dw_report(check, rule, &found, "without a type, there is no plugin to run");
  } else if (plugin->type.text == NULL) {
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(plugin->type.json));
  } else {
    const char *name = file_name(plugin->type.text);
    if (dw_plugin_class(name) != DW_PLUGIN_UNKNOWN) {
      found.fix = dw_arena_printf(check->arena, "use \"%s\"", name);
      found.edits = dw_edit_set_text(check->arena, plugin->type.field, name);
    }
    dw_report(check, rule, &found, "is not a file name; type must be the name of the plugin's executable");
  }
}

/* Reports a type, of the plugin or the IPAM plugin, that is a misspelled known one. */
static void misspelt_type(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *type,
                          const char *meant) {
  if (meant == NULL)
    return;
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = type->field,
                           .value = type->text,
                           .fix = dw_arena_printf(check->arena, "did you mean \"%s\"?", meant),
                           .edits = dw_edit_set_text(check->arena, type->field, meant)};
  dw_report(check, rule, &found, "is not a known CNI plugin");
}

/* libcni decodes a plugin's name and cniVersion before it replaces them by the list's. Source: libcni/conf.go,
 * NetworkPluginConfFromBytes. */
static void listed_plugin(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  static const char *const names[] = {"name", "cniVersion"};
  for (size_t i = 0; plugin->is_object && i < sizeof names / sizeof names[0]; i++) {
    const char *key = names[i];
    const dw_json *json = dw_json_get_fold(plugin->json, names[i], &key);
    enum dw_json_type type = dw_json_type(json);
    if (type == DW_JSON_ABSENT || type == DW_JSON_NULL || type == DW_JSON_STRING)
      continue;
    struct dw_value value = {.field = dw_arena_join(check->arena, plugin->field, ".", key), .json = json};
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = value.field,
                             .value = dw_value_shown(check->arena, &value),
                             .json = json,
                             .fix = "remove it: only the list's own value is used",
                             .edits = dw_edit_remove(check->arena, value.field)};
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(json));
  }
}

/* Source: containernetworking/cni pkg/invoke/find.go, FindInPath: "invalid plugin name". */
static void ipam_path(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *type) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = type->field,
                           .value = type->text,
                           .fix = "use only the name of the IPAM plugin, such as whereabouts"};
  static const char *const known[] = {"whereabouts", "host-local", "static", "dhcp"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(file_name(type->text), known[i]) == 0)
      found.edits = dw_edit_set_text(check->arena, type->field, known[i]);
  dw_report(check, rule, &found, "is a path, not the name of the plugin's executable");
}

static void cni_type(struct dw_check *check, const struct dw_rule *rule) {
  if (dw_nad_config(check) == NULL)
    return;
  if (check->config->is_list)
    plugins_list(check, rule);
  else
    list_next_to_type(check, rule);
  for (size_t i = 0; i < check->config->plugin_count; i++) {
    const struct dw_cni_plugin *plugin = &check->config->plugins[i];
    if (check->config->is_list)
      listed_plugin(check, rule, plugin);
    if (!plugin->type_readable) {
      plugin_type(check, rule, plugin);
      continue;
    }
    misspelt_type(check, rule, &plugin->type, dw_plugin_meant(plugin->type_name));
    if (!dw_plugin_runs_ipam(plugin->type_name))
      continue;
    if (strchr(plugin->ipam.type_name, '/') != NULL)
      ipam_path(check, rule, &plugin->ipam.type_value);
    else
      misspelt_type(check, rule, &plugin->ipam.type_value, dw_ipam_meant(plugin->ipam.type_name));
  }
}

/* libcni keeps each result in a file NAME-CONTAINER-INTERFACE (libcni/api.go, getCacheFilePath), and a file name has at
 * most 255 bytes: a container's id has 64, migration0 has 10. On other networks the interface's name may have only 1.
 */
static size_t longest_name(const struct dw_check *check) {
  enum { FILE_NAME = 255, CONTAINER = 64, DASHES = 2, MIGRATION0 = 10 };
  return FILE_NAME - CONTAINER - DASHES - (check->class.migration ? MIGRATION0 : 1);
}

/* Uses the name that Multus fills in, that of the NAD. In OVN-Kubernetes, the name is that of a shared network. */
static struct dw_edits use_own_name(const struct dw_check *check) {
  const struct dw_cni_config *config = check->config;
  bool ovn = config->plugin_count > 0 && dw_nad_is_ovn(&config->plugins[0]);
  if (ovn || !dw_is_cni_name(check->name) || strlen(check->name) > longest_name(check))
    return (struct dw_edits){NULL, 0};
  return dw_edit_set_text(check->arena, config->name.field, check->name);
}

/* Multus' attach client fills in an absent or empty name, in a list as well (measured: type/list-no-name), but not
 * null, and libcni fails on that. Source: network-attachment-definition-client pkg/utils/cniconfig.go,
 * GetCNIConfigFromSpec. */
static void cni_name(struct dw_check *check, const struct dw_rule *rule) {
  if (dw_nad_config(check) == NULL)
    return;
  const struct dw_value *name = &check->config->name;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = name->field,
                           .value = dw_value_shown(check->arena, name),
                           .json = name->json,
                           .fix = "use letters, digits, '.', '_' and '-', starting with a letter or digit"};
  if (dw_json_type(name->json) == DW_JSON_NULL) {
    found.reason = DW_REASON_REQUIRED;
    found.fix = "remove it, or set a name";
    found.edits = use_own_name(check);
    dw_report(check, rule, &found, "must not be null: Multus only fills in a name that is missing or empty");
  } else if (dw_nad_is_blank(name)) {
    return;
  } else if (name->text == NULL) {
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(name->json));
  } else if (!dw_is_cni_name(name->text)) {
    found.edits = use_own_name(check);
    dw_report(check, rule, &found, "libcni does not accept this network name");
  } else if (strlen(name->text) > longest_name(check)) {
    found.fix = "shorten it";
    dw_report(check, rule, &found, "is %zu bytes long, but libcni uses it in a file name that has room for %zu",
              strlen(name->text), longest_name(check));
  }
}

/* Returns true if libcni chooses the version from cniVersions, so VERSION itself needs no check. Reports a choice that
 * no plugin supports. */
static bool is_chosen(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *version) {
  struct dw_version_choice choice;
  if (!dw_cni_version_chosen(check->config, &choice) || (version->json != NULL && version->text == NULL))
    return false;
  if (choice.unreadable) /* cni-json reports one in the list */
    return version->text == NULL || dw_is_cni_version(version->text);
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = choice.of_list
                                        ? dw_arena_printf(check->arena, "spec.config.cniVersions[%zu]", choice.index)
                                        : version->field,
                           .value = choice.text,
                           .fix = "use 0.3.1, 0.4.0, 1.0.0 or 1.1.0 as the highest"};
  if (choice.text[0] != '\0' && !dw_is_cni_version(choice.text))
    dw_report(check, rule, &found,
              "libcni chooses this version, the highest in cniVersions, but no plugin supports it");
  return true;
}

/* When a pod is deleted, Multus adds its own version to a list that has none, and rewrites the list from a struct that
 * contains little more than each plugin's type (multus-cni 4.2.3 pkg/multus/multus.go:986 CmdDel()). The letter case of
 * the key does not matter there. */
static void warn_of_lost_options(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *version) {
  const dw_json *folded = dw_json_get_fold(check->config->json, "cniVersion", NULL);
  const char *text = dw_json_string(folded);
  if (!check->config->is_list || (folded != NULL && (text == NULL || text[0] != '\0')))
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_REQUIRED,
                               .field = version->field,
                               .fix = "set one, such as \"cniVersion\": \"0.3.1\"",
                               .edits = dw_nad_set_version(check, dw_nad_version_for(check->config)),
                               .warn_at_most = true},
            "without it, Multus passes no options to the plugins in a list when a pod is deleted: whereabouts never "
            "frees the pod's address, and the plugins clean nothing up");
}

/* The version that VALUE most likely means: "1.0" means 1.0.0. Without a hint, the one that /mutate fills in. */
static const char *version_meant(const struct dw_check *check, const struct dw_value *value) {
  static const char *const versions[] = {"0.3.1", "0.4.0", "1.0.0", "1.1.0"};
  const char *text = dw_value_shown(check->arena, value);
  const char *suitable = dw_nad_version_for(check->config);
  if (text == NULL)
    return suitable;
  const char *meant = dw_arena_join(check->arena, text, ".0", "");
  if (!dw_is_cni_version(meant))
    meant = dw_nearest_only(text, versions, sizeof versions / sizeof versions[0]);
  return meant == NULL || strcmp(meant, suitable) < 0 ? suitable : meant;
}

static void cni_version(struct dw_check *check, const struct dw_rule *rule) {
  if (dw_nad_config(check) == NULL)
    return;
  const struct dw_value *version = &check->config->version;
  if (check->class.migration)
    warn_of_lost_options(check, rule, version);
  if (is_chosen(check, rule, version))
    return;
  /* libcni reads a list's own members from a map, where null does not count as absent. */
  bool null = check->config->is_list && version->json != NULL && !dw_value_given(version);
  if ((dw_nad_is_blank(version) && !null) || (version->text != NULL && dw_is_cni_version(version->text)))
    return;
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = version->field,
                           .value = dw_value_shown(check->arena, version),
                           .json = version->json,
                           .fix = "use 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0 or 1.1.0",
                           .edits = dw_nad_set_version(check, version_meant(check, version))};
  if (version->text == NULL) {
    found.reason = DW_REASON_INVALID;
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(version->json));
  } else {
    dw_report(check, rule, &found, "libcni does not support this version");
  }
}

static const char *trim(struct dw_arena *arena, const char *text) {
  while (dw_is_space(*text))
    text++;
  size_t length = strlen(text);
  while (length > 0 && dw_is_space(text[length - 1]))
    length--;
  return dw_arena_strndup(arena, text, length);
}

/* An existing NIC is also found by an alternative name (measured: interface/master-altname-22-bytes). The bridge plugin
 * first tries to create its bridge, and the kernel rejects a long name (interface/bridge-name-16). */
static void interface(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *name,
                      bool may_be_altname) {
  if (dw_nad_is_blank(name))
    return;
  bool good =
      name->text != NULL && (may_be_altname ? dw_is_interface_altname(name->text) : dw_is_interface_name(name->text));
  if (good)
    return;
  const char *trimmed = name->text == NULL ? "" : trim(check->arena, name->text);
  struct dw_found found = {
      .reason = DW_REASON_INVALID,
      .field = name->field,
      .value = dw_value_shown(check->arena, name),
      .json = name->json,
      .fix = may_be_altname
                 ? "use the NIC's name: 1 to 15 bytes (an alternative name: up to 127) without '/', ':' or white space"
                 : "use a name of 1 to 15 bytes without '/', ':', '%' or white space"};
  if (may_be_altname ? dw_is_interface_altname(trimmed) : dw_is_interface_name(trimmed))
    found.edits = dw_edit_set_text(check->arena, name->field, trimmed);
  if (name->text == NULL)
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(name->json));
  else
    dw_report(check, rule, &found, "is not a valid Linux interface name");
}

static void interface_name(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (dw_plugin_class(plugin->type_name) == DW_PLUGIN_UNKNOWN)
      continue; /* such a key may mean anything: userspace CNI's `bridge` is an object */
    interface(check, rule, &plugin->master, true);
    interface(check, rule, &plugin->bridge, false);
    interface(check, rule, &plugin->device, true);
  }
}

static const struct dw_rule rules[] = {
    {"cni-json", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "spec.config is not a single JSON object (the message gives line and column), or a value in it has a type that "
     "Multus or a plugin rejects",
     "correct the JSON at that place", cni_json},
    {"cni-ambiguous-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "two keys of one object are the same to a plugin, because they are equal or differ only in case (on other "
     "networks only a warning if their values are the same); or a list's `plugins` is spelled in a different case. "
     "Warns if `name`, or a list's `cniVersion`, is",
     "keep one of the two keys; spell name, plugins and cniVersion exactly like this", cni_ambiguous_key},
    {"cni-type", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a plugin without a type, a type that is not a file name, a plugin or IPAM type one or two letters off a known "
     "one, a list without plugins, or a plugin in a list whose name or cniVersion is not a string. Warns if a list is "
     "ignored because of a type next to it and, on other networks, if a NAD has no plugin at all",
     "set `type` to the name of the CNI plugin", cni_type},
    {"cni-name", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a network name that libcni does not accept, or that is null (Multus fills in a missing name)",
     "use letters, digits, '.', '_' and '-', starting with a letter or digit", cni_name},
    {"cni-version", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a cniVersion that libcni does not support; warns if the plugin list of a migration network has none",
     "use 0.3.1 or 1.0.0", cni_version},
    {"interface-name", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a `master`, `bridge` or `device` that is not a valid Linux interface name",
     "use the interface's name: 1 to 15 bytes (an alternative name: up to 127) without '/', ':' or white space",
     interface_name},
};

const struct dw_family dw_family_cni = {rules, sizeof rules / sizeof rules[0]};
