#include "fix/fix.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fix/edit.h"
#include "fix/manifest_edits.h"

/* --- judging --- */

/* How often a rule denies an object. */
struct denial {
  const char *file, *object, *rule;
  size_t count;
};

/* A finding that can be fixed. */
struct candidate {
  const struct dw_subject *subject;
  const char *key; /* identifies the mistake in all rounds */
  const char *rule;
  const char *field;
  bool of_key;
  bool denies;
  struct dw_edits edits;
};

/* The manifests with some texts, and what is wrong with them. */
struct situation {
  struct dw_arena *arena;
  struct dw_subjects subjects;
  struct denial *denials;
  size_t denial_count, denial_capacity;
  struct candidate *candidates;
  size_t candidate_count, candidate_capacity;
};

/* A mistake that was tried before. */
struct attempt {
  const char *key;
  size_t times;    /* how often it was fixed */
  const char *why; /* why it can't be; NULL */
};

struct drafts {
  struct dw_draft *items;
  size_t count;
};

struct run {
  struct dw_arena *arena;
  const struct dw_fix_task *task;
  struct dw_fix_result *out;
  struct drafts drafts; /* the texts so far */
  struct attempt *attempts;
  size_t attempt_count, attempt_capacity;
};

static bool same_denial(const struct denial *a, const struct denial *b) {
  return strcmp(a->rule, b->rule) == 0 && strcmp(a->object, b->object) == 0 && strcmp(a->file, b->file) == 0;
}

static size_t times_denied(const struct situation *s, const struct denial *wanted) {
  for (size_t i = 0; i < s->denial_count; i++)
    if (same_denial(&s->denials[i], wanted))
      return s->denials[i].count;
  return 0;
}

static void add_denial(struct situation *s, struct denial denial) {
  for (size_t i = 0; i < s->denial_count; i++)
    if (same_denial(&s->denials[i], &denial)) {
      s->denials[i].count += denial.count;
      return;
    }
  s->denials = dw_arena_more(s->arena, s->denials, s->denial_count, &s->denial_capacity, sizeof *s->denials);
  s->denials[s->denial_count++] = denial;
}

static const char *key_of(struct dw_arena *arena, const struct dw_subject *subject, const struct dw_finding *finding) {
  const char *none = "";
  return dw_arena_printf(arena, "%s %s %s/%s %s %s %s", subject->manifest->file, dw_kind_name(subject->kind),
                         subject->ns, subject->name, finding->rule->id, finding->field,
                         finding->value == NULL ? none : finding->value);
}

static const char *object_of(struct dw_arena *arena, const struct dw_subject *subject) {
  return dw_arena_printf(arena, "%s %s/%s", dw_kind_name(subject->kind), subject->ns, subject->name);
}

static void add_finding(const struct run *run, struct situation *s, const struct dw_subject *subject,
                        const struct dw_finding *finding) {
  struct dw_edits edits = finding->edits;
  if (finding->action == DW_ACTION_DENY)
    add_denial(s, (struct denial){subject->manifest->file, object_of(s->arena, subject), finding->rule->id, 1});
  if (edits.count == 0 && run->task->more != NULL)
    edits = run->task->more(run->task->context, s->arena, &s->subjects, subject, finding);
  if (edits.count == 0)
    return;
  s->candidates =
      dw_arena_more(s->arena, s->candidates, s->candidate_count, &s->candidate_capacity, sizeof *s->candidates);
  s->candidates[s->candidate_count++] = (struct candidate){.subject = subject,
                                                           .key = key_of(s->arena, subject, finding),
                                                           .rule = finding->rule->id,
                                                           .field = finding->field,
                                                           .of_key = finding->of_key,
                                                           .denies = finding->action == DW_ACTION_DENY,
                                                           .edits = edits};
}

