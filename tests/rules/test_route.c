/* Routes: messages for what was measured with the plugins and the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "support/nad_case.h"

/* A migration network 192.168.99.0/24 with the routes LIST. */
static const char *with_routes(struct dw_arena *arena, const char *list) {
  return dw_arena_printf(arena,
                         "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"ipRanges\":[{"
                         "\"range\":\"192.168.99.0/24\"},{\"range\":\"fd00:99::/64\"}],\"routes\":[%s]}}",
                         list);
}

/* "ACTION FIELD: MESSAGE\n" of each finding, without "spec.config." before the field. */
static void expect_messages(const struct nad_case *nad, const char *lines) {
  struct nad_answer answer;
  nad_judge(nad, &answer);
  struct dw_buf out = DW_BUF_IN(answer.arena);
  for (size_t i = 0; i < answer.judgement.findings.count; i++) {
    const struct dw_finding *finding = &answer.judgement.findings.items[i];
    dw_buf_printf(&out, "%s %s: %s\n", finding->action == DW_ACTION_DENY ? "deny" : "warn",
                  finding->field + strlen("spec.config."), dw_finding_message(answer.arena, finding));
  }
  if (strcmp(dw_buf_text(&out), lines) != 0)
    fail_msg("for %s\nfound\n%sexpected\n%s", nad->config, dw_buf_text(&out), lines);
  nad_answer_free(&answer);
}

struct row {
  const char *routes, *lines;
};

static void expect_rows(const struct row *rows, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < count; i++)
    expect_messages(&(struct nad_case){.config = with_routes(arena, rows[i].routes)}, rows[i].lines);
}
#define EXPECT_ROWS(rows) expect_rows(rows, sizeof(rows) / sizeof *(rows))

/* --- routes that work --- */

/* A result of cniVersion 0.2.0 has routes only with addresses, so routes of another family are dropped. */
static void old_versions_drop_routes_of_a_family_without_an_address(void **state) {
  (void)state;
#define OLD(version, range, routes)                                                                                    \
  "{\"cniVersion\":\"" version "\",\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":"        \
  "\"whereabouts\",\"range\":\"" range "\",\"routes\":[" routes "]}}"
#define TO_IPV6 "{\"dst\":\"fd01::/48\",\"gw\":\"192.168.99.1\"}"
#define TO_IPV4 "{\"dst\":\"203.0.113.0/24\",\"gw\":\"10.98.0.1\"}"
  static const char refused[] = "deny route-unusable spec.config.ipam.routes[0].gw\n";
  nad_expect_config(OLD("0.2.0", "192.168.99.0/24", TO_IPV6), "");
  nad_expect_config(OLD("0.1.0", "fd00:99::/64", TO_IPV4), "");
  nad_expect_config(OLD("0.2.0", "192.168.99.0/24", TO_IPV4), refused);
  nad_expect_config(OLD("0.3.0", "192.168.99.0/24", TO_IPV6), refused);
  nad_expect_config(OLD("0.2.0", "192.168.99.0/24", "{\"dst\":\"::/0\"}"), "");
  nad_expect_config(OLD("0.2.0", "fd00:99::/64", "{\"dst\":\"0.0.0.0/1\"},{\"dst\":\"128.0.0.0/1\"}"), "");
  nad_expect_config(OLD("0.3.0", "192.168.99.0/24", "{\"dst\":\"::/0\"}"),
                    "deny default-route spec.config.ipam.routes[0].dst\n");
  nad_expect_config(OLD("0.2.0", "192.168.99.0/24", "{\"dst\":\"::/0\"},{\"dst\":\"0.0.0.0/0\"}"),
                    "deny default-route spec.config.ipam.routes[1].dst\n");
}

