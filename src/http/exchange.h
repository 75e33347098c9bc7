/* A request and its answer: the callbacks of libmicrohttpd. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "http/certificates_internal.h"
#include "http/connections.h"
#include "http/heavy.h"
#include "http/http.h"
#include "http/linger.h"

/* Shared by all connections. */
struct exchanges {
  struct dw_http_handler handler;
  struct dw_http_load *load;
  struct lingerer *linger;
  struct heavy *heavy;
  struct dw_certificates *certificates;
  enum dw_audience audience;
  bool plain;                  /* HTTP without TLS */
  atomic_bool closing;         /* each answer closes its connection */
  size_t max_body, max_header; /* bytes */
};

/* CLS is a struct exchanges in all three. */
enum MHD_Result dw_exchange_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                    const char *version, const char *upload_data, size_t *upload_size, void **context);
void dw_exchange_completed(void *cls, struct MHD_Connection *connection, void **context,
                           enum MHD_RequestTerminationCode reason);
void dw_exchange_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code);

#endif
