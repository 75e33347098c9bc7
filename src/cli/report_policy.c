#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "json/json_write.h"

/* PolicyReport (wgpolicyk8s.io/v1alpha2): one report per namespace, and a ClusterPolicyReport for objects without one.
 */

static const struct {
  const char *kind, *api_version;
} versions[] = {{"HyperConverged", "hco.kubevirt.io/v1beta1"},
                {"KubeVirt", "kubevirt.io/v1"},
                {"MigrationPolicy", "migrations.kubevirt.io/v1alpha1"},
                {"NetworkAttachmentDefinition", "k8s.cni.cncf.io/v1"},
                {"VirtualMachineInstance", "kubevirt.io/v1"}};

/* --- results --- */

enum result { PASS, FAIL, WARN, ERROR, SKIP, RESULTS };
static const char *const result_words[RESULTS] = {"pass", "fail", "warn", "error", "skip"};

/* A rule that lacked facts could not be evaluated. */
static enum result result_of(const struct dw_finding *finding) {
  if (finding->unverified)
    return ERROR;
  return finding->action == DW_ACTION_DENY ? FAIL : WARN;
}

static void put_resource(struct dw_json_writer *w, const struct cli_reported_object *object) {
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

static void put_head(struct dw_json_writer *w, enum result result) {
  dw_json_member_string(w, "source", "droveway");
  dw_json_member_string(w, "policy", "droveway");
  dw_json_member_string(w, "category", "Live migration");
  dw_json_member_string(w, "result", result_words[result]);
}

static void put_finding(struct dw_json_writer *w, const struct cli_reported *found) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_finding *finding = &found->finding;
  dw_json_begin_object(w);
  put_head(w, result_of(finding));
  dw_json_member_string(w, "rule", finding->rule->id);
  dw_json_member_string(w, "severity", finding->action == DW_ACTION_DENY ? "high" : "medium");
  dw_json_member_string(w, "message", cli_finding_text(arena, finding, true));
  put_resource(w, &found->report->objects[found->object]);
  dw_json_key(w, "properties");
  dw_json_begin_object(w);
  dw_json_member_string(w, "field", finding->field);
  dw_json_end_object(w);
  dw_json_end_object(w);
}

static void put_pass(struct dw_json_writer *w, const struct cli_reported_object *object) {
  dw_json_begin_object(w);
  put_head(w, PASS);
  dw_json_member_string(w, "message", "breaks no rule");
  put_resource(w, object);
  dw_json_end_object(w);
}

static void put_results(struct dw_json_writer *w, const struct cli_report *report,
                        const struct cli_reported_object *object) {
  for (size_t i = 0; i < object->count; i++)
    put_finding(w, &report->findings[object->first + i]);
  if (object->count == 0)
    put_pass(w, object);
}

/* --- reports --- */

static void count_results(const struct cli_report *report, const struct cli_reported_object *object,
                          int64_t counts[RESULTS]) {
  for (size_t i = 0; i < object->count; i++)
    counts[result_of(&report->findings[object->first + i].finding)]++;
  counts[PASS] += object->count == 0;
}

static void put_metadata(struct dw_json_writer *w, const char *ns) {
  dw_json_member_string(w, "apiVersion", "wgpolicyk8s.io/v1alpha2");
  dw_json_member_string(w, "kind", *ns == '\0' ? "ClusterPolicyReport" : "PolicyReport");
  dw_json_key(w, "metadata");
  dw_json_begin_object(w);
  dw_json_member_string(w, "name", "droveway");
  if (*ns != '\0')
    dw_json_member_string(w, "namespace", ns);
  dw_json_key(w, "labels");
  dw_json_begin_object(w);
  dw_json_member_string(w, "app.kubernetes.io/managed-by", "droveway");
  dw_json_end_object(w);
  dw_json_end_object(w);
}

/* Writes the report of the first object's namespace; returns the number of its objects. */
static size_t put_report(struct dw_json_writer *w, const struct cli_report *report,
                         const struct cli_reported_object *const *objects, size_t count) {
  int64_t counts[RESULTS] = {0};
  size_t mine = 0;
  for (; mine < count && strcmp(objects[mine]->ns, objects[0]->ns) == 0; mine++)
    count_results(report, objects[mine], counts);
  dw_json_begin_object(w);
  put_metadata(w, objects[0]->ns);
  dw_json_key(w, "summary");
  dw_json_begin_object(w);
  for (size_t i = 0; i < RESULTS; i++)
    dw_json_member_int(w, result_words[i], counts[i]);
  dw_json_end_object(w);
  dw_json_key(w, "results");
  dw_json_begin_array(w);
  for (size_t i = 0; i < mine; i++)
    put_results(w, report, objects[i]);
  dw_json_end_array(w);
  dw_json_end_object(w);
  return mine;
}

/* In the order of the audit inside a namespace. */
static int by_namespace(const void *a, const void *b) {
  const struct cli_reported_object *left = *(const struct cli_reported_object *const *)a;
  const struct cli_reported_object *right = *(const struct cli_reported_object *const *)b;
  int order = strcmp(left->ns, right->ns);
  return order != 0 ? order : left < right ? -1 : left > right;
}

void cli_report_policy(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  (void)options;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  size_t count = report->object_count;
  const struct cli_reported_object **objects =
      dw_arena_array(arena, count + 1, sizeof(const struct cli_reported_object *));
  for (size_t i = 0; i < count; i++)
    objects[i] = &report->objects[i];
  qsort(objects, count, sizeof *objects, by_namespace);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "v1");
  dw_json_member_string(&w, "kind", "List");
  dw_json_key(&w, "items");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < count;)
    i += put_report(&w, report, objects + i, count - i);
  dw_json_end_array(&w);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
}
