#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Metadata that an API server adds to all objects, and no rule reads. */
#define NOISE                                                                                                          \
  "  uid: 5c1f\n"                                                                                                      \
  "  resourceVersion: '7'\n"                                                                                           \
  "  generation: 3\n"                                                                                                  \
  "  creationTimestamp: 2026-01-01T00:00:00Z\n"                                                                        \
  "  finalizers: [example.com/keep]\n"                                                                                 \
  "  managedFields: [{manager: kubectl, operation: Update, fieldsV1: {'f:spec': {}}}]\n"

/* An object of each kind and form that the rules read, and the result of pruning it. */
struct sample {
  enum dw_kind kind;
  const char *head; /* apiVersion and kind, which items of a list do not have */
  const char *rest;
  const char *left;
};

enum {
  NAD,
  HCO_V1BETA1,
  HCO_V1,
  KUBEVIRT,
  NODE,
  NNS,
  NETWORK,
  SERVICE_CIDR,
  NETWORK_OPERATOR,
  ADDRESS_POOL,
  KUBEADM,
  INSTALL_CONFIG,
  MIGRATION,
  VMI,
  SAMPLE_COUNT
};

static const struct sample samples[SAMPLE_COUNT] = {
    [NAD] =
        {DW_KIND_NAD, "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n",
         "metadata:\n"
         "  name: live\n"
         "  namespace: openshift-cnv\n"
         "  labels: {droveway.io/migration-network: 'true', team: a}\n"
         "  annotations: {forklift.konveyor.io/route: 10.9.0.1, k8s.v1.cni.cncf.io/resourceName: example.com/x}\n" NOISE
         "spec:\n"
         "  config: '{\"cniVersion\": \"0.3.1\", \"name\": \"live\", \"type\": \"macvlan\", \"master\": \"eth1\", "
         "\"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.1.0.0/24\"}}'\n"
         "  other: 1\n"
         "status: {seen: 1}\n",
         "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: live, namespace: "
         "openshift-cnv, labels: {droveway.io/migration-network: 'true', team: a}, annotations: "
         "{forklift.konveyor.io/route: 10.9.0.1, k8s.v1.cni.cncf.io/resourceName: example.com/x}}, spec: {config: "
         "'{\"cniVersion\": \"0.3.1\", \"name\": \"live\", \"type\": \"macvlan\", \"master\": \"eth1\", \"ipam\": "
         "{\"type\": \"whereabouts\", \"range\": \"10.1.0.0/24\"}}'}}"},
    [HCO_V1BETA1] =
        {DW_KIND_HYPERCONVERGED, "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n",
         "metadata:\n"
         "  name: kubevirt-hyperconverged\n"
         "  namespace: openshift-cnv\n"
         "  labels: {app: hco}\n"
         "  annotations:\n"
         "    deployOVS: 'false'\n"
         "    kubevirt.kubevirt.io/jsonpatch: "
         "'[{\"op\": \"add\", \"path\": \"/spec/configuration/migrations/network\", \"value\": \"patched\"}]'\n" NOISE
         "spec:\n"
         "  liveMigrationConfig: {network: live, parallelMigrationsPerCluster: 5}\n"
         "  evictionStrategy: LiveMigrate\n"
         "  featureGates: {decentralizedLiveMigration: true}\n"
         "  workloads: {nodePlacement: {nodeSelector: {virt: on}}}\n"
         "  infra: {nodePlacement: {tolerations: [{operator: Exists}]}}\n"
         "  certConfig: {ca: {duration: 48h}}\n"
         "status: {conditions: [{type: Available, lastHeartbeatTime: 2026-01-01T00:00:00Z}]}\n",
         "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "
         "namespace: openshift-cnv, labels: {app: hco}, annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\": "
         "\"add\", \"path\": \"/spec/configuration/migrations/network\", \"value\": \"patched\"}]'}}, spec: "
         "{liveMigrationConfig: {network: live, parallelMigrationsPerCluster: 5}, evictionStrategy: LiveMigrate, "
         "featureGates: {decentralizedLiveMigration: true}, workloads: {nodePlacement: {nodeSelector: {virt: on}}}, "
         "infra: {nodePlacement: {tolerations: [{operator: Exists}]}}}}"},
    [HCO_V1] =
        {DW_KIND_HYPERCONVERGED, "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\n",
         "metadata:\n"
         "  name: kubevirt-hyperconverged\n"
         "  namespace: openshift-cnv\n" NOISE "spec:\n"
         "  featureGates: [{name: decentralizedLiveMigration, state: Disabled}]\n"
         "  virtualization:\n"
         "    liveMigrationConfig: {network: live, bandwidthPerMigration: 64Mi}\n"
         "    evictionStrategy: None\n"
         "    workloadUpdateStrategy: {batchEvictionSize: 10}\n"
         "  deployment: {uninstallStrategy: RemoveWorkloads, nodePlacements: {workload: {nodeSelector: {a: b}}}}\n"
         "status: {observedGeneration: 3}\n",
         "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "
         "namespace: openshift-cnv}, spec: {featureGates: [{name: decentralizedLiveMigration, state: "
         "Disabled}], virtualization: {liveMigrationConfig: {network: live, bandwidthPerMigration: 64Mi}, "
         "evictionStrategy: None}, deployment: {nodePlacements: {workload: {nodeSelector: {a: b}}}}}}"},
    [KUBEVIRT] =
        {DW_KIND_KUBEVIRT, "apiVersion: kubevirt.io/v1\nkind: KubeVirt\n",
         "metadata:\n"
         "  name: kubevirt\n"
         "  namespace: kubevirt\n"
         "  labels: {app.kubernetes.io/managed-by: hco-operator}\n"
         "  annotations: {kubevirt.io/latest-observed-api-version: v1}\n" NOISE "spec:\n"
         "  configuration:\n"
         "    migrations: {network: live, parallelMigrationsPerCluster: 5}\n"
         "    evictionStrategy: LiveMigrate\n"
         "    developerConfiguration: {featureGates: [DecentralizedLiveMigration], disabledFeatureGates: [Other], "
         "logVerbosity: {virtHandler: 4}}\n"
         "    network: {defaultNetworkInterface: masquerade}\n"
         "  workloads: {nodePlacement: {nodeSelector: {a: b}}}\n"
         "  infra: {replicas: 3, nodePlacement: {nodeSelector: {c: d}}}\n"
         "  imagePullPolicy: Always\n"
         "status: {phase: Deployed, observedKubeVirtVersion: v1.9.0}\n",
         "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: kubevirt, labels: "
         "{app.kubernetes.io/managed-by: hco-operator}}, spec: {configuration: {migrations: {network: live, "
         "parallelMigrationsPerCluster: 5}, evictionStrategy: LiveMigrate, developerConfiguration: {featureGates: "
         "[DecentralizedLiveMigration], disabledFeatureGates: [Other]}}, workloads: {nodePlacement: {nodeSelector: {a: "
         "b}}}, infra: {replicas: 3, nodePlacement: {nodeSelector: {c: d}}}}, status: {observedKubeVirtVersion: "
         "v1.9.0}}"},
    [NODE] = {DW_KIND_NODE, "apiVersion: v1\nkind: Node\n",
              "metadata:\n"
              "  name: worker-1\n"
              "  labels: {kubevirt.io/schedulable: 'true', zone: a}\n"
              "  annotations: {kubevirt.io/heartbeat: 2026-01-01T00:00:00Z}\n" NOISE "spec:\n"
              "  podCIDR: 10.128.0.0/24\n"
              "  podCIDRs: [10.128.0.0/24, 'fd01::/64']\n"
              "  providerID: aws:///i-1\n"
              "  taints: [{key: virt, value: only, effect: NoSchedule}]\n"
              "status:\n"
              "  addresses: [{type: InternalIP, address: 192.168.1.5}, {type: Hostname, address: worker-1}]\n"
              "  conditions: [{type: Ready, lastHeartbeatTime: 2026-01-01T00:00:00Z}]\n"
              "  images: [{names: [a], sizeBytes: 5}]\n"
              "  allocatable: {openshift.io/mignics: '4'}\n"
              "  nodeInfo: {kubeletVersion: v1.36.0}\n",
              "{apiVersion: v1, kind: Node, metadata: {name: worker-1, labels: {kubevirt.io/schedulable: 'true', zone: "
              "a}}, spec: {podCIDR: 10.128.0.0/24, podCIDRs: [10.128.0.0/24, 'fd01::/64'], taints: [{key: virt, value: "
              "only, effect: NoSchedule}]}, status: {addresses: [{type: InternalIP, address: 192.168.1.5}, {type: "
              "Hostname, address: worker-1}], allocatable: {openshift.io/mignics: '4'}}}"},
    [NNS] =
        {DW_KIND_NODE_NETWORK_STATE, "apiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\n",
         "metadata:\n"
         "  name: worker-1\n"
         "  ownerReferences: [{kind: Node, name: worker-1}]\n" NOISE "status:\n"
         "  lastSuccessfulUpdateTime: 2026-01-01T00:00:00Z\n"
         "  handlerNmstateVersion: 2.2.44\n"
         "  currentState:\n"
         "    dns-resolver: {running: {server: [192.168.1.1]}}\n"
         "    interfaces:\n"
         "    - {name: eth0, type: ethernet, state: up, mtu: 1500, controller: br0, mac-address: aa, "
         "ethernet: {speed: 10000}}\n"
         "    - {name: eth1, type: bond, state: down, master: br1, alt-names: [{name: storage}]}\n"
         "    - {name: eth1.5, type: vlan, vlan: {base-iface: eth1, id: 5, protocol: 802.1q}}\n"
         "    - {name: eth2, type: ethernet, lldp: {enabled: false}}\n"
         "    - {name: br9, type: linux-bridge}\n"
         "    - name: br0\n"
         "      type: linux-bridge\n"
         "      state: up\n"
         "      bridge: {options: {group-forward-mask: 0, vlan-default-pvid: 7}, port: [{name: eth0, stp-priority: 32, "
         "vlan: "
         "{mode: trunk, trunk-tags: [{id: 5}]}}]}\n"
         "      ipv4: {enabled: true, dhcp: true, address: [{ip: 192.168.1.5, prefix-length: 24, valid-lft: 99s}]}\n"
         "      ipv6: {enabled: true, address: [{ip: 'fe80::5', prefix-length: 64}]}\n"
         "    ovn: {bridge-mappings: [{localnet: physnet, bridge: br-ex, state: present}], x: 1}\n"
         "    routes:\n"
         "      config: []\n"
         "      running:\n"
         "      - {destination: 0.0.0.0/0, next-hop-interface: br0, table-id: 254, next-hop-address: 192.168.1.1, "
         "metric: 425}\n",
         "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: worker-1}, status: "
         "{currentState: {interfaces: [{name: eth0, type: ethernet, state: up, mtu: 1500, controller: br0, ethernet: "
         "{speed: 10000}}, {name: eth1, type: bond, state: down, master: br1, alt-names: [{name: storage}]}, {name: "
         "eth1.5, type: vlan, vlan: {base-iface: eth1, id: 5}}, {name: eth2, type: ethernet}, {name: br9, type: "
         "linux-bridge}, "
         "{name: br0, type: linux-bridge, "
         "state: up, bridge: {options: {vlan-default-pvid: 7}, port: "
         "[{name: eth0, vlan: {mode: trunk, trunk-tags: [{id: 5}]}}]}, ipv4: {address: [{ip: 192.168.1.5}]}, ipv6: "
         "{address: [{ip: 'fe80::5'}]}}], ovn: "
         "{bridge-mappings: [{localnet: physnet, bridge: br-ex, state: present}]}, routes: "
         "{running: [{destination: 0.0.0.0/0, next-hop-interface: br0, table-id: 254}]}}}}"},
    [NETWORK] =
        {DW_KIND_NETWORK, "apiVersion: config.openshift.io/v1\nkind: Network\n",
         "metadata:\n"
         "  name: cluster\n"
         "  annotations: {include.release.openshift.io/x: 'true'}\n" NOISE "spec:\n"
         "  clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}]\n"
         "  serviceNetwork: [172.30.0.0/16]\n"
         "  networkType: Other\n"
         "  externalIP: {policy: {}}\n"
         "status:\n"
         "  clusterNetwork: [{cidr: 10.132.0.0/14, hostPrefix: 23}]\n"
         "  serviceNetwork: [172.31.0.0/16]\n"
         "  networkType: OVNKubernetes\n"
         "  clusterNetworkMTU: 1400\n"
         "  conditions: [{type: NetworkDiagnosticsAvailable}]\n",
         "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {clusterNetwork: "
         "[{cidr: 10.128.0.0/14, hostPrefix: 23}], serviceNetwork: [172.30.0.0/16], networkType: Other}, "
         "status: {clusterNetwork: [{cidr: 10.132.0.0/14, hostPrefix: 23}], serviceNetwork: [172.31.0.0/16], "
         "networkType: OVNKubernetes}}"},
    [NETWORK_OPERATOR] =
        {DW_KIND_NETWORK_OPERATOR, "apiVersion: operator.openshift.io/v1\nkind: Network\n",
         "metadata:\n"
         "  name: cluster\n"
         "  annotations: {networkoperator.openshift.io/x: y}\n" NOISE "spec:\n"
         "  logLevel: Normal\n"
         "  defaultNetwork:\n"
         "    type: OVNKubernetes\n"
         "    ovnKubernetesConfig:\n"
         "      mtu: 1400\n"
         "      v4InternalSubnet: 100.65.0.0/16\n"
         "      v6InternalSubnet: 'fd96::/64'\n"
         "      ipv4: {internalTransitSwitchSubnet: 100.89.0.0/16}\n"
         "      ipv6: {internalTransitSwitchSubnet: 'fd95::/64'}\n"
         "      gatewayConfig: {routingViaHost: false, ipv4: {internalMasqueradeSubnet: 169.254.128.0/17}, ipv6: "
         "{internalMasqueradeSubnet: 'fd68::/112'}}\n"
         "      hybridOverlayConfig: {hybridClusterNetwork: [{cidr: 10.132.0.0/14, hostPrefix: 23}]}\n"
         "status:\n"
         "  version: 4.20.1\n",
         "{apiVersion: operator.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {defaultNetwork: "
         "{ovnKubernetesConfig: {v4InternalSubnet: 100.65.0.0/16, v6InternalSubnet: 'fd96::/64', ipv4: "
         "{internalTransitSwitchSubnet: 100.89.0.0/16}, ipv6: {internalTransitSwitchSubnet: 'fd95::/64'}, "
         "gatewayConfig: {ipv4: {internalMasqueradeSubnet: 169.254.128.0/17}, ipv6: {internalMasqueradeSubnet: "
         "'fd68::/112'}}, hybridOverlayConfig: {hybridClusterNetwork: [{cidr: 10.132.0.0/14, hostPrefix: 23}]}}}}}"},
    [ADDRESS_POOL] = {DW_KIND_ADDRESS_POOL, "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n",
                      "metadata:\n"
                      "  name: lab\n"
                      "  namespace: metallb-system\n" NOISE "spec:\n"
                      "  addresses: [10.7.0.5-10.7.0.9]\n"
                      "  autoAssign: true\n",
                      "{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: {name: lab, namespace: "
                      "metallb-system}, spec: {addresses: [10.7.0.5-10.7.0.9]}}"},
    [SERVICE_CIDR] = {DW_KIND_SERVICE_CIDR, "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\n",
                      "metadata:\n"
                      "  name: kubernetes\n" NOISE "spec:\n"
                      "  cidrs: [10.96.0.0/12, 'fd02::/108']\n"
                      "status: {conditions: [{type: Ready, status: 'True'}]}\n",
                      "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: kubernetes}, spec: "
                      "{cidrs: [10.96.0.0/12, 'fd02::/108']}}"},
    [KUBEADM] = {DW_KIND_CONFIG_MAP, "apiVersion: v1\nkind: ConfigMap\n",
                 "metadata:\n"
                 "  name: kubeadm-config\n"
                 "  namespace: kube-system\n" NOISE "data:\n"
                 "  ClusterConfiguration: |\n"
                 "    kind: ClusterConfiguration\n"
                 "    kubernetesVersion: v1.36.0\n"
                 "    etcd: {local: {dataDir: /var/lib/etcd}}\n"
                 "    networking:\n"
                 "      dnsDomain: cluster.local\n"
                 "      podSubnet: 10.244.0.0/16\n"
                 "      serviceSubnet: 10.96.0.0/12\n"
                 "  ClusterStatus: 'x'\n",
                 "{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: kube-system}, data: "
                 "{ClusterConfiguration: '{\"networking\":{\"podSubnet\":\"10.244.0.0/16\",\"serviceSubnet\":"
                 "\"10.96.0.0/12\"}}'}}"},
    [INSTALL_CONFIG] =
        {DW_KIND_CONFIG_MAP, "apiVersion: v1\nkind: ConfigMap\n",
         "metadata:\n"
         "  name: cluster-config-v1\n"
         "  namespace: kube-system\n" NOISE "data:\n"
         "  install-config: |\n"
         "    baseDomain: example.com\n"
         "    networking:\n"
         "      networkType: OVNKubernetes\n"
         "      machineNetwork: [{cidr: 192.168.1.0/24}]\n"
         "      machineCIDR: 192.168.0.0/24\n"
         "    platform: {baremetal: {hosts: [{bmc: {username: admin, password: hush-password}}]}}\n"
         "    pullSecret: hush-pull\n"
         "    sshKey: hush-ssh\n",
         "{apiVersion: v1, kind: ConfigMap, metadata: {name: cluster-config-v1, namespace: kube-system}, data: "
         "{install-config: '{\"networking\":{\"machineNetwork\":[{\"cidr\":\"192.168.1.0/24\"}],\"machineCIDR\":"
         "\"192.168.0.0/24\"}}'}}"},
    [MIGRATION] = {DW_KIND_MIGRATION, "apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstanceMigration\n",
                   "metadata:\n"
                   "  name: move\n"
                   "  namespace: vms\n" NOISE "spec: {vmiName: vm-1, addedNodeSelector: {zone: b}}\n"
                   "status: {phase: Running, phaseTransitionTimestamps: [{phase: Pending}]}\n",
                   "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {name: move, "
                   "namespace: vms}, spec: {vmiName: vm-1}, status: {phase: Running}}"},
    [VMI] = {DW_KIND_VMI, "apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstance\n",
             "metadata:\n"
             "  name: vm-1\n"
             "  namespace: vms\n" NOISE "spec: {domain: {cpu: {cores: 4}}, volumes: [{cloudInitNoCloud: {userData: "
             "hush}}]}\n"
             "status:\n"
             "  nodeName: worker-1\n"
             "  migrationState: {targetNodeAddress: 10.1.0.7, completed: false, sourceNode: worker-1}\n"
             "  interfaces: [{ipAddress: 10.0.0.5}]\n",
             "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: vm-1, namespace: vms}, "
             "status: {migrationState: {targetNodeAddress: 10.1.0.7, completed: false}}}"},
};

