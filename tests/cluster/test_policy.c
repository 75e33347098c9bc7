#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cluster/policy.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define HEAD "apiVersion: droveway.io/v1alpha1\nkind: Policy\n" /* the rest begins on line 3 */

static const char *const rules[] = {"cni-json", "gateway-in-pool", "master-down"};

static struct dw_policy *parse(const char *text, struct dw_error *err) {
  return dw_policy_parse(text, strlen(text), "policy.yaml", rules, COUNT(rules), err);
}

static struct dw_policy *parse_good(const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_policy *policy = parse(text, &err);
  if (policy == NULL)
    fail_msg("%s:%d:%d: %s\nin:\n%s", err.file, err.line, err.column, err.text, text);
  return policy;
}

static void assert_cidr(const struct dw_prefix *prefix, const char *wanted) {
  char text[DW_PREFIX_TEXT];
  assert_string_equal(dw_prefix_format(prefix, text), wanted);
}

static void assert_span(const struct dw_interval *span, const char *first, const char *last) {
  char text[DW_ADDR_TEXT];
  assert_string_equal(dw_addr_format(&span->first, text), first);
  assert_string_equal(dw_addr_format(&span->last, text), last);
}

/* --- defaults --- */

static void assert_defaults(const struct dw_policy *policy) {
  static const int64_t limits[] = {800, 5, 2, 150};
  assert_string_equal(policy->namespace_, "openshift-cnv");
  assert_int_equal(policy->name_pattern_count, 1);
  assert_string_equal(policy->name_patterns[0], "*migration*");
  for (size_t i = 0; i < DW_LIMIT_COUNT; i++) {
    assert_true(policy->defaults[i].set);
    assert_int_equal(policy->defaults[i].value, limits[i]);
  }
  assert_true(policy->mutate_nads);
  assert_false(policy->mutate_kubevirts);
  assert_null(policy->global_namespaces);
  assert_false(policy->selector_given);
  struct dw_label schedulable = {"kubevirt.io/schedulable", "false"};
  struct dw_label other = {"other", "true"};
  assert_true(dw_selector_matches(&policy->selector, &schedulable, 1));
  assert_false(dw_selector_matches(&policy->selector, &other, 1));
  assert_int_equal(policy->cluster_network_count, 0);
  assert_int_equal(policy->remote_cluster_count, 0);
  assert_int_equal(policy->override_count, 0);
  assert_int_equal(dw_policy_action(policy, "cni-json", DW_ACTION_DENY), DW_ACTION_DENY);
}

static void the_default_policy_has_all_defaults(void **state) {
  (void)state;
  struct dw_policy *policy = dw_policy_default();
  assert_defaults(policy);
  dw_policy_free(policy);
  dw_policy_free(NULL);
}

static void omitted_sections_keep_their_defaults(void **state) {
  (void)state;
  static const char *const texts[] = {
      HEAD,
      "---\n" HEAD "---\n",
      "{\"apiVersion\": \"droveway.io/v1alpha1\", \"kind\": \"Policy\"}",
      HEAD "migrationNetworks: {}\ndefaults: {}\nmutate: {}\nnodes: {}\nclusterNetworks: []\nremoteClusters: []\n"
           "rules: {}\n",
      HEAD "migrationNetworks:\nmutate:\nnodes:\nclusterNetworks:\nremoteClusters:\nrules:\n# cni-json: warn\n",
  };
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct dw_policy *policy = parse_good(texts[i]);
    assert_defaults(policy);
    dw_policy_free(policy);
  }
}

/* --- every section --- */

