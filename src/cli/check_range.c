/* `check --fix --fix-range`: a range that is unfit becomes a free one. */
#include <string.h>

#include "base/text.h"
#include "cli/check_fix.h"
#include "fix/value.h"
#include "map/map.h"

/* The rules whose findings another range fixes. */
static bool is_about_range(const char *rule) {
  static const char *const rules[] = {"overlap-cluster-network", "overlap-network", "overlap-remote-cluster",
                                      "pool-too-small", "range-class"};
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (strcmp(rules[i], rule) == 0)
      return true;
  return false;
}

static bool is_migration_network(struct dw_arena *arena, const struct dw_subjects *subjects,
                                 const struct dw_subject *subject) {
  if (subject->kind != DW_KIND_NAD || subject->object == NULL)
    return false;
  const struct dw_nad_traits traits = dw_nad_traits(subject->object);
  return dw_view_classify(subjects->world->view, arena, &traits).migration;
}

/* The free range that is nearest to the migration network, as large as RANGE if that suffices. In ARENA; NULL if there
 * is none. */
static const char *free_range(struct dw_arena *arena, const struct dw_world *world, const char *range) {
  const char *slash = strrchr(range, '/');
  int64_t bits = 0;
  bool v4 = strchr(range, ':') == NULL;
  if (slash == NULL || !dw_parse_int64(slash + 1, &bits) || bits < 0 || bits > 128)
    return NULL;
  bool possible = dw_map_can_suggest(v4, (unsigned)bits);
  const struct dw_map_options options = {.family = v4 ? 4 : 6,
                                         .suggest_bits = possible ? (unsigned)bits : 0,
                                         .suggest_v4 = v4,
                                         .suggest_fitting = !possible};
  const struct dw_map *map = dw_map_build(arena, world, &options);
  return map->suggestion_count == 0 ? NULL : map->suggestions[0].text;
}

/* What belongs to the old range is removed with it: FIELD is the path of the range, IPAM the object that contains it.
 */
static struct dw_edits without_parts(struct dw_arena *arena, const char *field, const dw_json *ipam,
                                     struct dw_edits edits) {
  static const char *const parts[] = {"range_start", "range_end", "rangeStart",    "rangeEnd",
                                      "gateway",     "exclude",   "excludeSubnets"};
  size_t parent = (size_t)(strrchr(field, '.') - field);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (dw_json_get_fold(ipam, parts[i], NULL) != NULL)
      edits = dw_edits_join(arena, edits,
                            dw_edit_remove(arena, dw_arena_printf(arena, "%.*s.%s", (int)parent, field, parts[i])));
  return edits;
}

struct dw_edits cli_fix_range(void *context, struct dw_arena *arena, const struct dw_subjects *subjects,
                              const struct dw_subject *subject, const struct dw_finding *finding) {
  const struct dw_edits none = {NULL, 0};
  const char *dot = strrchr(finding->field, '.');
  (void)context;
  if (dot == NULL || finding->unverified || !is_about_range(finding->rule->id) ||
      !is_migration_network(arena, subjects, subject))
    return none;
  const dw_json *object = dw_fix_opened(arena, subject->manifest->json, finding->field);
  const char *range = dw_json_string(dw_fix_value_at(arena, object, finding->field));
  const char *parent = dw_arena_strndup(arena, finding->field, (size_t)(dot - finding->field));
  const char *chosen = range == NULL || strchr(range, ',') != NULL ? NULL : free_range(arena, subjects->world, range);
  if (chosen == NULL)
    return none;
  return without_parts(arena, finding->field, dw_fix_value_at(arena, object, parent),
                       dw_edit_set_text(arena, finding->field, chosen));
}
