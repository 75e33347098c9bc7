/* The cluster read once, by lists alone. */
#include "kube/cluster_internal.h"

struct taking {
  const struct dw_cluster_list *list;
  const struct dw_resource *resource;
  bool taken; /* something of this resource was handed on: a list that begins anew would hand it on twice */
  bool twice;
};

static void restart(void *context) {
  struct taking *taking = context;
  taking->twice = taking->taken;
}

static int take(void *context, struct dw_arena *arena, const dw_json *object, struct dw_error *err) {
  struct taking *taking = context;
  if (taking->twice)
    return dw_error_set(err, DW_ERR_OTHER, "the cluster changed too fast to be listed; try again");
  if (object == NULL)
    return dw_error_set(err, DW_ERR_SYNTAX, "an object is too large or no JSON");
  taking->taken = true;
  return taking->list->take(taking->list->context, arena, taking->resource, object, err);
}

static int list_one(struct dw_api_client *client, const struct dw_cluster_list *list,
                    const struct dw_resource *resource, enum dw_outcome *outcome, struct dw_error *err) {
  struct taking taking = {.list = list, .resource = resource};
  struct dw_lister lister = {.client = client,
                             .resource = resource,
                             .page = list->page == 0 ? DW_PAGE : list->page,
                             .most_pages = DW_MOST_PAGES,
                             .restart = restart,
                             .take = take,
                             .context = &taking};
  *outcome = dw_lister_run(&lister);
  if (*outcome != DW_OUTCOME_FAILED && *outcome != DW_OUTCOME_STOPPED && *outcome != DW_OUTCOME_EXPIRED)
    return 0;
  dw_error_set(err, DW_ERR_IO, "%s: %s", resource->plural, lister.err.text);
  return dw_error_wrap(err, "%s", dw_api_config_server(list->config));
}

int dw_cluster_list(const struct dw_cluster_list *list, enum dw_knowledge knowledge[DW_KIND_COUNT],
                    struct dw_error *err) {
  size_t count = 0;
  const struct dw_resource *resources = dw_resources(&count);
  bool seen[DW_KIND_COUNT] = {false};
  struct dw_api_client *client = list->client != NULL ? list->client : dw_api_client_new(list->config, err);
  int failed = client == NULL ? -1 : 0;
  for (size_t i = 0; i < count && failed == 0; i++) {
    enum dw_kind kind = resources[i].kind;
    enum dw_outcome outcome = DW_OUTCOME_DONE;
    if (list->only != DW_KIND_OTHER && list->only != kind)
      continue;
    failed = list_one(client, list, &resources[i], &outcome, err);
    dw_knowledge_add(&knowledge[kind], !seen[kind], dw_knowledge_of(kind, outcome));
    seen[kind] = true;
  }
  if (list->client == NULL)
    dw_api_client_free(client);
  return failed;
}
