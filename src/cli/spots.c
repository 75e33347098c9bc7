#include "cli/spots.h"

#include <stdlib.h>
#include <string.h>

#include "cli/subjects.h"

struct cli_spot {
  struct dw_identity id;
  const struct dw_manifest *manifest;
};

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
    enum dw_kind kind = dw_kind_of_json(m->json);
    if (kind != DW_KIND_OTHER && name != NULL)
      spots->items[spots->count++] = (struct cli_spot){{kind, dw_namespace_of_json(m->json, spots->ns), name}, m};
  }
  qsort(spots->items, spots->count, sizeof *spots->items, dw_by_identity);
}

const struct dw_manifest *cli_spot(struct cli_spots *spots, const struct dw_object *object) {
  if (!spots->loaded)
    load(spots);
  struct cli_spot key = {{object->kind, object->namespace_, object->name}, NULL};
  const struct cli_spot *found =
      spots->count == 0 ? NULL : bsearch(&key, spots->items, spots->count, sizeof key, dw_by_identity);
  return found == NULL ? NULL : found->manifest;
}
