/* What `serve` takes of memory on a large cluster: a made-up API server with 5,000 nodes of 40 NICs and 10,000 NADs, in
 * the sizes that real objects have, and changes over its watches. Exits with 1 over 64 MB. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "droveway/base/buf.h"

enum { NODES = 5000, NICS = 40, NADS = 10000, CHANGES = 20, MOST_MB = 64, PAUSE_MS = 100 };

static void check(bool ok, const char *what) {
  if (ok)
    return;
  perror(what);
  exit(2);
}

static void pause_ms(long milliseconds) {
  nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

/* --- the made-up API server --- */

static const char noise[] =
    "\"managedFields\":[{\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:status\":{\"f:"
    "conditions\":"
    "{\"k:{\\\"type\\\":\\\"Available\\\"}\":{\"f:lastHeartbeatTime\":{},\"f:lastTransitionTime\":{},\"f:message\":{},"
    "\"f:reason\":{},\"f:status\":{}}},\"f:currentState\":{}}},\"manager\":\"manager\",\"operation\":\"Update\","
    "\"time\":"
    "\"2026-11-21T00:00:00Z\"}]";

static void add_node(struct dw_buf *out, int i) {
  dw_buf_printf(out,
                "{\"metadata\":{\"name\":\"worker-%04d.cluster.example.com\",\"uid\":\"00000000-0000-0000-0000-%012d\","
                "%s,\"labels\":{\"kubevirt.io/schedulable\":\"true\",\"kubernetes.io/hostname\":\"worker-%04d\","
                "\"topology.kubernetes.io/zone\":\"zone-%d\",\"node-role.kubernetes.io/worker\":\"\"}},\"spec\":{"
                "\"podCIDRs\":[\"10.%d.%d.0/25\"]},\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":"
                "\"192.168.%d.%d\"}],\"images\":[",
                i, i, noise, i, i % 3, 128 + i / 256, i % 256, i / 256, i % 256);
  for (int image = 0; image < 50; image++)
    dw_buf_printf(
        out,
        "%s{\"names\":[\"quay.example.com/release@sha256:%064d\",\"quay.example.com/release:%d\"],\"sizeBytes\":"
        "%d}",
        image == 0 ? "" : ",", image, image, 1000000 + image);
  dw_buf_puts(out, "]}}");
}

static void add_nns(struct dw_buf *out, int i) {
  dw_buf_printf(out,
                "{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":{\"name\":"
                "\"worker-%04d.cluster.example.com\",%s},\"status\":{\"currentState\":{\"dns-resolver\":{},"
                "\"interfaces\":[",
                i, noise);
  for (int nic = 0; nic < NICS; nic++)
    dw_buf_printf(
        out,
        "%s{\"name\":\"ens%df%d\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000,\"mac-address\":\"02:00:00:%02x:%"
        "02x:"
        "%02x\",\"accept-all-mac-addresses\":false,\"ethernet\":{\"auto-negotiation\":true,\"duplex\":\"full\","
        "\"speed\":"
        "25000},\"ethtool\":{\"feature\":{\"highdma\":true,\"rx-checksum\":true,\"rx-gro\":true,\"rx-udp-gro-"
        "forwarding\":"
        "false,\"tx-checksum-ip-generic\":true,\"tx-generic-segmentation\":true,\"tx-tcp-segmentation\":true},"
        "\"ring\":{\"rx\":1024,\"rx-max\":8192,\"tx\":1024,\"tx-max\":8192}},\"ipv4\":{\"enabled\":true,\"dhcp\":false,"
        "\"address\":[{\"ip\":\"172.%d.%d.%d\",\"prefix-length\":24}]},\"ipv6\":{\"enabled\":%s,\"address\":[{\"ip\":"
        "\"fe80::%x:%x\",\"prefix-length\":64}]},\"lldp\":{\"enabled\":false},\"wait-ip\":\"any\"}",
        nic == 0 ? "" : ",", nic / 4, nic % 4, i / 256, i % 256, nic, nic, i / 256, i % 256, "true", (unsigned)i,
        (unsigned)nic);
  dw_buf_printf(out, "],\"routes\":{\"running\":[{\"destination\":\"0.0.0.0/0\",\"next-hop-address\":\"172.0.0.1\","
                     "\"next-hop-interface\":\"ens0f0\",\"table-id\":254}]}}}}");
}

static void add_nad(struct dw_buf *out, int i, int change) {
  dw_buf_printf(
      out,
      "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":"
      "\"network-%d\",\"namespace\":\"tenant-%d\",%s,\"resourceVersion\":\"%d\"},\"spec\":{\"config\":\"{"
      "\\\"cniVersion\\\":\\\"0.3.1\\\",\\\"name\\\":\\\"network-%d\\\",\\\"type\\\":\\\"macvlan\\\","
      "\\\"master\\\":\\\"ens1f%d\\\",\\\"mode\\\":\\\"bridge\\\",\\\"ipam\\\":{\\\"type\\\":"
      "\\\"whereabouts\\\",\\\"range\\\":\\\"100.%d.%d.0/24\\\",\\\"exclude\\\":[\\\"100.%d.%d.%d/32\\\"]}}\"}}",
      i, i % 100, noise, 10 + change, i, i % 4, i / 256, i % 256, i / 256, i % 256, 1 + change % 200);
}

static bool send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes += sent;
    length -= (size_t)sent;
  }
  return true;
}

