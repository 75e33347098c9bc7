/* Every message of every rule, complete: the field, the value as written, what is wrong, and how to fix it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"
#include "support/review_case.h"

#define POLICY "apiVersion: droveway.io/v1alpha1\nkind: Policy\n"

/* Fails unless the first finding of RULE, as "FIELD: MESSAGE", is TEXT. */
static void expect_first(struct dw_arena *arena, const struct dw_findings *findings, const char *rule,
                         const char *text) {
  const struct dw_finding *found = NULL;
  for (size_t i = 0; i < findings->count && found == NULL; i++)
    if (strcmp(findings->items[i].rule->id, rule) == 0)
      found = &findings->items[i];
  if (found == NULL)
    fail_msg("%s found nothing; expected was: %s", rule, text);
  else
    assert_string_equal(dw_arena_printf(arena, "%s: %s", found->field, dw_finding_message(arena, found)), text);
}

/* --- NADs --- */

struct nad_message {
  struct nad_case nad;
  const char *rule, *text;
};

static void expect_nads(const struct nad_message *messages, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct nad_answer answer;
    nad_judge(&messages[i].nad, &answer);
    expect_first(answer.arena, &answer.judgement.findings, messages[i].rule, messages[i].text);
    nad_answer_free(&answer);
  }
}
#define EXPECT_NADS(messages) expect_nads(messages, sizeof(messages) / sizeof *(messages))

#define WITH(members) "{\"type\":\"macvlan\",\"master\":\"eth1\"," members "}"
#define LIST(members) "{\"name\":\"n\"," members "}"
#define BRIDGE(members) "{\"type\":\"bridge\"," members "," NAD_IPAM "}"
#define IPAM(members) WITH("\"ipam\":{\"type\":\"whereabouts\"," members "}")

static void messages_of_cni_rules(void **state) {
  (void)state;
  static const struct nad_message messages[] = {
      {{.config = "{\"type\":\"macvlan\",\n \"master\" \"eth1\"}"},
       "cni-json",
       "spec.config: Invalid value: \"\\\"master\\\" \\\"eth1\\\"}\": line 2, column 11: expected ':' after the "
       "key [cni-json]"},
      {{.config = WITH("\"dns\":{\"domain\":5}")},
       "cni-json",
       "spec.config.dns.domain: Invalid value: \"5\": must be a string, not an integer; correct it, or remove it "
       "[cni-json]"},
      {{.config = WITH("\"mtu\":1,\"mtu\":2,\"MTU\":3")},
       "cni-ambiguous-key",
       "spec.config.MTU: Duplicate value: \"MTU\": this key appears 3 times in one object (last at line 1, column 51), "
       "and \"mtu\" wins; keep one of them [cni-ambiguous-key]"},
      {{.config = WITH("\"mtu\":1,\"mtu\":2")},
       "cni-ambiguous-key",
       "spec.config.mtu: Duplicate value: \"mtu\": this key appears twice (again at line 1, column 43), and the last "
       "one wins; "
       "keep one of them [cni-ambiguous-key]"},
      {{.config = WITH("\"mtu\":1,\"MTU\":2")},
       "cni-ambiguous-key",
       "spec.config.MTU: Duplicate value: \"MTU\": \"mtu\" and \"MTU\" (line 1, column 43) are the same key to "
       "plugins, and \"mtu\" wins; keep one of them [cni-ambiguous-key]"},
      {{.config = WITH("\"Name\":\"n\"")},
       "cni-ambiguous-key",
       "spec.config.Name: Invalid value: \"Name\": Multus ignores this unknown key and uses the NAD's name instead; "
       "use \"name\" [cni-ambiguous-key]"},
      {{.config = LIST("\"cniversion\":\"0.3.1\",\"plugins\":[{\"type\":\"macvlan\"}]")},
       "cni-ambiguous-key",
       "spec.config.cniversion: Invalid value: \"cniversion\": libcni ignores this unknown key, so the list's version "
       "defaults to 0.1.0; use \"cniVersion\" [cni-ambiguous-key]"},
      {{.config = LIST("\"Plugins\":[{\"type\":\"macvlan\"}]")},
       "cni-ambiguous-key",
       "spec.config.Plugins: Invalid value: \"Plugins\": libcni ignores this unknown key, so the list has no plugins "
       "and Multus crashes; use \"plugins\" [cni-ambiguous-key]"},
      {{.config = LIST("\"plugins\":5")},
       "cni-type",
       "spec.config.plugins: Invalid value: \"5\": must be a list, not an integer; list the plugins there [cni-type]"},
      {{.config = LIST("\"plugins\":[]")},
       "cni-type",
       "spec.config.plugins: Required value: the list of plugins is empty; list the plugins there [cni-type]"},
      {{.config = WITH("\"plugins\":[]")},
       "cni-type",
       "spec.config.plugins: Forbidden: is ignored, because a configuration that has a type is a single plugin; remove "
       "one "
       "of the two [cni-type]"},
      {{.config = LIST("\"plugins\":[5]")},
       "cni-type",
       "spec.config.plugins[0]: Invalid value: must be an object, not an integer; name the CNI plugin, such as macvlan "
       "[cni-type]"},
      {{.config = LIST("\"plugins\":[{\"type\":\"\"}]")},
       "cni-type",
       "spec.config.plugins[0].type: Required value: without a type, there is no plugin to run; name the CNI plugin, "
       "such as macvlan "
       "[cni-type]"},
      {{.config = LIST("\"plugins\":[{\"type\":5}]")},
       "cni-type",
       "spec.config.plugins[0].type: Invalid value: \"5\": must be a string, not an integer; name the CNI plugin, such "
       "as macvlan [cni-type]"},
      {{.config = LIST("\"plugins\":[{\"type\":\"a/b\"}]")},
       "cni-type",
       "spec.config.plugins[0].type: Invalid value: \"a/b\": is not a file name; type must be the name of the plugin's "
       "executable; "
       "name the CNI plugin, such as macvlan [cni-type]"},
      {{.config = WITH("\"name\":null")},
       "cni-name",
       "spec.config.name: Required value: must not be null: Multus only fills in a name that is missing or empty; "
       "remove it, or set a name [cni-name]"},
      {{.config = WITH("\"name\":5")},
       "cni-name",
       "spec.config.name: Invalid value: \"5\": must be a string, not an integer; use letters, digits, '.', '_' and "
       "'-', starting with a letter or digit [cni-name]"},
      {{.config = WITH("\"name\":\"a b\"")},
       "cni-name",
       "spec.config.name: Invalid value: \"a b\": libcni does not accept this network name; use letters, digits, '.', "
       "'_' and '-', starting with a letter or digit [cni-name]"},
      {{.config = WITH("\"cniVersion\":5")},
       "cni-version",
       "spec.config.cniVersion: Invalid value: \"5\": must be a string, not an integer; use 0.1.0, 0.2.0, 0.3.0, "
       "0.3.1, "
       "0.4.0, 1.0.0 or 1.1.0 [cni-version]"},
      {{.config = WITH("\"cniVersion\":\"9.9.9\"")},
       "cni-version",
       "spec.config.cniVersion: Unsupported value: \"9.9.9\": libcni does not support this version; use 0.1.0, 0.2.0, "
       "0.3.0, 0.3.1, 0.4.0, 1.0.0 or 1.1.0 [cni-version]"},
      {{.config = "{\"type\":\"macvlan\",\"master\":5}"},
       "interface-name",
       "spec.config.master: Invalid value: \"5\": must be a string, not an integer; use the NIC's name: 1 to 15 bytes "
       "(an alternative name: up to 127) without '/', ':' or white space [interface-name]"},
      {{.config = "{\"type\":\"macvlan\",\"master\":\"a/b\"}"},
       "interface-name",
       "spec.config.master: Invalid value: \"a/b\": is not a valid Linux interface name; use the NIC's name: 1 to 15 "
       "bytes (an alternative name: up to 127) without '/', ':' or white space [interface-name]"},
      {{.config = BRIDGE("\"vlan\":4095")},
       "vlan-range",
       "spec.config.vlan: Invalid value: \"4095\": is not a VLAN id; use a VLAN id from 0 to 4094 [vlan-range]"},
      {{.config = BRIDGE("\"vlan\":\"7\"")},
       "vlan-range",
       "spec.config.vlan: Invalid value: \"7\": must be an integer, not a string; use a VLAN id from 0 to 4094 "
       "[vlan-range]"},
      {{.config = BRIDGE("\"vlanTrunk\":{}")},
       "vlan-range",
       "spec.config.vlanTrunk: Invalid value: must be a list, not an object; use [{\"id\": 100}] [vlan-range]"},
      {{.config = BRIDGE("\"vlanTrunk\":[7]")},
       "vlan-range",
       "spec.config.vlanTrunk[0]: Invalid value: must be an object, not an integer; use {\"id\": 100} or {\"minID\": "
       "100, \"maxID\": 199} [vlan-range]"},
      {{.config = BRIDGE("\"vlanTrunk\":[{\"id\":0}]")},
       "vlan-range",
       "spec.config.vlanTrunk[0].id: Invalid value: \"0\": is not a VLAN id; use a VLAN id from 1 to 4094 "
       "[vlan-range]"},
      {{.config = BRIDGE("\"vlanTrunk\":[{\"minID\":5}]")},
       "vlan-range",
       "spec.config.vlanTrunk[0].maxID: Required value: minID and maxID only work together; set both, or only \"id\" "
       "[vlan-range]"},
      {{.config = BRIDGE("\"vlanTrunk\":[{\"maxID\":5}]")},
       "vlan-range",
       "spec.config.vlanTrunk[0].minID: Required value: minID and maxID only work together; set both, or only \"id\" "
       "[vlan-range]"},
      {{.config = BRIDGE("\"vlanTrunk\":[{\"minID\":9,\"maxID\":5}]")},
       "vlan-range",
       "spec.config.vlanTrunk[0].minID: Invalid value: \"9\": is above maxID 5; swap the two [vlan-range]"},
  };
  EXPECT_NADS(messages);
}

