/* One range with its start, end and excludes. Sources: whereabouts pkg/config/config.go (LoadIPAMConfig),
 * pkg/iphelpers/iphelpers.go (GetIPRange), pkg/allocate/allocate.go (IterateForAssignment). */
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

static struct dw_exclude read_exclude(struct dw_arena *arena, const char *list, size_t index, const dw_json *json) {
  struct dw_exclude exclude = {.raw = dw_value_element(arena, list, index, json), .state = DW_READ_BAD};
  if (exclude.raw.text != NULL && dw_exclude_parse(exclude.raw.text, &exclude.prefix))
    exclude.state = DW_READ_OK;
  return exclude;
}

/* Returns true if Go's decoder accepts LIST, whatever the texts in it are. */
static bool is_list_of_texts(const struct dw_value *list, const struct dw_pool *pool) {
  for (size_t i = 0; i < pool->exclude_count; i++)
    if (pool->excludes[i].raw.text == NULL)
      return false;
  return !dw_value_given(list) || dw_json_type(list->json) == DW_JSON_ARRAY;
}

/* Returns false if LIST is not a list, or if an entry can't be read. */
static bool read_excludes(struct dw_arena *arena, const struct dw_value *list, struct dw_pool *pool) {
  if (!dw_value_given(list))
    return true;
  if (dw_json_type(list->json) != DW_JSON_ARRAY)
    return false;
  bool good = true;
  pool->exclude_count = dw_json_size(list->json);
  pool->excludes = dw_arena_array(arena, pool->exclude_count, sizeof *pool->excludes);
  for (size_t i = 0; i < pool->exclude_count; i++) {
    pool->excludes[i] = read_exclude(arena, list->field, i, dw_json_at(list->json, i));
    good = good && pool->excludes[i].state == DW_READ_OK;
  }
  return good;
}

void dw_pool_finish(struct dw_arena *arena, struct dw_pool *pool, bool unreadable) {
  pool->state = unreadable ? DW_POOL_UNREADABLE : DW_POOL_EMPTY;
  if (unreadable || !pool->has_span)
    return;
  struct dw_interval *items = dw_arena_array(arena, pool->exclude_count, sizeof *items);
  size_t count = 0;
  for (size_t i = 0; i < pool->exclude_count; i++)
    if (pool->excludes[i].prefix.base.v4 == pool->subnet.base.v4) /* Go: a subnet contains only its own family */
      items[count++] = dw_interval_of(&pool->excludes[i].prefix);
  struct dw_interval_set removed = dw_interval_set_make(items, count);
  struct dw_interval_set usable = dw_interval_set_without(arena, &pool->span, &removed);
  if (usable.count == 0)
    return;
  pool->usable = usable;
  pool->state = DW_POOL_OK;
}

/* If the range is dashed, its ends replace range_start and range_end. */
static void find_ends(struct dw_pool *pool) {
  bool dashed = pool->parsed.dashed;
  const struct dw_addr *start = pool->start.state == DW_READ_OK ? &pool->start.addr : NULL;
  const struct dw_addr *end = pool->end.state == DW_READ_OK ? &pool->end.addr : NULL;
  struct dw_pool_ends ends;
  pool->has_span =
      dw_pool_ends(&pool->subnet, dashed ? &pool->parsed.start : start, dashed ? &pool->parsed.end : end, &ends);
  if (!pool->has_span)
    return;
  pool->span = ends.span;
  pool->span.first.v4 = pool->span.last.v4 = pool->subnet.base.v4; /* even if START or END is a mapped address */
  pool->end_ignored = ends.end_ignored;
  if (!dashed)
    pool->start_ignored = ends.start_ignored;
}

/* Checks range_start or range_end. Text that can't be read is ignored at the top level, and makes whereabouts fail in a
 * list. Next to a dashed range, a start or end that can be read is ignored. Returns false if whereabouts fails. */
static bool check_end(const struct dw_pool *pool, const struct dw_ip_value *value, bool in_list, bool *ignored) {
  bool dashed = pool->subnet_known && pool->parsed.dashed;
  bool bad = value->state == DW_READ_BAD;
  bool skipped = bad && !in_list && value->raw.text != NULL;
  if (skipped || (dashed && value->state == DW_READ_OK))
    *ignored = true;
  return !bad || skipped;
}

