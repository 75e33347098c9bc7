/* Plugins that need a device of the node: whether each pod gets one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define RESOURCE "metadata.annotations[k8s.v1.cni.cncf.io/resourceName]"
#define DENY(field) "deny device-missing " field "\n"

#define WORKER(name, devices)                                                                                          \
  "{apiVersion: v1, kind: Node, metadata: {name: " name                                                                \
  ", labels: {kubernetes.io/os: linux, kubevirt.io/schedulable: "                                                      \
  "'true'}}, status: {allocatable: {cpu: 8, " devices "}}}\n"
#define KVM "devices.kubevirt.io/kvm: 1k"

/* Three workers, each with a device of openshift.io/migration. */
static const char equipped[] = WORKER("worker-0", KVM ", openshift.io/migration: '8'") "---\n" WORKER(
    "worker-1", KVM ", openshift.io/migration: 1") "---\n" WORKER("worker-2", KVM ", openshift.io/migration: 2");

/* --- SR-IOV --- */

static void requires_a_resource_for_a_virtual_function(void **state) {
  (void)state;
  static const char *const types[] = {"sriov", "ib-sriov", "accelerated-bridge"};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    struct nad_case nad = {.config = dw_arena_printf(arena, "{\"type\":\"%s\"," NAD_IPAM "}", types[i])};
    nad_expect(&nad, DENY(RESOURCE));
    nad.resource = "";
    nad_expect(&nad, DENY(RESOURCE));
    nad.resource = "openshift.io/migration";
    nad.more = equipped;
    nad_expect(&nad, "");
    nad.resource = NULL;
    nad.label = "false";
    nad_expect(&nad, "");
  }
  nad_expect_config("{\"type\":\"sriov\",\"deviceID\":\"0000:3b:02.1\"," NAD_IPAM "}", "");
  nad_expect_config("{\"type\":\"sriov\",\"deviceID\":\"\"," NAD_IPAM "}", DENY(RESOURCE));
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"sriov\"," NAD_IPAM
                    "},{\"type\":\"tuning\"}]}",
                    DENY(RESOURCE));
  nad_expect_says(&(struct nad_case){.config = "{\"type\":\"sriov\"," NAD_IPAM "}"}, "device-missing",
                  "Required value: without it, Multus passes no device to sriov, and every pod fails; set it to the "
                  "device plugin's resource, such as openshift.io/migration [device-missing]");
}

static void requires_a_device_on_every_node(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"type\":\"sriov\"," NAD_IPAM "}",
                         .resource = "openshift.io/migration",
                         .more = WORKER("worker-0", KVM ", openshift.io/migration: 1") "---\n" WORKER(
                             "worker-1", KVM ", openshift.io/migration: 0") "---\n" WORKER("worker-2", KVM)};
  nad_expect(&nad, DENY(RESOURCE));
  nad_expect_says(&nad, "device-missing",
                  "Not found: \"openshift.io/migration\": 2 of 3 nodes have no device of this resource: worker-1 and "
                  "worker-2; configure its device plugin to provide some there [device-missing]");
  nad.resource = "openshift.io/migrations";
  nad_expect_says(&nad, "device-missing",
                  "3 of 3 nodes have no device of this resource: worker-0, worker-1 and worker-2; did you mean "
                  "\"openshift.io/migration\"? [device-missing]");
  nad.config = "{\"type\":\"host-device\"," NAD_IPAM "}";
  nad_expect(&nad, DENY(RESOURCE));
  /* A plugin that does not need the device may still get one. */
  nad.config = "{\"type\":\"host-device\",\"device\":\"eth1\"," NAD_IPAM "}";
  nad_expect(&nad, "warn device-missing " RESOURCE "\n");
  nad.label = "false";
  nad_expect(&nad, "");
}

/* Every node with virt-handler offers devices.kubevirt.io/kvm, so a node that offers nothing has an unknown
 * allocatable.
 */
static void names_nodes_whose_devices_are_unknown(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"type\":\"sriov\"," NAD_IPAM "}", .resource = "openshift.io/migration"};
  nad_expect(&nad, "unverified device-missing " RESOURCE "\n");
  nad_expect_says(&nad, "device-missing",
                  "could not be checked: the allocatable devices are unknown on worker-0, worker-1 and worker-2");
  nad.more = WORKER("worker-0", KVM) "---\n" WORKER("worker-1", KVM ", openshift.io/migration: 4");
  nad_expect(&nad, DENY(RESOURCE) "unverified device-missing " RESOURCE "\n");
}

