/* The NICs and bridges of the nodes as candidates for the network's wire. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plan/plan_internal.h"

enum { NODES_SHOWN = 3, NAME_SIZE = 16 };

static const char created_bridge[] = "br-migration";

struct finding_links {
  struct dw_plan *plan;
  const struct dw_view *view;
  const char **nodes; /* with a NodeNetworkState */
  size_t node_count;
  size_t capacity;
};

/* --- faults --- */

static void add_fault(struct dw_plan *plan, struct dw_plan_link *link, const char *text, const char *fix) {
  struct dw_plan_fault *faults = dw_arena_array(plan->arena, link->fault_count + 1, sizeof *faults);
  if (link->fault_count > 0)
    memcpy(faults, link->faults, link->fault_count * sizeof *faults);
  faults[link->fault_count++] = (struct dw_plan_fault){.text = text, .fix = fix};
  link->faults = faults;
}

/* Faults of a NIC on which something is to be created, and of a bridge: the rules judge only what a NAD names as
 * `master`. */
static const struct own_fault {
  enum dw_nic_fault fault;
  bool of_base, of_bridge;
  const char *before, *fix;
} own_faults[] = {
    {DW_NIC_MISSING, true, false, "does not exist on", "give it the same name on all nodes"},
    {DW_NIC_UNSURE, true, false, "may not exist on", "use the name that NodeNetworkState has"},
    {DW_NIC_DOWN, true, true, "is not up on", "bring it up, and check the cable and the switch"},
    {DW_NIC_IS_PORT, true, false, "is a port of a bond or bridge on", "use that bond or bridge instead"},
    {DW_NIC_IS_INFINIBAND, true, false, "is not an Ethernet interface on", NULL},
    {DW_NIC_IS_LOOPBACK, true, false, "is the loopback interface on", NULL},
    {DW_NIC_PRIMARY, false, true, "carries the node's own traffic on", "use a VLAN of it (--vlan), or a dedicated NIC"},
};

static void add_own_faults(struct finding_links *f, struct dw_plan_link *link) {
  bool base = link->creates != DW_PLAN_CREATES_NOTHING;
  bool bridge = link->plugin == DW_PLAN_BRIDGE && !base;
  for (size_t i = 0; i < sizeof own_faults / sizeof *own_faults; i++) {
    const struct own_fault *own = &own_faults[i];
    const char *names[NODES_SHOWN];
    struct dw_nic_query query = {.name = link->nic, .fault = own->fault};
    bool vlan_shields = own->fault == DW_NIC_PRIMARY && link->plugin == DW_PLAN_BRIDGE && link->vlan > 0;
    bool bridged = own->fault == DW_NIC_PRIMARY && link->creates == DW_PLAN_CREATES_BRIDGE;
    if (!(base && own->of_base) && !(bridge && own->of_bridge && !vlan_shields) && !bridged)
      continue;
    size_t count = dw_view_nic_fault(f->view, &query, names, NODES_SHOWN);
    if (count > 0)
      add_fault(f->plan, link,
                dw_arena_printf(f->plan->arena, "%s %s", own->before,
                                dw_text_list(f->plan->arena, names, NODES_SHOWN, count)),
                own->fix);
  }
}

/* --- what the nodes have --- */

static const struct dw_nic *first_nic(const struct finding_links *f, const char *name) {
  for (size_t i = 0; i < f->node_count; i++) {
    const struct dw_nic *nic = dw_view_nic_on(f->view, f->nodes[i], name);
    if (nic != NULL)
      return nic;
  }
  return NULL;
}

static bool is_usual_address(const struct dw_addr *addr) {
  struct dw_interval one = {*addr, *addr};
  return dw_special_class(&one) == NULL;
}

static bool has_addresses(const struct finding_links *f, const char *name) {
  for (size_t i = 0; i < f->node_count; i++) {
    const struct dw_nic *nic = dw_view_nic_on(f->view, f->nodes[i], name);
    for (uint32_t k = 0; nic != NULL && k < nic->address_count; k++)
      if (is_usual_address(&nic->addresses[k]))
        return true;
  }
  return false;
}

static void read_users(struct finding_links *f, struct dw_plan_link *link) {
  struct dw_nad_name mine = {"", ""};
  if (f->plan->network != NULL)
    (void)dw_network_read(f->plan->arena, f->plan->world->policy->namespace_, f->plan->network, &mine);
  for (size_t i = 0; i < dw_view_count(f->view, DW_KIND_NAD); i++) {
    const struct dw_object *nad = dw_view_at(f->view, DW_KIND_NAD, i);
    bool uses = false;
    for (size_t k = 0; k < nad->nad.link_count; k++)
      uses = uses || strcmp(nad->nad.links[k].name, link->used) == 0;
    if (!uses || (strcmp(nad->namespace_, mine.ns) == 0 && strcmp(nad->name, mine.name) == 0))
      continue;
    if (link->nad_count++ == 0)
      link->first_nad = dw_arena_printf(f->plan->arena, "%s/%s", nad->namespace_, nad->name);
  }
}

