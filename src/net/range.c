#include "net/range.h"

#include <string.h>

#include "base/text.h"

/* Returns true if an octet of the address at TEXT has leading zeros. IPv6 groups may have them, so only the dotted part
 * is checked. */
static bool address_has_leading_zeros(const char *text, size_t length) {
  if (memchr(text, '.', length) == NULL)
    return false;
  size_t start = 0;
  for (size_t i = 0; i < length; i++)
    if (text[i] == ':')
      start = i + 1;
  for (size_t i = start; i < length; i++)
    if ((i == start || text[i - 1] == '.') && text[i] == '0' && dw_is_digit(text[i + 1]))
      return true;
  return false;
}

bool dw_has_leading_zeros(const char *text) {
  for (;;) {
    size_t length = strcspn(text, "-/");
    if (address_has_leading_zeros(text, length))
      return true;
    const char *dash = strchr(text + length, '-');
    if (dash == NULL)
      return false;
    text = dash + 1;
  }
}

static bool has_usable(const struct dw_prefix *subnet) {
  return dw_prefix_host_bits(subnet) > 1;
}

enum dw_range_fault dw_range_parse(const char *text, struct dw_range *out) {
  struct dw_range range = {0};
  const char *dash = strchr(text, '-');
  if (dash != NULL && !dw_addr_parse_span(text, (size_t)(dash - text), DW_ADDR_SLOPPY, &range.start))
    return DW_RANGE_BAD_START;
  if (!dw_prefix_parse(dash == NULL ? text : dash + 1, DW_ADDR_SLOPPY, &range.subnet, dash == NULL ? NULL : &range.end))
    return DW_RANGE_NO_CIDR;
  range.dashed = dash != NULL;
  const char *length = strchr(text, '/') + 1;
  range.leading_zeros = dw_has_leading_zeros(text) || (length[0] == '0' && dw_is_digit(length[1]));
  *out = range;
  if (range.dashed && !dw_prefix_contains(&range.subnet, &range.start))
    return DW_RANGE_START_OUTSIDE;
  return has_usable(&range.subnet) ? DW_RANGE_OK : DW_RANGE_TOO_SMALL;
}

const char *dw_range_format(struct dw_arena *arena, const struct dw_range *range) {
  char subnet[DW_PREFIX_TEXT];
  char start[DW_ADDR_TEXT];
  char end[DW_ADDR_TEXT];
  if (!range->dashed)
    return dw_arena_strdup(arena, dw_prefix_format(&range->subnet, subnet));
  struct dw_addr last = range->end;
  last.v4 = range->subnet.base.v4; /* a mapped END with a length below 96 must stay mapped to mean the same */
  return dw_arena_printf(arena, "%s-%s/%u", dw_addr_format(&range->start, start), dw_addr_format(&last, end),
                         range->subnet.bits);
}

/* The start is applied first, so an end before it is outside the remaining addresses and is ignored. */
bool dw_pool_ends(const struct dw_prefix *subnet, const struct dw_addr *start, const struct dw_addr *end,
                  struct dw_pool_ends *out) {
  if (!has_usable(subnet))
    return false;
  struct dw_pool_ends ends = {.span = dw_interval_hosts(subnet)};
  ends.start_ignored = start != NULL && !dw_interval_contains(&ends.span, start);
  if (start != NULL && !ends.start_ignored)
    ends.span.first = *start;
  ends.end_ignored = end != NULL && !dw_interval_contains(&ends.span, end);
  if (end != NULL && !ends.end_ignored)
    ends.span.last = *end;
  *out = ends;
  return true;
}

uint64_t dw_subnet_usable(bool v4, unsigned bits) {
  unsigned host_bits = (v4 ? 32 : 128) - bits;
  if (host_bits >= 64)
    return UINT64_MAX;
  return host_bits < 2 ? 0 : (UINT64_C(1) << host_bits) - 2;
}

unsigned dw_subnet_bits_for(bool v4, uint64_t usable) {
  unsigned bits = v4 ? 30 : 126;
  while (bits > 0 && dw_subnet_usable(v4, bits) < usable)
    bits--;
  return bits;
}

/* whereabouts appends "/32" or "/128" to a single address and parses it as a CIDR. For a mapped address,
 * "::ffff:10.0.0.5/32" is the IPv6 subnet ::/32, which excludes no IPv4 address from the pool. */
bool dw_exclude_parse(const char *text, struct dw_prefix *out) {
  if (dw_prefix_parse(text, DW_ADDR_STRICT, out, NULL))
    return true;
  struct dw_addr addr;
  if (!dw_addr_parse(text, DW_ADDR_STRICT, &addr))
    return false;
  if (addr.v4 && strchr(text, ':') != NULL)
    *out = (struct dw_prefix){.base = {{0, 0}, false}, .bits = 32};
  else
    *out = (struct dw_prefix){.base = addr, .bits = addr.v4 ? 32 : 128};
  return true;
}

struct special {
  struct dw_interval span;
  const char *class_name;
};

#define V4_ADDR(number)                                                                                                \
  { {0, 0xFFFF00000000 | (number)}, true }
#define V4(first, last)                                                                                                \
  { V4_ADDR(first), V4_ADDR(last) }
#define V6(first_high, first_low, last_high, last_low)                                                                 \
  {                                                                                                                    \
    {{first_high, first_low}, false}, {                                                                                \
      {last_high, last_low}, false                                                                                     \
    }                                                                                                                  \
  }

/* In address order, IPv4 first, as intervals are ordered. RFC 6890 and RFC 4291. */
static const struct special specials[] = {
    {V4(0x00000000, 0x00FFFFFF), "unspecified"},                               /* 0.0.0.0/8 */
    {V4(0x7F000000, 0x7FFFFFFF), "loopback"},                                  /* 127.0.0.0/8 */
    {V4(0xA9FE0000, 0xA9FEFFFF), "link-local"},                                /* 169.254.0.0/16 */
    {V4(0xE0000000, 0xEFFFFFFF), "multicast"},                                 /* 224.0.0.0/4 */
    {V4(0xFFFFFFFF, 0xFFFFFFFF), "broadcast"},                                 /* 255.255.255.255/32 */
    {V6(0, 0, 0, 0), "unspecified"},                                           /* ::/128 */
    {V6(0, 1, 0, 1), "loopback"},                                              /* ::1/128 */
    {V6(0xFE80000000000000, 0, 0xFEBFFFFFFFFFFFFF, UINT64_MAX), "link-local"}, /* fe80::/10 */
    {V6(0xFF00000000000000, 0, UINT64_MAX, UINT64_MAX), "multicast"},          /* ff00::/8 */
};

const char *dw_special_class(const struct dw_interval *span) {
  for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
    if (dw_interval_overlaps(&specials[i].span, span))
      return specials[i].class_name;
  return NULL;
}
