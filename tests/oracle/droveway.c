/* Prints how Droveway reads the same configurations as readers/main.go: reads one JSON object per line, and prints one
 * per line. Each is judged as a migration network and as another network, for a cluster about which nothing is known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "json/json.h"
#include "json/json_write.h"

/* The same as in readers/ipam.go. */
enum { COUNT_AT_MOST = 256 };

static void put_addr(struct dw_json_writer *w, const char *key, const struct dw_addr *addr) {
  char text[DW_ADDR_TEXT];
  dw_json_member_string(w, key, dw_addr_format(addr, text));
}

static void put_subnet(struct dw_json_writer *w, const struct dw_prefix *subnet) {
  char text[DW_PREFIX_TEXT];
  dw_json_member_string(w, "subnet", dw_prefix_format(subnet, text));
}

static void put_usable(struct dw_json_writer *w, const struct dw_interval_set *usable, bool countable) {
  uint64_t count = dw_interval_set_count(usable);
  if (usable->count > 0)
    put_addr(w, "next", &usable->items[0].first);
  dw_json_member_int(w, "count", countable ? (int64_t)count : -1);
}

static bool is_countable(const struct dw_interval *span) {
  struct dw_interval_set all = {(struct dw_interval *)span, 1};
  return dw_interval_set_count(&all) <= COUNT_AT_MOST;
}

static void put_pool(struct dw_json_writer *w, const struct dw_pool *pool) {
  dw_json_begin_object(w);
  dw_json_member_int(w, "state", pool->state);
  if (pool->subnet_known)
    put_subnet(w, &pool->subnet);
  if (pool->has_span) {
    put_addr(w, "first", &pool->span.first);
    put_addr(w, "last", &pool->span.last);
  }
  put_usable(w, &pool->usable, pool->has_span && is_countable(&pool->span));
  dw_json_end_object(w);
}

static void put_local_pool(struct dw_json_writer *w, const struct dw_local_pool *pool) {
  struct dw_interval span = {pool->usable.items[0].first, pool->usable.items[pool->usable.count - 1].last};
  dw_json_begin_object(w);
  put_subnet(w, &pool->subnet);
  put_usable(w, &pool->usable, is_countable(&span));
  if (pool->gateway.state == DW_READ_OK)
    put_addr(w, "gateway", &pool->gateway.addr);
  dw_json_end_object(w);
}

static void put_ipam(struct dw_json_writer *w, const struct dw_ipam *ipam) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "type", ipam->type_name);
  dw_json_member_string(w, "networkName", ipam->network_name);
  if (ipam->gateway.state == DW_READ_OK)
    put_addr(w, "gateway", &ipam->gateway.addr);
  dw_json_key(w, "pools");
  dw_json_begin_array(w);
  for (size_t i = 0; i < ipam->pool_count; i++)
    put_pool(w, &ipam->pools[i]);
  dw_json_end_array(w);
  dw_json_key(w, "local");
  dw_json_begin_array(w);
  for (size_t i = 0; i < ipam->local_pool_count; i++)
    put_local_pool(w, &ipam->local_pools[i]);
  dw_json_end_array(w);
  dw_json_end_object(w);
}

static void put_plugin(struct dw_json_writer *w, const struct dw_cni_plugin *plugin) {
  dw_json_begin_object(w);
  dw_json_member_string(w, "type", plugin->type_name);
  if (plugin->master.text != NULL)
    dw_json_member_string(w, "master", plugin->master.text);
  if (plugin->mode.text != NULL)
    dw_json_member_string(w, "mode", plugin->mode.text);
  dw_json_member_int(w, "mtu", plugin->mtu_number);
  dw_json_key(w, "ipam");
  put_ipam(w, &plugin->ipam);
  dw_json_end_object(w);
}

