/* What the engine's own files share. */
#ifndef RULES_RULES_INTERNAL_H
#define RULES_RULES_INTERNAL_H

#include "rules/engine.h"
#include "rules/rule.h"

/* This many findings of one rule are kept; the rest are only counted. */
enum { DW_FINDINGS_PER_RULE = 256 };

/* The action in force for RULE on the object of CHECK; with AS_MIGRATION, as on a migration network. */
enum dw_action dw_check_action(const struct dw_check *check, const struct dw_rule *rule, bool as_migration)
    __attribute__((nonnull));

/* `Invalid value: "x": WHAT`, without the fix and the rule's id. */
const char *dw_finding_text(struct dw_arena *arena, const struct dw_finding *finding)
    __attribute__((nonnull, returns_nonnull));

/* What an unverified finding lacks, without the words "could not be checked". */
const char *dw_finding_why(const struct dw_finding *finding) __attribute__((nonnull, returns_nonnull));

/* Returns true if both are the same mistake: the same rule found the same facts in the same field. */
bool dw_finding_same(const struct dw_finding *a, const struct dw_finding *b) __attribute__((nonnull));
/* The same, though perhaps in different fields. */
bool dw_finding_same_facts(const struct dw_finding *a, const struct dw_finding *b) __attribute__((nonnull));

/* The place of a finding, to recognise it after its path has changed. */
struct dw_finding_place {
  struct dw_finding *finding;
  const char *path; /* its field without indexes, and without lists that may be omitted ("plugins[0].") */
  const struct dw_cni_plugin *plugin; /* the plugin that it is in, or NULL */
  size_t siblings;                    /* the number of plugins in PLUGIN's list; 0 if it is not in a list */
  const dw_json *element;             /* the innermost list element that it is in, else PLUGIN's; or NULL */
};
/* OBJECT is the one that CHECK was loaded with. */
struct dw_finding_place dw_finding_place(const struct dw_check *check, const dw_json *object,
                                         struct dw_finding *finding) __attribute__((nonnull(1, 3)));
/* Returns true if NOW is the mistake OLD after the elements of a list have moved, or a plugin became a list of plugins.
 * A mistake without a value is recognised by the list element that it is in. */
bool dw_finding_moved(const struct dw_finding_place *old, const struct dw_finding_place *now) __attribute__((nonnull));

/* TEXT cut to at most MAX bytes at a character boundary, with "..." at the end if it was cut; owned by the arena. */
const char *dw_text_cut(struct dw_arena *arena, const char *text, size_t max) __attribute__((nonnull, returns_nonnull));

/* The object that a request is about: the new one, for DELETE the old one; NULL if there is none. */
const dw_json *dw_request_subject(const struct dw_request *request) __attribute__((nonnull));
/* Returns true if the object is already being deleted, which is possible in an UPDATE or DELETE. */
bool dw_request_deleting(const struct dw_request *request) __attribute__((nonnull));
/* A warning about a webhook configuration that sends objects without rules; NULL if there are rules for this one. */
const char *dw_request_note(struct dw_arena *arena, const struct dw_request *request) __attribute__((nonnull));

/* WORLD's policy. If it does not know KubeVirt's namespace, that of REQUEST's object, if it is a HyperConverged or
 * KubeVirt. */
const struct dw_policy *dw_request_policy(struct dw_arena *arena, const struct dw_world *world,
                                          const struct dw_request *request) __attribute__((nonnull, returns_nonnull));

/* A check of REQUEST in WORLD, with nothing loaded yet. */
struct dw_check dw_check_new(struct dw_arena *arena, const struct dw_world *world, const struct dw_request *request,
                             size_t order) __attribute__((nonnull));

/* Reads OBJECT (NULL counts as empty) and OLD, which may be NULL, into CHECK for the rules. */
void dw_check_load(struct dw_check *check, const dw_json *object, const dw_json *old) __attribute__((nonnull(1)));

/* Turns CHECK, which was loaded for an UPDATE, into a check of its old object OLD, without reading that again. */
void dw_check_turn_back(struct dw_check *check, const dw_json *old) __attribute__((nonnull));

/* Runs the rules in scope; their findings are added to CHECK in the order of the catalogue. */
void dw_check_run(struct dw_check *check) __attribute__((nonnull));

/* The judgement that follows from the findings of CHECK. */
struct dw_judgement dw_check_conclude(const struct dw_check *check) __attribute__((nonnull));

/* Turns denials into warnings (`tolerated`) if the object is being deleted, or if the old object already had the
 * mistake. */
void dw_ratchet(struct dw_check *check, const struct dw_request *request) __attribute__((nonnull));

#endif
