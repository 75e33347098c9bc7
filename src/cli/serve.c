#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/cli.h"
#include "droveway/base/buf.h"
#include "droveway/base/log.h"
#include "droveway/base/text.h"
#include "droveway/pki/certs.h"
#include "droveway/server/limits.h"
#include "droveway/server/listen.h"
#include "droveway/server/reload.h"
#include "droveway/server/server.h"

struct serve_options {
  struct cli_world_options world;
  const char *listen;
  const char *certificate;
  const char *key;
  unsigned threads;
  size_t max_body;
  size_t max_memory;
};

enum { FEWEST_BYTES = 1024, MOST_FILES = 4096 };

static int help(void) {
  puts(
      "usage: droveway serve --tls-cert FILE --tls-key FILE [OPTION...]\n"
      "\n"
      "The HTTPS webhook: POST /validate and /mutate; GET /livez, /readyz and /healthz.\n"
      "\n"
      "      --listen ADDR:PORT   where to listen; default :8443, on every address; [::1]:8443 for IPv6,\n"
      "                           127.0.0.1:0 for any free port (the log's first line tells which)\n"
      "      --tls-cert FILE      the server's certificate, PEM (see `droveway certs`)\n"
      "      --tls-key FILE       its private key, PEM\n"
      "  -p, --policy FILE        the policy; without it the defaults\n"
      "  -s, --state DIR          Kubernetes objects that stand for the cluster; without it nothing is known of one\n"
      "      --threads N          threads that answer, 1 to 64; default: one a core\n"
      "      --max-body SIZE      largest request body; default 8Mi\n"
      "      --max-memory SIZE    memory for the parsed JSON of one request; default 64Mi\n"
      "      --help               this text\n"
      "\n"
      "SIZE is in bytes, or with Ki, Mi or Gi. Policy and state are read again when they change and on SIGHUP; broken\n"
      "new ones leave the old ones in force and are reported. SIGTERM finishes what is in flight. One JSON log line a\n"
      "decision on standard error.");
  return cli_finish(CLI_OK);
}

static int read_threads(const char *text, unsigned *out) {
  int64_t threads = 0;
  if (!dw_parse_int64(text, &threads) || threads < 1 || threads > DW_MAX_THREADS)
    return cli_usage("serve", "--threads takes 1 to %d, not \"%s\"", DW_MAX_THREADS, text);
  *out = (unsigned)threads;
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

static int read_option(int option, char **argv, struct serve_options *out) {
  switch (option) {
  case 'l':
    out->listen = optarg;
    return CLI_OK;
  case 'c':
    out->certificate = optarg;
    return CLI_OK;
  case 'k':
    out->key = optarg;
    return CLI_OK;
  case 'p':
    out->world.policy = optarg;
    return CLI_OK;
  case 's':
    out->world.state = optarg;
    return CLI_OK;
  case 't':
    return read_threads(optarg, &out->threads);
  case 'b':
    return read_size("--max-body", optarg, &out->max_body);
  case 'm':
    return read_size("--max-memory", optarg, &out->max_memory);
  default:
    return cli_bad_option(argv);
  }
}

/* False where the command ends here, with STATUS. */
static bool read_options(int argc, char **argv, struct serve_options *out, int *status) {
  static const struct option options[] = {
      {"listen", required_argument, NULL, 'l'},   {"tls-cert", required_argument, NULL, 'c'},
      {"tls-key", required_argument, NULL, 'k'},  {"policy", required_argument, NULL, 'p'},
      {"state", required_argument, NULL, 's'},    {"threads", required_argument, NULL, 't'},
      {"max-body", required_argument, NULL, 'b'}, {"max-memory", required_argument, NULL, 'm'},
      {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
  *status = CLI_FAILED;
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
  if (out->certificate == NULL || out->key == NULL) {
    cli_usage("serve", "--tls-cert and --tls-key are both needed ('droveway certs' makes them)");
    return false;
  }
  return true;
}

/* Every thread started from here on leaves these signals to the main one. */
static void block_signals(sigset_t *signals) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignore, NULL);
  sigemptyset(signals);
  sigaddset(signals, SIGTERM);
  sigaddset(signals, SIGINT);
  sigaddset(signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* Each connection is a descriptor. */
static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= MOST_FILES)
    return;
  limit.rlim_cur = limit.rlim_max < MOST_FILES ? limit.rlim_max : MOST_FILES;
  (void)!setrlimit(RLIMIT_NOFILE, &limit);
}

static void log_listening(int fd, const struct serve_options *options, const struct dw_pki_pair *pair) {
  char name[128];
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  uint16_t port = dw_listen_name(fd, name, sizeof name);
  dw_buf_puts(&fields, "\"address\":");
  dw_log_quote(&fields, name, strlen(name));
  dw_buf_printf(&fields, ",\"port\":%u,\"threads\":%u,\"certificateUntil\":\"%s\"", port, options->threads,
                pair->until);
  dw_log_fields(DW_LOG_INFO, "listening", dw_buf_text(&fields));
  if (pair->expired || pair->early)
    dw_log(DW_LOG_ERROR, "the certificate %s: the API server will refuse it",
           pair->expired ? "has expired" : "is not valid yet");
}

/* Until SIGTERM or SIGINT. */
static void wait_for_end(const sigset_t *signals, struct dw_worlds *worlds) {
  for (;;) {
    int number = 0;
    if (sigwait(signals, &number) != 0)
      continue;
    if (number != SIGHUP) {
      dw_log(DW_LOG_INFO, "stopping: finishing what is in flight");
      return;
    }
    dw_worlds_reread(worlds);
  }
}

static int run(const struct serve_options *options, const struct dw_pki_pair *pair, const sigset_t *signals,
               struct dw_worlds *worlds) {
  struct dw_error err = DW_ERROR_INIT;
  int fd = dw_listen_open(options->listen, &err);
  if (fd < 0)
    return cli_fail(&err);
  struct dw_server *server = dw_server_start(&(struct dw_server_options){.listen_fd = fd,
                                                                         .certificate = pair->certificate,
                                                                         .key = pair->key,
                                                                         .threads = options->threads,
                                                                         .max_body = options->max_body,
                                                                         .max_memory = options->max_memory,
                                                                         .worlds = worlds},
                                             &err);
  if (server == NULL)
    return cli_fail(&err);
  log_listening(fd, options, pair);
  wait_for_end(signals, worlds);
  dw_server_stop(server);
  dw_log(DW_LOG_INFO, "stopped");
  return CLI_OK;
}

int cli_serve(int argc, char **argv) {
  struct serve_options options = {
      .listen = ":8443", .threads = cores(), .max_body = DW_DEFAULT_MAX_BODY, .max_memory = DW_DEFAULT_MAX_MEMORY};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_pki_pair pair = {.certificate = NULL};
  sigset_t signals;
  int status = CLI_OK;
  if (!read_options(argc, argv, &options, &status))
    return status;
  if (dw_pki_pair_load(options.certificate, options.key, &pair, &err) != 0)
    return cli_fail(&err);
  block_signals(&signals);
  raise_file_limit();
  struct dw_worlds *worlds = dw_worlds_start(&(struct dw_worlds_options){.sources = cli_sources(&options.world)}, &err);
  status = worlds == NULL ? cli_fail(&err) : run(&options, &pair, &signals, worlds);
  dw_worlds_stop(worlds);
  dw_pki_pair_free(&pair);
  return status;
}
