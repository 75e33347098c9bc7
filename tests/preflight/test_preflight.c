/* What is missing before each step, both sides of each check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "preflight/preflight.h"
#include "support/installed_case.h"

struct fixture {
  struct installed in;
  struct dw_arena *arena;
  struct dw_preflight_options options;
};

static int begin(void **state, const char *minor) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  installed_begin(&f->in, minor);
  f->arena = dw_arena_new_secret();
  f->options = (struct dw_preflight_options){
      .config = fake_api_config(f->in.api), .ns = "droveway", .guess = true, .now = time(NULL)};
  *state = f;
  return 0;
}

static int set_up(void **state) {
  return begin(state, "30");
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  installed_end(&f->in);
  dw_arena_free(f->arena);
  free(f);
  return 0;
}

static struct dw_preflight run(struct fixture *f) {
  struct dw_preflight result;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_preflight_run(f->arena, &f->options, &result, &err) != 0)
    fail_msg("%s", err.text);
  return result;
}

static struct dw_preflight run_step(struct fixture *f, enum dw_step step) {
  f->options.guess = false;
  f->options.step = step;
  return run(f);
}

/* "missing Deployment droveway/droveway: does not exist" */
static const char *text_of(struct fixture *f, const struct dw_preflight_line *line) {
  return dw_arena_printf(f->arena, "%s %s: %s", dw_preflight_states[line->state], line->what, line->message);
}

static const char *all_of(struct fixture *f, const struct dw_preflight *result) {
  const char *all = "";
  for (size_t i = 0; i < result->count; i++)
    all = dw_arena_printf(f->arena, "%s%s\n", all, text_of(f, &result->lines[i]));
  return all;
}

/* The result of the step has this line, and its fix begins with FIX (NULL: it has none). */
static void expect(struct fixture *f, enum dw_step step, const char *line, const char *fix) {
  struct dw_preflight result = run_step(f, step);
  for (size_t i = 0; i < result.count; i++) {
    const struct dw_preflight_line *one = &result.lines[i];
    if (strcmp(text_of(f, one), line) != 0)
      continue;
    if ((fix == NULL) != (one->fix == NULL) || (fix != NULL && strncmp(one->fix, fix, strlen(fix)) != 0))
      fail_msg("%s\n fix: %s", line, one->fix == NULL ? "(none)" : one->fix);
    return;
  }
  fail_msg("no \"%s\" in\n%s", line, all_of(f, &result));
}

static void expect_complete(struct fixture *f, enum dw_step step) {
  struct dw_preflight result = run_step(f, step);
  if (result.states[DW_PREFLIGHT_MISSING] > 0 || result.states[DW_PREFLIGHT_UNKNOWN] > 0)
    fail_msg("%s", all_of(f, &result));
}

/* --- the step --- */

static void guesses_the_step(void **state) {
  struct fixture *f = *state;
  struct dw_preflight result = run(f);
  assert_int_equal(result.step, DW_STEP_INSTALL);
  assert_string_equal(result.guess, "there is no Deployment droveway/droveway");
  installed_install(&f->in);
  result = run(f);
  assert_int_equal(result.step, DW_STEP_ENFORCE);
  assert_string_equal(result.guess, "Droveway is installed, but its webhooks are not registered");
  installed_register(&f->in);
  result = run(f);
  assert_int_equal(result.step, DW_STEP_VERIFY);
  assert_string_equal(result.guess, "the webhooks are registered");
  assert_null(run_step(f, DW_STEP_VERIFY).guess);
}

static void an_unreadable_cluster_is_an_error(void **state) {
  struct fixture *f = *state;
  struct dw_preflight result;
  struct dw_error err = DW_ERROR_INIT;
  installed_answer(&f->in, "/version", 401, "{\"message\":\"Unauthorized\"}");
  assert_int_equal(dw_preflight_run(f->arena, &f->options, &result, &err), -1);
  assert_non_null(strstr(err.text, "can't be read: Unauthorized"));
  installed_answer(&f->in, "/version", 404, "{}");
  assert_int_equal(dw_preflight_run(f->arena, &f->options, &result, &err), -1);
  assert_non_null(strstr(err.text, "it is not a Kubernetes API server"));
}

/* --- install --- */

static void old_servers_are_named(void **state) {
  struct fixture *f = *state;
  expect(f, DW_STEP_INSTALL, "ok API server: Kubernetes v1.30.0", NULL);
  installed_answer(&f->in, "/version", 200, "{\"minor\":\"28+\",\"gitVersion\":\"v1.28.9-eks\"}");
  expect(f, DW_STEP_INSTALL,
         "ok API server: Kubernetes v1.28.9-eks: register the webhooks with the folder enforce-pre-1.30", NULL);
  assert_non_null(strstr(run_step(f, DW_STEP_ENFORCE).next, "self-managed/enforce-pre-1.30"));
  installed_answer(&f->in, "/version", 200, "{\"minor\":\"27\",\"gitVersion\":\"v1.27.1\"}");
  expect(
      f, DW_STEP_INSTALL,
      "missing API server: Kubernetes v1.27.1: matchConditions, which keep the webhooks from blocking changes, exist "
      "since 1.28",
      "upgrade");
}

