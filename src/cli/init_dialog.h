/* What `init` shows and asks. */
#ifndef CLI_INIT_DIALOG_H
#define CLI_INIT_DIALOG_H

#include <stdio.h>

#include "plan/plan.h"

struct cli_dialog {
  FILE *out;    /* what people read: standard output, or standard error if the manifests go to standard output */
  bool asks;    /* a person answers on standard input */
  size_t width; /* of the terminal; 0: nothing is wrapped */
  bool color;
};

/* Prints a paragraph, wrapped. */
void cli_say(const struct cli_dialog *dialog, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_say_heading(const struct cli_dialog *dialog, const char *text);
/* Prints NAME in a column of COLUMNS characters, and TEXT next to it. MARK ("1)") comes before it. */
struct cli_row {
  const char *mark, *name, *text;
  bool dim;
};
void cli_say_row(const struct cli_dialog *dialog, const struct cli_row *row, size_t columns);

/* Prints PROMPT and reads a line into ANSWER, without white space around it. False at the end of input. */
enum { CLI_ANSWER = 256 };
bool cli_ask(const struct cli_dialog *dialog, const char *prompt, char answer[CLI_ANSWER]);

/* What is known about the cluster. */
void cli_say_cluster(const struct cli_dialog *dialog, const struct dw_plan *plan);
/* The links that fit, numbered if a person chooses, and those that do not, with reasons; at most MOST of the latter. */
void cli_say_links(const struct cli_dialog *dialog, const struct dw_plan *plan, size_t most);
void cli_say_ranges(const struct cli_dialog *dialog, const struct dw_plan *plan);
/* The faults of a candidate, one per line. */
void cli_say_faults(const struct cli_dialog *dialog, const char *name, const struct dw_plan_fault *faults,
                    size_t count);
void cli_say_link_faults(const struct cli_dialog *dialog, const struct dw_plan_link *link);

/* Ask for the link, the range and the name, and store them in PLAN. False at the end of input. */
bool cli_choose_link(const struct cli_dialog *dialog, struct dw_plan *plan);
/* Where nothing fits, asks for a VLAN of a NIC instead. False at the end of input, or if the user wants none. */
bool cli_choose_vlan(const struct cli_dialog *dialog, struct dw_plan *plan);
bool cli_choose_range(const struct cli_dialog *dialog, struct dw_plan *plan);
bool cli_choose_name(const struct cli_dialog *dialog, struct dw_plan *plan);

#endif
