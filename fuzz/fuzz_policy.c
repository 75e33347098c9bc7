/* Any text as a policy file: it is either accepted, with every value in its range, or rejected with a place and a
 * reason. */
#include <string.h>

#include "base/text.h"
#include "rules/engine.h"
#include "support.h"

static void check_policy(const struct dw_policy *policy) {
  FUZZ_ASSERT(dw_is_dns_label(policy->namespace_));
  for (int i = 0; i < DW_LIMIT_COUNT; i++)
    FUZZ_ASSERT(!policy->defaults[i].set || policy->defaults[i].value >= 0);
  for (size_t i = 0; i < policy->override_count; i++) {
    const struct dw_rule *rule = dw_rule_find(policy->overrides[i].rule);
    FUZZ_ASSERT(rule);
    FUZZ_ASSERT(dw_policy_action(policy, rule->id, DW_ACTION_NONE) == DW_ACTION_NONE);
    FUZZ_ASSERT(dw_policy_action(policy, rule->id, DW_ACTION_DENY) != DW_ACTION_NONE);
  }
  for (size_t i = 0; i < policy->remote_cluster_count; i++)
    for (size_t j = 0; j < policy->remote_clusters[i].range_count; j++) {
      const struct dw_interval *range = &policy->remote_clusters[i].ranges[j];
      FUZZ_ASSERT(dw_addr_compare(&range->first, &range->last) <= 0);
    }
  dw_policy_pattern(policy, "live-migration-net");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t count = 0;
  const char *const *rules = dw_rule_ids(&count);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_policy *policy = dw_policy_parse((const char *)data, size, "policy.yaml", rules, count, &err);
  if (policy)
    check_policy(policy);
  else
    FUZZ_ASSERT(err.text[0] && !strchr(err.text, '\n') && strcmp(err.file, "policy.yaml") == 0);
  dw_policy_free(policy);
  return 0;
}
