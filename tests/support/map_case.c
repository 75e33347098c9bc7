#include "support/map_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/review_case.h"

struct map_case map_of(const char *state, const char *policy, const struct dw_map_options *options) {
  struct dw_world *world = world_of(state, policy);
  struct map_case map = {dw_arena_new(0), NULL};
  map.map = dw_map_build(map.arena, world, options);
  dw_world_unref(world); /* the map refers to nothing in it */
  return map;
}

static const struct dw_object *object_of(size_t index, void (*write)(size_t index, struct dw_buf *out)) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  const struct dw_object *object = NULL;
  write(index, &text);
  const dw_json *json = dw_json_parse(arena, text.data, text.length, DW_JSON_PLAIN, NULL);
  assert_non_null(json);
  assert_int_equal(dw_object_reduce(json, "default", &object, NULL), 0);
  assert_non_null(object);
  return object;
}

struct map_case map_of_many(size_t count, void (*write)(size_t index, struct dw_buf *out)) {
  struct map_case map = {dw_arena_new(0), NULL};
  const struct dw_object **objects = dw_arena_array(map.arena, count, sizeof(const struct dw_object *));
  struct dw_view_source source = {.objects = objects, .count = count};
  struct dw_policy *policy = dw_policy_default();
  for (size_t i = 0; i < count; i++)
    objects[i] = object_of(i, write);
  for (size_t i = 0; i < DW_KIND_COUNT; i++)
    source.knowledge[i] = DW_KNOWN;
  struct dw_world *world = dw_world_build(policy, &source);
  for (size_t i = 0; i < count; i++)
    dw_object_unref(objects[i]);
  map.map = dw_map_build(map.arena, world, &(struct dw_map_options){0});
  dw_world_unref(world);
  return map;
}

void map_case_free(struct map_case *map) {
  dw_arena_free(map->arena);
}

const struct dw_map_entry *map_entry(const struct map_case *map, const char *text) {
  for (size_t i = 0; i < map->map->entry_count; i++)
    if (strcmp(map->map->entries[i].text, text) == 0)
      return &map->map->entries[i];
  fail_msg("the map has no entry %s", text);
  return NULL;
}

const struct dw_map_area *map_area(const struct map_case *map, const char *title) {
  for (size_t i = 0; i < map->map->area_count; i++)
    if (strcmp(map->map->areas[i].title, title) == 0)
      return &map->map->areas[i];
  return NULL;
}

const char *map_rows(const struct map_case *map, const char *title) {
  const struct dw_map_area *area = map_area(map, title);
  const char *text = "";
  for (size_t i = 0; area != NULL && i < area->row_count; i++) {
    const struct dw_map_entry *entry = area->rows[i].entry;
    text = dw_arena_printf(map->arena, "%s%s%s %s", text, i > 0 ? ", " : "",
                           entry != NULL ? entry->text : area->rows[i].gap->text,
                           entry != NULL ? dw_map_kind_name(entry->kind) : "-");
  }
  return text;
}

uint64_t map_fits(const struct map_case *map, const char *title, unsigned bits) {
  const struct dw_map_area *area = map_area(map, title);
  for (size_t i = 0; area != NULL && i < area->room_count; i++)
    if (area->room[i].bits == bits)
      return area->room[i].fits;
  return 0;
}

const char *map_suggestions(const struct map_case *map) {
  const char *text = "";
  for (size_t i = 0; i < map->map->suggestion_count; i++)
    text = dw_arena_printf(map->arena, "%s%s%s", text, i > 0 ? " " : "", map->map->suggestions[i].text);
  return text;
}
