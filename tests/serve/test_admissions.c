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

static int64_t now(void) {
  return clock_ms;
}

struct fixture {
  struct dw_admissions *admissions;
  struct dw_world *base; /* what came over the watches */
};

/* The watches have brought STATE, all of it. */
static void watches_bring(struct fixture *f, const char *state, uint64_t generation) {
  dw_world_unref(f->base);
  f->base = world_of(state, NULL);
  f->base->generation = generation;
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  clock_ms = 1000;
  f->admissions = dw_admissions_new(now);
  watches_bring(f, "", 1);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_admissions_free(f->admissions);
  dw_world_unref(f->base);
  free(f);
  return 0;
}

/* --- what the tests do --- */

static struct dw_request request_of(struct dw_arena *arena, enum dw_operation operation, const char *object) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_request request;
  char *body = review_body(operation, object, operation == DW_OP_UPDATE ? object : NULL);
  if (dw_request_read(arena, body, strlen(body), &request, &err) != 0)
    fail_msg("%s\n%s", err.text, body);
  free(body);
  return request;
}

static struct dw_states take_unbuilt(struct fixture *f, struct dw_arena *arena,
                                     const struct dw_admissions_query *query) {
  struct dw_states states;
  dw_admissions_lock(f->admissions);
  dw_admissions_snapshot(f->admissions, arena, f->base, query, &states);
  dw_admissions_unlock(f->admissions);
  return states;
}

/* What a review takes, with its worlds made. */
static struct dw_states take(struct fixture *f, struct dw_arena *arena, const struct dw_admissions_query *query) {
  struct dw_states states = take_unbuilt(f, arena, query);
  dw_states_build(&states);
  dw_admissions_lock(f->admissions);
  dw_admissions_keep(f->admissions, &states);
  dw_admissions_unlock(f->admissions);
  return states;
}

static struct dw_world *world_with(struct fixture *f, const struct dw_change *found, size_t count, bool current) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_states states =
      take(f, arena, &(struct dw_admissions_query){.found = found, .found_count = count, .current = current});
  struct dw_world *world = dw_world_ref(states.worlds[0]);
  dw_states_free(&states);
  return world;
}

static struct dw_world *world_now(struct fixture *f) {
  return world_with(f, NULL, 0, true);
}

/* REQUEST was allowed in STATES. */
static bool add(struct fixture *f, const struct dw_states *states, const struct dw_request *request) {
  struct dw_admission admission = dw_admission_of(request);
  dw_admissions_lock(f->admissions);
  bool added = dw_admissions_add(f->admissions, states, &admission, true);
  dw_admissions_unlock(f->admissions);
  dw_object_unref(admission.change.object);
  return added;
}

static void admit_request(struct fixture *f, const struct dw_request *request) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_states states = take_unbuilt(f, arena, &(struct dw_admissions_query){.current = true});
  assert_true(add(f, &states, request));
  dw_states_free(&states);
}

static void admit(struct fixture *f, enum dw_operation operation, const char *object) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = request_of(arena, operation, object);
  assert_true(dw_admissions_counts(&request));
  admit_request(f, &request);
}

