#include "http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum {
  /* Bodies up to this size are always accepted. Larger ones share a budget, so that slow senders can't fill the memory
   * and small reviews are still answered. */
  SMALL_BODY = 64 << 10,
  /* How much of a refused body is read and discarded, so that the answer reaches a client that sends before it reads.
   */
  MOST_DISCARDED = 64 << 20
};

/* The head of a request, and how it announces the end of the body. */
struct head {
  struct dw_http_request request;
  unsigned lengths, codings; /* Content-Length and Transfer-Encoding headers */
  bool expects;              /* "Expect: 100-continue" */
  bool broken;
};

/* A request and its answer. */
struct exchange {
  struct head head;
  struct dw_buf body;
  size_t charged; /* bytes, to the budget that all share */
  size_t discarded;
  bool refused; /* ANSWER is filled; the rest of the body is discarded */
  struct dw_http_answer answer;
  /* only if the body is large: */
  struct heavy_job job;
  struct exchanges *all;
  struct MHD_Connection *connection;
  atomic_bool judged; /* ANSWER is filled */
};

/* A connection and its current request. */
struct link {
  int fd;
  gnutls_session_t session;        /* NULL: plain HTTP */
  struct credentials *credentials; /* in use when it began */
  bool used;                       /* it has sent a request */
  bool lingers;                    /* it was answered before its whole body was read */
  bool checked, trusted;           /* whether the client's certificate was checked, and is valid */
  struct exchange exchange;
};

