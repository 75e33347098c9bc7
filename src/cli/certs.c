#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "certs/certs.h"
#include "cli/cli.h"

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
  printf("usage: droveway certs --dir DIR --dns NAME... [--days N] [--force]\n"
         "       droveway certs --dir DIR --check [--dns NAME...]\n"
         "\n"
         "Makes ca.crt, tls.crt and tls.key (the names that a Kubernetes TLS Secret uses) and ca.key: a CA of its own\n"
         "and a server certificate signed by it, ECDSA P-256. A CA that is in DIR already is kept, and signs a new\n"
         "tls.crt; so running it again renews the server's certificate.\n"
         "\n"
         "      --dir DIR    the folder; made where missing\n"
         "      --dns NAME   DNS names or IP addresses of the server: droveway.NAMESPACE.svc for a webhook behind a\n"
         "                   Service; may be given again, and take several names, apart or with commas\n"
         "      --days N     how long both certificates are valid, 1 to %d; without it %d days for tls.crt and %d for\n"
         "                   ca.crt; tls.crt never outlives ca.crt\n"
         "      --force      make a new CA and replace what is there\n"
         "      --check      only show what is there, and what is wrong with it\n"
         "      --help       this text\n"
         "\n"
         "Exit status: 0 made, or nothing wrong; 1 --check found something wrong; 2 bad usage or unreadable files.\n",
         DW_PKI_MOST_DAYS, DW_PKI_LEAF_DAYS, DW_PKI_CA_DAYS);
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

/* "a,b" gives two names; an empty one is kept, so that it is refused. */
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
    return cli_usage("certs", "--days takes 1 to %d, not \"%s\"", DW_PKI_MOST_DAYS, text);
  *out = (int)days;
  return CLI_OK;
}

static int read_option(int option, char **argv, struct certs_options *out, struct names *names) {
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
    return cli_bad_option(argv);
  }
}

/* False where the command ends here, with STATUS. */
static bool read_options(int argc, char **argv, struct certs_options *out, struct names *names, int *status) {
  static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
                                          {"dns", required_argument, NULL, 'n'},
                                          {"days", required_argument, NULL, 'y'},
                                          {"force", no_argument, NULL, 'f'},
                                          {"check", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  *status = CLI_FAILED;
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
    if (option == 'h') {
      *status = help();
      return false;
    }
    if (read_option(option, argv, out, names) != CLI_OK)
      return false;
  }
  if (optind < argc && names->count == 0) {
    cli_usage("certs", "unexpected argument \"%s\"", argv[optind]);
    return false;
  }
  while (optind < argc) /* --dns a b */
    add_names(names, argv[optind++]);
  if (out->request.dir == NULL) {
    cli_usage("certs", "name the folder: --dir DIR");
    return false;
  }
  if (!out->check && names->count == 0) {
    cli_usage("certs", "name the server: --dns droveway.NAMESPACE.svc");
    return false;
  }
  out->request.names = (struct dw_pki_names){names->list, names->count};
  return true;
}

int cli_certs(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf report = DW_BUF_INIT;
  struct names names = {arena, dw_arena_array(arena, count_names(argc, argv) + 1, sizeof(const char *)), 0};
  struct certs_options options = {.check = false};
  struct dw_error err = DW_ERROR_INIT;
  int status = CLI_OK;
  if (!read_options(argc, argv, &options, &names, &status))
    return status;
  int wrong = options.check ? dw_pki_check(options.request.dir, &options.request.names, &report, &err)
                            : dw_pki_make(&options.request, &report, &err);
  fputs(dw_buf_text(&report), stdout);
  if (wrong < 0)
    return fflush(stdout), cli_fail(&err);
  return cli_finish(wrong > 0 ? CLI_DENIED : CLI_OK);
}
