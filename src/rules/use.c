#include <string.h>

#include "rules/families.h"

/* A NAD that something uses: who deletes it keeps every virt-handler that starts afterwards in ContainerCreating. */

static const enum dw_kind users[] = {DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT};

static bool users_are(const struct dw_check *check, enum dw_knowledge knowledge) {
  for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
    if (dw_view_knows(check->view, users[i]) == knowledge)
      return true;
  }
  return false;
}

static void network_in_use(struct dw_check *check, const struct dw_rule *rule) {
  static const char field[] = "metadata.name";
  const struct dw_object *user = dw_view_user_of(check->view, check->ns, check->name);
  if (user != NULL) {
    struct dw_found found = {
        .reason = DW_REASON_FORBIDDEN,
        .field = field,
        .fix = dw_arena_printf(check->arena, "remove it from that %s first", dw_kind_name(user->kind))};
    dw_report(check, rule, &found, "%s %s/%s uses this NAD as its migration network", dw_kind_name(user->kind),
              user->namespace_, user->name);
  } else if (strcmp(check->ns, check->policy->namespace_) != 0) {
    return; /* hardly any user names a NAD of another namespace */
  } else if (users_are(check, DW_UNAVAILABLE)) {
    dw_report_unavailable(check, rule, field,
                          "the HyperConverged and KubeVirt objects that may use this NAD cannot be read now");
  } else if (users_are(check, DW_UNKNOWN)) {
    dw_report_unverified(check, rule, field, "the HyperConverged and KubeVirt objects are unknown");
  }
}

/* Whether they differ in nothing but how they are laid out. */
static bool same_config(const struct dw_cni_config *a, const struct dw_cni_config *b) {
  if (a->length == b->length && memcmp(a->text, b->text, a->length) == 0)
    return true;
  return a->state == DW_CONFIG_OK && b->state == DW_CONFIG_OK && a->duplicate_count == 0 && b->duplicate_count == 0 &&
         dw_json_equal(a->json, b->json);
}

static void network_in_use_change(struct dw_check *check, const struct dw_rule *rule) {
  if (!check->class.referenced || check->old_config == NULL)
    return;
  if (check->config->state == DW_CONFIG_UNREADABLE || same_config(check->config, check->old_config))
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = "spec.config", .fix = "restart the virt-handler pods to apply it"};
  dw_report(check, rule, &found, "this NAD is in use: running virt-handler pods keep the old configuration");
}

static const struct dw_rule rules[] = {
    {"network-in-use", DW_SCOPE_NAD_DELETE, DW_ACTION_DENY, DW_ACTION_NONE,
     "the deletion of a NAD that a HyperConverged or KubeVirt uses as its migration network",
     "remove the network from that object first", network_in_use},
    {"network-in-use-change", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "a change to the configuration of a NAD that is in use: running virt-handler pods keep the old one",
     "restart the virt-handler pods afterwards", network_in_use_change},
};

const struct dw_family dw_family_use = {rules, sizeof rules / sizeof *rules};
