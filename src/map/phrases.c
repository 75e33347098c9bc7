#include "map/phrases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "map/block.h"
#include "net/range.h"

#define NO_BREAK "\xC2\xA0" /* a space at which lines are not broken */

const char *dw_map_number(uint64_t number, char *out) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
  char *to = out;
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0)
      *to++ = ',';
    *to++ = digits[i];
  }
  *to = '\0';
  return out;
}

static void put_number(struct dw_buf *out, uint64_t number) {
  char text[DW_NUMBER_TEXT];
  dw_buf_puts(out, number == UINT64_MAX ? "over 10^19" : dw_map_number(number, text));
}

void dw_map_describe_speed(uint32_t speed, struct dw_buf *out) {
  if (speed < 1000)
    dw_buf_printf(out, "%" PRIu32 " Mbit/s", speed);
  else if (speed % 1000 == 0)
    dw_buf_printf(out, "%" PRIu32 " Gbit/s", speed / 1000);
  else
    dw_buf_printf(out, "%" PRIu32 ".%" PRIu32 " Gbit/s", speed / 1000, speed % 1000 / 100);
}

static void put_size(uint64_t usable, uint64_t needed, struct dw_buf *out) {
  dw_buf_puts(out, "usable" NO_BREAK);
  put_number(out, usable);
  dw_buf_puts(out, ", needed" NO_BREAK);
  put_number(out, needed);
  dw_buf_putc(out, '.');
}

static void put_usable(const struct dw_map_entry *entry, struct dw_buf *out) {
  dw_buf_puts(out, "; usable" NO_BREAK);
  put_number(out, entry->usable);
  if (entry->kind == DW_MAP_MIGRATION_POOL && entry->needed > 0) {
    dw_buf_puts(out, ", needed" NO_BREAK);
    put_number(out, entry->needed);
  }
}

/* Appends the pool's range if it is smaller than its subnet without the first and the last address. */
static void put_pool(const struct dw_map_entry *entry, struct dw_buf *out) {
  struct dw_u128 start = dw_u128_sub(entry->pool.first.value, entry->span.first.value);
  struct dw_u128 end = dw_u128_sub(entry->span.last.value, entry->pool.last.value);
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  if (start.high == 0 && start.low <= 1 && end.high == 0 && end.low <= 1)
    return;
  dw_buf_printf(out, "; from %s to %s", dw_addr_format(&entry->pool.first, first),
                dw_addr_format(&entry->pool.last, last));
}

void dw_map_describe_entry(const struct dw_map_entry *entry, struct dw_buf *out) {
  if (entry->kind == DW_MAP_MIGRATION_POOL)
    dw_buf_puts(out, "migration network: ");
  dw_buf_puts(out, entry->name);
  if (entry->kind == DW_MAP_MIGRATION_POOL || entry->kind == DW_MAP_POOL) {
    if (entry->copies > 0)
      dw_buf_printf(out, " and %zu more", entry->copies);
    put_pool(entry, out);
    put_usable(entry, out);
  } else {
    dw_buf_printf(out, " (%s)", entry->object);
  }
}

void dw_map_describe_problems(const struct dw_map_entry *entry, struct dw_buf *out) {
  size_t shown = 0;
  if (entry->overlap_count > 0) {
    dw_buf_puts(out, "overlaps ");
    for (; shown < DW_MAP_OVERLAPS_SHOWN && entry->overlaps[shown] != NULL; shown++)
      dw_buf_printf(out, "%s%s", shown > 0 ? ", " : "", entry->overlaps[shown]);
    if (entry->overlap_count > shown)
      dw_buf_printf(out, " and %s%zu more", entry->overlap_count >= 1000 ? "over " : "", entry->overlap_count - shown);
  }
  if (entry->crowded)
    dw_buf_printf(out, "%stoo small for the nodes", entry->overlap_count > 0 ? "; " : "");
}

void dw_map_describe_gap(const struct dw_map_gap *gap, struct dw_buf *out) {
  bool v4 = gap->span.first.v4;
  put_number(out, v4 ? gap->size : dw_block_count(&gap->span, 64));
  dw_buf_puts(out, v4 ? " free" : " x /64 free");
  if (strcmp(gap->widest_text, gap->text) != 0)
    dw_buf_printf(out, ", widest %s", gap->widest_text);
}

/* Sizes that people ask for. */
static bool is_usual(const struct dw_map_area *area, unsigned bits) {
  if (!area->v4)
    return bits == 48 || bits == 56 || bits == 60 || bits == 64;
  return bits == 16 || bits == 20 || (bits >= 22 && bits <= 28);
}

