/* Receives requests and answers them. */
#include "support/fake_api_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/run_program.h"

enum { MOST_REQUEST = 65536, TICK_MS = 20 };

/* --- requests: "/apis/G/V[/namespaces/NS]/PLURAL[/NAME]?limit=..." --- */

struct question {
  char path[256]; /* as received, without the query */
  char base[256]; /* of the resource */
  char ns[64], name[128];
  char query[512];
  bool watch, put, post, patch, delete;
  long limit, version, offset; /* of a further page: version >= 0 */
  long token;
  long watch_version, seconds;
};

static const char *parameter(const struct question *question, const char *key) {
  const char *at = strstr(question->query, key);
  return at == NULL ? NULL : at + strlen(key);
}

static long number(const char *text, long otherwise) {
  return text == NULL ? otherwise : strtol(text, NULL, 10);
}

static void split_path(struct question *out) {
  char *words[12];
  char copy[256];
  size_t count = 0;
  snprintf(copy, sizeof copy, "%s", out->path);
  for (char *save = NULL, *word = strtok_r(copy, "/", &save); word != NULL && count < 12;
       word = strtok_r(NULL, "/", &save))
    words[count++] = word;
  size_t at = count > 0 && strcmp(words[0], "api") == 0 ? 2 : 3; /* the word after the version */
  if (count <= at) {
    snprintf(out->base, sizeof out->base, "%s", out->path);
    return;
  }
  size_t plural = at;
  if (strcmp(words[at], "namespaces") == 0 && count > at + 2) {
    snprintf(out->ns, sizeof out->ns, "%s", words[at + 1]);
    plural = at + 2;
  }
  for (size_t i = 0; i < at; i++) {
    strncat(out->base, "/", sizeof out->base - strlen(out->base) - 1);
    strncat(out->base, words[i], sizeof out->base - strlen(out->base) - 1);
  }
  strncat(out->base, "/", sizeof out->base - strlen(out->base) - 1);
  strncat(out->base, words[plural], sizeof out->base - strlen(out->base) - 1);
  if (count > plural + 1)
    snprintf(out->name, sizeof out->name, "%s", words[plural + 1]);
}

static bool read_question(const char *request, struct question *out) {
  char target[800] = "";
  *out = (struct question){.version = -1};
  if (sscanf(request, "%*15s %799s", target) != 1)
    return false;
  const char *mark = strchr(target, '?');
  snprintf(out->path, sizeof out->path, "%.*s", (int)(mark == NULL ? strlen(target) : (size_t)(mark - target)), target);
  snprintf(out->query, sizeof out->query, "%s", mark == NULL ? "" : mark + 1);
  split_path(out);
  out->put = strncmp(request, "PUT ", 4) == 0;
  out->post = strncmp(request, "POST ", 5) == 0;
  out->patch = strncmp(request, "PATCH ", 6) == 0;
  out->delete = strncmp(request, "DELETE ", 7) == 0;
  out->watch = strstr(out->query, "watch=true") != NULL;
  out->limit = number(parameter(out, "limit="), 1000000);
  out->watch_version = number(parameter(out, "resourceVersion="), 0);
  out->seconds = number(parameter(out, "timeoutSeconds="), 3600);
  const char *token = parameter(out, "continue=");
  if (token != NULL && sscanf(token, "v%ldat%ldof%ld", &out->version, &out->offset, &out->token) < 2)
    return false;
  const char *field = parameter(out, "fieldSelector=metadata.name%3D");
  if (field != NULL)
    snprintf(out->name, sizeof out->name, "%.*s", (int)strcspn(field, "&"), field);
  return true;
}

/* --- answers; the caller holds the lock --- */

static void add_answer(struct dw_buf *out, int status, const char *body) {
  dw_buf_printf(out, "HTTP/1.1 %d Told\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
                strlen(body), body);
}

static void add_status(struct dw_buf *out, int status) {
  static const struct {
    int status;
    const char *reason;
  } reasons[] = {{403, "Forbidden"}, {404, "NotFound"}, {409, "Conflict"}, {410, "Expired"}, {429, "TooManyRequests"}};
  const char *reason = "InternalError";
  char body[256];
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status)
      reason = reasons[i].reason;
  snprintf(
      body, sizeof body,
      "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"%s\",\"message\":\"the test said %d\",\"code\":%d}",
      reason, status, status);
  add_answer(out, status, body);
}

