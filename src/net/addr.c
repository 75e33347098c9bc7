#include "net/addr.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { GROUPS = 8, V4_BITS = 32, V6_BITS = 128, MAPPED_BITS = V6_BITS - V4_BITS };

static const uint64_t mapped_prefix = 0xFFFF00000000U; /* the low half of ::ffff:0.0.0.0 */

/* The part of a text that is still to be read. */
struct cursor {
  const char *at;
  const char *end;
};

static bool accept(struct cursor *in, char wanted) {
  if (in->at == in->end || *in->at != wanted)
    return false;
  in->at++;
  return true;
}

/* Reads digits up to the first other character. Returns their number; 0 if there are none or if the value is above
 * MOST.
 */
static size_t read_number(struct cursor *in, unsigned base, unsigned most, unsigned *value) {
  const char *start = in->at;
  unsigned sum = 0;
  for (; in->at < in->end && dw_hex_digit(*in->at) < base; in->at++) {
    sum = sum * base + dw_hex_digit(*in->at);
    if (sum > most)
      return 0;
  }
  *value = sum;
  return (size_t)(in->at - start);
}

static bool parse_v4(struct cursor in, enum dw_addr_syntax syntax, uint32_t *out) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    unsigned octet = 0;
    if (i > 0 && !accept(&in, '.'))
      return false;
    const char *start = in.at;
    size_t digits = read_number(&in, 10, 255, &octet);
    if (digits == 0 || (syntax == DW_ADDR_STRICT && digits > 1 && *start == '0'))
      return false;
    value = value << 8 | octet;
  }
  *out = value;
  return in.at == in.end;
}

/* The state of parsing an IPv6 address. `gap` is the index of the group that follows "::", or -1. */
struct v6_reader {
  uint16_t groups[GROUPS];
  int count;
  int gap;
};

/* Reads the dotted tail of an address such as ::ffff:10.0.0.1, from IN to the end of the text. */
static bool read_dotted_tail(struct v6_reader *v6, struct cursor in, enum dw_addr_syntax syntax) {
  uint32_t tail = 0;
  bool in_place = v6->gap >= 0 ? v6->count <= GROUPS - 2 : v6->count == GROUPS - 2;
  if (!in_place || !parse_v4(in, syntax, &tail))
    return false;
  v6->groups[v6->count++] = (uint16_t)(tail >> 16);
  v6->groups[v6->count++] = (uint16_t)(tail & 0xFFFF);
  return true;
}

/* Reads a group and what separates it from the next one. */
static bool read_group(struct v6_reader *v6, struct cursor *in, enum dw_addr_syntax syntax) {
  struct cursor start = *in;
  unsigned group = 0;
  size_t digits = read_number(in, 16, 0xFFFF, &group);
  if (digits == 0 || (syntax == DW_ADDR_STRICT && digits > 4))
    return false;
  if (in->at < in->end && *in->at == '.') {
    in->at = in->end;
    return read_dotted_tail(v6, start, syntax);
  }
  v6->groups[v6->count++] = (uint16_t)group;
  if (in->at == in->end)
    return true;
  if (!accept(in, ':') || in->at == in->end)
    return false;
  if (!accept(in, ':'))
    return true;
  if (v6->gap >= 0)
    return false;
  v6->gap = v6->count;
  return true;
}

/* Moves the groups behind the "::" to the end and fills the gap with zeros. */
static bool close_gap(struct v6_reader *v6) {
  int missing = GROUPS - v6->count;
  if ((missing == 0) != (v6->gap < 0))
    return false;
  for (int i = v6->count - 1; missing > 0 && i >= v6->gap; i--) {
    v6->groups[i + missing] = v6->groups[i];
    v6->groups[i] = 0;
  }
  return true;
}

