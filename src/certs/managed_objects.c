#include "certs/managed_objects.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/log.h"

enum { CALL_MS = 10000, MOST_BYTES = 4 << 20 /* of an object; a Secret has at most 1 MiB */ };

static const char *const hook_kinds[DW_ROTATION_HOOKS] = {"ValidatingWebhookConfiguration",
                                                          "MutatingWebhookConfiguration"};

/* --- failures --- */

const char *dw_managed_subject(const struct dw_self_managed *managed, enum managed_topic topic, char out[320]) {
  const struct dw_self_managed_options *options = &managed->options;
  if (topic == MANAGED_SECRET)
    snprintf(out, 320, "Secret %s/%s", options->ns, options->secret);
  else if (topic == MANAGED_PAIR)
    snprintf(out, 320, "the certificate");
  else
    snprintf(out, 320, "%s %s", hook_kinds[topic - MANAGED_VALIDATING], options->webhooks);
  return out;
}

void dw_managed_report(struct managed_round *round, enum managed_topic topic, const char *key, const char *message) {
  struct dw_self_managed *managed = round->managed;
  char name[320];
  managed->failed[topic] = true;
  pthread_mutex_lock(&managed->lock);
  managed->failures[topic]++;
  pthread_mutex_unlock(&managed->lock);
  if (strcmp(managed->logged[topic], key) == 0)
    return;
  snprintf(managed->logged[topic], sizeof managed->logged[topic], "%s", key);
  dw_log(DW_LOG_ERROR, "self-managed certificates: %s: %s", dw_managed_subject(managed, topic, name), message);
}

void dw_managed_report_recovery(struct dw_self_managed *managed, enum managed_topic topic) {
  char name[320];
  if (managed->logged[topic][0] == '\0')
    return;
  managed->logged[topic][0] = '\0';
  dw_log(DW_LOG_INFO, "self-managed certificates: %s: working again", dw_managed_subject(managed, topic, name));
}

static void report_call(struct managed_round *round, enum managed_topic topic, const char *method,
                        const struct dw_api_result *result) {
  const char *verb = strcmp(method, "GET") == 0 ? "get" : "update";
  const char *plural = topic == MANAGED_SECRET       ? "secrets"
                       : topic == MANAGED_VALIDATING ? "validatingwebhookconfigurations"
                                                     : "mutatingwebhookconfigurations";
  char key[160], message[640];
  if (result->stopped)
    return;
  if (result->retry_after_ms > round->managed->retry_after_ms)
    round->managed->retry_after_ms = result->retry_after_ms;
  /* An incomplete answer is the same failure as none. */
  snprintf(key, sizeof key, "%s %d %s", verb, result->complete ? result->status : 0, result->reason);
  if (result->status == 403)
    snprintf(message, sizeof message, "RBAC forbids \"%s\"; allow get and update of this name in %s (%s)", verb, plural,
             result->message);
  else if (result->status == 404 && topic == MANAGED_SECRET)
    snprintf(message, sizeof message, "it does not exist; create it empty, as the manifests do");
  else
    snprintf(message, sizeof message, "can't %s it: %s", verb, result->message);
  dw_managed_report(round, topic, key, message);
}

/* --- the API --- */

/* Checks the kind, because a Status instead of the Secret would look like a Secret without keys. */
static const dw_json *parse_object(struct managed_round *round, enum managed_topic topic, const struct dw_buf *body) {
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *object = dw_json_parse(round->arena, dw_buf_text(body), body->length, DW_JSON_PLAIN, &err);
  const char *kind = dw_json_get_string(object, "kind");
  const char *wanted = topic == MANAGED_SECRET ? "Secret" : hook_kinds[topic - MANAGED_VALIDATING];
  if (dw_json_type(object) == DW_JSON_OBJECT && (kind == NULL || strcmp(kind, wanted) == 0))
    return object;
  dw_managed_report(round, topic, "no JSON", "the API server's answer can't be read");
  return NULL;
}

/* Returns NULL, and reports why, if the object can't be read; sets ABSENT if it does not exist. */
static const dw_json *get_object(struct managed_round *round, enum managed_topic topic, bool *absent) {
  struct dw_self_managed *managed = round->managed;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_SECRET;
  struct dw_api_request request = {.path = managed->paths[topic],
                                   .timeout_ms = CALL_MS,
                                   .receive = dw_api_collect,
                                   .context = &(struct dw_api_body){&body, MOST_BYTES}};
  struct dw_api_result result;
  if (dw_api_call(managed->client, &request, &result) == 0)
    return parse_object(round, topic, &body);
  *absent = result.status == 404;
  if (result.stopped && body.length > 0)
    dw_managed_report(round, topic, "too long", "it is too large");
  else if (!*absent || topic == MANAGED_SECRET)
    report_call(round, topic, "GET", &result);
  return NULL;
}

enum managed_put dw_managed_put(struct managed_round *round, enum managed_topic topic, const dw_json *object) {
  struct dw_self_managed *managed = round->managed;
  const char *body = dw_json_text(round->arena, object);
  struct dw_api_request request = {
      .method = "PUT", .path = managed->paths[topic], .body = body, .length = strlen(body), .timeout_ms = CALL_MS};
  struct dw_api_result result;
  if (dw_api_call(managed->client, &request, &result) == 0)
    return PUT_DONE;
  if (result.status == 409)
    return PUT_CONFLICT;
  report_call(round, topic, "PUT", &result);
  return PUT_FAILED;
}

