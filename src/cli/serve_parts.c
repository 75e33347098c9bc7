#include "cli/serve_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/log.h"
#include "certs/certificate_watch.h"
#include "certs/certs.h"
#include "files/manifests.h"
#include "sandbox/sandbox.h"

enum { FIRST_PAIR_SECONDS = 86400, MOST_CA_BYTES = 1 << 20 };

/* --- certificates --- */

/* "NAMESPACE/NAME" */
static int name_service(const struct serve_options *options, struct serve_parts *out, struct dw_error *err) {
  const char *service = options->service == NULL ? "droveway/droveway" : options->service;
  const char *slash = strchr(service, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - service);
  if (slash == NULL || length == 0 || length >= sizeof out->ns || slash[1] == '\0' || strchr(slash + 1, '/') != NULL ||
      strlen(slash + 1) >= sizeof out->name)
    return dw_error_set(err, DW_ERR_USAGE, "invalid --service \"%s\"; use NAMESPACE/NAME", service);
  snprintf(out->ns, sizeof out->ns, "%.*s", (int)length, service);
  snprintf(out->name, sizeof out->name, "%s", slash + 1);
  snprintf(out->secret, sizeof out->secret, "%s-tls", out->name);
  snprintf(out->dns, sizeof out->dns, "%s.%s.svc", out->name, out->ns);
  out->names[out->name_count++] = out->dns;
  for (size_t i = 0; i < options->dns_count; i++)
    out->names[out->name_count++] = options->dns[i];
  return 0;
}

/* A temporary certificate of an unknown CA, so that probes are answered until the first real one exists. */
static int make_first_pair(struct serve_parts *parts, struct dw_error *err) {
  struct dw_pki_pair ca = {.certificate = NULL}, leaf = {.certificate = NULL};
  struct dw_pki_life life = {.now = time(NULL), .seconds = FIRST_PAIR_SECONDS};
  struct dw_pki_names names = {parts->names, parts->name_count};
  int failed = dw_pki_issue_ca(&life, &ca, err);
  if (failed == 0)
    failed = dw_pki_issue_leaf(&ca, &names, &life, &leaf, err);
  if (failed == 0)
    failed = dw_certificates_set(parts->certificates, leaf.certificate, leaf.key, parts->client_ca, err);
  dw_pki_pair_free(&ca);
  dw_pki_pair_free(&leaf);
  return failed;
}

static int use_pair(void *context, const char *certificate, const char *key, struct dw_error *err) {
  struct serve_parts *parts = context;
  return dw_certificates_set(parts->certificates, certificate, key, parts->client_ca, err);
}

static int guard_metrics(const struct serve_options *options, struct dw_certificates *certificates,
                         struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  if (options->metrics.client_ca == NULL)
    return 0;
  const char *text = dw_read_file(arena, options->metrics.client_ca, MOST_CA_BYTES, &length, err);
  if (text == NULL)
    return -1;
  dw_certificates_guard_metrics(certificates, text);
  return 0;
}

/* Read once: the CA of clients does not change when the certificate is renewed. */
static int read_client_ca(const struct serve_options *options, struct serve_parts *out, struct dw_error *err) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t length = 0;
  if (options->client_ca == NULL)
    return 0;
  const char *text = dw_read_file(arena, options->client_ca, MOST_CA_BYTES, &length, err);
  if (text == NULL)
    return -1;
  out->client_ca = strdup(text);
  if (out->client_ca == NULL)
    abort();
  return 0;
}

static int read_certificates(const struct serve_options *options, struct serve_parts *out, struct dw_error *err) {
  out->certificates = dw_certificates_new();
  if (guard_metrics(options, out->certificates, err) != 0)
    return -1;
  if (options->self_managed)
    return name_service(options, out, err) != 0 || read_client_ca(options, out, err) != 0 ? -1
                                                                                          : make_first_pair(out, err);
  out->files = (struct dw_certificate_files){options->certificate, options->key, options->client_ca};
  return dw_certificates_read(out->certificates, &out->files, err);
}

static int keep_certificates(const struct serve_options *options, struct serve_parts *parts, struct dw_error *err) {
  if (!options->self_managed) {
    parts->watch = dw_certificate_watch_start(parts->certificates, &parts->files, err);
    return parts->watch == NULL ? -1 : 0;
  }
  parts->managed = dw_self_managed_start(&(struct dw_self_managed_options){.config = parts->cluster,
                                                                           .ns = parts->ns,
                                                                           .secret = parts->secret,
                                                                           .webhooks = parts->name,
                                                                           .names = {parts->names, parts->name_count},
                                                                           .ca_seconds = options->ca_seconds,
                                                                           .leaf_seconds = options->leaf_seconds,
                                                                           .poll_ms = options->rotation_poll_ms,
                                                                           .settle_ms = options->rotation_settle_ms,
                                                                           .use = use_pair,
                                                                           .context = parts},
                                         err);
  return parts->managed == NULL ? -1 : 0;
}

/* --- the cluster --- */