static struct link *link_of(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* --- the head --- */

static uint64_t length_in(const char *text) {
  int64_t length = 0;
  return dw_parse_int64(text, &length) && length >= 0 ? (uint64_t)length : UINT64_MAX;
}

/* Returns true if a header name may contain C (RFC 9110, 5.6.2). A proxy may read a name with other characters
 * differently. */
static bool in_token(char c) {
  if (dw_is_alnum(c) || c == '-')
    return true;
  return c != '\0' && strchr("!#$%&'*+.^_`|~", c) != NULL;
}

static bool is_token(const char *text) {
  const char *at = text;
  while (in_token(*at))
    at++;
  return *at == '\0' && at > text;
}

static bool has_controls(const char *text) {
  for (; *text != '\0'; text++)
    if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
      return true;
  return false;
}

/* The first of several headers with the same name is used. */
static void note_first(const char **out, const char *value) {
  if (*out == NULL)
    *out = value;
}

static void read_header(struct head *head, const char *key, const char *value) {
  head->broken |= !is_token(key) || has_controls(value);
  if (strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
    head->broken |= value[strspn(value, "0123456789")] != '\0' || *value == '\0';
    if (head->lengths++ == 0)
      head->request.announced = length_in(value);
  } else if (strcasecmp(key, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
    head->codings++;
    head->broken |= strcasecmp(value, "chunked") != 0;
  } else if (strcasecmp(key, MHD_HTTP_HEADER_CONTENT_TYPE) == 0) {
    note_first(&head->request.content_type, value);
  } else if (strcasecmp(key, MHD_HTTP_HEADER_CONTENT_ENCODING) == 0) {
    note_first(&head->request.content_encoding, value);
  } else if (strcasecmp(key, MHD_HTTP_HEADER_EXPECT) == 0) {
    head->expects |= strcasecmp(value, "100-continue") == 0;
  }
}

static enum MHD_Result read_value(void *context, enum MHD_ValueKind kind, const char *key, const char *value) {
  struct head *head = context;
  const char *text = value == NULL ? "" : value;
  head->request.head += strlen(key) + strlen(text) + strlen(": \r\n");
  if (kind == MHD_HEADER_KIND)
    read_header(head, key, text);
  else
    head->request.verbose |= strcasecmp(key, "verbose") == 0;
  return MHD_YES;
}

/* Reads the head. OUT points to memory that lives as long as the request. */
static void read_head(struct MHD_Connection *connection, const char *url, const char *method, struct head *out) {
  out->request = (struct dw_http_request){.method = method, .path = url};
  out->request.head = strlen(url) + strlen(method) + strlen("  HTTP/1.1\r\n\r\n");
  MHD_get_connection_values(connection, MHD_HEADER_KIND | MHD_GET_ARGUMENT_KIND, read_value, out);
}

/* The client's certificate is checked once per connection. */
static bool is_trusted(const struct exchanges *all, struct link *link) {
  if (link->session == NULL) /* plain HTTP */
    return true;
  if (link->credentials == NULL)
    return false;
  if (!link->checked)
    link->trusted = dw_credentials_trust(link->credentials, link->session, all->audience);
  link->checked = true;
  return link->trusted;
}

/* --- the answer --- */

static enum MHD_Result add_headers(struct MHD_Response *response, const struct dw_http_answer *answer, bool close) {
  enum MHD_Result good = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
  if (answer->allow != NULL && good == MHD_YES)
    good = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
  if (close && good == MHD_YES)
    good = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  return good;
}

static enum MHD_Result queue(struct MHD_Connection *connection, struct exchange *exchange, bool close) {
  size_t length = 0;
  char *body = dw_buf_steal(&exchange->answer.body, &length);
  struct MHD_Response *response = MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);
  if (response == NULL) {
    free(body);
    return MHD_NO;
  }
  enum MHD_Result good = add_headers(response, &exchange->answer, close);
  if (good == MHD_YES)
    good = MHD_queue_response(connection, (unsigned)exchange->answer.status, response);
  MHD_destroy_response(response);
  return good;
}

/* Answers before the body is read. The library then closes the connection. */
static enum MHD_Result queue_early(struct MHD_Connection *connection, struct exchange *exchange) {
  link_of(connection)->lingers = true;
  return queue(connection, exchange, true);
}

/* --- the body --- */

static void count_in(struct exchanges *all, struct link *link) {
  atomic_fetch_add(&all->load->active, 1);
  if (!link->used)
    atomic_fetch_sub(&all->load->fresh, 1);
  link->used = true;
  dw_connections_busy(all->load->connections, link->fd);
}

/* The head was received. The body of a refused request is still read if it is small, so that the connection can stay
 * open. */
static enum MHD_Result begin(struct exchanges *all, struct MHD_Connection *connection, const char *url,
                             const char *method) {
  struct link *link = link_of(connection);
  struct exchange *exchange = &link->exchange;
  struct dw_http_request *request = &exchange->head.request;
  count_in(all, link);
  read_head(connection, url, method, &exchange->head);
  request->untrusted = !is_trusted(all, link);
  const struct head *head = &exchange->head;
  if (head->broken || head->lengths + head->codings > 1) { /* another reader could find another end: RFC 9112, 6.3 */
    all->handler.fail(all->handler.service, request, &exchange->answer, 400,
                      "ambiguous body length: send one Content-Length, or Transfer-Encoding: chunked");
    return queue_early(connection, exchange);
  }
  exchange->refused = all->handler.refuse(all->handler.service, request, &exchange->answer);
  bool body_follows = request->announced > 0 || head->codings > 0;
  if (exchange->refused && body_follows && (request->announced > all->max_body || head->expects))
    return queue_early(connection, exchange);
  if (!exchange->refused && request->announced > 0 && request->announced <= SMALL_BODY)
    dw_buf_reserve(&exchange->body, (size_t)request->announced);
  return MHD_YES;
}

/* Charges SIZE more bytes to the budget. Returns false if too many large bodies are being received. */
static bool charge(struct exchanges *all, struct exchange *exchange, size_t size) {
  size_t length = exchange->body.length + size;
  size_t due = length <= SMALL_BODY ? 0 : length - exchange->charged;
  if (due > 0 && !dw_budget_acquire(&all->load->budget, due)) {
    dw_bound_hit(&all->load->hits, DW_BOUND_TOTAL_MEMORY);
    return false;
  }
  exchange->charged += due;
  return true;
}

static void release(struct exchanges *all, struct exchange *exchange) {
  dw_budget_release(&all->load->budget, exchange->charged);
  exchange->charged = 0;
  dw_buf_free(&exchange->body);
}

static void refuse(struct exchanges *all, struct exchange *exchange, int status) {
  char text[64];
  snprintf(text, sizeof text, "the body exceeds the limit of %zu bytes", all->max_body);
  all->handler.fail(all->handler.service, &exchange->head.request, &exchange->answer, status,
                    status == 413 ? text : "too many large requests at once; try again later");
  exchange->refused = true;
  release(all, exchange);
}

/* A part of the body was received. */
static enum MHD_Result collect(struct exchanges *all, struct exchange *exchange, const char *data, size_t size) {
  if (!exchange->refused && size > all->max_body - exchange->body.length) {
    dw_bound_hit(&all->load->hits, DW_BOUND_BODY);
    refuse(all, exchange, 413);
  }
  if (!exchange->refused && !charge(all, exchange, size))
    refuse(all, exchange, 503);
  if (!exchange->refused) {
    dw_buf_add(&exchange->body, data, size);
    return MHD_YES;
  }
  exchange->discarded += size;
  return exchange->discarded <= MOST_DISCARDED ? MHD_YES : MHD_NO;
}

/* Runs in the thread for large bodies. The connection is suspended meanwhile, so nothing else uses the exchange. */
static void judge_heavy(void *context, bool cancelled) {
  struct exchange *exchange = context;
  struct MHD_Connection *connection = exchange->connection;
  const struct dw_http_request *request = &exchange->head.request;
  const struct dw_http_handler *handler = &exchange->all->handler;
  if (cancelled)
    handler->fail(handler->service, request, &exchange->answer, 503, "stopping");
  else
    handler->respond(handler->service, request, &exchange->answer);
  exchange->judged = true; /* from here on the exchange belongs to the connection's thread again */
  MHD_resume_connection(connection);
}

static enum MHD_Result hand_over(struct exchanges *all, struct MHD_Connection *connection, struct exchange *exchange) {
  exchange->all = all;
  exchange->connection = connection;
  exchange->job = (struct heavy_job){.run = judge_heavy, .context = exchange};
  MHD_suspend_connection(connection);
  if (!dw_heavy_add(all->heavy, &exchange->job))
    judge_heavy(exchange, true);
  return MHD_YES;
}

/* The request is complete. */
static enum MHD_Result finish(struct exchanges *all, struct MHD_Connection *connection, struct exchange *exchange) {
  struct dw_http_request *request = &exchange->head.request;
  if (!exchange->refused && !exchange->judged) {
    request->body = exchange->body.data;
    request->length = exchange->body.length;
    if (request->length > SMALL_BODY)
      return hand_over(all, connection, exchange);
    all->handler.respond(all->handler.service, request, &exchange->answer);
  }
  release(all, exchange);
  /* The library accepts some lines as the end of a head or of a chunk that other readers don't. So nothing more is read
   * after an error, or after a body of unknown length: it could be part of that request. */
  bool plain = strcmp(request->method, "POST") != 0 || request->announced > 0;
  bool keep = exchange->answer.status == 200 && plain && exchange->head.codings == 0;
  bool close = !keep || atomic_load(&all->closing);
  return queue(connection, exchange, close);
}

enum MHD_Result dw_exchange_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                    const char *version, const char *upload_data, size_t *upload_size, void **context) {
  (void)version;
  struct exchanges *all = cls;
  struct exchange *exchange = *context;
  if (exchange == NULL) {
    *context = &link_of(connection)->exchange;
    return begin(all, connection, url, method);
  }
  if (*upload_size == 0)
    return finish(all, connection, exchange);
  size_t size = *upload_size;
  *upload_size = 0;
  return collect(all, exchange, upload_data, size);
}

