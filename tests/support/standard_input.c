#include "support/standard_input.h"

#include <fcntl.h>
#include <unistd.h>

int standard_input_replace(int fd) {
  /* If FD is already 0, it was opened while standard input was closed, so there is nothing to save. */
  int kept = fd == STDIN_FILENO ? -1 : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (fd < 0) {
    close(STDIN_FILENO);
  } else if (fd != STDIN_FILENO) {
    dup2(fd, STDIN_FILENO);
    close(fd);
  }
  return kept;
}

void standard_input_restore(int kept) {
  close(STDIN_FILENO);
  if (kept >= 0) {
    dup2(kept, STDIN_FILENO);
    close(kept);
  }
}
