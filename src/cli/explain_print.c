#include "cli/explain_print.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "cli/terminal.h"

static bool is_of_nads(const struct dw_rule *rule) {
  return rule->scope == DW_SCOPE_NAD || rule->scope == DW_SCOPE_NAD_CANDIDATE || rule->scope == DW_SCOPE_NAD_DELETE;
}

/* "deny on a migration network, warn on any other NAD": the actions in force. */
static const char *actions_of(struct dw_arena *arena, const struct dw_policy *policy, const struct dw_rule *rule) {
  const char *migration = cli_action_name(dw_policy_action(policy, rule->id, rule->migration));
  const char *other = cli_action_name(dw_policy_action(policy, rule->id, rule->other));
  if (!is_of_nads(rule))
    return dw_arena_printf(arena, "%s", migration);
  if (rule->other == DW_ACTION_NONE)
    return dw_arena_printf(arena, "%s on a migration network", migration);
  if (strcmp(migration, other) == 0)
    return dw_arena_printf(arena, "%s on every network", migration);
  return dw_arena_printf(arena, "%s on a migration network, %s on any other NAD", migration, other);
}

static const char *output_title(const struct cli_explained *explained) {
  if (explained->rule->scope == DW_SCOPE_VMI)
    return "What `droveway audit` reports";
  return explained->explanation.deletes ? "How its deletion is answered" : "What `droveway check` reports";
}

/* How Droveway decides which action applies to a NAD. */
static const char *which_networks(const struct cli_explained *explained) {
  struct dw_arena *arena = explained->arena;
  const char *patterns = "";
  for (size_t i = 0; i < explained->policy->name_pattern_count; i++) {
    const char *pattern = explained->policy->name_patterns[i];
    const char *quoted = dw_json_text(arena, dw_json_new_string(arena, pattern, strlen(pattern)));
    patterns = dw_arena_printf(arena, "%s%s%s", patterns, i == 0 ? "" : ", ", quoted);
  }
  return dw_arena_printf(
      arena,
      "A NAD is a migration network if a HyperConverged or KubeVirt object refers to it. Otherwise its label\n"
      "droveway.io/migration-network decides (\"true\" or \"false\"). Without that label, it is one if its name or\n"
      "its CNI network name matches a pattern of the policy's migrationNetworks.namePatterns (%s).\n",
      *patterns ? patterns : "currently none");
}

static const char *policy_snippet(const struct cli_explained *explained) {
  return dw_arena_printf(explained->arena, "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {%s: %s}\n",
                         explained->rule->id, explained->rule->migration == DW_ACTION_DENY ? "warn" : "deny");
}

/* --- the example and the fixed example, line by line --- */

struct diff_line {
  char mark; /* ' ': in both; '-': only in the old; '+': only in the new; '@': unchanged lines are left out here */
  const char *text; /* without its newline */
};

struct lines {
  const char **items;
  size_t count;
};

static struct lines split(struct dw_arena *arena, const char *text) {
  size_t most = 1;
  for (const char *c = text; *c; c++)
    most += *c == '\n';
  struct lines lines = {dw_arena_array(arena, most, sizeof *lines.items), 0};
  while (*text) {
    size_t length = strcspn(text, "\n");
    lines.items[lines.count++] = dw_arena_strndup(arena, text, length);
    text += length + (text[length] == '\n');
  }
  return lines;
}

/* shared[i * (after.count + 1) + j] is the length of the longest common subsequence of before[i...] and after[j...]. */
static const uint32_t *measure(struct dw_arena *arena, const struct lines *before, const struct lines *after) {
  size_t width = after->count + 1;
  uint32_t *shared = dw_arena_array(arena, (before->count + 1) * width, sizeof *shared);
  for (size_t i = before->count; i-- > 0;)
    for (size_t j = after->count; j-- > 0;) {
      uint32_t down = shared[(i + 1) * width + j];
      uint32_t right = shared[i * width + j + 1];
      shared[i * width + j] = strcmp(before->items[i], after->items[j]) == 0 ? shared[(i + 1) * width + j + 1] + 1
                              : down >= right                                ? down
                                                                             : right;
    }
  return shared;
}

static size_t whole_diff(struct dw_arena *arena, const struct lines *before, const struct lines *after,
                         struct diff_line *out) {
  const uint32_t *shared = measure(arena, before, after);
  size_t width = after->count + 1;
  size_t count = 0;
  size_t i = 0;
  size_t j = 0;
  while (i < before->count || j < after->count) {
    bool both = i < before->count && j < after->count;
    if (both && strcmp(before->items[i], after->items[j]) == 0) {
      out[count++] = (struct diff_line){' ', before->items[i++]};
      j++;
    } else if (j == after->count || (both && shared[(i + 1) * width + j] >= shared[i * width + j + 1])) {
      out[count++] = (struct diff_line){'-', before->items[i++]};
    } else {
      out[count++] = (struct diff_line){'+', after->items[j++]};
    }
  }
  return count;
}

