#include "droveway/server/self_managed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "droveway/base/base64.h"
#include "droveway/base/log.h"
#include "droveway/formats/json.h"
#include "server/managed_objects.h"
#include "server/rotation.h"
#include "server/server_internal.h"

enum {
  CALL_MS = 10000,
  MOST_BYTES = 4 << 20, /* of an object; Secrets have at most 1 MiB */
  MOST_STEPS = 8,       /* stored one after the other; each asks for another look */
  FIRST_WAIT_MS = 500,
  MOST_WAIT_MS = 30000,
  SECONDS_A_DAY = 86400
};

/* What can fail by itself; each is logged when it begins, changes and ends. */
enum topic { SECRET, VALIDATING, MUTATING, PAIR, TOPICS };

struct dw_self_managed {
  struct dw_self_managed_options options;
  struct dw_rotation_options rotation;
  struct dw_api_client *client;
  struct dw_backoff backoff;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_bool stopping, ready;
  char paths[TOPICS][320];    /* the thread's own, as the next */
  char troubles[TOPICS][160]; /* what was logged last; "" while all is well */
  bool failed[TOPICS];        /* in this round */
  unsigned retry_after_ms;    /* asked for in this round */
  char *serving;              /* the certificate that `use` took last */
  uint64_t failures[TOPICS];  /* under lock, as the rest */
  uint64_t stored, published;
  int64_t ca_until, well; /* seconds since 1970; 0 */
  size_t ca_count;
};

/* One look at everything. */
struct look {
  struct dw_self_managed *managed;
  struct dw_arena *arena;
  const dw_json *secret;
  const dw_json *hooks[DW_ROTATION_HOOKS];
  struct dw_rotation_input input;
  char *keys[2]; /* what is to be wiped */
};

static const char *const hook_kinds[DW_ROTATION_HOOKS] = {"ValidatingWebhookConfiguration",
                                                          "MutatingWebhookConfiguration"};

/* --- what goes wrong --- */

static const char *subject(const struct dw_self_managed *managed, enum topic topic, char out[320]) {
  const struct dw_self_managed_options *options = &managed->options;
  if (topic == SECRET)
    snprintf(out, 320, "Secret %s/%s", options->ns, options->secret);
  else if (topic == PAIR)
    snprintf(out, 320, "the certificate");
  else
    snprintf(out, 320, "%s %s", hook_kinds[topic - VALIDATING], options->webhooks);
  return out;
}

/* KEY tells one trouble from another: messages hold numbers that change. */
static void tell(struct look *look, enum topic topic, const char *key, const char *message) {
  struct dw_self_managed *managed = look->managed;
  char name[320];
  managed->failed[topic] = true;
  pthread_mutex_lock(&managed->lock);
  managed->failures[topic]++;
  pthread_mutex_unlock(&managed->lock);
  if (strcmp(managed->troubles[topic], key) == 0)
    return;
  snprintf(managed->troubles[topic], sizeof managed->troubles[topic], "%s", key);
  dw_log(DW_LOG_ERROR, "self-managed certificates: %s: %s", subject(managed, topic, name), message);
}

static void tell_well(struct dw_self_managed *managed, enum topic topic) {
  char name[320];
  if (managed->troubles[topic][0] == '\0')
    return;
  managed->troubles[topic][0] = '\0';
  dw_log(DW_LOG_INFO, "self-managed certificates: %s: works again", subject(managed, topic, name));
}

static void tell_call(struct look *look, enum topic topic, const char *method, const struct dw_api_result *result) {
  const char *verb = strcmp(method, "GET") == 0 ? "get" : "update";
  const char *plural = topic == SECRET       ? "secrets"
                       : topic == VALIDATING ? "validatingwebhookconfigurations"
                                             : "mutatingwebhookconfigurations";
  char key[160], message[640];
  if (result->stopped)
    return;
  if (result->retry_after_ms > look->managed->retry_after_ms)
    look->managed->retry_after_ms = result->retry_after_ms;
  snprintf(key, sizeof key, "%s %d %s", verb, result->status, result->reason);
  if (result->status == 403)
    snprintf(message, sizeof message, "RBAC forbids to %s it: allow get and update of this name in %s (%s)", verb,
             plural, result->message);
  else if (result->status == 404 && topic == SECRET)
    snprintf(message, sizeof message, "it is not there: make it, empty, as the manifests do");
  else
    snprintf(message, sizeof message, "can't %s it: %s", verb, result->message);
  tell(look, topic, key, message);
}

/* --- the API --- */

static bool take_bytes(void *context, const char *data, size_t length) {
  struct dw_buf *body = context;
  if (body->length + length > MOST_BYTES)
    return false;
  dw_buf_add(body, data, length);
  return true;
}

