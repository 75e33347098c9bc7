#include "cli/serve_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "http/http.h"
#include "kube/api.h"
#include "json/json.h"

enum { FEWEST_BYTES = 1024, MOST_MILLISECONDS = 24 * 60 * 60 * 1000, FEWEST_LEVELS = 8, MOST_CONNECTIONS = 60000 };
#define MOST_LIFETIME_S (INT64_C(100) * 365 * 86400)

static int help(void) {
  puts(
      "usage: droveway serve --tls-cert FILE --tls-key FILE [OPTION...]\n"
      "       droveway serve --self-managed-certs [OPTION...]\n"
      "\n"
      "The HTTPS webhook: POST /validate and /mutate; GET /livez, /readyz, /healthz (each with ?verbose).\n"
      "\n"
      "      --listen ADDR:PORT   where to listen; default :8443, on every address; [::1]:8443 for IPv6,\n"
      "                           127.0.0.1:0 for any free port (the log's line `listening` tells which)\n"
      "      --tls-cert FILE      the server's certificate, PEM (see `droveway certs`)\n"
      "      --tls-key FILE       its private key, PEM; both are read again when they change\n"
      "      --client-ca FILE     only clients with a certificate of this CA (the API server's) may send reviews\n"
      "      --self-managed-certs make CA and certificate, keep them in a Secret of all replicas, put the CA into the\n"
      "                           webhook configurations, and renew both before they end; in a cluster\n"
      "      --service NS/NAME    that the API server calls then; default droveway/droveway. The Secret is "
      "NS/NAME-tls,\n"
      "                           the webhook configurations are called NAME\n"
      "      --dns NAME           a further name of the certificate, up to 8 times\n"
      "      --cert-lifetime T    of the certificate, 90 days unless told; --ca-lifetime T of the CA, 365 days\n"
      "  -p, --policy FILE        the policy; without it the defaults\n"
      "\n"
      "Where the cluster's state comes from (without any of these: inside a pod from its API server, elsewhere "
      "nothing\n"
      "is known of a cluster):\n"
      "      --kubeconfig FILE    a live cluster, watched\n"
      "      --context NAME       of the kubeconfig; default: its current-context\n"
      "  -s, --state DIR          Kubernetes objects in files that stand for the cluster\n"
      "      --audit-interval T   between audits of what is there already; default 10m, 0 for none\n"
      "      --events             tell denials and what the audit finds as Events of the cluster, beside the object\n"
      "\n"
      "      --shutdown-delay T   after SIGTERM not ready, but answering, for so long; default 10s\n"
      "      --shutdown-timeout T from SIGTERM to the end at the latest, whatever is stuck; default 25s\n"
      "      --record DIR         write each review that comes into a file of its own\n"
      "\n"
      "      --metrics-listen ADDR:PORT  serve /metrics (Prometheus) there, as :9443; by HTTPS with the same "
      "certificate\n"
      "      --metrics-client-ca FILE  only to clients with a certificate of this CA\n"
      "      --metrics-plain-http by HTTP: for what stands on this host or is protected otherwise\n"
      "      --log-format FORMAT  json (the default) or text, for people\n"
      "      --log-level LEVEL    error, warn, info (the default) or debug; decisions are info\n");
  puts(
      "Limits: what is over one gets an HTTP status or a closed connection, and is counted in the metrics.\n"
      "      --threads N          threads that answer, 1 to 64; default: one a core\n"
      "      --max-body SIZE      largest request body; default 8Mi (413)\n"
      "      --max-header SIZE    largest request line and headers; default 16Ki (431)\n"
      "      --max-nesting N      brackets inside brackets in a body, 8 to 128; default 128 (400)\n"
      "      --max-memory SIZE    memory for the parsed JSON of one request, and of each\n"
      "                           text inside it; default 32Mi (413)\n"
      "      --max-total-memory SIZE  ... of all requests together, with their bodies; default 128Mi (503)\n"
      "      --max-connections N  together; default 1000 (closed, as the next four)\n"
      "      --max-connections-per-address N  from one address; default 250\n"
      "      --connection-rate N  new ones a second from one address; half as many at once, the next wait; default 50\n"
      "      --idle-timeout T     of a connection without a request; default 180s\n"
      "      --request-timeout T  from a request's first byte to its answer's last; default 30s\n"
      "\n"
      "      --no-seccomp         no filter of system calls\n"
      "      --no-landlock        no limits to the files that can be opened\n"
      "      --help               this text\n"
      "\n"
      "SIZE is in bytes, or with Ki, Mi or Gi; T in seconds, or with ms, s, m or h. Policy and state are read again "
      "when\n"
      "they change and on SIGHUP; broken new ones leave the old ones in force and are reported. A second SIGTERM cuts\n"
      "the delay short. One log line per decision on standard error; if nobody reads it, lines are dropped and "
      "counted\n"
      "in the metrics.\n"
      "Exit status: 0 ended by SIGTERM or SIGINT, 2 bad usage or it could not start, 3 ended by --shutdown-timeout.");
  return cli_finish(CLI_OK);
}

