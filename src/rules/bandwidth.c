/* bandwidthPerMigration: its value, and whether a migration can finish with it. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "rules/families.h"

static const double mebibyte = 1024 * 1024;
static const double mebibytes_in_gibibyte = 1024;

/* The values of limits that the object omits. The API server fills in HyperConverged's (1.19: the defaults of its CRD);
 * KubeVirt has others (pkg/virt-config/virt-config.go). */
enum {
  HCO_COMPLETION_TIMEOUT = 20,
  HCO_PARALLEL_NODE = 1,
  KUBEVIRT_COMPLETION_TIMEOUT = 150,
  KUBEVIRT_PARALLEL_NODE = 2
};

/* --- invalid quantities --- */

static bool ends_with(const char *text, size_t length, const char *end) {
  size_t size = strlen(end);
  return length >= size && memcmp(text + length - size, end, size) == 0;
}

/* The parts of a unit such as "MiB/s", "Gbps" or "mb". */
struct unit {
  char prefix; /* 'k', 'M', 'G', 'T'; 0 if none or unknown */
  bool binary, bits;
};

static struct unit read_unit(const char *text) {
  static const char *const rates[] = {"/s", "ps", "/sec"};
  struct unit unit = {0};
  size_t length = strlen(text);
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
    if (ends_with(text, length, rates[i])) {
      length -= strlen(rates[i]);
      break;
    }
  bool rate = text[length] != '\0';
  unit.bits = ends_with(text, length, "bit") || (rate && ends_with(text, length, "b"));
  if (!unit.bits && ends_with(text, length, "b")) /* people write "64Mb" for bits and for bytes */
    return unit;
  if (ends_with(text, length, "bit"))
    length -= strlen("bit");
  else if (unit.bits || ends_with(text, length, "B"))
    length--;
  unit.binary = length == 2 && (text[1] == 'i' || text[1] == 'I');
  const char *place = length == 1 || unit.binary ? strchr("kKmMgGtT", text[0]) : NULL;
  if (place != NULL)
    unit.prefix = "kkMMGGTT"[place - "kKmMgGtT"];
  return unit;
}

/* A quantity to use instead, and the words that say so. */
struct suggestion {
  const char *fix; /* NULL if there is none */
  const char *quantity;
};

/* Suggests what TEXT, which is not a valid quantity, was meant to be. */
static struct suggestion suggest(struct dw_arena *arena, const char *text) {
  struct suggestion none = {NULL, NULL};
  size_t digits = strspn(text, "0123456789.");
  const char *rest = text + digits;
  struct unit unit = read_unit(rest + strspn(rest, " "));
  int64_t number;
  if (digits == 0 || unit.prefix == 0)
    return none;
  const char *count = dw_arena_strndup(arena, text, digits);
  if (!unit.bits) {
    const char *bytes = dw_arena_printf(arena, "%s%c%s", count, unit.binary && unit.prefix == 'k' ? 'K' : unit.prefix,
                                        unit.binary ? "i" : "");
    return (struct suggestion){dw_arena_printf(arena, "use \"%s\"", bytes), bytes};
  }
  if (unit.binary || !dw_parse_int64(count, &number) || number > INT32_MAX)
    return none;
  const char *below = unit.prefix == 'k' ? "" : unit.prefix == 'M' ? "k" : unit.prefix == 'G' ? "M" : "G";
  const char *bytes = dw_arena_printf(arena, "%" PRId64 "%s", number * 125, below);
  return (struct suggestion){dw_arena_printf(arena, "use bytes per second, not bits: \"%s\"", bytes), bytes};
}

/* --- values that are too small --- */

enum { MOST_MEBIBYTES = 100000 }; /* that anyone means by a number per second */

static void report_tiny(struct dw_check *check, const struct dw_rule *rule, struct dw_found *found) {
  const char *suffix = dw_quantity_suffix(found->value);
  const char *number = dw_arena_strndup(check->arena, found->value, (size_t)(suffix - found->value));
  bool milli = strcmp(suffix, "m") == 0;
  int64_t count = 0;
  found->fix = "use 1Mi or more";
  if ((milli || *suffix == '\0') && dw_parse_int64(number, &count) && count <= MOST_MEBIBYTES) {
    const char *meant = dw_arena_printf(check->arena, "%sMi", number);
    found->fix = dw_arena_printf(check->arena, "use \"%s\"", meant);
    if (milli) /* a number without a unit may be meant in any */
      found->edits = dw_edit_set_text(check->arena, found->field, meant);
  }
  if (milli)
    dw_report(check, rule, found, "is thousandths of a byte per second (m is milli), treated as 1 MiB/s");
  else
    dw_report(check, rule, found, "is %.0f bytes per second, treated as 1 MiB/s", dw_quantity_value(found->value));
}

/* --- values in force --- */

