/* The NodeNetworkConfigurationPolicy that creates a VLAN or a bridge on the nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "plan/plan_internal.h"

/* --- which nodes --- */

struct label {
  const char *key, *value; /* NULL: all nodes */
};

static bool has_label(const struct dw_object *node, const struct label *label) {
  return label->key == NULL ||
         dw_text_equal(dw_label_value(node->node.labels, node->node.label_count, label->key), label->value);
}

/* Whether LABEL selects all nodes that take part, and no node that lacks the NIC. */
static bool selects(const struct dw_plan *plan, const struct label *label, const char *nic) {
  const struct dw_view *view = plan->world->view;
  size_t selected = 0;
  size_t wanted = dw_view_nodes_with_nics(view, NULL, 0);
  const char **names = dw_arena_array(plan->arena, wanted + 1, sizeof(const char *));
  dw_view_nodes_with_nics(view, names, wanted);
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NODE); i++) {
    const struct dw_object *node = dw_view_at(view, DW_KIND_NODE, i);
    if (!has_label(node, label))
      continue;
    if (dw_view_nic_on(view, node->name, nic) == NULL)
      return false;
    selected += wanted > 0 && bsearch(&node->name, names, wanted, sizeof *names, dw_by_name) != NULL;
  }
  return selected == wanted;
}

/* Labels of one node, and those that programs set, are not used. KubeVirt's depend on virt-handler, which starts only
 * once the node has what the policy creates. */
static bool is_steady(const char *key) {
  static const char *const unsteady[] = {
      "kubernetes.io/hostname", "kubevirt.io/", "cpu-", "host-model-", "hyperv.", "scheduling.", "feature."};
  for (size_t i = 0; i < sizeof unsteady / sizeof *unsteady; i++)
    if (strncmp(key, unsteady[i], strlen(unsteady[i])) == 0)
      return false;
  return true;
}

/* Workers, else all nodes, else any label of the first node that fits. */
static bool choose_label(const struct dw_plan *plan, const char *nic, struct label *out) {
  static const struct label usual[] = {{"node-role.kubernetes.io/worker", ""}, {NULL, NULL}};
  const struct dw_view *view = plan->world->view;
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (selects(plan, &usual[i], nic)) {
      *out = usual[i];
      return true;
    }
  const struct dw_object *first = dw_view_handler_node(view, 0).node;
  for (size_t i = 0; i < first->node.label_count; i++) {
    struct label label = {first->node.labels[i].key, first->node.labels[i].value};
    if (is_steady(label.key) && selects(plan, &label, nic)) {
      *out = label;
      return true;
    }
  }
  return false;
}

/* --- the text --- */

/* What both kinds of interface begin with. */
static void put_head(struct dw_buf *out, const struct dw_plan *plan, const struct dw_plan_link *link,
                     const char *description, const char *type) {
  dw_buf_printf(out, "    - name: %s\n      description: %s\n      type: %s\n      state: up\n",
                dw_plan_scalar(plan->arena, link->used), dw_plan_scalar(plan->arena, description), type);
  if (link->mtu != 0)
    dw_buf_printf(out, "      mtu: %u\n", (unsigned)link->mtu);
}

static void put_vlan(struct dw_buf *out, const struct dw_plan *plan, const struct dw_plan_link *link) {
  unsigned vlan = plan->options.vlan;
  put_head(out, plan, link, dw_arena_printf(plan->arena, "VLAN %u of %s, for live migrations", vlan, link->nic),
           "vlan");
  dw_buf_printf(out, "      vlan:\n        base-iface: %s\n        id: %u\n", dw_plan_scalar(plan->arena, link->nic),
                vlan);
}

static void put_bridge(struct dw_buf *out, const struct dw_plan *plan, const struct dw_plan_link *link) {
  put_head(out, plan, link, dw_arena_printf(plan->arena, "bridge over %s, for live migrations", link->nic),
           "linux-bridge");
  dw_buf_printf(out,
                "      bridge:\n        options:\n          stp:\n            enabled: false\n        port:\n"
                "        - name: %s\n",
                dw_plan_scalar(plan->arena, link->nic));
  if (link->vlan != 0)
    dw_buf_printf(out, "          vlan:\n            mode: trunk\n            trunk-tags:\n            - id: %u\n",
                  link->vlan);
}

bool dw_plan_add_policy(const struct dw_plan *plan, struct dw_plan_link *link) {
  struct label label;
  struct dw_buf out = DW_BUF_IN(plan->arena);
  if (!choose_label(plan, link->nic, &label))
    return false;
  dw_buf_printf(&out, "apiVersion: nmstate.io/v1\nkind: NodeNetworkConfigurationPolicy\nmetadata:\n  name: %s\nspec:\n",
                dw_plan_scalar(plan->arena, plan->name));
  if (label.key != NULL)
    dw_buf_printf(&out, "  nodeSelector:\n    %s: \"%s\"\n", label.key, label.value);
  dw_buf_puts(&out, "  desiredState:\n    interfaces:\n");
  if (link->creates == DW_PLAN_CREATES_VLAN)
    put_vlan(&out, plan, link);
  else
    put_bridge(&out, plan, link);
  dw_buf_puts(&out, "      ipv4:\n        enabled: false\n      ipv6:\n        enabled: false\n");
  link->policy = dw_buf_text(&out);
  return true;
}
