#include "cluster/policy_fields.h"

#include <string.h>

#define FIELDS(array) .fields = (array), .field_count = sizeof(array) / sizeof *(array)

static const struct dw_policy_field namespaces[] = {
    {.shape = DW_POLICY_NAMESPACE, .about = "A namespace."},
};

static const struct dw_policy_field patterns[] = {
    {.shape = DW_POLICY_TEXT, .about = "A shell pattern, such as *migration*."},
};

static const struct dw_policy_field migration_networks[] = {
    {.key = "namePatterns",
     .shape = DW_POLICY_LIST,
     .about = "A NAD is a migration network if its name, or its CNI name, matches one of these shell patterns, unless "
              "HyperConverged, KubeVirt or a label decides.",
     FIELDS(patterns),
     .by_default = "[\"*migration*\"]"},
};

/* The bounds are those of the field's type in KubeVirt's API. Parallelism 0 would stop all migrations. */
static const struct dw_policy_field defaults[] = {
    {.key = "completionTimeoutPerGiB",
     .shape = DW_POLICY_LIMIT,
     .about = "Seconds per GiB of memory after which a migration is cancelled. null leaves the field alone.",
     .lowest = 0,
     .highest = INT64_MAX,
     .by_default = "800"},
    {.key = "parallelMigrationsPerCluster",
     .shape = DW_POLICY_LIMIT,
     .about = "Migrations that run at the same time in the cluster. null leaves the field alone.",
     .lowest = 1,
     .highest = UINT32_MAX,
     .by_default = "5"},
    {.key = "parallelOutboundMigrationsPerNode",
     .shape = DW_POLICY_LIMIT,
     .about = "Migrations that leave one node at the same time. null leaves the field alone.",
     .lowest = 1,
     .highest = UINT32_MAX,
     .by_default = "2"},
    {.key = "progressTimeout",
     .shape = DW_POLICY_LIMIT,
     .about = "Seconds without progress after which a migration is cancelled. null leaves the field alone.",
     .lowest = 0,
     .highest = INT64_MAX,
     .by_default = "150"},
};

static const struct dw_policy_field mutate[] = {
    {.key = "networkAttachmentDefinitions",
     .shape = DW_POLICY_SWITCH,
     .about = "Fill in the missing name, cniVersion and macvlan mode of migration networks.",
     .by_default = "true"},
    {.key = "kubeVirts",
     .shape = DW_POLICY_SWITCH,
     .about = "Fill in the missing limits of KubeVirt objects that HyperConverged's operator does not write.",
     .by_default = "false"},
};

static const struct dw_policy_field nodes[] = {
    {.key = "selector",
     .shape = DW_POLICY_SELECTOR,
     .about = "A label selector, such as kubevirt.io/schedulable: the nodes that run virt-handler, whatever their "
              "taints. Default: the nodes that virt-handler's placement selects."},
};

static const struct dw_policy_field cluster_network_members[] = {
    {.key = "name", .shape = DW_POLICY_TEXT, .about = "Its name in messages.", .required = true},
    {.key = "cidr", .shape = DW_POLICY_CIDR, .about = "Its addresses, such as 192.168.1.0/24.", .required = true},
};

static const struct dw_policy_field cluster_networks[] = {
    {.shape = DW_POLICY_OBJECT, .about = "A network of the cluster.", FIELDS(cluster_network_members)},
};

static const struct dw_policy_field ranges[] = {
    {.shape = DW_POLICY_RANGE, .about = "A CIDR (10.0.0.0/24) or START-END/LENGTH (10.0.0.10-10.0.0.20/24)."},
};

static const struct dw_policy_field remote_cluster_members[] = {
    {.key = "name", .shape = DW_POLICY_TEXT, .about = "Its name in messages.", .required = true},
    {.key = "ranges",
     .shape = DW_POLICY_LIST,
     .about = "The addresses that it uses on the migration network.",
     FIELDS(ranges),
     .required = true,
     .least = 1},
};

static const struct dw_policy_field remote_clusters[] = {
    {.shape = DW_POLICY_OBJECT, .about = "A remote cluster.", FIELDS(remote_cluster_members)},
};