static void put_values(struct dw_json_writer *w, struct dw_arena *arena, const char *text) {
  const struct dw_cni_config *config = dw_cni_read_text(arena, text, strlen(text));
  dw_json_key(w, "plugins");
  dw_json_begin_array(w);
  for (size_t i = 0; config->state == DW_CONFIG_OK && i < config->plugin_count; i++)
    put_plugin(w, &config->plugins[i]);
  dw_json_end_array(w);
}

/* The AdmissionReview of the creation of the NAD in LINE. */
static const char *review_of(struct dw_arena *arena, const dw_json *line, bool migration) {
  struct dw_buf body = DW_BUF_IN(arena);
  const char *name = dw_json_text(arena, dw_json_get(line, "name"));
  const dw_json *resource = dw_json_get(line, "resourceName");
  const char *ns = dw_json_text(arena, dw_json_get(line, "namespace"));
  dw_buf_printf(
      &body,
      "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"1\",\"kind\":"
      "{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},\"name\":%s,"
      "\"namespace\":%s,\"operation\":\"CREATE\",\"object\":{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":"
      "\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":%s,\"namespace\":%s,\"labels\":"
      "{\"droveway.io/migration-network\":\"%s\"},\"annotations\":{",
      name, ns, name, ns, migration ? "true" : "false");
  if (resource != NULL)
    dw_buf_printf(&body, "\"k8s.v1.cni.cncf.io/resourceName\":%s", dw_json_text(arena, resource));
  dw_buf_printf(&body, "}},\"spec\":{\"config\":%s}}}}", dw_json_text(arena, dw_json_get(line, "config")));
  return dw_buf_text(&body);
}

static void put_findings(struct dw_json_writer *w, struct dw_arena *arena, const struct dw_world *world,
                         const char *body) {
  struct dw_request request;
  struct dw_error err = DW_ERROR_INIT;
  char text[900];
  if (dw_review_read(arena, body, strlen(body), &request, &err) != 0) {
    (void)fprintf(stderr, "droveway-reads: %s\n", dw_error_format(&err, text, sizeof text));
    exit(2);
  }
  const struct dw_judgement judgement = dw_judge(arena, world, &request, SIZE_MAX);
  dw_json_begin_array(w);
  for (size_t i = 0; i < judgement.findings.count; i++) {
    const struct dw_finding *finding = &judgement.findings.items[i];
    dw_json_begin_object(w);
    dw_json_member_string(w, "rule", finding->rule->id);
    dw_json_member_bool(w, "denies", finding->action == DW_ACTION_DENY);
    dw_json_member_string(w, "says", dw_finding_message(arena, finding));
    dw_json_member_string(w, "field", finding->field);
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void answer(const struct dw_world *world, const char *text, size_t length) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_buf out = DW_BUF_IN(arena);
  struct dw_json_writer w = DW_JSON_WRITER(&out);
  const dw_json *line = dw_json_parse(arena, text, length, DW_JSON_PLAIN, &err);
  int64_t id = 0;
  if (line == NULL || !dw_json_integer(dw_json_get(line, "id"), &id)) {
    (void)fprintf(stderr, "droveway-reads: no line of input: %s\n", err.text);
    exit(2);
  }
  dw_json_begin_object(&w);
  dw_json_member_int(&w, "id", id);
  dw_json_key(&w, "migration");
  put_findings(&w, arena, world, review_of(arena, line, true));
  dw_json_key(&w, "other");
  put_findings(&w, arena, world, review_of(arena, line, false));
  put_values(&w, arena, dw_json_get_string(line, "config"));
  dw_json_end_object(&w);
  (void)puts(dw_buf_text(&out));
}

int main(void) {
  struct dw_view_source nothing = {.count = 0};
  struct dw_world *world = dw_world_build(dw_policy_default(), &nothing);
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  while ((length = getline(&line, &capacity, stdin)) > 0)
    answer(world, line, (size_t)length);
  free(line);
  dw_world_unref(world);
  return 0;
}
