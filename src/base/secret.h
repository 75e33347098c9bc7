/* Memory that held private keys, tokens or passwords is wiped before it is freed: arenas by dw_arena_new_secret(),
 * buffers by DW_BUF_SECRET, anything else by these. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

/* Wipes SIZE bytes and frees them. NULL is allowed. */
void dw_secret_free(void *bytes, size_t size);

/* The same for a text, up to its NUL. */
void dw_secret_free_text(char *text);

#endif