/* --- host-device --- */

#define HOST_DEVICE(members) "{\"type\":\"host-device\"," members NAD_IPAM "}"

static void requires_the_name_of_a_host_device(void **state) {
  (void)state;
  static const char *const sound[] = {
      HOST_DEVICE("\"device\":\"eth1\","),
      HOST_DEVICE("\"hwaddr\":\"52:54:00:00:00:01\","),
      HOST_DEVICE("\"kernelpath\":\"/sys/devices/pci0000:00/0000:00:1f.6\","),
      HOST_DEVICE("\"pciBusID\":\"0000:00:1f.6\","),
      HOST_DEVICE("\"PCIBUSID\":\"0000:00:1f.6\","),
      HOST_DEVICE("\"runtimeConfig\":{\"deviceID\":\"0000:00:1f.6\"},"),
  };
  for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
    nad_expect_config(sound[i], "");
  nad_expect(&(struct nad_case){.config = HOST_DEVICE(""), .resource = "openshift.io/migration", .more = equipped}, "");
  nad_expect_other(HOST_DEVICE(""), "");
  nad_expect_config(HOST_DEVICE(""), DENY("spec.config.device"));
  nad_expect_config(HOST_DEVICE("\"device\":null,"), DENY("spec.config.device"));
  nad_expect_config(HOST_DEVICE("\"hwaddr\":\"\","), DENY("spec.config.device"));
  /* Multus writes pciBusID; no plugin reads deviceID alone. */
  nad_expect_config(HOST_DEVICE("\"deviceID\":\"0000:00:1f.6\","), DENY("spec.config.device"));
  nad_expect_says(&(struct nad_case){.config = HOST_DEVICE("")}, "device-missing",
                  "Required value: host-device needs device, hwaddr, kernelpath or pciBusID, or the annotation "
                  "k8s.v1.cni.cncf.io/resourceName; use the NIC that is dedicated to migrations [device-missing]");
}

/* Measured: "kernel device path "/sys/class/net/d0" must be absolute and begin with /sys/devices/". */
static void rejects_a_kernel_path_outside_sys_devices(void **state) {
  (void)state;
#define OUTSIDE "\"kernelpath\":\"/sys/class/net/eth1\","
  nad_expect_config(HOST_DEVICE(OUTSIDE), DENY("spec.config.kernelpath"));
  nad_expect_config(HOST_DEVICE("\"kernelpath\":\"sys/devices/x\","), DENY("spec.config.kernelpath"));
  nad_expect_config(HOST_DEVICE("\"KernelPath\":\"/sys/devices\","), DENY("spec.config.KernelPath"));
  nad_expect_config(HOST_DEVICE("\"device\":null,\"hwaddr\":\"\"," OUTSIDE), DENY("spec.config.kernelpath"));
  nad_expect_config(HOST_DEVICE("\"kernelpath\":\"\",\"pciBusID\":\"0000:00:1f.6\","), "");
  nad_expect_config(HOST_DEVICE("\"hwaddr\":\"02:00:00:00:00:01\"," OUTSIDE), "");
  nad_expect_other(HOST_DEVICE(OUTSIDE), "");
  /* A device with a DPDK driver is not looked up. */
  nad_expect_config(HOST_DEVICE("\"pciBusID\":\"0000:00:1f.6\"," OUTSIDE),
                    "warn device-missing spec.config.kernelpath\n");
  nad_expect_config(HOST_DEVICE("\"runtimeConfig\":{\"deviceID\":\"0000:00:1f.6\"}," OUTSIDE),
                    "warn device-missing spec.config.kernelpath\n");
  nad_expect(&(struct nad_case){.config = HOST_DEVICE(OUTSIDE), .resource = "openshift.io/migration", .more = equipped},
             "warn device-missing spec.config.kernelpath\n");
  nad_expect_says(&(struct nad_case){.config = HOST_DEVICE(OUTSIDE)}, "device-missing",
                  "Invalid value: \"/sys/class/net/eth1\": host-device only accepts paths that begin with "
                  "/sys/devices/; use the path printed by \"readlink -f /sys/class/net/NIC/device\" [device-missing]");
}

