#include <stdio.h>
#include <string.h>

#include "cli/subjects.h"
#include "droveway/base/buf.h"
#include "droveway/formats/json_write.h"
#include "droveway/rules/defaults.h"
#include "droveway/rules/engine.h"

/* One finding at its place in the manifests. */
struct spot {
  const struct cli_subject *subject;
  const struct dw_finding *finding;
  int line, column;
};

struct report {
  struct dw_arena *arena;
  struct spot *spots;
  size_t count, capacity;
  size_t objects, denied_objects, denials, warnings;
};

static void add_spot(struct report *report, struct spot spot) {
  if (report->count == report->capacity) {
    size_t capacity = report->capacity ? report->capacity * 2 : 64;
    struct spot *grown = dw_arena_array(report->arena, capacity, sizeof *grown);
    if (report->count)
      memcpy(grown, report->spots, report->count * sizeof *grown);
    report->spots = grown;
    report->capacity = capacity;
  }
  report->spots[report->count++] = spot;
}

static dw_json *with_member(struct dw_arena *arena, const dw_json *object, const char *key, const dw_json *value) {
  dw_json *copy = dw_json_new_object(arena);
  for (struct dw_json_member m = dw_json_first(object); m.value; m = dw_json_next(object, m))
    dw_json_set(arena, copy, m.key, dw_json_share(strcmp(m.key, key) == 0 ? value : m.value));
  return copy;
}

/* The NAD as /mutate would leave it: `kubectl apply` goes through both webhooks. */
static const dw_json *as_mutated(struct dw_arena *arena, const struct dw_world *world,
                                 const struct cli_subject *subject) {
  const dw_json *json = subject->manifest->json;
  if (subject->kind != DW_KIND_NAD || !subject->object || !world->policy->mutate_nads)
    return json;
  const struct dw_object *nad = subject->object;
  if (!dw_view_classify(world->view, arena, subject->ns, subject->name, nad->nad.label, nad->nad.cni_name).migration)
    return json;
  const char *fields = NULL;
  const char *filled = dw_fill_config(arena, dw_cni_read(arena, json), subject->name, &fields);
  if (!filled)
    return json;
  const dw_json *config = dw_json_new_string(arena, filled, strlen(filled));
  return with_member(arena, json, "spec", with_member(arena, dw_json_get(json, "spec"), "config", config));
}

static void check_subject(struct report *report, const struct dw_world *world, const struct cli_subject *subject) {
  const char *version = dw_json_get_string(subject->manifest->json, "apiVersion");
  const char *slash = strchr(version, '/');
  struct dw_request request = {
      .api_version = "admission.k8s.io/v1",
      .uid = "check",
      .group = dw_kind_group(subject->kind),
      .version = slash ? slash + 1 : version,
      .kind = dw_kind_name(subject->kind),
      .subresource = "",
      .ns = subject->ns,
      .name = subject->name,
      .user = "",
      .operation = subject->old ? DW_OP_UPDATE : DW_OP_CREATE,
      .object = as_mutated(report->arena, world, subject),
      .old_object = subject->old,
  };
  struct dw_judgement judgement = dw_judge(report->arena, world, &request, subject->order);
  report->objects++;
  report->denied_objects += judgement.denied || judgement.unavailable;
  for (size_t i = 0; i < judgement.findings.count; i++) {
    struct spot spot = {.subject = subject, .finding = &judgement.findings.items[i]};
    dw_manifest_place(subject->manifest, spot.finding->field, &spot.line, &spot.column);
    *(spot.finding->action == DW_ACTION_DENY ? &report->denials : &report->warnings) += 1;
    add_spot(report, spot);
  }
}

static const char *severity(const struct dw_finding *finding) {
  return finding->action == DW_ACTION_DENY ? "error" : "warning";
}

/* A denial in the API server's words, a warning as kubectl prints it, but whole. */
static const char *say(struct dw_arena *arena, const struct dw_finding *finding) {
  if (finding->action == DW_ACTION_DENY)
    return dw_arena_printf(arena, "%s: %s", finding->field, dw_finding_message(arena, finding));
  return dw_arena_printf(arena, "%s: %s%s%s [%s]", finding->field, finding->what, finding->mend ? "; " : "",
                         finding->mend ? finding->mend : "", finding->rule->id);
}

