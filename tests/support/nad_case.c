#include "support/nad_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "yaml/yaml.h"
#include "json/json_write.h"

static const char cluster_file[] = "tests/support/nad_cluster.yaml";

/* --- the world --- */

enum { OBJECTS_MAX = 256 };

struct objects {
  const struct dw_object *items[OBJECTS_MAX];
  size_t count;
};

static void read_objects(struct dw_arena *arena, const char *text, struct objects *out) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(arena, text, strlen(text), &doc, &err) != 0)
    fail_msg("state: line %d: %s", err.line, err.text);
  for (; doc != NULL; doc = doc->next) {
    const struct dw_object *object = NULL;
    if (dw_object_reduce(doc->root, "default", &object, &err) != 0)
      fail_msg("state: object at line %d: %s", doc->line, err.text);
    if (object == NULL)
      continue;
    assert_true(out->count < OBJECTS_MAX);
    out->items[out->count++] = object;
  }
}

static struct dw_policy *read_policy(const char *text) {
  if (text == NULL)
    return dw_policy_default();
  struct dw_error err = DW_ERROR_INIT;
  size_t count;
  const char *const *ids = dw_rule_ids(&count);
  struct dw_policy *policy = dw_policy_parse(text, strlen(text), "policy.yaml", ids, count, &err);
  if (policy == NULL)
    fail_msg("policy: line %d: %s", err.line, err.text);
  return policy;
}

static void read_file(struct dw_buf *out, const char *file) {
  FILE *stream = fopen(file, "r");
  if (stream == NULL)
    fail_msg("%s: can't be opened (tests run in the project's root)", file);
  char chunk[4096];
  for (size_t length; (length = fread(chunk, 1, sizeof chunk, stream)) > 0;)
    dw_buf_add(out, chunk, length);
  (void)fclose(stream);
}

static struct dw_world *make_world(const struct nad_case *nad) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf cluster = DW_BUF_INIT;
  struct objects objects = {{NULL}, 0};
  if (nad->state == NULL && !nad->no_state)
    read_file(&cluster, cluster_file);
  read_objects(arena, nad->state == NULL ? dw_buf_text(&cluster) : nad->state, &objects);
  if (nad->more != NULL)
    read_objects(arena, nad->more, &objects);
  struct dw_view_source source = {.objects = objects.items, .count = objects.count};
  for (size_t kind = 0; kind < DW_KIND_COUNT; kind++)
    source.knowledge[kind] = nad->no_state ? DW_UNKNOWN : DW_KNOWN;
  struct dw_policy *policy = read_policy(nad->policy);
  struct dw_world *world = dw_world_build(policy, &source);
  for (size_t i = 0; i < objects.count; i++)
    dw_object_unref(objects.items[i]);
  return world;
}

/* --- the request --- */

static const dw_json *make_nad(struct dw_arena *arena, const struct nad_case *nad, const char *label) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&text);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "k8s.cni.cncf.io/v1");
  dw_json_member_string(&w, "kind", "NetworkAttachmentDefinition");
  dw_json_key(&w, "metadata");
  dw_json_begin_object(&w);
  if (!nad->no_namespace)
    dw_json_member_string(&w, "namespace", nad->ns == NULL ? "openshift-cnv" : nad->ns);
  if (nad->resource != NULL) {
    dw_json_key(&w, "annotations");
    dw_json_begin_object(&w);
    dw_json_member_string(&w, "k8s.v1.cni.cncf.io/resourceName", nad->resource);
    dw_json_end_object(&w);
  }
  if (label[0] != '\0') {
    dw_json_key(&w, "labels");
    dw_json_begin_object(&w);
    dw_json_member_string(&w, "droveway.io/migration-network", label);
    dw_json_end_object(&w);
  }
  dw_json_end_object(&w);
  dw_json_key(&w, "spec");
  dw_json_begin_object(&w);
  if (nad->config != NULL)
    dw_json_member_string(&w, "config", nad->config);
  dw_json_end_object(&w);
  dw_json_end_object(&w);
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *json = dw_json_parse(arena, dw_buf_text(&text), text.length, DW_JSON_PLAIN, &err);
  if (json == NULL)
    fail_msg("NAD: %s", err.text);
  return json;
}

static const char *action_word(const struct dw_finding *finding) {
  return finding->action == DW_ACTION_DENY ? "deny" : finding->unverified ? "unverified" : "warn";
}