static void an_empty_cluster_is_fine(void **state) {
  struct fixture *f = *state;
  expect_complete(f, DW_STEP_INSTALL);
  assert_string_equal(run_step(f, DW_STEP_INSTALL).next,
                      "kubectl apply -k manifests/overlays/self-managed, then droveway preflight enforce");
  expect(f, DW_STEP_INSTALL,
         "note KubeVirt's namespace: neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as "
         "they do",
         NULL);
  expect(f, DW_STEP_INSTALL,
         "note NodeNetworkState (nmstate.io): not installed; without kubernetes-nmstate, rules about NICs only warn "
         "that they could not be checked",
         NULL);
  expect(f, DW_STEP_INSTALL, "ok Namespace droveway: does not exist yet; the manifests create it", NULL);
  expect(f, DW_STEP_INSTALL, "ok other webhook configurations: none calls Droveway", NULL);
}

static void missing_kinds_are_named(void **state) {
  struct fixture *f = *state;
  fake_api_withdraw(f->in.api, FAKE_NADS);
  fake_api_serve(f->in.api, FAKE_NNS);
  expect(f, DW_STEP_INSTALL,
         "missing NetworkAttachmentDefinition (k8s.cni.cncf.io): not installed; without it there are no networks to "
         "check",
         "install Multus");
  expect(f, DW_STEP_INSTALL, "ok NodeNetworkState (nmstate.io): installed", NULL);
  fake_api_refuse(f->in.api, FAKE_NADS, 403);
  expect(f, DW_STEP_INSTALL,
         "unknown NetworkAttachmentDefinition (k8s.cni.cncf.io): you may not read it (the test said 403)", "use a");
}

static void the_priority_class_must_exist(void **state) {
  struct fixture *f = *state;
  expect(f, DW_STEP_INSTALL, "ok PriorityClass system-cluster-critical: exists", NULL);
  fake_api_delete(f->in.api, FAKE_PRIORITY_CLASSES, "", "system-cluster-critical");
  expect(f, DW_STEP_INSTALL,
         "missing PriorityClass system-cluster-critical: it does not exist, so no pod can be created", "remove");
}

static void openshift_has_an_scc_and_a_service_ca(void **state) {
  struct fixture *f = *state;
  fake_api_serve(f->in.api, FAKE_SCCS);
  expect(f, DW_STEP_INSTALL,
         "missing SecurityContextConstraints restricted-v2: it does not exist, so no pod can be created", "upgrade");
  expect(f, DW_STEP_INSTALL, "missing certificate: the service CA operator is not installed", "use");
  fake_api_put(f->in.api, FAKE_SCCS, "{\"metadata\":{\"name\":\"restricted-v2\"}}");
  fake_api_put(f->in.api, FAKE_DEPLOYMENTS,
               "{\"metadata\":{\"namespace\":\"openshift-service-ca\",\"name\":\"service-ca\"}}");
  expect(f, DW_STEP_INSTALL, "ok SecurityContextConstraints restricted-v2: exists", NULL);
  expect(f, DW_STEP_INSTALL, "ok certificate: OpenShift's service CA; use manifests/overlays/openshift", NULL);
  expect_complete(f, DW_STEP_INSTALL);
}

static void cert_manager_is_noticed(void **state) {
  struct fixture *f = *state;
  expect(f, DW_STEP_INSTALL, "note certificate: cert-manager is not installed; use manifests/overlays/self-managed",
         NULL);
  fake_api_serve(f->in.api, "/apis/cert-manager.io/v1/certificates");
  expect(f, DW_STEP_INSTALL, "ok certificate: cert-manager is installed; use manifests/overlays/cert-manager", NULL);
}

static void own_rights_are_checked(void **state) {
  struct fixture *f = *state;
  expect(f, DW_STEP_INSTALL, "ok your rights: you may get, create and patch all that the manifests contain", NULL);
  fake_api_deny(f->in.api, FAKE_OWN_ACCESS,
                "\"verb\":\"create\",\"group\":\"rbac.authorization.k8s.io\",\"resource\":"
                "\"clusterroles\"}");
  expect(f, DW_STEP_INSTALL, "missing your rights: you may not create clusterroles.rbac.authorization.k8s.io",
         "use a kubeconfig");
  fake_api_deny(f->in.api, FAKE_OWN_ACCESS, "\"verb\":\"patch\",\"resource\":\"services\",\"namespace\":\"droveway\"");
  expect(f, DW_STEP_INSTALL, "missing your rights: you may not patch services in namespace droveway", "use a");
  fake_api_deny(f->in.api, FAKE_OWN_ACCESS, "\"resource\":\"secrets\"");
  expect(f, DW_STEP_INSTALL, "missing your rights: you may not get, create, patch secrets in namespace droveway",
         "use a");
}

