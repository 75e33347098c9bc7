#include "cluster/selector.h"

#include <string.h>

#include "base/text.h"

enum { NAME_MAX_LENGTH = 63 };

enum token_kind {
  TOKEN_END,
  TOKEN_WORD,
  TOKEN_COMMA,
  TOKEN_NOT,
  TOKEN_EQUAL, /* = and == */
  TOKEN_NOT_EQUAL,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_OTHER
};

struct token {
  enum token_kind kind;
  const char *start;
  size_t length;
};

struct parser {
  struct dw_arena *arena;
  const char *at;     /* after the current token */
  struct token token; /* the current one */
  struct dw_error *err;
};

static struct token symbol(const char *at) {
  bool equal_follows = at[0] != '\0' && at[1] == '=';
  switch (at[0]) {
  case '\0':
    return (struct token){TOKEN_END, at, 0};
  case ',':
    return (struct token){TOKEN_COMMA, at, 1};
  case '(':
    return (struct token){TOKEN_OPEN, at, 1};
  case ')':
    return (struct token){TOKEN_CLOSE, at, 1};
  case '=':
    return (struct token){TOKEN_EQUAL, at, equal_follows ? 2 : 1};
  case '!':
    return (struct token){equal_follows ? TOKEN_NOT_EQUAL : TOKEN_NOT, at, equal_follows ? 2 : 1};
  default:
    return (struct token){TOKEN_OTHER, at, 1};
  }
}

static void advance(struct parser *p) {
  while (dw_is_blank(*p->at))
    p->at++;
  size_t length = strcspn(p->at, " \t\n\r=!(),<>");
  p->token = length > 0 ? (struct token){TOKEN_WORD, p->at, length} : symbol(p->at);
  p->at += p->token.length;
}

static bool is_word(const struct parser *p, const char *word) {
  return p->token.kind == TOKEN_WORD && p->token.length == strlen(word) &&
         memcmp(p->token.start, word, p->token.length) == 0;
}

static int fail_expected(const struct parser *p, const char *expected) {
  if (p->token.kind == TOKEN_END)
    return dw_error_set(p->err, DW_ERR_SYNTAX, "label selector ends where %s is expected", expected);
  int shown = p->token.length > NAME_MAX_LENGTH ? NAME_MAX_LENGTH : (int)p->token.length;
  return dw_error_set(p->err, DW_ERR_SYNTAX, "label selector has \"%.*s\" where %s is expected", shown, p->token.start,
                      expected);
}

/* --- valid labels (apimachinery, IsQualifiedName and IsValidLabelValue) --- */

