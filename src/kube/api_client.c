#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "files/files.h"
#include "kube/api_internal.h"
#include "json/json.h"

enum {
  CONNECT_MS = 10000,
  POLL_MS = 1000,
  MOST_ERROR_BYTES = 64 * 1024, /* of the body of an error answer; the rest is ignored */
  MOST_TOKEN_BYTES = 64 * 1024,
  MOST_RETRY_AFTER_S = 60,
  KEEPALIVE_S = 30
};

struct dw_api_client {
  const struct dw_api_config *config;
  CURL *easy;
  CURLM *multi; /* keeps the connection between calls */
  atomic_bool interrupted;
};

/* One call. */
struct call {
  struct dw_api_client *client;
  const struct dw_api_request *request;
  struct dw_api_result *result;
  struct curl_slist *headers;
  struct dw_buf refusal; /* the body of an error answer */
  int64_t begun;         /* in monotonic milliseconds */
  int64_t received;      /* when the last byte arrived */
  bool opened;           /* the head of a 2xx answer has arrived */
  bool lasted;           /* the request's `lasted` was called */
  bool enough;           /* the request's `receive` returned false */
  bool idle;             /* nothing was received for too long */
  char error[CURL_ERROR_SIZE];
};

static void start_library(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct dw_api_client *dw_api_client_new(const struct dw_api_config *config, struct dw_error *err) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, start_library);
  struct dw_api_client *client = calloc(1, sizeof *client);
  if (client != NULL) {
    client->config = config;
    client->easy = curl_easy_init();
    client->multi = curl_multi_init();
    if (client->easy != NULL && client->multi != NULL)
      return client;
  }
  dw_api_client_free(client);
  dw_error_set(err, DW_ERR_MEMORY, "can't open a connection to the API server: out of memory");
  return NULL;
}

const char *dw_api_library(void) {
  return curl_version_info(CURLVERSION_NOW)->version;
}

void dw_api_client_free(struct dw_api_client *client) {
  if (client == NULL)
    return;
  curl_easy_cleanup(client->easy);
  curl_multi_cleanup(client->multi);
  free(client);
}

void dw_api_client_interrupt(struct dw_api_client *client) {
  atomic_store(&client->interrupted, true);
  curl_multi_wakeup(client->multi);
}

void dw_api_escape(struct dw_buf *out, const char *text) {
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
    bool plain = dw_is_alnum((char)*c) || strchr("-._~", *c) != NULL;
    if (plain)
      dw_buf_putc(out, (char)*c);
    else
      dw_buf_printf(out, "%%%02X", *c);
  }
}

/* --- the answer --- */

static int status_of(const struct call *call) {
  long status = 0;
  curl_easy_getinfo(call->client->easy, CURLINFO_RESPONSE_CODE, &status);
  return (int)status;
}

bool dw_api_collect(void *context, const char *data, size_t length) {
  const struct dw_api_body *body = context;
  if (length > body->most - body->buf->length)
    return false;
  dw_buf_add(body->buf, data, length);
  return true;
}

bool dw_api_is_success(int status) {
  return status >= 200 && status <= 299;
}

static size_t on_header(char *data, size_t size, size_t count, void *context) {
  struct call *call = context;
  bool last = size * count > 0 && (data[0] == '\r' || data[0] == '\n');
  call->received = dw_now_milliseconds();
  if (!last || !dw_api_is_success(status_of(call)))
    return size * count;
  call->opened = true;
  if (call->request->opened != NULL)
    call->request->opened(call->request->context);
  return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *context) {
  struct call *call = context;
  size_t length = size * count;
  call->received = dw_now_milliseconds();
  if (!dw_api_is_success(status_of(call))) {
    size_t room = MOST_ERROR_BYTES - call->refusal.length;
    dw_buf_add(&call->refusal, data, length < room ? length : room);
    return length;
  }
  if (call->request->receive == NULL || call->request->receive(call->request->context, data, length))
    return length;
  call->enough = true;
  return CURL_WRITEFUNC_ERROR;
}

/* --- the request --- */

static void set_pem(CURL *easy, const struct dw_api_pem *pem, CURLoption file, CURLoption blob) {
  if (pem->text != NULL) {
    struct curl_blob data = {pem->text, pem->length, CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, blob, &data);
  } else if (pem->file != NULL) {
    curl_easy_setopt(easy, file, pem->file);
  }
}