static void a_namespace_that_is_deleted_is_in_the_way(void **state) {
  struct fixture *f = *state;
  fake_api_put(f->in.api, FAKE_NAMESPACES, "{\"metadata\":{\"name\":\"droveway\",\"deletionTimestamp\":\"now\"}}");
  expect(f, DW_STEP_INSTALL, "missing Namespace droveway: is being deleted", "kubectl wait --for=delete");
}

static void webhooks_without_a_server_are_in_the_way(void **state) {
  struct fixture *f = *state;
  installed_webhooks(&f->in, "droveway", NULL, NULL, "openshift-cnv");
  expect(f, DW_STEP_INSTALL,
         "missing validatingwebhookconfigurations droveway: it calls Droveway, which is not installed, and may reject "
         "changes",
         "kubectl delete validatingwebhookconfigurations droveway");
  installed_install(&f->in);
  fake_api_delete(f->in.api, FAKE_VALIDATING, "", "droveway");
  fake_api_delete(f->in.api, FAKE_MUTATING, "", "droveway");
  installed_webhooks(&f->in, "old", NULL, NULL, "openshift-cnv");
  expect(f, DW_STEP_ENFORCE,
         "missing mutatingwebhookconfigurations old: it calls Droveway in addition to the one named droveway",
         "kubectl delete mutatingwebhookconfigurations old");
}

static void shows_where_kubevirt_is(void **state) {
  struct fixture *f = *state;
  installed_kubevirt(&f->in, "openshift-cnv");
  expect(f, DW_STEP_INSTALL, "note KubeVirt's namespace: KubeVirt is in openshift-cnv",
         "set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to openshift-cnv");
  f->options.kubevirt_namespace = "openshift-cnv";
  expect(f, DW_STEP_INSTALL, "ok KubeVirt's namespace: openshift-cnv", NULL);
  f->options.kubevirt_namespace = "kubevirt";
  expect(f, DW_STEP_INSTALL, "missing KubeVirt's namespace: KubeVirt is in openshift-cnv, not in kubevirt",
         "set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to openshift-cnv");
  fake_api_put(f->in.api, FAKE_KUBEVIRTS, "{\"metadata\":{\"namespace\":\"kubevirt\",\"name\":\"kubevirt\"}}");
  expect(f, DW_STEP_INSTALL, "ok KubeVirt's namespace: kubevirt", NULL);
}

/* --- enforce --- */

static void a_good_server_can_be_registered(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  expect_complete(f, DW_STEP_ENFORCE);
  expect(f, DW_STEP_ENFORCE, "ok Deployment droveway/droveway: 2 of 2 replicas are available", NULL);
  expect(f, DW_STEP_ENFORCE, "ok version: registry.example.com:5000/infra/droveway:" DW_VERSION, NULL);
  expect(f, DW_STEP_ENFORCE, "ok Service droveway/droveway: 2 ready endpoints", NULL);
  expect(f, DW_STEP_ENFORCE, "ok readyz: passed", NULL);
  expect(f, DW_STEP_ENFORCE, "ok KubeVirt's namespace: openshift-cnv", NULL);
  expect(f, DW_STEP_ENFORCE,
         "ok service account: system:serviceaccount:droveway:droveway has all rights that Droveway needs", NULL);
  assert_string_equal(run_step(f, DW_STEP_ENFORCE).next,
                      "kubectl apply -k manifests/overlays/cert-manager/enforce, then droveway preflight verify");
}

static void a_server_that_is_not_installed_is_reported(void **state) {
  expect(*state, DW_STEP_ENFORCE, "missing Deployment droveway/droveway: does not exist",
         "kubectl apply -k manifests/overlays/self-managed");
  struct fixture *f = *state;
  fake_api_refuse(f->in.api, FAKE_DEPLOYMENTS, 403);
  expect(f, DW_STEP_ENFORCE, "unknown Deployment droveway/droveway: you may not read it (the test said 403)", "use a");
}

