/* The server after the overlay was applied: can it answer? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/text.h"
#include "certs/certs.h"
#include "preflight/preflight_internal.h"

enum { SOON_S = 7 * 86400, MOST_PODS = 5 };

/* --- settings --- */

/* The value of the argument "--NAME=...", or NULL. */
static const char *argument(const struct preflight *p, const char *name) {
  const dw_json *args = dw_json_get(dw_look_container(p), "args");
  for (size_t i = 0; i < dw_json_size(args); i++) {
    const char *text = dw_json_string(dw_json_at(args, i));
    if (text != NULL && strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == '=')
      return text + strlen(name) + 1;
  }
  return NULL;
}

/* The variable NAME of the container: its value, or the key of a ConfigMap that it names. */
static const char *variable(struct preflight *p, const char *name) {
  const dw_json *env = dw_json_get(dw_look_container(p), "env");
  for (size_t i = 0; i < dw_json_size(env); i++) {
    const dw_json *one = dw_json_at(env, i), *ref = dw_json_path(one, "valueFrom", "configMapKeyRef", NULL);
    if (strcmp(dw_look_string(one, "name"), name) != 0)
      continue;
    if (ref == NULL)
      return dw_json_get_string(one, "value");
    p->settings = dw_look(p, "/api/v1/namespaces/%s/configmaps/%s", p->options->ns, dw_look_string(ref, "name"));
    return dw_json_get_string(dw_json_get(p->settings.object, "data"), dw_look_string(ref, "key"));
  }
  return NULL;
}

void dw_preflight_read_setting(struct preflight *p) {
  char name[64] = "";
  const char *given = argument(p, "--kubevirt-namespace");
  p->settings = (struct seen){.look = LOOK_FOUND};
  p->setting = given != NULL && sscanf(given, "$(%63[^)])", name) == 1 ? variable(p, name) : given;
}

const char *dw_preflight_setting(const struct preflight *p) {
  return p->options->kubevirt_namespace != NULL ? p->options->kubevirt_namespace : p->setting;
}

static void check_settings(struct preflight *p) {
  static const char what[] = "settings";
  static const char fix[] = "set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings";
  if (argument(p, "--kubevirt-namespace") == NULL)
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what, NULL,
                     "the Deployment has no --kubevirt-namespace; the policy decides");
  else if (!dw_preflight_found(p, &p->settings, what, "the ConfigMap with KubeVirt's namespace does not exist",
                               dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_overlay(p))))
    return;
  else if (p->setting == NULL || !dw_is_dns_label(p->setting))
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "KubeVirt's namespace is not a valid name: \"%s\"",
                     p->setting == NULL ? "" : p->setting);
}

/* --- pods --- */

static const struct {
  const char *reason, *fix;
} fixes[] = {
    {"ImagePullBackOff", "push the image, set its name and tag, or give the ServiceAccount a pull secret"},
    {"ErrImagePull", "push the image, set its name and tag, or give the ServiceAccount a pull secret"},
    {"InvalidImageName", "set the image's name and tag"},
    {"CreateContainerConfigError", "apply the overlay again: the named ConfigMap or Secret is missing"},
    {"Unschedulable", "make room on a node, or change what the Deployment asks for"},
};

static const char *fix_of(struct preflight *p, const char *reason, const char *pod) {
  for (size_t i = 0; i < sizeof fixes / sizeof *fixes; i++)
    if (strcmp(fixes[i].reason, reason) == 0)
      return fixes[i].fix;
  return strcmp(reason, "CrashLoopBackOff") == 0
             ? dw_preflight_text(p, "kubectl -n %s logs %s --previous", p->options->ns, pod)
             : dw_preflight_text(p, "kubectl -n %s describe pod %s", p->options->ns, pod);
}

/* Why a pod is not ready. */
struct trouble {
  const char *reason, *message;
};

static const dw_json *condition(const dw_json *object, const char *type) {
  const dw_json *conditions = dw_json_path(object, "status", "conditions", NULL);
  for (size_t i = 0; i < dw_json_size(conditions); i++)
    if (strcmp(dw_look_string(dw_json_at(conditions, i), "type"), type) == 0)
      return dw_json_at(conditions, i);
  return NULL;
}

