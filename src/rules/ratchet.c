#include <string.h>

#include "rules/rules_internal.h"

/* An UPDATE is judged on what it changes (design, section 5): a mistake that the old object has, too, is no reason to
 * refuse the change of something else. */

static bool has_denial(const struct dw_findings *findings) {
  if (findings->more_denials > 0)
    return true;
  for (size_t i = 0; i < findings->count; i++) {
    if (findings->items[i].action == DW_ACTION_DENY)
      return true;
  }
  return false;
}

static void let_stand(struct dw_finding *finding) {
  finding->unavailable = false;
  if (finding->action != DW_ACTION_DENY)
    return;
  finding->action = DW_ACTION_WARN;
  finding->standing = true;
}

static void let_all_stand(struct dw_check *check) {
  for (size_t i = 0; i < check->findings.count; i++)
    let_stand(&check->findings.items[i]);
  check->findings.more_warnings += check->findings.more_denials;
  check->findings.more_denials = 0;
  check->unavailable = false;
}

/* The findings of one rule stand together. */
static struct dw_findings run_of(const struct dw_findings *findings, const struct dw_rule *rule) {
  struct dw_findings run = {0};
  size_t i = 0;
  while (i < findings->count && findings->items[i].rule != rule)
    i++;
  if (i < findings->count)
    run.items = &findings->items[i];
  while (i + run.count < findings->count && run.items[run.count].rule == rule)
    run.count++;
  return run;
}

static bool counted_before(const struct dw_findings *run, const struct dw_finding *finding) {
  for (size_t i = 0; i < run->count; i++) {
    const struct dw_finding *old = &run->items[i];
    if ((old->action == DW_ACTION_DENY || old->unavailable) && dw_finding_same(old, finding))
      return true;
  }
  return false;
}

/* What nobody can read may be left as it was, but not become a migration network. */
static bool becomes_unreadable(const struct dw_check *check, const struct dw_check *before,
                               const struct dw_finding *finding) {
  return finding->facts.unreadable && check->class.migration && !before->class.migration;
}

static void compare(struct dw_check *check, const struct dw_check *before) {
  struct dw_findings run = {0};
  check->unavailable = false;
  for (size_t i = 0; i < check->findings.count; i++) {
    struct dw_finding *finding = &check->findings.items[i];
    if (i == 0 || finding->rule != finding[-1].rule)
      run = run_of(&before->findings, finding->rule);
    if (counted_before(&run, finding) && !becomes_unreadable(check, before, finding))
      let_stand(finding);
    if (finding->unavailable && !check->unavailable) {
      check->unavailable = true;
      check->unavailable_why = dw_finding_why(finding);
    }
  }
}

static bool same_metadata(const struct dw_request *request, const char *map, const char *key) {
  return dw_json_equal(dw_json_path(request->object, "metadata", map, key, NULL),
                       dw_json_path(request->old_object, "metadata", map, key, NULL));
}

static bool same_spec(const struct dw_request *request) {
  return same_metadata(request, "annotations", "kubevirt.kubevirt.io/jsonpatch") &&
         dw_json_equal(dw_json_get(request->object, "spec"), dw_json_get(request->old_object, "spec"));
}

/* Nothing that the rules read has changed. BEFORE is the check of the old object. */
static bool is_unchanged(const struct dw_check *check, const struct dw_check *before,
                         const struct dw_request *request) {
  return same_spec(request) && before->class.migration == check->class.migration;
}

void dw_ratchet(struct dw_check *check, const struct dw_request *request) {
  if (!check->unavailable && !has_denial(&check->findings))
    return;
  if (dw_request_deleting(request)) {
    let_all_stand(check);
    return;
  }
  if (request->operation != DW_OP_UPDATE || request->old_object == NULL)
    return;
  /* Judged as if it were new: rules that compare old and new do not apply to it. */
  struct dw_check before = *check;
  before.operation = DW_OP_CREATE;
  before.findings = (struct dw_findings){0};
  before.unavailable = false;
  dw_check_turn_back(&before, request->old_object);
  if (is_unchanged(check, &before, request)) {
    let_all_stand(check);
    return;
  }
  dw_check_run(&before);
  compare(check, &before);
}
