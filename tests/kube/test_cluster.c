#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kube/cluster.h"
#include "support/fake_api.h"
#include "support/https_server.h"

enum { MOST_FEEDS = 16 };

struct live {
  struct fake_api *api;
  struct dw_cluster *cluster;
  atomic_uint changes;
  pthread_mutex_t lock;
  struct {
    char text[96]; /* "nads/net-a u1 +" */
    uint64_t generation;
  } events[64];
  size_t event_count;
};

static void on_changed(void *context) {
  struct live *live = context;
  atomic_fetch_add(&live->changes, 1);
}

static void on_event(void *context, const struct dw_cluster_event *event) {
  struct live *live = context;
  if (event->listed_ms != 0)
    return;
  pthread_mutex_lock(&live->lock);
  assert_true(live->event_count < 64);
  snprintf(live->events[live->event_count].text, sizeof live->events->text, "%s %s/%s %s%s", dw_kind_name(event->kind),
           event->ns, event->name, event->uid,
           event->deleted          ? " deleted"
           : event->object == NULL ? " unreadable"
                                   : "");
  live->events[live->event_count++].generation = event->generation;
  pthread_mutex_unlock(&live->lock);
}

static void start_cluster(struct live *live, unsigned believe_ms) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_cluster_options options = {.config = fake_api_config(live->api),
                                       .changed = on_changed,
                                       .event = on_event,
                                       .context = live,
                                       .first_wait_ms = 5,
                                       .most_wait_ms = 20,
                                       .absent_wait_ms = 10,
                                       .short_watch_ms = 20,
                                       .believe_ms = believe_ms,
                                       .page = 2};
  live->cluster = dw_cluster_start(&options, &err);
  if (live->cluster == NULL)
    fail_msg("%s", err.text);
}

static int set_up(void **state) {
  struct live *live = calloc(1, sizeof *live);
  pthread_mutex_init(&live->lock, NULL);
  live->api = fake_api_start();
  fake_api_serve_all(live->api);
  *state = live;
  return 0;
}

static int tear_down(void **state) {
  struct live *live = *state;
  dw_cluster_stop(live->cluster);
  fake_api_end(live->api);
  pthread_mutex_destroy(&live->lock);
  free(live);
  return 0;
}

/* --- the current objects --- */

/* "name name ..." of a kind, in the view's order of namespace and name. */
static const char *names(const struct live *live, enum dw_kind kind) {
  static char text[1024];
  struct dw_cluster_objects objects;
  *text = '\0';
  dw_cluster_objects(live->cluster, &objects);
  for (size_t i = 0; i < objects.count; i++)
    if (objects.objects[i]->kind == kind) {
      strncat(text, *text == '\0' ? "" : " ", sizeof text - strlen(text) - 1);
      strncat(text, objects.objects[i]->name, sizeof text - strlen(text) - 1);
    }
  dw_cluster_objects_free(&objects);
  return text;
}

static bool has_names(const struct live *live, enum dw_kind kind, const char *expected) {
  return strcmp(names(live, kind), expected) == 0;
}

static enum dw_knowledge knowledge(const struct live *live, enum dw_kind kind) {
  struct dw_cluster_objects objects;
  dw_cluster_objects(live->cluster, &objects);
  enum dw_knowledge known = objects.knowledge[kind];
  dw_cluster_objects_free(&objects);
  return known;
}

static struct dw_feed_status status(const struct live *live, enum dw_kind kind) {
  struct dw_feed_status feeds[MOST_FEEDS];
  size_t count = dw_cluster_status(live->cluster, feeds, MOST_FEEDS);
  assert_true(count > 0 && count <= MOST_FEEDS);
  for (size_t i = 0; i < count; i++)
    if (feeds[i].resource->kind == kind)
      return feeds[i];
  fail_msg("no feed of %s", dw_kind_name(kind));
  return feeds[0];
}

static bool is_in(const struct live *live, enum dw_kind kind, enum dw_feed_state state) {
  return status(live, kind).state == state;
}

static bool all_watched(const struct live *live) {
  struct dw_feed_status feeds[MOST_FEEDS];
  size_t count = dw_cluster_status(live->cluster, feeds, MOST_FEEDS);
  for (size_t i = 0; i < count; i++)
    if (feeds[i].state != DW_FEED_WATCHING || feeds[i].watches == 0)
      return false;
  return true;
}

