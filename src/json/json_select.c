#include "json/json_select.h"

#include <string.h>

#include "json/scan.h"

struct selector {
  struct scan scan;
  struct dw_arena *arena;
  enum dw_json_flags flags;
};

/* What follows the segment KEY[LENGTH] in PATH; NULL if PATH does not begin with it. */
static const char *after(const char *path, const char *key, size_t length) {
  if (*path != *key || strncmp(path, key, length) != 0) /* a fast path: most differ in their first letter */
    return NULL;
  return path[length] == '|' ? path + length + 1 : path[length] == '\0' ? path + length : NULL;
}

/* Writes to BELOW what is left of those PATHS that lead to KEY or below it. An empty path selects everything. */
static bool select_below(dw_json_paths paths, const char *key, size_t length, const char **below) {
  size_t count = 0;
  for (; *paths != NULL; paths++) {
    const char *rest = after(*paths, key, length);
    if (rest != NULL)
      below[count++] = rest;
  }
  below[count] = NULL;
  return count > 0;
}

static bool is_whole(dw_json_paths paths) {
  for (; *paths != NULL; paths++)
    if (**paths == '\0')
      return true;
  return false;
}

static dw_json *select_value(struct selector *s, dw_json_paths paths);

/* The whole current value. */
static dw_json *parse_whole(struct selector *s) {
  size_t start = s->scan.at;
  if (!dw_scan_value(&s->scan))
    return NULL;
  return dw_json_parse(s->arena, s->scan.text + start, s->scan.at - start, s->flags, NULL);
}

/* The decoded key at SPAN, copied only if it has escapes. */
static const char *key_text(struct selector *s, struct dw_span span, size_t *length) {
  const char *text = s->scan.text + span.offset + 1;
  *length = span.length - 2;
  if (memchr(text, '\\', *length) == NULL)
    return text;
  char *decoded = dw_arena_alloc(s->arena, *length + 1);
  *length = dw_scan_decode(text, *length, decoded);
  return decoded;
}

static bool add_member(struct selector *s, dw_json *object, const char *key, dw_json *value) {
  if (value == NULL || ((s->flags & DW_JSON_UNIQUE_KEYS) != 0 && dw_json_get(object, key) != NULL))
    return false;
  return dw_json_set(s->arena, object, key, value) == 0;
}

static bool select_member(struct selector *s, dw_json *object, struct dw_span span, dw_json_paths paths) {
  const char *below[DW_JSON_MOST_PATHS + 1];
  size_t length = 0;
  const char *key = key_text(s, span, &length);
  if (!select_below(paths, key, length, below))
    return dw_scan_value(&s->scan);
  return add_member(s, object, dw_arena_strndup(s->arena, key, length), select_value(s, below));
}

static dw_json *select_object(struct selector *s, dw_json_paths paths) {
  dw_json *object = dw_json_new_object(s->arena);
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (object == NULL || !dw_scan_enter(&s->scan, &walk))
    return NULL;
  while ((step = dw_scan_next(&s->scan, &walk, &key)) == SCAN_MEMBER)
    if (!select_member(s, object, key, paths))
      return NULL;
  return step == SCAN_END ? object : NULL;
}

static dw_json *select_list(struct selector *s, dw_json_paths paths) {
  const char *below[DW_JSON_MOST_PATHS + 1];
  bool wanted = select_below(paths, "[]", 2, below);
  dw_json *list = dw_json_new_array(s->arena);
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (list == NULL || !dw_scan_enter(&s->scan, &walk))
    return NULL;
  while ((step = dw_scan_next(&s->scan, &walk, &key)) == SCAN_MEMBER) {
    if (!wanted && !dw_scan_value(&s->scan))
      return NULL;
    dw_json *element = wanted ? select_value(s, below) : NULL;
    if (wanted && (element == NULL || dw_json_append(s->arena, list, element) != 0))
      return NULL;
  }
  return step == SCAN_END ? list : NULL;
}

/* The recursion is as deep as the paths. */
static dw_json *select_value(struct selector *s, dw_json_paths paths) {
  char c = dw_scan_peek(&s->scan);
  if (c == '{' && !is_whole(paths))
    return select_object(s, paths);
  if (c == '[' && !is_whole(paths))
    return select_list(s, paths);
  return parse_whole(s);
}

