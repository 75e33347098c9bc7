#include "cluster/policy_schema.h"

#include "cluster/policy_fields.h"
#include "json/json_write.h"

/* --- patterns: without escapes that JavaScript and Python read differently --- */

#define LABEL_NAME "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
#define DNS_LABEL "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
#define LABEL_KEY "(" DNS_LABEL "([.]" DNS_LABEL ")*/)?" LABEL_NAME
#define LABEL_VALUE "(" LABEL_NAME ")?"
#define SPACE "[ \t\r\n]"
#define SPACES SPACE "*"
#define VALUE_SET "[(]" SPACES LABEL_VALUE SPACES "(," SPACES LABEL_VALUE SPACES ")*[)]"
#define SELECTOR_TERM                                                                                                  \
  "(!" SPACES LABEL_KEY "|" LABEL_KEY "(" SPACES "(==?|!=)" SPACES LABEL_VALUE "|" SPACE                               \
  "+(in|notin)" SPACES VALUE_SET ")?)"

#define OCTET "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define IPV4 OCTET "([.]" OCTET "){3}"
#define IPV6 "[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
#define BITS4 "(3[0-2]|[12]?[0-9])"
#define BITS6 "(12[0-8]|1[01][0-9]|[1-9]?[0-9])"

static const char namespace_pattern[] = "^" DNS_LABEL "$";
static const char selector_pattern[] = "^" SPACES "(" SELECTOR_TERM SPACES "(," SPACES SELECTOR_TERM SPACES ")*)?$";
static const char cidr_pattern[] = "^(" IPV4 "/0*" BITS4 "|" IPV6 "/0*" BITS6 ")$";
/* Without a year's length: the reader knows leap years. */
#define DATE                                                                                                           \
  "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"

static const char reason_pattern[] = "[^ \t\r\n]";
static const char date_pattern[] = "^" DATE "$";
static const char range_pattern[] = "^((" IPV4 "|" IPV6 ")-)?(" IPV4 "/" BITS4 "|" IPV6 "/" BITS6 ")$";

/* --- shapes --- */

struct schema {
  struct dw_json_writer w;
  const struct dw_policy_rule *rules;
  size_t rule_count;
};

static void put_type(struct schema *s, const char *type, bool nullable) {
  if (!nullable) {
    dw_json_member_string(&s->w, "type", type);
    return;
  }
  dw_json_key(&s->w, "type");
  dw_json_begin_array(&s->w);
  dw_json_put_string(&s->w, type);
  dw_json_put_string(&s->w, "null");
  dw_json_end_array(&s->w);
}

static void put_pattern(struct schema *s, const char *pattern) {
  put_type(s, "string", false);
  dw_json_member_string(&s->w, "pattern", pattern);
}

static void put_limit(struct schema *s, const struct dw_policy_field *field) {
  put_type(s, "integer", true);
  dw_json_member_int(&s->w, "minimum", field->lowest);
  dw_json_member_int(&s->w, "maximum", field->highest);
}

/* YAML 1.1 reads an unquoted off as false. */
static void put_rules(struct schema *s, const struct dw_policy_field *field) {
  put_type(s, "object", field->nullable);
  dw_json_member_bool(&s->w, "additionalProperties", false);
  dw_json_key(&s->w, "properties");
  dw_json_begin_object(&s->w);
  for (size_t i = 0; i < s->rule_count; i++) {
    dw_json_key(&s->w, s->rules[i].id);
    dw_json_begin_object(&s->w);
    dw_json_member_string(&s->w, "description", s->rules[i].about);
    dw_json_key(&s->w, "enum");
    dw_json_put_raw(&s->w, "[\"deny\", \"warn\", \"off\", false]");
    dw_json_end_object(&s->w);
  }
  dw_json_end_object(&s->w);
}

