#include "server/admissions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "droveway/base/log.h"

enum {
  EXPIRY_MS = 10000, /* far above the time from an answer to its object in etcd and on the watches */
  MOST_ENTRIES = 4096,
  MOST_BYTES = 16 << 20 /* of what they hold: many large ones can't take the memory */
};

struct entry {
  struct dw_change change; /* a reference */
  size_t bytes;
  char *uid;
  int64_t expires;
  uint64_t seen; /* the generation that holds it; 0: not seen yet */
  bool replaces; /* another that was admitted: what looks like it in a view may be what was there before both */
};

struct dw_admissions {
  int64_t (*now)(void);
  pthread_mutex_t lock;
  struct entry *entries; /* in the order of admission */
  size_t count;
  size_t bytes;           /* of all of them */
  struct dw_world *base;  /* that the entries were last compared with */
  struct dw_world *world; /* BASE with them; NULL: to be made */
  bool overflowed;
};

struct dw_admissions *dw_admissions_new(int64_t (*now)(void)) {
  struct dw_admissions *admissions = calloc(1, sizeof *admissions);
  if (admissions == NULL)
    abort();
  admissions->now = now;
  pthread_mutex_init(&admissions->lock, NULL);
  admissions->entries = calloc(MOST_ENTRIES, sizeof *admissions->entries);
  if (admissions->entries == NULL)
    abort();
  return admissions;
}

static void free_entry(struct entry *entry) {
  dw_object_unref(entry->change.object);
  free(entry->uid);
}

static void forget_worlds(struct dw_admissions *admissions) {
  dw_world_unref(admissions->world);
  dw_world_unref(admissions->base);
  admissions->world = admissions->base = NULL;
}

void dw_admissions_free(struct dw_admissions *admissions) {
  if (admissions == NULL)
    return;
  forget_worlds(admissions);
  for (size_t i = 0; i < admissions->count; i++)
    free_entry(&admissions->entries[i]);
  pthread_mutex_destroy(&admissions->lock);
  free(admissions->entries);
  free(admissions);
}

static bool is_watched(enum dw_kind kind) {
  return kind == DW_KIND_NAD || kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT;
}

bool dw_admissions_counts(const struct dw_request *request) {
  return !request->dry_run && request->operation != DW_OP_CONNECT && *request->subresource == '\0' &&
         *request->name != '\0' && is_watched(dw_kind_of(request->group, request->kind));
}

void dw_admissions_begin(struct dw_admissions *admissions) {
  pthread_mutex_lock(&admissions->lock);
}

void dw_admissions_end(struct dw_admissions *admissions) {
  pthread_mutex_unlock(&admissions->lock);
}

/* --- what stays --- */

static bool same_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* To a view. A HyperConverged may be admitted in one version and watched in another. */
static bool same_to_views(const struct dw_object *a, const struct dw_object *b) {
  if (a->kind == DW_KIND_NAD)
    return dw_object_same(a, b);
  return a->deleting == b->deleting && a->user.decentralized == b->user.decentralized &&
         same_text(a->user.network, b->user.network) && same_text(a->user.jsonpatch_network, b->user.jsonpatch_network);
}

static bool arrived(const struct dw_change *change, const struct dw_view *view) {
  const struct dw_object *object = change->object;
  const struct dw_object *there = dw_view_find(view, object->kind, object->namespace_, object->name);
  if (change->gone)
    return there == NULL || there->deleting;
  return there != NULL && same_to_views(there, object);
}

static bool is_over(const struct entry *entry, const struct dw_world *base, bool current, int64_t now) {
  return (entry->seen != 0 && entry->seen <= base->generation) ||
         (!entry->replaces && arrived(&entry->change, base->view)) || (current && now >= entry->expires);
}

static void drop_where(struct dw_admissions *admissions, const struct dw_world *base, bool current) {
  int64_t now = admissions->now();
  size_t kept = 0;
  for (size_t i = 0; i < admissions->count; i++) {
    struct entry *entry = &admissions->entries[i];
    if (is_over(entry, base, current, now)) {
      admissions->bytes -= entry->bytes;
      free_entry(entry);
    } else
      admissions->entries[kept++] = *entry;
  }
  admissions->count = kept;
}

static bool something_expired(const struct dw_admissions *admissions) {
  return admissions->count > 0 && admissions->now() >= admissions->entries[0].expires;
}

static struct dw_world *overlay(const struct dw_admissions *admissions, struct dw_world *base,
                                const struct dw_change *found, size_t found_count) {
  if (admissions->count + found_count == 0)
    return dw_world_ref(base);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_change *changes = dw_arena_array(arena, found_count + admissions->count, sizeof *changes);
  size_t count = 0;
  for (size_t i = 0; i < found_count; i++)
    changes[count++] = found[i];
  for (size_t i = 0; i < admissions->count; i++)
    changes[count++] = admissions->entries[i].change;
  return dw_world_overlay(base, changes, count);
}

struct dw_world *dw_admissions_world(struct dw_admissions *admissions, struct dw_world *base,
                                     const struct dw_change *found, size_t count, bool current) {
  if (admissions->base != base || something_expired(admissions)) {
    drop_where(admissions, base, current);
    forget_worlds(admissions);
    admissions->base = dw_world_ref(base);
  }
  if (count > 0)
    return overlay(admissions, base, found, count);
  if (admissions->world == NULL)
    admissions->world = overlay(admissions, base, NULL, 0);
  return dw_world_ref(admissions->world);
}

