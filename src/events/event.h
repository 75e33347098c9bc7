/* One denial or audit finding that becomes an Event. */
#ifndef EVENTS_EVENT_H
#define EVENTS_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "rules/audit.h"
#include "rules/review.h"

enum { DW_EVENT_NOTE_MAX = 1024 }; /* bytes; events.k8s.io allows no more of them, and nobody reads more */

struct dw_event {
  bool audit;                                       /* found in an existing object; false: a denied request */
  const char *api_version, *kind, *ns, *name, *uid; /* of the object; UID is "" where it does not exist yet */
  const char *rules;                                /* that deny: ids with commas */
  const char *note;
  int64_t time; /* seconds since 1970 */
};

/* NULL if there is nothing to report: the name is not a valid object name. The caller frees it with
 * free(). */
struct dw_event *dw_event_of_denial(const struct dw_request *request, const struct dw_answer *answer)
    __attribute__((nonnull, warn_unused_result));
struct dw_event *dw_event_of_audited(const struct dw_audited *audited) __attribute__((nonnull, warn_unused_result));

/* As an Event is called and counted. */
struct dw_event_facts {
  const char *name;
  const char *instance;
  int64_t first, last; /* seconds since 1970 */
  uint64_t count;
};
/* Appends the JSON of a new Event, and of the merge patch that brings one up to date. */
void dw_event_write(const struct dw_event *event, const struct dw_event_facts *facts, struct dw_buf *out)
    __attribute__((nonnull));
void dw_event_write_patch(const struct dw_event *event, const struct dw_event_facts *facts, struct dw_buf *out)
    __attribute__((nonnull));

#endif
