/* The text of a migration network, as Multus reads it. */
#ifndef CLUSTER_NETWORK_H
#define CLUSTER_NETWORK_H

#include <stdbool.h>

#include "base/arena.h"

/* The NAD that a network's text names. */
struct dw_nad_name {
  const char *ns;
  const char *name;
};

/* Reads TEXT, behind which virt-operator writes "@migration0": "name" or "ns/name", with blanks around either, which
 * Multus trims. NS is the namespace of the pods, where a name without a namespace is looked up. False where TEXT names
 * no NAD, several NADs or an interface too. Source: Multus pkg/k8sclient, parsePodNetworkAnnotation() and
 * parsePodNetworkObjectName(). */
bool dw_network_read(struct dw_arena *arena, const char *ns, const char *text, struct dw_nad_name *out)
    __attribute__((nonnull));

/* Whether Multus takes TEXT for the name of a NAD or namespace: a DNS label, but of any length. */
bool dw_is_attachable(const char *text) __attribute__((nonnull));

/* Whether TEXT holds nothing but blanks. */
bool dw_is_blank_text(const char *text) __attribute__((nonnull));

#endif
