/* The parts of a live cluster, one file each. */
#ifndef KUBE_CLUSTER_INTERNAL_H
#define KUBE_CLUSTER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/buf.h"
#include "kube/cluster.h"

enum { DW_MOST_OBJECT_BYTES = 8 * 1024 * 1024, DW_VERSION_BYTES = 128, DW_PAGE = 500, DW_MOST_PAGES = 10000 };

/* --- list_reader.c: takes a list's JSON apart as it comes, so that no page is ever a tree in memory --- */

struct dw_list_reader {
  /* An element of "items"; TEXT is NULL where it is larger than DW_MOST_OBJECT_BYTES. */
  void (*element)(void *context, const char *text, size_t length);
  void *context;
  struct dw_buf metadata; /* the text of the list's own metadata */
  struct dw_buf kind;     /* its kind, without the quotes; escapes are kept as they are */
  struct dw_buf key;      /* the list's member that is being read */
  struct dw_buf item;
  enum dw_list_capture { DW_CAPTURE_NOTHING, DW_CAPTURE_METADATA, DW_CAPTURE_ITEM } capture;
  unsigned depth;
  bool begun, in_string, escaped, in_key, in_kind, before_key, in_items, oversized;
  bool has_items; /* "items" is an array or null */
  bool has_stray; /* in "items" there is something other than objects */
};
/* -1 where it can be no list. */
int dw_list_reader_feed(struct dw_list_reader *reader, const char *data, size_t length) __attribute__((nonnull));
/* NULL where the text is a whole list of Kubernetes objects, else what is wrong with it. */
const char *dw_list_reader_fault(const struct dw_list_reader *reader) __attribute__((nonnull));
void dw_list_reader_free(struct dw_list_reader *reader) __attribute__((nonnull));

/* --- lister.c: one resource, page by page --- */

enum dw_outcome {
  DW_OUTCOME_DONE,
  DW_OUTCOME_ABSENT,    /* no such resource */
  DW_OUTCOME_FORBIDDEN, /* RBAC */
  DW_OUTCOME_EXPIRED,   /* the version asked for is too old */
  DW_OUTCOME_FAILED,
  DW_OUTCOME_STOPPED
};

struct dw_lister {
  struct dw_api_client *client;
  const struct dw_resource *resource;
  unsigned page;
  unsigned most_pages;            /* more of them are a fault */
  void (*restart)(void *context); /* forget what came: the list begins anew */
  /* OBJECT lives until the call returns; NULL where it could not be parsed. -1 ends the listing as failed, with ERR. */
  int (*receive)(void *context, struct dw_arena *arena, const dw_json *object, struct dw_error *err);
  void *context;
  const char *version; /* of the API, as found; NULL: to be found */
  char resource_version[DW_VERSION_BYTES];
  struct dw_api_result result; /* of the last call */
  struct dw_error err;
};
/* Lists to the end: DONE with the version and the resource version set. */
enum dw_outcome dw_lister_run(struct dw_lister *lister) __attribute__((nonnull));
/* Whether TEXT (may be NULL) can be stored as a resource version. */
bool dw_lister_is_version(const char *text);
/* "/apis/GROUP/VERSION[/namespaces/NS]/PLURAL?[fieldSelector=...&]": a query may be added. */
void dw_resource_path(const struct dw_resource *resource, const char *version, struct dw_buf *out)
    __attribute__((nonnull));
/* NULL where OBJECT can be of RESOURCE: of its kind and, where that is asked for, of its namespace and name. Otherwise
 * what it is, in the arena. */
const char *dw_resource_misfit(const struct dw_resource *resource, struct dw_arena *arena, const dw_json *object)
    __attribute__((nonnull(1, 2)));
enum dw_outcome dw_outcome_of(const struct dw_api_result *result) __attribute__((nonnull));
/* Whether the API server says that it is ready: one that starts answers 403 and 404 before it has read RBAC and CRDs.
 */
