/* What the engine's own files share. */
#ifndef RULES_RULES_INTERNAL_H
#define RULES_RULES_INTERNAL_H

#include "rules/engine.h"
#include "rules/rule.h"

/* Of one rule, this many findings are kept with their texts; the rest are counted. */
enum { DW_FINDINGS_PER_RULE = 256 };

/* The action in force for RULE on the object under judgement. AS_MIGRATION: as on a migration network. */
enum dw_action dw_check_action(const struct dw_check *check, const struct dw_rule *rule, bool as_migration)
    __attribute__((nonnull));

/* `Invalid value: "x": WHAT`, without the fix and the rule's id. */
const char *dw_finding_text(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));

/* What an unverified finding lacks, without the words that begin it. */
const char *dw_finding_why(const struct dw_finding *finding) __attribute__((nonnull, returns_nonnull));

/* Returns true if both are the same mistake: the same rule found the same facts in the same field. */
bool dw_finding_same(const struct dw_finding *a, const struct dw_finding *b) __attribute__((nonnull));
/* The same, though perhaps in different fields. */
bool dw_finding_same_facts(const struct dw_finding *a, const struct dw_finding *b) __attribute__((nonnull));

/* Where a finding is, for those whose path has changed. */
struct dw_finding_place {
  struct dw_finding *finding;
  const char *path; /* its field without indexes, and without a list that may be left out ("plugins[0].") */
  const struct dw_cni_plugin *plugin; /* that it is in; NULL where in none */
  size_t siblings;                    /* how many plugins the list of PLUGIN has; 0 where it is not in a list */
  const dw_json *element;             /* the innermost list element that it is in, or PLUGIN's; NULL where in none */
};
/* OBJECT: what CHECK is loaded with. */
struct dw_finding_place dw_finding_place(const struct dw_check *check, const dw_json *object,
                                         struct dw_finding *finding) __attribute__((nonnull(1, 3)));
/* Whether NOW is the mistake OLD after a list's elements have moved, or a plugin became a list of plugins. A mistake
 * without a value of its own is recognised by the list element that it is in. */
bool dw_finding_moved(const struct dw_finding_place *old, const struct dw_finding_place *now) __attribute__((nonnull));

/* TEXT cut to at most MAX bytes (with "..." at the end where it was cut) on a UTF-8 border; owned by the arena. */
const char *dw_text_cut(struct dw_arena *arena, const char *text, size_t max) __attribute__((nonnull, returns_nonnull));

/* The object that a request is about: the new one, on DELETE the old one; NULL where there is none. */
const dw_json *dw_request_subject(const struct dw_request *request) __attribute__((nonnull));
/* Whether the object that exists is on its way out; only an UPDATE or DELETE can be about such a one. */
bool dw_request_deleting(const struct dw_request *request) __attribute__((nonnull));
/* A warning about a registration that sends what Droveway has no rules for; NULL where it has. */
const char *dw_request_note(struct dw_arena *arena, const struct dw_request *request) __attribute__((nonnull));

/* WORLD's policy, in KubeVirt's namespace as REQUEST tells it where nobody else has. */
const struct dw_policy *dw_request_policy(struct dw_arena *arena, const struct dw_world *world,
                                          const struct dw_request *request) __attribute__((nonnull, returns_nonnull));

/* A check of REQUEST in WORLD, with nothing loaded yet. */
struct dw_check dw_check_new(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) __attribute__((nonnull));

/* Prepares CHECK for OBJECT (NULL reads as empty): what the rules read of it. OLD may be NULL. */
void dw_check_load(struct dw_check *check, const dw_json *object, const dw_json *old) __attribute__((nonnull(1)));

/* Makes CHECK, which was loaded for an UPDATE, one of OLD, its old object, without reading that again. */
void dw_check_turn_back(struct dw_check *check, const dw_json *old) __attribute__((nonnull));

/* Runs the rules in scope; what they find is in CHECK in the order of the catalogue. */
void dw_check_run(struct dw_check *check) __attribute__((nonnull));

/* The judgement that the findings of CHECK make. */
struct dw_judgement dw_check_conclude(const struct dw_check *check) __attribute__((nonnull));

/* Turns denials that the object being deleted, or the old object, had already into standing warnings. */
void dw_ratchet(struct dw_check *check, const struct dw_request *request) __attribute__((nonnull));

#endif
