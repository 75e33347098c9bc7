/* What the parts of self-managed certificates share: the thread that checks and acts (self_managed.c), and what it
 * reads, writes and says went wrong (managed_look.c). */
#ifndef CERTS_MANAGED_OBJECTS_H
#define CERTS_MANAGED_OBJECTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "certs/rotation.h"
#include "certs/self_managed.h"
#include "json/json.h"

/* What can fail separately; each is logged when it begins, changes and ends. */
enum managed_topic { MANAGED_SECRET, MANAGED_VALIDATING, MANAGED_MUTATING, MANAGED_PAIR, MANAGED_TOPICS };

struct dw_self_managed {
  struct dw_self_managed_options options;
  struct dw_rotation_options rotation;
  struct dw_api_client *client;
  struct dw_backoff backoff;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_bool stopping, ready;
  char paths[MANAGED_TOPICS][320];    /* the thread's own, as the next */
  char troubles[MANAGED_TOPICS][160]; /* what was logged last; "" while all is well */
  bool failed[MANAGED_TOPICS];        /* in this round */
  unsigned retry_after_ms;            /* asked for in this round */
  char *serving;                      /* the certificate that `use` took last */
  uint64_t failures[MANAGED_TOPICS];  /* under lock, as the rest */
  uint64_t stored, published;
  int64_t ca_until, well; /* seconds since 1970; 0 */
  size_t ca_count;
};

/* One check of everything. */
struct managed_round {
  struct dw_self_managed *managed;
  struct dw_arena *arena; /* a secret one: all that is read or written here may hold keys */
  const dw_json *secret;
  const dw_json *hooks[DW_ROTATION_HOOKS];
  struct dw_rotation_input input;
};

/* "Secret droveway/droveway-tls", for the log. */
const char *dw_managed_subject(const struct dw_self_managed *managed, enum managed_topic topic, char out[320])
    __attribute__((nonnull));

/* Counts a trouble of this round; logs it where it is not the one that is known already. KEY tells one from another:
 * messages hold numbers that change. */
void dw_managed_report(struct managed_round *round, enum managed_topic topic, const char *key, const char *message)
    __attribute__((nonnull));
/* The problem is over; logged if there was one. */
void dw_managed_report_recovery(struct dw_self_managed *managed, enum managed_topic topic) __attribute__((nonnull));

/* Reads the Secret and both webhook configurations into LOOK; false where there is no Secret to be had. What is wrong
 * with any of them is reported. */
bool dw_managed_read(struct managed_round *round) __attribute__((nonnull));

enum managed_put { PUT_DONE, PUT_CONFLICT, PUT_FAILED };
/* Writes OBJECT with the resource version that was read: another replica may have been faster (PUT_CONFLICT). */
enum managed_put dw_managed_put(struct managed_round *round, enum managed_topic topic, const dw_json *object)
    __attribute__((nonnull));

/* What is written: objects as they were read, with only Droveway's own parts changed. In the arena; parts are shared
 * with what was read. */

/* The Secret with this content. */
const dw_json *dw_managed_secret(struct dw_arena *arena, const dw_json *read, const struct dw_rotation_secret *secret)
    __attribute__((nonnull));

/* The webhook configuration with BUNDLE as the CA of every webhook. */
const dw_json *dw_managed_hook(struct dw_arena *arena, const dw_json *read, const char *bundle)
    __attribute__((nonnull));

#endif
