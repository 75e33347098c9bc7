/* `droveway inspect`. Some of its results are compared with those of whereabouts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

/* A NAD as JSON whose spec.config is CONFIG. */
static struct json_object *nad(const char *name, const char *config) {
  struct json_object *metadata = json_object_new_object();
  json_object_object_add(metadata, "name", json_object_new_string(name));
  json_object_object_add(metadata, "namespace", json_object_new_string("openshift-cnv"));
  struct json_object *spec = json_object_new_object();
  json_object_object_add(spec, "config", json_object_new_string(config));
  struct json_object *object = json_object_new_object();
  json_object_object_add(object, "apiVersion", json_object_new_string("k8s.cni.cncf.io/v1"));
  json_object_object_add(object, "kind", json_object_new_string("NetworkAttachmentDefinition"));
  json_object_object_add(object, "metadata", metadata);
  json_object_object_add(object, "spec", spec);
  return object;
}

/* The output of inspect -o json for OBJECTS, an array. Takes ownership of OBJECTS. */
static struct json_object *inspect(struct json_object *objects) {
  RUN_SCOPED run = RUN_WITH(json_object_to_json_string(objects), "inspect", "-f", "-", "-o", "json");
  json_object_put(objects);
  assert_int_equal(run.status, 0);
  assert_string_equal(run.err, "");
  struct json_object *found = run_json(&run);
  assert_true(json_object_is_type(found, json_type_array));
  return found;
}

static struct json_object *inspect_config(const char *name, const char *config) {
  return inspect(nad(name, config));
}

/* A member that must exist; it may be null. */
static struct json_object *get(struct json_object *object, const char *key) {
  struct json_object *member = NULL;
  if (!json_object_object_get_ex(object, key, &member))
    fail_msg("no \"%s\" in %s", key, json_object_to_json_string(object));
  return member;
}

static const char *text(struct json_object *object, const char *key) {
  return json_object_get_string(get(object, key));
}

static void check_pool(struct json_object *expected, struct json_object *found, const char *what) {
  static const char *const keys[] = {"cidr", "first", "last"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    const char *wanted = json_object_get_string(json_object_object_get(expected, keys[i]));
    const char *given = text(found, keys[i]);
    if (wanted == NULL ? given != NULL : given == NULL || strcmp(wanted, given) != 0)
      fail_msg("%s: %s is %s", what, keys[i], given);
  }
  assert_true(json_object_is_type(get(found, "usable"), json_type_int));
  if (json_object_get_int64(get(found, "usable")) != json_object_get_int64(get(expected, "usable")))
    fail_msg("%s: usable is %s", what, text(found, "usable"));
}

/* whereabouts reads the range, but each allocation fails on an exclude that can't be read. */
static bool fails_at_run_time(struct json_object *pools) {
  for (size_t i = 0; i < json_object_array_length(pools); i++)
    if (json_object_object_get(json_object_array_get_idx(pools, i), "allocationError") != NULL)
      return true;
  return false;
}

static void check_case(struct json_object *one, struct json_object *found) {
  const char *what = json_object_to_json_string(one);
  struct json_object *ipam = get(found, "ipam");
  struct json_object *pools = get(ipam, "pools");
  bool has_error = json_object_object_get_ex(ipam, "error", NULL);
  assert_string_equal(text(ipam, "type"), "whereabouts");
  if (json_object_object_get(one, "error") != NULL) {
    if (!has_error || json_object_array_length(pools) != 0)
      fail_msg("%s: read as %s", what, json_object_to_json_string(ipam));
    return;
  }
  struct json_object *expected = get(one, "pools");
  bool has_allocation_error = json_object_object_get_ex(ipam, "allocationError", NULL);
  if (has_error || has_allocation_error != fails_at_run_time(expected))
    fail_msg("%s: %s", what, json_object_to_json_string(ipam));
  if (json_object_array_length(pools) != json_object_array_length(expected))
    fail_msg("%s: other pools: %s", what, json_object_to_json_string(pools));
  for (size_t i = 0; i < json_object_array_length(pools); i++)
    check_pool(json_object_array_get_idx(expected, i), json_object_array_get_idx(pools, i), what);
}

