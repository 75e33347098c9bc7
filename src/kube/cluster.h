/* A live cluster: every kind that the rules read is listed and watched, each by a separate thread. The same kinds can
 * also be listed once, without watches. */
#ifndef KUBE_CLUSTER_H
#define KUBE_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cluster/object.h"
#include "cluster/view.h"
#include "kube/api.h"
#include "json/json.h"

/* --- resources --- */

/* One list that is read. */
struct dw_resource {
  const char *group; /* "" for core */
  const char *const
      *versions;      /* that Droveway can read, in order of preference, then NULL; discovery shows which are served */
  const char *plural; /* "network-attachment-definitions" */
  const char *ns;     /* the only namespace that is read; NULL for all */
  const char *name;   /* the only object that is read; NULL for all */
  enum dw_kind kind;
  bool watched; /* by dw_cluster_start(); otherwise it is only listed for an audit */
};
/* All lists that are read. */
const struct dw_resource *dw_resources(size_t *count) __attribute__((nonnull, returns_nonnull));

/* --- list and watch --- */

struct dw_cluster;

/* An event of a watch; or, if LISTED_MS is not 0, a list that has replaced all objects of the kind. */
struct dw_cluster_event {
  enum dw_kind kind;
  const char *ns, *name, *uid;    /* "" if absent */
  const struct dw_object *object; /* NULL if it was deleted or can't be read */
  bool deleted;
  uint64_t generation; /* the first generation of dw_cluster_objects that contains the change */
  int64_t listed_ms;   /* when the list began, in monotonic milliseconds; 0 for an event */
};

struct dw_cluster_options {
  const struct dw_api_config *config; /* must outlive the cluster */
  /* Called by a feed's thread after an object has changed. Must not block, nor call functions of this header. */
  void (*changed)(void *context);
  /* The same for each event. May be NULL. */
  void (*event)(void *context, const struct dw_cluster_event *event);
  void *context;
  /* For tests; 0 for the default. Waits between retries and between lists are lengthened at random, up to twice. */
  unsigned first_wait_ms, most_wait_ms; /* between retries: 800 ms to 30 s */
  unsigned absent_wait_ms; /* between lists of a resource whose CRD is not installed, or that is forbidden: 7 s */
  unsigned relist_ms;      /* between lists of a resource that may be listed but not watched: 30 s */
  unsigned short_watch_ms; /* a watch that ends sooner has failed: 1 s */
  unsigned believe_ms;     /* how long a known resource must be absent or forbidden before that is believed: 5 s */
  unsigned watch_seconds;  /* the requested length of a watch: a random one of 240 to 480 s */
  unsigned page;           /* objects per page: 500 */
  unsigned most_pages;     /* of a list: 10,000 */
};

/* Starts the threads that list and watch. Returns NULL if they can't be started; an API server that does not answer is
 * not an error. The caller stops it with dw_cluster_stop(). */
struct dw_cluster *dw_cluster_start(const struct dw_cluster_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
void dw_cluster_stop(struct dw_cluster *cluster); /* stops all calls in progress; NULL is allowed */

/* Whether every list has been read to its end once, or was absent or forbidden. Once true, it stays true. */
bool dw_cluster_ready(struct dw_cluster *cluster) __attribute__((nonnull));

/* All current objects, for dw_view_build(). KNOWLEDGE of a kind is KNOWN if its list was read or its CRD is not
 * installed, except NodeNetworkState, which is UNKNOWN if absent, because then nothing is known about NICs; UNKNOWN if
 * it is forbidden; UNAVAILABLE before it was read. */
struct dw_cluster_objects {
  const struct dw_object **objects;
  size_t count;
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  uint64_t generation; /* increases with each change */
};
/* Fills OUT with a reference to each object; the caller frees it with dw_cluster_objects_free(). */
void dw_cluster_objects(struct dw_cluster *cluster, struct dw_cluster_objects *out) __attribute__((nonnull));
void dw_cluster_objects_free(struct dw_cluster_objects *objects) __attribute__((nonnull));

enum dw_lookup { DW_LOOKUP_FOUND, DW_LOOKUP_ABSENT, DW_LOOKUP_FAILED };
struct dw_lookup_key {
  enum dw_kind kind;
  const char *ns, *name;
};
/* Asks the API server for one NAD, HyperConverged or KubeVirt, for at most TIMEOUT_MS. Any thread may call this. If
 * FOUND, the caller owns the reference in OUT. If FAILED, ERR contains the reason, which may be an object that can't be
 * reduced. */
enum dw_lookup dw_cluster_lookup(struct dw_cluster *cluster, const struct dw_lookup_key *key, unsigned timeout_ms,
                                 const struct dw_object **out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Whether the watches of NADs, HyperConverged and KubeVirt are open (or the CRD is not installed), so that each change
 * arrives. */
bool dw_cluster_current(struct dw_cluster *cluster) __attribute__((nonnull));

/* Makes feeds that are waiting retry now, because the API server has been in contact. */
void dw_cluster_nudge(struct dw_cluster *cluster) __attribute__((nonnull));

enum dw_feed_state {
  DW_FEED_LISTING,   /* not yet read to its end */
  DW_FEED_LISTED,    /* read; the API server has not answered the watch yet */
  DW_FEED_WATCHING,  /* up to date; the watch is open */
  DW_FEED_BROKEN,    /* was read, absent or forbidden; now the API server does not answer, or answers with errors */
  DW_FEED_UNWATCHED, /* may be listed but not watched: listed again at an interval */
  DW_FEED_ABSENT,    /* the CRD is not installed */
  DW_FEED_FORBIDDEN, /* RBAC forbids reading it */
};
struct dw_feed_status {
  const struct dw_resource *resource;
  enum dw_feed_state state;
  size_t objects;
  size_t unreadable; /* objects that could not be reduced, and were skipped */
  int64_t age_ms;    /* since the last contact (an event, a bookmark, an orderly end of a watch); 0 while the watch is
                        open; -1 if there was none */
  uint64_t lists, watches; /* begun so far */
  uint64_t failures;       /* lists and watches that failed or were refused; a pause follows each */
  char error[256];         /* the last failure; "" if it works */
};
/* Writes the status of each watched resource, in the order of dw_resources(), to OUT, at most MAX. Returns how many
 * watched resources there are. */
size_t dw_cluster_status(struct dw_cluster *cluster, struct dw_feed_status *out, size_t max) __attribute__((nonnull));

/* --- listing once --- */

/* What to list, and who receives it. */
struct dw_cluster_list {
  const struct dw_api_config *config;
  struct dw_api_client *client; /* the caller's, who may interrupt it; NULL to create one */
  /* Called with each object as it arrives. OBJECT and ARENA live until it returns. Returns -1 with ERR to stop. */
  int (*receive)(void *context, struct dw_arena *arena, const struct dw_resource *resource, const dw_json *object,
                 struct dw_error *err);
  void *context;
  unsigned page;     /* objects per page; 0 for 500 */
  enum dw_kind only; /* the only kind to list; DW_KIND_OTHER for all */
};
/* Lists every resource to its end. KNOWLEDGE as in dw_cluster_objects(). Returns -1 if the API server can't be read or
 * `receive` returned -1; a resource that is absent or forbidden is not an error. */
int dw_cluster_list(const struct dw_cluster_list *list, enum dw_knowledge knowledge[DW_KIND_COUNT],
                    struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

#endif
