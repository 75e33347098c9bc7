/* The output formats, and the options that choose one. Separate from report.c, because the formats need that. */
#include <stdio.h>
#include <string.h>

#include "cli/report.h"

static const struct {
  const char *name;
  void (*put)(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
} forms[] = {[CLI_FORM_TEXT] = {"text", cli_report_text},
             [CLI_FORM_JSON] = {"json", cli_report_json},
             [CLI_FORM_SARIF] = {"sarif", cli_report_sarif},
             [CLI_FORM_JUNIT] = {"junit", cli_report_junit},
             [CLI_FORM_GITHUB] = {"github", cli_report_github},
             [CLI_FORM_GITLAB] = {"gitlab", cli_report_gitlab},
             [CLI_FORM_POLICY] = {"policyreport", cli_report_policy}};
static const char *const fail_ons[] = {"deny", "warn", "never"};
static const char *const colors[] = {"auto", "always", "never"};

static int read_form(const char *command, const char *text, enum cli_form *out) {
  bool audit = strcmp(command, "audit") == 0;
  if (!audit && strcmp(text, forms[CLI_FORM_POLICY].name) == 0)
    return cli_usage(command, "-o policyreport is only for audit: it reports objects of a cluster");
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(forms[i].name, text) == 0) {
      *out = (enum cli_form)i;
      return CLI_OK;
    }
  return cli_usage(command, "unknown output format \"%s\"; use text, json, sarif, junit, github%s", text,
                   audit ? ", gitlab or policyreport" : " or gitlab");
}

int cli_report_option(const char *command, int option, const char *value, struct cli_report_options *out) {
  int word = 0;
  switch (option) {
  case 'o':
    return read_form(command, value, &out->form);
  case CLI_OPTION_FAIL_ON:
    if ((word = cli_word(fail_ons, 3, value)) < 0)
      return cli_usage(command, "invalid --fail-on \"%s\"; use deny, warn or never", value);
    out->fail_on = (enum cli_fail_on)word;
    break;
  case CLI_OPTION_COLOR:
    if ((word = cli_word(colors, 3, value)) < 0)
      return cli_usage(command, "invalid --color \"%s\"; use auto, always or never", value);
    out->color = (enum cli_color)word;
    break;
  case 'v':
    out->verbose = true;
    break;
  case CLI_OPTION_NO_SNIPPETS:
    out->no_snippets = true;
    break;
  default:
    out->quiet = true;
  }
  return CLI_OK;
}

void cli_report_print(const struct cli_report *report, const struct cli_report_options *options) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  forms[options->form].put(report, options, &out);
  fwrite(dw_buf_text(&out), 1, out.length, options->to_errors ? stderr : stdout);
}
