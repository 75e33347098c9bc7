/* What the server looks up, and how it treats admitted objects that may never be stored. */
#include "serve/live_case.h"

/* --- direct look-ups --- */

static void looks_up_a_nad_that_the_view_lacks(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
  expect_hco(live, "other", "no such NAD in namespace openshift-cnv");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 2);
}

/* So a NAD that was fixed a moment ago through another replica does not cause a denial. */
static void looks_up_a_nad_that_the_view_knows_as_unfit(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/33");
  start_ready(live);
  expect_hco(live, "net", "10.9.0.0/33");
  fake_api_mute(live->api, true);
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
}

static void answers_503_if_a_look_up_fails(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_refuse_gets(live->api, FAKE_NADS, 500);
  expect_hco(live, "net", "503 Droveway can't check this now: can't look up NAD openshift-cnv/net: HTTP status 500");
  fake_api_refuse_gets(live->api, FAKE_NADS, 0);
  fake_api_hang_gets(live->api, FAKE_NADS);
  expect_hco(live, "net", "503 Droveway can't check this now: can't look up NAD openshift-cnv/net");
}

static void does_not_look_up_what_the_view_contains(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/24");
  start_ready(live);
  expect_hco(live, "net", "allowed");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
}

/* --- admitted objects that may never be stored --- */

#define UNFIT_NAD                                                                                                      \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"namespace\": " \
  "\"openshift-cnv\", \"name\": \"net\", \"uid\": \"u-1\"}, \"spec\": {\"config\": \"{\\\"cniVersion\\\": "            \
  "\\\"0.3.1\\\", \\\"name\\\": \\\"net\\\", \\\"type\\\": \\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", "            \
  "\\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": {\\\"type\\\": \\\"host-local\\\", \\\"subnet\\\": "                    \
  "\\\"10.8.0.0/24\\\"}}\"}}"

/* `kubectl create` of a fixed NAD whose name is in use: the API server will answer 409, so nothing has changed. */
static void a_create_of_an_existing_object_does_not_count(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  start_ready(live);
  expect_hco(live, "net", "422");
  expect_nad(live, "net", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "[network-unfit]");
  expect_nad(live, "other", "10.9.0.0/24", "allowed"); /* it uses no addresses either */
}

/* The same while the watches report nothing, so that the NAD is not in the view. */
static void a_create_that_lost_to_another_replica_does_not_count(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  expect_nad(live, "net", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "[network-unfit]");
  fake_api_delete(live->api, FAKE_NADS, "openshift-cnv", "net");
  expect_hco(live, "net", "no such NAD in namespace openshift-cnv");
  put_nad(live, "net", "10.9.0.0/24");
  expect_hco(live, "net", "allowed");
}

#define KUBEVIRT(network)                                                                                              \
  "{\"apiVersion\": \"kubevirt.io/v1\", \"kind\": \"KubeVirt\", \"metadata\": {\"namespace\": \"openshift-cnv\", "     \
  "\"name\": \"kubevirt\"}, \"spec\": {\"configuration\": {\"migrations\": {\"network\": \"" network "\"}}}}"
#define HCO_JSON(network)                                                                                              \
  "{\"apiVersion\": \"hco.kubevirt.io/v1beta1\", \"kind\": \"HyperConverged\", \"metadata\": {\"namespace\": "         \
  "\"openshift-cnv\", \"name\": \"hco\"}, \"spec\": {\"liveMigrationConfig\": {\"network\": \"" network "\"}}}"
#define NAD_JSON(name, range)                                                                                          \
  "{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\", \"metadata\": {\"namespace\": " \
  "\"openshift-cnv\", \"name\": \"" name "\", \"labels\": {\"droveway.io/migration-network\": \"true\"}}, \"spec\": "  \
  "{\"config\": \"{\\\"cniVersion\\\": \\\"0.3.1\\\", \\\"name\\\": \\\"" name "\\\", \\\"type\\\": "                  \
  "\\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", \\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": {\\\"type\\\": "         \
  "\\\"whereabouts\\\", \\\"range\\\": \\\"" range "\\\"}}\"}}"

/* A request that is only possible because of another one. The view contains the NADs a and b, and HyperConverged or
 * KubeVirt names a. */
