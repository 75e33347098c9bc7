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

struct dw_check;

/* Which objects and operations a rule reads. */
enum dw_scope {
  DW_SCOPE_NAD,            /* NetworkAttachmentDefinition, CREATE and UPDATE */
  DW_SCOPE_NAD_CALLED_ONE, /* the same, of migration networks and of what only looks like one
                              (dw_classification.looks_so) */
  DW_SCOPE_NAD_DELETE,     /* only DELETE */
  DW_SCOPE_CONFIG,         /* HyperConverged and KubeVirt, CREATE and UPDATE */
  DW_SCOPE_LIMITS,         /* the same and MigrationPolicy */
  DW_SCOPE_MIGRATION_POLICY,
  DW_SCOPE_HYPERCONVERGED,
  DW_SCOPE_MANIFEST, /* an object of a file, before it is anything else: `check` alone */
  DW_SCOPE_VMI       /* VirtualMachineInstance: no request, audit alone */
};

struct dw_rule {
  const char *id;
  enum dw_scope scope;
  enum dw_action migration; /* default action on a migration network; for CONFIG scopes the only one */
  enum dw_action other;     /* default action on any other NAD; DW_ACTION_NONE where it does not apply */
  const char *finds;        /* for the catalogue: what it finds, in one sentence without a full stop */
  const char *fix;          /* for the catalogue: how to fix it */
  void (*check)(struct dw_check *check, const struct dw_rule *rule);
};

/* The reasons of metav1.StatusCause, and the words in which the API server prints them. */
enum dw_reason {
  DW_REASON_REQUIRED,      /* FieldValueRequired: "Required value" (the value is not shown) */
  DW_REASON_INVALID,       /* FieldValueInvalid: "Invalid value: \"x\"" */
  DW_REASON_DUPLICATE,     /* FieldValueDuplicate: "Duplicate value: \"x\"" */
  DW_REASON_NOT_FOUND,     /* FieldValueNotFound: "Not found: \"x\"" */
  DW_REASON_NOT_SUPPORTED, /* FieldValueNotSupported: "Unsupported value: \"x\"" */
  DW_REASON_FORBIDDEN      /* FieldValueForbidden: "Forbidden" (the value is not shown) */
};

/* A part of a text that lives as long as the finding. */
struct dw_passage {
  const char *text; /* NULL where there is none */
  size_t length;
};

/* What was found, whole. The texts of a finding are made for people: clean, and cut where they are long. */
struct dw_facts {
  const char *field;
  const char *value;   /* NULL where there is none */
  const char *what;    /* or the gist of it */
  const dw_json *json; /* as in dw_found, as the next three */
  const struct dw_interval_set *addresses;
  struct dw_passage about;
  bool unreadable;
};

struct dw_finding {
  const struct dw_rule *rule;
  enum dw_action action; /* WARN or DENY, in force */
  bool unverified;       /* the rule lacked facts: `what` begins with "could not be checked: " */
  bool unavailable;      /* the facts exist but are not available now, and the answer depends on them: 503 */
  bool standing; /* a denial turned into a warning: it was so before this UPDATE, or the object is being deleted */
  enum dw_reason reason;
  const char *field;
  const char *value; /* as shown between quotes; NULL shows none */
  const char *what;
  const char *fix; /* NULL where there is nothing to add */
  bool of_key;     /* as in dw_found, as the next */
  int line, column;
  struct dw_facts facts; /* by which an old finding is recognised in a new object */
};

struct dw_findings {
  struct dw_finding *items;
  size_t count;
  size_t capacity;
  size_t more_denials; /* of a rule that found more than are kept (256 of each rule): only counted */
  size_t more_warnings;
};

/* An object as a file has it. */
struct dw_manifest_facts {
  const dw_json *json;
  const char *wrapper;  /* apiVersion of the object that carries it; NULL where it stands by itself */
  const char *template; /* the text, with templates or not YAML, that it is in; NULL where it is none */
};