static void reads_every_section(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "namespace: kubevirt\n"
                      "migrationNetworks:\n"
                      "  namePatterns: [\"*migration*\", \"lm-?\"]\n"
                      "defaults:\n"
                      "  completionTimeoutPerGiB: 20\n"
                      "  parallelMigrationsPerCluster: null\n"
                      "  progressTimeout: 0\n"
                      "mutate: {networkAttachmentDefinitions: false, kubeVirts: true}\n"
                      "globalNamespaces: [default, shared]\n"
                      "nodes: {selector: \"role=worker,!infra\"}\n"
                      "clusterNetworks:\n"
                      "- {name: machine-network, cidr: 192.168.1.7/24}\n"
                      "- name: v6\n"
                      "  cidr: fd00:1::/64\n"
                      "remoteClusters:\n"
                      "- name: east\n"
                      "  ranges: [\"192.168.99.128/25\", 192.168.99.10-192.168.99.20/24, 192.168.98.1/32]\n"
                      "rules: {gateway-in-pool: warn, cni-json: \"off\", master-down: deny}\n");
  assert_string_equal(policy->namespace_, "kubevirt");
  assert_int_equal(policy->name_pattern_count, 2);
  assert_string_equal(policy->name_patterns[1], "lm-?");
  assert_int_equal(policy->defaults[DW_LIMIT_COMPLETION_TIMEOUT].value, 20);
  assert_false(policy->defaults[DW_LIMIT_PARALLEL_CLUSTER].set);
  assert_true(policy->defaults[DW_LIMIT_PARALLEL_NODE].set);
  assert_int_equal(policy->defaults[DW_LIMIT_PARALLEL_NODE].value, 2);
  assert_true(policy->defaults[DW_LIMIT_PROGRESS_TIMEOUT].set);
  assert_int_equal(policy->defaults[DW_LIMIT_PROGRESS_TIMEOUT].value, 0);
  assert_false(policy->mutate_nads);
  assert_true(policy->mutate_kubevirts);
  assert_int_equal(policy->global_namespace_count, 2);
  assert_string_equal(policy->global_namespaces[1], "shared");
  assert_true(policy->selector_given);
  assert_string_equal(policy->selector.text, "role=worker,!infra");
  assert_int_equal(policy->cluster_network_count, 2);
  assert_string_equal(policy->cluster_networks[0].name, "machine-network");
  assert_cidr(&policy->cluster_networks[0].prefix, "192.168.1.0/24");
  assert_cidr(&policy->cluster_networks[1].prefix, "fd00:1::/64");
  assert_int_equal(policy->remote_cluster_count, 1);
  const struct dw_remote_cluster *east = &policy->remote_clusters[0];
  assert_string_equal(east->name, "east");
  assert_int_equal(east->range_count, 3);
  assert_string_equal(east->texts[1], "192.168.99.10-192.168.99.20/24");
  assert_span(&east->ranges[0], "192.168.99.128", "192.168.99.255");
  assert_span(&east->ranges[1], "192.168.99.10", "192.168.99.20");
  assert_span(&east->ranges[2], "192.168.98.1", "192.168.98.1");
  assert_int_equal(policy->override_count, 3);
  assert_int_equal(dw_policy_action(policy, "gateway-in-pool", DW_ACTION_DENY), DW_ACTION_WARN);
  assert_int_equal(dw_policy_action(policy, "cni-json", DW_ACTION_DENY), DW_ACTION_OFF);
  assert_int_equal(dw_policy_action(policy, "master-down", DW_ACTION_WARN), DW_ACTION_DENY);
  assert_int_equal(dw_policy_action(policy, "master-down", DW_ACTION_NONE), DW_ACTION_NONE);
  dw_policy_free(policy);
}

/* YAML 1.1 reads an unquoted off as false; it must still mean the action. */
static void reads_an_unquoted_off(void **state) {
  (void)state;
  static const char *const words[] = {"off", "Off", "OFF", "\"off\"", "false"};
  for (size_t i = 0; i < COUNT(words); i++) {
    char text[256];
    snprintf(text, sizeof text, HEAD "rules: {cni-json: %s}\n", words[i]);
    struct dw_policy *policy = parse_good(text);
    assert_int_equal(dw_policy_action(policy, "cni-json", DW_ACTION_DENY), DW_ACTION_OFF);
    dw_policy_free(policy);
  }
}

