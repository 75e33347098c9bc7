/* What the files of base share and nobody else needs. */
#ifndef DROVEWAY_SRC_BASE_BASE_INTERNAL_H
#define DROVEWAY_SRC_BASE_BASE_INTERNAL_H

/* Says so on standard error and aborts. Allocates nothing. */
void dw_out_of_memory(void) __attribute__((noreturn));

#endif
