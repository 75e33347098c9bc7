/* Where the objects of a state folder stand in its files. */
#ifndef CLI_SPOTS_H
#define CLI_SPOTS_H

#include "cli/cli.h"
#include "files/manifests.h"

struct cli_spots {
  struct dw_arena *arena;
  const char *folder; /* NULL: no object stands in a file */
  const char *ns;     /* of objects that name none */
  bool loaded;        /* the rest is inner state: the folder is read when an object is first asked for */
  struct cli_spot *items;
  size_t count;
};

/* NULL where it is not known. It lives as long as the arena. */
const struct dw_manifest *cli_spot(struct cli_spots *spots, const struct dw_object *object);

#endif
