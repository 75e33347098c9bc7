/* The JSON types that Go's decoders want outside of `ipam`: one wrong type makes them refuse the whole configuration.
 * Only what no rule of its own looks at (type, name, master, vlan ... have theirs). Sources: containernetworking/cni
 * 1.3.0 pkg/types (PluginConf, DNS, NetConfList) and libcni/conf.go (NetworkConfFromBytes), which reads a list's own
 * members from a map, so that null is no absence there; containernetworking/plugins 1.9.1 plugins/main. */
#include <ctype.h>
#include <string.h>

#include "droveway/base/text.h"
#include "model/cni_internal.h"

/* What an answer can hold anyway. */
enum { FAULTS_MAX = 64 };

struct reading {
  struct dw_arena *arena;
  struct dw_cni_config *config;
};

static void add(struct reading *reading, const struct dw_value *value, const char *wanted) {
  struct dw_cni_config *config = reading->config;
  if (config->fault_count == FAULTS_MAX)
    return;
  if (config->faults == NULL)
    config->faults = dw_arena_array(reading->arena, FAULTS_MAX, sizeof *config->faults);
  config->faults[config->fault_count++] = (struct dw_cni_fault){*value, wanted};
  config->more_faults = config->fault_count == FAULTS_MAX;
}

static bool check(struct reading *reading, const struct dw_value *value, enum dw_json_type type, const char *wanted) {
  if (!dw_value_given(value))
    return false;
  if (dw_json_type(value->json) == type)
    return true;
  add(reading, value, wanted);
  return false;
}

static void check_string(struct reading *reading, const struct dw_value *value) {
  (void)check(reading, value, DW_JSON_STRING, "a string");
}

static void check_boolean(struct reading *reading, const struct dw_value *value) {
  (void)check(reading, value, DW_JSON_BOOL, "a boolean");
}

static void check_count(struct reading *reading, const struct dw_value *value) {
  int64_t number = 0;
  if (check(reading, value, DW_JSON_INTEGER, "an integer") && dw_json_integer(value->json, &number) &&
      (number < 0 || number > UINT32_MAX))
    add(reading, value, "an integer from 0 to 4294967295");
}

static void check_object(struct reading *reading, const struct dw_value *value) {
  (void)check(reading, value, DW_JSON_OBJECT, "an object");
}

static void check_strings(struct reading *reading, const struct dw_value *value) {
  if (!check(reading, value, DW_JSON_ARRAY, "a list of strings"))
    return;
  for (size_t i = 0; i < dw_json_size(value->json) && reading->config->fault_count < FAULTS_MAX; i++) {
    const dw_json *element = dw_json_at(value->json, i);
    enum dw_json_type type = dw_json_type(element);
    if (type == DW_JSON_STRING || type == DW_JSON_NULL)
      continue;
    struct dw_value place = dw_value_element(reading->arena, value->field, i, element);
    add(reading, &place, "a string");
  }
}

struct member {
  const char *name;
  void (*check)(struct reading *reading, const struct dw_value *value);
};

enum { MEMBERS_MAX = 16 };

/* One walk over the object, which may be long: the last of equal keys counts. */
static void check_members(struct reading *reading, const struct dw_value *object, const struct member *members,
                          size_t count) {
  struct dw_json_member found[MEMBERS_MAX] = {{0}};
  for (struct dw_json_member m = dw_json_first(object->json); m.value != NULL; m = dw_json_next(object->json, m))
    for (size_t i = 0; i < count; i++)
      if (dw_key_equal(m.key, members[i].name))
        found[i] = m;
  for (size_t i = 0; i < count; i++) {
    if (found[i].value == NULL)
      continue;
    struct dw_value value = dw_value_at(reading->arena, object->field, found[i].key, found[i].value);
    members[i].check(reading, &value);
  }
}

#define CHECK_MEMBERS(reading, object, members)                                                                        \
  check_members(reading, object, members, sizeof(members) / sizeof(members)[0])

static void check_dns(struct reading *reading, const struct dw_value *value) {
  static const struct member members[] = {
      {"nameservers", check_strings}, {"domain", check_string}, {"search", check_strings}, {"options", check_strings}};
  if (check(reading, value, DW_JSON_OBJECT, "an object"))
    CHECK_MEMBERS(reading, value, members);
}

static void check_capabilities(struct reading *reading, const struct dw_value *value) {
  if (!check(reading, value, DW_JSON_OBJECT, "an object"))
    return;
  for (struct dw_json_member m = dw_json_first(value->json);
       m.value != NULL && reading->config->fault_count < FAULTS_MAX; m = dw_json_next(value->json, m)) {
    enum dw_json_type type = dw_json_type(m.value);
    if (type == DW_JSON_BOOL || type == DW_JSON_NULL)
      continue;
    struct dw_value place = dw_value_at(reading->arena, value->field, m.key, m.value);
    add(reading, &place, "a boolean");
  }
}

