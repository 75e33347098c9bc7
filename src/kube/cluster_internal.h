/* The parts of a live cluster, one file each. */
#ifndef KUBE_CLUSTER_INTERNAL_H
#define KUBE_CLUSTER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/buf.h"
#include "kube/cluster.h"

enum { DW_MOST_OBJECT_BYTES = 8 * 1024 * 1024, DW_VERSION_BYTES = 128, DW_PAGE = 500, DW_MOST_PAGES = 10000 };

/* --- list_reader.c: splits a list into its elements as it arrives, so that no page is a tree in memory --- */

struct dw_list_reader {
  /* Called with each element of "items"; TEXT is NULL if it is larger than DW_MOST_OBJECT_BYTES. */
  void (*element)(void *context, const char *text, size_t length);
  void *context;
  struct dw_buf metadata; /* the text of the list's own metadata */
  struct dw_buf kind;     /* the list's kind, without quotes, and with escapes as they are written */
  struct dw_buf key;      /* the member of the list that is being read */
  struct dw_buf item;
  enum dw_list_capture { DW_CAPTURE_NOTHING, DW_CAPTURE_METADATA, DW_CAPTURE_ITEM } capture;
  unsigned depth;
  bool begun, in_string, escaped, in_key, in_kind, before_key, in_items, oversized;
  bool has_items; /* "items" is an array or null */
  bool has_stray; /* "items" contains something other than objects */
};
/* Reads the next part of the text. Returns -1 if the text is not a JSON object. */
int dw_list_reader_feed(struct dw_list_reader *reader, const char *data, size_t length) __attribute__((nonnull));
/* NULL if the text read so far is a complete list of Kubernetes objects; otherwise what is wrong with it. */
const char *dw_list_reader_fault(const struct dw_list_reader *reader) __attribute__((nonnull));
void dw_list_reader_free(struct dw_list_reader *reader) __attribute__((nonnull));

/* --- lister.c: lists a resource page by page --- */

enum dw_outcome {
  DW_OUTCOME_DONE,
  DW_OUTCOME_ABSENT,    /* the resource does not exist */
  DW_OUTCOME_FORBIDDEN, /* RBAC */
  DW_OUTCOME_EXPIRED,   /* the requested version is too old */
  DW_OUTCOME_FAILED,
  DW_OUTCOME_STOPPED
};

struct dw_lister {
  struct dw_api_client *client;
  const struct dw_resource *resource;
  unsigned page;
  unsigned most_pages; /* a list with more pages fails */
  void (*restart)(
      void *context); /* called before the first page: drops what was received, because the list starts again */
  /* Called with each object; OBJECT lives until it returns, and is NULL if it could not be parsed. Returns -1 with ERR
   * to make the listing fail. */
  int (*receive)(void *context, struct dw_arena *arena, const dw_json *object, struct dw_error *err);
  void *context;
  const char *version; /* of the API, after dw_lister_run() */
  char resource_version[DW_VERSION_BYTES];
  struct dw_api_result result; /* of the last call */
  struct dw_error err;
};
/* Lists the resource to its end. If DONE, VERSION and RESOURCE_VERSION are set; otherwise ERR or RESULT contains the
 * reason. */
enum dw_outcome dw_lister_run(struct dw_lister *lister) __attribute__((nonnull));
/* Whether TEXT (may be NULL) can be stored as a resource version. */
bool dw_lister_is_version(const char *text);
/* Appends "/apis/GROUP/VERSION[/namespaces/NS]/PLURAL?[fieldSelector=...&]", which a query may follow. */
void dw_resource_path(const struct dw_resource *resource, const char *version, struct dw_buf *out)
    __attribute__((nonnull));
/* Checks OBJECT against the kind of RESOURCE and, if RESOURCE has them, its namespace and name. Returns NULL if they
 * match, else a message in the arena. */
const char *dw_resource_misfit(const struct dw_resource *resource, struct dw_arena *arena, const dw_json *object)
    __attribute__((nonnull(1, 2)));
/* The outcome of a call. */
enum dw_outcome dw_outcome_of(const struct dw_api_result *result) __attribute__((nonnull));
/* Asks the API server whether it is ready. While it starts, it answers with 403 and 404 because it has not read RBAC
 * and CRDs yet. */
bool dw_lister_server_ready(struct dw_lister *lister) __attribute__((nonnull));
/* Writes what failed to OUT: "HTTP status 500: ...", or what failed below HTTP. */
void dw_outcome_text(const struct dw_api_result *result, char *out, size_t size) __attribute__((nonnull));