static void the_deployment_must_be_rolled_out(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_deployment(&f->in, NULL, "\"observedGeneration\":1,\"updatedReplicas\":2,\"availableReplicas\":2");
  expect(f, DW_STEP_ENFORCE, "missing Deployment droveway/droveway: its last change has not been observed yet",
         "kubectl -n droveway rollout status");
  installed_deployment(&f->in, NULL, "\"observedGeneration\":2,\"updatedReplicas\":1,\"availableReplicas\":2");
  expect(f, DW_STEP_ENFORCE, "missing Deployment droveway/droveway: 1 of 2 replicas are updated, 2 are available",
         "kubectl -n droveway");
  installed_deployment(&f->in, NULL,
                       "\"observedGeneration\":2,\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":\"True\","
                       "\"message\":\"exceeded quota\"}]");
  expect(f, DW_STEP_ENFORCE, "missing Deployment droveway/droveway: pods can't be created: exceeded quota", NULL);
}

static void pods_say_why_they_do_not_start(void **state) {
  static const struct {
    const char *status, *message, *fix;
  } cases[] = {
      {"\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off pulling "
       "image \\\"droveway:0.1.0\\\"\"}}}]",
       "ImagePullBackOff: Back-off pulling image \"droveway:0.1.0\"", "push the image"},
      {"\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":\"CreateContainerConfigError\",\"message\":"
       "\"configmap \\\"droveway-settings\\\" not found\"}}}]",
       "CreateContainerConfigError: configmap \"droveway-settings\" not found", "apply the overlay again"},
      {"\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}]", "CrashLoopBackOff",
       "kubectl -n droveway logs droveway-1 --previous"},
      {"\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\",\"message\":\"0/3 "
       "nodes are available\"}]",
       "Unschedulable: 0/3 nodes are available", "make room"},
      {"\"containerStatuses\":[{\"state\":{\"running\":{}}}]", "NotReady: it runs, but /readyz does not answer with ok",
       "kubectl -n droveway describe pod droveway-1"},
  };
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_deployment(&f->in, NULL, "\"observedGeneration\":2,\"updatedReplicas\":2");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    installed_pod(&f->in, cases[i].status);
    expect(f, DW_STEP_ENFORCE, dw_arena_printf(f->arena, "missing pod droveway-1: %s", cases[i].message), cases[i].fix);
  }
  fake_api_refuse(f->in.api, FAKE_PODS, 403);
  expect(f, DW_STEP_ENFORCE, "unknown pods: you may not read it (the test said 403)", "use a");
}

static void the_service_needs_ready_endpoints(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_put(f->in.api, FAKE_SLICES,
               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-a\",\"labels\":{"
               "\"kubernetes.io/service-name\":\"droveway\"}},\"endpoints\":[{\"conditions\":{\"ready\":false}}]}");
  expect(f, DW_STEP_ENFORCE,
         "missing Service droveway/droveway: no endpoint is ready, so the API server could not call the webhooks",
         "kubectl -n droveway get endpointslices,pods");
  fake_api_delete(f->in.api, FAKE_SERVICES, "droveway", "droveway");
  expect(f, DW_STEP_ENFORCE, "missing Service droveway/droveway: does not exist", "kubectl apply -k");
}

static void the_certificate_must_be_usable(void **state) {
  static const char *const other[] = {"other.droveway.svc"};
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_life old = {time(NULL) - 7200, 3600}, life = {time(NULL), 86400};
  struct dw_pki_pair expired, foreign;
  static const char *const names[] = {"droveway.droveway.svc"};
  assert_int_equal(dw_pki_issue_leaf(&f->in.ca, &(struct dw_pki_names){names, 1}, &old, &expired, &err), 0);
  assert_int_equal(dw_pki_issue_leaf(&f->in.ca, &(struct dw_pki_names){other, 1}, &life, &foreign, &err), 0);
  installed_install(&f->in);
  installed_secret(&f->in, expired.certificate, expired.key);
  struct dw_preflight result = run_step(f, DW_STEP_ENFORCE);
  assert_non_null(strstr(all_of(f, &result), "missing Secret droveway/droveway-tls: the certificate expired on "));
  installed_secret(&f->in, foreign.certificate, foreign.key);
  expect(f, DW_STEP_ENFORCE,
         "missing Secret droveway/droveway-tls: the certificate is not valid for droveway.droveway.svc", "delete");
  installed_secret(&f->in, f->in.leaf.certificate, foreign.key);
  result = run_step(f, DW_STEP_ENFORCE);
  assert_non_null(strstr(all_of(f, &result), "missing Secret droveway/droveway-tls: "));
  installed_secret(&f->in, "", "");
  expect(f, DW_STEP_ENFORCE,
         "missing Secret droveway/droveway-tls: tls.crt and tls.key are empty; its issuer has not filled it",
         "kubectl -n droveway describe certificate");
  fake_api_refuse_gets(f->in.api, FAKE_SECRETS, 403);
  expect(f, DW_STEP_ENFORCE, "unknown Secret droveway/droveway-tls: you may not read it (the test said 403)", "use a");
  fake_api_refuse_gets(f->in.api, FAKE_SECRETS, 404);
  expect(f, DW_STEP_ENFORCE, "missing Secret droveway/droveway-tls: does not exist; its issuer has not created it",
         "kubectl -n droveway describe certificate");
  dw_pki_pair_free(&expired);
  dw_pki_pair_free(&foreign);
}

