/* What is wrong with an address or range that whereabouts can't read, and how to write it instead. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

bool dw_problems_full(const struct dw_problems *problems, enum dw_ipam_problem_kind kind) {
  return problems->kept[kind] >= DW_IPAM_PROBLEMS_MAX;
}

struct dw_ipam_problem *dw_problem_add(struct dw_problems *problems, enum dw_ipam_problem_kind kind,
                                       const struct dw_value *value) {
  if (dw_problems_full(problems, kind))
    return NULL;
  problems->items =
      dw_arena_more(problems->arena, problems->items, problems->count, &problems->capacity, sizeof *problems->items);
  problems->kept[kind]++;
  problems->more = problems->more || dw_problems_full(problems, kind);
  struct dw_ipam_problem *problem = &problems->items[problems->count++];
  const char *shown = dw_value_shown(problems->arena, value);
  *problem = (struct dw_ipam_problem){.kind = kind,
                                      .field = value->field,
                                      .value = shown,
                                      .json = shown == NULL ? value->json : NULL,
                                      .what = "is not usable"};
  return problem;
}

/* Returns true if VALUE is an entry of a comma-separated list. */
static bool is_entry(const struct dw_value *value) {
  return value->text != NULL && !dw_text_equal(value->text, dw_json_string(value->json));
}

static struct dw_edits edits_of(struct dw_arena *arena, const struct dw_value *value,
                                const struct dw_complaint *complaint) {
  if (complaint->use != NULL)
    return is_entry(value) ? dw_ovn_replace(arena, value, complaint->use)
                           : dw_edit_set_text(arena, value->field, complaint->use);
  if (value->json == NULL || is_entry(value))
    return (struct dw_edits){NULL, 0};
  return complaint->removes ? dw_edit_remove(arena, value->field)
                            : dw_edit_by_words(arena, value->field, complaint->fix);
}

struct dw_ipam_problem *dw_problem_complain(struct dw_problems *problems, enum dw_ipam_problem_kind kind,
                                            const struct dw_value *value, struct dw_complaint complaint) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, kind, value);
  if (problem == NULL)
    return NULL;
  problem->what = complaint.what;
  problem->fix = complaint.fix;
  problem->edits = edits_of(problems->arena, value, &complaint);
  return problem;
}

struct dw_complaint dw_complain_use(struct dw_arena *arena, const char *what, const char *use) {
  return (struct dw_complaint){
      .what = what, .fix = dw_arena_printf(arena, "use %s", use), .use = dw_arena_strdup(arena, use)};
}

enum { TEXT_MAX = 128 }; /* a longer text is not a mistyped address */

static const char range_fix[] = "use ADDRESS/LENGTH or START-END/LENGTH, such as 10.200.5.0/24";
static const char address_fix[] = "use one address, such as 10.200.5.1";
static const char exclude_fix[] = "use ADDRESS/LENGTH or ADDRESS, such as 10.200.5.1/32";
static const char cidr_fix[] = "use ADDRESS/LENGTH, such as 10.200.5.0/24";

/* Writes TEXT without its white space. Returns false if it has none. */
static bool remove_white_space(const char *text, char out[TEXT_MAX]) {
  size_t length = 0;
  size_t blanks = 0;
  for (const char *c = text; *c != '\0'; c++) {
    if (dw_is_space(*c))
      blanks++;
    else
      out[length++] = *c;
  }
  out[length] = '\0';
  return blanks > 0;
}

static bool too_long(const char *text) {
  return strnlen(text, TEXT_MAX) == TEXT_MAX;
}

static struct dw_complaint complain_white_space(struct dw_arena *arena, const char *fixed, const char *other_fix) {
  static const char what[] = "contains white space, which is not allowed";
  return fixed == NULL ? (struct dw_complaint){.what = what, .fix = other_fix} : dw_complain_use(arena, what, fixed);
}

