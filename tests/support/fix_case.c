#include "support/fix_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "rules/engine.h"
#include "support/review_case.h"
#include "yaml/yaml.h"
#include "json/json_write.h"
#include "json/scan.h"

/* --- changing a value --- */

/* What happens to the value at the end of a path. */
struct change {
  struct dw_arena *arena;
  const dw_json *value; /* to set or to append; NULL to remove */
  bool appends;
  const char *key;        /* the new key; NULL if it does not change */
  const dw_json *removed; /* receives the value that was there */
};

static const dw_json *parsed(struct dw_arena *arena, const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  const dw_json *json = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, &err);
  if (json == NULL)
    fail_msg("%s: %s", text, err.text);
  return json;
}

static bool is_key(struct path_token token, const char *key) {
  return strlen(key) == token.length && memcmp(key, token.text, token.length) == 0;
}

static const dw_json *changed(struct change *change, const dw_json *old, const char *path);

static const dw_json *changed_end(struct change *change, const dw_json *old) {
  change->removed = old;
  if (!change->appends)
    return change->value;
  dw_json *list = dw_json_new_array(change->arena);
  for (size_t i = 0; i < dw_json_size(old); i++)
    dw_json_append(change->arena, list, dw_json_share(dw_json_at(old, i)));
  dw_json_append(change->arena, list, dw_json_share(change->value));
  return list;
}

static const dw_json *changed_object(struct change *change, const dw_json *old, struct path_token token,
                                     const char *rest) {
  dw_json *object = dw_json_new_object(change->arena);
  bool found = false;
  for (struct dw_json_member m = dw_json_first(old); m.value != NULL; m = dw_json_next(old, m)) {
    bool here = is_key(token, m.key);
    const dw_json *value = here ? changed(change, m.value, rest) : m.value;
    const char *key = here && *rest == '\0' && change->key != NULL ? change->key : m.key;
    found |= here;
    if (here && change->key != NULL && *rest == '\0')
      value = m.value;
    if (value != NULL)
      dw_json_set(change->arena, object, key, dw_json_share(value));
  }
  const dw_json *added = found ? NULL : changed(change, NULL, rest);
  if (added != NULL)
    dw_json_set(change->arena, object, dw_arena_strndup(change->arena, token.text, token.length), dw_json_share(added));
  return object;
}

static const dw_json *changed_list(struct change *change, const dw_json *old, struct path_token token,
                                   const char *rest) {
  size_t index = 0;
  assert_true(dw_path_index(token, &index));
  assert_true(index < dw_json_size(old));
  dw_json *list = dw_json_new_array(change->arena);
  for (size_t i = 0; i < dw_json_size(old); i++) {
    const dw_json *value = i == index ? changed(change, dw_json_at(old, i), rest) : dw_json_at(old, i);
    if (value != NULL)
      dw_json_append(change->arena, list, dw_json_share(value));
  }
  return list;
}

/* OLD, which may be NULL, after the change at PATH below it. */
static const dw_json *changed(struct change *change, const dw_json *old, const char *path) {
  struct path_token token;
  const char *text = dw_json_string(old);
  if (!dw_path_next(&path, &token))
    return changed_end(change, old);
  if (text != NULL) {
    const char *start = token.text[-1] == '[' ? token.text - 1 : token.text;
    const char *json = dw_json_text(change->arena, changed(change, parsed(change->arena, text), start));
    return dw_json_new_string(change->arena, json, strlen(json));
  }
  if (dw_json_type(old) == DW_JSON_ARRAY)
    return changed_list(change, old, token, path);
  return changed_object(change, old, token, path);
}

static const dw_json *apply(struct dw_arena *arena, const dw_json *object, const struct dw_edit *edit) {
  struct change change = {.arena = arena};
  switch (edit->kind) {
  case DW_EDIT_SET:
    change.value = parsed(arena, edit->value);
    break;
  case DW_EDIT_APPEND:
    change.value = parsed(arena, edit->value);
    change.appends = true;
    break;
  case DW_EDIT_RENAME:
    change.key = edit->value;
    break;
  case DW_EDIT_REMOVE:
  case DW_EDIT_MOVE:
    break;
  }
  object = changed(&change, object, edit->field);
  if (change.removed == NULL && edit->kind != DW_EDIT_SET && edit->kind != DW_EDIT_APPEND)
    fail_msg("nothing at %s", edit->field);
  if (edit->kind != DW_EDIT_MOVE)
    return object;
  struct change moved = {.arena = arena, .value = change.removed};
  return changed(&moved, object, edit->value);
}

const dw_json *fix_apply(struct dw_arena *arena, const dw_json *object, const struct dw_edits *edits) {
  for (size_t i = 0; i < edits->count; i++)
    object = apply(arena, object, &edits->items[i]);
  return object;
}

/* --- judging --- */

struct judged {
  const dw_json *object;
  struct dw_judgement judgement;
};

/* Returns true if there are rules for the request's kind, whose letter case is corrected as `check` does. */
static bool is_judged(struct dw_request *request) {
  for (enum dw_kind kind = 0; kind < DW_KIND_COUNT; kind++)
    if (dw_kind_is_judged(kind) && strcasecmp(dw_kind_name(kind), request->kind) == 0) {
      request->kind = dw_kind_name(kind);
      return true;
    }
  return false;
}

static struct judged judge(struct dw_arena *arena, const struct dw_world *world, const char *object) {
  struct judged judged;
  struct dw_request request;
  struct dw_error err = DW_ERROR_INIT;
  char *body = review_body(DW_OP_CREATE, object, NULL);
  if (dw_review_read(arena, body, strlen(body), &request, &err) != 0)
    fail_msg("%s", err.text);
  free(body);
  judged.object = request.object;
  const struct dw_manifest_facts facts = {.json = request.object};
  judged.judgement = is_judged(&request) ? dw_judge_manifest(arena, world, &request, SIZE_MAX, &facts)
                                         : dw_judge(arena, world, &request, SIZE_MAX);
  return judged;
}

