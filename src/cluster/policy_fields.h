/* The fields of a policy file. One table: policy_read.c reads by it, and policy_schema.c writes the JSON Schema from
 * it. */
#ifndef CLUSTER_POLICY_FIELDS_H
#define CLUSTER_POLICY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dw_policy_shape {
  DW_POLICY_OBJECT,
  DW_POLICY_LIST,
  DW_POLICY_WORD,      /* one fixed string */
  DW_POLICY_TEXT,      /* a string that is not empty */
  DW_POLICY_NAMESPACE, /* the name of a namespace */
  DW_POLICY_SELECTOR,  /* a label selector */
  DW_POLICY_SWITCH,    /* true or false */
  DW_POLICY_LIMIT,     /* an integer, or null */
  DW_POLICY_CIDR,      /* ADDRESS/LENGTH */
  DW_POLICY_RANGE,     /* ADDRESS/LENGTH or START-END/LENGTH */
  DW_POLICY_RULES,     /* an object of rule ids and actions */
  DW_POLICY_RULE,      /* a rule id */
  DW_POLICY_REASON,    /* a string that is not blank */
  DW_POLICY_DATE       /* YYYY-MM-DD */
};

struct dw_policy_field {
  const char *key;                      /* NULL for the items of a list */
  const char *about;                    /* a sentence for readers of the schema */
  const struct dw_policy_field *fields; /* of an object; of a list, one: its items */
  size_t field_count;
  const char *word;        /* of a WORD */
  int64_t lowest, highest; /* of a LIMIT */
  size_t least;            /* of a LIST: the lowest number of items */
  const char *by_default;  /* JSON text; NULL if the default depends on the cluster, or if there is none */
  enum dw_policy_shape shape;
  bool required;
  bool nullable; /* null is the same as an absent field: `rules:` with everything below commented out */
};

/* The whole document. */
extern const struct dw_policy_field dw_policy_document;

/* The field KEY of the object OBJECT; NULL if it has no such field. */
const struct dw_policy_field *dw_policy_field(const struct dw_policy_field *object, const char *key)
    __attribute__((nonnull));

#endif
