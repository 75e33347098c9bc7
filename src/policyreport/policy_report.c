#include "policyreport/policy_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rules/engine.h"

static const struct {
  const char *kind, *api_version;
} versions[] = {{"HyperConverged", "hco.kubevirt.io/v1beta1"},
                {"KubeVirt", "kubevirt.io/v1"},
                {"MigrationPolicy", "migrations.kubevirt.io/v1alpha1"},
                {"NetworkAttachmentDefinition", "k8s.cni.cncf.io/v1"},
                {"VirtualMachineInstance", "kubevirt.io/v1"}};

static const char *const result_words[DW_POLICY_RESULTS] = {"pass", "fail", "warn", "error", "skip"};

/* --- results --- */

struct dw_policy_results *dw_policy_results_new(void) {
  struct dw_arena *arena = dw_arena_new(0);
  struct dw_policy_results *results = dw_arena_alloc(arena, sizeof *results);
  results->arena = arena;
  return results;
}

void dw_policy_results_free(struct dw_policy_results *results) {
  if (results != NULL)
    dw_arena_free(results->arena);
}

static enum dw_policy_result result_of(const struct dw_finding *finding) {
  if (finding == NULL)
    return DW_POLICY_PASS;
  if (finding->unverified)
    return DW_POLICY_ERROR;
  return finding->action == DW_ACTION_DENY ? DW_POLICY_FAIL : DW_POLICY_WARN;
}

void dw_policy_add(struct dw_policy_results *results, const struct dw_policy_object *object,
                   const struct dw_finding *finding, bool excepted) {
  struct dw_arena *arena = results->arena;
  results->entries =
      dw_arena_more(arena, results->entries, results->count, &results->capacity, sizeof *results->entries);
  struct dw_policy_entry *entry = &results->entries[results->count++];
  *entry = (struct dw_policy_entry){
      .object = {object->kind, dw_arena_strdup(arena, object->ns), dw_arena_strdup(arena, object->name)},
      .result = excepted ? DW_POLICY_SKIP : result_of(finding),
      .message = "breaks no rule"};
  if (finding == NULL)
    return;
  entry->rule = finding->rule->id;
  entry->field = dw_arena_strdup(arena, finding->field);
  entry->message = dw_finding_line(arena, finding);
  entry->denies = finding->action == DW_ACTION_DENY;
  if (!excepted)
    return;
  entry->reason = dw_arena_strdup(arena, finding->exception->reason);
  entry->until = finding->exception->until == NULL ? NULL : dw_arena_strdup(arena, finding->exception->until);
}

/* In the order of the audit inside a namespace. */
static int by_namespace(const void *a, const void *b) {
  const struct dw_policy_entry *left = *(const struct dw_policy_entry *const *)a;
  const struct dw_policy_entry *right = *(const struct dw_policy_entry *const *)b;
  int order = strcmp(left->object.ns, right->object.ns);
  return order != 0 ? order : left < right ? -1 : left > right;
}

struct dw_policy_report *dw_policy_reports(const struct dw_policy_results *results, size_t *count) {
  struct dw_policy_entry **entries =
      dw_arena_array(results->arena, results->count + 1, sizeof(struct dw_policy_entry *));
  struct dw_policy_report *reports = dw_arena_array(results->arena, results->count + 1, sizeof *reports);
  for (size_t i = 0; i < results->count; i++)
    entries[i] = &results->entries[i];
  qsort(entries, results->count, sizeof *entries, by_namespace);
  *count = 0;
  for (size_t i = 0; i < results->count; i++) {
    const char *ns = entries[i]->object.ns;
    if (*count == 0 || strcmp(reports[*count - 1].ns, ns) != 0)
      reports[(*count)++] = (struct dw_policy_report){ns, entries + i, 0};
    reports[*count - 1].count++;
  }
  return reports;
}

/* --- writing --- */

static void put_object(struct dw_json_writer *w, const struct dw_policy_object *object) {
  dw_json_key(w, "resources");
  dw_json_begin_array(w);
  dw_json_begin_object(w);
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
    if (strcmp(versions[i].kind, object->kind) == 0)
      dw_json_member_string(w, "apiVersion", versions[i].api_version);
  dw_json_member_string(w, "kind", object->kind);
  if (*object->ns != '\0')
    dw_json_member_string(w, "namespace", object->ns);
  dw_json_member_string(w, "name", object->name);
  dw_json_end_object(w);
  dw_json_end_array(w);
}