static void put_nad(struct live *live, const char *name, const char *config) {
  char text[512];
  snprintf(text, sizeof text,
           "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":"
           "\"%s\",\"namespace\":\"virt\",\"uid\":\"uid-%s\"},\"spec\":{\"config\":\"%s\"}}",
           name, name, config);
  fake_api_put(live->api, FAKE_NADS, text);
}

/* The items of a list of a built-in kind have no apiVersion and kind. */
static void put_node(struct live *live, const char *name, const char *heartbeat) {
  char text[512];
  snprintf(text, sizeof text,
           "{\"metadata\":{\"name\":\"%s\",\"labels\":{\"a\":\"b\"}},\"spec\":{\"podCIDR\":\"10.244.1.0/24\"},"
           "\"status\":{\"conditions\":[{\"type\":\"Ready\",\"lastHeartbeatTime\":\"%s\"}]}}",
           name, heartbeat);
  fake_api_put(live->api, FAKE_NODES, text);
}

/* --- lists --- */

static void reads_lists_page_by_page(void **state) {
  struct live *live = *state;
  for (char name[] = "node-1"; name[5] <= '5'; name[5]++)
    put_node(live, name, "");
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_string_equal(names(live, DW_KIND_NODE), "node-1 node-2 node-3 node-4 node-5");
  assert_int_equal(knowledge(live, DW_KIND_NODE), DW_KNOWN);
  assert_int_equal(fake_api_asked(live->api, FAKE_NODES, FAKE_LIST), 1);
  assert_int_equal(fake_api_asked(live->api, FAKE_NODES, FAKE_PAGE), 2);
  assert_int_equal(status(live, DW_KIND_NODE).objects, 5);
}

static void starts_a_list_again_if_its_pages_expire(void **state) {
  struct live *live = *state;
  for (char name[] = "node-1"; name[5] <= '5'; name[5]++)
    put_node(live, name, "");
  fake_api_expire_pages(live->api, 2);
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_string_equal(names(live, DW_KIND_NODE), "node-1 node-2 node-3 node-4 node-5");
  assert_true(fake_api_asked(live->api, FAKE_NODES, FAKE_LIST) > 1);
}

static void is_not_ready_before_the_last_list_is_read(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  fake_api_refuse(live->api, FAKE_NNS, 500);
  start_cluster(live, 0);
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a") && status(live, DW_KIND_NODE_NETWORK_STATE).lists > 3);
  assert_false(dw_cluster_ready(live->cluster));
  assert_int_equal(knowledge(live, DW_KIND_NODE_NETWORK_STATE), DW_UNAVAILABLE);
  assert_non_null(strstr(status(live, DW_KIND_NODE_NETWORK_STATE).error, "500"));
  fake_api_refuse(live->api, FAKE_NNS, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_int_equal(knowledge(live, DW_KIND_NODE_NETWORK_STATE), DW_KNOWN);
}

static void starts_without_an_api_server_and_catches_up(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  fake_api_down(live->api);
  start_cluster(live, 0);
  WAIT_FOR(*status(live, DW_KIND_NAD).error != '\0');
  assert_false(dw_cluster_ready(live->cluster));
  assert_int_equal(status(live, DW_KIND_NAD).age_ms, -1);
  fake_api_up(live->api);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_string_equal(names(live, DW_KIND_NAD), "net-a");
}

static void reads_a_config_map_by_its_name(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_CONFIGMAPS,
               "{\"metadata\":{\"name\":\"kubeadm-config\",\"namespace\":\"kube-system\"},\"data\":"
               "{\"ClusterConfiguration\":\"networking:\\n  podSubnet: 10.244.0.0/16\\n\"}}");
  fake_api_put(live->api, FAKE_CONFIGMAPS,
               "{\"metadata\":{\"name\":\"other\",\"namespace\":\"kube-system\"},\"data\":{}}");
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_string_equal(names(live, DW_KIND_CONFIG_MAP), "kubeadm-config");
}

