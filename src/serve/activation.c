#include "serve/activation.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/setting.h"
#include "certs/certs.h"
#include "kube/account.h"
#include "json/json.h"

enum {
  CALL_MS = 10000,
  MOST_BYTES = 4 << 20,
  SETTLE_MS = 3000,
  WAIT_MS = 2000,
  POLL_MS = 10000,
  MOST_RETRY_MS = 60000,
  MOST_CONFLICTS = 4 /* in one check: other replicas write the same subject */
};

#define RBAC "rbac.authorization.k8s.io"
static const char self_path[] = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

/* What a check found: whether the gate is open, or what is missing. */
enum gate {
  GATE_UNKNOWN, /* not checked yet */
  GATE_OPEN,
  /* What an installation in progress lacks: */
  GATE_READINESS, /* this replica was not ready yet */
  GATE_WEBHOOKS,  /* not registered */
  GATE_CA,        /* not in the webhook configuration, or another one */
  /* Faults, which are logged as warnings, counted, and checked again after longer and longer times: */
  GATE_BINDING, /* does not exist */
  GATE_ACCOUNT, /* no service account */
  GATE_FORBIDDEN,
  GATE_UNREACHABLE,
  GATE_FIRST_FAULT = GATE_BINDING
};

struct dw_activation {
  struct dw_activation_options options;
  struct dw_api_client *client;
  struct dw_backoff backoff;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_bool stopping, was_open, noted;
  /* Only the thread uses these. They are "" before the service account is known. */
  char ns[64], name[254];       /* of this process's service account */
  char place[64], binding[254]; /* the RoleBinding's namespace and name */
  /* Under lock: */
  int64_t ready_at; /* when /readyz was passed first, in monotonic milliseconds; 0: never */
  enum gate gate;
  char detail[640]; /* one line; "" if the gate is open */
  bool open;        /* as it was seen last */
  uint64_t opened, closed, failed;
};

/* One check. */
struct check {
  struct dw_activation *activation;
  struct dw_arena *arena;
  enum gate gate;
  char detail[640];
  unsigned retry_after_ms;
};

static bool conclude(struct check *check, enum gate gate, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns false, so that the check ends. */
static bool conclude(struct check *check, enum gate gate, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(check->detail, sizeof check->detail, format, args);
  va_end(args);
  check->gate = gate;
  return false;
}

/* --- calls --- */

/* What a call is for, in words for an error: "get", "rolebindings". */
struct call {
  const char *method, *verb, *plural, *path, *body;
};

static bool fail_call(struct check *check, const struct call *call, const struct dw_api_result *result) {
  if (result->retry_after_ms > check->retry_after_ms)
    check->retry_after_ms = result->retry_after_ms;
  if (result->status == 403 || result->status == 401)
    return conclude(check, GATE_FORBIDDEN,
                    "the permission to %s %s, which the manifests grant with the Role and the ClusterRole "
                    "droveway-activation (%s)",
                    call->verb, call->plural, result->message);
  return conclude(check, GATE_UNREACHABLE, "the API server: can't %s %s: %s", call->verb, call->plural,
                  result->message);
}

/* Makes the call. Returns the object in the answer, or NULL, with the HTTP status in STATUS. */
static const dw_json *make_call(struct check *check, const struct call *call, int *status) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  struct dw_api_result result;
  struct dw_api_request request = {.method = call->method,
                                   .path = call->path,
                                   .body = call->body,
                                   .length = call->body == NULL ? 0 : strlen(call->body),
                                   .timeout_ms = CALL_MS,
                                   .receive = dw_api_collect,
                                   .context = &(struct dw_api_body){&body, MOST_BYTES}};
  int failed = dw_api_call(check->activation->client, &request, &result);
  *status = result.status;
  if (failed != 0) {
    fail_call(check, call, &result);
    return NULL;
  }
  const dw_json *object = dw_json_parse(check->arena, dw_buf_text(&body), body.length, DW_JSON_PLAIN, NULL);
  if (dw_json_type(object) == DW_JSON_OBJECT)
    return object;
  conclude(check, GATE_UNREACHABLE, "the API server: its answer to \"%s %s\" can't be read", call->verb, call->plural);
  return NULL;
}

/* --- the service account of this process --- */

/* Splits "NAMESPACE/NAME" or "NAME". */
static void name_binding(struct dw_activation *activation) {
  const char *text = activation->options.binding, *slash = strchr(text, '/');
  if (slash == NULL)
    snprintf(activation->place, sizeof activation->place, "%s", activation->ns);
  else
    snprintf(activation->place, sizeof activation->place, "%.*s", (int)(slash - text), text);
  snprintf(activation->binding, sizeof activation->binding, "%s", slash == NULL ? text : slash + 1);
}

