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
  char *excepted; /* LINES for findings that do not count because of an exception */
  char *unused;   /* "RULE NAMESPACE/NAME\n" for each exception that is not needed */
};

/* Audits the objects in STATE (YAML) under POLICY (YAML; NULL: the default), with the same KNOWLEDGE for all kinds.
 * Free it with audited_free(). */
struct audited audit_knowing(const char *state, const char *policy, enum dw_knowledge knowledge);
/* The same on the date TODAY, such as "2026-11-30". */
struct audited audit_on(const char *state, const char *policy, const char *today);
struct audited audit_of(const char *state); /* everything is known; the default policy */
void audited_free(struct audited *audited);
#define AUDITED_SCOPED __attribute__((cleanup(audited_free))) struct audited

/* Checks that the audit of STATE produces exactly these lines. */
void audit_expect(const char *state, const char *lines);

#endif