static void messages_of_range_rules(void **state) {
  (void)state;
  static const struct nad_message messages[] = {
      {{.config = IPAM("\"range\":\"x\"")},
       "ipam-syntax",
       "spec.config.ipam.range: Invalid value: \"x\": is not a CIDR that whereabouts can read; use ADDRESS/LENGTH "
       "or START-END/LENGTH, such as 10.200.5.0/24 [ipam-syntax]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"rangeStart\":\"192.168.99.5\"")},
       "ipam-lookalike-key",
       "spec.config.ipam.rangeStart: Invalid value: \"rangeStart\": is an unknown key, which whereabouts ignores; use "
       "range_start [ipam-lookalike-key]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"colour\":\"red\"")},
       "ipam-unknown-key",
       "spec.config.ipam.colour: Invalid value: \"colour\": is an unknown key, which whereabouts ignores; check "
       "its spelling, or remove it [ipam-unknown-key]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"range_start\":\"10.0.0.1\"")},
       "range-ignored",
       "spec.config.ipam.range_start: Invalid value: \"10.0.0.1\": is ignored because it is outside the usable "
       "addresses 192.168.99.1 to 192.168.99.254; choose an address from 192.168.99.1 to 192.168.99.254, or "
       "remove range_start [range-ignored]"},
      {{.config = IPAM("\"x\":1")},
       "range-empty",
       "spec.config.ipam.range: Required value: without a range, whereabouts hands out no addresses; add a \"range\" "
       "such "
       "as \"192.168.99.0/24\" [range-empty]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.0.0/16\"]")},
       "range-empty",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/24\": has no usable address: all of them are excluded; "
       "exclude less, or use a wider range [range-empty]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/31\"")},
       "range-empty",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/31\": has no usable address: the first and the last of a "
       "/31 are never handed out; use a wider one, such as a /24 [range-empty]"},
      {{.config = IPAM("\"range\":\"fd00:99::/127\"")},
       "range-empty",
       "spec.config.ipam.range: Invalid value: \"fd00:99::/127\": has no usable address: the first and the last of a "
       "/127 are never handed out; use a wider one, such as a /64 [range-empty]"},
      {{.config = IPAM("\"range\":\"0.0.0.0/0\"")},
       "range-class",
       "spec.config.ipam.range: Invalid value: \"0.0.0.0/0\": covers every address; choose a private range, "
       "such as 192.168.99.0/24 [range-class]"},
      {{.config = IPAM("\"range\":\"224.0.0.0/24\"")},
       "range-class",
       "spec.config.ipam.range: Invalid value: \"224.0.0.0/24\": includes multicast addresses; choose a private range, "
       "such as 192.168.99.0/24 [range-class]"},
      {{.config = IPAM("\"range\":\"010.0.5.0/24\"")},
       "range-leading-zero",
       "spec.config.ipam.range: Invalid value: \"010.0.5.0/24\": has octets with leading zeros, which whereabouts "
       "reads as decimal; use "
       "10.0.5.0/24 [range-leading-zero]"},
      {{.config = IPAM("\"ipRanges\":[{\"range\":\"192.168.99.0/24\"},{\"range\":\"192.168.99.8/29\"}]")},
       "overlap-self",
       "spec.config.ipam.ipRanges[1].range: Invalid value: \"192.168.99.8/29\": shares 192.168.99.9-192.168.99.14 with "
       "spec.config.ipam.ipRanges[0].range (192.168.99.0/24); use ranges that do not overlap "
       "[overlap-self]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\"")},
       "gateway-in-pool",
       "spec.config.ipam.gateway: Invalid value: \"192.168.99.1\": can be handed out to a pod; add \"exclude\": "
       "[\"192.168.99.1/32\"] [gateway-in-pool]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.1\",\"exclude\":[\"192.168.99.9\"]")},
       "gateway-in-pool",
       "spec.config.ipam.gateway: Invalid value: \"192.168.99.1\": can be handed out to a pod; append "
       "\"192.168.99.1/32\" "
       "to \"exclude\" [gateway-in-pool]"},
      {{.config = IPAM("\"ipRanges\":[{\"range\":\"fd00:99::/64\"}],\"gateway\":\"fd00:99::1\"")},
       "gateway-in-pool",
       "spec.config.ipam.gateway: Invalid value: \"fd00:99::1\": can be handed out to a pod; add \"exclude\": "
       "[\"fd00:99::1/128\"] to spec.config.ipam.ipRanges[0] [gateway-in-pool]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"gateway\":\"10.0.0.1\"")},
       "gateway-outside",
       "spec.config.ipam.gateway: Invalid value: \"10.0.0.1\": is outside 192.168.99.0/24; correct it, or remove it: "
       "a migration network needs no gateway [gateway-outside]"},
      {{.config = IPAM("\"ipRanges\":[{\"range\":\"192.168.98.0/24\"},{\"range\":\"192.168.99.0/24\"}],"
                       "\"gateway\":\"10.0.0.1\"")},
       "gateway-outside",
       "spec.config.ipam.gateway: Invalid value: \"10.0.0.1\": is outside 192.168.98.0/24 and the other ranges; "
       "correct it, or remove it: a migration network needs no gateway [gateway-outside]"},
  };
  EXPECT_NADS(messages);
}

