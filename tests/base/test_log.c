#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* Standard error goes into a file while a test logs. */
static FILE *captured;
static int saved_stderr;

static int begin(void **state) {
  (void)state;
  captured = tmpfile();
  saved_stderr = dup(STDERR_FILENO);
  dw_log_configure(DW_LOG_INFO, DW_LOG_JSON);
  return captured == NULL || dup2(fileno(captured), STDERR_FILENO) < 0;
}

static int finish(void **state) {
  (void)state;
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  return fclose(captured);
}

/* Returns what was logged; the caller frees it. */
static char *logged(void) {
  long size = lseek(fileno(captured), 0, SEEK_END);
  char *text = calloc((size_t)size + 1, 1);
  assert_non_null(text);
  assert_int_equal(pread(fileno(captured), text, (size_t)size, 0), size);
  return text;
}

static const char *member(struct json_object *line, const char *key) {
  return json_object_get_string(json_object_object_get(line, key));
}

static void writes_one_json_object_per_line(void **state) {
  (void)state;
  dw_log(DW_LOG_WARN, "policy \"%s\" broken\n{\"level\":\"fake\"}", "a\\b");
  char *text = logged();
  assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
  struct json_object *line = json_tokener_parse(text);
  assert_non_null(line);
  assert_string_equal(member(line, "level"), "warn");
  assert_string_equal(member(line, "msg"), "policy \"a\\b\" broken\n{\"level\":\"fake\"}");
  unsigned number[7];
  char end = 0;
  assert_int_equal(strlen(member(line, "time")), strlen("2026-11-21T00:01:36.123Z"));
  assert_int_equal(sscanf(member(line, "time"), "%4u-%2u-%2uT%2u:%2u:%2u.%3u%c", &number[0], &number[1], &number[2],
                          &number[3], &number[4], &number[5], &number[6], &end),
                   8);
  assert_int_equal(end, 'Z');
  json_object_put(line);
  free(text);
}

/* The lines that were logged, each with T for its time; the caller frees them. */
static char *lines_without_time(void) {
  static const char time[] = "2026-11-21T00:01:36.123Z";
  char *text = logged(), *to = text;
  for (const char *from = text; *from != '\0';) {
    const char *at = from + (*from == '{' ? strlen("{\"time\":\"") : 0);
    size_t length = strcspn(at, "\n") + 1;
    assert_int_equal(strspn(at, "0123456789-:.TZ"), sizeof time - 1);
    memmove(to, from, (size_t)(at - from));
    to += at - from;
    *to++ = 'T';
    memmove(to, at + sizeof time - 1, length - (sizeof time - 1));
    to += length - (sizeof time - 1);
    from = at + length;
  }
  *to = '\0';
  return text;
}

static void log_all_types(void) {
  dw_log_with(DW_LOG_INFO, "decision", dw_log_string("uid", "u-1"), dw_log_string("left out", NULL),
              dw_log_string("empty", ""), dw_log_string("name", "a \"b\""), dw_log_beginning("user", "system:admin", 6),
              dw_log_integer("micros", 12), dw_log_integer("least", INT64_MIN), dw_log_boolean("dryRun", false),
              dw_log_boolean("audit", true), dw_log_list("rules", "a,b", "c-d"), dw_log_list("none", NULL, NULL),
              dw_log_list("more", NULL, "x"));
  dw_log_members(NULL, DW_LOG_ERROR, "plain", NULL, 0);
}

static void members_are_json(void **state) {
  (void)state;
  log_all_types();
  char *text = lines_without_time();
  assert_string_equal(text, "{\"time\":\"T\",\"level\":\"info\",\"msg\":\"decision\",\"uid\":\"u-1\",\"empty\":\"\","
                            "\"name\":\"a \\\"b\\\"\",\"user\":\"system\",\"micros\":12,"
                            "\"least\":-9223372036854775808,\"dryRun\":false,\"audit\":true,"
                            "\"rules\":[\"a\",\"b\",\"c-d\"],\"none\":[],\"more\":[\"x\"]}\n"
                            "{\"time\":\"T\",\"level\":\"error\",\"msg\":\"plain\"}\n");
  free(text);
}