void nad_judge(const struct nad_case *nad, struct nad_answer *out) {
  out->arena = dw_arena_new(0);
  out->world = make_world(nad);
  struct dw_request request = {.api_version = "admission.k8s.io/v1",
                               .uid = "1",
                               .group = "k8s.cni.cncf.io",
                               .version = "v1",
                               .kind = "NetworkAttachmentDefinition",
                               .subresource = "",
                               .ns = nad->ns == NULL ? "openshift-cnv" : nad->ns,
                               .name = nad->name == NULL ? "net" : nad->name,
                               .user = "admin",
                               .operation = DW_OP_CREATE,
                               .object = make_nad(out->arena, nad, nad->label == NULL ? "true" : nad->label)};
  out->judgement = dw_judge(out->arena, out->world, &request, SIZE_MAX);
  DW_BUF_SCOPED struct dw_buf lines = DW_BUF_INIT;
  for (size_t i = 0; i < out->judgement.findings.count; i++) {
    const struct dw_finding *finding = &out->judgement.findings.items[i];
    dw_buf_printf(&lines, "%s %s %s\n", action_word(finding), finding->rule->id, finding->field);
  }
  out->lines = dw_arena_strdup(out->arena, dw_buf_text(&lines));
}

void nad_answer_free(struct nad_answer *answer) {
  dw_world_unref(answer->world);
  dw_arena_free(answer->arena);
}

/* --- expectations --- */

void nad_expect(const struct nad_case *nad, const char *lines) {
  struct nad_answer answer;
  nad_judge(nad, &answer);
  if (strcmp(answer.lines, lines) != 0) {
    print_error("for %s\n", nad->config == NULL ? "no config" : nad->config);
    for (size_t i = 0; i < answer.judgement.findings.count; i++)
      print_error("  %s\n", dw_finding_message(answer.arena, &answer.judgement.findings.items[i]));
  }
  assert_string_equal(answer.lines, lines);
  nad_answer_free(&answer);
}

void nad_expect_config(const char *config, const char *lines) {
  nad_expect(&(struct nad_case){.config = config}, lines);
}

void nad_expect_other(const char *config, const char *lines) {
  nad_expect(&(struct nad_case){.config = config, .label = "false", .ns = "shop"}, lines);
}

void nad_expect_says(const struct nad_case *nad, const char *rule, const char *text) {
  struct nad_answer answer;
  nad_judge(nad, &answer);
  const char *message = NULL;
  for (size_t i = 0; i < answer.judgement.findings.count && message == NULL; i++)
    if (strcmp(answer.judgement.findings.items[i].rule->id, rule) == 0)
      message = dw_finding_message(answer.arena, &answer.judgement.findings.items[i]);
  if (message == NULL)
    fail_msg("%s did not find anything; found were:\n%s", rule, answer.lines);
  else if (strstr(message, text) == NULL)
    fail_msg("\"%s\" is not in: %s", text, message);
  nad_answer_free(&answer);
}

void nad_expect_brief(const struct nad_case *nad) {
  struct nad_answer answer;
  nad_judge(nad, &answer);
  assert_true(answer.judgement.findings.count > 0);
  for (size_t i = 0; i < answer.judgement.findings.count; i++) {
    const char *warning = dw_finding_warning(answer.arena, &answer.judgement.findings.items[i]);
    if (strlen(warning) > 120)
      fail_msg("%zu bytes: %s", strlen(warning), warning);
  }
  nad_answer_free(&answer);
}

/* --- texts --- */

enum { TURNS = 4, TEXT_MAX = 4096 };

static char *next_text(void) {
  static char texts[TURNS][TEXT_MAX];
  static size_t turn;
  return texts[turn++ % TURNS];
}

const char *nad_whereabouts(const char *members) {
  char *text = next_text();
  int length = snprintf(text, TEXT_MAX,
                        "{\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\","
                        "\"ipam\":{\"type\":\"whereabouts\"%s%s}}",
                        members[0] == '\0' ? "" : ",", members);
  assert_in_range(length, 1, TEXT_MAX - 1);
  return text;
}

const char *nad_macvlan(const char *members) {
  char *text = next_text();
  int length = snprintf(text, TEXT_MAX,
                        "{\"cniVersion\":\"0.3.1\",\"name\":\"net\",\"type\":\"macvlan\",\"master\":\"eth1\"%s%s}",
                        members[0] == '\0' ? "" : ",", members);
  assert_in_range(length, 1, TEXT_MAX - 1);
  return text;
}
