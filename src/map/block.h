/* Aligned blocks (CIDRs) in intervals. Sizes are in host bits: an IPv4 /24 has 8. */
#ifndef MAP_BLOCK_H
#define MAP_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "net/interval.h"

/* The lowest block in ROOM that begins at FROM or above it, and the highest that begins at FROM or below it. False if
 * there is none; OUT is then unchanged. */
bool dw_block_above(const struct dw_interval *room, const struct dw_addr *from, unsigned host_bits,
                    struct dw_prefix *out) __attribute__((nonnull));
bool dw_block_below(const struct dw_interval *room, const struct dw_addr *from, unsigned host_bits,
                    struct dw_prefix *out) __attribute__((nonnull));

/* How many blocks of this size fit into ROOM; UINT64_MAX: that many or more. */
uint64_t dw_block_count(const struct dw_interval *room, unsigned host_bits) __attribute__((nonnull));

/* The widest block in ROOM; of several, the lowest. */
struct dw_prefix dw_block_widest(const struct dw_interval *room) __attribute__((nonnull));

/* The widest block that begins where ROOM begins. Cutting off such blocks repeatedly divides ROOM into as few as
 * possible. */
struct dw_prefix dw_block_leading(const struct dw_interval *room) __attribute__((nonnull));

/* The block of this size that contains ADDR. */
struct dw_prefix dw_block_around(const struct dw_addr *addr, unsigned host_bits) __attribute__((nonnull));

#endif
