/* Judges a NAD with dw_judge() and checks the findings. */
#ifndef SUPPORT_NAD_CASE_H
#define SUPPORT_NAD_CASE_H

#include "rules/engine.h"

/* Set only the members that matter, with designated initializers. */
struct nad_case {
  const char *config;   /* spec.config; NULL omits it */
  const char *ns;       /* NULL: openshift-cnv */
  const char *name;     /* NULL: "net" */
  const char *label;    /* droveway.io/migration-network; NULL: "true"; "" leaves it out */
  const char *resource; /* annotation k8s.v1.cni.cncf.io/resourceName; NULL leaves it out */
  bool no_namespace;    /* the NAD itself has no namespace */
  const char *state;    /* the cluster's objects, YAML; NULL: nad_cluster.yaml */
  const char *more;     /* more objects after those */
  bool no_state;        /* no state folder: only `more` is known */
  const char *policy;   /* YAML; NULL: the default policy */
};

struct nad_answer {
  struct dw_arena *arena;
  struct dw_world *world;
  struct dw_judgement judgement;
  const char *lines; /* "deny range-empty spec.config.ipam.range\n" for each finding; "unverified" for "warn" where
                        facts are lacking */
};

/* Fails the test if the state or the policy can't be read. Free the result with nad_answer_free(). */
void nad_judge(const struct nad_case *nad, struct nad_answer *out);
void nad_answer_free(struct nad_answer *answer);

/* Checks that the NAD has exactly these findings. */
void nad_expect(const struct nad_case *nad, const char *lines);
/* nad_expect() of CONFIG alone, as a migration network in the standard cluster; as another NAD. */
void nad_expect_config(const char *config, const char *lines);
void nad_expect_other(const char *config, const char *lines);
/* Checks that the message of the first finding of RULE contains TEXT. */
void nad_expect_says(const struct nad_case *nad, const char *rule, const char *text);
/* Checks that the warnings of all findings have at most 120 bytes, whatever the field. */
void nad_expect_brief(const struct nad_case *nad);

/* A macvlan on eth1 whose `ipam` is MEMBERS inside { "type": "whereabouts", ... }. Returns static memory, which is
 * reused after a few calls. */
const char *nad_whereabouts(const char *members);
/* ... with "type": "macvlan", "master": "eth1", followed by MEMBERS, without an `ipam`. */
const char *nad_macvlan(const char *members);

/* An `ipam` member without findings. */
#define NAD_IPAM "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"}"

#endif
