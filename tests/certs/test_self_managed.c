/* Self-managed certificates with an API server: what is stored, published and used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "certs/self_managed.h"
#include "serve/service.h"
#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/run_program.h"

enum { MOST = 3 };

static const char *const names[] = {"droveway.droveway.svc"};

/* A replica, and the pair that it uses. */
struct replica {
  struct dw_self_managed *managed;
  pthread_mutex_t lock;
  char *certificate;
  size_t uses, refused;
  bool refuse;
};

struct fixture {
  struct log_file log;
  struct fake_api *api;
  struct replica replicas[MOST];
  struct dw_self_managed_options options;
};

static void put_secret(struct fixture *f, const char *data) {
  char text[512];
  snprintf(text, sizeof text,
           "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"Opaque\",\"metadata\":{\"namespace\":\"droveway\","
           "\"name\":\"droveway-tls\",\"labels\":{\"a\":\"b\"},\"annotations\":{\"mine\":\"kept\"}}%s}",
           data);
  fake_api_put(f->api, FAKE_SECRETS, text);
}

static void put_hooks(struct fixture *f, const char *bundle) {
  static const char *const kinds[2][2] = {{FAKE_VALIDATING, "ValidatingWebhookConfiguration"},
                                          {FAKE_MUTATING, "MutatingWebhookConfiguration"}};
  for (int i = 0; i < 2; i++) {
    char text[800];
    snprintf(text, sizeof text,
             "{\"apiVersion\":\"admissionregistration.k8s.io/v1\",\"kind\":\"%s\",\"metadata\":{\"name\":\"droveway\"},"
             "\"webhooks\":[{\"name\":\"one.droveway.io\",\"timeoutSeconds\":3,\"clientConfig\":{\"service\":{\"name\":"
             "\"droveway\",\"port\":443}%s}},{\"name\":\"two.droveway.io\",\"clientConfig\":{\"service\":{\"name\":"
             "\"droveway\"}}}]}",
             kinds[i][1], bundle);
    fake_api_put(f->api, kinds[i][0], text);
  }
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  log_file_begin(&f->log);
  f->api = fake_api_start();
  for (int i = 0; i < MOST; i++)
    pthread_mutex_init(&f->replicas[i].lock, NULL);
  f->options = (struct dw_self_managed_options){
      .config = fake_api_config(f->api), .names = {names, 1}, .poll_ms = 20, .settle_ms = 100};
  *state = f;
  return 0;
}

static void stop(struct replica *replica) {
  dw_self_managed_stop(replica->managed);
  replica->managed = NULL;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < MOST; i++) {
    stop(&f->replicas[i]);
    pthread_mutex_destroy(&f->replicas[i].lock);
    free(f->replicas[i].certificate);
  }
  fake_api_end(f->api);
  log_file_end(&f->log);
  free(f);
  return 0;
}

static int use(void *context, const char *certificate, const char *key, struct dw_error *err) {
  struct replica *replica = context;
  int failed = dw_pki_key_fits(certificate, key, err);
  pthread_mutex_lock(&replica->lock);
  if (replica->refuse) {
    replica->refused++;
    failed = dw_error_set(err, DW_ERR_OTHER, "the test does not want it");
  } else {
    free(replica->certificate);
    replica->certificate = strdup(certificate);
    replica->uses++;
  }
  pthread_mutex_unlock(&replica->lock);
  return failed;
}

static void start(struct fixture *f, int i) {
  struct dw_error err = DW_ERROR_INIT;
  f->options.use = use;
  f->options.context = &f->replicas[i];
  f->replicas[i].managed = dw_self_managed_start(&f->options, &err);
  if (f->replicas[i].managed == NULL)
    fail_msg("%s", err.text);
}

static char *serving(struct replica *replica) {
  pthread_mutex_lock(&replica->lock);
  char *text = strdup(replica->certificate == NULL ? "" : replica->certificate);
  pthread_mutex_unlock(&replica->lock);
  return text;
}

/* --- the objects in the API server --- */

static struct json_object *object(struct fixture *f, const char *path, const char *ns, const char *name) {
  char *text = fake_api_object(f->api, path, ns, name);
  assert_non_null(text);
  struct json_object *value = json_tokener_parse(text);
  free(text);
  assert_non_null(value);
  return value;
}