/* Whether ITEM has the label of "labelSelector=KEY%3DVALUE". */
static bool has_label(const struct question *question, const struct item *item) {
  const char *selector = parameter(question, "labelSelector=");
  char text[128] = "";
  if (selector == NULL)
    return true;
  for (const char *c = selector; *c != '\0' && *c != '&' && strlen(text) + 1 < sizeof text; c++) {
    unsigned byte = (unsigned char)*c;
    if (*c == '%' && sscanf(c + 1, "%2x", &byte) == 1)
      c += 2;
    text[strlen(text)] = (char)byte;
  }
  char *value = strchr(text, '=');
  fake_check(value != NULL, "a label selector without =");
  *value++ = '\0';
  struct json_object *object = json_tokener_parse(item->text), *metadata = NULL, *labels = NULL;
  bool has = json_object_object_get_ex(object, "metadata", &metadata) &&
             json_object_object_get_ex(metadata, "labels", &labels) && strcmp(fake_text_in(labels, text), value) == 0;
  json_object_put(object);
  return has;
}

static bool is_asked_for(const struct question *question, const struct item *item) {
  return has_label(question, item) && (*question->ns == '\0' || strcmp(question->ns, item->ns) == 0) &&
         (*question->name == '\0' || strcmp(question->name, item->name) == 0);
}

static void add_list(struct fake_api *api, const struct place *place, const struct question *question,
                     struct dw_buf *out) {
  DW_BUF_SCOPED struct dw_buf items = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  long skipped = 0, added = 0;
  bool more = false;
  if (question->version >= 0 && (question->version < api->compacted || api->expiring_pages > 0)) {
    api->expiring_pages -= api->expiring_pages > 0;
    add_status(out, 410);
    return;
  }
  for (size_t i = 0; i < place->item_count; i++) {
    if (!is_asked_for(question, &place->items[i]))
      continue;
    if (skipped++ < question->offset)
      continue;
    if (added == question->limit) {
      more = true;
      break;
    }
    dw_buf_printf(&items, "%s%s", added++ == 0 ? "" : ",", place->items[i].text);
  }
  long version = question->version >= 0 ? question->version : api->version;
  dw_buf_printf(&body, "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"%ld\"", version);
  if (place->token_count > 0)
    dw_buf_printf(&body, ",\"continue\":\"v%ldat0of%zu\"", version, ((size_t)question->token + 1) % place->token_count);
  else if (more)
    dw_buf_printf(&body, ",\"continue\":\"v%ldat%ld\"", version, question->offset + added);
  dw_buf_printf(&body, "},\"items\":[%s]}\n", dw_buf_text(&items));
  add_answer(out, 200, dw_buf_text(&body));
}

static void add_item(const struct place *place, const struct question *question, struct dw_buf *out) {
  for (size_t i = 0; i < place->item_count; i++)
    if (is_asked_for(question, &place->items[i])) {
      add_answer(out, 200, place->items[i].text);
      return;
    }
  add_status(out, 404);
}

static bool same_version(const char *one, const char *other) {
  struct json_object *a = json_tokener_parse(one), *b = json_tokener_parse(other), *in_a = NULL, *in_b = NULL;
  fake_check(a != NULL && json_object_object_get_ex(a, "metadata", &in_a), "an object without metadata");
  fake_check(b != NULL && json_object_object_get_ex(b, "metadata", &in_b), "an object without metadata");
  bool same = strcmp(fake_text_in(in_a, "resourceVersion"), fake_text_in(in_b, "resourceVersion")) == 0;
  json_object_put(a);
  json_object_put(b);
  return same;
}

static void replace_item(struct fake_api *api, struct place *place, const struct question *question,
                         const char *request, struct dw_buf *out) {
  const char *body = strstr(request, "\r\n\r\n") + 4;
  const struct item *there = fake_find_item(place, question->ns, question->name);
  if (there == NULL) {
    add_status(out, 404);
  } else if (!same_version(there->text, body)) {
    add_status(out, 409);
  } else {
    struct item item = fake_read_item(api, body);
    fake_check(strcmp(item.ns, question->ns) == 0 && strcmp(item.name, question->name) == 0, "an object put elsewhere");
    fake_put_item(api, place, item);
    add_answer(out, 200, fake_find_item(place, question->ns, question->name)->text);
  }
}

