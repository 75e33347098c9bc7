#include "files/template.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

static const struct {
  const char *name, *plural;
  const char *command, *path; /* the program with its options, and what stands for the path */
} kinds[DW_TEMPLATE_KINDS] = {
    [DW_TEMPLATE_NONE] = {"a manifest", "manifests", "cat", "FILE"},
    [DW_TEMPLATE_HELM] = {"a Helm template", "Helm templates", "helm template", "CHART"},
    [DW_TEMPLATE_GO] = {"a Go template", "Go templates", "gomplate -f", "FILE"},
    [DW_TEMPLATE_JINJA] = {"a Jinja template", "Jinja templates", "jinja2", "FILE"},
    [DW_TEMPLATE_YTT] = {"a ytt template", "ytt templates", "ytt -f", "FILE"},
    [DW_TEMPLATE_ERB] = {"an ERB template", "ERB templates", "erb", "FILE"},
    [DW_TEMPLATE_ENVSUBST] = {"an envsubst template", "envsubst templates", "envsubst <", "FILE"},
};

const char *dw_template_name(enum dw_template_kind kind) {
  return kinds[kind].name;
}

const char *dw_template_plural(enum dw_template_kind kind) {
  return kinds[kind].plural;
}

/* PATH as one word of a shell command: the name of a file must not become another command when it is copied. */
static const char *shell_word(struct dw_arena *arena, const char *path) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%=";
  const char *folder = *path == '-' ? "./" : "";
  if (path[strspn(path, plain)] == '\0')
    return dw_arena_printf(arena, "%s%s", folder, path);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_buf_printf(&out, "'%s", folder);
  for (; *path != '\0'; path++) {
    if (*path == '\'')
      dw_buf_puts(&out, "'\\''");
    else
      dw_buf_putc(&out, *path);
  }
  dw_buf_putc(&out, '\'');
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

const char *dw_template_command(struct dw_arena *arena, enum dw_template_kind kind, const char *path) {
  return dw_arena_printf(arena, "%s %s%s", kinds[kind].command,
                         path == NULL ? kinds[kind].path : shell_word(arena, path),
                         kind == DW_TEMPLATE_JINJA ? " VALUES.yaml" : "");
}

/* --- lines --- */

struct line {
  const char *text;
  size_t length;
};

/* The next line of *TEXT[*LENGTH], which is cut off. */
static struct line next_line(const char **text, size_t *length) {
  const char *end = memchr(*text, '\n', *length);
  struct line line = {*text, end == NULL ? *length : (size_t)(end - *text)};
  size_t used = line.length + (end != NULL);
  *text += used;
  *length -= used;
  return line;
}

/* Without spaces and dashes at its beginning. */
static struct line trimmed(struct line line) {
  while (line.length > 0 && (*line.text == ' ' || *line.text == '\t' || *line.text == '-')) {
    line.text++;
    line.length--;
  }
  return line;
}

static bool begins(struct line line, const char *mark) {
  size_t length = strlen(mark);
  return line.length >= length && memcmp(line.text, mark, length) == 0;
}

static const char *find(struct line line, const char *mark) {
  return memmem(line.text, line.length, mark, strlen(mark));
}

/* --- marks --- */

/* "{{", but not the "${{" of a workflow. */
static const char *find_braces(struct line line) {
  const char *from = line.text;
  const char *end = line.text + line.length;
  for (const char *at; (at = memmem(from, (size_t)(end - from), "{{", 2)) != NULL; from = at + 1)
    if (at == line.text || at[-1] != '$')
      return at;
  return NULL;
}

/* Helm's own objects and functions, which no other program of Go templates has. */
static bool is_helm(const char *text, size_t length) {
  static const char *const marks[] = {".Values", ".Release", ".Chart", ".Capabilities", "include \"", "toYaml"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (find((struct line){text, length}, marks[i]) != NULL)
      return true;
  return false;
}

/* Whether what begins with the braces AT is written in Go's language: a field, a variable, a comment or a statement.
 * Jinja has only expressions in braces. */
static bool is_go(const char *at, const char *end) {
  static const char *const words[] = {"if", "else", "end", "range", "with", "define", "template", "block"};
  at += 2;
  while (at < end && (*at == '-' || dw_is_space(*at)))
    at++;
  if (at < end && (*at == '.' || *at == '$' || *at == '/'))
    return true;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(end - at) > length && memcmp(at, words[i], length) == 0 && !dw_is_alnum(at[length]) &&
        at[length] != '_')
      return true;
  }
  return false;
}

