#include "droveway/server/recorder.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "droveway/base/buf.h"
#include "droveway/base/io.h"
#include "droveway/base/log.h"

enum { MOST_FILES = 10000, MOST_NAME_BYTES = 64 };

struct dw_recorder {
  char *folder;
  atomic_uint count;
  atomic_bool failed;
};

struct dw_recorder *dw_recorder_new(const char *folder, struct dw_error *err) {
  if ((mkdir(folder, 0700) != 0 && errno != EEXIST) || access(folder, W_OK | X_OK) != 0) {
    dw_error_set(err, DW_ERR_IO, "can't write into %s: %s", folder, strerror(errno));
    return NULL;
  }
  struct dw_recorder *recorder = calloc(1, sizeof *recorder);
  if (recorder == NULL || (recorder->folder = strdup(folder)) == NULL)
    abort();
  return recorder;
}

void dw_recorder_free(struct dw_recorder *recorder) {
  if (recorder == NULL)
    return;
  free(recorder->folder);
  free(recorder);
}

/* Names come from a client: only letters, digits, '.' and '-' of them get into a file name. */
static void add_word(struct dw_buf *out, const char *word) {
  dw_buf_putc(out, '-');
  for (size_t i = 0; i < MOST_NAME_BYTES && word[i] != '\0'; i++) {
    unsigned char c = (unsigned char)word[i];
    dw_buf_putc(out, isalnum(c) || c == '.' || c == '-' ? (char)c : '_');
  }
}

static void name_file(const struct dw_recorder *recorder, unsigned number, bool mutate,
                      const struct dw_request *request, struct dw_buf *out) {
  dw_buf_printf(out, "%s/%06u-%s", recorder->folder, number, mutate ? "mutate" : "validate");
  if (request == NULL) {
    dw_buf_puts(out, "-unreadable.json");
    return;
  }
  add_word(out, dw_operation_name(request->operation));
  add_word(out, request->kind);
  add_word(out, *request->name == '\0' ? "unnamed" : request->name);
  dw_buf_puts(out, request->dry_run ? "-dry-run.json" : ".json");
}

/* Under another name first, so that no reader sees half a file. */
static int write_file(const char *path, const char *bytes, size_t length) {
  DW_BUF_SCOPED struct dw_buf temporary = DW_BUF_INIT;
  dw_buf_printf(&temporary, "%s.part", path);
  int fd = open(dw_buf_text(&temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return -1;
  int failed = dw_write_all(fd, bytes, length);
  failed |= close(fd);
  if (failed == 0 && rename(dw_buf_text(&temporary), path) == 0)
    return 0;
  unlink(dw_buf_text(&temporary));
  return -1;
}

void dw_recorder_keep(struct dw_recorder *recorder, bool mutate, const struct dw_request *request, const char *body,
                      size_t length) {
  unsigned number = atomic_fetch_add(&recorder->count, 1);
  if (number == MOST_FILES)
    dw_log(DW_LOG_WARN, "%d reviews are recorded; those that follow are not", (int)MOST_FILES);
  if (number >= MOST_FILES || atomic_load(&recorder->failed))
    return;
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  name_file(recorder, number, mutate, request, &path);
  if (write_file(dw_buf_text(&path), body, length) != 0 && !atomic_exchange(&recorder->failed, true))
    dw_log(DW_LOG_ERROR, "can't record a review (%s); none is recorded from now on", strerror(errno));
}
