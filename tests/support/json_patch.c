#include "support/json_patch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The target of a pointer: a member of PARENT. PARENT is NULL for the whole document. */
struct target {
  struct json_object *parent;
  char token[512];
};

/* Reads the next token of *AT, which points to a '/'. */
static bool next_token(const char **at, char out[512]) {
  size_t length = 0;
  if (**at != '/')
    return false;
  for (++*at; **at != '\0' && **at != '/'; ++*at) {
    char c = **at;
    if (c == '~') {
      ++*at;
      if (**at != '0' && **at != '1')
        return false;
      c = **at == '0' ? '~' : '/';
    }
    if (length == 511)
      return false;
    out[length++] = c;
  }
  out[length] = '\0';
  return true;
}

/* An index without leading zeros, at most MAX. */
static bool read_index(const char *token, size_t max, size_t *out) {
  if (*token == '\0' || strspn(token, "0123456789") != strlen(token) || (token[0] == '0' && token[1] != '\0') ||
      strlen(token) > 9)
    return false;
  *out = strtoul(token, NULL, 10);
  return *out <= max;
}

static bool child(struct json_object *parent, const char *token, struct json_object **out) {
  size_t index;
  if (json_object_is_type(parent, json_type_object))
    return json_object_object_get_ex(parent, token, out);
  if (!json_object_is_type(parent, json_type_array) || json_object_array_length(parent) == 0 ||
      !read_index(token, json_object_array_length(parent) - 1, &index))
    return false;
  *out = json_object_array_get_idx(parent, index);
  return true;
}

static bool find_target(struct json_object *root, const char *pointer, struct target *out) {
  out->parent = NULL;
  struct json_object *at = root;
  while (*pointer != '\0') {
    if (out->parent != NULL && !child(out->parent, out->token, &at))
      return false;
    out->parent = at;
    if (!next_token(&pointer, out->token))
      return false;
  }
  return true;
}

static bool get(struct json_object *root, const char *pointer, struct json_object **out) {
  struct target target;
  if (!find_target(root, pointer, &target))
    return false;
  *out = root;
  return target.parent == NULL || child(target.parent, target.token, out);
}

/* A copy of VALUE, or NULL for JSON's null, as json-c has it. It also replaces json_object_get(), a name that jansson
 * has, too: which of the two a program gets depends on how it is linked. */
static struct json_object *copy_of(struct json_object *value) {
  struct json_object *copy = NULL;
  if (value != NULL && json_object_deep_copy(value, &copy, NULL) != 0)
    abort();
  return copy;
}

static bool array_insert(struct json_object *array, size_t index, struct json_object *value) {
  size_t length = json_object_array_length(array);
  if (json_object_array_add(array, NULL) != 0)
    return false;
  for (size_t i = length; i > index; i--)
    json_object_array_put_idx(array, i, copy_of(json_object_array_get_idx(array, i - 1)));
  return json_object_array_put_idx(array, index, value) == 0;
}

/* VALUE belongs to the document afterwards. */
static bool add(struct json_object **root, const char *pointer, struct json_object *value) {
  struct target target;
  size_t index;
  if (!find_target(*root, pointer, &target)) {
    json_object_put(value);
    return false;
  }
  if (target.parent == NULL) {
    json_object_put(*root);
    *root = value;
    return true;
  }
  if (json_object_is_type(target.parent, json_type_object))
    return json_object_object_add(target.parent, target.token, value) == 0;
  if (json_object_is_type(target.parent, json_type_array)) {
    index = json_object_array_length(target.parent);
    if (strcmp(target.token, "-") == 0 || read_index(target.token, index, &index))
      return array_insert(target.parent, index, value);
  }
  json_object_put(value);
  return false;
}

static bool drop(struct json_object *root, const char *pointer) {
  struct target target;
  struct json_object *old;
  size_t index;
  if (!find_target(root, pointer, &target) || target.parent == NULL || !child(target.parent, target.token, &old))
    return false;
  if (json_object_is_type(target.parent, json_type_object)) {
    json_object_object_del(target.parent, target.token);
    return true;
  }
  return read_index(target.token, json_object_array_length(target.parent) - 1, &index) &&
         json_object_array_del_idx(target.parent, index, 1) == 0;
}

static bool replace(struct json_object **root, const char *pointer, struct json_object *value) {
  struct json_object *old;
  if (!get(*root, pointer, &old) || (*pointer != '\0' && !drop(*root, pointer))) {
    json_object_put(value);
    return false;
  }
  return add(root, pointer, value);
}

static bool carry(struct json_object **root, const char *from, const char *to, bool move) {
  struct json_object *value;
  size_t length = strlen(from);
  if (!get(*root, from, &value) || (move && strncmp(from, to, length) == 0 && to[length] == '/'))
    return false;
  struct json_object *copy = copy_of(value);
  if (move && !drop(*root, from)) {
    json_object_put(copy);
    return false;
  }
  return add(root, to, copy);
}

static const char *text_of(struct json_object *op, const char *key) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(op, key, &value) || !json_object_is_type(value, json_type_string))
    return NULL;
  return json_object_get_string(value);
}

static bool apply_with_value(struct json_object **root, const char *name, const char *path, struct json_object *value) {
  struct json_object *there = NULL;
  if (strcmp(name, "add") == 0)
    return add(root, path, copy_of(value));
  if (strcmp(name, "replace") == 0)
    return replace(root, path, copy_of(value));
  return strcmp(name, "test") == 0 && get(*root, path, &there) && json_object_equal(there, value);
}

static bool apply(struct json_object **root, struct json_object *op) {
  const char *name = text_of(op, "op");
  const char *path = text_of(op, "path");
  const char *from = text_of(op, "from");
  struct json_object *value = NULL;
  if (name == NULL || path == NULL)
    return false;
  if (strcmp(name, "remove") == 0)
    return drop(*root, path);
  if (strcmp(name, "move") == 0 || strcmp(name, "copy") == 0)
    return from != NULL && carry(root, from, path, *name == 'm');
  return json_object_object_get_ex(op, "value", &value) && apply_with_value(root, name, path, value);
}

struct json_object *json_patch_apply(struct json_object *document, struct json_object *patch) {
  if (!json_object_is_type(patch, json_type_array))
    return NULL;
  struct json_object *result = copy_of(document);
  for (size_t i = 0; i < json_object_array_length(patch); i++) {
    if (!apply(&result, json_object_array_get_idx(patch, i))) {
      json_object_put(result);
      return NULL;
    }
  }
  return result;
}
