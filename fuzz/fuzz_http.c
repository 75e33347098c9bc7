/* Any bytes over TLS to the real server on a loopback port: what is answered begins with HTTP/1.1; a review is decided
 * only where a second reader of HTTP, written from RFC 9112, finds it whole and framed in one way, and then as
 * dw_review() decides that body; whole requests are all answered; whatever came before, the next client is served, and
 * no descriptor is left open. Bytes that are no TLS end their connection.
 * The first byte holds flags, the second says where the rest is split into two writes (two TLS records). "@" as
 * Content-Length stands for the number of bytes behind the head. */
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

#include "droveway/base/log.h"
#include "droveway/pki/certs.h"
#include "droveway/rules/engine.h"
#include "droveway/server/limits.h"
#include "droveway/server/listen.h"
#include "droveway/server/server.h"
#include "support.h"

enum {
  SPLIT = 1,  /* in two writes */
  PLAIN = 2,  /* without TLS */
  TLS_12 = 4, /* instead of 1.3 */
  PATIENCE_MS = 10000,
  PROBE_EVERY = 64,
  COUNT_EVERY = 1000,
  MOST_REQUESTS = 16,
  MOST_HEADERS = 64 /* of a request that is sure to be answered: the library's memory for them has an end */
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

/* --- a second reader of HTTP, that takes what RFC 9112 lets a server take --- */

struct reader {
  const char *at, *end;
};

struct request {
  char method[16], path[256]; /* PATH without the query, %XX read */
  struct dw_buf body;
  bool plain;  /* as a client should write it: it is owed an answer, and the connection stays open */
  bool chunks; /* Transfer-Encoding: chunked */
  bool expects;
  const char *length; /* of the body, as written; not ended */
  size_t length_size, headers;
};

struct line {
  const char *text;
  size_t length;
};

/* A line without its end. A single LF may end one (RFC 9112, 2.2), but not in what a client should write. */
static bool read_line(struct reader *reader, struct line *out, bool *plain) {
  const char *end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
  if (!end)
    return false;
  bool cr = end > reader->at && end[-1] == '\r';
  *plain = *plain && cr;
  *out = (struct line){reader->at, (size_t)(end - reader->at) - cr};
  reader->at = end + 1;
  return true;
}

static bool is_token(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] == 127 || strchr("\"(),/:;<=>?@[\\]{}", text[i]))
      return false;
  return length > 0;
}

/* Digits alone: strtoull would take signs and blanks. */
static bool read_number(const char *text, size_t length, unsigned base, size_t *out) {
  static const char digits[] = "0123456789abcdef";
  *out = 0;
  for (size_t i = 0; i < length; i++) {
    const char *digit = text[i] == 0 ? NULL : strchr(digits, text[i] >= 'A' && text[i] <= 'F' ? text[i] + 32 : text[i]);
    if (!digit || (unsigned)(digit - digits) >= base || *out > SIZE_MAX / 32)
      return false;
    *out = *out * base + (size_t)(digit - digits);
  }
  return length > 0;
}

