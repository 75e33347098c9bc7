/* A mounted Secret is a folder of symbolic links that go through "..data", a link that the kubelet swaps. */
#include "certs/certificate_watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "certs/certs.h"
#include "files/manifests.h"

enum {
  POLL_MS = 10000, /* for file systems without inotify */
  SETTLE_MS = 20,
  SETTLE_TRIES = 50,
  MOST_CA_BYTES = 1 << 20
};

struct dw_certificate_watch {
  struct dw_certificates *certificates;
  const struct dw_certificate_files *files;
  pthread_t thread;
  int stop; /* eventfd */
  int inotify;
  uint64_t seen; /* fingerprint of the files that were read last */
  bool expired;  /* and this was logged */
};

/* The fingerprint of the files as they are now, with symbolic links followed. */
static uint64_t fingerprint_of(const struct dw_certificate_files *files) {
  uint64_t print = dw_fingerprint(files->certificate) * 31 + dw_fingerprint(files->key);
  return files->client_ca == NULL ? print : print * 31 + dw_fingerprint(files->client_ca);
}

static int read_and_set(struct dw_certificates *certificates, const struct dw_certificate_files *files, bool dates,
                        struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_pki_pair pair;
  const char *client_ca = NULL;
  size_t length = 0;
  if (files->client_ca != NULL &&
      (client_ca = dw_read_file(arena, files->client_ca, MOST_CA_BYTES, &length, err)) == NULL)
    return -1;
  if (dw_pki_pair_load(files->certificate, files->key, &pair, err) != 0)
    return -1;
  int failed = 0;
  if (dates && (pair.expired || pair.early)) {
    dw_error_set(err, DW_ERR_INVALID, "the certificate %s", pair.expired ? "has expired" : "is not valid yet");
    failed = dw_error_in_file(err, files->certificate);
  } else {
    failed = dw_certificates_set(certificates, pair.certificate, pair.key, client_ca, err);
  }
  dw_pki_pair_free(&pair);
  return failed;
}

int dw_certificates_read(struct dw_certificates *certificates, const struct dw_certificate_files *files,
                         struct dw_error *err) {
  return read_and_set(certificates, files, false, err);
}

/* Reads both files in the same state of their folder: if they change while they are read, they are read again. */
static int read_whole(struct dw_certificate_watch *watch, struct dw_error *err) {
  int failed = -1;
  for (int i = 0; i < SETTLE_TRIES; i++) {
    uint64_t before = fingerprint_of(watch->files);
    nanosleep(&(struct timespec){.tv_nsec = SETTLE_MS * 1000000L}, NULL);
    if (fingerprint_of(watch->files) != before)
      continue;
    *err = (struct dw_error)DW_ERROR_INIT;
    failed = read_and_set(watch->certificates, watch->files, true, err);
    watch->seen = fingerprint_of(watch->files);
    if (watch->seen == before)
      break;
  }
  return failed;
}

static void read_again(struct dw_certificate_watch *watch) {
  struct dw_error err = DW_ERROR_INIT;
  if (fingerprint_of(watch->files) == watch->seen)
    return;
  if (read_whole(watch, &err) == 0) {
    dw_log(DW_LOG_INFO, "using the new certificate for new connections");
    return;
  }
  char text[sizeof err.file + sizeof err.text + 32];
  dw_certificates_failed(watch->certificates);
  dw_log_with(DW_LOG_ERROR, "can't use the new certificate; the previous one stays in use",
              dw_log_string("error", dw_error_format(&err, text, sizeof text)));
}

/* Logs once that the certificate has expired. */
static void check_dates(struct dw_certificate_watch *watch) {
  bool expired = dw_certificates_until(watch->certificates) <= (int64_t)time(NULL);
  if (expired && !watch->expired)
    dw_log(DW_LOG_ERROR, "the certificate has expired and the API server rejects it; replace its files");
  watch->expired = expired;
}

/* --- the thread --- */

static void watch_folder(const struct dw_certificate_watch *watch, const char *file) {
  char folder[PATH_MAX];
  const char *slash = strrchr(file, '/');
  size_t length = slash == NULL ? 1 : slash == file ? 1 : (size_t)(slash - file);
  if (length >= sizeof folder)
    return;
  memcpy(folder, slash == NULL ? "." : file, length);
  folder[length] = '\0';
  (void)inotify_add_watch(watch->inotify, folder, IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_ATTRIB);
}

static void *run(void *context) {
  struct dw_certificate_watch *watch = context;
  struct pollfd fds[2] = {{watch->stop, POLLIN, 0}, {watch->inotify, POLLIN, 0}};
  for (;;) {
    char events[4096];
    (void)!poll(fds, watch->inotify < 0 ? 1 : 2, POLL_MS);
    if (fds[0].revents != 0)
      return NULL;
    if (watch->inotify >= 0)
      while (read(watch->inotify, events, sizeof events) > 0)
        continue;
    read_again(watch);
    check_dates(watch);
  }
}

static void destroy(struct dw_certificate_watch *watch) {
  if (watch->stop >= 0)
    close(watch->stop);
  if (watch->inotify >= 0)
    close(watch->inotify);
  free(watch);
}

struct dw_certificate_watch *dw_certificate_watch_start(struct dw_certificates *certificates,
                                                        const struct dw_certificate_files *files,
                                                        struct dw_error *err) {
  struct dw_certificate_watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL)
    abort();
  watch->certificates = certificates;
  watch->files = files;
  watch->seen = fingerprint_of(files);
  watch->expired = dw_certificates_until(certificates) <= (int64_t)time(NULL); /* `serve` logs this at its start */
  watch->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (watch->inotify >= 0) {
    watch_folder(watch, files->certificate);
    watch_folder(watch, files->key);
    if (files->client_ca != NULL)
      watch_folder(watch, files->client_ca);
  }
  /* Reads again, because the files may have changed between the first reading and the fingerprint above. */
  if (dw_certificates_read(certificates, files, err) != 0) {
    destroy(watch);
    return NULL;
  }
  if (watch->stop >= 0 && pthread_create(&watch->thread, NULL, run, watch) == 0)
    return watch;
  dw_error_set(err, DW_ERR_OTHER, "can't start a thread that watches the certificate: %s", strerror(errno));
  destroy(watch);
  return NULL;
}

void dw_certificate_watch_stop(struct dw_certificate_watch *watch) {
  if (watch == NULL)
    return;
  const uint64_t one = 1;
  (void)!write(watch->stop, &one, sizeof one);
  pthread_join(watch->thread, NULL);
  destroy(watch);
}