static void wipe_buf(struct dw_buf *buf) {
  if (buf->data != NULL)
    explicit_bzero(buf->data, buf->capacity);
  dw_buf_free(buf);
}

static const dw_json *parse_object(struct look *look, enum topic topic, const struct dw_buf *body) {
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *object = dw_json_parse(look->arena, dw_buf_text(body), body->length, DW_JSON_PLAIN, &err);
  if (dw_json_type(object) == DW_JSON_OBJECT)
    return object;
  tell(look, topic, "no JSON", "the API server's answer can't be read");
  return NULL;
}

/* NULL where it can't be had; ABSENT tells that it is not there. */
static const dw_json *get_object(struct look *look, enum topic topic, bool *absent) {
  struct dw_self_managed *managed = look->managed;
  __attribute__((cleanup(wipe_buf))) struct dw_buf body = DW_BUF_INIT;
  struct dw_api_request request = {
      .path = managed->paths[topic], .timeout_ms = CALL_MS, .receive = take_bytes, .context = &body};
  struct dw_api_result result;
  if (dw_api_call(managed->client, &request, &result) == 0)
    return parse_object(look, topic, &body);
  *absent = result.status == 404;
  if (result.stopped && body.length > 0)
    tell(look, topic, "too long", "it is too large");
  else if (!*absent || topic == SECRET)
    tell_call(look, topic, "GET", &result);
  return NULL;
}

enum put { PUT_DONE, PUT_CONFLICT, PUT_FAILED };

/* With the resource version that was read: another replica may have been faster. */
static enum put put_object(struct look *look, enum topic topic, const dw_json *object) {
  struct dw_self_managed *managed = look->managed;
  const char *body = dw_json_text(look->arena, object);
  struct dw_api_request request = {
      .method = "PUT", .path = managed->paths[topic], .body = body, .length = strlen(body), .timeout_ms = CALL_MS};
  struct dw_api_result result;
  if (dw_api_call(managed->client, &request, &result) == 0)
    return PUT_DONE;
  if (result.status == 409)
    return PUT_CONFLICT;
  tell_call(look, topic, "PUT", &result);
  return PUT_FAILED;
}

/* --- reading --- */

static const char *decoded(struct dw_arena *arena, const char *text) {
  size_t length = 0;
  const char *bytes = text == NULL ? NULL : dw_base64_decode(arena, text, &length);
  return bytes == NULL ? "" : bytes;
}

static char *secret_key(struct look *look, const dw_json *data, const char *key) {
  char *text = dw_arena_strdup(look->arena, decoded(look->arena, dw_json_get_string(data, key)));
  return text;
}

static const char *annotation(const dw_json *object, const char *key) {
  const char *text = dw_json_get_string(dw_json_path(object, "metadata", "annotations", NULL), key);
  return text == NULL ? "" : text;
}

static void read_secret(struct look *look) {
  const dw_json *data = dw_json_get(look->secret, "data");
  look->keys[0] = secret_key(look, data, "ca.key");
  look->keys[1] = secret_key(look, data, "tls.key");
  look->input.secret =
      (struct dw_rotation_secret){.ca = decoded(look->arena, dw_json_get_string(data, "ca.crt")),
                                  .ca_key = look->keys[0],
                                  .leaf = decoded(look->arena, dw_json_get_string(data, "tls.crt")),
                                  .leaf_key = look->keys[1],
                                  .published = annotation(look->secret, DW_ROTATION_PUBLISHED),
                                  .replaced_until = annotation(look->secret, DW_ROTATION_REPLACED_UNTIL)};
}

static void read_hook(struct look *look, size_t h) {
  struct dw_rotation_hook *hook = &look->input.hooks[h];
  bool absent = false;
  look->hooks[h] = get_object(look, VALIDATING + (enum topic)h, &absent);
  if (look->hooks[h] == NULL) {
    hook->state = absent ? DW_ROTATION_ABSENT : DW_ROTATION_UNKNOWN;
    return;
  }
  const dw_json *webhooks = dw_json_get(look->hooks[h], "webhooks");
  const char **bundles = dw_arena_array(look->arena, dw_json_size(webhooks) + 1, sizeof *bundles);
  for (size_t i = 0; i < dw_json_size(webhooks); i++)
    bundles[i] =
        decoded(look->arena, dw_json_get_string(dw_json_get(dw_json_at(webhooks, i), "clientConfig"), "caBundle"));
  *hook = (struct dw_rotation_hook){DW_ROTATION_READ, bundles, dw_json_size(webhooks)};
}

static bool read_all(struct look *look) {
  bool absent = false;
  look->secret = get_object(look, SECRET, &absent);
  if (look->secret == NULL)
    return false;
  read_secret(look);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    read_hook(look, h);
  return true;
}

/* --- steps --- */

