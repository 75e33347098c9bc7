/* NADs by name, and which of them are migration networks. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/view_internal.h"

/* --- the users that name a NAD --- */

static int compare_names(const struct dw_nad_name *a, const struct dw_nad_name *b) {
  int order = strcmp(a->ns, b->ns);
  return order != 0 ? order : strcmp(a->name, b->name);
}

static int by_network(const void *left, const void *right) {
  const struct dw_user_ref *a = left;
  const struct dw_user_ref *b = right;
  int order = compare_names(&a->network, &b->network);
  return order != 0 ? order : dw_object_compare(a->user, b->user);
}

static void add_user(struct dw_view *view, const struct dw_object *user, const char *network) {
  struct dw_nad_name name;
  if (network != NULL && dw_network_read(view->arena, user->namespace_, network, &name))
    view->nads.users[view->nads.user_count++] = (struct dw_user_ref){name, user};
}

static void add_users(struct dw_view *view, enum dw_kind kind) {
  for (size_t i = 0; i < dw_view_count(view, kind); i++) {
    const struct dw_object *user = dw_view_at(view, kind, i);
    if (strcmp(user->namespace_, view->policy->namespace_) != 0)
      continue;
    add_user(view, user, user->user.network);
    add_user(view, user, user->user.jsonpatch_network);
  }
}

static void build_users(struct dw_view *view) {
  size_t most = 2 * (dw_view_count(view, DW_KIND_HYPERCONVERGED) + dw_view_count(view, DW_KIND_KUBEVIRT));
  view->nads.users = dw_arena_array(view->arena, most, sizeof *view->nads.users);
  add_users(view, DW_KIND_HYPERCONVERGED);
  add_users(view, DW_KIND_KUBEVIRT);
  qsort(view->nads.users, view->nads.user_count, sizeof *view->nads.users, by_network);
}

const struct dw_object *dw_view_user_of(const struct dw_view *view, const char *ns, const char *name) {
  const struct dw_nad_name wanted = {ns, name};
  size_t low = 0;
  size_t high = view->nads.user_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare_names(&view->nads.users[middle].network, &wanted) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  bool found = low < view->nads.user_count && compare_names(&view->nads.users[low].network, &wanted) == 0;
  return found ? view->nads.users[low].user : NULL;
}

/* --- classification --- */

struct dw_nad_traits dw_nad_traits(const struct dw_object *nad) {
  return (struct dw_nad_traits){.ns = nad->namespace_,
                                .name = nad->name,
                                .cni_name = nad->nad.cni_name,
                                .label = nad->nad.label,
                                .transfer = nad->nad.transfer,
                                .shaped = nad->nad.shaped};
}

struct dw_nad_traits dw_nad_traits_read(const char *ns, const char *name, const dw_json *nad,
                                        const struct dw_cni_config *config) {
  const dw_json *metadata = dw_json_get(nad, "metadata");
  const char *label = dw_json_string(dw_json_path(metadata, "labels", "droveway.io/migration-network", NULL));
  return (struct dw_nad_traits){
      .ns = ns,
      .name = name,
      .cni_name = config->name.text == NULL ? "" : config->name.text,
      .label = dw_text_equal(label, "true")    ? 1
               : dw_text_equal(label, "false") ? 0
                                               : -1,
      .transfer = dw_json_string(dw_json_path(metadata, "annotations", DW_TRANSFER_ANNOTATION, NULL)) != NULL,
      .shaped = dw_cni_may_migrate(config)};
}

/* The reasons why a NAD is a migration network, in order of precedence. */
enum ground { GROUND_NONE, GROUND_LABEL, GROUND_USER, GROUND_NAME, GROUND_CNI_NAME };

struct verdict {
  enum ground ground;
  const struct dw_object *user;
  const char *pattern;
  bool looks_like_migration;
};