static void read_target(struct request *request, const char *text, size_t length) {
  size_t out = 0;
  for (size_t i = 0; i < length && text[i] != '?' && out + 1 < sizeof request->path; i++) {
    size_t value = 0;
    bool escaped = text[i] == '%' && i + 2 < length && read_number(text + i + 1, 2, 16, &value);
    request->path[out++] = escaped ? (char)value : text[i];
    i += escaped ? 2 : 0;
  }
  for (size_t i = 0; i < length; i++) {
    request->plain = request->plain && text[i] > ' ' && text[i] < 127 && text[i] != '%' && text[i] != '#';
    request->headers += text[i] == '&' || text[i] == ';';
  }
  request->plain = request->plain && length > 0 && length < 128 && text[0] == '/';
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

/* The parts may stand apart by any blanks (RFC 9112, 3). Blanks inside the target should be refused, but do not change
 * where the request ends. */
static bool read_request_line(struct request *request, const struct line *line) {
  size_t method = 0;
  size_t version = line->length;
  while (version > 0 && is_blank(line->text[version - 1]))
    version--;
  const size_t end = version;
  while (version > 0 && !is_blank(line->text[version - 1]))
    version--;
  while (method < line->length && !is_blank(line->text[method]))
    method++;
  if (end - version != 8 || memcmp(line->text + version, "HTTP/1.", 7) != 0 || method >= sizeof request->method ||
      method >= version || !is_token(line->text, method))
    return false;
  memcpy(request->method, line->text, method);
  struct line target = {line->text + method, version - method};
  request->plain = request->plain && end == line->length && line->text[version + 7] == '1' && target.length > 2 &&
                   target.text[0] == ' ' && target.text[target.length - 1] == ' ';
  while (target.length > 0 && is_blank(target.text[target.length - 1]))
    target.length--;
  while (target.length > 0 && is_blank(*target.text))
    target.text++, target.length--;
  read_target(request, target.text, target.length);
  return true;
}

static bool is_name(const struct line *name, const char *text) {
  return name->length == strlen(text) && strncasecmp(name->text, text, name->length) == 0;
}

/* False where the framing is broken or can be read in two ways. */
static bool read_header(struct request *request, const struct line *line) {
  const char *colon = memchr(line->text, ':', line->length);
  if (!colon)
    return request->plain = false, true; /* no header: it can't frame anything */
  struct line name = {line->text, (size_t)(colon - line->text)};
  struct line value = {colon + 1, line->length - name.length - 1};
  while (value.length > 0 && (*value.text == ' ' || *value.text == '\t'))
    value.text++, value.length--;
  while (value.length > 0 && (value.text[value.length - 1] == ' ' || value.text[value.length - 1] == '\t'))
    value.length--;
  request->headers++;
  request->plain = request->plain && is_token(name.text, name.length);
  for (size_t i = 0; i < value.length; i++) {
    request->plain = request->plain && value.text[i] >= ' ' && value.text[i] < 127;
    request->headers += value.text[i] == ';' || value.text[i] == '=';
  }
  if (is_name(&name, "connection") || is_name(&name, "expect") || is_name(&name, "upgrade"))
    request->plain = false;
  if (is_name(&name, "content-length")) {
    if (request->length)
      return false;
    request->length = value.text;
    request->length_size = value.length;
  } else if (is_name(&name, "transfer-encoding")) {
    if (request->chunks || !is_name(&value, "chunked"))
      return false;
    request->chunks = true;
  }
  return true;
}

static bool read_head(struct reader *reader, struct request *request) {
  struct line line;
  bool hosts = false;
  do {
    const char *start = reader->at;
    if (!read_line(reader, &line, &request->plain))
      return false;
    request->plain = request->plain && (line.length > 0 || start == reader->at);
  } while (line.length == 0);
  if (!read_request_line(request, &line))
    return false;
  while (read_line(reader, &line, &request->plain)) {
    if (line.length == 0) {
      request->plain = request->plain && hosts && request->headers <= MOST_HEADERS;
      return true;
    }
    bool host = line.length > 5 && strncasecmp(line.text, "host:", 5) == 0;
    request->plain = request->plain && !(host && hosts) && *line.text != ' ' && *line.text != '\t';
    hosts = hosts || host;
    if (!read_header(request, &line))
      return false;
  }
  return false;
}

static bool read_bytes(struct reader *reader, struct request *request, size_t length) {
  if (length > (size_t)(reader->end - reader->at))
    return false;
  dw_buf_add(&request->body, reader->at, length);
  reader->at += length;
  return true;
}

static bool read_chunks(struct reader *reader, struct request *request) {
  struct line line;
  size_t length = 0;
  do {
    if (!read_line(reader, &line, &request->plain))
      return false;
    const char *extension = memchr(line.text, ';', line.length);
    size_t digits = extension ? (size_t)(extension - line.text) : line.length;
    request->plain = request->plain && !extension && digits < 8;
    if (!read_number(line.text, digits, 16, &length) || !read_bytes(reader, request, length))
      return false;
    if (length > 0 && (!read_line(reader, &line, &request->plain) || line.length != 0))
      return false;
  } while (length > 0);
  while (read_line(reader, &line, &request->plain)) {
    if (line.length == 0)
      return true;
    request->plain = false; /* trailers */
  }
  return false;
}

/* The next request; false where none comes to its end, or it is no HTTP. */
static bool read_request(struct reader *reader, struct request *request) {
  size_t length = 0;
  *request = (struct request){.plain = true};
  if (!read_head(reader, request))
    return false;
  if (request->chunks)
    return !request->length && read_chunks(reader, request);
  if (!request->length)
    return true;
  return read_number(request->length, request->length_size, 10, &length) && read_bytes(reader, request, length);
}

struct requests {
  struct request list[MOST_REQUESTS];
  size_t count;
  bool plain; /* all of it is whole plain requests */
};

static void read_requests(const struct dw_buf *wire, struct requests *out) {
  struct reader reader = {dw_buf_text(wire), dw_buf_text(wire) + wire->length};
  *out = (struct requests){.plain = true};
  while (out->count < MOST_REQUESTS && reader.at < reader.end) {
    struct request *request = &out->list[out->count];
    const char *start = reader.at;
    if (!read_request(&reader, request)) {
      dw_buf_free(&request->body);
      reader.at = start;
      break;
    }
    out->plain = out->plain && request->plain;
    out->count++;
  }
  out->plain = out->plain && out->count > 0 && reader.at == reader.end;
}

static void free_requests(struct requests *requests) {
  for (size_t i = 0; i < requests->count; i++)
    dw_buf_free(&requests->list[i].body);
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

/* 1 for a whole answer, 0 where it is cut off. */
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

/* A review is answered with 200 exactly as the engine answers that body. */
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

/* For whoever looks into a failure. */
static void show_answers(const struct dw_buf *text) {
  if (getenv("FUZZ_SHOW"))
    fprintf(stderr, "answered: %s\n", dw_buf_text(text));
}

/* How many requests are answered in TEXT. CLOSES where the server says that it closes the connection. */
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
    if (!request) /* what is not whole, or no HTTP, is never decided */
      FUZZ_ASSERT(!memmem(reader.at, (size_t)(reader.end - reader.at), "\"allowed\"", 9));
    if (!read_answer(&reader, request && strcmp(request->method, "HEAD") == 0, &answer))
      break;
    if (answer.status < 200)
      continue;
    if (request)
      check_answer(request, &answer);
    count++;
    if (answer.closes) { /* no client reads on; the library may say its 400 twice */
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
  curl_easy_setopt(client->curl, CURLOPT_SSL_VERIFYPEER, 0L); /* tests look after that; here it costs time */
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

/* The fuzzer's own alarm interrupts it now and then. */
static bool ready(int fd, short events, int64_t until) {
  struct pollfd polled = {.fd = fd, .events = events};
  int found = -1;
  for (int64_t left; found < 0 && (left = until - now_ms()) > 0;) {
    found = poll(&polled, 1, (int)left);
    FUZZ_ASSERT(found >= 0 || errno == EINTR);
  }
  return found > 0;
}

/* False where the server has closed. */
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

/* Some more bytes; false where the server has closed. It must do one of both in time. */
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

/* A plain request on the connection as it is; it must be answered with 200. */
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

static void probe_anew(void) {
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
  client_open(&client, flags & TLS_12);
  bool open = client_send(&client, dw_buf_text(wire), first) &&
              client_send(&client, dw_buf_text(wire) + first, wire->length - first);
  if (requests.plain) {
    FUZZ_ASSERT(open);
    while (check_answers(&requests, &text, &closes) < requests.count)
      FUZZ_ASSERT(client_receive(&client, &text));
    FUZZ_ASSERT(!closes);
    probe(&client, "GET", "/livez", "");
  } else {
    shutdown(client.fd, SHUT_WR); /* nothing more comes: the server must close too */
    while (client_receive(&client, &text))
      continue;
    check_answers(&requests, &text, &closes);
  }
  curl_easy_cleanup(client.curl);
  free_requests(&requests);
}

/* Whatever comes back is a TLS record; HTTP is spoken with nobody. */
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

/* Pipes and /dev/null are left out: a sanitizer speaks to its symbolizer over them. */
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

/* Those of closed connections may take a moment to go. */
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
  dw_log_set_level(DW_LOG_ERROR);
  signal(SIGPIPE, SIG_IGN);
  the_server = calloc(1, sizeof *the_server);
  FUZZ_ASSERT(the_server);
  make_certificates(the_server);
  start_server(the_server);
  the_server->descriptors = count_descriptors(false);
  probe_anew();
  atexit(stop_server);
}

/* The bytes to send: "Content-Length: @" gets the length that is right for what stands behind the head. */
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
    probe_anew();
  if (the_server->runs % COUNT_EVERY == 0)
    check_descriptors();
  return 0;
}
