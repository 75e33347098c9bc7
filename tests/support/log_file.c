#include "support/log_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/run_program.h"
#include "support/waiting.h"

int log_to_file(const char *path) {
  int kept = dup(STDERR_FILENO);
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  assert_true(kept >= 0 && fd >= 0);
  dup2(fd, STDERR_FILENO);
  close(fd);
  return kept;
}

void log_restore(int kept) {
  dup2(kept, STDERR_FILENO);
  close(kept);
}

void log_file_begin(struct log_file *out) {
  folder_make(out->folder);
  assert_true(asprintf(&out->path, "%s/log", out->folder) > 0);
  out->kept = log_to_file(out->path);
}

void log_file_end(struct log_file *log) {
  log_restore(log->kept);
  folder_remove(log->folder);
  free(log->path);
}

size_t count_in_file(const char *path, const char *text) {
  char *whole = file_text(path, NULL);
  size_t count = 0;
  for (const char *at = whole; (at = strstr(at, text)) != NULL; at += strlen(text))
    count++;
  free(whole);
  return count;
}

char *log_line(const char *path, const char *text) {
  char *whole = file_text(path, NULL), *rest = whole, *line = NULL;
  while ((line = strsep(&rest, "\n")) != NULL && strstr(line, text) == NULL)
    continue;
  const char *level = line == NULL ? NULL : strstr(line, "\"level\":");
  if (level == NULL)
    fail_msg("\"%s\" is in no line of the log", text);
  char *copy = strdup(level);
  free(whole);
  return copy;
}

void wait_for_text(const char *path, const char *text, size_t times) {
  for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
    if (count_in_file(path, text) >= times)
      return;
    pause_ms(10);
  }
  fail_msg("\"%s\" is not in the log %zu times:\n%s", text, times, file_text(path, NULL));
}
