#include "events/event_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { LONGEST_NAME = 200, LONGEST_WAIT_MS = 60000 };

/* --- keys and names --- */

static uint64_t key_of(const struct dw_event *event) {
  uint64_t h = dw_hash_text(DW_HASH_INIT, event->audit ? "audit" : "deny");
  h = dw_hash_text(h, event->kind);
  h = dw_hash_text(h, event->ns);
  h = dw_hash_text(h, event->name);
  h = dw_hash_text(h, event->uid);
  return dw_hash_text(h, event->rules);
}

static bool same_kind(const struct dw_event *a, const struct dw_event *b) {
  return a->audit == b->audit && strcmp(a->kind, b->kind) == 0 && strcmp(a->ns, b->ns) == 0 &&
         strcmp(a->name, b->name) == 0 && strcmp(a->uid, b->uid) == 0 && strcmp(a->rules, b->rules) == 0;
}

/* All replicas use the same name for the Event of an existing object, so that there is only one. Each replica has its
 * own Event for the denials that it counts. */
static void name_entry(struct dw_event_table *table, struct dw_event_entry *entry) {
  char salt[24] = "";
  uint64_t h = entry->key;
  if (!entry->event->audit) {
    snprintf(salt, sizeof salt, "%" PRIu64, table->salt++);
    h = dw_hash_text(dw_hash_text(h, table->instance), salt);
  }
  size_t length = strnlen(entry->event->name, LONGEST_NAME);
  while (length > 0 && strchr("-.", entry->event->name[length - 1]) != NULL)
    length--;
  snprintf(entry->name, sizeof entry->name, "%.*s.%016" PRIx64, (int)length, entry->event->name, h);
}

/* --- adding --- */

static struct dw_event_entry *find(struct dw_event_table *table, const struct dw_event *event, uint64_t key) {
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++) {
    struct dw_event_entry *entry = &table->entries[i];
    if (entry->event != NULL && entry->key == key && same_kind(entry->event, event))
      return entry;
  }
  return NULL;
}

/* Returns a free entry, or else the one without an occurrence for the longest time; NULL if all are still to be
 * written. */
static struct dw_event_entry *make_room(struct dw_event_table *table) {
  struct dw_event_entry *oldest = NULL;
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++) {
    struct dw_event_entry *entry = &table->entries[i];
    if (entry->event == NULL)
      return entry;
    if (entry->waiting == 0 && (oldest == NULL || entry->seen_ms < oldest->seen_ms))
      oldest = entry;
  }
  return oldest;
}

/* The entry is due at once, but after those that have been due for longer. So endless new entries delay no others. */
static void begin(struct dw_event_table *table, struct dw_event_entry *entry, struct dw_event *event, int64_t now_ms) {
  free(entry->event);
  *entry = (struct dw_event_entry){.event = event, .key = key_of(event), .first = event->time, .due_ms = now_ms};
  name_entry(table, entry);
}

/* Returns true if the Event was written not too long ago, with exactly this note. */
static bool is_sent(const struct dw_event_table *table, const struct dw_event_entry *entry,
                    const struct dw_event *event, int64_t now_ms) {
  return event->audit && entry->created && entry->waiting == 0 && strcmp(entry->event->note, event->note) == 0 &&
         now_ms - entry->sent_ms < (int64_t)table->times.refresh;
}

static void count(struct dw_event_entry *entry, int64_t now_ms) {
  if (entry->waiting == 0)
    entry->waiting_since_ms = now_ms;
  entry->waiting = entry->event->audit ? 1 : entry->waiting + 1;
  entry->seen_ms = now_ms;
}

enum dw_event_added dw_event_table_add(struct dw_event_table *table, struct dw_event *event, int64_t now_ms) {
  uint64_t key = key_of(event);
  struct dw_event_entry *known = find(table, event, key);
  struct dw_event_entry *entry = known == NULL ? make_room(table) : known;
  if (entry == NULL) {
    free(event);
    return DW_EVENT_NO_ROOM;
  }
  if (known != NULL && is_sent(table, entry, event, now_ms)) {
    entry->seen_ms = now_ms;
    free(event);
    return DW_EVENT_KNOWN;
  }
  bool window_over = !event->audit && entry->waiting == 0 && now_ms - entry->seen_ms > (int64_t)table->times.window;
  if (known == NULL || window_over) {
    begin(table, entry, event, now_ms);
  } else {
    free(entry->event);
    entry->event = event;
  }
  count(entry, now_ms);
  return DW_EVENT_WAITS;
}

/* --- writing --- */

struct dw_event_entry *dw_event_table_due(struct dw_event_table *table, int64_t now_ms, int64_t *wait_ms) {
  struct dw_event_entry *next = NULL;
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++) {
    struct dw_event_entry *entry = &table->entries[i];
    if (entry->waiting > 0 && (next == NULL || entry->due_ms < next->due_ms))
      next = entry;
  }
  if (next != NULL && next->due_ms <= now_ms)
    return next;
  *wait_ms = next == NULL || next->due_ms - now_ms > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : next->due_ms - now_ms;
  return NULL;
}

struct dw_event_entry *dw_event_table_waiting(struct dw_event_table *table) {
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++)
    if (table->entries[i].waiting > 0)
      return &table->entries[i];
  return NULL;
}

uint64_t dw_event_sent(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms) {
  uint64_t settled = entry->waiting;
  entry->sent += settled;
  entry->waiting = 0;
  entry->created = true;
  entry->sent_ms = now_ms;
  entry->due_ms = now_ms + (int64_t)table->times.again;
  return settled;
}

uint64_t dw_event_refused(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms) {
  uint64_t settled = entry->waiting;
  entry->waiting = 0;
  entry->created = false;
  entry->due_ms = now_ms + (int64_t)table->times.refused;
  return settled;
}

/* Other entries are tried before the retry, because the problem may affect only this one. */
uint64_t dw_event_missed(const struct dw_event_table *table, struct dw_event_entry *entry, int64_t now_ms) {
  entry->due_ms = now_ms + (int64_t)table->times.again;
  if (now_ms - entry->waiting_since_ms < (int64_t)table->times.give_up)
    return 0;
  uint64_t settled = entry->waiting;
  entry->waiting = 0;
  return settled;
}

struct dw_event_facts dw_event_facts_of(const struct dw_event_table *table, const struct dw_event_entry *entry) {
  return (struct dw_event_facts){.name = entry->name,
                                 .instance = table->instance,
                                 .first = entry->first,
                                 .last = entry->event->time,
                                 .count = entry->event->audit ? 1 : entry->sent + entry->waiting};
}

void dw_event_table_clear(struct dw_event_table *table) {
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++) {
    free(table->entries[i].event);
    table->entries[i] = (struct dw_event_entry){.event = NULL};
  }
}
