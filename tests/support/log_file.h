/* The log in a file, while a test looks at what it says. */
#ifndef TESTS_SUPPORT_LOG_FILE_H
#define TESTS_SUPPORT_LOG_FILE_H

#include <stddef.h>

struct log_file {
  char folder[64]; /* of the test's own */
  char *path;      /* in it */
  int kept;        /* standard error, while the log goes elsewhere */
};
/* Makes a folder, and sends the log to a file in it, until log_file_end() removes both. */
void log_file_begin(struct log_file *out);
void log_file_end(struct log_file *log);

/* Sends standard error to a file; give the result to log_restore(). */
int log_to_file(const char *path);
void log_restore(int kept);

/* How often TEXT stands in the file. */
size_t count_in_file(const char *path, const char *text);
/* The first line of a log in JSON that holds TEXT, without its time: from "level" to the closing brace. The caller
 * frees it; fails the test where there is none. */
char *log_line(const char *path, const char *text);
/* Waits until TEXT stands in it so many TIMES; fails the test after a while. */
void wait_for_text(const char *path, const char *text, size_t times);

#endif