static bool is_primary(const struct finding_links *f, const char *name) {
  return dw_view_nic_fault(f->view, &(struct dw_nic_query){.name = name, .fault = DW_NIC_PRIMARY}, NULL, 0) > 0;
}

/* The NIC below a VLAN; NULL if it is no VLAN. */
static const char *base_of(const struct finding_links *f, const char *name) {
  const struct dw_nic *nic = first_nic(f, name);
  return nic == NULL || nic->type != DW_NIC_VLAN || nic->more == NULL ? NULL : nic->more->base;
}

static void measure(struct finding_links *f, struct dw_plan_link *link) {
  struct dw_mtu_range mtu = {0, 0, NULL, NULL};
  const char *base = base_of(f, link->nic);
  if (dw_view_nic_mtu(f->view, link->nic, &mtu))
    link->mtu = mtu.low;
  link->mtu_differs = mtu.low != mtu.high;
  if (link->type == DW_NIC_LINUX_BRIDGE) {
    uint32_t wire = dw_view_wire_mtu(f->view, link->nic);
    link->mtu = wire != 0 && (link->mtu == 0 || wire < link->mtu) ? wire : link->mtu;
  }
  link->speed = dw_view_nic_speed(f->view, link->nic);
  link->has_addresses = link->creates == DW_PLAN_CREATES_NOTHING && link->vlan == 0 && has_addresses(f, link->used);
  link->carries_nodes = is_primary(f, base == NULL ? link->nic : base);
  read_users(f, link);
}

/* --- one candidate --- */

static void judge(struct finding_links *f, struct dw_plan_link *link) {
  static const struct dw_plan_range trial = {.text = "198.18.0.0/15"};
  static const struct dw_plan_range trial6 = {.text = "fd00:0:0:1::/64"};
  measure(f, link);
  add_own_faults(f, link);
  if (link->fault_count == 0 && link->creates == DW_PLAN_CREATES_BRIDGE && has_addresses(f, link->nic))
    add_fault(f->plan, link, "has addresses of nodes, which a port of a bridge can't have", "use the macvlan plugin");
  if (link->fault_count == 0 && link->creates == DW_PLAN_CREATES_BRIDGE && link->nad_count > 0)
    add_fault(f->plan, link,
              dw_arena_printf(f->plan->arena, "is used by NAD %s, which fails once it is a port", link->first_nad),
              "use the macvlan plugin");
  if (link->fault_count == 0 && link->creates != DW_PLAN_CREATES_NOTHING && !dw_plan_add_policy(f->plan, link))
    add_fault(f->plan, link, "exists on nodes that no label distinguishes from the others",
              "create the interface on them yourself, and name it with --nic");
  if (link->fault_count == 0)
    link->faults = dw_plan_try(f->plan, link, f->plan->v6 ? &trial6 : &trial, DW_PLAN_OF_LINK, &link->fault_count);
  dw_plan_describe_link(f->plan, link);
}

static struct dw_plan_link *append_link(struct finding_links *f, const struct dw_plan_link *draft) {
  struct dw_plan *plan = f->plan;
  plan->links = dw_arena_more(plan->arena, plan->links, plan->link_count, &f->capacity, sizeof *plan->links);
  struct dw_plan_link *link = &plan->links[plan->link_count++];
  *link = *draft;
  return link;
}

static void add_link(struct finding_links *f, const struct dw_plan_link *draft) {
  judge(f, append_link(f, draft));
}

/* The interface for this VLAN of BASE that a node has already; NULL if none has one. */
static const char *existing_vlan(const struct finding_links *f, const char *base, unsigned vlan) {
  for (size_t i = 0; i < f->node_count; i++) {
    const struct dw_object *nns = dw_view_find(f->view, DW_KIND_NODE_NETWORK_STATE, "", f->nodes[i]);
    for (size_t k = 0; k < nns->nns.nic_count; k++) {
      const struct dw_nic *nic = &nns->nns.nics[k];
      if (nic->type == DW_NIC_VLAN && nic->more != NULL && nic->more->vlan_id == vlan && nic->more->base != NULL &&
          strcmp(nic->more->base, base) == 0)
        return nic->name;
    }
  }
  return NULL;
}