static void skips_and_logs_what_it_cannot_read(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  fake_api_put(live->api, FAKE_NADS,
               "{\"metadata\":{\"name\":\"odd\",\"namespace\":\"virt\",\"labels\":7},"
               "\"spec\":{\"config\":\"{}\"}}");
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_string_equal(names(live, DW_KIND_NAD), "net-a");
  assert_int_equal(status(live, DW_KIND_NAD).unreadable, 1);
}

/* --- watches --- */

static void notices_added_changed_and_deleted_objects(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  put_nad(live, "net-b", "{}");
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a net-b"));
  put_nad(live, "net-b", "{\\\"type\\\":\\\"macvlan\\\"}");
  fake_api_delete(live->api, FAKE_NADS, "virt", "net-a");
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-b"));
  struct dw_cluster_objects objects;
  dw_cluster_objects(live->cluster, &objects);
  assert_int_equal(objects.count, 1);
  assert_string_equal(objects.objects[0]->nad.config, "{\"type\":\"macvlan\"}");
  dw_cluster_objects_free(&objects);
}

/* No API server sends one, but the object must be removed in any case. */
static void ignores_the_namespace_of_a_cluster_wide_object(void **state) {
  struct live *live = *state;
  put_node(live, "node-1", "");
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  fake_api_event(live->api, FAKE_NODES,
                 "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"node-1\",\"namespace\":\"odd\","
                 "\"resourceVersion\":\"999\"}}}\n");
  WAIT_FOR(has_names(live, DW_KIND_NODE, ""));
}

static void reports_each_event_in_order(void **state) {
  struct live *live = *state;
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  put_nad(live, "net-a", "{}");
  fake_api_delete(live->api, FAKE_NADS, "virt", "net-a");
  fake_api_put(live->api, FAKE_NADS, "{\"metadata\":{\"name\":\"odd\",\"namespace\":\"virt\",\"labels\":7}}");
  WAIT_FOR(status(live, DW_KIND_NAD).unreadable == 1);
  pthread_mutex_lock(&live->lock);
  assert_int_equal(live->event_count, 3);
  assert_string_equal(live->events[0].text, "NetworkAttachmentDefinition virt/net-a uid-net-a");
  assert_string_equal(live->events[1].text, "NetworkAttachmentDefinition virt/net-a uid-net-a deleted");
  assert_string_equal(live->events[2].text, "NetworkAttachmentDefinition virt/odd uid-1 unreadable");
  assert_true(live->events[0].generation < live->events[1].generation);
  pthread_mutex_unlock(&live->lock);
}

static void heartbeats_of_nodes_change_nothing(void **state) {
  struct live *live = *state;
  put_node(live, "node-1", "10:00");
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  unsigned before = atomic_load(&live->changes);
  put_node(live, "node-1", "10:05");
  put_nad(live, "net-a", "{}"); /* a real change */
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a"));
  WAIT_FOR(atomic_load(&live->changes) > before);
  put_node(live, "node-2", "");
  WAIT_FOR(has_names(live, DW_KIND_NODE, "node-1 node-2"));
  WAIT_FOR(atomic_load(&live->changes) >= before + 2);
  assert_int_equal(atomic_load(&live->changes), before + 2);
}

static void continues_a_watch_after_a_broken_connection(void **state) {
  struct live *live = *state;
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  size_t watches = fake_api_asked(live->api, FAKE_NADS, FAKE_WATCH);
  fake_api_drop(live->api);
  put_nad(live, "net-a", "{}");
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a"));
  assert_true(fake_api_asked(live->api, FAKE_NADS, FAKE_WATCH) > watches);
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_LIST), 1);
}

static void lists_again_if_the_watch_has_expired(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  put_nad(live, "net-b", "{}");
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  fake_api_down(live->api);
  fake_api_delete(live->api, FAKE_NADS, "virt", "net-a");
  put_nad(live, "net-c", "{}");
  fake_api_compact(live->api);
  fake_api_up(live->api);
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-b net-c"));
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_LIST), 2);
}

