/* The default policy, for tests that build views under it. */
#ifndef CLUSTER_POLICY_FIXTURE_H
#define CLUSTER_POLICY_FIXTURE_H

#include "cluster/policy.h"

static struct dw_policy *policy;

static inline int policy_set_up(void **state) {
  (void)state;
  policy = dw_policy_default();
  return 0;
}

static inline int policy_tear_down(void **state) {
  (void)state;
  dw_policy_free(policy);
  return 0;
}

#endif
