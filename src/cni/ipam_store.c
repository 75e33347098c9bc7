/* What makes every allocation of whereabouts fail although its configuration can be read: object names that are not
 * valid, and times that its leader election rejects. Sources: whereabouts 0.9.2 pkg/storage/kubernetes/ipam.go
 * (IPPoolName, NormalizeIP, IPManagement), client-go tools/leaderelection/leaderelection.go (NewLeaderElector).
 * Everything was also measured. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

/* --- names --- */

enum { NAME_ROOM = 320 }; /* for the longest valid name of an object and a subnet */

/* Returns the name that whereabouts uses: "NETWORK-10.0.0.0-24". ':' and '/' become '-', and 0 is appended after a ':'
 * at the end. */
static const char *object_name(const char *network, const char *text, char out[NAME_ROOM]) {
  int length = snprintf(out, NAME_ROOM, "%s%s", network, network[0] == '\0' ? "" : "-");
  size_t start = (size_t)length < NAME_ROOM ? (size_t)length : NAME_ROOM - 1;
  bool open_end = text[0] != '\0' && text[strlen(text) - 1] == ':';
  (void)snprintf(out + start, NAME_ROOM - start, "%s%s", text, open_end ? "0" : "");
  for (char *c = out + start; *c != '\0'; c++)
    if (*c == ':' || *c == '/')
      *c = '-';
  return out;
}

static const char *shown(struct dw_arena *arena, const char *name) {
  enum { SHOWN = 60 };
  return dw_arena_printf(arena, "\"%.*s%s\"", SHOWN, name, strlen(name) > SHOWN ? "..." : "");
}

/* NAME in lower case and with '-' for '_'. */
static const char *plain_name(struct dw_arena *arena, const char *name) {
  char *plain = dw_arena_strdup(arena, name);
  for (char *c = plain; *c != '\0'; c++)
    *c = *c == '_' ? '-' : (char)dw_lower(*c);
  return plain;
}

/* NAME is the name of an object, which begins with VALUE. */
static void bad_network_name(struct dw_problems *problems, const struct dw_value *value, const char *kind,
                             const char *name) {
  struct dw_arena *arena = problems->arena;
  const char *what = dw_arena_printf(arena, "gives whereabouts' %s the name %s, which is not a valid object name", kind,
                                     shown(arena, name));
  dw_problem_complain(problems, DW_IPAM_POOL_KEY, value,
                      dw_is_dns_subdomain(plain_name(arena, name))
                          ? dw_complain_use(arena, what, plain_name(arena, value->text))
                          : (struct dw_complaint){.what = what, .fix = "use lower-case letters, digits and '-'"});
}

static void bad_range(struct dw_problems *problems, const struct dw_pool *pool, const char *kind, const char *name) {
  dw_problem_complain(problems, DW_IPAM_POOL_KEY, &pool->range,
                      (struct dw_complaint){
                          .what = dw_arena_printf(problems->arena,
                                                  "gives whereabouts' %s the name %s, which is not a valid object name",
                                                  kind, shown(problems->arena, name)),
                          .fix = "choose a range whose addresses do not begin with \"::\", such as fd00:99::/64"});
}

/* Without a network name, the names of IPv6 ranges that begin with "::" are not valid. The rule range-class reports
 * ranges of special addresses. */
static void check_range(struct dw_problems *problems, const struct dw_ipam *ipam, const struct dw_pool *pool) {
  char name[NAME_ROOM];
  char text[DW_PREFIX_TEXT];
  struct dw_addr first = pool->state == DW_POOL_OK ? pool->usable.items[0].first : pool->span.first;
  if (pool->subnet.bits == 0 || dw_special_class(&(struct dw_interval){first, first}) != NULL)
    return;
  if (!dw_is_dns_subdomain(object_name("", dw_prefix_format(&pool->subnet, text), name)))
    bad_range(problems, pool, "IPPool", name);
  else if (!ipam->reservation_off && !dw_is_dns_subdomain(object_name("", dw_addr_format(&first, text), name)))
    bad_range(problems, pool, "OverlappingRangeIPReservation", name);
}

