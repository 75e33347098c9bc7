/* The registration: the webhook configurations, and the gate that switches them on. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "certs/certs.h"
#include "kube/account.h"
#include "preflight/preflight_internal.h"

#define HOOKS "/apis/admissionregistration.k8s.io/v1/"

static const char *apply_again(struct preflight *p) {
  return dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_enforce(p));
}

/* --- one webhook --- */

/* A webhook of one of the two configurations. */
struct hook {
  const dw_json *json;
  const char *what;        /* for the line */
  const char *certificate; /* the server's; NULL: unknown */
};

static bool check_target(struct preflight *p, const struct hook *hook) {
  const dw_json *client = dw_json_get(hook->json, "clientConfig"), *service = dw_json_get(client, "service");
  if (service == NULL)
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, hook->what, NULL, "calls %s instead of the Service",
                     dw_look_string(client, "url"));
  else if (strcmp(dw_look_string(service, "namespace"), p->options->ns) != 0 ||
           strcmp(dw_look_string(service, "name"), "droveway") != 0)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, hook->what, apply_again(p),
                     "calls the Service %s/%s instead of %s/droveway", dw_look_string(service, "namespace"),
                     dw_look_string(service, "name"), p->options->ns);
  else
    return true;
  return service == NULL;
}

static bool check_ca(struct preflight *p, const struct hook *hook) {
  struct dw_error err = DW_ERROR_INIT;
  const char *bundle = dw_webhook_bundle(p->arena, hook->json);
  if (*bundle == '\0') {
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, hook->what,
                     "wait a minute; then look at the log of cert-manager's cainjector, the service CA or Droveway",
                     "has no caBundle");
    return false;
  }
  if (hook->certificate == NULL || dw_pki_verify(bundle, hook->certificate, p->options->now, &err) == 0)
    return true;
  dw_preflight_add(p, DW_PREFLIGHT_MISSING, hook->what,
                   "wait a minute; then look at the log of cert-manager's cainjector, the service CA or Droveway",
                   "its caBundle does not belong to the certificate in the Secret: %s", err.text);
  return false;
}

/* The expression contains the service account and the namespace. */
static bool check_condition(struct preflight *p, const struct hook *hook) {
  const dw_json *conditions = dw_json_get(hook->json, "matchConditions");
  const char *wanted = dw_preflight_text(p, "serviceAccount('%s', 'droveway')", p->options->ns);
  for (size_t i = 0; i < dw_json_size(conditions); i++) {
    if (strcmp(dw_look_string(dw_json_at(conditions, i), "name"), "droveway-is-active") != 0)
      continue;
    if (strstr(dw_look_string(dw_json_at(conditions, i), "expression"), wanted) != NULL)
      return true;
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, hook->what, apply_again(p),
                     "its condition droveway-is-active is about another service account than %s/droveway",
                     p->options->ns);
    return false;
  }
  dw_preflight_add(p, DW_PREFLIGHT_MISSING, hook->what, apply_again(p),
                   "has no condition droveway-is-active, so it rejects changes if Droveway is removed first");
  return false;
}

/* The two webhooks for NADs divide the namespaces: KubeVirt's, and the others. */
static bool check_selector(struct preflight *p, const struct hook *hook) {
  bool own = strcmp(dw_look_string(hook->json, "name"), "nad-migration.validate.droveway.io") == 0;
  const char *setting = dw_preflight_setting(p);
  if ((!own && strcmp(dw_look_string(hook->json, "name"), "nad.validate.droveway.io") != 0) || setting == NULL)
    return true;
  const dw_json *all = dw_json_path(hook->json, "namespaceSelector", "matchExpressions", NULL);
  for (size_t i = 0; i < dw_json_size(all); i++) {
    const dw_json *values = dw_json_get(dw_json_at(all, i), "values");
    bool matches = strcmp(dw_look_string(dw_json_at(all, i), "operator"), own ? "In" : "NotIn") == 0;
    for (size_t v = 0; matches && v < dw_json_size(values); v++) {
      const char *value = dw_json_string(dw_json_at(values, v));
      if (value != NULL && strcmp(value, setting) == 0)
        return true;
    }
  }
  dw_preflight_add(p, DW_PREFLIGHT_MISSING, hook->what, apply_again(p),
                   "its namespaceSelector does not have KubeVirt's namespace, %s", setting);
  return false;
}

static bool check_hook(struct preflight *p, const struct hook *hook) {
  bool good = check_target(p, hook);
  good = check_ca(p, hook) && good;
  good = check_condition(p, hook) && good;
  return check_selector(p, hook) && good;
}

