#include "rules/engine.h"

#include <string.h>

#include "base/text.h"
#include "rules/rules_internal.h"

const char *dw_request_note(struct dw_arena *arena, const struct dw_request *request) {
  const char *what = dw_text_cut(
      arena, dw_arena_printf(arena, "%s%s%s", request->kind, *request->group ? "." : "", request->group), 120);
  if (!dw_kind_is_judged(dw_kind_of(request->group, request->kind)))
    return dw_arena_printf(arena, "Droveway has no rules for %s; remove it from the webhook configuration", what);
  if (request->operation == DW_OP_CONNECT)
    return dw_arena_printf(arena, "Droveway has no rules for CONNECT on %s; remove it from the webhook configuration",
                           what);
  return NULL;
}

/* Keeps only the denials. */
static void drop_warnings(struct dw_findings *findings) {
  size_t kept = 0;
  for (size_t i = 0; i < findings->count; i++) {
    if (findings->items[i].action == DW_ACTION_DENY)
      findings->items[kept++] = findings->items[i];
  }
  findings->count = kept;
  findings->more_warnings = 0;
}

/* --- follow-on findings: one mistake, one finding ---
 *
 * Under an ambiguous key, nobody knows which value counts, so a finding about that value, or about one that depends on
 * it, is not a separate mistake. It is dropped last, when the request is denied anyway: nothing gets through. */

/* The last key of FIELD; NULL if FIELD ends with an index or a quoted key. */
static const char *last_key(const char *field) {
  const char *dot = strrchr(field, '.');
  return dot == NULL || strchr(dot, ']') != NULL ? NULL : dot + 1;
}

static bool is_one_of(const char *key, size_t length, const char *const *names) {
  char text[32];
  if (length >= sizeof text)
    return false;
  memcpy(text, key, length);
  text[length] = '\0';
  for (; *names != NULL; names++)
    if (dw_key_equal(text, *names))
      return true;
  return false;
}

static bool same_key(const char *key, const char *other, size_t length) {
  char text[64];
  if (length >= sizeof text)
    return strncmp(key, other, length) == 0 && key[length] == '\0';
  memcpy(text, other, length);
  text[length] = '\0';
  return dw_key_equal(text, key);
}

/* Findings about a range depend on every key that forms the pool, and those about an MTU on the NIC. A value that
 * cannot be read, or an unknown key, remains a separate mistake. */
static bool depends_on(const struct dw_rule *rule, const char *ambiguous, const char *key, size_t length) {
  static const char *const whole[] = {"type", "plugins", NULL};
  static const char *const pool[] = {"range", "range_start", "range_end", "exclude", "gateway", "ipRanges", NULL};
  static const char *const link[] = {"master", "mtu", NULL};
  if (is_one_of(ambiguous, strlen(ambiguous), whole))
    return true;
  if (is_one_of(ambiguous, strlen(ambiguous), pool))
    return is_one_of(key, length, pool) && strncmp(rule->id, "ipam-", 5) != 0;
  return is_one_of(ambiguous, strlen(ambiguous), link) && is_one_of(key, length, link) &&
         strncmp(rule->id, "mtu-", 4) == 0;
}

static bool follows_on(const struct dw_finding *finding, const char *ambiguous) {
  const char *key = last_key(ambiguous);
  if (key == NULL || strncmp(finding->field, ambiguous, (size_t)(key - ambiguous)) != 0)
    return false;
  const char *own = finding->field + (key - ambiguous);
  size_t length = strcspn(own, ".[");
  return same_key(key, own, length) || depends_on(finding->rule, key, own, length);
}

/* If the policy makes an ambiguous key a warning, it must not hide denials. */
static bool is_ambiguous_key(const struct dw_finding *finding) {
  return finding->action == DW_ACTION_DENY && strcmp(finding->rule->id, "cni-ambiguous-key") == 0;
}

static bool follows_on_any(const struct dw_finding *finding, const char *const *keys, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (follows_on(finding, keys[i]))
      return true;
  return false;
}

