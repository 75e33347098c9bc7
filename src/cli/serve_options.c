#include "cli/serve_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/help.h"
#include "http/http.h"
#include "kube/api.h"
#include "json/json.h"

enum { FEWEST_BYTES = 1024, MOST_MILLISECONDS = 24 * 60 * 60 * 1000, FEWEST_LEVELS = 8, MOST_CONNECTIONS = 60000 };
#define MOST_LIFETIME_S (INT64_C(100) * 365 * 86400)
#define MOST_BYTES (INT64_C(16) << 30)

int serve_options_help(void) {
  cli_put_help(
      stdout,
      "usage: droveway serve --tls-cert FILE --tls-key FILE [OPTION...]\n"
      "       droveway serve --self-managed-certs [OPTION...]\n"
      "\n"
      "Runs the admission webhook over HTTPS. It serves POST /validate and /mutate, and GET /livez, /readyz and "
      "/healthz (each with ?verbose).\n"
      "\n"
      "      --listen ADDR:PORT\taddress and port to listen on (default: :8443, all addresses). Use [::1]:8443 for "
      "IPv6, or 127.0.0.1:0 for any free port, which the log line `listening` shows\n"
      "      --tls-cert FILE\tserver certificate, PEM (see `droveway certs`)\n"
      "      --tls-key FILE\tprivate key of the certificate, PEM; both files are reloaded when they change\n"
      "      --client-ca FILE\taccept reviews only from clients with a certificate of this CA (the API server)\n"
      "      --self-managed-certs\tcreate a CA and a certificate in a cluster, share them between replicas in a "
      "Secret, set the CA in the webhook configurations, and renew both before they expire\n"
      "      --service NS/NAME\tService that the API server calls, for self-managed certificates (default: "
      "droveway/droveway). The Secret is NS/NAME-tls; the webhook configurations have the name NAME\n"
      "      --dns NAME\tadditional DNS name for the self-managed certificate; up to 8\n"
      "      --cert-lifetime T\tlifetime of the self-managed certificate (default: 90d)\n"
      "      --ca-lifetime T\tlifetime of the self-managed CA (default: 365d)\n"
      "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n"
      "      --kubevirt-namespace NS\tnamespace where KubeVirt runs. If the policy sets `namespace` as well, it must "
      "be the same\n"
      "      --activate NAME\tswitch the webhooks on by the RoleBinding NAME, or NAMESPACE/NAME: add this process's "
      "service account to it when the process is ready and the webhooks have the CA of its certificate, and remove it "
      "when they are no longer registered. The match condition droveway-is-active depends on it\n"
      "\n"
      "Cluster state (default: in a pod, the pod's own cluster; elsewhere, none):\n"
      "      --kubeconfig FILE\twatch this cluster\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "  -s, --state DIR\tread the cluster's objects from files instead\n"
      "      --audit-interval T\ttime between audits of existing objects (default: 10m; 0 turns them off)\n"
      "      --events\treport denials and audit findings as Events on the objects\n"
      "      --policy-reports\twrite the findings of each audit as PolicyReports (wgpolicyk8s.io/v1alpha2)\n"
      "\n"
      "Shutdown:\n"
      "      --shutdown-delay T\thow long to keep answering, but not ready, after SIGTERM (default: 10s)\n"
      "      --shutdown-timeout T\texit at the latest this long after SIGTERM (default: 25s)\n"
      "\n"
      "Logs and metrics:\n"
      "      --record DIR\tsave each review to a separate file in DIR\n"
      "      --metrics-listen ADDR:PORT\tserve Prometheus metrics at /metrics on this address, for example :9443, over "
      "HTTPS with the same certificate\n"
      "      --metrics-client-ca FILE\tserve metrics only to clients with a certificate of this CA\n"
      "      --metrics-plain-http\tserve metrics over HTTP, for use on the same host or behind other protection\n"
      "      --log-format FORMAT\tjson (default) or text\n"
      "      --log-level LEVEL\terror, warn, info (default) or debug; decisions are logged at info\n"
      "\n");
  cli_put_help(
      stdout,
      "Limits (a request over a limit gets the HTTP status in parentheses or a closed connection, and is counted in "
      "the metrics):\n"
      "      --threads N\tthreads that answer requests, 1 to 64 (default: one per core)\n"
      "      --max-body SIZE\tlargest request body (default: 8Mi; 413)\n"
      "      --max-header SIZE\tlargest request line and headers (default: 16Ki; 431)\n"
      "      --max-nesting N\tdeepest nesting of a request's JSON, 8 to 128 (default: 128; 400)\n"
      "      --max-memory SIZE\tmemory for the parsed JSON of one request, and for each JSON text embedded in it "
      "(default: 32Mi; 413)\n"
      "      --max-total-memory SIZE\tmemory for all requests together, including their bodies (default: 128Mi; 503)\n"
      "      --max-connections N\topen connections in total (default: 1000; closed)\n"
      "      --max-connections-per-address N\topen connections from one address (default: 250; closed)\n"
      "      --connection-rate N\tnew connections per second from one address; half as many at once, further ones wait "
      "(default: 50; closed)\n"
      "      --idle-timeout T\ttime a connection can be open without a request (default: 180s; closed)\n"
      "      --request-timeout T\ttime from the first byte of a request to the last byte of its response (default: "
      "30s; closed)\n"
      "\n"
      "      --no-seccomp\tdo not filter system calls\n"
      "      --no-landlock\tdo not restrict which files can be opened\n"
      "      --help\tshow this help\n"
      "\n"
      "SIZE is in bytes, or has the suffix Ki, Mi or Gi. T is in seconds, or has the suffix ms, s, m or h; lifetimes "
      "need s, m, h or d. The policy and state files are reloaded when they change and on SIGHUP; if the new ones are "
      "invalid, the error is reported and the previous ones stay in use. A second SIGTERM ends the shutdown delay. "
      "Each decision is one log line on standard error. If nothing reads it, lines are dropped and counted in the "
      "metrics.\n"
      "Exit status: 0 after SIGTERM or SIGINT, 2 if the usage is wrong or the webhook could not start, 3 after "
      "--shutdown-timeout.\n");
  return cli_finish(CLI_OK);
}