static void log_source(const struct serve_options *options, const struct dw_api_config *cluster) {
  if (cluster != NULL)
    dw_log(DW_LOG_INFO, "watching the cluster at %s", dw_api_config_server(cluster));
  else if (options->world.state != NULL)
    dw_log(DW_LOG_INFO, "reading the cluster's objects from %s", options->world.state);
  else
    dw_log(DW_LOG_WARN, "no cluster configured: rules that need its objects warn that they could not be checked");
}

static int read_cluster(const struct serve_options *options, struct serve_parts *out, struct dw_error *err) {
  if (options->world.kubeconfig != NULL || (options->world.state == NULL && dw_api_in_cluster())) {
    struct dw_api_options api = {options->world.kubeconfig, options->world.context};
    out->cluster = dw_api_config_load(&api, err);
    if (out->cluster == NULL)
      return -1;
  }
  if (options->self_managed && out->cluster == NULL)
    return dw_error_set(err, DW_ERR_USAGE, "--self-managed-certs needs a cluster; use --kubeconfig or run in a pod");
  return 0;
}

/* --- the sandbox --- */

static void log_sandbox(const struct dw_sandbox_report *report) {
  bool lacking = report->landlock.state == DW_SANDBOX_NONE || report->seccomp.state == DW_SANDBOX_NONE;
  dw_log_with(lacking ? DW_LOG_WARN : DW_LOG_INFO, "sandbox", dw_log_string("privileges", report->privileges.text),
              dw_log_string("landlock", report->landlock.text), dw_log_string("seccomp", report->seccomp.text));
}

static int enter_sandbox(const struct serve_options *options, struct serve_parts *parts, struct dw_error *err) {
  const char *readable[16];
  size_t count = 0;
  const char *const files[] = {options->certificate, options->key, options->client_ca, options->world.policy,
                               options->world.state};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (files[i] != NULL)
      readable[count++] = files[i];
  if (parts->cluster != NULL)
    count += dw_api_config_files(parts->cluster, readable + count, sizeof readable / sizeof *readable - count);
  struct dw_sandbox_options sandbox = {.no_seccomp = options->no_seccomp,
                                       .no_landlock = options->no_landlock,
                                       .readable = readable,
                                       .readable_count = count,
                                       .writable = &options->record,
                                       .writable_count = options->record != NULL};
  return dw_sandbox_enter(&sandbox, &parts->sandbox, err);
}

/* --- all of it --- */

int serve_parts_read(const struct serve_options *options, struct serve_parts *out, struct dw_error *err) {
  if (read_certificates(options, out, err) != 0 || read_cluster(options, out, err) != 0)
    return -1;
  if (options->record != NULL && (out->recorder = dw_recorder_new(options->record, err)) == NULL)
    return -1;
  return enter_sandbox(options, out, err);
}

int serve_parts_start(const struct serve_options *options, struct serve_parts *parts, struct dw_error *err) {
  log_source(options, parts->cluster);
  log_sandbox(&parts->sandbox);
  if (parts->recorder != NULL && dw_recorder_start(parts->recorder, err) != 0)
    return -1;
  parts->worlds = dw_worlds_start(
      &(struct dw_worlds_options){.sources = cli_sources(&options->world), .cluster = parts->cluster}, err);
  if (parts->worlds == NULL || keep_certificates(options, parts, err) != 0)
    return -1;
  if (options->events) {
    parts->events = dw_events_start(&(struct dw_events_options){.config = parts->cluster}, err);
    if (parts->events == NULL)
      return -1;
  }
  if (options->policy_reports) {
    parts->reports = dw_policy_writer_start(&(struct dw_policy_writer_options){.config = parts->cluster}, err);
    if (parts->reports == NULL)
      return -1;
  }
  if (options->activate != NULL) {
    parts->activation =
        dw_activation_start(&(struct dw_activation_options){.config = parts->cluster,
                                                            .binding = options->activate,
                                                            .webhooks = options->self_managed ? parts->name : NULL,
                                                            .certificates = parts->certificates},
                            err);
    if (parts->activation == NULL)
      return -1;
  }
  if (options->audit_interval_ms == 0)
    return 0;
  struct dw_auditor_options audit = {.worlds = parts->worlds,
                                     .config = parts->cluster,
                                     .interval_ms = options->audit_interval_ms,
                                     .events = parts->events,
                                     .reports = parts->reports};
  parts->auditor = dw_auditor_start(&audit, err);
  return parts->auditor == NULL ? -1 : 0;
}

void serve_parts_free(struct serve_parts *parts) {
  dw_activation_stop(parts->activation);
  dw_self_managed_stop(parts->managed);
  dw_certificate_watch_stop(parts->watch);
  dw_auditor_stop(parts->auditor);
  dw_policy_writer_stop(parts->reports);
  dw_events_stop(parts->events);
  dw_recorder_free(parts->recorder);
  dw_worlds_stop(parts->worlds);
  dw_api_config_free(parts->cluster);
  dw_certificates_free(parts->certificates);
  free(parts->client_ca);
}
