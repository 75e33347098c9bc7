#include "cli/explain_print.h"

#include <stdio.h>
#include <string.h>

#include "cli/line_diff.h"

static const char *action_name(enum dw_action action) {
  return action == DW_ACTION_DENY ? "deny" : action == DW_ACTION_WARN ? "warn" : "off";
}

static bool is_of_nads(const struct dw_rule *rule) {
  return rule->scope == DW_SCOPE_NAD || rule->scope == DW_SCOPE_NAD_CALLED_ONE || rule->scope == DW_SCOPE_NAD_DELETE;
}

/* "deny on a migration network, warn on any other NAD": the actions in force. */
static const char *actions_of(struct dw_arena *arena, const struct dw_policy *policy, const struct dw_rule *rule) {
  const char *migration = action_name(dw_policy_action(policy, rule->id, rule->migration));
  const char *other = action_name(dw_policy_action(policy, rule->id, rule->other));
  if (!is_of_nads(rule))
    return dw_arena_printf(arena, "%s", migration);
  if (rule->other == DW_ACTION_NONE)
    return dw_arena_printf(arena, "%s on a migration network", migration);
  if (strcmp(migration, other) == 0)
    return dw_arena_printf(arena, "%s on every network", migration);
  return dw_arena_printf(arena, "%s on a migration network, %s on any other NAD", migration, other);
}

static const char *sayer(const struct cli_explained *explained) {
  if (explained->rule->scope == DW_SCOPE_VMI)
    return "What `droveway audit` says of it";
  return explained->explanation.deletes ? "What its deletion is answered with" : "What `droveway check` says of it";
}

/* How it is decided which action a NAD gets. */
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
      "A NAD is a migration network where a HyperConverged or KubeVirt names it; else as its label\n"
      "droveway.io/migration-network says (\"true\" or \"false\"); without that label where its name or the\n"
      "CNI name in it matches a pattern of the policy's migrationNetworks.namePatterns (%s).\n",
      *patterns ? patterns : "none now");
}

static const char *policy_snippet(const struct cli_explained *explained) {
  return dw_arena_printf(explained->arena, "apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {%s: %s}\n",
                         explained->rule->id, explained->rule->migration == DW_ACTION_DENY ? "warn" : "deny");
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

static void print_diff(const struct cli_explained *explained, size_t context, const char *indent) {
  struct cli_diff_line *lines = NULL;
  size_t count =
      cli_line_diff(explained->arena, explained->explanation.broken, explained->explanation.fixed, context, &lines);
  for (size_t i = 0; i < count; i++)
    if (lines[i].mark == '@')
      printf("%s  ...\n", indent);
    else
      printf("%s%c%s%s\n", indent, lines[i].mark, *lines[i].text ? " " : "", lines[i].text);
}

static void print_fixed(const struct cli_explained *explained) {
  if (explained->explanation.deletes) {
    print_part("To be applied first", explained->explanation.fixed, "    ");
    return;
  }
  puts("\nFixed");
  print_diff(explained, 3, "    ");
}

void cli_explain_text(const struct cli_explained *explained) {
  const struct dw_rule *rule = explained->rule;
  const struct dw_explanation *explanation = &explained->explanation;
  printf("%s: %s\n  finds: %s\n  fix:  %s\n", rule->id, actions_of(explained->arena, explained->policy, rule),
         rule->finds, rule->fix);
  print_part("Why", explanation->why, "  ");
  print_part(explanation->deletes ? "An example that breaks it, when it is deleted" : "An example that breaks it",
             explanation->broken, "    ");
  print_part(sayer(explained), explained->said, "    ");
  print_fixed(explained);
  print_part("To change its action, in the policy (--policy FILE; `deny`, `warn` or `off`)", policy_snippet(explained),
             "    ");
  if (is_of_nads(rule))
    print_part("Where it applies", which_networks(explained), "  ");
  print_part("The policy of the example", explanation->policy, "    ");
  print_part("The cluster of the example", explanation->state, "    ");
}

/* --- markdown --- */

/* Prose as it stands: what Markdown would take for marks is escaped, but not in `code`. */
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

static void print_fixed_block(const struct cli_explained *explained) {
  if (explained->explanation.deletes) {
    print_block("To be applied first", "yaml", explained->explanation.fixed);
    return;
  }
  puts("\nFixed:\n\n```diff");
  print_diff(explained, 3, "");
  puts("```");
}

void cli_explain_markdown(const struct cli_explained *explained) {
  const struct dw_rule *rule = explained->rule;
  const struct dw_explanation *explanation = &explained->explanation;
  printf("## %s\n\nAction: %s.\n\n", rule->id, actions_of(explained->arena, explained->policy, rule));
  print_prose(explanation->why);
  print_block(explanation->deletes ? "An example that breaks it, when it is deleted" : "An example that breaks it",
              "yaml", explanation->broken);
  print_block(sayer(explained), "text", explained->said);
  print_fixed_block(explained);
  print_folded("The policy of the example", explanation->policy);
  print_folded("The cluster of the example", explanation->state);
  if (explained->one_of_many)
    return;
  print_block("To change its action, in the policy (`deny`, `warn` or `off`)", "yaml", policy_snippet(explained));
  if (!is_of_nads(rule))
    return;
  puts("");
  print_prose(which_networks(explained));
}
