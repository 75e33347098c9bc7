/* Which files kustomize takes for patches: they hold parts of objects, which nobody applies as they are. */
#ifndef FILES_KUSTOMIZE_H
#define FILES_KUSTOMIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct dw_kustomize {
  struct dw_arena *arena;
  struct dw_kustomize_folder *folders; /* those looked at so far */
  size_t count, capacity;
};

/* Whether a kustomization beside FILE, or a few folders above it, lists FILE as a patch. */
bool dw_kustomize_is_patch(struct dw_kustomize *kustomize, const char *file) __attribute__((nonnull));

#endif