static bool know_account(struct check *check) {
  static const char body[] =
      "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\",\"metadata\":{}}";
  struct dw_activation *activation = check->activation;
  int status = 0;
  if (*activation->name != '\0')
    return true;
  const dw_json *review =
      make_call(check, &(struct call){"POST", "create", "selfsubjectreviews", self_path, body}, &status);
  if (review == NULL)
    return status == 404 ? conclude(check, GATE_ACCOUNT, "SelfSubjectReview, which Kubernetes has since 1.28") : false;
  const char *user = dw_json_get_string(dw_json_path(review, "status", "userInfo", NULL), "username");
  if (user == NULL || sscanf(user, "system:serviceaccount:%63[^:]:%253[^:]", activation->ns, activation->name) != 2) {
    *activation->name = '\0';
    return conclude(check, GATE_ACCOUNT, "a service account; this process logs in as \"%s\"", user == NULL ? "" : user);
  }
  name_binding(activation);
  return true;
}

/* --- the RoleBinding --- */

static void set_text(struct dw_arena *arena, dw_json *object, const char *key, const char *text) {
  (void)!dw_json_set(arena, object, key, dw_json_new_string(arena, text, strlen(text)));
}

/* BINDING with the service account if OPEN, or without it. Its other subjects stay. */
static const dw_json *with_subject(struct check *check, const dw_json *binding, bool open) {
  const struct dw_activation *activation = check->activation;
  const dw_json *subjects = dw_json_get(binding, "subjects");
  dw_json *list = dw_json_new_array(check->arena);
  for (size_t i = 0; i < dw_json_size(subjects); i++)
    if (!dw_is_account(dw_json_at(subjects, i), activation->ns, activation->name))
      (void)!dw_json_append(check->arena, list, dw_json_share(dw_json_at(subjects, i)));
  if (open) {
    dw_json *own = dw_json_new_object(check->arena);
    set_text(check->arena, own, "kind", "ServiceAccount");
    set_text(check->arena, own, "name", activation->name);
    set_text(check->arena, own, "namespace", activation->ns);
    (void)!dw_json_append(check->arena, list, own);
  }
  return dw_json_with(check->arena, binding, "subjects", list);
}

static const char *path_of(struct check *check, const char *before, const char *ns, const char *plural,
                           const char *name) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  dw_buf_puts(&path, before);
  if (ns != NULL) {
    dw_buf_puts(&path, "namespaces/");
    dw_api_escape(&path, ns);
    dw_buf_putc(&path, '/');
  }
  dw_buf_printf(&path, "%s/", plural);
  dw_api_escape(&path, name);
  return dw_arena_strdup(check->arena, dw_buf_text(&path));
}

static const dw_json *read_binding(struct check *check, const char *path) {
  const struct dw_activation *activation = check->activation;
  int status = 0;
  const dw_json *binding = make_call(check, &(struct call){"GET", "get", "rolebindings", path, NULL}, &status);
  if (binding == NULL && status == 404)
    conclude(check, GATE_BINDING, "the RoleBinding %s/%s, which does not exist; apply the manifests again",
             activation->place, activation->binding);
  return binding;
}

/* --- the webhook configuration --- */

enum registration {
  REGISTERED,
  UNREGISTERED, /* the API server can't call the webhooks, so the gate must be closed */
  NOT_USABLE    /* not to be opened, but it stays open if it is */
};

/* API servers expect the name of the Service in the certificate. */
static enum registration check_name(struct check *check, const dw_json *webhook, const char *certificate) {
  const dw_json *service = dw_json_path(webhook, "clientConfig", "service", NULL);
  const char *name = dw_json_get_string(service, "name"), *ns = dw_json_get_string(service, "namespace");
  if (name == NULL || ns == NULL)
    return REGISTERED;
  const char *host = dw_arena_printf(check->arena, "%s.%s.svc", name, ns);
  if (dw_pki_missing_name(certificate, &(struct dw_pki_names){&host, 1}) == NULL)
    return REGISTERED;
  conclude(check, GATE_CA, "a serving certificate that is valid for %s", host);
  return NOT_USABLE;
}

static enum registration check_webhook(struct check *check, const dw_json *webhook, const char *certificate) {
  struct dw_error err = DW_ERROR_INIT;
  const char *name = dw_json_get_string(webhook, "name"), *bundle = dw_webhook_bundle(check->arena, webhook);
  name = name == NULL ? "" : name;
  if (*bundle == '\0') {
    conclude(check, GATE_CA, "the CA: webhook %s has no caBundle yet", name);
    return UNREGISTERED;
  }
  if (certificate == NULL || dw_pki_verify(bundle, certificate, time(NULL), &err) != 0) {
    conclude(check, GATE_CA, "the CA: the caBundle of webhook %s does not belong to the serving certificate: %s", name,
             certificate == NULL ? "there is none yet" : err.text);
    return NOT_USABLE;
  }
  return check_name(check, webhook, certificate);
}

