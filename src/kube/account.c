#include "kube/account.h"

#include <string.h>

static bool is_text(const dw_json *object, const char *key, const char *wanted) {
  const char *text = dw_json_get_string(object, key);
  return text != NULL && strcmp(text, wanted) == 0;
}

bool dw_is_account(const dw_json *subject, const char *ns, const char *name) {
  return is_text(subject, "kind", "ServiceAccount") && is_text(subject, "namespace", ns) &&
         is_text(subject, "name", name);
}

bool dw_binding_has_account(const dw_json *binding, const char *ns, const char *name) {
  const dw_json *subjects = dw_json_get(binding, "subjects");
  for (size_t i = 0; i < dw_json_size(subjects); i++)
    if (dw_is_account(dw_json_at(subjects, i), ns, name))
      return true;
  return false;
}
