/* In the place of libc's epoll_wait(), for libmicrohttpd: where 128 connections are ready at once, as many as it asks
 * for, version 0.9.75 looks for more of them without an end to its wait before it serves those (MHD_epoll() in
 * daemon.c), and all of them hang. It never sees 128 then. handshakes.c, which calls it too, has it linked in. */
#include <stddef.h>
#include <sys/epoll.h>

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) {
  return epoll_pwait(epoll, events, most > 1 ? most - 1 : most, timeout, NULL);
}