void dw_exchange_completed(void *cls, struct MHD_Connection *connection, void **context,
                           enum MHD_RequestTerminationCode reason) {
  (void)reason;
  struct exchanges *all = cls;
  struct exchange *exchange = *context;
  if (exchange == NULL)
    return;
  dw_connections_idle(all->load->connections, link_of(connection)->fd);
  release(all, exchange);
  dw_buf_free(&exchange->answer.body);
  memset(exchange, 0, sizeof *exchange);
  *context = NULL;
  atomic_fetch_sub(&all->load->active, 1);
}

static void close_link(struct exchanges *all, const struct link *link) {
  if (!link->used)
    atomic_fetch_sub(&all->load->fresh, 1);
  if (link->lingers)
    dw_linger_keep(all->linger, link->fd);
  dw_connections_closed(all->load->connections, link->fd);
  dw_credentials_release(link->credentials);
}

static struct link *open_link(struct exchanges *all, struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  const union MHD_ConnectionInfo *tls = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  struct link *link = calloc(1, sizeof *link);
  if (link == NULL || fd == NULL || (tls == NULL) != all->plain)
    abort();
  link->fd = fd->connect_fd;
  dw_connections_begin(all->load->connections, link->fd);
  if (tls != NULL) {
    link->session = tls->tls_session;
    link->credentials = dw_credentials_acquire(all->certificates, link->session, all->audience);
  }
  atomic_fetch_add(&all->load->fresh, 1);
  return link;
}

void dw_exchange_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code) {
  struct exchanges *all = cls;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    *socket_context = open_link(all, connection);
    return;
  }
  if (*socket_context == NULL)
    return;
  struct link *link = *socket_context;
  close_link(all, link);
  free(link);
  *socket_context = NULL;
}
