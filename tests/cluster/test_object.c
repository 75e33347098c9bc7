#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "cluster/cluster_fixture.h"

static void assert_prefix(const struct dw_prefix *prefix, const char *text) {
  char out[DW_PREFIX_TEXT];
  assert_string_equal(dw_prefix_format(prefix, out), text);
}

static void assert_addr(const struct dw_addr *addr, const char *text) {
  char out[DW_ADDR_TEXT];
  assert_string_equal(dw_addr_format(addr, out), text);
}

static void assert_network(const struct dw_object *object, size_t index, const char *cidr, const char *name,
                           const char *source) {
  assert_true(index < object->network_count);
  assert_prefix(&object->networks[index].prefix, cidr);
  assert_string_equal(object->networks[index].name, name);
  assert_string_equal(object->networks[index].source, source);
}

/* --- kinds --- */

static void finds_kinds_by_group_and_name(void **state) {
  (void)state;
  for (int i = 0; i < DW_KIND_COUNT; i++)
    assert_int_equal(dw_kind_of(dw_kind_group((enum dw_kind)i), dw_kind_name((enum dw_kind)i)), i);
  assert_int_equal(dw_kind_of("", "Node"), DW_KIND_NODE);
  assert_int_equal(dw_kind_of("config.openshift.io", "Network"), DW_KIND_NETWORK);
  assert_int_equal(dw_kind_of("operator.openshift.io", "Network"), DW_KIND_NETWORK_OPERATOR);
  assert_int_equal(dw_kind_of("networking.openshift.io", "Network"), DW_KIND_OTHER);
  assert_string_equal(dw_kind_title(DW_KIND_NETWORK), "Network");
  assert_string_equal(dw_kind_title(DW_KIND_NETWORK_OPERATOR), "Network.operator.openshift.io");
  assert_int_equal(dw_kind_of("apps", "Node"), DW_KIND_OTHER);
  assert_int_equal(dw_kind_of("", "node"), DW_KIND_OTHER);
}

static void accepts_any_version_of_a_group(void **state) {
  (void)state;
  const struct dw_object *object =
      reduced("{apiVersion: k8s.cni.cncf.io/v9, kind: NetworkAttachmentDefinition, metadata: {name: a}}");
  assert_int_equal(object->kind, DW_KIND_NAD);
  dw_object_unref(object);
}

static void other_kinds_are_skipped(void **state) {
  (void)state;
  assert_null(reduced("{apiVersion: v1, kind: Pod, metadata: {name: a}}"));
  assert_null(reduced("{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}"));
  assert_null(reduced("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: kube-system}, data: 5}"));
  assert_null(reduced("{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: other}}"));
  assert_null(reduced("{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: other}, spec: 5}"));
}

static void refuses_what_is_not_an_object(void **state) {
  (void)state;
  assert_string_equal(refusal("[]"), "a Kubernetes object must be a JSON object, not a list");
  assert_non_null(strstr(refusal("{kind: Node, metadata: {name: a}}"), "apiVersion is missing"));
  assert_non_null(strstr(refusal("{apiVersion: v1, metadata: {name: a}}"), "kind is missing"));
  assert_non_null(strstr(refusal("{apiVersion: v1, kind: ''}"), "kind is missing"));
  assert_non_null(strstr(refusal("{apiVersion: v1, kind: Node}"), "metadata.name is missing"));
  assert_non_null(strstr(refusal("{apiVersion: v1, kind: Node, metadata: {name: ''}}"), "metadata.name is missing"));
  assert_non_null(strstr(refusal("{apiVersion: 1, kind: Node}"), "apiVersion is an integer"));
  assert_non_null(strstr(refusal("{apiVersion: v1, kind: Node, metadata: []}"), "metadata is a list"));
  assert_non_null(strstr(refusal("{apiVersion: v1, kind: Node, metadata: {name: 7}}"), "metadata.name is an integer"));
}

/* The items of a list have no kind and apiVersion, which are those of the list. They are required if versions differ.
 */
