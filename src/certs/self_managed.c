#include "certs/self_managed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "certs/managed_objects.h"

enum {
  MOST_STEPS = 8, /* in one round; the objects are read again after each */
  FIRST_WAIT_MS = 500,
  MOST_WAIT_MS = 30000,
  SECONDS_A_DAY = 86400
};

/* --- steps --- */

static void serve_leaf(struct managed_round *round) {
  struct dw_self_managed *managed = round->managed;
  const struct dw_rotation_secret *secret = &round->input.secret;
  struct dw_error err = DW_ERROR_INIT;
  if (!dw_rotation_accepts(&round->input, managed->serving))
    return;
  if (managed->options.use(managed->options.context, secret->leaf, secret->leaf_key, &err) != 0) {
    dw_managed_report(round, MANAGED_PAIR, "use", err.text);
    return;
  }
  free(managed->serving);
  managed->serving = strdup(secret->leaf);
  atomic_store(&managed->ready, true);
}

static void log_step(const struct dw_self_managed *managed, const struct dw_rotation_plan *plan) {
  DW_BUF_SCOPED struct dw_buf secret = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf message = DW_BUF_INIT;
  const char *wrong = *plan->wrong == '\0' ? NULL : plan->wrong;
  dw_buf_printf(&message, "self-managed certificates: %s", plan->what);
  dw_buf_printf(&secret, "%s/%s", managed->options.ns, managed->options.secret);
  dw_log_with(wrong == NULL ? DW_LOG_INFO : DW_LOG_WARN, dw_buf_text(&message),
              dw_log_string("secret", dw_buf_text(&secret)), dw_log_string("wrong", wrong));
}

static enum managed_put store(struct managed_round *round, const struct dw_rotation_plan *plan) {
  struct dw_self_managed *managed = round->managed;
  enum managed_put put =
      dw_managed_put(round, MANAGED_SECRET, dw_managed_secret(round->arena, round->secret, &plan->secret));
  if (put != PUT_DONE)
    return put;
  log_step(managed, plan);
  pthread_mutex_lock(&managed->lock);
  managed->stored++;
  pthread_mutex_unlock(&managed->lock);
  return put;
}

/* Returns true if an object was changed, or has to be read again. */
static bool publish(struct managed_round *round, const struct dw_rotation_plan *plan) {
  struct dw_self_managed *managed = round->managed;
  bool again = false;
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    enum managed_topic topic = MANAGED_VALIDATING + (enum managed_topic)h;
    if (!plan->publish[h])
      continue;
    enum managed_put put = dw_managed_put(round, topic, dw_managed_hook(round->arena, round->hooks[h], plan->bundle));
    again = again || put != PUT_FAILED;
    if (put != PUT_DONE)
      continue;
    char name[320];
    dw_log(DW_LOG_INFO, "self-managed certificates: published the CA in %s", dw_managed_subject(managed, topic, name));
    pthread_mutex_lock(&managed->lock);
    managed->published++;
    pthread_mutex_unlock(&managed->lock);
  }
  return again;
}

static void note(struct dw_self_managed *managed, const struct dw_rotation_plan *plan) {
  pthread_mutex_lock(&managed->lock);
  managed->ca_until = plan->ca_until;
  managed->ca_count = plan->ca_count;
  pthread_mutex_unlock(&managed->lock);
}

/* Returns true if the objects should be read again at once. */
static bool carry_out(struct managed_round *round, const struct dw_rotation_plan *plan) {
  note(round->managed, plan);
  if (plan->store && store(round, plan) != PUT_FAILED)
    return true;
  return publish(round, plan);
}

static bool plan_and_act(struct managed_round *round, int64_t *again_ms) {
  struct dw_rotation_plan plan = {.store = false};
  struct dw_error err = DW_ERROR_INIT;
  if (dw_rotation_plan(round->arena, &round->input, &plan, &err) != 0) {
    dw_managed_report(round, MANAGED_PAIR, "make", err.text);
    return false;
  }
  *again_ms = plan.again_ms;
  return carry_out(round, &plan);
}

/* Reads the objects and does one step. Returns true if they should be read again at once. Sets AGAIN_MS to when the
 * next step is due. */
static bool do_step(struct dw_self_managed *managed, int64_t *again_ms) {
  struct managed_round round = {.managed = managed, .arena = dw_arena_new_secret()};
  bool again = false;
  if (dw_managed_read(&round)) {
    round.input.options = &managed->rotation;
    round.input.now_ms = dw_clock_microseconds(CLOCK_REALTIME) / 1000;
    managed->absent =
        round.input.hooks[0].state == DW_ROTATION_ABSENT || round.input.hooks[1].state == DW_ROTATION_ABSENT;
    serve_leaf(&round);
    again = plan_and_act(&round, again_ms);
  }
  dw_arena_free(round.arena);
  return again;
}

/* --- the thread --- */

