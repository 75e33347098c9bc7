/* The audit: judges every existing NAD, HyperConverged and KubeVirt of a view as if it were created now. */
#ifndef RULES_AUDIT_H
#define RULES_AUDIT_H

#include "rules/engine.h"

/* An audited object and what was found in it. */
struct dw_audited {
  const struct dw_object *object;
  struct dw_judgement judgement;
};

struct dw_audit_result {
  size_t objects;   /* judged */
  size_t violating; /* of these, with a denying finding */
  size_t denials, warnings;
  size_t excepted; /* findings that do not count, because of an exception of the policy */
};

struct dw_audit {
  const struct dw_world *world;
  /* Called for every object with findings; its argument is valid until it returns. NULL if only the numbers are needed.
   */
  void (*notify)(void *context, const struct dw_audited *audited);
  void *context;
  bool notify_all;               /* call notify() for objects without findings, too */
  bool *used;                    /* set for each exception of the world's policy that applied to a finding; NULL if not
                                    needed. The caller provides it, and clears it at first */
  struct dw_audit_result result; /* the numbers so far */
  bool vmis_unverified;          /* already reported; must be false at first */
  bool vmis_audited;             /* at least one was; must be false at first */
};

/* Judges each NAD, HyperConverged and KubeVirt of the world as a CREATE of its current state, without comparing it with
 * itself; and, with the rule migration-bypassed, each VirtualMachineInstance of the view. The order is that of the
 * view. */
void dw_audit_run(struct dw_audit *audit) __attribute__((nonnull));

/* The same for one VirtualMachineInstance that is not in the view: a live view keeps none. */
void dw_audit_vmi(struct dw_audit *audit, const struct dw_object *vmi) __attribute__((nonnull));

/* After an audit with USED: returns true if EXCEPTION, one of the world's policy, has not expired but is not needed:
 * nothing is found without it either. Some rules are about changes, which no audit can see: their exceptions are needed
 * if there is an object that they match. */
bool dw_audit_is_unused(const struct dw_audit *audit, const struct dw_exception *exception) __attribute__((nonnull));

#endif
