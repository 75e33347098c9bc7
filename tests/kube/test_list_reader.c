#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "kube/cluster_internal.h"

/* The elements of a list, each in "<>" ("<NULL>" if too large). */
struct reading {
  struct dw_list_reader reader;
  struct dw_buf elements;
};

static void on_element(void *context, const char *text, size_t length) {
  struct reading *reading = context;
  if (text != NULL) {
    assert_int_equal(strlen(text), length);
    dw_buf_printf(&reading->elements, "<%s>", text);
  } else {
    dw_buf_puts(&reading->elements, "<NULL>");
  }
}

static void begin(struct reading *reading) {
  *reading = (struct reading){.reader = {.element = on_element, .context = reading}};
}

static void end(struct reading *reading) {
  dw_list_reader_free(&reading->reader);
  dw_buf_free(&reading->elements);
}

/* Reads a copy of exactly this size, so that a sanitizer notices reads beyond it. */
static int feed(struct reading *reading, const char *text, size_t length) {
  char *copy = malloc(length == 0 ? 1 : length);
  assert_non_null(copy);
  memcpy(copy, text, length);
  int status = dw_list_reader_feed(&reading->reader, copy, length);
  free(copy);
  return status;
}

/* Whether the text has ended and contains metadata. */
static bool is_complete(const struct dw_list_reader *reader) {
  return reader->begun && reader->depth == 0 && reader->metadata.length > 0;
}

static void expect_complete(struct reading *reading, const char *elements, const char *metadata) {
  assert_true(is_complete(&reading->reader));
  assert_string_equal(dw_buf_text(&reading->elements), elements);
  assert_string_equal(dw_buf_text(&reading->reader.metadata), metadata);
}

/* Reads TEXT at once, byte by byte, and split at every place: it contains ELEMENTS and METADATA, and is complete only
 * at its end. */
static void expect_list(const char *text, const char *elements, const char *metadata) {
  size_t length = strlen(text);
  struct reading reading;
  begin(&reading);
  for (size_t i = 0; i < length; i++) {
    assert_false(is_complete(&reading.reader));
    assert_int_equal(feed(&reading, text + i, 1), 0);
  }
  expect_complete(&reading, elements, metadata);
  end(&reading);
  for (size_t cut = 0; cut <= length; cut++) {
    begin(&reading);
    assert_int_equal(feed(&reading, text, cut), 0);
    assert_int_equal(is_complete(&reading.reader), cut == length);
    assert_int_equal(feed(&reading, text + cut, length - cut), 0);
    expect_complete(&reading, elements, metadata);
    end(&reading);
  }
}

static void reads_a_list_as_the_api_server_sends_it(void **state) {
  (void)state;
  expect_list("{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1234\",\"continue\":"
              "\"abc\",\"remainingItemCount\":7},\"items\":[{\"metadata\":{\"name\":\"a\"},\"spec\":{}},{\"metadata\":"
              "{\"name\":\"b\",\"labels\":{\"x\":\"y\"}},\"status\":{\"addresses\":[{\"type\":\"InternalIP\"},{}]}}]}",
              "<{\"metadata\":{\"name\":\"a\"},\"spec\":{}}><{\"metadata\":{\"name\":\"b\",\"labels\":{\"x\":\"y\"}},"
              "\"status\":{\"addresses\":[{\"type\":\"InternalIP\"},{}]}}>",
              "{\"resourceVersion\":\"1234\",\"continue\":\"abc\",\"remainingItemCount\":7}");
}

static void items_may_precede_the_metadata(void **state) {
  (void)state;
  expect_list("{\"items\":[{\"a\":1},{\"b\":2}],\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"}}",
              "<{\"a\":1}><{\"b\":2}>", "{\"resourceVersion\":\"1\"}");
}

static void skips_white_space(void **state) {
  (void)state;
  expect_list("\n{ \"metadata\" : { \"resourceVersion\" : \"1\" } ,\r\n\t\"items\" : [ { \"a\" : [ ] } , { } ] }",
              "<{ \"a\" : [ ] }><{ }>", "{ \"resourceVersion\" : \"1\" }");
}

static void only_white_space_may_follow_the_list(void **state) {
  (void)state;
  struct reading reading;
  begin(&reading);
  static const char list[] = "{\"metadata\":{},\"items\":[]}\r\n";
  assert_int_equal(feed(&reading, list, strlen(list)), 0);
  expect_complete(&reading, "", "{}");
  assert_int_equal(feed(&reading, "{", 1), -1);
  end(&reading);
}

