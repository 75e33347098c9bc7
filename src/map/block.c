#include "map/block.h"

static struct dw_u128 fill(struct dw_u128 value, struct dw_u128 mask) {
  return (struct dw_u128){value.high | mask.high, value.low | mask.low};
}

static unsigned width(bool v4) {
  return v4 ? 32 : 128;
}

static struct dw_prefix prefix_at(struct dw_u128 base, bool v4, unsigned host_bits) {
  return (struct dw_prefix){{base, v4}, width(v4) - host_bits};
}

struct dw_prefix dw_block_around(const struct dw_addr *addr, unsigned host_bits) {
  return prefix_at(dw_u128_clear(addr->value, dw_u128_low(host_bits)), addr->v4, host_bits);
}

bool dw_block_above(const struct dw_interval *room, const struct dw_addr *from, unsigned host_bits,
                    struct dw_prefix *out) {
  struct dw_u128 mask = dw_u128_low(host_bits);
  struct dw_u128 base = room->first.value;
  if (dw_u128_compare(from->value, base) > 0)
    base = from->value;
  if (dw_u128_compare(dw_u128_clear(base, mask), base) != 0) {
    struct dw_u128 end = fill(base, mask);
    base = dw_u128_add(end, 1);
    if (dw_u128_compare(base, end) < 0)
      return false;
  }
  if (host_bits > width(room->first.v4) || dw_u128_compare(fill(base, mask), room->last.value) > 0)
    return false;
  *out = prefix_at(base, room->first.v4, host_bits);
  return true;
}

bool dw_block_below(const struct dw_interval *room, const struct dw_addr *from, unsigned host_bits,
                    struct dw_prefix *out) {
  struct dw_u128 mask = dw_u128_low(host_bits);
  struct dw_u128 base = room->last.value;
  if (dw_u128_compare(from->value, base) < 0)
    base = from->value;
  base = dw_u128_clear(base, mask);
  if (dw_u128_compare(fill(base, mask), room->last.value) > 0) {
    if (base.high == 0 && base.low == 0)
      return false;
    base = dw_u128_clear(dw_u128_sub(base, (struct dw_u128){0, 1}), mask);
  }
  if (host_bits > width(room->first.v4) || dw_u128_compare(base, room->first.value) < 0)
    return false;
  *out = prefix_at(base, room->first.v4, host_bits);
  return true;
}

static struct dw_u128 shift_right(struct dw_u128 value, unsigned bits) {
  if (bits >= 128)
    return (struct dw_u128){0, 0};
  if (bits >= 64)
    return (struct dw_u128){0, value.high >> (bits - 64)};
  if (bits == 0)
    return value;
  return (struct dw_u128){value.high >> bits, value.low >> bits | value.high << (64 - bits)};
}

uint64_t dw_block_count(const struct dw_interval *room, unsigned host_bits) {
  struct dw_prefix lowest;
  struct dw_prefix highest;
  if (!dw_block_above(room, &room->first, host_bits, &lowest) ||
      !dw_block_below(room, &room->last, host_bits, &highest))
    return 0;
  struct dw_u128 steps = shift_right(dw_u128_sub(highest.base.value, lowest.base.value), host_bits);
  return steps.high != 0 || steps.low == UINT64_MAX ? UINT64_MAX : steps.low + 1;
}

struct dw_prefix dw_block_widest(const struct dw_interval *room) {
  struct dw_prefix widest = prefix_at(room->first.value, room->first.v4, 0);
  for (unsigned bits = width(room->first.v4); bits > 0; bits--)
    if (dw_block_above(room, &room->first, bits, &widest))
      break;
  return widest;
}

struct dw_prefix dw_block_leading(const struct dw_interval *room) {
  struct dw_prefix leading = prefix_at(room->first.value, room->first.v4, 0);
  struct dw_prefix wider;
  for (unsigned bits = 1; bits <= width(room->first.v4); bits++) {
    if (!dw_block_above(room, &room->first, bits, &wider) || dw_addr_compare(&wider.base, &room->first) != 0)
      break;
    leading = wider;
  }
  return leading;
}