/* A list's own `ipam`, which nobody uses, but Multus decodes it. */
static void check_type_of(struct reading *reading, const struct dw_value *value) {
  static const struct member members[] = {{"type", check_string}};
  if (check(reading, value, DW_JSON_OBJECT, "an object"))
    CHECK_MEMBERS(reading, value, members);
}

static const struct member common_members[] = {
    {"capabilities", check_capabilities}, {"dns", check_dns}, {"prevResult", check_object}};

static void check_plugin(struct reading *reading, const struct dw_cni_plugin *plugin) {
  static const struct member link_members[] = {
      {"mode", check_string}, {"mac", check_string}, {"bcqueuelen", check_count}, {"runtimeConfig", check_object}};
  static const struct member ipvlan_members[] = {{"mode", check_string}};
  static const struct member bridge_members[] = {{"isGateway", check_boolean},
                                                 {"isDefaultGateway", check_boolean},
                                                 {"forceAddress", check_boolean},
                                                 {"ipMasq", check_boolean},
                                                 {"ipMasqBackend", check_string},
                                                 {"hairpinMode", check_boolean},
                                                 {"promiscMode", check_boolean},
                                                 {"preserveDefaultVlan", check_boolean},
                                                 {"macspoofchk", check_boolean},
                                                 {"enabledad", check_boolean},
                                                 {"disableContainerInterface", check_boolean},
                                                 {"portIsolation", check_boolean},
                                                 {"runtimeConfig", check_object},
                                                 {"args", check_object}};
  _Static_assert(sizeof bridge_members / sizeof bridge_members[0] <= MEMBERS_MAX, "the longest table");
  const struct dw_value object = {.field = plugin->field, .json = plugin->json};
  CHECK_MEMBERS(reading, &object, common_members);
  if (strcmp(plugin->type_name, "macvlan") == 0)
    CHECK_MEMBERS(reading, &object, link_members);
  else if (strcmp(plugin->type_name, "ipvlan") == 0)
    CHECK_MEMBERS(reading, &object, ipvlan_members);
  else if (strcmp(plugin->type_name, "bridge") == 0)
    CHECK_MEMBERS(reading, &object, bridge_members);
}

/* --- a list's own members --- */

/* null where the key is spelled as libcni has it: absent for Multus, but not for libcni. */
static bool is_exact_null(const struct reading *reading, const char *name) {
  return dw_json_type(dw_json_get(reading->config->json, name)) == DW_JSON_NULL;
}

/* libcni takes "true" for true. Multus does not, in the two that it knows. */
static bool is_truth(const struct dw_value *value, bool text) {
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

static void check_switch(struct reading *reading, const char *name, bool text) {
  struct dw_value value = dw_value_member(reading->arena, "spec.config", reading->config->json, name);
  if (is_exact_null(reading, name) || (dw_value_given(&value) && !is_truth(&value, text)))
    add(reading, &value, "true or false");
}

/* MAJOR[.MINOR[.MICRO]]. Source: cni pkg/version/plugin.go, ParseVersion. */
static bool is_version(const char *text) {
  size_t parts = 1;
  bool digit = false;
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '.' && digit && parts++ < 3)
      digit = false;
    else if (dw_is_digit(*c) && c - text < 12)
      digit = true;
    else
      return false;
  }
  return digit;
}

static void check_versions(struct reading *reading) {
  const dw_json *list = dw_json_get(reading->config->json, "cniVersions");
  if (list == NULL)
    return;
  struct dw_value value = dw_value_at(reading->arena, "spec.config", "cniVersions", list);
  if (dw_json_type(list) != DW_JSON_ARRAY)
    add(reading, &value, "a list of versions");
  for (size_t i = 0; dw_json_type(list) == DW_JSON_ARRAY && i < dw_json_size(list); i++) {
    const dw_json *element = dw_json_at(list, i);
    const char *text = dw_json_string(element);
    if (text != NULL && is_version(text))
      continue;
    struct dw_value place = dw_value_element(reading->arena, value.field, i, element);
    add(reading, &place, "a version such as \"1.0.0\"");
    return;
  }
}

static void check_list(struct reading *reading) {
  static const struct member members[] = {{"ipam", check_type_of}};
  const struct dw_value object = {.field = "spec.config", .json = reading->config->json};
  CHECK_MEMBERS(reading, &object, common_members);
  CHECK_MEMBERS(reading, &object, members);
  check_switch(reading, "disableCheck", false);
  check_switch(reading, "disableGC", false);
  check_switch(reading, "loadOnlyInlinedPlugins", true);
  check_versions(reading);
}

void dw_cni_check_types(struct dw_arena *arena, struct dw_cni_config *config) {
  struct reading reading = {arena, config};
  if (config->is_list)
    check_list(&reading);
  for (size_t i = 0; i < config->plugin_count; i++)
    if (config->plugins[i].is_object)
      check_plugin(&reading, &config->plugins[i]);
}