static int read_number(const char *option, const char *text, unsigned least, unsigned most, unsigned *out) {
  int64_t number = 0;
  if (!dw_parse_int64(text, &number) || number < least || number > most)
    return cli_usage("serve", "invalid %s \"%s\"; use %u to %u", option, text, least, most);
  *out = (unsigned)number;
  return CLI_OK;
}

static unsigned cores(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > DW_MAX_THREADS ? DW_MAX_THREADS : (unsigned)count;
}

struct unit {
  const char *suffix;
  int64_t factor;
};

/* Reads digits with the suffix of one of the UNITS. False if TEXT has another form, or if the value is not between
 * LEAST and MOST. */
static bool read_quantity(const char *text, const struct unit *units, size_t unit_count, int64_t least, int64_t most,
                          int64_t *out) {
  char digits[16] = "";
  int64_t count = 0;
  size_t length = strspn(text, "0123456789");
  if (length == 0 || length >= 10)
    return false;
  memcpy(digits, text, length);
  for (size_t i = 0; i < unit_count; i++) {
    if (strcmp(text + length, units[i].suffix) != 0)
      continue;
    if (!dw_parse_int64(digits, &count) || count > most / units[i].factor)
      return false;
    *out = count * units[i].factor;
    return *out >= least;
  }
  return false;
}

