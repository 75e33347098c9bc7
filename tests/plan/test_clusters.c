/* `droveway init` on made-up clusters: what it writes, `check` finds nothing wrong with; or it refuses, where nothing
 * fits, and says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "support/run_program.h"

enum { CLUSTERS = 120, MOST_NODES = 200 };

/* --- a cluster, chosen by its seed --- */

enum user { USER_V1, USER_V1BETA1, USER_KUBEVIRT, USERS };
enum management { MANAGEMENT_NIC, MANAGEMENT_OVS, MANAGEMENT_BOND, MANAGEMENTS };

struct cluster {
  uint64_t random;
  unsigned nodes, control_plane;
  enum user user;
  enum management management;
  bool v6;            /* the cluster's own networks are IPv6 only */
  bool decentralized; /* migrations between clusters */
  bool no_states;     /* there is no NodeNetworkState */
  bool one_state_missing;
  bool workers_only; /* control-plane nodes only have the NIC of the management network */
  /* What the nodes have; those that fit: */
  bool dedicated, bond, vlan, bridge;
  /* and those that do not: */
  bool missing_on_one, down_on_one, lonely_bridge;
  bool mtu_differs, addressed, shared, taken; /* the pool of another NAD is where ranges are suggested first */
  bool service_range;
  bool eviction_none;
  bool named; /* the user names the network already, and the NAD is missing */
};

static unsigned pick(struct cluster *c, unsigned below) {
  c->random = c->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(c->random >> 33) % below;
}

static bool chance(struct cluster *c, unsigned percent) {
  return pick(c, 100) < percent;
}

static struct cluster make_cluster(unsigned seed) {
  static const unsigned sizes[] = {1, 2, 3, 5, 8, 20, 61, 130, MOST_NODES};
  struct cluster c = {.random = seed * UINT64_C(0x9E3779B97F4A7C15)};
  c.nodes = sizes[pick(&c, seed % 10 == 0 ? 9 : 6)];
  c.control_plane = c.nodes == 1 ? 0 : 1 + 2 * pick(&c, 2);
  c.user = (enum user)pick(&c, USERS);
  c.management = (enum management)pick(&c, MANAGEMENTS);
  c.v6 = chance(&c, 15);
  c.decentralized = chance(&c, 40);
  c.no_states = chance(&c, 6);
  c.one_state_missing = chance(&c, 6);
  c.dedicated = chance(&c, 55);
  c.bond = chance(&c, 35);
  c.vlan = chance(&c, 35);
  c.bridge = chance(&c, 30);
  c.missing_on_one = chance(&c, 50);
  c.down_on_one = chance(&c, 50);
  c.lonely_bridge = chance(&c, 30);
  c.mtu_differs = chance(&c, 20);
  c.addressed = chance(&c, 25);
  c.shared = chance(&c, 30);
  c.taken = chance(&c, 50);
  c.service_range = chance(&c, 30);
  c.eviction_none = chance(&c, 20);
  c.named = chance(&c, 25);
  c.workers_only = chance(&c, 20);
  return c;
}

/* virt-synchronization-controller runs on control-plane nodes, so these must have the NIC, too. */
static bool lacks_on_control_plane(const struct cluster *c) {
  return c->workers_only && c->decentralized && c->control_plane > 0;
}

static bool anything_fits(const struct cluster *c) {
  return !lacks_on_control_plane(c) && !c->no_states && !c->one_state_missing &&
         (c->dedicated || c->bond || c->vlan || c->bridge);
}

/* --- its objects, as JSON documents --- */

static bool is_control_plane(const struct cluster *c, unsigned node) {
  return node >= c->nodes;
}

static unsigned all_nodes(const struct cluster *c) {
  return c->nodes + c->control_plane;
}