dw_json *dw_json_select(struct dw_arena *arena, const char *text, size_t length, dw_json_paths paths,
                        enum dw_json_flags flags) {
  struct selector s = {dw_scan_start(text, length), arena, flags};
  dw_json *value = dw_scan_begin(&s.scan) ? select_value(&s, paths) : NULL;
  return value != NULL && dw_scan_end(&s.scan) ? value : NULL;
}

/* --- of a value --- */

static dw_json *keep_members(struct dw_arena *arena, const dw_json *object, dw_json_paths paths) {
  const char *below[DW_JSON_MOST_PATHS + 1];
  dw_json *kept = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(object); kept != NULL && it.value != NULL;
       it = dw_json_next(object, it)) {
    if (!select_below(paths, it.key, strlen(it.key), below))
      continue;
    dw_json *value = dw_json_keep(arena, it.value, below);
    if (value == NULL || dw_json_set(arena, kept, it.key, value) != 0)
      return NULL;
  }
  return kept;
}

static dw_json *keep_elements(struct dw_arena *arena, const dw_json *list, dw_json_paths paths) {
  const char *below[DW_JSON_MOST_PATHS + 1];
  size_t count = select_below(paths, "[]", 2, below) ? dw_json_size(list) : 0;
  dw_json *kept = dw_json_new_array(arena);
  for (size_t i = 0; kept != NULL && i < count; i++) {
    dw_json *element = dw_json_keep(arena, dw_json_at(list, i), below);
    if (element == NULL || dw_json_append(arena, kept, element) != 0)
      return NULL;
  }
  return kept;
}

/* The recursion is as deep as the paths. */
dw_json *dw_json_keep(struct dw_arena *arena, const dw_json *value, dw_json_paths paths) {
  if (dw_json_type(value) == DW_JSON_OBJECT && !is_whole(paths))
    return keep_members(arena, value, paths);
  if (dw_json_type(value) == DW_JSON_ARRAY && !is_whole(paths))
    return keep_elements(arena, value, paths);
  return dw_json_share(value);
}

/* --- element by element --- */

static bool stream_element(struct selector *s, const struct dw_json_stream *stream) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct selector one = {s->scan, arena, stream->flags};
  const dw_json *element = select_value(&one, stream->paths);
  s->scan = one.scan;
  return element != NULL && stream->receive(stream->context, element) == 0;
}

static bool stream_elements(struct selector *s, const struct dw_json_stream *stream) {
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (!dw_scan_enter(&s->scan, &walk))
    return false;
  while ((step = dw_scan_next(&s->scan, &walk, &key)) == SCAN_MEMBER)
    if (!stream_element(s, stream))
      return false;
  return step == SCAN_END;
}

/* LISTED: the list has been read. A second member of that name, or one that is not a list, is an error. */
static bool read_root_member(struct selector *s, const struct dw_json_stream *stream, dw_json *root,
                             struct dw_span span, bool *listed) {
  size_t length = 0;
  const char *key = key_text(s, span, &length);
  if (length != strlen(stream->list) || memcmp(key, stream->list, length) != 0)
    return add_member(s, root, dw_arena_strndup(s->arena, key, length), parse_whole(s));
  if (*listed || dw_scan_peek(&s->scan) != '[')
    return false;
  *listed = true;
  return stream_elements(s, stream);
}

dw_json *dw_json_read_stream(struct dw_arena *arena, const char *text, size_t length,
                             const struct dw_json_stream *stream) {
  struct selector s = {dw_scan_start(text, length), arena, stream->flags};
  dw_json *root = dw_json_new_object(arena);
  bool listed = false;
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (root == NULL || !dw_scan_begin(&s.scan) || dw_scan_peek(&s.scan) != '{' || !dw_scan_enter(&s.scan, &walk))
    return NULL;
  while ((step = dw_scan_next(&s.scan, &walk, &key)) == SCAN_MEMBER)
    if (!read_root_member(&s, stream, root, key, &listed))
      return NULL;
  return step == SCAN_END && listed && dw_scan_end(&s.scan) ? root : NULL;
}