void dw_pool_read(struct dw_arena *arena, const struct dw_pool_source *source, struct dw_pool *out) {
  enum dw_addr_syntax syntax = source->in_list ? DW_ADDR_STRICT : DW_ADDR_SLOPPY;
  struct dw_pool pool = {.field = source->field, .range = source->range, .exclude = source->exclude};
  pool.start = dw_ip_read(&source->start, syntax);
  pool.end = dw_ip_read(&source->end, syntax);
  bool excludes_good = read_excludes(arena, &source->exclude, &pool);
  if (source->range.text != NULL) {
    enum dw_range_fault fault = dw_range_parse(source->range.text, &pool.parsed);
    pool.subnet_known = fault == DW_RANGE_OK || fault == DW_RANGE_TOO_SMALL;
  }
  if (pool.subnet_known) {
    pool.subnet = pool.parsed.subnet;
    find_ends(&pool);
  }
  bool start_good = check_end(&pool, &pool.start, source->in_list, &pool.start_ignored);
  bool end_good = check_end(&pool, &pool.end, source->in_list, &pool.end_ignored);
  bool good = pool.subnet_known && start_good && end_good;
  dw_pool_finish(arena, &pool, !good || !excludes_good);
  if (good && is_list_of_texts(&source->exclude, &pool))
    dw_pool_slice(arena, &pool, dw_slice_bits(&source->slice_size, &pool.subnet));
  *out = pool;
}

/* --- problems --- */

static void add_zeros(struct dw_problems *problems, const struct dw_value *value, const char *canonical) {
  dw_problem_complain(
      problems, DW_IPAM_LEADING_ZERO, value,
      dw_complain_use(problems->arena, "has octets with leading zeros, which whereabouts reads as decimal", canonical));
}

/* The fix for a dashed range: with its ends in order and inside the usable addresses. */
static struct dw_complaint complain_dashed(struct dw_arena *arena, const struct dw_range *range, const char *what) {
  struct dw_pool_ends all;
  if (!dw_pool_ends(&range->subnet, NULL, NULL, &all))
    return (struct dw_complaint){.what = what};
  struct dw_range fixed = *range;
  fixed.start = *dw_addr_max(dw_addr_min(&range->start, &range->end), &all.span.first);
  fixed.end = *dw_addr_min(dw_addr_max(&range->start, &range->end), &all.span.last);
  if (dw_addr_compare(&fixed.start, &fixed.end) > 0)
    return (struct dw_complaint){.what = what, .fix = "choose START and END from the usable addresses"};
  return dw_complain_use(arena, what, dw_range_format(arena, &fixed));
}

/* Returns true if ADDR, a start or an end, is the first or the last address of the subnet. These are never handed out,
 * so they change nothing. */
static bool is_outermost(const struct dw_pool *pool, const struct dw_addr *addr, bool is_end) {
  struct dw_addr last = dw_prefix_last(&pool->subnet);
  return dw_addr_compare(addr, is_end ? &last : &pool->subnet.base) == 0;
}

/* Returns true if ADDR, a start or an end, leaves the pool unchanged: it is outermost in the subnet, or where the pool
 * begins or ends anyway. */
static bool is_without_effect(const struct dw_pool *pool, const struct dw_addr *addr, bool is_end) {
  const struct dw_addr *own = is_end ? &pool->span.last : &pool->span.first;
  return is_outermost(pool, addr, is_end) || dw_addr_compare(addr, own) == 0;
}

static void add_dashed_problems(struct dw_problems *problems, const struct dw_pool *pool) {
  const struct dw_range *range = &pool->parsed;
  bool start_ignored = !is_without_effect(pool, &range->start, false);
  bool end_ignored = !is_without_effect(pool, &range->end, true);
  if (!start_ignored && !end_ignored)
    return;
  const char *what = "has both ends outside the usable addresses, so whereabouts ignores them";
  if (end_ignored && dw_addr_compare(&range->end, &range->start) < 0)
    what = "ends before it starts, so whereabouts ignores its end";
  else if (!start_ignored)
    what = "ends outside the usable addresses, so whereabouts ignores its end";
  else if (!end_ignored)
    what = "starts outside the usable addresses, so whereabouts ignores its start";
  dw_problem_complain(problems, DW_IPAM_IGNORED, &pool->range, complain_dashed(problems->arena, range, what));
}

