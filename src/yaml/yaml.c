/* Reads streams, documents and values. */
#include "yaml/yaml.h"

#include <string.h>

#include "base/text.h"
#include "yaml/yaml_reader.h"
#include "yaml/yaml_scalar.h"
#include "json/json_position.h"
#include "json/scan.h"

#define NO_ANCHOR SIZE_MAX

/* A container whose members are being read. */
struct members {
  struct node *owner;
  size_t first_mark; /* the owner's first mark in `pending` */
};

/* Reads the value that begins with the current event. Its last event is then the current one. */
static bool read_node(struct reader *r, struct node *out);

static struct node *anchor_at(struct reader *r, size_t index) {
  return (struct node *)(void *)r->anchor_list.data + index;
}

/* Registers an anchor for the node that is read next. A name may be reused; an alias refers to the last anchor before
 * it. */
static bool open_anchor(struct reader *r, const yaml_char_t *name, size_t *index) {
  const struct node open = {0};
  *index = NO_ANCHOR;
  if (!name)
    return true;
  *index = r->anchor_list.length / sizeof open;
  dw_buf_add(&r->anchor_list, &open, sizeof open);
  dw_json *number = dw_json_new_integer(r->arena, (int64_t)*index);
  if (!number || dw_json_set(r->arena, r->anchors, (const char *)name, number) < 0)
    return dw_yaml_fail_memory(r);
  return true;
}

static void close_anchor(struct reader *r, size_t index, const struct node *node) {
  if (index != NO_ANCHOR)
    *anchor_at(r, index) = *node;
}

static bool read_alias(struct reader *r, struct node *out) {
  char name[DW_QUOTE_SIZE];
  int64_t index = 0;
  const char *anchor = (const char *)r->event.data.alias.anchor;
  if (!dw_json_integer(dw_json_get(r->anchors, anchor), &index))
    return dw_yaml_fail(r, DW_ERR_SYNTAX, out->place,
                        "this alias refers to the anchor %s, which is not defined before it",
                        dw_quote_short(name, anchor, strlen(anchor)));
  const struct node *node = anchor_at(r, (size_t)index);
  if (!node->value)
    return dw_yaml_fail(r, DW_ERR_INVALID, out->place, "the value of the anchor %s would contain itself",
                        dw_quote_short(name, anchor, strlen(anchor)));
  r->expanded += node->weight;
  if (r->expanded > DW_YAML_MAX_NODES)
    return dw_yaml_fail(r, DW_ERR_MEMORY, out->place,
                        "the aliases up to this one expand to more than %d values; use fewer aliases",
                        DW_YAML_MAX_NODES);
  if (r->depth + node->height > DW_JSON_MAX_DEPTH)
    return dw_yaml_fail(r, DW_ERR_DEPTH, out->place, "nested deeper than %d levels", DW_JSON_MAX_DEPTH);
  const struct alias alias = {out->place, node->place};
  dw_buf_add(&r->aliases, &alias, sizeof alias);
  *out = (struct node){dw_json_share(node->value), node->weight, node->height, out->place};
  return true;
}

static bool read_scalar(struct reader *r, struct node *out) {
  const char *problem = NULL;
  size_t length = r->event.data.scalar.length;
  const struct yaml_scalar scalar = {
      .text = (const char *)r->event.data.scalar.value,
      .length = length,
      .tag = (const char *)r->event.data.scalar.tag,
      .plain = r->event.data.scalar.plain_implicit,
  };
  out->value = dw_yaml_scalar_value(r->arena, &scalar, &problem);
  out->weight = 1 + length / YAML_BYTES_PER_VALUE;
  if (problem)
    return dw_yaml_fail(r, DW_ERR_INVALID, out->place, "%s", problem);
  return out->value || dw_yaml_fail_memory(r);
}

static bool fits_depth(struct reader *r, struct place place) {
  if (r->depth < DW_JSON_MAX_DEPTH)
    return true;
  return dw_yaml_fail(r, DW_ERR_DEPTH, place, "nested deeper than %d levels", DW_JSON_MAX_DEPTH);
}

static struct members open_container(struct reader *r, struct node *owner) {
  r->depth++;
  owner->weight = 1;
  owner->height = 1;
  return (struct members){owner, r->pending.length};
}

