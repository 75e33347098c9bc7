/* A denial or an audit finding that becomes a Kubernetes Event. */
#ifndef EVENTS_EVENT_H
#define EVENTS_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "rules/audit.h"
#include "rules/review.h"

enum { DW_EVENT_NOTE_MAX = 1024 }; /* bytes; the maximum in events.k8s.io */

struct dw_event {
  bool audit;                                       /* found in an existing object; false: a denied request */
  const char *api_version, *kind, *ns, *name, *uid; /* of the object; UID is "" if it does not exist yet */
  const char *rules;                                /* ids of the rules that deny, separated by commas */
  const char *note;
  int64_t time; /* seconds since 1970 */
};

/* Make the Event of a denied request and of an object that the audit rejects. The caller frees the result with free(),
 * which frees all of its strings, too. Return NULL if the object's name is not valid, so that there can be no Event. */
struct dw_event *dw_event_of_denial(const struct dw_request *request, const struct dw_answer *answer)
    __attribute__((nonnull, warn_unused_result));
struct dw_event *dw_event_of_audited(const struct dw_audited *audited) __attribute__((nonnull, warn_unused_result));

/* The name of an Event, and what it counts. */
struct dw_event_facts {
  const char *name;
  const char *instance; /* who reports it */
  int64_t first, last;  /* seconds since 1970 */
  uint64_t count;
};
/* Append the JSON of a new Event, and of the merge patch that updates an existing one. */
void dw_event_write(const struct dw_event *event, const struct dw_event_facts *facts, struct dw_buf *out)
    __attribute__((nonnull));
void dw_event_write_patch(const struct dw_event *event, const struct dw_event_facts *facts, struct dw_buf *out)
    __attribute__((nonnull));

#endif
