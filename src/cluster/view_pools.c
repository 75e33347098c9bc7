/* Finds NADs whose pools share addresses. NADs with identical pools (one network copied into thousands of namespaces)
 * are one group, and the intervals of the groups are indexed, so a query only walks the groups that it overlaps. */
#include <stdlib.h>
#include <string.h>

#include "cluster/view_internal.h"

struct pool_ref {
  const struct dw_pool_summary *pool;
  const char *network_name;
  struct dw_pool_member member;
};

static int compare_wires(const struct dw_wire *a, const struct dw_wire *b) {
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  int order = strcmp(a->nic, b->nic);
  return order != 0 ? order : (a->vlan > b->vlan) - (a->vlan < b->vlan);
}

static int compare_likeness(const struct pool_ref *a, const struct pool_ref *b) {
  int order = strcmp(a->pool->text, b->pool->text);
  if (order == 0)
    order = strcmp(a->network_name, b->network_name);
  if (order == 0)
    order = (int)a->pool->allocator - (int)b->pool->allocator;
  if (order == 0)
    order = compare_wires(&a->pool->wire, &b->pool->wire);
  return order != 0 ? order : dw_interval_set_compare(&a->pool->usable, &b->pool->usable);
}

static int compare_refs(const void *left, const void *right) {
  const struct pool_ref *a = left;
  const struct pool_ref *b = right;
  int order = compare_likeness(a, b);
  if (order != 0)
    return order;
  if (a->member.nad != b->member.nad)
    return a->member.nad < b->member.nad ? -1 : 1;
  return (a->member.pool > b->member.pool) - (a->member.pool < b->member.pool);
}

/* Overlays never conflict. OVN-Kubernetes' addresses are those of the network, which several NADs may
 * attach to. */
static struct pool_ref *collect(const struct dw_view_nads *nads, struct dw_arena *scratch, size_t *count) {
  size_t most = 0;
  for (size_t i = 0; i < nads->count; i++)
    most += nads->objects[i]->nad.pool_count + nads->objects[i]->nad.local_pool_count;
  struct pool_ref *refs = dw_arena_array(scratch, most, sizeof *refs);
  *count = 0;
  for (size_t i = 0; i < nads->count; i++) {
    const struct dw_object *nad = nads->objects[i];
    for (size_t k = 0; k < nad->nad.pool_count + nad->nad.local_pool_count; k++) {
      const struct dw_pool_summary *pool = &nad->nad.pools[k];
      const char *network = pool->allocator == DW_ALLOCATOR_OVN ? nad->nad.cni_name : nad->nad.network_name;
      if (pool->wire.kind != DW_WIRE_OVERLAY)
        refs[(*count)++] = (struct pool_ref){pool, network, {(uint32_t)i, (uint32_t)k}};
    }
  }
  return refs;
}

static void add_member(struct dw_pool_members *members, struct dw_pool_member member) {
  if (members->count == 0 || members->items[members->count - 1].nad != member.nad)
    members->items[members->count++] = member;
}

/* Creates groups from the sorted REFS. The member arrays are parts of two arrays that are as long as REFS. */
static void make_groups(struct dw_view *view, const struct pool_ref *refs, size_t count) {
  struct dw_view_pools *pools = &view->pools;
  size_t groups = 0;
  for (size_t i = 0; i < count; i++)
    groups += i == 0 || compare_likeness(&refs[i - 1], &refs[i]) != 0;
  pools->groups = dw_arena_array(view->arena, groups, sizeof *pools->groups);
  struct dw_pool_member *all = dw_arena_array(view->arena, count, sizeof *all);
  struct dw_pool_member *migrating = dw_arena_array(view->arena, count, sizeof *migrating);
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || compare_likeness(&refs[i - 1], &refs[i]) != 0)
      pools->groups[pools->group_count++] =
          (struct dw_pool_group){refs[i].pool, refs[i].network_name, {all + i, 0}, {migrating + i, 0}};
    struct dw_pool_group *group = &pools->groups[pools->group_count - 1];
    add_member(&group->all, refs[i].member);
    if (view->nads.migration[refs[i].member.nad])
      add_member(&group->migrating, refs[i].member);
  }
}

static void index_groups(struct dw_view *view) {
  struct dw_view_pools *pools = &view->pools;
  size_t count = 0;
  for (size_t i = 0; i < pools->group_count; i++)
    count += pools->groups[i].like->usable.count;
  struct dw_interval_entry *entries = dw_arena_array(view->arena, count, sizeof *entries);
  struct dw_interval_entry *next = entries;
  for (size_t i = 0; i < pools->group_count; i++) {
    const struct dw_interval_set *usable = &pools->groups[i].like->usable;
    for (size_t k = 0; k < usable->count; k++)
      *next++ = (struct dw_interval_entry){usable->items[k], (uint32_t)i};
  }
  pools->index = dw_interval_index_make(view->arena, entries, count);
}

