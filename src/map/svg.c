/* The map as a picture. Each area is a stack of blocks in address order, with a description next to each. A block's
 * height depends on the number of bits of its size, so that a /24 is visible next to a /9. A block inside another one
 * is indented. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "map/block.h"
#include "map/phrases.h"

/* In user units; text is 13 high. */
enum {
  WIDTH = 800,
  MARGIN = 16,
  BLOCKS = 150, /* the width of a stack */
  STEP = 30,    /* how far a block inside another one is indented */
  LANES = 4,
  TEXT_X = MARGIN + BLOCKS + 16,
  LINE = 18,
  LINE_CHARS = 78, /* so that a line of wide letters fits, too */
  GAP = 3,
  ROWS = 300 /* of one area; more would not be a picture any more */
};

static const char style[] =
    ".dwmap{--dwmap-paper:#ffffff;--dwmap-ink:#1c2430;--dwmap-soft:#525c6b;--dwmap-free:#e9e6de;--dwmap-line:#8b8f96;"
    "--dwmap-bad:#a3222a;--dwmap-k0:#3b5f9e;--dwmap-k1:#1f7a4d;--dwmap-k2:#9a6410;--dwmap-k3:#8a3d86;"
    "--dwmap-k4:#5f6875}\n"
    "@media (prefers-color-scheme:dark){.dwmap{--dwmap-paper:#1a2029;--dwmap-ink:#e6e9ee;--dwmap-soft:#a7b0bd;"
    "--dwmap-free:#2c3542;--dwmap-line:#6b7583;--dwmap-bad:#ff9a94;--dwmap-k0:#7fa3e6;--dwmap-k1:#5cc493;"
    "--dwmap-k2:#dfa64a;--dwmap-k3:#d48fd0;--dwmap-k4:#98a2b0}}\n"
    ".dwmap text{font:13px system-ui,\"DejaVu Sans\",sans-serif;fill:var(--dwmap-ink)}\n"
    ".dwmap .dwmap-head{font-size:17px;font-weight:600}\n"
    ".dwmap .dwmap-at{font:600 12.5px ui-monospace,\"DejaVu Sans Mono\",monospace}\n"
    ".dwmap .dwmap-soft{fill:var(--dwmap-soft)}\n"
    ".dwmap .dwmap-bad{fill:var(--dwmap-bad);font-weight:600}\n"
    ".dwmap .dwmap-paper{fill:var(--dwmap-paper)}\n"
    ".dwmap .dwmap-free{fill:var(--dwmap-free);stroke:var(--dwmap-line);stroke-dasharray:3 3}\n"
    ".dwmap .dwmap-hit{stroke:var(--dwmap-bad);stroke-width:3}\n"
    ".dwmap .dwmap-k0{fill:var(--dwmap-k0)}.dwmap .dwmap-k1{fill:var(--dwmap-k1)}.dwmap "
    ".dwmap-k2{fill:var(--dwmap-k2)}\n"
    ".dwmap .dwmap-k3{fill:var(--dwmap-k3)}.dwmap .dwmap-k4{fill:var(--dwmap-k4)}\n";

struct canvas {
  struct dw_buf *out;
  unsigned y; /* where the next element begins */
};

/* --- text --- */

static void put_line(struct canvas *canvas, unsigned x, unsigned y, const char *class, const char *text) {
  dw_buf_printf(canvas->out, "<text x=\"%u\" y=\"%u\"", x, y);
  if (*class != '\0')
    dw_buf_printf(canvas->out, " class=\"%s\"", class);
  dw_buf_puts(canvas->out, ">");
  dw_xml_puts(canvas->out, text);
  dw_buf_puts(canvas->out, "</text>\n");
}

/* Writes TEXT as one or more lines, the first one at Y. Returns the Y of the line after them. */
static unsigned put_lines(struct canvas *canvas, unsigned x, unsigned y, const char *class, const char *text) {
  unsigned width = LINE_CHARS + (TEXT_X - x) / 7;
  while (*text != '\0') {
    DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
    const char *next;
    dw_buf_add(&line, text, dw_map_break(text, width, &next));
    put_line(canvas, x, y, class, dw_buf_text(&line));
    y += LINE;
    text = next;
  }
  return y;
}

/* --- one row --- */

static unsigned height_of(const struct dw_interval *span) {
  struct dw_prefix widest = dw_block_widest(span);
  unsigned bits = dw_prefix_host_bits(&widest);
  return 12 + (span->first.v4 ? 2 * bits : bits / 2);
}