/* --- reading the samples --- */

static const dw_json *json_of(struct dw_arena *arena, const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(arena, text, strlen(text), &doc, &err) != 0)
    fail_msg("line %d: %s\n%s", err.line, err.text, text);
  return doc->root;
}

static const char *text_of(struct dw_arena *arena, const struct sample *sample) {
  return dw_arena_printf(arena, "%s%s", sample->head, sample->rest);
}

static const struct dw_object *object_of(const dw_json *json) {
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  if (dw_object_reduce(json, "default", &object, &err) != 0)
    fail_msg("%s", err.text);
  assert_non_null(object);
  return object;
}

static void assert_json(struct dw_arena *arena, const dw_json *json, const dw_json *expected) {
  if (!dw_json_equal(json, expected))
    fail_msg("\n%s\n  is not\n%s", dw_json_text(arena, json), dw_json_text(arena, expected));
}

static bool same_in(const dw_json *a, const dw_json *b) {
  const struct dw_object *first = object_of(a);
  const struct dw_object *second = object_of(b);
  bool same = dw_object_same(first, second);
  assert_int_equal(dw_object_same(second, first), same);
  dw_object_unref(first);
  dw_object_unref(second);
  return same;
}

/* --- pruning --- */

static void drops_what_no_rule_reads(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLE_COUNT; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *json = json_of(arena, text_of(arena, &samples[i]));
    const dw_json *pruned = dw_object_prune(arena, samples[i].kind, "v0", json);
    assert_json(arena, pruned, json_of(arena, samples[i].left));
    assert_null(strstr(dw_json_text(arena, pruned), "hush"));
  }
}