static bool holds(const dw_json *object, const char *type) {
  return strcmp(dw_look_string(condition(object, type), "status"), "True") == 0;
}

static struct trouble trouble_of(const dw_json *pod) {
  const dw_json *statuses = dw_json_path(pod, "status", "containerStatuses", NULL);
  const dw_json *scheduled = condition(pod, "PodScheduled");
  for (size_t i = 0; i < dw_json_size(statuses); i++) {
    const dw_json *waiting = dw_json_path(dw_json_at(statuses, i), "state", "waiting", NULL);
    if (waiting != NULL)
      return (struct trouble){dw_look_string(waiting, "reason"), dw_look_string(waiting, "message")};
  }
  if (scheduled != NULL && !holds(pod, "PodScheduled"))
    return (struct trouble){dw_look_string(scheduled, "reason"), dw_look_string(scheduled, "message")};
  return (struct trouble){"NotReady", "it runs, but /readyz does not answer with ok"};
}

static void check_pods(struct preflight *p) {
  struct seen seen =
      dw_look(p, "/api/v1/namespaces/%s/pods?labelSelector=app.kubernetes.io%%2Fname%%3Ddroveway", p->options->ns);
  if (!dw_preflight_found(p, &seen, "pods", "", NULL))
    return;
  const dw_json *items = dw_json_get(seen.object, "items");
  size_t reported = 0;
  for (size_t i = 0; i < dw_json_size(items) && reported < MOST_PODS; i++) {
    const dw_json *pod = dw_json_at(items, i);
    const char *name = dw_look_string(dw_json_get(pod, "metadata"), "name");
    if (holds(pod, "Ready"))
      continue;
    struct trouble trouble = trouble_of(pod);
    reported++;
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, dw_preflight_text(p, "pod %s", name), fix_of(p, trouble.reason, name),
                     "%s%s%s", trouble.reason, *trouble.message == '\0' ? "" : ": ", trouble.message);
  }
}

/* --- the Deployment --- */

static int64_t number(const dw_json *object, const char *a, const char *b) {
  int64_t value = 0;
  return dw_json_integer(dw_json_path(object, a, b, NULL), &value) ? value : 0;
}

/* Quotas, security constraints and admission reject pods before there is one. */
static void check_failure(struct preflight *p, const char *what) {
  if (holds(p->deployment.object, "ReplicaFailure"))
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, NULL, "pods can't be created: %s",
                     dw_look_string(condition(p->deployment.object, "ReplicaFailure"), "message"));
}

static void check_deployment(struct preflight *p) {
  const dw_json *object = p->deployment.object;
  const char *what = dw_preflight_text(p, "Deployment %s/droveway", p->options->ns);
  const char *fix =
      dw_preflight_text(p, "kubectl -n %s rollout status deployment/droveway --timeout=2m", p->options->ns);
  int64_t wanted = number(object, "spec", "replicas"), updated = number(object, "status", "updatedReplicas"),
          available = number(object, "status", "availableReplicas");
  if (number(object, "status", "observedGeneration") < number(object, "metadata", "generation"))
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "its last change has not been observed yet");
  else if (wanted == 0)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     dw_preflight_text(p, "kubectl -n %s scale deployment/droveway --replicas=2", p->options->ns),
                     "it is scaled to 0 replicas");
  else if (updated < wanted || available < wanted)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix,
                     "%" PRId64 " of %" PRId64 " replicas are updated, %" PRId64 " are available", updated, wanted,
                     available);
  else
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "%" PRId64 " of %" PRId64 " replicas are available", available,
                     wanted);
  check_failure(p, what);
  if (wanted > 0 && (updated < wanted || available < wanted))
    check_pods(p);
}

/* --- the version --- */