static bool parse_v6(struct cursor in, enum dw_addr_syntax syntax, struct dw_u128 *out) {
  struct v6_reader v6 = {.gap = -1};
  if (in.end - in.at >= 2 && in.at[0] == ':' && in.at[1] == ':') {
    v6.gap = 0;
    in.at += 2;
  } else if (in.at == in.end) {
    return false;
  }
  while (in.at < in.end)
    if (v6.count == GROUPS || !read_group(&v6, &in, syntax))
      return false;
  if (!close_gap(&v6))
    return false;
  *out = (struct dw_u128){0, 0};
  for (int i = 0; i < GROUPS / 2; i++) {
    out->high = out->high << 16 | v6.groups[i];
    out->low = out->low << 16 | v6.groups[i + GROUPS / 2];
  }
  return true;
}

static bool is_mapped(struct dw_u128 value) {
  return value.high == 0 && value.low >> 32 == 0xFFFF;
}

bool dw_addr_parse_span(const char *text, size_t length, enum dw_addr_syntax syntax, struct dw_addr *out) {
  struct cursor in = {text, text + length};
  if (memchr(text, ':', length) != NULL) {
    struct dw_u128 value;
    if (!parse_v6(in, syntax, &value))
      return false;
    *out = (struct dw_addr){.value = value, .v4 = is_mapped(value)};
    return true;
  }
  uint32_t value = 0;
  if (!parse_v4(in, syntax, &value))
    return false;
  *out = (struct dw_addr){.value = {0, mapped_prefix | value}, .v4 = true};
  return true;
}

bool dw_addr_parse(const char *text, enum dw_addr_syntax syntax, struct dw_addr *out) {
  return dw_addr_parse_span(text, strlen(text), syntax, out);
}

bool dw_prefix_parse(const char *text, enum dw_addr_syntax syntax, struct dw_prefix *out, struct dw_addr *address) {
  const char *slash = strchr(text, '/');
  if (slash == NULL)
    return false;
  struct dw_addr addr;
  size_t length = (size_t)(slash - text);
  if (!dw_addr_parse_span(text, length, syntax, &addr))
    return false;
  bool dotted = memchr(text, ':', length) == NULL;
  struct cursor in = {slash + 1, slash + strlen(slash)};
  unsigned bits = 0;
  if (read_number(&in, 10, dotted ? V4_BITS : V6_BITS, &bits) == 0 || in.at < in.end)
    return false;

  struct dw_prefix prefix = {.base = addr, .bits = bits};
  if (!dotted && addr.v4 && bits >= MAPPED_BITS)
    prefix.bits = bits - MAPPED_BITS;
  else
    prefix.base.v4 = dotted;
  prefix.base.value = dw_u128_clear(addr.value, dw_u128_low(dw_prefix_host_bits(&prefix)));
  *out = prefix;
  if (address != NULL)
    *address = addr;
  return true;
}

static uint16_t group_of(struct dw_u128 value, int index) {
  uint64_t half = index < GROUPS / 2 ? value.high : value.low;
  unsigned place = (unsigned)index % (GROUPS / 2);
  return (uint16_t)(half >> (16 * (GROUPS / 2 - 1 - place)) & 0xFFFF);
}

/* The first of the longest runs of at least two zero groups (RFC 5952, 4.2); LENGTH is 0 if there is none. */
static int longest_zeros(struct dw_u128 value, int *length) {
  int best = -1;
  int best_length = 1;
  for (int i = 0; i < GROUPS; i++) {
    int run = 0;
    while (i + run < GROUPS && group_of(value, i + run) == 0)
      run++;
    if (run > best_length) {
      best = i;
      best_length = run;
    }
    i += run;
  }
  *length = best < 0 ? 0 : best_length;
  return best;
}

/* Writes a number below 1000 and returns its end. Every review formats addresses, and snprintf() is too slow for that.
 */
static char *put_number(char *out, unsigned number) {
  if (number >= 100)
    *out++ = (char)('0' + number / 100);
  if (number >= 10)
    *out++ = (char)('0' + number / 10 % 10);
  *out++ = (char)('0' + number % 10);
  return out;
}

static void format_v4(uint64_t value, const char *head, char *out) {
  out = stpcpy(out, head);
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    out = put_number(out, (unsigned)(value >> (shift - 8) & 0xFF));
    *out++ = shift > 8 ? '.' : '\0';
  }
}