static void an_empty_selector_selects_every_node(void **state) {
  (void)state;
  struct dw_policy *policy = parse_good(HEAD "nodes: {selector: \"\"}\n");
  assert_true(policy->selector_given);
  assert_true(dw_selector_matches(&policy->selector, NULL, 0));
  dw_policy_free(policy);
}

static void name_patterns_may_be_empty(void **state) {
  (void)state;
  struct dw_policy *policy = parse_good(HEAD "migrationNetworks: {namePatterns: []}\n");
  assert_null(dw_policy_pattern(policy, "migration"));
  dw_policy_free(policy);
}

static void matches_name_patterns(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "migrationNetworks: {namePatterns: [\"lm-?\", \"*migration*\", \"x[0-9]\"]}\n");
  assert_string_equal(dw_policy_pattern(policy, "my-migration-net"), "*migration*");
  assert_string_equal(dw_policy_pattern(policy, "migration"), "*migration*");
  assert_string_equal(dw_policy_pattern(policy, "lm-1"), "lm-?");
  assert_string_equal(dw_policy_pattern(policy, "x7"), "x[0-9]");
  assert_null(dw_policy_pattern(policy, "lm-12"));
  assert_null(dw_policy_pattern(policy, "Migration"));
  assert_null(dw_policy_pattern(policy, "xx"));
  assert_null(dw_policy_pattern(policy, ""));
  dw_policy_free(policy);
}

static void accepts_the_lowest_and_highest_limits(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "defaults:\n  completionTimeoutPerGiB: 9223372036854775807\n  parallelMigrationsPerCluster: 1\n"
                      "  parallelOutboundMigrationsPerNode: 4294967295\n  progressTimeout: 0\n");
  assert_int_equal(policy->defaults[DW_LIMIT_COMPLETION_TIMEOUT].value, INT64_MAX);
  assert_int_equal(policy->defaults[DW_LIMIT_PARALLEL_CLUSTER].value, 1);
  assert_int_equal(policy->defaults[DW_LIMIT_PARALLEL_NODE].value, UINT32_MAX);
  assert_int_equal(policy->defaults[DW_LIMIT_PROGRESS_TIMEOUT].value, 0);
  dw_policy_free(policy);
}

/* --- errors and their positions --- */

struct wrong {
  const char *text;
  int line, column;
  const char *message; /* how it begins */
};

static void check_wrong(const struct wrong *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct dw_error err = DW_ERROR_INIT;
    struct dw_policy *policy = parse(cases[i].text, &err);
    if (policy != NULL) {
      dw_policy_free(policy);
      fail_msg("should be refused:\n%s", cases[i].text);
    }
    if (strncmp(err.text, cases[i].message, strlen(cases[i].message)) != 0 || err.line != cases[i].line ||
        err.column != cases[i].column)
      fail_msg("got %d:%d: %s\nwanted %d:%d: %s\nin:\n%s", err.line, err.column, err.text, cases[i].line,
               cases[i].column, cases[i].message, cases[i].text);
    assert_string_equal(err.file, "policy.yaml");
  }
}

static void refuses_wrong_documents(void **state) {
  (void)state;
  static const struct wrong cases[] = {
      {"", 1, 1, "the file is empty; a policy needs apiVersion: droveway.io/v1alpha1 and kind: Policy"},
      {"# nothing\n", 1, 1, "the file is empty"},
      {"---\n---\n", 1, 1, "the file is empty"},
      {"{}", 1, 1, "policy: apiVersion is missing; a policy needs apiVersion: droveway.io/v1alpha1 and kind: Policy"},
      {"kind: Policy\n", 1, 1, "policy: apiVersion is missing"},
      {"apiVersion: droveway.io/v1alpha1\n", 1, 1, "policy: kind is missing"},
      {"apiVersion: droveway.io/v1\nkind: Policy\n", 1, 13,
       "apiVersion: must be droveway.io/v1alpha1, not \"droveway.io/v1\""},
      {"apiVersion: droveway.io/v1alpha1\nkind: ConfigMap\n", 2, 7, "kind: must be Policy, not \"ConfigMap\""},
      {"apiVersion: 1\nkind: Policy\n", 1, 13, "apiVersion: must be droveway.io/v1alpha1, not an integer"},
      {"- a\n", 1, 1, "policy: must be an object, not a list"},
      {"policy\n", 1, 1, "policy: must be an object, not a string"},
      {HEAD "---\n" HEAD, 4, 1, "second document"},
      {HEAD "namespace: a\nnamespace: b\n", 4, 1, ""}, /* the message of the YAML reader */
  };
  check_wrong(cases, COUNT(cases));
}

