#include <string.h>

#include "droveway/base/text.h"
#include "rules/families.h"
#include "rules/rules_internal.h"

/* HyperConverged and KubeVirt: where they stand, and the network that they name. */

enum { NETWORKS_MAX = 2, UNFIT_MAX = 10 };

/* The networks that the object names: the block's own, and the one of the jsonpatch annotation where it differs. */
struct networks {
  const struct dw_value *items[NETWORKS_MAX];
  size_t count;
};

static bool is_set(const struct dw_value *network) {
  return dw_value_given(network) && (network->text == NULL || *network->text != '\0');
}

static bool same_network(const struct dw_value *a, const struct dw_value *b) {
  return a->text != NULL && b->text != NULL && strcmp(a->text, b->text) == 0;
}

static struct networks networks_of(const struct dw_check *check) {
  const struct dw_migration_config *config = check->migration;
  struct networks networks = {.count = 0};
  if (is_set(&config->network))
    networks.items[networks.count++] = &config->network;
  bool patched = config->jsonpatch == DW_JSONPATCH_SETS && is_set(&config->jsonpatch_network);
  if (patched && !(networks.count == 1 && same_network(&config->network, &config->jsonpatch_network)))
    networks.items[networks.count++] = &config->jsonpatch_network;
  return networks;
}

/* The network that virt-operator is given. */
static const struct dw_value *network_in_force(const struct dw_migration_config *config) {
  return config->jsonpatch == DW_JSONPATCH_SETS ? &config->jsonpatch_network : &config->network;
}

static struct dw_found found_network(const struct dw_check *check, const struct dw_value *network,
                                     enum dw_reason reason) {
  const struct dw_migration_config *config = check->migration;
  bool patched = network == &config->jsonpatch_network;
  return (struct dw_found){.reason = reason,
                           .field = network->field,
                           .value = network->text,
                           .line = patched ? config->jsonpatch_line : 0,
                           .column = patched ? config->jsonpatch_column : 0};
}

static bool is_plain(const struct dw_value *network) {
  return network->text != NULL && dw_is_dns_label(network->text);
}

/* A KubeVirt elsewhere is looked after by another virt-operator, with NADs of its own namespace. */
static bool is_elsewhere(const struct dw_check *check) {
  return check->kind == DW_KIND_KUBEVIRT && strcmp(check->ns, check->policy->namespace_) != 0;
}

static void config_namespace(struct dw_check *check, const struct dw_rule *rule) {
  const char *ns = check->policy->namespace_;
  if (strcmp(check->ns, ns) == 0)
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = "metadata.namespace",
                           .value = check->ns,
                           .mend = dw_arena_printf(check->arena, "create it in %s", ns)};
  dw_report(check, rule, &found, "HyperConverged's operator reads only namespace %s", ns);
}

static void config_name(struct dw_check *check, const struct dw_rule *rule) {
  static const char name[] = "kubevirt-hyperconverged";
  if (strcmp(check->name, name) == 0)
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = "metadata.name", .value = check->name, .mend = "give it that name"};
  dw_report(check, rule, &found, "HyperConverged's operator reads only %s", name);
}

/* --- network-syntax --- */

/* The text up to the first of STOPS as a NAD's name, where it is one: to be shown as the mend. */
static const char *bare_name(struct dw_arena *arena, const char *text, const char *stops) {
  const char *name = dw_arena_strndup(arena, text, strcspn(text, stops));
  return dw_is_dns_label(name) ? dw_arena_printf(arena, "give the bare name \"%s\"", name) : "give the bare name";
}

static const char *lower_case(struct dw_arena *arena, const char *text) {
  char *lower = dw_arena_strndup(arena, text, strnlen(text, 64));
  for (char *c = lower; *c != '\0'; c++) {
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c + ('a' - 'A'));
  }
  return lower;
}

struct trap {
  const char *what;
  const char *mend;
};

