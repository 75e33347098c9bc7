/* Runs build/droveway as a user would. Any error in its use fails the test. */
#ifndef TESTS_SUPPORT_RUN_PROGRAM_H
#define TESTS_SUPPORT_RUN_PROGRAM_H

#include <json-c/json.h>
#include <stddef.h>
#include <sys/types.h>

/* The result of a run. */
struct run {
  int status; /* the exit status; 128 + the signal if one ended it */
  char *out;  /* standard output, NUL-terminated */
  size_t out_length;
  char *err; /* standard error, NUL-terminated */
};

/* The program under test: $DROVEWAY, else $BUILD/droveway, else build/droveway. */
const char *droveway_path(void);

/* Runs it with ARGUMENTS (NULL-terminated, without the program's name) and INPUT on standard input (NULL: nothing).
 * A run that takes longer than two minutes is ended. Free the result with run_free(). */
struct run run_droveway(const char *input, const char *const *arguments);
#define RUN(...) run_droveway(NULL, (const char *const[]){__VA_ARGS__, NULL})
#define RUN_WITH(input, ...) run_droveway((input), (const char *const[]){__VA_ARGS__, NULL})
void run_free(struct run *run);
#define RUN_SCOPED __attribute__((cleanup(run_free))) struct run

/* Standard output as a JSON value, read with json-c. The caller releases it. */
struct json_object *run_json(const struct run *run);
/* A string, integer or list member of OBJECT, which must exist. */
const char *member_text(struct json_object *object, const char *key);
int member_int(struct json_object *object, const char *key);
struct json_object *member_list(struct json_object *object, const char *key);

/* A `droveway serve` in the background, on a free port of 127.0.0.1, with newly made certificates. */
struct service {
  pid_t pid;
  int port;
  int log;         /* descriptor of its standard error, in a file */
  int pipe;        /* its standard error if that is a pipe, else -1 */
  char folder[64]; /* holds ca.crt, tls.crt, tls.key */
};
/* Starts it with OPTIONS (NULL-terminated: --state, --policy ...) in addition to the necessary ones, and waits until it
 * listens. */
struct service service_start(const char *const *options);
/* The same with a pipe as standard error, which only service_read_log() reads. */
struct service service_start_piped(const char *const *options);
/* The same with a full pipe, so that its port can't be known. Waits until its threads run. */
struct service service_start_full(const char *const *options);
/* Reads the bytes in the pipe, appends them to the log, and returns their number. */
size_t service_read_log(const struct service *service);
/* Sends SIGTERM and waits; returns the exit status. Removes the folder. */
int service_stop(struct service *service);

/* A file's content, NUL-terminated; LENGTH may be NULL. The caller frees it. */
char *file_text(const char *path, size_t *length);
/* request.uid of a review in a file. The caller frees it. */
char *review_uid(const char *path);
/* A new folder under $TMPDIR or /tmp; FOLDER has room for 64 bytes. */
void folder_make(char *folder);
/* Removes it and the files in it. */
void folder_remove(const char *folder);
/* Writes TEXT to FOLDER/NAME. */
void folder_write(const char *folder, const char *name, const char *text);

#endif
