/* Failures of lists and watches: after each one the feed waits, reports it once, and keeps its objects. No test depends
 * on time: a wait that a test must observe is an hour long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/cluster_internal.h"
#include "support/fake_api.h"
#include "support/log_file.h"
#include "support/waiting.h"

enum { MOST_FEEDS = 16, HOUR_MS = 3600 * 1000, TRIES = 5 };

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NADS "network-attachment-definitions"
/* A log line of the NADs' feed, beginning with its level. */
#define LINE(level, message, reason)                                                                                   \
  "\"level\":\"" level "\",\"msg\":\"" NADS ": " message                                                               \
  "\",\"group\":\"k8s.cni.cncf.io\",\"objects\":1,\"reason\":\"" reason "\"}\n"
#define WATCHED                                                                                                        \
  "\"level\":\"info\",\"msg\":\"" NADS ": listed and watched\",\"group\":\"k8s.cni.cncf.io\",\"objects\":1}\n"
#define BROKEN(reason) LINE("warn", "can't be watched now; using the last known state", reason)
#define UNWATCHED(reason) LINE("warn", "RBAC forbids watching it; listed every 30 to 60 s instead", reason)
#define NET_A                                                                                                          \
  "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":\"net-a\","  \
  "\"namespace\":\"virt\",\"uid\":\"u\",\"resourceVersion\":\"7\"},\"spec\":{\"config\":\"{}\"}}"

struct live {
  struct fake_api *api;
  struct dw_cluster *cluster;
  struct log_file log;
};

static void begin(struct live *live) {
  *live = (struct live){.api = fake_api_start()};
  fake_api_serve_all(live->api);
  fake_api_put(live->api, FAKE_NADS, NET_A);
  log_file_begin(&live->log);
}

static void end(struct live *live) {
  dw_cluster_stop(live->cluster);
  fake_api_end(live->api);
  log_file_end(&live->log);
}

/* WAIT_MS is the length of every wait. A watch of less than SHORT_MS counts as short. */
static void start(struct live *live, unsigned wait_ms, unsigned short_ms) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_cluster_options options = {.config = fake_api_config(live->api),
                                       .first_wait_ms = wait_ms,
                                       .most_wait_ms = wait_ms,
                                       .absent_wait_ms = wait_ms,
                                       .relist_ms = wait_ms,
                                       .short_watch_ms = short_ms,
                                       .believe_ms = 1,
                                       .page = 1,
                                       .most_pages = 3};
  live->cluster = dw_cluster_start(&options, &err);
  if (live->cluster == NULL)
    fail_msg("%s", err.text);
}

static struct dw_feed_status nads(const struct live *live) {
  struct dw_feed_status feeds[MOST_FEEDS];
  dw_cluster_status(live->cluster, feeds, MOST_FEEDS);
  assert_int_equal(feeds[0].resource->kind, DW_KIND_NAD);
  return feeds[0];
}

static bool knows_net_a(const struct live *live) {
  struct dw_cluster_objects objects;
  bool found = false;
  dw_cluster_objects(live->cluster, &objects);
  for (size_t i = 0; i < objects.count; i++)
    found = found || (objects.objects[i]->kind == DW_KIND_NAD && strcmp(objects.objects[i]->name, "net-a") == 0);
  dw_cluster_objects_free(&objects);
  return found;
}

static size_t logged(const struct live *live, const char *text) {
  return count_in_file(live->log.path, text);
}

/* --- watches --- */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define BOOKMARK "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"X\",\"metadata\":{\"resourceVersion\":\"900\"}}}\n"
#define ERROR_EVENT(code, message)                                                                                     \
  "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":" code ",\"message\":\"" message "\"}}\n"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define AT_ONCE "the API server closes every watch immediately"
#define NO_EVENT "the watch sent something that is not an event"
#define NO_VERSION "an event has no usable resourceVersion"

