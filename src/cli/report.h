/* The findings of `check` and `audit`, and their output formats. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <getopt.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "files/manifests.h"
#include "fix/fix.h"
#include "rules/engine.h"

enum cli_form {
  CLI_FORM_TEXT,
  CLI_FORM_JSON,
  CLI_FORM_SARIF,
  CLI_FORM_JUNIT,
  CLI_FORM_GITHUB,
  CLI_FORM_GITLAB,
  CLI_FORM_POLICY
};
enum cli_fail_on { CLI_FAIL_ON_DENY, CLI_FAIL_ON_WARN, CLI_FAIL_ON_NEVER };

struct cli_report_options {
  enum cli_form form;
  enum cli_fail_on fail_on;
  enum cli_color color;
  bool quiet;       /* no summary */
  bool no_snippets; /* no source lines: one line per finding */
  bool verbose;     /* show what could not be checked without a cluster */
  bool unwrapped;   /* text does not depend on the terminal */
  size_t indent;    /* columns that the caller puts before each line of text */
  bool to_errors;   /* print to standard error */
};

/* --- the options that both commands have (--no-snippets is only for `check`) --- */

enum { CLI_OPTION_FAIL_ON = 0x100, CLI_OPTION_COLOR, CLI_OPTION_NO_SNIPPETS };
#define CLI_REPORT_OPTIONS                                                                                             \
  {"output", required_argument, NULL, 'o'}, {"quiet", no_argument, NULL, 'q'},                                         \
      {"fail-on", required_argument, NULL, CLI_OPTION_FAIL_ON}, {"color", required_argument, NULL, CLI_OPTION_COLOR},  \
  {                                                                                                                    \
    "no-snippets", no_argument, NULL, CLI_OPTION_NO_SNIPPETS                                                           \
  }
#define CLI_REPORT_LETTERS "o:q"
#define CLI_REPORT_HELP(MORE_FORMATS)                                                                                  \
  "  -o, --output FORMAT\ttext (default), json, sarif, junit, github" MORE_FORMATS "\n"                                \
  "      --fail-on LEVEL\texit with status 1 on: deny (default), warn (also on warnings) or never\n"                   \
  "      --color WHEN\tauto (default: if stdout is a terminal and NO_COLOR is not set), always or never\n"             \
  "  -q, --quiet\tomit the summary from text and github output\n"

/* Stores OPTION in OUT. CLI_FAILED after printing an error about VALUE, which names COMMAND. */
int cli_report_option(const char *command, int option, const char *value, struct cli_report_options *out);

/* --- findings --- */

/* A checked object, or an input: a file that could not be read, or that has notes; then KIND, NS and NAME are NULL. */
struct cli_reported_object {
  const char *kind, *ns, *name;
  const char *file; /* "-" for standard input; NULL if it comes from a live cluster */
  bool denied;
  bool unreadable;                    /* an input that could not be read */
  size_t first, count;                /* its findings in the report's list */
  size_t excepted;                    /* behind them: findings that do not count, because of an exception */
  size_t more_denials, more_warnings; /* findings of one rule over the limit, which are only counted */
};

struct cli_reported {
  const struct cli_report *report;
  size_t object; /* its index in the report's list */
  struct dw_finding finding;
  struct dw_place place;     /* line 0: unknown */
  bool hidden;               /* only JSON and JUnit contain it; the others count it */
  bool excepted;             /* it does not count */
  const struct cli_fix *fix; /* what --fix would change for it; NULL if nothing */
};

/* A change of a file: the text from the first place to the second one becomes TEXT. Columns count characters. */
struct cli_fix {
  int line, column, end_line, end_column;
  const char *text;
  const char *what; /* for people */
};

/* The wording of a command. */
struct cli_report_words {
  const char *command; /* "check" */
  const char *done;    /* "checked" */
  const char *denied;  /* "denied" */
  const char *nothing; /* the line that is printed if no object was found */
  bool by_object;      /* text output is grouped by object and shows no source, so that a cluster and its snapshot have
                          the same output */
};

struct cli_report {
  struct dw_arena *arena; /* the caller's, as are the words */
  const struct cli_report_words *words;
  struct cli_reported_object *objects;
  size_t object_count, object_capacity;
  struct cli_reported *findings;
  size_t finding_count, finding_capacity;
  size_t denied;           /* objects */
  size_t unreadable;       /* of the objects, those that are inputs that could not be read */
  size_t noted;            /* of the objects, those that are inputs with notes */
  size_t errors, warnings; /* findings, including those that are only counted */
  bool hide_unknown;       /* without a cluster, its missing objects get one note instead of a warning for each rule */
  size_t hidden;           /* findings; they are part of the warnings */
  const char *assumed_namespace;     /* KubeVirt's, if neither the policy nor an object shows it; else NULL */
  const struct dw_manifests *read;   /* what was skipped of the manifests; NULL if there are none */
  bool offers_fixes;                 /* tell which findings --fix would fix */
  size_t fixable;                    /* findings */
  size_t read_again;                 /* bytes of documents that were read to find that out */
  const struct dw_fix_result *fixed; /* what --fix has done; NULL */
  size_t excepted;                   /* findings that do not count, because of an exception */
  bool excepted_on_demand;           /* -v would show them */
};

