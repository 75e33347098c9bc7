#include "base/hash.h"

#include <endian.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

uint64_t dw_hash_bytes(uint64_t hash, const void *bytes, size_t length) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
  return hash;
}

uint64_t dw_hash_text(uint64_t hash, const char *text) {
  return dw_hash_bytes(hash, text, strlen(text) + 1);
}

/* --- keyed --- */

static uint64_t secret[2];

static void make_secret(void) {
  if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
    abort();
}

static uint64_t rotate(uint64_t value, unsigned bits) {
  return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4]) {
  v[0] += v[1], v[2] += v[3];
  v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
  v[0] = rotate(v[0], 32);
  v[2] += v[1], v[0] += v[3];
  v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
  v[2] = rotate(v[2], 32);
}

/* Aumasson and Bernstein, https://www.aumasson.jp/siphash/, with one and three rounds as in Rust and Python. */
uint64_t dw_hash_keyed(const void *bytes, size_t length) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_secret);
  uint64_t v[4] = {secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d, secret[0] ^ 0x6c7967656e657261,
                   secret[1] ^ 0x7465646279746573};
  for (size_t at = 0; at <= length; at += 8) {
    uint64_t word = 0;
    size_t left = length - at;
    memcpy(&word, (const char *)bytes + at, left < 8 ? left : 8);
    word = le64toh(word); /* the bytes that are missing at the end are the highest ones */
    if (left < 8)
      word |= (uint64_t)length << 56;
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
  }
  v[2] ^= 0xff;
  for (int i = 0; i < 3; i++)
    sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
