/* What every CNI configuration must keep to, whatever the network is for. */
#include <string.h>

#include "base/utf8.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

static bool reads(const struct dw_check *check) {
  return check->config != NULL && check->config->state == DW_CONFIG_OK;
}

static size_t string_end(const char *text, size_t length, size_t at) {
  for (at++; at < length; at++) {
    if (text[at] == '"')
      return at + 1;
    at += text[at] == '\\';
  }
  return length;
}

/* Where the string, word, number, or other character at AT ends. */
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

/* The tokens of LINE around PLACE: what is wrong there as a whole, and a little of what comes before and after. */
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

/* The part of the configuration's text where the error is; NULL where there is none. */
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
    dw_report(check, rule, &found, "line %d, column %d: %s", config->error.line, config->error.column,
              config->error.text);
  } else {
    if (config->error.code == DW_ERR_INVALID) /* the spec, or its config, is of a wrong type */
      found.fix = "use \"config: |\" and indent the JSON below it";
    dw_report(check, rule, &found, "%s", config->error.text);
  }
}

/* Which of the keys counts: libcni decodes a configuration into a map and writes that for each plugin, with the keys
 * sorted, and of what Go takes for one field the last counts (measured: key/key-ipam-and-IPAM, key/key-master-twice).
 */
static const char *winner(struct dw_arena *arena, const struct dw_json_duplicate *twin) {
  if (twin->same_value)
    return "with the same value";
  if (strcmp(twin->used, twin->first) == 0 && strcmp(twin->used, twin->second) == 0)
    return "and the last one wins";
  return dw_arena_printf(arena, "and \"%s\" wins", twin->used);
}

static void twin_keys(struct dw_check *check, const struct dw_rule *rule, const struct dw_json_duplicate *twin) {
  struct dw_found found = {.reason = DW_REASON_DUPLICATE,
                           .field = twin->path,
                           .value = twin->second,
                           .about = {check->config->text + twin->members.offset, twin->members.length},
                           .fix = "keep one of them",
                           .of_key = true,
                           .warn_at_most = twin->same_value && !check->class.migration};
  if (check->config->more_duplicates)
    dw_nad_mark_unread(check, &found);
  const char *wins = winner(check->arena, twin);
  found.gist = dw_arena_printf(check->arena, "\"%s\" and \"%s\" (%zu spellings in all), %s", twin->first, twin->second,
                               twin->times, wins);
  if (twin->times > 2)
    dw_report(check, rule, &found, "this key appears %zu times in one object (last at line %d, column %d), %s",
              twin->times, twin->line, twin->column, wins);
  else if (strcmp(twin->first, twin->second) == 0)
    dw_report(check, rule, &found, "this key appears twice (again at line %d, column %d), %s", twin->line, twin->column,
              wins);
  else
    dw_report(check, rule, &found, "\"%s\" and \"%s\" (line %d, column %d) are the same key to plugins, %s",
              twin->first, twin->second, twin->line, twin->column, wins);
}

/* The attach client and libcni look the configuration's own members up in a map, where letter case counts; Multus and
 * the plugins decode them into fields, where it does not. Sources: network-attachment-definition-client
 * pkg/utils/cniconfig.go (GetCNIConfigFromSpec), libcni/conf.go (NetworkConfFromBytes). Measured: key/key-Name-only and
 * key/key-list-CniVersion work, key/key-Plugins does not. */
struct exact_key {
  const char *name;
  bool list_only; /* it matters in a list alone */
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
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = dw_arena_join(check->arena, "spec.config", ".", key),
                           .value = key,
                           .fix = dw_arena_printf(check->arena, "use \"%s\"", exact->name),
                           .of_key = true,
                           .warn_at_most = !exact->fails};
  dw_report(check, rule, &found, "%s", exact->what);
}

