#include "rules/review.h"

#include <string.h>

static const char *const operation_names[] = {
    [DW_OP_CREATE] = "CREATE", [DW_OP_UPDATE] = "UPDATE", [DW_OP_DELETE] = "DELETE", [DW_OP_CONNECT] = "CONNECT"};
enum { OPERATION_COUNT = sizeof operation_names / sizeof *operation_names };

const char *dw_operation_name(enum dw_operation operation) {
  return operation_names[operation];
}

/* A member of the envelope: its value, and its path as messages name it. */
struct part {
  const char *field;
  const dw_json *json;
};

static bool is_missing(const dw_json *json) {
  enum dw_json_type type = dw_json_type(json);
  return type == DW_JSON_ABSENT || type == DW_JSON_NULL;
}

static int fail_type(const struct part *part, const char *wanted, struct dw_error *err) {
  return dw_error_set(err, DW_ERR_INVALID, "%s: must be %s, but is %s", part->field, wanted,
                      dw_json_type_name(part->json));
}

static int read_object(const struct part *part, struct dw_error *err) {
  return dw_json_type(part->json) == DW_JSON_OBJECT ? 0 : fail_type(part, "an object", err);
}

/* Absent and null read as "". */
static int read_optional(const struct part *part, const char **out, struct dw_error *err) {
  const char *text = is_missing(part->json) ? "" : dw_json_string(part->json);
  if (text == NULL)
    return fail_type(part, "a string", err);
  *out = text;
  return 0;
}

static int read_string(const struct part *part, const char **out, struct dw_error *err) {
  const char *text = dw_json_string(part->json);
  if (text == NULL)
    return fail_type(part, "a string", err);
  *out = text;
  return 0;
}

static int read_nonempty(const struct part *part, const char **out, struct dw_error *err) {
  const char *text = dw_json_string(part->json);
  if (text == NULL)
    return fail_type(part, "a non-empty string", err);
  if (text[0] == '\0')
    return dw_error_set(err, DW_ERR_INVALID, "%s: must not be empty", part->field);
  *out = text;
  return 0;
}

/* --- the parts that no rule reads: if their types are wrong, the sender is not an API server --- */

struct shape {
  const char *field;
  const char *parent; /* a member of request; NULL for request itself */
  const char *key;
  enum dw_json_type type;
  const char *wanted;
};

static const struct shape shapes[] = {
    {"request.resource", NULL, "resource", DW_JSON_OBJECT, "an object"},
    {"request.resource.group", "resource", "group", DW_JSON_STRING, "a string"},
    {"request.resource.version", "resource", "version", DW_JSON_STRING, "a string"},
    {"request.resource.resource", "resource", "resource", DW_JSON_STRING, "a string"},
    {"request.requestKind", NULL, "requestKind", DW_JSON_OBJECT, "an object"},
    {"request.requestKind.group", "requestKind", "group", DW_JSON_STRING, "a string"},
    {"request.requestKind.version", "requestKind", "version", DW_JSON_STRING, "a string"},
    {"request.requestKind.kind", "requestKind", "kind", DW_JSON_STRING, "a string"},
    {"request.requestResource", NULL, "requestResource", DW_JSON_OBJECT, "an object"},
    {"request.requestResource.group", "requestResource", "group", DW_JSON_STRING, "a string"},
    {"request.requestResource.version", "requestResource", "version", DW_JSON_STRING, "a string"},
    {"request.requestResource.resource", "requestResource", "resource", DW_JSON_STRING, "a string"},
    {"request.requestSubResource", NULL, "requestSubResource", DW_JSON_STRING, "a string"},
    {"request.userInfo", NULL, "userInfo", DW_JSON_OBJECT, "an object"},
    {"request.userInfo.uid", "userInfo", "uid", DW_JSON_STRING, "a string"},
    {"request.userInfo.groups", "userInfo", "groups", DW_JSON_ARRAY, "a list"},
    {"request.userInfo.extra", "userInfo", "extra", DW_JSON_OBJECT, "an object"},
    {"request.options", NULL, "options", DW_JSON_OBJECT, "an object"},
};

static int check_shapes(const dw_json *request, struct dw_error *err) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const struct shape *shape = &shapes[i];
    const dw_json *parent = shape->parent == NULL ? request : dw_json_get(request, shape->parent);
    struct part part = {shape->field, dw_json_get(parent, shape->key)};
    if (!is_missing(part.json) && dw_json_type(part.json) != shape->type)
      return fail_type(&part, shape->wanted, err);
  }
  return 0;
}

/* --- the envelope --- */

static int read_versions(const dw_json *root, struct dw_request *out, struct dw_error *err) {
  struct part kind = {"kind", dw_json_get(root, "kind")};
  struct part version = {"apiVersion", dw_json_get(root, "apiVersion")};
  const char *text = "";
  if (read_nonempty(&kind, &text, err) != 0 || read_nonempty(&version, &out->api_version, err) != 0)
    return -1;
  if (strcmp(text, "AdmissionReview") != 0)
    return dw_error_set(err, DW_ERR_INVALID, "kind: must be AdmissionReview, but is \"%.100s\"", text);
  if (strcmp(out->api_version, "admission.k8s.io/v1") != 0 && strcmp(out->api_version, "admission.k8s.io/v1beta1") != 0)
    return dw_error_set(err, DW_ERR_INVALID,
                        "apiVersion: must be admission.k8s.io/v1 or admission.k8s.io/v1beta1, but is \"%.100s\"",
                        out->api_version);
  return 0;
}

