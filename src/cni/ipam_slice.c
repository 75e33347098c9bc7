/* node_slice_size, whereabouts' fast IPAM: its controller divides the range into slices and gives one to each node. The
 * node's pods get addresses of this slice. Sources: whereabouts 0.9.2 pkg/iphelpers/iphelpers.go (DivideRangeBySize),
 * pkg/node-controller/controller.go (syncHandler), pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate). */
#include "base/text.h"
#include "cni/cni_internal.h"

enum {
  LONGEST = 30,      /* a longer prefix has no usable address between the first and the last one */
  SLICES_KEPT = 1024 /* above this, the whole range is treated as handed out */
};

/* Like Go's strconv.Atoi, after an optional '/'. */
static bool read_size(const char *text, int64_t *out) {
  const char *number = text[0] == '/' ? text + 1 : text;
  number += number[0] == '+' && dw_is_digit(number[1]);
  return dw_parse_int64(number, out);
}

unsigned dw_slice_bits(const struct dw_value *size, const struct dw_prefix *subnet) {
  int64_t bits;
  if (!subnet->base.v4 || size->text == NULL || !read_size(size->text, &bits))
    return 0;
  return bits >= subnet->bits && bits <= LONGEST ? (unsigned)bits : 0;
}

/* Returns all addresses except the first and the last one of each slice. */
static struct dw_interval_set all_slices(struct dw_arena *arena, const struct dw_pool *pool) {
  uint64_t count = dw_pool_slices(pool).count;
  struct dw_interval *items = dw_arena_array(arena, count, sizeof *items);
  struct dw_prefix slice = {pool->subnet.base, pool->slice_bits};
  for (uint64_t i = 0; i < count; i++) {
    items[i] = dw_interval_hosts(&slice);
    slice.base.value = dw_u128_add(dw_prefix_last(&slice).value, 1);
  }
  return dw_interval_set_make(items, (size_t)count);
}

void dw_pool_slice(struct dw_arena *arena, struct dw_pool *pool, unsigned bits) {
  struct dw_pool_ends whole;
  if (bits == 0 || !dw_pool_ends(&pool->subnet, NULL, NULL, &whole))
    return;
  pool->slice_bits = bits;
  pool->span = whole.span;
  pool->state = DW_POOL_OK;
  if (dw_pool_slices(pool).count <= SLICES_KEPT) {
    pool->usable = all_slices(arena, pool);
  } else {
    pool->usable.items = dw_arena_array(arena, 1, sizeof *pool->usable.items);
    pool->usable.items[0] = pool->span;
    pool->usable.count = 1;
  }
}

struct dw_slices dw_pool_slices(const struct dw_pool *pool) {
  if (pool->slice_bits == 0)
    return (struct dw_slices){0, 0};
  return (struct dw_slices){.count = (uint64_t)1 << (pool->slice_bits - pool->subnet.bits),
                            .room = ((uint64_t)1 << (32 - pool->slice_bits)) - 2};
}

/* --- problems --- */

static void add(struct dw_problems *problems, const struct dw_value *size, bool harmless, const char *what,
                const char *fix) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_NODE_SLICE, size);
  if (problem == NULL)
    return;
  problem->harmless = harmless;
  problem->what = what;
  problem->fix = fix;
  problem->edits = dw_edit_by_words(problems->arena, size->field, fix);
}

static const char *choose_size(struct dw_arena *arena, const struct dw_prefix *subnet) {
  return dw_arena_printf(arena, "choose one from /%u to /%d, or remove it", subnet->bits, LONGEST);
}

/* With several ranges, a pod gets the same address for each of them (AssignIP finds its reservation). Linux accepts an
 * IPv4 address twice if the prefix lengths differ; otherwise the second one fails ("file exists"). An IPv6 range fails,
 * too. Returns true if all are accepted. */
static bool accepts_repeats(const struct dw_ipam *ipam) {
  uint64_t seen = 0;
  for (size_t i = 0; i < ipam->pool_count; i++) {
    const struct dw_prefix *subnet = &ipam->pools[i].subnet;
    if (!subnet->base.v4 || (seen & (uint64_t)1 << subnet->bits) != 0)
      return false;
    seen |= (uint64_t)1 << subnet->bits;
  }
  return true;
}

static bool all_usable(const struct dw_ipam *ipam) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    if (!ipam->pools[i].subnet_known || !ipam->pools[i].has_span)
      return false;
  return true;
}

static void check_size(struct dw_problems *problems, const struct dw_value *size, int64_t bits,
                       const struct dw_prefix *subnet) {
  struct dw_arena *arena = problems->arena;
  char text[DW_PREFIX_TEXT];
  if (bits < subnet->bits)
    add(problems, size, false,
        dw_arena_printf(arena, "is wider than the range %s, so no node gets a slice", dw_prefix_format(subnet, text)),
        choose_size(arena, subnet));
  else if (bits > 32)
    add(problems, size, false, "is not an IPv4 prefix length, so no node gets a slice", choose_size(arena, subnet));
  else if (bits > LONGEST)
    add(problems, size, false, "leaves no usable address in a slice: the first and the last are reserved",
        choose_size(arena, subnet));
}

/* Other rules report ranges that can't be read or are empty. */
void dw_ipam_check_slice(struct dw_problems *problems, const struct dw_ipam *ipam, const struct dw_value *size) {
  int64_t bits = 0;
  if (ipam->pool_count == 0 || size->text == NULL || size->text[0] == '\0' || !all_usable(ipam))
    return;
  const struct dw_prefix *subnet = &ipam->pools[0].subnet;
  if (!subnet->base.v4)
    add(problems, size, false, "divides only IPv4 ranges, so no node gets a slice of an IPv6 range", "remove it");
  else if (!read_size(size->text, &bits))
    add(problems, size, false, "is not a prefix length, so no node gets a slice", choose_size(problems->arena, subnet));
  else if (dw_slice_bits(size, subnet) == 0)
    check_size(problems, size, bits, subnet);
  else if (ipam->pool_count > 1)
    add(problems, size, accepts_repeats(ipam), "divides only the first range, so no addresses come from the others",
        "keep one range, or remove node_slice_size");
}
