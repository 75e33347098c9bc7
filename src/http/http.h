/* What comes over HTTP and what is answered: between the transport and the service that it carries. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/limits.h"

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

/* The service that a transport carries. Its functions are called on several threads at once; each fills ANSWER. */
struct dw_http_handler {
  const void *service; /* what they are called with */
  /* What the head alone already refuses, so that no body need be read: true where it does. */
  bool (*refuse)(const void *service, const struct dw_http_request *request, struct dw_http_answer *answer);
  /* A refusal that only the transport can notice. */
  void (*fail)(const void *service, const struct dw_http_request *request, struct dw_http_answer *answer, int status,
               const char *text);
  /* The answer to the whole request. */
  void (*respond)(const void *service, const struct dw_http_request *request, struct dw_http_answer *answer);
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
