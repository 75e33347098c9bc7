/* Simulates one replica with a clock that the test sets. */
#ifndef TESTS_CERTS_ROTATION_FIXTURE_H
#define TESTS_CERTS_ROTATION_FIXTURE_H

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

static inline int set_up(void **state) {
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

static inline int tear_down(void **state) {
  struct fixture *f = *state;
  dw_arena_free(f->arena);
  free(f);
  return 0;
}

static inline void plan_step(struct fixture *f) {
  struct dw_error err = DW_ERROR_INIT;
  if (dw_rotation_plan(f->arena, &f->in, &f->plan, &err) != 0)
    fail_msg("%s", err.text);
}

static inline void publish(struct fixture *f) {
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++)
    if (f->plan.publish[h])
      f->bundles[h][0] = f->bundles[h][1] = f->plan.bundle;
}

/* Does step after step until there is nothing to do. */
static inline void settle(struct fixture *f) {
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

static inline void go_to(struct fixture *f, int64_t seconds) {
  f->in.now_ms = (START + seconds) * 1000;
}

/* The same, with steps on the way, so that no certificate expires unnoticed. */
static inline void live_to(struct fixture *f, int64_t seconds) {
  int64_t step = f->options.leaf_seconds / 4;
  for (int64_t at = f->in.now_ms / 1000 - START + step; at < seconds; at += step) {
    go_to(f, at);
    settle(f);
  }
  go_to(f, seconds);
}

static inline int64_t renewal(int64_t life) {
  return (life + 60) * 2 / 3 - 60; /* valid from a minute earlier */
}

/* Brings the renewal of a CA to its middle: the new one is stored and has just been published. */
static inline void renew_ca(struct fixture *f) {
  settle(f);
  live_to(f, renewal(CA));
  settle(f);
  assert_int_equal(certs_in(f->in.secret.ca), 2);
}

#endif
