#include <stdint.h>
#include <stdlib.h>

#include "base/date.h"
#include "library/library_internal.h"
#include "rules/engine.h"

struct droveway_verdict {
  struct dw_answer answer; /* only what the API shows; its texts are in the arena of `findings` */
  struct dw_buf text;
  droveway_findings findings;
};

static void keep(droveway_verdict *verdict, const struct dw_answer *answer) {
  struct dw_arena *arena = verdict->findings.arena;
  struct dw_answer *kept = &verdict->answer;
  kept->allowed = answer->allowed;
  kept->code = answer->allowed ? 0 : answer->code;
  kept->message = answer->message == NULL ? "" : dw_arena_strdup(arena, answer->message);
  kept->warnings = dw_arena_array(arena, answer->warning_count, sizeof *kept->warnings);
  kept->warning_count = answer->warning_count;
  for (size_t i = 0; i < answer->warning_count; i++)
    kept->warnings[i] = dw_arena_strdup(arena, answer->warnings[i]);
  kept->patch = answer->patch == NULL ? NULL : dw_library_copy(arena, answer->patch, answer->patch_length);
  kept->patch_length = answer->patch_length;
}

static droveway_verdict *judge(struct dw_arena *arena, const struct dw_world *world, bool mutate,
                               const struct dw_request *request) {
  droveway_verdict *verdict = dw_library_new(sizeof *verdict);
  struct dw_answer answer = {.allowed = false};
  verdict->findings.arena = dw_arena_new(0);
  if (mutate) {
    dw_mutate(arena, world, request, &answer);
  } else {
    struct dw_judgement judgement = dw_judge(arena, world, request, SIZE_MAX);
    struct dw_library_object object = {request->kind, request->ns, request->name, NULL};
    dw_answer_judgement(arena, request, &judgement, &answer);
    if (judgement.note == NULL)
      dw_library_add(&verdict->findings, &object, &judgement);
  }
  dw_answer_write(request, &answer, &verdict->text);
  keep(verdict, &answer);
  return verdict;
}

droveway_verdict *droveway_judge(const droveway_state *state, droveway_endpoint endpoint, const char *body,
                                 size_t length, droveway_error *error) {
  struct dw_error err = DW_ERROR_INIT;
  dw_library_begin(error);
  if (state == NULL || body == NULL)
    return dw_library_missing(error, state == NULL ? "state" : "body");
  if (length > DW_DEFAULT_MAX_BODY) {
    dw_error_set(&err, DW_ERR_MEMORY, "the review is larger than %zu bytes", DW_DEFAULT_MAX_BODY);
    return dw_library_fail(error, &err);
  }
  DW_ARENA_SCOPED struct dw_arena *copies = dw_arena_new(0);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(DW_DEFAULT_MAX_MEMORY);
  struct dw_request request;
  if (dw_review_read(arena, dw_library_copy(copies, body, length), length, &request, &err) != 0)
    return dw_library_fail(error, &err);
  /* A program may keep a state for days, and the date decides which exceptions apply. */
  struct dw_world *world = dw_world_on(state->world, dw_date_today());
  droveway_verdict *verdict = judge(arena, world, endpoint == DROVEWAY_MUTATE, &request);
  dw_world_unref(world);
  return verdict;
}

void droveway_verdict_free(droveway_verdict *verdict) {
  if (verdict == NULL)
    return;
  dw_buf_free(&verdict->text);
  dw_arena_free(verdict->findings.arena);
  free(verdict);
}

bool droveway_verdict_allowed(const droveway_verdict *verdict) {
  return verdict != NULL && verdict->answer.allowed;
}

int droveway_verdict_code(const droveway_verdict *verdict) {
  return verdict == NULL ? 0 : verdict->answer.code;
}

const char *droveway_verdict_message(const droveway_verdict *verdict) {
  return verdict == NULL ? "" : verdict->answer.message;
}

const char *droveway_verdict_answer(const droveway_verdict *verdict, size_t *length) {
  if (length != NULL)
    *length = verdict == NULL ? 0 : verdict->text.length;
  return verdict == NULL ? "" : dw_buf_text(&verdict->text);
}

const char *droveway_verdict_patch(const droveway_verdict *verdict, size_t *length) {
  bool patches = verdict != NULL && verdict->answer.patch != NULL;
  if (length != NULL)
    *length = patches ? verdict->answer.patch_length : 0;
  return patches ? verdict->answer.patch : NULL;
}

size_t droveway_verdict_warnings(const droveway_verdict *verdict) {
  return verdict == NULL ? 0 : verdict->answer.warning_count;
}

const char *droveway_verdict_warning(const droveway_verdict *verdict, size_t index) {
  return index < droveway_verdict_warnings(verdict) ? verdict->answer.warnings[index] : NULL;
}

const droveway_findings *droveway_verdict_findings(const droveway_verdict *verdict) {
  return verdict == NULL ? NULL : &verdict->findings;
}
