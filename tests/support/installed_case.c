#include "support/installed_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/base64.h"

#define GOOD_STATUS                                                                                                    \
  "\"observedGeneration\":2,\"replicas\":2,\"updatedReplicas\":2,\"availableReplicas\":2,\"readyReplicas\":2"
#define GOOD_ARGS                                                                                                      \
  "\"serve\",\"--tls-cert=/etc/droveway/tls/tls.crt\",\"--kubevirt-namespace=$(KUBEVIRT_NAMESPACE)\",\"--activate="    \
  "droveway-active\""

void installed_answer(struct installed *in, const char *path, int status, const char *body) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *text =
      dw_arena_printf(arena, "HTTP/1.1 %d Answer\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                      status, strlen(body), body);
  fake_api_answer(in->api, path, text, strlen(text));
}

static void make_certificates(struct installed *in) {
  static const char *const names[] = {"droveway.droveway.svc"};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_life life = {time(NULL), (int64_t)90 * 86400};
  if (dw_pki_issue_ca(&life, &in->ca, &err) != 0 || dw_pki_issue_ca(&life, &in->other_ca, &err) != 0 ||
      dw_pki_issue_leaf(&in->ca, &(struct dw_pki_names){names, 1}, &life, &in->leaf, &err) != 0)
    fail_msg("%s", err.text);
}

void installed_begin(struct installed *out, const char *minor) {
  static const char *const served[] = {FAKE_NADS,       FAKE_HCOS,   FAKE_KUBEVIRTS, FAKE_OWN_ACCESS, FAKE_ACCESS,
                                       FAKE_VALIDATING, FAKE_SLICES, FAKE_MUTATING,  FAKE_PODS};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  *out = (struct installed){.api = fake_api_start()};
  make_certificates(out);
  installed_answer(
      out, "/version", 200,
      dw_arena_printf(arena, "{\"major\":\"1\",\"minor\":\"%s\",\"gitVersion\":\"v1.%s.0\"}", minor, minor));
  for (size_t i = 0; i < sizeof served / sizeof *served; i++)
    fake_api_serve(out->api, served[i]);
  fake_api_put(out->api, FAKE_PRIORITY_CLASSES, "{\"metadata\":{\"name\":\"system-cluster-critical\"}}");
  fake_api_deny(out->api, FAKE_ACCESS, "\"verb\":\"serve\""); /* only the RoleBinding grants that */
}

void installed_end(struct installed *in) {
  fake_api_end(in->api);
  dw_pki_pair_free(&in->ca);
  dw_pki_pair_free(&in->leaf);
  dw_pki_pair_free(&in->other_ca);
}

/* --- the overlay --- */

void installed_deployment(struct installed *in, const char *args, const char *status) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  fake_api_put(in->api, FAKE_DEPLOYMENTS,
               dw_arena_printf(arena,
                               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway\",\"generation\":2},"
                               "\"spec\":{\"replicas\":2,\"template\":{\"spec\":{\"serviceAccountName\":\"droveway\","
                               "\"containers\":[{\"image\":\"registry.example.com:5000/infra/droveway:" DW_VERSION
                               "\",\"args\":[%s],\"env\":[{\"name\":\"KUBEVIRT_NAMESPACE\",\"valueFrom\":{"
                               "\"configMapKeyRef\":{\"name\":\"droveway-settings\",\"key\":\"KUBEVIRT_NAMESPACE\"}}}]"
                               "}]}}},\"status\":{%s}}",
                               args == NULL ? GOOD_ARGS : args, status == NULL ? GOOD_STATUS : status));
}

void installed_pod(struct installed *in, const char *status) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  fake_api_put(in->api, FAKE_PODS,
               dw_arena_printf(arena,
                               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-1\",\"labels\":{"
                               "\"app.kubernetes.io/name\":\"droveway\"}},\"status\":{%s}}",
                               status));
}

void installed_secret(struct installed *in, const char *certificate, const char *key) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  fake_api_put(in->api, FAKE_SECRETS,
               dw_arena_printf(arena,
                               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-tls\"},\"data\":{"
                               "\"tls.crt\":\"%s\",\"tls.key\":\"%s\"}}",
                               dw_base64_encode(arena, certificate, strlen(certificate)),
                               dw_base64_encode(arena, key, strlen(key))));
}

