/* One request and its answer over libmicrohttpd: its callbacks. */
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "droveway/base/arena.h"
#include "droveway/server/limits.h"
#include "server/certificates.h"
#include "server/connections.h"
#include "server/heavy.h"
#include "server/linger.h"
#include "server/overload.h"
#include "server/server_internal.h"

/* What all connections share. */
struct exchanges {
  struct dw_http_service service;
  struct lingerer *linger;
  struct heavy *heavy;
  struct connections *connections;
  struct dw_certificates *certificates;
  bool plain;         /* HTTP without TLS */
  atomic_uint active; /* requests begun and not completely answered */
  atomic_uint fresh;  /* connections that have not sent a request yet */
  struct dw_budget budget;
  struct dw_bound_hits hits;
  struct dw_counters counters;
  struct overload overload;
};

/* CLS is struct exchanges for all three. */
enum MHD_Result dw_exchange_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                    const char *version, const char *upload_data, size_t *upload_size, void **context);
void dw_exchange_completed(void *cls, struct MHD_Connection *connection, void **context,
                           enum MHD_RequestTerminationCode reason);
void dw_exchange_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code);

#endif
