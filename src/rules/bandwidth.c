/* bandwidthPerMigration: what it says, and whether a migration can end with it. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "droveway/base/text.h"
#include "droveway/formats/quantity.h"
#include "rules/families.h"

static const double mebibyte = 1024 * 1024;
static const double mebibytes_in_gibibyte = 1024;

/* What a limit is where the object leaves it out. The API server fills HyperConverged's default in (1.19: its CRD's
 * default), KubeVirt takes its own (pkg/virt-config/virt-config.go). */
enum { HCO_COMPLETION_TIMEOUT = 20, KUBEVIRT_COMPLETION_TIMEOUT = 150 };

static const char *shown(const struct dw_check *check, const dw_json *json) {
  const char *text = dw_json_string(json);
  return text != NULL ? text : dw_json_text(check->arena, json);
}

/* --- what is no quantity --- */

static bool ends_with(const char *text, size_t length, const char *end) {
  size_t size = strlen(end);
  return length >= size && memcmp(text + length - size, end, size) == 0;
}

/* A unit such as "MiB/s", "Gbps" or "mb" taken apart. */
struct unit {
  char prefix; /* 'k', 'M', 'G', 'T'; 0 where none or not known */
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
  if (!unit.bits && ends_with(text, length, "b")) /* "64Mb" is written for bits and for bytes */
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

/* What is meant by TEXT, which is no quantity; NULL where that can't be told. */
static const char *suggest(struct dw_arena *arena, const char *text) {
  size_t digits = strspn(text, "0123456789.");
  const char *rest = text + digits;
  struct unit unit = read_unit(rest + strspn(rest, " "));
  int64_t number;
  if (digits == 0 || unit.prefix == 0)
    return NULL;
  const char *count = dw_arena_strndup(arena, text, digits);
  if (!unit.bits)
    return dw_arena_printf(arena, "use \"%s%c%s\"", count, unit.binary && unit.prefix == 'k' ? 'K' : unit.prefix,
                           unit.binary ? "i" : "");
  if (unit.binary || !dw_parse_int64(count, &number) || number > INT32_MAX)
    return NULL;
  const char *below = unit.prefix == 'k' ? "" : unit.prefix == 'M' ? "k" : unit.prefix == 'G' ? "M" : "G";
  return dw_arena_printf(arena, "use bytes per second, not bits: \"%" PRId64 "%s\"", number * 125, below);
}

/* --- what is too little --- */

static void report_tiny(struct dw_check *check, const struct dw_rule *rule, struct dw_found *found) {
  const char *suffix = dw_quantity_suffix(found->value);
  const char *number = dw_arena_strndup(check->arena, found->value, (size_t)(suffix - found->value));
  bool milli = strcmp(suffix, "m") == 0;
  found->mend = milli || *suffix == '\0' ? dw_arena_printf(check->arena, "use \"%sMi\"", number) : "use 1Mi or more";
  if (milli)
    dw_report(check, rule, found, "is thousandths of a byte per second (m is milli), and counts as 1 MiB/s");
  else
    dw_report(check, rule, found, "is %.0f bytes per second, and counts as 1 MiB/s", dw_quantity_value(found->value));
}

/* The seconds that a GiB may take; 0 where there is no limit, or none that can be read. */
static int64_t seconds_allowed(const struct dw_migration_config *config) {
  const struct dw_value *limit = &config->limits[DW_LIMIT_COMPLETION_TIMEOUT];
  int64_t seconds = 0;
  if (!dw_value_given(limit))
    return dw_layout_is_hco(config->layout) ? HCO_COMPLETION_TIMEOUT : KUBEVIRT_COMPLETION_TIMEOUT;
  return dw_json_integer(limit->json, &seconds) && seconds > 0 ? seconds : 0;
}

/* KubeVirt rounds to whole MiB/s (pkg/virt-launcher/virtwrap/converter/vcpu, QuantityToMebiByte). */
static void check_time(struct dw_check *check, const struct dw_rule *rule, struct dw_found *found) {
  double rate = floor(dw_quantity_value(found->value) / mebibyte + 0.5);
  int64_t allowed = seconds_allowed(check->migration);
  if (allowed == 0 || mebibytes_in_gibibyte / rate <= (double)allowed)
    return;
  found->mend =
      dw_arena_printf(check->arena, "use %.0fMi or more, or raise %s",
                      floor(mebibytes_in_gibibyte / (double)allowed) + 1, dw_limit_names[DW_LIMIT_COMPLETION_TIMEOUT]);
  dw_report(check, rule, found, "a GiB takes %.0f s at this rate, but %s is %" PRId64 ": a full VM never finishes",
            ceil(mebibytes_in_gibibyte / rate), dw_limit_names[DW_LIMIT_COMPLETION_TIMEOUT], allowed);
}

/* Whether KubeVirt's Quantity takes JSON; SIGN as dw_quantity_parse(). Numbers are quantities as they are written. */
static bool is_quantity(const struct dw_check *check, const dw_json *json, int *sign) {
  enum dw_json_type type = dw_json_type(json);
  bool readable = type == DW_JSON_STRING || type == DW_JSON_INTEGER || type == DW_JSON_REAL;
  return readable && dw_quantity_parse(shown(check, json), sign);
}

static void bandwidth(struct dw_check *check, const struct dw_rule *rule) {
  static const char mend[] = "give bytes per second, such as \"64Mi\", or \"0\" for no limit";
  const struct dw_value *value = &check->migration->bandwidth;
  if (!dw_value_given(value))
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = value->field, .value = shown(check, value->json), .mend = mend};
  int sign = 0;
  if (!is_quantity(check, value->json, &sign)) {
    const char *meant = value->text == NULL ? NULL : suggest(check->arena, value->text);
    found.mend = meant == NULL ? mend : meant;
    dw_report(check, rule, &found, "is not a quantity");
  } else if (sign < 0) {
    dw_report(check, rule, &found, "must not be negative");
  } else if (sign > 0) {
    found.warn_at_most = true;
    if (dw_quantity_value(found.value) < mebibyte)
      report_tiny(check, rule, &found);
    else
      check_time(check, rule, &found);
  }
}

static const struct dw_rule rules[] = {
    {"bandwidth", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "bandwidthPerMigration is not a quantity, or negative; warns of less than 1Mi, and of too little for "
     "completionTimeoutPerGiB",
     "give bytes per second, such as \"64Mi\", or \"0\" for no limit", bandwidth},
};

const struct dw_family dw_family_bandwidth = {rules, sizeof rules / sizeof *rules};