static bool is_of(const struct dw_finding *finding, const char *rule) {
  return strcmp(finding->rule->id, rule) == 0;
}

static void add_edits(struct dw_buf *out, const struct dw_edits *edits) {
  static const char *const words[] = {[DW_EDIT_SET] = "set",
                                      [DW_EDIT_REMOVE] = "remove",
                                      [DW_EDIT_RENAME] = "rename",
                                      [DW_EDIT_APPEND] = "append",
                                      [DW_EDIT_MOVE] = "move"};
  for (size_t i = 0; i < edits->count; i++) {
    const struct dw_edit *edit = &edits->items[i];
    dw_buf_printf(out, "%s %s%s%s\n", words[edit->kind], edit->field, edit->value == NULL ? "" : " ",
                  edit->value == NULL ? "" : edit->value);
  }
}

static bool denies(const struct dw_judgement *judgement, const char *rule) {
  for (size_t i = 0; i < judgement->findings.count; i++)
    if (judgement->findings.items[i].action == DW_ACTION_DENY && is_of(&judgement->findings.items[i], rule))
      return true;
  return false;
}

static void print_findings(struct dw_arena *arena, const struct judged *judged) {
  print_error("for %s\n", dw_json_text(arena, judged->object));
  for (size_t i = 0; i < judged->judgement.findings.count; i++)
    print_error("  %s\n", dw_finding_line(arena, &judged->judgement.findings.items[i]));
}

static const struct dw_finding *first_fixable(const struct judged *judged, const char *rule) {
  for (size_t i = 0; i < judged->judgement.findings.count; i++)
    if (is_of(&judged->judgement.findings.items[i], rule) && judged->judgement.findings.items[i].edits.count > 0)
      return &judged->judgement.findings.items[i];
  return NULL;
}

static void is_fixed(struct dw_arena *arena, const struct dw_world *world, struct judged now, const char *rule) {
  enum { ROUNDS = 12 };
  const struct judged before = now;
  const struct dw_finding *finding;
  for (int round = 0; round < ROUNDS && (finding = first_fixable(&now, rule)) != NULL; round++)
    now = judge(arena, world, dw_json_text(arena, fix_apply(arena, now.object, &finding->edits)));
  for (size_t i = 0; i < now.judgement.findings.count; i++) {
    const struct dw_finding *left = &now.judgement.findings.items[i];
    bool is_new = left->action == DW_ACTION_DENY && !denies(&before.judgement, left->rule->id);
    if (!is_of(left, rule) && !is_new)
      continue;
    print_findings(arena, &now);
    fail_msg("%s after the changes: %s", is_new ? "denied" : "found again", dw_finding_line(arena, left));
  }
}

static char *read_cluster(void) {
  static const char file[] = "tests/support/nad_cluster.yaml";
  FILE *stream = fopen(file, "r");
  if (stream == NULL)
    fail_msg("%s: can't be opened (tests run in the project's root)", file);
  char *text = NULL;
  size_t length = 0;
  ssize_t got = getdelim(&text, &length, '\0', stream);
  assert_true(got > 0);
  (void)fclose(stream);
  return text;
}

static struct dw_world *world_for(const struct fix_case *fix) {
  char *cluster = fix->state == NULL ? read_cluster() : NULL;
  struct dw_world *world = world_of(cluster == NULL ? fix->state : cluster, fix->policy);
  free(cluster);
  return world;
}

/* The changes of all findings of RULE; *FOUND receives how many findings there are. */
static const char *edits_of(struct dw_arena *arena, const struct judged *judged, const char *rule, size_t *found) {
  struct dw_buf edits = DW_BUF_IN(arena);
  *found = 0;
  for (size_t i = 0; i < judged->judgement.findings.count; i++) {
    const struct dw_finding *finding = &judged->judgement.findings.items[i];
    if (!is_of(finding, rule))
      continue;
    ++*found;
    add_edits(&edits, &finding->edits);
  }
  return dw_buf_text(&edits);
}

void fix_expect(const struct fix_case *fix) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = world_for(fix);
  struct judged judged = judge(arena, world, fix->object);
  size_t found;
  const char *edits = edits_of(arena, &judged, fix->rule, &found);
  if (found == 0 || strcmp(edits, fix->edits) != 0)
    print_findings(arena, &judged);
  if (found == 0)
    fail_msg("%s finds nothing", fix->rule);
  assert_string_equal(edits, fix->edits);
  if (fix->edits[0] != '\0')
    is_fixed(arena, world, judged, fix->rule);
  dw_world_unref(world);
}

bool fix_exists(const struct fix_case *fix) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_world *world = world_for(fix);
  struct judged judged = judge(arena, world, fix->object);
  size_t found;
  bool exists = edits_of(arena, &judged, fix->rule, &found)[0] != '\0';
  if (exists)
    is_fixed(arena, world, judged, fix->rule);
  dw_world_unref(world);
  return exists;
}

void fix_expect_config(const char *rule, const char *config, const char *edits) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_buf object = DW_BUF_IN(arena);
  struct dw_json_writer w = DW_JSON_WRITER(&object);
  dw_buf_puts(&object, "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: net, "
                       "namespace: openshift-cnv, labels: {droveway.io/migration-network: \"true\"}}, spec: {config: ");
  dw_json_put_string(&w, config);
  dw_buf_puts(&object, "}}");
  fix_expect(&(struct fix_case){.rule = rule, .object = dw_buf_text(&object), .edits = edits});
}
