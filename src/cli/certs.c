#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "certs/certs.h"
#include "cli/cli.h"
#include "cli/help.h"

struct certs_options {
  struct dw_pki_request request;
  bool check;
};

/* The names from the command line. */
struct names {
  struct dw_arena *arena;
  const char **list;
  size_t count;
};

static int help(void) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(
      &text,
      "usage: droveway certs --dir DIR --dns NAME... [--days N] [--force]\n"
      "       droveway certs --dir DIR --check [--dns NAME...]\n"
      "\n"
      "Creates a private CA (ca.crt, ca.key) and a server certificate signed by it (tls.crt, tls.key), with the file "
      "names of a Kubernetes TLS Secret. Keys are ECDSA P-256. If DIR already has a CA, it is kept and signs a new "
      "tls.crt, so running the command again renews the server certificate.\n"
      "\n"
      "      --dir DIR\tdirectory for the files; created if missing\n"
      "      --dns NAME\tDNS name or IP address of the server: droveway.NAMESPACE.svc for a webhook behind a Service; "
      "repeat it, or list several names separated by spaces or commas\n"
      "      --days N\tdays that the certificates are valid, 1 to %d (default: %d for tls.crt, %d for ca.crt); tls.crt "
      "never outlives ca.crt\n"
      "      --force\tcreate a new CA and replace the existing files\n"
      "      --check\tonly show the existing certificates and any problems with them\n"
      "      --help\tshow this help\n"
      "\n"
      "Exit status: 0 on success, 1 if --check found a problem, 2 if the usage is wrong or a file cannot be read.\n",
      DW_PKI_MOST_DAYS, DW_PKI_LEAF_DAYS, DW_PKI_CA_DAYS);
  cli_put_help(stdout, dw_buf_text(&text));
  return cli_finish(CLI_OK);
}

static size_t count_names(int argc, char **argv) {
  size_t count = 0;
  for (int i = 0; i < argc; i++) {
    count++;
    for (const char *at = argv[i]; *at != '\0'; at++)
      count += *at == ',';
  }
  return count;
}

/* Splits "a,b" into two names. An empty name is kept, so that it is rejected later. */
static void add_names(struct names *names, const char *text) {
  for (;;) {
    size_t length = strcspn(text, ",");
    names->list[names->count++] = dw_arena_strndup(names->arena, text, length);
    if (text[length] == '\0')
      return;
    text += length + 1;
  }
}

static int read_days(const char *text, int *out) {
  int64_t days = 0;
  if (!dw_parse_int64(text, &days) || days < 1 || days > DW_PKI_MOST_DAYS)
    return cli_usage("certs", "invalid --days \"%s\"; use 1 to %d", text, DW_PKI_MOST_DAYS);
  *out = (int)days;
  return CLI_OK;
}

static int read_option(int option, struct certs_options *out, struct names *names) {
  switch (option) {
  case 'd':
    out->request.dir = optarg;
    return CLI_OK;
  case 'n':
    add_names(names, optarg);
    return CLI_OK;
  case 'y':
    return read_days(optarg, &out->request.days);
  case 'f':
    out->request.force = true;
    return CLI_OK;
  case 'c':
    out->check = true;
    return CLI_OK;
  default:
    return CLI_FAILED;
  }
}

static int read_options(int argc, char **argv, struct certs_options *out, struct names *names) {
  static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
                                          {"dns", required_argument, NULL, 'n'},
                                          {"days", required_argument, NULL, 'y'},
                                          {"force", no_argument, NULL, 'f'},
                                          {"check", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":h", options)) != -1) {
    if (option == 'h')
      return CLI_HELP;
    if (read_option(option, out, names) != CLI_OK)
      return CLI_FAILED;
  }
  if (optind < argc && names->count == 0)
    return cli_usage("certs", "unexpected argument \"%s\"", argv[optind]);
  while (optind < argc) /* --dns a b */
    add_names(names, argv[optind++]);
  out->request.names = (struct dw_pki_names){names->list, names->count};
  return CLI_OK;
}

int cli_certs(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf report = DW_BUF_INIT;
  struct names names = {arena, dw_arena_array(arena, count_names(argc, argv) + 1, sizeof(const char *)), 0};
  struct certs_options options = {.check = false};
  struct dw_error err = DW_ERROR_INIT;
  int status = read_options(argc, argv, &options, &names);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  if (options.request.dir == NULL)
    return cli_usage("certs", "--dir DIR is required");
  if (!options.check && names.count == 0)
    return cli_usage("certs", "--dns NAME is required, for example --dns droveway.NAMESPACE.svc");
  int wrong = options.check ? dw_pki_check(options.request.dir, &options.request.names, &report, &err)
                            : dw_pki_make(&options.request, &report, &err);
  fputs(dw_buf_text(&report), stdout);
  if (wrong < 0)
    return fflush(stdout), cli_fail(&err);
  return cli_finish(wrong > 0 ? CLI_DENIED : CLI_OK);
}
