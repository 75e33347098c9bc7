#include "support/https_client.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct https_client {
  CURL *curl;
  char base[128];
};

struct bytes {
  char *data;
  size_t length;
};

static size_t add_bytes(char *data, size_t size, size_t count, void *out) {
  struct bytes *bytes = out;
  size_t more = size * count;
  char *grown = realloc(bytes->data, bytes->length + more + 1);
  if (grown == NULL)
    return 0;
  memcpy(grown + bytes->length, data, more);
  bytes->data = grown;
  bytes->length += more;
  grown[bytes->length] = '\0';
  return more;
}

static CURL *new_handle(const char *ca_file) {
  CURL *curl = curl_easy_init();
  if (curl == NULL)
    abort();
  curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
  return curl;
}

struct https_client *https_client_new(const char *host, uint16_t port, const char *ca_file) {
  struct https_client *client = calloc(1, sizeof *client);
  if (client == NULL)
    abort();
  client->curl = new_handle(ca_file);
  snprintf(client->base, sizeof client->base, "https://%s:%u", host, port);
  return client;
}

void https_client_free(struct https_client *client) {
  if (client != NULL)
    curl_easy_cleanup(client->curl);
  free(client);
}

void https_client_tls(struct https_client *client, enum https_tls version) {
  static const long exactly[] = {
      [HTTPS_TLS_ANY] = CURL_SSLVERSION_DEFAULT,
      [HTTPS_TLS_1_1] = CURL_SSLVERSION_TLSv1_1 | CURL_SSLVERSION_MAX_TLSv1_1,
      [HTTPS_TLS_1_2] = CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2,
      [HTTPS_TLS_1_3] = CURL_SSLVERSION_TLSv1_3 | CURL_SSLVERSION_MAX_TLSv1_3,
  };
  curl_easy_setopt(client->curl, CURLOPT_SSLVERSION, exactly[version]);
  /* Otherwise the client's own library would not offer 1.1, and the server would not be tested. */
  curl_easy_setopt(client->curl, CURLOPT_SSL_CIPHER_LIST, version == HTTPS_TLS_1_1 ? "ALL:@SECLEVEL=0" : NULL);
  curl_easy_setopt(client->curl, CURLOPT_FRESH_CONNECT, 1L);
}

static struct curl_slist *headers_of(const struct https_request *request) {
  static const char *const usual[] = {"Content-Type: application/json", NULL};
  struct curl_slist *list = NULL;
  for (const char *const *at = request->headers == NULL ? usual : request->headers; *at != NULL; at++)
    list = curl_slist_append(list, *at);
  if (request->chunked)
    list = curl_slist_append(list, "Transfer-Encoding: chunked");
  return list;
}

static void set_request(struct https_client *client, const struct https_request *request) {
  CURL *curl = client->curl;
  char url[512];
  snprintf(url, sizeof url, "%s%s", client->base, request->path);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
  curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  if (request->body != NULL) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
  }
  if (request->method != NULL && strcmp(request->method, "HEAD") == 0)
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  else if (request->method != NULL)
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

struct https_reply https_send(struct https_client *client, const struct https_request *request) {
  struct https_reply reply = {.status = 0};
  struct bytes headers = {NULL, 0}, body = {NULL, 0};
  struct curl_slist *list = headers_of(request);
  char error[CURL_ERROR_SIZE] = "";
  set_request(client, request);
  curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, add_bytes);
  curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, add_bytes);
  curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, &headers);
  CURLcode code = curl_easy_perform(client->curl);
  curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(client->curl, CURLINFO_NUM_CONNECTS, &reply.new_connections);
  if (code != CURLE_OK) {
    reply.status = 0;
    snprintf(reply.error, sizeof reply.error, "%s", error[0] == '\0' ? curl_easy_strerror(code) : error);
  }
  reply.headers = headers.data == NULL ? calloc(1, 1) : headers.data;
  reply.body = body.data == NULL ? calloc(1, 1) : body.data;
  reply.length = body.length;
  curl_slist_free_all(list);
  curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
  curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, NULL);
  curl_easy_setopt(client->curl, CURLOPT_FRESH_CONNECT, 0L);
  return reply;
}

void https_reply_free(struct https_reply *reply) {
  free(reply->headers);
  free(reply->body);
}

struct https_raw {
  CURL *curl;
  curl_socket_t socket;
};

struct https_raw *https_raw_open(const char *host, uint16_t port, const char *ca_file) {
  char url[128];
  struct https_raw *raw = calloc(1, sizeof *raw);
  if (raw == NULL)
    abort();
  raw->curl = new_handle(ca_file);
  snprintf(url, sizeof url, "https://%s:%u", host, port);
  curl_easy_setopt(raw->curl, CURLOPT_URL, url);
  curl_easy_setopt(raw->curl, CURLOPT_CONNECT_ONLY, 1L);
  if (curl_easy_perform(raw->curl) == CURLE_OK &&
      curl_easy_getinfo(raw->curl, CURLINFO_ACTIVESOCKET, &raw->socket) == CURLE_OK)
    return raw;
  https_raw_close(raw);
  return NULL;
}

static bool ready(const struct https_raw *raw, short events, int timeout_ms) {
  struct pollfd polled = {.fd = raw->socket, .events = events};
  return poll(&polled, 1, timeout_ms) > 0;
}

bool https_raw_send(struct https_raw *raw, const char *bytes, size_t length) {
  while (length > 0) {
    size_t sent = 0;
    CURLcode code = curl_easy_send(raw->curl, bytes, length, &sent);
    if (code == CURLE_AGAIN && ready(raw, POLLOUT, 10000))
      continue;
    if (code != CURLE_OK)
      return false;
    bytes += sent;
    length -= sent;
  }
  return true;
}

char *https_raw_receive(struct https_raw *raw, int timeout_ms, bool *closed) {
  struct bytes got = {calloc(1, 1), 0};
  char block[4096];
  bool over = false;
  while (!over) {
    size_t count = 0;
    CURLcode code = curl_easy_recv(raw->curl, block, sizeof block, &count);
    if (code == CURLE_OK && count > 0)
      add_bytes(block, 1, count, &got);
    else if (code != CURLE_AGAIN)
      over = true;
    else if (!ready(raw, POLLIN, timeout_ms))
      break;
  }
  if (closed != NULL)
    *closed = over;
  return got.data;
}

void https_raw_close(struct https_raw *raw) {
  if (raw != NULL)
    curl_easy_cleanup(raw->curl);
  free(raw);
}