static void a_certificate_that_expires_soon_is_a_note(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  f->options.now += INT64_C(85) * 86400;
  struct dw_preflight result = run_step(f, DW_STEP_ENFORCE);
  assert_non_null(
      strstr(all_of(f, &result), "note Secret droveway/droveway-tls: valid for droveway.droveway.svc until"));
}

static void what_readyz_says_is_reported(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_answer(&f->in, FAKE_READYZ, 503, "not ready");
  installed_answer(&f->in, FAKE_LIVEZ, 200,
                   "[+]shutdown\n[-]namespace: KubeVirt is in namespace a\n[!]nodes: forbidden by RBAC\nlivez check "
                   "passed\n");
  expect(f, DW_STEP_ENFORCE, "missing readyz: namespace: KubeVirt is in namespace a", "read docs/operations.md");
  expect(f, DW_STEP_ENFORCE, "note readyz: nodes: forbidden by RBAC", NULL);
  installed_answer(&f->in, FAKE_LIVEZ, 503, "{\"message\":\"no endpoints available\"}");
  expect(f, DW_STEP_ENFORCE, "missing readyz: no replica answers through the Service: no endpoints available",
         "kubectl -n droveway logs");
  installed_answer(&f->in, FAKE_READYZ, 403, "{\"message\":\"no proxy\"}");
  expect(f, DW_STEP_ENFORCE, "unknown readyz: you may not read it (no proxy)", "use a");
}

static void the_rights_of_the_service_account_are_checked(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_deny(f->in.api, FAKE_ACCESS, "\"verb\":\"watch\",\"resource\":\"nodes\"");
  expect(f, DW_STEP_ENFORCE, "missing service account: system:serviceaccount:droveway:droveway may not watch nodes",
         "kubectl apply -k");
  fake_api_deny(f->in.api, FAKE_ACCESS, "\"verb\":\"update\"");
  expect(f, DW_STEP_ENFORCE,
         "missing service account: system:serviceaccount:droveway:droveway may not update "
         "rolebindings.rbac.authorization.k8s.io droveway-active",
         "kubectl apply -k");
  fake_api_refuse(f->in.api, FAKE_ACCESS, 403);
  expect(f, DW_STEP_ENFORCE, "unknown service account: you may not read it (the test said 403)", "use a");
}

static void another_version_is_a_note(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_put(
      f->in.api, FAKE_DEPLOYMENTS,
      "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway\"},\"spec\":{\"replicas\":1,\"template\":{"
      "\"spec\":{\"containers\":[{\"image\":\"localhost:5000/droveway@sha256:1\",\"args\":[]}]}}},\"status\":{"
      "\"updatedReplicas\":1,\"availableReplicas\":1}}");
  expect(f, DW_STEP_ENFORCE,
         "note version: this command is " DW_VERSION ", and the image is localhost:5000/droveway@sha256:1", NULL);
  expect(f, DW_STEP_ENFORCE, "note settings: the Deployment has no --kubevirt-namespace; the policy decides", NULL);
}

static void the_settings_must_be_valid(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_put(f->in.api, FAKE_CONFIGMAPS,
               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-settings\"},\"data\":{"
               "\"KUBEVIRT_NAMESPACE\":\"\"}}");
  expect(f, DW_STEP_ENFORCE, "missing settings: KubeVirt's namespace is not a valid name: \"\"",
         "set KUBEVIRT_NAMESPACE");
  installed_deployment(&f->in, "\"--kubevirt-namespace=kubevirt\"", NULL);
  expect(f, DW_STEP_ENFORCE, "missing KubeVirt's namespace: KubeVirt is in openshift-cnv, not in kubevirt", "set");
}

/* --- verify --- */

static void a_good_registration_is_complete(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  expect_complete(f, DW_STEP_VERIFY);
  assert_null(run_step(f, DW_STEP_VERIFY).next);
  expect(f, DW_STEP_VERIFY,
         "ok ValidatingWebhookConfiguration droveway: 2 webhooks, whose caBundle belongs to the certificate", NULL);
  expect(f, DW_STEP_VERIFY, "ok RoleBinding droveway/droveway-active: has the service account: the webhooks are called",
         NULL);
  fake_api_delete(f->in.api, FAKE_MUTATING, "", "droveway");
  expect_complete(f, DW_STEP_VERIFY);
  expect(f, DW_STEP_VERIFY, "note MutatingWebhookConfiguration droveway: does not exist; defaults are not filled in",
         NULL);
  fake_api_delete(f->in.api, FAKE_VALIDATING, "", "droveway");
  expect(f, DW_STEP_VERIFY, "missing ValidatingWebhookConfiguration droveway: does not exist, so nothing is checked",
         "kubectl apply -k manifests/overlays/cert-manager/enforce");
}