static void judge(const struct run *run, struct situation *s, const struct dw_subject *subject) {
  struct dw_judgement judgement = dw_lint_judge(s->arena, s->subjects.world, subject);
  for (size_t i = 0; i < judgement.findings.count; i++)
    add_finding(run, s, subject, &judgement.findings.items[i]);
  if (judgement.findings.more_denials > 0)
    add_denial(
        s, (struct denial){subject->manifest->file, object_of(s->arena, subject), "", judgement.findings.more_denials});
}

/* Reads and judges the manifests with DRAFTS. */
static struct situation judge_all(const struct run *run, const struct drafts *drafts) {
  struct situation s = {.arena = dw_arena_new(0), .subjects = {.arena = dw_arena_new(0)}};
  struct dw_manifest_choice choice = run->task->choice;
  choice.drafts = drafts->items;
  choice.draft_count = drafts->count;
  /* What is unreadable is in what was read. */
  int failed = choice.count > 0 ? dw_manifests_gather(s.subjects.arena, &choice, &s.subjects.read, NULL)
                                : dw_manifests_gather_text(s.subjects.arena, drafts->items->file, drafts->items->text,
                                                           drafts->items->length, &s.subjects.read, NULL);
  (void)failed;
  (void)dw_subjects_build(&s.subjects, dw_policy_ref(run->task->policy), run->task->state, run->task->ns, NULL);
  for (size_t i = 0; i < s.subjects.count; i++)
    if (dw_kind_is_judged(s.subjects.items[i].kind))
      judge(run, &s, &s.subjects.items[i]);
  return s;
}

static void free_situation(struct situation *s) {
  dw_subjects_free(&s->subjects);
  dw_arena_free(s->arena);
}

static bool is_denial_of(const struct denial *denial, const char *file, const char *object) {
  return file == NULL || (strcmp(denial->object, object) == 0 && strcmp(denial->file, file) == 0);
}

/* The rule that denies something in NEW that OLD allows: in OBJECT of FILE, or anywhere if FILE is NULL. NULL if there
 * is none. */
static const char *new_denial_of(const struct situation *old, const struct situation *new, const char *file,
                                 const char *object) {
  for (size_t i = 0; i < new->denial_count; i++)
    if (is_denial_of(&new->denials[i], file, object) && new->denials[i].count > times_denied(old, &new->denials[i]))
      return new->denials[i].rule;
  return NULL;
}

static const char *new_denial(const struct situation *old, const struct situation *new) {
  if (new->subjects.read.unreadable.count > old->subjects.read.unreadable.count)
    return "unreadable";
  return new_denial_of(old, new, NULL, NULL);
}

/* --- one round: edits that do not depend on each other --- */

/* A document, and what was changed in it in this round. */
struct draft_doc {
  const char *file;
  const char *whole; /* the text of the file before this round */
  size_t whole_length;
  struct dw_fix_place place;
  struct dw_yaml_text now;
  struct dw_arena *arena; /* of its text; NULL before the first change */
  const char **touched;   /* paths */
  size_t touched_count, touched_capacity;
};

struct round {
  struct dw_arena *arena;
  struct draft_doc *docs;
  size_t doc_count, doc_capacity;
  const struct candidate **done;
  size_t done_count, done_capacity;
  bool spread; /* at most one in each document */
};

enum { MOST_TIMES = 32 }; /* of one mistake, in case two rules disagree */

static struct attempt *attempt_of(struct run *run, const char *key) {
  for (size_t i = 0; i < run->attempt_count; i++)
    if (strcmp(run->attempts[i].key, key) == 0)
      return &run->attempts[i];
  run->attempts =
      dw_arena_more(run->arena, run->attempts, run->attempt_count, &run->attempt_capacity, sizeof *run->attempts);
  struct attempt *attempt = &run->attempts[run->attempt_count++];
  *attempt = (struct attempt){.key = dw_arena_strdup(run->arena, key)};
  return attempt;
}

static void give_up(struct run *run, const struct candidate *candidate, const char *why) {
  attempt_of(run, candidate->key)->why = dw_arena_strdup(run->arena, why);
}

