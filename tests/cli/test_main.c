/* `droveway` itself: help, version and usage errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run_program.h"
#include "support/waiting.h"

static const char *const commands[] = {"serve", "review",  "check", "inspect",    "audit",  "snapshot", "init",   "map",
                                       "rules", "explain", "certs", "completion", "schema", "sleep",    "version"};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void assert_one_line(const char *text) {
  size_t length = strlen(text);
  assert_true(length > 1);
  assert_ptr_equal(strchr(text, '\n'), text + length - 1);
}

static void help_names_every_command(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("--help");
  assert_int_equal(run.status, 0);
  for (size_t i = 0; i < COMMANDS; i++)
    assert_non_null(strstr(run.out, commands[i]));
}

static void every_command_has_help(void **state) {
  (void)state;
  for (size_t i = 0; i < COMMANDS; i++) {
    RUN_SCOPED run = RUN(commands[i], "--help");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    assert_int_equal(strncmp(run.out, "usage: droveway ", 16), 0);
    assert_int_equal(strncmp(run.out + 16, commands[i], strlen(commands[i])), 0);
  }
}

static void every_command_rejects_unknown_options(void **state) {
  (void)state;
  for (size_t i = 0; i < COMMANDS; i++) {
    RUN_SCOPED run = RUN(commands[i], "--no-such-option");
    assert_int_equal(run.status, 2);
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "--no-such-option"));
    assert_one_line(run.err);
  }
}

static void an_unknown_command_suggests_the_nearest(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("chekc");
  assert_int_equal(run.status, 2);
  assert_non_null(strstr(run.err, "did you mean \"check\"?"));
  assert_one_line(run.err);
}

static void without_a_command_the_usage_is_shown(void **state) {
  (void)state;
  RUN_SCOPED help = RUN("--help");
  RUN_SCOPED none = run_droveway(NULL, (const char *const[]){NULL});
  assert_int_equal(none.status, 2);
  assert_string_equal(none.out, "");
  assert_string_equal(none.err, help.out);
}

#define SEE "; see 'droveway check --help'\n"

/* An unknown option, a missing value and an unwanted value are different mistakes. */
static void each_mistake_with_an_option_has_its_own_message(void **state) {
  (void)state;
  static const struct {
    const char *arguments[8];
    const char *message;
  } cases[] = {
      {{"--verson"}, "droveway: unknown option \"--verson\"; did you mean \"--version\"?\n"},
      {{"-x"}, "droveway: unknown option \"-x\"; see 'droveway --help'\n"},
      {{"check", "--filname", "x"}, "droveway check: unknown option \"--filname\"; did you mean \"--filename\"?\n"},
      {{"check", "--color=always", "--snippet"}, "droveway check: unknown option \"--snippet\"" SEE},
      {{"check", "-k", "x"}, "droveway check: unknown option \"-k\"" SEE},
      {{"check", "-qk", "x"}, "droveway check: unknown option \"-k\"" SEE},
      {{"check", "-state", "x"}, "droveway check: unknown option \"-state\"; did you mean \"--state\"?\n"},
      {{"check", "-output=json"}, "droveway check: unknown option \"-output\"; did you mean \"--output\"?\n"},
      {{"check", "x", "-quiet"}, "droveway check: unknown option \"-quiet\"; did you mean \"--quiet\"?\n"},
      {{"check", "--co", "always"},
       "droveway check: option \"--co\" is ambiguous: it could be --context or --color" SEE},
      {{"check", "-f"}, "droveway check: option -f needs a value" SEE},
      {{"check", "x", "-qf"}, "droveway check: option -f needs a value" SEE},
      {{"check", "--state"}, "droveway check: option --state needs a value" SEE},
      {{"check", "--stat"}, "droveway check: option --state needs a value" SEE},
      {{"check", "-f", "-o", "json"}, "droveway check: option -f needs a value, but the option -o follows" SEE},
      {{"check", "--state", "--kubeconfig", "x", "-f", "y"},
       "droveway check: option --state needs a value, but the option --kubeconfig follows" SEE},
      {{"check", "-f", "x", "-qs", "--color=never"},
       "droveway check: option -s needs a value, but the option --color follows" SEE},
      {{"check", "--quiet=yes"}, "droveway check: option --quiet does not accept a value" SEE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    RUN_SCOPED run = run_droveway(NULL, cases[i].arguments);
    assert_int_equal(run.status, 2);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, cases[i].message);
  }
}

/* A value may begin with a dash: it is standard input, a file, or attached to its option. */
static void values_that_look_like_options_are_accepted(void **state) {
  (void)state;
  static const char *const accepted[][5] = {
      {"check", "-f", "-"}, {"check", "-f-o"}, {"check", "--filename=--state"}, {"check", "--", "-state"}};
  for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
    RUN_SCOPED run = run_droveway("", accepted[i]);
    assert_int_equal(run.status, 2);
    assert_null(strstr(run.err, "option"));
  }
}

