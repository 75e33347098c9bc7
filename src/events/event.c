/* Writes Events of the core group. `kubectl get events`, `kubectl describe` and the console read that group and sort by
 * its timestamps. An Event of events.k8s.io/v1 may not set them: deprecatedLastTimestamp must be empty
 * (k8s.io/kubernetes, pkg/apis/core/validation/events.go). */
#include "events/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/utf8.h"
#include "json/json_write.h"

enum { TAIL_MAX = 40, LONGEST_UID = 64 };

/* --- the note --- */

struct note {
  struct dw_buf text;
  size_t shown, left_out;
};

/* Replaces control and hidden characters by spaces, so that a terminal shows the text as it is. */
static void add_plain(struct dw_buf *out, const char *text, size_t length) {
  uint32_t code = 0;
  for (size_t i = 0, bytes; i < length; i += bytes) {
    bytes = dw_utf8_next(text + i, length - i, &code);
    if (dw_utf8_is_hidden(code))
      dw_buf_putc(out, ' ');
    else
      dw_buf_add(out, text + i, bytes);
  }
}

/* Adds the finding if there is room for it. The first one is always added, and truncated if necessary. */
static void add_finding(struct note *note, const char *field, const char *message) {
  DW_BUF_SCOPED struct dw_buf one = DW_BUF_INIT;
  size_t room = DW_EVENT_NOTE_MAX - TAIL_MAX - note->text.length;
  dw_buf_printf(&one, "%s%s%s%s", note->shown == 0 ? "" : "; ", field, *field == '\0' ? "" : ": ", message);
  if (note->left_out > 0 || (one.length > room && note->shown > 0)) {
    note->left_out++;
    return;
  }
  note->shown++;
  add_plain(&note->text, dw_buf_text(&one), dw_utf8_cut(dw_buf_text(&one), one.length, room));
}

static const char *note_text(struct note *note, size_t more) {
  if (note->left_out + more > 0)
    dw_buf_printf(&note->text, "; and %zu more", note->left_out + more);
  return dw_buf_text(&note->text);
}

/* --- an event --- */

static const char *put(char **at, const char *text) {
  char *place = *at;
  size_t size = strlen(text) + 1;
  memcpy(place, text, size);
  *at += size;
  return place;
}

/* Copies the event and its strings into one block of memory. */
static struct dw_event *copy(const struct dw_event *from) {
  const char *const texts[] = {from->api_version, from->kind, from->ns, from->name, from->uid, from->rules, from->note};
  size_t size = sizeof *from;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    size += strlen(texts[i]) + 1;
  struct dw_event *event = malloc(size);
  if (event == NULL)
    abort();
  char *at = (char *)(event + 1);
  *event = (struct dw_event){.audit = from->audit,
                             .api_version = put(&at, from->api_version),
                             .kind = put(&at, from->kind),
                             .ns = put(&at, from->ns),
                             .name = put(&at, from->name),
                             .uid = put(&at, from->uid),
                             .rules = put(&at, from->rules),
                             .note = put(&at, from->note),
                             .time = time(NULL)};
  return event;
}

/* If the API server is still to choose the name, the beginning of it: "net-" becomes "net". */
static const char *name_of(struct dw_arena *arena, const struct dw_request *request) {
  const char *prefix = dw_json_string(dw_json_path(request->object, "metadata", "generateName", NULL));
  if (*request->name != '\0' || prefix == NULL)
    return request->name;
  size_t length = strlen(prefix);
  while (length > 0 && strchr("-.", prefix[length - 1]) != NULL)
    length--;
  return dw_arena_strndup(arena, prefix, length);
}

/* The UID that a CREATE contains is not the one that the object will get. */
static const char *uid_of(const struct dw_request *request) {
  const char *uid = dw_json_string(dw_json_path(request->old_object, "metadata", "uid", NULL));
  return uid == NULL || strlen(uid) > LONGEST_UID ? "" : uid;
}

struct dw_event *dw_event_of_denial(const struct dw_request *request, const struct dw_answer *answer) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *name = name_of(arena, request);
  struct note note = {.text = DW_BUF_INIT};
  /* Anyone who reaches the port can send any name, and the names become part of a path. */
  if (!dw_is_dns_label(request->ns) || !dw_is_dns_subdomain(name) || !dw_is_dns_label(request->version))
    return NULL;
  dw_buf_printf(&note.text, "%s denied: ", dw_operation_name(request->operation));
  for (size_t i = 0; i < answer->cause_count; i++)
    add_finding(&note, answer->causes[i].field, answer->causes[i].message);
  struct dw_event event = {.api_version = dw_arena_printf(arena, "%s/%s", request->group, request->version),
                           .kind = request->kind,
                           .ns = request->ns,
                           .name = name,
                           .uid = uid_of(request),
                           .rules = answer->denied == NULL ? "" : answer->denied,
                           .note = note_text(&note, 0)};
  struct dw_event *copied = copy(&event);
  dw_buf_free(&note.text);
  return copied;
}