/* The tag of an image; "" if it has none. A digest is not a tag, and a port is not one either. */
static const char *tag_of(struct dw_arena *arena, const char *image) {
  char *copy = dw_arena_strdup(arena, image);
  copy[strcspn(copy, "@")] = '\0';
  const char *name = strrchr(copy, '/'), *tag = strrchr(name == NULL ? copy : name, ':');
  return tag == NULL ? "" : tag + 1;
}

static void check_version(struct preflight *p) {
  static const char what[] = "version";
  const char *image = dw_look_string(dw_look_container(p), "image"), *tag = tag_of(p->arena, image);
  if (strcmp(tag, DW_VERSION) == 0)
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "%s", image);
  else
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what, NULL, "this command is %s, and the image is %s", DW_VERSION, image);
}

/* --- the Service --- */

static void check_service(struct preflight *p) {
  const char *what = dw_preflight_text(p, "Service %s/droveway", p->options->ns);
  struct seen service = dw_look(p, "/api/v1/namespaces/%s/services/droveway", p->options->ns);
  if (!dw_preflight_found(p, &service, what, "does not exist",
                          dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_overlay(p))))
    return;
  struct seen slices = dw_look(p,
                               "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector="
                               "kubernetes.io%%2Fservice-name%%3Ddroveway",
                               p->options->ns);
  if (!dw_preflight_found(p, &slices, what, "the API server has no EndpointSlices", NULL))
    return;
  size_t ready = 0;
  const dw_json *items = dw_json_get(slices.object, "items");
  for (size_t i = 0; i < dw_json_size(items); i++) {
    const dw_json *endpoints = dw_json_get(dw_json_at(items, i), "endpoints");
    for (size_t e = 0; e < dw_json_size(endpoints); e++) {
      bool is_ready = false;
      const dw_json *value = dw_json_path(dw_json_at(endpoints, e), "conditions", "ready", NULL);
      ready += value == NULL || (dw_json_boolean(value, &is_ready) && is_ready); /* absent means ready */
    }
  }
  if (ready == 0)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     dw_preflight_text(p, "kubectl -n %s get endpointslices,pods -o wide", p->options->ns),
                     "no endpoint is ready, so the API server could not call the webhooks");
  else
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "%zu ready endpoint%s", ready, ready == 1 ? "" : "s");
}

/* --- the certificate --- */

/* The name of the Secret in the volume "tls". Without that volume, Droveway itself reads droveway-tls. */
static const char *secret_name(const struct preflight *p) {
  const dw_json *volumes = dw_json_path(p->deployment.object, "spec", "template", "spec", "volumes", NULL);
  for (size_t i = 0; i < dw_json_size(volumes); i++) {
    const char *name = dw_json_get_string(dw_json_get(dw_json_at(volumes, i), "secret"), "secretName");
    if (name != NULL && strcmp(dw_look_string(dw_json_at(volumes, i), "name"), "tls") == 0)
      return name;
  }
  return "droveway-tls";
}

const char *dw_preflight_certificate(struct preflight *p) {
  const char *text = dw_base64_text(p->arena, dw_json_get_string(dw_json_get(p->secret.object, "data"), "tls.crt"));
  return *text == '\0' ? NULL : text;
}

static void check_pair(struct preflight *p, const char *what, const char *certificate, const char *key) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_certs certs = {NULL, 0};
  const char *host = dw_preflight_text(p, "droveway.%s.svc", p->options->ns);
  const char *fix = dw_preflight_text(p,
                                      "delete the Secret's content or let its issuer renew it: "
                                      "kubectl -n %s describe secret %s",
                                      p->options->ns, secret_name(p));
  if (dw_pki_read_certs(p->arena, certificate, &certs, &err) != 0 || dw_pki_key_fits(certificate, key, &err) != 0) {
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "%s", err.text);
    return;
  }
  char until[32] = "";
  time_t end = (time_t)certs.list[0].until;
  struct tm utc;
  if (gmtime_r(&end, &utc) != NULL)
    strftime(until, sizeof until, "%Y-%m-%d %H:%M:%S UTC", &utc);
  if (certs.list[0].until <= p->options->now)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "the certificate expired on %s", until);
  else if (certs.list[0].from > p->options->now)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, "compare the clocks, or wait",
                     "the certificate is not valid yet: it begins %" PRId64 " s from now",
                     certs.list[0].from - p->options->now);
  else if (dw_pki_missing_name(certificate, &(struct dw_pki_names){&host, 1}) != NULL)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "the certificate is not valid for %s", host);
  else
    dw_preflight_add(p, certs.list[0].until - p->options->now < SOON_S ? DW_PREFLIGHT_NOTE : DW_PREFLIGHT_OK, what,
                     NULL, "valid for %s until %s", host, until);
}

