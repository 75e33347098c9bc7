/* The findings, by rule. Each has its objects, linked to where the page shows them, and the explanation of the rule. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "map/html.h"
#include "rules/engine.h"
#include "rules/explain.h"

/* What is shown at once; the rest can be unfolded. */
enum { ITEMS_SHOWN = 3, OBJECTS_SHOWN = 4 };

/* --- where an object is on the page --- */

/* The entry that the object defines; SIZE_MAX if there is none. */
static size_t entry_of(const struct dw_map *map, const char *object) {
  for (size_t i = 0; i < map->entry_count; i++)
    if (strcmp(map->entries[i].object, object) == 0)
      return i;
  return SIZE_MAX;
}

/* The first finding of the same object, whose index is the number of the object's row. */
static size_t first_of_object(const struct dw_map *map, size_t finding) {
  size_t i = 0;
  while (strcmp(map->findings[i].object, map->findings[finding].object) != 0)
    i++;
  return i;
}

/* Returns true if the page shows the object only in the table of objects. */
static bool is_homeless(const struct dw_map *map, size_t finding) {
  return !map->findings[finding].migration && entry_of(map, map->findings[finding].object) == SIZE_MAX;
}

static void put_link(const struct dw_map *map, size_t finding, struct dw_buf *out) {
  const char *object = map->findings[finding].object;
  size_t entry = entry_of(map, object);
  if (map->findings[finding].migration)
    dw_buf_puts(out, "<a href=\"#network\">");
  else if (entry != SIZE_MAX)
    dw_buf_printf(out, "<a href=\"#r%zu\">", entry);
  else
    dw_buf_printf(out, "<a href=\"#o%zu\">", first_of_object(map, finding));
  dw_html_object(out, object);
  dw_buf_puts(out, "</a>");
}

/* --- the findings of a rule --- */

static bool same_rule(const struct dw_map_finding *a, const struct dw_map_finding *b) {
  return a->deny == b->deny && strcmp(a->rule, b->rule) == 0;
}

/* What one line says about several objects. */
static bool same_text(const struct dw_map_finding *a, const struct dw_map_finding *b) {
  return same_rule(a, b) && strcmp(a->message, b->message) == 0 && strcmp(a->field, b->field) == 0;
}

typedef bool (*same)(const struct dw_map_finding *a, const struct dw_map_finding *b);

static bool is_first(const struct dw_map *map, size_t finding, same alike) {
  for (size_t i = 0; i < finding; i++)
    if (alike(&map->findings[i], &map->findings[finding]))
      return false;
  return true;
}

static size_t count_of(const struct dw_map *map, size_t finding, same alike) {
  size_t count = 0;
  for (size_t i = finding; i < map->finding_count; i++)
    count += alike(&map->findings[i], &map->findings[finding]);
  return count;
}

static void put_objects(const struct dw_map *map, size_t finding, struct dw_buf *out) {
  size_t all = count_of(map, finding, same_text);
  size_t shown = 0;
  for (size_t i = finding; i < map->finding_count; i++) {
    if (!same_text(&map->findings[i], &map->findings[finding]))
      continue;
    if (shown == OBJECTS_SHOWN && all > OBJECTS_SHOWN + 1)
      dw_buf_printf(out, "<details><summary>and %zu more objects</summary>", all - OBJECTS_SHOWN);
    else if (shown)
      dw_buf_puts(out, ", ");
    put_link(map, i, out);
    shown++;
  }
  if (all > OBJECTS_SHOWN + 1)
    dw_buf_puts(out, "</details>");
}

static void put_item(const struct dw_map *map, size_t finding, struct dw_buf *out) {
  dw_html_wrap(out, "<li><p>", map->findings[finding].message, "</p>\n<div class=\"where\">");
  put_objects(map, finding, out);
  dw_html_wrap(out, " <code>", map->findings[finding].field, "</code></div></li>\n");
}