/* Adds an object with its FINDINGS and those that are EXCEPTED, or NULL; everything is copied. The file of OBJECT and
 * the places of the findings come from MANIFEST, which must outlive the report; NULL if there is none. */
void cli_report_add(struct cli_report *report, const struct cli_reported_object *object,
                    const struct dw_findings *findings, const struct dw_findings *excepted,
                    const struct dw_manifest *manifest);

/* Adds an input that could not be read, with one finding of the rule `unreadable`. ITEM must outlive the report. */
void cli_report_add_unreadable(struct cli_report *report, const struct dw_unreadable *item);

/* A warning about a place in an input, such as a comment without effect. */
struct cli_note {
  const struct dw_rule *rule;
  const char *what, *fix;
  struct dw_place place; /* its source line must outlive the report */
};

/* Adds the NOTES[COUNT] about FILE, if there are any; FILE and all texts must outlive the report. */
void cli_report_add_notes(struct cli_report *report, const char *file, const struct cli_note *notes, size_t count);

/* Adds notes about the exceptions of the policy of AUDIT, which has finished, that have expired or are not needed. */
struct dw_audit;
void cli_report_add_exceptions(struct cli_report *report, const struct dw_audit *audit);

/* Adds notes about the comments of SUBJECTS, which have been judged and must outlive the report: those without effect,
 * and, with UNUSED, those that no finding needs. */
struct dw_subjects;
void cli_report_add_comments(struct cli_report *report, const struct dw_subjects *subjects, bool unused);

/* Prints the report. */
void cli_report_print(const struct cli_report *report, const struct cli_report_options *options);
/* CLI_FAILED if an input could not be read, else CLI_OK or CLI_DENIED. */
int cli_report_status(const struct cli_report *report, const struct cli_report_options *options);

/* --- for the output formats --- */

/* Inputs have findings like objects, but no policy turns them off, and their rules are not in the catalogue. */
extern const struct dw_rule cli_unreadable_rule, cli_exception_expired_rule, cli_exception_unused_rule,
    cli_comment_invalid_rule, cli_comment_unused_rule;
/* All of them, for a list of all rules. */
enum { CLI_INPUT_RULES = 5 };
extern const struct dw_rule *const cli_input_rules[CLI_INPUT_RULES];

/* "ticket 17 (policy.yaml:4, until 2027-03-31)" */
const char *cli_exception_text(struct dw_arena *arena, const struct dw_exception *exception);
/* How many findings are excepted, and how to list them. */
const char *cli_excepted_note(struct dw_arena *arena, const struct cli_report *report);

/* Longer source lines are left out of JSON and SARIF: if a file is one line, every finding would repeat the file. */
enum { CLI_SOURCE_MOST = 1000 };

/* "FIELD: ", then a denial as the API server words it, or a warning as kubectl prints it, but never shortened. In
 * ARENA. */
const char *cli_finding_text(struct dw_arena *arena, const struct dw_finding *finding, bool fix);
/* The number of objects without inputs. */
size_t cli_report_checked(const struct cli_report *report);
/* FILE without "./" at its beginning, as formats for repositories name it. */
const char *cli_relative_path(const char *file);
/* "Kind ns/name", or the name of an input. */
const char *cli_object_label(struct dw_arena *arena, const struct cli_reported_object *object);

struct cli_text_style {
  bool color;
  bool snippets;
  bool grouped;  /* the object is a heading, so findings are indented and do not name it */
  bool excepted; /* show findings that do not count */
  size_t wrap;   /* columns of a line of text; 0: no limit */
  size_t width;  /* columns of a source line without its gutter */
  struct cli_line_cursor *cursor;
};
/* Appends a finding as one or more lines of text. */
void cli_report_put_finding(struct dw_buf *out, const struct cli_reported *found, const struct cli_text_style *style);

/* Appends how many findings of OBJECT are only counted, if any. */
void cli_report_put_rest(struct dw_buf *out, const struct cli_reported_object *object);
/* Appends a line for each thing that was skipped: files, templates, patches and documents of other kinds. */
void cli_report_put_skipped(struct dw_buf *out, const struct dw_manifests *read, size_t wrap);
/* Appends the lines at the end of text output, wrapped at WRAP columns (0: not): what was skipped, and the totals. */
void cli_report_put_summary(struct dw_buf *out, const struct cli_report *report, size_t wrap);

/* Appends a line for each mistake that --fix has fixed, how many they are, and which of the others it could not fix. */
void cli_report_put_fixed(struct dw_buf *out, const struct cli_report *report, size_t wrap);

/* One line about the hidden findings, of which there must be some: how many, and how to provide the facts. */
const char *cli_hidden_note(struct dw_arena *arena, const struct cli_report *report);

/* A fingerprint for each finding, in ARENA: it stays the same when lines move. It depends on rule, file, object and
 * field; equal findings are numbered. */
const char **cli_report_fingerprints(struct dw_arena *arena, const struct cli_report *report);

void cli_report_text(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
void cli_report_json(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
void cli_report_sarif(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
void cli_report_junit(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
void cli_report_github(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
void cli_report_gitlab(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);
void cli_report_policy(const struct cli_report *report, const struct cli_report_options *options, struct dw_buf *out);

#endif
