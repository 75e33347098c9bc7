/* Self-managed certificates with a clock of the test's own. */
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

/* --- one look after the other --- */

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

static void look(struct fixture *f) {
  struct dw_error err = DW_ERROR_INIT;
  if (dw_rotation_plan(f->arena, &f->in, &f->plan, &err) != 0)
    fail_msg("%s", err.text);
}

static void publish(struct fixture *f) {
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    if (f->plan.publish[h])
      f->bundles[h][0] = f->bundles[h][1] = f->plan.bundle;
}

/* Looks, and does what is to be done, until nothing is. */
static void settle(struct fixture *f) {
  for (int steps = 0; steps < 8; steps++) {
    look(f);
    bool rest = !f->plan.store && !f->plan.publish[0] && !f->plan.publish[1];
    if (f->plan.store)
      f->in.secret = f->plan.secret;
    else
      publish(f);
    if (rest)
      return;
  }
  fail_msg("it never rests");
}

static void go_to(struct fixture *f, int64_t seconds) {
  f->in.now_ms = (START + seconds) * 1000;
}

/* The same, with looks on the way, so that nothing ends unseen. */
static void live_to(struct fixture *f, int64_t seconds) {
  int64_t step = f->options.leaf_seconds / 4;
  for (int64_t at = f->in.now_ms / 1000 - START + step; at < seconds; at += step) {
    go_to(f, at);
    settle(f);
  }
  go_to(f, seconds);
}

static int64_t renewal(int64_t life) {
  return (life + 60) * 2 / 3 - 60; /* from a minute before */
}

/* In the middle of a CA's renewal: the new one is stored and just published. */
static void renew_ca(struct fixture *f) {
  settle(f);
  live_to(f, renewal(CA));
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
}

static void an_empty_secret_gets_a_ca_and_a_certificate(void **state) {
  struct fixture *f = *state;
  look(f);
  assert_true(f->plan.store);
  assert_string_equal(f->plan.wrong, "");
  assert_null(f->plan.bundle); /* nothing is stored yet */
  assert_false(f->plan.publish[0] || f->plan.publish[1]);
  assert_true(good_pair(&f->plan.secret, START));
  assert_int_equal(dw_pki_key_fits(f->plan.secret.ca, f->plan.secret.ca_key, NULL), 0);
  f->in.secret = f->plan.secret;
  look(f);
  assert_false(f->plan.store);
  assert_true(f->plan.publish[0] && f->plan.publish[1]);
  assert_string_equal(f->plan.bundle, f->in.secret.ca);
  publish(f);
  look(f);
  assert_false(f->plan.store || f->plan.publish[0] || f->plan.publish[1]);
  assert_int_equal(f->plan.again_ms, (START + renewal(LEAF)) * 1000);
  assert_int_equal(f->plan.ca_until, START + CA);
  assert_int_equal(f->plan.ca_count, 1);
}

/* What the log says of each step, in the order of a CA's life. */
static void each_step_is_told(void **state) {
  static const char *const others[] = {"droveway.example.org"};
  struct fixture *f = *state;
  look(f);
  assert_string_equal(f->plan.what, "created a CA and a certificate");
  settle(f);
  go_to(f, renewal(LEAF));
  look(f);
  assert_string_equal(f->plan.what, "renewed the certificate (two thirds of its lifetime have passed)");
  f->options.names = (struct dw_pki_names){others, 1};
  look(f);
  assert_string_equal(f->plan.what, "created a certificate");
  assert_string_equal(f->plan.wrong, "tls.crt is not valid for droveway.example.org");
  f->options.names = usual.names;
  live_to(f, renewal(CA));
  look(f);
  assert_string_equal(f->plan.what,
                      "created a new CA (two thirds of the old one's lifetime have passed); the old certificate stays "
                      "in use until the API servers know the new CA");
  f->in.secret = f->plan.secret;
  look(f);
  publish(f);
  look(f);
  assert_string_equal(f->plan.what, "published the new CA in the webhook configurations");
  settle(f);
  go_to(f, renewal(CA) + SETTLE_S);
  look(f);
  assert_string_equal(f->plan.what, "switched to a certificate from the new CA, which the API servers now know");
  settle(f);
  live_to(f, renewal(CA) + SETTLE_S + LEAF);
  look(f);
  assert_string_equal(f->plan.what, "removed the old CA");
}

