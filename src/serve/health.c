#include <stdio.h>
#include <string.h>

#include "certs/self_managed.h"
#include "kube/cluster.h"
#include "serve/activation.h"
#include "serve/service.h"

static void add_misplaced(const struct dw_misplaced *misplaced, struct dw_buf *out) {
  dw_buf_printf(out,
                "KubeVirt is in namespace %s, but Droveway is configured for %s; set KUBEVIRT_NAMESPACE in the "
                "ConfigMap droveway-settings",
                misplaced->actual, misplaced->configured);
}

/* A wrong namespace stops a first roll-out. Afterwards it must not, because webhooks that nobody answers would reject
 * changes: neither a replica that was ready, nor one that starts while the webhooks are active. */
static bool blocks(const struct dw_service *service, const struct dw_misplaced *misplaced) {
  return !misplaced->later && (service->activation == NULL || !dw_activation_was_open(service->activation));
}

/* /livez does not depend on this, so that an unreachable cluster does not restart the pods. */
bool dw_service_ready(const struct dw_service *service, struct dw_buf *why) {
  DW_BUF_SCOPED struct dw_buf unused = DW_BUF_INIT;
  struct dw_misplaced misplaced = {.later = false};
  struct dw_buf *out = why == NULL ? &unused : why;
  size_t before = out->length;
  if (atomic_load(&service->stopping))
    dw_buf_puts(out, "shutting down");
  else if (service->worlds == NULL || !dw_worlds_ready(service->worlds))
    dw_buf_puts(out, "policy and cluster state are not loaded yet");
  else if (service->managed != NULL && !dw_self_managed_ready(service->managed))
    dw_buf_puts(out, "there is no certificate yet");
  else if (dw_worlds_misplaced(service->worlds, &misplaced) && blocks(service, &misplaced))
    add_misplaced(&misplaced, out);
  return out->length == before;
}

/* --- one line per check --- */

static const char *const states[] = {
    [DW_FEED_LISTING] = "not listed yet",
    [DW_FEED_LISTED] = "listed; opening the watch",
    [DW_FEED_WATCHING] = "watching",
    [DW_FEED_BROKEN] = "can't be watched now; using the last known state",
    [DW_FEED_UNWATCHED] = "RBAC forbids watching it; listed every 30 to 60 s instead",
    [DW_FEED_ABSENT] = "not installed",
    [DW_FEED_FORBIDDEN] = "forbidden by RBAC; rules that need it report \"could not be checked\"",
};

static char mark(enum dw_feed_state state) {
  switch (state) {
  case DW_FEED_LISTING:
    return '-';
  case DW_FEED_LISTED:
  case DW_FEED_WATCHING:
  case DW_FEED_ABSENT:
    return '+';
  case DW_FEED_BROKEN:
  case DW_FEED_UNWATCHED:
  case DW_FEED_FORBIDDEN:
    return '!';
  }
  return '!';
}

static void add_feed(struct dw_buf *out, const struct dw_feed_status *feed) {
  const struct dw_resource *resource = feed->resource;
  dw_buf_printf(out, "[%c]%s%s%s", mark(feed->state), resource->plural, *resource->group == '\0' ? "" : ".",
                resource->group);
  if (resource->name != NULL)
    dw_buf_printf(out, " %s/%s", resource->ns, resource->name);
  dw_buf_printf(out, ": %s, %zu object%s", states[feed->state], feed->objects, feed->objects == 1 ? "" : "s");
  if (feed->unreadable > 0)
    dw_buf_printf(out, ", %zu unreadable", feed->unreadable);
  if (feed->age_ms >= 0)
    dw_buf_printf(out, ", last heard from %lld s ago", (long long)(feed->age_ms / 1000));
  if (*feed->error != '\0')
    dw_buf_printf(out, " (%s)", feed->error);
  dw_buf_putc(out, '\n');
}

static void add_place(const struct dw_service *service, struct dw_buf *out) {
  struct dw_misplaced misplaced = {.later = false};
  if (service->worlds == NULL || !dw_worlds_ready(service->worlds) || !dw_worlds_misplaced(service->worlds, &misplaced))
    return;
  dw_buf_printf(out, "[%c]namespace: ", blocks(service, &misplaced) ? '-' : '!');
  add_misplaced(&misplaced, out);
  dw_buf_putc(out, '\n');
}

static void add_checks(const struct dw_service *service, struct dw_buf *out) {
  struct dw_feed_status feeds[DW_MOST_FEEDS];
  struct dw_cluster *cluster = service->worlds == NULL ? NULL : dw_worlds_cluster(service->worlds);
  bool ready = service->worlds != NULL && dw_worlds_ready(service->worlds);
  dw_buf_printf(out, "[%c]shutdown\n", atomic_load(&service->stopping) ? '-' : '+');
  dw_buf_printf(out, "[%c]view\n", ready ? '+' : '-');
  if (service->worlds != NULL && dw_worlds_policy_stale(service->worlds))
    dw_buf_puts(out, "[!]policy: the newest file was rejected (see the log); the previous one stays in use\n");
  if (service->managed != NULL)
    dw_buf_printf(out, "[%c]certificate\n", dw_self_managed_ready(service->managed) ? '+' : '-');
  add_place(service, out);
  if (service->activation != NULL)
    dw_activation_describe(service->activation, out);
  size_t count = cluster == NULL ? 0 : dw_cluster_status(cluster, feeds, DW_MOST_FEEDS);
  for (size_t i = 0; i < count && i < DW_MOST_FEEDS; i++)
    add_feed(out, &feeds[i]);
}

void dw_health_respond(const struct dw_service *service, const struct dw_http_request *request,
                       struct dw_http_answer *answer) {
  DW_BUF_SCOPED struct dw_buf why = DW_BUF_INIT;
  const char *name = request->path + 1;
  bool asked = strcmp(name, "readyz") == 0, passed = !asked || dw_service_ready(service, &why);
  answer->status = passed ? 200 : 503;
  answer->content_type = "text/plain; charset=utf-8";
  if (asked && passed && service->activation != NULL)
    dw_activation_note_ready(service->activation);
  if (!request->verbose) {
    dw_buf_printf(&answer->body, "%s\n", passed ? "ok" : dw_buf_text(&why));
    return;
  }
  add_checks(service, &answer->body);
  dw_buf_printf(&answer->body, "%s check %s\n", name, passed ? "passed" : "failed");
}