static bool add_mark(struct reader *r, const char *key, struct place key_place, struct place place) {
  const struct mark mark = {key, key_place, place};
  dw_buf_add(&r->pending, &mark, sizeof mark);
  return true;
}

/* Adds a member's weight and height to its owner's. */
static void count_member(struct node *owner, const struct node *member) {
  owner->weight += member->weight;
  if (owner->height <= member->height)
    owner->height = member->height + 1;
}

static bool close_container(struct reader *r, struct members members) {
  size_t count = (r->pending.length - members.first_mark) / sizeof(struct mark);
  const struct mark *list = count > 0 ? (const void *)(r->pending.data + members.first_mark) : NULL;
  r->depth--;
  if (dw_marks_add(r->arena, r->marks, members.owner->value, list, count) < 0)
    return dw_yaml_fail_memory(r);
  dw_buf_truncate(&r->pending, members.first_mark);
  return true;
}

static bool read_sequence(struct reader *r, struct node *out) {
  out->value = dw_json_new_array(r->arena);
  if (!out->value)
    return dw_yaml_fail_memory(r);
  struct members members = open_container(r, out);
  for (;;) {
    struct node element;
    if (!dw_yaml_next_event(r))
      return false;
    if (r->event.type == YAML_SEQUENCE_END_EVENT)
      return close_container(r, members);
    if (!read_node(r, &element))
      return false;
    if (dw_json_append(r->arena, out->value, element.value) < 0)
      return dw_yaml_fail_memory(r);
    count_member(out, &element);
    add_mark(r, NULL, element.place, element.place);
  }
}

/* --- mappings: keys as text, duplicates, merge keys --- */

struct mapping {
  struct members members;
  dw_json *object;
  dw_json *merged; /* a member with the value true for each key that was merged by << and may still be set; NULL if
                      there is none */
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
  char quoted[DW_QUOTE_SIZE];
  size_t count = (r->pending.length - m->members.first_mark) / sizeof(struct mark);
  const struct mark *list = (const void *)(r->pending.data + m->members.first_mark);
  const struct mark *first = dw_mark_of_key(list, count, key);
  return dw_yaml_fail(r, DW_ERR_DUPLICATE, place, "the key %s appears twice in the same object, first on line %d",
                      dw_quote_short(quoted, key, strlen(key)), first ? first->key_place.line : place.line);
}

static bool set_member(struct reader *r, struct mapping *m, const struct mark *mark, dw_json *value) {
  if (dw_json_set(r->arena, m->object, mark->key, value) < 0)
    return dw_yaml_fail_memory(r);
  return add_mark(r, mark->key, mark->key_place, mark->place);
}

/* Merges the members of FROM. In goyaml.v2 they replace members before the <<, and members after it replace them. */
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
    return dw_yaml_fail(r, DW_ERR_INVALID, node->place, "the value of << must be an object or a list of objects");
  for (size_t i = dw_json_size(node->value); i-- > 0;) {
    const struct node element = {.value = (dw_json *)dw_json_at(node->value, i), .place = node->place};
    if (!merge_node(r, m, &element, false))
      return false;
  }
  return true;
}

/* The << is the current event. */
static bool read_merge(struct reader *r, struct mapping *m) {
  struct node node;
  if (!dw_yaml_next_event(r))
    return false;
  bool alias = r->event.type == YAML_ALIAS_EVENT;
  if (!read_node(r, &node) || !merge_node(r, m, &node, !alias))
    return false;
  struct node *owner = m->members.owner;
  unsigned height = dw_json_type(node.value) == DW_JSON_ARRAY ? node.height - 1 : node.height;
  owner->weight += node.weight;
  if (owner->height < height)
    owner->height = height;
  return true;
}