static int read_number(const char *option, const char *text, unsigned least, unsigned most, unsigned *out) {
  int64_t number = 0;
  if (!dw_parse_int64(text, &number) || number < least || number > most)
    return cli_usage("serve", "%s takes %u to %u, not \"%s\"", option, least, most, text);
  *out = (unsigned)number;
  return CLI_OK;
}

static unsigned cores(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > DW_MAX_THREADS ? DW_MAX_THREADS : (unsigned)count;
}

/* "8Mi": digits, then nothing, Ki, Mi or Gi. */
static int read_size(const char *option, const char *text, size_t *out) {
  static const char *const suffixes[] = {"", "Ki", "Mi", "Gi"};
  char digits[16] = "";
  int64_t size = 0;
  size_t length = strspn(text, "0123456789");
  for (unsigned i = 0; i < 4 && length > 0 && length < 10; i++) {
    if (strcmp(text + length, suffixes[i]) != 0)
      continue;
    memcpy(digits, text, length);
    if (!dw_parse_int64(digits, &size))
      break;
    size <<= 10 * i;
    if (size < FEWEST_BYTES || size > (int64_t)16 << 30)
      break;
    *out = (size_t)size;
    return CLI_OK;
  }
  return cli_usage("serve", "%s takes 1Ki to 16Gi, as in 8Mi, not \"%s\"", option, text);
}

/* "90d", "12h": of a certificate, in seconds. */
static int read_lifetime(const char *option, const char *text, unsigned *out) {
  static const struct {
    char suffix;
    int64_t seconds;
  } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  char digits[16] = "";
  int64_t count = 0;
  size_t length = strspn(text, "0123456789");
  for (size_t i = 0; i < sizeof units / sizeof *units && length > 0 && length < 10; i++) {
    if (text[length] != units[i].suffix || text[length + 1] != '\0')
      continue;
    memcpy(digits, text, length);
    if (!dw_parse_int64(digits, &count) || count < 1 || count > MOST_LIFETIME_S / units[i].seconds)
      break;
    *out = (unsigned)(count * units[i].seconds);
    return CLI_OK;
  }
  return cli_usage("serve", "%s takes a time as in 90d, 12h or 30s, not \"%s\"", option, text);
}

/* "10s", "1m", "500ms", "2h"; bare numbers are seconds. */
static int read_duration(const char *option, const char *text, unsigned *out) {
  static const struct {
    const char *suffix;
    int64_t milliseconds;
  } units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};
  char digits[16] = "";
  int64_t count = 0;
  size_t length = strspn(text, "0123456789");
  for (size_t i = 0; i < sizeof units / sizeof *units && length > 0 && length < 10; i++) {
    if (strcmp(text + length, units[i].suffix) != 0)
      continue;
    memcpy(digits, text, length);
    if (!dw_parse_int64(digits, &count) || count > MOST_MILLISECONDS / units[i].milliseconds)
      break;
    *out = (unsigned)(count * units[i].milliseconds);
    return CLI_OK;
  }
  return cli_usage("serve", "%s takes a time of at most 24h, as in 10s, 2m or 500ms, not \"%s\"", option, text);
}

static int read_limit(int option, char **argv, struct serve_options *out) {
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
    return cli_bad_option(argv);
  }
}

static int read_certificate_option(int option, char **argv, struct serve_options *out) {
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
      return cli_usage("serve", "--dns is given over %zu times", out->dns_count);
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
    return read_limit(option, argv, out);
  }
}

/* The place of TEXT among the COUNT words; -1 where it is none of them. */
static int word_of(const char *text, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(text, words[i]) == 0)
      return (int)i;
  return -1;
}