#define NAD(name, range)                                                                                               \
  "---\n{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: shop, name: " name   \
  "}, spec: {config: '{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"" range \
  "\"}}'}}\n"
#define EAST POLICY "remoteClusters: [{name: east, ranges: [192.168.99.128/25]}]\n"
#define EAST_AND_WEST                                                                                                  \
  POLICY "remoteClusters: [{name: east, ranges: [192.168.99.128/25]}, {name: west, ranges: [192.168.99.0/26]}]\n"

static void messages_of_overlap_rules(void **state) {
  (void)state;
  static const struct nad_message messages[] = {
      {{.config = IPAM("\"range\":\"10.128.0.0/16\"")},
       "overlap-cluster-network",
       "spec.config.ipam.range: Invalid value: \"10.128.0.0/16\": overlaps the pod network 10.128.0.0/14 (Network "
       "cluster); choose a range outside it [overlap-cluster-network]"},
      {{.config = IPAM("\"range\":\"0.0.0.0/1\""), .policy = POLICY "rules: {range-class: off}\n"},
       "overlap-cluster-network",
       "spec.config.ipam.range: Invalid value: \"0.0.0.0/1\": overlaps the pod network 10.128.0.0/14 (Network "
       "cluster), the OVN-Kubernetes join subnet 100.64.0.0/16 (OVN-Kubernetes default) and the OVN-Kubernetes transit "
       "subnet 100.88.0.0/16 (OVN-Kubernetes default); choose a range outside them "
       "[overlap-cluster-network]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""), .no_state = true},
       "overlap-cluster-network",
       "spec.config.ipam.range: Invalid value: could not be checked: cluster networks unknown; set clusterNetworks "
       "[overlap-cluster-network]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""), .more = NAD("a", "192.168.99.8/29")},
       "overlap-network",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/24\": overlaps 192.168.99.8/29 of NAD shop/a (shared: "
       "192.168.99.9-192.168.99.14); choose a range outside it [overlap-network]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""),
        .more = NAD("a", "192.168.99.8/29") NAD("b", "192.168.99.8/29")},
       "overlap-network",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/24\": overlaps 192.168.99.8/29 of NAD shop/a (shared: "
       "192.168.99.9-192.168.99.14), and pools of 1 more NAD; choose a range outside it "
       "[overlap-network]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""), .no_state = true},
       "overlap-network",
       "spec.config.ipam.range: Invalid value: could not be checked: other NADs are unknown [overlap-network]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""), .policy = EAST},
       "overlap-remote-cluster",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/24\": overlaps 192.168.99.128/25 of the remote cluster "
       "east; exclude 192.168.99.128-192.168.99.254, or choose another range [overlap-remote-cluster]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""), .policy = EAST_AND_WEST},
       "overlap-remote-cluster",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/24\": overlaps 192.168.99.128/25 of the remote cluster "
       "east and 192.168.99.0/26 of the remote cluster west; exclude them, or choose another range "
       "[overlap-remote-cluster]"},
  };
  EXPECT_NADS(messages);
}