/* The document of MANIFEST; NULL if its text can't be edited. */
static struct draft_doc *doc_of(struct round *round, const struct dw_manifest *manifest) {
  struct dw_fix_place place;
  if (!dw_fix_place_of(manifest, &place))
    return NULL;
  for (size_t i = 0; i < round->doc_count; i++)
    if (round->docs[i].place.offset == place.offset && strcmp(round->docs[i].file, manifest->file) == 0)
      return &round->docs[i];
  round->docs = dw_arena_more(round->arena, round->docs, round->doc_count, &round->doc_capacity, sizeof *round->docs);
  struct draft_doc *doc = &round->docs[round->doc_count++];
  *doc = (struct draft_doc){.file = manifest->file, .place = place, .now = place.text};
  const struct dw_manifest_string *inside = manifest->inside;
  doc->whole = dw_yaml_source_text(inside == NULL ? manifest->source : inside->source, &doc->whole_length);
  return doc;
}

/* Whether one of two paths leads to the other. */
static bool related(const char *a, const char *b) {
  size_t length = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
  const char *rest = strlen(a) < strlen(b) ? b + length : a + length;
  return strncmp(a, b, length) == 0 && (length == 0 || *rest == '\0' || strchr(".[", *rest) != NULL);
}

/* PATH without its last index: removing an element moves those after it. */
static const char *list_of(struct dw_arena *arena, const char *path) {
  const char *bracket = strrchr(path, '[');
  bool index =
      bracket != NULL && bracket[1 + strspn(bracket + 1, "0123456789")] == ']' && path[strlen(path) - 1] == ']';
  return index ? dw_arena_strndup(arena, path, (size_t)(bracket - path)) : path;
}

/* The paths that EDIT changes: one, and a second one that may be NULL. */
static void paths_of(struct round *round, const struct draft_doc *doc, const struct dw_edit *edit,
                     const char *paths[2]) {
  const char *inside = doc->place.inside == NULL ? "" : doc->place.inside;
  bool removes = edit->kind == DW_EDIT_REMOVE || edit->kind == DW_EDIT_MOVE;
  const char *field = removes ? list_of(round->arena, edit->field) : edit->field;
  const char *dot = strrchr(edit->field, '.');
  paths[0] = dw_arena_join(round->arena, inside, *inside == '\0' ? "" : ".", field);
  paths[1] = NULL;
  if (edit->kind == DW_EDIT_MOVE)
    paths[1] = dw_arena_join(round->arena, inside, *inside == '\0' ? "" : ".", edit->value);
  else if (edit->kind == DW_EDIT_RENAME)
    paths[1] = dot == NULL ? dw_arena_join(round->arena, inside, *inside == '\0' ? "" : ".", edit->value)
                           : dw_arena_printf(round->arena, "%s%s%.*s.%s", inside, *inside == '\0' ? "" : ".",
                                             (int)(dot - edit->field), edit->field, edit->value);
}

static bool is_touched(const struct draft_doc *doc, const char *path) {
  for (size_t i = 0; path != NULL && i < doc->touched_count; i++)
    if (related(doc->touched[i], path))
      return true;
  return false;
}

/* Whether an earlier edit of this round changed what one of EDITS changes. */
static bool conflicts(struct round *round, const struct draft_doc *doc, const struct dw_edits *edits) {
  for (size_t i = 0; i < edits->count; i++) {
    const char *paths[2];
    paths_of(round, doc, &edits->items[i], paths);
    if (is_touched(doc, paths[0]) || is_touched(doc, paths[1]))
      return true;
  }
  return false;
}

static void touch(struct round *round, struct draft_doc *doc, const struct dw_edits *edits) {
  for (size_t i = 0; i < edits->count; i++) {
    const char *paths[2];
    paths_of(round, doc, &edits->items[i], paths);
    for (size_t k = 0; k < 2 && paths[k] != NULL; k++) {
      doc->touched =
          dw_arena_more(round->arena, doc->touched, doc->touched_count, &doc->touched_capacity, sizeof *doc->touched);
      doc->touched[doc->touched_count++] = paths[k];
    }
  }
}

