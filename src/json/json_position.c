#include "json/json_position.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "json/scan.h"

void dw_text_position(const char *text, size_t length, size_t offset, int *line, int *column) {
  if (offset > length)
    offset = length;
  size_t start = 0;
  *line = 1;
  for (;;) {
    const char *end = memchr(text + start, '\n', offset - start);
    if (!end)
      break;
    start = (size_t)(end - text) + 1;
    ++*line;
  }
  *column = (int)(offset - start) + 1;
}

/* --- field paths --- */

const char *dw_path_join(struct dw_arena *arena, const char *path, const char *key) {
  bool plain = *key != '\0' && strpbrk(key, ".[]/") == NULL;
  return plain ? dw_arena_join(arena, path, *path == '\0' ? "" : ".", key)
               : dw_arena_printf(arena, "%s[%s]", path, key);
}

#define LONGEST_NAME 320 /* enough for any label key; a huge key must not be copied into many paths */

static bool next_bracketed(const char **path, struct path_token *token) {
  const char *start = *path + 1;
  const char *end = strchr(start, ']');
  while (end && end[1] != '\0' && end[1] != '.' && end[1] != '[')
    end = strchr(end + 1, ']');
  if (!end)
    end = start + strlen(start);
  *token = (struct path_token){start, (size_t)(end - start)};
  *path = *end ? end + 1 : end;
  return true;
}

bool dw_path_next(const char **path, struct path_token *token) {
  if (!**path)
    return false;
  if (**path == '[')
    return next_bracketed(path, token);
  if (**path == '.')
    ++*path;
  size_t length = strcspn(*path, ".[");
  *token = (struct path_token){*path, length};
  *path += length;
  return true;
}

bool dw_path_index(struct path_token token, size_t *index) {
  if (token.length == 0 || token.length > 9)
    return false;
  size_t value = 0;
  for (size_t i = 0; i < token.length; i++) {
    if (token.text[i] < '0' || token.text[i] > '9')
      return false;
    value = value * 10 + (size_t)(token.text[i] - '0');
  }
  *index = value;
  return true;
}

void dw_path_add_key(struct dw_buf *path, const char *key, size_t length) {
  bool plain = length > 0;
  for (size_t i = 0; plain && i < length; i++)
    plain = !strchr(".[]", key[i]);
  size_t shown = dw_utf8_cut(key, length, LONGEST_NAME);
  if (!plain)
    dw_buf_putc(path, '[');
  else if (path->length > 0)
    dw_buf_putc(path, '.');
  dw_buf_add(path, key, shown);
  if (shown < length)
    dw_buf_puts(path, "...");
  if (!plain)
    dw_buf_putc(path, ']');
}

/* --- finding a value --- */

/* How well a key matches a name. */
enum fit { FIT_NONE, FIT_FOLDED, FIT_EXACT };

struct finder {
  struct scan scan;
  struct dw_buf name; /* the token of the path */
  struct dw_buf key;  /* the current key, unescaped */
};

static enum fit key_fit(struct finder *f, struct dw_span key) {
  dw_buf_truncate(&f->key, 0);
  dw_scan_unescape(f->scan.text, key, &f->key);
  const char *text = dw_buf_text(&f->key);
  const char *name = dw_buf_text(&f->name);
  if (strcmp(text, name) == 0)
    return FIT_EXACT;
  return dw_key_equal(text, name) ? FIT_FOLDED : FIT_NONE;
}

static bool skip_to(struct finder *f, struct dw_span *value) {
  size_t start = f->scan.at;
  if (!dw_scan_value(&f->scan))
    return false;
  *value = (struct dw_span){start, f->scan.at - start};
  return true;
}

/* Finds the member that TOKEN names in the container at scan.at, and moves there. */
static bool find_member(struct finder *f, struct path_token token, struct dw_json_place *out) {
  size_t wanted = 0;
  bool is_index = dw_path_index(token, &wanted);
  enum fit best = FIT_NONE;
  enum scan_step step;
  struct scan_walk walk;
  struct dw_span key;
  struct dw_span value;
  dw_buf_truncate(&f->name, 0);
  dw_buf_add(&f->name, token.text, token.length);
  if (!dw_scan_enter(&f->scan, &walk))
    return false;
  unsigned depth = f->scan.depth;
  while ((step = dw_scan_next(&f->scan, &walk, &key)) == SCAN_MEMBER) {
    enum fit fit = FIT_NONE;
    if (walk.object)
      fit = key_fit(f, key);
    else if (is_index && walk.count - 1 == wanted)
      fit = FIT_EXACT;
    if (!skip_to(f, &value))
      return false;
    if (fit == FIT_NONE || fit < best)
      continue;
    best = fit;
    *out = (struct dw_json_place){key, value, false};
  }
  f->scan.depth = depth;
  f->scan.at = out->value.offset;
  return step == SCAN_END && best != FIT_NONE;
}

