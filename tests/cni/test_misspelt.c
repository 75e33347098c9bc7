#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cni/cni.h"

struct example {
  const char *type, *meant;
};

static void expect(const char *(*meant)(const char *), const struct example *examples, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *name = meant(examples[i].type);
    if ((name == NULL) != (examples[i].meant == NULL) || (name != NULL && strcmp(name, examples[i].meant) != 0))
      fail_msg("%s: %s", examples[i].type, name == NULL ? "nothing" : name);
  }
}
#define EXPECT(meant, examples) expect(meant, examples, sizeof(examples) / sizeof *(examples))

static void misspelled_plugins_are_recognized(void **state) {
  (void)state;
  static const struct example examples[] = {{"macvaln", "macvlan"},
                                            {"MacVlan", "macvlan"},
                                            {"MACVLAN", "macvlan"},
                                            {"macvlan ", "macvlan"},
                                            {" bridge\n", "bridge"},
                                            {"mac-vlan", "macvlan"},
                                            {"macvlans", "macvlan"},
                                            {"brigde", "bridge"},
                                            {"Bridge", "bridge"},
                                            {"cnv_bridge", "cnv-bridge"},
                                            {"ipvaln", "ipvlan"},
                                            {"vlna", "vlan"},
                                            {"VLAN", "vlan"},
                                            {"OVS", "ovs"},
                                            {"siov", "sriov"},
                                            {"hostdevice", "host-device"},
                                            {"ovn-k8s-cni-overly", "ovn-k8s-cni-overlay"}};
  EXPECT(dw_plugin_meant, examples);
}

/* These are names of plugins that exist or may exist. */
static void other_plugins_are_not_misspellings(void **state) {
  (void)state;
  static const struct example examples[] = {
      {"macvlan", NULL},    {"macvtap", NULL},    {"ipvlan", NULL},
      {"ipvtap", NULL},     {"vlan", NULL},       {"vxlan", NULL},
      {"vlans", NULL},      {"ptp", NULL},        {"tap", NULL},
      {"dummy", NULL},      {"kube-ovn", NULL},   {"calico", NULL},
      {"cilium-cni", NULL}, {"flannel", NULL},    {"egress-router", NULL},
      {"veth", NULL},       {"rdma", NULL},       {"ova", NULL},
      {"ovs2", NULL},       {"macvlan2", NULL},   {"macvlan-v2", NULL},
      {"bridge-1", NULL},   {"my-bridge", NULL},  {"userspace", NULL},
      {"antrea", NULL},     {"multus", NULL},     {"x", NULL},
      {"azure-vnet", NULL}, {"vpc-bridge", NULL}, {"galaxy-bridge", NULL},
      {"sbr", NULL},        {"vrf", NULL},        {"coil", NULL},
      {"terway", NULL},     {"hostnic", NULL},    {"a name that is far longer than forty bytes, so it is none", NULL}};
  EXPECT(dw_plugin_meant, examples);
}

static void misspelled_ipam_plugins_are_recognized(void **state) {
  (void)state;
  static const struct example examples[] = {{"whereabout", "whereabouts"},
                                            {"Whereabouts", "whereabouts"},
                                            {"whearabouts", "whereabouts"},
                                            {"hostlocal", "host-local"},
                                            {"host_local", "host-local"},
                                            {"Static", "static"},
                                            {"statci", "static"},
                                            {"dchp", "dhcp"},
                                            {"DHCP", "dhcp"},
                                            {"whereabouts ", "whereabouts"}};
  EXPECT(dw_ipam_meant, examples);
}

static void other_ipam_plugins_are_not_misspellings(void **state) {
  (void)state;
  static const struct example examples[] = {{"", NULL},
                                            {"whereabouts", NULL},
                                            {"host-local", NULL},
                                            {"static", NULL},
                                            {"dhcp", NULL},
                                            {"dhcp6", NULL},
                                            {"dhcpd", NULL},
                                            {"nv-ipam", NULL},
                                            {"spiderpool", NULL},
                                            {"calico-ipam", NULL},
                                            {"ipam-node", NULL},
                                            {"kube-ovn", NULL},
                                            {"static-ipam", NULL},
                                            {"host-ipam", NULL},
                                            {"azure-vnet-ipam", NULL},
                                            {"infoblox", NULL},
                                            {"weave-ipam", NULL},
                                            {"fakeipam", NULL},
                                            {"eni-ipam", NULL}};
  EXPECT(dw_ipam_meant, examples);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(misspelled_plugins_are_recognized),
      cmocka_unit_test(other_plugins_are_not_misspellings),
      cmocka_unit_test(misspelled_ipam_plugins_are_recognized),
      cmocka_unit_test(other_ipam_plugins_are_not_misspellings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