static void serve_leaf(struct look *look) {
  struct dw_self_managed *managed = look->managed;
  const struct dw_rotation_secret *secret = &look->input.secret;
  struct dw_error err = DW_ERROR_INIT;
  if (!dw_rotation_takes(&look->input, managed->serving))
    return;
  if (managed->options.use(managed->options.context, secret->leaf, secret->leaf_key, &err) != 0) {
    tell(look, PAIR, "use", err.text);
    return;
  }
  free(managed->serving);
  managed->serving = strdup(secret->leaf);
  atomic_store(&managed->ready, true);
}

static void log_step(const struct dw_self_managed *managed, const struct dw_rotation_plan *plan) {
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf message = DW_BUF_INIT;
  dw_buf_printf(&message, "self-managed certificates: %s", plan->what);
  dw_buf_printf(&fields, "\"secret\":\"%s/%s\"", managed->options.ns, managed->options.secret);
  if (*plan->wrong != '\0') {
    dw_buf_puts(&fields, ",\"wrong\":");
    dw_log_quote(&fields, plan->wrong, strlen(plan->wrong));
  }
  dw_log_fields(*plan->wrong == '\0' ? DW_LOG_INFO : DW_LOG_WARN, dw_buf_text(&message), dw_buf_text(&fields));
}

static enum put store(struct look *look, const struct dw_rotation_plan *plan) {
  struct dw_self_managed *managed = look->managed;
  enum put put = put_object(look, SECRET, dw_managed_secret(look->arena, look->secret, &plan->secret));
  if (put != PUT_DONE)
    return put;
  log_step(managed, plan);
  pthread_mutex_lock(&managed->lock);
  managed->stored++;
  pthread_mutex_unlock(&managed->lock);
  return put;
}

