#include <stdio.h>
#include <string.h>

#include "cli/judge.h"
#include "droveway/base/buf.h"
#include "droveway/formats/json_write.h"

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

static void check_subject(struct report *report, const struct dw_world *world, const struct cli_subject *subject) {
  struct dw_judgement judgement = cli_judge(report->arena, world, subject);
  report->objects++;
  report->denied_objects += judgement.denied || judgement.unavailable;
  for (size_t i = 0; i < judgement.findings.count; i++) {
    struct spot spot = {.subject = subject, .finding = &judgement.findings.items[i]};
    dw_manifest_place(subject->manifest, spot.finding->field, &spot.line, &spot.column);
    *(spot.finding->action == DW_ACTION_DENY ? &report->denials : &report->warnings) += 1;
    add_spot(report, spot);
  }
}

static void print_text(const struct report *report) {
  for (size_t i = 0; i < report->count; i++) {
    const struct spot *spot = &report->spots[i];
    printf("%s:%d:%d: %s: %s\n", spot->subject->manifest->file, spot->line, spot->column, cli_severity(spot->finding),
           cli_say(report->arena, spot->finding));
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
  for (size_t i = 0; i < subjects.count; i++)
    if (cli_is_judged(subjects.items[i].kind))
      check_subject(&report, subjects.world, &subjects.items[i]);
  if (subjects.json)
    print_json(&report);
  else
    print_text(&report);
  cli_subjects_free(&subjects);
  return cli_finish(report.denied_objects ? CLI_DENIED : CLI_OK);
}
