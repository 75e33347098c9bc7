/* From judgement to answer: causes, message, warnings and audit annotations, within the API's limits. */
#include <string.h>

#include "base/buf.h"
#include "rules/rules_internal.h"

enum { CAUSES_MAX = 100, MESSAGE_MAX = 4096, WARNINGS_MAX = 4096, LAST_WARNING_ROOM = 80 };

/* --- causes --- */

static size_t count_of(const struct dw_findings *findings, enum dw_action action) {
  size_t count = action == DW_ACTION_DENY ? findings->more_denials : findings->more_warnings;
  for (size_t i = 0; i < findings->count; i++)
    count += findings->items[i].action == action;
  return count;
}

static void add_causes(struct dw_arena *arena, const struct dw_findings *findings, struct dw_answer *answer) {
  size_t total = count_of(findings, DW_ACTION_DENY);
  answer->causes = dw_arena_array(arena, CAUSES_MAX + 1, sizeof *answer->causes);
  for (size_t i = 0; i < findings->count && answer->cause_count < CAUSES_MAX; i++) {
    const struct dw_finding *finding = &findings->items[i];
    if (finding->action != DW_ACTION_DENY)
      continue;
    answer->causes[answer->cause_count++] =
        (struct dw_cause){dw_reason_name(finding->reason), finding->field, dw_finding_message(arena, finding)};
  }
  if (total == answer->cause_count)
    return;
  const char *field = answer->cause_count == 0 ? "" : answer->causes[answer->cause_count - 1].field;
  answer->causes[answer->cause_count] = (struct dw_cause){
      "FieldValueTooMany", field,
      dw_arena_printf(arena, "Too many: %zu more errors in this object; fix these first", total - answer->cause_count)};
  answer->cause_count++;
}

/* `Kind.group "name" is invalid: ` as apierrors.NewInvalid() of k8s.io/apimachinery begins. */
static void add_head(struct dw_buf *out, struct dw_arena *arena, const struct dw_request *request) {
  dw_buf_puts(out, dw_text_cut(arena, request->kind, 128));
  if (*request->group != '\0')
    dw_buf_printf(out, ".%s", dw_text_cut(arena, request->group, 256));
  dw_buf_printf(out, " \"%s\" is invalid: ", dw_text_cut(arena, request->name, 256));
}

static const char *message_of(struct dw_arena *arena, const struct dw_request *request,
                              const struct dw_answer *answer) {
  static const char rest[] = ", ...";
  struct dw_buf out = DW_BUF_IN(arena);
  add_head(&out, arena, request);
  bool several = answer->cause_count > 1;
  if (several)
    dw_buf_putc(&out, '[');
  for (size_t i = 0; i < answer->cause_count; i++) {
    const struct dw_cause *cause = &answer->causes[i];
    size_t needed = strlen(cause->field) + strlen(cause->message) + sizeof rest + 6;
    if (i > 0 && out.length + needed > MESSAGE_MAX) {
      dw_buf_puts(&out, rest);
      break;
    }
    dw_buf_puts(&out, i > 0 ? ", " : "");
    if (*cause->field != '\0')
      dw_buf_printf(&out, "%s: ", cause->field);
    dw_buf_puts(&out, cause->message);
  }
  if (several)
    dw_buf_putc(&out, ']');
  return dw_buf_text(&out);
}

/* --- warnings --- */

struct warnings {
  const char **items;
  size_t count;
  size_t bytes;
  size_t omitted;
};

/* Reserves room for the line that says how many warnings were omitted. After the first omitted one, all are omitted. */
static void add_warning(struct warnings *list, const char *text) {
  size_t length = strlen(text);
  if (list->omitted > 0 || list->bytes + length > WARNINGS_MAX - LAST_WARNING_ROOM) {
    list->omitted++;
    return;
  }
  list->items[list->count++] = text;
  list->bytes += length;
}

static void add_warnings(struct dw_arena *arena, const struct dw_judgement *judgement, struct dw_answer *answer) {
  const struct dw_findings *findings = &judgement->findings;
  struct warnings list = {.items = dw_arena_array(arena, findings->count + 2, sizeof *list.items)};
  if (judgement->note != NULL)
    add_warning(&list, judgement->note);
  for (size_t i = 0; i < findings->count; i++) {
    if (findings->items[i].action == DW_ACTION_WARN)
      add_warning(&list, dw_finding_warning(arena, &findings->items[i]));
  }
  list.omitted += findings->more_warnings;
  if (list.omitted > 0)
    list.items[list.count++] = dw_arena_printf(arena, "Droveway has %zu more warnings about this object", list.omitted);
  answer->warnings = list.items;
  answer->warning_count = list.count;
}

/* --- audit annotations --- */

/* The ids of the rules with findings of ACTION (NONE: of any), each once; NULL if there are none. */
static const char *ids_of(struct dw_arena *arena, const struct dw_findings *findings, enum dw_action action) {
  struct dw_buf out = DW_BUF_IN(arena);
  const struct dw_rule *last = NULL;
  for (size_t i = 0; i < findings->count; i++) {
    const struct dw_finding *finding = &findings->items[i];
    if ((action != DW_ACTION_NONE && finding->action != action) || finding->rule == last)
      continue;
    dw_buf_printf(&out, "%s%s", last == NULL ? "" : ",", finding->rule->id);
    last = finding->rule;
  }
  return last == NULL ? NULL : dw_buf_text(&out);
}

