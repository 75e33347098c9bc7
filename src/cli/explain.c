#include "cli/cli.h"

int cli_explain(int argc, char **argv) {
  (void)argc;
  (void)argv;
  return cli_usage("explain", "not built yet");
}