/* --- the configurations --- */

static void check_configuration(struct preflight *p, const struct seen *seen, const char *kind, bool required,
                                const char *certificate) {
  const char *what = dw_preflight_text(p, "%s droveway", kind);
  if (seen->look == LOOK_ABSENT && !required) {
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what, NULL, "does not exist; defaults are not filled in");
    return;
  }
  if (!dw_preflight_found(p, seen, what, "does not exist, so nothing is checked", apply_again(p)))
    return;
  const dw_json *hooks = dw_json_get(seen->object, "webhooks");
  size_t good = 0;
  if (dw_json_size(hooks) == 0) {
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, apply_again(p), "has no webhooks, so it does nothing");
    return;
  }
  for (size_t i = 0; i < dw_json_size(hooks); i++) {
    const dw_json *json = dw_json_at(hooks, i);
    good += check_hook(
        p, &(struct hook){json, dw_preflight_text(p, "webhook %s", dw_look_string(json, "name")), certificate});
  }
  if (good == dw_json_size(hooks))
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "%zu webhook%s%s", good, good == 1 ? "" : "s",
                     certificate == NULL ? "" : ", whose caBundle belongs to the certificate");
}

/* --- the gate --- */

bool dw_preflight_gate_is_open(const struct preflight *p) {
  return dw_binding_has_account(p->binding.object, p->options->ns, "droveway");
}

static void check_gate(struct preflight *p) {
  const char *what = dw_preflight_text(p, "RoleBinding %s/droveway-active", p->options->ns);
  if (!dw_preflight_found(p, &p->binding, what, "does not exist, so the webhooks are never called",
                          dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_overlay(p))))
    return;
  if (dw_preflight_gate_is_open(p))
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "has the service account: the webhooks are called");
  else
    dw_preflight_add(
        p, DW_PREFLIGHT_MISSING, what,
        dw_preflight_text(p, "kubectl -n %s logs -l app.kubernetes.io/name=droveway --tail=-1 | grep activation",
                          p->options->ns),
        "does not have the service account yet, so the webhooks are not called");
}

void dw_preflight_registration(struct preflight *p) {
  const char *certificate = dw_preflight_certificate(p);
  check_configuration(p, &p->validating, "ValidatingWebhookConfiguration", true, certificate);
  check_configuration(p, &p->mutating, "MutatingWebhookConfiguration", false, certificate);
  check_gate(p);
}

/* --- other registrations --- */

static bool is_ours(const struct preflight *p, const dw_json *hook) {
  const dw_json *service = dw_json_path(hook, "clientConfig", "service", NULL);
  return dw_has_suffix(dw_look_string(hook, "name"), ".droveway.io") ||
         (strcmp(dw_look_string(service, "namespace"), p->options->ns) == 0 &&
          strcmp(dw_look_string(service, "name"), "droveway") == 0);
}

/* Returns false if they can't be read. */
static bool check_kind(struct preflight *p, const char *plural, size_t *others) {
  struct seen seen = dw_look(p, HOOKS "%s", plural);
  if (!dw_preflight_found(p, &seen, plural, "are not served", NULL))
    return false;
  const dw_json *items = dw_json_get(seen.object, "items");
  for (size_t i = 0; i < dw_json_size(items); i++) {
    const dw_json *item = dw_json_at(items, i), *hooks = dw_json_get(item, "webhooks");
    const char *name = dw_look_string(dw_json_get(item, "metadata"), "name");
    bool expected = strcmp(name, "droveway") == 0 && p->deployment.look != LOOK_ABSENT, ours = false;
    for (size_t h = 0; h < dw_json_size(hooks); h++)
      ours = ours || is_ours(p, dw_json_at(hooks, h));
    if (!ours || expected)
      continue;
    ++*others;
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, dw_preflight_text(p, "%s %s", plural, name),
                     dw_preflight_text(p, "kubectl delete %s %s", plural, name),
                     p->deployment.look == LOOK_ABSENT
                         ? "it calls Droveway, which is not installed, and may reject changes"
                         : "it calls Droveway in addition to the one named droveway");
  }
  return true;
}

void dw_preflight_others(struct preflight *p) {
  size_t others = 0;
  if (check_kind(p, "validatingwebhookconfigurations", &others) &&
      check_kind(p, "mutatingwebhookconfigurations", &others) && others == 0)
    dw_preflight_add(p, DW_PREFLIGHT_OK, "other webhook configurations", NULL, "none calls Droveway");
}
