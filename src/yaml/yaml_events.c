/* libyaml's events, and its errors translated into readable messages. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "yaml/yaml_reader.h"
#include "json/json_position.h"

struct place dw_yaml_place(yaml_mark_t mark) {
  return (struct place){(int)mark.line + 1, (int)mark.column + 1};
}

void dw_yaml_set_error(struct reader *r, enum dw_error_code code, struct place place, const char *format, ...) {
  char text[400];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  dw_error_at(r->err, code, place.line, place.column, "%s", text);
}

void dw_yaml_set_memory_error(struct dw_error *err) {
  dw_error_set(err, DW_ERR_MEMORY, "needs more memory than is allowed for one document");
}

static bool fail_reading(struct reader *r) {
  struct place place = {0, 0};
  const char *problem = r->parser.problem ? r->parser.problem : "";
  dw_text_position(r->text, r->length, r->parser.problem_offset, &place.line, &place.column);
  if (strstr(problem, "control character"))
    return dw_yaml_fail(r, DW_ERR_SYNTAX, place, "YAML does not allow this control character (0x%02X)",
                        (unsigned)r->parser.problem_value);
  return dw_yaml_fail(r, DW_ERR_SYNTAX, place, "invalid UTF-8");
}

/* The byte at PLACE, if its line is plain ASCII; NUL if there is none. */
static char byte_at(const struct reader *r, struct place place) {
  size_t at = 0;
  for (int line = 1; line < place.line; line++) {
    const char *end = memchr(r->text + at, '\n', r->length - at);
    if (!end)
      return '\0';
    at = (size_t)(end - r->text) + 1;
  }
  at += (size_t)place.column - 1;
  return at < r->length ? r->text[at] : '\0';
}

static const char *bad_start(const struct reader *r, struct place place) {
  switch (byte_at(r, place)) {
  case '\t':
    return "YAML does not allow tabs for indentation; use spaces";
  case '@':
  case '`':
  case '%':
    return "text that begins with this character needs quotes";
  default:
    return "unexpected character";
  }
}

static const char *in_words(const struct reader *r, struct place place) {
  static const struct {
    const char *problem;
    const char *words;
  } known[] = {
      {"mapping values are not allowed",
       "unexpected ':'; check the indentation, or put text that contains \": \" in quotes"},
      {"did not find expected key", "expected a key; check the indentation"},
      {"did not find expected '-'", "expected a list item (\"- \"); check the indentation"},
      {"block sequence entries are not allowed", "unexpected list item (\"- \"); check the indentation"},
      {"block mapping keys are not allowed", "unexpected key; check the indentation"},
      {"could not find expected ':'", "expected ':' after this key"},
      {"found unexpected end of stream", "this text has no closing quote"},
      {"found unexpected document indicator", "this text has no closing quote"},
      {"did not find expected ',' or ']'", "expected ',' or ']'"},
      {"did not find expected ',' or '}'", "expected ',' or '}'"},
      {"did not find expected <document start>",
       "unexpected text after the end of the document; begin the next document with a line ---"},
      {"did not find expected node content", "expected a value"},
      {"found a tab character", "YAML does not allow tabs for indentation; use spaces"},
      {"found unknown escape character", "YAML has no such escape sequence; use single quotes to keep backslashes"},
  };
  const char *problem = r->parser.problem ? r->parser.problem : "not valid YAML";
  if (strstr(problem, "cannot start any token"))
    return bad_start(r, place);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strncmp(problem, known[i].problem, strlen(known[i].problem)) == 0)
      return known[i].words;
  }
  return problem;
}

/* Returns true if the error is reported at the start of what libyaml was parsing: it notices a missing end only far
 * behind the place to fix. */
static bool blames_context(const yaml_parser_t *parser) {
  if (!parser->problem || !parser->context)
    return false;
  bool open_quote = strstr(parser->context, "quoted scalar") && strstr(parser->problem, "found unexpected ");
  return open_quote || strstr(parser->context, "simple key");
}

static bool fail_parsing(struct reader *r) {
  const yaml_parser_t *parser = &r->parser;
  if (parser->error == YAML_MEMORY_ERROR)
    return dw_yaml_fail_memory(r);
  if (parser->error == YAML_READER_ERROR)
    return fail_reading(r);
  struct place place = dw_yaml_place(blames_context(parser) ? parser->context_mark : parser->problem_mark);
  struct place begin = dw_yaml_place(parser->context_mark);
  const char *words = in_words(r, place);
  if (!parser->context || begin.line >= place.line)
    return dw_yaml_fail(r, DW_ERR_SYNTAX, place, "%s", words);
  /* A context is such as "while parsing a flow sequence", which Kubernetes users call a list. */
  const char *kind = strstr(parser->context, "sequence")  ? "list"
                     : strstr(parser->context, "mapping") ? "object"
                                                          : "text";
  return dw_yaml_fail(r, DW_ERR_SYNTAX, place, "%s (the %s begins on line %d)", words, kind, begin.line);
}

bool dw_yaml_next_event(struct reader *r) {
  yaml_event_delete(&r->event);
  return yaml_parser_parse(&r->parser, &r->event) == 1 || fail_parsing(r);
}
