/* The decisions about self-managed certificates, with a simulated clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/rotation_case.h"

enum { SETTLE_S = 60 };
static const int64_t LEAF = 90 * (int64_t)DAY, CA = 365 * (int64_t)DAY;

static const char *const names[] = {ROTATION_NAME};
static const struct dw_rotation_options usual = {{names, 1}, 365 * (int64_t)DAY, 90 * (int64_t)DAY, SETTLE_S * 1000};

/* --- the simulation --- */

struct fixture {
  struct dw_arena *arena;
  struct dw_rotation_options options;
  struct dw_rotation_input in;
  struct dw_rotation_plan plan;
  const char *bundles[DW_ROTATION_HOOKS][2];
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->arena = dw_arena_new(0);
  f->options = usual;
  f->in.options = &f->options;
  f->in.secret = (struct dw_rotation_secret){"", "", "", "", "", ""};
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    f->bundles[h][0] = f->bundles[h][1] = "";
    f->in.hooks[h] = (struct dw_rotation_hook){DW_ROTATION_READ, f->bundles[h], 2};
  }
  f->in.now_ms = START * 1000;
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  dw_arena_free(f->arena);
  free(f);
  return 0;
}

static void plan_step(struct fixture *f) {
  struct dw_error err = DW_ERROR_INIT;
  if (dw_rotation_plan(f->arena, &f->in, &f->plan, &err) != 0)
    fail_msg("%s", err.text);
}

static void publish(struct fixture *f) {
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    if (f->plan.publish[h])
      f->bundles[h][0] = f->bundles[h][1] = f->plan.bundle;
}

/* Does step after step until there is nothing to do. */
static void settle(struct fixture *f) {
  for (int steps = 0; steps < 8; steps++) {
    plan_step(f);
    bool done = !f->plan.store && !f->plan.publish[0] && !f->plan.publish[1];
    if (f->plan.store)
      f->in.secret = f->plan.secret;
    else
      publish(f);
    if (done)
      return;
  }
  fail_msg("there is always something to do");
}

static void go_to(struct fixture *f, int64_t seconds) {
  f->in.now_ms = (START + seconds) * 1000;
}

/* The same, with steps on the way, so that no certificate expires unnoticed. */
static void live_to(struct fixture *f, int64_t seconds) {
  int64_t step = f->options.leaf_seconds / 4;
  for (int64_t at = f->in.now_ms / 1000 - START + step; at < seconds; at += step) {
    go_to(f, at);
    settle(f);
  }
  go_to(f, seconds);
}

static int64_t renewal(int64_t life) {
  return (life + 60) * 2 / 3 - 60; /* valid from a minute earlier */
}

/* Brings the renewal of a CA to its middle: the new one is stored and has just been published. */
static void renew_ca(struct fixture *f) {
  settle(f);
  live_to(f, renewal(CA));
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
}

static void an_empty_secret_gets_a_ca_and_a_certificate(void **state) {
  struct fixture *f = *state;
  plan_step(f);
  assert_true(f->plan.store);
  assert_string_equal(f->plan.wrong, "");
  assert_null(f->plan.bundle); /* nothing is stored yet */
  assert_false(f->plan.publish[0] || f->plan.publish[1]);
  assert_true(good_pair(&f->plan.secret, START));
  assert_int_equal(dw_pki_key_fits(f->plan.secret.ca, f->plan.secret.ca_key, NULL), 0);
  f->in.secret = f->plan.secret;
  plan_step(f);
  assert_false(f->plan.store);
  assert_true(f->plan.publish[0] && f->plan.publish[1]);
  assert_string_equal(f->plan.bundle, f->in.secret.ca);
  publish(f);
  plan_step(f);
  assert_false(f->plan.store || f->plan.publish[0] || f->plan.publish[1]);
  assert_int_equal(f->plan.again_ms, (START + renewal(LEAF)) * 1000);
  assert_int_equal(f->plan.ca_until, START + CA);
  assert_int_equal(f->plan.ca_count, 1);
}

