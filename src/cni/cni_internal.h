/* Shared by the files of the CNI reader. */
#ifndef CNI_CNI_INTERNAL_H
#define CNI_CNI_INTERNAL_H

#include "cni/cni.h"
#include "cni/ovn.h"

/* --- plugins.c: the keys that a plugin type reads --- */

enum {
  DW_KEY_MASTER = 1,
  DW_KEY_BRIDGE = 2,
  DW_KEY_DEVICE = 4,
  DW_KEY_VLAN = 8,
  DW_KEY_VLAN_ID = 16,     /* `vlanId` */
  DW_KEY_OVN_VLAN_ID = 32, /* `vlanID` */
  DW_KEY_VLAN_TRUNK = 64,
  DW_KEY_TRUNK = 128,
  DW_KEY_ANY = 256 /* an unknown plugin: any of them */
};
unsigned dw_plugin_keys(const char *type) __attribute__((nonnull));
/* Returns the MAC address that PLUGIN gives to every pod; absent if it gives none. */
struct dw_value dw_plugin_mac(struct dw_arena *arena, const struct dw_cni_plugin *plugin) __attribute__((nonnull));

/* --- values.c: members and options --- */

/* Returns true if JSON is present and not null. */
bool dw_is_given(const dw_json *json);
bool dw_is_true(const dw_json *json);
/* Returns true if NAME is one of NAMES[COUNT]. */
bool dw_is_listed(const char *name, const char *const *names, size_t count) __attribute__((nonnull));
/* Returns BASE.KEY with the value JSON, which may be NULL. */
struct dw_value dw_value_at(struct dw_arena *arena, const char *base, const char *key, const dw_json *json)
    __attribute__((nonnull(1, 2, 3)));
/* Returns the member that Go's decoder uses for the field NAME. */
struct dw_value dw_value_member(struct dw_arena *arena, const char *base, const dw_json *object, const char *name)
    __attribute__((nonnull(1, 2, 4)));
/* Returns BASE[INDEX] with the value JSON. */
struct dw_value dw_value_element(struct dw_arena *arena, const char *base, size_t index, const dw_json *json)
    __attribute__((nonnull(1, 2)));

/* Reads an address. */
struct dw_ip_value dw_ip_read(const struct dw_value *raw, enum dw_addr_syntax syntax) __attribute__((nonnull));

/* Returns the member at PATH ("args.cni.mac") below OBJECT, as Go's decoder finds it; NULL if there is none. */
const dw_json *dw_option_find(const dw_json *object, const char *path) __attribute__((nonnull(2)));
/* The same with its field. Members on the path may be absent. */
struct dw_value dw_option_value(struct dw_arena *arena, const struct dw_value *object, const char *path)
    __attribute__((nonnull));
/* Returns true if JSON is set: not absent, null, "", 0, false or empty. */
bool dw_option_set(const dw_json *json);

/* --- options.c --- */

/* Sets config->faults. Everything else in CONFIG has been read. */
void dw_cni_check_options(struct dw_arena *arena, struct dw_cni_config *config) __attribute__((nonnull));
/* Returns true if PLUGIN or its IPAM plugin decodes PATH, a path below the plugin ("args.cni.mac"), into the member of
 * a struct, so that it matches the key in any letter case. Only what the tables of options.h contain is known. */
bool dw_cni_is_option(const struct dw_cni_plugin *plugin, const char *path) __attribute__((nonnull));

/* --- ipam.c --- */

/* Reads the IPAM of PLUGIN, in which field, json and type_name are set. */
void dw_ipam_read(struct dw_arena *arena, const struct dw_cni_plugin *plugin, struct dw_ipam *out)
    __attribute__((nonnull));

/* --- ipam_problems.c: problems, and their texts --- */

/* The problems found so far. Each kind has a limit above what fits into an answer, so that a client can't make us store
 * millions. */
