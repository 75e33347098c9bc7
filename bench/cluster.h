/* The made-up cluster of all benchmarks: objects as a real API server gives them, with all that no rule reads. */
#ifndef BENCH_CLUSTER_H
#define BENCH_CLUSTER_H

#include <stddef.h>

#include "base/buf.h"
#include "rules/engine.h"

enum { BENCH_NICS = 40 }; /* a node, in every cluster whose size is given as NADSxNODES */

struct bench_size {
  size_t nads, nodes, nics;
};

/* One object as JSON on one line, appended. About 1.3 KB a NAD, 12 KB a Node, 32 KB a NodeNetworkState of 40 NICs.
 * NAD 0 is openshift-cnv/my-secondary-network: the one that the HyperConverged names and that the recorded reviews are
 * about. The others are networks of 100 tenants, a /24 each, disjoint. CHANGE alters what the rules read of a NAD. */
void bench_node(struct dw_buf *out, size_t node);
void bench_nns(struct dw_buf *out, size_t node, size_t nics);
void bench_nad(struct dw_buf *out, size_t nad, size_t change);
void bench_network(struct dw_buf *out);
void bench_hyperconverged(struct dw_buf *out);

/* The world that `serve` has of it, with the default policy; for dw_world_unref(). Ends the program on errors. */
struct dw_world *bench_world(const struct bench_size *size);

#endif