static void refuse(struct dw_answer *answer, int code, const char *reason, const char *message) {
  answer->allowed = false;
  answer->code = code;
  answer->reason = reason;
  answer->message = message;
}

void dw_answer_judgement(struct dw_arena *arena, const struct dw_request *request, const struct dw_judgement *judgement,
                         struct dw_answer *answer) {
  *answer = (struct dw_answer){.allowed = true};
  add_warnings(arena, judgement, answer);
  answer->denied = ids_of(arena, &judgement->findings, DW_ACTION_DENY);
  answer->warned = ids_of(arena, &judgement->findings, DW_ACTION_WARN);
  answer->excepted = ids_of(arena, &judgement->excepted, DW_ACTION_NONE);
  if (judgement->denied) {
    add_causes(arena, &judgement->findings, answer);
    refuse(answer, 422, "Invalid", message_of(arena, request, answer));
  } else if (judgement->unavailable) {
    refuse(answer, 503, "ServiceUnavailable",
           dw_arena_printf(arena, "Droveway can't check this now: %s; try again", judgement->unavailable_why));
  }
}

void dw_validate(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                 struct dw_answer *answer) {
  struct dw_judgement judgement = dw_judge(arena, world, request, SIZE_MAX);
  dw_answer_judgement(arena, request, &judgement, answer);
}

/* The kind and version inside the objects decide how they are read, so they must match the request's. */
static int check_subject(const struct dw_request *request, struct dw_error *err) {
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  if (kind == DW_KIND_NAD || !dw_kind_is_judged(kind) || request->operation == DW_OP_CONNECT)
    return 0;
  const dw_json *const subjects[] = {request->object, request->old_object};
  for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
    if (subjects[i] == NULL)
      continue;
    const char *own_kind = dw_json_get_string(subjects[i], "kind");
    const char *version = dw_json_get_string(subjects[i], "apiVersion");
    size_t group = strlen(request->group);
    if (own_kind == NULL || strcmp(own_kind, request->kind) != 0 || version == NULL ||
        strncmp(version, request->group, group) != 0 || version[group] != '/' ||
        strcmp(version + group + 1, request->version) != 0)
      return dw_error_set(err, DW_ERR_INVALID,
                          "request.%s is not a %.100s of %.100s/%.100s, although request.kind says so",
                          i == 0 ? "object" : "oldObject", request->kind, request->group, request->version);
  }
  return 0;
}

int dw_review_read(struct dw_arena *arena, const char *body, size_t length, struct dw_request *out,
                   struct dw_error *err) {
  struct dw_request request;
  if (dw_request_read(arena, body, length, &request, err) != 0 || check_subject(&request, err) != 0)
    return -1;
  *out = request;
  return 0;
}

int dw_review(struct dw_arena *arena, const struct dw_world *world, bool mutate, const char *body, size_t length,
              struct dw_buf *out, struct dw_request *request, struct dw_answer *answer, struct dw_error *err) {
  struct dw_request asked;
  if (dw_review_read(arena, body, length, &asked, err) != 0)
    return -1;
  struct dw_answer answered;
  if (mutate)
    dw_mutate(arena, world, &asked, &answered);
  else
    dw_validate(arena, world, &asked, &answered);
  dw_answer_write(&asked, &answered, out);
  if (request != NULL)
    *request = asked;
  if (answer != NULL)
    *answer = answered;
  return 0;
}

/* --- NADs that decide an answer, so that the server can ask the API server for them before it denies --- */

static size_t add_name(struct dw_arena *arena, const struct dw_request *request, struct dw_nad_name names[2],
                       size_t count, const struct dw_value *network) {
  struct dw_nad_name name;
  if (network->text == NULL || !dw_network_read(arena, request->ns, network->text, &name))
    return count;
  if (count > 0 && strcmp(names[0].ns, name.ns) == 0 && strcmp(names[0].name, name.name) == 0)
    return count;
  names[count] = name;
  return count + 1;
}

size_t dw_request_networks(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                           struct dw_nad_name names[2]) {
  enum dw_kind kind = dw_kind_of(request->group, request->kind);
  bool user = kind == DW_KIND_HYPERCONVERGED || kind == DW_KIND_KUBEVIRT;
  bool writes = request->operation == DW_OP_CREATE || request->operation == DW_OP_UPDATE;
  struct dw_migration_config config;
  if (!user || !writes || strcmp(request->ns, dw_request_policy(arena, world, request)->namespace_) != 0)
    return 0;
  dw_migration_read(arena, request->object, &config);
  size_t count = add_name(arena, request, names, 0, &config.network);
  return config.jsonpatch == DW_JSONPATCH_SETS ? add_name(arena, request, names, count, &config.jsonpatch_network)
                                               : count;
}

/* Returns true if the comma-separated LIST contains ID. */
static bool lists(const char *list, const char *id) {
  size_t length = strlen(id);
  for (const char *at = list; at != NULL && *at != '\0';) {
    size_t part = strcspn(at, ",");
    if (part == length && strncmp(at, id, length) == 0)
      return true;
    at += part + (at[part] == ',');
  }
  return false;
}

enum dw_recheck dw_answer_recheck(const struct dw_answer *answer) {
  if (lists(answer->denied, "network-missing"))
    return DW_RECHECK_MISSING;
  return lists(answer->denied, "network-unfit") ? DW_RECHECK_UNFIT : DW_RECHECK_NONE;
}

void dw_answer_unavailable(struct dw_answer *answer, const char *message) {
  *answer = (struct dw_answer){.allowed = false, .code = 503, .reason = "ServiceUnavailable", .message = message};
}