static void members_are_text(void **state) {
  (void)state;
  dw_log_configure(DW_LOG_INFO, DW_LOG_TEXT);
  log_all_types();
  char *text = lines_without_time();
  assert_string_equal(text, "T INFO  decision uid=u-1 empty=\"\" name=\"a \\\"b\\\"\" user=system micros=12 "
                            "least=-9223372036854775808 dryRun=false audit=true rules=a,b,c-d more=x\n"
                            "T ERROR plain\n");
  free(text);
}

/* If a buffer is longer than its text, the bytes after the text must not be logged. */
static void a_string_member_ends_at_its_nul(void **state) {
  char buffer[800];
  (void)state;
  memset(buffer, 'x', sizeof buffer);
  snprintf(buffer, sizeof buffer, "policy.yaml:1: unknown key");
  dw_log_with(DW_LOG_ERROR, "broken", dw_log_string("error", buffer));
  char *text = lines_without_time();
  assert_string_equal(text, "{\"time\":\"T\",\"level\":\"error\",\"msg\":\"broken\","
                            "\"error\":\"policy.yaml:1: unknown key\"}\n");
  free(text);
}

static void omits_lines_above_the_level(void **state) {
  (void)state;
  dw_log(DW_LOG_DEBUG, "hidden");
  dw_log_with(DW_LOG_DEBUG, "hidden", dw_log_integer("a", 1));
  assert_false(dw_log_enabled(DW_LOG_DEBUG));
  assert_true(dw_log_enabled(DW_LOG_INFO));
  dw_log_configure(DW_LOG_ERROR, DW_LOG_JSON);
  dw_log(DW_LOG_WARN, "hidden");
  dw_log(DW_LOG_ERROR, "seen 1");
  dw_log_configure(DW_LOG_DEBUG, DW_LOG_JSON);
  dw_log(DW_LOG_DEBUG, "seen 2");
  char *text = logged();
  assert_null(strstr(text, "hidden"));
  assert_non_null(strstr(text, "seen 1"));
  assert_non_null(strstr(text, "\"level\":\"debug\",\"msg\":\"seen 2\""));
  free(text);
}

static void preserves_errno(void **state) {
  (void)state;
  int closed = dup(STDERR_FILENO);
  close(STDERR_FILENO);
  errno = ENOENT;
  dw_log(DW_LOG_ERROR, "nobody hears this");
  assert_int_equal(errno, ENOENT);
  dup2(closed, STDERR_FILENO);
  close(closed);
}

enum { THREADS = 4, LINES = 200 };

static void *log_lines(void *argument) {
  const char *name = argument;
  for (int i = 0; i < LINES; i++)
    dw_log(DW_LOG_INFO, "%s%0200d", name, i);
  return NULL;
}

static void lines_of_threads_never_mix(void **state) {
  (void)state;
  static char names[THREADS][2] = {"a", "b", "c", "d"};
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, log_lines, names[i]), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  char *text = logged();
  int lines = 0;
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest), lines++) {
    struct json_object *object = json_tokener_parse(line);
    assert_non_null(object);
    assert_int_equal(strlen(member(object, "msg")), 201);
    json_object_put(object);
  }
  assert_int_equal(lines, THREADS * LINES);
  free(text);
}

static void quotes(const char *text, size_t length, const char *expected) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_log_quote(&out, text, length);
  assert_string_equal(dw_buf_text(&out), expected);
}
#define QUOTES(text, expected) quotes(text, sizeof(text) - 1, expected)
#define BAD "\xEF\xBF\xBD"