/* Stores nothing. Returns false if it is no access review. */
static bool review_access(const struct place *place, const char *request, struct dw_buf *out) {
  const char *body = strstr(request, "\r\n\r\n") + 4;
  if (strcmp(place->path, FAKE_OWN_ACCESS) != 0 && strcmp(place->path, FAKE_ACCESS) != 0)
    return false;
  bool denied = place->denied != NULL && strstr(body, place->denied) != NULL;
  add_answer(out, 201, denied ? "{\"status\":{\"allowed\":false}}" : "{\"status\":{\"allowed\":true}}");
  return true;
}

static void create_item(struct fake_api *api, struct place *place, const struct question *question, const char *request,
                        struct dw_buf *out) {
  struct item item = fake_read_item(api, strstr(request, "\r\n\r\n") + 4);
  fake_check(strcmp(item.ns, question->ns) == 0, "an object posted elsewhere");
  if (fake_find_item(place, item.ns, item.name) != NULL) {
    fake_free_item(&item);
    add_status(out, 409);
    return;
  }
  fake_put_item(api, place, item);
  add_answer(out, 201, fake_find_item(place, item.ns, item.name)->text);
}

/* Server-side apply by the only owner of the object. */
static void apply_item(struct fake_api *api, struct place *place, const struct question *question, const char *request,
                       struct dw_buf *out) {
  struct item *there = fake_find_item(place, question->ns, question->name);
  fake_check(strstr(question->query, "fieldManager=") != NULL, "an apply without a field manager");
  add_answer(out, there == NULL ? 201 : 200, "{}");
  struct item item = fake_read_item(api, strstr(request, "\r\n\r\n") + 4);
  fake_check(strcmp(item.ns, question->ns) == 0 && strcmp(item.name, question->name) == 0,
             "an object applied elsewhere");
  fake_put_item(api, place, item);
}

static void delete_item(struct fake_api *api, struct place *place, const struct question *question, const char *request,
                        struct dw_buf *out) {
  struct item *there = fake_find_item(place, question->ns, question->name);
  struct json_object *options = json_tokener_parse(strstr(request, "\r\n\r\n") + 4), *expected = NULL;
  struct json_object *object = there == NULL ? NULL : json_tokener_parse(there->text), *metadata = NULL;
  json_object_object_get_ex(options, "preconditions", &expected);
  json_object_object_get_ex(object, "metadata", &metadata);
  bool same = expected == NULL ||
              (strcmp(fake_text_in(expected, "uid"), fake_text_in(metadata, "uid")) == 0 &&
               strcmp(fake_text_in(expected, "resourceVersion"), fake_text_in(metadata, "resourceVersion")) == 0);
  if (there == NULL || !same) {
    add_status(out, there == NULL ? 404 : 409);
  } else {
    fake_remove_item(api, place, there);
    add_answer(out, 200, "{}");
  }
  json_object_put(options);
  json_object_put(object);
}

/* Applies a merge patch whose members are not objects. */
static void patch_item(struct fake_api *api, struct place *place, const struct question *question, const char *request,
                       struct dw_buf *out) {
  struct item *there = fake_find_item(place, question->ns, question->name);
  if (there == NULL) {
    add_status(out, 404);
    return;
  }
  fake_check(strstr(request, "application/merge-patch+json") != NULL, "no merge patch");
  struct json_object *object = json_tokener_parse(there->text);
  struct json_object *patch = json_tokener_parse(strstr(request, "\r\n\r\n") + 4);
  fake_check(patch != NULL, "a patch that is no JSON");
  json_object_object_foreach(patch, key, value) {
    json_object_object_add(object, key, json_tokener_parse(json_object_to_json_string(value)));
  }
  fake_put_item(api, place, fake_read_item(api, json_object_to_json_string(object)));
  json_object_put(patch);
  json_object_put(object);
  add_answer(out, 200, fake_find_item(place, question->ns, question->name)->text);
}