/* Finds out whether the API server can call the webhooks. If not, concludes why. */
static enum registration check_webhooks(struct check *check) {
  const char *name = check->activation->options.webhooks;
  const char *path =
      path_of(check, "/apis/admissionregistration.k8s.io/v1/", NULL, "validatingwebhookconfigurations", name);
  enum registration result = REGISTERED;
  int status = 0;
  const dw_json *object =
      make_call(check, &(struct call){"GET", "get", "validatingwebhookconfigurations", path, NULL}, &status);
  if (object == NULL) {
    if (status == 404)
      conclude(check, GATE_WEBHOOKS, "the ValidatingWebhookConfiguration %s; apply the folder enforce of the overlay",
               name);
    return status == 404 ? UNREGISTERED : NOT_USABLE;
  }
  char *certificate = dw_certificates_text(check->activation->options.certificates);
  const dw_json *webhooks = dw_json_get(object, "webhooks");
  for (size_t i = 0; i < dw_json_size(webhooks) && result == REGISTERED; i++)
    result = check_webhook(check, dw_json_at(webhooks, i), certificate);
  free(certificate);
  return result;
}

/* --- a check --- */

static bool settled(struct dw_activation *activation) {
  pthread_mutex_lock(&activation->lock);
  bool done =
      activation->ready_at != 0 && dw_now_milliseconds() - activation->ready_at >= activation->options.settle_ms;
  pthread_mutex_unlock(&activation->lock);
  return done;
}

static void note_open(struct dw_activation *activation, bool open, bool written) {
  pthread_mutex_lock(&activation->lock);
  activation->open = open;
  activation->opened += written && open;
  activation->closed += written && !open;
  pthread_mutex_unlock(&activation->lock);
  if (open)
    atomic_store(&activation->was_open, true);
}

/* Opens or closes the gate. Returns false if another replica has changed the RoleBinding since it was read. */
static bool write_gate(struct check *check, const char *path, const dw_json *binding, bool open) {
  struct dw_activation *activation = check->activation;
  const char *body = dw_json_text(check->arena, with_subject(check, binding, open));
  int status = 0;
  if (make_call(check, &(struct call){"PUT", "update", "rolebindings", path, body}, &status) == NULL)
    return status != 409;
  note_open(activation, open, true);
  dw_log(DW_LOG_INFO, "activation: %s RoleBinding %s/%s: %s",
         open ? "added the service account to" : "removed the service account from", activation->place,
         activation->binding,
         open ? "the API server calls the webhooks from now on" : "the webhooks are not called any more");
  if (open)
    check->gate = GATE_OPEN;
  return true;
}

/* Returns false if it has to be repeated at once. */
static bool check_gate(struct check *check) {
  struct dw_activation *activation = check->activation;
  if (!know_account(check))
    return true;
  const char *path = path_of(check, "/apis/" RBAC "/v1/", activation->place, "rolebindings", activation->binding);
  const dw_json *binding = read_binding(check, path);
  if (binding == NULL)
    return true;
  bool open = dw_binding_has_account(binding, activation->ns, activation->name);
  note_open(activation, open, false);
  enum registration registration = check_webhooks(check);
  if (open && registration != UNREGISTERED) {
    check->gate = registration == REGISTERED ? GATE_OPEN : check->gate;
    return true;
  }
  if (open)
    return write_gate(check, path, binding, false);
  if (registration != REGISTERED)
    return true;
  if (settled(activation))
    return write_gate(check, path, binding, true);
  conclude(check, GATE_READINESS, "this replica to be ready");
  return true;
}

static void publish(struct dw_activation *activation, const struct check *check) {
  bool failed = check->gate >= GATE_FIRST_FAULT;
  pthread_mutex_lock(&activation->lock);
  bool fresh = activation->gate != check->gate;
  bool open = activation->open;
  activation->gate = check->gate;
  activation->failed += failed;
  snprintf(activation->detail, sizeof activation->detail, "%s", check->gate == GATE_OPEN ? "" : check->detail);
  pthread_mutex_unlock(&activation->lock);
  if (!fresh)
    return;
  if (check->gate == GATE_OPEN)
    dw_log(DW_LOG_INFO, "activation: active");
  else
    dw_log(failed ? DW_LOG_WARN : DW_LOG_INFO, "activation: %s; waiting for %s", open ? "active" : "not active",
           check->detail);
}