/* The limit in force: the object's own or, in a MigrationPolicy without one, the cluster's. HCO and KUBEVIRT are the
 * defaults. 0 if it is unknown or not a positive number. */
static int64_t number_of(const struct dw_check *check, enum dw_limit limit, int64_t hco, int64_t kubevirt) {
  const struct dw_migration_config *cluster = check->cluster != NULL ? check->cluster : check->migration;
  const struct dw_value *value = &check->migration->limits[limit];
  int64_t number = 0;
  if (!dw_value_given(value))
    value = &cluster->limits[limit];
  if (!dw_value_given(value))
    return cluster->layout == DW_LAYOUT_POLICY ? 0 : dw_layout_is_hco(cluster->layout) ? hco : kubevirt;
  return dw_json_integer(value->json, &number) && number > 0 ? number : 0;
}

/* Returns true if KubeVirt's Quantity accepts JSON; SIGN as in dw_quantity_parse(). A number is a quantity as written.
 */
static bool is_quantity(const struct dw_check *check, const dw_json *json, int *sign) {
  enum dw_json_type type = dw_json_type(json);
  bool readable = type == DW_JSON_STRING || type == DW_JSON_INTEGER || type == DW_JSON_REAL;
  return readable && dw_quantity_parse(dw_json_shown(check->arena, json), sign);
}

/* --- the migration network's NIC --- */

struct link {
  const char *nic;
  uint32_t speed; /* Mbit/s; 0 if unknown */
  double rate;    /* the same in MiB/s */
};

static struct link link_of(const struct dw_check *check) {
  const char *network =
      check->kind == DW_KIND_MIGRATION_POLICY ? dw_view_network(check->view) : dw_migration_network(check->migration);
  const char *ns = check->policy->namespace_;
  struct dw_nad_name name;
  const struct dw_object *nad = NULL;
  if (network != NULL && dw_network_read(check->arena, ns, network, &name))
    nad = dw_view_find(check->view, DW_KIND_NAD, name.ns, name.name);
  if (nad == NULL || nad->nad.config == NULL)
    return (struct link){NULL, 0, 0};
  const struct dw_cni_config *config = dw_cni_read_text(check->arena, nad->nad.config, strlen(nad->nad.config));
  const struct dw_cni_plugin *plugin =
      config->state == DW_CONFIG_OK && config->plugin_count > 0 ? config->plugins : NULL;
  const char *nic = plugin == NULL ? NULL : plugin->master.text != NULL ? plugin->master.text : plugin->bridge.text;
  uint32_t speed = nic == NULL ? 0 : dw_view_nic_speed(check->view, nic);
  return (struct link){nic, speed, speed * 1e6 / 8 / mebibyte};
}

/* --- limits that cannot be met --- */

static void report_slow(struct dw_check *check, const struct dw_rule *rule, double rate, int64_t allowed) {
  const struct dw_value *own = &check->migration->bandwidth;
  const struct dw_value *value = dw_value_given(own) ? own : &check->migration->limits[DW_LIMIT_COMPLETION_TIMEOUT];
  struct dw_found found = {
      .reason = DW_REASON_INVALID,
      .field = value->field,
      .via = dw_patched_field(check->migration, value),
      .value = dw_json_shown(check->arena, value->json),
      .fix = dw_arena_printf(check->arena, "use %.0fMi or more, or raise %s",
                             floor(mebibytes_in_gibibyte / (double)allowed) + 1,
                             dw_limit_names[DW_LIMIT_COMPLETION_TIMEOUT]),
      .warn_at_most = true,
  };
  dw_report(check, rule, &found, "a GiB takes %.0f s at %s, but %s is %" PRId64 ", so a fully used VM never finishes",
            ceil(mebibytes_in_gibibyte / rate),
            dw_value_given(own) ? "this rate" : "the cluster's bandwidthPerMigration",
            dw_limit_names[DW_LIMIT_COMPLETION_TIMEOUT], allowed);
}

/* Migrations that leave a node at the same time share its NIC. */
static void check_share(struct dw_check *check, const struct dw_rule *rule, const struct link *link, int64_t allowed) {
  const struct dw_migration_config *config = check->migration;
  int64_t parallel = number_of(check, DW_LIMIT_PARALLEL_NODE, HCO_PARALLEL_NODE, KUBEVIRT_PARALLEL_NODE);
  double seconds = mebibytes_in_gibibyte * (double)parallel / link->rate;
  const struct dw_value *value = &config->limits[DW_LIMIT_PARALLEL_NODE];
  if (seconds <= (double)allowed)
    return;
  if (!dw_value_given(value))
    value = &config->limits[DW_LIMIT_COMPLETION_TIMEOUT];
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_value_given(value) ? dw_json_shown(check->arena, value->json) : NULL,
                           .fix = dw_arena_printf(check->arena, "lower %s or raise %s",
                                                  dw_limit_names[DW_LIMIT_PARALLEL_NODE],
                                                  dw_limit_names[DW_LIMIT_COMPLETION_TIMEOUT]),
                           .warn_at_most = true};
  dw_report(check, rule, &found,
            "%" PRId64 " concurrent migrations share %s's %u Mbit/s, so a GiB takes %.0f s, but %s is %" PRId64,
            parallel, link->nic, (unsigned)link->speed, ceil(seconds), dw_limit_names[DW_LIMIT_COMPLETION_TIMEOUT],
            allowed);
}

