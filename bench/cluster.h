/* The synthetic cluster of all benchmarks: objects as a real API server returns them, including the parts that no rule
 * reads. */
#ifndef BENCH_CLUSTER_H
#define BENCH_CLUSTER_H

#include <stddef.h>

#include "base/buf.h"
#include "rules/engine.h"

enum { BENCH_NICS = 40 }; /* per node, if the size of a cluster is given as NADSxNODES */

struct bench_size {
  size_t nads, nodes, nics;
};

/* Each of these appends one object as JSON on one line: about 1.3 KB for a NAD, 12 KB for a Node, and 32 KB for a
 * NodeNetworkState with 40 NICs. NAD 0 is openshift-cnv/my-secondary-network, which the HyperConverged refers to and
 * the recorded reviews are about. The others are disjoint /24 networks of 100 tenants. CHANGE changes what the rules
 * read of a NAD. */
void bench_node(struct dw_buf *out, size_t node);
void bench_nns(struct dw_buf *out, size_t node, size_t nics);
void bench_nad(struct dw_buf *out, size_t nad, size_t change);
void bench_network(struct dw_buf *out);
void bench_hyperconverged(struct dw_buf *out);

/* The world that `serve` would have, with the default policy. The caller unrefs it. Exits on errors. */
struct dw_world *bench_world(const struct bench_size *size);

#endif
