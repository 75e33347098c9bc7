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
  WIDTH = 920,
  MARGIN = 16,
  BLOCKS = 96, /* the width of a stack */
  STEP = 20,   /* how far a block inside another one is indented */
  LANES = 4,
  TEXT_X = MARGIN + BLOCKS + 12,
  ADDRESS_CHARS = 31, /* the longest range of IPv4 */
  WORDS_X = TEXT_X + 8 * ADDRESS_CHARS,
  LINE = 17,
  GAP = 3,
  ROWS = 300 /* of one area; with more, nobody could read the picture */
};

/* --- looks --- */

/* Many programs that draw SVG know neither CSS variables nor CSS at all: what an element looks like is in its
 * attributes, and CSS is only for dark pages. */
struct look {
  const char *class;
  const char *attributes;
  const char *dark; /* CSS declarations */
};

#define INK "#1c2430"
#define DARK_INK "fill:#e6e9ee"
#define MONOSPACE "font-family=\"ui-monospace,'DejaVu Sans Mono',monospace\" font-size=\"12.5\" font-weight=\"600\""

enum kind_of_look { PLAIN, HEAD, ADDRESS, GAP_ADDRESS, SOFT, BAD, PAPER, FREE, HIT, KINDS };

static const struct look looks[] = {
    [PLAIN] = {"dwmap-ink", "fill=\"" INK "\"", DARK_INK},
    [HEAD] = {"dwmap-head", "fill=\"" INK "\" font-size=\"16\" font-weight=\"600\"", DARK_INK},
    [ADDRESS] = {"dwmap-at", "fill=\"" INK "\" " MONOSPACE, DARK_INK},
    [GAP_ADDRESS] = {"dwmap-gap", "fill=\"#525c6b\" " MONOSPACE, "fill:#a7b0bd"},
    [SOFT] = {"dwmap-soft", "fill=\"#525c6b\"", "fill:#a7b0bd"},
    [BAD] = {"dwmap-bad", "fill=\"#a3222a\" font-weight=\"600\"", "fill:#ff9a94"},
    [PAPER] = {"dwmap-paper", "fill=\"#ffffff\"", "fill:#1a2029"},
    [FREE] = {"dwmap-free", "fill=\"#f1efe9\" stroke=\"#a9acb2\" stroke-dasharray=\"3 3\"",
              "fill:#2c3542;stroke:#6b7583"},
    [HIT] = {"dwmap-hit", "stroke=\"#a3222a\" stroke-width=\"3\"", "stroke:#ff9a94"},
    [KINDS + DW_MAP_CLUSTER_NETWORK] = {"dwmap-k0", "fill=\"#3b5f9e\"", "fill:#7fa3e6"},
    [KINDS + DW_MAP_MIGRATION_POOL] = {"dwmap-k1", "fill=\"#1f7a4d\"", "fill:#5cc493"},
    [KINDS + DW_MAP_POOL] = {"dwmap-k2", "fill=\"#9a6410\"", "fill:#dfa64a"},
    [KINDS + DW_MAP_REMOTE] = {"dwmap-k3", "fill=\"#8a3d86\"", "fill:#d48fd0"},
    [KINDS + DW_MAP_ADDRESSES] = {"dwmap-k4", "fill=\"#5f6875\"", "fill:#98a2b0"},
};

static void put_dark_style(struct dw_buf *out) {
  dw_buf_puts(out, "<style>@media (prefers-color-scheme:dark){");
  for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
    dw_buf_printf(out, ".dwmap .%s{%s}", looks[i].class, looks[i].dark);
  dw_buf_puts(out, "}</style>\n");
}

struct canvas {
  struct dw_buf *out;
  unsigned y; /* where the next element begins */
};

/* --- text --- */

static void put_line(struct canvas *canvas, unsigned x, unsigned y, unsigned look, const char *text) {
  dw_buf_printf(canvas->out, "<text x=\"%u\" y=\"%u\" class=\"%s\" %s>", x, y, looks[look].class,
                looks[look].attributes);
  dw_xml_puts(canvas->out, text);
  dw_buf_puts(canvas->out, "</text>\n");
}

/* The number of characters that fit right of X, even wide ones. */
static unsigned columns_at(unsigned x) {
  return (WIDTH - MARGIN - x) * 10 / 76;
}

static unsigned count_lines(unsigned x, const char *text) {
  unsigned count = 0;
  for (; *text != '\0'; count++)
    dw_map_break(text, columns_at(x), &text);
  return count;
}

/* Writes TEXT as one or more lines, the first one at Y. Returns the Y of the line after them. */
static unsigned put_lines(struct canvas *canvas, unsigned x, unsigned y, unsigned look, const char *text) {
  while (*text != '\0') {
    DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
    const char *next;
    dw_buf_add(&line, text, dw_map_break(text, columns_at(x), &next));
    put_line(canvas, x, y, look, dw_buf_text(&line));
    y += LINE;
    text = next;
  }
  return y;
}

/* --- one row --- */

static unsigned height_of(const struct dw_interval *span) {
  struct dw_prefix widest = dw_block_widest(span);
  unsigned bits = dw_prefix_host_bits(&widest);
  return 14 + (span->first.v4 ? bits : bits / 4);
}

struct row {
  const struct dw_interval *span;
  unsigned lane;
  unsigned look, frame; /* of the block; frame: HIT, or look for none */
  unsigned address_look, words_look;
  const char *address, *words, *problems;
};