void installed_kubevirt(struct installed *in, const char *ns) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  fake_api_put(in->api, FAKE_HCOS,
               dw_arena_printf(arena, "{\"metadata\":{\"namespace\":\"%s\",\"name\":\"hco\"}}", ns));
}

void installed_install(struct installed *in) {
  fake_api_put(in->api, FAKE_NAMESPACES, "{\"metadata\":{\"name\":\"droveway\"}}");
  installed_kubevirt(in, "openshift-cnv");
  installed_deployment(in, NULL, NULL);
  fake_api_put(in->api, FAKE_CONFIGMAPS,
               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-settings\"},\"data\":{"
               "\"KUBEVIRT_NAMESPACE\":\"openshift-cnv\"}}");
  fake_api_put(in->api, FAKE_SERVICES, "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway\"}}");
  fake_api_put(in->api, FAKE_SLICES,
               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-a\",\"labels\":{"
               "\"kubernetes.io/service-name\":\"droveway\"}},\"endpoints\":[{\"conditions\":{\"ready\":true}},"
               "{\"conditions\":{\"ready\":true}}]}");
  installed_secret(in, in->leaf.certificate, in->leaf.key);
  installed_answer(in, FAKE_READYZ, 200,
                   "[+]shutdown\n[+]view\n[!]activation: waiting for the ValidatingWebhookConfiguration droveway\n"
                   "readyz check passed\n");
  installed_binding(in, "");
}

/* --- the registration --- */

/* One webhook, with "namespaceSelector" as the manifests have it. */
static const char *webhook(struct dw_arena *arena, const char *name, const char *operator, const char * rest,
                           const char *ns) {
  return dw_arena_printf(arena,
                         "{\"name\":\"%s\",\"namespaceSelector\":{\"matchExpressions\":[{\"key\":"
                         "\"kubernetes.io/metadata.name\",\"operator\":\"%s\",\"values\":[\"%s\"]}]},%s}",
                         name, operator, ns, rest);
}

void installed_webhooks(struct installed *in, const char *name, const char *bundle, const char *condition,
                        const char *ns) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *conditions =
      condition == NULL
          ? ""
          : dw_arena_printf(arena,
                            "{\"name\":\"droveway-is-active\",\"expression\":\"authorizer.serviceAccount(%s).x()\"}",
                            condition);
  const char *rest = dw_arena_printf(
      arena,
      "\"clientConfig\":{\"service\":{\"namespace\":\"droveway\",\"name\":\"droveway\"},\"caBundle\":\"%s\"},"
      "\"matchConditions\":[%s]",
      bundle == NULL ? "" : dw_base64_encode(arena, bundle, strlen(bundle)), conditions);
  const char *list =
      dw_arena_printf(arena, "[%s,%s]", webhook(arena, "nad-migration.validate.droveway.io", "In", rest, ns),
                      webhook(arena, "nad.validate.droveway.io", "NotIn", rest, ns));
  fake_api_put(in->api, FAKE_VALIDATING,
               dw_arena_printf(arena, "{\"metadata\":{\"name\":\"%s\"},\"webhooks\":%s}", name, list));
  fake_api_put(in->api, FAKE_MUTATING,
               dw_arena_printf(arena, "{\"metadata\":{\"name\":\"%s\"},\"webhooks\":[%s]}", name,
                               webhook(arena, "nad.mutate.droveway.io", "NotIn", rest, "kube-system")));
}

void installed_binding(struct installed *in, const char *subjects) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  fake_api_put(in->api, FAKE_BINDINGS,
               dw_arena_printf(arena,
                               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-active\"},"
                               "\"subjects\":[%s]}",
                               subjects));
}

void installed_register(struct installed *in) {
  installed_webhooks(in, "droveway", in->ca.certificate, "'droveway', 'droveway'", "openshift-cnv");
  installed_binding(in, "{\"kind\":\"ServiceAccount\",\"namespace\":\"droveway\",\"name\":\"droveway\"}");
  installed_answer(in, FAKE_READYZ, 200, "[+]shutdown\n[+]view\n[+]activation: active\nreadyz check passed\n");
}
