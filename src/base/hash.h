/* Hashes of texts and bytes. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a with 64 bits (Fowler, Noll and Vo). Its values are the same in every process and every version, so they may be
 * written down: in names of Events, in fingerprints of findings. It does not resist collisions made on purpose: where a
 * client chooses the keys of a table, use dw_hash_keyed(). */
#define DW_HASH_INIT UINT64_C(0xcbf29ce484222325)
uint64_t dw_hash_bytes(uint64_t hash, const void *bytes, size_t length) __attribute__((nonnull));

/* The same with TEXT and the NUL that ends it, so that "a","b" and "ab","" differ. */
uint64_t dw_hash_text(uint64_t hash, const char *text) __attribute__((nonnull));

/* SipHash-1-3 with a random key of this process: nobody outside can find keys that collide. */
uint64_t dw_hash_keyed(const void *bytes, size_t length) __attribute__((nonnull));

#endif