static void put_block(struct canvas *canvas, const struct row *row, unsigned y, unsigned height) {
  unsigned inset = row->lane * STEP;
  const struct look *look = &looks[row->look];
  dw_buf_printf(canvas->out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"3\" class=\"%s", MARGIN + inset,
                y, BLOCKS - inset, height, look->class);
  if (row->frame == row->look)
    dw_buf_printf(canvas->out, "\" %s/>\n", look->attributes);
  else
    dw_buf_printf(canvas->out, " %s\" %s %s/>\n", looks[row->frame].class, look->attributes,
                  looks[row->frame].attributes);
}

/* A block, and next to its middle the address and the words. They share a line unless the address is longer than its
 * column. */
static void put_row(struct canvas *canvas, const struct row *row) {
  bool wide = dw_map_width(row->address) > ADDRESS_CHARS;
  unsigned x = wide ? TEXT_X : WORDS_X;
  unsigned lines =
      (wide ? count_lines(TEXT_X, row->address) : 0) + count_lines(x, row->words) + count_lines(x, row->problems);
  unsigned block = height_of(row->span);
  unsigned height = lines * LINE + 4 > block ? lines * LINE + 4 : block;
  unsigned y = canvas->y + (height - lines * LINE) / 2 + 13;
  put_block(canvas, row, canvas->y + (height - block) / 2, block);
  unsigned below = put_lines(canvas, TEXT_X, y, row->address_look, row->address);
  y = put_lines(canvas, x, wide ? below : y, row->words_look, row->words);
  put_lines(canvas, x, y, BAD, row->problems);
  canvas->y += height + GAP;
}

static void put_entry(struct canvas *canvas, const struct dw_map_entry *entry, unsigned lane) {
  DW_BUF_SCOPED struct dw_buf words = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf problems = DW_BUF_INIT;
  unsigned look = KINDS + (unsigned)entry->kind;
  dw_map_describe_entry(entry, &words);
  dw_map_describe_problems(entry, &problems);
  put_row(canvas, &(struct row){.span = &entry->span,
                                .lane = lane,
                                .look = look,
                                .frame = problems.length > 0 ? HIT : look,
                                .address_look = ADDRESS,
                                .words_look = PLAIN,
                                .address = entry->text,
                                .words = dw_buf_text(&words),
                                .problems = dw_buf_text(&problems)});
}

static void put_gap(struct canvas *canvas, const struct dw_map_gap *gap) {
  DW_BUF_SCOPED struct dw_buf words = DW_BUF_INIT;
  dw_map_describe_gap(gap, &words);
  put_row(canvas, &(struct row){.span = &gap->span,
                                .look = FREE,
                                .frame = FREE,
                                .address_look = GAP_ADDRESS,
                                .words_look = SOFT,
                                .address = gap->text,
                                .words = dw_buf_text(&words),
                                .problems = ""});
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
  put_line(canvas, MARGIN, canvas->y + LINE, HEAD, area->title);
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
    canvas->y = put_lines(canvas, MARGIN, canvas->y + LINE, SOFT, dw_buf_text(&text)) - LINE + 6;
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
    const struct look *look = &looks[free ? FREE : KINDS + kind];
    dw_buf_printf(canvas->out, "<rect x=\"%u\" y=\"%u\" width=\"14\" height=\"14\" rx=\"3\" class=\"%s\" %s/>\n", x,
                  canvas->y, look->class, look->attributes);
    put_line(canvas, x + 20, canvas->y + 12, PLAIN, name);
    x += 20 + (unsigned)strlen(name) * 8 + 16;
  }
  canvas->y += 20;
}

static void put_suggestions(struct canvas *canvas, const struct dw_map *map) {
  if (map->wanted_bits == 0)
    return;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_map_suggestions_title(map, &text);
  canvas->y += 20;
  put_line(canvas, MARGIN, canvas->y + LINE, HEAD, dw_buf_text(&text));
  canvas->y += 2 * LINE;
  dw_buf_truncate(&text, 0);
  dw_map_describe_size(map, &text);
  canvas->y = put_lines(canvas, MARGIN, canvas->y + 8, PLAIN, dw_buf_text(&text)) - 8;
  for (size_t i = 0; i < map->suggestion_count; i++) {
    dw_buf_truncate(&text, 0);
    dw_map_describe_suggestion(&map->suggestions[i], &text);
    put_line(canvas, MARGIN, canvas->y + 12, ADDRESS, map->suggestions[i].text);
    canvas->y = put_lines(canvas, MARGIN + 240, canvas->y + 12, PLAIN, dw_buf_text(&text)) - 12;
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
  put_line(&canvas, MARGIN, canvas.y + 14, HEAD, "Addresses of the cluster");
  dw_map_describe_needed(map, &need);
  canvas.y = put_lines(&canvas, MARGIN, canvas.y + 36, PLAIN, dw_buf_text(&need)) - 6;
  put_legend(&canvas, map);
  for (size_t i = 0; i < map->area_count; i++)
    put_area(&canvas, &map->areas[i]);
  put_suggestions(&canvas, map);
  unsigned height = canvas.y + MARGIN;
  dw_buf_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dwmap\" viewBox=\"0 0 %d %u\" width=\"%d\" "
                "height=\"%u\" font-family=\"system-ui,'DejaVu Sans',sans-serif\" font-size=\"13\" role=\"img\" "
                "aria-labelledby=\"dwmap-title dwmap-desc\">\n"
                "<title id=\"dwmap-title\">Addresses of the cluster</title>\n",
                WIDTH, height, WIDTH, height);
  put_description(out, map);
  put_dark_style(out);
  dw_buf_printf(out, "<rect width=\"%d\" height=\"%u\" class=\"%s\" %s/>\n", WIDTH, height, looks[PAPER].class,
                looks[PAPER].attributes);
  dw_buf_add(out, body.data, body.length);
  dw_buf_puts(out, "</svg>\n");
}
