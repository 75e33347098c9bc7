/* Hashes of texts and bytes. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64-bit FNV-1a (Fowler, Noll and Vo). Its values are the same in every process and version, so they may be stored: in
 * names of Events, in fingerprints of findings. It does not resist deliberate collisions: use dw_hash_keyed() for
 * tables whose keys a client chooses. */
#define DW_HASH_INIT UINT64_C(0xcbf29ce484222325)
uint64_t dw_hash_bytes(uint64_t hash, const void *bytes, size_t length) __attribute__((nonnull));

/* The same for TEXT including its NUL, so that "a","b" and "ab","" differ. */
uint64_t dw_hash_text(uint64_t hash, const char *text) __attribute__((nonnull));

/* SipHash-1-3 with a random key per process, so that a client can't find keys that collide. */
uint64_t dw_hash_keyed(const void *bytes, size_t length) __attribute__((nonnull));

#endif
