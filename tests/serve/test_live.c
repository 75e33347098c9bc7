/* The server with a live cluster: what it decides before watches report changes, and without an API server. */
#include "serve/live_case.h"

/* --- readiness --- */

static void is_not_ready_before_the_cluster_is_read(void **state) {
  struct live *live = *state;
  fake_api_refuse(live->api, FAKE_NODES, 500);
  start(live);
  WAIT_FOR(get_has(live, "/readyz?verbose", 503, "[-]nodes: not listed yet, 0 objects (HTTP status 500"));
  assert_true(get_has(live, "/readyz?verbose", 503, "[-]view"));
  assert_true(get_has(live, "/livez", 200, "ok"));
  assert_true(get_has(live, "/metrics", 200, "droveway_ready 0\n"));
  char *text = hco("net");
  char *body = review_body(DW_OP_CREATE, text, NULL);
  struct https_reply reply =
      https_send(live->client, &(struct https_request){.path = "/validate", .body = body, .length = strlen(body)});
  assert_int_equal(reply.status, 503);
  https_reply_free(&reply);
  free(body);
  free(text);
  fake_api_refuse(live->api, FAKE_NODES, 0);
  WAIT_FOR(get_has(live, "/readyz?verbose", 200, "[+]nodes: watching, 0 objects"));
  assert_true(get_has(live, "/metrics", 200, "droveway_ready 1\n"));
}

static void stays_ready_while_the_api_server_is_unreachable(void **state) {
  struct live *live = *state;
  put_nad(live, "net", "10.9.0.0/24");
  start_ready(live);
  expect_hco(live, "net", "allowed");
  fake_api_down(live->api);
  WAIT_FOR(get_has(
      live, "/readyz?verbose", 200,
      "[!]network-attachment-definitions.k8s.cni.cncf.io: can't be watched now; using the last known state, 1 object"));
  assert_true(get_has(live, "/livez", 200, "ok"));
  WAIT_FOR(!get_has(live, "/metrics", 200, "view_age_seconds{resource=\"nodes\"} 0\n"));
  assert_true(get_has(live, "/metrics", 200, "watch_up{resource=\"nodes\"} 0\n"));
  expect_hco(live, "net", "allowed");
  expect_nad(live, "other", "10.9.0.128/25", "overlaps");
  expect_hco(live, "missing", "503 Droveway can't check this now: can't look up NAD openshift-cnv/missing");
  fake_api_up(live->api);
  WAIT_FOR(get_has(live, "/metrics", 200, "view_age_seconds{resource=\"nodes\"} 0\n"));
  expect_hco(live, "missing", "no such NAD");
}

static void reports_what_rbac_forbids(void **state) {
  struct live *live = *state;
  fake_api_refuse(live->api, FAKE_NODES, 403);
  start_ready(live);
  assert_true(get_has(live, "/readyz?verbose", 200, "[!]nodes: forbidden by RBAC"));
  WAIT_FOR(count_in_file(live->server.log, "RBAC forbids reading it") == 1);
}

/* --- races --- */

/* Like `kubectl apply` of both in one command, when the watch is slower than kubectl. By then etcd contains the NAD, so
 * the API server finds it. */
static void allows_a_nad_and_its_hyperconverged_at_once(void **state) {
  struct live *live = *state;
  start_ready(live);
  fake_api_mute(live->api, true);
  for (int i = 0; i < ROUNDS; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.9.%d.0/24", i);
    expect_nad(live, name, range, "allowed");
    put_nad(live, name, range);
    expect_hco(live, name, "allowed");
  }
  assert_int_equal(fake_api_asked(live->api, FAKE_NADS, FAKE_GET), ROUNDS);
}

struct apply {
  struct https_client *client;
  char *body;
  char *answer;
  pthread_barrier_t *barrier;
};

static void *apply(void *context) {
  struct apply *apply = context;
  pthread_barrier_wait(apply->barrier);
  apply->answer = answer_to(apply->client, apply->body);
  return NULL;
}