/* What the line of TEXT is marked as. */
static enum dw_template_kind kind_of_line(struct line line, const char *text, size_t length) {
  const char *braces = find_braces(line);
  if (find(line, "{%") != NULL || find(line, "{#") != NULL)
    return DW_TEMPLATE_JINJA;
  if (braces != NULL && is_helm(text, length))
    return DW_TEMPLATE_HELM;
  if (braces != NULL)
    return is_go(braces, line.text + line.length) ? DW_TEMPLATE_GO : DW_TEMPLATE_JINJA;
  if (find(line, "<%") != NULL)
    return DW_TEMPLATE_ERB;
  const char *variable = find(line, "${");
  return variable != NULL && find(line, "${{") == NULL ? DW_TEMPLATE_ENVSUBST : DW_TEMPLATE_NONE;
}

/* --- files --- */

/* A template's mark on a line of its own can be YAML by itself, and what follows it is the error. */
enum dw_template_kind dw_template_of(const char *text, size_t length, const struct dw_error *err) {
  const char *rest = text;
  size_t left = length;
  struct line before = {"", 0};
  if (err->code == DW_ERR_MEMORY || err->code == DW_ERR_IO || err->line < 1)
    return DW_TEMPLATE_NONE;
  for (int number = 1; left > 0; number++) {
    struct line line = next_line(&rest, &left);
    if (number == err->line) {
      enum dw_template_kind kind = kind_of_line(line, text, length);
      return kind != DW_TEMPLATE_NONE ? kind : kind_of_line(before, text, length);
    }
    if (trimmed(line).length > 0)
      before = line;
  }
  return kind_of_line(before, text, length); /* the end of the text is the error */
}

static bool ends_with_colon(struct line line) {
  while (line.length > 0 && dw_is_space(line.text[line.length - 1]))
    line.length--;
  return line.length > 0 && line.text[line.length - 1] == ':';
}

/* Source: ytt's documentation, "ytt @data/values", "@overlay", "@schema", "@library", and its Starlark statements. A
 * lone "#@ end", or prose that begins with "#@ if", is an ordinary comment. */
bool dw_template_is_ytt(const char *text, size_t length) {
  static const char *const begin[] = {"#@ load(", "#@data/", "#@overlay/", "#@schema/", "#@library/"};
  static const char *const blocks[] = {"#@ def ", "#@ if ", "#@ for ", "#@ if/end ", "#@ for/end "}; /* end with ":" */
  static const char *const values[] = {": #@ ", "- #@ "};
  while (length > 0) {
    struct line line = next_line(&text, &length);
    struct line content = trimmed(line);
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
      if (begins(content, begin[i]))
        return true;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
      if (begins(content, blocks[i]) && ends_with_colon(content))
        return true;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
      if (find(line, values[i]) != NULL)
        return true;
  }
  return false;
}

/* Braces in a quoted text (an alert's, a dashboard's) are no reason for an error on another line. */
static enum dw_template_kind kind_of_any_line(const char *text, size_t length) {
  const char *rest = text;
  for (size_t left = length; left > 0;) {
    struct line line = trimmed(next_line(&rest, &left));
    if (begins(line, "{{") || begins(line, "{%"))
      return kind_of_line(line, text, length);
  }
  return DW_TEMPLATE_NONE;
}

void dw_template_hint(const char *text, size_t length, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (err == NULL || err->code == DW_ERR_MEMORY || err->code == DW_ERR_IO)
    return;
  enum dw_template_kind kind = dw_template_of(text, length, err);
  if (kind == DW_TEMPLATE_NONE)
    kind = kind_of_any_line(text, length);
  if (kind == DW_TEMPLATE_NONE)
    return;
  const char *hint = dw_arena_printf(arena, "; this looks like %s; render it first: %s | droveway check -f -",
                                     dw_template_name(kind), dw_template_command(arena, kind, NULL));
  size_t used = strlen(err->text);
  if (used + strlen(hint) < sizeof err->text)
    memcpy(err->text + used, hint, strlen(hint) + 1);
}

const char *dw_template_chart(struct dw_arena *arena, const char *file) {
  static const char folder[] = "templates/";
  for (const char *at = file; (at = strstr(at, folder)) != NULL; at++) {
    bool whole = at == file || at[-1] == '/';
    int length = (int)(at - file);
    if (whole && access(dw_arena_printf(arena, "%.*sChart.yaml", length, file), F_OK) == 0)
      return length == 0 ? "." : dw_arena_strndup(arena, file, (size_t)(length > 1 ? length - 1 : length));
  }
  return NULL;
}