/* The log message of each step, in the order of a CA's life. */
static void each_step_has_a_log_message(void **state) {
  static const char *const others[] = {"droveway.example.org"};
  struct fixture *f = *state;
  plan_step(f);
  assert_string_equal(f->plan.what, "created a CA and a certificate");
  settle(f);
  go_to(f, renewal(LEAF));
  plan_step(f);
  assert_string_equal(f->plan.what, "renewed the certificate (two thirds of its lifetime have passed)");
  f->options.names = (struct dw_pki_names){others, 1};
  plan_step(f);
  assert_string_equal(f->plan.what, "created a certificate");
  assert_string_equal(f->plan.wrong, "tls.crt is not valid for droveway.example.org");
  f->options.names = usual.names;
  live_to(f, renewal(CA));
  plan_step(f);
  assert_string_equal(f->plan.what,
                      "created a new CA (two thirds of the old one's lifetime have passed); the old certificate stays "
                      "in use until the API servers know the new CA");
  f->in.secret = f->plan.secret;
  plan_step(f);
  publish(f);
  plan_step(f);
  assert_string_equal(f->plan.what, "published the new CA in the webhook configurations");
  settle(f);
  go_to(f, renewal(CA) + SETTLE_S);
  plan_step(f);
  assert_string_equal(f->plan.what, "switched to a certificate from the new CA, which the API servers now know");
  settle(f);
  live_to(f, renewal(CA) + SETTLE_S + LEAF);
  plan_step(f);
  assert_string_equal(f->plan.what, "removed the old CA");
}

static void corrects_a_wrong_bundle(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->bundles[1][1] = "\n"; /* one of several webhooks */
  plan_step(f);
  assert_false(f->plan.store || f->plan.publish[0]);
  assert_true(f->plan.publish[1]);
  publish(f);
  f->in.hooks[0].state = DW_ROTATION_ABSENT;
  f->in.hooks[1].state = DW_ROTATION_UNKNOWN;
  f->bundles[0][0] = f->bundles[1][0] = "";
  plan_step(f);
  assert_false(f->plan.store || f->plan.publish[0] || f->plan.publish[1]);
}

static void a_leaf_is_renewed_at_two_thirds_of_its_life(void **state) {
  struct fixture *f = *state;
  settle(f);
  struct dw_rotation_secret before = f->in.secret;
  go_to(f, renewal(LEAF) - 1);
  settle(f);
  assert_string_equal(f->in.secret.leaf, before.leaf);
  go_to(f, renewal(LEAF));
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, before.leaf);
  assert_string_equal(f->in.secret.ca, before.ca);
  assert_string_equal(f->in.secret.ca_key, before.ca_key);
  assert_true(good_pair(&f->in.secret, START + renewal(LEAF) + LEAF - 1));
}

static void publishes_a_new_ca_before_using_its_leaf(void **state) {
  struct fixture *f = *state;
  int64_t until = 0;
  settle(f);
  struct dw_rotation_secret before = f->in.secret;
  live_to(f, renewal(CA) - 1);
  settle(f);
  assert_string_equal(f->in.secret.ca, before.ca);
  go_to(f, renewal(CA));
  plan_step(f);
  assert_true(f->plan.store);
  f->in.secret = f->plan.secret;
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_non_null(strstr(f->in.secret.ca, before.ca));
  assert_true(strstr(f->in.secret.ca, before.ca) > f->in.secret.ca); /* the new one first */
  assert_int_equal(dw_pki_key_fits(f->in.secret.ca, f->in.secret.ca_key, NULL), 0);
  assert_true(verifies(before.ca, f->in.secret.leaf, START + renewal(CA), &until));
  assert_int_equal(until, START + renewal(CA) + LEAF); /* a whole life for the new CA to become known */
  settle(f);
  assert_string_equal(f->bundles[0][1], f->in.secret.ca);
  assert_string_equal(f->bundles[1][0], f->in.secret.ca);
  assert_true(verifies(before.ca, f->in.secret.leaf, START + renewal(CA), &until));
}

static void the_new_leaf_waits_for_the_exact_settle_time(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  const char *old = f->in.secret.leaf;
  assert_string_not_equal(f->in.secret.published, "");
  plan_step(f);
  int64_t due = (START + renewal(CA) + SETTLE_S) * 1000;
  assert_int_equal(f->plan.again_ms, due);
  f->in.now_ms = due - 1;
  settle(f);
  assert_string_equal(f->in.secret.leaf, old);
  f->in.now_ms = due;
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, old);
  assert_true(good_pair(&f->in.secret, due / 1000));
  assert_int_equal(certs_in(f->in.secret.ca), 2);
}