static void accepts_routes_that_work(void **state) {
  (void)state;
  static const char *const lists[] = {
      "",
      "{\"dst\":\"203.0.113.0/24\"}",
      "{\"dst\":\"203.0.113.0/24\",\"gw\":\"\"}",
      "{\"dst\":\"203.0.113.0/24\",\"gw\":\"0.0.0.0\"}",
      "{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.0\"}",
      "{\"dst\":\"::ffff:203.0.113.0/120\"}",
      "{\"dst\":\"203.0.113.0/24\",\"priority\":50,\"mtu\":1400,\"scope\":253}",
      "{\"dst\":\"203.0.113.0/24\",\"scope\":254}",
      "{\"dst\":\"224.0.0.0/4\"}",
      "{\"dst\":\"127.0.0.0/8\"}",
      "{\"dst\":\"0.0.0.0/8\"}",
      /* its own subnet, without a gateway; in IPv6 the connected route has priority */
      "{\"dst\":\"192.168.99.0/24\"}",
      "{\"dst\":\"fd00:99::/64\",\"gw\":\"fe80::1\"}",
      "{\"dst\":\"fd00:99::/64\",\"gw\":\"fe80::1\",\"priority\":256}",
      "{\"dst\":\"192.168.99.0/24\",\"gw\":\"192.168.99.0\",\"priority\":1}",
      "{\"dst\":\"192.168.99.0/24\",\"gw\":\"192.168.99.0\",\"table\":100}",
      /* IPv6 accepts host bits, a link-local gateway, and one that an earlier route makes reachable */
      "{\"dst\":\"2001:db8:5::7/48\"}",
      "{\"dst\":\"2001:db8:5::/48\",\"gw\":\"fe80::1\"}",
      "{\"dst\":\"2001:db8:1::/64\"},{\"dst\":\"2001:db8:5::/48\",\"gw\":\"2001:db8:1::1\"}",
      "{\"dst\":\"198.51.100.0/24\",\"scope\":253},{\"dst\":\"203.0.113.0/24\",\"gw\":\"198.51.100.1\"}",
      /* not the same route */
      "{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.0\"}",
      "{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"203.0.113.0/25\"}",
      "{\"dst\":\"203.0.113.0/24\",\"priority\":1},{\"dst\":\"203.0.113.0/24\",\"priority\":2}",
      "{\"dst\":\"203.0.113.0/24\",\"table\":1},{\"dst\":\"203.0.113.0/24\",\"table\":2}",
      "{\"dst\":\"203.0.113.0/24\",\"scope\":0},{\"dst\":\"203.0.113.0/24\",\"scope\":253}",
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    nad_expect_config(with_routes(arena, lists[i]), "");
}

/* --- route-unusable --- */

static void rejects_routes_that_the_kernel_rejects(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"{\"dst\":\"203.0.113.7/24\"}",
       "deny ipam.routes[0].dst: Invalid value: \"203.0.113.7/24\": has bits set beyond its prefix, which the kernel "
       "rejects; use 203.0.113.0/24 [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"gw\":\"fd00:99::1\"}",
       "deny ipam.routes[0].gw: Invalid value: \"fd00:99::1\": is IPv6, but its destination 203.0.113.0/24 is IPv4; "
       "use a gateway of the same address family as the destination [route-unusable]\n"},
      {"{\"dst\":\"2001:db8::/32\",\"gw\":\"192.168.99.1\"}",
       "deny ipam.routes[0].gw: Invalid value: \"192.168.99.1\": is IPv4, but its destination 2001:db8::/32 is IPv6; "
       "use a gateway of the same address family as the destination [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.98.1\"}",
       "deny ipam.routes[0].gw: Invalid value: \"192.168.98.1\": is outside 192.168.99.0/24 and fd00:99::/64, so the "
       "kernel rejects the route; use a gateway inside it, or remove the route [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"gw\":\"169.254.1.1\"}",
       "deny ipam.routes[0].gw: Invalid value: \"169.254.1.1\": is outside 192.168.99.0/24 and fd00:99::/64, so the "
       "kernel rejects the route; use a gateway inside it, or remove the route [route-unusable]\n"},
      {"{\"dst\":\"2001:db8::/32\",\"gw\":\"fd00:98::1\"}",
       "deny ipam.routes[0].gw: Invalid value: \"fd00:98::1\": is outside 192.168.99.0/24 and fd00:99::/64, so the "
       "kernel rejects the route; use a gateway inside it, or remove the route [route-unusable]\n"},
      /* in IPv4 an earlier route without scope link does not make it reachable */
      {"{\"dst\":\"198.51.100.0/24\"},{\"dst\":\"203.0.113.0/24\",\"gw\":\"198.51.100.1\"}",
       "deny ipam.routes[1].gw: Invalid value: \"198.51.100.1\": is outside 192.168.99.0/24 and fd00:99::/64, so the "
       "kernel rejects the route; use a gateway inside it, or remove the route [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.255\"}",
       "deny ipam.routes[0].gw: Invalid value: \"192.168.99.255\": is the broadcast address of 192.168.99.0/24; use "
       "the "
       "router's address [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.0\",\"scope\":253}",
       "deny ipam.routes[0].scope: Invalid value: \"253\": does not allow a gateway, so the kernel rejects the route; "
       "remove "
       "it [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"scope\":255}",
       "deny ipam.routes[0].scope: Invalid value: \"255\": is not a valid scope; remove it "
       "[route-unusable]\n"},
      {"{\"gw\":\"192.168.99.254\"}",
       "deny ipam.routes[0].dst: Required value: the plugins reject a route without a destination; add the "
       "destination, such as \"dst\": \"10.200.5.0/24\" [route-unusable]\n"},
      {"null", "deny ipam.routes[0]: Invalid value: \"null\": is null, which makes the plugins crash; remove it "
               "[route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"mtu\":1400},{\"dst\":\"203.0.113.0/24\",\"mtu\":1300}",
       "deny ipam.routes[1].dst: Duplicate value: \"203.0.113.0/24\": is the same route as spec.config.ipam.routes[0], "
       "and the kernel rejects duplicates; remove one of them [route-unusable]\n"},
      {"{\"dst\":\"2001:db8::/32\"},{\"dst\":\"2001:db8::/32\",\"priority\":1024,\"scope\":253}",
       "deny ipam.routes[1].dst: Duplicate value: \"2001:db8::/32\": is the same route as spec.config.ipam.routes[0], "
       "and the kernel rejects duplicates; remove one of them [route-unusable]\n"},
      /* what whereabouts cannot read is reported once */
      {"{\"dst\":\"x\",\"gw\":\"y\"}",
       "deny ipam.routes[0].dst: Invalid value: \"x\": is not a CIDR; use ADDRESS/LENGTH, such as 10.200.5.0/24 "
       "[ipam-syntax]\n"
       "deny ipam.routes[0].gw: Invalid value: \"y\": is not an IP address; use one address, such as 10.200.5.1 "
       "[ipam-syntax]\n"},
  };
  EXPECT_ROWS(rows);
}

