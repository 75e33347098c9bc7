#include "cli/spots.h"

#include <stdlib.h>
#include <string.h>

#include "cli/subjects.h"

struct cli_spot {
  enum dw_kind kind;
  const char *ns, *name;
  const struct dw_manifest *manifest;
};

static int by_identity(const void *a, const void *b) {
  const struct cli_spot *left = a;
  const struct cli_spot *right = b;
  if (left->kind != right->kind)
    return left->kind < right->kind ? -1 : 1;
  int order = strcmp(left->ns, right->ns);
  return order ? order : strcmp(left->name, right->name);
}

static void load(struct cli_spots *spots) {
  struct dw_manifest *first = NULL;
  size_t all = 0;
  spots->loaded = true;
  if (spots->folder == NULL || dw_manifests_read(spots->arena, &spots->folder, 1, &first, NULL) != 0)
    return; /* it was readable a moment ago: the objects are told without their places */
  for (const struct dw_manifest *m = first; m != NULL; m = m->next)
    all++;
  spots->items = dw_arena_array(spots->arena, all + 1, sizeof *spots->items);
  for (const struct dw_manifest *m = first; m != NULL; m = m->next) {
    const char *name = dw_json_get_string(dw_json_get(m->json, "metadata"), "name");
    enum dw_kind kind = cli_kind_of(m->json);
    if (kind != DW_KIND_OTHER && name != NULL)
      spots->items[spots->count++] = (struct cli_spot){kind, cli_namespace_of(m->json, spots->ns), name, m};
  }
  qsort(spots->items, spots->count, sizeof *spots->items, by_identity);
}

const struct dw_manifest *cli_spot(struct cli_spots *spots, const struct dw_object *object) {
  if (!spots->loaded)
    load(spots);
  struct cli_spot key = {object->kind, object->namespace_, object->name, NULL};
  const struct cli_spot *found =
      spots->count == 0 ? NULL : bsearch(&key, spots->items, spots->count, sizeof key, by_identity);
  return found == NULL ? NULL : found->manifest;
}
