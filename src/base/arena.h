/* Arenas: memory that lives and dies together. One request, one view, one file: one arena. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct dw_arena;

/* Makes an empty arena. LIMIT is the number of bytes that dw_arena_try() may bring it to for one text
 * (dw_arena_next_text()); 0 sets no limit.
 * The caller owns it and gives it back with dw_arena_free(). Never NULL: a machine without memory aborts. */
struct dw_arena *dw_arena_new(size_t limit) __attribute__((warn_unused_result, returns_nonnull));

/* One without a limit whose memory is wiped when it is freed: for keys, tokens and passwords. */
struct dw_arena *dw_arena_new_secret(void) __attribute__((warn_unused_result, returns_nonnull));
bool dw_arena_is_secret(const struct dw_arena *arena) __attribute__((nonnull));

/* What several arenas may take together. */
struct dw_budget {
  atomic_size_t used; /* bytes */
  size_t most;
};
/* Takes SIZE bytes of it; false, and nothing taken, where there are not so many left. */
bool dw_budget_take(struct dw_budget *budget, size_t size) __attribute__((nonnull, warn_unused_result));
void dw_budget_give_back(struct dw_budget *budget, size_t size) __attribute__((nonnull));

/* From now on dw_arena_try() is held to BUDGET too, which must outlive the arena; the first FREE bytes are not charged
 * to it. */
void dw_arena_share(struct dw_arena *arena, struct dw_budget *budget, size_t free) __attribute__((nonnull));

/* Frees the arena and everything allocated from it. NULL is allowed. */
void dw_arena_free(struct dw_arena *arena);

/* Scope cleanup: `DW_ARENA_SCOPED struct dw_arena *a = dw_arena_new(0);` */
void dw_arena_cleanup(struct dw_arena **arena);
#define DW_ARENA_SCOPED __attribute__((cleanup(dw_arena_cleanup)))

/* SIZE zeroed bytes, aligned for any type, that live as long as the arena. Never NULL, and not held to the limit:
 * for what the program itself makes, whose size it bounds. */
void *dw_arena_alloc(struct dw_arena *arena, size_t size)
    __attribute__((nonnull, warn_unused_result, returns_nonnull, malloc, alloc_size(2)));

/* COUNT zeroed elements of SIZE bytes; aborts where the product overflows. */
void *dw_arena_array(struct dw_arena *arena, size_t count, size_t size)
    __attribute__((nonnull, warn_unused_result, returns_nonnull, malloc, alloc_size(2, 3)));

/* ITEMS with room for one more element of SIZE bytes behind the COUNT that it holds: itself while COUNT is below
 * *CAPACITY, else a copy with twice the room (ITEMS stays in the arena). NULL is an empty one. */
void *dw_arena_more(struct dw_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
    __attribute__((nonnull(1, 4), warn_unused_result, returns_nonnull));

/* As dw_arena_alloc(), not zeroed, but NULL where the arena would grow past its limit, and from then on always: for
 * what a client makes us allocate (parsed documents). */
void *dw_arena_try(struct dw_arena *arena, size_t size)
    __attribute__((nonnull, warn_unused_result, malloc, alloc_size(2)));

/* The limit counts from here: what is parsed next is another text, which has its own memory and for which it does not
 * matter that an earlier one was too large. A budget that ran out stays so: that is no text's own fault. */
void dw_arena_next_text(struct dw_arena *arena) __attribute__((nonnull));

/* Whether dw_arena_try() said no for the current text, and for which limit. Tells "too large" from "malformed" after a
 * parser failed.
 */
enum dw_exhausted { DW_NOT_EXHAUSTED, DW_LIMIT_EXHAUSTED, DW_BUDGET_EXHAUSTED };
enum dw_exhausted dw_arena_exhausted(const struct dw_arena *arena) __attribute__((nonnull));

/* Copies of text, ended by a NUL, owned by the arena. */
char *dw_arena_strdup(struct dw_arena *arena, const char *text) __attribute__((nonnull, returns_nonnull));
char *dw_arena_strndup(struct dw_arena *arena, const char *text, size_t length)
    __attribute__((nonnull, returns_nonnull));
char *dw_arena_printf(struct dw_arena *arena, const char *format, ...)
    __attribute__((nonnull, returns_nonnull, format(printf, 2, 3)));
char *dw_arena_vprintf(struct dw_arena *arena, const char *format, va_list args)
    __attribute__((nonnull, returns_nonnull, format(printf, 2, 0)));

/* A, B and C in a row. */
char *dw_arena_join(struct dw_arena *arena, const char *a, const char *b, const char *c)
    __attribute__((nonnull, returns_nonnull));

/* Bytes handed out so far. */
size_t dw_arena_used(const struct dw_arena *arena) __attribute__((nonnull));

#endif
