#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/nad_case.h"

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"net\""
#define MACVLAN HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM

static void accepts_sound_configurations(void **state) {
  (void)state;
  nad_expect_config("{" MACVLAN "}", "");
  nad_expect_config(
      "{" HEAD ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "},{\"type\":\"tuning\"}]}", "");
  nad_expect_other("{\"type\":\"loopback\"}", "");
}

static void json_errors_contain_the_position(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\n  \"type\": \"macvlan\",\n  \"master\": eth1\n}"};
  nad_expect(&nad, "deny cni-json spec.config\n");
  nad_expect_says(&nad, "cni-json", "line 3, column 1");
  nad_expect_says(&nad, "cni-json", "Invalid value: \"\\\"master\\\": eth1\"");
  nad_expect_config("[]", "deny cni-json spec.config\n");
  nad_expect_config("{} {}", "deny cni-json spec.config\n");
  nad_expect_config("{\"type\":\"macvlan\"", "deny cni-json spec.config\n");
  nad_expect_config("  ", "deny cni-json spec.config\n");
  nad_expect_config("\"{}\"", "deny cni-json spec.config\n");
  nad_expect_other("{", "deny cni-json spec.config\n");
}

/* The quoted value consists of whole tokens: up to 80 bytes of the wrong one, and some before it. */
static void json_errors_quote_whole_tokens(void **state) {
  (void)state;
  static const struct {
    const char *config, *says;
  } cases[] = {
      {"{\"type\":\"macvlan\",\"x-serial-number\":1e400}",
       "Invalid value: \"\\\"macvlan\\\",\\\"x-serial-number\\\":1e400}\": line 1, column 37: this number is too "
       "large"},
      {"{\"a\":\"whereabouts and more than that\",1}", "Invalid value: \"\\\"whereabouts and more than that\\\",1}\": "
                                                       "line 1, column 39: expected a key in double quotes"},
      {"{\"a\":\"half\\uq\",\"b\":1}",
       "Invalid value: \"{\\\"a\\\":\\\"half\\\\uq\\\",\\\"b\\\":1}\": line 1, column 11:"},
      {"{\"a\":1 'b'}", "Invalid value: \"{\\\"a\\\":1 'b'}\": line 1, column 8: expected ',' or"},
      {"{\"a\": 1 ", "Invalid value: \"{\\\"a\\\": 1\": line 1, column 9: unexpected end of text"},
      {"{\"a\": \"a long text that does not end",
       "Invalid value: \"{\\\"a\\\": \\\"a long text that does not end\": line 1, column 7: this string has no"},
      {"\xc3\xa4", "Invalid value: \"\xc3\xa4\": line 1, column 1: expected a value"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    nad_expect_says(&(struct nad_case){.config = cases[i].config}, "cni-json", cases[i].says);
  char number[420] = "{\"a\":1234567890,\"b\":";
  size_t start = strlen(number);
  memset(number + start, '7', 350);
  number[start + 350] = '}';
  char says[200] = "Invalid value: \"";
  memset(says + strlen(says), '7', 80);
  strcat(says, "...\": line 1, column 21: this number is too large");
  nad_expect_says(&(struct nad_case){.config = number}, "cni-json", says);
}

/* As in Go. A rule that reads such a value reports it as it is written. */
static void accepts_any_number_or_text_that_no_plugin_reads(void **state) {
  (void)state;
  nad_expect_config("{" MACVLAN ",\"x-serial\":99999999999999999999}", "");
  nad_expect_config("{" MACVLAN ",\"x\":[-1e300,{\"y\":123456789012345678901234567890}]}", "");
  nad_expect_config("{" MACVLAN ",\"d\":\"\\ud83d\",\"\\udc00\":\"\\ud83d\\ud83d\"}", "");
  struct nad_case mtu = {.config = "{" MACVLAN ",\"mtu\":99999999999999999999}"};
  nad_expect(&mtu, "deny plugin-option spec.config.mtu\n");
  nad_expect_says(&mtu, "plugin-option",
                  "Invalid value: \"99999999999999999999\": must be an integer, not an integer beyond 64 bits");
  struct nad_case vlan = {
      .config = "{" HEAD ",\"type\":\"vlan\",\"master\":\"eth1\",\"vlanId\":18446744073709551716," NAD_IPAM "}"};
  nad_expect(&vlan, "deny vlan-range spec.config.vlanId\n");
  nad_expect_says(&vlan, "vlan-range",
                  "Invalid value: \"18446744073709551716\": must be an integer, not an integer beyond");
  nad_expect_config("{" MACVLAN ",\"x\":1e400}", "deny cni-json spec.config\n");
  nad_expect_config("{" MACVLAN ",\"x\":\"\\u0000\"}", "deny cni-json spec.config\n");
}

static void rejects_two_spellings_of_one_key(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{" MACVLAN ",\n \"MASTER\":\"bond1\"}"};
  nad_expect(&nad, "deny cni-ambiguous-key spec.config.MASTER\n");
  nad_expect_says(&nad, "cni-ambiguous-key", "Duplicate value: \"MASTER\"");
  nad_expect_says(&nad, "cni-ambiguous-key", "\"master\" and \"MASTER\" (line 2, column 2)");
  nad_expect_config("{" HEAD
                    ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":{\"type\":\"whereabouts\","
                    "\"range\":\"192.168.99.0/24\",\"Range\":\"192.168.98.0/24\"}}]}",
                    "deny cni-ambiguous-key spec.config.plugins[0].ipam.Range\n");
  nad_expect_config("{" MACVLAN ",\"args\":{\"a\":1,\"A\":2,\"b\":{\"x\":1,\"x\":2}}}",
                    "deny cni-ambiguous-key spec.config.args.b.x\n");
  /* Some plugins decode `args` into structs: Go sets one member from both keys. */
  nad_expect_config("{" HEAD ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
                    "},{\"type\":\"tuning\",\"args\":{\"CNI\":\"true\",\"cni\":{}}}]}",
                    "deny cni-ambiguous-key spec.config.plugins[1].args.cni\n");
  nad_expect_config("{" HEAD ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
                    "},{\"type\":\"tuning\",\"args\":{\"cni\":{\"mtu\":1400,\"MTU\":9000}}}]}",
                    "deny cni-ambiguous-key spec.config.plugins[1].args.cni.MTU\n");
  nad_expect_config("{" HEAD ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
                    "},{\"type\":\"tuning\",\"args\":{\"a\":1,\"A\":2}}]}",
                    "");
  nad_expect_config("{" HEAD ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
                    "},{\"type\":\"tuning\",\"args\":{\"cni\":{\"x\":1,\"X\":2}}}]}",
                    "");
  /* The same key in two objects is not a duplicate. */
  nad_expect_config("{" MACVLAN ",\"args\":{\"name\":1}}", "");
}

/* A mistake in a value of an ambiguous key is not a separate mistake. */
static void omits_findings_that_follow_from_an_ambiguous_key(void **state) {
  (void)state;
  nad_expect_config("{" MACVLAN ",\"MASTER\":\"eth9\",\"mtu\":100000}", "deny cni-ambiguous-key spec.config.MASTER\n");
  nad_expect_config("{" MACVLAN ",\"MASTER\":\"a/b\"}", "deny cni-ambiguous-key spec.config.MASTER\n");
  nad_expect_config("{" MACVLAN ",\"TYPE\":\"ptp\"}", "deny cni-ambiguous-key spec.config.TYPE\n");
  nad_expect_config("{" MACVLAN ",\"IPAM\":5}", "deny cni-ambiguous-key spec.config.IPAM\n");
  nad_expect_config(
      nad_whereabouts("\"range\":\"192.168.99.0/24\",\"Range\":\"10.0.0.0/8\",\"range_start\":\"1.2.3.4\""),
      "deny cni-ambiguous-key spec.config.ipam.Range\n");
  struct nad_case thrice = {.config = "{" MACVLAN ",\"MASTER\":\"eth8\",\n \"master\":\"eth9\"}"};
  nad_expect(&thrice, "deny cni-ambiguous-key spec.config.master\n");
  nad_expect_says(&thrice, "cni-ambiguous-key",
                  "appears 3 times in one object (last at line 2, column 2), and the last one wins");
}

static void reports_other_mistakes_next_to_an_ambiguous_key(void **state) {
  (void)state;
  nad_expect_config("{" MACVLAN ",\"MTU\":1400,\"mtu\":1500,\"master\":\"eth1\",\"linkInContainer\":true}",
                    "deny cni-ambiguous-key spec.config.mtu\n"
                    "deny cni-ambiguous-key spec.config.master\n"
                    "deny master-in-container spec.config.linkInContainer\n");
  nad_expect_config(nad_whereabouts("\"range\":\"192.168.99.0/24\",\"Range\":\"10.0.0.0/8\",\"range_end\":5"),
                    "deny cni-ambiguous-key spec.config.ipam.Range\n"
                    "deny ipam-syntax spec.config.ipam.range_end\n");
  nad_expect_config("{" MACVLAN
                    ",\"dns\":{\"domain\":\"a\",\"Domain\":\"b\"},\"vlanTrunk\":5,\"linkInContainer\":true}",
                    "deny cni-ambiguous-key spec.config.dns.Domain\n"
                    "deny master-in-container spec.config.linkInContainer\n");
}

/* If the policy makes it a warning, it must not hide denials. */
static void an_ambiguous_key_that_only_warns_hides_nothing(void **state) {
  (void)state;
  nad_expect(
      &(struct nad_case){
          .config = "{" HEAD ",\"type\":\"macvlan\",\"master\":\"a/b\",\"MASTER\":\"eth1\"," NAD_IPAM "}",
          .policy = "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {cni-ambiguous-key: warn}\n"},
      "warn cni-ambiguous-key spec.config.MASTER\ndeny interface-name spec.config.master\n");
}

static void reports_keys_that_libcni_knows_in_one_case_only(void **state) {
  (void)state;
  struct nad_case nad = {
      .config = "{\"cniVersion\":\"0.3.1\",\"Name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"};
  nad_expect(&nad, "warn cni-ambiguous-key spec.config.Name\n");
  nad_expect_says(&nad, "cni-ambiguous-key", "Multus ignores this unknown key and uses the NAD's name instead");
  nad_expect_says(&nad, "cni-ambiguous-key", "use \"name\"");
  struct nad_case list = {.config = "{" HEAD ",\"Plugins\":[{\"type\":\"loopback\"}]}", .ns = "shop", .label = ""};
  nad_expect(&list, "deny cni-ambiguous-key spec.config.Plugins\n");
  nad_expect_says(&list, "cni-ambiguous-key", "so the list has no plugins and Multus crashes; use \"plugins\"");
  nad_expect_other("{\"CNIVersion\":\"0.3.1\",\"name\":\"net\",\"plugins\":[{\"type\":\"loopback\"}]}",
                   "warn cni-ambiguous-key spec.config.CNIVersion\n");
  nad_expect_other("{\"CNIVersion\":\"0.3.1\",\"type\":\"loopback\"}", "");
  nad_expect_other("{\"Name\":\"a b\",\"type\":\"loopback\"}", "warn cni-ambiguous-key spec.config.Name\n");
  nad_expect_other("{\"Name\":5,\"type\":\"loopback\"}",
                   "deny cni-json spec.config.Name\nwarn cni-ambiguous-key spec.config.Name\n");
}

static void rejects_values_of_the_wrong_type(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{" MACVLAN ",\"dns\":{\"nameservers\":\"10.9.0.1\"}}"};
  nad_expect(&nad, "deny cni-json spec.config.dns.nameservers\n");
  nad_expect_says(&nad, "cni-json", "Invalid value: \"10.9.0.1\": must be a list of strings, not a string");
  nad_expect_other("{\"type\":\"bridge\",\"isGateway\":\"true\"}", "deny plugin-option spec.config.isGateway\n");
  nad_expect_other("{\"type\":\"tuning\",\"isGateway\":\"true\"}", "");
  nad_expect_other("{\"type\":\"loopback\",\"capabilities\":{\"ips\":1,\"mac\":\"x\"}}",
                   "deny cni-json spec.config.capabilities.ips\ndeny cni-json spec.config.capabilities.mac\n");
  nad_expect_other("{" HEAD ",\"disableCheck\":null,\"plugins\":[{\"type\":\"loopback\"}]}",
                   "deny cni-json spec.config.disableCheck\n");
}

static void rejects_null_where_libcni_does(void **state) {
  (void)state;
  struct nad_case nad = {.config = "{\"name\":null,\"type\":\"loopback\"}", .label = "false", .ns = "shop"};
  nad_expect(&nad, "deny cni-name spec.config.name\n");
  nad_expect_says(&nad, "cni-name", "must not be null");
  nad_expect_other("{\"cniVersion\":null,\"name\":\"net\",\"plugins\":[{\"type\":\"loopback\"}]}",
                   "deny cni-version spec.config.cniVersion\n");
}

static void requires_a_type(void **state) {
  (void)state;
  nad_expect_config("{" HEAD "}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"type\":\"\"}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"type\":null}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"type\":5}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"TYPE\":\"\"}", "deny cni-type spec.config.TYPE\n");
  nad_expect_config("{" HEAD ",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM
                    "},{},5,null,{\"type\":\"tuning\"}]}",
                    "deny cni-type spec.config.plugins[1].type\n"
                    "deny cni-type spec.config.plugins[2]\n"
                    "deny cni-type spec.config.plugins[3]\n");
  nad_expect_says(&(struct nad_case){.config = "{" HEAD ",\"plugins\":[5]}"}, "cni-type",
                  "must be an object, not an integer");
}

static void requires_a_type_that_is_a_file_name(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"type\":\"../macvlan\"}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"type\":\"..\"}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"type\":\".\"}", "deny cni-type spec.config.type\n");
  nad_expect_config("{" HEAD ",\"type\":\"mac\\nvlan\"}", "deny cni-type spec.config.type\n");
  nad_expect_other("{" HEAD ",\"type\":\"my..plugin\"}", "");
}

static void requires_a_list_of_plugins_that_is_not_empty(void **state) {
  (void)state;
  struct nad_case empty = {.config = "{" HEAD ",\"plugins\":[]}"};
  nad_expect(&empty, "deny cni-type spec.config.plugins\n");
  nad_expect_says(&empty, "cni-type", "Required value");
  nad_expect_config("{" HEAD ",\"plugins\":{}}", "deny cni-type spec.config.plugins\n");
  nad_expect_config("{" HEAD ",\"Plugins\":\"macvlan\"}", "deny cni-ambiguous-key spec.config.Plugins\n");
}

/* One mistake, one finding: without a type, the meaning of the other keys is unknown. */
static void does_not_judge_a_plugin_without_a_type(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"master\":\"a/b\",\"vlan\":9999,\"ipam\":{\"type\":\"whereabouts\",\"range\":\"x\"}}",
                    "deny cni-type spec.config.type\n");
}

