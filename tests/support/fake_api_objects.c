/* What the API server for tests contains, and its control: objects, failures, counts of requests. */
#include "support/fake_api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fake_check(bool ok, const char *what) {
  if (!ok) {
    fprintf(stderr, "fake API server: %s\n", what);
    abort();
  }
}

void fake_lock(struct fake_api *api) {
  pthread_mutex_lock(&api->lock);
}

void fake_unlock(struct fake_api *api) {
  pthread_mutex_unlock(&api->lock);
}

struct place *fake_place(struct fake_api *api, const char *path) {
  for (size_t i = 0; i < api->place_count; i++)
    if (strcmp(api->places[i].path, path) == 0)
      return &api->places[i];
  fake_check(api->place_count < MOST_PATHS, "too many paths");
  struct place *place = &api->places[api->place_count++];
  place->path = strdup(path);
  return place;
}

void fake_free_place(struct place *place) {
  for (size_t i = 0; i < place->item_count; i++)
    fake_free_item(&place->items[i]);
  for (size_t i = 0; i < place->event_count; i++)
    free(place->events[i].line);
  free(place->items);
  free(place->events);
  free(place->path);
  free(place->denied);
  dw_buf_free(&place->raw);
  dw_buf_free(&place->raw_watch);
}

/* --- items --- */

void fake_add_event(struct fake_api *api, struct place *place, const char *type, const char *object) {
  struct event *grown = realloc(place->events, (place->event_count + 1) * sizeof *grown);
  fake_check(grown != NULL, "out of memory");
  place->events = grown;
  struct event *event = &place->events[place->event_count++];
  event->version = api->version;
  fake_check(asprintf(&event->line, "{\"type\":\"%s\",\"object\":%s}\n", type, object) > 0, "out of memory");
  pthread_cond_broadcast(&api->changed);
}

const char *fake_text_in(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : "";
}

struct item fake_read_item(struct fake_api *api, const char *text) {
  char version[24];
  struct json_object *object = json_tokener_parse(text);
  struct json_object *metadata = NULL;
  fake_check(json_object_object_get_ex(object, "metadata", &metadata), "an object without metadata");
  snprintf(version, sizeof version, "%ld", ++api->version);
  json_object_object_add(metadata, "resourceVersion", json_object_new_string(version));
  if (!json_object_object_get_ex(metadata, "uid", NULL))
    json_object_object_add(metadata, "uid", json_object_new_string("uid-1"));
  struct item item = {strdup(fake_text_in(metadata, "namespace")), strdup(fake_text_in(metadata, "name")),
                      strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN))};
  json_object_put(object);
  return item;
}

struct item *fake_find_item(struct place *place, const char *ns, const char *name) {
  for (size_t i = 0; i < place->item_count; i++)
    if (strcmp(place->items[i].ns, ns) == 0 && strcmp(place->items[i].name, name) == 0)
      return &place->items[i];
  return NULL;
}

void fake_free_item(struct item *item) {
  free(item->ns);
  free(item->name);
  free(item->text);
}

void fake_put_item(struct fake_api *api, struct place *place, struct item item) {
  struct item *there = fake_find_item(place, item.ns, item.name);
  fake_add_event(api, place, there == NULL ? "ADDED" : "MODIFIED", item.text);
  if (there == NULL) {
    struct item *grown = realloc(place->items, (place->item_count + 1) * sizeof *grown);
    fake_check(grown != NULL, "out of memory");
    place->items = grown;
    place->items[place->item_count++] = item;
  } else {
    fake_free_item(there);
    *there = item;
  }
}

void fake_remove_item(struct fake_api *api, struct place *place, struct item *item) {
  struct item last = fake_read_item(api, item->text);
  fake_add_event(api, place, "DELETED", last.text);
  fake_free_item(&last);
  fake_free_item(item);
  *item = place->items[--place->item_count];
}

/* --- resources and objects --- */

void fake_api_serve(struct fake_api *api, const char *path) {
  fake_lock(api);
  fake_place(api, path)->served = true;
  fake_unlock(api);
}

void fake_api_serve_all(struct fake_api *api) {
  static const char *const paths[] = {FAKE_NADS,       FAKE_HCOS,          FAKE_KUBEVIRTS,         FAKE_VMIS,
                                      FAKE_MIGRATIONS, FAKE_NODES,         FAKE_CONFIGMAPS,        FAKE_NNS,
                                      FAKE_NETWORKS,   FAKE_SERVICE_CIDRS, FAKE_NETWORK_OPERATORS, FAKE_ADDRESS_POOLS,
                                      FAKE_POLICIES};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    fake_api_serve(api, paths[i]);
}

void fake_api_withdraw(struct fake_api *api, const char *path) {
  fake_lock(api);
  fake_place(api, path)->served = false;
  pthread_cond_broadcast(&api->changed);
  fake_unlock(api);
}

void fake_api_put(struct fake_api *api, const char *path, const char *object) {
  fake_lock(api);
  struct place *place = fake_place(api, path);
  place->served = true;
  fake_put_item(api, place, fake_read_item(api, object));
  fake_unlock(api);
}

