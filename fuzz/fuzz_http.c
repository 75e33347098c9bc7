/* Any bytes over TLS to the real server on a loopback port. Every answer must begin with HTTP/1.1. A review may only be
 * decided if a second HTTP parser, written from RFC 9112, finds it complete and framed unambiguously, and then as
 * dw_review() decides that body. Every complete request must be answered. Whatever came before, the next client must be
 * served, and no descriptor may be left open. Bytes that are not TLS must end their connection. The first byte contains
 * flags, the second one where the rest is split into two writes (two TLS records). "@" as Content-Length is replaced by
 * the number of bytes after the head. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "certs/certificate_watch.h"
#include "certs/certs.h"
#include "http/http.h"
#include "http/listen.h"
#include "http_reader.h"
#include "rules/engine.h"
#include "serve/server.h"
#include "support.h"

enum {
  SPLIT = 1,  /* in two writes */
  PLAIN = 2,  /* without TLS */
  TLS_12 = 4, /* instead of 1.3 */
  PATIENCE_MS = 10000,
  PROBE_EVERY = 64,
  COUNT_EVERY = 1000
};

/* --- the server --- */

struct server {
  struct dw_certificates *certificates;
  struct dw_worlds *worlds;
  struct dw_world *world;
  struct dw_server *server;
  uint16_t port;
  size_t descriptors; /* open while nobody is connected */
  uint64_t runs;
};

static struct server *the_server;

static void remove_certificates(const char *folder) {
  static const char *const names[] = {"ca.crt", "ca.key", "tls.crt", "tls.key"};
  char path[64];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  rmdir(folder);
}

static void make_certificates(struct server *server) {
  static const char *const names[] = {"127.0.0.1"};
  char folder[] = "/tmp/droveway-fuzz-XXXXXX";
  char cert[64], key[64];
  struct dw_error err = DW_ERROR_INIT;
  DW_BUF_SCOPED struct dw_buf report = DW_BUF_INIT;
  FUZZ_ASSERT(mkdtemp(folder));
  snprintf(cert, sizeof cert, "%s/tls.crt", folder);
  snprintf(key, sizeof key, "%s/tls.key", folder);
  struct dw_pki_request request = {.dir = folder, .names = {names, 1}};
  const struct dw_certificate_files files = {.certificate = cert, .key = key};
  server->certificates = dw_certificates_new();
  FUZZ_ASSERT(dw_pki_make(&request, &report, &err) == 0);
  FUZZ_ASSERT(dw_certificates_read(server->certificates, &files, &err) == 0);
  remove_certificates(folder);
}

static void start_server(struct server *server) {
  struct dw_error err = DW_ERROR_INIT;
  char name[64];
  struct dw_worlds_options worlds = {.poll_milliseconds = 60000};
  worlds.sources.rules = dw_rule_ids(&worlds.sources.rule_count);
  server->worlds = dw_worlds_start(&worlds, &err);
  FUZZ_ASSERT(server->worlds);
  server->world = dw_worlds_get(server->worlds);
  struct dw_server_options options = {.listen_fd = dw_listen_open("127.0.0.1:0", &err),
                                      .certificates = server->certificates,
                                      .threads = 2,
                                      .connection_rate = 1000000,
                                      .drain_milliseconds = 100,
                                      .worlds = server->worlds};
  server->port = dw_listen_name(options.listen_fd, name, sizeof name);
  server->server = dw_server_start(&options, &err);
  FUZZ_ASSERT(server->server);
}

static void stop_server(void) {
  dw_server_stop(the_server->server);
  dw_world_unref(the_server->world);
  dw_worlds_stop(the_server->worlds);
  dw_certificates_free(the_server->certificates);
  free(the_server);
  the_server = NULL;
}

/* --- answers --- */

struct answer {
  int status;
  const char *body;
  size_t length;
  bool closes;
};

static const char *find_header(const char *head, const char *end, const char *name) {
  for (const char *line = head; (line = memmem(line, (size_t)(end - line), "\r\n", 2)); line += 2)
    if (strncasecmp(line + 2, name, strlen(name)) == 0)
      return line + 2 + strlen(name);
  return NULL;
}