/* --- store.c: the objects of one feed, sorted by namespace and name --- */

struct dw_store {
  const struct dw_object **objects; /* a reference to each */
  size_t count, capacity;
};
/* Adds OBJECT at the end, and takes over the caller's reference. Call dw_store_sort() after the last one. */
void dw_store_append(struct dw_store *store, const struct dw_object *object) __attribute__((nonnull));
/* Adds OBJECT, or replaces the one with its name, and takes over the caller's reference. Returns true if the rules read
 * something different afterwards. */
bool dw_store_put(struct dw_store *store, const struct dw_object *object) __attribute__((nonnull));
/* Sorts the appended objects. Of several with the same name, the last one is kept. */
void dw_store_sort(struct dw_store *store) __attribute__((nonnull));
/* Returns true if the object was in the store. */
bool dw_store_remove(struct dw_store *store, enum dw_kind kind, const char *ns, const char *name)
    __attribute__((nonnull));
void dw_store_clear(struct dw_store *store) __attribute__((nonnull));

/* --- feed.c: list and watch of one resource, on a thread --- */

struct dw_feed {
  struct dw_cluster *cluster;
  struct dw_lister lister;
  struct dw_store fresh; /* the objects of the list in progress */
  size_t fresh_unreadable;
  struct dw_buf line; /* of the watch, not yet complete */
  struct dw_backoff backoff;
  enum dw_outcome watch_outcome; /* not DONE if the content of the watch made it fail */
  bool progress;                 /* the watch has sent an object with a new resource version */
  unsigned nudges;               /* of the cluster when the last request was sent */
  int64_t refused_ms;            /* since when the resource has always been absent or forbidden; 0 if it is not */
  pthread_t thread;
  bool started;
  /* Protected by the cluster's lock: */
  struct dw_store store;
  const char *served;    /* the API version of the last complete list; NULL before */
  enum dw_outcome known; /* the outcome of the last list that did not fail: DONE, ABSENT, FORBIDDEN; FAILED before */
  struct dw_feed_status status;
  int64_t contact_ms; /* monotonic; 0 for never */
  bool open;          /* the API server has answered the watch in progress */
};
/* The thread: lists and watches until the cluster stops. FEED is the struct dw_feed. */
void *dw_feed_run(void *feed);

/* --- feed_events.c: the events of a watch, and what a feed reports --- */

/* Records the time of a contact with the API server. */
void dw_feed_note_contact(struct dw_feed *feed) __attribute__((nonnull));
/* Calls the owner's `changed`. */
void dw_feed_changed(struct dw_feed *feed) __attribute__((nonnull));
/* Reduces an object. OUT becomes NULL if no rule reads the object. Logs and returns -1 if it can't be read. */
int dw_feed_reduce(struct dw_feed *feed, const dw_json *json, const struct dw_object **out)
    __attribute__((nonnull(1, 3)));
/* Receives a part of a watch, split anywhere. Returns false if the watch must end. FEED is the struct dw_feed. */
bool dw_feed_watched(void *feed, const char *data, size_t length) __attribute__((nonnull));

/* --- cluster.c --- */

struct dw_cluster {
  struct dw_cluster_options options;
  struct dw_feed *feeds;
  size_t feed_count;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  unsigned nudges; /* calls of dw_cluster_nudge(); protected by the lock, like the next two */
  bool read;       /* every feed has been read once */
  uint64_t generation;
  atomic_bool stopping;
  struct dw_lookups *lookups;
};
/* What an outcome of a list says about its kind. */
enum dw_knowledge dw_knowledge_of(enum dw_kind kind, enum dw_outcome outcome);
/* Combines KNOWLEDGE, from other lists of a kind, with ONE, from a further list. FIRST: there are no other lists yet.
 */
void dw_knowledge_add(enum dw_knowledge *knowledge, bool first, enum dw_knowledge one) __attribute__((nonnull));

/* --- lookup.c: idle connections for dw_cluster_lookup() --- */

struct dw_lookups *dw_lookups_new(const struct dw_api_config *config);
void dw_lookups_free(struct dw_lookups *lookups); /* NULL is allowed */
enum dw_lookup dw_lookups_get(struct dw_lookups *lookups, enum dw_kind kind, const char *path, unsigned timeout_ms,
                              const struct dw_object **out, struct dw_error *err) __attribute__((nonnull(1, 3, 5)));

#endif