static void rejects_names_that_libcni_rejects(void **state) {
  (void)state;
  nad_expect_other("{\"name\":\"a.b_c-9\",\"type\":\"loopback\"}", "");
  nad_expect_other("{\"name\":\"9\",\"type\":\"loopback\"}", "");
  nad_expect_other("{\"name\":\"-a\",\"type\":\"loopback\"}", "deny cni-name spec.config.name\n");
  nad_expect_other("{\"name\":\"a b\",\"type\":\"loopback\"}", "deny cni-name spec.config.name\n");
  nad_expect_other("{\"name\":\"a/b\",\"type\":\"loopback\"}", "deny cni-name spec.config.name\n");
  nad_expect_other("{\"NAME\":[],\"type\":\"loopback\"}", "deny cni-json spec.config.NAME\n"
                                                          "warn cni-ambiguous-key spec.config.NAME\n");
}

/* Multus also gives a list the NAD's name. */
static void accepts_an_absent_name_but_not_null(void **state) {
  (void)state;
  nad_expect_other("{\"type\":\"loopback\"}", "");
  nad_expect_other("{\"name\":\"\",\"type\":\"loopback\"}", "");
  nad_expect_other("{\"plugins\":[{\"type\":\"loopback\"}]}", "");
  nad_expect_other("{\"name\":\"\",\"plugins\":[{\"type\":\"loopback\"}]}", "");
  nad_expect_other("{\"plugins\":[{\"type\":\"loopback\",\"name\":\"net\"}]}", "");
  nad_expect_config("{\"cniVersion\":\"0.3.1\",\"plugins\":[{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}]}",
                    "");
  nad_expect_other("{\"name\":null,\"plugins\":[{\"type\":\"loopback\"}]}", "deny cni-name spec.config.name\n");
  nad_expect_other("{\"name\":null,\"type\":\"loopback\"}", "deny cni-name spec.config.name\n");
}