static int read_kind(const dw_json *request, struct dw_request *out, struct dw_error *err) {
  struct part whole = {"request.kind", dw_json_get(request, "kind")};
  struct part group = {"request.kind.group", dw_json_get(whole.json, "group")};
  struct part version = {"request.kind.version", dw_json_get(whole.json, "version")};
  struct part kind = {"request.kind.kind", dw_json_get(whole.json, "kind")};
  if (read_object(&whole, err) != 0 || read_string(&group, &out->group, err) != 0 || /* "" is the core group */
      read_nonempty(&version, &out->version, err) != 0)
    return -1;
  return read_nonempty(&kind, &out->kind, err);
}

static int read_operation(const dw_json *request, enum dw_operation *out, struct dw_error *err) {
  struct part part = {"request.operation", dw_json_get(request, "operation")};
  const char *text = "";
  if (read_nonempty(&part, &text, err) != 0)
    return -1;
  for (int i = 0; i < OPERATION_COUNT; i++) {
    if (strcmp(text, operation_names[i]) == 0) {
      *out = (enum dw_operation)i;
      return 0;
    }
  }
  return dw_error_set(err, DW_ERR_INVALID,
                      "request.operation: must be CREATE, UPDATE, DELETE or CONNECT, but is \"%.100s\"", text);
}

static int read_dry_run(const dw_json *request, bool *out, struct dw_error *err) {
  struct part part = {"request.dryRun", dw_json_get(request, "dryRun")};
  bool value = false;
  if (!is_missing(part.json) && !dw_json_boolean(part.json, &value))
    return fail_type(&part, "a boolean", err);
  *out = value;
  return 0;
}

static int read_texts(const dw_json *request, struct dw_request *out, struct dw_error *err) {
  struct part uid = {"request.uid", dw_json_get(request, "uid")};
  struct part ns = {"request.namespace", dw_json_get(request, "namespace")};
  struct part name = {"request.name", dw_json_get(request, "name")};
  struct part subresource = {"request.subResource", dw_json_get(request, "subResource")};
  struct part user = {"request.userInfo.username", dw_json_path(request, "userInfo", "username", NULL)};
  if (read_nonempty(&uid, &out->uid, err) != 0 || read_optional(&ns, &out->ns, err) != 0 ||
      read_optional(&name, &out->name, err) != 0 || read_optional(&subresource, &out->subresource, err) != 0)
    return -1;
  return read_optional(&user, &out->user, err);
}

/* --- the objects --- */

/* Reads an object, or NULL for null; NEEDED if the operation requires one. */
static int read_state(const struct part *part, bool needed, const dw_json **out, struct dw_error *err) {
  bool missing = is_missing(part->json);
  if ((needed || !missing) && dw_json_type(part->json) != DW_JSON_OBJECT)
    return fail_type(part, needed ? "an object for this operation" : "an object or null", err);
  *out = missing ? NULL : part->json;
  return 0;
}

/* The options of a CONNECT may be anything: no rule reads them. */
static void read_connect(const dw_json *request, struct dw_request *out) {
  const dw_json *object = dw_json_get(request, "object");
  const dw_json *old_object = dw_json_get(request, "oldObject");
  out->object = dw_json_type(object) == DW_JSON_OBJECT ? object : NULL;
  out->old_object = dw_json_type(old_object) == DW_JSON_OBJECT ? old_object : NULL;
}

static int read_objects(const dw_json *request, struct dw_request *out, struct dw_error *err) {
  struct part object = {"request.object", dw_json_get(request, "object")};
  struct part old_object = {"request.oldObject", dw_json_get(request, "oldObject")};
  if (out->operation == DW_OP_CONNECT) {
    read_connect(request, out);
    return 0;
  }
  if (read_state(&object, out->operation != DW_OP_DELETE, &out->object, err) != 0 ||
      read_state(&old_object, out->operation == DW_OP_UPDATE, &out->old_object, err) != 0)
    return -1;
  if (out->operation == DW_OP_DELETE)
    out->object = NULL;
  if (out->operation == DW_OP_CREATE)
    out->old_object = NULL;
  return 0;
}

/* TEXT or, if the request omits it (the name with generateName, and with some old API servers), the object's own. */
static const char *or_from_object(const char *text, const struct dw_request *request, const char *key) {
  const dw_json *const objects[] = {request->object, request->old_object};
  for (size_t i = 0; text[0] == '\0' && i < sizeof objects / sizeof *objects; i++) {
    const char *own = dw_json_get_string(dw_json_get(objects[i], "metadata"), key);
    text = own != NULL ? own : "";
  }
  return text;
}

static int read_request(const dw_json *request, struct dw_request *out, struct dw_error *err) {
  if (read_texts(request, out, err) != 0 || read_kind(request, out, err) != 0 ||
      read_operation(request, &out->operation, err) != 0 || read_dry_run(request, &out->dry_run, err) != 0 ||
      check_shapes(request, err) != 0 || read_objects(request, out, err) != 0)
    return -1;
  out->ns = or_from_object(out->ns, out, "namespace");
  out->name = or_from_object(out->name, out, "name");
  return 0;
}

/* No rule reads these members, which are often the largest part of an object. */
static const char *const unread[] = {"managedFields", "kubectl.kubernetes.io/last-applied-configuration", NULL};

int dw_request_read(struct dw_arena *arena, const char *body, size_t length, struct dw_request *out,
                    struct dw_error *err) {
  const struct dw_json_options options = {.flags = DW_JSON_UNIQUE_KEYS, .omitted = unread};
  const dw_json *json = dw_json_parse_as(arena, body, length, &options, err);
  if (json == NULL)
    return -1;
  struct part root = {"AdmissionReview", json};
  struct part request = {"request", dw_json_get(json, "request")};
  struct dw_request read = {.api_version = ""};
  if (read_object(&root, err) != 0 || read_versions(json, &read, err) != 0 || read_object(&request, err) != 0 ||
      read_request(request.json, &read, err) != 0)
    return -1;
  *out = read;
  return 0;
}
