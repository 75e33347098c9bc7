/* Clusters of a few nodes whose NICs a test chooses. */
#ifndef SUPPORT_NODE_STATE_H
#define SUPPORT_NODE_STATE_H

/* YAML of a cluster whose nodes a, b ... have these NICs each (flow style, "{name: eth0}, {name: eth1}"), COUNT of
 * them. The cluster networks are known. In static memory, good until the next call. */
const char *node_state(const char *const *nics, unsigned count);

/* One node, a. */
const char *one_node(const char *nics);

/* NAD vms/NAME with this configuration, as more of the state. In static memory, good until the next call. */
const char *tenant_nad(const char *name, const char *config);

#endif
