#include <getopt.h>
#include <stdio.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cluster/policy_schema.h"
#include "rules/engine.h"

static int help(void) {
  cli_put_help(stdout, "usage: droveway schema\n"
                       "\n"
                       "Prints the JSON Schema of the policy file. Editors with a YAML language server use it to "
                       "complete and check policies, if the policy begins with:\n"
                       "\n"
                       "  # yaml-language-server: $schema=droveway-policy.schema.json\n"
                       "\n"
                       "      --help\tshow this help\n"
                       "\n"
                       "Example:\n"
                       "  droveway schema > droveway-policy.schema.json\n");
  return cli_finish(CLI_OK);
}

static void print_schema(void) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  size_t count = 0;
  const struct dw_rule *const *rules = dw_rules(&count);
  struct dw_policy_rule *known = dw_arena_array(arena, count + 1, sizeof *known);
  for (size_t i = 0; i < count; i++)
    known[i] = (struct dw_policy_rule){rules[i]->id,
                                       dw_arena_printf(arena, "Finds: %s. Fix: %s.", rules[i]->finds, rules[i]->fix)};
  dw_policy_schema(&out, known, count);
  fwrite(dw_buf_text(&out), 1, out.length, stdout);
}

int cli_schema(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option = cli_option(argc, argv, ":h", options);
  if (option != -1)
    return option == 'h' ? help() : CLI_FAILED;
  if (optind < argc)
    return cli_usage("schema", "unexpected argument \"%s\"", argv[optind]);
  print_schema();
  return cli_finish(CLI_OK);
}