/* COUNT ranges, each outside every network. */
static const char *many_ranges(struct dw_buf *out, unsigned count) {
  dw_buf_puts(out, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":[");
  for (unsigned i = 0; i < count; i++)
    dw_buf_printf(out, "%s{\"range\":\"20.%u.%u.0/24\"}", i == 0 ? "" : ",", i / 256, i % 256);
  dw_buf_puts(out, "]}}");
  return dw_buf_text(out);
}

static void messages_about_too_many_ranges(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf config = DW_BUF_INIT;
  const char *text = many_ranges(&config, 1025);
  const struct nad_message messages[] = {
      {{.config = text},
       "overlap-network",
       "spec.config.ipam.ipRanges[1024].range: Forbidden: only the first 1024 ranges are compared with other NADs; use "
       "a few wide ranges [overlap-network]"},
      {{.config = text, .policy = POLICY "rules: {overlap-network: warn}\n"},
       "overlap-cluster-network",
       "spec.config.ipam.ipRanges[1024].range: Forbidden: only the first 1024 ranges are compared with the cluster's "
       "networks; use a few wide ranges [overlap-cluster-network]"},
  };
  EXPECT_NADS(messages);
}

#define NO_MATCH POLICY "nodes: {selector: none}\n"
#define NODE(name)                                                                                                     \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {kubevirt.io/schedulable: 'true'}}}\n"
#define WINDOWS "---\n{apiVersion: v1, kind: Node, metadata: {name: w, labels: {kubernetes.io/os: windows}}}\n"

static void messages_of_nic_rules(void **state) {
  (void)state;
  static const struct nad_message messages[] = {
      {{.config = "{\"type\":\"macvlan\"," NAD_IPAM "}"},
       "master-required",
       "spec.config.master: Required value: without it, macvlan uses the NIC of the default route; use the NIC that is "
       "dedicated to migrations [master-required]"},
      {{.config = WITH("\"linkInContainer\":true," NAD_IPAM)},
       "master-in-container",
       "spec.config.linkInContainer: Invalid value: \"true\": looks for the master inside the pod, but the NIC is on "
       "the node; remove it [master-in-container]"},
      {{.config = "{\"type\":\"macvlan\",\"master\":\"bond2\"," NAD_IPAM "}"},
       "master-missing",
       "spec.config.master: Not found: \"bond2\": no such NIC on 3 of 3 nodes: worker-0, worker-1 and worker-2; did "
       "you mean \"bond1\"? NICs present on all nodes: bond1, eth1, eth2, eth4 and eth5 [master-missing]"},
      {{.config = WITH(NAD_IPAM), .no_state = true},
       "master-unverified",
       "spec.config.master: Invalid value: could not be checked: the nodes are unknown [master-unverified]"},
      {{.config = WITH(NAD_IPAM), .policy = NO_MATCH},
       "master-unverified",
       "spec.config.master: Invalid value: could not be checked: no node matches nodes.selector of the policy "
       "[master-unverified]"},
      {{.config = WITH(NAD_IPAM), .state = WINDOWS},
       "master-unverified",
       "spec.config.master: Invalid value: could not be checked: no node runs Linux [master-unverified]"},
      {{.config = WITH(NAD_IPAM), .state = NODE("a") NODE("b")},
       "master-unverified",
       "spec.config.master: Invalid value: could not be checked: no NodeNetworkState (is kubernetes-nmstate "
       "installed?) "
       "[master-unverified]"},
      {{.config = WITH(NAD_IPAM), .more = NODE("a")},
       "master-unverified",
       "spec.config.master: Invalid value: could not be checked: no NodeNetworkState for a [master-unverified]"},
      {{.config = WITH(NAD_IPAM), .more = NODE("a") NODE("b") NODE("c") NODE("d") NODE("e")},
       "master-unverified",
       "spec.config.master: Invalid value: could not be checked: no NodeNetworkState for a, b, c and 2 more "
       "[master-unverified]"},
      {{.config = "{\"type\":\"macvlan\",\"master\":\"eth2\"," NAD_IPAM "}"},
       "master-down",
       "spec.config.master: Invalid value: \"eth2\": eth2 is not up on worker-1; bring it up [master-down]"},
      {{.config = "{\"type\":\"macvlan\",\"master\":\"ens3\"," NAD_IPAM "}"},
       "master-primary",
       "spec.config.master: Invalid value: \"ens3\": ens3 carries the node's own traffic on worker-0, worker-1 and "
       "worker-2; use a dedicated NIC [master-primary]"},
      {{.config = WITH("\"mtu\":65000," NAD_IPAM)},
       "mtu-above-master",
       "spec.config.mtu: Invalid value: \"65000\": is above the MTU of eth1 (lowest 9000) on worker-0, worker-1 and "
       "worker-2; use 9000, or raise the MTU of eth1 there [mtu-above-master]"},
      {{.config = "{\"type\":\"macvlan\",\"master\":\"eth4\"," NAD_IPAM "}"},
       "mtu-inconsistent",
       "spec.config.master: Invalid value: \"eth4\": MTU 1500 on worker-2, 9000 on worker-0; set \"mtu\": 1500 "
       "[mtu-inconsistent]"},
      {{.config = "{\"type\":\"bridge\"," NAD_IPAM "}"},
       "bridge-uplink",
       "spec.config.bridge: Required value: without it, the bridge is cni0, which has no uplink; use a bridge that has "
       "the migration NIC as its port on every node [bridge-uplink]"},
      {{.config = BRIDGE("\"bridge\":\"cni0\"")},
       "bridge-uplink",
       "spec.config.bridge: Invalid value: \"cni0\": is the default bridge, which has no uplink; use a bridge that has "
       "the migration NIC as its port on every node [bridge-uplink]"},
      {{.config = BRIDGE("\"bridge\":\"br2\"")},
       "bridge-uplink",
       "spec.config.bridge: Invalid value: \"br2\": has no port on worker-2; create a bridge with this name on every "
       "node, with the migration NIC as its port [bridge-uplink]"},
      {{.config = BRIDGE("\"bridge\":\"br3\"")},
       "bridge-uplink",
       "spec.config.bridge: Invalid value: \"br3\": does not exist on worker-2, is not a Linux bridge on worker-1; "
       "create a bridge with this name on every node, with the migration NIC as its port [bridge-uplink]"},
      {{.config = BRIDGE("\"bridge\":\"br1\""), .no_state = true},
       "bridge-uplink",
       "spec.config.bridge: Invalid value: could not be checked: the nodes are unknown [bridge-uplink]"},
  };
  EXPECT_NADS(messages);
}