/* --- what is new --- */

static void remove_at(struct dw_admissions *admissions, size_t place) {
  admissions->bytes -= admissions->entries[place].bytes;
  free_entry(&admissions->entries[place]);
  admissions->count--;
  memmove(admissions->entries + place, admissions->entries + place + 1,
          (admissions->count - place) * sizeof *admissions->entries);
}

/* Its place, or MOST_ENTRIES. */
static size_t find_named(const struct dw_admissions *admissions, enum dw_kind kind, const char *ns, const char *name) {
  for (size_t i = 0; i < admissions->count; i++) {
    const struct dw_object *object = admissions->entries[i].change.object;
    if (object->kind == kind && strcmp(object->namespace_, ns) == 0 && strcmp(object->name, name) == 0)
      return i;
  }
  return MOST_ENTRIES;
}

/* Events come in order and singly, so each state that was admitted is seen, however short it lasts. A deletion counts
 * for the object that it is of, not for one of the same name that was admitted since. */
static bool shows(const struct dw_cluster_event *event, const struct entry *entry) {
  if (event->deleted)
    return entry->change.gone || strcmp(event->uid, entry->uid) == 0;
  if (event->object == NULL)
    return false;
  return entry->change.gone ? event->object->deleting : same_to_views(event->object, entry->change.object);
}

/* A list that began after an entry had expired shows the truth about it, whether it holds it or not. */
static void settle_listed(struct dw_admissions *admissions, const struct dw_cluster_event *event) {
  for (size_t i = 0; i < admissions->count; i++) {
    struct entry *entry = &admissions->entries[i];
    if (entry->change.object->kind == event->kind && entry->seen == 0 && entry->expires <= event->listed_ms)
      entry->seen = event->generation;
  }
}

void dw_admissions_seen(void *context, const struct dw_cluster_event *event) {
  struct dw_admissions *admissions = context;
  pthread_mutex_lock(&admissions->lock);
  if (event->listed_ms != 0)
    settle_listed(admissions, event);
  size_t place = find_named(admissions, event->kind, event->ns, event->name);
  if (place < admissions->count && shows(event, &admissions->entries[place]))
    admissions->entries[place].seen = event->generation;
  pthread_mutex_unlock(&admissions->lock);
}

static void make_room(struct dw_admissions *admissions, size_t bytes) {
  while (admissions->count > 0 && (admissions->count == MOST_ENTRIES || admissions->bytes + bytes > MOST_BYTES)) {
    if (!admissions->overflowed)
      dw_log(DW_LOG_WARN,
             "over %d objects or %d MiB were admitted and have not come over a watch yet; the oldest no longer count",
             (int)MOST_ENTRIES, (int)MOST_BYTES >> 20);
    admissions->overflowed = true;
    remove_at(admissions, 0);
  }
}

/* What it holds, but for a little. */
static size_t bytes_of(const struct dw_object *object) {
  const char *text = object->kind == DW_KIND_NAD ? object->nad.config : object->user.json;
  size_t pools = object->kind == DW_KIND_NAD ? object->nad.pool_count * sizeof *object->nad.pools : 0;
  return sizeof *object + pools + (text == NULL ? 0 : strlen(text));
}

/* Takes the entry away that ENTRY stands in for. */
static void replace(struct dw_admissions *admissions, size_t place, struct entry *entry) {
  const struct entry *old = &admissions->entries[place];
  bool same = old->change.gone == entry->change.gone && strcmp(old->uid, entry->uid) == 0 &&
              same_to_views(old->change.object, entry->change.object);
  entry->seen = same ? old->seen : 0;
  entry->replaces = same ? old->replaces : true;
  remove_at(admissions, place);
}

void dw_admissions_add(struct dw_admissions *admissions, const struct dw_world *world,
                       const struct dw_request *request) {
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  bool gone = request->operation == DW_OP_DELETE;
  const dw_json *json = gone ? request->old_object : request->object;
  const struct dw_object *object = NULL;
  /* What can't be reduced was denied, or the rules do not read it. */
  if (json == NULL || dw_object_reduce_as(kind, json, request->ns, &object, NULL) != 0 || object == NULL)
    return;
  size_t place = find_named(admissions, kind, object->namespace_, object->name);
  struct dw_change change = {object, gone};
  if (place >= admissions->count && arrived(&change, world->view)) {
    dw_object_unref(object);
    return;
  }
  const char *uid = dw_json_string(dw_json_path(json, "metadata", "uid", NULL));
  struct entry entry = {.change = change, .expires = admissions->now() + EXPIRY_MS};
  entry.uid = strdup(uid == NULL ? "" : uid);
  if (entry.uid == NULL)
    abort();
  if (place < admissions->count)
    replace(admissions, place, &entry);
  entry.bytes = bytes_of(object);
  make_room(admissions, entry.bytes);
  admissions->bytes += entry.bytes;
  admissions->entries[admissions->count++] = entry;
  dw_world_unref(admissions->world);
  admissions->world = NULL;
}

size_t dw_admissions_count(struct dw_admissions *admissions) {
  pthread_mutex_lock(&admissions->lock);
  size_t count = admissions->count;
  pthread_mutex_unlock(&admissions->lock);
  return count;
}
