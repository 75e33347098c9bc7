#include "files/ignore.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

enum { MOST_TOKENS = 1024 };

enum token_kind {
  LITERAL,    /* CODE */
  ANY,        /* ?: one character but a slash */
  CLASS,      /* [...]: one character of a set, but no slash */
  STAR,       /* *: any number of characters but slashes */
  FOLDERS,    /* two stars and a slash: any number of folders, each with the slash after it */
  SOMETHING,  /* the first character of what is below a folder */
  EVERYTHING, /* and the others */
};

struct token {
  enum token_kind kind;
  uint32_t code;   /* of a literal */
  const char *set; /* of a class: what is between the brackets */
  size_t set_length;
};

struct dw_ignore_rule {
  struct token *tokens;
  size_t count;
  bool negated;
  bool folders_only;
  bool whole_path;  /* otherwise the name alone */
  const char *base; /* what comes before the path, or NULL */
};

/* --- reading a pattern --- */

static int refuse(struct dw_error *err, const char *text, const char *why) {
  char quoted[DW_QUOTE_SIZE];
  return dw_error_set(err, DW_ERR_INVALID, "%s is not a valid pattern: %s", dw_quote_short(quoted, text, strlen(text)),
                      why);
}

/* The length of the class that begins after the bracket AT, without the closing bracket. A bracket that comes first
 * belongs to it. SIZE_MAX if it is not closed. */
static size_t class_length(const char *at, size_t length) {
  size_t i = length > 0 && (at[0] == '!' || at[0] == '^') ? 1 : 0;
  for (size_t first = i; i < length && (at[i] != ']' || i == first); i++)
    if (at[i] == '\\')
      i++;
  return i < length ? i : SIZE_MAX;
}

struct class_reader {
  const char *at;
  size_t length;
};

static uint32_t next_in_class(struct class_reader *reader) {
  uint32_t code = 0;
  size_t size = *reader->at == '\\' && reader->length > 1 ? 1 : 0;
  size += dw_utf8_next(reader->at + size, reader->length - size, &code);
  reader->at += size;
  reader->length -= size;
  return code;
}

/* The next range of the class, a single character being one of one. False at its end. */
static bool next_range(struct class_reader *reader, uint32_t *first, uint32_t *last) {
  if (reader->length == 0)
    return false;
  *first = *last = next_in_class(reader);
  if (reader->length < 2 || *reader->at != '-')
    return true;
  reader->at++;
  reader->length--;
  *last = next_in_class(reader);
  return true;
}

static bool class_is_ordered(const char *set, size_t length) {
  struct class_reader reader = {set, length};
  uint32_t first = 0;
  uint32_t last = 0;
  while (next_range(&reader, &first, &last))
    if (first > last)
      return false;
  return true;
}

static bool class_matches(const struct token *token, uint32_t code) {
  bool negated = *token->set == '!' || *token->set == '^';
  struct class_reader reader = {token->set + negated, token->set_length - negated};
  uint32_t first = 0;
  uint32_t last = 0;
  bool found = false;
  while (next_range(&reader, &first, &last))
    found |= first <= code && code <= last;
  return found != negated && code != '/';
}

static void add_token(struct dw_ignore_rule *rule, struct token token) {
  rule->tokens[rule->count++] = token;
}

/* Reads the stars at AT and returns how many bytes they are. START: they are at the beginning of a folder's name. */
static size_t read_stars(struct dw_ignore_rule *rule, const char *at, size_t length, bool start) {
  size_t stars = 0;
  while (stars < length && at[stars] == '*')
    stars++;
  if (stars == 2 && start && stars < length && at[stars] == '/') {
    add_token(rule, (struct token){.kind = FOLDERS});
    return stars + 1;
  }
  if (stars == 2 && start && stars == length && rule->count > 0) {
    add_token(rule, (struct token){.kind = SOMETHING});
    add_token(rule, (struct token){.kind = EVERYTHING});
    return stars;
  }
  add_token(rule, (struct token){.kind = STAR});
  return stars;
}

/* Reads one token of TEXT, the whole pattern, at AT. Returns its length, or 0 after setting ERR. */
static size_t read_token(struct dw_ignore_rule *rule, const char *text, const char *at, size_t length, bool start,
                         struct dw_error *err) {
  uint32_t code = 0;
  if (*at == '*')
    return read_stars(rule, at, length, start);
  if (*at == '?') {
    add_token(rule, (struct token){.kind = ANY});
    return 1;
  }
  if (*at == '[') {
    size_t inside = class_length(at + 1, length - 1);
    bool negated = inside != SIZE_MAX && (at[1] == '!' || at[1] == '^');
    if (inside == SIZE_MAX) {
      refuse(err, text, "\"[\" is not closed; write \"\\[\" for the character itself");
      return 0;
    }
    if (!class_is_ordered(at + 1 + negated, inside - negated)) {
      refuse(err, text, "a range in \"[...]\" ends before it begins");
      return 0;
    }
    add_token(rule, (struct token){.kind = CLASS, .set = at + 1, .set_length = inside});
    return inside + 2;
  }
  size_t quote = *at == '\\' ? 1 : 0;
  if (quote == length) {
    refuse(err, text, "it ends with a backslash; write \"\\\\\" for the character itself");
    return 0;
  }
  size_t size = dw_utf8_next(at + quote, length - quote, &code);
  add_token(rule, (struct token){.kind = LITERAL, .code = code});
  return quote + size;
}