static void the_ca_must_be_there(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  installed_webhooks(&f->in, "droveway", NULL, "'droveway', 'droveway'", "openshift-cnv");
  expect(f, DW_STEP_VERIFY, "missing webhook nad.validate.droveway.io: has no caBundle", "wait");
  installed_webhooks(&f->in, "droveway", f->in.other_ca.certificate, "'droveway', 'droveway'", "openshift-cnv");
  expect(f, DW_STEP_VERIFY,
         "missing webhook nad.validate.droveway.io: its caBundle does not belong to the certificate in the Secret: it "
         "does not verify: unable to get local issuer certificate",
         "wait");
  fake_api_refuse_gets(f->in.api, FAKE_SECRETS, 403);
  expect(f, DW_STEP_VERIFY, "ok ValidatingWebhookConfiguration droveway: 2 webhooks", NULL);
}

static void the_gate_must_be_there_and_open(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  installed_binding(&f->in, "{\"kind\":\"ServiceAccount\",\"namespace\":\"lab\",\"name\":\"droveway\"}");
  expect(f, DW_STEP_VERIFY,
         "missing RoleBinding droveway/droveway-active: does not have the service account yet, so the webhooks are not "
         "called",
         "kubectl -n droveway logs");
  fake_api_delete(f->in.api, FAKE_BINDINGS, "droveway", "droveway-active");
  expect(f, DW_STEP_VERIFY,
         "missing RoleBinding droveway/droveway-active: does not exist, so the webhooks are never called",
         "kubectl apply -k manifests/overlays/cert-manager");
  installed_webhooks(&f->in, "droveway", f->in.ca.certificate, NULL, "openshift-cnv");
  expect(f, DW_STEP_VERIFY,
         "missing webhook nad.validate.droveway.io: has no condition droveway-is-active, so it rejects changes if "
         "Droveway is removed first",
         "kubectl apply -k");
  installed_webhooks(&f->in, "droveway", f->in.ca.certificate, "'lab', 'droveway'", "openshift-cnv");
  expect(f, DW_STEP_VERIFY,
         "missing webhook nad.validate.droveway.io: its condition droveway-is-active is about another service account "
         "than droveway/droveway",
         "kubectl apply -k");
}

static void the_selectors_must_have_kubevirts_namespace(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  installed_webhooks(&f->in, "droveway", f->in.ca.certificate, "'droveway', 'droveway'", "kubevirt");
  expect(
      f, DW_STEP_VERIFY,
      "missing webhook nad-migration.validate.droveway.io: its namespaceSelector does not have KubeVirt's namespace, "
      "openshift-cnv",
      "kubectl apply -k");
  expect(f, DW_STEP_VERIFY,
         "missing webhook nad.validate.droveway.io: its namespaceSelector does not have KubeVirt's namespace, "
         "openshift-cnv",
         "kubectl apply -k");
}

static void the_webhooks_must_call_the_service(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  fake_api_put(
      f->in.api, FAKE_VALIDATING,
      "{\"metadata\":{\"name\":\"droveway\"},\"webhooks\":[{\"name\":\"a.droveway.io\",\"clientConfig\":{"
      "\"service\":{\"namespace\":\"lab\",\"name\":\"droveway\"}}},{\"name\":\"b.droveway.io\",\"clientConfig\":"
      "{\"url\":\"https://localhost:1/validate\"}}]}");
  expect(f, DW_STEP_VERIFY,
         "missing webhook a.droveway.io: calls the Service lab/droveway instead of droveway/droveway",
         "kubectl apply -k");
  expect(f, DW_STEP_VERIFY, "note webhook b.droveway.io: calls https://localhost:1/validate instead of the Service",
         NULL);
}

/* --- uninstall --- */

static void says_in_which_order_to_remove(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  expect(f, DW_STEP_UNINSTALL, "note ValidatingWebhookConfiguration droveway: is registered: remove it first", NULL);
  expect(f, DW_STEP_UNINSTALL, "note Deployment droveway/droveway: remove it after the webhooks", NULL);
  assert_string_equal(run_step(f, DW_STEP_UNINSTALL).next,
                      "kubectl delete -k manifests/overlays/cert-manager/enforce, then kubectl delete -k "
                      "manifests/overlays/cert-manager");
  fake_api_delete(f->in.api, FAKE_VALIDATING, "", "droveway");
  fake_api_delete(f->in.api, FAKE_MUTATING, "", "droveway");
  expect(f, DW_STEP_UNINSTALL, "ok Deployment droveway/droveway: can be removed: no webhook calls it", NULL);
  assert_string_equal(run_step(f, DW_STEP_UNINSTALL).next, "kubectl delete -k manifests/overlays/cert-manager");
  expect_complete(f, DW_STEP_UNINSTALL);
}