static bool send_text(int fd, const char *status, const struct dw_buf *body) {
  char head[128];
  int length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, body->length);
  return send_all(fd, head, (size_t)length) && send_all(fd, dw_buf_text(body), body->length);
}

struct kind {
  const char *path;
  int count;
  void (*add)(struct dw_buf *out, int i);
};

static void add_first_nad(struct dw_buf *out, int i) {
  add_nad(out, i, 0);
}

static const struct kind kinds[] = {{"/api/v1/nodes?", NODES, add_node},
                                    {"/nodenetworkstates?", NODES, add_nns},
                                    {"/network-attachment-definitions?", NADS, add_first_nad}};

static bool send_page(int fd, const struct kind *kind, const char *query) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  const char *token = strstr(query, "continue=");
  const char *limit = strstr(query, "limit=");
  int first = token == NULL ? 0 : atoi(token + 9);
  int most = limit == NULL ? 500 : atoi(limit + 6);
  int end = kind == NULL ? 0 : first + most < kind->count ? first + most : kind->count;
  dw_buf_puts(&body, "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"9\"");
  if (kind != NULL && end < kind->count)
    dw_buf_printf(&body, ",\"continue\":\"%d\"", end);
  dw_buf_puts(&body, "},\"items\":[");
  for (int i = first; i < end; i++) {
    if (i > first)
      dw_buf_putc(&body, ',');
    kind->add(&body, i);
  }
  dw_buf_puts(&body, "]}");
  return send_text(fd, "200 OK", &body);
}

/* NADs change; all else is quiet. */
static bool watch(int fd, const struct kind *kind) {
  static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
  bool kept = send_all(fd, head, strlen(head));
  for (int change = 1; kept; change++) {
    pause_ms(PAUSE_MS);
    if (kind == NULL || kind->count != NADS || change > CHANGES)
      continue;
    DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
    dw_buf_puts(&line, "{\"type\":\"MODIFIED\",\"object\":");
    add_nad(&line, change, change);
    dw_buf_puts(&line, "}\n");
    kept = send_all(fd, line.data, line.length);
  }
  return false;
}

static bool respond(int fd, const char *path) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  const struct kind *kind = NULL;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strstr(path, kinds[i].path) != NULL)
      kind = &kinds[i];
  if (strstr(path, "watch=true") != NULL)
    return watch(fd, kind);
  if (strchr(path, '?') != NULL)
    return send_page(fd, kind, path);
  dw_buf_puts(&body, "{\"versions\":[{\"version\":\"v1\"},{\"version\":\"v1beta1\"}]}");
  return send_text(fd, "200 OK", &body);
}

static void *serve_connection(void *context) {
  int fd = (int)(intptr_t)context;
  char request[8192], path[4096];
  bool kept = true;
  while (kept) {
    size_t length = 0;
    request[0] = '\0';
    while (kept && strstr(request, "\r\n\r\n") == NULL) {
      ssize_t got = length + 1 < sizeof request ? recv(fd, request + length, sizeof request - 1 - length, 0) : 0;
      kept = got > 0;
      length += kept ? (size_t)got : 0;
      request[length] = '\0';
    }
    kept = kept && sscanf(request, "GET %4095s", path) == 1 && respond(fd, path);
  }
  close(fd);
  return NULL;
}