static void does_not_change_the_original(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLE_COUNT; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *text = text_of(arena, &samples[i]);
    const dw_json *json = json_of(arena, text);
    (void)!dw_object_prune(arena, samples[i].kind, "v0", json);
    assert_json(arena, json, json_of(arena, text));
  }
}

static void the_result_reduces_to_the_same_object(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLE_COUNT; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *json = json_of(arena, text_of(arena, &samples[i]));
    if (!same_in(json, dw_object_prune(arena, samples[i].kind, "v0", json)))
      fail_msg("%s", text_of(arena, &samples[i]));
  }
}

static void pruning_again_removes_nothing_more(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLE_COUNT; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *json = json_of(arena, text_of(arena, &samples[i]));
    const dw_json *once = dw_object_prune(arena, samples[i].kind, "v0", json);
    const dw_json *twice = dw_object_prune(arena, samples[i].kind, "v9", once);
    assert_string_equal(dw_json_text(arena, twice), dw_json_text(arena, once));
  }
}

/* --- paths --- */

static void the_paths_select_everything_that_pruning_keeps(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLE_COUNT; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *json = json_of(arena, text_of(arena, &samples[i]));
    const char *text = dw_json_text(arena, json);
    const dw_json *some = dw_json_select(arena, text, strlen(text), dw_object_paths, DW_JSON_PLAIN);
    assert_true(same_in(some, json));
    assert_json(arena, dw_object_prune(arena, samples[i].kind, "v0", some),
                dw_object_prune(arena, samples[i].kind, "v0", json));
    assert_non_null(dw_json_path(some, "metadata", "resourceVersion", NULL));
    assert_null(dw_json_path(some, "metadata", "managedFields", NULL));
    const char *event = dw_arena_printf(arena, "{\"type\":\"ADDED\",\"object\":%s}", text);
    const dw_json *read = dw_json_select(arena, event, strlen(event), dw_event_paths, DW_JSON_PLAIN);
    assert_json(arena, dw_json_get(read, "object"), some);
    assert_string_equal(dw_json_get_string(read, "type"), "ADDED");
  }
}