static int read_tokens(struct dw_ignore_rule *rule, const char *text, const char *at, size_t length,
                       struct dw_error *err) {
  for (size_t i = 0, size; i < length; i += size) {
    size = read_token(rule, text, at + i, length - i, i == 0 || at[i - 1] == '/', err);
    if (size == 0)
      return -1;
  }
  return 0;
}

static bool has_parent(const char *path) {
  for (const char *at = path; (at = strstr(at, "..")) != NULL; at++)
    if ((at == path || at[-1] == '/') && (at[2] == '\0' || at[2] == '/'))
      return true;
  return false;
}

int dw_ignore_add(struct dw_arena *arena, struct dw_ignore *ignore, const char *text, struct dw_error *err) {
  const char *at = dw_arena_strdup(arena, text);
  size_t length = strlen(at);
  struct dw_ignore_rule rule = {.negated = *at == '!', .base = ignore->base};
  at += rule.negated;
  length -= rule.negated;
  while (length > 1 && strncmp(at, "./", 2) == 0) {
    at += 2;
    length -= 2;
    rule.whole_path = true;
  }
  while (length > 0 && at[length - 1] == '/' && (length < 2 || at[length - 2] != '\\')) {
    rule.folders_only = true;
    length--;
  }
  rule.whole_path |= memchr(at, '/', length) != NULL;
  while (length > 0 && *at == '/') {
    at++;
    length--;
  }
  if (length == 0)
    return refuse(err, text, "it names nothing; use for example \"vendor/\" or \"*.tmp.yaml\"");
  if (length > MOST_TOKENS)
    return refuse(err, text, "it is longer than 1024 bytes");
  rule.tokens = dw_arena_array(arena, length + 2, sizeof *rule.tokens);
  if (read_tokens(&rule, text, at, length, err) != 0)
    return -1;
  ignore->rules = dw_arena_more(arena, ignore->rules, ignore->count, &ignore->capacity, sizeof *ignore->rules);
  ignore->rules[ignore->count++] = rule;
  return 0;
}

int dw_ignore_add_line(struct dw_arena *arena, struct dw_ignore *ignore, const char *line, size_t length,
                       struct dw_error *err) {
  while (length > 0 && dw_is_space(line[length - 1]) && (length < 2 || line[length - 2] != '\\'))
    length--;
  if (length == 0 || *line == '#')
    return 0;
  const char *text = dw_arena_strndup(arena, line, length);
  if (has_parent(text + (*text == '!')))
    return refuse(err, text, "patterns match below the folder, so \"..\" never matches");
  return dw_ignore_add(arena, ignore, text, err);
}

/* --- matching --- */

/* Which tokens may come next. The pattern matches if the one after the last may. */
struct states {
  bool may[MOST_TOKENS + 3];
};

/* Tokens that match nothing may be skipped. */
static void skip_empty(const struct dw_ignore_rule *rule, struct states *states, bool start) {
  for (size_t i = 0; i < rule->count; i++) {
    enum token_kind kind = rule->tokens[i].kind;
    if (states->may[i] && (kind == STAR || kind == EVERYTHING || (kind == FOLDERS && start)))
      states->may[i + 1] = true;
  }
}

static bool accepts(const struct token *token, uint32_t code) {
  switch (token->kind) {
  case LITERAL:
    return code == token->code;
  case CLASS:
    return class_matches(token, code);
  case ANY:
  case STAR:
    return code != '/';
  default:
    return true;
  }
}

static void step(const struct dw_ignore_rule *rule, struct states *states, uint32_t code) {
  states->may[rule->count] = false;
  for (size_t i = rule->count; i-- > 0;) {
    const struct token *token = &rule->tokens[i];
    bool accepted = states->may[i] && accepts(token, code);
    bool repeats = token->kind == STAR || token->kind == EVERYTHING || token->kind == FOLDERS;
    states->may[i] = accepted && repeats;
    if (accepted && !repeats)
      states->may[i + 1] = true;
  }
}

static void step_all(const struct dw_ignore_rule *rule, struct states *states, const char *text) {
  while (*text != '\0') {
    uint32_t code = 0;
    text += dw_utf8_next(text, DW_UTF8_MAX, &code);
    step(rule, states, code);
    skip_empty(rule, states, code == '/');
  }
}

static bool matches_text(const struct dw_ignore_rule *rule, const char *path, const char *name) {
  struct states states = {.may = {true}};
  skip_empty(rule, &states, true);
  if (rule->whole_path && rule->base != NULL)
    step_all(rule, &states, rule->base);
  step_all(rule, &states, rule->whole_path ? path : name);
  return states.may[rule->count];
}

bool dw_ignore_matches(const struct dw_ignore *ignore, const char *path, bool is_folder) {
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  for (size_t i = ignore->count; i-- > 0;) {
    const struct dw_ignore_rule *rule = &ignore->rules[i];
    if ((is_folder || !rule->folders_only) && matches_text(rule, path, name))
      return !rule->negated;
  }
  return false;
}

bool dw_ignore_matches_below(const struct dw_ignore *ignore, const char *path, bool is_folder) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (const char *slash = path; ignore->count > 0 && (slash = strchr(slash, '/')) != NULL; slash++)
    if (dw_ignore_matches(ignore, dw_arena_strndup(arena, path, (size_t)(slash - path)), true))
      return true;
  return dw_ignore_matches(ignore, path, is_folder);
}