#define DECENTRALIZED                                                                                                  \
  "---\n{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "        \
  "namespace: openshift-cnv}, spec: {featureGates: {decentralizedLiveMigration: true}}}\n"

static void messages_of_allocation_rules(void **state) {
  (void)state;
  static const struct nad_message messages[] = {
      {{.config = WITH("\"mtu\":1500")},
       "ipam-required",
       "spec.config.ipam: Required value: without IPAM, migration0 gets no address; add \"ipam\": {\"type\": "
       "\"whereabouts\", \"range\": \"192.168.99.0/24\"} [ipam-required]"},
      {{.config = LIST("\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"}]")},
       "ipam-required",
       "spec.config.plugins[0].ipam: Required value: without IPAM, migration0 gets no address; add \"ipam\": "
       "{\"type\": "
       "\"whereabouts\", \"range\": \"192.168.99.0/24\"} [ipam-required]"},
      {{.config = WITH("\"ipam\":{}")},
       "ipam-required",
       "spec.config.ipam: Required value: without IPAM, migration0 gets no address; add \"ipam\": {\"type\": "
       "\"whereabouts\", \"range\": \"192.168.99.0/24\"} [ipam-required]"},
      {{.config = "{\"type\":\"ovn-k8s-cni-overlay\",\"name\":\"n\",\"topology\":\"layer2\",\"netAttachDefName\":"
                  "\"openshift-cnv/net\"}"},
       "ipam-required",
       "spec.config.subnets: Required value: without IPAM, migration0 gets no address; add \"subnets\": "
       "\"192.168.99.0/24\" [ipam-required]"},
      {{.config = WITH("\"ipam\":{\"type\":\"host-local\"}")},
       "ipam-per-node",
       "spec.config.ipam.type: Invalid value: \"host-local\": allocates addresses on each node independently, so two "
       "nodes can hand out the same one; use whereabouts, or dhcp with a server on that network [ipam-per-node]"},
      {{.config = WITH("\"ipam\":{\"type\":\"static\"}")},
       "ipam-per-node",
       "spec.config.ipam.type: Invalid value: \"static\": has no address to assign, and would assign the same one on "
       "every node; use whereabouts, or dhcp with a server on that network [ipam-per-node]"},
      {{.config = WITH("\"ipam\":{\"type\":\"calico\"}")},
       "ipam-per-node",
       "spec.config.ipam.type: Invalid value: could not be checked: the IPAM plugin \"calico\" is unknown "
       "[ipam-per-node]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/30\"")},
       "pool-too-small",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/30\": has 2 usable addresses, but 3 are needed (3 nodes "
       "that run virt-handler); widen the range to at least /29 [pool-too-small]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/30\""), .more = DECENTRALIZED},
       "pool-too-small",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/30\": has 2 usable addresses, but 5 are needed (3 nodes "
       "that run virt-handler, 1 virt-synchronization-controller and 1 more during updates); widen the range "
       "to at least /29 [pool-too-small]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\""), .no_state = true},
       "pool-too-small",
       "spec.config.ipam.range: Invalid value: could not be checked: the nodes are unknown [pool-too-small]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/29\",\"exclude\":[\"192.168.99.4/30\"]")},
       "pool-tight",
       "spec.config.ipam.range: Invalid value: \"192.168.99.0/29\": has 3 usable addresses; 3 are needed; widen the "
       "range or exclude less [pool-tight]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]")},
       "default-route",
       "spec.config.ipam.routes[0].dst: Invalid value: \"0.0.0.0/0\": also sends the pod's other traffic here; remove "
       "it [default-route]"},
      {{.config = IPAM("\"range\":\"192.168.99.0/24\",\"enable_overlapping_ranges\":false")},
       "reservation-off",
       "spec.config.ipam.enable_overlapping_ranges: Invalid value: \"false\": overlapping ranges can hand out the same "
       "address; remove it [reservation-off]"},
  };
  EXPECT_NADS(messages);
}

