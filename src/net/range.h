/* An IPAM range as whereabouts reads it: CIDR, or START-END/LEN, with range_start, range_end and excludes.
 * Source: whereabouts pkg/config/config.go (LoadIPAMConfig), pkg/iphelpers (GetIPRange), pkg/allocate
 * (parseExcludedRange), read June 2026. */
#ifndef NET_RANGE_H
#define NET_RANGE_H

#include "base/arena.h"
#include "net/interval.h"

enum dw_range_fault {
  DW_RANGE_OK = 0,
  DW_RANGE_NO_CIDR,       /* no ADDRESS/LENGTH (also behind the '-') */
  DW_RANGE_BAD_START,     /* the part before the '-' is no address */
  DW_RANGE_START_OUTSIDE, /* START does not lie in the CIDR of END/LEN */
  DW_RANGE_TOO_SMALL      /* reads, but has no usable address: /31, /32, /127, /128 */
};

/* What whereabouts makes of the text of `range`. */
struct dw_range {
  struct dw_prefix subnet; /* unless NO_CIDR or BAD_START */
  bool dashed;             /* START-END/LEN: range_start and range_end are replaced by these */
  struct dw_addr start;    /* where dashed */
  struct dw_addr end;      /* where dashed */
  bool leading_zeros;      /* an IPv4 octet (or the length) is written with leading zeros */
};

enum dw_range_fault dw_range_parse(const char *text, struct dw_range *out) __attribute__((nonnull, warn_unused_result));

/* Canonical text of the same range ("10.0.5.0/24", "10.0.0.1-10.0.0.9/24"), owned by the arena. */
const char *dw_range_format(struct dw_arena *arena, const struct dw_range *range) __attribute__((nonnull));

/* The ends of the pool, as GetIPRange finds them. START and END may be NULL. */
struct dw_pool_ends {
  struct dw_interval span;
  bool start_ignored; /* START was given, but lies outside the usable addresses */
  bool end_ignored;   /* END was given, but lies outside, or before the start */
};
/* False where SUBNET has no usable address. */
bool dw_pool_ends(const struct dw_prefix *subnet, const struct dw_addr *start, const struct dw_addr *end,
                  struct dw_pool_ends *out) __attribute__((nonnull(1, 4), warn_unused_result));

/* An `exclude` entry: a CIDR or a single address, leading zeros refused. */
bool dw_exclude_parse(const char *text, struct dw_prefix *out) __attribute__((nonnull, warn_unused_result));

/* Whether an IPv4 octet in TEXT (an address, a CIDR or a dashed range) is written with leading zeros. */
bool dw_has_leading_zeros(const char *text) __attribute__((nonnull));

/* The class of addresses that no pod may have and that SPAN meets first: "unspecified" (0.0.0.0/8, ::), "loopback",
 * "link-local", "multicast", "broadcast"; NULL where it meets none. */
const char *dw_special_class(const struct dw_interval *span) __attribute__((nonnull));

#endif
