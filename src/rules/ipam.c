/* What whereabouts makes of the text of an IPAM configuration. The reading itself is the model's: these rules sort its
 * problems. */
#include "rules/families.h"
#include "rules/nad_internal.h"

static void ipam_syntax(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_UNREADABLE);
}

static void ipam_lookalike_key(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_LOOKALIKE);
}

static void ipam_unknown_key(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_UNKNOWN);
}

static const struct dw_rule rules[] = {
    {"ipam-syntax", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a range, exclude, gateway or other IPAM value that whereabouts can't read, or of the wrong type",
     "write ranges as 10.0.0.0/24 or 10.0.0.10-10.0.0.20/24, addresses as 10.0.0.1", ipam_syntax},
    {"ipam-lookalike-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a key that whereabouts ignores in silence and that looks like one it knows (rangeStart, ip_ranges)",
     "spell the key as whereabouts does (range_start, ipRanges)", ipam_lookalike_key},
    {"ipam-unknown-key", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "any other key that whereabouts does not know and therefore ignores", "correct the key, or remove it",
     ipam_unknown_key},
};

const struct dw_family dw_family_ipam = {rules, sizeof rules / sizeof rules[0]};