enum { DW_IPAM_KINDS = DW_IPAM_EXCLUDES_NOTHING + 1, DW_IPAM_PROBLEMS_MAX = 64 };
struct dw_problems {
  struct dw_arena *arena;
  struct dw_ipam_problem *items;
  size_t count;
  size_t capacity;
  size_t kept[DW_IPAM_KINDS];
  bool more; /* the limit of a kind was reached, so there may be more */
};
/* Adds a problem about VALUE and returns it, so that the caller can describe it; NULL if the limit of its kind was
 * reached. It is valid until the next one is added. */
struct dw_ipam_problem *dw_problem_add(struct dw_problems *problems, enum dw_ipam_problem_kind kind,
                                       const struct dw_value *value) __attribute__((nonnull, warn_unused_result));
/* Returns true if the limit of KIND was reached. */
bool dw_problems_full(const struct dw_problems *problems, enum dw_ipam_problem_kind kind) __attribute__((nonnull));

/* What is wrong with a value, and how to fix it. */
struct dw_complaint {
  const char *what;
  const char *fix;
  const char *use; /* the text that FIX names, to use instead; NULL if there is none */
  bool removes;    /* removing the value is one fix, and changes nothing else */
};
/* A complaint whose fix is to use the text USE, which is copied. */
struct dw_complaint dw_complain_use(struct dw_arena *arena, const char *what, const char *use) __attribute__((nonnull));
/* Adds a problem about VALUE with the texts and the edits of COMPLAINT, and returns it as dw_problem_add() does. */
struct dw_ipam_problem *dw_problem_complain(struct dw_problems *problems, enum dw_ipam_problem_kind kind,
                                            const struct dw_value *value, struct dw_complaint complaint)
    __attribute__((nonnull));
/* What is wrong with TEXT, which whereabouts can't read as a range, an address or an exclude. */
struct dw_complaint dw_complain_range(struct dw_arena *arena, const char *text) __attribute__((nonnull));
struct dw_complaint dw_complain_address(struct dw_arena *arena, const char *text) __attribute__((nonnull));
struct dw_complaint dw_complain_exclude(struct dw_arena *arena, const char *text) __attribute__((nonnull));
/* The same for the CIDR of a route or an address. */
struct dw_complaint dw_complain_cidr(struct dw_arena *arena, const char *text) __attribute__((nonnull));

/* --- ipam_keys.c: the keys of whereabouts --- */

/* In the order of dw_key_compare(). Source: whereabouts pkg/types/types.go, IPAMConfigAlias. */
enum dw_ipam_key {
  DW_IPAM_ADDRESSES,
  DW_IPAM_CONFIGURATION_PATH,
  DW_IPAM_DATASTORE,
  DW_IPAM_DNS,
  DW_IPAM_ENABLE_OVERLAPPING_RANGES,
  DW_IPAM_ETCD_CA_CERT_FILE,
  DW_IPAM_ETCD_CERT_FILE,
  DW_IPAM_ETCD_HOST,
  DW_IPAM_ETCD_KEY_FILE,
  DW_IPAM_ETCD_PASSWORD,
  DW_IPAM_ETCD_USERNAME,
  DW_IPAM_EXCLUDE,
  DW_IPAM_GATEWAY,
  DW_IPAM_IP_RANGES,
  DW_IPAM_KUBERNETES,
  DW_IPAM_LEADER_LEASE_DURATION,
  DW_IPAM_LEADER_RENEW_DEADLINE,
  DW_IPAM_LEADER_RETRY_PERIOD,
  DW_IPAM_LOG_FILE,
  DW_IPAM_LOG_LEVEL,
  DW_IPAM_NAME,
  DW_IPAM_NETWORK_NAME,
  DW_IPAM_NODE_SLICE_SIZE,
  DW_IPAM_POD_NAME,
  DW_IPAM_POD_NAMESPACE,
  DW_IPAM_RANGE,
  DW_IPAM_RANGE_END,
  DW_IPAM_RANGE_START,
  DW_IPAM_RECONCILER_CRON_EXPRESSION,
  DW_IPAM_ROUTES,
  DW_IPAM_SLEEP_FOR_RACE,
  DW_IPAM_TYPE,
  DW_IPAM_KEY_COUNT,
  DW_IPAM_GATEWAY_FIELD = DW_IPAM_KEY_COUNT, /* `Gateway`, spelled exactly so: a separate field in Go */
  DW_IPAM_SLOT_COUNT,
  DW_IPAM_NO_KEY = DW_IPAM_SLOT_COUNT
};
enum dw_ipam_key dw_ipam_key_of(const char *key) __attribute__((nonnull));
/* Returns the known key of which KEY is probably a misspelling, or DW_IPAM_NO_KEY. IN_LIST: KEY is in an entry of
 * ipRanges. */