/* Answers "/apis/GROUP" with the versions of it that are served. */
static bool add_group(struct fake_api *api, const struct question *question, struct dw_buf *out) {
  if (strncmp(question->path, "/apis/", 6) != 0 || strchr(question->path + 6, '/') != NULL)
    return false;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  size_t count = 0;
  dw_buf_puts(&body, "{\"kind\":\"APIGroup\",\"versions\":[");
  for (size_t i = 0; i < api->place_count; i++) {
    const struct place *place = &api->places[i];
    size_t length = strlen(question->path);
    if (!place->served || strncmp(place->path, question->path, length) != 0 || place->path[length] != '/')
      continue;
    const char *version = place->path + length + 1;
    dw_buf_printf(&body, "%s{\"version\":\"%.*s\"}", count++ == 0 ? "" : ",", (int)strcspn(version, "/"), version);
  }
  dw_buf_puts(&body, "]}");
  if (count == 0)
    add_status(out, 404);
  else
    add_answer(out, 200, dw_buf_text(&body));
  return true;
}

static int refusal_of(struct fake_api *api, const struct question *question) {
  const struct place *all = fake_place(api, "/");
  if (all->refused != 0)
    return all->refused;
  const struct place *exact = fake_place(api, question->path);
  return exact->refused != 0 ? exact->refused : fake_place(api, question->base)->refused;
}

static enum fake_ask kind_of(const struct question *question) {
  if (question->put || question->delete)
    return question->put ? FAKE_PUT : FAKE_DELETE;
  if (question->post || question->patch)
    return question->post ? FAKE_POST : FAKE_PATCH;
  if (question->watch)
    return FAKE_WATCH;
  if (question->version >= 0)
    return FAKE_PAGE;
  return *question->name != '\0' && strstr(question->query, "fieldSelector") == NULL ? FAKE_GET : FAKE_LIST;
}

/* --- connections --- */

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

static bool send_chunk(int fd, const char *text) {
  char head[24];
  snprintf(head, sizeof head, "%zx\r\n", strlen(text));
  return send_all(fd, head, strlen(head)) && send_all(fd, text, strlen(text)) && send_all(fd, "\r\n", 2);
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void wait_a_tick(struct fake_api *api) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += TICK_MS * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_cond_timedwait(&api->changed, &api->lock, &until);
}

/* Sends the events since NEXT as chunks. Returns false if the connection is closed. Releases the lock while it sends.
 */
static bool send_events(struct fake_api *api, size_t place, size_t *next, int fd) {
  while (!api->muted && *next < api->places[place].event_count) {
    char *line = strdup(api->places[place].events[(*next)++].line);
    fake_unlock(api);
    bool sent = send_chunk(fd, line);
    free(line);
    fake_lock(api);
    if (!sent)
      return false;
  }
  return true;
}

static bool stay_watching(struct fake_api *api, const struct question *question, size_t place, int fd) {
  int64_t until = now_ms() + question->seconds * 1000;
  unsigned drops = api->drops, ends = api->ends;
  size_t next = 0;
  while (next < api->places[place].event_count && api->places[place].events[next].version <= question->watch_version)
    next++;
  while (!api->ending && api->drops == drops && api->places[place].served) {
    if (!send_events(api, place, &next, fd))
      return false;
    if (now_ms() >= until || api->ends != ends)
      return true;
    wait_a_tick(api);
  }
  return false;
}

static bool watch(struct fake_api *api, const struct question *question, size_t place, int fd) {
  static const char gone[] = "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\","
                             "\"message\":\"too old resource version\"}}\n";
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  bool expired = question->watch_version < api->compacted;
  fake_unlock(api);
  bool kept = send_all(fd, head, strlen(head));
  if (kept && expired)
    kept = send_chunk(fd, gone);
  fake_lock(api);
  if (kept && !expired)
    kept = stay_watching(api, question, place, fd);
  fake_unlock(api);
  kept = kept && send_all(fd, "0\r\n\r\n", 5);
  fake_lock(api);
  return kept;
}