static const struct bad_watch {
  const char *what, *answer, *why;
  bool lists_again;
} bad_watches[] = {
    {"empty", OK_HEAD "Content-Length: 0\r\n\r\n", AT_ONCE, false},
    {"empty, in chunks", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", AT_ONCE, false},
    {"empty, up to the connection's end", OK_HEAD "Connection: close\r\n\r\n", AT_ONCE, false},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", AT_ONCE, false},
    {"blank lines", OK_HEAD "\r\n\n\n\n", AT_ONCE, false},
    {"a bookmark alone", OK_HEAD "\r\n" BOOKMARK, AT_ONCE, false},
    {"an event, then the end", OK_HEAD "\r\n" EVENT("MODIFIED", NET_A), AT_ONCE, false},
    {"half an event", OK_HEAD "\r\n{\"type\":\"ADDED\",\"obj", "the watch ended in the middle of an event", false},
    {"an error event", OK_HEAD "\r\n" ERROR_EVENT("500", "etcd is away"), "etcd is away", false},
    {"an expired version", OK_HEAD "\r\n" ERROR_EVENT("410", "too old"), "too old", true},
    {"410", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
     "HTTP status 410: the API server answered with HTTP status 410", true},
    {"a page", OK_HEAD "\r\n<html>\n<p>welcome</p>\n</html>\n", NO_EVENT, true},
    {"a page without a line end", OK_HEAD "\r\n<html></html>", "the watch ended in the middle of an event", false},
    {"a list", OK_HEAD "\r\n{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[]}\n", NO_EVENT,
     true},
    {"no type", OK_HEAD "\r\n{\"object\":" NET_A "}\n", NO_EVENT, true},
    {"no object", OK_HEAD "\r\n{\"type\":\"ADDED\"}\n", NO_EVENT, true},
    {"an object that is none", OK_HEAD "\r\n{\"type\":\"ADDED\",\"object\":[]}\n", NO_EVENT, true},
    {"another kind",
     OK_HEAD "\r\n" EVENT("MODIFIED", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"net-a\",\"namespace\":"
                                      "\"virt\",\"resourceVersion\":\"9\"}}"),
     "the API server sent kind Pod instead of NetworkAttachmentDefinition", true},
    {"another kind is gone",
     OK_HEAD "\r\n" EVENT("DELETED", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"net-a\","
                                     "\"namespace\":\"virt\",\"resourceVersion\":\"9\"}}"),
     "the API server sent kind Pod instead of NetworkAttachmentDefinition", true},
    {"no version", OK_HEAD "\r\n" EVENT("BOOKMARK", "{\"metadata\":{}}"), NO_VERSION, true},
    {"an empty version", OK_HEAD "\r\n" EVENT("BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"\"}}"), NO_VERSION,
     true},
    {"a number for a version", OK_HEAD "\r\n" EVENT("BOOKMARK", "{\"metadata\":{\"resourceVersion\":9}}"), NO_VERSION,
     true},
    {"a redirect", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
     "HTTP status 302: the API server answered with HTTP status 302", false},
    {"401", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
     "HTTP status 401: the API server answered with HTTP status 401", false},
    {"500", "HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n",
     "HTTP status 500: the API server answered with HTTP status 500", false},
};

static void waits_after_every_failed_watch(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bad_watches); i++) {
    const struct bad_watch *bad = &bad_watches[i];
    struct live live;
    begin(&live);
    fake_api_answer_watches(live.api, FAKE_NADS, bad->answer);
    start(&live, HOUR_MS, HOUR_MS);
    WAIT_FOR(nads(&live).state == DW_FEED_BROKEN);
    if (strcmp(nads(&live).error, bad->why) != 0)
      fail_msg("%s: \"%s\"", bad->what, nads(&live).error);
    assert_int_equal(nads(&live).failures, 1);
    assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_LIST), 1);
    assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_WATCH), 1);
    assert_true(knows_net_a(&live));
    assert_false(dw_cluster_current(live.cluster));
    end(&live);
  }
}

static void reports_repeated_failed_watches_once(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bad_watches); i++) {
    const struct bad_watch *bad = &bad_watches[i];
    struct live live;
    char line[512];
    begin(&live);
    fake_api_answer_watches(live.api, FAKE_NADS, bad->answer);
    start(&live, 1, HOUR_MS);
    WAIT_FOR(nads(&live).failures > TRIES);
    snprintf(line, sizeof line, BROKEN("%s"), bad->why);
    if (logged(&live, line) != 1 || logged(&live, NADS) > 2)
      fail_msg("%s: %zu times, %zu lines", bad->what, logged(&live, line), logged(&live, NADS));
    size_t lists = fake_api_asked(live.api, FAKE_NADS, FAKE_LIST);
    if (bad->lists_again != (lists > 1))
      fail_msg("%s: %zu lists", bad->what, lists);
    assert_true(knows_net_a(&live));
    end(&live);
  }
}