static void check_names(struct dw_problems *problems, const struct dw_ipam *ipam, const struct dw_value *network_name) {
  const char *network = ipam->network_name;
  for (size_t i = 0; i < ipam->pool_count && !dw_problems_full(problems, DW_IPAM_POOL_KEY); i++) {
    const struct dw_pool *pool = &ipam->pools[i];
    char name[NAME_ROOM];
    char text[DW_PREFIX_TEXT];
    if (!pool->subnet_known || !pool->has_span)
      continue;
    if (network[0] == '\0') {
      check_range(problems, ipam, pool);
    } else if (!dw_is_dns_subdomain(object_name(network, dw_prefix_format(&pool->subnet, text), name))) {
      bad_network_name(problems, network_name, "IPPool", name);
      return;
    }
  }
}

/* --- times, in milliseconds --- */

struct duration {
  const struct dw_value *value;
  const char *name;
  int64_t number;
};

/* Reads a duration; 0 counts as absent. Returns false if it is not an integer, which the rule ipam-syntax reports. */
static bool read_duration(const struct dw_value *value, const char *name, int64_t otherwise, struct duration *out) {
  *out = (struct duration){value, name, 0};
  if (dw_value_given(value) && !dw_json_integer(value->json, &out->number))
    return false;
  if (out->number == 0)
    *out = (struct duration){NULL, name, otherwise};
  return true;
}

/* Reports whichever of the two was given. */
static void must_exceed(struct dw_problems *problems, const struct duration *long_one, const char *factor,
                        const struct duration *short_one) {
  struct dw_arena *arena = problems->arena;
  if (long_one->value != NULL)
    dw_problem_complain(
        problems, DW_IPAM_POOL_KEY, long_one->value,
        (struct dw_complaint){.what = dw_arena_printf(arena, "must exceed %s%s (%" PRId64 "%s), or whereabouts panics",
                                                      factor, short_one->name, short_one->number,
                                                      short_one->value == NULL ? ", the default" : ""),
                              .fix = "raise it, or remove it",
                              .removes = short_one->value == NULL});
  else if (short_one->value != NULL) /* the defaults are valid together */
    dw_problem_complain(
        problems, DW_IPAM_POOL_KEY, short_one->value,
        (struct dw_complaint){
            .what = dw_arena_printf(arena, "%s must be below %s (%" PRId64 ", the default), or whereabouts panics",
                                    factor[0] == '\0' ? "it" : dw_arena_printf(arena, "%sit", factor), long_one->name,
                                    long_one->number),
            .fix = "lower it, or remove it",
            .removes = true});
}

static void check_times(struct dw_problems *problems, const struct dw_whereabouts_store *store) {
  struct duration lease;
  struct duration renew;
  struct duration retry;
  if (!read_duration(&store->lease, "leader_lease_duration", 1500, &lease) ||
      !read_duration(&store->renew, "leader_renew_deadline", 1000, &renew) ||
      !read_duration(&store->retry, "leader_retry_period", 500, &retry))
    return;
  if (lease.number <= renew.number)
    must_exceed(problems, &lease, "", &renew);
  if (retry.value != NULL && retry.number <= 0)
    dw_problem_complain(problems, DW_IPAM_POOL_KEY, retry.value,
                        (struct dw_complaint){.what = "must be positive, or whereabouts panics", .fix = "remove it"});
  else if ((double)renew.number <= 1.2 * (double)retry.number)
    must_exceed(problems, &renew, "1.2 times ", &retry);
}

/* whereabouts sleeps for this number of seconds before it stores an allocation, and storage.RequestTimeout is 10 s. */
static void check_sleep(struct dw_problems *problems, const struct dw_value *sleep) {
  int64_t seconds;
  if (dw_json_integer(sleep->json, &seconds) && seconds >= 10)
    dw_problem_complain(problems, DW_IPAM_POOL_KEY, sleep,
                        (struct dw_complaint){.what = "is longer than the 10 seconds after which whereabouts gives up",
                                              .fix = "remove it"});
}

void dw_ipam_check_store(struct dw_problems *problems, const struct dw_ipam *ipam,
                         const struct dw_whereabouts_store *store) {
  if (ipam->pool_count == 0)
    return;
  check_names(problems, ipam, &store->network_name);
  check_times(problems, store);
  check_sleep(problems, &store->sleep);
}
