/* Finds out the step, and looks at everything that matters for it. */
#include "preflight/preflight.h"

#include <stdlib.h>

#include "preflight/preflight_internal.h"

#define HOOKS "/apis/admissionregistration.k8s.io/v1/"

const char *const dw_step_names[DW_STEPS] = {"install", "enforce", "verify", "uninstall"};
const char *const dw_preflight_states[DW_PREFLIGHT_STATES] = {"ok", "note", "missing", "unknown"};

/* --- the server --- */

/* The first question, whose failure means that nothing can be read. */
static int read_version(struct preflight *p, struct dw_error *err) {
  struct seen seen = dw_look(p, "/version");
  if (seen.look != LOOK_FOUND)
    return dw_error_set(err, DW_ERR_IO, "%s can't be read: %s", p->out->server,
                        seen.look == LOOK_ABSENT ? "it is not a Kubernetes API server" : seen.why);
  const char *version = dw_json_get_string(seen.object, "gitVersion");
  const char *minor = dw_json_get_string(seen.object, "minor");
  p->minor = minor == NULL ? 0 : (int)strtol(minor, NULL, 10); /* "30+" on some clouds */
  version = version == NULL ? "of unknown version" : version;
  if (p->minor <= 0)
    dw_preflight_add(p, DW_PREFLIGHT_UNKNOWN, "API server", "kubectl version; it should be Kubernetes 1.28 or later",
                     "Kubernetes %s: it does not say its minor version", version);
  else if (p->minor < CONDITIONS_SINCE)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, "API server", "upgrade the cluster to Kubernetes 1.28 or later",
                     "Kubernetes %s: matchConditions, which keep the webhooks from blocking changes, exist since 1.28",
                     version);
  else if (p->minor < OPTIONAL_TYPES_SINCE)
    dw_preflight_add(p, DW_PREFLIGHT_OK, "API server", NULL,
                     "Kubernetes %s: register the webhooks with the folder enforce-pre-1.30", version);
  else
    dw_preflight_add(p, DW_PREFLIGHT_OK, "API server", NULL, "Kubernetes %s", version);
  return 0;
}

static void read_facts(struct preflight *p) {
  p->openshift = dw_look_group(p, "security.openshift.io");
  p->cert_manager = dw_look_group(p, "cert-manager.io");
  p->deployment = dw_look(p, "/apis/apps/v1/namespaces/%s/deployments/droveway", p->options->ns);
  p->validating = dw_look(p, HOOKS "validatingwebhookconfigurations/droveway");
  p->mutating = dw_look(p, HOOKS "mutatingwebhookconfigurations/droveway");
  p->binding =
      dw_look(p, "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings/droveway-active", p->options->ns);
  dw_preflight_read_setting(p);
}

/* --- the steps --- */

static void guess_step(struct preflight *p) {
  struct dw_preflight *out = p->out;
  bool installed = p->deployment.look == LOOK_FOUND, registered = p->validating.look == LOOK_FOUND;
  out->step = !installed ? DW_STEP_INSTALL : registered ? DW_STEP_VERIFY : DW_STEP_ENFORCE;
  out->guess = p->deployment.look == LOOK_ABSENT
                   ? dw_preflight_text(p, "there is no Deployment %s/droveway", p->options->ns)
               : !installed ? dw_preflight_text(p, "the Deployment %s/droveway can't be read", p->options->ns)
               : registered ? "the webhooks are registered"
                            : "Droveway is installed, but its webhooks are not registered";
}

static void check_install(struct preflight *p) {
  dw_preflight_cluster(p);
  dw_preflight_kubevirt(p);
  dw_preflight_own_rights(p);
  dw_preflight_grants(p);
  dw_preflight_others(p);
  p->out->next = dw_preflight_text(p, "kubectl apply -k %s, then droveway preflight enforce", dw_preflight_overlay(p));
}

static void check_enforce(struct preflight *p) {
  dw_preflight_server(p);
  dw_preflight_kubevirt(p);
  dw_preflight_account(p);
  dw_preflight_grants(p);
  dw_preflight_others(p);
  p->out->next = dw_preflight_text(p, "kubectl apply -k %s, then droveway preflight verify", dw_preflight_enforce(p));
}

static void check_verify(struct preflight *p) {
  dw_preflight_server(p);
  dw_preflight_kubevirt(p);
  dw_preflight_account(p);
  dw_preflight_registration(p);
  dw_preflight_grants(p);
  dw_preflight_others(p);
}

int dw_preflight_run(struct dw_arena *arena, const struct dw_preflight_options *options, struct dw_preflight *out,
                     struct dw_error *err) {
  static void (*const checks[DW_STEPS])(struct preflight *) = {check_install, check_enforce, check_verify,
                                                               dw_preflight_uninstall};
  struct preflight p = {.options = options, .arena = arena, .out = out};
  *out = (struct dw_preflight){.step = options->step, .server = dw_api_config_server(options->config)};
  p.client = dw_api_client_new(options->config, err);
  if (p.client == NULL)
    return -1;
  int failed = read_version(&p, err);
  if (failed == 0) {
    read_facts(&p);
    if (options->guess)
      guess_step(&p);
    checks[out->step](&p);
  }
  dw_api_client_free(p.client);
  return failed;
}
