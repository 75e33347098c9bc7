/* One NAD through dw_judge(), and what was found of it. */
#ifndef SUPPORT_NAD_CASE_H
#define SUPPORT_NAD_CASE_H

#include "rules/engine.h"

/* Designated initializers leave out what does not matter. */
struct nad_case {
  const char *config;   /* spec.config; NULL leaves it out */
  const char *ns;       /* NULL: openshift-cnv */
  const char *name;     /* NULL: "net" */
  const char *label;    /* droveway.io/migration-network; NULL: "true"; "" leaves it out */
  const char *resource; /* annotation k8s.v1.cni.cncf.io/resourceName; NULL leaves it out */
  bool no_namespace;    /* the NAD itself names none */
  const char *state;    /* the cluster's objects, YAML; NULL: nad_cluster.yaml */
  const char *more;     /* more objects after those */
  bool no_state;        /* no state folder at all: nothing is known but `more` */
  const char *policy;   /* YAML; NULL: the default policy */
};

struct nad_answer {
  struct dw_arena *arena;
  struct dw_world *world;
  struct dw_judgement judgement;
  const char *lines; /* "deny range-empty spec.config.ipam.range\n" for each finding; "unverified" for "warn" where
                        facts are lacking */
};

/* Fails the test where the state or the policy can't be read. Free with nad_answer_free(). */
void nad_judge(const struct nad_case *nad, struct nad_answer *out);
void nad_answer_free(struct nad_answer *answer);

/* The NAD gives exactly these findings. */
void nad_expect(const struct nad_case *nad, const char *lines);
/* nad_expect() of CONFIG alone, as a migration network in the standard cluster; as another NAD. */
void nad_expect_config(const char *config, const char *lines);
void nad_expect_other(const char *config, const char *lines);
/* The first finding of RULE says TEXT in its message. */
void nad_expect_says(const struct nad_case *nad, const char *rule, const char *text);
/* All findings' warnings keep to 120 bytes, whatever the field. */
void nad_expect_brief(const struct nad_case *nad);

/* A macvlan on eth1 whose `ipam` is MEMBERS inside { "type": "whereabouts", ... }. In static memory of a few turns. */
const char *nad_whereabouts(const char *members);
/* ... with "type": "macvlan", "master": "eth1", and whatever MEMBERS follow; no IPAM of its own. */
const char *nad_macvlan(const char *members);

/* An IPAM that no rule finds fault with, as a member. */
#define NAD_IPAM "\"ipam\":{\"type\":\"whereabouts\",\"range\":\"192.168.99.0/24\"}"

#endif