/* One object under judgement. Rules read it; only the reporting functions below write to it. */
struct dw_check {
  struct dw_arena *arena;
  const struct dw_policy *policy;
  const struct dw_view *view;     /* of a HyperConverged or KubeVirt: with the pods where it puts them */
  const struct dw_view *old_view; /* with the pods where they are */
  enum dw_operation operation;
  enum dw_kind kind; /* NAD, HYPERCONVERGED, KUBEVIRT, MIGRATION_POLICY; VMI under audit */
  const char *ns, *name;
  size_t order; /* for dw_pool_query.before; SIZE_MAX where all NADs count */

  /* NADs */
  struct dw_classification class;
  const struct dw_cni_config *config;     /* NULL on DELETE */
  const struct dw_cni_config *old_config; /* UPDATE only */
  struct dw_sync_controllers sync;        /* pods beyond virt-handler that take addresses, too */

  /* HyperConverged, KubeVirt, MigrationPolicy */
  const struct dw_migration_config *migration;
  const struct dw_migration_config *old_migration; /* UPDATE only */
  const struct dw_migration_config *cluster;       /* of a MigrationPolicy: what holds where it says nothing; or NULL */

  const struct dw_manifest_facts *manifest; /* under `check` */

  const struct dw_object *vmi; /* VirtualMachineInstance: under audit */

  /* Judges a NAD as a migration network, for network-unfit: dw_judge_nad(). */
  struct dw_findings (*judge_nad)(struct dw_check *check, const struct dw_object *nad);

  struct dw_findings findings;
  bool unavailable; /* an answer hangs on a fact that can't be had now: 503 */
  const char *unavailable_why;
};

/* What a rule found, for dw_report(). Designated initializers leave out what does not apply. */
struct dw_found {
  enum dw_reason reason;
  const char *field;
  const char *via;   /* the annotation that sets FIELD, of another object; NULL where FIELD is this object's own */
  const char *value; /* the offending value as written; NULL where there is none to show */
  const char *fix;   /* "choose a range outside it"; NULL where `what` says it all */
  bool warn_at_most; /* this case of the rule never denies */
  bool as_migration; /* judged as on a migration network, whatever this NAD is (overlap-network) */
  /* What it is about, where FIELD, VALUE and the text do not say all of it: with another one it is another mistake.
   * All of them live as long as the finding. */
  const dw_json *json; /* the offending value, which may be an object or a list */
  const struct dw_interval_set *addresses;
  struct dw_passage about; /* of a JSON text; how it is laid out does not count */
  /* What is wrong, where the text also says what may change without it: a path, a line, a reason. */
  const char *gist;
  /* ABOUT is what could not be read, or only in part, so nobody knows what is in it: such a finding never counts as an
   * old one unless ABOUT is the same bytes as before. */
  bool unreadable;
  /* For those who show the place: the key of FIELD is what is wrong, not its value; the place inside FIELD's text
   * (1-based, columns in bytes), 0 where it is the whole. */
  bool of_key;
  int line, column;
};

/* Records a finding; WHAT says what is wrong ("overlaps the pod network 10.128.0.0/14 (Network cluster)"). Nothing is
 * recorded where the policy switched the rule off or it does not apply. All text is copied; it must hold no rule id. */
void dw_report(struct dw_check *check, const struct dw_rule *rule, const struct dw_found *found, const char *what, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* The rule lacks facts: a warning "could not be checked: WHY". */
void dw_report_unverified(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* The facts exist but can't be had now: the review is answered with 503 unless it is denied anyway. */
void dw_report_unavailable(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...)
    __attribute__((nonnull, format(printf, 4, 5)));

/* A value as a message quotes it: the text of a string, anything else as JSON. */
const char *dw_json_shown(struct dw_arena *arena, const dw_json *json) __attribute__((nonnull(1), returns_nonnull));

/* "FieldValueInvalid" ... */
const char *dw_reason_name(enum dw_reason reason) __attribute__((returns_nonnull));
/* `Invalid value: "x": WHAT; FIX [rule-id]` */
const char *dw_finding_message(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));
/* A whole finding on one line, of any length: `FIELD: MESSAGE` of a denial, `FIELD: WHAT; FIX [rule-id]` of a warning,
 * whose value is not invalid as the API server's words would have it. */
const char *dw_finding_line(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));
/* `FIELD: WHAT; FIX [rule-id]`, at most 120 bytes where leaving out FIX can do it, never over 256, no control
 * characters. */
const char *dw_finding_warning(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));

#endif
