/* Service accounts in RoleBindings. */
#ifndef KUBE_ACCOUNT_H
#define KUBE_ACCOUNT_H

#include <stdbool.h>

#include "json/json.h"

/* Whether a subject of a RoleBinding is the service account NS/NAME. */
bool dw_is_account(const dw_json *subject, const char *ns, const char *name) __attribute__((nonnull(2, 3)));

/* Whether it is among the subjects of a RoleBinding; NULL has none. */
bool dw_binding_has_account(const dw_json *binding, const char *ns, const char *name) __attribute__((nonnull(2, 3)));

#endif
