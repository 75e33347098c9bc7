/* Old mistakes whose path an UPDATE changes: an element was inserted before them, a plugin became a list of plugins, or
 * a key has another letter case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "rules/rules_internal.h"
#include "support/review_case.h"

struct pair {
  const char *before, *after;
  const char *denied; /* "" if the UPDATE is allowed */
};

static char *nad_of(const char *config, const char *metadata) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  json_object *quoted = json_object_new_string(config);
  dw_buf_printf(
      &text,
      "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":"
      "\"my-migration\",\"namespace\":\"openshift-cnv\"%s},\"spec\":{\"config\":%s}}",
      metadata, json_object_to_json_string_ext(quoted, JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put(quoted);
  return dw_buf_steal(&text, NULL);
}

static void expect_in(const struct dw_world *world, const char *before, const char *after, const char *denied) {
  VERDICT_SCOPED verdict = review(world, DW_OP_UPDATE, after, before);
  if (strcmp(verdict_denied(&verdict), denied) != 0)
    fail_msg("%s\n-> %s\ndenied for \"%s\", not \"%s\"\n%s", before, after, verdict_denied(&verdict), denied,
             verdict.text);
  assert_int_equal(verdict.allowed, denied[0] == '\0');
}

/* An object that is allowed here must be denied as a new one: it contains the old mistake. */
static void expect(const struct pair *pairs, size_t count) {
  struct dw_world *world = world_of("", NULL);
  for (size_t i = 0; i < count; i++) {
    char *before = nad_of(pairs[i].before, "");
    char *after = nad_of(pairs[i].after, "");
    VERDICT_SCOPED created = review(world, DW_OP_CREATE, after, NULL);
    if (created.allowed)
      fail_msg("%s\nhas no mistake", pairs[i].after);
    expect_in(world, before, after, pairs[i].denied);
    free(before);
    free(after);
  }
  dw_world_unref(world);
}
#define EXPECT(pairs) expect(pairs, sizeof(pairs) / sizeof *(pairs))

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"n\","
#define SINGLE(plugin) "{" HEAD plugin "}"
#define LIST(plugins) "{" HEAD "\"plugins\":[" plugins "]}"
#define TUNING "{\"type\":\"tuning\"}"
#define MACVLAN(ipam) "\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\"," ipam "}"
#define GOOD MACVLAN("\"range\":\"10.9.0.0/24\"")
#define BAD MACVLAN("\"range\":\"10.9.0.0/31\"")
#define NO_MASTER "\"type\":\"macvlan\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/24\"}"

static void a_plugin_may_become_a_list_and_a_list_a_plugin(void **state) {
  (void)state;
  static const struct pair pairs[] = {
      {SINGLE(BAD), LIST("{" BAD "}"), ""},
      {SINGLE(BAD), LIST("{" BAD "}," TUNING), ""},
      {LIST("{" BAD "}," TUNING), SINGLE(BAD), ""},
      {SINGLE(NO_MASTER), LIST("{" NO_MASTER ",\"mtu\":1400}," TUNING), ""},
      {LIST("{" NO_MASTER "}"), SINGLE(NO_MASTER), ""},
      /* a new mistake next to the old one, or instead of it */
      {SINGLE(BAD), LIST("{" MACVLAN("\"range\":\"10.9.0.2/31\"") "}"), "range-empty"},
      {SINGLE(BAD), LIST("{\"mtu\":\"x\"," BAD "}"), "plugin-option"},
      {SINGLE(NO_MASTER), LIST("{\"type\":\"ipvlan\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/24\"}}"),
       "master-required"},
  };
  EXPECT(pairs);
}

#define SYSCTL(value) "{\"type\":\"tuning\",\"sysctl\":{\"net.ipv4.conf.IFNAME.arp_filter\":" value "}}"
#define MTU(value) "{\"type\":\"tuning\",\"mtu\":" value "}"
#define NAMELESS(mtu) "{\"mtu\":" mtu "}"

static void recognises_moved_plugins(void **state) {
  (void)state;
  static const struct pair pairs[] = {
      {LIST("{" GOOD "}," MTU("\"x\"")), LIST("{" GOOD "}," TUNING "," MTU("\"x\"")), ""},
      {LIST("{" GOOD "}," TUNING "," MTU("\"x\"")), LIST("{" GOOD "}," MTU("\"x\"")), ""},
      {LIST("{" GOOD "}," SYSCTL("1")), LIST("{" GOOD "}," TUNING "," SYSCTL("1")), ""},
      {LIST("{" GOOD "}," MTU("\"x\"") "," TUNING), LIST("{" GOOD "}," TUNING "," MTU("\"x\"")), ""},
      /* one old mistake excuses only one */
      {LIST("{" GOOD "}," MTU("\"x\"")), LIST("{" GOOD "}," MTU("\"x\"") "," MTU("\"x\"")), "plugin-option"},
      {LIST("{" GOOD "}," MTU("\"x\"") "," MTU("\"x\"")), LIST("{" GOOD "}," TUNING "," MTU("\"x\"") "," MTU("\"x\"")),
       ""},
      {LIST("{" GOOD "}," MTU("\"x\"")), LIST("{" GOOD "}," TUNING "," MTU("\"y\"")), "plugin-option"},
      /* without a value: by the element, or by the type in a longer or shorter list */
      {LIST("{" GOOD "}," NAMELESS("1400")), LIST("{" GOOD "}," TUNING "," NAMELESS("1400")), ""},
      {LIST("{" GOOD "}," NAMELESS("1400")), LIST("{" GOOD "}," TUNING "," NAMELESS("1500")), "cni-type"},
      {LIST("{" GOOD "}," NAMELESS("1400") "," MTU("1400")), LIST("{" GOOD "}," TUNING "," NAMELESS("1300")),
       "cni-type"},
      {LIST("{" NO_MASTER "}," TUNING), LIST(TUNING ",{" NO_MASTER "}"), "plugin-chain"},
  };
  EXPECT(pairs);
}

#define ROUTES(routes) SINGLE(MACVLAN("\"range\":\"10.9.0.0/24\",\"routes\":[" routes "]"))
#define TO(dst) "{\"dst\":\"" dst "\"}"
#define EXCLUDE(list) SINGLE(MACVLAN("\"range\":\"10.9.0.0/24\",\"exclude\":[" list "]"))
#define RANGES(list) SINGLE(MACVLAN("\"ipRanges\":[" list "]"))
#define RANGE(range) "{\"range\":\"" range "\"}"
#define DNS(list) SINGLE(GOOD ",\"dns\":{\"nameservers\":[" list "]}")
#define SEARCH(list) SINGLE(GOOD ",\"dns\":{\"search\":[" list "]}")
#define STATIC(list)                                                                                                   \
  SINGLE("\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"static\",\"addresses\":[" list "]}")
#define ADDRESS(address) "{\"address\":\"" address "\"}"
#define LOCAL(rest) SINGLE("\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"host-local\"," rest "}")
#define TRUNK(list)                                                                                                    \
  SINGLE("\"type\":\"bridge\",\"bridge\":\"br1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/24\"},"       \
         "\"vlanTrunk\":[" list "]")
#define BOND(list)                                                                                                     \
  SINGLE("\"type\":\"bond\",\"mode\":\"active-backup\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/24\"}," \
         "\"links\":[" list "]")
#define OVN(subnets)                                                                                                   \
  SINGLE("\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\",\"netAttachDefName\":\"openshift-cnv/my-"           \
         "migration\",\"subnets\":\"" subnets "\"")

static void recognises_moved_routes(void **state) {
  (void)state;
  static const struct pair pairs[] = {
      {ROUTES(TO("10.1.0.1/24")), ROUTES(TO("10.2.0.0/24") "," TO("10.1.0.1/24")), ""},
      {ROUTES(TO("10.2.0.0/24") "," TO("10.1.0.1/24")), ROUTES(TO("10.1.0.1/24")), ""},
      {ROUTES(TO("10.2.0.0/24") "," TO("10.1.0.1/24")), ROUTES(TO("10.1.0.1/24") "," TO("10.2.0.0/24")), ""},
      {ROUTES(TO("0.0.0.0/0")), ROUTES(TO("10.2.0.0/24") "," TO("0.0.0.0/0")), ""},
      {ROUTES(TO("0.0.0.0/1") "," TO("128.0.0.0/1")), ROUTES(TO("128.0.0.0/1") "," TO("0.0.0.0/1")), ""},
      {ROUTES(TO("0.0.0.0/1") "," TO("128.0.0.0/1")),
       ROUTES(TO("10.2.0.0/24") "," TO("0.0.0.0/1") "," TO("128.0.0.0/1")), ""},
      {ROUTES(TO("10.2.0.0/24") "," TO("10.2.0.0/24")),
       ROUTES(TO("10.3.0.0/24") "," TO("10.2.0.0/24") "," TO("10.2.0.0/24")), ""},
      {ROUTES("{}," TO("10.2.0.0/24")), ROUTES(TO("10.2.0.0/24") ",{}"), ""},
      {ROUTES("null"), ROUTES(TO("10.2.0.0/24") ",null"), ""},
      /* a second copy, another value, another route without a destination */
      {ROUTES(TO("10.1.0.1/24")), ROUTES(TO("10.1.0.1/24") "," TO("10.1.0.1/24")), "route-unusable"},
      {ROUTES(TO("10.1.0.1/24")), ROUTES(TO("10.2.0.0/24") "," TO("10.1.0.2/24")), "route-unusable"},
      {ROUTES("{}," TO("10.2.0.0/24")), ROUTES(TO("10.2.0.0/24") ",{\"gw\":\"10.9.0.1\"}"), "route-unusable"},
      {ROUTES("null"), ROUTES("null,null"), "route-unusable"},
  };
  EXPECT(pairs);
}

static void recognises_moved_entries_of_other_lists(void **state) {
  (void)state;
  static const struct pair pairs[] = {
      {EXCLUDE("\"x\""), EXCLUDE("\"10.9.0.9/32\",\"x\""), ""},
      {EXCLUDE("\"10.9.0.9/32\",\"x\""), EXCLUDE("\"x\""), ""},
      {EXCLUDE("\"x\""), EXCLUDE("\"x\",\"x\""), "ipam-syntax"},
      {EXCLUDE("\"x\""), EXCLUDE("\"10.9.0.9/32\",\"y\""), "ipam-syntax"},

      {RANGES(RANGE("10.9.0.0/31")), RANGES(RANGE("10.8.0.0/24") "," RANGE("10.9.0.0/31")), ""},
      {RANGES(RANGE("10.8.0.0/24") "," RANGE("10.9.0.0/31")), RANGES(RANGE("10.9.0.0/31")), ""},
      {SINGLE(BAD), RANGES(RANGE("10.9.0.0/31") "," RANGE("fd00:9::/64")), ""},
      {RANGES(RANGE("10.9.0.0/31") "," RANGE("fd00:9::/64")), SINGLE(BAD), ""},
      {RANGES(RANGE("10.9.0.0/24") "," RANGE("10.9.0.0/24")),
       RANGES(RANGE("10.8.0.0/24") "," RANGE("10.9.0.0/24") "," RANGE("10.9.0.0/24")), ""},
      {RANGES(RANGE("fd00:9::/65") "," RANGE("fd00:9::/64")),
       RANGES(RANGE("10.8.0.0/24") "," RANGE("fd00:9::/65") "," RANGE("fd00:9::/64")), ""},
      {RANGES(RANGE("10.9.0.0/31")), RANGES(RANGE("10.9.0.0/31") "," RANGE("10.9.0.2/31")), "range-empty"},

      {DNS("1"), DNS("\"10.9.0.1\",1"), ""},
      {DNS("\"10.9.0.1\",1"), DNS("1"), ""},
      {DNS("1"), DNS("2,\"10.9.0.1\""), "cni-json"},
      {DNS("1"), DNS("1,1"), "cni-json"},
      {SEARCH("1"), SEARCH("\"a.example\",1"), ""},

      {STATIC(ADDRESS("x")), STATIC(ADDRESS("10.9.0.9/24") "," ADDRESS("x")), "ipam-per-node"},
      {STATIC(ADDRESS("10.9.0.8/24") "," ADDRESS("x")), STATIC(ADDRESS("x") "," ADDRESS("10.9.0.8/24")), ""},
      {STATIC(ADDRESS("10.9.0.8/24") "," ADDRESS("x")), STATIC(ADDRESS("y") "," ADDRESS("10.9.0.8/24")),
       "plugin-option"},

      {LOCAL("\"subnet\":\"x\""), LOCAL("\"ranges\":[[{\"subnet\":\"x\"}]]"), ""},
      {LOCAL("\"ranges\":[[{\"subnet\":\"x\"}]]"),
       LOCAL("\"ranges\":[[{\"subnet\":\"fd00:9::/64\"}],[{\"subnet\":\"x\"}]]"), ""},
      {LOCAL("\"subnet\":\"x\""), LOCAL("\"ranges\":[[{\"subnet\":\"y\"}]]"), "plugin-option"},

      {TRUNK("{\"id\":5000}"), TRUNK("{\"id\":5},{\"id\":5000}"), ""},
      {TRUNK("{\"id\":5},{\"minID\":7}"), TRUNK("{\"minID\":7}"), ""},
      {TRUNK("{\"id\":5},{\"minID\":7}"), TRUNK("{\"minID\":8}"), "vlan-range"},
      {TRUNK("{\"id\":5000}"), TRUNK("{\"id\":5000},{\"id\":5001}"), "vlan-range"},

      {BOND("{\"name\":\"eth1\"},{\"a\":1}"), BOND("{\"name\":\"eth1\"},{\"name\":\"eth2\"},{\"a\":1}"), ""},
      {BOND("{\"name\":\"eth1\"},{\"a\":1}"), BOND("{\"name\":\"eth1\"},{\"name\":\"eth2\"},{\"a\":2}"),
       "device-missing"},
  };
  EXPECT(pairs);
}

static void ignores_the_case_of_keys_and_white_space(void **state) {
  (void)state;
  static const struct pair pairs[] = {
      {SINGLE(BAD),
       SINGLE("\"type\":\"macvlan\",\"Master\":\"eth1\",\"IPAM\":{\"Type\":\"whereabouts\",\"Range\":\"10.9.0.0/31\"}"),
       ""},
      {SINGLE(NO_MASTER), SINGLE("\"type\":\"macvlan\",\"Ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/24\"}"),
       ""},
      {SINGLE("\"type\":\"macvlan\",\"ipam\":{\"type\":\"whereabouts\"},\"master\":\"eth1\""),
       SINGLE("\"type\":\"macvlan\",\"Ipam\":{\"type\":\"whereabouts\",\"Exclude\":[]},\"master\":\"eth1\""), ""},
      {SINGLE(MACVLAN("\"subnet\":\"10.9.0.0/24\"")), SINGLE(MACVLAN("\"Subnet\":\"10.9.0.0/24\"")), ""},
      {SINGLE(GOOD ",\"mtu\":1400,\"MTU\":1500"), "{\n" HEAD "\n" GOOD ",\n \"mtu\" : 1400,\n \"MTU\" : 1500 }", ""},
      {SINGLE(GOOD ",\"mtu\":1400,\"MTU\":1500"), LIST("{" GOOD ",\"mtu\":1400,\"MTU\":1500}"), ""},
      {SINGLE(GOOD ",\"mtu\":1400,\"MTU\":1500"), SINGLE(GOOD ",\"mtu\":1400,\"MTU\":1501"), "cni-ambiguous-key"},
      {SINGLE(GOOD ",\"bridge\":\"a b\",\"bridge\":\"c\\\" d\""),
       SINGLE(GOOD ",\"bridge\":\"ab\",\"bridge\":\"c\\\" d\""), "cni-ambiguous-key"},
      {SINGLE(GOOD ",\"bridge\":\"a b\",\"bridge\":\"c\\\" d\""),
       SINGLE(GOOD ", \"bridge\" :\"a b\", \"bridge\" :\"c\\\"  d\""), "cni-ambiguous-key"},
      /* an unreadable value is tolerated only with the same bytes */
      {"{" HEAD "x}", "{ " HEAD "x}", "cni-json"},
      {"{" HEAD "x}", LIST("x"), "cni-json"},
  };
  EXPECT(pairs);
}

static void moved_findings_beyond_64_are_new(void **state) {
  (void)state;
  enum { LOOKED_FOR = 64 };
  struct dw_world *world = world_of("", NULL);
  for (int count = LOOKED_FOR; count <= LOOKED_FOR + 1; count++) {
    DW_BUF_SCOPED struct dw_buf routes = DW_BUF_INIT;
    DW_BUF_SCOPED struct dw_buf config = DW_BUF_INIT;
    for (int i = 0; i < count; i++)
      dw_buf_printf(&routes, "%s{\"dst\":\"10.1.%d.1/24\"}", i == 0 ? "" : ",", i);
    dw_buf_printf(&config, ROUTES("%s"), dw_buf_text(&routes));
    char *before = nad_of(dw_buf_text(&config), "");
    dw_buf_truncate(&config, 0);
    dw_buf_printf(&config, ROUTES(TO("10.2.0.0/24") ",%s"), dw_buf_text(&routes));
    char *after = nad_of(dw_buf_text(&config), "");
    expect_in(world, before, after, count > LOOKED_FOR ? "route-unusable" : "");
    free(before);
    free(after);
  }
  dw_world_unref(world);
}

/* --- metadata --- */

static void a_change_of_metadata_is_not_a_mistake(void **state) {
  (void)state;
  static const char *const added[] = {
      ",\"annotations\":{\"a\":\"b\"}",
      ",\"labels\":{\"a\":\"b\"}",
      ",\"finalizers\":[\"a/b\"]",
      ",\"deletionTimestamp\":\"2026-11-21T00:00:00Z\",\"finalizers\":[\"a/b\"]",
      ",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"a\",\"uid\":\"b\"}]",
      ",\"managedFields\":[{\"manager\":\"a\"}],\"resourceVersion\":\"5\",\"generation\":2"};
  struct dw_world *world = world_of("", NULL);
  char *before = nad_of(SINGLE(BAD), "");
  for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
    char *after = nad_of(SINGLE(BAD), added[i]);
    expect_in(world, before, after, "");
    expect_in(world, after, before, "");
    free(after);
  }
  free(before);
  dw_world_unref(world);
}