/* Measured: "error with host device: lstat /sys/bus/pci/devices/0000:zz:00.0: no such file or directory". */
static void rejects_invalid_pci_addresses(void **state) {
  (void)state;
  static const char *const right[] = {"0000:00:1f.6", "ffff:ff:1f.7", "10000:e1:00.0", "./0000:00:1f.6",
                                      "../../../class/net/eth1/device"};
  static const char *const wrong[] = {
      "zz",           "0000:zz:00.0",  "00:1f.6",          "0000:00:1F.6",  "0000:00:1f.8",
      "0000:00:20.0", "0000:00:1f",    " 0000:00:1f.6",    "0000:00:1f.6 ", "mlx5_core.sf.4",
      "000:00:1f.6",  "0000:00:1f.10", "000000000:00:1f.6"};
  static const struct {
    const char *types, *key, *field;
  } options[] = {{"\"host-device\"", "\"pciBusID\"", "pciBusID"},
                 {"\"host-device\",\"device\":\"eth1\"", "\"PCIBusID\"", "PCIBusID"},
                 {"\"host-device\",\"runtimeConfig\":{\"deviceID\":\"\"}", "\"pciBusID\"", "pciBusID"},
                 {"\"sriov\"", "\"deviceID\"", "deviceID"},
                 {"\"ib-sriov\"", "\"deviceID\"", "deviceID"},
                 {"\"accelerated-bridge\"", "\"deviceID\"", "deviceID"},
                 {"\"ovs\"", "\"deviceID\"", "deviceID"}};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
      nad_expect_config(
          dw_arena_printf(arena, "{\"type\":%s,%s:\"%s\"," NAD_IPAM "}", options[o].types, options[o].key, right[i]),
          "");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
      const char *config =
          dw_arena_printf(arena, "{\"type\":%s,%s:\"%s\"," NAD_IPAM "}", options[o].types, options[o].key, wrong[i]);
      nad_expect_config(config, dw_arena_printf(arena, "deny device-missing spec.config.%s\n", options[o].field));
      nad_expect_other(config, "");
      /* Multus overwrites it with the resource's device. */
      nad_expect(&(struct nad_case){.config = config, .resource = "openshift.io/migration", .more = equipped}, "");
    }
  }
  nad_expect_says(
      &(struct nad_case){.config = HOST_DEVICE("\"pciBusID\":\"00:1f.6\",")}, "device-missing",
      "Invalid value: \"00:1f.6\": is not a PCI address, so host-device cannot find the device on any node; "
      "use the address printed by \"lspci -D\", such as 0000:00:1f.6 [device-missing]");
}

/* On the auxiliary bus: subfunctions, the successors of SR-IOV virtual functions. */
static void accepts_the_name_of_an_auxiliary_device(void **state) {
  (void)state;
#define RUNTIME(device) "\"runtimeConfig\":{\"deviceID\":\"" device "\"},"
  nad_expect_config(HOST_DEVICE(RUNTIME("mlx5_core.sf.4")), "");
  nad_expect_config(HOST_DEVICE(RUNTIME("0000:3b:00.2")), "");
  nad_expect_config(HOST_DEVICE(RUNTIME("mlx5_core.sf.4") "\"pciBusID\":\"zz\","), "");
  nad_expect_config(HOST_DEVICE(RUNTIME("eth1")), DENY("spec.config.runtimeConfig.deviceID"));
  nad_expect_config(HOST_DEVICE(RUNTIME("sf.4")), DENY("spec.config.runtimeConfig.deviceID"));
  nad_expect_config(HOST_DEVICE(RUNTIME("mlx5_core.sf.x")), DENY("spec.config.runtimeConfig.deviceID"));
  nad_expect_config(
      "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
      "},{\"type\":\"rdma\",\"deviceID\":\"mlx5_0\"}]}",
      DENY("spec.config.plugins[1].deviceID"));
  nad_expect_says(&(struct nad_case){.config = HOST_DEVICE(RUNTIME("eth1"))}, "device-missing",
                  "Invalid value: \"eth1\": is not a PCI address or the name of an auxiliary device, so host-device "
                  "cannot find the device on any node; use the address printed by \"lspci -D\", such as 0000:00:1f.6 "
                  "[device-missing]");
}

/* --- the node's own NIC --- */

