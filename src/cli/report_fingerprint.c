#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "cli/report.h"

/* Fingerprints of findings, for tools that compare two reports. */

struct mark {
  uint64_t hash;
  size_t finding;
};

/* A hash of what stays the same when lines move: rule, file, object and field. */
static uint64_t mark_of(const struct cli_reported *found) {
  const struct cli_reported_object *object = &found->report->objects[found->object];
  const char *const parts[] = {found->finding.rule->id,
                               object->file == NULL ? "" : object->file,
                               object->kind == NULL ? "" : object->kind,
                               object->ns == NULL ? "" : object->ns,
                               object->name == NULL ? "" : object->name,
                               found->finding.field};
  uint64_t hash = DW_HASH_INIT;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    hash = dw_hash_text(hash, parts[i]);
  return hash;
}

static int by_hash(const void *a, const void *b) {
  const struct mark *left = a;
  const struct mark *right = b;
  if (left->hash != right->hash)
    return left->hash < right->hash ? -1 : 1;
  return left->finding < right->finding ? -1 : left->finding > right->finding;
}

const char **cli_report_fingerprints(struct dw_arena *arena, const struct cli_report *report) {
  struct mark *marks = dw_arena_array(arena, report->finding_count + 1, sizeof *marks);
  const char **texts = dw_arena_array(arena, report->finding_count + 1, sizeof(const char *));
  size_t number = 0;
  for (size_t i = 0; i < report->finding_count; i++)
    marks[i] = (struct mark){mark_of(&report->findings[i]), i};
  qsort(marks, report->finding_count, sizeof *marks, by_hash);
  for (size_t i = 0; i < report->finding_count; i++) {
    number = i > 0 && marks[i].hash == marks[i - 1].hash ? number + 1 : 1;
    texts[marks[i].finding] = dw_arena_printf(arena, "%016" PRIx64 ":%zu", marks[i].hash, number);
  }
  return texts;
}
