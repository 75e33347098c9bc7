#include <string.h>

#include "base/base64.h"
#include "certs/certs.h"

const char *dw_webhook_bundle(struct dw_arena *arena, const dw_json *webhook) {
  const char *bundle = dw_base64_text(arena, dw_json_get_string(dw_json_get(webhook, "clientConfig"), "caBundle"));
  return bundle[strspn(bundle, " \t\r\n")] == '\0' ? "" : bundle;
}
