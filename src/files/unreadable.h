/* What could not be read of a set of files: each of them is listed, so that one does not hide another. */
#ifndef FILES_UNREADABLE_H
#define FILES_UNREADABLE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct dw_unreadable {
  const char *file; /* as given or found; "-" for standard input */
  enum dw_error_code code;
  int line, column;   /* 1-based; 0 if unknown */
  const char *what;   /* what is wrong and how to fix it */
  const char *source; /* the line without its line end; "" if it is unknown or not UTF-8 */
};

/* A file's text, for the line to show; TEXT is NULL if there is none. */
struct dw_unreadable_text {
  const char *text;
  size_t length;
};

struct dw_unreadables {
  struct dw_unreadable *items; /* in the order in which they were found */
  size_t count, capacity;
  struct {
    const char *text;
    int line;
    size_t offset;      /* where it begins */
    const char *source; /* as in an item */
  } last;               /* the line that was found last: the next one is often in the same text, or in the same line */
};

/* Adds FILE, which must live as long as ARENA, with the reason and place in ERR. The rest is copied into ARENA. */
void dw_unreadable_add(struct dw_arena *arena, struct dw_unreadables *list, const char *file,
                       const struct dw_error *err, struct dw_unreadable_text text) __attribute__((nonnull));

/* Adds the items of MORE, whose texts live as long as ARENA. */
void dw_unreadable_join(struct dw_arena *arena, struct dw_unreadables *list, const struct dw_unreadables *more)
    __attribute__((nonnull));

/* Returns 0 if LIST is empty. Otherwise returns -1, and ERR (which may be NULL) has the first item and, as far as there
 * is room, the names and reasons of the others. */
int dw_unreadable_error(const struct dw_unreadables *list, struct dw_error *err) __attribute__((nonnull(1)));

#endif
