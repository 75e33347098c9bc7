/* A Kubernetes API server for tests, over plain HTTP on the loopback interface: lists in pages or by a label, watches,
 * reading, replacing, applying and deleting objects (an outdated resource version is a conflict), and their failures.
 * Runs on threads of the test's process; thread-safe. A resource is named by its path without a namespace:
 * "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions". */
#ifndef TESTS_SUPPORT_FAKE_API_H
#define TESTS_SUPPORT_FAKE_API_H

#include <stdbool.h>
#include <stddef.h>

#include "kube/api.h"

#define FAKE_NADS "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"
#define FAKE_HCOS "/apis/hco.kubevirt.io/v1/hyperconvergeds"
#define FAKE_KUBEVIRTS "/apis/kubevirt.io/v1/kubevirts"
#define FAKE_VMIS "/apis/kubevirt.io/v1/virtualmachineinstances"
#define FAKE_MIGRATIONS "/apis/kubevirt.io/v1/virtualmachineinstancemigrations"
#define FAKE_POLICIES "/apis/migrations.kubevirt.io/v1alpha1/migrationpolicies"
#define FAKE_NODES "/api/v1/nodes"
#define FAKE_CONFIGMAPS "/api/v1/configmaps"
#define FAKE_NNS "/apis/nmstate.io/v1beta1/nodenetworkstates"
#define FAKE_NETWORKS "/apis/config.openshift.io/v1/networks"
#define FAKE_NETWORK_OPERATORS "/apis/operator.openshift.io/v1/networks"
#define FAKE_ADDRESS_POOLS "/apis/metallb.io/v1beta1/ipaddresspools"
#define FAKE_SECRETS "/api/v1/secrets"
#define FAKE_VALIDATING "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
#define FAKE_MUTATING "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
#define FAKE_EVENTS "/api/v1/events"
#define FAKE_POLICY_REPORTS "/apis/wgpolicyk8s.io/v1alpha2/policyreports"
#define FAKE_CLUSTER_POLICY_REPORTS "/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports"
#define FAKE_OWN_ACCESS "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
#define FAKE_ACCESS "/apis/authorization.k8s.io/v1/subjectaccessreviews"
#define FAKE_SERVICE_CIDRS "/apis/networking.k8s.io/v1/servicecidrs"

struct fake_api;

/* Starts the server, without any resources. */
struct fake_api *fake_api_start(void);
void fake_api_end(struct fake_api *api);
/* How to reach it; valid until fake_api_end(). */
const struct dw_api_config *fake_api_config(const struct fake_api *api);
const char *fake_api_kubeconfig(const struct fake_api *api);

/* --- resources and objects --- */

void fake_api_serve(struct fake_api *api, const char *path); /* adds the resource, without objects */
void fake_api_serve_all(struct fake_api *api);               /* adds all resources that Droveway watches */
void fake_api_withdraw(struct fake_api *api, const char *path);
/* Adds or replaces an object and notifies watches. OBJECT is JSON with metadata.name. */
void fake_api_put(struct fake_api *api, const char *path, const char *object);
/* All objects of the resource as a JSON list; the caller frees it. */
char *fake_api_objects(struct fake_api *api, const char *path);
/* The current object; NULL if there is none. The caller frees it. */
char *fake_api_object(struct fake_api *api, const char *path, const char *ns, const char *name);
void fake_api_delete(struct fake_api *api, const char *path, const char *ns,
                     const char *name); /* ns: "" if it has none */

/* --- failures --- */

/* Answers all requests below PATH with STATUS (403, 500, 429 ...); 0 ends this. "/" only affects itself. */
void fake_api_refuse(struct fake_api *api, const char *path, int status);
void fake_api_refuse_gets(struct fake_api *api, const char *path, int status); /* reading single objects */
void fake_api_refuse_puts(struct fake_api *api, const char *path, int status);
void fake_api_hang_gets(struct fake_api *api, const char *path); /* reading single objects is never answered */
void fake_api_hang_writes(struct fake_api *api, const char *path, bool hang); /* POST and PATCH */
/* Executes this many POSTs and PATCHes, but closes the connection without an answer. */
void fake_api_lose_answers(struct fake_api *api, const char *path, size_t times);
void fake_api_mute(struct fake_api *api, bool muted); /* watches stay open, but no events are sent */
/* Answers access reviews (PATH is one of the two) whose body contains TEXT with "no", and others with "yes"; NULL: all
 * with "yes". PATH must be served. */
void fake_api_deny(struct fake_api *api, const char *path, const char *text);
/* Answers PATH with these bytes, which include the headers, and closes the connection; NULL ends this. */
void fake_api_answer(struct fake_api *api, const char *path, const char *bytes, size_t length);
/* The same, only for watches of PATH. */
void fake_api_answer_watches(struct fake_api *api, const char *path, const char *bytes);
void fake_api_refuse_watches(struct fake_api *api, const char *path, int status); /* lists are still answered */
/* Makes lists of PATH endless: after COUNT continue tokens, the first one is sent again. 0 ends this. */
void fake_api_repeat_tokens(struct fake_api *api, const char *path, size_t count);
void fake_api_event(struct fake_api *api, const char *path, const char *line); /* sends LINE unchanged to the watches */
void fake_api_compact(struct fake_api *api); /* older resource versions are answered with 410 Gone */
void fake_api_expire_pages(struct fake_api *api,
                           size_t times);        /* the next pages after a first one are answered with 410 */
void fake_api_drop(struct fake_api *api);        /* closes all connections */
void fake_api_end_watches(struct fake_api *api); /* properly */
void fake_api_down(struct fake_api *api);        /* the same, and accepts no new ones */
void fake_api_up(struct fake_api *api);          /* on the same port */

/* --- requests --- */

enum fake_ask { FAKE_LIST, FAKE_PAGE, FAKE_WATCH, FAKE_GET, FAKE_PUT, FAKE_POST, FAKE_PATCH, FAKE_DELETE, FAKE_ASKS };
size_t fake_api_asked(struct fake_api *api, const char *path, enum fake_ask ask);
size_t fake_api_connections(struct fake_api *api); /* accepted so far */
char *fake_api_last(struct fake_api *api);         /* the last request, head and body; the caller frees it */

#endif
