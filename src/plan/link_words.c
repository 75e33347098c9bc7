/* What is said about a NIC or bridge. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "map/phrases.h"
#include "plan/plan_internal.h"

static void put_kind(struct dw_buf *out, const struct dw_plan_link *link) {
  static const char creator[] = "a NodeNetworkConfigurationPolicy creates it";
  if (link->creates == DW_PLAN_CREATES_VLAN)
    dw_buf_printf(out, "new VLAN of %s (%s), ", link->nic, creator);
  else if (link->creates == DW_PLAN_CREATES_BRIDGE)
    dw_buf_printf(out, "new bridge over %s (%s), ", link->nic, creator);
  else if (link->type == DW_NIC_BOND)
    dw_buf_puts(out, "bond, ");
  else if (link->type == DW_NIC_VLAN)
    dw_buf_puts(out, "VLAN, ");
  else if (link->type == DW_NIC_LINUX_BRIDGE)
    dw_buf_puts(out, "Linux bridge, ");
}

static void put_mtu(struct dw_buf *out, const struct dw_plan_link *link) {
  if (link->mtu == 0)
    dw_buf_puts(out, "MTU unknown");
  else
    dw_buf_printf(out, "MTU %" PRIu32 "%s", link->mtu, link->mtu_differs ? " (more on some nodes)" : "");
}

void dw_plan_describe_link(const struct dw_plan *plan, struct dw_plan_link *link) {
  struct dw_buf words = DW_BUF_IN(plan->arena);
  struct dw_buf cautions = DW_BUF_IN(plan->arena);
  put_kind(&words, link);
  if (link->speed == 0)
    dw_buf_puts(&words, "speed unknown");
  else
    dw_map_describe_speed(link->speed, &words);
  dw_buf_puts(&words, ", ");
  put_mtu(&words, link);
  if (plan->unknown_nodes == 0)
    dw_buf_printf(&words, ", up on %s%s", plan->network_nodes > 1 ? "all " : "",
                  dw_plan_count(plan->arena, plan->network_nodes, "node"));
  if (link->carries_nodes)
    dw_buf_puts(&cautions, "; shares the wire with the nodes' own traffic");
  if (link->nad_count > 0)
    dw_buf_printf(&cautions, "; NAD %s%s %s it, too", link->first_nad, link->nad_count > 1 ? " and others" : "",
                  link->nad_count > 1 ? "use" : "uses");
  if (link->has_addresses)
    dw_buf_puts(&cautions, "; the nodes have addresses on it");
  link->words = dw_buf_text(&words);
  link->cautions = dw_buf_text(&cautions);
}