static void a_bookmark_makes_a_new_list_unnecessary(void **state) {
  struct live *live = *state;
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  fake_api_event(live->api, FAKE_NADS,
                 "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"net-a\",\"namespace\":\"virt\","
                 "\"resourceVersion\":\"101\"},\"spec\":{\"config\":\"{}\"}}}\n"
                 "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"999\"}}}\n");
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a"));
  fake_api_compact(live->api); /* version 101 has expired, 999 has not */
  size_t watches = fake_api_asked(live->api, FAKE_NADS, FAKE_WATCH);
  fake_api_drop(live->api);
  WAIT_FOR(fake_api_asked(live->api, FAKE_NADS, FAKE_WATCH) > watches && is_in(live, DW_KIND_NAD, DW_FEED_WATCHING));
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_LIST), 1);
  assert_string_equal(names(live, DW_KIND_NAD), "net-a");
}

static void lists_again_after_an_invalid_event(void **state) {
  static const char *const odd[] = {"no JSON at all\n", "{\"type\":\"ADDED\"}\n", "{\"object\":{}}\n", "[]\n",
                                    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"x\"}}}\n"};
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  start_cluster(live, 0);
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    WAIT_FOR(all_watched(live));
    size_t lists = fake_api_asked(live->api, FAKE_NADS, FAKE_LIST);
    fake_api_event(live->api, FAKE_NADS, odd[i]);
    WAIT_FOR(fake_api_asked(live->api, FAKE_NADS, FAKE_LIST) > lists);
    WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a"));
  }
}

static void watches_again_after_the_end_of_a_watch(void **state) {
  struct live *live = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_cluster_options options = {.config = fake_api_config(live->api), .watch_seconds = 1, .first_wait_ms = 5};
  live->cluster = dw_cluster_start(&options, &err);
  assert_non_null(live->cluster);
  WAIT_FOR(status(live, DW_KIND_NAD).watches >= 2);
  assert_int_equal(status(live, DW_KIND_NAD).lists, 1);
  assert_string_equal(status(live, DW_KIND_NAD).error, "");
}

/* --- absent, forbidden or unreachable resources --- */

static void reads_a_kind_whose_crd_is_installed_later(void **state) {
  struct live *live = *state;
  fake_api_withdraw(live->api, FAKE_NADS);
  fake_api_withdraw(live->api, FAKE_NNS);
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_int_equal(status(live, DW_KIND_NAD).state, DW_FEED_ABSENT);
  assert_int_equal(knowledge(live, DW_KIND_NAD), DW_KNOWN);
  assert_int_equal(knowledge(live, DW_KIND_NODE_NETWORK_STATE), DW_UNKNOWN);
  WAIT_FOR(dw_cluster_current(live->cluster));
  put_nad(live, "net-a", "{}");
  WAIT_FOR(has_names(live, DW_KIND_NAD, "net-a"));
}

static void drops_a_kind_whose_crd_is_removed(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  start_cluster(live, 20);
  WAIT_FOR(all_watched(live));
  fake_api_withdraw(live->api, FAKE_NADS);
  WAIT_FOR(is_in(live, DW_KIND_NAD, DW_FEED_ABSENT));
  assert_string_equal(names(live, DW_KIND_NAD), "");
  assert_int_equal(knowledge(live, DW_KIND_NAD), DW_KNOWN);
}

static void does_not_believe_an_api_server_that_is_not_ready(void **state) {
  static const int answers[] = {403, 404};
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  start_cluster(live, 1);
  for (size_t i = 0; i < 2; i++) {
    WAIT_FOR(all_watched(live));
    fake_api_refuse(live->api, "/readyz", 500);
    fake_api_refuse(live->api, FAKE_NADS, answers[i]);
    fake_api_compact(live->api);
    fake_api_drop(live->api);
    uint64_t lists = status(live, DW_KIND_NAD).lists;
    WAIT_FOR(status(live, DW_KIND_NAD).lists > lists + 5);
    assert_int_equal(status(live, DW_KIND_NAD).state, DW_FEED_BROKEN);
    assert_string_equal(names(live, DW_KIND_NAD), "net-a");
    assert_int_equal(knowledge(live, DW_KIND_NAD), DW_KNOWN);
    fake_api_refuse(live->api, FAKE_NADS, 0);
    fake_api_refuse(live->api, "/readyz", 0);
  }
}

