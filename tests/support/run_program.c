#include "support/run_program.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 32, SECONDS_MAX = 120 };

const char *droveway_path(void) {
  static char path[PATH_MAX];
  const char *given = getenv("DROVEWAY");
  const char *build = getenv("BUILD");
  if (given == NULL)
    snprintf(path, sizeof path, "%s/droveway", build == NULL ? "build" : build);
  return given == NULL ? path : given;
}

/* Never one of the standard descriptors, even if the test was started without them: dup2() of a descriptor to itself
 * would leave it to be closed by exec. */
static int memory_file(const char *content) {
  int made = memfd_create("droveway-test", MFD_CLOEXEC);
  int fd = fcntl(made, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  assert_true(made >= 0 && fd >= 0);
  close(made);
  size_t length = content == NULL ? 0 : strlen(content);
  for (size_t done = 0; done < length;) {
    ssize_t written = write(fd, content + done, length - done);
    assert_true(written > 0);
    done += (size_t)written;
  }
  assert_true(lseek(fd, 0, SEEK_SET) == 0);
  /* Only with O_APPEND do writes of several threads at the same moment not overlap. */
  assert_true(fcntl(fd, F_SETFL, O_APPEND) == 0);
  return fd;
}

/* Everything in FD, read by position, so that the offset of the program that writes to it does not change. */
static char *content_of(int fd, size_t *length) {
  struct stat info;
  assert_int_equal(fstat(fd, &info), 0);
  size_t size = (size_t)info.st_size;
  char *text = malloc(size + 1);
  assert_non_null(text);
  size_t done = 0;
  while (done < size) {
    ssize_t count = pread(fd, text + done, size - done, (off_t)done);
    assert_true(count > 0);
    done += (size_t)count;
  }
  text[done] = '\0';
  if (length != NULL)
    *length = done;
  return text;
}

/* In the child; does not return. */
static void become(const char *const *arguments, const int *descriptors) {
  char *argv[ARGUMENTS_MAX];
  int count = 0;
  argv[count++] = (char *)(uintptr_t)droveway_path();
  while (*arguments != NULL && count < ARGUMENTS_MAX - 1)
    argv[count++] = (char *)(uintptr_t)*arguments++;
  argv[count] = NULL;
  for (int i = 0; i < 3; i++)
    if (dup2(descriptors[i], i) < 0)
      _exit(126);
  alarm(SECONDS_MAX); /* kept across exec, so that no test hangs forever */
  execv(argv[0], argv);
  _exit(127);
}

static pid_t spawn(const char *const *arguments, const int *descriptors) {
  fflush(NULL);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0)
    become(arguments, descriptors);
  return pid;
}

static int wait_for(pid_t pid) {
  int status = 0;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct run run_droveway(const char *input, const char *const *arguments) {
  int descriptors[3] = {memory_file(input), memory_file(NULL), memory_file(NULL)};
  struct run run = {.status = wait_for(spawn(arguments, descriptors))};
  run.out = content_of(descriptors[1], &run.out_length);
  run.err = content_of(descriptors[2], NULL);
  for (int i = 0; i < 3; i++)
    close(descriptors[i]);
  if (run.status == 127)
    fail_msg("can't run %s", droveway_path());
  return run;
}

void run_free(struct run *run) {
  free(run->out);
  free(run->err);
  run->out = NULL;
  run->err = NULL;
}

struct json_object *run_json(const struct run *run) {
  struct json_object *value = json_tokener_parse(run->out);
  if (value == NULL)
    fail_msg("no JSON (exit status %d): %s%s", run->status, run->out, run->err);
  return value;
}

static struct json_object *member_of(struct json_object *object, const char *key, enum json_type type) {
  struct json_object *member = NULL;
  assert_true(json_object_object_get_ex(object, key, &member));
  assert_true(json_object_is_type(member, type));
  return member;
}

const char *member_text(struct json_object *object, const char *key) {
  return json_object_get_string(member_of(object, key, json_type_string));
}

int member_int(struct json_object *object, const char *key) {
  return json_object_get_int(member_of(object, key, json_type_int));
}

struct json_object *member_list(struct json_object *object, const char *key) {
  return member_of(object, key, json_type_array);
}

/* --- serve --- */

/* The port in the log line {... "msg":"listening" ... "port":N ...}, or as text ... listening ... port=N ...; 0 if it
 * is not there yet. */
static int listening_port(int log) {
  char *text = content_of(log, NULL);
  int port = 0;
  char *rest = text;
  for (char *line; port == 0 && (line = strsep(&rest, "\n")) != NULL;) {
    const char *text_port = strstr(line, " listening address=") == NULL ? NULL : strstr(line, " port=");
    if (text_port != NULL)
      port = atoi(text_port + strlen(" port="));
    struct json_object *value = strstr(line, "\"listening\"") == NULL ? NULL : json_tokener_parse(line);
    struct json_object *member = NULL;
    if (json_object_object_get_ex(value, "port", &member))
      port = json_object_get_int(member);
    json_object_put(value);
  }
  free(text);
  return port;
}

size_t service_read_log(const struct service *service) {
  char part[4096];
  size_t all = 0;
  for (ssize_t got; (got = read(service->pipe, part, sizeof part)) > 0; all += (size_t)got)
    assert_int_equal(write(service->log, part, (size_t)got), got);
  return all;
}

static void wait_until_listening(struct service *service) {
  for (int i = 0; i < 3000; i++) {
    if (service->pipe >= 0)
      service_read_log(service);
    service->port = listening_port(service->log);
    if (service->port > 0)
      return;
    if (waitpid(service->pid, NULL, WNOHANG) != 0)
      break;
    usleep(10000);
  }
  fail_msg("serve does not listen: %s", content_of(service->log, NULL));
}

/* The request threads are started last. */
static void wait_until_threaded(const struct service *service) {
  enum { MANY = 10 };
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)service->pid);
  for (int i = 0; i < 3000; i++, usleep(10000)) {
    int count = -2; /* without "." and ".." */
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    while (readdir(tasks) != NULL)
      count++;
    closedir(tasks);
    if (count >= MANY)
      return;
  }
  fail_msg("serve does not start its threads");
}

