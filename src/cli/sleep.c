#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/help.h"

enum { LONGEST_SECONDS = 86400 };

/* "5" or "0.25": digits, with at most one decimal point between digits. */
static bool read_seconds(const char *text, struct timespec *out) {
  struct timespec read = {0};
  size_t whole = strspn(text, "0123456789");
  const char *rest = text + whole;
  if (whole == 0 || whole > 5)
    return false;
  for (size_t i = 0; i < whole; i++)
    read.tv_sec = read.tv_sec * 10 + (text[i] - '0');
  if (*rest == '.') {
    size_t digits = strspn(++rest, "0123456789");
    long weight = 100000000;
    if (digits == 0 || rest[digits] != '\0')
      return false;
    for (size_t i = 0; i < digits; i++, weight /= 10)
      read.tv_nsec += (rest[i] - '0') * weight;
    rest += digits;
  }
  if (*rest != '\0' || read.tv_sec > LONGEST_SECONDS)
    return false;
  *out = read;
  return true;
}

static int help(void) {
  cli_put_help(stdout,
               "usage: droveway sleep SECONDS\n"
               "\n"
               "Waits, for use as a preStop hook in an image without a shell: the pod's endpoint is removed from the "
               "Service before the server stops. SECONDS may be a decimal (0.5); the maximum is one day.\n");
  return cli_finish(CLI_OK);
}

int cli_sleep(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  struct timespec left = {0};
  int option;
  while ((option = cli_option(argc, argv, ":h", options)) != -1)
    return option == 'h' ? help() : CLI_FAILED;
  if (argc - optind != 1)
    return cli_usage("sleep", "expected a number of seconds");
  if (!read_seconds(argv[optind], &left))
    return cli_usage("sleep", "invalid number of seconds \"%s\"; use 0 to %d", argv[optind], LONGEST_SECONDS);
  while (nanosleep(&left, &left) != 0 && errno == EINTR)
    ;
  return CLI_OK;
}
