#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { FIRST_CAPACITY = 256 };

/* The bytes of an arena are freed with it. */
static void release(const struct dw_buf *buf) {
  if (buf->secret)
    dw_secret_free(buf->data, buf->capacity);
  else if (buf->arena == NULL)
    free(buf->data);
}

void dw_buf_free(struct dw_buf *buf) {
  release(buf);
  *buf = (struct dw_buf){.arena = buf->arena, .secret = buf->secret};
}

/* A secret must not be passed to realloc(), which would free the old bytes without wiping them. */
static char *grow(const struct dw_buf *buf, size_t capacity) {
  if (buf->arena == NULL && !buf->secret)
    return realloc(buf->data, capacity);
  char *data = buf->secret ? malloc(capacity) : dw_arena_alloc(buf->arena, capacity);
  if (data == NULL)
    return NULL;
  if (buf->data != NULL)
    memcpy(data, buf->data, buf->length);
  release(buf);
  return data;
}

static void enlarge(struct dw_buf *buf, size_t more) {
  if (more > SIZE_MAX / 4 || buf->length > SIZE_MAX / 4)
    dw_out_of_memory();
  size_t needed = buf->length + more + 1;
  size_t capacity = buf->capacity == 0 ? FIRST_CAPACITY : buf->capacity;
  while (capacity < needed)
    capacity *= 2;
  char *data = grow(buf, capacity);
  if (data == NULL)
    dw_out_of_memory();
  buf->data = data;
  buf->capacity = capacity;
}

/* Makes room for MORE bytes and a NUL. There is nearly always room already. */
static inline void reserve(struct dw_buf *buf, size_t more) {
  if (buf->data == NULL || more >= buf->capacity - buf->length)
    enlarge(buf, more);
}

void dw_buf_reserve(struct dw_buf *buf, size_t more) {
  reserve(buf, more);
  buf->data[buf->length] = '\0';
}

void dw_buf_add(struct dw_buf *buf, const void *bytes, size_t length) {
  reserve(buf, length);
  if (length > 0)
    memcpy(buf->data + buf->length, bytes, length);
  buf->length += length;
  buf->data[buf->length] = '\0';
}

void dw_buf_puts(struct dw_buf *buf, const char *text) {
  dw_buf_add(buf, text, strlen(text));
}

void dw_buf_putc(struct dw_buf *buf, char byte) {
  reserve(buf, 1);
  buf->data[buf->length++] = byte;
  buf->data[buf->length] = '\0';
}

void dw_buf_decimal(struct dw_buf *buf, int64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  do
    digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    digits[--at] = '-';
  dw_buf_add(buf, digits + at, sizeof digits - at);
}

void dw_buf_printf(struct dw_buf *buf, const char *format, ...) {
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(buf, format, args);
  va_end(args);
}

void dw_buf_vprintf(struct dw_buf *buf, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  reserve(buf, 0);
  size_t left = buf->capacity - buf->length;
  int length = vsnprintf(buf->data + buf->length, left, format, args);
  if (length < 0)
    dw_out_of_memory();
  if ((size_t)length >= left) {
    reserve(buf, (size_t)length);
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
  }
  va_end(again);
  buf->length += (size_t)length;
}

void dw_buf_truncate(struct dw_buf *buf, size_t length) {
  if (length >= buf->length)
    return;
  buf->length = length;
  buf->data[length] = '\0';
}

const char *dw_buf_text(const struct dw_buf *buf) {
  return buf->data == NULL ? "" : buf->data;
}

char *dw_buf_steal(struct dw_buf *buf, size_t *length) {
  if (buf->arena != NULL)
    abort();
  if (buf->data == NULL)
    dw_buf_add(buf, NULL, 0);
  char *data = buf->data;
  if (length != NULL)
    *length = buf->length;
  *buf = (struct dw_buf){.secret = buf->secret};
  return data;
}
