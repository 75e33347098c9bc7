/* A Kubernetes API server: how to reach it (kubeconfig, or from inside a pod) and one connection to it, over libcurl.
 */
#ifndef KUBE_API_H
#define KUBE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* --- where, and as whom --- */

struct dw_api_config; /* immutable, thread-safe */

struct dw_api_options {
  const char *kubeconfig; /* file; NULL: from inside a pod */
  const char *context;    /* of the kubeconfig; NULL: its current-context */
};

/* Whether this process runs in a pod with a service account (KUBERNETES_SERVICE_HOST and the token file). */
bool dw_api_in_cluster(void);

/* NULL with the reason, file and line where they can be told: an exec or auth-provider user, an unknown context, a file
 * that can't be read. Free with dw_api_config_free(). */
struct dw_api_config *dw_api_config_load(const struct dw_api_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
void dw_api_config_free(struct dw_api_config *config); /* NULL is allowed */

const char *dw_api_config_server(const struct dw_api_config *config) __attribute__((nonnull, returns_nonnull));

/* The files that are read again while it is used (a pod's token, a CA, a client's certificate), into OUT[0..MAX); how
 * many there are. They live as long as CONFIG. */
size_t dw_api_config_files(const struct dw_api_config *config, const char **out, size_t max) __attribute__((nonnull));

/* --- one connection --- */

/* Keeps its TCP and TLS connection between calls. For one thread at a time, but for dw_api_client_interrupt(). */
struct dw_api_client;

/* CONFIG must outlive it. NULL where certificates can't be used. */
struct dw_api_client *dw_api_client_new(const struct dw_api_config *config, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
void dw_api_client_free(struct dw_api_client *client); /* NULL is allowed */

/* From any thread: the call in progress, and every later one, returns at once as stopped. */
void dw_api_client_interrupt(struct dw_api_client *client) __attribute__((nonnull));

struct dw_api_request {
  const char *method;            /* NULL: GET */
  const char *path;              /* with the query: "/api/v1/nodes?limit=500" */
  const char *body;              /* NULL: none */
  size_t length;                 /* of the body */
  const char *content_type;      /* of the body */
  unsigned timeout_ms;           /* for the whole call; 0: none (a watch) */
  unsigned idle_ms;              /* without a byte received; 0: none */
  void (*opened)(void *context); /* the head of a 2xx answer has come; NULL: not wanted */
  /* Once, where a 2xx answer still goes on LASTING_MS after the call began. NULL: not wanted. */
  void (*lasted)(void *context);
  unsigned lasting_ms;
  /* The body of a 2xx answer as it comes, unzipped; false ends the call (result: stopped). NULL: not wanted. */
  bool (*receive)(void *context, const char *data, size_t length);
  void *context;
};

struct dw_api_result {
  int status;    /* HTTP's; 0 where no whole head of an answer came */
  bool complete; /* the answer came to its end */
  bool stopped;  /* interrupted, or `receive` wanted no more */
  bool enough;   /* the latter */
  unsigned
      retry_after_ms; /* what the server asked for (Retry-After, seconds or date); 0 where nothing; at most a minute */
  char reason[64];    /* of the Status that an error answer is: "Expired", "Forbidden", "NotFound"; "" */
  char message[256];  /* its message, or what failed below HTTP, for the log; one line */
};

/* Makes the call: 0 where an answer of 2xx came to its end; else -1 with RESULT telling what happened. In a pod the
 * token is read again as it changes. No retries: they are the caller's. */
int dw_api_call(struct dw_api_client *client, const struct dw_api_request *request, struct dw_api_result *result)
    __attribute__((nonnull));

/* Whether STATUS is 2xx. */
bool dw_api_is_success(int status);

/* Appends TEXT so that it stands for itself in a path or query. */
void dw_api_escape(struct dw_buf *out, const char *text) __attribute__((nonnull));

/* The version of libcurl that runs: "7.88.1". */
const char *dw_api_library(void) __attribute__((returns_nonnull));

/* --- waiting between tries --- */

/* Exponential backoff with jitter, as client-go's reflector has it. */
struct dw_backoff {
  unsigned first_ms, most_ms; /* set by the caller, before jitter */
  unsigned reset_ms; /* the first wait again where the last one began longer ago; 0: only after dw_backoff_reset() */
  unsigned tries;
  int64_t last_ms; /* when the last wait began */
};
/* How long to wait before the next try: doubled each time, lengthened at random to at most twice as long, and never
 * under ASKED_MS (Retry-After). */
unsigned dw_backoff_next(struct dw_backoff *backoff, unsigned asked_ms) __attribute__((nonnull));
void dw_backoff_reset(struct dw_backoff *backoff) __attribute__((nonnull));

/* The same with the clock (monotonic milliseconds) and the random number given. */
unsigned dw_backoff_after(struct dw_backoff *backoff, unsigned asked_ms, int64_t now_ms, uint32_t random)
    __attribute__((nonnull));

/* TIME to twice TIME, at random: what many feeds and replicas do regularly must not fall together. */
unsigned dw_spread(unsigned time);

#endif
