/* When an admitted object no longer counts. */
#include "serve/admissions_case.h"

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

/* --- without a watch, until a list --- */

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

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
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
      TEST(without_a_watch_a_later_list_drops_the_entry),
      TEST(an_early_list_does_not_drop_the_second_of_two_changes),
      TEST(drops_the_oldest_of_too_large_entries),
      TEST(a_large_object_that_changes_often_displaces_no_other),
      TEST(drops_the_oldest_of_too_many_entries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
