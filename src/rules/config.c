/* HyperConverged and KubeVirt: their namespace and name, the network that they name, and the NAD that they use. */
#include <string.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/rules_internal.h"

enum { NETWORKS_MAX = 2, UNFIT_MAX = 10 };

/* The networks that the object names: that of the block, and that of the jsonpatch annotation if it differs. */
struct networks {
  const struct dw_value *items[NETWORKS_MAX];
  size_t count;
};

static struct networks networks_of(const struct dw_check *check) {
  const struct dw_migration_config *config = check->migration;
  struct networks networks = {.count = 0};
  if (dw_value_given(&config->network))
    networks.items[networks.count++] = &config->network;
  bool patched = config->jsonpatch == DW_JSONPATCH_SETS && dw_value_given(&config->jsonpatch_network);
  bool same = config->network.text != NULL && dw_text_equal(config->network.text, config->jsonpatch_network.text);
  if (patched && !same)
    networks.items[networks.count++] = &config->jsonpatch_network;
  return networks;
}

/* The network that virt-operator is given. */
static const struct dw_value *network_in_force(const struct dw_migration_config *config) {
  return config->jsonpatch == DW_JSONPATCH_SETS ? &config->jsonpatch_network : &config->network;
}

/* Returns true if NETWORK is a field of the object, not what its jsonpatch sets. */
static bool is_own(const struct dw_check *check, const struct dw_value *network) {
  return network == &check->migration->network;
}

static struct dw_found found_network(const struct dw_check *check, const struct dw_value *network,
                                     enum dw_reason reason) {
  const struct dw_migration_config *config = check->migration;
  bool patched = !is_own(check, network);
  return (struct dw_found){.reason = reason,
                           .field = network->field,
                           .value = network->text,
                           .line = patched ? config->jsonpatch_line : 0,
                           .column = patched ? config->jsonpatch_column : 0};
}

/* --- namespaces whose NADs the pods may use --- */

enum access {
  ACCESS_OWN,     /* KubeVirt's own namespace */
  ACCESS_GLOBAL,  /* Multus lets pods of all namespaces use it */
  ACCESS_DEFAULT, /* by default, this Multus does not isolate namespaces */
  ACCESS_ISOLATED
};

/* OpenShift's Multus isolates namespaces; upstream's does not by default. */
static bool is_openshift(const struct dw_check *check) {
  return dw_view_count(check->view, DW_KIND_NETWORK) > 0 ||
         strncmp(check->policy->namespace_, "openshift", strlen("openshift")) == 0;
}

static bool contains(const char *const *words, size_t count, const char *word) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(words[i], word) == 0)
      return true;
  return false;
}

/* As OpenShift's cluster-network-operator sets `globalNamespaces` (bindata/network/multus/multus.yaml). */
static enum access access_to(const struct dw_check *check, const char *ns) {
  static const char *const openshift[] = {"default", "openshift-multus", "openshift-sriov-network-operator",
                                          "openshift-cnv"};
  const struct dw_policy *policy = check->policy;
  if (strcmp(ns, check->ns) == 0)
    return ACCESS_OWN;
  if (policy->global_namespaces != NULL)
    return contains(policy->global_namespaces, policy->global_namespace_count, ns) ? ACCESS_GLOBAL : ACCESS_ISOLATED;
  if (!is_openshift(check))
    return ACCESS_DEFAULT;
  return contains(openshift, sizeof openshift / sizeof *openshift, ns) ? ACCESS_GLOBAL : ACCESS_ISOLATED;
}

/* The NAD that Multus attaches for NETWORK; false if network-syntax denies that. */
static bool resolve(const struct dw_check *check, const struct dw_value *network, struct dw_nad_name *out) {
  return network->text != NULL && dw_network_read(check->arena, check->ns, network->text, out) &&
         access_to(check, out->ns) != ACCESS_ISOLATED;
}

/* Outside KubeVirt's namespace neither operator reads the object, unless another virt-operator runs there. */
static bool is_elsewhere(const struct dw_check *check) {
  return strcmp(check->ns, check->policy->namespace_) != 0;
}

/* Whether there is no other HyperConverged. With several, maybe of several clusters, it is not clear which is which. */
static bool is_only_one(const struct dw_check *check) {
  for (size_t i = 0; i < dw_view_count(check->view, DW_KIND_HYPERCONVERGED); i++) {
    const struct dw_object *other = dw_view_at(check->view, DW_KIND_HYPERCONVERGED, i);
    if (strcmp(other->name, check->name) != 0 || strcmp(other->namespace_, check->ns) != 0)
      return false;
  }
  return true;
}