static void reads_empty_lists(void **state) {
  (void)state;
  expect_list("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}", "", "{\"resourceVersion\":\"1\"}");
  expect_list("{\"items\":[ ],\"metadata\":{}}", "", "{}");
  expect_list("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":null}", "", "{\"resourceVersion\":\"1\"}");
  expect_list("{\"metadata\":{\"resourceVersion\":\"1\"}}", "", "{\"resourceVersion\":\"1\"}");
}

static void strings_may_contain_anything(void **state) {
  (void)state;
  expect_list("{\"metadata\":{\"continue\":\"}]{[\\\"\\\\\"},\"items\":[{\"a\":\"}\"},{\"]}\":\"\\\"}]\"},{\"b\":\"\\\\"
              "\"},{\"c\":\"\\\\\\\"},{\"},{\"d\":\"\\u007d\"},{\"e\":\"\xc3\xa9\"}]}",
              "<{\"a\":\"}\"}><{\"]}\":\"\\\"}]\"}><{\"b\":\"\\\\\"}><{\"c\":\"\\\\\\\"},{\"}><{\"d\":\"\\u007d\"}>"
              "<{\"e\":\"\xc3\xa9\"}>",
              "{\"continue\":\"}]{[\\\"\\\\\"}");
}

static void only_the_lists_own_members_count(void **state) {
  (void)state;
  expect_list("{\"x\":{\"items\":[{\"no\":1}],\"metadata\":{\"no\":2}},\"y\":[\"items\",{\"no\":3}],\"kind\":\"items\","
              "\"z\":[{\"no\":4}],\"metadata\":{\"items\":[{\"own\":5}],\"metadata\":{}},\"items\":[{\"items\":[{\"a\":"
              "1}],\"metadata\":{\"b\":2}}],\"itemsx\":[{\"no\":6}],\"item\":[{\"no\":7}],\"metadatas\":{}}",
              "<{\"items\":[{\"a\":1}],\"metadata\":{\"b\":2}}>", "{\"items\":[{\"own\":5}],\"metadata\":{}}");
}

static void distinguishes_names_and_values(void **state) {
  (void)state;
  expect_list("{\"apiVersion\":\"metadata\",\"kind\":\"items\",\"a\":{\"no\":1},\"metadata\":{},\"b\":{\"no\":2},"
              "\"items\":[{\"c\":\"items\"}],\"d\":[{\"no\":3}]}",
              "<{\"c\":\"items\"}>", "{}");
}

static void skips_items_that_are_not_objects(void **state) {
  (void)state;
  expect_list("{\"metadata\":{},\"items\":[1,null,\"{}\",[{\"no\":1}],{\"a\":1},[[]],true]}", "<{\"a\":1}>", "{}");
}

static void ignores_items_and_metadata_of_the_wrong_type(void **state) {
  (void)state;
  static const char text[] = "{\"items\":{\"a\":[],\"b\":{\"no\":1}},\"metadata\":[{\"no\":2}]}";
  struct reading reading;
  begin(&reading);
  assert_int_equal(feed(&reading, text, strlen(text)), 0);
  assert_string_equal(dw_buf_text(&reading.elements), "");
  assert_false(is_complete(&reading.reader));
  end(&reading);
}

static void skips_long_names(void **state) {
  (void)state;
  char name[201];
  memset(name, 'm', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "{\"%s\":{\"no\":1},\"metadata\":{},\"%s\":[{\"no\":2}],\"items\":[{\"a\":1}]}", name, name);
  expect_list(dw_buf_text(&text), "<{\"a\":1}>", "{}");
}

static void truncated_text_is_not_complete(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      " ",
      "{",
      "{\"metadata\":{}",
      "{\"metadata\":{},\"items\":[]",
      "{\"metadata\":{},\"items\":[{\"a\":1}",
      "{\"metadata\":{},\"items\":[{\"a\":\"}]}",
      "{\"metadata\":{},\"items\":[{\"a\":1}]",
      "{\"metadata\":{},\"items\":[{\"a\":1}],\"kind\":\"}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct reading reading;
    begin(&reading);
    assert_int_equal(feed(&reading, texts[i], strlen(texts[i])), 0);
    if (is_complete(&reading.reader))
      fail_msg("%s is taken for whole", texts[i]);
    end(&reading);
  }
}

static void does_not_report_a_truncated_element(void **state) {
  (void)state;
  static const char text[] = "{\"metadata\":{},\"items\":[{\"a\":1},{\"b\":{\"c\":2}";
  struct reading reading;
  begin(&reading);
  assert_int_equal(feed(&reading, text, strlen(text)), 0);
  assert_string_equal(dw_buf_text(&reading.elements), "<{\"a\":1}>");
  end(&reading);
}