/* node_slice_size always divides the whole range. */
static void add_sliced_ends(struct dw_problems *problems, const struct dw_pool *pool) {
  char text[DW_PREFIX_TEXT];
  if (is_without_effect(pool, &pool->parsed.start, false) && is_without_effect(pool, &pool->parsed.end, true))
    return;
  dw_problem_complain(
      problems, DW_IPAM_IGNORED, &pool->range,
      (struct dw_complaint){.what = "has a start or end that whereabouts ignores because of node_slice_size",
                            .fix = dw_arena_printf(problems->arena, "use %s, or remove node_slice_size",
                                                   dw_prefix_format(&pool->subnet, text))});
}

static void add_range_problems(struct dw_problems *problems, const struct dw_pool *pool) {
  if (!pool->subnet_known) {
    dw_problem_complain(problems, DW_IPAM_UNREADABLE, &pool->range,
                        dw_complain_range(problems->arena, pool->range.text));
    return;
  }
  if (pool->parsed.leading_zeros)
    add_zeros(problems, &pool->range, dw_range_format(problems->arena, &pool->parsed));
  if (pool->parsed.dashed && pool->slice_bits != 0)
    add_sliced_ends(problems, pool);
  else if (pool->parsed.dashed && pool->has_span)
    add_dashed_problems(problems, pool);
}

/* range_start or range_end. */
struct bound {
  const struct dw_ip_value *value;
  const char *name;
  bool is_end;
  bool ignored;
};

/* Returns true if the pool would be the same if the address were not ignored. */
static bool changes_nothing(const struct dw_pool *pool, const struct bound *bound) {
  const struct dw_addr *addr = &bound->value->addr;
  if (!pool->subnet_known)
    return false;
  if (pool->slice_bits != 0)
    return is_without_effect(pool, addr, bound->is_end);
  if (pool->parsed.dashed)
    return dw_addr_compare(addr, bound->is_end ? &pool->parsed.end : &pool->parsed.start) == 0;
  return is_outermost(pool, addr, bound->is_end);
}

static struct dw_complaint complain_sliced(void) {
  return (struct dw_complaint){.what = "is ignored because node_slice_size divides the whole range",
                               .fix = "remove it, or remove node_slice_size"};
}

/* Returns true if TEXT, which is or begins with the address ADDR, is outside SUBNET only because of one or two wrong
 * digits: OUT receives the address that was probably meant, with the same host part. Using it makes a pool smaller, so
 * that it does no harm if it was not meant. */
static bool find_meant(const struct dw_prefix *subnet, const struct dw_addr *addr, struct dw_addr *out) {
  enum { DIGITS = 2 };
  char written[DW_ADDR_TEXT];
  char meant[DW_ADDR_TEXT];
  if (addr->v4 != subnet->base.v4 || dw_prefix_contains(subnet, addr))
    return false;
  struct dw_u128 network = dw_u128_clear(addr->value, dw_u128_low(dw_prefix_host_bits(subnet)));
  struct dw_u128 host = dw_u128_sub(addr->value, network);
  *out = subnet->base;
  out->value.high |= host.high;
  out->value.low |= host.low;
  return dw_edit_distance(dw_addr_format(addr, written), dw_addr_format(out, meant), DIGITS) <= DIGITS;
}

/* The text of the start or end that was probably meant; NULL if that is not clear, or if it would be ignored, too. */
static const char *meant_bound(struct dw_arena *arena, const struct dw_pool *pool, const struct bound *bound) {
  const struct dw_addr *start = pool->start.state == DW_READ_OK ? &pool->start.addr : NULL;
  const struct dw_addr *end = pool->end.state == DW_READ_OK ? &pool->end.addr : NULL;
  struct dw_addr meant;
  struct dw_pool_ends ends;
  char text[DW_ADDR_TEXT];
  if (!find_meant(&pool->subnet, &bound->value->addr, &meant) ||
      !dw_pool_ends(&pool->subnet, bound->is_end ? start : &meant, bound->is_end ? &meant : end, &ends) ||
      ends.start_ignored || ends.end_ignored)
    return NULL;
  return dw_arena_strdup(arena, dw_addr_format(&meant, text));
}

