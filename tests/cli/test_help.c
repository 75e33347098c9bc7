/* --help of all commands, at the width of a terminal and in a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"
#include "support/terminal.h"

enum { MOST_COMMANDS = 32 };

/* The commands that `droveway --help` lists. */
struct commands {
  char names[MOST_COMMANDS][16];
  size_t count;
};

static struct commands all_commands(void) {
  struct commands commands = {.count = 0};
  RUN_SCOPED run = RUN("--help");
  for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
    if (strncmp(line, "  ", 2) == 0) {
      assert_true(commands.count < MOST_COMMANDS);
      assert_int_equal(sscanf(line, "%15s", commands.names[commands.count++]), 1);
    }
  assert_true(commands.count >= 14);
  return commands;
}

/* What `droveway COMMAND --help` writes to a terminal of COLUMNS columns; the caller frees it. */
static char *help_on(unsigned short columns, const char *command) {
  static const char *const environment[] = {"TERM=xterm", "COLUMNS", NULL};
  const char *const arguments[] = {command, "--help", NULL};
  char *text = on_terminal(columns, environment, arguments);
  char *end = text;
  for (const char *c = text; *c != '\0'; c++)
    if (*c != '\r')
      *end++ = *c;
  *end = '\0';
  return text;
}

/* Fails the test at a line of TEXT that is longer than MOST. */
static void check_width(const char *command, const char *text, size_t most) {
  for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n')
    if (strcspn(line, "\n") > most)
      fail_msg("%s --help: longer than %zu columns: %.*s", command, most, (int)strcspn(line, "\n"), line);
}

static void fits_a_terminal_of_80_columns(void **state) {
  (void)state;
  const struct commands all = all_commands();
  for (size_t i = 0; i < all.count; i++) {
    char *text = help_on(80, all.names[i]);
    check_width(all.names[i], text, 80);
    free(text);
  }
}

/* Wide terminals show the same as a pipe: long lines are hard to read. */
static void has_at_most_100_columns(void **state) {
  (void)state;
  const struct commands all = all_commands();
  for (size_t i = 0; i < all.count; i++) {
    RUN_SCOPED run = RUN(all.names[i], "--help");
    char *text = help_on(200, all.names[i]);
    assert_int_equal(run.status, 0);
    check_width(all.names[i], run.out, 100);
    assert_string_equal(text, run.out);
    free(text);
  }
}

static void texts_hang_under_their_column(void **state) {
  (void)state;
  char *text = help_on(60, "review"), *narrow = help_on(40, "version");
  assert_string_equal(text, "usage: droveway review FILE [--mutate] [--policy FILE]\n"
                            "       [--state DIR | --kubeconfig FILE]\n"
                            "\n"
                            "Answers the AdmissionReview request in FILE (- for standard\n"
                            "input) and prints the response that `serve` would send, byte\n"
                            "for byte.\n"
                            "\n"
                            "      --mutate        answer as /mutate does (default: as\n"
                            "                      /validate does)\n"
                            "  -p, --policy FILE   policy to apply (default: the built-in\n"
                            "                      policy)\n"
                            "  -s, --state DIR     read the cluster's objects from files\n"
                            "                      (default: nothing is known about a\n"
                            "                      cluster)\n"
                            "      --kubeconfig FILE  read the live cluster instead\n"
                            "      --context NAME  context of the kubeconfig (default:\n"
                            "                      its current context)\n"
                            "      --help          show this help\n"
                            "\n"
                            "Exit status: 0 if the request is allowed, 1 if it is denied,\n"
                            "2 if the usage is wrong or an input cannot be read.\n");
  assert_string_equal(narrow, "usage: droveway version\n"
                              "\n"
                              "Prints the version, the versions of the\n"
                              "libraries in use and the kind of build.\n");
  free(narrow);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fits_a_terminal_of_80_columns),
      cmocka_unit_test(has_at_most_100_columns),
      cmocka_unit_test(texts_hang_under_their_column),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
