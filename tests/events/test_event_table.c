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

/* Notes that what is due now was sent. */
static struct dw_event_entry *send_due(struct dw_event_table *table, int64_t now) {
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
  struct dw_event_entry *entry = send_due(table, 1000);
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

static void other_objects_or_rules_or_late_denials_are_separate_events(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "x"), 0);
  struct dw_event_entry *entry = send_due(table, 0);
  dw_event_table_add(table, denial("net", "b", "x"), 0);
  assert_ptr_not_equal(send_due(table, 0), entry);
  dw_event_table_add(table, denial("net2", "a", "x"), 0);
  assert_ptr_not_equal(send_due(table, 0), entry);
  char first[256];
  snprintf(first, sizeof first, "%s", entry->name);
  dw_event_table_add(table, denial("net", "a", "x"), WINDOW);
  assert_ptr_equal(send_due(table, WINDOW), entry);
  assert_string_equal(entry->name, first);
  assert_true(entry->created);
  dw_event_table_add(table, denial("net", "a", "x"), 2 * WINDOW + 1);
  assert_ptr_equal(due(table, 2 * WINDOW + 1), entry);
  assert_string_not_equal(entry->name, first);
  assert_false(entry->created);
  assert_int_equal(count_of(table, entry), 1);
}

/* The API server is unreachable for longer than the window: nothing that is queued is forgotten. */
static void counts_what_is_queued_longer_than_the_window(void **state) {
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

/* A finding is one Event as long as it lasts: created once, then updated. */
static void a_finding_never_becomes_a_second_event(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, finding("net", "one"), 0);
  struct dw_event_entry *entry = send_due(table, 0);
  entry->first = 77;
  dw_event_table_add(table, finding("net", "one"), REFRESH);
  assert_ptr_equal(send_due(table, REFRESH), entry);
  assert_true(entry->created);
  assert_int_equal(entry->first, 77);
}

static void sends_the_longest_waiting_entry_first(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, denial("net", "a", "one"), 1000);
  struct dw_event_entry *entry = send_due(table, 1000);
  dw_event_table_add(table, denial("net", "a", "again"), 1001);
  dw_event_table_add(table, denial("older", "a", "one"), 1004);
  dw_event_table_add(table, denial("newer", "a", "one"), 1006); /* otherwise endless new entries would come first */
  assert_string_equal(send_due(table, 1010)->event->name, "older");
  assert_ptr_equal(send_due(table, 1010), entry);
  assert_string_equal(send_due(table, 1010)->event->name, "newer");
}

static void a_note_contains_no_control_characters(void **state) {
  (void)state;
  struct dw_event *event = denial("net", "a", "\033[31m\n\xC2\x9B\x7F\xE2\x80\xAE\xC2\xA0\xC3\xA4");
  assert_non_null(strstr(event->note, ":  [31m    \xC2\xA0\xC3\xA4"));
  free(event);
}

static void sends_a_finding_when_it_is_new_changed_or_old(void **state) {
  struct dw_event_table *table = *state;
  dw_event_table_add(table, finding("net", "one"), 0);
  struct dw_event_entry *entry = send_due(table, 0);
  assert_int_equal(dw_event_table_add(table, finding("net", "one"), REFRESH - 1), DW_EVENT_KNOWN);
  assert_null(due(table, REFRESH));
  assert_int_equal(dw_event_table_add(table, finding("net", "two"), REFRESH - 1), DW_EVENT_WAITS);
  assert_ptr_equal(send_due(table, REFRESH - 1), entry);
  assert_int_equal(dw_event_table_add(table, finding("net", "two"), 2 * REFRESH - 2), DW_EVENT_KNOWN);
  assert_int_equal(dw_event_table_add(table, finding("net", "two"), 2 * REFRESH - 1), DW_EVENT_WAITS);
  assert_ptr_equal(due(table, 2 * REFRESH - 1), entry);
  assert_int_equal(count_of(table, entry), 1);
}

static void replicas_share_the_names_of_findings_only(void **state) {
  struct dw_event_table *one = *state;
  struct dw_event_table *other = calloc(1, sizeof *other);
  assert_non_null(other);
  other->times = one->times;
  other->instance = "droveway-2";
  dw_event_table_add(one, finding("net", "x"), 0);
  dw_event_table_add(other, finding("net", "y"), 7);
  assert_string_equal(send_due(one, 7)->name, send_due(other, 7)->name);
  dw_event_table_add(one, denial("net", "a", "x"), 10);
  dw_event_table_add(other, denial("net", "a", "x"), 10);
  assert_string_not_equal(send_due(one, 10)->name, send_due(other, 10)->name);
  dw_event_table_clear(other);
  free(other);
}

static void names_are_valid_however_long_the_object_name_is(void **state) {
  struct dw_event_table *table = *state;
  char name[254];
  memset(name, 'a', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  for (int i = 60; i < 250; i += 60)
    name[i] = '.';
  for (int i = 190; i < 202; i++) /* where it is truncated */
    name[i] = i == 201 ? 'a' : '-';
  assert_true(dw_is_dns_subdomain(name));
  dw_event_table_add(table, denial(name, "a", "x"), 0);
  assert_true(dw_is_dns_subdomain(send_due(table, 0)->name));
}

static void replaces_the_quietest_entry_but_none_that_is_queued(void **state) {
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

static void retries_later_what_was_refused(void **state) {
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

static void drops_after_a_while_what_could_not_be_sent(void **state) {
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
      TABLE(other_objects_or_rules_or_late_denials_are_separate_events),
      TABLE(counts_what_is_queued_longer_than_the_window),
      TABLE(a_finding_never_becomes_a_second_event),
      TABLE(sends_the_longest_waiting_entry_first),
      cmocka_unit_test(a_note_contains_no_control_characters),
      TABLE(sends_a_finding_when_it_is_new_changed_or_old),
      TABLE(replicas_share_the_names_of_findings_only),
      TABLE(names_are_valid_however_long_the_object_name_is),
      TABLE(replaces_the_quietest_entry_but_none_that_is_queued),
      TABLE(retries_later_what_was_refused),
      TABLE(drops_after_a_while_what_could_not_be_sent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
