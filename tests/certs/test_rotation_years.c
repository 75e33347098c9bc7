/* Simulates years of self-managed certificates with several replicas: no request fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/rotation_case.h"

static const char *const names[] = {ROTATION_NAME};

enum { REPLICAS = 3, SERVERS = 2, MOST_PENDING = 64, TEXTS = 6 };

struct view { /* what an API server knows of a webhook configuration; changes arrive late, in their order */
  char *bundle;
  struct {
    int64_t at;
    char *bundle;
  } pending[MOST_PENDING];
  size_t count;
};

struct replica {
  int64_t skew, next; /* its clock; its next step */
  bool reading;       /* what it has read and not acted on yet */
  char *texts[TEXTS], *bundles[DW_ROTATION_HOOKS];
  long secret_version, hook_versions[DW_ROTATION_HOOKS];
  char *serving;
  int64_t cut_until;
  int64_t good_until[SERVERS][DW_ROTATION_HOOKS]; /* verified until then; 0: not verified yet */
};

struct world {
  bool restarts; /* now and then a replica is restarted */
  struct dw_rotation_options options;
  uint64_t random;
  int64_t now, poll, lag, checked_from;
  char *texts[TEXTS], *bundles[DW_ROTATION_HOOKS];
  long secret_version, hook_versions[DW_ROTATION_HOOKS];
  struct view views[SERVERS][DW_ROTATION_HOOKS];
  struct replica replicas[REPLICAS];
  size_t conflicts, stores, swaps, bundles_seen, verified, cut_swaps;
};

static int64_t draw(struct world *w, int64_t below) {
  w->random ^= w->random << 13;
  w->random ^= w->random >> 7;
  w->random ^= w->random << 17;
  return (int64_t)(w->random % (uint64_t)below);
}

static void set(char **slot, const char *text) {
  char *copy = strdup(text);
  free(*slot);
  *slot = copy;
}

static void world_start(struct world *w, const struct dw_rotation_options *options, int64_t poll, int64_t skew) {
  memset(w, 0, sizeof *w);
  w->options = *options;
  w->random = 88172645463325252U;
  w->now = START;
  w->poll = poll;
  w->lag = options->settle_ms / 1000 - 2 * skew - 1;
  w->checked_from = START + 2 * poll + w->lag;
  for (size_t i = 0; i < TEXTS; i++)
    set(&w->texts[i], "");
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    set(&w->bundles[h], "");
    for (size_t s = 0; s < SERVERS; s++)
      set(&w->views[s][h].bundle, "");
  }
  for (size_t r = 0; r < REPLICAS; r++) {
    w->replicas[r].skew = (int64_t)r * skew - skew;
    w->replicas[r].next = START + draw(w, 3);
  }
}

static void world_end(struct world *w) {
  for (size_t i = 0; i < TEXTS; i++)
    free(w->texts[i]);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    free(w->bundles[h]);
    for (size_t s = 0; s < SERVERS; s++) {
      free(w->views[s][h].bundle);
      for (size_t i = 0; i < w->views[s][h].count; i++)
        free(w->views[s][h].pending[i].bundle);
    }
  }
  for (size_t r = 0; r < REPLICAS; r++) {
    for (size_t i = 0; i < TEXTS; i++)
      free(w->replicas[r].texts[i]);
    for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
      free(w->replicas[r].bundles[h]);
    free(w->replicas[r].serving);
  }
}

/* Changes a webhook configuration; the API servers see the change some time later. */
static void change_hook(struct world *w, size_t h, const char *bundle) {
  set(&w->bundles[h], bundle);
  w->hook_versions[h]++;
  for (size_t s = 0; s < SERVERS; s++) {
    struct view *view = &w->views[s][h];
    assert_true(view->count < MOST_PENDING);
    int64_t at = w->now + draw(w, w->lag + 1);
    if (view->count > 0 && at < view->pending[view->count - 1].at)
      at = view->pending[view->count - 1].at;
    view->pending[view->count].at = at;
    view->pending[view->count++].bundle = strdup(bundle);
  }
}

static void change_secret(struct world *w, const struct dw_rotation_secret *secret) {
  const char *const texts[TEXTS] = {secret->ca,       secret->ca_key,    secret->leaf,
                                    secret->leaf_key, secret->published, secret->replaced_until};
  for (size_t i = 0; i < TEXTS; i++)
    set(&w->texts[i], texts[i]);
  w->secret_version++;
  w->stores++;
}

static void reset_checks(struct world *w) {
  for (size_t r = 0; r < REPLICAS; r++)
    memset(w->replicas[r].good_until, 0, sizeof w->replicas[r].good_until);
}

static void deliver(struct world *w) {
  for (size_t s = 0; s < SERVERS; s++)
    for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
      struct view *view = &w->views[s][h];
      while (view->count > 0 && view->pending[0].at <= w->now) {
        free(view->bundle);
        view->bundle = view->pending[0].bundle;
        memmove(view->pending, view->pending + 1, --view->count * sizeof *view->pending);
        w->bundles_seen++;
        reset_checks(w);
      }
    }
}

