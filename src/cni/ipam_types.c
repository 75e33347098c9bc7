/* The JSON types that whereabouts' structs accept. One wrong type makes Go's decoder reject the whole IPAM object.
 * Sources: whereabouts pkg/types/types.go (IPAMConfigAlias, Address, KubernetesConfig), CNI 1.3.0 pkg/types (Route,
 * DNS), which decodes `dst` by net.ParseCIDR and `gw` by net.IP's UnmarshalText. */
#include <string.h>

#include "base/text.h"

#include "cni/cni_internal.h"

static bool is_boolean_text(const char *text) {
  return dw_key_equal(text, "true") || dw_key_equal(text, "false");
}

/* Returns true if VALUE is a string that would have the right type without its quotes. */
static bool is_quoted(const struct dw_value *value, const char *wanted) {
  int64_t number;
  if (value->text == NULL)
    return false;
  if (strcmp(wanted, "an integer") == 0)
    return dw_parse_int64(value->text, &number);
  return (strcmp(wanted, "a boolean") == 0 || strcmp(wanted, "true or false") == 0) && is_boolean_text(value->text);
}

const char *dw_type_fix(const struct dw_value *value, const char *wanted) {
  enum dw_json_type type = dw_json_type(value->json);
  if (type == DW_JSON_NULL)
    return "remove it";
  bool scalar = type == DW_JSON_BOOL || type == DW_JSON_INTEGER || type == DW_JSON_REAL;
  if (strcmp(wanted, "a string") == 0 && scalar)
    return "put it in quotes";
  if (is_quoted(value, wanted))
    return "remove the quotes";
  if ((type == DW_JSON_STRING && strcmp(wanted, "a list of strings") == 0) ||
      (type == DW_JSON_OBJECT && dw_json_size(value->json) > 0 && strcmp(wanted, "a list of objects") == 0))
    return "put it in square brackets";
  return NULL;
}

/* Returns true if FIELD ends with the index of a list element. */
static bool is_element(const char *field) {
  const char *bracket = strrchr(field, '[');
  return bracket != NULL && bracket[1] != ']' && bracket[1 + strspn(bracket + 1, "0123456789")] == ']';
}

/* Quotes a number only where any text will do; list elements are addresses and host names. */
static struct dw_edits add_quotes(struct dw_arena *arena, const struct dw_value *value) {
  return is_element(value->field) ? (struct dw_edits){NULL, 0}
                                  : dw_edit_set_text(arena, value->field, dw_json_text(arena, value->json));
}

static struct dw_edits remove_quotes(struct dw_arena *arena, const struct dw_value *value) {
  int64_t number;
  if (dw_parse_int64(value->text, &number))
    return dw_edit_set_integer(arena, value->field, number);
  return dw_edit_set(arena, value->field, dw_key_equal(value->text, "true") ? "true" : "false");
}

/* Makes a list of one element. A text with commas may be meant as several. */
static struct dw_edits add_brackets(struct dw_arena *arena, const struct dw_value *value) {
  if (value->text != NULL && strpbrk(value->text, ", ") != NULL)
    return (struct dw_edits){NULL, 0};
  return dw_edit_set(arena, value->field, dw_arena_join(arena, "[", dw_json_text(arena, value->json), "]"));
}

struct dw_edits dw_type_edits(struct dw_arena *arena, const struct dw_value *value, const char *wanted) {
  enum dw_json_type type = dw_json_type(value->json);
  bool scalar = type == DW_JSON_BOOL || type == DW_JSON_INTEGER || type == DW_JSON_REAL;
  if (type == DW_JSON_NULL)
    return dw_edit_remove(arena, value->field);
  if (scalar && strcmp(wanted, "a string") == 0)
    return add_quotes(arena, value);
  if (is_quoted(value, wanted))
    return remove_quotes(arena, value);
  if ((type == DW_JSON_STRING && strcmp(wanted, "a list of strings") == 0) ||
      (type == DW_JSON_OBJECT && dw_json_size(value->json) > 0 && strcmp(wanted, "a list of objects") == 0))
    return add_brackets(arena, value);
  return (struct dw_edits){NULL, 0};
}

