/* NADs of OVN-Kubernetes: what its controller rejects, and through which bridge a localnet leaves the nodes. */
#include <string.h>

#include "base/text.h"
#include "cni/ovn.h"
#include "rules/families.h"
#include "rules/nad_internal.h"

enum { NODES_SHOWN = 5 };

static const struct dw_ovn *ovn_of(const struct dw_check *check) {
  const struct dw_cni_config *config = dw_nad_config(check);
  return config == NULL ? NULL : config->ovn;
}

/* --- ovn-config --- */

static void report_problem(struct dw_check *check, const struct dw_rule *rule, const struct dw_ovn_problem *problem) {
  const struct dw_value *value = &problem->value;
  bool missing = value->json == NULL && value->text == NULL;
  struct dw_found found = {.reason = missing ? DW_REASON_REQUIRED : DW_REASON_INVALID,
                           .field = value->field,
                           .value = dw_value_shown(check->arena, value),
                           .json = value->json,
                           .fix = problem->fix,
                           .edits = problem->edits,
                           .warn_at_most = problem->ignored};
  if (missing)
    found.value = NULL;
  if (missing && strcmp(value->field, "spec.config.name") == 0 && dw_is_cni_name(check->name))
    found.edits = dw_edit_set_text(check->arena, value->field, check->name);
  if (check->config->ovn->more_problems)
    dw_nad_mark_unread(check, &found);
  dw_report(check, rule, &found, "%s", problem->what);
}

/* Returns true if OWN names this NAD. The namespace of a manifest that has none is unknown until it is applied. */
static bool names_itself(const struct dw_check *check, const char *own) {
  const char *slash = strchr(own, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - own);
  bool here = check->config->no_namespace || (strlen(check->ns) == length && strncmp(own, check->ns, length) == 0);
  return slash != NULL && here && strcmp(slash + 1, check->name) == 0;
}

static void check_nad_name(struct dw_check *check, const struct dw_rule *rule, const struct dw_ovn *ovn) {
  const struct dw_value *own = &ovn->nad_name;
  bool missing = dw_nad_is_blank(own);
  if (ovn->topology == DW_OVN_NO_TOPOLOGY || (!missing && (own->text == NULL || names_itself(check, own->text))))
    return;
  struct dw_found found = {.reason = missing ? DW_REASON_REQUIRED : DW_REASON_INVALID,
                           .field = own->field,
                           .value = missing ? NULL : own->text};
  if (check->name[0] == '\0') {
    found.fix = "give the NAD a fixed name: a generated one cannot be known here";
  } else {
    const char *name = dw_arena_join(check->arena, check->ns, "/", check->name);
    found.fix = dw_arena_printf(check->arena, "use \"%s\"", name);
    if (!check->config->no_namespace)
      found.edits = dw_edit_set_text(check->arena, own->field, name);
  }
  dw_report(check, rule, &found, "%s",
            missing ? "OVN-Kubernetes rejects a network that does not have the NAD's own NAMESPACE/NAME here"
                    : "is not the NAD's own NAMESPACE/NAME, so OVN-Kubernetes rejects the network");
}

/* For migration0, Multus would call the plugin with the default network's own port (pkg/cni/cniserver.go), which is
 * thereby removed from eth0. */
static void check_attachable(struct dw_check *check, const struct dw_rule *rule, const struct dw_ovn *ovn) {
  if (!check->class.migration)
    return;
  if (ovn->topology == DW_OVN_NO_TOPOLOGY)
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_REQUIRED,
                                 .field = ovn->topology_value.field,
                                 .fix = "use localnet, layer2 or layer3"},
              "without it, this is the cluster's default network, not one for migrations");
  else if (ovn->primary && ovn->topology != DW_OVN_LOCALNET)
    dw_report(check, rule,
              &(struct dw_found){.reason = DW_REASON_INVALID,
                                 .field = ovn->role.field,
                                 .value = ovn->role.text,
                                 .fix = "use secondary, or remove it",
                                 .edits = dw_edit_set_text(check->arena, ovn->role.field, "secondary")},
              "OVN-Kubernetes does not attach pods to a primary network by its name");
}

static void ovn_config(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_ovn *ovn = ovn_of(check);
  if (ovn == NULL)
    return;
  check_attachable(check, rule, ovn);
  check_nad_name(check, rule, ovn);
  for (size_t i = 0; i < ovn->problem_count; i++)
    report_problem(check, rule, &ovn->problems[i]);
}

/* --- ovn-conflict --- */

static void ovn_conflict(struct dw_check *check, const struct dw_rule *rule) {
  if (ovn_of(check) == NULL)
    return;
  const char *signature = dw_ovn_signature(check->arena, check->config, check->ns, check->name);
  struct dw_ovn_query query = {check->config->name.text, signature, check->ns, check->name, check->order};
  const struct dw_object *other = signature[0] == '\0' ? NULL : dw_view_ovn_conflict(check->view, &query);
  bool sure;
  const char *keys = other == NULL ? NULL : dw_ovn_difference(check->arena, signature, other->nad.ovn, &sure);
  if (keys == NULL)
    return;
  dw_report(check, rule,
            &(struct dw_found){.reason = DW_REASON_INVALID,
                               .field = check->config->name.field,
                               .value = check->config->name.text,
                               .fix = "give both the same configuration, or this one another name",
                               .warn_at_most = !sure},
            "NAD %s/%s defines a network with this name but a different %s, so OVN-Kubernetes rejects one of them",
            other->namespace_, other->name, keys);
}