static void another_bundle_is_put_right_where_it_is_found(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->bundles[1][1] = "\n"; /* one webhook of several */
  look(f);
  assert_false(f->plan.store || f->plan.publish[0]);
  assert_true(f->plan.publish[1]);
  publish(f);
  f->in.hooks[0].state = DW_ROTATION_ABSENT;
  f->in.hooks[1].state = DW_ROTATION_UNKNOWN;
  f->bundles[0][0] = f->bundles[1][0] = "";
  look(f);
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

static void a_new_ca_is_published_before_its_leaf_is_served(void **state) {
  struct fixture *f = *state;
  int64_t until = 0;
  settle(f);
  struct dw_rotation_secret before = f->in.secret;
  live_to(f, renewal(CA) - 1);
  settle(f);
  assert_string_equal(f->in.secret.ca, before.ca);
  go_to(f, renewal(CA));
  look(f);
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

static void the_new_leaf_waits_for_the_settle_time_to_the_millisecond(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  const char *old = f->in.secret.leaf;
  assert_string_not_equal(f->in.secret.published, "");
  look(f);
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

static void the_time_it_was_seen_is_never_rounded_to_earlier(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->in.now_ms = (START + renewal(CA)) * 1000 + 1;
  settle(f);
  look(f);
  assert_int_equal(f->plan.again_ms, (START + renewal(CA) + 1 + SETTLE_S) * 1000);
}

static void the_new_leaf_waits_while_a_configuration_is_not_seen_to_hold_it(void **state) {
  struct fixture *f = *state;
  settle(f);
  live_to(f, renewal(CA));
  look(f);
  f->in.secret = f->plan.secret;
  const char *old = f->in.secret.leaf;
  f->in.hooks[1].state = DW_ROTATION_UNKNOWN; /* RBAC */
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

/* The settle time is over, but a manifest that was applied again took the new CA out of a configuration, or that can't
 * be read any more: API servers could refuse a certificate of the new CA. */
static void the_new_leaf_waits_although_it_is_time(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  const char *old = f->in.secret.leaf;
  const char *both = f->in.secret.ca;
  go_to(f, renewal(CA) + SETTLE_S);
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    f->bundles[h][1] = "";
    look(f);
    assert_string_equal(f->plan.secret.leaf, old);
    assert_true(f->plan.publish[h]);
    assert_string_equal(f->plan.secret.published, ""); /* the settle time begins again when it is published again */
    assert_string_equal(f->plan.what, "the new CA is no longer in the webhook configurations");
    f->bundles[h][1] = both;
    f->in.hooks[h].state = DW_ROTATION_UNKNOWN;
    look(f);
    assert_string_equal(f->plan.secret.leaf, old);
    assert_false(f->plan.store);
    f->in.hooks[h].state = DW_ROTATION_READ;
  }
  look(f);
  assert_string_not_equal(f->plan.secret.leaf, old);
  assert_true(good_pair(&f->plan.secret, START + renewal(CA) + SETTLE_S));
}

static void a_configuration_that_is_not_there_holds_nothing_up(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->in.hooks[1].state = DW_ROTATION_ABSENT;
  live_to(f, renewal(CA));
  settle(f);
  assert_string_not_equal(f->in.secret.published, "");
}

/* An old leaf that has ended is worth nothing: then even one that nobody may know is better. */
static void a_leaf_that_has_ended_waits_for_nothing(void **state) {
  struct fixture *f = *state;
  settle(f);
  f->in.hooks[1].state = DW_ROTATION_UNKNOWN;
  live_to(f, renewal(CA));
  settle(f);
  go_to(f, renewal(CA) + LEAF);
  settle(f);
  assert_true(good_pair(&f->in.secret, START + renewal(CA) + LEAF));
}

static void the_settle_time_begins_anew_after_a_manifest_was_applied_again(void **state) {
  struct fixture *f = *state;
  settle(f);
  const char *exported = f->bundles[0][0];
  renew_ca(f);
  const char *old = f->in.secret.leaf;
  go_to(f, renewal(CA) + SETTLE_S - 1);
  f->bundles[0][0] = f->bundles[0][1] = exported;
  look(f);
  assert_true(f->plan.store && f->plan.publish[0] && !f->plan.publish[1]);
  assert_string_equal(f->plan.secret.published, "");
  settle(f);
  look(f);
  assert_int_equal(f->plan.again_ms, (START + renewal(CA) + SETTLE_S - 1 + SETTLE_S) * 1000);
  go_to(f, renewal(CA) + SETTLE_S - 1 + SETTLE_S - 1);
  settle(f);
  assert_string_equal(f->in.secret.leaf, old);
  go_to(f, renewal(CA) + SETTLE_S - 1 + SETTLE_S);
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, old);
}

static void the_old_ca_goes_when_its_last_leaf_has_ended(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  int64_t end = renewal(CA) + SETTLE_S + LEAF; /* of the new one's first, too: by then it was replaced */
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

/* The lives of leaves were made shorter: a replica that is cut off may still serve a long one. */
static void a_leaf_that_was_replaced_early_counts_until_its_own_end(void **state) {
  static const char *const others[] = {"droveway.droveway.svc", "droveway"};
  struct fixture *f = *state;
  settle(f);
  live_to(f, renewal(CA) - DAY);
  settle(f);
  struct dw_pki_certs last = {NULL, 0};
  assert_int_equal(dw_pki_read_certs(f->arena, f->in.secret.leaf, &last, NULL), 0);
  int64_t end = last.list[0].until - START; /* of the last long one */
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

static void without_its_notes_the_old_ca_stays_until_it_ends(void **state) {
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
  look(f);
  assert_true(f->plan.again_ms <= (START + CA) * 1000);
}

/* --- what is broken --- */

static struct dw_pki_pair other_ca(void) {
  struct dw_pki_life life = {START, CA};
  struct dw_pki_pair pair = {.certificate = NULL};
  assert_int_equal(dw_pki_issue_ca(&life, &pair, NULL), 0);
  return pair;
}

static void broken_content_is_fixed_and_told(void **state) {
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
    look(f);
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

static void a_ca_without_its_key_is_renewed_without_a_break(void **state) {
  struct fixture *f = *state;
  settle(f);
  const char *leaf = f->in.secret.leaf, *ca = f->in.secret.ca;
  f->in.secret.ca_key = "";
  settle(f);
  assert_string_equal(f->in.secret.leaf, leaf); /* served on until the new CA is known */
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_non_null(strstr(f->in.secret.ca, ca));
  go_to(f, SETTLE_S);
  settle(f);
  assert_string_not_equal(f->in.secret.leaf, leaf);
}

static void an_emptied_secret_keeps_trust_in_what_is_served(void **state) {
  struct fixture *f = *state;
  settle(f);
  struct dw_rotation_secret before = f->in.secret;
  f->in.secret = (struct dw_rotation_secret){"", "", "", "", "", ""};
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
  assert_non_null(strstr(f->in.secret.ca, before.ca));
  assert_false(dw_rotation_accepts(&f->in, before.leaf)); /* nobody may know the new CA yet */
  assert_true(dw_rotation_accepts(&f->in, NULL));         /* better than none */
  go_to(f, SETTLE_S);
  assert_true(dw_rotation_accepts(&f->in, before.leaf));
  live_to(f, LEAF);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 1);
}

static void an_expired_ca_is_replaced(void **state) {
  struct fixture *f = *state;
  settle(f);
  const char *before = f->in.secret.ca;
  go_to(f, CA);
  look(f);
  assert_string_equal(f->plan.wrong, "the CA has expired");
  assert_false(f->plan.publish[0]);
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 1);
  assert_null(strstr(f->in.secret.ca, before));
  assert_true(good_pair(&f->in.secret, START + CA));
}

static void a_clock_that_is_a_little_behind_fixes_nothing(void **state) {
  struct fixture *f = *state;
  settle(f);
  go_to(f, -60 - 600); /* what is there begins ten minutes later by this clock */
  look(f);
  assert_false(f->plan.store);
  assert_true(dw_rotation_accepts(&f->in, NULL));
  go_to(f, -60 - 601);
  look(f);
  assert_true(f->plan.store);
  assert_non_null(strstr(f->plan.wrong, "clocks"));
}

static void a_time_in_the_future_is_not_believed(void **state) {
  struct fixture *f = *state;
  renew_ca(f);
  f->in.secret.published = "2099-01-01T00:00:00Z";
  look(f);
  assert_true(f->plan.store);
  assert_string_not_equal(f->plan.secret.published, "2099-01-01T00:00:00Z");
}

static void replicas_that_ask_for_different_names_agree(void **state) {
  static const char *const more[] = {"droveway.droveway.svc", "droveway.example.org"};
  static const char *const others[] = {"droveway.droveway.svc", "10.0.0.1"};
  static const char *const third[] = {"third.example.org"};
  struct fixture *f = *state;
  settle(f);
  const char *before = f->in.secret.leaf;
  f->options.names = (struct dw_pki_names){more, 2};
  look(f);
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

static void a_name_that_is_none_is_an_error(void **state) {
  static const char *const bad[] = {"not a name"};
  struct fixture *f = *state;
  struct dw_error err = DW_ERROR_INIT;
  f->options.names = (struct dw_pki_names){bad, 1};
  assert_int_equal(dw_rotation_plan(f->arena, &f->in, &f->plan, &err), -1);
  assert_non_null(strstr(err.text, "not a name"));
}

static void old_cas_do_not_pile_up(void **state) {
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

static void only_what_verifies_is_taken_and_once(void **state) {
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

#define LOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      LOOK(an_empty_secret_gets_a_ca_and_a_certificate),
      LOOK(each_step_is_told),
      LOOK(another_bundle_is_put_right_where_it_is_found),
      LOOK(a_leaf_is_renewed_at_two_thirds_of_its_life),
      LOOK(a_new_ca_is_published_before_its_leaf_is_served),
      LOOK(the_new_leaf_waits_for_the_settle_time_to_the_millisecond),
      LOOK(the_time_it_was_seen_is_never_rounded_to_earlier),
      LOOK(the_new_leaf_waits_while_a_configuration_is_not_seen_to_hold_it),
      LOOK(the_new_leaf_waits_although_it_is_time),
      LOOK(a_configuration_that_is_not_there_holds_nothing_up),
      LOOK(a_leaf_that_has_ended_waits_for_nothing),
      LOOK(the_settle_time_begins_anew_after_a_manifest_was_applied_again),
      LOOK(the_old_ca_goes_when_its_last_leaf_has_ended),
      LOOK(a_leaf_that_was_replaced_early_counts_until_its_own_end),
      LOOK(without_its_notes_the_old_ca_stays_until_it_ends),
      LOOK(broken_content_is_fixed_and_told),
      LOOK(a_ca_without_its_key_is_renewed_without_a_break),
      LOOK(an_emptied_secret_keeps_trust_in_what_is_served),
      LOOK(an_expired_ca_is_replaced),
      LOOK(a_clock_that_is_a_little_behind_fixes_nothing),
      LOOK(a_time_in_the_future_is_not_believed),
      LOOK(replicas_that_ask_for_different_names_agree),
      LOOK(a_name_that_is_none_is_an_error),
      LOOK(old_cas_do_not_pile_up),
      LOOK(only_what_verifies_is_taken_and_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
