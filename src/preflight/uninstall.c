/* Before Droveway is removed: in which order, and what stays. */
#include <string.h>

#include "preflight/preflight_internal.h"

/* Objects that are removed with the overlay. */
static const struct {
  const char *what, *path;
} parts[] = {
    {"ClusterRole droveway", "/apis/rbac.authorization.k8s.io/v1/clusterroles/droveway"},
    {"ClusterRoleBinding droveway", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/droveway"},
    {"ClusterRole droveway-activation", "/apis/rbac.authorization.k8s.io/v1/clusterroles/droveway-activation"},
    {"ClusterRoleBinding droveway-activation",
     "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/droveway-activation"},
    {"ClusterRole droveway-certificates", "/apis/rbac.authorization.k8s.io/v1/clusterroles/droveway-certificates"},
    {"ClusterRoleBinding droveway-certificates",
     "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/droveway-certificates"},
    {"Role kube-system/droveway", "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles/droveway"},
    {"RoleBinding kube-system/droveway",
     "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/rolebindings/droveway"},
};

/* Returns true if the webhook configuration exists, or may exist because it can't be read. */
static bool check_hooks(struct preflight *p, const struct seen *seen, const char *what, bool removed) {
  if (seen->look == LOOK_ABSENT)
    return false;
  if (!dw_preflight_found(p, seen, what, "", NULL))
    return true;
  if (!removed)
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what, NULL, "is registered: remove it first");
  else
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     "kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration droveway",
                     "is left, although Droveway is removed");
  return true;
}

static void check_parts(struct preflight *p, bool removed) {
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    struct seen seen = dw_look(p, "%s", parts[i].path);
    if (seen.look == LOOK_ABSENT || !dw_preflight_found(p, &seen, parts[i].what, "", NULL))
      continue;
    dw_preflight_add(p, removed ? DW_PREFLIGHT_MISSING : DW_PREFLIGHT_NOTE, parts[i].what,
                     removed ? dw_preflight_text(p, "kubectl delete -k %s --ignore-not-found", dw_preflight_overlay(p))
                             : NULL,
                     removed ? "is left, although Droveway is removed" : "is removed with the overlay");
  }
}

/* The reports stay, because Kubernetes does not know who wrote them. */
static void check_reports(struct preflight *p) {
  static const char what[] = "PolicyReports";
  struct seen seen = dw_look(p, "/apis/wgpolicyk8s.io/v1alpha2/policyreports?labelSelector=app.kubernetes.io%%2F"
                                "managed-by%%3Ddroveway");
  if (seen.look == LOOK_ABSENT || !dw_preflight_found(p, &seen, what, "", NULL))
    return;
  size_t count = dw_json_size(dw_json_get(seen.object, "items"));
  if (count > 0)
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what,
                     "kubectl delete policyreports,clusterpolicyreports -A -l app.kubernetes.io/managed-by=droveway",
                     "%zu stay after the overlay is deleted", count);
}

void dw_preflight_uninstall(struct preflight *p) {
  bool removed = p->deployment.look == LOOK_ABSENT;
  const char *what = dw_preflight_text(p, "Deployment %s/droveway", p->options->ns);
  bool registered = check_hooks(p, &p->validating, "ValidatingWebhookConfiguration droveway", removed);
  registered = check_hooks(p, &p->mutating, "MutatingWebhookConfiguration droveway", removed) || registered;
  if (removed)
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "does not exist");
  else if (dw_preflight_found(p, &p->deployment, what, "", NULL))
    dw_preflight_add(p, registered ? DW_PREFLIGHT_NOTE : DW_PREFLIGHT_OK, what, NULL,
                     registered ? "remove it after the webhooks" : "can be removed: no webhook calls it");
  check_parts(p, removed);
  check_reports(p);
  p->out->next = removed      ? NULL
                 : registered ? dw_preflight_text(p, "kubectl delete -k %s, then kubectl delete -k %s",
                                                  dw_preflight_enforce(p), dw_preflight_overlay(p))
                              : dw_preflight_text(p, "kubectl delete -k %s", dw_preflight_overlay(p));
}
