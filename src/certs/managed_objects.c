#include "certs/managed_objects.h"

#include <string.h>

#include "base/base64.h"

static bool is_among(const char *key, const char *const *keys, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(key, keys[i]) == 0)
      return true;
  return false;
}

/* The members of OBJECT but KEYS. */
static dw_json *copy_without(struct dw_arena *arena, const dw_json *object, const char *const *keys, size_t count) {
  dw_json *copy = dw_json_new_object(arena);
  for (struct dw_json_member it = dw_json_first(object); it.value != NULL; it = dw_json_next(object, it))
    if (!is_among(it.key, keys, count))
      (void)!dw_json_set(arena, copy, it.key, dw_json_share(it.value));
  return copy;
}

static void set_data(struct dw_arena *arena, dw_json *data, const char *key, const char *text) {
  const char *encoded = dw_base64_encode(arena, text, strlen(text));
  (void)!dw_json_set(arena, data, key, dw_json_new_string(arena, encoded, strlen(encoded)));
}

static void set_annotation(struct dw_arena *arena, dw_json *annotations, const char *key, const char *text) {
  if (*text != '\0')
    (void)!dw_json_set(arena, annotations, key, dw_json_new_string(arena, text, strlen(text)));
}

const dw_json *dw_managed_secret(struct dw_arena *arena, const dw_json *read, const struct dw_rotation_secret *secret) {
  static const char *const keys[] = {"ca.crt", "ca.key", "tls.crt", "tls.key"};
  static const char *const noted[] = {DW_ROTATION_PUBLISHED, DW_ROTATION_REPLACED_UNTIL};
  const dw_json *metadata = dw_json_get(read, "metadata");
  dw_json *data = copy_without(arena, dw_json_get(read, "data"), keys, 4);
  dw_json *annotations = copy_without(arena, dw_json_get(metadata, "annotations"), noted, 2);
  set_data(arena, data, "ca.crt", secret->ca);
  set_data(arena, data, "ca.key", secret->ca_key);
  set_data(arena, data, "tls.crt", secret->leaf);
  set_data(arena, data, "tls.key", secret->leaf_key);
  set_annotation(arena, annotations, DW_ROTATION_PUBLISHED, secret->published);
  set_annotation(arena, annotations, DW_ROTATION_REPLACED_UNTIL, secret->replaced_until);
  const dw_json *with_data = dw_json_with(arena, read, "data", data);
  return dw_json_with(arena, with_data, "metadata", dw_json_with(arena, metadata, "annotations", annotations));
}

const dw_json *dw_managed_hook(struct dw_arena *arena, const dw_json *read, const char *bundle) {
  const dw_json *webhooks = dw_json_get(read, "webhooks");
  const char *encoded = dw_base64_encode(arena, bundle, strlen(bundle));
  dw_json *list = dw_json_new_array(arena);
  for (size_t i = 0; i < dw_json_size(webhooks); i++) {
    const dw_json *webhook = dw_json_at(webhooks, i);
    dw_json *client = dw_json_with(arena, dw_json_get(webhook, "clientConfig"), "caBundle",
                                   dw_json_new_string(arena, encoded, strlen(encoded)));
    (void)!dw_json_append(arena, list, dw_json_with(arena, webhook, "clientConfig", client));
  }
  return dw_json_with(arena, read, "webhooks", list);
}