static void check_secret(struct preflight *p) {
  const char *what = dw_preflight_text(p, "Secret %s/%s", p->options->ns, secret_name(p));
  bool self_managed = strstr(dw_preflight_overlay(p), "self-managed") != NULL;
  const char *fix = self_managed ? dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_overlay(p))
                    : p->openshift
                        ? "oc -n openshift-service-ca get pods"
                        : dw_preflight_text(p, "kubectl -n %s describe certificate,certificaterequest", p->options->ns);
  if (!dw_preflight_found(p, &p->secret, what, "does not exist; its issuer has not created it", fix))
    return;
  const dw_json *data = dw_json_get(p->secret.object, "data");
  const char *certificate = dw_base64_text(p->arena, dw_json_get_string(data, "tls.crt"));
  const char *key = dw_base64_text(p->arena, dw_json_get_string(data, "tls.key"));
  if (*certificate == '\0' || *key == '\0')
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, fix, "tls.crt and tls.key are empty; %s",
                     self_managed ? "Droveway fills it when it starts" : "its issuer has not filled it");
  else
    check_pair(p, what, certificate, key);
}

/* --- readyz --- */

/* One line of /readyz?verbose: "[!]view: ...". */
static void add_health(struct preflight *p, const char *line) {
  enum dw_preflight_state state = line[1] == '-' ? DW_PREFLIGHT_MISSING : DW_PREFLIGHT_NOTE;
  /* Before the step enforce, the gate is closed. After it, check_gate() in webhooks.c reports it. */
  if (line[1] == '+' || strncmp(line + 3, "activation:", 11) == 0)
    return;
  dw_preflight_add(p, state, "readyz",
                   state == DW_PREFLIGHT_MISSING ? "read docs/operations.md, \"Readyz, logs and metrics\"" : NULL, "%s",
                   line + 3);
}

/* One of the replicas answers, through the API server and the Service. */
static void check_health(struct preflight *p) {
  static const char what[] = "readyz";
  struct seen seen =
      dw_look_text(p, "/api/v1/namespaces/%s/services/https:droveway:https/proxy/readyz?verbose", p->options->ns);
  bool passed = seen.look == LOOK_FOUND;
  if (seen.look == LOOK_FORBIDDEN) {
    (void)dw_preflight_found(p, &seen, what, "", NULL);
    return;
  }
  if (!passed) /* it lists the same checks, but never fails */
    seen = dw_look_text(p, "/api/v1/namespaces/%s/services/https:droveway:https/proxy/livez?verbose", p->options->ns);
  if (seen.look != LOOK_FOUND) {
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     dw_preflight_text(p, "kubectl -n %s logs -l app.kubernetes.io/name=droveway --prefix --tail=50",
                                       p->options->ns),
                     "no replica answers through the Service: %s", seen.why);
    return;
  }
  char *text = dw_arena_strdup(p->arena, seen.text);
  for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;)
    if (line[0] == '[' && line[1] != '\0' && line[2] == ']')
      add_health(p, line);
  if (passed)
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "passed");
}

void dw_preflight_server(struct preflight *p) {
  p->secret = dw_look(p, "/api/v1/namespaces/%s/secrets/%s", p->options->ns, secret_name(p));
  const char *what = dw_preflight_text(p, "Deployment %s/droveway", p->options->ns);
  if (!dw_preflight_found(p, &p->deployment, what, "does not exist",
                          dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_overlay(p))))
    return;
  check_deployment(p);
  check_version(p);
  check_settings(p);
  check_service(p);
  check_secret(p);
  check_health(p);
}
