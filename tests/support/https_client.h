/* An HTTPS client over libcurl that checks the server's certificate. */
#ifndef SUPPORT_HTTPS_CLIENT_H
#define SUPPORT_HTTPS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct https_client; /* one connection, kept between requests; for one thread */

/* Talks to https://HOST:PORT, trusting the CA in CA_FILE alone. */
struct https_client *https_client_new(const char *host, uint16_t port, const char *ca_file);
void https_client_free(struct https_client *client);

enum https_tls { HTTPS_TLS_ANY, HTTPS_TLS_1_1, HTTPS_TLS_1_2, HTTPS_TLS_1_3 };
/* From the next connection on only this version. */
void https_client_tls(struct https_client *client, enum https_tls version);

struct https_request {
  const char *method; /* NULL: POST where there is a body, else GET */
  const char *path;
  const char *const *headers; /* "Name: value" ended by NULL; NULL for Content-Type: application/json alone */
  const char *body;           /* NULL: none */
  size_t length;
  bool chunked;
};
struct https_reply {
  long status;     /* 0 where there was no answer */
  char error[256]; /* why */
  char *headers;   /* as they came; freed by https_reply_free() */
  char *body;
  size_t length;
  long new_connections; /* 0 where the kept one served */
};
struct https_reply https_send(struct https_client *client, const struct https_request *request);
void https_reply_free(struct https_reply *reply);

/* A TLS connection for raw bytes; NULL where it can't be made. */
struct https_raw;
struct https_raw *https_raw_open(const char *host, uint16_t port, const char *ca_file);
/* False where the other side is gone. */
bool https_raw_send(struct https_raw *raw, const char *bytes, size_t length);
/* What comes until the other side closes or TIMEOUT_MS passes without a byte; freed by the caller. CLOSED (may be NULL)
 * tells which. */
char *https_raw_receive(struct https_raw *raw, int timeout_ms, bool *closed);
void https_raw_close(struct https_raw *raw);

#endif
