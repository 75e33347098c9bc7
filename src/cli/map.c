#include "cli/cli.h"

int cli_map(int argc, char **argv) {
  (void)argc;
  (void)argv;
  return cli_usage("map", "not built yet");
}