static void without_metadata_it_is_not_complete(void **state) {
  (void)state;
  static const char *const texts[] = {"{}", "{\"items\":[{\"a\":1}]}", "{\"metadata\":null,\"items\":[]}",
                                      "{\"metadata\":\"x\",\"items\":[]}", "{\"items\":[{\"metadata\":{}}]}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct reading reading;
    begin(&reading);
    assert_int_equal(feed(&reading, texts[i], strlen(texts[i])), 0);
    assert_false(is_complete(&reading.reader));
    end(&reading);
  }
}

/* Reads TEXT at once and byte by byte. */
static void expect_no_list(const char *text) {
  struct reading reading;
  begin(&reading);
  if (feed(&reading, text, strlen(text)) != -1)
    fail_msg("%s is taken for a list", text);
  end(&reading);
  begin(&reading);
  int status = 0;
  for (size_t i = 0; status == 0 && text[i] != '\0'; i++)
    status = feed(&reading, text + i, 1);
  assert_int_equal(status, -1);
  assert_string_equal(dw_buf_text(&reading.elements), "");
  end(&reading);
}

static void refuses_what_is_not_a_list(void **state) {
  (void)state;
  static const char *const texts[] = {
      "<html><body>503 Service Unavailable</body></html>",
      "no healthy upstream",
      "404 page not found\n",
      "null",
      "17",
      "-1",
      "\"items\"",
      "[]",
      "[{\"metadata\":{},\"items\":[]}]",
      "}",
      "]",
      " \n[",
      "{}{}",
      "{}[]",
      "{}x",
      "{}}",
      "{}]",
      "\xef\xbb\xbf{}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    expect_no_list(texts[i]);
}

static void a_status_is_not_a_list(void **state) {
  (void)state;
  static const char text[] = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410}";
  struct reading reading;
  begin(&reading);
  assert_int_equal(feed(&reading, text, strlen(text)), 0);
  assert_false(is_complete(&reading.reader));
  assert_string_equal(dw_buf_text(&reading.elements), "");
  end(&reading);
}

/* An object of LENGTH bytes. */
static void add_object(struct dw_buf *out, size_t length) {
  size_t start = out->length;
  dw_buf_puts(out, "{\"a\":\"");
  static const char filling[] = "0123456789abcdef{}[],:0123456789";
  while (out->length - start + sizeof filling + 1 <= length)
    dw_buf_add(out, filling, sizeof filling - 1);
  while (out->length - start + 2 < length)
    dw_buf_putc(out, '.');
  dw_buf_puts(out, "\"}");
  assert_int_equal(out->length - start, length);
}

static void feed_in_pieces(struct reading *reading, const struct dw_buf *text, size_t piece) {
  for (size_t at = 0; at < text->length; at += piece) {
    size_t length = text->length - at < piece ? text->length - at : piece;
    assert_int_equal(dw_list_reader_feed(&reading->reader, text->data + at, length), 0);
  }
  assert_true(is_complete(&reading->reader));
}

/* A list whose second element has LENGTH bytes, read in pieces of PIECE bytes. */
static void expect_large(size_t length, size_t piece, bool arrives) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf expected = DW_BUF_INIT;
  dw_buf_puts(&text, "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"b\":1},");
  dw_buf_puts(&expected, "<{\"b\":1}><");
  add_object(&text, length);
  if (arrives)
    add_object(&expected, length);
  else
    dw_buf_puts(&expected, "NULL");
  dw_buf_puts(&text, ",{\"c\":2},{}]}");
  dw_buf_puts(&expected, "><{\"c\":2}><{}>");
  struct reading reading;
  begin(&reading);
  feed_in_pieces(&reading, &text, piece);
  assert_int_equal(reading.elements.length, expected.length);
  assert_memory_equal(reading.elements.data, expected.data, expected.length);
  assert_string_equal(dw_buf_text(&reading.reader.metadata), "{\"resourceVersion\":\"1\"}");
  end(&reading);
}

static void reports_an_element_that_is_too_large_and_reads_the_others(void **state) {
  (void)state;
  static const size_t pieces[] = {1000, 16384, SIZE_MAX / 2};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    expect_large(DW_MOST_OBJECT_BYTES, pieces[i], true);
    expect_large(DW_MOST_OBJECT_BYTES + 1, pieces[i], false);
    expect_large(DW_MOST_OBJECT_BYTES * 2 + 100, pieces[i], false);
  }
}

/* The part of an element that is too large is not kept. */
static void an_endless_element_uses_no_more_memory(void **state) {
  (void)state;
  static const char head[] = "{\"metadata\":{},\"items\":[{\"a\":\"";
  static char piece[1024 * 1024];
  memset(piece, 'x', sizeof piece);
  struct reading reading;
  begin(&reading);
  assert_int_equal(feed(&reading, head, strlen(head)), 0);
  for (int i = 0; i < 40; i++)
    assert_int_equal(dw_list_reader_feed(&reading.reader, piece, sizeof piece), 0);
  assert_true(reading.reader.item.capacity <= 2 * DW_MOST_OBJECT_BYTES);
  assert_int_equal(feed(&reading, "\"}]}", 4), 0);
  expect_complete(&reading, "<NULL>", "{}");
  end(&reading);
}