static void quoting_escapes_control_characters(void **state) {
  (void)state;
  QUOTES("", "\"\"");
  QUOTES("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
  QUOTES("\n\t\r\0\x1f\x7f ", "\"\\n\\t\\u000d\\u0000\\u001f\\u007f \"");
  QUOTES("\xC2\x9B\xC2\xA0", "\"\\u009b\xC2\xA0\"");
}

static void quoting_escapes_separators_and_direction_marks(void **state) {
  (void)state;
  QUOTES("\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9", "\"\xE2\x80\xA7\\u2028\\u2029\"");
  QUOTES("\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF", "\"\\u202a\\u202e\xE2\x80\xAF\"");
  QUOTES("\xE2\x80\x8D\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\x90", "\"\xE2\x80\x8D\\u200e\\u200f\xE2\x80\x90\"");
  QUOTES("\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA", "\"\xE2\x81\xA5\\u2066\\u2069\xE2\x81\xAA\"");
  QUOTES("\xE2\x82\xA8", "\"\xE2\x82\xA8\"");
}

/* --- as text --- */

/* Returns the part of the only logged line after time and level; the caller frees it. */
static char *text_line(const char *level) {
  char *text = logged();
  assert_true(strlen(text) > 31);
  assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
  text[strlen(text) - 1] = '\0';
  assert_int_equal(strspn(text, "0123456789-:.TZ"), strlen("2026-11-21T00:01:36.123Z"));
  assert_int_equal(text[23], 'Z');
  assert_int_equal(strncmp(text + 24, " ", 1), 0);
  assert_int_equal(strncmp(text + 25, level, 5), 0);
  assert_int_equal(text[30], ' ');
  char *rest = strdup(text + 31);
  free(text);
  return rest;
}

/* Empties the file, so that it contains one line at a time. */
static void forget(void) {
  assert_int_equal(ftruncate(fileno(captured), 0), 0);
  lseek(fileno(captured), 0, SEEK_SET);
}

static void expect_text(const char *message, const struct dw_log_member *member, const char *expected) {
  forget();
  dw_log_configure(DW_LOG_INFO, DW_LOG_TEXT);
  dw_log_members(NULL, DW_LOG_INFO, message, member, member != NULL);
  char *line = text_line("INFO ");
  assert_string_equal(line, expected);
  free(line);
}

static void text_names_the_level(void **state) {
  (void)state;
  static const char *const levels[] = {
      [DW_LOG_ERROR] = "ERROR", [DW_LOG_WARN] = "WARN ", [DW_LOG_INFO] = "INFO ", [DW_LOG_DEBUG] = "DEBUG"};
  dw_log_configure(DW_LOG_DEBUG, DW_LOG_TEXT);
  for (int level = DW_LOG_ERROR; level <= DW_LOG_DEBUG; level++) {
    forget();
    dw_log((enum dw_log_level)level, "watched at %s", "https://api:6443");
    char *line = text_line(levels[level]);
    assert_string_equal(line, "watched at https://api:6443");
    free(line);
  }
}

static void text_quotes_lists_with_special_characters(void **state) {
  (void)state;
  expect_text("x", &(struct dw_log_member){"a", DW_LOG_MEMBER_LIST, "b c,d", {.more = ""}}, "x a=\"b c,d\"");
  expect_text("x", &(struct dw_log_member){"a", DW_LOG_MEMBER_LIST, "b", {.more = "c=d"}}, "x a=\"b,c=d\"");
  expect_text("x", &(struct dw_log_member){"a", DW_LOG_MEMBER_LIST, "", {.more = ""}}, "x");
  expect_text("x", &(struct dw_log_member){"a", DW_LOG_MEMBER_STRING, "b,c", {.most = 3}}, "x a=\"b,c\"");
}

/* A value from a request. */
static void check_value(const char *value, const char *expected) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  const struct dw_log_member member = dw_log_string("name", value);
  dw_buf_printf(&line, "decision name=%s", expected);
  expect_text("decision", &member, dw_buf_text(&line));
}
#define VALUE(text, expected) check_value(text, expected)

static void values_can_not_imitate_fields_or_lines(void **state) {
  (void)state;
  VALUE("a verdict=allowed", "\"a verdict=allowed\"");
  VALUE("a=b", "\"a=b\"");
  VALUE("a\" verdict=\"allowed", "\"a\\\" verdict=\\\"allowed\"");
  VALUE("a\\", "\"a\\\\\"");
  VALUE("a\\\" verdict=allowed x=\"", "\"a\\\\\\\" verdict=allowed x=\\\"\"");
  VALUE("a\n2026-11-21T00:01:36.123Z INFO  decision verdict=allowed",
        "\"a\\n2026-11-21T00:01:36.123Z INFO  decision verdict=allowed\"");
  VALUE("a\r\x1b[2Kb", "\"a\\u000d\\u001b[2Kb\"");
  VALUE("a\xC2\x9B"
        "2Jb",
        "\"a\\u009b2Jb\"");
  VALUE("\xE2\x80\xA8x", "\"\\u2028x\"");
  VALUE("\xE2\x80\xAEx", "\"\\u202ex\"");
  VALUE("\xFFx", "\"" BAD "x\"");
  VALUE("\xC3\xA9", "\"\xC3\xA9\"");
  VALUE("a\"],\"verdict\":\"allowed", "\"a\\\"],\\\"verdict\\\":\\\"allowed\"");
  VALUE("", "\"\"");
}

