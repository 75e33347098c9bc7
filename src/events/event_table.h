/* Recent Events, and which of them are due to be written. Repeated occurrences become one Event that counts them. Not
 * thread-safe. The caller passes the time, in monotonic milliseconds (NOW_MS). */
#ifndef EVENTS_EVENT_TABLE_H
#define EVENTS_EVENT_TABLE_H

#include <stddef.h>

#include "events/event.h"

enum { DW_EVENT_ENTRIES = 512 };

struct dw_event_times { /* milliseconds */
  unsigned window;      /* a denial that repeats after a longer time begins a new Event */
  unsigned again;       /* between writes of one Event */
  unsigned refresh;     /* between writes of an unchanged finding */
  unsigned refused;     /* until a write that the API server rejected is retried */
  unsigned give_up;     /* until occurrences that could not be sent are dropped */
};

struct dw_event_entry {
  struct dw_event *event; /* the latest occurrence; NULL: the entry is free */
  uint64_t key;
  char name[256]; /* of the Event in the cluster */
  int64_t first;  /* seconds since 1970 */
  int64_t seen_ms, waiting_since_ms, due_ms, sent_ms;
  uint64_t sent, waiting; /* occurrences that the Event counts already, and that are still to be sent */
  bool created;           /* the Event exists */
};

struct dw_event_table {
  struct dw_event_times times;
  const char *instance;
  uint64_t salt; /* makes the names of denials' Events unique, also among runs */
  struct dw_event_entry entries[DW_EVENT_ENTRIES];
};

enum dw_event_added { DW_EVENT_WAITS, DW_EVENT_KNOWN, DW_EVENT_NO_ROOM };
/* Adds an occurrence. EVENT belongs to the table afterwards. Returns KNOWN if an Event already reports it. */
enum dw_event_added dw_event_table_add(struct dw_event_table *table, struct dw_event *event, int64_t now_ms)
    __attribute__((nonnull));

/* Returns the entry that is to be written now. If there is none, returns NULL and sets WAIT_MS to the time until the
 * next call. */
struct dw_event_entry *dw_event_table_due(struct dw_event_table *table, int64_t now_ms, int64_t *wait_ms)
    __attribute__((nonnull));
/* Returns an entry that is still to be written, due or not; NULL if there is none. */
struct dw_event_entry *dw_event_table_waiting(struct dw_event_table *table) __attribute__((nonnull));

/* Note the result of a write: sent, rejected by the API server, or not received by it. Each returns the number of
 * occurrences that are done with. After dw_event_missed() they are sent again, until they are too old. */
uint64_t dw_event_sent(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms)
    __attribute__((nonnull));
uint64_t dw_event_refused(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms)
    __attribute__((nonnull));
uint64_t dw_event_missed(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms)
    __attribute__((nonnull));

/* Returns what the Event of ENTRY is to say. Its strings belong to the table. */
struct dw_event_facts dw_event_facts_of(const struct dw_event_table *table, const struct dw_event_entry *entry)
    __attribute__((nonnull));

/* Frees all entries. */
void dw_event_table_clear(struct dw_event_table *table) __attribute__((nonnull));

#endif