static void a_refusal_that_does_not_last_is_not_believed(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  start_cluster(live, 3600 * 1000);
  WAIT_FOR(all_watched(live));
  fake_api_refuse(live->api, FAKE_NADS, 403);
  fake_api_compact(live->api);
  fake_api_drop(live->api);
  uint64_t lists = status(live, DW_KIND_NAD).lists;
  WAIT_FOR(status(live, DW_KIND_NAD).lists > lists + 5);
  assert_string_equal(names(live, DW_KIND_NAD), "net-a");
  fake_api_refuse(live->api, FAKE_NADS, 0);
  WAIT_FOR(is_in(live, DW_KIND_NAD, DW_FEED_WATCHING));
}

static void what_rbac_forbids_is_unknown_until_it_is_allowed(void **state) {
  struct live *live = *state;
  fake_api_put(live->api, FAKE_NNS,
               "{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":"
               "{\"name\":\"node-1\"},\"status\":{\"currentState\":{\"interfaces\":[]}}}");
  fake_api_refuse(live->api, FAKE_NNS, 403);
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster));
  assert_int_equal(status(live, DW_KIND_NODE_NETWORK_STATE).state, DW_FEED_FORBIDDEN);
  assert_int_equal(knowledge(live, DW_KIND_NODE_NETWORK_STATE), DW_UNKNOWN);
  assert_non_null(strstr(status(live, DW_KIND_NODE_NETWORK_STATE).error, "403"));
  fake_api_refuse(live->api, FAKE_NNS, 0);
  WAIT_FOR(has_names(live, DW_KIND_NODE_NETWORK_STATE, "node-1"));
  assert_int_equal(knowledge(live, DW_KIND_NODE_NETWORK_STATE), DW_KNOWN);
}

static void a_revoked_permission_is_believed_in_the_end(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  start_cluster(live, 20);
  WAIT_FOR(all_watched(live));
  fake_api_refuse(live->api, FAKE_NADS, 403);
  fake_api_compact(live->api);
  fake_api_drop(live->api);
  WAIT_FOR(is_in(live, DW_KIND_NAD, DW_FEED_FORBIDDEN));
  assert_int_equal(knowledge(live, DW_KIND_NAD), DW_UNKNOWN);
  assert_string_equal(names(live, DW_KIND_NAD), "");
}

static void keeps_its_objects_while_the_api_server_is_down(void **state) {
  struct live *live = *state;
  put_nad(live, "net-a", "{}");
  fake_api_withdraw(live->api, FAKE_SERVICE_CIDRS);
  fake_api_refuse(live->api, FAKE_NETWORKS, 403);
  start_cluster(live, 0);
  WAIT_FOR(dw_cluster_ready(live->cluster) && is_in(live, DW_KIND_NAD, DW_FEED_WATCHING));
  WAIT_FOR(dw_cluster_current(live->cluster));
  assert_int_equal(status(live, DW_KIND_NAD).age_ms, 0);
  fake_api_down(live->api);
  WAIT_FOR(is_in(live, DW_KIND_NAD, DW_FEED_BROKEN) && is_in(live, DW_KIND_SERVICE_CIDR, DW_FEED_BROKEN) &&
           is_in(live, DW_KIND_NETWORK, DW_FEED_BROKEN));
  assert_true(dw_cluster_ready(live->cluster));
  assert_false(dw_cluster_current(live->cluster));
  assert_string_equal(names(live, DW_KIND_NAD), "net-a");
  assert_int_equal(knowledge(live, DW_KIND_NAD), DW_KNOWN);
  assert_int_equal(knowledge(live, DW_KIND_SERVICE_CIDR), DW_KNOWN);
  assert_int_equal(knowledge(live, DW_KIND_NETWORK), DW_UNKNOWN);
  WAIT_FOR(status(live, DW_KIND_NAD).age_ms > 0);
  fake_api_up(live->api);
  WAIT_FOR(dw_cluster_current(live->cluster));
}

static void does_not_storm_an_api_server_that_refuses(void **state) {
  struct live *live = *state;
  struct dw_error err = DW_ERROR_INIT;
  fake_api_refuse(live->api, "/", 429);
  struct dw_cluster_options options = {.config = fake_api_config(live->api)};
  live->cluster = dw_cluster_start(&options, &err);
  assert_non_null(live->cluster);
  for (int i = 0; i < 1000; i++)
    dw_cluster_nudge(live->cluster);
  WAIT_FOR(status(live, DW_KIND_NODE).lists >= 2);
  assert_true(status(live, DW_KIND_NODE).lists <= 3);
}