static bool any_failed(const struct dw_self_managed *managed) {
  for (size_t i = 0; i < MANAGED_TOPICS; i++)
    if (managed->failed[i])
      return true;
  return false;
}

static void end_round(struct dw_self_managed *managed) {
  for (enum managed_topic topic = MANAGED_SECRET; topic < MANAGED_TOPICS; topic++)
    if (!managed->failed[MANAGED_SECRET] && !managed->failed[topic])
      dw_managed_report_recovery(managed, topic);
  if (any_failed(managed))
    return;
  dw_backoff_reset(&managed->backoff);
  pthread_mutex_lock(&managed->lock);
  managed->succeeded = time(NULL);
  pthread_mutex_unlock(&managed->lock);
}

/* Does steps until there is nothing to do. Returns the milliseconds until the next round. */
static unsigned do_round(struct dw_self_managed *managed) {
  int64_t again_ms = INT64_MAX;
  unsigned poll = managed->options.poll_ms;
  memset(managed->failed, 0, sizeof managed->failed);
  managed->retry_after_ms = 0;
  for (int steps = 0; steps < MOST_STEPS && !atomic_load(&managed->stopping); steps++)
    if (!do_step(managed, &again_ms))
      break;
  if (atomic_load(&managed->stopping))
    return 0;
  end_round(managed);
  if (any_failed(managed))
    return dw_backoff_next(&managed->backoff, managed->retry_after_ms);
  if (managed->absent && managed->options.absent_ms < poll)
    poll = managed->options.absent_ms;
  int64_t left = again_ms - dw_clock_microseconds(CLOCK_REALTIME) / 1000;
  return left > 0 && left < (int64_t)poll ? (unsigned)left : poll;
}

static void *run(void *context) {
  struct dw_self_managed *managed = context;
  while (!atomic_load(&managed->stopping))
    dw_sleep_unless_stopping(do_round(managed), &managed->lock, &managed->wake, &managed->stopping);
  return NULL;
}

/* --- start and stop --- */

static void fill_in(struct dw_self_managed *managed, const struct dw_self_managed_options *options) {
  struct dw_self_managed_options *own = &managed->options;
  *own = *options;
  own->ns = own->ns == NULL ? DW_SELF_MANAGED_NAMESPACE : own->ns;
  own->secret = own->secret == NULL ? DW_SELF_MANAGED_SECRET : own->secret;
  own->webhooks = own->webhooks == NULL ? DW_SELF_MANAGED_WEBHOOKS : own->webhooks;
  own->ca_seconds = own->ca_seconds == 0 ? (int64_t)DW_PKI_CA_DAYS * SECONDS_A_DAY : own->ca_seconds;
  own->leaf_seconds = own->leaf_seconds == 0 ? (int64_t)DW_PKI_LEAF_DAYS * SECONDS_A_DAY : own->leaf_seconds;
  own->poll_ms = own->poll_ms == 0 ? DW_SELF_MANAGED_POLL_MS : own->poll_ms;
  own->absent_ms = own->absent_ms == 0 ? DW_SELF_MANAGED_ABSENT_MS : own->absent_ms;
  own->settle_ms = own->settle_ms == 0 ? DW_SELF_MANAGED_SETTLE_MS : own->settle_ms;
  managed->rotation = (struct dw_rotation_options){own->names, own->ca_seconds, own->leaf_seconds, own->settle_ms};
  managed->backoff.first_ms = own->poll_ms < FIRST_WAIT_MS ? own->poll_ms : FIRST_WAIT_MS;
  managed->backoff.most_ms = own->poll_ms > MOST_WAIT_MS / 3 ? MOST_WAIT_MS : own->poll_ms * 3;
}

/* Checks that a pair for the names can be made, and that a renewal takes less time than the certificates are valid. */
static int check_options(const struct dw_self_managed *managed, struct dw_error *err) {
  const struct dw_self_managed_options *options = &managed->options;
  struct dw_pki_pair ca = {.certificate = NULL}, leaf = {.certificate = NULL};
  struct dw_pki_life ca_life = {time(NULL), options->ca_seconds}, leaf_life = {time(NULL), options->leaf_seconds};
  int64_t shortest = options->leaf_seconds < options->ca_seconds / 3 ? options->leaf_seconds : options->ca_seconds / 3;
  int64_t needed_ms = (int64_t)options->settle_ms + 2 * (int64_t)options->poll_ms;
  int failed = dw_pki_issue_ca(&ca_life, &ca, err);
  if (failed == 0)
    failed = dw_pki_issue_leaf(&ca, &options->names, &leaf_life, &leaf, err);
  dw_pki_pair_free(&ca);
  dw_pki_pair_free(&leaf);
  if (failed == 0 && needed_ms >= shortest * 1000)
    failed = dw_error_set(err, DW_ERR_USAGE, "the certificates' lifetimes are too short: renewing a CA takes %lld s",
                          (long long)(needed_ms / 1000));
  return failed;
}

