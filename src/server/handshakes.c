#include "server/handshakes.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { AT_ONCE = 64 };

struct handshakes {
  int set;  /* of descriptors that are waited for, each once */
  int wake; /* eventfd: stop */
  pthread_t thread;
  pthread_mutex_t lock;
  struct handshake *first; /* of those that wait; under lock, as the next */
  bool stopped;
};

static void add(struct handshakes *all, struct handshake *one) {
  one->before = NULL;
  one->after = all->first;
  if (one->after != NULL)
    one->after->before = one;
  all->first = one;
}

static void take_out(struct handshakes *all, struct handshake *one) {
  if (one->before != NULL)
    one->before->after = one->after;
  else
    all->first = one->after;
  if (one->after != NULL)
    one->after->before = one->before;
}

static bool watch(const struct handshakes *all, struct handshake *one) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.ptr = one};
  if (epoll_ctl(all->set, one->known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, one->fd, &event) != 0)
    return false;
  one->known = true;
  return true;
}

void dw_handshakes_wait(struct handshakes *all, struct handshake *one) {
  pthread_mutex_lock(&all->lock);
  if (!all->stopped) {
    MHD_suspend_connection(one->connection);
    if (watch(all, one))
      add(all, one);
    else
      MHD_resume_connection(one->connection);
  }
  pthread_mutex_unlock(&all->lock);
}

/* Only here and at the stop does one go on: until then its connection can't end. */
static void go_on(struct handshakes *all, struct handshake *one) {
  take_out(all, one);
  MHD_resume_connection(one->connection);
}

static void *run(void *context) {
  struct handshakes *all = context;
  struct epoll_event events[AT_ONCE];
  for (;;) {
    int count = epoll_wait(all->set, events, AT_ONCE, -1);
    if (count < 0 && errno != EINTR)
      return NULL;
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL)
        return NULL;
      pthread_mutex_lock(&all->lock);
      go_on(all, events[i].data.ptr);
      pthread_mutex_unlock(&all->lock);
    }
  }
}

void dw_handshakes_leave(struct handshakes *all, struct handshake *one) {
  if (!one->known)
    return;
  pthread_mutex_lock(&all->lock);
  (void)epoll_ctl(all->set, EPOLL_CTL_DEL, one->fd, NULL);
  pthread_mutex_unlock(&all->lock);
}

struct handshakes *dw_handshakes_start(struct dw_error *err) {
  struct handshakes *all = calloc(1, sizeof *all);
  if (all == NULL)
    abort();
  struct epoll_event event = {.events = EPOLLIN};
  pthread_mutex_init(&all->lock, NULL);
  all->set = epoll_create1(EPOLL_CLOEXEC);
  all->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (all->set >= 0 && all->wake >= 0 && epoll_ctl(all->set, EPOLL_CTL_ADD, all->wake, &event) == 0 &&
      pthread_create(&all->thread, NULL, run, all) == 0)
    return all;
  dw_error_set(err, DW_ERR_OTHER, "can't start a thread that waits for TLS handshakes: %s", strerror(errno));
  dw_handshakes_free(all);
  return NULL;
}

void dw_handshakes_stop(struct handshakes *all) {
  const uint64_t one = 1;
  (void)!write(all->wake, &one, sizeof one);
  pthread_join(all->thread, NULL);
  pthread_mutex_lock(&all->lock);
  all->stopped = true;
  while (all->first != NULL)
    go_on(all, all->first);
  pthread_mutex_unlock(&all->lock);
}

void dw_handshakes_free(struct handshakes *all) {
  if (all == NULL)
    return;
  if (all->set >= 0)
    close(all->set);
  if (all->wake >= 0)
    close(all->wake);
  pthread_mutex_destroy(&all->lock);
  free(all);
}
