/* `droveway check` points to the exact character, in any YAML style. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

/* Marks the expected place in a manifest. */
#define MARK "\xC2\xAB" /* a guillemet */

#define NAD                                                                                                            \
  "# comment\napiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"                                     \
  "metadata: {name: other, namespace: default}\nspec:\n"
#define HCO                                                                                                            \
  "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata:\n  name: kubevirt-hyperconverged\n"            \
  "  namespace: openshift-cnv\n  annotations:\n    kubevirt.kubevirt.io/jsonpatch: "
#define PATCH "{\"op\":\"add\",\"path\":\"/spec/configuration/migrations/network\",\"value\":"

struct place {
  int line, column;
};

/* TEXT without its mark, which the caller frees, and the place of the mark. */
static char *unmarked(const char *text, struct place *place) {
  const char *mark = strstr(text, MARK);
  assert_non_null(mark);
  char *out = calloc(1, strlen(text) + 1);
  assert_non_null(out);
  memcpy(out, text, (size_t)(mark - text));
  strcat(out, mark + strlen(MARK));
  *place = (struct place){1, 1};
  for (const char *c = text; c < mark; c++) {
    if (*c == '\n')
      *place = (struct place){place->line + 1, 1};
    else if (((unsigned char)*c & 0xC0) != 0x80)
      place->column++;
  }
  return out;
}

/* The number of findings of RULE at PLACE. */
static int count_at(struct json_object *report, const char *rule, struct place place) {
  struct json_object *findings = member_list(report, "findings");
  int count = 0;
  for (size_t i = 0; i < json_object_array_length(findings); i++) {
    struct json_object *finding = json_object_array_get_idx(findings, i);
    count += strcmp(member_text(finding, "rule"), rule) == 0 && member_int(finding, "line") == place.line &&
             member_int(finding, "column") == place.column;
  }
  return count;
}

/* Exactly one finding of RULE is at the mark in MARKED, which is passed on standard input. */
static void expect(const char *marked, const char *rule) {
  struct place place;
  char *text = unmarked(marked, &place);
  RUN_SCOPED run = RUN_WITH(text, "check", "-o", "json", "-f", "-", "--state", "demo/state");
  struct json_object *report = run_json(&run);
  if (count_at(report, rule, place) != 1)
    fail_msg("%s is not found at %d:%d of:\n%s\n%s", rule, place.line, place.column, text, run.out);
  json_object_put(report);
  free(text);
}

static void points_to_the_character_inside_the_config(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *rule;
  } table[] = {
      {NAD "  config: '{\"type\": \"bridge\", \"vlan\": " MARK "5000}'\n", "vlan-range"},
      {NAD "  config: |-\n    {\"type\": \"bridge\",\n     \"vlan\": " MARK "5000}\n", "vlan-range"},
      {NAD "  config: >\n    {\"type\": \"bridge\",\n    \"vlan\": " MARK "5000}\n", "vlan-range"},
      {NAD "  config: \"{\\\"type\\\": \\\"bridge\\\",\n    \\\"vlan\\\": " MARK "5000}\"\n", "vlan-range"},
      {"{\"apiVersion\": \"k8s.cni.cncf.io/v1\", \"kind\": \"NetworkAttachmentDefinition\",\n"
       " \"metadata\": {\"name\": \"other\", \"namespace\": \"default\"},\n"
       " \"spec\": {\"config\": \"{\\n \\\"type\\\": \\\"bridge\\\", \\\"vlan\\\": " MARK "5000}\"}}",
       "vlan-range"},
      {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: k8s.cni.cncf.io/v1\n"
       "  kind: NetworkAttachmentDefinition\n  metadata: {name: other, namespace: default}\n"
       "  spec: {config: '{\"type\": \"bridge\", \"vlan\": " MARK "5000}'}\n",
       "vlan-range"},
      /* the key, where the key is wrong */
      {NAD "  config: '{\"type\": \"bridge\", \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/24\",\n"
           "    " MARK "\"rangeStart\": \"10.9.0.7\"}}'\n",
       "ipam-lookalike-key"},
      {NAD "  config: '{\"type\": \"bridge\", \"ipam\": {\"type\": \"whereabouts\", \"range\": \"10.9.0.0/24\",\n"
           "    " MARK "\"sort\": 1}}'\n",
       "ipam-unknown-key"},
      {NAD "  config: |\n    {\"type\": \"bridge\", \"vlan\": 1,\n    " MARK "\"vlan\": 2}\n", "cni-ambiguous-key"},
      {NAD "  config: |\n    {\"type\": \"bridge\", \"vlan\": 1,\n    " MARK "\"Vlan\": 2}\n", "cni-ambiguous-key"},
      {NAD "  config: '{\"type\": \"bridge\", " MARK "\"Name\": \"n\"}'\n", "cni-ambiguous-key"},
      /* the object that lacks a key */
      {NAD "  config: '{\"plugins\": [{\"type\": \"bridge\"}, " MARK "{\"x\": 1}], \"name\": \"n\"}'\n", "cni-type"},
      /* invalid JSON */
      {NAD "  config: |\n    {\"type\": \"bridge\",\n      \"vlan\": 1" MARK ",\n    }\n", "cni-json"},
      {NAD "  config: \"{\\\"type\\\": \\\"br\xC3\xB6\xC3\xB6 \\\" " MARK "\\\"x\\\": 1}\"\n", "cni-json"},
      {NAD "  config: |\n    {\"type\": \"bridge\"" MARK "\n\n", "cni-json"},
  };
  for (size_t i = 0; i < LENGTH(table); i++)
    expect(table[i].text, table[i].rule);
}