static void messages_can_not_imitate_fields_or_lines(void **state) {
  (void)state;
  const struct dw_log_member member = dw_log_integer("a", 1);
  expect_text("say \"could not be checked\" of C:\\x", &member, "say \"could not be checked\" of C:\\x a=1");
  expect_text("gone verdict=allowed", NULL, "\"gone verdict=allowed\"");
  expect_text("two\nlines", NULL, "\"two\\nlines\"");
  expect_text("\x1b[31mred", NULL, "\"\\u001b[31mred\"");
  expect_text("\"quoted\" at once", NULL, "\"\\\"quoted\\\" at once\"");
  expect_text("na\xC3\xAFve", NULL, "na\xC3\xAFve");
  expect_text("\xFF", NULL, "\"" BAD "\"");
  expect_text("", NULL, "\"\"");
}

/* --- gates --- */

static void a_gate_limits_lines_per_second(void **state) {
  (void)state;
  struct dw_log_gate gate = {0};
  unsigned passed = 0;
  int64_t first = 0;
  do { /* until all are in one second */
    dw_log_gate_left_out(&gate);
    passed = 0;
    for (int i = 0; i < 100; i++) {
      passed += dw_log_gate_pass(&gate, 5);
      first = i == 0 ? gate.second : first;
    }
  } while (gate.second != first);
  assert_in_range(passed, 0, 5); /* fewer if some have already passed in this second */
  assert_int_equal(dw_log_gate_left_out(&gate), 100 - passed);
  assert_int_equal(dw_log_gate_left_out(&gate), 0);
  gate.second--;
  assert_true(dw_log_gate_pass(&gate, 5)); /* again in the next second */
}

static void quoting_keeps_utf8_and_replaces_invalid_bytes(void **state) {
  (void)state;
  QUOTES("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x84", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x84\"");
  QUOTES("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\"");
  QUOTES("\x80z", "\"" BAD "z\"");
  QUOTES("\xC1\xBF", "\"" BAD BAD "\"");                 /* overlong */
  QUOTES("\xE0\x9F\xBF", "\"" BAD BAD BAD "\"");         /* overlong */
  QUOTES("\xF0\x8F\xBF\xBF", "\"" BAD BAD BAD BAD "\""); /* overlong */
  QUOTES("\xED\xA0\x80", "\"" BAD BAD BAD "\"");         /* surrogate */
  QUOTES("\xF4\x90\x80\x80", "\"" BAD BAD BAD BAD "\""); /* above U+10FFFF */
  QUOTES("\xF5", "\"" BAD "\"");
  QUOTES("\xE2\x82", "\"" BAD BAD "\""); /* truncated */
  QUOTES("\xE2\x82z", "\"" BAD BAD "z\"");
  QUOTES("\xC3", "\"" BAD "\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(writes_one_json_object_per_line, begin, finish),
      cmocka_unit_test_setup_teardown(members_are_json, begin, finish),
      cmocka_unit_test_setup_teardown(members_are_text, begin, finish),
      cmocka_unit_test_setup_teardown(a_string_member_ends_at_its_nul, begin, finish),
      cmocka_unit_test_setup_teardown(omits_lines_above_the_level, begin, finish),
      cmocka_unit_test_setup_teardown(preserves_errno, begin, finish),
      cmocka_unit_test_setup_teardown(lines_of_threads_never_mix, begin, finish),
      cmocka_unit_test(quoting_escapes_control_characters),
      cmocka_unit_test(quoting_escapes_separators_and_direction_marks),
      cmocka_unit_test_setup_teardown(text_names_the_level, begin, finish),
      cmocka_unit_test_setup_teardown(text_quotes_lists_with_special_characters, begin, finish),
      cmocka_unit_test_setup_teardown(values_can_not_imitate_fields_or_lines, begin, finish),
      cmocka_unit_test_setup_teardown(messages_can_not_imitate_fields_or_lines, begin, finish),
      cmocka_unit_test(a_gate_limits_lines_per_second),
      cmocka_unit_test(quoting_keeps_utf8_and_replaces_invalid_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
