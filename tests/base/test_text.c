#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LONG_S "\xC5\xBF"
#define KELVIN "\xE2\x84\xAA"

static void keys_fold_as_in_go(void **state) {
  (void)state;
  static const char *const equal[][2] = {
      {"master", "MASTER"},
      {"master", "mA" LONG_S "ter"},
      {"kind", KELVIN "ind"},
      {"Kind", KELVIN "IND"},
      {"\xC3\x89", "\xC3\x89"},
      {"", ""},
      {"range_start", "Range_" LONG_S "tart"},
  };
  for (size_t i = 0; i < sizeof equal / sizeof equal[0]; i++) {
    assert_true(dw_key_equal(equal[i][0], equal[i][1]));
    assert_true(dw_key_equal(equal[i][1], equal[i][0]));
    assert_int_equal(dw_key_compare(equal[i][0], equal[i][1]), 0);
  }
}

static void other_keys_differ(void **state) {
  (void)state;
  static const char *const different[][2] = {
      {"master", "maste"}, {"master", "master "}, {"range_start", "range-start"}, {"a", ""}, {"@", "`"}, {"[", "{"},
      {"s", "\xC5"},       {"k", "\xE2\x84"},
  };
  for (size_t i = 0; i < sizeof different / sizeof different[0]; i++) {
    const char *a = different[i][0];
    const char *b = different[i][1];
    assert_false(dw_key_equal(a, b));
    assert_true(dw_key_compare(a, b) * dw_key_compare(b, a) < 0);
  }
}

static void key_order_is_total(void **state) {
  (void)state;
  static const char *const sorted[] = {"", "Bridge", "bridgE2", "ip", "IPAM", "master", "type", "\xC3\xA9"};
  enum { COUNT = sizeof sorted / sizeof sorted[0] };
  for (size_t i = 0; i < COUNT; i++)
    for (size_t j = 0; j < COUNT; j++) {
      int order = dw_key_compare(sorted[i], sorted[j]);
      assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
    }
}

