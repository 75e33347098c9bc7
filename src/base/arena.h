/* Arenas: allocations that are freed together. A request, a view or a file has one arena each. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct dw_arena;

/* Creates an empty arena. LIMIT is the number of bytes up to which dw_arena_try() may grow it for one text (see
 * dw_arena_next_text()); 0 means no limit. The caller owns the arena and frees it with dw_arena_free(). Never NULL: the
 * process aborts if there is no memory. */
struct dw_arena *dw_arena_new(size_t limit) __attribute__((warn_unused_result, returns_nonnull));

/* Creates an arena without a limit whose memory is wiped when it is freed: for keys, tokens and passwords. */
struct dw_arena *dw_arena_new_secret(void) __attribute__((warn_unused_result, returns_nonnull));
/* Whether the arena was created by dw_arena_new_secret(). */
bool dw_arena_is_secret(const struct dw_arena *arena) __attribute__((nonnull));

/* A limit that several arenas share. */
struct dw_budget {
  atomic_size_t used; /* bytes */
  size_t most;
};
/* Acquires SIZE bytes of the budget. Returns false, and acquires nothing, if fewer are left. */
bool dw_budget_acquire(struct dw_budget *budget, size_t size) __attribute__((nonnull, warn_unused_result));
/* Returns SIZE bytes to the budget. */
void dw_budget_release(struct dw_budget *budget, size_t size) __attribute__((nonnull));

/* From now on dw_arena_try() charges BUDGET too, except for the first FREE bytes. BUDGET must outlive the arena. */
void dw_arena_share(struct dw_arena *arena, struct dw_budget *budget, size_t free) __attribute__((nonnull));

/* Frees the arena and everything allocated from it. NULL is allowed. */
void dw_arena_free(struct dw_arena *arena);

/* Scope cleanup: `DW_ARENA_SCOPED struct dw_arena *a = dw_arena_new(0);` */
void dw_arena_cleanup(struct dw_arena **arena);
#define DW_ARENA_SCOPED __attribute__((cleanup(dw_arena_cleanup)))

/* Allocates SIZE zeroed bytes, aligned for any type, which live as long as the arena. Never NULL, and the limit does
 * not apply: for data that the program creates itself, in sizes that it limits. */
void *dw_arena_alloc(struct dw_arena *arena, size_t size)
    __attribute__((nonnull, warn_unused_result, returns_nonnull, malloc, alloc_size(2)));

/* Allocates COUNT zeroed elements of SIZE bytes. Aborts if the product overflows. */
void *dw_arena_array(struct dw_arena *arena, size_t count, size_t size)
    __attribute__((nonnull, warn_unused_result, returns_nonnull, malloc, alloc_size(2, 3)));

/* Makes room for one more element of SIZE bytes in a growing array of COUNT elements. Returns ITEMS while COUNT is
 * below *CAPACITY, else a copy with twice the capacity (ITEMS stays in the arena). An empty array is NULL. dw_more()
 * does the same on the heap. */
void *dw_arena_more(struct dw_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
    __attribute__((nonnull(1, 4), warn_unused_result, returns_nonnull));

/* Like dw_arena_alloc(), but the bytes are not zeroed, and NULL is returned if the arena would exceed its limit, and
 * always from then on: for data whose size a client decides (parsed documents). */
void *dw_arena_try(struct dw_arena *arena, size_t size)
    __attribute__((nonnull, warn_unused_result, malloc, alloc_size(2)));

/* Starts counting the limit again, because another text is parsed next: it may use the whole limit even if an earlier
 * text was too large. An exhausted budget stays exhausted, because no single text caused that. */
void dw_arena_next_text(struct dw_arena *arena) __attribute__((nonnull));

/* Whether dw_arena_try() has failed for the current text, and because of which limit. After a parser has failed, this
 * distinguishes "too large" from "malformed".
 */
enum dw_exhausted { DW_NOT_EXHAUSTED, DW_LIMIT_EXHAUSTED, DW_BUDGET_EXHAUSTED };
enum dw_exhausted dw_arena_exhausted(const struct dw_arena *arena) __attribute__((nonnull));

/* NUL-terminated copies of text, owned by the arena. */
char *dw_arena_strdup(struct dw_arena *arena, const char *text) __attribute__((nonnull, returns_nonnull));
char *dw_arena_strndup(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, returns_nonnull));
char *dw_arena_printf(struct dw_arena *arena, const char *format, ...)
    __attribute__((nonnull, returns_nonnull, format(printf, 2, 3)));
char *dw_arena_vprintf(struct dw_arena *arena, const char *format, va_list args)
    __attribute__((nonnull, returns_nonnull, format(printf, 2, 0)));

/* Concatenates A, B and C. */
char *dw_arena_join(struct dw_arena *arena, const char *a, const char *b, const char *c)
    __attribute__((nonnull, returns_nonnull));

/* The number of bytes allocated so far. */
size_t dw_arena_used(const struct dw_arena *arena) __attribute__((nonnull));

#endif