/* Makes EDITS in the text of DOC. WHY, if it fails, is in the arena of ROUND. */
static bool edit_doc(struct round *round, struct draft_doc *doc, const struct dw_edits *edits, const char **why) {
  DW_ARENA_SCOPED struct dw_arena *scratch = dw_arena_new(0);
  struct dw_yaml_text text = doc->now;
  if (!dw_fix_edit(scratch, &text, doc->place.inside, edits, why)) {
    *why = dw_arena_strdup(round->arena, *why);
    return false;
  }
  struct dw_arena *arena = dw_arena_new(0);
  doc->now = (struct dw_yaml_text){dw_arena_strndup(arena, text.text, text.length), text.length, text.json};
  dw_arena_free(doc->arena);
  doc->arena = arena;
  return true;
}

static void end_round(struct round *round) {
  for (size_t i = 0; i < round->doc_count; i++)
    dw_arena_free(round->docs[i].arena);
  dw_arena_free(round->arena);
}

/* Makes the edits of CANDIDATE, unless they have to wait for the next round or are not possible. */
static void try_candidate(struct run *run, struct round *round, const struct candidate *candidate) {
  const struct dw_manifest *manifest = candidate->subject->manifest;
  struct attempt *attempt = attempt_of(run, candidate->key);
  struct draft_doc *doc = doc_of(round, manifest);
  struct dw_edits edits;
  const char *why = "its file is not UTF-8";
  if (attempt->why != NULL)
    return;
  if (attempt->times >= MOST_TIMES) {
    give_up(run, candidate, "it comes back after it was fixed");
    return;
  }
  if (doc == NULL || !dw_fix_edits_in(round->arena, manifest, &candidate->edits, &edits, &why)) {
    give_up(run, candidate, why);
    return;
  }
  if ((round->spread && doc->touched_count > 0) || conflicts(round, doc, &edits))
    return;
  if (!edit_doc(round, doc, &edits, &why)) {
    give_up(run, candidate, why);
    return;
  }
  touch(round, doc, &edits);
  round->done = dw_arena_more(round->arena, round->done, round->done_count, &round->done_capacity, sizeof *round->done);
  round->done[round->done_count++] = candidate;
}

/* --- drafts --- */

/* The text of FILE with the documents of ROUND. */
static struct dw_draft draft_of(const struct run *run, const struct round *round, const struct draft_doc *first) {
  struct dw_fix_changes changes = {.items = NULL};
  struct dw_draft draft = {.file = dw_arena_strdup(run->arena, first->file)};
  for (const struct draft_doc *doc = first; doc < round->docs + round->doc_count; doc++)
    if (strcmp(doc->file, first->file) == 0)
      dw_fix_change_add(
          round->arena, &changes,
          (struct dw_fix_change){doc->place.offset, doc->place.text.length, doc->now.text, doc->now.length});
  draft.text = dw_fix_changes_apply(run->arena, first->whole, first->whole_length, &changes, &draft.length);
  return draft;
}

static bool has_draft(const struct dw_draft *drafts, size_t count, const char *file) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(drafts[i].file, file) == 0)
      return true;
  return false;
}

/* The drafts after ROUND: those of its files, and of BEFORE those of the others. */
static struct drafts drafts_after(const struct run *run, const struct round *round, const struct drafts *before) {
  struct drafts out = {dw_arena_array(run->arena, before->count + round->doc_count, sizeof *out.items), 0};
  for (size_t i = 0; i < round->doc_count; i++)
    if (!has_draft(out.items, out.count, round->docs[i].file))
      out.items[out.count++] = draft_of(run, round, &round->docs[i]);
  for (size_t i = 0; i < before->count; i++)
    if (!has_draft(out.items, out.count, before->items[i].file))
      out.items[out.count++] = before->items[i];
  return out;
}

