#include "server/admissions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "droveway/base/log.h"

enum {
  EXPIRY_MS = 10000, /* far above the time from an answer to its object in etcd and on the watches */
  MOST_ENTRIES = 4096
};

struct entry {
  struct dw_change change; /* a reference */
  int64_t expires;
};

struct dw_admissions {
  int64_t (*now)(void);
  pthread_mutex_t lock;
  struct entry *entries; /* in the order of admission */
  size_t count;
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
    dw_object_unref(admissions->entries[i].change.object);
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

static bool arrived(const struct dw_change *change, const struct dw_view *view) {
  const struct dw_object *object = change->object;
  const struct dw_object *there = dw_view_find(view, object->kind, object->namespace_, object->name);
  if (change->gone)
    return there == NULL || there->deleting;
  return there != NULL && dw_object_same(there, object);
}

static void drop_where(struct dw_admissions *admissions, const struct dw_view *view, bool current) {
  int64_t now = admissions->now();
  size_t kept = 0;
  for (size_t i = 0; i < admissions->count; i++) {
    struct entry *entry = &admissions->entries[i];
    if (arrived(&entry->change, view) || (current && now >= entry->expires))
      dw_object_unref(entry->change.object);
    else
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
    drop_where(admissions, base->view, current);
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
  dw_object_unref(admissions->entries[place].change.object);
  admissions->count--;
  memmove(admissions->entries + place, admissions->entries + place + 1,
          (admissions->count - place) * sizeof *admissions->entries);
}

static void remove_named(struct dw_admissions *admissions, const struct dw_object *object) {
  for (size_t i = 0; i < admissions->count; i++) {
    const struct dw_object *other = admissions->entries[i].change.object;
    if (other->kind == object->kind && strcmp(other->namespace_, object->namespace_) == 0 &&
        strcmp(other->name, object->name) == 0) {
      remove_at(admissions, i);
      return;
    }
  }
}

static void make_room(struct dw_admissions *admissions) {
  if (admissions->count < MOST_ENTRIES)
    return;
  if (!admissions->overflowed)
    dw_log(DW_LOG_WARN, "over %d objects were admitted and have not come over a watch yet; the oldest no longer count",
           (int)MOST_ENTRIES);
  admissions->overflowed = true;
  remove_at(admissions, 0);
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
  struct dw_change change = {object, gone};
  if (arrived(&change, world->view)) {
    dw_object_unref(object);
    return;
  }
  remove_named(admissions, object);
  make_room(admissions);
  admissions->entries[admissions->count++] = (struct entry){change, admissions->now() + EXPIRY_MS};
  dw_world_unref(admissions->world);
  admissions->world = NULL;
}

size_t dw_admissions_count(struct dw_admissions *admissions) {
  pthread_mutex_lock(&admissions->lock);
  size_t count = admissions->count;
  pthread_mutex_unlock(&admissions->lock);
  return count;
}
