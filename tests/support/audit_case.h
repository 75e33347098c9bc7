/* An audit of a world, for tests. */
#ifndef TESTS_SUPPORT_AUDIT_CASE_H
#define TESTS_SUPPORT_AUDIT_CASE_H

#include "rules/audit.h"

struct audited {
  struct dw_audit_result result;
  /* "deny range-empty NetworkAttachmentDefinition ns/name FIELD\n" for each finding, "unverified" or "tolerated" for
   * "warn" where it is so. */
  char *lines;
  char *messages; /* dw_finding_message() of each finding, one per line */
};

/* Audits the objects in STATE (YAML) under POLICY (YAML; NULL: the default), with the same KNOWLEDGE for all kinds.
 * Free it with audited_free(). */
struct audited audit_knowing(const char *state, const char *policy, enum dw_knowledge knowledge);
struct audited audit_of(const char *state); /* everything is known; the default policy */
void audited_free(struct audited *audited);
#define AUDITED_SCOPED __attribute__((cleanup(audited_free))) struct audited

/* Checks that the audit of STATE produces exactly these lines. */
void audit_expect(const char *state, const char *lines);

#endif
