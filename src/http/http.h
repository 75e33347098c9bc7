/* HTTP requests and answers: the interface between the transport and the service that it carries. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/memory.h"

/* --- default limits, and how often each was hit --- */

/* Bytes of bodies and parsed JSON of all requests together. */
#define DW_DEFAULT_MAX_TOTAL_MEMORY ((size_t)128 << 20)
/* The heads of an API server's requests are smaller than 1 KiB. */
#define DW_DEFAULT_MAX_HEADER ((size_t)16 << 10)

enum {
  DW_MAX_THREADS = 64,
  DW_DEFAULT_MAX_CONNECTIONS = 1000,
  DW_DEFAULT_MAX_CONNECTIONS_PER_ADDRESS = 250, /* several API servers can share one address */
  DW_DEFAULT_CONNECTION_RATE = 50,              /* a TLS handshake is the most expensive request */
  DW_DEFAULT_IDLE_MS = 180000,                  /* above Go's 90 s, so that the API server closes first */
  DW_DEFAULT_REQUEST_MS = 30000,                /* the longest timeout that a webhook configuration allows */
};

/* The limits that a request or a connection can hit. */
enum dw_bound {
  DW_BOUND_BODY,
  DW_BOUND_HEADER,
  DW_BOUND_NESTING,
  DW_BOUND_MEMORY,
  DW_BOUND_TOTAL_MEMORY,
  DW_BOUND_CONNECTIONS,
  DW_BOUND_CONNECTIONS_PER_ADDRESS,
  DW_BOUND_CONNECTION_RATE,
  DW_BOUND_IDLE_TIME,
  DW_BOUND_REQUEST_TIME,
  DW_BOUND_COUNT
};

struct dw_bound_hits {
  atomic_uint_fast64_t counts[DW_BOUND_COUNT];
};

static inline void dw_bound_hit(struct dw_bound_hits *hits, enum dw_bound limit) {
  atomic_fetch_add_explicit(&hits->counts[limit], 1, memory_order_relaxed);
}

static inline uint64_t dw_bound_hits(const struct dw_bound_hits *hits, enum dw_bound limit) {
  return atomic_load_explicit(&hits->counts[limit], memory_order_relaxed);
}

/* The name of a limit in metrics and documents: "body", "connections_per_address". */
const char *dw_bound_name(enum dw_bound limit) __attribute__((returns_nonnull));

/* --- requests and answers --- */

struct dw_http_request {
  const char *method;       /* "POST" */
  const char *path;         /* without the query */
  bool verbose;             /* the query contains "verbose" */
  const char *content_type; /* NULL if absent, as the next */
  const char *content_encoding;
  uint64_t announced; /* Content-Length; 0 if absent */
  size_t head;        /* bytes of the request line and the headers; 0 if unknown */
  bool untrusted;     /* a client certificate is required (--client-ca), and the client sent no valid one */
  const char *body;   /* may be NULL if LENGTH is 0 */
  size_t length;
};

struct dw_http_answer {
  int status;
  const char *content_type; /* a literal */
  const char *allow;        /* the Allow header of a 405, a literal; otherwise NULL */
  struct dw_buf body;       /* the caller frees it */
};

/* The service that answers the requests of a transport; its owner defines the structure. The functions are called on
 * several threads at once, and each fills ANSWER. */
struct dw_service;
struct dw_http_handler {
  const struct dw_service *service;
  /* Returns true if the head alone is enough to refuse the request, so that its body need not be read. */
  bool (*refuse)(const struct dw_service *service, const struct dw_http_request *request,
                 struct dw_http_answer *answer);
  /* Refuses a request for a reason that only the transport knows. */
  void (*fail)(const struct dw_service *service, const struct dw_http_request *request, struct dw_http_answer *answer,
               int status, const char *text);
  /* Answers the whole request. */
  void (*respond)(const struct dw_service *service, const struct dw_http_request *request,
                  struct dw_http_answer *answer);
};

struct connections;

/* The load of a transport, which the service shares for its limits and metrics. All zero at the start. */
struct dw_http_load {
  struct dw_bound_hits hits;
  struct dw_budget budget;         /* for the bodies and the parsed JSON of all requests together */
  struct dw_log_gate refusals;     /* limits the log lines about refused requests */
  struct connections *connections; /* the open ones; NULL: there is no transport */
  atomic_uint active;              /* requests that have begun and are not completely answered */
  atomic_uint fresh;               /* connections that have not sent a request yet */
  unsigned threads;                /* request threads */
};

#endif
