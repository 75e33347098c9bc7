/* Manifests set beside a cluster's state, for `check` and `inspect`: a world in which they are applied already. */
#ifndef CLI_SUBJECTS_H
#define CLI_SUBJECTS_H

#include "cli/cli.h"
#include "droveway/sources/manifests.h"

struct cli_subject {
  const struct dw_manifest *manifest;
  const struct dw_object *object; /* NULL where a part that the view needs can't be read, or no rule reads the kind */
  enum dw_kind kind;
  const char *ns, *name;
  const dw_json *old; /* the same object in the state folder, or NULL */
  size_t order;       /* from 1, in the order of application; NADs come before their users */
};

struct cli_subjects {
  struct dw_arena *arena;
  struct dw_world *world;
  struct cli_subject *items; /* in the order of application; kinds that no rule reads are left out */
  size_t count;
};

/* The options of `check` and `inspect`. */
struct cli_manifest_arguments {
  struct cli_world_options world;
  const char **paths;
  size_t path_count;
  const char *ns;   /* NULL where not given */
  const char *form; /* "text" or "json" */
};
enum { CLI_HELP = -1 };
/* CLI_OK, CLI_HELP where help was asked for, or CLI_FAILED after saying why. */
int cli_manifest_arguments(const char *command, int argc, char **argv, struct dw_arena *arena,
                           struct cli_manifest_arguments *out);

/* PATHS as dw_manifests_read(). DEFAULT_NAMESPACE stands in where a manifest names none; NULL takes the policy's. -1 on
 * error. The caller frees with cli_subjects_free(). */
int cli_subjects_load(const struct cli_world_options *options, const char *const *paths, size_t count,
                      const char *default_namespace, struct cli_subjects *out, struct dw_error *err);
void cli_subjects_free(struct cli_subjects *subjects);

#endif