static const struct dw_policy_field exception_members[] = {
    {.key = "rule", .shape = DW_POLICY_RULE, .about = "The rule that does not apply.", .required = true},
    {.key = "namespace",
     .shape = DW_POLICY_TEXT,
     .about = "A shell pattern for the namespace of the objects. MigrationPolicies have none, which only * matches.",
     .required = true},
    {.key = "name",
     .shape = DW_POLICY_TEXT,
     .about = "A shell pattern for the name of the objects.",
     .by_default = "\"*\""},
    {.key = "reason",
     .shape = DW_POLICY_REASON,
     .about = "Why the rule does not apply, for those who audit the cluster.",
     .required = true},
    {.key = "until",
     .shape = DW_POLICY_DATE,
     .about = "The last day (UTC) on which the exception applies, such as 2027-03-31. Default: it does not expire."},
};

static const struct dw_policy_field exceptions[] = {
    {.shape = DW_POLICY_OBJECT, .about = "An exception from a rule.", FIELDS(exception_members)},
};

static const struct dw_policy_field sections[] = {
    {.key = "apiVersion",
     .shape = DW_POLICY_WORD,
     .about = "The version of this format.",
     .required = true,
     .word = "droveway.io/v1alpha1"},
    {.key = "kind", .shape = DW_POLICY_WORD, .about = "Always Policy.", .required = true, .word = "Policy"},
    {.key = "namespace",
     .shape = DW_POLICY_NAMESPACE,
     .about = "Where KubeVirt runs. Default: the namespace of the HyperConverged or KubeVirt object that is known; "
              "without one, openshift-cnv."},
    {.key = "migrationNetworks",
     .shape = DW_POLICY_OBJECT,
     .about = "Which NetworkAttachmentDefinitions (NADs) are migration networks.",
     FIELDS(migration_networks),
     .nullable = true},
    {.key = "defaults",
     .shape = DW_POLICY_OBJECT,
     .about = "The limits that are filled in if a live-migration block leaves them out.",
     FIELDS(defaults)},
    {.key = "mutate",
     .shape = DW_POLICY_OBJECT,
     .about = "What the webhook fills in, in addition to the limits of HyperConverged.",
     FIELDS(mutate),
     .nullable = true},
    {.key = "globalNamespaces",
     .shape = DW_POLICY_LIST,
     .about = "Namespaces whose NADs pods of all namespaces may use: the setting of Multus with that name.",
     FIELDS(namespaces)},
    {.key = "nodes",
     .shape = DW_POLICY_OBJECT,
     .about = "Which nodes run virt-handler.",
     FIELDS(nodes),
     .nullable = true},
    {.key = "clusterNetworks",
     .shape = DW_POLICY_LIST,
     .about = "Networks of the cluster, in addition to those that are discovered. Pools must not overlap them.",
     FIELDS(cluster_networks),
     .nullable = true},
    {.key = "remoteClusters",
     .shape = DW_POLICY_LIST,
     .about = "Clusters that share the migration network's layer 2. Pools must not overlap theirs.",
     FIELDS(remote_clusters),
     .nullable = true},
    {.key = "rules",
     .shape = DW_POLICY_RULES,
     .about = "The action of each rule: deny, warn or off.",
     .nullable = true},
    {.key = "exceptions",
     .shape = DW_POLICY_LIST,
     .about = "Objects that a rule does not apply to, for a reason and for a time.",
     FIELDS(exceptions),
     .nullable = true},
};

const struct dw_policy_field dw_policy_document = {
    .shape = DW_POLICY_OBJECT,
    .about = "A policy of Droveway. Every setting has a default, so a policy only contains what differs.",
    FIELDS(sections)};

const struct dw_policy_field *dw_policy_field(const struct dw_policy_field *object, const char *key) {
  for (size_t i = 0; i < object->field_count; i++)
    if (object->fields[i].key != NULL && strcmp(object->fields[i].key, key) == 0)
      return &object->fields[i];
  return NULL;
}
