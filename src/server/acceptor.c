#include "server/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "droveway/base/log.h"

enum {
  BREATH_MS = 50,        /* where no connection can be taken for want of descriptors */
  SEND_BUFFER = 64 << 10 /* answers are small; those that are not read must not fill the kernel's memory */
};

struct acceptor {
  int listen_fd;
  int wake_fd;
  struct MHD_Daemon *daemon;
  struct connections *connections;
  pthread_t thread;
  bool short_of_descriptors;
};

static bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* The library closes what it can't take. */
static void hand_on(struct acceptor *acceptor, int fd, const struct sockaddr_storage *peer, socklen_t length) {
  const int size = SEND_BUFFER;
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  if (!dw_connections_admit(acceptor->connections, fd, (const struct sockaddr *)peer))
    close(fd);
  else if (MHD_add_connection(acceptor->daemon, fd, (const struct sockaddr *)peer, length) != MHD_YES)
    dw_connections_closed(acceptor->connections, fd);
}

/* What waits; false where descriptors ran short. */
static bool accept_all(struct acceptor *acceptor) {
  for (;;) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int fd = accept4(acceptor->listen_fd, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      acceptor->short_of_descriptors = false;
      hand_on(acceptor, fd, &peer, length);
    } else if (is_shortage(errno)) {
      return false;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return true;
    }
  }
}

static void *run(void *context) {
  struct acceptor *acceptor = context;
  struct pollfd fds[2] = {{acceptor->listen_fd, POLLIN, 0}, {acceptor->wake_fd, POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, -1) < 0 && errno != EINTR)
      return NULL;
    bool good = accept_all(acceptor);
    if (fds[1].revents != 0)
      return NULL;
    if (good)
      continue;
    if (!acceptor->short_of_descriptors)
      dw_log(DW_LOG_WARN, "no descriptors are left for new connections; they wait (raise the limit of open files)");
    acceptor->short_of_descriptors = true;
    poll(&fds[1], 1, BREATH_MS);
  }
}

struct acceptor *dw_acceptor_start(int listen_fd, struct MHD_Daemon *daemon, struct connections *connections,
                                   struct dw_error *err) {
  struct acceptor *acceptor = calloc(1, sizeof *acceptor);
  if (acceptor == NULL)
    abort();
  acceptor->listen_fd = listen_fd;
  acceptor->daemon = daemon;
  acceptor->connections = connections;
  acceptor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (acceptor->wake_fd >= 0 && pthread_create(&acceptor->thread, NULL, run, acceptor) == 0)
    return acceptor;
  dw_error_set(err, DW_ERR_OTHER, "can't start a thread that takes connections");
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
  free(acceptor);
}