/* Returns 1 if the answer is complete, 0 if it is truncated. */
static int read_answer(struct reader *reader, bool head_only, struct answer *out) {
  size_t left = (size_t)(reader->end - reader->at);
  const char *end = memmem(reader->at, left, "\r\n\r\n", 4);
  FUZZ_ASSERT(memcmp(reader->at, "HTTP/1.1 ", left < 9 ? left : 9) == 0);
  if (!end)
    return 0;
  const char *length = find_header(reader->at, end, "Content-Length: ");
  const char *connection = find_header(reader->at, end, "Connection: ");
  *out = (struct answer){.status = atoi(reader->at + 9), .body = end + 4};
  out->closes = connection && strncasecmp(connection, "close", 5) == 0;
  FUZZ_ASSERT(out->status >= 100 && out->status < 600);
  out->length = length && !head_only && out->status >= 200 ? strtoul(length, NULL, 10) : 0;
  if (out->length > (size_t)(reader->end - out->body))
    return 0;
  reader->at = out->body + out->length;
  return 1;
}

static bool is_review(const struct request *request) {
  return strcmp(request->method, "POST") == 0 &&
         (strcmp(request->path, "/validate") == 0 || strcmp(request->path, "/mutate") == 0);
}

/* A review that is answered with 200 must get the answer that the engine gives to that body. */
static void check_answer(const struct request *request, const struct answer *answer) {
  if (!is_review(request)) {
    FUZZ_ASSERT(!memmem(answer->body, answer->length, "\"allowed\"", 9));
    return;
  }
  if (answer->status != 200)
    return;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(DW_DEFAULT_MAX_MEMORY);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_error err = DW_ERROR_INIT;
  bool mutate = strcmp(request->path, "/mutate") == 0;
  FUZZ_ASSERT(dw_review(arena, the_server->world, mutate, dw_buf_text(&request->body), request->body.length, &out, NULL,
                        NULL, &err) == 0);
  FUZZ_ASSERT(out.length == answer->length && memcmp(out.data, answer->body, out.length) == 0);
}

/* For debugging a failure. */
static void show_answers(const struct dw_buf *text) {
  if (getenv("FUZZ_SHOW"))
    fprintf(stderr, "answered: %s\n", dw_buf_text(text));
}

/* Returns how many requests are answered in TEXT. CLOSES becomes true if the server announces that it closes the
 * connection. */
static size_t check_answers(const struct requests *requests, const struct dw_buf *text, bool *closes) {
  struct reader reader = {dw_buf_text(text), dw_buf_text(text) + text->length};
  size_t count = 0;
  struct answer answer;
  *closes = false;
  show_answers(text);
  while (reader.at < reader.end) {
    const struct request *request = count < requests->count ? &requests->list[count] : NULL;
    if (!request && count == MOST_REQUESTS)
      break;
    /* An incomplete request, or one that is not HTTP, is never decided. Exception: libmicrohttpd 0.9.75 reads a method
     * only up to a NUL in it, and does not report the NUL. */
    if (!request && !requests->nul)
      FUZZ_ASSERT(!memmem(reader.at, (size_t)(reader.end - reader.at), "\"allowed\"", 9));
    if (!read_answer(&reader, request && strcmp(request->method, "HEAD") == 0, &answer))
      break;
    if (answer.status < 200)
      continue;
    if (request)
      check_answer(request, &answer);
    count++;
    if (answer.closes) { /* clients stop reading here; the library may send its 400 twice */
      *closes = true;
      FUZZ_ASSERT(!memmem(reader.at, (size_t)(reader.end - reader.at), "\"allowed\"", 9));
      break;
    }
  }
  return count;
}

/* --- the client --- */

