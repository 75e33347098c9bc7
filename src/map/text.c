/* The map on a terminal. */
#include <string.h>

#include "base/utf8.h"
#include "map/block.h"
#include "map/phrases.h"

enum { MIN_COLUMNS = 40, MAX_COLUMNS = 160, BAR = 8, MAX_ADDRESS = 33 };

struct pen {
  struct dw_buf *out;
  struct dw_map_text_options options;
};

/* --- characters --- */

/* Replaces characters that must not reach a terminal. */
static void put_safe(struct pen *pen, const char *text, size_t length) {
  for (size_t i = 0, bytes; i < length; i += bytes) {
    uint32_t code;
    bytes = dw_utf8_next(text + i, length - i, &code);
    if (code == 0xA0) /* the space at which lines are not broken */
      dw_buf_putc(pen->out, ' ');
    else if (dw_utf8_is_hidden(code) || (code >= 0x80 && !pen->options.utf8))
      dw_buf_putc(pen->out, '?');
    else
      dw_buf_add(pen->out, text + i, bytes);
  }
}

static void put_spaces(struct pen *pen, size_t count) {
  while (count-- > 0)
    dw_buf_putc(pen->out, ' ');
}

static void color(struct pen *pen, const char *code) {
  if (pen->options.color && *code != '\0')
    dw_buf_printf(pen->out, "\033[%sm", code);
}

/* Writes TEXT as one or more lines. The first one continues at INDENT, the current column. */
static void put_wrapped(struct pen *pen, size_t indent, const char *code, const char *text) {
  unsigned width = pen->options.columns > indent + 16 ? pen->options.columns - (unsigned)indent : 16;
  do {
    const char *next;
    size_t length = dw_map_break(text, width, &next);
    color(pen, code);
    put_safe(pen, text, length);
    color(pen, *code == '\0' ? "" : "0");
    dw_buf_putc(pen->out, '\n');
    text = next;
    if (*text != '\0')
      put_spaces(pen, indent);
  } while (*text != '\0');
}

static void put_sentence(struct pen *pen, void (*describe)(const struct dw_map *, struct dw_buf *),
                         const struct dw_map *map) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  describe(map, &text);
  put_wrapped(pen, 0, "", dw_buf_text(&text));
}

/* --- one line of an area --- */

/* The number of cells for a size, on a logarithmic scale. */
static unsigned bar_of(const struct dw_interval *span) {
  struct dw_prefix widest = dw_block_widest(span);
  unsigned bits = dw_prefix_host_bits(&widest);
  unsigned full = span->first.v4 ? 24 : 80;
  unsigned cells = bits >= full ? BAR : 1 + bits * (BAR - 1) / full;
  return cells;
}

static void put_bar(struct pen *pen, const struct dw_interval *span, bool free, const char *code) {
  const char *cell = free ? (pen->options.utf8 ? "\xE2\x96\x91" : ".") : (pen->options.utf8 ? "\xE2\x96\x88" : "#");
  unsigned cells = bar_of(span);
  color(pen, code);
  for (unsigned i = 0; i < cells; i++)
    dw_buf_puts(pen->out, cell);
  color(pen, *code == '\0' ? "" : "0");
  put_spaces(pen, BAR - cells + 2);
}

static const char *color_of(const struct dw_map_entry *entry) {
  static const char *const codes[DW_MAP_KINDS] = {"34", "32", "36", "35", "33"};
  return codes[entry->kind];
}

/* Fills the address column. After an address that is wider, the row continues on a new line. */
static void put_address(struct pen *pen, const char *text, size_t column) {
  size_t width = dw_map_width(text);
  put_spaces(pen, 2);
  put_safe(pen, text, strlen(text));
  if (width > column) {
    dw_buf_putc(pen->out, '\n');
    width = 0;
    put_spaces(pen, 2);
  }
  put_spaces(pen, column - width + 2);
}