void dw_view_pools_build(struct dw_view *view) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  size_t count = 0;
  struct pool_ref *refs = collect(&view->nads, scratch, &count);
  qsort(refs, count, sizeof *refs, compare_refs);
  make_groups(view, refs, count);
  index_groups(view);
}

/* --- queries --- */

enum { COUNT_LIMIT = 1000, TALLY_ROOM = 2 * COUNT_LIMIT };

/* Counts different NADs, up to COUNT_LIMIT. */
struct tally {
  struct dw_arena *arena; /* NULL before the first conflict, because most pools have none */
  uint32_t *nads;
  size_t used, capacity;
  bool full;
};

struct search {
  const struct dw_view *view;
  const struct dw_view *over; /* the overlay that the query is about, if VIEW is its base; otherwise NULL */
  const struct dw_pool_query *query;
  uint32_t self;
  uint8_t *seen; /* a bit for each group whose conflict was counted; NULL before the first one */
  struct dw_pool_member first;
  bool unsure; /* of FIRST */
  struct tally tally;
};

static void drop_repeats(struct tally *tally) {
  tally->used = dw_sort_distinct(tally->nads, tally->used);
  tally->full = tally->used >= COUNT_LIMIT;
}

static void count_nad(struct tally *tally, uint32_t nad) {
  if (!tally->full && tally->used == TALLY_ROOM)
    drop_repeats(tally);
  if (tally->full)
    return;
  tally->nads = dw_arena_more(tally->arena, tally->nads, tally->used, &tally->capacity, sizeof *tally->nads);
  tally->nads[tally->used++] = nad;
}

/* Whether A should be reported rather than `first`: a sure conflict is preferred, then a migration network, then the
 * order. */
static bool is_preferred(const struct search *search, const struct dw_pool_member *a, bool unsure) {
  const struct dw_pool_member *b = &search->first;
  const bool *migration = search->view->nads.migration;
  if (unsure != search->unsure)
    return search->unsure;
  if (migration[a->nad] != migration[b->nad])
    return migration[a->nad];
  return a->nad != b->nad ? a->nad < b->nad : a->pool < b->pool;
}

static bool is_considered(const struct search *search, uint32_t nad) {
  const size_t before = search->query->before;
  return dw_view_considers(search->view, search->over, nad, search->self, before);
}

/* Members are in order, so only the first one that the query considers matters. */
static void note_first(struct search *search, const struct dw_pool_members *members, bool unsure) {
  for (uint32_t i = 0; i < members->count; i++) {
    const struct dw_pool_member *member = &members->items[i];
    if (!is_considered(search, member->nad))
      continue;
    if (search->first.nad == DW_NOWHERE || is_preferred(search, member, unsure)) {
      search->first = *member;
      search->unsure = unsure;
    }
    return;
  }
}

static void count_members(struct search *search, const struct dw_pool_members *members) {
  for (uint32_t i = 0; i < members->count && !search->tally.full; i++)
    if (is_considered(search, members->items[i].nad))
      count_nad(&search->tally, members->items[i].nad);
}

enum conflict { NO_CONFLICT, UNSURE_CONFLICT, CONFLICT };

/* Two pools of whereabouts block each other's addresses, whatever their wires, unless network_name separates them. */
static bool are_joined(const struct dw_pool_query *query, const struct dw_pool_group *group) {
  return query->allocator == DW_ALLOCATOR_WHEREABOUTS && group->like->allocator == DW_ALLOCATOR_WHEREABOUTS &&
         strcmp(query->network_name, group->network_name) == 0;
}

/* OVN-Kubernetes hands out each address of a network once, whichever of its NADs the pod names. */
static bool are_one_network(const struct dw_pool_query *query, const struct dw_pool_group *group) {
  return query->allocator == DW_ALLOCATOR_OVN && group->like->allocator == DW_ALLOCATOR_OVN &&
         strcmp(query->network_name, group->network_name) == 0;
}

/* If neither network is for migrations, the same CIDR is deliberately one pool (its text is the key of whereabouts'
 * pools), a network_name is a separate address domain, and pools of single nodes are the responsibility of their owner.
 */
static bool may_share(const struct dw_pool_query *query, const struct dw_pool_group *group, enum dw_wires wires) {
  const char *domain = query->allocator == DW_ALLOCATOR_OVN ? "" : query->network_name;
  const char *other_domain = group->like->allocator == DW_ALLOCATOR_OVN ? "" : group->network_name;
  if (strcmp(query->cidr, group->like->text) == 0 || strcmp(domain, other_domain) != 0)
    return true;
  bool by_node = query->allocator == DW_ALLOCATOR_NODE || group->like->allocator == DW_ALLOCATOR_NODE;
  return !are_joined(query, group) && (wires == DW_WIRES_APART || (by_node && wires != DW_WIRES_SAME));
}