static bool is_container(char c) {
  return c == '{' || c == '[';
}

static bool is_empty_container(const char *text, struct dw_span value) {
  if (!is_container(text[value.offset]))
    return false;
  size_t at = value.offset + 1;
  while (at + 1 < value.offset + value.length && strchr(" \t\r\n", text[at]))
    at++;
  return at + 1 == value.offset + value.length;
}

/* PLACE receives the value, or its nearest ancestor; an empty value if the text is not valid JSON. */
static bool follow(struct finder *f, const char *path, struct dw_json_place *place) {
  struct path_token token;
  *place = (struct dw_json_place){{0, 0}, {0, 0}, false};
  dw_scan_blanks(&f->scan);
  size_t root = f->scan.at;
  if (!skip_to(f, &place->value))
    return false;
  f->scan.at = root;
  while (dw_path_next(&path, &token)) {
    if (!is_container(dw_scan_peek(&f->scan)) || !find_member(f, token, place))
      return false;
  }
  place->empty = is_empty_container(f->scan.text, place->value);
  return true;
}

bool dw_json_locate_nearest(const char *text, size_t length, const char *path, struct dw_json_place *out) {
  struct finder f = {dw_scan_start(text, length), DW_BUF_INIT, DW_BUF_INIT};
  bool found = follow(&f, path, out);
  dw_buf_free(&f.name);
  dw_buf_free(&f.key);
  return found;
}

bool dw_json_locate(const char *text, size_t length, const char *path, struct dw_json_place *out) {
  struct dw_json_place place;
  if (!dw_json_locate_nearest(text, length, path, &place))
    return false;
  *out = place;
  return true;
}

/* --- duplicate keys --- */

/* Finding duplicates takes two passes: the first one sorts the keys of each object, the second one builds the paths of
 * the duplicates. */
struct key {
  const char *text;
  struct dw_span span;
  size_t value; /* offsets of the start and the end of its value */
  size_t end;
};

struct keys {
  struct key *list;
  size_t count;
  size_t capacity;
};

struct duplicate {
  struct key first;
  struct key second; /* the last one */
  const char *used;
  size_t times;
  bool repeated, same_value;
};

struct search {
  struct scan scan;
  struct dw_arena *scratch;
  struct keys keys;        /* of all open objects, as a stack */
  struct duplicate *found; /* the first DW_JSON_MOST_DUPLICATES in document order; NULL if there are none */
  size_t found_count;
  struct dw_json_duplicate *out;
  size_t out_count;
  struct dw_buf path;
  struct dw_arena *arena;
};

static void push_key(struct search *s, struct dw_span span) {
  struct keys *keys = &s->keys;
  keys->list = dw_arena_more(s->scratch, keys->list, keys->count, &keys->capacity, sizeof *keys->list);
  dw_buf_truncate(&s->path, 0);
  dw_scan_unescape(s->scan.text, span, &s->path);
  const char *text = dw_arena_strndup(s->scratch, dw_buf_text(&s->path), s->path.length);
  keys->list[keys->count++] = (struct key){text, span, s->scan.at, 0};
}

/* Orders keys that are equal ignoring case as Go orders the keys of a map when it encodes one. Of identical keys, Go
 * uses the last. */
static int by_name(const void *a, const void *b) {
  const struct key *x = a;
  const struct key *y = b;
  int order = dw_key_compare(x->text, y->text);
  if (order == 0)
    order = strcmp(x->text, y->text);
  return order != 0 ? order : (x->span.offset > y->span.offset) - (x->span.offset < y->span.offset);
}

/* Inserts DUPLICATE into the list, which is sorted by the position of the last key; only the first ones are kept. */
static void keep_duplicate(struct search *s, struct duplicate duplicate) {
  if (!s->found)
    s->found = dw_arena_array(s->scratch, DW_JSON_MOST_DUPLICATES, sizeof *s->found);
  size_t at = s->found_count;
  while (at > 0 && s->found[at - 1].second.span.offset > duplicate.second.span.offset)
    at--;
  if (at == DW_JSON_MOST_DUPLICATES)
    return;
  size_t moved = (s->found_count < DW_JSON_MOST_DUPLICATES ? s->found_count : DW_JSON_MOST_DUPLICATES - 1) - at;
  memmove(s->found + at + 1, s->found + at, moved * sizeof *s->found);
  s->found[at] = duplicate;
  if (s->found_count < DW_JSON_MOST_DUPLICATES)
    s->found_count++;
}

static bool same_value(const struct search *s, const struct key *a, const struct key *b) {
  size_t length = a->end - a->value;
  return length == b->end - b->value && memcmp(s->scan.text + a->value, s->scan.text + b->value, length) == 0;
}