static void put_rule(struct schema *s) {
  dw_json_key(&s->w, "enum");
  dw_json_begin_array(&s->w);
  for (size_t i = 0; i < s->rule_count; i++)
    dw_json_put_string(&s->w, s->rules[i].id);
  dw_json_end_array(&s->w);
}

static void put_field(struct schema *s, const struct dw_policy_field *field);

static void put_required(struct schema *s, const struct dw_policy_field *field) {
  bool begun = false;
  for (size_t i = 0; i < field->field_count; i++) {
    if (!field->fields[i].required)
      continue;
    if (!begun) {
      dw_json_key(&s->w, "required");
      dw_json_begin_array(&s->w);
      begun = true;
    }
    dw_json_put_string(&s->w, field->fields[i].key);
  }
  if (begun)
    dw_json_end_array(&s->w);
}

static void put_object(struct schema *s, const struct dw_policy_field *field) {
  put_type(s, "object", field->nullable);
  put_required(s, field);
  dw_json_member_bool(&s->w, "additionalProperties", false);
  dw_json_key(&s->w, "properties");
  dw_json_begin_object(&s->w);
  for (size_t i = 0; i < field->field_count; i++) {
    dw_json_key(&s->w, field->fields[i].key);
    dw_json_begin_object(&s->w);
    put_field(s, &field->fields[i]);
    dw_json_end_object(&s->w);
  }
  dw_json_end_object(&s->w);
}

static void put_list(struct schema *s, const struct dw_policy_field *field) {
  put_type(s, "array", field->nullable);
  if (field->least > 0)
    dw_json_member_int(&s->w, "minItems", (int64_t)field->least);
  dw_json_key(&s->w, "items");
  dw_json_begin_object(&s->w);
  put_field(s, field->fields);
  dw_json_end_object(&s->w);
}

/* Writes the members of FIELD's schema into the current object. */
static void put_field(struct schema *s, const struct dw_policy_field *field) {
  dw_json_member_string(&s->w, "description", field->about);
  if (field->by_default != NULL) {
    dw_json_key(&s->w, "default");
    dw_json_put_raw(&s->w, field->by_default);
  }
  switch (field->shape) {
  case DW_POLICY_OBJECT:
    put_object(s, field);
    return;
  case DW_POLICY_LIST:
    put_list(s, field);
    return;
  case DW_POLICY_WORD:
    dw_json_member_string(&s->w, "const", field->word);
    return;
  case DW_POLICY_TEXT:
    put_type(s, "string", false);
    dw_json_member_int(&s->w, "minLength", 1);
    return;
  case DW_POLICY_NAMESPACE:
    put_pattern(s, namespace_pattern);
    return;
  case DW_POLICY_SELECTOR:
    put_pattern(s, selector_pattern);
    return;
  case DW_POLICY_SWITCH:
    put_type(s, "boolean", false);
    return;
  case DW_POLICY_LIMIT:
    put_limit(s, field);
    return;
  case DW_POLICY_CIDR:
    put_pattern(s, cidr_pattern);
    return;
  case DW_POLICY_RANGE:
    put_pattern(s, range_pattern);
    return;
  case DW_POLICY_RULES:
    put_rules(s, field);
    return;
  case DW_POLICY_RULE:
    put_rule(s);
    return;
  case DW_POLICY_REASON:
    put_pattern(s, reason_pattern);
    return;
  case DW_POLICY_DATE:
    put_pattern(s, date_pattern);
    return;
  }
}

void dw_policy_schema(struct dw_buf *out, const struct dw_policy_rule *rules, size_t count) {
  struct schema schema = {DW_JSON_PRETTY_WRITER(out), rules, count};
  dw_json_begin_object(&schema.w);
  dw_json_member_string(&schema.w, "$schema", "http://json-schema.org/draft-07/schema#");
  dw_json_member_string(&schema.w, "title", "Droveway policy");
  put_field(&schema, &dw_policy_document);
  dw_json_end_object(&schema.w);
  dw_buf_putc(out, '\n');
}