/* --- the result --- */

static void note(struct dw_arena *arena, struct dw_fix_notes *notes, const struct candidate *candidate,
                 const char *what) {
  const struct dw_manifest *manifest = candidate->subject->manifest;
  const struct dw_manifest_spot spot = {.field = candidate->field, .of_key = candidate->of_key};
  notes->items = dw_arena_more(arena, notes->items, notes->count, &notes->capacity, sizeof *notes->items);
  notes->items[notes->count++] = (struct dw_fix_note){.file = dw_arena_strdup(arena, manifest->file),
                                                      .line = dw_manifest_find(manifest, &spot).line,
                                                      .rule = candidate->rule,
                                                      .what = dw_arena_strdup(arena, what)};
}

/* Keeps the text that FILE had before anything was changed. */
static void keep_old(struct run *run, const struct draft_doc *doc) {
  struct dw_fix_result *out = run->out;
  for (size_t i = 0; i < out->file_count; i++)
    if (strcmp(out->files[i].file, doc->file) == 0)
      return;
  out->files = dw_arena_more(run->arena, out->files, out->file_count, &out->file_capacity, sizeof *out->files);
  out->files[out->file_count++] =
      (struct dw_fix_file){.file = dw_arena_strdup(run->arena, doc->file),
                           .old = dw_arena_strndup(run->arena, doc->whole, doc->whole_length),
                           .old_length = doc->whole_length};
}

static void accept(struct run *run, const struct round *round) {
  for (size_t i = 0; i < round->doc_count; i++)
    if (round->docs[i].touched_count > 0)
      keep_old(run, &round->docs[i]);
  for (size_t i = 0; i < round->done_count; i++) {
    const struct candidate *candidate = round->done[i];
    attempt_of(run, candidate->key)->times++;
    note(run->arena, &run->out->fixed, candidate,
         dw_fix_describe(run->arena, candidate->subject->manifest, &candidate->edits));
  }
}

/* Sets the new texts, and drops files that have their old one again. */
static void finish(struct run *run, const struct situation *now) {
  struct dw_fix_result *out = run->out;
  size_t kept = 0;
  for (size_t i = 0; i < out->file_count; i++) {
    struct dw_fix_file file = out->files[i];
    for (size_t k = 0; k < run->drafts.count; k++)
      if (strcmp(run->drafts.items[k].file, file.file) == 0) {
        file.new = run->drafts.items[k].text;
        file.new_length = run->drafts.items[k].length;
      }
    if (file.new_length != file.old_length || memcmp(file.new, file.old, file.old_length) != 0)
      out->files[kept++] = file;
  }
  out->file_count = kept;
  for (size_t i = 0; i < now->candidate_count; i++) {
    const char *why = attempt_of(run, now->candidates[i].key)->why;
    note(run->arena, &out->left, &now->candidates[i], why == NULL ? "too many other mistakes were fixed" : why);
  }
}

/* --- the loop --- */

enum { MOST_ROUNDS = 10000, MOST_STEPS = 5 };

/* A round, and what the manifests are after it. */
struct step {
  struct round round;
  struct drafts drafts;
  struct situation after;
};

/* How many candidates to try at once. */
struct pace {
  size_t most;
  bool spread; /* at most one in each document, so that what it leads to can be told from what others do */
};

/* Tries the candidates of NOW that deny something, or else those that only warn, since a warning may go with a denial.
 */
static void try_some(struct run *run, struct round *round, const struct situation *now, size_t most, bool denies) {
  for (size_t i = 0; i < now->candidate_count && round->done_count < most; i++)
    if (now->candidates[i].denies == denies)
      try_candidate(run, round, &now->candidates[i]);
}