static void cni_ambiguous_key(struct dw_check *check, const struct dw_rule *rule) {
  if (!reads(check))
    return;
  const struct dw_cni_config *config = check->config;
  for (size_t i = 0; i < config->duplicate_count; i++)
    twin_keys(check, rule, &config->duplicates[i]);
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

static void list_beside_type(struct dw_check *check, const struct dw_rule *rule) {
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
    /* Programs other than Multus read NADs, too: such a one needs no plugin. */
    found.warn_at_most = !check->config->is_list && !check->class.migration;
    found.reason = DW_REASON_REQUIRED;
    dw_report(check, rule, &found, "without a type, there is no plugin to run");
  } else if (plugin->type.text == NULL) {
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(plugin->type.json));
  } else {
    dw_report(check, rule, &found, "is not a file name; type must be the name of the plugin's executable");
  }
}

/* Where the type, or that of the IPAM plugin, is a known one misspelt. */
static void misspelt_type(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *type,
                          const char *meant) {
  if (meant == NULL)
    return;
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = type->field,
                           .value = type->text,
                           .fix = dw_arena_printf(check->arena, "did you mean \"%s\"?", meant)};
  dw_report(check, rule, &found, "is not a known CNI plugin");
}

/* libcni decodes them, too, though it then puts the list's own in their place. Source: libcni/conf.go,
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
                             .fix = "remove it: only the list's own value is used"};
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(json));
  }
}

/* Source: containernetworking/cni pkg/invoke/find.go, FindInPath: "invalid plugin name". */
static void ipam_path(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *type) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = type->field,
                           .value = type->text,
                           .fix = "use only the name of the IPAM plugin, such as whereabouts"};
  dw_report(check, rule, &found, "is a path, not the name of the plugin's executable");
}

static void cni_type(struct dw_check *check, const struct dw_rule *rule) {
  if (!reads(check))
    return;
  if (check->config->is_list)
    plugins_list(check, rule);
  else
    list_beside_type(check, rule);
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
 * most 255 bytes: a container's id has 64, migration0 has 10. Elsewhere the interface's name may be as short as 1. */
static size_t longest_name(const struct dw_check *check) {
  enum { FILE_NAME = 255, CONTAINER = 64, DASHES = 2, MIGRATION0 = 10 };
  return FILE_NAME - CONTAINER - DASHES - (check->class.migration ? MIGRATION0 : 1);
}

/* Multus' attach client fills in an absent or empty name, in a list as well (measured: type/list-no-name), but not
 * null, and libcni fails on that. Source: network-attachment-definition-client pkg/utils/cniconfig.go,
 * GetCNIConfigFromSpec. */
static void cni_name(struct dw_check *check, const struct dw_rule *rule) {
  if (!reads(check))
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
    dw_report(check, rule, &found, "must not be null: Multus only fills in a name that is missing or empty");
  } else if (dw_nad_is_blank(name)) {
    return;
  } else if (name->text == NULL) {
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(name->json));
  } else if (!dw_is_cni_name(name->text)) {
    dw_report(check, rule, &found, "libcni does not accept this network name");
  } else if (strlen(name->text) > longest_name(check)) {
    found.fix = "shorten it";
    dw_report(check, rule, &found, "is %zu bytes long, but libcni uses it in a file name that has room for %zu",
              strlen(name->text), longest_name(check));
  }
}

/* Whether VERSION can be read where libcni chooses among several; what it chooses is reported here. */
static bool is_chosen(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *version) {
  struct dw_version_choice choice;
  if (!dw_cni_version_chosen(check->config, &choice) || (version->json != NULL && version->text == NULL))
    return false;
  if (choice.unreadable) /* of one in the list cni-json speaks */
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

/* When a pod ends, Multus fills its own version into a list that has none, and rewrites the list from a struct that
 * knows little more than each plugin's type (multus-cni 4.2.3 pkg/multus/multus.go:986 CmdDel()). The letter case of
 * the key does not count there. */
static void warn_of_lost_options(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *version) {
  const dw_json *folded = dw_json_get_fold(check->config->json, "cniVersion", NULL);
  const char *text = dw_json_string(folded);
  if (!check->config->is_list || (folded != NULL && (text == NULL || text[0] != '\0')))
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_REQUIRED,
                               .field = version->field,
                               .fix = "set one, such as \"cniVersion\": \"0.3.1\"",
                               .warn_at_most = true},
            "without it, Multus passes no options to the plugins in a list when a pod is deleted: whereabouts never "
            "frees the pod's address, and the plugins clean nothing up");
}