static void allows_exactly_one_of_two_that_overlap(void **state) {
  struct live *live = *state;
  struct apply applies[2];
  pthread_barrier_t barrier;
  start_ready(live);
  fake_api_mute(live->api, true);
  pthread_barrier_init(&barrier, NULL, 2);
  for (int i = 0; i < 2; i++) {
    applies[i] = (struct apply){.client = https_server_client(&live->server), .barrier = &barrier};
  }
  for (int round = 0; round < OVERLAP_ROUNDS; round++) {
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
      char name[32], range[40];
      snprintf(name, sizeof name, "net-%d-%c", round, 'a' + i);
      snprintf(range, sizeof range, i == 0 ? "10.9.%d.0/24" : "10.9.%d.64/26", round);
      char *text = nad(name, range);
      applies[i].body = review_body(DW_OP_CREATE, text, NULL);
      free(text);
      assert_int_equal(pthread_create(&threads[i], NULL, apply, &applies[i]), 0);
    }
    int allowed = 0, overlapping = 0;
    for (int i = 0; i < 2; i++) {
      pthread_join(threads[i], NULL);
      allowed += strcmp(applies[i].answer, "allowed") == 0;
      overlapping += strstr(applies[i].answer, "[overlap-network]") != NULL;
      free(applies[i].answer);
      free(applies[i].body);
    }
    assert_int_equal(allowed, 1);
    assert_int_equal(overlapping, 1);
  }
  for (int i = 0; i < 2; i++)
    https_client_free(applies[i].client);
  pthread_barrier_destroy(&barrier);
}

static char *dry_run_body(const char *object) {
  char *body = review_body(DW_OP_CREATE, object, NULL);
  struct json_object *root = json_tokener_parse(body), *request = NULL;
  assert_true(json_object_object_get_ex(root, "request", &request));
  json_object_object_add(request, "dryRun", json_object_new_boolean(1));
  free(body);
  body = strdup(json_object_to_json_string(root));
  json_object_put(root);
  return body;
}

static void a_dry_run_does_not_count(void **state) {
  struct live *live = *state;
  start_ready(live);
  char *text = nad("net", "10.9.0.0/24");
  char *body = dry_run_body(text);
  char *answer = answer_to(live->client, body);
  assert_string_equal(answer, "allowed");
  free(answer);
  free(body);
  free(text);
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  expect_hco(live, "net", "no such NAD");
}

/* --- worlds that change meanwhile --- */

/* An object that takes long to judge: 20,000 ranges. It is denied, so that it can be sent repeatedly. */
static char *large_body(void) {
  struct dw_buf config = DW_BUF_INIT, text = DW_BUF_INIT;
  dw_buf_puts(&config, "{\\\"cniVersion\\\": \\\"0.3.1\\\", \\\"name\\\": \\\"large\\\", \\\"type\\\": "
                       "\\\"macvlan\\\", \\\"master\\\": \\\"eth1\\\", \\\"mode\\\": \\\"bridge\\\", \\\"ipam\\\": "
                       "{\\\"type\\\": \\\"whereabouts\\\", \\\"ipRanges\\\": [");
  for (int i = 0; i < 20000; i++)
    dw_buf_printf(&config, "%s{\\\"range\\\": \\\"11.%d.%d.0/28\\\"}", i == 0 ? "" : ",", i / 256, i % 256);
  dw_buf_puts(&config, "]}}");
  dw_buf_printf(&text,
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"1\","
                "\"kind\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"kind\":\"NetworkAttachmentDefinition\"},"
                "\"resource\":{\"group\":\"k8s.cni.cncf.io\",\"version\":\"v1\",\"resource\":"
                "\"network-attachment-definitions\"},\"namespace\":\"openshift-cnv\",\"name\":\"large\",\"operation\":"
                "\"CREATE\",\"object\":{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":"
                "\"NetworkAttachmentDefinition\",\"metadata\":{\"namespace\":\"openshift-cnv\",\"name\":\"large\","
                "\"labels\":{\"droveway.io/migration-network\":\"true\"}},\"spec\":{\"config\":\"%s\"}}}}",
                dw_buf_text(&config));
  size_t length = 0;
  dw_buf_free(&config);
  return dw_buf_steal(&text, &length);
}