static void drop_follow_ons(struct dw_findings *findings) {
  enum { AMBIGUOUS_MAX = 80 };
  const char *keys[AMBIGUOUS_MAX];
  size_t count = 0;
  for (size_t i = 0; i < findings->count && count < AMBIGUOUS_MAX; i++)
    if (is_ambiguous_key(&findings->items[i]))
      keys[count++] = findings->items[i].field;
  size_t kept = 0;
  for (size_t i = 0; i < findings->count && count > 0; i++)
    if (is_ambiguous_key(&findings->items[i]) || !follows_on_any(&findings->items[i], keys, count))
      findings->items[kept++] = findings->items[i];
  if (count > 0)
    findings->count = kept;
}

/* A NAD that another object names, and the manifest of that object. */
struct named_nad {
  const struct dw_manifest_facts *manifest;
  const struct dw_object *nad;
};

/* Calls the manifest's allowance(). */
static const struct dw_exception *allowance_of(void *context, const struct dw_finding *finding) {
  const struct named_nad *named = context;
  return named->manifest->allowance(named->manifest->context, named->nad, finding);
}

struct dw_nad_findings dw_judge_nad(struct dw_check *check, const struct dw_object *nad) {
  struct dw_check inner = {.arena = check->arena,
                           .policy = check->policy,
                           .view = check->view,
                           .operation = DW_OP_CREATE,
                           .kind = DW_KIND_NAD,
                           .ns = nad->namespace_,
                           .name = nad->name,
                           .today = check->today,
                           .order = check->order,
                           .class = {.migration = true, .referenced = true, .why = "named by this object"},
                           .sync = check->sync};
  const char *text = nad->nad.config == NULL ? "" : nad->nad.config;
  struct dw_cni_config *config = dw_cni_read_text(check->arena, text, strlen(text));
  config->resource_name = nad->nad.resource_name;
  inner.config = config;
  dw_check_run(&inner);
  if (check->manifest != NULL && check->manifest->allowance != NULL)
    dw_findings_except(inner.arena, &inner.findings, &inner.excepted, allowance_of,
                       &(struct named_nad){check->manifest, nad});
  drop_follow_ons(&inner.findings);
  drop_warnings(&inner.findings);
  drop_warnings(&inner.excepted);
  return (struct dw_nad_findings){inner.findings, inner.excepted};
}

static struct dw_judgement judge(struct dw_check *check, const struct dw_request *request) {
  const dw_json *old = check->operation == DW_OP_UPDATE ? request->old_object : NULL;
  check->judge_nad = dw_judge_nad;
  dw_check_load(check, dw_request_subject(request), old);
  dw_check_run(check);
  dw_ratchet(check, request);
  drop_follow_ons(&check->findings);
  return dw_check_conclude(check);
}

struct dw_judgement dw_judge(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) {
  const char *note = dw_request_note(arena, request);
  if (note != NULL)
    return (struct dw_judgement){.note = note};
  struct dw_check check = dw_check_new(arena, world, request, order);
  return judge(&check, request);
}

/* Returns true if the findings of the manifest rules make all other rules pointless. */
static bool is_beyond_judgement(const struct dw_check *check) {
  if (check->manifest->template != NULL)
    return true;
  for (size_t i = 0; i < check->findings.count; i++) {
    const struct dw_finding *finding = &check->findings.items[i];
    if (strcmp(finding->rule->id, "unrendered") == 0 || strcmp(finding->field, "kind") == 0)
      return true;
  }
  return false;
}

struct dw_judgement dw_judge_manifest(struct dw_arena *arena, const struct dw_world *world,
                                      const struct dw_request *request, size_t order,
                                      const struct dw_manifest_facts *manifest) {
  struct dw_check check = dw_check_new(arena, world, request, order);
  size_t count;
  const struct dw_rule *const *rules = dw_rules(&count);
  check.manifest = manifest;
  for (size_t i = 0; i < count; i++)
    if (rules[i]->scope == DW_SCOPE_MANIFEST && dw_check_action(&check, rules[i], false) > DW_ACTION_OFF)
      rules[i]->check(&check, rules[i]);
  return is_beyond_judgement(&check) ? dw_check_conclude(&check) : judge(&check, request);
}