static bool is_everywhere(const struct finding_links *f, const char *name) {
  return dw_view_nic_fault(f->view, &(struct dw_nic_query){.name = name, .fault = DW_NIC_MISSING}, NULL, 0) == 0;
}

static void add_unfit(struct finding_links *f, const struct dw_plan_link *link, const char *text, const char *fix) {
  add_fault(f->plan, append_link(f, link), text, fix);
}

static void add_vlan_of(struct finding_links *f, struct dw_plan_link *link) {
  unsigned vlan = f->plan->options.vlan;
  const char *existing = existing_vlan(f, link->nic, vlan);
  if (existing != NULL && is_everywhere(f, existing)) {
    link->nic = existing;
    link->used = existing;
    link->type = DW_NIC_VLAN;
  } else if (existing != NULL && has_addresses(f, existing)) {
    /* The policy would take the addresses away. */
    add_unfit(f, link,
              dw_arena_printf(f->plan->arena, "has VLAN %u on some nodes only, as %s, with addresses", vlan, existing),
              dw_arena_printf(f->plan->arena, "create %s on the other nodes", existing));
    return;
  } else {
    const char *name = existing != NULL ? existing : dw_arena_printf(f->plan->arena, "%s.%u", link->nic, vlan);
    link->used = strlen(name) < NAME_SIZE ? name : dw_arena_printf(f->plan->arena, "migration.%u", vlan);
    link->creates = DW_PLAN_CREATES_VLAN;
  }
  add_link(f, link);
}

/* nmstate finds a base or port by its own name only, not by another name (nmstate rust/src/lib/ifaces/alt_name.rs).
 * Returns false if the nodes have different names for the NIC. */
static bool use_own_name(const struct finding_links *f, struct dw_plan_link *link) {
  const char *own = NULL;
  for (size_t i = 0; i < f->node_count; i++) {
    const struct dw_nic *nic = dw_view_nic_on(f->view, f->nodes[i], link->nic);
    if (nic == NULL)
      continue;
    if (own != NULL && strcmp(own, nic->name) != 0)
      return false;
    own = nic->name;
  }
  if (own != NULL)
    link->nic = link->used = own;
  return true;
}

/* A NIC, bond or VLAN, which carries a macvlan unless the user wants a bridge. */
static void add_device(struct finding_links *f, struct dw_plan_link *link) {
  bool creates = f->plan->options.plugin == DW_PLAN_BRIDGE || f->plan->options.vlan != 0;
  link->plugin = DW_PLAN_MACVLAN;
  if (creates && !use_own_name(f, link)) {
    add_unfit(f, link,
              "is another name of NICs whose own names differ, which one NodeNetworkConfigurationPolicy can't use",
              "create the interface with a policy for each name, and name it with --nic");
    return;
  }
  if (f->plan->options.plugin == DW_PLAN_BRIDGE) {
    link->plugin = DW_PLAN_BRIDGE;
    link->used = created_bridge;
    link->creates = DW_PLAN_CREATES_BRIDGE;
    link->vlan = f->plan->options.vlan;
    add_link(f, link);
  } else if (f->plan->options.vlan != 0) {
    add_vlan_of(f, link);
  } else {
    add_link(f, link);
  }
}

static void add_bridge(struct finding_links *f, struct dw_plan_link *link) {
  if (f->plan->options.plugin == DW_PLAN_MACVLAN) {
    add_device(f, link);
    return;
  }
  link->plugin = DW_PLAN_BRIDGE;
  link->vlan = f->plan->options.vlan;
  add_link(f, link);
}

/* A VLAN, where the user asks for a VLAN. If the user named no NIC, it is the candidate of the NIC below it. */
static void add_vlan(struct finding_links *f, struct dw_plan_link *link, const struct dw_nic *nic) {
  unsigned id = nic->more == NULL ? 0 : nic->more->vlan_id;
  if (f->plan->options.nic == NULL)
    return;
  link->plugin = DW_PLAN_MACVLAN;
  if (id == f->plan->options.vlan)
    add_link(f, link);
  else
    add_unfit(f, link, dw_arena_printf(f->plan->arena, "is VLAN %u", id), "name the NIC below it, or omit --vlan");
}

