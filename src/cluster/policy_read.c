#include "cluster/policy_read.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char api_version[] = "droveway.io/v1alpha1";
static const char kind[] = "Policy";

/* --- places and errors --- */

struct dw_policy_node dw_policy_child(const struct dw_policy_reader *r, const struct dw_policy_node *parent,
                                      const char *key) {
  struct dw_arena *arena = r->policy->arena;
  bool plain = key[0] != '\0' && strpbrk(key, ".[]") == NULL;
  const char *path = !plain                    ? dw_arena_printf(arena, "%s[%s]", parent->path, key)
                     : parent->path[0] == '\0' ? dw_arena_strdup(arena, key)
                                               : dw_arena_printf(arena, "%s.%s", parent->path, key);
  return (struct dw_policy_node){path, dw_json_get(parent->json, key)};
}

struct dw_policy_node dw_policy_item(const struct dw_policy_reader *r, const struct dw_policy_node *list,
                                     size_t index) {
  return (struct dw_policy_node){dw_arena_printf(r->policy->arena, "%s[%zu]", list->path, index),
                                 dw_json_at(list->json, index)};
}

static int fail_at(const struct dw_policy_reader *r, const char *path, bool of_key, const char *text) {
  int line = 0;
  int column = 0;
  dw_yaml_locate(r->doc, path, of_key, &line, &column);
  return dw_error_at(r->err, DW_ERR_INVALID, line, column, "%s", text);
}

int dw_policy_fail(const struct dw_policy_reader *r, const struct dw_policy_node *at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *what = dw_arena_vprintf(r->policy->arena, format, args);
  va_end(args);
  const char *name = at->path[0] == '\0' ? "policy" : at->path;
  return fail_at(r, at->path, false, dw_arena_printf(r->policy->arena, "%s: %s", name, what));
}

/* What WORDS are known: "key", "rule" or "action" by WHAT. OF_KEY says that they are keys of the document. */
struct known_words {
  const char *what;
  const char *const *words;
  size_t count;
  const char *hint; /* where no known one is near */
  bool of_key;
};

static int fail_unknown(const struct dw_policy_reader *r, const struct dw_policy_node *at, const char *word,
                        const struct known_words *known) {
  struct dw_arena *arena = r->policy->arena;
  const char *nearest = dw_nearest(word, known->words, known->count);
  const char *text =
      nearest != NULL
          ? dw_arena_printf(arena, "unknown %s \"%.100s\"; did you mean \"%s\"?", known->what, word, nearest)
          : dw_arena_printf(arena, "unknown %s \"%.100s\"; %s", known->what, word, known->hint);
  return fail_at(r, at->path, known->of_key, text);
}

static int fail_type(const struct dw_policy_reader *r, const struct dw_policy_node *at, const char *wanted) {
  return dw_policy_fail(r, at, "must be %s, is %s", wanted, dw_json_type_name(at->json));
}

static const char *join_words(struct dw_arena *arena, const char *const *words, size_t count) {
  const char *joined = count > 0 ? words[0] : "";
  for (size_t i = 1; i < count; i++)
    joined = dw_arena_printf(arena, "%s, %s", joined, words[i]);
  return joined;
}

int dw_policy_check_object(const struct dw_policy_reader *r, const struct dw_policy_node *node, const char *const *keys,
                           size_t count) {
  if (dw_json_type(node->json) != DW_JSON_OBJECT)
    return fail_type(r, node, "an object");
  struct dw_json_member member = dw_json_first(node->json);
  for (; member.value != NULL; member = dw_json_next(node->json, member)) {
    size_t i = 0;
    while (i < count && strcmp(member.key, keys[i]) != 0)
      i++;
    if (i < count)
      continue;
    struct dw_policy_node at = dw_policy_child(r, node, member.key);
    struct dw_arena *arena = r->policy->arena;
    const char *hint = dw_arena_printf(arena, "known here: %s", join_words(arena, keys, count));
    return fail_unknown(r, &at, member.key, &(struct known_words){"key", keys, count, hint, true});
  }
  return 0;
}

const char *dw_policy_text(const struct dw_policy_reader *r, const struct dw_policy_node *node) {
  const char *text = dw_json_string(node->json);
  if (text == NULL)
    fail_type(r, node, "a string");
  else if (text[0] == '\0')
    dw_policy_fail(r, node, "must not be empty");
  return text != NULL && text[0] != '\0' ? text : NULL;
}

/* --- the sections --- */

static int fail_namespace(const struct dw_policy_reader *r, const struct dw_policy_node *node, const char *text) {
  return dw_policy_fail(r, node,
                        "\"%.100s\" is no namespace name; use lower-case letters, digits and '-', at most 63 of them, "
                        "beginning and ending with a letter or digit",
                        text);
}

