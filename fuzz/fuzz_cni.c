/* Any text as spec.config: reading never fails, pools stay inside their CIDR, and a filled configuration needs no
 * second filling. */
#include <string.h>

#include "rules/mutate.h"
#include "support.h"

static bool inside(const struct dw_prefix *subnet, const struct dw_interval *span) {
  return dw_prefix_contains(subnet, &span->first) && dw_prefix_contains(subnet, &span->last) &&
         dw_addr_compare(&span->first, &span->last) <= 0;
}

static void check_pool(const struct dw_pool *pool) {
  if (pool->state == DW_POOL_UNREADABLE) {
    FUZZ_ASSERT(pool->usable.count == 0);
    return;
  }
  FUZZ_ASSERT(pool->subnet_known);
  FUZZ_ASSERT((pool->usable.count > 0) == (pool->state == DW_POOL_OK));
  if (pool->has_span)
    FUZZ_ASSERT(inside(&pool->subnet, &pool->span));
  for (size_t i = 0; i < pool->usable.count; i++) {
    FUZZ_ASSERT(pool->has_span && inside(&pool->subnet, &pool->usable.items[i]));
    FUZZ_ASSERT(dw_addr_compare(&pool->span.first, &pool->usable.items[i].first) <= 0);
    FUZZ_ASSERT(dw_addr_compare(&pool->usable.items[i].last, &pool->span.last) <= 0);
  }
  FUZZ_ASSERT((dw_interval_set_count(&pool->usable) > 0) == (pool->state == DW_POOL_OK));
}

static void check_ipam(const struct dw_ipam *ipam) {
  bool unreadable_problem = false;
  for (size_t i = 0; i < ipam->problem_count; i++) {
    FUZZ_ASSERT(ipam->problems[i].field && ipam->problems[i].what && *ipam->problems[i].what);
    unreadable_problem = unreadable_problem || ipam->problems[i].kind == DW_IPAM_UNREADABLE;
  }
  for (size_t i = 0; i < ipam->pool_count; i++) {
    check_pool(&ipam->pools[i]);
    if (ipam->pools[i].state == DW_POOL_UNREADABLE)
      FUZZ_ASSERT(unreadable_problem);
  }
  FUZZ_ASSERT((ipam->error != NULL) == unreadable_problem);
}

static void check_filling(struct dw_arena *arena, const struct dw_cni_config *config) {
  const char *fields = NULL;
  const char *filled = dw_fill_config(arena, config, "mig", &fields);
  if (!filled)
    return;
  FUZZ_ASSERT(fields && *fields);
  struct json_object *json = fuzz_json(filled, strlen(filled));
  FUZZ_ASSERT(json_object_is_type(json, json_type_object));
  json_object_put(json);
  const struct dw_cni_config *again = dw_cni_read_text(arena, filled, strlen(filled));
  FUZZ_ASSERT(again->state == DW_CONFIG_OK && again->duplicate_count == 0);
  FUZZ_ASSERT(!dw_fill_config(arena, again, "mig", &fields));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(64 << 20);
  const struct dw_cni_config *config = dw_cni_read_text(arena, (const char *)data, size);
  struct json_object *json = fuzz_json((const char *)data, size);
  if (config->state == DW_CONFIG_OK)
    FUZZ_ASSERT(json_object_is_type(json, json_type_object) || memchr(data, 0, size));
  else
    FUZZ_ASSERT(config->plugin_count == 0);
  if (config->state == DW_CONFIG_UNREADABLE)
    FUZZ_ASSERT(config->error.text[0]);
  json_object_put(json);
  for (size_t i = 0; i < config->plugin_count; i++)
    check_ipam(&config->plugins[i].ipam);
  if (config->state == DW_CONFIG_OK)
    check_filling(arena, config);
  return 0;
}