/* Checks that every API server accepts what the replica uses, for either webhook configuration. For a replica that is
 * cut off this only has to hold until its leaf expires. */
static void check(struct world *w, int64_t at) {
  if (at < w->checked_from)
    return;
  for (size_t r = 0; r < REPLICAS; r++)
    for (size_t s = 0; s < SERVERS; s++)
      for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
        struct replica *replica = &w->replicas[r];
        int64_t until = 0;
        if (replica->serving == NULL || at < replica->good_until[s][h])
          continue;
        if (replica->cut_until != 0 && replica->good_until[s][h] != 0)
          continue;
        if (!verifies(w->views[s][h].bundle, replica->serving, at, &until)) {
          if (replica->cut_until != 0 && !verifies(replica->bundles[0], replica->serving, at, &until))
            continue;
          fail_msg("second %lld: API server %zu refuses replica %zu", (long long)(at - START), s, r);
        }
        w->verified++;
        replica->good_until[s][h] = until;
      }
}

static struct dw_rotation_input seen_by(const struct world *w, const struct replica *replica,
                                        const char *bundles[DW_ROTATION_HOOKS][1]) {
  char *const *t = replica->texts;
  struct dw_rotation_input in = {.options = &w->options,
                                 .secret = {t[0], t[1], t[2], t[3], t[4], t[5]},
                                 .now_ms = (w->now + replica->skew) * 1000};
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    bundles[h][0] = replica->bundles[h];
    in.hooks[h] = (struct dw_rotation_hook){DW_ROTATION_READ, bundles[h], 1};
  }
  return in;
}

static void read_all(struct world *w, struct replica *replica) {
  for (size_t i = 0; i < TEXTS; i++)
    set(&replica->texts[i], w->texts[i]);
  replica->secret_version = w->secret_version;
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    set(&replica->bundles[h], w->bundles[h]);
    replica->hook_versions[h] = w->hook_versions[h];
  }
}

static bool carry_out(struct world *w, struct replica *replica, const struct dw_rotation_plan *plan) {
  bool again = false;
  if (plan->store) {
    if (replica->secret_version != w->secret_version)
      w->conflicts++;
    else
      change_secret(w, &plan->secret);
    return true;
  }
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    if (!plan->publish[h])
      continue;
    again = true;
    if (replica->hook_versions[h] != w->hook_versions[h])
      w->conflicts++;
    else
      change_hook(w, h, plan->bundle);
  }
  return again;
}

/* The replica acts on what it has read a little later, when others may have been faster; or never, because it died or a
 * call failed. */
static bool act(struct world *w, struct replica *replica) {
  const char *bundles[DW_ROTATION_HOOKS][1];
  struct dw_rotation_input in = seen_by(w, replica, bundles);
  struct dw_rotation_plan plan;
  struct dw_error err = DW_ERROR_INIT;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (draw(w, 20) == 0)
    return false;
  if (w->restarts && draw(w, 30) == 0) {
    free(replica->serving);
    replica->serving = NULL;
  }
  if (dw_rotation_accepts(&in, replica->serving)) {
    set(&replica->serving, in.secret.leaf);
    memset(replica->good_until, 0, sizeof replica->good_until);
    w->swaps++;
  }
  if (dw_rotation_plan(arena, &in, &plan, &err) != 0)
    fail_msg("%s", err.text);
  return carry_out(w, replica, &plan);
}

static void step(struct world *w, struct replica *replica) {
  if (replica->cut_until > w->now) {
    replica->next = replica->cut_until;
    return;
  }
  replica->reading = !replica->reading;
  if (replica->reading) {
    read_all(w, replica);
    replica->next = w->now + draw(w, 3);
    return;
  }
  if (replica->cut_until != 0) {
    replica->cut_until = 0;
    memset(replica->good_until, 0, sizeof replica->good_until);
  }
  replica->next = act(w, replica) ? w->now + draw(w, 2) : w->now + 1 + draw(w, 2 * w->poll);
}

static int64_t next_event(const struct world *w) {
  int64_t next = INT64_MAX;
  for (size_t r = 0; r < REPLICAS; r++)
    next = w->replicas[r].next < next ? w->replicas[r].next : next;
  for (size_t s = 0; s < SERVERS; s++)
    for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
      if (w->views[s][h].count > 0 && w->views[s][h].pending[0].at < next)
        next = w->views[s][h].pending[0].at;
  return next;
}

/* Between two events only the time changes, and a certificate is valid from one time to another: if it verifies at both
 * ends, it verifies at every second between them. */
static void run_until(struct world *w, int64_t end) {
  while (next_event(w) <= end) {
    int64_t next = next_event(w);
    if (next > w->now)
      check(w, next - 1);
    w->now = next;
    deliver(w);
    for (size_t r = 0; r < REPLICAS; r++)
      if (w->replicas[r].next <= w->now)
        step(w, &w->replicas[r]);
    check(w, w->now);
  }
  w->now = end;
  check(w, end);
}

