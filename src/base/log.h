/* Log lines on standard error, each a JSON object or human-readable text. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum dw_log_level { DW_LOG_ERROR, DW_LOG_WARN, DW_LOG_INFO, DW_LOG_DEBUG };

enum dw_log_format { DW_LOG_JSON, DW_LOG_TEXT };

/* Sets the level above which lines are not written, and the format of all further lines. The defaults are DW_LOG_INFO
 * and DW_LOG_JSON. */
void dw_log_configure(enum dw_log_level level, enum dw_log_format format);
int dw_log_enabled(enum dw_log_level level);

/* {"time":"2026-11-21T00:01:36.123Z","level":"info","msg":"..."}, or as text: 2026-11-21T00:01:36.123Z INFO  ...
 * Whatever would break the line, move a terminal's cursor or look like a member is escaped. */
void dw_log(enum dw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- members --- */

/* Goes with a message. The log quotes the value, but not the key, which is a word that the program chose. */
struct dw_log_member {
  const char *key;
  enum dw_log_member_type {
    DW_LOG_MEMBER_STRING,
    DW_LOG_MEMBER_INTEGER,
    DW_LOG_MEMBER_BOOLEAN,
    DW_LOG_MEMBER_LIST
  } type;
  const char
      *text; /* a string, or the comma-separated items of a list; NULL only for a string, which is then omitted */
  union {
    size_t most;      /* of a string: the maximum number of bytes of TEXT to write */
    int64_t number;   /* an integer, or 0 or 1 for a boolean */
    const char *more; /* of a list: more items, which follow those of TEXT */
  } u;
};

/* {"key":"text"}. The member is omitted if TEXT is NULL. */
static inline struct dw_log_member dw_log_string(const char *key, const char *text) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_STRING, text, {.most = SIZE_MAX}};
}

/* The same, truncated to MOST bytes. */
static inline struct dw_log_member dw_log_beginning(const char *key, const char *text, size_t most) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_STRING, text, {.most = most}};
}

static inline struct dw_log_member dw_log_integer(const char *key, int64_t number) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_INTEGER, NULL, {.number = number}};
}

static inline struct dw_log_member dw_log_boolean(const char *key, bool value) {
  return (struct dw_log_member){key, DW_LOG_MEMBER_BOOLEAN, NULL, {.number = value}};
}

/* {"key":["a","b"]} from "a,b", followed by the items of MORE. NULL means no items. As text it is key=a,b, and an empty
 * list is omitted. */
static inline struct dw_log_member dw_log_list(const char *key, const char *items, const char *more) {
  return (struct dw_log_member){
      key, DW_LOG_MEMBER_LIST, items == NULL ? "" : items, {.more = more == NULL ? "" : more}};
}

/* Logs a message with COUNT members. The line is built in ARENA, or on the heap if ARENA is NULL. */
void dw_log_members(struct dw_arena *arena, enum dw_log_level level, const char *message,
                    const struct dw_log_member *members, size_t count) __attribute__((nonnull(3)));

/* dw_log_with(DW_LOG_INFO, "listening", dw_log_string("address", name), dw_log_integer("port", port)) */
#define dw_log_with(level, message, ...)                                                                               \
  do {                                                                                                                 \
    const struct dw_log_member members_of_the_line[] = {__VA_ARGS__};                                                  \
    dw_log_members(NULL, level, message, members_of_the_line,                                                          \
                   sizeof members_of_the_line / sizeof *members_of_the_line);                                          \
  } while (0)

/* Appends TEXT as a JSON string, including the quotes. Invalid UTF-8 becomes U+FFFD. */
void dw_log_quote(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));

/* --- a thread that writes --- */

/* Until this is called, a thread that logs writes the line itself, and blocks while standard error is a full pipe.
 * Afterwards a separate thread writes, and logging never blocks: lines that do not fit into a bounded queue, or can't
 * be written, are dropped and counted, and a line reports their number as soon as writing works again. A fatal signal
 * waits briefly for the thread. Returns -1 on error. */
int dw_log_start_writer(struct dw_error *err) __attribute__((warn_unused_result));
/* Writes the queued lines, for at most MILLISECONDS. If all are written, threads that log write their lines themselves
 * again; otherwise all further lines are dropped. Does nothing if the thread does not run. */
void dw_log_stop_writer(unsigned milliseconds);
/* Waits for at most MILLISECONDS until the thread has written all lines, and returns whether it has. Async-signal-safe.
 */
bool dw_log_flush(unsigned milliseconds);
/* The number of lines dropped since the process started. */
uint64_t dw_log_dropped(void);

/* --- rate limits for lines that input can cause --- */

/* Initialize with zeros. */
struct dw_log_gate {
  _Atomic int64_t second;
  atomic_uint passed, left_out;
};

/* Whether one more line may be written, of at most MOST per second. If not, the line is counted. Thread-safe. */
bool dw_log_gate_pass(struct dw_log_gate *gate, unsigned most) __attribute__((nonnull));
/* The number of lines that were not written since the last call. */
unsigned dw_log_gate_left_out(struct dw_log_gate *gate) __attribute__((nonnull));

#endif
