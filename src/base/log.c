/* Writes log lines to standard error: from the thread that logs, or through a queue and a separate thread. */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_internal.h"

enum {
  QUEUE_BYTES = 512 << 10,      /* there are two: one is written while the other is filled */
  GATHER_MS = 5,                /* lines logged within this time are written together */
  MANY_BYTES = QUEUE_BYTES / 4, /* unless this many bytes are queued */
  FATAL_MS = 200                /* how long a fatal signal waits for the thread */
};

enum mode { DIRECT, QUEUED, CLOSED };

static struct {
  pthread_mutex_t lock;
  pthread_cond_t filled, ended;
  pthread_t thread;
  bool stopping;
  char halves[2][QUEUE_BYTES];
  unsigned filling; /* the half that lines are added to */
  size_t length;    /* of the lines in it */
  uint64_t gap;     /* the number of lines that no longer fitted */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_int threshold = DW_LOG_INFO;
static atomic_int form = DW_LOG_JSON;

static _Atomic enum mode mode = DIRECT;
static atomic_bool pending; /* the thread has not written all lines that were queued */
static atomic_uint_fast64_t dropped;

uint64_t dw_log_dropped(void) {
  return atomic_load_explicit(&dropped, memory_order_relaxed);
}

/* --- writing --- */

/* Returns the number of bytes written. Waits if the pipe at standard error is full, even if another process has made it
 * non-blocking. */
static size_t write_bytes(const char *bytes, size_t length) {
  struct pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT};
  size_t done = 0;
  while (done < length) {
    ssize_t written = write(STDERR_FILENO, bytes + done, length - done);
    if (written > 0)
      done += (size_t)written;
    else if (written < 0 && errno == EAGAIN)
      (void)!poll(&output, 1, -1);
    else if (written == 0 || errno != EINTR)
      break;
  }
  return done;
}

static uint64_t count_lines(const char *lines, size_t length) {
  uint64_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += lines[i] == '\n';
  return count;
}

/* Writes whole lines and returns how many of them were not written. If the disk is full, a line may be written only in
 * part; the next one then begins on a new line. */
static uint64_t write_lines(const char *lines, size_t length) {
  static atomic_bool torn;
  if (atomic_load(&torn) && write_bytes("\n", 1) == 1)
    atomic_store(&torn, false);
  size_t done = atomic_load(&torn) ? 0 : write_bytes(lines, length);
  if (done > 0 && lines[done - 1] != '\n')
    atomic_store(&torn, true);
  return count_lines(lines + done, length - done);
}

/* As many whole lines as a pipe accepts atomically, so that lines of other processes do not end up inside ours. */
static size_t piece_of(const char *lines, size_t length) {
  if (length <= PIPE_BUF)
    return length;
  const char *end = memrchr(lines, '\n', PIPE_BUF);
  if (end == NULL)
    end = memchr(lines, '\n', length);
  return end == NULL ? length : (size_t)(end - lines) + 1;
}

/* --- the thread --- */

struct batch {
  const char *lines;
  size_t length;
  uint64_t gap;
};

static void wait_for_lines(void) {
  while (queue.length == 0 && !queue.stopping) {
    atomic_store(&pending, false);
    pthread_cond_wait(&queue.filled, &queue.lock);
  }
}

/* Under load, one wake-up and one system call for many lines is cheaper than a system call per line. */
static void gather(void) {
  struct timespec end = dw_deadline(dw_now_microseconds() + (int64_t)GATHER_MS * 1000);
  while (!queue.stopping && queue.length < MANY_BYTES && pthread_cond_timedwait(&queue.filled, &queue.lock, &end) == 0)
    continue;
}

static struct batch swap_halves(void) {
  struct batch batch = {queue.halves[queue.filling], queue.length, queue.gap};
  queue.filling = 1 - queue.filling;
  queue.length = 0;
  queue.gap = 0;
  return batch;
}

/* Returns the number of lines that were not written. */
static uint64_t report(uint64_t count) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  static const char message[] = "log lines were dropped because standard error was blocked or too slow";
  const struct dw_log_member member = dw_log_integer("count", (int64_t)count);
  dw_log_make_line(&line, (enum dw_log_format)atomic_load(&form),
                   &(struct dw_log_entry){DW_LOG_ERROR, message, sizeof message - 1, &member, 1});
  return write_lines(line.data, line.length);
}

static void write_batch(const struct batch *batch) {
  static uint64_t unreported; /* number of dropped lines; only the thread uses it */
  uint64_t failed = 0;
  for (size_t at = 0, piece; at < batch->length; at += piece) {
    piece = piece_of(batch->lines + at, batch->length - at);
    failed = write_lines(batch->lines + at, piece);
    unreported += failed;
    atomic_fetch_add(&dropped, failed);
  }
  unreported += batch->gap;
  if (unreported > 0 && failed == 0 && report(unreported) == 0)
    unreported = 0;
}

static void *run(void *unused) {
  (void)unused;
  pthread_mutex_lock(&queue.lock);
  for (wait_for_lines(); queue.length > 0; wait_for_lines()) {
    gather();
    struct batch batch = swap_halves();
    pthread_mutex_unlock(&queue.lock);
    write_batch(&batch);
    pthread_mutex_lock(&queue.lock);
  }
  if (atomic_load(&mode) == QUEUED)
    atomic_store(&mode, DIRECT);
  atomic_store(&pending, false);
  pthread_cond_signal(&queue.ended);
  pthread_mutex_unlock(&queue.lock);
  return NULL;
}

/* --- logging --- */