/* "8Mi"; without a suffix, in bytes. */
static int read_size(const char *option, const char *text, size_t *out) {
  static const struct unit units[] = {{"", 1}, {"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}};
  int64_t size = 0;
  if (!read_quantity(text, units, sizeof units / sizeof *units, FEWEST_BYTES, MOST_BYTES, &size))
    return cli_usage("serve", "invalid %s \"%s\"; use 1Ki to 16Gi, for example 8Mi", option, text);
  *out = (size_t)size;
  return CLI_OK;
}

/* The lifetime of a certificate, "90d" or "12h", in seconds. */
static int read_lifetime(const char *option, const char *text, unsigned *out) {
  static const struct unit units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
  int64_t seconds = 0;
  if (!read_quantity(text, units, sizeof units / sizeof *units, 1, MOST_LIFETIME_S, &seconds))
    return cli_usage("serve", "invalid %s \"%s\"; use a duration such as 90d, 12h or 30s", option, text);
  *out = (unsigned)seconds;
  return CLI_OK;
}

/* "10s", "1m", "500ms", "2h", in milliseconds; a number without a suffix is in seconds. */
static int read_duration(const char *option, const char *text, unsigned *out) {
  static const struct unit units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};
  int64_t milliseconds = 0;
  if (!read_quantity(text, units, sizeof units / sizeof *units, 0, MOST_MILLISECONDS, &milliseconds))
    return cli_usage("serve", "invalid %s \"%s\"; use a duration such as 10s, 2m or 500ms, at most 24h", option, text);
  *out = (unsigned)milliseconds;
  return CLI_OK;
}

static int read_limit(int option, struct serve_options *out) {
  switch (option) {
  case 't':
    return read_number("--threads", optarg, 1, DW_MAX_THREADS, &out->threads);
  case 'b':
    return read_size("--max-body", optarg, &out->max_body);
  case 'H':
    return read_size("--max-header", optarg, &out->max_header);
  case 'm':
    return read_size("--max-memory", optarg, &out->max_memory);
  case 'M':
    return read_size("--max-total-memory", optarg, &out->max_total_memory);
  case 'n':
    return read_number("--max-nesting", optarg, FEWEST_LEVELS, DW_JSON_MAX_DEPTH, &out->max_nesting);
  case 'x':
    return read_number("--max-connections", optarg, 1, MOST_CONNECTIONS, &out->max_connections);
  case 'X':
    return read_number("--max-connections-per-address", optarg, 1, MOST_CONNECTIONS, &out->max_connections_per_address);
  case 'v':
    return read_number("--connection-rate", optarg, 1, MOST_CONNECTIONS, &out->connection_rate);
  case 'i':
    return read_duration("--idle-timeout", optarg, &out->idle_ms);
  case 'q':
    return read_duration("--request-timeout", optarg, &out->request_ms);
  default:
    return CLI_FAILED;
  }
}

static int read_certificate_option(int option, struct serve_options *out) {
  switch (option) {
  case 'c':
    out->certificate = optarg;
    return CLI_OK;
  case 'k':
    out->key = optarg;
    return CLI_OK;
  case 'a':
    out->client_ca = optarg;
    return CLI_OK;
  case 'S':
    out->self_managed = true;
    return CLI_OK;
  case 'N':
    out->service = optarg;
    return CLI_OK;
  case 'd':
    if (out->dns_count == sizeof out->dns / sizeof *out->dns)
      return cli_usage("serve", "--dns can be given at most %zu times", out->dns_count);
    out->dns[out->dns_count++] = optarg;
    return CLI_OK;
  case 'L':
    return read_lifetime("--cert-lifetime", optarg, &out->leaf_seconds);
  case 'Y':
    return read_lifetime("--ca-lifetime", optarg, &out->ca_seconds);
  case 'P':
    return read_duration("--rotation-poll", optarg, &out->rotation_poll_ms);
  case 'Q':
    return read_duration("--rotation-settle", optarg, &out->rotation_settle_ms);
  default:
    return read_limit(option, out);
  }
}

static int read_log_format(const char *text, enum dw_log_format *out) {
  static const char *const words[] = {[DW_LOG_JSON] = "json", [DW_LOG_TEXT] = "text"};
  int found = cli_word(words, sizeof words / sizeof *words, text);
  if (found < 0)
    return cli_usage("serve", "invalid --log-format \"%s\"; use json or text", text);
  *out = (enum dw_log_format)found;
  return CLI_OK;
}

static int read_log_level(const char *text, enum dw_log_level *out) {
  static const char *const words[] = {
      [DW_LOG_ERROR] = "error", [DW_LOG_WARN] = "warn", [DW_LOG_INFO] = "info", [DW_LOG_DEBUG] = "debug"};
  int found = cli_word(words, sizeof words / sizeof *words, text);
  if (found < 0)
    return cli_usage("serve", "invalid --log-level \"%s\"; use error, warn, info or debug", text);
  *out = (enum dw_log_level)found;
  return CLI_OK;
}

/* Metrics and logs. */
static int read_watching_option(int option, struct serve_options *out) {
  switch (option) {
  case '3':
    out->metrics.listen = optarg;
    return CLI_OK;
  case '4':
    out->metrics.client_ca = optarg;
    return CLI_OK;
  case '5':
    out->metrics.plain = true;
    return CLI_OK;
  case '6':
    return read_log_format(optarg, &out->log_format);
  case '7':
    return read_log_level(optarg, &out->log_level);
  default:
    return read_certificate_option(option, out);
  }
}

/* An empty value, or the unexpanded "$(KUBEVIRT_NAMESPACE)", comes from the Deployment's environment. */
static int read_kubevirt_namespace(const char *text, struct serve_options *out) {
  if (!dw_is_dns_label(text))
    return cli_usage(
        "serve",
        "invalid --kubevirt-namespace \"%s\"; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to "
        "the namespace where KubeVirt runs, such as openshift-cnv or kubevirt-hyperconverged",
        text);
  out->world.kubevirt_namespace = text;
  return CLI_OK;
}

static int read_binding(const char *text, struct serve_options *out) {
  const char *slash = strchr(text, '/'), *name = slash == NULL ? text : slash + 1;
  size_t length = slash == NULL ? 1 : (size_t)(slash - text);
  if (*name == '\0' || strlen(name) > 253 || strchr(name, '/') != NULL || length == 0 || length > 63)
    return cli_usage("serve", "invalid --activate \"%s\"; use the name of a RoleBinding, or NAMESPACE/NAME", text);
  out->activate = text;
  return CLI_OK;
}

static int read_option(int option, struct serve_options *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case 'l':
    out->listen = optarg;
    return CLI_OK;
  case 'r':
    out->record = optarg;
    return CLI_OK;
  case 'V':
    return read_kubevirt_namespace(optarg, out);
  case 'G':
    return read_binding(optarg, out);
  case 'A':
    return read_duration("--audit-interval", optarg, &out->audit_interval_ms);
  case 'E':
    out->events = true;
    return CLI_OK;
  case 'R':
    out->policy_reports = true;
    return CLI_OK;
  case 'D':
    return read_duration("--shutdown-delay", optarg, &out->shutdown_delay_ms);
  case 'T':
    return read_duration("--shutdown-timeout", optarg, &out->shutdown_timeout_ms);
  case '1':
    out->no_seccomp = true;
    return CLI_OK;
  case '2':
    out->no_landlock = true;
    return CLI_OK;
  default:
    return read_watching_option(option, out);
  }
}