static void print_text(const struct report *report) {
  for (size_t i = 0; i < report->count; i++) {
    const struct spot *spot = &report->spots[i];
    printf("%s:%d:%d: %s: %s\n", spot->subject->manifest->file, spot->line, spot->column, severity(spot->finding),
           say(report->arena, spot->finding));
  }
  if (!report->objects)
    puts("nothing to check: no NetworkAttachmentDefinition, HyperConverged or KubeVirt found");
  else
    printf("%zu object%s checked, %zu denied: %zu error%s, %zu warning%s\n", report->objects,
           report->objects == 1 ? "" : "s", report->denied_objects, report->denials, report->denials == 1 ? "" : "s",
           report->warnings, report->warnings == 1 ? "" : "s");
}

static void write_spot(struct dw_json_writer *w, struct dw_arena *arena, const struct spot *spot) {
  const struct dw_finding *finding = spot->finding;
  dw_json_begin_object(w);
  dw_json_member_string(w, "file", spot->subject->manifest->file);
  dw_json_member_int(w, "line", spot->line);
  dw_json_member_int(w, "column", spot->column);
  dw_json_member_string(w, "kind", dw_kind_name(spot->subject->kind));
  dw_json_member_string(w, "namespace", spot->subject->ns);
  dw_json_member_string(w, "name", spot->subject->name);
  dw_json_member_string(w, "rule", finding->rule->id);
  dw_json_member_string(w, "action", finding->action == DW_ACTION_DENY ? "deny" : "warn");
  dw_json_member_string(w, "reason", dw_reason_name(finding->reason));
  dw_json_member_string(w, "field", finding->field);
  dw_json_member_string(w, "message", dw_finding_message(arena, finding));
  dw_json_end_object(w);
}

static void print_json(const struct report *report) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  dw_json_begin_object(&w);
  dw_json_key(&w, "findings");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < report->count; i++)
    write_spot(&w, report->arena, &report->spots[i]);
  dw_json_end_array(&w);
  dw_json_member_int(&w, "objects", (int64_t)report->objects);
  dw_json_member_int(&w, "denied", (int64_t)report->denied_objects);
  dw_json_member_int(&w, "errors", (int64_t)report->denials);
  dw_json_member_int(&w, "warnings", (int64_t)report->warnings);
  dw_json_end_object(&w);
  puts(dw_buf_text(&out));
}

static int help(void) {
  puts("usage: droveway check -f PATH... [--state DIR | --kubeconfig FILE] [--policy FILE]\n"
       "       [-n NAMESPACE] [-o text|json]\n"
       "\n"
       "Lints manifests as if they were applied in turn, NADs before the HyperConverged and KubeVirt objects that\n"
       "name them: YAML streams, JSON and `kind: List`, in files, folders and on standard input (-). Other kinds are\n"
       "passed over. Exit status: 0 nothing denied, 1 something denied, 2 unreadable input.\n"
       "\n"
       "  -f, --filename PATH   a file, a folder (with all below it) or -; may be given again\n"
       "  -s, --state DIR       the cluster's objects; without it, rules that need facts warn that they could not be "
       "checked\n"
       "      --kubeconfig FILE the live cluster instead; --context NAME for another than the current one\n"
       "  -p, --policy FILE     the policy in force\n"
       "  -n, --namespace NAME  where manifests go that name no namespace (default: the policy's)\n"
       "  -o, --output FORM     text (default) or json\n"
       "      --help            this text");
  return CLI_OK;
}

int cli_check(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct cli_subjects subjects;
  int status = cli_subjects_open("check", argc, argv, &subjects);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  struct report report = {.arena = arena};
  for (size_t i = 0; i < subjects.count; i++) {
    enum dw_kind kind = subjects.items[i].kind;
    if (kind == DW_KIND_NAD || kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT)
      check_subject(&report, subjects.world, &subjects.items[i]);
  }
  if (subjects.json)
    print_json(&report);
  else
    print_text(&report);
  cli_subjects_free(&subjects);
  return cli_finish(report.denied_objects ? CLI_DENIED : CLI_OK);
}
