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
                           "whether the nodes have this file, without which no pod gets an address");
}

static void node_slice(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_NODE_SLICE);
}

static void exclude_outside(struct dw_check *check, const struct dw_rule *rule) {
  dw_nad_report_problems(check, rule, DW_IPAM_EXCLUDES_NOTHING);
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
    {"pool-key", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_DENY,
     "a network_name or range that makes no object name, or times with which whereabouts panics or gives up",
     "use lower-case letters, digits and '-' in network_name, and leave the times out", pool_key},
    {"node-slice", DW_SCOPE_NAD, DW_ACTION_DENY, DW_ACTION_NONE,
     "a node_slice_size that can't be read or cut from the range: wider than it, /31 or /32, with IPv6 or several "
     "ranges",
     "choose a length from the range's to /30 with one IPv4 range, or leave it out", node_slice},
    {"exclude-outside", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_WARN,
     "an exclude that excludes nothing: outside the range, or an IPv4 address in IPv6 form", "correct the exclude",
     exclude_outside},
};

const struct dw_family dw_family_ipam = {rules, sizeof rules / sizeof rules[0]};
