/* The options of `droveway serve`. */
#ifndef CLI_SERVE_OPTIONS_H
#define CLI_SERVE_OPTIONS_H

#include "base/log.h"
#include "cli/cli.h"

struct serve_options {
  struct cli_world_options world;
  const char *listen;
  const char *certificate;
  const char *key;
  const char *client_ca;
  const char *record;
  unsigned threads;
  size_t max_body, max_header, max_memory, max_total_memory;
  unsigned max_nesting, max_connections, max_connections_per_address, connection_rate;
  unsigned idle_ms, request_ms;
  bool no_seccomp, no_landlock;
  bool self_managed;
  const char *dns[8]; /* additional names of a self-managed certificate */
  size_t dns_count;
  const char *service;  /* "NAMESPACE/NAME" of the Service that the API server calls; for self-managed certificates */
  const char *activate; /* the RoleBinding, NAME or NAMESPACE/NAME; NULL: none */
  unsigned leaf_seconds, ca_seconds, rotation_poll_ms, rotation_settle_ms;
  unsigned shutdown_delay_ms;
  unsigned shutdown_timeout_ms;
  unsigned audit_interval_ms;
  struct {
    const char *listen;    /* NULL: no metrics */
    const char *client_ca; /* NULL: any client may read them */
    bool plain;
  } metrics;
  enum dw_log_format log_format;
  enum dw_log_level log_level;
  bool events, policy_reports;
};

/* CLI_OK, CLI_HELP, or CLI_FAILED after printing the error. */
int serve_options_read(int argc, char **argv, struct serve_options *out);
/* Prints the help; returns the exit status. */
int serve_options_help(void);

#endif