/* With a poll and a settle time that are longer than usual, so that a year has fewer steps. */
static const struct dw_rotation_options slow = {{names, 1}, 365 * (int64_t)DAY, 90 * (int64_t)DAY, 18 * 3600 * 1000};
enum { SLOW_POLL = 12 * 3600 };
/* Every step as often as possible. */
static const struct dw_rotation_options fast = {{names, 1}, 3600, 900, 60 * 1000};
enum { FAST_POLL = 15, FAST_HOURS = 1 };

static void no_request_fails_in_more_than_a_year(void **state) {
  (void)state;
  struct world w;
  world_start(&w, &slow, SLOW_POLL, 30);
  w.restarts = true;
  run_until(&w, START + 400 * (int64_t)DAY);
  assert_true(w.conflicts > 0);
  assert_true(w.swaps >= 3 * (400 / 60));
  assert_true(w.bundles_seen >= 4 * 3); /* the first one, the new one in addition, the new one alone */
  assert_true(w.verified > 100);
  world_end(&w);
}

static void no_request_fails_while_cas_are_renewed_all_the_time(void **state) {
  (void)state;
  struct world w;
  world_start(&w, &fast, FAST_POLL, 3);
  w.restarts = true;
  run_until(&w, START + FAST_HOURS * 3600);
  assert_true(w.conflicts > 1);
  assert_true(w.bundles_seen >= 4 * 2);
  world_end(&w);
}

/* Unreachable for longer than its certificate is valid: others must not wait for it, and it works again at once. */
static void a_replica_that_is_cut_off_is_accepted_until_its_certificate_expires(void **state) {
  (void)state;
  struct world w;
  world_start(&w, &fast, FAST_POLL, 3);
  for (int64_t at = START + 1500; at < START + FAST_HOURS * 3600; at += 2400) {
    run_until(&w, at);
    struct replica *replica = &w.replicas[draw(&w, REPLICAS)];
    replica->cut_until = at + 1100;
    replica->reading = false;
    run_until(&w, at + 1100 + 60);
    assert_int_equal(replica->cut_until, 0);
    assert_true(good_pair(&(struct dw_rotation_secret){w.texts[0], "", replica->serving, w.texts[3], "", ""}, w.now) ||
                strcmp(replica->serving, w.texts[2]) != 0);
  }
  world_end(&w);
}

/* An exported manifest contains the bundle of the day of its export: the old CA alone, while the new one is published.
 */
static void no_request_fails_when_manifests_are_applied_again(void **state) {
  (void)state;
  struct world w;
  size_t applied = 0;
  char *exported = NULL;
  world_start(&w, &fast, FAST_POLL, 3);
  run_until(&w, START + 300);
  for (int64_t at = START + 300; at < START + 2 * FAST_HOURS * 3600; at += 17) {
    bool renewing = certs_in(w.texts[0]) == 2 && exported != NULL && strstr(w.texts[0], exported) != NULL;
    int64_t until = 0;
    if (certs_in(w.bundles[0]) == 1)
      set(&exported, w.bundles[0]);
    bool halfway = false; /* a replica that has read and not yet acted can't know what happens in between */
    for (size_t r = 0; r < REPLICAS; r++)
      halfway = halfway || w.replicas[r].reading;
    if (renewing && !halfway && verifies(exported, w.texts[2], w.now, &until) && draw(&w, 3) == 0 && applied++ < 100)
      change_hook(&w, (size_t)draw(&w, DW_ROTATION_HOOKS), exported);
    run_until(&w, at);
  }
  assert_true(applied > 0);
  assert_true(w.swaps > 10);
  free(exported);
  world_end(&w);
}

/* Someone breaks the Secret: what is in use stays so until its replacement is known. */
static void no_request_fails_when_the_secret_is_broken(void **state) {
  (void)state;
  struct world w;
  size_t kinds = 0;
  world_start(&w, &fast, FAST_POLL, 3);
  for (int64_t at = START + 200; at < START + FAST_HOURS * 3600; at += 293) {
    run_until(&w, at);
    size_t kind = kinds++ % 5;
    for (size_t i = 0; i < TEXTS; i++)
      if (kind == 4 || i == kind)
        set(&w.texts[i], i % 2 == 0 ? "" : "broken");
    w.secret_version++;
  }
  assert_true(kinds > 10);
  run_until(&w, w.now + 2 * 900);
  for (size_t r = 0; r < REPLICAS; r++)
    assert_true(w.replicas[r].serving != NULL);
  world_end(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_request_fails_in_more_than_a_year),
      cmocka_unit_test(no_request_fails_while_cas_are_renewed_all_the_time),
      cmocka_unit_test(a_replica_that_is_cut_off_is_accepted_until_its_certificate_expires),
      cmocka_unit_test(no_request_fails_when_manifests_are_applied_again),
      cmocka_unit_test(no_request_fails_when_the_secret_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
