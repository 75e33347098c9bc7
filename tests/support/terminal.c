#include "support/terminal.h"

#include <errno.h>
#include <pty.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "support/run_program.h"

enum { ARGUMENTS_MAX = 32, SECONDS_MAX = 120, TEXT_MOST = 1 << 20 };

/* In the child; does not return. */
static void become(const char *const *environment, const char *const *arguments) {
  char *argv[ARGUMENTS_MAX];
  int count = 0;
  for (; *environment != NULL; environment++) {
    if (strchr(*environment, '=') != NULL)
      putenv((char *)(uintptr_t)*environment);
    else
      unsetenv(*environment);
  }
  argv[count++] = (char *)(uintptr_t)droveway_path();
  while (*arguments != NULL && count < ARGUMENTS_MAX - 1)
    argv[count++] = (char *)(uintptr_t)*arguments++;
  argv[count] = NULL;
  alarm(SECONDS_MAX);
  execv(argv[0], argv);
  _exit(127);
}

/* A terminal whose other end is closed returns EIO. */
static char *read_all(int fd) {
  char *text = malloc(TEXT_MOST);
  assert_non_null(text);
  size_t length = 0;
  for (;;) {
    ssize_t got = read(fd, text + length, TEXT_MOST - 1 - length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    length += (size_t)got;
  }
  text[length] = '\0';
  return text;
}

char *on_terminal(unsigned short columns, const char *const *environment, const char *const *arguments) {
  int status;
  return on_terminal_typing(columns, environment, arguments, "", &status);
}

static void type(int fd, const char *input) {
  size_t length = strlen(input);
  if (length > 0)
    assert_int_equal(write(fd, input, length), length);
}

char *on_terminal_typing(unsigned short columns, const char *const *environment, const char *const *arguments,
                         const char *input, int *exit_status) {
  struct winsize size = {.ws_row = 25, .ws_col = columns};
  struct termios raw;
  int fd = -1;
  int status = 0;
  memset(&raw, 0, sizeof raw);
  cfmakeraw(&raw); /* line ends are not changed */
  raw.c_lflag |= ICANON;
  raw.c_cc[VEOF] = 4;
  fflush(NULL);
  pid_t pid = forkpty(&fd, NULL, &raw, &size);
  if (pid < 0 && (errno == ENODEV || errno == ENOENT))
    skip(); /* a chroot without /dev/pts has no terminals */
  assert_true(pid >= 0);
  if (pid == 0)
    become(environment, arguments);
  type(fd, input);
  char *text = read_all(fd);
  close(fd);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  *exit_status = WEXITSTATUS(status);
  return text;
}