/* The spec is the same, but Multus no longer gives the plugin a device. */
static void removing_an_annotation_that_a_plugin_needs_is_a_new_mistake(void **state) {
  (void)state;
#define SRIOV SINGLE("\"type\":\"sriov\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.9.0.0/24\"}")
  struct dw_world *world = world_of("", NULL);
  char *named = nad_of(SRIOV, ",\"annotations\":{\"k8s.v1.cni.cncf.io/resourceName\":\"openshift.io/migration\"}");
  char *nameless = nad_of(SRIOV, "");
  char *labelled = nad_of(SRIOV, ",\"labels\":{\"a\":\"b\"}");
  expect_in(world, named, nameless, "device-missing");
  expect_in(world, nameless, labelled, "");
  expect_in(world, nameless, named, "");
  free(named);
  free(nameless);
  free(labelled);
  dw_world_unref(world);
}

/* The mistake does not depend on the label or name that makes it a migration network. */
static void a_wrong_namespace_for_another_reason_is_the_same_mistake(void **state) {
  (void)state;
#define ELSEWHERE(labels, member)                                                                                      \
  "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: my-migration, namespace: vms"  \
  ", labels: {" labels "}}, spec: {config: '" SINGLE(GOOD member) "'}}"
  struct dw_world *world = world_of("", NULL);
  expect_in(world, ELSEWHERE("", ""), ELSEWHERE("droveway.io/migration-network: \"true\"", ",\"mtu\":1400"), "");
  expect_in(world, ELSEWHERE("droveway.io/migration-network: \"false\"", ""),
            ELSEWHERE("droveway.io/migration-network: \"true\"", ",\"mtu\":1400"), "migration-namespace");
  dw_world_unref(world);
}

