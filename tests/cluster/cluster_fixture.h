/* Clusters in YAML, for the tests of objects and views. */
#ifndef DROVEWAY_TESTS_CLUSTER_FIXTURE_H
#define DROVEWAY_TESTS_CLUSTER_FIXTURE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cluster/view.h"
#include "yaml/yaml.h"

struct cluster {
  const struct dw_object **objects;
  size_t count;
  size_t capacity;
};

/* The object in the first document of TEXT; NULL if no rule reads its kind. */
static inline const struct dw_object *reduced(const char *text) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  const struct dw_object *object = NULL;
  if (dw_yaml_parse(arena, text, strlen(text), &doc, &err) != 0)
    fail_msg("line %d: %s\n%s", err.line, err.text, text);
  if (dw_object_reduce(doc->root, "default", &object, &err) != 0)
    fail_msg("%s\n%s", err.text, text);
  return object;
}

/* The error for the first document of TEXT, in static memory. */
static inline const char *refusal(const char *text) {
  static struct dw_error err;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  const struct dw_object *object = NULL;
  err = (struct dw_error)DW_ERROR_INIT;
  assert_int_equal(dw_yaml_parse(arena, text, strlen(text), &doc, &err), 0);
  if (dw_object_reduce(doc == NULL ? NULL : doc->root, "default", &object, &err) == 0)
    fail_msg("was taken:\n%s", text);
  assert_null(object);
  return err.text;
}

static inline void cluster_keep(struct cluster *cluster, const struct dw_object *object) {
  assert_non_null(object);
  if (cluster->count == cluster->capacity) {
    cluster->capacity = cluster->capacity == 0 ? 64 : 2 * cluster->capacity;
    cluster->objects = realloc(cluster->objects, cluster->capacity * sizeof *cluster->objects);
    assert_non_null(cluster->objects);
  }
  cluster->objects[cluster->count++] = object;
}

__attribute__((format(printf, 2, 3))) static inline void cluster_add(struct cluster *cluster, const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&text, format, args);
  va_end(args);
  cluster_keep(cluster, reduced(dw_buf_text(&text)));
}

static inline void cluster_free(struct cluster *cluster) {
  for (size_t i = 0; i < cluster->count; i++)
    dw_object_unref(cluster->objects[i]);
  free(cluster->objects);
  *cluster = (struct cluster){NULL, 0, 0};
}

/* A view of the cluster, which takes over the references to the objects. */
static inline struct dw_view *cluster_view(struct cluster *cluster, const struct dw_policy *policy) {
  struct dw_view_source source = {.objects = cluster->objects, .count = cluster->count};
  for (int i = 0; i < DW_KIND_COUNT; i++)
    source.knowledge[i] = DW_KNOWN;
  struct dw_view *view = dw_view_build(policy, &source);
  cluster_free(cluster);
  return view;
}

/* A policy from the text of its file; "" gives the defaults. */
static inline struct dw_policy *policy_of(const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  if (text[0] == '\0')
    return dw_policy_default();
  struct dw_policy *policy = dw_policy_parse(text, strlen(text), "policy.yaml", NULL, 0, &err);
  if (policy == NULL)
    fail_msg("%s", err.text);
  return policy;
}
#define POLICY "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"

/* A whereabouts NAD with MORE in its ipam object (", \"exclude\": [...]") and LABELS in its metadata. */
static inline void add_nad(struct cluster *cluster, const char *ns, const char *name, const char *range,
                           const char *more) {
  cluster_add(cluster,
              "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: \"%s\", "
              "name: \"%s\"}, spec: {config: '{\"cniVersion\": \"0.3.1\", \"name\": \"net\", \"type\": \"macvlan\", "
              "\"master\": \"eth1\", \"ipam\": {\"type\": \"whereabouts\", \"range\": \"%s\"%s}}'}}",
              ns, name, range, more);
}

/* A separate generator, so that a failure can be repeated with its seed. */
static inline uint32_t rnd(uint64_t *state) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (uint32_t)(*state >> 33);
}

#endif