/* A configured CA is the only trusted one: those of the machine are not trusted in addition. */
static void set_tls(CURL *easy, const struct dw_api_config *config) {
  if (config->ca.text != NULL || config->ca.file != NULL) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    set_pem(easy, &config->ca, CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB);
  }
  set_pem(easy, &config->certificate, CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB);
  set_pem(easy, &config->key, CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB);
  if (config->insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

static int add_header(struct call *call, const char *text) {
  struct curl_slist *grown = curl_slist_append(call->headers, text);
  if (grown == NULL)
    return -1;
  call->headers = grown;
  return 0;
}

static int refuse(struct call *call, const char *what) {
  snprintf(call->result->message, sizeof call->result->message, "%s", what);
  return -1;
}

static int add_token(struct call *call, struct dw_arena *arena) {
  const struct dw_api_config *config = call->client->config;
  const char *token = config->token;
  if (config->token_file != NULL) {
    struct dw_error err = DW_ERROR_INIT;
    size_t length = 0;
    char *text = dw_read_file(arena, config->token_file, MOST_TOKEN_BYTES, &length, &err);
    if (text == NULL)
      return refuse(call, dw_arena_printf(arena, "the token: %s", err.text));
    text[strcspn(text, " \t\r\n")] = '\0';
    token = text;
  }
  if (token == NULL)
    return 0;
  return add_header(call, dw_arena_join(arena, "Authorization: Bearer ", token, ""));
}

/* If the certificate has another name than the server, the URL contains that name, because curl verifies the name in
 * the URL, and CONNECT_TO contains the real address. */
static int set_url(struct call *call, struct dw_arena *arena, struct curl_slist **connect_to) {
  const struct dw_api_config *config = call->client->config;
  CURL *easy = call->client->easy;
  const char *server = config->server;
  if (config->tls_server_name != NULL && strncmp(server, "https://", 8) == 0) {
    const char *host = server + 8;
    const char *path = host + strcspn(host, "/");
    const char *address = dw_arena_strndup(arena, host, (size_t)(path - host));
    const char *after = *address == '[' ? strchr(address, ']') : address;
    bool has_port = after != NULL && strchr(after, ':') != NULL;
    *connect_to = curl_slist_append(NULL, dw_arena_printf(arena, "::%s%s", address, has_port ? "" : ":443"));
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, *connect_to);
    server = dw_arena_printf(arena, "https://%s%s", config->tls_server_name, path);
    if (*connect_to == NULL || add_header(call, dw_arena_printf(arena, "Host: %s", address)) != 0)
      return -1;
  }
  return curl_easy_setopt(easy, CURLOPT_URL, dw_arena_printf(arena, "%s%s", server, call->request->path)) == CURLE_OK
             ? 0
             : -1;
}

static int set_body(struct call *call, struct dw_arena *arena) {
  const struct dw_api_request *request = call->request;
  CURL *easy = call->client->easy;
  if (request->body != NULL) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    const char *type = request->content_type == NULL ? "application/json" : request->content_type;
    if (add_header(call, dw_arena_printf(arena, "Content-Type: %s", type)) != 0)
      return -1;
  }
  if (request->method != NULL)
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
  return 0;
}

static void set_transport(struct call *call) {
  const struct dw_api_config *config = call->client->config;
  CURL *easy = call->client->easy;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  /* Stopping a watch closes its connection, so it must not be shared with others, as it could be with HTTP/2. */
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "droveway/" DW_VERSION);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)call->request->timeout_ms);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_S);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_S);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
  if (config->proxy != NULL)
    curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy);
  if (config->username != NULL) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, config->username);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, config->password);
  }
}

static int prepare(struct call *call, struct dw_arena *arena, struct curl_slist **connect_to) {
  curl_easy_reset(call->client->easy);
  set_transport(call);
  set_tls(call->client->easy, call->client->config);
  if (add_header(call, "Accept: application/json") != 0 || add_header(call, "Expect:") != 0 ||
      set_body(call, arena) != 0 || set_url(call, arena, connect_to) != 0)
    return refuse(call, "out of memory");
  if (add_token(call, arena) != 0)
    return -1;
  curl_easy_setopt(call->client->easy, CURLOPT_HTTPHEADER, call->headers);
  return 0;
}

/* --- the call --- */

/* Milliseconds until `lasted` is due; negative if it is not to be called any more. */
static int64_t until_lasting(const struct call *call) {
  if (call->request->lasted == NULL || call->lasted || !call->opened)
    return -1;
  int64_t left = call->begun + (int64_t)call->request->lasting_ms - dw_now_milliseconds();
  return left > 0 ? left : 0;
}

static void report_lasting(struct call *call) {
  if (until_lasting(call) != 0)
    return;
  call->lasted = true;
  call->request->lasted(call->request->context);
}

static int wait_ms(const struct call *call) {
  unsigned idle = call->request->idle_ms;
  int64_t lasting = until_lasting(call);
  int wait = idle > 0 && idle < POLL_MS ? (int)idle : POLL_MS;
  return lasting >= 0 && lasting < wait ? (int)lasting : wait;
}

/* Runs until the answer is complete or fails. Returns curl's code; CURLE_ABORTED_BY_CALLBACK if it was interrupted. */
static CURLcode run(struct call *call) {
  CURLM *multi = call->client->multi;
  for (;;) {
    int running = 0;
    int left = 0;
    if (atomic_load(&call->client->interrupted))
      return CURLE_ABORTED_BY_CALLBACK;
    if (curl_multi_perform(multi, &running) != CURLM_OK)
      return CURLE_FAILED_INIT;
    for (const CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;)
      if (message->msg == CURLMSG_DONE)
        return message->data.result;
    unsigned idle_ms = call->request->idle_ms;
    call->idle = idle_ms > 0 && dw_now_milliseconds() - call->received >= (int64_t)idle_ms;
    if (call->idle)
      return CURLE_OPERATION_TIMEDOUT;
    report_lasting(call);
    curl_multi_poll(multi, NULL, 0, wait_ms(call), NULL);
  }
}