/* After a failure, a watch must last before the feed counts as working. */
static void reports_recovery_after_a_lasting_watch(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  fake_api_answer_watches(live.api, FAKE_NADS, "HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n");
  start(&live, 1, 1);
  WAIT_FOR(nads(&live).failures > TRIES);
  assert_int_equal(logged(&live, WATCHED), 0);
  fake_api_answer_watches(live.api, FAKE_NADS, NULL);
  WAIT_FOR(logged(&live, WATCHED) == 1);
  assert_int_equal(nads(&live).state, DW_FEED_WATCHING);
  end(&live);
}

static void does_not_report_recovery_for_a_watch_that_just_opened(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  fake_api_answer_watches(live.api, FAKE_NADS, "HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n");
  start(&live, 1, HOUR_MS);
  WAIT_FOR(nads(&live).state == DW_FEED_BROKEN);
  fake_api_answer_watches(live.api, FAKE_NADS, NULL);
  fake_api_put(live.api, FAKE_NADS,
               "{\"metadata\":{\"name\":\"net-b\",\"namespace\":\"virt\"},\"spec\":{\"config\":\"{}\"}}");
  WAIT_FOR(nads(&live).objects == 2); /* its events still count */
  assert_int_equal(nads(&live).state, DW_FEED_BROKEN);
  assert_int_equal(logged(&live, WATCHED), 0);
  end(&live);
}

/* A proxy that forwards the first bytes of each watch and then cuts it off: if each watch has something new, the feed
 * always waits for the first wait only; with only a bookmark each time, the waits double. */
static void short_watches_with_events_keep_the_first_wait(void **state) {
  (void)state;
  enum { ROUNDS = 30 }; /* doubled this often, 1 ms becomes 12 days */
  struct dw_error err = DW_ERROR_INIT;
  struct live live;
  begin(&live);
  fake_api_answer_watches(live.api, FAKE_NODES, OK_HEAD "\r\n" BOOKMARK);
  struct dw_cluster_options options = {
      .config = fake_api_config(live.api), .first_wait_ms = 1, .most_wait_ms = UINT_MAX / 4, .short_watch_ms = HOUR_MS};
  for (int i = 0; i < ROUNDS; i++) {
    char answer[512];
    snprintf(answer, sizeof answer,
             OK_HEAD "\r\n{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"net-a\",\"namespace\":\"virt\","
                     "\"resourceVersion\":\"%d\"},\"spec\":{\"config\":\"{}\"}}}\n",
             1000 + i);
    size_t before = fake_api_asked(live.api, FAKE_NADS, FAKE_WATCH);
    fake_api_answer_watches(live.api, FAKE_NADS, answer);
    if (i == 0)
      live.cluster = dw_cluster_start(&options, &err);
    assert_non_null(live.cluster);
    WAIT_FOR(fake_api_asked(live.api, FAKE_NADS, FAKE_WATCH) > before);
  }
  assert_int_equal(nads(&live).state, DW_FEED_BROKEN);
  assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_LIST), 1);
  assert_true(fake_api_asked(live.api, FAKE_NODES, FAKE_WATCH) < ROUNDS);
  end(&live);
}

/* A proxy that closes quiet connections: each watch has lasted a while, so the waits do not double. */
static void lasting_watches_that_are_cut_off_keep_the_first_wait(void **state) {
  (void)state;
  enum { ROUNDS = 30 }; /* doubled this often, 1 ms becomes 12 days */
  struct dw_error err = DW_ERROR_INIT;
  struct live live;
  begin(&live);
  struct dw_cluster_options options = {
      .config = fake_api_config(live.api), .first_wait_ms = 1, .most_wait_ms = UINT_MAX / 4, .short_watch_ms = 1};
  live.cluster = dw_cluster_start(&options, &err);
  assert_non_null(live.cluster);
  for (int i = 0; i < ROUNDS; i++) {
    WAIT_FOR(nads(&live).state == DW_FEED_WATCHING && dw_cluster_current(live.cluster));
    uint64_t failures = nads(&live).failures;
    fake_api_drop(live.api);
    WAIT_FOR(nads(&live).failures > failures);
  }
  assert_int_equal(nads(&live).lists, 1);
  end(&live);
}

