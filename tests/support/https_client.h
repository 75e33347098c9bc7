/* An HTTPS client over libcurl that checks the server's certificate. */
#ifndef SUPPORT_HTTPS_CLIENT_H
#define SUPPORT_HTTPS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct https_client; /* one connection, kept between requests; for one thread */

/* Connects to https://HOST:PORT and trusts only the CA in CA_FILE. */
struct https_client *https_client_new(const char *host, uint16_t port, const char *ca_file);
void https_client_free(struct https_client *client);

enum https_tls { HTTPS_TLS_ANY, HTTPS_TLS_1_1, HTTPS_TLS_1_2, HTTPS_TLS_1_3 };
/* From the next connection on, uses only this TLS version. */
void https_client_tls(struct https_client *client, enum https_tls version);

struct https_request {
  const char *method; /* NULL: POST if there is a body, else GET */
  const char *path;
  const char *const *headers; /* "Name: value", terminated by NULL; NULL for only Content-Type: application/json */
  const char *body;           /* NULL: none */
  size_t length;
  bool chunked;
};
struct https_reply {
  long status;     /* 0 if there was no answer */
  char error[256]; /* the reason */
  char *headers;   /* as received; freed by https_reply_free() */
  char *body;
  size_t length;
  long new_connections; /* 0 if the existing one was used */
};
struct https_reply https_send(struct https_client *client, const struct https_request *request);
void https_reply_free(struct https_reply *reply);

/* Opens a TLS connection for raw bytes; NULL if that fails. */
struct https_raw;
struct https_raw *https_raw_open(const char *host, uint16_t port, const char *ca_file);
/* False if the server has closed the connection. */
bool https_raw_send(struct https_raw *raw, const char *bytes, size_t length);
/* Receives until the server closes the connection or TIMEOUT_MS pass without a byte. The caller frees the result.
 * CLOSED (may be NULL) says which of the two happened. */
char *https_raw_receive(struct https_raw *raw, int timeout_ms, bool *closed);
void https_raw_close(struct https_raw *raw);

#endif
