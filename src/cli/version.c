#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitizer.h"
#include "certs/certs.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "http/server.h"
#include "kube/api.h"
#include "serve/server.h"
#include "yaml/yaml.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const char *build_kind(void) {
#if DW_ASAN
  return "AddressSanitizer";
#elif DW_TSAN
  return "ThreadSanitizer";
#elif defined(__OPTIMIZE__)
  return "optimized";
#else
  return "not optimized";
#endif
}

static int help(void) {
  cli_put_help(stdout, "usage: droveway version\n"
                       "\n"
                       "Prints the version, the versions of the libraries in use and the kind of build.\n");
  return cli_finish(CLI_OK);
}

int cli_version(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":h", options)) != -1)
    return option == 'h' ? help() : CLI_FAILED;
  if (optind < argc)
    return cli_usage("version", "unexpected argument \"%s\"", argv[optind]);
  printf("droveway %s\n", DW_VERSION);
  printf("libraries: libmicrohttpd %s, OpenSSL %s, libyaml %s, libcurl %s\n", dw_http_library(), dw_pki_library(),
         dw_yaml_library(), dw_api_library());
  printf("build: %s, %s\n", COMPILER, build_kind());
  return cli_finish(CLI_OK);
}
