/* The limits that `serve` and `review` keep unless told otherwise. */
#ifndef DROVEWAY_SERVER_LIMITS_H
#define DROVEWAY_SERVER_LIMITS_H

/* An API server sends at most a few MiB: etcd's limit for one object, old and new. */
#define DW_DEFAULT_MAX_BODY ((size_t)8 << 20)
/* What one request's parsed JSON may take. */
#define DW_DEFAULT_MAX_MEMORY ((size_t)64 << 20)

enum { DW_MAX_THREADS = 64 };

#endif