/* Why an address that can be read is ignored. */
static struct dw_complaint complain_ignored(struct dw_arena *arena, const struct dw_pool *pool,
                                            const struct bound *bound) {
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  if (pool->slice_bits != 0)
    return complain_sliced();
  if (pool->parsed.dashed)
    return (struct dw_complaint){.what = "is ignored because range already gives both ends",
                                 .fix = dw_arena_printf(arena, "remove %s", bound->name),
                                 .removes = true};
  struct dw_pool_ends all;
  if (!dw_pool_ends(&pool->subnet, NULL, NULL, &all))
    return (struct dw_complaint){.what = "is ignored", .fix = NULL};
  bool start_counts = bound->is_end && pool->start.state == DW_READ_OK && !pool->start_ignored;
  dw_addr_format(start_counts ? &pool->start.addr : &all.span.first, first);
  dw_addr_format(&all.span.last, last);
  const char *what =
      dw_arena_printf(arena, "is ignored because it is outside the usable addresses %s to %s", first, last);
  if (start_counts && dw_addr_compare(&bound->value->addr, &pool->start.addr) < 0 &&
      dw_prefix_contains(&pool->subnet, &bound->value->addr))
    what = dw_arena_printf(arena, "is ignored because it is below range_start %s", first);
  const char *meant = meant_bound(arena, pool, bound);
  return (struct dw_complaint){.what = what,
                               .fix = dw_arena_printf(arena, "choose an address from %s to %s%s%s, or remove %s", first,
                                                      last, meant == NULL ? "" : ", such as ",
                                                      meant == NULL ? "" : meant, bound->name),
                               .use = meant};
}

static void add_bound_problems(struct dw_problems *problems, const struct dw_pool_source *source,
                               const struct dw_pool *pool, const struct bound *bound) {
  const struct dw_value *raw = &bound->value->raw;
  char canonical[DW_ADDR_TEXT];
  if (bound->value->state == DW_READ_BAD) {
    struct dw_complaint complaint = dw_complain_address(problems->arena, raw->text);
    if (!source->in_list)
      complaint.what = dw_arena_printf(problems->arena, "%s, so whereabouts ignores it", complaint.what);
    dw_problem_complain(problems, source->in_list ? DW_IPAM_UNREADABLE : DW_IPAM_IGNORED, raw, complaint);
  } else if (bound->value->state == DW_READ_OK && (bound->ignored || pool->slice_bits != 0) &&
             !changes_nothing(pool, bound)) {
    dw_problem_complain(problems, DW_IPAM_IGNORED, raw, complain_ignored(problems->arena, pool, bound));
  } else if (bound->value->state == DW_READ_OK && dw_has_leading_zeros(raw->text)) {
    add_zeros(problems, raw, dw_addr_format(&bound->value->addr, canonical));
  }
}

/* whereabouts reads a mapped address without a length as an IPv6 subnet (dw_exclude_parse). */
static struct dw_complaint complain_excluded(struct dw_arena *arena, const struct dw_pool *pool,
                                             const struct dw_exclude *exclude) {
  char text[DW_PREFIX_TEXT];
  struct dw_addr addr;
  if (dw_addr_parse(exclude->raw.text, DW_ADDR_STRICT, &addr) && addr.v4 != exclude->prefix.base.v4)
    return dw_complain_use(arena, "is read as the IPv6 subnet ::/32, so it excludes nothing",
                           dw_addr_format(&addr, text));
  const char *what =
      dw_arena_printf(arena, "is outside %s, so it excludes nothing", dw_prefix_format(&pool->subnet, text));
  struct dw_prefix meant = exclude->prefix;
  if (meant.bits <= pool->subnet.bits || !find_meant(&pool->subnet, &exclude->prefix.base, &meant.base))
    return (struct dw_complaint){.what = what, .fix = "correct it, or remove it"};
  const char *use =
      strchr(exclude->raw.text, '/') == NULL ? dw_addr_format(&meant.base, text) : dw_prefix_format(&meant, text);
  return (struct dw_complaint){
      .what = what, .fix = dw_arena_printf(arena, "use %s, or remove it", use), .use = dw_arena_strdup(arena, use)};
}