static void the_paths_select_what_identifies_an_object(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  static const char text[] = "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\","
                             "\"metadata\":{\"name\":\"a\",\"uid\":\"5c1f\",\"deletionTimestamp\":\"2026\"}}";
  const struct dw_object *object =
      object_of(dw_json_select(arena, text, sizeof text - 1, dw_object_paths, DW_JSON_PLAIN));
  assert_string_equal(object->uid, "5c1f");
  assert_true(object->deleting);
  dw_object_unref(object);
}

static void the_paths_select_both_names_of_a_controller(void **state) {
  (void)state;
  static const char *const keys[] = {"controller", "master"};
  for (size_t i = 0; i < COUNT(keys); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *text = dw_arena_printf(arena,
                                       "{\"apiVersion\":\"nmstate.io/v1\",\"kind\":\"NodeNetworkState\",\"metadata\":"
                                       "{\"name\":\"a\"},\"status\":{\"currentState\":{\"interfaces\":[{\"name\":"
                                       "\"eth0\",\"%s\":\"bond0\"}]}}}",
                                       keys[i]);
    const struct dw_object *object =
        object_of(dw_json_select(arena, text, strlen(text), dw_object_paths, DW_JSON_PLAIN));
    assert_string_equal(object->nns.nics[0].controller, "bond0");
    dw_object_unref(object);
  }
}

static void a_deletion_is_kept(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *going = json_of(arena, "{apiVersion: v1, kind: Node, metadata: {name: a, uid: b, deletionTimestamp: "
                                        "'2026-01-01T00:00:00Z'}}");
  const struct dw_object *object = object_of(dw_object_prune(arena, DW_KIND_NODE, "v1", going));
  assert_true(object->deleting);
  dw_object_unref(object);
  assert_false(same_in(going, json_of(arena, "{apiVersion: v1, kind: Node, metadata: {name: a, uid: b}}")));
}

static void keeps_the_name_of_an_object_with_nothing_else(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *pruned = dw_object_prune(arena, DW_KIND_NAD, "v1", json_of(arena, "{metadata: {name: a}}"));
  assert_json(arena, pruned,
              json_of(arena, "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: "
                             "a}}"));
}

