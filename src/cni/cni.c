#include "cni/cni.h"

#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

static const char config_field[] = "spec.config";

/* Real lists have a handful of plugins. A struct dw_cni_plugin is far larger than "{}", so the number is limited. */
enum { PLUGINS_MAX = 1024 };

/* libcni looks for a file with this name. pkg/invoke/find.go rejects separators, and NAME_MAX limits the length. */
static bool is_file_name(const char *type) {
  enum { NAME_BYTES = 255 };
  if (type[0] == '\0' || strcmp(type, ".") == 0 || strcmp(type, "..") == 0)
    return false;
  size_t length = 0;
  for (; type[length] != '\0'; length++)
    if (type[length] == '/' || (unsigned char)type[length] < ' ' || type[length] == 0x7F)
      return false;
  return length <= NAME_BYTES;
}

/* A plugin whose members are read. */
struct reader {
  struct dw_arena *arena;
  const struct dw_cni_plugin *plugin;
  unsigned keys;
};

/* Returns the member if the plugin reads one of KEYS, else an absent one. */
static struct dw_value known_member(const struct reader *reader, unsigned keys, const char *name) {
  if ((reader->keys & (keys | DW_KEY_ANY)) != 0)
    return dw_plugin_option(reader->arena, reader->plugin, name);
  return dw_value_at(reader->arena, reader->plugin->field, name, NULL);
}

static struct dw_value read_master(const struct reader *reader) {
  struct dw_value master = known_member(reader, DW_KEY_MASTER, "master");
  if ((reader->keys & DW_KEY_ANY) != 0 && master.text == NULL)
    master.json = NULL; /* the `master` of an unknown plugin may not be the name of a NIC */
  return master;
}

static struct dw_value read_vlan(const struct reader *reader) {
  if ((reader->keys & DW_KEY_OVN_VLAN_ID) != 0) {
    bool used = dw_ovn_topology(reader->plugin->json) == DW_OVN_LOCALNET;
    return used ? dw_plugin_option(reader->arena, reader->plugin, "vlanID")
                : dw_value_at(reader->arena, reader->plugin->field, "vlanID", NULL);
  }
  if ((reader->keys & DW_KEY_VLAN_ID) != 0)
    return dw_plugin_option(reader->arena, reader->plugin, "vlanId");
  struct dw_value vlan = known_member(reader, DW_KEY_VLAN, "vlan");
  if ((reader->keys & DW_KEY_ANY) == 0 || vlan.json != NULL)
    return vlan;
  struct dw_value vlan_id = dw_plugin_option(reader->arena, reader->plugin, "vlanId");
  return vlan_id.json != NULL ? vlan_id : vlan;
}

static struct dw_value read_trunk(const struct reader *reader) {
  if ((reader->keys & DW_KEY_TRUNK) != 0)
    return dw_plugin_option(reader->arena, reader->plugin, "trunk");
  struct dw_value trunk = known_member(reader, DW_KEY_VLAN_TRUNK, "vlanTrunk");
  if ((reader->keys & DW_KEY_ANY) == 0 || trunk.json != NULL)
    return trunk;
  struct dw_value ovs_trunk = dw_plugin_option(reader->arena, reader->plugin, "trunk");
  return ovs_trunk.json != NULL ? ovs_trunk : trunk;
}

