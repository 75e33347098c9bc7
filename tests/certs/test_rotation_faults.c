/* Self-managed certificates when something is broken, missing or wrong. */
#include "certs/rotation_fixture.h"

/* --- faults --- */

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

int main(void) {
#define ROTATION(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      ROTATION(fixes_and_reports_broken_content),
      ROTATION(renews_a_ca_without_its_key_without_interruption),
      ROTATION(an_emptied_secret_keeps_trust_in_the_current_leaf),
      ROTATION(replaces_an_expired_ca),
      ROTATION(a_clock_that_is_a_little_behind_changes_nothing),
      ROTATION(ignores_a_time_in_the_future),
      ROTATION(replicas_that_request_different_names_agree),
      ROTATION(rejects_an_invalid_name),
      ROTATION(does_not_accumulate_old_cas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
