/* The decisions about self-managed certificates, with a simulated clock. */
#include "certs/rotation_fixture.h"

/* --- the life of a CA --- */

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

/* --- which leaf is used --- */

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

int main(void) {
#define ROTATION(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
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
      ROTATION(accepts_only_a_leaf_that_verifies_and_only_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