static size_t items_of(const struct dw_map *map, size_t finding) {
  size_t count = 0;
  for (size_t i = finding; i < map->finding_count; i++)
    count += same_rule(&map->findings[i], &map->findings[finding]) && is_first(map, i, same_text);
  return count;
}

static void put_items(const struct dw_map *map, size_t finding, struct dw_buf *out) {
  size_t all = items_of(map, finding);
  size_t shown = 0;
  dw_buf_puts(out, "<ul class=\"items\">\n");
  for (size_t i = finding; i < map->finding_count; i++) {
    if (!same_rule(&map->findings[i], &map->findings[finding]) || !is_first(map, i, same_text))
      continue;
    if (shown == ITEMS_SHOWN && all > ITEMS_SHOWN + 1)
      dw_buf_printf(out, "</ul>\n<details><summary>%zu more</summary><ul class=\"items\">\n", all - ITEMS_SHOWN);
    put_item(map, i, out);
    shown++;
  }
  dw_buf_puts(out, all > ITEMS_SHOWN + 1 ? "</ul></details>\n" : "</ul>\n");
}

/* --- the explanation of a rule --- */

/* The line at *AT without its end, in ARENA; moves *AT behind it. NULL at the end of the text. */
static const char *next_line(struct dw_arena *arena, const char **at) {
  if (**at == '\0')
    return NULL;
  size_t length = strcspn(*at, "\n");
  const char *line = dw_arena_strndup(arena, *at, length);
  *at += length + ((*at)[length] == '\n');
  return line;
}

static bool has_line(struct dw_arena *arena, const char *text, const char *wanted) {
  const char *line;
  while ((line = next_line(arena, &text)))
    if (strcmp(line, wanted) == 0)
      return true;
  return false;
}

/* An example, in which the lines that OTHER does not have are marked. */
static void put_example(const char *title, const char *text, const char *other, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *line;
  dw_buf_printf(out, "<figure class=\"example\"><figcaption>%s</figcaption><pre tabindex=\"0\" aria-label=\"%s\">",
                title, title);
  while ((line = next_line(arena, &text))) {
    bool changed = !has_line(arena, other, line);
    dw_buf_puts(out, changed ? "<mark>" : "");
    dw_html_wrap(out, "", line, changed ? "</mark>\n" : "\n");
  }
  dw_buf_puts(out, "</pre></figure>\n");
}

static void put_why(const char *why, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *line;
  dw_buf_puts(out, "<p>");
  while ((line = next_line(arena, &why)))
    dw_html_wrap(out, "", line, *line ? " " : "</p>\n<p>");
  dw_buf_puts(out, "</p>\n");
}

static void put_explanation(const char *id, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_explanation explanation;
  const struct dw_rule *rule = dw_rule_find(id);
  if (!rule || dw_explain(arena, id, &explanation, NULL) != 0)
    return;
  dw_html_wrap(out, "<details class=\"why\"><summary>Why, and an example<span class=\"hidden\"> of ", id,
               "</span></summary>\n");
  dw_html_wrap(out, "<p>This rule finds ", rule->finds, ".</p>\n");
  put_why(explanation.why, out);
  dw_buf_puts(out, "<div class=\"examples\">\n");
  put_example(explanation.deletes ? "Broken: this is deleted" : "Broken", explanation.broken, explanation.fixed, out);
  put_example(explanation.deletes ? "Fixed: this is applied first" : "Fixed", explanation.fixed, explanation.broken,
              out);
  dw_buf_puts(out, "</div></details>\n");
}

/* --- a rule --- */

static void put_rule(const struct dw_map *map, size_t finding, struct dw_buf *out) {
  const struct dw_map_finding *first = &map->findings[finding];
  size_t count = count_of(map, finding, same_rule);
  dw_buf_printf(out, "<li class=\"finding\"><h3><span class=\"badge %s</span> ",
                first->deny ? "deny\">mistake" : "warn\">warning");
  dw_xml_puts(out, first->rule);
  if (count > 1)
    dw_buf_printf(out, " <span class=\"soft\">%zu times</span>", count);
  dw_buf_puts(out, "</h3>\n");
  put_items(map, finding, out);
  put_explanation(first->rule, out);
  dw_buf_puts(out, "</li>\n");
}