/* --- ovn-mapping --- */

struct faulty {
  size_t count;
  const char *nodes;
};

static struct faulty find_fault(const struct dw_check *check, const char *localnet, enum dw_localnet_fault fault) {
  const char *names[NODES_SHOWN];
  struct faulty found = {dw_view_localnet_fault(check->view, localnet, fault, names, NODES_SHOWN), ""};
  if (found.count > 0)
    found.nodes = dw_text_list(check->arena, names, NODES_SHOWN, found.count);
  return found;
}

static const char *suggest(const struct dw_check *check, const char *localnet) {
  const char *nearest = dw_view_nearest_offer(check->view, DW_OFFER_LOCALNET, localnet, NULL);
  bool other = nearest != NULL && strcmp(nearest, localnet) != 0;
  const char *meant = !other ? "" : dw_arena_printf(check->arena, "did you mean \"%s\"? ", nearest);
  return dw_arena_printf(check->arena, "%smap it to an OVS bridge on every node", meant);
}

/* Uses the only localnet with a similar name that all nodes map, unless the name is that of the network itself. */
static struct dw_edits use_nearest(const struct dw_check *check, const struct dw_found *found) {
  bool sure;
  const char *nearest = dw_view_nearest_offer(check->view, DW_OFFER_LOCALNET, found->value, &sure);
  bool own_name = strcmp(found->field, check->config->name.field) == 0;
  if (own_name || !sure || find_fault(check, nearest, DW_LOCALNET_UNMAPPED).count > 0)
    return (struct dw_edits){NULL, 0};
  return dw_edit_set_text(check->arena, found->field, nearest);
}

static void unmapped_localnet(struct dw_check *check, const struct dw_rule *rule, struct dw_found *found,
                              const struct faulty *unmapped) {
  found->fix = suggest(check, found->value);
  found->edits = use_nearest(check, found);
  if (dw_view_summary(check->view).localnets_reported) {
    dw_report(check, rule, found, "no bridge mapping for this localnet on %zu of %zu nodes: %s", unmapped->count,
              dw_view_summary(check->view).network_nodes, unmapped->nodes);
    return;
  }
  /* A NodeNetworkState looks the same if its nmstate does not know bridge mappings. */
  found->warn_at_most = true;
  dw_report(check, rule, found, "no node maps localnet %s to a bridge (NodeNetworkState ovn.bridge-mappings)",
            found->value);
}

static void ovn_mapping(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_ovn *ovn = ovn_of(check);
  if (ovn == NULL || ovn->localnet.text == NULL || ovn->localnet.text[0] == '\0')
    return;
  const char *localnet = ovn->localnet.text;
  struct dw_found found = {.reason = DW_REASON_NOT_FOUND, .field = ovn->localnet.field, .value = localnet};
  struct faulty unmapped = find_fault(check, localnet, DW_LOCALNET_UNMAPPED);
  if (unmapped.count > 0)
    unmapped_localnet(check, rule, &found, &unmapped);
  found = (struct dw_found){
      .reason = DW_REASON_INVALID, .field = ovn->localnet.field, .value = localnet, .warn_at_most = true};
  struct faulty primary = find_fault(check, localnet, DW_LOCALNET_PRIMARY);
  found.fix = "map it to a bridge with a dedicated NIC";
  if (primary.count > 0)
    dw_report(check, rule, &found, "maps to the bridge of the node's own traffic on %s", primary.nodes);
  struct faulty without = find_fault(check, localnet, DW_LOCALNET_NO_BRIDGE);
  found.fix = "create that OVS bridge, with the migration NIC as its port";
  if (without.count > 0)
    dw_report(check, rule, &found, "maps to a bridge that does not exist on %s", without.nodes);
  const char *unknown = dw_nad_no_nics(check);
  if (unknown != NULL)
    dw_report_unknown(check, rule, ovn->localnet.field, "%s", unknown);
}

static const struct dw_rule rules[] = {
    {"ovn-config", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a network that OVN-Kubernetes rejects because of its netAttachDefName, topology, role, ipam, subnets, other "
     "plugins in the list or values of the wrong type; on a migration network also the default network and a primary "
     "one",
     "use values that OVN-Kubernetes accepts, with the NAD's own NAMESPACE/NAME in netAttachDefName", ovn_config},
    {"ovn-mapping", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a localnet that some node does not map to a bridge; warns if the bridge carries the node's own traffic",
     "map the localnet to a bridge with the migration NIC on every node", ovn_mapping},
    {"ovn-conflict", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "another NAD defines an OVN-Kubernetes network with the same name but a different configuration",
     "give both the same configuration, or different names", ovn_conflict},
};

const struct dw_family dw_family_ovn = {rules, sizeof rules / sizeof rules[0]};
