#include <string.h>

#include "base/text.h"
#include "kube/cluster_internal.h"

enum { MOST_KEY_BYTES = 64, MOST_METADATA_BYTES = 1024 * 1024 };

static void keep(struct dw_list_reader *reader, const char *data, size_t length) {
  bool item = reader->capture == DW_CAPTURE_ITEM;
  struct dw_buf *buf = item ? &reader->item : &reader->metadata;
  size_t most = item ? DW_MOST_OBJECT_BYTES : MOST_METADATA_BYTES;
  if (reader->capture == DW_CAPTURE_NOTHING || reader->oversized)
    return;
  if (length > most - buf->length)
    reader->oversized = true;
  else
    dw_buf_add(buf, data, length);
}

static void end_capture(struct dw_list_reader *reader) {
  if (reader->capture == DW_CAPTURE_ITEM) {
    reader->element(reader->context, reader->oversized ? NULL : dw_buf_text(&reader->item), reader->item.length);
    dw_buf_truncate(&reader->item, 0);
  } else if (reader->oversized) {
    dw_buf_truncate(&reader->metadata, 0);
  }
  reader->oversized = false;
  reader->capture = DW_CAPTURE_NOTHING;
}

static bool is_member(const struct dw_list_reader *reader, const char *name) {
  return reader->depth == 1 && strcmp(dw_buf_text(&reader->key), name) == 0;
}

static int open_bracket(struct dw_list_reader *reader, char c) {
  if (!reader->begun && c != '{')
    return -1;
  reader->begun = true;
  if (reader->in_items && reader->depth == 2 && c != '{')
    reader->has_stray = true;
  if (is_member(reader, "items"))
    reader->in_items = reader->has_items = c == '[';
  else if (c == '{' && is_member(reader, "metadata"))
    reader->capture = DW_CAPTURE_METADATA;
  else if (c == '{' && reader->in_items && reader->depth == 2)
    reader->capture = DW_CAPTURE_ITEM;
  reader->depth++;
  reader->before_key = reader->depth == 1;
  return 0;
}

/* The bracket itself has already been added to the captured text. */
static int close_bracket(struct dw_list_reader *reader) {
  if (reader->depth == 0)
    return -1;
  reader->depth--;
  if (reader->capture == DW_CAPTURE_ITEM ? reader->depth == 2 : reader->depth == 1)
    end_capture(reader);
  if (reader->depth == 1)
    reader->in_items = false;
  return 0;
}

/* Reads one byte inside a string. */
static void in_string(struct dw_list_reader *reader, char c) {
  if (reader->escaped) {
    reader->escaped = false;
  } else if (c == '\\') {
    reader->escaped = true;
  } else if (c == '"') {
    reader->in_string = reader->in_key = reader->in_kind = false;
    return;
  }
  if (reader->in_key && reader->key.length < MOST_KEY_BYTES)
    dw_buf_putc(&reader->key, c);
  if (reader->in_kind && reader->kind.length < MOST_KEY_BYTES)
    dw_buf_putc(&reader->kind, c);
}

static void begin_string(struct dw_list_reader *reader) {
  reader->in_string = true;
  reader->in_key = reader->depth == 1 && reader->before_key;
  if (reader->in_key)
    dw_buf_truncate(&reader->key, 0);
  reader->in_kind = !reader->in_key && is_member(reader, "kind");
  if (reader->in_kind)
    dw_buf_truncate(&reader->kind, 0);
}

/* Reads a byte of a number, true, false or null. */
static int in_literal(struct dw_list_reader *reader, char c) {
  if (reader->in_items && reader->depth == 2)
    reader->has_stray = true;
  if (is_member(reader, "items") && c == 'n')
    reader->has_items = true;
  return reader->depth == 0 ? -1 : 0;
}

static int outside(struct dw_list_reader *reader, char c) {
  switch (c) {
  case '"':
    if (reader->in_items && reader->depth == 2)
      reader->has_stray = true;
    begin_string(reader);
    return reader->begun ? 0 : -1;
  case ',':
    reader->before_key = reader->depth == 1;
    return 0;
  case ':':
    reader->before_key = false;
    return 0;
  case ' ':
  case '\t':
  case '\r':
  case '\n':
    return 0;
  default:
    return in_literal(reader, c);
  }
}

/* The position of the next byte, from AT on, that matters inside a string that is not a key. */
static size_t skip_text(const char *data, size_t length, size_t at) {
  while (at < length && data[at] != '"' && data[at] != '\\')
    at++;
  return at;
}

int dw_list_reader_feed(struct dw_list_reader *reader, const char *data, size_t length) {
  size_t start = 0; /* of the part to capture */
  for (size_t i = 0; i < length; i++) {
    if (reader->in_string && !reader->in_key && !reader->in_kind && !reader->escaped &&
        (i = skip_text(data, length, i)) == length)
      break;
    char c = data[i];
    if (reader->in_string) {
      in_string(reader, c);
    } else if (c == '{' || c == '[') {
      bool before = reader->capture != DW_CAPTURE_NOTHING;
      if ((reader->begun && reader->depth == 0) || open_bracket(reader, c) != 0)
        return -1;
      if (!before)
        start = i;
    } else if (c == '}' || c == ']') {
      keep(reader, data + start, i + 1 - start);
      start = i + 1;
      if (close_bracket(reader) != 0)
        return -1;
    } else if (outside(reader, c) != 0) {
      return -1;
    }
  }
  keep(reader, data + start, length - start);
  return 0;
}

/* client-go rejects the same lists, because it decodes them by their kind. "items" may be null, because Go writes a nil
 * slice as null. */
const char *dw_list_reader_fault(const struct dw_list_reader *reader) {
  if (!reader->begun || reader->depth > 0)
    return "it is truncated";
  if (!dw_has_suffix(dw_buf_text(&reader->kind), "List"))
    return "its kind is not a list";
  if (reader->metadata.length == 0)
    return "it has no metadata";
  if (!reader->has_items)
    return "its items are missing or not a list";
  return reader->has_stray ? "an item is not an object" : NULL;
}

void dw_list_reader_free(struct dw_list_reader *reader) {
  dw_buf_free(&reader->metadata);
  dw_buf_free(&reader->kind);
  dw_buf_free(&reader->key);
  dw_buf_free(&reader->item);
}
