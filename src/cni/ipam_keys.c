#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

struct key {
  const char *name;
  const char *plain; /* without '_', in lower case; NULL if it is never suggested */
  size_t length;
  bool in_list;
};
#define KEY(name, plain)                                                                                               \
  { name, plain, sizeof(name) - 1, false }
#define LIST_KEY(name, plain)                                                                                          \
  { name, plain, sizeof(name) - 1, true }
#define HIDDEN_KEY(name)                                                                                               \
  { name, NULL, sizeof(name) - 1, false }

static const struct key keys[DW_IPAM_KEY_COUNT] = {
    [DW_IPAM_ADDRESSES] = KEY("addresses", "addresses"),
    [DW_IPAM_CONFIGURATION_PATH] = KEY("configuration_path", "configurationpath"),
    [DW_IPAM_DATASTORE] = HIDDEN_KEY("datastore"),
    [DW_IPAM_DNS] = KEY("dns", "dns"),
    [DW_IPAM_ENABLE_OVERLAPPING_RANGES] = KEY("enable_overlapping_ranges", "enableoverlappingranges"),
    [DW_IPAM_ETCD_CA_CERT_FILE] = HIDDEN_KEY("etcd_ca_cert_file"),
    [DW_IPAM_ETCD_CERT_FILE] = HIDDEN_KEY("etcd_cert_file"),
    [DW_IPAM_ETCD_HOST] = HIDDEN_KEY("etcd_host"),
    [DW_IPAM_ETCD_KEY_FILE] = HIDDEN_KEY("etcd_key_file"),
    [DW_IPAM_ETCD_PASSWORD] = HIDDEN_KEY("etcd_password"),
    [DW_IPAM_ETCD_USERNAME] = HIDDEN_KEY("etcd_username"),
    [DW_IPAM_EXCLUDE] = LIST_KEY("exclude", "exclude"),
    [DW_IPAM_GATEWAY] = KEY("gateway", "gateway"),
    [DW_IPAM_IP_RANGES] = KEY("ipRanges", "ipranges"),
    [DW_IPAM_KUBERNETES] = KEY("kubernetes", "kubernetes"),
    [DW_IPAM_LEADER_LEASE_DURATION] = KEY("leader_lease_duration", "leaderleaseduration"),
    [DW_IPAM_LEADER_RENEW_DEADLINE] = KEY("leader_renew_deadline", "leaderrenewdeadline"),
    [DW_IPAM_LEADER_RETRY_PERIOD] = KEY("leader_retry_period", "leaderretryperiod"),
    [DW_IPAM_LOG_FILE] = KEY("log_file", "logfile"),
    [DW_IPAM_LOG_LEVEL] = KEY("log_level", "loglevel"),
    [DW_IPAM_NAME] = HIDDEN_KEY("Name"),
    [DW_IPAM_NETWORK_NAME] = KEY("network_name", "networkname"),
    [DW_IPAM_NODE_SLICE_SIZE] = KEY("node_slice_size", "nodeslicesize"),
    [DW_IPAM_POD_NAME] = HIDDEN_KEY("PodName"),
    [DW_IPAM_POD_NAMESPACE] = HIDDEN_KEY("PodNamespace"),
    [DW_IPAM_RANGE] = LIST_KEY("range", "range"),
    [DW_IPAM_RANGE_END] = LIST_KEY("range_end", "rangeend"),
    [DW_IPAM_RANGE_START] = LIST_KEY("range_start", "rangestart"),
    [DW_IPAM_RECONCILER_CRON_EXPRESSION] = KEY("reconciler_cron_expression", "reconcilercronexpression"),
    [DW_IPAM_ROUTES] = KEY("routes", "routes"),
    [DW_IPAM_SLEEP_FOR_RACE] = KEY("sleep_for_race", "sleepforrace"),
    [DW_IPAM_TYPE] = KEY("type", "type"),
};