static void says_what_is_left(void **state) {
  struct fixture *f = *state;
  expect_complete(f, DW_STEP_UNINSTALL);
  assert_null(run_step(f, DW_STEP_UNINSTALL).next);
  installed_webhooks(&f->in, "droveway", NULL, NULL, "openshift-cnv");
  fake_api_put(f->in.api, "/apis/rbac.authorization.k8s.io/v1/clusterroles", "{\"metadata\":{\"name\":\"droveway\"}}");
  fake_api_put(f->in.api, FAKE_POLICY_REPORTS,
               "{\"metadata\":{\"namespace\":\"a\",\"name\":\"droveway\",\"labels\":{\"app.kubernetes.io/managed-by\":"
               "\"droveway\"}}}");
  expect(f, DW_STEP_UNINSTALL, "missing ValidatingWebhookConfiguration droveway: is left, although Droveway is removed",
         "kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration droveway");
  expect(f, DW_STEP_UNINSTALL, "missing ClusterRole droveway: is left, although Droveway is removed",
         "kubectl delete -k");
  expect(f, DW_STEP_UNINSTALL, "note PolicyReports: 1 stay after the overlay is deleted",
         "kubectl delete policyreports,clusterpolicyreports");
}

/* --- what can't be read is neither there nor absent --- */

static void an_unreadable_deployment_is_not_a_removed_one(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  fake_api_refuse(f->in.api, FAKE_DEPLOYMENTS, 403);
  f->options.guess = true;
  assert_string_equal(run(f).guess, "the Deployment droveway/droveway can't be read");
  expect(f, DW_STEP_UNINSTALL, "note ValidatingWebhookConfiguration droveway: is registered: remove it first", NULL);
  expect(f, DW_STEP_UNINSTALL, "unknown Deployment droveway/droveway: you may not read it (the test said 403)",
         "use a");
}

static void unreadable_webhooks_may_be_registered(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_refuse(f->in.api, FAKE_VALIDATING, 403);
  expect(f, DW_STEP_UNINSTALL, "note Deployment droveway/droveway: remove it after the webhooks", NULL);
}

static void an_unreadable_configmap_is_not_a_wrong_setting(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_refuse_gets(f->in.api, FAKE_CONFIGMAPS, 403);
  expect(f, DW_STEP_ENFORCE, "unknown settings: you may not read it (the test said 403)", "use a");
  fake_api_refuse_gets(f->in.api, FAKE_CONFIGMAPS, 0);
  fake_api_delete(f->in.api, FAKE_CONFIGMAPS, "droveway", "droveway-settings");
  expect(f, DW_STEP_ENFORCE, "missing settings: the ConfigMap with KubeVirt's namespace does not exist",
         "kubectl apply -k");
}

static void a_review_without_an_answer_is_no_answer(void **state) {
  static const char *const bodies[] = {"{}", "{\"status\":null}", "{\"status\":{\"allowed\":\"yes\"}}"};
  struct fixture *f = *state;
  installed_install(&f->in);
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    installed_answer(&f->in, FAKE_OWN_ACCESS, 201, bodies[i]);
    installed_answer(&f->in, FAKE_ACCESS, 201, bodies[i]);
    expect(f, DW_STEP_INSTALL, "unknown your rights: it can't be read: the answer does not say whether it is allowed",
           "run");
    expect(f, DW_STEP_ENFORCE,
           "unknown service account: it can't be read: the answer does not say whether it is allowed", "run");
  }
}

static void an_unknown_version_is_not_an_old_one(void **state) {
  struct fixture *f = *state;
  installed_answer(&f->in, "/version", 200, "{\"minor\":\"\",\"gitVersion\":\"v9\"}");
  expect(f, DW_STEP_INSTALL, "unknown API server: Kubernetes v9: it does not say its minor version", "kubectl version");
}