/* A configuration with the IPAM object of a case. */
static char *config_of(struct json_object *one) {
  struct json_object *ipam = NULL;
  const char *ipam_text = json_object_object_get_ex(one, "ipamText", &ipam)
                              ? json_object_get_string(ipam)
                              : json_object_to_json_string(get(one, "ipam"));
  char *config = NULL;
  assert_true(
      asprintf(&config, "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"type\":\"macvlan\",\"ipam\":%s}", ipam_text) > 0);
  return config;
}

/* tests/data/whereabouts.md; all cases in one List, so that one run reads them. */
static void agrees_with_whereabouts(void **state) {
  (void)state;
  struct json_object *cases = json_object_from_file("tests/data/whereabouts.json");
  assert_non_null(cases);
  size_t count = json_object_array_length(cases);
  assert_int_equal(count, 67);
  struct json_object *items = json_object_new_array();
  for (size_t i = 0; i < count; i++) {
    char name[32];
    snprintf(name, sizeof name, "case-%02zu", i);
    char *config = config_of(json_object_array_get_idx(cases, i));
    json_object_array_add(items, nad(name, config));
    free(config);
  }
  struct json_object *list = json_object_new_object();
  json_object_object_add(list, "apiVersion", json_object_new_string("v1"));
  json_object_object_add(list, "kind", json_object_new_string("List"));
  json_object_object_add(list, "items", items);
  struct json_object *found = inspect(list);
  assert_int_equal(json_object_array_length(found), count);
  for (size_t i = 0; i < count; i++)
    check_case(json_object_array_get_idx(cases, i), json_object_array_get_idx(found, i));
  json_object_put(found);
  json_object_put(cases);
}

static void shows_plugins_and_their_options(void **state) {
  (void)state;
  struct json_object *found = inspect_config(
      "migration-lan", "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"vlan\",\"master\":\"bond2\","
                       "\"vlanId\":210,\"mtu\":9000,\"ipam\":{\"type\":\"dhcp\"}},{\"type\":\"tuning\"}]}");
  struct json_object *one = json_object_array_get_idx(found, 0);
  assert_string_equal(text(one, "namespace"), "openshift-cnv");
  assert_string_equal(text(one, "name"), "migration-lan");
  assert_true(json_object_get_boolean(get(one, "migrationNetwork")));
  assert_non_null(strstr(text(one, "why"), "*migration*"));
  assert_string_equal(json_object_to_json_string_ext(get(one, "plugins"), JSON_C_TO_STRING_PLAIN),
                      "[\"vlan\",\"tuning\"]");
  assert_string_equal(text(one, "master"), "bond2");
  assert_null(get(one, "bridge"));
  assert_int_equal(json_object_get_int(get(one, "vlan")), 210);
  assert_int_equal(json_object_get_int(get(one, "mtu")), 9000);
  assert_string_equal(text(get(one, "ipam"), "type"), "dhcp");
  assert_int_equal(json_object_array_length(get(get(one, "ipam"), "pools")), 0);
  json_object_put(found);
}

static void shows_ovn_kubernetes_subnets(void **state) {
  (void)state;
  struct json_object *found = inspect_config(
      "vm-net", "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"ovn-k8s-cni-overlay\",\"topology\":\"layer2\","
                "\"netAttachDefName\":\"openshift-cnv/vm-net\",\"subnets\":\"10.70.0.0/24,fd00:70::/64\"}");
  struct json_object *one = json_object_array_get_idx(found, 0);
  assert_false(json_object_get_boolean(get(one, "migrationNetwork")));
  assert_string_equal(text(one, "why"), "");
  struct json_object *pools = get(get(one, "ipam"), "pools");
  assert_int_equal(json_object_array_length(pools), 2);
  assert_string_equal(text(json_object_array_get_idx(pools, 0), "cidr"), "10.70.0.0/24");
  assert_string_equal(text(json_object_array_get_idx(pools, 1), "cidr"), "fd00:70::/64");
  json_object_put(found);
}

/* A /64 has more addresses than a JSON number can represent. */
static void counts_are_capped(void **state) {
  (void)state;
  struct json_object *found =
      inspect_config("a", "{\"type\":\"macvlan\",\"ipam\":{\"type\":\"whereabouts\",\"range\":\"fd00::/64\","
                          "\"ipRanges\":[{\"range\":\"fd01::/75\"},{\"range\":\"fd02::/76\"}]}}");
  struct json_object *pools = get(get(json_object_array_get_idx(found, 0), "ipam"), "pools");
  assert_int_equal(json_object_get_int64(get(json_object_array_get_idx(pools, 0), "usable")), INT64_C(1) << 53);
  assert_int_equal(json_object_get_int64(get(json_object_array_get_idx(pools, 1), "usable")), (INT64_C(1) << 53) - 2);
  assert_int_equal(json_object_get_int64(get(json_object_array_get_idx(pools, 2), "usable")), (INT64_C(1) << 52) - 2);
  json_object_put(found);
}

