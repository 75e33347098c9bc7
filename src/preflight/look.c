/* Reads the cluster, one request at a time. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "preflight/preflight_internal.h"
#include "json/json_write.h"

enum { CALL_MS = 15000, MOST_BYTES = 16 << 20 };

static struct seen seen_of(struct preflight *p, const struct dw_api_result *result) {
  struct seen seen = {.look = LOOK_FAILED, .why = dw_arena_strdup(p->arena, result->message)};
  if (result->status == 404)
    seen.look = LOOK_ABSENT;
  else if (result->status == 403 || result->status == 401)
    seen.look = LOOK_FORBIDDEN;
  return seen;
}

static struct seen call(struct preflight *p, const char *path, const char *body, bool text) {
  DW_BUF_SCOPED struct dw_buf answer = DW_BUF_SECRET;
  struct dw_api_result result;
  struct dw_api_request request = {.method = body == NULL ? "GET" : "POST",
                                   .path = path,
                                   .body = body,
                                   .length = body == NULL ? 0 : strlen(body),
                                   .timeout_ms = CALL_MS,
                                   .receive = dw_api_collect,
                                   .context = &(struct dw_api_body){&answer, MOST_BYTES}};
  if (dw_api_call(p->client, &request, &result) != 0)
    return seen_of(p, &result);
  struct seen seen = {.look = LOOK_FOUND, .text = dw_arena_strdup(p->arena, dw_buf_text(&answer))};
  if (text)
    return seen;
  seen.object = dw_json_parse(p->arena, seen.text, strlen(seen.text), DW_JSON_PLAIN, NULL);
  if (dw_json_type(seen.object) == DW_JSON_OBJECT)
    return seen;
  return (struct seen){.look = LOOK_FAILED, .why = "the answer is not a JSON object"};
}

struct seen dw_look(struct preflight *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *path = dw_arena_vprintf(p->arena, format, args);
  va_end(args);
  return call(p, path, NULL, false);
}

struct seen dw_look_text(struct preflight *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *path = dw_arena_vprintf(p->arena, format, args);
  va_end(args);
  return call(p, path, NULL, true);
}

bool dw_look_group(struct preflight *p, const char *group) {
  return dw_look(p, "/apis/%s", group).look == LOOK_FOUND;
}

const dw_json *dw_look_container(const struct preflight *p) {
  return dw_json_at(dw_json_path(p->deployment.object, "spec", "template", "spec", "containers", NULL), 0);
}

const char *dw_look_string(const dw_json *object, const char *key) {
  const char *text = dw_json_get_string(object, key);
  return text == NULL ? "" : text;
}

static void write_attribute(struct dw_json_writer *w, const char *key, const char *text) {
  if (text != NULL && *text != '\0')
    dw_json_member_string(w, key, text);
}

static void write_groups(struct dw_json_writer *w, const char *user) {
  char ns[64] = "", group[96];
  (void)!sscanf(user, "system:serviceaccount:%63[^:]", ns);
  snprintf(group, sizeof group, "system:serviceaccounts:%s", ns);
  dw_json_key(w, "groups");
  dw_json_begin_array(w);
  dw_json_put_string(w, "system:serviceaccounts");
  dw_json_put_string(w, group);
  dw_json_put_string(w, "system:authenticated");
  dw_json_end_array(w);
}

struct seen dw_look_access(struct preflight *p, const char *user, const struct access *access, bool *allowed) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&body);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "authorization.k8s.io/v1");
  dw_json_member_string(&w, "kind", user == NULL ? "SelfSubjectAccessReview" : "SubjectAccessReview");
  dw_json_key(&w, "spec");
  dw_json_begin_object(&w);
  dw_json_key(&w, "resourceAttributes");
  dw_json_begin_object(&w);
  write_attribute(&w, "verb", access->verb);
  write_attribute(&w, "group", access->group);
  write_attribute(&w, "resource", access->resource);
  write_attribute(&w, "namespace", access->ns);
  write_attribute(&w, "name", access->name);
  dw_json_end_object(&w);
  if (user != NULL) {
    dw_json_member_string(&w, "user", user);
    write_groups(&w, user);
  }
  dw_json_end_object(&w);
  dw_json_end_object(&w);
  struct seen seen = call(p,
                          user == NULL ? "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
                                       : "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                          dw_buf_text(&body), false);
  *allowed = false;
  if (seen.look == LOOK_FOUND && !dw_json_boolean(dw_json_path(seen.object, "status", "allowed", NULL), allowed))
    return (struct seen){.look = LOOK_FAILED, .why = "the answer does not say whether it is allowed"};
  return seen;
}