static char *at(struct json_object *value, const char *pointer) {
  struct json_object *found = NULL;
  return strdup(json_pointer_get(value, pointer, &found) == 0 ? json_object_get_string(found) : "");
}

static char *decoded_at(struct json_object *value, const char *pointer) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  char *text = at(value, pointer);
  char *bytes = strdup(dw_base64_decode(arena, text, &length));
  free(text);
  return bytes;
}

static char *secret(struct fixture *f, const char *pointer) {
  struct json_object *value = object(f, FAKE_SECRETS, "droveway", "droveway-tls");
  char *text = decoded_at(value, pointer);
  json_object_put(value);
  return text;
}

/* The caBundle of all webhooks, if it is the same for all; otherwise "". */
static char *published(struct fixture *f) {
  static const char *const paths[] = {FAKE_VALIDATING, FAKE_MUTATING};
  char *first = NULL;
  for (int i = 0; i < 4; i++) {
    struct json_object *value = object(f, paths[i / 2], "", "droveway");
    char *bundle =
        decoded_at(value, i % 2 == 0 ? "/webhooks/0/clientConfig/caBundle" : "/webhooks/1/clientConfig/caBundle");
    json_object_put(value);
    if (first == NULL)
      first = strdup(bundle);
    else if (strcmp(first, bundle) != 0)
      *first = '\0';
    free(bundle);
  }
  return first;
}

static size_t certs_in(const char *pem) {
  size_t count = 0;
  for (const char *from = pem; (from = strstr(from, "-----BEGIN CERT")) != NULL; from++)
    count++;
  return count;
}

/* Asserts that each of COUNT replicas uses the stored pair, and that it verifies against the configurations. */
static bool all_well(struct fixture *f, int count) {
  char *ca = secret(f, "/data/ca.crt"), *leaf = secret(f, "/data/tls.crt"), *bundle = published(f);
  bool well = *ca != '\0' && strcmp(ca, bundle) == 0 && dw_pki_verify(bundle, leaf, time(NULL), NULL) == 0;
  for (int i = 0; i < count; i++) {
    char *served = serving(&f->replicas[i]);
    well = well && strcmp(served, leaf) == 0;
    free(served);
  }
  free(ca);
  free(leaf);
  free(bundle);
  return well;
}

static void wait_until_well(struct fixture *f, int count) {
  for (int waited = 0; !all_well(f, count); waited += 5) {
    if (waited > PATIENCE_MS)
      fail_msg("it does not come about");
    pause_ms(5);
  }
}

/* --- tests --- */

static void fills_an_empty_secret_and_uses_the_pair(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  wait_until_well(f, 1);
  assert_true(dw_self_managed_ready(f->replicas[0].managed));
  struct json_object *value = object(f, FAKE_SECRETS, "droveway", "droveway-tls");
  char *kept = at(value, "/metadata/annotations/mine"), *label = at(value, "/metadata/labels/a"),
       *type = at(value, "/type");
  assert_string_equal(kept, "kept");
  assert_string_equal(label, "b");
  assert_string_equal(type, "Opaque");
  free(kept);
  free(label);
  free(type);
  json_object_put(value);
  value = object(f, FAKE_VALIDATING, "", "droveway");
  char *seconds = at(value, "/webhooks/0/timeoutSeconds"), *port = at(value, "/webhooks/0/clientConfig/service/port");
  assert_string_equal(seconds, "3");
  assert_string_equal(port, "443");
  free(seconds);
  free(port);
  json_object_put(value);
}

static void several_replicas_agree_even_with_a_late_one(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  for (int i = 0; i < 2; i++)
    start(f, i);
  wait_until_well(f, 2);
  char *before = secret(f, "/data/tls.crt");
  start(f, 2);
  wait_until_well(f, 3);
  char *after = secret(f, "/data/tls.crt");
  assert_string_equal(after, before);
  free(before);
  free(after);
}

/* Lifetimes of seconds: several CAs come and go, and the pair in use verifies against what is published all the time.
 */
