/* Finds the files that kustomize uses as patches. They contain parts of objects, and are never applied as they are. */
#ifndef FILES_KUSTOMIZE_H
#define FILES_KUSTOMIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct dw_kustomize {
  struct dw_arena *arena;
  struct dw_kustomize_folder *folders; /* that were read so far */
  size_t count, capacity;
};

/* Whether a kustomization in the folder of FILE, or a few folders above, lists FILE as a patch. */
bool dw_kustomize_is_patch(struct dw_kustomize *kustomize, const char *file) __attribute__((nonnull));

#endif
