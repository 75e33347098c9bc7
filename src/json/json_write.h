/* Writing JSON directly to a buffer, without a tree of values. The writer adds the commas. */
#ifndef JSON_JSON_WRITE_H
#define JSON_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct dw_json_writer {
  struct dw_buf *out;
  int indent;     /* spaces per level, for human readers; 0 writes one compact line */
  unsigned depth; /* internal */
  bool first;     /* internal */
  bool after_key; /* internal */
};
#define DW_JSON_WRITER(buffer)                                                                                         \
  { (buffer), 0, 0, true, false }
#define DW_JSON_PRETTY_WRITER(buffer)                                                                                  \
  { (buffer), 2, 0, true, false }

void dw_json_begin_object(struct dw_json_writer *w) __attribute__((nonnull));
void dw_json_end_object(struct dw_json_writer *w) __attribute__((nonnull));
void dw_json_begin_array(struct dw_json_writer *w) __attribute__((nonnull));
void dw_json_end_array(struct dw_json_writer *w) __attribute__((nonnull));
void dw_json_key(struct dw_json_writer *w, const char *key) __attribute__((nonnull));
/* Invalid UTF-8 becomes U+FFFD, and control characters are escaped. */
void dw_json_put_string(struct dw_json_writer *w, const char *text) __attribute__((nonnull));
void dw_json_put_bytes(struct dw_json_writer *w, const char *text, size_t length) __attribute__((nonnull));
void dw_json_put_int(struct dw_json_writer *w, int64_t value) __attribute__((nonnull));
/* A string with the base64 of BYTES. */
void dw_json_put_base64(struct dw_json_writer *w, const char *bytes, size_t length) __attribute__((nonnull));
/* JSON text, such as null or true, which is written unchanged. */
void dw_json_put_raw(struct dw_json_writer *w, const char *json) __attribute__((nonnull));
struct dw_json;
/* VALUE with all that is in it; null if it is absent. */
void dw_json_put_value(struct dw_json_writer *w, const struct dw_json *value) __attribute__((nonnull(1)));
/* dw_json_key() followed by a value. */
void dw_json_member_string(struct dw_json_writer *w, const char *key, const char *text) __attribute__((nonnull));
void dw_json_member_int(struct dw_json_writer *w, const char *key, int64_t value) __attribute__((nonnull));
void dw_json_member_bool(struct dw_json_writer *w, const char *key, bool value) __attribute__((nonnull));

/* TEXT as a JSON string, as dw_json_put_string() writes it, in ARENA. */
const char *dw_json_quote(struct dw_arena *arena, const char *text) __attribute__((nonnull, returns_nonnull));

#endif