/* Tries candidates of NOW, whose texts are BEFORE. False if there was nothing to do. */
static bool try_step(struct run *run, const struct situation *now, const struct drafts *before, struct pace pace,
                     struct step *out) {
  *out = (struct step){.round = {.arena = dw_arena_new(0), .spread = pace.spread}};
  try_some(run, &out->round, now, pace.most, true);
  if (out->round.done_count == 0)
    try_some(run, &out->round, now, pace.most, false);
  if (out->round.done_count == 0) {
    end_round(&out->round);
    return false;
  }
  out->drafts = drafts_after(run, &out->round, before);
  out->after = judge_all(run, &out->drafts);
  return true;
}

/* STEPS[0] leads to new denials: looks whether further steps fix what it has brought to light. Returns how many steps
 * there are then. */
static size_t look_ahead(struct run *run, const struct situation *now, struct step *steps) {
  size_t count = 1;
  while (
      count < MOST_STEPS && new_denial(now, &steps[count - 1].after) != NULL &&
      try_step(run, &steps[count - 1].after, &steps[count - 1].drafts, (struct pace){SIZE_MAX, false}, &steps[count]))
    count++;
  return count;
}

/* Gives up the candidates of ROUND to which it is due that AFTER has new denials: the only one, or those in the objects
 * that are denied. Returns whether there are any. */
static bool blame(struct run *run, const struct round *round, const struct situation *now,
                  const struct situation *after) {
  bool any = false;
  for (size_t i = 0; i < round->done_count; i++) {
    const struct dw_subject *subject = round->done[i]->subject;
    const char *rule = round->done_count == 1
                           ? new_denial(now, after)
                           : new_denial_of(now, after, subject->manifest->file, object_of(round->arena, subject));
    if (rule != NULL)
      give_up(run, round->done[i], dw_arena_printf(round->arena, "the result would be denied by %s", rule));
    any |= rule != NULL;
  }
  return any;
}

/* Tries candidates of NOW at once, and keeps the result if nothing new is denied. Otherwise it changes PACE. Returns
 * false if there is nothing left to try. */
static bool make_round(struct run *run, struct situation *now, struct pace *pace) {
  enum { FEW = 8 };
  struct step steps[MOST_STEPS];
  if (!try_step(run, now, &run->drafts, *pace, &steps[0]))
    return false;
  size_t tried = steps[0].round.done_count;
  bool ahead = tried == 1 || pace->spread;
  size_t count = ahead ? look_ahead(run, now, steps) : 1;
  bool good = new_denial(now, &steps[count - 1].after) == NULL;
  if (good)
    *pace = (struct pace){SIZE_MAX, false};
  else if (tried > FEW && !pace->spread)
    pace->spread = true;
  else if (!ahead || !blame(run, &steps[0].round, now, &steps[tried == 1 ? 0 : count - 1].after))
    *pace = (struct pace){tried / 2 + (tried == 1), pace->spread && tried > FEW};
  for (size_t i = 0; good && i < count; i++)
    accept(run, &steps[i].round);
  if (good) {
    free_situation(now);
    *now = steps[count - 1].after;
    run->drafts = steps[count - 1].drafts;
  }
  for (size_t i = 0; i < count; i++) {
    end_round(&steps[i].round);
    if (!good || i + 1 < count)
      free_situation(&steps[i].after);
  }
  return true;
}

void dw_fix_run(struct dw_arena *arena, const struct dw_fix_task *task, struct dw_fix_result *out,
                struct dw_subjects *subjects) {
  struct run run = {.arena = arena, .task = task, .out = out};
  struct pace pace = {SIZE_MAX, false};
  *out = (struct dw_fix_result){.files = NULL};
  run.drafts = (struct drafts){dw_arena_array(arena, task->choice.draft_count, sizeof *run.drafts.items),
                               task->choice.draft_count};
  for (size_t i = 0; i < run.drafts.count; i++)
    run.drafts.items[i] = task->choice.drafts[i];
  struct situation now = judge_all(&run, &run.drafts);
  for (size_t i = 0; i < MOST_ROUNDS && make_round(&run, &now, &pace); i++)
    continue;
  finish(&run, &now);
  *subjects = now.subjects;
  dw_arena_free(now.arena);
}
