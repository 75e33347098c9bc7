/* Manifests set beside a cluster's state, for `check` and `inspect`: a world in which they are applied already. */
#ifndef CLI_SUBJECTS_H
#define CLI_SUBJECTS_H

#include "cli/cli.h"
#include "files/manifests.h"

/* Which object it is, for sorting and finding: the first member of what is sorted. */
struct cli_identity {
  enum dw_kind kind;
  const char *ns, *name;
};
int cli_by_identity(const void *a, const void *b);

struct cli_subject {
  const struct dw_manifest *manifest;
  const dw_json *json;            /* the manifest's; of an object that exists, as it would be applied */
  const struct dw_object *object; /* NULL where a part that the view needs can't be read, or no rule reads the kind */
  enum dw_kind kind;
  const char *ns, *name;
  const dw_json *old; /* the same object in the state folder, or NULL */
  bool left_out;      /* of the world: it is not rendered, or its kind is in the wrong case; then OBJECT is NULL */
  size_t order;       /* from 1, in the order of application; NADs come before their users */
};

struct cli_subjects {
  struct dw_arena *arena;
  struct dw_world *world;
  struct cli_subject *items; /* in the order of application; kinds that no rule reads are left out */
  size_t count;
  const char *ns;           /* of manifests that name none */
  struct dw_manifests read; /* with what was skipped */
};

/* A command that reads manifests. Its options are those that all of them have, and its own. */
struct cli_manifest_command {
  const char *name;
  const struct option *options;                           /* CLI_MANIFEST_OPTIONS, its own, and a row of zeros */
  const char *letters;                                    /* CLI_MANIFEST_LETTERS and its own */
  int (*take)(void *into, int option, const char *value); /* one of its own: CLI_OK, or CLI_FAILED after saying why */
  void *into;
};
#define CLI_MANIFEST_OPTIONS                                                                                           \
  CLI_WORLD_OPTIONS, {"filename", required_argument, NULL, 'f'}, {"namespace", required_argument, NULL, 'n'}, {        \
    "help", no_argument, NULL, 'h'                                                                                     \
  }
#define CLI_MANIFEST_LETTERS "f:s:p:n:h"

enum { CLI_HELP = -1 };

/* Reads the options of COMMAND, and what they name. CLI_OK, and the caller frees OUT with cli_subjects_free(); CLI_HELP
 * where help was asked for; CLI_FAILED after saying why. */
int cli_subjects_open(const struct cli_manifest_command *command, int argc, char **argv, struct cli_subjects *out);
void cli_subjects_free(struct cli_subjects *subjects);

/* DW_KIND_OTHER where JSON is no object that Droveway knows. */
enum dw_kind cli_kind_of(const dw_json *json);
/* metadata.namespace, or FALLBACK. */
const char *cli_namespace_of(const dw_json *json, const char *fallback);

/* The options, as they were given. */
struct cli_manifest_arguments {
  struct cli_world_options world;
  const char **paths;
  size_t path_count;
  const char *ns; /* stands in where a manifest names no namespace; NULL takes the policy's */
};
/* -1 on error. */
int cli_subjects_load(const struct cli_manifest_arguments *arguments, struct cli_subjects *out, struct dw_error *err);

/* The same of texts at hand, which must outlive OUT. */
struct cli_texts {
  const char *name; /* of the manifests, as if it were their file */
  const char *manifests;
  const char *state;  /* NULL: as without --state */
  const char *policy; /* NULL: the default policy */
};
int cli_subjects_of_texts(const struct cli_texts *texts, struct cli_subjects *out, struct dw_error *err);

#endif
