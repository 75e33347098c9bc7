/* What is missing before a step of Droveway's installation, or after it. Only reads the cluster: the reviews of access
 * that it creates are answered, not stored. */
#ifndef PREFLIGHT_PREFLIGHT_H
#define PREFLIGHT_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "kube/api.h"

enum dw_step {
  DW_STEP_INSTALL,   /* before the overlay is applied */
  DW_STEP_ENFORCE,   /* before its folder enforce is applied, which registers the webhooks */
  DW_STEP_VERIFY,    /* after that */
  DW_STEP_UNINSTALL, /* before they are deleted */
  DW_STEPS
};
extern const char *const dw_step_names[DW_STEPS]; /* "install", ... */

enum dw_preflight_state {
  DW_PREFLIGHT_OK,
  DW_PREFLIGHT_NOTE,    /* worth knowing, but nothing is missing */
  DW_PREFLIGHT_MISSING, /* the step would fail, or not have its effect */
  DW_PREFLIGHT_UNKNOWN, /* it may not be read */
  DW_PREFLIGHT_STATES
};
extern const char *const dw_preflight_states[DW_PREFLIGHT_STATES]; /* "ok", "note", "missing", "unknown" */

/* One thing that was looked at. */
struct dw_preflight_line {
  enum dw_preflight_state state;
  const char *what;    /* "Deployment droveway/droveway" */
  const char *message; /* what was found */
  const char *fix;     /* a command, or what to change; NULL if nothing is to be done */
};

struct dw_preflight {
  enum dw_step step;
  const char *guess;  /* why this step is the next one; NULL if it was given */
  const char *server; /* the URL of the API server */
  struct dw_preflight_line *lines;
  size_t count;
  size_t states[DW_PREFLIGHT_STATES]; /* how many lines have each */
  const char *next;                   /* what to do if nothing is missing; NULL: nothing */
};

struct dw_preflight_options {
  const struct dw_api_config *config;
  const char *ns;                 /* Droveway's namespace */
  const char *kubevirt_namespace; /* where KubeVirt should be; NULL: as the Deployment says */
  bool guess;                     /* find out the step */
  enum dw_step step;              /* unless GUESS */
  int64_t now;                    /* seconds since 1970, for certificates */
};

/* Looks at everything that matters for the step. The result is in ARENA, which should be a secret one, because the
 * Secret with the certificate is read. Returns -1 if the cluster can't be read at all. */
int dw_preflight_run(struct dw_arena *arena, const struct dw_preflight_options *options, struct dw_preflight *out,
                     struct dw_error *err) __attribute__((nonnull, warn_unused_result));

#endif