static void cni_version(struct dw_check *check, const struct dw_rule *rule) {
  if (!reads(check))
    return;
  const struct dw_value *version = &check->config->version;
  if (check->class.migration)
    warn_of_lost_options(check, rule, version);
  if (is_chosen(check, rule, version))
    return;
  /* libcni reads a list's own members from a map, where null is no absence. */
  bool null = check->config->is_list && version->json != NULL && !dw_value_given(version);
  if ((dw_nad_is_blank(version) && !null) || (version->text != NULL && dw_is_cni_version(version->text)))
    return;
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = version->field,
                           .value = dw_value_shown(check->arena, version),
                           .json = version->json,
                           .fix = "use 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0 or 1.1.0"};
  if (version->text == NULL) {
    found.reason = DW_REASON_INVALID;
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(version->json));
  } else {
    dw_report(check, rule, &found, "libcni does not support this version");
  }
}

/* A NIC that exists is looked up by an alternative name as well (measured: interface/master-altname-22-bytes); the
 * bridge plugin first tries to make its bridge, and the kernel refuses a long name (interface/bridge-name-16). */
static void interface(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *name,
                      bool may_be_altname) {
  if (dw_nad_is_blank(name))
    return;
  bool good =
      name->text != NULL && (may_be_altname ? dw_is_interface_altname(name->text) : dw_is_interface_name(name->text));
  if (good)
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID,
      .field = name->field,
      .value = dw_value_shown(check->arena, name),
      .json = name->json,
      .fix = may_be_altname
                 ? "use the NIC's name: 1 to 15 bytes (an alternative name: up to 127) without '/', ':' or white space"
                 : "use a name of 1 to 15 bytes without '/', ':', '%' or white space"};
  if (name->text == NULL)
    dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(name->json));
  else
    dw_report(check, rule, &found, "is not a valid Linux interface name");
}

/* What such a key means to a plugin that nobody knows can't be told: userspace CNI's `bridge` is an object. */
static bool is_unknown(const struct dw_cni_plugin *plugin) {
  return dw_plugin_class(plugin->type_name) == DW_PLUGIN_UNKNOWN;
}

static void interface_name(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (is_unknown(plugin))
      continue;
    interface(check, rule, &plugin->master, true);
    interface(check, rule, &plugin->bridge, false);
    interface(check, rule, &plugin->device, true);
  }
}

enum { VLAN_LAST = 4094 };

static bool is_vlan(const dw_json *json, int64_t lowest) {
  int64_t id;
  return dw_json_integer(json, &id) && id >= lowest && id <= VLAN_LAST;
}

static bool has_minus(struct dw_arena *arena, const dw_json *json) {
  return dw_json_text(arena, json)[0] == '-';
}

static void report_vlan(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *value,
                        int64_t lowest) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .value = dw_value_shown(check->arena, value),
                           .json = value->json,
                           .fix = dw_arena_printf(check->arena, "use a VLAN id from %d to %d", (int)lowest, VLAN_LAST)};
  int64_t id;
  if (dw_json_integer(value->json, &id) && (id < lowest || id > VLAN_LAST || has_minus(check->arena, value->json)))
    dw_report(check, rule, &found, "is not a VLAN id");
  else if (dw_json_integer(value->json, &id))
    dw_report(check, rule, &found, "must be an integer without a fraction or exponent");
  else
    dw_report(check, rule, &found, "must be an integer, not %s", dw_json_type_name(value->json));
}

/* One entry of a trunk, { "id": n } or { "minID": n, "maxID": m }. */
struct trunk_entry {
  const char *field; /* of the trunk */
  size_t index;
  const dw_json *json;
  int64_t lowest; /* id that the plugin takes */
  bool by_ends;   /* whether minID and maxID have to come together */
  bool no_sign;   /* Go's uint: not even -0 */
};

/* Its place is written out only where there is something to tell: trunks can be long. */
static const dw_json *trunk_json(const struct trunk_entry *entry, const char *name) {
  const dw_json *json = dw_json_get_fold(entry->json, name, NULL);
  return dw_json_type(json) == DW_JSON_NULL ? NULL : json;
}