static void config_namespace(struct dw_check *check, const struct dw_rule *rule) {
  const char *ns = check->policy->namespace_;
  if (!is_elsewhere(check))
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = "metadata.namespace",
                           .value = check->ns,
                           .fix = dw_arena_printf(check->arena, "create it in %s", ns)};
  /* Not to a namespace that is only assumed: upstream, it has another name than with OpenShift. */
  if (check->policy->namespace_known && is_only_one(check))
    found.edits = dw_edit_set_text(check->arena, found.field, ns);
  dw_report(check, rule, &found, "HyperConverged's operator only reads namespace %s", ns);
}

static void config_name(struct dw_check *check, const struct dw_rule *rule) {
  static const char name[] = "kubevirt-hyperconverged";
  if (strcmp(check->name, name) == 0)
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = "metadata.name", .value = check->name, .fix = "rename it"};
  if (is_only_one(check))
    found.edits = dw_edit_set_text(check->arena, found.field, name);
  dw_report(check, rule, &found, "HyperConverged's operator only reads the object named %s", name);
}

/* --- network-empty --- */

static void network_empty(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count; i++) {
    const char *text = networks.items[i]->text;
    if (text == NULL || !dw_is_blank_text(text))
      continue;
    struct dw_found found = found_network(check, networks.items[i], DW_REASON_INVALID);
    found.fix = "remove the field to migrate over the pod network";
    if (is_own(check, networks.items[i]))
      found.edits = dw_edit_remove(check->arena, found.field);
    dw_report(check, rule, &found,
              "virt-operator writes \"@migration0\", which names no network, so new virt-handler pods stay in "
              "ContainerCreating");
  }
}

/* --- network-syntax --- */

static const char *lower_case(struct dw_arena *arena, const char *text) {
  char *lower = dw_arena_strndup(arena, text, strnlen(text, 64));
  for (char *c = lower; *c != '\0'; c++) {
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c + ('a' - 'A'));
  }
  return lower;
}

struct advice {
  const char *what;
  const char *fix;
  const char *use; /* the name in FIX; NULL if it has none */
};

/* Why Multus cannot read TEXT as the name of a NAD. */
static struct advice advice_for(const struct dw_check *check, const char *text) {
  struct dw_arena *arena = check->arena;
  const char *slash = strrchr(text, '/');
  const char *name = slash == NULL ? text : slash + 1;
  if (strchr(text, ',') != NULL)
    return (struct advice){"lists several networks, and virt-operator would attach them all", "use the name of one NAD",
                           NULL};
  if (strchr(text, '@') != NULL) {
    const char *bare = dw_arena_strndup(arena, name, strcspn(name, "@"));
    bool usable = dw_is_attachable(bare);
    return (struct advice){"also names an interface, which breaks the \"@migration0\" that virt-operator appends",
                           usable ? dw_arena_printf(arena, "use the bare name \"%s\"", bare) : "use the bare name",
                           usable && slash == NULL ? bare : NULL};
  }
  if (dw_is_blank_text(name))
    return (struct advice){"names a namespace without a NAD", "use the bare name of a NAD", NULL};
  const char *lower = lower_case(arena, text);
  if (strlen(lower) == strlen(text) && dw_is_attachable(lower))
    return (struct advice){"contains capital letters, which a NAD's name cannot have",
                           dw_arena_printf(arena, "use lower case: \"%s\"", lower), lower};
  return (struct advice){"is not a NAD name that Multus accepts",
                         "use the name of a NAD: lower-case letters, digits and '-'", NULL};
}

/* The edit that makes NAME, a bare one, the network. None if there is no such NAD, or if it is unfit. */
static struct dw_edits use_name(struct dw_check *check, const struct dw_value *network, const char *name) {
  const struct dw_object *nad = dw_view_find(check->view, DW_KIND_NAD, check->ns, name);
  bool fit = nad != NULL ? check->judge_nad(check, nad).denials.count == 0
                         : dw_view_knows(check->view, DW_KIND_NAD) != DW_KNOWN;
  if (!is_own(check, network) || !fit)
    return (struct dw_edits){NULL, 0};
  return dw_edit_set_text(check->arena, network->field, name);
}