static void rejects_versions_that_libcni_does_not_support(void **state) {
  (void)state;
  static const char *const good[] = {"0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0", ""};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    char config[128];
    (void)snprintf(config, sizeof config, "{\"cniVersion\":\"%s\",\"type\":\"loopback\"}", good[i]);
    nad_expect_other(config, "");
  }
  nad_expect_other("{\"cniVersion\":null,\"type\":\"loopback\"}", "");
  nad_expect_other("{\"cniVersion\":\"0.3\",\"type\":\"loopback\"}", "deny cni-version spec.config.cniVersion\n");
  nad_expect_other("{\"cniVersion\":\"1.2.0\",\"type\":\"loopback\"}", "deny cni-version spec.config.cniVersion\n");
  nad_expect_other("{\"cniVersion\":1,\"type\":\"loopback\"}", "deny cni-version spec.config.cniVersion\n");
  nad_expect_says(&(struct nad_case){.config = "{\"cniVersion\":\"2\",\"type\":\"macvlan\"}"}, "cni-version",
                  "Unsupported value: \"2\"");
}

#define N25 "nnnnnnnnnnnnnnnnnnnnnnnnn"
#define N127 N25 N25 N25 N25 N25 "nn"

static void rejects_invalid_interface_names(void **state) {
  (void)state;
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"abcdefghijklmno\"}", "");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"" N127 "\"}", "");
  nad_expect_other("{\"type\":\"ipvlan\",\"master\":\"" N127 "\"," NAD_IPAM "}", "");
  nad_expect_other("{\"type\":\"vlan\",\"master\":\"" N127 "\",\"vlanId\":5," NAD_IPAM "}", "");
  nad_expect_other("{\"type\":\"host-device\",\"device\":\"" N127 "\"}", "");
  struct nad_case longer = {.config = "{\"type\":\"macvlan\",\"master\":\"" N127 "n\"}", .ns = "shop", .label = ""};
  nad_expect(&longer, "deny interface-name spec.config.master\n");
  nad_expect_says(&longer, "interface-name", "1 to 15 bytes (an alternative name: up to 127)");
  nad_expect_other("{\"type\":\"bridge\",\"bridge\":\"abcdefghijklmno\"}", "");
  struct nad_case bridge = {
      .config = "{\"type\":\"bridge\",\"bridge\":\"abcdefghijklmnop\"}", .ns = "shop", .label = ""};
  nad_expect(&bridge, "deny interface-name spec.config.bridge\n");
  nad_expect_says(&bridge, "interface-name", "; use a name of 1 to 15 bytes without '/', ':', '%' or white space");
  nad_expect_other("{\"type\":\"ipvlan\",\"master\":\"eth 1\"," NAD_IPAM "}",
                   "deny interface-name spec.config.master\n");
  nad_expect_other("{\"type\":\"vlan\",\"master\":\"eth1:0\",\"vlanId\":5," NAD_IPAM "}",
                   "deny interface-name spec.config.master\n");
  nad_expect_other("{\"type\":\"vlan\",\"Master\":\"a/b\",\"vlanId\":5," NAD_IPAM "}",
                   "deny interface-name spec.config.Master\n");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":7}", "deny interface-name spec.config.master\n");
  /* Measured: could not add "br-m%ig": invalid argument. An alternative name may contain '%'. */
  nad_expect_other("{\"type\":\"bridge\",\"bridge\":\"br-m%ig\"}", "deny interface-name spec.config.bridge\n");
  nad_expect_other("{\"type\":\"ovs\",\"bridge\":\"br-%d\"}", "deny interface-name spec.config.bridge\n");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"eth%1\"}", "");
  nad_expect_other("{\"type\":\"bridge\",\"bridge\":\"..\"}", "deny interface-name spec.config.bridge\n");
  nad_expect_other("{\"type\":\"ovs\",\"bridge\":[]}", "deny interface-name spec.config.bridge\n");
  nad_expect_other("{\"type\":\"host-device\",\"device\":\"eth/1\"}", "deny interface-name spec.config.device\n");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"eth1.100\"}", "");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":\"\"}", "");
  nad_expect_other("{\"type\":\"macvlan\",\"master\":null}", "");
  /* Keys of other plugins have no meaning. */
  nad_expect_other("{\"type\":\"macvlan\",\"bridge\":{}}", "");
  nad_expect_other("{\"type\":\"userspace\",\"bridge\":{},\"master\":\"a/b\"}", "");
}

