#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kube/cluster_internal.h"

/* Sets PLACE to the first object that is not before KEY. Returns true if that object has the name of KEY. */
static bool find(const struct dw_store *store, const struct dw_object *key, size_t *place) {
  size_t low = 0;
  size_t high = store->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (dw_object_compare(key, store->objects[middle]) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  *place = low;
  return low < store->count && dw_object_compare(key, store->objects[low]) == 0;
}

void dw_store_append(struct dw_store *store, const struct dw_object *object) {
  store->objects = dw_more(store->objects, store->count, &store->capacity, sizeof *store->objects);
  store->objects[store->count++] = object;
}

/* If both are the same, the older one is kept, because views share it. An object that was deleted and created again has
 * another uid, which Events name, so it is a different one. */
static bool replace(const struct dw_object **place, const struct dw_object *object) {
  bool same = dw_object_same(*place, object) && strcmp((*place)->uid, object->uid) == 0;
  dw_object_unref(same ? object : *place);
  if (!same)
    *place = object;
  return !same;
}

bool dw_store_put(struct dw_store *store, const struct dw_object *object) {
  size_t place = 0;
  if (store->count > 0 && find(store, object, &place))
    return replace(&store->objects[place], object);
  store->objects = dw_more(store->objects, store->count, &store->capacity, sizeof *store->objects);
  memmove(store->objects + place + 1, store->objects + place, (store->count - place) * sizeof *store->objects);
  store->objects[place] = object;
  store->count++;
  return true;
}

static bool is_sorted(const struct dw_store *store) {
  for (size_t i = 1; i < store->count; i++)
    if (dw_object_compare(store->objects[i - 1], store->objects[i]) >= 0)
      return false;
  return true;
}

/* The API server sends a list in order and without repeated names, unless it had to start the list again. */
void dw_store_sort(struct dw_store *store) {
  if (is_sorted(store))
    return;
  struct dw_store sorted = {NULL, 0, 0};
  for (size_t i = 0; i < store->count; i++)
    dw_store_put(&sorted, store->objects[i]);
  free(store->objects);
  *store = sorted;
}

bool dw_store_remove(struct dw_store *store, enum dw_kind kind, const char *ns, const char *name) {
  const struct dw_object key = {.kind = kind, .namespace_ = ns, .name = name};
  size_t place;
  if (!find(store, &key, &place))
    return false;
  dw_object_unref(store->objects[place]);
  store->count--;
  memmove(store->objects + place, store->objects + place + 1, (store->count - place) * sizeof *store->objects);
  return true;
}

void dw_store_clear(struct dw_store *store) {
  for (size_t i = 0; i < store->count; i++)
    dw_object_unref(store->objects[i]);
  free(store->objects);
  *store = (struct dw_store){NULL, 0, 0};
}