#define NODE_WITH(interfaces)                                                                                          \
  "{apiVersion: config.openshift.io/v1, kind: Network, metadata: {name: cluster}, status: {clusterNetwork: [{cidr: "   \
  "10.128.0.0/14}], serviceNetwork: [172.30.0.0/16]}}\n---\n"                                                          \
  "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubevirt.io/schedulable: 'true'}}, status: {addresses: " \
  "[{type: InternalIP, address: 192.168.1.11}]}}\n---\n"                                                               \
  "{apiVersion: nmstate.io/v1beta1, kind: NodeNetworkState, metadata: {name: n1}, status: {currentState: "             \
  "{interfaces: "                                                                                                      \
  "[" interfaces "]}}}\n"
#define OWN "ipv4: {address: [{ip: 192.168.1.11, prefix-length: 24}]}"

static void rejects_moving_the_nodes_own_nic(void **state) {
  (void)state;
  struct nad_case nad = {.config = HOST_DEVICE("\"device\":\"eth0\","),
                         .state = NODE_WITH("{name: eth0, type: ethernet, " OWN "}, {name: eth1, type: ethernet}")};
  nad_expect(&nad, DENY("spec.config.device"));
  nad_expect_says(
      &nad, "device-missing",
      "Invalid value: \"eth0\": carries the node's own traffic on n1; host-device moves the NIC into the pod and "
      "cuts the node off; use a NIC that is dedicated to migrations [device-missing]");
  nad_expect(&(struct nad_case){.config = nad.config, .state = nad.state, .label = "false"}, "");
  nad.config = HOST_DEVICE("\"device\":\"eth1\",");
  nad_expect(&nad, "");
  /* It is the only port of the bridge that has the node's address. */
  nad.config = HOST_DEVICE("\"device\":\"eth0\",");
  nad.state = NODE_WITH("{name: eth0, type: ethernet, controller: br-ex}, {name: br-ex, type: ovs-bridge}, {name: "
                        "br-ex, type: ovs-interface, " OWN "}");
  nad_expect(&nad, DENY("spec.config.device"));
  /* It is one of two ports of the bond that has the address: the node continues with the other. */
  nad.state = NODE_WITH("{name: eth0, type: ethernet, controller: bond0}, {name: eth1, type: ethernet, controller: "
                        "bond0}, {name: bond0, type: bond, " OWN "}");
  nad_expect(&nad, "warn device-missing spec.config.device\n");
  nad_expect_says(&nad, "device-missing", "on n1; host-device moves the NIC into the pod; use");
}

static void rejects_interfaces_that_the_kernel_does_not_move(void **state) {
  (void)state;
  static const char *const fixed[] = {"lo", "br1", "bond0", "br-ovs"};
  static const char *const movable[] = {"eth1", "eth1.100", "vx", "patch0"};
  struct nad_case nad = {
      .state = NODE_WITH("{name: eth0, type: ethernet, " OWN "}, {name: eth1, type: ethernet}, {name: lo, type: "
                         "loopback}, {name: br1, type: linux-bridge}, {name: bond0, type: bond}, {name: br-ovs, "
                         "type: ovs-bridge}, {name: br-ovs, type: ovs-interface}, {name: eth1.100, type: vlan}, "
                         "{name: vx, type: vxlan}, {name: patch0, type: ovs-interface}")};
  char config[256];
  nad.config = config;
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
    (void)snprintf(config, sizeof config, HOST_DEVICE("\"device\":\"%s\","), fixed[i]);
    nad_expect(&nad, DENY("spec.config.device"));
  }
  for (size_t i = 0; i < sizeof movable / sizeof movable[0]; i++) {
    (void)snprintf(config, sizeof config, HOST_DEVICE("\"device\":\"%s\","), movable[i]);
    nad_expect(&nad, "");
  }
  nad.config = HOST_DEVICE("\"device\":\"lo\",");
  nad_expect_says(&nad, "device-missing",
                  "Invalid value: \"lo\": is a loopback interface, bond or bridge on n1; the kernel does not let "
                  "host-device move it into a pod; use macvlan on a NIC that is dedicated to migrations "
                  "[device-missing]");
}