static void drops_unreadable_yaml_in_a_config_map(void **state) {
  (void)state;
  static const char *const texts[] = {"'pullSecret: [hush'", "'- hush'", "'networking: [hush'"};
  for (size_t i = 0; i < COUNT(texts); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *json =
        json_of(arena, dw_arena_printf(arena,
                                       "{apiVersion: v1, kind: ConfigMap, metadata: {name: cluster-config-v1, "
                                       "namespace: kube-system}, data: {install-config: %s}}",
                                       texts[i]));
    const dw_json *pruned = dw_object_prune(arena, DW_KIND_CONFIG_MAP, "v1", json);
    const struct dw_object *object = NULL;
    assert_int_equal(dw_object_reduce(json, "", &object, NULL), -1);
    assert_int_equal(dw_object_reduce(pruned, "", &object, NULL), -1);
    assert_null(strstr(dw_json_text(arena, pruned), "hush"));
  }
}

/* Otherwise a snapshot would hide an error that the cluster is warned about. */
static void still_refuses_values_of_the_wrong_type(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "{apiVersion: v1, kind: Node, metadata: {name: a}, spec: []}",
      "{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDRs: {a: b}}}",
      "{apiVersion: v1, kind: Node, metadata: {name: a, labels: [a]}}",
      "{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [5]}}",
      "{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: InternalIP, address: x}]}}",
      "{apiVersion: nmstate.io/v1, kind: NodeNetworkState, metadata: {name: a}, status: {currentState: x}}",
      "{apiVersion: nmstate.io/v1, kind: NodeNetworkState, metadata: {name: a}, status: {currentState: {interfaces: "
      "{eth0: x}}}}",
      "{apiVersion: nmstate.io/v1, kind: NodeNetworkState, metadata: {name: a}, status: {currentState: {interfaces: "
      "[{name: a, mtu: -1}]}}}",
      "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, spec: {serviceNetwork: [5]}}",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: kube-system}, data: []}",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: kubeadm-config, namespace: kube-system}, data: "
      "{ClusterConfiguration: 5}}",
      "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: a}, spec: {liveMigrationConfig: "
      "x}}",
      "{apiVersion: hco.kubevirt.io/v1, kind: HyperConverged, metadata: {name: a}, spec: {virtualization: []}}",
      "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: a}, spec: {configuration: {migrations: {network: "
      "5}}}}",
      "{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, metadata: {name: a}, status: {migrationState: "
      "{completed: 5}}}",
  };
  for (size_t i = 0; i < COUNT(wrong); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *json = json_of(arena, wrong[i]);
    const char *version = dw_json_get_string(json, "apiVersion");
    const char *slash = strchr(version, '/');
    const char *group = slash == NULL ? "" : dw_arena_strndup(arena, version, (size_t)(slash - version));
    enum dw_kind kind = dw_kind_of(group, dw_json_get_string(json, "kind"));
    const struct dw_object *object = NULL;
    struct dw_error before = DW_ERROR_INIT;
    struct dw_error after = DW_ERROR_INIT;
    assert_int_equal(dw_object_reduce(json, "", &object, &before), -1);
    assert_int_equal(dw_object_reduce(dw_object_prune(arena, kind, "v1", json), "", &object, &after), -1);
    assert_string_equal(after.text, before.text);
  }
}

/* --- same or not --- */