static void the_time_of_publication_is_rounded_up(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->in.now_ms = (START + renewal(CA)) * 1000 + 1;
  settle(f);
  plan_step(f);
  assert_int_equal(f->plan.again_ms, (START + renewal(CA) + 1 + SETTLE_S) * 1000);
}

static void the_new_leaf_waits_while_a_configuration_lacks_its_ca(void **state) {
  struct fixture *f = *state;
  settle(f);
  live_to(f, renewal(CA));
  plan_step(f);
  f->in.secret = f->plan.secret;
  const char *old = f->in.secret.leaf;
  f->in.hooks[1].state = DW_ROTATION_UNKNOWN; /* forbidden by RBAC */
  settle(f);
  assert_string_equal(f->in.secret.published, "");
  go_to(f, renewal(CA) + LEAF - 1);
  settle(f);
  assert_string_equal(f->in.secret.leaf, old);
  f->in.hooks[1].state = DW_ROTATION_READ;
  settle(f);
  assert_string_not_equal(f->in.secret.published, "");
  assert_string_equal(f->in.secret.leaf, old);
}

/* The settle time is over, but a manifest that was applied again has removed the new CA from a configuration, or the
 * configuration can't be read any more. API servers could then reject a certificate of the new CA. */
static void the_new_leaf_waits_even_if_the_old_one_is_due_for_renewal(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  const char *old = f->in.secret.leaf;
  const char *both = f->in.secret.ca;
  go_to(f, renewal(CA) + SETTLE_S);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    f->bundles[h][1] = "";
    plan_step(f);
    assert_string_equal(f->plan.secret.leaf, old);
    assert_true(f->plan.publish[h]);
    assert_string_equal(f->plan.secret.published, ""); /* the settle time begins again when it is published again */
    assert_string_equal(f->plan.what, "the new CA is no longer in the webhook configurations");
    f->bundles[h][1] = both;
    f->in.hooks[h].state = DW_ROTATION_UNKNOWN;
    plan_step(f);
    assert_string_equal(f->plan.secret.leaf, old);
    assert_false(f->plan.store);
    f->in.hooks[h].state = DW_ROTATION_READ;
  }
  plan_step(f);
  assert_string_not_equal(f->plan.secret.leaf, old);
  assert_true(good_pair(&f->plan.secret, START + renewal(CA) + SETTLE_S));
}

static void a_missing_configuration_delays_nothing(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->in.hooks[1].state = DW_ROTATION_ABSENT;
  live_to(f, renewal(CA));
  settle(f);
  assert_string_not_equal(f->in.secret.published, "");
}

/* An expired leaf is of no use: then even a leaf that API servers may not know is better. */
static void replaces_an_expired_leaf_without_waiting(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->in.hooks[1].state = DW_ROTATION_UNKNOWN;
  live_to(f, renewal(CA));
  settle(f);
  go_to(f, renewal(CA) + LEAF);
  settle(f);
  assert_true(good_pair(&f->in.secret, START + renewal(CA) + LEAF));
}

static void the_settle_time_begins_again_after_a_manifest_was_applied_again(void **state) {
  struct fixture *f = *state;
  settle(f);
  const char *exported = f->bundles[0][0];
  renew_ca(f);
  const char *old = f->in.secret.leaf;
  go_to(f, renewal(CA) + SETTLE_S - 1);
  f->bundles[0][0] = f->bundles[0][1] = exported;
  plan_step(f);
  assert_true(f->plan.store && f->plan.publish[0] && !f->plan.publish[1]);
  assert_string_equal(f->plan.secret.published, "");
  settle(f);
  plan_step(f);
  assert_int_equal(f->plan.again_ms, (START + renewal(CA) + SETTLE_S - 1 + SETTLE_S) * 1000);
  go_to(f, renewal(CA) + SETTLE_S - 1 + SETTLE_S - 1);
  settle(f);
  assert_string_equal(f->in.secret.leaf, old);
  go_to(f, renewal(CA) + SETTLE_S - 1 + SETTLE_S);
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, old);
}