/* Sync controllers run on the same nodes as virt-handler: only one of the two gets the NIC. */
static void warns_if_two_pods_need_the_moved_nic(void **state) {
  (void)state;
  static const char decentralized[] =
      "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "
      "namespace: "
      "openshift-cnv}, spec: {infra: {nodePlacement: {nodeSelector: {kubevirt.io/schedulable: 'true'}}}, featureGates: "
      "{decentralizedLiveMigration: true}}}";
  struct nad_case nad = {.config = "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}", .more = decentralized};
  nad_expect(&nad, "");
  nad.config = HOST_DEVICE("\"device\":\"eth1\",");
  nad_expect(&nad, "warn device-missing spec.config.device\n");
  nad_expect_says(&nad, "device-missing",
                  "\"eth1\": is moved into a single pod, so virt-synchronization-controller fails on a node where "
                  "virt-handler or another of its pods runs; use macvlan on it [device-missing]");
  nad.more = NULL;
  nad_expect(&nad, "");
}

/* --- bond --- */

#define BOND(members) "{\"type\":\"bond\",\"mode\":\"active-backup\",\"miimon\":\"100\"" members "," NAD_IPAM "}"
#define LINKS(a, b) ",\"links\":[{\"name\":\"" a "\"},{\"name\":\"" b "\"}]"

static void rejects_a_bond_of_links_in_the_pod(void **state) {
  (void)state;
  struct nad_case nad = {.config = BOND(",\"linksInContainer\":true" LINKS("net1", "net2"))};
  nad_expect(&nad, DENY("spec.config.links"));
  nad_expect_says(&nad, "device-missing",
                  "virt-handler has no net1 and net2 to bond: Multus only attaches migration0; create the bond on the "
                  "nodes, and use macvlan on it [device-missing]");
  nad.label = "false";
  nad_expect(&nad, "");
}

static void requires_two_links_on_every_node(void **state) {
  (void)state;
  nad_expect_config(BOND(LINKS("eth1", "eth4")), "");
  nad_expect_config(BOND(",\"linksInContainer\":false" LINKS("eth1", "eth4")), "");
  nad_expect_config(BOND(",\"links\":[{\"name\":\"eth1\"},{\"Name\":\"eth4\"}]"), DENY("spec.config.links[1].name"));
  nad_expect_says(
      &(struct nad_case){.config = BOND(",\"links\":[{\"name\":\"eth1\"},{\"Name\":\"eth4\"}]")}, "device-missing",
      "Required value: the bond plugin needs the name of each link; set the name of a NIC [device-missing]");
  struct nad_case nad = {.config = BOND(LINKS("eth1", "eth3"))};
  nad_expect(&nad, DENY("spec.config.links[1].name"));
  nad_expect_says(&nad, "device-missing",
                  "Not found: \"eth3\": no such NIC on 2 of 3 nodes: worker-1 and worker-2; use NICs that all nodes "
                  "have [device-missing]");
  /* A network in use has moved them, so the nodes no longer show them. */
  nad.label = "";
  nad.more = "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "
             "namespace: openshift-cnv}, spec: {featureGates: {decentralizedLiveMigration: false}, "
             "liveMigrationConfig: {network: net}}}\n---\n"
             "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: net, namespace: "
             "openshift-cnv}, spec: {config: '{}'}}";
  nad.policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {network-in-use-change: off}\n";
  nad_expect(&nad, "");
  nad_expect_config(BOND(LINKS("ens3", "eth1")), DENY("spec.config.links[0].name"));
  nad_expect_says(&(struct nad_case){.config = BOND(LINKS("ens3", "eth1"))}, "device-missing",
                  "; bond moves the NIC into the pod and cuts the node off");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requires_a_resource_for_a_virtual_function),
      cmocka_unit_test(rejects_a_kernel_path_outside_sys_devices),
      cmocka_unit_test(rejects_invalid_pci_addresses),
      cmocka_unit_test(accepts_the_name_of_an_auxiliary_device),
      cmocka_unit_test(requires_a_device_on_every_node),
      cmocka_unit_test(names_nodes_whose_devices_are_unknown),
      cmocka_unit_test(requires_the_name_of_a_host_device),
      cmocka_unit_test(rejects_interfaces_that_the_kernel_does_not_move),
      cmocka_unit_test(rejects_moving_the_nodes_own_nic),
      cmocka_unit_test(warns_if_two_pods_need_the_moved_nic),
      cmocka_unit_test(rejects_a_bond_of_links_in_the_pod),

      cmocka_unit_test(requires_two_links_on_every_node),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