static void lists_a_resource_that_may_not_be_watched_at_an_interval(void **state) {
  (void)state;
  static const int refusals[] = {403, 404};
  for (size_t i = 0; i < COUNT(refusals); i++) {
    struct live live;
    char why[64], line[512];
    begin(&live);
    snprintf(why, sizeof why, "HTTP status %d: the test said %d", refusals[i], refusals[i]);
    snprintf(line, sizeof line, UNWATCHED("%s"), why);
    fake_api_refuse_watches(live.api, FAKE_NADS, refusals[i]);
    start(&live, HOUR_MS, 1);
    WAIT_FOR(nads(&live).state == DW_FEED_UNWATCHED);
    assert_string_equal(nads(&live).error, why);
    assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_LIST), 1);
    assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_WATCH), 1);
    assert_true(dw_cluster_ready(live.cluster) || nads(&live).objects == 1);
    assert_false(dw_cluster_current(live.cluster));
    assert_true(nads(&live).age_ms >= 0);
    assert_int_equal(logged(&live, line), 1);
    assert_int_equal(logged(&live, NADS), 1);
    end(&live);
  }
}

static void lists_at_an_interval_keep_the_view_current(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  fake_api_refuse_watches(live.api, FAKE_NADS, 403);
  start(&live, 1, 1);
  WAIT_FOR(nads(&live).lists > TRIES);
  fake_api_delete(live.api, FAKE_NADS, "virt", "net-a");
  WAIT_FOR(!knows_net_a(&live));
  assert_int_equal(nads(&live).state, DW_FEED_UNWATCHED);
  assert_int_equal(logged(&live, NADS), 1);
  fake_api_refuse_watches(live.api, FAKE_NADS, 0);
  WAIT_FOR(nads(&live).state == DW_FEED_WATCHING);
  assert_int_equal(logged(&live, NADS ": listed and watched"), 1);
  end(&live);
}

/* A watch that worked before may be rejected because the resource was removed, which a list shows immediately. */
static void a_watch_that_is_rejected_later_leads_to_a_list_immediately(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  start(&live, HOUR_MS, 1);
  WAIT_FOR(nads(&live).state == DW_FEED_WATCHING && dw_cluster_current(live.cluster));
  fake_api_refuse_watches(live.api, FAKE_NADS, 403);
  fake_api_event(live.api, FAKE_NADS,
                 "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"900\"}}}\n");
  fake_api_end_watches(live.api);
  WAIT_FOR(nads(&live).state == DW_FEED_UNWATCHED);
  assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_LIST), 2);
  assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_WATCH), 3);
  end(&live);
}

static bool nudge(struct live *live) {
  dw_cluster_nudge(live->cluster);
  return true;
}

/* A review shows that the API server is reachable. So a feed without an answer, like that of the nodes here, retries
 * soon. A feed that received a wrong answer, or was asked to wait, does not. */
static void only_a_feed_without_an_answer_retries_after_a_nudge(void **state) {
  (void)state;
  static const char *const answers[] = {"HTTP/1.1 429 Too Many\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n",
                                        OK_HEAD "Content-Length: 0\r\n\r\n"};
  for (size_t i = 0; i < COUNT(answers); i++) {
    struct live live;
    begin(&live);
    fake_api_answer_watches(live.api, FAKE_NADS, answers[i]);
    fake_api_answer_watches(live.api, FAKE_NODES, ""); /* the connection is closed */
    start(&live, HOUR_MS, HOUR_MS);
    WAIT_FOR(nads(&live).failures == 1);
    size_t before = fake_api_asked(live.api, FAKE_NODES, FAKE_WATCH);
    WAIT_FOR(nudge(&live) && fake_api_asked(live.api, FAKE_NODES, FAKE_WATCH) >= before + 3);
    assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_WATCH), 1);
    end(&live);
  }
}