static void edit_distance_counts_edits(void **state) {
  (void)state;
  static const struct {
    const char *a;
    const char *b;
    unsigned distance;
  } cases[] = {
      {"", "", 0},          {"range", "RANGE", 0},    {"", "abc", 3},        {"range", "ranges", 1},
      {"range", "rnge", 1}, {"range", "renge", 1},    {"range", "arnge", 1}, {"exclude", "excldue", 1},
      {"ab", "ba", 1},      {"kitten", "sitting", 3}, {"deny", "warn", 4},   {"abcd", "dcba", 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(dw_edit_distance(cases[i].a, cases[i].b, 10), cases[i].distance);
    assert_int_equal(dw_edit_distance(cases[i].b, cases[i].a, 10), cases[i].distance);
    assert_int_equal(dw_edit_distance(cases[i].a, cases[i].b, cases[i].distance), cases[i].distance);
    if (cases[i].distance > 0)
      assert_int_equal(dw_edit_distance(cases[i].a, cases[i].b, cases[i].distance - 1), cases[i].distance);
  }
}

static void edit_distance_is_bounded(void **state) {
  (void)state;
  static char a[100001];
  static char b[100001];
  memset(a, 'x', 100000);
  memset(b, 'x', 100000);
  b[127] = 'y';
  b[128] = 'y';
  b[99999] = 'y';
  assert_int_equal(dw_edit_distance(a, b, 3), 1);
  assert_int_equal(dw_edit_distance(a, "", 200), 128);
  assert_int_equal(dw_edit_distance(a, "", 3), 4);
}

static const char *const words[] = {"range", "range_start", "range_end", "exclude", "gateway", "ipRanges", "of"};

static const char *nearest(const char *text) {
  return dw_nearest(text, words, sizeof words / sizeof words[0]);
}

static void the_most_similar_word_is_found(void **state) {
  (void)state;
  assert_string_equal(nearest("rangeStart"), "range_start");
  assert_string_equal(nearest("RANGE"), "range");
  assert_string_equal(nearest("excludes"), "exclude");
  assert_string_equal(nearest("ip_ranges"), "ipRanges");
  assert_string_equal(nearest("gatwaey"), "gateway");
  assert_string_equal(nearest("OF"), "of");
}

static void dissimilar_words_are_not_suggested(void **state) {
  (void)state;
  assert_null(nearest("on"));     /* one edit of two letters */
  assert_null(nearest("rbcge0")); /* three edits of six letters */
  assert_null(nearest("zzzzzzzz"));
  assert_null(nearest(""));
  assert_null(dw_nearest("x", NULL, 0));
  static const char *const lengthy[] = {"parallelMigrationsPerCluster"};
  assert_non_null(dw_nearest("paralelMigrationPerClusters", lengthy, 1)); /* three */
  assert_null(dw_nearest("paralelMigrationPerClusterzz", lengthy, 1));    /* four */
}

static void of_equally_similar_words_the_first_is_returned(void **state) {
  (void)state;
  static const char *const pair[] = {"warnx", "warny"};
  assert_ptr_equal(dw_nearest("warn", pair, 2), pair[0]);
  static const char *const exact[] = {"warny", "warn"};
  assert_ptr_equal(dw_nearest("warn", exact, 2), exact[1]);
}

static void dns_labels(void **state) {
  (void)state;
  char label[65];
  memset(label, 'a', 64);
  label[64] = '\0';
  assert_false(dw_is_dns_label(label));
  label[63] = '\0';
  assert_true(dw_is_dns_label(label));
  static const char *const good[] = {"a", "0", "migration-network", "a--b", "1a"};
  static const char *const bad[] = {"", "-a", "a-", "A", "a.b", "a_b", "a b", "a@x", "a,b", "\xC3\xA9", "a/b"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(dw_is_dns_label(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(dw_is_dns_label(bad[i]));
}

static void dns_subdomains(void **state) {
  (void)state;
  static const char *const good[] = {"a", "a.b", "worker-1.example.com", "0.0"};
  static const char *const bad[] = {"", ".", "a.", ".a", "a..b", "a.-b", "a-.b", "a.B", "a/b"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(dw_is_dns_subdomain(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(dw_is_dns_subdomain(bad[i]));
  char name[255];
  memset(name, 'a', 254);
  name[254] = '\0';
  assert_false(dw_is_dns_subdomain(name));
  name[253] = '\0';
  assert_true(dw_is_dns_subdomain(name)); /* Kubernetes does not limit the length of a single label */
}

static void int64_is_read_strictly(void **state) {
  (void)state;
  int64_t value = 42;
  static const char *const bad[] = {"",
                                    "-",
                                    "+1",
                                    " 1",
                                    "1 ",
                                    "1.0",
                                    "0x1",
                                    "--1",
                                    "1-",
                                    "1e3",
                                    "9223372036854775808",
                                    "-9223372036854775809",
                                    "99999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(dw_parse_int64(bad[i], &value));
    assert_int_equal(value, 42);
  }
  static const int64_t numbers[] = {0, 7, -7, INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)numbers[i]);
    assert_true(dw_parse_int64(text, &value));
    assert_true(value == numbers[i]);
  }
}

static void hexadecimal_digits_have_values(void **state) {
  (void)state;
  static const char digits[] = "0123456789abcdef0123456789ABCDEF";
  for (unsigned i = 0; i < 32; i++)
    assert_int_equal(dw_hex_digit(digits[i]), i % 16);
  for (const char *c = "/:@G`g \xFF"; *c != '\0'; c++)
    assert_int_equal(dw_hex_digit(*c), 16);
  assert_int_equal(dw_hex_digit('\0'), 16);
}

static void suffixes(void **state) {
  (void)state;
  assert_true(dw_has_suffix("nad.yaml", ".yaml"));
  assert_true(dw_has_suffix(".yaml", ".yaml"));
  assert_true(dw_has_suffix("x", ""));
  assert_false(dw_has_suffix("nad.yaml~", ".yaml"));
  assert_false(dw_has_suffix("yaml", ".yaml"));
}

/* Checks every byte: it has the property if and only if IN contains it. */
static void expect_class(bool (*is)(char), const char *in) {
  for (int byte = 0; byte < 256; byte++)
    if (is((char)byte) != (byte != 0 && strchr(in, byte) != NULL))
      fail_msg("byte %d is in the wrong class", byte);
}

static void classes_of_characters_are_ascii(void **state) {
  (void)state;
  expect_class(dw_is_digit, "0123456789");
  expect_class(dw_is_alnum, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  expect_class(dw_is_blank, " \t\n\r");
  expect_class(dw_is_space, " \t\n\v\f\r");
}

static void texts_may_be_null(void **state) {
  (void)state;
  assert_true(dw_text_equal(NULL, NULL));
  assert_true(dw_text_equal("", ""));
  assert_true(dw_text_equal("eth1", (const char[]){"eth1"}));
  assert_false(dw_text_equal("eth1", "eth10"));
  assert_false(dw_text_equal("", NULL));
  assert_false(dw_text_equal(NULL, ""));
}

static void assert_placeholder(const char *text, const char *wanted) {
  size_t length;
  const char *found = dw_text_placeholder(text, &length);
  if (wanted == NULL) {
    if (found != NULL)
      fail_msg("%s: found %.*s", text, (int)length, found);
    assert_int_equal(length, 0);
    return;
  }
  if (found == NULL)
    fail_msg("%s: found nothing", text);
  assert_int_equal(length, strlen(wanted));
  assert_memory_equal(found, wanted, length);
}

static void placeholders_are_found(void **state) {
  (void)state;
  assert_placeholder("${NIC}", "${NIC}");
  assert_placeholder("eth${nic_number}", "${nic_number}");
  assert_placeholder("${CIDR:-10.0.0.0/24}", "${CIDR:-10.0.0.0/24}");
  assert_placeholder("\"vlanId\":${VLAN},\"a\":${B}", "${VLAN}");
  assert_placeholder("$NIC", "$NIC");
  assert_placeholder("$NIC_2/24", "$NIC_2");
  assert_placeholder("$(params.nic)", "$(params.nic)");
  assert_placeholder("{{ .Values.nic }}", "{{ .Values.nic }}");
  assert_placeholder("x{{hub .ManagedClusterName hub}}", "{{hub .ManagedClusterName hub}}");
  assert_placeholder("{{ index .Values \"nic\" }}", "{{ index .Values \"nic\" }}");
  assert_placeholder("<%= nic %>", "<%= nic %>");
  assert_placeholder("_replaced_", "_replaced_");
  assert_placeholder("a: _REPLACE_ME_", "_REPLACE_ME_");
  assert_placeholder("__placeholder__", "__placeholder__");
}

static void other_texts_are_not_placeholders(void **state) {
  (void)state;
  static const char *const texts[] = {"",          "eth0",        "$",   "$1",    "${}",        "${1}",
                                      "${NIC",     "$nic",        "$N",  "$NICs", "{\"a\":{}}", "{\"a\":{\"b\":{}}}",
                                      "{{}}",      "{{",          "_",   "__",    "_eth0_",     "replaced",
                                      "_replaced", "x_replaced_", "<1>", "<nic>", "$()",        "$(",
                                      "${a\"b}",   "10.0.0.0/24"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    assert_placeholder(texts[i], NULL);
}

static void elements_that_begin_with_a_text_are_ordered_and_found_by_it(void **state) {
  (void)state;
  struct {
    const char *name;
    int value;
  } items[] = {{"b", 2}, {"a", 1}, {"B", 0}};
  qsort(items, 3, sizeof *items, dw_by_name);
  for (int i = 0; i < 3; i++)
    assert_int_equal(items[i].value, i);
  assert_ptr_equal(dw_find_by_name("b", items, 3, sizeof *items), &items[2]);
  assert_null(dw_find_by_name("c", items, 3, sizeof *items));
  assert_null(dw_find_by_name("b", NULL, 0, sizeof *items));
}

#define UNSAFE "\xEF\xBF\xBD"

static void expect_xml(const char *text, const char *markup) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_xml_puts(&out, text);
  assert_string_equal(dw_buf_text(&out), markup);
}

static void xml_keeps_safe_text(void **state) {
  (void)state;
  expect_xml("", "");
  expect_xml("eth1 10.0.0.0/8 ~!", "eth1 10.0.0.0/8 ~!");
  expect_xml("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x84\xC2\xA0", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x84\xC2\xA0");
}

static void xml_escapes_markup(void **state) {
  (void)state;
  expect_xml("<b a=\"x\" c='y'>&amp;", "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;");
}

static void xml_replaces_control_characters(void **state) {
  (void)state;
  expect_xml("a\tb\nc\x7F\033[2J", "a" UNSAFE "b" UNSAFE "c" UNSAFE UNSAFE "[2J");
  expect_xml("\xC2\x80\xC2\x9B\xC2\x9F", UNSAFE UNSAFE UNSAFE); /* C1 */
  expect_xml("\xE2\x80\xAE\xE2\x80\xA8\xE2\x81\xA6\xE2\x80\x8B", UNSAFE UNSAFE UNSAFE UNSAFE);
  expect_xml("\xEF\xBB\xBF\xEF\xBF\xBE\xEF\xBF\xBF", UNSAFE UNSAFE UNSAFE);
}

static void xml_replaces_invalid_bytes_one_by_one(void **state) {
  (void)state;
  expect_xml("\xFFz\x80", UNSAFE "z" UNSAFE);
  expect_xml("\xC3", UNSAFE);
  expect_xml("\xE2\x82z", UNSAFE UNSAFE "z");
  expect_xml("\xC0\xAF", UNSAFE UNSAFE);                       /* overlong */
  expect_xml("\xE0\x80\xAF", UNSAFE UNSAFE UNSAFE);            /* overlong */
  expect_xml("\xED\xA0\x80", UNSAFE UNSAFE UNSAFE);            /* a surrogate */
  expect_xml("\xF4\x90\x80\x80", UNSAFE UNSAFE UNSAFE UNSAFE); /* beyond U+10FFFF */
  expect_xml("\xF5\x80", UNSAFE UNSAFE);
}

static void a_word_is_meant_for_sure_if_no_other_is_as_similar(void **state) {
  (void)state;
  static const char *const nics[] = {"bond1", "bond2", "storage"};
  bool sure = true;
  assert_string_equal(dw_nearest_sure("storaeg", nics, 3, &sure), "storage");
  assert_true(sure);
  assert_string_equal(dw_nearest_sure("bond", nics, 3, &sure), "bond1");
  assert_false(sure);
  assert_string_equal(dw_nearest_sure("bond3", nics, 1, &sure), "bond1");
  assert_false(sure); /* other digits are another name */
  assert_string_equal(dw_nearest_sure("bnod1", nics, 3, NULL), "bond1");
  sure = true;
  assert_null(dw_nearest_sure("eth", nics, 3, &sure));
  assert_false(sure);
  assert_null(dw_nearest_only("bond", nics, 3));
  assert_string_equal(dw_nearest_only("bond1", nics, 3), "bond1");
}

static void digits_are_compared_in_order(void **state) {
  (void)state;
  assert_true(dw_same_digits("", "a"));
  assert_true(dw_same_digits("eth1", "Eth1"));
  assert_true(dw_same_digits("enp1s0", "emp1s0"));
  assert_false(dw_same_digits("eth1", "eth2"));
  assert_false(dw_same_digits("eth1", "eth"));
  assert_false(dw_same_digits("eth", "eth1"));
  assert_false(dw_same_digits("e12", "e21"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_fold_as_in_go),
      cmocka_unit_test(other_keys_differ),
      cmocka_unit_test(key_order_is_total),
      cmocka_unit_test(edit_distance_counts_edits),
      cmocka_unit_test(edit_distance_is_bounded),
      cmocka_unit_test(the_most_similar_word_is_found),
      cmocka_unit_test(dissimilar_words_are_not_suggested),
      cmocka_unit_test(of_equally_similar_words_the_first_is_returned),
      cmocka_unit_test(dns_labels),
      cmocka_unit_test(dns_subdomains),
      cmocka_unit_test(int64_is_read_strictly),
      cmocka_unit_test(suffixes),
      cmocka_unit_test(classes_of_characters_are_ascii),
      cmocka_unit_test(texts_may_be_null),
      cmocka_unit_test(elements_that_begin_with_a_text_are_ordered_and_found_by_it),
      cmocka_unit_test(hexadecimal_digits_have_values),
      cmocka_unit_test(placeholders_are_found),
      cmocka_unit_test(other_texts_are_not_placeholders),
      cmocka_unit_test(xml_keeps_safe_text),
      cmocka_unit_test(xml_escapes_markup),
      cmocka_unit_test(xml_replaces_control_characters),
      cmocka_unit_test(xml_replaces_invalid_bytes_one_by_one),
      cmocka_unit_test(a_word_is_meant_for_sure_if_no_other_is_as_similar),
      cmocka_unit_test(digits_are_compared_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