static void serve_api(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    pthread_t thread;
    int fd = accept(listener, NULL, NULL);
    check(fd >= 0 && pthread_create(&thread, NULL, serve_connection, (void *)(intptr_t)fd) == 0, "accept");
    pthread_detach(thread);
  }
}

/* --- the program that is measured --- */

static int listen_on_loopback(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 64) == 0 &&
            getsockname(fd, (struct sockaddr *)&address, &length) == 0,
        "listen");
  *port = ntohs(address.sin_port);
  return fd;
}

static pid_t start(char *const *arguments, int *standard_error) {
  int ends[2];
  check(pipe(ends) == 0, "pipe");
  pid_t pid = fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDERR_FILENO);
    execv(arguments[0], arguments);
    _exit(127);
  }
  close(ends[1]);
  *standard_error = ends[0];
  return pid;
}

/* Reads the log until TEXT stands in it. */
static void wait_for_line(int fd, const char *text) {
  FILE *log = fdopen(dup(fd), "r");
  char line[4096];
  while (fgets(line, sizeof line, log) != NULL)
    if (strstr(line, text) != NULL) {
      fclose(log);
      return;
    }
  fprintf(stderr, "memory: serve ended before it said \"%s\"\n", text);
  exit(2);
}

static double megabytes_of(pid_t pid, const char *what) {
  char path[64], line[256];
  double kilobytes = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *file = fopen(path, "r");
  check(file != NULL, path);
  while (fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, what, strlen(what)) == 0)
      kilobytes = strtod(line + strlen(what) + 1, NULL);
  fclose(file);
  return kilobytes / 1024;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  char folder[] = "/tmp/droveway-memory.XXXXXX", config[64], certificate[64], key[64], program[1024], command[2048];
  int port = 0, standard_error = -1;
  const char *slash = strrchr(argv[0], '/');
  (void)argc;
  snprintf(program, sizeof program, "%.*s/../droveway", slash == NULL ? 1 : (int)(slash - argv[0]),
           slash == NULL ? "." : argv[0]);
  check(mkdtemp(folder) != NULL, "mkdtemp");
  snprintf(config, sizeof config, "%s/config", folder);
  snprintf(certificate, sizeof certificate, "%s/tls.crt", folder);
  snprintf(key, sizeof key, "%s/tls.key", folder);
  snprintf(command, sizeof command, "%s certs --dir %s --dns localhost >/dev/null", program, folder);
  check(system(command) == 0, program);
  int listener = listen_on_loopback(&port);
  FILE *file = fopen(config, "w");
  check(file != NULL, config);
  fprintf(file,
          "{current-context: c, users: [{name: u, user: {token: t}}], clusters: [{name: c, cluster: {server: "
          "\"http://127.0.0.1:%d\"}}], contexts: [{name: c, context: {cluster: c, user: u}}]}\n",
          port);
  fclose(file);
  fflush(NULL);
  pid_t api = fork();
  check(api >= 0, "fork");
  if (api == 0)
    serve_api(listener);
  char *const arguments[] = {program,     "serve", "--listen",     "127.0.0.1:0", "--tls-cert",       certificate,
                             "--tls-key", key,     "--kubeconfig", config,        "--shutdown-delay", "0",
                             NULL};
  double begin = now();
  pid_t serve = start(arguments, &standard_error);
  wait_for_line(standard_error, "the cluster is read");
  double ready = now();
  double first = megabytes_of(serve, "VmRSS:");
  pause_ms(PAUSE_MS * (CHANGES + 20L)); /* the changes, and the views that are built of them */
  double later = megabytes_of(serve, "VmRSS:");
  double peak = megabytes_of(serve, "VmHWM:");
  printf("serve with %d nodes of %d NICs and %d NADs: ready after %.1f s, %.1f MB resident; %.1f MB after %d changes, "
         "%.1f MB at the most\n",
         NODES, NICS, NADS, ready - begin, first, later, CHANGES, peak);
  kill(serve, SIGTERM);
  waitpid(serve, NULL, 0);
  kill(api, SIGKILL);
  waitpid(api, NULL, 0);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  check(system(command) == 0, command);
  if (peak > MOST_MB)
    fprintf(stderr, "memory: over %d MB\n", MOST_MB);
  return peak > MOST_MB;
}
