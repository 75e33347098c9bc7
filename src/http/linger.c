#include "http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { MOST_SOCKETS = 64, LONGEST_MICROSECONDS = 5 * 1000000, MOST_BYTES = 64 << 20 };

struct lingering {
  int fd;
  int64_t deadline;
  size_t left; /* bytes that may still be read */
};

struct lingerer {
  pthread_t thread;
  int wake; /* eventfd */
  pthread_mutex_t lock;
  struct lingering fresh[MOST_SOCKETS]; /* not yet received by the thread; under lock, as the next two */
  size_t fresh_count;
  bool stop;
};

/* Only the thread uses these. */
struct sockets {
  struct lingering list[MOST_SOCKETS];
  size_t count;
};

/* Discards what has arrived. Returns false if the socket can be closed. */
static bool drain(struct lingering *socket) {
  char waste[16384];
  for (;;) {
    ssize_t got = recv(socket->fd, waste, sizeof waste, MSG_DONTWAIT);
    if (got < 0)
      return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (got == 0 || (size_t)got >= socket->left)
      return false;
    socket->left -= (size_t)got;
  }
}

static bool receive_new(struct lingerer *linger, struct sockets *sockets) {
  uint64_t count;
  ssize_t got = read(linger->wake, &count, sizeof count);
  (void)got;
  pthread_mutex_lock(&linger->lock);
  bool stop = linger->stop;
  for (size_t i = 0; i < linger->fresh_count; i++) {
    if (sockets->count < MOST_SOCKETS)
      sockets->list[sockets->count++] = linger->fresh[i];
    else
      close(linger->fresh[i].fd);
  }
  linger->fresh_count = 0;
  pthread_mutex_unlock(&linger->lock);
  return !stop;
}

/* Waits for bytes, a wake-up or the next deadline. */
static void wait_for_any(const struct lingerer *linger, const struct sockets *sockets) {
  struct pollfd polled[MOST_SOCKETS + 1] = {{.fd = linger->wake, .events = POLLIN}};
  int64_t now = dw_now_microseconds();
  int64_t next = INT64_MAX;
  for (size_t i = 0; i < sockets->count; i++) {
    polled[i + 1] = (struct pollfd){.fd = sockets->list[i].fd, .events = POLLIN};
    next = sockets->list[i].deadline < next ? sockets->list[i].deadline : next;
  }
  int timeout = sockets->count == 0 ? -1 : next <= now ? 0 : (int)((next - now) / 1000) + 1;
  (void)!poll(polled, (nfds_t)(sockets->count + 1), timeout);
}

static void drain_all(struct sockets *sockets) {
  int64_t now = dw_now_microseconds();
  size_t kept = 0;
  for (size_t i = 0; i < sockets->count; i++) {
    struct lingering *socket = &sockets->list[i];
    if (now < socket->deadline && drain(socket))
      sockets->list[kept++] = *socket;
    else
      close(socket->fd);
  }
  sockets->count = kept;
}

static void *run(void *argument) {
  struct lingerer *linger = argument;
  struct sockets sockets = {.count = 0};
  while (receive_new(linger, &sockets)) {
    drain_all(&sockets);
    wait_for_any(linger, &sockets);
  }
  for (size_t i = 0; i < sockets.count; i++)
    close(sockets.list[i].fd);
  return NULL;
}

static void wake(const struct lingerer *linger) {
  const uint64_t one = 1;
  ssize_t written = write(linger->wake, &one, sizeof one);
  (void)written;
}

struct lingerer *dw_linger_start(struct dw_error *err) {
  struct lingerer *linger = calloc(1, sizeof *linger);
  if (linger == NULL || (linger->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
    dw_error_set(err, DW_ERR_OTHER, "can't create an event descriptor: %s", strerror(errno));
    free(linger);
    return NULL;
  }
  pthread_mutex_init(&linger->lock, NULL);
  if (pthread_create(&linger->thread, NULL, run, linger) == 0)
    return linger;
  pthread_mutex_destroy(&linger->lock);
  close(linger->wake);
  free(linger);
  dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  return NULL;
}

void dw_linger_keep(struct lingerer *linger, int fd) {
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0)
    return;
  shutdown(own, SHUT_WR);
  pthread_mutex_lock(&linger->lock);
  bool room = linger->fresh_count < MOST_SOCKETS;
  if (room)
    linger->fresh[linger->fresh_count++] =
        (struct lingering){own, dw_now_microseconds() + LONGEST_MICROSECONDS, MOST_BYTES};
  pthread_mutex_unlock(&linger->lock);
  if (!room)
    close(own);
  wake(linger);
}

void dw_linger_stop(struct lingerer *linger) {
  if (linger == NULL)
    return;
  pthread_mutex_lock(&linger->lock);
  linger->stop = true;
  pthread_mutex_unlock(&linger->lock);
  wake(linger);
  pthread_join(linger->thread, NULL);
  for (size_t i = 0; i < linger->fresh_count; i++)
    close(linger->fresh[i].fd);
  pthread_mutex_destroy(&linger->lock);
  close(linger->wake);
  free(linger);
}
