/* The limits that `serve` and `review` keep unless told otherwise, and how often each was hit. */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include <stdatomic.h>
#include <stdint.h>

/* An API server sends at most a few MiB: etcd's limit for one object, old and new. */
#define DW_DEFAULT_MAX_BODY ((size_t)8 << 20)
/* What one request's parsed JSON may take: with its body, the largest stays under 64 MiB. */
#define DW_DEFAULT_MAX_MEMORY ((size_t)32 << 20)
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

#endif
