#include "http/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

enum {
  RETRY_MS = 50,         /* while connections can't be accepted for lack of descriptors */
  SEND_BUFFER = 64 << 10 /* answers are small, and unread ones must not fill the kernel's memory */
};

/* An accepted connection that the rate limit delays. */
struct waiting {
  int fd;
  int64_t due; /* in monotonic microseconds */
  struct sockaddr_storage peer;
  socklen_t length;
};

struct acceptor {
  int listen_fd;
  int wake_fd;
  struct workers *workers;
  struct connections *connections;
  pthread_t thread;
  bool short_of_descriptors;
  struct waiting *waiting;
  size_t waiting_count, waiting_room;
};

/* If libmicrohttpd does not accept the connection, it closes the descriptor. */
static void assign(struct acceptor *acceptor, const struct waiting *one) {
  struct worker *worker = dw_workers_pick(acceptor->workers);
  dw_connections_assign(acceptor->connections, one->fd, &worker->load);
  if (MHD_add_connection(worker->daemon, one->fd, (const struct sockaddr *)&one->peer, one->length) != MHD_YES)
    dw_connections_closed(acceptor->connections, one->fd);
}

static void keep_waiting(struct acceptor *acceptor, const struct waiting *one) {
  acceptor->waiting =
      dw_more(acceptor->waiting, acceptor->waiting_count, &acceptor->waiting_room, sizeof *acceptor->waiting);
  acceptor->waiting[acceptor->waiting_count++] = *one;
}

/* Assigns the connections that are due by NOW. Returns the milliseconds until the next one is due, or -1 if none waits:
 * the timeout of poll(). */
static int assign_due(struct acceptor *acceptor, int64_t now) {
  int64_t next = INT64_MAX;
  size_t kept = 0;
  for (size_t i = 0; i < acceptor->waiting_count; i++) {
    const struct waiting *one = &acceptor->waiting[i];
    if (one->due <= now) {
      assign(acceptor, one);
      continue;
    }
    next = one->due < next ? one->due : next;
    acceptor->waiting[kept++] = *one;
  }
  acceptor->waiting_count = kept;
  return next == INT64_MAX ? -1 : (int)((next - now) / 1000) + 1;
}

static void admit(struct acceptor *acceptor, struct waiting *one) {
  int64_t wait = dw_connections_admit(acceptor->connections, one->fd, (const struct sockaddr *)&one->peer);
  one->due = dw_now_microseconds() + wait;
  if (wait < 0)
    close(one->fd);
  else if (wait == 0)
    assign(acceptor, one);
  else
    keep_waiting(acceptor, one);
}

/* Accepts all pending connections. Returns false if descriptors or memory ran out. */
static bool accept_all(struct acceptor *acceptor) {
  for (;;) {
    struct waiting one = {.length = sizeof one.peer};
    one.fd = accept4(acceptor->listen_fd, (struct sockaddr *)&one.peer, &one.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (one.fd >= 0) {
      acceptor->short_of_descriptors = false;
      admit(acceptor, &one);
      continue;
    }
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return false;
    case EINTR:
    case ECONNABORTED:
      break;
    default:
      return true;
    }
  }
}

static void *run(void *context) {
  struct acceptor *acceptor = context;
  struct pollfd fds[2] = {{acceptor->listen_fd, POLLIN, 0}, {acceptor->wake_fd, POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, assign_due(acceptor, dw_now_microseconds())) < 0 && errno != EINTR)
      return NULL;
    bool accepted = accept_all(acceptor);
    if (fds[1].revents != 0) {
      assign_due(acceptor, INT64_MAX);
      return NULL;
    }
    if (accepted)
      continue;
    if (!acceptor->short_of_descriptors)
      dw_log(DW_LOG_WARN, "out of file descriptors: new connections wait; raise the limit on open files");
    acceptor->short_of_descriptors = true;
    poll(&fds[1], 1, RETRY_MS);
  }
}

struct acceptor *dw_acceptor_start(int listen_fd, struct workers *workers, struct connections *connections,
                                   struct dw_error *err) {
  static const int size = SEND_BUFFER;
  struct acceptor *acceptor = calloc(1, sizeof *acceptor);
  if (acceptor == NULL)
    abort();
  (void)setsockopt(listen_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size); /* accepted sockets inherit it */
  acceptor->listen_fd = listen_fd;
  acceptor->workers = workers;
  acceptor->connections = connections;
  acceptor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (acceptor->wake_fd >= 0 && pthread_create(&acceptor->thread, NULL, run, acceptor) == 0)
    return acceptor;
  dw_error_set(err, DW_ERR_OTHER, "can't start the thread that accepts connections");
  if (acceptor->wake_fd >= 0)
    close(acceptor->wake_fd);
  free(acceptor);
  return NULL;
}

void dw_acceptor_stop(struct acceptor *acceptor) {
  if (acceptor == NULL)
    return;
  uint64_t one = 1;
  (void)!write(acceptor->wake_fd, &one, sizeof one);
  pthread_join(acceptor->thread, NULL);
  close(acceptor->wake_fd);
  free(acceptor->waiting);
  free(acceptor);
}
