/* The page: its head, its header and the order of its sections. */
#include "map/html.h"

#include <time.h>

#include "base/text.h"
#include "map/page_files.h"

/* The policy forbids all requests, and all styles and scripts except these two, even if a name from the cluster manages
 * to inject markup. */
static void put_head(struct dw_buf *out) {
  dw_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'sha256-" PAGE_STYLE_SHA256 "'; script-src 'sha256-" PAGE_SCRIPT_SHA256 "'; "
                   "base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>Droveway: migration network and address map</title>\n<style>");
  dw_buf_add(out, page_style, sizeof page_style - 1);
  dw_buf_puts(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the answer</a>\n");
}

/* --- the header --- */

static void put_time(int64_t created, struct dw_buf *out) {
  time_t at = (time_t)created;
  struct tm utc;
  char machine[32];
  char human[32];
  if (created < 0 || !gmtime_r(&at, &utc) || strftime(machine, sizeof machine, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0 ||
      strftime(human, sizeof human, "%Y-%m-%d %H:%M UTC", &utc) == 0)
    return;
  dw_buf_printf(out, "<div><dt>Created</dt><dd><time datetime=\"%s\">%s</time></dd></div>\n", machine, human);
}

static void put_header(const struct dw_map_page *page, struct dw_buf *out) {
  dw_buf_puts(out, "<header>\n<h1>Migration network and address map</h1>\n<dl class=\"meta\">\n");
  if (page->source)
    dw_html_wrap(out, "<div><dt>Cluster</dt><dd>", page->source, "</dd></div>\n");
  put_time(page->created, out);
  dw_buf_puts(out, "<div><dt>Droveway</dt><dd>" DW_VERSION "</dd></div>\n</dl>\n"
                   "<nav aria-label=\"Sections\"><ul><li><a href=\"#findings\">Findings</a></li>"
                   "<li><a href=\"#network\">Migration network</a></li><li><a href=\"#room\">Room</a></li>"
                   "<li><a href=\"#topology\">Nodes</a></li><li><a href=\"#addresses\">Addresses</a></li></ul></nav>\n"
                   "</header>\n");
}

void dw_map_html(const struct dw_map *map, const struct dw_map_page *page, struct dw_buf *out) {
  put_head(out);
  put_header(page, out);
  dw_buf_puts(out, "<main id=\"main\" tabindex=\"-1\">\n");
  dw_html_verdict(map, out);
  /* A short list of findings is above the cards, a long one next to them. */
  size_t rules = dw_html_rules(map);
  dw_buf_printf(out, "<div class=\"overview%s\">\n", rules == 0 ? " short calm" : rules <= 2 ? " short" : "");
  dw_html_findings(map, out);
  dw_html_network(map, out);
  dw_html_room(map, out);
  dw_buf_puts(out, "</div>\n");
  dw_html_topology(map, out);
  dw_html_addresses(map, out);
  dw_buf_puts(out, "</main>\n<footer><p>Made by <code>droveway map -o html</code>. This page fetches nothing and sends "
                   "nothing. It contains names and addresses of the cluster.</p></footer>\n<script>");
  dw_buf_add(out, page_script, sizeof page_script - 1);
  dw_buf_puts(out, "</script>\n</body>\n</html>\n");
}