static void add_path(char out[320], const char *before, const char *name) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  dw_buf_puts(&path, before);
  dw_api_escape(&path, name);
  snprintf(out, 320, "%s", dw_buf_text(&path));
}

static void make_paths(struct dw_self_managed *managed) {
  static const char *const hooks[DW_ROTATION_HOOKS] = {
      "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/",
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/"};
  char before[320];
  add_path(before, "/api/v1/namespaces/", managed->options.ns);
  strncat(before, "/secrets/", sizeof before - strlen(before) - 1);
  add_path(managed->paths[MANAGED_SECRET], before, managed->options.secret);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    add_path(managed->paths[MANAGED_VALIDATING + h], hooks[h], managed->options.webhooks);
}

static void destroy(struct dw_self_managed *managed) {
  dw_api_client_free(managed->client);
  pthread_cond_destroy(&managed->wake);
  pthread_mutex_destroy(&managed->lock);
  free(managed->serving);
  free(managed);
}

static struct dw_self_managed *new_managed(void) {
  struct dw_self_managed *managed = calloc(1, sizeof *managed);
  if (managed == NULL)
    abort();
  pthread_mutex_init(&managed->lock, NULL);
  dw_condition_init(&managed->wake);
  return managed;
}

struct dw_self_managed *dw_self_managed_start(const struct dw_self_managed_options *options, struct dw_error *err) {
  struct dw_self_managed *managed = new_managed();
  fill_in(managed, options);
  make_paths(managed);
  if (check_options(managed, err) == 0)
    managed->client = dw_api_client_new(options->config, err);
  if (managed->client != NULL) {
    if (pthread_create(&managed->thread, NULL, run, managed) == 0)
      return managed;
    dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  }
  destroy(managed);
  return NULL;
}

void dw_self_managed_stop(struct dw_self_managed *managed) {
  if (managed == NULL)
    return;
  pthread_mutex_lock(&managed->lock);
  atomic_store(&managed->stopping, true);
  pthread_cond_signal(&managed->wake);
  pthread_mutex_unlock(&managed->lock);
  dw_api_client_interrupt(managed->client);
  pthread_join(managed->thread, NULL);
  destroy(managed);
}

bool dw_self_managed_ready(struct dw_self_managed *managed) {
  return atomic_load(&managed->ready);
}

/* --- metrics --- */

static void add_failures(const struct dw_self_managed *managed, struct dw_buf *out) {
  static const char *const names[MANAGED_TOPICS] = {"secret", "validating", "mutating", "pair"};
  dw_buf_puts(out, "# HELP droveway_self_managed_failures_total Failures to read or write the Secret or a "
                   "webhook configuration, or to create or use a key pair.\n"
                   "# TYPE droveway_self_managed_failures_total counter\n");
  for (size_t i = 0; i < MANAGED_TOPICS; i++)
    dw_buf_printf(out, "droveway_self_managed_failures_total{of=\"%s\"} %llu\n", names[i],
                  (unsigned long long)managed->failures[i]);
}

void dw_self_managed_metrics(struct dw_self_managed *managed, struct dw_buf *out) {
  pthread_mutex_lock(&managed->lock);
  dw_buf_printf(
      out,
      "# HELP droveway_self_managed_ca_expiry_timestamp_seconds When the newest CA expires; 0 before one was read.\n"
      "# TYPE droveway_self_managed_ca_expiry_timestamp_seconds gauge\n"
      "droveway_self_managed_ca_expiry_timestamp_seconds %lld\n"
      "# HELP droveway_self_managed_cas Trusted CAs; more than one while a CA is being renewed.\n"
      "# TYPE droveway_self_managed_cas gauge\ndroveway_self_managed_cas %zu\n",
      (long long)managed->ca_until, managed->ca_count);
  dw_buf_printf(out,
                "# HELP droveway_self_managed_stores_total Renewal steps that this instance stored in the Secret.\n"
                "# TYPE droveway_self_managed_stores_total counter\ndroveway_self_managed_stores_total %llu\n"
                "# HELP droveway_self_managed_publications_total Times this instance wrote the CA into a webhook "
                "configuration.\n"
                "# TYPE droveway_self_managed_publications_total counter\n"
                "droveway_self_managed_publications_total %llu\n"
                "# HELP droveway_self_managed_last_success_timestamp_seconds When the Secret and the webhook "
                "configurations were last correct; 0 before the first time.\n"
                "# TYPE droveway_self_managed_last_success_timestamp_seconds gauge\n"
                "droveway_self_managed_last_success_timestamp_seconds %lld\n",
                (unsigned long long)managed->stored, (unsigned long long)managed->published,
                (long long)managed->succeeded);
  add_failures(managed, out);
  pthread_mutex_unlock(&managed->lock);
}
