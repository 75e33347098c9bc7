#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
  FIRST_BLOCK = 16 * 1024,
  LARGEST_BLOCK = 1024 * 1024,
  CHARGE_STEP = 64 * 1024,
  ALIGNMENT = alignof(max_align_t)
};
enum { FIRST_ITEMS = 8 };  /* of a growing array */
enum { FIRST_TEXT = 256 }; /* formatted on the stack */

struct block {
  struct block *next;
  size_t size; /* including this header */
  alignas(max_align_t) unsigned char bytes[];
};

/* Located at the start of its own first block. */
struct dw_arena {
  struct block *blocks;
  unsigned char *at; /* where the next small allocation begins */
  size_t left;       /* bytes left at `at` */
  size_t allowed;    /* what dw_arena_try() may allocate without checking limit and budget */
  size_t block_size; /* of the next block */
  size_t used;
  size_t limit;
  size_t start;             /* bytes used before the current text began */
  struct dw_budget *budget; /* NULL if there is none */
  size_t charged;           /* to the budget */
  size_t free;              /* bytes that are not charged to the budget */
  enum dw_exhausted exhausted;
  bool secret;
};

bool dw_budget_acquire(struct dw_budget *budget, size_t size) {
  if (atomic_fetch_add(&budget->used, size) + size <= budget->most)
    return true;
  atomic_fetch_sub(&budget->used, size);
  return false;
}

void dw_budget_release(struct dw_budget *budget, size_t size) {
  atomic_fetch_sub(&budget->used, size);
}

void dw_arena_share(struct dw_arena *arena, struct dw_budget *budget, size_t free) {
  arena->budget = budget;
  arena->free = free;
  arena->allowed = 0;
}