static void suggests_a_known_word_for_an_unknown_one(void **state) {
  (void)state;
  static const struct wrong cases[] = {
      {HEAD "namspace: x\n", 3, 1, "unknown key \"namspace\"; did you mean \"namespace\"?"},
      {HEAD "Namespace: x\n", 3, 1, "unknown key \"Namespace\"; did you mean \"namespace\"?"},
      {HEAD "metadata: {name: x}\n", 3, 1, "unknown key \"metadata\"; known keys: apiVersion, kind, namespace, "},
      {HEAD "a.b/c[0]: 1\n", 3, 1, "unknown key \"a.b/c[0]\"; known keys: "},
      {HEAD "migrationNetworks:\n  namePattern: [x]\n", 4, 3,
       "unknown key \"namePattern\"; did you mean \"namePatterns\"?"},
      {HEAD "defaults: {completionTimeoutPerGB: 1}\n", 3, 12,
       "unknown key \"completionTimeoutPerGB\"; did you mean \"completionTimeoutPerGiB\"?"},
      {HEAD "mutate: {hyperConverged: false}\n", 3, 10,
       "unknown key \"hyperConverged\"; known keys: networkAttachmentDefinitions"},
      {HEAD "nodes: {select: x}\n", 3, 9, "unknown key \"select\"; did you mean \"selector\"?"},
      {HEAD "clusterNetworks:\n- {name: a, cidr: 10.0.0.0/8}\n- name: b\n  cdir: 10.0.0.0/8\n", 6, 3,
       "unknown key \"cdir\"; did you mean \"cidr\"?"},
      {HEAD "remoteClusters: [{name: a, range: []}]\n", 3, 28, "unknown key \"range\"; did you mean \"ranges\"?"},
      {HEAD "rules:\n  gateway-in-pol: warn\n", 4, 3,
       "unknown rule \"gateway-in-pol\"; did you mean \"gateway-in-pool\"?"},
      {HEAD "rules: {x: warn}\n", 3, 9, "unknown rule \"x\"; `droveway rules` lists them"},
      {HEAD "rules:\n  cni-json: wran\n", 4, 13, "unknown action \"wran\"; did you mean \"warn\"?"},
      {HEAD "rules: {cni-json: Deny}\n", 3, 19, "unknown action \"Deny\"; did you mean \"deny\"?"},
      {HEAD "rules: {cni-json: ignore}\n", 3, 19, "unknown action \"ignore\"; use deny, warn or off"},
      {HEAD "rules: {cni-json: on}\n", 3, 19, "rules.cni-json: must be deny, warn or off, not true"},
      {HEAD "rules: {cni-json: null}\n", 3, 19, "rules.cni-json: must be deny, warn or off, not null"},
      {HEAD "rules: {cni-json: [deny]}\n", 3, 19, "rules.cni-json: must be deny, warn or off, not a list"},
      {HEAD "rules: [cni-json]\n", 3, 8, "rules: must be an object of rule ids, not a list"},
  };
  check_wrong(cases, COUNT(cases));
}