static const char *replaced(struct dw_arena *arena, const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  if (at == NULL)
    fail_msg("\"%s\" does not stand in\n%s", from, text);
  return dw_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

struct edit {
  size_t sample;
  const char *from, *to;
};

static void ignores_a_change_that_no_rule_reads(void **state) {
  (void)state;
  static const struct edit edits[] = {
      {NAD, "resourceVersion: '7'", "resourceVersion: '8'"},
      {NAD, "team: a", "team: b"},
      {NAD, "manager: kubectl", "manager: argo"},
      {NAD, "seen: 1", "seen: 2"},
      {HCO_V1BETA1, "generation: 3", "generation: 4"},
      {HCO_V1BETA1, "deployOVS: 'false'", "deployOVS: 'true'"},
      {HCO_V1BETA1, "lastHeartbeatTime: 2026-01-01T00:00:00Z", "lastHeartbeatTime: 2026-01-01T00:01:00Z"},
      {HCO_V1BETA1, "duration: 48h", "duration: 24h"},
      {HCO_V1, "observedGeneration: 3", "observedGeneration: 4"},
      {HCO_V1, "batchEvictionSize: 10", "batchEvictionSize: 20"},
      {KUBEVIRT, "phase: Deployed", "phase: Deploying"},
      {KUBEVIRT, "virtHandler: 4", "virtHandler: 5"},
      {KUBEVIRT, "imagePullPolicy: Always", "imagePullPolicy: Never"},
      {NODE, "kubevirt.io/heartbeat: 2026-01-01T00:00:00Z", "kubevirt.io/heartbeat: 2026-01-01T00:01:00Z"},
      {NODE, "lastHeartbeatTime: 2026-01-01T00:00:00Z", "lastHeartbeatTime: 2026-01-01T00:01:00Z"},
      {NODE, "sizeBytes: 5", "sizeBytes: 6"},
      {NODE, "{type: Hostname, address: worker-1}", "{type: Hostname, address: worker-2}"},
      {NNS, "lastSuccessfulUpdateTime: 2026-01-01T00:00:00Z", "lastSuccessfulUpdateTime: 2026-01-01T00:01:00Z"},
      {NNS, "valid-lft: 99s", "valid-lft: 98s"},
      {NNS, "protocol: 802.1q", "protocol: 802.1ad"},
      {NNS, "stp-priority: 32", "stp-priority: 33"},
      {NNS, "metric: 425", "metric: 426"},
      {NETWORK, "type: NetworkDiagnosticsAvailable", "type: Other"},
      {NETWORK, "spec:\n  clusterNetwork: [{cidr: 10.128", "spec:\n  clusterNetwork: [{cidr: 10.192"},
      {SERVICE_CIDR, "status: 'True'", "status: 'False'"},
      {NETWORK_OPERATOR, "mtu: 1400", "mtu: 8900"},
      {NETWORK_OPERATOR, "version: 4.20.1", "version: 4.20.2"},
      {NETWORK_OPERATOR, "routingViaHost: false", "routingViaHost: true"},
      {ADDRESS_POOL, "autoAssign: true", "autoAssign: false"},
      {KUBEADM, "kubernetesVersion: v1.36.0", "kubernetesVersion: v1.36.1"},
      {INSTALL_CONFIG, "hush-pull", "other"},
      {MIGRATION, "phase: Running", "phase: Pending"},
      {MIGRATION, "zone: b", "zone: c"},
      {VMI, "ipAddress: 10.0.0.5", "ipAddress: 10.0.0.6"},
      {VMI, "sourceNode: worker-1", "sourceNode: worker-2"},
  };
  for (size_t i = 0; i < COUNT(edits); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const char *text = text_of(arena, &samples[edits[i].sample]);
    const char *edited = replaced(arena, text, edits[i].from, edits[i].to);
    if (!same_in(json_of(arena, text), json_of(arena, edited)))
      fail_msg("%s, then %s", edits[i].from, edits[i].to);
  }
}

/* Both before and after pruning. */
static void notices_a_change_that_rules_read(void **state) {
  (void)state;
  static const struct edit edits[] = {
      {NAD, "name: live", "name: other"},
      {NAD, "namespace: openshift-cnv", "namespace: other"},
      {NAD, "example.com/x", "example.com/y"},
      {NAD, "migration-network: 'true'", "migration-network: 'false'"},
      {NAD, "droveway.io/migration-network: 'true', ", ""},
      {NAD, "10.1.0.0/24", "10.1.0.0/25"},
      {NAD, "  config: ", "  configuration: "},
      {HCO_V1BETA1, "network: live", "network: other"},
      {HCO_V1BETA1, "network: live, ", ""},
      {HCO_V1BETA1, "parallelMigrationsPerCluster: 5", "parallelMigrationsPerCluster: 6"},
      {HCO_V1BETA1, "evictionStrategy: LiveMigrate", "evictionStrategy: None"},
      {HCO_V1BETA1, "decentralizedLiveMigration: true", "decentralizedLiveMigration: false"},
      {HCO_V1BETA1, "\"patched\"", "\"other\""},
      {HCO_V1, "network: live", "network: other"},
      {HCO_V1, "bandwidthPerMigration: 64Mi", "bandwidthPerMigration: 32Mi"},
      {HCO_V1, "evictionStrategy: None", "evictionStrategy: LiveMigrate"},
      {HCO_V1, "state: Disabled", "state: Enabled"},
      {HCO_V1, "nodeSelector: {a: b}", "nodeSelector: {a: c}"},
      {HCO_V1BETA1, "nodeSelector: {virt: on}", "nodeSelector: {virt: off}"},
      {HCO_V1BETA1, "{operator: Exists}", "{operator: Exists, key: a}"},
      {KUBEVIRT, "nodeSelector: {a: b}", "nodeSelector: {a: c}"},
      {KUBEVIRT, "nodeSelector: {c: d}", "nodeSelector: {c: e}"},
      {KUBEVIRT, "replicas: 3", "replicas: 4"},
      {KUBEVIRT, "v1.9.0", "v1.10.0"},
      {NODE, "key: virt,", "key: other,"},
      {NODE, "value: only,", ""},
      {NODE, "effect: NoSchedule", "effect: NoExecute"},
      {NODE, "effect: NoSchedule", "effect: PreferNoSchedule"},
      {NODE, "mignics: '4'", "mignics: '3'"},
      {NODE, "openshift.io/mignics", "openshift.io/nics"},
      {KUBEVIRT, "network: live", "network: other"},
      {KUBEVIRT, "evictionStrategy: LiveMigrate", "evictionStrategy: None"},
      {KUBEVIRT, "featureGates: [DecentralizedLiveMigration]", "featureGates: []"},
      {KUBEVIRT, "disabledFeatureGates: [Other]", "disabledFeatureGates: [DecentralizedLiveMigration]"},
      {KUBEVIRT, "managed-by: hco-operator", "managed-by: helm"},
      {NODE, "schedulable: 'true'", "schedulable: 'false'"},
      {NODE, "zone: a", "area: a"},
      {NODE, ", zone: a", ""},
      {NODE, "podCIDRs: [10.128.0.0/24", "podCIDRs: [10.128.1.0/24"},
      {NODE, "podCIDRs: [10.128.0.0/24", "podCIDRs: [10.128.0.0/23"},
      {NODE, ", 'fd01::/64'", ""},
      {NODE, "address: 192.168.1.5", "address: 192.168.1.6"},
      {NODE, "type: InternalIP", "type: ExternalIP"},
      {NNS, "name: eth1", "name: eth2"},
      {NNS, "name: eth2, type: ethernet", "name: eth2, type: veth"},
      {NNS, "state: down", "state: up"},
      {NNS, "mtu: 1500", "mtu: 9000"},
      {NNS, "controller: br0", "controller: br1"},
      {NNS, "master: br1", "master: br2"},
      {NNS, "type: linux-bridge", "type: ovs-bridge"},
      {NNS, "speed: 10000", "speed: 1000"},
      {NNS, "name: storage", "name: backup"},
      {NNS, "base-iface: eth1", "base-iface: eth0"},
      {NNS, "id: 5, protocol", "id: 6, protocol"},
      {NNS, "vlan-default-pvid: 7", "vlan-default-pvid: 8"},
      {NNS, "port: [{name: eth0", "port: [{name: eth1"},
      {NNS, "trunk-tags: [{id: 5}]", "trunk-tags: [{id: 6}]"},
      {NNS, "ip: 192.168.1.5", "ip: 192.168.1.6"},
      {NNS, "ip: 'fe80::5'", "ip: 'fe80::6'"},
      {NNS, "{ip: 'fe80::5', prefix-length: 64}", "{ip: 'fe80::5'}, {ip: 'fd00::5'}"},
      {NNS, "name: br9, type: linux-bridge", "name: br9, type: ovs-bridge"},
      {NNS, "localnet: physnet", "localnet: physnet2"},
      {NNS, "bridge: br-ex", "bridge: br-mig"},
      {NNS, "state: present", "state: absent"},
      {NNS, "destination: 0.0.0.0/0", "destination: 10.0.0.0/8"},
      {NNS, "next-hop-interface: br0", "next-hop-interface: eth1"},
      {NNS, "table-id: 254", "table-id: 100"},
      {NETWORK, "cidr: 10.132.0.0/14", "cidr: 10.136.0.0/14"},
      {NETWORK, "172.31.0.0/16", "172.29.0.0/16"},
      {NETWORK, "  clusterNetwork: [{cidr: 10.132.0.0/14, hostPrefix: 23}]\n", ""},
      {NETWORK, "networkType: OVNKubernetes", "networkType: Calico"},
      {SERVICE_CIDR, "10.96.0.0/12", "10.96.0.0/13"},
      {NETWORK_OPERATOR, "100.65.0.0/16", "100.66.0.0/16"},
      {NETWORK_OPERATOR, "'fd96::/64'", "'fd94::/64'"},
      {NETWORK_OPERATOR, "100.89.0.0/16", "100.90.0.0/16"},
      {NETWORK_OPERATOR, "169.254.128.0/17", "169.254.0.0/16"},
      {NETWORK_OPERATOR, "10.132.0.0/14", "10.136.0.0/14"},
      {ADDRESS_POOL, "10.7.0.5-10.7.0.9", "10.7.0.5-10.7.0.8"},
      {ADDRESS_POOL, "[10.7.0.5-10.7.0.9]", "[10.7.0.5-10.7.0.9, 10.7.1.0/24]"},
      {SERVICE_CIDR, "name: kubernetes", "name: more"},
      {KUBEADM, "podSubnet: 10.244.0.0/16", "podSubnet: 10.245.0.0/16"},
      {KUBEADM, "serviceSubnet: 10.96.0.0/12", "serviceSubnet: 10.97.0.0/16"},
      {KUBEADM, "podSubnet: 10.244.0.0/16\n      serviceSubnet: ", "serviceSubnet: 10.244.0.0/16, "},
      {INSTALL_CONFIG, "cidr: 192.168.1.0/24", "cidr: 192.168.2.0/24"},
      {INSTALL_CONFIG, "machineCIDR: 192.168.0.0/24", "machineCIDR: 192.168.3.0/24"},
      {MIGRATION, "vmiName: vm-1", "vmiName: vm-2"},
      {MIGRATION, "phase: Running", "phase: Succeeded"},
      {MIGRATION, "phase: Running", "phase: Failed"},
      {VMI, "targetNodeAddress: 10.1.0.7", "targetNodeAddress: 10.1.0.8"},
      {VMI, "targetNodeAddress: 10.1.0.7, ", ""},
      {VMI, "completed: false", "completed: true"},
  };
  for (size_t i = 0; i < COUNT(edits); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct sample *sample = &samples[edits[i].sample];
    const char *text = text_of(arena, sample);
    const dw_json *before = json_of(arena, text);
    const dw_json *after = json_of(arena, replaced(arena, text, edits[i].from, edits[i].to));
    if (same_in(before, after))
      fail_msg("%s, then %s: not seen", edits[i].from, edits[i].to);
    if (same_in(before, dw_object_prune(arena, sample->kind, "v0", after)))
      fail_msg("%s, then %s: pruned away", edits[i].from, edits[i].to);
  }
}

static void objects_of_different_kinds_are_never_the_same(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_false(same_in(json_of(arena, "{apiVersion: v1, kind: Node, metadata: {name: a}}"),
                       json_of(arena, "{apiVersion: nmstate.io/v1, kind: NodeNetworkState, metadata: {name: a}}")));
}

/* --- items of a list --- */

/* The API server omits the kind only in lists of built-in kinds. HyperConverged and KubeVirt, whose apiVersion and kind
 * are needed to read them, always have it. */
static const size_t bare[] = {NAD,     NODE,           NNS,       NETWORK, SERVICE_CIDR, NETWORK_OPERATOR, ADDRESS_POOL,
                              KUBEADM, INSTALL_CONFIG, MIGRATION, VMI};

static void reads_an_item_without_kind_as_the_kind_of_its_list(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bare); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct sample *sample = &samples[bare[i]];
    const dw_json *item = json_of(arena, sample->rest);
    const struct dw_object *full = object_of(json_of(arena, text_of(arena, sample)));
    const struct dw_object *object = NULL;
    struct dw_error err = DW_ERROR_INIT;
    assert_int_equal(dw_object_reduce(item, "default", &object, NULL), -1);
    if (dw_object_reduce_as(sample->kind, item, "default", &object, &err) != 0)
      fail_msg("%s", err.text);
    assert_true(dw_object_same(object, full));
    dw_object_unref(object);
    dw_object_unref(full);
  }
}

