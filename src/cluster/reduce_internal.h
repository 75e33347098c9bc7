/* Strict reading of the JSON of a cluster object: a value of the wrong type is an error that names the field. */
#ifndef CLUSTER_REDUCE_INTERNAL_H
#define CLUSTER_REDUCE_INTERNAL_H

#include "base/arena.h"
#include "base/error.h"
#include "cluster/object.h"
#include "json/json.h"

/* A place in the object, linked to the place above it. The path is only written out if an error must name it. */
struct dw_spot {
  const struct dw_spot *up; /* NULL at the root */
  const char *key;          /* NULL for an element of a list */
  size_t index;
  const dw_json *json; /* NULL if absent or null */
};

/* Read the member KEY of UP, an object. It may be absent or null. Return -1 if it has another type. */
int dw_spot_object(const struct dw_spot *up, const char *key, struct dw_spot *out, struct dw_error *err);
int dw_spot_list(const struct dw_spot *up, const char *key, struct dw_spot *out, struct dw_error *err);
int dw_spot_text(const struct dw_spot *up, const char *key, const char **out, struct dw_error *err); /* NULL: absent */
int dw_spot_number(const struct dw_spot *up, const char *key, uint32_t *out, struct dw_error *err);  /* 0: absent */
/* The same for an element of the list UP, which must not be absent or null. */
int dw_spot_object_at(const struct dw_spot *up, size_t index, struct dw_spot *out, struct dw_error *err);
int dw_spot_text_at(const struct dw_spot *up, size_t index, const char **out, struct dw_error *err);

/* The place of the member KEY, and of the element INDEX, whatever its type. */
struct dw_spot dw_spot_member(const struct dw_spot *up, const char *key);
struct dw_spot dw_spot_element(const struct dw_spot *up, size_t index);
/* Sets ERR to "PATH TEXT" and returns -1. */
int dw_spot_error(const struct dw_spot *spot, struct dw_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An object under construction. It points into `scratch`, the JSON or static storage. */
struct dw_reduction {
  struct dw_arena *scratch;
  struct dw_object *object;
  struct dw_spot root;
  size_t network_capacity;
};

/* Each reduces one kind, or a few similar ones. Returns -1 with an error that names the field. */
int dw_reduce_nad(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_user(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_migration(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_vmi(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_node(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_nns(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_network(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_network_operator(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_address_pool(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_service_cidr(struct dw_reduction *r, struct dw_error *err);
int dw_reduce_config_map(struct dw_reduction *r, struct dw_error *err);
/* Whether the rules read the ConfigMap with this name. */
bool dw_reduce_knows_config_map(const char *ns, const char *name);

/* Copies a reduced object into one block, with one reference, which the caller owns. */
const struct dw_object *dw_object_pack(struct dw_object *object);

#endif