static void rejects_a_route_to_its_own_subnet_through_a_gateway(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"{\"dst\":\"192.168.99.0/24\",\"gw\":\"192.168.99.0\"}",
       "deny ipam.routes[0].dst: Invalid value: \"192.168.99.0/24\": is the network's own subnet 192.168.99.0/24, so "
       "pods reach each other only through 192.168.99.0; remove the route [route-unusable]\n"},
      {"{\"dst\":\"192.168.99.0/25\",\"gw\":\"192.168.99.0\"}",
       "deny ipam.routes[0].dst: Invalid value: \"192.168.99.0/25\": is part of the network's own subnet "
       "192.168.99.0/24, so pods reach each other only through 192.168.99.0; remove the route [route-unusable]\n"},
      /* pods get these addresses only after all others */
      {"{\"dst\":\"192.168.99.128/25\",\"gw\":\"192.168.99.0\"}",
       "warn ipam.routes[0].dst: Invalid value: \"192.168.99.128/25\": is part of the network's own subnet "
       "192.168.99.0/24, so pods reach each other only through 192.168.99.0; remove the route [route-unusable]\n"},
      {"{\"dst\":\"fd00:99::/64\",\"gw\":\"fe80::1\",\"priority\":255}",
       "deny ipam.routes[0].dst: Invalid value: \"fd00:99::/64\": is the network's own subnet fd00:99::/64, so pods "
       "reach each other only through fe80::1; remove the route [route-unusable]\n"},
  };
  EXPECT_ROWS(rows);
}

/* Three nodes use the three lowest addresses: there, the kernel rejects a route through the pod's own address. */
static void reports_a_gateway_that_a_pod_can_get(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"{\"dst\":\"2001:db8::/32\",\"gw\":\"fd00:99::3\"}",
       "deny ipam.routes[0].gw: Invalid value: \"fd00:99::3\": is also handed out to a pod, and the kernel rejects "
       "that pod's route; exclude it: \"exclude\": [\"fd00:99::3/128\"] [route-unusable]\n"},
      {"{\"dst\":\"2001:db8::/32\",\"gw\":\"fd00:99::4\"}",
       "warn ipam.routes[0].gw: Invalid value: \"fd00:99::4\": can be handed out to a pod; exclude it: \"exclude\": "
       "[\"fd00:99::4/128\"] [route-unusable]\n"},
      {"{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.1\"}",
       "warn ipam.routes[0].gw: Invalid value: \"192.168.99.1\": can be handed out to a pod; exclude it: \"exclude\": "
       "[\"192.168.99.1/32\"] [route-unusable]\n"},
  };
  EXPECT_ROWS(rows);
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"exclude\":[\"192.168.99.1/32\"],\"routes\":[{"
                                    "\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.1\"}]"),
                    "");
}