/* LIST[COUNT] are equal keys, sorted by by_name(). */
static struct duplicate duplicate_of(const struct search *s, const struct key *list, size_t count) {
  struct duplicate out = {
      .first = list[0], .second = list[0], .used = list[count - 1].text, .times = count, .same_value = true};
  for (size_t i = 1; i < count; i++) {
    if (list[i].span.offset < out.first.span.offset)
      out.first = list[i];
    if (list[i].span.offset > out.second.span.offset)
      out.second = list[i];
    out.repeated |= strcmp(list[i].text, list[i - 1].text) == 0;
    out.same_value &= same_value(s, &list[i], &list[i - 1]);
  }
  return out;
}

static void compare_keys(struct search *s, size_t from) {
  size_t count = s->keys.count - from;
  if (count < 2)
    return;
  struct key *list = s->keys.list + from;
  qsort(list, count, sizeof *list, by_name);
  for (size_t i = 0, next; i < count; i = next) {
    for (next = i + 1; next < count && dw_key_equal(list[i].text, list[next].text);)
      next++;
    if (next - i > 1)
      keep_duplicate(s, duplicate_of(s, list + i, next - i));
  }
}

static bool search_value(struct search *s) {
  struct scan_walk walk;
  struct dw_span key;
  enum scan_step step;
  if (!is_container(dw_scan_peek(&s->scan)))
    return dw_scan_value(&s->scan);
  size_t from = s->keys.count;
  if (!dw_scan_enter(&s->scan, &walk))
    return false;
  while ((step = dw_scan_next(&s->scan, &walk, &key)) == SCAN_MEMBER) {
    if (walk.object)
      push_key(s, key);
    if (!search_value(s))
      return false;
    if (walk.object)
      s->keys.list[s->keys.count - 1].end = s->scan.at;
  }
  compare_keys(s, from);
  s->keys.count = from;
  return step == SCAN_END;
}

static void report(struct search *s) {
  const struct duplicate *found = &s->found[s->out_count];
  struct dw_json_duplicate *out = &s->out[s->out_count++];
  out->path = dw_arena_strndup(s->arena, dw_buf_text(&s->path), s->path.length);
  out->first = dw_arena_strdup(s->arena, found->first.text);
  out->second = dw_arena_strdup(s->arena, found->second.text);
  out->used = dw_arena_strdup(s->arena, found->used);
  out->times = found->times;
  out->repeated = found->repeated;
  out->same_value = found->same_value;
  out->members = (struct dw_span){found->first.span.offset, found->second.end - found->first.span.offset};
  dw_text_position(s->scan.text, s->scan.length, found->second.span.offset, &out->line, &out->column);
}

/* Appends the member's token to the path, unescaped if it is a key. */
static void add_token(struct search *s, const struct scan_walk *walk, struct dw_span key) {
  if (!walk->object) {
    dw_buf_printf(&s->path, "[%zu]", walk->count - 1);
    return;
  }
  DW_BUF_SCOPED struct dw_buf name = DW_BUF_INIT;
  dw_scan_unescape(s->scan.text, key, &name);
  dw_path_add_key(&s->path, dw_buf_text(&name), name.length);
}

static void report_value(struct search *s) {
  struct scan_walk walk;
  struct dw_span key;
  if (!is_container(dw_scan_peek(&s->scan))) {
    (void)dw_scan_value(&s->scan);
    return;
  }
  if (!dw_scan_enter(&s->scan, &walk))
    return;
  size_t length = s->path.length;
  while (dw_scan_next(&s->scan, &walk, &key) == SCAN_MEMBER) {
    add_token(s, &walk, key);
    if (s->out_count < s->found_count && walk.object && s->found[s->out_count].second.span.offset == key.offset)
      report(s);
    if (s->out_count == s->found_count)
      return;
    report_value(s);
    if (s->scan.problem)
      return;
    dw_buf_truncate(&s->path, length);
  }
}

static void restart(struct search *s) {
  dw_buf_truncate(&s->path, 0);
  s->scan = dw_scan_start(s->scan.text, s->scan.length);
  dw_scan_blanks(&s->scan);
}

struct dw_json_duplicate *dw_json_duplicates(struct dw_arena *arena, const char *text, size_t length, size_t *count) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct search s = {.scan = dw_scan_start(text, length), .scratch = scratch, .arena = arena};
  restart(&s);
  bool valid = search_value(&s);
  s.out = dw_arena_array(arena, s.found_count + 1, sizeof *s.out);
  if (valid && s.found_count > 0) {
    restart(&s);
    report_value(&s);
  }
  dw_buf_free(&s.path);
  *count = s.out_count;
  return s.out;
}