void dw_log_configure(enum dw_log_level level, enum dw_log_format format) {
  atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
  atomic_store_explicit(&form, (int)format, memory_order_relaxed);
}

int dw_log_enabled(enum dw_log_level level) {
  return (int)level <= atomic_load_explicit(&threshold, memory_order_relaxed);
}

/* After a line that did not fit, shorter ones are dropped too, so that all missing lines are missing at one place. */
static void enqueue(const char *line, size_t length) {
  if (queue.gap > 0 || length > QUEUE_BYTES - queue.length) {
    queue.gap++;
    atomic_fetch_add(&dropped, 1);
    return;
  }
  bool first = queue.length == 0, many = queue.length < MANY_BYTES && length >= MANY_BYTES - queue.length;
  memcpy(queue.halves[queue.filling] + queue.length, line, length);
  queue.length += length;
  if (first)
    atomic_store(&pending, true);
  if (first || many)
    pthread_cond_signal(&queue.filled);
}

static void put_line(const char *line, size_t length) {
  if (atomic_load(&mode) == DIRECT) {
    atomic_fetch_add(&dropped, write_lines(line, length));
    return;
  }
  pthread_mutex_lock(&queue.lock);
  enum mode now = atomic_load(&mode);
  if (now == QUEUED)
    enqueue(line, length);
  pthread_mutex_unlock(&queue.lock);
  if (now == DIRECT)
    atomic_fetch_add(&dropped, write_lines(line, length));
  else if (now == CLOSED)
    atomic_fetch_add(&dropped, 1);
}

static void write_entry(struct dw_arena *arena, const struct dw_log_entry *entry) {
  int saved = errno;
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_IN(arena);
  dw_log_make_line(&line, (enum dw_log_format)atomic_load(&form), entry);
  put_line(line.data, line.length);
  errno = saved;
}

void dw_log(enum dw_log_level level, const char *format, ...) {
  if (!dw_log_enabled(level))
    return;
  DW_BUF_SCOPED struct dw_buf message = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&message, format, args);
  va_end(args);
  write_entry(NULL, &(struct dw_log_entry){level, dw_buf_text(&message), message.length, NULL, 0});
}

void dw_log_members(struct dw_arena *arena, enum dw_log_level level, const char *message,
                    const struct dw_log_member *members, size_t count) {
  if (dw_log_enabled(level))
    write_entry(arena, &(struct dw_log_entry){level, message, strlen(message), members, count});
}

/* --- fatal signals --- */

static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
enum { FATAL = sizeof fatal / sizeof *fatal };
static struct sigaction actions[FATAL]; /* the previous actions */

/* Acquires no lock, because it runs in signal handlers too. */
bool dw_log_flush(unsigned milliseconds) {
  for (unsigned i = 0; i < milliseconds && atomic_load(&pending); i++)
    (void)!poll(NULL, 0, 1);
  return !atomic_load(&pending);
}

static void restore_actions(void) {
  for (size_t i = 0; i < FATAL; i++)
    sigaction(fatal[i], &actions[i], NULL);
}

/* The signal is delivered again after this returns, and then ends the process. */
static void flush_and_die(int number) {
  dw_log_flush(FATAL_MS);
  restore_actions();
  raise(number);
}

static void catch (void) {
  const struct sigaction action = {.sa_handler = flush_and_die};
  for (size_t i = 0; i < FATAL; i++)
    sigaction(fatal[i], &action, &actions[i]);
}

/* --- start and stop --- */

int dw_log_start_writer(struct dw_error *err) {
  dw_condition_init(&queue.filled);
  dw_condition_init(&queue.ended);
  queue.stopping = false;
  atomic_store(&mode, QUEUED);
  if (pthread_create(&queue.thread, NULL, run, NULL) != 0) {
    atomic_store(&mode, DIRECT);
    return dw_error_set(err, DW_ERR_OTHER, "can't start the thread that writes the log");
  }
  catch ();
  return 0;
}

void dw_log_stop_writer(unsigned milliseconds) {
  struct timespec end = dw_deadline(dw_now_microseconds() + (int64_t)milliseconds * 1000);
  if (atomic_load(&mode) != QUEUED)
    return;
  pthread_mutex_lock(&queue.lock);
  queue.stopping = true;
  pthread_cond_signal(&queue.filled);
  while (atomic_load(&mode) == QUEUED && pthread_cond_timedwait(&queue.ended, &queue.lock, &end) == 0)
    continue;
  bool ended = atomic_load(&mode) == DIRECT;
  if (!ended)
    atomic_store(&mode, CLOSED);
  pthread_mutex_unlock(&queue.lock);
  if (!ended)
    return;
  restore_actions();
  pthread_join(queue.thread, NULL);
  pthread_cond_destroy(&queue.filled);
  pthread_cond_destroy(&queue.ended);
}

/* --- gates --- */

bool dw_log_gate_pass(struct dw_log_gate *gate, unsigned most) {
  int64_t second = dw_now_microseconds() / 1000000;
  int64_t then = atomic_load_explicit(&gate->second, memory_order_relaxed);
  if (then != second && atomic_compare_exchange_strong(&gate->second, &then, second))
    atomic_store_explicit(&gate->passed, 0, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&gate->passed, 1, memory_order_relaxed) < most)
    return true;
  atomic_fetch_add_explicit(&gate->left_out, 1, memory_order_relaxed);
  return false;
}

unsigned dw_log_gate_left_out(struct dw_log_gate *gate) {
  return atomic_exchange_explicit(&gate->left_out, 0, memory_order_relaxed);
}
