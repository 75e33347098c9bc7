/* What the files of base share and nobody else needs. */
#ifndef BASE_BASE_INTERNAL_H
#define BASE_BASE_INTERNAL_H

#include <stddef.h>

/* For tests: is shown all secret memory after it was wiped, while it is still there. NULL: nobody. */
extern void (*dw_secret_freed)(const void *bytes, size_t size);

#endif