static void adds_the_kind_and_version_of_the_list(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bare); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct sample *sample = &samples[bare[i]];
    const dw_json *head = json_of(arena, sample->head);
    const char *version = dw_json_get_string(head, "apiVersion");
    const char *slash = strchr(version, '/');
    const dw_json *item = json_of(arena, sample->rest);
    const dw_json *pruned = dw_object_prune(arena, sample->kind, slash == NULL ? version : slash + 1, item);
    assert_json(arena, pruned, json_of(arena, sample->left));
  }
}

static void reads_an_item_with_kind_in_its_own_version(void **state) {
  (void)state;
  static const size_t users[] = {HCO_V1BETA1, HCO_V1, KUBEVIRT};
  for (size_t i = 0; i < COUNT(users); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const struct sample *sample = &samples[users[i]];
    const struct dw_object *object = NULL;
    assert_int_equal(
        dw_object_reduce_as(sample->kind, json_of(arena, text_of(arena, sample)), "default", &object, NULL), 0);
    assert_string_equal(object->user.network, "live");
    dw_object_unref(object);
  }
}

static void an_item_gets_the_default_namespace(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *item = json_of(arena, "{metadata: {name: a}}");
  const struct dw_object *nad = NULL;
  const struct dw_object *node = NULL;
  assert_int_equal(dw_object_reduce_as(DW_KIND_NAD, item, "here", &nad, NULL), 0);
  assert_int_equal(dw_object_reduce_as(DW_KIND_NODE, item, "here", &node, NULL), 0);
  assert_string_equal(nad->namespace_, "here");
  assert_string_equal(node->namespace_, "");
  dw_object_unref(nad);
  dw_object_unref(node);
}

static void assert_refused_as(enum dw_kind kind, const char *text, const char *part) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  assert_int_equal(dw_object_reduce_as(kind, json_of(arena, text), "default", &object, &err), -1);
  assert_null(object);
  if (strstr(err.text, part) == NULL)
    fail_msg("\"%s\" lacks \"%s\"", err.text, part);
}