/* A route without a gateway uses the network's. */
static void uses_the_networks_gateway_for_routes_without_one(void **state) {
  (void)state;
  const char *outside = nad_whereabouts(
      "\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.98.1\",\"routes\":[{\"dst\":\"203.0.113.0/24\"}]");
  nad_expect_config(outside, "deny gateway-outside spec.config.ipam.gateway\n");
  struct nad_case other = {.config = outside, .ns = "shop", .label = "false"};
  nad_expect(&other, "warn gateway-outside spec.config.ipam.gateway\n"
                     "deny route-unusable spec.config.ipam.routes[0].dst\n");
  nad_expect_says(&other, "route-unusable",
                  "Invalid value: \"203.0.113.0/24\": goes through the gateway 192.168.98.1, which is outside "
                  "192.168.99.0/24; use a gateway inside it, or remove the route [route-unusable]");
  expect_messages(
      &(struct nad_case){.config = "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"host-local\","
                                   "\"subnet\":\"10.7.0.0/24\",\"routes\":[{\"dst\":\"10.7.0.0/24\"}]}}",
                         .ns = "shop",
                         .label = "false"},
      "warn ipam.routes[0].dst: Invalid value: \"10.7.0.0/24\": is the network's own subnet 10.7.0.0/24, so pods reach "
      "each other only through 10.7.0.1; remove the route [route-unusable]\n");
  nad_expect_other(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"gateway\":\"192.168.99.0\",\"routes\":[{\"dst\":"
                                   "\"203.0.113.0/24\"},{\"dst\":\"203.0.113.0/24\",\"gw\":\"192.168.99.0\"}]"),
                   "deny route-unusable spec.config.ipam.routes[1].dst\n");
}

/* Another rule reports, once, what cannot be read. */
static void judges_the_routes_of_host_local_and_static(void **state) {
  (void)state;
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"static\",\"addresses\":"
                   "[{\"address\":\"10.7.0.5/24\"}],\"routes\":[{\"dst\":\"\"},{\"dst\":\"1.0.0.0/8\",\"gw\":\"x\"},"
                   "{\"dst\":\"2.0.0.0/8\",\"gw\":\"10.8.0.1\"},null,{}]}}",
                   "deny plugin-option spec.config.ipam.routes[0].dst\n"
                   "deny plugin-option spec.config.ipam.routes[1].gw\n"
                   "deny route-unusable spec.config.ipam.routes[2].gw\n"
                   "deny route-unusable spec.config.ipam.routes[3]\n"
                   "deny route-unusable spec.config.ipam.routes[4].dst\n");
}

/* IPAM plugins that read no routes, or are not known to. */
static void ignores_routes_of_other_ipam_plugins(void **state) {
  (void)state;
  static const char bad[] = "\"routes\":[{\"dst\":\"0.0.0.0/0\"},{\"dst\":\"10.128.0.1/14\"},null]";
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  nad_expect_config(
      dw_arena_printf(arena, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"dhcp\",%s}}", bad), "");
  nad_expect_config(
      dw_arena_printf(
          arena,
          "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
          "},{\"type\":\"tuning\",\"ipam\":{\"type\":\"static\",%s}}]}",
          bad),
      "");
  nad_expect(
      &(struct nad_case){.config = dw_arena_printf(
                             arena, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"own\",%s}}", bad)},
      "unverified ipam-per-node spec.config.ipam.type\n"
      "warn default-route spec.config.ipam.routes[0].dst\n"
      "warn route-unusable spec.config.ipam.routes[1].dst\n"
      "warn route-unusable spec.config.ipam.routes[2]\n");
}

/* --- default-route --- */