/* A client that sends the same body until it is stopped. */
struct sender {
  struct https_client *client;
  char *body;
  atomic_bool stop;
  atomic_size_t answered;
  pthread_t thread;
};

static void *keep_sending(void *context) {
  struct sender *sender = context;
  while (!atomic_load(&sender->stop)) {
    free(answer_to(sender->client, sender->body));
    atomic_fetch_add(&sender->answered, 1);
  }
  return NULL;
}

static void start_sending(struct live *live, struct sender *sender, char *body) {
  sender->client = https_server_client(&live->server);
  sender->body = body;
  assert_int_equal(pthread_create(&sender->thread, NULL, keep_sending, sender), 0);
}

static void stop_sending(struct sender *sender) {
  atomic_store(&sender->stop, true);
  pthread_join(sender->thread, NULL);
  https_client_free(sender->client);
  free(sender->body);
}

/* One of several reviews that request the same addresses at nearly the same time. */
struct contender {
  struct live *live;
  struct https_client *client;
  int round, rounds, number;
  bool allowed;
  pthread_t thread;
};

/* Stores the object if it was allowed, as the API server does. Then a watch reports it, and a new world replaces the
 * admission. */
static void *contend(void *context) {
  struct contender *contender = context;
  char name[32], range[40];
  snprintf(name, sizeof name, "net-%d-%d", contender->round, contender->number);
  snprintf(range, sizeof range, contender->number % 2 == 0 ? "10.9.%d.0/24" : "10.9.%d.64/26", contender->round);
  char *object = nad(name, range);
  char *body = review_body(DW_OP_CREATE, object, NULL);
  pause_ms(10 * (unsigned)contender->number);
  char *answer = answer_to(contender->client, body);
  contender->allowed = strcmp(answer, "allowed") == 0;
  if (contender->allowed)
    fake_api_put(contender->live->api, FAKE_NADS, object);
  free(answer);
  free(body);
  free(object);
  return NULL;
}

/* Reviews that wait for each other, or for a large one, are judged in worlds of different age. An older world must not
 * bring back what a newer one has dropped. */
static void allows_exactly_one_of_several_that_overlap_while_worlds_change(void **state) {
  struct live *live = *state;
  struct sender senders[SENDERS] = {{.answered = 0}};
  struct contender contenders[CONTENDERS];
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, &(struct dw_server_options){.threads = 16});
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  char *object = nad("other", "10.200.0.0/24");
  for (int i = 0; i < SENDERS; i++)
    start_sending(live, &senders[i], i < 2 ? large_body() : dry_run_body(object));
  free(object);
  for (int i = 0; i < CONTENDERS; i++)
    contenders[i] = (struct contender){.live = live, .client = https_server_client(&live->server), .number = i};
  int rounds_with_one = 0;
  for (int round = 0; round < RACE_ROUNDS; round++) {
    int allowed = 0;
    for (int i = 0; i < CONTENDERS; i++) {
      contenders[i].round = round;
      assert_int_equal(pthread_create(&contenders[i].thread, NULL, contend, &contenders[i]), 0);
    }
    for (int i = 0; i < CONTENDERS; i++) {
      pthread_join(contenders[i].thread, NULL);
      allowed += contenders[i].allowed;
    }
    rounds_with_one += allowed == 1;
  }
  for (int i = 0; i < SENDERS; i++) {
    stop_sending(&senders[i]);
    assert_true(atomic_load(&senders[i].answered) > 0);
  }
  for (int i = 0; i < CONTENDERS; i++)
    https_client_free(contenders[i].client);
  assert_int_equal(rounds_with_one, RACE_ROUNDS);
}

/* --- judging takes as long as the test wants --- */

