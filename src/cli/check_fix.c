#include "cli/check_fix.h"

#include <stdio.h>
#include <string.h>

#include "cli/state.h"
#include "files/replace.h"
#include "fix/diff.h"

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
  struct dw_policy *policy = dw_policy_load(&sources, err);
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

int cli_fix_write(const struct cli_fixed *fixed) {
  int status = CLI_OK;
  if (fixed->input.file != NULL)
    print_input(fixed);
  for (size_t i = 0; i < fixed->result.file_count; i++) {
    const struct dw_fix_file *file = &fixed->result.files[i];
    const struct dw_replacement replacement = {file->old, file->new, file->old_length, file->new_length};
    struct dw_error err = DW_ERROR_INIT;
    if (strcmp(file->file, "-") != 0 && dw_replace_file(file->file, &replacement, &err) != 0)
      status = cli_fail(&err);
  }
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
