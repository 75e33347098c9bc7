/* The regular audit of a live cluster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/events.h"
#include "policyreport/policy_writer.h"
#include "rules/engine.h"
#include "serve/auditor.h"
#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/run_program.h"

struct fixture {
  char folder[64], policy[96]; /* "" without a policy */
  struct log_file log;
  struct fake_api *api;
  struct dw_worlds *worlds;
  struct dw_auditor *auditor;
  struct dw_events *events;
  struct dw_policy_writer *reports;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  log_file_begin(&f->log);
  f->api = fake_api_start();
  fake_api_serve_all(f->api);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_auditor_stop(f->auditor);
  dw_policy_writer_stop(f->reports);
  dw_events_stop(f->events);
  dw_worlds_stop(f->worlds);
  fake_api_end(f->api);
  log_file_end(&f->log);
  if (*f->folder != '\0')
    folder_remove(f->folder);
  free(f);
  return 0;
}

static void start(struct fixture *f) {
  fake_api_serve(f->api, FAKE_EVENTS);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_worlds_options options = {.cluster = fake_api_config(f->api),
                                      .tuning = {.first_wait_ms = 5, .most_wait_ms = 20}};
  options.sources.rules = dw_rule_ids(&options.sources.rule_count);
  options.sources.policy = *f->policy == '\0' ? NULL : f->policy;
  f->worlds = dw_worlds_start(&options, &err);
  if (f->worlds == NULL)
    fail_msg("%s", err.text);
  f->events = dw_events_start(&(struct dw_events_options){.config = fake_api_config(f->api), .again_ms = 1}, &err);
  f->reports = dw_policy_writer_start(
      &(struct dw_policy_writer_options){.config = fake_api_config(f->api), .retry_ms = 10}, &err);
  f->auditor = dw_auditor_start(&(struct dw_auditor_options){.worlds = f->worlds,
                                                             .config = fake_api_config(f->api),
                                                             .interval_ms = 10,
                                                             .events = f->events,
                                                             .reports = f->reports},
                                &err);
  if (f->auditor == NULL)
    fail_msg("%s", err.text);
}

static bool metrics_have(struct fixture *f, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_auditor_metrics(f->auditor, &out);
  return strstr(dw_buf_text(&out), text) != NULL;
}

static void wait_for_metric(struct fixture *f, const char *text) {
  for (int waited = 0; !metrics_have(f, text); waited += 5) {
    if (waited > PATIENCE_MS)
      fail_msg("it does not come about: %s", text);
    pause_ms(5);
  }
}

static void put_network_of(struct fixture *f, const char *uid, const char *master) {
  char text[1024];
  snprintf(text, sizeof text,
           "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": "
           "{\"namespace\": \"openshift-cnv\", \"name\": \"net\", \"uid\": \"%s\"}, \"spec\": {\"config\": "
           "\"{\\\"cniVersion\\\": "
           "\\\"0.3.1\\\", \\\"name\\\": \\\"net\\\", \\\"type\\\": \\\"macvlan\\\",%s \\\"mode\\\": \\\"bridge\\\", "
           "\\\"ipam\\\": {\\\"type\\\": \\\"whereabouts\\\", \\\"range\\\": \\\"10.200.5.0/24\\\"}}\"}}",
           uid, master);
  fake_api_put(f->api, FAKE_NADS, text);
}

static void put_network(struct fixture *f, const char *master) {
  put_network_of(f, "0a1b", master);
}

static void put_hyperconverged(struct fixture *f) {
  fake_api_put(f->api, FAKE_HCOS,
               "{\"apiVersion\": \"hco.kubevirt.io/v1\", \"kind\": \"HyperConverged\", \"metadata\": {\"namespace\": "
               "\"openshift-cnv\", \"name\": \"hco\"}, \"spec\": {\"virtualization\": {\"liveMigrationConfig\": "
               "{\"network\": \"net\"}}}}");
}

static void put_migrated(struct fixture *f, const char *address) {
  char text[512];
  snprintf(text, sizeof text,
           "{\"apiVersion\": \"kubevirt.io/v1\", \"kind\": \"VirtualMachineInstance\", \"metadata\": {\"namespace\": "
           "\"shop\", \"name\": \"web\"}, \"status\": {\"migrationState\": {\"completed\": true, "
           "\"targetNodeAddress\": \"%s\"}}}",
           address);
  fake_api_put(f->api, FAKE_VMIS, text);
}

