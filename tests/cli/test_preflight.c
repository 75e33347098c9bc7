/* droveway preflight: options, formats, exit statuses, and the whole output of each step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/installed_case.h"
#include "support/run_program.h"

struct fixture {
  struct installed in;
  const char *kubeconfig;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  installed_begin(&f->in, "30");
  f->kubeconfig = fake_api_kubeconfig(f->in.api);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  installed_end(&f->in);
  free(f);
  return 0;
}

#define PREFLIGHT(f, ...) RUN("preflight", "--kubeconfig", (f)->kubeconfig, __VA_ARGS__)

/* The date of a certificate changes every day. */
static void hide_dates(char *text) {
  static const char date[] = " until YYYY-MM-DD HH:MM:SS UTC";
  for (char *at = text; (at = strstr(at, " until 20")) != NULL; at++)
    memcpy(at, date, sizeof date - 1);
}

static void expect_output(struct run *run, int status, const char *text) {
  hide_dates(run->out);
  if (run->status != status || strcmp(run->out, text) != 0)
    fail_msg("status %d\n%s%s\nexpected:\n%s", run->status, run->out, run->err, text);
}

static void before_install(void **state) {
  struct fixture *f = *state;
  fake_api_deny(f->in.api, FAKE_OWN_ACCESS, "\"verb\":\"create\",\"resource\":\"namespaces\"");
  RUN_SCOPED run = PREFLIGHT(f, "--kubevirt-namespace", "kubevirt");
  expect_output(
      &run, 1,
      "step install, because there is no Deployment droveway/droveway\n"
      "\n"
      "ok       API server: Kubernetes v1.30.0\n"
      "ok       NetworkAttachmentDefinition (k8s.cni.cncf.io): installed\n"
      "note     NodeNetworkState (nmstate.io): not installed; without kubernetes-nmstate, rules about NICs only warn "
      "that "
      "they could not be checked\n"
      "note     MigrationPolicy (migrations.kubevirt.io): not installed yet; it comes with KubeVirt\n"
      "note     IPAddressPool (metallb.io): not installed; then no pool of MetalLB can overlap\n"
      "note     ServiceMonitor (monitoring.coreos.com): not installed; the components monitoring... need it\n"
      "note     PolicyReport (wgpolicyk8s.io): not installed; the component policy-reports needs it\n"
      "ok       PriorityClass system-cluster-critical: exists\n"
      "note     certificate: cert-manager is not installed; use manifests/overlays/self-managed\n"
      "ok       Namespace droveway: does not exist yet; the manifests create it\n"
      "note     KubeVirt's namespace: neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as "
      "they do\n"
      "missing  your rights: you may not create namespaces\n"
      "         fix: use a kubeconfig of a cluster administrator\n"
      "ok       other webhook configurations: none calls Droveway\n"
      "\n"
      "1 missing, 0 unknown\n");
}

static void before_enforce(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  RUN_SCOPED run = PREFLIGHT(f, "enforce");
  expect_output(&run, 0,
                "step enforce\n"
                "\n"
                "ok       API server: Kubernetes v1.30.0\n"
                "ok       Deployment droveway/droveway: 2 of 2 replicas are available\n"
                "ok       version: registry.example.com:5000/infra/droveway:" DW_VERSION "\n"
                "ok       Service droveway/droveway: 2 ready endpoints\n"
                "ok       Secret droveway/droveway-tls: valid for droveway.droveway.svc until YYYY-MM-DD HH:MM:SS UTC\n"
                "ok       readyz: passed\n"
                "ok       KubeVirt's namespace: openshift-cnv\n"
                "ok       service account: system:serviceaccount:droveway:droveway has all rights that Droveway needs\n"
                "ok       other webhook configurations: none calls Droveway\n"
                "\n"
                "nothing is missing; next: kubectl apply -k manifests/overlays/cert-manager/enforce, then droveway "
                "preflight verify\n");
}