static void unreadable_configurations_are_reported(void **state) {
  (void)state;
  struct json_object *found = inspect_config("a", "{\"type\": macvlan}");
  struct json_object *one = json_object_array_get_idx(found, 0);
  assert_true(strlen(text(one, "error")) > 0);
  assert_int_equal(json_object_array_length(get(one, "plugins")), 0);
  json_object_put(found);
  found = inspect_config("a", "");
  assert_int_equal(json_object_array_length(get(json_object_array_get_idx(found, 0), "plugins")), 0);
  json_object_put(found);
}

/* The HyperConverged in in-use refers to my-secondary-network. */
static void the_state_shows_who_uses_a_network(void **state) {
  (void)state;
  static const char object[] = "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                               "metadata: {name: my-secondary-network}\n"
                               "spec: {config: '{\"type\": \"macvlan\", \"name\": \"lan\"}'}\n";
  RUN_SCOPED without = RUN_WITH(object, "inspect", "-f", "-");
  assert_non_null(strstr(without.out, "openshift-cnv/my-secondary-network\n"));
  assert_non_null(strstr(without.out, "migration  no\n"));
  RUN_SCOPED with = RUN_WITH(object, "inspect", "-f", "-", "--state", "tests/payloads/in-use/state");
  assert_int_equal(with.status, 0);
  assert_non_null(strstr(with.out, "migration  yes: "));
  assert_non_null(strstr(with.out, "HyperConverged openshift-cnv/kubevirt-hyperconverged"));
}

static void text_shows_the_pool(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("inspect", "-f", "tests/manifests/seeds/openshift-4.11");
  assert_int_equal(run.status, 0);
  assert_non_null(strstr(run.out, "plugin     macvlan\n"));
  assert_non_null(strstr(run.out, "master     eth1\n"));
  assert_non_null(strstr(run.out, "pool       10.200.5.0/24: 10.200.5.1 to 10.200.5.254, 254 usable\n"));
}

static void text_replaces_control_characters(void **state) {
  (void)state;
  static const char manifest[] = "apiVersion: k8s.cni.cncf.io/v1\n"
                                 "kind: NetworkAttachmentDefinition\n"
                                 "metadata: {name: \"migration-\\e[31m\", namespace: openshift-cnv}\n"
                                 "spec:\n"
                                 "  config: '{\"type\": \"mac\\u001bvlan\", \"master\": \"eth\\u001b1\"}'\n";
  RUN_SCOPED run = RUN_WITH(manifest, "inspect", "-f", "-");
  assert_int_equal(run.status, 0);
  assert_null(strchr(run.out, '\033'));
  assert_non_null(strstr(run.out, "mac\xEF\xBF\xBDvlan\n"));
}

/* A NAD may be in there that the output lacks; standard output stays JSON. */
static void names_what_it_skips(void **state) {
  (void)state;
  char folder[64], note[256];
  folder_make(folder);
  folder_write(folder, "net.yaml", "{{ if .on }}\nkind: Pod\n{{ end }}\n");
  RUN_SCOPED run = RUN("inspect", folder, "-o", "json");
  snprintf(note, sizeof note,
           "%s/net.yaml: skipped because it is a Go template; to check the result: gomplate -f %s/net.yaml | droveway "
           "check -f -\n",
           folder, folder);
  folder_remove(folder);
  assert_int_equal(run.status, 0);
  assert_string_equal(run.out, "[]\n");
  assert_string_equal(run.err, note);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_whereabouts),
      cmocka_unit_test(shows_plugins_and_their_options),
      cmocka_unit_test(shows_ovn_kubernetes_subnets),
      cmocka_unit_test(counts_are_capped),
      cmocka_unit_test(unreadable_configurations_are_reported),
      cmocka_unit_test(the_state_shows_who_uses_a_network),
      cmocka_unit_test(text_shows_the_pool),
      cmocka_unit_test(text_replaces_control_characters),
      cmocka_unit_test(names_what_it_skips),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
