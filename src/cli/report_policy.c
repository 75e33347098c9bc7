#include "cli/report.h"
#include "policyreport/policy_report.h"
#include "json/json_write.h"

static void add_object(struct dw_policy_results *results, const struct cli_report *report,
                       const struct cli_reported_object *reported) {
  const struct dw_policy_object object = {reported->kind, reported->ns, reported->name};
  size_t count = reported->count + reported->excepted;
  for (size_t i = 0; i < count; i++) {
    const struct cli_reported *found = &report->findings[reported->first + i];
    dw_policy_add(results, &object, &found->finding, found->excepted);
  }
  if (count == 0)
    dw_policy_add(results, &object, NULL, false);
}

void cli_report_policy(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out) {
  (void)options;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  struct dw_policy_results *results = dw_policy_results_new();
  size_t count = 0;
  for (size_t i = 0; i < report->object_count; i++)
    if (report->objects[i].kind != NULL) /* the policy is not an object of the cluster */
      add_object(results, report, &report->objects[i]);
  const struct dw_policy_report *reports = dw_policy_reports(results, &count);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "v1");
  dw_json_member_string(&w, "kind", "List");
  dw_json_key(&w, "items");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < count; i++)
    dw_policy_write(&w, &reports[i]);
  dw_json_end_array(&w);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
  dw_policy_results_free(results);
}