enum { OVERTAKEN_TRIES = 8, LARGE_BODY = 300000, SMALL_ROUNDS = 20, CROWD = 8, CROWD_ROUNDS = 40, SLOW_US = 12000 };

/* Reviews of this name are held after they were judged, and before they are added. */
static struct gate {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  const char *name; /* NULL: open */
  unsigned judged, let_through;
  int64_t work_us; /* CPU time that each judgement uses in addition */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void work(int64_t microseconds) {
  int64_t end = dw_clock_microseconds(CLOCK_THREAD_CPUTIME_ID) + microseconds;
  while (dw_clock_microseconds(CLOCK_THREAD_CPUTIME_ID) < end)
    continue;
}

void __real_dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                        struct dw_answer *answer);
void __wrap_dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                        struct dw_answer *answer);
void __wrap_dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                        struct dw_answer *answer) {
  __real_dw_validate(arena, world, request, answer);
  pthread_mutex_lock(&gate.lock);
  bool held = gate.name != NULL && strcmp(gate.name, request->name) == 0;
  int64_t more = held ? SLOW_US : gate.work_us; /* so that no judgement that is held counts as quick */
  unsigned turn = held ? ++gate.judged : 0;
  pthread_cond_broadcast(&gate.moved);
  while (held && gate.name != NULL && gate.let_through < turn)
    pthread_cond_wait(&gate.moved, &gate.lock);
  pthread_mutex_unlock(&gate.lock);
  work(more);
}

static void set_work(int64_t microseconds) {
  pthread_mutex_lock(&gate.lock);
  gate.work_us = microseconds;
  pthread_mutex_unlock(&gate.lock);
}

static void hold(const char *name) {
  pthread_mutex_lock(&gate.lock);
  gate.name = name;
  gate.judged = gate.let_through = 0;
  pthread_cond_broadcast(&gate.moved);
  pthread_mutex_unlock(&gate.lock);
}

static unsigned judged(void) {
  pthread_mutex_lock(&gate.lock);
  unsigned count = gate.judged;
  pthread_mutex_unlock(&gate.lock);
  return count;
}

static void let_one_through(void) {
  pthread_mutex_lock(&gate.lock);
  gate.let_through++;
  pthread_cond_broadcast(&gate.moved);
  pthread_mutex_unlock(&gate.lock);
}

/* The CREATE of a NAD, with so much white space that it is judged in the thread for large bodies. */
static void *send_once(void *context) {
  struct sender *sender = context;
  return answer_to(sender->client, sender->body);
}

static void send_slow(struct live *live, struct sender *sender, const char *range) {
  char *object = nad("slow", range), *small = review_body(DW_OP_CREATE, object, NULL), *body = NULL;
  assert_true(asprintf(&body, "%*s%s", LARGE_BODY, "", small) > 0);
  free(small);
  hold("slow");
  *sender = (struct sender){.client = https_server_client(&live->server), .body = body};
  assert_int_equal(pthread_create(&sender->thread, NULL, send_once, sender), 0);
  free(object);
  WAIT_FOR(judged() == 1);
}

static void expect_slow(struct sender *sender, const char *expected) {
  void *answer = NULL;
  pthread_join(sender->thread, &answer);
  hold(NULL);
  if (strstr(answer, expected) == NULL)
    fail_msg("expected \"%s\", got \"%s\"", expected, (char *)answer);
  free(answer);
  https_client_free(sender->client);
  free(sender->body);
}