static void removes_the_old_ca_when_its_last_leaf_has_expired(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  int64_t end =
      renewal(CA) + SETTLE_S + LEAF; /* also after the first leaf of the new CA, which has been replaced by then */
  go_to(f, renewal(CA) + SETTLE_S);
  settle(f);
  live_to(f, end - 1);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  go_to(f, end);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 1);
  assert_string_equal(f->bundles[0][0], f->in.secret.ca);
  assert_string_equal(f->bundles[1][1], f->in.secret.ca);
  assert_string_equal(f->in.secret.published, "");
  assert_string_equal(f->in.secret.replaced_until, "");
  assert_true(good_pair(&f->in.secret, START + end));
}

/* The lifetime of leaves was shortened. A replica that is cut off may still use one with the old lifetime. */
static void a_leaf_that_was_replaced_early_counts_until_it_expires(void **state) {
  static const char *const others[] = {"droveway.droveway.svc", "droveway"};
  struct fixture *f = *state;
  settle(f);
  live_to(f, renewal(CA) - DAY);
  settle(f);
  struct dw_pki_certs last = {NULL, 0};
  assert_int_equal(dw_pki_read_certs(f->arena, f->in.secret.leaf, &last, NULL), 0);
  int64_t end = last.list[0].until - START; /* the last one with the old lifetime */
  assert_true(end > renewal(CA) + 20 * (int64_t)DAY);
  f->options.leaf_seconds = 10 * (int64_t)DAY;
  f->options.names = (struct dw_pki_names){others, 2};
  settle(f);
  live_to(f, renewal(CA));
  settle(f);
  live_to(f, end - 1);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_true(f->plan.again_ms >= (START + end) * 1000);
  live_to(f, end + f->options.leaf_seconds);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 1);
}

static void keeps_the_old_ca_until_it_expires_without_annotations(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  go_to(f, renewal(CA) + SETTLE_S);
  settle(f);
  f->in.secret.replaced_until = "soon";
  f->in.secret.published = "";
  go_to(f, renewal(CA) + SETTLE_S + 1);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_true(good_pair(&f->in.secret, START + renewal(CA) + SETTLE_S + 1));
  f->in.secret.replaced_until = "";
  plan_step(f);
  assert_true(f->plan.again_ms <= (START + CA) * 1000);
}

/* --- what is broken --- */

static struct dw_pki_pair other_ca(void) {
  struct dw_pki_life life = {START, CA};
  struct dw_pki_pair pair = {.certificate = NULL};
  assert_int_equal(dw_pki_issue_ca(&life, &pair, NULL), 0);
  return pair;
}