static void put_entry(struct pen *pen, const struct dw_map_entry *entry, size_t column) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  size_t indent = column + 4 + BAR + 2;
  put_address(pen, entry->text, column);
  put_bar(pen, &entry->span, false, color_of(entry));
  dw_map_describe_entry(entry, &text);
  put_wrapped(pen, indent, "", dw_buf_text(&text));
  dw_buf_truncate(&text, 0);
  dw_map_describe_problems(entry, &text);
  if (text.length == 0)
    return;
  put_spaces(pen, indent - 2);
  dw_buf_puts(pen->out, "! ");
  put_wrapped(pen, indent, "1;31", dw_buf_text(&text));
}

static void put_gap(struct pen *pen, const struct dw_map_gap *gap, size_t column) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  put_address(pen, gap->text, column);
  put_bar(pen, &gap->span, true, "2");
  dw_map_describe_gap(gap, &text);
  put_wrapped(pen, column + 4 + BAR + 2, "2", dw_buf_text(&text));
}

/* --- areas --- */

static size_t address_column(const struct dw_map *map) {
  size_t column = 0;
  for (size_t a = 0; a < map->area_count; a++)
    for (size_t i = 0; i < map->areas[a].row_count; i++) {
      const struct dw_map_row *row = &map->areas[a].rows[i];
      size_t width = dw_map_width(row->entry != NULL ? row->entry->text : row->gap->text);
      if (width > column && width <= MAX_ADDRESS)
        column = width;
    }
  return column;
}

static void put_area(struct pen *pen, const struct dw_map_area *area, size_t column) {
  dw_buf_putc(pen->out, '\n');
  color(pen, "1");
  dw_buf_puts(pen->out, area->title);
  color(pen, "0");
  dw_buf_putc(pen->out, '\n');
  for (size_t i = 0; i < area->row_count; i++)
    if (area->rows[i].entry != NULL)
      put_entry(pen, area->rows[i].entry, column);
    else
      put_gap(pen, area->rows[i].gap, column);
  if (area->private_range && (area->room_count > 0 || area->v4)) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    dw_map_describe_room(area, &text);
    put_spaces(pen, 2);
    put_wrapped(pen, 2, "", dw_buf_text(&text));
  }
}

static void put_suggestions(struct pen *pen, const struct dw_map *map) {
  if (map->wanted_bits == 0)
    return;
  DW_BUF_SCOPED struct dw_buf title = DW_BUF_INIT;
  dw_map_describe_size(map, &title);
  dw_buf_putc(pen->out, '\n');
  if (title.length > 0)
    put_wrapped(pen, 0, "", dw_buf_text(&title));
  dw_buf_truncate(&title, 0);
  dw_map_suggestions_title(map, &title);
  dw_buf_puts(&title, map->suggestion_count == 0 ? "." : ", best first:");
  put_wrapped(pen, 0, "", dw_buf_text(&title));
  if (map->suggestion_count == 0)
    return;
  size_t column = 0;
  for (size_t i = 0; i < map->suggestion_count; i++)
    if (strlen(map->suggestions[i].text) > column)
      column = strlen(map->suggestions[i].text);
  for (size_t i = 0; i < map->suggestion_count; i++) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    dw_map_describe_suggestion(&map->suggestions[i], &text);
    put_address(pen, map->suggestions[i].text, column);
    put_wrapped(pen, column + 4, "", dw_buf_text(&text));
  }
  dw_buf_printf(pen->out, "In the NAD's config: \"ipam\": {\"type\": \"whereabouts\", \"range\": \"%s\"}\n",
                map->suggestions[0].text);
}

void dw_map_text(const struct dw_map *map, const struct dw_map_text_options *options, struct dw_buf *out) {
  struct pen pen = {out, *options};
  if (pen.options.columns < MIN_COLUMNS)
    pen.options.columns = MIN_COLUMNS;
  if (pen.options.columns > MAX_COLUMNS)
    pen.options.columns = MAX_COLUMNS;
  size_t column = address_column(map);
  put_sentence(&pen, dw_map_describe_needed, map);
  for (size_t i = 0; i < map->area_count; i++)
    put_area(&pen, &map->areas[i], column);
  put_suggestions(&pen, map);
  dw_buf_putc(out, '\n');
  put_sentence(&pen, dw_map_describe_findings, map);
  for (size_t i = 0; i < map->note_count; i++)
    put_wrapped(&pen, 0, "", map->notes[i]);
}