static void refuses_wrong_values(void **state) {
  (void)state;
  static const struct wrong cases[] = {
      {HEAD "namespace: 7\n", 3, 12, "namespace: must be a string, not an integer"},
      {HEAD "namespace: [a]\n", 3, 12, "namespace: must be a string, not a list"},
      {HEAD "namespace: \"\"\n", 3, 12, "namespace: must not be empty"},
      {HEAD "namespace: OpenShift\n", 3, 12, "namespace: \"OpenShift\" is not a valid namespace name"},
      {HEAD "namespace: a.b\n", 3, 12, "namespace: \"a.b\" is not a valid namespace name"},
      {HEAD "migrationNetworks: []\n", 3, 20, "migrationNetworks: must be an object, not a list"},
      {HEAD "migrationNetworks: {namePatterns: x}\n", 3, 35,
       "migrationNetworks.namePatterns: must be a list of shell patterns, not a string"},
      {HEAD "migrationNetworks: {namePatterns: [x, \"\"]}\n", 3, 39,
       "migrationNetworks.namePatterns[1]: must not be empty"},
      {HEAD "migrationNetworks: {namePatterns: [7]}\n", 3, 36,
       "migrationNetworks.namePatterns[0]: must be a string, not an integer"},
      {HEAD "defaults: null\n", 3, 11, "defaults: must be an object, not null"},
      {HEAD "namespace: null\n", 3, 12, "namespace: must be a string, not null"},
      {HEAD "defaults:\n  progressTimeout: -1\n", 4, 20,
       "defaults.progressTimeout: -1 is out of range; use 0 to 9223372036854775807"},
      {HEAD "defaults:\n  parallelMigrationsPerCluster: 0\n", 4, 33,
       "defaults.parallelMigrationsPerCluster: 0 is out of range; use 1 to 4294967295"},
      {HEAD "defaults:\n  parallelOutboundMigrationsPerNode: 4294967296\n", 4, 38,
       "defaults.parallelOutboundMigrationsPerNode: 4294967296 is out of range; use 1 to 4294967295"},
      {HEAD "defaults: {progressTimeout: \"150\"}\n", 3, 29,
       "defaults.progressTimeout: must be an integer from 0 to 9223372036854775807 (null leaves the field alone), not "
       "a "
       "string"},
      {HEAD "defaults: {progressTimeout: 1.5}\n", 3, 29, "defaults.progressTimeout: must be an integer from 0"},
      {HEAD "defaults: {progressTimeout: 150s}\n", 3, 29, "defaults.progressTimeout: must be an integer from 0"},
      {HEAD "defaults: {progressTimeout: 9223372036854775808}\n", 3, 29,
       "defaults.progressTimeout: must be an integer"},
      {HEAD "mutate: {kubeVirts: 1}\n", 3, 21, "mutate.kubeVirts: must be true or false, not an integer"},
      {HEAD "globalNamespaces: default\n", 3, 19, "globalNamespaces: must be a list of namespaces, not a string"},
      {HEAD "globalNamespaces: [Shop]\n", 3, 20,
       "globalNamespaces[0]: \"Shop\" is not a valid namespace name; use at most 63 lower-case letters, digits and "
       "'-', "
       "starting and ending with a letter or digit"},
      {HEAD "mutate: false\n", 3, 9, "mutate: must be an object, not a boolean"},
      {HEAD "mutate: {networkAttachmentDefinitions: \"false\"}\n", 3, 40,
       "mutate.networkAttachmentDefinitions: must be true or false, not a string"},
      {HEAD "mutate: {networkAttachmentDefinitions: null}\n", 3, 40,
       "mutate.networkAttachmentDefinitions: must be true"},
      {HEAD "nodes: {selector: {a: b}}\n", 3, 19, "nodes.selector: must be a string, not an object"},
      {HEAD "nodes: {selector: \"a in b\"}\n", 3, 19, "nodes.selector: label selector has \"b\" where \"(\""},
  };
  check_wrong(cases, COUNT(cases));
}

