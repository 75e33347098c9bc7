#include "cluster/policy.h"

#include <fnmatch.h>
#include <stdatomic.h>
#include <string.h>

/* The memory that a policy file may use: far more than real policies need, and far less than the process has. */
enum { ARENA_LIMIT = 64 * 1024 * 1024 };

const char *const dw_limit_names[DW_LIMIT_COUNT] = {
    [DW_LIMIT_COMPLETION_TIMEOUT] = "completionTimeoutPerGiB",
    [DW_LIMIT_PARALLEL_CLUSTER] = "parallelMigrationsPerCluster",
    [DW_LIMIT_PARALLEL_NODE] = "parallelOutboundMigrationsPerNode",
    [DW_LIMIT_PROGRESS_TIMEOUT] = "progressTimeout",
};

static const int64_t default_limits[DW_LIMIT_COUNT] = {
    [DW_LIMIT_COMPLETION_TIMEOUT] = 800,
    [DW_LIMIT_PARALLEL_CLUSTER] = 5,
    [DW_LIMIT_PARALLEL_NODE] = 2,
    [DW_LIMIT_PROGRESS_TIMEOUT] = 150,
};

/* virt-handler adds this label to every node on which it runs. */
static struct dw_selector default_selector(struct dw_arena *arena) {
  static const char key[] = "kubevirt.io/schedulable";
  struct dw_selector_term *term = dw_arena_alloc(arena, sizeof *term);
  *term = (struct dw_selector_term){.op = DW_SELECT_EXISTS, .key = key};
  return (struct dw_selector){.text = key, .terms = term, .term_count = 1};
}

struct counted {
  struct dw_policy policy; /* first, so that a pointer to it is also one to this */
  struct dw_policy *base;  /* the policy whose parts it shares, or NULL */
  atomic_size_t references;
};

struct dw_policy *dw_policy_default(void) {
  struct dw_arena *arena = dw_arena_new(ARENA_LIMIT);
  struct counted *counted = dw_arena_alloc(arena, sizeof *counted);
  struct dw_policy *policy = &counted->policy;
  atomic_init(&counted->references, 1);
  policy->arena = arena;
  policy->namespace_ = "openshift-cnv";
  policy->name_patterns = dw_arena_array(arena, 1, sizeof *policy->name_patterns);
  policy->name_patterns[0] = "*migration*";
  policy->name_pattern_count = 1;
  for (size_t i = 0; i < DW_LIMIT_COUNT; i++) {
    policy->defaults[i].set = true;
    policy->defaults[i].value = default_limits[i];
  }
  policy->mutate_nads = true;
  policy->selector = default_selector(arena);
  return policy;
}

struct dw_policy *dw_policy_ref(struct dw_policy *policy) {
  struct counted *counted = (struct counted *)policy;
  atomic_fetch_add_explicit(&counted->references, 1, memory_order_relaxed);
  return policy;
}

void dw_policy_free(struct dw_policy *policy) {
  if (policy == NULL)
    return;
  struct counted *counted = (struct counted *)policy;
  if (atomic_fetch_sub_explicit(&counted->references, 1, memory_order_acq_rel) != 1)
    return;
  struct dw_policy *base = counted->base;
  dw_arena_free(policy->arena);
  dw_policy_free(base);
}

/* A copy that keeps POLICY alive. */
static struct dw_policy *derive(struct dw_policy *policy) {
  struct dw_arena *arena = dw_arena_new(ARENA_LIMIT);
  struct counted *counted = dw_arena_alloc(arena, sizeof *counted);
  counted->policy = *policy;
  counted->policy.arena = arena;
  counted->base = policy;
  atomic_init(&counted->references, 1);
  return &counted->policy;
}

struct dw_policy *dw_policy_in(struct dw_policy *policy, const char *namespace_) {
  struct dw_policy *copy = derive(policy);
  copy->namespace_ = dw_arena_strdup(copy->arena, namespace_);
  copy->namespace_known = true;
  return copy;
}

static struct dw_remote_cluster copy_remote(struct dw_arena *arena, const struct dw_remote_cluster *from) {
  struct dw_remote_cluster copy = {.name = dw_arena_strdup(arena, from->name), .range_count = from->range_count};
  copy.ranges = dw_arena_array(arena, from->range_count, sizeof *copy.ranges);
  copy.texts = dw_arena_array(arena, from->range_count, sizeof *copy.texts);
  for (size_t i = 0; i < from->range_count; i++) {
    copy.ranges[i] = from->ranges[i];
    copy.texts[i] = dw_arena_strdup(arena, from->texts[i]);
  }
  return copy;
}

struct dw_policy *dw_policy_with_remotes(struct dw_policy *policy, const struct dw_policy *other) {
  struct dw_policy *copy = derive(policy);
  size_t count = policy->remote_cluster_count;
  copy->remote_clusters =
      dw_arena_array(copy->arena, count + other->remote_cluster_count, sizeof *copy->remote_clusters);
  if (count > 0)
    memcpy(copy->remote_clusters, policy->remote_clusters, count * sizeof *copy->remote_clusters);
  for (size_t i = 0; i < other->remote_cluster_count; i++)
    copy->remote_clusters[count++] = copy_remote(copy->arena, &other->remote_clusters[i]);
  copy->remote_cluster_count = count;
  return copy;
}

enum dw_action dw_policy_action(const struct dw_policy *policy, const char *rule, enum dw_action fallback) {
  if (fallback == DW_ACTION_NONE)
    return DW_ACTION_NONE;
  for (size_t i = 0; i < policy->override_count; i++)
    if (strcmp(policy->overrides[i].rule, rule) == 0)
      return policy->overrides[i].action;
  return fallback;
}

bool dw_exception_expired(const struct dw_exception *exception, int64_t today) {
  return exception->last_day < today;
}

const struct dw_exception *dw_policy_exception(const struct dw_policy *policy, const char *rule, const char *namespace_,
                                               const char *name, int64_t today) {
  const struct dw_exception *last = NULL;
  for (size_t i = 0; i < policy->exception_count; i++) {
    const struct dw_exception *one = &policy->exceptions[i];
    if (strcmp(one->rule, rule) != 0 || fnmatch(one->namespace_, namespace_, 0) != 0 ||
        fnmatch(one->name, name, 0) != 0)
      continue;
    if (!dw_exception_expired(one, today))
      return one;
    if (last == NULL || one->last_day > last->last_day)
      last = one;
  }
  return last;
}

const char *dw_policy_pattern(const struct dw_policy *policy, const char *text) {
  for (size_t i = 0; i < policy->name_pattern_count; i++)
    if (fnmatch(policy->name_patterns[i], text, 0) == 0)
      return policy->name_patterns[i];
  return NULL;
}