static void messages_of_migration_rules(void **state) {
  (void)state;
  static const struct nad_message messages[] = {
      {{.config = WITH(NAD_IPAM), .ns = "shop"},
       "migration-namespace",
       "metadata.namespace: Invalid value: \"shop\": KubeVirt looks for migration networks in openshift-cnv (this is "
       "one: label droveway.io/migration-network is \"true\"); create it in openshift-cnv, or label it "
       "droveway.io/migration-network: \"false\" [migration-namespace]"},
      {{.config = WITH(NAD_IPAM), .name = "a.b"},
       "migration-name",
       "metadata.name: Invalid value: \"a.b\": is not a NAD name that Multus accepts; use lower-case letters, digits "
       "and '-' [migration-name]"},
      {{.config = ""},
       "migration-opaque",
       "spec.config: Required value: the configuration is in files on the nodes and cannot be checked; put the CNI "
       "configuration here [migration-opaque]"},
      {{.config = "{\"type\":\"ptp\"}"},
       "migration-plugin",
       "spec.config.type: Unsupported value: \"ptp\": this plugin does not connect nodes with each other; use macvlan, "
       "ipvlan, bridge or another plugin with an uplink [migration-plugin]"},
      {{.config = "{\"type\":\"odd\"}"},
       "migration-plugin",
       "spec.config.type: Unsupported value: \"odd\": it is unknown whether the plugin \"odd\" connects nodes "
       "[migration-plugin]"},
      {{.config = "{\"type\":\"tuning\"}"},
       "migration-plugin",
       "spec.config.type: Unsupported value: \"tuning\": creates no interface; put macvlan, bridge or another "
       "plugin with an uplink before it [migration-plugin]"},
      {{.config = LIST("\"plugins\":[{\"type\":\"tuning\"}]")},
       "migration-plugin",
       "spec.config.plugins: Unsupported value: \"tuning\": creates no interface; put macvlan, bridge or "
       "another plugin with an uplink before it [migration-plugin]"},
  };
  EXPECT_NADS(messages);
}

/* --- requests --- */

struct message {
  enum dw_operation operation;
  const char *object, *old, *state; /* `state` as in world_of() */
  const char *rule, *text;
};

static void expect_in(const struct dw_world *world, const struct message *message) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_request request;
  char *body = review_body(message->operation, message->object, message->old);
  assert_int_equal(dw_review_read(arena, body, strlen(body), &request, NULL), 0);
  struct dw_judgement judgement = dw_judge(arena, world, &request, SIZE_MAX);
  expect_first(arena, &judgement.findings, message->rule, message->text);
  free(body);
}

static void expect_all(const struct message *messages, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct dw_world *world = world_of(messages[i].state, NULL);
    expect_in(world, &messages[i]);
    dw_world_unref(world);
  }
}
#define EXPECT_ALL(messages) expect_all(messages, sizeof(messages) / sizeof *(messages))

#define HCO_IN(ns, name, meta, spec)                                                                                   \
  "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: " name ", namespace: " ns meta         \
  "}, spec: {" spec "}}"
#define HCO(spec) HCO_IN("openshift-cnv", "kubevirt-hyperconverged", "", spec)
#define NETWORK(value) HCO("liveMigrationConfig: {network: " value "}")
#define BLOCK(members) HCO("liveMigrationConfig: {" members "}")
#define KUBEVIRT(ns, members)                                                                                          \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: " ns                             \
  "}, spec: {configuration: {migrations: {" members "}}}}"
#define NAD_IN(ns, name, meta, config)                                                                                 \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {namespace: " ns ", name: " name meta \
  "}, spec: {config: '" config "'}}"
#define GOOD "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"
#define LM NAD_IN("openshift-cnv", "lm", "", GOOD)
#define MIGRATION(name)                                                                                                \
  "---\n{apiVersion: kubevirt.io/v1, kind: VirtualMachineInstanceMigration, metadata: {namespace: vms, name: " name    \
  "}, status: {phase: Running}}\n"