enum dw_ipam_key dw_ipam_lookalike(const char *key, bool in_list) __attribute__((nonnull));
bool dw_ipam_key_in_list(enum dw_ipam_key key); /* an entry of ipRanges may contain it */
const char *dw_ipam_key_name(enum dw_ipam_key key) __attribute__((returns_nonnull));

/* --- ipam_types.c: the JSON types that Go's decoder requires --- */

/* Returns true if VALUE has the type that KEY requires, or is null. Otherwise it adds problems. */
bool dw_ipam_check_type(struct dw_problems *problems, enum dw_ipam_key key, const struct dw_value *value)
    __attribute__((nonnull));
/* Returns how to fix a value that must be WANTED ("a string"); NULL if saying so is enough. */
const char *dw_type_fix(const struct dw_value *value, const char *wanted) __attribute__((nonnull));
/* The edit that does it, if the value can be written in that type. */
struct dw_edits dw_type_edits(struct dw_arena *arena, const struct dw_value *value, const char *wanted)
    __attribute__((nonnull));
/* Adds "must be WANTED, not a ...". */
void dw_problem_wrong_type(struct dw_problems *problems, const struct dw_value *value, const char *wanted)
    __attribute__((nonnull));

/* --- ipam_pool.c --- */

/* The members that describe a pool. A member is absent if its json is NULL. */
struct dw_pool_source {
  const char *field;
  bool in_list; /* an entry of ipRanges, in which range_start and range_end are read strictly */
  struct dw_value range;
  struct dw_value start;
  struct dw_value end;
  struct dw_value exclude;
  struct dw_value slice_size; /* node_slice_size; absent if there are several ranges */
};
void dw_pool_read(struct dw_arena *arena, const struct dw_pool_source *source, struct dw_pool *out)
    __attribute__((nonnull));
/* Sets `usable` and `state` from the span and the excludes. */
void dw_pool_finish(struct dw_arena *arena, struct dw_pool *pool, bool unreadable) __attribute__((nonnull));
/* Adds the problems of one of the pool's members, whose JSON type is correct. */
void dw_pool_problems(struct dw_problems *problems, const struct dw_pool_source *source, const struct dw_pool *pool,
                      enum dw_ipam_key key) __attribute__((nonnull));

/* --- ipam_local.c --- */

/* How host-local reads a range: `subnet`, `rangeStart`, `rangeEnd` and `gateway`. */
struct dw_local_range {
  struct dw_prefix subnet;
  struct dw_interval span;
  struct dw_addr gateway;
};
enum dw_local_fault {
  DW_LOCAL_OK,
  DW_LOCAL_UNREADABLE, /* also if there is no subnet */
  DW_LOCAL_MAPPED,     /* an IPv4 subnet written as IPv6 */
  DW_LOCAL_TOO_SMALL,
  DW_LOCAL_HOST_BITS,
  DW_LOCAL_START_OUTSIDE,
  DW_LOCAL_END_OUTSIDE,
  DW_LOCAL_END_FIRST,      /* the end is before the start */
  DW_LOCAL_START_LAST,     /* the start is above the last address; accepted before 1.10 */
  DW_LOCAL_GATEWAY_OUTSIDE /* accepted before 1.10 */
};
/* OUT->subnet is set unless the result is UNREADABLE; the rest is set if it is OK, START_OUTSIDE or a later one. */
enum dw_local_fault dw_local_range_read(const dw_json *range, struct dw_local_range *out) __attribute__((nonnull(2)));

