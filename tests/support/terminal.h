/* Runs build/droveway on a terminal. */
#ifndef TESTS_SUPPORT_TERMINAL_H
#define TESTS_SUPPORT_TERMINAL_H

/* Returns what it writes to a terminal of COLUMNS columns, unchanged; the caller frees it. ENVIRONMENT ("TERM=xterm"
 * ..., NULL-terminated) is added to this program's environment; a name without "=" is removed from it. */
char *on_terminal(unsigned short columns, const char *const *environment, const char *const *arguments);

/* The same with INPUT typed on that terminal; "\004" ends it. STATUS receives the exit status. */
char *on_terminal_typing(unsigned short columns, const char *const *environment, const char *const *arguments,
                         const char *input, int *status);

#endif
