/* Mappings: keys as text, duplicates, merge keys. */
#include <string.h>

#include "yaml/yaml_reader.h"
#include "yaml/yaml_scalar.h"
#include "json/quote.h"

struct mapping {
  struct members members;
  dw_json *object;
  dw_json *merged; /* keys that came by << and may still be set: true; NULL while there is none */
};

static bool is_merged(const struct mapping *m, const char *key) {
  bool merged = false;
  return dw_json_boolean(dw_json_get(m->merged, key), &merged) && merged;
}

static bool set_merged(struct reader *r, struct mapping *m, const char *key, bool merged) {
  if (!m->merged)
    m->merged = dw_json_new_object(r->arena);
  if (!m->merged || dw_json_set(r->arena, m->merged, key, dw_json_new_bool(merged)) < 0)
    return dw_yaml_fail_memory(r);
  return true;
}

static bool fail_duplicate(struct reader *r, const struct mapping *m, const char *key, struct place place) {
  char quoted[QUOTE_SIZE];
  size_t count = (r->pending.length - m->members.first_mark) / sizeof(struct mark);
  const struct mark *list = (const void *)(r->pending.data + m->members.first_mark);
  const struct mark *first = dw_mark_of_key(list, count, key);
  return dw_yaml_fail(r, DW_ERR_DUPLICATE, place, "the key %s stands twice in one object; it stands on line %d already",
                      dw_quote_short(quoted, key, strlen(key)), first ? first->key_place.line : place.line);
}

static bool set_member(struct reader *r, struct mapping *m, const struct mark *mark, dw_json *value) {
  if (dw_json_set(r->arena, m->object, mark->key, value) < 0)
    return dw_yaml_fail_memory(r);
  return dw_yaml_mark(r, mark->key, mark->key_place, mark->place);
}

/* The members of FROM; goyaml.v2 lets them replace what stands before the << and lets what follows replace them. */
static bool merge_object(struct reader *r, struct mapping *m, const dw_json *from) {
  const struct mark_block *block = dw_marks_of(r->marks, from);
  for (size_t i = 0; block && i < block->count; i++) {
    const struct mark *mark = &block->marks[i];
    dw_json *value = dw_json_share(dw_json_get(from, mark->key));
    bool may_be_set = is_merged(m, mark->key) || !dw_json_get(m->object, mark->key);
    if (!set_merged(r, m, mark->key, may_be_set) || !set_member(r, m, mark, value))
      return false;
  }
  return true;
}

static bool merge_node(struct reader *r, struct mapping *m, const struct node *node, bool list_allowed) {
  if (dw_json_type(node->value) == DW_JSON_OBJECT)
    return merge_object(r, m, node->value);
  if (dw_json_type(node->value) != DW_JSON_ARRAY || !list_allowed)
    return dw_yaml_fail(r, DW_ERR_INVALID, node->place, "<< needs an object or a list of objects");
  for (size_t i = dw_json_size(node->value); i-- > 0;) {
    const struct node element = {.value = (dw_json *)dw_json_at(node->value, i), .place = node->place};
    if (!merge_node(r, m, &element, false))
      return false;
  }
  return true;
}

/* The << is at hand. */
static bool read_merge(struct reader *r, struct mapping *m) {
  struct node node;
  if (!dw_yaml_next_event(r))
    return false;
  bool alias = r->event.type == YAML_ALIAS_EVENT;
  if (!dw_yaml_read_node(r, &node) || !merge_node(r, m, &node, !alias))
    return false;
  struct node *owner = m->members.owner;
  unsigned height = dw_json_type(node.value) == DW_JSON_ARRAY ? node.height - 1 : node.height;
  owner->weight += node.weight;
  if (owner->height < height)
    owner->height = height;
  return true;
}

/* The key at hand as text in the arena. */
static bool read_key(struct reader *r, struct mark *mark) {
  struct node node;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  if (!dw_yaml_read_node(r, &node))
    return false;
  if (!dw_yaml_key_text(node.value, &text))
    return dw_yaml_fail(r, DW_ERR_INVALID, node.place, "%s can't be a key; put it in quotes if it is meant as text",
                        dw_json_type_name(node.value));
  char *key = dw_arena_try(r->arena, text.length + 1);
  if (!key)
    return dw_yaml_fail_memory(r);
  memcpy(key, dw_buf_text(&text), text.length + 1);
  mark->key = key;
  mark->key_place = node.place;
  return true;
}

static bool read_member(struct reader *r, struct mapping *m) {
  struct node node;
  struct mark mark = {0};
  if (!read_key(r, &mark))
    return false;
  bool merged = is_merged(m, mark.key);
  if (dw_json_get(m->object, mark.key) && !merged)
    return fail_duplicate(r, m, mark.key, mark.key_place);
  if (!dw_yaml_next_event(r) || !dw_yaml_read_node(r, &node))
    return false;
  if (merged && !set_merged(r, m, mark.key, false))
    return false;
  mark.place = node.place;
  dw_yaml_count(m->members.owner, &node);
  m->members.owner->weight += strlen(mark.key) / YAML_BYTES_A_VALUE;
  return set_member(r, m, &mark, node.value);
}

static bool at_merge_key(const struct reader *r) {
  if (r->event.type != YAML_SCALAR_EVENT)
    return false;
  const struct yaml_scalar scalar = {
      .text = (const char *)r->event.data.scalar.value,
      .length = r->event.data.scalar.length,
      .tag = (const char *)r->event.data.scalar.tag,
      .plain = r->event.data.scalar.plain_implicit,
  };
  return dw_yaml_is_merge_key(&scalar);
}

bool dw_yaml_read_mapping(struct reader *r, struct node *out) {
  out->value = dw_json_new_object(r->arena);
  if (!out->value)
    return dw_yaml_fail_memory(r);
  struct mapping m = {dw_yaml_open(r, out), out->value, NULL};
  for (;;) {
    if (!dw_yaml_next_event(r))
      return false;
    if (r->event.type == YAML_MAPPING_END_EVENT)
      return dw_yaml_close(r, m.members);
    if (!(at_merge_key(r) ? read_merge(r, &m) : read_member(r, &m)))
      return false;
  }
}
