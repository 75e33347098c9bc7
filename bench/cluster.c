#include "cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/object.h"
#include "json/json.h"

enum { IMAGES = 50, TENANTS = 100, PHYSICAL = 8 };

/* --- metadata that no rule reads --- */

/* Appends managedFields, with OWNED as their "fieldsV1". */
static void add_managed(struct dw_buf *out, const char *manager, const char *owned) {
  dw_buf_printf(out,
                "\"managedFields\":[{\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":%s,\"manager\":\"%"
                "s\",\"operation\":\"Update\",\"time\":\"2026-11-21T00:00:00Z\"}],",
                owned, manager);
}

static const char owned_by_kubelet[] =
    "{\"f:metadata\":{\"f:annotations\":{\".\":{},\"f:volumes.kubernetes.io/controller-managed-attach-detach\":{}},"
    "\"f:labels\":{\".\":{},\"f:beta.kubernetes.io/arch\":{},\"f:kubernetes.io/hostname\":{}}},\"f:status\":{"
    "\"f:conditions\":{\"k:{\\\"type\\\":\\\"MemoryPressure\\\"}\":{\"f:lastHeartbeatTime\":{},\"f:message\":{},"
    "\"f:reason\":{},\"f:status\":{}},\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\"f:lastHeartbeatTime\":{},"
    "\"f:lastTransitionTime\":{},\"f:message\":{},\"f:reason\":{},\"f:status\":{}}},\"f:images\":{}}}";

static void add_uid(struct dw_buf *out, unsigned kind, size_t number) {
  dw_buf_printf(out,
                "\"uid\":\"%08x-0000-4000-8000-%012zx\",\"resourceVersion\":\"%zu\",\"creationTimestamp\":\"2026-11-"
                "20T00:00:00Z\",\"generation\":1,",
                kind, number, 1000 + number);
}

/* --- nodes --- */

static void add_conditions(struct dw_buf *out) {
  static const char *const types[] = {"MemoryPressure", "DiskPressure", "PIDPressure", "Ready"};
  dw_buf_puts(out, "\"conditions\":[");
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    dw_buf_printf(
        out,
        "%s{\"type\":\"%s\",\"status\":\"%s\",\"lastHeartbeatTime\":\"2026-11-21T00:00:00Z\",\"lastTransitionTime\":"
        "\"2026-11-20T00:00:00Z\",\"reason\":\"KubeletHasSufficientResources\",\"message\":\"kubelet has sufficient "
        "resources available\"}",
        i == 0 ? "" : ",", types[i], i == 3 ? "True" : "False");
  dw_buf_puts(out, "],");
}

/* The kubelet reports at most 50 images by default (--node-status-max-images). */
static void add_images(struct dw_buf *out) {
  dw_buf_puts(out, "\"images\":[");
  for (int image = 0; image < IMAGES; image++)
    dw_buf_printf(out,
                  "%s{\"names\":[\"quay.example.com/openshift-release-dev/ocp-v4.0-art-dev@sha256:%064x\",\"quay."
                  "example.com/openshift-release-dev/ocp-v4.0-art-dev:%d\"],\"sizeBytes\":%d}",
                  image == 0 ? "" : ",", 0x1000 + image, image, 100000000 + image);
  dw_buf_puts(out, "]");
}

void bench_node(struct dw_buf *out, size_t node) {
  dw_buf_printf(out, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"worker-%04zu.example.com\",",
                node);
  add_uid(out, 1, node);
  add_managed(out, "kubelet", owned_by_kubelet);
  dw_buf_printf(out,
                "\"annotations\":{\"volumes.kubernetes.io/controller-managed-attach-detach\":\"true\","
                "\"machineconfiguration.openshift.io/currentConfig\":\"rendered-worker-%032zx\"},\"labels\":{"
                "\"beta.kubernetes.io/arch\":\"amd64\",\"kubernetes.io/hostname\":\"worker-%04zu.example.com\","
                "\"kubernetes.io/os\":\"linux\",\"kubevirt.io/schedulable\":\"true\",\"cpumanager\":\"true\","
                "\"node-role.kubernetes.io/worker\":\"\",\"topology.kubernetes.io/zone\":\"zone-%zu\"}},",
                node, node, node % 3);
  dw_buf_printf(out,
                "\"spec\":{\"podCIDR\":\"10.%zu.%zu.0/24\",\"podCIDRs\":[\"10.%zu.%zu.0/24\"]},\"status\":{"
                "\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"192.168.%zu.%zu\"},{\"type\":\"Hostname\","
                "\"address\":\"worker-%04zu.example.com\"}],\"capacity\":{\"cpu\":\"64\",\"memory\":\"527956Mi\","
                "\"pods\":\"250\"},\"allocatable\":{\"cpu\":\"63500m\",\"memory\":\"526805Mi\",\"pods\":\"250\"},",
                128 + node / 256, node % 256, 128 + node / 256, node % 256, node / 254, 1 + node % 254, node);
  add_conditions(out);
  add_images(out);
  dw_buf_puts(out, "}}");
}