char *fake_api_object(struct fake_api *api, const char *path, const char *ns, const char *name) {
  fake_lock(api);
  const struct item *item = fake_find_item(fake_place(api, path), ns, name);
  char *text = item == NULL ? NULL : strdup(item->text);
  fake_unlock(api);
  return text;
}

char *fake_api_objects(struct fake_api *api, const char *path) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  size_t length = 0;
  fake_lock(api);
  const struct place *place = fake_place(api, path);
  for (size_t i = 0; i < place->item_count; i++)
    dw_buf_printf(&out, "%s%s", i == 0 ? "[" : ",", place->items[i].text);
  dw_buf_puts(&out, place->item_count == 0 ? "[]" : "]");
  fake_unlock(api);
  return dw_buf_steal(&out, &length);
}

void fake_api_delete(struct fake_api *api, const char *path, const char *ns, const char *name) {
  fake_lock(api);
  struct place *place = fake_place(api, path);
  struct item *item = fake_find_item(place, ns, name);
  fake_check(item != NULL, "there is nothing of that name to be deleted");
  fake_remove_item(api, place, item);
  fake_unlock(api);
}

/* --- failures --- */

void fake_api_refuse(struct fake_api *api, const char *path, int status) {
  fake_lock(api);
  fake_place(api, path)->refused = status;
  fake_unlock(api);
}

void fake_api_refuse_gets(struct fake_api *api, const char *path, int status) {
  fake_lock(api);
  fake_place(api, path)->refused_gets = status;
  fake_unlock(api);
}

void fake_api_refuse_puts(struct fake_api *api, const char *path, int status) {
  fake_lock(api);
  fake_place(api, path)->refused_puts = status;
  fake_unlock(api);
}

void fake_api_hang_gets(struct fake_api *api, const char *path) {
  fake_lock(api);
  fake_place(api, path)->hang_gets = true;
  fake_unlock(api);
}

void fake_api_hang_writes(struct fake_api *api, const char *path, bool hang) {
  fake_lock(api);
  fake_place(api, path)->hang_writes = hang;
  fake_unlock(api);
}

void fake_api_lose_answers(struct fake_api *api, const char *path, size_t times) {
  fake_lock(api);
  fake_place(api, path)->lost_answers = times;
  fake_unlock(api);
}

void fake_api_mute(struct fake_api *api, bool muted) {
  fake_lock(api);
  api->muted = muted;
  pthread_cond_broadcast(&api->changed);
  fake_unlock(api);
}

void fake_api_deny(struct fake_api *api, const char *path, const char *text) {
  fake_lock(api);
  struct place *place = fake_place(api, path);
  free(place->denied);
  place->denied = text == NULL ? NULL : strdup(text);
  fake_unlock(api);
}

void fake_api_answer(struct fake_api *api, const char *path, const char *bytes, size_t length) {
  fake_lock(api);
  struct place *place = fake_place(api, path);
  place->has_raw = bytes != NULL;
  dw_buf_truncate(&place->raw, 0);
  if (bytes != NULL)
    dw_buf_add(&place->raw, bytes, length);
  fake_unlock(api);
}

void fake_api_answer_watches(struct fake_api *api, const char *path, const char *bytes) {
  fake_lock(api);
  struct place *place = fake_place(api, path);
  place->has_raw_watch = bytes != NULL;
  dw_buf_truncate(&place->raw_watch, 0);
  dw_buf_puts(&place->raw_watch, bytes == NULL ? "" : bytes);
  fake_unlock(api);
}

void fake_api_refuse_watches(struct fake_api *api, const char *path, int status) {
  fake_lock(api);
  fake_place(api, path)->refused_watches = status;
  fake_unlock(api);
}

void fake_api_repeat_tokens(struct fake_api *api, const char *path, size_t count) {
  fake_lock(api);
  fake_place(api, path)->token_count = count;
  fake_unlock(api);
}

void fake_api_event(struct fake_api *api, const char *path, const char *line) {
  fake_lock(api);
  struct place *place = fake_place(api, path);
  api->version++;
  fake_add_event(api, place, "", "{}");
  free(place->events[place->event_count - 1].line);
  place->events[place->event_count - 1].line = strdup(line);
  fake_unlock(api);
}

void fake_api_compact(struct fake_api *api) {
  fake_lock(api);
  api->compacted = ++api->version;
  fake_unlock(api);
}

void fake_api_expire_pages(struct fake_api *api, size_t times) {
  fake_lock(api);
  api->expiring_pages = times;
  fake_unlock(api);
}

/* --- received requests --- */

size_t fake_api_asked(struct fake_api *api, const char *path, enum fake_ask ask) {
  fake_lock(api);
  size_t asked = fake_place(api, path)->asked[ask];
  fake_unlock(api);
  return asked;
}

size_t fake_api_connections(struct fake_api *api) {
  fake_lock(api);
  size_t count = api->connection_count;
  fake_unlock(api);
  return count;
}

char *fake_api_last(struct fake_api *api) {
  fake_lock(api);
  char *last = strdup(dw_buf_text(&api->last));
  fake_unlock(api);
  return last;
}