static void refuses_what_does_not_belong_into_the_list(void **state) {
  (void)state;
  assert_refused_as(DW_KIND_NODE, "{apiVersion: v1, kind: Pod, metadata: {name: a}}", "kind is Pod, not Node");
  assert_refused_as(DW_KIND_NODE, "[]", "must be a JSON object, not a list");
  assert_refused_as(DW_KIND_NODE, "{metadata: {labels: {a: b}}}", "metadata.name is missing");
  assert_refused_as(DW_KIND_NODE, "{metadata: {name: a}, spec: 5}", "Node a: spec is an integer");
  assert_refused_as(DW_KIND_NAD, "{metadata: {name: a}, spec: 5}", "NetworkAttachmentDefinition default/a: spec is");
}

static void skips_an_item_that_no_rule_reads(void **state) {
  (void)state;
  static const struct {
    enum dw_kind kind;
    const char *text;
    bool is_read;
  } items[] = {
      {DW_KIND_CONFIG_MAP, "{metadata: {name: kubeadm-config, namespace: kube-system}}", true},
      {DW_KIND_CONFIG_MAP, "{metadata: {name: cluster-config-v1, namespace: kube-system}}", true},
      {DW_KIND_CONFIG_MAP, "{metadata: {name: cluster-config-v1, namespace: vms}}", false},
      {DW_KIND_CONFIG_MAP, "{metadata: {name: kubelet-config, namespace: kube-system}}", false},
      {DW_KIND_NETWORK, "{metadata: {name: cluster}}", true},
      {DW_KIND_NETWORK, "{metadata: {name: other}}", false},
      {DW_KIND_NODE, "{metadata: {name: other}}", true},
      {DW_KIND_NAD, "{metadata: {name: other}}", true},
  };
  for (size_t i = 0; i < COUNT(items); i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    const dw_json *item = json_of(arena, items[i].text);
    const struct dw_object *object = NULL;
    assert_int_equal(dw_object_reduce_as(items[i].kind, item, "", &object, NULL), 0);
    assert_int_equal(object != NULL, items[i].is_read);
    dw_object_unref(object);
  }
}

/* --- the network that virt-operator receives --- */

#define HCO(ns, more)                                                                                                  \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: hco, namespace: " ns more "}"
#define KV(ns, network)                                                                                                \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: " ns                             \
  "}, spec: {configuration: {migrations: {network: " network "}}}}"
#define NETWORK_IS(network) "}, spec: {liveMigrationConfig: {network: " network "}}"
#define JSONPATCH(value)                                                                                               \
  ", annotations: {kubevirt.kubevirt.io/jsonpatch: '[{\"op\": \"add\", \"path\": "                                     \
  "\"/spec/configuration/migrations/network\", \"value\": " value "}]'}"

static void reports_the_network_in_force(void **state) {
  (void)state;
  static const struct {
    const char *objects[3];
    const char *network;
  } cases[] = {
      {{NULL}, NULL},
      {{HCO("openshift-cnv", NETWORK_IS("live"))}, "live"},
      {{HCO("openshift-cnv", "}, spec: {}")}, NULL},
      {{HCO("openshift-cnv", NETWORK_IS("''"))}, NULL},
      {{HCO("other", NETWORK_IS("live"))}, NULL},
      {{KV("openshift-cnv", "direct")}, "direct"},
      {{KV("openshift-cnv", "''")}, NULL},
      {{KV("other", "direct")}, NULL},
      /* HyperConverged overwrites the network of KubeVirt, even if it names none. */
      {{KV("openshift-cnv", "direct"), HCO("openshift-cnv", NETWORK_IS("live"))}, "live"},
      {{KV("openshift-cnv", "direct"), HCO("openshift-cnv", "}, spec: {}")}, NULL},
      {{KV("openshift-cnv", "direct"), HCO("other", NETWORK_IS("live"))}, "direct"},
      {{HCO("openshift-cnv", JSONPATCH("\"patched\"") NETWORK_IS("live"))}, "patched"},
      {{HCO("openshift-cnv", JSONPATCH("\"patched\"") "}, spec: {}")}, "patched"},
      {{HCO("openshift-cnv", JSONPATCH("\"\"") NETWORK_IS("live"))}, NULL},
      {{HCO("openshift-cnv", JSONPATCH("null") NETWORK_IS("live"))}, NULL},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct dw_policy *policy = policy_of(POLICY "namespace: openshift-cnv\n");
    struct cluster cluster = {0};
    for (size_t j = 0; j < COUNT(cases[i].objects) && cases[i].objects[j] != NULL; j++)
      cluster_add(&cluster, "%s", cases[i].objects[j]);
    struct dw_view *view = cluster_view(&cluster, policy);
    const char *network = dw_view_network(view);
    if ((network == NULL) != (cases[i].network == NULL))
      fail_msg("case %zu: %s", i, network == NULL ? "none" : network);
    if (network != NULL)
      assert_string_equal(network, cases[i].network);
    dw_view_free(view);
    dw_policy_free(policy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drops_what_no_rule_reads),
      cmocka_unit_test(does_not_change_the_original),
      cmocka_unit_test(the_result_reduces_to_the_same_object),
      cmocka_unit_test(pruning_again_removes_nothing_more),
      cmocka_unit_test(the_paths_select_everything_that_pruning_keeps),
      cmocka_unit_test(the_paths_select_what_identifies_an_object),
      cmocka_unit_test(the_paths_select_both_names_of_a_controller),
      cmocka_unit_test(a_deletion_is_kept),
      cmocka_unit_test(keeps_the_name_of_an_object_with_nothing_else),
      cmocka_unit_test(drops_unreadable_yaml_in_a_config_map),
      cmocka_unit_test(still_refuses_values_of_the_wrong_type),
      cmocka_unit_test(ignores_a_change_that_no_rule_reads),
      cmocka_unit_test(notices_a_change_that_rules_read),
      cmocka_unit_test(objects_of_different_kinds_are_never_the_same),
      cmocka_unit_test(reads_an_item_without_kind_as_the_kind_of_its_list),
      cmocka_unit_test(adds_the_kind_and_version_of_the_list),
      cmocka_unit_test(reads_an_item_with_kind_in_its_own_version),
      cmocka_unit_test(an_item_gets_the_default_namespace),
      cmocka_unit_test(refuses_what_does_not_belong_into_the_list),
      cmocka_unit_test(skips_an_item_that_no_rule_reads),
      cmocka_unit_test(reports_the_network_in_force),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