/* Returns true, with *WHAT and the rest of FOUND, if Multus accepts the name although it is not a bare one. */
static bool is_not_bare(struct dw_check *check, const struct dw_value *network, const struct dw_nad_name *nad,
                        struct dw_found *found, const char **what) {
  const char *own = check->ns;
  found->warn_at_most = true;
  found->fix = dw_arena_printf(check->arena, "create the NAD in %s and use its bare name \"%s\"", own, nad->name);
  switch (access_to(check, nad->ns)) {
  case ACCESS_OWN:
    found->fix = dw_arena_printf(check->arena, "use the bare name \"%s\"", nad->name);
    if (is_own(check, network)) /* Multus already uses this NAD */
      found->edits = dw_edit_set_text(check->arena, network->field, nad->name);
    *what = strchr(network->text, '/') != NULL ? dw_arena_printf(check->arena, "the NAD is looked up in %s anyway", own)
                                               : "Multus trims the spaces";
    return strcmp(network->text, nad->name) != 0;
  case ACCESS_GLOBAL:
    *what = dw_arena_printf(check->arena,
                            "only works while Multus lets pods of all namespaces use NADs of namespace %s", nad->ns);
    return true;
  case ACCESS_DEFAULT:
    *what = dw_arena_printf(check->arena, "only works while Multus does not isolate namespaces: %s is not %s", nad->ns,
                            own);
    return true;
  case ACCESS_ISOLATED:
    found->warn_at_most = false;
    *what = dw_arena_printf(
        check->arena, "Multus's namespace isolation keeps pods in %s from using NADs of namespace %s", own, nad->ns);
    return true;
  }
  return false;
}

static void network_syntax(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count; i++) {
    const struct dw_value *network = networks.items[i];
    struct dw_found found = found_network(check, network, DW_REASON_INVALID);
    struct dw_nad_name nad;
    const char *what = NULL;
    if (network->text == NULL) {
      found.value = dw_json_text(check->arena, network->json);
      found.fix = "use the name of a NAD";
      dw_report(check, rule, &found, "must be a string, not %s", dw_json_type_name(network->json));
    } else if (dw_is_blank_text(network->text)) {
      continue; /* network-empty reports it */
    } else if (!dw_network_read(check->arena, check->ns, network->text, &nad)) {
      struct advice advice = advice_for(check, network->text);
      found.fix = advice.fix;
      if (advice.use != NULL)
        found.edits = use_name(check, network, advice.use);
      dw_report(check, rule, &found, "%s", advice.what);
    } else if (is_not_bare(check, network, &nad, &found, &what)) {
      dw_report(check, rule, &found, "%s", what);
    }
  }
}

/* --- network-missing --- */

static void report_missing(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network,
                           const struct dw_nad_name *nad) {
  const char *elsewhere = dw_view_nad_elsewhere(check->view, nad->ns, nad->name);
  bool sure;
  const char *nearest = dw_view_nad_nearest(check->view, nad->ns, nad->name, &sure);
  struct dw_found found = found_network(check, network, DW_REASON_NOT_FOUND);
  found.fix = "create the NAD first";
  if (elsewhere != NULL && strcmp(nad->ns, check->ns) == 0) {
    found.fix = dw_arena_printf(check->arena, "create it in %s", nad->ns);
    dw_report(check, rule, &found, "namespace %s has a NAD with that name, but it must be in %s", elsewhere, nad->ns);
    return;
  }
  if (nearest != NULL) {
    found.fix = dw_arena_printf(check->arena, "did you mean \"%s\"?", nearest);
    if (sure && strcmp(nad->ns, check->ns) == 0)
      found.edits = use_name(check, network, nearest);
  }
  dw_report(check, rule, &found, "no such NAD in namespace %s", nad->ns);
}

static void report_unknown(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network,
                           const struct dw_nad_name *nad) {
  const char *nearest = dw_view_nad_nearest(check->view, nad->ns, nad->name, NULL);
  if (nearest == NULL)
    dw_report_unknown(check, rule, network->field, "the NADs are unknown");
  else
    dw_report_unverified(check, rule, network->field, "the NADs are unknown; did you mean \"%s\"?", nearest);
}

static void report_deleting(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network,
                            const struct dw_nad_name *nad) {
  struct dw_found found = found_network(check, network, DW_REASON_NOT_FOUND);
  found.fix = "create it again after it is deleted";
  found.warn_at_most = true;
  dw_report(check, rule, &found, "NAD %s/%s is being deleted", nad->ns, nad->name);
}