static void the_pair_in_use_always_verifies_while_cas_are_renewed(void **state) {
  struct fixture *f = *state;
  size_t most = 0, dropped = 0, last = 1, seen = 0;
  f->options.ca_seconds = 18;
  f->options.leaf_seconds = 6; /* a third of it is left for a renewal on a busy machine */
  put_secret(f, "");
  put_hooks(f, "");
  for (int i = 0; i < MOST; i++)
    start(f, i);
  wait_until_well(f, MOST);
  for (int waited = 0; dropped == 0; waited += 20) {
    assert_true(waited < PATIENCE_MS);
    for (int i = 0; i < MOST; i++) {
      char *served = serving(&f->replicas[i]), *bundle = published(f);
      struct dw_error err = DW_ERROR_INIT;
      if (*bundle != '\0' && dw_pki_verify(bundle, served, time(NULL), &err) != 0)
        fail_msg("replica %d: %s", i, err.text);
      seen += *bundle != '\0';
      size_t count = certs_in(bundle);
      most = count > most ? count : most;
      dropped += count == 1 && last == 2;
      last = count > 0 ? count : last;
      free(served);
      free(bundle);
    }
    pause_ms(20);
  }
  assert_int_equal(most, 2);
  assert_true(seen > 50);
}

static void corrects_a_wrong_bundle(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  wait_until_well(f, 1);
  put_hooks(f, ",\"caBundle\":\"Cg==\"");
  wait_until_well(f, 1);
  assert_int_equal(f->replicas[0].uses, 1);
}

static void fixes_and_reports_a_broken_secret(void **state) {
  struct fixture *f = *state;
  put_secret(f, ",\"data\":{\"ca.crt\":\"Cg==\",\"ca.key\":\"!\",\"other\":\"eA==\"}");
  put_hooks(f, "");
  start(f, 0);
  wait_until_well(f, 1);
  wait_for_text(f->log.path, "\"wrong\":\"ca.crt contains no PEM certificate", 1);
  char *other = secret(f, "/data/other");
  assert_string_equal(other, "x");
  free(other);
}

static void reports_an_unreachable_api_server_once_and_keeps_the_pair(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  wait_until_well(f, 1);
  fake_api_down(f->api); /* perhaps between the Secret and a webhook configuration, which is then reported, too */
  wait_for_text(f->log.path, "Secret droveway/droveway-tls: can't get it", 1);
  DW_BUF_SCOPED struct dw_buf metrics = DW_BUF_INIT;
  for (int waited = 0;; waited += 5) { /* after several more tries */
    assert_true(waited < PATIENCE_MS);
    unsigned long long failures = 0;
    dw_buf_truncate(&metrics, 0);
    dw_self_managed_metrics(f->replicas[0].managed, &metrics);
    const char *line = strstr(dw_buf_text(&metrics), "failures_total{of=\"secret\"} ");
    assert_non_null(line);
    if (sscanf(strchr(line, ' '), "%llu", &failures) == 1 && failures > 5)
      break;
    pause_ms(5);
  }
  assert_int_equal(count_in_file(f->log.path, "Secret droveway/droveway-tls: can't get it"), 1);
  fake_api_up(f->api);
  wait_for_text(f->log.path, "Secret droveway/droveway-tls: working again", 1);
  put_hooks(f, "");
  wait_until_well(f, 1);
  assert_int_equal(f->replicas[0].uses, 1);
}

static void reports_what_rbac_forbids(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  fake_api_refuse_puts(f->api, FAKE_MUTATING, 403);
  fake_api_refuse_puts(f->api, FAKE_SECRETS, 403);
  start(f, 0);
  wait_for_text(f->log.path, "Secret droveway/droveway-tls: RBAC forbids \\\"update\\\"; allow get and update", 1);
  fake_api_refuse_puts(f->api, FAKE_SECRETS, 0);
  wait_for_text(f->log.path, "MutatingWebhookConfiguration droveway: RBAC forbids \\\"update\\\"", 1);
  fake_api_refuse_puts(f->api, FAKE_MUTATING, 0);
  wait_until_well(f, 1);
  wait_for_text(f->log.path, "MutatingWebhookConfiguration droveway: working again", 1);
  assert_int_equal(count_in_file(f->log.path, "RBAC forbids"), 2);
}

static void reports_a_missing_secret(void **state) {
  struct fixture *f = *state;
  fake_api_serve(f->api, FAKE_SECRETS);
  put_hooks(f, "");
  start(f, 0);
  wait_for_text(f->log.path, "Secret droveway/droveway-tls: it does not exist", 1);
  assert_false(dw_self_managed_ready(f->replicas[0].managed));
  put_secret(f, "");
  wait_until_well(f, 1);
}