static void add_nic(struct finding_links *f, const char *name) {
  const struct dw_nic *nic = first_nic(f, name);
  struct dw_plan_link link = {.nic = name, .used = name, .type = nic == NULL ? DW_NIC_OTHER : nic->type};
  if (link.type == DW_NIC_OVS_BRIDGE)
    add_unfit(f, &link, "is an Open vSwitch bridge", "`init` writes networks for NICs, bonds, VLANs and Linux bridges");
  else if (link.type == DW_NIC_LINUX_BRIDGE)
    add_bridge(f, &link);
  else if (link.type == DW_NIC_VLAN && f->plan->options.vlan != 0)
    add_vlan(f, &link, nic);
  else
    add_device(f, &link);
}

/* --- all candidates --- */

/* Pods' interfaces, tunnels and what Open vSwitch uses inside are no candidates. */
static bool is_shown(const struct dw_nic *nic) {
  static const char *const of_pods[] = {"veth", "tap", "vnet", "cali", "lxc"};
  if (strcmp(nic->name, "lo") == 0 || strcmp(nic->name, "br-int") == 0)
    return false;
  for (size_t i = 0; i < sizeof of_pods / sizeof *of_pods; i++)
    if (strncmp(nic->name, of_pods[i], strlen(of_pods[i])) == 0)
      return false;
  switch (nic->type) {
  case DW_NIC_LOOPBACK:
  case DW_NIC_VIRTUAL:
  case DW_NIC_OVS_INTERFACE:
    return false;
  case DW_NIC_OTHER:
    return nic->fits_master;
  default:
    return true;
  }
}

static size_t collect_names(const struct finding_links *f, const char ***out) {
  size_t count = 0;
  size_t capacity = 0;
  const char **names = NULL;
  for (size_t i = 0; i < f->node_count; i++) {
    const struct dw_object *nns = dw_view_find(f->view, DW_KIND_NODE_NETWORK_STATE, "", f->nodes[i]);
    for (size_t k = 0; k < nns->nns.nic_count; k++) {
      if (!is_shown(&nns->nns.nics[k]))
        continue;
      names = dw_arena_more(f->plan->arena, names, count, &capacity, sizeof *names);
      names[count++] = nns->nns.nics[k].name;
    }
  }
  *out = names;
  return count;
}

static void add_all(struct finding_links *f) {
  const char **names;
  size_t count = collect_names(f, &names);
  if (count > 0)
    qsort(names, count, sizeof *names, dw_by_name);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
      add_nic(f, names[i]);
}

/* --- the order --- */

/* <0 if A is to be preferred for a reason that a user would accept; 0 if only their names differ. Those that do not fit
 * are alike. */
static int compare_merits(const struct dw_plan_link *a, const struct dw_plan_link *b) {
  if (a->fault_count > 0 || b->fault_count > 0)
    return (a->fault_count > 0) - (b->fault_count > 0);
  const int orders[] = {
      (a->creates != DW_PLAN_CREATES_NOTHING) - (b->creates != DW_PLAN_CREATES_NOTHING),
      (int)a->carries_nodes - (int)b->carries_nodes,
      (a->nad_count > 0) - (b->nad_count > 0),
      (int)a->has_addresses - (int)b->has_addresses,
      (b->speed > a->speed) - (b->speed < a->speed),
      (b->mtu > a->mtu) - (b->mtu < a->mtu),
  };
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    if (orders[i] != 0)
      return orders[i];
  return 0;
}

static int by_merit(const void *left, const void *right) {
  const struct dw_plan_link *a = left;
  const struct dw_plan_link *b = right;
  int order = compare_merits(a, b);
  if (order == 0 && a->fault_count == 0)
    order = (a->plugin == DW_PLAN_BRIDGE) - (b->plugin == DW_PLAN_BRIDGE);
  return order != 0 ? order : strverscmp(a->used, b->used);
}

void dw_plan_find_links(struct dw_plan *plan) {
  struct finding_links f = {.plan = plan, .view = plan->world->view};
  plan->links = NULL;
  plan->link_count = plan->fitting_links = 0;
  f.node_count = dw_view_nodes_with_nics(f.view, NULL, 0);
  f.nodes = dw_arena_array(plan->arena, f.node_count + 1, sizeof *f.nodes);
  dw_view_nodes_with_nics(f.view, f.nodes, f.node_count);
  if (plan->options.nic != NULL)
    add_nic(&f, plan->options.nic);
  else
    add_all(&f);
  if (plan->link_count > 0)
    qsort(plan->links, plan->link_count, sizeof *plan->links, by_merit);
  while (plan->fitting_links < plan->link_count && plan->links[plan->fitting_links].fault_count == 0)
    plan->fitting_links++;
}

bool dw_plan_link_is_tie(const struct dw_plan *plan) {
  return plan->fitting_links > 1 && compare_merits(&plan->links[0], &plan->links[1]) == 0;
}
