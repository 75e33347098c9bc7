#include "rules/review.h"
#include "json/json_write.h"
#include "json/patch.h"

static bool has_text(const char *text) {
  return text != NULL && text[0] != '\0';
}

static void put_text(struct dw_json_writer *w, const char *key, const char *text) {
  if (has_text(text))
    dw_json_member_string(w, key, text);
}

static void put_causes(struct dw_json_writer *w, const struct dw_answer *answer) {
  dw_json_key(w, "causes");
  dw_json_begin_array(w);
  for (size_t i = 0; i < answer->cause_count; i++) {
    dw_json_begin_object(w);
    put_text(w, "reason", answer->causes[i].reason);
    put_text(w, "message", answer->causes[i].message);
    put_text(w, "field", answer->causes[i].field);
    dw_json_end_object(w);
  }
  dw_json_end_array(w);
}

static void put_details(struct dw_json_writer *w, const struct dw_request *request, const struct dw_answer *answer) {
  if (!has_text(request->name) && !has_text(request->kind) && answer->cause_count == 0)
    return;
  dw_json_key(w, "details");
  dw_json_begin_object(w);
  put_text(w, "name", request->name);
  put_text(w, "group", request->group);
  put_text(w, "kind", request->kind);
  if (answer->cause_count > 0)
    put_causes(w, answer);
  dw_json_end_object(w);
}

/* Like the API server's own metav1.Status, which kubectl prints best. */
static void put_status(struct dw_json_writer *w, const struct dw_request *request, const struct dw_answer *answer) {
  dw_json_key(w, "status");
  dw_json_begin_object(w);
  dw_json_key(w, "metadata");
  dw_json_begin_object(w);
  dw_json_end_object(w);
  dw_json_member_string(w, "status", "Failure");
  put_text(w, "message", answer->message);
  put_text(w, "reason", answer->reason);
  put_details(w, request, answer);
  dw_json_member_int(w, "code", answer->code);
  dw_json_end_object(w);
}

static void put_patch(struct dw_json_writer *w, const struct dw_answer *answer) {
  dw_json_key(w, "patch");
  dw_json_put_base64(w, answer->patch, answer->patch_length);
  dw_json_member_string(w, "patchType", "JSONPatch");
}

static void put_annotations(struct dw_json_writer *w, const struct dw_answer *answer) {
  if (!has_text(answer->denied) && !has_text(answer->warned) && !has_text(answer->excepted) &&
      !has_text(answer->defaulted))
    return;
  dw_json_key(w, "auditAnnotations");
  dw_json_begin_object(w);
  put_text(w, "denied", answer->denied);
  put_text(w, "warned", answer->warned);
  put_text(w, "excepted", answer->excepted);
  put_text(w, "defaulted", answer->defaulted);
  dw_json_end_object(w);
}

static void put_warnings(struct dw_json_writer *w, const struct dw_answer *answer) {
  dw_json_key(w, "warnings");
  dw_json_begin_array(w);
  for (size_t i = 0; i < answer->warning_count; i++)
    dw_json_put_string(w, answer->warnings[i]);
  dw_json_end_array(w);
}

static void put_response(struct dw_json_writer *w, const struct dw_request *request, const struct dw_answer *answer) {
  dw_json_key(w, "response");
  dw_json_begin_object(w);
  dw_json_member_string(w, "uid", request->uid);
  dw_json_member_bool(w, "allowed", answer->allowed);
  if (!answer->allowed)
    put_status(w, request, answer);
  else if (answer->patch != NULL)
    put_patch(w, answer);
  put_annotations(w, answer);
  if (answer->warning_count > 0)
    put_warnings(w, answer);
  dw_json_end_object(w);
}

void dw_answer_write(const struct dw_request *request, const struct dw_answer *answer, struct dw_buf *out) {
  struct dw_json_writer w = DW_JSON_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "kind", "AdmissionReview");
  dw_json_member_string(&w, "apiVersion", request->api_version);
  put_response(&w, request, answer);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
}