static struct dw_value trunk_member(const struct dw_check *check, const struct trunk_entry *entry, const char *name) {
  const char *key = name;
  struct dw_value value = {.json = dw_json_get_fold(entry->json, name, &key)};
  value.text = dw_json_string(value.json);
  value.field = dw_arena_printf(check->arena, "%s[%zu].%s", entry->field, entry->index,
                                value.json == NULL || key == NULL ? name : key);
  return value;
}

/* The bridge plugin fails where only one end is given (collectVlanTrunk() in plugins/main/bridge); the others compare
 * maxID with 0 then (ovs-cni pkg/common/common.go:128 SplitVlanIds(), accelerated-bridge-cni pkg/config/vlan.go). */
static void trunk_ends(struct dw_check *check, const struct dw_rule *rule, const struct trunk_entry *entry) {
  const dw_json *low = trunk_json(entry, "minID");
  const dw_json *high = trunk_json(entry, "maxID");
  int64_t first;
  int64_t last;
  if (entry->by_ends && (low == NULL) != (high == NULL)) {
    struct dw_value absent = trunk_member(check, entry, low == NULL ? "minID" : "maxID");
    struct dw_found found = {
        .reason = DW_REASON_REQUIRED, .field = absent.field, .json = entry->json, .fix = "set both, or only \"id\""};
    dw_report(check, rule, &found, "minID and maxID only work together");
  } else if (dw_json_integer(low, &first) && dw_json_integer(high, &last) && first > last) {
    struct dw_value value = trunk_member(check, entry, "minID");
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = value.field,
                             .value = dw_value_shown(check->arena, &value),
                             .fix = "swap the two"};
    dw_report(check, rule, &found, "is above maxID %lld", (long long)last);
  }
}

static void trunk_entry(struct dw_check *check, const struct dw_rule *rule, const struct trunk_entry *entry) {
  static const char *const names[] = {"id", "minID", "maxID"};
  bool sound = true;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const dw_json *json = trunk_json(entry, names[i]);
    if (json == NULL || (is_vlan(json, entry->lowest) && !(entry->no_sign && has_minus(check->arena, json))))
      continue;
    struct dw_value value = trunk_member(check, entry, names[i]);
    report_vlan(check, rule, &value, entry->lowest);
    sound = false;
  }
  if (sound)
    trunk_ends(check, rule, entry);
}

static void no_trunk_entry(struct dw_check *check, const struct dw_rule *rule, const struct trunk_entry *entry) {
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = dw_arena_printf(check->arena, "%s[%zu]", entry->field, entry->index),
                           .json = entry->json,
                           .fix = "use {\"id\": 100} or {\"minID\": 100, \"maxID\": 199}"};
  dw_report(check, rule, &found, "must be an object, not %s", dw_json_type_name(entry->json));
}

static bool names_ids(const dw_json *entry) {
  static const char *const names[] = {"minID", "maxID"};
  int64_t ends[2] = {0, 0};
  for (size_t i = 0; i < 2; i++)
    (void)dw_json_integer(dw_json_get_fold(entry, names[i], NULL), &ends[i]);
  const dw_json *id = dw_json_get_fold(entry, "id", NULL);
  return (id != NULL && dw_json_type(id) != DW_JSON_NULL) || (ends[0] > 0 && ends[1] > 0);
}

/* ovs and accelerated-bridge fail where the whole list names no VLAN; an empty one is none. */
static void useless_trunk(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *trunk) {
  size_t count = dw_json_size(trunk->json);
  for (size_t i = 0; i < count; i++)
    if (dw_json_type(dw_json_at(trunk->json, i)) != DW_JSON_OBJECT || names_ids(dw_json_at(trunk->json, i)))
      return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = trunk->field,
                           .json = trunk->json,
                           .fix = "use [{\"id\": 100}] or [{\"minID\": 100, \"maxID\": 199}]"};
  if (count > 0)
    dw_report(check, rule, &found, "sets no VLAN id");
}