static void format_v6(struct dw_u128 value, char *out) {
  int skipped = 0;
  int gap = longest_zeros(value, &skipped);
  size_t length = 0;
  for (int i = 0; i < GROUPS; i++) {
    if (i == gap) {
      length += (size_t)snprintf(out + length, DW_ADDR_TEXT - length, "::");
      i += skipped - 1;
      continue;
    }
    const char *colon = i == 0 || i == gap + skipped ? "" : ":";
    length += (size_t)snprintf(out + length, DW_ADDR_TEXT - length, "%s%x", colon, (unsigned)group_of(value, i));
  }
}

const char *dw_addr_format(const struct dw_addr *addr, char *out) {
  if (addr->v4)
    format_v4(addr->value.low, "", out);
  else if (is_mapped(addr->value))
    format_v4(addr->value.low, "::ffff:", out);
  else
    format_v6(addr->value, out);
  return out;
}

const char *dw_prefix_format(const struct dw_prefix *prefix, char *out) {
  dw_addr_format(&prefix->base, out);
  char *end = out + strlen(out);
  *end++ = '/';
  *put_number(end, prefix->bits) = '\0';
  return out;
}

int dw_u128_compare(struct dw_u128 a, struct dw_u128 b) {
  if (a.high != b.high)
    return a.high < b.high ? -1 : 1;
  if (a.low != b.low)
    return a.low < b.low ? -1 : 1;
  return 0;
}

struct dw_u128 dw_u128_add(struct dw_u128 a, uint64_t n) {
  uint64_t low = a.low + n;
  return (struct dw_u128){a.high + (low < n ? 1 : 0), low};
}

struct dw_u128 dw_u128_sub(struct dw_u128 a, struct dw_u128 b) {
  return (struct dw_u128){a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low};
}

/* Compares the families first: the range of a wide IPv6 subnet such as ::/0 includes the numbers used for IPv4, but
 * contains no IPv4 address. */
struct dw_u128 dw_u128_low(unsigned bits) {
  if (bits >= 128)
    return (struct dw_u128){UINT64_MAX, UINT64_MAX};
  if (bits >= 64)
    return (struct dw_u128){(UINT64_C(1) << (bits - 64)) - 1, UINT64_MAX};
  return (struct dw_u128){0, (UINT64_C(1) << bits) - 1};
}

struct dw_u128 dw_u128_clear(struct dw_u128 value, struct dw_u128 bits) {
  return (struct dw_u128){value.high & ~bits.high, value.low & ~bits.low};
}

int dw_addr_compare(const struct dw_addr *a, const struct dw_addr *b) {
  if (a->v4 != b->v4)
    return a->v4 ? -1 : 1;
  return dw_u128_compare(a->value, b->value);
}

unsigned dw_prefix_host_bits(const struct dw_prefix *prefix) {
  return (prefix->base.v4 ? V4_BITS : V6_BITS) - prefix->bits;
}

const struct dw_addr *dw_addr_min(const struct dw_addr *a, const struct dw_addr *b) {
  return dw_addr_compare(a, b) <= 0 ? a : b;
}

const struct dw_addr *dw_addr_max(const struct dw_addr *a, const struct dw_addr *b) {
  return dw_addr_compare(a, b) >= 0 ? a : b;
}

struct dw_addr dw_prefix_last(const struct dw_prefix *prefix) {
  struct dw_u128 hosts = dw_u128_low(dw_prefix_host_bits(prefix));
  struct dw_addr last = prefix->base;
  last.value.high |= hosts.high;
  last.value.low |= hosts.low;
  return last;
}

bool dw_prefix_contains(const struct dw_prefix *prefix, const struct dw_addr *addr) {
  struct dw_u128 network = dw_u128_clear(addr->value, dw_u128_low(dw_prefix_host_bits(prefix)));
  return prefix->base.v4 == addr->v4 && dw_u128_compare(network, prefix->base.value) == 0;
}

bool dw_prefix_overlaps(const struct dw_prefix *a, const struct dw_prefix *b) {
  return dw_prefix_contains(a, &b->base) || dw_prefix_contains(b, &a->base);
}