/* For an option that writes into the cluster. */
static int check_writes(const char *option, bool set, const struct serve_options *options) {
  if (set && options->world.state != NULL)
    return cli_usage("serve", "%s needs a cluster and cannot be used with --state", option);
  if (set && options->world.kubeconfig == NULL && !dw_api_in_cluster())
    return cli_usage("serve", "%s needs a cluster; use --kubeconfig or run in a pod", option);
  return CLI_OK;
}

static int check_options(const struct serve_options *options) {
  bool files = options->certificate != NULL || options->key != NULL;
  if (options->self_managed && files)
    return cli_usage("serve", "--self-managed-certs cannot be used with --tls-cert and --tls-key");
  if (!options->self_managed && (options->certificate == NULL || options->key == NULL))
    return cli_usage("serve",
                     "use --tls-cert and --tls-key ('droveway certs' creates the files), or --self-managed-certs");
  if (!options->self_managed &&
      (options->service != NULL || options->dns_count > 0 || options->leaf_seconds > 0 || options->ca_seconds > 0))
    return cli_usage("serve", "--service, --dns, --cert-lifetime and --ca-lifetime require --self-managed-certs");
  if (options->metrics.listen == NULL && (options->metrics.plain || options->metrics.client_ca != NULL))
    return cli_usage("serve", "--metrics-plain-http and --metrics-client-ca require --metrics-listen");
  if (options->metrics.plain && options->metrics.client_ca != NULL)
    return cli_usage("serve", "--metrics-client-ca needs HTTPS and cannot be used with --metrics-plain-http");
  if (options->policy_reports && options->audit_interval_ms == 0)
    return cli_usage("serve", "--policy-reports needs the audit and cannot be used with --audit-interval 0");
  if (check_writes("--events", options->events, options) != CLI_OK ||
      check_writes("--policy-reports", options->policy_reports, options) != CLI_OK ||
      check_writes("--activate", options->activate != NULL, options) != CLI_OK)
    return CLI_FAILED;
  return cli_check_world("serve", &options->world);
}