/* An API server that was unreachable for a long time, and has just started, rejects requests at first. That must not
 * lead to a wait as long as the last one, which would keep the view outdated. */
static void a_nudge_makes_the_waits_short_again(void **state) {
  (void)state;
  enum { FAILURES = 10, MORE = 8 }; /* eight more waits, each twice as long as the last one, would take minutes */
  struct dw_error err = DW_ERROR_INIT;
  struct live live;
  begin(&live);
  fake_api_answer_watches(live.api, FAKE_NODES, ""); /* the connection is closed */
  struct dw_cluster_options options = {
      .config = fake_api_config(live.api), .first_wait_ms = 1, .most_wait_ms = HOUR_MS, .short_watch_ms = 1};
  live.cluster = dw_cluster_start(&options, &err);
  assert_non_null(live.cluster);
  WAIT_FOR(fake_api_asked(live.api, FAKE_NODES, FAKE_WATCH) >= FAILURES);
  size_t before = fake_api_asked(live.api, FAKE_NODES, FAKE_WATCH);
  dw_cluster_nudge(live.cluster);
  WAIT_FOR(fake_api_asked(live.api, FAKE_NODES, FAKE_WATCH) >= before + MORE);
  end(&live);
}

/* --- lists --- */

#define NOT_A_LIST "the answer is not a list of Kubernetes objects: "
#define META "\"metadata\":{\"resourceVersion\":\"5\"}"

static const struct bad_list {
  const char *body, *why;
} bad_lists[] = {
    {"{\"kind\":\"Status\"," META ",\"status\":\"Failure\",\"code\":500}", NOT_A_LIST "its kind is not a list"},
    {"{\"kind\":\"Status\"," META ",\"items\":[]}", NOT_A_LIST "its kind is not a list"},
    {"{" META ",\"items\":[]}", NOT_A_LIST "its kind is not a list"},
    {"{\"kind\":[\"List\"]," META ",\"items\":[]}", NOT_A_LIST "its kind is not a list"},
    {"{\"kind\":\"NodeList\"," META "}", NOT_A_LIST "its items are missing or not a list"},
    {"{\"kind\":\"NodeList\"," META ",\"items\":{\"a\":{\"b\":[{}]}}}",
     NOT_A_LIST "its items are missing or not a list"},
    {"{\"kind\":\"NodeList\"," META ",\"items\":\"[]\"}", NOT_A_LIST "its items are missing or not a list"},
    {"{\"kind\":\"NodeList\"," META ",\"items\":true}", NOT_A_LIST "its items are missing or not a list"},
    {"{\"kind\":\"List\",\"items\":[]}", NOT_A_LIST "it has no metadata"},
    {"{\"kind\":\"List\",\"metadata\":null,\"items\":[]}", NOT_A_LIST "it has no metadata"},
    {"{\"kind\":\"List\",\"metadata\":{},\"items\":[]}", NOT_A_LIST "it has no usable resourceVersion"},
    {"{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"\"},\"items\":[]}",
     NOT_A_LIST "it has no usable resourceVersion"},
    {"{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":5},\"items\":[]}",
     NOT_A_LIST "it has no usable resourceVersion"},
    {"{\"kind\":\"List\"," META ",\"items\":[null]}", NOT_A_LIST "an item is not an object"},
    {"{\"kind\":\"List\"," META ",\"items\":[\"x\"]}", NOT_A_LIST "an item is not an object"},
    {"{\"kind\":\"List\"," META ",\"items\":[[]]}", NOT_A_LIST "an item is not an object"},
    {"{\"kind\":\"List\"," META ",\"items\":[7]}", NOT_A_LIST "an item is not an object"},
    {"{\"kind\":\"List\"," META ",\"items\":[", NOT_A_LIST "it is truncated"},
    {"<html>welcome</html>", NOT_A_LIST "it is not a JSON object"},
    {"[]", NOT_A_LIST "it is not a JSON object"},
    {"", NOT_A_LIST "it is truncated"},
    {"{\"kind\":\"List\"," META ",\"items\":[{\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\",\"namespace\":\"virt\"}}]}",
     "the API server sent kind Pod instead of NetworkAttachmentDefinition"},
};