/* /mutate adds name and cniVersion before the rules read the text; places must still be those in the file. */
static void places_are_in_the_file_not_in_the_mutated_text(void **state) {
  (void)state;
  expect("apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
         "metadata: {name: migration, namespace: openshift-cnv}\nspec:\n"
         "  config: '{\"type\": \"macvlan\", \"master\": \"eth1\", " MARK "\"Master\": \"eth1\"}'\n",
         "cni-ambiguous-key");
}

static void points_to_the_character_inside_a_json_patch(void **state) {
  (void)state;
  expect(HCO "'[" PATCH MARK "\"a/b\"}]'\n", "network-syntax");
  expect(HCO "|-\n      [" PATCH MARK "\"a/b\"}]\n", "jsonpatch-network");
  expect(HCO "'[{\"op\": \"add\", \"path\": \"/spec/configuration\", \"value\": {\"Migrations\":\n"
             "      {\"network\": " MARK "\"a/b\"}}}]'\n",
         "network-syntax");
  expect(HCO "'[{\"op\": \"add\"" MARK ",\n      }]'\n", "jsonpatch-network");
  expect(HCO MARK "'{}'\n", "jsonpatch-network");
  expect(HCO "'[]'\nspec: {liveMigrationConfig: {network: " MARK "a/b}}\n", "network-syntax");
}

#define OP(path) "{\"op\": \"add\", \"path\": \"/spec/configuration" path "\", \"value\": "

/* Also for settings other than the network, and for the operation that takes effect. */
static void points_to_the_setting_inside_a_json_patch(void **state) {
  (void)state;
  expect(HCO "|-\n      [" OP("/migrations/parallelMigrationsPerCluster") MARK "0}]\n", "limit-range");
  expect(HCO "|-\n      [" OP("/migrations/parallelMigrationsPerCluster") "0},\n       " OP(
             "/migrations/parallelMigrationsPerCluster") MARK "-1}]\n",
         "limit-range");
  expect(HCO "|-\n      [" OP("/migrations") "{\n      \"allowAutoConverge\": " MARK "\"true\"}}]\n", "limit-type");
  expect(HCO "|-\n      [" OP("") "{\n      \"Migrations\": {\"disableTLS\": true}, \"migration\": " MARK "{}}}]\n",
         "config-misplaced");
  expect(HCO "|-\n      [{\"op\": \"add\", \"path\": " MARK
             "\"/spec/configuration/migration/network\", \"value\": \"a\"}]\n",
         "config-misplaced");
  expect(HCO "|-\n      [" OP("/migrations/network") "\"a\"},\n       {\"op\": \"remove\", \"path\": " MARK
                                                     "\"/spec/configuration/migrations\"}]\n",
         "jsonpatch-network");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_to_the_character_inside_the_config),
      cmocka_unit_test(places_are_in_the_file_not_in_the_mutated_text),
      cmocka_unit_test(points_to_the_character_inside_a_json_patch),
      cmocka_unit_test(points_to_the_setting_inside_a_json_patch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
