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
  struct dw_world *base; /* the world of the watches */
};

/* Sets the objects that the watches have reported to STATE. */
static void set_watched(struct fixture *f, const char *state, uint64_t generation) {
  dw_world_unref(f->base);
  f->base = world_of(state, NULL);
  f->base->generation = generation;
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  clock_ms = 1000;
  f->admissions = dw_admissions_new(now);
  set_watched(f, "", 1);
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

/* --- actions --- */

static struct dw_request request_of(struct dw_arena *arena, enum dw_operation operation, const char *object) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_request request;
  char *body = review_body(operation, object, operation == DW_OP_UPDATE ? object : NULL);
  if (dw_request_read(arena, body, strlen(body), &request, &err) != 0)
    fail_msg("%s\n%s", err.text, body);
  free(body);
  return request;
}

static struct dw_states snapshot_unbuilt(struct fixture *f, struct dw_arena *arena,
                                         const struct dw_admissions_query *query) {
  struct dw_states states;
  dw_admissions_lock(f->admissions);
  dw_admissions_snapshot(f->admissions, arena, f->base, query, &states);
  dw_admissions_unlock(f->admissions);
  return states;
}

/* Makes the states of a review, with their worlds. */
static struct dw_states snapshot(struct fixture *f, struct dw_arena *arena, const struct dw_admissions_query *query) {
  struct dw_states states = snapshot_unbuilt(f, arena, query);
  dw_states_build(&states);
  dw_admissions_lock(f->admissions);
  dw_admissions_keep(f->admissions, &states);
  dw_admissions_unlock(f->admissions);
  return states;
}

static struct dw_world *world_with(struct fixture *f, const struct dw_change *found, size_t count, bool current) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_states states =
      snapshot(f, arena, &(struct dw_admissions_query){.found = found, .found_count = count, .current = current});
  struct dw_world *world = dw_world_ref(states.worlds[0]);
  dw_states_free(&states);
  return world;
}

static struct dw_world *world_now(struct fixture *f) {
  return world_with(f, NULL, 0, true);
}

/* Adds REQUEST, which was allowed in STATES. */
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
  struct dw_states states = snapshot_unbuilt(f, arena, &(struct dw_admissions_query){.current = true});
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

/* Reports that a list of NADs that began at BEGAN_MS has been read to its end. */
static void list_of_nads(struct fixture *f, int64_t began_ms, uint64_t generation) {
  struct dw_cluster_event seen = {DW_KIND_NAD, "", "", "", NULL, false, generation, began_ms};
  dw_admissions_seen(f->admissions, &seen);
}

static void deletion_event(struct fixture *f, const char *name, const char *uid, uint64_t generation) {
  struct dw_cluster_event seen = {DW_KIND_NAD, NS, name, uid, NULL, true, generation, 0};
  dw_admissions_seen(f->admissions, &seen);
}

/* --- assertions --- */

static void assert_range_in(const struct dw_world *world, const char *name, const char *range) {
  const struct dw_object *nad = dw_view_find(world->view, DW_KIND_NAD, NS, name);
  const char *there = nad == NULL ? "(none)" : nad->nad.pools[0].text;
  assert_string_equal(there, range == NULL ? "(none)" : range);
}

/* Asserts that reviews see the NAD with this range; NULL: that they don't see the NAD. */
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

/* --- which requests count --- */