/* Whether anything was changed, or is to be read again. */
static bool publish(struct look *look, const struct dw_rotation_plan *plan) {
  struct dw_self_managed *managed = look->managed;
  bool again = false;
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    enum topic topic = VALIDATING + (enum topic)h;
    if (!plan->publish[h])
      continue;
    enum put put = put_object(look, topic, dw_managed_hook(look->arena, look->hooks[h], plan->bundle));
    again = again || put != PUT_FAILED;
    if (put != PUT_DONE)
      continue;
    char name[320];
    dw_log(DW_LOG_INFO, "self-managed certificates: put the CA into %s", subject(managed, topic, name));
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

/* Whether to look again at once. */
static bool carry_out(struct look *look, const struct dw_rotation_plan *plan) {
  note(look->managed, plan);
  if (plan->store && store(look, plan) != PUT_FAILED)
    return true;
  return publish(look, plan);
}

static bool plan_and_do(struct look *look, int64_t *again_ms) {
  struct dw_rotation_plan plan = {.store = false};
  struct dw_error err = DW_ERROR_INIT;
  if (dw_rotation_plan(look->arena, &look->input, &plan, &err) != 0) {
    tell(look, PAIR, "make", err.text);
    return false;
  }
  *again_ms = plan.again_ms;
  bool again = carry_out(look, &plan);
  dw_rotation_wipe(&plan);
  return again;
}

static void wipe_look(struct look *look) {
  for (size_t i = 0; i < 2; i++)
    if (look->keys[i] != NULL)
      explicit_bzero(look->keys[i], strlen(look->keys[i]));
  dw_arena_free(look->arena);
}

static int64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Looks and does one step; whether to look again at once. AGAIN_MS: when something is due. */
static bool take_step(struct dw_self_managed *managed, int64_t *again_ms) {
  struct look look = {.managed = managed, .arena = dw_arena_new(0)};
  bool again = false;
  if (read_all(&look)) {
    look.input.options = &managed->rotation;
    look.input.now_ms = clock_ms();
    serve_leaf(&look);
    again = plan_and_do(&look, again_ms);
  }
  wipe_look(&look);
  return again;
}

/* --- the thread --- */

static bool any_failed(const struct dw_self_managed *managed) {
  for (size_t i = 0; i < TOPICS; i++)
    if (managed->failed[i])
      return true;
  return false;
}

static void end_round(struct dw_self_managed *managed) {
  for (enum topic topic = SECRET; topic < TOPICS; topic++)
    if (!managed->failed[SECRET] && !managed->failed[topic])
      tell_well(managed, topic);
  if (any_failed(managed))
    return;
  dw_backoff_reset(&managed->backoff);
  pthread_mutex_lock(&managed->lock);
  managed->well = time(NULL);
  pthread_mutex_unlock(&managed->lock);
}

/* Steps until there is nothing to do; how long to rest then. */
static unsigned go_round(struct dw_self_managed *managed) {
  int64_t again_ms = INT64_MAX;
  unsigned poll = managed->options.poll_ms;
  memset(managed->failed, 0, sizeof managed->failed);
  managed->retry_after_ms = 0;
  for (int steps = 0; steps < MOST_STEPS && !atomic_load(&managed->stopping); steps++)
    if (!take_step(managed, &again_ms))
      break;
  if (atomic_load(&managed->stopping))
    return 0;
  end_round(managed);
  if (any_failed(managed))
    return dw_backoff_next(&managed->backoff, managed->retry_after_ms);
  int64_t left = again_ms - clock_ms();
  return left > 0 && left < (int64_t)poll ? (unsigned)left : poll;
}

static void rest(struct dw_self_managed *managed, unsigned milliseconds) {
  int64_t until = dw_now_microseconds() + (int64_t)milliseconds * 1000;
  struct timespec deadline = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
  pthread_mutex_lock(&managed->lock);
  while (!atomic_load(&managed->stopping) && dw_now_microseconds() < until)
    pthread_cond_timedwait(&managed->wake, &managed->lock, &deadline);
  pthread_mutex_unlock(&managed->lock);
}

static void *run(void *context) {
  struct dw_self_managed *managed = context;
  while (!atomic_load(&managed->stopping))
    rest(managed, go_round(managed));
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
  own->settle_ms = own->settle_ms == 0 ? DW_SELF_MANAGED_SETTLE_MS : own->settle_ms;
  managed->rotation = (struct dw_rotation_options){own->names, own->ca_seconds, own->leaf_seconds, own->settle_ms};
  managed->backoff.first_ms = own->poll_ms < FIRST_WAIT_MS ? own->poll_ms : FIRST_WAIT_MS;
  managed->backoff.most_ms = own->poll_ms > MOST_WAIT_MS / 3 ? MOST_WAIT_MS : own->poll_ms * 3;
}

/* A pair for the names can be made, and a new CA becomes known well before what it follows ends. */
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
    failed = dw_error_set(err, DW_ERR_USAGE, "the certificates' lives are too short: %lld s are needed to renew a CA",
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
  add_path(managed->paths[SECRET], before, managed->options.secret);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    add_path(managed->paths[VALIDATING + h], hooks[h], managed->options.webhooks);
}

static void drop(struct dw_self_managed *managed) {
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
  pthread_condattr_t attributes;
  pthread_mutex_init(&managed->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&managed->wake, &attributes);
  pthread_condattr_destroy(&attributes);
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
  drop(managed);
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
  drop(managed);
}

bool dw_self_managed_ready(struct dw_self_managed *managed) {
  return atomic_load(&managed->ready);
}

/* --- metrics --- */

static void add_failures(const struct dw_self_managed *managed, struct dw_buf *out) {
  static const char *const names[TOPICS] = {"secret", "validating", "mutating", "pair"};
  dw_buf_puts(out, "# HELP droveway_self_managed_failures_total What went wrong: reading or writing the Secret or a "
                   "webhook configuration, making or using a pair.\n"
                   "# TYPE droveway_self_managed_failures_total counter\n");
  for (size_t i = 0; i < TOPICS; i++)
    dw_buf_printf(out, "droveway_self_managed_failures_total{of=\"%s\"} %llu\n", names[i],
                  (unsigned long long)managed->failures[i]);
}

void dw_self_managed_metrics(struct dw_self_managed *managed, struct dw_buf *out) {
  pthread_mutex_lock(&managed->lock);
  dw_buf_printf(out,
                "# HELP droveway_self_managed_ca_expiry_timestamp_seconds When the newest CA ends; 0: none seen yet.\n"
                "# TYPE droveway_self_managed_ca_expiry_timestamp_seconds gauge\n"
                "droveway_self_managed_ca_expiry_timestamp_seconds %lld\n"
                "# HELP droveway_self_managed_cas CAs that are trusted; more than one while a CA is renewed.\n"
                "# TYPE droveway_self_managed_cas gauge\ndroveway_self_managed_cas %zu\n",
                (long long)managed->ca_until, managed->ca_count);
  dw_buf_printf(
      out,
      "# HELP droveway_self_managed_stores_total Steps that this instance stored in the Secret.\n"
      "# TYPE droveway_self_managed_stores_total counter\ndroveway_self_managed_stores_total %llu\n"
      "# HELP droveway_self_managed_publications_total Webhook configurations that this instance put the CA "
      "into.\n"
      "# TYPE droveway_self_managed_publications_total counter\n"
      "droveway_self_managed_publications_total %llu\n"
      "# HELP droveway_self_managed_last_success_timestamp_seconds When all was last seen or made as it is to "
      "be; 0: not yet.\n"
      "# TYPE droveway_self_managed_last_success_timestamp_seconds gauge\n"
      "droveway_self_managed_last_success_timestamp_seconds %lld\n",
      (unsigned long long)managed->stored, (unsigned long long)managed->published, (long long)managed->well);
  add_failures(managed, out);
  pthread_mutex_unlock(&managed->lock);
}