static void a_review_in_progress_delays_no_other(void **state) {
  struct live *live = *state;
  struct sender slow;
  put_nad(live, "there", "10.8.0.0/24");
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  char *other = nad("other", "10.7.0.0/24");
  char *dry_run = dry_run_body(other);
  for (int i = 0; i < SMALL_ROUNDS; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.10.%d.0/24", i);
    expect_nad(live, name, range, "allowed");
    expect_nad(live, "b", "10.8.0.0/25", "[overlap-network]");
    expect_hco(live, "missing", "no such NAD");
    char *answer = answer_to(live->client, dry_run);
    assert_string_equal(answer, "allowed");
    free(answer);
  }
  expect(live, DW_OP_DELETE, other, NULL, "allowed");
  assert_int_equal(judged(), 1); /* it is still in progress */
  let_one_through();
  WAIT_FOR(judged() == 2); /* others were admitted meanwhile: it is judged again */
  let_one_through();
  expect_slow(&slow, "allowed");
  expect_nad(live, "c", "10.9.3.0/24", "[overlap-network]");
  free(dry_run);
  free(other);
}

/* The addresses were free when it was judged, and no longer are when it is done. */
static void a_review_is_judged_again_with_what_was_admitted_meanwhile(void **state) {
  struct live *live = *state;
  struct sender slow;
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  expect_nad(live, "quick", "10.9.3.0/24", "allowed");
  put_nad(live, "quick", "10.9.3.0/24");
  WAIT_FOR(
      get_has(live, "/metrics", 200, "view_objects{resource=\"network-attachment-definitions.k8s.cni.cncf.io\"} 1\n"));
  expect_hco(live, "quick", "allowed"); /* a review that drops what has arrived */
  let_one_through();
  WAIT_FOR(judged() == 2);
  let_one_through();
  expect_slow(&slow, "[overlap-network]");
}

/* Reviews that are denied or change nothing don't cause another judgement. */
static void a_review_is_judged_again_only_after_an_admission(void **state) {
  struct live *live = *state;
  struct sender slow;
  put_nad(live, "there", "10.8.0.0/24");
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  char *there = nad("there", "10.8.0.0/24");
  expect_nad(live, "b", "10.8.0.0/25", "[overlap-network]");
  expect(live, DW_OP_UPDATE, there, there, "allowed");
  expect(live, DW_OP_CREATE, there, NULL, "allowed");
  let_one_through();
  expect_slow(&slow, "allowed");
  free(there);
}

static void overtake(struct live *live, struct sender *slow, int times) {
  for (int i = 0; i < times; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d", i);
    snprintf(range, sizeof range, "10.10.%d.0/24", i);
    WAIT_FOR(judged() == (unsigned)i + 1);
    expect_nad(live, name, range, "allowed");
    let_one_through();
  }
  (void)slow;
}

static void a_slow_review_is_judged_a_limited_number_of_times(void **state) {
  struct live *live = *state;
  struct sender slow;
  start_ready(live);
  send_slow(live, &slow, "10.9.0.0/16");
  overtake(live, &slow, OVERTAKEN_TRIES - 1);
  WAIT_FOR(judged() == OVERTAKEN_TRIES);
  let_one_through();
  expect_slow(&slow, "allowed");
  send_slow(live, &slow, "10.8.0.0/16");
  overtake(live, &slow, OVERTAKEN_TRIES);
  expect_slow(&slow, "503 Droveway can't check this now because other objects keep being admitted; try again");
}

/* Quick reviews that overtake each other are all answered. */
static void *crowd(void *context) {
  struct contender *contender = context;
  for (int i = 0; i < contender->rounds; i++) {
    char name[32], range[40];
    snprintf(name, sizeof name, "net-%d-%d", contender->number, i);
    snprintf(range, sizeof range, "10.%d.%d.0/24", 20 + contender->number, i);
    char *object = nad(name, range);
    char *body = review_body(DW_OP_CREATE, object, NULL);
    char *answer = answer_to(contender->client, body);
    contender->round += strcmp(answer, "allowed") == 0;
    free(answer);
    free(body);
    free(object);
  }
  return NULL;
}

static void expect_crowd(struct live *live, int rounds) {
  struct contender contenders[CROWD];
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, NULL, &(struct dw_server_options){.threads = CROWD});
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  for (int i = 0; i < CROWD; i++) {
    contenders[i] = (struct contender){.client = https_server_client(&live->server), .number = i, .rounds = rounds};
    assert_int_equal(pthread_create(&contenders[i].thread, NULL, crowd, &contenders[i]), 0);
  }
  for (int i = 0; i < CROWD; i++) {
    pthread_join(contenders[i].thread, NULL);
    https_client_free(contenders[i].client);
  }
  for (int i = 0; i < CROWD; i++)
    assert_int_equal(contenders[i].round, rounds);
}