static void add_interface(struct dw_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_interface(struct dw_buf *out, const char *format, ...) {
  va_list args;
  if (out->data[out->length - 1] != '[')
    dw_buf_putc(out, ',');
  va_start(args, format);
  dw_buf_vprintf(out, format, args);
  va_end(args);
}

static void put_node_address(const struct cluster *c, char out[64], unsigned node, const char *net4, const char *net6) {
  if (c->v6)
    snprintf(out, 64, "%s%x", net6, node + 0x10);
  else
    snprintf(out, 64, "%s%u.%u", net4, node / 200, node % 200 + 10);
}

#define ADDRESS "\"ipv4\":{\"enabled\":true,\"address\":[{\"ip\":\"%s\",\"prefix-length\":16}]}"
#define ADDRESS6 "\"ipv6\":{\"enabled\":true,\"address\":[{\"ip\":\"%s\",\"prefix-length\":64}]}"

static void add_management(struct cluster *c, struct dw_buf *out, unsigned node) {
  char address[64];
  put_node_address(c, address, node, "192.168.", "fd00:1::");
  const char *name = c->management == MANAGEMENT_OVS ? "br-ex" : c->management == MANAGEMENT_BOND ? "bond0" : "eth0";
  if (c->management != MANAGEMENT_NIC)
    add_interface(out, "{\"name\":\"eth0\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":1500,\"controller\":\"%s\"}",
                  name);
  if (c->management == MANAGEMENT_OVS)
    add_interface(out, "{\"name\":\"br-ex\",\"type\":\"ovs-bridge\",\"state\":\"up\",\"bridge\":{\"port\":[{\"name\":"
                       "\"eth0\"},{\"name\":\"br-ex\"}]}}");
  const char *type = c->management == MANAGEMENT_OVS    ? "ovs-interface"
                     : c->management == MANAGEMENT_BOND ? "bond"
                                                        : "ethernet";
  add_interface(out, "{\"name\":\"%s\",\"type\":\"%s\",\"state\":\"up\",\"mtu\":1500,", name, type);
  dw_buf_printf(out, c->v6 ? ADDRESS6 "}" : ADDRESS "}", address);
}

static void add_dedicated(struct cluster *c, struct dw_buf *out, unsigned node) {
  char address[64];
  put_node_address(c, address, node, "10.60.", "fd00:60::");
  unsigned mtu = c->mtu_differs && node == 0 ? 1500 : 9000;
  add_interface(
      out, "{\"name\":\"eth1\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":%u,\"ethernet\":{\"speed\":25000}", mtu);
  if (c->addressed) {
    dw_buf_putc(out, ',');
    dw_buf_printf(out, c->v6 ? ADDRESS6 : ADDRESS, address);
  }
  dw_buf_putc(out, '}');
}

static void add_others(struct cluster *c, struct dw_buf *out, unsigned node) {
  if (c->bond)
    add_interface(out,
                  "{\"name\":\"bond1\",\"type\":\"bond\",\"state\":\"up\",\"mtu\":9000},"
                  "{\"name\":\"eth5\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000,\"controller\":\"bond1\","
                  "\"ethernet\":{\"speed\":10000}},"
                  "{\"name\":\"eth6\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000,\"controller\":\"bond1\","
                  "\"ethernet\":{\"speed\":10000}}");
  if (c->vlan)
    add_interface(out, "{\"name\":\"storage.300\",\"type\":\"vlan\",\"state\":\"up\",\"mtu\":1500,\"vlan\":"
                       "{\"base-iface\":\"eth0\",\"id\":300}}");
  if (c->bridge)
    add_interface(out, "{\"name\":\"br-mig\",\"type\":\"linux-bridge\",\"state\":\"up\",\"mtu\":9000,\"bridge\":"
                       "{\"port\":[{\"name\":\"eth7\"}]}},"
                       "{\"name\":\"eth7\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000,\"controller\":"
                       "\"br-mig\"}");
  if (c->lonely_bridge)
    add_interface(out, "{\"name\":\"br-lonely\",\"type\":\"linux-bridge\",\"state\":\"up\",\"mtu\":1500,\"bridge\":"
                       "{\"port\":[]}}");
  if (c->missing_on_one && node != 0)
    add_interface(out, "{\"name\":\"eth2\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000,\"ethernet\":"
                       "{\"speed\":100000}}");
  if (c->down_on_one)
    add_interface(out, "{\"name\":\"eth3\",\"type\":\"ethernet\",\"state\":\"%s\",\"mtu\":9000}",
                  node == 0 ? "down" : "up");
}

static void add_node(struct cluster *c, struct dw_buf *out, unsigned node) {
  char address[64];
  bool control = is_control_plane(c, node);
  put_node_address(c, address, node, "192.168.", "fd00:1::");
  dw_buf_printf(out,
                "---\n{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-%03u\",\"labels\":{%s,"
                "\"kubernetes.io/os\":\"linux\"}},\"spec\":{%s},\"status\":{\"addresses\":[{\"type\":\"InternalIP\","
                "\"address\":\"%s\"}]}}\n",
                node,
                control ? "\"node-role.kubernetes.io/control-plane\":\"\""
                        : "\"node-role.kubernetes.io/worker\":\"\",\"kubevirt.io/schedulable\":\"true\"",
                control ? "\"taints\":[{\"key\":\"node-role.kubernetes.io/control-plane\",\"effect\":\"NoSchedule\"}]"
                        : "",
                address);
  if (c->no_states || (c->one_state_missing && node == 0))
    return;
  struct dw_buf interfaces = DW_BUF_INIT;
  dw_buf_puts(&interfaces, "[");
  add_management(c, &interfaces, node);
  bool bare = control && c->workers_only;
  if (c->dedicated && !bare)
    add_dedicated(c, &interfaces, node);
  if (!bare)
    add_others(c, &interfaces, node);
  dw_buf_printf(out,
                "---\n{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":{\"name\":"
                "\"node-%03u\"},\"status\":{\"currentState\":{\"interfaces\":%s]}}}\n",
                node, dw_buf_text(&interfaces));
  dw_buf_free(&interfaces);
}

static void add_networks(const struct cluster *c, struct dw_buf *out) {
  dw_buf_printf(out,
                "---\n{\"apiVersion\":\"config.openshift.io/v1\",\"kind\":\"Network\",\"metadata\":{\"name\":"
                "\"cluster\"},\"spec\":{\"networkType\":\"%s\",\"clusterNetwork\":[{\"cidr\":\"%s\"}],"
                "\"serviceNetwork\":[\"%s\"]}}\n",
                c->management == MANAGEMENT_OVS ? "OVNKubernetes" : "Other", c->v6 ? "fd01::/48" : "10.128.0.0/14",
                c->v6 ? "fd02::/112" : "172.30.0.0/16");
  if (c->taken)
    dw_buf_puts(out,
                "---\n{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":"
                "{\"namespace\":\"vms\",\"name\":\"tenant\"},\"spec\":{\"config\":\"{\\\"cniVersion\\\":"
                "\\\"0.3.1\\\",\\\"type\\\":\\\"macvlan\\\",\\\"master\\\":\\\"eth9\\\",\\\"ipam\\\":{"
                "\\\"type\\\":\\\"whereabouts\\\",\\\"range\\\":\\\"192.168.99.0/24\\\"}}\"}}\n");
  if (c->shared)
    dw_buf_puts(out,
                "---\n{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":"
                "{\"namespace\":\"vms\",\"name\":\"shared\"},\"spec\":{\"config\":\"{\\\"cniVersion\\\":"
                "\\\"0.3.1\\\",\\\"type\\\":\\\"macvlan\\\",\\\"master\\\":\\\"eth1\\\",\\\"ipam\\\":{"
                "\\\"type\\\":\\\"whereabouts\\\",\\\"range\\\":\\\"10.200.0.0/23\\\"}}\"}}\n");
  if (c->service_range)
    dw_buf_puts(out,
                "---\n{\"apiVersion\":\"metallb.io/v1beta1\",\"kind\":\"IPAddressPool\",\"metadata\":{\"namespace\":"
                "\"metallb-system\",\"name\":\"services\"},\"spec\":{\"addresses\":[\"10.200.2.0-10.200.3.255\","
                "\"192.168.96.0/22\"]}}\n");
}

/* NETWORK: what the user names; NULL for nothing. */
static void add_user(const struct cluster *c, struct dw_buf *out, const char *network) {
  const char *none = c->eviction_none ? "\"evictionStrategy\":\"None\"," : "";
  const char *state = c->decentralized ? "Enabled" : "Disabled";
  char block[128];
  snprintf(block, sizeof block, network == NULL ? "{}" : "{\"network\":\"%s\"}", network == NULL ? "" : network);
  if (network != NULL)
    none = c->user == USER_KUBEVIRT ? "\"evictionStrategy\":\"LiveMigrate\"," : "";
  if (c->user == USER_V1)
    dw_buf_printf(out,
                  "---\n{\"apiVersion\":\"hco.kubevirt.io/v1\",\"kind\":\"HyperConverged\",\"metadata\":{\"namespace\":"
                  "\"openshift-cnv\",\"name\":\"kubevirt-hyperconverged\"},\"spec\":{\"featureGates\":[{\"name\":"
                  "\"decentralizedLiveMigration\",\"state\":\"%s\"}],\"virtualization\":{%s\"liveMigrationConfig\":%s}"
                  "}}\n",
                  state, none, block);
  else if (c->user == USER_V1BETA1)
    dw_buf_printf(out,
                  "---\n{\"apiVersion\":\"hco.kubevirt.io/v1beta1\",\"kind\":\"HyperConverged\",\"metadata\":{"
                  "\"namespace\":\"kubevirt-hyperconverged\",\"name\":\"kubevirt-hyperconverged\"},\"spec\":{"
                  "\"featureGates\":{\"decentralizedLiveMigration\":%s},%s\"liveMigrationConfig\":%s}}\n",
                  c->decentralized ? "true" : "false", none, block);
  else
    dw_buf_printf(out,
                  "---\n{\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"KubeVirt\",\"metadata\":{\"namespace\":"
                  "\"kubevirt\",\"name\":\"kubevirt\"},\"spec\":{\"configuration\":{\"developerConfiguration\":{"
                  "\"featureGates\":[%s]},%s\"migrations\":%s}}}\n",
                  c->decentralized ? "\"DecentralizedLiveMigration\"" : "", none, block);
}

static char *state_of(struct cluster *c, const char *network) {
  struct dw_buf out = DW_BUF_INIT;
  size_t length;
  for (unsigned node = 0; node < all_nodes(c); node++)
    add_node(c, &out, node);
  add_networks(c, &out);
  add_user(c, &out, network);
  return dw_buf_steal(&out, &length);
}

/* --- what `check` says --- */

/* Checks that `check` finds nothing in FOLDER, except for rules that are about the moment of the change. */
static void expect_clean(unsigned seed, const char *folder, const char *state, bool changes) {
  RUN_SCOPED run = RUN("check", folder, "--state", state, "-o", "json");
  struct json_object *json = run_json(&run);
  struct json_object *findings = member_list(json, "findings");
  for (size_t i = 0; i < json_object_array_length(findings); i++) {
    struct json_object *finding = json_object_array_get_idx(findings, i);
    const char *rule = member_text(finding, "rule");
    if (!changes || (strcmp(rule, "network-change") != 0 && strcmp(rule, "migrations-running") != 0))
      fail_msg("seed %u: %s: %s", seed, rule, member_text(finding, "message"));
  }
  assert_int_equal(member_int(json, "objects"), 2);
  assert_int_equal(run.status, 0);
  json_object_put(json);
}

struct folders {
  char before[64], after[64], out[64];
};

static void make_folders(struct folders *folders, struct cluster *c) {
  folder_make(folders->before);
  folder_make(folders->after);
  folder_make(folders->out);
  char *before = state_of(c, c->named ? "migration-network" : NULL);
  char *after = state_of(c, "migration-network");
  folder_write(folders->before, "cluster.yaml", before);
  folder_write(folders->after, "cluster.yaml", after);
  free(before);
  free(after);
}

static void remove_folders(const struct folders *folders) {
  folder_remove(folders->before);
  folder_remove(folders->after);
  folder_remove(folders->out);
}

static void expect_written(unsigned seed, struct cluster *c, const struct folders *folders, const struct run *run) {
  if (run->status != 0)
    fail_msg("seed %u: status %d\n%s%s", seed, run->status, run->out, run->err);
  expect_clean(seed, folders->out, folders->before, !c->named);
  expect_clean(seed, folders->out, folders->after, false);
}

static void expect_refused(unsigned seed, const struct cluster *c, const struct run *run) {
  const char *reason = c->no_states           ? "there are no NodeNetworkStates"
                       : c->one_state_missing ? "[master-unverified]"
                                              : "no NIC or bridge of the nodes fits:";
  if (c->one_state_missing && c->nodes == 1 && (c->control_plane == 0 || !c->decentralized))
    reason = "there are no NodeNetworkStates";
  if (run->status != 1 || (strstr(run->err, reason) == NULL && strstr(run->err, "no NIC or bridge") == NULL))
    fail_msg("seed %u: not refused because \"%s\": status %d\n%s%s", seed, reason, run->status, run->out, run->err);
  if (!c->no_states && !c->one_state_missing && c->missing_on_one && all_nodes(c) > 1 &&
      strstr(run->err, "eth2") == NULL)
    fail_msg("seed %u: eth2 is not explained:\n%s", seed, run->err);
}

static void try_cluster(unsigned seed, unsigned *written) {
  struct cluster c = make_cluster(seed);
  struct folders folders;
  make_folders(&folders, &c);
  RUN_SCOPED run = RUN("init", "--state", folders.before, "--yes", "--output-dir", folders.out);
  if (anything_fits(&c)) {
    expect_written(seed, &c, &folders, &run);
    (*written)++;
  } else {
    expect_refused(seed, &c, &run);
  }
  remove_folders(&folders);
}

static void whatever_it_writes_passes_check(void **state) {
  (void)state;
  unsigned written = 0;
  for (unsigned seed = 1; seed <= CLUSTERS; seed++)
    try_cluster(seed, &written);
  assert_true(written >= 50);
  assert_true(written < CLUSTERS);
}

/* --- VLANs and bridges that do not exist yet --- */

static void try_making(unsigned seed, const char *option, const char *value, unsigned *written) {
  struct cluster c = make_cluster(seed);
  c.no_states = c.one_state_missing = false;
  struct folders folders;
  make_folders(&folders, &c);
  RUN_SCOPED run = RUN("init", "--state", folders.before, "--yes", "--output-dir", folders.out, option, value);
  if (run.status == 0) {
    expect_written(seed, &c, &folders, &run);
    (*written)++;
  } else if (run.status != 1 || strstr(run.err, "no NIC or bridge of the nodes fits:") == NULL) {
    fail_msg("seed %u: status %d\n%s%s", seed, run.status, run.out, run.err);
  }
  remove_folders(&folders);
}

static void what_creates_vlans_passes_check(void **state) {
  (void)state;
  unsigned written = 0;
  for (unsigned seed = 1; seed <= 40; seed++)
    try_making(seed, "--vlan", "77", &written);
  assert_true(written >= 25);
}

static void what_creates_bridges_passes_check(void **state) {
  (void)state;
  unsigned written = 0;
  for (unsigned seed = 1; seed <= 40; seed++)
    try_making(seed, "--plugin", "bridge", &written);
  assert_true(written >= 15);
}

static void ranges_of_ipv6_pass_check(void **state) {
  (void)state;
  unsigned written = 0;
  for (unsigned seed = 1; seed <= 30; seed++)
    try_making(seed, "--size", "/64", &written);
  assert_true(written >= 15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whatever_it_writes_passes_check),
      cmocka_unit_test(what_creates_vlans_passes_check),
      cmocka_unit_test(what_creates_bridges_passes_check),
      cmocka_unit_test(ranges_of_ipv6_pass_check),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