static void logs_and_counts_an_existing_mistake_once(void **state) {
  struct fixture *f = *state;
  put_network(f, "");
  put_hyperconverged(f);
  start(f);
  wait_for_metric(f, "droveway_audit_violations{rule=\"master-required\",action=\"deny\"} 1\n");
  wait_for_text(f->log.path, "\"msg\":\"audit\"", 5); /* some audits later */
  assert_int_equal(count_in_file(f->log.path, "\"rule\":\"master-required\""), 1);
  char *line = log_line(f->log.path, "\"rule\":\"master-required\"");
  static const char prefix[] =
      "\"level\":\"warn\",\"msg\":\"violation in an existing object\",\"rule\":\"master-required\",\"action\":"
      "\"deny\",\"kind\":\"NetworkAttachmentDefinition\",\"namespace\":\"openshift-cnv\","
      "\"name\":\"net\",\"field\":\"spec.config.master\",\"message\":\"";
  if (strncmp(line, prefix, sizeof prefix - 1) != 0)
    fail_msg("%s", line);
  free(line);
  put_network(f, " \\\"master\\\": \\\"eth1\\\",");
  for (int waited = 0; metrics_have(f, "master-required"); waited += 5) {
    assert_true(waited < PATIENCE_MS);
    pause_ms(5);
  }
  put_network(f, "");
  wait_for_text(f->log.path, "\"rule\":\"master-required\"", 2); /* created again */
}

static bool report_has(struct fixture *f, const char *ns, const char *text) {
  char *report = fake_api_object(f->api, FAKE_POLICY_REPORTS, ns, "droveway");
  bool has = report != NULL && strstr(report, text) != NULL;
  free(report);
  return has;
}

/* As long as the reports can't be written, the audits go on. */
static void writes_each_audit_as_policy_reports(void **state) {
  struct fixture *f = *state;
  put_network(f, "");
  put_hyperconverged(f);
  put_migrated(f, "10.200.5.7");
  start(f);
  wait_for_text(f->log.path, "\"msg\":\"audit\"", 3);
  assert_true(metrics_have(f, "droveway_policy_reports_up 0\n"));
  fake_api_serve(f->api, FAKE_POLICY_REPORTS);
  fake_api_serve(f->api, FAKE_CLUSTER_POLICY_REPORTS);
  wait_for_metric(f, "droveway_policy_reports_up 1\n");
  assert_true(report_has(f, "openshift-cnv", "\"rule\":\"master-required\""));
  assert_true(report_has(f, "openshift-cnv", "\"kind\":\"HyperConverged\""));
  assert_true(report_has(f, "shop", "\"pass\":1"));
  put_network(f, " \\\"master\\\": \\\"eth1\\\",");
  WAIT_FOR(!report_has(f, "openshift-cnv", "master-required"));
}

static bool events_have(struct fixture *f, const char *text) {
  char *list = fake_api_objects(f->api, FAKE_EVENTS);
  bool has = strstr(list, text) != NULL;
  free(list);
  return has;
}

static void wait_for_event(struct fixture *f, const char *text) {
  for (int waited = 0; !events_have(f, text); waited += 5) {
    if (waited > PATIENCE_MS)
      fail_msg("there is no Event with %s", text);
    pause_ms(5);
  }
}

static void reports_each_object_with_a_denial_in_a_separate_event(void **state) {
  struct fixture *f = *state;
  put_network(f, "");
  put_hyperconverged(f);
  put_migrated(f, "10.1.1.1"); /* this only warns */
  start(f);
  wait_for_event(f, "[master-required]");
  wait_for_event(f, "[network-unfit]");
  assert_true(events_have(f, "\"uid\":\"0a1b\""));
  wait_for_text(f->log.path, "\"msg\":\"audit\"", count_in_file(f->log.path, "\"msg\":\"audit\"") + 5);
  assert_int_equal(fake_api_asked(f->api, FAKE_EVENTS, FAKE_POST), 2);
  assert_false(events_have(f, "migration-bypassed"));
}

/* The audit did not see the deletion, and to the rules both objects are the same. */
static void reports_the_new_uid_of_an_object_that_was_created_again(void **state) {
  struct fixture *f = *state;
  put_network(f, "");
  put_hyperconverged(f);
  start(f);
  wait_for_event(f, "\"uid\":\"0a1b\"");
  put_network_of(f, "0c2d", "");
  wait_for_event(f, "\"uid\":\"0c2d\"");
}

static void finds_migrations_that_bypassed_the_network(void **state) {
  struct fixture *f = *state;
  put_network(f, " \\\"master\\\": \\\"eth1\\\",");
  put_hyperconverged(f);
  put_migrated(f, "10.1.1.1");
  start(f);
  wait_for_metric(f, "droveway_audit_violations{rule=\"migration-bypassed\",action=\"warn\"} 1\n");
  assert_true(
      count_in_file(f->log.path, "\"kind\":\"VirtualMachineInstance\",\"namespace\":\"shop\",\"name\":\"web\"") > 0);
  put_migrated(f, "10.200.5.7");
  for (int waited = 0; metrics_have(f, "migration-bypassed"); waited += 5) {
    assert_true(waited < PATIENCE_MS);
    pause_ms(5);
  }
}