/* Call it under the lock, which is released while bytes are sent. Returns false if the connection is to be closed. */
static bool respond(struct fake_api *api, const char *request, int fd) {
  struct question question;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  bool keep = true;
  if (!read_question(request, &question))
    return false;
  struct place *place = fake_place(api, question.base);
  const struct place *exact = fake_place(api, question.path);
  enum fake_ask ask = kind_of(&question);
  int refused = refusal_of(api, &question);
  place->asked[ask]++;
  if (refused == 0 && (ask == FAKE_GET || ask == FAKE_PUT))
    refused = ask == FAKE_GET ? place->refused_gets : place->refused_puts;
  if (refused == 0 && ask == FAKE_WATCH)
    refused = place->refused_watches;
  bool writes = ask == FAKE_POST || ask == FAKE_PATCH;
  if (refused == 0 && ((ask == FAKE_GET && place->hang_gets) || (writes && place->hang_writes))) {
    for (unsigned drops = api->drops; !api->ending && api->drops == drops;)
      wait_a_tick(api);
    return false;
  }
  if (ask == FAKE_WATCH && exact->has_raw_watch) {
    dw_buf_add(&out, exact->raw_watch.data, exact->raw_watch.length);
    keep = false;
  } else if (exact->has_raw) {
    dw_buf_add(&out, exact->raw.data, exact->raw.length);
    keep = false;
  } else if (refused != 0)
    add_status(&out, refused);
  else if (strcmp(question.path, "/readyz") == 0)
    add_answer(&out, 200, "ok");
  else if (!add_group(api, &question, &out)) {
    if (!place->served)
      add_status(&out, 404);
    else if (ask == FAKE_WATCH)
      return watch(api, &question, (size_t)(place - api->places), fd);
    else if (ask == FAKE_GET)
      add_item(place, &question, &out);
    else if (ask == FAKE_PUT)
      replace_item(api, place, &question, request, &out);
    else if (ask == FAKE_POST && review_access(place, request, &out))
      keep = true;
    else if (ask == FAKE_POST)
      create_item(api, place, &question, request, &out);
    else if (ask == FAKE_DELETE)
      delete_item(api, place, &question, request, &out);
    else if (ask == FAKE_PATCH && strstr(request, "application/apply-patch+yaml") != NULL)
      apply_item(api, place, &question, request, &out);
    else if (ask == FAKE_PATCH)
      patch_item(api, place, &question, request, &out);
    else
      add_list(api, place, &question, &out);
  }
  if (writes && place->lost_answers > 0) {
    place->lost_answers--;
    return false;
  }
  fake_unlock(api);
  keep = send_all(fd, out.data, out.length) && keep;
  fake_lock(api);
  return keep;
}

/* Reads head and body. Returns false if the connection ends. */
static bool read_request(int fd, char *request) {
  size_t length = 0;
  for (;;) {
    request[length] = '\0';
    const char *end = strstr(request, "\r\n\r\n");
    const char *announced = strcasestr(request, "\r\nContent-Length:");
    if (end != NULL &&
        length >= (size_t)(end + 4 - request) + (size_t)number(announced == NULL ? NULL : announced + 17, 0))
      return true;
    ssize_t got = length + 1 < MOST_REQUEST ? recv(fd, request + length, MOST_REQUEST - 1 - length, 0) : 0;
    if (got <= 0)
      return false;
    length += (size_t)got;
  }
}

static void *serve_connection(void *context) {
  struct connection *connection = context;
  struct fake_api *api = connection->api;
  char *request = malloc(MOST_REQUEST);
  bool keep = request != NULL;
  while (keep && read_request(connection->fd, request)) {
    fake_lock(api);
    dw_buf_truncate(&api->last, 0);
    dw_buf_puts(&api->last, request);
    keep = !api->ending && api->listener >= 0 && respond(api, request, connection->fd);
    fake_unlock(api);
  }
  fake_lock(api);
  shutdown(connection->fd, SHUT_RDWR);
  close(connection->fd);
  connection->over = true;
  fake_unlock(api);
  free(request);
  return NULL;
}

