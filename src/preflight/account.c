/* The rights of Droveway's service account. */
#include <string.h>

#include "kube/cluster.h"
#include "preflight/preflight_internal.h"

/* Adds a line, and counts in LACKING, if USER lacks a right. Returns false if that can't be found out. */
static bool check_one(struct preflight *p, const char *user, const struct access *access, size_t *lacking) {
  static const char what[] = "service account";
  bool allowed = false;
  struct seen seen = dw_look_access(p, user, access, &allowed);
  if (!dw_preflight_found(p, &seen, what, "the API server answers no SubjectAccessReview", NULL))
    return false;
  if (allowed)
    return true;
  ++*lacking;
  dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, dw_preflight_text(p, "kubectl apply -k %s", dw_preflight_overlay(p)),
                   "%s may not %s %s%s%s%s%s", user, access->verb, access->resource, *access->group == '\0' ? "" : ".",
                   access->group, access->name == NULL ? "" : " ", access->name == NULL ? "" : access->name);
  return true;
}

static bool check_reading(struct preflight *p, const char *user, size_t *lacking) {
  static const char *const verbs[] = {"list", "watch"};
  size_t count = 0;
  const struct dw_resource *resources = dw_resources(&count);
  for (size_t i = 0; i < count; i++)
    for (size_t v = 0; v < (resources[i].watched ? 2 : 1); v++)
      if (!check_one(
              p, user,
              &(struct access){verbs[v], resources[i].group, resources[i].plural, resources[i].ns, resources[i].name},
              lacking))
        return false;
  return true;
}

static bool check_activation(struct preflight *p, const char *user, size_t *lacking) {
  const char *ns = p->options->ns;
  const struct access all[] = {
      {"get", "rbac.authorization.k8s.io", "rolebindings", ns, "droveway-active"},
      {"update", "rbac.authorization.k8s.io", "rolebindings", ns, "droveway-active"},
      {"bind", "rbac.authorization.k8s.io", "roles", ns, "droveway-active"},
      {"get", "admissionregistration.k8s.io", "validatingwebhookconfigurations", NULL, "droveway"},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!check_one(p, user, &all[i], lacking))
      return false;
  return true;
}

/* Some clusters grant everything to all service accounts. There the webhooks count before Droveway is ready, and after
 * it was removed. */
static void check_grants(struct preflight *p, const char *user) {
  static const char what[] = "gate of the webhooks";
  bool allowed = false;
  struct seen seen =
      dw_look_access(p, user, &(struct access){"serve", "droveway.io", "reviews", p->options->ns, NULL}, &allowed);
  if (dw_preflight_found(p, &seen, what, "the API server answers no SubjectAccessReview", NULL) && allowed)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     "remove the binding that gives service accounts all rights: kubectl get "
                     "clusterrolebindings,rolebindings -A -o wide",
                     "%s may already serve reviews.droveway.io, so the webhooks can't be switched off", user);
}

void dw_preflight_grants(struct preflight *p) {
  if (!dw_preflight_gate_is_open(p))
    check_grants(p, dw_preflight_text(p, "system:serviceaccount:%s:droveway", p->options->ns));
}

void dw_preflight_account(struct preflight *p) {
  const char *name =
      dw_json_get_string(dw_json_path(p->deployment.object, "spec", "template", "spec", NULL), "serviceAccountName");
  const char *user =
      dw_preflight_text(p, "system:serviceaccount:%s:%s", p->options->ns, name == NULL ? "droveway" : name);
  size_t lacking = 0;
  if (p->deployment.look == LOOK_FOUND && check_reading(p, user, &lacking) && check_activation(p, user, &lacking) &&
      lacking == 0)
    dw_preflight_add(p, DW_PREFLIGHT_OK, "service account", NULL, "%s has all rights that Droveway needs", user);
}