/* Converts a netmask to a prefix length. Returns false if MASK is not a netmask. */
static bool mask_length(const char *mask, unsigned *bits) {
  struct dw_addr addr;
  if (strchr(mask, '.') == NULL || !dw_addr_parse(mask, DW_ADDR_STRICT, &addr) || !addr.v4)
    return false;
  uint32_t value = (uint32_t)addr.value.low;
  unsigned ones = 0;
  while (ones < 32 && (value & (UINT32_C(1) << (31 - ones))) != 0)
    ones++;
  *bits = ones;
  return ones > 0 && (ones == 32 || value << ones == 0);
}

/* Finds the longest prefix length, at most /24 or /64, with which START and END are in the same subnet. */
static bool common_length(const char *start, const char *end, unsigned *bits) {
  struct dw_addr first;
  struct dw_addr last;
  if (!dw_addr_parse(start, DW_ADDR_SLOPPY, &first) || !dw_addr_parse(end, DW_ADDR_SLOPPY, &last) ||
      first.v4 != last.v4)
    return false;
  for (unsigned length = first.v4 ? 24 : 64; length > 0; length--) {
    char text[TEXT_MAX + 8];
    struct dw_prefix prefix;
    (void)snprintf(text, sizeof text, "%s/%u", end, length);
    if (dw_prefix_parse(text, DW_ADDR_SLOPPY, &prefix, NULL) && dw_prefix_contains(&prefix, &first)) {
      *bits = length;
      return true;
    }
  }
  return false;
}

static bool is_readable_range(const char *text) {
  struct dw_range range;
  enum dw_range_fault fault = dw_range_parse(text, &range);
  return fault == DW_RANGE_OK || fault == DW_RANGE_TOO_SMALL;
}

/* Returns ADDRESS/MASK or START-ADDRESS/MASK with a prefix length; NULL if TEXT has no netmask. */
static const char *fix_mask(struct dw_arena *arena, const char *text) {
  unsigned bits;
  const char *slash = strrchr(text, '/');
  if (slash == NULL || !mask_length(slash + 1, &bits))
    return NULL;
  const char *fixed = dw_arena_printf(arena, "%.*s/%u", (int)(slash - text), text, bits);
  return is_readable_range(fixed) ? fixed : NULL;
}

static const char no_length[] = "has no prefix length";

static struct dw_complaint complain_dashed(struct dw_arena *arena, const char *text, const char *dash) {
  char start[TEXT_MAX];
  const char *end = dash + 1;
  unsigned bits;
  (void)snprintf(start, sizeof start, "%.*s", (int)(dash - text), text);
  if (common_length(start, end, &bits))
    return (struct dw_complaint){
        .what = no_length,
        .fix = dw_arena_printf(arena, "add the prefix length after the end: %s-%s/%u", start, end, bits)};
  struct dw_addr addr;
  if (dw_addr_parse(start, DW_ADDR_SLOPPY, &addr))
    return (struct dw_complaint){.what = "has no END/LENGTH after the '-'", .fix = range_fix};
  char *slash = strchr(start, '/');
  if (slash != NULL) {
    *slash = '\0';
    const char *fixed = dw_arena_printf(arena, "%s-%s", start, end);
    if (is_readable_range(fixed))
      return dw_complain_use(arena, "has a prefix length before the '-', where only an address is allowed", fixed);
  }
  return (struct dw_complaint){.what = "has no IP address before the '-'", .fix = range_fix};
}

static struct dw_complaint complain_start_outside(struct dw_arena *arena, const struct dw_range *range) {
  char start[DW_ADDR_TEXT];
  char subnet[DW_PREFIX_TEXT];
  const char *what = dw_arena_printf(arena, "START %s is outside %s", dw_addr_format(&range->start, start),
                                     dw_prefix_format(&range->subnet, subnet));
  return (struct dw_complaint){.what = what, .fix = "choose a START inside it, or a prefix length that covers both"};
}