static void one_line(char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < ' ')
      *text = ' ';
}

/* An error answer is a Status, unless a proxy in front of the API server sent it. */
static void read_refusal(const struct call *call) {
  struct dw_api_result *result = call->result;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new((size_t)MOST_ERROR_BYTES * 64);
  const dw_json *status = dw_json_parse(arena, dw_buf_text(&call->refusal), call->refusal.length, DW_JSON_PLAIN, NULL);
  const char *reason = dw_json_get_string(status, "reason");
  const char *message = dw_json_get_string(status, "message");
  snprintf(result->reason, sizeof result->reason, "%s", reason == NULL ? "" : reason);
  if (message != NULL && *message != '\0')
    snprintf(result->message, sizeof result->message, "%s", message);
  else
    snprintf(result->message, sizeof result->message, "the API server answered with HTTP status %d", result->status);
}

static void describe(struct call *call, CURLcode code) {
  struct dw_api_result *result = call->result;
  curl_off_t retry = 0;
  result->status = status_of(call);
  result->complete = code == CURLE_OK;
  result->enough = call->enough;
  result->stopped = call->enough || code == CURLE_ABORTED_BY_CALLBACK;
  if (curl_easy_getinfo(call->client->easy, CURLINFO_RETRY_AFTER, &retry) == CURLE_OK && retry > 0)
    result->retry_after_ms = (unsigned)(retry > MOST_RETRY_AFTER_S ? MOST_RETRY_AFTER_S : retry) * 1000;
  if (result->stopped)
    snprintf(result->message, sizeof result->message, "stopped");
  else if (code == CURLE_OK && !dw_api_is_success(result->status))
    read_refusal(call);
  else if (call->idle)
    snprintf(result->message, sizeof result->message, "no data received for %u ms", call->request->idle_ms);
  else if (code != CURLE_OK)
    snprintf(result->message, sizeof result->message, "%s",
             call->error[0] == '\0' ? curl_easy_strerror(code) : call->error);
  one_line(result->message);
  one_line(result->reason);
}

/* One of the headers contains the token. */
static void free_headers(struct curl_slist *headers) {
  for (struct curl_slist *header = headers; header != NULL; header = header->next)
    explicit_bzero(header->data, strlen(header->data));
  curl_slist_free_all(headers);
}

int dw_api_call(struct dw_api_client *client, const struct dw_api_request *request, struct dw_api_result *result) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new_secret();
  int64_t now = dw_now_milliseconds();
  struct call call = {.client = client, .request = request, .result = result, .begun = now, .received = now};
  struct curl_slist *connect_to = NULL;
  memset(result, 0, sizeof *result);
  if (prepare(&call, arena, &connect_to) == 0) {
    curl_multi_add_handle(client->multi, client->easy);
    CURLcode code = run(&call);
    describe(&call, code);
    curl_multi_remove_handle(client->multi, client->easy);
  }
  curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, NULL);
  curl_easy_setopt(client->easy, CURLOPT_CONNECT_TO, NULL);
  free_headers(call.headers);
  curl_slist_free_all(connect_to);
  dw_buf_free(&call.refusal);
  return result->complete && dw_api_is_success(result->status) ? 0 : -1;
}

/* --- waiting between retries --- */

static uint32_t random_number(void) {
  uint32_t number = 0;
  (void)!getrandom(&number, sizeof number, 0);
  return number;
}

unsigned dw_backoff_after(struct dw_backoff *backoff, unsigned asked_ms, int64_t now_ms, uint32_t random) {
  if (backoff->reset_ms > 0 && now_ms - backoff->last_ms > (int64_t)backoff->reset_ms)
    backoff->tries = 0;
  unsigned wait = backoff->first_ms;
  for (unsigned i = 0; i < backoff->tries && wait < backoff->most_ms; i++)
    wait *= 2;
  if (wait > backoff->most_ms)
    wait = backoff->most_ms;
  backoff->tries++;
  backoff->last_ms = now_ms;
  wait += (unsigned)((uint64_t)wait * random >> 32); /* jitter: the fraction RANDOM / 2^32 of the wait */
  return wait < asked_ms ? asked_ms : wait;
}

unsigned dw_backoff_next(struct dw_backoff *backoff, unsigned asked_ms) {
  return dw_backoff_after(backoff, asked_ms, dw_now_milliseconds(), random_number());
}

void dw_backoff_reset(struct dw_backoff *backoff) {
  backoff->tries = 0;
}

unsigned dw_spread(unsigned time) {
  struct dw_backoff once = {.first_ms = time, .most_ms = time};
  return dw_backoff_next(&once, 0);
}