struct client {
  CURL *curl;
  int fd;
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void client_open(struct client *client, bool old) {
  char url[64];
  curl_socket_t fd = CURL_SOCKET_BAD;
  client->curl = curl_easy_init();
  FUZZ_ASSERT(client->curl);
  snprintf(url, sizeof url, "https://127.0.0.1:%u", the_server->port);
  curl_easy_setopt(client->curl, CURLOPT_URL, url);
  curl_easy_setopt(client->curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYPEER, 0L); /* the tests cover this; here it would cost time */
  curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(client->curl, CURLOPT_CAINFO, NULL);
  curl_easy_setopt(client->curl, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, (long)PATIENCE_MS);
  curl_easy_setopt(client->curl, CURLOPT_SSLVERSION,
                   old ? (long)CURL_SSLVERSION_MAX_TLSv1_2 : (long)CURL_SSLVERSION_TLSv1_3);
  FUZZ_ASSERT(curl_easy_perform(client->curl) == CURLE_OK);
  FUZZ_ASSERT(curl_easy_getinfo(client->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK);
  client->fd = fd;
}

/* The fuzzer's alarm signal sometimes interrupts poll(). */
static bool ready(int fd, short events, int64_t until) {
  struct pollfd polled = {.fd = fd, .events = events};
  int found = -1;
  for (int64_t left; found < 0 && (left = until - now_ms()) > 0;) {
    found = poll(&polled, 1, (int)left);
    FUZZ_ASSERT(found >= 0 || errno == EINTR);
  }
  return found > 0;
}

/* Returns false if the server has closed the connection. */
static bool client_send(struct client *client, const char *bytes, size_t length) {
  int64_t until = now_ms() + PATIENCE_MS;
  while (length > 0) {
    size_t sent = 0;
    CURLcode code = curl_easy_send(client->curl, bytes, length, &sent);
    if (code == CURLE_AGAIN) {
      FUZZ_ASSERT(ready(client->fd, POLLOUT, until));
      continue;
    }
    if (code != CURLE_OK)
      return false;
    bytes += sent;
    length -= sent;
  }
  return true;
}

/* Receives more bytes; returns false if the server has closed the connection. The server must do either in time. */
static bool client_receive(struct client *client, struct dw_buf *out) {
  char block[16384];
  int64_t until = now_ms() + PATIENCE_MS;
  for (;;) {
    size_t count = 0;
    CURLcode code = curl_easy_recv(client->curl, block, sizeof block, &count);
    if (code == CURLE_AGAIN) {
      FUZZ_ASSERT(ready(client->fd, POLLIN, until));
      continue;
    }
    dw_buf_add(out, block, count);
    return code == CURLE_OK && count > 0;
  }
}

static size_t split_at(uint8_t flags, uint8_t split, size_t length) {
  return flags & SPLIT ? length * split / 256 : 0;
}

/* Sends an ordinary request on the existing connection, which must be answered with 200. */
static void probe(struct client *client, const char *method, const char *path, const char *body) {
  DW_BUF_SCOPED struct dw_buf wire = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct requests requests;
  struct answer answer;
  bool closes = false;
  dw_buf_printf(&wire,
                "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                method, path, strlen(body), body);
  read_requests(&wire, &requests);
  FUZZ_ASSERT(requests.count == 1 && requests.plain);
  FUZZ_ASSERT(client_send(client, wire.data, wire.length));
  while (check_answers(&requests, &text, &closes) == 0)
    FUZZ_ASSERT(client_receive(client, &text));
  struct reader reader = {text.data, text.data + text.length};
  FUZZ_ASSERT(read_answer(&reader, false, &answer) == 1 && answer.status == 200 && reader.at == reader.end);
  free_requests(&requests);
}

static void probe_new_connection(void) {
  static const char review[] =
      "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"probe\","
      "\"kind\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},"
      "\"name\":\"mig\",\"namespace\":\"openshift-cnv\",\"operation\":\"CREATE\",\"object\":{\"apiVersion\":"
      "\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":\"mig\",\"namespace\":"
      "\"openshift-cnv\"},\"spec\":{\"config\":\"{}\"}}}}";
  struct client client;
  client_open(&client, false);
  probe(&client, "GET", "/livez", "");
  probe(&client, "POST", "/validate", review);
  curl_easy_cleanup(client.curl);
}

/* --- an input --- */

static void fuzz_tls(const struct dw_buf *wire, uint8_t flags, uint8_t split) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct requests requests;
  struct client client;
  bool closes = false;
  size_t first = split_at(flags, split, wire->length);
  read_requests(wire, &requests);
  requests.nul = wire->length > 0 && memchr(wire->data, 0, wire->length) != NULL;
  client_open(&client, flags & TLS_12);
  bool open = client_send(&client, dw_buf_text(wire), first) &&
              client_send(&client, dw_buf_text(wire) + first, wire->length - first);
  if (requests.plain) {
    FUZZ_ASSERT(open);
    while (check_answers(&requests, &text, &closes) < requests.count && !closes)
      FUZZ_ASSERT(client_receive(&client, &text));
    if (!closes) /* it closes after a refusal, and after a body without a known length */
      probe(&client, "GET", "/livez", "");
  } else {
    shutdown(client.fd, SHUT_WR); /* no more bytes follow, so the server must close the connection, too */
    while (client_receive(&client, &text))
      continue;
    check_answers(&requests, &text, &closes);
  }
  curl_easy_cleanup(client.curl);
  free_requests(&requests);
}

/* The server may only answer with TLS records, never with HTTP. */
static void fuzz_plain(const struct dw_buf *wire, uint8_t flags, uint8_t split) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(the_server->port)};
  size_t first = split_at(flags, split, wire->length);
  char block[4096];
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  FUZZ_ASSERT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
  if (send(fd, dw_buf_text(wire), first, MSG_NOSIGNAL) >= 0)
    (void)!send(fd, dw_buf_text(wire) + first, wire->length - first, MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
  int64_t until = now_ms() + PATIENCE_MS;
  ssize_t got;
  do {
    FUZZ_ASSERT(ready(fd, POLLIN, until));
    got = recv(fd, block, sizeof block, 0);
    FUZZ_ASSERT(got <= 0 || !memmem(block, (size_t)got, "HTTP/1.", 7));
  } while (got > 0);
  close(fd);
}

/* Pipes and /dev/null are not counted, because a sanitizer uses them to run its symbolizer. */
static size_t count_descriptors(bool show) {
  size_t count = 0;
  for (int fd = 0; fd < 1024; fd++) {
    char path[64], target[128];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, target, sizeof target);
    bool counts = length > 0 && strncmp(target, "pipe:", 5) != 0 && strncmp(target, "/dev/null", 9) != 0;
    count += counts;
    if (counts && show)
      fprintf(stderr, "descriptor %d: %.*s\n", fd, (int)length, target);
  }
  return count;
}