static void many_quick_reviews_are_all_answered(void **state) {
  expect_crowd(*state, CROWD_ROUNDS);
}

/* As with thousands of unconfirmed objects. There are more reviews at once than processors, so that each takes longer.
 */
static void many_reviews_of_some_milliseconds_are_all_answered(void **state) {
  set_work(2000);
  expect_crowd(*state, CROWD_ROUNDS / 2);
  set_work(0);
}

/* --- policy --- */

static void uses_a_changed_policy_with_the_same_cluster(void **state) {
  struct live *live = *state;
  live->policy = path_in(live->server.folder, "policy.yaml");
  put_nad(live, "net", "10.9.0.0/24");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, &(struct dw_sources){.policy = live->policy}, NULL);
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  expect_nad(live, "other", "10.9.0.0/24", "[overlap-network]");
  replace_file(live->server.folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules:\n  overlap-network: off\n");
  wait_for_text(live->server.log, "reloaded policy and state", 1);
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: 7\n");
  wait_for_text(live->server.log, "the previous one stays in use", 1);
  expect_nad(live, "third", "10.9.0.0/24", "allowed");
}

/* Before the cluster is read, no policy makes the server ready. The newest one is used from the first review on. */
static void uses_a_policy_that_changes_before_the_cluster_is_read(void **state) {
  struct live *live = *state;
  live->policy = path_in(live->server.folder, "policy.yaml");
  put_nad(live, "net", "10.9.0.0/24");
  fake_api_refuse(live->api, FAKE_NODES, 500);
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, &(struct dw_sources){.policy = live->policy}, NULL);
  live->client = https_server_client(&live->server);
  WAIT_FOR(get_has(live, "/readyz?verbose", 503, "[-]nodes: not listed yet"));
  replace_file(live->server.folder, "policy.yaml",
               "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules:\n  overlap-network: off\n");
  wait_for_text(live->server.log, "reloaded policy and state", 1);
  assert_true(get_has(live, "/readyz?verbose", 503, "[-]view"));
  assert_true(get_has(live, "/metrics", 200, "droveway_ready 0\n"));
  fake_api_refuse(live->api, FAKE_NODES, 0);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  expect_nad(live, "other", "10.9.0.0/24", "allowed");
  replace_file(live->server.folder, "policy.yaml", "apiVersion: droveway.io/v1alpha1\nkind: Policy\n");
  wait_for_text(live->server.log, "reloaded policy and state", 2);
  assert_true(get_has(live, "/readyz", 200, "ok"));
  expect_nad(live, "third", "10.9.0.0/24", "[overlap-network]");
}

int main(void) {
#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      LIVE(is_not_ready_before_the_cluster_is_read),
      LIVE(stays_ready_while_the_api_server_is_unreachable),
      LIVE(reports_what_rbac_forbids),
      LIVE(allows_a_nad_and_its_hyperconverged_at_once),
      LIVE(allows_exactly_one_of_two_that_overlap),
      LIVE(a_dry_run_does_not_count),
      LIVE(allows_exactly_one_of_several_that_overlap_while_worlds_change),
      LIVE(a_review_in_progress_delays_no_other),
      LIVE(a_review_is_judged_again_with_what_was_admitted_meanwhile),
      LIVE(a_review_is_judged_again_only_after_an_admission),
      LIVE(a_slow_review_is_judged_a_limited_number_of_times),
      LIVE(many_quick_reviews_are_all_answered),
      LIVE(many_reviews_of_some_milliseconds_are_all_answered),
      LIVE(uses_a_changed_policy_with_the_same_cluster),
      LIVE(uses_a_policy_that_changes_before_the_cluster_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