/* Reads the current key as text in the arena. */
static bool read_key(struct reader *r, struct mark *mark) {
  struct node node;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  if (!read_node(r, &node))
    return false;
  if (!dw_yaml_key_text(node.value, &text))
    return dw_yaml_fail(r, DW_ERR_INVALID, node.place, "%s can't be a key; if you mean text, put it in quotes",
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
  if (!dw_yaml_next_event(r) || !read_node(r, &node))
    return false;
  if (merged && !set_merged(r, m, mark.key, false))
    return false;
  mark.place = node.place;
  count_member(m->members.owner, &node);
  m->members.owner->weight += strlen(mark.key) / YAML_BYTES_PER_VALUE;
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

/* Reads the mapping whose start is the current event. OUT has its place already. */
static bool read_mapping(struct reader *r, struct node *out) {
  out->value = dw_json_new_object(r->arena);
  if (!out->value)
    return dw_yaml_fail_memory(r);
  struct mapping m = {open_container(r, out), out->value, NULL};
  for (;;) {
    if (!dw_yaml_next_event(r))
      return false;
    if (r->event.type == YAML_MAPPING_END_EVENT)
      return close_container(r, m.members);
    if (!(at_merge_key(r) ? read_merge(r, &m) : read_member(r, &m)))
      return false;
  }
}

/* --- containers and nodes --- */

static bool read_container(struct reader *r, const yaml_char_t *anchor, struct node *out) {
  size_t index;
  bool mapping = r->event.type == YAML_MAPPING_START_EVENT;
  if (!fits_depth(r, out->place) || !open_anchor(r, anchor, &index))
    return false;
  if (!(mapping ? read_mapping(r, out) : read_sequence(r, out)))
    return false;
  close_anchor(r, index, out);
  return true;
}

static bool read_node(struct reader *r, struct node *out) {
  size_t index;
  *out = (struct node){.place = dw_yaml_place(r->event.start_mark)};
  switch (r->event.type) {
  case YAML_ALIAS_EVENT:
    return read_alias(r, out);
  case YAML_MAPPING_START_EVENT:
    return read_container(r, r->event.data.mapping_start.anchor, out);
  case YAML_SEQUENCE_START_EVENT:
    return read_container(r, r->event.data.sequence_start.anchor, out);
  default:
    if (!open_anchor(r, r->event.data.scalar.anchor, &index) || !read_scalar(r, out))
      return false;
    close_anchor(r, index, out);
    return true;
  }
}

/* --- documents --- */

static struct dw_yaml_doc *new_doc(struct dw_arena *arena) {
  struct dw_yaml_doc *doc = dw_arena_try(arena, sizeof *doc);
  struct dw_yaml_marks *marks = dw_arena_try(arena, sizeof *marks);
  if (!doc || !marks)
    return NULL;
  *marks = (struct dw_yaml_marks){.arena = arena};
  *doc = (struct dw_yaml_doc){.marks = marks};
  return doc;
}

static bool keep_aliases(struct reader *r) {
  size_t size = r->aliases.length;
  if (size == 0)
    return true;
  struct alias *list = dw_arena_try(r->arena, size);
  if (!list)
    return dw_yaml_fail_memory(r);
  memcpy(list, r->aliases.data, size);
  r->marks->aliases = list;
  r->marks->alias_count = size / sizeof *list;
  return true;
}

/* The document's start is the current event. DOC receives NULL if the document is empty. */
static bool read_document(struct reader *r, struct dw_yaml_doc **doc) {
  struct node root;
  struct dw_yaml_doc *made = new_doc(r->arena);
  r->anchors = dw_json_new_object(r->arena);
  if (!made || !r->anchors)
    return dw_yaml_fail_memory(r);
  r->marks = made->marks;
  r->expanded = 0;
  dw_buf_truncate(&r->anchor_list, 0);
  dw_buf_truncate(&r->aliases, 0);
  if (!dw_yaml_next_event(r) || !read_node(r, &root) || !dw_yaml_next_event(r) || !keep_aliases(r))
    return false;
  made->root = root.value;
  made->line = root.place.line;
  made->marks->root = root.place;
  *doc = dw_json_type(root.value) == DW_JSON_NULL ? NULL : made;
  return true;
}

static bool read_stream(struct reader *r, struct dw_yaml_doc **first) {
  struct dw_yaml_doc **next = first;
  do {
    if (!dw_yaml_next_event(r))
      return false;
    if (r->event.type != YAML_DOCUMENT_START_EVENT)
      continue;
    if (!read_document(r, next))
      return false;
    if (*next)
      next = &(*next)->next;
  } while (r->event.type != YAML_STREAM_END_EVENT);
  return true;
}

static int parse_yaml(struct dw_arena *arena, const char *text, size_t length, struct dw_yaml_doc **first,
                      struct dw_error *err) {
  struct reader r = {.arena = arena, .err = err, .text = text, .length = length};
  if (!yaml_parser_initialize(&r.parser)) {
    dw_yaml_set_memory_error(err);
    return -1;
  }
  yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
  bool read = read_stream(&r, first);
  yaml_event_delete(&r.event);
  yaml_parser_delete(&r.parser);
  dw_buf_free(&r.anchor_list);
  dw_buf_free(&r.pending);
  dw_buf_free(&r.aliases);
  return read ? 0 : -1;
}

/* --- JSON --- */

/* Converts a position within a value that begins at START to a position within the whole text. */
static void shift_place(struct dw_error *err, const char *text, size_t length, size_t start) {
  int line;
  int column;
  if (!err || err->line == 0)
    return;
  dw_text_position(text, length, start, &line, &column);
  if (err->line == 1)
    err->column += column - 1;
  err->line += line - 1;
}

static struct dw_yaml_doc *json_document(struct dw_arena *arena, const char *text, size_t start, size_t end,
                                         struct dw_error *err) {
  struct dw_yaml_doc *doc = new_doc(arena);
  dw_json *root = doc ? dw_json_parse(arena, text + start, end - start, DW_JSON_UNIQUE_KEYS, err) : NULL;
  if (!doc)
    dw_yaml_set_memory_error(err);
  if (!root)
    return NULL;
  doc->root = root;
  doc->marks->json_start = start;
  return doc;
}

/* Reads consecutive JSON values, as jq and kubectl write and read them. */
static int parse_json(struct dw_arena *arena, const char *text, size_t length, struct dw_yaml_doc **first,
                      struct dw_error *err) {
  struct dw_yaml_doc *docs = NULL;
  struct dw_yaml_doc **next = &docs;
  struct scan s = dw_scan_start(text, length);
  int column;
  for (dw_scan_blanks(&s); s.at < length; dw_scan_blanks(&s)) {
    size_t start = s.at;
    bool read = dw_scan_value(&s);
    *next = json_document(arena, text, start, read ? s.at : length, err);
    if (!*next) {
      shift_place(err, text, length, start);
      return -1;
    }
    if (dw_json_type((*next)->root) == DW_JSON_NULL)
      continue;
    dw_text_position(text, length, start, &(*next)->line, &column);
    next = &(*next)->next;
  }
  *next = NULL;
  *first = docs;
  return 0;
}

static int keep_json_text(struct dw_arena *arena, const char *text, size_t length, struct dw_yaml_doc *docs,
                          struct dw_error *err) {
  char *copy = dw_arena_try(arena, length + 1);
  if (!copy) {
    dw_yaml_set_memory_error(err);
    return -1;
  }
  memcpy(copy, text, length);
  for (; docs; docs = docs->next) {
    docs->marks->json = copy;
    docs->marks->json_length = length;
  }
  return 0;
}

static bool begins_like_json(const char *text, size_t length) {
  struct scan s = dw_scan_start(text, length);
  dw_scan_blanks(&s);
  return dw_scan_peek(&s) == '{' || dw_scan_peek(&s) == '[';
}

int dw_yaml_parse(struct dw_arena *arena, const char *text, size_t length, struct dw_yaml_doc **first,
                  struct dw_error *err) {
  struct dw_error json_error = DW_ERROR_INIT;
  struct dw_error yaml_error = DW_ERROR_INIT;
  struct dw_yaml_doc *docs = NULL;
  bool json = begins_like_json(text, length);
  if (json && parse_json(arena, text, length, &docs, &json_error) == 0) {
    if (keep_json_text(arena, text, length, docs, err) < 0)
      return -1;
    *first = docs;
    return 0;
  }
  bool may_be_yaml = !json || json_error.code == DW_ERR_SYNTAX;
  if (may_be_yaml && parse_yaml(arena, text, length, &docs, &yaml_error) == 0) {
    *first = docs;
    return 0;
  }
  if (err)
    *err = json && (!may_be_yaml || yaml_error.code == DW_ERR_SYNTAX) ? json_error : yaml_error;
  return -1;
}

const char *dw_yaml_library(void) {
  return yaml_get_version_string();
}
