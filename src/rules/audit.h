/* The rules on what is there already: every NAD, HyperConverged and KubeVirt of a view judged as it stands. */
#ifndef RULES_AUDIT_H
#define RULES_AUDIT_H

#include "rules/engine.h"

/* One object that stands, as it is found. */
struct dw_audited {
  const struct dw_object *object;
  struct dw_judgement judgement;
};

struct dw_audit_result {
  size_t objects;   /* judged */
  size_t violating; /* of these, with a denying finding */
  size_t denials, warnings;
};

struct dw_audit {
  const struct dw_world *world;
  /* Called for every object with findings; what it gets lives until it returns. NULL: only the numbers are wanted. */
  void (*see)(void *context, const struct dw_audited *audited);
  void *context;
  bool see_all;                  /* see() is called for the objects without findings, too */
  struct dw_audit_result result; /* the numbers so far */
  bool vmis_unverified;          /* said once already; begins as false */
};

/* Judges each NAD, HyperConverged and KubeVirt of the world as a CREATE of what it is now (itself passed over), and by
 * `migration-bypassed` each VirtualMachineInstance that the view holds, in the order of the view. */
void dw_audit_run(struct dw_audit *audit) __attribute__((nonnull));

/* The same for one VirtualMachineInstance that the view does not hold: a live view keeps none. */
void dw_audit_vmi(struct dw_audit *audit, const struct dw_object *vmi) __attribute__((nonnull));

#endif
