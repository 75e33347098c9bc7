#include <string.h>

#include "cni/cni_internal.h"

static enum dw_ipam_type type_of(const char *name) {
  static const struct {
    const char *name;
    enum dw_ipam_type type;
  } types[] = {{"", DW_IPAM_NONE},
               {"whereabouts", DW_IPAM_WHEREABOUTS},
               {"dhcp", DW_IPAM_DHCP},
               {"host-local", DW_IPAM_HOST_LOCAL},
               {"static", DW_IPAM_STATIC}};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (strcmp(types[i].name, name) == 0)
      return types[i].type;
  return DW_IPAM_OTHER;
}

static bool read_type(struct dw_problems *problems, struct dw_ipam *ipam) {
  if (dw_value_given(&ipam->raw) && dw_json_type(ipam->raw.json) != DW_JSON_OBJECT) {
    dw_problem_wrong_type(problems, &ipam->raw, "an object");
    return false;
  }
  ipam->type_value = dw_value_member(problems->arena, ipam->field, ipam->raw.json, "type");
  if (dw_value_given(&ipam->type_value) && ipam->type_value.text == NULL) {
    dw_problem_wrong_type(problems, &ipam->type_value, "a string");
    return false;
  }
  ipam->type_name = ipam->type_value.text == NULL ? "" : ipam->type_value.text;
  ipam->type = type_of(ipam->type_name);
  return true;
}

enum { SHOWN_MAX = 100 };

static const char *sentence(struct dw_arena *arena, const struct dw_ipam_problem *problem) {
  bool show = problem->value != NULL && strlen(problem->value) <= SHOWN_MAX;
  return dw_arena_printf(arena, "%s %s%s%s%s%s%s", problem->field, show ? "\"" : "", show ? problem->value : "",
                         show ? "\" " : "", problem->what, problem->fix == NULL ? "" : "; ",
                         problem->fix == NULL ? "" : problem->fix);
}

static void finish(struct dw_problems *problems, struct dw_ipam *ipam) {
  ipam->problems = problems->items;
  ipam->problem_count = problems->count;
  ipam->more_problems = problems->more;
  for (size_t i = 0; i < problems->count && ipam->error == NULL; i++)
    if (problems->items[i].kind == DW_IPAM_UNREADABLE || problems->items[i].kind == DW_IPAM_POOL_KEY ||
        (problems->items[i].kind == DW_IPAM_NODE_SLICE && !problems->items[i].harmless))
      ipam->error = sentence(problems->arena, &problems->items[i]);
}

void dw_ipam_read(struct dw_arena *arena, const struct dw_cni_plugin *plugin, struct dw_ipam *out) {
  struct dw_problems problems = {.arena = arena};
  struct dw_value raw = dw_plugin_option(arena, plugin, "ipam");
  struct dw_ipam ipam = {.field = raw.field, .raw = raw, .type_name = "", .network_name = ""};
  ipam.type_value.field = dw_arena_join(arena, raw.field, ".", "type");
  ipam.gateway.raw.field = dw_arena_join(arena, raw.field, ".", "gateway");
  ipam.overlapping_ranges.field = dw_arena_join(arena, raw.field, ".", "enable_overlapping_ranges");
  bool readable = read_type(&problems, &ipam);
  if (!readable || dw_ipam_read_ovn(&problems, plugin, &ipam)) {
    ipam.no_range_explained = ipam.pool_count == 0 && problems.count > 0;
  } else if (!dw_plugin_runs_ipam(plugin->type_name)) {
    ipam.type = DW_IPAM_NONE;
  } else {
    if (ipam.type != DW_IPAM_DHCP)
      ipam.routes = dw_value_member(arena, ipam.field, ipam.raw.json, "routes");
    if (ipam.type == DW_IPAM_WHEREABOUTS)
      dw_ipam_read_whereabouts(&problems, &ipam);
    dw_ipam_read_local(arena, plugin, &ipam);
  }
  finish(&problems, &ipam);
  *out = ipam;
}