static void retries_a_pair_that_can_not_be_used(void **state) {
  struct fixture *f = *state;
  f->replicas[0].refuse = true;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  wait_for_text(f->log.path, "the certificate: the test does not want it", 1);
  assert_false(dw_self_managed_ready(f->replicas[0].managed));
  pthread_mutex_lock(&f->replicas[0].lock);
  f->replicas[0].refuse = false;
  pthread_mutex_unlock(&f->replicas[0].lock);
  wait_until_well(f, 1);
}

static void stops_during_a_call(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  fake_api_hang_gets(f->api, FAKE_SECRETS);
  start(f, 0);
  for (int waited = 0; fake_api_asked(f->api, FAKE_SECRETS, FAKE_GET) == 0; waited += 5) {
    assert_true(waited < PATIENCE_MS);
    pause_ms(5);
  }
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  stop(&f->replicas[0]);
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert_true(after.tv_sec - before.tv_sec < 5); /* a call may take ten seconds */
}

static void never_logs_a_key(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  wait_until_well(f, 1);
  stop(&f->replicas[0]);
  assert_true(count_in_file(f->log.path, "self-managed certificates") > 0);
  assert_int_equal(count_in_file(f->log.path, "PRIVATE"), 0);
  assert_int_equal(count_in_file(f->log.path, "LS0tLS1"), 0); /* "-----" in base64 */
}

/* TEXT with every number of nine or more digits, which is a time, replaced by "TIME". */
static void hide_times(const char *text, struct dw_buf *out) {
  while (*text != '\0') {
    size_t digits = strspn(text, "0123456789");
    if (digits >= 9)
      dw_buf_puts(out, "TIME");
    else
      dw_buf_add(out, text, digits == 0 ? 1 : digits);
    text += digits == 0 ? 1 : digits;
  }
}

static bool metrics_are(struct replica *replica, const char *expected) {
  DW_BUF_SCOPED struct dw_buf metrics = DW_BUF_INIT, shown = DW_BUF_INIT;
  dw_self_managed_metrics(replica->managed, &metrics);
  hide_times(dw_buf_text(&metrics), &shown);
  return strcmp(dw_buf_text(&shown), expected) == 0;
}

#define METRICS(until, cas, stores, publications, well)                                                                \
  "# HELP droveway_self_managed_ca_expiry_timestamp_seconds When the newest CA expires; 0 before one was read.\n"      \
  "# TYPE droveway_self_managed_ca_expiry_timestamp_seconds gauge\n"                                                   \
  "droveway_self_managed_ca_expiry_timestamp_seconds " until "\n"                                                      \
  "# HELP droveway_self_managed_cas Trusted CAs; more than one while a CA is being renewed.\n"                         \
  "# TYPE droveway_self_managed_cas gauge\ndroveway_self_managed_cas " cas "\n"                                        \
  "# HELP droveway_self_managed_stores_total Renewal steps that this instance stored in the Secret.\n"                 \
  "# TYPE droveway_self_managed_stores_total counter\ndroveway_self_managed_stores_total " stores "\n"                 \
  "# HELP droveway_self_managed_publications_total Times this instance wrote the CA into a webhook configuration.\n"   \
  "# TYPE droveway_self_managed_publications_total counter\n"                                                          \
  "droveway_self_managed_publications_total " publications "\n"                                                        \
  "# HELP droveway_self_managed_last_success_timestamp_seconds When the Secret and the webhook configurations "        \
  "were last correct; 0 before the first time.\n"                                                                      \
  "# TYPE droveway_self_managed_last_success_timestamp_seconds gauge\n"                                                \
  "droveway_self_managed_last_success_timestamp_seconds " well "\n"                                                    \
  "# HELP droveway_self_managed_failures_total Failures to read or write the Secret or a webhook "                     \
  "configuration, or to create or use a key pair.\n"                                                                   \
  "# TYPE droveway_self_managed_failures_total counter\n"                                                              \
  "droveway_self_managed_failures_total{of=\"secret\"} 0\n"                                                            \
  "droveway_self_managed_failures_total{of=\"validating\"} 0\n"                                                        \
  "droveway_self_managed_failures_total{of=\"mutating\"} 0\n"                                                          \
  "droveway_self_managed_failures_total{of=\"pair\"} 0\n"

