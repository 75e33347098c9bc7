#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hash.h"

/* From http://www.isthe.com/chongo/src/fnv/test_fnv.c, fnv1a_64_vector. */
static void hashes_as_the_authors_of_fnv_do(void **state) {
  (void)state;
  assert_true(dw_hash_bytes(DW_HASH_INIT, "", 0) == UINT64_C(0xcbf29ce484222325));
  assert_true(dw_hash_bytes(DW_HASH_INIT, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
  assert_true(dw_hash_bytes(DW_HASH_INIT, "foobar", 6) == UINT64_C(0x85944171f73967e8));
  assert_true(dw_hash_bytes(DW_HASH_INIT, "\xff", 1) != dw_hash_bytes(DW_HASH_INIT, "\x7f", 1));
}

static void hashes_of_text_sequences_depend_on_the_boundaries(void **state) {
  (void)state;
  uint64_t two = dw_hash_text(dw_hash_text(DW_HASH_INIT, "a"), "b");
  assert_true(two != dw_hash_text(dw_hash_text(DW_HASH_INIT, "ab"), ""));
  assert_true(two != dw_hash_text(dw_hash_text(DW_HASH_INIT, ""), "ab"));
  assert_true(two == dw_hash_bytes(DW_HASH_INIT, "a\0b", 4));
}

/* Every byte and the length matter, also at the boundaries of the eight bytes that are read at once. */
static void keyed_hashes_of_different_texts_differ(void **state) {
  (void)state;
  char text[] = "0123456789abcdefghijklmn";
  for (size_t length = 0; length < sizeof text; length++) {
    uint64_t hash = dw_hash_keyed(text, length);
    assert_true(hash == dw_hash_keyed(text, length));
    for (size_t i = 0; i < length; i++) {
      text[i] ^= 1;
      assert_true(hash != dw_hash_keyed(text, length));
      text[i] ^= 1;
    }
    for (size_t shorter = 0; shorter < length; shorter++)
      assert_true(hash != dw_hash_keyed(text, shorter));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hashes_as_the_authors_of_fnv_do),
      cmocka_unit_test(hashes_of_text_sequences_depend_on_the_boundaries),
      cmocka_unit_test(keyed_hashes_of_different_texts_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