static struct trap trap_of(const struct dw_check *check, const char *text) {
  struct dw_arena *arena = check->arena;
  const char *slash = strrchr(text, '/');
  if (strchr(text, ',') != NULL)
    return (struct trap){"names several networks, and virt-operator would attach them all", "give one NAD's name"};
  if (slash != NULL)
    return (struct trap){
        dw_arena_printf(arena, "names a namespace too; the NAD is always looked up in %s", check->policy->namespace_),
        bare_name(arena, slash + 1, "@")};
  if (strchr(text, '@') != NULL)
    return (struct trap){"names an interface too, which breaks virt-operator's own \"@migration0\"",
                         bare_name(arena, text, "@")};
  if (text[strcspn(text, " \t\r\n")] != '\0')
    return (struct trap){"holds blanks", bare_name(arena, text + strspn(text, " \t\r\n"), " \t\r\n")};
  const char *lower = lower_case(arena, text);
  if (strlen(lower) == strlen(text) && dw_is_dns_label(lower))
    return (struct trap){"holds capital letters, which no NAD that Multus can attach has",
                         dw_arena_printf(arena, "give it in lower case: \"%s\"", lower)};
  return (struct trap){"is no DNS label, so Multus can't attach it",
                       "give a NAD's name of lower-case letters, digits and '-', at most 63 characters"};
}

static void network_syntax(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count; i++) {
    const struct dw_value *network = networks.items[i];
    if (is_plain(network))
      continue;
    struct dw_found found = found_network(check, network, DW_REASON_INVALID);
    if (network->text == NULL) {
      found.value = dw_json_text(check->arena, network->json);
      found.mend = "give a NAD's name";
      dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(network->json));
      continue;
    }
    struct trap trap = trap_of(check, network->text);
    found.mend = trap.mend;
    dw_report(check, rule, &found, "%s", trap.what);
  }
}

/* --- network-missing --- */

static const struct dw_object *find_nad(const struct dw_check *check, const struct dw_value *network) {
  return dw_view_find(check->view, DW_KIND_NAD, check->policy->namespace_, network->text);
}

static void report_missing(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network) {
  const char *ns = check->policy->namespace_;
  const char *elsewhere = dw_view_nad_elsewhere(check->view, ns, network->text);
  const char *nearest = dw_view_nad_nearest(check->view, ns, network->text);
  struct dw_found found = found_network(check, network, DW_REASON_NOT_FOUND);
  found.mend = "create the NAD first";
  if (elsewhere != NULL) {
    found.mend = dw_arena_printf(check->arena, "create it in %s", ns);
    dw_report(check, rule, &found, "namespace %s has a NAD of that name, but it must be in %s", elsewhere, ns);
    return;
  }
  if (nearest != NULL)
    found.mend = dw_arena_printf(check->arena, "did you mean \"%s\"?", nearest);
  dw_report(check, rule, &found, "no such NAD in namespace %s", ns);
}

static void report_unknown(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network) {
  const char *nearest = dw_view_nad_nearest(check->view, check->policy->namespace_, network->text);
  if (nearest == NULL)
    dw_report_unverified(check, rule, network->field, "the NADs are not known");
  else
    dw_report_unverified(check, rule, network->field, "the NADs are not known; did you mean \"%s\"?", nearest);
}

static void report_deleting(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network) {
  struct dw_found found = found_network(check, network, DW_REASON_NOT_FOUND);
  found.mend = "create it anew once it is gone";
  found.warn_at_most = true;
  dw_report(check, rule, &found, "NAD %s/%s is being deleted", check->policy->namespace_, network->text);
}

static void look_up(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network) {
  const struct dw_object *nad = find_nad(check, network);
  if (nad != NULL) {
    if (nad->deleting)
      report_deleting(check, rule, network);
    return;
  }
  switch (dw_view_knows(check->view, DW_KIND_NAD)) {
  case DW_KNOWN:
    report_missing(check, rule, network);
    return;
  case DW_UNKNOWN:
    report_unknown(check, rule, network);
    return;
  case DW_UNAVAILABLE:
    dw_report_unavailable(check, rule, network->field, "NAD %s/%s can't be looked up now", check->policy->namespace_,
                          network->text);
    return;
  }
}

static void network_missing(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count; i++) {
    if (!is_plain(networks.items[i]))
      continue;
    if (is_elsewhere(check))
      dw_report_unverified(check, rule, networks.items[i]->field, "it lies outside namespace %s",
                           check->policy->namespace_);
    else
      look_up(check, rule, networks.items[i]);
  }
}

