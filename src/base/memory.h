/* The heap, secrets on it, and the memory of the process as a whole. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Reports on standard error that the machine has no memory left, and aborts. Allocates nothing. */
void dw_out_of_memory(void) __attribute__((noreturn));

/* Makes room for one more element in a growing array on the heap.
 * ITEMS holds COUNT elements of SIZE bytes and has room for *CAPACITY; an empty array is NULL with a capacity of 0.
 * Returns ITEMS while there is room, else a reallocated array of twice the capacity, which replaces ITEMS: the caller
 * owns it and frees it with free(). The new elements are not initialized. Never NULL: aborts without memory.
 * dw_arena_more() does the same in an arena. */
void *dw_more(void *items, size_t count, size_t *capacity, size_t size)
    __attribute__((nonnull(3), warn_unused_result, returns_nonnull));

/* Memory that held private keys, tokens or passwords is wiped before it is freed: arenas by dw_arena_new_secret(),
 * buffers by DW_BUF_SECRET, everything else by dw_secret_free(). */

/* Wipes SIZE bytes and frees them. NULL is allowed. */
void dw_secret_free(void *bytes, size_t size);

/* For tests: called with all secret memory after it was wiped and before it is freed. NULL by default. */
extern void (*dw_secret_freed)(const void *bytes, size_t size);

/* Returns memory that finished work no longer needs to the system: freed heap memory, and the resident pages of the
 * program and its libraries. Those pages are clean copies of files and are read again when needed. Call it at the end
 * of start-up, of a reload or of an audit, not after every request. Any thread may call it. */
void dw_memory_release(void);

#endif
