/* A live cluster: every kind that the rules read, by list and watch, each on a thread of its own; and the same once, by
 * lists alone. */
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

/* --- what is read, and where it stands: one row a list --- */

struct dw_resource {
  const char *group;           /* "" for core */
  const char *const *versions; /* those that can be read, the best first, ended by NULL; the API server's discovery
                                  tells which of them it serves */
  const char *plural;          /* "network-attachment-definitions" */
  const char *ns;              /* the one namespace that is asked for; NULL: all of them */
  const char *name;            /* the one object that is asked for; NULL: all */
  enum dw_kind kind;
  bool watched; /* by dw_cluster_start(); the rest is listed for an audit only */
};
const struct dw_resource *dw_resources(size_t *count) __attribute__((nonnull, returns_nonnull));

/* --- live --- */

struct dw_cluster;

/* What came over a watch; or, with LISTED_MS, a list that has replaced all objects of the kind. */
struct dw_cluster_event {
  enum dw_kind kind;
  const char *ns, *name, *uid;    /* "" where absent */
  const struct dw_object *object; /* NULL where it was deleted or can't be read */
  bool deleted;
  uint64_t generation; /* of the objects from which on it counts: dw_cluster_objects */
  int64_t listed_ms;   /* when that list began, in monotonic milliseconds; 0: an event */
};

struct dw_cluster_options {
  const struct dw_api_config *config; /* must outlive the cluster */
  /* Called on a feed's thread after something changed; must not block, nor call back. */
  void (*changed)(void *context);
  /* The same, for each event that came. NULL: not wanted. */
  void (*event)(void *context, const struct dw_cluster_event *event);
  void *context;
  /* For tests; 0 takes what serves a cluster. */
  unsigned first_wait_ms, most_wait_ms; /* between tries: 800 ms to 30 s, each lengthened at random up to twice */
  unsigned absent_wait_ms; /* between looks for a resource that is not there (its CRD is not installed) or that
                              may not be read: 7 s, up to twice as long at random */
  unsigned relist_ms;      /* between lists of a resource that may be listed but not watched: 30 s, likewise */
  unsigned short_watch_ms; /* a watch that ends sooner has failed: 1 s */
  unsigned believe_ms;     /* how long what was read before must be absent or forbidden before that is believed: 5 s */
  unsigned watch_seconds;  /* how long a watch is asked for: 240 to 480 s, at random */
  unsigned page;           /* objects a page: 500 */
  unsigned most_pages;     /* of a list: 10,000 */
};

/* Starts listing and watching. NULL where it can't be started; an API server that does not answer is no reason. */
struct dw_cluster *dw_cluster_start(const struct dw_cluster_options *options, struct dw_error *err)
    __attribute__((nonnull(1), warn_unused_result));
void dw_cluster_stop(struct dw_cluster *cluster); /* ends what is in progress at once; NULL is allowed */

/* Whether every list has been read once to its end, or found absent or forbidden. Never turns false again. */
bool dw_cluster_ready(struct dw_cluster *cluster) __attribute__((nonnull));

/* All objects there are now, as dw_view_build() takes them; each is a reference for the caller. KNOWLEDGE: KNOWN where
 * the list was read, or where the resource is absent (but UNKNOWN for an absent NodeNetworkState: then nothing is known
 * of NICs); UNKNOWN where it is forbidden; UNAVAILABLE before it was read. */
struct dw_cluster_objects {
  const struct dw_object **objects;
  size_t count;
  enum dw_knowledge knowledge[DW_KIND_COUNT];
  uint64_t generation; /* grows with each change */
};
void dw_cluster_objects(struct dw_cluster *cluster, struct dw_cluster_objects *out) __attribute__((nonnull));
void dw_cluster_objects_free(struct dw_cluster_objects *objects) __attribute__((nonnull));

/* One NAD, HyperConverged or KubeVirt asked for directly, past the view. From any thread; waits at most TIMEOUT_MS. */
enum dw_lookup { DW_LOOKUP_FOUND, DW_LOOKUP_ABSENT, DW_LOOKUP_FAILED };
struct dw_lookup_key {
  enum dw_kind kind;
  const char *ns, *name;
};
/* FOUND: the caller owns the reference in OUT. FAILED: the reason in ERR (an object that can't be reduced, too). */
enum dw_lookup dw_cluster_lookup(struct dw_cluster *cluster, const struct dw_lookup_key *key, unsigned timeout_ms,
                                 const struct dw_object **out, struct dw_error *err)
    __attribute__((nonnull(1, 2, 4), warn_unused_result));

/* Whether watches of NADs, HyperConverged and KubeVirt are open (or the kind is not there), so that each change
 * arrives.
 */
bool dw_cluster_current(struct dw_cluster *cluster) __attribute__((nonnull));

/* Has feeds that wait between tries try again now: the API server has been heard of. */
void dw_cluster_nudge(struct dw_cluster *cluster) __attribute__((nonnull));

enum dw_feed_state {
  DW_FEED_LISTING,   /* not read to its end yet */
  DW_FEED_LISTED,    /* read; the API server has not answered the watch yet */
  DW_FEED_WATCHING,  /* up to date, as far as its connection tells */
  DW_FEED_BROKEN,    /* read once, or absent or forbidden; the API server does not answer now, or not as it should */
  DW_FEED_UNWATCHED, /* it may be listed, but the watch is refused: listed again at an interval */
  DW_FEED_ABSENT,    /* no such resource: its CRD is not installed */
  DW_FEED_FORBIDDEN, /* RBAC does not allow it */
};
struct dw_feed_status {
  const struct dw_resource *resource;
  enum dw_feed_state state;
  size_t objects;
  size_t unreadable; /* objects that could not be reduced and are left out */
  int64_t age_ms;    /* since the API server was last heard of here (an event, a bookmark, the watch in good order): 0
                        while the watch    stands; -1 where it never was */
  uint64_t lists, watches; /* begun so far */
  uint64_t failures;       /* lists and watches that failed or were refused; a pause follows each */
  char error[256];         /* the last failure; "" where it works */
};
/* Fills OUT[0..MAX) in the order of dw_resources() without those that are not watched; returns how many there are. */
size_t dw_cluster_status(struct dw_cluster *cluster, struct dw_feed_status *out, size_t max) __attribute__((nonnull));

/* --- once --- */

/* Lists every resource to its end and calls RECEIVE for each object, as it comes: JSON lives until RECEIVE returns,
 * ARENA as long. KNOWLEDGE as in dw_cluster_objects(). -1 where the API server can't be read (what is absent or
 * forbidden is no error), or where RECEIVE returned -1 with ERR. */
struct dw_cluster_list {
  const struct dw_api_config *config;
  struct dw_api_client *client; /* to be interrupted by its owner; NULL: one is made */
  int (*receive)(void *context, struct dw_arena *arena, const struct dw_resource *resource, const dw_json *object,
                 struct dw_error *err);
  void *context;
  unsigned page;     /* 0: 500 */
  enum dw_kind only; /* this kind alone; DW_KIND_OTHER: all */
};
int dw_cluster_list(const struct dw_cluster_list *list, enum dw_knowledge knowledge[DW_KIND_COUNT],
                    struct dw_error *err) __attribute__((nonnull(1, 2), warn_unused_result));

#endif