/* --- lookups --- */

static enum dw_lookup look_up(const struct live *live, const char *name, unsigned timeout_ms, char *what, size_t size) {
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  enum dw_lookup found =
      dw_cluster_lookup(live->cluster, &(struct dw_lookup_key){DW_KIND_NAD, "virt", name}, timeout_ms, &object, &err);
  snprintf(what, size, "%s", found == DW_LOOKUP_FOUND ? object->nad.config : err.text);
  dw_object_unref(object);
  return found;
}

static void looks_up_a_nad_in_the_api_server(void **state) {
  struct live *live = *state;
  char what[600];
  put_nad(live, "net-a", "{}");
  start_cluster(live, 0);
  assert_int_equal(look_up(live, "net-a", 10000, what, sizeof what), DW_LOOKUP_FOUND);
  assert_string_equal(what, "{}");
  assert_int_equal(look_up(live, "net-b", 10000, what, sizeof what), DW_LOOKUP_ABSENT);
  assert_int_equal(look_up(live, "net/../../b", 10000, what, sizeof what), DW_LOOKUP_ABSENT);
  fake_api_refuse_gets(live->api, FAKE_NADS, 403);
  assert_int_equal(look_up(live, "net-a", 10000, what, sizeof what), DW_LOOKUP_FAILED);
  assert_non_null(strstr(what, "403"));
}

/* In the served version, because the 404 for another one would look like an object that does not exist. */
static void looks_up_the_users_that_name_networks(void **state) {
  static const char beta[] = "/apis/hco.kubevirt.io/v1beta1/hyperconvergeds";
  struct live *live = *state;
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  fake_api_withdraw(live->api, FAKE_HCOS);
  fake_api_put(live->api, beta,
               "{\"apiVersion\": \"hco.kubevirt.io/v1beta1\", \"kind\": \"HyperConverged\", \"metadata\": "
               "{\"namespace\": \"virt\", \"name\": \"hco\"}, \"spec\": {\"liveMigrationConfig\": {\"network\": "
               "\"a\"}}}");
  fake_api_put(live->api, FAKE_KUBEVIRTS,
               "{\"apiVersion\": \"kubevirt.io/v1\", \"kind\": \"KubeVirt\", \"metadata\": {\"namespace\": \"virt\", "
               "\"name\": \"kv\"}, \"spec\": {\"configuration\": {\"migrations\": {\"network\": \"b\"}}}}");
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  const struct dw_lookup_key hco = {DW_KIND_HYPERCONVERGED, "virt", "hco"}, kubevirt = {DW_KIND_KUBEVIRT, "virt", "kv"};
  const struct dw_lookup_key elsewhere = {DW_KIND_KUBEVIRT, "other", "kv"};
  assert_int_equal(dw_cluster_lookup(live->cluster, &hco, 10000, &object, &err), DW_LOOKUP_FOUND);
  assert_string_equal(object->user.network, "a");
  dw_object_unref(object);
  assert_int_equal(dw_cluster_lookup(live->cluster, &kubevirt, 10000, &object, &err), DW_LOOKUP_FOUND);
  assert_string_equal(object->user.network, "b");
  dw_object_unref(object);
  assert_int_equal(dw_cluster_lookup(live->cluster, &elsewhere, 10000, &object, &err), DW_LOOKUP_ABSENT);
  fake_api_refuse_gets(live->api, FAKE_KUBEVIRTS, 403);
  assert_int_equal(dw_cluster_lookup(live->cluster, &kubevirt, 10000, &object, &err), DW_LOOKUP_FAILED);
}

static void a_lookup_respects_its_timeout(void **state) {
  struct live *live = *state;
  char what[600];
  fake_api_hang_gets(live->api, FAKE_NADS);
  start_cluster(live, 0);
  assert_int_equal(look_up(live, "net-a", 50, what, sizeof what), DW_LOOKUP_FAILED);
  assert_true(strlen(what) > 0);
}

/* --- listing once --- */