static void answer_lists(struct live *live, const char *body) {
  DW_BUF_SCOPED struct dw_buf answer = DW_BUF_INIT;
  dw_buf_printf(&answer, OK_HEAD "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
  fake_api_answer(live->api, FAKE_NADS, dw_buf_text(&answer), answer.length);
}

static void waits_after_an_answer_that_is_not_a_list(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bad_lists); i++) {
    struct live live;
    begin(&live);
    answer_lists(&live, bad_lists[i].body);
    start(&live, HOUR_MS, 1);
    WAIT_FOR(nads(&live).failures == 1 && *nads(&live).error != '\0');
    if (strcmp(nads(&live).error, bad_lists[i].why) != 0)
      fail_msg("%s: \"%s\"", bad_lists[i].body, nads(&live).error);
    assert_int_equal(nads(&live).state, DW_FEED_LISTING);
    assert_false(dw_cluster_ready(live.cluster));
    assert_int_equal(nads(&live).lists, 1);
    assert_int_equal(nads(&live).watches, 0);
    end(&live);
  }
}

static void keeps_its_objects_after_an_answer_that_is_not_a_list(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  start(&live, 1, 1);
  for (size_t i = 0; i < COUNT(bad_lists); i++) {
    WAIT_FOR(nads(&live).state == DW_FEED_WATCHING && dw_cluster_current(live.cluster));
    answer_lists(&live, bad_lists[i].body);
    fake_api_answer_watches(live.api, FAKE_NADS, OK_HEAD "\r\n" ERROR_EVENT("410", "too old"));
    fake_api_drop(live.api);
    uint64_t lists = nads(&live).lists;
    WAIT_FOR(nads(&live).lists > lists + TRIES);
    WAIT_FOR(strcmp(nads(&live).error, bad_lists[i].why) == 0);
    assert_int_equal(nads(&live).state, DW_FEED_BROKEN);
    assert_true(knows_net_a(&live));
    fake_api_answer_watches(live.api, FAKE_NADS, NULL);
    fake_api_answer(live.api, FAKE_NADS, NULL, 0);
  }
  end(&live);
}

/* Go writes a nil slice as null. */
static void null_items_are_an_empty_list(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  answer_lists(&live, "{\"kind\":\"NetworkAttachmentDefinitionList\"," META ",\"items\":null}");
  start(&live, HOUR_MS, 1);
  WAIT_FOR(nads(&live).watches == 1);
  assert_int_equal(nads(&live).lists, 1);
  assert_int_equal(nads(&live).objects, 0);
  end(&live);
}

/* Each page is a valid list, but the tokens lead back after one, two, three or seven of them. */
static void repeated_continue_tokens_are_a_failure(void **state) {
  (void)state;
  static const size_t circles[] = {1, 2, 3, 7};
  for (size_t i = 0; i < COUNT(circles); i++) {
    struct live live;
    struct dw_error err = DW_ERROR_INIT;
    begin(&live);
    fake_api_repeat_tokens(live.api, FAKE_NADS, circles[i]);
    struct dw_cluster_options options = {.config = fake_api_config(live.api), .first_wait_ms = HOUR_MS, .page = 1};
    live.cluster = dw_cluster_start(&options, &err);
    assert_non_null(live.cluster);
    WAIT_FOR(nads(&live).failures == 1 && *nads(&live).error != '\0');
    assert_string_equal(nads(&live).error, NOT_A_LIST "its continue token repeats");
    assert_int_equal(fake_api_asked(live.api, FAKE_NADS, FAKE_LIST), 1);
    assert_true(fake_api_asked(live.api, FAKE_NADS, FAKE_PAGE) <= 3 * circles[i] + 1);
    end(&live);
  }
}

