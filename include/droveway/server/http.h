/* From an HTTP request to its answer, without a socket: the server calls it for what came over HTTPS, tests call it
 * directly. Thread-safe. */
#ifndef DROVEWAY_SERVER_HTTP_H
#define DROVEWAY_SERVER_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "droveway/base/buf.h"
#include "droveway/server/reload.h"

struct dw_admissions;
struct dw_recorder;
struct dw_auditor;
struct dw_events;
struct dw_certificates;
struct dw_self_managed;
struct dw_budget;
struct dw_bound_hits;
struct dw_counters;
struct connections;

struct dw_http_service {
  struct dw_worlds *worlds;             /* NULL: not ready */
  struct dw_admissions *admissions;     /* what was just admitted; used with a live cluster only */
  struct dw_recorder *recorder;         /* NULL: reviews are not recorded */
  struct dw_auditor *auditor;           /* NULL: no standing audit */
  struct dw_events *events;             /* that tell of denials; NULL: none */
  struct dw_self_managed *managed;      /* whose first pair /readyz waits for; NULL: none */
  struct dw_certificates *certificates; /* whose metrics are shown; NULL: none */
  unsigned threads;                     /* that answer; 0: not shown */
  size_t max_body;                      /* bytes */
  size_t max_header;                    /* bytes; 0: none */
  size_t max_memory;                    /* bytes of parsed JSON a request */
  unsigned max_nesting;                 /* of a body's JSON; 0: what the parser allows */
  struct dw_budget *budget;             /* of all requests together; NULL: none */
  struct dw_bound_hits *hits;           /* NULL: not counted */
  struct dw_counters *counters;         /* of what is answered and refused; NULL: not counted */
  struct connections *connections;      /* whose number is shown; NULL: none */
  const atomic_uint *active;            /* requests in flight; NULL: not shown */
  atomic_bool stopping;                 /* shutting down: /readyz says so; what comes is still answered */
  /* The service whose metrics this one serves: then /metrics and nothing else. NULL: reviews and health alone. */
  const struct dw_http_service *shown;
};

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

/* What the request's head alone already refuses (404, 405, 413, 415), so that no body need be read. Where true, ANSWER
 * is filled and the refusal is logged. */
bool dw_http_refuse(const struct dw_http_service *service, const struct dw_http_request *request,
                    struct dw_http_answer *answer) __attribute__((nonnull, warn_unused_result));

/* Refuses with a line of text, logs and counts it. For what only the transport can notice. */
void dw_http_fail(const struct dw_http_service *service, const struct dw_http_request *request,
                  struct dw_http_answer *answer, int status, const char *text) __attribute__((nonnull));

/* The whole chain. Fills ANSWER. */
void dw_http_respond(const struct dw_http_service *service, const struct dw_http_request *request,
                     struct dw_http_answer *answer) __attribute__((nonnull));

#endif