struct dw_arena *dw_arena_new(size_t limit) {
  enum { HEAD = (sizeof(struct dw_arena) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT };
  struct block *first = malloc(FIRST_BLOCK);
  if (first == NULL)
    dw_out_of_memory();
  first->next = NULL;
  first->size = FIRST_BLOCK;
  struct dw_arena *arena = (struct dw_arena *)(void *)first->bytes;
  *arena = (struct dw_arena){.blocks = first,
                             .at = first->bytes + HEAD,
                             .left = FIRST_BLOCK - sizeof *first - HEAD,
                             .block_size = (size_t)2 * FIRST_BLOCK,
                             .limit = limit};
  return arena;
}

struct dw_arena *dw_arena_new_secret(void) {
  struct dw_arena *arena = dw_arena_new(0);
  arena->secret = true;
  return arena;
}

bool dw_arena_is_secret(const struct dw_arena *arena) {
  return arena->secret;
}

/* The arena itself is in the last block of the list, so each `next` is read before its block is freed. */
void dw_arena_free(struct dw_arena *arena) {
  if (arena == NULL)
    return;
  struct block *block = arena->blocks;
  bool secret = arena->secret;
  if (arena->charged > 0)
    dw_budget_release(arena->budget, arena->charged);
  while (block != NULL) {
    struct block *next = block->next;
    if (secret)
      dw_secret_free(block, block->size);
    else
      free(block);
    block = next;
  }
}

void dw_arena_cleanup(struct dw_arena **arena) {
  dw_arena_free(*arena);
  *arena = NULL;
}

static unsigned char *add_block(struct dw_arena *arena, size_t size) {
  struct block *block = malloc(sizeof *block + size);
  if (block == NULL)
    return NULL;
  block->next = arena->blocks;
  block->size = sizeof *block + size;
  arena->blocks = block;
  return block->bytes;
}

/* Rounds SIZE up to the alignment, and 0 up to one unit, so that every allocation has a distinct address. */
static size_t rounded(size_t size) {
  if (size > SIZE_MAX / 4)
    dw_out_of_memory();
  return size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* A large request gets a separate block, so that the rest of the current block is not wasted. */
static void *allocate_from_new_block(struct dw_arena *arena, size_t size) {
  bool large = size > arena->block_size / 2;
  unsigned char *bytes = add_block(arena, large ? size : arena->block_size);
  if (bytes == NULL || large)
    return bytes;
  arena->at = bytes + size;
  arena->left = arena->block_size - size;
  if (arena->block_size < LARGEST_BLOCK)
    arena->block_size *= 2;
  return bytes;
}

static void *allocate(struct dw_arena *arena, size_t size) {
  void *bytes = arena->at;
  if (size <= arena->left) {
    arena->at += size;
    arena->left -= size;
  } else {
    bytes = allocate_from_new_block(arena, size);
    if (bytes == NULL)
      return NULL;
  }
  arena->used += size;
  arena->allowed -= size < arena->allowed ? size : arena->allowed;
  return bytes;
}

/* Not zeroed. */
static void *room(struct dw_arena *arena, size_t size) {
  void *bytes = allocate(arena, rounded(size));
  if (bytes == NULL)
    dw_out_of_memory();
  return bytes;
}

void *dw_arena_alloc(struct dw_arena *arena, size_t size) {
  return memset(room(arena, size), 0, size);
}

void *dw_arena_array(struct dw_arena *arena, size_t count, size_t size) {
  size_t product;
  if (__builtin_mul_overflow(count, size, &product))
    dw_out_of_memory();
  return dw_arena_alloc(arena, product);
}

/* Charges in steps, so that a small document accesses the shared counter only once. */
static bool charge(struct dw_arena *arena, size_t size) {
  size_t covered = arena->charged + arena->free;
  if (arena->budget == NULL || arena->used + size <= covered)
    return true;
  size_t due = (arena->used + size - covered + CHARGE_STEP - 1) / CHARGE_STEP * CHARGE_STEP;
  if (!dw_budget_acquire(arena->budget, due))
    return false;
  arena->charged += due;
  return true;
}

void *dw_arena_more(struct dw_arena *arena, void *items, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity)
    return items;
  *capacity = *capacity == 0 ? FIRST_ITEMS : 2 * *capacity;
  void *larger = dw_arena_array(arena, *capacity, size);
  if (count > 0)
    memcpy(larger, items, count * size);
  return larger;
}

/* Whether SIZE more bytes are within the limit and the budget. If not, the arena remembers which was exceeded. */
static bool allow(struct dw_arena *arena, size_t size) {
  if (arena->exhausted != DW_NOT_EXHAUSTED)
    return false;
  size_t most = arena->limit == 0 ? SIZE_MAX / 4 : arena->start + arena->limit;
  if (arena->used > most || size > most - arena->used)
    arena->exhausted = DW_LIMIT_EXHAUSTED;
  else if (!charge(arena, size))
    arena->exhausted = DW_BUDGET_EXHAUSTED;
  arena->allowed = 0;
  if (arena->exhausted != DW_NOT_EXHAUSTED)
    return false;
  size_t covered = arena->budget == NULL ? most : arena->charged + arena->free;
  arena->allowed = (covered < most ? covered : most) - arena->used;
  return true;
}

void *dw_arena_try(struct dw_arena *arena, size_t size) {
  size_t needed = size > SIZE_MAX / 4 ? size : rounded(size);
  if (needed > arena->allowed && !allow(arena, needed))
    return NULL;
  void *bytes = allocate(arena, needed);
  if (bytes == NULL) {
    arena->exhausted = DW_LIMIT_EXHAUSTED;
    arena->allowed = 0;
  }
  return bytes;
}

void dw_arena_next_text(struct dw_arena *arena) {
  arena->start = arena->used;
  arena->allowed = 0;
  if (arena->exhausted == DW_LIMIT_EXHAUSTED)
    arena->exhausted = DW_NOT_EXHAUSTED;
}

enum dw_exhausted dw_arena_exhausted(const struct dw_arena *arena) {
  return arena->exhausted;
}

char *dw_arena_strdup(struct dw_arena *arena, const char *text) {
  return dw_arena_strndup(arena, text, strlen(text));
}

char *dw_arena_strndup(struct dw_arena *arena, const char *text, size_t length) {
  size_t known = strnlen(text, length);
  char *copy = room(arena, known + 1);
  memcpy(copy, text, known);
  copy[known] = '\0';
  return copy;
}

char *dw_arena_printf(struct dw_arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = dw_arena_vprintf(arena, format, args);
  va_end(args);
  return text;
}

/* Most texts are short enough for the buffer on the stack, and are formatted only once. */
char *dw_arena_vprintf(struct dw_arena *arena, const char *format, va_list args) {
  char first[FIRST_TEXT];
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(first, sizeof first, format, args);
  if (length < 0)
    dw_out_of_memory();
  char *text = room(arena, (size_t)length + 1);
  if ((size_t)length < sizeof first)
    memcpy(text, first, (size_t)length + 1);
  else
    vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

char *dw_arena_join(struct dw_arena *arena, const char *a, const char *b, const char *c) {
  size_t lengths[] = {strlen(a), strlen(b), strlen(c)};
  char *text = room(arena, lengths[0] + lengths[1] + lengths[2] + 1);
  memcpy(text, a, lengths[0]);
  memcpy(text + lengths[0], b, lengths[1]);
  memcpy(text + lengths[0] + lengths[1], c, lengths[2] + 1);
  return text;
}

size_t dw_arena_used(const struct dw_arena *arena) {
  return arena->used;
}
