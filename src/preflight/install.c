/* Before anything is installed: the cluster and the rights of whoever installs. */
#include <string.h>

#include "base/text.h"
#include "preflight/preflight_internal.h"

/* --- what Droveway checks and reads --- */

static const struct kind {
  const char *group, *plural, *kind; /* plural: with the version */
  const char *without;               /* what follows if it is absent */
  bool required;
} kinds[] = {
    {"k8s.cni.cncf.io", "v1/network-attachment-definitions", "NetworkAttachmentDefinition",
     "not installed; without it there are no networks to check", true},
    {"nmstate.io", NULL, "NodeNetworkState",
     "not installed; without kubernetes-nmstate, rules about NICs only warn that they could not be checked", false},
    {"migrations.kubevirt.io", NULL, "MigrationPolicy", "not installed yet; it comes with KubeVirt", false},
    {"metallb.io", NULL, "IPAddressPool", "not installed; then no pool of MetalLB can overlap", false},
    {"monitoring.coreos.com", NULL, "ServiceMonitor", "not installed; the components monitoring... need it", false},
    {"wgpolicyk8s.io", NULL, "PolicyReport", "not installed; the component policy-reports needs it", false},
};

static void check_kinds(struct preflight *p) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const struct kind *kind = &kinds[i];
    const char *what = dw_preflight_text(p, "%s (%s)", kind->kind, kind->group);
    struct seen seen = kind->plural == NULL ? dw_look(p, "/apis/%s", kind->group)
                                            : dw_look(p, "/apis/%s/%s?limit=1", kind->group, kind->plural);
    if (seen.look == LOOK_ABSENT)
      dw_preflight_add(p, kind->required ? DW_PREFLIGHT_MISSING : DW_PREFLIGHT_NOTE, what,
                       kind->required ? "install Multus and its CRD" : NULL, "%s", kind->without);
    else if (dw_preflight_found(p, &seen, what, "", NULL))
      dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "installed");
  }
}

/* --- what the Deployment needs --- */

static void check_priority_class(struct preflight *p) {
  static const char what[] = "PriorityClass system-cluster-critical";
  struct seen seen = dw_look(p, "/apis/scheduling.k8s.io/v1/priorityclasses/system-cluster-critical");
  if (dw_preflight_found(p, &seen, what, "it does not exist, so no pod can be created",
                         "remove priorityClassName from the Deployment, or create the class"))
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "exists");
}

static void check_scc(struct preflight *p) {
  static const char what[] = "SecurityContextConstraints restricted-v2";
  struct seen seen = dw_look(p, "/apis/security.openshift.io/v1/securitycontextconstraints/restricted-v2");
  if (dw_preflight_found(p, &seen, what, "it does not exist, so no pod can be created",
                         "upgrade to OpenShift 4.11 or later, which has it"))
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "exists");
}

static void check_certificates(struct preflight *p) {
  static const char what[] = "certificate";
  if (p->openshift) {
    struct seen seen = dw_look(p, "/apis/apps/v1/namespaces/openshift-service-ca/deployments/service-ca");
    if (dw_preflight_found(p, &seen, what, "the service CA operator is not installed",
                           "use manifests/overlays/self-managed instead"))
      dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "OpenShift's service CA; use manifests/overlays/openshift");
  } else if (p->cert_manager) {
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "cert-manager is installed; use manifests/overlays/cert-manager");
  } else {
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what, NULL,
                     "cert-manager is not installed; use manifests/overlays/self-managed");
  }
}

static void check_namespace(struct preflight *p) {
  const char *what = dw_preflight_text(p, "Namespace %s", p->options->ns);
  struct seen seen = dw_look(p, "/api/v1/namespaces/%s", p->options->ns);
  if (seen.look == LOOK_ABSENT) {
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "does not exist yet; the manifests create it");
    return;
  }
  if (!dw_preflight_found(p, &seen, what, "", NULL))
    return;
  if (dw_json_path(seen.object, "metadata", "deletionTimestamp", NULL) != NULL)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     dw_preflight_text(p, "kubectl wait --for=delete namespace/%s --timeout=5m", p->options->ns),
                     "is being deleted");
  else
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "exists");
}

void dw_preflight_cluster(struct preflight *p) {
  check_kinds(p);
  check_priority_class(p);
  if (p->openshift)
    check_scc(p);
  check_certificates(p);
  check_namespace(p);
}

/* --- KubeVirt's namespace --- */