static const struct dependent {
  const char *path; /* of the object that is changed first */
  enum dw_operation first_operation;
  const char *first; /* NULL: the object in the view is deleted */
  const char *name;
  enum dw_operation second_operation;
  const char *second, *denied, *what; /* The object WHAT is looked up. */
} dependents[] = {
    {FAKE_NADS, DW_OP_CREATE, NAD_JSON("net", "10.9.7.0/24"), "net", DW_OP_CREATE, HCO_JSON("net"), "[network-missing]",
     "NAD openshift-cnv/net"},
    {FAKE_NADS, DW_OP_UPDATE, NAD_JSON("b", "10.9.7.0/24"), "b", DW_OP_CREATE, NAD_JSON("c", "10.9.2.0/24"),
     "[overlap-network]", "NAD openshift-cnv/b"},
    {FAKE_NADS, DW_OP_DELETE, NULL, "b", DW_OP_CREATE, NAD_JSON("c", "10.9.2.0/24"), "[overlap-network]",
     "NAD openshift-cnv/b"},
    {FAKE_HCOS, DW_OP_UPDATE, HCO_JSON("b"), "hco", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"), "[network-in-use]",
     "HyperConverged openshift-cnv/hco"},
    {FAKE_HCOS, DW_OP_DELETE, NULL, "hco", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"), "[network-in-use]",
     "HyperConverged openshift-cnv/hco"},
    {FAKE_KUBEVIRTS, DW_OP_UPDATE, KUBEVIRT("b"), "kubevirt", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"),
     "[network-in-use]", "KubeVirt openshift-cnv/kubevirt"},
    {FAKE_KUBEVIRTS, DW_OP_DELETE, NULL, "kubevirt", DW_OP_DELETE, NAD_JSON("a", "10.9.1.0/24"), "[network-in-use]",
     "KubeVirt openshift-cnv/kubevirt"},
};

static void expect_of(struct live *live, enum dw_operation operation, const char *object, const char *old,
                      const char *expected) {
  expect(live, operation, operation == DW_OP_DELETE ? old : object, operation == DW_OP_UPDATE ? old : NULL, expected);
}

static void run_dependent(struct live *live, const struct dependent *dependent) {
  char text[200];
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.1.0/24"));
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("b", "10.9.2.0/24"));
  if (strcmp(dependent->path, FAKE_KUBEVIRTS) == 0)
    fake_api_put(live->api, FAKE_KUBEVIRTS, KUBEVIRT("a"));
  else
    fake_api_put(live->api, FAKE_HCOS, HCO_JSON("a"));
  start_ready(live);
  fake_api_mute(live->api, true);
  expect(live, dependent->second_operation, dependent->second, NULL, dependent->denied);
  char *old = fake_api_object(live->api, dependent->path, "openshift-cnv", dependent->name);
  expect_of(live, dependent->first_operation, dependent->first, old, "allowed");
  free(old);
  /* Rejected since, or not stored yet. */
  expect(live, dependent->second_operation, dependent->second, NULL, dependent->denied);
  fake_api_refuse_gets(live->api, dependent->path, 403);
  snprintf(text, sizeof text, "503 Droveway can't check this now: can't look up %s: HTTP status 403", dependent->what);
  expect(live, dependent->second_operation, dependent->second, NULL, text);
  fake_api_refuse_gets(live->api, dependent->path, 0);
  /* Stored, although no watch shows it. */
  if (dependent->first == NULL)
    fake_api_delete(live->api, dependent->path, "openshift-cnv", dependent->name);
  else
    fake_api_put(live->api, dependent->path, dependent->first);
  size_t asked = fake_api_asked(live->api, dependent->path, FAKE_GET);
  expect(live, dependent->second_operation, dependent->second, NULL, "allowed");
  assert_int_equal(fake_api_asked(live->api, dependent->path, FAKE_GET), asked + 1);
  /* it is looked up once */
  expect(live, dependent->second_operation, dependent->second, NULL, "allowed");
  assert_int_equal(fake_api_asked(live->api, dependent->path, FAKE_GET), asked + 1);
}

static void does_not_allow_only_because_of_an_unconfirmed_change(void **state) {
  for (size_t i = 0; i < sizeof dependents / sizeof *dependents; i++) {
    void *live = NULL;
    (void)state;
    set_up(&live);
    run_dependent(live, &dependents[i]);
    tear_down(&live);
  }
}

/* Two changes are on their way, and either may be the one that is stored. */
static void either_of_two_quick_updates_may_be_stored(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.1.0/24"));
  start_ready(live);
  fake_api_mute(live->api, true);
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.2.0/24"), NAD_JSON("a", "10.9.1.0/24"), "allowed");
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.3.0/24"), NAD_JSON("a", "10.9.1.0/24"), "allowed");
  for (char range[] = "10.9.1.0/24"; range[5] <= '3'; range[5]++)
    expect_nad(live, "b", range, "[overlap-network]");
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.3.0/24"));
  expect_nad(live, "b", "10.9.3.0/24", "[overlap-network]");
  expect_nad(live, "b", "10.9.2.0/24", "allowed");
}

/* The old object of the second one shows that the first is stored. */
static void an_update_confirms_the_previous_one(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, NAD_JSON("a", "10.9.1.0/24"));
  start_ready(live);
  fake_api_mute(live->api, true);
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.2.0/24"), NAD_JSON("a", "10.9.1.0/24"), "allowed");
  expect(live, DW_OP_UPDATE, NAD_JSON("a", "10.9.2.0/23"), NAD_JSON("a", "10.9.2.0/24"), "allowed");
  expect_nad(live, "b", "10.9.1.0/24", "allowed");
  expect_nad(live, "c", "10.9.3.0/24", "[overlap-network]");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
}

