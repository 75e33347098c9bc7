/* Admissions with a simulated clock and simulated watches. */
#ifndef TESTS_SERVE_ADMISSIONS_CASE_H
#define TESTS_SERVE_ADMISSIONS_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster_fixture.h"
#include "rules/engine.h"
#include "serve/admissions.h"
#include "support/https_server.h"
#include "support/review_case.h"
#include "support/run_program.h"

enum { EXPIRY_MS = 10000, MOST_ENTRIES = 4096 };

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NS "openshift-cnv"

/* A migration network that hands out RANGE. */
#define NAD_OF(name, uid, range)                                                                                       \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS ", name: " name      \
  ", uid: " uid ", labels: {droveway.io/migration-network: 'true'}}, spec: {config: '{\"cniVersion\": \"0.3.1\", "     \
  "\"name\": \"" name "\", \"type\": \"macvlan\", \"master\": \"eth1\", \"mode\": \"bridge\", \"ipam\": {\"type\": "   \
  "\"whereabouts\", \"range\": \"" range "\"}}'}}\n"
#define NAD(name, range) NAD_OF(name, "u-" name, range)
#define HCO_V1BETA1(network)                                                                                           \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: " NS                              \
  ", name: hco}, spec: {featureGates: {decentralizedLiveMigration: false}, liveMigrationConfig: {network: " network    \
  "}}}\n"
#define HCO_V1(network)                                                                                                \
  "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {namespace: " NS                                   \
  ", name: hco}, spec: {featureGates: [{name: decentralizedLiveMigration, state: Disabled}], virtualization: "         \
  "{liveMigrationConfig: {network: " network "}}}}\n"
#define KUBEVIRT(network)                                                                                              \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {namespace: " NS                                             \
  ", name: kubevirt}, spec: {configuration: {migrations: {network: " network "}}}}\n"

static int64_t clock_ms;

static inline int64_t now(void) {
  return clock_ms;
}

struct fixture {
  struct dw_admissions *admissions;
  struct dw_world *base; /* the world of the watches */
};

/* Sets the objects that the watches have reported to STATE. */
static inline void set_watched(struct fixture *f, const char *state, uint64_t generation) {
  dw_world_unref(f->base);
  f->base = world_of(state, NULL);
  f->base->generation = generation;
}

static inline int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  clock_ms = 1000;
  f->admissions = dw_admissions_new(now);
  set_watched(f, "", 1);
  *state = f;
  return 0;
}

static inline int tear_down(void **state) {
  struct fixture *f = *state;
  dw_admissions_free(f->admissions);
  dw_world_unref(f->base);
  free(f);
  return 0;
}

/* --- actions --- */

static inline struct dw_request request_of(struct dw_arena *arena, enum dw_operation operation, const char *object) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_request request;
  char *body = review_body(operation, object, operation == DW_OP_UPDATE ? object : NULL);
  if (dw_request_read(arena, body, strlen(body), &request, &err) != 0)
    fail_msg("%s\n%s", err.text, body);
  free(body);
  return request;
}

static inline struct dw_states snapshot_unbuilt(struct fixture *f, struct dw_arena *arena,
                                                const struct dw_admissions_query *query) {
  struct dw_states states;
  dw_admissions_lock(f->admissions);
  dw_admissions_snapshot(f->admissions, arena, f->base, query, &states);
  dw_admissions_unlock(f->admissions);
  return states;
}

/* Makes the states of a review, with their worlds. */
static inline struct dw_states snapshot(struct fixture *f, struct dw_arena *arena,
                                        const struct dw_admissions_query *query) {
  struct dw_states states = snapshot_unbuilt(f, arena, query);
  dw_states_build(&states);
  dw_admissions_lock(f->admissions);
  dw_admissions_keep(f->admissions, &states);
  dw_admissions_unlock(f->admissions);
  return states;
}

static inline struct dw_world *world_with(struct fixture *f, const struct dw_change *found, size_t count,
                                          bool current) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_states states =
      snapshot(f, arena, &(struct dw_admissions_query){.found = found, .found_count = count, .current = current});
  struct dw_world *world = dw_world_ref(states.worlds[0]);
  dw_states_free(&states);
  return world;
}

static inline struct dw_world *world_now(struct fixture *f) {
  return world_with(f, NULL, 0, true);
}

/* Adds REQUEST, which was allowed in STATES. */
static inline bool add(struct fixture *f, const struct dw_states *states, const struct dw_request *request) {
  struct dw_admission admission = dw_admission_of(request);
  dw_admissions_lock(f->admissions);
  bool added = dw_admissions_add(f->admissions, states, &admission, true);
  dw_admissions_unlock(f->admissions);
  dw_object_unref(admission.change.object);
  return added;
}

static inline void admit_request(struct fixture *f, const struct dw_request *request) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_states states = snapshot_unbuilt(f, arena, &(struct dw_admissions_query){.current = true});
  assert_true(add(f, &states, request));
  dw_states_free(&states);
}

static inline void admit(struct fixture *f, enum dw_operation operation, const char *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = request_of(arena, operation, object);
  assert_true(dw_admissions_counts(&request));
  admit_request(f, &request);
}

static inline void event(struct fixture *f, const char *object, uint64_t generation) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(dw_yaml_parse(arena, object, strlen(object), &doc, NULL), 0);
  const char *uid = dw_json_string(dw_json_path(doc->root, "metadata", "uid", NULL));
  const struct dw_object *came = reduced(object);
  struct dw_cluster_event seen = {came->kind, came->namespace_, came->name, uid == NULL ? "" : uid, came,
                                  false,      generation,       0};
  dw_admissions_seen(f->admissions, &seen);
  dw_object_unref(came);
}

/* Reports that a list of NADs that began at BEGAN_MS has been read to its end. */
static inline void list_of_nads(struct fixture *f, int64_t began_ms, uint64_t generation) {
  struct dw_cluster_event seen = {DW_KIND_NAD, "", "", "", NULL, false, generation, began_ms};
  dw_admissions_seen(f->admissions, &seen);
}

static inline void deletion_event(struct fixture *f, const char *name, const char *uid, uint64_t generation) {
  struct dw_cluster_event seen = {DW_KIND_NAD, NS, name, uid, NULL, true, generation, 0};
  dw_admissions_seen(f->admissions, &seen);
}

/* --- assertions --- */

static inline void assert_range_in(const struct dw_world *world, const char *name, const char *range) {
  const struct dw_object *nad = dw_view_find(world->view, DW_KIND_NAD, NS, name);
  const char *there = nad == NULL ? "(none)" : nad->nad.pools[0].text;
  assert_string_equal(there, range == NULL ? "(none)" : range);
}

/* Asserts that reviews see the NAD with this range; NULL: that they don't see the NAD. */
static inline void assert_range(struct fixture *f, const char *name, const char *range) {
  struct dw_world *world = world_now(f);
  assert_range_in(world, name, range);
  dw_world_unref(world);
}

static inline void assert_network(struct fixture *f, const char *network) {
  struct dw_world *world = world_now(f);
  const char *there = dw_view_network(world->view);
  assert_string_equal(there == NULL ? "(none)" : there, network);
  dw_world_unref(world);
}

static inline void assert_waiting(struct fixture *f, size_t count) {
  assert_int_equal(dw_admissions_count(f->admissions), count);
}

#endif