static int count_received(void *context, struct dw_arena *arena, const struct dw_resource *resource,
                          const dw_json *object, struct dw_error *err) {
  size_t *counts = context;
  (void)arena;
  (void)err;
  assert_non_null(object);
  counts[resource->kind]++;
  return 0;
}

static void lists_a_cluster_once(void **state) {
  struct live *live = *state;
  size_t counts[DW_KIND_COUNT] = {0};
  enum dw_knowledge knowledge[DW_KIND_COUNT] = {DW_UNKNOWN};
  struct dw_error err = DW_ERROR_INIT;
  for (char name[] = "node-1"; name[5] <= '5'; name[5]++)
    put_node(live, name, "");
  put_nad(live, "net-a", "{}");
  fake_api_withdraw(live->api, FAKE_MIGRATIONS);
  fake_api_refuse(live->api, FAKE_NNS, 403);
  struct dw_cluster_list list = {.config = fake_api_config(live->api),
                                 .receive = count_received,
                                 .context = counts,
                                 .page = 2,
                                 .only = DW_KIND_OTHER};
  if (dw_cluster_list(&list, knowledge, &err) != 0)
    fail_msg("%s", err.text);
  assert_int_equal(counts[DW_KIND_NODE], 5);
  assert_int_equal(counts[DW_KIND_NAD], 1);
  assert_int_equal(knowledge[DW_KIND_NODE], DW_KNOWN);
  assert_int_equal(knowledge[DW_KIND_MIGRATION], DW_KNOWN);
  assert_int_equal(knowledge[DW_KIND_NODE_NETWORK_STATE], DW_UNKNOWN);
  fake_api_refuse(live->api, FAKE_NODES, 500);
  assert_int_equal(dw_cluster_list(&list, knowledge, &err), -1);
  assert_non_null(strstr(err.text, "nodes"));
  assert_non_null(strstr(err.text, "500"));
}

static void stops_immediately_whatever_is_in_progress(void **state) {
  struct live *live = *state;
  start_cluster(live, 0);
  dw_cluster_stop(live->cluster); /* while it lists */
  start_cluster(live, 0);
  WAIT_FOR(all_watched(live));
  dw_cluster_stop(live->cluster); /* while it watches */
  fake_api_refuse(live->api, "/", 500);
  start_cluster(live, 0);
  WAIT_FOR(*status(live, DW_KIND_NAD).error != '\0');
  dw_cluster_stop(live->cluster); /* while it waits */
  live->cluster = NULL;
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      LIVE(reads_lists_page_by_page),
      LIVE(starts_a_list_again_if_its_pages_expire),
      LIVE(is_not_ready_before_the_last_list_is_read),
      LIVE(starts_without_an_api_server_and_catches_up),
      LIVE(reads_a_config_map_by_its_name),
      LIVE(skips_and_logs_what_it_cannot_read),
      LIVE(notices_added_changed_and_deleted_objects),
      LIVE(ignores_the_namespace_of_a_cluster_wide_object),
      LIVE(reports_each_event_in_order),
      LIVE(heartbeats_of_nodes_change_nothing),
      LIVE(continues_a_watch_after_a_broken_connection),
      LIVE(lists_again_if_the_watch_has_expired),
      LIVE(a_bookmark_makes_a_new_list_unnecessary),
      LIVE(lists_again_after_an_invalid_event),
      LIVE(watches_again_after_the_end_of_a_watch),
      LIVE(reads_a_kind_whose_crd_is_installed_later),
      LIVE(drops_a_kind_whose_crd_is_removed),
      LIVE(does_not_believe_an_api_server_that_is_not_ready),
      LIVE(a_refusal_that_does_not_last_is_not_believed),
      LIVE(what_rbac_forbids_is_unknown_until_it_is_allowed),
      LIVE(a_revoked_permission_is_believed_in_the_end),
      LIVE(keeps_its_objects_while_the_api_server_is_down),
      LIVE(does_not_storm_an_api_server_that_refuses),
      LIVE(looks_up_a_nad_in_the_api_server),
      LIVE(looks_up_the_users_that_name_networks),
      LIVE(a_lookup_respects_its_timeout),
      LIVE(lists_a_cluster_once),
      LIVE(stops_immediately_whatever_is_in_progress),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
