/* The objects of self-managed certificates: reading and writing them, and reporting failures. self_managed.c uses this
 * to check them and to act. */
#ifndef CERTS_MANAGED_OBJECTS_H
#define CERTS_MANAGED_OBJECTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "certs/rotation.h"
#include "certs/self_managed.h"
#include "json/json.h"

/* What can fail separately. A failure is logged when it begins, changes and ends. */
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
  char paths[MANAGED_TOPICS][320];   /* only the thread uses this and what follows */
  char logged[MANAGED_TOPICS][160];  /* the failure that was logged last; "": none, or it is over */
  bool failed[MANAGED_TOPICS];       /* in this round */
  bool absent;                       /* a webhook configuration did not exist when it was read last */
  unsigned retry_after_ms;           /* that the API server requested in this round; 0: none */
  char *serving;                     /* the certificate that `use` accepted last */
  uint64_t failures[MANAGED_TOPICS]; /* under lock, as the rest */
  uint64_t stored, published;
  int64_t ca_until, succeeded; /* the last success; seconds since 1970, or 0 */
  size_t ca_count;
};

/* One check of all objects. */
struct managed_round {
  struct dw_self_managed *managed;
  struct dw_arena *arena; /* wiped when freed, because it contains keys */
  const dw_json *secret;
  const dw_json *hooks[DW_ROTATION_HOOKS];
  struct dw_rotation_input input;
};

/* Writes the name of the object for the log, such as "Secret droveway/droveway-tls", and returns OUT. */
const char *dw_managed_subject(const struct dw_self_managed *managed, enum managed_topic topic, char out[320])
    __attribute__((nonnull));

/* Counts a failure of this round, and logs MESSAGE unless the last failure of TOPIC had the same KEY. Messages can't be
 * compared, because they contain numbers that change. */
void dw_managed_report(struct managed_round *round, enum managed_topic topic, const char *key, const char *message)
    __attribute__((nonnull));
/* Logs that TOPIC works again, if a failure was logged. */
void dw_managed_report_recovery(struct dw_self_managed *managed, enum managed_topic topic) __attribute__((nonnull));

/* Reads the Secret and both webhook configurations into ROUND, and reports failures. Returns false if the Secret can't
 * be read. */
bool dw_managed_read(struct managed_round *round) __attribute__((nonnull));

enum managed_put { PUT_DONE, PUT_CONFLICT, PUT_FAILED };
/* Writes OBJECT with the resource version that was read. PUT_CONFLICT means that someone else has changed it since. */
enum managed_put dw_managed_put(struct managed_round *round, enum managed_topic topic, const dw_json *object)
    __attribute__((nonnull));

/* Both make an object to write: the one that was read, with only Droveway's parts changed. The result is in ARENA and
 * shares the other parts with READ. */

/* The Secret with the given content. */
const dw_json *dw_managed_secret(struct dw_arena *arena, const dw_json *read, const struct dw_rotation_secret *secret)
    __attribute__((nonnull));

/* The webhook configuration with BUNDLE (PEM) as the CA of every webhook. */
const dw_json *dw_managed_hook(struct dw_arena *arena, const dw_json *read, const char *bundle)
    __attribute__((nonnull));

#endif