void dw_problem_wrong_type(struct dw_problems *problems, const struct dw_value *value, const char *wanted) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, value);
  if (problem == NULL)
    return;
  problem->what = dw_arena_printf(problems->arena, "must be %s, not %s", wanted, dw_json_type_name(value->json));
  problem->fix = dw_type_fix(value, wanted);
  problem->edits = dw_type_edits(problems->arena, value, wanted);
}

static bool check_json(struct dw_problems *problems, const struct dw_value *value, enum dw_json_type type,
                       const char *wanted) {
  if (!dw_value_given(value) || dw_json_type(value->json) == type)
    return true;
  dw_problem_wrong_type(problems, value, wanted);
  return false;
}

static bool check_text(struct dw_problems *problems, const struct dw_value *value) {
  return check_json(problems, value, DW_JSON_STRING, "a string");
}

static bool check_integer(struct dw_problems *problems, const struct dw_value *value) {
  return check_json(problems, value, DW_JSON_INTEGER, "an integer");
}

/* A list may be long, so the fields of its elements are made only while problems are still kept. */
static bool check_texts(struct dw_problems *problems, const struct dw_value *value) {
  if (!check_json(problems, value, DW_JSON_ARRAY, "a list of strings"))
    return false;
  bool good = true;
  size_t count = dw_json_size(value->json);
  for (size_t i = 0; i < count; i++) {
    const dw_json *element = dw_json_at(value->json, i);
    enum dw_json_type type = dw_json_type(element);
    if (type == DW_JSON_STRING || type == DW_JSON_NULL)
      continue;
    good = false;
    if (dw_problems_full(problems, DW_IPAM_UNREADABLE))
      break;
    struct dw_value place = dw_value_element(problems->arena, value->field, i, element);
    dw_problem_wrong_type(problems, &place, "a string");
  }
  return good;
}

/* A member of an object and the check of its value. */
struct checked {
  const char *name;
  bool (*check)(struct dw_problems *problems, const struct dw_value *value);
  bool required; /* also checked if absent */
};

static bool check_members(struct dw_problems *problems, const struct dw_value *object, const struct checked *members,
                          size_t count) {
  bool good = true;
  for (size_t i = 0; i < count && !dw_problems_full(problems, DW_IPAM_UNREADABLE); i++) {
    if (!members[i].required && dw_json_get_fold(object->json, members[i].name, NULL) == NULL)
      continue;
    struct dw_value value = dw_value_member(problems->arena, object->field, object->json, members[i].name);
    good = members[i].check(problems, &value) && good;
  }
  return good;
}

static bool complain(struct dw_problems *problems, const struct dw_value *value, struct dw_complaint complaint) {
  dw_problem_complain(problems, DW_IPAM_UNREADABLE, value, complaint);
  return false;
}

/* Removes the edits of the last problem: quotes around a number do not make it an address, and a route needs a
 * destination. Returns false. */
static bool forget_edits(struct dw_problems *problems) {
  if (problems->count > 0)
    problems->items[problems->count - 1].edits = (struct dw_edits){NULL, 0};
  return false;
}

/* A net.IP: "" is no address, anything else is read strictly. */
static bool check_address_text(struct dw_problems *problems, const struct dw_value *value) {
  struct dw_addr addr;
  if (!check_text(problems, value))
    return forget_edits(problems);
  if (value->text == NULL || value->text[0] == '\0' || dw_addr_parse(value->text, DW_ADDR_STRICT, &addr))
    return true;
  return complain(problems, value, dw_complain_address(problems->arena, value->text));
}

/* A types.IPNet: null and "" are errors, because its decoder is called for them, too. */
static bool check_destination(struct dw_problems *problems, const struct dw_value *value) {
  struct dw_prefix prefix;
  if (value->text == NULL) {
    dw_problem_wrong_type(problems, value, "a string");
    return forget_edits(problems);
  }
  if (dw_prefix_parse(value->text, DW_ADDR_STRICT, &prefix, NULL))
    return true;
  return complain(problems, value, dw_complain_cidr(problems->arena, value->text));
}