static void read_plugin(struct dw_arena *arena, const char *field, const dw_json *json, struct dw_cni_plugin *out) {
  struct dw_cni_plugin plugin = {.field = field, .json = json, .is_object = dw_json_type(json) == DW_JSON_OBJECT};
  plugin.type = dw_value_member(arena, field, json, "type");
  plugin.type_name = plugin.type.text == NULL ? "" : plugin.type.text;
  plugin.type_readable = plugin.is_object && is_file_name(plugin.type_name);
  const struct reader reader = {.arena = arena, .plugin = &plugin, .keys = dw_plugin_keys(plugin.type_name)};
  plugin.master = read_master(&reader);
  plugin.bridge = known_member(&reader, DW_KEY_BRIDGE, "bridge");
  plugin.device = known_member(&reader, DW_KEY_DEVICE, "device");
  plugin.vlan = read_vlan(&reader);
  plugin.vlan_trunk = read_trunk(&reader);
  plugin.mode = dw_plugin_option(arena, &plugin, "mode");
  plugin.mtu = dw_plugin_option(arena, &plugin, "mtu");
  int64_t mtu;
  if (dw_json_integer(plugin.mtu.json, &mtu))
    plugin.mtu_number = mtu;
  plugin.link_in_container = known_member(&reader, DW_KEY_MASTER, "linkInContainer");
  bool in_container;
  plugin.in_container = dw_json_boolean(plugin.link_in_container.json, &in_container) && in_container;
  plugin.mac = dw_plugin_mac(arena, &plugin);
  dw_ipam_read(arena, &plugin, &plugin.ipam);
  *out = plugin;
}

static void read_list(struct dw_arena *arena, struct dw_cni_config *config) {
  size_t count =
      dw_json_type(config->plugins_value.json) == DW_JSON_ARRAY ? dw_json_size(config->plugins_value.json) : 0;
  config->plugins = dw_arena_array(arena, count, sizeof *config->plugins);
  config->plugin_count = count;
  for (size_t i = 0; i < count; i++) {
    const dw_json *plugin = dw_json_at(config->plugins_value.json, i);
    read_plugin(arena, dw_arena_printf(arena, "%s[%zu]", config->plugins_value.field, i), plugin, &config->plugins[i]);
  }
}

/* Multus reads a configuration with a `type` as a single plugin, whatever `plugins` contains. Source: multus-cni
 * pkg/types/conf.go, LoadDelegateNetConf. */
static bool is_list(const struct dw_cni_config *config) {
  const dw_json *type = dw_json_get_fold(config->json, "type", NULL);
  const char *text = dw_json_string(type);
  bool blank = !dw_is_given(type) || (text != NULL && text[0] == '\0');
  return blank && dw_value_given(&config->plugins_value);
}

static void read_plugins(struct dw_arena *arena, struct dw_cni_config *config) {
  if (config->is_list) {
    read_list(arena, config);
    return;
  }
  config->plugins = dw_arena_alloc(arena, sizeof *config->plugins);
  config->plugin_count = 1;
  read_plugin(arena, config_field, config->json, &config->plugins[0]);
}

/* --- keys of one object that are the same key to Go ---
 * Go's encoding/json matches the keys of a struct ignoring case, but those of a map exactly. The structs are those of
 * containernetworking/plugins (plugins/main, meta, ipam), whereabouts and sriov-cni. In these, `sysctl` and
 * `capabilities` are maps; so is everything below `args`, except in plugins whose options include it. */

/* Returns the plugin that contains PATH, a path below the root, or NULL if PATH is not in a plugin. KEY receives the
 * path below the plugin or the root. */
static const struct dw_cni_plugin *plugin_of(const struct dw_cni_config *config, const char *path, const char **key) {
  *key = path;
  if (!config->is_list)
    return config->plugin_count > 0 ? &config->plugins[0] : NULL;
  for (size_t i = 0; i < config->plugin_count; i++) {
    const char *field = config->plugins[i].field + strlen("spec.config.");
    size_t length = strlen(field);
    if (strncmp(path, field, length) == 0 && path[length] == '.') {
      *key = path + length + 1;
      return &config->plugins[i];
    }
  }
  return NULL;
}

/* Comments are written into JSON as keys such as "_comment" or "//". No Go field has such a name. */
static bool is_comment(const char *key) {
  unsigned char c = (unsigned char)key[0];
  return c < 0x80 && (dw_is_digit(key[0]) || !dw_is_alnum(key[0]));
}