static void check_exists(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network,
                         const struct dw_nad_name *name) {
  const struct dw_object *nad = dw_view_find(check->view, DW_KIND_NAD, name->ns, name->name);
  if (nad != NULL) {
    if (nad->deleting)
      report_deleting(check, rule, network, name);
    return;
  }
  const char *creator = dw_view_nad_creator(check->view, name->ns, name->name);
  if (creator != NULL) {
    dw_report_unverified(check, rule, network->field, "%s", creator);
    return;
  }
  switch (dw_view_knows(check->view, DW_KIND_NAD)) {
  case DW_KNOWN:
    report_missing(check, rule, network, name);
    return;
  case DW_UNKNOWN:
    report_unknown(check, rule, network, name);
    return;
  case DW_UNAVAILABLE:
    dw_report_unavailable(check, rule, network->field, "NAD %s/%s can't be looked up now", name->ns, name->name);
    return;
  }
}

/* config-namespace reports a HyperConverged in another namespace, which its operator never reads. */
static void network_missing(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count; i++) {
    struct dw_nad_name nad;
    if (!resolve(check, networks.items[i], &nad))
      continue;
    if (!is_elsewhere(check))
      check_exists(check, rule, networks.items[i], &nad);
    else if (check->kind == DW_KIND_KUBEVIRT)
      dw_report_unverified(check, rule, networks.items[i]->field, "this KubeVirt is outside namespace %s",
                           check->policy->namespace_);
  }
}

/* --- network-unfit --- */

/* EXCEPTED: there are exceptions from FINDINGS for the NAD, so this object is not to blame for naming it either. */
static void report_unfit(struct dw_check *check, const struct dw_rule *rule, const struct dw_value *network,
                         const struct dw_object *nad, const struct dw_findings *findings, bool excepted) {
  struct dw_found found = found_network(check, network, DW_REASON_INVALID);
  found.fix = "fix that NAD first";
  for (size_t i = 0; i < findings->count && i < UNFIT_MAX; i++) {
    const struct dw_finding *finding = &findings->items[i];
    found.exception = excepted ? finding->exception : NULL;
    dw_report(check, rule, &found, "NAD %s/%s violates %s: %s: %s", nad->namespace_, nad->name, finding->rule->id,
              finding->field, dw_finding_text(check->arena, finding));
  }
  size_t total = findings->count + findings->more_denials;
  if (total > UNFIT_MAX && !excepted)
    dw_report(check, rule, &found, "NAD %s/%s has %zu more errors", nad->namespace_, nad->name, total - UNFIT_MAX);
}

static void network_unfit(struct dw_check *check, const struct dw_rule *rule) {
  struct networks networks = networks_of(check);
  for (size_t i = 0; i < networks.count && !is_elsewhere(check); i++) {
    struct dw_nad_name name;
    if (!resolve(check, networks.items[i], &name))
      continue;
    const struct dw_object *nad = dw_view_find(check->view, DW_KIND_NAD, name.ns, name.name);
    if (nad == NULL)
      continue;
    struct dw_nad_findings findings = check->judge_nad(check, nad);
    report_unfit(check, rule, networks.items[i], nad, &findings.denials, false);
    report_unfit(check, rule, networks.items[i], nad, &findings.excepted, true);
  }
}

/* --- network-change, migrations-running --- */

/* Returns true if this UPDATE gives virt-operator another network; false if the new one cannot be read. */
static bool changes_network(const struct dw_check *check) {
  if (check->old_migration == NULL)
    return false;
  const struct dw_value *network = network_in_force(check->migration);
  struct dw_nad_name nad;
  if (dw_value_given(network) && !resolve(check, network, &nad))
    return false;
  const char *now = dw_migration_network(check->migration);
  const char *before = dw_migration_network(check->old_migration);
  return now == NULL || before == NULL ? now != before : strcmp(now, before) != 0;
}

static void network_change(struct dw_check *check, const struct dw_rule *rule) {
  if (!changes_network(check))
    return;
  struct dw_found found = found_network(check, network_in_force(check->migration), DW_REASON_INVALID);
  dw_report(check, rule, &found,
            "this change restarts the virt-handler pods: first one and, once it is running, 10 %% of them at a time");
}

static void migrations_running(struct dw_check *check, const struct dw_rule *rule) {
  if (!changes_network(check))
    return;
  struct dw_found found = found_network(check, network_in_force(check->migration), DW_REASON_INVALID);
  if (dw_view_knows(check->view, DW_KIND_MIGRATION) != DW_KNOWN) {
    dw_report_unknown(check, rule, found.field, "the migrations are unknown");
    return;
  }
  size_t running = dw_view_summary(check->view).running_migrations;
  if (running == 0)
    return;
  found.fix = "wait for them to finish, or they may fail";
  dw_report(check, rule, &found, "%zu live migration%s in progress", running, running == 1 ? " is" : "s are");
}

/* --- a NAD in use --- */

static const enum dw_kind users[] = {DW_KIND_HYPERCONVERGED, DW_KIND_KUBEVIRT};

