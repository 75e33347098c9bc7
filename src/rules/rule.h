/* A rule: one function and one row in its family's table. Rules are pure: request, policy and view in, findings out. */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cluster/migration.h"
#include "cluster/policy.h"
#include "cluster/view.h"
#include "cni/cni.h"
#include "rules/review.h"
#include "json/edit.h"

struct dw_check;

/* The objects and operations that a rule applies to. */
enum dw_scope {
  DW_SCOPE_NAD,           /* NetworkAttachmentDefinition, CREATE and UPDATE */
  DW_SCOPE_NAD_CANDIDATE, /* the same, for migration networks and NADs that only look like one
                              (dw_classification.looks_like_migration) */
  DW_SCOPE_NAD_DELETE,    /* only DELETE */
  DW_SCOPE_CONFIG,        /* HyperConverged and KubeVirt, CREATE and UPDATE */
  DW_SCOPE_LIMITS,        /* the same and MigrationPolicy */
  DW_SCOPE_MIGRATION_POLICY,
  DW_SCOPE_HYPERCONVERGED,
  DW_SCOPE_MANIFEST, /* an object of a file, before anything else: only in `check` */
  DW_SCOPE_VMI       /* VirtualMachineInstance: only in the audit */
};

struct dw_rule {
  const char *id;
  enum dw_scope scope;
  enum dw_action migration; /* default action on a migration network; for other scopes the only one */
  enum dw_action other;     /* default action on any other NAD; DW_ACTION_NONE if it does not apply */
  const char *finds;        /* for the catalogue: what it finds, without a full stop */
  const char *fix;          /* for the catalogue: how to fix it */
  void (*check)(struct dw_check *check, const struct dw_rule *rule);
};

/* The reasons of metav1.StatusCause, and how the API server prints them. */
enum dw_reason {
  DW_REASON_REQUIRED,      /* FieldValueRequired: "Required value" (the value is not shown) */
  DW_REASON_INVALID,       /* FieldValueInvalid: "Invalid value: \"x\"" */
  DW_REASON_DUPLICATE,     /* FieldValueDuplicate: "Duplicate value: \"x\"" */
  DW_REASON_NOT_FOUND,     /* FieldValueNotFound: "Not found: \"x\"" */
  DW_REASON_NOT_SUPPORTED, /* FieldValueNotSupported: "Unsupported value: \"x\"" */
  DW_REASON_FORBIDDEN      /* FieldValueForbidden: "Forbidden" (the value is not shown) */
};

/* A part of a text that is valid as long as the finding. */
struct dw_passage {
  const char *text; /* NULL if there is none */
  size_t length;
};

/* What was found, complete. The texts of a finding, by contrast, are for people: escaped, and cut if they are long. */
struct dw_facts {
  const char *field;
  const char *value;   /* NULL if there is none */
  const char *what;    /* or its gist */
  const dw_json *json; /* this and the next three as in dw_found */
  const struct dw_interval_set *addresses;
  struct dw_passage about;
  bool unreadable;
};

struct dw_finding {
  const struct dw_rule *rule;
  enum dw_action action; /* the action in force: WARN or DENY */
  bool unverified;       /* facts were missing: `what` begins with "could not be checked: " */
  bool cluster_unknown;  /* unverified because nothing is known about the cluster's objects of some kind */
  bool unavailable;      /* the facts are not available now, and the answer depends on them: 503 */
  bool tolerated; /* a denial turned into a warning: it was so before this UPDATE, or the object is being deleted */
  enum dw_reason reason;
  const char *field;
  const char *value; /* as shown between quotes; NULL shows none */
  const char *what;
  const char *fix;       /* NULL if there is nothing to add */
  struct dw_edits edits; /* what FIX says, if it can be done mechanically */
  bool of_key;           /* this and the next two as in dw_found */
  int line, column;
  /* Why the finding is excepted; in a list of findings that count: the exception for it that has expired, or NULL. */
  const struct dw_exception *exception;
  struct dw_facts facts; /* used to recognise an old finding in a new object */
};

struct dw_findings {
  struct dw_finding *items;
  size_t count;
  size_t capacity;
  size_t more_denials; /* findings beyond 256 of one rule, which are only counted */
  size_t more_warnings;
};

/* The denials of a NAD that another object names. */
struct dw_nad_findings {
  struct dw_findings denials;
  struct dw_findings excepted;
};

/* An object as it is in a file. */
struct dw_manifest_facts {
  const dw_json *json;
  const char *wrapper;  /* apiVersion of the object that contains it; NULL if none does */
  const char *template; /* the text that it is in, if that has templates or is not YAML; else NULL */
  /* The exception from FINDING that the manifest of NAD contains; NULL if there is none. May be NULL. */
  const struct dw_exception *(*allowance)(void *context, const struct dw_object *nad, const struct dw_finding *finding);
  void *context;
};

