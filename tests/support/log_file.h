/* Redirects the log to a file that a test can examine. */
#ifndef TESTS_SUPPORT_LOG_FILE_H
#define TESTS_SUPPORT_LOG_FILE_H

#include <stddef.h>

struct log_file {
  char folder[64]; /* a temporary folder */
  char *path;      /* the log file in it */
  int kept;        /* the saved standard error */
};
/* Creates a folder and redirects the log to a file in it, until log_file_end() removes both. */
void log_file_begin(struct log_file *out);
void log_file_end(struct log_file *log);

/* Redirects standard error to a file. Pass the result to log_restore(). */
int log_to_file(const char *path);
void log_restore(int kept);

/* How often TEXT appears in the file. */
size_t count_in_file(const char *path, const char *text);
/* The first line of a JSON log that contains TEXT, without its time: from "level" to the closing brace. The caller
 * frees it. Fails the test if there is none. */
char *log_line(const char *path, const char *text);
/* Waits until TEXT appears in the file this many TIMES. Fails the test after a timeout. */
void wait_for_text(const char *path, const char *text, size_t times);

#endif
