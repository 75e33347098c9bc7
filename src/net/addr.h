/* IP addresses and subnets, IPv4 and IPv6, as Go's net package and whereabouts read and print them. */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A 128-bit number as two halves. */
struct dw_u128 {
  uint64_t high;
  uint64_t low;
};

/* An address. `value` has an IPv4 address as ::ffff:a.b.c.d, so that all addresses have one order; v4 says how to print
 * it. */
struct dw_addr {
  struct dw_u128 value;
  bool v4;
};

/* A subnet with its host bits cleared. `bits` is 0 to 32 for IPv4, 0 to 128 for IPv6. */
struct dw_prefix {
  struct dw_addr base;
  unsigned bits;
};

#define DW_ADDR_TEXT 48   /* room for any address and its NUL */
#define DW_PREFIX_TEXT 52 /* room for any subnet and its NUL */

enum dw_addr_syntax {
  DW_ADDR_STRICT, /* Go's net.ParseIP: no leading zeros in IPv4 octets */
  DW_ADDR_SLOPPY  /* k8s.io/utils/net ParseIPSloppy: leading zeros are read as decimal */
};

/* Parses the whole TEXT, without white space or a zone. An IPv4-mapped address (::ffff:10.0.0.1) is IPv4. On failure it
 * returns false and does not change OUT.
 */
bool dw_addr_parse(const char *text, enum dw_addr_syntax syntax, struct dw_addr *out)
    __attribute__((nonnull, warn_unused_result));

/* The same for the LENGTH bytes at TEXT. */
bool dw_addr_parse_span(const char *text, size_t length, enum dw_addr_syntax syntax, struct dw_addr *out)
    __attribute__((nonnull, warn_unused_result));

/* Parses ADDRESS/BITS. OUT receives the subnet with its host bits cleared, ADDRESS (may be NULL) the address as
 * written. ::ffff:10.0.0.0/120 is 10.0.0.0/24; a mapped address with fewer than 96 bits is IPv6. As in Go, leading
 * zeros in BITS are accepted in both syntaxes and the number is decimal. */
bool dw_prefix_parse(const char *text, enum dw_addr_syntax syntax, struct dw_prefix *out, struct dw_addr *address)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* Write the canonical text (RFC 5952) to OUT, which has at least DW_ADDR_TEXT or DW_PREFIX_TEXT bytes, and return OUT.
 */
const char *dw_addr_format(const struct dw_addr *addr, char *out) __attribute__((nonnull));
const char *dw_prefix_format(const struct dw_prefix *prefix, char *out) __attribute__((nonnull));

/* Returns <0, 0 or >0. IPv4 addresses are ordered as ::ffff:0:0/96, which contains no IPv6 addresses. */
int dw_addr_compare(const struct dw_addr *a, const struct dw_addr *b) __attribute__((nonnull));
/* The lower and the higher one of two addresses. */
const struct dw_addr *dw_addr_min(const struct dw_addr *a, const struct dw_addr *b) __attribute__((nonnull));
const struct dw_addr *dw_addr_max(const struct dw_addr *a, const struct dw_addr *b) __attribute__((nonnull));
int dw_u128_compare(struct dw_u128 a, struct dw_u128 b);
struct dw_u128 dw_u128_add(struct dw_u128 a, uint64_t n);       /* wraps around */
struct dw_u128 dw_u128_sub(struct dw_u128 a, struct dw_u128 b); /* wraps around */
/* The number whose lowest BITS bits (0 to 128) are set, and VALUE with those bits cleared. */
struct dw_u128 dw_u128_low(unsigned bits);
struct dw_u128 dw_u128_clear(struct dw_u128 value, struct dw_u128 bits);

/* The last address of a subnet. The first one is its base. */
struct dw_addr dw_prefix_last(const struct dw_prefix *prefix) __attribute__((nonnull));
/* The number of host bits: 32 or 128 minus `bits`. */
unsigned dw_prefix_host_bits(const struct dw_prefix *prefix) __attribute__((nonnull));

bool dw_prefix_contains(const struct dw_prefix *prefix, const struct dw_addr *addr) __attribute__((nonnull));
/* Returns true if both subnets contain a common address. Subnets of different families never do. */
bool dw_prefix_overlaps(const struct dw_prefix *a, const struct dw_prefix *b) __attribute__((nonnull));

#endif
