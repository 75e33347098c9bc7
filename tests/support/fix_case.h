/* Judges an object and checks which changes fix it, and that they do. */
#ifndef SUPPORT_FIX_CASE_H
#define SUPPORT_FIX_CASE_H

#include <stdbool.h>

#include "json/edit.h"

struct fix_case {
  const char *rule;
  const char *object; /* YAML */
  const char *state;  /* the cluster's objects, YAML; NULL: tests/support/nad_cluster.yaml */
  const char *policy; /* YAML; NULL: the default */
  const char *edits;  /* those of all findings of RULE, in order, one a line: "set spec.config.vlan 10\n", "remove F\n",
                         "rename F KEY\n", "append F JSON\n", "move F PATH\n"; "" if there are none */
};

/* Checks that the findings of RULE have exactly these changes. If there are any, they are applied, one finding after
 * another, and judged again: RULE then finds nothing, and no other rule denies what it did
 * not deny before. Fails if RULE finds nothing at first. */
void fix_expect(const struct fix_case *fix);

/* The same for the NAD "net" in openshift-cnv, labelled as a migration network, whose spec.config is CONFIG. */
void fix_expect_config(const char *rule, const char *config, const char *edits);

/* Whether findings of RULE about FIX->object have changes, whatever they are. Those are checked as above. */
bool fix_exists(const struct fix_case *fix);

/* A copy of OBJECT with the changes of EDITS. Its texts that contain JSON are changed like objects. */
const dw_json *fix_apply(struct dw_arena *arena, const dw_json *object, const struct dw_edits *edits);

#endif