static int read_log_format(const char *text, enum dw_log_format *out) {
  static const char *const words[] = {[DW_LOG_JSON] = "json", [DW_LOG_TEXT] = "text"};
  int found = word_of(text, words, sizeof words / sizeof *words);
  if (found < 0)
    return cli_usage("serve", "--log-format takes json or text, not \"%s\"", text);
  *out = (enum dw_log_format)found;
  return CLI_OK;
}

static int read_log_level(const char *text, enum dw_log_level *out) {
  static const char *const words[] = {
      [DW_LOG_ERROR] = "error", [DW_LOG_WARN] = "warn", [DW_LOG_INFO] = "info", [DW_LOG_DEBUG] = "debug"};
  int found = word_of(text, words, sizeof words / sizeof *words);
  if (found < 0)
    return cli_usage("serve", "--log-level takes error, warn, info or debug, not \"%s\"", text);
  *out = (enum dw_log_level)found;
  return CLI_OK;
}

/* What it tells of itself. */
static int read_watching_option(int option, char **argv, struct serve_options *out) {
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
    return read_certificate_option(option, argv, out);
  }
}

static int read_option(int option, char **argv, struct serve_options *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case 'l':
    out->listen = optarg;
    return CLI_OK;
  case 'r':
    out->record = optarg;
    return CLI_OK;
  case 'A':
    return read_duration("--audit-interval", optarg, &out->audit_interval_ms);
  case 'E':
    out->events = true;
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
    return read_watching_option(option, argv, out);
  }
}

static int check_options(const struct serve_options *options) {
  bool files = options->certificate != NULL || options->key != NULL;
  if (options->self_managed && files)
    return cli_usage("serve", "--self-managed-certs makes what --tls-cert and --tls-key name: give one or the other");
  if (!options->self_managed && (options->certificate == NULL || options->key == NULL))
    return cli_usage("serve", "--tls-cert and --tls-key are both needed ('droveway certs' makes them), or "
                              "--self-managed-certs");
  if (!options->self_managed &&
      (options->service != NULL || options->dns_count > 0 || options->leaf_seconds > 0 || options->ca_seconds > 0))
    return cli_usage("serve", "--service, --dns, --cert-lifetime and --ca-lifetime are for --self-managed-certs");
  if (options->metrics.listen == NULL && (options->metrics.plain || options->metrics.client_ca != NULL))
    return cli_usage("serve", "--metrics-plain-http and --metrics-client-ca are for --metrics-listen");
  if (options->metrics.plain && options->metrics.client_ca != NULL)
    return cli_usage("serve", "--metrics-client-ca needs HTTPS: leave --metrics-plain-http out");
  if (options->events && options->world.state != NULL)
    return cli_usage("serve", "--events writes into a cluster, and with --state there is none: leave out one of them");
  if (options->events && options->world.kubeconfig == NULL && !dw_api_in_cluster())
    return cli_usage("serve", "--events writes into a cluster, and there is none: give --kubeconfig, or run in a pod");
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
                                        {"shutdown-delay", required_argument, NULL, 'D'},
                                        {"shutdown-timeout", required_argument, NULL, 'T'},
                                        {"metrics-listen", required_argument, NULL, '3'},
                                        {"metrics-client-ca", required_argument, NULL, '4'},
                                        {"metrics-plain-http", no_argument, NULL, '5'},
                                        {"log-format", required_argument, NULL, '6'},
                                        {"log-level", required_argument, NULL, '7'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

bool serve_options_read(int argc, char **argv, struct serve_options *out, int *status) {
  *status = CLI_FAILED;
  *out = (struct serve_options){.listen = ":8443",
                                .threads = cores(),
                                .shutdown_delay_ms = 10000,
                                .shutdown_timeout_ms = 25000,
                                .audit_interval_ms = 600000,
                                .log_format = DW_LOG_JSON,
                                .log_level = DW_LOG_INFO};
  int option;
  while ((option = getopt_long(argc, argv, "p:s:h", options, NULL)) != -1) {
    if (option == 'h') {
      *status = help();
      return false;
    }
    if (read_option(option, argv, out) != CLI_OK)
      return false;
  }
  if (optind < argc) {
    cli_usage("serve", "unexpected argument \"%s\"", argv[optind]);
    return false;
  }
  return check_options(out) == CLI_OK;
}