static int read_namespace(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  const char *text = dw_policy_text(r, node);
  if (text == NULL)
    return -1;
  if (!dw_is_dns_label(text))
    return fail_namespace(r, node, text);
  r->policy->namespace_ = text;
  r->policy->namespace_known = true;
  return 0;
}

/* A list of texts, WHAT. */
static int read_texts(struct dw_policy_reader *r, const struct dw_policy_node *node, const char *what,
                      const char ***out, size_t *out_count) {
  if (dw_json_type(node->json) != DW_JSON_ARRAY)
    return fail_type(r, node, what);
  size_t count = dw_json_size(node->json);
  const char **texts = dw_arena_array(r->policy->arena, count, sizeof *texts);
  for (size_t i = 0; i < count; i++) {
    struct dw_policy_node item = dw_policy_item(r, node, i);
    texts[i] = dw_policy_text(r, &item);
    if (texts[i] == NULL)
      return -1;
  }
  *out = texts;
  *out_count = count;
  return 0;
}

static int read_name_patterns(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  return read_texts(r, node, "a list of shell patterns", &r->policy->name_patterns, &r->policy->name_pattern_count);
}

static int read_global_namespaces(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  if (read_texts(r, node, "a list of namespaces", &r->policy->global_namespaces, &r->policy->global_namespace_count) !=
      0)
    return -1;
  for (size_t i = 0; i < r->policy->global_namespace_count; i++) {
    struct dw_policy_node item = dw_policy_item(r, node, i);
    if (!dw_is_dns_label(r->policy->global_namespaces[i]))
      return fail_namespace(r, &item, r->policy->global_namespaces[i]);
  }
  return 0;
}

static int read_migration_networks(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  static const char *const keys[] = {"namePatterns"};
  if (dw_policy_check_object(r, node, keys, COUNT(keys)) != 0)
    return -1;
  struct dw_policy_node patterns = dw_policy_child(r, node, keys[0]);
  return patterns.json == NULL ? 0 : read_name_patterns(r, &patterns);
}

static int read_default(struct dw_policy_reader *r, const struct dw_policy_node *node, enum dw_limit limit) {
  if (dw_json_type(node->json) == DW_JSON_NULL) {
    r->policy->defaults[limit].set = false;
    return 0;
  }
  bool parallel = limit == DW_LIMIT_PARALLEL_CLUSTER || limit == DW_LIMIT_PARALLEL_NODE;
  int64_t lowest = parallel ? 1 : 0;
  int64_t highest = parallel ? (int64_t)UINT32_MAX : INT64_MAX; /* as the field's own type in KubeVirt's API */
  int64_t value = 0;
  if (!dw_json_integer(node->json, &value))
    return dw_policy_fail(r, node,
                          "must be an integer from %" PRId64 " to %" PRId64 " (null leaves the field alone), is %s",
                          lowest, highest, dw_json_type_name(node->json));
  if (value < lowest || value > highest)
    return dw_policy_fail(r, node, "%" PRId64 " is out of range; use %" PRId64 " to %" PRId64, value, lowest, highest);
  r->policy->defaults[limit].value = value;
  return 0;
}

static int read_defaults(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  if (dw_json_type(node->json) == DW_JSON_NULL)
    return dw_policy_fail(r, node, "must be an object, is null; to leave a field alone, set that field to null");
  if (dw_policy_check_object(r, node, dw_limit_names, DW_LIMIT_COUNT) != 0)
    return -1;
  for (int i = 0; i < DW_LIMIT_COUNT; i++) {
    struct dw_policy_node child = dw_policy_child(r, node, dw_limit_names[i]);
    if (child.json != NULL && read_default(r, &child, (enum dw_limit)i) != 0)
      return -1;
  }
  return 0;
}

static int read_mutate(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  static const char *const keys[] = {"networkAttachmentDefinitions", "kubeVirts"};
  bool *const switches[] = {&r->policy->mutate_nads, &r->policy->mutate_kubevirts};
  if (dw_policy_check_object(r, node, keys, COUNT(keys)) != 0)
    return -1;
  for (size_t i = 0; i < COUNT(keys); i++) {
    struct dw_policy_node child = dw_policy_child(r, node, keys[i]);
    if (child.json != NULL && !dw_json_boolean(child.json, switches[i]))
      return fail_type(r, &child, "true or false");
  }
  return 0;
}

static int read_nodes(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  static const char *const keys[] = {"selector"};
  if (dw_policy_check_object(r, node, keys, COUNT(keys)) != 0)
    return -1;
  struct dw_policy_node child = dw_policy_child(r, node, keys[0]);
  if (child.json == NULL)
    return 0;
  const char *text = dw_json_string(child.json);
  if (text == NULL)
    return fail_type(r, &child, "a string");
  struct dw_error why = DW_ERROR_INIT;
  if (dw_selector_parse(r->policy->arena, text, &r->policy->selector, &why) != 0)
    return dw_policy_fail(r, &child, "%s", why.text);
  r->policy->selector_given = true;
  return 0;
}

