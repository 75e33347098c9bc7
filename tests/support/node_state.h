/* Clusters of a few nodes with NICs that a test chooses. */
#ifndef SUPPORT_NODE_STATE_H
#define SUPPORT_NODE_STATE_H

/* YAML of a cluster with COUNT nodes a, b ... that have these NICs each (in flow style, "{name: eth0}, {name: eth1}").
 * The cluster networks are known. Returns static memory, valid until the next call. */
const char *node_state(const char *const *nics, unsigned count);

/* The same with a single node, a. */
const char *one_node(const char *nics);

/* The NAD vms/NAME with this configuration, to append to the state. Returns static memory, valid until the next call.
 */
const char *tenant_nad(const char *name, const char *config);

#endif
