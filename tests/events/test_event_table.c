#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "events/event_table.h"

enum { WINDOW = 600, AGAIN = 5, REFRESH = 3000, REFUSED = 60, GIVE_UP = 600 };

static int set_up(void **state) {
  struct dw_event_table *table = calloc(1, sizeof *table);
  assert_non_null(table);
  table->times = (struct dw_event_times){WINDOW, AGAIN, REFRESH, REFUSED, GIVE_UP};
  table->instance = "droveway-1";
  *state = table;
  return 0;
}

static int tear_down(void **state) {
  dw_event_table_clear(*state);
  free(*state);
  return 0;
}

static struct dw_request request = {.group = "k8s.cni.cncf.io",
                                    .version = "v1",
                                    .kind = "NetworkAttachmentDefinition",
                                    .ns = "shop",
                                    .name = "net",
                                    .operation = DW_OP_CREATE};

static struct dw_event *denial(const char *name, const char *rules, const char *message) {
  struct dw_cause cause = {"FieldValueInvalid", "spec.config", message};
  struct dw_answer answer = {.causes = &cause, .cause_count = 1, .denied = rules};
  struct dw_request asked = request;
  asked.name = name;
  struct dw_event *event = dw_event_of_denial(&asked, &answer);
  assert_non_null(event);
  return event;
}

static struct dw_event *finding(const char *name, const char *message) {
  struct dw_event *event = denial(name, "range-empty", message);
  event->audit = true;
  return event;
}

static struct dw_event_entry *due(struct dw_event_table *table, int64_t now) {
  int64_t wait = 0;
  return dw_event_table_due(table, now, &wait);
}

/* What is due now is told. */
static struct dw_event_entry *tell(struct dw_event_table *table, int64_t now) {
  struct dw_event_entry *entry = due(table, now);
  assert_non_null(entry);
  dw_event_sent(table, entry, now);
  return entry;
}

static uint64_t count_of(const struct dw_event_table *table, const struct dw_event_entry *entry) {
  return dw_event_facts_of(table, entry).count;
}

static void denials_by_the_same_rules_are_one_event(void **state) {
  struct dw_event_table *table = *state;
  char first[256];
  int64_t wait = 0;
  assert_int_equal(dw_event_table_add(table, denial("net", "a,b", "one"), 1000), DW_EVENT_WAITS);
  struct dw_event_entry *entry = tell(table, 1000);
  snprintf(first, sizeof first, "%s", entry->name);
  assert_null(due(table, 1000));
  dw_event_table_add(table, denial("net", "a,b", "two"), 1001);
  dw_event_table_add(table, denial("net", "a,b", "three"), 1002);
  assert_null(dw_event_table_due(table, 1004, &wait));
  assert_int_equal(wait, 1);
  assert_ptr_equal(due(table, 1005), entry);
  assert_int_equal(count_of(table, entry), 3);
  assert_true(strstr(entry->event->note, "three") != NULL);
  assert_int_equal(dw_event_sent(table, entry, 1005), 2);
  assert_string_equal(entry->name, first);
}

static void other_objects_rules_and_late_ones_are_other_events(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "x"), 0);
  struct dw_event_entry *entry = tell(table, 0);
  dw_event_table_add(table, denial("net", "b", "x"), 0);
  assert_ptr_not_equal(tell(table, 0), entry);
  dw_event_table_add(table, denial("net2", "a", "x"), 0);
  assert_ptr_not_equal(tell(table, 0), entry);
  char first[256];
  snprintf(first, sizeof first, "%s", entry->name);
  dw_event_table_add(table, denial("net", "a", "x"), WINDOW);
  assert_ptr_equal(tell(table, WINDOW), entry);
  assert_string_equal(entry->name, first);
  assert_true(entry->created);
  dw_event_table_add(table, denial("net", "a", "x"), 2 * WINDOW + 1);
  assert_ptr_equal(due(table, 2 * WINDOW + 1), entry);
  assert_string_not_equal(entry->name, first);
  assert_false(entry->created);
  assert_int_equal(count_of(table, entry), 1);
}

/* The API server is away for longer than the window: nothing that waits is forgotten. */
static void what_waits_longer_than_the_window_is_counted(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "one"), 0);
  struct dw_event_entry *entry = due(table, 0);
  int64_t first = entry->first;
  dw_event_table_add(table, denial("net", "a", "two"), 2 * WINDOW);
  assert_ptr_equal(due(table, 2 * WINDOW), entry);
  assert_int_equal(count_of(table, entry), 2);
  assert_int_equal(entry->first, first);
  assert_int_equal(dw_event_sent(table, entry, 2 * WINDOW), 2);
}

/* It is one Event as long as the finding stands, however long that is: made once, then brought up to date. */
static void a_finding_never_becomes_another_event(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, finding("net", "one"), 0);
  struct dw_event_entry *entry = tell(table, 0);
  entry->first = 77;
  dw_event_table_add(table, finding("net", "one"), REFRESH);
  assert_ptr_equal(tell(table, REFRESH), entry);
  assert_true(entry->created);
  assert_int_equal(entry->first, 77);
}

static void who_waits_longer_is_told_first(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "one"), 1000);
  struct dw_event_entry *entry = tell(table, 1000);
  dw_event_table_add(table, denial("net", "a", "again"), 1001);
  dw_event_table_add(table, denial("older", "a", "one"), 1004);
  dw_event_table_add(table, denial("newer", "a", "one"), 1006); /* new ones without end would be before it else */
  assert_string_equal(tell(table, 1010)->event->name, "older");
  assert_ptr_equal(tell(table, 1010), entry);
  assert_string_equal(tell(table, 1010)->event->name, "newer");
}

