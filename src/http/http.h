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

/* --- limits that apply by default, and how often each was reached --- */

/* What all requests together may take, bodies and parsed JSON. */
#define DW_DEFAULT_MAX_TOTAL_MEMORY ((size_t)128 << 20)
/* An API server's head takes less than 1 KiB. */
#define DW_DEFAULT_MAX_HEADER ((size_t)16 << 10)

enum {
  DW_MAX_THREADS = 64,
  DW_DEFAULT_MAX_CONNECTIONS = 1000,
  DW_DEFAULT_MAX_CONNECTIONS_PER_ADDRESS = 250, /* control planes can come from one address */
  DW_DEFAULT_CONNECTION_RATE = 50,              /* a TLS handshake is the dearest thing that can be asked for */
  DW_DEFAULT_IDLE_MS = 180000,                  /* above Go's 90 s, so that the API server closes first */
  DW_DEFAULT_REQUEST_MS = 30000,                /* the longest that an API server waits for a webhook */
};

/* What a request or connection can hit. */
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

/* As in metrics and docs: "body", "connections_per_address". */
const char *dw_bound_name(enum dw_bound limit) __attribute__((returns_nonnull));

/* --- requests and answers --- */

struct dw_http_request {
  const char *method;       /* "POST" */
  const char *path;         /* without the query */
  bool verbose;             /* the query asks for it */
  const char *content_type; /* NULL where absent, as the next */
  const char *content_encoding;
  uint64_t announced; /* Content-Length; 0 where absent */
  size_t head;        /* bytes of the request line and the headers; 0 where not known */
  bool untrusted;     /* a client's certificate is asked for (--client-ca), and none that counts was shown */
  const char *body;   /* NULL allowed where LENGTH is 0 */
  size_t length;
};

struct dw_http_answer {
  int status;
  const char *content_type; /* a literal */
  const char *allow;        /* with 405: the Allow header, a literal; else NULL */
  struct dw_buf body;       /* the caller frees it */
};

/* The service that a transport carries; its owner defines the structure. The functions are called on several threads at
 * once, and each fills ANSWER. */
struct dw_service;
struct dw_http_handler {
  const struct dw_service *service;
  /* What the head alone already refuses, so that no body need be read: true where it does. */
  bool (*refuse)(const struct dw_service *service, const struct dw_http_request *request,
                 struct dw_http_answer *answer);
  /* A refusal that only the transport can notice. */
  void (*fail)(const struct dw_service *service, const struct dw_http_request *request, struct dw_http_answer *answer,
               int status, const char *text);
  /* The answer to the whole request. */
  void (*respond)(const struct dw_service *service, const struct dw_http_request *request,
                  struct dw_http_answer *answer);
};

struct connections;

/* What a transport is busy with, for limits and metrics that the service shares. All zero at the start. */
struct dw_http_load {
  struct dw_bound_hits hits;
  struct dw_budget budget;         /* of the bodies and the parsed JSON of all requests together */
  struct dw_log_gate refusals;     /* of the lines about refused requests */
  struct connections *connections; /* that are open; NULL: there is no transport */
  atomic_uint active;              /* requests begun and not completely answered */
  atomic_uint fresh;               /* connections that have not sent a request yet */
  unsigned threads;                /* that answer */
};

#endif