/* Keys that people use instead, in plain form: often the names that other plugins use. */
static const struct alias {
  const char *plain;
  enum dw_ipam_key key;
} aliases[] = {
    {"subnet", DW_IPAM_RANGE},
    {"subnets", DW_IPAM_RANGE},
    {"cidr", DW_IPAM_RANGE},
    {"ippool", DW_IPAM_RANGE},
    {"iprange", DW_IPAM_IP_RANGES},
    {"ranges", DW_IPAM_IP_RANGES},
    {"cidrs", DW_IPAM_IP_RANGES},
    {"start", DW_IPAM_RANGE_START},
    {"startip", DW_IPAM_RANGE_START},
    {"startrange", DW_IPAM_RANGE_START},
    {"ipstart", DW_IPAM_RANGE_START},
    {"ipstartrange", DW_IPAM_RANGE_START},
    {"end", DW_IPAM_RANGE_END},
    {"endip", DW_IPAM_RANGE_END},
    {"endrange", DW_IPAM_RANGE_END},
    {"ipend", DW_IPAM_RANGE_END},
    {"iprangeend", DW_IPAM_RANGE_END},
    {"iprangestart", DW_IPAM_RANGE_START},
    {"excludes", DW_IPAM_EXCLUDE},
    {"excluded", DW_IPAM_EXCLUDE},
    {"excludeips", DW_IPAM_EXCLUDE},
    {"excluderange", DW_IPAM_EXCLUDE},
    {"excluderanges", DW_IPAM_EXCLUDE},
    {"excludesubnets", DW_IPAM_EXCLUDE},
    {"omit", DW_IPAM_EXCLUDE},
    {"omitrange", DW_IPAM_EXCLUDE},
    {"omitranges", DW_IPAM_EXCLUDE},
    {"gw", DW_IPAM_GATEWAY},
    {"gateways", DW_IPAM_GATEWAY},
    {"gatewayip", DW_IPAM_GATEWAY},
    {"defaultgateway", DW_IPAM_GATEWAY},
    {"overlappingranges", DW_IPAM_ENABLE_OVERLAPPING_RANGES},
};

enum dw_ipam_key dw_ipam_key_of(const char *key) {
  if (strcmp(key, "Gateway") == 0)
    return DW_IPAM_GATEWAY_FIELD;
  int low = 0;
  int high = DW_IPAM_KEY_COUNT - 1;
  while (low <= high) {
    int middle = (low + high) / 2;
    int order = dw_key_compare(key, keys[middle].name);
    if (order == 0)
      return (enum dw_ipam_key)middle;
    if (order < 0)
      high = middle - 1;
    else
      low = middle + 1;
  }
  return DW_IPAM_NO_KEY;
}

const char *dw_ipam_key_name(enum dw_ipam_key key) {
  if (key == DW_IPAM_GATEWAY_FIELD)
    return "Gateway";
  return key < DW_IPAM_KEY_COUNT ? keys[key].name : "";
}

bool dw_ipam_key_in_list(enum dw_ipam_key key) {
  return key < DW_IPAM_KEY_COUNT && keys[key].in_list;
}

enum { PLAIN_MAX = 40 };

/* Returns the set of letters in PLAIN. The sets of two words that are N edits apart differ in at most 2N letters. */
static uint32_t letters(const char *plain) {
  uint32_t set = 0;
  for (const char *c = plain; *c != '\0'; c++)
    set |= UINT32_C(1) << ((unsigned char)*c & 31);
  return set;
}

static bool near(const char *plain, uint32_t set, const struct key *key) {
  if (key->length < 5)
    return false;
  unsigned edits = key->length >= 8 ? 2 : 1;
  size_t length = strlen(plain);
  size_t other = strlen(key->plain);
  if ((length > other ? length - other : other - length) > edits)
    return false;
  if ((unsigned)__builtin_popcount(set ^ letters(key->plain)) > 2 * edits)
    return false;
  return dw_edit_distance(plain, key->plain, edits) <= edits;
}

/* Writes KEY without '_' and '-', in lower case. Returns false if it is empty or longer than any known key. */
static bool make_plain(const char *key, char plain[PLAIN_MAX]) {
  size_t length = 0;
  for (const char *c = key; *c != '\0'; c++) {
    if (*c == '_' || *c == '-')
      continue;
    if (length == PLAIN_MAX - 1)
      return false;
    plain[length++] = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
  }
  plain[length] = '\0';
  return length > 0;
}

static bool may_lead_to(enum dw_ipam_key key, bool in_list) {
  return keys[key].plain != NULL && (keys[key].in_list || !in_list);
}

enum dw_ipam_key dw_ipam_lookalike(const char *key, bool in_list) {
  char plain[PLAIN_MAX];
  if (!make_plain(key, plain))
    return DW_IPAM_NO_KEY;
  for (enum dw_ipam_key k = 0; k < DW_IPAM_KEY_COUNT; k++)
    if (may_lead_to(k, in_list) && strcmp(plain, keys[k].plain) == 0)
      return k;
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
    if (may_lead_to(aliases[i].key, in_list) && strcmp(plain, aliases[i].plain) == 0)
      return aliases[i].key;
  uint32_t set = letters(plain);
  for (enum dw_ipam_key k = 0; k < DW_IPAM_KEY_COUNT; k++)
    if (may_lead_to(k, in_list) && near(plain, set, &keys[k]))
      return k;
  return DW_IPAM_NO_KEY;
}
