/* A Kubernetes API server over plain HTTP on loopback, as a test wants it: lists in pages, watches, objects that are
 * read and replaced (a resource version that is not the present one is a conflict), and what goes wrong with them. Runs
 * on threads of the test's own process; thread-safe. A resource is named by its path without a namespace:
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
#define FAKE_SERVICE_CIDRS "/apis/networking.k8s.io/v1/servicecidrs"

struct fake_api;

/* It is ready and serves nothing but its paths. */
struct fake_api *fake_api_start(void);
void fake_api_end(struct fake_api *api);
/* To reach it with; lives until fake_api_end(). */
const struct dw_api_config *fake_api_config(const struct fake_api *api);
const char *fake_api_kubeconfig(const struct fake_api *api);

/* --- what is there --- */

void fake_api_serve(struct fake_api *api, const char *path); /* the resource is there, without objects */
void fake_api_serve_all(struct fake_api *api);               /* all of the above that Droveway watches */
void fake_api_withdraw(struct fake_api *api, const char *path);
/* Adds or replaces it; OBJECT is JSON with metadata.name. Watches are told. */
void fake_api_put(struct fake_api *api, const char *path, const char *object);
/* All objects of it, a JSON list; the caller frees it. */
char *fake_api_objects(struct fake_api *api, const char *path);
/* The object as it is now; NULL where there is none. The caller frees it. */
char *fake_api_object(struct fake_api *api, const char *path, const char *ns, const char *name);
void fake_api_delete(struct fake_api *api, const char *path, const char *ns, const char *name); /* ns: "" for none */

/* --- what goes wrong --- */

/* Everything under PATH is answered with STATUS (403, 500, 429 ...); 0: no longer. "/" is under no other. */
void fake_api_refuse(struct fake_api *api, const char *path, int status);
void fake_api_refuse_gets(struct fake_api *api, const char *path, int status); /* of one object alone */
void fake_api_refuse_puts(struct fake_api *api, const char *path, int status);
void fake_api_hang_gets(struct fake_api *api, const char *path);              /* ... are never answered */
void fake_api_hang_writes(struct fake_api *api, const char *path, bool hang); /* POST and PATCH */
/* So many POSTs and PATCHes are carried out, and the connection closed without an answer. */
void fake_api_lose_answers(struct fake_api *api, const char *path, size_t times);
void fake_api_mute(struct fake_api *api, bool muted); /* watches stand, and nothing comes over them */
/* PATH is answered with these bytes, head and all, and the connection is closed; NULL: no longer. */
void fake_api_answer(struct fake_api *api, const char *path, const char *bytes, size_t length);
/* The same for watches of PATH alone. */
void fake_api_answer_watches(struct fake_api *api, const char *path, const char *bytes);
void fake_api_refuse_watches(struct fake_api *api, const char *path, int status); /* lists are answered */
/* Lists of PATH never end: after COUNT continue tokens the first comes again. 0: they end. */
void fake_api_repeat_tokens(struct fake_api *api, const char *path, size_t count);
void fake_api_event(struct fake_api *api, const char *path, const char *line); /* to its watches, as it is */
void fake_api_compact(struct fake_api *api);                    /* what was before is forgotten: 410 Gone */
void fake_api_expire_pages(struct fake_api *api, size_t times); /* so many pages after a first one are 410 */
void fake_api_drop(struct fake_api *api);                       /* ends every connection */
void fake_api_end_watches(struct fake_api *api);                /* in good order */
void fake_api_down(struct fake_api *api);                       /* ... and takes no new one */
void fake_api_up(struct fake_api *api);                         /* on the same port */

/* --- what was asked --- */

enum fake_ask { FAKE_LIST, FAKE_PAGE, FAKE_WATCH, FAKE_GET, FAKE_PUT, FAKE_POST, FAKE_PATCH, FAKE_ASKS };
size_t fake_api_asked(struct fake_api *api, const char *path, enum fake_ask ask);
size_t fake_api_connections(struct fake_api *api); /* taken so far */
char *fake_api_last(struct fake_api *api);         /* the last request, head and body; the caller frees it */

#endif