static void put_block(struct canvas *canvas, unsigned lane, unsigned height, const char *class) {
  unsigned inset = lane * STEP;
  dw_buf_printf(canvas->out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"3\" class=\"%s\"/>\n",
                MARGIN + inset, canvas->y, BLOCKS - inset, height, class);
}

/* Writes an address, its description and its problems (may be NULL) next to the block that begins at canvas->y. Returns
 * their height. */
static unsigned put_words(struct canvas *canvas, const char *address, const char *words, const char *problems) {
  bool soft = problems == NULL;
  unsigned y = put_lines(canvas, TEXT_X, canvas->y + 14, soft ? "dwmap-at dwmap-soft" : "dwmap-at", address);
  y = put_lines(canvas, TEXT_X, y, soft ? "dwmap-soft" : "", words);
  if (problems != NULL)
    y = put_lines(canvas, TEXT_X, y, "dwmap-bad", problems);
  return y - canvas->y - 10;
}

static void put_entry(struct canvas *canvas, const struct dw_map_entry *entry, unsigned lane) {
  DW_BUF_SCOPED struct dw_buf words = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf problems = DW_BUF_INIT;
  char class[48];
  dw_map_describe_entry(entry, &words);
  dw_map_describe_problems(entry, &problems);
  snprintf(class, sizeof class, "dwmap-k%d%s", (int)entry->kind,
           entry->overlap_count > 0 || entry->crowded ? " dwmap-hit" : "");
  unsigned text_height = put_words(canvas, entry->text, dw_buf_text(&words), dw_buf_text(&problems));
  unsigned height = height_of(&entry->span);
  put_block(canvas, lane, height, class);
  canvas->y += (height > text_height ? height : text_height) + GAP;
}

static void put_gap(struct canvas *canvas, const struct dw_map_gap *gap) {
  DW_BUF_SCOPED struct dw_buf words = DW_BUF_INIT;
  dw_map_describe_gap(gap, &words);
  unsigned text_height = put_words(canvas, gap->text, dw_buf_text(&words), NULL);
  unsigned height = height_of(&gap->span);
  put_block(canvas, 0, height, "dwmap-free");
  canvas->y += (height > text_height ? height : text_height) + GAP;
}

/* --- an area --- */

struct nesting {
  struct dw_addr ends[LANES]; /* of the enclosing ranges, outermost first */
  unsigned depth;
};

static unsigned lane_of(struct nesting *open, const struct dw_interval *span) {
  while (open->depth > 0 && dw_addr_compare(&open->ends[open->depth - 1], &span->first) < 0)
    open->depth--;
  unsigned lane = open->depth < LANES ? open->depth : LANES - 1;
  open->ends[lane] = span->last;
  open->depth = lane + 1;
  return lane;
}

static void put_area(struct canvas *canvas, const struct dw_map_area *area) {
  struct nesting open = {.depth = 0};
  size_t shown = area->row_count < ROWS ? area->row_count : ROWS;
  canvas->y += 20;
  put_line(canvas, MARGIN, canvas->y + LINE, "dwmap-head", area->title);
  canvas->y += 2 * LINE - 6;
  for (size_t i = 0; i < shown; i++) {
    const struct dw_map_row *row = &area->rows[i];
    if (row->entry != NULL)
      put_entry(canvas, row->entry, lane_of(&open, &row->entry->span));
    else
      put_gap(canvas, row->gap);
  }
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  if (shown < area->row_count)
    dw_buf_printf(&text, "%zu more lines are not shown here; the text form has all of them. ", area->row_count - shown);
  if (area->private_range && (area->v4 || area->room_count > 0))
    dw_map_describe_room(area, &text);
  if (text.length > 0)
    canvas->y = put_lines(canvas, MARGIN, canvas->y + LINE, "dwmap-soft", dw_buf_text(&text)) - LINE + 6;
}

/* --- around the areas --- */