static void *accept_all(void *context) {
  struct fake_api *api = context;
  fake_lock(api);
  while (!api->ending) {
    int listener = api->listener;
    if (listener < 0) {
      wait_a_tick(api);
      continue;
    }
    fake_unlock(api);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    fake_lock(api);
    if (fd < 0)
      continue;
    fake_check(api->connection_count < MOST_CONNECTIONS, "too many connections");
    struct connection *connection = &api->connections[api->connection_count++];
    *connection = (struct connection){.api = api, .fd = fd};
    fake_check(pthread_create(&connection->thread, NULL, serve_connection, connection) == 0, "no thread");
  }
  fake_unlock(api);
  return NULL;
}

/* --- start and end --- */

static int open_listener(int *port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)*port)};
  socklen_t length = sizeof address;
  int yes = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  fake_check(fd >= 0, "no socket");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  fake_check(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0, "can't bind");
  fake_check(listen(fd, 128) == 0 && getsockname(fd, (struct sockaddr *)&address, &length) == 0, "can't listen");
  *port = ntohs(address.sin_port);
  return fd;
}

static void write_kubeconfig(struct fake_api *api) {
  char text[512];
  struct dw_error err = DW_ERROR_INIT;
  folder_make(api->folder);
  snprintf(api->kubeconfig, sizeof api->kubeconfig, "%s/config", api->folder);
  snprintf(text, sizeof text,
           "{apiVersion: v1, kind: Config, current-context: c, users: [{name: u, user: {token: t}}], clusters: [{name: "
           "c, cluster: {server: \"http://127.0.0.1:%d\"}}], contexts: [{name: c, context: {cluster: c, user: u}}]}\n",
           api->port);
  folder_write(api->folder, "config", text);
  struct dw_api_options options = {.kubeconfig = api->kubeconfig};
  api->config = dw_api_config_load(&options, &err);
  if (api->config == NULL)
    fail_msg("%s", err.text);
}

struct fake_api *fake_api_start(void) {
  struct fake_api *api = calloc(1, sizeof *api);
  fake_check(api != NULL, "out of memory");
  pthread_mutex_init(&api->lock, NULL);
  pthread_cond_init(&api->changed, NULL);
  api->version = 100;
  api->connections = calloc(MOST_CONNECTIONS, sizeof *api->connections);
  api->listener = open_listener(&api->port);
  write_kubeconfig(api);
  fake_check(pthread_create(&api->acceptor, NULL, accept_all, api) == 0, "no thread");
  return api;
}

static void close_listener(struct fake_api *api) {
  if (api->listener < 0)
    return;
  shutdown(api->listener, SHUT_RDWR);
  close(api->listener);
  api->listener = -1;
}

static void cut_connections(struct fake_api *api) {
  api->drops++;
  for (size_t i = 0; i < api->connection_count; i++)
    if (!api->connections[i].over)
      shutdown(api->connections[i].fd, SHUT_RDWR);
  pthread_cond_broadcast(&api->changed);
}

void fake_api_end(struct fake_api *api) {
  fake_lock(api);
  api->ending = true;
  close_listener(api);
  cut_connections(api);
  fake_unlock(api);
  pthread_join(api->acceptor, NULL);
  for (size_t i = 0; i < api->connection_count; i++)
    pthread_join(api->connections[i].thread, NULL);
  for (size_t i = 0; i < api->place_count; i++)
    fake_free_place(&api->places[i]);
  dw_api_config_free(api->config);
  dw_buf_free(&api->last);
  pthread_cond_destroy(&api->changed);
  pthread_mutex_destroy(&api->lock);
  folder_remove(api->folder);
  free(api->connections);
  free(api);
}

const struct dw_api_config *fake_api_config(const struct fake_api *api) {
  return api->config;
}

const char *fake_api_kubeconfig(const struct fake_api *api) {
  return api->kubeconfig;
}

void fake_api_drop(struct fake_api *api) {
  fake_lock(api);
  cut_connections(api);
  fake_unlock(api);
}

void fake_api_end_watches(struct fake_api *api) {
  fake_lock(api);
  api->ends++;
  pthread_cond_broadcast(&api->changed);
  fake_unlock(api);
}

void fake_api_down(struct fake_api *api) {
  fake_lock(api);
  close_listener(api);
  cut_connections(api);
  fake_unlock(api);
}

void fake_api_up(struct fake_api *api) {
  fake_lock(api);
  if (api->listener < 0)
    api->listener = open_listener(&api->port);
  fake_unlock(api);
}
