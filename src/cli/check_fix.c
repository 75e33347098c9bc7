#include "cli/check_fix.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/state.h"
#include "files/replace.h"
#include "fix/diff.h"

/* The manifests are read several times, which a pipe does not allow. */
static int refuse_pipes(const struct cli_manifest_arguments *arguments, struct dw_error *err) {
  for (size_t i = 0; i < arguments->path_count; i++) {
    struct stat info;
    if (stat(arguments->paths[i], &info) != 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))
      continue;
    dw_error_set(err, DW_ERR_IO, "is not a file, so it can't be read twice and written; use standard input (-)");
    return dw_error_in_file(err, arguments->paths[i]);
  }
  return 0;
}

static bool names_input(const struct cli_manifest_arguments *arguments) {
  for (size_t i = 0; i < arguments->path_count; i++)
    if (strcmp(arguments->paths[i], "-") == 0)
      return true;
  return false;
}

/* Standard input can be read only once, but the manifests are read several times. */
static int read_input(struct dw_arena *arena, struct dw_draft *out, struct dw_fix_task *task, struct dw_error *err) {
  out->text = dw_read_file(arena, "-", 0, &out->length, err);
  out->file = out->text == NULL ? NULL : "-";
  task->choice.drafts = out;
  task->choice.draft_count = 1;
  return out->text == NULL ? -1 : 0;
}

int cli_fix_load(struct dw_arena *arena, const struct cli_manifest_arguments *arguments, bool ranges,
                 struct cli_fixed *fixed, struct dw_subjects *out, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&arguments->world);
  *fixed = (struct cli_fixed){.input = {.file = NULL}};
  struct cli_state state;
  struct dw_policy *policy = refuse_pipes(arguments, err) == 0 ? dw_policy_load(&sources, err) : NULL;
  if (policy == NULL)
    return -1;
  struct cli_state_query query = {&arguments->world, policy->namespace_, DW_KEEP_JUDGED};
  struct dw_fix_task task = {.policy = policy, .state = &state.found, .ns = arguments->ns};
  task.more = ranges ? cli_fix_range : NULL;
  task.choice.paths = arguments->paths;
  task.choice.count = arguments->path_count;
  task.choice.exclude = &arguments->exclude;
  int status = cli_state_read(arena, &query, &state, err);
  if (status == 0) {
    status = names_input(arguments) ? read_input(arena, &fixed->input, &task, err) : 0;
    if (status == 0)
      dw_fix_run(arena, &task, &fixed->result, out);
    dw_lint_state_free(&state.found);
  }
  dw_policy_free(policy);
  return status;
}

static void print_input(const struct cli_fixed *fixed) {
  const char *text = fixed->input.text;
  size_t length = fixed->input.length;
  for (size_t i = 0; i < fixed->result.file_count; i++)
    if (strcmp(fixed->result.files[i].file, "-") == 0) {
      text = fixed->result.files[i].new;
      length = fixed->result.files[i].new_length;
    }
  fwrite(text, 1, length, stdout);
}

/* FILE is as it was: what was fixed in it is left. */
static void keep_mistakes(struct dw_arena *arena, struct dw_fix_result *result, const char *file) {
  struct dw_fix_notes *fixed = &result->fixed;
  struct dw_fix_notes *left = &result->left;
  size_t kept = 0;
  for (size_t i = 0; i < fixed->count; i++) {
    struct dw_fix_note note = fixed->items[i];
    if (strcmp(note.file, file) != 0) {
      fixed->items[kept++] = note;
      continue;
    }
    note.what = "the file can't be written";
    left->items = dw_arena_more(arena, left->items, left->count, &left->capacity, sizeof *left->items);
    left->items[left->count++] = note;
  }
  fixed->count = kept;
}

int cli_fix_write(struct dw_arena *arena, struct cli_fixed *fixed) {
  struct dw_fix_result *result = &fixed->result;
  int status = CLI_OK;
  size_t kept = 0;
  if (fixed->input.file != NULL)
    print_input(fixed);
  for (size_t i = 0; i < result->file_count; i++) {
    const struct dw_fix_file file = result->files[i];
    const struct dw_replacement replacement = {file.old, file.new, file.old_length, file.new_length};
    struct dw_error err = DW_ERROR_INIT;
    if (strcmp(file.file, "-") == 0 || dw_replace_file(file.file, &replacement, &err) == 0) {
      result->files[kept++] = file;
      continue;
    }
    status = cli_fail(&err);
    keep_mistakes(arena, result, file.file);
  }
  result->file_count = kept;
  return status;
}

int cli_fix_show(const struct cli_fixed *fixed, bool quiet) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  const struct dw_fix_result *result = &fixed->result;
  size_t count = result->fixed.count;
  size_t files = result->file_count;
  for (size_t i = 0; i < files; i++) {
    const struct dw_fix_file *file = &result->files[i];
    dw_diff_put(&out, &(struct dw_diff){.name = file->file,
                                        .old = file->old,
                                        .new = file->new,
                                        .old_length = file->old_length,
                                        .new_length = file->new_length});
  }
  fwrite(dw_buf_text(&out), 1, out.length, stdout);
  if (!quiet)
    cli_print_error("--fix would fix %zu mistake%s in %zu file%s", count, count == 1 ? "" : "s", files,
                    files == 1 ? "" : "s");
  return files > 0 ? CLI_DENIED : CLI_OK;
}