static void report_above(struct dw_check *check, const struct dw_rule *rule, struct dw_found *found,
                         const struct link *link) {
  found->fix = dw_arena_printf(check->arena, "use %.0fMi or less, or \"0\" for no limit", floor(link->rate));
  dw_report(check, rule, found, "is more than %s's %u Mbit/s, so it has no effect", link->nic, (unsigned)link->speed);
}

/* RATE is in MiB/s, 0 means no limit. KubeVirt rounds it to whole MiB/s (pkg/virt-launcher/virtwrap/converter/vcpu,
 * QuantityToMebiByte()). */
static void check_time(struct dw_check *check, const struct dw_rule *rule, const struct link *link, double rate) {
  const struct dw_migration_config *config = check->migration;
  int64_t allowed = number_of(check, DW_LIMIT_COMPLETION_TIMEOUT, HCO_COMPLETION_TIMEOUT, KUBEVIRT_COMPLETION_TIMEOUT);
  bool says_something = dw_value_given(&config->bandwidth) ||
                        dw_value_given(&config->limits[DW_LIMIT_COMPLETION_TIMEOUT]) ||
                        dw_value_given(&config->limits[DW_LIMIT_PARALLEL_NODE]);
  if (allowed == 0 || !says_something)
    return;
  if (rate > 0 && mebibytes_in_gibibyte / floor(rate + 0.5) > (double)allowed)
    report_slow(check, rule, floor(rate + 0.5), allowed);
  else if (link->speed > 0)
    check_share(check, rule, link, allowed);
}

/* The rate that VALUE sets, in MiB/s; 0 if there is no limit, -1 if VALUE is not a valid quantity. */
static double rate_of(const struct dw_check *check, const struct dw_value *value) {
  int sign = 0;
  if (!dw_value_given(value))
    return 0;
  if (!is_quantity(check, value->json, &sign) || sign < 0)
    return -1;
  double rate = dw_quantity_value(dw_json_shown(check->arena, value->json)) / mebibyte;
  return sign > 0 && rate < 1 ? 1 : rate;
}

/* Checks the object's own value. Returns false if no further check makes sense. */
static bool check_value(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *value,
                        const struct link *link) {
  static const char fix[] = "use bytes per second, such as \"64Mi\", or \"0\" for no limit";
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = value->field,
                           .via = dw_patched_field(check->migration, value),
                           .value = dw_json_shown(check->arena, value->json),
                           .fix = fix};
  int sign = 0;
  if (!is_quantity(check, value->json, &sign)) {
    struct suggestion meant = {NULL, NULL};
    if (value->text != NULL)
      meant = suggest(check->arena, value->text);
    if (meant.fix != NULL) {
      found.fix = meant.fix;
      found.edits = dw_edit_set_text(check->arena, found.field, meant.quantity);
    }
    dw_report(check, rule, &found, "is not a valid quantity");
    return false;
  }
  if (sign < 0) {
    dw_report(check, rule, &found, "must not be negative");
    return false;
  }
  found.warn_at_most = true;
  if (sign > 0 && dw_quantity_value(found.value) < mebibyte) {
    report_tiny(check, rule, &found);
    return false;
  }
  if (link->speed > 0 && dw_quantity_value(found.value) / mebibyte > link->rate)
    report_above(check, rule, &found, link);
  return true;
}

static void bandwidth(struct dw_check *check, const struct dw_rule *rule) {
  const struct dw_value *value = &check->migration->bandwidth;
  const struct link link = link_of(check);
  if (dw_value_given(value) && !check_value(check, rule, value, &link))
    return;
  double rate = rate_of(check, dw_value_given(value) || check->cluster == NULL ? value : &check->cluster->bandwidth);
  if (rate >= 0)
    check_time(check, rule, &link, rate);
}

static const struct dw_rule rules[] = {
    {"bandwidth", DW_SCOPE_LIMITS, DW_ACTION_DENY, DW_ACTION_NONE,
     "bandwidthPerMigration is not a valid quantity, or is negative; warns if it is less than 1Mi or more than the "
     "NIC's speed, or if a GiB takes longer than completionTimeoutPerGiB",
     "use bytes per second, such as \"64Mi\", or \"0\" for no limit", bandwidth},
};

const struct dw_family dw_family_bandwidth = {rules, sizeof rules / sizeof *rules};
