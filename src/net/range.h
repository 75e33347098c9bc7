/* An IPAM range as whereabouts reads it: CIDR, or START-END/LEN, with range_start, range_end and excludes.
 * Source: whereabouts pkg/config/config.go (LoadIPAMConfig), pkg/iphelpers (GetIPRange), pkg/allocate
 * (parseExcludedRange), read June 2026. */
#ifndef NET_RANGE_H
#define NET_RANGE_H

#include "base/arena.h"
#include "net/interval.h"

enum dw_range_fault {
  DW_RANGE_OK = 0,
  DW_RANGE_NO_CIDR,       /* not ADDRESS/LENGTH (also behind the '-') */
  DW_RANGE_BAD_START,     /* the part before the '-' is not an address */
  DW_RANGE_START_OUTSIDE, /* START is outside the CIDR of END/LEN */
  DW_RANGE_TOO_SMALL      /* valid, but without a usable address: /31, /32, /127, /128 */
};

/* How whereabouts reads the text of `range`. */
struct dw_range {
  struct dw_prefix subnet; /* unless NO_CIDR or BAD_START */
  bool dashed;             /* START-END/LEN: START and END replace range_start and range_end */
  struct dw_addr start;    /* if dashed */
  struct dw_addr end;      /* if dashed */
  bool leading_zeros;      /* an IPv4 octet (or the length) is written with leading zeros */
};

enum dw_range_fault dw_range_parse(const char *text, struct dw_range *out) __attribute__((nonnull, warn_unused_result));

/* Canonical text of the same range ("10.0.5.0/24", "10.0.0.1-10.0.0.9/24"), owned by the arena. */
const char *dw_range_format(struct dw_arena *arena, const struct dw_range *range) __attribute__((nonnull));

/* The ends of the pool, as GetIPRange finds them. START and END may be NULL. */
struct dw_pool_ends {
  struct dw_interval span;
  bool start_ignored; /* START was given, but is outside the usable addresses */
  bool end_ignored;   /* END was given, but is outside the usable addresses, or before the start */
};
/* False if SUBNET has no usable address. */
bool dw_pool_ends(const struct dw_prefix *subnet, const struct dw_addr *start, const struct dw_addr *end,
                  struct dw_pool_ends *out) __attribute__((nonnull(1, 4), warn_unused_result));

/* How many addresses whereabouts hands out of a subnet without range_start, range_end and excludes: all but the first
 * and the last one, also for IPv6. UINT64_MAX: that many or more. */
uint64_t dw_subnet_usable(bool v4, unsigned bits);
/* The longest prefix whose subnet has at least USABLE such addresses. */
unsigned dw_subnet_bits_for(bool v4, uint64_t usable);

/* Parses an `exclude` entry: a CIDR or a single address, without leading zeros. */
bool dw_exclude_parse(const char *text, struct dw_prefix *out) __attribute__((nonnull, warn_unused_result));

/* Returns true if an IPv4 octet in TEXT (an address, a CIDR or a dashed range) is written with leading zeros. */
bool dw_has_leading_zeros(const char *text) __attribute__((nonnull));

/* The first class of addresses in SPAN that a pod can't use: "unspecified" (0.0.0.0/8, ::), "loopback", "link-local",
 * "multicast" or "broadcast"; NULL if there is none. */
const char *dw_special_class(const struct dw_interval *span) __attribute__((nonnull));

#endif
