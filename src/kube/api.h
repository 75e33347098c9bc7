/* A Kubernetes API server: how to reach it (from a kubeconfig or inside a pod), and a connection to it over libcurl. */
#ifndef KUBE_API_H
#define KUBE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* --- address and credentials --- */

struct dw_api_config; /* immutable, thread-safe */

struct dw_api_options {
  const char *kubeconfig; /* file; NULL to use the pod's service account */
  const char *context;    /* of the kubeconfig; NULL for its current-context */
};

/* Whether this process runs in a pod with a service account (KUBERNETES_SERVICE_HOST and the token file). */
bool dw_api_in_cluster(void);

/* Reads where the API server is and how to log in. The caller frees the result with dw_api_config_free(). Returns NULL
 * on error (a user of type exec or auth-provider, an unknown context, an unreadable file), with file and line if known.
 */
struct dw_api_config *dw_api_config_load(const struct dw_api_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
void dw_api_config_free(struct dw_api_config *config); /* NULL is allowed */

/* The URL of the API server, without a slash at its end. It lives as long as CONFIG. */
const char *dw_api_config_server(const struct dw_api_config *config) __attribute__((nonnull, returns_nonnull));

/* Writes the files that are read again while CONFIG is in use (a pod's token, a CA, a client certificate and its key)
 * to OUT, at most MAX of them, and returns how many were written. Their names live as long as CONFIG. */
size_t dw_api_config_files(const struct dw_api_config *config, const char **out, size_t max) __attribute__((nonnull));

/* --- a connection --- */

/* Keeps its TCP and TLS connection between calls. Only one thread at a time may use it, except for
 * dw_api_client_interrupt(). */
struct dw_api_client;

/* CONFIG must outlive the client. The caller frees it with dw_api_client_free(). Returns NULL without memory. */
struct dw_api_client *dw_api_client_new(const struct dw_api_config *config, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
void dw_api_client_free(struct dw_api_client *client); /* NULL is allowed */

/* Makes the call in progress, and every later one, return immediately as stopped. Any thread may call this. */
void dw_api_client_interrupt(struct dw_api_client *client) __attribute__((nonnull));

struct dw_api_request {
  const char *method;            /* NULL for GET */
  const char *path;              /* with the query: "/api/v1/nodes?limit=500" */
  const char *body;              /* NULL for none */
  size_t length;                 /* of the body */
  const char *content_type;      /* of the body; NULL for application/json */
  unsigned timeout_ms;           /* for the whole call; 0 for none (a watch) */
  unsigned idle_ms;              /* maximum time without a received byte; 0 for none */
  void (*opened)(void *context); /* called when the head of a 2xx answer has arrived; may be NULL */
  /* Called once if a 2xx answer is still being received LASTING_MS after the call began. May be NULL. */
  void (*lasted)(void *context);
  unsigned lasting_ms;
  /* Called with the body of a 2xx answer as it arrives, decompressed. If it returns false, the call ends as stopped.
   * May be NULL. */
  bool (*receive)(void *context, const char *data, size_t length);
  void *context;
};

struct dw_api_result {
  int status;              /* HTTP status; 0 if no complete head of an answer arrived */
  bool complete;           /* the whole answer arrived */
  bool stopped;            /* the call was interrupted, or `receive` returned false */
  bool enough;             /* `receive` returned false */
  unsigned retry_after_ms; /* what the server asked for with Retry-After, at most a minute; 0 if it did not */
  char reason[64];         /* of an error answer, which is a Status: "Expired", "Forbidden", "NotFound"; else "" */
  char message[256];       /* the message of the Status, or what failed below HTTP, on one line for the log */
};

/* Makes one call, without retries. Returns 0 if a complete 2xx answer arrived; otherwise -1, and RESULT describes what
 * happened. A pod's token is read from its file for every call, because it changes. */
int dw_api_call(struct dw_api_client *client, const struct dw_api_request *request, struct dw_api_result *result)
    __attribute__((nonnull));

/* For `receive` and `context`: collects the body in BUF. A body of more than MOST bytes ends the call as `enough`. */
struct dw_api_body {
  struct dw_buf *buf;
  size_t most;
};
bool dw_api_collect(void *context, const char *data, size_t length) __attribute__((nonnull(1)));

/* Whether STATUS is 2xx. */
bool dw_api_is_success(int status);

/* Appends TEXT to a path or query, with all special characters percent-encoded. */
void dw_api_escape(struct dw_buf *out, const char *text) __attribute__((nonnull));

/* The version of libcurl that is in use: "7.88.1". */
const char *dw_api_library(void) __attribute__((returns_nonnull));

/* --- waiting between retries --- */

/* Exponential back-off with jitter, like client-go's reflector. */
struct dw_backoff {
  unsigned first_ms, most_ms; /* set by the caller, before jitter */
  unsigned
      reset_ms; /* if the last wait began longer ago, start with the first wait again; 0: only dw_backoff_reset() */
  unsigned tries;
  int64_t last_ms; /* when the last wait began */
};
/* How long to wait before the next try, in milliseconds: doubled each time, then lengthened by a random part of itself,
 * and at least ASKED_MS (from Retry-After). */
unsigned dw_backoff_next(struct dw_backoff *backoff, unsigned asked_ms) __attribute__((nonnull));
void dw_backoff_reset(struct dw_backoff *backoff) __attribute__((nonnull));

/* The same with a given time (monotonic, in milliseconds) and random number. */
unsigned dw_backoff_after(struct dw_backoff *backoff, unsigned asked_ms, int64_t now_ms, uint32_t random)
    __attribute__((nonnull));

/* A random time from TIME to twice TIME, so that many feeds and replicas do not all do something at the same moment. */
unsigned dw_spread(unsigned time);

/* The names of the contexts in the kubeconfig FILE, in its order and in ARENA. -1 with the reason in ERR if it can't be
 * read. */
int dw_api_contexts(struct dw_arena *arena, const char *file, const char ***names, size_t *count, struct dw_error *err)
    __attribute__((nonnull(1, 2, 3, 4), warn_unused_result));

#endif
