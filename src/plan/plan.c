/* What is known before anything is chosen. */
#include "plan/plan.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "map/phrases.h"
#include "plan/plan_internal.h"
#include "json/json_write.h"

/* --- words --- */

const char *dw_plan_count(struct dw_arena *arena, uint64_t count, const char *noun) {
  bool many = count != 1;
  bool es = many && noun[strlen(noun) - 1] == 's';
  if (count == UINT64_MAX)
    return dw_arena_printf(arena, "2^64 or more %s%s", noun, es ? "es" : "s");
  char text[DW_NUMBER_TEXT];
  return dw_arena_printf(arena, "%s %s%s", dw_map_number(count, text), noun, es ? "es" : many ? "s" : "");
}

/* Strings like "on", "1e3" and "0x1f" are other values to one version of YAML or another. */
static bool is_plain(const char *text) {
  static const char *const words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcasecmp(text, words[i]) == 0)
      return false;
  if (dw_is_digit(*text) || !dw_is_alnum(*text))
    return false;
  for (; *text != '\0'; text++)
    if (!dw_is_alnum(*text) && strchr("-._ ,", *text) == NULL)
      return false;
  return true;
}

const char *dw_plan_scalar(struct dw_arena *arena, const char *text) {
  return is_plain(text) ? text : dw_json_quote(arena, text);
}

/* --- the HyperConverged or KubeVirt --- */

static int read_user(struct dw_plan *plan, struct dw_error *err) {
  const struct dw_view *view = plan->world->view;
  plan->user = dw_view_user_in_force(view);
  if (plan->user == NULL)
    return dw_error_set(err, DW_ERR_INVALID,
                        "there is no HyperConverged or KubeVirt object in namespace %s, which would name the network; "
                        "install KubeVirt first, or set the policy's namespace",
                        plan->world->policy->namespace_);
  const char *text = plan->user->user.json;
  const dw_json *json = text == NULL ? NULL : dw_json_parse(plan->arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  struct dw_migration_config config;
  if (json == NULL || dw_json_get_string(json, "apiVersion") == NULL)
    return dw_error_set(err, DW_ERR_INVALID, "the %s object can't be read", dw_kind_name(plan->user->kind));
  dw_migration_read(plan->arena, json, &config);
  plan->user_version = dw_json_get_string(json, "apiVersion");
  plan->eviction = config.eviction_strategy.text;
  plan->network = dw_view_network(view);
  if (plan->user->kind == DW_KIND_KUBEVIRT && config.hco_managed)
    return dw_error_set(err, DW_ERR_INVALID,
                        "KubeVirt %s/%s is managed by HyperConverged, but there is no HyperConverged object; add it to "
                        "the state",
                        plan->user->namespace_, plan->user->name);
  if (plan->user->user.jsonpatch_network != NULL)
    return dw_error_set(err, DW_ERR_INVALID,
                        "the annotation kubevirt.kubevirt.io/jsonpatch of HyperConverged %s/%s sets the network and "
                        "overrides what `init` would write; remove that operation from it first",
                        plan->user->namespace_, plan->user->name);
  return 0;
}

static void read_network(struct dw_plan *plan) {
  struct dw_nad_name name;
  if (plan->network == NULL || !dw_network_read(plan->arena, plan->world->policy->namespace_, plan->network, &name))
    return;
  plan->network_exists = dw_view_find(plan->world->view, DW_KIND_NAD, name.ns, name.name) != NULL;
}

/* --- the nodes --- */

/* Room for twice as many nodes, and in a small cluster for 16 more. */
enum { LEAST_GROWTH = 16 };

static int read_nodes(struct dw_plan *plan, struct dw_error *err) {
  const struct dw_view *view = plan->world->view;
  struct dw_view_summary summary = dw_view_summary(view);
  if (summary.handler_nodes == 0)
    return dw_error_set(err, DW_ERR_INVALID,
                        dw_view_count(view, DW_KIND_NODE) == 0
                            ? "the nodes are unknown, and so is how many addresses the network needs; add the Node "
                              "objects to the state"
                            : "no node runs virt-handler, so the network would have no use");
  plan->handler_nodes = summary.handler_nodes;
  plan->network_nodes = summary.network_nodes;
  plan->unknown_nodes = dw_view_nodes_without_nics(view, NULL, 0);
  plan->sync = dw_view_sync_controllers(view);
  plan->needed = summary.handler_nodes + plan->sync.pods + plan->sync.surge;
  plan->wanted = plan->needed + (plan->needed < LEAST_GROWTH ? LEAST_GROWTH : plan->needed);
  return 0;
}

/* A cluster without any IPv4 network gets an IPv6 one. */
static bool is_only_v6(const struct dw_view *view) {
  size_t count;
  const struct dw_cluster_network *networks = dw_view_cluster_networks(view, &count);
  size_t own = 0;
  for (size_t i = 0; i < count; i++) {
    if (networks[i].prefix.base.v4 && strcmp(networks[i].source, DW_OVN_DEFAULT) != 0)
      return false;
    own += !networks[i].prefix.base.v4 && strcmp(networks[i].source, DW_OVN_DEFAULT) != 0;
  }
  return own > 0;
}

int dw_plan_begin(struct dw_arena *arena, const struct dw_world *world, const struct dw_plan_options *options,
                  struct dw_plan *out, struct dw_error *err) {
  struct dw_plan plan = {.arena = arena, .world = world, .options = *options};
  if (read_user(&plan, err) != 0 || read_nodes(&plan, err) != 0)
    return -1;
  read_network(&plan);
  plan.v6 = options->v6 || is_only_v6(world->view);
  plan.name = options->name == NULL ? dw_plan_free_name(&plan) : options->name;
  *out = plan;
  return 0;
}

/* --- the name --- */

const char *dw_plan_name_fault(const struct dw_plan *plan, const char *name) {
  const char *ns = plan->world->policy->namespace_;
  if (!dw_is_dns_label(name))
    return "use at most 63 lower-case letters, digits and '-'";
  if (dw_view_find(plan->world->view, DW_KIND_NAD, ns, name) != NULL)
    return dw_arena_printf(plan->arena, "NAD %s/%s exists already", ns, name);
  return NULL;
}

const char *dw_plan_free_name(const struct dw_plan *plan) {
  static const char usual[] = "migration-network";
  struct dw_nad_name missing;
  const char *ns = plan->world->policy->namespace_;
  if (plan->network != NULL && dw_network_read(plan->arena, ns, plan->network, &missing) &&
      strcmp(missing.ns, ns) == 0 && dw_plan_name_fault(plan, missing.name) == NULL)
    return missing.name;
  const char *name = usual;
  for (unsigned number = 2; dw_plan_name_fault(plan, name) != NULL; number++)
    name = dw_arena_printf(plan->arena, "%s-%u", usual, number);
  return name;
}

bool dw_plan_accepts(const struct dw_plan *plan, const char *rule) {
  static const char *const moment[] = {"network-change", "migrations-running"};
  for (size_t i = 0; i < sizeof moment / sizeof *moment; i++)
    if (strcmp(moment[i], rule) == 0)
      return true;
  for (size_t i = 0; i < plan->options.accepted_count; i++)
    if (strcmp(plan->options.accepted[i], rule) == 0)
      return true;
  return false;
}