/* Judges by the name of the NAD, or of its configuration. */
static struct verdict by_name_alone(const struct dw_view *view, const struct dw_nad_traits *nad) {
  const char *of_name = dw_policy_pattern(view->policy, nad->name);
  const char *pattern = of_name;
  if (of_name == NULL && nad->cni_name[0] != '\0')
    pattern = dw_policy_pattern(view->policy, nad->cni_name);
  if (pattern == NULL)
    return (struct verdict){.ground = GROUND_NONE};
  /* In the namespaces of the Migration Toolkit and Forklift, a migration network transfers disks. */
  bool transfers = strcmp(nad->ns, "openshift-mtv") == 0 || strcmp(nad->ns, "konveyor-forklift") == 0;
  if (strcmp(nad->ns, view->policy->namespace_) != 0 && (!nad->shaped || transfers))
    return (struct verdict){.looks_like_migration = true};
  return (struct verdict){.ground = of_name != NULL ? GROUND_NAME : GROUND_CNI_NAME, .pattern = pattern};
}

static struct verdict judge(const struct dw_view *view, const struct dw_nad_traits *nad) {
  const struct dw_object *user = dw_view_user_of(view, nad->ns, nad->name);
  if (nad->label == 1)
    return (struct verdict){.ground = GROUND_LABEL, .user = user};
  if (user != NULL)
    return (struct verdict){.ground = GROUND_USER, .user = user};
  if (nad->label == 0 || nad->transfer)
    return (struct verdict){.ground = GROUND_NONE};
  return by_name_alone(view, nad);
}

static const char *explain(struct dw_arena *arena, const struct dw_nad_traits *nad, const struct verdict *verdict) {
  const struct dw_object *user = verdict->user;
  switch (verdict->ground) {
  case GROUND_LABEL:
    return "label droveway.io/migration-network is \"true\"";
  case GROUND_USER:
    return user == NULL
               ? "" /* never; for clang's analyzer */
               : dw_arena_printf(arena, "named by %s %s/%s", dw_kind_name(user->kind), user->namespace_, user->name);
  case GROUND_NAME:
    return dw_arena_printf(arena, "name matches \"%s\"", verdict->pattern);
  case GROUND_CNI_NAME:
    return dw_arena_printf(arena, "CNI name \"%s\" matches \"%s\"", nad->cni_name, verdict->pattern);
  case GROUND_NONE:
    break;
  }
  return "";
}

struct dw_classification dw_view_classify(const struct dw_view *view, struct dw_arena *arena,
                                          const struct dw_nad_traits *nad) {
  struct verdict verdict = judge(view, nad);
  return (struct dw_classification){
      .migration = verdict.ground != GROUND_NONE,
      .looks_like_migration = verdict.looks_like_migration,
      .referenced = verdict.user != NULL,
      .why = explain(arena, nad, &verdict),
  };
}

/* --- NADs by name --- */

struct named {
  const struct dw_object *nad;
  uint32_t index;
};

static int by_name(const void *left, const void *right) {
  const struct named *a = left;
  const struct named *b = right;
  int order = strcmp(a->nad->name, b->nad->name);
  return order != 0 ? order : strcmp(a->nad->namespace_, b->nad->namespace_);
}

static void build_names(struct dw_view *view) {
  struct dw_view_nads *nads = &view->nads;
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct named *all = dw_arena_array(scratch, nads->count, sizeof *all);
  for (size_t i = 0; i < nads->count; i++)
    all[i] = (struct named){nads->objects[i], (uint32_t)i};
  qsort(all, nads->count, sizeof *all, by_name);
  nads->by_name = dw_arena_array(view->arena, nads->count, sizeof *nads->by_name);
  for (size_t i = 0; i < nads->count; i++)
    nads->by_name[i] = all[i].index;
}

static bool is_migration(const struct dw_view *view, const struct dw_object *nad) {
  const struct dw_nad_traits traits = dw_nad_traits(nad);
  return judge(view, &traits).ground != GROUND_NONE;
}

