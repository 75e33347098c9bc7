#include "serve/admissions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum {
  EXPIRY_MS = 10000, /* far above the time from an answer to its object in etcd and on the watches */
  MOST_ENTRIES = 4096,
  MOST_BYTES = 16 << 20 /* of all entries, so that many large ones can't fill the memory */
};

struct entry {
  struct dw_change change; /* with a reference to its object */
  size_t bytes;
  int64_t expires;
  uint64_t seen;  /* the generation of the cluster that contains it; 0: not seen yet */
  bool confirmed; /* by a watch or a look-up */
  bool replaces;  /* another entry: an equal object in a view may be older than both */
  bool alters;    /* the object existed before */
  bool second;    /* another change of the object was unconfirmed when this one was admitted */
};

struct dw_admissions {
  int64_t (*now)(void);
  pthread_mutex_t lock;
  struct entry *entries; /* in the order of admission; an object may have several */
  size_t count;
  size_t bytes;           /* of all of them */
  struct dw_world *base;  /* the newest world that was passed, which the entries were compared with */
  struct dw_world *world; /* BASE with the entries; NULL: not made yet */
  uint64_t version;       /* incremented with each entry that is added */
  uint64_t content;       /* incremented with each change of the entries or the base */
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

static void forget_world(struct dw_admissions *admissions) {
  dw_world_unref(admissions->world);
  admissions->world = NULL;
  admissions->content++;
}

void dw_admissions_free(struct dw_admissions *admissions) {
  if (admissions == NULL)
    return;
  forget_world(admissions);
  dw_world_unref(admissions->base);
  for (size_t i = 0; i < admissions->count; i++)
    dw_object_unref(admissions->entries[i].change.object);
  pthread_mutex_destroy(&admissions->lock);
  free(admissions->entries);
  free(admissions);
}

bool dw_admissions_counts(const struct dw_request *request) {
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  bool changes = !request->dry_run && request->operation != DW_OP_CONNECT;
  return changes && *request->subresource == '\0' && *request->name != '\0' &&
         (kind == DW_KIND_NAD || kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT);
}

void dw_admissions_lock(struct dw_admissions *admissions) {
  pthread_mutex_lock(&admissions->lock);
}

void dw_admissions_unlock(struct dw_admissions *admissions) {
  pthread_mutex_unlock(&admissions->lock);
}

/* --- dropping entries --- */

static bool same_rollout(const struct dw_rollout *a, const struct dw_rollout *b) {
  return a->decentralized == b->decentralized && a->infra_placed == b->infra_placed && a->patched == b->patched &&
         a->replicas == b->replicas;
}

/* Compares what a view reads. A HyperConverged may be admitted in one API version and watched in another. */
static bool same_to_views(const struct dw_object *a, const struct dw_object *b) {
  if (a->kind == DW_KIND_NAD)
    return dw_object_same(a, b);
  return a->deleting == b->deleting && same_rollout(&a->user.rollout, &b->user.rollout) &&
         dw_text_equal(a->user.placement, b->user.placement) && dw_text_equal(a->user.network, b->user.network) &&
         dw_text_equal(a->user.jsonpatch_network, b->user.jsonpatch_network);
}

static bool arrived(const struct dw_change *change, const struct dw_view *view) {
  const struct dw_object *object = change->object;
  const struct dw_object *there = dw_view_find(view, object->kind, object->namespace_, object->name);
  if (change->gone)
    return there == NULL || there->deleting;
  return there != NULL && same_to_views(there, object);
}

static bool is_finished(const struct entry *entry, const struct dw_world *base, bool current, int64_t now) {
  return (entry->seen != 0 && entry->seen <= base->generation) ||
         (!entry->replaces && arrived(&entry->change, base->view)) || (current && now >= entry->expires);
}

static void remove_at(struct dw_admissions *admissions, size_t place) {
  admissions->bytes -= admissions->entries[place].bytes;
  dw_object_unref(admissions->entries[place].change.object);
  admissions->count--;
  memmove(admissions->entries + place, admissions->entries + place + 1,
          (admissions->count - place) * sizeof *admissions->entries);
}

/* Returns true if any was dropped. */
static bool drop_finished(struct dw_admissions *admissions, bool current) {
  int64_t now = admissions->now();
  size_t kept = 0;
  for (size_t i = 0; i < admissions->count; i++) {
    struct entry *entry = &admissions->entries[i];
    if (is_finished(entry, admissions->base, current, now)) {
      admissions->bytes -= entry->bytes;
      dw_object_unref(entry->change.object);
    } else
      admissions->entries[kept++] = *entry;
  }
  bool dropped = kept < admissions->count;
  admissions->count = kept;
  return dropped;
}

/* Entries only expire while watches work. */
static void refresh(struct dw_admissions *admissions, struct dw_world *base, bool current) {
  bool is_newer =
      admissions->base == NULL || (admissions->base != base && base->generation >= admissions->base->generation);
  if (is_newer) {
    dw_world_unref(admissions->base);
    admissions->base = dw_world_ref(base);
  }
  bool expired = current && admissions->count > 0 && admissions->now() >= admissions->entries[0].expires;
  if (!is_newer && !expired)
    return;
  if (drop_finished(admissions, current) || is_newer)
    forget_world(admissions);
}

/* --- the possible states of the cluster --- */

static bool is_named(const struct dw_admissions_query *query, const struct dw_object *object) {
  for (size_t i = 0; i < query->network_count; i++)
    if (dw_object_is(object, DW_KIND_NAD, query->networks[i].ns, query->networks[i].name))
      return true;
  return false;
}

/* Returns true if the request could be allowed only because of this entry, which is not confirmed. A new NAD can only
 * be the reason for a request that names it. A NAD that was changed or deleted can make room for others, and
 * HyperConverged and KubeVirt decide which networks are in use. */
static bool may_be_reason(const struct dw_admissions_query *query, const struct entry *entry) {
  return !entry->confirmed &&
         (entry->change.object->kind != DW_KIND_NAD || entry->alters || is_named(query, entry->change.object));
}

static bool was_found(const struct dw_admissions_query *query, const struct dw_object *object) {
  for (size_t i = 0; i < query->found_count; i++)
    if (dw_object_compare(query->found[i].object, object) == 0)
      return true;
  return false;
}

static void add_found(struct dw_recipe *recipe, const struct dw_admissions_query *query) {
  for (size_t i = 0; i < query->found_count; i++)
    recipe->changes[recipe->count++] = query->found[i];
}

enum leave_out { LEAVE_NOTHING, LEAVE_SECOND, LEAVE_UNCONFIRMED };

static bool is_left_out(const struct dw_admissions_query *query, const struct entry *entry, enum leave_out what) {
  return what == LEAVE_UNCONFIRMED ? may_be_reason(query, entry)
                                   : what == LEAVE_SECOND && entry->second && !entry->confirmed;
}

/* An admitted change may be newer than an object that was found, so it is applied after it. If unconfirmed changes are
 * left out, the found objects come last instead. */
static void add_state(const struct dw_admissions *admissions, struct dw_arena *arena,
                      const struct dw_admissions_query *query, enum leave_out what, struct dw_states *out) {
  struct dw_recipe *recipe = &out->recipes[out->count++];
  recipe->changes = dw_arena_array(arena, query->found_count + admissions->count, sizeof *recipe->changes);
  if (what != LEAVE_UNCONFIRMED)
    add_found(recipe, query);
  recipe->first_admitted = recipe->count;
  for (size_t i = 0; i < admissions->count; i++) {
    struct dw_change change = admissions->entries[i].change;
    if (is_left_out(query, &admissions->entries[i], what))
      continue;
    dw_object_ref(change.object);
    recipe->changes[recipe->count++] = change;
  }
  recipe->end_admitted = recipe->count;
  if (what == LEAVE_UNCONFIRMED)
    add_found(recipe, query);
}

static void list_unconfirmed(const struct dw_admissions *admissions, const struct dw_admissions_query *query,
                             struct dw_states *out) {
  for (size_t i = admissions->count; i-- > 0 && out->unconfirmed_count < DW_MOST_UNCONFIRMED;) {
    const struct entry *entry = &admissions->entries[i];
    bool listed = !may_be_reason(query, entry) || was_found(query, entry->change.object);
    for (size_t j = 0; j < out->unconfirmed_count && !listed; j++)
      listed = dw_object_compare(out->unconfirmed[j], entry->change.object) == 0;
    if (!listed)
      out->unconfirmed[out->unconfirmed_count++] = dw_object_ref(entry->change.object);
  }
}

void dw_admissions_snapshot(struct dw_admissions *admissions, struct dw_arena *arena, struct dw_world *base,
                            const struct dw_admissions_query *query, struct dw_states *out) {
  refresh(admissions, base, query->current);
  bool second = false, unconfirmed = query->found_count > 0;
  for (size_t i = 0; i < admissions->count; i++) {
    second |= is_left_out(query, &admissions->entries[i], LEAVE_SECOND);
    unconfirmed |= is_left_out(query, &admissions->entries[i], LEAVE_UNCONFIRMED);
  }
  *out = (struct dw_states){
      .version = admissions->version, .content = admissions->content, .found_count = query->found_count};
  out->base = dw_world_ref(admissions->base);
  if (query->found_count == 0 && admissions->world != NULL)
    out->worlds[out->count++] = dw_world_ref(admissions->world);
  else
    add_state(admissions, arena, query, LEAVE_NOTHING, out);
  if (second)
    add_state(admissions, arena, query, LEAVE_SECOND, out);
  if (unconfirmed)
    add_state(admissions, arena, query, LEAVE_UNCONFIRMED, out);
  list_unconfirmed(admissions, query, out);
}

void dw_states_build(struct dw_states *states) {
  for (size_t i = 0; i < states->count; i++) {
    const struct dw_recipe *recipe = &states->recipes[i];
    if (states->worlds[i] == NULL)
      states->worlds[i] = recipe->count == 0 ? dw_world_ref(states->base)
                                             : dw_world_overlay(states->base, recipe->changes, recipe->count);
  }
}

void dw_states_free(struct dw_states *states) {
  for (size_t i = 0; i < states->count; i++) {
    dw_world_unref(states->worlds[i]);
    for (size_t j = states->recipes[i].first_admitted; j < states->recipes[i].end_admitted; j++)
      dw_object_unref(states->recipes[i].changes[j].object);
  }
  for (size_t i = 0; i < states->unconfirmed_count; i++)
    dw_object_unref(states->unconfirmed[i]);
  dw_world_unref(states->base);
  *states = (struct dw_states){.count = 0};
}

void dw_admissions_keep(struct dw_admissions *admissions, const struct dw_states *states) {
  if (admissions->world == NULL && admissions->content == states->content && states->found_count == 0)
    admissions->world = dw_world_ref(states->worlds[0]);
}

/* --- confirmation --- */

/* Returns the place of the object's last entry before END, or MOST_ENTRIES. */
static size_t find_before(const struct dw_admissions *admissions, size_t end, enum dw_kind kind, const char *ns,
                          const char *name) {
  for (size_t i = end; i-- > 0;)
    if (dw_object_is(admissions->entries[i].change.object, kind, ns, name))
      return i;
  return MOST_ENTRIES;
}

bool dw_admissions_unconfirmed(struct dw_admissions *admissions, enum dw_kind kind, const char *ns, const char *name) {
  pthread_mutex_lock(&admissions->lock);
  size_t place = find_before(admissions, admissions->count, kind, ns, name);
  bool unconfirmed = place < MOST_ENTRIES && !admissions->entries[place].confirmed;
  pthread_mutex_unlock(&admissions->lock);
  return unconfirmed;
}

static bool has_made(const struct entry *entry, const struct dw_change *now) {
  bool gone = now->gone || now->object->deleting;
  return entry->change.gone ? gone : !now->gone && same_to_views(now->object, entry->change.object);
}

void dw_admissions_shown(struct dw_admissions *admissions, const struct dw_change *now) {
  const struct dw_object *object = now->object;
  pthread_mutex_lock(&admissions->lock);
  size_t place = admissions->count;
  do
    place = find_before(admissions, place, object->kind, object->namespace_, object->name);
  while (place < MOST_ENTRIES && !has_made(&admissions->entries[place], now));
  if (place < MOST_ENTRIES) {
    admissions->entries[place].confirmed = true;
    while ((place = find_before(admissions, place, object->kind, object->namespace_, object->name)) < MOST_ENTRIES) {
      remove_at(admissions, place);
      forget_world(admissions);
    }
  }
  pthread_mutex_unlock(&admissions->lock);
}

/* Returns true if the event confirms the entry. Events arrive one by one and in order, so every state of an object is
 * seen, however short. A deletion only confirms changes of the object with that UID, not of a newer one with its name.
 */
static bool shows(const struct dw_cluster_event *event, const struct entry *entry) {
  if (event->deleted)
    return entry->change.gone || strcmp(event->uid, entry->change.object->uid) == 0;
  if (event->object == NULL)
    return false;
  return entry->change.gone ? event->object->deleting : same_to_views(event->object, entry->change.object);
}

/* A list that began after an entry had expired shows whether it was stored, so the entry is no longer needed. */
static void settle_listed(struct dw_admissions *admissions, const struct dw_cluster_event *event) {
  for (size_t i = 0; i < admissions->count; i++) {
    struct entry *entry = &admissions->entries[i];
    if (entry->change.object->kind == event->kind && entry->seen == 0 && entry->expires <= event->listed_ms)
      entry->seen = event->generation;
  }
}

/* Entries that are older than the confirmed one are finished, too: they were stored earlier, or never will be. */
void dw_admissions_seen(void *context, const struct dw_cluster_event *event) {
  struct dw_admissions *admissions = context;
  bool shown = false;
  pthread_mutex_lock(&admissions->lock);
  if (event->listed_ms != 0)
    settle_listed(admissions, event);
  for (size_t place = admissions->count;
       (place = find_before(admissions, place, event->kind, event->ns, event->name)) < MOST_ENTRIES;) {
    struct entry *entry = &admissions->entries[place];
    shown = shown || shows(event, entry);
    if (!shown)
      continue;
    entry->confirmed = true;
    entry->seen = event->generation;
  }
  pthread_mutex_unlock(&admissions->lock);
}

/* --- adding --- */

static void make_room(struct dw_admissions *admissions, size_t bytes) {
  while (admissions->count > 0 && (admissions->count == MOST_ENTRIES || admissions->bytes + bytes > MOST_BYTES)) {
    if (!admissions->overflowed)
      dw_log(DW_LOG_WARN,
             "over %d objects or %d MiB were admitted but no watch has reported them yet; ignoring the oldest",
             (int)MOST_ENTRIES, (int)MOST_BYTES >> 20);
    admissions->overflowed = true;
    remove_at(admissions, 0);
  }
}

/* The approximate memory of an object. */
static size_t bytes_of(const struct dw_object *object) {
  const char *text = object->kind == DW_KIND_NAD ? object->nad.config : object->user.json;
  size_t count = object->kind == DW_KIND_NAD ? object->nad.pool_count + object->nad.local_pool_count : 0;
  size_t pools = count * sizeof *object->nad.pools;
  return sizeof *object + pools + (text == NULL ? 0 : strlen(text));
}

struct dw_admission dw_admission_of(const struct dw_request *request) {
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  struct dw_admission out = {.change = {.gone = request->operation == DW_OP_DELETE},
                             .creates = request->operation == DW_OP_CREATE};
  const dw_json *json = out.change.gone ? request->old_object : request->object;
  /* An object that can't be reduced was denied, or the rules do not read it. */
  if (json == NULL || dw_object_reduce_as(kind, json, request->ns, &out.change.object, NULL) != 0)
    out.change.object = NULL;
  return out;
}

/* Returns true if the object exists, whatever happens to unconfirmed changes. */
static bool exists(const struct dw_admissions *admissions, const struct dw_object *object) {
  const struct dw_object *there = dw_view_find(admissions->base->view, object->kind, object->namespace_, object->name);
  bool found = there != NULL && !there->deleting;
  for (size_t i = 0; i < admissions->count; i++) {
    const struct entry *entry = &admissions->entries[i];
    if (dw_object_compare(entry->change.object, object) == 0)
      found = !entry->change.gone && (found || entry->confirmed);
  }
  return found;
}

/* Two unconfirmed changes of an object are both kept; a third one replaces the first. Returns true if there is another
 * one. */
static bool limit_unconfirmed(struct dw_admissions *admissions, const struct dw_object *object) {
  size_t unconfirmed = 0;
  for (size_t place = admissions->count;
       (place = find_before(admissions, place, object->kind, object->namespace_, object->name)) < MOST_ENTRIES;)
    if (!admissions->entries[place].confirmed && ++unconfirmed == 2)
      remove_at(admissions, place);
  return unconfirmed > 0;
}

static void append(struct dw_admissions *admissions, struct entry *entry) {
  entry->bytes = bytes_of(entry->change.object);
  make_room(admissions, entry->bytes);
  admissions->bytes += entry->bytes;
  admissions->entries[admissions->count++] = *entry;
  admissions->version++;
  forget_world(admissions);
}

static void put(struct dw_admissions *admissions, const struct dw_change *change) {
  const struct dw_object *object = change->object;
  size_t last = find_before(admissions, admissions->count, object->kind, object->namespace_, object->name);
  struct entry entry = {.change = *change, .expires = admissions->now() + EXPIRY_MS};
  if (last == MOST_ENTRIES && arrived(change, admissions->base->view))
    return;
  dw_object_ref(object);
  const struct entry *old = last < MOST_ENTRIES ? &admissions->entries[last] : NULL;
  if (old != NULL && old->change.gone == change->gone && strcmp(old->change.object->uid, object->uid) == 0 &&
      same_to_views(old->change.object, object)) { /* the same change again */
    entry.seen = old->seen;
    entry.confirmed = old->confirmed;
    entry.replaces = old->replaces;
    entry.alters = old->alters;
    entry.second = old->second;
    remove_at(admissions, last);
  } else {
    entry.replaces = old != NULL;
    entry.alters =
        entry.replaces || dw_view_find(admissions->base->view, object->kind, object->namespace_, object->name) != NULL;
    entry.second = limit_unconfirmed(admissions, object);
  }
  append(admissions, &entry);
}

bool dw_admissions_add(struct dw_admissions *admissions, const struct dw_states *states,
                       const struct dw_admission *admission, bool current) {
  const struct dw_change *change = &admission->change;
  if (admissions->version != states->version)
    return false;
  if (change->object != NULL && !(admission->creates && current && exists(admissions, change->object)))
    put(admissions, change);
  return true;
}

size_t dw_admissions_count(struct dw_admissions *admissions) {
  pthread_mutex_lock(&admissions->lock);
  size_t count = admissions->count;
  pthread_mutex_unlock(&admissions->lock);
  return count;
}