/* --- reading --- */

static const char *annotation(const dw_json *object, const char *key) {
  const char *text = dw_json_get_string(dw_json_path(object, "metadata", "annotations", NULL), key);
  return text == NULL ? "" : text;
}

static void read_secret(struct managed_round *round) {
  const dw_json *data = dw_json_get(round->secret, "data");
  round->input.secret =
      (struct dw_rotation_secret){.ca = dw_base64_text(round->arena, dw_json_get_string(data, "ca.crt")),
                                  .ca_key = dw_base64_text(round->arena, dw_json_get_string(data, "ca.key")),
                                  .leaf = dw_base64_text(round->arena, dw_json_get_string(data, "tls.crt")),
                                  .leaf_key = dw_base64_text(round->arena, dw_json_get_string(data, "tls.key")),
                                  .published = annotation(round->secret, DW_ROTATION_PUBLISHED),
                                  .replaced_until = annotation(round->secret, DW_ROTATION_REPLACED_UNTIL)};
}

static void read_hook(struct managed_round *round, size_t h) {
  struct dw_rotation_hook *hook = &round->input.hooks[h];
  bool absent = false;
  round->hooks[h] = get_object(round, MANAGED_VALIDATING + (enum managed_topic)h, &absent);
  if (round->hooks[h] == NULL) {
    hook->state = absent ? DW_ROTATION_ABSENT : DW_ROTATION_UNKNOWN;
    return;
  }
  const dw_json *webhooks = dw_json_get(round->hooks[h], "webhooks");
  const char **bundles = dw_arena_array(round->arena, dw_json_size(webhooks) + 1, sizeof *bundles);
  for (size_t i = 0; i < dw_json_size(webhooks); i++)
    bundles[i] = dw_webhook_bundle(round->arena, dw_json_at(webhooks, i));
  *hook = (struct dw_rotation_hook){DW_ROTATION_READ, bundles, dw_json_size(webhooks)};
}

bool dw_managed_read(struct managed_round *round) {
  bool absent = false;
  round->secret = get_object(round, MANAGED_SECRET, &absent);
  if (round->secret == NULL)
    return false;
  read_secret(round);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    read_hook(round, h);
  return true;
}

/* --- objects to write --- */

static bool is_among(const char *key, const char *const *keys, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(key, keys[i]) == 0)
      return true;
  return false;
}

/* Copies the members of OBJECT except KEYS. */
static dw_json *copy_without(struct dw_arena *arena, const dw_json *object, const char *const *keys, size_t count) {
  dw_json *copy = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(object); it.value != NULL; it = dw_json_next(object, it))
    if (!is_among(it.key, keys, count))
      (void)!dw_json_set(arena, copy, it.key, dw_json_share(it.value));
  return copy;
}

static void set_data(struct dw_arena *arena, dw_json *data, const char *key, const char *text) {
  const char *encoded = dw_base64_encode(arena, text, strlen(text));
  (void)!dw_json_set(arena, data, key, dw_json_new_string(arena, encoded, strlen(encoded)));
}

static void set_annotation(struct dw_arena *arena, dw_json *annotations, const char *key, const char *text) {
  if (*text != '\0')
    (void)!dw_json_set(arena, annotations, key, dw_json_new_string(arena, text, strlen(text)));
}

const dw_json *dw_managed_secret(struct dw_arena *arena, const dw_json *read, const struct dw_rotation_secret *secret) {
  static const char *const keys[] = {"ca.crt", "ca.key", "tls.crt", "tls.key"};
  static const char *const noted[] = {DW_ROTATION_PUBLISHED, DW_ROTATION_REPLACED_UNTIL};
  const dw_json *metadata = dw_json_get(read, "metadata");
  dw_json *data = copy_without(arena, dw_json_get(read, "data"), keys, 4);
  dw_json *annotations = copy_without(arena, dw_json_get(metadata, "annotations"), noted, 2);
  set_data(arena, data, "ca.crt", secret->ca);
  set_data(arena, data, "ca.key", secret->ca_key);
  set_data(arena, data, "tls.crt", secret->leaf);
  set_data(arena, data, "tls.key", secret->leaf_key);
  set_annotation(arena, annotations, DW_ROTATION_PUBLISHED, secret->published);
  set_annotation(arena, annotations, DW_ROTATION_REPLACED_UNTIL, secret->replaced_until);
  const dw_json *with_data = dw_json_with(arena, read, "data", data);
  return dw_json_with(arena, with_data, "metadata", dw_json_with(arena, metadata, "annotations", annotations));
}

const dw_json *dw_managed_hook(struct dw_arena *arena, const dw_json *read, const char *bundle) {
  const dw_json *webhooks = dw_json_get(read, "webhooks");
  const char *encoded = dw_base64_encode(arena, bundle, strlen(bundle));
  dw_json *list = dw_json_new_array(arena);
  for (size_t i = 0; i < dw_json_size(webhooks); i++) {
    const dw_json *webhook = dw_json_at(webhooks, i);
    dw_json *client = dw_json_with(arena, dw_json_get(webhook, "clientConfig"), "caBundle",
                                   dw_json_new_string(arena, encoded, strlen(encoded)));
    (void)!dw_json_append(arena, list, dw_json_with(arena, webhook, "clientConfig", client));
  }
  return dw_json_with(arena, read, "webhooks", list);
}
