/* A cluster in which Droveway is installed and registered well, in the API server for tests. */
#ifndef TESTS_SUPPORT_INSTALLED_CASE_H
#define TESTS_SUPPORT_INSTALLED_CASE_H

#include "certs/certs.h"
#include "support/fake_api.h"

#define FAKE_DEPLOYMENTS "/apis/apps/v1/deployments"
#define FAKE_PODS "/api/v1/pods"
#define FAKE_SERVICES "/api/v1/services"
#define FAKE_SLICES "/apis/discovery.k8s.io/v1/endpointslices"
#define FAKE_NAMESPACES "/api/v1/namespaces"
#define FAKE_BINDINGS "/apis/rbac.authorization.k8s.io/v1/rolebindings"
#define FAKE_PRIORITY_CLASSES "/apis/scheduling.k8s.io/v1/priorityclasses"
#define FAKE_SCCS "/apis/security.openshift.io/v1/securitycontextconstraints"
#define FAKE_READYZ "/api/v1/namespaces/droveway/services/https:droveway:https/proxy/readyz"
#define FAKE_LIVEZ "/api/v1/namespaces/droveway/services/https:droveway:https/proxy/livez"

struct installed {
  struct fake_api *api;
  struct dw_pki_pair ca, leaf, other_ca;
};

/* Starts the API server with an empty cluster of VERSION ("30" is Kubernetes 1.30). */
void installed_begin(struct installed *out, const char *minor);
void installed_end(struct installed *installed);

/* Each of these adds or replaces what its name says, as it should be after the step. */
void installed_install(struct installed *in);  /* all of the overlay, and KubeVirt in openshift-cnv */
void installed_register(struct installed *in); /* the webhooks, with the CA, and the subject of the RoleBinding */

/* Parts, for what should not be so. */
void installed_answer(struct installed *in, const char *path, int status, const char *body);
void installed_deployment(struct installed *in, const char *args, const char *status);
void installed_pod(struct installed *in, const char *status);
void installed_secret(struct installed *in, const char *certificate, const char *key);
void installed_kubevirt(struct installed *in, const char *ns);
/* BUNDLE: PEM, NULL for none; CONDITION: the account in droveway-is-active, NULL for no such condition; NS: of the
 * selectors. */
void installed_webhooks(struct installed *in, const char *name, const char *bundle, const char *condition,
                        const char *ns);
void installed_binding(struct installed *in, const char *subjects);

#endif