static int read_action(struct dw_policy_reader *r, const struct dw_policy_node *node, enum dw_action *out) {
  static const char *const words[] = {"deny", "warn", "off"};
  static const enum dw_action actions[] = {DW_ACTION_DENY, DW_ACTION_WARN, DW_ACTION_OFF};
  static const char hint[] = "use deny, warn or off";
  bool yes = false;
  if (dw_json_boolean(node->json, &yes)) { /* YAML 1.1 takes a bare off for false, and on for true */
    *out = DW_ACTION_OFF;
    return yes ? dw_policy_fail(r, node, "must be deny, warn or off, is true (YAML reads a bare on or yes so)") : 0;
  }
  const char *text = dw_json_string(node->json);
  if (text == NULL)
    return fail_type(r, node, "deny, warn or off");
  for (size_t i = 0; i < COUNT(words); i++) {
    if (strcmp(text, words[i]) == 0) {
      *out = actions[i];
      return 0;
    }
  }
  return fail_unknown(r, node, text, &(struct known_words){"action", words, COUNT(words), hint, false});
}

static const char *find_rule(const struct dw_policy_reader *r, const char *id) {
  for (size_t i = 0; i < r->rule_count; i++)
    if (strcmp(r->rules[i], id) == 0)
      return r->rules[i];
  return NULL;
}

static int read_rules(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  if (dw_json_type(node->json) != DW_JSON_OBJECT)
    return fail_type(r, node, "an object of rule ids");
  struct dw_rule_override *overrides = dw_arena_array(r->policy->arena, dw_json_size(node->json), sizeof *overrides);
  size_t count = 0;
  struct dw_json_member member = dw_json_first(node->json);
  for (; member.value != NULL; member = dw_json_next(node->json, member)) {
    struct dw_policy_node child = dw_policy_child(r, node, member.key);
    struct known_words known = {"rule", r->rules, r->rule_count, "`droveway rules` lists them", true};
    if (find_rule(r, member.key) == NULL)
      return fail_unknown(r, &child, member.key, &known);
    overrides[count].rule = member.key;
    if (read_action(r, &child, &overrides[count++].action) != 0)
      return -1;
  }
  r->policy->overrides = overrides;
  r->policy->override_count = count;
  return 0;
}

/* --- the document --- */

struct section {
  const char *key;
  int (*read)(struct dw_policy_reader *r, const struct dw_policy_node *node);
  bool may_be_null; /* `rules:` with all that stood below commented out */
};

static const struct section sections[] = {
    {"namespace", read_namespace, false},
    {"migrationNetworks", read_migration_networks, true},
    {"defaults", read_defaults, false},
    {"mutate", read_mutate, true},
    {"globalNamespaces", read_global_namespaces, false},
    {"nodes", read_nodes, true},
    {"clusterNetworks", dw_policy_read_cluster_networks, true},
    {"remoteClusters", dw_policy_read_remote_clusters, true},
    {"rules", read_rules, true},
};

static int check_word(const struct dw_policy_reader *r, const struct dw_policy_node *root, const char *key,
                      const char *wanted) {
  struct dw_policy_node node = dw_policy_child(r, root, key);
  if (node.json == NULL)
    return dw_policy_fail(r, root, "%s is missing; a policy needs apiVersion: %s and kind: %s", key, api_version, kind);
  const char *text = dw_json_string(node.json);
  if (text == NULL)
    return dw_policy_fail(r, &node, "must be %s, is %s", wanted, dw_json_type_name(node.json));
  return strcmp(text, wanted) == 0 ? 0 : dw_policy_fail(r, &node, "must be %s, is \"%.100s\"", wanted, text);
}

int dw_policy_read(struct dw_policy_reader *r) {
  static const char *const keys[] = {
      "apiVersion",       "kind",  "namespace",       "migrationNetworks", "defaults", "mutate",
      "globalNamespaces", "nodes", "clusterNetworks", "remoteClusters",    "rules"};
  struct dw_policy_node root = {"", r->doc->root};
  if (dw_policy_check_object(r, &root, keys, COUNT(keys)) != 0 ||
      check_word(r, &root, "apiVersion", api_version) != 0 || check_word(r, &root, "kind", kind) != 0)
    return -1;
  for (size_t i = 0; i < COUNT(sections); i++) {
    struct dw_policy_node node = dw_policy_child(r, &root, sections[i].key);
    bool skip = node.json == NULL || (sections[i].may_be_null && dw_json_type(node.json) == DW_JSON_NULL);
    if (!skip && sections[i].read(r, &node) != 0)
      return -1;
  }
  return 0;
}
