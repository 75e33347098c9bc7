#include "lint/comments.h"

#include <string.h>

#include "base/text.h"
#include "yaml/yaml_comments.h"

static const char word[] = "droveway:";
static const char usage[] = "use # droveway: allow RULE REASON";

/* --- reading --- */

/* Where comments are collected. */
struct collection {
  struct dw_arena *arena;
  struct dw_file_comments *file;
  const struct dw_yaml_comment *comment; /* the current one */
};

static void add_mistake(struct collection *c, const char *what, const char *fix) {
  struct dw_file_comments *file = c->file;
  file->mistakes =
      dw_arena_more(c->arena, file->mistakes, file->mistake_count, &file->mistake_capacity, sizeof *file->mistakes);
  file->mistakes[file->mistake_count++] = (struct dw_comment_mistake){what, fix, c->comment->place};
}

static void add_allowance(struct collection *c, const struct dw_rule *rule, const char *reason) {
  struct dw_file_comments *file = c->file;
  const struct dw_place *place = &c->comment->place;
  file->items = dw_arena_more(c->arena, file->items, file->count, &file->capacity, sizeof *file->items);
  file->items[file->count++] = (struct dw_allowance){.exception = {.rule = rule->id,
                                                                   .reason = reason,
                                                                   .last_day = INT64_MAX,
                                                                   .file = file->file,
                                                                   .line = place->line,
                                                                   .column = place->column,
                                                                   .comment = true},
                                                     .rule = rule,
                                                     .place = *place,
                                                     .target = c->comment->target};
}

static const char *skip_blanks(const char *text) {
  while (dw_is_blank(*text))
    text++;
  return text;
}

/* Copies the word at *TEXT, up to white space or a comma, and moves *TEXT behind it and the white space after it. */
static const char *next_word(struct dw_arena *arena, const char **text) {
  size_t length = strcspn(*text, " \t\r\n,");
  const char *copied = dw_arena_strndup(arena, *text, length);
  *text = skip_blanks(*text + length);
  return copied;
}

/* Reasons are often separated from the rule by a dash or a colon. */
static const char *read_reason(const char *text) {
  return skip_blanks(text + strspn(text, "-:"));
}

static void read_rule(struct collection *c, const char *id, const char *reason) {
  size_t count = 0;
  const char *const *ids = dw_rule_ids(&count);
  const struct dw_rule *rule = dw_rule_find(id);
  if (rule == NULL) {
    const char *nearest = dw_nearest(id, ids, count);
    add_mistake(c, dw_arena_printf(c->arena, "this comment allows an unknown rule, \"%.100s\"", id),
                nearest == NULL ? "`droveway rules` lists them"
                                : dw_arena_printf(c->arena, "did you mean \"%s\"?", nearest));
  } else if (*reason == '\0') {
    add_mistake(c, dw_arena_printf(c->arena, "this comment allows %s without a reason, so it has no effect", id),
                dw_arena_printf(c->arena, "say why: # droveway: allow %s REASON", id));
  } else {
    add_allowance(c, rule, reason);
  }
}

/* Reads "RULE, RULE REASON". */
static void read_rules(struct collection *c, const char *text) {
  enum { MOST = 32 };
  const char *ids[MOST];
  size_t count = 0;
  for (bool more = true; more && count < MOST; count++) {
    char *id = dw_arena_strdup(c->arena, next_word(c->arena, &text));
    size_t length = strlen(id);
    if (length > 0 && id[length - 1] == ':')
      id[length - 1] = '\0';
    ids[count] = id;
    more = *text == ',';
    text = more ? skip_blanks(text + 1) : text;
  }
  if (*ids[0] == '\0') {
    add_mistake(c, "this comment names no rule, so it has no effect", usage);
    return;
  }
  const char *reason = read_reason(text);
  for (size_t i = 0; i < count; i++)
    if (*ids[i] != '\0')
      read_rule(c, ids[i], reason);
}

static void read_comment(struct collection *c) {
  const char *text = skip_blanks(c->comment->text + sizeof word - 1);
  const char *verb = next_word(c->arena, &text);
  if (strcmp(verb, "allow") == 0)
    read_rules(c, text);
  else
    add_mistake(c, dw_arena_printf(c->arena, "this comment is not understood: \"%.100s\" instead of \"allow\"", verb),
                usage);
}

/* A text inside another one has no comments: to YAML, all of it is a string. */
static struct dw_yaml_source *source_of(const struct dw_manifest *manifest) {
  return manifest->inside == NULL ? manifest->source : manifest->inside->source;
}

