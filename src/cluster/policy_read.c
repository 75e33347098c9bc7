/* Reads a policy file. */
#include "cluster/policy.h"
#include "cluster/policy_fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "net/range.h"
#include "yaml/yaml.h"

struct policy_reader {
  struct dw_policy *policy; /* the result */
  const struct dw_yaml_doc *doc;
  const char *file;
  const char *const *rules; /* the known rule ids */
  size_t rule_count;
  struct dw_error *err;
};

/* A value of the document and its path, in the form that dw_yaml_locate() accepts. */
struct policy_node {
  const char *path;
  const dw_json *json;                 /* NULL if absent */
  const struct dw_policy_field *field; /* NULL if it is not one of the table */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- places and errors --- */

static struct policy_node child_of(const struct policy_reader *r, const struct policy_node *parent, const char *key) {
  struct dw_arena *arena = r->policy->arena;
  bool plain = key[0] != '\0' && strpbrk(key, ".[]") == NULL;
  const char *path = !plain                    ? dw_arena_printf(arena, "%s[%s]", parent->path, key)
                     : parent->path[0] == '\0' ? dw_arena_strdup(arena, key)
                                               : dw_arena_printf(arena, "%s.%s", parent->path, key);
  return (struct policy_node){path, dw_json_get(parent->json, key), dw_policy_field(parent->field, key)};
}

static struct policy_node item_of(const struct policy_reader *r, const struct policy_node *list, size_t index) {
  return (struct policy_node){dw_arena_printf(r->policy->arena, "%s[%zu]", list->path, index),
                              dw_json_at(list->json, index), list->field->fields};
}

static int fail_at(const struct policy_reader *r, const char *path, bool of_key, const char *text) {
  int line = 0;
  int column = 0;
  dw_yaml_locate(r->doc, path, of_key, &line, &column);
  return dw_error_at(r->err, DW_ERR_INVALID, line, column, "%s", text);
}

static int fail(const struct policy_reader *r, const struct policy_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const struct policy_reader *r, const struct policy_node *at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *what = dw_arena_vprintf(r->policy->arena, format, args);
  va_end(args);
  const char *name = at->path[0] == '\0' ? "policy" : at->path;
  return fail_at(r, at->path, false, dw_arena_printf(r->policy->arena, "%s: %s", name, what));
}

/* The known WORDS of a sort. */
struct known_words {
  const char *what; /* "key", "rule" or "action" */
  const char *const *words;
  size_t count;
  const char *hint; /* shown if no known word is similar */
  bool of_key;      /* they are keys of the document */
};

static int fail_unknown(const struct policy_reader *r, const struct policy_node *at, const char *word,
                        const struct known_words *known) {
  struct dw_arena *arena = r->policy->arena;
  const char *nearest = dw_nearest(word, known->words, known->count);
  const char *text =
      nearest != NULL
          ? dw_arena_printf(arena, "unknown %s \"%.100s\"; did you mean \"%s\"?", known->what, word, nearest)
          : dw_arena_printf(arena, "unknown %s \"%.100s\"; %s", known->what, word, known->hint);
  return fail_at(r, at->path, known->of_key, text);
}

static int fail_type(const struct policy_reader *r, const struct policy_node *at, const char *wanted) {
  return fail(r, at, "must be %s, not %s", wanted, dw_json_type_name(at->json));
}

static const char *join_words(struct dw_arena *arena, const char *const *words, size_t count) {
  const char *joined = count > 0 ? words[0] : "";
  for (size_t i = 1; i < count; i++)
    joined = dw_arena_printf(arena, "%s, %s", joined, words[i]);
  return joined;
}

static int fail_unknown_key(const struct policy_reader *r, const struct policy_node *node, const char *key) {
  struct dw_arena *arena = r->policy->arena;
  size_t count = node->field->field_count;
  const char **keys = dw_arena_array(arena, count, sizeof *keys);
  for (size_t i = 0; i < count; i++)
    keys[i] = node->field->fields[i].key;
  struct policy_node at = child_of(r, node, key);
  const char *hint = dw_arena_printf(arena, "known keys: %s", join_words(arena, keys, count));
  return fail_unknown(r, &at, key, &(struct known_words){"key", keys, count, hint, true});
}

static int fail_missing(const struct policy_reader *r, const struct policy_node *node, const char *key) {
  return fail(r, node, "%s is missing%s", key,
              node->field == &dw_policy_document ? "; a policy needs apiVersion: droveway.io/v1alpha1 and kind: Policy"
                                                 : "");
}

/* NODE must be an object with all required keys of its field, and without unknown ones. */
static int check_object(const struct policy_reader *r, const struct policy_node *node) {
  if (dw_json_type(node->json) != DW_JSON_OBJECT)
    return fail_type(r, node, "an object");
  struct dw_json_member member = dw_json_first(node->json);
  for (; member.value != NULL; member = dw_json_next(node->json, member))
    if (dw_policy_field(node->field, member.key) == NULL)
      return fail_unknown_key(r, node, member.key);
  for (size_t i = 0; i < node->field->field_count; i++) {
    const struct dw_policy_field *field = &node->field->fields[i];
    if (field->required && dw_json_get(node->json, field->key) == NULL)
      return fail_missing(r, node, field->key);
  }
  return 0;
}

static const char *text_of(const struct policy_reader *r, const struct policy_node *node) {
  const char *text = dw_json_string(node->json);
  if (text == NULL)
    fail_type(r, node, "a string");
  else if (text[0] == '\0')
    fail(r, node, "must not be empty");
  return text != NULL && text[0] != '\0' ? text : NULL;
}

/* --- the sections --- */

static int fail_namespace(const struct policy_reader *r, const struct policy_node *node, const char *text) {
  return fail(r, node,
              "\"%.100s\" is not a valid namespace name; use at most 63 lower-case letters, digits and '-', "
              "starting and ending with a letter or digit",
              text);
}

static int read_namespace(struct policy_reader *r, const struct policy_node *node) {
  const char *text = text_of(r, node);
  if (text == NULL)
    return -1;
  if (!dw_is_dns_label(text))
    return fail_namespace(r, node, text);
  r->policy->namespace_ = text;
  r->policy->namespace_known = true;
  int column = 0;
  dw_yaml_locate(r->doc, node->path, false, &r->policy->namespace_line, &column);
  return 0;
}

/* Reads a list of texts. WHAT describes it in errors. */
static int read_texts(struct policy_reader *r, const struct policy_node *node, const char *what, const char ***out,
                      size_t *out_count) {
  if (dw_json_type(node->json) != DW_JSON_ARRAY)
    return fail_type(r, node, what);
  size_t count = dw_json_size(node->json);
  const char **texts = dw_arena_array(r->policy->arena, count, sizeof *texts);
  for (size_t i = 0; i < count; i++) {
    struct policy_node item = item_of(r, node, i);
    texts[i] = text_of(r, &item);
    if (texts[i] == NULL)
      return -1;
  }
  *out = texts;
  *out_count = count;
  return 0;
}

static int read_global_namespaces(struct policy_reader *r, const struct policy_node *node) {
  if (read_texts(r, node, "a list of namespaces", &r->policy->global_namespaces, &r->policy->global_namespace_count) !=
      0)
    return -1;
  for (size_t i = 0; i < r->policy->global_namespace_count; i++) {
    struct policy_node item = item_of(r, node, i);
    if (!dw_is_dns_label(r->policy->global_namespaces[i]))
      return fail_namespace(r, &item, r->policy->global_namespaces[i]);
  }
  return 0;
}

static int read_migration_networks(struct policy_reader *r, const struct policy_node *node) {
  if (check_object(r, node) != 0)
    return -1;
  struct policy_node patterns = child_of(r, node, "namePatterns");
  if (patterns.json == NULL)
    return 0;
  return read_texts(r, &patterns, "a list of shell patterns", &r->policy->name_patterns,
                    &r->policy->name_pattern_count);
}

static int read_default(struct policy_reader *r, const struct policy_node *node, enum dw_limit limit) {
  if (dw_json_type(node->json) == DW_JSON_NULL) {
    r->policy->defaults[limit].set = false;
    return 0;
  }
  int64_t lowest = node->field->lowest;
  int64_t highest = node->field->highest;
  int64_t value = 0;
  if (!dw_json_integer(node->json, &value))
    return fail(r, node, "must be an integer from %" PRId64 " to %" PRId64 " (null leaves the field alone), not %s",
                lowest, highest, dw_json_type_name(node->json));
  if (value < lowest || value > highest)
    return fail(r, node, "%" PRId64 " is out of range; use %" PRId64 " to %" PRId64, value, lowest, highest);
  r->policy->defaults[limit].value = value;
  return 0;
}

static int read_defaults(struct policy_reader *r, const struct policy_node *node) {
  if (dw_json_type(node->json) == DW_JSON_NULL)
    return fail(r, node, "must be an object, not null; to leave a field alone, set that field to null");
  if (check_object(r, node) != 0)
    return -1;
  for (int i = 0; i < DW_LIMIT_COUNT; i++) {
    struct policy_node child = child_of(r, node, dw_limit_names[i]);
    if (child.json != NULL && read_default(r, &child, (enum dw_limit)i) != 0)
      return -1;
  }
  return 0;
}

static int read_mutate(struct policy_reader *r, const struct policy_node *node) {
  static const char *const keys[] = {"networkAttachmentDefinitions", "kubeVirts"};
  bool *const switches[] = {&r->policy->mutate_nads, &r->policy->mutate_kubevirts};
  if (check_object(r, node) != 0)
    return -1;
  for (size_t i = 0; i < COUNT(keys); i++) {
    struct policy_node child = child_of(r, node, keys[i]);
    if (child.json != NULL && !dw_json_boolean(child.json, switches[i]))
      return fail_type(r, &child, "true or false");
  }
  return 0;
}

static int read_nodes(struct policy_reader *r, const struct policy_node *node) {
  if (check_object(r, node) != 0)
    return -1;
  struct policy_node child = child_of(r, node, "selector");
  if (child.json == NULL)
    return 0;
  const char *text = dw_json_string(child.json);
  if (text == NULL)
    return fail_type(r, &child, "a string");
  struct dw_error why = DW_ERROR_INIT;
  if (dw_selector_parse(r->policy->arena, text, &r->policy->selector, &why) != 0)
    return fail(r, &child, "%s", why.text);
  r->policy->selector_given = true;
  return 0;
}

static int read_action(struct policy_reader *r, const struct policy_node *node, enum dw_action *out) {
  static const char *const words[] = {"deny", "warn", "off"};
  static const enum dw_action actions[] = {DW_ACTION_DENY, DW_ACTION_WARN, DW_ACTION_OFF};
  static const char hint[] = "use deny, warn or off";
  bool yes = false;
  if (dw_json_boolean(node->json, &yes)) { /* YAML 1.1 reads an unquoted off as false, and on as true */
    *out = DW_ACTION_OFF;
    return yes ? fail(r, node, "must be deny, warn or off, not true (YAML reads an unquoted on or yes as true)") : 0;
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

static const char *find_rule(const struct policy_reader *r, const char *id) {
  for (size_t i = 0; i < r->rule_count; i++)
    if (strcmp(r->rules[i], id) == 0)
      return r->rules[i];
  return NULL;
}

static int fail_rule(const struct policy_reader *r, const struct policy_node *node, const char *id, bool of_key) {
  return fail_unknown(r, node, id,
                      &(struct known_words){"rule", r->rules, r->rule_count, "`droveway rules` lists them", of_key});
}

static int read_rules(struct policy_reader *r, const struct policy_node *node) {
  if (dw_json_type(node->json) != DW_JSON_OBJECT)
    return fail_type(r, node, "an object of rule ids");
  struct dw_rule_override *overrides = dw_arena_array(r->policy->arena, dw_json_size(node->json), sizeof *overrides);
  size_t count = 0;
  struct dw_json_member member = dw_json_first(node->json);
  for (; member.value != NULL; member = dw_json_next(node->json, member)) {
    struct policy_node child = child_of(r, node, member.key);
    if (find_rule(r, member.key) == NULL)
      return fail_rule(r, &child, member.key, true);
    overrides[count].rule = member.key;
    if (read_action(r, &child, &overrides[count++].action) != 0)
      return -1;
  }
  r->policy->overrides = overrides;
  r->policy->override_count = count;
  return 0;
}

/* --- lists of networks: clusterNetworks and remoteClusters --- */

static int check_list(const struct policy_reader *r, const struct policy_node *node, const char *of) {
  if (dw_json_type(node->json) == DW_JSON_ARRAY)
    return 0;
  return fail(r, node, "must be a list of %s, not %s", of, dw_json_type_name(node->json));
}

static int read_cluster_network(struct policy_reader *r, const struct policy_node *item,
                                struct dw_policy_network *out) {
  if (check_object(r, item) != 0)
    return -1;
  struct policy_node name = child_of(r, item, "name");
  struct policy_node cidr = child_of(r, item, "cidr");
  out->name = text_of(r, &name);
  const char *text = out->name == NULL ? NULL : text_of(r, &cidr);
  if (text == NULL)
    return -1;
  if (dw_prefix_parse(text, DW_ADDR_STRICT, &out->prefix, NULL))
    return 0;
  return fail(r, &cidr, "\"%.100s\" is not a CIDR; use ADDRESS/LENGTH, such as 192.168.1.0/24", text);
}

static int read_cluster_networks(struct policy_reader *r, const struct policy_node *node) {
  if (check_list(r, node, "{name, cidr}") != 0)
    return -1;
  size_t count = dw_json_size(node->json);
  struct dw_policy_network *networks = dw_arena_array(r->policy->arena, count, sizeof *networks);
  for (size_t i = 0; i < count; i++) {
    struct policy_node item = item_of(r, node, i);
    if (read_cluster_network(r, &item, &networks[i]) != 0)
      return -1;
  }
  r->policy->cluster_networks = networks;
  r->policy->cluster_network_count = count;
  return 0;
}

static int fail_range(const struct policy_reader *r, const struct policy_node *node, enum dw_range_fault fault) {
  const char *text = dw_json_string(node->json);
  switch (fault) {
  case DW_RANGE_BAD_START:
    return fail(r, node, "\"%.100s\": the part before the '-' is not an IP address", text);
  case DW_RANGE_START_OUTSIDE:
    return fail(r, node, "\"%.100s\": the first address is not in the subnet of the last one", text);
  default:
    return fail(r, node,
                "\"%.100s\" is not a range; use a CIDR (10.0.0.0/24) or START-END/LENGTH "
                "(10.0.0.10-10.0.0.20/24)",
                text);
  }
}

static int read_range(const struct policy_reader *r, const struct policy_node *node, struct dw_interval *out,
                      const char **text) {
  struct dw_range range = {0};
  *text = text_of(r, node);
  if (*text == NULL)
    return -1;
  enum dw_range_fault fault = dw_range_parse(*text, &range);
  if (fault != DW_RANGE_OK && fault != DW_RANGE_TOO_SMALL) /* a /32 has no room for a pool, but it is in use */
    return fail_range(r, node, fault);
  if (range.leading_zeros)
    return fail(r, node, "\"%.100s\" has leading zeros; if you mean decimal, use %s", *text,
                dw_range_format(r->policy->arena, &range));
  if (range.dashed && dw_addr_compare(&range.end, &range.start) < 0)
    return fail(r, node, "\"%.100s\" ends before it starts", *text);
  *out = range.dashed ? (struct dw_interval){range.start, range.end} : dw_interval_of(&range.subnet);
  return 0;
}

static int read_ranges(const struct policy_reader *r, const struct policy_node *node, struct dw_remote_cluster *out) {
  if (check_list(r, node, "ranges") != 0)
    return -1;
  out->range_count = dw_json_size(node->json);
  if (out->range_count < node->field->least)
    return fail(r, node, "must have at least one range");
  out->ranges = dw_arena_array(r->policy->arena, out->range_count, sizeof *out->ranges);
  out->texts = dw_arena_array(r->policy->arena, out->range_count, sizeof *out->texts);
  for (size_t i = 0; i < out->range_count; i++) {
    struct policy_node item = item_of(r, node, i);
    if (read_range(r, &item, &out->ranges[i], &out->texts[i]) != 0)
      return -1;
  }
  return 0;
}

static int read_remote_cluster(struct policy_reader *r, const struct policy_node *item, struct dw_remote_cluster *out) {
  if (check_object(r, item) != 0)
    return -1;
  struct policy_node name = child_of(r, item, "name");
  struct policy_node ranges = child_of(r, item, "ranges");
  out->name = text_of(r, &name);
  return out->name == NULL ? -1 : read_ranges(r, &ranges, out);
}

static int read_remote_clusters(struct policy_reader *r, const struct policy_node *node) {
  if (check_list(r, node, "{name, ranges}") != 0)
    return -1;
  size_t count = dw_json_size(node->json);
  struct dw_remote_cluster *clusters = dw_arena_array(r->policy->arena, count, sizeof *clusters);
  for (size_t i = 0; i < count; i++) {
    struct policy_node item = item_of(r, node, i);
    if (read_remote_cluster(r, &item, &clusters[i]) != 0)
      return -1;
  }
  r->policy->remote_clusters = clusters;
  r->policy->remote_cluster_count = count;
  return 0;
}

/* --- exceptions --- */

static bool is_blank(const char *text) {
  while (dw_is_blank(*text))
    text++;
  return *text == '\0';
}

static int read_until(const struct policy_reader *r, const struct policy_node *node, struct dw_exception *out) {
  out->last_day = INT64_MAX;
  if (node->json == NULL)
    return 0;
  out->until = text_of(r, node);
  if (out->until == NULL)
    return -1;
  if (dw_date_parse(out->until, &out->last_day))
    return 0;
  return fail(r, node, "\"%.100s\" is not a date; use YYYY-MM-DD, such as 2027-03-31", out->until);
}

/* Reads the members of the exception ITEM. */
static int read_exception_members(struct policy_reader *r, const struct policy_node *item, struct dw_exception *out) {
  struct policy_node rule = child_of(r, item, "rule");
  struct policy_node ns = child_of(r, item, "namespace");
  struct policy_node name = child_of(r, item, "name");
  struct policy_node reason = child_of(r, item, "reason");
  struct policy_node until = child_of(r, item, "until");
  const char *id = text_of(r, &rule);
  if (id == NULL)
    return -1;
  out->rule = find_rule(r, id);
  if (out->rule == NULL)
    return fail_rule(r, &rule, id, false);
  out->namespace_ = text_of(r, &ns);
  out->name = name.json == NULL ? "*" : text_of(r, &name);
  if (out->namespace_ == NULL || out->name == NULL)
    return -1;
  out->reason = text_of(r, &reason);
  if (out->reason == NULL)
    return -1;
  if (is_blank(out->reason))
    return fail(r, &reason, "must not be blank; say why the rule does not apply");
  return read_until(r, &until, out);
}

static bool same_exception(const struct dw_exception *a, const struct dw_exception *b) {
  return a->rule == b->rule && strcmp(a->namespace_, b->namespace_) == 0 && strcmp(a->name, b->name) == 0;
}

static int read_exception(struct policy_reader *r, const struct policy_node *item, struct dw_exception *out) {
  if (check_object(r, item) != 0 || read_exception_members(r, item, out) != 0)
    return -1;
  out->file = r->file;
  dw_yaml_locate(r->doc, item->path, false, &out->line, &out->column);
  for (const struct dw_exception *other = r->policy->exceptions; other < out; other++)
    if (same_exception(other, out))
      return fail(r, item, "the exception on line %d has the same rule, namespace and name; remove one of them",
                  other->line);
  return 0;
}

static int read_exceptions(struct policy_reader *r, const struct policy_node *node) {
  if (check_list(r, node, "{rule, namespace, name, reason, until}") != 0)
    return -1;
  size_t count = dw_json_size(node->json);
  r->policy->exceptions = dw_arena_array(r->policy->arena, count, sizeof *r->policy->exceptions);
  for (size_t i = 0; i < count; i++) {
    struct policy_node item = item_of(r, node, i);
    if (read_exception(r, &item, &r->policy->exceptions[i]) != 0)
      return -1;
  }
  r->policy->exception_count = count;
  return 0;
}

/* --- the document --- */

static int read_word(struct policy_reader *r, const struct policy_node *node) {
  const char *wanted = node->field->word;
  const char *text = dw_json_string(node->json);
  if (text == NULL)
    return fail_type(r, node, wanted);
  return strcmp(text, wanted) == 0 ? 0 : fail(r, node, "must be %s, not \"%.100s\"", wanted, text);
}

/* How each field of the document is read. */
static const struct {
  const char *key;
  int (*read)(struct policy_reader *r, const struct policy_node *node);
} sections[] = {
    {"apiVersion", read_word},
    {"kind", read_word},
    {"namespace", read_namespace},
    {"migrationNetworks", read_migration_networks},
    {"defaults", read_defaults},
    {"mutate", read_mutate},
    {"globalNamespaces", read_global_namespaces},
    {"nodes", read_nodes},
    {"clusterNetworks", read_cluster_networks},
    {"remoteClusters", read_remote_clusters},
    {"rules", read_rules},
    {"exceptions", read_exceptions},
};

static int read_policy(struct policy_reader *r) {
  struct policy_node root = {"", r->doc->root, &dw_policy_document};
  if (check_object(r, &root) != 0)
    return -1;
  for (size_t i = 0; i < COUNT(sections); i++) {
    struct policy_node node = child_of(r, &root, sections[i].key);
    bool skip = node.json == NULL || (node.field->nullable && dw_json_type(node.json) == DW_JSON_NULL);
    if (!skip && sections[i].read(r, &node) != 0)
      return -1;
  }
  return 0;
}

static int read_document(struct policy_reader *r, const struct dw_yaml_doc *first) {
  if (first == NULL || dw_json_type(first->root) == DW_JSON_NULL)
    return dw_error_at(r->err, DW_ERR_INVALID, 1, 1,
                       "the file is empty; a policy needs apiVersion: droveway.io/v1alpha1 and kind: Policy");
  if (first->next != NULL)
    return dw_error_at(r->err, DW_ERR_INVALID, first->next->line, 1,
                       "second document: a policy file contains one policy, so merge the two or remove this one");
  r->doc = first;
  return read_policy(r);
}

struct dw_policy *dw_policy_parse(const char *text, size_t length, const char *file, const char *const *rules,
                                  size_t rule_count, struct dw_error *err) {
  struct dw_policy *policy = dw_policy_default();
  struct policy_reader reader = {policy, NULL, dw_arena_strdup(policy->arena, file), rules, rule_count, err};
  struct dw_yaml_doc *first = NULL;
  if (dw_yaml_parse(policy->arena, text, length, &first, err) == 0 && read_document(&reader, first) == 0)
    return policy;
  dw_error_in_file(err, file);
  dw_policy_free(policy);
  return NULL;
}
