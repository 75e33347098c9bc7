/* What the audit finds in existing objects. */
#include "rules/audit.h"

#include <string.h>

#include "map/map_internal.h"

struct listing {
  struct dw_map_builder *b;
  struct dw_map_finding *denials, *warnings;
  size_t denial_count, warning_count;
};

/* dw_finding_message() without the rule's id at its end, because the page shows that in another column. */
static const char *message_of(struct dw_arena *arena, const struct dw_finding *finding) {
  if (finding->action != DW_ACTION_DENY)
    return dw_arena_printf(arena, "%s%s%s", finding->what, finding->fix != NULL ? "; " : "",
                           finding->fix != NULL ? finding->fix : "");
  char *text = dw_arena_strdup(arena, dw_finding_message(arena, finding));
  char *end = strrchr(text, '[');
  if (end != NULL && end > text && end[-1] == ' ')
    end[-1] = '\0';
  return text;
}

/* Returns true if the object is the configured migration network or what configures it. */
static bool is_migration(const struct dw_map *map, const char *object) {
  return (map->migration.object != NULL && strcmp(object, map->migration.object) == 0) ||
         (map->migration.set_by != NULL && strcmp(object, map->migration.set_by) == 0);
}

static void add(struct listing *listing, const struct dw_object *object, const struct dw_finding *finding) {
  bool deny = finding->action == DW_ACTION_DENY;
  size_t *count = deny ? &listing->denial_count : &listing->warning_count;
  struct dw_arena *arena = listing->b->arena;
  if (*count == DW_MAP_FINDINGS_SHOWN)
    return;
  const char *ns = object->namespace_;
  const char *name =
      dw_arena_printf(arena, "%s %s%s%s", dw_kind_name(object->kind), ns, *ns == '\0' ? "" : "/", object->name);
  (deny ? listing->denials : listing->warnings)[(*count)++] =
      (struct dw_map_finding){.object = name,
                              .deny = deny,
                              .migration = is_migration(listing->b->map, name),
                              .rule = finding->rule->id,
                              .field = dw_arena_strdup(arena, finding->field),
                              .message = message_of(arena, finding)};
}

static void add_audited(void *context, const struct dw_audited *audited) {
  for (size_t i = 0; i < audited->judgement.findings.count; i++)
    add(context, audited->object, &audited->judgement.findings.items[i]);
}

void dw_map_add_findings(struct dw_map_builder *b) {
  struct listing listing = {.b = b};
  listing.denials = dw_arena_array(b->scratch, DW_MAP_FINDINGS_SHOWN, sizeof *listing.denials);
  listing.warnings = dw_arena_array(b->scratch, DW_MAP_FINDINGS_SHOWN, sizeof *listing.warnings);
  struct dw_audit audit = {.world = b->world, .notify = add_audited, .context = &listing};
  dw_audit_run(&audit);
  struct dw_map *map = b->map;
  map->findings = dw_arena_array(b->arena, listing.denial_count + listing.warning_count, sizeof *map->findings);
  memcpy(map->findings, listing.denials, listing.denial_count * sizeof *map->findings);
  memcpy(map->findings + listing.denial_count, listing.warnings, listing.warning_count * sizeof *map->findings);
  map->finding_count = listing.denial_count + listing.warning_count;
  map->denials = audit.result.denials;
  map->warnings = audit.result.warnings;
  map->audited = audit.result.objects;
}