/* Sets NS to the namespace of an object at PATH, to WANTED if there is one. Returns false if they can't be read. */
static bool find_users(struct preflight *p, const char *path, const char *what, const char *wanted, const char **ns) {
  struct seen seen = dw_look(p, "%s", path);
  if (seen.look == LOOK_ABSENT)
    return true;
  if (!dw_preflight_found(p, &seen, what, "", NULL))
    return false;
  const dw_json *items = dw_json_get(seen.object, "items");
  for (size_t i = 0; i < dw_json_size(items); i++) {
    const char *found = dw_json_get_string(dw_json_get(dw_json_at(items, i), "metadata"), "namespace");
    if (found != NULL && strcmp(found, "default") != 0 &&
        (*ns == NULL || (wanted != NULL && strcmp(found, wanted) == 0)))
      *ns = found;
  }
  return true;
}

void dw_preflight_kubevirt(struct preflight *p) {
  static const char what[] = "KubeVirt's namespace";
  static const char *const paths[] = {"/apis/hco.kubevirt.io/v1/hyperconvergeds",
                                      "/apis/hco.kubevirt.io/v1beta1/hyperconvergeds",
                                      "/apis/kubevirt.io/v1/kubevirts"};
  const char *wanted = dw_preflight_setting(p), *ns = NULL;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if ((ns == NULL || (wanted != NULL && strcmp(ns, wanted) != 0)) && !find_users(p, paths[i], what, wanted, &ns))
      return;
  p->kubevirt_at = ns;
  if (ns == NULL)
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what, NULL,
                     "neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as they do");
  else if (wanted == NULL)
    dw_preflight_add(p, DW_PREFLIGHT_NOTE, what,
                     dw_preflight_text(p, "set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to %s", ns),
                     "KubeVirt is in %s", ns);
  else if (strcmp(ns, wanted) != 0)
    dw_preflight_add(p, DW_PREFLIGHT_MISSING, what,
                     dw_preflight_text(p, "set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to %s", ns),
                     "KubeVirt is in %s, not in %s", ns, wanted);
  else
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "%s", ns);
}

/* --- the rights of whoever installs --- */

#define RBAC "rbac.authorization.k8s.io"
#define HOOKS "admissionregistration.k8s.io"

/* What the manifests create. NS: "" for objects without a namespace, "*" for Droveway's own. */
static const struct {
  const char *group, *resource, *ns;
} created[] = {
    {"", "namespaces", ""},
    {"", "serviceaccounts", "*"},
    {"", "configmaps", "*"},
    {"", "secrets", "*"},
    {"", "services", "*"},
    {"apps", "deployments", "*"},
    {"policy", "poddisruptionbudgets", "*"},
    {"networking.k8s.io", "networkpolicies", "*"},
    {RBAC, "roles", "*"},
    {RBAC, "rolebindings", "*"},
    {RBAC, "roles", "kube-system"},
    {RBAC, "rolebindings", "kube-system"},
    {RBAC, "clusterroles", ""},
    {RBAC, "clusterrolebindings", ""},
    {HOOKS, "validatingwebhookconfigurations", ""},
    {HOOKS, "mutatingwebhookconfigurations", ""},
};

/* kubectl apply reads an object, then creates or patches it. Returns false if that can't be found out. */
static bool check_right(struct preflight *p, size_t i, const char *what, size_t *lacking) {
  static const char *const verbs[] = {"get", "create", "patch"};
  const char *ns = strcmp(created[i].ns, "*") == 0 ? p->options->ns : created[i].ns;
  const char *denied = "";
  for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
    bool allowed = false;
    struct seen seen =
        dw_look_access(p, NULL, &(struct access){verbs[v], created[i].group, created[i].resource, ns, NULL}, &allowed);
    if (!dw_preflight_found(p, &seen, what, "the API server answers no SelfSubjectAccessReview", NULL))
      return false;
    if (!allowed)
      denied = dw_preflight_text(p, "%s%s%s", denied, *denied == '\0' ? "" : ", ", verbs[v]);
  }
  if (*denied == '\0')
    return true;
  ++*lacking;
  dw_preflight_add(p, DW_PREFLIGHT_MISSING, what, "use a kubeconfig of a cluster administrator",
                   "you may not %s %s%s%s%s%s", denied, created[i].resource, *created[i].group == '\0' ? "" : ".",
                   created[i].group, *ns == '\0' ? "" : " in namespace ", ns);
  return true;
}

void dw_preflight_own_rights(struct preflight *p) {
  static const char what[] = "your rights";
  size_t lacking = 0;
  for (size_t i = 0; i < sizeof created / sizeof *created; i++)
    if (!check_right(p, i, what, &lacking))
      return;
  if (lacking == 0)
    dw_preflight_add(p, DW_PREFLIGHT_OK, what, NULL, "you may get, create and patch all that the manifests contain");
}
