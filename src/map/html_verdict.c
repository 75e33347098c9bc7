/* The answer to the question of the page: is the migration network all right? */
#include <string.h>

#include "base/text.h"
#include "map/html.h"

enum verdict { GOOD, WARNED, DENIED, NONE, UNKNOWN };

static enum verdict verdict_of(const struct dw_map *map) {
  if (map->settings_known && !map->network)
    return NONE;
  if (map->denials)
    return DENIED;
  if (!map->settings_known || map->note_count)
    return UNKNOWN;
  return map->warnings ? WARNED : GOOD;
}

/* Drawn in a square of 24 units; each sign has its own shape, so that the color only repeats it. */
static const struct {
  const char *class, *sign;
} looks[] = {
    [GOOD] = {"good", "<circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M7 12.5l3.5 3.5L17 9\"/>"},
    [WARNED] = {"warn", "<path class=\"body\" d=\"M12 2.5L23 21.5H1z\"/><path d=\"M12 9v6M12 18v.5\"/>"},
    [DENIED] = {"deny",
                "<path class=\"body\" d=\"M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z\"/><path d=\"M8 8l8 8M16 8l-8 8\"/>"},
    [NONE] = {"none", "<circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M12 7v10M7 12h10\"/>"},
    [UNKNOWN] = {
        "unknown",
        "<circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M9 9.5a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1-1.5 2.4M12 17.5v.5\"/>"}};

/* --- one sentence of the verdict --- */

static void put_title(const struct dw_map *map, enum verdict verdict, struct dw_buf *out) {
  switch (verdict) {
  case GOOD:
    dw_buf_puts(out, "The migration network is all right");
    break;
  case WARNED:
    dw_buf_puts(out, "No mistakes, but ");
    dw_html_count(out, map->warnings, "warning");
    break;
  case DENIED:
    dw_html_count(out, map->denials, "mistake");
    dw_buf_puts(out, " to fix");
    break;
  case NONE:
    dw_buf_puts(out, "There is no migration network yet");
    break;
  case UNKNOWN:
    dw_buf_puts(out, map->settings_known ? "No mistake found, but not everything could be checked"
                                         : "The migration network is unknown");
    break;
  }
}

static size_t findings_of_network(const struct dw_map *map) {
  size_t count = 0;
  for (size_t i = 0; i < map->finding_count; i++)
    count += map->findings[i].migration && map->findings[i].deny;
  return count;
}

static void put_counts(const struct dw_map *map, struct dw_buf *out) {
  dw_html_count(out, map->audited, "object");
  dw_buf_puts(out, " checked: ");
  if (!map->denials && !map->warnings) {
    dw_buf_puts(out, "no mistakes, no warnings.");
    return;
  }
  if (map->denials)
    dw_html_count(out, map->denials, "mistake");
  dw_buf_puts(out, map->denials ? " that Droveway denies" : "no mistakes");
  size_t here = findings_of_network(map);
  if (here) {
    dw_buf_puts(out, " (");
    dw_html_number(out, here);
    dw_buf_puts(out, " in the migration network or its settings)");
  }
  dw_buf_puts(out, ", ");
  dw_html_count(out, map->warnings, "warning");
  dw_buf_puts(out, ". <a href=\"#findings\">See the findings</a>");
}

/* --- how to get a migration network --- */

static bool has_mistake(const struct dw_map *map, const char *object) {
  for (size_t i = 0; i < map->finding_count; i++)
    if (map->findings[i].deny && strcmp(map->findings[i].object, object) == 0)
      return true;
  return false;
}

/* The name of the first NAD in KubeVirt's namespace that is a migration network without mistakes, but not set; NULL if
 * there is none. */
static const char *candidate(const struct dw_map *map) {
  static const char prefix[] = "NAD ";
  for (size_t i = 0; i < map->entry_count; i++) {
    const char *name = map->entries[i].name;
    size_t ns = strlen(map->ns);
    if (map->entries[i].kind == DW_MAP_MIGRATION_POOL && strncmp(name, prefix, sizeof prefix - 1) == 0 &&
        strncmp(name + sizeof prefix - 1, map->ns, ns) == 0 && name[sizeof prefix - 1 + ns] == '/' &&
        !has_mistake(map, map->entries[i].object))
      return name + sizeof prefix + ns;
  }
  return NULL;
}

static void put_way(const struct dw_map *map, struct dw_buf *out) {
  const char *name = candidate(map);
  dw_buf_puts(out, "<p>");
  if (!map->migration.set_by)
    dw_html_wrap(out, "Namespace <code>", map->ns, "</code> has no HyperConverged or KubeVirt, which would name it. ");
  dw_buf_puts(out, "Until one is set, migrations use the pod network, with the other traffic of the cluster. ");
  if (name) {
    dw_html_wrap(out, "The NAD <code>", name, "</code> exists already: set <code>liveMigrationConfig.network: ");
    dw_html_wrap(out, "", name, "</code> in HyperConverged (in KubeVirt, <code>migrations.network</code>).</p>\n");
    return;
  }
  dw_buf_puts(out, "<code>droveway init</code> writes one that fits this cluster; <a href=\"#room\">this is where it "
                   "could go</a>.</p>\n");
}

/* --- the banner --- */

static void put_notes(const struct dw_map *map, struct dw_buf *out) {
  if (!map->settings_known)
    dw_buf_puts(out, "<li>HyperConverged and KubeVirt, which name the migration network, are unknown.</li>\n");
  for (size_t i = 0; i < map->note_count; i++)
    dw_html_wrap(out, "<li>", map->notes[i], "</li>\n");
}

void dw_html_verdict(const struct dw_map *map, struct dw_buf *out) {
  enum verdict verdict = verdict_of(map);
  dw_buf_printf(out,
                "<section id=\"verdict\" class=\"verdict %s\" aria-labelledby=\"verdict-title\">"
                "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">%s</svg>\n<div><h2 id=\"verdict-title\">",
                looks[verdict].class, looks[verdict].sign);
  put_title(map, verdict, out);
  dw_buf_puts(out, "</h2>\n<p>");
  put_counts(map, out);
  dw_buf_puts(out, "</p>\n");
  if (verdict == NONE)
    put_way(map, out);
  if (!map->settings_known || map->note_count) {
    dw_buf_puts(out, "<ul class=\"notes\" aria-label=\"What is unknown\">\n");
    put_notes(map, out);
    dw_buf_puts(out, "</ul>\n");
  }
  dw_buf_puts(out, "</div></section>\n");
}
