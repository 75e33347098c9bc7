/* The options of `droveway serve`. */
#ifndef CLI_SERVE_OPTIONS_H
#define CLI_SERVE_OPTIONS_H

#include "cli/cli.h"

struct serve_options {
  struct cli_world_options world;
  const char *listen;
  const char *certificate;
  const char *key;
  const char *record;
  unsigned threads;
  size_t max_body;
  size_t max_memory;
  unsigned shutdown_delay_ms;
  unsigned shutdown_timeout_ms;
  unsigned audit_interval_ms;
};

/* False where the command ends here, with STATUS. */
bool serve_options_read(int argc, char **argv, struct serve_options *out, int *status);

#endif