/* --- NodeNetworkStates --- */

static void add_nic(struct dw_buf *out, size_t node, size_t nic) {
  bool physical = nic < PHYSICAL;
  dw_buf_puts(out, nic == 0 ? "" : ",");
  if (physical)
    dw_buf_printf(out, "{\"name\":\"eth%zu\",\"type\":\"ethernet\",\"ethernet\":{\"auto-negotiation\":true,", nic);
  else
    dw_buf_printf(out, "{\"name\":\"eth2.%zu\",\"type\":\"vlan\",\"vlan\":{\"base-iface\":\"eth2\",\"id\":%zu,",
                  100 + nic, 100 + nic);
  dw_buf_puts(out, physical ? "\"duplex\":\"full\",\"speed\":25000},"
                            : "\"protocol\":\"802.1q\",\"registration-protocol\":"
                              "\"none\"},");
  dw_buf_printf(out,
                "\"state\":\"up\",\"identifier\":\"name\",\"mtu\":9000,\"min-mtu\":68,\"max-mtu\":9702,\"mac-address\":"
                "\"02:00:00:%02zx:%02zx:%02zx\",\"accept-all-mac-addresses\":false,",
                nic, node / 256, node % 256);
  dw_buf_puts(out, "\"ethtool\":{\"feature\":{\"highdma\":true,\"rx-checksum\":true,\"rx-gro\":true,\"rx-udp-gro-"
                   "forwarding\":false,\"tx-checksum-ip-generic\":true,\"tx-generic-segmentation\":true,\"tx-tcp-"
                   "segmentation\":true},\"ring\":{\"rx\":1024,\"rx-max\":8192,\"tx\":1024,\"tx-max\":8192}},");
  if (nic == 0)
    dw_buf_printf(out,
                  "\"ipv4\":{\"enabled\":true,\"dhcp\":false,\"address\":[{\"ip\":\"192.168.%zu.%zu\",\"prefix-length\""
                  ":16}]},",
                  node / 254, 1 + node % 254);
  else
    dw_buf_printf(out,
                  "\"ipv4\":{\"enabled\":true,\"dhcp\":false,\"address\":[{\"ip\":\"172.%zu.%zu.%zu\",\"prefix-length\""
                  ":16}]},",
                  40 + nic, node / 254, 1 + node % 254);
  dw_buf_printf(out,
                "\"ipv6\":{\"enabled\":true,\"autoconf\":false,\"dhcp\":false,\"address\":[{\"ip\":\"fe80::%zx:%zx\","
                "\"prefix-length\":64}]},\"lldp\":{\"enabled\":false},\"mptcp\":{\"address-flags\":[]},\"wait-ip\":"
                "\"any\"}",
                node + 1, nic + 1);
}

void bench_nns(struct dw_buf *out, size_t node, size_t nics) {
  dw_buf_printf(out,
                "{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":{\"name\":"
                "\"worker-%04zu.example.com\",",
                node);
  add_uid(out, 2, node);
  add_managed(out, "nmstate-handler", "{\"f:status\":{\"f:currentState\":{},\"f:lastSuccessfulUpdateTime\":{}}}");
  dw_buf_printf(out,
                "\"labels\":{\"nmstate.io/force-nns-refresh\":\"%zu\"}},\"status\":{\"currentState\":{\"dns-resolver\":"
                "{\"config\":{},\"running\":{\"server\":[\"192.168.255.254\"]}},\"interfaces\":[",
                node);
  for (size_t nic = 0; nic < nics; nic++)
    add_nic(out, node, nic);
  dw_buf_puts(
      out, "],\"route-rules\":{\"config\":[]},\"routes\":{\"config\":[],\"running\":[{\"destination\":\"0.0.0.0/0\","
           "\"metric\":100,\"next-hop-address\":\"192.168.255.254\",\"next-hop-interface\":\"eth0\",\"table-id\":254}"
           "]}},\"lastSuccessfulUpdateTime\":\"2026-11-21T00:00:00Z\"}}");
}

/* --- NADs --- */

static void add_config(struct dw_buf *out, size_t nad, size_t change) {
  if (nad == 0)
    dw_buf_printf(
        out,
        "{ \"cniVersion\": \"0.3.1\", \"name\": \"migration-bridge\", \"type\": \"macvlan\", \"master\": "
        "\"eth1\", \"mode\": \"bridge\", \"ipam\": { \"type\": \"whereabouts\", \"range\": \"10.201.0.0/16\", "
        "\"exclude\": [\"10.201.0.%zu/32\"] } }",
        1 + change % 200);
  else
    dw_buf_printf(
        out,
        "{ \"cniVersion\": \"0.3.1\", \"name\": \"network-%zu\", \"type\": \"macvlan\", \"master\": \"eth2.%zu\""
        ", \"mode\": \"bridge\", \"ipam\": { \"type\": \"whereabouts\", \"range\": \"11.%zu.%zu.0/24\", "
        "\"exclude\": [\"11.%zu.%zu.%zu/32\"] } }",
        nad, 108 + nad % 32, nad / 256, nad % 256, nad / 256, nad % 256, 1 + change % 200);
}

/* Appends TEXT, escaped for a JSON string. */
static void add_quoted(struct dw_buf *out, const char *text) {
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      dw_buf_putc(out, '\\');
    dw_buf_putc(out, *text);
  }
}

