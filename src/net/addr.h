/* IP addresses and subnets, IPv4 and IPv6, as Go's net package and whereabouts read and print them. */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A 128-bit number in two halves. */
struct dw_u128 {
  uint64_t high;
  uint64_t low;
};

/* An address. IPv4 stands as ::ffff:a.b.c.d in `value`, so one order holds all; v4 says how to print it. */
struct dw_addr {
  struct dw_u128 value;
  bool v4;
};

/* A subnet with its host bits cleared. `bits` counts from 0 to 32 for IPv4, to 128 for IPv6. */
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

/* Reads TEXT whole, no blanks, no zone. An IPv4-mapped address (::ffff:10.0.0.1) is IPv4. OUT stays untouched on false.
 */
bool dw_addr_parse(const char *text, enum dw_addr_syntax syntax, struct dw_addr *out)
    __attribute__((nonnull, warn_unused_result));

/* Reads ADDRESS/BITS. The subnet goes to OUT with its host bits cleared, the address as written to ADDRESS (may be
 * NULL). ::ffff:10.0.0.0/120 is 10.0.0.0/24; mapped with under 96 bits stays IPv6. Leading zeros in BITS are read as
 * decimal under both syntaxes, as Go does. */
bool dw_prefix_parse(const char *text, enum dw_addr_syntax syntax, struct dw_prefix *out, struct dw_addr *address)
    __attribute__((nonnull(1, 3), warn_unused_result));

/* Canonical text (RFC 5952) into OUT of at least DW_ADDR_TEXT / DW_PREFIX_TEXT bytes. Return OUT. */
const char *dw_addr_format(const struct dw_addr *addr, char *out) __attribute__((nonnull));
const char *dw_prefix_format(const struct dw_prefix *prefix, char *out) __attribute__((nonnull));

/* <0, 0, >0; every IPv4 address lies at ::ffff:0:0/96, where IPv6 has none of its own. */
int dw_addr_compare(const struct dw_addr *a, const struct dw_addr *b) __attribute__((nonnull));
int dw_u128_compare(struct dw_u128 a, struct dw_u128 b);
struct dw_u128 dw_u128_add(struct dw_u128 a, uint64_t n);       /* wraps */
struct dw_u128 dw_u128_sub(struct dw_u128 a, struct dw_u128 b); /* wraps */
/* A number whose lowest BITS bits (0 to 128) are set, and VALUE with those of BITS cleared. */
struct dw_u128 dw_u128_low(unsigned bits);
struct dw_u128 dw_u128_clear(struct dw_u128 value, struct dw_u128 bits);

/* First (the base) and last address of a subnet. */
struct dw_addr dw_prefix_first(const struct dw_prefix *prefix) __attribute__((nonnull));
struct dw_addr dw_prefix_last(const struct dw_prefix *prefix) __attribute__((nonnull));
/* How many host bits: 32 or 128 less `bits`. */
unsigned dw_prefix_host_bits(const struct dw_prefix *prefix) __attribute__((nonnull));

bool dw_prefix_contains(const struct dw_prefix *prefix, const struct dw_addr *addr) __attribute__((nonnull));
/* Whether the two share an address. Subnets of different families never do. */
bool dw_prefix_overlaps(const struct dw_prefix *a, const struct dw_prefix *b) __attribute__((nonnull));

#endif