bool dw_lister_server_ready(struct dw_lister *lister) __attribute__((nonnull));
/* What a feed's failure is told as: "HTTP 500: ..." or what went wrong below. */
void dw_outcome_text(const struct dw_api_result *result, char *out, size_t size) __attribute__((nonnull));

/* --- store.c: the objects of one feed, by namespace and name --- */

struct dw_store {
  const struct dw_object **objects; /* a reference to each */
  size_t count, capacity;
};
/* Both take the reference over; whether putting changes what the rules read. */
void dw_store_append(struct dw_store *store, const struct dw_object *object) __attribute__((nonnull));
bool dw_store_put(struct dw_store *store, const struct dw_object *object) __attribute__((nonnull));
/* What was appended is sorted; of equal names the last stays. */
void dw_store_sort(struct dw_store *store) __attribute__((nonnull));
/* Whether it was there. */
bool dw_store_remove(struct dw_store *store, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));
void dw_store_clear(struct dw_store *store) __attribute__((nonnull));

/* --- feed.c: list and watch of one resource, on a thread --- */

struct dw_feed {
  struct dw_cluster *cluster;
  struct dw_lister lister;
  struct dw_store fresh; /* what a list brought so far */
  size_t fresh_unreadable;
  struct dw_buf line; /* of a watch, not yet whole */
  struct dw_backoff backoff;
  enum dw_outcome watch_outcome; /* what a watch's ERROR event said */
  bool progress;                 /* the watch brought an object of another version */
  unsigned nudges;               /* of the cluster when the last request was sent */
  int64_t refused_ms;            /* since when the resource is absent or forbidden without a break; 0: it is not */
  pthread_t thread;
  bool started;
  /* Under the cluster's lock. */
  struct dw_store store;
  const char *served;    /* the version of the last list that came to its end; NULL before */
  enum dw_outcome known; /* what the last list came to that did not fail: DONE, ABSENT, FORBIDDEN; FAILED before */
  struct dw_feed_status status;
  int64_t contact_ms; /* monotonic; 0: never */
  bool open;          /* the API server has answered the watch in progress */
};
void *dw_feed_run(void *feed);

/* --- feed_events.c: what comes over a watch, and what a feed reports --- */

/* Notes that the API server answered. */
void dw_feed_note_contact(struct dw_feed *feed) __attribute__((nonnull));
/* Calls the owner's `changed`. */
void dw_feed_changed(struct dw_feed *feed) __attribute__((nonnull));
/* -1 where it can't be read; that is logged. OUT: NULL for an object of the kind that no rule reads. */
int dw_feed_reduce(struct dw_feed *feed, const dw_json *json, const struct dw_object **out)
    __attribute__((nonnull(1, 3)));
/* Takes a part of a watch, split anywhere; false where it is to be given up. FEED is the feed. */
bool dw_feed_watched(void *feed, const char *data, size_t length) __attribute__((nonnull));

/* --- cluster.c --- */

struct dw_cluster {
  struct dw_cluster_options options;
  struct dw_feed *feeds;
  size_t feed_count;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  unsigned nudges; /* under lock, as the next */
  bool read;       /* every feed has been read once */
  uint64_t generation;
  atomic_bool stopping;
  struct dw_lookups *lookups;
};
enum dw_knowledge dw_knowledge_of(enum dw_kind kind, enum dw_outcome outcome);
/* Adds what one list of a kind lets be known to what others do. */
void dw_knowledge_add(enum dw_knowledge *knowledge, bool first, enum dw_knowledge one) __attribute__((nonnull));

/* --- lookup.c: idle connections for direct questions --- */

struct dw_lookups *dw_lookups_new(const struct dw_api_config *config);
void dw_lookups_free(struct dw_lookups *lookups); /* NULL is allowed */
enum dw_lookup dw_lookups_get(struct dw_lookups *lookups, enum dw_kind kind, const char *path, unsigned timeout_ms,
                              const struct dw_object **out, struct dw_error *err) __attribute__((nonnull(1, 3, 5)));

#endif
