#include <inttypes.h>

#include "base/text.h"
#include "map/html.h"

void dw_html_wrap(struct dw_buf *out, const char *before, const char *text, const char *after) {
  dw_buf_puts(out, before);
  dw_xml_puts(out, text);
  dw_buf_puts(out, after);
}

void dw_html_number(struct dw_buf *out, uint64_t number) {
  if (number == UINT64_MAX) {
    dw_buf_puts(out, "2^64 or more");
    return;
  }
  uint64_t unit = 1;
  while (number / unit >= 1000)
    unit *= 1000;
  dw_buf_printf(out, "%" PRIu64, number / unit);
  for (unit /= 1000; unit; unit /= 1000)
    dw_buf_printf(out, ",%03" PRIu64, number / unit % 1000);
}

void dw_html_count(struct dw_buf *out, uint64_t number, const char *noun) {
  dw_html_number(out, number);
  dw_buf_printf(out, " %s%s", noun, number == 1 ? "" : "s");
}

static void put_filter(struct dw_buf *out, const struct html_table *table) {
  dw_buf_printf(out,
                "<div class=\"filter\" data-table=\"%s%zu\" hidden><label for=\"%s%zu-filter\">Only rows with</label> "
                "<input type=\"search\" id=\"%s%zu-filter\" autocomplete=\"off\" spellcheck=\"false\"> "
                "<span role=\"status\" class=\"soft\"></span></div>\n",
                table->id, table->number, table->id, table->number, table->id, table->number);
}

/* Only stacked tables need explicit roles. */
static const char *role(const struct html_table *table, const char *attribute) {
  return table->stacked ? attribute : "";
}

void dw_html_table_begin(struct dw_buf *out, const struct html_table *table) {
  if (table->rows > HTML_FILTER_FROM)
    put_filter(out, table);
  dw_buf_printf(out,
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s%zu-caption\">"
                "<table id=\"%s%zu\"%s>\n<caption id=\"%s%zu-caption\"><span>%s",
                table->id, table->number, table->id, table->number, role(table, " role=\"table\" class=\"stacked\""),
                table->id, table->number, table->caption);
  dw_html_wrap(out, "", table->subject, "</span></caption>\n");
  if (!table->heads)
    return;
  dw_buf_printf(out, "<thead%s><tr%s>%s</tr></thead>\n", role(table, " role=\"rowgroup\""),
                role(table, " role=\"row\""), table->heads);
  dw_buf_printf(out, "<tbody%s>\n", role(table, " role=\"rowgroup\""));
}

void dw_html_table_end(struct dw_buf *out, size_t left_out) {
  dw_buf_puts(out, "</tbody></table></div>\n");
  if (!left_out)
    return;
  dw_buf_puts(out, "<p class=\"left-out\"><strong>");
  dw_html_count(out, left_out, "more row");
  dw_buf_printf(out, "</strong> %s not shown here.</p>\n", left_out == 1 ? "is" : "are");
}