/* Arguments can be untrusted file names. */
static void control_characters_in_arguments_are_replaced(void **state) {
  (void)state;
  static const char evil[] = "x\033[31m\nx\xC2\x9B\xE2\x80\xAE\xFF";
  static const char *const wrong[][4] = {
      {evil}, {"explain", evil}, {"check", "-o", evil}, {"check", "-f", evil}, {"map", "--suggest", evil}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    RUN_SCOPED run = run_droveway(NULL, wrong[i]);
    assert_int_equal(run.status, 2);
    assert_one_line(run.err);
    assert_null(strchr(run.err, '\033'));
    assert_null(strstr(run.err, "\xC2\x9B"));
    assert_null(strstr(run.err, "\xE2\x80\xAE"));
    assert_null(strchr(run.err, '\xFF'));
  }
}

static void help_of_a_command_works_both_ways(void **state) {
  (void)state;
  RUN_SCOPED help = RUN("help", "check");
  RUN_SCOPED option = RUN("check", "--help");
  assert_int_equal(help.status, 0);
  assert_string_equal(help.out, option.out);
  RUN_SCOPED all = RUN("help");
  RUN_SCOPED all_option = RUN("--help");
  RUN_SCOPED both = RUN("help", "--help");
  assert_string_equal(all.out, all_option.out);
  assert_string_equal(both.out, all_option.out);
  RUN_SCOPED misspelt = RUN("help", "chek");
  assert_int_equal(misspelt.status, 2);
  assert_non_null(strstr(misspelt.err, "did you mean \"check\"?"));
}

static void version_shows_version_and_libraries(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("version");
  assert_int_equal(run.status, 0);
  assert_int_equal(strncmp(run.out, "droveway ", 9), 0);
  static const char *const libraries[] = {"libmicrohttpd", "OpenSSL", "libyaml"};
  for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
    assert_non_null(strstr(run.out, libraries[i]));
  RUN_SCOPED option = RUN("--version");
  assert_string_equal(option.out, run.out);
}

static void review_names_unreadable_files(void **state) {
  (void)state;
  RUN_SCOPED text = RUN_WITH("{\"kind\":\"AdmissionReview\"", "review", "-");
  assert_int_equal(text.status, 2);
  assert_string_equal(text.out, "");
  assert_int_equal(strncmp(text.err, "droveway: ", 10), 0);
  assert_one_line(text.err);
  RUN_SCOPED file = RUN("review", "no/such/review.json");
  assert_int_equal(file.status, 2);
  assert_int_equal(strncmp(file.err, "droveway: no/such/review.json: ", 31), 0);
  RUN_SCOPED state_folder = RUN("review", "--state", "no/such/folder", "-");
  assert_int_equal(state_folder.status, 2);
  assert_non_null(strstr(state_folder.err, "no/such/folder"));
}

static void sleep_sleeps_and_rejects_invalid_times(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("sleep", "0");
  assert_int_equal(run.status, 0);
  static const char *const wrong[] = {"", "-1", "1x", "1e3000", "0x10"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    RUN_SCOPED refused = RUN("sleep", wrong[i]);
    assert_int_equal(refused.status, 2);
  }
}

static bool is_null_device(pid_t pid, int fd) {
  static const char device[] = "/dev/null";
  char path[64], target[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
  ssize_t length = readlink(path, target, sizeof target);
  return length == (ssize_t)strlen(device) && memcmp(target, device, (size_t)length) == 0;
}

/* Otherwise the first file or socket opened would become standard error and receive messages. */
static void closed_standard_descriptors_are_replaced(void **state) {
  int status = 0;
  (void)state;
  pid_t pid = fork();
  if (pid == 0) {
    for (int fd = 0; fd <= 2; fd++)
      close(fd);
    execl(droveway_path(), "droveway", "sleep", "60", (char *)NULL);
    _exit(127);
  }
  for (int fd = 0; fd <= 2; fd++)
    WAIT_FOR(is_null_device(pid, fd));
  assert_int_equal(kill(pid, SIGKILL), 0);
  assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* Output that cannot be written is an error, as on a full disk. */
static void a_closed_standard_output_is_an_error(void **state) {
  static const char *const names[] = {"check", "inspect", "rules"};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
      close(STDOUT_FILENO);
      execl(droveway_path(), "droveway", names[i], "--help", (char *)NULL);
      _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(help_names_every_command),
      cmocka_unit_test(every_command_has_help),
      cmocka_unit_test(every_command_rejects_unknown_options),
      cmocka_unit_test(an_unknown_command_suggests_the_nearest),
      cmocka_unit_test(without_a_command_the_usage_is_shown),
      cmocka_unit_test(each_mistake_with_an_option_has_its_own_message),
      cmocka_unit_test(values_that_look_like_options_are_accepted),
      cmocka_unit_test(control_characters_in_arguments_are_replaced),
      cmocka_unit_test(help_of_a_command_works_both_ways),
      cmocka_unit_test(version_shows_version_and_libraries),
      cmocka_unit_test(review_names_unreadable_files),
      cmocka_unit_test(sleep_sleeps_and_rejects_invalid_times),
      cmocka_unit_test(closed_standard_descriptors_are_replaced),
      cmocka_unit_test(a_closed_standard_output_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