void bench_nad(struct dw_buf *out, size_t nad, size_t change) {
  DW_BUF_SCOPED struct dw_buf config = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf applied = DW_BUF_INIT;
  char place[128];
  if (nad == 0)
    snprintf(place, sizeof place, "\"name\":\"my-secondary-network\",\"namespace\":\"openshift-cnv\"");
  else
    snprintf(place, sizeof place, "\"name\":\"network-%zu\",\"namespace\":\"tenant-%zu\"", nad, nad % TENANTS);
  add_config(&config, nad, change);
  static const char head[] = "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",";
  dw_buf_printf(&applied, "%s\"metadata\":{\"annotations\":{},%s},\"spec\":{\"config\":\"", head, place);
  add_quoted(&applied, dw_buf_text(&config));
  dw_buf_puts(&applied, "\"}}");
  dw_buf_printf(out, "%s\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"", head);
  add_quoted(out, dw_buf_text(&applied));
  dw_buf_puts(out, "\\n\"},");
  add_uid(out, 3, nad);
  add_managed(out, "kubectl-client-side-apply",
              "{\"f:metadata\":{\"f:annotations\":{\".\":{},\"f:kubectl.kubernetes.io/last-applied-configuration\":{}}}"
              ",\"f:spec\":{\".\":{},\"f:config\":{}}}");
  dw_buf_printf(out, "%s},\"spec\":{\"config\":\"", place);
  add_quoted(out, dw_buf_text(&config));
  dw_buf_puts(out, "\"}}");
}

/* --- one of each --- */

void bench_network(struct dw_buf *out) {
  dw_buf_puts(out,
              "{\"apiVersion\":\"config.openshift.io/v1\",\"kind\":\"Network\",\"metadata\":{\"name\":\"cluster\"},"
              "\"spec\":{\"clusterNetwork\":[{\"cidr\":\"10.128.0.0/10\",\"hostPrefix\":24}],\"serviceNetwork\":["
              "\"172.30.0.0/16\"],\"networkType\":\"OVNKubernetes\"},\"status\":{\"clusterNetwork\":[{\"cidr\":"
              "\"10.128.0.0/10\",\"hostPrefix\":24}],\"serviceNetwork\":[\"172.30.0.0/16\"],\"networkType\":"
              "\"OVNKubernetes\"}}");
}

void bench_hyperconverged(struct dw_buf *out) {
  dw_buf_puts(out,
              "{\"apiVersion\":\"hco.kubevirt.io/v1\",\"kind\":\"HyperConverged\",\"metadata\":{\"name\":\"kubevirt-"
              "hyperconverged\",\"namespace\":\"openshift-cnv\"},\"spec\":{\"virtualization\":{"
              "\"liveMigrationConfig\":{\"network\":\"my-secondary-network\",\"parallelMigrationsPerCluster\":5}}}}");
}

/* --- the world --- */

struct objects {
  const struct dw_object **items;
  size_t count;
};

static void take(struct objects *objects, struct dw_buf *json) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  const dw_json *value = dw_json_parse(arena, dw_buf_text(json), json->length, DW_JSON_PLAIN, &err);
  if (value == NULL || dw_object_reduce(value, "default", &object, &err) != 0 || object == NULL) {
    fprintf(stderr, "bench: can't read the synthetic cluster: %s\n", err.text);
    exit(2);
  }
  objects->items[objects->count++] = object;
  dw_buf_truncate(json, 0);
}

static void take_all(struct objects *objects, const struct bench_size *size) {
  DW_BUF_SCOPED struct dw_buf json = DW_BUF_INIT;
  bench_network(&json);
  take(objects, &json);
  bench_hyperconverged(&json);
  take(objects, &json);
  for (size_t i = 0; i < size->nodes; i++) {
    bench_node(&json, i);
    take(objects, &json);
    bench_nns(&json, i, size->nics);
    take(objects, &json);
  }
  for (size_t i = 0; i < size->nads; i++) {
    bench_nad(&json, i, 0);
    take(objects, &json);
  }
}

struct dw_world *bench_world(const struct bench_size *size) {
  struct objects objects = {calloc(size->nads + 2 * size->nodes + 2, sizeof(const struct dw_object *)), 0};
  if (objects.items == NULL)
    abort();
  take_all(&objects, size);
  struct dw_view_source source = {.objects = objects.items, .count = objects.count};
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    source.knowledge[kind] = DW_KNOWN;
  struct dw_policy *policy = dw_policy_default();
  struct dw_world *world = dw_world_build(policy, &source);
  for (size_t i = 0; i < objects.count; i++)
    dw_object_unref(objects.items[i]);
  free(objects.items);
  return world;
}