/* --- network-unfit --- */

static void report_unfit(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network,
                         const struct dw_findings *findings) {
  const char *ns = check->policy->namespace_;
  struct dw_found found = found_network(check, network, DW_REASON_INVALID);
  found.mend = "mend that NAD first";
  for (size_t i = 0; i < findings->count && i < UNFIT_MAX; i++) {
    const struct dw_finding *finding = &findings->items[i];
    dw_report(check, rule, &found, "NAD %s/%s breaks %s: %s: %s", ns, network->text, finding->rule->id, finding->field,
              dw_finding_text(check->arena, finding));
  }
  size_t total = findings->count + findings->more_denials;
  if (total > UNFIT_MAX)
    dw_report(check, rule, &found, "NAD %s/%s has %zu more findings that deny it", ns, network->text,
              total - UNFIT_MAX);
}

static void network_unfit(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count && !is_elsewhere(check); i++) {
    if (!is_plain(networks.items[i]))
      continue;
    const struct dw_object *nad = find_nad(check, networks.items[i]);
    if (nad == NULL)
      continue;
    struct dw_findings findings = dw_judge_nad(check, nad, check->migration->decentralized);
    report_unfit(check, rule, networks.items[i], &findings);
  }
}

/* --- network-change, migrations-running --- */

/* Whether this UPDATE gives virt-operator another network; not where the new one can't be read at all. */
static bool changes_network(const struct dw_check *check) {
  if (check->old_migration == NULL)
    return false;
  const struct dw_value *network = network_in_force(check->migration);
  if (is_set(network) && !is_plain(network))
    return false;
  const char *now = dw_migration_network(check->migration);
  const char *before = dw_migration_network(check->old_migration);
  return now == NULL || before == NULL ? now != before : strcmp(now, before) != 0;
}

static struct dw_found found_change(const struct dw_check *check) {
  return found_network(check, network_in_force(check->migration), DW_REASON_INVALID);
}

static void network_change(struct dw_check *check, const struct dw_rule *rule) {
  if (!changes_network(check))
    return;
  struct dw_found found = found_change(check);
  dw_report(check, rule, &found, "this change restarts virt-handler on every node");
}

static void migrations_running(struct dw_check *check, const struct dw_rule *rule) {
  if (!changes_network(check))
    return;
  struct dw_found found = found_change(check);
  if (dw_view_knows(check->view, DW_KIND_MIGRATION) != DW_KNOWN) {
    dw_report_unverified(check, rule, found.field, "migrations are not known");
    return;
  }
  size_t running = dw_view_running_migrations(check->view);
  if (running == 0)
    return;
  found.mend = "wait for them, or they may fail";
  dw_report(check, rule, &found, "%zu live migration%s in progress", running, running == 1 ? " is" : "s are");
}

static const struct dw_rule rules[] = {
    {"config-namespace", DW_SCOPE_HYPERCONVERGED, DW_ACTION_DENY, DW_ACTION_NONE,
     "a HyperConverged outside the policy's namespace", "create it in the namespace where KubeVirt runs",
     config_namespace},
    {"config-name", DW_SCOPE_HYPERCONVERGED, DW_ACTION_WARN, DW_ACTION_NONE,
     "a HyperConverged not named kubevirt-hyperconverged", "give it that name", config_name},
    {"network-syntax", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network that is no plain NAD name: \"ns/name\", \"a,b\", \"a@x\", capitals", "give the NAD's bare name",
     network_syntax},
    {"network-missing", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network for which the policy's namespace has no NAD; warns of one that is being deleted",
     "create the NAD first, or correct the name", network_missing},
    {"network-unfit", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network whose NAD breaks a denying rule; carries its findings", "mend that NAD first", network_unfit},
    {"network-change", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "a change of the network: it restarts every virt-handler", "change it when a restart of virt-handler does no harm",
     network_change},
    {"migrations-running", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "a change of the network while migrations are in progress", "wait until they have ended", migrations_running},
};

const struct dw_family dw_family_config = {rules, sizeof rules / sizeof *rules};
