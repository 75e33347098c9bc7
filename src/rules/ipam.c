/* What whereabouts makes of the text of an IPAM configuration. The reading itself is the model's: these rules sort its
 * problems. */
#include <string.h>

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

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text);
  return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* Where whereabouts' own installation and OpenShift's put it; any other path is known to the nodes alone. */
static bool is_usual_kubeconfig(const struct dw_value *path) {
  return dw_nad_is_blank(path) || path->text == NULL || ends_with(path->text, "/whereabouts.d/whereabouts.kubeconfig");
}

static void pool_key(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_POOL_KEY);
  for (const struct dw_cni_plugin *plugin = NULL; (plugin = dw_nad_next(check, plugin)) != NULL;)
    if (!is_usual_kubeconfig(&plugin->ipam.kubeconfig))
      dw_report_unverified(check, rule, plugin->ipam.kubeconfig.field,
                           "whether this file exists on the nodes; without it, no pod gets an address");
}

static void node_slice(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_NODE_SLICE);
}

static void exclude_outside(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_EXCLUDES_NOTHING);
}

static const struct dw_rule rules[] = {
    {"ipam-syntax", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a range, exclude, gateway or other IPAM value that whereabouts cannot parse or that has the wrong type",
     "write ranges as 10.0.0.0/24 or 10.0.0.10-10.0.0.20/24, addresses as 10.0.0.1", ipam_syntax},
    {"ipam-lookalike-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_WARN,
     "a key that whereabouts silently ignores and that looks like one it knows (rangeStart, ip_ranges)",
     "spell the key as whereabouts does (range_start, ipRanges)", ipam_lookalike_key},
    {"ipam-unknown-key", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "any other key that whereabouts does not know and therefore ignores", "correct the key, or remove it",
     ipam_unknown_key},
    {"pool-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a network_name or range that gives an invalid object name, or times that make whereabouts panic or give up",
     "use lower-case letters, digits and '-' in network_name, and remove the times", pool_key},
    {"node-slice", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a node_slice_size that cannot be parsed or does not fit the range: larger than the range, /31 or /32, or used "
     "with IPv6 or several ranges",
     "use a length between the range's and /30 with one IPv4 range, or remove it", node_slice},
    {"exclude-outside", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "an exclude that has no effect: outside the range, or an IPv4 address in IPv6 form", "correct the exclude",
     exclude_outside},
};

const struct dw_family dw_family_ipam = {rules, sizeof rules / sizeof rules[0]};