static bool is_near_change(const struct diff_line *lines, size_t count, size_t at, size_t context) {
  size_t from = at > context ? at - context : 0;
  for (size_t i = from; i < count && i <= at + context; i++)
    if (lines[i].mark != ' ')
      return true;
  return false;
}

/* The lines of BEFORE and AFTER in order, with only CONTEXT unchanged lines around each change. Takes time proportional
 * to the product of the line counts. OUT is in ARENA; returns its length. */
static size_t line_diff(struct dw_arena *arena, const char *before, const char *after, size_t context,
                        struct diff_line **out) {
  struct lines old = split(arena, before);
  struct lines new = split(arena, after);
  struct diff_line *all = dw_arena_array(arena, old.count + new.count + 1, sizeof *all);
  struct diff_line *shown = dw_arena_array(arena, old.count + new.count + 1, sizeof *shown);
  size_t all_count = whole_diff(arena, &old, &new, all);
  size_t count = 0;
  for (size_t i = 0; i < all_count; i++) {
    if (is_near_change(all, all_count, i, context))
      shown[count++] = all[i];
    else if (count == 0 || shown[count - 1].mark != '@')
      shown[count++] = (struct diff_line){'@', "..."};
  }
  *out = shown;
  return count;
}

/* --- text --- */

static void print_indented(const char *text, const char *indent) {
  while (*text) {
    int length = (int)strcspn(text, "\n");
    printf("%s%.*s\n", length ? indent : "", length, text);
    text += length + (text[length] == '\n');
  }
}

static void print_part(const char *title, const char *text, const char *indent) {
  if (!text)
    return;
  printf("\n%s\n", title);
  print_indented(text, indent);
}

/* The lines of the broken example that change if it becomes FIXED. */
static void print_diff(const struct cli_explained *explained, const char *fixed, size_t context, const char *indent) {
  struct diff_line *lines = NULL;
  size_t count = line_diff(explained->arena, explained->explanation.broken, fixed, context, &lines);
  for (size_t i = 0; i < count; i++)
    if (lines[i].mark == '@')
      printf("%s  ...\n", indent);
    else
      printf("%s%c%s%s\n", indent, lines[i].mark, *lines[i].text ? " " : "", lines[i].text);
}

#define FIXED_BY_CHECK "Fixed by `droveway check --fix`"

/* Whether the fixed example is another one than `check --fix` makes. */
static bool shows_fixed(const struct cli_explained *explained) {
  return explained->fixed_by_check == NULL || strcmp(explained->fixed_by_check, explained->explanation.fixed) != 0;
}

static const char *fixed_title(const struct cli_explained *explained) {
  return explained->fixed_by_check == NULL ? "Fixed" : "Another way to fix it";
}

static void print_fixed(const struct cli_explained *explained) {
  if (explained->explanation.deletes) {
    print_part("Apply this first", explained->explanation.fixed, "    ");
    return;
  }
  if (explained->fixed_by_check != NULL) {
    puts("\n" FIXED_BY_CHECK);
    print_diff(explained, explained->fixed_by_check, 3, "    ");
  }
  if (shows_fixed(explained)) {
    printf("\n%s\n", fixed_title(explained));
    print_diff(explained, explained->explanation.fixed, 3, "    ");
  }
}

static void print_prose_part(const char *title, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  cli_put_prose(&out, text, cli_wrap_width(), 2);
  printf("\n%s\n%s", title, dw_buf_text(&out));
}

static void print_labelled(const char *label, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  dw_buf_printf(&line, "  %-6s %s", label, text);
  cli_put_wrapped(&out, dw_buf_text(&line), cli_wrap_width(), 9);
  fputs(dw_buf_text(&out), stdout);
}

static void print_whole(const struct cli_explained *explained) {
  const struct dw_rule *rule = explained->rule;
  const struct dw_explanation *explanation = &explained->explanation;
  printf("%s: %s\n", rule->id, actions_of(explained->arena, explained->policy, rule));
  print_labelled("finds:", rule->finds);
  print_labelled("fix:", rule->fix);
  print_prose_part("Why", explanation->why);
  print_part(explanation->deletes ? "An example whose deletion breaks it" : "An example that breaks it",
             explanation->broken, "    ");
  print_part(output_title(explained), explained->output, "    ");
  print_fixed(explained);
  print_part("To change its action (`deny`, `warn` or `off`), in the policy (--policy FILE)", policy_snippet(explained),
             "    ");
  if (is_of_nads(rule))
    print_prose_part("Which networks it applies to", which_networks(explained));
  print_part("The policy of the example", explanation->policy, "    ");
  print_part("The cluster of the example", explanation->state, "    ");
}