static bool in_struct(const char *key, size_t top_length) {
  static const char *const structs[] = {"ipam", "dns", "runtimeConfig", "vlanTrunk", "trunk"};
  char top[16];
  if (key[top_length] == '\0')
    return true;
  if (top_length >= sizeof top)
    return false;
  memcpy(top, key, top_length);
  top[top_length] = '\0';
  for (size_t i = 0; i < sizeof structs / sizeof structs[0]; i++)
    if (dw_key_equal(top, structs[i]))
      return true;
  return false;
}

/* Returns true if a plugin may read different values depending on which of the keys it uses. */
static bool matters(const struct dw_cni_config *config, const struct dw_json_duplicate *found) {
  const char *key;
  const struct dw_cni_plugin *plugin = plugin_of(config, found->path, &key);
  bool known = plugin == NULL || dw_plugin_class(plugin->type_name) != DW_PLUGIN_UNKNOWN;
  if (known && (is_comment(key) || is_comment(found->first)))
    return false;
  return found->repeated || in_struct(key, strcspn(key, ".[")) || (plugin != NULL && dw_cni_is_option(plugin, key));
}

/* If the limit was reached, duplicates that matter may have been dropped, so all that were found are kept. */
static void find_duplicates(struct dw_arena *arena, struct dw_cni_config *config) {
  size_t count = 0;
  if (!dw_json_may_repeat(config->json))
    return;
  config->duplicates = dw_json_duplicates(arena, config->text, config->length, &count);
  config->more_duplicates = count == DW_JSON_MOST_DUPLICATES;
  for (size_t i = 0; i < count; i++) {
    struct dw_json_duplicate *found = &config->duplicates[i];
    if (!config->more_duplicates && !matters(config, found))
      continue;
    found->path = dw_arena_join(arena, "spec.config", ".", found->path);
    config->duplicates[config->duplicate_count++] = *found;
  }
}

/* --- the configuration --- */

static void read_object(struct dw_arena *arena, struct dw_cni_config *config) {
  config->plugins_value = dw_value_member(arena, config_field, config->json, "plugins");
  config->is_list = is_list(config);
  config->name = dw_value_at(arena, config_field, "name", dw_json_get(config->json, "name"));
  config->version = config->is_list
                        ? dw_value_at(arena, config_field, "cniVersion", dw_json_get(config->json, "cniVersion"))
                        : dw_value_member(arena, config_field, config->json, "cniVersion");
  read_plugins(arena, config);
  find_duplicates(arena, config);
  dw_cni_check_options(arena, config);
  dw_ovn_read(arena, config);
}

static struct dw_cni_config *new_config(struct dw_arena *arena, enum dw_config_state state) {
  struct dw_cni_config *config = dw_arena_alloc(arena, sizeof *config);
  config->state = state;
  config->text = "";
  config->resource_name = "";
  config->plugins_value.field = "spec.config.plugins";
  config->name.field = "spec.config.name";
  config->version.field = "spec.config.cniVersion";
  return config;
}

static size_t leading_white_space(const char *text, size_t length) {
  size_t count = 0;
  while (count < length && dw_is_blank(text[count]))
    count++;
  return count;
}

/* Returns true if TEXT, which is not JSON, begins like YAML: with "key: value", after any "---" and comments. */
static bool is_yaml(const char *text, size_t length) {
  size_t at = leading_white_space(text, length);
  while (at < length && (text[at] == '#' || (length - at >= 3 && memcmp(text + at, "---", 3) == 0))) {
    const char *end = memchr(text + at, '\n', length - at);
    at = end == NULL ? length : (size_t)(end - text);
    at += leading_white_space(text + at, length - at);
  }
  size_t start = at;
  while (at < length && (dw_is_alnum(text[at]) || text[at] == '_' || text[at] == '-'))
    at++;
  return at > start && at < length && text[at] == ':' && (at + 1 == length || dw_is_blank(text[at + 1]));
}

