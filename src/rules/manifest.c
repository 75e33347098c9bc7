/* Mistakes that only a manifest can have: the API server rejects such objects, or never sees them. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "rules/families.h"
#include "rules/rules_internal.h"
#include "yaml/yaml.h"

/* --- unrendered --- */

struct placeholder {
  const char *field; /* NULL if there is none */
  const char *text;  /* the string that contains it */
  const char *begin; /* inside TEXT */
  size_t length;
};

/* The first placeholder in a string of JSON. The JSON reader limits the depth. */
static struct placeholder find_placeholder(struct dw_arena *arena, const dw_json *json, const char *field) {
  struct placeholder found = {.text = dw_json_string(json)};
  if (found.text != NULL) {
    found.begin = dw_text_placeholder(found.text, &found.length);
    found.field = found.begin == NULL ? NULL : field;
    return found;
  }
  for (size_t i = 0; dw_json_type(json) == DW_JSON_ARRAY && i < dw_json_size(json) && found.field == NULL; i++)
    found = find_placeholder(arena, dw_json_at(json, i), dw_arena_printf(arena, "%s[%zu]", field, i));
  for (struct dw_json_member it = dw_json_first(json); it.value != NULL && found.field == NULL;
       it = dw_json_next(json, it))
    found = find_placeholder(arena, it.value, dw_path_join(arena, field, it.key));
  return found;
}

/* Looks only at fields that the rules read: elsewhere braces may be intended. */
static struct placeholder placeholder_of(struct dw_arena *arena, enum dw_kind kind, const dw_json *json) {
  return find_placeholder(arena, dw_object_prune(arena, kind, "v1", json), "");
}

bool dw_is_unrendered(struct dw_arena *arena, const struct dw_policy *policy, enum dw_kind kind, const dw_json *json) {
  return dw_policy_action(policy, "unrendered", DW_ACTION_WARN) != DW_ACTION_OFF &&
         placeholder_of(arena, kind, json).field != NULL;
}

/* The form of a placeholder, and the object that contains it, show which program fills it in. */
static const struct renderer {
  const char *begins, *wrapper; /* the placeholder's first characters; the API group around it, NULL for any */
  const char *fix;
} renderers[] = {
    {"${", "template.openshift.io/", "render the template first: oc process -f FILE | droveway check -f -"},
    {"{{hub", NULL, "Advanced Cluster Management fills it in: check the object in the cluster with droveway audit"},
    {"{{", "policy.open-cluster-management.io/",
     "Advanced Cluster Management fills it in: check the object in the cluster with droveway audit"},
    {"{{", NULL, "render the chart first: helm template CHART | droveway check -f -"},
    {"$(", NULL, "render it first: kustomize build DIR | droveway check -f -"},
    {"_", NULL, "render it first: kustomize build DIR | droveway check -f -"},
    {"$", NULL, "render it first: envsubst < FILE | droveway check -f - (with Flux: flux build kustomization)"},
    {"", NULL, "render the template first and check the result"},
};

static const char *how_to_render(const struct placeholder *found, const char *wrapper) {
  const struct renderer *renderer = renderers;
  while (strncmp(found->begin, renderer->begins, strlen(renderer->begins)) != 0 ||
         (renderer->wrapper != NULL &&
          (wrapper == NULL || strncmp(wrapper, renderer->wrapper, strlen(renderer->wrapper)) != 0)))
    renderer++;
  return renderer->fix;
}

/* The first template in TEXT, the object-templates-raw of an ACM policy. */
static struct placeholder first_template(const char *text) {
  static const char braces[] = "{{";
  struct placeholder found = {.field = "object-templates-raw", .text = text};
  found.begin = strstr(text, braces);
  const char *whole = dw_text_placeholder(found.begin, &found.length);
  if (whole != found.begin)
    found.length = sizeof braces - 1;
  return found;
}

/* Reports a text that has no template and is not YAML either. */
static void not_yaml(struct dw_check *check, const struct dw_rule *rule, const char *text) {
  struct dw_error err = DW_ERROR_INIT;
  struct dw_yaml_doc *doc = NULL;
  if (dw_yaml_parse(check->arena, text, strlen(text), &doc, &err) == 0)
    return;
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = "object-templates-raw",
                           .fix = "correct the YAML",
                           .line = err.line,
                           .column = err.column};
  dw_report(check, rule, &found,
            "is neither YAML nor a Go template (%s), so Advanced Cluster Management creates none of its objects",
            err.text);
}