void cli_explain_text(const struct cli_explained *explained) {
  struct cli_glyphs glyphs = cli_glyphs_begin();
  print_whole(explained);
  cli_glyphs_end(&glyphs);
}

/* --- markdown --- */

/* Escapes what Markdown would interpret, but not in `code`. */
static void print_prose(const char *text) {
  bool code = false;
  for (; *text; text++) {
    code ^= *text == '`';
    printf(!code && strchr("*<", *text) ? "\\%c" : "%c", *text);
  }
}

static void print_block(const char *title, const char *language, const char *text) {
  if (text)
    printf("\n%s:\n\n```%s\n%s```\n", title, language, text);
}

static void print_folded(const char *title, const char *text) {
  if (text)
    printf("\n<details><summary>%s</summary>\n\n```yaml\n%s```\n\n</details>\n", title, text);
}

static void print_diff_block(const struct cli_explained *explained, const char *title, const char *fixed) {
  printf("\n%s:\n\n```diff\n", title);
  print_diff(explained, fixed, 3, "");
  puts("```");
}

static void print_fixed_block(const struct cli_explained *explained) {
  if (explained->explanation.deletes) {
    print_block("Apply this first", "yaml", explained->explanation.fixed);
    return;
  }
  if (explained->fixed_by_check != NULL)
    print_diff_block(explained, FIXED_BY_CHECK, explained->fixed_by_check);
  if (shows_fixed(explained))
    print_diff_block(explained, fixed_title(explained), explained->explanation.fixed);
}

void cli_explain_markdown(const struct cli_explained *explained) {
  const struct dw_rule *rule = explained->rule;
  const struct dw_explanation *explanation = &explained->explanation;
  printf("## %s\n\nAction: %s.\n\n", rule->id, actions_of(explained->arena, explained->policy, rule));
  print_prose(explanation->why);
  print_block(explanation->deletes ? "An example whose deletion breaks it" : "An example that breaks it", "yaml",
              explanation->broken);
  print_block(output_title(explained), "text", explained->output);
  print_fixed_block(explained);
  print_folded("The policy of the example", explanation->policy);
  print_folded("The cluster of the example", explanation->state);
  if (explained->one_of_many)
    return;
  print_block("To change its action (`deny`, `warn` or `off`), in the policy", "yaml", policy_snippet(explained));
  if (!is_of_nads(rule))
    return;
  puts("");
  print_prose(which_networks(explained));
}

/* --- JSON --- */

static void put_if_set(struct dw_json_writer *w, const char *key, const char *text) {
  if (text != NULL)
    dw_json_member_string(w, key, text);
}

static void put_example(struct dw_json_writer *w, const struct cli_explained *explained) {
  const struct dw_explanation *explanation = &explained->explanation;
  dw_json_key(w, "example");
  dw_json_begin_object(w);
  dw_json_member_bool(w, "deletes", explanation->deletes);
  dw_json_member_string(w, "broken", explanation->broken);
  dw_json_member_string(w, "output", explained->output);
  dw_json_member_string(w, "fixed", explanation->fixed);
  put_if_set(w, "fixedByCheck", explained->fixed_by_check);
  put_if_set(w, "policy", explanation->policy);
  put_if_set(w, "state", explanation->state);
  dw_json_end_object(w);
}

void cli_explain_json(const struct cli_explained *explained, struct dw_json_writer *w) {
  const struct dw_rule *rule = explained->rule;
  const struct dw_policy *policy = explained->policy;
  dw_json_begin_object(w);
  dw_json_member_string(w, "id", rule->id);
  dw_json_member_string(w, "migrationNetwork", cli_action_name(dw_policy_action(policy, rule->id, rule->migration)));
  dw_json_member_string(w, "otherNetwork", cli_action_name(dw_policy_action(policy, rule->id, rule->other)));
  dw_json_member_string(w, "finds", rule->finds);
  dw_json_member_string(w, "fix", rule->fix);
  dw_json_member_bool(w, "fixable", explained->fixed_by_check != NULL);
  dw_json_member_string(w, "why", explained->explanation.why);
  put_example(w, explained);
  dw_json_member_string(w, "changeAction", policy_snippet(explained));
  dw_json_end_object(w);
}