static void fixes_and_reports_broken_content(void **state) {
  struct fixture *f = *state;
  settle(f);
  struct dw_pki_pair other = other_ca();
  struct dw_pki_life life = {START, LEAF};
  struct dw_pki_pair stranger = {.certificate = NULL};
  assert_int_equal(dw_pki_issue_leaf(&other, &usual.names, &life, &stranger, NULL), 0);
  struct dw_rotation_secret good = f->in.secret;
  const struct {
    struct dw_rotation_secret secret;
    const char *wrong;
  } cases[] = {
      {{"", good.ca_key, good.leaf, good.leaf_key, "", ""}, "ca.crt is missing"},
      {{"x", good.ca_key, good.leaf, good.leaf_key, "", ""}, "ca.crt contains no PEM certificate"},
      {{good.leaf, good.ca_key, good.leaf, good.leaf_key, "", ""}, "ca.crt is not a CA certificate"},
      {{good.ca, "", good.leaf, good.leaf_key, "", ""}, "ca.key is missing"},
      {{good.ca, "x", good.leaf, good.leaf_key, "", ""}, "ca.key: contains no PEM private key"},
      {{good.ca, other.key, good.leaf, good.leaf_key, "", ""}, "ca.key: the key does not match"},
      {{good.ca, good.ca_key, "", good.leaf_key, "", ""}, "tls.crt is missing"},
      {{good.ca, good.ca_key, "x", good.leaf_key, "", ""}, "tls.crt contains no PEM certificate"},
      {{good.ca, good.ca_key, good.leaf, "", "", ""}, "tls.key is missing"},
      {{good.ca, good.ca_key, good.leaf, "x", "", ""}, "tls.key: contains no PEM private key"},
      {{good.ca, good.ca_key, good.leaf, other.key, "", ""}, "tls.key: the key does not match"},
      {{good.ca, good.ca_key, stranger.certificate, stranger.key, "", ""}, "tls.crt: it does not verify"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    f->in.secret = cases[i].secret;
    plan_step(f);
    assert_true(f->plan.store);
    if (strstr(f->plan.wrong, cases[i].wrong) == NULL)
      fail_msg("\"%s\" instead of \"%s\"", f->plan.wrong, cases[i].wrong);
    settle(f);
    assert_true(good_pair(&f->in.secret, START));
    assert_int_equal(dw_pki_key_fits(f->in.secret.ca, f->in.secret.ca_key, NULL), 0);
    assert_string_equal(f->bundles[0][0], f->in.secret.ca);
    f->bundles[0][0] = f->bundles[0][1] = f->bundles[1][0] = f->bundles[1][1] = good.ca;
  }
  dw_pki_pair_free(&stranger);
  dw_pki_pair_free(&other);
}

static void renews_a_ca_without_its_key_without_interruption(void **state) {
  struct fixture *f = *state;
  settle(f);
  const char *leaf = f->in.secret.leaf, *ca = f->in.secret.ca;
  f->in.secret.ca_key = "";
  settle(f);
  assert_string_equal(f->in.secret.leaf, leaf); /* in use until the new CA is known */
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_non_null(strstr(f->in.secret.ca, ca));
  go_to(f, SETTLE_S);
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, leaf);
}

static void an_emptied_secret_keeps_trust_in_the_current_leaf(void **state) {
  struct fixture *f = *state;
  settle(f);
  struct dw_rotation_secret before = f->in.secret;
  f->in.secret = (struct dw_rotation_secret){"", "", "", "", "", ""};
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_non_null(strstr(f->in.secret.ca, before.ca));
  assert_false(dw_rotation_accepts(&f->in, before.leaf)); /* API servers may not know the new CA yet */
  assert_true(dw_rotation_accepts(&f->in, NULL));         /* better than none */
  go_to(f, SETTLE_S);
  assert_true(dw_rotation_accepts(&f->in, before.leaf));
  live_to(f, LEAF);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 1);
}

static void replaces_an_expired_ca(void **state) {
  struct fixture *f = *state;
  settle(f);
  const char *before = f->in.secret.ca;
  go_to(f, CA);
  plan_step(f);
  assert_string_equal(f->plan.wrong, "the CA has expired");
  assert_false(f->plan.publish[0]);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 1);
  assert_null(strstr(f->in.secret.ca, before));
  assert_true(good_pair(&f->in.secret, START + CA));
}

static void a_clock_that_is_a_little_behind_changes_nothing(void **state) {
  struct fixture *f = *state;
  settle(f);
  go_to(f, -60 - 600); /* the certificates begin ten minutes later than this clock */
  plan_step(f);
  assert_false(f->plan.store);
  assert_true(dw_rotation_accepts(&f->in, NULL));
  go_to(f, -60 - 601);
  plan_step(f);
  assert_true(f->plan.store);
  assert_non_null(strstr(f->plan.wrong, "clocks"));
}

static void ignores_a_time_in_the_future(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  f->in.secret.published = "2099-01-01T00:00:00Z";
  plan_step(f);
  assert_true(f->plan.store);
  assert_string_not_equal(f->plan.secret.published, "2099-01-01T00:00:00Z");
}