static bool parse(struct dw_arena *arena, struct dw_cni_config *config) {
  size_t start = leading_white_space(config->text, config->length);
  if (start == config->length) {
    (void)dw_error_at(&config->error, DW_ERR_SYNTAX, 1, 1, "contains only white space: add a CNI configuration");
    return false;
  }
  dw_arena_next_text(arena);
  const dw_json *json = dw_json_parse(arena, config->text, config->length, DW_JSON_REMARSHALLED, &config->error);
  if (json == NULL) {
    if (is_yaml(config->text, config->length))
      (void)dw_error_at(&config->error, DW_ERR_SYNTAX, config->error.line, config->error.column,
                        "this is YAML, but Multus reads the configuration as JSON");
    return false;
  }
  if (dw_json_type(json) != DW_JSON_OBJECT) {
    int line;
    int column;
    dw_text_position(config->text, config->length, start, &line, &column);
    (void)dw_error_at(&config->error, DW_ERR_INVALID, line, column, "must be one JSON object, not %s",
                      dw_json_type_name(json));
    return false;
  }
  const dw_json *plugins = dw_json_get_fold(json, "plugins", NULL);
  if (dw_json_type(plugins) == DW_JSON_ARRAY && dw_json_size(plugins) > PLUGINS_MAX) {
    (void)dw_error_at(&config->error, DW_ERR_INVALID, 1, 1,
                      "contains %zu plugins, more than the %d that Droveway reads", dw_json_size(plugins), PLUGINS_MAX);
    return false;
  }
  config->json = json;
  return true;
}

struct dw_cni_config *dw_cni_read_text(struct dw_arena *arena, const char *text, size_t length) {
  struct dw_cni_config *config = new_config(arena, DW_CONFIG_EMPTY);
  if (length == 0)
    return config;
  config->text = text;
  config->length = length;
  config->state = parse(arena, config) ? DW_CONFIG_OK : DW_CONFIG_UNREADABLE;
  if (config->state == DW_CONFIG_OK)
    read_object(arena, config);
  return config;
}

static struct dw_cni_config *wrong_type(struct dw_arena *arena, const char *needed, const dw_json *found) {
  struct dw_cni_config *config = new_config(arena, DW_CONFIG_UNREADABLE);
  (void)dw_error_set(&config->error, DW_ERR_INVALID, "%s, not %s", needed, dw_json_type_name(found));
  return config;
}

const char *dw_cni_resource_name(const dw_json *nad) {
  const char *name = dw_json_string(dw_json_path(nad, "metadata", "annotations", DW_RESOURCE_ANNOTATION, NULL));
  return name == NULL ? "" : name;
}

static struct dw_cni_config *read_spec(struct dw_arena *arena, const dw_json *nad) {
  const dw_json *spec = dw_json_get(nad, "spec");
  if (dw_is_given(spec) && dw_json_type(spec) != DW_JSON_OBJECT)
    return wrong_type(arena, "spec must be an object that contains config", spec);
  const dw_json *config = dw_json_get(spec, "config");
  if (!dw_is_given(config))
    return new_config(arena, DW_CONFIG_EMPTY);
  const char *text = dw_json_string(config);
  if (text == NULL) {
    struct dw_cni_config *read = wrong_type(arena, "must be a string that contains a CNI configuration", config);
    read->object = dw_json_type(config) == DW_JSON_OBJECT ? config : NULL;
    return read;
  }
  return dw_cni_read_text(arena, text, strlen(text));
}

struct dw_cni_config *dw_cni_read(struct dw_arena *arena, const dw_json *nad) {
  struct dw_cni_config *config = read_spec(arena, nad);
  config->no_namespace = dw_json_get_string(dw_json_get(nad, "metadata"), "namespace") == NULL;
  config->resource_name = dw_cni_resource_name(nad);
  return config;
}

bool dw_cni_may_migrate(const struct dw_cni_config *config) {
  for (size_t i = 0; config->state == DW_CONFIG_OK && i < config->plugin_count; i++) {
    const struct dw_cni_plugin *plugin = &config->plugins[i];
    if (dw_plugin_class(plugin->type_name) == DW_PLUGIN_CONNECTS &&
        (plugin->ipam.type == DW_IPAM_WHEREABOUTS || plugin->ipam.type == DW_IPAM_DHCP))
      return true;
  }
  return false;
}