static void put_legend(struct canvas *canvas, const struct dw_map *map) {
  bool used[DW_MAP_KINDS] = {false};
  unsigned x = MARGIN;
  for (size_t i = 0; i < map->entry_count; i++)
    used[map->entries[i].kind] = true;
  for (unsigned kind = 0; kind <= DW_MAP_KINDS; kind++) {
    bool free = kind == DW_MAP_KINDS;
    const char *name = free ? "free" : dw_map_kind_name((enum dw_map_kind)kind);
    if (!free && !used[kind])
      continue;
    dw_buf_printf(canvas->out, "<rect x=\"%u\" y=\"%u\" width=\"14\" height=\"14\" rx=\"3\" class=\"dwmap-", x,
                  canvas->y);
    dw_buf_printf(canvas->out, free ? "free\"/>\n" : "k%u\"/>\n", kind);
    put_line(canvas, x + 20, canvas->y + 12, "", name);
    x += 20 + (unsigned)strlen(name) * 8 + 16;
  }
  canvas->y += 20;
}

static void put_suggestions(struct canvas *canvas, const struct dw_map *map) {
  if (map->wanted_bits == 0)
    return;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, map->suggestion_count > 0 ? "Ranges of /%u that overlap nothing" : "No /%u is free",
                map->wanted_bits);
  canvas->y += 20;
  put_line(canvas, MARGIN, canvas->y + LINE, "dwmap-head", dw_buf_text(&text));
  canvas->y += 2 * LINE;
  for (size_t i = 0; i < map->suggestion_count; i++) {
    dw_buf_truncate(&text, 0);
    dw_map_describe_suggestion(&map->suggestions[i], &text);
    put_line(canvas, MARGIN, canvas->y + 12, "dwmap-at", map->suggestions[i].text);
    canvas->y = put_lines(canvas, MARGIN + 240, canvas->y + 12, "", dw_buf_text(&text)) - 12;
  }
}

/* What a screen reader reads instead of the picture. */
static void put_description(struct dw_buf *out, const struct dw_map *map) {
  size_t counts[DW_MAP_KINDS] = {0};
  size_t conflicts = 0;
  for (size_t i = 0; i < map->entry_count; i++) {
    counts[map->entries[i].kind]++;
    conflicts += map->entries[i].overlap_count > 0;
  }
  dw_buf_puts(out, "<desc id=\"dwmap-desc\">In use, by address:");
  for (size_t kind = 0; kind < DW_MAP_KINDS; kind++)
    dw_buf_printf(out, "%s %s: %zu", kind > 0 ? "," : "", dw_map_kind_name((enum dw_map_kind)kind), counts[kind]);
  dw_buf_printf(out, ". In conflict with others: %zu.", conflicts);
  for (size_t i = 0, listed = 0; i < map->entry_count && listed < 20; i++) {
    const struct dw_map_entry *entry = &map->entries[i];
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    if (entry->kind != DW_MAP_MIGRATION_POOL && entry->overlap_count == 0)
      continue;
    dw_buf_printf(&text, " %s: ", entry->text);
    dw_map_describe_entry(entry, &text);
    dw_buf_puts(&text, entry->overlap_count > 0 ? ", " : "");
    dw_map_describe_problems(entry, &text);
    dw_xml_puts(out, dw_buf_text(&text));
    dw_buf_putc(out, '.');
    listed++;
  }
  dw_buf_puts(out, "</desc>\n");
}

void dw_map_svg(const struct dw_map *map, struct dw_buf *out) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf need = DW_BUF_INIT;
  struct canvas canvas = {&body, MARGIN};
  put_line(&canvas, MARGIN, canvas.y + 14, "dwmap-head", "Addresses of the cluster");
  dw_map_describe_needed(map, &need);
  canvas.y = put_lines(&canvas, MARGIN, canvas.y + 36, "", dw_buf_text(&need)) - 6;
  put_legend(&canvas, map);
  for (size_t i = 0; i < map->area_count; i++)
    put_area(&canvas, &map->areas[i]);
  put_suggestions(&canvas, map);
  unsigned height = canvas.y + MARGIN;
  dw_buf_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dwmap\" viewBox=\"0 0 %d %u\" width=\"%d\" "
                "height=\"%u\" role=\"img\" aria-labelledby=\"dwmap-title dwmap-desc\">\n"
                "<title id=\"dwmap-title\">Addresses of the cluster</title>\n",
                WIDTH, height, WIDTH, height);
  put_description(out, map);
  dw_buf_printf(out, "<style>\n%s</style>\n<rect width=\"%d\" height=\"%u\" class=\"dwmap-paper\"/>\n", style, WIDTH,
                height);
  dw_buf_add(out, body.data, body.length);
  dw_buf_puts(out, "</svg>\n");
}
