/* Shared by the tests of IPAM: reading one, and expecting one problem in it. */
#ifndef TESTS_IPAM_SUPPORT_H
#define TESTS_IPAM_SUPPORT_H

#include <string.h>

#include "base/buf.h"
#include "cni/cni.h"

#define RANGE "\"range\":\"10.0.0.0/24\""

/* Reads the IPAM of a macvlan configuration whose `ipam` is TEXT. */
static inline const struct dw_ipam *read_ipam(struct dw_arena *arena, const char *text) {
  const char *config = dw_arena_printf(arena, "{\"type\":\"macvlan\",\"master\":\"eth1\",\"ipam\":%s}", text);
  const struct dw_cni_config *read = dw_cni_read_text(arena, config, strlen(config));
  if (read->state != DW_CONFIG_OK)
    fail_msg("%s: %s", text, read->error.text);
  return &read->plugins[0].ipam;
}

/* Reads a whereabouts IPAM with the members TEXT. */
static inline const struct dw_ipam *read_members(struct dw_arena *arena, const char *text) {
  return read_ipam(arena, dw_arena_printf(arena, "{\"type\":\"whereabouts\",%s}", text));
}

/* Returns HEAD, then PART COUNT times with a number instead of its '#', joined by commas, then TAIL. */
static inline const char *repeat(struct dw_buf *buf, const char *head, const char *part, size_t count,
                                 const char *tail) {
  const char *mark = strchr(part, '#');
  assert_non_null(mark);
  dw_buf_puts(buf, head);
  for (size_t i = 0; i < count; i++)
    dw_buf_printf(buf, "%s%.*s%zu%s", i > 0 ? "," : "", (int)(mark - part), part, i, mark + 1);
  dw_buf_puts(buf, tail);
  return dw_buf_text(buf);
}

/* --- problems: one mistake, one problem --- */

struct problem_case {
  const char *members;
  enum dw_ipam_problem_kind kind;
  const char *field; /* below spec.config.ipam */
  const char *what;  /* part of it */
  const char *fix;   /* part of it; NULL for none */
};

static inline void expect_one(struct dw_arena *arena, const struct problem_case *one) {
  const struct dw_ipam *ipam = read_members(arena, one->members);
  if (ipam->problem_count != 1)
    fail_msg("%s: %zu problems", one->members, ipam->problem_count);
  const struct dw_ipam_problem *problem = &ipam->problems[0];
  const char *field = dw_arena_printf(arena, "spec.config.ipam.%s", one->field);
  assert_string_equal(problem->field, field);
  if (problem->kind != one->kind || strstr(problem->what, one->what) == NULL)
    fail_msg("%s: kind %d, %s", one->members, problem->kind, problem->what);
  if (one->fix == NULL)
    assert_null(problem->fix);
  else if (problem->fix == NULL || strstr(problem->fix, one->fix) == NULL)
    fail_msg("%s: %s", one->members, problem->fix == NULL ? "no fix" : problem->fix);
  if ((ipam->error != NULL) != (one->kind == DW_IPAM_UNREADABLE))
    fail_msg("%s: error %s", one->members, ipam->error == NULL ? "absent" : ipam->error);
}

#define EXPECT_EACH(cases)                                                                                             \
  do {                                                                                                                 \
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);                                                          \
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases)[0]; i++)                                                      \
      expect_one(arena, &(cases)[i]);                                                                                  \
  } while (0)

#endif
