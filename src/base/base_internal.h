/* What the files of base share and nobody else needs. */
#ifndef BASE_BASE_INTERNAL_H
#define BASE_BASE_INTERNAL_H

#include <stddef.h>

/* Says so on standard error and aborts. Allocates nothing. */
void dw_out_of_memory(void) __attribute__((noreturn));

/* For tests: is shown all secret memory after it was wiped, while it is still there. NULL: nobody. */
extern void (*dw_secret_freed)(const void *bytes, size_t size);

#endif
