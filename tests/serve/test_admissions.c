#include "serve/admissions_case.h"

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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
