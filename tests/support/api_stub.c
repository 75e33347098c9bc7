#include "support/api_stub.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/run_program.h"

static int listen_on_loopback(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(fd, 16), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

/* --- in the child: no assertions here --- */

static const struct api_route *find(const struct api_route *routes, const char *path) {
  while (routes->path != NULL && strcmp(routes->path, path) != 0)
    routes++;
  return routes->path == NULL ? NULL : routes;
}

/* A request for "/apis/GROUP" asks for the versions of the group. */
static int is_group(const char *path) {
  return strncmp(path, "/apis/", 6) == 0 && strchr(path + 6, '/') == NULL;
}

static int answer(const struct api_route *routes, const char *path, struct dw_buf *out) {
  const struct api_route *route = find(routes, path);
  if (route == NULL && is_group(path)) {
    dw_buf_puts(out, "{\"kind\":\"APIGroup\",\"versions\":[{\"version\":\"v1\"}]}");
    return 200;
  }
  int status = route == NULL ? 404 : route->status;
  if (status == 200)
    dw_buf_printf(out, "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[%s]}", route->items);
  else
    dw_buf_printf(out, "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"%s\",\"message\":\"no\",\"code\":%d}",
                  status == 403 ? "Forbidden" : "NotFound", status);
  return status;
}

static void serve_one(int client, const struct api_route *routes) {
  char request[8192];
  size_t length = 0;
  while (length < sizeof request - 1) {
    ssize_t got = read(client, request + length, sizeof request - 1 - length);
    if (got <= 0)
      return;
    length += (size_t)got;
    request[length] = '\0';
    if (strstr(request, "\r\n\r\n") != NULL)
      break;
  }
  char path[1024];
  if (sscanf(request, "GET %1023[^? ]", path) != 1)
    return;
  struct dw_buf body = DW_BUF_INIT;
  struct dw_buf whole = DW_BUF_INIT;
  int status = answer(routes, path, &body);
  dw_buf_printf(&whole,
                "HTTP/1.1 %d Told\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: "
                "close\r\n\r\n%s",
                status, body.length, dw_buf_text(&body));
  for (size_t done = 0; done < whole.length;) {
    ssize_t sent = send(client, whole.data + done, whole.length - done, MSG_NOSIGNAL);
    if (sent <= 0)
      break;
    done += (size_t)sent;
  }
  dw_buf_free(&body);
  dw_buf_free(&whole);
}

static void serve(int fd, const struct api_route *routes) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    int client = accept(fd, NULL, NULL);
    if (client < 0)
      _exit(1);
    serve_one(client, routes);
    close(client);
  }
}

/* --- in the test --- */

struct api_stub api_stub_start(const struct api_route *routes) {
  struct api_stub stub = {.pid = 0};
  char text[1024];
  int port = 0;
  int fd = listen_on_loopback(&port);
  folder_make(stub.folder);
  snprintf(stub.kubeconfig, sizeof stub.kubeconfig, "%s/config", stub.folder);
  snprintf(text, sizeof text,
           "{apiVersion: v1, kind: Config, current-context: here, users: [{name: u, user: {token: t}}], clusters: "
           "[{name: c, cluster: {server: \"http://127.0.0.1:%d\"}}, {name: gone, cluster: {server: "
           "\"http://127.0.0.1:1\"}}],\n contexts: [{name: here, context: {cluster: c, user: u}}, {name: nobody, "
           "context: {cluster: gone, user: u}}]}\n",
           port);
  folder_write(stub.folder, "config", text);
  fflush(NULL);
  stub.pid = fork();
  assert_true(stub.pid >= 0);
  if (stub.pid == 0)
    serve(fd, routes);
  close(fd);
  return stub;
}

void api_stub_stop(struct api_stub *stub) {
  kill(stub->pid, SIGKILL);
  waitpid(stub->pid, NULL, 0);
  folder_remove(stub->folder);
}

void no_cluster_by_default(void) {
  unsetenv("KUBECONFIG");
  unsetenv("KUBERNETES_SERVICE_HOST");
  unsetenv("http_proxy");
  setenv("HOME", "/nonexistent", 1);
}