static bool users_are(const struct dw_check *check, enum dw_knowledge knowledge) {
  for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
    if (dw_view_knows(check->view, users[i]) == knowledge)
      return true;
  }
  return false;
}

static void network_in_use(struct dw_check *check, const struct dw_rule *rule) {
  static const char field[] = "metadata.name";
  const struct dw_object *user = dw_view_user_of(check->view, check->ns, check->name);
  if (user != NULL) {
    struct dw_found found = {
        .reason = DW_REASON_FORBIDDEN,
        .field = field,
        .fix = dw_arena_printf(check->arena, "remove it from that %s first", dw_kind_name(user->kind))};
    dw_report(check, rule, &found, "%s %s/%s uses this NAD as its migration network", dw_kind_name(user->kind),
              user->namespace_, user->name);
  } else if (is_elsewhere(check)) {
    return; /* a NAD of another namespace is hardly ever used */
  } else if (users_are(check, DW_UNAVAILABLE)) {
    dw_report_unavailable(check, rule, field,
                          "the HyperConverged and KubeVirt objects that may use this NAD cannot be read now");
  } else if (users_are(check, DW_UNKNOWN)) {
    dw_report_unknown(check, rule, field, "the HyperConverged and KubeVirt objects are unknown");
  }
}

/* Returns true if they differ in nothing but white space and the order of keys. */
static bool same_config(const struct dw_cni_config *a, const struct dw_cni_config *b) {
  if (a->length == b->length && memcmp(a->text, b->text, a->length) == 0)
    return true;
  return a->state == DW_CONFIG_OK && b->state == DW_CONFIG_OK && a->duplicate_count == 0 && b->duplicate_count == 0 &&
         dw_json_equal(a->json, b->json);
}

static void network_in_use_change(struct dw_check *check, const struct dw_rule *rule) {
  if (!check->class.referenced || check->old_config == NULL)
    return;
  if (check->config->state == DW_CONFIG_UNREADABLE || same_config(check->config, check->old_config))
    return;
  struct dw_found found = {
      .reason = DW_REASON_INVALID, .field = "spec.config", .fix = "restart the virt-handler pods to apply it"};
  dw_report(check, rule, &found, "this NAD is in use: running virt-handler pods keep the old configuration");
}

static const struct dw_rule rules[] = {
    {"network-in-use", DW_SCOPE_NAD_DELETE, DW_ACTION_DENY, DW_ACTION_NONE,
     "the deletion of a NAD that a HyperConverged or KubeVirt uses as its migration network",
     "remove the network from that object first", network_in_use},
    {"network-in-use-change", DW_SCOPE_NAD, DW_ACTION_WARN, DW_ACTION_NONE,
     "a change to the configuration of a NAD that is in use: running virt-handler pods keep the old one",
     "restart the virt-handler pods afterwards", network_in_use_change},
    {"config-namespace", DW_SCOPE_HYPERCONVERGED, DW_ACTION_DENY, DW_ACTION_NONE,
     "a HyperConverged outside the policy's namespace", "create it in the namespace where KubeVirt runs",
     config_namespace},
    {"config-name", DW_SCOPE_HYPERCONVERGED, DW_ACTION_WARN, DW_ACTION_NONE,
     "a HyperConverged not named kubevirt-hyperconverged", "rename it", config_name},
    {"network-empty", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network that is \"\" or only spaces: KubeVirt uses it as a network without a name", "remove the field",
     network_empty},
    {"network-syntax", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network that is not a NAD name (\"a,b\", \"a@x\", capitals), or \"ns/name\" in a namespace that Multus "
     "isolates; warns if Multus can look \"ns/name\" up",
     "use the bare name of the NAD", network_syntax},
    {"network-missing", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network for which the policy's namespace has no NAD; warns if the NAD is being deleted",
     "create the NAD first, or correct the name", network_missing},
    {"network-unfit", DW_SCOPE_CONFIG, DW_ACTION_DENY, DW_ACTION_NONE,
     "a network whose NAD violates a rule that denies; the message includes those findings", "fix that NAD first",
     network_unfit},
    {"network-change", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "a change of the network: it restarts the virt-handler pods, first one and then 10 % at a time",
     "change it when virt-handler may restart", network_change},
    {"migrations-running", DW_SCOPE_CONFIG, DW_ACTION_WARN, DW_ACTION_NONE,
     "a change of the network while migrations are in progress", "wait until they have finished", migrations_running},
};

const struct dw_family dw_family_config = {rules, sizeof rules / sizeof *rules};