/* An invalid master is not also reported as missing on the nodes. */
static void reports_an_invalid_interface_name_once(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"type\":\"macvlan\",\"master\":\"eth/1\"," NAD_IPAM "}",
                    "deny interface-name spec.config.master\n");
  nad_expect_config("{" HEAD ",\"type\":\"macvlan\",\"master\":true," NAD_IPAM "}",
                    "deny interface-name spec.config.master\n");
  nad_expect_config("{" HEAD ",\"type\":\"bridge\",\"bridge\":\"a:b\"," NAD_IPAM "}",
                    "deny interface-name spec.config.bridge\n");
}

#define GOOD "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"

/* Multus looks for a list only if there is no type, so the sound plugin in the list never runs. */
static void ignores_plugins_next_to_a_type(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"type\":\"macvlan\"," NAD_IPAM ",\"plugins\":[" GOOD "]}",
                    "warn cni-type spec.config.plugins\n"
                    "deny master-required spec.config.master\n");
  nad_expect_config("{" HEAD ",\"TYPE\":\"ptp\",\"plugins\":[" GOOD "]}", "warn cni-type spec.config.plugins\n"
                                                                          "deny migration-plugin spec.config.TYPE\n");
  nad_expect_other("{" HEAD ",\"type\":\"macvlan\",\"plugins\":[" GOOD "]}", "warn cni-type spec.config.plugins\n");
  nad_expect_other("{" HEAD ",\"type\":\"macvlan\",\"plugins\":[]}", "warn cni-type spec.config.plugins\n");
  nad_expect_other("{" HEAD ",\"type\":5,\"plugins\":[" GOOD "]}", "warn cni-type spec.config.plugins\n"
                                                                   "deny cni-type spec.config.type\n");
}