static void after_enforce(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  installed_binding(&f->in, "");
  RUN_SCOPED run = PREFLIGHT(f, "-o", "text");
  expect_output(
      &run, 1,
      "step verify, because the webhooks are registered\n"
      "\n"
      "ok       API server: Kubernetes v1.30.0\n"
      "ok       Deployment droveway/droveway: 2 of 2 replicas are available\n"
      "ok       version: registry.example.com:5000/infra/droveway:" DW_VERSION "\n"
      "ok       Service droveway/droveway: 2 ready endpoints\n"
      "ok       Secret droveway/droveway-tls: valid for droveway.droveway.svc until YYYY-MM-DD HH:MM:SS UTC\n"
      "ok       readyz: passed\n"
      "ok       KubeVirt's namespace: openshift-cnv\n"
      "ok       service account: system:serviceaccount:droveway:droveway has all rights that Droveway needs\n"
      "ok       ValidatingWebhookConfiguration droveway: 2 webhooks, whose caBundle belongs to the certificate\n"
      "ok       MutatingWebhookConfiguration droveway: 1 webhook, whose caBundle belongs to the certificate\n"
      "missing  RoleBinding droveway/droveway-active: does not have the service account yet, so the webhooks "
      "are not called\n"
      "         fix: kubectl -n droveway logs -l app.kubernetes.io/name=droveway --tail=-1 | grep activation\n"
      "ok       other webhook configurations: none calls Droveway\n"
      "\n"
      "1 missing, 0 unknown\n");
}

static struct json_object *member(struct json_object *object, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(object, key, &value))
    fail_msg("no %s in %s", key, json_object_to_json_string(object));
  return value;
}

static void json_has_the_same(void **state) {
  struct fixture *f = *state;
  fake_api_refuse(f->in.api, FAKE_PRIORITY_CLASSES, 403);
  RUN_SCOPED run = PREFLIGHT(f, "install", "-o", "json");
  assert_int_equal(run.status, 1);
  struct json_object *root = json_tokener_parse(run.out);
  assert_non_null(root);
  assert_string_equal(json_object_get_string(member(root, "step")), "install");
  assert_false(json_object_get_boolean(member(root, "guessed")));
  assert_int_equal(json_object_get_int(member(root, "missing")), 0);
  assert_int_equal(json_object_get_int(member(root, "unknown")), 1);
  assert_false(json_object_object_get_ex(root, "next", NULL));
  bool found = false;
  struct json_object *checks = member(root, "checks");
  for (size_t i = 0; i < json_object_array_length(checks); i++) {
    struct json_object *check = json_object_array_get_idx(checks, i);
    if (strcmp(json_object_get_string(member(check, "state")), "unknown") != 0)
      continue;
    found = true;
    assert_string_equal(json_object_get_string(member(check, "what")), "PriorityClass system-cluster-critical");
    assert_string_equal(json_object_get_string(member(check, "message")), "you may not read it (the test said 403)");
    assert_string_equal(json_object_get_string(member(check, "fix")), "use a kubeconfig of a cluster administrator");
  }
  assert_true(found);
  json_object_put(root);
}

static void bad_usage_exits_2(void **state) {
  struct fixture *f = *state;
  RUN_SCOPED step = PREFLIGHT(f, "instal");
  assert_int_equal(step.status, 2);
  assert_non_null(strstr(step.err, "unknown step \"instal\"; did you mean \"install\"?"));
  RUN_SCOPED two = PREFLIGHT(f, "install", "enforce");
  assert_int_equal(two.status, 2);
  assert_non_null(strstr(two.err, "unexpected argument \"enforce\""));
  RUN_SCOPED ns = PREFLIGHT(f, "--namespace", "A_b");
  assert_int_equal(ns.status, 2);
  assert_non_null(strstr(ns.err, "invalid --namespace \"A_b\"; use the name of a namespace"));
  RUN_SCOPED format = PREFLIGHT(f, "-o", "yaml");
  assert_int_equal(format.status, 2);
  assert_non_null(strstr(format.err, "unknown format \"yaml\"; use text or json"));
}

static void an_unreachable_cluster_exits_2(void **state) {
  struct fixture *f = *state;
  fake_api_down(f->in.api);
  RUN_SCOPED run = PREFLIGHT(f, "install");
  assert_int_equal(run.status, 2);
  assert_non_null(strstr(run.err, "can't be read: "));
  assert_string_equal(run.out, "");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(before_install),    TEST(before_enforce),    TEST(after_enforce),
      TEST(json_has_the_same), TEST(bad_usage_exits_2), TEST(an_unreachable_cluster_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