/* No answer ends the program, and none that is odd counts as complete. */
static void odd_answers_are_never_ok(void **state) {
  static const char *const paths[] = {FAKE_READYZ,
                                      "/apis/apps/v1/namespaces/droveway/deployments/droveway",
                                      "/api/v1/namespaces/droveway/secrets/droveway-tls",
                                      "/api/v1/namespaces/droveway/configmaps/droveway-settings",
                                      "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/droveway",
                                      FAKE_ACCESS};
  static const struct {
    int status;
    const char *body;
  } answers[] = {
      {200, "{\"spec\":[],\"status\":1,\"data\":\"x\",\"webhooks\":[1,null],\"metadata\":null}"},
      {200, "{\"webhooks\":[],\"data\":{\"tls.crt\":\"eA==\",\"tls.key\":\"eA==\",\"KUBEVIRT_NAMESPACE\":7}}"},
      {200, "[]"},
      {200, "null"},
      {200, "<html>Sign in</html>"},
      {500, "<html>Bad</html>"},
      {404, ""},
  };
  struct fixture *f = *state;
  installed_install(&f->in);
  installed_register(&f->in);
  for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
      installed_answer(&f->in, paths[p], answers[i].status, answers[i].body);
      for (int step = 0; step < DW_STEPS; step++)
        (void)run_step(f, (enum dw_step)step);
      struct dw_preflight result = run_step(f, DW_STEP_VERIFY);
      bool told = result.states[DW_PREFLIGHT_MISSING] > 0 || result.states[DW_PREFLIGHT_UNKNOWN] > 0;
      /* any text of /readyz that passes is as good as another */
      if (!told && (p > 0 || answers[i].status != 200))
        fail_msg("%s: %s\n%s", paths[p], answers[i].body, all_of(f, &result));
    }
    fake_api_answer(f->in.api, paths[p], NULL, 0);
    if (p == 0)
      installed_answer(&f->in, FAKE_READYZ, 200, "readyz check passed\n");
  }
}

/* --- the gate --- */

static void a_gate_that_others_hold_open_is_missing(void **state) {
  static const char line[] = "missing gate of the webhooks: system:serviceaccount:droveway:droveway may already serve "
                             "reviews.droveway.io, so the webhooks can't be switched off";
  struct fixture *f = *state;
  fake_api_deny(f->in.api, FAKE_ACCESS, NULL);
  expect(f, DW_STEP_INSTALL, line, "remove the binding");
  installed_install(&f->in);
  expect(f, DW_STEP_ENFORCE, line, "remove the binding");
  installed_register(&f->in);
  expect_complete(f, DW_STEP_VERIFY);
}

/* --- certificates --- */

static void the_secret_is_the_one_that_the_pods_mount(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  fake_api_put(f->in.api, FAKE_DEPLOYMENTS,
               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway\"},\"spec\":{\"template\":{\"spec\":{"
               "\"volumes\":[null,{\"name\":\"policy\"},{\"name\":\"tls\",\"secret\":{\"secretName\":\"mine\"}}]}}}}");
  expect(f, DW_STEP_ENFORCE, "missing Secret droveway/mine: does not exist; its issuer has not created it",
         "kubectl -n droveway describe");
}

static void a_certificate_of_tomorrow_is_not_valid_yet(void **state) {
  struct fixture *f = *state;
  installed_install(&f->in);
  f->options.now -= INT64_C(30) * 86400;
  struct dw_preflight result = run_step(f, DW_STEP_ENFORCE);
  assert_non_null(strstr(all_of(f, &result), "missing Secret droveway/droveway-tls: the certificate is not valid yet"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(guesses_the_step),
      TEST(an_unreadable_cluster_is_an_error),
      TEST(old_servers_are_named),
      TEST(an_empty_cluster_is_fine),
      TEST(missing_kinds_are_named),
      TEST(the_priority_class_must_exist),
      TEST(openshift_has_an_scc_and_a_service_ca),
      TEST(cert_manager_is_noticed),
      TEST(own_rights_are_checked),
      TEST(a_namespace_that_is_deleted_is_in_the_way),
      TEST(webhooks_without_a_server_are_in_the_way),
      TEST(shows_where_kubevirt_is),
      TEST(a_good_server_can_be_registered),
      TEST(a_server_that_is_not_installed_is_reported),
      TEST(the_deployment_must_be_rolled_out),
      TEST(pods_say_why_they_do_not_start),
      TEST(the_service_needs_ready_endpoints),
      TEST(the_certificate_must_be_usable),
      TEST(a_certificate_that_expires_soon_is_a_note),
      TEST(what_readyz_says_is_reported),
      TEST(the_rights_of_the_service_account_are_checked),
      TEST(another_version_is_a_note),
      TEST(the_settings_must_be_valid),
      TEST(a_good_registration_is_complete),
      TEST(the_ca_must_be_there),
      TEST(the_gate_must_be_there_and_open),
      TEST(the_selectors_must_have_kubevirts_namespace),
      TEST(the_webhooks_must_call_the_service),
      TEST(says_in_which_order_to_remove),
      TEST(says_what_is_left),
      TEST(an_unreadable_deployment_is_not_a_removed_one),
      TEST(unreadable_webhooks_may_be_registered),
      TEST(an_unreadable_configmap_is_not_a_wrong_setting),
      TEST(a_review_without_an_answer_is_no_answer),
      TEST(an_unknown_version_is_not_an_old_one),
      TEST(odd_answers_are_never_ok),
      TEST(a_gate_that_others_hold_open_is_missing),
      TEST(the_secret_is_the_one_that_the_pods_mount),
      TEST(a_certificate_of_tomorrow_is_not_valid_yet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