static void rejects_default_routes(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"0.0.0.0/0\"}",
       "deny ipam.routes[1].dst: Invalid value: \"0.0.0.0/0\": also sends the pod's other traffic here; remove it "
       "[default-route]\n"},
      {"{\"dst\":\"::/0\",\"priority\":1024}",
       "deny ipam.routes[0].dst: Invalid value: \"::/0\": also sends the pod's other traffic here; remove it "
       "[default-route]\n"},
      {"{\"dst\":\"0.0.0.0/1\"},{\"dst\":\"128.0.0.0/1\",\"priority\":7}",
       "deny ipam.routes[0].dst: Invalid value: \"0.0.0.0/1\": covers every IPv4 address together with the other "
       "routes, so the pod's other traffic also goes here; remove these routes [default-route]\n"},
      {"{\"dst\":\"8000::/1\"},{\"dst\":\"::/2\"},{\"dst\":\"4000::/2\"}",
       "deny ipam.routes[0].dst: Invalid value: \"8000::/1\": covers every IPv6 address together with the other "
       "routes, so the pod's other traffic also goes here; remove these routes [default-route]\n"},
      /* multicast need not be covered */
      {"{\"dst\":\"0.0.0.0/1\"},{\"dst\":\"128.0.0.0/2\"},{\"dst\":\"192.0.0.0/3\"}",
       "deny ipam.routes[0].dst: Invalid value: \"0.0.0.0/1\": covers every IPv4 address together with the other "
       "routes, so the pod's other traffic also goes here; remove these routes [default-route]\n"},
      /* the pod network's own has priority (metric 0; 1024), or no routing rule uses that table */
      {"{\"dst\":\"0.0.0.0/0\",\"priority\":100}", "warn ipam.routes[0].dst: Invalid value: \"0.0.0.0/0\": is a second "
                                                   "default route, with a higher metric than the "
                                                   "pod network's; remove it [default-route]\n"},
      {"{\"dst\":\"::/0\",\"priority\":1025}",
       "warn ipam.routes[0].dst: Invalid value: \"::/0\": is a second default route, with a higher metric than the pod "
       "network's; remove it [default-route]\n"},
      {"{\"dst\":\"0.0.0.0/0\",\"table\":100}",
       "warn ipam.routes[0].dst: Invalid value: \"0.0.0.0/0\": is a default route, which plugins without support for "
       "table add to the main table; remove it [default-route]\n"},
  };
  EXPECT_ROWS(rows);
  nad_expect_other(
      "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/"
      "24\",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]}}",
      "");
}

static void rejects_a_default_route_by_the_bridge_plugin(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"type\":\"bridge\",\"bridge\":\"br1\",\"IsDefaultGateway\":true," NAD_IPAM "}"};
  nad_expect(&nad, "deny bridge-options spec.config.IsDefaultGateway\n");
  nad.policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {bridge-options: off}\n";
  nad_expect(&nad, "deny default-route spec.config.IsDefaultGateway\n");
  nad_expect_says(&nad, "default-route",
                  "Invalid value: \"true\": adds a default route, so the pod's other traffic also goes here; remove it "
                  "[default-route]");
  nad.config = "{\"type\":\"bridge\",\"bridge\":\"br1\",\"isDefaultGateway\":false," NAD_IPAM "}";
  nad_expect(&nad, "");
}

/* Source: redhat-nfvpe/cni-route-override: it adds routes with netlink.RouteAdd, which does not change an existing
 * default route, and removes those of the previous plugin. */
static void route_override_adds_and_removes_routes(void **state) {
  (void)state;
#define CHAIN(ipam, members)                                                                                           \
  "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{"         \
  "\"type\":\"whereabouts\","                                                                                          \
  "\"range\":"                                                                                                         \
  "\"192.168.99.0/24\"" ipam "}},{\"type\":\"route-override\"," members "}]}"
#define DEFAULT ",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]"
  nad_expect_config(CHAIN("", "\"addroutes\":[{\"dst\":\"0.0.0.0/1\"},{\"dst\":\"128.0.0.0/1\"}]"),
                    "deny default-route spec.config.plugins[1].addroutes[0].dst\n");
  nad_expect_config(CHAIN("", "\"addroutes\":[{\"dst\":\"10.128.0.0/14\"}]"),
                    "deny overlap-cluster-network spec.config.plugins[1].addroutes[0].dst\n");
  nad_expect_config(CHAIN("", "\"addroutes\":[{\"dst\":\"0.0.0.0/0\"}]"),
                    "warn default-route spec.config.plugins[1].addroutes[0].dst\n");
  nad_expect_config(CHAIN("", "\"addroutes\":[{\"dst\":\"203.0.113.0/24\"},{\"dst\":\"203.0.113.0/24\"}]"), "");
  nad_expect_config(CHAIN("", "\"addroutes\":[],\"args\":{\"cni\":{\"addroutes\":[{\"dst\":\"172.30.0.0/16\"}]}}"),
                    "deny overlap-cluster-network spec.config.plugins[1].args.cni.addroutes[0].dst\n");
  nad_expect_config(CHAIN(DEFAULT, "\"skipcheck\":true"),
                    "deny default-route spec.config.plugins[0].ipam.routes[0].dst\n");
  nad_expect_config(CHAIN(DEFAULT, "\"flushroutes\":true"),
                    "warn default-route spec.config.plugins[0].ipam.routes[0].dst\n");
  nad_expect_config(CHAIN(DEFAULT, "\"flushgateway\":true"),
                    "warn default-route spec.config.plugins[0].ipam.routes[0].dst\n");
  nad_expect_config(CHAIN(DEFAULT, "\"delroutes\":[{\"dst\":\"0.0.0.0/0\"}]"),
                    "warn default-route spec.config.plugins[0].ipam.routes[0].dst\n");
}