static void refuses_wrong_networks(void **state) {
  (void)state;
  static const struct wrong cases[] = {
      {HEAD "clusterNetworks: {}\n", 3, 18, "clusterNetworks: must be a list of {name, cidr}, not an object"},
      {HEAD "clusterNetworks: [10.0.0.0/8]\n", 3, 19, "clusterNetworks[0]: must be an object, not a string"},
      {HEAD "clusterNetworks:\n- {cidr: 10.0.0.0/8}\n", 4, 3, "clusterNetworks[0]: name is missing"},
      {HEAD "clusterNetworks:\n- {name: a}\n", 4, 3, "clusterNetworks[0]: cidr is missing"},
      {HEAD "clusterNetworks:\n- {name: a, cidr: 10.0.0.1}\n", 4, 19,
       "clusterNetworks[0].cidr: \"10.0.0.1\" is not a CIDR; use ADDRESS/LENGTH"},
      {HEAD "clusterNetworks:\n- {name: a, cidr: 10.0.0.0/33}\n", 4, 19,
       "clusterNetworks[0].cidr: \"10.0.0.0/33\" is no"},
      {HEAD "clusterNetworks:\n- {name: a, cidr: 010.0.0.0/8}\n", 4, 19,
       "clusterNetworks[0].cidr: \"010.0.0.0/8\" is no"},
      {HEAD "clusterNetworks:\n- {name: \"\", cidr: 10.0.0.0/8}\n", 4, 10,
       "clusterNetworks[0].name: must not be empty"},
      {HEAD "clusterNetworks:\n- {name: a, cidr: null}\n", 4, 19,
       "clusterNetworks[0].cidr: must be a string, not null"},
      {HEAD "remoteClusters: east\n", 3, 17, "remoteClusters: must be a list of {name, ranges}, not a string"},
      {HEAD "remoteClusters: [{ranges: [10.0.0.0/8]}]\n", 3, 18, "remoteClusters[0]: name is missing"},
      {HEAD "remoteClusters: [{name: a}]\n", 3, 18, "remoteClusters[0]: ranges is missing"},
      {HEAD "remoteClusters: [{name: a, ranges: []}]\n", 3, 36,
       "remoteClusters[0].ranges: must have at least one range"},
      {HEAD "remoteClusters: [{name: a, ranges: 10.0.0.0/8}]\n", 3, 36,
       "remoteClusters[0].ranges: must be a list of ranges, not a string"},
      {HEAD "remoteClusters: [{name: a, ranges: [10.0.0.0/8, x]}]\n", 3, 49,
       "remoteClusters[0].ranges[1]: \"x\" is not a range; use a CIDR"},
      {HEAD "remoteClusters: [{name: a, ranges: [x-10.0.0.9/24]}]\n", 3, 37,
       "remoteClusters[0].ranges[0]: \"x-10.0.0.9/24\": the part before the '-' is not an IP address"},
      {HEAD "remoteClusters: [{name: a, ranges: [10.0.1.1-10.0.0.9/24]}]\n", 3, 37,
       "remoteClusters[0].ranges[0]: \"10.0.1.1-10.0.0.9/24\": the first address is not in"},
      {HEAD "remoteClusters: [{name: a, ranges: [10.0.0.9-10.0.0.8/24]}]\n", 3, 37,
       "remoteClusters[0].ranges[0]: \"10.0.0.9-10.0.0.8/24\" ends before it starts"},
      {HEAD "remoteClusters: [{name: a, ranges: [010.0.0.0/24]}]\n", 3, 37,
       "remoteClusters[0].ranges[0]: \"010.0.0.0/24\" has leading zeros; if you mean decimal, use 10.0.0.0/24"},
  };
  check_wrong(cases, COUNT(cases));
}

static void accepts_a_range_of_one_address(void **state) {
  (void)state;
  struct dw_policy *policy =
      parse_good(HEAD "remoteClusters: [{name: a, ranges: [10.0.0.9-10.0.0.9/24, \"fd00::1/128\"]}]\n");
  assert_span(&policy->remote_clusters[0].ranges[0], "10.0.0.9", "10.0.0.9");
  assert_span(&policy->remote_clusters[0].ranges[1], "fd00::1", "fd00::1");
  dw_policy_free(policy);
}