static void replicas_that_request_different_names_agree(void **state) {
  static const char *const more[] = {"droveway.droveway.svc", "droveway.example.org"};
  static const char *const others[] = {"droveway.droveway.svc", "10.0.0.1"};
  static const char *const third[] = {"third.example.org"};
  struct fixture *f = *state;
  settle(f);
  const char *before = f->in.secret.leaf;
  f->options.names = (struct dw_pki_names){more, 2};
  plan_step(f);
  assert_string_equal(f->plan.wrong, "tls.crt is not valid for droveway.example.org");
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, before);
  f->options.names = (struct dw_pki_names){others, 2};
  settle(f);
  before = f->in.secret.leaf;
  f->options.names = (struct dw_pki_names){more, 2};
  settle(f);
  assert_string_equal(f->in.secret.leaf, before);
  f->options.names = usual.names;
  settle(f);
  assert_string_equal(f->in.secret.leaf, before);
  f->options.names = (struct dw_pki_names){third, 1}; /* fewer than the certificate has */
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, before);
  before = f->in.secret.leaf;
  f->options.names = (struct dw_pki_names){more, 2};
  settle(f);
  assert_string_equal(f->in.secret.leaf, before);
}

static void rejects_an_invalid_name(void **state) {
  static const char *const bad[] = {"not a name"};
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  f->options.names = (struct dw_pki_names){bad, 1};
  assert_int_equal(dw_rotation_plan(f->arena, &f->in, &f->plan, &err), -1);
  assert_non_null(strstr(err.text, "not a name"));
}

static void does_not_accumulate_old_cas(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < 12; i++) {
    settle(f);
    f->in.secret.ca_key = "";
    go_to(f, i + 1);
  }
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 5);
  assert_true(good_pair(&f->in.secret, START + 12));
}

/* --- what is served --- */

static void accepts_only_a_leaf_that_verifies_and_only_once(void **state) {
  struct fixture *f = *state;
  assert_false(dw_rotation_accepts(&f->in, NULL));
  settle(f);
  struct dw_rotation_secret good = f->in.secret;
  assert_true(dw_rotation_accepts(&f->in, NULL));
  assert_false(dw_rotation_accepts(&f->in, good.leaf));
  assert_true(dw_rotation_accepts(&f->in, "something else"));
  f->in.secret.leaf_key = good.ca_key;
  assert_false(dw_rotation_accepts(&f->in, NULL));
  f->in.secret = good;
  f->in.secret.leaf = good.ca;
  f->in.secret.leaf_key = good.ca_key;
  assert_false(dw_rotation_accepts(&f->in, NULL));
  f->in.secret = good;
  f->in.secret.ca = "";
  assert_false(dw_rotation_accepts(&f->in, NULL));
  f->in.secret = good;
  go_to(f, LEAF - 1);
  assert_true(dw_rotation_accepts(&f->in, NULL));
  go_to(f, LEAF);
  assert_false(dw_rotation_accepts(&f->in, NULL));
}

#define ROTATION(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      ROTATION(an_empty_secret_gets_a_ca_and_a_certificate),
      ROTATION(each_step_has_a_log_message),
      ROTATION(corrects_a_wrong_bundle),
      ROTATION(a_leaf_is_renewed_at_two_thirds_of_its_life),
      ROTATION(publishes_a_new_ca_before_using_its_leaf),
      ROTATION(the_new_leaf_waits_for_the_exact_settle_time),
      ROTATION(the_time_of_publication_is_rounded_up),
      ROTATION(the_new_leaf_waits_while_a_configuration_lacks_its_ca),
      ROTATION(the_new_leaf_waits_even_if_the_old_one_is_due_for_renewal),
      ROTATION(a_missing_configuration_delays_nothing),
      ROTATION(replaces_an_expired_leaf_without_waiting),
      ROTATION(the_settle_time_begins_again_after_a_manifest_was_applied_again),
      ROTATION(removes_the_old_ca_when_its_last_leaf_has_expired),
      ROTATION(a_leaf_that_was_replaced_early_counts_until_it_expires),
      ROTATION(keeps_the_old_ca_until_it_expires_without_annotations),
      ROTATION(fixes_and_reports_broken_content),
      ROTATION(renews_a_ca_without_its_key_without_interruption),
      ROTATION(an_emptied_secret_keeps_trust_in_the_current_leaf),
      ROTATION(replaces_an_expired_ca),
      ROTATION(a_clock_that_is_a_little_behind_changes_nothing),
      ROTATION(ignores_a_time_in_the_future),
      ROTATION(replicas_that_request_different_names_agree),
      ROTATION(rejects_an_invalid_name),
      ROTATION(does_not_accumulate_old_cas),
      ROTATION(accepts_only_a_leaf_that_verifies_and_only_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