/* The object to judge. Rules read it; only the reporting functions below write to it. */
struct dw_check {
  struct dw_arena *arena;
  const struct dw_policy *policy;
  const struct dw_view *view;     /* for a HyperConverged or KubeVirt: with the pods where the new object places them */
  const struct dw_view *old_view; /* with the pods where they are now */
  enum dw_operation operation;
  enum dw_kind kind; /* NAD, HYPERCONVERGED, KUBEVIRT, MIGRATION_POLICY; VMI under audit */
  const char *ns, *name;
  int64_t today; /* decides which exceptions apply */
  size_t order;  /* for dw_pool_query.before; SIZE_MAX if all NADs count */

  /* NADs */
  struct dw_classification class;
  const struct dw_cni_config *config;     /* NULL on DELETE */
  const struct dw_cni_config *old_config; /* UPDATE only */
  struct dw_sync_controllers sync;        /* pods other than virt-handler that need addresses */

  /* HyperConverged, KubeVirt, MigrationPolicy */
  const struct dw_migration_config *migration;
  const struct dw_migration_config *old_migration; /* UPDATE only */
  const struct dw_migration_config
      *cluster; /* for a MigrationPolicy: the cluster's values, for what it omits; or NULL */

  const struct dw_manifest_facts *manifest; /* only in `check` */

  const struct dw_object *vmi; /* only in the audit */

  /* Judges a NAD as a migration network, for network-unfit: dw_judge_nad(). */
  struct dw_nad_findings (*judge_nad)(struct dw_check *check, const struct dw_object *nad);

  struct dw_findings findings;
  struct dw_findings excepted; /* by the policy: they do not count, but are shown */
  bool unavailable;            /* the answer depends on a fact that is not available now: 503 */
  const char *unavailable_why;
};

/* What a rule found, for dw_report(). Use designated initializers, and omit what does not apply. */
struct dw_found {
  enum dw_reason reason;
  const char *field;
  const char *via;       /* the annotation that sets FIELD of another object; NULL if FIELD is in this object */
  const char *value;     /* the offending value as written; NULL if there is none to show */
  const char *fix;       /* "choose a range outside it"; NULL if the message already says it */
  struct dw_edits edits; /* FIX as edits of the object; copied */
  bool warn_at_most;     /* this case of the rule never denies */
  bool as_migration;     /* use the action for migration networks, whatever this NAD is (overlap-network) */
  /* What the mistake is about, if FIELD, VALUE and the text do not identify it: a finding with other data is another
   * mistake. All of it must be valid as long as the finding. */
  const dw_json *json; /* the offending value, which may be an object or a list */
  const struct dw_interval_set *addresses;
  struct dw_passage about; /* of a JSON text; white space does not count */
  /* What is wrong, if the text also contains something that may change without being another mistake: a path, a line, a
   * reason. */
  const char *gist;
  /* ABOUT could not be read completely, so its content is unknown: such a finding is an old one only if ABOUT has the
   * same bytes as before. */
  bool unreadable;
  const struct dw_exception *exception; /* the finding is about another object, for which there is this exception */
  /* For showing the position: the key of FIELD is wrong, not its value; line and column inside FIELD's text (1-based,
   * columns in bytes), 0 for the whole text. */
  bool of_key;
  int line, column;
};

/* Records a finding; WHAT says what is wrong ("overlaps the pod network 10.128.0.0/14 (Network cluster)"). Nothing is
 * recorded if the policy turns the rule off or the rule does not apply. All text is copied; it must not contain the
 * rule's id. */
void dw_report(struct dw_check *check, const struct dw_rule *rule, const struct dw_found *found, const char *what, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* Facts are missing: adds the warning "could not be checked: WHY". */
void dw_report_unverified(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* The same if the missing facts are objects of the cluster, which a state folder or a kubeconfig would provide. */
void dw_report_unknown(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* The facts are not available now: the review is answered with 503, unless it is denied anyway. */
void dw_report_unavailable(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* Moves the findings for which DECIDE returns an exception from FINDINGS to EXCEPTED, both of which are in ARENA.
 */
void dw_findings_except(struct dw_arena *arena, struct dw_findings *findings, struct dw_findings *excepted,
                        const struct dw_exception *(*decide)(void *context, const struct dw_finding *finding),
                        void *context) __attribute__((nonnull(1, 2, 3, 4)));

/* A value as a message quotes it: the text of a string, anything else as JSON. */
const char *dw_json_shown(struct dw_arena *arena, const dw_json *json) __attribute__((nonnull(1), returns_nonnull));

/* "FieldValueInvalid" ... */
const char *dw_reason_name(enum dw_reason reason) __attribute__((returns_nonnull));
/* `Invalid value: "x": WHAT; FIX [rule-id]` */
const char *dw_finding_message(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));
/* A whole finding on one line, of any length: `FIELD: MESSAGE` of a denial, `FIELD: WHAT; FIX [rule-id]` of a warning,
 * because the API server's "Invalid value" would be wrong there. */
const char *dw_finding_line(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));
/* `FIELD: WHAT; FIX [rule-id]`, without control characters: at most 120 bytes if omitting FIX makes that possible,
 * never more than 256. */
const char *dw_finding_warning(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));

#endif
