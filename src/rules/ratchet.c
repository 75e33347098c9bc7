/* An UPDATE is judged by what it changes: a mistake that the old object already has is no reason to reject it.
 */
#include <string.h>

#include "rules/rules_internal.h"

static bool has_denial(const struct dw_findings *findings) {
  if (findings->more_denials > 0)
    return true;
  for (size_t i = 0; i < findings->count; i++) {
    if (findings->items[i].action == DW_ACTION_DENY)
      return true;
  }
  return false;
}

static void tolerate(struct dw_finding *finding) {
  finding->unavailable = false;
  if (finding->action != DW_ACTION_DENY)
    return;
  finding->action = DW_ACTION_WARN;
  finding->tolerated = true;
}

static void tolerate_all(struct dw_check *check) {
  for (size_t i = 0; i < check->findings.count; i++)
    tolerate(&check->findings.items[i]);
  check->findings.more_warnings += check->findings.more_denials;
  check->findings.more_denials = 0;
  check->unavailable = false;
}

/* The findings of one rule, which are adjacent, beginning with FROM. */
static struct dw_findings findings_at(const struct dw_findings *findings, size_t from) {
  struct dw_findings run = {.items = &findings->items[from]};
  while (from + run.count < findings->count && run.items[run.count].rule == run.items[0].rule)
    run.count++;
  return run;
}

static struct dw_findings findings_of(const struct dw_findings *findings, const struct dw_rule *rule) {
  for (size_t i = 0; i < findings->count; i++)
    if (findings->items[i].rule == rule)
      return findings_at(findings, i);
  return (struct dw_findings){0};
}

static bool refuses(const struct dw_finding *finding) {
  return finding->action == DW_ACTION_DENY || finding->unavailable;
}

/* An UPDATE: the new object and the old one. */
struct update {
  struct dw_check *check, *before;
  const struct dw_request *request;
};

/* FINDING is the mistake OLD: one old mistake excuses one new one. But a configuration that cannot be read may stay as
 * it was only if it does not become a migration network. */
static void pair_off(const struct update *update, struct dw_finding *finding, struct dw_finding *old) {
  tolerate(old);
  bool becomes_network = update->check->class.migration && !update->before->class.migration;
  if (!finding->facts.unreadable || !becomes_network)
    tolerate(finding);
}

static void pair_unmoved(const struct update *update, struct dw_findings now, struct dw_findings old) {
  for (size_t i = 0; i < now.count; i++) {
    size_t k = 0;
    while (refuses(&now.items[i]) && k < old.count &&
           !(refuses(&old.items[k]) && dw_finding_same(&old.items[k], &now.items[i])))
      k++;
    if (refuses(&now.items[i]) && k < old.count)
      pair_off(update, &now.items[i], &old.items[k]);
  }
}

/* At most this many findings of one rule are searched for at another path. */
enum { MOVED_MAX = 64 };

static size_t places_of(const struct dw_check *check, const dw_json *object, struct dw_findings run,
                        struct dw_finding_place *places) {
  size_t count = 0;
  for (size_t i = 0; i < run.count && count < MOVED_MAX; i++)
    if (refuses(&run.items[i]))
      places[count++] = dw_finding_place(check, object, &run.items[i]);
  return count;
}

static void pair_moved(const struct update *update, struct dw_findings now, struct dw_findings old) {
  struct dw_finding_place olds[MOVED_MAX];
  size_t old_count = places_of(update->before, update->request->old_object, old, olds);
  for (size_t i = 0, searched = 0; i < now.count && old_count > 0 && searched < MOVED_MAX; i++) {
    if (!refuses(&now.items[i]))
      continue;
    struct dw_finding_place place = dw_finding_place(update->check, update->request->object, &now.items[i]);
    size_t k = 0;
    while (k < old_count && !dw_finding_moved(&olds[k], &place))
      k++;
    searched++;
    if (k == old_count)
      continue;
    pair_off(update, &now.items[i], olds[k].finding);
    olds[k] = olds[--old_count];
  }
}

static void compare(const struct update *update) {
  struct dw_check *check = update->check;
  check->unavailable = false;
  for (size_t i = 0; i < check->findings.count;) {
    struct dw_findings now = findings_at(&check->findings, i);
    struct dw_findings old = findings_of(&update->before->findings, now.items[0].rule);
    pair_unmoved(update, now, old);
    pair_moved(update, now, old);
    i += now.count;
  }
  for (size_t i = 0; i < check->findings.count && !check->unavailable; i++) {
    if (check->findings.items[i].unavailable) {
      check->unavailable = true;
      check->unavailable_why = dw_finding_why(&check->findings.items[i]);
    }
  }
}

static bool same_metadata(const struct dw_request *request, const char *map, const char *key) {
  return dw_json_equal(dw_json_path(request->object, "metadata", map, key, NULL),
                       dw_json_path(request->old_object, "metadata", map, key, NULL));
}

/* Compares the spec and the metadata that rules read, except for what makes a NAD a migration network. */
static bool same_spec(const struct dw_request *request) {
  return same_metadata(request, "annotations", "kubevirt.kubevirt.io/jsonpatch") &&
         same_metadata(request, "annotations", DW_RESOURCE_ANNOTATION) &&
         same_metadata(request, "labels", "app.kubernetes.io/managed-by") &&
         dw_json_equal(dw_json_get(request->object, "spec"), dw_json_get(request->old_object, "spec"));
}

/* Returns true if nothing that the rules read has changed. BEFORE is the check of the old object. */
static bool is_unchanged(const struct dw_check *check, const struct dw_check *before,
                         const struct dw_request *request) {
  return same_spec(request) && before->class.migration == check->class.migration;
}

void dw_ratchet(struct dw_check *check, const struct dw_request *request) {
  if (!check->unavailable && !has_denial(&check->findings))
    return;
  if (dw_request_deleting(request)) {
    tolerate_all(check);
    return;
  }
  if (request->operation != DW_OP_UPDATE || request->old_object == NULL)
    return;
  /* The old object is judged as if it were new: rules that compare old and new do not apply. */
  struct dw_check before = *check;
  before.operation = DW_OP_CREATE;
  before.findings = before.excepted = (struct dw_findings){0};
  before.unavailable = false;
  dw_check_turn_back(&before, request->old_object);
  if (is_unchanged(check, &before, request)) {
    tolerate_all(check);
    return;
  }
  dw_check_run(&before);
  compare(&(struct update){check, &before, request});
}