struct dw_complaint dw_complain_range(struct dw_arena *arena, const char *text) {
  static const struct dw_complaint none = {.what = "is not a CIDR that whereabouts can read", .fix = range_fix};
  char plain[TEXT_MAX];
  struct dw_range range;
  struct dw_addr addr;
  if (too_long(text))
    return none;
  if (text[0] == '\0')
    return (struct dw_complaint){.what = "is empty", .fix = range_fix};
  if (remove_white_space(text, plain))
    return complain_white_space(arena, is_readable_range(plain) ? plain : NULL, range_fix);
  if (dw_range_parse(text, &range) == DW_RANGE_START_OUTSIDE)
    return complain_start_outside(arena, &range);
  const char *fixed = fix_mask(arena, text);
  if (fixed != NULL)
    return dw_complain_use(arena, "has a netmask instead of a prefix length", fixed);
  if (dw_addr_parse(text, DW_ADDR_SLOPPY, &addr))
    return (struct dw_complaint){.what = no_length,
                                 .fix = dw_arena_printf(arena, "use %s/%d", text, addr.v4 ? 24 : 64)};
  const char *dash = strchr(text, '-');
  return dash == NULL ? none : complain_dashed(arena, text, dash);
}

/* If TEXT can't be read only because of leading zeros, returns it without them, else NULL. */
static const char *without_zeros(struct dw_arena *arena, const char *text) {
  char canonical[DW_PREFIX_TEXT];
  struct dw_prefix prefix;
  struct dw_addr addr;
  if (dw_prefix_parse(text, DW_ADDR_SLOPPY, &prefix, NULL))
    return dw_arena_strdup(arena, dw_prefix_format(&prefix, canonical));
  if (dw_addr_parse(text, DW_ADDR_SLOPPY, &addr))
    return dw_arena_strdup(arena, dw_addr_format(&addr, canonical));
  return NULL;
}

static const char zeros_what[] = "has leading zeros, which are not allowed here";

struct dw_complaint dw_complain_address(struct dw_arena *arena, const char *text) {
  static const struct dw_complaint none = {.what = "is not an IP address", .fix = address_fix};
  char plain[TEXT_MAX];
  char canonical[DW_ADDR_TEXT];
  struct dw_prefix prefix;
  struct dw_addr addr;
  if (too_long(text))
    return none;
  if (remove_white_space(text, plain))
    return complain_white_space(
        arena, dw_addr_parse(plain, DW_ADDR_SLOPPY, &addr) ? dw_addr_format(&addr, canonical) : NULL, address_fix);
  if (dw_prefix_parse(text, DW_ADDR_SLOPPY, &prefix, &addr))
    return dw_complain_use(arena, "is a CIDR, but a single address is needed", dw_addr_format(&addr, canonical));
  const char *use = without_zeros(arena, text);
  return use == NULL ? none : dw_complain_use(arena, zeros_what, use);
}

struct dw_complaint dw_complain_exclude(struct dw_arena *arena, const char *text) {
  static const struct dw_complaint none = {.what = "is not a CIDR or address, so every allocation fails",
                                           .fix = exclude_fix};
  char plain[TEXT_MAX];
  struct dw_prefix prefix;
  if (too_long(text))
    return none;
  if (remove_white_space(text, plain))
    return complain_white_space(arena, dw_exclude_parse(plain, &prefix) ? plain : NULL, exclude_fix);
  const char *use = without_zeros(arena, text);
  if (use != NULL)
    return dw_complain_use(arena, zeros_what, use);
  if (strpbrk(text, "-,") != NULL)
    return (struct dw_complaint){.what = none.what, .fix = "use a separate entry for each CIDR or address"};
  return none;
}

struct dw_complaint dw_complain_cidr(struct dw_arena *arena, const char *text) {
  static const struct dw_complaint none = {.what = "is not a CIDR", .fix = cidr_fix};
  char plain[TEXT_MAX];
  struct dw_prefix prefix;
  struct dw_addr addr;
  if (too_long(text))
    return none;
  if (remove_white_space(text, plain))
    return complain_white_space(arena, dw_prefix_parse(plain, DW_ADDR_STRICT, &prefix, NULL) ? plain : NULL, cidr_fix);
  if (dw_addr_parse(text, DW_ADDR_SLOPPY, &addr))
    return (struct dw_complaint){.what = no_length, .fix = cidr_fix};
  const char *use = without_zeros(arena, text);
  return use == NULL ? none : dw_complain_use(arena, zeros_what, use);
}