/* NULL if there are none. */
static struct dw_file_comments *read_file(struct dw_arena *arena, const struct dw_manifest *manifest) {
  struct dw_yaml_comment *comments = NULL;
  size_t count = dw_yaml_comments(source_of(manifest), word, &comments);
  if (count == 0)
    return NULL;
  struct dw_file_comments *file = dw_arena_alloc(arena, sizeof *file);
  *file = (struct dw_file_comments){.file = manifest->file, .source = source_of(manifest)};
  for (size_t i = 0; i < count; i++)
    read_comment(&(struct collection){arena, file, &comments[i]});
  return file;
}

/* All manifests of a file follow each other. */
struct dw_file_comments *dw_lint_comments(struct dw_arena *arena, const struct dw_manifest *manifests) {
  struct dw_file_comments *first = NULL;
  struct dw_file_comments **tail = &first;
  const struct dw_yaml_source *last = NULL;
  for (const struct dw_manifest *m = manifests; m != NULL; m = m->next) {
    if (source_of(m) == last)
      continue;
    last = source_of(m);
    *tail = read_file(arena, m);
    if (*tail != NULL)
      tail = &(*tail)->next;
  }
  return first;
}

struct dw_file_comments *dw_lint_comments_of(struct dw_file_comments *list, const struct dw_manifest *manifest) {
  while (list != NULL && list->source != source_of(manifest))
    list = list->next;
  return list;
}

/* --- applying --- */

static int line_of(const struct dw_manifest *manifest, const char *field, bool of_key) {
  return dw_manifest_find(manifest, &(struct dw_manifest_spot){.field = field, .of_key = of_key}).line;
}

/* The length of the next shorter path around the first LENGTH bytes of FIELD. */
static size_t shorten(const char *field, size_t length) {
  bool in_brackets = length > 0 && field[length - 1] == ']';
  while (length > 0) {
    char c = field[--length];
    if (c == '[' || (c == '.' && !in_brackets))
      break;
  }
  return length;
}

/* Returns true if LINE is that of the key of FIELD, or of a field around it. The value of a field around it begins
 * where its first member does, so its line would be that of another field. */
static bool is_at(const struct dw_manifest *manifest, const char *field, int line) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t length = strlen(field); length > 0; length = shorten(field, length)) {
    const char *path = dw_arena_strndup(arena, field, length);
    if (line_of(manifest, path, true) == line)
      return true;
  }
  return false;
}

static bool is_about(const struct dw_allowance *allowance, const struct dw_manifest *manifest,
                     const struct dw_finding *finding) {
  const struct dw_manifest_spot spot = {finding->field, finding->of_key, finding->line, finding->column};
  int line = allowance->target;
  return line > 0 && (line == line_of(manifest, "", false) || line == dw_manifest_find(manifest, &spot).line ||
                      is_at(manifest, finding->field, line));
}

const struct dw_exception *dw_lint_allowance(struct dw_file_comments *comments, const struct dw_manifest *manifest,
                                             const struct dw_finding *finding) {
  for (size_t i = 0; i < comments->count; i++) {
    struct dw_allowance *allowance = &comments->items[i];
    if (allowance->rule != finding->rule || !is_about(allowance, manifest, finding))
      continue;
    allowance->used = true;
    return &allowance->exception;
  }
  return NULL;
}

/* The findings that are left decide. */
static void conclude(struct dw_judgement *judgement) {
  const struct dw_findings *findings = &judgement->findings;
  bool unavailable = false;
  judgement->denied = findings->more_denials > 0;
  for (size_t i = 0; i < findings->count; i++) {
    judgement->denied |= findings->items[i].action == DW_ACTION_DENY;
    unavailable |= findings->items[i].unavailable;
  }
  judgement->unavailable &= unavailable;
}

/* A manifest, and the comments of its file. */
struct commented {
  struct dw_file_comments *comments;
  const struct dw_manifest *manifest;
};

static const struct dw_exception *allowance_of(void *context, const struct dw_finding *finding) {
  const struct commented *commented = context;
  return dw_lint_allowance(commented->comments, commented->manifest, finding);
}

void dw_lint_allow(struct dw_arena *arena, struct dw_file_comments *comments, const struct dw_manifest *manifest,
                   struct dw_judgement *judgement) {
  /* A comment is also used if the policy has the same exception: others may check with another policy. */
  for (size_t i = 0; i < judgement->excepted.count; i++)
    (void)dw_lint_allowance(comments, manifest, &judgement->excepted.items[i]);
  dw_findings_except(arena, &judgement->findings, &judgement->excepted, allowance_of,
                     &(struct commented){comments, manifest});
  conclude(judgement);
}
