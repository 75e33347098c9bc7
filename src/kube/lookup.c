/* Asks for single objects, over a few connections that are kept open. */
#include <pthread.h>
#include <stdlib.h>

#include "kube/cluster_internal.h"

enum { MOST_IDLE = 4 };

struct dw_lookups {
  const struct dw_api_config *config;
  pthread_mutex_t lock;
  struct dw_api_client *idle[MOST_IDLE];
  size_t idle_count;
};

struct dw_lookups *dw_lookups_new(const struct dw_api_config *config) {
  struct dw_lookups *lookups = calloc(1, sizeof *lookups);
  if (lookups == NULL)
    abort();
  lookups->config = config;
  pthread_mutex_init(&lookups->lock, NULL);
  return lookups;
}

void dw_lookups_free(struct dw_lookups *lookups) {
  if (lookups == NULL)
    return;
  for (size_t i = 0; i < lookups->idle_count; i++)
    dw_api_client_free(lookups->idle[i]);
  pthread_mutex_destroy(&lookups->lock);
  free(lookups);
}

static struct dw_api_client *acquire(struct dw_lookups *lookups, struct dw_error *err) {
  pthread_mutex_lock(&lookups->lock);
  struct dw_api_client *client = lookups->idle_count == 0 ? NULL : lookups->idle[--lookups->idle_count];
  pthread_mutex_unlock(&lookups->lock);
  return client != NULL ? client : dw_api_client_new(lookups->config, err);
}

static void release(struct dw_lookups *lookups, struct dw_api_client *client) {
  pthread_mutex_lock(&lookups->lock);
  if (lookups->idle_count < MOST_IDLE) {
    lookups->idle[lookups->idle_count++] = client;
    client = NULL;
  }
  pthread_mutex_unlock(&lookups->lock);
  dw_api_client_free(client);
}

static enum dw_lookup read_object(enum dw_kind kind, const struct dw_buf *text, const struct dw_object **out,
                                  struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *json = dw_json_parse(arena, dw_buf_text(text), text->length, DW_JSON_PLAIN, err);
  if (json == NULL || dw_object_reduce_as(kind, json, "", out, err) != 0)
    return DW_LOOKUP_FAILED;
  return DW_LOOKUP_FOUND;
}

/* The answer is also 404 if the CRD is not installed; then the object does not exist either. */
static enum dw_lookup ask(struct dw_api_client *client, enum dw_kind kind, const char *path, unsigned timeout_ms,
                          const struct dw_object **out, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct dw_api_result result;
  struct dw_api_request request = {.path = path,
                                   .timeout_ms = timeout_ms,
                                   .receive = dw_api_collect,
                                   .context = &(struct dw_api_body){&text, DW_MOST_OBJECT_BYTES}};
  if (dw_api_call(client, &request, &result) == 0)
    return read_object(kind, &text, out, err);
  if (result.status == 404)
    return DW_LOOKUP_ABSENT;
  char why[320];
  dw_outcome_text(&result, why, sizeof why);
  dw_error_set(err, DW_ERR_IO, "%s", why);
  return DW_LOOKUP_FAILED;
}

enum dw_lookup dw_lookups_get(struct dw_lookups *lookups, enum dw_kind kind, const char *path, unsigned timeout_ms,
                              const struct dw_object **out, struct dw_error *err) {
  struct dw_api_client *client = acquire(lookups, err);
  if (client == NULL)
    return DW_LOOKUP_FAILED;
  enum dw_lookup found = ask(client, kind, path, timeout_ms, out, err);
  release(lookups, client);
  return found;
}