void dw_view_nads_build(struct dw_view *view) {
  struct dw_view_nads *nads = &view->nads;
  nads->objects = view->kinds[DW_KIND_NAD].items;
  nads->count = view->kinds[DW_KIND_NAD].count;
  nads->order = dw_arena_array(view->arena, nads->count, sizeof *nads->order);
  nads->migration = dw_arena_array(view->arena, nads->count, sizeof *nads->migration);
  build_users(view);
  build_names(view);
  for (size_t i = 0; i < nads->count; i++)
    nads->migration[i] = is_migration(view, nads->objects[i]);
}

void dw_view_set_order(struct dw_view *view, const char *ns, const char *name, size_t order) {
  uint32_t index = dw_view_nad_index(view, ns, name);
  if (index != DW_NOWHERE)
    view->nads.order[index] = order;
}

/* The index in `by_name` of the first NAD with this NAME. */
static size_t first_named(const struct dw_view_nads *nads, const char *name) {
  size_t low = 0;
  size_t high = nads->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(nads->objects[nads->by_name[middle]]->name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Searches VIEW's own NADs, without those that OVER hides. */
static const char *elsewhere(const struct dw_view *view, const struct dw_view *over, const char *ns, const char *name) {
  const struct dw_view_nads *nads = &view->nads;
  for (size_t i = first_named(nads, name); i < nads->count; i++) {
    const struct dw_object *nad = nads->objects[nads->by_name[i]];
    if (strcmp(nad->name, name) != 0)
      break;
    if (strcmp(nad->namespace_, ns) != 0 && (over == NULL || !dw_view_hides(over, nads->by_name[i])))
      return nad->namespace_;
  }
  return NULL;
}

const char *dw_view_nad_elsewhere(const struct dw_view *view, const char *ns, const char *name) {
  const char *own = elsewhere(view, NULL, ns, name);
  const char *below = view->over.base == NULL ? NULL : elsewhere(view->over.base, view, ns, name);
  if (own == NULL || below == NULL)
    return own == NULL ? below : own;
  return strcmp(own, below) < 0 ? own : below;
}

/* The indexes of a view's own NADs in one namespace. */
struct places {
  size_t first, end;
};

static struct places places_of(const struct dw_view_nads *nads, const char *ns) {
  struct places places = {dw_view_nad_bound(nads, ns, ""), 0};
  for (places.end = places.first; places.end < nads->count; places.end++)
    if (strcmp(nads->objects[places.end]->namespace_, ns) != 0)
      break;
  return places;
}

/* Adds the names of VIEW's own NADs at PLACES, without those that OVER hides, to WORDS[COUNT]. Returns the new COUNT.
 */
static size_t add_names(const struct dw_view *view, const struct dw_view *over, struct places places,
                        const char **words, size_t count) {
  for (size_t i = places.first; i < places.end; i++)
    if (over == NULL || !dw_view_hides(over, (uint32_t)i))
      words[count++] = view->nads.objects[i]->name;
  return count;
}

const char *dw_view_nad_nearest(const struct dw_view *view, const char *ns, const char *name, bool *sure) {
  const struct dw_view *base = view->over.base;
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct places own = places_of(&view->nads, ns);
  struct places below = base == NULL ? (struct places){0, 0} : places_of(&base->nads, ns);
  const char **words = dw_arena_array(scratch, own.end - own.first + below.end - below.first, sizeof *words);
  size_t count = add_names(view, NULL, own, words, 0);
  if (base != NULL) {
    count = add_names(base, view, below, words, count);
    qsort(words, count, sizeof *words, dw_by_name); /* of equally similar ones the first wins */
  }
  return dw_nearest_sure(name, words, count, sure);
}

const char *dw_view_nad_creator(const struct dw_view *view, const char *ns, const char *name) {
  for (size_t i = 0; i < view->made_count; i++) {
    const struct dw_made_nad *made = &view->made[i];
    if ((made->ns == NULL || strcmp(made->ns, ns) == 0) && (made->name == NULL || strcmp(made->name, name) == 0))
      return made->why;
  }
  return NULL;
}