/* An address that is used twice only does harm on one wire. */
static enum conflict conflict_of(const struct dw_pool_query *query, const struct dw_pool_group *group, bool migration) {
  if (are_one_network(query, group))
    return NO_CONFLICT;
  enum dw_wires wires = dw_wires_compare(&query->wire, &group->like->wire);
  if (!migration)
    return may_share(query, group, wires) ? NO_CONFLICT : CONFLICT;
  if (wires == DW_WIRES_SAME)
    return CONFLICT;
  bool joined = are_joined(query, group);
  if (wires == DW_WIRES_APART)
    return joined ? UNSURE_CONFLICT : NO_CONFLICT;
  return joined ? CONFLICT : UNSURE_CONFLICT;
}

static void mark_seen(struct search *search, size_t group) {
  if (search->seen == NULL) {
    search->tally.arena = dw_arena_new(0);
    search->seen = dw_arena_alloc(search->tally.arena, search->view->pools.group_count / 8 + 1);
  }
  search->seen[group / 8] = (uint8_t)(search->seen[group / 8] | 1U << (group % 8));
}

static bool found_interval(void *context, const struct dw_interval_entry *entry) {
  struct search *search = context;
  if (search->seen != NULL && (search->seen[entry->id / 8] & 1U << (entry->id % 8)) != 0)
    return true;
  const struct dw_pool_group *group = &search->view->pools.groups[entry->id];
  enum conflict with_migrating = conflict_of(search->query, group, true);
  enum conflict with_all = search->query->migration ? with_migrating : conflict_of(search->query, group, false);
  const struct dw_pool_members *members = with_all == NO_CONFLICT ? &group->migrating : &group->all;
  if ((with_migrating == NO_CONFLICT && with_all == NO_CONFLICT) || members->count == 0 ||
      !dw_interval_set_meets(search->query->usable, &entry->span))
    return true;
  mark_seen(search, entry->id);
  if (with_migrating != NO_CONFLICT)
    note_first(search, &group->migrating, with_migrating == UNSURE_CONFLICT);
  note_first(search, members, (members == &group->all ? with_all : with_migrating) == UNSURE_CONFLICT);
  count_members(search, members);
  return true;
}

/* The index is searched once, for the whole span of the query, so a client's pool of a hundred thousand pieces costs no
 * more than the view's intervals inside it. */
static void run(struct search *search) {
  const struct dw_interval_set *usable = search->query->usable;
  if (usable->count == 0 || search->query->wire.kind == DW_WIRE_OVERLAY)
    return;
  struct dw_interval hull = {usable->items[0].first, usable->items[usable->count - 1].last};
  dw_interval_index_find(&search->view->pools.index, &hull, found_interval, search);
  if (search->tally.used > 0)
    drop_repeats(&search->tally);
}

/* Searches VIEW's own NADs; OVER as in struct search. Sets HIT if there is a conflict. Returns the number of NADs. */
static size_t search_own(const struct dw_view *view, const struct dw_view *over, const struct dw_pool_query *query,
                         struct dw_pool_hit *hit) {
  struct search search = {.view = view, .over = over, .query = query, .first = {DW_NOWHERE, 0}};
  search.self = dw_view_nad_index(view, query->ns, query->name);
  run(&search);
  dw_arena_free(search.tally.arena);
  if (search.first.nad == DW_NOWHERE)
    return 0;
  hit->nad = view->nads.objects[search.first.nad];
  hit->pool = &hit->nad->nad.pools[search.first.pool];
  hit->migration = view->nads.migration[search.first.nad];
  hit->unsure = search.unsure;
  return search.tally.used;
}

static bool goes_before(const struct dw_pool_hit *a, const struct dw_pool_hit *b) {
  if (a->unsure != b->unsure)
    return b->unsure;
  return a->migration != b->migration ? a->migration : dw_object_compare(a->nad, b->nad) < 0;
}

size_t dw_view_pool_conflicts(const struct dw_view *view, const struct dw_pool_query *query, struct dw_pool_hit *hit) {
  struct dw_pool_hit below;
  size_t count = search_own(view, NULL, query, hit);
  size_t more = view->over.base == NULL ? 0 : search_own(view->over.base, view, query, &below);
  if (more > 0 && (count == 0 || goes_before(&below, hit)))
    *hit = below;
  count += more;
  if (count > 0)
    dw_interval_set_overlap(query->usable, &hit->pool->usable, &hit->shared);
  return count < COUNT_LIMIT ? count : COUNT_LIMIT;
}