static void too_many_pages_are_a_failure(void **state) {
  (void)state;
  struct live live;
  begin(&live);
  for (char name[] = "net-b"; name[4] <= 'c'; name[4]++) {
    char text[128];
    snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"virt\"},\"spec\":{\"config\":\"{}\"}}",
             name);
    fake_api_put(live.api, FAKE_NADS, text);
  }
  start(&live, HOUR_MS, 1); /* 3 pages of 1 object */
  WAIT_FOR(nads(&live).objects == 3);
  dw_cluster_stop(live.cluster);
  fake_api_put(live.api, FAKE_NADS,
               "{\"metadata\":{\"name\":\"net-d\",\"namespace\":\"virt\"},\"spec\":{\"config\":\"{}\"}}");
  start(&live, HOUR_MS, 1);
  WAIT_FOR(nads(&live).failures == 1 && *nads(&live).error != '\0');
  assert_string_equal(nads(&live).error, NOT_A_LIST "it has too many pages");
  end(&live);
}

/* Discovery with an answer that is too large once ended as if the program were stopping. */
static void waits_after_a_discovery_that_is_too_large(void **state) {
  (void)state;
  struct live live;
  DW_BUF_SCOPED struct dw_buf answer = DW_BUF_INIT;
  enum { LARGE = 1100000 };
  begin(&live);
  dw_buf_printf(&answer, OK_HEAD "Content-Length: %d\r\n\r\n", (int)LARGE);
  for (int i = 0; i < LARGE; i++)
    dw_buf_putc(&answer, ' ');
  fake_api_answer(live.api, "/apis/k8s.cni.cncf.io", dw_buf_text(&answer), answer.length);
  start(&live, HOUR_MS, 1);
  WAIT_FOR(*nads(&live).error != '\0');
  assert_string_equal(nads(&live).error, "the versions of k8s.cni.cncf.io: the answer is larger than 1048576 bytes");
  assert_int_equal(nads(&live).lists, 1);
  assert_int_equal(nads(&live).failures, 1);
  end(&live);
}

/* Only one object is requested by its name, but a proxy that drops the query returns all. */
static void another_config_map_than_requested_is_a_failure(void **state) {
  (void)state;
  enum { KUBEADM = 9 }; /* its index among the resources */
  static const char body[] = "{\"kind\":\"ConfigMapList\"," META ",\"items\":[{\"metadata\":{\"name\":\"other\","
                             "\"namespace\":\"kube-system\"},\"data\":{}}]}";
  struct live live;
  struct dw_feed_status feeds[MOST_FEEDS];
  DW_BUF_SCOPED struct dw_buf answer = DW_BUF_INIT;
  begin(&live);
  dw_buf_printf(&answer, OK_HEAD "Content-Length: %zu\r\n\r\n%s", sizeof body - 1, body);
  fake_api_answer(live.api, "/api/v1/namespaces/kube-system/configmaps", dw_buf_text(&answer), answer.length);
  start(&live, HOUR_MS, 1);
  WAIT_FOR(dw_cluster_status(live.cluster, feeds, MOST_FEEDS) > KUBEADM && *feeds[KUBEADM].error != '\0');
  assert_string_equal(feeds[KUBEADM].resource->name, "kubeadm-config");
  assert_string_equal(feeds[KUBEADM].error,
                      "the API server sent kube-system/other instead of kube-system/kubeadm-config");
  end(&live);
}

/* --- lookups --- */