/* --- HyperConverged and KubeVirt --- */

#define KUBEVIRT(meta, patches)                                                                                        \
  "{apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: openshift-cnv" meta "}, spec: "  \
  "{configuration: {evictionStrategy: LiveMigrate}, customizeComponents: {patches: [" patches "]}}}"
#define PATCH(name, network)                                                                                           \
  "{resourceType: DaemonSet, resourceName: " name                                                                      \
  ", type: strategic, patch: '{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{"                                \
  "\"k8s.v1.cni.cncf.io/networks\":\"" network "\"}}}}}'}"
#define HARMLESS "{resourceType: Deployment, resourceName: virt-api, type: merge, patch: '{}'}"
#define HCO(version, meta, spec)                                                                                       \
  "{apiVersion: hco.kubevirt.io/" version ", kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "         \
  "namespace: openshift-cnv" meta "}, spec: " spec "}"
#define ANNOTATION(text) ", annotations: {kubevirt.kubevirt.io/jsonpatch: '[" text "]'}"
#define OP(path, value) "{\"op\":\"add\",\"path\":\"/spec/configuration/" path "\",\"value\":" value "}"

static void recognises_moved_component_patches(void **state) {
  (void)state;
  struct dw_world *world =
      world_of("", "{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {jsonpatch-network: deny}}");
  static const struct pair pairs[] = {
      {KUBEVIRT("", PATCH("virt-handler", "a")), KUBEVIRT("", HARMLESS "," PATCH("virt-handler", "a")), ""},
      {KUBEVIRT("", HARMLESS "," PATCH("virt-handler", "a")), KUBEVIRT("", PATCH("virt-handler", "a")), ""},
      {KUBEVIRT("", HARMLESS "," PATCH("virt-handler", "a")), KUBEVIRT("", PATCH("virt-handler", "b")),
       "jsonpatch-network"},
      {KUBEVIRT("", PATCH("virt-handler", "a")),
       KUBEVIRT("", PATCH("virt-handler", "a") "," PATCH("virt-handler", "b")), "jsonpatch-network"},
      {HCO("v1beta1", ANNOTATION(OP("migrations/network", "\"x\"")), "{}"),
       HCO("v1beta1",
           ANNOTATION(
               OP("developerConfiguration/pvcTolerateLessSpaceUpToPercent", "5") "," OP("migrations/network", "\"x\"")),
           "{}"),
       ""},
      {HCO("v1beta1", ANNOTATION(OP("migrations/network", "\"x\"")), "{}"),
       HCO("v1beta1", ANNOTATION(OP("migrations/network", "\"y\"")), "{}"), "network-missing,jsonpatch-network"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    expect_in(world, pairs[i].before, pairs[i].after, pairs[i].denied);
  dw_world_unref(world);
}

static void recognises_moved_limits_in_a_patch(void **state) {
  (void)state;
  struct dw_world *world = world_of("", NULL);
#define LIMIT(value) OP("migrations/progressTimeout", value)
#define OTHER OP("developerConfiguration/pvcTolerateLessSpaceUpToPercent", "5")
  expect_in(world, HCO("v1beta1", ANNOTATION(LIMIT("-5")), "{}"),
            HCO("v1beta1", ANNOTATION(OTHER "," LIMIT("-5")), "{}"), "");
  expect_in(world, HCO("v1", ANNOTATION(OTHER "," LIMIT("-5")), "{}"), HCO("v1", ANNOTATION(LIMIT("-5")), "{}"), "");
  expect_in(world, HCO("v1beta1", ANNOTATION(LIMIT("-5")), "{}"),
            HCO("v1beta1", ANNOTATION(OTHER "," LIMIT("-6")), "{}"), "limit-range");
  dw_world_unref(world);
}

static void the_rest_of_a_faulty_hyperconverged_may_change(void **state) {
  (void)state;
  struct dw_world *world = world_of("", NULL);
  static const char old[] = HCO("v1beta1", "", "{liveMigrationConfig: {network: gone, progressTimeout: -5}}");
  static const char *const news[] = {
      HCO("v1beta1", ", labels: {a: b}, finalizers: [a/b]",
          "{liveMigrationConfig: {network: gone, progressTimeout: -5}}"),
      HCO("v1beta1", "", "{liveMigrationConfig: {progressTimeout: -5, network: gone}, featureGates: {a: true}}"),
      "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, metadata: {name: kubevirt-hyperconverged, "
      "namespace: "
      "openshift-cnv}, spec: {liveMigrationConfig: {network: gone, progressTimeout: -5}}, status: {conditions: [{type: "
      "Available, status: \"True\"}]}}",
      HCO("v1beta1", ", deletionTimestamp: '2026-11-21T00:00:00Z', finalizers: [a/b]",
          "{liveMigrationConfig: {network: lost, progressTimeout: -5}}"),
  };
  for (size_t i = 0; i < sizeof news / sizeof *news; i++)
    expect_in(world, old, news[i], "");
  expect_in(world, old, HCO("v1beta1", "", "{liveMigrationConfig: {network: lost, progressTimeout: -5}}"),
            "network-missing");
  dw_world_unref(world);
}

/* The network has an address for each node, but none for the sync controllers that the feature gate adds. */
static void a_rollout_that_needs_more_addresses_is_a_new_mistake(void **state) {
  (void)state;
#define SMALL_NODE(name)                                                                                               \
  "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {kubernetes.io/os: linux}}}\n"
  struct dw_world *world =
      world_of("{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: lm, namespace: "
               "openshift-cnv}, spec: {config: '" SINGLE(MACVLAN("\"range\":\"10.9.0.0/30\"")) "'}}\n" SMALL_NODE("a")
                   SMALL_NODE("b"),
               NULL);
#define GATE(on)                                                                                                       \
  HCO("v1beta1", "", "{liveMigrationConfig: {network: lm}, featureGates: {decentralizedLiveMigration: " on "}}")
  VERDICT_SCOPED before = review(world, DW_OP_CREATE, GATE("false"), NULL);
  assert_true(before.allowed);
  expect_in(world, GATE("false"), GATE("true"), "network-unfit");
  expect_in(world, GATE("true"), GATE("true"), "");
  dw_world_unref(world);
}

/* Multus reads a reformatted configuration in the same way. */
static void reformatting_a_network_in_use_does_not_warn(void **state) {
  (void)state;
  struct dw_world *world =
      world_of(HCO("v1beta1", "", "{liveMigrationConfig: {network: my-migration}}"),
               "{apiVersion: droveway.io/v1alpha1, kind: Policy, rules: {network-in-use-change: deny}}");
  char *before = nad_of(SINGLE(GOOD), "");
  char *layout = nad_of("{ " HEAD GOOD "}", "");
  char *change = nad_of(SINGLE(GOOD ",\"mtu\":1400"), "");
  expect_in(world, before, layout, "");
  expect_in(world, before, change, "network-in-use-change");
  free(before);
  free(layout);
  free(change);
  dw_world_unref(world);
}

/* --- the comparison itself --- */

static const dw_json *json_of(struct dw_arena *arena, const char *text) {
  const dw_json *json = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, NULL);
  assert_non_null(json);
  return json;
}

static void normalizes_paths(void **state) {
  (void)state;
  static const struct {
    const char *field, *path;
  } cases[] = {
      {"spec.config.plugins[1].ipam.routes[12].dst", "spec.config.ipam.routes.dst"},
      {"spec.config.Plugins[0].IPAM.ipRanges[3].range", "spec.config.ipam.range"},
      {"spec.config.ipam.ranges[0][1].subnet", "spec.config.ipam.subnet"},
      {"spec.config.plugins", "spec.config.plugins"},
      {"spec.config.ipam.ranges", "spec.config.ipam.ranges"},
      {"spec.config.pluginsX[0].a", "spec.config.pluginsx.a"},
      {"spec.config.a[b].c[]", "spec.config.a[b].c[]"},
      {"spec.config.a[1", "spec.config.a[1"},
      {"spec.customizeComponents.patches[2]", "spec.customizeComponents.patches"},
      {"spec.plugins[2].A", "spec.plugins.A"},
      {"metadata.annotations[k8s.v1.cni.cncf.io/resourceName]",
       "metadata.annotations[k8s.v1.cni.cncf.io/resourceName]"},
      {"", ""},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_check check = {.arena = arena};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_finding finding = {.facts.field = cases[i].field};
    assert_string_equal(dw_finding_place(&check, NULL, &finding).path, cases[i].path);
  }
}

static void finds_the_innermost_element(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *object = json_of(arena, "{\"a\":[{\"b.c\":[1,{\"d\":2}],\"b\":{}}],\"e\":{\"f\":3}}");
  static const struct {
    const char *field, *element; /* NULL for none */
  } cases[] = {
      {"a[0].b.c[1].d", "{\"d\":2}"},
      {"a[0].b.x", "{\"b.c\":[1,{\"d\":2}],\"b\":{}}"},
      {"a[0].b.c[0]", "1"},
      {"a[7].b", NULL},
      {"e.f", NULL},
      {"", NULL},
  };
  struct dw_check check = {.arena = arena};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dw_finding finding = {.facts.field = cases[i].field};
    const dw_json *element = dw_finding_place(&check, object, &finding).element;
    if (cases[i].element == NULL)
      assert_null(element);
    else
      assert_string_equal(dw_json_text(arena, element), cases[i].element);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plugin_may_become_a_list_and_a_list_a_plugin),
      cmocka_unit_test(recognises_moved_plugins),
      cmocka_unit_test(recognises_moved_routes),
      cmocka_unit_test(recognises_moved_entries_of_other_lists),
      cmocka_unit_test(ignores_the_case_of_keys_and_white_space),
      cmocka_unit_test(moved_findings_beyond_64_are_new),
      cmocka_unit_test(a_change_of_metadata_is_not_a_mistake),
      cmocka_unit_test(removing_an_annotation_that_a_plugin_needs_is_a_new_mistake),
      cmocka_unit_test(a_wrong_namespace_for_another_reason_is_the_same_mistake),
      cmocka_unit_test(recognises_moved_component_patches),
      cmocka_unit_test(recognises_moved_limits_in_a_patch),
      cmocka_unit_test(the_rest_of_a_faulty_hyperconverged_may_change),
      cmocka_unit_test(a_rollout_that_needs_more_addresses_is_a_new_mistake),
      cmocka_unit_test(reformatting_a_network_in_use_does_not_warn),
      cmocka_unit_test(normalizes_paths),
      cmocka_unit_test(finds_the_innermost_element),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