static void event(struct fixture *f, const char *object, uint64_t generation) {
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

/* A list of NADs that began at BEGAN_MS has come to its end. */
static void list_of_nads(struct fixture *f, int64_t began_ms, uint64_t generation) {
  struct dw_cluster_event seen = {DW_KIND_NAD, "", "", "", NULL, false, generation, began_ms};
  dw_admissions_seen(f->admissions, &seen);
}

static void deletion_event(struct fixture *f, const char *name, const char *uid, uint64_t generation) {
  struct dw_cluster_event seen = {DW_KIND_NAD, NS, name, uid, NULL, true, generation, 0};
  dw_admissions_seen(f->admissions, &seen);
}

/* --- what the tests expect --- */

static void assert_range_in(const struct dw_world *world, const char *name, const char *range) {
  const struct dw_object *nad = dw_view_find(world->view, DW_KIND_NAD, NS, name);
  const char *there = nad == NULL ? "(none)" : nad->nad.pools[0].text;
  assert_string_equal(there, range == NULL ? "(none)" : range);
}

/* Reviews see the NAD with this range; NULL: not at all. */
static void assert_range(struct fixture *f, const char *name, const char *range) {
  struct dw_world *world = world_now(f);
  assert_range_in(world, name, range);
  dw_world_unref(world);
}

static void assert_network(struct fixture *f, const char *network) {
  struct dw_world *world = world_now(f);
  const char *there = dw_view_network(world->view);
  assert_string_equal(there == NULL ? "(none)" : there, network);
  dw_world_unref(world);
}

static void assert_waiting(struct fixture *f, size_t count) {
  assert_int_equal(dw_admissions_count(f->admissions), count);
}

/* --- what counts --- */

static void what_changes_a_nad_hyperconverged_or_kubevirt_counts(void **state) {
  (void)state;
  static const char *const objects[] = {NAD("a", "10.1.0.0/24"), HCO_V1BETA1("a"), HCO_V1("a"), KUBEVIRT("a")};
  static const enum dw_operation operations[] = {DW_OP_CREATE, DW_OP_UPDATE, DW_OP_DELETE};
  for (size_t i = 0; i < COUNT(objects); i++) {
    for (size_t j = 0; j < COUNT(operations); j++) {
      DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
      struct dw_request request = request_of(arena, operations[j], objects[i]);
      assert_true(dw_admissions_counts(&request));
      request.dry_run = true;
      assert_false(dw_admissions_counts(&request));
    }
  }
}

static void what_leaves_no_object_behind_does_not_count(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_request request = request_of(arena, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  struct dw_request other = request;
  other.operation = DW_OP_CONNECT;
  assert_false(dw_admissions_counts(&other));
  other = request;
  other.subresource = "status";
  assert_false(dw_admissions_counts(&other));
  other = request;
  other.name = "";
  assert_false(dw_admissions_counts(&other));
  other = request_of(arena, DW_OP_UPDATE, "{apiVersion: v1, kind: Node, metadata: {name: a}}");
  assert_false(dw_admissions_counts(&other));
  other = request_of(arena, DW_OP_UPDATE, "{apiVersion: v1, kind: Pod, metadata: {namespace: b, name: a}}");
  assert_false(dw_admissions_counts(&other));
}

/* --- at once --- */

static void without_admissions_the_view_is_the_watches(void **state) {
  struct fixture *f = *state;
  struct dw_world *world = world_now(f);
  assert_ptr_equal(world, f->base);
  dw_world_unref(world);
  assert_waiting(f, 0);
}

static void what_was_admitted_counts_at_once(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  admit(f, DW_OP_CREATE, HCO_V1BETA1("a"));
  assert_network(f, "a");
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 2);
  assert_range_in(f->base, "a", NULL);
}

static void a_world_in_use_stays_as_it_was(void **state) {
  struct fixture *f = *state;
  struct dw_world *before = world_now(f);
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  struct dw_world *between = world_now(f);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  assert_range_in(before, "a", NULL);
  assert_range_in(between, "a", "10.1.0.0/24");
  assert_range(f, "a", "10.2.0.0/24");
  dw_world_unref(before);
  dw_world_unref(between);
}

static void an_update_replaces_what_was_there(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  assert_range(f, "a", "10.2.0.0/24");
  admit(f, DW_OP_UPDATE, NAD("a", "10.3.0.0/24"));
  assert_range(f, "a", "10.3.0.0/24");
  assert_range(f, "b", "10.9.0.0/24");
  assert_waiting(f, 2); /* either may be the one that stays */
}

static void a_deletion_hides_and_a_creation_shows_again(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  assert_range(f, "a", NULL);
  assert_range(f, "b", "10.9.0.0/24");
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.1.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 2);
}

