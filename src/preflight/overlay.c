/* Which of the folders in manifests/ fits the cluster. */
#include <string.h>

#include "preflight/preflight.h"
#include "preflight/preflight_internal.h"

static bool has_argument(const struct preflight *p, const char *argument) {
  const dw_json *args = dw_json_get(dw_look_container(p), "args");
  for (size_t i = 0; i < dw_json_size(args); i++) {
    const char *text = dw_json_string(dw_json_at(args, i));
    if (text != NULL && strcmp(text, argument) == 0)
      return true;
  }
  return false;
}

const char *dw_preflight_overlay(const struct preflight *p) {
  if (has_argument(p, "--self-managed-certs"))
    return "manifests/overlays/self-managed";
  if (p->openshift)
    return "manifests/overlays/openshift";
  return p->cert_manager || p->deployment.look == LOOK_FOUND ? "manifests/overlays/cert-manager"
                                                             : "manifests/overlays/self-managed";
}

const char *dw_preflight_enforce(const struct preflight *p) {
  return dw_arena_printf(p->arena, "%s/%s", dw_preflight_overlay(p),
                         p->minor < OPTIONAL_TYPES_SINCE ? "enforce-pre-1.30" : "enforce");
}