static void accepts_a_policy_without_known_rules(void **state) {
  (void)state;
  static const char text[] = HEAD "rules: {cni-json: deny}\n";
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_policy_parse(text, strlen(text), "p", NULL, 0, &err));
  assert_string_equal(err.file, "p");
  struct dw_policy *policy = dw_policy_parse(HEAD, strlen(HEAD), "p", NULL, 0, NULL);
  assert_non_null(policy);
  dw_policy_free(policy);
  assert_null(dw_policy_parse("x", 1, "p", NULL, 0, NULL)); /* without an error */
}

/* A long unknown key is shortened, and control characters can't break the line. */
static void shortens_and_cleans_hostile_keys(void **state) {
  (void)state;
  char text[4096];
  int length = snprintf(text, sizeof text, HEAD "\"%02000d\\n\\u0007\": 1\n", 7);
  struct dw_error err = DW_ERROR_INIT;
  assert_null(dw_policy_parse(text, (size_t)length, "p", rules, COUNT(rules), &err));
  assert_int_equal(err.line, 3);
  assert_true(strlen(err.text) < 400);
  assert_null(strpbrk(err.text, "\n\a"));
}

/* Each value needs about a hundred bytes, so this many are refused, because they need more than 64 MiB. */
static void refuses_a_policy_that_needs_too_much_memory(void **state) {
  (void)state;
  static const struct {
    size_t values;
    const char *message;
  } cases[] = {{100000, "namespace: must be a string, not a list"},
               {1000000, "needs more memory than is allowed for one document"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    struct dw_error err = DW_ERROR_INIT;
    dw_buf_puts(&text, HEAD "namespace: [x");
    for (size_t value = 1; value < cases[i].values; value++)
      dw_buf_puts(&text, ",x");
    dw_buf_puts(&text, "]\n");
    assert_null(dw_policy_parse(dw_buf_text(&text), strlen(dw_buf_text(&text)), "p", rules, COUNT(rules), &err));
    assert_string_equal(err.text, cases[i].message);
  }
}

/* Each world has a reference to the policy, which lives until the last one is removed. */
static void a_policy_lives_until_its_last_reference_is_gone(void **state) {
  (void)state;
  static const char text[] = HEAD "namespace: one\n", other[] = HEAD "namespace: two\n";
  struct dw_policy *policy = dw_policy_parse(text, strlen(text), "p", rules, COUNT(rules), NULL);
  assert_non_null(policy);
  assert_ptr_equal(dw_policy_ref(policy), policy);
  dw_policy_free(policy);
  struct dw_policy *later = dw_policy_parse(other, strlen(other), "p", rules, COUNT(rules), NULL);
  assert_ptr_not_equal(later, policy);
  assert_string_equal(policy->namespace_, "one");
  dw_policy_free(policy);
  dw_policy_free(later);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_default_policy_has_all_defaults),
      cmocka_unit_test(omitted_sections_keep_their_defaults),
      cmocka_unit_test(reads_every_section),
      cmocka_unit_test(reads_an_unquoted_off),
      cmocka_unit_test(an_empty_selector_selects_every_node),
      cmocka_unit_test(name_patterns_may_be_empty),
      cmocka_unit_test(matches_name_patterns),
      cmocka_unit_test(accepts_the_lowest_and_highest_limits),
      cmocka_unit_test(refuses_wrong_documents),
      cmocka_unit_test(suggests_a_known_word_for_an_unknown_one),
      cmocka_unit_test(refuses_wrong_values),
      cmocka_unit_test(refuses_wrong_networks),
      cmocka_unit_test(accepts_a_range_of_one_address),
      cmocka_unit_test(accepts_a_policy_without_known_rules),
      cmocka_unit_test(shortens_and_cleans_hostile_keys),
      cmocka_unit_test(refuses_a_policy_that_needs_too_much_memory),
      cmocka_unit_test(a_policy_lives_until_its_last_reference_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
