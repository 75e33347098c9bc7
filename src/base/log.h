/* Log lines on standard error: a JSON object each, or text for people. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum dw_log_level { DW_LOG_ERROR, DW_LOG_WARN, DW_LOG_INFO, DW_LOG_DEBUG };

/* Lines above this level are not written; DW_LOG_INFO at the start. */
void dw_log_set_level(enum dw_log_level level);
int dw_log_enabled(enum dw_log_level level);

enum dw_log_format { DW_LOG_JSON, DW_LOG_TEXT };
/* Of the lines from now on; DW_LOG_JSON at the start. */
void dw_log_set_format(enum dw_log_format format);

/* {"time":"2026-11-21T00:01:36.123Z","level":"info","msg":"..."}, or as text: 2026-11-21T00:01:36.123Z INFO  ...; what
 * would break the line, move a terminal's cursor or pass for a member is escaped. */
void dw_log(enum dw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- members --- */

/* What goes with a message. The log quotes the value; the key is a word that the program chose, and is not quoted. */
struct dw_log_member {
  const char *key;
  enum dw_log_member_type {
    DW_LOG_MEMBER_STRING,
    DW_LOG_MEMBER_INTEGER,
    DW_LOG_MEMBER_BOOLEAN,
    DW_LOG_MEMBER_LIST
  } type;
  const char *text; /* of a string, or of a list the items with a comma between them */
  union {
    size_t most;      /* of a string: bytes of TEXT that are written at most */
    int64_t number;   /* of an integer, or of a boolean 0 or 1 */
    const char *more; /* of a list: items that follow those of TEXT */
  } u;
};

/* {"key":"text"}; NULL leaves the member out. */
static inline struct dw_log_member dw_log_string(const char *key, const char *text) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_STRING, text, {.most = SIZE_MAX}};
}

/* The same, cut after MOST bytes. */
static inline struct dw_log_member dw_log_beginning(const char *key, const char *text, size_t most) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_STRING, text, {.most = most}};
}

static inline struct dw_log_member dw_log_integer(const char *key, int64_t number) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_INTEGER, NULL, {.number = number}};
}

static inline struct dw_log_member dw_log_boolean(const char *key, bool value) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_BOOLEAN, NULL, {.number = value}};
}

/* {"key":["a","b"]} from "a,b"; the items of MORE follow. NULL is no item. Text has key=a,b, and nothing for an empty
 * list. */
static inline struct dw_log_member dw_log_list(const char *key, const char *items, const char *more) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_LIST, items, {.more = more}};
}

/* A message with COUNT members. The line is made in ARENA; NULL: on the heap. */
void dw_log_members(struct dw_arena *arena, enum dw_log_level level, const char *message,
                    const struct dw_log_member *members, size_t count) __attribute__((nonnull(3)));

/* dw_log_with(DW_LOG_INFO, "listening", dw_log_string("address", name), dw_log_integer("port", port)) */
#define dw_log_with(level, message, ...)                                                                               \
  do {                                                                                                                 \
    const struct dw_log_member members_of_the_line[] = {__VA_ARGS__};                                                  \
    dw_log_members(NULL, level, message, members_of_the_line,                                                          \
                   sizeof members_of_the_line / sizeof *members_of_the_line);                                          \
  } while (0)

/* Appends TEXT as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void dw_log_quote(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));

/* --- a thread that writes --- */

/* Until this is called, who logs writes, and waits where standard error is a full pipe. From now on a thread writes,
 * and who logs never waits: what has no room in a bounded queue, or can't be written, is dropped, counted, and reported
 * by a line as soon as one can be written again. A fatal signal waits a moment for the thread. -1 on error. */
int dw_log_start_writer(struct dw_error *err) __attribute__((warn_unused_result));
/* Writes what is queued, for so long at most. If all is written, who logs writes again; else later lines are dropped.
 * Without a thread it does nothing. */
void dw_log_stop_writer(unsigned milliseconds);
/* Waits until the thread has written all lines, for so long at most; whether it has. Also in a signal handler. */
bool dw_log_flush(unsigned milliseconds);
/* Lines that were dropped since the start of the process. */
uint64_t dw_log_dropped(void);

/* --- lines that input can cause: only so many a second --- */

/* All zero at the start. */
struct dw_log_gate {
  _Atomic int64_t second;
  atomic_uint passed, left_out;
};

/* Whether one more line may be written, of at most MOST in this second; else it is counted. Thread-safe. */
bool dw_log_gate_pass(struct dw_log_gate *gate, unsigned most) __attribute__((nonnull));
/* How many were not written since the last call. */
unsigned dw_log_gate_left_out(struct dw_log_gate *gate) __attribute__((nonnull));

#endif