static void counts_findings_under_an_exception_separately(void **state) {
  struct fixture *f = *state;
  folder_make(f->folder);
  snprintf(f->policy, sizeof f->policy, "%s/policy.yaml", f->folder);
  folder_write(f->folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nexceptions:\n"
               "- {rule: master-required, namespace: openshift-cnv, name: net, reason: ticket 17}\n"
               "- {rule: migration-bypassed, namespace: shop, reason: ticket 18}\n"
               "- {rule: range-empty, namespace: openshift-cnv, reason: ticket 19}\n");
  put_network(f, "");
  put_hyperconverged(f);
  put_migrated(f, "10.1.1.1");
  fake_api_serve(f->api, FAKE_POLICY_REPORTS);
  fake_api_serve(f->api, FAKE_CLUSTER_POLICY_REPORTS);
  start(f);
  wait_for_metric(f, "\ndroveway_audit_excepted{rule=\"master-required\"} 1\n");
  wait_for_metric(f, "\ndroveway_audit_excepted{rule=\"network-unfit\"} 1\n");
  wait_for_metric(f, "\ndroveway_audit_excepted{rule=\"migration-bypassed\"} 1\n");
  wait_for_metric(f, "\ndroveway_audit_unused_exceptions 1\n");
  assert_false(metrics_have(f, "droveway_audit_violations{rule=\"master-required\""));
  assert_int_equal(count_in_file(f->log.path, "violation in an existing object\",\"rule\":\"master-required\""), 0);
  wait_for_text(f->log.path, ",\"excepted\":3}", 1);
  wait_for_metric(f, "droveway_policy_reports_up 1\n");
  WAIT_FOR(report_has(f, "shop", "\"exceptionReason\":\"ticket 18\""));
  assert_true(report_has(f, "shop", "\"pass\":0,\"fail\":0,\"warn\":0,\"error\":0,\"skip\":1"));
  assert_false(report_has(f, "openshift-cnv", "\"result\":\"fail\""));
}

/* As many findings as before, but different ones. */
static void logs_findings_again_if_they_change(void **state) {
  struct fixture *f = *state;
  put_network(f, " \\\"master\\\": \\\"eth1\\\",");
  put_hyperconverged(f);
  put_migrated(f, "10.1.1.1");
  start(f);
  wait_for_text(f->log.path, "10.1.1.1", 1);
  put_migrated(f, "10.1.1.2");
  wait_for_text(f->log.path, "10.1.1.2", 1);
  wait_for_text(f->log.path, "\"msg\":\"audit\"", count_in_file(f->log.path, "\"msg\":\"audit\"") + 3);
  assert_int_equal(count_in_file(f->log.path, "\"rule\":\"migration-bypassed\""), 2);
  assert_int_equal(count_in_file(f->log.path, "\"rule\":\"migration-bypassed\",\"action\":\"warn\""), 2);
}

static void logs_a_failed_list_once(void **state) {
  struct fixture *f = *state;
  fake_api_refuse(f->api, FAKE_VMIS, 403);
  start(f);
  wait_for_text(f->log.path, "\"msg\":\"audit\"", 5);
  assert_int_equal(count_in_file(f->log.path, "migration-bypassed could not be checked: RBAC forbids"), 1);
  fake_api_refuse(f->api, FAKE_VMIS, 0);
  wait_for_text(f->log.path, "\"msg\":\"audit\"", count_in_file(f->log.path, "\"msg\":\"audit\"") + 3);
  fake_api_refuse(f->api, FAKE_VMIS, 500);
  wait_for_text(f->log.path, "migration-bypassed could not be checked", 2);
  assert_true(count_in_file(f->log.path, "HTTP status 500") > 0);
}

static void does_not_audit_before_the_cluster_is_read(void **state) {
  struct fixture *f = *state;
  fake_api_refuse(f->api, FAKE_NODES, 500);
  put_network(f, "");
  start(f);
  wait_for_text(f->log.path, "nodes: can't be listed yet", 1);
  assert_true(metrics_have(f, "droveway_audit_last_run_timestamp_seconds 0\n"));
  assert_int_equal(count_in_file(f->log.path, "\"msg\":\"audit\""), 0);
  fake_api_refuse(f->api, FAKE_NODES, 0);
  wait_for_text(f->log.path, "\"msg\":\"audit\"", 1);
  wait_for_metric(f, "droveway_audit_objects 1\n"); /* the log line comes first */
  assert_false(metrics_have(f, "droveway_audit_last_run_timestamp_seconds 0\n"));
}

#define AUDIT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      AUDIT(logs_and_counts_an_existing_mistake_once),
      AUDIT(writes_each_audit_as_policy_reports),
      AUDIT(reports_each_object_with_a_denial_in_a_separate_event),
      AUDIT(reports_the_new_uid_of_an_object_that_was_created_again),
      AUDIT(finds_migrations_that_bypassed_the_network),
      AUDIT(counts_findings_under_an_exception_separately),
      AUDIT(logs_findings_again_if_they_change),
      AUDIT(logs_a_failed_list_once),
      AUDIT(does_not_audit_before_the_cluster_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