/* Base, then another, then as the base was: a view of before the three is no sign that the last has arrived. */
static void what_was_changed_there_and_back_is_not_taken_for_what_was_before(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  watches_bring(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  watches_bring(f, NAD("a", "10.2.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 4);
  assert_range(f, "a", "10.1.0.0/24");
  event(f, NAD("a", "10.1.0.0/24"), 5);
  watches_bring(f, NAD("a", "10.1.0.0/24"), 5);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
}

/* ... nor where that last change is admitted a second time. */
static void what_was_changed_back_twice_is_not_taken_for_what_was_before(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  watches_bring(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 2);
}

static void what_is_admitted_again_counts_as_long_again(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  assert_range(f, "a", "10.1.0.0/24");
  clock_ms += 1;
  assert_range(f, "a", NULL);
}

static void names_are_told_apart_by_kind_and_namespace(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("hco", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, HCO_V1BETA1("hco"));
  admit(f, DW_OP_CREATE,
        "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: "
        "other, name: hco}, spec: {config: '{}'}}");
  assert_waiting(f, 3);
  assert_range(f, "hco", "10.1.0.0/24");
  assert_network(f, "hco");
}

static void what_changes_nothing_that_is_read_leaves_nothing(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_DELETE, NAD("b", "10.1.0.0/24"));
  assert_waiting(f, 0);
}

static void what_cannot_be_read_leaves_nothing(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE,
        "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
        ", name: a}, spec: 5}");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = request_of(arena, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  request.old_object = NULL;
  admit_request(f, &request);
  assert_waiting(f, 0);
  assert_range(f, "a", NULL);
}

/* The request's namespace stands in for one that the object leaves out. */
static void an_object_without_namespace_is_where_the_request_says(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = request_of(arena, DW_OP_CREATE,
                                         "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: "
                                         "{name: hco}, spec: {liveMigrationConfig: {network: a}}}");
  request.ns = NS;
  admit_request(f, &request);
  assert_network(f, "a");
}

/* --- what was looked up --- */

static void what_was_looked_up_counts_once_and_below_what_was_admitted(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  const struct dw_object *older = reduced(NAD("a", "10.7.0.0/24"));
  const struct dw_object *other = reduced(NAD("b", "10.8.0.0/24"));
  const struct dw_change found[] = {{older, false}, {other, false}};
  struct dw_world *world = world_with(f, found, 2, true);
  assert_range_in(world, "a", "10.1.0.0/24");
  assert_range_in(world, "b", "10.8.0.0/24");
  dw_world_unref(world);
  dw_object_unref(older);
  dw_object_unref(other);
  assert_range(f, "a", "10.1.0.0/24");
  assert_range(f, "b", NULL);
  assert_waiting(f, 1);
}

static void what_was_looked_up_and_is_absent_hides_only_what_was_not_admitted(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("b", "10.8.0.0/24"), 2);
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  const struct dw_object absent[] = {{.kind = DW_KIND_NAD, .namespace_ = NS, .name = "a"},
                                     {.kind = DW_KIND_NAD, .namespace_ = NS, .name = "b"}};
  const struct dw_change found[] = {{&absent[0], true}, {&absent[1], true}};
  struct dw_world *world = world_with(f, found, 2, true);
  assert_range_in(world, "a", "10.1.0.0/24");
  assert_range_in(world, "b", NULL);
  dw_world_unref(world);
}

/* --- until it arrived --- */

static void it_goes_when_the_watches_hold_it(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  watches_bring(f, NAD("b", "10.9.0.0/24"), 2); /* a change of something else */
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  watches_bring(f, NAD("b", "10.9.0.0/24") "---\n" NAD("a", "10.1.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
  watches_bring(f, NAD("b", "10.9.0.0/24"), 4); /* deleted since */
  assert_range(f, "a", NULL);
}

static void it_stays_while_the_watches_hold_what_was_before(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  watches_bring(f, NAD("a", "10.1.0.0/24"), 3);
  assert_range(f, "a", "10.2.0.0/24");
  watches_bring(f, NAD("a", "10.2.0.0/24"), 4);
  assert_range(f, "a", "10.2.0.0/24");
  assert_waiting(f, 0);
}

static void a_deletion_goes_when_the_object_did_or_is_about_to(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.2.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_DELETE, NAD("b", "10.2.0.0/24"));
  watches_bring(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.2.0.0/24") "---\n" NAD("c", "10.3.0.0/24"), 3);
  assert_range(f, "a", NULL);
  assert_range(f, "b", NULL);
  assert_waiting(f, 2);
  watches_bring(f, NAD("b", "10.2.0.0/24"), 4);
  assert_range(f, "b", NULL);
  assert_waiting(f, 1);
  watches_bring(f,
                "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
                ", name: b, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x/y]}, spec: {config: '{}'}}",
                5);
  dw_world_unref(world_now(f));
  assert_waiting(f, 0);
}

static void a_hyperconverged_arrives_in_another_version(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, HCO_V1BETA1("a"));
  watches_bring(f, HCO_V1("b"), 2);
  assert_network(f, "a");
  assert_waiting(f, 1);
  watches_bring(f, HCO_V1("a"), 3);
  assert_network(f, "a");
  assert_waiting(f, 0);
}

/* An update that differs only in what a view tells of a HyperConverged is one. */
static void all_that_a_view_reads_of_a_hyperconverged_has_to_arrive(void **state) {
  struct fixture *f = *state;
#define HCO(metadata, gate)                                                                                            \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {namespace: " NS ", name: hco" metadata       \
  "}, spec: {liveMigrationConfig: {network: a}, featureGates: {decentralizedLiveMigration: " gate "}}}"
#define PATCH                                                                                                          \
  ", annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\": \"add\", \"path\": "                                     \
  "\"/spec/configuration/migrations/network\", \"value\": \"b\"}]'}"
#define GOING ", deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x/y]"
  static const char *const updates[] = {HCO(PATCH, "false"), HCO("", "true"), HCO(GOING, "false")};
  uint64_t generation = 1;
  for (size_t i = 0; i < COUNT(updates); i++) {
    watches_bring(f, HCO("", "false"), ++generation);
    admit(f, DW_OP_UPDATE, updates[i]);
    watches_bring(f, HCO("", "false"), ++generation);
    dw_world_unref(world_now(f));
    assert_waiting(f, 1);
    watches_bring(f, updates[i], ++generation);
    dw_world_unref(world_now(f));
    assert_waiting(f, 0);
  }
}

static void a_kubevirt_arrives_with_its_network(void **state) {
  struct fixture *f = *state;
  watches_bring(f, KUBEVIRT("a"), 2);
  admit(f, DW_OP_UPDATE, KUBEVIRT("b"));
  assert_network(f, "b");
  watches_bring(f, KUBEVIRT("b"), 3);
  assert_network(f, "b");
  assert_waiting(f, 0);
}

/* --- until its event came, however short it lasted --- */

static void it_goes_with_the_world_that_its_event_is_in(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  event(f, NAD("a", "10.1.0.0/24"), 5);
  assert_range(f, "a", "10.1.0.0/24");
  watches_bring(f, "", 4);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  watches_bring(f, NAD("a", "10.2.0.0/24"), 5); /* changed since, past this replica */
  assert_range(f, "a", "10.2.0.0/24");
  assert_waiting(f, 0);
}

static void the_event_of_another_state_or_object_leaves_it(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  event(f, NAD("a", "10.2.0.0/24"), 2); /* the state before it */
  event(f, NAD("b", "10.1.0.0/24"), 3);
  event(f, HCO_V1("a"), 4);
  struct dw_cluster_event elsewhere = {DW_KIND_NAD, "other", "a", "u-a", NULL, true, 5, 0};
  dw_admissions_seen(f->admissions, &elsewhere);
  struct dw_cluster_event unreadable = {DW_KIND_NAD, NS, "a", "u-a", NULL, false, 6, 0};
  dw_admissions_seen(f->admissions, &unreadable);
  watches_bring(f, "", 7);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
}

static void its_deletion_ends_it_and_that_of_its_forerunner_does_not(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  deletion_event(f, "a", "u-1", 3);
  watches_bring(f, "", 3);
  assert_range(f, "a", "10.2.0.0/24");
  deletion_event(f, "a", "u-2", 4);
  watches_bring(f, NAD("b", "10.9.0.0/24"), 4);
  assert_range(f, "a", NULL);
  assert_waiting(f, 0);
}

static void a_deletion_ends_with_the_deletion_event(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  event(f, NAD_OF("a", "u-1", "10.3.0.0/24"), 3); /* an update that was on its way */
  watches_bring(f, NAD_OF("a", "u-1", "10.3.0.0/24"), 3);
  assert_range(f, "a", NULL);
  deletion_event(f, "a", "u-1", 4);
  watches_bring(f, NAD_OF("a", "u-2", "10.4.0.0/24"), 5); /* made anew, past this replica */
  assert_range(f, "a", "10.4.0.0/24");
  assert_waiting(f, 0);
}

/* Of an object that waits for its finalizers, the event tells that it is about to go. */
static void a_deletion_ends_with_the_event_that_it_began(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  event(f,
        "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
        ", name: a, uid: u-1, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x/y]}}",
        3);
  watches_bring(f, NAD_OF("a", "u-2", "10.4.0.0/24"), 4);
  assert_range(f, "a", "10.4.0.0/24");
  assert_waiting(f, 0);
}

/* Its uid may differ where the object was replaced between the review and the deletion. */
static void a_deletion_ends_with_any_deletion_of_the_name(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  deletion_event(f, "a", "u-2", 3);
  watches_bring(f, NAD_OF("a", "u-3", "10.4.0.0/24"), 4);
  assert_range(f, "a", "10.4.0.0/24");
}

static void what_came_twice_is_dropped_once(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, NAD("b", "10.2.0.0/24"));
  event(f, NAD("a", "10.1.0.0/24"), 2);
  event(f, NAD("a", "10.1.0.0/24"), 3);
  watches_bring(f, NAD("a", "10.1.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  event(f, NAD("a", "10.1.0.0/24"), 4);
  deletion_event(f, "a", "u-a", 5);
  deletion_event(f, "a", "u-a", 6);
  watches_bring(f, "", 6);
  assert_range(f, "a", NULL);
  assert_range(f, "b", "10.2.0.0/24");
  assert_waiting(f, 1);
}

/* --- or until it expires --- */

static void what_never_arrives_expires(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  admit(f, DW_OP_CREATE, NAD("b", "10.2.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  clock_ms += 1;
  assert_range(f, "a", NULL);
  assert_range(f, "b", "10.2.0.0/24");
  assert_waiting(f, 1);
  clock_ms += EXPIRY_MS - 2;
  assert_range(f, "b", "10.2.0.0/24");
  clock_ms += 1;
  assert_range(f, "b", NULL);
  assert_waiting(f, 0);
}

static void an_update_lasts_from_its_own_time_on(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  assert_range(f, "a", "10.2.0.0/24");
  clock_ms += 1;
  assert_range(f, "a", NULL);
}

static void a_deletion_that_never_comes_expires_too(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  assert_range(f, "a", NULL);
  clock_ms += EXPIRY_MS;
  assert_range(f, "a", "10.1.0.0/24");
}

/* While watches are broken, that it did not arrive says nothing. */
static void nothing_expires_while_watches_are_broken(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += 100 * EXPIRY_MS;
  struct dw_world *world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  assert_waiting(f, 1);
  assert_range(f, "a", NULL);
  assert_waiting(f, 0);
}

/* --- the most there can be --- */

static void add_numbered(struct fixture *f, unsigned first, unsigned end) {
  for (unsigned i = first; i < end; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_request request = request_of(
        arena, DW_OP_CREATE,
        dw_arena_printf(arena,
                        "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
                        ", name: n%u}, spec: {config: '{\"ipam\": {\"type\": \"whereabouts\", \"range\": "
                        "\"10.%u.%u.0/24\"}}'}}",
                        i, i / 256, i % 256));
    admit_request(f, &request);
  }
}

static bool is_there(const struct dw_world *world, const char *name) {
  return dw_view_find(world->view, DW_KIND_NAD, NS, name) != NULL;
}

/* 20 NADs of a megabyte: what they hold together is bounded too. */
static void of_too_large_ones_the_oldest_no_longer_count(void **state) {
  struct fixture *f = *state;
  struct dw_buf text = DW_BUF_INIT;
  int standard_error = log_to_file("/dev/null");
  for (int i = 0; i < 20; i++) {
    dw_buf_truncate(&text, 0);
    dw_buf_printf(&text,
                  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
                  ", name: n%d}, spec: {config: '{\"type\": \"%0*d\"}'}}\n",
                  i, 1 << 20, 0);
    admit(f, DW_OP_CREATE, dw_buf_text(&text));
  }
  log_restore(standard_error);
  dw_buf_free(&text);
  assert_in_range(dw_admissions_count(f->admissions), 14, 16);
  struct dw_world *world = world_now(f);
  assert_false(is_there(world, "n0"));
  assert_true(is_there(world, "n19"));
  dw_world_unref(world);
}

/* What is replaced is no longer held, and leaves its room to others. */
static void a_large_one_that_changes_again_and_again_crowds_nobody_out(void **state) {
  struct fixture *f = *state;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  admit(f, DW_OP_CREATE, NAD("first", "10.1.0.0/24"));
  for (int i = 0; i < 40; i++) {
    dw_buf_truncate(&text, 0);
    dw_buf_printf(&text,
                  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
                  ", name: large}, spec: {config: '{\"type\": \"%0*d\"}'}}\n",
                  1 << 20, i);
    admit(f, DW_OP_UPDATE, dw_buf_text(&text));
  }
  assert_waiting(f, 3); /* and two changes of the large one */
  struct dw_world *world = world_now(f);
  assert_true(is_there(world, "first"));
  assert_true(is_there(world, "large"));
  dw_world_unref(world);
}

static void of_too_many_the_oldest_no_longer_count(void **state) {
  struct fixture *f = *state;
  char folder[64];
  folder_make(folder);
  char *log = path_in(folder, "log");
  int standard_error = log_to_file(log);
  add_numbered(f, 0, MOST_ENTRIES);
  struct dw_world *full = world_now(f);
  size_t told_when_full = count_in_file(log, "ignoring the oldest");
  add_numbered(f, MOST_ENTRIES, MOST_ENTRIES + 2);
  struct dw_world *over = world_now(f);
  size_t told_when_over = count_in_file(log, "ignoring the oldest");
  log_restore(standard_error);
  free(log);
  folder_remove(folder);
  assert_int_equal(told_when_full, 0);
  assert_int_equal(told_when_over, 1);
  assert_true(is_there(full, "n0"));
  assert_true(is_there(full, "n4095"));
  assert_false(is_there(over, "n0"));
  assert_false(is_there(over, "n1"));
  assert_true(is_there(over, "n2"));
  assert_true(is_there(over, "n4097"));
  assert_waiting(f, MOST_ENTRIES);
  dw_world_unref(full);
  dw_world_unref(over);
}

/* --- one after the other --- */

struct reviewer {
  struct fixture *f;
  pthread_barrier_t *start;
  const char *object;
  bool allowed, overlaps;
};

static void *review_one(void *context) {
  struct reviewer *reviewer = context;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = request_of(arena, DW_OP_CREATE, reviewer->object);
  struct dw_answer answer = {0};
  pthread_barrier_wait(reviewer->start);
  for (bool over = false; !over;) {
    struct dw_states states = take(reviewer->f, arena, &(struct dw_admissions_query){.current = true});
    dw_validate(arena, states.worlds[0], &request, &answer);
    over = !answer.allowed || add(reviewer->f, &states, &request);
    dw_states_free(&states);
  }
  reviewer->allowed = answer.allowed;
  reviewer->overlaps = answer.cause_count == 1 && strstr(answer.causes[0].message, "[overlap-network]") != NULL;
  return NULL;
}

static void of_two_that_overlap_exactly_one_passes(void **state) {
  struct fixture *f = *state;
  for (int round = 0; round < 50; round++) {
    pthread_barrier_t start;
    pthread_t threads[2];
    struct reviewer reviewers[2] = {{f, &start, NAD("a", "10.1.0.0/24"), false, false},
                                    {f, &start, NAD("b", "10.1.0.128/25"), false, false}};
    assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, review_one, &reviewers[i]), 0);
    for (size_t i = 0; i < 2; i++)
      assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&start);
    assert_int_equal(reviewers[0].allowed + reviewers[1].allowed, 1);
    assert_int_equal(reviewers[0].overlaps + reviewers[1].overlaps, 1);
    assert_waiting(f, 1);
    clock_ms += EXPIRY_MS;
  }
}

/* A review is in work while others come and go: it learns of it when it is to be added, and takes a fresh look. */
static void what_was_judged_before_another_was_admitted_is_not_added(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_admissions_query query = {.current = true};
  struct dw_request slow = request_of(arena, DW_OP_CREATE, NAD("slow", "10.1.0.0/24"));
  struct dw_states before = take(f, arena, &query);
  admit(f, DW_OP_CREATE, NAD("quick", "10.1.0.128/25"));
  admit(f, DW_OP_CREATE, NAD("another", "10.2.0.0/24"));
  assert_false(add(f, &before, &slow));
  assert_waiting(f, 2);
  struct dw_states after = take(f, arena, &query);
  assert_range_in(after.worlds[0], "quick", "10.1.0.128/25");
  assert_true(add(f, &after, &slow));
  assert_waiting(f, 3);
  dw_states_free(&before);
  dw_states_free(&after);
}

/* ... nor is it where that has arrived meanwhile and counts no longer. */
static void what_was_judged_before_another_came_and_arrived_is_not_added(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_admissions_query query = {.current = true};
  struct dw_request slow = request_of(arena, DW_OP_CREATE, NAD("slow", "10.1.0.0/24"));
  struct dw_states before = take(f, arena, &query);
  admit(f, DW_OP_CREATE, NAD("quick", "10.1.0.128/25"));
  watches_bring(f, NAD("quick", "10.1.0.128/25"), 2);
  assert_range(f, "quick", "10.1.0.128/25");
  assert_waiting(f, 0);
  assert_false(add(f, &before, &slow));
  dw_states_free(&before);
}

/* A thread may hold an older world for any time before it takes its states. */
static void an_older_world_than_the_newest_is_not_used(void **state) {
  struct fixture *f = *state;
  struct dw_world *old = dw_world_ref(f->base);
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
  struct dw_world *newest = f->base;
  f->base = old;
  assert_range(f, "a", "10.1.0.0/24");
  f->base = newest;
  dw_world_unref(old);
}

/* A policy that is read again makes a new world of the same objects. */
static void another_world_of_the_same_generation_is_used(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  assert_range(f, "a", "10.1.0.0/24");
  watches_bring(f, NAD("a", "10.2.0.0/24"), 2);
  assert_range(f, "a", "10.2.0.0/24");
}

/* While watches are broken what has expired stays, and no review pays for it. */
static void what_expired_while_watches_are_broken_is_not_laid_over_again(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS;
  struct dw_world *one = world_with(f, NULL, 0, false);
  struct dw_world *two = world_with(f, NULL, 0, false);
  assert_ptr_equal(one, two);
  dw_world_unref(one);
  dw_world_unref(two);
}

/* --- a CREATE of what exists --- */

static void a_create_of_what_exists_leaves_nothing(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
  admit(f, DW_OP_UPDATE, NAD_OF("a", "u-1", "10.3.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  assert_range(f, "a", "10.3.0.0/24");
  assert_waiting(f, 1);
}

/* It is known to exist, too, where the API server has shown it and no view holds it yet. */
static void a_create_of_what_was_confirmed_leaves_nothing(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  assert_range(f, "a", "10.2.0.0/24"); /* either may win */
  assert_waiting(f, 2);
  event(f, NAD_OF("a", "u-2", "10.2.0.0/24"), 2);
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-3", "10.3.0.0/24"));
  assert_range(f, "a", "10.2.0.0/24");
  watches_bring(f, NAD_OF("a", "u-2", "10.2.0.0/24"), 2);
  assert_range(f, "a", "10.2.0.0/24");
  assert_waiting(f, 0);
}

static void a_create_of_what_is_deleted_or_may_be_gone_counts(void **state) {
  struct fixture *f = *state;
  watches_bring(f,
                "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
                ", name: a, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x/y]}, spec: {config: '{}'}}\n"
                "---\n" NAD("b", "10.2.0.0/24"),
                2);
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.1.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  admit(f, DW_OP_DELETE, NAD("b", "10.2.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("b", "u-2", "10.3.0.0/24"));
  assert_range(f, "b", "10.3.0.0/24");
}

/* While watches are broken the view may hold what is long gone. */
static void a_create_counts_where_the_view_is_not_current(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  watches_bring(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  struct dw_request request = request_of(arena, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  struct dw_admission admission = dw_admission_of(&request);
  struct dw_states states = take(f, arena, &(struct dw_admissions_query){.current = false});
  dw_admissions_lock(f->admissions);
  assert_true(dw_admissions_add(f->admissions, &states, &admission, false));
  dw_admissions_unlock(f->admissions);
  dw_object_unref(admission.change.object);
  dw_states_free(&states);
  assert_waiting(f, 1);
}

/* --- what nothing has confirmed yet --- */

/* How many states there are, and the range of "a" in the last of them. */
static void assert_last_state(struct fixture *f, const char *network, size_t count, const char *range,
                              size_t doubtful) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_nad_name networks[] = {{"openshift-cnv", network}};
  struct dw_states states = take(
      f, arena,
      &(struct dw_admissions_query){.networks = networks, .network_count = network == NULL ? 0 : 1, .current = true});
  assert_int_equal(states.count, count);
  assert_range_in(states.worlds[count - 1], "a", range);
  assert_int_equal(states.unconfirmed_count, doubtful);
  dw_states_free(&states);
}

static void one_more_nad_is_doubted_by_what_names_it(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  assert_last_state(f, NULL, 1, "10.1.0.0/24", 0);
  assert_last_state(f, "b", 1, "10.1.0.0/24", 0);
  assert_last_state(f, "a", 2, NULL, 1);
  event(f, NAD("a", "10.1.0.0/24"), 2);
  assert_last_state(f, "a", 1, "10.1.0.0/24", 0);
}

static void a_change_is_doubted_by_all_until_it_is_shown(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  assert_last_state(f, NULL, 2, "10.1.0.0/24", 1);
  const struct dw_object *other = reduced(NAD("a", "10.7.0.0/24"));
  dw_admissions_shown(f->admissions, &(struct dw_change){other, false});
  dw_object_unref(other);
  assert_last_state(f, NULL, 2, "10.1.0.0/24", 1);
  const struct dw_object *same = reduced(NAD("a", "10.2.0.0/24"));
  dw_admissions_shown(f->admissions, &(struct dw_change){same, false});
  dw_object_unref(same);
  assert_last_state(f, NULL, 1, "10.2.0.0/24", 0);
  admit(f, DW_OP_DELETE, NAD("a", "10.2.0.0/24"));
  assert_last_state(f, NULL, 2, "10.2.0.0/24", 1);
  const struct dw_object absent = {.kind = DW_KIND_NAD, .namespace_ = NS, .name = "a"};
  dw_admissions_shown(f->admissions, &(struct dw_change){&absent, true});
  assert_last_state(f, NULL, 1, NULL, 0);
  assert_waiting(f, 1);
}

/* The one that the API server shows ends those before it, and leaves the one after it open. */
static void of_changes_in_flight_the_one_shown_ends_those_before_it(void **state) {
  struct fixture *f = *state;
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.3.0.0/24"));
  assert_last_state(f, NULL, 3, "10.1.0.0/24", 1);
  admit(f, DW_OP_UPDATE, NAD("a", "10.4.0.0/24"));
  assert_last_state(f, NULL, 3, "10.1.0.0/24", 1);
  assert_waiting(f, 2);
  const struct dw_object *shown = reduced(NAD("a", "10.3.0.0/24"));
  dw_admissions_shown(f->admissions, &(struct dw_change){shown, false});
  assert_last_state(f, NULL, 3, "10.3.0.0/24", 1);
  dw_object_unref(shown);
  event(f, NAD("a", "10.4.0.0/24"), 3);
  assert_last_state(f, NULL, 1, "10.4.0.0/24", 0);
  watches_bring(f, NAD("a", "10.5.0.0/24"), 3);
  assert_range(f, "a", "10.5.0.0/24");
  assert_waiting(f, 0);
}

/* Of more than can be looked up the newest are named. */
static void of_many_doubtful_ones_the_newest_are_named(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_buf text = DW_BUF_INIT;
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < DW_MOST_UNCONFIRMED + 1; i++) {
      dw_buf_truncate(&text, 0);
      dw_buf_printf(&text,
                    "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
                    ", name: n%d}, spec: {config: '{\"name\": \"%d\"}'}}\n",
                    i, round);
      admit(f, DW_OP_UPDATE, dw_buf_text(&text));
    }
  }
  dw_buf_free(&text);
  struct dw_states states = take(f, arena, &(struct dw_admissions_query){.current = true});
  assert_int_equal(states.unconfirmed_count, DW_MOST_UNCONFIRMED);
  assert_string_equal(states.unconfirmed[0]->name, "n8");
  assert_string_equal(states.unconfirmed[DW_MOST_UNCONFIRMED - 1]->name, "n1");
  struct dw_change found[] = {{states.unconfirmed[0], false}};
  struct dw_states next =
      take(f, arena, &(struct dw_admissions_query){.found = found, .found_count = 1, .current = true});
  assert_int_equal(next.unconfirmed_count, DW_MOST_UNCONFIRMED);
  assert_string_equal(next.unconfirmed[0]->name, "n7");
  assert_string_equal(next.unconfirmed[DW_MOST_UNCONFIRMED - 1]->name, "n0");
  dw_states_free(&next);
  dw_states_free(&states);
}

static void a_world_outlives_the_admissions(void **state) {
  (void)state;
  struct fixture f = {.admissions = dw_admissions_new(now)};
  watches_bring(&f, NAD("b", "10.9.0.0/24"), 1);
  admit(&f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  struct dw_world *world = world_now(&f);
  dw_admissions_free(f.admissions);
  dw_world_unref(f.base);
  assert_range_in(world, "a", "10.1.0.0/24");
  assert_range_in(world, "b", "10.9.0.0/24");
  dw_world_unref(world);
  dw_admissions_free(NULL);
}

/* Where watches are refused no event comes. Only a list that began after the ten seconds proves that what was admitted
 * was not stored after all. */
static void where_nothing_is_watched_a_list_that_began_later_ends_it(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, HCO_V1("a"));
  clock_ms = 11001;
  list_of_nads(f, 10999, 2); /* it began before */
  watches_bring(f, "", 2);
  struct dw_world *world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  list_of_nads(f, 11000, 3);
  world = world_with(f, NULL, 0, false); /* the view that holds the list is not built yet */
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  watches_bring(f, "", 3);
  world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", NULL);
  assert_string_equal(dw_view_network(world->view), "a"); /* the HyperConverged was in no list */
  dw_world_unref(world);
  assert_waiting(f, 1);
}

/* Two quick changes: what is in the list may be the first of them, if the list began too soon. */
static void a_list_that_began_in_time_does_not_end_the_second_of_two_changes(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  list_of_nads(f, 2000, 2);
  watches_bring(f, NAD("a", "10.1.0.0/24"), 2);
  struct dw_world *world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.2.0.0/24");
  dw_world_unref(world);
  clock_ms = 12000;
  list_of_nads(f, 12000, 3);
  watches_bring(f, NAD("a", "10.1.0.0/24"), 3);
  world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  assert_waiting(f, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_changes_a_nad_hyperconverged_or_kubevirt_counts),
      cmocka_unit_test(what_leaves_no_object_behind_does_not_count),
      TEST(without_admissions_the_view_is_the_watches),
      TEST(what_was_admitted_counts_at_once),
      TEST(a_world_in_use_stays_as_it_was),
      TEST(an_update_replaces_what_was_there),
      TEST(a_deletion_hides_and_a_creation_shows_again),
      TEST(what_was_changed_there_and_back_is_not_taken_for_what_was_before),
      TEST(what_was_changed_back_twice_is_not_taken_for_what_was_before),
      TEST(what_is_admitted_again_counts_as_long_again),
      TEST(names_are_told_apart_by_kind_and_namespace),
      TEST(what_changes_nothing_that_is_read_leaves_nothing),
      TEST(what_cannot_be_read_leaves_nothing),
      TEST(an_object_without_namespace_is_where_the_request_says),
      TEST(what_was_looked_up_counts_once_and_below_what_was_admitted),
      TEST(what_was_looked_up_and_is_absent_hides_only_what_was_not_admitted),
      TEST(it_goes_when_the_watches_hold_it),
      TEST(it_stays_while_the_watches_hold_what_was_before),
      TEST(a_deletion_goes_when_the_object_did_or_is_about_to),
      TEST(a_hyperconverged_arrives_in_another_version),
      TEST(all_that_a_view_reads_of_a_hyperconverged_has_to_arrive),
      TEST(a_kubevirt_arrives_with_its_network),
      TEST(it_goes_with_the_world_that_its_event_is_in),
      TEST(the_event_of_another_state_or_object_leaves_it),
      TEST(its_deletion_ends_it_and_that_of_its_forerunner_does_not),
      TEST(a_deletion_ends_with_the_deletion_event),
      TEST(a_deletion_ends_with_the_event_that_it_began),
      TEST(a_deletion_ends_with_any_deletion_of_the_name),
      TEST(what_came_twice_is_dropped_once),
      TEST(what_never_arrives_expires),
      TEST(an_update_lasts_from_its_own_time_on),
      TEST(a_deletion_that_never_comes_expires_too),
      TEST(nothing_expires_while_watches_are_broken),
      TEST(a_large_one_that_changes_again_and_again_crowds_nobody_out),
      TEST(of_too_many_the_oldest_no_longer_count),
      TEST(of_too_large_ones_the_oldest_no_longer_count),
      TEST(of_two_that_overlap_exactly_one_passes),
      TEST(what_was_judged_before_another_was_admitted_is_not_added),
      TEST(what_was_judged_before_another_came_and_arrived_is_not_added),
      TEST(an_older_world_than_the_newest_is_not_used),
      TEST(another_world_of_the_same_generation_is_used),
      TEST(what_expired_while_watches_are_broken_is_not_laid_over_again),
      TEST(a_create_of_what_exists_leaves_nothing),
      TEST(a_create_of_what_was_confirmed_leaves_nothing),
      TEST(a_create_of_what_is_deleted_or_may_be_gone_counts),
      TEST(a_create_counts_where_the_view_is_not_current),
      TEST(one_more_nad_is_doubted_by_what_names_it),
      TEST(a_change_is_doubted_by_all_until_it_is_shown),
      TEST(of_changes_in_flight_the_one_shown_ends_those_before_it),
      TEST(of_many_doubtful_ones_the_newest_are_named),
      cmocka_unit_test(a_world_outlives_the_admissions),
      cmocka_unit_test_setup_teardown(where_nothing_is_watched_a_list_that_began_later_ends_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_list_that_began_in_time_does_not_end_the_second_of_two_changes, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