struct dw_event *dw_event_of_audited(const struct dw_audited *audited) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_object *object = audited->object;
  const struct dw_findings *findings = &audited->judgement.findings;
  DW_BUF_SCOPED struct dw_buf rules = DW_BUF_INIT;
  struct note note = {.text = DW_BUF_INIT};
  const struct dw_rule *last = NULL;
  if (!dw_is_dns_label(object->namespace_) || !dw_is_dns_subdomain(object->name))
    return NULL;
  dw_buf_puts(&note.text, "this existing object would be denied: ");
  for (size_t i = 0; i < findings->count; i++) {
    const struct dw_finding *finding = &findings->items[i];
    if (finding->action != DW_ACTION_DENY)
      continue;
    add_finding(&note, finding->field, dw_finding_message(arena, finding));
    if (finding->rule != last)
      dw_buf_printf(&rules, "%s%s", last == NULL ? "" : ",", finding->rule->id);
    last = finding->rule;
  }
  /* Versions that every release serves. */
  const char *version = object->kind == DW_KIND_HYPERCONVERGED ? "v1beta1" : "v1";
  struct dw_event event = {.audit = true,
                           .api_version = dw_arena_printf(arena, "%s/%s", dw_kind_group(object->kind), version),
                           .kind = dw_kind_name(object->kind),
                           .ns = object->namespace_,
                           .name = object->name,
                           .uid = object->uid == NULL ? "" : object->uid,
                           .rules = dw_buf_text(&rules),
                           .note = note_text(&note, findings->more_denials)};
  struct dw_event *copied = copy(&event);
  dw_buf_free(&note.text);
  return copied;
}

/* --- JSON --- */

static void put_time(struct dw_json_writer *w, const char *key, int64_t seconds) {
  char text[32] = "";
  time_t at = (time_t)seconds;
  struct tm utc;
  if (gmtime_r(&at, &utc) != NULL)
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  dw_json_member_string(w, key, text);
}

static void put_object(struct dw_json_writer *w, const struct dw_event *event) {
  dw_json_key(w, "involvedObject");
  dw_json_begin_object(w);
  dw_json_member_string(w, "apiVersion", event->api_version);
  dw_json_member_string(w, "kind", event->kind);
  dw_json_member_string(w, "namespace", event->ns);
  dw_json_member_string(w, "name", event->name);
  if (*event->uid != '\0')
    dw_json_member_string(w, "uid", event->uid);
  dw_json_end_object(w);
}

void dw_event_write(const struct dw_event *event, const struct dw_event_facts *facts, struct dw_buf *out) {
  struct dw_json_writer w = DW_JSON_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "v1");
  dw_json_member_string(&w, "kind", "Event");
  dw_json_key(&w, "metadata");
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "namespace", event->ns);
  dw_json_member_string(&w, "name", facts->name);
  dw_json_end_object(&w);
  put_object(&w, event);
  dw_json_member_string(&w, "type", "Warning");
  dw_json_member_string(&w, "reason", event->audit ? "NetworkViolation" : "NetworkDenied");
  dw_json_member_string(&w, "action", event->audit ? "Audit" : "Deny");
  dw_json_member_string(&w, "message", event->note);
  put_time(&w, "firstTimestamp", facts->first);
  put_time(&w, "lastTimestamp", facts->last);
  dw_json_member_int(&w, "count", (int64_t)(facts->count > INT32_MAX ? INT32_MAX : facts->count));
  dw_json_key(&w, "source");
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "component", "droveway");
  dw_json_end_object(&w);
  dw_json_member_string(&w, "reportingComponent", "droveway.io/droveway");
  dw_json_member_string(&w, "reportingInstance", facts->instance);
  dw_json_end_object(&w);
}

/* Replicas share the Event of an existing object and do not know each other's counts, so its count is not updated. */
void dw_event_write_patch(const struct dw_event *event, const struct dw_event_facts *facts, struct dw_buf *out) {
  struct dw_json_writer w = DW_JSON_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "message", event->note);
  put_time(&w, "lastTimestamp", facts->last);
  if (!event->audit)
    dw_json_member_int(&w, "count", (int64_t)(facts->count > INT32_MAX ? INT32_MAX : facts->count));
  dw_json_end_object(&w);
}