/* Descriptors of closed connections may stay open for a moment. */
static void check_descriptors(void) {
  int64_t until = now_ms() + PATIENCE_MS;
  while (count_descriptors(false) > the_server->descriptors) {
    if (now_ms() >= until) {
      count_descriptors(true);
      abort();
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

static void begin(void) {
  dw_log_configure(DW_LOG_ERROR, DW_LOG_JSON);
  signal(SIGPIPE, SIG_IGN);
  the_server = calloc(1, sizeof *the_server);
  FUZZ_ASSERT(the_server);
  make_certificates(the_server);
  start_server(the_server);
  the_server->descriptors = count_descriptors(false);
  probe_new_connection();
  atexit(stop_server);
}

/* The bytes to send: "Content-Length: @" gets the length of what follows the head. */
static void make_wire(const char *data, size_t size, struct dw_buf *out) {
  static const char wanted[] = "Content-Length: @";
  const char *at = memmem(data, size, wanted, sizeof wanted - 1);
  const char *blank = at ? memmem(at, size - (size_t)(at - data), "\r\n\r\n", 4) : NULL;
  if (blank) {
    size_t before = (size_t)(at - data) + sizeof wanted - 2;
    dw_buf_add(out, data, before);
    dw_buf_printf(out, "%zu", size - (size_t)(blank - data) - 4);
    data += before + 1;
    size -= before + 1;
  }
  dw_buf_add(out, data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  if (!the_server)
    begin();
  DW_BUF_SCOPED struct dw_buf wire = DW_BUF_INIT;
  make_wire((const char *)data + 2, size - 2, &wire);
  if (data[0] & PLAIN)
    fuzz_plain(&wire, data[0], data[1]);
  else
    fuzz_tls(&wire, data[0], data[1]);
  the_server->runs++;
  if (the_server->runs % PROBE_EVERY == 0 || data[0] & PLAIN)
    probe_new_connection();
  if (the_server->runs % COUNT_EVERY == 0)
    check_descriptors();
  return 0;
}