/* Sets local_pools. IPAM->type is set. */
void dw_ipam_read_local(struct dw_arena *arena, const struct dw_cni_plugin *plugin, struct dw_ipam *ipam)
    __attribute__((nonnull));

/* --- ipam_store.c --- */

struct dw_whereabouts_store {
  struct dw_value network_name;
  struct dw_value lease; /* leader_lease_duration */
  struct dw_value renew; /* leader_renew_deadline */
  struct dw_value retry; /* leader_retry_period */
  struct dw_value sleep; /* sleep_for_race */
};
/* Adds the problems that make every allocation fail when whereabouts stores it. The pools have been read. */
void dw_ipam_check_store(struct dw_problems *problems, const struct dw_ipam *ipam,
                         const struct dw_whereabouts_store *store) __attribute__((nonnull));

/* --- ipam_slice.c --- */

/* Returns the prefix length of the slices that whereabouts divides SUBNET into; 0 if SIZE is not valid for it. */
unsigned dw_slice_bits(const struct dw_value *size, const struct dw_prefix *subnet) __attribute__((nonnull));
/* Divides the pool into slices of prefix length BITS, ignoring its ends and excludes. If BITS is 0, it does nothing. */
void dw_pool_slice(struct dw_arena *arena, struct dw_pool *pool, unsigned bits) __attribute__((nonnull));
/* Adds the problems of node_slice_size. The pools have been read. */
void dw_ipam_check_slice(struct dw_problems *problems, const struct dw_ipam *ipam, const struct dw_value *size)
    __attribute__((nonnull));

/* --- ipam_whereabouts.c, ipam_ovn.c --- */

void dw_ipam_read_whereabouts(struct dw_problems *problems, struct dw_ipam *ipam) __attribute__((nonnull));
/* If PLUGIN is OVN-Kubernetes', which allocates addresses itself, sets IPAM and returns true. */
bool dw_ipam_read_ovn(struct dw_problems *problems, const struct dw_cni_plugin *plugin, struct dw_ipam *ipam)
    __attribute__((nonnull));

/* Returns true if VALUE is absent, null, not a string, or only white space. */
bool dw_ovn_is_blank(const struct dw_value *value) __attribute__((nonnull));
/* ovn_list.c: one entry of a comma-separated list: ADDRESS/LENGTH, or ADDRESS/LENGTH/HOSTPREFIX. */
struct dw_ovn_entry {
  struct dw_value value; /* `text` is the entry as written, without the white space around it; the rest is the list's */
  bool readable;
  struct dw_prefix prefix;
  bool has_host; /* it has a host prefix, in `host` */
  int64_t host;
};
struct dw_ovn_list {
  struct dw_ovn_entry *items;
  size_t count;
  bool too_many; /* there are more than MAX, and only the first MAX were read */
};
/* Reads the list in VALUE, a string. The result is in ARENA. */
struct dw_ovn_list dw_ovn_list(struct dw_arena *arena, const struct dw_value *value, size_t max)
    __attribute__((nonnull));
/* The edit of the list that replaces the entry in VALUE by TEXT, or removes it if TEXT is NULL. */
struct dw_edits dw_ovn_replace(struct dw_arena *arena, const struct dw_value *value, const char *text)
    __attribute__((nonnull(1, 2)));
/* Returns true if ENTRY is an IPv4 subnet written as IPv6, such as ::ffff:10.200.0.0/112. */
bool dw_ovn_is_mapped(const struct dw_ovn_entry *entry) __attribute__((nonnull));

/* --- plugins.c: versions --- */

/* Parses MAJOR[.MINOR[.MICRO]]; "" is 0.1.0. Source: containernetworking/cni pkg/version/plugin.go, ParseVersion(). */
bool dw_cni_version_parse(const char *text, int64_t parts[3]) __attribute__((nonnull));

#endif