/* Returns how long to wait until the next check, in milliseconds. */
static unsigned run_check(struct dw_activation *activation) {
  struct check check = {.activation = activation};
  for (int tries = 0; tries < MOST_CONFLICTS; tries++) {
    check.arena = dw_arena_new(0);
    bool done = check_gate(&check);
    dw_arena_free(check.arena);
    if (done || atomic_load(&activation->stopping))
      break;
  }
  if (atomic_load(&activation->stopping))
    return 0;
  publish(activation, &check);
  if (check.gate >= GATE_FIRST_FAULT)
    return dw_backoff_next(&activation->backoff, check.retry_after_ms);
  dw_backoff_reset(&activation->backoff);
  return dw_spread(check.gate == GATE_OPEN ? activation->options.poll_ms / 2 : activation->options.wait_ms / 2);
}

static void *run(void *context) {
  struct dw_activation *activation = context;
  while (!atomic_load(&activation->stopping))
    dw_sleep_unless_stopping(run_check(activation), &activation->lock, &activation->wake, &activation->stopping);
  return NULL;
}

/* --- start and stop --- */

static void destroy(struct dw_activation *activation) {
  dw_api_client_free(activation->client);
  pthread_cond_destroy(&activation->wake);
  pthread_mutex_destroy(&activation->lock);
  free(activation);
}

struct dw_activation *dw_activation_start(const struct dw_activation_options *options, struct dw_error *err) {
  struct dw_activation *activation = calloc(1, sizeof *activation);
  if (activation == NULL)
    abort();
  pthread_mutex_init(&activation->lock, NULL);
  dw_condition_init(&activation->wake);
  activation->options = *options;
  if (options->webhooks == NULL)
    activation->options.webhooks = DW_ACTIVATION_WEBHOOKS;
  activation->options.settle_ms = dw_or_default(options->settle_ms, SETTLE_MS);
  activation->options.wait_ms = dw_or_default(options->wait_ms, WAIT_MS);
  activation->options.poll_ms = dw_or_default(options->poll_ms, POLL_MS);
  activation->backoff = (struct dw_backoff){.first_ms = activation->options.wait_ms, .most_ms = MOST_RETRY_MS};
  activation->client = dw_api_client_new(options->config, err);
  if (activation->client != NULL) {
    if (pthread_create(&activation->thread, NULL, run, activation) == 0)
      return activation;
    dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  }
  destroy(activation);
  return NULL;
}

void dw_activation_stop(struct dw_activation *activation) {
  if (activation == NULL)
    return;
  pthread_mutex_lock(&activation->lock);
  atomic_store(&activation->stopping, true);
  pthread_cond_signal(&activation->wake);
  pthread_mutex_unlock(&activation->lock);
  dw_api_client_interrupt(activation->client);
  pthread_join(activation->thread, NULL);
  destroy(activation);
}

/* --- other threads --- */

void dw_activation_note_ready(struct dw_activation *activation) {
  if (atomic_load(&activation->noted))
    return;
  pthread_mutex_lock(&activation->lock);
  if (activation->ready_at == 0)
    activation->ready_at = dw_now_milliseconds();
  pthread_mutex_unlock(&activation->lock);
  atomic_store(&activation->noted, true);
}

bool dw_activation_was_open(struct dw_activation *activation) {
  return atomic_load(&activation->was_open);
}

void dw_activation_describe(struct dw_activation *activation, struct dw_buf *out) {
  pthread_mutex_lock(&activation->lock);
  if (activation->gate == GATE_OPEN)
    dw_buf_puts(out, "[+]activation: active\n");
  else
    dw_buf_printf(out, "[!]activation: %swaiting for %s\n", activation->open ? "active; " : "",
                  activation->gate == GATE_UNKNOWN ? "the first check" : activation->detail);
  pthread_mutex_unlock(&activation->lock);
}

void dw_activation_metrics(struct dw_activation *activation, struct dw_buf *out) {
  pthread_mutex_lock(&activation->lock);
  dw_metric_head(out, "active", "gauge", "Whether the API server calls the webhooks, according to the RoleBinding.");
  dw_buf_printf(out, "droveway_active %d\n", activation->open);
  dw_metric_head(out, "activations_total", "counter",
                 "Times this instance opened or closed the gate, or failed to check it.");
  dw_buf_printf(out,
                "droveway_activations_total{result=\"opened\"} %" PRIu64 "\n"
                "droveway_activations_total{result=\"closed\"} %" PRIu64 "\n"
                "droveway_activations_total{result=\"failed\"} %" PRIu64 "\n",
                activation->opened, activation->closed, activation->failed);
  pthread_mutex_unlock(&activation->lock);
}