/* ovs-cni pkg/types/types.go: the ids are of Go's type uint. */
static bool is_ovs(const struct dw_cni_plugin *plugin) {
  return strcmp(plugin->type_name, "ovs") == 0;
}

static void vlan_trunk(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  const struct dw_value *trunk = &plugin->vlan_trunk;
  if (!dw_value_given(trunk))
    return;
  if (dw_json_type(trunk->json) != DW_JSON_ARRAY) {
    struct dw_found found = {.reason = DW_REASON_INVALID,
                             .field = trunk->field,
                             .value = dw_value_shown(check->arena, trunk),
                             .json = trunk->json,
                             .fix = "use [{\"id\": 100}]"};
    dw_report(check, rule, &found, "must be a list, not %s", dw_json_type_name(trunk->json));
    return;
  }
  bool bridge = dw_plugin_is_bridge(plugin->type_name);
  bool ovs = is_ovs(plugin);
  for (size_t i = 0; i < dw_json_size(trunk->json); i++) {
    struct trunk_entry entry = {trunk->field, i, dw_json_at(trunk->json, i), ovs ? 0 : 1, bridge, ovs};
    if (dw_json_type(entry.json) == DW_JSON_OBJECT)
      trunk_entry(check, rule, &entry);
    else
      no_trunk_entry(check, rule, &entry);
  }
  if (!bridge)
    useless_trunk(check, rule, trunk);
}

/* The key by which another plugin takes its VLAN. Without its own one a plugin takes 0 (vlan.go:39, bridge.go:62;
 * ovs-cni pkg/types/types.go, sriov-cni pkg/types/types.go): the frames have no VLAN. */
static void ignored_vlan(struct dw_check *check, const struct dw_rule *rule, const struct dw_cni_plugin *plugin) {
  static const struct {
    const char *type, *ignored, *own;
  } keys[] = {{"vlan", "vlan", "vlanId"}, {"bridge", "vlanId", "vlan"}, {"cnv-bridge", "vlanId", "vlan"},
              {"ovs", "vlanId", "vlan"},  {"sriov", "vlanId", "vlan"},  {"accelerated-bridge", "vlanId", "vlan"}};
  size_t i = 0;
  while (i < sizeof keys / sizeof *keys && strcmp(keys[i].type, plugin->type_name) != 0)
    i++;
  if (i == sizeof keys / sizeof *keys || dw_value_given(&plugin->vlan))
    return;
  struct dw_value vlan = dw_plugin_option(check->arena, plugin, keys[i].ignored);
  int64_t id;
  if (!dw_value_given(&vlan) || (dw_json_integer(vlan.json, &id) && id == 0))
    return;
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED,
                           .field = vlan.field,
                           .value = dw_value_shown(check->arena, &vlan),
                           .json = vlan.json,
                           .fix = dw_arena_printf(check->arena, "use %s", keys[i].own),
                           .of_key = true,
                           .warn_at_most = true};
  dw_report(check, rule, &found, "the plugin %s ignores this key, so no VLAN is set", plugin->type_name);
}

static void vlan_range(struct dw_check *check, const struct dw_rule *rule) {
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;) {
    if (is_unknown(plugin))
      continue;
    const dw_json *vlan = plugin->vlan.json;
    /* OVN-Kubernetes reads the text itself; to the others libcni writes it anew. */
    bool as_written = !dw_nad_is_ovn(plugin) || dw_json_written_integer(vlan);
    bool signed_zero = is_ovs(plugin) && dw_value_given(&plugin->vlan) && has_minus(check->arena, vlan);
    if (dw_value_given(&plugin->vlan) && (!is_vlan(vlan, 0) || !as_written || signed_zero))
      report_vlan(check, rule, &plugin->vlan, 0);
    ignored_vlan(check, rule, plugin);
    vlan_trunk(check, rule, plugin);
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
    {"vlan-range", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a `vlan`, `vlanId` or id in `vlanTrunk` that is not an integer from 0 to 4094. Warns if `vlan` is used where the "
     "plugin reads `vlanId`, or the other way round",
     "use the VLAN id of the switch port", vlan_range},
};

const struct dw_family dw_family_cni = {rules, sizeof rules / sizeof rules[0]};