static void messages_of_network_rules(void **state) {
  (void)state;
  static const struct message messages[] = {
      {DW_OP_CREATE, HCO_IN("default", "kubevirt-hyperconverged", "", ""), NULL, "", "config-namespace",
       "metadata.namespace: Invalid value: \"default\": HyperConverged's operator only reads namespace openshift-cnv; "
       "create it in openshift-cnv [config-namespace]"},
      {DW_OP_CREATE, HCO_IN("openshift-cnv", "other", "", ""), NULL, "", "config-name",
       "metadata.name: Invalid value: \"other\": HyperConverged's operator only reads the object named "
       "kubevirt-hyperconverged; rename it [config-name]"},
      {DW_OP_CREATE, NETWORK("'a,b'"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"a,b\": lists several networks, and virt-operator would "
       "attach them all; use the name of one NAD [network-syntax]"},
      {DW_OP_CREATE, NETWORK("shop/lm"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"shop/lm\": Multus's namespace isolation keeps pods in "
       "openshift-cnv from using NADs of namespace shop; create the NAD in openshift-cnv and use its bare name \"lm\" "
       "[network-syntax]"},
      {DW_OP_CREATE, NETWORK("''"), NULL, "", "network-empty",
       "spec.liveMigrationConfig.network: Invalid value: \"\": virt-operator writes \"@migration0\", which names no "
       "network, so new virt-handler pods stay in ContainerCreating; remove the field to migrate over the pod network "
       "[network-empty]"},
      {DW_OP_CREATE, NETWORK("shop/"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"shop/\": names a namespace without a NAD; use the bare name "
       "of a NAD [network-syntax]"},
      {DW_OP_CREATE, NETWORK("lm@eth0"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"lm@eth0\": also names an interface, which breaks the "
       "\"@migration0\" that virt-operator appends; use the bare name \"lm\" [network-syntax]"},
      {DW_OP_CREATE, NETWORK("Lm"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"Lm\": contains capital letters, which a NAD's name cannot "
       "have; use lower case: \"lm\" [network-syntax]"},
      {DW_OP_CREATE, NETWORK("a.b"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"a.b\": is not a NAD name that Multus accepts; use the name "
       "of a NAD: lower-case letters, digits and '-' [network-syntax]"},
      {DW_OP_CREATE, NETWORK("[lm]"), NULL, "", "network-syntax",
       "spec.liveMigrationConfig.network: Invalid value: \"[\\\"lm\\\"]\": must be a string, not a list; use the name "
       "of a NAD [network-syntax]"},
      {DW_OP_CREATE, NETWORK("lm"), NULL, "", "network-missing",
       "spec.liveMigrationConfig.network: Not found: \"lm\": no such NAD in namespace openshift-cnv; create the NAD "
       "first [network-missing]"},
      {DW_OP_CREATE, NETWORK("migratoin"), NULL, NAD_IN("openshift-cnv", "migration", "", GOOD), "network-missing",
       "spec.liveMigrationConfig.network: Not found: \"migratoin\": no such NAD in namespace openshift-cnv; did you "
       "mean \"migration\"? [network-missing]"},
      {DW_OP_CREATE, NETWORK("lm"), NULL, NAD_IN("shop", "lm", "", GOOD), "network-missing",
       "spec.liveMigrationConfig.network: Not found: \"lm\": namespace shop has a NAD with that name, but it must be "
       "in openshift-cnv; create it in openshift-cnv [network-missing]"},
      {DW_OP_CREATE, NETWORK("lm"), NULL, NULL, "network-missing",
       "spec.liveMigrationConfig.network: Invalid value: could not be checked: the NADs are unknown "
       "[network-missing]"},
      {DW_OP_CREATE, NETWORK("lm"), NULL,
       NAD_IN("openshift-cnv", "lm", ", deletionTimestamp: '2026-11-21T00:00:00Z'", GOOD), "network-missing",
       "spec.liveMigrationConfig.network: Not found: \"lm\": NAD openshift-cnv/lm is being deleted; create it again "
       "after it is deleted [network-missing]"},
      {DW_OP_CREATE, KUBEVIRT("default", "network: lm"), NULL, "", "network-missing",
       "spec.configuration.migrations.network: Invalid value: could not be checked: this KubeVirt is outside "
       "namespace openshift-cnv [network-missing]"},
      {DW_OP_CREATE, NETWORK("lm"), NULL, NAD_IN("openshift-cnv", "lm", "", "{\"type\":\"ptp\"," NAD_IPAM "}"),
       "network-unfit",
       "spec.liveMigrationConfig.network: Invalid value: \"lm\": NAD openshift-cnv/lm violates migration-plugin: "
       "spec.config.type: Unsupported value: \"ptp\": this plugin does not connect nodes with each other; fix that NAD "
       "first [network-unfit]"},
      {DW_OP_UPDATE, NETWORK("lm"), NETWORK("null"), LM, "network-change",
       "spec.liveMigrationConfig.network: Invalid value: \"lm\": this change restarts the virt-handler pods: first one "
       "and, once it is running, 10 % of them at a time [network-change]"},
      {DW_OP_UPDATE, NETWORK("lm"), NETWORK("null"), LM "\n" MIGRATION("a"), "migrations-running",
       "spec.liveMigrationConfig.network: Invalid value: \"lm\": 1 live migration is in progress; wait for them to "
       "finish, or they may fail [migrations-running]"},
      {DW_OP_UPDATE, NETWORK("lm"), NETWORK("null"), LM "\n" MIGRATION("a") MIGRATION("b"), "migrations-running",
       "spec.liveMigrationConfig.network: Invalid value: \"lm\": 2 live migrations are in progress; wait for them to "
       "finish, or they may fail [migrations-running]"},
      {DW_OP_UPDATE, NETWORK("lm"), NETWORK("null"), NULL, "migrations-running",
       "spec.liveMigrationConfig.network: Invalid value: could not be checked: the migrations are unknown "
       "[migrations-running]"},
      {DW_OP_DELETE, LM, NULL, NETWORK("lm"), "network-in-use",
       "metadata.name: Forbidden: HyperConverged openshift-cnv/kubevirt-hyperconverged uses this NAD as its migration "
       "network; remove it from that HyperConverged first [network-in-use]"},
      {DW_OP_DELETE, LM, NULL, KUBEVIRT("openshift-cnv", "network: lm"), "network-in-use",
       "metadata.name: Forbidden: KubeVirt openshift-cnv/kubevirt uses this NAD as its migration network; remove it "
       "from that KubeVirt first [network-in-use]"},
      {DW_OP_DELETE, LM, NULL, NULL, "network-in-use",
       "metadata.name: Invalid value: could not be checked: the HyperConverged and KubeVirt objects are unknown "
       "[network-in-use]"},
      {DW_OP_UPDATE, LM, NAD_IN("openshift-cnv", "lm", "", "{}"), NETWORK("lm"), "network-in-use-change",
       "spec.config: Invalid value: this NAD is in use: running virt-handler pods keep the old configuration; restart "
       "the virt-handler pods to apply it [network-in-use-change]"},
  };
  EXPECT_ALL(messages);
}

static void messages_about_unknown_facts(void **state) {
  (void)state;
  static const struct {
    enum dw_knowledge knowledge;
    struct message message;
  } cases[] = {
      {DW_UNKNOWN,
       {DW_OP_CREATE, NETWORK("migratoin"), NULL, NAD_IN("openshift-cnv", "migration", "", GOOD), "network-missing",
        "spec.liveMigrationConfig.network: Invalid value: could not be checked: the NADs are unknown; did you mean "
        "\"migration\"? [network-missing]"}},
      {DW_UNAVAILABLE,
       {DW_OP_CREATE, NETWORK("lm"), NULL, NULL, "network-missing",
        "spec.liveMigrationConfig.network: Invalid value: could not be checked: NAD openshift-cnv/lm can't be looked "
        "up now [network-missing]"}},
      {DW_UNAVAILABLE,
       {DW_OP_DELETE, LM, NULL, NULL, "network-in-use",
        "metadata.name: Invalid value: could not be checked: the HyperConverged and KubeVirt objects that may use this "
        "NAD cannot be read now [network-in-use]"}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_world *world = world_knowing(cases[i].message.state, NULL, cases[i].knowledge);
    expect_in(world, &cases[i].message);
    dw_world_unref(world);
  }
}

#define ANNOTATED(patch)                                                                                               \
  HCO_IN("openshift-cnv", "kubevirt-hyperconverged", ", annotations: {kubevirt.kubevirt.io/jsonpatch: '" patch "'}", "")
#define PATCH(path, value) ANNOTATED("[{\"op\":\"add\",\"path\":\"" path "\",\"value\":" value "}]")
#define PATCHED_NETWORK "/spec/configuration/migrations/network"

static void messages_of_limit_and_operator_rules(void **state) {
  (void)state;
  static const struct message messages[] = {
      {DW_OP_CREATE, BLOCK("progressTimeout: '150'"), NULL, "", "limit-type",
       "spec.liveMigrationConfig.progressTimeout: Invalid value: \"150\": must be an integer, not a string; use 150 "
       "without quotes [limit-type]"},
      {DW_OP_CREATE, BLOCK("progressTimeout: [1]"), NULL, "", "limit-type",
       "spec.liveMigrationConfig.progressTimeout: Invalid value: \"[1]\": must be an integer, not a list [limit-type]"},
      {DW_OP_CREATE, HCO("liveMigrationConfig: 5"), NULL, "", "limit-type",
       "spec.liveMigrationConfig: Invalid value: \"5\": must be an object, not an integer [limit-type]"},
      {DW_OP_CREATE, BLOCK("parallelMigrationsPerCluster: -1"), NULL, "", "limit-range",
       "spec.liveMigrationConfig.parallelMigrationsPerCluster: Invalid value: \"-1\": must not be negative; use 1 or "
       "more [limit-range]"},
      {DW_OP_CREATE, BLOCK("progressTimeout: -1"), NULL, "", "limit-range",
       "spec.liveMigrationConfig.progressTimeout: Invalid value: \"-1\": must not be negative; set a number of seconds "
       "[limit-range]"},
      {DW_OP_CREATE, BLOCK("parallelOutboundMigrationsPerNode: 0"), NULL, "", "limit-range",
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: Invalid value: \"0\": with 0, no migration can "
       "start; use 1 or more [limit-range]"},
      {DW_OP_CREATE, BLOCK("parallelMigrationsPerCluster: 4294967296"), NULL, "", "limit-range",
       "spec.liveMigrationConfig.parallelMigrationsPerCluster: Invalid value: \"4294967296\": must be at most "
       "4294967295; use a smaller number [limit-range]"},
      {DW_OP_CREATE, BLOCK("completionTimeoutPerGiB: 0"), NULL, "", "limit-range",
       "spec.liveMigrationConfig.completionTimeoutPerGiB: Invalid value: \"0\": 0 disables the timeout; set a number "
       "of seconds, unless this is intended [limit-range]"},
      {DW_OP_CREATE, BLOCK("parallelOutboundMigrationsPerNode: 6, parallelMigrationsPerCluster: 5"), NULL, "",
       "parallel-order",
       "spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: Invalid value: \"6\": 6 is above the cluster's 5; "
       "use 5 or less, or raise parallelMigrationsPerCluster [parallel-order]"},
      {DW_OP_CREATE, BLOCK("bandwidthPerMigration: 64MB"), NULL, "", "bandwidth",
       "spec.liveMigrationConfig.bandwidthPerMigration: Invalid value: \"64MB\": is not a valid quantity; use \"64M\" "
       "[bandwidth]"},
      {DW_OP_CREATE, BLOCK("bandwidthPerMigration: -1Mi"), NULL, "", "bandwidth",
       "spec.liveMigrationConfig.bandwidthPerMigration: Invalid value: \"-1Mi\": must not be negative; use bytes per "
       "second, such as \"64Mi\", or \"0\" for no limit [bandwidth]"},
      {DW_OP_CREATE, ANNOTATED("{"), NULL, "", "jsonpatch-network",
       "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Invalid value: is not a JSON Patch, so it cannot be "
       "applied; "
       "use a JSON list of operations (RFC 6902) [jsonpatch-network]"},
      {DW_OP_CREATE, PATCH("/metadata/labels", "{}"), NULL, "", "jsonpatch-network",
       "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Invalid value: contains a path outside /spec/, so "
       "HyperConverged applies none of the patch; use only paths that begin with /spec/ [jsonpatch-network]"},
      {DW_OP_CREATE, ANNOTATED("[{\"op\":\"move\",\"from\":\"/spec/x\",\"path\":\"" PATCHED_NETWORK "\"}]"), NULL, "",
       "jsonpatch-network",
       "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Invalid value: could not be checked: its effect is "
       "unknown [jsonpatch-network]"},
      {DW_OP_CREATE, PATCH(PATCHED_NETWORK, "\"lm\""), NULL, "", "jsonpatch-network",
       "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Invalid value: sets the network to \"lm\"; set "
       "spec.liveMigrationConfig.network instead [jsonpatch-network]"},
      {DW_OP_CREATE, PATCH(PATCHED_NETWORK, "5"), NULL, "", "jsonpatch-network",
       "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Invalid value: sets the network to an integer; set "
       "spec.liveMigrationConfig.network instead [jsonpatch-network]"},
      {DW_OP_CREATE, PATCH(PATCHED_NETWORK, "null"), NULL, "", "jsonpatch-network",
       "metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Invalid value: removes the migration network; set "
       "spec.liveMigrationConfig.network instead [jsonpatch-network]"},
      {DW_OP_CREATE, HCO("evictionStrategy: None, liveMigrationConfig: {network: lm}"), NULL, "", "eviction-strategy",
       "spec.evictionStrategy: Invalid value: \"None\": a network is set, but with None a drain migrates no VM; set "
       "LiveMigrate [eviction-strategy]"},
      {DW_OP_CREATE, HCO("evictionStrategy: External, liveMigrationConfig: {network: lm}"), NULL, "",
       "eviction-strategy",
       "spec.evictionStrategy: Invalid value: \"External\": a network is set, but with External a drain migrates no "
       "VM; set LiveMigrate [eviction-strategy]"},
  };
  EXPECT_ALL(messages);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(messages_of_cni_rules),        cmocka_unit_test(messages_of_range_rules),
      cmocka_unit_test(messages_of_overlap_rules),    cmocka_unit_test(messages_about_too_many_ranges),
      cmocka_unit_test(messages_of_nic_rules),        cmocka_unit_test(messages_of_allocation_rules),
      cmocka_unit_test(messages_of_migration_rules),  cmocka_unit_test(messages_of_network_rules),
      cmocka_unit_test(messages_about_unknown_facts), cmocka_unit_test(messages_of_limit_and_operator_rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
