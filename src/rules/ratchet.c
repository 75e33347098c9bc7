#include <string.h>

#include "rules/rules_internal.h"

/* An UPDATE is judged on what it changes (design, section 5): a denial that the old object would get word by word is
 * no reason to refuse the change of something else. */

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
  if (finding->action != DW_ACTION_DENY)
    return;
  finding->action = DW_ACTION_WARN;
  finding->standing = true;
}

static void let_rest_stand(struct dw_findings *findings) {
  findings->more_warnings += findings->more_denials;
  findings->more_denials = 0;
}

static void let_all_stand(struct dw_check *check) {
  for (size_t i = 0; i < check->findings.count; i++)
    let_stand(&check->findings.items[i]);
  let_rest_stand(&check->findings);
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

static bool denied_before(const struct dw_findings *run, const struct dw_finding *finding) {
  for (size_t i = 0; i < run->count; i++) {
    if (run->items[i].action == DW_ACTION_DENY && dw_finding_same(&run->items[i], finding))
      return true;
  }
  return false;
}

static bool same_text(const struct dw_cni_config *a, const struct dw_cni_config *b) {
  return a != NULL && b != NULL && a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* Whether what was only counted is the same, too: nothing that the rules read has changed. */
static bool same_rest(const struct dw_check *before, const struct dw_check *check) {
  return before->findings.more_denials == check->findings.more_denials &&
         before->class.migration == check->class.migration && same_text(before->config, check->config);
}

static void compare(struct dw_check *check, const struct dw_check *before) {
  struct dw_findings run = {0};
  for (size_t i = 0; i < check->findings.count; i++) {
    struct dw_finding *finding = &check->findings.items[i];
    if (i == 0 || finding->rule != finding[-1].rule)
      run = run_of(&before->findings, finding->rule);
    if (denied_before(&run, finding))
      let_stand(finding);
  }
  if (same_rest(before, check))
    let_rest_stand(&check->findings);
  if (before->unavailable && check->unavailable && strcmp(before->unavailable_why, check->unavailable_why) == 0)
    check->unavailable = false;
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
  /* Judged as if it were new: rules that compare old and new stay out of it. */
  struct dw_check before = *check;
  before.operation = DW_OP_CREATE;
  before.findings = (struct dw_findings){0};
  before.unavailable = false;
  dw_check_load(&before, request->old_object, NULL);
  dw_check_run(&before);
  compare(check, &before);
}
