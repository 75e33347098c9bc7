/* Parsing and making values. jansson allocates from the arena of the call that is under way on this thread. */
#include "droveway/formats/json.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>

#include "droveway/formats/json_scan.h"
#include "formats/quote.h"
#include "formats/scan.h"

/* jansson's allocation hooks take no context, so the arena has to come from here. */
static _Thread_local struct dw_arena *current;

/* jansson 2.14 does not survive a failed allocation everywhere: its lexer drops bytes of a token and then runs past the
 * token's end, or stops at an assertion. So it always gets its memory; dw_arena_exhausted() remembers that the limit
 * was passed, and the callers here stop at once. */
static void *arena_malloc(size_t size) {
  if (!current)
    return NULL;
  void *memory = dw_arena_try(current, size);
  return memory ? memory : dw_arena_alloc(current, size);
}

static void arena_free(void *memory) {
  (void)memory;
}

static void set_up(void) {
  json_set_alloc_funcs(arena_malloc, arena_free);
  json_object_seed(0);
}

static struct dw_arena *enter(struct dw_arena *arena) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_up);
  struct dw_arena *before = current;
  current = arena;
  return before;
}

static void leave(struct dw_arena *before) {
  current = before;
}

struct feed {
  const struct dw_arena *arena;
  const char *text;
  size_t length;
  size_t at;
};

/* Ends the text early once the arena's limit is passed, so that little more is allocated. */
static size_t feed_parser(void *buffer, size_t size, void *data) {
  struct feed *feed = data;
  if (dw_arena_exhausted(feed->arena))
    return 0;
  size_t left = feed->length - feed->at;
  size_t count = left < size ? left : size;
  memcpy(buffer, feed->text + feed->at, count);
  feed->at += count;
  return count;
}

static void fail_at(struct dw_error *err, const struct feed *feed, enum dw_error_code code, size_t offset,
                    const char *problem) {
  int line = 0;
  int column = 0;
  dw_text_position(feed->text, feed->length, offset, &line, &column);
  dw_error_at(err, code, line, column, "%s", problem);
}

/* END is behind the closing quote of the key. A quote inside it has a backslash before it, the opening one has not. */
static void fail_duplicate(struct dw_error *err, const struct feed *feed, size_t end) {
  size_t start = end > 2 ? end - 2 : 0;
  while (start > 0 && (feed->text[start] != '"' || feed->text[start - 1] == '\\'))
    start--;
  char key[QUOTE_SIZE];
  int line = 0;
  int column = 0;
  dw_text_position(feed->text, feed->length, start, &line, &column);
  dw_error_at(err, DW_ERR_DUPLICATE, line, column, "the key %s stands twice in one object",
              dw_quote_short(key, feed->text + start + 1, end > start + 2 ? end - start - 2 : 0));
}

static bool in_number(char byte) {
  return byte != '\0' && strchr("+-.0123456789Ee", byte) != NULL;
}

/* Where the number that LAST is in begins. */
static size_t number_start(const struct feed *feed, size_t last) {
  while (last > 0 && in_number(feed->text[last - 1]))
    last--;
  return last;
}

static void fail_parser(struct dw_error *err, const struct feed *feed, const json_error_t *problem) {
  size_t end = problem->position > 0 ? (size_t)problem->position : 0;
  size_t last = end > 0 ? end - 1 : 0;
  switch (json_error_code(problem)) {
  case json_error_duplicate_key:
    fail_duplicate(err, feed, end);
    return;
  case json_error_invalid_utf8:
    fail_at(err, feed, DW_ERR_SYNTAX, end, "bytes that are no UTF-8 text");
    return;
  case json_error_numeric_overflow:
    fail_at(err, feed, DW_ERR_SYNTAX, number_start(feed, last), "this number is too large");
    return;
  default:
    fail_at(err, feed, DW_ERR_SYNTAX, last, "not valid JSON");
  }
}

dw_json *dw_json_parse(struct dw_arena *arena, const char *text, size_t length, enum dw_json_flags flags,
                       struct dw_error *err) {
  struct feed feed = {arena, text, length, 0};
  struct scan s = dw_scan_start(text, length);
  if (!dw_scan_document(&s)) {
    fail_at(err, &feed, s.code, s.problem_at, s.problem);
    return NULL;
  }
  json_error_t problem;
  struct dw_arena *before = enter(arena);
  json_t *value = json_load_callback(
      feed_parser, &feed, JSON_DECODE_ANY | (flags & DW_JSON_UNIQUE_KEYS ? JSON_REJECT_DUPLICATES : 0), &problem);
  leave(before);
  if (dw_arena_exhausted(arena)) {
    dw_error_set(err, DW_ERR_MEMORY, "needs more memory than is allowed for one document");
    return NULL;
  }
  if (!value)
    fail_parser(err, &feed, &problem);
  return value;
}

static dw_json *made(const struct dw_arena *arena, struct dw_arena *before, json_t *value) {
  leave(before);
  return dw_arena_exhausted(arena) ? NULL : value;
}

dw_json *dw_json_new_object(struct dw_arena *arena) {
  struct dw_arena *before = enter(arena);
  return made(arena, before, json_object());
}

dw_json *dw_json_new_array(struct dw_arena *arena) {
  struct dw_arena *before = enter(arena);
  return made(arena, before, json_array());
}

dw_json *dw_json_new_string(struct dw_arena *arena, const char *text, size_t length) {
  struct dw_arena *before = enter(arena);
  return made(arena, before, json_stringn(text, length));
}

dw_json *dw_json_new_integer(struct dw_arena *arena, int64_t value) {
  struct dw_arena *before = enter(arena);
  return made(arena, before, json_integer(value));
}

dw_json *dw_json_new_real(struct dw_arena *arena, double value) {
  struct dw_arena *before = enter(arena);
  return made(arena, before, json_real(value));
}

dw_json *dw_json_new_bool(bool value) {
  return json_boolean(value);
}

dw_json *dw_json_new_null(void) {
  return json_null();
}

int dw_json_set(struct dw_arena *arena, dw_json *object, const char *key, dw_json *value) {
  struct dw_arena *before = enter(arena);
  int result = json_object_set_new(object, key, value);
  leave(before);
  return dw_arena_exhausted(arena) ? -1 : result;
}

int dw_json_append(struct dw_arena *arena, dw_json *array, dw_json *value) {
  struct dw_arena *before = enter(arena);
  int result = json_array_append_new(array, value);
  leave(before);
  return dw_arena_exhausted(arena) ? -1 : result;
}

dw_json *dw_json_with(struct dw_arena *arena, const dw_json *object, const char *key, const dw_json *value) {
  dw_json *copy = dw_json_new_object(arena);
  int result = copy == NULL ? -1 : 0;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL && result == 0; m = dw_json_next(object, m))
    result = dw_json_set(arena, copy, m.key, dw_json_share(m.value));
  return result == 0 && dw_json_set(arena, copy, key, dw_json_share(value)) == 0 ? copy : NULL;
}

dw_json *dw_json_share(const dw_json *value) {
  return json_incref((dw_json *)value);
}