enum service_log { LOG_FILE, LOG_PIPE, LOG_FULL_PIPE };

static void fill(int pipe) {
  static const char dots[4096];
  int flags = fcntl(pipe, F_GETFL);
  fcntl(pipe, F_SETFL, flags | O_NONBLOCK);
  while (write(pipe, dots, sizeof dots) > 0 || write(pipe, dots, 1) > 0)
    continue;
  fcntl(pipe, F_SETFL, flags);
}

static struct service start(const char *const *options, enum service_log kind) {
  bool piped = kind != LOG_FILE;
  struct service service = {.log = memory_file(NULL), .pipe = -1};
  int ends[2] = {-1, -1};
  folder_make(service.folder);
  RUN_SCOPED certificates = RUN("certs", "--dir", service.folder, "--dns", "localhost", "127.0.0.1");
  if (certificates.status != 0)
    fail_msg("certs: %s", certificates.err);
  char certificate[80];
  char key[80];
  snprintf(certificate, sizeof certificate, "%s/tls.crt", service.folder);
  snprintf(key, sizeof key, "%s/tls.key", service.folder);
  const char *arguments[ARGUMENTS_MAX] = {"serve",     "--listen", "127.0.0.1:0",      "--tls-cert", certificate,
                                          "--tls-key", key,        "--shutdown-delay", "0"};
  int count = 9;
  while (*options != NULL && count < ARGUMENTS_MAX - 1)
    arguments[count++] = *options++;
  if (piped && (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0))
    fail_msg("no pipe");
  if (kind == LOG_FULL_PIPE)
    fill(ends[1]);
  int descriptors[3] = {memory_file(NULL), memory_file(NULL), piped ? ends[1] : service.log};
  service.pid = spawn(arguments, descriptors);
  service.pipe = ends[0];
  if (piped)
    close(ends[1]);
  close(descriptors[0]);
  close(descriptors[1]);
  if (kind == LOG_FULL_PIPE)
    wait_until_threaded(&service);
  else
    wait_until_listening(&service);
  return service;
}

struct service service_start(const char *const *options) {
  return start(options, LOG_FILE);
}

struct service service_start_piped(const char *const *options) {
  return start(options, LOG_PIPE);
}

struct service service_start_full(const char *const *options) {
  return start(options, LOG_FULL_PIPE);
}

int service_stop(struct service *service) {
  assert_int_equal(kill(service->pid, SIGTERM), 0);
  int status = wait_for(service->pid);
  close(service->log);
  if (service->pipe >= 0)
    close(service->pipe);
  folder_remove(service->folder);
  return status;
}

/* --- files --- */

char *file_text(const char *path, size_t *length) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    fail_msg("can't read %s", path);
  char *text = content_of(fd, length);
  close(fd);
  return text;
}

char *review_uid(const char *path) {
  char *text = file_text(path, NULL);
  struct json_object *review = json_tokener_parse(text), *request = NULL, *uid = NULL;
  assert_true(json_object_object_get_ex(review, "request", &request));
  assert_true(json_object_object_get_ex(request, "uid", &uid));
  char *copy = strdup(json_object_get_string(uid));
  json_object_put(review);
  free(text);
  return copy;
}

void folder_make(char *folder) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, 64, "%s/droveway-test-XXXXXX", base == NULL || strlen(base) > 40 ? "/tmp" : base);
  assert_non_null(mkdtemp(folder));
}

void folder_remove(const char *folder) {
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
    unlinkat(dirfd(dir), entry->d_name, 0); /* fails for "." and "..", which are not files */
  closedir(dir);
  assert_int_equal(rmdir(folder), 0);
}

void folder_write(const char *folder, const char *name, const char *text) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}