static void unrendered(struct dw_check *check, const struct dw_rule *rule) {
  enum { SHOWN_MAX = 60 };
  const char *template = check->manifest->template;
  if (template != NULL && strstr(template, "{{") == NULL) {
    not_yaml(check, rule, template);
    return;
  }
  struct placeholder placeholder =
      template != NULL ? first_template(template) : placeholder_of(check->arena, check->kind, check->manifest->json);
  if (placeholder.field == NULL)
    return;
  const char *shown =
      dw_text_cut(check->arena, dw_arena_strndup(check->arena, placeholder.begin, placeholder.length), SHOWN_MAX);
  struct dw_found found = {.reason = DW_REASON_INVALID,
                           .field = placeholder.field,
                           .fix = how_to_render(&placeholder, check->manifest->wrapper),
                           .about = {placeholder.begin, placeholder.length}};
  dw_text_position(placeholder.text, strlen(placeholder.text), (size_t)(placeholder.begin - placeholder.text),
                   &found.line, &found.column);
  dw_report(check, rule, &found, "%s is an unfilled placeholder, so %s not checked", shown,
            template != NULL ? "the objects in this text are" : "this object is");
}

/* --- unserved-kind --- */

/* Sources: the CRDs of the projects. */
static bool is_served(enum dw_kind kind, const char *version) {
  static const struct {
    enum dw_kind kind;
    const char *version;
  } served[] = {{DW_KIND_NAD, "v1"},      {DW_KIND_HYPERCONVERGED, "v1"}, {DW_KIND_HYPERCONVERGED, "v1beta1"},
                {DW_KIND_KUBEVIRT, "v1"}, {DW_KIND_KUBEVIRT, "v1alpha3"}, {DW_KIND_MIGRATION_POLICY, "v1alpha1"}};
  for (size_t i = 0; i < sizeof served / sizeof *served; i++)
    if (served[i].kind == kind && strcmp(served[i].version, version) == 0)
      return true;
  return false;
}

static void unserved_kind(struct dw_check *check, const struct dw_rule *rule) {
  const char *kind = dw_json_get_string(check->manifest->json, "kind");
  const char *version = dw_json_get_string(check->manifest->json, "apiVersion");
  const char *slash = version == NULL ? NULL : strchr(version, '/');
  struct dw_found found = {.reason = DW_REASON_NOT_SUPPORTED};
  if (kind != NULL && strcmp(kind, dw_kind_name(check->kind)) != 0) {
    found.field = "kind";
    found.value = kind;
    found.fix = dw_arena_printf(check->arena, "use %s", dw_kind_name(check->kind));
    found.edits = dw_edit_set_text(check->arena, found.field, dw_kind_name(check->kind));
    dw_report(check, rule, &found, "kinds are case-sensitive, so the API server rejects this object");
  } else if (slash != NULL && !is_served(check->kind, slash + 1)) {
    found.field = "apiVersion";
    found.value = version;
    found.warn_at_most = true;
    const char *known = dw_arena_join(check->arena, dw_kind_group(check->kind), "/",
                                      check->kind == DW_KIND_MIGRATION_POLICY ? "v1alpha1" : "v1");
    found.fix = dw_arena_printf(check->arena, "use %s", known);
    if (check->kind != DW_KIND_HYPERCONVERGED) /* whose versions have different fields */
      found.edits = dw_edit_set_text(check->arena, found.field, known);
    dw_report(check, rule, &found, "no known CRD defines %s in version %s", dw_kind_name(check->kind), slash + 1);
  }
}

static const struct dw_rule rules[] = {
    {"unrendered", DW_SCOPE_MANIFEST, DW_ACTION_WARN, DW_ACTION_NONE,
     "`check` only: an unfilled placeholder (`${NAME}`, `{{ ... }}`, `_replaced_`) or an object-templates-raw that is "
     "not YAML: the object is not checked",
     "render the manifest first and check the result", unrendered},
    {"unserved-kind", DW_SCOPE_MANIFEST, DW_ACTION_DENY, DW_ACTION_NONE,
     "`check` only: a kind in the wrong letter case (`Kubevirt`), which the API server rejects; warns if the version "
     "is unknown",
     "spell kind and apiVersion as the CRD does", unserved_kind},
};

const struct dw_family dw_family_manifest = {rules, sizeof rules / sizeof *rules};