/* --- overlap-cluster-network --- */

static void rejects_routes_into_the_clusters_networks(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"{\"dst\":\"10.0.0.0/8\"}",
       "deny ipam.routes[0].dst: Invalid value: \"10.0.0.0/8\": overlaps the pod network 10.128.0.0/14 (Network "
       "cluster); remove the route [overlap-cluster-network]\n"},
      {"{\"dst\":\"172.30.0.1/32\"}",
       "deny ipam.routes[0].dst: Invalid value: \"172.30.0.1/32\": overlaps the service network 172.30.0.0/16 (Network "
       "cluster); remove the route [overlap-cluster-network]\n"},
      {"{\"dst\":\"192.168.1.12/32\"}",
       "deny ipam.routes[0].dst: Invalid value: \"192.168.1.12/32\": overlaps the node address 192.168.1.12/32 (Node "
       "worker-1); remove the route [overlap-cluster-network]\n"},
      {"{\"dst\":\"100.64.0.0/10\"}",
       "deny ipam.routes[0].dst: Invalid value: \"100.64.0.0/10\": overlaps the OVN-Kubernetes join subnet "
       "100.64.0.0/16 "
       "(OVN-Kubernetes default) and the OVN-Kubernetes transit subnet 100.88.0.0/16 (OVN-Kubernetes default); remove "
       "the route [overlap-cluster-network]\n"},
      {"{\"dst\":\"10.128.0.0/14\",\"table\":100}",
       "warn ipam.routes[0].dst: Invalid value: \"10.128.0.0/14\": overlaps the pod network 10.128.0.0/14 (Network "
       "cluster); remove the route [overlap-cluster-network]\n"},
  };
  EXPECT_ROWS(rows);
  nad_expect_other(
      "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/"
      "24\",\"routes\":[{\"dst\":\"10.0.0.0/8\"}]}}",
      "warn overlap-cluster-network spec.config.ipam.routes[0].dst\n");
}

static void limits_the_number_of_routes(void **state) {
  (void)state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_buf list = DW_BUF_IN(arena);
  for (unsigned i = 0; i < 4097; i++)
    dw_buf_printf(&list, "%s{\"dst\":\"20.%u.%u.0/24\",\"table\":7}", i == 0 ? "" : ",", i / 256, i % 256);
  nad_expect_config(with_routes(arena, dw_buf_text(&list)),
                    "deny overlap-cluster-network spec.config.ipam.routes[1022].dst\n"
                    "deny route-unusable spec.config.ipam.routes\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(old_versions_drop_routes_of_a_family_without_an_address),
      cmocka_unit_test(accepts_routes_that_work),
      cmocka_unit_test(rejects_routes_that_the_kernel_rejects),
      cmocka_unit_test(rejects_a_route_to_its_own_subnet_through_a_gateway),
      cmocka_unit_test(reports_a_gateway_that_a_pod_can_get),
      cmocka_unit_test(uses_the_networks_gateway_for_routes_without_one),
      cmocka_unit_test(judges_the_routes_of_host_local_and_static),
      cmocka_unit_test(ignores_routes_of_other_ipam_plugins),
      cmocka_unit_test(rejects_default_routes),
      cmocka_unit_test(rejects_a_default_route_by_the_bridge_plugin),
      cmocka_unit_test(route_override_adds_and_removes_routes),
      cmocka_unit_test(rejects_routes_into_the_clusters_networks),
      cmocka_unit_test(limits_the_number_of_routes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
