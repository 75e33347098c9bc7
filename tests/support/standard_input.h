/* Replaces standard input of the test program, which may have been started without one. */
#ifndef TESTS_SUPPORT_STANDARD_INPUT_H
#define TESTS_SUPPORT_STANDARD_INPUT_H

/* Makes FD standard input and closes FD; -1 closes standard input. Returns what standard_input_restore() needs. */
int standard_input_replace(int fd);
void standard_input_restore(int kept);

#endif