static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
                                        {"tls-cert", required_argument, NULL, 'c'},
                                        {"tls-key", required_argument, NULL, 'k'},
                                        CLI_WORLD_OPTIONS,
                                        {"threads", required_argument, NULL, 't'},
                                        {"max-body", required_argument, NULL, 'b'},
                                        {"max-memory", required_argument, NULL, 'm'},
                                        {"record", required_argument, NULL, 'r'},
                                        {"client-ca", required_argument, NULL, 'a'},
                                        {"self-managed-certs", no_argument, NULL, 'S'},
                                        {"service", required_argument, NULL, 'N'},
                                        {"dns", required_argument, NULL, 'd'},
                                        {"cert-lifetime", required_argument, NULL, 'L'},
                                        {"ca-lifetime", required_argument, NULL, 'Y'},
                                        {"rotation-poll", required_argument, NULL, 'P'},
                                        {"rotation-settle", required_argument, NULL, 'Q'},
                                        {"max-header", required_argument, NULL, 'H'},
                                        {"max-total-memory", required_argument, NULL, 'M'},
                                        {"max-nesting", required_argument, NULL, 'n'},
                                        {"max-connections", required_argument, NULL, 'x'},
                                        {"max-connections-per-address", required_argument, NULL, 'X'},
                                        {"connection-rate", required_argument, NULL, 'v'},
                                        {"idle-timeout", required_argument, NULL, 'i'},
                                        {"request-timeout", required_argument, NULL, 'q'},
                                        {"no-seccomp", no_argument, NULL, '1'},
                                        {"no-landlock", no_argument, NULL, '2'},
                                        {"audit-interval", required_argument, NULL, 'A'},
                                        {"events", no_argument, NULL, 'E'},
                                        {"policy-reports", no_argument, NULL, 'R'},
                                        {"kubevirt-namespace", required_argument, NULL, 'V'},
                                        {"activate", required_argument, NULL, 'G'},
                                        {"shutdown-delay", required_argument, NULL, 'D'},
                                        {"shutdown-timeout", required_argument, NULL, 'T'},
                                        {"metrics-listen", required_argument, NULL, '3'},
                                        {"metrics-client-ca", required_argument, NULL, '4'},
                                        {"metrics-plain-http", no_argument, NULL, '5'},
                                        {"log-format", required_argument, NULL, '6'},
                                        {"log-level", required_argument, NULL, '7'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

int serve_options_read(int argc, char **argv, struct serve_options *out) {
  *out = (struct serve_options){.listen = ":8443",
                                .threads = cores(),
                                .shutdown_delay_ms = 10000,
                                .shutdown_timeout_ms = 25000,
                                .audit_interval_ms = 600000,
                                .log_format = DW_LOG_JSON,
                                .log_level = DW_LOG_INFO};
  int option;
  while ((option = cli_option(argc, argv, ":p:s:h", options)) != -1) {
    if (option == 'h')
      return CLI_HELP;
    if (read_option(option, out) != CLI_OK)
      return CLI_FAILED;
  }
  if (optind < argc)
    return cli_usage("serve", "unexpected argument \"%s\"", argv[optind]);
  return check_options(out);
}