static void an_unfit_nad_stays_denied_if_it_can_not_be_looked_up(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  start_ready(live);
  fake_api_refuse_gets(live->api, FAKE_NADS, 500);
  expect_hco(live, "net", "422 HyperConverged.hco.kubevirt.io");
  expect_hco(live, "net", "[network-unfit]");
  expect_hco(live, "other", "503 Droveway can't check this now: can't look up NAD openshift-cnv/other");
  /* After a fix was admitted, it is unknown which of the two is stored. */
  char *fixed = nad("net", "10.9.0.0/24");
  fake_api_mute(live->api, true);
  expect(live, DW_OP_UPDATE, fixed, UNFIT_NAD, "allowed");
  expect_hco(live, "net", "503 Droveway can't check this now: can't look up NAD openshift-cnv/net");
  free(fixed);
}

static void an_admission_is_replaced_by_what_the_watch_reports(void **state) {
  struct live *live = *state;
  start_ready(live);
  expect_nad(live, "net", "10.9.0.0/24", "allowed");
  put_nad(live, "net", "10.9.0.0/24");
  WAIT_FOR(
      get_has(live, "/metrics", 200, "view_objects{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 1\n"));
  fake_api_delete(live->api, FAKE_NADS, "openshift-cnv", "net");
  WAIT_FOR(
      get_has(live, "/metrics", 200, "view_objects{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 0\n"));
  char *text = nad("other", "10.9.0.0/24");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  for (int waited = 0;; waited++) { /* until a view without it is built */
    char *answer = answer_to(live->client, body);
    bool allowed = strcmp(answer, "allowed") == 0;
    free(answer);
    if (allowed)
      break;
    assert_true(waited < PATIENCE_MS / 5);
    pause_ms(5);
  }
  free(body);
  free(text);
}

/* --- exceptions --- */

static void start_with_exceptions(struct live *live, const char *exceptions) {
  char text[512];
  live->policy = path_in(live->server.folder, "policy.yaml");
  live->server.cluster = fake_api_config(live->api);
  snprintf(text, sizeof text, "apiVersion: droveway.io/v1alpha1\nkind: Policy\nexceptions:\n%s", exceptions);
  replace_file(live->server.folder, "policy.yaml", text);
  https_server_start(&live->server, &(struct dw_sources){.policy = live->policy}, NULL);
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
}

/* Whether the admitted NAD was stored does not matter for the one with an exception. */
static void an_exception_applies_in_every_possible_state(void **state) {
  struct live *live = *state;
  start_with_exceptions(live, "- {rule: overlap-network, namespace: openshift-cnv, name: b, reason: ticket 17}\n");
  fake_api_mute(live->api, true);
  expect_nad(live, "a", "10.9.0.0/24", "allowed");
  expect_nad(live, "b", "10.9.0.0/25", "allowed");
  expect_nad(live, "c", "10.9.0.0/26", "[overlap-network]");
  expect_nad(live, "b", "10.9.0.0/31", "[range-empty]"); /* the other rules count */
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_exceptions_total{rule=\"overlap-network\"} 1\n"));
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_exceptions_total{rule=\"range-empty\"} 0\n"));
}

/* An excepted finding never denies, so nobody has to be asked before. */
static void an_excepted_nad_is_not_looked_up(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NADS, UNFIT_NAD);
  start_with_exceptions(live, "- {rule: ipam-per-node, namespace: openshift-cnv, name: net, reason: ticket 17}\n");
  expect_hco(live, "net", "allowed");
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), 0);
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_exceptions_total{rule=\"network-unfit\"} 1\n"));
}

int main(void) {
#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      LIVE(looks_up_a_nad_that_the_view_lacks),
      LIVE(looks_up_a_nad_that_the_view_knows_as_unfit),
      LIVE(answers_503_if_a_look_up_fails),
      LIVE(does_not_look_up_what_the_view_contains),
      LIVE(a_create_of_an_existing_object_does_not_count),
      LIVE(a_create_that_lost_to_another_replica_does_not_count),
      cmocka_unit_test(does_not_allow_only_because_of_an_unconfirmed_change),
      LIVE(either_of_two_quick_updates_may_be_stored),
      LIVE(an_update_confirms_the_previous_one),
      LIVE(an_unfit_nad_stays_denied_if_it_can_not_be_looked_up),
      LIVE(an_admission_is_replaced_by_what_the_watch_reports),
      LIVE(an_exception_applies_in_every_possible_state),
      LIVE(an_excepted_nad_is_not_looked_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