void dw_map_describe_room(const struct dw_map_area *area, struct dw_buf *out) {
  dw_buf_puts(out, area->room_count == 0 ? "nothing is free" : "free space by size: ");
  bool first = true;
  for (size_t i = 0; i < area->room_count; i++) {
    if (i > 0 && !is_usual(area, area->room[i].bits))
      continue;
    dw_buf_printf(out, "%s/%u:" NO_BREAK, first ? "" : ", ", area->room[i].bits);
    put_number(out, area->room[i].fits);
    first = false;
  }
}

const char *dw_map_sync_text(const struct dw_map *map, char text[DW_SYNC_TEXT]) {
  if (map->needed_by_sync == 0)
    return "";
  snprintf(text, DW_SYNC_TEXT, ", %u of them for virt-synchronization-controller", map->needed_by_sync);
  return text;
}

void dw_map_describe_needed(const struct dw_map *map, struct dw_buf *out) {
  if (map->handler_nodes == 0) {
    dw_buf_puts(out, "The number of nodes that run virt-handler is unknown.");
    return;
  }
  char nodes[DW_NUMBER_TEXT];
  char needed[DW_NUMBER_TEXT];
  char sync[DW_SYNC_TEXT];
  dw_buf_printf(out, "%s node%s virt-handler: a migration network needs %s address%s%s.",
                dw_map_number(map->handler_nodes, nodes), map->handler_nodes == 1 ? " runs" : "s run",
                dw_map_number(map->needed, needed), map->needed == 1 ? "" : "es", dw_map_sync_text(map, sync));
}

void dw_map_describe_findings(const struct dw_map *map, struct dw_buf *out) {
  if (map->audited == 0)
    dw_buf_puts(out, "There is no NetworkAttachmentDefinition, HyperConverged or KubeVirt to check.");
  else if (map->denials == 0 && map->warnings == 0)
    dw_buf_puts(out, "No problems in existing objects.");
  else
    dw_buf_printf(out, "%zu error%s and %zu warning%s in existing objects. Run `droveway audit` to list them.",
                  map->denials, map->denials == 1 ? "" : "s", map->warnings, map->warnings == 1 ? "" : "s");
}

void dw_map_describe_size(const struct dw_map *map, struct dw_buf *out) {
  if (map->asked_bits == map->wanted_bits)
    return;
  if (map->needed == 0) {
    dw_buf_printf(out, "How many addresses are needed is unknown; /%u is a usual size.", map->wanted_bits);
    return;
  }
  if (map->asked_bits != 0) {
    dw_buf_printf(out, "/%u is too small: ", map->asked_bits);
    put_size(dw_subnet_usable(map->wanted_v4, map->asked_bits), map->needed, out);
    dw_buf_putc(out, ' ');
  }
  dw_buf_printf(out, "The smallest size that fits is /%u: ", map->wanted_bits);
  put_size(dw_subnet_usable(map->wanted_v4, map->wanted_bits), map->needed, out);
}

void dw_map_suggestions_title(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_printf(out,
                map->suggestion_count > 0 ? "Suggested: ranges of /%u that overlap nothing"
                                          : "Suggested: none, because no /%u is free in the private ranges",
                map->wanted_bits);
}

void dw_map_describe_suggestion(const struct dw_map_suggestion *suggestion, struct dw_buf *out) {
  dw_buf_puts(out, "usable ");
  put_number(out, suggestion->usable);
  if (suggestion->tight)
    dw_buf_puts(out, "; it fits, but less than 10 % is left over");
  if (suggestion->caution != NULL)
    dw_buf_printf(out, "; but it is in %s", suggestion->caution);
}

size_t dw_map_width(const char *text) {
  size_t width = 0;
  for (uint32_t code; *text != '\0'; width++)
    text += dw_utf8_next(text, DW_UTF8_MAX, &code);
  return width;
}

size_t dw_map_break(const char *text, unsigned width, const char **next) {
  const char *at = text;
  const char *space = NULL;
  for (unsigned characters = 0; *at != '\0' && characters < width; characters++) {
    uint32_t code;
    if (*at == ' ' && at > text)
      space = at;
    at += dw_utf8_next(at, DW_UTF8_MAX, &code);
  }
  if (*at == '\0' || *at == ' ')
    space = at;
  const char *end = space == NULL ? at : space;
  *next = *end == ' ' ? end + 1 : end;
  return (size_t)(end - text);
}
