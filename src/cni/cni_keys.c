/* Keys of one object that Go takes for one. Source: encoding/json, which matches the keys of a struct without regard to
 * case, but those of a map exactly; the structs are those of containernetworking/plugins (plugins/main, meta, ipam),
 * whereabouts and sriov-cni, where `sysctl`, `capabilities` and what is below `args` are maps or read by single keys.
 */
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

/* The plugin in whose object PATH, below the root, is; KEY gets what follows there. NULL: in the list's own. */
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

/* No Go field is spelled "_comment" or "//", which is how comments get into JSON. */
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

/* Whether what a plugin reads may depend on which of the keys counts. */
static bool matters(const struct dw_cni_config *config, const struct dw_json_duplicate *found) {
  const char *key;
  const struct dw_cni_plugin *plugin = plugin_of(config, found->path, &key);
  bool known = plugin == NULL || dw_plugin_class(plugin->type_name) != DW_PLUGIN_UNKNOWN;
  if (known && (is_comment(key) || is_comment(found->first)))
    return false;
  return found->repeated || in_struct(key, strcspn(key, ".["));
}

/* Where not all are kept, others may matter: then each of them stands for those. */
void dw_cni_find_duplicates(struct dw_arena *arena, struct dw_cni_config *config) {
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