/* Returns true if node_slice_size makes whereabouts ignore the excludes, and they would have had an effect. */
static bool drops_excludes(const struct dw_pool *pool) {
  for (size_t i = 0; pool->slice_bits != 0 && i < pool->exclude_count; i++) {
    struct dw_interval span = dw_interval_of(&pool->excludes[i].prefix);
    if (pool->excludes[i].state == DW_READ_BAD ||
        (span.first.v4 == pool->subnet.base.v4 && dw_interval_set_meets(&pool->usable, &span)))
      return true;
  }
  return false;
}

/* The edits that replace VALUE, an exclude such as 10.0.0.1-10.0.0.9, by CIDRs in LIST. */
static struct dw_edits split_range(struct dw_arena *arena, const struct dw_value *value, const struct dw_value *list) {
  enum { MOST = 8 };
  struct dw_prefix prefixes[MOST];
  struct dw_interval span;
  const char *dash = strchr(value->text, '-');
  struct dw_edits edits = {NULL, 0};
  if (dash == NULL || !dw_addr_parse_span(value->text, (size_t)(dash - value->text), DW_ADDR_STRICT, &span.first) ||
      !dw_addr_parse(dash + 1, DW_ADDR_STRICT, &span.last) || span.first.v4 != span.last.v4 ||
      dw_addr_compare(&span.first, &span.last) > 0)
    return edits;
  size_t count = dw_interval_prefixes(&span, prefixes, MOST);
  for (size_t i = 0; count <= MOST && i < count; i++) {
    char text[DW_PREFIX_TEXT];
    const char *cidr = dw_prefix_format(&prefixes[i], text);
    edits = dw_edits_join(arena, edits,
                          i == 0 ? dw_edit_set_text(arena, value->field, cidr)
                                 : dw_edit_append_text(arena, list->field, list->json, cidr));
  }
  return edits;
}

static void add_bad_exclude(struct dw_problems *problems, const struct dw_value *value, const struct dw_value *list) {
  struct dw_ipam_problem *problem =
      dw_problem_complain(problems, DW_IPAM_UNREADABLE, value, dw_complain_exclude(problems->arena, value->text));
  if (problem != NULL && problem->edits.count == 0)
    problem->edits = split_range(problems->arena, value, list);
}

static void add_exclude_problems(struct dw_problems *problems, const struct dw_pool_source *source,
                                 const struct dw_pool *pool) {
  if (drops_excludes(pool)) {
    dw_problem_complain(problems, DW_IPAM_IGNORED, &source->exclude, complain_sliced());
    return;
  }
  for (size_t i = 0; i < pool->exclude_count && !dw_problems_full(problems, DW_IPAM_UNREADABLE); i++) {
    const struct dw_exclude *exclude = &pool->excludes[i];
    if (exclude->raw.text == NULL)
      dw_problem_wrong_type(problems, &exclude->raw, "a string");
    else if (exclude->state == DW_READ_BAD)
      add_bad_exclude(problems, &exclude->raw, &source->exclude);
    else if (pool->subnet_known && !dw_prefix_overlaps(&exclude->prefix, &pool->subnet) &&
             !dw_problems_full(problems, DW_IPAM_EXCLUDES_NOTHING))
      dw_problem_complain(problems, DW_IPAM_EXCLUDES_NOTHING, &exclude->raw,
                          complain_excluded(problems->arena, pool, exclude));
  }
}

void dw_pool_problems(struct dw_problems *problems, const struct dw_pool_source *source, const struct dw_pool *pool,
                      enum dw_ipam_key key) {
  switch (key) {
  case DW_IPAM_RANGE:
    add_range_problems(problems, pool);
    return;
  case DW_IPAM_RANGE_START:
    add_bound_problems(problems, source, pool,
                       &(struct bound){&pool->start, "range_start", false, pool->start_ignored});
    return;
  case DW_IPAM_RANGE_END:
    add_bound_problems(problems, source, pool, &(struct bound){&pool->end, "range_end", true, pool->end_ignored});
    return;
  case DW_IPAM_EXCLUDE:
    add_exclude_problems(problems, source, pool);
    return;
  default:
    return;
  }
}