static bool is_label_name(const char *text) {
  size_t length = strlen(text);
  if (length == 0 || length > NAME_MAX_LENGTH || !dw_is_alnum(text[0]) || !dw_is_alnum(text[length - 1]))
    return false;
  for (size_t i = 0; i < length; i++)
    if (!dw_is_alnum(text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.')
      return false;
  return true;
}

static bool is_label_key(struct dw_arena *arena, const char *key) {
  const char *slash = strchr(key, '/');
  if (slash == NULL)
    return is_label_name(key);
  return dw_is_dns_subdomain(dw_arena_strndup(arena, key, (size_t)(slash - key))) && is_label_name(slash + 1);
}

static const char *read_key(struct parser *p) {
  if (p->token.kind != TOKEN_WORD) {
    fail_expected(p, "a label key");
    return NULL;
  }
  const char *key = dw_arena_strndup(p->arena, p->token.start, p->token.length);
  if (!is_label_key(p->arena, key)) {
    dw_error_set(p->err, DW_ERR_INVALID,
                 "label selector: \"%.100s\" is not a valid label key; use NAME or PREFIX/NAME, where PREFIX is a DNS "
                 "name and NAME up to 63 "
                 "letters, digits, '-', '_' and '.'",
                 key);
    return NULL;
  }
  advance(p);
  return key;
}

/* Adds a value, which is empty if none is written. */
static int add_value(struct parser *p, struct dw_selector_term *term) {
  const char *value = "";
  if (p->token.kind == TOKEN_WORD) {
    value = dw_arena_strndup(p->arena, p->token.start, p->token.length);
    if (!is_label_name(value))
      return dw_error_set(
          p->err, DW_ERR_INVALID,
          "label selector: \"%.100s\" is not a valid label value; use up to 63 letters, digits, '-', '_' and '.'",
          value);
    advance(p);
  }
  term->values[term->value_count++] = value;
  return 0;
}

static size_t count_commas(const char *from, char until) {
  size_t commas = 0;
  for (; *from != '\0' && *from != until; from++)
    commas += *from == ',';
  return commas;
}

/* Parses (a,b), where each may be empty. */
static int parse_set(struct parser *p, struct dw_selector_term *term) {
  if (p->token.kind != TOKEN_OPEN)
    return fail_expected(p, "\"(\"");
  term->values = dw_arena_array(p->arena, count_commas(p->at, ')') + 1, sizeof *term->values);
  do {
    advance(p);
    if (add_value(p, term) != 0)
      return -1;
  } while (p->token.kind == TOKEN_COMMA);
  if (p->token.kind != TOKEN_CLOSE)
    return fail_expected(p, "\",\" or \")\"");
  advance(p);
  return 0;
}

static int parse_exact(struct parser *p, struct dw_selector_term *term) {
  advance(p);
  term->values = dw_arena_array(p->arena, 1, sizeof *term->values);
  return add_value(p, term);
}

static int parse_operator(struct parser *p, struct dw_selector_term *term) {
  if (p->token.kind == TOKEN_EQUAL || p->token.kind == TOKEN_NOT_EQUAL) {
    term->op = p->token.kind == TOKEN_EQUAL ? DW_SELECT_IN : DW_SELECT_NOT_IN;
    return parse_exact(p, term);
  }
  bool in = is_word(p, "in");
  if (!in && !is_word(p, "notin"))
    return fail_expected(p, "=, !=, in or notin");
  term->op = in ? DW_SELECT_IN : DW_SELECT_NOT_IN;
  advance(p);
  return parse_set(p, term);
}

static bool ends_term(const struct parser *p) {
  return p->token.kind == TOKEN_END || p->token.kind == TOKEN_COMMA;
}

static int parse_term(struct parser *p, struct dw_selector_term *term) {
  term->op = DW_SELECT_EXISTS;
  if (p->token.kind == TOKEN_NOT) {
    term->op = DW_SELECT_ABSENT;
    advance(p);
  }
  term->key = read_key(p);
  if (term->key == NULL)
    return -1;
  if (term->op == DW_SELECT_EXISTS && !ends_term(p) && parse_operator(p, term) != 0)
    return -1;
  return ends_term(p) ? 0 : fail_expected(p, "\",\" or the end");
}

int dw_selector_parse(struct dw_arena *arena, const char *text, struct dw_selector *out, struct dw_error *err) {
  struct parser p = {arena, text, {TOKEN_END, text, 0}, err};
  struct dw_selector selector = {.text = dw_arena_strdup(arena, text)};
  advance(&p);
  if (p.token.kind != TOKEN_END) {
    selector.terms = dw_arena_array(arena, count_commas(text, '\0') + 1, sizeof *selector.terms);
    if (parse_term(&p, &selector.terms[selector.term_count++]) != 0)
      return -1;
  }
  while (p.token.kind == TOKEN_COMMA) {
    advance(&p);
    if (parse_term(&p, &selector.terms[selector.term_count++]) != 0)
      return -1;
  }
  *out = selector;
  return 0;
}

const char *dw_label_value(const struct dw_label *labels, size_t count, const char *key) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(labels[i].key, key) == 0)
      return labels[i].value;
  return NULL;
}

static bool has_value(const struct dw_selector_term *term, const char *value) {
  for (size_t i = 0; value != NULL && i < term->value_count; i++)
    if (strcmp(term->values[i], value) == 0)
      return true;
  return false;
}

static bool term_matches(const struct dw_selector_term *term, const char *value) {
  switch (term->op) {
  case DW_SELECT_EXISTS:
    return value != NULL;
  case DW_SELECT_ABSENT:
    return value == NULL;
  case DW_SELECT_IN:
    return has_value(term, value);
  case DW_SELECT_NOT_IN:
    return !has_value(term, value);
  }
  return false;
}

bool dw_selector_matches(const struct dw_selector *selector, const struct dw_label *labels, size_t count) {
  for (size_t i = 0; i < selector->term_count; i++)
    if (!term_matches(&selector->terms[i], dw_label_value(labels, count, selector->terms[i].key)))
      return false;
  return true;
}
