/* What is to be done next for self-managed certificates: pure, so that a year passes in a test in seconds.
 *
 * No step of a renewal depends on one replica: all that is known stands in the Secret, and whoever looks next goes on.
 * A new CA is stored beside the old one (its leaf is served on), both are published, and only when the API servers have
 * had time to see that, a leaf of the new CA takes over. The old CA goes when no leaf of it can be valid anywhere. */
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

/* What the Secret holds; "" for what is not there. */
struct dw_rotation_secret {
  const char *ca, *ca_key, *leaf, *leaf_key; /* PEM; CA: the newest first, whose key it is, then older ones */
  const char *published;      /* annotation: when both webhook configurations were first seen to hold all of `ca` */
  const char *replaced_until; /* annotation: when the last leaf that was replaced ends */
};

/* One webhook configuration. */
struct dw_rotation_hook {
  enum { DW_ROTATION_UNKNOWN, DW_ROTATION_ABSENT, DW_ROTATION_READ } state;
  const char *const *bundles; /* the caBundle of each of its webhooks, decoded; "" for none */
  size_t count;
};
enum { DW_ROTATION_HOOKS = 2 };

struct dw_rotation_options {
  struct dw_pki_names names;
  int64_t ca_seconds, leaf_seconds;
  unsigned settle_ms;
};

struct dw_rotation_input {
  const struct dw_rotation_options *options;
  struct dw_rotation_secret secret;
  struct dw_rotation_hook hooks[DW_ROTATION_HOOKS];
  int64_t now_ms; /* since 1970 */
};

struct dw_rotation_plan {
  bool store; /* put `secret` in place of what was read, unless another was faster */
  struct dw_rotation_secret secret;
  const char *what;   /* for the log: what storing it does */
  const char *wrong;  /* for the log: what is wrong with what was read; "" */
  const char *bundle; /* what each caBundle is to be, whether `secret` is stored or not; NULL: nothing yet */
  bool publish[DW_ROTATION_HOOKS];
  int64_t again_ms; /* the next thing to do is due then, as far as is known; INT64_MAX */
  int64_t ca_until; /* of what was read; 0 */
  size_t ca_count;
};

/* All in the arena, new private keys too: dw_arena_new_secret() makes one that is wiped. -1 where a key or certificate
 * can't be made. */
int dw_rotation_plan(struct dw_arena *arena, const struct dw_rotation_input *input, struct dw_rotation_plan *plan,
                     struct dw_error *err) __attribute__((nonnull(1, 2, 3), warn_unused_result));

/* Whether a replica that serves the leaf SERVING (NULL: none) is to serve the Secret's from now on. Never one that does
 * not verify; and not yet that of a CA which API servers may not know while they trust what it serves. */
bool dw_rotation_accepts(const struct dw_rotation_input *input, const char *serving) __attribute__((nonnull(1)));

#endif
