#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kube/cluster_internal.h"

static int compare(const char *a_ns, const char *a_name, const struct dw_object *b) {
  int order = strcmp(a_ns, b->namespace_);
  return order != 0 ? order : strcmp(a_name, b->name);
}

/* The first that is not before NS/NAME. */
static size_t place_of(const struct dw_store *store, const char *ns, const char *name) {
  size_t low = 0;
  size_t high = store->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare(ns, name, store->objects[middle]) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool is_at(const struct dw_store *store, size_t place, const char *ns, const char *name) {
  return place < store->count && compare(ns, name, store->objects[place]) == 0;
}

static void make_room(struct dw_store *store) {
  store->objects = dw_more(store->objects, store->count, &store->capacity, sizeof *store->objects);
}

void dw_store_append(struct dw_store *store, const struct dw_object *object) {
  make_room(store);
  store->objects[store->count++] = object;
}

/* The older of two that are the same stays: views share it. An object that was made again is another one for the Events
 * that name it by its uid. */
static bool replace(const struct dw_object **place, const struct dw_object *object) {
  bool same = dw_object_same(*place, object) && strcmp((*place)->uid, object->uid) == 0;
  dw_object_unref(same ? object : *place);
  if (!same)
    *place = object;
  return !same;
}

bool dw_store_put(struct dw_store *store, const struct dw_object *object) {
  size_t place = place_of(store, object->namespace_, object->name);
  if (is_at(store, place, object->namespace_, object->name))
    return replace(&store->objects[place], object);
  make_room(store);
  memmove(store->objects + place + 1, store->objects + place, (store->count - place) * sizeof *store->objects);
  store->objects[place] = object;
  store->count++;
  return true;
}

static int by_name(const void *left, const void *right) {
  const struct dw_object *a = *(const struct dw_object *const *)left;
  const struct dw_object *b = *(const struct dw_object *const *)right;
  return compare(a->namespace_, a->name, b);
}

static bool is_sorted(const struct dw_store *store) {
  for (size_t i = 1; i < store->count; i++)
    if (by_name(&store->objects[i - 1], &store->objects[i]) >= 0)
      return false;
  return true;
}

/* A list comes in order and without repeats, but for one that began anew on the server's side. */
void dw_store_sort(struct dw_store *store) {
  if (is_sorted(store))
    return;
  struct dw_store sorted = {NULL, 0, 0};
  for (size_t i = 0; i < store->count; i++)
    dw_store_put(&sorted, store->objects[i]);
  free(store->objects);
  *store = sorted;
}

bool dw_store_remove(struct dw_store *store, const char *ns, const char *name) {
  size_t place = place_of(store, ns, name);
  if (!is_at(store, place, ns, name))
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