static void a_note_holds_no_controls(void **state) {
  (void)state;
  struct dw_event *event = denial("net", "a", "\033[31m\n\xC2\x9B\x7F\xE2\x80\xAE\xC2\xA0\xC3\xA4");
  assert_non_null(strstr(event->note, ":  [31m    \xC2\xA0\xC3\xA4"));
  free(event);
}

static void what_stands_is_told_when_new_changed_or_old(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, finding("net", "one"), 0);
  struct dw_event_entry *entry = tell(table, 0);
  assert_int_equal(dw_event_table_add(table, finding("net", "one"), REFRESH - 1), DW_EVENT_KNOWN);
  assert_null(due(table, REFRESH));
  assert_int_equal(dw_event_table_add(table, finding("net", "two"), REFRESH - 1), DW_EVENT_WAITS);
  assert_ptr_equal(tell(table, REFRESH - 1), entry);
  assert_int_equal(dw_event_table_add(table, finding("net", "two"), 2 * REFRESH - 2), DW_EVENT_KNOWN);
  assert_int_equal(dw_event_table_add(table, finding("net", "two"), 2 * REFRESH - 1), DW_EVENT_WAITS);
  assert_ptr_equal(due(table, 2 * REFRESH - 1), entry);
  assert_int_equal(count_of(table, entry), 1);
}

static void only_what_stands_is_called_the_same_by_all_replicas(void **state) {
  struct dw_event_table *one = *state;
  struct dw_event_table *other = calloc(1, sizeof *other);
  assert_non_null(other);
  other->times = one->times;
  other->instance = "droveway-2";
  dw_event_table_add(one, finding("net", "x"), 0);
  dw_event_table_add(other, finding("net", "y"), 7);
  assert_string_equal(tell(one, 7)->name, tell(other, 7)->name);
  dw_event_table_add(one, denial("net", "a", "x"), 10);
  dw_event_table_add(other, denial("net", "a", "x"), 10);
  assert_string_not_equal(tell(one, 10)->name, tell(other, 10)->name);
  dw_event_table_clear(other);
  free(other);
}

static void names_are_allowed_however_long_the_object_s(void **state) {
  struct dw_event_table *table = *state;
  char name[254];
  memset(name, 'a', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  for (int i = 60; i < 250; i += 60)
    name[i] = '.';
  for (int i = 190; i < 202; i++) /* where it is cut */
    name[i] = i == 201 ? 'a' : '-';
  assert_true(dw_is_dns_subdomain(name));
  dw_event_table_add(table, denial(name, "a", "x"), 0);
  assert_true(dw_is_dns_subdomain(tell(table, 0)->name));
}

static void the_quietest_makes_room_and_what_waits_does_not(void **state) {
  struct dw_event_table *table = *state;
  char name[16];
  for (int i = 0; i < DW_EVENT_ENTRIES; i++) {
    snprintf(name, sizeof name, "net-%d", i);
    assert_int_equal(dw_event_table_add(table, denial(name, "a", "x"), i), DW_EVENT_WAITS);
  }
  assert_int_equal(dw_event_table_add(table, denial("more", "a", "x"), 1000), DW_EVENT_NO_ROOM);
  assert_int_equal(dw_event_table_add(table, denial("net-7", "a", "x"), 1000), DW_EVENT_WAITS);
  for (int i = 0; i < 3; i++)
    dw_event_sent(table, &table->entries[i], 1000);
  dw_event_table_add(table, denial("net-0", "a", "x"), 1001);
  dw_event_sent(table, &table->entries[0], 1001);
  assert_int_equal(dw_event_table_add(table, denial("more", "a", "x"), 1002), DW_EVENT_WAITS);
  assert_string_equal(table->entries[0].event->name, "net-0");
  assert_string_equal(table->entries[1].event->name, "more");
}

static void what_was_refused_is_tried_again_later(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "x"), 0);
  struct dw_event_entry *entry = due(table, 0);
  assert_int_equal(dw_event_refused(table, entry, 0), 1);
  assert_null(due(table, REFUSED));
  dw_event_table_add(table, denial("net", "a", "x"), 1);
  assert_null(due(table, REFUSED - 1));
  assert_ptr_equal(due(table, REFUSED), entry);
  assert_int_equal(count_of(table, entry), 1);
}

static void what_could_not_be_told_is_given_up_after_a_while(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "x"), 0);
  dw_event_table_add(table, denial("net", "a", "x"), 1);
  struct dw_event_entry *entry = due(table, 1);
  assert_int_equal(dw_event_missed(table, entry, GIVE_UP - 1), 0);
  assert_ptr_equal(due(table, GIVE_UP - 1 + AGAIN), entry);
  assert_int_equal(dw_event_missed(table, entry, GIVE_UP), 2);
  assert_null(due(table, 2 * GIVE_UP));
}

#define TABLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TABLE(denials_by_the_same_rules_are_one_event),
      TABLE(other_objects_rules_and_late_ones_are_other_events),
      TABLE(what_waits_longer_than_the_window_is_counted),
      TABLE(a_finding_never_becomes_another_event),
      TABLE(who_waits_longer_is_told_first),
      cmocka_unit_test(a_note_holds_no_controls),
      TABLE(what_stands_is_told_when_new_changed_or_old),
      TABLE(only_what_stands_is_called_the_same_by_all_replicas),
      TABLE(names_are_allowed_however_long_the_object_s),
      TABLE(the_quietest_makes_room_and_what_waits_does_not),
      TABLE(what_was_refused_is_tried_again_later),
      TABLE(what_could_not_be_told_is_given_up_after_a_while),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