static void accepts_items_without_kind_if_it_is_known(void **state) {
  (void)state;
  static const struct {
    enum dw_kind kind;
    const char *json;
    const char *message; /* NULL if there is no error */
  } cases[] = {
      {DW_KIND_NODE, "{\"metadata\":{\"name\":\"a\"}}", NULL},
      {DW_KIND_NODE, "{\"kind\":\"Node\",\"metadata\":{\"name\":\"a\"}}", NULL},
      {DW_KIND_NODE, "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}", "kind is Pod, not Node"},
      {DW_KIND_NODE, "[]", "a Kubernetes object must be a JSON object, not a list"},
      {DW_KIND_KUBEVIRT, "{\"kind\":\"KubeVirt\",\"metadata\":{\"name\":\"a\"}}", NULL},
      {DW_KIND_KUBEVIRT, "{\"metadata\":{\"name\":\"a\"}}", "kind is missing"},
      {DW_KIND_HYPERCONVERGED, "{\"metadata\":{\"name\":\"a\"}}", "kind is missing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_error err = DW_ERROR_INIT;
    const struct dw_object *object = NULL;
    const dw_json *json = dw_json_parse(arena, cases[i].json, strlen(cases[i].json), DW_JSON_PLAIN, &err);
    int failed = dw_object_reduce_as(cases[i].kind, json, "default", &object, &err);
    assert_int_equal(failed, cases[i].message == NULL ? 0 : -1);
    if (failed == 0)
      assert_string_equal(object->name, "a");
    else
      assert_string_equal(err.text, cases[i].message);
    dw_object_unref(object);
  }
}

static void the_kind_decides_about_the_namespace(void **state) {
  (void)state;
  const struct dw_object *nad =
      reduced("{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: a}}");
  assert_string_equal(nad->namespace_, "default");
  const struct dw_object *placed =
      reduced("{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: a, namespace: b}}");
  assert_string_equal(placed->namespace_, "b");
  const struct dw_object *node = reduced("{apiVersion: v1, kind: Node, metadata: {name: a, namespace: b}}");
  assert_string_equal(node->namespace_, "");
  dw_object_unref(nad);
  dw_object_unref(placed);
  dw_object_unref(node);
}

static void deletion_is_reported(void **state) {
  (void)state;
  const struct dw_object *going =
      reduced("{apiVersion: v1, kind: Node, metadata: {name: a, deletionTimestamp: '2026-01-01T00:00:00Z'}}");
  const struct dw_object *staying = reduced("{apiVersion: v1, kind: Node, metadata: {name: a, "
                                            "deletionTimestamp: null}}");
  assert_true(going->deleting);
  assert_false(staying->deleting);
  dw_object_unref(going);
  dw_object_unref(staying);
}

/* Only Events need the uid, to identify their object. */
static void keeps_the_uid_of_objects_that_get_events(void **state) {
  (void)state;
#define UID63 "1234567890-234567890-234567890-234567890-234567890-234567890-23"
  static const struct {
    const char *version, *kind, *uid, *kept;
  } cases[] = {
      {"k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "u-1", "u-1"},
      {"hco.kubevirt.io/v1beta1", "HyperConverged", "u-1", "u-1"},
      {"kubevirt.io/v1", "KubeVirt", "u-1", "u-1"},
      {"kubevirt.io/v1", "VirtualMachineInstance", "u-1", "u-1"},
      {"kubevirt.io/v1", "VirtualMachineInstance", UID63 "4", UID63 "4"},
      {"kubevirt.io/v1", "VirtualMachineInstance", UID63 "45", ""},
      {"kubevirt.io/v1", "VirtualMachineInstanceMigration", "u-1", ""},
      {"v1", "Node", "u-1", ""},
      {"nmstate.io/v1", "NodeNetworkState", "u-1", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct cluster cluster = {0};
    cluster_add(&cluster, "{apiVersion: %s, kind: %s, metadata: {name: a, uid: %s}}", cases[i].version, cases[i].kind,
                cases[i].uid);
    assert_string_equal(cluster.objects[0]->uid, cases[i].kept);
    cluster_free(&cluster);
  }
}

/* --- NADs --- */

#define NAD "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: a, namespace: b"

static void a_nad_keeps_name_and_pools(void **state) {
  (void)state;
  const struct dw_object *nad = reduced(
      NAD "}\nspec: {config: '{\"name\": \"net\", \"plugins\": [{\"type\": \"tuning\"}, {\"type\": \"macvlan\", "
          "\"ipam\": {\"type\": \"whereabouts\", \"network_name\": \"east\", \"range\": \"10.1.2.9/24\", "
          "\"exclude\": [\"10.1.2.4/30\"], \"ipRanges\": [{\"range\": \"fd00::/64\"}, {\"range\": "
          "\"10.9.0.0/32\"}]}}]}'}\n");
  assert_string_equal(nad->name, "a");
  assert_string_equal(nad->namespace_, "b");
  assert_string_equal(nad->nad.cni_name, "net");
  assert_string_equal(nad->nad.network_name, "east");
  assert_int_equal(nad->nad.label, -1);
  assert_int_equal(nad->nad.pool_count, 2);
  const struct dw_pool_summary *pool = &nad->nad.pools[0];
  assert_string_equal(pool->text, "10.1.2.0/24");
  assert_string_equal(pool->field, "spec.config.plugins[1].ipam.range");
  assert_addr(&pool->span.first, "10.1.2.1");
  assert_addr(&pool->span.last, "10.1.2.254");
  assert_int_equal(pool->usable.count, 2);
  assert_addr(&pool->usable.items[0].last, "10.1.2.3");
  assert_addr(&pool->usable.items[1].first, "10.1.2.8");
  assert_string_equal(nad->nad.pools[1].text, "fd00::/64");
  dw_object_unref(nad);
}

static void a_nad_without_readable_config_has_no_pools(void **state) {
  (void)state;
  static const char *const specs[] = {
      "}",
      "}\nspec: {}",
      "}\nspec: {config: ''}",
      "}\nspec: {config: '{'}",
      "}\nspec: {config: '[]'}",
      "}\nspec: {config: 5}",
      ("}\nspec: {config: '{\"type\": \"macvlan\", \"ipam\": {\"type\": \"whereabouts\", "
       "\"range\": \"10.0.0.0/33\"}}'}")};
  for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
    char text[512];
    snprintf(text, sizeof text, "%s%s\n", NAD, specs[i]);
    const struct dw_object *nad = reduced(text);
    assert_int_equal(nad->nad.pool_count, 0);
    assert_string_equal(nad->nad.cni_name, "");
    dw_object_unref(nad);
  }
}

#define DHCP "{\"type\":\"bridge\",\"ipam\":{\"type\":\"dhcp\"}}"

static void reads_the_traits_of_a_migration_network(void **state) {
  (void)state;
  static const struct {
    const char *metadata, *config;
    bool transfer, shaped;
  } cases[] = {
      {"", DHCP, false, true},
      {", annotations: {forklift.konveyor.io/route: 192.168.55.1}", DHCP, true, true},
      {", annotations: {forklift.konveyor.io/route: ''}", DHCP, true, true},
      {", annotations: {forklift.konveyor.io/routes: 192.168.55.1}", DHCP, false, true},
      {"", "{\"type\":\"bridge\"}", false, false},
      {"", "{\"type\":\"bridge\",\"ipam\":{\"type\":\"host-local\"}}", false, false},
      {"", "{\"type\":\"ptp\",\"ipam\":{\"type\":\"dhcp\"}}", false, false},
      {"", "{\"type\":\"tuning\",\"ipam\":{\"type\":\"dhcp\"}}", false, false},
      {"", "{\"plugins\":[{\"type\":\"macvlan\",\"ipam\":{\"type\":\"whereabouts\"}}]}", false, true},
      {"", "{", false, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[512];
    snprintf(text, sizeof text, "%s%s}\nspec: {config: '%s'}\n", NAD, cases[i].metadata, cases[i].config);
    const struct dw_object *nad = reduced(text);
    assert_int_equal(nad->nad.transfer, cases[i].transfer);
    assert_int_equal(nad->nad.shaped, cases[i].shaped);
    dw_object_unref(nad);
  }
}

static void the_label_is_read(void **state) {
  (void)state;
  static const struct {
    const char *labels;
    int label;
  } cases[] = {{"'true'", 1}, {"'false'", 0}, {"'True'", -1}, {"''", -1}, {"null", -1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[512];
    snprintf(text, sizeof text, "%s, labels: {droveway.io/migration-network: %s}}\n", NAD, cases[i].labels);
    const struct dw_object *nad = reduced(text);
    assert_int_equal(nad->nad.label, cases[i].label);
    dw_object_unref(nad);
  }
  assert_string_equal(refusal(NAD ", labels: {droveway.io/migration-network: true}}\n"),
                      "NetworkAttachmentDefinition b/a: metadata.labels.droveway.io/migration-network is a boolean; it "
                      "must be a string");
}

/* --- users, migrations, instances --- */

static void reads_the_networks_of_users(void **state) {
  (void)state;
  const struct dw_object *hco =
      reduced("apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata:\n  name: a\n  annotations:\n"
              "    kubevirt.kubevirt.io/jsonpatch: '[{\"op\": \"add\", \"path\": "
              "\"/spec/configuration/migrations/network\", \"value\": \"patched\"}]'\n"
              "spec: {liveMigrationConfig: {network: given}}\n");
  assert_string_equal(hco->user.network, "given");
  assert_string_equal(hco->user.jsonpatch_network, "patched");
  const struct dw_object *v1 = reduced("{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: a}, "
                                       "spec: {virtualization: {liveMigrationConfig: {network: given}}}}");
  assert_string_equal(v1->user.network, "given");
  assert_null(v1->user.jsonpatch_network);
  const struct dw_object *kubevirt = reduced("{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: a}, "
                                             "spec: {configuration: {migrations: {network: ''}}}}");
  assert_null(kubevirt->user.network);
  dw_object_unref(hco);
  dw_object_unref(v1);
  dw_object_unref(kubevirt);
}

static void refuses_users_with_values_of_the_wrong_type(void **state) {
  (void)state;
#define KUBEVIRT "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: a, namespace: ns}, spec: "
  const char *text = refusal(KUBEVIRT "{configuration: {migrations: {network: 5}}}}");
  assert_non_null(strstr(text, "KubeVirt ns/a: spec.configuration.migrations.network is an integer"));
  text = refusal(KUBEVIRT "{configuration: []}}");
  assert_non_null(strstr(text, "KubeVirt ns/a: spec.configuration"));
  assert_non_null(strstr(text, "a list"));
}

static void reads_whether_a_migration_has_finished(void **state) {
  (void)state;
  static const struct {
    const char *status;
    bool finished;
  } cases[] = {{"{}", false},
               {"{phase: Running}", false},
               {"{phase: Succeeded}", true},
               {"{phase: Failed}", true},
               {"{phase: ''}", false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: m, namespace: ns}, "
             "spec: {vmiName: vm}, status: %s}",
             cases[i].status);
    const struct dw_object *migration = reduced(text);
    assert_int_equal(migration->migration.finished, cases[i].finished);
    assert_string_equal(migration->migration.vmi, "vm");
    dw_object_unref(migration);
  }
}

static void reads_where_an_instance_migrated_to(void **state) {
  (void)state;
  const struct dw_object *vmi =
      reduced("{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: vm}, "
              "status: {migrationState: {targetNodeAddress: 10.0.0.9, completed: true}}}");
  assert_string_equal(vmi->vmi.target_node_address, "10.0.0.9");
  assert_true(vmi->vmi.completed);
  dw_object_unref(vmi);
  assert_non_null(strstr(refusal("{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: vm}, "
                                 "status: {migrationState: {completed: 'yes'}}}"),
                         "status.migrationState.completed is a string"));
}

/* --- nodes and cluster networks --- */

static void reads_labels_and_addresses_of_nodes(void **state) {
  (void)state;
  const struct dw_object *node = reduced("apiVersion: v1\nkind: Node\nmetadata: {name: w1, labels: {a: '', b: 'c'}}\n"
                                         "spec: {podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24, 'fd00:1::/64']}\n"
                                         "status:\n  addresses:\n  - {type: Hostname, address: w1}\n"
                                         "  - {type: InternalIP, address: 192.168.1.11}\n"
                                         "  - {type: InternalIP, address: 'fd00::11'}\n"
                                         "  - {type: ExternalIP, address: 203.0.113.9}\n");
  assert_int_equal(node->node.label_count, 2);
  assert_string_equal(node->node.labels[1].key, "b");
  assert_string_equal(node->node.labels[1].value, "c");
  assert_int_equal(node->node.internal_ip_count, 2);
  assert_addr(&node->node.internal_ips[1], "fd00::11");
  assert_int_equal(node->network_count, 4);
  assert_network(node, 0, "10.244.1.0/24", "pod CIDR", "Node w1");
  assert_network(node, 1, "fd00:1::/64", "pod CIDR", "Node w1");
  assert_network(node, 2, "192.168.1.11/32", "node address", "Node w1");
  assert_network(node, 3, "fd00::11/128", "node address", "Node w1");
  dw_object_unref(node);
}

static void reads_a_single_pod_cidr(void **state) {
  (void)state;
  const struct dw_object *node =
      reduced("{apiVersion: v1, kind: Node, metadata: {name: w1}, spec: {podCIDR: 10.244.1.7/24}}");
  assert_int_equal(node->network_count, 1);
  assert_network(node, 0, "10.244.1.0/24", "pod CIDR", "Node w1");
  dw_object_unref(node);
}

static void migration_errors_name_the_field(void **state) {
  (void)state;
#define MIGRATION                                                                                                      \
  "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: m, namespace: vms}, "
#define VMI "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: v, namespace: vms}, "
  static const struct {
    const char *object;
    const char *message;
  } cases[] = {
      {MIGRATION "spec: 5}\n", "m: spec is an integer; it must be an object"},
      {MIGRATION "spec: {vmiName: 5}}\n", "m: spec.vmiName is an integer; it must be a string"},
      {MIGRATION "status: 5}\n", "m: status is an integer; it must be an object"},
      {MIGRATION "status: {phase: 5}}\n", "m: status.phase is an integer; it must be a string"},
      {VMI "status: 5}\n", "v: status is an integer; it must be an object"},
      {VMI "status: {migrationState: 5}}\n", "v: status.migrationState is an integer; it must be an object"},
      {VMI "status: {migrationState: {targetNodeAddress: 5}}}\n",
       "v: status.migrationState.targetNodeAddress is an integer; it must be a string"},
      {VMI "status: {migrationState: {completed: 5}}}\n",
       "v: status.migrationState.completed is an integer; it must be true or false"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *got = refusal(cases[i].object);
    if (strstr(got, cases[i].message) == NULL)
      fail_msg("%s: got \"%s\"", cases[i].object, got);
  }
}

static void node_errors_name_the_field(void **state) {
  (void)state;
#define NODE "{apiVersion: v1, kind: Node, metadata: {name: w1}, "
  assert_string_equal(refusal(NODE "status: {addresses: 5}}"),
                      "Node w1: status.addresses is an integer; it must be a list");
  assert_string_equal(refusal(NODE "status: {addresses: [{type: InternalIP, address: w1}]}}"),
                      "Node w1: status.addresses[0].address is \"w1\"; an InternalIP must be an IP address");
  assert_string_equal(refusal(NODE "status: {addresses: [{type: 5, address: 10.0.0.1}]}}"),
                      "Node w1: status.addresses[0].type is an integer; it must be a string");
  assert_string_equal(refusal(NODE "status: {addresses: [{type: InternalIP, address: 5}]}}"),
                      "Node w1: status.addresses[0].address is an integer; it must be a string");
  assert_string_equal(refusal(NODE "status: 5}"), "Node w1: status is an integer; it must be an object");
  assert_string_equal(refusal(NODE "spec: 5}"), "Node w1: spec is an integer; it must be an object");
  assert_string_equal(refusal(NODE "spec: {podCIDR: 5}}"), "Node w1: spec.podCIDR is an integer; it must be a string");
  assert_string_equal(refusal(NODE "status: {addresses: [null]}}"),
                      "Node w1: status.addresses[0] is null; it must be an object");
  assert_string_equal(refusal(NODE "spec: {podCIDRs: [10.0.0.0]}}"),
                      "Node w1: spec.podCIDRs[0] is \"10.0.0.0\"; it must be a CIDR such as 10.128.0.0/14");
  assert_string_equal(refusal("{apiVersion: v1, kind: Node, metadata: {name: w1, labels: {a: 1}}}"),
                      "Node w1: metadata.labels.a is an integer; it must be a string");
}

static void errors_of_cluster_networks_name_the_field(void **state) {
  (void)state;
#define NETWORK "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, "
#define SERVICES "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: k}, "
  static const struct {
    const char *object;
    const char *message;
  } cases[] = {
      {NETWORK "spec: 5}", "Network cluster: spec is an integer; it must be an object"},
      {NETWORK "status: 5}", "Network cluster: status is an integer; it must be an object"},
      {NETWORK "spec: {clusterNetwork: 5}}", "Network cluster: spec.clusterNetwork is an integer; it must be a list"},
      {NETWORK "status: {clusterNetwork: 5}}",
       "Network cluster: status.clusterNetwork is an integer; it must be a list"},
      {NETWORK "spec: {clusterNetwork: [5]}}",
       "Network cluster: spec.clusterNetwork[0] is an integer; it must be an object"},
      {NETWORK "spec: {clusterNetwork: [{cidr: 5}]}}",
       "Network cluster: spec.clusterNetwork[0].cidr is an integer; it must be a string"},
      {NETWORK "spec: {clusterNetwork: [{cidr: x}]}}",
       "Network cluster: spec.clusterNetwork[0].cidr is \"x\"; it must be a CIDR such as 10.128.0.0/14"},
      {NETWORK "spec: {serviceNetwork: 5}}", "Network cluster: spec.serviceNetwork is an integer; it must be a list"},
      {NETWORK "spec: {serviceNetwork: [5]}}",
       "Network cluster: spec.serviceNetwork[0] is an integer; it must be a string"},
      {NETWORK "spec: {serviceNetwork: [x]}}",
       "Network cluster: spec.serviceNetwork[0] is \"x\"; it must be a CIDR such as 10.128.0.0/14"},
      {NETWORK "spec: {networkType: 5}}", "Network cluster: spec.networkType is an integer; it must be a string"},
      {NETWORK "status: {networkType: 5}}", "Network cluster: status.networkType is an integer; it must be a string"},
      {SERVICES "spec: 5}", "ServiceCIDR k: spec is an integer; it must be an object"},
      {SERVICES "spec: {cidrs: 5}}", "ServiceCIDR k: spec.cidrs is an integer; it must be a list"},
      {SERVICES "spec: {cidrs: [5]}}", "ServiceCIDR k: spec.cidrs[0] is an integer; it must be a string"},
      {SERVICES "spec: {cidrs: [x]}}",
       "ServiceCIDR k: spec.cidrs[0] is \"x\"; it must be a CIDR such as 10.128.0.0/14"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(refusal(cases[i].object), cases[i].message);
}

static void prefers_the_status_of_openshifts_network(void **state) {
  (void)state;
  const struct dw_object *network =
      reduced("apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
              "spec: {networkType: OVNKubernetes, clusterNetwork: [{cidr: 10.0.0.0/8}], serviceNetwork: "
              "[172.30.0.0/16]}\n"
              "status: {networkType: Other, clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}]}\n");
  assert_int_equal(network->network_count, 2);
  assert_network(network, 0, "10.128.0.0/14", "pod network", "Network cluster");
  assert_network(network, 1, "172.30.0.0/16", "service network", "Network cluster");
  dw_object_unref(network);
}

static void ovn_kubernetes_adds_its_own_subnets(void **state) {
  (void)state;
  const struct dw_object *network = reduced("{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: "
                                            "cluster}, spec: {networkType: OVNKubernetes}}");
  assert_int_equal(network->network_count, 6);
  assert_network(network, 0, "100.64.0.0/16", "OVN-Kubernetes join subnet", "OVN-Kubernetes default");
  assert_network(network, 1, "100.88.0.0/16", "OVN-Kubernetes transit subnet", "OVN-Kubernetes default");
  assert_network(network, 2, "169.254.0.0/17", "OVN-Kubernetes masquerade subnet", "OVN-Kubernetes default");
  assert_network(network, 3, "fd98::/64", "OVN-Kubernetes join subnet", "OVN-Kubernetes default");
  assert_network(network, 4, "fd97::/64", "OVN-Kubernetes transit subnet", "OVN-Kubernetes default");
  assert_network(network, 5, "fd69::/112", "OVN-Kubernetes masquerade subnet", "OVN-Kubernetes default");
  dw_object_unref(network);
}

#define OPERATOR "{apiVersion: operator.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: "

/* The newer key of the join subnet has precedence over the older one. Omitted subnets have their defaults. */
static void changed_ovn_subnets_are_read(void **state) {
  (void)state;
  const struct dw_object *object =
      reduced(OPERATOR "{defaultNetwork: {type: OVNKubernetes, ovnKubernetesConfig: {v4InternalSubnet: 100.65.0.0/16, "
                       "v6InternalSubnet: 'fd96::/64', ipv4: {internalJoinSubnet: 100.66.0.0/16, "
                       "internalTransitSwitchSubnet: 100.89.0.0/16}, gatewayConfig: {ipv4: {internalMasqueradeSubnet: "
                       "169.254.128.0/17}}, hybridOverlayConfig: {hybridClusterNetwork: [{cidr: 10.132.0.0/14}]}}}}}");
  assert_int_equal(object->kind, DW_KIND_NETWORK_OPERATOR);
  assert_int_equal(object->network_count, 5);
  assert_network(object, 0, "100.66.0.0/16", "OVN-Kubernetes join subnet", "Network.operator cluster");
  assert_network(object, 1, "100.89.0.0/16", "OVN-Kubernetes transit subnet", "Network.operator cluster");
  assert_network(object, 2, "169.254.128.0/17", "OVN-Kubernetes masquerade subnet", "Network.operator cluster");
  assert_network(object, 3, "fd96::/64", "OVN-Kubernetes join subnet", "Network.operator cluster");
  assert_network(object, 4, "10.132.0.0/14", "pod network of hybrid nodes", "Network.operator cluster");
  dw_object_unref(object);
  object = reduced(OPERATOR "{defaultNetwork: {ovnKubernetesConfig: {v4InternalSubnet: '', ipv4: {internalJoinSubnet: "
                            "''}, mtu: 1400}}}}");
  assert_int_equal(object->network_count, 0);
  dw_object_unref(object);
  assert_null(reduced("{apiVersion: operator.openshift.io/v1, kind: Network, metadata: {name: other}, spec: 5}"));
  assert_string_equal(refusal(OPERATOR "{defaultNetwork: {ovnKubernetesConfig: {v4InternalSubnet: x}}}}"),
                      "Network.operator.openshift.io cluster: "
                      "spec.defaultNetwork.ovnKubernetesConfig.v4InternalSubnet is \"x\"; it must be a CIDR such as "
                      "10.128.0.0/14");
  assert_string_equal(refusal(OPERATOR "{defaultNetwork: {ovnKubernetesConfig: {ipv6: 5}}}}"),
                      "Network.operator.openshift.io cluster: spec.defaultNetwork.ovnKubernetesConfig.ipv6 is an "
                      "integer; it must be an object");
}

static void assert_range(const struct dw_object *object, size_t index, const char *text, const char *first,
                         const char *last) {
  const struct dw_address_range *range = &object->address_pool.ranges[index];
  char addr[DW_ADDR_TEXT];
  assert_string_equal(range->text, text);
  assert_string_equal(dw_addr_format(&range->span.first, addr), first);
  assert_string_equal(dw_addr_format(&range->span.last, addr), last);
}

/* MetalLB itself rejects what can't be read. */
static void address_pools_are_read(void **state) {
  (void)state;
  const struct dw_object *object =
      reduced("{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: {name: lab, namespace: metallb-system}, "
              "spec: {addresses: [10.7.0.0/30, '10.7.1.5 - 10.7.1.9', 'fd00::5-fd00::9', 10.7.1.9-10.7.1.5, "
              "10.7.1.5-fd00::9, x, 10.7.2.1]}}");
  assert_int_equal(object->address_pool.range_count, 3);
  assert_range(object, 0, "10.7.0.0/30", "10.7.0.0", "10.7.0.3");
  assert_range(object, 1, "10.7.1.5 - 10.7.1.9", "10.7.1.5", "10.7.1.9");
  assert_range(object, 2, "fd00::5-fd00::9", "fd00::5", "fd00::9");
  dw_object_unref(object);
}

static void service_cidrs_are_read(void **state) {
  (void)state;
  const struct dw_object *object = reduced("{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: "
                                           "kubernetes}, spec: {cidrs: [10.96.0.0/12, 'fd01::/112']}}");
  assert_int_equal(object->network_count, 2);
  assert_network(object, 0, "10.96.0.0/12", "service network", "ServiceCIDR kubernetes");
  dw_object_unref(object);
}

static void kubeadm_config_is_read(void **state) {
  (void)state;
  const struct dw_object *object =
      reduced("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubeadm-config, namespace: kube-system}\n"
              "data:\n  ClusterConfiguration: |\n    kind: ClusterConfiguration\n    networking:\n"
              "      dnsDomain: cluster.local\n      podSubnet: 10.244.0.0/16, fd00:10::/56\n"
              "      serviceSubnet: 10.96.0.0/12\n");
  assert_int_equal(object->network_count, 3);
  assert_network(object, 0, "10.244.0.0/16", "pod network", "ConfigMap kubeadm-config");
  assert_network(object, 1, "fd00:10::/56", "pod network", "ConfigMap kubeadm-config");
  assert_network(object, 2, "10.96.0.0/12", "service network", "ConfigMap kubeadm-config");
  dw_object_unref(object);
}

static void install_config_is_read(void **state) {
  (void)state;
  const struct dw_object *object =
      reduced("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-config-v1, namespace: kube-system}\n"
              "data:\n  install-config: |\n    networking:\n      machineCIDR: 192.168.7.0/24\n"
              "      machineNetwork:\n      - cidr: 192.168.1.0/24\n");
  assert_int_equal(object->network_count, 2);
  assert_network(object, 0, "192.168.1.0/24", "machine network", "ConfigMap cluster-config-v1");
  assert_network(object, 1, "192.168.7.0/24", "machine network", "ConfigMap cluster-config-v1");
  dw_object_unref(object);
  object = reduced("{apiVersion: v1, kind: ConfigMap, metadata: {name: cluster-config-v1, namespace: kube-system}}");
  assert_int_equal(object->network_count, 0);
  dw_object_unref(object);
}

static void broken_embedded_yaml_is_refused(void **state) {
  (void)state;
#define KUBEADM "{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: kube-system}, data: "
  const char *text = refusal(KUBEADM "{ClusterConfiguration: \"a: b\\nc: [\"}}");
  assert_non_null(strstr(text, "ConfigMap kube-system/kubeadm-config: data.ClusterConfiguration is not readable"));
  text = refusal(KUBEADM "{ClusterConfiguration: '[1]'}}");
  assert_non_null(strstr(text, "data.ClusterConfiguration contains a list"));
  text = refusal(KUBEADM "{ClusterConfiguration: 'networking: {podSubnet: 5}'}}");
  assert_non_null(strstr(text, "data.ClusterConfiguration.networking.podSubnet is an integer"));
  text = refusal(KUBEADM "{ClusterConfiguration: 'networking: {podSubnet: x}'}}");
  assert_non_null(strstr(text, "data.ClusterConfiguration.networking.podSubnet is \"x\""));
}

/* --- NodeNetworkState --- */

#define NNS "apiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: w1}\n"

static const struct dw_nic *nic_of(const struct dw_object *nns, const char *name) {
  for (size_t i = 0; i < nns->nns.nic_count; i++)
    if (strcmp(nns->nns.nics[i].name, name) == 0)
      return &nns->nns.nics[i];
  fail_msg("no NIC %s", name);
  return NULL;
}

static void nics_are_read(void **state) {
  (void)state;
  const struct dw_object *nns =
      reduced(NNS "status: {currentState: {interfaces: ["
                  "{name: eth1, type: ethernet, state: down, mtu: 9000, controller: bond0},"
                  "{name: bond0, type: bond, state: up, mtu: 1500, ipv4: {enabled: true, address: [{ip: 10.0.0.1, "
                  "prefix-length: 24}]}, ipv6: {address: [{ip: 'fe80::1'}]}},"
                  "{name: eth0, type: ethernet, state: ignore, master: br1},"
                  "{name: br1, type: linux-bridge, state: up, bridge: {port: [{name: eth0}, {name: br1}]}},"
                  "{name: plain}, {type: unknown}],"
                  "routes: {running: [{destination: 0.0.0.0/0, next-hop-interface: bond0, table-id: 254},"
                  "{destination: '::/0', next-hop-interface: plain},"
                  "{destination: 0.0.0.0/0, next-hop-interface: eth1, table-id: 100},"
                  "{destination: 10.0.0.0/8, next-hop-interface: eth0},"
                  "{destination: 0.0.0.0/0, next-hop-interface: nowhere}],"
                  "config: [{destination: 0.0.0.0/0, next-hop-interface: br1}]}}}\n");
  assert_int_equal(nns->nns.nic_count, 5);
  assert_string_equal(nns->nns.nics[0].name, "bond0");
  const struct dw_nic *eth1 = nic_of(nns, "eth1");
  assert_false(eth1->up);
  assert_int_equal(eth1->mtu, 9000);
  assert_string_equal(eth1->controller, "bond0");
  assert_false(eth1->default_route);
  assert_false(eth1->fits_master);
  const struct dw_nic *bond = nic_of(nns, "bond0");
  assert_true(bond->up);
  assert_true(bond->fits_master);
  assert_true(bond->default_route);
  assert_null(bond->controller);
  assert_int_equal(bond->address_count, 2);
  assert_addr(&bond->addresses[0], "10.0.0.1");
  assert_addr(&bond->addresses[1], "fe80::1");
  assert_true(nic_of(nns, "eth0")->up);
  assert_string_equal(nic_of(nns, "eth0")->controller, "br1");
  assert_int_equal(nic_of(nns, "br1")->type, DW_NIC_LINUX_BRIDGE);
  assert_int_equal(dw_nic_port_count(nic_of(nns, "br1")), 2);
  assert_false(nic_of(nns, "br1")->default_route);
  assert_true(nic_of(nns, "plain")->default_route);
  assert_int_equal(nic_of(nns, "plain")->mtu, 0);
  dw_object_unref(nns);
}

static void reads_rare_properties_of_nics(void **state) {
  (void)state;
  const struct dw_object *nns = reduced(
      NNS "status: {currentState: {interfaces: ["
          "{name: eth1, type: ethernet, ethernet: {speed: 25000}, alt-names: [{name: enp1s0}, old, {name: gone, state: "
          "absent}, {name: ''}, 5, {}]},"
          "{name: eth2, type: ethernet, ethernet: {speed: 4294967295}, bridge: {port: [{name: no}]}},"
          "{name: bond2.100, type: vlan, vlan: {base-iface: bond2, id: 100}},"
          "{name: br1, type: linux-bridge, bridge: {options: {vlan-default-pvid: 9}, port: ["
          "{name: eth1, vlan: {mode: trunk, trunk-tags: [{id: 5}, {id-range: {min: 200, max: 299}}], enable-native: "
          "true, tag: 7}}, {name: eth3, vlan: {mode: access, tag: 6}}, {name: eth4, vlan: {}}, {name: eth5}, {}]}},"
          "{name: br2, type: linux-bridge}]}}\n");
  const struct dw_nic *eth1 = nic_of(nns, "eth1");
  assert_int_equal(eth1->speed, 25000);
  assert_int_equal(eth1->type, DW_NIC_ETHERNET);
  assert_int_equal(eth1->more->alt_name_count, 2);
  assert_string_equal(eth1->more->alt_names[0], "enp1s0");
  assert_string_equal(eth1->more->alt_names[1], "old");
  assert_ptr_equal(dw_nns_find(nns, "old"), eth1);
  assert_ptr_equal(dw_nns_find(nns, "eth1"), eth1);
  assert_null(dw_nns_find(nns, "gone"));
  assert_int_equal(nic_of(nns, "eth2")->speed, 0);
  assert_null(nic_of(nns, "eth2")->more);
  const struct dw_nic *vlan = nic_of(nns, "bond2.100");
  assert_string_equal(vlan->more->base, "bond2");
  assert_int_equal(vlan->more->vlan_id, 100);
  const struct dw_nic_more *bridge = nic_of(nns, "br1")->more;
  assert_int_equal(bridge->default_vlan, 9);
  assert_int_equal(bridge->port_count, 5);
  assert_ptr_equal(bridge->ports[0].name, eth1->name); /* one text for both */
  assert_true(bridge->ports[0].vlans_known);
  assert_int_equal(bridge->ports[0].vlan_count, 3);
  assert_int_equal(bridge->ports[0].vlans[0].first, 5);
  assert_int_equal(bridge->ports[0].vlans[0].last, 5);
  assert_int_equal(bridge->ports[0].vlans[1].first, 200);
  assert_int_equal(bridge->ports[0].vlans[1].last, 299);
  assert_int_equal(bridge->ports[0].vlans[2].first, 7);
  assert_string_equal(bridge->ports[1].name, "eth3");
  assert_int_equal(bridge->ports[1].vlans[0].last, 6);
  assert_false(bridge->ports[2].vlans_known);
  assert_false(bridge->ports[3].vlans_known);
  assert_string_equal(bridge->ports[4].name, "");
  assert_int_equal(nic_of(nns, "br2")->more->default_vlan, 1);
  dw_object_unref(nns);
}

static void a_rare_property_of_a_nic_counts_as_a_change(void **state) {
  (void)state;
#define BRIDGE(bridge) "{name: br1, type: linux-bridge, bridge: {" bridge "}}"
  static const struct {
    const char *a, *b;
  } cases[] = {
      {"{name: a, type: ethernet}", "{name: a, type: bond}"},
      {"{name: a, type: ethernet}", "{name: a, type: ethernet, ethernet: {speed: 1000}}"},
      {"{name: a}", "{name: a, alt-names: [{name: b}]}"},
      {"{name: a, alt-names: [{name: b}]}", "{name: a, alt-names: [{name: c}]}"},
      {"{name: a, alt-names: [{name: b}]}", "{name: a, alt-names: [{name: b}, {name: c}]}"},
      {"{name: a, type: vlan, vlan: {base-iface: b, id: 5}}", "{name: a, type: vlan, vlan: {base-iface: c, id: 5}}"},
      {"{name: a, type: vlan, vlan: {base-iface: b, id: 5}}", "{name: a, type: vlan, vlan: {base-iface: b, id: 6}}"},
      {BRIDGE("port: [{name: a}]"), BRIDGE("port: [{name: b}]")},
      {BRIDGE("port: [{name: a}]"), BRIDGE("port: []")},
      {BRIDGE("port: [{name: a}]"), BRIDGE("port: [{name: a}], options: {vlan-default-pvid: 2}")},
      {BRIDGE("port: [{name: a}]"), BRIDGE("port: [{name: a, vlan: {tag: 5}}]")},
      {BRIDGE("port: [{name: a, vlan: {tag: 6}}]"), BRIDGE("port: [{name: a, vlan: {tag: 5}}]")},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct cluster cluster = {0};
    cluster_add(&cluster, NNS "status: {currentState: {interfaces: [%s]}}\n", cases[i].a);
    cluster_add(&cluster, NNS "status: {currentState: {interfaces: [%s]}}\n", cases[i].b);
    cluster_add(&cluster, NNS "status: {currentState: {interfaces: [%s]}}\n", cases[i].b);
    if (dw_object_same(cluster.objects[0], cluster.objects[1]) ||
        !dw_object_same(cluster.objects[1], cluster.objects[2]))
      fail_msg("%s", cases[i].b);
    cluster_free(&cluster);
  }
}

static void only_physical_nics_bonds_and_vlans_can_be_masters(void **state) {
  (void)state;
  static const struct {
    const char *type;
    bool fits;
  } cases[] = {{"ethernet", true},   {"bond", true},        {"vlan", true},      {"team", true},
               {"infiniband", true}, {"unknown", true},     {"mac-vlan", true},  {"ovs-interface", false},
               {"ovs-port", false},  {"ovs-bridge", false}, {"loopback", false}, {"linux-bridge", false},
               {"veth", false},      {"dummy", false},      {"tun", false},      {"vxlan", false},
               {"geneve", false},    {"vrf", false},        {"ipsec", false},    {"xfrm", false},
               {"mac-vtap", false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct cluster cluster = {0};
    cluster_add(&cluster, NNS "status: {currentState: {interfaces: [{name: x, type: %s}]}}\n", cases[i].type);
    if (nic_of(cluster.objects[0], "x")->fits_master != cases[i].fits)
      fail_msg("%s", cases[i].type);
    cluster_free(&cluster);
  }
}

/* An object outlives the text that it was read from by hours, and must not change when other text is read. */
static void an_object_outlives_the_text_it_was_read_from(void **state) {
  (void)state;
  enum { MANY = 50 };
  struct cluster cluster = {0};
  char text[64];
  for (int i = 0; i < MANY; i++) {
    snprintf(text, sizeof text, "10.1.%d.0/24", i);
    add_nad(&cluster, "a", "b", text, ", \"ipRanges\": [{\"range\": \"fd00::/64\"}]");
    cluster_add(&cluster,
                NNS "status: {currentState: {interfaces: [{name: eth%d, type: linux-bridge, controller: elsewhere%d, "
                    "alt-names: [{name: alias%d}], bridge: {port: [{name: port%d, vlan: {tag: %d}}]}}]}}\n",
                i, i, i, i, i + 1);
  }
  for (int i = 0; i < MANY; i++) {
    const struct dw_object *nad = cluster.objects[2 * i], *nns = cluster.objects[2 * i + 1];
    snprintf(text, sizeof text, "10.1.%d.0/24", i);
    assert_string_equal(nad->nad.pools[0].text, text);
    assert_string_equal(nad->nad.pools[0].field, "spec.config.ipam.range");
    assert_string_equal(nad->nad.pools[1].field, "spec.config.ipam.ipRanges[0].range");
    snprintf(text, sizeof text, "eth%d", i);
    assert_string_equal(nns->nns.nics[0].name, text);
    snprintf(text, sizeof text, "elsewhere%d", i);
    assert_string_equal(nns->nns.nics[0].controller, text);
    const struct dw_nic_more *more = nns->nns.nics[0].more;
    snprintf(text, sizeof text, "alias%d", i);
    assert_string_equal(more->alt_names[0], text);
    snprintf(text, sizeof text, "port%d", i);
    assert_string_equal(more->ports[0].name, text);
    assert_int_equal(more->ports[0].vlans[0].first, i + 1);
  }
  cluster_free(&cluster);
}

static void merges_an_ovs_bridge_and_its_port(void **state) {
  (void)state;
  const struct dw_object *nns = reduced(
      NNS "status: {currentState: {interfaces: ["
          "{name: br-ex, type: ovs-interface, state: up, mtu: 1400, controller: br-ex, ipv4: {address: [{ip: "
          "10.0.0.1}]}},"
          "{name: br-ex, type: ovs-bridge, state: down, ipv4: {address: [{ip: 10.0.0.2}]}, bridge: {port: [{name: "
          "br-ex}, {name: eth0}]}},"
          "{name: br-x, type: ovs-bridge, bridge: {port: [{name: br-x}]}}]}}\n");
  assert_int_equal(nns->nns.nic_count, 2);
  const struct dw_nic *bridge = nic_of(nns, "br-ex");
  assert_true(bridge->up);
  assert_int_equal(bridge->type, DW_NIC_OVS_BRIDGE); /* the bridge plugin can't attach to it */
  assert_int_equal(dw_nic_port_count(bridge), 0);
  assert_int_equal(bridge->mtu, 1400);
  assert_int_equal(bridge->address_count, 2);
  assert_null(bridge->controller);
  assert_false(bridge->fits_master);
  assert_int_equal(dw_nic_port_count(nic_of(nns, "br-x")), 0);
  dw_object_unref(nns);
}

static void nic_errors_name_the_field(void **state) {
  (void)state;
#define NICS NNS "status: {currentState: {interfaces: "
  assert_string_equal(refusal(NICS "[{name: a}, {name: b, mtu: '1500'}]}}\n"),
                      "NodeNetworkState w1: status.currentState.interfaces[1].mtu is a string; it must be an "
                      "integer");
  assert_non_null(strstr(refusal(NICS "[{name: a, mtu: -1}]}}\n"), "interfaces[0].mtu is -1; it must be between"));
  assert_non_null(strstr(refusal(NICS "[{name: a, mtu: 4294967296}]}}\n"), "interfaces[0].mtu is 4294967296"));
  assert_non_null(strstr(refusal(NICS "{}}}\n"), "status.currentState.interfaces is an object"));
  assert_non_null(strstr(refusal(NICS "[{name: 5}]}}\n"), "interfaces[0].name is an integer"));
  assert_non_null(
      strstr(refusal(NICS "[{name: a, ipv4: {address: [{ip: x}]}}]}}\n"), "interfaces[0].ipv4.address[0].ip is \"x\""));
  assert_non_null(strstr(refusal(NICS "[{name: a, type: linux-bridge, bridge: {port: b}}]}}\n"),
                         "interfaces[0].bridge.port is a string"));
  assert_non_null(strstr(refusal(NNS "status: {currentState: {routes: {running: [{destination: 1}]}}}\n"),
                         "status.currentState.routes.running[0].destination is an integer"));
}

/* --- any value in any place --- */

struct replacement {
  struct dw_arena *arena;
  int countdown; /* the index of the value to replace, in document order */
  dw_json *with;
};

/* A copy of VALUE with one of its values replaced. */
static dw_json *copy(struct replacement *r, const dw_json *value) {
  if (r->countdown-- == 0)
    return r->with;
  int64_t number = 0;
  bool truth = false;
  dw_json *made = NULL;
  switch (dw_json_type(value)) {
  case DW_JSON_OBJECT:
    made = dw_json_new_object(r->arena);
    for (struct dw_json_member it = dw_json_first(value); it.value != NULL; it = dw_json_next(value, it))
      assert_int_equal(dw_json_set(r->arena, made, it.key, copy(r, it.value)), 0);
    return made;
  case DW_JSON_ARRAY:
    made = dw_json_new_array(r->arena);
    for (size_t i = 0; i < dw_json_size(value); i++)
      assert_int_equal(dw_json_append(r->arena, made, copy(r, dw_json_at(value, i))), 0);
    return made;
  case DW_JSON_STRING:
    return dw_json_new_string(r->arena, dw_json_string(value), strlen(dw_json_string(value)));
  case DW_JSON_INTEGER:
    assert_true(dw_json_integer(value, &number));
    return dw_json_new_integer(r->arena, number);
  case DW_JSON_BOOL:
    assert_true(dw_json_boolean(value, &truth));
    return dw_json_new_bool(truth);
  default:
    return dw_json_new_null();
  }
}

static dw_json *wrong_value(struct dw_arena *arena, int which) {
  switch (which) {
  case 0:
    return dw_json_new_null();
  case 1:
    return dw_json_new_integer(arena, -5);
  case 2:
    return dw_json_new_string(arena, "x", 1);
  case 3:
    return dw_json_new_array(arena);
  case 4:
    return dw_json_new_object(arena);
  default:
    return dw_json_new_bool(true);
  }
}

/* Replaces the value PLACE of TEXT by a wrong one. Returns false if there are fewer values. */
static bool try_replaced(const char *text, int place, int which) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  assert_int_equal(dw_yaml_parse(arena, text, strlen(text), &doc, &err), 0);
  struct replacement r = {arena, place, wrong_value(arena, which)};
  const dw_json *json = copy(&r, doc->root);
  const struct dw_object *object = NULL;
  if (dw_object_reduce(json, "default", &object, &err) == 0) {
    dw_object_unref(object);
  } else {
    assert_null(object);
    assert_string_not_equal(err.text, "");
  }
  return r.countdown < 0;
}

static void accepts_or_refuses_any_value_in_any_place(void **state) {
  (void)state;
  static const char *const samples[] = {
      "{apiVersion: v1, kind: Node, metadata: {name: w1, labels: {a: b}, deletionTimestamp: x}, spec: {podCIDRs: "
      "[10.0.0.0/24], podCIDR: 10.0.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}",
      NNS "status: {currentState: {interfaces: [{name: a, type: ovs-bridge, state: up, mtu: 5, controller: b, master: "
          "c, bridge: {port: [{name: d}]}, ipv4: {address: [{ip: 10.0.0.1}]}, ipv6: {address: [{ip: 'fe80::1'}]}}], "
          "routes: {running: [{destination: 0.0.0.0/0, next-hop-interface: a, table-id: 254}]}}}\n",
      "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {networkType: a, "
      "clusterNetwork: [{cidr: 10.0.0.0/8}], serviceNetwork: [10.0.0.0/8]}, status: {networkType: OVNKubernetes, "
      "clusterNetwork: [{cidr: 10.0.0.0/8}], serviceNetwork: [10.0.0.0/8]}}",
      "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: a}, spec: {cidrs: [10.0.0.0/8]}}",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: kube-system}, data: "
      "{ClusterConfiguration: 'networking: {podSubnet: 10.0.0.0/8}'}}",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: cluster-config-v1, namespace: kube-system}, data: "
      "{install-config: 'networking: {machineNetwork: [{cidr: 10.0.0.0/8}]}'}}",
      NAD ", labels: {droveway.io/migration-network: 'true'}}\nspec: {config: '{\"name\": \"x\"}'}\n",
      "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: a, annotations: "
      "{kubevirt.kubevirt.io/jsonpatch: '[]'}}, spec: {virtualization: {liveMigrationConfig: {network: a}}}}",
      "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: m}, spec: {vmiName: a}, "
      "status: {phase: Failed}}",
      "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: m}, status: {migrationState: "
      "{targetNodeAddress: a, completed: true}}}",
  };
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
    for (int which = 0; which < 6; which++)
      for (int place = 0; try_replaced(samples[i], place, which); place++)
        continue;
}

/* --- references --- */

static void *take_and_give(void *context) {
  const struct dw_object *object = context;
  for (int i = 0; i < 20000; i++)
    dw_object_unref(dw_object_ref(object));
  return NULL;
}

static void references_are_counted_across_threads(void **state) {
  (void)state;
  const struct dw_object *object = reduced("{apiVersion: v1, kind: Node, metadata: {name: w1}}");
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, (void *)(uintptr_t)object), 0);
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  assert_string_equal(object->name, "w1");
  dw_object_unref(object);
  dw_object_unref(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_kinds_by_group_and_name),
      cmocka_unit_test(accepts_any_version_of_a_group),
      cmocka_unit_test(other_kinds_are_skipped),
      cmocka_unit_test(refuses_what_is_not_an_object),
      cmocka_unit_test(accepts_items_without_kind_if_it_is_known),
      cmocka_unit_test(the_kind_decides_about_the_namespace),
      cmocka_unit_test(deletion_is_reported),
      cmocka_unit_test(keeps_the_uid_of_objects_that_get_events),
      cmocka_unit_test(a_nad_keeps_name_and_pools),
      cmocka_unit_test(a_nad_without_readable_config_has_no_pools),
      cmocka_unit_test(reads_the_traits_of_a_migration_network),
      cmocka_unit_test(the_label_is_read),
      cmocka_unit_test(reads_the_networks_of_users),
      cmocka_unit_test(refuses_users_with_values_of_the_wrong_type),
      cmocka_unit_test(reads_whether_a_migration_has_finished),
      cmocka_unit_test(reads_where_an_instance_migrated_to),
      cmocka_unit_test(reads_labels_and_addresses_of_nodes),
      cmocka_unit_test(reads_a_single_pod_cidr),
      cmocka_unit_test(migration_errors_name_the_field),
      cmocka_unit_test(node_errors_name_the_field),
      cmocka_unit_test(errors_of_cluster_networks_name_the_field),
      cmocka_unit_test(prefers_the_status_of_openshifts_network),
      cmocka_unit_test(ovn_kubernetes_adds_its_own_subnets),
      cmocka_unit_test(changed_ovn_subnets_are_read),
      cmocka_unit_test(address_pools_are_read),
      cmocka_unit_test(service_cidrs_are_read),
      cmocka_unit_test(kubeadm_config_is_read),
      cmocka_unit_test(install_config_is_read),
      cmocka_unit_test(broken_embedded_yaml_is_refused),
      cmocka_unit_test(nics_are_read),
      cmocka_unit_test(reads_rare_properties_of_nics),
      cmocka_unit_test(a_rare_property_of_a_nic_counts_as_a_change),
      cmocka_unit_test(only_physical_nics_bonds_and_vlans_can_be_masters),
      cmocka_unit_test(an_object_outlives_the_text_it_was_read_from),
      cmocka_unit_test(merges_an_ovs_bridge_and_its_port),
      cmocka_unit_test(nic_errors_name_the_field),
      cmocka_unit_test(accepts_or_refuses_any_value_in_any_place),
      cmocka_unit_test(references_are_counted_across_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
