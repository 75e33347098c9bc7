/* The map as JSON, for scripts. Members are only added; a change of what one means increases `version`. */
#include <stdio.h>

#include "map/map.h"
#include "json/json_write.h"

enum { VERSION = 1 };

static const char *const kind_words[DW_MAP_KINDS] = {
    [DW_MAP_CLUSTER_NETWORK] = "clusterNetwork", [DW_MAP_MIGRATION_POOL] = "migrationPool", [DW_MAP_POOL] = "pool",
    [DW_MAP_REMOTE] = "remoteCluster",           [DW_MAP_ADDRESSES] = "nodeAddresses",
};

/* Numbers above 2^53 - 1, which JSON readers round, are written as 2^53 - 1. */
static void put_number(struct dw_json_writer *w, const char *key, uint64_t number) {
  static const uint64_t most = (UINT64_C(1) << 53) - 1;
  dw_json_member_int(w, key, (int64_t)(number < most ? number : most));
}

static void put_text_or_null(struct dw_json_writer *w, const char *key, const char *text) {
  dw_json_key(w, key);
  if (text == NULL)
    dw_json_put_raw(w, "null");
  else
    dw_json_put_string(w, text);
}

static void put_span(struct dw_json_writer *w, const struct dw_interval *span) {
  char text[DW_ADDR_TEXT];
  dw_json_member_string(w, "first", dw_addr_format(&span->first, text));
  dw_json_member_string(w, "last", dw_addr_format(&span->last, text));
}

/* BITS 0: null. */
static void put_size(struct dw_json_writer *w, const char *key, unsigned bits) {
  char text[16];
  snprintf(text, sizeof text, "/%u", bits);
  put_text_or_null(w, key, bits == 0 ? NULL : text);
}

static void put_overlaps(struct dw_json_writer *w, const struct dw_map_entry *entry) {
  put_number(w, "overlapCount", entry->overlap_count);
  dw_json_key(w, "overlaps");
  dw_json_begin_array(w);
  for (size_t i = 0; i < DW_MAP_OVERLAPS_SHOWN && entry->overlaps[i] != NULL; i++)
    dw_json_put_string(w, entry->overlaps[i]);
  dw_json_end_array(w);
}

static void put_entry(struct dw_json_writer *w, const struct dw_map_entry *entry) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "kind", kind_words[entry->kind]);
  dw_json_member_string(w, "addresses", entry->text);
  put_span(w, &entry->span);
  dw_json_member_string(w, "name", entry->name);
  dw_json_member_string(w, "object", entry->object);
  dw_json_member_string(w, "field", entry->field);
  dw_json_key(w, "pool");
  dw_json_begin_object(w);
  put_span(w, &entry->pool);
  dw_json_end_object(w);
  put_number(w, "copies", entry->copies);
  put_number(w, "usable", entry->usable);
  put_number(w, "needed", entry->needed);
  dw_json_member_bool(w, "tooSmall", entry->crowded);
  put_overlaps(w, entry);
  dw_json_end_object(w);
}

static void put_gap(struct dw_json_writer *w, const struct dw_map_gap *gap) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "addresses", gap->text);
  put_span(w, &gap->span);
  put_number(w, "count", gap->size);
  dw_json_member_string(w, "widest", gap->widest_text);
  dw_json_end_object(w);
}

static void put_room(struct dw_json_writer *w, const struct dw_map_area *area) {
  dw_json_key(w, "room");
  dw_json_begin_array(w);
  for (size_t i = 0; i < area->room_count; i++) {
    dw_json_begin_object(w);
    put_size(w, "size", area->room[i].bits);
    put_number(w, "blocks", area->room[i].fits);
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void put_area(struct dw_json_writer *w, const struct dw_map_area *area) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "name", area->title);
  dw_json_member_int(w, "family", area->v4 ? 4 : 6);
  dw_json_member_bool(w, "private", area->private_range);
  dw_json_key(w, "used");
  dw_json_begin_array(w);
  for (size_t i = 0; i < area->row_count; i++)
    if (area->rows[i].entry != NULL)
      put_entry(w, area->rows[i].entry);
  dw_json_end_array(w);
  dw_json_key(w, "free");
  dw_json_begin_array(w);
  for (size_t i = 0; i < area->row_count; i++)
    if (area->rows[i].gap != NULL)
      put_gap(w, area->rows[i].gap);
  dw_json_end_array(w);
  put_room(w, area);
  dw_json_end_object(w);
}

static void put_suggestions(struct dw_json_writer *w, const struct dw_map *map) {
  put_size(w, "requestedSize", map->asked_bits);
  put_size(w, "suggestedSize", map->wanted_bits);
  dw_json_key(w, "suggestions");
  dw_json_begin_array(w);
  for (size_t i = 0; i < map->suggestion_count; i++) {
    dw_json_begin_object(w);
    dw_json_member_string(w, "range", map->suggestions[i].text);
    put_number(w, "usable", map->suggestions[i].usable);
    put_text_or_null(w, "caution", map->suggestions[i].caution);
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void put_migration_network(struct dw_json_writer *w, const struct dw_map *map) {
  dw_json_key(w, "migrationNetwork");
  dw_json_begin_object(w);
  dw_json_member_string(w, "namespace", map->ns);
  put_text_or_null(w, "name", map->network);
  put_number(w, "needed", map->needed);
  put_number(w, "neededBySyncControllers", map->needed_by_sync);
  put_number(w, "nodes", map->handler_nodes);
  put_number(w, "nodesWithoutState", map->unknown_nodes);
  dw_json_end_object(w);
}

static void put_audit(struct dw_json_writer *w, const struct dw_map *map) {
  dw_json_key(w, "audit");
  dw_json_begin_object(w);
  put_number(w, "objects", map->audited);
  put_number(w, "errors", map->denials);
  put_number(w, "warnings", map->warnings);
  dw_json_end_object(w);
}

void dw_map_json(const struct dw_map *map, struct dw_buf *out) {
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_member_int(&w, "version", VERSION);
  put_migration_network(&w, map);
  dw_json_key(&w, "areas");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < map->area_count; i++)
    put_area(&w, &map->areas[i]);
  dw_json_end_array(&w);
  if (map->wanted_bits > 0)
    put_suggestions(&w, map);
  put_audit(&w, map);
  dw_json_key(&w, "notes");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < map->note_count; i++)
    dw_json_put_string(&w, map->notes[i]);
  dw_json_end_array(&w);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
}