static void put_head(struct dw_json_writer *w, enum dw_policy_result result) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "source", "droveway");
  dw_json_member_string(w, "policy", "droveway");
  dw_json_member_string(w, "category", "Live migration");
  dw_json_member_string(w, "result", result_words[result]);
}

static void put_entry(struct dw_json_writer *w, const struct dw_policy_entry *entry) {
  put_head(w, entry->result);
  if (entry->rule != NULL) {
    dw_json_member_string(w, "rule", entry->rule);
    dw_json_member_string(w, "severity", entry->denies ? "high" : "medium");
  }
  dw_json_member_string(w, "message", entry->message);
  put_object(w, &entry->object);
  if (entry->rule != NULL) {
    dw_json_key(w, "properties");
    dw_json_begin_object(w);
    dw_json_member_string(w, "field", entry->field);
    if (entry->reason != NULL)
      dw_json_member_string(w, "exceptionReason", entry->reason);
    if (entry->until != NULL)
      dw_json_member_string(w, "exceptionUntil", entry->until);
    dw_json_end_object(w);
  }
  dw_json_end_object(w);
}

static void put_left_out(struct dw_json_writer *w, size_t left_out) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "%zu more results are omitted, because the report would be too large; run `droveway audit`",
                left_out);
  put_head(w, DW_POLICY_SKIP);
  dw_json_member_string(w, "message", dw_buf_text(&text));
  dw_json_end_object(w);
}

static void put_metadata(struct dw_json_writer *w, const char *ns) {
  dw_json_member_string(w, "apiVersion", DW_POLICY_GROUP);
  dw_json_member_string(w, "kind", *ns == '\0' ? "ClusterPolicyReport" : "PolicyReport");
  dw_json_key(w, "metadata");
  dw_json_begin_object(w);
  dw_json_member_string(w, "name", DW_POLICY_NAME);
  if (*ns != '\0')
    dw_json_member_string(w, "namespace", ns);
  dw_json_key(w, "labels");
  dw_json_begin_object(w);
  dw_json_member_string(w, DW_POLICY_LABEL, "droveway");
  dw_json_end_object(w);
  dw_json_end_object(w);
}

static void put_summary(struct dw_json_writer *w, const struct dw_policy_report *report, size_t left_out) {
  int64_t counts[DW_POLICY_RESULTS] = {[DW_POLICY_SKIP] = left_out > 0};
  for (size_t i = 0; i < report->count; i++)
    counts[report->entries[i]->result]++;
  dw_json_key(w, "summary");
  dw_json_begin_object(w);
  for (size_t i = 0; i < DW_POLICY_RESULTS; i++)
    dw_json_member_int(w, result_words[i], counts[i]);
  dw_json_end_object(w);
}

void dw_policy_write(struct dw_json_writer *w, const struct dw_policy_report *report) {
  size_t left_out = 0;
  for (size_t i = 0; i < report->count; i++)
    left_out += report->entries[i]->left_out;
  dw_json_begin_object(w);
  put_metadata(w, report->ns);
  put_summary(w, report, left_out);
  dw_json_key(w, "results");
  dw_json_begin_array(w);
  for (size_t i = 0; i < report->count; i++)
    if (!report->entries[i]->left_out)
      put_entry(w, report->entries[i]);
  if (left_out > 0)
    put_left_out(w, left_out);
  dw_json_end_array(w);
  dw_json_end_object(w);
}

/* --- limiting --- */

static size_t size_of(const struct dw_policy_entry *entry) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&text);
  put_entry(&w, entry);
  return text.length + 1; /* the comma */
}

size_t dw_policy_limit(const struct dw_policy_report *report, size_t most) {
  static const enum dw_policy_result order[] = {DW_POLICY_FAIL, DW_POLICY_ERROR, DW_POLICY_WARN, DW_POLICY_SKIP,
                                                DW_POLICY_PASS};
  size_t used = 0, left_out = 0;
  for (size_t rank = 0; rank < DW_POLICY_RESULTS; rank++)
    for (size_t i = 0; i < report->count; i++) {
      struct dw_policy_entry *entry = report->entries[i];
      if (entry->result != order[rank])
        continue;
      used += size_of(entry);
      entry->left_out = used > most;
      left_out += entry->left_out;
    }
  return left_out;
}