static bool touches_migration(const struct dw_map *map, size_t finding) {
  for (size_t i = finding; i < map->finding_count; i++)
    if (same_rule(&map->findings[i], &map->findings[finding]) && map->findings[i].migration)
      return true;
  return false;
}

/* Mistakes before warnings and, of each, what concerns the migration network first. */
static void put_rules(const struct dw_map *map, struct dw_buf *out) {
  dw_buf_puts(out, "<ul class=\"findings\">\n");
  for (unsigned rank = 0; rank < 4; rank++)
    for (size_t i = 0; i < map->finding_count; i++)
      if (map->findings[i].deny == (rank < 2) && is_first(map, i, same_rule) &&
          touches_migration(map, i) == (rank % 2 == 0))
        put_rule(map, i, out);
  dw_buf_puts(out, "</ul>\n");
}

/* --- objects that the page shows nowhere else --- */

static void put_object(const struct dw_map *map, size_t finding, struct dw_buf *out) {
  const struct dw_map_finding *first = &map->findings[finding];
  dw_buf_printf(out, "<tr id=\"o%zu\"><th scope=\"row\" class=\"name\">", finding);
  dw_html_object(out, first->object);
  dw_buf_puts(out, "</th><td><ul class=\"facts\">");
  for (size_t i = finding; i < map->finding_count; i++)
    if (strcmp(map->findings[i].object, first->object) == 0)
      dw_html_wrap(out, map->findings[i].deny ? "<li>mistake: " : "<li>warning: ", map->findings[i].rule, "</li>");
  dw_buf_puts(out, "</ul></td></tr>\n");
}

static void put_objects_table(const struct dw_map *map, struct dw_buf *out) {
  size_t rows = 0;
  for (size_t i = 0; i < map->finding_count; i++)
    rows += first_of_object(map, i) == i && is_homeless(map, i);
  if (!rows)
    return;
  const struct html_table table = {.id = "objects",
                                   .caption = "Objects with findings that define no range",
                                   .subject = "",
                                   .heads = "<th scope=\"col\">Object</th><th scope=\"col\">Findings</th>",
                                   .rows = rows};
  dw_buf_puts(out, "<details><summary>Other objects with findings: ");
  dw_html_number(out, rows);
  dw_buf_puts(out, "</summary>\n");
  dw_html_table_begin(out, &table);
  for (size_t i = 0; i < map->finding_count; i++)
    if (first_of_object(map, i) == i && is_homeless(map, i))
      put_object(map, i, out);
  dw_html_table_end(out, 0);
  dw_buf_puts(out, "</details>\n");
}

/* --- the section --- */

size_t dw_html_rules(const struct dw_map *map) {
  size_t count = 0;
  for (size_t i = 0; i < map->finding_count; i++)
    count += is_first(map, i, same_rule);
  return count;
}

void dw_html_findings(const struct dw_map *map, struct dw_buf *out) {
  size_t all = map->denials + map->warnings;
  dw_buf_puts(out, "<section id=\"findings\" class=\"card\" aria-labelledby=\"findings-title\">"
                   "<h2 id=\"findings-title\">Findings</h2>\n");
  if (map->finding_count) {
    put_rules(map, out);
    put_objects_table(map, out);
  } else {
    dw_buf_puts(out, map->audited ? "<p>Nothing is wrong in the existing objects.</p>\n"
                                  : "<p>There is no NetworkAttachmentDefinition, HyperConverged or KubeVirt to "
                                    "check.</p>\n");
  }
  if (all > map->finding_count) {
    dw_buf_puts(out, "<p class=\"left-out\"><strong>");
    dw_html_count(out, all - map->finding_count, "more finding");
    dw_buf_puts(out, "</strong> not shown here: <code>droveway audit</code> lists all of them.</p>\n");
  }
  dw_buf_puts(out, "</section>\n");
}
