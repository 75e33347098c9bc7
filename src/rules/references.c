/* Which NADs a request hangs on: what lets the server look them up before it denies for them. */
#include <string.h>

#include "rules/rules_internal.h"

static size_t add_name(struct dw_arena *arena, const struct dw_request *request, struct dw_nad_name names[2],
                       size_t count, const struct dw_value *network) {
  struct dw_nad_name name;
  if (network->text == NULL || !dw_network_read(arena, request->ns, network->text, &name))
    return count;
  if (count > 0 && strcmp(names[0].ns, name.ns) == 0 && strcmp(names[0].name, name.name) == 0)
    return count;
  names[count] = name;
  return count + 1;
}

size_t dw_request_networks(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                           struct dw_nad_name names[2]) {
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  bool user = kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT;
  bool writes = request->operation == DW_OP_CREATE || request->operation == DW_OP_UPDATE;
  struct dw_migration_config config;
  if (!user || !writes || strcmp(request->ns, dw_request_policy(arena, world, request)->namespace_) != 0)
    return 0;
  dw_migration_read(arena, request->object, &config);
  size_t count = add_name(arena, request, names, 0, &config.network);
  return config.jsonpatch == DW_JSONPATCH_SETS ? add_name(arena, request, names, count, &config.jsonpatch_network)
                                               : count;
}

/* Whether the comma-separated LIST holds ID. */
static bool lists(const char *list, const char *id) {
  size_t length = strlen(id);
  for (const char *at = list; at != NULL && *at != '\0';) {
    size_t part = strcspn(at, ",");
    if (part == length && strncmp(at, id, length) == 0)
      return true;
    at += part + (at[part] == ',');
  }
  return false;
}

enum dw_doubt dw_answer_doubt(const struct dw_answer *answer) {
  if (lists(answer->denied, "network-missing"))
    return DW_DOUBT_MISSING;
  return lists(answer->denied, "network-unfit") ? DW_DOUBT_UNFIT : DW_DOUBT_NONE;
}

void dw_answer_unavailable(struct dw_answer *answer, const char *message) {
  *answer = (struct dw_answer){.allowed = false, .code = 503, .reason = "ServiceUnavailable", .message = message};
}
