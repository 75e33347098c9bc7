/* Runs build/droveway with a terminal as its standard output. */
#ifndef TESTS_SUPPORT_TERMINAL_H
#define TESTS_SUPPORT_TERMINAL_H

/* What it writes to a terminal of COLUMNS columns, as it is written (the caller frees it). ENVIRONMENT ("TERM=xterm"
 * ..., NULL-terminated) is added to this program's, or where there is no "=", taken out of it. */
char *on_terminal(unsigned short columns, const char *const *environment, const char *const *arguments);

#endif