/* Only a 404 proves that there is no such NAD. */
static void a_lookup_with_another_answer_fails(void **state) {
  (void)state;
  static const struct {
    const char *body, *why;
  } cases[] = {
      {"{\"kind\":\"Status\",\"code\":404,\"reason\":\"NotFound\"}", "kind is Status, not NetworkAttachmentDefinition"},
      {"{\"kind\":\"NetworkAttachmentDefinitionList\"," META ",\"items\":[]}",
       "kind is NetworkAttachmentDefinitionList, not NetworkAttachmentDefinition"},
      {"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"net-a\",\"namespace\":\"virt\"}}",
       "kind is Pod, not NetworkAttachmentDefinition"},
      {"{\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":\"net-b\",\"namespace\":\"virt\"}}",
       "the API server returned virt/net-b instead"},
      {"{\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":\"net-a\",\"namespace\":\"other\"}}",
       "the API server returned other/net-a instead"},
      {"<html>welcome</html>", NULL},
      {"", NULL},
      {"null", NULL},
      {"{}", NULL},
      {NET_A "{", NULL},
  };
  static const struct dw_lookup_key key = {DW_KIND_NAD, "virt", "net-a"};
  struct live live;
  begin(&live);
  start(&live, HOUR_MS, 1);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct dw_error err = DW_ERROR_INIT;
    const struct dw_object *object = NULL;
    DW_BUF_SCOPED struct dw_buf answer = DW_BUF_INIT;
    dw_buf_printf(&answer, OK_HEAD "Content-Length: %zu\r\n\r\n%s", strlen(cases[i].body), cases[i].body);
    fake_api_answer(live.api, "/apis/k8s.cni.cncf.io/v1/namespaces/virt/network-attachment-definitions/net-a",
                    dw_buf_text(&answer), answer.length);
    enum dw_lookup found = dw_cluster_lookup(live.cluster, &key, 20000, &object, &err);
    if (found != DW_LOOKUP_FAILED || *err.text == '\0' || object != NULL)
      fail_msg("%s: %d \"%s\"", cases[i].body, (int)found, err.text);
    if (cases[i].why != NULL)
      assert_string_equal(err.text, cases[i].why);
  }
  end(&live);
}

/* --- the length of a resource version --- */

struct watched {
  struct dw_cluster cluster;
  struct dw_feed feed;
};

static bool accepts_version(size_t length) {
  struct watched w = {.cluster = {.generation = 0}};
  char line[512], version[DW_VERSION_BYTES + 2];
  size_t count = 0;
  pthread_mutex_init(&w.cluster.lock, NULL);
  w.feed.cluster = &w.cluster;
  w.feed.status.resource = dw_resources(&count);
  memset(version, '9', length);
  version[length] = '\0';
  snprintf(line, sizeof line, "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"%s\"}}}\n",
           version);
  snprintf(w.feed.lister.resource_version, sizeof w.feed.lister.resource_version, "1");
  bool taken = dw_feed_watched(&w.feed, line, strlen(line));
  assert_string_equal(w.feed.lister.resource_version, taken ? version : "");
  if (!taken)
    assert_string_equal(w.feed.lister.err.text, NO_VERSION);
  dw_buf_free(&w.feed.line);
  pthread_mutex_destroy(&w.cluster.lock);
  return taken;
}

static void a_resource_version_has_at_most_127_bytes(void **state) {
  (void)state;
  assert_false(accepts_version(0));
  assert_true(accepts_version(1));
  assert_true(accepts_version(DW_VERSION_BYTES - 1));
  assert_false(accepts_version(DW_VERSION_BYTES));
  assert_false(accepts_version(DW_VERSION_BYTES + 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(waits_after_every_failed_watch),
      cmocka_unit_test(reports_repeated_failed_watches_once),
      cmocka_unit_test(reports_recovery_after_a_lasting_watch),
      cmocka_unit_test(does_not_report_recovery_for_a_watch_that_just_opened),
      cmocka_unit_test(short_watches_with_events_keep_the_first_wait),
      cmocka_unit_test(lasting_watches_that_are_cut_off_keep_the_first_wait),
      cmocka_unit_test(lists_a_resource_that_may_not_be_watched_at_an_interval),
      cmocka_unit_test(lists_at_an_interval_keep_the_view_current),
      cmocka_unit_test(a_watch_that_is_rejected_later_leads_to_a_list_immediately),
      cmocka_unit_test(only_a_feed_without_an_answer_retries_after_a_nudge),
      cmocka_unit_test(a_nudge_makes_the_waits_short_again),
      cmocka_unit_test(waits_after_an_answer_that_is_not_a_list),
      cmocka_unit_test(keeps_its_objects_after_an_answer_that_is_not_a_list),
      cmocka_unit_test(null_items_are_an_empty_list),
      cmocka_unit_test(repeated_continue_tokens_are_a_failure),
      cmocka_unit_test(too_many_pages_are_a_failure),
      cmocka_unit_test(waits_after_a_discovery_that_is_too_large),
      cmocka_unit_test(another_config_map_than_requested_is_a_failure),
      cmocka_unit_test(a_lookup_with_another_answer_fails),
      cmocka_unit_test(a_resource_version_has_at_most_127_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