/* `Address` and `address` are two fields in Go, and only `address` is meant for users. */
static bool check_address_cidr(struct dw_problems *problems, const struct dw_value *value) {
  struct dw_prefix prefix;
  if (!check_text(problems, value))
    return forget_edits(problems);
  size_t length = strlen(value->field);
  bool capital = length > 8 && strcmp(value->field + length - 8, ".Address") == 0;
  if (!capital && value->text != NULL && dw_prefix_parse(value->text, DW_ADDR_SLOPPY, &prefix, NULL))
    return true;
  if (value->text != NULL && !capital)
    return complain(problems, value, dw_complain_cidr(problems->arena, value->text));
  if (!capital)
    return complain(problems, value,
                    (struct dw_complaint){.what = "is missing", .fix = "use ADDRESS/LENGTH, such as 10.200.5.9/24"});
  struct dw_ipam_problem *problem = dw_problem_complain(
      problems, DW_IPAM_UNREADABLE, value,
      (struct dw_complaint){.what = "whereabouts accepts a string only under the key \"address\", in lower case",
                            .fix = "use address"});
  if (problem != NULL && value->text != NULL && dw_prefix_parse(value->text, DW_ADDR_SLOPPY, &prefix, NULL))
    problem->edits = dw_edit_rename(problems->arena, value->field, "address");
  return false;
}

static const struct checked route_members[] = {{"dst", check_destination, false},  {"gw", check_address_text, false},
                                               {"mtu", check_integer, false},      {"advmss", check_integer, false},
                                               {"priority", check_integer, false}, {"table", check_integer, false},
                                               {"scope", check_integer, false}};
static const struct checked address_members[] = {{"address", check_address_cidr, true},
                                                 {"gateway", check_address_text, false}};
static const struct checked dns_members[] = {{"nameservers", check_texts, false},
                                             {"domain", check_text, false},
                                             {"search", check_texts, false},
                                             {"options", check_texts, false}};
static const struct checked kubernetes_members[] = {{"kubeconfig", check_text, false},
                                                    {"k8s_api_root", check_text, false}};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool check_object(struct dw_problems *problems, const struct dw_value *value, const struct checked *members,
                         size_t count) {
  return check_json(problems, value, DW_JSON_OBJECT, "an object") && check_members(problems, value, members, count);
}

static bool check_objects(struct dw_problems *problems, const struct dw_value *value, const struct checked *members,
                          size_t member_count) {
  if (!check_json(problems, value, DW_JSON_ARRAY, "a list of objects"))
    return false;
  bool good = true;
  size_t count = dw_json_size(value->json);
  for (size_t i = 0; i < count && !dw_problems_full(problems, DW_IPAM_UNREADABLE); i++) {
    struct dw_value place = dw_value_element(problems->arena, value->field, i, dw_json_at(value->json, i));
    good = check_object(problems, &place, members, member_count) && good;
  }
  return good;
}

bool dw_ipam_check_type(struct dw_problems *problems, enum dw_ipam_key key, const struct dw_value *value) {
  if (!dw_value_given(value))
    return true;
  switch (key) {
  case DW_IPAM_ADDRESSES:
    return check_objects(problems, value, address_members, COUNT(address_members));
  case DW_IPAM_ROUTES:
    return check_objects(problems, value, route_members, COUNT(route_members));
  case DW_IPAM_IP_RANGES: /* ipam_whereabouts.c reads its entries */
    return check_json(problems, value, DW_JSON_ARRAY, "a list of objects");
  case DW_IPAM_DNS:
    return check_object(problems, value, dns_members, COUNT(dns_members));
  case DW_IPAM_KUBERNETES:
    return check_object(problems, value, kubernetes_members, COUNT(kubernetes_members));
  case DW_IPAM_EXCLUDE:
    return check_texts(problems, value);
  case DW_IPAM_RANGE:
    return check_json(problems, value, DW_JSON_STRING, "a string such as \"10.200.5.0/24\"");
  case DW_IPAM_GATEWAY:
  case DW_IPAM_GATEWAY_FIELD:
  case DW_IPAM_RANGE_END:
  case DW_IPAM_RANGE_START:
    return check_json(problems, value, DW_JSON_STRING, "a string such as \"10.200.5.1\"");
  case DW_IPAM_LEADER_LEASE_DURATION:
  case DW_IPAM_LEADER_RENEW_DEADLINE:
  case DW_IPAM_LEADER_RETRY_PERIOD:
  case DW_IPAM_SLEEP_FOR_RACE:
    return check_integer(problems, value);
  case DW_IPAM_ENABLE_OVERLAPPING_RANGES:
    return check_json(problems, value, DW_JSON_BOOL, "a boolean");
  default:
    return check_text(problems, value);
  }
}
