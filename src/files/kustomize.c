#include "files/kustomize.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "files/manifests.h"
#include "yaml/yaml.h"

enum { FOLDERS_ABOVE = 4, LARGEST = 1024 * 1024 };

struct dw_kustomize_folder {
  const char *path;
  const char **patches; /* real paths */
  size_t count, capacity;
};

/* PATH without links, "." and "..", so that two spellings of it are equal; NULL if it does not exist. */
static char *real_path(struct dw_arena *arena, const char *path) {
  char *real = realpath(path, NULL);
  char *copy = real == NULL ? NULL : dw_arena_strdup(arena, real);
  free(real);
  return copy;
}

/* PATH may also be an inline patch, which is not the name of a file. */
static void add_patch(struct dw_kustomize *kustomize, struct dw_kustomize_folder *folder, const char *path) {
  if (path == NULL || *path == '\0')
    return;
  const char *real = real_path(kustomize->arena, dw_arena_printf(kustomize->arena, "%s/%s", folder->path, path));
  if (real == NULL)
    return;
  folder->patches =
      dw_arena_more(kustomize->arena, folder->patches, folder->count, &folder->capacity, sizeof *folder->patches);
  folder->patches[folder->count++] = real;
}

/* Source: kustomize api/types/kustomization.go. */
static void read_kustomization(struct dw_kustomize *kustomize, struct dw_kustomize_folder *folder,
                               const dw_json *kustomization) {
  static const char *const lists[] = {"patches", "patchesStrategicMerge", "patchesJson6902"};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    const dw_json *list = dw_json_get(kustomization, lists[i]);
    for (size_t k = 0; dw_json_type(list) == DW_JSON_ARRAY && k < dw_json_size(list); k++) {
      const dw_json *patch = dw_json_at(list, k);
      add_patch(kustomize, folder, dw_json_string(patch));
      add_patch(kustomize, folder, dw_json_get_string(patch, "path"));
    }
  }
}

/* A kustomization that can't be read lists nothing: if it is among the manifests, reading them reports it. */
static void read_folder(struct dw_kustomize *kustomize, struct dw_kustomize_folder *folder) {
  static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *path = dw_arena_printf(kustomize->arena, "%s/%s", folder->path, names[i]);
    struct dw_yaml_doc *doc = NULL;
    size_t length = 0;
    if (access(path, R_OK) != 0)
      continue;
    const char *text = dw_read_file(kustomize->arena, path, LARGEST, &length, NULL);
    if (text != NULL && dw_yaml_parse(kustomize->arena, text, length, &doc, NULL) == 0 && doc != NULL)
      read_kustomization(kustomize, folder, doc->root);
    return;
  }
}

static const struct dw_kustomize_folder *load_folder(struct dw_kustomize *kustomize, const char *path) {
  for (size_t i = 0; i < kustomize->count; i++)
    if (strcmp(kustomize->folders[i].path, path) == 0)
      return &kustomize->folders[i];
  kustomize->folders = dw_arena_more(kustomize->arena, kustomize->folders, kustomize->count, &kustomize->capacity,
                                     sizeof *kustomize->folders);
  struct dw_kustomize_folder *folder = &kustomize->folders[kustomize->count++];
  *folder = (struct dw_kustomize_folder){.path = path};
  read_folder(kustomize, folder);
  return folder;
}

static bool lists(const struct dw_kustomize_folder *folder, const char *patch) {
  for (size_t i = 0; i < folder->count; i++)
    if (strcmp(folder->patches[i], patch) == 0)
      return true;
  return false;
}

bool dw_kustomize_is_patch(struct dw_kustomize *kustomize, const char *file) {
  const char *real = real_path(kustomize->arena, file);
  const char *end = real == NULL ? NULL : strrchr(real, '/');
  for (int step = 0; step < FOLDERS_ABOVE && end != NULL && end != real; step++) {
    const char *folder = dw_arena_strndup(kustomize->arena, real, (size_t)(end - real));
    if (lists(load_folder(kustomize, folder), real))
      return true;
    end = memrchr(real, '/', (size_t)(end - real));
  }
  return false;
}
