#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/xml.h"
#include "map/html.h"

/* All places where something begins or ends cut the area into cells; a cell's width follows the number of bits of its
 * size, so that a /24 is still seen beside a /9. */
struct cells {
  struct dw_u128 starts[2 * HTML_STRIP_ROWS]; /* of each row where it begins, and what comes behind it */
  unsigned places[2 * HTML_STRIP_ROWS];       /* where the cell begins, in units */
  size_t count;
  unsigned units;
};

static int by_value(const void *a, const void *b) {
  const struct dw_u128 *left = a;
  const struct dw_u128 *right = b;
  return dw_u128_compare(*left, *right);
}

static const struct dw_interval *span_of(const struct dw_map_row *row) {
  return row->entry ? &row->entry->span : &row->gap->span;
}

/* The address behind the last; where there is none, the last itself. */
static struct dw_u128 end_of(const struct dw_interval *span) {
  struct dw_u128 end = dw_u128_add(span->last.value, 1);
  return end.high | end.low ? end : span->last.value;
}

static unsigned bits_of(struct dw_u128 number) {
  unsigned bits = 0;
  for (uint64_t rest = number.high ? number.high : number.low; rest; rest >>= 1)
    bits++;
  return bits + (number.high ? 64 : 0);
}

static void collect(const struct dw_map_area *area, struct cells *cells) {
  struct dw_u128 *starts = cells->starts;
  size_t count = 0;
  for (size_t i = 0; i < area->row_count; i++) {
    starts[count++] = span_of(&area->rows[i])->first.value;
    starts[count++] = end_of(span_of(&area->rows[i]));
  }
  qsort(starts, count, sizeof *starts, by_value);
  for (size_t i = 0; i < count; i++)
    if (cells->count == 0 || dw_u128_compare(starts[cells->count - 1], starts[i]) != 0)
      starts[cells->count++] = starts[i];
}

static size_t cell_at(const struct cells *cells, struct dw_u128 value) {
  const struct dw_u128 *found = bsearch(&value, cells->starts, cells->count, sizeof value, by_value);
  return found ? (size_t)(found - cells->starts) : 0;
}

/* Where an area tells no gaps, what nothing covers only sets apart. */
static void measure(const struct dw_map_area *area, struct cells *cells) {
  int change[2 * HTML_STRIP_ROWS] = {0};
  for (size_t i = 0; i < area->row_count; i++) {
    change[cell_at(cells, span_of(&area->rows[i])->first.value)]++;
    change[cell_at(cells, end_of(span_of(&area->rows[i])))]--;
  }
  int depth = 0;
  for (size_t i = 0; i < cells->count; i++) {
    cells->places[i] = cells->units;
    depth += change[i];
    if (i + 1 < cells->count)
      cells->units += depth ? 4 + bits_of(dw_u128_sub(cells->starts[i + 1], cells->starts[i])) : 3;
  }
}

struct box {
  const char *class;
  const char *text, *name; /* of the tooltip */
  char letter;             /* '\0' for free room */
  unsigned lane, height;
};
enum { LANE = 20 };

static void put_box(const struct cells *cells, const struct dw_interval *span, const struct box *box,
                    struct dw_buf *out) {
  unsigned from = cells->places[cell_at(cells, span->first.value)];
  unsigned to = cells->places[cell_at(cells, end_of(span))];
  double unit = 100.0 / (cells->units ? cells->units : 1);
  unsigned top = box->lane * LANE;
  dw_buf_printf(out, "<svg x=\"%.3f%%\" y=\"%u\" width=\"%.3f%%\" height=\"%u\"><title>", from * unit, top,
                (to - from) * unit, box->height - top);
  dw_xml_puts(out, box->text);
  dw_html_wrap(out, ": ", box->name, "</title>");
  dw_buf_printf(out, "<rect class=\"%s\" width=\"100%%\" height=\"100%%\"/><text x=\"3\" y=\"14\"%s>", box->class,
                box->letter ? "" : " class=\"vacant\"");
  if (box->letter)
    dw_buf_printf(out, "%c ", box->letter);
  bool nad = strncmp(box->name, "NAD ", 4) == 0; /* the letter tells it, and room is scarce */
  dw_html_wrap(out, "", box->name + (nad ? 4 : 0), "</text></svg>");
}

static unsigned deepest(const struct dw_map_area *area) {
  struct html_lanes lanes = {.taken = {false}};
  unsigned most = 0;
  for (size_t i = 0; i < area->row_count; i++) {
    unsigned lane = area->rows[i].entry ? dw_html_lane(&lanes, &area->rows[i].entry->span) : 0;
    most = lane > most ? lane : most;
  }
  return most;
}

static void put_boxes(const struct dw_map_area *area, const struct cells *cells, unsigned height, struct dw_buf *out) {
  struct html_lanes lanes = {.taken = {false}};
  for (size_t i = 0; i < area->row_count; i++) {
    const struct dw_map_row *row = &area->rows[i];
    if (!row->entry) {
      const struct box box = {.class = "free", .text = row->gap->text, .name = "free", .height = height};
      put_box(cells, &row->gap->span, &box, out);
      continue;
    }
    const struct box box = {.class = dw_html_kind_class(row->entry->kind),
                            .text = row->entry->text,
                            .name = row->entry->name,
                            .letter = dw_html_kind_letter(row->entry->kind),
                            .lane = dw_html_lane(&lanes, &row->entry->span),
                            .height = height};
    put_box(cells, &row->entry->span, &box, out);
  }
}

static void put_ends(const struct dw_map_area *area, struct dw_buf *out) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  dw_buf_printf(out, "<p class=\"ends\" aria-hidden=\"true\"><span>%s</span><span>%s</span></p>\n",
                dw_addr_format(&span_of(&area->rows[0])->first, first),
                dw_addr_format(&span_of(&area->rows[area->row_count - 1])->last, last));
}

void dw_html_strip(const struct dw_map_area *area, struct dw_buf *out) {
  if (area->row_count == 0)
    return;
  if (area->row_count > HTML_STRIP_ROWS) {
    dw_buf_puts(out, "<p class=\"soft\">Too many ranges to draw.</p>\n");
    return;
  }
  struct cells cells = {.count = 0};
  collect(area, &cells);
  measure(area, &cells);
  unsigned height = (deepest(area) + 1) * LANE + 12;
  dw_buf_printf(out, "<svg class=\"strip\" role=\"img\" height=\"%u\" aria-label=\"", height);
  dw_html_wrap(out, "Drawing of ", area->title, ": ");
  dw_html_count(out, area->entry_count, "range");
  dw_buf_puts(out, " in use");
  if (area->private_range) {
    dw_buf_puts(out, ", ");
    dw_html_count(out, area->gap_count, "gap");
  }
  dw_buf_puts(out, ". The table below says the same.\">\n");
  put_boxes(area, &cells, height, out);
  dw_buf_puts(out, "</svg>\n");
  put_ends(area, out);
}
