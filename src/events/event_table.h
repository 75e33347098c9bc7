/* Recent Events, and which of them are still to be sent: many occurrences become one Event that counts them. For one
 * thread; its clock is the caller's. */
#ifndef EVENTS_EVENT_TABLE_H
#define EVENTS_EVENT_TABLE_H

#include <stddef.h>

#include "events/event.h"

enum { DW_EVENT_ENTRIES = 512 };

struct dw_event_times { /* milliseconds */
  unsigned window;      /* without another of its kind, and a denial begins a new Event */
  unsigned again;       /* between writes of one Event */
  unsigned refresh;     /* before an unchanged finding is sent again */
  unsigned refused;     /* before what the API server refused is tried again */
  unsigned give_up;     /* what could not be sent for so long is dropped */
};

struct dw_event_entry {
  struct dw_event *event; /* the last of its kind; NULL: the entry is free */
  uint64_t key;
  char name[256]; /* of the Event */
  int64_t first;  /* seconds since 1970 */
  int64_t seen_ms, waiting_since_ms, due_ms, sent_ms;
  uint64_t sent, waiting; /* occurrences that the Event counts, and that it does not yet */
  bool created;
};

struct dw_event_table {
  struct dw_event_times times;
  const char *instance;
  uint64_t salt; /* tells the Events of denials apart, also those of other runs */
  struct dw_event_entry entries[DW_EVENT_ENTRIES];
};

enum dw_event_taken { DW_EVENT_WAITS, DW_EVENT_KNOWN, DW_EVENT_NO_ROOM };
/* Takes EVENT over. KNOWN: an Event already reports it. */
enum dw_event_taken dw_event_table_add(struct dw_event_table *table, struct dw_event *event, int64_t now_ms)
    __attribute__((nonnull));

/* What is to be written now; NULL where nothing is: WAIT_MS then tells how long, at most. */
struct dw_event_entry *dw_event_table_due(struct dw_event_table *table, int64_t now_ms, int64_t *wait_ms)
    __attribute__((nonnull));
/* The next that waits, due or not; NULL. */
struct dw_event_entry *dw_event_table_waiting(struct dw_event_table *table) __attribute__((nonnull));

/* What became of it: each gives the number of occurrences that are settled so. */
uint64_t dw_event_sent(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms)
    __attribute__((nonnull));
uint64_t dw_event_refused(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms)
    __attribute__((nonnull));
/* The API server could not be asked: it is tried again, unless it was for too long. */
uint64_t dw_event_missed(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms)
    __attribute__((nonnull));

struct dw_event_facts dw_event_facts_of(const struct dw_event_table *table, const struct dw_event_entry *entry)
    __attribute__((nonnull));

void dw_event_table_clear(struct dw_event_table *table) __attribute__((nonnull));

#endif