static void an_empty_type_next_to_plugins_counts_as_absent(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"plugins\":[" GOOD "]}", "");
  nad_expect_config("{" HEAD ",\"type\":\"\",\"plugins\":[" GOOD "]}", "");
  nad_expect_config("{" HEAD ",\"type\":null,\"plugins\":[" GOOD "]}", "");
}

static void null_plugins_next_to_a_type_count_as_absent(void **state) {
  (void)state;
  nad_expect_config("{" HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM ",\"plugins\":null}", "");
}

/* The name is part of a file name, which can have 255 bytes. */
static void rejects_a_name_that_is_too_long_for_a_file(void **state) {
  (void)state;
  static const struct {
    int length;
    const char *migration, *other;
  } rows[] = {{179, "", ""},
              {180, "deny cni-name spec.config.name\n", ""},
              {188, "deny cni-name spec.config.name\n", ""},
              {189, "deny cni-name spec.config.name\n", "deny cni-name spec.config.name\n"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char config[512], name[256] = "";
    memset(name, 'x', (size_t)rows[i].length);
    snprintf(config, sizeof config, "{\"name\":\"%s\",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}", name);
    nad_expect_config(config, rows[i].migration);
    nad_expect_other(config, rows[i].other);
    if (rows[i].length == 180)
      nad_expect_says(&(struct nad_case){.config = config}, "cni-name",
                      "is 180 bytes long, but libcni uses it in a file name that has room for 179; shorten it");
  }
}

/* multus-cni 4.2.3 pkg/multus/multus.go CmdDel(): of a list without a version, only the plugins' types remain. */
static void warns_of_a_list_without_a_version(void **state) {
  (void)state;
#define PLUGIN "{\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}"
  static const char *const lists[] = {"{\"name\":\"n\",\"plugins\":[" PLUGIN "]}",
                                      "{\"cniVersion\":\"\",\"name\":\"n\",\"plugins\":[" PLUGIN "]}"};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    nad_expect_config(lists[i], "warn cni-version spec.config.cniVersion\n");
    nad_expect_other(lists[i], "");
  }
  nad_expect_config("{\"cniVersion\":\"0.1.0\",\"name\":\"n\",\"plugins\":[" PLUGIN "]}", "");
  nad_expect_config("{\"CNIVERSION\":\"0.3.1\",\"name\":\"n\",\"plugins\":[" PLUGIN "]}",
                    "warn cni-ambiguous-key spec.config.CNIVERSION\n");
  nad_expect_config("{\"name\":\"n\",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM "}", "");
  nad_expect_says(&(struct nad_case){.config = lists[0]}, "cni-version",
                  "Required value: without it, Multus passes no options to the plugins in a list when a pod is "
                  "deleted: whereabouts never frees the pod's address, and the plugins clean nothing up; set one, such "
                  "as \"cniVersion\": \"0.3.1\" [cni-version]");
#undef PLUGIN
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_sound_configurations),
      cmocka_unit_test(json_errors_contain_the_position),
      cmocka_unit_test(json_errors_quote_whole_tokens),
      cmocka_unit_test(accepts_any_number_or_text_that_no_plugin_reads),
      cmocka_unit_test(rejects_two_spellings_of_one_key),
      cmocka_unit_test(omits_findings_that_follow_from_an_ambiguous_key),
      cmocka_unit_test(reports_other_mistakes_next_to_an_ambiguous_key),
      cmocka_unit_test(an_ambiguous_key_that_only_warns_hides_nothing),
      cmocka_unit_test(reports_keys_that_libcni_knows_in_one_case_only),
      cmocka_unit_test(rejects_values_of_the_wrong_type),
      cmocka_unit_test(rejects_null_where_libcni_does),
      cmocka_unit_test(requires_a_type),
      cmocka_unit_test(requires_a_type_that_is_a_file_name),
      cmocka_unit_test(requires_a_list_of_plugins_that_is_not_empty),
      cmocka_unit_test(does_not_judge_a_plugin_without_a_type),
      cmocka_unit_test(rejects_names_that_libcni_rejects),
      cmocka_unit_test(accepts_an_absent_name_but_not_null),
      cmocka_unit_test(rejects_versions_that_libcni_does_not_support),
      cmocka_unit_test(rejects_invalid_interface_names),
      cmocka_unit_test(reports_an_invalid_interface_name_once),
      cmocka_unit_test(ignores_plugins_next_to_a_type),
      cmocka_unit_test(an_empty_type_next_to_plugins_counts_as_absent),
      cmocka_unit_test(null_plugins_next_to_a_type_count_as_absent),
      cmocka_unit_test(rejects_a_name_that_is_too_long_for_a_file),
      cmocka_unit_test(warns_of_a_list_without_a_version),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
