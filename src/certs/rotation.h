/* Decides the next step for self-managed certificates. It is a pure function, so that a test can simulate years.
 *
 * A renewal does not depend on any one replica: its whole state is in the Secret, and any replica can do the next step.
 * A new CA is first stored in addition to the old one, whose leaf stays in use, and both are published. When the API
 * servers have had time to see this, a leaf of the new CA replaces the old leaf. The old CA is removed when none of its
 * leaves can be valid any more. */
#ifndef CERTS_ROTATION_H
#define CERTS_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "certs/certs.h"

#define DW_ROTATION_PUBLISHED "droveway.io/ca-published"
#define DW_ROTATION_REPLACED_UNTIL "droveway.io/replaced-until"

/* The content of the Secret; "" for what is missing. */
struct dw_rotation_secret {
  const char *ca, *ca_key, *leaf, *leaf_key; /* PEM; CA: first the newest, which CA_KEY belongs to, then older ones */
  const char *published;      /* annotation: when both webhook configurations were first seen to contain all of CA */
  const char *replaced_until; /* annotation: when the last leaf that was replaced expires */
};

/* One webhook configuration. */
struct dw_rotation_hook {
  enum { DW_ROTATION_UNKNOWN, DW_ROTATION_ABSENT, DW_ROTATION_READ } state;
  const char *const *bundles; /* the decoded caBundle of each webhook; "" for none */
  size_t count;
};
enum { DW_ROTATION_HOOKS = 2 };

struct dw_rotation_options {
  struct dw_pki_names names;
  int64_t ca_seconds, leaf_seconds;
  unsigned settle_ms; /* how long API servers may take to see a changed webhook configuration */
};

struct dw_rotation_input {
  const struct dw_rotation_options *options;
  struct dw_rotation_secret secret;
  struct dw_rotation_hook hooks[DW_ROTATION_HOOKS];
  int64_t now_ms; /* since 1970 */
};

struct dw_rotation_plan {
  bool store; /* write SECRET, unless someone else has changed it */
  struct dw_rotation_secret secret;
  const char *what;   /* for the log: the step that storing it completes */
  const char *wrong;  /* for the log: what is wrong with the Secret that was read; "" if nothing */
  const char *bundle; /* the right content of each caBundle, whether SECRET is stored or not; NULL: not known yet */
  bool publish[DW_ROTATION_HOOKS]; /* the webhook configurations to write BUNDLE to */
  int64_t again_ms;                /* when the next step is due, as far as is known; INT64_MAX if none is */
  int64_t ca_until;                /* of the newest CA that was read; 0: none */
  size_t ca_count;
};

/* Decides the next step. The result is in ARENA, with new private keys, so use an arena of dw_arena_new_secret().
 * Returns -1 if a key or certificate can't be made. */
int dw_rotation_plan(struct dw_arena *arena, const struct dw_rotation_input *input, struct dw_rotation_plan *plan,
                     struct dw_error *err) __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Returns true if a replica that uses the leaf SERVING (NULL: none) should use the Secret's leaf from now on. Never
 * true for a leaf that does not verify. Not true yet if its CA may be unknown to API servers while they still trust
 * SERVING. */
bool dw_rotation_accepts(const struct dw_rotation_input *input, const char *serving) __attribute__((nonnull(1)));

#endif
