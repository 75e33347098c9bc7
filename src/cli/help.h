/* The text of --help. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

/* Prints TEXT, wrapped at the width of the terminal, or at 100 columns if that is less or standard output is not a
 * terminal. Each line of TEXT is a paragraph; or an option or command: its name, a tab and what it does, which is
 * aligned; or a usage, which is only broken outside of brackets; or an indented line, which stays whole so that it can
 * be copied.
 */
void cli_put_help(FILE *file, const char *text);

#endif