static void an_endless_name_uses_no_memory(void **state) {
  (void)state;
  struct reading reading;
  begin(&reading);
  assert_int_equal(feed(&reading, "{\"", 2), 0);
  for (int i = 0; i < 100000; i++)
    assert_int_equal(dw_list_reader_feed(&reading.reader, "0123456789", 10), 0);
  assert_true(reading.reader.key.capacity <= 1024);
  assert_int_equal(feed(&reading, "\":{},\"metadata\":{}}", 19), 0);
  expect_complete(&reading, "", "{}");
  end(&reading);
}

static void expect_metadata(size_t length, bool whole) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, "{\"metadata\":");
  add_object(&text, length);
  dw_buf_puts(&text, ",\"items\":[{\"b\":1}]}");
  struct reading reading;
  begin(&reading);
  for (size_t at = 0; at < text.length; at += 1000)
    assert_int_equal(
        dw_list_reader_feed(&reading.reader, text.data + at, text.length - at < 1000 ? text.length - at : 1000), 0);
  assert_int_equal(is_complete(&reading.reader), whole);
  assert_string_equal(dw_buf_text(&reading.elements), "<{\"b\":1}>");
  end(&reading);
}

static void metadata_that_is_too_large_counts_as_missing(void **state) {
  (void)state;
  expect_metadata(1024 * 1024, true);
  expect_metadata(1024 * 1024 + 1, false);
}

/* The maximum depth of JSON. */
static void reads_deep_elements(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf element = DW_BUF_INIT;
  for (int i = 0; i < DW_JSON_MAX_DEPTH; i++)
    dw_buf_puts(&element, i % 2 == 0 ? "{\"a\":" : "[");
  dw_buf_puts(&element, "1");
  for (int i = DW_JSON_MAX_DEPTH; i-- > 0;)
    dw_buf_putc(&element, i % 2 == 0 ? '}' : ']');
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf expected = DW_BUF_INIT;
  dw_buf_printf(&text, "{\"metadata\":{},\"items\":[%s,{}]}", element.data);
  dw_buf_printf(&expected, "<%s><{}>", element.data);
  expect_list(dw_buf_text(&text), dw_buf_text(&expected), "{}");
}

/* Deeper than the maximum depth of JSON; the parser only rejects this element. */
static void an_element_that_is_too_deep_does_not_affect_others(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf element = DW_BUF_INIT;
  for (int i = 0; i < 1000; i++)
    dw_buf_puts(&element, "{\"a\":");
  dw_buf_puts(&element, "1");
  for (int i = 0; i < 1000; i++)
    dw_buf_putc(&element, '}');
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf expected = DW_BUF_INIT;
  dw_buf_printf(&text, "{\"metadata\":{},\"items\":[%s,{}]}", element.data);
  dw_buf_printf(&expected, "<%s><{}>", element.data);
  expect_list(dw_buf_text(&text), dw_buf_text(&expected), "{}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_a_list_as_the_api_server_sends_it),
      cmocka_unit_test(items_may_precede_the_metadata),
      cmocka_unit_test(skips_white_space),
      cmocka_unit_test(only_white_space_may_follow_the_list),
      cmocka_unit_test(reads_empty_lists),
      cmocka_unit_test(strings_may_contain_anything),
      cmocka_unit_test(only_the_lists_own_members_count),
      cmocka_unit_test(distinguishes_names_and_values),
      cmocka_unit_test(skips_items_that_are_not_objects),
      cmocka_unit_test(ignores_items_and_metadata_of_the_wrong_type),
      cmocka_unit_test(skips_long_names),
      cmocka_unit_test(truncated_text_is_not_complete),
      cmocka_unit_test(does_not_report_a_truncated_element),
      cmocka_unit_test(without_metadata_it_is_not_complete),
      cmocka_unit_test(refuses_what_is_not_a_list),
      cmocka_unit_test(a_status_is_not_a_list),
      cmocka_unit_test(reports_an_element_that_is_too_large_and_reads_the_others),
      cmocka_unit_test(an_endless_element_uses_no_more_memory),
      cmocka_unit_test(an_endless_name_uses_no_memory),
      cmocka_unit_test(metadata_that_is_too_large_counts_as_missing),
      cmocka_unit_test(reads_deep_elements),
      cmocka_unit_test(an_element_that_is_too_deep_does_not_affect_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
