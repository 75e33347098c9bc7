#include <inttypes.h>

#include "base/xml.h"
#include "map/html.h"
#include "map/page_files.h"
#include "map/phrases.h"

/* --- parts --- */

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

/* The roles that `stacked` asks for; the default ones are not said twice. */
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

/* --- the page --- */

/* Nothing is fetched, and of styles and scripts only these two run, whatever a name manages to put into the page. */
static void put_head(struct dw_buf *out) {
  dw_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'sha256-" PAGE_STYLE_SHA256 "'; script-src 'sha256-" PAGE_SCRIPT_SHA256 "'; "
                   "base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>Droveway: address map</title>\n<style>");
  dw_buf_add(out, page_style, sizeof page_style - 1);
  dw_buf_puts(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the map</a>\n");
}

static void put_needed(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<li><strong>");
  dw_html_count(out, map->handler_nodes, "node");
  dw_buf_printf(out, "</strong> run%s virt-handler", map->handler_nodes == 1 ? "s" : "");
  if (map->needed) {
    dw_buf_puts(out, "; a migration network needs <strong>");
    dw_html_number(out, map->needed);
    char sync[DW_SYNC_TEXT];
    dw_buf_printf(out, " usable address%s</strong>%s", map->needed == 1 ? "" : "es", dw_map_sync_text(map, sync));
  }
  dw_buf_puts(out, "</li>\n");
}

static void put_header(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<header>\n<h1>Address map</h1>\n<ul class=\"tally\">\n<li>Migration network: <strong>");
  if (map->network) {
    dw_html_wrap(out, "", map->ns, "/");
    dw_xml_puts(out, map->network);
  } else {
    dw_html_wrap(out, "none is set</strong> in namespace <strong>", map->ns, "");
  }
  dw_buf_puts(out, "</strong></li>\n");
  put_needed(map, out);
  dw_buf_printf(out, "<li><strong%s>", map->denials ? " class=\"deny\"" : "");
  dw_html_count(out, map->denials, "denial");
  dw_buf_printf(out, "</strong> and <strong%s>", map->warnings ? " class=\"warn\"" : "");
  dw_html_count(out, map->warnings, "warning");
  dw_buf_puts(out, "</strong> in ");
  dw_html_count(out, map->audited, "object");
  dw_buf_puts(out, "</li>\n</ul>\n</header>\n");
}

static void put_nav(struct dw_buf *out) {
  dw_buf_puts(out,
              "<nav aria-label=\"Sections\"><ul>"
              "<li><a href=\"#addresses\">Addresses</a></li><li><a href=\"#room\">Free ranges</a></li>"
              "<li><a href=\"#nics\">NICs by node</a></li><li><a href=\"#findings\">Findings</a></li></ul></nav>\n");
}

static void put_notes(const struct dw_map *map, struct dw_buf *out) {
  if (map->note_count == 0)
    return;
  dw_buf_puts(out, "<section aria-labelledby=\"notes-title\" class=\"notes\" id=\"notes\"><h2 id=\"notes-title\">"
                   "What is unknown</h2>\n<ul>\n");
  for (size_t i = 0; i < map->note_count && i < HTML_NAMES; i++)
    dw_html_wrap(out, "<li>", map->notes[i], "</li>\n");
  dw_buf_puts(out, "</ul></section>\n");
}

void dw_map_html(const struct dw_map *map, struct dw_buf *out) {
  put_head(out);
  put_header(map, out);
  put_nav(out);
  dw_buf_puts(out, "<main id=\"main\" tabindex=\"-1\">\n");
  put_notes(map, out);
  dw_html_addresses(map, out);
  dw_html_room(map, out);
  dw_html_nics(map, out);
  dw_html_findings(map, out);
  dw_buf_puts(out, "</main>\n<footer><p>Made by <code>droveway map -o html</code>, version " DW_VERSION
                   ". This page fetches nothing and sends nothing.</p></footer>\n<script>");
  dw_buf_add(out, page_script, sizeof page_script - 1);
  dw_buf_puts(out, "</script>\n</body>\n</html>\n");
}
