#include "serve/recorder.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "files/files.h"

enum { MOST_FILES = 10000, MOST_NAME_BYTES = 64, QUEUE_BYTES = 16 << 20 };

/* A review that waits to be written. */
struct record {
  struct record *next;
  char *path;
  size_t length;
  char body[];
};

struct dw_recorder {
  char *folder;
  pthread_t thread;
  bool started;
  pthread_mutex_t lock; /* of the rest */
  pthread_cond_t wake;
  struct record *first, **last;
  size_t queued;  /* bytes of their bodies */
  unsigned count; /* reviews that have a number */
  unsigned left_out;
  bool failed, stopping;
};

struct dw_recorder *dw_recorder_new(const char *folder, struct dw_error *err) {
  if ((mkdir(folder, 0700) != 0 && errno != EEXIST) || access(folder, W_OK | X_OK) != 0) {
    dw_error_set(err, DW_ERR_IO, "can't write to %s: %s", folder, strerror(errno));
    return NULL;
  }
  struct dw_recorder *recorder = calloc(1, sizeof *recorder);
  if (recorder == NULL || (recorder->folder = strdup(folder)) == NULL)
    abort();
  pthread_mutex_init(&recorder->lock, NULL);
  dw_condition_init(&recorder->wake);
  recorder->last = &recorder->first;
  return recorder;
}

/* Names come from a client. Only letters, digits, '.' and '-' are used in a file name. */
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

/* Writes to a temporary name first, so that nobody reads half a file. */
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

/* --- the thread --- */

static void free_record(struct record *record) {
  free(record->path);
  free(record);
}

/* Waits for the next record. Returns NULL if there is none and recording ends. */
static struct record *pop(struct dw_recorder *recorder) {
  pthread_mutex_lock(&recorder->lock);
  while (recorder->first == NULL && !recorder->stopping)
    pthread_cond_wait(&recorder->wake, &recorder->lock);
  struct record *record = recorder->first;
  if (record != NULL) {
    recorder->first = record->next;
    recorder->last = recorder->first == NULL ? &recorder->first : recorder->last;
    recorder->queued -= record->length;
  }
  pthread_mutex_unlock(&recorder->lock);
  return record;
}

static void note_failure(struct dw_recorder *recorder, int why) {
  pthread_mutex_lock(&recorder->lock);
  bool first = !recorder->failed;
  recorder->failed = true;
  pthread_mutex_unlock(&recorder->lock);
  if (first)
    dw_log(DW_LOG_ERROR, "can't record a review (%s); recording stops", strerror(why));
}

static void report_left_out(struct dw_recorder *recorder) {
  pthread_mutex_lock(&recorder->lock);
  unsigned count = recorder->left_out;
  recorder->left_out = 0;
  pthread_mutex_unlock(&recorder->lock);
  if (count > 0)
    dw_log_with(DW_LOG_WARN, "reviews were not recorded because the disk was too slow", dw_log_integer("count", count));
}

static void *run(void *context) {
  struct dw_recorder *recorder = context;
  for (struct record *record; (record = pop(recorder)) != NULL; free_record(record)) {
    if (write_file(record->path, record->body, record->length) != 0)
      note_failure(recorder, errno);
    report_left_out(recorder);
  }
  return NULL;
}

int dw_recorder_start(struct dw_recorder *recorder, struct dw_error *err) {
  if (pthread_create(&recorder->thread, NULL, run, recorder) != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't start the thread that records reviews");
  recorder->started = true;
  return 0;
}

void dw_recorder_free(struct dw_recorder *recorder) {
  if (recorder == NULL)
    return;
  pthread_mutex_lock(&recorder->lock);
  recorder->stopping = true;
  pthread_cond_signal(&recorder->wake);
  pthread_mutex_unlock(&recorder->lock);
  if (recorder->started)
    pthread_join(recorder->thread, NULL);
  for (struct record *record; (record = pop(recorder)) != NULL;)
    free_record(record);
  pthread_cond_destroy(&recorder->wake);
  pthread_mutex_destroy(&recorder->lock);
  free(recorder->folder);
  free(recorder);
}

/* --- adding reviews --- */

/* Reserves room in the queue for a review of LENGTH bytes and returns its number. If the number is MOST_FILES or more,
 * the review is not recorded. */
static unsigned admit(struct dw_recorder *recorder, size_t length) {
  unsigned number = MOST_FILES + 1;
  pthread_mutex_lock(&recorder->lock);
  if (recorder->count < MOST_FILES && !recorder->failed && length > QUEUE_BYTES - recorder->queued) {
    recorder->left_out++;
  } else if (!recorder->failed) {
    number = recorder->count;
    recorder->count += number <= MOST_FILES;
    recorder->queued += number < MOST_FILES ? length : 0;
  }
  pthread_mutex_unlock(&recorder->lock);
  return number;
}

static void enqueue(struct dw_recorder *recorder, struct record *record) {
  pthread_mutex_lock(&recorder->lock);
  *recorder->last = record;
  recorder->last = &record->next;
  pthread_cond_signal(&recorder->wake);
  pthread_mutex_unlock(&recorder->lock);
}

void dw_recorder_keep(struct dw_recorder *recorder, bool mutate, const struct dw_request *request, const char *body,
                      size_t length) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  unsigned number = admit(recorder, length);
  if (number == MOST_FILES)
    dw_log(DW_LOG_WARN, "recorded %d reviews, the maximum; recording stops", (int)MOST_FILES);
  if (number >= MOST_FILES)
    return;
  struct record *record = malloc(sizeof *record + length);
  if (record == NULL)
    abort();
  name_file(recorder, number, mutate, request, &path);
  *record = (struct record){.path = dw_buf_steal(&path, NULL), .length = length};
  memcpy(record->body, body, length);
  enqueue(recorder, record);
}
