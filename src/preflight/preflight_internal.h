/* One run of the preflight: what it has read, and its parts. */
#ifndef PREFLIGHT_PREFLIGHT_INTERNAL_H
#define PREFLIGHT_PREFLIGHT_INTERNAL_H

#include "preflight/preflight.h"
#include "json/json.h"

enum look { LOOK_FOUND, LOOK_ABSENT, LOOK_FORBIDDEN, LOOK_FAILED };

/* What a GET returned. */
struct seen {
  enum look look;
  const dw_json *object; /* if it was found, unless only the text was asked for */
  const char *text;
  const char *why; /* if it is forbidden or failed */
};

struct preflight {
  const struct dw_preflight_options *options;
  struct dw_api_client *client;
  struct dw_arena *arena;
  struct dw_preflight *out;
  size_t room;
  int minor; /* of Kubernetes 1.x */
  bool openshift, cert_manager;
  struct seen deployment, validating, mutating; /* the Deployment, and the webhook configurations named droveway */
  struct seen binding;                          /* the RoleBinding droveway-active */
  struct seen settings;    /* the ConfigMap with KubeVirt's namespace, if the Deployment names one */
  const char *setting;     /* KubeVirt's namespace as the Deployment has it; NULL: unknown */
  struct seen secret;      /* with the certificate; read by dw_preflight_server() */
  const char *kubevirt_at; /* the namespace of HyperConverged or KubeVirt; NULL: unknown or none */
};

/* --- look.c --- */

/* Gets the object at a path, which is formatted. */
struct seen dw_look(struct preflight *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a text that is not JSON. */
struct seen dw_look_text(struct preflight *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns true if the API group is served, and false if it is not or that can't be read. */
bool dw_look_group(struct preflight *p, const char *group);

struct access {
  const char *verb, *group, *resource, *ns, *name; /* NULL for all namespaces or names */
};
/* Asks whether the user ("system:serviceaccount:..."; NULL for oneself) has a right. ALLOWED receives the answer. */
struct seen dw_look_access(struct preflight *p, const char *user, const struct access *access, bool *allowed);

/* The container of the Deployment; NULL if there is no Deployment. */
const dw_json *dw_look_container(const struct preflight *p);
/* The string at KEY; "" if there is none. */
const char *dw_look_string(const dw_json *object, const char *key);

/* --- report.c --- */

/* Adds a line. FIX may be NULL. Texts that are not literals are formatted into the arena. */
void dw_preflight_add(struct preflight *p, enum dw_preflight_state state, const char *what, const char *fix,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Returns true if SEEN was found. Otherwise adds a line, with ABSENT and FIX if it does not exist. */
bool dw_preflight_found(struct preflight *p, const struct seen *seen, const char *what, const char *absent,
                        const char *fix);
/* Formats into the arena. */
const char *dw_preflight_text(struct preflight *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- overlay.c --- */

/* The first minor versions with match conditions, and with optional types in their expressions. */
enum { CONDITIONS_SINCE = 28, OPTIONAL_TYPES_SINCE = 30 };

/* The folder of the overlay that fits the cluster, and that with the registration. */
const char *dw_preflight_overlay(const struct preflight *p);
const char *dw_preflight_enforce(const struct preflight *p);

/* --- the parts --- */

void dw_preflight_cluster(struct preflight *p);      /* install.c */
void dw_preflight_kubevirt(struct preflight *p);     /* install.c */
void dw_preflight_own_rights(struct preflight *p);   /* install.c */
void dw_preflight_server(struct preflight *p);       /* server.c: Deployment, Service, certificate, readyz */
void dw_preflight_account(struct preflight *p);      /* account.c: the rights of the service account */
void dw_preflight_grants(struct preflight *p);       /* account.c: rights that keep the gate open */
void dw_preflight_registration(struct preflight *p); /* webhooks.c: after the step enforce */
void dw_preflight_others(struct preflight *p);       /* webhooks.c: other webhook configurations of Droveway */
void dw_preflight_uninstall(struct preflight *p);    /* uninstall.c */

/* webhooks.c: whether the RoleBinding has the service account. */
bool dw_preflight_gate_is_open(const struct preflight *p);
/* server.c: the certificate in the Secret; NULL if it is not known. */
const char *dw_preflight_certificate(struct preflight *p);
/* server.c: sets `settings` and `setting`. */
void dw_preflight_read_setting(struct preflight *p);
/* server.c: KubeVirt's namespace as the option says, or as the Deployment has it; NULL if it is not known. */
const char *dw_preflight_setting(const struct preflight *p);

#endif