static void metrics_before_the_first_pair(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  fake_api_hang_gets(f->api, FAKE_SECRETS);
  start(f, 0);
  assert_true(metrics_are(&f->replicas[0], METRICS("0", "0", "0", "0", "0")));
}

static void metrics_after_a_successful_round(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  WAIT_FOR(metrics_are(&f->replicas[0], METRICS("TIME", "1", "1", "2", "TIME")));
}

static void appear_in_the_metrics_of_the_service(void **state) {
  struct fixture *f = *state;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  struct dw_service service = {.managed = f->replicas[0].managed}, metrics = {.shown = &service};
  struct dw_http_answer answer = {.status = 0};
  dw_service_respond(&metrics, &(struct dw_http_request){.method = "GET", .path = "/metrics"}, &answer);
  assert_int_equal(answer.status, 200);
  assert_non_null(strstr(dw_buf_text(&answer.body), "\ndroveway_self_managed_failures_total{of=\"pair\"} 0\n"));
  dw_buf_free(&answer.body);
}

/* It stores, publishes, checks that all is well, and reads again only when it is time. */
static void makes_no_more_calls_than_needed(void **state) {
  struct fixture *f = *state;
  f->options.poll_ms = 3600000;
  put_secret(f, "");
  put_hooks(f, "");
  start(f, 0);
  WAIT_FOR(metrics_are(&f->replicas[0], METRICS("TIME", "1", "1", "2", "TIME")));
  assert_int_equal(fake_api_asked(f->api, FAKE_SECRETS, FAKE_GET), 3);
  assert_int_equal(fake_api_asked(f->api, FAKE_VALIDATING, FAKE_GET), 3);
  assert_int_equal(fake_api_asked(f->api, FAKE_MUTATING, FAKE_GET), 3);
}

/* In the usual order of an installation, the webhooks are registered when Droveway has been ready for a while. */
static void webhooks_that_appear_later_get_the_ca_soon(void **state) {
  struct fixture *f = *state;
  f->options.poll_ms = 3600000;
  f->options.absent_ms = 20;
  put_secret(f, "");
  start(f, 0);
  WAIT_FOR(fake_api_asked(f->api, FAKE_VALIDATING, FAKE_GET) > 5);
  put_hooks(f, "");
  wait_until_well(f, 1);
}

static void rejects_options_that_can_not_work(void **state) {
  static const char *const bad[] = {"no name"};
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  f->options.use = use;
  f->options.leaf_seconds = 1; /* settling takes 100 ms, and two polls 40 */
  f->options.ca_seconds = 1;
  f->options.settle_ms = 300;
  assert_null(dw_self_managed_start(&f->options, &err));
  assert_non_null(strstr(err.text, "too short"));
  f->options.ca_seconds = f->options.leaf_seconds = 0;
  f->options.names = (struct dw_pki_names){bad, 1};
  assert_null(dw_self_managed_start(&f->options, &err));
  assert_non_null(strstr(err.text, "no name"));
}

#define MANAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      MANAGED(fills_an_empty_secret_and_uses_the_pair),
      MANAGED(several_replicas_agree_even_with_a_late_one),
      MANAGED(the_pair_in_use_always_verifies_while_cas_are_renewed),
      MANAGED(corrects_a_wrong_bundle),
      MANAGED(fixes_and_reports_a_broken_secret),
      MANAGED(reports_an_unreachable_api_server_once_and_keeps_the_pair),
      MANAGED(reports_what_rbac_forbids),
      MANAGED(reports_a_missing_secret),
      MANAGED(retries_a_pair_that_can_not_be_used),
      MANAGED(stops_during_a_call),
      MANAGED(never_logs_a_key),
      MANAGED(metrics_before_the_first_pair),
      MANAGED(metrics_after_a_successful_round),
      MANAGED(appear_in_the_metrics_of_the_service),
      MANAGED(makes_no_more_calls_than_needed),
      MANAGED(webhooks_that_appear_later_get_the_ca_soon),
      MANAGED(rejects_options_that_can_not_work),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
