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

/* What stands is called the same by every replica, so that there is one Event of it. Each denial is counted by the
 * replica that denied it, in an Event of its own. */
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

/* --- what comes --- */

static struct dw_event_entry *find(struct dw_event_table *table, const struct dw_event *event, uint64_t key) {
  for (size_t i = 0; i < DW_EVENT_ENTRIES; i++) {
    struct dw_event_entry *entry = &table->entries[i];
    if (entry->event != NULL && entry->key == key && same_kind(entry->event, event))
      return entry;
  }
  return NULL;
}

/* A free one, or the one that has been quiet the longest; NULL where all have something to tell. */
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

/* Due at once, but behind those that are due longer: new ones without end keep nobody waiting. */
static void begin(struct dw_event_table *table, struct dw_event_entry *entry, struct dw_event *event, int64_t now_ms) {
  free(entry->event);
  *entry = (struct dw_event_entry){.event = event, .key = key_of(event), .first = event->time, .due_ms = now_ms};
  name_entry(table, entry);
}

static void follow(struct dw_event_entry *entry, struct dw_event *event) {
  free(entry->event);
  entry->event = event;
}

/* A finding that the Event tells already, word by word, and not too long ago. */
static bool is_sent(const struct dw_event_table *table, const struct dw_event_entry *entry,
                    const struct dw_event *event, int64_t now_ms) {
  return event->audit && entry->created && entry->waiting == 0 && strcmp(entry->event->note, event->note) == 0 &&
         now_ms - entry->sent_ms < (int64_t)table->times.refresh;
}

/* So long ago that another one is another story. */
static bool is_over(const struct dw_event_table *table, const struct dw_event_entry *entry, int64_t now_ms) {
  return !entry->event->audit && entry->waiting == 0 && now_ms - entry->seen_ms > (int64_t)table->times.window;
}

static void wait(struct dw_event_entry *entry, int64_t now_ms) {
  if (entry->waiting == 0)
    entry->waiting_since_ms = now_ms;
  entry->waiting = entry->event->audit ? 1 : entry->waiting + 1;
  entry->seen_ms = now_ms;
}

enum dw_event_taken dw_event_table_add(struct dw_event_table *table, struct dw_event *event, int64_t now_ms) {
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
  if (known == NULL || is_over(table, entry, now_ms))
    begin(table, entry, event, now_ms);
  else
    follow(entry, event);
  wait(entry, now_ms);
  return DW_EVENT_WAITS;
}

/* --- what goes --- */

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

/* Others have their turn before it is tried again: it may fail by itself alone. */
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