static void changes_of_nads_hyperconverged_and_kubevirt_count(void **state) {
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

static void requests_that_store_no_object_do_not_count(void **state) {
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

/* --- objects count at once --- */

static void without_admissions_reviews_see_the_watched_objects(void **state) {
  struct fixture *f = *state;
  struct dw_world *world = world_now(f);
  assert_ptr_equal(world, f->base);
  dw_world_unref(world);
  assert_waiting(f, 0);
}

static void admitted_objects_count_at_once(void **state) {
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

static void a_world_in_use_does_not_change(void **state) {
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

static void an_update_replaces_the_object(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  assert_range(f, "a", "10.2.0.0/24");
  admit(f, DW_OP_UPDATE, NAD("a", "10.3.0.0/24"));
  assert_range(f, "a", "10.3.0.0/24");
  assert_range(f, "b", "10.9.0.0/24");
  assert_waiting(f, 2); /* either may be the one that is stored */
}

static void a_deletion_hides_the_object_until_it_is_created_again(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  assert_range(f, "a", NULL);
  assert_range(f, "b", "10.9.0.0/24");
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.1.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 2);
}

/* The object is changed and changed back. A view that is older than both changes does not show that the second one has
 * arrived. */
static void a_change_back_is_not_confused_with_the_original(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  set_watched(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  set_watched(f, NAD("a", "10.2.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 4);
  assert_range(f, "a", "10.1.0.0/24");
  event(f, NAD("a", "10.1.0.0/24"), 5);
  set_watched(f, NAD("a", "10.1.0.0/24"), 5);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
}

/* The same if the second change is admitted twice. */
static void a_repeated_change_back_is_not_confused_with_the_original(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  set_watched(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.9.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 2);
}

static void admitting_an_object_again_extends_its_time(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  assert_range(f, "a", "10.1.0.0/24");
  clock_ms += 1;
  assert_range(f, "a", NULL);
}

static void distinguishes_names_by_kind_and_namespace(void **state) {
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

static void ignores_changes_of_nothing_that_is_read(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_DELETE, NAD("b", "10.1.0.0/24"));
  assert_waiting(f, 0);
}

static void ignores_unreadable_objects(void **state) {
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

/* If an object has no namespace, the request's is used. */
static void an_object_without_namespace_gets_that_of_the_request(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request = request_of(arena, DW_OP_CREATE,
                                         "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: "
                                         "{name: hco}, spec: {liveMigrationConfig: {network: a}}}");
  request.ns = NS;
  admit_request(f, &request);
  assert_network(f, "a");
}

/* --- objects that were looked up --- */

static void found_objects_count_once_and_below_admitted_ones(void **state) {
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

static void absent_objects_hide_only_what_was_not_admitted(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("b", "10.8.0.0/24"), 2);
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  const struct dw_object absent[] = {{.kind = DW_KIND_NAD, .namespace_ = NS, .name = "a"},
                                     {.kind = DW_KIND_NAD, .namespace_ = NS, .name = "b"}};
  const struct dw_change found[] = {{&absent[0], true}, {&absent[1], true}};
  struct dw_world *world = world_with(f, found, 2, true);
  assert_range_in(world, "a", "10.1.0.0/24");
  assert_range_in(world, "b", NULL);
  dw_world_unref(world);
}

/* --- until a view contains the object --- */

static void an_entry_is_dropped_when_the_watches_report_it(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  set_watched(f, NAD("b", "10.9.0.0/24"), 2); /* a change of another object */
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  set_watched(f, NAD("b", "10.9.0.0/24") "---\n" NAD("a", "10.1.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
  set_watched(f, NAD("b", "10.9.0.0/24"), 4); /* deleted since */
  assert_range(f, "a", NULL);
}

static void an_entry_stays_while_the_watches_report_the_earlier_state(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  set_watched(f, NAD("a", "10.1.0.0/24"), 3);
  assert_range(f, "a", "10.2.0.0/24");
  set_watched(f, NAD("a", "10.2.0.0/24"), 4);
  assert_range(f, "a", "10.2.0.0/24");
  assert_waiting(f, 0);
}

static void a_deletion_is_dropped_when_the_object_is_gone_or_being_deleted(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.2.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_DELETE, NAD("b", "10.2.0.0/24"));
  set_watched(f, NAD("a", "10.1.0.0/24") "---\n" NAD("b", "10.2.0.0/24") "---\n" NAD("c", "10.3.0.0/24"), 3);
  assert_range(f, "a", NULL);
  assert_range(f, "b", NULL);
  assert_waiting(f, 2);
  set_watched(f, NAD("b", "10.2.0.0/24"), 4);
  assert_range(f, "b", NULL);
  assert_waiting(f, 1);
  set_watched(f,
              "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
              ", name: b, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x/y]}, spec: {config: '{}'}}",
              5);
  dw_world_unref(world_now(f));
  assert_waiting(f, 0);
}

static void a_hyperconverged_may_arrive_in_another_version(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, HCO_V1BETA1("a"));
  set_watched(f, HCO_V1("b"), 2);
  assert_network(f, "a");
  assert_waiting(f, 1);
  set_watched(f, HCO_V1("a"), 3);
  assert_network(f, "a");
  assert_waiting(f, 0);
}

/* An update of a HyperConverged can differ in any of the fields that a view reads. */
static void every_field_of_a_hyperconverged_that_a_view_reads_has_to_arrive(void **state) {
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
    set_watched(f, HCO("", "false"), ++generation);
    admit(f, DW_OP_UPDATE, updates[i]);
    set_watched(f, HCO("", "false"), ++generation);
    dw_world_unref(world_now(f));
    assert_waiting(f, 1);
    set_watched(f, updates[i], ++generation);
    dw_world_unref(world_now(f));
    assert_waiting(f, 0);
  }
}

static void a_kubevirt_arrives_with_its_network(void **state) {
  struct fixture *f = *state;
  set_watched(f, KUBEVIRT("a"), 2);
  admit(f, DW_OP_UPDATE, KUBEVIRT("b"));
  assert_network(f, "b");
  set_watched(f, KUBEVIRT("b"), 3);
  assert_network(f, "b");
  assert_waiting(f, 0);
}

/* --- until its event arrives, even if a view never contains the object --- */

static void an_entry_is_dropped_with_the_world_that_contains_its_event(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  event(f, NAD("a", "10.1.0.0/24"), 5);
  assert_range(f, "a", "10.1.0.0/24");
  set_watched(f, "", 4);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  set_watched(f, NAD("a", "10.2.0.0/24"), 5); /* changed since, through another replica */
  assert_range(f, "a", "10.2.0.0/24");
  assert_waiting(f, 0);
}

static void events_of_other_states_or_objects_keep_the_entry(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  event(f, NAD("a", "10.2.0.0/24"), 2); /* the state before it */
  event(f, NAD("b", "10.1.0.0/24"), 3);
  event(f, HCO_V1("a"), 4);
  struct dw_cluster_event elsewhere = {DW_KIND_NAD, "other", "a", "u-a", NULL, true, 5, 0};
  dw_admissions_seen(f->admissions, &elsewhere);
  struct dw_cluster_event unreadable = {DW_KIND_NAD, NS, "a", "u-a", NULL, false, 6, 0};
  dw_admissions_seen(f->admissions, &unreadable);
  set_watched(f, "", 7);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
}

static void only_the_deletion_of_the_same_object_drops_the_entry(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  deletion_event(f, "a", "u-1", 3);
  set_watched(f, "", 3);
  assert_range(f, "a", "10.2.0.0/24");
  deletion_event(f, "a", "u-2", 4);
  set_watched(f, NAD("b", "10.9.0.0/24"), 4);
  assert_range(f, "a", NULL);
  assert_waiting(f, 0);
}

static void a_deletion_is_dropped_after_its_event(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  event(f, NAD_OF("a", "u-1", "10.3.0.0/24"), 3); /* an update that was on its way */
  set_watched(f, NAD_OF("a", "u-1", "10.3.0.0/24"), 3);
  assert_range(f, "a", NULL);
  deletion_event(f, "a", "u-1", 4);
  set_watched(f, NAD_OF("a", "u-2", "10.4.0.0/24"), 5); /* created again, through another replica */
  assert_range(f, "a", "10.4.0.0/24");
  assert_waiting(f, 0);
}

/* The event of an object that waits for its finalizers shows that its deletion has begun. */
static void a_deletion_is_dropped_after_the_event_that_it_began(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  event(f,
        "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " NS
        ", name: a, uid: u-1, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [x/y]}}",
        3);
  set_watched(f, NAD_OF("a", "u-2", "10.4.0.0/24"), 4);
  assert_range(f, "a", "10.4.0.0/24");
  assert_waiting(f, 0);
}

/* The uid may differ if the object was replaced between the review and the deletion. */
static void a_deletion_is_dropped_after_any_deletion_of_the_name(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  deletion_event(f, "a", "u-2", 3);
  set_watched(f, NAD_OF("a", "u-3", "10.4.0.0/24"), 4);
  assert_range(f, "a", "10.4.0.0/24");
}

static void repeated_events_drop_an_entry_once(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, NAD("b", "10.2.0.0/24"));
  event(f, NAD("a", "10.1.0.0/24"), 2);
  event(f, NAD("a", "10.1.0.0/24"), 3);
  set_watched(f, NAD("a", "10.1.0.0/24"), 3);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 1);
  event(f, NAD("a", "10.1.0.0/24"), 4);
  deletion_event(f, "a", "u-a", 5);
  deletion_event(f, "a", "u-a", 6);
  set_watched(f, "", 6);
  assert_range(f, "a", NULL);
  assert_range(f, "b", "10.2.0.0/24");
  assert_waiting(f, 1);
}

/* --- or until it expires --- */

static void entries_that_never_arrive_expire(void **state) {
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

static void the_time_of_an_update_begins_when_it_is_admitted(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  clock_ms += EXPIRY_MS - 1;
  assert_range(f, "a", "10.2.0.0/24");
  clock_ms += 1;
  assert_range(f, "a", NULL);
}

static void a_deletion_that_never_arrives_expires(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  admit(f, DW_OP_DELETE, NAD("a", "10.1.0.0/24"));
  assert_range(f, "a", NULL);
  clock_ms += EXPIRY_MS;
  assert_range(f, "a", "10.1.0.0/24");
}

/* While watches are broken, it means nothing that the object does not arrive. */
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

/* --- limits --- */

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

/* 20 NADs of a megabyte each: the memory of all entries is limited, too. */
static void drops_the_oldest_of_too_large_entries(void **state) {
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

/* Entries that are replaced release their memory. */
static void a_large_object_that_changes_often_displaces_no_other(void **state) {
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

static void drops_the_oldest_of_too_many_entries(void **state) {
  struct fixture *f = *state;
  char folder[64];
  folder_make(folder);
  char *log = path_in(folder, "log");
  int standard_error = log_to_file(log);
  add_numbered(f, 0, MOST_ENTRIES);
  struct dw_world *full = world_now(f);
  size_t logged_when_full = count_in_file(log, "ignoring the oldest");
  add_numbered(f, MOST_ENTRIES, MOST_ENTRIES + 2);
  struct dw_world *over = world_now(f);
  size_t logged_when_over = count_in_file(log, "ignoring the oldest");
  log_restore(standard_error);
  free(log);
  folder_remove(folder);
  assert_int_equal(logged_when_full, 0);
  assert_int_equal(logged_when_over, 1);
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

/* --- concurrent reviews --- */

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
    struct dw_states states = snapshot(reviewer->f, arena, &(struct dw_admissions_query){.current = true});
    dw_validate(arena, states.worlds[0], &request, &answer);
    over = !answer.allowed || add(reviewer->f, &states, &request);
    dw_states_free(&states);
  }
  reviewer->allowed = answer.allowed;
  reviewer->overlaps = answer.cause_count == 1 && strstr(answer.causes[0].message, "[overlap-network]") != NULL;
  return NULL;
}

static void allows_exactly_one_of_two_that_overlap(void **state) {
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

/* Others are admitted while a review is judged. This is detected when it is to be added, and it is judged again. */
static void refuses_to_add_if_another_was_admitted_meanwhile(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_admissions_query query = {.current = true};
  struct dw_request slow = request_of(arena, DW_OP_CREATE, NAD("slow", "10.1.0.0/24"));
  struct dw_states before = snapshot(f, arena, &query);
  admit(f, DW_OP_CREATE, NAD("quick", "10.1.0.128/25"));
  admit(f, DW_OP_CREATE, NAD("another", "10.2.0.0/24"));
  assert_false(add(f, &before, &slow));
  assert_waiting(f, 2);
  struct dw_states after = snapshot(f, arena, &query);
  assert_range_in(after.worlds[0], "quick", "10.1.0.128/25");
  assert_true(add(f, &after, &slow));
  assert_waiting(f, 3);
  dw_states_free(&before);
  dw_states_free(&after);
}

/* The same if the other object has arrived meanwhile and no longer counts. */
static void refuses_to_add_if_another_was_admitted_and_has_arrived(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_admissions_query query = {.current = true};
  struct dw_request slow = request_of(arena, DW_OP_CREATE, NAD("slow", "10.1.0.0/24"));
  struct dw_states before = snapshot(f, arena, &query);
  admit(f, DW_OP_CREATE, NAD("quick", "10.1.0.128/25"));
  set_watched(f, NAD("quick", "10.1.0.128/25"), 2);
  assert_range(f, "quick", "10.1.0.128/25");
  assert_waiting(f, 0);
  assert_false(add(f, &before, &slow));
  dw_states_free(&before);
}

/* A thread may hold an older world for a long time before its snapshot. */
static void ignores_an_older_world(void **state) {
  struct fixture *f = *state;
  struct dw_world *old = dw_world_ref(f->base);
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
  struct dw_world *newest = f->base;
  f->base = old;
  assert_range(f, "a", "10.1.0.0/24");
  f->base = newest;
  dw_world_unref(old);
}

/* When the policy is read again, there is a new world with the same objects. */
static void uses_another_world_of_the_same_generation(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  assert_range(f, "a", "10.1.0.0/24");
  set_watched(f, NAD("a", "10.2.0.0/24"), 2);
  assert_range(f, "a", "10.2.0.0/24");
}

/* While watches are broken, expired entries stay, and cost a review nothing. */
static void does_not_rebuild_the_world_for_expired_entries_while_watches_are_broken(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  clock_ms += EXPIRY_MS;
  struct dw_world *one = world_with(f, NULL, 0, false);
  struct dw_world *two = world_with(f, NULL, 0, false);
  assert_ptr_equal(one, two);
  dw_world_unref(one);
  dw_world_unref(two);
}

/* --- a CREATE of an object that exists --- */

static void ignores_a_create_of_an_existing_object(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  assert_range(f, "a", "10.1.0.0/24");
  assert_waiting(f, 0);
  admit(f, DW_OP_UPDATE, NAD_OF("a", "u-1", "10.3.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  assert_range(f, "a", "10.3.0.0/24");
  assert_waiting(f, 1);
}

/* The object also exists if the API server has confirmed it, even if no view contains it yet. */
static void ignores_a_create_of_a_confirmed_object(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-1", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  assert_range(f, "a", "10.2.0.0/24"); /* either may be stored */
  assert_waiting(f, 2);
  event(f, NAD_OF("a", "u-2", "10.2.0.0/24"), 2);
  admit(f, DW_OP_CREATE, NAD_OF("a", "u-3", "10.3.0.0/24"));
  assert_range(f, "a", "10.2.0.0/24");
  set_watched(f, NAD_OF("a", "u-2", "10.2.0.0/24"), 2);
  assert_range(f, "a", "10.2.0.0/24");
  assert_waiting(f, 0);
}

static void a_create_counts_if_the_object_may_be_deleted(void **state) {
  struct fixture *f = *state;
  set_watched(f,
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

/* While watches are broken, the view may contain objects that no longer exist. */
static void a_create_counts_if_the_view_is_not_current(void **state) {
  struct fixture *f = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  set_watched(f, NAD_OF("a", "u-1", "10.1.0.0/24"), 2);
  struct dw_request request = request_of(arena, DW_OP_CREATE, NAD_OF("a", "u-2", "10.2.0.0/24"));
  struct dw_admission admission = dw_admission_of(&request);
  struct dw_states states = snapshot(f, arena, &(struct dw_admissions_query){.current = false});
  dw_admissions_lock(f->admissions);
  assert_true(dw_admissions_add(f->admissions, &states, &admission, false));
  dw_admissions_unlock(f->admissions);
  dw_object_unref(admission.change.object);
  dw_states_free(&states);
  assert_waiting(f, 1);
}

/* --- unconfirmed changes --- */

/* Asserts the number of states, the range of "a" in the last one, and the number of unconfirmed objects. */
static void assert_last_state(struct fixture *f, const char *network, size_t count, const char *range,
                              size_t unconfirmed) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_nad_name networks[] = {{"openshift-cnv", network}};
  struct dw_states states = snapshot(
      f, arena,
      &(struct dw_admissions_query){.networks = networks, .network_count = network == NULL ? 0 : 1, .current = true});
  assert_int_equal(states.count, count);
  assert_range_in(states.worlds[count - 1], "a", range);
  assert_int_equal(states.unconfirmed_count, unconfirmed);
  dw_states_free(&states);
}

static void an_unconfirmed_nad_matters_to_requests_that_name_it(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  assert_last_state(f, NULL, 1, "10.1.0.0/24", 0);
  assert_last_state(f, "b", 1, "10.1.0.0/24", 0);
  assert_last_state(f, "a", 2, NULL, 1);
  event(f, NAD("a", "10.1.0.0/24"), 2);
  assert_last_state(f, "a", 1, "10.1.0.0/24", 0);
}

static void an_unconfirmed_change_matters_to_all_requests(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
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

/* A confirmed change drops the earlier ones, and leaves later ones unconfirmed. */
static void a_confirmed_change_drops_earlier_ones(void **state) {
  struct fixture *f = *state;
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
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
  set_watched(f, NAD("a", "10.5.0.0/24"), 3);
  assert_range(f, "a", "10.5.0.0/24");
  assert_waiting(f, 0);
}

/* If there are more than can be looked up, the newest are listed. */
static void lists_the_newest_of_many_unconfirmed_objects(void **state) {
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
  struct dw_states states = snapshot(f, arena, &(struct dw_admissions_query){.current = true});
  assert_int_equal(states.unconfirmed_count, DW_MOST_UNCONFIRMED);
  assert_string_equal(states.unconfirmed[0]->name, "n8");
  assert_string_equal(states.unconfirmed[DW_MOST_UNCONFIRMED - 1]->name, "n1");
  struct dw_change found[] = {{states.unconfirmed[0], false}};
  struct dw_states next =
      snapshot(f, arena, &(struct dw_admissions_query){.found = found, .found_count = 1, .current = true});
  assert_int_equal(next.unconfirmed_count, DW_MOST_UNCONFIRMED);
  assert_string_equal(next.unconfirmed[0]->name, "n7");
  assert_string_equal(next.unconfirmed[DW_MOST_UNCONFIRMED - 1]->name, "n0");
  dw_states_free(&next);
  dw_states_free(&states);
}

static void a_world_outlives_the_admissions(void **state) {
  (void)state;
  struct fixture f = {.admissions = dw_admissions_new(now)};
  set_watched(&f, NAD("b", "10.9.0.0/24"), 1);
  admit(&f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  struct dw_world *world = world_now(&f);
  dw_admissions_free(f.admissions);
  dw_world_unref(f.base);
  assert_range_in(world, "a", "10.1.0.0/24");
  assert_range_in(world, "b", "10.9.0.0/24");
  dw_world_unref(world);
  dw_admissions_free(NULL);
}

/* Without a watch there are no events. Only a list that began after the ten seconds proves that an admitted object was
 * not stored. */
static void without_a_watch_a_later_list_drops_the_entry(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_CREATE, HCO_V1("a"));
  clock_ms = 11001;
  list_of_nads(f, 10999, 2); /* it began before */
  set_watched(f, "", 2);
  struct dw_world *world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  list_of_nads(f, 11000, 3);
  world = world_with(f, NULL, 0, false); /* the view that contains the list is not built yet */
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  set_watched(f, "", 3);
  world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", NULL);
  assert_string_equal(dw_view_network(world->view), "a"); /* the HyperConverged was in no list */
  dw_world_unref(world);
  assert_waiting(f, 1);
}

/* Two quick changes: the list may contain the first of them, if it began too soon. */
static void an_early_list_does_not_drop_the_second_of_two_changes(void **state) {
  struct fixture *f = *state;
  admit(f, DW_OP_CREATE, NAD("a", "10.1.0.0/24"));
  admit(f, DW_OP_UPDATE, NAD("a", "10.2.0.0/24"));
  list_of_nads(f, 2000, 2);
  set_watched(f, NAD("a", "10.1.0.0/24"), 2);
  struct dw_world *world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.2.0.0/24");
  dw_world_unref(world);
  clock_ms = 12000;
  list_of_nads(f, 12000, 3);
  set_watched(f, NAD("a", "10.1.0.0/24"), 3);
  world = world_with(f, NULL, 0, false);
  assert_range_in(world, "a", "10.1.0.0/24");
  dw_world_unref(world);
  assert_waiting(f, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(changes_of_nads_hyperconverged_and_kubevirt_count),
      cmocka_unit_test(requests_that_store_no_object_do_not_count),
      TEST(without_admissions_reviews_see_the_watched_objects),
      TEST(admitted_objects_count_at_once),
      TEST(a_world_in_use_does_not_change),
      TEST(an_update_replaces_the_object),
      TEST(a_deletion_hides_the_object_until_it_is_created_again),
      TEST(a_change_back_is_not_confused_with_the_original),
      TEST(a_repeated_change_back_is_not_confused_with_the_original),
      TEST(admitting_an_object_again_extends_its_time),
      TEST(distinguishes_names_by_kind_and_namespace),
      TEST(ignores_changes_of_nothing_that_is_read),
      TEST(ignores_unreadable_objects),
      TEST(an_object_without_namespace_gets_that_of_the_request),
      TEST(found_objects_count_once_and_below_admitted_ones),
      TEST(absent_objects_hide_only_what_was_not_admitted),
      TEST(an_entry_is_dropped_when_the_watches_report_it),
      TEST(an_entry_stays_while_the_watches_report_the_earlier_state),
      TEST(a_deletion_is_dropped_when_the_object_is_gone_or_being_deleted),
      TEST(a_hyperconverged_may_arrive_in_another_version),
      TEST(every_field_of_a_hyperconverged_that_a_view_reads_has_to_arrive),
      TEST(a_kubevirt_arrives_with_its_network),
      TEST(an_entry_is_dropped_with_the_world_that_contains_its_event),
      TEST(events_of_other_states_or_objects_keep_the_entry),
      TEST(only_the_deletion_of_the_same_object_drops_the_entry),
      TEST(a_deletion_is_dropped_after_its_event),
      TEST(a_deletion_is_dropped_after_the_event_that_it_began),
      TEST(a_deletion_is_dropped_after_any_deletion_of_the_name),
      TEST(repeated_events_drop_an_entry_once),
      TEST(entries_that_never_arrive_expire),
      TEST(the_time_of_an_update_begins_when_it_is_admitted),
      TEST(a_deletion_that_never_arrives_expires),
      TEST(nothing_expires_while_watches_are_broken),
      TEST(a_large_object_that_changes_often_displaces_no_other),
      TEST(drops_the_oldest_of_too_many_entries),
      TEST(drops_the_oldest_of_too_large_entries),
      TEST(allows_exactly_one_of_two_that_overlap),
      TEST(refuses_to_add_if_another_was_admitted_meanwhile),
      TEST(refuses_to_add_if_another_was_admitted_and_has_arrived),
      TEST(ignores_an_older_world),
      TEST(uses_another_world_of_the_same_generation),
      TEST(does_not_rebuild_the_world_for_expired_entries_while_watches_are_broken),
      TEST(ignores_a_create_of_an_existing_object),
      TEST(ignores_a_create_of_a_confirmed_object),
      TEST(a_create_counts_if_the_object_may_be_deleted),
      TEST(a_create_counts_if_the_view_is_not_current),
      TEST(an_unconfirmed_nad_matters_to_requests_that_name_it),
      TEST(an_unconfirmed_change_matters_to_all_requests),
      TEST(a_confirmed_change_drops_earlier_ones),
      TEST(lists_the_newest_of_many_unconfirmed_objects),
      cmocka_unit_test(a_world_outlives_the_admissions),
      cmocka_unit_test_setup_teardown(without_a_watch_a_later_list_drops_the_entry, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_early_list_does_not_drop_the_second_of_two_changes, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
